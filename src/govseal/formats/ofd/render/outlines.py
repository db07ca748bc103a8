"""AbbreviatedData: the outline of a path object, as subpaths of lines and curves.

GB/T 33190, 9.1: S and M start, L is a line, Q and B are Bézier curves, A is an arc, C closes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from govseal.formats.ofd.render.budget import Budget
from govseal.formats.ofd.render.values import number
from govseal.seal.drawing.paths import Contour, Matrix, Point, Segment

_TOKEN = re.compile(r"[A-Za-z]|[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[^\s,]")
#: How many numbers follow each operator.
_COUNTS = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}
# Flattened curves stay within this part of a pixel.
_TOLERANCE_PX = 0.1


@dataclass(frozen=True, slots=True)
class Subpath:
    """One outline, and whether it was closed by an operator."""

    contour: Contour
    is_closed: bool


@dataclass(frozen=True, slots=True)
class Polyline:
    """Corners in pixels."""

    points: tuple[Point, ...]
    is_closed: bool


def read_outline(text: str, budget: Budget) -> tuple[Subpath, ...]:
    """The subpaths in ``text``, up to the first thing that is no outline.

    Raises:
        LimitExceeded: the page's allowance of points is used up.
    """
    return tuple(_subpaths(_operations(text, budget)))


def flatten(contour: Contour, matrix: Matrix, budget: Budget) -> list[Point]:
    """The corners of a contour under ``matrix``, which leads to pixels.

    Raises:
        LimitExceeded: the page's allowance of points is used up.
    """
    contour = contour.transformed(matrix)
    points = [contour.start]
    # One by one, because a curve may become hundreds of corners.
    for segment in contour.segments:
        if len(segment) == 1:
            points.append(segment[0])
            budget.spend("points")
        else:
            corners = Contour(points[-1], (segment,)).flatten(_TOLERANCE_PX)[1:]
            budget.spend("points", len(corners))
            points.extend(corners)
    return points


def _operations(text: str, budget: Budget) -> Iterator[tuple[str, tuple[float, ...]]]:
    tokens = (match.group() for match in _TOKEN.finditer(text))
    for operator in tokens:
        count = _COUNTS.get(operator)
        if count is None:
            return
        budget.spend("points")
        values = tuple(number(next(tokens, None), math.nan) for _ in range(count))
        if any(math.isnan(value) for value in values):
            return
        yield operator, values


def _subpaths(operations: Iterator[tuple[str, tuple[float, ...]]]) -> Iterator[Subpath]:
    start: Point = (0.0, 0.0)
    here = start
    segments: list[Segment] = []
    for operator, values in operations:
        if operator in ("S", "M"):
            if segments:
                yield Subpath(Contour(start, tuple(segments)), is_closed=False)
            start = here = (values[0], values[1])
            segments = []
        elif operator == "C":
            if segments:
                yield Subpath(Contour(start, tuple(segments)), is_closed=True)
            here, segments = start, []
        else:
            segments.extend(_segments(operator, here, values))
            here = (values[-2], values[-1])
    if segments:
        yield Subpath(Contour(start, tuple(segments)), is_closed=False)


def _segments(operator: str, here: Point, values: tuple[float, ...]) -> Iterator[Segment]:
    if operator == "A":
        yield from arc(here, values)
    else:
        yield tuple(zip(values[::2], values[1::2], strict=True))


def arc(start: Point, values: tuple[float, ...]) -> Iterator[Segment]:
    """An arc of an ellipse as cubic curves: rx, ry, angle, large, sweep, x, y.

    From end points to centre as in SVG 1.1, F.6.5; radii that are too short grow (F.6.6).
    """
    rx, ry, degrees, large, sweep, x, y = values
    rx, ry = abs(rx), abs(ry)
    if rx < 1e-9 or ry < 1e-9 or start == (x, y):
        yield ((x, y),)
        return
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    # The half chord in the ellipse's own unit circle.
    half_x, half_y = (start[0] - x) / 2, (start[1] - y) / 2
    u = (cos * half_x + sin * half_y) / rx
    v = (-sin * half_x + cos * half_y) / ry
    square = u * u + v * v
    if square > 1:
        grow = math.sqrt(square)
        rx, ry, u, v, square = rx * grow, ry * grow, u / grow, v / grow, 1.0
    reach = math.sqrt(max(0.0, 1 / square - 1)) if square else 0.0
    if bool(large) == bool(sweep):
        reach = -reach
    centre_u, centre_v = reach * v, -reach * u
    first = math.atan2(v - centre_v, u - centre_u)
    last = math.atan2(-v - centre_v, -u - centre_u)
    turn = (last - first) % math.tau if sweep else -((first - last) % math.tau)
    middle = ((start[0] + x) / 2, (start[1] + y) / 2)

    def placed(point: Point) -> Point:
        along, across = rx * (point[0] + centre_u), ry * (point[1] + centre_v)
        return (cos * along - sin * across + middle[0], sin * along + cos * across + middle[1])

    pieces = max(1, math.ceil(abs(turn) / (math.pi / 2) - 1e-9))
    for segment in _unit_arcs(first, turn / pieces, pieces):
        yield tuple(placed(point) for point in segment)


def _unit_arcs(first: float, step: float, pieces: int) -> Iterator[Segment]:
    """Arcs of the unit circle from the angle ``first`` on."""
    reach = 4 / 3 * math.tan(step / 4)
    for index in range(pieces):
        a, b = first + index * step, first + (index + 1) * step
        yield (
            (math.cos(a) - reach * math.sin(a), math.sin(a) + reach * math.cos(a)),
            (math.cos(b) + reach * math.sin(b), math.sin(b) - reach * math.cos(b)),
            (math.cos(b), math.sin(b)),
        )
