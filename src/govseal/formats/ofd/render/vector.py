"""A page as SVG: outlines, pictures and stamps, with nothing that runs or is fetched.

One unit of the picture's view box is a millimetre; inside, hundredths of it are written. Characters
are outlines, each written once. Pictures are PNG inside the file, no finer than they can show.
"""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape

from PIL import Image

from govseal.formats.ofd.render.budget import Budget
from govseal.formats.ofd.render.outlines import Subpath
from govseal.formats.ofd.render.shadings import Shading
from govseal.formats.ofd.render.strokes import Pen
from govseal.formats.ofd.render.surface import (
    Area,
    Clip,
    Paint,
    Window,
    bounding_window,
    control_points,
    overlap,
)
from govseal.formats.ofd.render.typefaces import Face, Glyph, Typefaces
from govseal.formats.ofd.render.values import apply, determinant, is_usable
from govseal.seal.drawing.paths import Contour, FillRule, Matrix, Point

#: A unit of this surface is a hundredth of a millimetre.
UNITS_PER_MM = 100.0

_THINNEST = 10.0
_EM = 1000.0
_FINEST_PER_MM = 12.0  # some 300 dpi
_FARTHEST = 1e7
_CAPS = {"Round": "round", "Square": "square"}
_JOINS = {"Round": "round", "Bevel": "bevel"}
_BEVEL = 'stroke-linejoin="bevel"'
_COMMANDS = {1: "L", 2: "Q", 3: "C"}


