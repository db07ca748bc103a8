"""The round official seal, measured in millimetres."""

from __future__ import annotations

import io
import itertools
import math
import subprocess
import sys

import pytest
from fontTools.pens.recordingPen import RecordingPen
from fontTools.svgLib.path import parse_path
from lxml import etree
from PIL import Image

import toyfont
from govseal.errors import SealError
from govseal.seal.drawing import Drawing, draw_seal
from govseal.seal.drawing.fonts import ENVIRONMENT, Font, find_font
from govseal.seal.drawing.paths import Path, bounds
from govseal.seal.picture import load_picture

NAME = "测试市行政审批服务管理局"
PURPOSE = "行政审批专用章"
LONG = NAME + "测试省测试市行政审批服务管理局局局局局局"
SVG_NAMESPACE = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def toy(tmp_path_factory) -> Font:
    return find_font(toyfont.save(tmp_path_factory.mktemp("font") / "toy.ttf"))


@pytest.fixture(scope="module")
def song() -> Font:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(ENVIRONMENT, raising=False)
        try:
            return find_font(bold=True)
        except SealError:
            pytest.skip("no Chinese font on this system")


def polar(path: Path, middle: float) -> list[tuple[float, float]]:
    """The outline as (distance from the centre, angle clockwise from the top)."""
    points = [point for contour in path.contours for point in contour.flatten(0.001)]
    return [
        (math.hypot(x - middle, y - middle), math.atan2(x - middle, middle - y)) for x, y in points
    ]


def sector(path: Path, middle: float) -> tuple[float, float]:
    angles = [angle for _, angle in polar(path, middle)]
    return min(angles), max(angles)


def glyphs(drawing: Drawing, name: str) -> list[Path]:
    return list(drawing.paths[2 : 2 + len(name)])


@pytest.mark.parametrize("diameter", [30, 38, 42, 45, 50, 60])
def test_ring_fills_the_diameter(toy, diameter):
    drawing = draw_seal(NAME, diameter_mm=diameter, font=toy)
    outer, inner = drawing.paths[0].contours
    radii = [[r for r, _ in polar(Path((c,)), diameter / 2)] for c in (outer, inner)]
    assert min(radii[0]) == pytest.approx(diameter / 2, abs=0.002)
    assert max(radii[0]) == pytest.approx(diameter / 2, abs=0.0002)
    assert diameter / 2 - min(radii[1]) == pytest.approx(1.2 * diameter / 42, abs=0.002)
    assert (drawing.width_mm, drawing.height_mm) == (diameter, diameter)


def test_star_is_upright_and_regular(toy):
    points = polar(draw_seal(NAME, font=toy).paths[1], 21)
    tips, dents = points[::2], points[1::2]
    assert [r for r, _ in tips] == pytest.approx([7.0] * 5)
    assert [r for r, _ in dents] == pytest.approx([7 * 0.381966] * 5, abs=1e-5)
    turned = [round(math.degrees(angle)) % 360 for _, angle in tips]
    assert turned == [0, 72, 144, 216, 288]


@pytest.mark.parametrize("bottom", [None, PURPOSE, PURPOSE + "（1）"])
@pytest.mark.parametrize(
    ("name", "diameter"),
    [*itertools.product(["测试市教育局", NAME], [30, 42, 60]), (LONG, 42), (LONG, 60)],
)
def test_text_stays_in_its_place(toy, name, bottom, diameter):
    drawing = draw_seal(name, bottom=bottom, diameter_mm=diameter, font=toy)
    middle, unit = diameter / 2, diameter / 42
    inside = middle - 1.2 * unit
    around = glyphs(drawing, name)
    for path in drawing.paths[2:]:
        # Outside of the star, inside of the ring with a margin.
        assert min(r for r, _ in polar(path, middle)) > 7 * unit * math.cos(math.radians(36))
        assert max(r for r, _ in polar(path, middle)) < inside - 0.25 * unit
    edges = [sector(path, middle) for path in around]
    for (_, end), (start, _) in itertools.pairwise(edges):
        assert end < start
    assert edges[0][0] == pytest.approx(-edges[-1][1], abs=1e-6)


