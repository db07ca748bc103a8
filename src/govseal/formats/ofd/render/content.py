"""The objects of a page and of everything drawn like one: layers, blocks, appearances, units."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from PIL import Image, ImageChops

from govseal.errors import FormatError, LimitExceeded
from govseal.formats.ofd import xml
from govseal.formats.ofd.outline import read_box
from govseal.formats.ofd.render.budget import MAX_DEPTH
from govseal.formats.ofd.render.canvas import Canvas, Clip, Window, bounding_window
from govseal.formats.ofd.render.outlines import Polyline, flatten, read_outline
from govseal.formats.ofd.render.resources import Resources
from govseal.formats.ofd.render.strokes import stroke
from govseal.formats.ofd.render.style import Style, style_of
from govseal.formats.ofd.render.text import TextPainter
from govseal.formats.ofd.render.typefaces import Typefaces
from govseal.formats.ofd.render.values import (
    apply,
    compose,
    determinant,
    flag,
    is_usable,
    matrix,
    moved,
)
from govseal.formats.ofd.xml import Element
from govseal.seal.drawing.paths import FillRule, Matrix

_MOST_CLIPS = 256


@dataclass(frozen=True, slots=True)
class State:
    """What holds for everything inside a block."""

    matrix: Matrix
    """From the block's space to pixels."""
    clip: Clip
    opacity: int = 255
    parameters: tuple[Element, ...] = ()
    """DrawParams of the layer."""
    depth: int = 0


