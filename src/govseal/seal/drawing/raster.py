"""Filling outlines with pixels: exact area coverage, one scan line at a time.

Each edge adds its signed share of the pixels that it crosses to a sparse table; the running sum
along a line is the winding number, averaged over the pixel. So the cost follows the length of the
outlines and not the area, and the edges are smooth without drawing anything twice. (Where outlines
of one path overlap, a pixel on the edge of one of them may come out a shade too dark.)
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from govseal.errors import FormatError, LimitExceeded
from govseal.seal.drawing.paths import Colour, Contour, FillRule, Matrix, Path, Point

if TYPE_CHECKING:
    from PIL import Image

MAX_PIXELS = 64_000_000
MAX_CELLS = 8_000_000

# Flattened curves stay within this part of a pixel.
_TOLERANCE_PX = 0.02
# Where floats still resolve a fraction of a pixel with room to spare.
_FARTHEST_PX = 1e9

_Rows = list[dict[int, float]]
_Edge = tuple[float, float, float, float]


def coverage(
    contours: Iterable[Contour],
    width_px: int,
    height_px: int,
    *,
    rule: FillRule = "nonzero",
    max_cells: int = MAX_CELLS,
) -> bytearray:
    """How much of each pixel the contours fill: one byte per pixel (0…255), row by row.

    Contours are in pixels, y down; what lies outside the area is cut off.

    Raises:
        ValueError: The area is empty.
        LimitExceeded: More than 64 million pixels, or outlines that cross more than
            ``max_cells`` of them.
        FormatError: A coordinate is not a number, or absurdly far away.
    """
    _check_area(width_px, height_px)
    rows: _Rows = [{} for _ in range(height_px)]
    budget = max_cells
    for contour in contours:
        _check_points(itertools.chain((contour.start,), *contour.segments))
        last = contour.segments[-1][-1] if contour.segments else contour.start
        for point in contour.corners(_TOLERANCE_PX):
            budget -= _add_edge(rows, last, point, width_px)
            if budget < 0:
                message = f"the outlines cross more than {max_cells} pixels"
                raise LimitExceeded(message, limit=max_cells, found=max_cells - budget)
            last = point
    pixels = bytearray(width_px * height_px)
    fold = _fold_evenodd if rule == "evenodd" else _fold_nonzero
    for y, cells in enumerate(rows):
        if cells:
            _fill_row(pixels, y * width_px, width_px, fold(cells))
    return pixels


def merged_coverage(paths: Iterable[Path], width_px: int, height_px: int) -> bytearray:
    """How much of each pixel any of the paths fills, each by its own rule; as ``coverage``.

    Raises:
        ValueError: The area is empty.
        LimitExceeded: The area or the outlines of a path are too large.
        FormatError: A coordinate is not a number, or absurdly far away.
    """
    _check_area(width_px, height_px)
    pixels = bytearray(width_px * height_px)
    for path in paths:
        window = _window(path, width_px, height_px)
        if window is None:
            continue
        left, top, right, bottom = window
        shifted = path.transformed((1.0, 0.0, 0.0, 1.0, float(-left), float(-top)))
        across = right - left
        mask = coverage(shifted.contours, across, bottom - top, rule=path.rule)
        for row in range(bottom - top):
            line = mask[row * across : (row + 1) * across]
            start = (top + row) * width_px + left
            below = pixels[start : start + across]
            pixels[start : start + across] = bytes(map(max, line, below)) if any(below) else line
    return pixels


def rasterise(
    paths: Sequence[Path],
    width_px: int,
    height_px: int,
    scale: float = 1.0,
    *,
    matrix: Matrix | None = None,
    background: Colour | None = None,
    onto: Image.Image | None = None,
) -> Image.Image:
    """An RGBA picture of the paths, painted one over the other with smooth edges.

    ``scale`` is in pixels per unit of the paths; ``matrix`` is a full map to pixels and takes its
    place. The ground is transparent, or of the colour ``background``; or the paths are painted
    over ``onto`` (an RGBA picture of this size), which is changed and returned.

    Raises:
        ValueError: The area is empty, or ``onto`` is of another size or mode.
        LimitExceeded: The area or the outlines are too large.
        FormatError: A coordinate is not a number.
    """
    from PIL import Image  # noqa: PLC0415  heavy; a seal is drawn without it

    _check_area(width_px, height_px)
    if onto is None:
        onto = Image.new("RGBA", (width_px, height_px), background or (0, 0, 0, 0))
    elif onto.size != (width_px, height_px) or onto.mode != "RGBA":
        raise ValueError(f"onto must be an RGBA picture of {width_px} x {height_px} pixels")
    matrix = matrix or (scale, 0.0, 0.0, scale, 0.0, 0.0)
    for path in paths:
        _paint(onto, path.transformed(matrix))
    return onto


def _paint(image: Image.Image, path: Path) -> None:
    """Fill one path, in pixels, over the picture; only the part around it is touched."""
    from PIL import Image  # noqa: PLC0415  heavy; a seal is drawn without it

    window = _window(path, image.width, image.height)
    if window is None:
        return
    left, top, right, bottom = window
    shifted = path.transformed((1.0, 0.0, 0.0, 1.0, float(-left), float(-top)))
    size = (right - left, bottom - top)
    mask = coverage(shifted.contours, *size, rule=path.rule)
    alpha = path.colour[3]
    if alpha != 255:
        mask = mask.translate(bytes((value * alpha + 127) // 255 for value in range(256)))
    layer = Image.new("RGBA", size, (*path.colour[:3], 0))
    layer.putalpha(Image.frombytes("L", size, bytes(mask)))
    image.alpha_composite(layer, (left, top))


def _window(path: Path, width: int, height: int) -> tuple[int, int, int, int] | None:
    """The pixels (left, top, right, bottom) that the path can touch, or None."""
    # A Bézier curve stays within its control points: no need to flatten for this.
    points = [contour.start for contour in path.contours]
    points += [p for contour in path.contours for segment in contour.segments for p in segment]
    _check_points(points)
    if not points:
        return None
    left = max(0, math.floor(min(x for x, _ in points)))
    top = max(0, math.floor(min(y for _, y in points)))
    right = min(width, math.ceil(max(x for x, _ in points)))
    bottom = min(height, math.ceil(max(y for _, y in points)))
    return (left, top, right, bottom) if left < right and top < bottom else None


def _check_area(width_px: int, height_px: int) -> None:
    if width_px < 1 or height_px < 1:
        raise ValueError(f"no picture of {width_px} x {height_px} pixels")
    if width_px * height_px > MAX_PIXELS:
        message = f"a picture of {width_px} x {height_px} pixels is too large"
        raise LimitExceeded(message, limit=MAX_PIXELS, found=width_px * height_px)


def _check_points(points: Iterable[Point]) -> None:
    for x, y in points:
        # Written so that NaN is refused too.
        if not (-_FARTHEST_PX < x < _FARTHEST_PX and -_FARTHEST_PX < y < _FARTHEST_PX):
            raise FormatError("an outline has a coordinate that no picture can hold")


def _add_edge(rows: _Rows, start: Point, end: Point, width: int) -> int:
    """Add one edge, cut to the picture; returns how many pixels it crossed."""
    (x0, y0), (x1, y1) = start, end
    sign = 1.0
    if y0 > y1:
        x0, y0, x1, y1, sign = x1, y1, x0, y0, -1.0
    height = len(rows)
    if y0 == y1 or y1 <= 0 or y0 >= height or (x0 >= width and x1 >= width):
        return 1
    slope = (x1 - x0) / (y1 - y0)
    if y0 < 0:
        x0, y0 = x0 - slope * y0, 0.0
    if y1 > height:
        x1, y1 = x1 + slope * (height - y1), float(height)
    crossed = 0
    for piece in _cut_sides(x0, y0, x1, y1, float(width)):
        crossed += _walk(rows, piece, sign)
    return crossed


def _cut_sides(x0: float, y0: float, x1: float, y1: float, width: float) -> Iterator[_Edge]:
    """The edge in pieces within 0 ≤ x ≤ width.

    What lies left of the picture still winds around it, so it is moved onto its left edge; what
    lies right of it fills nothing and is left out.
    """
    cuts = [y0]
    if min(x0, x1) < 0 < max(x0, x1):
        cuts.append(y0 - x0 * (y1 - y0) / (x1 - x0))
    if min(x0, x1) < width < max(x0, x1):
        cuts.append(y0 + (width - x0) * (y1 - y0) / (x1 - x0))
    if len(cuts) == 1 and min(x0, x1) >= 0 and max(x0, x1) <= width:
        yield (x0, y0, x1, y1)
        return
    cuts.append(y1)
    cuts.sort()
    slope = (x1 - x0) / (y1 - y0)
    for ya, yb in itertools.pairwise(cuts):
        middle = x0 + slope * ((ya + yb) / 2 - y0)
        if ya < yb and middle < width:
            xa = min(max(x0 + slope * (ya - y0), 0.0), width)
            xb = min(max(x0 + slope * (yb - y0), 0.0), width)
            yield (xa, ya, xb, yb)


def _walk(rows: _Rows, edge: _Edge, sign: float) -> int:
    """Add a downward edge that lies within the picture, line by line."""
    x0, y0, x1, y1 = edge
    slope = (x1 - x0) / (y1 - y0)
    crossed = 0
    x, y = x0, y0
    last = min(int(y1), len(rows) - 1)
    for row in range(int(y0), last + 1):
        below = min(row + 1.0, y1)
        if below <= y:
            continue
        x_next = x1 if below == y1 else x0 + slope * (below - y0)
        crossed += _add_piece(rows[row], x, x_next, sign * (below - y))
        x, y = x_next, below
    return crossed


def _add_piece(cells: dict[int, float], xa: float, xb: float, cover: float) -> int:
    """Add a piece within one line: ``cover`` is its signed height.

    The table holds the steps of the running sum: a piece in the middle of pixel i covers half of
    it and all to the right, and so adds half at i and half at i + 1.
    """
    if xa > xb:
        xa, xb = xb, xa
    first, last = int(xa), int(xb)
    if first == last:
        share = (xa + xb) / 2 - first
        cells[first] = cells.get(first, 0.0) + cover * (1 - share)
        cells[first + 1] = cells.get(first + 1, 0.0) + cover * share
        return 1
    per_x = cover / (xb - xa)
    left = xa
    for column in range(first, last + 1):
        right = min(column + 1.0, xb)
        part = per_x * (right - left)
        share = (left + right) / 2 - column
        cells[column] = cells.get(column, 0.0) + part * (1 - share)
        cells[column + 1] = cells.get(column + 1, 0.0) + part * share
        left = right
    return last - first + 1


def _fold_nonzero(cells: dict[int, float]) -> list[tuple[int, int]]:
    """Where the coverage changes: (column, byte) from left to right."""
    total = 0.0
    steps = []
    for column in sorted(cells):
        total += cells[column]
        filled = -total if total < 0 else total
        steps.append((column, 255 if filled >= 1 else int(filled * 255 + 0.5)))
    return steps


def _fold_evenodd(cells: dict[int, float]) -> list[tuple[int, int]]:
    total = 0.0
    steps = []
    for column in sorted(cells):
        total += cells[column]
        # The distance to the nearest even number.
        filled = abs(total) % 2
        steps.append((column, int(min(filled, 2 - filled) * 255 + 0.5)))
    return steps


def _fill_row(pixels: bytearray, base: int, width: int, steps: list[tuple[int, int]]) -> None:
    """Write one line: each value holds from its column to the next."""
    ends = [column for column, _ in steps[1:]] + [width]
    for (column, value), end in zip(steps, ends, strict=True):
        if value and column < width:
            if end - column == 1:
                pixels[base + column] = value
            else:
                stop = min(end, width)
                pixels[base + column : base + stop] = bytes((value,)) * (stop - column)
