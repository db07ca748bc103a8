"""数字签名 without a seal: signed data by GB/T 35275 or CMS in OFD, PAdES in PDF.

GM/T 0099-2020, 7.2.2: the signature is listed with the type Sign, and SignedValue.dat is the signed
data over Signature.xml, whose digest stands in its signed attributes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from govseal.errors import StampError
from govseal.formats.base import Document, PreparedContent, PreparedMessage, Protect, StampRequest
from govseal.pki.signeddata import make_signed_data
from govseal.pki.timestampterms import TimestampTerms
from govseal.seal.make import check_may_sign

if TYPE_CHECKING:
    from govseal.pki.signer import (  # at run time it would load the key containers
        Signer,
        TimestampSource,
    )


def sign_document(
    document: Document,
    signer: Signer,
    *,
    at: datetime,
    protect: Protect = Protect.CONTINUE,
    timestamp: TimestampSource | TimestampTerms | None = None,
) -> bytes:
    """The document with one more signature, which shows nowhere; the key is used once.

    Args:
        document: an open document (OFD or PDF).
        signer: key and certificate.
        at: the signing time that is claimed, timezone-aware.
        protect: whether later signatures and stamps shall be possible.
        timestamp: who stamps the time of the signature, and on what terms.

    Raises:
        SealError: ``E_EXPIRED``, ``E_TOO_EARLY`` or ``E_KEY_USAGE`` of the certificate.
        StampError: the document cannot take it, or has to have a time stamp and gets none.
    """
    terms = TimestampTerms.of(timestamp)
    check_may_sign(signer.certificate, at)
    if signer.algorithm.key_kind not in ("sm2", "rsa"):
        message = f"documents are signed with SM2 and RSA, not with {signer.algorithm.name}"
        raise StampError(message, code="algorithm_forbidden")
    request = StampRequest(
        seal=None,
        placements=(),
        algorithm=signer.algorithm.oid,
        signed_at=at.astimezone(UTC).strftime("%Y%m%d%H%M%SZ"),
        protect=protect,
        certificates=(signer.certificate, *signer.chain),
        timestamp_bytes=0 if terms is None else terms.max_bytes,
    )
    prepared = document.prepare(request)
    if isinstance(prepared, PreparedMessage):
        value = signer.sign(prepared.message)
        check_time = partial(check_may_sign, signer.certificate)
        token = terms.obtain(value, signed_at=at, check_time=check_time) if terms else None
        return prepared.finish(value, token)
    if not isinstance(prepared, PreparedContent):
        message = f"a signature without a seal has no place in this format: {document.format}"
        raise StampError(message, code="unsupported")
    signed = make_signed_data(prepared.content, signer, signed_at=at, timestamp=terms)
    return prepared.finish(signed)
