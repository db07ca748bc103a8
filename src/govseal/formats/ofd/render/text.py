"""Text objects (GB/T 33190, clause 11): every character at the place that the document gives it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from govseal.formats.ofd import textcodes, xml
from govseal.formats.ofd.render.budget import Budget
from govseal.formats.ofd.render.style import Style
from govseal.formats.ofd.render.surface import Clip, Paint, Surface
from govseal.formats.ofd.render.typefaces import Face, Glyph, Typefaces, is_wide, style_of
from govseal.formats.ofd.render.values import (
    apply,
    compose,
    determinant,
    flag,
    is_usable,
    number,
)
from govseal.formats.ofd.xml import Element
from govseal.seal.drawing.paths import BLACK, Matrix, Point

_SMALLEST = 0.2
_NARROWEST = 0.5
_BOLD = 600
_SLANT = 0.2126  # tan 12°, what font makers use
_MOST_TRANSFORMS = 4096
_MOST_EXTRA = 1000


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


@dataclass(frozen=True, slots=True)
class _Item:
    """One thing to draw: a character, or a glyph that stands for it."""

    character: str
    index: int | None = None


class TextPainter:
    """Draws text objects onto one surface."""

    def __init__(self, surface: Surface, typefaces: Typefaces) -> None:
        self.surface = surface
        self.typefaces = typefaces

    def draw(self, element: Element, style: Style, matrix: Matrix, clip: Clip) -> None:
        """Draw a text object; ``matrix`` leads from its own space to the surface.

        Raises:
            LimitExceeded: the page's allowance is used up.
        """
        setting = _read_setting(style, self.surface.budget)
        em = setting.size * setting.across
        shape = compose(compose(matrix, (em, 0.0, 0.0, setting.size, 0.0, 0.0)), setting.turn)
        height = math.sqrt(abs(determinant(shape)))
        if not is_usable(shape) or height < _SMALLEST:
            return
        fill = style.fill(by_default=True, colour=BLACK, matrix=matrix)
        line = style.stroke(by_default=False, matrix=matrix)
        width = style.line_width * math.sqrt(abs(determinant(matrix)))
        inks: list[tuple[Paint, float]] = []
        if fill is not None:
            inks.append((fill, 0.0))
        # Documents ask for outlines to make text bold; a hairline around it changes nothing.
        if line is not None and width > 0:
            inks.append((line, width))
        for item, at, squeeze in self._characters(element, setting):
            key = (
                round(shape[0] * squeeze, 3),
                round(shape[1] * squeeze, 3),
                round(shape[2], 3),
                round(shape[3], 3),
            )
            for paint, pen_width in inks:
                glyph = Glyph(item.character, setting.face, key, round(pen_width, 2), item.index)
                self.surface.glyph(self.typefaces, glyph, apply(matrix, at), paint, clip)

    def _characters(
        self, element: Element, setting: _Setting
    ) -> Iterator[tuple[_Item, Point, float]]:
        """Every character, its place in the object's own space, and how narrow it must be."""
        x = y = 0.0
        for code, transforms in _codes(element):
            # Without X or Y those of the text before hold on (GB/T 33190, 11.3).
            x = number(xml.attribute(code, "X"), x)
            y = number(xml.attribute(code, "Y"), y)
            steps = textcodes.steps(xml.attribute(code, "DeltaX"), xml.attribute(code, "DeltaY"))
            at_x, at_y = x, y
            items = _items(textcodes.content(code), transforms, self.surface.budget)
            last = len(items) - 1
            for order, item in enumerate(items):
                own = self.typefaces.advance(item.character, setting.face, item.index)
                own *= setting.size * setting.across
                step = textcodes.along(own, setting.reading) if steps is None else next(steps)
                squeeze = 1.0
                if order != last and not self.typefaces.has_own(
                    item.character, setting.face, item.index
                ):
                    squeeze = _squeeze(item.character, own, step)
                yield item, (at_x, at_y), squeeze
                at_x, at_y = at_x + step[0], at_y + step[1]


def _codes(element: Element) -> Iterator[tuple[Element, list[Element]]]:
    """Every TextCode, and the CGTransforms that stand in front of it."""
    transforms: list[Element] = []
    for child in element:
        kind = xml.name(child)
        if kind == "CGTransform" and len(transforms) < _MOST_TRANSFORMS:
            transforms.append(child)
        elif kind == "TextCode":
            yield child, transforms
            transforms = []


def _items(content: str, transforms: list[Element], budget: Budget) -> list[_Item]:
    """What is drawn: characters, or the glyphs that the document names for runs of them.

    GB/T 33190, 11.4.2: CodeCount characters from CodePosition on become GlyphCount glyphs.
    """
    budget.spend("glyphs", len(content))
    items: list[_Item | None] = [_Item(character) for character in content]
    extra: dict[int, list[_Item]] = {}
    for transform in transforms:
        start = int(number(xml.attribute(transform, "CodePosition"), -1.0))
        codes = int(number(xml.attribute(transform, "CodeCount"), 1.0))
        words = xml.text(transform, "Glyphs").split(None, len(content) + _MOST_EXTRA)
        if not 0 <= start < len(content) or codes < 1:
            continue
        codes = min(codes, len(content) - start)
        budget.spend("glyphs", codes + len(words))
        glyphs = [int(number(word, 0.0)) for word in words[: len(content) + _MOST_EXTRA]]
        stated = int(number(xml.attribute(transform, "GlyphCount"), len(glyphs)))
        glyphs = glyphs[: max(0, stated)]
        if not glyphs:
            continue
        for order in range(codes):
            index = glyphs[order] if order < len(glyphs) else None
            at = start + order
            items[at] = _Item(content[at], index) if index is not None else None
        if len(glyphs) > codes:
            at = start + codes - 1
            extra[at] = [_Item(content[at], index) for index in glyphs[codes:]]
    found: list[_Item] = []
    for at, item in enumerate(items):
        found.extend([item] if item is not None else [])
        found.extend(extra.get(at, ()))
    return found


def _squeeze(character: str, own: float, step: Point) -> float:
    """How narrow a character must be so as not to touch the next.

    The Latin letters of the document's own font may be narrower than those that stand in.
    """
    if is_wide(character) or step[1] != 0 or not 0 < step[0] < own:
        return 1.0
    return max(_NARROWEST, round(step[0] / own, 2))


def _read_setting(style: Style, budget: Budget) -> _Setting:
    font_id = style.attribute("Font")
    font = style.resources.find("Font", font_id)
    embedded = style.resources.font(font_id, budget)
    name = (xml.attribute(font, "FontName") or "") if font is not None else ""
    heavy = number(style.attribute("Weight"), 400.0) >= _BOLD
    bold = heavy or (font is not None and flag(xml.attribute(font, "Bold"), default=False))
    slant = _SLANT if flag(style.attribute("Italic"), default=False) else 0.0
    degrees = _quarter(style.attribute("CharDirection"))
    cos, sin = textcodes.along(1.0, degrees)
    return _Setting(
        face=Face(style_of(name), bold or "bold" in name.lower(), embedded),
        size=number(style.attribute("Size"), 0.0),
        across=number(style.attribute("HScale"), 1.0),
        turn=compose((cos, sin, -sin, cos, 0.0, 0.0), (1.0, 0.0, -slant, 1.0, 0.0, 0.0)),
        reading=_quarter(style.attribute("ReadDirection")),
    )


def _quarter(text: str | None) -> int:
    """A direction: 0, 90, 180 or 270 degrees clockwise."""
    return round(number(text, 0.0) / 90) % 4 * 90