class VectorSheet:
    """A page of outlines, see :class:`Surface`; :meth:`svg` writes it down."""

    thinnest = _THINNEST
    units_per_mm = UNITS_PER_MM

    def __init__(self, width_mm: float, height_mm: float, budget: Budget, page: int = 1) -> None:
        self.width_mm = width_mm
        self.height_mm = height_mm
        self.budget = budget
        # Several pages may stand in one HTML document, where names are shared.
        self._prefix = f"p{page}-"
        sides = (math.ceil(width_mm * UNITS_PER_MM), math.ceil(height_mm * UNITS_PER_MM))
        self.clip = Clip((0, 0, *sides))
        self._defs: list[str] = []
        self._body: list[str] = []
        self._group = ""
        self._clips: dict[tuple[Window | None, tuple[int, ...]], str] = {}
        self._kept: list[tuple[Area, ...]] = []
        self._glyphs: dict[tuple[Face, str, int | None], tuple[str, Window | None]] = {}
        self._pictures: dict[tuple[int, tuple[int, int]], tuple[str, Image.Image]] = {}
        self._count = 0

    def svg(self, *, note: str = "") -> bytes:
        """The page as SVG; ``note`` is what the file says of itself, as its description."""
        self._leave()
        width, height = (_number(side, 3) for side in (self.width_mm, self.height_mm))
        said = f"<desc>{escape(note)}</desc>" if note else ""
        defs = f"<defs>{''.join(self._defs)}</defs>" if self._defs else ""
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<svg xmlns="http://www.w3.org/2000/svg" version="1.1" '
            f'width="{width}mm" height="{height}mm" viewBox="0 0 {width} {height}" '
            f'style="isolation:isolate">{said}<rect width="{width}" height="{height}" '
            f'fill="#ffffff"/><g transform="scale({1 / UNITS_PER_MM:g})">{defs}'
            f"{''.join(self._body)}</g></svg>\n"
        ).encode()

    def fill(
        self,
        contours: Sequence[Contour],
        paint: Paint,
        clip: Clip,
        rule: FillRule = "nonzero",
    ) -> None:
        """Fill outlines."""
        around = _around(contours)
        data = self._data(contours)
        if around is None or not data:
            return
        even = ' fill-rule="evenodd"' if rule == "evenodd" else ""
        self._enter(self._ink("fill", paint), clip, around)
        self._add(f'<path{even} d="{data}"/>')

    def stroke(self, lines: Sequence[Subpath], pen: Pen, paint: Paint, clip: Clip) -> None:
        """Draw along outlines."""
        contours = [line.contour for line in lines]
        around = _around(contours)
        data = "".join(self._line(line.contour, is_closed=line.is_closed) for line in lines)
        if around is None or not data or not pen.width < _FARTHEST:
            return
        reach = math.ceil(pen.width * max(1.0, min(pen.miter_limit, 100.0)))
        around = (around[0] - reach, around[1] - reach, around[2] + reach, around[3] + reach)
        words = [f'fill="none" {self._ink("stroke", paint)} stroke-width="{_number(pen.width)}"']
        if pen.cap in _CAPS:
            words.append(f'stroke-linecap="{_CAPS[pen.cap]}"')
        if pen.join in _JOINS:
            words.append(f'stroke-linejoin="{_JOINS[pen.join]}"')
        else:
            words.append(f'stroke-miterlimit="{_number(max(1.0, abs(pen.miter_limit)))}"')
        if sum(map(abs, pen.dashes)) >= 1:
            words.append(f'stroke-dasharray="{" ".join(_number(abs(d)) for d in pen.dashes)}"')
            words.append(f'stroke-dashoffset="{_number(pen.dash_offset)}"')
        self._enter(" ".join(words), clip, around)
        self._add(f'<path d="{data}"/>')

    def glyph(
        self, typefaces: Typefaces, glyph: Glyph, at: Point, paint: Paint, clip: Clip
    ) -> None:
        """Draw a character with its origin at a point."""
        a, b, c, d = (value / _EM for value in glyph.shape)
        matrix: Matrix = (a, b, c, d, *at)
        if not abs(at[0]) + abs(at[1]) < _FARTHEST:
            return
        if isinstance(paint, Shading):
            # A shading lies in the space of what it fills, and that of a shared outline is its own.
            shape: Matrix = (*glyph.shape, *at)
            outline = [item.transformed(shape) for item in typefaces.outline(glyph)]
            self.fill(outline, paint, clip)
            return
        name, box = self._outline(typefaces, glyph)
        if not name or box is None:
            return
        ink = self._ink("fill", paint)
        corners = [(float(x), float(y)) for x in (box[0], box[2]) for y in (box[1], box[3])]
        around = bounding_window(apply(matrix, corner) for corner in corners)
        if around is None:
            return
        if glyph.pen_width > 0:
            scale = math.sqrt(abs(determinant(matrix)))
            width = _number(glyph.pen_width / scale) if scale > 0 else "0"
            ink = f'fill="none" {self._ink("stroke", paint)} stroke-width="{width}" {_BEVEL}'
            reach = math.ceil(glyph.pen_width)
            around = (around[0] - reach, around[1] - reach, around[2] + reach, around[3] + reach)
        self._enter(ink, clip, around)
        self._add(f'<use href="#{name}" transform="{_transform(matrix)}"/>')

    def place(self, picture: Image.Image, matrix: Matrix, clip: Clip, *, alpha: int = 255) -> None:
        """Draw an RGBA picture that fills the unit square under ``matrix``."""
        if not is_usable(matrix):
            return
        around = bounding_window(apply(matrix, p) for p in ((0, 0), (1, 0), (1, 1), (0, 1)))
        if around is None:
            return
        name = self._picture(picture, matrix)
        self._enter(f'opacity="{_number(alpha / 255, 3)}"' if alpha != 255 else "", clip, around)
        self._add(f'<use href="#{name}" transform="{_transform(matrix)}"/>')

    @contextmanager
    def multiplied(self, clip: Clip) -> Iterator[VectorSheet]:
        """What is drawn inside is multiplied into what lies below (正片叠底)."""
        self._leave()
        window = clip.window if clip.window != self.clip.window else None
        self._body.append(f'<g style="mix-blend-mode:multiply"{self._clipped(clip, window)}>')
        yield self
        self._leave()
        self._body.append("</g>")

    def _enter(self, ink: str, clip: Clip, around: Window) -> None:
        """Open the group in which what is painted alike is drawn."""
        window = None if overlap(clip.window, around) == around else clip.window
        group = f"<g {ink}".rstrip() + f"{self._clipped(clip, window)}>"
        if group != self._group:
            self._leave()
            self._add(group)
            self._group = group

    def _leave(self) -> None:
        if self._group:
            self._body.append("</g>")
            self._group = ""

    def _clipped(self, clip: Clip, window: Window | None) -> str:
        """The attribute that cuts to a clip; ``window`` is None where nothing leaves it."""
        if window is None and not clip.regions:
            return ""
        key = (window, tuple(map(id, clip.regions)))
        if key not in self._clips:
            # Kept, so that their ids stay theirs.
            self._kept.extend(clip.regions)
            outer = ""
            for areas in clip.regions:
                paths = (
                    f'<path clip-rule="{area.rule}" d="{self._data(area.contours)}"/>'
                    for area in areas
                )
                outer = self._define_clip("".join(paths), outer)
            if window is not None:
                left, top, right, bottom = window
                width, height = max(0, right - left), max(0, bottom - top)
                rectangle = f'<rect x="{left}" y="{top}" width="{width}" height="{height}"/>'
                outer = self._define_clip(rectangle, outer)
            self._clips[key] = outer
        return self._clips[key]

    def _define_clip(self, shapes: str, outer: str) -> str:
        name = self._name("c")
        self._define(f'<clipPath id="{name}"{outer}>{shapes}</clipPath>')
        return f' clip-path="url(#{name})"'

    def _ink(self, attribute: str, paint: Paint) -> str:
        if isinstance(paint, Shading):
            name = self._gradient(paint)
            return f'{attribute}="url(#{name})"'
        red, green, blue, alpha = paint
        found = f'{attribute}="#{red:02x}{green:02x}{blue:02x}"'
        return f'{found} {attribute}-opacity="{_number(alpha / 255, 3)}"' if alpha != 255 else found

    def _gradient(self, shading: Shading) -> str:
        name = self._name("s")
        stops = [(at, colour, colour[3]) for at, colour in shading.stops]
        if shading.spread == "pad":
            first, last = stops[0], stops[-1]
            before = first[2] if shading.extends[0] else 0
            after = last[2] if shading.extends[1] else 0
            stops = [(0.0, first[1], before), *stops, (1.0, last[1], after)]
        rows = "".join(
            f'<stop offset="{_number(at, 4)}" stop-color="#{c[0]:02x}{c[1]:02x}{c[2]:02x}" '
            f'stop-opacity="{_number(alpha / 255, 3)}"/>'
            for at, c, alpha in stops
        )
        (x0, y0), (x1, y1) = shading.start, shading.end
        kind, places = "linearGradient", {"x1": x0, "y1": y0, "x2": x1, "y2": y1}
        if shading.radii is not None:
            start, end = shading.radii
            kind = "radialGradient"
            places = {"cx": x1, "cy": y1, "r": end, "fx": x0, "fy": y0, "fr": start}
        where = " ".join(f'{key}="{_number(value, 4)}"' for key, value in places.items())
        self._define(
            f'<{kind} id="{name}" gradientUnits="userSpaceOnUse" {where} '
            f'gradientTransform="{_transform(shading.matrix)}" '
            f'spreadMethod="{shading.spread}">{rows}</{kind}>'
        )
        return name

    def _outline(self, typefaces: Typefaces, glyph: Glyph) -> tuple[str, Window | None]:
        """The name under which a character's outline stands, and what it encloses."""
        key = (glyph.face, glyph.character, glyph.index)
        if key not in self._glyphs:
            scale: Matrix = (_EM, 0.0, 0.0, _EM, 0.0, 0.0)
            contours = [item.transformed(scale) for item in typefaces.outline(glyph)]
            data, name = self._data(contours), ""
            if data:
                name = self._name("g")
                self._define(f'<path id="{name}" d="{data}"/>')
            self._glyphs[key] = (name, _around(contours))
        return self._glyphs[key]

    def _picture(self, picture: Image.Image, matrix: Matrix) -> str:
        """The name under which a picture stands, no finer than it can show."""
        lengths = (math.hypot(*matrix[:2]), math.hypot(*matrix[2:4]))
        most = [max(1, math.ceil(side / UNITS_PER_MM * _FINEST_PER_MM)) for side in lengths]
        size = (min(picture.width, most[0]), min(picture.height, most[1]))
        key = (id(picture), size)
        if key not in self._pictures:
            self.budget.spend("painted pixels", 8 * picture.width * picture.height)
            shown = picture
            if size != picture.size:
                shown = picture.resize(size, Image.Resampling.BOX)
            if shown.getchannel("A").getextrema() == (255, 255):
                shown = shown.convert("RGB")
            buffer = io.BytesIO()
            shown.save(buffer, "PNG")
            data = base64.b64encode(buffer.getvalue()).decode("ascii")
            name = self._name("i")
            self._define(
                f'<image id="{name}" width="1" height="1" preserveAspectRatio="none" '
                f'href="data:image/png;base64,{data}"/>'
            )
            # With the picture itself, so that its id stays its own.
            self._pictures[key] = (name, picture)
        return self._pictures[key][0]

    def _data(self, contours: Sequence[Contour]) -> str:
        return "".join(self._line(item, is_closed=True) for item in contours)

    def _line(self, contour: Contour, *, is_closed: bool) -> str:
        """A contour in the words of SVG; nothing for one that lies absurdly far away."""
        if bounding_window(control_points(contour)) is None:
            return ""
        words = [f"M{_pair(contour.start)}"]
        self.budget.spend("points", 1 + len(contour.segments))
        words.extend(
            _COMMANDS[len(segment)] + " ".join(map(_pair, segment)) for segment in contour.segments
        )
        return "".join(words) + ("Z" if is_closed else "")

    def _name(self, kind: str) -> str:
        self._count += 1
        return f"{self._prefix}{kind}{self._count}"

    def _define(self, text: str) -> None:
        self.budget.spend("svg bytes", len(text))
        self._defs.append(text)

    def _add(self, text: str) -> None:
        self.budget.spend("svg bytes", len(text))
        self._body.append(text)


def _around(contours: Sequence[Contour]) -> Window | None:
    return bounding_window(point for item in contours for point in control_points(item))


def _number(value: float, digits: int = 1) -> str:
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _pair(point: Point) -> str:
    return f"{_number(point[0])} {_number(point[1])}"


def _transform(matrix: Matrix) -> str:
    return f"matrix({' '.join(f'{value:.6g}' for value in matrix)})"
