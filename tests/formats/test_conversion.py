"""PDF into OFD: the pages, how they look, and their text in its place."""

from __future__ import annotations

import io
import zipfile

import pytest
from PIL import Image, ImageChops

import govseal
import pagepictures as pages
import pdf_stamping as build
from conversions import (
    AT,
    box,
    content,
    converted,
    facts,
    opened,
    picture,
    rendered,
    texts,
)
from govseal.formats.ofd import xml
from govseal.formats.places import Keyword
from govseal.seal.drawing import pdf as drawing
from pdf_texts import MM, chinese, latin, pdf

WIDE = "/MediaBox [0 0 300 150]"
BAR = "1 0 0 rg 20 30 100 10 re f "


@pytest.fixture(scope="module")
def office():
    return build.office("sm2")


@pytest.fixture(scope="module")
def letter():
    """Three pages with Chinese and Latin text."""
    first = chinese("准予行政许可决定书", 60, 250, 22) + chinese("（盖章处）", 120, 80, 16)
    second = chinese("食品经营许可", 30, 200) + latin("Room 501, Unit 2", 30, 190, 12)
    return pdf(first, second, latin("third", 30, 200))


@pytest.fixture(scope="module")
def ofd(letter):
    return converted(letter)


# -------------------------------------------------------------------------------------- the pages


@pytest.mark.parametrize(
    ("page", "size"),
    [
        (WIDE, (300, 150)),
        (f"{WIDE} /Rotate 90", (150, 300)),
        (f"{WIDE} /Rotate 180", (300, 150)),
        (f"{WIDE} /Rotate 270", (150, 300)),
        (f"{WIDE} /CropBox [10 20 110 140]", (100, 120)),
        (f"{WIDE} /CropBox [10 20 110 140] /Rotate 270", (120, 100)),
        (f"{WIDE} /CropBox [-50 -50 110 140]", (110, 140)),
        (f"{WIDE} /UserUnit 2", (600, 300)),
        ("/MediaBox [300 150 0 0]", (300, 150)),
        ("/MediaBox [-100 -50 200 100]", (300, 150)),
    ],
)
def test_a_page_has_the_size_in_which_it_is_displayed(page, size):
    data = converted(build.pdf(page, content=BAR))
    found = box(data)
    assert (found.x_mm, found.y_mm) == (0, 0)
    expected = [side / MM for side in size]
    assert [found.width_mm, found.height_mm] == pytest.approx(expected, abs=0.001)
    assert picture(data).size == size


@pytest.mark.parametrize("page", [WIDE, f"{WIDE} /Rotate 90", f"{WIDE} /CropBox [10 20 210 140]"])
def test_a_page_looks_like_that_of_the_pdf(page):
    source = build.pdf(page, content=BAR)
    before, after = rendered(source), rendered(converted(source))
    assert pages.ink(before) is not None
    assert abs(before.width - after.width) <= 1
    assert pages.difference(before, after.resize(before.size)) < 0.5


def test_each_page_is_one_layer_with_the_picture_over_the_text(ofd):
    assert len(opened(ofd).pages) == 3
    for number in (1, 2, 3):
        kinds = [xml.name(item) for item in content(ofd, number)]
        assert kinds == ["TextObject"] * (len(kinds) - 1) + ["ImageObject"]
        image = content(ofd, number)[-1]
        found = box(ofd, number)
        sides = [float(value) for value in image.get("Boundary").split()]
        assert sides == [0, 0, found.width_mm, found.height_mm]


def test_pages_keep_their_order(ofd):
    assert [texts(ofd, number)[0] for number in (1, 2, 3)] == [
        "准予行政许可决定书",
        "食品经营许可",
        "third",
    ]


def test_the_text_shows_nowhere(ofd):
    """Without its picture the page is blank."""
    bare = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(ofd)) as old, zipfile.ZipFile(bare, "w") as new:
        for item in old.infolist():
            data = old.read(item)
            start = data.find(b"<ofd:ImageObject")
            end = data.find(b"/>", start) + 2
            new.writestr(item.filename, data if start < 0 else data[:start] + data[end:])
    assert texts(bare.getvalue()) == texts(ofd)
    assert pages.ink(rendered(bare.getvalue())) is None
    assert pages.ink(rendered(ofd)) is not None


def test_a_page_in_grey_loses_nothing(letter):
    found = picture(converted(letter))
    assert (found.format, found.mode) == ("PNG", "L")
    assert ImageChops.difference(found.convert("RGB"), rendered(letter)).getbbox() is None


