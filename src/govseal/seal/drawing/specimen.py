"""Specimens (样章): what is shown of a seal, so that nobody can carve or make one from it.

The rules for electronic seals of Heilongjiang forbid to carve a seal after the template, so what is
only shown is smaller, and marked in a way that is not a layer that could be taken off: lines and
the characters 样章 are cut out of the ink itself, and what lay under them is not in the file.

The files carry a mark besides (:data:`govseal.seal.picture.SPECIMEN_MARK`) by which
:func:`govseal.seal.picture.load_picture` refuses them. It does not outlive a screenshot or a
conversion; then the eye has to see what was drawn. And nothing keeps anybody from drawing a seal
anew after a specimen, as after any print of it.
"""

from __future__ import annotations

import io
import math
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal, NoReturn

from govseal.errors import SealError, UnsupportedFormat
from govseal.seal.drawing.drawing import Drawing
from govseal.seal.drawing.paths import RED, Box, Contour, Matrix, Path, Point, polygon
from govseal.seal.drawing.raster import coverage, rasterise
from govseal.seal.drawing.svg import paths_from_svg
from govseal.seal.picture import SPECIMEN_MARK, SealPicture
from govseal.seal.pixels import on_white, open_pixels

if TYPE_CHECKING:
    from PIL import Image

MAX_DPI = 150
#: The longer side of a reduced picture.
SIDE_PX = 150

_SCALE = 0.6
# All in parts of the shorter side.
_PITCH = 1 / 26
_CUT = 1 / 150
_HALO = 1 / 60
_LETTER = 0.34
_LETTER_GAP = 0.02
_TILT = math.radians(-24)
# Coarser than a seal is drawn, in millimetres: enough for the eye, not for an engraver.
_TOLERANCE_MM = 0.02
# Length, name and content of the header and its checksum, after the signature (ISO/IEC 15948).
_AFTER_HEADER = 8 + 25

_Stroke = tuple[float, float, float, float]
# 样 and 章 as the middle lines of their strokes, in a square of 20; no font is needed for them.
_STROKE_WIDTH = 1.7
_YANG: tuple[_Stroke, ...] = (
    (0.6, 6.0, 8.6, 6.0),
    (4.6, 0.6, 4.6, 19.6),
    (4.4, 6.6, 0.8, 13.2),
    (5.0, 8.2, 8.0, 11.6),
    (11.4, 0.8, 12.8, 4.0),
    (17.8, 0.6, 16.2, 4.0),
    (9.8, 5.2, 19.4, 5.2),
    (10.4, 9.8, 18.8, 9.8),
    (9.2, 14.4, 19.8, 14.4),
    (14.6, 5.2, 14.6, 19.6),
)
_ZHANG: tuple[_Stroke, ...] = (
    (10.0, 0.4, 10.0, 2.6),
    (2.4, 2.9, 17.6, 2.9),
    (6.2, 4.2, 7.0, 6.6),
    (13.8, 4.2, 13.0, 6.6),
    (0.6, 7.0, 19.4, 7.0),
    (4.2, 9.6, 4.2, 15.0),
    (3.4, 9.6, 16.6, 9.6),
    (15.8, 9.6, 15.8, 15.0),
    (4.2, 12.3, 15.8, 12.3),
    (4.2, 15.0, 15.8, 15.0),
    (0.6, 17.4, 19.4, 17.4),
    (10.0, 15.0, 10.0, 19.6),
)


class Specimen(Drawing):
    """A drawing that is only shown: it becomes SVG, PDF and coarse PNG, no picture of a seal."""

    __slots__ = ()

    dpi_range: ClassVar[tuple[int, int]] = (72, MAX_DPI)

    def to_svg(self) -> bytes:
        """The specimen as SVG 1.1, with the mark by which it is known."""
        declaration, _, rest = Drawing.to_svg(self).partition(b"\n")
        return declaration + b"\n<!-- " + SPECIMEN_MARK + b" -->\n" + rest

    def to_png(self, dpi: int = MAX_DPI) -> bytes:
        """The specimen as PNG of 72 to 150 dpi, with the mark by which it is known.

        Raises:
            ValueError: The resolution is out of range.
        """
        return _marked_png(Drawing.to_png(self, dpi))

    def to_ofd(self) -> NoReturn:
        """Refused: an OFD of a seal is of use as its picture only.

        Raises:
            SealError: ``E_SPECIMEN``.
        """
        _refuse()

    def specimen(self) -> Drawing:
        """Itself."""
        return self

    def picture(self, format: Literal["png", "svg", "ofd"] = "png", dpi: int = 600) -> NoReturn:  # noqa: A002, ARG002  the signature of every drawing
        """Refused.

        Raises:
            SealError: ``E_SPECIMEN``.
        """
        _refuse()


