"""OCSP requests made, and responses read as received (RFC 6960, GM/T 0014).

A response is a document like a list: read here, and judged in :mod:`govseal.pki.revocation`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from govseal.asn1 import strict, write
from govseal.asn1.strict import Tlv
from govseal.errors import EncodingError, UnsupportedFormat
from govseal.pki import extensions as ext
from govseal.pki import names
from govseal.pki.algorithms import (
    SHA1,
    SHA256,
    SM3,
    DigestAlgorithm,
    SignatureAlgorithm,
    digest_algorithm,
    signature_algorithm,
)
from govseal.pki.certificate import Certificate, read_algorithm, read_x509_time
from govseal.pki.cms import read_children
from govseal.pki.crl import INVALIDITY_DATE, REASONS, RevokedEntry
from govseal.pki.keys import PublicKey, algorithm_identifier
from govseal.pki.tstinfo import take

MAX_OCSP_BYTES: Final = 1024 * 1024
MAX_REQUEST_BYTES: Final = 64 * 1024
MAX_CERTIFICATES: Final = 20
"""Certificates of a response that are looked at."""
MAX_NONCE_BYTES: Final = 128
AT_ONCE: Final = timedelta(minutes=5)
"""For how long an answer speaks that names no next update: as far as clocks differ."""

BASIC: Final = "1.3.6.1.5.5.7.48.1.1"
NONCE: Final = "1.3.6.1.5.5.7.48.1.2"
ARCHIVE_CUTOFF: Final = "1.3.6.1.5.5.7.48.1.6"
EXTENDED_REVOKE: Final = "1.3.6.1.5.5.7.48.1.9"
REQUEST_TYPE: Final = "application/ocsp-request"
RESPONSE_TYPE: Final = "application/ocsp-response"

_STATUS: Final = {
    0: "successful",
    1: "malformed_request",
    2: "internal_error",
    3: "try_later",
    5: "signature_required",
    6: "unauthorized",
}
_ENUMERATED: Final = 0x0A
_GOOD, _REVOKED, _UNKNOWN = 0x80, 0xA1, 0x82
_KNOWN: Final = frozenset({NONCE, EXTENDED_REVOKE})
_KNOWN_IN_ANSWER: Final = frozenset({ARCHIVE_CUTOFF, INVALIDITY_DATE})


@dataclass(frozen=True, slots=True)
class CertId:
    """How OCSP names a certificate: by digests of its issuer, and its serial number."""

    digest_algorithm: str
    """OID."""
    name_digest: bytes
    """Over the issuer's Name in DER."""
    key_digest: bytes
    """Over the issuer's public key, the content of its BIT STRING."""
    serial: int

    @classmethod
    def of(
        cls, certificate: Certificate, issuer: Certificate, algorithm: DigestAlgorithm
    ) -> CertId:
        """The name of ``certificate`` by ``algorithm``."""
        return cls(
            algorithm.oids[0],
            algorithm.digest(issuer.subject_der),
            algorithm.digest(key_octets(issuer.public_key)),
            certificate.serial,
        )

    def fits(self, certificate: Certificate, issuer: Certificate) -> bool:
        """Whether this names ``certificate``, which ``issuer`` issued.

        A weak digest is enough here but for MD5: nothing is signed over it, and another issuer
        would have to be found for the digests of both its name and its key.
        """
        algorithm = digest_algorithm(self.digest_algorithm)
        if self.serial != certificate.serial or algorithm is None or algorithm.name == "md5":
            return False
        if not names.is_same_name(certificate.issuer_der, issuer.subject_der):
            return False
        named = (
            algorithm.digest(issuer.subject_der),
            algorithm.digest(key_octets(issuer.public_key)),
        )
        return named == (self.name_digest, self.key_digest)

    def encode(self) -> bytes:
        """The CertID in DER; the parameters of SM3 are absent, those of the others NULL."""
        parameters = b"" if self.digest_algorithm in SM3.oids else write.null()
        return write.sequence(
            write.sequence(write.oid(self.digest_algorithm), parameters),
            write.octets(self.name_digest),
            write.octets(self.key_digest),
            write.integer(self.serial),
        )


def key_octets(key: PublicKey) -> bytes:
    """The content of the BIT STRING in SubjectPublicKeyInfo, without its unused-bits octet."""
    what = "subjectPublicKeyInfo"
    return strict.read_bits(strict.parse(key.spki, part=what).children()[1], what)


def common_digest(issuer: Certificate) -> DigestAlgorithm:
    """The digest that responders of such an issuer know: SM3 beside SM2, else SHA-1 (RFC 5019)."""
    return SM3 if issuer.public_key.kind == "sm2" else SHA1


