"""The parts that signed data of every kind is made of (GB/T 35275, RFC 5652), read one by one.

Signatures of documents and time stamps are put together from them, each by rules of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from govseal.asn1 import strict, write
from govseal.asn1.strict import Tlv, Tolerances
from govseal.errors import EncodingError, FormatError, UnsupportedFormat
from govseal.pki.algorithms import (
    SM2_SM3,
    SM3,
    SignatureAlgorithm,
    digest_algorithm,
    signature_algorithm,
)
from govseal.pki.certificate import Certificate
from govseal.pki.keys import EC_PUBLIC_KEY, is_sm2_key

SIGNED_DATA: Final = frozenset({"1.2.156.10197.6.1.4.2.2", "1.2.840.113549.1.7.2"})

CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"
TIME_STAMP: Final = "1.2.840.113549.1.9.16.2.14"
SIGNING_CERTIFICATE: Final = "1.2.840.113549.1.9.16.2.12"
SIGNING_CERTIFICATE_V2: Final = "1.2.840.113549.1.9.16.2.47"
_SHA1: Final = "1.3.14.3.2.26"
_SHA256: Final = "2.16.840.1.101.3.4.2.1"
_INDEFINITE: Final = b"\x30\x80"
_KEY_IDENTIFIER: Final = 0x80


@dataclass(frozen=True, slots=True)
class CertificateId:
    """What ESSCertID says of the signer's certificate (RFC 5035)."""

    digest_algorithm: str
    """OID."""
    digest: bytes


@dataclass(frozen=True, slots=True)
class Identifier:
    """SignerIdentifier: whose certificate it is, by issuer and number or by the key."""

    issuer_der: bytes
    """The issuer's Name; empty where the certificate is named by its key."""
    serial: int
    key_id: bytes | None

    def find(self, certificates: Iterable[bytes]) -> bytes | None:
        """The first of the certificates in DER that it names; None where none is it."""
        for certificate in certificates:
            try:
                if self._names(certificate):
                    return certificate
            except FormatError:
                continue
        return None

    def names(self, certificate: Certificate) -> bool:
        """Whether it is this certificate, which was read before."""
        if self.key_id is not None:
            return certificate.subject_key_id == self.key_id
        return (certificate.issuer_der, certificate.serial) == (self.issuer_der, self.serial)

    def _names(self, certificate: bytes) -> bool:
        if self.key_id is not None:
            return self.names(Certificate.from_der(certificate))
        return _issuer_and_serial(certificate) == (self.issuer_der, self.serial)


@dataclass(frozen=True, slots=True)
class Envelope:
    """SignedData as it stands around its one signer."""

    der: bytes
    version: int
    digests: frozenset[str]
    """OIDs of the digest algorithms that it announces."""
    content_type: str
    content: bytes | None
    """The content, where it is inside."""
    certificates: tuple[bytes, ...]
    """Certificates in DER, as received."""
    signer: Tlv


def read_envelope(data: bytes) -> Envelope:
    """The SignedData in the ContentInfo ``data``, which holds nothing else.

    Raises:
        EncodingError: not signed data, or not DER; no signer (an empty signature is none).
        UnsupportedFormat: several signers, or BER.
    """
    if data.startswith(_INDEFINITE):
        raise UnsupportedFormat("signed data of indefinite length (BER)", part="ContentInfo")
    root = strict.parse(data, part="ContentInfo")
    fields = read_children(root, "ContentInfo", 2, 2)
    if strict.read_oid(fields[0], "ContentInfo.contentType") not in SIGNED_DATA:
        raise UnsupportedFormat("the content is not signed data", part="ContentInfo")
    body = strict.explicit(fields[1], 0, "ContentInfo.content")
    rest = list(read_children(body, "SignedData", 4))
    version = strict.read_integer(rest.pop(0), "SignedData.version")
    digests = _digests(rest.pop(0))
    content_type, content = _content(rest.pop(0))
    certificates: tuple[bytes, ...] = ()
    if rest and rest[0].tag == 0xA0:
        certificates = tuple(item.raw for item in rest.pop(0).children())
    if rest and rest[0].tag == 0xA1:
        rest.pop(0)
    if len(rest) != 1:
        raise EncodingError("SignedData: signerInfos is missing", part="SignedData")
    signers = strict.expect(rest[0], strict.SET, "SignedData.signerInfos").children()
    if not signers:
        raise EncodingError("SignedData: nobody signed", part="SignedData.signerInfos")
    if len(signers) > 1:
        raise UnsupportedFormat("several signers in one structure", part="SignedData.signerInfos")
    return Envelope(root.raw, version, digests, content_type, content, certificates, signers[0])


