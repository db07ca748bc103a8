"""Codes, ovals and squares, and what each shape takes."""

from __future__ import annotations

import itertools
import math

import pytest

import govseal
import toyfont
from govseal.errors import SealError
from govseal.seal.drawing import Drawing, draw_seal
from govseal.seal.drawing.drawing import Drawing as Bare
from govseal.seal.drawing.ellipses import inset
from govseal.seal.drawing.fonts import Font, find_font
from govseal.seal.drawing.measures import NOTHING
from govseal.seal.drawing.paths import RED, Path, bounds, circle

NAME = "测试市行政审批服务管理局"
PURPOSE = "行政审批专用章"
CODE = "9900000000001"
FIGURE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><path d="M2 0L4 4L0 4Z"/></svg>'
)


@pytest.fixture(scope="module")
def toy(tmp_path_factory) -> Font:
    return find_font(toyfont.save(tmp_path_factory.mktemp("font") / "toy.ttf"))


def boxes(drawing: Drawing) -> list:
    """The box of the ink of each path after the border."""
    return [bounds(path.contours) for path in drawing.paths[1:]]


def tilt(path: Path) -> float:
    """How far a frame is turned, clockwise from upright: the direction of its upper side."""
    (x0, y0), (x1, y1) = path.contours[0].start, path.contours[0].segments[0][0]
    # The first side of a frame goes up from its lower left corner.
    return math.atan2(x1 - x0, y0 - y1)


# ------------------------------------------------------------------------------------------- codes


@pytest.mark.parametrize("diameter", [30, 42, 45, 60])
@pytest.mark.parametrize("code", [CODE, CODE + "2"])
@pytest.mark.parametrize("bottom", [None, PURPOSE, PURPOSE + "（18）"])
def test_a_code_stands_at_the_lower_edge(toy, diameter, code, bottom):
    drawing = draw_seal(NAME, bottom=bottom, code=code, diameter_mm=diameter, font=toy)
    middle = diameter / 2
    digits = boxes(drawing)[-len(code) :]
    # Read from the left, along the lower arc, inside of the ring.
    assert [box.centre[0] for box in digits] == sorted(box.centre[0] for box in digits)
    assert digits[0].centre[0] + digits[-1].centre[0] == pytest.approx(diameter, abs=0.01)
    distances = [math.dist(box.centre, (middle, middle)) for box in digits]
    assert min(distances) == pytest.approx(max(distances), abs=0.05)
    assert max(distances) < middle * (1 - 1.2 / 21)
    assert drawing.measures.code_height_mm > 1.0
    assert drawing.measures.code_span_deg < 90
    # The digits say the words of nothing.
    assert drawing.text == NAME + (bottom or "")


def test_a_code_stands_upright_below_the_middle(toy):
    drawing = draw_seal(NAME, code="123", font=toy)
    left, middle, right = drawing.paths[-3:]
    assert bounds(middle.contours).centre[0] == pytest.approx(21)
    assert tilt(middle) == pytest.approx(0, abs=1e-6)
    assert tilt(left) == pytest.approx(-tilt(right))
    assert tilt(left) > 0


def test_a_code_pushes_a_long_name_aside(toy):
    name = "测试省测试市行政审批服务管理局" * 2
    plain = draw_seal(name, font=toy).measures
    coded = draw_seal(name, code=CODE, font=toy).measures
    assert coded.name_span_deg < plain.name_span_deg
    assert coded.name_span_deg + coded.code_span_deg < 356


@pytest.mark.parametrize("code", ["", "12A4", "１２３", "-1", "12 34", "①", "1\n"])
def test_refuses_codes_that_are_no_digits(toy, code):
    with pytest.raises(SealError, match="digits 0 to 9") as caught:
        draw_seal(NAME, code=code, font=toy)
    assert caught.value.code == "E_SEAL_CODE"


@pytest.mark.parametrize(("code", "diameter"), [("1" * 60, 42), ("1" * 10**5, 42), ("1" * 40, 30)])
def test_refuses_codes_that_do_not_fit(toy, code, diameter):
    with pytest.raises(SealError, match="the code is too long") as caught:
        draw_seal(NAME, code=code, diameter_mm=diameter, font=toy)
    assert caught.value.code == "E_NAME_TOO_LONG"