def specimen(drawing: Drawing) -> Specimen:
    """The drawing at 60 % of its size, cut by lines, with 样章 across it in its own colour."""
    width, height = (max(1, round(_SCALE * side)) for side in (drawing.width_mm, drawing.height_mm))
    scale = min(width / drawing.width_mm, height / drawing.height_mm)
    left = (width - scale * drawing.width_mm) / 2
    top = (height - scale * drawing.height_mm) / 2
    small: Matrix = (scale, 0.0, 0.0, scale, left, top)
    frame = _Frame(width, height)
    kept = frame.kept()
    paths = []
    for path in drawing.paths:
        cut = tuple(frame.cut(path.transformed(small).contours, kept))
        if cut:
            paths.append(Path(cut, path.colour, path.rule))
    paths.append(Path(tuple(frame.letters()), drawing.colour))
    return Specimen(tuple(paths), width, height)


def specimen_png(picture: SealPicture) -> bytes:
    """The picture of a seal as a PNG of at most 150 pixels on white, cut by lines and marked 样章.

    Raises:
        UnsupportedFormat: An OFD, an SVG of more than outlines, or no picture at all.
        LimitExceeded: More than 40 million pixels, or too many outlines.
        FormatError: The picture is damaged.
    """
    shown = reduce_picture(picture)
    width, height = shown.size
    frame = _Frame(width, height)
    kept = frame.rectangles(frame.kept())
    shown.paste("white", mask=_inverted(_mask(kept, width, height)))
    shown.paste(RED[:3], mask=_mask(frame.letters(), width, height))
    output = io.BytesIO()
    shown.save(output, "PNG")
    return _marked_png(output.getvalue())


def reduce_picture(picture: SealPicture) -> Image.Image:
    """The picture in RGB on white, its longer side at most 150 pixels, and not marked.

    For what shows it coarser still; :func:`specimen_png` is what may be handed out.

    Raises:
        UnsupportedFormat: An OFD, an SVG of more than outlines, or no picture at all.
        LimitExceeded: More than 40 million pixels, or too many outlines.
        FormatError: The picture is damaged.
    """
    from PIL import Image  # noqa: PLC0415  heavy

    if picture.kind == "svg":
        across, down = max(1, picture.width_mm), max(1, picture.height_mm)
        width, height = _reduced(across, down, SIDE_PX / max(across, down))
        paths = paths_from_svg(picture.data, width, height)
        if paths is None:
            raise UnsupportedFormat("the svg picture holds more than outlines", part="picture")
        return rasterise(paths, width, height, background=(255, 255, 255, 255)).convert("RGB")
    if picture.kind == "ofd":
        message = "an OFD is reduced by what draws its pages, not here"
        raise UnsupportedFormat(message, part="picture")
    large = on_white(open_pixels(picture.data))
    small = _reduced(*large.size, min(1.0, SIDE_PX / max(large.size)))
    return large.resize(small, Image.Resampling.LANCZOS)


def _reduced(width: int, height: int, scale: float) -> tuple[int, int]:
    return max(1, round(width * scale)), max(1, round(height * scale))


def _mask(contours: Iterable[Contour], width: int, height: int) -> Image.Image:
    from PIL import Image  # noqa: PLC0415  heavy

    return Image.frombytes("L", (width, height), bytes(coverage(contours, width, height)))


def _inverted(mask: Image.Image) -> Image.Image:
    return mask.point([255 - value for value in range(256)])


def _refuse() -> NoReturn:
    raise SealError("a specimen is no picture of a seal", code="E_SPECIMEN")


def _marked_png(png: bytes) -> bytes:
    """The PNG with a line of text (tEXt) that says what it is."""
    content = b"tEXtComment\0" + SPECIMEN_MARK
    chunk = struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))
    return png[:_AFTER_HEADER] + chunk + png[_AFTER_HEADER:]