def test_text_below_stands_clear_of_the_name(toy):
    for name in ("测试市教育局", NAME, LONG):
        drawing = draw_seal(name, bottom=PURPOSE, font=toy)
        line = bounds([c for path in drawing.paths[2 + len(name) :] for c in path.contours])
        assert line.x_min == pytest.approx(42 - line.x_max)
        assert line.width < 26
        assert line.centre[1] == pytest.approx(21 + 9.8)
        assert line.y_min > 21 + 7 * math.cos(math.radians(36))
        for path in (glyphs(drawing, name)[0], glyphs(drawing, name)[-1]):
            for contour in path.contours:
                for x, y in contour.flatten(0.001):
                    near_x = max(line.x_min - x, 0, x - line.x_max)
                    near_y = max(line.y_min - y, 0, y - line.y_max)
                    assert math.hypot(near_x, near_y) > 0.5


def test_heads_point_outward(song):
    # The head of 下 is its widest part; it must lie on the outside all around.
    drawing = draw_seal("下" * 9, font=song)
    for path in glyphs(drawing, "下" * 9):
        points = polar(path, 21)
        angles = {"head": [], "foot": []}
        radii = [r for r, _ in points]
        middle = (min(radii) + max(radii)) / 2
        for r, angle in points:
            angles["head" if r > middle else "foot"].append(angle)
        widths = {part: max(values) - min(values) for part, values in angles.items()}
        assert widths["head"] > widths["foot"]


def test_characters_have_the_measured_height(toy):
    path = draw_seal("国", font=toy).paths[2]
    box = bounds(path.contours)
    assert box.height == pytest.approx(6.6)
    assert box.y_min == pytest.approx(2.1)
    assert box.centre[0] == pytest.approx(21)


def test_usual_name_spans_as_measured(toy):
    for bottom, span in ((None, 262), (PURPOSE, 205)):
        around = glyphs(draw_seal(NAME, bottom=bottom, font=toy), NAME)
        first, last = (sector(path, 21) for path in (around[0], around[-1]))
        assert math.degrees(sum(last) - sum(first)) / 2 == pytest.approx(span, abs=0.01)


def test_short_name_keeps_its_pitch(toy):
    around = glyphs(draw_seal("测试市教育局", font=toy), "测试市教育局")
    middles = [math.degrees(sum(sector(path, 21)) / 2) for path in around]
    assert middles == pytest.approx([-75, -45, -15, 15, 45, 75])


def test_long_name_widens_and_narrows(toy):
    assert len(LONG) > 30
    around = glyphs(draw_seal(LONG, font=toy), LONG)
    start, end = sector(around[0], 21)[0], sector(around[-1], 21)[1]
    assert 270 < math.degrees(end - start) < 320
    radii = [r for r, _ in polar(around[0], 21)]
    assert 2.6 < max(radii) - min(radii) < 6.6
    assert max(radii) < 19.8


def test_one_stays_a_stroke(toy):
    frame, bar = (bounds(draw_seal(name, font=toy).paths[2].contours) for name in ("国", "一"))
    assert bar.height == pytest.approx(frame.height * 80 / 920)
    assert bar.width == pytest.approx(frame.width * 880 / 900)
    assert bar.centre[0] == pytest.approx(21)


def test_brackets_and_digits_take_less_room(toy):
    around = glyphs(draw_seal("中国（测试）局", font=toy), "中国（测试）局")
    steps = [sum(sector(path, 21)) / 2 for path in around]
    assert steps[2] - steps[1] < 0.8 * (steps[1] - steps[0])
    assert around[2].contours[0].start != around[5].contours[0].start


