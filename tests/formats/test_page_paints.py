"""Shadings and patterns: colours along a line or between circles, cells that repeat."""

from __future__ import annotations

import pytest

import pagepictures as pages
from pagepictures import BLUE, RED, WHITE, drawn, ink

FILLED = 'Fill="true" Stroke="false"'
SQUARE = "M 0 0 L 20 0 L 20 20 L 0 20 C"
STOPS = (
    '<ofd:Segment Position="0"><ofd:Color Value="255 0 0"/></ofd:Segment>'
    '<ofd:Segment Position="1"><ofd:Color Value="0 0 255"/></ofd:Segment>'
)


def shaded(kind, attributes, stops=STOPS, more=""):
    colour = f"<ofd:FillColor><ofd:{kind} {attributes}>{stops}</ofd:{kind}></ofd:FillColor>"
    return drawn(pages.path(SQUARE, f"{FILLED} {more}", colour))


def pattern(attributes, cell, base=SQUARE, more=""):
    colour = (
        f"<ofd:FillColor><ofd:Pattern {attributes}><ofd:CellContent>{cell}</ofd:CellContent>"
        "</ofd:Pattern></ofd:FillColor>"
    )
    return drawn(pages.path(base, f"{FILLED} {more}", colour))


def near(found, wanted, by=4):
    return all(abs(a - b) <= by for a, b in zip(found, wanted, strict=True))


class TestAxial:
    def test_colours_change_along_the_line(self):
        found = shaded("AxialShd", 'StartPoint="5 0" EndPoint="15 0" Extend="3"')
        assert near(found.getpixel((100, 100)), (128, 0, 128))
        assert near(found.getpixel((75, 10)), (191, 0, 64))
        assert found.getpixel((10, 100)) == RED
        assert found.getpixel((190, 100)) == BLUE

    @pytest.mark.parametrize(
        ("extend", "left", "right"),
        [(0, WHITE, WHITE), (1, RED, WHITE), (2, WHITE, BLUE), (3, RED, BLUE)],
    )
    def test_it_ends_unless_it_extends(self, extend, left, right):
        found = shaded("AxialShd", f'StartPoint="5 0" EndPoint="15 0" Extend="{extend}"')
        assert (found.getpixel((10, 100)), found.getpixel((190, 100))) == (left, right)

    def test_it_repeats_or_turns_back(self):
        places = 'StartPoint="0 0" EndPoint="10 0"'
        again = shaded("AxialShd", f'{places} MapType="Repeat"')
        back = shaded("AxialShd", f'{places} MapType="Reflect"')
        assert near(again.getpixel((105, 100)), (242, 0, 13))
        assert near(back.getpixel((105, 100)), (13, 0, 242))

    def test_the_matrix_and_the_opacity_hold_for_it(self):
        found = shaded(
            "AxialShd", 'StartPoint="0 0" EndPoint="20 0"', more='CTM="0 1 1 0 0 0" Alpha="0"'
        )
        assert ink(found) is None
        found = shaded("AxialShd", 'StartPoint="0 0" EndPoint="20 0"', more='CTM="0 1 1 0 0 0"')
        assert near(found.getpixel((100, 150)), (64, 0, 191))

    @pytest.mark.parametrize(
        "attributes",
        [
            "",
            'StartPoint="5 0"',
            'StartPoint="5 5" EndPoint="5 5"',
            'StartPoint="nan 0" EndPoint="1"',
        ],
    )
    def test_without_a_line_its_mean_shows(self, attributes):
        assert near(shaded("AxialShd", attributes).getpixel((100, 100)), (127, 0, 127))


class TestRadial:
    PLACES = 'StartPoint="10 10" StartRadius="0" EndPoint="10 10" EndRadius="8"'

    def test_circles_squeezed_to_nothing_are_not_painted(self):
        places = 'StartPoint="0 0" EndPoint="0 0" StartRadius="1" EndRadius="5"'
        found = shaded(
            "RadialShd",
            f'{places} Eccentricity="0.9999999999999999" Angle="30"',
            more='CTM="12.228 7.834 48.912 31.336000000000006 0 0"',
        )
        assert found.size == (200, 200)

    def test_colours_change_from_circle_to_circle(self):
        found = shaded("RadialShd", self.PLACES)
        assert near(found.getpixel((100, 100)), RED, by=8)
        assert near(found.getpixel((140, 100)), (128, 0, 128), by=8)
        assert found.getpixel((5, 5)) == WHITE
        assert shaded("RadialShd", f'{self.PLACES} Extend="2"').getpixel((5, 5)) == BLUE

    def test_circles_may_be_flat(self):
        found = shaded("RadialShd", f'{self.PLACES} Eccentricity="0.8" Angle="90"')
        left, top, right, bottom = ink(found)
        assert (bottom - top) - (right - left) > 50

    def test_circles_without_size_are_none(self):
        places = 'StartPoint="10 10" StartRadius="0" EndPoint="10 10" EndRadius="0"'
        assert near(shaded("RadialShd", places).getpixel((100, 100)), (127, 0, 127))


class TestPatterns:
    def test_cells_repeat_and_end_at_the_outline(self):
        cell = pages.square(0, 0, 2)
        found = pattern('Width="5" Height="5"', cell, "M 0 0 L 20 0 L 20 6 L 0 6 C")
        assert pages.columns(found) == [0, 50, 100, 150]
        assert ink(found) == (0, 0, 170, 60)

    def test_steps_and_matrix(self):
        cell = pages.square(0, 0, 1)
        found = pattern('Width="2" Height="2" XStep="4" YStep="4" CTM="2 0 0 2 1 0"', cell)
        assert pages.columns(found) == [10, 90, 170]

    def test_every_second_cell_may_be_mirrored(self):
        cell = pages.square(0, 0, 1)
        found = pattern('Width="5" Height="5" ReflectMethod="Row"', cell)
        assert pages.columns(found) == [0, 90, 190]

    def test_relative_to_the_page_or_to_the_object(self):
        cell, base = pages.square(0, 0, 1), "M 0 0 L 12 0 L 12 12 L 0 12 C"
        colour = (
            '<ofd:FillColor><ofd:Pattern Width="5" Height="5" RelativeTo="{}"><ofd:CellContent>'
            f"{cell}</ofd:CellContent></ofd:Pattern></ofd:FillColor>"
        )
        place = {"box": "3 3 12 12"}
        own = drawn(pages.path(base, FILLED, colour.format("Object"), **place))
        page = drawn(pages.path(base, FILLED, colour.format("Page"), **place))
        assert pages.columns(own) == [30, 80, 130]
        assert pages.columns(page) == [50, 100]

    @pytest.mark.parametrize(
        "attributes",
        [
            "",
            'Width="0" Height="5"',
            'Width="nan" Height="5"',
            'Width="0.001" Height="0.001"',
            'Width="5" Height="5" CTM="0 0 0 0 0 0"',
        ],
    )
    def test_impossible_cells_show_nothing(self, attributes):
        assert ink(pattern(attributes, pages.square(0, 0, 2))) is None

    def test_a_pattern_in_a_cell_of_a_pattern_is_left_out(self):
        inner = (
            '<ofd:FillColor><ofd:Pattern Width="0.4" Height="0.4"><ofd:CellContent>'
            f"{pages.square(0, 0, 0.3)}</ofd:CellContent></ofd:Pattern></ofd:FillColor>"
        )
        cell = pages.path(SQUARE, FILLED, inner) + pages.square(0, 0, 1)
        assert pages.columns(pattern('Width="10" Height="10"', cell)) == [0, 100]
