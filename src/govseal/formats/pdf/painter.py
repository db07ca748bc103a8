"""The process in which PDFium draws: a script that knows nothing of govseal.

PDFium is a large library in C++: a page of two kilobytes can ask it for all the memory there is,
or for years of drawing, and it ends the process when it cannot go on. So it works in a process of
its own, which limits itself; :mod:`govseal.formats.pdf.pictures` starts it and ends it in time.

Standard input: a line of JSON (the request), then the document. Standard output: a line of JSON
(the answer), then the pixels, BGRx, row by row, and the characters that were asked for.
"""

from __future__ import annotations

import array
import ctypes
import json
import math
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

_PASSWORD = 4  # FPDF_ERR_PASSWORD
_WHITE = (255, 255, 255, 255)

Request = dict[str, Any]
Answer = dict[str, object]


def main() -> None:
    """Serve one request, and leave without tidying up: everything goes with the process."""
    request: Request = json.loads(sys.stdin.buffer.readline())
    _confine(request["memory"], request["seconds"])
    sys.path[:] = request["path"]
    answer, pixels = work(sys.stdin.buffer.read(), request)
    out = sys.stdout.buffer
    out.write(json.dumps(answer).encode("ascii") + b"\n")
    out.write(pixels)
    out.flush()
    os._exit(0)


def _confine(memory: int, seconds: int) -> None:
    """At most so much memory and time of the processor, and no dump of it (POSIX)."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    for kind, limit in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
    ):
        _, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (limit if hard < 0 else min(limit, hard), hard))


def work(data: bytes, request: Request) -> tuple[Answer, bytes]:
    """How many pages there are, and the pixels of the one asked for (from 1; 0 for none).

    ``refused`` in the answer says what cannot be read: document, password or page.
    """
    import pypdfium2  # noqa: PLC0415 - its place is in the request
    from pypdfium2 import raw  # noqa: PLC0415 - as above

    number, texts = request["page"], request.get("texts")
    try:
        document = pypdfium2.PdfDocument(data)
        # Without it PDFium leaves fields out, and the appearances of signatures with them.
        document.init_forms()
        count = len(document)
    except pypdfium2.PdfiumError as error:
        is_locked = getattr(error, "err_code", None) == _PASSWORD
        return {"refused": "password" if is_locked else "document"}, b""
    if texts is not None:
        return _read(document, texts, request["most"])
    if not 1 <= number <= min(count, request["max_pages"]):
        return {"pages": count}, b""
    try:
        page = document[number - 1]
        sides = [max(1, round(min(side * request["scale"], 1e9))) for side in page.get_size()]
        is_small = sides[0] * sides[1] <= request["max_pixels"]
        is_small = is_small and max(sides) <= request.get("max_side", max(sides))
        pixels = _draw(page, sides[0], sides[1]) if is_small else b""
        answer: Answer = {"pages": count, "width": sides[0], "height": sides[1], "drawn": is_small}
        if "letters" not in request or not is_small:
            return answer, pixels
        # What fields and annotations show is text as well, once it is part of the page.
        if raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) == raw.FLATTEN_SUCCESS:
            page = document[number - 1]
        found, letters = _letters(page, request["letters"])
    except pypdfium2.PdfiumError:
        return {"pages": count, "refused": "page"}, b""
    return answer | found, pixels + letters


def _read(document: PdfDocument, pages: list[int], most: int) -> tuple[Answer, bytes]:
    """Every character of some pages (from 1), as numbers that take six floats.

    Code point, left, bottom, right, top in units of the page, and its angle; ``texts`` in the
    answer says how many each page has.
    """
    import pypdfium2  # noqa: PLC0415 - as above
    from pypdfium2 import raw  # noqa: PLC0415 - as above

    counts: list[int] = []
    values = array.array("f")
    box = raw.FS_RECTF()
    for number in pages:
        try:
            text = document[number - 1].get_textpage()
        except (pypdfium2.PdfiumError, IndexError):
            return {"pages": len(document), "refused": "page"}, b""
        before, count = len(values), text.count_chars()
        if before // 6 + count > most:
            return {"pages": len(document), "refused": "size"}, b""
        for at in range(count):
            if raw.FPDFText_GetLooseCharBox(text, at, ctypes.byref(box)):
                code, angle = raw.FPDFText_GetUnicode(text, at), raw.FPDFText_GetCharAngle(text, at)
                values.extend((code, box.left, box.bottom, box.right, box.top, angle))
        counts.append((len(values) - before) // 6)
        text.close()
    return {"pages": len(document), "texts": counts}, values.tobytes()


def _letters(page: PdfPage, most: int) -> tuple[Answer, bytes]:
    """The characters of a page as numbers that take nine floats, and how the page is shown.

    Code point, left, bottom, right, top, angle, the place that it is drawn from, and its em, in
    units of the page; what PDFium puts in between words and lines has an em of 0.
    """
    from pypdfium2 import raw  # noqa: PLC0415 - as above

    text = page.get_textpage()
    count = text.count_chars()
    if count > most:
        return {"refused": "size"}, b""
    values = array.array("f")
    box, matrix = raw.FS_RECTF(), raw.FS_MATRIX()
    x, y = ctypes.c_double(), ctypes.c_double()
    for at in range(count):
        code, angle, em = raw.FPDFText_GetUnicode(text, at), 0.0, 0.0
        if not (
            raw.FPDFText_GetLooseCharBox(text, at, ctypes.byref(box))
            and raw.FPDFText_GetCharOrigin(text, at, ctypes.byref(x), ctypes.byref(y))
        ):
            continue
        if raw.FPDFText_IsGenerated(text, at) != 1:
            raw.FPDFText_GetMatrix(text, at, ctypes.byref(matrix))
            # What an em measures across the direction of reading.
            em = raw.FPDFText_GetFontSize(text, at) * math.hypot(matrix.c, matrix.d)
            angle = raw.FPDFText_GetCharAngle(text, at)
        row = (code, box.left, box.bottom, box.right, box.top, angle, x.value, y.value, em)
        values.extend(row)
    text.close()
    raw.FPDF_GetPageBoundingBox(page, ctypes.byref(box))
    shown = [box.left, box.bottom, box.right, box.top]
    turn = 90 * (raw.FPDFPage_GetRotation(page) % 4)
    return {"box": shown, "turn": turn}, values.tobytes()


def _draw(page: PdfPage, width: int, height: int) -> bytes:
    """The page as displayed, on white, with its annotations and the fields of its form."""
    from pypdfium2 import PdfBitmap, raw  # noqa: PLC0415 - as above

    bitmap = PdfBitmap.new_native(width, height, raw.FPDFBitmap_BGRx)
    bitmap.fill_rect(_WHITE, 0, 0, width, height)
    place = (0, 0, width, height, 0, raw.FPDF_ANNOT)
    raw.FPDF_RenderPageBitmap(bitmap, page, *place)
    if page.formenv is not None:
        raw.FPDF_FFLDraw(page.formenv, bitmap, page, *place)
    return bytes(bitmap.buffer)


if __name__ == "__main__":
    main()
