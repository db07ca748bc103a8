"""Certificate requests (PKCS#10, RFC 2986) as CAs take them, GM/T 0092 for SM2 included.

An SM2 request is signed with SM2 and SM3 and the default user ID. What it asks for (key usage,
purposes) stands in its extensionRequest attribute (RFC 2985, 5.4.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from govseal.asn1 import strict, write
from govseal.errors import EncodingError, InvalidSignature, UnsupportedFormat
from govseal.pki import encoding, names, pem
from govseal.pki import extensions as ext
from govseal.pki.algorithms import SignatureAlgorithm, signature_algorithm
from govseal.pki.certificate import read_signed
from govseal.pki.files import read_source
from govseal.pki.keys import PublicKey, algorithm_identifier, read_public_key

EXTENSION_REQUEST: Final = "1.2.840.113549.1.9.14"
PEM_LABELS: Final = ("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")
SIGNER_USAGE: Final = ("digital_signature", "non_repudiation")
MAX_REQUEST_BYTES: Final = 64 * 1024
MAX_ATTRIBUTES: Final = 32
_ATTRIBUTES: Final = 0xA0
_WHAT: Final = "CertificationRequest"
# GB 32100: no I, O, S, V, Z; whether the check characters are right is the binding's matter.
_CREDIT_CODE: Final = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
_SEAL_CODE: Final = re.compile(r"[0-9]{14}")


class SigningKey(Protocol):
    """A key that signs and has no certificate yet, wherever it lives."""

    @property
    def public_key(self) -> PublicKey:
        """The public part, for which the certificate is asked."""

    @property
    def algorithm(self) -> SignatureAlgorithm:
        """What :meth:`sign` makes."""

    def sign(self, message: bytes, /) -> bytes:
        """The signature over ``message``, Z and digest inside."""


@dataclass(frozen=True, slots=True)
class RequestAttribute:
    """An attribute of a request: its OID and its values in DER."""

    oid: str
    values: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CertificateRequest:
    """A request as received; whether its signature is right is asked with :meth:`verify`."""

    der: bytes
    """The request as received."""
    info: bytes
    """CertificationRequestInfo as received: what is signed."""
    subject_der: bytes
    """The subject's Name as received."""
    public_key: PublicKey
    attributes: tuple[RequestAttribute, ...]
    extensions: tuple[ext.Extension, ...]
    """The extensions asked for, in their order; the CA decides what it grants."""
    key_usage: frozenset[str] | None
    """Names of ``extensions.KEY_USAGE_NAMES`` asked for; None where nothing is said."""
    extended_key_usage: frozenset[str] | None
    """Names or OIDs asked for; None where nothing is said."""
    signature_oid: str
    signature_algorithm: SignatureAlgorithm | None
    """None where the algorithm is not known here."""
    signature: bytes

    @classmethod
    def from_der(cls, der: bytes) -> CertificateRequest:
        """The request in ``der``, read to its leaves, its signature not yet verified.

        Raises:
            EncodingError: not a request, an attribute or extension twice, a key that is none.
            LimitExceeded: larger than 64 KiB.
        """
        return _read(bytes(der))

    @property
    def subject(self) -> str:
        """The subject for people: ``C=CN, O=…, CN=…``."""
        return names.format_name(self.subject_der)

    def subject_value(self, label: str) -> str | None:
        """The last value of ``CN``, ``O`` … or a dotted OID in the subject, else None."""
        return names.name_value(self.subject_der, label)

    def verify(self) -> None:
        """Check that whoever asks has the private key; return nothing.

        Raises:
            InvalidSignature: the signature is not this key's, or its digest is broken.
            UnsupportedFormat: a key or an algorithm that cannot be used here.
        """
        algorithm = self.signature_algorithm
        if algorithm is None or algorithm.digest is None:
            raise UnsupportedFormat(f"a request signed with {self.signature_oid}", part=_WHAT)
        if algorithm.weak:
            raise InvalidSignature(f"{algorithm.name} proves nothing: its digest is broken")
        self.public_key.verify(self.signature, self.info, algorithm)

    def to_pem(self) -> bytes:
        """The request as one PEM block."""
        return pem.write_pem(PEM_LABELS[0], self.der)

    def __repr__(self) -> str:
        return f"<CertificateRequest {self.subject} {self.public_key.kind}>"


def _read(der: bytes) -> CertificateRequest:
    strict.parse(der, part=_WHAT, max_bytes=MAX_REQUEST_BYTES)
    info, algorithm, signature = read_signed(der, _WHAT)
    rows = list(strict.expect(info, strict.SEQUENCE, "info").children())
    if not 3 <= len(rows) <= 4 or strict.read_integer(rows[0], "version") != 0:
        raise EncodingError("certificationRequestInfo: not a request of version 1", part=_WHAT)
    names.read_name(rows[1].raw)
    oid, parameters = algorithm_identifier(algorithm, "signatureAlgorithm")
    known = signature_algorithm(oid)
    if known and parameters is not None and parameters.tag != strict.NULL:
        raise EncodingError("signatureAlgorithm: parameters that have no place", part=_WHAT)
    attributes = _read_attributes(rows[3]) if len(rows) == 4 else ()
    extensions = _read_extensions(attributes)
    value = {oid: extension.value for oid, extension in extensions.items()}.get
    usage, purposes = value(ext.KEY_USAGE), value(ext.EXTENDED_KEY_USAGE)
    return CertificateRequest(
        der=der,
        info=info.raw,
        subject_der=rows[1].raw,
        public_key=read_public_key(rows[2]),
        attributes=attributes,
        extensions=tuple(extensions.values()),
        key_usage=None if usage is None else ext.read_key_usage(usage),
        extended_key_usage=None if purposes is None else ext.read_extended_key_usage(purposes),
        signature_oid=oid,
        signature_algorithm=known,
        signature=signature,
    )


