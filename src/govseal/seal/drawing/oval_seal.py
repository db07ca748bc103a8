"""Oval seals: the name on the upper arc, a number across the middle, the purpose below.

The measures are those of the invoice seal of 40 by 30 mm (国家税务总局公告2011年第7号): ring 1 mm,
name 4.2 mm high and 0.5 mm inside the ring over 210 to 260 degrees, tax number 3.7 mm high and
26 mm wide, purpose 4.6 mm high from 4.2 mm below the middle. Other sizes scale with the smaller
side.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from govseal.errors import SealError
from govseal.seal.drawing import wording
from govseal.seal.drawing.drawing import Drawing
from govseal.seal.drawing.ellipses import (
    Track,
    TrackStyle,
    ellipse,
    inset,
    track_cells,
    widest,
)
from govseal.seal.drawing.fonts import Font
from govseal.seal.drawing.layout import Cell, Face, place_cells
from govseal.seal.drawing.lines import LineStyle, fit_line, line_box
from govseal.seal.drawing.measures import Measures, depth, line_size, span
from govseal.seal.drawing.paths import RED, Box, Path, Point

SIZE_MM = (40, 30)
MIN_WIDTH_MM, MAX_WIDTH_MM = 26, 60
MIN_HEIGHT_MM, MAX_HEIGHT_MM = 20, 50
#: A longer oval bends too sharply at its ends for characters to stand there.
MAX_RATIO = 1.7

_RING = 1.0
_GAP = 0.55
_NAME_HEIGHT = 4.2
_NAME_PITCH_WIDEST = 1.45  # of the height
_MIDDLE_HEIGHT, _MIDDLE_INK = 3.7, 1.3
_MIDDLE_HAN_HEIGHT, _MIDDLE_HAN_INK = 4.2, 3.4
_MIDDLE_WIDTH = 26.0
_BOTTOM_HEIGHT, _BOTTOM_INK = 4.6, 3.0
_BOTTOM_TOP = 4.2
_NUMBER_HEIGHT, _NUMBER_INK = 3.0, 2.3
_NUMBER_TOP = 9.6
_CLEARANCE = 0.7

_SPAN, _SPAN_WIDEST = math.radians(225), math.radians(260)


@dataclass(frozen=True, slots=True)
class _Frame:
    """The place that an oval gives its text."""

    width: int
    height: int
    unit: float

    @property
    def centre(self) -> Point:
        return (self.width / 2, self.height / 2)

    @property
    def inside(self) -> Point:
        """The half axes of the inner edge of the ring."""
        ring = _RING * self.unit
        return (self.width / 2 - ring, self.height / 2 - ring)

    def chord(self, y: float, clearance: float) -> float:
        """How wide a line may be whose farther edge lies ``y`` from the middle."""
        a, b = (half - clearance for half in self.inside)
        return 2 * a * math.sqrt(max(0.0, 1 - (y / b) ** 2))


def draw_oval(
    name: str,
    font: Font,
    *,
    bottom: str | None,
    size_mm: tuple[int, int] | None,
    middle: str | None,
) -> Drawing:
    """The oval seal; see :func:`govseal.seal.drawing.draw_seal` for what is raised."""
    frame = _frame(SIZE_MM if size_mm is None else size_mm)
    face = Face.measured(font, name + (bottom or ""))
    across, across_face = _middle_line(font, middle, frame) if middle else ([], face)
    lines = _bottom_lines(face, bottom, frame) if bottom else []
    boxes = [_from_centre(line_box(line), frame.centre) for line in (across, *lines) if line]
    around = _around(face, name, frame, boxes)
    outer = (frame.width / 2, frame.height / 2)
    ring = (
        ellipse(frame.centre, outer),
        ellipse(frame.centre, frame.inside, clockwise=False),
    )
    words = place_cells(face, around)
    middle_words = place_cells(across_face, across)
    below = [place_cells(face, line) for line in lines]
    x, y = frame.centre
    gap, name_height = depth(words, lambda point: inset(frame.inside, (point[0] - x, point[1] - y)))
    sizes = [*map(line_size, (middle_words, *below)), (None, None), (None, None)]
    measures = Measures(
        outer_width_mm=frame.width,
        outer_height_mm=frame.height,
        border_mm=_RING * frame.unit,
        name_gap_mm=gap,
        name_height_mm=name_height,
        name_span_deg=span(words, frame.centre),
        middle_width_mm=sizes[0][0],
        middle_height_mm=sizes[0][1],
        bottom_width_mm=sizes[1][0],
        bottom_height_mm=sizes[1][1],
        number_width_mm=sizes[2][0],
        number_height_mm=sizes[2][1],
    )
    lower = (path for line in below for path in line)
    paths = (Path(ring, RED), *words, *middle_words, *lower)
    return Drawing(paths, frame.width, frame.height, name + (bottom or ""), measures)


def _frame(size_mm: tuple[int, int]) -> _Frame:
    width, height = wording.whole_sides(size_mm)
    is_right = MIN_WIDTH_MM <= width <= MAX_WIDTH_MM and MIN_HEIGHT_MM <= height <= MAX_HEIGHT_MM
    if not (is_right and height <= width <= MAX_RATIO * height):
        message = (
            f"an oval seal is {MIN_WIDTH_MM} to {MAX_WIDTH_MM} mm wide, {MIN_HEIGHT_MM} to "
            f"{MAX_HEIGHT_MM} mm high and at most {MAX_RATIO} times as wide as high"
        )
        raise SealError(f"{message}, not {width} by {height}", code="E_SEAL_SIZE")
    return _Frame(width, height, min(width / SIZE_MM[0], height / SIZE_MM[1]))


def _middle_line(font: Font, text: str, frame: _Frame) -> tuple[list[Cell], Face]:
    """The line across the middle, between the two ends of the name."""
    unit = frame.unit
    is_plain = wording.is_plain(text)
    face = Face.measured(font, text, is_plain=is_plain)
    beside = (_GAP + _NAME_HEIGHT + _CLEARANCE) * unit
    room = min(2 * (frame.inside[0] - beside), _MIDDLE_WIDTH * unit * 1.1)
    if is_plain:
        # The ink of 18 digits is 26 mm wide; so is that of fewer in proportion.
        spacing = (_MIDDLE_WIDTH - _MIDDLE_INK) / 17 / _MIDDLE_INK - 1
        size = (_MIDDLE_INK * unit, _MIDDLE_HEIGHT * unit)
        style = LineStyle(*size, room, spacing, is_even=True)
    else:
        style = LineStyle(_MIDDLE_HAN_INK * unit, _MIDDLE_HAN_HEIGHT * unit, room)
    return fit_line(face, text, frame.centre, style, "the middle line"), face


def _bottom_lines(face: Face, bottom: str, frame: _Frame) -> list[list[Cell]]:
    """The purpose below the middle, and below it its number if it has one."""
    text, number = wording.split_number(bottom)
    unit = frame.unit
    x, y = frame.centre
    lines = []
    for words, top, height, ink, what in (
        (text, _BOTTOM_TOP, _BOTTOM_HEIGHT, _BOTTOM_INK, "the line below"),
        (number, _NUMBER_TOP, _NUMBER_HEIGHT, _NUMBER_INK, "the number"),
    ):
        if words:
            room = frame.chord((top + height) * unit, _CLEARANCE * unit)
            style = LineStyle(ink * unit, height * unit, room)
            lines.append(fit_line(face, words, (x, y + (top + height / 2) * unit), style, what))
    return lines


def _from_centre(box: Box, centre: Point) -> Box:
    x, y = centre
    return Box(box.x_min - x, box.y_min - y, box.x_max - x, box.y_max - y)


def _around(face: Face, name: str, frame: _Frame, lines: list[Box]) -> list[Cell]:
    """The largest setting of the name on the upper arc, from the usual one to the smallest."""
    unit, shares = frame.unit, face.shares(name)
    total = sum(shares)
    tall = _NAME_HEIGHT * unit
    least_width, least_height = wording.legible()
    height = tall
    while height >= least_height:
        track = Track.inside(frame.inside, _GAP * unit + height / 2)
        feet = Track.inside(frame.inside, _GAP * unit + height)
        free = feet.steps_before(lines, _CLEARANCE * unit)
        growth = min(1.0, (tall - height) / (0.15 * tall))
        wished = track.length_to((_SPAN + (_SPAN_WIDEST - _SPAN) * growth) / 2)
        half = min(wished, track.lengths[free])
        pitch = min(2 * half / total, _NAME_PITCH_WIDEST * height)
        widely = TrackStyle(pitch, height, height)
        cells = track_cells(face, name, frame.centre, track, widely)
        width = min(height, widest(cells, shares, wording.BETWEEN_MM))
        if width >= max(least_width, wording.narrowest() * height):
            style = TrackStyle(pitch, width, height)
            return track_cells(face, name, frame.centre, track, style)
        height -= 0.1 * unit
    raise wording.too_long("the name")
