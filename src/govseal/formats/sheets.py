"""A page as any format can give and take it: one picture, and the text that lies on it.

What :mod:`govseal.formats.pdf` reads and :mod:`govseal.formats.ofd` writes, which do not know one
another; :mod:`govseal.formats.conversion` leads it from one to the other.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from govseal.formats.lines import is_wide
from govseal.seal.drawing.paths import Point

if TYPE_CHECKING:
    from PIL.Image import Image

#: Below that, ordinary text is no longer read.
LOWEST_DPI = 72

# In ems: how far a letter may lie off the baseline of the one before it, and start in front of it …
_OFF_LINE, _BACK = 0.1, 0.01
# … how far it may lie over it, as the parts of a ligature do, and away from it: more is a column.
_OVERLAP, _WIDEST_GAP = 1.5, 1.0
# What is seen as a blank where there may be one.
_BLANK = 0.12
# By how much the middle of a word may be off because its last letter is of another width.
_MOST_OFF_MM = 0.3
_LEAST_ALIKE = 0.8
_LONGEST = 200
_NARROW_EM = 0.5


class Letter(NamedTuple):
    """One character on a page, in millimetres as displayed."""

    text: str
    """A blank parts words, and has no place of its own; an empty text does where there is room."""
    x: float
    y: float
    """Where it starts on its baseline."""
    advance: float
    """How far it reaches along the line."""
    size: float
    """Its em."""
    turn: int = 0
    """The direction of reading, in degrees clockwise: 0, 90, 180 or 270."""


def onto_line(point: Point, turn: int) -> Point:
    """A place on the page by the line that is read: along it, and across it downwards."""
    x, y = point
    return {0: (x, y), 90: (y, -x), 180: (-x, -y), 270: (-y, x)}[turn]


def from_line(point: Point, turn: int) -> Point:
    """The place on the page; undoes :func:`onto_line`."""
    return onto_line(point, -turn % 360)


@dataclass(frozen=True, slots=True)
class TextRun:
    """Characters that follow one another on one line."""

    text: str
    x_mm: float
    y_mm: float
    """Where the first starts on the baseline, on the page as displayed."""
    size_mm: float
    steps_mm: tuple[float, ...]
    """From each character to the next; the last one is as wide as its step says."""
    turn: int

    @property
    def stretch(self) -> float:
        """How wide the last character is, in ordinary ones of its size; 1 in a mixed text.

        Where the others end, the steps say.
        """
        if any(map(is_wide, self.text)):
            return 1.0
        return min(max(self.steps_mm[-1] / (_NARROW_EM * self.size_mm), 0.25), 4.0)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A page as it was drawn and read."""

    width_mm: float
    height_mm: float
    dpi: int
    """Of the picture; lower than was asked for where the page is too large for that."""
    picture: Image = field(repr=False)
    runs: tuple[TextRun, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page to be written."""

    width_mm: float
    height_mm: float
    kind: Literal["png", "jpeg"]
    picture: bytes = field(repr=False)
    """Covers the page."""
    runs: tuple[TextRun, ...] = field(repr=False)
    """What the picture shows as text, to be found and not to be seen."""


def runs_of(letters: Iterable[Letter]) -> tuple[TextRun, ...]:
    """The letters of a page, in the order of reading, put together line by line.

    Blanks stay where letters follow on the same line, at the end of the letter in front of them.
    """
    runs: list[TextRun] = []
    row: list[Letter] = []
    room = math.inf
    for letter in letters:
        if not letter.text.strip():
            room = min(room, -math.inf if letter.text else _BLANK)
            continue
        if row and not (len(row) < _LONGEST and _goes_on(row[-1], letter)):
            runs += _runs(row)
            row = []
        elif row and _gap(row[-1], letter) >= room * letter.size:
            row.append(_blank(row[-1], letter))
        room = math.inf
        row.append(letter)
    runs += _runs(row)
    return tuple(runs)


def _goes_on(last: Letter, letter: Letter) -> bool:
    if letter.turn != last.turn:
        return False
    before, line = onto_line((last.x, last.y), last.turn)
    start, own_line = onto_line((letter.x, letter.y), letter.turn)
    em = max(last.size, letter.size)
    return (
        min(last.size, letter.size) >= _LEAST_ALIKE * em
        and abs(own_line - line) <= _OFF_LINE * em
        and start >= before - _BACK * em
        and -_OVERLAP * em <= _gap(last, letter) <= _WIDEST_GAP * em
    )


def _gap(last: Letter, letter: Letter) -> float:
    """From the end of a letter to the next, along their line."""
    before, _ = onto_line((last.x, last.y), last.turn)
    start, _ = onto_line((letter.x, letter.y), last.turn)
    return start - before - last.advance


def _blank(last: Letter, following: Letter) -> Letter:
    """A blank between two letters, from the end of the first on."""
    start, line = onto_line((last.x, last.y), last.turn)
    end, _ = onto_line((following.x, following.y), last.turn)
    x, y = from_line((min(start + last.advance, end), line), last.turn)
    return last._replace(text=" ", x=x, y=y, advance=0.0)


def _runs(row: list[Letter]) -> Iterator[TextRun]:
    """The letters of a line in one run, or in two where the last is of an unusual width.

    How wide the last one is has to be said for all of a run, and holds for Chinese ones, too.
    """
    wide = [order for order, letter in enumerate(row) if is_wide(letter.text)]
    if wide and wide[-1] < len(row) - 1:
        last = row[-1]
        if abs(last.advance - _NARROW_EM * last.size) > 2 * _MOST_OFF_MM:
            yield from _runs(row[: wide[-1] + 1])
            row = row[wide[-1] + 1 :]
            row = row[1:] if row[0].text == " " else row
    if row:
        first = row[0]
        starts = [onto_line((letter.x, letter.y), first.turn)[0] for letter in row]
        steps = [after - start for start, after in pairwise(starts)]
        text = "".join(letter.text for letter in row)
        yield TextRun(text, first.x, first.y, first.size, (*steps, row[-1].advance), first.turn)
