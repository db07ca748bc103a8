"""One more function of the public API: a document in another format."""

from __future__ import annotations

from datetime import datetime
from typing import IO

from govseal.facade import _aware
from govseal.formats.limits import DEFAULT_LIMITS, Limits
from govseal.formats.source import Source, open_source


def convert(
    data: Source,
    *,
    dpi: int = 200,
    title: str | None = None,
    at: datetime | None = None,
    output: IO[bytes] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> bytes:
    """A PDF as an OFD that can be stamped: each page a picture, with its text to be searched.

    Pages have the sizes in which the PDF displays them. Signatures and stamps are not carried
    over: where the PDF has any, its pages show them as pictures and say that they count as copies
    (视同复印件). The same file, options and time give the same bytes, on the same system.

    Args:
        data: the PDF.
        dpi: of the pictures, 72 to 600; a page of more than 40 million pixels gets less.
        title: what the OFD is called; by default what the PDF says.
        at: the time of the conversion, timezone-aware; now by default.
        output: a file that takes the OFD page by page; then nothing is returned.
        limits: bounds on the input, and on the OFD.

    Raises:
        ValueError: ``dpi`` is out of range, or the title holds control characters.
        UnsupportedFormat: no PDF, or one that is encrypted or a form in XFA.
        FormatError: the PDF or a page cannot be read, or there is none; it is too large, or takes
            too long to draw (``LimitExceeded``).
        SealError: ``E_FONT_MISSING``: it carries signatures, and the system has no font to mark
            the copies with.
        OSError: the system cannot open the file.
    """
    from govseal.formats.conversion import Conversion  # noqa: PLC0415 - start-up

    with open_source(data, limits) as source:
        conversion = Conversion(source, at=_aware(at), dpi=dpi, title=title, limits=limits)
        if output is None:
            return b"".join(conversion.pieces())
        output.writelines(conversion.pieces())
    return b""