class Painter:
    """Draws objects onto one canvas with one set of resources."""

    def __init__(self, canvas: Canvas, resources: Resources, typefaces: Typefaces) -> None:
        self.canvas = canvas
        self.resources = resources
        self._text = TextPainter(canvas, typefaces)

    def draw_block(self, block: Element, state: State) -> None:
        """Draw the objects of a layer, block or unit, in their order.

        Raises:
            LimitExceeded: the page's allowance is used up, or blocks are nested too deeply.
        """
        if not flag(xml.attribute(block, "Visible"), default=True):
            return
        if state.depth > MAX_DEPTH:
            message = "the blocks of the page are nested too deeply"
            raise LimitExceeded(message, limit=MAX_DEPTH, found=state.depth)
        own = self.resources.parameters(xml.attribute(block, "DrawParam"))
        state = replace(state, parameters=(*own, *state.parameters), depth=state.depth + 1)
        for element in block:
            kind = xml.name(element)
            if kind == "PageBlock":
                self.canvas.budget.spend("objects")
                self.draw_block(element, state)
            elif kind in _DRAWN:
                self.canvas.budget.spend("objects")
                self._draw_object(element, kind, state)

    def _draw_object(self, element: Element, kind: str, state: State) -> None:
        """Draw one object; what is wrong with it costs the object, not the page."""
        if not flag(xml.attribute(element, "Visible"), default=True):
            return
        style = style_of(element, self.resources, state.parameters, state.opacity)
        box = read_box(xml.attribute(element, "Boundary"))
        outer = moved(state.matrix, box.x_mm, box.y_mm) if box is not None else state.matrix
        inner = compose(outer, matrix(xml.attribute(element, "CTM")))
        if not is_usable(inner) or not is_usable(outer) or style.opacity == 0:
            return
        size = (box.width_mm, box.height_mm) if box is not None else (0.0, 0.0)
        place = _Place(outer, inner, size)
        try:
            clip = self._clipped(element, place, state.clip)
            if not clip.is_empty:
                _DRAWN[kind](self, element, style, place, replace(state, clip=clip))
        except LimitExceeded:
            raise
        except FormatError:
            return

    def _draw_text(self, element: Element, style: Style, place: _Place, state: State) -> None:
        self._text.draw(element, style, place.inner, state.clip)

    def _draw_path(self, element: Element, style: Style, place: _Place, state: State) -> None:
        scale = math.sqrt(abs(determinant(place.inner)))
        pen = style.pen(scale)
        lines = self._lines(element, place.inner)
        clip = _bounded(state.clip, place, pen.width)
        inside = style.fill(by_default=False, colour=None)
        if inside is not None:
            polygons = [line.points for line in lines]
            self.canvas.fill(polygons, inside, clip, _rule(style.attribute("Rule")))
        line_colour = style.stroke(by_default=True)
        if line_colour is not None:
            self.canvas.fill(stroke(lines, pen, self.canvas.budget), line_colour, clip)

    def _draw_image(self, element: Element, style: Style, place: _Place, state: State) -> None:
        resource = xml.attribute(element, "ResourceID")
        picture = self.resources.picture(resource, self.canvas.budget)
        if picture is None:
            return
        mask = self.resources.picture(xml.attribute(element, "ImageMask"), self.canvas.budget)
        if mask is not None:
            picture = _under_mask(picture, mask)
        unit = place.inner
        if xml.attribute(element, "CTM") is None:
            # Without a matrix the picture fills its box.
            unit = compose(place.outer, (place.size[0], 0.0, 0.0, place.size[1], 0.0, 0.0))
        clip = _bounded(state.clip, place, 1.0)
        self.canvas.place(picture, unit, clip, alpha=style.opacity)

    def _draw_unit(self, element: Element, style: Style, place: _Place, state: State) -> None:
        unit = self.resources.find("CompositeGraphicUnit", xml.attribute(element, "ResourceID"))
        content = xml.child(unit, "Content")
        if content is not None:
            inside = replace(state, matrix=place.inner, opacity=style.opacity)
            self.draw_block(content, inside)

    def _lines(self, element: Element, to_pixels: Matrix) -> list[Polyline]:
        outline = read_outline(xml.text(element, "AbbreviatedData"), self.canvas.budget)
        budget = self.canvas.budget
        return [
            Polyline(tuple(flatten(item.contour, to_pixels, budget)), item.is_closed)
            for item in outline
        ]

    def _clipped(self, element: Element, place: _Place, clip: Clip) -> Clip:
        """The clip inside of an object's own Clips: areas of one add up, each narrows the last."""
        clips = xml.child(element, "Clips")
        if clips is None:
            return clip
        # TransFlag: whether the object's matrix holds for its clips too.
        follows = flag(xml.attribute(clips, "TransFlag"), default=True)
        base = place.inner if follows else place.outer
        for item in itertools.islice(xml.children(clips, "Clip"), _MOST_CLIPS):
            clip = self._narrowed(clip, list(self._areas(item, base)))
        return clip

    def _narrowed(self, clip: Clip, areas: Sequence[tuple[list[Polyline], FillRule]]) -> Clip:
        if not areas or clip.is_empty:
            return clip
        if len(areas) == 1:
            window = _as_window(areas[0][0])
            if window is not None:
                return clip.within(window)
        left, top, right, bottom = clip.window
        whole = Image.new("L", (right - left, bottom - top), 0)
        self.canvas.budget.spend("painted pixels", whole.width * whole.height)
        for lines, rule in areas:
            found = self.canvas.cover([line.points for line in lines], clip.window, rule)
            if found is not None:
                mask, mask_left, mask_top = found
                at = (mask_left - left, mask_top - top)
                box = (*at, at[0] + mask.width, at[1] + mask.height)
                whole.paste(ImageChops.lighter(whole.crop(box), mask), at)
        return clip.masked(whole, left, top)

    def _areas(self, clip: Element, base: Matrix) -> Iterator[tuple[list[Polyline], FillRule]]:
        """The outlines of a clip's areas; areas of text do not clip here."""
        for area in xml.children(clip, "Area"):
            path = xml.child(area, "Path")
            if path is None:
                continue
            self.canvas.budget.spend("objects")
            box = read_box(xml.attribute(path, "Boundary"))
            own = compose(base, matrix(xml.attribute(area, "CTM")))
            if box is not None:
                own = moved(own, box.x_mm, box.y_mm)
            own = compose(own, matrix(xml.attribute(path, "CTM")))
            if is_usable(own):
                yield self._lines(path, own), _rule(xml.attribute(path, "Rule"))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an object is."""

    outer: Matrix
    """From its box to pixels."""
    inner: Matrix
    """From its own space to pixels."""
    size: tuple[float, float]
    """Width and height of its box; 0 where it has none."""


_Drawer = Callable[[Painter, Element, Style, _Place, State], None]
_DRAWN: Mapping[str, _Drawer] = MappingProxyType(
    {
        "TextObject": Painter._draw_text,  # noqa: SLF001  the class's own table
        "PathObject": Painter._draw_path,  # noqa: SLF001  same
        "ImageObject": Painter._draw_image,  # noqa: SLF001  same
        "CompositeObject": Painter._draw_unit,  # noqa: SLF001  same
    }
)


def _rule(text: str | None) -> FillRule:
    return "evenodd" if (text or "").strip().lower() == "even-odd" else "nonzero"


def _bounded(clip: Clip, place: _Place, margin_px: float) -> Clip:
    """The clip inside an object's box, with room for its lines; a flat box does not clip."""
    width, height = place.size
    if width <= 0 or height <= 0:
        return clip
    corners = [apply(place.outer, point) for point in _corners(width, height)]
    found = bounding_window(corners)
    if found is None:
        return clip
    room = math.ceil(margin_px)
    left, top, right, bottom = found
    return clip.within((left - room, top - room, right + room, bottom + room))


def _corners(width: float, height: float) -> tuple[tuple[float, float], ...]:
    return ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height))


def _as_window(lines: Sequence[Polyline]) -> Window | None:
    """The window that an upright rectangle encloses, None for any other outline."""
    if len(lines) != 1:
        return None
    points = list(dict.fromkeys(lines[0].points))
    xs, ys = {x for x, _ in points}, {y for _, y in points}
    # Four corners in order: neighbours share x or y.
    turns = zip(points, points[1:] + points[:1], strict=True)
    if len(points) != 4 or len(xs) != 2 or len(ys) != 2:
        return None
    if any(a[0] != b[0] and a[1] != b[1] for a, b in turns):
        return None
    found = bounding_window(points)
    if found is None:
        return None
    return (round(min(xs)), round(min(ys)), round(max(xs)), round(max(ys)))


def _under_mask(picture: Image.Image, mask: Image.Image) -> Image.Image:
    """The picture where its mask is light (ImageMask)."""
    picture = picture.copy()
    grey = mask.convert("L").resize(picture.size)
    picture.putalpha(ImageChops.multiply(picture.getchannel("A"), grey))
    return picture
