"""Whether two imprints are of the same seal: the electronic one and the one on file.

What is compared is the ink in millimetres, whatever the resolution, the ground and the colour. One
wrong digit is a thousandth of the ink of a seal; so what counts is not how much differs in all, but
how much differs where most does.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from govseal.errors import FormatError, UnsupportedFormat
from govseal.seal.drawing.raster import rasterise
from govseal.seal.drawing.svg import paths_from_svg
from govseal.seal.picture import MAX_MM, SealPicture
from govseal.seal.pixels import on_white, open_pixels

if TYPE_CHECKING:
    from PIL import Image

#: From this likeness on two imprints are alike. Measured on seals of 42 mm: cleaned scans of the
#: same seal (150 to 600 dpi, blurred by up to 0.17 mm, askew by a degree, pale ink, JPEG of quality
#: 50) reach 0.81 to 0.98; with one digit or one stroke of the name changed none exceeds 0.76.
ALIKE = 0.8

_PER_MM = 10
# The strokes of a smaller seal are finer, so its grid is too; that of a larger picture has an end.
_LEAST_PX, _MOST_PX = 420, 1000
# The side of the squares in which ink is compared: less than a digit is high.
_WINDOW_PX = 9
# Around the ink, so that nothing is lost when it is turned and shifted.
_MARGIN_PX = 20
# Paper lies askew on a scanner by so many degrees.
_ANGLES = tuple(step / 4 for step in range(-6, 7))
_SHIFTS = (-1, 0, 1)
_FINALISTS = 3
# Below this above the ground, of 255, nothing counts as ink when its darkness is measured.
_FAINTEST = 64


@dataclass(frozen=True, slots=True)
class ImprintComparison:
    """How far two imprints are the same; whether that is enough is for a person to confirm."""

    is_identical: bool
    """The same bytes, of the same size in millimetres."""
    likeness: float
    """From 1 for the same ink to 0; see :func:`compare_imprints`."""

    @property
    def is_alike(self) -> bool:
        """Whether the likeness reaches :data:`ALIKE`."""
        return self.likeness >= ALIKE


def compare_imprints(one: SealPicture, other: SealPicture) -> ImprintComparison:
    """How far the imprints on two pictures are the same (晋市政办〔2022〕29号, e-seals, article 6).

    Both are drawn in grey at 10 pixels to the millimetre by their declared sizes (more to be 420
    pixels wide, less not to exceed 1000), laid upon each other by the boxes of their ink, turned by
    up to 1.5 degrees and shifted by up to a pixel to where they fit best. Unmatched is by how much
    a pixel of either is darker than the darkest of the other within one pixel. The likeness is 1
    less the greatest mean of what is unmatched in any square of 9 pixels, as part of solid ink.

    Raises:
        UnsupportedFormat: An OFD (unless the bytes are the same), an SVG of more than outlines, or
            no picture at all.
        FormatError: A picture is damaged, has no size, or shows nothing.
        LimitExceeded: A picture is too large.
    """
    sizes = [(picture.width_mm, picture.height_mm) for picture in (one, other)]
    if not all(0 < side <= MAX_MM for size in sizes for side in size):
        raise FormatError("a picture has no size that a seal has", part="picture")
    if one.data == other.data and sizes[0] == sizes[1]:
        return ImprintComparison(is_identical=True, likeness=1.0)
    longest = max(*sizes[0], *sizes[1])
    per_mm = max(_LEAST_PX, min(_MOST_PX, _PER_MM * longest)) / longest
    first, second = _on_one_grid([_ink(one, per_mm), _ink(other, per_mm)])
    return ImprintComparison(is_identical=False, likeness=_likeness(first, second))


def _ink(picture: SealPicture, per_mm: float) -> Image.Image:
    """The ink of a picture in grey, cut to its box: 0 for the ground, 255 for solid ink."""
    from PIL import Image, ImageChops, ImageFilter  # noqa: PLC0415  heavy

    width, height = round(picture.width_mm * per_mm), round(picture.height_mm * per_mm)
    kind = picture.kind
    if kind == "ofd":
        raise UnsupportedFormat("OFD pictures are compared by their bytes only", part="picture")
    if kind == "svg":
        paths = paths_from_svg(picture.data, width, height)
        if paths is None:
            raise UnsupportedFormat("the svg picture holds more than outlines", part="picture")
        page = rasterise(paths, width, height, background=(255, 255, 255, 255)).convert("RGB")
    else:
        pixels = on_white(open_pixels(picture.data))
        page = pixels.resize((width, height), Image.Resampling.BOX)
    red, green, blue = page.split()
    ink = _stretched(ImageChops.invert(ImageChops.darker(red, ImageChops.darker(green, blue))))
    solid = ink.point([255 * (value >= 128) for value in range(256)])
    box = solid.filter(ImageFilter.MedianFilter(3)).getbbox()
    if box is None:
        raise FormatError("the picture shows no imprint", part="picture")
    return ink.crop(box)


def _stretched(grey: Image.Image) -> Image.Image:
    """Grey from the shade of the ground to that which a quarter of the ink exceeds."""
    histogram = grey.histogram()
    ground = histogram.index(max(histogram))
    wanted = sum(histogram[ground + _FAINTEST :]) / 4
    solid = 255
    while solid > ground + _FAINTEST and sum(histogram[solid:]) < wanted:
        solid -= 1
    span = max(1, solid - ground)
    return grey.point(
        [max(0, min(255, round(255 * (value - ground) / span))) for value in range(256)]
    )


def _on_one_grid(inks: Sequence[Image.Image]) -> tuple[Image.Image, Image.Image]:
    """The two with their middles upon each other, on a ground that holds both."""
    from PIL import Image  # noqa: PLC0415  heavy

    size = tuple(max(ink.size[side] for ink in inks) + 2 * _MARGIN_PX for side in (0, 1))
    placed = []
    for ink in inks:
        ground = Image.new("L", (size[0], size[1]))
        ground.paste(ink, ((size[0] - ink.width) // 2, (size[1] - ink.height) // 2))
        placed.append(ground)
    return placed[0], placed[1]


def _likeness(first: Image.Image, second: Image.Image) -> float:
    """The likeness where the second fits best upon the first."""
    from PIL import Image, ImageChops, ImageStat  # noqa: PLC0415  heavy

    reach = _spread(first)
    turned = []
    for angle in _ANGLES:
        other = second.rotate(angle, Image.Resampling.BICUBIC)
        spread = _spread(other)
        left = ImageStat.Stat(_unmatched(first, reach, other, spread)).sum[0]
        turned.append((left, other, spread))
    turned.sort(key=lambda item: item[0])
    worst = 255
    for _, other, spread in turned[:_FINALISTS]:
        for x, y in itertools.product(_SHIFTS, repeat=2):
            moved = [ImageChops.offset(image, x, y) for image in (other, spread)]
            worst = min(worst, _greatest(_unmatched(first, reach, *moved)))
    return 1 - worst / 255


def _spread(ink: Image.Image) -> Image.Image:
    """Every pixel as dark as the darkest within one pixel."""
    from PIL import ImageFilter  # noqa: PLC0415  heavy

    return ink.filter(ImageFilter.MaxFilter(3))


def _unmatched(
    first: Image.Image, reach: Image.Image, second: Image.Image, spread: Image.Image
) -> Image.Image:
    """What of each is darker than anything of the other nearby."""
    from PIL import ImageChops  # noqa: PLC0415  heavy

    return ImageChops.lighter(
        ImageChops.subtract(first, spread), ImageChops.subtract(second, reach)
    )


def _greatest(unmatched: Image.Image) -> int:
    """The greatest mean of any square."""
    from PIL import ImageFilter  # noqa: PLC0415  heavy

    blurred = unmatched.filter(ImageFilter.BoxBlur(_WINDOW_PX // 2))
    return max(value for value, count in enumerate(blurred.histogram()) if count)
