"""The boxes on pages that the places of a stamp come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from govseal.errors import FormatError, StampError
from govseal.formats.base import Placement
from govseal.formats.ofd.outline import Body, Box, Page, page_box
from govseal.formats.ofd.package import Package
from govseal.formats.ofd.seam import strips
from govseal.formats.places import (
    Keyword,
    OnPages,
    Place,
    Seam,
    check_count,
    chosen,
    expand,
    onto,
    pages_in,
)
from govseal.frozen import frozen

if TYPE_CHECKING:
    from govseal.formats.ofd.document import OfdDocument

_OVERHANG_MM = 1.0
_LARGEST_MM = 1e5


@frozen
class Spot:
    """One StampAnnot to be."""

    page: Page
    box: Box
    """Of the whole seal, in millimetres on the page."""
    clip: Box | None = None
    """What of it shows, relative to the box; None for all."""


def find_spots(
    document: OfdDocument, places: Iterable[Place], width_mm: float, height_mm: float
) -> tuple[Body, list[Spot]]:
    """The document of the package that takes the stamp, and where its seal shows.

    Raises:
        StampError: ``no_such_page``, ``outside_page``, ``too_few_pages``, ``strip_too_narrow``,
            ``keyword_not_found``, ``keyword_ambiguous``, ``too_many_places``, or the code of what
            is wrong with a page.
    """
    finder = _Finder(document, width_mm, height_mm)
    spots: list[Spot] = []
    for place in places:
        spots += finder.find(place)
        check_count(len(spots))
    body = _body(document, [spot.page for spot in spots])
    ids = Counter(page.id for page in body.pages)
    for spot in spots:
        if not spot.page.id or ids[spot.page.id] > 1:
            message = f"page {spot.page.number} has no ID of its own"
            raise StampError(message, code="malformed")
        finder.check(spot)
    return body, spots


def _body(document: OfdDocument, pages: Sequence[Page]) -> Body:
    outline = document.outline
    bodies = outline.bodies if outline is not None else ()
    body = document.body_of(pages[0]) if pages else next(iter(bodies), None)
    if body is None or any(page.number not in _span(body) for page in pages):
        message = "one stamp cannot lie on pages of several documents"
        raise StampError(message, code="no_such_page")
    return body


def _span(body: Body) -> range:
    """The page numbers of one document of the package."""
    return range(body.pages[0].number, body.pages[-1].number + 1)


class _Finder:
    """Finds boxes for one seal; a page's own box is read once."""

    def __init__(self, document: OfdDocument, width_mm: float, height_mm: float) -> None:
        self.document = document
        self.pages = document.pages
        self.width_mm = width_mm
        self.height_mm = height_mm
        bodies = document.outline.bodies if document.outline is not None else ()
        self._bodies = {page.number: body for body in bodies for page in body.pages}
        self._boxes: dict[tuple[int, str | None], Box | None] = {}

    def find(self, place: Place) -> Iterable[Spot]:
        """The boxes of one place."""
        if isinstance(place, Placement | OnPages):
            return [
                Spot(self.pages[item.page - 1], self._seal_at(item.x_mm, item.y_mm))
                for item in expand(place, len(self.pages))
            ]
        pages = [self.pages[number - 1] for number in pages_in(place.pages, len(self.pages))]
        return self._seam(place, pages) if isinstance(place, Seam) else self._words(place, pages)

    def check(self, spot: Spot) -> None:
        """Refuse a box, or the part of it that shows, that leaves its page by over a millimetre."""
        room, box, clip = self._page_box(spot.page), spot.box, spot.clip
        left, top, width, height = box.x_mm, box.y_mm, box.width_mm, box.height_mm
        if clip is not None:
            left, top = left + clip.x_mm, top + clip.y_mm
            width, height = clip.width_mm, clip.height_mm
        is_inside = room is None or (
            min(left, top) >= -_OVERHANG_MM
            and left + width <= room.width_mm + _OVERHANG_MM
            and top + height <= room.height_mm + _OVERHANG_MM
        )
        if not is_inside or width <= 0 or height <= 0:
            message = f"the stamp does not lie on page {spot.page.number}"
            raise StampError(message, code="outside_page")

    def _seam(self, seam: Seam, pages: Sequence[Page]) -> Iterable[Spot]:
        sizes = [(room.width_mm, room.height_mm) for room in map(self._room, pages)]
        return [
            Spot(pages[strip.page], strip.box, strip.clip)
            for strip in strips(seam, sizes, self.width_mm, self.height_mm)
        ]

    def _words(self, keyword: Keyword, pages: Sequence[Page]) -> Iterable[Spot]:
        from govseal.formats.ofd.words import find_words  # noqa: PLC0415 - only for keywords

        found = find_words(self.document, pages, keyword.text)
        numbers = [word.page.number for word in found.words]
        for word in found.words[chosen(keyword, numbers, found.unread)]:
            x, y = word.middle[0] + keyword.dx_mm, word.middle[1] + keyword.dy_mm
            room = self._room(word.page)
            if not (0 <= x <= room.width_mm and 0 <= y <= room.height_mm):
                message = f"the stamp does not lie on page {word.page.number}"
                raise StampError(message, code="outside_page")
            left = onto(x, self.width_mm, room.width_mm)
            top = onto(y, self.height_mm, room.height_mm)
            yield Spot(word.page, self._seal_at(left, top))

    def _seal_at(self, x_mm: float, y_mm: float) -> Box:
        return Box(x_mm, y_mm, self.width_mm, self.height_mm)

    def _room(self, page: Page) -> Box:
        room = self._page_box(page)
        sides = (room.width_mm, room.height_mm) if room is not None else (0.0,)
        if room is None or not all(0 < side < _LARGEST_MM for side in sides):
            message = f"page {page.number} does not state its size"
            raise StampError(message, code="malformed")
        return room

    def _page_box(self, page: Page) -> Box | None:
        body = self._bodies[page.number]
        key = (body.number, page.name)
        if key not in self._boxes:
            try:
                self._boxes[key] = page_box(self._package, body, page, self.document.limits)
            except FormatError as problem:
                message = f"page {page.number} cannot be read: {problem}"
                raise StampError(message, code=problem.code) from problem
        return self._boxes[key]

    @property
    def _package(self) -> Package:
        if self.document.package is None:
            raise StampError("the document cannot be read", code="container_damaged")
        return self.document.package
