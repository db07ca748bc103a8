"""Stamps on keywords: words in pieces, turned, doubled, hidden; and pages made to cost much."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ofd_builder as build
import pagepictures as pages
from govseal.errors import GovsealError, LimitExceeded, StampError
from govseal.formats.limits import DEFAULT_LIMITS, Limits
from govseal.formats.lines import Character, find, folded
from govseal.formats.ofd.compose import compose_document
from govseal.formats.ofd.document import OfdDocument
from govseal.formats.ofd.words import find_words
from govseal.formats.places import Keyword, OnPages

WORD = "盖章"


def code(text, x=0.0, y=4.4, more=""):
    return f'<ofd:TextCode X="{x}" Y="{y}" {more}>{text}</ofd:TextCode>'


def text(codes, box="20 30 100 10", more='Size="5"'):
    return f'<ofd:TextObject ID="52" Boundary="{box}" Font="1" {more}>{codes}</ofd:TextObject>'


def words(data, keyword=WORD, limits=DEFAULT_LIMITS):
    document = OfdDocument(data, limits)
    return find_words(document, document.pages, keyword)


def middles(objects, keyword=WORD, **page):
    data = pages.document(objects, box="0 0 210 297", **page)
    return [tuple(round(value, 2) for value in word.middle) for word in words(data, keyword).words]


class TestFound:
    def test_the_middle_of_the_word(self):
        found = middles(text(code("请盖章处", more='DeltaX="5 5 5"')))
        assert found == [(30.0, 32.5)]

    def test_by_its_own_width_where_no_steps_are_given(self):
        assert middles(text(code("A盖章"))) == [(27.5, 32.5)]

    @pytest.mark.parametrize(
        ("word", "steps", "right"),
        [("SE", "4 4 1", 28), ("EAL", "4 4 1", 31.5), ("SE", "9 9 9", 31.5), ("SE", "0 2 2", 22.5)],
    )
    def test_a_latin_letter_reaches_to_the_next_one(self, word, steps, right):
        """Its step says how wide it is, unless that is absurd; that of the last one is not said."""
        ((x, _),) = middles(text(code("SEAL", more=f'DeltaX="{steps}"')), word)
        left = {"SE": 20, "EAL": 24}[word]
        assert x == pytest.approx((left + right) / 2)

    def test_in_two_codes_of_one_object(self):
        assert middles(text(code("盖", 0) + code("章", 9))) == [(27.0, 32.5)]

    def test_in_objects_that_stand_in_any_order(self):
        later = text(code("章"), box="27 30 10 10")
        assert middles(later + text(code("盖"))) == [(26.0, 32.5)]

    def test_across_blanks(self):
        assert middles(text(code("盖 　章"))) == [(28.75, 32.5)]
        assert middles(text(code("盖章")), " 盖 章 ") == [(25.0, 32.5)]

    def test_wide_and_narrow_forms_are_the_same(self):
        assert len(middles(text(code("（盖章）")), "(盖章)")) == 1
        assert len(middles(text(code("No.12")), "Ｎｏ．１２")) == 1

    def test_letters_count_as_they_are(self):
        assert middles(text(code("SEAL")), "seal") == []

    def test_not_across_columns_nor_lines(self):
        assert middles(text(code("盖", 0) + code("章", 25))) == []
        assert middles(text(code("盖", 0) + code("章", 5, 9.4))) == []
        assert middles(text(code("盖", 0) + code("章", 5, 5.4))) == [(25.0, 33.0)]

    def test_in_the_order_of_reading(self):
        objects = text(code("盖章"), box="20 90 50 10") + text(code("盖章 和 盖章"))
        assert middles(objects) == [(25.0, 32.5), (45.0, 32.5), (25.0, 92.5)]

    def test_twice_for_bold_is_once(self):
        again = text(code("盖章"), box="20.2 30 100 10")
        assert middles(text(code("盖章")) + again) == [(25.0, 32.5)]

    def test_a_character_twice_in_the_word(self):
        assert len(middles(text(code("人人有责")), "人人")) == 1
        assert middles(text(code("llll")), "ll") == [(22.5, 32.5), (27.5, 32.5)]

    def test_under_another_text(self):
        line = text(code("_" * 20), more='Size="5"')
        assert middles(line + text(code("盖章")) + line) == [(25.0, 32.5)]

    def test_down_the_page(self):
        steps = 'DeltaY="5 5"'
        down = text(code("盖章处", more=steps), more='Size="5" ReadDirection="90"')
        assert middles(down) == [(22.5, 35.0)]

    @pytest.mark.parametrize(
        ("matrix", "expected"),
        [
            ("2 0 0 2 0 0", (30.0, 35.0)),
            ("1 0 0 1 7 -3", (32.0, 29.5)),
            ("0 1 -1 0 0 0", (17.5, 35.0)),
            ("-1 0 0 -1 0 0", (15.0, 27.5)),
            ("0 -1 1 0 0 0", (22.5, 25.0)),
        ],
    )
    def test_under_a_matrix(self, matrix, expected):
        assert middles(text(code("盖章"), more=f'Size="5" CTM="{matrix}"')) == [expected]

    def test_in_blocks_and_in_any_layer(self):
        inside = (
            f"<ofd:PageBlock><ofd:PageBlock>{text(code('盖章'))}</ofd:PageBlock></ofd:PageBlock>"
        )
        layers = pages.layer(inside) + pages.layer(text(code("盖章"), box="20 60 50 10"))
        assert len(middles("", layers=layers)) == 2

    def test_in_a_template(self):
        objects = '<ofd:Template TemplateID="2"/>'
        data = pages.document("", more=objects)
        assert len(words(data, "样式").words) == 1
        assert words(pages.document(""), "样式").words == ()

    def test_on_every_page_of_a_letter(self):
        letter = compose_document([["甲方（盖章）："], ["无"], ["乙方（盖章）："]], title="合同")
        assert [word.page.number for word in words(letter).words] == [1, 3]


class TestNotFound:
    @pytest.mark.parametrize(
        "objects",
        [
            text(code("盖章"), more='Size="5" Visible="false"'),
            f'<ofd:PageBlock Visible="false">{text(code("盖章"))}</ofd:PageBlock>',
            text(code("盖章"), more='Size="0"'),
            text(code("盖章"), more='Size="5" CTM="0 0 0 0 0 0"'),
            text(code("盖章"), more='Size="5" CTM="0.7 0.7 -0.7 0.7 0 0"'),
            text(""),
            "",
        ],
    )
    def test_what_does_not_show(self, objects):
        assert middles(objects) == []

    def test_glyph_numbers_alone_are_told_of(self):
        glyphs = '<ofd:CGTransform CodePosition="0" CodeCount="2" GlyphCount="2"/>'
        objects = text(f"{glyphs}{code('¤¤')}") + text(f"{glyphs}{code('盖章')}")
        data = pages.document(objects, box="0 0 210 297")
        found = words(data)
        assert (len(found.words), found.unread) == (1, 1)
        with pytest.raises(StampError, match="1 texts have glyph numbers alone") as refused:
            OfdDocument(data).prepare(build.request(Keyword("公章")))
        assert refused.value.code == "keyword_not_found"

    def test_a_page_that_cannot_be_read(self):
        data = build.replaced(build.package(), build.PAGE, b"<ofd:Page")
        with pytest.raises(StampError) as refused:
            words(data, "第1页")
        assert refused.value.code == "malformed"

    def test_a_template_that_cannot_be_read_is_passed_over(self):
        data = pages.document(text(code("盖章")), more='<ofd:Template TemplateID="2"/>')
        data = build.replaced(data, build.TEMPLATE, b"<ofd:Page")
        assert len(words(data).words) == 1


class TestStamps:
    def boxes(self, data, keyword):
        prepared = OfdDocument(data).prepare(build.request(keyword))
        (signature,) = build.evidence(prepared.finish(build.signature_for(prepared))).signatures
        return [(a.page, a.x_mm, a.y_mm, a.width_mm, a.clip_mm) for a in signature.appearances]

    def page(self, *boxes):
        objects = "".join(text(code("盖章"), box=box) for box in boxes)
        return pages.document(objects, box="0 0 210 297")

    def test_the_seal_is_centred_on_the_word(self):
        data = self.page("100 100 50 10")
        assert self.boxes(data, Keyword("盖章")) == [(1, 84, 81.5, 42, None)]
        assert self.boxes(data, Keyword("盖章", 1, 10, -20.5)) == [(1, 94, 61, 42, None)]

    def test_each_is_one_box_of_one_stamp(self):
        data = self.page("100 100 50 10", "100 200 50 10")
        found = self.boxes(data, Keyword("盖章", "all"))
        assert [(x, y) for _, x, y, _, _ in found] == [(84, 81.5), (84, 181.5)]
        assert self.boxes(data, Keyword("盖章", "last")) == found[1:]
        assert self.boxes(data, Keyword("盖章", 1)) == found[:1]

    @pytest.mark.parametrize(
        ("box", "expected"),
        [
            ("2 100 50 10", (0, 81.5)),
            ("198 100 50 10", (168, 81.5)),
            ("100 0 50 10", (84, 0)),
            ("100 290 50 10", (84, 255)),
        ],
    )
    def test_a_seal_that_would_leave_the_page_is_moved_onto_it(self, box, expected):
        assert self.boxes(self.page(box), Keyword("盖章"))[0][1:3] == expected

    @pytest.mark.parametrize(
        ("keyword", "code"),
        [
            (Keyword("公章"), "keyword_not_found"),
            (Keyword("盖章", 3), "keyword_not_found"),
            (Keyword("盖章"), "keyword_ambiguous"),
            (Keyword("盖章", 1, 120), "outside_page"),
            (Keyword("盖章", 1, 0, -200), "outside_page"),
            (Keyword("盖章", 1, pages="2"), "no_such_page"),
        ],
    )
    def test_refused(self, keyword, code):
        with pytest.raises(StampError) as refused:
            self.boxes(self.page("100 100 50 10", "100 200 50 10"), keyword)
        assert refused.value.code == code

    def test_a_page_smaller_than_the_seal(self):
        data = pages.document(text(code("盖章"), box="5 5 50 10"), box="0 0 20 20")
        with pytest.raises(StampError) as refused:
            self.boxes(data, Keyword("盖章"))
        assert refused.value.code == "outside_page"

    def test_only_on_some_pages(self):
        letter = compose_document([["盖章"], ["盖章"], ["盖章"]], title="合同")
        assert [row[0] for row in self.boxes(letter, Keyword("盖章", pages="2-2"))] == [2]
        assert [row[0] for row in self.boxes(letter, Keyword("盖章", "all", pages="2-"))] == [2, 3]


class TestHostile:
    def test_more_text_than_is_searched(self):
        data = self.letters(500)
        assert len(words(data, "盖").words) == 500
        with pytest.raises(LimitExceeded, match="too large to be searched"):
            words(data, "盖", Limits(max_searched=400))

    def test_more_objects_than_are_searched(self):
        data = pages.document(text(code("x")) * 100, box="0 0 210 297")
        assert words(data).words == ()
        with pytest.raises(LimitExceeded, match="too large to be searched"):
            words(data, limits=Limits(max_searched=400))

    def test_more_elements_than_are_searched(self):
        data = pages.document(pages.square(0, 0, 1) * 500, box="0 0 210 297")
        assert words(data).words == ()
        with pytest.raises(LimitExceeded, match="too large to be searched"):
            words(data, limits=Limits(max_searched=400))

    def letters(self, count):
        return pages.document(text(code("盖" * count)), box="0 0 210 297")

    def test_more_occurrences_than_a_stamp_has_places(self):
        data = pages.document(text(code("盖" * 30_000)), box="0 0 210 297")
        with pytest.raises(StampError) as refused:
            words(data, "盖")
        assert refused.value.code == "too_many_places"

    @pytest.mark.parametrize(
        "values",
        [
            ('X="nan"', 'Size="5"'),
            ('X="1e400" Y="-1e400"', 'Size="5"'),
            ('X="0" Y="0" DeltaX="g 999999999999 1e9"', 'Size="5"'),
            ('X="0" Y="0" DeltaX="g g g" DeltaY="x"', 'Size="5"'),
            ('X="0" Y="0"', 'Size="1e300"'),
            ('X="0" Y="0"', 'Size="5" CTM="1e5 1e5 1e5 1e5 1e5 1e5"'),
            ('X="0" Y="0"', 'Size="5" CTM="1e9 0 0 1e9 0 0"'),
            ('X="0" Y="0"', 'Size="5" HScale="-1" ReadDirection="1e9"'),
            ('X="0" Y="0"', 'Size="5" CharDirection="inf"'),
        ],
    )
    def test_numbers_that_are_none(self, values):
        attributes, more = values
        objects = text(f"<ofd:TextCode {attributes}>盖章</ofd:TextCode>", more=more)
        data = pages.document(objects, box="0 0 210 297")
        try:
            OfdDocument(data).prepare(build.request(Keyword("盖章")))
        except GovsealError as error:
            assert isinstance(error, StampError)  # noqa: PT017 - either is right
            assert error.code in ("outside_page", "keyword_not_found")  # noqa: PT017 - as above

    def test_blocks_nested_deeply_are_the_parsers_limit(self):
        inside = "<ofd:PageBlock>" * 200 + text(code("盖章")) + "</ofd:PageBlock>" * 200
        with pytest.raises(LimitExceeded, match="nested too deeply"):
            middles(inside)

    def test_a_file_that_many_pages_share_is_read_once(self):
        files = build.files(pages=1)
        listed = "".join(
            f'<ofd:Page ID="{1000 + n}" BaseLoc="Pages/Page_0/Content.xml"/>' for n in range(3000)
        )
        files[build.DOCUMENT] = files[build.DOCUMENT].replace(
            b'<ofd:Page ID="10" BaseLoc="Pages/Page_0/Content.xml"/>', listed.encode()
        )
        limits = Limits(max_searched=4000)
        found = words(build.pack(files), "第1页", limits)
        assert len(found.words) == 3000


CHARACTERS = st.builds(
    lambda text, left, top, size, turn: Character(text, left, top, left + size, top + size, turn),
    st.sampled_from("盖章 a"),
    st.floats(-50, 300),
    st.floats(-50, 300),
    st.floats(0, 20),
    st.sampled_from([0, 90, 180, 270]),
)


@given(st.lists(CHARACTERS, max_size=40), st.sampled_from(["盖", "盖章", "a盖"]))
def test_any_characters_give_hits_among_them(characters, word):
    for hit in find([characters[:20], characters[20:]], word, 100):
        used = [
            item
            for item in characters
            if hit.left <= item.left and item.right <= hit.right and hit.top <= item.top
        ]
        assert set(folded(word)) <= {item.text for item in used}


@given(st.text(max_size=60), st.text(max_size=20))
def test_hostile_texts_give_a_stamp_or_a_refusal(attributes, content):
    objects = f"<ofd:TextObject {attributes}><ofd:TextCode>{content}盖章</ofd:TextCode>"
    page = pages.content(f"{objects}</ofd:TextObject>{text(code(content))}", box="0 0 210 297")
    data = build.replaced(build.package(), build.PAGE, page)
    try:
        OfdDocument(data).prepare(build.request(Keyword("盖章", "all")))
    except GovsealError as error:
        assert error.code  # noqa: PT017 - either is right


@given(st.binary(max_size=80), st.integers(0, 400))
def test_hostile_bytes_give_a_stamp_or_a_refusal(new, at):
    page = pages.content(text(code("盖章")), box="0 0 210 297")
    data = build.replaced(build.package(), build.PAGE, page[:at] + new + page[at + len(new) :])
    for place in (Keyword("盖章"), OnPages("all", 0, 0)):
        try:
            OfdDocument(data).prepare(build.request(place))
        except GovsealError as error:
            assert error.code  # noqa: PT017 - either is right


@pytest.mark.samples
@pytest.mark.parametrize(
    ("name", "word", "expected"),
    [
        ("6021b7af_拿来主义_page6.ofd", "的", 121),
        ("999.ofd", "开票日期", 5),
        ("keyword2.ofd", "重庆市马上融资担保有限公司", 2),
        ("multiKeywordInTextCode.ofd", "打发", 7),
        ("signout.ofd", "来文日期", 1),
    ],
)
def test_words_in_documents_of_other_products(samples, name, word, expected):
    (file,) = (samples / "ofd").rglob(name)
    assert len(words(file.read_bytes(), word).words) == expected


@pytest.mark.samples
def test_a_document_of_another_product_with_glyph_numbers_alone(samples):
    (file,) = (samples / "ofd").rglob("ano.ofd")
    found = words(file.read_bytes(), "的")
    assert (found.words, found.unread) == ((), 172)


def test_folding():
    assert folded(" （Ａ） b\n　①") == "(A)b1"
