"""Fonts inside a document: their glyphs show, by map or number, and hostile ones are bounded."""

from __future__ import annotations

import io
import struct

import pytest
from fontTools.cffLib import SubrsIndex
from fontTools.fontBuilder import FontBuilder
from fontTools.misc.psCharStrings import T2CharString
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables.DefaultTable import DefaultTable
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pagepictures as pages
import toyfont
from govseal.errors import FormatError, GovsealError, LimitExceeded
from govseal.formats.ofd.render import budget, embedded
from govseal.formats.ofd.render.budget import Budget
from govseal.formats.ofd.render.charmap import CharacterMap
from govseal.formats.ofd.render.embedded import EmbeddedFont
from pagepictures import ink

FONT = "Doc_0/Res/font.ttf"
#: A filled box of 0.1 to 0.6 em by 0 to 0.5 em, which no font of the system has.
BOX = ((100, 0), (100, 500), (600, 500), (600, 0))


@pytest.fixture(autouse=True, scope="module")
def toy_font(tmp_path_factory):
    """宋体 is a font of squares and bars."""
    with pytest.MonkeyPatch.context() as patch:
        path = toyfont.save(tmp_path_factory.mktemp("font") / "toy.ttf")
        patch.setenv("GOVSEAL_FONT", str(path))
        yield


def saved(font) -> bytes:
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()


def cff(*, characters=None) -> bytes:
    """An OpenType font with CFF: .notdef, A (a box) and B (nothing)."""
    builder = FontBuilder(1000, isTTF=False)
    builder.setupGlyphOrder([".notdef", "A", "B"])
    builder.setupCharacterMap({ord("A"): "A", ord("B"): "B"} if characters is None else characters)
    strings = {}
    for name in (".notdef", "A", "B"):
        pen = T2CharStringPen(1000, None)
        if name == "A":
            pen.moveTo(BOX[0])
            for corner in BOX[1:]:
                pen.lineTo(corner)
            pen.closePath()
        strings[name] = pen.getCharString()
    builder.setupCFF("Toy", {}, strings, {})
    builder.setupHorizontalMetrics(dict.fromkeys(strings, (1000, 0)))
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": "Toy", "styleName": "W400"})
    builder.setupOS2()
    builder.setupPost()
    return saved(builder.font)


@pytest.fixture(scope="module")
def opentype():
    return cff()


@pytest.fixture(scope="module")
def truetype():
    return saved(toyfont.build())


def drawn(font: bytes, text="A", code='X="0" Y="5"', children="", size=10):
    resources = (
        '<ofd:Fonts><ofd:Font ID="9" FontName="Own"><ofd:FontFile>font.ttf</ofd:FontFile>'
        "</ofd:Font></ofd:Fonts>"
    )
    objects = (
        f'<ofd:TextObject ID="52" Boundary="2 3 18 12" Font="9" Size="{size}">{children}'
        f"<ofd:TextCode {code}>{text}</ofd:TextCode></ofd:TextObject>"
    )
    return pages.drawn(objects, resources=resources, files={FONT: font})


def transform(glyphs, codes=1, position=0):
    count = len(glyphs.split())
    return (
        f'<ofd:CGTransform CodePosition="{position}" CodeCount="{codes}" GlyphCount="{count}">'
        f"<ofd:Glyphs>{glyphs}</ofd:Glyphs></ofd:CGTransform>"
    )


class TestGlyphs:
    def test_the_documents_own_font_shows(self, opentype):
        assert ink(drawn(opentype)) == (30, 30, 80, 80)

    def test_a_bare_cff_finds_glyphs_by_their_names(self, opentype):
        table = TTFont(io.BytesIO(opentype)).reader["CFF "]
        assert table[:2] == b"\1\0"
        assert ink(drawn(table)) == (30, 30, 80, 80)

    def test_truetype_with_composites(self, truetype):
        frame = ink(drawn(truetype, "国", 'X="0" Y="9"'))
        assert ink(drawn(truetype, "日", 'X="0" Y="9"')) == frame
        font = EmbeddedFont(truetype, Budget("test"))
        contours, advance = font.glyph("日")
        assert (len(contours), advance) == (3, 1.0)

    def test_a_character_that_it_lacks_comes_from_the_system(self, opentype):
        assert ink(drawn(opentype, "国", 'X="0" Y="9"')) is not None

    def test_a_collection_gives_its_first_face(self, tmp_path):
        path = toyfont.save_collection(tmp_path / "two.ttc", ("Toy One", 400), ("Toy Two", 700))
        assert EmbeddedFont(path.read_bytes(), Budget("test")).glyph("国") is not None

    def test_the_glyph_that_the_document_names_stands_for_the_character(self, opentype):
        assert ink(drawn(opentype, "国", children=transform("1"))) == (30, 30, 80, 80)
        assert ink(drawn(opentype, "A", children=transform("2"))) is None

    def test_two_characters_may_be_one_glyph_and_one_may_be_two(self, opentype):
        code = 'X="0" Y="5" DeltaX="6 6"'
        one = drawn(opentype, "国国", code, transform("1", codes=2), size=5)
        assert pages.columns(one) == [25]
        two = drawn(opentype, "国", code, transform("1 1"), size=5)
        assert pages.columns(two) == [25, 85]

    def test_glyphs_are_named_from_a_position_on(self, opentype):
        code = 'X="0" Y="5" DeltaX="6 6"'
        found = drawn(opentype, "BA", code, transform("1", position=1), size=5)
        assert pages.columns(found) == [85]

    @pytest.mark.parametrize("glyphs", ["99", "-1", "x", "nan", "1e9", "0", " ".join(["1"] * 9000)])
    def test_impossible_numbers_are_no_glyphs_of_it(self, opentype, glyphs):
        assert drawn(opentype, "AB", children=transform(glyphs)).size == (200, 200)


