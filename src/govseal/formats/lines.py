"""Words looked for among characters that lie anywhere on a page, put together line by line.

A document gives each character its own place: a word may come in pieces, in any order, and twice
where it shall look bold. So characters are sorted into lines by where they show, not by where they
stand in the file.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

# In heights of a character: as far apart as neighbours of one line may be, up and down …
_SAME_LINE = 0.35
# … and along: a wider gap is a column, or the blank of a form.
_WIDEST_GAP = 3.0
# Nearer than that, the same character is there twice to look bold.
_SAME_PLACE = 0.15
_ACROSS, _START = attrgetter("across"), attrgetter("start")


@dataclass(frozen=True, slots=True)
class Character:
    """One character and the box around it, in millimetres on the page as displayed."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    turn: int = 0
    """The direction of reading, in degrees clockwise: 0, 90, 180 or 270."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A word on a page: the box around it."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of the box."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


def folded(text: str) -> str:
    """``text`` without blanks, and with one form for wide and narrow characters (NFKC)."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def is_wide(character: str) -> bool:
    """Whether it fills a square, as Chinese characters do (Unicode Standard Annex 11)."""
    return unicodedata.east_asian_width(character) in ("W", "F")


def find(runs: Iterable[Sequence[Character]], word: str, most: int) -> list[Hit]:
    """Where ``word`` stands, from top to bottom and from left to right.

    ``runs`` are the texts of the page, each in its own order: a word inside one of them is found
    even where another text lies over it. Of more than ``most`` occurrences it gives some, and more
    than ``most``.
    """
    wanted = folded(word)
    hits: list[Hit] = []
    turned: dict[int, list[_Item]] = {}
    for run in runs:
        items = [_item(character) for character in run]
        for item in items:
            turned.setdefault(item.turn, []).append(item)
        for piece in _stretches(items):
            hits += _hits(piece, wanted)
        if len(hits) > most:
            return hits
    for items in turned.values():
        for line in _lines(items):
            hits += _hits(line, wanted)
    return _each_once(hits)


class _Item(NamedTuple):
    """A character as it lies on its line, whatever the direction of reading."""

    across: float
    """The middle, across the line."""
    start: float
    end: float
    """Along the line."""
    height: float
    turn: int
    text: str
    """Folded: none, one or more characters."""
    character: Character


def _item(character: Character) -> _Item:
    left, top, right, bottom = character.left, character.top, character.right, character.bottom
    turn = character.turn
    if turn in (0, 180):
        across, height = (top + bottom) / 2, bottom - top
        start, end = (left, right) if turn == 0 else (-right, -left)
    else:
        across, height = (left + right) / 2, right - left
        start, end = (top, bottom) if turn == 90 else (-bottom, -top)
    text = _folded_one(character.text)
    return _Item(across, start, end, max(height, 1e-3), turn, text, character)


@lru_cache(maxsize=8192)
def _folded_one(text: str) -> str:
    return folded(text)


def _each_once(hits: Iterable[Hit]) -> list[Hit]:
    """In the order of reading, without what was found in both ways, or stands there twice."""
    found: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (round(hit.middle[1], 1), hit.left)):
        if not any(_is_same(hit, other) for other in found[-8:]):
            found.append(hit)
    return found


def _is_same(hit: Hit, other: Hit) -> bool:
    near = _SAME_LINE * min(hit.bottom - hit.top, hit.right - hit.left)
    (x, y), (other_x, other_y) = hit.middle, other.middle
    return abs(x - other_x) <= near and abs(y - other_y) <= near


def _stretches(run: list[_Item]) -> Iterator[list[_Item]]:
    """A text in pieces, each of which goes on along one line."""
    start = 0
    for at in range(1, len(run)):
        last, item = run[at - 1], run[at]
        height = max(last.height, item.height)
        goes_on = (
            item.turn == last.turn
            and abs(item.across - last.across) <= _SAME_LINE * height
            and -height < item.start - last.end <= _WIDEST_GAP * height
        )
        if not goes_on:
            yield run[start:at]
            start = at
    yield run[start:]


def _lines(items: list[_Item]) -> Iterator[list[_Item]]:
    """Characters of one direction in lines, each in the order of reading."""
    items.sort(key=_ACROSS)
    start = 0
    for at in range(1, len(items)):
        last = items[at - 1]
        if items[at].across - last.across > _SAME_LINE * last.height:
            yield from _pieces(items[start:at])
            start = at
    yield from _pieces(items[start:])


def _pieces(line: list[_Item]) -> Iterator[list[_Item]]:
    """A line in pieces between wide gaps, without what is there twice."""
    line.sort(key=_START)
    piece: list[_Item] = []
    for item in line:
        if piece:
            last = piece[-1]
            if item.start - last.end > _WIDEST_GAP * max(last.height, item.height):
                yield piece
                piece = []
            elif any(_is_again(item, other) for other in piece[-3:]):
                continue
        piece.append(item)
    yield piece


def _is_again(item: _Item, other: _Item) -> bool:
    return item.text == other.text and item.start - other.start <= _SAME_PLACE * other.height


def _hits(line: Sequence[_Item], wanted: str) -> Iterator[Hit]:
    text = "".join([item.text for item in line])
    at = text.find(wanted)
    if at < 0:
        return
    owners = [number for number, item in enumerate(line) for _ in item.text]
    while at >= 0:
        yield _around(line[owners[at] : owners[at + len(wanted) - 1] + 1])
        at = text.find(wanted, at + len(wanted))


def _around(row: Sequence[_Item]) -> Hit:
    boxes = [item.character for item in row]
    return Hit(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )
