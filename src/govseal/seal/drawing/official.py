"""The round official seal by 国发〔1999〕25号: ring, star, name on the arc, purpose below.

The regulation fixes the shape, the order and the typeface; the millimetres are those measured on
seals in use, for a diameter of 42 mm, and scale with it.
"""

from __future__ import annotations

import math
import os
import re
import unicodedata

from govseal.errors import SealError
from govseal.seal.drawing.drawing import Drawing
from govseal.seal.drawing.fonts import Font, find_font
from govseal.seal.drawing.layout import Arc, Cell, Face, arc_cells, line_box, line_cells
from govseal.seal.drawing.paths import RED, Box, Path, circle, star

MIN_DIAMETER_MM = 30
MAX_DIAMETER_MM = 60

# Measured for a seal of 42 mm.
_MODEL_MM = 42.0
_RING = 1.2
_GAP = 0.9
_ARC_HEIGHT = 6.6
_ARC_HEIGHT_CROWDED = 5.4
_LINE_HEIGHT = 5.0
_LINE_ADVANCE = 0.72  # of the height
_LINE_SPACING = 0.08  # of the width of the ink
_LINE_WIDTH = 26.0
_LINE_DROP = 9.8
_NUMBER_HEIGHT = 3.2
_NUMBER_DROP = 14.6
_CLEARANCE = 0.9

_SPAN = math.radians(262)
_SPAN_ABOVE_LINE = math.radians(205)
_SPAN_WIDEST = math.radians(300)
_PITCH_WIDEST = math.radians(30)

# Narrower characters than this look crushed; the text gets smaller instead.
_NARROWEST = 0.5
# Below this, in millimetres on paper whatever the diameter, strokes run together.
_LEGIBLE_WIDTH = 1.5
_LEGIBLE_HEIGHT = 2.6

# "行政审批专用章（1）": the number goes on a smaller line of its own.
_NUMBERED = re.compile(r"(?P<text>.+?)(?P<number>[（(][0-9]{1,3}[）)])")


def draw_seal(
    name: str,
    *,
    bottom: str | None = None,
    diameter_mm: int = 42,
    font: Font | str | os.PathLike[str] | None = None,
) -> Drawing:
    """A round official seal: ring, five-point star, the name around it, ``bottom`` below.

    ``bottom`` is the purpose in a straight line, as in 行政审批专用章; a number in brackets at its
    end, as in （1）, follows on a smaller line. ``font`` is a font or the path of one; without it
    the best 宋体 of the system is taken. The drawing is pure red (#FF0000), ``diameter_mm`` wide
    and high, and filled to its edges.

    Raises:
        SealError: ``E_SEAL_SIZE``, not 30 to 60 mm; ``E_SEAL_NAME``, an empty text or one with
            spaces or control characters; ``E_NAME_TOO_LONG``, the text would not be legible;
            ``E_GLYPH_MISSING``, ``E_FONT_MISSING``.
        FormatError: The font file is damaged.
        TypeError: The diameter is not a whole number.
    """
    if type(diameter_mm) is not int:  # a seal declares its size in whole millimetres
        raise TypeError(f"the diameter is a whole number of millimetres, not {diameter_mm!r}")
    if not MIN_DIAMETER_MM <= diameter_mm <= MAX_DIAMETER_MM:
        message = f"a round seal is {MIN_DIAMETER_MM} to {MAX_DIAMETER_MM} mm, not {diameter_mm}"
        raise SealError(message, code="E_SEAL_SIZE")
    _check_text(name, "the name")
    if bottom is not None:
        _check_text(bottom, "the line below")
    if not isinstance(font, Font):
        font = find_font(font, "song", bold=True)

    unit = diameter_mm / _MODEL_MM
    middle = diameter_mm / 2
    face = Face.measured(font, name + (bottom or ""))
    lines = _bottom_lines(face, bottom, middle, unit) if bottom else []
    outer = middle - (_RING + _GAP) * unit
    arc = _fit_arc(face.shares(name), outer, unit, [_from_centre(line, middle) for line in lines])
    around = arc_cells(face, name, (middle, middle), arc)
    cells = [*around, *(cell for line in lines for cell in line)]
    ring = (
        circle((middle, middle), middle),
        circle((middle, middle), middle - _RING * unit, clockwise=False),
    )
    paths = [
        Path(ring, RED),
        Path((star((middle, middle), diameter_mm / 6),), RED),
        *(Path(face.place(cell), RED) for cell in cells),
    ]
    return Drawing(tuple(paths), diameter_mm, diameter_mm)


