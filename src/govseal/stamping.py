"""签章 a document: open, place, digest, sign, write back.

The key is used exactly once for each stamp.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from govseal.errors import StampError
from govseal.formats.base import (
    Document,
    Placement,
    PreparedMessage,
    PreparedStamp,
    Protect,
    StampRequest,
)
from govseal.formats.sesfile import detached_request
from govseal.seal.delegation import state_use
from govseal.seal.extensions import LedgerReference
from govseal.seal.model import Extension, Seal
from govseal.seal.sign import check_may_use, sign_seal

if TYPE_CHECKING:
    from govseal.pki.signer import Signer  # at run time it would load the key containers


def stamp_document(
    document: Document,
    seal: Seal,
    signer: Signer,
    placements: Sequence[Placement],
    *,
    at: datetime,
    protect: Protect = Protect.CONTINUE,
    matter: str | None = None,
    ledger: LedgerReference | None = None,
    approvals: bytes | None = None,
    matter_list: str | bytes | None = None,
    extensions: Sequence[Extension] = (),
) -> bytes:
    """The document with one more stamp, which shows at every one of ``placements``.

    Args:
        document: an open document.
        seal: the seal to use.
        signer: key and certificate, which the seal must permit.
        placements: where the stamp shows; a document without pages takes none.
        at: 签章时间, timezone-aware.
        protect: whether later stamps shall be possible.
        matter: code of the matter that the stamp is for; a seal with a scope needs it.
        ledger: the entry of the ledger that the stamp belongs to.
        approvals: SM3 over the approvers' signed statements, in their order.
        matter_list: the list of matters, where the seal names it by its digest.
        extensions: further signed data.

    Raises:
        SealError: the seal may not be used so, see also :func:`govseal.seal.delegation.state_use`.
        StampError: the document cannot take the stamp.
        FormatError: the seal's scope, or the list of matters, cannot be read.
    """
    check_may_use(seal, signer.certificate, at)
    stated = state_use(
        seal,
        at=at,
        matter=matter,
        ledger=ledger,
        approvals=approvals,
        matter_list=matter_list,
        extensions=extensions,
    )
    request = StampRequest(
        seal=seal,
        placements=tuple(placements),
        algorithm=signer.algorithm.oid,
        signed_at=at.astimezone(UTC).strftime("%Y%m%d%H%M%SZ"),
        protect=protect,
        certificates=(signer.certificate, *signer.chain),
        extensions=stated,
    )
    prepared = document.prepare(request)
    if isinstance(prepared, PreparedMessage):
        return prepared.finish(signer.sign(prepared.message))
    return _sign(prepared, seal, signer, at, stated)


def stamp_bytes(
    data: bytes,
    seal: Seal,
    signer: Signer,
    *,
    at: datetime,
    matter: str | None = None,
    ledger: LedgerReference | None = None,
    approvals: bytes | None = None,
    matter_list: str | bytes | None = None,
    extensions: Sequence[Extension] = (),
) -> bytes:
    """A detached stamp over any bytes: the SES_Signature in DER; see :func:`stamp_document`.

    Raises:
        SealError: the seal may not be used so.
        FormatError: the seal's scope, or the list of matters, cannot be read.
    """
    check_may_use(seal, signer.certificate, at)
    stated = state_use(
        seal,
        at=at,
        matter=matter,
        ledger=ledger,
        approvals=approvals,
        matter_list=matter_list,
        extensions=extensions,
    )
    prepared = detached_request(data, signer.algorithm.oid)
    return _sign(prepared, seal, signer, at, stated)


def _sign(
    prepared: PreparedStamp,
    seal: Seal,
    signer: Signer,
    at: datetime,
    extensions: Sequence[Extension],
) -> bytes:
    if not prepared.property_info.isascii():
        raise StampError("the path of the signature is not ASCII", code="unsupported_path")
    signature = sign_seal(
        seal,
        signer,
        data_digest=prepared.data_digest,
        property_info=prepared.property_info,
        at=at,
        extensions=extensions,
    )
    return prepared.finish(signature)
