"""The emblem in the centre: a caller's outlines, fitted and drawn in red, or refused."""

from __future__ import annotations

import io
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import toyfont
from govseal.errors import SealError
from govseal.seal.drawing import Drawing, draw_seal
from govseal.seal.drawing.emblem import (
    MAX_EMBLEM_BYTES,
    MAX_EMBLEM_PATHS,
    MAX_EMBLEM_SEGMENTS,
    place_emblem,
)
from govseal.seal.drawing.fonts import Font, find_font
from govseal.seal.drawing.paths import RED, bounds

NAME = "测试市行政审批服务管理局"
SQUARE = '<path d="M10 20L30 20L30 40L10 40Z"/>'
WIDE = '<path d="M0 0L40 0L40 10L0 10Z"/>'


def svg(content: str, box: str = "0 0 100 100") -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">{content}</svg>'.encode()


@pytest.fixture(scope="module")
def toy(tmp_path_factory) -> Font:
    return find_font(toyfont.save(tmp_path_factory.mktemp("font") / "toy.ttf"))


def ink(drawing: Drawing):
    """The box of the emblem, which comes after the ring and before the name."""
    paths = drawing.paths[1 : len(drawing.paths) - len(drawing.text)]
    return bounds([contour for path in paths for contour in path.contours])


@pytest.mark.parametrize("content", [SQUARE, WIDE, f"{SQUARE}{WIDE}"])
def test_it_is_fitted_into_its_circle(content):
    paths, longer = place_emblem(svg(content), (21, 21), 14)
    box = bounds([contour for path in paths for contour in path.contours])
    assert box.centre == pytest.approx((21, 21))
    points = [p for path in paths for c in path.contours for p in c.flatten(0.001)]
    assert max(math.dist(point, (21, 21)) for point in points) == pytest.approx(7)
    assert max(box.width, box.height) == pytest.approx(longer)


def test_its_proportion_is_kept_whatever_the_page():
    for box in ("0 0 100 100", "0 0 400 50", "-5 -5 50 80"):
        paths, longer = place_emblem(svg(WIDE, box), (0, 0), 10)
        found = bounds(paths[0].contours)
        assert found.width / found.height == pytest.approx(4)
        assert longer == pytest.approx(10 * math.cos(math.atan(1 / 4)))


@pytest.mark.parametrize("colour", ["#000000", "#FF0000", "#DE2910"])
def test_it_is_drawn_in_red(toy, colour):
    drawing = draw_seal(NAME, emblem=svg(f'<g fill="{colour}">{SQUARE}</g>'), font=toy)
    assert {path.colour for path in drawing.paths} == {RED}
    assert drawing.to_svg().count(b"#FF0000") == 1


def test_it_takes_the_place_of_the_star(toy):
    drawing = draw_seal(NAME, emblem=svg(SQUARE), font=toy)
    assert drawing.measures.star_mm is None
    assert drawing.measures.emblem_mm == pytest.approx(14 / math.sqrt(2))
    assert ink(drawing).centre == pytest.approx((21, 21))


def test_it_leaves_room_for_a_line_below(toy):
    drawing = draw_seal(
        NAME, bottom="行政审批专用章", emblem=svg(WIDE.replace("40", "9")), font=toy
    )
    assert ink(drawing).y_max < 21 + 9.8 - 2.5 - 0.6


def test_holes_and_layers_keep_their_rules(toy):
    """A hole by the even-odd rule stays open; a second path over it does not undo the first."""
    hole = '<path fill-rule="evenodd" d="M0 0L90 0L90 90L0 90ZM30 30L60 30L60 60L30 60Z"/>'
    over = '<path d="M0 60L0 90L90 90L90 60Z"/>'
    image = Image.open(
        io.BytesIO(draw_seal(NAME, emblem=svg(hole + over), font=toy).to_png(254))
    ).convert("RGBA")
    assert image.getpixel((210, 210))[3] == 0
    assert image.getpixel((210, 210 - 30))[3] == 255
    assert image.getpixel((210, 210 + 30))[3] == 255


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a picture",
        b"\x89PNG\r\n\x1a\n",
        svg(""),
        svg('<path d=""/>'),
        svg('<path d="M5 5L9 5Z"/>'),
        svg('<circle cx="5" cy="5" r="5"/>'),
        svg('<path stroke="#000000" d="M10 20L30 20L30 40Z"/>'),
        svg('<path d="m10 20l30 20l30 40z"/>'),
        svg('<image href="emblem.png"/>'),
        svg("<script>1</script>" + SQUARE),
        svg(SQUARE + '<path fill="#FFD700" d="M0 0L9 0L9 9Z"/>'),
        svg('<path d="M-50 20L30 20L30 40Z"/>'),
        svg('<path d="M50 20L30 20L30 140Z"/>'),
        svg(SQUARE * (MAX_EMBLEM_PATHS + 1)),
        svg(SQUARE + " " * MAX_EMBLEM_BYTES),
        svg('<path d="M1e9 0L0 1L2 2Z"/>'),
        svg('<path d="M1 1L9 9Z"/>'),
        svg('<path d="M1 1L9 1L9 9ZM1 1L9 9L9 1Z"/>'),
        svg('<path d="M1 1' + "Q9 9 1 1" * (MAX_EMBLEM_SEGMENTS + 1) + 'Z"/>'),
    ],
)
def test_refuses_anything_but_plain_outlines(toy, data):
    with pytest.raises(SealError, match="the emblem") as caught:
        draw_seal(NAME, emblem=data, font=toy)
    assert caught.value.code == "E_EMBLEM"


@pytest.mark.parametrize("data", ["<svg/>", 5, ["a"], bytearray(b"x")])
def test_refuses_what_is_not_bytes(toy, data):
    with pytest.raises(TypeError, match="bytes of an SVG"):
        draw_seal(NAME, emblem=data, font=toy)


WHOLE = svg(SQUARE + WIDE)


@given(st.binary(max_size=200) | st.just(WHOLE), st.integers(0, len(WHOLE)), st.binary(max_size=9))
def test_any_bytes_are_drawn_or_refused(data, place, patch):
    try:
        paths, longer = place_emblem(data[:place] + patch + data[place + len(patch) :], (9, 9), 8)
    except SealError as error:
        refused = error.code
        assert refused == "E_EMBLEM"
    else:
        assert paths
        assert 0 < longer <= 8 + 1e-6
