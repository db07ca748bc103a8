"""Glyphs of the system's fonts as masks, each drawn once for a size."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from PIL import Image

from govseal.errors import FormatError, SealError
from govseal.formats.ofd.render.budget import Budget
from govseal.formats.ofd.render.canvas import Canvas, Window
from govseal.formats.ofd.render.outlines import Polyline, flatten
from govseal.formats.ofd.render.strokes import Pen, stroke
from govseal.seal.drawing.fonts import Font, FontStyle, find_font
from govseal.seal.drawing.paths import Contour, Point, polygon

#: Glyphs start at every half of a pixel.
_PHASES = 2
# Of all masks together: some ten thousand characters of ordinary size.
_MOST_KEPT_PIXELS = 16_000_000
_EVERYWHERE: Window = (-2048, -2048, 2048, 2048)
# Spaces and controls have no shape; a character of private use has one, not known here.
_BLANK = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})
_FIRST_WIDE = 0x2E80
_SANS = ("黑", "hei", "gothic", "sans", "雅黑", "arial", "helvetica")

Mask = tuple[Image.Image, int, int]


@dataclass(frozen=True, slots=True)
class Face:
    """What a document asks of a font, as far as it can be had here."""

    style: FontStyle = "song"
    is_bold: bool = False


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character of a font under a matrix: from units of 1 em, y down, to pixels."""

    character: str
    face: Face
    shape: tuple[float, float, float, float]
    """The matrix without its shift."""
    pen_width: float = 0.0
    """Where above 0, the outline is drawn instead of the inside."""


def is_wide(character: str) -> bool:
    """Whether the character fills a square, as Chinese ones do."""
    return ord(character) >= _FIRST_WIDE


def style_of(name: str) -> FontStyle:
    """The style that comes nearest to a font's name."""
    return "hei" if any(word in name.lower() for word in _SANS) else "song"


class Typefaces:
    """The system's fonts, as far as they are there, and the masks made so far."""

    def __init__(self) -> None:
        self._fonts: dict[Face, Font | None] = {}
        self._masks: dict[tuple[Glyph, int], Mask | None] = {}
        self._kept_pixels = 0

    def advance(self, character: str, face: Face) -> float:
        """How far the character moves the pen, in em."""
        font = self._font(character, face)
        try:
            if font is not None:
                return font.advance(character) / font.units_per_em
        except FormatError:
            pass  # a damaged glyph is as wide as a missing one
        return 1.0 if is_wide(character) else 0.5

    def mask(self, glyph: Glyph, at: Point, canvas: Canvas) -> Mask | None:
        """The glyph with its origin at the pixel ``at``; None where it has no ink.

        Raises:
            LimitExceeded: the page's allowance is used up.
        """
        left, phase = divmod(round(at[0] * _PHASES), _PHASES)
        top = round(at[1])
        key = (glyph, phase)
        if key in self._masks:
            found = self._masks[key]
        else:
            found = self._draw(glyph, phase / _PHASES, canvas)
            self._kept_pixels += found[0].width * found[0].height if found is not None else 1
            if self._kept_pixels <= _MOST_KEPT_PIXELS:
                self._masks[key] = found
        return (found[0], found[1] + left, found[2] + top) if found is not None else None

    def outline(self, glyph: Glyph) -> tuple[Contour, ...]:
        """The glyph's contours in em, y down; a missing one is an empty box."""
        if unicodedata.category(glyph.character) in _BLANK:
            return ()
        font = self._font(glyph.character, glyph.face)
        try:
            if font is not None:
                scale = 1 / font.units_per_em
                flip = (scale, 0.0, 0.0, -scale, 0.0, 0.0)
                return tuple(c.transformed(flip) for c in font.outline(glyph.character).contours)
        except FormatError:
            pass  # shown like a missing one
        return _box(self.advance(glyph.character, glyph.face))

    def _draw(self, glyph: Glyph, phase: float, canvas: Canvas) -> Mask | None:
        matrix = (*glyph.shape, phase, 0.0)
        lines = [flatten(contour, matrix, canvas.budget) for contour in self.outline(glyph)]
        if glyph.pen_width > 0:
            lines = outlined(lines, glyph.pen_width, canvas.budget)
        return canvas.cover(lines, _EVERYWHERE)

    def _font(self, character: str, face: Face) -> Font | None:
        """The first font that has the character: the one asked for, else the plain 宋体."""
        for candidate in (face, Face("song")):
            if candidate not in self._fonts:
                self._fonts[candidate] = _open(candidate)
            font = self._fonts[candidate]
            if font is not None and font.has(character):
                return font
        return None


def outlined(lines: list[list[Point]], width: float, budget: Budget) -> list[list[Point]]:
    """The polygons that cover the outlines of other ones.

    Raises:
        LimitExceeded: the page's allowance is used up.
    """
    closed = [Polyline(tuple(points), is_closed=True) for points in lines]
    return stroke(closed, Pen(width, join="Bevel"), budget)


def _open(face: Face) -> Font | None:
    try:
        return find_font(style=face.style, bold=face.is_bold)
    except (SealError, FormatError):
        return None


def _box(advance: float) -> tuple[Contour, ...]:
    """An empty box, so that nobody takes a missing character for none."""
    left, right, top, bottom, line = 0.08, advance - 0.08, -0.8, 0.05, 0.04
    outer = [(left, top), (right, top), (right, bottom), (left, bottom)]
    inner = [(left + line, top + line), (left + line, bottom - line)]
    inner += [(right - line, bottom - line), (right - line, top + line)]
    return (polygon(outer), polygon(inner))
