"""签章 a document: open, place, digest, sign, write back.

The key is used exactly once for each stamp.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, cast

from govseal.errors import SealError, StampError
from govseal.formats.base import (
    Document,
    PreparedMessage,
    PreparedStamp,
    Protect,
    StampRequest,
    finished_pieces,
)
from govseal.formats.sesfile import detached_request
from govseal.formats.source import Piece
from govseal.frozen import frozen
from govseal.pki.algorithms import SignatureAlgorithm
from govseal.pki.certificate import Certificate
from govseal.pki.timestampterms import TimestampTerms
from govseal.seal.delegation import check_term, state_use
from govseal.seal.extensions import LedgerReference, SealScope
from govseal.seal.model import Extension, Seal
from govseal.seal.sign import UnsignedStamp, check_may_use, prepare_seal_signature

if TYPE_CHECKING:
    from govseal.formats.places import Place
    from govseal.pki.signer import (  # at run time it would load the key containers
        Signer,
        TimestampSource,
    )


@frozen
class StampUse:
    """What a stamp states that it is for."""

    matter: str | None = None
    """Code of the matter; a seal with a scope needs it."""
    ledger: LedgerReference | None = None
    """The entry of the ledger that the stamp belongs to."""
    approvals: bytes | None = None
    """SM3 over the approvers' signed statements, in their order."""
    matter_list: str | bytes | None = None
    """The list of matters, where the seal names it by its digest."""
    extensions: Sequence[Extension] = ()
    """Further signed data."""

    def state(self, seal: Seal, at: datetime) -> tuple[Extension, ...]:
        """All that is signed, see :func:`govseal.seal.delegation.state_use`."""
        return state_use(
            seal,
            at=at,
            matter=self.matter,
            ledger=self.ledger,
            approvals=self.approvals,
            matter_list=self.matter_list,
            extensions=self.extensions,
        )


NO_USE = StampUse()