def _read_attributes(element: strict.Tlv) -> tuple[RequestAttribute, ...]:
    what = "attributes"
    found: dict[str, RequestAttribute] = {}
    rows = strict.expect(element, _ATTRIBUTES, what).children()
    if len(rows) > MAX_ATTRIBUTES:
        raise EncodingError(f"{what}: too many", part=what)
    for row in rows:
        parts = strict.expect(row, strict.SEQUENCE, what).children()
        if len(parts) != 2:
            raise EncodingError(f"{what}: type and values were expected", part=what)
        oid = strict.read_any_oid(parts[0], what)
        values = strict.expect(parts[1], strict.SET, what).children()
        if oid in found or not values:
            raise EncodingError(f"{what}: {oid} occurs twice, or is empty", part=what)
        found[oid] = RequestAttribute(oid, tuple(value.raw for value in values))
    return tuple(found.values())


def _read_extensions(attributes: tuple[RequestAttribute, ...]) -> dict[str, ext.Extension]:
    asked = next((item.values for item in attributes if item.oid == EXTENSION_REQUEST), None)
    if asked is None:
        return {}
    if len(asked) != 1:
        raise EncodingError("extensionRequest: one value was expected", part="attributes")
    return ext.read_extensions(strict.parse(asked[0]), "extensionRequest")


def load_request(source: bytes | str | Path) -> CertificateRequest:
    """The request in PEM or DER, its signature verified; ``source`` is the content, or a path.

    Raises:
        EncodingError: not a request.
        InvalidSignature: whoever asks does not have the private key.
        UnsupportedFormat: a key or an algorithm that cannot be used here.
        LimitExceeded: larger than 64 KiB.
        OSError: the file cannot be read.
    """
    data = read_source(source, max_bytes=MAX_REQUEST_BYTES)
    if pem.is_pem(data):
        blocks = [block for block in pem.read_pem(data) if block.label in PEM_LABELS]
        if len(blocks) != 1:
            raise EncodingError(f"PEM: {len(blocks)} requests where one is expected", part=_WHAT)
        data = blocks[0].der
    request = CertificateRequest.from_der(data)
    request.verify()
    return request


def government_subject(
    credit_code: str, unit_name: str, seal_code: str
) -> tuple[tuple[str, str], ...]:
    """The subject of a certificate for an official seal, as provinces' CAs issue them.

    O is the unified social credit code with the unit's name behind it, CN the code of the seal.

    Raises:
        ValueError: not 18 characters of a credit code, not 14 digits, or no name.
    """
    if not _CREDIT_CODE.fullmatch(credit_code):
        raise ValueError(f"not a unified social credit code: {credit_code!r}")
    if not _SEAL_CODE.fullmatch(seal_code):
        raise ValueError(f"not the 14 digits of a seal: {seal_code!r}")
    if not unit_name.strip():
        raise ValueError("the unit has no name")
    return (("C", "CN"), ("O", credit_code + unit_name), ("CN", seal_code))


def make_request(
    key: SigningKey,
    subject: Iterable[tuple[str, str]],
    *,
    key_usage: Iterable[str] = SIGNER_USAGE,
    extended_key_usage: Iterable[str] = (),
    extensions: Iterable[bytes] = (),
) -> CertificateRequest:
    """A request for a certificate of ``key``, signed with it once.

    ``subject`` is (label or OID, text) in order, such as :func:`government_subject` gives;
    ``extensions`` are further ones in DER. Nothing is asked for where all of them are empty.

    Raises:
        ValueError: an empty subject, an unknown label, usage or purpose.
        SigningFault: the signature did not verify.
    """
    fields = tuple(subject)
    if not fields or not all(text for _, text in fields):
        raise ValueError("a subject has at least one part, and none is empty")
    if any(label == "C" and not re.fullmatch(r"[A-Z]{2}", text) for label, text in fields):
        raise ValueError("C takes the two letters of a country")
    uses, purposes = tuple(key_usage), tuple(extended_key_usage)
    asked = [encoding.key_usage_extension(uses)] if uses else []
    asked += [encoding.extended_key_usage_extension(purposes)] if purposes else []
    asked += extensions
    attribute = b""
    if asked:
        values = write.set_of(write.sequence(*asked))
        attribute = write.sequence(write.oid(EXTENSION_REQUEST), values)
    info = write.sequence(
        write.integer(0),
        encoding.encode_name(fields),
        key.public_key.spki,
        write.element(_ATTRIBUTES, attribute),
    )
    algorithm = encoding.algorithm_identifier(key.algorithm)
    return CertificateRequest.from_der(write.sequence(info, algorithm, write.bits(key.sign(info))))
