"""What a page is painted on: pixels (:mod:`canvas`) or an SVG (:mod:`vector`), through one door.

Coordinates are units of the surface, y down: pixels, or hundredths of a millimetre.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from govseal.formats.ofd.render.budget import Budget
from govseal.formats.ofd.render.outlines import Subpath
from govseal.formats.ofd.render.shadings import Shading
from govseal.formats.ofd.render.strokes import Pen
from govseal.formats.ofd.render.typefaces import Glyph, Typefaces
from govseal.seal.drawing.paths import Colour, Contour, FillRule, Matrix, Point

if TYPE_CHECKING:
    from PIL import Image

# Where floats still resolve a fraction of a pixel with room to spare.
_FARTHEST = 1e8

Window = tuple[int, int, int, int]
#: What an outline is filled with.
Paint = Colour | Shading


@dataclass(frozen=True, slots=True)
class Area:
    """The inside of outlines, by a rule."""

    contours: tuple[Contour, ...]
    rule: FillRule = "nonzero"


@dataclass(frozen=True, slots=True)
class Clip:
    """Where drawing shows: a window (left, top, right, bottom), and regions of it."""

    window: Window
    regions: tuple[tuple[Area, ...], ...] = ()
    """Each is the union of its areas; all of them hold, and nothing shows outside of any."""

    def within(self, window: Window) -> Clip:
        """The part of this clip inside ``window``."""
        return Clip(overlap(self.window, window), self.regions)

    def narrowed(self, areas: tuple[Area, ...]) -> Clip:
        """The part of this clip inside the union of the areas."""
        points = (p for area in areas for item in area.contours for p in control_points(item))
        around = bounding_window(points) or (0, 0, 0, 0)
        return Clip(overlap(self.window, around), (*self.regions, areas))

    @property
    def is_empty(self) -> bool:
        """Whether nothing shows at all."""
        left, top, right, bottom = self.window
        return left >= right or top >= bottom


class Surface(Protocol):
    """Takes everything that a page is made of; what lies absurdly far away is not drawn.

    Every method raises LimitExceeded where the page's allowance is used up.
    """

    budget: Budget
    clip: Clip
    """All of the surface."""
    thinnest: float
    """Lines are drawn no thinner, or they would fade away."""

    def fill(
        self,
        contours: Sequence[Contour],
        paint: Paint,
        clip: Clip,
        rule: FillRule = "nonzero",
    ) -> None:
        """Fill outlines."""

    def stroke(self, lines: Sequence[Subpath], pen: Pen, paint: Paint, clip: Clip) -> None:
        """Draw along outlines."""

    def glyph(
        self, typefaces: Typefaces, glyph: Glyph, at: Point, paint: Paint, clip: Clip
    ) -> None:
        """Draw a character with its origin at a point."""

    def place(self, picture: Image.Image, matrix: Matrix, clip: Clip, *, alpha: int = 255) -> None:
        """Draw an RGBA picture that fills the unit square under ``matrix``."""

    def multiplied(self, clip: Clip) -> AbstractContextManager[Surface]:
        """A white surface, multiplied into this one when it is left (正片叠底).

        What lies below shines through, and white leaves no trace.
        """


def overlap(one: Window, other: Window) -> Window:
    """The window common to both; empty where right is not beyond left."""
    return (
        max(one[0], other[0]),
        max(one[1], other[1]),
        min(one[2], other[2]),
        min(one[3], other[3]),
    )


def bounding_window(points: Iterable[Point]) -> Window | None:
    """The window that the points enclose; None where there is no usable point."""
    xs, ys = [], []
    for x, y in points:
        # Written so that NaN is refused too.
        if not (-_FARTHEST < x < _FARTHEST and -_FARTHEST < y < _FARTHEST):
            return None
        xs.append(x)
        ys.append(y)
    if not xs:
        return None
    return (math.floor(min(xs)), math.floor(min(ys)), math.ceil(max(xs)), math.ceil(max(ys)))


def control_points(contour: Contour) -> Iterable[Point]:
    """The points that a contour lies between."""
    yield contour.start
    for segment in contour.segments:
        yield from segment
