"""Seal pictures in SVG, as far as they are plain outlines: what ``Drawing.to_svg`` writes.

Whatever else an SVG holds makes it foreign, and it is not drawn: half a picture of a seal would
be worse than none.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from govseal.errors import UnsupportedFormat
from govseal.formats.ofd import xml
from govseal.formats.ofd.render.budget import Budget
from govseal.formats.ofd.render.values import number, numbers
from govseal.formats.ofd.xml import Element
from govseal.seal.drawing.paths import BLACK, Box, Colour, Contour, Path, Point, Segment

_TOKEN = re.compile(r"[A-Za-z]|[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[^\s,]")
_COUNTS = {"M": 2, "L": 2, "Q": 4, "C": 6, "Z": 0}
_HEX = re.compile(r"#([0-9A-Fa-f]{6})")
_ALLOWED = {
    "svg": frozenset({"version", "width", "height", "viewBox"}),
    "g": frozenset({"fill"}),
    "path": frozenset({"fill", "fill-rule", "d"}),
}


@dataclass(frozen=True, slots=True)
class Graphic:
    """Filled outlines, and the box of them that is shown."""

    paths: tuple[Path, ...]
    view: Box


def read_svg(data: bytes, budget: Budget) -> Graphic:
    """The outlines of a plain SVG.

    Raises:
        UnsupportedFormat: it holds more than filled outlines.
        FormatError: no XML.
        LimitExceeded: the page's allowance is used up.
    """
    root = xml.parse(data, "picture")
    if xml.name(root) != "svg":
        raise _foreign("root element")
    values = numbers(xml.attribute(root, "viewBox"), 4)
    if len(values) != 4 or values[2] <= 0 or values[3] <= 0:
        raise _foreign("view box")
    x, y, width, height = values
    paths = tuple(_paths(root, BLACK, budget))
    return Graphic(paths, Box(x, y, x + width, y + height))


def _paths(parent: Element, colour: Colour, budget: Budget) -> Iterator[Path]:
    """The paths below an element, which gives them its colour."""
    kind = xml.name(parent)
    if not set(parent.keys()) <= _ALLOWED[kind]:
        raise _foreign("attribute")
    colour = _colour(parent.get("fill"), colour)
    for child in parent:
        below = xml.name(child)
        if not below:  # a comment
            continue
        budget.spend("objects")
        if below == "g":
            yield from _paths(child, colour, budget)
        elif below == "path":
            yield _path(child, colour, budget)
        else:
            raise _foreign("element")


def _path(element: Element, colour: Colour, budget: Budget) -> Path:
    if not set(element.keys()) <= _ALLOWED["path"] or len(element):
        raise _foreign("path")
    contours = tuple(_contours(element.get("d") or "", budget))
    is_evenodd = element.get("fill-rule") == "evenodd"
    own = _colour(element.get("fill"), colour)
    return Path(contours, own, "evenodd" if is_evenodd else "nonzero")


def _colour(text: str | None, inherited: Colour) -> Colour:
    if text is None:
        return inherited
    found = _HEX.fullmatch(text)
    if found is None:
        raise _foreign("colour")
    red, green, blue = bytes.fromhex(found[1])
    return (red, green, blue, 255)


def _contours(text: str, budget: Budget) -> Iterator[Contour]:
    """Contours of absolute commands; relative ones and arcs are foreign."""
    tokens = (match.group() for match in _TOKEN.finditer(text))
    start: Point | None = None
    segments: list[Segment] = []
    for command in tokens:
        count = _COUNTS.get(command)
        if count is None or (start is None and command != "M"):
            raise _foreign("command")
        budget.spend("points")
        values = [number(next(tokens, None), math.nan) for _ in range(count)]
        if any(math.isnan(value) for value in values):
            raise _foreign("number")
        points = tuple(zip(values[::2], values[1::2], strict=True))
        if command in ("M", "Z"):
            if start is not None and segments:
                yield Contour(start, tuple(segments))
            start, segments = (points[0] if points else None), []
        else:
            segments.append(points)
    if start is not None and segments:
        yield Contour(start, tuple(segments))


def _foreign(what: str) -> UnsupportedFormat:
    return UnsupportedFormat(f"the svg picture has a foreign {what}", part="picture")
