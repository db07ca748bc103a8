"""Glyphs as outlines: of the fonts inside a document where it has them, else of the system's."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from govseal.errors import FormatError, LimitExceeded, SealError
from govseal.formats.ofd.render.embedded import EmbeddedFont
from govseal.seal.drawing.fonts import Font, FontStyle, find_font
from govseal.seal.drawing.paths import Contour, polygon

# Spaces and controls have no shape; a character of private use has one, not known here.
_BLANK = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})
_FIRST_WIDE = 0x2E80
_SANS = ("黑", "hei", "gothic", "sans", "雅黑", "arial", "helvetica")


@dataclass(frozen=True, slots=True)
class Face:
    """What a document asks of a font, as far as it can be had here."""

    style: FontStyle = "song"
    is_bold: bool = False
    embedded: EmbeddedFont | None = None
    """The font that the document brings along."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character of a font under a matrix: from units of 1 em, y down, to pixels."""

    character: str
    face: Face
    shape: tuple[float, float, float, float]
    """The matrix without its shift."""
    pen_width: float = 0.0
    """Where above 0, the outline is drawn instead of the inside."""
    index: int | None = None
    """The glyph in the embedded font, where the document names it (CGTransform)."""


def is_wide(character: str) -> bool:
    """Whether the character fills a square, as Chinese ones do."""
    return ord(character) >= _FIRST_WIDE


def style_of(name: str) -> FontStyle:
    """The style that comes nearest to a font's name."""
    return "hei" if any(word in name.lower() for word in _SANS) else "song"


class Typefaces:
    """The fonts of the system, as far as they are there, and those of a document before them."""

    def __init__(self) -> None:
        self._fonts: dict[Face, Font | None] = {}

    def advance(self, character: str, face: Face, index: int | None = None) -> float:
        """How far the character moves the pen, in em."""
        if face.embedded is not None:
            found = _embedded(face.embedded, character, index)
            if found is not None:
                return found[1]
        font = self._font(character, face)
        try:
            if font is not None:
                return font.advance(character) / font.units_per_em
        except FormatError:
            pass  # a damaged glyph is as wide as a missing one
        return 1.0 if is_wide(character) else 0.5

    def has_own(self, character: str, face: Face, index: int | None = None) -> bool:
        """Whether the document's own font draws the character."""
        return face.embedded is not None and (
            _embedded(face.embedded, character, index) is not None
        )

    def outline(self, glyph: Glyph) -> tuple[Contour, ...]:
        """The glyph's contours in em, y down; a missing one is an empty box.

        Raises:
            LimitExceeded: the page's allowance is used up.
        """
        face = glyph.face
        if face.embedded is not None:
            found = _embedded(face.embedded, glyph.character, glyph.index)
            if found is not None:
                return found[0]
        if unicodedata.category(glyph.character) in _BLANK:
            return ()
        font = self._font(glyph.character, face)
        try:
            if font is not None:
                scale = 1 / font.units_per_em
                flip = (scale, 0.0, 0.0, -scale, 0.0, 0.0)
                return tuple(c.transformed(flip) for c in font.outline(glyph.character).contours)
        except FormatError:
            pass  # shown like a missing one
        return _box(self.advance(glyph.character, face))

    def _font(self, character: str, face: Face) -> Font | None:
        """The first font that has the character: the one asked for, else the plain 宋体."""
        for candidate in (Face(face.style, face.is_bold), Face("song")):
            if candidate not in self._fonts:
                self._fonts[candidate] = _open(candidate)
            font = self._fonts[candidate]
            if font is not None and font.has(character):
                return font
        return None


def _embedded(
    font: EmbeddedFont, character: str, index: int | None
) -> tuple[tuple[Contour, ...], float] | None:
    """Contours and advance in em; None where the font has no such glyph, or a damaged one."""
    try:
        return font.glyph(character, index)
    except LimitExceeded:
        raise
    except FormatError:
        return None


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
