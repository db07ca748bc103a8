"""PDF into OFD, good enough to be stamped: every page a picture with its text under it.

Neither format knows the other: a page goes from one to the other as a
:class:`govseal.formats.sheets.Sheet`, one at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from govseal.errors import SealError, UnsupportedFormat
from govseal.formats import copies
from govseal.formats.detect import detect
from govseal.formats.limits import DEFAULT_LIMITS, Limits
from govseal.formats.pagecodes import encode
from govseal.formats.sheets import LOWEST_DPI, Sheet
from govseal.formats.source import ByteSource, Piece

DEFAULT_DPI = 200
HIGHEST_DPI = 600


class Conversion:
    """A PDF that is about to become an OFD; its pages are drawn when the pieces are asked for.

    The source has to stay open until then.

    Args:
        source: the document.
        at: the time of the conversion, timezone-aware.
        dpi: of the pictures, 72 to 600.
        title: what the OFD is called; by default what the PDF says.
        limits: bounds on the input and on what becomes of it.

    Raises:
        ValueError: ``dpi`` is out of range, or the title holds control characters.
        UnsupportedFormat: no PDF, or one that is encrypted or a form in XFA.
        FormatError: it cannot be read, or has no page.
        LimitExceeded: too many bytes or pages.
        SealError: ``E_FONT_MISSING``: it carries signatures, and there is no font to say on its
            pages that they are copies.
    """

    def __init__(
        self,
        source: ByteSource,
        *,
        at: datetime,
        dpi: int = DEFAULT_DPI,
        title: str | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        if not LOWEST_DPI <= dpi <= HIGHEST_DPI:
            raise ValueError(f"pages are converted at {LOWEST_DPI} to {HIGHEST_DPI} dpi, not {dpi}")
        if title is not None and not title.isprintable():
            raise ValueError("a title may not hold control characters")
        if detect(source) != "pdf":
            raise UnsupportedFormat("only PDF is converted")
        from govseal.formats.pdf.sheets import PdfSheets  # noqa: PLC0415 - PDFium, pyHanko

        self._sheets = PdfSheets(source.whole(), limits)
        self._digests = source.digests().both()
        self._limits = limits
        self._at = at
        self._dpi = dpi
        self.title = self._sheets.title if title is None else title
        #: How many signatures and stamps the PDF carries; none of them is carried over.
        self.signatures = len(self._sheets.evidence.signatures)
        #: Pages that were too large for ``dpi``, once they are drawn, and what they were drawn at.
        self.lowered: dict[int, int] = {}
        if self.is_copy and copies.page_font() is None:
            message = "there is no font to mark the pages as copies (视同复印件) with"
            raise SealError(message, code="E_FONT_MISSING")

    @property
    def pages(self) -> int:
        """How many there are."""
        return self._sheets.count

    @property
    def is_copy(self) -> bool:
        """Whether the pages say that they count as copies (视同复印件): the PDF is signed."""
        return self.signatures > 0

    def pieces(self, on_page: Callable[[int], None] = lambda _: None) -> Iterator[Piece]:
        """The OFD, page by page; the same document, options and time give the same bytes.

        ``on_page`` is told the number of each page before it is drawn.

        Raises:
            FormatError: a page cannot be read.
            LimitExceeded: a page is too large or takes too long, or all of them become too much.
        """
        from govseal.formats.ofd.sheets import SheetsInfo, document_pieces  # noqa: PLC0415 - lxml

        info = SheetsInfo(self.title, self._at, tuple(self._facts()))
        return document_pieces(info, self._drawn(on_page), limits=self._limits)

    def _facts(self) -> Iterator[tuple[str, str]]:
        """What tells, later on, what the document was made of."""
        sha256, sm3 = self._digests
        yield "SourceFormat", "PDF"
        yield "SourceSHA256", sha256.hex()
        yield "SourceSM3", sm3.hex()
        if self.is_copy:
            yield "SourceSignatures", str(self.signatures)
            yield "Note", copies.note()

    def _drawn(self, on_page: Callable[[int], None]) -> Iterator[Sheet]:
        for page in range(1, self.pages + 1):
            on_page(page)
            drawing = self._sheets.draw(page, self._dpi)
            if drawing.dpi < self._dpi:
                self.lowered[page] = drawing.dpi
            if self.is_copy:
                copies.note_on(drawing.picture, drawing.dpi)
            kind, picture = encode(drawing.picture, drawing.dpi)
            yield Sheet(drawing.width_mm, drawing.height_mm, kind, picture, drawing.runs)