def test_a_coloured_drawing_loses_nothing():
    source = build.pdf(WIDE, content=BAR)
    found = picture(converted(source))
    assert (found.format, found.mode) == ("PNG", "RGB")
    assert ImageChops.difference(found, rendered(source)).getbbox() is None


def test_a_photograph_becomes_a_jpeg():
    bands = [Image.effect_noise((30, 30), 90).resize((300, 300)) for _ in "RGB"]
    buffer = io.BytesIO()
    Image.merge("RGB", bands).save(buffer, "PDF", resolution=72, quality=95)
    found = picture(converted(buffer.getvalue()))
    assert found.format == "JPEG"
    assert found.info["dpi"] == (72, 72)
    assert pages.difference(found, rendered(buffer.getvalue())) < 5


def test_resolution(letter):
    assert picture(converted(letter, dpi=150)).size == (1240, 1754)
    assert picture(converted(letter, dpi=150)).info["dpi"] == pytest.approx((150, 150), abs=0.1)


# --------------------------------------------------------------------------------------- the text


def place(office, data, keyword):
    """Page and middle of the seal that is stamped on a keyword, in millimetres."""
    stamped = office.stamp(data, keyword)
    (signature,) = govseal.inspect(stamped).signatures
    (shown,) = signature.appearances
    return shown.page, shown.x_mm + shown.width_mm / 2, shown.y_mm + shown.height_mm / 2


@pytest.mark.parametrize(
    ("contents", "page", "word"),
    [
        (latin("SEAL"), "", "SEAL"),
        (latin("SE") + latin("AL", 104.7), "", "SEAL"),
        (latin("WWWWW iiiii", size=22), "", "WWW"),
        (latin("WWWWW iiiii", size=22), "", "iii"),
        (chinese("盖章"), "", "盖章"),
        (chinese("请（盖章）处", size=22), "", "(盖章)"),
        (chinese("年月日2026", size=16), "", "日2026"),
        (latin("SEAL"), "/Rotate 90", "SEAL"),
        (latin("SEAL"), "/Rotate 180", "SEAL"),
        (chinese("盖章处"), "/Rotate 270", "盖章"),
        (chinese("盖章处"), "/CropBox [56.69 56.69 595.28 785.2]", "章处"),
        (chinese("盖章处"), "/CropBox [56.69 56.69 595.28 785.2] /Rotate 90", "章处"),
        (latin("SEAL", matrix="0 1 -1 0"), "", "SEAL"),
        (latin("SEAL", matrix="0 -1 1 0"), "", "SEAL"),
        (latin("SEAL", matrix="-1 0 0 -1"), "", "SEAL"),
        (chinese("盖章处", matrix="0 1 -1 0"), "/Rotate 90", "盖章处"),
        (latin("SEAL", size=1, matrix="14 0 0 14"), "", "SEAL"),
        (latin("SEAL", size=1, matrix="0 14 -14 0"), "", "SEAL"),
    ],
)
def test_a_keyword_is_found_where_it_is_in_the_pdf(office, contents, page, word):
    source = pdf(contents, page=f"{build.A4} {page}")
    expected = place(office, source, Keyword(word))
    assert place(office, converted(source), Keyword(word)) == pytest.approx(expected, abs=1)


def test_a_keyword_on_a_later_page(office, letter, ofd):
    found = place(office, ofd, Keyword("经营许可"))
    assert found == pytest.approx(place(office, letter, Keyword("经营许可")), abs=1)
    assert found[0] == 2


def test_a_word_that_is_not_there(office, ofd):
    with pytest.raises(govseal.StampError) as refused:
        office.stamp(ofd, Keyword("不予许可"))
    assert refused.value.code == "keyword_not_found"


@pytest.mark.parametrize(
    ("contents", "expected"),
    [
        (latin("Room 501, Unit 2"), ["Room 501, Unit 2"]),
        (latin("Room") + latin("501", 110.5), ["Room 501"]),
        (latin("left", 20) + latin("right", 150), ["left", "right"]),
        (latin("below", y_mm=90) + latin("above", y_mm=100), ["below", "above"]),
        (latin("&lt; <b> ]]> &"), ["&lt; <b> ]]> &"]),
        (chinese("\U00020bb7字"), ["\U00020bb7字"]),
        (latin("off", x_mm=-50) + latin("on"), ["on"]),
        (latin("hidden 3 Tr", matrix="3 Tr 1 0 0 1"), ["hidden 3 Tr"]),
    ],
)
def test_texts(contents, expected):
    assert texts(converted(pdf(contents))) == expected


