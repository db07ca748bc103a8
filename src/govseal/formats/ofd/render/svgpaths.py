"""Path data of SVG 1.1 (8.3): every command, absolute and relative."""

from __future__ import annotations

import re
from collections.abc import Iterator

from govseal.errors import UnsupportedFormat
from govseal.formats.ofd.render.budget import Budget
from govseal.formats.ofd.render.outlines import Subpath, arc
from govseal.seal.drawing.paths import Contour, Point, Segment

_NUMBER = re.compile(r"[\s,]*([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?)")
_FLAG = re.compile(r"[\s,]*([01])")
_COMMAND = re.compile(r"[\s,]*([MmLlHhVvCcSsQqTtAaZz])")
_COUNTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}
_LARGEST = 1e7


def read_path(text: str, budget: Budget) -> list[Subpath]:
    """The outlines in path data.

    Raises:
        UnsupportedFormat: it is no path data.
        LimitExceeded: the page's allowance of points is used up.
    """
    return _Reader(budget).read(text)


class _Reader:
    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.found: list[Subpath] = []
        self.start: Point = (0.0, 0.0)
        self.here: Point = (0.0, 0.0)
        self.segments: list[Segment] = []
        self.control: Point | None = None
        """The last control point, which S and T mirror, and the command that left it."""
        self.left_by = ""

    def read(self, text: str) -> list[Subpath]:
        for command, values in _commands(text):
            self.budget.spend("points")
            self.step(command, values)
        self.end(is_closed=False)
        return self.found

    def end(self, *, is_closed: bool) -> None:
        if self.segments:
            contour = Contour(self.start, tuple(self.segments))
            self.found.append(Subpath(contour, is_closed))
        self.segments = []

    def step(self, command: str, values: tuple[float, ...]) -> None:
        kind = command.upper()
        x0, y0 = self.here if command.islower() else (0.0, 0.0)
        if kind == "Z":
            self.end(is_closed=True)
            self.here = self.start
        elif kind == "M":
            self.end(is_closed=False)
            self.start = self.here = (x0 + values[0], y0 + values[1])
        elif kind == "A":
            end = (x0 + values[5], y0 + values[6])
            self.segments.extend(arc(self.here, (*values[:5], *end)))
            self.here = end
        elif kind in ("H", "V"):
            end = (x0 + values[0], self.here[1]) if kind == "H" else (self.here[0], y0 + values[0])
            self.add((end,))
        else:
            pairs = zip(values[::2], values[1::2], strict=True)
            self.curve(kind, tuple((x0 + x, y0 + y) for x, y in pairs))
        if kind not in ("C", "S", "Q", "T"):
            self.control = None

    def curve(self, kind: str, points: tuple[Point, ...]) -> None:
        """L, C and Q as they are; S and T with the control point before mirrored."""
        if kind in ("S", "T"):
            mirrored = self.here
            if self.control is not None and self.left_by == ("C" if kind == "S" else "Q"):
                mirrored = (2 * self.here[0] - self.control[0], 2 * self.here[1] - self.control[1])
            points = (mirrored, *points)
        self.add(points)
        if len(points) > 1:
            self.control = points[-2]
            self.left_by = "C" if len(points) == 3 else "Q"

    def add(self, segment: Segment) -> None:
        self.segments.append(segment)
        self.here = segment[-1]


def _commands(text: str) -> Iterator[tuple[str, tuple[float, ...]]]:
    """Commands with their values, repeated ones written out."""
    at, command = 0, ""
    end = len(text.rstrip())
    while at < end:
        match = _COMMAND.match(text, at)
        is_sound = command.upper() not in ("", "Z")
        if match is not None:
            is_sound = bool(command) or match[1] in "Mm"
            command, at = match[1], match.end()
        if not is_sound:
            raise UnsupportedFormat("the svg picture has a damaged path", part="picture")
        kind = command.upper()
        values = []
        for index in range(_COUNTS[kind]):
            form = _FLAG if kind == "A" and index in (3, 4) else _NUMBER
            number = form.match(text, at)
            value = float(number[1]) if number is not None else _LARGEST
            if number is None or not -_LARGEST < value < _LARGEST:
                raise UnsupportedFormat("the svg picture has a damaged path", part="picture")
            values.append(value)
            at = number.end()
        yield command, tuple(values)
        # What follows a move without a command of its own is lines.
        command = {"M": "L", "m": "l"}.get(command, command)