@dataclass(frozen=True, slots=True)
class OcspRequest:
    """The question about one certificate or several, unsigned."""

    ids: tuple[CertId, ...]
    nonce: bytes | None = None
    """Octets that the answer should repeat (RFC 9654: 32 of them)."""

    @classmethod
    def about(
        cls,
        certificate: Certificate,
        issuer: Certificate,
        *,
        algorithm: DigestAlgorithm | None = None,
        nonce: bytes | None = None,
    ) -> OcspRequest:
        """The question about ``certificate``, by SM3 beside an SM2 issuer and by SHA-1 else."""
        return cls((CertId.of(certificate, issuer, algorithm or common_digest(issuer)),), nonce)

    @classmethod
    def from_der(cls, der: bytes) -> OcspRequest:
        """The request in ``der``; who asks, and whether it is signed, is passed over.

        Raises:
            EncodingError: not a request, or not DER.
            UnsupportedFormat: a CertID whose digest has parameters.
            LimitExceeded: larger than 64 KiB.
        """
        what = "OCSPRequest"
        whole = read_children(strict.parse(der, part=what, max_bytes=MAX_REQUEST_BYTES), what, 1)
        rest = list(read_children(whole[0], what, 1))
        _check_version(take(rest, 0xA0), what)
        take(rest, 0xA1)
        rows = take(rest, strict.SEQUENCE)
        extensions = take(rest, 0xA2)
        if rows is None or rest:
            raise EncodingError(f"{what}: not that structure", part=what)
        ids = tuple(_read_id(read_children(row, what, 1)[0]) for row in rows.children())
        return cls(ids, _read_nonce(_read_tagged(extensions, 2, what)))

    def encode(self) -> bytes:
        """The request in DER."""
        rows = write.sequence(*(write.sequence(item.encode()) for item in self.ids))
        extensions = b""
        if self.nonce is not None:
            row = write.sequence(write.oid(NONCE), write.octets(write.octets(self.nonce)))
            extensions = write.explicit(2, write.sequence(row))
        return write.sequence(write.sequence(rows, extensions))


@dataclass(frozen=True, slots=True)
class OcspAnswer:
    """What a response says about one certificate (SingleResponse)."""

    id: CertId
    state: str
    """``good``, ``revoked`` or ``unknown``."""
    entry: RevokedEntry | None
    """When and why, where it is revoked."""
    this_update: datetime
    next_update: datetime | None
    archive_cutoff: datetime | None
    """Certificates that expired after this moment are still known."""
    critical_unknown: tuple[str, ...] = ()
    """Critical extensions that are not processed: the answer does not speak."""

    def keeps(self, certificate: Certificate) -> bool:
        """Whether a revocation would still be known, though the certificate may have expired."""
        cutoff = self.archive_cutoff
        return self.this_update <= certificate.not_after or (
            cutoff is not None and cutoff <= certificate.not_after
        )

    def reaches(self, at: datetime, responder: Certificate) -> bool:
        """Whether it speaks for ``at``, by the word of this responder."""
        if self.this_update >= at:
            return True
        # Whoever has the key of a responder that expired can make old answers with a far end.
        if at > responder.not_after:
            return False
        if self.next_update is None:
            return at - self.this_update <= AT_ONCE
        return at <= self.next_update


