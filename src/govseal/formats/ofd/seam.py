"""骑缝章: which strip of the seal lies on which page, and where.

Each page has a StampAnnot whose Boundary is the whole seal, moved so far over the edge that the
strip named by its Clip lies on the page (GB/T 33190, 18.2.2; the same picture as other products').
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from govseal.errors import StampError
from govseal.formats.ofd.outline import Box
from govseal.formats.places import Seam

_WIDE_ENOUGH_MM = 2.0
# Less than two dots of an ordinary printer show nothing.
_NARROWEST_MM = 0.2


@dataclass(frozen=True, slots=True)
class Strip:
    """A part of the seal on one page."""

    page: int
    """Its place in the row of sizes, from 0."""
    box: Box
    """Of the whole seal, in millimetres on the page."""
    clip: Box
    """What of it shows, relative to the box."""


def strips(
    seam: Seam, sizes: Sequence[tuple[float, float]], width_mm: float, height_mm: float
) -> list[Strip]:
    """The strips of a seal of ``width_mm`` by ``height_mm`` on pages of these widths and heights.

    Raises:
        StampError: ``too_few_pages``, ``strip_too_narrow``.
    """
    if len(sizes) < 2:
        message = "a seam joins two pages at least"
        raise StampError(message, code="too_few_pages")
    if seam.edge == "facing":
        return list(_facing(seam, sizes, width_mm, height_mm))
    is_upright = seam.edge in ("right", "left")
    length = width_mm if is_upright else height_mm
    groups = _groups(len(sizes), length, seam.group)
    if length / max(groups) < _NARROWEST_MM:
        message = f"a strip of {length / max(groups):.2f} mm would show nothing: make groups"
        raise StampError(message, code="strip_too_narrow")
    found: list[Strip] = []
    for count in groups:
        for number in range(count):
            page = len(found)
            found.append(_strip(seam, page, sizes[page], (width_mm, height_mm), (number, count)))
    return found


def _groups(pages: int, length: float, wanted: int | None) -> list[int]:
    """How many pages share each seal."""
    if wanted is not None:
        groups = [wanted] * (pages // wanted)
        rest = pages % wanted
        if rest == 1 and groups:
            groups[-1] += 1  # one page alone would carry no seam
        elif rest:
            groups.append(rest)
        return groups
    most = max(2, int(length / _WIDE_ENOUGH_MM))
    count = -(-pages // most)
    if pages < 2 * count:
        count = pages // 2
    share, more = divmod(pages, count)
    return [share + 1] * more + [share] * (count - more)


def _strip(
    seam: Seam,
    page: int,
    size: tuple[float, float],
    seal: tuple[float, float],
    part: tuple[int, int],
) -> Strip:
    (page_width, page_height), (width, height), (number, count) = size, seal, part
    is_upright = seam.edge in ("right", "left")
    step = (width if is_upright else height) / count
    # The fan is opened to the right and downwards, or the other way: there the last page lies out.
    if seam.edge in ("left", "top"):
        number = count - 1 - number
        start = seam.margin_mm - step * number
    else:
        start = (page_width if is_upright else page_height) - step * (number + 1) - seam.margin_mm
    across = seam.offset_mm
    if is_upright:
        down = (page_height - height) / 2 if across is None else across
        box, clip = Box(start, down, width, height), Box(step * number, 0.0, step, height)
    else:
        side = (page_width - width) / 2 if across is None else across
        box, clip = Box(side, start, width, height), Box(0.0, step * number, width, step)
    return Strip(page, box, clip)


def _facing(
    seam: Seam, sizes: Sequence[tuple[float, float]], width: float, height: float
) -> Iterator[Strip]:
    """对开: the left half on the right edge of a page, the right half on the next page's left."""
    half = width / 2
    for page, (page_width, page_height) in enumerate(sizes):
        down = (page_height - height) / 2 if seam.offset_mm is None else seam.offset_mm
        if page > 0:
            box = Box(seam.margin_mm - half, down, width, height)
            yield Strip(page, box, Box(half, 0.0, half, height))
        if page < len(sizes) - 1:
            box = Box(page_width - half - seam.margin_mm, down, width, height)
            yield Strip(page, box, Box(0.0, 0.0, half, height))
