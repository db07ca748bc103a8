"""Where a stamp shall show: on pages, across their edges (骑缝), on a word; no place means nowhere.

What a place comes to on the pages of a document, its format finds out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final, Literal, TypeAlias, get_args, get_origin, get_type_hints

from govseal.errors import StampError
from govseal.formats.base import Placement

Edge = Literal["right", "left", "top", "bottom", "facing"]
EDGES: Final[tuple[str, ...]] = get_args(Edge)
MOST_PLACES: Final = 20_000
"""In how many boxes one stamp may show."""
LONGEST_KEYWORD: Final = 200

_SPAN = re.compile(r"(?:all|last|(\d{1,6})(?:(-)(?:last|(\d{1,6}))?)?)", re.ASCII)
_MOST_SPANS = 1000
_FARTHEST_MM = 1e5


@dataclass(frozen=True, slots=True)
class OnPages:
    """The same place on several pages."""

    pages: str
    """``all``, ``last``, ``3``, ``1-3``, ``2-`` (to the end), or several: ``1-3,7,last``."""
    x_mm: float
    y_mm: float

    def __post_init__(self) -> None:
        _spans(self.pages)
        _check_lengths(self.x_mm, self.y_mm)


@dataclass(frozen=True, slots=True)
class Seam:
    """骑缝章: one seal across the edges of many pages, a strip of it on each.

    Laid like a fan, the pages show the whole seal. Where they are too many for one seal, it is
    repeated in groups of pages.
    """

    edge: Edge = "right"
    """The edge that the strips lie on; with ``facing`` (对开) half a seal lies on the right edge
    of each page, and its other half on the left edge of the next."""
    pages: str = "all"
    """As in :class:`OnPages`; two at least."""
    offset_mm: float | None = None
    """From the page's top (or left, on the edges ``top`` and ``bottom``) to the seal; None puts
    it in the middle of each page's edge."""
    margin_mm: float = 0.0
    """Between the page's edge and the strip."""
    group: int | None = None
    """Into how many strips a seal is cut. None: all pages share one seal while its strips are two
    millimetres wide or more, else equal groups do."""

    def __post_init__(self) -> None:
        _spans(self.pages)
        if self.edge not in EDGES:
            raise ValueError(f"an edge is one of {', '.join(EDGES)}, not {self.edge!r}")
        _check_lengths(self.margin_mm, self.offset_mm or 0.0)
        if self.margin_mm < 0:
            raise ValueError("the margin of a seam is not negative")
        if self.group is not None and (self.edge == "facing" or self.group < 2):
            raise ValueError("a group is two pages or more; facing pages have none")


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word on the page: the seal is centred on it.

    Blanks do not count, and wide and narrow forms of a character are the same. A seal that would
    leave the page is moved onto it, as long as its middle is to lie on the page.
    """

    text: str
    occurrence: int | Literal["last", "all"] | None = None
    """Which one, from 1 in reading order; None: it must occur once."""
    dx_mm: float = 0.0
    """From the middle of the word to the middle of the seal, to the right."""
    dy_mm: float = 0.0
    """The same, down."""
    pages: str = "all"
    """Where it is looked for, as in :class:`OnPages`."""

    def __post_init__(self) -> None:
        _spans(self.pages)
        _check_lengths(self.dx_mm, self.dy_mm)
        if not self.text.strip() or len(self.text) > LONGEST_KEYWORD:
            raise ValueError(f"a keyword has 1 to {LONGEST_KEYWORD} characters that are no blanks")
        wanted = self.occurrence
        if isinstance(wanted, str):
            is_known = wanted in ("last", "all")
        else:
            is_known = wanted is None or wanted >= 1
        if not is_known:
            raise ValueError("occurrences count from 1, or are last or all")


Place: TypeAlias = Placement | OnPages | Seam | Keyword
"""Where a stamp may show."""


_KINDS: Final[dict[str, type[OnPages | Seam | Keyword]]] = {
    "on_pages": OnPages,
    "seam": Seam,
    "keyword": Keyword,
}


def place_to_json(place: Place) -> list[object] | dict[str, object]:
    """A place as JSON holds it: page, x and y in a row, or an object with its ``kind``."""
    if isinstance(place, Placement):
        return [place.page, place.x_mm, place.y_mm]
    kind = next(name for name, known in _KINDS.items() if isinstance(place, known))
    return {"kind": kind, **asdict(place)}


def place_from_json(found: object) -> Place:
    """The place that :func:`place_to_json` wrote; raises ValueError or TypeError."""
    if isinstance(found, list):
        page, x_mm, y_mm = found
        if type(page) is not int or {type(x_mm), type(y_mm)} - {int, float}:
            raise ValueError("a place is page, x and y")
        return Placement(page, x_mm, y_mm)
    if not isinstance(found, dict) or found.get("kind") not in _KINDS:
        raise ValueError("a place of a kind that is not known")
    values = dict(found)
    known = _KINDS[values.pop("kind")]
    types = get_type_hints(known)
    if values.keys() != types.keys() or not all(
        _is_of(value, types[key]) for key, value in values.items()
    ):
        raise ValueError("a place with other fields than its kind has")
    return known(**values)


def _is_of(value: object, hint: object) -> bool:
    """Whether a value out of JSON is of an annotated type: texts, numbers, None, or a choice."""
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    options = get_args(hint) or (hint,)
    if len(options) > 1:
        return any(_is_of(value, option) for option in options)
    if hint is float:
        return type(value) in (int, float)
    return type(value) is hint


def pages_in(text: str, count: int) -> tuple[int, ...]:
    """The page numbers that ``text`` means in a document of ``count`` pages, in their order.

    Raises:
        StampError: ``no_such_page``.
        ValueError: ``text`` means no pages, see :class:`OnPages`.
    """
    found: set[int] = set()
    for first, last in _spans(text):
        start = count if first is None else first
        end = count if last is None else last
        if not 1 <= start <= end or end > count:
            message = f"there are no pages {text}: the document has {count}"
            raise StampError(message, code="no_such_page")
        found.update(range(start, end + 1))
    return tuple(sorted(found))


def is_pages(text: str) -> bool:
    """Whether ``text`` means pages, see :class:`OnPages`."""
    try:
        _spans(text)
    except ValueError:
        return False
    return True


def expand(place: Placement | OnPages, count: int) -> Sequence[Placement]:
    """The single places of a place that names its pages.

    Raises:
        StampError: ``no_such_page``.
    """
    if isinstance(place, OnPages):
        pages = pages_in(place.pages, count)
        return [Placement(page, place.x_mm, place.y_mm) for page in pages]
    if place.page > count:
        message = f"there is no page {place.page}: the document has {count}"
        raise StampError(message, code="no_such_page")
    return [place]


def chosen(keyword: Keyword, found: Sequence[int], unread: int = 0) -> slice:
    """Which of the occurrences are meant; ``found`` holds the page of each, in reading order.

    ``unread`` is how many texts had glyph numbers and no characters.

    Raises:
        StampError: ``keyword_not_found``, ``keyword_ambiguous`` or ``too_many_places``.
    """
    wanted, count = keyword.occurrence, len(found)
    if not found or (isinstance(wanted, int) and wanted > count):
        message = f"{keyword.text!r} occurs {count} times" if found else f"no {keyword.text!r}"
        if unread:
            message += f"; {unread} texts have glyph numbers alone, which are not searched"
        raise StampError(message, code="keyword_not_found")
    if wanted is None and count > 1:
        pages = ", ".join(map(str, sorted(set(found))[:10]))
        message = f"{keyword.text!r} occurs {count} times (pages {pages})"
        raise StampError(message, code="keyword_ambiguous")
    if wanted == "all":
        check_count(count)
        return slice(0, count)
    at = count - 1 if wanted == "last" else (wanted or 1) - 1
    return slice(at, at + 1)


def check_count(count: int) -> None:
    """Refuse a stamp that would show in too many boxes; raises StampError."""
    if count > MOST_PLACES:
        message = f"a stamp shows in {MOST_PLACES} places at most, not in {count}"
        raise StampError(message, code="too_many_places")


def onto(middle: float, length: float, room: float) -> float:
    """Where a box of ``length`` starts that is centred on ``middle``, moved into ``room``."""
    start = middle - length / 2
    return max(0.0, min(start, room - length)) if length <= room else start


def _spans(text: str) -> list[tuple[int | None, int | None]]:
    """First and last page of each span; None for the last page of the document."""
    parts = text.split(",", _MOST_SPANS)
    spans: list[tuple[int | None, int | None]] = []
    for part in parts:
        match = _SPAN.fullmatch(part)
        if match is None or len(parts) > _MOST_SPANS:
            raise ValueError(f"{text[:80]!r} means no pages: all, last, 3, 1-3, 2- or 1-3,7")
        first, dash, last = match.groups()
        if part == "all":
            spans.append((1, None))
        elif first is None:
            spans.append((None, None))
        elif int(first) < 1 or (last is not None and int(last) < int(first)):
            raise ValueError(f"{part} means no pages: they count from 1, and rise")
        elif dash is None:
            spans.append((int(first), int(first)))
        else:
            spans.append((int(first), None if last is None else int(last)))
    return spans


def _check_lengths(*values: float) -> None:
    if not all(math.isfinite(value) and abs(value) < _FARTHEST_MM for value in values):
        raise ValueError("a place is given in millimetres on the page")
