"""签章 in two steps, for a key that sits elsewhere: prepare here, sign there, finish here.

What waits is everything that decides the stamp, and nothing secret. It is prepared again before
it is finished, so that a stamp never joins what was signed with another document.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Self

from govseal import sm2
from govseal.asn1 import write
from govseal.errors import FormatError, LimitExceeded
from govseal.formats.base import PreparedMessage, Protect
from govseal.formats.detect import open_document
from govseal.formats.limits import DEFAULT_LIMITS, Limits
from govseal.formats.places import Place, place_from_json, place_to_json
from govseal.pki.algorithms import (
    RSA_SHA256,
    SHA256,
    SM2_SM3,
    SignatureAlgorithm,
)
from govseal.pki.certificate import Certificate
from govseal.seal.codec import decode_seal
from govseal.seal.delegation import state_use
from govseal.seal.model import Extension, Seal
from govseal.seal.sign import check_may_use
from govseal.sm2.params import RAW_SIGNATURE_BYTES
from govseal.stamping.stamp import prepare_bytes, prepare_document

SCHEMA: Final = "govseal.pending/1"
_MOST_PLACES: Final = 10_000
_MOST_OTHERS: Final = 1000
_MEMBERS: Final = frozenset(
    (
        *("schema", "algorithm", "message", "digest", "signed_at", "protect"),
        *("places", "seal", "certificates", "extensions", "document"),
    )
)


@dataclass(frozen=True, slots=True)
class StampPlan:
    """Everything that decides a stamp, but the signature value."""

    document: bytes = field(repr=False)
    seal: Seal
    certificates: tuple[Certificate, ...]
    """The signer's, then those above."""
    places: tuple[Place, ...] | None
    """None for a detached stamp."""
    at: datetime
    protect: Protect
    extensions: tuple[Extension, ...]
    """All that the stamp states."""

    @property
    def algorithm(self) -> SignatureAlgorithm:
        """What the signer's key makes."""
        return RSA_SHA256 if self.certificates[0].public_key.kind == "rsa" else SM2_SM3

    @classmethod
    def state(
        cls,
        document: bytes,
        seal: Seal,
        certificates: tuple[Certificate, ...],
        places: tuple[Place, ...] | None,
        *,
        at: datetime,
        protect: Protect = Protect.CONTINUE,
        **stated: Any,  # noqa: ANN401 - those of state_use
    ) -> Self:
        """The plan of a stamp that states what it is for; see :func:`govseal.prepare_stamp`.

        Raises:
            SealError: the seal may not be used so.
            FormatError: the seal's scope, or the list of matters, cannot be read.
            ValueError: there is no certificate.
        """
        if not certificates:
            raise ValueError("a stamp needs the certificate of its signer")
        check_may_use(seal, certificates[0], at)
        extensions = state_use(seal, at=at, **stated)
        return cls(document, seal, certificates, places, at, protect, extensions)

    def prepare(self, limits: Limits) -> PreparedMessage:
        """The stamp but for the signature value; the same plan gives the same bytes."""
        if self.places is None:
            return prepare_bytes(
                self.document,
                self.seal,
                self.certificates[0],
                self.algorithm,
                at=self.at,
                extensions=self.extensions,
            )
        return prepare_document(
            open_document(self.document, limits),
            self.seal,
            self.certificates,
            self.algorithm,
            self.places,
            at=self.at,
            protect=self.protect,
            extensions=self.extensions,
        )


