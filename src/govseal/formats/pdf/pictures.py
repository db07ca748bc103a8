"""Pages of PDF documents as PNG pictures, drawn by PDFium.

What a page shows proves nothing: this is for the eye, and no check reads it.
"""

from __future__ import annotations

import io
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from govseal.errors import FormatError, LimitExceeded, UnsupportedFormat
from govseal.formats.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from PIL import Image
    from pypdfium2 import PdfDocument, PdfPage

_MIN_DPI, _MAX_DPI = 10, 1200
_POINTS_PER_INCH = 72
MAX_PIXELS = 40_000_000
# A page of an ordinary document takes a tenth of a second.
_MOST_SECONDS = 20.0
_PASSWORD = 4  # FPDF_ERR_PASSWORD
# PDFium is not safe for threads, not even with different documents.
_LOCK = threading.Lock()


def count_pages(data: bytes, *, limits: Limits = DEFAULT_LIMITS) -> int:
    """How many pages PDFium finds.

    Raises:
        FormatError: it cannot read the document.
        LimitExceeded: more than ``limits.max_pages``.
    """
    with _LOCK, _opened(data, limits) as document:
        return len(document)


def render_page(
    data: bytes, page: int, *, dpi: int = 150, limits: Limits = DEFAULT_LIMITS
) -> bytes:
    """One page, annotations and the appearances of signatures included, as a PNG picture in RGB.

    As displayed: turned as /Rotate says, cut to the crop box, on white ground.

    Args:
        data: the document.
        page: from 1.
        dpi: pixels per inch, 10 to 1200.
        limits: bounds on the input.

    Raises:
        ValueError: there is no such page, or ``dpi`` is out of range.
        FormatError: the document or the page cannot be read (``UnsupportedFormat``: it is
            encrypted).
        LimitExceeded: more than 40 million pixels, too many pages, or a page that takes too long.
    """
    if not _MIN_DPI <= dpi <= _MAX_DPI:
        raise ValueError(f"a page is drawn at {_MIN_DPI} to {_MAX_DPI} dpi, not {dpi}")
    unit = _user_unit(data, page)
    with _LOCK, _opened(data, limits) as document:
        count = len(document)
        if not 1 <= page <= count:
            raise ValueError(f"there is no page {page}; the document has {count}")
        with _guarded(f"page {page}"):
            opened = document[page - 1]
            try:
                picture = _draw(opened, dpi / _POINTS_PER_INCH * unit)
            finally:
                opened.close()
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", dpi=(dpi, dpi))
    return buffer.getvalue()


def _user_unit(data: bytes, page: int) -> float:
    """How many points a unit of the page is long (/UserUnit), which PDFium does not heed."""
    if b"/UserUnit" not in data and b"/ObjStm" not in data:
        return 1.0
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415 - for few files

    from govseal.formats.pdf.hooks import guarded  # noqa: PLC0415 - as above
    from govseal.formats.pdf.objects import value  # noqa: PLC0415 - as above

    def read() -> float:
        reader: Any = PdfFileReader(io.BytesIO(data), strict=False)
        reference, _ = reader.find_page_for_modification(page - 1)
        return float(value(reference.get_object(), "/UserUnit", 1))

    try:
        unit = guarded(read, "the page")
    except FormatError:
        return 1.0
    # Written so that NaN is refused too; Acrobat's own limit is 75 000.
    return unit if 0.001 < unit < 1e5 else 1.0


@contextmanager
def _opened(data: bytes, limits: Limits) -> Iterator[PdfDocument]:
    if len(data) > limits.max_file_bytes:
        message = "the file is too large"
        raise LimitExceeded(message, limit=limits.max_file_bytes, found=len(data))
    import pypdfium2  # noqa: PLC0415 - a library of several megabytes

    logger = logging.getLogger("pypdfium2")
    if not logger.handlers:  # else Python itself prints its warnings
        logger.addHandler(logging.NullHandler())
    with _guarded("document"):
        document = pypdfium2.PdfDocument(data)
    try:
        with _guarded("document"):
            # Without it PDFium leaves fields out, and the appearances of signatures with them.
            document.init_forms()
            count = len(document)
        if count > limits.max_pages:
            message = "the document has too many pages"
            raise LimitExceeded(message, limit=limits.max_pages, found=count)
        if count < 1:
            raise FormatError("the document has no page that can be drawn")
        yield document
    finally:
        document.close()


@contextmanager
def _guarded(part: str) -> Iterator[None]:
    """Turns what PDFium does not do into FormatError."""
    from pypdfium2 import PdfiumError  # noqa: PLC0415 - as above

    try:
        yield
    except PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD:
            raise UnsupportedFormat("the document is encrypted", part=part) from error
        raise FormatError("PDFium cannot read it", part=part) from error


def _draw(page: PdfPage, scale: float) -> Image.Image:
    """The page at ``scale`` pixels to the point, in steps that a long one does not outlast."""
    from pypdfium2 import PdfBitmap, raw  # noqa: PLC0415 - as above

    width, height = (max(1, round(min(side * scale, 1e9))) for side in page.get_size())
    if width * height > MAX_PIXELS:
        message = f"a picture of {width} x {height} pixels is too large"
        raise LimitExceeded(message, limit=MAX_PIXELS, found=width * height)
    bitmap = PdfBitmap.new_native(width, height, raw.FPDFBitmap_BGRx)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
        pause = _deadline(raw)
        box = (0, 0, width, height, 0)
        status = raw.FPDF_RenderPageBitmap_Start(bitmap, page, *box, raw.FPDF_ANNOT, pause)
        raw.FPDF_RenderPage_Close(page)
        if status == raw.FPDF_RENDER_TOBECONTINUED:
            limit = round(_MOST_SECONDS)
            raise LimitExceeded("the page takes too long to draw", limit=limit, found=limit + 1)
        if status != raw.FPDF_RENDER_DONE:
            raise FormatError("PDFium cannot draw the page")
        if page.formenv is not None:
            raw.FPDF_FFLDraw(page.formenv, bitmap, page, *box, raw.FPDF_ANNOT)
        picture: Image.Image = bitmap.to_pil().convert("RGB")
        return picture
    finally:
        bitmap.close()


def _deadline(raw: Any) -> Any:  # noqa: ANN401  structures of a library without types
    """What PDFium asks between two objects whether it shall stop."""
    end = time.monotonic() + _MOST_SECONDS
    pause = raw.IFSDK_PAUSE(version=1)
    pause.NeedToPauseNow = type(pause.NeedToPauseNow)(lambda _: time.monotonic() > end)
    return pause
