"""Outlines: contours of lines and Bézier curves, and what is done with them before filling."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Point = tuple[float, float]
#: One, two or three points: a line, a quadratic or a cubic Bézier curve; the last is the end.
Segment = tuple[Point, ...]
#: ``x' = a·x + c·y + e`` and ``y' = b·x + d·y + f``: the order of SVG and of OFD's CTM.
Matrix = tuple[float, float, float, float, float, float]
#: Red, green, blue, alpha; 0…255 each.
Colour = tuple[int, int, int, int]
FillRule = Literal["nonzero", "evenodd"]

RED: Colour = (255, 0, 0, 255)
BLACK: Colour = (0, 0, 0, 255)

# More pieces than this show nothing on any page; it bounds the work on absurd coordinates.
_MAX_PIECES = 256


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle; ``x_min <= x_max`` and ``y_min <= y_max``."""

    x_min: float
    y_min: float
    x_max: float
    y_max: float

    @property
    def width(self) -> float:
        """The extent along x."""
        return self.x_max - self.x_min

    @property
    def height(self) -> float:
        """The extent along y."""
        return self.y_max - self.y_min

    @property
    def centre(self) -> Point:
        """The middle of the rectangle."""
        return ((self.x_min + self.x_max) / 2, (self.y_min + self.y_max) / 2)

    def union(self, other: Box) -> Box:
        """The smallest box around both."""
        return Box(
            min(self.x_min, other.x_min),
            min(self.y_min, other.y_min),
            max(self.x_max, other.x_max),
            max(self.y_max, other.y_max),
        )


@dataclass(frozen=True, slots=True)
class Contour:
    """One closed outline; the way back from the last end to ``start`` is a straight line."""

    start: Point
    segments: tuple[Segment, ...]

    def transformed(self, matrix: Matrix) -> Contour:
        """This contour under an affine map."""
        a, b, c, d, e, f = matrix

        def moved(point: Point) -> Point:
            x, y = point
            return (a * x + c * y + e, b * x + d * y + f)

        return Contour(
            moved(self.start),
            tuple(tuple(moved(point) for point in segment) for segment in self.segments),
        )

    def flatten(self, tolerance: float) -> list[Point]:
        """The corners of a polygon that stays within ``tolerance`` of the curves, not repeated."""
        return list(self.corners(tolerance))

    def corners(self, tolerance: float) -> Iterator[Point]:
        """What :meth:`flatten` gives, one by one: there may be many."""
        last = self.start
        yield last
        for segment in self.segments:
            if len(segment) == 1:
                yield segment[0]
            else:
                yield from _curve(last, segment, tolerance)
            last = segment[-1]


@dataclass(frozen=True, slots=True)
class Path:
    """Contours that are filled together with one colour by one winding rule."""

    contours: tuple[Contour, ...]
    colour: Colour = BLACK
    rule: FillRule = "nonzero"

    def transformed(self, matrix: Matrix) -> Path:
        """This path under an affine map."""
        contours = tuple(contour.transformed(matrix) for contour in self.contours)
        return Path(contours, self.colour, self.rule)


def _curve(start: Point, segment: Segment, tolerance: float) -> list[Point]:
    """The points after ``start`` along a curve, evenly spaced in its parameter."""
    (x0, y0), (x1, y1), (x3, y3) = start, segment[0], segment[-1]
    if len(segment) == 2:
        # A quadratic curve is this cubic one.
        x2, y2 = x3 + (x1 - x3) * 2 / 3, y3 + (y1 - y3) * 2 / 3
        x1, y1 = x0 + (x1 - x0) * 2 / 3, y0 + (y1 - y0) * 2 / 3
    else:
        x2, y2 = segment[1]
    bend = max(
        abs(x0 - 2 * x1 + x2) + abs(y0 - 2 * y1 + y2),
        abs(x1 - 2 * x2 + x3) + abs(y1 - 2 * y2 + y3),
    )
    # A cubic cut into n equal pieces strays from its chords by at most 3/4 · bend / n².
    wanted = math.sqrt(0.75 * bend / tolerance)
    pieces = math.ceil(wanted) if wanted < _MAX_PIECES else _MAX_PIECES
    points = []
    for step in range(1, pieces):
        t = step / pieces
        s = 1 - t
        k0, k1, k2, k3 = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
        points.append(
            (k0 * x0 + k1 * x1 + k2 * x2 + k3 * x3, k0 * y0 + k1 * y1 + k2 * y2 + k3 * y3)
        )
    points.append((x3, y3))
    return points


def bounds(contours: Iterable[Contour], tolerance: float = 0.001) -> Box | None:
    """The measured extent of the filled outlines, or None where there is none."""
    x_min = y_min = math.inf
    x_max = y_max = -math.inf
    for contour in contours:
        for x, y in contour.corners(tolerance):
            x_min, y_min = min(x_min, x), min(y_min, y)
            x_max, y_max = max(x_max, x), max(y_max, y)
    return Box(x_min, y_min, x_max, y_max) if x_min <= x_max else None


def polygon(points: Sequence[Point]) -> Contour:
    """A contour with straight sides through the points."""
    return Contour(points[0], tuple((point,) for point in points[1:]))


def circle(centre: Point, radius: float, *, clockwise: bool = True) -> Contour:
    """A circle of eight cubic curves; it strays from the true one by 4 parts in a million.

    ``clockwise`` is meant on a page, where y points down. Two circles of opposite direction
    enclose a ring under either winding rule.
    """
    turn = math.pi / 4 if clockwise else -math.pi / 4
    reach = radius * 4 / 3 * math.tan(turn / 4)

    def at(index: int) -> tuple[Point, Point]:
        cos, sin = math.cos(index * turn), math.sin(index * turn)
        point = (centre[0] + radius * cos, centre[1] + radius * sin)
        return point, (-reach * sin, reach * cos)

    segments = []
    for index in range(8):
        (x0, y0), (dx0, dy0) = at(index)
        (x3, y3), (dx3, dy3) = at(index + 1)
        segments.append(((x0 + dx0, y0 + dy0), (x3 - dx3, y3 - dy3), (x3, y3)))
    return Contour(at(0)[0], tuple(segments))


def star(centre: Point, radius: float) -> Contour:
    """The five-point star, one point up, whose points lie on a circle of ``radius``.

    The inner corners lie on the lines that join the points, as in the national flag
    (国旗制法说明): at ``radius · sin 18° / sin 126°``.
    """
    inner = radius * math.sin(math.radians(18)) / math.sin(math.radians(126))
    points = []
    for index in range(10):
        angle = math.radians(36 * index)
        reach = inner if index % 2 else radius
        points.append((centre[0] + reach * math.sin(angle), centre[1] - reach * math.cos(angle)))
    return polygon(points)
