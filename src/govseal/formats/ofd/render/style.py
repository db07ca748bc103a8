"""What an object is drawn with: its own attributes, then its DrawParam, then its layer's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from govseal.formats.ofd import xml
from govseal.formats.ofd.render import colours
from govseal.formats.ofd.render.resources import Resources
from govseal.formats.ofd.render.strokes import Pen
from govseal.formats.ofd.render.values import flag, number, numbers
from govseal.formats.ofd.xml import Element
from govseal.seal.drawing.paths import BLACK, Colour

#: LineWidth where none is stated (GB/T 33190, 8.2).
_LINE_WIDTH_MM = 0.353
_MITER_LIMIT = 3.528
# Thinner lines would fade away; readers draw them as one pixel.
_THINNEST_PX = 0.8
_MOST_DASHES = 32


@dataclass(frozen=True, slots=True)
class Style:
    """Where the properties of an object are looked for, nearest first."""

    sources: tuple[Element, ...]
    resources: Resources
    opacity: int = 255
    """Of the object and everything around it."""

    def attribute(self, name: str) -> str | None:
        """The attribute of that name from the nearest source that has it."""
        for source in self.sources:
            value = xml.attribute(source, name)
            if value is not None:
                return value
        return None

    def colour(self, name: str, *, default: Colour | None) -> Colour | None:
        """FillColor or StrokeColor; None where nothing is to be painted."""
        found: Colour | None = default
        for source in self.sources:
            element = xml.child(source, name)
            if element is not None:
                found = colours.read_colour(element, self.resources.spaces)
                break
        if found is None:
            return None
        found = colours.faded(found, self.opacity)
        return found if found[3] else None

    def fill(self, *, by_default: bool, colour: Colour | None) -> Colour | None:
        """The colour of the inside; None where it is not filled."""
        if not flag(self.attribute("Fill"), default=by_default):
            return None
        return self.colour("FillColor", default=colour)

    def stroke(self, *, by_default: bool) -> Colour | None:
        """The colour of the outline; None where it is not drawn."""
        if not flag(self.attribute("Stroke"), default=by_default):
            return None
        return self.colour("StrokeColor", default=BLACK)

    @property
    def line_width(self) -> float:
        """In the object's own units."""
        return abs(number(self.attribute("LineWidth"), _LINE_WIDTH_MM))

    def pen(self, scale: float) -> Pen:
        """How the outline is drawn, at ``scale`` pixels per unit."""
        dashes = numbers(self.attribute("DashPattern"), _MOST_DASHES)
        return Pen(
            width=max(self.line_width * scale, _THINNEST_PX),
            cap=self.attribute("Cap") or "Butt",
            join=self.attribute("Join") or "Miter",
            miter_limit=number(self.attribute("MiterLimit"), _MITER_LIMIT),
            dashes=tuple(length * scale for length in dashes),
            dash_offset=number(self.attribute("DashOffset"), 0.0) * scale,
        )


def style_of(
    element: Element, resources: Resources, inherited: Sequence[Element], opacity: int
) -> Style:
    """The style of an object inside something that draws with ``inherited`` at ``opacity``."""
    own = resources.parameters(xml.attribute(element, "DrawParam"))
    alpha = max(0, min(255, round(number(xml.attribute(element, "Alpha"), 255.0))))
    return Style((element, *own, *inherited), resources, opacity * alpha // 255)
