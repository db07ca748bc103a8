"""Reading back the SVG that ``Drawing.to_svg`` writes, without an XML library.

A plain picture is filled outlines in groups, of absolute commands. Whatever else an SVG holds
makes it foreign, and nothing of it is drawn: half a picture of a seal would be worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from govseal.seal.drawing.paths import BLACK, Box, Colour, Contour, Path, Point, Segment

#: More than any seal needs; a larger picture counts as foreign.
MAX_COMMANDS = 50_000
MAX_ELEMENTS = 20_000
_MAX_BYTES = 8 * 1024 * 1024
_MAX_DEPTH = 32
# Far beyond any seal, in whatever unit.
_LARGEST = 1e6

_NAMESPACE = "http://www.w3.org/2000/svg"
# Possessive repetitions: the time is linear in the length, whatever the bytes are.
_ATTRIBUTE = r"""\s++([A-Za-z][\w:.-]*+)\s*+=\s*+(?:"([^"<&]*+)"|'([^'<&]*+)')"""
_TOKEN = re.compile(
    r"\s++"
    r"|<!--(?:[^-]++|-(?!-))*+-->"
    rf"|<(?P<name>svg|g|path)(?P<attributes>(?:{_ATTRIBUTE})*+)\s*+(?P<closed>/?)>"
    r"|</(?P<end>svg|g|path)\s*+>"
)
_PAIR = re.compile(_ATTRIBUTE)
_DECLARATION = re.compile(r"\ufeff?(?:<\?xml\s[^<>?]*+\?>)?")
_COMMAND = re.compile(r"[\s,]*+([MLQCZ])((?:[\s,]*+[-+]?+(?:[0-9]++\.?+[0-9]*+|\.[0-9]++))*+)\s*+")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
_COUNTS = {"M": 2, "L": 2, "Q": 4, "C": 6, "Z": 0}
_HEX = re.compile(r"#([0-9A-Fa-f]{6})")
_ALLOWED = {
    "svg": frozenset({"xmlns", "version", "width", "height", "viewBox", "fill"}),
    "g": frozenset({"fill"}),
    "path": frozenset({"fill", "fill-rule", "d"}),
}


class _ForeignError(Exception):
    """The picture holds something that is not drawn here; never leaves this module."""


def paths_from_svg(data: bytes, width: float, height: float) -> tuple[Path, ...] | None:
    """The outlines of a plain SVG, its view box stretched over ``width`` by ``height``.

    The origin is the upper left corner, y down. None for an SVG that holds anything but filled
    outlines in the form of :meth:`govseal.seal.drawing.Drawing.to_svg`, for one that is too large,
    and for what is no SVG.
    """
    found = plain_svg(data)
    if found is None:
        return None
    paths, view = found
    a, d = width / view.width, height / view.height
    matrix = (a, 0.0, 0.0, d, -view.x_min * a, -view.y_min * d)
    return tuple(path.transformed(matrix) for path in paths)


def plain_svg(data: bytes) -> tuple[tuple[Path, ...], Box] | None:
    """The outlines of a plain SVG in its own units, and its view box; None as above."""
    if len(data) > _MAX_BYTES:
        return None
    try:
        reader = _Reader()
        reader.read(data.decode("utf-8"))
    except (UnicodeDecodeError, _ForeignError):
        return None
    x, y, width, height = reader.view
    return tuple(reader.paths), Box(x, y, x + width, y + height)


@dataclass(slots=True)
class _Reader:
    paths: list[Path] = field(default_factory=list)
    view: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    commands: int = 0
    elements: int = 0
    _open: list[tuple[str, Colour]] = field(default_factory=list)
    """The elements that are open, each with the colour that it hands down."""

    def read(self, text: str) -> None:
        declaration = _DECLARATION.match(text)
        position = declaration.end() if declaration else 0
        while position < len(text):
            token = _TOKEN.match(text, position)
            if token is None:
                raise _ForeignError
            position = token.end()
            if token["name"]:
                self._start(token["name"], token["attributes"], is_closed=bool(token["closed"]))
            elif token["end"] and (not self._open or self._open.pop()[0] != token["end"]):
                raise _ForeignError
        if self._open or not self.view[2]:
            raise _ForeignError

    def _start(self, name: str, source: str, *, is_closed: bool) -> None:
        self.elements += 1
        attributes = _attributes(name, source)
        is_root = name == "svg"
        parent = self._open[-1] if self._open else None
        is_misplaced = parent is not None if is_root else parent is None or parent[0] == "path"
        if is_misplaced or self.elements > MAX_ELEMENTS or len(self._open) >= _MAX_DEPTH:
            raise _ForeignError
        colour = _colour(attributes.get("fill"), parent[1] if parent else BLACK)
        if is_root:
            self._start_root(attributes)
        elif name == "path":
            self._add(attributes, colour)
        if not is_closed:
            self._open.append((name, colour))

    def _start_root(self, attributes: dict[str, str]) -> None:
        values = attributes.get("viewBox", "").replace(",", " ").split()
        if self.view[2] or attributes.get("xmlns") != _NAMESPACE or len(values) != 4:
            raise _ForeignError
        x, y, width, height = (_number(value) for value in values)
        if width <= 0 or height <= 0:
            raise _ForeignError
        self.view = (x, y, width, height)

    def _add(self, attributes: dict[str, str], colour: Colour) -> None:
        rule = attributes.get("fill-rule", "nonzero")
        if rule not in ("nonzero", "evenodd"):
            raise _ForeignError
        contours = tuple(self._contours(attributes.get("d", "")))
        self.paths.append(Path(contours, colour, "evenodd" if rule == "evenodd" else "nonzero"))

    def _contours(self, text: str) -> Iterator[Contour]:
        """Contours of absolute commands, each written out; relative ones and arcs are foreign."""
        start: Point | None = None
        segments: list[Segment] = []
        for command, points in self._commands(text):
            if start is None and command != "M":
                raise _ForeignError
            if command in ("M", "Z"):
                if start is not None and segments:
                    yield Contour(start, tuple(segments))
                start, segments = (points[0] if points else None), []
            else:
                segments.append(points)
        if start is not None and segments:
            yield Contour(start, tuple(segments))

    def _commands(self, text: str) -> Iterator[tuple[str, Segment]]:
        position = 0
        while position < len(text):
            found = _COMMAND.match(text, position)
            self.commands += 1
            if found is None or self.commands > MAX_COMMANDS:
                raise _ForeignError
            position = found.end()
            values = [_number(value) for value in _NUMBER.findall(found[2])]
            if len(values) != _COUNTS[found[1]]:
                raise _ForeignError
            yield found[1], tuple(zip(values[::2], values[1::2], strict=True))


def _attributes(name: str, source: str) -> dict[str, str]:
    found = {}
    for key, double, single in _PAIR.findall(source):
        if key not in _ALLOWED[name] or key in found:
            raise _ForeignError
        found[key] = double or single
    return found


def _colour(text: str | None, inherited: Colour) -> Colour:
    if text is None:
        return inherited
    found = _HEX.fullmatch(text)
    if found is None:
        raise _ForeignError
    red, green, blue = bytes.fromhex(found[1])
    return (red, green, blue, 255)


def _number(text: str) -> float:
    if len(text) > 40 or not _NUMBER.fullmatch(text):
        raise _ForeignError
    value = float(text)
    if not -_LARGEST < value < _LARGEST:
        raise _ForeignError
    return value