def test_refuses_a_line_that_meets_the_code(toy):
    draw_seal(NAME, bottom=PURPOSE + "章", code="1" * 14, font=toy)
    with pytest.raises(SealError, match="the line below is too long") as caught:
        draw_seal(NAME, bottom=PURPOSE + "章", code="1" * 24, font=toy)
    assert caught.value.code == "E_NAME_TOO_LONG"


def test_a_short_line_lies_inside_of_a_long_name(toy):
    name = "测试省测试市行政审批服务管理局" * 2
    short = draw_seal(name, bottom="章", font=toy).measures
    assert short.name_span_deg > draw_seal(name, bottom=PURPOSE, font=toy).measures.name_span_deg


# ------------------------------------------------------------------------------------------- ovals


@pytest.mark.parametrize("size", [None, (40, 30), (30, 20), (45, 30), (60, 50), (40, 40)])
def test_an_oval_fills_its_size(toy, size):
    drawing = draw_seal("测试市教育局", shape="oval", size_mm=size, font=toy)
    width, height = size or (40, 30)
    assert (drawing.width_mm, drawing.height_mm) == (width, height)
    outer, inner = (bounds([contour]) for contour in drawing.paths[0].contours)
    assert (outer.width, outer.height) == pytest.approx((width, height), abs=1e-3)
    ring = min(width / 40, height / 30)
    assert (outer.width - inner.width) / 2 == pytest.approx(ring, abs=1e-3)
    assert (outer.height - inner.height) / 2 == pytest.approx(ring, abs=1e-3)


def test_an_invoice_seal_has_its_measures(toy):
    """国家税务总局公告2011年第7号."""
    drawing = draw_seal(
        "测试市行政审批服务管理局", shape="oval", middle="9" * 18, bottom="国国国国国", font=toy
    )
    claims = drawing.measures
    assert claims.border_mm == pytest.approx(1)
    assert claims.name_gap_mm == pytest.approx(0.5, abs=0.2)
    assert claims.name_height_mm == pytest.approx(4.2, abs=0.3)
    assert 210 <= claims.name_span_deg <= 260
    assert claims.middle_height_mm == pytest.approx(3.7)
    assert claims.middle_width_mm == pytest.approx(26, abs=0.1)
    assert claims.bottom_height_mm == pytest.approx(4.6)
    below = boxes(drawing)[-5:]
    assert below[0].width == pytest.approx(3, abs=0.05)
    assert below[0].y_min == pytest.approx(15 + 4.2)


def test_a_name_stands_along_the_normals_of_an_oval(toy):
    name = "测试市行政审批服务管理局"
    drawing = draw_seal(name, shape="oval", font=toy)
    places = []
    for path in drawing.paths[1:]:
        corners = path.contours[0].flatten(0.01)
        x = sum(x for x, _ in corners) / 4 - 20
        y = sum(y for _, y in corners) / 4 - 15
        places.append((x, y))
        # The normal leads from the edge to the middle of the character.
        normal = math.atan2(math.sin(tilt(path)), math.cos(tilt(path)))
        step = 1e-4
        along = (x + step * math.sin(normal), y - step * math.cos(normal))
        assert inset((19, 14), (x, y)) - inset((19, 14), along) == pytest.approx(step, rel=0.15)
        assert inset((19, 14), (x, y)) == pytest.approx(0.55 + 2.1, abs=0.01)
    steps = [math.dist(one, other) for one, other in itertools.pairwise(places)]
    assert max(steps) - min(steps) < 0.12  # chords of one length of arc
    assert places[0][0] == pytest.approx(-places[-1][0], abs=1e-3)
    assert places[0][1] == pytest.approx(places[-1][1], abs=1e-3)


def test_a_long_name_widens_and_narrows_in_an_oval(toy):
    short = draw_seal("测试市教育局", shape="oval", font=toy).measures
    long = draw_seal("测试市行政审批服务管理局" * 2, shape="oval", font=toy).measures
    assert long.name_span_deg > short.name_span_deg
    assert long.name_height_mm < short.name_height_mm


def test_a_number_follows_below_in_an_oval(toy):
    drawing = draw_seal(NAME, shape="oval", bottom="专用章（2）", font=toy)
    line, number = boxes(drawing)[-6:-3], boxes(drawing)[-3:]
    assert min(box.y_min for box in number) > max(box.y_max for box in line) + 0.3
    assert drawing.measures.number_height_mm < drawing.measures.bottom_height_mm
    assert drawing.text == NAME + "专用章（2）"


