"""Hostile pages give a picture or an error of this library, within bounds."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ofd_builder
import pagepictures as pages
import toyfont
from govseal.errors import FormatError, GovsealError, LimitExceeded
from govseal.formats.ofd.appearance import render_page
from govseal.formats.ofd.document import OfdDocument
from govseal.formats.ofd.render.budget import Budget
from govseal.formats.ofd.render.outlines import read_outline
from pagepictures import ink

HOSTILE = (
    "",
    " ",
    "nan",
    "inf inf inf inf inf inf",
    "-1e308 1e308 1e308 -1e308 1e308 1e308",
    "1e400",
    "0 0 0 0 0 0",
    "1 0 0 0 0 0",
    "1e-300 0 0 1e-300 0 0",
    "1e5 0 0 1e5 -9e5 9e5",
    "0 0 9e5 9e5",
    "5 5 -5 -5",
    "1 2 3",
    "1," * 50,
    "g g g g",
    "٣ ٤",
    "true",
    "\u0301",
)
OBJECTS = {
    "TextObject": ("Boundary", "CTM", "Size", "HScale", "Weight", "CharDirection", "Alpha"),
    "PathObject": ("Boundary", "CTM", "LineWidth", "MiterLimit", "DashPattern", "DashOffset"),
    "ImageObject": ("Boundary", "CTM", "Alpha", "ResourceID", "ImageMask"),
    "CompositeObject": ("Boundary", "CTM", "ResourceID"),
}
INSIDE = (
    '<ofd:FillColor Value="0"/><ofd:StrokeColor Value="0"/>'
    "<ofd:AbbreviatedData>M 1 1 L 9 9 A 3 4 0 1 1 2 7 C</ofd:AbbreviatedData>"
    '<ofd:TextCode X="1" Y="4" DeltaX="{0}" DeltaY="{0}">0国0</ofd:TextCode>'
)


@pytest.fixture(autouse=True, scope="module")
def toy_font(tmp_path_factory):
    """宋体 is a font of squares and bars."""
    with pytest.MonkeyPatch.context() as patch:
        path = toyfont.save(tmp_path_factory.mktemp("font") / "toy.ttf")
        patch.setenv("GOVSEAL_FONT", str(path))
        yield


class TestValues:
    @pytest.mark.parametrize(
        ("kind", "attribute"), [(kind, name) for kind in OBJECTS for name in OBJECTS[kind]]
    )
    def test_every_attribute_takes_every_value(self, kind, attribute):
        sound = {"Boundary": "1 1 15 15", "Size": "4", "ResourceID": "3", "Stroke": "true"}
        objects = "".join(
            "<ofd:{0} {1}>{2}</ofd:{0}>".format(
                kind,
                " ".join(f'{key}="{text}"' for key, text in (sound | {attribute: value}).items()),
                INSIDE.format(value),
            )
            for value in HOSTILE
        )
        files = {ofd_builder.IMAGE: pages.png()}
        assert pages.drawn(objects, files=files).size == (200, 200)

    @pytest.mark.parametrize("kind", OBJECTS)
    def test_no_attribute_is_needed(self, kind):
        assert pages.drawn(f"<ofd:{kind}/><ofd:{kind}>{INSIDE}</ofd:{kind}>").size == (200, 200)

    @given(
        st.lists(st.sampled_from([*"SMLQBAC", "g", "nan", "-", "1", "7.5", "-3", "1e9", "1e300"]))
    )
    def test_any_words_are_an_outline_or_none(self, words):
        for subpath in read_outline(" ".join(words), Budget("test")):
            assert subpath.contour.segments

    @given(st.binary(max_size=300))
    def test_any_page_gives_a_picture_or_an_error(self, data):
        package = ofd_builder.replaced(pages.document(), ofd_builder.PAGE, data)
        try:
            picture = pages.draw(package, dpi=25)
        except GovsealError:
            return
        assert ink(picture) is None

    @given(st.data())
    def test_any_change_of_one_byte_gives_a_picture_or_an_error(self, data):
        objects = pages.square(1, 1, 5) + pages.text("国0") + pages.path("M 1 1 L 9 9")
        sound = pages.content(objects)
        at = data.draw(st.integers(0, len(sound) - 1))
        value = data.draw(st.integers(0, 255))
        package = ofd_builder.replaced(
            pages.document(), ofd_builder.PAGE, sound[:at] + bytes([value]) + sound[at + 1 :]
        )
        try:
            picture = pages.draw(package, dpi=40)
        except GovsealError:
            return
        assert picture.mode == "RGB"


class TestDamage:
    @pytest.mark.parametrize("data", [b"", b"junk", b"PK\3\4" + bytes(50), pages.document()[:200]])
    def test_what_is_no_package_has_no_page(self, data):
        with pytest.raises(FormatError):
            render_page(OfdDocument(data), 1)

    @pytest.mark.parametrize(
        ("damage", "code"),
        [
            (lambda data: ofd_builder.removed(data, ofd_builder.PAGE), "malformed"),
            (lambda data: ofd_builder.doubled(data, ofd_builder.PAGE), "container_duplicate_name"),
            (lambda data: ofd_builder.replaced(data, ofd_builder.PAGE, b"<Page>"), "malformed"),
            (lambda data: ofd_builder.with_doctype(data, ofd_builder.PAGE), "xml_forbidden"),
        ],
    )
    def test_a_page_that_cannot_be_read(self, damage, code):
        with pytest.raises(FormatError) as caught:
            pages.draw(damage(pages.document()))
        assert caught.value.code == code

    @pytest.mark.parametrize("name", [ofd_builder.RESOURCES, ofd_builder.TEMPLATE])
    def test_a_page_does_without_damaged_resources(self, name):
        data = ofd_builder.replaced(pages.document(pages.square(5, 6, 4)), name, b"<")
        assert ink(pages.draw(data)) == (50, 60, 90, 100)

    def test_a_page_without_content_is_empty(self):
        data = ofd_builder.replaced(pages.document(), ofd_builder.PAGE, ofd_builder.xml("Page"))
        assert ink(pages.draw(data, dpi=25)) is None


class TestLimits:
    @pytest.mark.parametrize(
        "box", ["0 0 9000 9000", "0 0 1e9 1", "0 0 1e300 1e300", "0 0 1e308 1e308"]
    )
    def test_a_page_of_too_many_pixels(self, box):
        with pytest.raises(LimitExceeded, match="too large"):
            pages.drawn(box=box)

    @pytest.mark.parametrize("size", [(6400, 6400), (50_000, 50_000), (1, 0x7FFFFFFF)])
    def test_a_picture_of_too_many_pixels_is_not_decoded(self, size):
        files = {ofd_builder.IMAGE: pages.png_header(*size)}
        with pytest.raises(LimitExceeded, match="too large"):
            pages.drawn(pages.image(), files=files)

    def test_a_picture_whose_frame_outgrows_its_screen(self):
        screen = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0, 0, 0)
        frame = b"," + struct.pack("<HHHHB", 0, 0, 65535, 65535, 0)
        with pytest.raises(LimitExceeded, match="too large"):
            pages.drawn(pages.image(), files={ofd_builder.IMAGE: screen + frame})

    def test_blocks_are_nested_too_deeply(self):
        depth = 45
        opened, closed = '<ofd:PageBlock ID="6">' * depth, "</ofd:PageBlock>" * depth
        with pytest.raises(LimitExceeded, match="nested too deeply"):
            pages.drawn(opened + pages.square(1, 1, 5) + closed)

    def test_a_unit_that_holds_itself(self):
        used = '<ofd:CompositeObject ID="7" Boundary="0 0 20 20" ResourceID="9"/>'
        unit = (
            '<ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID="9"><ofd:Content>'
            f"{used}</ofd:Content></ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits>"
        )
        with pytest.raises(LimitExceeded, match="nested too deeply"):
            pages.drawn(used, resources=unit)

    @pytest.mark.slow
    def test_units_that_multiply(self):
        """Twenty uses of twenty uses … : a few kilobytes that ask for 3 million objects."""
        units = "".join(
            f'<ofd:CompositeGraphicUnit ID="{level}"><ofd:Content>'
            + f'<ofd:CompositeObject ID="1" Boundary="0 0 9 9" ResourceID="{level + 1}"/>' * 20
            + "</ofd:Content></ofd:CompositeGraphicUnit>"
            for level in range(100, 105)
        )
        resources = f"<ofd:CompositeGraphicUnits>{units}</ofd:CompositeGraphicUnits>"
        used = '<ofd:CompositeObject ID="7" Boundary="0 0 20 20" ResourceID="100"/>'
        with pytest.raises(LimitExceeded, match="too many objects"):
            pages.drawn(used, resources=resources)

    def test_outlines_that_cross_too_many_pixels(self):
        zigzag = "M 0 0" + " L 1 20 L 0 0" * 35_000
        filled = 'Fill="true" Stroke="false"'
        with pytest.raises(LimitExceeded, match="too many outline pixels"):
            pages.drawn(pages.path(zigzag, filled, '<ofd:FillColor Value="0"/>'))

    @pytest.mark.parametrize(
        "kind", ["objects", "glyphs", "points", "outline pixels", "painted pixels"]
    )
    def test_every_allowance_ends(self, kind):
        budget = Budget("page 1")
        with pytest.raises(LimitExceeded, match=f"too many {kind}") as caught:
            budget.spend(kind, 10**10)
        assert caught.value.found > caught.value.limit
        assert caught.value.part == "page 1"

    def test_too_many_dashes_are_a_line(self):
        dashed = pages.path("M 0 10 L 9e5 10", 'LineWidth="2" DashPattern="1 1"')
        assert ink(pages.drawn(dashed)) == (0, 90, 200, 110)