@dataclass(frozen=True, slots=True)
class SignerParts:
    """SignerInfo taken apart."""

    version: int
    identifier: Identifier
    digest_algorithm: str
    """OID."""
    attributes: Tlv | None
    """The signed attributes in their [0]."""
    algorithm: str
    """OID of the signature algorithm (digestEncryptionAlgorithm)."""
    value: bytes
    """The signature value as received."""
    unsigned: Tlv | None
    """The unsigned attributes in their [1]."""


def read_signer(tlv: Tlv) -> SignerParts:
    """SignerInfo taken apart; raises :class:`EncodingError` where a part is missing or too many."""
    rest = list(read_children(tlv, "SignerInfo", 5))
    version = strict.read_integer(rest.pop(0), "SignerInfo.version")
    identifier = _identifier(rest.pop(0))
    digest = read_algorithm(rest.pop(0), "SignerInfo.digestAlgorithm")
    attributes = rest.pop(0) if rest[0].tag == 0xA0 else None
    if len(rest) < 2:
        raise EncodingError("SignerInfo: elements are missing", part="SignerInfo")
    algorithm = _signature_algorithm(rest.pop(0), "SignerInfo.digestEncryptionAlgorithm")
    value = strict.read_octets(rest.pop(0), "SignerInfo.encryptedDigest")
    if any(item.tag != 0xA1 for item in rest) or len(rest) > 1:
        raise EncodingError("SignerInfo: an element too many", part="SignerInfo")
    unsigned = rest[0] if rest else None
    return SignerParts(version, identifier, digest, attributes, algorithm, value, unsigned)


def _issuer_and_serial(certificate: bytes) -> tuple[bytes, int]:
    """Issuer and serial number of a certificate."""
    fields = list(strict.parse(certificate).children()[0].children())
    if fields and fields[0].tag == 0xA0:
        fields.pop(0)
    if len(fields) < 3:
        raise EncodingError("not a certificate")
    return fields[2].raw, strict.read_integer(fields[0], "serialNumber")


def _digests(tlv: Tlv) -> frozenset[str]:
    what = "SignedData.digestAlgorithms"
    return frozenset(
        read_algorithm(item, what) for item in strict.expect(tlv, strict.SET, what).children()
    )


def check_version(version: int, what: str, key_id: bytes | None) -> None:
    """1; 3 goes with a signer by key identifier alone (RFC 5652, 5.1 and 5.3).

    Nobody signs these numbers: held to the letter, a change of them shows all the same.
    """
    if version != 1 and (version != 3 or key_id is None):
        raise EncodingError(f"{what}: version {version} does not fit", part=what)


def read_children(tlv: Tlv, what: str, least: int, most: int | None = None) -> tuple[Tlv, ...]:
    """The elements of a SEQUENCE; raises :class:`EncodingError` for too few, or too many."""
    children = strict.expect(tlv, strict.SEQUENCE, what).children()
    if len(children) < least:
        message = f"{what}: elements are missing"
        raise EncodingError(message, part=what, offset=tlv.start)
    if most is not None and len(children) > most:
        message = f"{what}: an element too many"
        raise EncodingError(message, part=what, offset=children[most].start)
    return children


def _content(tlv: Tlv) -> tuple[str, bytes | None]:
    """The type of the content, and the content itself where it is inside."""
    what = "SignedData.contentInfo"
    fields = read_children(tlv, what, 1, 2)
    content = None
    if len(fields) > 1:
        content = strict.read_octets(strict.explicit(fields[1], 0, what), what)
    return strict.read_oid(fields[0], f"{what}.contentType"), content


