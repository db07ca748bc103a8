"""Bare files: a seal, a stamp with or without the bytes it is over, signed data.

A detached stamp is an SES_Signature over any bytes: 原文杂凑值 is their digest, 原文属性 states the
range, which is always all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from govseal.errors import FormatError, StampError
from govseal.formats import cms
from govseal.formats.base import (
    Coverage,
    Evidence,
    Extent,
    PreparedStamp,
    SignatureEvidence,
    SignatureKind,
    StampRequest,
)
from govseal.formats.digests import stamping_digest
from govseal.seal import codec

_ID = "1"
_LOCATION = "detached"


class _BareFile:
    """What the bare files have in common: nothing can be stamped onto them."""

    format = ""

    def __init__(self, data: bytes) -> None:
        self.data = bytes(data)

    def prepare(self, request: StampRequest) -> PreparedStamp:  # noqa: ARG002 - the interface
        """Nothing: a bare seal or stamp takes no stamp.

        Raises:
            StampError: always, ``unsupported``.
        """
        message = "a bare seal or stamp cannot be stamped; a detached stamp is over any bytes"
        raise StampError(message, code="unsupported")


class SealDocument(_BareFile):
    """A bare seal (``.esl``)."""

    format = "seal"

    def evidence(self) -> Evidence:
        """The seal, or why it cannot be read."""
        try:
            seal = codec.decode_seal(self.data)
        except FormatError as problem:
            return Evidence(self.format, problem=problem.kept())
        return Evidence(self.format, seal=seal, tolerances=seal.tolerances)


class StampDocument(_BareFile):
    """A bare stamp (``.ses``, ``SignedValue.dat``), and the bytes it is said to be over.

    Without them (``document`` None) nothing can be said about what it protects.
    """

    format = "ses"

    def __init__(self, data: bytes, document: bytes | None = None) -> None:
        super().__init__(data)
        self.document = document

    def evidence(self) -> Evidence:
        """The stamp as signature ``1``; one that cannot be read has a ``problem``."""
        stamp = problem = None
        try:
            stamp = codec.decode_signature(self.data)
        except FormatError as error:
            problem = error.kept()
        signature = SignatureEvidence(
            id=_ID,
            kind=SignatureKind.SEAL,
            location=_LOCATION if self.document is None else range_of(self.document),
            data=self.document,
            stamp=stamp,
            problem=problem,
            coverage=_coverage(self.document),
            tolerances=stamp.tolerances if stamp is not None else (),
        )
        return Evidence(self.format, signatures=(signature,))


class SignedDataDocument(_BareFile):
    """Bare signed data (GB/T 35275), and the bytes it is said to be over.

    Without them (``document`` None) they are the content, where that is inside and no digest.
    """

    format = "cms"

    def __init__(self, data: bytes, document: bytes | None = None) -> None:
        super().__init__(data)
        self.document = document

    def evidence(self) -> Evidence:
        """The signed data as signature ``1``; what cannot be read has a ``problem``."""
        signed_data = problem = None
        try:
            signed_data = cms.decode_signed_data(self.data)
        except FormatError as error:
            problem = error.kept()
        document = self.document
        if document is None and signed_data is not None:
            document = signed_data.document
        signature = SignatureEvidence(
            id=_ID,
            kind=SignatureKind.SIGNATURE,
            location=_LOCATION,
            data=document,
            signed_data=signed_data,
            problem=problem,
            coverage=_coverage(document),
            tolerances=signed_data.tolerances if signed_data is not None else (),
        )
        return Evidence(self.format, signatures=(signature,))


def _coverage(document: bytes | None) -> Coverage:
    if document is None:
        return Coverage(Extent.NONE)
    return Coverage(Extent.WHOLE_FILE, frozenset({"/"}))


def range_of(document: bytes) -> str:
    """原文属性 of a detached stamp: the protected range in ASCII, as HTTP's Content-Range puts it.

    >>> range_of(b"any bytes")
    'bytes 0-8/9'
    """
    size = len(document)
    return f"bytes 0-{size - 1}/{size}" if size else "bytes */0"


@dataclass(slots=True)
class DetachedStamp:
    """Bytes that wait for the signature over their digest."""

    data_digest: bytes
    """Digest of all of them."""
    property_info: str
    """The range of bytes, see :func:`range_of`."""

    def finish(self, signature: bytes) -> bytes:
        """The stamp by itself: the SES_Signature in DER. The document stays as it is."""
        return bytes(signature)


def detached_request(document: bytes, algorithm: str) -> DetachedStamp:
    """A stamp over all bytes of ``document``, kept beside it.

    ``algorithm`` is the OID of the signer's signature algorithm, whose digest is taken.

    Raises:
        StampError: the algorithm's digest is broken (``algorithm_forbidden``).
        ValueError: an unknown algorithm.
    """
    return DetachedStamp(stamping_digest(algorithm).digest(document), range_of(document))
