"""Text along the upper part of an ellipse: at even distances, and standing along its normals."""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from govseal.seal.drawing.layout import Cell, Face
from govseal.seal.drawing.paths import Box, Contour, Point

# Chords this short stray from the curve by less than a thousandth of a millimetre.
_STEPS = 240
# As fine as that.
_HALVINGS = 16


def ellipse(centre: Point, semi_axes: Point, *, clockwise: bool = True) -> Contour:
    """An ellipse of eight cubic curves, as :func:`govseal.seal.drawing.paths.circle`."""
    turn = math.pi / 4 if clockwise else -math.pi / 4
    reach = 4 / 3 * math.tan(turn / 4)
    (x, y), (a, b) = centre, semi_axes

    def at(index: int) -> tuple[Point, Point]:
        cos, sin = math.cos(index * turn), math.sin(index * turn)
        return (x + a * cos, y + b * sin), (-reach * a * sin, reach * b * cos)

    segments = []
    for index in range(8):
        (x0, y0), (dx0, dy0) = at(index)
        (x3, y3), (dx3, dy3) = at(index + 1)
        segments.append(((x0 + dx0, y0 + dy0), (x3 - dx3, y3 - dy3), (x3, y3)))
    return Contour(at(0)[0], tuple(segments))


def inset(semi_axes: Point, point: Point) -> float:
    """How far inside the ellipse around the origin a point lies, square to its edge."""
    (a, b), (x, y) = semi_axes, (abs(point[0]), abs(point[1]))
    # Where the normal meets the point: the sign of this changes once in the quadrant.
    low, high = 0.0, math.pi / 2
    for _ in range(_HALVINGS):
        t = (low + high) / 2
        sin, cos = math.sin(t), math.cos(t)
        if (a * sin - x) * a * cos - (b * cos - y) * b * sin < 0:
            low = t
        else:
            high = t
    away = math.hypot(a * math.sin(low) - x, b * math.cos(low) - y)
    return away if (x / a) ** 2 + (y / b) ** 2 <= 1 else -away


@dataclass(frozen=True, slots=True)
class Track:
    """The curve at an even distance inside an ellipse, measured from its top clockwise.

    ``lengths`` say how far along the curve each of ``points`` lies; ``angles`` how far its normal
    is turned from upright. The other half mirrors this one.
    """

    points: tuple[Point, ...]
    lengths: tuple[float, ...]
    angles: tuple[float, ...]

    @classmethod
    def inside(cls, semi_axes: Point, inset: float) -> Track:
        """The curve ``inset`` inside the ellipse of these half axes around the origin; y down."""
        a, b = semi_axes
        points, angles = [], []
        for step in range(_STEPS + 1):
            t = math.pi * step / _STEPS
            sin, cos = math.sin(t), math.cos(t)
            norm = math.hypot(b * sin, a * cos)
            nx, ny = b * sin / norm, -a * cos / norm
            points.append((a * sin - inset * nx, -b * cos - inset * ny))
            angles.append(math.atan2(nx, -ny))
        steps = (math.dist(one, other) for one, other in itertools.pairwise(points))
        return cls(tuple(points), tuple(itertools.accumulate(steps, initial=0.0)), tuple(angles))

    def at(self, length: float) -> tuple[Point, float]:
        """The point this far along the curve (to the left if negative), and its turn."""
        side, wanted = math.copysign(1.0, length), abs(length)
        index = min(max(1, bisect_left(self.lengths, wanted)), _STEPS)
        before, after = self.lengths[index - 1], self.lengths[index]
        part = (wanted - before) / (after - before)
        (x0, y0), (x1, y1) = self.points[index - 1], self.points[index]
        a0, a1 = self.angles[index - 1], self.angles[index]
        return (side * (x0 + part * (x1 - x0)), y0 + part * (y1 - y0)), side * (
            a0 + part * (a1 - a0)
        )

    def length_to(self, angle: float) -> float:
        """How far along the curve one is at this angle (up to π), seen from the middle."""
        places = zip(self.points, self.lengths, strict=True)
        return next(length for (x, y), length in places if math.atan2(x, -y) >= angle)

    def steps_before(self, boxes: Sequence[Box], clearance: float) -> int:
        """How many steps the curve keeps its distance from all boxes, measured from the middle."""
        for index, point in enumerate(self.points):
            if any(_distance(point, box) < clearance for box in boxes):
                return max(0, index - 1)
        return _STEPS


def _distance(point: Point, box: Box) -> float:
    x, y = point
    return math.hypot(
        max(box.x_min - x, 0.0, x - box.x_max), max(box.y_min - y, 0.0, y - box.y_max)
    )


@dataclass(frozen=True, slots=True)
class TrackStyle:
    """The length along a track that a full character takes, its width and its height."""

    pitch: float
    width: float
    height: float


def track_cells(
    face: Face, text: str, centre: Point, track: Track, style: TrackStyle
) -> list[Cell]:
    """Cells along the track, heads outward, so that the ink is centred at the top."""
    pitch, width, height = style.pitch, style.width, style.height
    shares = face.shares(text)
    ends = list(itertools.accumulate(shares, initial=0.0))
    places = [(start + end) / 2 * pitch for start, end in itertools.pairwise(ends)]
    first = face.ink(Cell(text[0], centre, 0.0, width * shares[0], height))
    last = face.ink(Cell(text[-1], centre, 0.0, width * shares[-1], height))
    shift = (places[0] - first / 2 + places[-1] + last / 2) / 2
    cells = []
    for character, share, place in zip(text, shares, places, strict=True):
        (x, y), angle = track.at(place - shift)
        middle = (centre[0] + x, centre[1] + y)
        cells.append(Cell(character, middle, angle, width * share, height))
    return cells


def widest(cells: Sequence[Cell], shares: Sequence[float], between: float) -> float:
    """The width at which full characters in these places still keep ``between`` at their feet."""
    found = math.inf
    for (one, share), (other, next_share) in itertools.pairwise(zip(cells, shares, strict=True)):
        # Along the bisector of both: there two neighbours are nearest to one another.
        angle = (one.angle + other.angle) / 2
        along = (math.cos(angle), math.sin(angle))
        apart = _dot((other.centre[0] - one.centre[0], other.centre[1] - one.centre[1]), along)
        feet = one.height / 2 * (_dot(_down(one), along) - _dot(_down(other), along))
        half = math.cos((other.angle - one.angle) / 2) / 2
        found = min(found, (apart - feet - between) / (half * (share + next_share)))
    return found


def _down(cell: Cell) -> Point:
    return (-math.sin(cell.angle), math.cos(cell.angle))


def _dot(one: Point, other: Point) -> float:
    return one[0] * other[0] + one[1] * other[1]