def _check_text(text: str, what: str) -> None:
    """Refuse what has no place in the name of an organ: nothing, spaces, invisible characters."""
    if not text:
        raise SealError(f"{what} of a seal is empty", code="E_SEAL_NAME")
    for character in text:
        if unicodedata.category(character)[0] in "ZC" or unicodedata.combining(character):
            message = f"{what} of a seal cannot contain U+{ord(character):04X}"
            raise SealError(message, code="E_SEAL_NAME")


def _too_long(what: str) -> SealError:
    return SealError(f"{what} is too long to stay legible in the seal", code="E_NAME_TOO_LONG")


def _bottom_lines(face: Face, bottom: str, middle: float, unit: float) -> list[list[Cell]]:
    """The purpose, and below it its number if it has one."""
    numbered = _NUMBERED.fullmatch(bottom)
    text, number = (numbered["text"], numbered["number"]) if numbered else (bottom, None)
    height = _LINE_HEIGHT * unit
    total = sum(face.shares(text))
    advance = min(_LINE_ADVANCE * height, _LINE_WIDTH * unit / total)
    width = advance / (1 + _LINE_SPACING)
    height = min(height, width / _NARROWEST)
    if width < _LEGIBLE_WIDTH or height < _LEGIBLE_HEIGHT:
        raise _too_long("the line below")
    centre = (middle, middle + _LINE_DROP * unit)
    lines = [
        line_cells(face, text, centre=centre, width=width, height=height, spacing=_LINE_SPACING)
    ]
    if number:
        lines.append(
            line_cells(
                face,
                number,
                centre=(middle, middle + _NUMBER_DROP * unit),
                width=_NUMBER_HEIGHT * unit * 0.8,
                height=_NUMBER_HEIGHT * unit,
                spacing=_LINE_SPACING,
            )
        )
    return lines


def _from_centre(line: list[Cell], middle: float) -> Box:
    box = line_box(line)
    return Box(box.x_min - middle, box.y_min - middle, box.x_max - middle, box.y_max - middle)


def _fit_arc(shares: list[float], outer: float, unit: float, lines: list[Box]) -> Arc:
    """The largest setting of the name that is not crushed, from the usual one to the smallest.

    On the way the arc first grows from its usual span towards the widest one while the
    characters get a little smaller; after that only they do.
    """
    usual = _SPAN_ABOVE_LINE if lines else _SPAN
    tall, crowded = _ARC_HEIGHT * unit, _ARC_HEIGHT_CROWDED * unit
    # The span goes from the middle of the first character to the middle of the last.
    total = sum(shares)
    between = total - (shares[0] + shares[-1]) / 2
    height = tall
    while height >= _LEGIBLE_HEIGHT:
        inner = outer - height
        widest = _widest_span(inner, lines, _CLEARANCE * unit)
        growth = min(1.0, (tall - height) / (tall - crowded))
        pitch = _PITCH_WIDEST
        if between:
            pitch = min(pitch, (usual + (_SPAN_WIDEST - usual) * growth) / between)
        # Edge to edge the arc ends where the line below begins.
        pitch = min(pitch, widest / total)
        width = min(height, 0.98 * 2 * inner * math.sin(pitch / 2))
        if width >= _NARROWEST * height:
            if width < _LEGIBLE_WIDTH:
                break
            return Arc(outer - height / 2, pitch, width, height)
        height -= 0.05 * unit
    raise _too_long("the name")


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
