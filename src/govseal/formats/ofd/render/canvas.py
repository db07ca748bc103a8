"""The picture of a page while it is drawn: fills, masks and images, each cut to a clip."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops

from govseal.formats.ofd.render.budget import Budget, check_size
from govseal.formats.ofd.render.values import apply, determinant, is_usable
from govseal.seal.drawing.paths import Colour, FillRule, Matrix, Point, polygon
from govseal.seal.drawing.raster import coverage

WHITE = (255, 255, 255)

# Where floats still resolve a fraction of a pixel with room to spare.
_FARTHEST_PX = 1e8
# What even the smallest outline costs, in outline pixels.
_COVERING = 300
_TRANSPARENT = (0, 0, 0, 0)

Window = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Clip:
    """Where drawing shows: a window in pixels (left, top, right, bottom), and masks in it."""

    window: Window
    masks: tuple[tuple[Image.Image, int, int], ...] = ()
    """Each with its left and top; all of them hold, and nothing shows outside of any."""

    def within(self, window: Window) -> Clip:
        """The part of this clip inside ``window``."""
        return Clip(overlap(self.window, window), self.masks)

    def masked(self, mask: Image.Image, left: int, top: int) -> Clip:
        """The part of this clip under ``mask``."""
        window = overlap(self.window, (left, top, left + mask.width, top + mask.height))
        return Clip(window, (*self.masks, (mask, left, top)))

    @property
    def is_empty(self) -> bool:
        """Whether nothing shows at all."""
        left, top, right, bottom = self.window
        return left >= right or top >= bottom


class Canvas:
    """An RGB picture with a white ground; coordinates are pixels, y down."""

    def __init__(self, width: int, height: int, budget: Budget) -> None:
        check_size(width, height)
        budget.spend("painted pixels", width * height)
        self.image = Image.new("RGB", (width, height), WHITE)
        self.budget = budget
        self.clip = Clip((0, 0, width, height))
        """All of the picture."""

    def fill(
        self,
        polygons: Sequence[Sequence[Point]],
        colour: Colour,
        clip: Clip,
        rule: FillRule = "nonzero",
    ) -> None:
        """Fill polygons; those that lie absurdly far away are not drawn.

        Raises:
            LimitExceeded: the page's allowance is used up.
        """
        found = self.cover(polygons, clip.window, rule)
        if found is not None:
            self.paint(*found, colour, clip)

    def cover(
        self, polygons: Sequence[Sequence[Point]], window: Window, rule: FillRule = "nonzero"
    ) -> tuple[Image.Image, int, int] | None:
        """How much of each pixel polygons fill: a mask and its left and top, None for nothing.

        Raises:
            LimitExceeded: the page's allowance is used up.
        """
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

    def paint(self, mask: Image.Image, left: int, top: int, colour: Colour, clip: Clip) -> None:
        """Lay the colour over the picture, as thick as the mask is."""
        window = overlap(clip.window, (left, top, left + mask.width, top + mask.height))
        if window[0] >= window[2] or window[1] >= window[3]:
            return
        self.budget.spend("painted pixels", mask.width * mask.height)
        if colour[3] != 255:
            mask = faded(mask, colour[3])
        mask = self._masked(mask, left, top, window, clip)
        self.image.paste(colour[:3], window, mask)

    def place(
        self,
        picture: Image.Image,
        matrix: Matrix,
        clip: Clip,
        *,
        alpha: int = 255,
        multiply: bool = False,
    ) -> None:
        """Draw an RGBA picture that fills the unit square under ``matrix``.

        With ``multiply`` what lies below shines through and white leaves no trace (正片叠底).

        Raises:
            LimitExceeded: the page's allowance is used up.
        """
        if not is_usable(matrix):
            return
        upright = matrix[1] == matrix[2] == 0 and matrix[0] > 0 and matrix[3] > 0
        corners = [apply(matrix, corner) for corner in ((0, 0), (1, 0), (1, 1), (0, 1))]
        around = _nearest_window(corners) if upright else bounding_window(corners)
        if around is None:
            return
        window = overlap(clip.window, around)
        if window[0] >= window[2] or window[1] >= window[3]:
            return
        size = (window[2] - window[0], window[3] - window[1])
        self.budget.spend("painted pixels", picture.width * picture.height + 4 * size[0] * size[1])
        piece = _stretched(picture, around, window) if upright else _warped(picture, matrix, window)
        if multiply:
            ground = Image.new("RGBA", size, (*WHITE, 255))
            below = self.image.crop(window)
            ink = Image.alpha_composite(ground, piece).convert("RGB")
            colours, shown = ImageChops.multiply(below, ink), Image.new("L", size, 255)
        else:
            colours, shown = piece.convert("RGB"), piece.getchannel("A")
        if alpha != 255:
            shown = faded(shown, alpha)
        shown = self._masked(shown, window[0], window[1], window, clip)
        self.image.paste(colours, window, shown)

    def _masked(
        self, mask: Image.Image, left: int, top: int, window: Window, clip: Clip
    ) -> Image.Image:
        """The part of ``mask`` in ``window``, thinned by the masks of the clip."""
        if window != (left, top, left + mask.width, top + mask.height):
            mask = mask.crop(_shifted(window, left, top))
        for other, other_left, other_top in clip.masks:
            self.budget.spend("painted pixels", mask.width * mask.height)
            mask = ImageChops.multiply(mask, other.crop(_shifted(window, other_left, other_top)))
        return mask


def overlap(one: Window, other: Window) -> Window:
    """The window common to both; empty where right is not beyond left."""
    return (
        max(one[0], other[0]),
        max(one[1], other[1]),
        min(one[2], other[2]),
        min(one[3], other[3]),
    )


def bounding_window(points: Iterable[Point]) -> Window | None:
    """The pixels that the points enclose; None where there is no usable point."""
    xs, ys = [], []
    for x, y in points:
        # Written so that NaN is refused too.
        if not (-_FARTHEST_PX < x < _FARTHEST_PX and -_FARTHEST_PX < y < _FARTHEST_PX):
            return None
        xs.append(x)
        ys.append(y)
    if not xs:
        return None
    return (math.floor(min(xs)), math.floor(min(ys)), math.ceil(max(xs)), math.ceil(max(ys)))


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
