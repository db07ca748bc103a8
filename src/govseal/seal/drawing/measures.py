"""What a drawing claims of itself, in millimetres and degrees, so that it can be measured."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from govseal.seal.drawing.paths import Path, Point, bounds

_TOLERANCE_MM = 0.005


@dataclass(frozen=True, slots=True)
class Measures:
    """The measures of a seal's ink; None for what its shape or this drawing has not.

    They are taken as one takes them on paper. What stands on an arc is measured square to the
    border, from the ink nearest to it to the ink farthest from it; angles are seen from the
    middle of the seal, from the first ink to the last.
    """

    outer_width_mm: float | None = None
    outer_height_mm: float | None = None
    border_mm: float | None = None
    """The width of the ring or frame; of an oval's ring, on its two axes."""
    star_mm: float | None = None
    """The diameter of the circle through the points of the star."""
    emblem_mm: float | None = None
    """The longer side of the emblem."""
    name_gap_mm: float | None = None
    """From the border to the name."""
    name_height_mm: float | None = None
    """On an arc, of the whole name; in a square, of its tallest character."""
    name_width_mm: float | None = None
    """In a square, of its widest character."""
    name_span_deg: float | None = None
    middle_height_mm: float | None = None
    middle_width_mm: float | None = None
    """Of the whole line, as with the lines below."""
    bottom_height_mm: float | None = None
    bottom_width_mm: float | None = None
    number_height_mm: float | None = None
    number_width_mm: float | None = None
    code_height_mm: float | None = None
    code_span_deg: float | None = None


#: Of a picture that was not drawn as a seal.
NOTHING = Measures()


def line_size(paths: Sequence[Path]) -> tuple[float | None, float | None]:
    """The width and height of the ink of a line, in millimetres; None twice if there is none."""
    box = bounds([contour for path in paths for contour in path.contours], _TOLERANCE_MM)
    return (box.width, box.height) if box else (None, None)


def depth(
    paths: Iterable[Path], distance: Callable[[Point], float]
) -> tuple[float | None, float | None]:
    """The least ``distance`` of the ink, and how much farther it reaches; None without ink."""
    found = [distance(point) for point in _points(paths)]
    return (min(found), max(found) - min(found)) if found else (None, None)


def span(paths: Iterable[Path], centre: Point, *, is_below: bool = False) -> float | None:
    """The angle in degrees that ink takes, seen from ``centre``; None without ink.

    It is counted from the top, or from the bottom; the ink must not reach round to the other end.
    """
    side = -1.0 if is_below else 1.0
    angles = [math.atan2(x - centre[0], side * (centre[1] - y)) for x, y in _points(paths)]
    return math.degrees(max(angles) - min(angles)) if angles else None


def _points(paths: Iterable[Path]) -> Iterator[Point]:
    for path in paths:
        for contour in path.contours:
            yield from contour.flatten(_TOLERANCE_MM)
