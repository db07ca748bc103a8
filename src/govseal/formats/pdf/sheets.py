"""Pages of a PDF to be taken over into another format: each as a picture and its text.

PDFium draws and reads them, pyHanko says what would be lost: a form in XFA, an unreadable part.
"""

from __future__ import annotations

import array
import io
import math
from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader

from govseal.errors import FormatError, LimitExceeded, UnsupportedFormat
from govseal.formats.limits import DEFAULT_LIMITS, Limits
from govseal.formats.lines import is_wide
from govseal.formats.pdf.document import PdfDocument
from govseal.formats.pdf.hooks import guarded
from govseal.formats.pdf.objects import value
from govseal.formats.pdf.pictures import (
    MAX_PIXELS,
    POINTS_PER_INCH,
    Painting,
    count_pages,
    paint,
)
from govseal.formats.pdf.places import UNITS_PER_MM, PageView
from govseal.formats.pdf.units import UserUnits
from govseal.formats.sheets import LOWEST_DPI, Drawing, Letter, from_line, onto_line, runs_of

# What a JPEG may have; a PNG may have a few more.
_MOST_SIDE = 65_000
_LEAST_SIDE_MM = 0.1
_MM_PER_INCH = 25.4
_FLOATS = 9
_LONGEST_TITLE = 200
_LEAST_MM = 0.01
# An em in heights of a box: between these it is believed, else taken to be this.
_LEAST_EM, _MOST_EM, _EM = 0.5, 25.0, 0.83
# In ems: how far a box may reach below its baseline and above it, and start behind its origin.
_DEEPEST, _HIGHEST = 0.5, 1.4
_BEARING, _WIDE_BEARING = 0.3, 0.9
_DESCENT = 0.14  # of a box that says nothing else


class PdfSheets:
    """A document whose pages are drawn and read one after the other.

    Raises:
        UnsupportedFormat: it is encrypted, or a form in XFA, which shows something else.
        FormatError: it cannot be read, or has no page.
        LimitExceeded: too many pages, or bytes.
    """

    def __init__(self, data: bytes, limits: Limits = DEFAULT_LIMITS) -> None:
        self._data = data
        self._limits = limits
        self._units = UserUnits(data)
        self.evidence = PdfDocument(data, limits).evidence()
        if self.evidence.problem is not None:
            raise self.evidence.problem
        self.title = self._read_title()
        self.count = count_pages(data, limits=limits)

    def draw(self, page: int, dpi: int) -> Drawing:
        """A page (from 1) at ``dpi``, or at less where it would have too many pixels.

        Raises:
            FormatError: the page cannot be read.
            LimitExceeded: it is too large for 72 dpi, has too many characters, or
                takes too long.
        """
        part = f"page {page}"
        unit = self._units.of(page)
        painting = self._paint(page, dpi * unit)
        if not painting.pixels:
            dpi = _lowered(dpi, painting, part)
            painting = self._paint(page, dpi * unit)
        view = _view(painting, unit, part)
        width, height = view.size_mm
        runs = runs_of(_letters(painting, view))
        return Drawing(width, height, dpi, painting.picture(), runs)

    def _paint(self, page: int, dots_per_unit: float) -> Painting:
        scale = dots_per_unit / POINTS_PER_INCH
        limits = self._limits
        most = limits.max_searched
        return paint(self._data, page, scale, limits, letters=most, max_side=_MOST_SIDE)

    def _read_title(self) -> str:
        """What the document says that it is called; empty where it does not.

        Raises:
            UnsupportedFormat: it is a form in XFA.
            FormatError: it cannot be read.
        """
        reader: Any = guarded(
            lambda: PdfFileReader(io.BytesIO(self._data), strict=False), "the file"
        )
        if guarded(lambda: "/XFA" in value(reader.root, "/AcroForm", {}), "the form"):
            message = "an XFA form shows something else than its pages, and is not converted"
            raise UnsupportedFormat(message)
        try:
            found = guarded(lambda: value(value(reader.trailer, "/Info", {}), "/Title"), "title")
        except FormatError:
            return ""
        text = found if isinstance(found, str) else ""
        shown = "".join(item for item in text if item.isprintable())
        return shown.strip()[:_LONGEST_TITLE]