class _Frame:
    """The area of a specimen and its tilted grid, whose x axis runs along the lines."""

    def __init__(self, width: float, height: float) -> None:
        self._unit = min(width, height)
        self._reach = math.hypot(width, height) / 2
        cos, sin = math.cos(_TILT), math.sin(_TILT)
        x, y = width / 2, height / 2
        self._back: Matrix = (cos, sin, -sin, cos, x, y)
        self._to: Matrix = (cos, -sin, sin, cos, -x * cos - y * sin, x * sin - y * cos)

    def letters(self) -> Iterator[Contour]:
        """样章, each stroke a bar of one direction: where bars cross they stay filled."""
        return (polygon(bar).transformed(self._back) for bar in self._bars(0.0))

    def kept(self) -> list[Box]:
        """The parts of the grid in which ink stays: between the lines, and clear of the letters."""
        bars = list(self._bars(_HALO * self._unit))
        pitch, cut = _PITCH * self._unit, _CUT * self._unit
        count = math.ceil(self._reach / pitch)
        kept = []
        for number in range(-count, count):
            low, high = number * pitch + cut / 2, (number + 1) * pitch - cut / 2
            start = -self._reach
            for left, right in sorted(_spans(bars, low, high)):
                if left > start:
                    kept.append(Box(start, low, left, high))
                start = max(start, right)
            if start < self._reach:
                kept.append(Box(start, low, self._reach, high))
        return kept

    def rectangles(self, boxes: Iterable[Box]) -> Iterator[Contour]:
        """The boxes as outlines of the area."""
        for box in boxes:
            corners = [(box.x_min, box.y_min), (box.x_max, box.y_min)]
            corners += [(box.x_max, box.y_max), (box.x_min, box.y_max)]
            yield polygon(corners).transformed(self._back)

    def cut(self, contours: Iterable[Contour], boxes: Sequence[Box]) -> Iterator[Contour]:
        """What of the outlines lies in the boxes, as polygons of the area."""
        for contour in contours:
            points = contour.transformed(self._to).flatten(_TOLERANCE_MM)
            left, right = min(x for x, _ in points), max(x for x, _ in points)
            top, bottom = min(y for _, y in points), max(y for _, y in points)
            for box in boxes:
                is_apart = box.x_max <= left or box.x_min >= right
                if is_apart or box.y_max <= top or box.y_min >= bottom:
                    continue
                piece = _clipped(points, box)
                if len(piece) > 2:
                    yield polygon(piece).transformed(self._back)

    def _bars(self, margin: float) -> Iterator[list[Point]]:
        """The strokes of 样章 on the grid, rectangles that are wider by ``margin``."""
        side = _LETTER * self._unit
        scale = side / 20
        for letter, left in ((_YANG, -side - _LETTER_GAP * self._unit), (_ZHANG, 0.0)):
            shift = left + _LETTER_GAP * self._unit / 2
            for x0, y0, x1, y1 in letter:
                start = (shift + x0 * scale, y0 * scale - side / 2)
                end = (shift + x1 * scale, y1 * scale - side / 2)
                yield _bar(start, end, _STROKE_WIDTH * scale / 2 + margin, margin)


def _bar(start: Point, end: Point, half: float, margin: float) -> list[Point]:
    """A line as a rectangle: ``half`` to each side, and longer by ``margin`` at both ends."""
    length = math.dist(start, end)
    dx, dy = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    (x0, y0), (x1, y1) = start, end
    x0, y0, x1, y1 = x0 - dx * margin, y0 - dy * margin, x1 + dx * margin, y1 + dy * margin
    x, y = -dy * half, dx * half
    return [(x0 - x, y0 - y), (x1 - x, y1 - y), (x1 + x, y1 + y), (x0 + x, y0 + y)]


def _spans(bars: Iterable[list[Point]], low: float, high: float) -> Iterator[tuple[float, float]]:
    """From where to where the bars reach into the strip between two heights."""
    strip = Box(-math.inf, low, math.inf, high)
    for bar in bars:
        piece = _clipped(bar, strip)
        if piece:
            yield min(x for x, _ in piece), max(x for x, _ in piece)


def _clipped(points: list[Point], box: Box) -> list[Point]:
    """A polygon cut to a box (Sutherland and Hodgman), side by side.

    What winds around a point in the box does so as before; along the sides of the box there may be
    edges that lead forth and back and enclose nothing.
    """
    sides = ((0, 1.0, box.x_min), (0, -1.0, -box.x_max), (1, 1.0, box.y_min), (1, -1.0, -box.y_max))
    for axis, sign, limit in sides:
        if math.isinf(limit) or not points:
            continue
        kept: list[Point] = []
        before = points[-1]
        was = sign * before[axis] - limit
        for point in points:
            now = sign * point[axis] - limit
            if (now >= 0) != (was >= 0):
                part = was / (was - now)
                x = before[0] + part * (point[0] - before[0])
                y = before[1] + part * (point[1] - before[1])
                kept.append((x, y))
            if now >= 0:
                kept.append(point)
            before, was = point, now
        points = kept
    return points
