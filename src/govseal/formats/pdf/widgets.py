"""Where the fields of a PDF show: pages by number, and boxes as displayed."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from govseal.errors import FormatError
from govseal.formats.base import Appearance
from govseal.formats.limits import Limits
from govseal.formats.pdf.hooks import guarded
from govseal.formats.pdf.objects import items, value
from govseal.formats.pdf.places import PageView, Rectangle, page_view

_NOWHERE = (0, 0, 0, 0)


class Pages:
    """The pages of one file, as far as widgets ask for them."""

    def __init__(self, reader: Any, limits: Limits) -> None:  # noqa: ANN401 - pyHanko's reader
        self.reader = reader
        self.limits = limits

    @property
    def count(self) -> int:
        """How many pages the file says it has; 0 where it does not say."""
        try:
            stated = guarded(lambda: int(self.reader.root["/Pages"]["/Count"]), "the pages")
        except FormatError:
            return 0
        return min(max(stated, 0), self.limits.max_pages)

    @cached_property
    def _numbers(self) -> dict[int, tuple[int, Any]]:
        """For each widget, by the number of its object: its page's number, and the page."""
        found: dict[int, tuple[int, Any]] = {}
        seen: set[int] = set()
        number = 0
        pending = [self.reader.root.raw_get("/Pages")]
        while pending and number < self.limits.max_pages:
            reference = pending.pop()
            key = getattr(getattr(reference, "reference", None), "idnum", None)
            if key is not None:
                if key in seen:
                    continue
                seen.add(key)
            node = reference.get_object()
            kids = value(node, "/Kids")
            if kids is not None:
                pending.extend(reversed(list(kids)))
                continue
            number += 1
            for annotation in value(node, "/Annots", ()):
                if hasattr(annotation, "reference"):
                    found.setdefault(annotation.reference.idnum, (number, node))
        return found

    def appearances(self, field: Any) -> tuple[Appearance, ...]:  # noqa: ANN401 - untyped
        """Where the widgets of a field show; none for what does not show or cannot be read."""
        try:
            return guarded(lambda: tuple(self._appearances(field)), "the widget")
        except FormatError:
            return ()

    def _appearances(self, field: Any) -> list[Appearance]:  # noqa: ANN401 - untyped
        widgets = list(items(value(field, "/Kids", ()))) or [field]
        found = []
        for widget in widgets[: self.limits.max_signatures]:
            left, bottom, right, top = (
                float(side) for side in items(value(widget, "/Rect", _NOWHERE))
            )
            if left == right or bottom == top:
                continue
            reference = widget.container_ref
            number, page = self._numbers.get(reference.idnum, (0, None))
            if page is None:
                found.append(Appearance(0, 0, 0, 0, 0))
            else:
                found.append(_shown(page_view(page), number, (left, bottom, right, top)))
        return found


def _shown(view: PageView, number: int, box: Rectangle) -> Appearance:
    """A rectangle of the page's own units as millimetres on the page as displayed."""
    corners = [_displayed(view, box[at], box[at + 1]) for at in (0, 2)]
    (x0, x1), (y0, y1) = (sorted(values) for values in zip(*corners, strict=True))
    unit = view.units_per_mm
    return Appearance(number, x0 / unit, y0 / unit, (x1 - x0) / unit, (y1 - y0) / unit)


def _displayed(view: PageView, x: float, y: float) -> tuple[float, float]:
    left, bottom, right, top = view.box
    return {
        0: (x - left, top - y),
        90: (y - bottom, x - left),
        180: (right - x, y - bottom),
        270: (top - y, right - x),
    }[view.rotation]
