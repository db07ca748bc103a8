"""The picture of a page while it is drawn: a surface of pixels."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from PIL import Image, ImageChops

from govseal.formats.ofd.render import gradients
from govseal.formats.ofd.render.budget import Budget, check_size
from govseal.formats.ofd.render.outlines import Polyline, Subpath, flatten
from govseal.formats.ofd.render.shadings import Shading
from govseal.formats.ofd.render.strokes import Pen, stroke
from govseal.formats.ofd.render.surface import Area, Clip, Paint, Window, bounding_window, overlap
from govseal.formats.ofd.render.typefaces import Glyph, Typefaces
from govseal.formats.ofd.render.values import IDENTITY, apply, determinant, is_usable
from govseal.seal.drawing.paths import Contour, FillRule, Matrix, Point, polygon
from govseal.seal.drawing.raster import coverage

WHITE = (255, 255, 255)

# What even the smallest outline costs, in outline pixels.
_COVERING = 300
_TRANSPARENT = (0, 0, 0, 0)
# Thinner lines would fade away; readers draw them as one pixel.
_THINNEST_PX = 0.8
# Larger glyphs are drawn one by one, cut to what shows.
_LARGEST_MASK_PX = 200
_FARTHEST_GLYPH_PX = 1e6
#: Glyphs start at every half of a pixel.
_PHASES = 2
# Of all masks of glyphs together: some ten thousand characters of ordinary size.
_MOST_KEPT_PIXELS = 16_000_000
_EVERYWHERE: Window = (-2048, -2048, 2048, 2048)
_MOST_KEPT_REGIONS = 16

Mask = tuple[Image.Image, int, int]


class Masks:
    """Glyphs and regions as masks, each made once."""

    def __init__(self) -> None:
        self._glyphs: dict[tuple[Glyph, int], Mask | None] = {}
        self._kept_pixels = 0
        self._regions: dict[tuple[int, Window], tuple[tuple[Area, ...], Mask]] = {}

    def glyph(self, typefaces: Typefaces, glyph: Glyph, at: Point, canvas: Canvas) -> Mask | None:
        """The glyph with its origin at the pixel ``at``; None where it has no ink."""
        left, phase = divmod(round(at[0] * _PHASES), _PHASES)
        top = round(at[1])
        key = (glyph, phase)
        if key in self._glyphs:
            found = self._glyphs[key]
        else:
            lines = canvas.glyph_lines(typefaces, glyph, (phase / _PHASES, 0.0))
            found = canvas.cover(lines, _EVERYWHERE)
            self._kept_pixels += found[0].width * found[0].height if found is not None else 1
            if self._kept_pixels <= _MOST_KEPT_PIXELS:
                self._glyphs[key] = found
        return (found[0], found[1] + left, found[2] + top) if found is not None else None

    def region(self, areas: tuple[Area, ...], canvas: Canvas) -> Mask:
        """The union of areas, as far as it lies on the canvas."""
        key = (id(areas), canvas.clip.window)
        found = self._regions.get(key)
        if found is None:
            if len(self._regions) >= _MOST_KEPT_REGIONS:
                self._regions.clear()
            # With the areas themselves, so that their id stays theirs.
            found = self._regions[key] = (areas, canvas.united(areas))
        return found[1]


class Canvas:
    """An RGB picture with a white ground, see :class:`Surface`; a unit is a pixel."""

    thinnest = _THINNEST_PX

    def __init__(self, window: Window, budget: Budget, masks: Masks | None = None) -> None:
        width, height = window[2] - window[0], window[3] - window[1]
        check_size(width, height)
        budget.spend("painted pixels", width * height)
        self.image = Image.new("RGB", (width, height), WHITE)
        self.budget = budget
        self.clip = Clip(window)
        self.masks = masks or Masks()

    def fill(
        self,
        contours: Sequence[Contour],
        paint: Paint,
        clip: Clip,
        rule: FillRule = "nonzero",
    ) -> None:
        """Fill outlines."""
        polygons = [flatten(item, IDENTITY, self.budget) for item in contours]
        self._fill(polygons, paint, clip, rule)

    def stroke(self, lines: Sequence[Subpath], pen: Pen, paint: Paint, clip: Clip) -> None:
        """Draw along outlines."""
        flat = [
            Polyline(tuple(flatten(item.contour, IDENTITY, self.budget)), item.is_closed)
            for item in lines
        ]
        self._fill(stroke(flat, pen, self.budget), paint, clip)

    def glyph(
        self, typefaces: Typefaces, glyph: Glyph, at: Point, paint: Paint, clip: Clip
    ) -> None:
        """Draw a character with its origin at a point."""
        if max(glyph.pen_width, *map(abs, glyph.shape)) > _LARGEST_MASK_PX:
            self._fill(self.glyph_lines(typefaces, glyph, at), paint, clip)
        elif abs(at[0]) + abs(at[1]) < _FARTHEST_GLYPH_PX:
            found = self.masks.glyph(typefaces, glyph, at, self)
            if found is not None:
                self.paint(*found, paint, clip)

    def glyph_lines(self, typefaces: Typefaces, glyph: Glyph, at: Point) -> list[list[Point]]:
        """The polygons of a character, or of its outline where that is drawn."""
        matrix = (*glyph.shape, *at)
        outline = typefaces.outline(glyph)
        lines = [flatten(item, matrix, self.budget) for item in outline]
        if glyph.pen_width > 0:
            closed = [Polyline(tuple(points), is_closed=True) for points in lines]
            lines = stroke(closed, Pen(glyph.pen_width, join="Bevel"), self.budget)
        return lines

    @contextmanager
    def multiplied(self, clip: Clip) -> Iterator[Canvas]:
        """A white surface, multiplied into this one when it is left."""
        window = overlap(self.clip.window, clip.window)
        if window[0] >= window[2] or window[1] >= window[3]:
            window = (*window[:2], window[0] + 1, window[1] + 1)
        inner = Canvas(window, self.budget, self.masks)
        yield inner
        here = overlap(self.clip.window, window)
        if here != window:
            return
        shown = Image.new("L", inner.image.size, 255)
        shown = self._masked(shown, window[0], window[1], window, clip)
        mine = self._local(window)
        self.image.paste(ImageChops.multiply(self.image.crop(mine), inner.image), mine, shown)

    def united(self, areas: Sequence[Area]) -> Mask:
        """The union of areas as one mask, as far as it lies on the canvas."""
        covers = []
        for area in areas:
            lines = [flatten(item, IDENTITY, self.budget) for item in area.contours]
            found = self.cover(lines, self.clip.window, area.rule)
            if found is not None:
                covers.append(found)
        if len(covers) == 1:
            return covers[0]
        left, top, right, bottom = (0, 0, 1, 1)
        if covers:
            left, top = min(c[1] for c in covers), min(c[2] for c in covers)
            right = max(c[1] + c[0].width for c in covers)
            bottom = max(c[2] + c[0].height for c in covers)
        whole = Image.new("L", (right - left, bottom - top), 0)
        self.budget.spend("painted pixels", whole.width * whole.height)
        for mask, mask_left, mask_top in covers:
            at = (mask_left - left, mask_top - top)
            box = (*at, at[0] + mask.width, at[1] + mask.height)
            whole.paste(ImageChops.lighter(whole.crop(box), mask), at)
        return whole, left, top

    def _fill(
        self,
        polygons: Sequence[Sequence[Point]],
        paint: Paint,
        clip: Clip,
        rule: FillRule = "nonzero",
    ) -> None:
        found = self.cover(polygons, clip.window, rule)
        if found is not None:
            self.paint(*found, paint, clip)

    def cover(
        self, polygons: Sequence[Sequence[Point]], window: Window, rule: FillRule = "nonzero"
    ) -> Mask | None:
        """How much of each pixel polygons fill: a mask and its left and top, None for nothing."""
        polygons = [points for points in polygons if points]
        around = bounding_window(point for points in polygons for point in points)
        if around is None:
            return None
        left, top, right, bottom = overlap(around, window)
        if left >= right or top >= bottom:
            return None
        width, height = right - left, bottom - top
        cost = sum(_cost(points, width, height) for points in polygons)
        cost += _COVERING + 4 * height
        self.budget.spend("outline pixels", cost)
        self.budget.spend("painted pixels", width * height)
        contours = [polygon([(x - left, y - top) for x, y in points]) for points in polygons]
        mask = coverage(contours, width, height, rule=rule, max_cells=2 * cost + 1000)
        return Image.frombytes("L", (width, height), bytes(mask)), left, top

    def paint(self, mask: Image.Image, left: int, top: int, paint: Paint, clip: Clip) -> None:
        """Lay a colour or shading over the picture, as thick as the mask is."""
        window = self._window(clip, (left, top, left + mask.width, top + mask.height))
        if window is None:
            return
        self.budget.spend("painted pixels", mask.width * mask.height)
        if isinstance(paint, Shading):
            colours = gradients.painted(paint, window, self.budget)
            mask = self._masked(mask, left, top, window, clip)
            mask = ImageChops.multiply(mask, colours.getchannel("A"))
            self.image.paste(colours.convert("RGB"), self._local(window), mask)
            return
        if paint[3] != 255:
            mask = faded(mask, paint[3])
        mask = self._masked(mask, left, top, window, clip)
        self.image.paste(paint[:3], self._local(window), mask)

    def place(self, picture: Image.Image, matrix: Matrix, clip: Clip, *, alpha: int = 255) -> None:
        """Draw an RGBA picture that fills the unit square under ``matrix``."""
        if not is_usable(matrix):
            return
        upright = matrix[1] == matrix[2] == 0 and matrix[0] > 0 and matrix[3] > 0
        corners = [apply(matrix, corner) for corner in ((0, 0), (1, 0), (1, 1), (0, 1))]
        around = _nearest_window(corners) if upright else bounding_window(corners)
        window = self._window(clip, around) if around is not None else None
        if around is None or window is None:
            return
        size = (window[2] - window[0], window[3] - window[1])
        self.budget.spend("painted pixels", picture.width * picture.height + 4 * size[0] * size[1])
        piece = _stretched(picture, around, window) if upright else _warped(picture, matrix, window)
        shown = piece.getchannel("A")
        if alpha != 255:
            shown = faded(shown, alpha)
        shown = self._masked(shown, window[0], window[1], window, clip)
        self.image.paste(piece.convert("RGB"), self._local(window), shown)

    def _window(self, clip: Clip, around: Window) -> Window | None:
        """What of a window shows on this canvas; None for nothing."""
        window = overlap(overlap(self.clip.window, clip.window), around)
        return window if window[0] < window[2] and window[1] < window[3] else None

    def _local(self, window: Window) -> Window:
        return _shifted(window, *self.clip.window[:2])

    def _masked(
        self, mask: Image.Image, left: int, top: int, window: Window, clip: Clip
    ) -> Image.Image:
        """The part of ``mask`` in ``window``, thinned by the regions of the clip."""
        if window != (left, top, left + mask.width, top + mask.height):
            mask = mask.crop(_shifted(window, left, top))
        for areas in clip.regions:
            other, other_left, other_top = self.masks.region(areas, self)
            self.budget.spend("painted pixels", mask.width * mask.height)
            mask = ImageChops.multiply(mask, other.crop(_shifted(window, other_left, other_top)))
        return mask


def faded(mask: Image.Image, alpha: int) -> Image.Image:
    """The mask at ``alpha`` of its strength."""
    return mask.point([(value * alpha + 127) // 255 for value in range(256)])


def _nearest_window(points: Sequence[Point]) -> Window | None:
    """Whole pixels nearest to an upright box, at least one each way."""
    if bounding_window(points) is None:
        return None
    (x0, y0), _, (x1, y1), _ = points
    left, top = round(x0), round(y0)
    return (left, top, max(round(x1), left + 1), max(round(y1), top + 1))


def _shifted(window: Window, left: int, top: int) -> Window:
    return (window[0] - left, window[1] - top, window[2] - left, window[3] - top)


def _cost(points: Sequence[Point], width: int, height: int) -> int:
    """About how many pixels the sides of a polygon cross in a picture of that size."""
    total = 0.0
    x0, y0 = points[-1]
    for x, y in points:
        total += 2 + min(abs(x - x0), width) + min(abs(y - y0), height)
        x0, y0 = x, y
    return int(total)


def _stretched(picture: Image.Image, around: Window, window: Window) -> Image.Image:
    """The part of the picture that lies in ``window`` when all of it fills ``around``."""
    across = picture.width / (around[2] - around[0])
    down = picture.height / (around[3] - around[1])
    box = (
        (window[0] - around[0]) * across,
        (window[1] - around[1]) * down,
        (window[2] - around[0]) * across,
        (window[3] - around[1]) * down,
    )
    size = (window[2] - window[0], window[3] - window[1])
    shrinks = across > 1 or down > 1
    how = Image.Resampling.BOX if shrinks else Image.Resampling.BICUBIC
    # Rounding may put the last corner a hair outside, which PIL refuses.
    right, bottom = min(box[2], picture.width), min(box[3], picture.height)
    return picture.resize(size, how, box=(box[0], box[1], right, bottom))


def _warped(picture: Image.Image, matrix: Matrix, window: Window) -> Image.Image:
    """The picture under ``matrix``, cut to ``window``."""
    a, b, c, d, e, f = matrix
    shrink = math.floor(min(picture.width / math.hypot(a, b), picture.height / math.hypot(c, d)))
    width, height = float(picture.width), float(picture.height)
    if shrink > 1:
        shrink = min(shrink, picture.width, picture.height)
        picture = picture.reduce(shrink)
        width, height = width / shrink, height / shrink
    whole = determinant(matrix)
    e, f = e - window[0], f - window[1]
    # Back from the pixel to the unit square, and on to the picture's own pixels.
    back = (
        d / whole * width,
        -c / whole * width,
        (c * f - d * e) / whole * width,
        -b / whole * height,
        a / whole * height,
        (b * e - a * f) / whole * height,
    )
    size = (window[2] - window[0], window[3] - window[1])
    return picture.transform(
        size,
        Image.Transform.AFFINE,
        back,
        resample=Image.Resampling.BILINEAR,
        fillcolor=_TRANSPARENT,
    )
