"""Keywords found in the text objects of pages and of their templates (GB/T 33190, 7.7 and 11).

Text that a document gives as characters is found, wherever it is broken into pieces; text given as
numbers of glyphs alone, inside pictures or composite objects, or running at a slant is not.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from govseal.errors import FormatError, LimitExceeded, StampError
from govseal.formats.lines import Character, Hit, find, folded, is_wide
from govseal.formats.ofd import locations, textcodes, xml
from govseal.formats.ofd.outline import Body, Page, read_box
from govseal.formats.ofd.render.values import (
    IDENTITY,
    apply,
    compose,
    flag,
    is_usable,
    matrix,
    moved,
    number,
)
from govseal.formats.ofd.xml import Element
from govseal.formats.places import MOST_PLACES, check_count
from govseal.seal.drawing.paths import Matrix, Point

if TYPE_CHECKING:
    from govseal.formats.ofd.document import OfdDocument

_MOST_TEMPLATES = 16
_ASCENT, _DESCENT = 0.88, 0.12  # of the em, what Chinese fonts have
_NARROW, _NARROWEST = 0.5, 0.2
_PLACEHOLDER = "¤"
_CODE_ROWS = ("X", "Y", "DeltaX", "DeltaY")
_OBJECT_COST = 4  # what a text object costs to read, in elements that are none


@dataclass(frozen=True, slots=True)
class Word:
    """One occurrence."""

    page: Page
    middle: Point
    """In millimetres on the page."""


@dataclass(frozen=True, slots=True)
class Words:
    """All occurrences, in reading order."""

    words: tuple[Word, ...]
    unread: int
    """Text objects whose characters the document does not give."""


@dataclass(frozen=True, slots=True)
class _Code:
    """One TextCode; attributes as the document gives them."""

    content: str
    x: str | None
    y: str | None
    delta_x: str | None
    delta_y: str | None


@dataclass(frozen=True, slots=True)
class _Text:
    """One text object, free of the XML that it comes from."""

    codes: tuple[_Code, ...]
    to_page: Matrix
    """From its own space to millimetres on the page."""
    size: float
    across: float
    """Width of a wide character."""
    reading: int
    """ReadDirection in degrees."""
    own_turn: int
    """CharDirection in degrees."""
    letters: frozenset[str]
    """The characters of the keyword that are in it."""


def find_words(document: OfdDocument, pages: Sequence[Page], keyword: str) -> Words:
    """Every place where ``keyword`` shows on ``pages``.

    Raises:
        StampError: a page cannot be read (its code), or ``too_many_places``.
        LimitExceeded: more objects and characters than ``limits.max_searched``.
    """
    search = _Search(document, keyword)
    words: list[Word] = []
    for page in pages:
        words += [Word(page, hit.middle) for hit in search.hits(page)]
        check_count(len(words))
    return Words(tuple(words), search.unread)


class _Search:
    """Looks through pages; what several pages share is read once."""

    def __init__(self, document: OfdDocument, keyword: str) -> None:
        self.document = document
        self.keyword = keyword
        self.unread = 0
        self._wanted = frozenset(folded(keyword))
        bodies = document.outline.bodies if document.outline is not None else ()
        self._bodies = {page.number: body for body in bodies for page in body.pages}
        self._hits: dict[tuple[int, str], list[Hit]] = {}
        self._templates: dict[tuple[int, str], list[_Text]] = {}
        self._spent = 0

    def hits(self, page: Page) -> list[Hit]:
        """The occurrences on one page."""
        body = self._bodies[page.number]
        if page.name is None:
            return []
        key = (body.number, page.name)
        if key not in self._hits:
            self._hits[key] = self._look(page.name, body)
        self._spend(len(self._hits[key]))
        return self._hits[key]

    def _look(self, name: str, body: Body) -> list[Hit]:
        try:
            root = self._parse(name)
        except LimitExceeded:
            raise
        except FormatError as problem:
            message = f"/{name} cannot be read: {problem}"
            raise StampError(message, code=problem.code) from problem
        texts = [*self._shared(root, body), *self._texts(root)]
        likely = [item for item in texts if item.letters]
        if frozenset().union(*(item.letters for item in likely)) != self._wanted:
            return []
        # Few pages have the word. Where one may, all text counts: what stands between parts it.
        found = self._find(likely)
        return self._find(texts) if found else found

    def _find(self, texts: Iterable[_Text]) -> list[Hit]:
        hits = find((list(self._characters(item)) for item in texts), self.keyword, MOST_PLACES)
        check_count(len(hits))
        return hits

    def _parse(self, name: str) -> Element:
        package = self.document.package
        if package is None:
            raise FormatError("no package", code="container_damaged")
        return xml.parse(package.read(name), f"/{name}", self.document.limits)

    def _shared(self, root: Element, body: Body) -> Iterator[_Text]:
        """The texts of the templates that a page uses."""
        for template in islice(xml.children(root, "Template"), _MOST_TEMPLATES):
            wanted = (xml.attribute(template, "TemplateID") or "").strip()
            key = (body.number, wanted)
            if key not in self._templates:
                found = self._template(wanted, body)
                self._templates[key] = [] if found is None else list(self._texts(found))
            self._spend(len(self._templates[key]))
            yield from self._templates[key]

    def _template(self, wanted: str, body: Body) -> Element | None:
        package, common = self.document.package, xml.child(body.document, "CommonData")
        if package is None or common is None or body.root is None:
            return None
        for entry in xml.children(common, "TemplatePage"):
            self._spend()
            if (xml.attribute(entry, "ID") or "").strip() == wanted:
                location = xml.attribute(entry, "BaseLoc") or ""
                name = locations.resolve(package, body.root, location).name
                try:
                    return self._parse(name) if name is not None else None
                except LimitExceeded:
                    raise
                except FormatError:
                    return None  # pages are drawn without it, too
        return None

    def _texts(self, root: Element) -> Iterator[_Text]:
        parent = xml.child(root, "Content")
        for layer in xml.children(parent, "Layer") if parent is not None else ():
            yield from self._inside(layer)

    def _inside(self, block: Element) -> Iterator[_Text]:
        """The texts of a layer or block; how deep blocks are nested, the parser limits."""
        if not flag(xml.attribute(block, "Visible"), default=True):
            return
        for element in block:
            self._spend()
            kind = xml.name(element)
            if kind == "PageBlock":
                yield from self._inside(element)
            elif kind == "TextObject" and flag(xml.attribute(element, "Visible"), default=True):
                found = self._text(element)
                if found is not None:
                    yield found

    def _text(self, element: Element) -> _Text | None:
        codes = tuple(
            _Code(textcodes.content(code), *map(_attributes(code).get, _CODE_ROWS))
            for code in xml.children(element, "TextCode")
        )
        content = "".join(code.content for code in codes)
        self._spend(_OBJECT_COST + len(codes) + len(content) // 8)
        if xml.child(element, "CGTransform") is not None and not any(map(_is_text, content)):
            self.unread += 1
        attributes = _attributes(element)
        size = number(attributes.get("Size"), 0.0)
        box = read_box(attributes.get("Boundary"))
        outer = moved(IDENTITY, box.x_mm, box.y_mm) if box is not None else IDENTITY
        found = _Text(
            codes,
            compose(outer, matrix(attributes.get("CTM"))),
            size,
            size * number(attributes.get("HScale"), 1.0),
            _quarter(attributes.get("ReadDirection")),
            _quarter(attributes.get("CharDirection")),
            self._wanted.intersection(folded(content)),
        )
        is_drawn = is_usable(found.to_page) and found.size > 0 and found.across > 0
        return found if is_drawn else None

    def _characters(self, text: _Text) -> Iterator[Character]:
        """Every character with its box on the page."""
        turn = _turn(text.to_page, textcodes.along(1.0, text.reading))
        if turn is None:
            return
        boxes = {width: _extent(text, width * text.across) for width in (1.0, _NARROW)}
        x = y = 0.0
        for code in text.codes:
            x, y = number(code.x, x), number(code.y, y)
            at, steps = (x, y), textcodes.steps(code.delta_x, code.delta_y)
            self._spend(len(code.content))
            last = len(code.content) - 1
            for order, character in enumerate(code.content):
                width = 1.0 if is_wide(character) else _NARROW
                own = width * text.across
                step = textcodes.along(own, text.reading) if steps is None else next(steps)
                if not character.isspace():
                    extent = boxes[width]
                    if width == _NARROW and steps is not None and order != last:
                        extent = self._narrow(text, step) or extent
                    (left, top, right, bottom), (x0, y0) = extent, apply(text.to_page, at)
                    yield Character(character, x0 + left, y0 + top, x0 + right, y0 + bottom, turn)
                at = (at[0] + step[0], at[1] + step[1])

    def _narrow(self, text: _Text, step: Point) -> tuple[float, float, float, float] | None:
        """The box around a Latin character that reaches to the next one; None where it does not."""
        ahead = textcodes.along(1.0, text.reading)
        length = step[0] * ahead[0] + step[1] * ahead[1]
        is_near = _NARROWEST * text.size <= length <= max(text.size, text.across)
        return _extent(text, length) if is_near and not text.own_turn else None

    def _spend(self, count: int = 1) -> None:
        self._spent += count
        limit = self.document.limits.max_searched
        if self._spent > limit:
            message = "the pages are too large to be searched"
            raise LimitExceeded(message, limit=limit, found=self._spent)


def _attributes(element: Element) -> dict[str, str]:
    """Its attributes by their local names; those without a namespace win."""
    found = {key.rpartition("}")[2]: value for key, value in element.items()}
    return found | {key: value for key, value in element.items() if key in found}


def _extent(text: _Text, width: float) -> tuple[float, float, float, float]:
    """The box on the page around a character of that width, from the place where it stands."""
    cos, sin = textcodes.along(1.0, text.own_turn)
    a, b, c, d, _, _ = text.to_page
    corners = [
        (a * x + c * y, b * x + d * y)
        for across in (0.0, width)
        for down in (-_ASCENT * text.size, _DESCENT * text.size)
        for x, y in [(across * cos - down * sin, across * sin + down * cos)]
    ]
    xs, ys = zip(*corners, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _turn(to_page: Matrix, direction: Point) -> int | None:
    """The direction of reading on the page; None for one that is no quarter turn."""
    a, b, c, d, _, _ = to_page
    x, y = direction
    degrees = math.degrees(math.atan2(b * x + d * y, a * x + c * y))
    quarter = round(degrees / 90) * 90
    return quarter % 360 if abs(degrees - quarter) < 5 else None


def _quarter(text: str | None) -> int:
    return round(number(text, 0.0) / 90) % 4 * 90


def _is_text(character: str) -> bool:
    """Whether a character means itself: no blank, no placeholder and none of private use."""
    return (
        not character.isspace()
        and character != _PLACEHOLDER
        and (unicodedata.category(character) != "Co")
    )
