"""Pages of PDF documents as PNG pictures, drawn by PDFium in a process of its own.

What a page shows proves nothing: this is for the eye, and no check reads it.
"""

from __future__ import annotations

import array
import io
import json
import math
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from govseal.errors import FormatError, LimitExceeded, UnsupportedFormat
from govseal.formats.limits import DEFAULT_LIMITS, Limits
from govseal.formats.pdf.units import UserUnits

if TYPE_CHECKING:
    from PIL.Image import Image

_MIN_DPI, _MAX_DPI = 10, 1200
POINTS_PER_INCH = 72
MAX_PIXELS = 40_000_000
_BYTES_PER_PIXEL = 4
# A page of an ordinary document takes a tenth of a second.
_MOST_SECONDS = 20
_MEMORY = 2 * 1024**3
_PAINTER = Path(__file__).with_name("painter.py")
# Each may take as much memory as it is allowed.
_AT_ONCE = threading.BoundedSemaphore(4)
_REFUSED = "PDFium cannot read it"


@dataclass(frozen=True, slots=True)
class Painting:
    """What the painter answered."""

    pages: int
    width: int = 0
    height: int = 0
    pixels: memoryview = field(default=memoryview(b""), repr=False)
    """BGRx, row by row; none where they would be too many."""
    letters: memoryview = field(default=memoryview(b""), repr=False)
    """Floats, see :mod:`govseal.formats.pdf.painter`; only where asked for."""
    box: tuple[float, ...] = ()
    """What shows of the page: left, bottom, right, top in its own units."""
    turn: int = 0
    """How the page is turned, in degrees clockwise."""

    def picture(self) -> Image:
        """The pixels as a picture in RGB.

        Raises:
            LimitExceeded: they would be too many.
            FormatError: there are none.
        """
        count = self.width * self.height
        if count > MAX_PIXELS:
            message = f"a picture of {self.width} x {self.height} pixels is too large"
            raise LimitExceeded(message, limit=MAX_PIXELS, found=count)
        if not self.pixels:
            raise FormatError(_REFUSED)
        from PIL import Image  # noqa: PLC0415 - heavy

        size = (self.width, self.height)
        return Image.frombytes("RGB", size, self.pixels, "raw", "BGRX")


