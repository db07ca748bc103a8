"""More functions of the public API: several stamps in one pass, and signatures without a seal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from govseal.facade import _aware, _timed
from govseal.formats.base import Protect
from govseal.formats.limits import DEFAULT_LIMITS, Limits
from govseal.formats.source import Source, read_source

if TYPE_CHECKING:
    from govseal.pki.signer import Signer, TimestampSource
    from govseal.pki.timestampterms import TimestampTerms
    from govseal.stamping.many import Stamp


def stamp_many(
    data: Source,
    stamps: Sequence[Stamp],
    *,
    at: datetime | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> bytes:
    """The file with several stamps, each over those before it: one pass, written once.

    Every stamp is a signature of its own, and all are put in or none is.

    Args:
        data: the document (OFD, or PDF, where it is the same as one :func:`stamp` after another).
        stamps: in their order; see :class:`govseal.Stamp`.
        at: 签章时间 of all, timezone-aware; now by default.
        limits: bounds on the input.

    Raises:
        FormatError: the file is damaged, or of no format that is known.
        SealError: a seal may not be used so.
        StampError: the document cannot take a stamp; ``whole_protected`` too where one that
            closes the document is not the last.
        ValueError: no stamps.
        OSError: the system cannot open a file.
    """
    from govseal.stamping.many import stamp_many as stamp_all  # noqa: PLC0415 - start-up

    timed = [replace(item, timestamp=_timed(item.timestamp, at)) for item in stamps]
    return stamp_all(read_source(data, limits), timed, at=_aware(at), limits=limits)


def sign(
    data: Source,
    signer: Signer,
    *,
    at: datetime | None = None,
    protect: Protect | str = Protect.CONTINUE,
    timestamp: TimestampSource | TimestampTerms | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> bytes:
    """The file with a digital signature without a seal: 数字签名, which shows nowhere.

    In OFD it is signed data by GB/T 35275 (SM2) or CMS (RSA), of the type ``Sign``; in PDF it is
    PAdES.

    Args:
        data: the document (OFD or PDF).
        signer: key and certificate.
        at: the signing time that is claimed, timezone-aware; now by default.
        protect: ``continue`` lets later signatures and stamps follow, ``whole`` closes the
            document.
        timestamp: who stamps the time of the signature, as in :func:`stamp`.
        limits: bounds on the input.

    Raises:
        FormatError: the file is damaged, or of no format that is known.
        SealError: ``E_EXPIRED``, ``E_TOO_EARLY`` or ``E_KEY_USAGE`` of the certificate.
        StampError: the document cannot take the signature; ``algorithm_forbidden`` too for keys
            that are neither SM2 nor RSA, and what :func:`stamp` refuses for want of a time stamp.
        OSError: the system cannot open the file.
    """
    from govseal.formats.detect import open_document  # noqa: PLC0415 - start-up
    from govseal.stamping.sign import sign_document  # noqa: PLC0415 - start-up

    document = open_document(read_source(data, limits), limits)
    return sign_document(
        document, signer, at=_aware(at), protect=Protect(protect), timestamp=_timed(timestamp, at)
    )
