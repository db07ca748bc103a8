"""签章 in two steps, for a key that sits elsewhere: prepare here, sign there, finish here.

What waits is everything that decides the stamp, and nothing secret. It is prepared again before
it is finished, so that a stamp never joins what was signed with another document.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Self

from govseal import sm2
from govseal.asn1 import write
from govseal.errors import FormatError, LimitExceeded, StampError
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
from govseal.pki.timestamp import MAX_TOKEN_BYTES
from govseal.pki.timestampterms import TimestampTerms
from govseal.seal.codec import decode_seal
from govseal.seal.delegation import check_stated, state_use
from govseal.seal.model import Extension, Seal
from govseal.seal.sign import check_may_use
from govseal.sm2.params import RAW_SIGNATURE_BYTES
from govseal.stamping.stamp import prepare_bytes, prepare_document, time_stamp

if TYPE_CHECKING:
    from govseal.pki.signer import TimestampSource  # at run time it would load the key containers

SCHEMA: Final = "govseal.pending/1"
_MOST_PLACES: Final = 10_000
_MOST_OTHERS: Final = 1000
_MEMBERS: Final = frozenset(
    (
        *("schema", "algorithm", "message", "digest", "signed_at", "protect"),
        *("places", "seal", "certificates", "extensions", "document", "timestamp_bytes"),
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
    timestamp_bytes: int = 0
    """The room for a time stamp that is asked for when the stamp is finished; 0 for none."""

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
        timestamp_bytes: int = 0,
        **stated: Any,  # noqa: ANN401 - those of state_use
    ) -> Self:
        """The plan of a stamp that states what it is for; see :func:`govseal.prepare_stamp`.

        Raises:
            SealError: the seal may not be used so.
            FormatError: the seal's scope, or the list of matters, cannot be read.
            ValueError: there is no certificate, or the room is not of 0 to 1 MiB.
        """
        if not certificates:
            raise ValueError("a stamp needs the certificate of its signer")
        if not 0 <= timestamp_bytes <= MAX_TOKEN_BYTES:
            raise ValueError(f"the room for a time stamp is 0 to {MAX_TOKEN_BYTES} bytes")
        check_may_use(seal, certificates[0], at)
        extensions = state_use(seal, at=at, **stated)
        return cls(document, seal, certificates, places, at, protect, extensions, timestamp_bytes)

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
                timestamp_bytes=self.timestamp_bytes,
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
            timestamp_bytes=self.timestamp_bytes,
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

    def finish(
        self, signature: bytes, *, timestamp: TimestampSource | TimestampTerms | None = None
    ) -> bytes:
        """The stamped document, or the detached stamp, with the signature value put in.

        Args:
            signature: DER or raw r ‖ s for SM2, PKCS#1 v1.5 for RSA.
            timestamp: who stamps the time of the signature, and on what terms; it is asked now.

        Raises:
            InvalidSignature: it does not verify over :attr:`message` under the certificate.
            StampError: the stamp was prepared without room for a time stamp
                (``no_timestamp_room``); or there is no usable one, and the terms insist on it.
        """
        terms, plan = TimestampTerms.of(timestamp), self.plan
        if terms is not None and not plan.timestamp_bytes:
            message = "the stamp was prepared without room for a time stamp"
            raise StampError(message, code="no_timestamp_room")
        value = bytes(signature)
        if self.algorithm.key_kind == "sm2" and len(value) == RAW_SIGNATURE_BYTES:
            value = sm2.encode_signature(value)
        self.certificate.public_key.verify(value, self.message, self.algorithm)
        room = plan.timestamp_bytes
        token = time_stamp(terms, value, plan.seal, self.certificate, plan.at, max_bytes=room)
        return self.prepared.finish(value, token)

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
            "timestamp_bytes": plan.timestamp_bytes,
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
            check_stated(plan.seal, plan.extensions, plan.at)
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
    places, room = members["places"], members["timestamp_bytes"]
    if type(room) is not int or not 0 <= room <= MAX_TOKEN_BYTES:
        raise ValueError("no number of bytes for a time stamp")
    return StampPlan(
        document=document,
        seal=decode_seal(_bytes(members["seal"])),
        certificates=tuple(Certificate.from_der(_bytes(text)) for text in certificates),
        places=None if places is None else tuple(map(place_from_json, _rows(places, _MOST_PLACES))),
        at=at,
        protect=Protect(members["protect"]),
        extensions=tuple(map(_extension, _rows(members["extensions"], _MOST_OTHERS))),
        timestamp_bytes=room,
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
