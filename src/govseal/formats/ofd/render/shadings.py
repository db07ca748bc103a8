"""Axial and radial shadings (GB/T 33190, 8.3.4): colours along a line, or between two circles."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from govseal.formats.ofd import xml
from govseal.formats.ofd.render.colours import faded, read_colour
from govseal.formats.ofd.render.values import compose, is_usable, moved, number, numbers
from govseal.formats.ofd.xml import Element
from govseal.seal.drawing.paths import Colour, Matrix, Point

Spread = Literal["pad", "repeat", "reflect"]
Stop = tuple[float, Colour]

_MOST_STOPS = 64
_SPREADS: dict[str, Spread] = {"repeat": "repeat", "reflect": "reflect"}
_KINDS = ("AxialShd", "RadialShd")
_SHORTEST = 1e-6


@dataclass(frozen=True, slots=True)
class Shading:
    """Colours that change from place to place; the points are in a space of its own."""

    stops: tuple[Stop, ...]
    """Places from 0 to 1, in order, and their colours; at least two."""
    matrix: Matrix
    """From its own space to the surface."""
    start: Point
    end: Point
    radii: tuple[float, float] | None = None
    """Of the circles around start and end; None for an axial shading."""
    spread: Spread = "pad"
    extends: tuple[bool, bool] = (False, False)
    """Whether the first colour shows before the start, and the last one beyond the end."""

    def at(self, place: float) -> Colour:
        """The colour at a place along the way; transparent where nothing is painted."""
        if self.spread == "repeat":
            place %= 1.0
        elif self.spread == "reflect":
            place = 1 - abs(place % 2 - 1)
        elif place < 0 and not self.extends[0]:
            return (*self.stops[0][1][:3], 0)
        elif place > 1 and not self.extends[1]:
            return (*self.stops[-1][1][:3], 0)
        before = self.stops[0]
        for after in self.stops:
            if place <= after[0]:
                return _between(before, after, place)
            before = after
        return before[1]

    def faded(self, alpha: int) -> Shading:
        """The shading at ``alpha`` of its own opacity."""
        return replace(self, stops=tuple((at, faded(colour, alpha)) for at, colour in self.stops))


def read_shading(colour: Element, spaces: dict[str, Element], matrix: Matrix) -> Shading | None:
    """The shading in a colour; None where there is none that can be drawn as such.

    ``matrix`` leads from the space of the object to the surface.
    """
    for child in colour:
        kind = xml.name(child)
        if kind not in _KINDS:
            continue
        start = numbers(xml.attribute(child, "StartPoint"), 2)
        end = numbers(xml.attribute(child, "EndPoint"), 2)
        stops = _stops(child, spaces)
        if len(start) != 2 or len(end) != 2 or len(stops) < 2:
            return None
        mode = (xml.attribute(child, "MapType") or "").strip().lower()
        extends = round(number(xml.attribute(child, "Extend"), 0.0))
        found = Shading(
            stops,
            matrix,
            (start[0], start[1]),
            (end[0], end[1]),
            spread=_SPREADS.get(mode, "pad"),
            extends=(bool(extends & 1), bool(extends & 2)),
        )
        if kind == "RadialShd":
            return _radial(child, found)
        found = _within_unit(child, found)
        return found if math.dist(found.start, found.end) > _SHORTEST else None
    return None


def _within_unit(element: Element, shading: Shading) -> Shading:
    """An axial shading that repeats does so every MapUnit, which may be less than its length."""
    unit, length = number(xml.attribute(element, "MapUnit"), 0.0), _length(shading)
    if shading.spread == "pad" or unit <= 0 or length <= _SHORTEST:
        return shading
    share = unit / length
    (x0, y0), (x1, y1) = shading.start, shading.end
    return replace(shading, end=(x0 + (x1 - x0) * share, y0 + (y1 - y0) * share))


def _length(shading: Shading) -> float:
    return math.dist(shading.start, shading.end)


def _radial(element: Element, shading: Shading) -> Shading | None:
    radii = tuple(
        abs(number(xml.attribute(element, name), 0.0)) for name in ("StartRadius", "EndRadius")
    )
    if max(radii) <= _SHORTEST:
        return None
    flat = number(xml.attribute(element, "Eccentricity"), 0.0)
    matrix = shading.matrix
    if 0 < flat < 1:
        # Circles become ellipses, turned around the end's centre.
        turn = math.radians(number(xml.attribute(element, "Angle"), 0.0))
        cos, sin, squeeze = math.cos(turn), math.sin(turn), math.sqrt(1 - flat * flat)
        matrix = moved(matrix, *shading.end)
        matrix = compose(matrix, (cos, sin, -sin * squeeze, cos * squeeze, 0.0, 0.0))
        matrix = moved(matrix, -shading.end[0], -shading.end[1])
        # Squeezed once more, what was barely a map may be none.
        if not is_usable(matrix):
            return None
    return replace(shading, radii=(radii[0], radii[1]), matrix=matrix)


def _stops(element: Element, spaces: dict[str, Element]) -> tuple[Stop, ...]:
    """Places and colours; those without a place are spread evenly."""
    found: list[tuple[float | None, Colour]] = []
    for segment in itertools.islice(xml.children(element, "Segment"), _MOST_STOPS):
        inner = xml.child(segment, "Color")
        colour = read_colour(inner, spaces) if inner is not None and len(inner) == 0 else None
        if colour is None:
            continue
        stated = xml.attribute(segment, "Position")
        found.append((number(stated, 0.0) if stated is not None else None, colour))
    last = max(1, len(found) - 1)
    stops: list[Stop] = []
    for index, (place, colour) in enumerate(found):
        at = min(1.0, max(0.0, index / last if place is None else place))
        stops.append((max(at, stops[-1][0]) if stops else at, colour))
    return tuple(stops)


def _between(before: Stop, after: Stop, place: float) -> Colour:
    span = after[0] - before[0]
    share = (place - before[0]) / span if span > 0 else 1.0
    mixed = [round(a + (b - a) * share) for a, b in zip(before[1], after[1], strict=True)]
    return (mixed[0], mixed[1], mixed[2], mixed[3])


def axial_places(shading: Shading, corners: Sequence[Point], back: Matrix) -> list[float]:
    """How far along an axial shading points of the surface lie; ``back`` leads to its space."""
    (x0, y0), (x1, y1) = shading.start, shading.end
    dx, dy = x1 - x0, y1 - y0
    whole = dx * dx + dy * dy
    a, b, c, d, e, f = back
    found = []
    for x, y in corners:
        px, py = a * x + c * y + e - x0, b * x + d * y + f - y0
        found.append((px * dx + py * dy) / whole)
    return found
