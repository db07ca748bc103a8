"""Lines of text as outlines."""

from __future__ import annotations

import math

import pytest

import toyfont
from govseal.seal.drawing.fonts import Font, find_font
from govseal.seal.drawing.paths import BLACK, RED, bounds
from govseal.seal.drawing.text import text_path, text_width


@pytest.fixture(scope="module")
def toy(tmp_path_factory) -> Font:
    return find_font(toyfont.save(tmp_path_factory.mktemp("font") / "toy.ttf"))


def test_a_line_stands_on_its_baseline(toy):
    path = text_path(toy, "永", (10, 20), 5)
    outline = toy.outline("永")
    scale = 5 / toy.units_per_em
    box = bounds(path.contours)
    assert path.colour == BLACK
    assert box.x_min == pytest.approx(10 + outline.box.x_min * scale, abs=0.01)
    assert box.y_max == pytest.approx(20 - outline.box.y_min * scale, abs=0.01)
    assert box.y_min == pytest.approx(20 - outline.box.y_max * scale, abs=0.01)


def test_characters_follow_one_another(toy):
    whole = bounds(text_path(toy, "永永", (0, 0), 5).contours)
    last = bounds(text_path(toy, "永", (text_width(toy, "永", 5), 0), 5).contours)
    assert whole.x_max == pytest.approx(last.x_max)


def test_stated_advances_win(toy):
    whole = bounds(text_path(toy, "永永", (0, 0), 5, advances=(40, 40)).contours)
    last = bounds(text_path(toy, "永", (40, 0), 5).contours)
    assert whole.x_max == pytest.approx(last.x_max)


def test_the_width_is_that_of_the_font(toy):
    expected = 2 * toy.advance("永") / toy.units_per_em * 10
    assert text_width(toy, "永永", 10) == pytest.approx(expected)
    assert text_width(toy, "", 10) == 0


@pytest.mark.parametrize(("missing", "width"), [("龘", 1.0), ("Ω", 0.5), ("\U0001f600", 1.0)])
def test_a_missing_character_is_an_empty_box(toy, missing, width):
    path = text_path(toy, missing, (0, 10), 10, colour=RED)
    box = bounds(path.contours)
    assert len(path.contours) == 2
    assert 0 < box.x_min < box.x_max < width * 10
    assert text_width(toy, missing, 10) == width * 10
    assert all(math.isfinite(side) for side in (box.y_min, box.y_max))


@pytest.mark.parametrize("blank", ["", "\u3000", " ", "\n", "\u202e"])
def test_what_has_no_shape_has_none(toy, blank):
    assert bounds(text_path(toy, blank, (0, 0), 10).contours) is None
