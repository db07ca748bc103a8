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
from govseal.formats.ofd.render.outlines import Subpath, read_outline
from govseal.formats.ofd.render.patterns import tiles
from govseal.formats.ofd.render.resources import Resources
from govseal.formats.ofd.render.style import Style, style_of
from govseal.formats.ofd.render.surface import Area, Clip, Surface, Window, bounding_window
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
from govseal.seal.drawing.paths import Contour, FillRule, Matrix

_MOST_CLIPS = 64
# Of an object and all around it: each costs something for whatever is drawn.
_MOST_REGIONS = 64


@dataclass(frozen=True, slots=True)
class State:
    """What holds for everything inside a block."""

    matrix: Matrix
    """From the block's space to the surface."""
    clip: Clip
    page: Matrix
    """From millimetres of the page to the surface."""
    opacity: int = 255
    parameters: tuple[Element, ...] = ()
    """DrawParams of the layer."""
    depth: int = 0
    is_cell: bool = False
    """Inside the cell of a pattern, where no other pattern is drawn: they would multiply."""


class Painter:
    """Draws objects onto one surface with one set of resources."""

    def __init__(self, surface: Surface, resources: Resources, typefaces: Typefaces) -> None:
        self.surface = surface
        self.resources = resources
        self._text = TextPainter(surface, typefaces)

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
                self.surface.budget.spend("objects")
                self.draw_block(element, state)
            elif kind in _DRAWN:
                self.surface.budget.spend("objects")
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
        pen = style.pen(scale, self.surface.thinnest)
        lines = self._lines(element, place.inner)
        clip = _bounded(state.clip, place, pen.width)
        contours = tuple(line.contour for line in lines)
        area = Area(contours, _rule(style.attribute("Rule")))
        pattern = style.pattern(by_default=False)
        inside = style.fill(by_default=False, colour=None, matrix=place.inner)
        if pattern is not None:
            inside_state = replace(state, clip=clip.narrowed((area,)), opacity=style.opacity)
            self._draw_pattern(pattern, place, inside_state)
        elif inside is not None:
            self.surface.fill(contours, inside, clip, area.rule)
        line_paint = style.stroke(by_default=True, matrix=place.inner)
        if line_paint is not None:
            self.surface.stroke(lines, pen, line_paint, clip)

    def _draw_pattern(self, pattern: Element, place: _Place, state: State) -> None:
        """Repeat a cell over what the clip of ``state`` shows."""
        content = xml.child(pattern, "CellContent")
        if content is None or state.clip.is_empty or state.is_cell:
            return
        to_page = (xml.attribute(pattern, "RelativeTo") or "").strip().lower() == "page"
        base = compose(
            state.page if to_page else place.inner, matrix(xml.attribute(pattern, "CTM"))
        )
        if not is_usable(base):
            return
        for tile in tiles(pattern, base, state.clip.window):
            self.surface.budget.spend("objects")
            self.draw_block(content, replace(state, matrix=tile, is_cell=True))

    def _draw_image(self, element: Element, style: Style, place: _Place, state: State) -> None:
        resource = xml.attribute(element, "ResourceID")
        picture = self.resources.picture(resource, self.surface.budget)
        if picture is None:
            return
        mask = self.resources.picture(xml.attribute(element, "ImageMask"), self.surface.budget)
        if mask is not None:
            picture = _under_mask(picture, mask)
        unit = place.inner
        if xml.attribute(element, "CTM") is None:
            # Without a matrix the picture fills its box.
            unit = compose(place.outer, (place.size[0], 0.0, 0.0, place.size[1], 0.0, 0.0))
        clip = _bounded(state.clip, place, 1.0)
        self.surface.place(picture, unit, clip, alpha=style.opacity)

    def _draw_unit(self, element: Element, style: Style, place: _Place, state: State) -> None:
        unit = self.resources.find("CompositeGraphicUnit", xml.attribute(element, "ResourceID"))
        content = xml.child(unit, "Content")
        if content is not None:
            inside = replace(state, matrix=place.inner, opacity=style.opacity)
            self.draw_block(content, inside)

    def _lines(self, element: Element, to_surface: Matrix) -> list[Subpath]:
        outline = read_outline(xml.text(element, "AbbreviatedData"), self.surface.budget)
        return [replace(item, contour=item.contour.transformed(to_surface)) for item in outline]

    def _clipped(self, element: Element, place: _Place, clip: Clip) -> Clip:
        """The clip inside of an object's own Clips: areas of one add up, each narrows the last."""
        clips = xml.child(element, "Clips")
        if clips is None:
            return clip
        # TransFlag: whether the object's matrix holds for its clips too.
        follows = flag(xml.attribute(clips, "TransFlag"), default=True)
        base = place.inner if follows else place.outer
        for item in itertools.islice(xml.children(clips, "Clip"), _MOST_CLIPS):
            areas = tuple(self._areas(item, base))
            window = _as_window(areas[0].contours) if len(areas) == 1 else None
            if window is not None:
                clip = clip.within(window)
            elif areas and not clip.is_empty:
                clip = clip.narrowed(areas)
        if len(clip.regions) > _MOST_REGIONS:
            message = "too many clips hold for one object"
            raise LimitExceeded(message, limit=_MOST_REGIONS, found=len(clip.regions))
        return clip

    def _areas(self, clip: Element, base: Matrix) -> Iterator[Area]:
        """A clip's areas; areas of text do not clip here."""
        for area in xml.children(clip, "Area"):
            path = xml.child(area, "Path")
            if path is None:
                continue
            self.surface.budget.spend("objects")
            box = read_box(xml.attribute(path, "Boundary"))
            own = compose(base, matrix(xml.attribute(area, "CTM")))
            if box is not None:
                own = moved(own, box.x_mm, box.y_mm)
            own = compose(own, matrix(xml.attribute(path, "CTM")))
            if is_usable(own):
                contours = tuple(line.contour for line in self._lines(path, own))
                yield Area(contours, _rule(xml.attribute(path, "Rule")))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an object is."""

    outer: Matrix
    """From its box to the surface."""
    inner: Matrix
    """From its own space to the surface."""
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


def _bounded(clip: Clip, place: _Place, margin: float) -> Clip:
    """The clip inside an object's box, with room for its lines; a flat box does not clip."""
    width, height = place.size
    if width <= 0 or height <= 0:
        return clip
    corners = [apply(place.outer, point) for point in _corners(width, height)]
    found = bounding_window(corners)
    if found is None:
        return clip
    room = math.ceil(margin)
    left, top, right, bottom = found
    return clip.within((left - room, top - room, right + room, bottom + room))


def _corners(width: float, height: float) -> tuple[tuple[float, float], ...]:
    return ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height))


def _as_window(contours: Sequence[Contour]) -> Window | None:
    """The window that an upright rectangle encloses, None for any other outline."""
    if len(contours) != 1 or any(len(segment) > 1 for segment in contours[0].segments):
        return None
    corners = [contours[0].start, *(segment[0] for segment in contours[0].segments)]
    points = list(dict.fromkeys(corners))
    xs, ys = {x for x, _ in points}, {y for _, y in points}
    # Four corners in order: neighbours share x or y.
    turns = zip(points, points[1:] + points[:1], strict=True)
    if len(points) != 4 or len(xs) != 2 or len(ys) != 2:
        return None
    if any(a[0] != b[0] and a[1] != b[1] for a, b in turns):
        return None
    if bounding_window(points) is None:
        return None
    return (round(min(xs)), round(min(ys)), round(max(xs)), round(max(ys)))


def _under_mask(picture: Image.Image, mask: Image.Image) -> Image.Image:
    """The picture where its mask is light (ImageMask)."""
    picture = picture.copy()
    grey = mask.convert("L").resize(picture.size)
    picture.putalpha(ImageChops.multiply(picture.getchannel("A"), grey))
    return picture
