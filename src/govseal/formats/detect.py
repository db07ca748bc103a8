"""Which format some bytes are in, and the document opened in it."""

from __future__ import annotations

from collections.abc import Callable

from govseal.asn1 import strict
from govseal.errors import EncodingError, LimitExceeded, UnsupportedFormat
from govseal.formats import cms
from govseal.formats.base import Document
from govseal.formats.limits import DEFAULT_LIMITS, Limits
from govseal.formats.source import ZIP_END, ZIP_START, ZIP_TAIL, ByteSource, HeldBytes
from govseal.seal import codec

_PDF_START = b"%PDF-"
_PDF_HEAD = 1024
_PICTURE_HEAD = 1 << 16
_SEQUENCE = b"\x30"
_CONTAINERS = frozenset({"ofd", "pdf"})

#: What a file is by its name, when it starts like DER and cannot be told otherwise.
_DER_SUFFIXES = {"esl": "seal", "ses": "ses", "p7s": "cms", "p7b": "cms"}


def detect(data: bytes | ByteSource) -> str | None:
    """``ofd``, ``pdf``, ``seal``, ``ses`` or ``cms``; None for what is none of these.

    An archive counts as OFD even if it is damaged: how, its evidence says. So does what bears one
    at its end: :func:`open_document` alone tells a seal whose picture is OFD.
    """
    source = data if isinstance(data, ByteSource) else HeldBytes(data)
    head = source.read(0, _PDF_HEAD)
    if head.startswith(ZIP_START):
        return "ofd"
    if ZIP_END in source.read(max(0, source.size - ZIP_TAIL), ZIP_TAIL):
        return "ofd"
    if _PDF_START in head:
        return "pdf"
    return _detect_der(source.whole()) if head.startswith(_SEQUENCE) else None


def _detect_around(source: ByteSource, name: str) -> str | None:
    """What one DER structure from end to end is, where a package or PDF was found inside it.

    A seal's picture may be a page of OFD, the content of signed data any document. Readers of OFD
    and PDF may open the inner one all the same: where the name says that they will, it is what is
    judged. So it is for signed data that no name tells, parts of which nobody signed.
    """
    suffix = name.rpartition(".")[2].lower()
    if suffix in _CONTAINERS or source.size > strict.MAX_BYTES or source.read(0, 1) != _SEQUENCE:
        return None
    data = source.whole()
    try:
        strict.parse(data)
    except (EncodingError, LimitExceeded):
        return None
    found = _detect_der(data)
    return None if found == "cms" and suffix not in _DER_SUFFIXES else found


def _detect_der(data: bytes) -> str | None:
    if cms.is_signed_data(data):
        return "cms"
    if codec.looks_like_signature(data):
        return "ses"
    try:
        children = strict.parse(data).children()
        if [child.tag for child in children] == [strict.INTEGER, strict.INTEGER]:
            return "ses"  # a bare SM2 signature: recognised, and refused with its name
        is_seal = len(children) in (2, 4, 5) and bool(children[0].children()[0].children())
    except (EncodingError, LimitExceeded, IndexError):
        return None
    return "seal" if is_seal else None


def open_document(
    data: bytes | ByteSource, limits: Limits = DEFAULT_LIMITS, *, name: str = ""
) -> Document:
    """The document in ``data``, in whatever format it is; damage is found in its evidence.

    ``name`` is the file's name: by ``.esl`` or ``.ses`` a damaged seal or stamp is still known.
    A source has to stay open for as long as the document is used; OFD alone is read by offset.

    Raises:
        LimitExceeded: larger than ``limits`` allows.
        UnsupportedFormat: a format that is not known, or not read by this version.
    """
    source = data if isinstance(data, ByteSource) else HeldBytes(bytes(data))
    if source.size > limits.max_file_bytes:
        message = "the file is too large"
        raise LimitExceeded(message, limit=limits.max_file_bytes, found=source.size)
    name = name or source.name
    found = detect(source)
    if found in _CONTAINERS:
        found = _detect_around(source, name) or found
    if found is None and source.read(0, 1) == _SEQUENCE:
        found = _DER_SUFFIXES.get(name.rpartition(".")[2].lower())
    if found is None:
        from govseal.seal.picture import SealPicture  # noqa: PLC0415 - for an error alone

        if SealPicture("", source.read(0, _PICTURE_HEAD), 0, 0).kind != "unknown":
            message = "a picture counts as a copy (视同复印件): only the document can be verified"
            raise UnsupportedFormat(message)
        raise UnsupportedFormat("the file is in no format that is known here")
    if found == "pdf":
        from govseal.formats.pdf.document import PdfDocument  # noqa: PLC0415 - as for OFD below

        return PdfDocument(source.whole(), limits)
    if found == "ofd":
        from govseal.formats.ofd.document import OfdDocument  # noqa: PLC0415 - lxml, only for OFD

        return OfdDocument(source, limits)
    from govseal.formats import sesfile  # noqa: PLC0415 - beside its sibling above

    kinds: dict[str, Callable[[bytes], Document]] = {
        "seal": sesfile.SealDocument,
        "ses": sesfile.StampDocument,
        "cms": sesfile.SignedDataDocument,
    }
    return kinds[found](source.whole())


def open_detached(stamp: bytes, document: bytes, limits: Limits = DEFAULT_LIMITS) -> Document:
    """A detached stamp or signed data, with the bytes it is said to be over.

    Raises:
        LimitExceeded: larger than ``limits`` allows.
        UnsupportedFormat: ``stamp`` starts like neither.
    """
    from govseal.formats import sesfile  # noqa: PLC0415 - as above

    for data in (stamp, document):
        if len(data) > limits.max_file_bytes:
            message = "the file is too large"
            raise LimitExceeded(message, limit=limits.max_file_bytes, found=len(data))
    if cms.is_signed_data(stamp):
        return sesfile.SignedDataDocument(stamp, document)
    if not stamp.startswith(_SEQUENCE):
        raise UnsupportedFormat("the file is no detached stamp")
    return sesfile.StampDocument(stamp, document)
