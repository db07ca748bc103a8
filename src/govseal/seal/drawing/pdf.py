"""Outlines as PDF (ISO 32000-1): drawing operators, and small files of pages made of them.

No fonts, no pictures and no transparency: every reader that draws a path draws the same page.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from govseal.seal.drawing.paths import Colour, Contour, Matrix, Path, Point, Segment

POINTS_PER_MM = 72 / 25.4
# The bytes above 127 tell transfer programs that the file is binary (ISO 32000-1, 7.5.2).
_HEADER = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"


@dataclass(frozen=True, slots=True)
class PdfPage:
    """A page of ``width_mm`` by ``height_mm`` and the operators that draw on it, in points."""

    width_mm: float
    height_mm: float
    operators: bytes = field(repr=False)


def page_matrix(height_mm: float) -> Matrix:
    """From millimetres, y down from the upper left corner, to the points of a PDF page."""
    return (POINTS_PER_MM, 0.0, 0.0, -POINTS_PER_MM, 0.0, height_mm * POINTS_PER_MM)


def pdf_operators(paths: Sequence[Path], matrix: Matrix | None = None) -> bytes:
    """Operators that fill the paths one after the other; they leave the graphics state as it was.

    ``matrix`` leads from the units of the paths to those of the page or form (see
    :func:`page_matrix`); coordinates are written to a thousandth of a unit of the paths.

    Raises:
        ValueError: A colour is not opaque: that would take more than operators.
    """
    lines = ["q"]
    if matrix is not None:
        lines.append(" ".join(_number(value, 6) for value in matrix) + " cm")
    colour: Colour | None = None
    for path in paths:
        if path.colour[3] != 255:
            raise ValueError("outlines are written to PDF in opaque colours only")
        if path.colour != colour:
            colour = path.colour
            lines.append(" ".join(_number(value / 255, 4) for value in colour[:3]) + " rg")
        if path.contours:
            lines.extend(line for contour in path.contours for line in _contour(contour))
            lines.append("f*" if path.rule == "evenodd" else "f")
    lines.append("Q\n")
    return "\n".join(lines).encode("ascii")


def write_pdf(pages: Sequence[PdfPage]) -> bytes:
    """A PDF 1.4 file of these pages; the same pages give the same bytes.

    Object 1 is the catalogue, 2 the page tree; page n (from 1) is object 2n + 1, and its content
    object 2n + 2.

    Raises:
        ValueError: There is no page.
    """
    if not pages:
        raise ValueError("a document has at least one page")
    kids = " ".join(f"{2 * number + 1} 0 R" for number in range(1, len(pages) + 1))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode("ascii"),
    ]
    for number, page in enumerate(pages, start=1):
        sides = (page.width_mm * POINTS_PER_MM, page.height_mm * POINTS_PER_MM)
        box = "0 0 " + " ".join(_number(side, 4) for side in sides)
        head = f"/Type /Page /Parent 2 0 R /MediaBox [{box}] /Resources << >>"
        objects.append(f"<< {head} /Contents {2 * number + 2} 0 R >>".encode("ascii"))
        objects.append(pdf_stream(page.operators))
    return _file(objects)


def pdf_stream(content: bytes, entries: str = "") -> bytes:
    """A stream object, packed; ``entries`` go into its dictionary."""
    packed = zlib.compress(content, 9)
    head = f"<< {entries}{' ' if entries else ''}/Filter /FlateDecode /Length {len(packed)} >>"
    return head.encode("ascii") + b"\nstream\n" + packed + b"\nendstream"


def _file(objects: Sequence[bytes]) -> bytes:
    """The objects, numbered from 1, with their table (ISO 32000-1, 7.5.4) and trailer."""
    out = bytearray(_HEADER)
    table = [b"0000000000 65535 f \n"]
    for number, content in enumerate(objects, start=1):
        table.append(b"%010d 00000 n \n" % len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    size = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out))
    return bytes(out) + b"xref\n0 %d\n" % size + b"".join(table) + trailer


def _contour(contour: Contour) -> Iterator[str]:
    yield _points((contour.start,)) + " m"
    here = contour.start
    for segment in contour.segments:
        if len(segment) == 1:
            yield _points(segment) + " l"
        else:
            yield _points(_cubic(here, segment)) + " c"
        here = segment[-1]
    yield "h"


def _cubic(start: Point, segment: Segment) -> Segment:
    """A curve as PDF knows it: a quadratic one becomes the cubic one of the same shape."""
    if len(segment) == 3:
        return segment
    control, end = segment
    first, second = (
        (point[0] + (control[0] - point[0]) * 2 / 3, point[1] + (control[1] - point[1]) * 2 / 3)
        for point in (start, end)
    )
    return (first, second, end)


def _points(points: Segment) -> str:
    return " ".join(_number(value, 3) for point in points for value in point)


def _number(value: float, digits: int) -> str:
    """A number without an exponent, which PDF does not know."""
    text = f"{value:.{digits}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