def with_subroutines(*programs) -> bytes:
    """The font whose A calls the first of these subroutines; -107 is the number of the first."""
    # Nothing is computed anew: that would run them.
    font = TTFont(io.BytesIO(cff()), recalcBBoxes=False)
    top = font["CFF "].cff[0]
    top.Private.Subrs = SubrsIndex()
    for program in programs:
        top.Private.Subrs.append(T2CharString(program=program, private=top.Private))
    top.CharStrings["A"].program = [-107, "callsubr", "endchar"]
    top.CharStrings["A"].bytecode = None
    return saved(font)


def with_glyph(data) -> bytes:
    """The font with these bytes for 国, and nothing for any other character."""
    font = TTFont(io.BytesIO(saved(toyfont.build())), recalcBBoxes=False)
    number = font.getGlyphID(f"u{ord('国'):04X}")
    places = [len(data) if at > number else 0 for at in range(len(font["loca"].locations))]
    font["head"].indexToLocFormat = 1
    for tag, table in (("glyf", data), ("loca", struct.pack(f">{len(places)}I", *places))):
        del font[tag]
        font[tag] = DefaultTable(tag)
        font[tag].data = table
    return saved(font)


class TestHostile:
    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"OTTO",
            b"\0\1\0\0" + b"\xff" * 300,
            b"wOFF" + bytes(100),
            b"wOF2" + bytes(100),
            b"ttcf" + b"\xff" * 100,
            b"\1\0" + b"\xff" * 100,
            b"%!PS-AdobeFont-1.0",
        ],
    )
    def test_what_is_no_font_leaves_the_text_to_the_systems(self, data):
        with pytest.raises(FormatError):
            EmbeddedFont(data, Budget("test"))
        assert ink(drawn(data, "国", 'X="0" Y="9"')) is not None

    def test_a_font_is_not_larger_than_the_allowance(self, monkeypatch, opentype):
        monkeypatch.setattr(embedded, "_LARGEST_FILE", len(opentype) - 1)
        with pytest.raises(LimitExceeded, match="too large"):
            drawn(opentype)

    def test_subroutines_that_multiply(self):
        """Eight levels that call the next ten times: some bytes, a hundred million steps."""
        calls = [[level - 106, "callsubr"] * 10 + ["return"] for level in range(8)]
        data = with_subroutines(*calls, ["return"])
        with pytest.raises(LimitExceeded, match="too many points"):
            EmbeddedFont(data, Budget("test")).glyph("A")

    def test_subroutines_without_end(self):
        data = with_subroutines([-107, "callsubr", "return"])
        with pytest.raises(FormatError):
            EmbeddedFont(data, Budget("test")).glyph("A")

    @pytest.mark.parametrize("parts", [1, 12])
    def test_composites_of_themselves(self, parts):
        font = TTFont(io.BytesIO(saved(toyfont.build())), recalcBBoxes=False)
        name = f"u{ord('日'):04X}"
        glyph = font["glyf"][name]
        glyph.components[0].glyphName = name
        glyph.components = glyph.components[:1] * parts
        with pytest.raises(FormatError):
            EmbeddedFont(saved(font), Budget("test")).glyph("日")

    def test_a_map_of_four_thousand_million_characters_is_not_unfolded(self):
        group = struct.pack(">III", 0, 0xFFFFFFFF, 1)
        subtable = struct.pack(">HHIII", 12, 0, 16 + len(group), 0, 1) + group
        table = struct.pack(">HHHHI", 0, 1, 3, 10, 12) + subtable
        assert CharacterMap(table).find(ord("国")) == 1 + ord("国")
        with pytest.raises(FormatError):
            CharacterMap(table[:14]).find(65)

    def test_a_map_that_claims_more_groups_than_it_has(self):
        group = struct.pack(">III", 65, 66, 7)
        subtable = struct.pack(">HHIII", 12, 0, 16, 0, 0xFFFFFFFF) + group
        table = CharacterMap(struct.pack(">HHHHI", 0, 1, 3, 10, 12) + subtable)
        assert [table.find(code) for code in (64, 65, 66, 67)] == [0, 7, 8, 0]

    @pytest.mark.parametrize("tag", ["post", "cmap"])
    def test_names_of_glyphs_are_never_asked_for(self, tag):
        """fontTools names them all by unfolding every map, of four thousand million characters."""
        font = toyfont.build()
        order = list(font.getGlyphOrder())
        font["post"].formatType = 3.0
        loose = io.BytesIO(saved(font))
        font = TTFont(loose)
        table = bytes(font.reader[tag])
        if tag == "cmap":
            # A second map, which is not the one that is read; fontTools refuses its length.
            group = struct.pack(">III", 0, 0xFFFFFFFF, 1)
            bad = struct.pack(">HHIII", 12, 0, 999, 0, 1) + group
            good = struct.pack(">HHIII", 12, 0, 28, 0, 1)
            good += struct.pack(">III", ord("国"), ord("国"), order.index(f"u{ord('国'):04X}"))
            table = struct.pack(">HH", 0, 2)
            table += struct.pack(">HHI", 0, 3, 20 + len(good)) + struct.pack(">HHI", 3, 10, 20)
            table += good + bad
        del font[tag]
        font[tag] = DefaultTable(tag)
        font[tag].data = table if tag == "cmap" else b"\0"
        contours, _ = EmbeddedFont(saved(font), Budget("test")).glyph("国")
        assert len(contours) == 2

    def test_a_damaged_glyph_is_paid_for_each_time(self):
        """65536 points in some bytes, and then nothing that says where they are."""
        points = struct.pack(">h4hHH", 1, 0, 0, 0, 0, 0xFFFF, 0) + b"\x09\xff" * 256
        font = EmbeddedFont(with_glyph(points), Budget("test"))
        for _ in range(30):
            with pytest.raises(FormatError, match="damaged"):
                font.glyph("国")
        with pytest.raises(LimitExceeded, match="too many points"):
            font.glyph("国")

    def test_a_composite_of_very_many_parts(self):
        parts = struct.pack(">HHbb", 0x20, 1, 0, 0) * 20_000
        font = EmbeddedFont(with_glyph(struct.pack(">h4h", -1, 0, 0, 0, 0) + parts), Budget("test"))
        with pytest.raises(FormatError, match="glyph of the font is too large"):
            font.glyph("国")

    @settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def test_any_change_gives_a_glyph_or_an_error(self, data, opentype, truetype):
        sound = data.draw(st.sampled_from([opentype, truetype]))
        changed = bytearray(sound)
        for _ in range(data.draw(st.integers(1, 6))):
            changed[data.draw(st.integers(0, len(sound) - 1))] = data.draw(st.integers(0, 255))
        try:
            font = EmbeddedFont(bytes(changed), Budget("test"))
            for character in "A国日":
                font.glyph(character)
        except GovsealError:
            return

    def test_transforms_that_multiply(self, opentype):
        """A few hundred runs that each name all of a long text."""
        children = transform("1", codes=9000) * 200
        with pytest.raises(LimitExceeded, match="too many glyphs"):
            drawn(opentype, "A" * 9000, children=children)

    def test_the_glyphs_that_a_cff_names_are_counted(self, monkeypatch, opentype):
        """Hundreds of small files with 65535 names each would take all memory."""
        monkeypatch.setattr(budget, "_ALLOWANCE", {**budget._ALLOWANCE, "points": 7})
        allowance = Budget("test")
        fonts = [EmbeddedFont(opentype, allowance) for _ in range(2)]
        assert len(fonts) == 2
        with pytest.raises(LimitExceeded, match="too many points"):
            EmbeddedFont(opentype, allowance)

    def test_a_pen_as_wide_as_a_house_costs_what_shows(self, monkeypatch, truetype):
        """Kept for the next time, the outline would be drawn far beyond the page."""
        monkeypatch.setattr(budget, "_ALLOWANCE", {**budget._ALLOWANCE, "outline pixels": 60_000})
        pen = (
            '<ofd:TextObject ID="52" Boundary="0 0 20 20" Font="9" Size="10" Stroke="true" '
            'Fill="false" LineWidth="900000"><ofd:StrokeColor Value="255 0 0"/>'
            '<ofd:TextCode X="5" Y="9">国日</ofd:TextCode></ofd:TextObject>'
        )
        resources = (
            '<ofd:Fonts><ofd:Font ID="9" FontName="Own"><ofd:FontFile>font.ttf</ofd:FontFile>'
            "</ofd:Font></ofd:Fonts>"
        )
        shown = pages.drawn(pen, resources=resources, files={FONT: truetype})
        assert shown.getpixel((100, 100)) == pages.RED

    def test_a_page_opens_a_few_fonts_and_no_more(self, monkeypatch, opentype):
        monkeypatch.setattr(budget, "_ALLOWANCE", {**budget._ALLOWANCE, "fonts": 0})
        with pytest.raises(LimitExceeded, match="too many fonts"):
            drawn(opentype)
