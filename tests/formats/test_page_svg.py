"""Pages as SVG: the picture of the PNG, in millimetres, and nothing that runs or is fetched."""

from __future__ import annotations

import base64
import io
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from PIL import Image, ImageStat

import ofd_builder
import pagepictures as pages
import toyfont
from govseal.errors import FormatError, GovsealError, LimitExceeded
from govseal.formats.ofd.appearance import draw_page
from govseal.formats.ofd.document import OfdDocument
from govseal.formats.ofd.render import budget
from govseal.seal.drawing import Drawing
from govseal.seal.drawing.paths import RED, Path, circle, star
from govseal.seal.picture import check_svg

SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {
    *("svg", "desc", "rect", "g", "defs", "path", "use", "image", "clipPath"),
    *("linearGradient", "radialGradient", "stop"),
}
SHADED = (
    '<ofd:FillColor><ofd:AxialShd StartPoint="0 0" EndPoint="6 0" Extend="3">'
    '<ofd:Segment Position="0"><ofd:Color Value="255 0 0"/></ofd:Segment>'
    '<ofd:Segment Position="1"><ofd:Color Value="0 0 255"/></ofd:Segment>'
    "</ofd:AxialShd></ofd:FillColor>"
)
CLIPPED = (
    '<ofd:Clips><ofd:Clip><ofd:Area><ofd:Path Boundary="0 0 6 6"><ofd:AbbreviatedData>'
    "M 3 0 L 6 6 L 0 6 C</ofd:AbbreviatedData></ofd:Path></ofd:Area></ofd:Clip></ofd:Clips>"
)
#: One of everything, each in a place of its own on a page of 20 x 20 mm.
OBJECTS = {
    "square": pages.square(1, 1, 4, "0 0 200"),
    "faint": pages.square(6, 1, 4, "0 128 0", ' Alpha="100"'),
    "line": pages.path("M 11 2 L 19 2 L 19 4", 'LineWidth="0.8" Join="Round" Cap="Round"'),
    "dashes": pages.path("M 11 5 L 19 5", 'LineWidth="0.6" DashPattern="2 1"'),
    "arc": pages.path("M 1 9 A 2 1 30 1 1 5 9", 'LineWidth="0.4"'),
    "text": pages.text("国0日", 'X="0" Y="4" DeltaX="4 2"', 'Size="4"', box="6 6 12 5"),
    "outlined": pages.text(
        "一", 'X="0" Y="4"', 'Size="4" Fill="false" Stroke="true" LineWidth="0.3"', box="15 6 5 5"
    ),
    "image": pages.image(box="1 11 6 3"),
    "turned": pages.image(attributes='CTM="3 1 -1 3 1 0"', box="8 11 5 5"),
    "shading": pages.path("M 0 0 L 6 0 L 6 3 L 0 3 C", 'Fill="true"', SHADED, box="13 11 6 3"),
    "clipped": pages.path(
        "M 0 0 L 6 0 L 6 6 L 0 6 C",
        'Fill="true" Stroke="false"',
        f'<ofd:FillColor Value="200 0 0"/>{CLIPPED}',
        box="13 14 6 6",
    ),
}


@pytest.fixture(autouse=True, scope="module")
def toy_font(tmp_path_factory):
    """宋体 is a font of squares and bars."""
    with pytest.MonkeyPatch.context() as patch:
        path = toyfont.save(tmp_path_factory.mktemp("font") / "toy.ttf")
        patch.setenv("GOVSEAL_FONT", str(path))
        yield


def seal_svg() -> bytes:
    ring = (circle((5, 5), 4.5), circle((5, 5), 4, clockwise=False))
    paths = (Path(ring, RED), Path((star((5, 5), 2),), RED))
    return Drawing(paths, 10, 10).to_svg()


@pytest.fixture(scope="module")
def package():
    """One of everything, with a stamp over some of it."""
    with pytest.MonkeyPatch.context():
        data = pages.document("".join(OBJECTS.values()), files={ofd_builder.IMAGE: pages.png()})
        data = pages.stamped(data, seal_svg(), (4, 4), 8, "SVG")
        return pages.stamped(data, pages.png(), (10, 14), 5)


