"""Where on a PDF page a stamp lies: millimetres as displayed, and the page's own units."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

from govseal.errors import StampError
from govseal.formats.base import Placement
from govseal.formats.pdf.objects import items, value

_OVERHANG_MM: Final = 1.0
_DEEPEST: Final = 50
UNITS_PER_MM: Final = 72 / 25.4

Rectangle = tuple[float, float, float, float]
"""Left, bottom, right, top."""


@dataclass(frozen=True, slots=True)
class PageView:
    """How a page is shown: the visible box in its own units, and how it is turned."""

    box: Rectangle
    rotation: int
    """Clockwise, 0, 90, 180 or 270 degrees."""
    units_per_mm: float

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height as displayed."""
        left, bottom, right, top = self.box
        sides = ((right - left) / self.units_per_mm, (top - bottom) / self.units_per_mm)
        return sides if self.rotation in (0, 180) else (sides[1], sides[0])

    def rectangle(self, placement: Placement, width_mm: float, height_mm: float) -> Rectangle:
        """The place in the page's own units.

        Raises:
            StampError: ``outside_page``, by more than a millimetre.
        """
        page_width, page_height = self.size_mm
        x_end, y_end = placement.x_mm + width_mm, placement.y_mm + height_mm
        if not (
            min(placement.x_mm, placement.y_mm) >= -_OVERHANG_MM
            and x_end <= page_width + _OVERHANG_MM
            and y_end <= page_height + _OVERHANG_MM
        ):
            message = f"the stamp does not lie on page {placement.page}"
            raise StampError(message, code="outside_page")
        corners = (self._point(placement.x_mm, placement.y_mm), self._point(x_end, y_end))
        xs, ys = zip(*corners, strict=True)
        return (min(xs), min(ys), max(xs), max(ys))

    def displayed(self, x: float, y: float) -> tuple[float, float]:
        """Millimetres from the left and from the top, for a point in the page's own units."""
        left, bottom, right, top = self.box
        across, down = {
            0: (x - left, top - y),
            90: (y - bottom, x - left),
            180: (right - x, y - bottom),
            270: (top - y, right - x),
        }[self.rotation]
        return across / self.units_per_mm, down / self.units_per_mm

    def _point(self, x_mm: float, y_mm: float) -> tuple[float, float]:
        """The point that is displayed ``x_mm`` from the left and ``y_mm`` from the top."""
        left, bottom, right, top = self.box
        x, y = x_mm * self.units_per_mm, y_mm * self.units_per_mm
        return {
            0: (left + x, top - y),
            90: (left + y, bottom + x),
            180: (right - x, bottom + y),
            270: (right - y, top - x),
        }[self.rotation]


def page_view(page: Any) -> PageView:  # noqa: ANN401 - pyHanko's dictionaries are untyped
    """How a page is shown, by its own attributes and those it inherits (ISO 32000-1, 7.7.3.4).

    Raises:
        StampError: ``malformed``, where a page has no box or is turned by no right angle.
    """
    media = _box(_inherited(page, "/MediaBox"))
    crop = _box(_inherited(page, "/CropBox"))
    if media is None:
        raise StampError("the page has no MediaBox", code="malformed")
    box = media if crop is None else _overlap(media, crop)
    rotation, unit = _inherited(page, "/Rotate"), value(page, "/UserUnit", 1)
    if rotation is None:
        rotation = 0
    if not isinstance(rotation, int) or rotation % 90 or not _is_number(unit) or unit <= 0:
        raise StampError("the page does not say how it is shown", code="malformed")
    return PageView(box, rotation % 360, UNITS_PER_MM / float(unit))


def _overlap(media: Rectangle, crop: Rectangle) -> Rectangle:
    left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
    right, top = min(media[2], crop[2]), min(media[3], crop[3])
    if left >= right or bottom >= top:
        raise StampError("the page's CropBox lies outside its MediaBox", code="malformed")
    return (left, bottom, right, top)


def _inherited(page: Any, key: str) -> Any:  # noqa: ANN401 - as above
    node = page
    for _ in range(_DEEPEST):
        found = value(node, key)
        if found is not None:
            return found
        node = value(node, "/Parent")
        if node is None:
            return None
    raise StampError("the page tree is too deep", code="malformed")


def _box(found: Any) -> Rectangle | None:  # noqa: ANN401 - as above
    """The rectangle with its corners in order; None where there is none."""
    if found is None:
        return None
    numbers = list(items(found))
    if len(numbers) != 4 or not all(_is_number(item) for item in numbers):
        raise StampError("the page's box is no rectangle", code="malformed")
    x0, y0, x1, y1 = (float(item) for item in numbers)
    box = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    if box[0] == box[2] or box[1] == box[3]:
        raise StampError("the page's box is empty", code="malformed")
    return box


def _is_number(item: Any) -> bool:  # noqa: ANN401 - as above
    try:
        return not isinstance(item, str | bytes) and math.isfinite(float(item))
    except (TypeError, ValueError, OverflowError):
        return False
