"""Pictures of the pages of a document, whatever its format, with marks where its stamps lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from govseal.errors import FormatError, UnsupportedFormat
from govseal.formats import copies
from govseal.formats.base import Evidence
from govseal.formats.detect import open_document
from govseal.formats.limits import DEFAULT_LIMITS, Limits
from govseal.formats.source import ByteSource, HeldBytes

if TYPE_CHECKING:
    from govseal.formats.ofd.document import OfdDocument

#: What a page is drawn as.
Form = Literal["png", "svg"]
FORMS: tuple[Form, ...] = get_args(Form)


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
    def forms(self) -> tuple[Form, ...]:
        """What the pages can be drawn as."""
        return FORMS if self._document.format == "ofd" else ("png",)

    @property
    def can_hide_stamps(self) -> bool:
        """Whether the pages can be drawn without their stamps."""
        return self._document.format == "ofd"

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

    def draw(
        self,
        page: int,
        *,
        form: Form = "png",
        dpi: int = 150,
        marks: bool | None = None,
        stamps: bool = True,
        is_copy: bool = True,
    ) -> bytes:
        """One page as PNG or SVG, see :func:`govseal.page_picture`.

        Raises:
            ValueError: there is no such page or form, ``dpi`` is out of range, or marks are asked
                for on SVG.
            FormatError: the document or the page cannot be read (``UnsupportedFormat``: PDF as
                SVG, or without its stamps).
            LimitExceeded: the page is too large, or asks for too much drawing.
        """
        if form not in FORMS:
            raise ValueError(f"a page is drawn as {' or '.join(FORMS)}, not {form!r}")
        if form == "svg":
            if marks:
                raise ValueError("places of stamps are marked on PNG, not on SVG")
            return self._draw_svg(page, stamps=stamps, is_copy=is_copy)
        picture = self._draw(page, dpi, stamps=stamps)
        is_copy = is_copy and bool(self.evidence.signatures)
        if marks is None or marks:
            from govseal.formats.marks import mark_page  # noqa: PLC0415 - fonts

            signatures = self.evidence.signatures
            return mark_page(picture, page, dpi, signatures, is_copy=is_copy)
        return copies.noted_png(picture, dpi) if is_copy else picture

    @property
    def _ofd(self) -> OfdDocument | None:
        """The document where it is OFD."""
        if self._document.format != "ofd":
            return None
        from govseal.formats.ofd.document import OfdDocument  # noqa: PLC0415 - lxml

        return self._document if isinstance(self._document, OfdDocument) else None

    def _draw(self, page: int, dpi: int, *, stamps: bool) -> bytes:
        document = self._ofd
        if document is not None:
            from govseal.formats.ofd.appearance import render_page  # noqa: PLC0415 - PIL

            return render_page(document, page, dpi=dpi, stamps=stamps, bilevel=_bilevel)
        from govseal.formats.pdf import pictures  # noqa: PLC0415 - PDFium

        if not stamps:
            raise UnsupportedFormat("pages of PDF are drawn with their stamps")
        return pictures.render_page(self._source.whole(), page, dpi=dpi, limits=self._limits)

    def _draw_svg(self, page: int, *, stamps: bool, is_copy: bool) -> bytes:
        document = self._ofd
        if document is None:
            raise UnsupportedFormat("pages of PDF are drawn as PNG, not as SVG")
        from govseal.formats.ofd.appearance import draw_page  # noqa: PLC0415 - PIL

        sheet = draw_page(document, page, stamps=stamps, bilevel=_bilevel)
        if not is_copy or not self.evidence.signatures:
            return sheet.svg()
        _, _, width, height = sheet.clip.window
        for path in copies.note_paths(width, height, sheet.units_per_mm):
            sheet.fill(path.contours, path.colour, sheet.clip)
        return sheet.svg(note=copies.note())


def _bilevel(data: bytes) -> bytes:
    """A picture in JBIG2 as PNG."""
    from govseal.formats.pdf.jbig2 import decode_jbig2  # noqa: PLC0415 - PDFium, for few files

    return decode_jbig2(data)
