"""Signed data as found in documents (GB/T 35275, GM/T 0010, RFC 5652), read and not judged.

Two forms are read. A: content absent, attributes signed. B: no attributes, and the content is the
digest of the document, which is what is signed; PDFs of the field have it. Both families of object
identifiers occur, also mixed in one file. What is not DER is not read: BER with indefinite lengths
is *unsupported*.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from govseal.asn1 import strict, times, write
from govseal.asn1.strict import Tlv, Tolerance, Tolerances
from govseal.errors import EncodingError, FormatError, LimitExceeded, UnsupportedFormat
from govseal.pki.algorithms import digest_algorithm, signature_algorithm
from govseal.pki.certificate import Certificate
from govseal.seal.codec import signature_value
from govseal.seal.extensions import ARC, SEAL_ATTRIBUTE
from govseal.seal.model import Extension

SIGNED_DATA = frozenset({"1.2.156.10197.6.1.4.2.2", "1.2.840.113549.1.7.2"})
DATA = frozenset({"1.2.156.10197.6.1.4.2.1", "1.2.840.113549.1.7.1"})

_CONTENT_TYPE = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_TIME = "1.2.840.113549.1.9.5"
_TIME_STAMP = "1.2.840.113549.1.9.16.2.14"
_SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12"
_SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
_SHA1 = "1.3.14.3.2.26"
_SHA256 = "2.16.840.1.101.3.4.2.1"
_INDEFINITE = b"\x30\x80"
_KEY_IDENTIFIER = 0x80


@dataclass(frozen=True, slots=True)
class CertificateId:
    """What ESSCertID says of the signer's certificate (RFC 5035)."""

    digest_algorithm: str
    """OID."""
    digest: bytes


@dataclass(frozen=True, slots=True)
class SignerInfo:
    """One signer of a signed-data structure."""

    issuer_der: bytes = field(repr=False)
    """The issuer's Name; empty where the certificate is named by its key."""
    serial: int
    digest_algorithm: str
    """OID."""
    algorithm: str
    """OID of the signature algorithm (digestEncryptionAlgorithm)."""
    signature: bytes = field(repr=False)
    """The value as the algorithm's own form wants it: DER for SM2, also where it came raw (Q4)."""
    signed: bytes = field(repr=False)
    """What the signer signed: the attributes re-tagged as SET OF, or in form B the content."""
    message_digest: bytes
    """The digest of the document, which is the content in form B."""
    content_type: str
    claimed_time: times.Instant | None
    time_stamp: bytes | None = field(default=None, repr=False)
    """What an unsigned attribute holds as a time stamp token, DER (RFC 3161, appendix A)."""
    key_id: bytes | None = None
    """The subject key identifier that names the certificate in place of issuer and serial."""
    certificate_ids: tuple[CertificateId, ...] = ()
    """The signer's certificate as the signed attributes name it, at most once in each version."""
    attributes: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    """All signed attributes: OID and value in DER."""

    def attribute(self, oid: str) -> bytes | None:
        """The value of a signed attribute in DER, None where it is absent."""
        return dict(self.attributes).get(oid)

    @property
    def extensions(self) -> tuple[Extension, ...]:
        """The signed attributes of our arc but the seal: what an SES_Signature has in extDatas."""
        return tuple(
            Extension(oid, value)
            for oid, value in self.attributes
            if oid.startswith(f"{ARC}.") and oid != SEAL_ATTRIBUTE
        )


@dataclass(frozen=True, slots=True)
class SignedData:
    """签名数据 (SignedData) with exactly one signer."""

    der: bytes = field(repr=False)
    content_type: str
    certificates: tuple[bytes, ...] = field(repr=False)
    """Certificates in DER, as received."""
    signer: SignerInfo
    tolerances: tuple[Tolerance, ...] = ()

    @property
    def signer_certificate(self) -> bytes | None:
        """The certificate that the signer names; None where it is not inside."""
        for certificate in self.certificates:
            try:
                if self._is_named(certificate):
                    return certificate
            except FormatError:
                continue
        return None

    def _is_named(self, certificate: bytes) -> bool:
        if self.signer.key_id is not None:
            return Certificate.from_der(certificate).subject_key_id == self.signer.key_id
        return _names(certificate) == (self.signer.issuer_der, self.signer.serial)


def _names(certificate: bytes) -> tuple[bytes, int]:
    """Issuer and serial number of a certificate."""
    fields = list(strict.parse(certificate).children()[0].children())
    if fields and fields[0].tag == 0xA0:
        fields.pop(0)
    if len(fields) < 3:
        raise EncodingError("not a certificate")
    return fields[2].raw, strict.read_integer(fields[0], "serialNumber")