def svg_of(data, **options) -> bytes:
    return draw_page(OfdDocument(data), 1, **options).svg()


def root_of(svg: bytes):
    return etree.fromstring(svg, etree.XMLParser(resolve_entities=False))


class TestForm:
    def test_the_view_box_is_in_millimetres(self, package):
        root = root_of(svg_of(package))
        assert (root.get("width"), root.get("height")) == ("20mm", "20mm")
        assert root.get("viewBox") == "0 0 20 20"

    def test_nothing_runs_and_nothing_is_fetched(self, package):
        svg = svg_of(package)
        check_svg(svg)
        root = root_of(svg)
        assert {item.tag.removeprefix(SVG) for item in root.iter()} <= ELEMENTS
        for item in root.iter():
            for key, value in item.attrib.items():
                assert not key.lower().startswith("on")
                if key == "href":
                    assert value.startswith(("#", "data:image/png;base64,"))
                if "url(" in value:
                    assert re.fullmatch(r"url\(#p1-[a-z]\d+\)", value)

    def test_every_name_is_there_once_and_used(self, package):
        svg = svg_of(package).decode()
        names = re.findall(r'id="(p1-[a-z]\d+)"', svg)
        assert len(names) == len(set(names))
        assert set(re.findall(r"""(?:href="#|url\(#)(p1-[a-z]\d+)""", svg)) == set(names)

    def test_a_character_is_written_once(self):
        code = 'X="0" Y="4"'
        svg = svg_of(pages.document(pages.text("国国国", code, 'Size="2"')))
        assert svg.count(b"<use ") == 3
        assert svg.count(b'<path id="p1-g') == 1

    def test_pictures_are_no_finer_than_they_can_show(self):
        image = pages.png(2000, 1000)
        data = pages.document(pages.image(box="1 1 10 5"), files={ofd_builder.IMAGE: image})
        found = re.search(rb"base64,([A-Za-z0-9+/=]+)", svg_of(data))
        size = Image.open(io.BytesIO(base64.b64decode(found[1]))).size
        assert size == (120, 60)

    def test_stamps_are_multiplied_and_can_be_left_out(self, package):
        assert svg_of(package).count(b"mix-blend-mode:multiply") == 2
        assert b"mix-blend-mode" not in svg_of(package, stamps=False)

    def test_words_of_a_document_never_become_markup(self):
        hostile = "&lt;/path&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;"
        data = pages.document(pages.text(hostile), resources="")
        data = ofd_builder.edited(data, ofd_builder.RESOURCES, "宋体", "&quot;&gt;&lt;script/&gt;")
        assert b"script" not in svg_of(data)
        root_of(svg_of(data))

    def test_the_same_page_gives_the_same_bytes(self, package):
        assert svg_of(package) == svg_of(package)


