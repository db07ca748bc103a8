"""Text objects (GB/T 33190, clause 11): every character at the place that the document gives it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from govseal.formats.ofd import textcodes, xml
from govseal.formats.ofd.render.canvas import Canvas, Clip
from govseal.formats.ofd.render.outlines import flatten
from govseal.formats.ofd.render.style import Style
from govseal.formats.ofd.render.typefaces import (
    Face,
    Glyph,
    Typefaces,
    is_wide,
    outlined,
    style_of,
)
from govseal.formats.ofd.render.values import (
    apply,
    compose,
    determinant,
    flag,
    is_usable,
    number,
)
from govseal.formats.ofd.xml import Element
from govseal.seal.drawing.paths import BLACK, Colour, Matrix, Point

# Larger glyphs are drawn one by one, cut to what shows.
_LARGEST_MASK_PX = 200
_SMALLEST_PX = 0.2
_FARTHEST_PX = 1e6
_NARROWEST = 0.5
_BOLD = 600
_SLANT = 0.2126  # tan 12°, what font makers use


@dataclass(frozen=True, slots=True)
class _Setting:
    """How the characters of one text object look."""

    face: Face
    size: float
    across: float
    """HScale."""
    turn: Matrix
    """CharDirection and slant, in em."""
    reading: int
    """ReadDirection in degrees."""


class TextPainter:
    """Draws text objects onto one canvas."""

    def __init__(self, canvas: Canvas, typefaces: Typefaces) -> None:
        self.canvas = canvas
        self.typefaces = typefaces

    def draw(self, element: Element, style: Style, matrix: Matrix, clip: Clip) -> None:
        """Draw a text object; ``matrix`` leads from its own space to pixels.

        Raises:
            LimitExceeded: the page's allowance is used up.
        """
        setting = _read_setting(style)
        em = setting.size * setting.across
        shape = compose(compose(matrix, (em, 0.0, 0.0, setting.size, 0.0, 0.0)), setting.turn)
        height = math.sqrt(abs(determinant(shape)))
        if not is_usable(shape) or height < _SMALLEST_PX:
            return
        fill = style.fill(by_default=True, colour=BLACK)
        line = style.stroke(by_default=False)
        width = style.line_width * math.sqrt(abs(determinant(matrix)))
        inks: list[tuple[Colour, float]] = []
        if fill is not None:
            inks.append((fill, 0.0))
        # Documents ask for outlines to make text bold; a hairline around it changes nothing.
        if line is not None and width > 0:
            inks.append((line, width))
        for character, at, squeeze in self._characters(element, setting):
            place = apply(matrix, at)
            key = (
                round(shape[0] * squeeze, 3),
                round(shape[1] * squeeze, 3),
                round(shape[2], 3),
                round(shape[3], 3),
            )
            for colour, pen_width in inks:
                glyph = Glyph(character, setting.face, key, round(pen_width, 2))
                if height > _LARGEST_MASK_PX:
                    self._draw_large(glyph, place, colour, clip)
                elif abs(place[0]) + abs(place[1]) < _FARTHEST_PX:
                    self._draw_small(glyph, place, colour, clip)

    def _draw_small(self, glyph: Glyph, at: Point, colour: Colour, clip: Clip) -> None:
        found = self.typefaces.mask(glyph, at, self.canvas)
        if found is not None:
            self.canvas.paint(*found, colour, clip)

    def _draw_large(self, glyph: Glyph, at: Point, colour: Colour, clip: Clip) -> None:
        matrix = (*glyph.shape, *at)
        budget = self.canvas.budget
        lines = [flatten(item, matrix, budget) for item in self.typefaces.outline(glyph)]
        if glyph.pen_width > 0:
            lines = outlined(lines, glyph.pen_width, budget)
        self.canvas.fill(lines, colour, clip)

    def _characters(
        self, element: Element, setting: _Setting
    ) -> Iterator[tuple[str, Point, float]]:
        """Every character, its place in the object's own space, and how narrow it must be."""
        x = y = 0.0
        for code in xml.children(element, "TextCode"):
            # Without X or Y those of the text before hold on (GB/T 33190, 11.3).
            x = number(xml.attribute(code, "X"), x)
            y = number(xml.attribute(code, "Y"), y)
            steps = textcodes.steps(xml.attribute(code, "DeltaX"), xml.attribute(code, "DeltaY"))
            at_x, at_y = x, y
            content = textcodes.content(code)
            last = len(content) - 1
            for index, character in enumerate(content):
                self.canvas.budget.spend("glyphs")
                own = self.typefaces.advance(character, setting.face) * setting.size
                own *= setting.across
                step = textcodes.along(own, setting.reading) if steps is None else next(steps)
                squeeze = 1.0 if index == last else _squeeze(character, own, step)
                yield character, (at_x, at_y), squeeze
                at_x, at_y = at_x + step[0], at_y + step[1]


def _squeeze(character: str, own: float, step: Point) -> float:
    """How narrow a character must be so as not to touch the next.

    The Latin letters of the document's own font may be narrower than those that stand in.
    """
    if is_wide(character) or step[1] != 0 or not 0 < step[0] < own:
        return 1.0
    return max(_NARROWEST, round(step[0] / own, 2))


def _read_setting(style: Style) -> _Setting:
    font = style.resources.find("Font", style.attribute("Font"))
    name = (xml.attribute(font, "FontName") or "") if font is not None else ""
    heavy = number(style.attribute("Weight"), 400.0) >= _BOLD
    bold = heavy or (font is not None and flag(xml.attribute(font, "Bold"), default=False))
    slant = _SLANT if flag(style.attribute("Italic"), default=False) else 0.0
    degrees = _quarter(style.attribute("CharDirection"))
    cos, sin = textcodes.along(1.0, degrees)
    return _Setting(
        face=Face(style_of(name), bold or "bold" in name.lower()),
        size=number(style.attribute("Size"), 0.0),
        across=number(style.attribute("HScale"), 1.0),
        turn=compose((cos, sin, -sin, cos, 0.0, 0.0), (1.0, 0.0, -slant, 1.0, 0.0, 0.0)),
        reading=_quarter(style.attribute("ReadDirection")),
    )


def _quarter(text: str | None) -> int:
    """A direction: 0, 90, 180 or 270 degrees clockwise."""
    return round(number(text, 0.0) / 90) % 4 * 90