def is_signed_data(data: bytes) -> bool:
    """Whether ``data`` starts like a ContentInfo: SEQUENCE { OBJECT IDENTIFIER …; never raises."""
    try:
        children = strict.parse_prefix(data).children()
    except (EncodingError, LimitExceeded):
        return False
    return bool(children) and children[0].tag == strict.OBJECT_IDENTIFIER


def outer_type(data: bytes) -> str:
    """The content type that a ContentInfo names; empty where ``data`` is none; never raises."""
    try:
        return strict.read_oid(strict.parse_prefix(data).children()[0], "contentType")
    except (EncodingError, LimitExceeded, IndexError):
        return ""


def decode_signed_data(data: bytes) -> SignedData:
    """The signed data in ``data``, which holds nothing else.

    Raises:
        EncodingError: not signed data, or not DER; no signer (an empty signature is none).
        UnsupportedFormat: several signers, content inside, no signed attributes, or BER.
    """
    if data.startswith(_INDEFINITE):
        raise UnsupportedFormat("signed data of indefinite length (BER)", part="ContentInfo")
    root = strict.parse(data, part="ContentInfo")
    fields = _children(root, "ContentInfo", 2)
    if strict.read_oid(fields[0], "ContentInfo.contentType") not in SIGNED_DATA:
        raise UnsupportedFormat("the content is not signed data", part="ContentInfo")
    body = strict.explicit(fields[1], 0, "ContentInfo.content")
    rest = list(_children(body, "SignedData", 4))
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
    tolerances = Tolerances()
    signer = _signer(signers[0], content_type, content, tolerances)
    _check_version(version, "SignedData", signer.key_id)
    if signer.digest_algorithm not in digests:
        what = "SignedData.digestAlgorithms"
        raise EncodingError(f"{what} does not announce the signer's", part=what)
    return SignedData(root.raw, content_type, certificates, signer, tuple(tolerances.items))


def _digests(tlv: Tlv) -> frozenset[str]:
    what = "SignedData.digestAlgorithms"
    return frozenset(
        _algorithm(item, what) for item in strict.expect(tlv, strict.SET, what).children()
    )


def _check_version(version: int, what: str, key_id: bytes | None) -> None:
    """1; 3 goes with a signer by key identifier alone (RFC 5652, 5.1 and 5.3).

    Nobody signs these numbers: held to the letter, a change of them shows all the same.
    """
    if version != 1 and (version != 3 or key_id is None):
        raise EncodingError(f"{what}: version {version} does not fit", part=what)


def _children(tlv: Tlv, what: str, least: int) -> tuple[Tlv, ...]:
    children = strict.expect(tlv, strict.SEQUENCE, what).children()
    if len(children) < least:
        message = f"{what}: elements are missing"
        raise EncodingError(message, part=what, offset=tlv.start)
    return children


def _content(tlv: Tlv) -> tuple[str, bytes | None]:
    """The type of the content, and the content itself where it is inside."""
    what = "SignedData.contentInfo"
    fields = _children(tlv, what, 1)
    content = None
    if len(fields) > 1:
        content = strict.read_octets(strict.explicit(fields[1], 0, what), what)
    return strict.read_oid(fields[0], f"{what}.contentType"), content


def _algorithm(tlv: Tlv, what: str) -> str:
    fields = _children(tlv, what, 1)
    oid = strict.read_oid(fields[0], what)
    if len(fields) > 2 or (len(fields) == 2 and fields[1].tag != strict.NULL):
        if len(fields) == 2 and digest_algorithm(oid) is None and signature_algorithm(oid) is None:
            raise UnsupportedFormat(f"{what}: {oid} and its parameters", part=what)
        message = f"{what}: parameters that nobody defined"
        raise EncodingError(message, part=what, offset=tlv.start)
    return oid


@dataclass(frozen=True, slots=True)
class _Bound:
    """What binds the document: the signed attributes, or the content in form B."""

    signed: bytes
    message_digest: bytes
    content_type: str
    attributes: dict[str, Tlv]


def _signer(
    tlv: Tlv, content_type: str, content: bytes | None, tolerances: Tolerances
) -> SignerInfo:
    rest = list(_children(tlv, "SignerInfo", 5))
    version = strict.read_integer(rest.pop(0), "SignerInfo.version")
    issuer_der, serial, key_id = _identifier(rest.pop(0))
    _check_version(version, "SignerInfo", key_id)
    digest_oid = _algorithm(rest.pop(0), "SignerInfo.digestAlgorithm")
    if rest[0].tag == 0xA0:
        bound = _form_a(rest.pop(0), content_type, content)
    else:
        bound = _form_b(digest_oid, content_type, content)
    if len(rest) < 2:
        raise EncodingError("SignerInfo: elements are missing", part="SignerInfo")
    algorithm = _algorithm(rest.pop(0), "SignerInfo.digestEncryptionAlgorithm")
    what = "SignerInfo.encryptedDigest"
    value = strict.read_octets(rest.pop(0), what)
    if any(item.tag != 0xA1 for item in rest) or len(rest) > 1:
        raise EncodingError("SignerInfo: an element too many", part="SignerInfo")
    time = bound.attributes.get(_SIGNING_TIME)
    return SignerInfo(
        issuer_der=issuer_der,
        serial=serial,
        digest_algorithm=digest_oid,
        algorithm=algorithm,
        signature=signature_value(value, algorithm, what, tolerances),
        signed=bound.signed,
        message_digest=bound.message_digest,
        content_type=bound.content_type,
        claimed_time=_time(time, tolerances) if time is not None else None,
        time_stamp=_time_stamp(rest),
        key_id=key_id,
        certificate_ids=_certificate_ids(bound.attributes),
        attributes=tuple((oid, item.raw) for oid, item in bound.attributes.items()),
    )


