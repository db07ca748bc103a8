"""What an object is drawn with: its own attributes, then its DrawParam, then its layer's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from govseal.formats.ofd import xml
from govseal.formats.ofd.render import colours
from govseal.formats.ofd.render.resources import Resources
from govseal.formats.ofd.render.shadings import Shading, read_shading
from govseal.formats.ofd.render.strokes import Pen
from govseal.formats.ofd.render.values import flag, number, numbers
from govseal.formats.ofd.xml import Element
from govseal.seal.drawing.paths import BLACK, Colour, Matrix

#: LineWidth where none is stated (GB/T 33190, 8.2).
_LINE_WIDTH_MM = 0.353
_MITER_LIMIT = 3.528
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

    def _stated(self, name: str) -> Element | None:
        """FillColor or StrokeColor from the nearest source that has it."""
        found = (xml.child(source, name) for source in self.sources)
        return next((element for element in found if element is not None), None)

    def _paint(
        self, name: str, *, default: Colour | None, matrix: Matrix
    ) -> Colour | Shading | None:
        """What a colour paints; None where nothing is to be painted, or a pattern."""
        element = self._stated(name)
        if element is None:
            found = default
        else:
            shading = read_shading(element, self.resources.spaces, matrix)
            if shading is not None:
                return shading.faded(self.opacity) if self.opacity else None
            found = colours.read_colour(element, self.resources.spaces)
        if found is None:
            return None
        found = colours.faded(found, self.opacity)
        return found if found[3] else None

    def fill(
        self, *, by_default: bool, colour: Colour | None, matrix: Matrix
    ) -> Colour | Shading | None:
        """What fills the inside; None where it is not filled, or by a pattern.

        ``matrix`` leads from the object's own space to the surface.
        """
        if not flag(self.attribute("Fill"), default=by_default):
            return None
        return self._paint("FillColor", default=colour, matrix=matrix)

    def pattern(self, *, by_default: bool) -> Element | None:
        """The pattern that fills the inside; None where no pattern does."""
        if not flag(self.attribute("Fill"), default=by_default) or not self.opacity:
            return None
        element = self._stated("FillColor")
        return xml.child(element, "Pattern") if element is not None else None

    def stroke(self, *, by_default: bool, matrix: Matrix) -> Colour | Shading | None:
        """What draws the outline; None where it is not drawn."""
        if not flag(self.attribute("Stroke"), default=by_default):
            return None
        return self._paint("StrokeColor", default=BLACK, matrix=matrix)

    @property
    def line_width(self) -> float:
        """In the object's own units."""
        return abs(number(self.attribute("LineWidth"), _LINE_WIDTH_MM))

    def pen(self, scale: float, thinnest: float) -> Pen:
        """How the outline is drawn, at ``scale`` units of the surface per own unit."""
        dashes = numbers(self.attribute("DashPattern"), _MOST_DASHES)
        return Pen(
            width=max(self.line_width * scale, thinnest),
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
