"""What a drawing claims of itself, in millimetres and degrees, so that it can be measured."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from govseal.seal.drawing.layout import Cell, Face
from govseal.seal.drawing.paths import Contour, Point, bounds

_TOLERANCE_MM = 0.005


@dataclass(frozen=True, slots=True)
class Measures:
    """The measures of a seal; None for what its shape or this drawing has not.

    Heights and widths are those of the ink. A character on an arc is measured upright, as it
    stands: ``name_height_mm`` is the height of the tallest, ``name_width_mm`` the width of the
    widest one. Angles are seen from the middle of the seal, from the first ink to the last.
    """

    outer_width_mm: float | None = None
    outer_height_mm: float | None = None
    border_mm: float | None = None
    """The width of the ring or frame; of an oval's ring, on its two axes."""
    star_mm: float | None = None
    """The diameter of the circle through the points of the star."""
    emblem_mm: float | None = None
    """The longer side of the emblem."""
    name_height_mm: float | None = None
    name_width_mm: float | None = None
    name_span_deg: float | None = None
    middle_height_mm: float | None = None
    middle_width_mm: float | None = None
    """The width of the whole line, as of the lines below."""
    bottom_height_mm: float | None = None
    bottom_width_mm: float | None = None
    number_height_mm: float | None = None
    number_width_mm: float | None = None
    code_height_mm: float | None = None
    code_span_deg: float | None = None


#: Of a picture that was not drawn as a seal.
NOTHING = Measures()


def ink_sizes(face: Face, cells: Sequence[Cell]) -> tuple[float, float]:
    """The width of the widest and the height of the tallest character, in millimetres."""
    inks = [face.ink(cell) for cell in cells]
    return max(width for width, _ in inks), max(height for _, height in inks)


def line_size(face: Face, cells: Sequence[Cell]) -> tuple[float, float]:
    """The width and height of the ink of an upright line, in millimetres."""
    box = bounds([contour for cell in cells for contour in face.place(cell)], _TOLERANCE_MM)
    return (box.width, box.height) if box else (0.0, 0.0)


def span(contours: Iterable[Contour], centre: Point, *, is_below: bool = False) -> float:
    """The angle in degrees that ink takes, seen from ``centre``.

    It is counted from the top, or from the bottom; the ink must not reach round to the other end.
    """
    side = -1.0 if is_below else 1.0
    angles = [
        math.atan2(x - centre[0], side * (centre[1] - y))
        for contour in contours
        for x, y in contour.flatten(_TOLERANCE_MM)
    ]
    return math.degrees(max(angles) - min(angles)) if angles else 0.0