@dataclass(frozen=True, slots=True)
class PendingStamp:
    """A stamp that waits for its signature value."""

    plan: StampPlan
    message: bytes = field(repr=False)
    """What the key signs: with SM2 under the default user ID, with RSA as PKCS#1 v1.5."""
    prepared: PreparedMessage = field(repr=False)

    @classmethod
    def create(cls, plan: StampPlan, limits: Limits = DEFAULT_LIMITS) -> Self:
        """The stamp of a plan, prepared.

        Raises:
            SealError: the seal may not be used so.
            StampError: the document cannot take the stamp.
            FormatError: the document is damaged, or of no format that is known.
        """
        prepared = plan.prepare(limits)
        return cls(plan, bytes(prepared.message), prepared)

    @property
    def certificate(self) -> Certificate:
        """The certificate of the key that has to sign."""
        return self.plan.certificates[0]

    @property
    def algorithm(self) -> SignatureAlgorithm:
        """How it has to sign: ``sm2-sm3`` or ``rsa-sha256``."""
        return self.plan.algorithm

    @property
    def digest(self) -> bytes:
        """What a device signs that takes digests: e = SM3(Z ‖ M), or SHA-256 of the message."""
        key = self.certificate.public_key.material
        if isinstance(key, sm2.PublicKey):
            return sm2.sm3(key.identity_digest() + self.message)
        return SHA256.digest(self.message)

    def finish(self, signature: bytes) -> bytes:
        """The stamped document, or the detached stamp, with the signature value put in.

        Args:
            signature: DER or raw r ‖ s for SM2, PKCS#1 v1.5 for RSA.

        Raises:
            InvalidSignature: it does not verify over :attr:`message` under the certificate.
        """
        value = bytes(signature)
        if self.algorithm.key_kind == "sm2" and len(value) == RAW_SIGNATURE_BYTES:
            value = sm2.encode_signature(value)
        self.certificate.public_key.verify(value, self.message, self.algorithm)
        return self.prepared.finish(value)

    def to_json(self) -> bytes:
        """All of it as JSON (schema ``govseal.pending/1``), without anything secret."""
        plan = self.plan
        places = plan.places
        members = {
            "schema": SCHEMA,
            "algorithm": self.algorithm.name,
            "digest": self.digest.hex(),
            "message": _text(self.message),
            "signed_at": plan.at.isoformat(),
            "protect": plan.protect.value,
            "places": None if places is None else [*map(place_to_json, places)],
            "seal": _text(plan.seal.der),
            "certificates": [_text(certificate.der) for certificate in plan.certificates],
            "extensions": [
                {"oid": item.oid, "critical": item.critical, "value": _text(item.value)}
                for item in plan.extensions
            ],
            "document": _text(plan.document),
        }
        return (json.dumps(members, indent=2) + "\n").encode("ascii")

    @classmethod
    def from_json(cls, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Self:
        """The stamp that :meth:`to_json` wrote, prepared again.

        Raises:
            FormatError: not such JSON, too large, or what is prepared from it is not what it says.
            SealError: the seal may not be used so.
            StampError: the document cannot take the stamp.
        """
        members = _read_members(data, limits)
        try:
            plan = _read_plan(members, limits)
            pending = cls.create(plan, limits)
            stated = (members["algorithm"], members["message"], members["digest"])
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise _malformed(f"{type(error).__name__}: {error}") from None
        made = (pending.algorithm.name, _text(pending.message), pending.digest.hex())
        if stated != made:
            message = "it was changed, or prepared by another version: prepare the stamp again"
            raise _malformed(message)
        return pending


def _read_members(data: bytes, limits: Limits) -> dict[str, Any]:
    most = 2 * limits.max_file_bytes
    if len(data) > most:
        raise LimitExceeded("the pending stamp is too large", limit=most, found=len(data))
    try:
        members = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise _malformed("not JSON") from None
    if not isinstance(members, dict) or members.get("schema") != SCHEMA:
        raise _malformed(f"not of the schema {SCHEMA}")
    if set(members) != _MEMBERS:
        names = ", ".join(sorted(map(repr, _MEMBERS.symmetric_difference(members))))
        raise _malformed(f"missing or not known: {names[:200]}")
    return members


def _read_plan(members: dict[str, Any], limits: Limits) -> StampPlan:
    document = _bytes(members["document"])
    if len(document) > limits.max_file_bytes:
        most = limits.max_file_bytes
        raise LimitExceeded("the file is too large", limit=most, found=len(document))
    certificates = _rows(members["certificates"], _MOST_OTHERS)
    at = datetime.fromisoformat(members["signed_at"])
    if not certificates or at.tzinfo is None:
        raise ValueError("a certificate, and a time with its zone, are needed")
    places = members["places"]
    return StampPlan(
        document=document,
        seal=decode_seal(_bytes(members["seal"])),
        certificates=tuple(Certificate.from_der(_bytes(text)) for text in certificates),
        places=None if places is None else tuple(map(place_from_json, _rows(places, _MOST_PLACES))),
        at=at,
        protect=Protect(members["protect"]),
        extensions=tuple(map(_extension, _rows(members["extensions"], _MOST_OTHERS))),
    )


def _rows(value: object, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise ValueError(f"a list of at most {most} was expected")
    return value


def _extension(row: dict[str, object]) -> Extension:
    oid, critical = row["oid"], row["critical"]
    if not isinstance(oid, str) or not isinstance(critical, bool) or len(row) != 3:
        raise ValueError("an extension is oid, critical and value")
    write.oid(oid)
    return Extension(oid, _bytes(row["value"]), critical)


def _bytes(text: object) -> bytes:
    if not isinstance(text, str):
        raise TypeError("a text in base64 was expected")
    return b64decode(text, validate=True)


def _text(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _malformed(message: str) -> FormatError:
    return FormatError(f"the pending stamp: {message}", part="pending")
