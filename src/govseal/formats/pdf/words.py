"""The one place of a signature in PDF: a page and millimetres, or a word found by PDFium."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from govseal.errors import LimitExceeded, StampError
from govseal.formats.base import Placement, StampRequest
from govseal.formats.limits import Limits
from govseal.formats.lines import Character, Hit, find
from govseal.formats.pdf.pictures import read_characters
from govseal.formats.pdf.places import PageView, page_view
from govseal.formats.places import (
    MOST_PLACES,
    Keyword,
    Place,
    Seam,
    check_count,
    chosen,
    expand,
    onto,
    pages_in,
)


def check_places(places: Sequence[Place]) -> None:
    """Refuse what a signature field cannot show, before the document is read.

    Raises:
        StampError: ``seam_unsupported``, or ``unsupported`` for several places.
    """
    if any(isinstance(place, Seam) for place in places):
        message = "a signature in PDF shows in one place: no seam lies across its pages"
        raise StampError(message, code="seam_unsupported")
    if len(places) > 1:
        _refuse_several()


def find_places(
    writer: Any,  # noqa: ANN401 - pyHanko is not annotated
    data: bytes,
    request: StampRequest,
    limits: Limits,
) -> tuple[Placement, ...]:
    """Where the stamp shows; nothing for one that shows nowhere.

    Raises:
        StampError: ``no_such_page``, ``outside_page``, ``keyword_not_found``,
            ``keyword_ambiguous``, ``unsupported`` for several places.
        FormatError: PDFium cannot read the text.
        LimitExceeded: more pages, or more text, than ``limits`` allow.
    """
    count = int(writer.root["/Pages"]["/Count"])
    if request.placements and count > limits.max_pages:
        message = "the document has too many pages"
        raise LimitExceeded(message, limit=limits.max_pages, found=count)
    found: list[Placement] = []
    for place in request.placements:
        if isinstance(place, Keyword):
            found += _on_words(writer, data, place, request, (count, limits))
        elif not isinstance(place, Seam):
            found += expand(place, count)
    if len(found) > 1:
        _refuse_several()
    return tuple(found)


def _refuse_several() -> None:
    message = "a signature in PDF shows in one place; stamp once for each place"
    raise StampError(message, code="unsupported")


def _on_words(
    writer: Any,  # noqa: ANN401 - as above
    data: bytes,
    keyword: Keyword,
    request: StampRequest,
    bounds: tuple[int, Limits],
) -> Iterable[Placement]:
    if request.seal is None:
        return []
    count, limits = bounds
    pages = pages_in(keyword.pages, count)
    hits: list[tuple[int, PageView, Hit]] = []
    texts = read_characters(data, pages, limits=limits)
    for page, rows in zip(pages, texts, strict=True):
        reference, _ = writer.find_page_for_modification(page - 1)
        view = page_view(reference.get_object())
        characters = [_character(view, row) for row in rows if not row[0].isspace()]
        hits += [(page, view, hit) for hit in find([characters], keyword.text, MOST_PLACES)]
        check_count(len(hits))
    picture = request.seal.picture
    found = []
    for page, view, hit in hits[chosen(keyword, [page for page, _, _ in hits])]:
        x, y = hit.middle[0] + keyword.dx_mm, hit.middle[1] + keyword.dy_mm
        width, height = view.size_mm
        if not (0 <= x <= width and 0 <= y <= height):
            raise StampError(f"the stamp does not lie on page {page}", code="outside_page")
        left, top = onto(x, picture.width_mm, width), onto(y, picture.height_mm, height)
        found.append(Placement(page, left, top))
    return found


def _character(view: PageView, row: tuple[str, float, float, float, float, float]) -> Character:
    text, left, bottom, right, top, angle = row
    corners = (view.displayed(left, top), view.displayed(right, bottom))
    xs, ys = zip(*corners, strict=True)
    turn = round((view.rotation + math.degrees(angle)) / 90) * 90 % 360
    return Character(text, min(xs), min(ys), max(xs), max(ys), turn)