@pytest.mark.req("R-GZ-A")
@pytest.mark.parametrize("number", ["（1）", "（12）", "(3)"])
def test_number_follows_on_a_smaller_line(toy, number):
    drawing = draw_seal(NAME, bottom=PURPOSE + number, font=toy)
    after = 2 + len(NAME)
    line = bounds([c for p in drawing.paths[after : after + 7] for c in p.contours])
    small = bounds([c for p in drawing.paths[after + 7 :] for c in p.contours])
    assert len(drawing.paths) == after + 7 + len(number)
    assert small.y_min > line.y_max + 0.3
    assert small.height < line.height * 0.7
    assert small.centre[0] == pytest.approx(21)
    plain = draw_seal(NAME, bottom=PURPOSE, font=toy)
    assert drawing.paths[:after] == plain.paths[:after]


def test_real_font_is_centred_and_in_the_ring(song):
    drawing = draw_seal("晋城市行政审批服务管理局", bottom=PURPOSE + "（1）", font=song)
    around = glyphs(drawing, NAME)
    edges = [sector(path, 21) for path in around]
    assert edges[0][0] == pytest.approx(-edges[-1][1], abs=math.radians(2))
    for path in drawing.paths[2:]:
        assert max(r for r, _ in polar(path, 21)) < 19.8 - 0.3
    for (_, end), (start, _) in itertools.pairwise(edges):
        assert end < start


def test_svg_is_outlines_in_millimetres(toy):
    drawing = draw_seal(NAME, bottom=PURPOSE, font=toy)
    root = etree.fromstring(drawing.to_svg())
    assert root.tag == SVG_NAMESPACE + "svg"
    assert (root.get("width"), root.get("height")) == ("42mm", "42mm")
    assert root.get("viewBox") == "0 0 42 42"
    assert {element.tag for element in root.iter()} == {
        SVG_NAMESPACE + tag for tag in ("svg", "g", "path")
    }
    assert root[0].get("fill") == "#FF0000"
    assert b"font" not in drawing.to_svg()


def test_svg_holds_the_outlines(toy):
    drawing = draw_seal(NAME + "圆", font=toy)
    root = etree.fromstring(drawing.to_svg())
    for path, element in zip(drawing.paths, root.iter(SVG_NAMESPACE + "path"), strict=True):
        pen = RecordingPen()
        parse_path(element.get("d"), pen)
        read = [point for _, points in pen.value for point in points]
        wanted = []
        for contour in path.contours:
            wanted.append(contour.start)
            wanted += [point for segment in contour.segments for point in segment]
        # The reader repeats the start of a contour to close it.
        for x, y in wanted:
            assert any(abs(x - a) < 6e-4 and abs(y - b) < 6e-4 for a, b in read)


def test_svg_is_the_same_each_time(toy):
    drawings = [draw_seal(NAME, bottom=PURPOSE, font=toy) for _ in range(2)]
    assert drawings[0] == drawings[1]
    assert drawings[0].to_svg() == drawings[1].to_svg()
    assert drawings[0].to_png() == drawings[1].to_png()