class TestLimits:
    def test_a_page_of_more_than_ten_metres(self):
        for box in ("0 0 10001 5", "0 0 1e300 1e300"):
            with pytest.raises(LimitExceeded, match="too large"):
                svg_of(pages.document(box=box))

    def test_a_page_that_asks_for_too_many_bytes(self, monkeypatch):
        monkeypatch.setattr(budget, "_ALLOWANCE", {**budget._ALLOWANCE, "svg bytes": 3000})
        with pytest.raises(LimitExceeded, match="too many svg bytes"):
            svg_of(pages.document(pages.text("国" * 200)))

    def test_a_giant_image_is_not_decoded(self):
        files = {ofd_builder.IMAGE: pages.png_header(50_000, 50_000)}
        with pytest.raises(LimitExceeded, match="too large"):
            svg_of(pages.document(pages.image(), files=files))

    def test_blocks_are_nested_too_deeply(self):
        opened, closed = '<ofd:PageBlock ID="6">' * 45, "</ofd:PageBlock>" * 45
        with pytest.raises(LimitExceeded, match="nested too deeply"):
            svg_of(pages.document(opened + pages.square(1, 1, 5) + closed))

    @pytest.mark.parametrize(
        "value", ["nan", "1e308", "-9e5 9e5 1 1", "0 0 0 0 0 0", "1e5 0 0 1e5 0 0"]
    )
    @pytest.mark.parametrize("attribute", ["Boundary", "CTM", "LineWidth", "DashPattern"])
    def test_absurd_numbers_leave_sound_ones(self, attribute, value):
        line = f'<ofd:PathObject ID="1" Boundary="1 1 9 9" {attribute}="{value}">'
        line = line.replace('Boundary="1 1 9 9" Boundary', "Boundary")
        data = pages.document(
            f"{line}<ofd:AbbreviatedData>M 0 0 L 9e5 9 A 3 4 0 1 1 2 7</ofd:AbbreviatedData>"
            "</ofd:PathObject>"
        )
        text = svg_of(data).decode()
        root_of(text.encode())
        assert "nan" not in text
        assert "inf" not in text

    def test_no_such_page(self, package):
        with pytest.raises(ValueError, match="there is no page 2"):
            draw_page(OfdDocument(package), 2)
        with pytest.raises(FormatError):
            draw_page(OfdDocument(b"PK\3\4"), 1)

    @settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def test_any_change_of_one_byte_gives_an_svg_or_an_error(self, data):
        sound = pages.content(OBJECTS["text"] + OBJECTS["clipped"] + OBJECTS["dashes"])
        at = data.draw(st.integers(0, len(sound) - 1))
        value = data.draw(st.integers(0, 255))
        changed = sound[:at] + bytes([value]) + sound[at + 1 :]
        try:
            svg = svg_of(ofd_builder.replaced(pages.document(), ofd_builder.PAGE, changed))
        except GovsealError:
            return
        root_of(svg)


@pytest.fixture(scope="module")
def shown(package, tmp_path_factory):
    """The page as Chromium shows it."""
    return pages.in_browser(svg_of(package), (200, 200), tmp_path_factory.mktemp("browser"))


@pytest.fixture(scope="module")
def ours(package):
    return pages.draw(package)


@pytest.mark.slow
class TestAlike:
    """Chromium shows the SVG as we show the PNG; edges are smoothed differently everywhere."""

    def test_the_page_looks_the_same(self, shown, ours):
        assert shown.size == ours.size
        assert pages.difference(shown, ours) < 1.5

    @pytest.mark.parametrize("box", [(10, 10, 50, 50), (60, 10, 100, 50), (130, 110, 190, 140)])
    def test_colours_are_the_same(self, shown, ours, box):
        inside = (box[0] + 5, box[1] + 5, box[2] - 5, box[3] - 5)
        found = [ImageStat.Stat(picture.crop(inside)).mean for picture in (shown, ours)]
        assert all(abs(a - b) <= 3 for a, b in zip(*found, strict=True))

    def test_the_stamp_lets_what_lies_below_shine_through(self, shown, ours):
        for picture in (shown, ours):
            red, green, blue = picture.getpixel((80, 46))
            # The faint green square below darkens the red ring: 155 of 255.
            assert abs(red - 155) <= 6
            assert max(green, blue) <= 40

    def test_the_measure_tells_pages_apart(self, shown, package):
        other = pages.draw(package, stamps=False)
        assert pages.difference(shown, other) > 1.5


class TestClips:
    def test_clips_of_nested_units_add_up_to_a_bound(self):
        clip = CLIPPED.replace("<ofd:Clips>", "").replace("</ofd:Clips>", "")
        used = (
            '<ofd:CompositeObject ID="7" Boundary="0 0 20 20" ResourceID="9"><ofd:Clips>'
            f"{clip * 20}</ofd:Clips></ofd:CompositeObject>"
        )
        unit = (
            '<ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID="9"><ofd:Content>'
            f"{used}</ofd:Content></ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits>"
        )
        data = pages.document(used, resources=unit)
        for draw in (svg_of, pages.draw):
            with pytest.raises(LimitExceeded, match="too many clips"):
                draw(data)
