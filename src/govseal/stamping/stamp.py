"""签章 a document: open, place, digest, sign, write back.

The key is used exactly once for each stamp.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING

from govseal.errors import StampError
from govseal.formats.base import (
    Document,
    Placement,
    PreparedMessage,
    PreparedStamp,
    Protect,
    StampRequest,
    finished_pieces,
)
from govseal.formats.sesfile import detached_request
from govseal.formats.source import Piece
from govseal.pki.algorithms import SignatureAlgorithm
from govseal.pki.certificate import Certificate
from govseal.seal.delegation import state_use
from govseal.seal.extensions import LedgerReference
from govseal.seal.model import Extension, Seal
from govseal.seal.sign import UnsignedStamp, check_may_use, prepare_seal_signature

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
    output: IO[bytes] | None = None,
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
        output: takes the stamped document piece by piece; then nothing is returned.

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
    prepared = prepare_document(
        document,
        seal,
        (signer.certificate, *signer.chain),
        signer.algorithm,
        placements,
        at=at,
        protect=protect,
        extensions=stated,
    )
    return _given(prepared, signer.sign(prepared.message), output)


def _given(prepared: PreparedMessage, value: bytes, output: IO[bytes] | None) -> bytes:
    """The finished document; nothing where ``output`` has taken it."""
    if output is None:
        return prepared.finish(value)
    output.writelines(finished_pieces(prepared, value))
    return b""


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
    certificate, algorithm = signer.certificate, signer.algorithm
    prepared = prepare_bytes(data, seal, certificate, algorithm, at=at, extensions=stated)
    return prepared.finish(signer.sign(prepared.message))


def prepare_document(
    document: Document,
    seal: Seal,
    certificates: Sequence[Certificate],
    algorithm: SignatureAlgorithm,
    placements: Sequence[Placement],
    *,
    at: datetime,
    protect: Protect,
    extensions: Sequence[Extension],
) -> PreparedMessage:
    """The document with everything of the stamp but the signature value.

    ``certificates`` are the signer's and those above it; ``extensions`` are all that are stated.

    Raises:
        SealError: the seal may not be used so.
        StampError: the document cannot take the stamp.
    """
    check_may_use(seal, certificates[0], at)
    request = StampRequest(
        seal=seal,
        placements=tuple(placements),
        algorithm=algorithm.oid,
        signed_at=at.astimezone(UTC).strftime("%Y%m%d%H%M%SZ"),
        protect=protect,
        certificates=tuple(certificates),
        extensions=tuple(extensions),
    )
    prepared = document.prepare(request)
    if isinstance(prepared, PreparedMessage):
        return prepared
    return _around(prepared, seal, certificates[0], algorithm, at=at, extensions=extensions)


def prepare_bytes(
    data: bytes,
    seal: Seal,
    certificate: Certificate,
    algorithm: SignatureAlgorithm,
    *,
    at: datetime,
    extensions: Sequence[Extension],
) -> PreparedMessage:
    """A detached stamp but for the signature value; see :func:`prepare_document`.

    Raises:
        SealError: the seal may not be used so.
    """
    check_may_use(seal, certificate, at)
    prepared = detached_request(data, algorithm.oid)
    return _around(prepared, seal, certificate, algorithm, at=at, extensions=extensions)


@dataclass(slots=True)
class _SealMessage:
    """A place for an SES_Signature, and the SES_Signature that lacks its value."""

    message: bytes
    prepared: PreparedStamp = field(repr=False)
    unsigned: UnsignedStamp = field(repr=False)

    def finish(self, signature_value: bytes) -> bytes:
        """The stamped document."""
        return self.prepared.finish(self.unsigned.finish(signature_value))

    def pieces(self, signature_value: bytes) -> Iterator[Piece]:
        """The stamped document in pieces."""
        return finished_pieces(self.prepared, self.unsigned.finish(signature_value))


def _around(
    prepared: PreparedStamp,
    seal: Seal,
    certificate: Certificate,
    algorithm: SignatureAlgorithm,
    *,
    at: datetime,
    extensions: Sequence[Extension],
) -> PreparedMessage:
    if not prepared.property_info.isascii():
        raise StampError("the path of the signature is not ASCII", code="unsupported_path")
    unsigned = prepare_seal_signature(
        seal,
        certificate,
        algorithm,
        data_digest=prepared.data_digest,
        property_info=prepared.property_info,
        at=at,
        extensions=extensions,
    )
    return _SealMessage(unsigned.message, prepared, unsigned)
