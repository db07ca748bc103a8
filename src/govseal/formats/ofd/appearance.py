"""Pages of OFD documents as PNG and SVG pictures, with their stamps."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from govseal.formats.ofd.document import OfdDocument
    from govseal.formats.ofd.outline import Page
    from govseal.formats.ofd.render.images import BilevelDecoder
    from govseal.formats.ofd.render.vector import VectorSheet

_MIN_DPI, _MAX_DPI = 10, 1200


def render_page(
    document: OfdDocument,
    page: int,
    *,
    dpi: int = 150,
    stamps: bool = True,
    bilevel: BilevelDecoder | None = None,
) -> bytes:
    """One page as a PNG picture on white ground, in sRGB.

    Text is set in the fonts that the document brings along, else in those of this system (without
    any, in empty boxes); the pictures of stamps come from the seals inside the signatures, valid or
    not: what a page shows proves nothing.

    Args:
        document: an open document.
        page: from 1, through all documents of the package.
        dpi: pixels per inch, 10 to 1200.
        stamps: whether the stamps are drawn.
        bilevel: decodes pictures in JBIG2 into PNG; without one they are left out.

    Raises:
        ValueError: there is no such page, or ``dpi`` is out of range.
        FormatError: the document or the page cannot be read.
        LimitExceeded: more than 40 million pixels, or a page that asks for too much drawing.
    """
    from govseal.formats.ofd.render.pages import PageRenderer  # noqa: PLC0415  loads PIL

    if not _MIN_DPI <= dpi <= _MAX_DPI:
        raise ValueError(f"a page is drawn at {_MIN_DPI} to {_MAX_DPI} dpi, not {dpi}")
    found = _page(document, page)
    picture = PageRenderer(document, stamps=stamps, bilevel=bilevel).render(found, dpi)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", dpi=(dpi, dpi))
    return buffer.getvalue()


def draw_page(
    document: OfdDocument,
    page: int,
    *,
    stamps: bool = True,
    bilevel: BilevelDecoder | None = None,
) -> VectorSheet:
    """One page as outlines, to be written as SVG; otherwise as :func:`render_page`.

    Raises:
        ValueError: there is no such page.
        FormatError: the document or the page cannot be read.
        LimitExceeded: a page of more than 10 m, or one that asks for too much drawing.
    """
    from govseal.formats.ofd.render.pages import PageRenderer  # noqa: PLC0415  loads PIL

    return PageRenderer(document, stamps=stamps, bilevel=bilevel).vector(_page(document, page))


def _page(document: OfdDocument, page: int) -> Page:
    pages = document.pages
    if not pages and document.problem is not None:
        raise document.problem
    if not 1 <= page <= len(pages):
        raise ValueError(f"there is no page {page}; the document has {len(pages)}")
    return pages[page - 1]
