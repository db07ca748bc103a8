"""Strokes as polygons: one for every piece of a line, and one for every join and cap.

All turn the same way, so that filling them together by the nonzero rule gives their union.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from govseal.formats.ofd.render.budget import Budget
from govseal.formats.ofd.render.outlines import Polyline
from govseal.seal.drawing.paths import Point

# Below this turn a join is a sliver that nobody sees: cos of some 8 degrees.
_STRAIGHT = 0.99
_SHORTEST_PX = 1e-6
_MOST_DASHES = 20_000

Polygon = list[Point]


@dataclass(frozen=True, slots=True)
class Pen:
    """How a line is drawn; lengths in pixels."""

    width: float
    cap: str = "Butt"
    """``Butt``, ``Round`` or ``Square``."""
    join: str = "Miter"
    """``Miter``, ``Round`` or ``Bevel``."""
    miter_limit: float = 3.528
    dashes: tuple[float, ...] = ()
    dash_offset: float = 0.0


def stroke(lines: Iterable[Polyline], pen: Pen, budget: Budget) -> list[Polygon]:
    """The polygons that cover the lines.

    Raises:
        LimitExceeded: the page's allowance of points is used up.
    """
    polygons = []
    for line in lines:
        for polygon in _polygons(line, pen):
            budget.spend("points", len(polygon))
            polygons.append(polygon)
    return polygons


def _polygons(line: Polyline, pen: Pen) -> Iterator[Polygon]:
    for part in _dashed(line, pen):
        points = _distinct(part)
        if len(points) < 2:
            yield from _dot(points, pen)
        else:
            yield from _stroke(points, part.is_closed, pen)


def _stroke(points: list[Point], is_closed: bool, pen: Pen) -> Iterator[Polygon]:
    half = pen.width / 2
    if is_closed:
        points = [*points, points[0]]
    pieces = list(itertools.pairwise(points))
    if not is_closed and pen.cap == "Square":
        pieces[0] = (_beyond(pieces[0][1], pieces[0][0], half), pieces[0][1])
        pieces[-1] = (pieces[-1][0], _beyond(pieces[-1][0], pieces[-1][1], half))
    normals = [_normal(a, b, half) for a, b in pieces]
    for (a, b), (nx, ny) in zip(pieces, normals, strict=True):
        left = [(a[0] + nx, a[1] + ny), (b[0] + nx, b[1] + ny)]
        right = [(b[0] - nx, b[1] - ny), (a[0] - nx, a[1] - ny)]
        yield _turned([*left, *right])
    corners = list(zip(points[1:-1], normals, normals[1:], strict=False))
    if is_closed:
        corners.append((points[0], normals[-1], normals[0]))
    for corner, before, after in corners:
        yield from _join(corner, before, after, pen)
    if not is_closed and pen.cap == "Round":
        yield _disc(points[0], half)
        yield _disc(points[-1], half)


def _join(at: Point, before: Point, after: Point, pen: Pen) -> Iterator[Polygon]:
    """What fills the gap on the outer side where two pieces meet."""
    half = pen.width / 2
    cosine = (before[0] * after[0] + before[1] * after[1]) / (half * half)
    if cosine > _STRAIGHT:
        return
    if pen.join == "Round":
        yield _disc(at, half)
        return
    # The outer side is where the normals open.
    side = -1.0 if before[0] * after[1] - before[1] * after[0] > 0 else 1.0
    one = (at[0] + side * before[0], at[1] + side * before[1])
    other = (at[0] + side * after[0], at[1] + side * after[1])
    # The tip lies at 1 / cos(half the turn) of half the width.
    if pen.join == "Miter" and cosine > -0.9999 and pen.miter_limit**2 * (1 + cosine) >= 2:
        share = side / (1 + cosine)
        tip = (at[0] + share * (before[0] + after[0]), at[1] + share * (before[1] + after[1]))
        yield _turned([at, one, tip, other])
    else:
        yield _turned([at, one, other])


def _dot(points: list[Point], pen: Pen) -> Iterator[Polygon]:
    """A line without length shows its round or square caps only."""
    half = pen.width / 2
    if points and pen.cap == "Round":
        yield _disc(points[0], half)
    elif points and pen.cap == "Square":
        x, y = points[0]
        yield [
            (x - half, y - half),
            (x + half, y - half),
            (x + half, y + half),
            (x - half, y + half),
        ]


def _dashed(line: Polyline, pen: Pen) -> Iterator[Polyline]:
    """The line, or the dashes that its pattern leaves of it."""
    pattern = [abs(length) for length in pen.dashes]
    period = sum(pattern)
    points = [*line.points, line.points[0]] if line.is_closed else list(line.points)
    total = sum(math.dist(a, b) for a, b in itertools.pairwise(points))
    # Patterns finer than pixels, and rows of dashes without end, look like a line anyway.
    if period < 1 or total / period * len(pattern) > _MOST_DASHES:
        yield line
        return
    index, left, is_on = 0, pattern[0], True
    skip = pen.dash_offset % period
    while skip >= left and skip > 0:
        skip -= left
        index, is_on = (index + 1) % len(pattern), not is_on
        left = pattern[index]
    left -= skip
    dash = [points[0]]
    for a, b in itertools.pairwise(points):
        length, at = math.dist(a, b), 0.0
        while length - at > left:
            at += left
            cut = (a[0] + (b[0] - a[0]) * at / length, a[1] + (b[1] - a[1]) * at / length)
            if is_on:
                yield Polyline((*dash, cut), is_closed=False)
            dash = [cut]
            index, is_on = (index + 1) % len(pattern), not is_on
            left = max(pattern[index], _SHORTEST_PX)
        left -= length - at
        dash.append(b)
    if is_on and len(dash) > 1:
        yield Polyline(tuple(dash), is_closed=False)


def _distinct(line: Polyline) -> list[Point]:
    """The corners without repetitions, which have no direction."""
    points: list[Point] = []
    for point in line.points:
        if not points or math.dist(points[-1], point) > _SHORTEST_PX:
            points.append(point)
    if line.is_closed and len(points) > 1 and math.dist(points[0], points[-1]) <= _SHORTEST_PX:
        points.pop()
    return points


def _normal(a: Point, b: Point, length: float) -> Point:
    scale = length / math.dist(a, b)
    return ((a[1] - b[1]) * scale, (b[0] - a[0]) * scale)


def _beyond(a: Point, b: Point, length: float) -> Point:
    """The point that lies ``length`` behind b, seen from a."""
    scale = length / math.dist(a, b)
    return (b[0] + (b[0] - a[0]) * scale, b[1] + (b[1] - a[1]) * scale)


def _disc(centre: Point, radius: float) -> Polygon:
    sides = max(8, min(64, math.ceil(radius * 4)))
    step = math.tau / sides
    return [
        (centre[0] + radius * math.cos(i * step), centre[1] + radius * math.sin(i * step))
        for i in range(sides)
    ]


def _turned(points: Sequence[Point]) -> Polygon:
    """The polygon so that it turns from x to y."""
    area = sum(
        a[0] * b[1] - b[0] * a[1] for a, b in zip(points, [*points[1:], points[0]], strict=True)
    )
    return list(points) if area >= 0 else list(reversed(points))
