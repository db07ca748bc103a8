"""What an approver states and signs, and the digest of it that every stamp carries.

An approval is canonical JSON (:func:`govseal.registry.canonical.canonical`) of these members:

``schema`` ``govseal.approval/1`` · ``log`` origin of this registry's ledger · ``request`` and
``number`` of the request · ``document_sm3`` ``document_sha256`` · ``seal`` · ``matter``
``item_code`` · ``step`` from 0 · ``role`` ``approver`` ``on_behalf_of`` · ``decision`` · ``mode``
(``signed`` or ``login``) · ``at`` · ``opinion_sm3`` (opinions stay within the unit: C-22) ·
``departs`` (the reason where a rule is departed from, else null)

The signature is over exactly these bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from govseal.errors import GovsealError, InvalidSignature, RegistryError
from govseal.pki.certificate import Certificate
from govseal.registry import tables
from govseal.registry.canonical import canonical, read_canonical
from govseal.registry.ledger.append import origin
from govseal.registry.tables.base import read_moment
from govseal.registry.vocabulary import ApprovalMode
from govseal.sm2 import sm3

if TYPE_CHECKING:
    from govseal.pki.signer import Signer
    from govseal.registry.call import Call
    from govseal.registry.use.matrix import Standing

SCHEMA: Final = "govseal.approval/1"
CARD_SCHEMA: Final = "govseal.dispatch_card/1"
MAX_STATEMENT_BYTES: Final = 64 * 1024
MAX_SIGNATURE_BYTES: Final = 8 * 1024
PREPARED_FOR: Final = timedelta(minutes=15)
"""How long somebody may take to sign what :func:`prepared` gave, with a key that is elsewhere."""


@dataclass(frozen=True, slots=True)
class SignedStatement:
    """A statement that was signed elsewhere: with a token at the approver's own desk."""

    statement: bytes = field(repr=False)
    """The bytes that ``Use.statement`` gave."""
    signature: bytes = field(repr=False)
    """By SM2 in DER, or RSA PKCS#1 v1.5 with SHA-256."""
    certificate: bytes = field(repr=False)
    """In DER; registered for the approver."""


def state(
    connection: sa.Connection,
    request: sa.Row[Any],
    *,
    step: int,
    standing: Standing,
    approver: str,
    decision: str,
    mode: ApprovalMode,
    at: datetime,
    opinion: str | None,
    departs: str | None,
) -> bytes:
    """The statement of one decision; see the head of this module."""
    return canonical(
        {
            "schema": SCHEMA,
            "log": origin(connection),
            "request": request.id,
            "number": request.number,
            "document_sm3": request.document_sm3,
            "document_sha256": request.document_sha256,
            "seal": request.seal,
            "matter": request.matter,
            "item_code": request.item_code,
            "step": step,
            "role": standing.role,
            "approver": approver,
            "on_behalf_of": standing.on_behalf_of,
            "decision": decision,
            "mode": mode,
            "at": at,
            "opinion_sm3": sm3(opinion.encode()).hex() if opinion else None,
            "departs": departs,
        }
    )


def sign(statement: bytes, signer: Signer) -> SignedStatement:
    """The statement, signed with a key that is at hand: once."""
    return SignedStatement(statement, signer.sign(statement), signer.certificate.der)


def time_of(statement: bytes) -> datetime:
    """When a statement says that it was made.

    Raises:
        RegistryError: ``malformed``.
    """
    try:
        return read_moment(members_of(statement)["at"])
    except (KeyError, TypeError, ValueError) as error:
        raise RegistryError("the statement names no time", code="malformed") from error


def members_of(statement: bytes) -> dict[str, Any]:
    """The members of a statement.

    Raises:
        RegistryError: ``malformed``.
    """
    if len(statement) > MAX_STATEMENT_BYTES:
        raise RegistryError("the statement is too long", code="malformed")
    return read_canonical(statement, "the statement")


def check_signature(call: Call, signed: SignedStatement, approver: str, at: datetime) -> None:
    """Go on only if the approver's own key signed; the certificate is one registered then.

    Revocation is the business of whoever registers certificates: it ends the registration.

    Raises:
        Refused: ``E_SIGNATURE``: a certificate that is not registered for the person at that
            time, is not for signing or not valid, a key that is neither SM2 nor RSA, or a
            signature that is not over the statement.
    """
    if len(signed.signature) > MAX_SIGNATURE_BYTES:
        call.refuse("E_SIGNATURE", "签名过长 / the signature is too long")
    table = tables.person_certificates
    digest = hashlib.sha256(signed.certificate).hexdigest()
    query = sa.select(table.c.id).where(
        table.c.person == approver,
        table.c.sha256 == digest,
        table.c.since <= at,
        sa.or_(table.c.until.is_(None), table.c.until > at),
    )
    if call.connection.execute(query).first() is None:
        call.refuse(
            "E_SIGNATURE",
            "证书未登记为审签人所有 / the certificate is not registered for the approver",
        )
    try:
        certificate = Certificate.from_der(signed.certificate)
        if not certificate.is_for_signing or not certificate.is_valid_at(at):
            call.refuse(
                "E_SIGNATURE",
                "证书不能用于签名，或当时无效 / "
                "the certificate is not for signing, or not valid then",
            )
        _verify(certificate, signed)
    except InvalidSignature:
        call.refuse(
            "E_SIGNATURE",
            "签名不是审签人对本声明的签名 / "
            "the signature is not the approver's over this statement",
        )


def _verify(certificate: Certificate, signed: SignedStatement) -> None:
    from govseal.pki.algorithms import RSA_SHA256, SM2_SM3  # noqa: PLC0415 - start-up

    algorithms = {"sm2": SM2_SM3, "rsa": RSA_SHA256}
    algorithm = algorithms.get(certificate.public_key.kind)
    if algorithm is None:
        raise InvalidSignature("statements are signed with SM2 or RSA")
    try:
        certificate.public_key.verify(signed.signature, signed.statement, algorithm)
    except InvalidSignature:
        raise
    except GovsealError as error:
        raise InvalidSignature(str(error)) from error


def state_card(connection: sa.Connection, card: sa.Row[Any]) -> bytes:
    """What stands for the approval of an official document: its dispatch card, canonical JSON."""
    return canonical(
        {
            "schema": CARD_SCHEMA,
            "log": origin(connection),
            "number": card.number,
            "kind": card.kind,
            "issuer": card.issuer,
            "title": card.title,
            "signed_off_by": card.signed_off_by,
            "signed_off_at": card.signed_off_at,
            "openness": card.openness,
            "openness_reason": card.openness_reason,
            "meeting": card.meeting,
            "document_sm3": card.document_sm3,
        }
    )


def approvals_digest(signed: Iterable[tuple[bytes, bytes | None]]) -> bytes:
    """ApprovalDigest, the 32 bytes that the stamp carries in extension ``.4``.

    SM3( d_1 ‖ … ‖ d_n ), where d_i = SM3(statement_i) ‖ SM3(signature_i), in the order of the
    steps, the dispatch card before them where there is one. A statement that was not signed (a
    card; a strong log-in) has the empty string for its signature.
    """
    return sm3(b"".join(sm3(statement) + sm3(value or b"") for statement, value in signed))
