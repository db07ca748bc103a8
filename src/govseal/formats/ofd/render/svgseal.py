"""Seals in SVG of other products: shapes with colours, in groups.

Text, styles, gradients, masks and whatever else needs more make the picture undrawable: half a
picture of a seal would be worse than none.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from govseal.errors import LimitExceeded, UnsupportedFormat
from govseal.formats.limits import Limits
from govseal.formats.ofd import xml
from govseal.formats.ofd.render.budget import MAX_DEPTH
from govseal.formats.ofd.render.outlines import Subpath
from govseal.formats.ofd.render.strokes import Pen
from govseal.formats.ofd.render.surface import Clip, Surface
from govseal.formats.ofd.render.svgpaths import read_path
from govseal.formats.ofd.render.values import IDENTITY, compose, determinant, is_usable
from govseal.formats.ofd.xml import Element
from govseal.seal.drawing.paths import BLACK, Colour, Contour, FillRule, Matrix, polygon

_SILENT = frozenset({"title", "desc", "metadata", "namedview"})
_GROUPS = frozenset({"svg", "g"})
_REFUSED = ("clip-path", "mask", "filter", "class", "mix-blend-mode")
_NAMED: dict[str, Colour] = {
    "black": BLACK,
    "white": (255, 255, 255, 255),
    "red": (255, 0, 0, 255),
    "blue": (0, 0, 255, 255),
    "currentcolor": BLACK,
}
_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})")
_RGB = re.compile(r"rgb\(\s*([0-9]{1,3})\s*,\s*([0-9]{1,3})\s*,\s*([0-9]{1,3})\s*\)")
_LENGTH = re.compile(
    r"\s*([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,2})?)\s*([a-z%]*)\s*"
)
# Longer text is no length, and would be searched again and again for the end of its digits.
_LONGEST_LENGTH = 100
_UNITS = {"": 1.0, "px": 1.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0, "pt": 4 / 3}
_TRANSFORM = re.compile(r"[\s,]*([a-zA-Z]+)\s*\(([^()]*)\)[\s,]*")
_CAPS = {"round": "Round", "square": "Square"}
_JOINS = {"round": "Round", "bevel": "Bevel"}


@dataclass(frozen=True, slots=True)
class _Look:
    """What is handed down from group to group."""

    matrix: Matrix
    fill: Colour | None = BLACK
    stroke: Colour | None = None
    fill_opacity: float = 1.0
    stroke_opacity: float = 1.0
    opacity: float = 1.0
    width: float = 1.0
    rule: FillRule = "nonzero"
    cap: str = "Butt"
    join: str = "Miter"
    miter_limit: float = 4.0


def draw_svg(surface: Surface, data: bytes, unit: Matrix, clip: Clip, limits: Limits) -> None:
    """Draw an SVG so that it fills the unit square under ``unit``.

    Raises:
        UnsupportedFormat: it holds more than shapes.
        FormatError: it cannot be read.
        LimitExceeded: the page's allowance is used up.
    """
    root = xml.parse(data, "picture", limits, expected="svg")
    x, y, width, height = _view(root)
    scale = compose((1 / width, 0.0, 0.0, 1 / height, 0.0, 0.0), (1.0, 0.0, 0.0, 1.0, -x, -y))
    _Painter(surface, clip).draw(root, _Look(compose(unit, scale)), 0)


class _Painter:
    def __init__(self, surface: Surface, clip: Clip) -> None:
        self.surface = surface
        self.clip = clip

    def draw(self, element: Element, look: _Look, depth: int) -> None:
        kind = xml.name(element)
        self.surface.budget.spend("objects")
        if kind in _SILENT or (kind == "defs" and len(element) == 0):
            return
        if depth > MAX_DEPTH:
            message = "the groups of the svg picture are nested too deeply"
            raise LimitExceeded(message, limit=MAX_DEPTH, found=depth, part="picture")
        words = _words(element)
        if words.get("display") == "none" or words.get("visibility") == "hidden":
            return
        look = _inherited(look, words, is_root=depth == 0)
        if kind in _GROUPS and (kind == "g" or depth == 0):
            for child in element:
                self.draw(child, look, depth + 1)
        elif kind in _SHAPES:
            self.paint(_SHAPES[kind](self, words), look)
        else:
            raise _foreign(f"<{kind[:40]}>")

    def paint(self, lines: list[Subpath], look: _Look) -> None:
        if not is_usable(look.matrix):
            return
        placed = [replace(item, contour=item.contour.transformed(look.matrix)) for item in lines]
        fill = _faded(look.fill, look.fill_opacity * look.opacity)
        if fill is not None:
            self.surface.fill([item.contour for item in placed], fill, self.clip, look.rule)
        stroke = _faded(look.stroke, look.stroke_opacity * look.opacity)
        width = look.width * math.sqrt(abs(determinant(look.matrix)))
        if stroke is not None and width > 0:
            width = max(width, self.surface.thinnest)
            pen = Pen(width, look.cap, look.join, look.miter_limit)
            self.surface.stroke(placed, pen, stroke, self.clip)

    def path(self, words: Mapping[str, str]) -> list[Subpath]:
        return read_path(words.get("d", ""), self.surface.budget)

    def polygon(self, words: Mapping[str, str], *, is_closed: bool = True) -> list[Subpath]:
        text = words.get("points", "").strip()
        data = f"M{text}{'Z' if is_closed else ''}" if text else ""
        return read_path(data, self.surface.budget)

    def polyline(self, words: Mapping[str, str]) -> list[Subpath]:
        return self.polygon(words, is_closed=False)

    def line(self, words: Mapping[str, str]) -> list[Subpath]:
        x1, y1, x2, y2 = (_length(words.get(key, "0")) for key in ("x1", "y1", "x2", "y2"))
        return [Subpath(Contour((x1, y1), (((x2, y2),),)), is_closed=False)]

    def rectangle(self, words: Mapping[str, str]) -> list[Subpath]:
        x, y = (_length(words.get(key, "0")) for key in ("x", "y"))
        width, height = (_length(words.get(key, "0")) for key in ("width", "height"))
        if "rx" in words or "ry" in words:
            raise _foreign("round corners")
        corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
        return [Subpath(polygon(corners), is_closed=True)] if width > 0 and height > 0 else []

    def ellipse(self, words: Mapping[str, str]) -> list[Subpath]:
        cx, cy = (_length(words.get(key, "0")) for key in ("cx", "cy"))
        rx, ry = (_length(words.get(key, words.get("r", "0"))) for key in ("rx", "ry"))
        if rx <= 0 or ry <= 0:
            return []
        data = f"M{cx - rx} {cy}A{rx} {ry} 0 0 1 {cx + rx} {cy}A{rx} {ry} 0 0 1 {cx - rx} {cy}Z"
        return read_path(data, self.surface.budget)


_SHAPES: Mapping[str, Callable[[_Painter, Mapping[str, str]], list[Subpath]]] = MappingProxyType(
    {
        "path": _Painter.path,
        "polygon": _Painter.polygon,
        "polyline": _Painter.polyline,
        "line": _Painter.line,
        "rect": _Painter.rectangle,
        "circle": _Painter.ellipse,
        "ellipse": _Painter.ellipse,
    }
)


def _foreign(what: str) -> UnsupportedFormat:
    return UnsupportedFormat(f"the svg picture holds more than shapes: {what}", part="picture")


def _words(element: Element) -> dict[str, str]:
    """Attributes, and what ``style`` says before them."""
    found = {str(key): str(value).strip() for key, value in element.attrib.items()}
    for row in found.pop("style", "").split(";"):
        key, colon, value = row.partition(":")
        if colon:
            found[key.strip()] = value.strip()
    for key in _REFUSED:
        if found.get(key, "none") not in ("none", "", "normal"):
            raise _foreign(key)
    return found


def _inherited(look: _Look, words: Mapping[str, str], *, is_root: bool) -> _Look:
    """The look of an element inside of another."""
    matrix = look.matrix
    if "transform" in words and not is_root:
        matrix = compose(matrix, _transform(words["transform"]))
    if words.get("stroke-dasharray", "none") != "none":
        raise _foreign("dashes")
    rule: FillRule = "evenodd" if words.get("fill-rule", look.rule) == "evenodd" else "nonzero"
    return replace(
        look,
        matrix=matrix,
        rule=rule,
        fill=_colour(words["fill"]) if "fill" in words else look.fill,
        stroke=_colour(words["stroke"]) if "stroke" in words else look.stroke,
        fill_opacity=_share(words.get("fill-opacity"), look.fill_opacity),
        stroke_opacity=_share(words.get("stroke-opacity"), look.stroke_opacity),
        opacity=look.opacity * _share(words.get("opacity"), 1.0),
        width=abs(_length(words["stroke-width"])) if "stroke-width" in words else look.width,
        cap=_CAPS.get(words["stroke-linecap"], "Butt") if "stroke-linecap" in words else look.cap,
        join=(
            _JOINS.get(words["stroke-linejoin"], "Miter")
            if "stroke-linejoin" in words
            else look.join
        ),
        miter_limit=_length(words.get("stroke-miterlimit", str(look.miter_limit))),
    )


def _colour(text: str) -> Colour | None:
    text = text.lower()
    if text in ("none", "transparent"):
        return None
    if text in _NAMED:
        return _NAMED[text]
    digits, channels = _HEX.fullmatch(text), _RGB.fullmatch(text)
    if digits is not None:
        word = digits[1] if len(digits[1]) == 6 else "".join(2 * digit for digit in digits[1])
        red, green, blue = bytes.fromhex(word)
        return (red, green, blue, 255)
    if channels is not None:
        red, green, blue = (min(255, int(channel)) for channel in channels.groups())
        return (red, green, blue, 255)
    raise _foreign(f"the colour {text[:40]}")


def _faded(colour: Colour | None, share: float) -> Colour | None:
    if colour is None:
        return None
    alpha = round(colour[3] * share)
    return (*colour[:3], alpha) if alpha > 0 else None


def _share(text: str | None, default: float) -> float:
    return default if text is None else min(1.0, max(0.0, _length(text)))


def _length(text: str) -> float:
    match = _LENGTH.fullmatch(text) if len(text) <= _LONGEST_LENGTH else None
    if match is None or match[2] not in _UNITS:
        raise _foreign(f"the length {text[:40]}")
    value = float(match[1]) * _UNITS[match[2]]
    if not -1e7 < value < 1e7:
        raise _foreign("an absurd length")
    return value


def _view(root: Element) -> tuple[float, float, float, float]:
    """The view box, else the stated size."""
    words = (root.get("viewBox") or "").replace(",", " ").split()
    if len(words) == 4:
        x, y, width, height = (_length(word) for word in words)
    else:
        x = y = 0.0
        width, height = (_length(root.get(key) or "0") for key in ("width", "height"))
    if width <= 0 or height <= 0:
        raise _foreign("no size")
    return x, y, width, height


def _transform(text: str) -> Matrix:
    matrix, at = IDENTITY, 0
    while at < len(text):
        match = _TRANSFORM.match(text, at)
        if match is None:
            raise _foreign("a damaged transform")
        values = tuple(_length(word) for word in match[2].replace(",", " ").split())
        for step in _steps(match[1], values):
            matrix = compose(matrix, step)
        at = match.end()
    return matrix


def _steps(name: str, values: tuple[float, ...]) -> Iterator[Matrix]:
    """One function of a transform as maps."""
    match name, len(values):
        case "matrix", 6:
            a, b, c, d, e, f = values
            yield (a, b, c, d, e, f)
        case "translate", 1 | 2:
            yield (1.0, 0.0, 0.0, 1.0, values[0], values[1] if len(values) > 1 else 0.0)
        case "scale", 1 | 2:
            yield (values[0], 0.0, 0.0, values[-1], 0.0, 0.0)
        case "rotate", 1 | 3:
            x, y = values[1:] or (0.0, 0.0)
            cos, sin = math.cos(math.radians(values[0])), math.sin(math.radians(values[0]))
            yield (1.0, 0.0, 0.0, 1.0, x, y)
            yield (cos, sin, -sin, cos, 0.0, 0.0)
            yield (1.0, 0.0, 0.0, 1.0, -x, -y)
        case "skewX", 1:
            yield (1.0, 0.0, math.tan(math.radians(values[0])), 1.0, 0.0, 0.0)
        case "skewY", 1:
            yield (1.0, math.tan(math.radians(values[0])), 0.0, 1.0, 0.0, 0.0)
        case _:
            raise _foreign("a damaged transform")