def stamp_document(
    document: Document,
    seal: Seal,
    signer: Signer,
    placements: Sequence[Place],
    *,
    at: datetime,
    protect: Protect = Protect.CONTINUE,
    use: StampUse = NO_USE,
    timestamp: TimestampSource | TimestampTerms | None = None,
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
        use: what the stamp states that it is for.
        timestamp: who stamps the time of the signature, and on what terms.
        output: takes the stamped document piece by piece; then nothing is returned.

    Raises:
        SealError: the seal may not be used so, see also :func:`govseal.seal.delegation.state_use`.
        StampError: the document cannot take the stamp, or has to have a time stamp and gets none.
        FormatError: the seal's scope, or the list of matters, cannot be read.
    """
    terms = TimestampTerms.of(timestamp)
    check_may_use(seal, signer.certificate, at)
    stated = use.state(seal, at)
    prepared = prepare_document(
        document,
        seal,
        (signer.certificate, *signer.chain),
        signer.algorithm,
        placements,
        at=at,
        protect=protect,
        extensions=stated,
        timestamp_bytes=_room(terms),
    )
    value = signer.sign(prepared.message)
    token = time_stamp(terms, value, seal, signer.certificate, at)
    if output is None:
        return prepared.finish(value, token)
    if isinstance(prepared, _SealMessage):
        output.writelines(prepared.pieces(value, token))
    else:
        output.write(prepared.finish(value, token))
    return b""


def stamp_bytes(
    data: bytes,
    seal: Seal,
    signer: Signer,
    *,
    at: datetime,
    use: StampUse = NO_USE,
    timestamp: TimestampSource | TimestampTerms | None = None,
) -> bytes:
    """A detached stamp over any bytes: the SES_Signature in DER; see :func:`stamp_document`.

    Raises:
        SealError: the seal may not be used so.
        StampError: no usable time stamp, and the terms insist on one.
        FormatError: the seal's scope, or the list of matters, cannot be read.
    """
    terms = TimestampTerms.of(timestamp)
    check_may_use(seal, signer.certificate, at)
    stated = use.state(seal, at)
    prepared = prepare_bytes(
        data,
        seal,
        signer.certificate,
        signer.algorithm,
        at=at,
        extensions=stated,
        timestamp_bytes=_room(terms),
    )
    value = signer.sign(prepared.message)
    return prepared.finish(value, time_stamp(terms, value, seal, signer.certificate, at))


def _room(terms: TimestampTerms | None) -> int:
    return 0 if terms is None else terms.max_bytes


def time_stamp(
    terms: TimestampTerms | None,
    value: bytes,
    seal: Seal,
    certificate: Certificate,
    at: datetime,
    *,
    max_bytes: int | None = None,
) -> bytes | None:
    """The time stamp over a signature value; None where none is asked for, or none is usable.

    A token proves the time by which seal, certificate and agreement are judged: one of a time at
    which they do not permit the stamp would spoil it, and does not go in.

    Raises:
        StampError: no usable token, and the terms insist on one.
    """
    if terms is None:
        return None
    scope = SealScope.find(seal.extensions)

    def check_time(moment: datetime) -> None:
        check_may_use(seal, certificate, moment)
        if scope is not None:
            check_term(scope, moment)

    return terms.obtain(value, signed_at=at, max_bytes=max_bytes, check_time=check_time)


def prepare_document(
    document: Document,
    seal: Seal,
    certificates: Sequence[Certificate],
    algorithm: SignatureAlgorithm,
    placements: Sequence[Place],
    *,
    at: datetime,
    protect: Protect,
    extensions: Sequence[Extension],
    timestamp_bytes: int = 0,
) -> PreparedMessage:
    """The document with everything of the stamp but the signature value.

    ``certificates`` are the signer's and those above it; ``extensions`` are all that are stated.
    ``timestamp_bytes`` is the room for a time stamp over the value; 0 where there will be none.

    Raises:
        SealError: the seal may not be used so; its stamps have no place for a time stamp
            (``E_GENERATION``).
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
        timestamp_bytes=timestamp_bytes,
    )
    prepared = document.prepare(request)
    if hasattr(prepared, "message"):  # to ask the protocol itself takes longer
        return cast("PreparedMessage", prepared)
    _check_place(seal, timestamp_bytes)
    return _around(prepared, seal, certificates[0], algorithm, at=at, extensions=extensions)


def prepare_bytes(
    data: bytes,
    seal: Seal,
    certificate: Certificate,
    algorithm: SignatureAlgorithm,
    *,
    at: datetime,
    extensions: Sequence[Extension],
    timestamp_bytes: int = 0,
) -> PreparedMessage:
    """A detached stamp but for the signature value; see :func:`prepare_document`.

    Raises:
        SealError: the seal may not be used so.
    """
    check_may_use(seal, certificate, at)
    _check_place(seal, timestamp_bytes)
    prepared = detached_request(data, algorithm.oid)
    return _around(prepared, seal, certificate, algorithm, at=at, extensions=extensions)


@dataclass(slots=True)
class _SealMessage:
    """A place for an SES_Signature, and the SES_Signature that lacks its value."""

    message: bytes
    prepared: PreparedStamp = field(repr=False)
    unsigned: UnsignedStamp = field(repr=False)

    def finish(self, signature_value: bytes, time_stamp: bytes | None = None) -> bytes:
        """The stamped document."""
        return b"".join(self.pieces(signature_value, time_stamp))

    def pieces(self, signature_value: bytes, time_stamp: bytes | None = None) -> Iterator[Piece]:
        """The stamped document in pieces."""
        return finished_pieces(self.prepared, self.unsigned.finish(signature_value, time_stamp))


def _check_place(seal: Seal, timestamp_bytes: int) -> None:
    """Refuse a time stamp where the generation's SES_Signature has no place for one."""
    generation = seal.generation
    if timestamp_bytes and not generation.has_stamp_time_stamp:
        message = f"a stamp of {generation.standard} has no place for a time stamp over its value"
        raise SealError(message, code="E_GENERATION")


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
