"""Pictures of the pages of a document, whatever its format, with marks where its stamps lie."""

from __future__ import annotations

from govseal.errors import FormatError, UnsupportedFormat
from govseal.formats.base import Evidence
from govseal.formats.detect import open_document
from govseal.formats.limits import DEFAULT_LIMITS, Limits
from govseal.formats.source import ByteSource, HeldBytes


class PagePictures:
    """A document whose pages are drawn one after the other; it is read once.

    Raises:
        UnsupportedFormat: a format that is not known, or one without pages.
        LimitExceeded: larger than ``limits`` allows.
    """

    def __init__(self, data: bytes | ByteSource, limits: Limits = DEFAULT_LIMITS) -> None:
        self._source = data if isinstance(data, ByteSource) else HeldBytes(data)
        self._limits = limits
        self._document = open_document(self._source, limits)
        if self._document.format not in ("ofd", "pdf"):
            raise UnsupportedFormat(f"there are no pages in this format: {self._document.format}")

    @property
    def evidence(self) -> Evidence:
        """Everything found in the document."""
        return self._document.evidence()

    @property
    def count(self) -> int:
        """How many pages can be drawn.

        Raises:
            FormatError: the document cannot be read.
            LimitExceeded: it has too many pages.
        """
        if self._document.format == "pdf":
            from govseal.formats.pdf.pictures import count_pages  # noqa: PLC0415 - PDFium

            return count_pages(self._source.whole(), limits=self._limits)
        evidence = self.evidence
        if not evidence.pages:
            raise evidence.problem or FormatError("the document has no page")
        return evidence.pages

    def draw(self, page: int, *, dpi: int = 150, marks: bool = True) -> bytes:
        """One page as PNG, see :func:`govseal.page_picture`.

        Raises:
            ValueError: there is no such page, or ``dpi`` is out of range.
            FormatError: the document or the page cannot be read.
            LimitExceeded: the page is too large, or asks for too much drawing.
        """
        picture = self._draw(page, dpi)
        if not marks:
            return picture
        from govseal.formats.marks import mark_page  # noqa: PLC0415 - fonts

        return mark_page(picture, page, dpi, self.evidence.signatures)

    def _draw(self, page: int, dpi: int) -> bytes:
        if self._document.format == "pdf":
            from govseal.formats.pdf import pictures  # noqa: PLC0415 - PDFium

            return pictures.render_page(self._source.whole(), page, dpi=dpi, limits=self._limits)
        from govseal.formats.ofd.appearance import render_page  # noqa: PLC0415 - lxml and PIL
        from govseal.formats.ofd.document import OfdDocument  # noqa: PLC0415 - as above

        if not isinstance(self._document, OfdDocument):
            raise UnsupportedFormat("there are no pages in this format")
        return render_page(self._document, page, dpi=dpi)