def _lowered(dpi: int, painting: Painting, part: str) -> int:
    """A resolution at which the page has not too many pixels."""
    width, height = painting.width, painting.height
    factor = min(math.sqrt(MAX_PIXELS / (width * height)), _MOST_SIDE / max(width, height))
    lowered = math.floor(dpi * factor * 0.999)
    if lowered < LOWEST_DPI:
        wide, high = (round(side * _MM_PER_INCH / dpi) for side in (width, height))
        message = f"a page of {wide} x {high} mm is too large to be drawn at {LOWEST_DPI} dpi"
        found = round(width * height * (LOWEST_DPI / dpi) ** 2)
        raise LimitExceeded(message, limit=MAX_PIXELS, found=found, part=part)
    return lowered


def _view(painting: Painting, unit: float, part: str) -> PageView:
    """How PDFium shows the page."""
    if len(painting.box) != 4 or not all(map(math.isfinite, painting.box)):
        raise FormatError("the page does not say how it is shown", part=part)
    left, bottom, right, top = painting.box
    view = PageView((left, bottom, right, top), painting.turn % 360, UNITS_PER_MM / unit)
    if min(view.size_mm) < _LEAST_SIDE_MM:
        raise FormatError("the page has no area", part=part)
    return view


def _letters(painting: Painting, view: PageView) -> Iterator[Letter]:
    """The characters that lie on the page, as it is displayed; blanks are there to part words."""
    values = array.array("f")
    values.frombytes(painting.letters[: len(painting.letters) // 4 * 4])
    half = 0
    for at in range(0, len(values) - _FLOATS + 1, _FLOATS):
        first, *numbers = values[at : at + _FLOATS]
        if not (0 < first < 0x110000 and all(map(math.isfinite, numbers))):
            continue
        code = int(first)
        # What lies beyond the basic plane comes in halves, as in UTF-16.
        if half and 0xDC00 <= code < 0xE000:
            code = 0x10000 + (half - 0xD800 << 10) + code - 0xDC00
        half = code if 0xD800 <= code < 0xDC00 else 0
        character, is_drawn = chr(code), numbers[-1] > 0
        if character.isspace():
            yield Letter(" " if is_drawn else "", 0.0, 0.0, 0.0, 0.0)
        elif character.isprintable() and is_drawn:
            letter = _letter(character, numbers, view)
            if letter is not None:
                yield letter


def _letter(character: str, numbers: list[float], view: PageView) -> Letter | None:
    """A character with its place; None for one that does not show on the page."""
    left, bottom, right, top, angle, x, y, em = numbers
    turn = round((view.rotation + math.degrees(angle)) / 90) * 90 % 360
    corners = (view.displayed(left, top), view.displayed(right, bottom))
    rows = [onto_line(point, turn) for point in (*corners, view.displayed(x, y))]
    (start, end), (high, low) = (sorted(pair) for pair in zip(*rows[:2], strict=True))
    middle = from_line(((start + end) / 2, (high + low) / 2), turn)
    if not all(0 <= at <= side for at, side in zip(middle, view.size_mm, strict=True)):
        return None
    height, size, (origin, baseline) = low - high, em / view.units_per_mm, rows[2]
    # The box is that of the line, or in some fonts that of the ink: of a stroke, say.
    if not _LEAST_EM * height < size < _MOST_EM * height:
        size = _EM * height
    if not (low - _DEEPEST * size <= baseline <= high + _HIGHEST * size):
        baseline = low - _DESCENT * height  # of text that is set down the page
    bearing = _WIDE_BEARING if is_wide(character) else _BEARING
    if -_BEARING * size <= start - origin <= bearing * size:
        start = origin
    x_mm, y_mm = from_line((start, baseline), turn)
    if size < _LEAST_MM:
        return None
    return Letter(character, x_mm, y_mm, end - start, size, turn)
