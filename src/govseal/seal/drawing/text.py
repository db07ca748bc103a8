"""Lines of plain text as outlines: for pages and captions, where no font may be embedded."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from govseal.seal.drawing.fonts import Font
from govseal.seal.drawing.paths import BLACK, Colour, Contour, Path, Point, polygon

# Spaces and controls have no shape.
_BLANK = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})
_FIRST_WIDE = 0x2E80


def text_path(
    font: Font,
    text: str,
    start: Point,
    size: float,
    *,
    advances: Sequence[float] = (),
    colour: Colour = BLACK,
) -> Path:
    """The outlines of ``text``, whose baseline begins at ``start``; y points down.

    ``size`` is the side of an em. ``advances`` say how far each character moves on; without them
    the font does. A character that the font lacks is an empty box, so that nobody takes it for
    none.

    Raises:
        FormatError: The font file is damaged.
    """
    x, y = start
    scale = size / font.units_per_em
    contours: list[Contour] = []
    for index, character in enumerate(text):
        if font.has(character):
            matrix = (scale, 0.0, 0.0, -scale, x, y)
            contours.extend(c.transformed(matrix) for c in font.outline(character).contours)
        elif unicodedata.category(character) not in _BLANK:
            matrix = (size, 0.0, 0.0, size, x, y)
            contours.extend(c.transformed(matrix) for c in _box(_advance(character)))
        x += advances[index] if index < len(advances) else text_width(font, character, size)
    return Path(tuple(contours), colour)


def text_width(font: Font, text: str, size: float) -> float:
    """How far ``text`` moves the pen.

    Raises:
        FormatError: The font file is damaged.
    """
    scale = size / font.units_per_em
    return sum(
        font.advance(item) * scale if font.has(item) else _advance(item) * size for item in text
    )


def _advance(character: str) -> float:
    """The width in em of a character that the font lacks."""
    return 1.0 if ord(character) >= _FIRST_WIDE else 0.5


def _box(advance: float) -> tuple[Contour, ...]:
    left, right, top, bottom, line = 0.08, advance - 0.08, -0.8, 0.05, 0.04
    outer = [(left, top), (right, top), (right, bottom), (left, bottom)]
    inner = [(left + line, top + line), (left + line, bottom - line)]
    inner += [(right - line, bottom - line), (right - line, top + line)]
    return (polygon(outer), polygon(inner))
