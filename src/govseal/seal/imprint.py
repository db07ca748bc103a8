"""The imprint of a physical seal (印模), scanned from paper and cleaned.

The applicant hands in an imprint on white or yellowish paper. What is wanted of it is the ink
alone: pure red on transparent ground, cut to its box, with its size in millimetres. Red ink
reflects red and little else; paper and black text reflect all colours alike, whatever their
brightness. So the density of the ink is read from how far red exceeds the stronger one of green
and blue.

All work on many pixels is done by Pillow, channel by channel: A4 at 600 dpi has 35 million.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from govseal.errors import LimitExceeded, SealError, UnsupportedFormat
from govseal.seal.drawing.paths import RED
from govseal.seal.drawing.png import encode_png
from govseal.seal.picture import SPECIMEN_MARK, SealPicture
from govseal.seal.pixels import guarded, on_white, open_pixels

if TYPE_CHECKING:
    from PIL import Image

MAX_BYTES = 128 * 1024 * 1024
MIN_DPI = 150
_LARGEST_DPI = 10_000
MIN_MM, MAX_MM = 8.0, 150.0
#: By how much the sides of a round imprint may differ.
ROUNDNESS = 0.03

_MM_PER_INCH = 25.4
_Box = tuple[int, int, int, int]
# A pixel is taken for ink when its redness exceeds that of the paper by this much of 255.
_FAINTEST = 32
# The page is looked over in squares, so many along its longer side; this much of one must be ink.
_CELLS = 200
_CELL_INK = 0.06
# Beside the imprint there may be red that is smaller than this part of its box, such as letters.
_STRAY = 0.25
# Fewer squares than that are dust, or noise of the scanner.
_LEAST_CELLS = 4
# Around the box of squares, before it is measured by the pixel.
_MARGIN_CELLS = 3
# The density of solid ink is that which a quarter of the ink exceeds; thin strokes have less.
_SOLID_SHARE = 0.25
# Half of the ink's density is where its edge lies; the shades beside it are smoothing, or noise.
_EDGE = (0.25, 0.75)
# Between these parts of the redness of solid ink a pixel begins to count as red.
_REDDISH = (0.15, 0.35)
# Between these values of red, black text ends and ink begins.
_BRIGHT = (64.0, 128.0)
# Below this all three channels are dark: black text, which the ink under it does not show through.
_DARK = 96
# What seals are drawn with; more of it shows the paper's fibres.
_OUTPUT_DPI = 600


@dataclass(frozen=True, slots=True)
class Imprint:
    """A cleaned imprint and what was measured on it."""

    png: bytes = field(repr=False)
    """Pure red (#FF0000), transparent where there is no ink, cut to the box of the ink."""
    width_mm: int
    """In whole millimetres, as a seal declares it; equal to ``height_mm`` for a round imprint."""
    height_mm: int
    exact_width_mm: float
    exact_height_mm: float
    dpi: float
    """The resolution of ``png``."""
    ink_pixels: int
    """How many of its pixels are ink, at least by half."""
    dark_pixels: int
    """How many within its box were black or dark, text over the imprint, and are gaps now."""
    stray_areas: int
    """How many smaller red areas elsewhere on the page were left out."""

    def picture(self) -> SealPicture:
        """The imprint as the picture of a seal."""
        return SealPicture("PNG", self.png, self.width_mm, self.height_mm)


def clean_imprint(
    data: bytes,
    *,
    dpi: float | None = None,
    size_mm: tuple[float, float] | None = None,
    is_round: bool = True,
) -> Imprint:
    """The red imprint on a scanned page: a PNG or JPEG in colours, the imprint in any place on it.

    Args:
        data: the file.
        dpi: the resolution of the scan, in place of the one that the file states.
        size_mm: width and height of the imprint as measured on paper, in place of a resolution.
        is_round: whether the imprint is round, and so has to be as wide as high within 3 %.

    Raises:
        UnsupportedFormat: Neither PNG nor JPEG.
        LimitExceeded: More than 128 MiB, or more than 40 million pixels.
        FormatError: The file is damaged.
        SealError: ``E_IMPRINT_DPI``, nothing says how large a pixel is; ``E_IMPRINT_RESOLUTION``,
            below 150 dpi; ``E_IMPRINT_EMPTY``, no red ink; ``E_IMPRINT_SEVERAL``, more than one
            imprint; ``E_IMPRINT_CUT``, the ink reaches the edge of the page;
            ``E_IMPRINT_DISTORTED``, wider than high or the other way round;
            ``E_IMPRINT_SIZE``, not within 8 to 150 mm; ``E_SPECIMEN``, marked as a specimen.
        ValueError: Both ``dpi`` and ``size_mm``, or one of them out of range.
    """
    _check_arguments(dpi, size_mm)
    page, resolution = _open(data)
    if dpi is not None:
        resolution = (dpi, dpi)
    if size_mm is None:
        _sufficient(resolution)  # before the work on the pixels
    redness = _redness(page)
    histogram = redness.histogram()
    faintest = histogram.index(max(histogram)) + _FAINTEST
    around, strays = _find(redness, faintest)
    page = page.crop(around)
    ink = _density(page, redness.crop(around), faintest)
    box = _ink_box(ink)
    edges = (around[0] + box[0], around[1] + box[1], around[0] + box[2], around[1] + box[3])
    if min(edges[:2]) <= 1 or edges[2] >= redness.width - 1 or edges[3] >= redness.height - 1:
        raise SealError("the imprint reaches the edge of the scan", code="E_IMPRINT_CUT")
    pixels = (box[2] - box[0], box[3] - box[1])
    if size_mm is not None:
        if is_round:
            _check_roundness(*pixels)
        resolution = _resolution_of(pixels, size_mm)
    ink = ink.crop(box)
    dark = _dark(page.crop(box), ink)
    return _measured(ink, dark, _sufficient(resolution), strays, is_round=is_round)


def _check_arguments(dpi: float | None, size_mm: tuple[float, float] | None) -> None:
    if dpi is not None and size_mm is not None:
        raise ValueError("either the resolution or the size is given, not both")
    if dpi is not None and not 1 <= dpi <= _LARGEST_DPI:
        raise ValueError(f"a scan has 1 to {_LARGEST_DPI} dpi, not {dpi}")
    if size_mm is not None and not all(MIN_MM <= side <= MAX_MM for side in size_mm):
        raise ValueError(f"an imprint is {MIN_MM:g} to {MAX_MM:g} mm wide and high")


def _open(data: bytes) -> tuple[Image.Image, tuple[float, float] | None]:
    """The page in RGB, upright as its file says, and its resolution if that is stated."""
    if len(data) > MAX_BYTES:
        message = "the scan is too large"
        raise LimitExceeded(message, limit=MAX_BYTES, found=len(data), part="scan")
    if SealPicture("", data[:16], 0, 0).kind not in ("png", "jpeg"):
        raise UnsupportedFormat("a scan is a PNG or a JPEG", part="scan")
    if SPECIMEN_MARK in data:
        raise SealError("a specimen is no imprint of a seal", code="E_SPECIMEN")
    from PIL import ImageOps  # noqa: PLC0415  heavy

    picture = open_pixels(data)
    resolution = _stated_resolution(picture.info.get("dpi"))
    with guarded():
        upright = ImageOps.exif_transpose(picture)
    if upright.size != picture.size and resolution is not None:
        resolution = (resolution[1], resolution[0])
    return on_white(upright), resolution


def _stated_resolution(found: object) -> tuple[float, float] | None:
    """The resolution that Pillow read from the file; None for none, and for nonsense."""
    if not isinstance(found, tuple) or len(found) != 2:
        return None
    x, y = (float(value) for value in found)
    # Written so that NaN is refused too.
    return (x, y) if 1 <= x <= _LARGEST_DPI and 1 <= y <= _LARGEST_DPI else None


def _sufficient(resolution: tuple[float, float] | None) -> tuple[float, float]:
    """The resolution, if it is known and high enough."""
    if resolution is None:
        message = "the scan does not state its resolution; give the resolution or the size"
        raise SealError(message, code="E_IMPRINT_DPI")
    if min(resolution) < MIN_DPI - 0.5:  # files state whole pixels per metre
        message = f"an imprint is scanned at {MIN_DPI} dpi or more, not {min(resolution):.0f}"
        raise SealError(message, code="E_IMPRINT_RESOLUTION")
    return resolution


def _check_roundness(width: float, height: float) -> None:
    if abs(width - height) > ROUNDNESS * max(width, height):
        message = f"a round imprint of {width:.4g} by {height:.4g} is distorted"
        raise SealError(message, code="E_IMPRINT_DISTORTED")


def _resolution_of(pixels: tuple[int, int], size_mm: tuple[float, float]) -> tuple[float, float]:
    x, y = (count / side * _MM_PER_INCH for count, side in zip(pixels, size_mm, strict=True))
    return (x, y)


def _redness(page: Image.Image) -> Image.Image:
    """By how much red exceeds the stronger one of green and blue, 0…255."""
    from PIL import ImageChops  # noqa: PLC0415  heavy

    red, green, blue = page.split()
    return ImageChops.subtract(red, ImageChops.lighter(green, blue))


def _find(redness: Image.Image, faintest: int) -> tuple[_Box, int]:
    """The part of the page around the imprint, and how many smaller red areas there are beside.

    Raises:
        SealError: ``E_IMPRINT_EMPTY``, ``E_IMPRINT_SEVERAL``.
    """
    cell = max(1, max(redness.size) // _CELLS)
    inked = redness.point([255 * (value >= faintest) for value in range(256)])
    boxes = _areas(inked.reduce(cell).point([value >= 255 * _CELL_INK for value in range(256)]))
    if not boxes:
        raise _empty()
    largest = max(boxes, key=_area)
    rest = [box for box in boxes if box != largest]
    # What lies in the ring belongs to the imprint, whether it touches it or not.
    while inside := [box for box in rest if _overlap(box, largest)]:
        for box in inside:
            largest = _union(largest, box)
        rest = [box for box in rest if box not in inside]
    if any(_area(box) > _STRAY * _area(largest) for box in rest):
        raise SealError("there is more than one imprint in the scan", code="E_IMPRINT_SEVERAL")
    left, top, right, bottom = largest
    around = (
        max(0, (left - _MARGIN_CELLS) * cell),
        max(0, (top - _MARGIN_CELLS) * cell),
        min(redness.width, (right + _MARGIN_CELLS) * cell),
        min(redness.height, (bottom + _MARGIN_CELLS) * cell),
    )
    return around, len(rest)


def _areas(cells: Image.Image) -> list[_Box]:
    """The boxes of what hangs together: cells of 1 that are at most one cell apart."""
    from PIL import ImageFilter  # noqa: PLC0415  heavy

    width, height = cells.size
    inked = cells.tobytes()
    unseen = bytearray(cells.filter(ImageFilter.MaxFilter(3)).tobytes())
    boxes = []
    start = unseen.find(1)
    while start >= 0:
        unseen[start] = 0
        found = [start]
        for place in found:  # grows on the way
            found.extend(_neighbours(unseen, place, width, height))
        ink = [divmod(place, width) for place in found if inked[place]]
        if len(ink) >= _LEAST_CELLS:
            rows, columns = [row for row, _ in ink], [column for _, column in ink]
            boxes.append((min(columns), min(rows), max(columns) + 1, max(rows) + 1))
        start = unseen.find(1, start)
    return boxes


def _neighbours(unseen: bytearray, place: int, width: int, height: int) -> list[int]:
    """The cells beside one that were not met before; from now on they were."""
    row, column = divmod(place, width)
    found = []
    for down in range(max(0, row - 1), min(height, row + 2)):
        for across in range(max(0, column - 1), min(width, column + 2)):
            neighbour = down * width + across
            if unseen[neighbour]:
                unseen[neighbour] = 0
                found.append(neighbour)
    return found


def _area(box: _Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def _overlap(one: _Box, other: _Box) -> bool:
    across = one[0] < other[2] and other[0] < one[2]
    return across and one[1] < other[3] and other[1] < one[3]


def _union(one: _Box, other: _Box) -> _Box:
    left, top = min(one[0], other[0]), min(one[1], other[1])
    return (left, top, max(one[2], other[2]), max(one[3], other[3]))


def _empty() -> SealError:
    return SealError("there is no red imprint in the scan", code="E_IMPRINT_EMPTY")


def _density(page: Image.Image, redness: Image.Image, faintest: int) -> Image.Image:
    """How dense the ink is, from 0 for paper to 255 for solid ink.

    Redness tells ink from paper and from black; but a JPEG keeps it at half of the resolution only.
    Where there is ink, green tells how much, at all of it.
    """
    from PIL import ImageChops, ImageFilter  # noqa: PLC0415  heavy

    red, green, _ = page.split()
    solid = _exceeded_by(_SOLID_SHARE, redness.histogram(), faintest)
    nearby = redness.filter(ImageFilter.MaxFilter(3))
    is_red = _ramp(nearby, *_between(faintest - _FAINTEST, solid, _REDDISH))
    inked = redness.point([255 * (value >= faintest) for value in range(256)])
    darkness = ImageChops.invert(green)
    beside = darkness.histogram(ImageChops.invert(inked))
    paper = beside.index(max(beside))
    solid = _exceeded_by(_SOLID_SHARE, darkness.histogram(inked), paper)
    is_dense = _ramp(darkness, *_between(paper, solid, _EDGE))
    is_bright = _ramp(red, *_BRIGHT)
    return ImageChops.darker(is_dense, ImageChops.darker(is_red, is_bright))


def _between(low: int, high: int, parts: tuple[float, float]) -> tuple[float, float]:
    return (low + parts[0] * (high - low), low + parts[1] * (high - low))


def _ramp(channel: Image.Image, clear: float, solid: float) -> Image.Image:
    """The channel stretched so that ``clear`` becomes 0 and ``solid`` 255."""
    span = max(1.0, solid - clear)
    return channel.point(
        [max(0, min(255, round(255 * (value - clear) / span))) for value in range(256)]
    )


def _exceeded_by(share: float, histogram: Sequence[int], start: int) -> int:
    """The value that ``share`` of the pixels of ``start`` and more exceed."""
    wanted = share * sum(histogram[start:])
    above = 0
    for value in range(255, start, -1):
        above += histogram[value]
        if above >= wanted:
            return value
    return start


def _ink_box(ink: Image.Image) -> _Box:
    """The box of the ink, without single pixels of dust."""
    from PIL import ImageFilter  # noqa: PLC0415  heavy

    solid = ink.point([255 * (value >= 128) for value in range(256)])
    box = solid.filter(ImageFilter.MedianFilter(3)).getbbox()
    if box is None:
        raise _empty()
    return box


def _dark(page: Image.Image, ink: Image.Image) -> int:
    """How many pixels are dark and no ink."""
    from PIL import ImageChops  # noqa: PLC0415  heavy

    red, green, blue = page.split()
    brightest = ImageChops.lighter(red, ImageChops.lighter(green, blue))
    shown = ImageChops.lighter(brightest, ink)
    return sum(shown.histogram()[:_DARK])


def _measured(
    ink: Image.Image,
    dark_pixels: int,
    resolution: tuple[float, float],
    stray_areas: int,
    *,
    is_round: bool,
) -> Imprint:
    """The imprint in millimetres, and as a file."""
    from PIL import Image  # noqa: PLC0415  heavy

    across, down = ink.width / resolution[0], ink.height / resolution[1]
    width, height = across * _MM_PER_INCH, down * _MM_PER_INCH
    if not all(MIN_MM <= side <= MAX_MM for side in (width, height)):
        message = f"an imprint is {MIN_MM:g} to {MAX_MM:g} mm, not {width:.1f} by {height:.1f}"
        raise SealError(message, code="E_IMPRINT_SIZE")
    whole = (round(width), round(height))
    if is_round:
        _check_roundness(width, height)
        whole = (round((width + height) / 2),) * 2
    dpi = min(_OUTPUT_DPI, round(max(resolution)))
    size = (round(across * dpi), round(down * dpi))
    if size != ink.size:
        ink = ink.resize(size, Image.Resampling.BOX)
    return Imprint(
        png=encode_png(ink.tobytes(), *size, RED, dpi),
        width_mm=whole[0],
        height_mm=whole[1],
        exact_width_mm=width,
        exact_height_mm=height,
        dpi=dpi,
        ink_pixels=sum(ink.histogram()[128:]),
        dark_pixels=dark_pixels,
        stray_areas=stray_areas,
    )
