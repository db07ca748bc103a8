"""Drawing commands of fonts as contours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from govseal.seal.drawing.paths import Contour, Point, Segment

Record = tuple[str, tuple[Any, ...]]


def contours_of(records: Iterable[Record]) -> Iterator[Contour]:
    """Drawing commands as closed contours."""
    start: Point | None = None
    segments: list[Segment] = []
    for command, points in records:
        if command == "moveTo":
            start, segments = points[0], []
        elif command in {"closePath", "endPath"}:
            if start is not None and segments:
                yield Contour(start, tuple(segments))
            start = None
        elif command == "qCurveTo":
            if points[-1] is None:  # a TrueType contour of control points only
                start = _middle(points[-2], points[0])
                points = (*points[:-1], start)  # noqa: PLW2901  the same command, completed
            segments.extend(_quadratic(points))
        else:  # lineTo and curveTo carry one and three points
            segments.append(tuple(points))


def _quadratic(points: tuple[Point, ...]) -> Iterator[Segment]:
    """A TrueType run of control points as single curves: ends lie midway between controls."""
    if len(points) == 1:
        yield (points[0],)
        return
    controls, end = points[:-1], points[-1]
    for index, control in enumerate(controls):
        last = index == len(controls) - 1
        yield (control, end if last else _middle(control, controls[index + 1]))


def _middle(one: Point, other: Point) -> Point:
    return ((one[0] + other[0]) / 2, (one[1] + other[1]) / 2)
