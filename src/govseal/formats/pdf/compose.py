"""A plain official letter as PDF, enough for a demonstration and for tests.

Characters are outlines: no font is embedded, and none is missing where the file is read.
"""

from __future__ import annotations

from collections.abc import Sequence

from govseal.formats.letter import BASELINE, PAGE_MM, Line, lay_out
from govseal.seal.drawing.fonts import Font, find_font
from govseal.seal.drawing.pdf import PdfPage, page_matrix, pdf_operators, write_pdf
from govseal.seal.drawing.text import text_path


def compose_document(
    pages: Sequence[Sequence[str]], *, title: str, closing: Sequence[str] = ()
) -> bytes:
    """A PDF with one page for each row of paragraphs, see :func:`govseal.formats.letter.lay_out`.

    The same arguments give the same bytes, as long as the system has the same font.

    Raises:
        ValueError: no page, a text with control characters, or more than a page holds.
        SealError: ``E_FONT_MISSING``.
    """
    layouts = lay_out(pages, title=title, closing=closing)
    font = find_font()
    return write_pdf([PdfPage(*PAGE_MM, page_operators(lines, font)) for lines in layouts])


def page_operators(lines: Sequence[Line], font: Font) -> bytes:
    """What draws the lines on a page of A4."""
    paths = [
        text_path(
            font,
            line.text,
            (line.x_mm, line.top_mm + line.size_mm * BASELINE),
            line.size_mm,
            advances=line.advances,
        )
        for line in lines
    ]
    return pdf_operators(paths, page_matrix(PAGE_MM[1]))