def test_a_scan_with_text_under_it_keeps_the_text(office):
    """Text that a PDF draws invisibly (3 Tr), as scanners do that read."""
    source = pdf("3 Tr " + chinese("盖章处"))
    assert pages.ink(rendered(source)) is None
    found = place(office, converted(source), Keyword("盖章处"))
    assert found == pytest.approx(place(office, source, Keyword("盖章处")), abs=1)


def test_what_a_field_shows_is_text():
    shown = drawing.pdf_stream(
        b"BT /F 12 Tf 5 10 Td (FILLED) Tj ET",
        "/Type /XObject /Subtype /Form /BBox [0 0 100 30] /Resources << /Font << /F << /Type /Font "
        "/Subtype /Type1 /BaseFont /Helvetica >> >> >>",
    ).decode("latin-1")
    field = (
        "<< /Type /Annot /Subtype /Widget /FT /Tx /T (S) /V (FILLED) /F 4 /Rect [100 10 200 40] "
        "/AP << /N 6 0 R >> /P 4 0 R >>"
    )
    data = build.pdf(
        f"{WIDE} /Annots [5 0 R]",
        catalogue="/AcroForm << /Fields [5 0 R] >>",
        more=(field, shown),
    )
    found = converted(data)
    assert texts(found) == ["FILLED"]
    (item,) = xml.children(content(found), "TextObject")
    left, top, *_ = (float(value) for value in item.get("Boundary").split())
    assert (left, top) == pytest.approx((105 / MM, (150 - 20 - 0.88 * 12) / MM), abs=0.1)
    assert pages.ink(rendered(found)) is not None


# ---------------------------------------------------------------------------------- the document


def test_the_same_gives_the_same(letter, ofd):
    assert converted(letter, at=AT) == ofd
    assert converted(letter, at=AT.replace(hour=5)) != ofd
    assert converted(letter, dpi=73) != ofd


def test_written_as_it_comes(letter, ofd, tmp_path):
    with (tmp_path / "out.ofd").open("wb") as file:
        assert converted(letter, output=file) == b""
    assert (tmp_path / "out.ofd").read_bytes() == ofd


@pytest.mark.parametrize("as_path", [True, False])
def test_a_path_or_an_open_file(letter, ofd, tmp_path, as_path):
    path = tmp_path / "任意.pdf"
    path.write_bytes(letter)
    with path.open("rb") as file:
        assert converted(path if as_path else file) == ofd


def test_it_says_what_it_was_made_of(letter, ofd):
    (metadata,) = opened(ofd).metadata()
    info = metadata.info
    assert (info.creator, info.created, info.title) == ("govseal", "2026-11-29", "")
    report = govseal.verify(letter, govseal.TrustStore(()))
    assert facts(ofd) == {
        "SourceFormat": "PDF",
        "SourceSHA256": report.sha256,
        "SourceSM3": report.sm3,
    }


@pytest.mark.parametrize(
    ("stated", "option", "expected"),
    [
        ("", None, ""),
        ("/Info << /Title (Licence) >>", None, "Licence"),
        ("/Info << /Title <FEFF6D4B8BD5000A> >>", None, "测试"),
        ("/Info << /Title 7 >>", None, ""),
        ("/Info << /Title (Licence) >>", "决定书", "决定书"),
        ("/Info << /Title (Licence) >>", "", ""),
        (f"/Info << /Title ({'x' * 300}) >>", None, "x" * 200),
    ],
)
def test_title(stated, option, expected):
    data = converted(build.pdf(WIDE, trailer=stated), title=option)
    (metadata,) = opened(data).metadata()
    assert metadata.info.title == expected


def test_it_is_unsigned_and_takes_a_stamp_that_passes(office, ofd):
    pki = office.pki

    def judged(data):
        return govseal.verify(
            data, pki.trust, materials=pki.materials, at=build.AT + build.HOUR * 3
        )

    assert judged(ofd).verdict.value == "unsigned"
    stamped = office.stamp(ofd, Keyword("（盖章处）"))
    report = judged(stamped)
    assert (report.verdict.value, report.effect.value) == ("passed", "original_equivalent")
    (signature,) = report.signatures
    assert signature.coverage == "whole_file"