def _form_a(tlv: Tlv, content_type: str, content: bytes | None) -> _Bound:
    if content is not None:
        raise UnsupportedFormat("content inside the signed data", part="SignedData.contentInfo")
    attributes = _attributes(tlv)
    if not {_CONTENT_TYPE, _MESSAGE_DIGEST} <= attributes.keys():
        raise EncodingError("SignerInfo: content type or digest is not signed", part="SignerInfo")
    attribute_type = strict.read_oid(attributes[_CONTENT_TYPE], "contentType")
    if attribute_type != content_type and not {attribute_type, content_type} <= DATA:
        raise EncodingError("the signed content type is another one", part="contentType")
    return _Bound(
        signed=write.element(strict.SET, tlv.content),
        message_digest=strict.read_octets(attributes[_MESSAGE_DIGEST], "messageDigest"),
        content_type=attribute_type,
        attributes=attributes,
    )


def _form_b(digest_oid: str, content_type: str, content: bytes | None) -> _Bound:
    """No attributes: the content must be as long as a digest, so that it is never attributes."""
    digest = digest_algorithm(digest_oid)
    if content is None or content_type not in DATA or digest is None:
        raise UnsupportedFormat("no signed attributes", part="SignerInfo")
    if len(content) != digest.size:
        message = "content that is no digest inside the signed data"
        raise UnsupportedFormat(message, part="SignedData.contentInfo")
    return _Bound(content, content, content_type, {})


def _identifier(tlv: Tlv) -> tuple[bytes, int, bytes | None]:
    """SignerIdentifier: issuer and serial number, or the subject key identifier."""
    if tlv.tag == _KEY_IDENTIFIER:
        return b"", 0, tlv.content
    name = _children(tlv, "SignerInfo.issuerAndSerialNumber", 2)
    return name[0].raw, strict.read_integer(name[1], "serialNumber"), None


def _certificate_ids(attributes: dict[str, Tlv]) -> tuple[CertificateId, ...]:
    """The first certificate of signing-certificate(-v2), which is the signer's (RFC 5035, 5)."""
    found = []
    for oid in (_SIGNING_CERTIFICATE, _SIGNING_CERTIFICATE_V2):
        if oid not in attributes:
            continue
        rows = _children(_children(attributes[oid], "SigningCertificate", 1)[0], "certs", 1)
        fields = list(_children(rows[0], "ESSCertID", 1))
        algorithm = _SHA1 if oid == _SIGNING_CERTIFICATE else _SHA256
        if oid == _SIGNING_CERTIFICATE_V2 and fields[0].tag == strict.SEQUENCE:
            algorithm = _algorithm(fields.pop(0), "ESSCertIDv2.hashAlgorithm")
        if not fields:
            raise EncodingError("ESSCertID holds no digest", part="SigningCertificate")
        found.append(CertificateId(algorithm, strict.read_octets(fields[0], "certHash")))
    return tuple(found)


def _time(tlv: Tlv, tolerances: Tolerances) -> times.Instant:
    return times.read_time(tlv, "signingTime", tolerances, tag=tlv.tag)


def _time_stamp(rest: list[Tlv]) -> bytes | None:
    """The value of the unsigned attribute that holds a time stamp token; None for none."""
    for item in rest[0].children() if rest else ():
        fields = _children(item, "Attribute", 2)
        if strict.read_any_oid(fields[0], "Attribute.type") == _TIME_STAMP:
            return fields[1].content
    return None


def _attributes(tlv: Tlv) -> dict[str, Tlv]:
    """The signed attributes, each once and with one value."""
    found: dict[str, Tlv] = {}
    for item in tlv.children():
        fields = _children(item, "Attribute", 2)
        name = strict.read_oid(fields[0], "Attribute.type")
        values = strict.expect(fields[1], strict.SET, "Attribute.values").children()
        if name in found or len(values) != 1:
            message = f"attribute {name} does not have exactly one value"
            raise EncodingError(message, part="Attribute", offset=item.start)
        found[name] = values[0]
    return found
