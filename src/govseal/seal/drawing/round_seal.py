"""The round official seal by 国发〔1999〕25号: ring, star or emblem, name around it, purpose below.

The regulation fixes the shape, the order and the typeface; the millimetres are those measured on
seals in use, for a diameter of 42 mm, and scale with it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from govseal.errors import SealError
from govseal.seal.drawing import levels, wording
from govseal.seal.drawing.drawing import Drawing
from govseal.seal.drawing.emblem import place_emblem
from govseal.seal.drawing.fonts import Font
from govseal.seal.drawing.layout import Arc, Cell, Face, arc_cells, code_cells, place_cells
from govseal.seal.drawing.lines import LineStyle, fit_line, line_box
from govseal.seal.drawing.measures import Measures, depth, line_size, span
from govseal.seal.drawing.paths import RED, Box, Path, Point, circle, star

MIN_DIAMETER_MM = 30
MAX_DIAMETER_MM = 60

# Measured for a seal of 42 mm.
_MODEL_MM = 42
_RING = 1.2
_GAP = 0.9
_STAR = 14.0
# Above a line the emblem, which is no star with room between its lower points, is smaller.
_EMBLEM, _EMBLEM_ABOVE_LINE = 14.0, 12.6
_ARC_HEIGHT = 6.6
_ARC_HEIGHT_CROWDED = 5.4
_LINE_HEIGHT = 5.0
_LINE_INK = 3.33
_LINE_WIDTH = 26.0
_LINE_DROP = 9.8
_NUMBER_HEIGHT = 3.2
_NUMBER_INK = 2.56
_NUMBER_WIDTH = 13.0
_NUMBER_DROP = 14.6
_CLEARANCE = 0.9
_CODE_HEIGHT = 1.5
_CODE_INK = 0.85
_CODE_PITCH = 1.3
_CODE_GAP = 0.55

_SPAN = math.radians(262)
_SPAN_ABOVE_LINE = math.radians(205)
_SPAN_WIDEST = math.radians(300)
_PITCH_WIDEST = math.radians(30)
_CODE_WIDEST = math.radians(90)


@dataclass(frozen=True, slots=True)
class _Code:
    """The small digits at the lower edge, and the half angle that they keep free."""

    face: Face
    cells: list[Cell]
    half: float
    inner: float


def draw_round(
    name: str,
    font: Font,
    *,
    bottom: str | None,
    diameter_mm: int,
    emblem: bytes | None,
    code: str | None,
) -> Drawing:
    """The round seal; see :func:`govseal.seal.drawing.draw_seal` for what is raised."""
    unit, middle = diameter_mm / _MODEL_MM, diameter_mm / 2
    centre = (middle, middle)
    face = Face.measured(font, name + (bottom or ""))
    lines = _bottom_lines(face, bottom, centre, unit) if bottom else []
    digits = _code(font, code, centre, unit) if code else None
    boxes = [_from_centre(line_box(line), centre) for line in lines]
    _check_lines(boxes, digits, middle - _RING * unit, unit)
    outer = middle - (_RING + _GAP) * unit
    around = arc_cells(face, name, centre, _fit_arc(face.shares(name), outer, unit, boxes, digits))
    ring = (circle(centre, middle), circle(centre, middle - _RING * unit, clockwise=False))
    heart: tuple[Path, ...] = (Path((star(centre, _STAR * unit / 2),), RED),)
    emblem_mm = None
    if emblem is not None:
        size = _EMBLEM_ABOVE_LINE if lines else _EMBLEM
        heart, emblem_mm = place_emblem(emblem, centre, size * unit)
    words = place_cells(face, around)
    below = [place_cells(face, line) for line in lines]
    small = place_cells(digits.face, digits.cells) if digits else []
    edge = middle - _RING * unit
    gap, height = depth(words, lambda point: edge - math.dist(point, centre))
    sizes = [*map(line_size, below), (None, None), (None, None)]
    measures = Measures(
        outer_width_mm=diameter_mm,
        outer_height_mm=diameter_mm,
        border_mm=_RING * unit,
        star_mm=_STAR * unit if emblem is None else None,
        emblem_mm=emblem_mm,
        name_gap_mm=gap,
        name_height_mm=height,
        name_span_deg=span(words, centre),
        bottom_width_mm=sizes[0][0],
        bottom_height_mm=sizes[0][1],
        number_width_mm=sizes[1][0],
        number_height_mm=sizes[1][1],
        code_height_mm=depth(small, lambda point: edge - math.dist(point, centre))[1],
        code_span_deg=span(small, centre, is_below=True),
    )
    paths = (Path(ring, RED), *heart, *words, *(path for line in below for path in line), *small)
    return Drawing(paths, diameter_mm, diameter_mm, name + (bottom or ""), measures)


def round_diameter(diameter_mm: int | None, level: str | None, *, has_emblem: bool) -> int:
    """The diameter as it was given, or as the level says.

    Raises:
        SealError: ``E_SEAL_SIZE``; ``E_EMBLEM_MISSING`` or ``E_EMBLEM_FORBIDDEN`` at this level.
        TypeError: The diameter is no whole number.
        ValueError: There is no such level.
    """
    # A seal declares its size in whole millimetres.
    if diameter_mm is not None and type(diameter_mm) is not int:
        raise TypeError(f"the diameter is a whole number of millimetres, not {diameter_mm!r}")
    if level is not None:
        found = levels.find_level(level)
        diameter_mm = levels.level_diameter(found, diameter_mm, _MODEL_MM)
        levels.check_centre(found, has_emblem=has_emblem)
    elif diameter_mm is None:
        diameter_mm = _MODEL_MM
    if not MIN_DIAMETER_MM <= diameter_mm <= MAX_DIAMETER_MM:
        message = f"a round seal is {MIN_DIAMETER_MM} to {MAX_DIAMETER_MM} mm, not {diameter_mm}"
        raise SealError(message, code="E_SEAL_SIZE")
    return diameter_mm


def _bottom_lines(face: Face, bottom: str, centre: Point, unit: float) -> list[list[Cell]]:
    """The purpose, and below it its number if it has one."""
    text, number = wording.split_number(bottom)
    x, y = centre
    style = LineStyle(_LINE_INK * unit, _LINE_HEIGHT * unit, _LINE_WIDTH * unit)
    lines = [fit_line(face, text, (x, y + _LINE_DROP * unit), style, "the line below")]
    if number:
        style = LineStyle(_NUMBER_INK * unit, _NUMBER_HEIGHT * unit, _NUMBER_WIDTH * unit)
        place = (x, y + _NUMBER_DROP * unit)
        lines.append(fit_line(face, number, place, style, "the number"))
    return lines


def _code(font: Font, code: str, centre: Point, unit: float) -> _Code:
    """The code along the ring, narrowed where it would reach too far round."""
    face = Face.measured(font, code, is_plain=True)
    height = _CODE_HEIGHT * unit
    outer = centre[0] - (_RING + _CODE_GAP) * unit
    radius = outer - height / 2
    pitch = min(_CODE_PITCH * unit / radius, _CODE_WIDEST / len(code))
    # Heads inward: there the digits are closest to one another.
    room = 2 * (outer - height) * math.sin(pitch / 2) - wording.BETWEEN_MM
    width = min(_CODE_INK * unit, room)
    least_width, _ = wording.legible(is_plain=True)
    if width < max(least_width, wording.narrowest(is_plain=True) * height):
        raise wording.too_long("the code")
    cells = code_cells(face, code, centre, Arc(radius, pitch, width, height))
    return _Code(face, cells, pitch * len(code) / 2, outer - height)


def _from_centre(box: Box, centre: Point) -> Box:
    x, y = centre
    return Box(box.x_min - x, box.y_min - y, box.x_max - x, box.y_max - y)


def _check_lines(boxes: list[Box], digits: _Code | None, ring: float, unit: float) -> None:
    """Refuse lines whose corners come near the ring or the code.

    Raises:
        SealError: ``E_NAME_TOO_LONG``.
    """
    gap = _CODE_GAP * unit
    for box in boxes:
        is_near = math.hypot(box.x_max, box.y_max) > ring - gap
        if digits:
            # Above the code: under the corner of the line, or where the code ends before it.
            angle = min(digits.half, math.atan2(box.x_max, box.y_max))
            is_near = is_near or box.y_max > digits.inner * math.cos(angle) - gap
        if is_near:
            raise wording.too_long("the line below")


def _fit_arc(
    shares: list[float], outer: float, unit: float, lines: list[Box], digits: _Code | None
) -> Arc:
    """The largest setting of the name that is not crushed, from the usual one to the smallest.

    On the way the arc first grows from its usual span towards the widest one while the
    characters get a little smaller; after that only they do.
    """
    usual = _SPAN_ABOVE_LINE if lines else _SPAN
    tall, crowded = _ARC_HEIGHT * unit, _ARC_HEIGHT_CROWDED * unit
    # The span goes from the middle of the first character to the middle of the last.
    total = sum(shares)
    between = total - (shares[0] + shares[-1]) / 2
    least_width, least_height = wording.legible()
    height = tall
    while height >= least_height:
        inner = outer - height
        widest = _widest_span(inner, lines, _CLEARANCE * unit)
        if digits:
            beside = digits.half + _CLEARANCE * unit / inner
            widest = min(widest, 2 * (math.pi - beside))
        growth = min(1.0, (tall - height) / (tall - crowded))
        pitch = _PITCH_WIDEST
        if between:
            pitch = min(pitch, (usual + (_SPAN_WIDEST - usual) * growth) / between)
        # Edge to edge the arc ends where the line below begins.
        pitch = min(pitch, widest / total)
        chord = 2 * inner * math.sin(pitch / 2)
        width = min(height, 0.98 * chord, chord - wording.BETWEEN_MM)
        if width >= wording.narrowest() * height:
            if width < least_width:
                break
            return Arc(outer - height / 2, pitch, width, height)
        height -= 0.05 * unit
    raise wording.too_long("the name")


def _widest_span(inner: float, lines: list[Box], clearance: float) -> float:
    """How far round the arc may reach, edge to edge, before it meets the lines below.

    ``inner`` is the radius on which the characters stand; boxes are measured from the centre.
    """
    reach = _SPAN_WIDEST + _PITCH_WIDEST
    for box in lines:
        x, y_top, y_bottom = box.x_max + clearance, box.y_min - clearance, box.y_max + clearance
        if math.hypot(x, y_bottom) <= inner:
            continue  # the line lies inside of the arc
        y = max(y_top, math.sqrt(max(0.0, inner * inner - x * x)))
        reach = min(reach, 2 * (math.pi / 2 + math.atan2(y, x)))
    return reach
