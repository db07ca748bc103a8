"""Words looked for among characters that lie anywhere on a page, put together line by line.

A document gives each character its own place: a word may come in pieces, in any order, and twice
where it shall look bold. So characters are sorted into lines by where they show, not by where they
stand in the file.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# In heights of a character: as far apart as neighbours of one line may be, up and down …
_SAME_LINE = 0.35
# … and along: a wider gap is a column, or the blank of a form.
_WIDEST_GAP = 3.0
# Nearer than that, the same character is there twice to look bold.
_SAME_PLACE = 0.15


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


def find(runs: Iterable[Sequence[Character]], word: str) -> list[Hit]:
    """Where ``word`` stands, from top to bottom and from left to right.

    ``runs`` are the texts of the page, each in its own order: a word inside one of them is found
    even where another text lies over it.
    """
    wanted = folded(word)
    hits: list[Hit] = []
    everything: list[Character] = []
    for run in runs:
        everything += run
        for piece in _stretches(run):
            hits += _hits(piece, wanted)
    for line in _lines(everything):
        hits += _hits(line, wanted)
    return _each_once(hits)


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


def _stretches(run: Sequence[Character]) -> Iterable[Sequence[Character]]:
    """A text in pieces, each of which goes on along one line."""
    start = 0
    for at in range(1, len(run)):
        last, item = run[at - 1], run[at]
        height = max(_height(last), _height(item))
        step = _start(item) - _end(last)
        goes_on = (
            item.turn == last.turn
            and abs(_across(item) - _across(last)) <= _SAME_LINE * height
            and -height < step <= _WIDEST_GAP * height
        )
        if not goes_on:
            yield run[start:at]
            start = at
    yield run[start:]


def _lines(characters: Iterable[Character]) -> Iterable[list[Character]]:
    """The characters in lines, each in the order of reading."""
    turned: dict[int, list[Character]] = {}
    for character in characters:
        turned.setdefault(character.turn, []).append(character)
    for rows in turned.values():
        rows.sort(key=_across)
        line: list[Character] = []
        for item in rows:
            if line and _across(item) - _across(line[-1]) > _SAME_LINE * _height(line[-1]):
                yield from _pieces(line)
                line = []
            line.append(item)
        yield from _pieces(line)


def _pieces(line: list[Character]) -> Iterable[list[Character]]:
    """A line in pieces between wide gaps, without what is there twice."""
    line.sort(key=_start)
    piece: list[Character] = []
    for item in line:
        if piece:
            height = max(_height(piece[-1]), _height(item))
            if _start(item) - _end(piece[-1]) > _WIDEST_GAP * height:
                yield piece
                piece = []
            elif any(_is_again(item, other) for other in piece[-3:]):
                continue
        piece.append(item)
    yield piece


def _is_again(item: Character, other: Character) -> bool:
    is_near = abs(_start(item) - _start(other)) <= _SAME_PLACE * _height(other)
    return is_near and item.text == other.text


def _hits(line: Sequence[Character], wanted: str) -> Iterable[Hit]:
    pieces: list[str] = []
    owners: list[int] = []
    for number, item in enumerate(line):
        piece = folded(item.text)
        pieces.append(piece)
        owners += [number] * len(piece)
    text = "".join(pieces)
    at = text.find(wanted)
    while at >= 0:
        yield _around(line[owners[at] : owners[at + len(wanted) - 1] + 1])
        at = text.find(wanted, at + len(wanted))


def _around(row: Sequence[Character]) -> Hit:
    return Hit(
        min(item.left for item in row),
        min(item.top for item in row),
        max(item.right for item in row),
        max(item.bottom for item in row),
    )


def _start(item: Character) -> float:
    """Where it begins, along the direction of reading."""
    return {0: item.left, 90: item.top, 180: -item.right, 270: -item.bottom}[item.turn]


def _end(item: Character) -> float:
    return {0: item.right, 90: item.bottom, 180: -item.left, 270: -item.top}[item.turn]


def _across(item: Character) -> float:
    """Its middle, across the direction of reading."""
    is_level = item.turn in (0, 180)
    return (item.top + item.bottom) / 2 if is_level else (item.left + item.right) / 2


def _height(item: Character) -> float:
    is_level = item.turn in (0, 180)
    return max(item.bottom - item.top if is_level else item.right - item.left, 1e-3)