@pytest.mark.parametrize(
    "size", [(25, 20), (61, 45), (40, 19), (60, 51), (30, 40), (52, 30), (0, 0), (-40, -30)]
)
def test_refuses_other_ovals(toy, size):
    with pytest.raises(SealError, match="an oval seal is") as caught:
        draw_seal(NAME, shape="oval", size_mm=size, font=toy)
    assert caught.value.code == "E_SEAL_SIZE"


@pytest.mark.parametrize(
    ("texts", "what"),
    [
        ({"name": NAME * 4}, "the name"),
        ({"name": NAME * 2, "size_mm": (30, 20)}, "the name"),
        ({"name": NAME, "middle": "1" * 50}, "the middle line"),
        ({"name": NAME, "middle": "国" * 20}, "the middle line"),
        ({"name": NAME, "bottom": "国" * 20}, "the line below"),
        ({"name": "国" * 10**5}, "the name"),
    ],
)
def test_refuses_illegible_ovals(toy, texts, what):
    with pytest.raises(SealError, match=f"{what} is too long") as caught:
        draw_seal(shape="oval", font=toy, **texts)
    assert caught.value.code == "E_NAME_TOO_LONG"


@pytest.mark.parametrize("middle", ["", "12 34", "1\u200b2", "1\u20dd", "1\ufe0f", "\U000e0100"])
def test_refuses_middle_lines_without_words(toy, middle):
    with pytest.raises(SealError, match="the middle line") as caught:
        draw_seal(NAME, shape="oval", middle=middle, font=toy)
    assert caught.value.code == "E_SEAL_NAME"


# ----------------------------------------------------------------------------------------- squares


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("测试", [1, 1]),
        ("测试市", [1, 2]),
        ("测试市局", [2, 2]),
        ("测试市局章", [2, 3]),
        ("测试市局章国", [2, 2, 2]),
        ("测试市局章国中", [2, 2, 3]),
        ("测试市局章国中育", [2, 3, 3]),
        ("测试市局章国中育教", [3, 3, 3]),
    ],
)
def test_columns_are_read_from_the_right(toy, name, columns):
    found = boxes(draw_seal(name, shape="square", font=toy))
    rights = [round(box.centre[0], 3) for box in found]
    assert [rights.count(x) for x in sorted(set(rights), reverse=True)] == columns
    assert rights == sorted(rights, reverse=True)
    for one, other in itertools.pairwise(found):
        if one.centre[0] == pytest.approx(other.centre[0]):
            assert other.y_min > one.y_max


@pytest.mark.parametrize("size", [(12, 12), (20, 20), (50, 50), (12, 30), (40, 14), (12, 48)])
def test_a_square_is_filled_with_even_margins(toy, size):
    drawing = draw_seal("测试市局", shape="square", size_mm=size, font=toy)
    assert (drawing.width_mm, drawing.height_mm) == size
    border = drawing.measures.border_mm
    found = boxes(drawing)
    margins = [
        min(box.x_min for box in found) - border,
        min(box.y_min for box in found) - border,
        size[0] - border - max(box.x_max for box in found),
        size[1] - border - max(box.y_max for box in found),
    ]
    assert margins == pytest.approx([min(size) * 0.06] * 4)


@pytest.mark.parametrize(("size", "columns"), [((12, 30), 1), ((40, 12), 3), ((20, 20), 2)])
def test_a_rectangle_has_as_many_columns_as_suit_it(toy, size, columns):
    found = boxes(draw_seal("测试市", shape="square", size_mm=size, font=toy))
    assert len({round(box.centre[0], 3) for box in found}) == columns


def test_one_stays_a_stroke_in_a_square(toy):
    one, frame = boxes(draw_seal("一国", shape="square", font=toy))
    assert one.height < frame.height / 5
    assert one.centre[1] == pytest.approx(10)


@pytest.mark.parametrize("name", ["测", "测试市行政审批服务管", "测" * 100])
def test_refuses_squares_of_other_lengths(toy, name):
    with pytest.raises(SealError, match="2 to 9 characters") as caught:
        draw_seal(name, shape="square", font=toy)
    assert caught.value.code == "E_SEAL_NAME"


@pytest.mark.parametrize("size", [(11, 20), (20, 51), (12, 49), (0, 0), (-20, 20)])
def test_refuses_other_squares(toy, size):
    with pytest.raises(SealError, match="sides of a name seal") as caught:
        draw_seal("测试", shape="square", size_mm=size, font=toy)
    assert caught.value.code == "E_SEAL_SIZE"


# ------------------------------------------------------------------------------------------ shapes

OPTIONS = {
    "bottom": PURPOSE,
    "diameter_mm": 42,
    "size_mm": (40, 30),
    "level": "department",
    "emblem": FIGURE,
    "code": CODE,
    "middle": "123",
}


@pytest.mark.parametrize(
    ("shape", "option"),
    [
        *itertools.product(["round"], ["size_mm", "middle"]),
        *itertools.product(["oval"], ["diameter_mm", "level", "emblem", "code"]),
        *itertools.product(["square"], sorted(set(OPTIONS) - {"size_mm"})),
    ],
)
def test_refuses_options_that_a_shape_does_not_take(toy, shape, option):
    with pytest.raises(TypeError, match=f"{shape} seal takes no {option}"):
        draw_seal("测试", shape=shape, font=toy, **{option: OPTIONS[option]})


@pytest.mark.parametrize("shape", ["oval", "square"])
@pytest.mark.parametrize(
    "size", [40, [40, 30], (40,), (40, 30, 1), (40.0, 30), (True, 30), "40x30", ("40", "30")]
)
def test_refuses_sizes_that_are_no_whole_numbers(toy, shape, size):
    with pytest.raises(TypeError, match="two whole numbers of millimetres"):
        draw_seal("测试", shape=shape, size_mm=size, font=toy)


@pytest.mark.parametrize(
    ("shape", "options"),
    [
        ("round", {"name": 5}),
        ("square", {"name": None}),
        ("round", {"bottom": b"abc"}),
        ("round", {"code": 9900000000001}),
        ("oval", {"middle": 91}),
    ],
)
def test_refuses_words_that_are_no_text(toy, shape, options):
    with pytest.raises(TypeError, match="of a seal is a text"):
        draw_seal(**({"name": NAME} | options), shape=shape, font=toy)


@pytest.mark.parametrize("shape", ["", "Round", "triangle", "圆"])
def test_refuses_other_shapes(toy, shape):
    with pytest.raises(ValueError, match="there are round, oval, square"):
        draw_seal(NAME, shape=shape, font=toy)


@pytest.mark.parametrize("shape", ["oval", "square"])
def test_names_the_character_that_the_font_lacks(toy, shape):
    with pytest.raises(SealError, match=r"龘.*U\+9F98") as caught:
        draw_seal("测试龘", shape=shape, font=toy)
    assert caught.value.code == "E_GLYPH_MISSING"


@pytest.mark.parametrize("shape", ["round", "oval", "square"])
def test_refuses_a_character_that_shows_nothing(tmp_path, shape):
    """A font may know a character and draw nothing: the seal would not say what it says."""
    font = toyfont.build()
    font["cmap"].getBestCmap()[ord("试")] = f"u{ord(toyfont.BLANK):04X}"
    font.save(tmp_path / "blank.ttf")
    with pytest.raises(SealError, match=r"draws nothing for '试' \(U\+8BD5\)") as caught:
        draw_seal("测试市", shape=shape, font=tmp_path / "blank.ttf")
    assert caught.value.code == "E_GLYPH_MISSING"


@pytest.mark.parametrize(
    ("name", "options", "text"),
    [
        (NAME, {}, NAME),
        (NAME, {"bottom": PURPOSE + "（1）", "code": CODE}, NAME + PURPOSE + "（1）"),
        (NAME, {"shape": "oval", "bottom": "专用章", "middle": "123"}, NAME + "专用章"),
        ("测试", {"shape": "square"}, "测试"),
    ],
)
def test_a_drawing_says_its_words(toy, name, options, text):
    assert draw_seal(name, font=toy, **options).text == text


@pytest.mark.parametrize("options", [{}, {"shape": "oval"}, {"shape": "square"}])
def test_every_shape_is_the_same_each_time(toy, options):
    one, other = (govseal.draw_seal("测试市", font=toy, **options) for _ in range(2))
    assert one == other
    assert one.to_svg() == other.to_svg()
    assert one.to_png(150) == other.to_png(150)
    assert one.to_pdf() == other.to_pdf()
    assert {path.colour for path in one.paths} == {RED}


def test_a_drawing_by_hand_claims_nothing():
    drawing = Bare((Path((circle((5, 5), 5),), RED),), 10, 10)
    assert (drawing.text, drawing.measures) == ("", NOTHING)