@pytest.mark.parametrize(("dpi", "pixels"), [(300, 496), (600, 992)])
def test_png_is_pure_red_on_nothing(toy, dpi, pixels):
    data = draw_seal(NAME, bottom=PURPOSE, font=toy).to_png(dpi)
    image = Image.open(io.BytesIO(data))
    assert image.size == (pixels, pixels)
    assert image.info["dpi"] == pytest.approx((dpi, dpi), abs=0.02)
    image = image.convert("RGBA")
    colours = {colour for _, colour in image.getcolors(256)}
    assert {colour[:3] for colour in colours} == {(255, 0, 0)}
    assert len(colours) <= 16
    for x in (0, pixels - 1):
        for y in (0, pixels - 1):
            assert image.getpixel((x, y))[3] == 0
    ring = round(0.6 / 42 * pixels)
    assert image.getpixel((ring, pixels // 2)) == (255, 0, 0, 255)
    assert image.getpixel((pixels // 2, pixels - 1 - ring)) == (255, 0, 0, 255)
    assert image.getpixel((pixels // 2, pixels // 2)) == (255, 0, 0, 255)
    assert image.getpixel((round(2 / 42 * pixels), pixels // 2))[3] == 0
    # The ring touches all four edges: the picture is as large as the seal.
    assert image.getchannel("A").getbbox() == (0, 0, pixels, pixels)
    assert len(data) < 30_000


def test_png_keeps_the_counters_of_characters(toy):
    image = Image.open(io.BytesIO(draw_seal("国", font=toy).to_png(600))).convert("RGBA")
    x, y = round(21 / 42 * 992), round(5.4 / 42 * 992)
    assert image.getpixel((x, y))[3] == 0
    stroke = round((2.1 + 6.6 * 50 / 920) / 42 * 992)
    assert image.getpixel((x, stroke)) == (255, 0, 0, 255)


def test_png_fills_as_much_as_the_outlines_enclose(toy):
    drawing = draw_seal("测试市教育局", font=toy)
    image = Image.open(io.BytesIO(drawing.to_png(600))).convert("RGBA")
    levels = image.getchannel("A").histogram()
    filled = sum(level * count for level, count in enumerate(levels)) / 255 * (42 / 992) ** 2

    def area(path: Path) -> float:
        total = 0.0
        for contour in path.contours:
            points = contour.flatten(0.0005)
            for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1], strict=True):
                total += (x0 * y1 - x1 * y0) / 2
        return abs(total)

    assert filled == pytest.approx(sum(area(path) for path in drawing.paths), rel=0.002)


@pytest.mark.req("R-JC29S-06b")
def test_picture_for_the_seal(toy):
    drawing = draw_seal(NAME, diameter_mm=45, font=toy)
    for form, word in (("png", "PNG"), ("svg", "SVG")):
        picture = drawing.picture(form)
        assert (picture.type, picture.kind) == (word, form)
        assert (picture.width_mm, picture.height_mm) == (45, 45)
        assert load_picture(picture.data, 45, 45) == picture
    assert drawing.picture().pixel_size() == (1063, 1063)
    assert drawing.picture(dpi=300).pixel_size() == (531, 531)


def test_font_by_path(tmp_path):
    path = toyfont.save(tmp_path / "toy.ttf")
    assert draw_seal(NAME, font=path) == draw_seal(NAME, font=str(path))


def test_drawing_loads_no_imaging_library(tmp_path):
    path = toyfont.save(tmp_path / "toy.ttf")
    program = (
        "import sys; from govseal.seal.drawing import draw_seal; "
        "assert 'fontTools' not in sys.modules; "
        f"draw_seal('国', font={str(path)!r}).picture(); assert 'PIL' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("diameter", [0, -42, 29, 61, 10**9])
def test_refuses_other_diameters(toy, diameter):
    with pytest.raises(SealError, match="30 to 60 mm") as caught:
        draw_seal(NAME, diameter_mm=diameter, font=toy)
    assert caught.value.code == "E_SEAL_SIZE"


@pytest.mark.parametrize("diameter", [42.0, 42.5, "42", True, float("nan")])
def test_refuses_diameters_that_are_no_whole_number(toy, diameter):
    with pytest.raises(TypeError, match="whole number of millimetres"):
        draw_seal(NAME, diameter_mm=diameter, font=toy)


@pytest.mark.parametrize("bottom", [None, PURPOSE])
def test_refuses_illegible_names(toy, bottom):
    with pytest.raises(SealError, match="too long") as caught:
        draw_seal(NAME * 5, bottom=bottom, font=toy)
    assert caught.value.code == "E_NAME_TOO_LONG"


def test_refuses_endless_names(toy):
    with pytest.raises(SealError) as caught:
        draw_seal("国" * 100_000, font=toy)
    assert caught.value.code == "E_NAME_TOO_LONG"


def test_legible_is_measured_on_paper(toy):
    # The same name fits a larger seal and not a smaller one.
    draw_seal(LONG, bottom=PURPOSE, diameter_mm=42, font=toy)
    with pytest.raises(SealError, match="the name is too long"):
        draw_seal(LONG, bottom=PURPOSE, diameter_mm=30, font=toy)


@pytest.mark.parametrize("bottom", [PURPOSE * 3, "章" * 17, PURPOSE * 3 + "（1）"])
def test_refuses_illegible_lines_below(toy, bottom):
    with pytest.raises(SealError, match="the line below is too long") as caught:
        draw_seal(NAME, bottom=bottom, font=toy)
    assert caught.value.code == "E_NAME_TOO_LONG"


@pytest.mark.parametrize(
    "mark", [" ", "\u3000", "\n", "\t", "\0", "\u200b", "\u202e", "\ufeff", "\ud800", "\ue000"]
)
@pytest.mark.parametrize("place", ["name", "bottom"])
def test_refuses_invisible_characters(toy, mark, place):
    texts = {"name": NAME, "bottom": PURPOSE}
    texts[place] = texts[place][:3] + mark + texts[place][3:]
    with pytest.raises(SealError, match=f"U\\+{ord(mark):04X}") as caught:
        draw_seal(**texts, font=toy)
    assert caught.value.code == "E_SEAL_NAME"


def test_an_ideograph_newer_than_this_python_is_drawn_as_any_other(toy):
    new, known = (draw_seal(f"测试市{character}局", font=toy) for character in (toyfont.NEW, "国"))
    assert new.paths == known.paths


@pytest.mark.parametrize("character", ["\U0002ebf1", "\U0002ee5d", "\U000323af", "\U00033479"])
def test_ideographs_newer_than_this_python_are_a_matter_of_the_font(toy, character):
    with pytest.raises(SealError, match=f"U\\+{ord(character):04X}") as caught:
        draw_seal(f"测试市{character}局", font=toy)
    assert caught.value.code == "E_GLYPH_MISSING"


@pytest.mark.parametrize(
    "character", ["\U0002fffe", "\U0003ffff", "\U0001fffe", "\U000e0fff", "\u0378"]
)
def test_refuses_what_is_no_character(toy, character):
    with pytest.raises(SealError, match=f"U\\+{ord(character):04X}") as caught:
        draw_seal(f"测试市{character}局", font=toy)
    assert caught.value.code == "E_SEAL_NAME"


@pytest.mark.parametrize(("name", "bottom"), [("", None), ("", PURPOSE), (NAME, "")])
def test_refuses_empty_texts(toy, name, bottom):
    with pytest.raises(SealError, match="empty") as caught:
        draw_seal(name, bottom=bottom, font=toy)
    assert caught.value.code == "E_SEAL_NAME"


@pytest.mark.parametrize("texts", [("测试市龘局", None), (NAME, "龘专用章")])
def test_names_the_character_that_the_font_lacks(toy, texts):
    with pytest.raises(SealError, match="龘") as caught:
        draw_seal(texts[0], bottom=texts[1], font=toy)
    assert caught.value.code == "E_GLYPH_MISSING"


def test_names_the_font_that_is_missing(tmp_path):
    with pytest.raises(SealError, match=r"nowhere\.ttf") as caught:
        draw_seal(NAME, font=tmp_path / "nowhere.ttf")
    assert caught.value.code == "E_FONT_MISSING"


@pytest.mark.parametrize("dpi", [0, -300, 71, 2401, 10**9])
def test_refuses_other_resolutions(toy, dpi):
    with pytest.raises(ValueError, match="72 to 2400 dpi"):
        draw_seal(NAME, font=toy).to_png(dpi)


def test_refuses_other_formats(toy):
    with pytest.raises(ValueError, match="png, svg or ofd, not gif"):
        draw_seal(NAME, font=toy).picture("gif")