def count_pages(data: bytes, *, limits: Limits = DEFAULT_LIMITS) -> int:
    """How many pages PDFium finds.

    Raises:
        FormatError: it cannot read the document.
        LimitExceeded: more than ``limits.max_pages``, or it asks for too much time.
    """
    return paint(data, 0, 1.0, limits).pages


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
        LimitExceeded: more than 40 million pixels, too many pages, or more than 20 seconds.
    """
    if not _MIN_DPI <= dpi <= _MAX_DPI:
        raise ValueError(f"a page is drawn at {_MIN_DPI} to {_MAX_DPI} dpi, not {dpi}")
    scale = dpi / POINTS_PER_INCH * UserUnits(data).lenient(page)
    found = paint(data, max(page, 0), scale, limits)
    if not 1 <= page <= found.pages:
        raise ValueError(f"there is no page {page}; the document has {found.pages}")
    buffer = io.BytesIO()
    found.picture().save(buffer, "PNG", dpi=(dpi, dpi))
    return buffer.getvalue()


def read_characters(
    data: bytes, pages: Sequence[int], *, limits: Limits = DEFAULT_LIMITS
) -> list[list[tuple[str, float, float, float, float, float]]]:
    """The characters of some pages (from 1), in the order of the document.

    Each with left, bottom, right and top in the page's own units, and its angle in radians,
    clockwise. What is no finite number is left out.

    Raises:
        FormatError: the document or a page cannot be read (``UnsupportedFormat``: it is encrypted).
        LimitExceeded: more characters than ``limits.max_searched``, or more than 20 seconds.
    """
    request = _request(data, limits) | {"texts": list(pages), "most": limits.max_searched}
    answer, content = _ask(request, data)
    if answer.get("refused") == "size":
        limit = limits.max_searched
        message = "the pages are too large to be searched"
        raise LimitExceeded(message, limit=limit, found=limit + 1)
    _check_answer(answer, "document")
    values = array.array("f")
    values.frombytes(content[: len(content) // 24 * 24])
    found, at = [], 0
    for count in answer["texts"]:
        rows = (tuple(values[start : start + 6]) for start in range(at, at + 6 * count, 6))
        found.append(
            [
                (chr(int(row[0])), *row[1:])
                for row in rows
                if len(row) == 6 and all(map(math.isfinite, row)) and 0 < row[0] < 0x110000
            ]
        )
        at += 6 * count
    return found


def paint(data: bytes, page: int, scale: float, limits: Limits, **more: object) -> Painting:
    """The number of pages, and the pixels of one of them (0 for none).

    Args:
        data: the document.
        page: from 1.
        scale: pixels for a unit of the page.
        limits: bounds on the input.
        more: what the request says besides: ``letters`` asks for the characters, and says how many
            there may be; ``max_side`` is the most pixels of a side.

    Raises:
        FormatError: the document or the page cannot be read.
        LimitExceeded: too many pages or characters, or it takes too long.
    """
    request = _request(data, limits) | {"page": page, "scale": scale} | more
    answer, content = _ask(request, data)
    part = f"page {page}" if page else "document"
    if "pages" in answer and answer["pages"] > limits.max_pages:
        message = "the document has too many pages"
        raise LimitExceeded(message, limit=limits.max_pages, found=answer["pages"])
    if answer.get("refused") == "size":
        message = "the page has too many characters"
        limit = limits.max_searched
        raise LimitExceeded(message, limit=limit, found=limit + 1, part=part)
    _check_answer(answer, part)
    width, height = answer.get("width", 0), answer.get("height", 0)
    size = width * height * _BYTES_PER_PIXEL if answer.get("drawn") else 0
    if len(content) < size or (len(content) > size and "letters" not in more):
        raise FormatError(_REFUSED, part=part)
    box = tuple(map(float, answer.get("box", ())))
    return Painting(
        answer["pages"], width, height, content[:size], content[size:], box, answer.get("turn", 0)
    )


def _request(data: bytes, limits: Limits) -> dict[str, Any]:
    """What every request says, that for a page that is to be drawn left out."""
    if len(data) > limits.max_file_bytes:
        message = "the file is too large"
        raise LimitExceeded(message, limit=limits.max_file_bytes, found=len(data))
    return {
        "page": 0,
        "scale": 1.0,
        "max_pages": limits.max_pages,
        "max_pixels": MAX_PIXELS,
        "memory": _MEMORY + 4 * len(data),
        "seconds": _MOST_SECONDS + 1,
        "path": [entry for entry in sys.path if Path(entry).is_absolute()],
    }


def _check_answer(answer: dict[str, Any], part: str) -> None:
    if answer.get("refused") == "password":
        raise UnsupportedFormat("the document is encrypted", part="document")
    if "refused" in answer or answer["pages"] < 1:
        raise FormatError(_REFUSED, part=part)


def _ask(request: dict[str, Any], data: bytes) -> tuple[dict[str, Any], memoryview]:
    """The painter's answer to a request, and the pixels behind it.

    Raises:
        LimitExceeded: it took too long.
        FormatError: it gave no answer, for want of memory or by a fault of its own.
    """
    # Isolated: what lies in the working folder and the environment is not loaded.
    command = [sys.executable or "python3", "-I", "-S", str(_PAINTER)]
    try:
        with _AT_ONCE:
            done = subprocess.run(  # noqa: S603 - our own script; the document is its input
                command,
                input=json.dumps(request).encode() + b"\n" + data,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=_MOST_SECONDS,
                check=True,
            )
    except subprocess.TimeoutExpired as error:
        message = "the page takes too long to draw"
        raise LimitExceeded(message, limit=_MOST_SECONDS, found=_MOST_SECONDS) from error
    except (OSError, subprocess.CalledProcessError) as error:
        message = "PDFium gave up: it lacked memory, or met a fault of its own"
        raise FormatError(message, part="document") from error
    end = done.stdout.find(b"\n") % (len(done.stdout) + 1)
    try:
        answer: dict[str, Any] = json.loads(done.stdout[:end])
    except ValueError as error:
        raise FormatError(_REFUSED, part="document") from error
    # Pixels take much memory: they are not copied.
    return answer, memoryview(done.stdout)[end + 1 :]