@dataclass(frozen=True, slots=True)
class BasicResponse:
    """A signed response (BasicOCSPResponse)."""

    tbs: bytes = field(repr=False)
    """ResponseData as received: what the responder signed."""
    responder_name: bytes | None
    """The responder's Name in DER, where it is named so."""
    responder_key: bytes | None
    """SHA-1 of the responder's key, where it is named so."""
    produced_at: datetime
    answers: tuple[OcspAnswer, ...]
    nonce: bytes | None
    signature_oid: str
    signature_algorithm: SignatureAlgorithm | None
    """None where the algorithm is not known here."""
    signature: bytes = field(repr=False)
    certificates: tuple[bytes, ...] = field(repr=False)
    """Certificates that travel inside, in DER, as received."""
    critical_unknown: tuple[str, ...] = ()
    """Critical extensions that are not processed: the response does not speak."""

    @property
    def is_weak(self) -> bool:
        """Whether it is signed over a broken digest: somebody may have made a second response."""
        return self.signature_algorithm is not None and self.signature_algorithm.weak

    def names(self, certificate: Certificate) -> bool:
        """Whether ``certificate`` has the name or the key by which the responder calls itself.

        GM/T 0014 keeps SHA-1 for the key in its text; products digest it with SM3 or SHA-256 too.
        """
        if self.responder_name is not None:
            return names.is_same_name(self.responder_name, certificate.subject_der)
        octets = key_octets(certificate.public_key)
        digests = (item.digest(octets) for item in (SHA1, SM3, SHA256))
        return any(digest == self.responder_key for digest in digests)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OcspResponse:
    """An OCSP response; two are equal when their bytes are."""

    der: bytes
    """The response as received."""
    status: str
    """``successful``, or why there is no answer: ``try_later``, ``unauthorized`` …"""
    basic: BasicResponse | None
    """The answers; None exactly where the status is another than ``successful``."""

    @classmethod
    def from_der(cls, der: bytes) -> OcspResponse:
        """The response in ``der``, read to its leaves; a refusal is a response too.

        Raises:
            EncodingError: not a response, or not DER.
            UnsupportedFormat: another type than the basic one.
            LimitExceeded: larger than 1 MiB or nested too deeply.
        """
        return _read(bytes(der))

    @property
    def answers(self) -> tuple[OcspAnswer, ...]:
        """What it says, about one certificate each."""
        return () if self.basic is None else self.basic.answers

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the response, lower-case hexadecimal."""
        return hashlib.sha256(self.der).hexdigest()

    def has_nonce_of(self, request: OcspRequest) -> bool:
        """Whether it does not answer another request: its nonce, if any, is the request's.

        Many responders make their answers in advance and repeat no nonce; then its dates decide.
        """
        return self.basic is None or self.basic.nonce in (None, request.nonce)

    def __eq__(self, other: object) -> bool:
        return self.der == other.der if isinstance(other, OcspResponse) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.der)

    def __repr__(self) -> str:
        return f"<OcspResponse {self.status} {len(self.answers)}>"


def _read(der: bytes) -> OcspResponse:
    what = "OCSPResponse"
    parts = read_children(strict.parse(der, part=what, max_bytes=MAX_OCSP_BYTES), what, 1)
    code = strict.expect(parts[0], _ENUMERATED, what).content
    status = _STATUS.get(int.from_bytes(code[:4], "big"))
    if status is None or len(code) != 1 or len(parts) > 2:
        raise EncodingError(f"{what}: not a status", part=what)
    if (status == "successful") is not (len(parts) == 2):
        raise EncodingError(f"{what}: an answer and a refusal exclude each other", part=what)
    if len(parts) == 1:
        return OcspResponse(der, status, None)
    kind, content = _pair(strict.explicit(parts[1], 0, what), what)
    oid = strict.read_oid(kind, f"{what}.responseType")
    if oid != BASIC:
        raise UnsupportedFormat(f"an OCSP response of type {oid}", part=what)
    return OcspResponse(der, status, _read_basic(strict.read_octets(content, what)))


def _pair(element: Tlv, what: str) -> tuple[Tlv, Tlv]:
    children = read_children(element, what, 2)
    if len(children) != 2:
        raise EncodingError(f"{what}: two elements were expected", part=what)
    return children[0], children[1]


def _read_basic(der: bytes) -> BasicResponse:
    what = "BasicOCSPResponse"
    rest = list(read_children(strict.parse(der, part=what, max_bytes=MAX_OCSP_BYTES), what, 3))
    tbs, algorithm, signature = rest[:3]
    del rest[:3]
    row = take(rest, 0xA0)
    if rest:
        raise EncodingError(f"{what}: an element that has no place", part=what)
    certificates: tuple[bytes, ...] = ()
    if row is not None:
        inner = strict.expect(strict.explicit(row, 0, what), strict.SEQUENCE, what)
        certificates = tuple(item.raw for item in inner.children())
    oid = read_algorithm(algorithm, algorithm, what)
    data = _read_data(tbs)
    return BasicResponse(
        tbs=tbs.raw,
        responder_name=data.name,
        responder_key=data.key,
        produced_at=data.produced_at,
        answers=data.answers,
        nonce=_read_nonce(data.extensions),
        signature_oid=oid,
        signature_algorithm=signature_algorithm(oid),
        signature=strict.read_bits(signature, f"{what}.signature"),
        certificates=certificates,
        critical_unknown=ext.unknown_critical(data.extensions, _KNOWN),
    )


@dataclass(slots=True)
class _Data:
    """The elements of ResponseData by name."""

    name: bytes | None
    key: bytes | None
    produced_at: datetime
    answers: tuple[OcspAnswer, ...]
    extensions: dict[str, ext.Extension]


def _read_data(tbs: Tlv) -> _Data:
    what = "ResponseData"
    rest = list(read_children(tbs, what, 3))
    _check_version(take(rest, 0xA0), what)
    name, key = take(rest, 0xA1), take(rest, 0xA2)
    produced = take(rest, strict.GENERALIZED_TIME)
    rows = take(rest, strict.SEQUENCE)
    extensions = take(rest, 0xA1)
    if rest or produced is None or rows is None or (name is None) is (key is None):
        raise EncodingError(f"{what}: not that structure", part=what)
    name_der = None
    if name is not None:
        name_der = strict.explicit(name, 1, f"{what}.responderID").raw
        names.read_name(name_der)
    octets = None
    if key is not None:
        octets = strict.read_octets(strict.explicit(key, 2, what), f"{what}.responderID")
    return _Data(
        name_der,
        octets,
        read_x509_time(produced, "producedAt"),
        tuple(_read_answer(row) for row in rows.children()),
        _read_tagged(extensions, 1, what),
    )


def _read_answer(row: Tlv) -> OcspAnswer:
    what = "SingleResponse"
    rest = list(read_children(row, what, 3))
    identifier, status, this_update = rest[:3]
    del rest[:3]
    next_update = take(rest, 0xA0)
    found = _read_tagged(take(rest, 0xA1), 1, what)
    if rest or status.tag not in (_GOOD, _REVOKED, _UNKNOWN):
        raise EncodingError(f"{what}: not that structure", part=what)
    is_revoked = status.tag == _REVOKED
    if not is_revoked and status.content:
        raise EncodingError(f"{what}: a status that is no NULL", part=what)
    cutoff, invalidity = found.get(ARCHIVE_CUTOFF), found.get(INVALIDITY_DATE)
    since = None if invalidity is None else _read_time(strict.parse(invalidity.value), what)
    return OcspAnswer(
        id=_read_id(identifier),
        state={_GOOD: "good", _REVOKED: "revoked", _UNKNOWN: "unknown"}[status.tag],
        entry=_read_revoked(status, since) if is_revoked else None,
        this_update=_read_time(this_update, "thisUpdate"),
        next_update=(
            None
            if next_update is None
            else _read_time(strict.explicit(next_update, 0, what), "nextUpdate")
        ),
        archive_cutoff=None if cutoff is None else _read_time(strict.parse(cutoff.value), what),
        critical_unknown=ext.unknown_critical(found, _KNOWN_IN_ANSWER),
    )


def _read_revoked(status: Tlv, invalidity_date: datetime | None) -> RevokedEntry:
    what = "RevokedInfo"
    rest = list(status.children())
    date = take(rest, strict.GENERALIZED_TIME)
    reason = take(rest, 0xA0)
    if date is None or rest:
        raise EncodingError(f"{what}: not that structure", part=what)
    text = None
    if reason is not None:
        code = strict.expect(strict.explicit(reason, 0, what), _ENUMERATED, what).content
        number = int.from_bytes(code[:4], "big")
        text = REASONS.get(number, f"reason_{number}")
    return RevokedEntry(_read_time(date, what), text, invalidity_date)


def _read_id(element: Tlv) -> CertId:
    what = "CertID"
    parts = read_children(element, what, 4)
    if len(parts) != 4:
        raise EncodingError(f"{what}: four elements were expected", part=what)
    oid, parameters = algorithm_identifier(parts[0], what)
    if parameters is not None and parameters.tag != strict.NULL:
        raise EncodingError(f"{what}: parameters that have no place", part=what)
    return CertId(
        oid,
        strict.read_octets(parts[1], what),
        strict.read_octets(parts[2], what),
        strict.read_integer(parts[3], what),
    )


def _read_time(element: Tlv, what: str) -> datetime:
    return read_x509_time(strict.expect(element, strict.GENERALIZED_TIME, what), what)


def _read_tagged(element: Tlv | None, number: int, what: str) -> dict[str, ext.Extension]:
    if element is None:
        return {}
    return ext.read_extensions(strict.explicit(element, number, what), what)


def _check_version(element: Tlv | None, what: str) -> None:
    """Version 1 is the default, and some write it out."""
    if element is not None and strict.read_integer(strict.explicit(element, 0, what), what) != 0:
        raise EncodingError(f"{what}: another version than 1", part=what)


def _read_nonce(found: dict[str, ext.Extension]) -> bytes | None:
    """The octets of the nonce; old responders write them without the OCTET STRING inside."""
    if NONCE not in found:
        return None
    value = found[NONCE].value
    if not value or len(value) > MAX_NONCE_BYTES + 4:
        raise EncodingError("nonce: no octets, or too many", part="nonce")
    try:
        return strict.read_octets(strict.parse(value), "nonce")
    except EncodingError:
        return value