def read_algorithm(tlv: Tlv, what: str) -> str:
    """The OID of an AlgorithmIdentifier without parameters.

    Raises:
        EncodingError: parameters that the algorithm does not have.
        UnsupportedFormat: parameters, and the algorithm is not known here.
    """
    fields = read_children(tlv, what, 1)
    oid = strict.read_oid(fields[0], what)
    if len(fields) > 2 or (len(fields) == 2 and fields[1].tag != strict.NULL):
        if len(fields) == 2 and digest_algorithm(oid) is None and signature_algorithm(oid) is None:
            raise UnsupportedFormat(f"{what}: {oid} and its parameters", part=what)
        message = f"{what}: parameters that nobody defined"
        raise EncodingError(message, part=what, offset=tlv.start)
    return oid


def _signature_algorithm(tlv: Tlv, what: str) -> str:
    """As :func:`read_algorithm`; products also put the algorithm of the SM2 key there."""
    fields = read_children(tlv, what, 1)
    oid = strict.read_oid(fields[0], what)
    if oid == EC_PUBLIC_KEY and len(fields) == 2 and is_sm2_key(oid, fields[1]):
        return oid
    return read_algorithm(tlv, what)


def signer_algorithm(algorithm: str, digest: str) -> SignatureAlgorithm | None:
    """What the OIDs of a SignerInfo mean together; None where that is unknown or they do not fit.

    ``id-ecPublicKey`` is no signature algorithm, yet with SM3 beside it, it can be SM2 alone.
    """
    hashing = digest_algorithm(digest)
    if algorithm == EC_PUBLIC_KEY:
        return replace(SM2_SM3, oid=algorithm) if hashing is SM3 else None
    known = signature_algorithm(algorithm)
    try:
        return known if known is None or hashing is None else known.with_digest(hashing)
    except ValueError:
        return None


def may_be_attributes(content: bytes) -> bool:
    """Whether ``content`` could be the signed attributes of another signature.

    The value over signed attributes (RFC 5652, 5.4) is as good over a document of just those bytes
    that is signed without attributes: nothing in it tells the two apart.
    """
    return content[:1] == bytes((strict.SET,)) and write.oid(MESSAGE_DIGEST) in content


def _identifier(tlv: Tlv) -> Identifier:
    if tlv.tag == _KEY_IDENTIFIER:
        return Identifier(b"", 0, tlv.content)
    name = read_children(tlv, "SignerInfo.issuerAndSerialNumber", 2, 2)
    return Identifier(name[0].raw, strict.read_integer(name[1], "serialNumber"), None)


def read_certificate_ids(attributes: dict[str, Tlv]) -> tuple[CertificateId, ...]:
    """The first certificate of signing-certificate(-v2), which is the signer's (RFC 5035, 5)."""
    found = []
    for oid in (SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2):
        if oid not in attributes:
            continue
        rows = read_children(read_children(attributes[oid], "SigningCertificate", 1)[0], "certs", 1)
        fields = list(read_children(rows[0], "ESSCertID", 1))
        algorithm = _SHA1 if oid == SIGNING_CERTIFICATE else _SHA256
        if oid == SIGNING_CERTIFICATE_V2 and fields[0].tag == strict.SEQUENCE:
            algorithm = read_algorithm(fields.pop(0), "ESSCertIDv2.hashAlgorithm")
        if not fields:
            raise EncodingError("ESSCertID holds no digest", part="SigningCertificate")
        found.append(CertificateId(algorithm, strict.read_octets(fields[0], "certHash")))
    return tuple(found)


def read_attributes(tlv: Tlv, tolerances: Tolerances) -> dict[str, Tlv]:
    """The signed attributes, each once and with one value.

    What is verified is the SET as it was received. In another order than that of DER (X.690, 11.6)
    it is signed and read all the same, and noted: who sorts it before verifying refuses it.
    """
    found: dict[str, Tlv] = {}
    rows = [item.raw for item in tlv.children()]
    if rows != sorted(rows):
        tolerances.note("quirk_q23", "SignerInfo.authenticatedAttributes")
    for item in tlv.children():
        fields = read_children(item, "Attribute", 2, 2)
        name = strict.read_oid(fields[0], "Attribute.type")
        values = strict.expect(fields[1], strict.SET, "Attribute.values").children()
        if name in found or len(values) != 1:
            message = f"attribute {name} does not have exactly one value"
            raise EncodingError(message, part="Attribute", offset=item.start)
        found[name] = values[0]
    return found
