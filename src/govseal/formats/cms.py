"""Signed data as found in documents (GB/T 35275, GM/T 0010, RFC 5652), read and not judged.

The field has all forms. Attributes are signed, with the digest of the content in them, or there are
none and the content itself is signed. The content is outside, where it is the document; or inside,
where it is the document, the digest of the document, or that digest as Base64 text. Both families
of object identifiers occur, also mixed in one file. What is not DER is not read: BER with
indefinite lengths is *unsupported*.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

from govseal.asn1 import strict, times, write
from govseal.asn1.strict import Tlv, Tolerance, Tolerances
from govseal.errors import EncodingError, LimitExceeded, UnsupportedFormat
from govseal.pki import cms
from govseal.pki.algorithms import SM2_SM3, digest_algorithm
from govseal.pki.cms import CertificateId
from govseal.seal.codec import signature_value
from govseal.seal.extensions import ARC, SEAL_ATTRIBUTE
from govseal.seal.model import Extension

SIGNED_DATA = cms.SIGNED_DATA
DATA = frozenset({"1.2.156.10197.6.1.4.2.1", "1.2.840.113549.1.7.1"})
MAX_CERTIFICATES = 64
"""Certificates inside: each is read in search of the signer's, for each signature of a document."""
MAX_TIME_STAMPS = 8
"""Time stamp tokens beside one signature value."""

_PKCS7_DATA = "1.2.840.113549.1.7.1"
_SIGNING_TIME = "1.2.840.113549.1.9.5"


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
    signed: bytes | None = field(repr=False)
    """What the signer signed: the attributes re-tagged as SET OF, or without attributes the
    content; None where that is the document, which is not inside."""
    message_digest: bytes
    """The digest in the attributes; without them the one that the content is or has, and empty
    where the content is not inside."""
    content_type: str
    claimed_time: times.Instant | None
    signature_octets: bytes = field(default=b"", repr=False)
    """The value as received: what a time stamp is over."""
    time_stamps: tuple[bytes, ...] = field(default=(), repr=False)
    """Time stamp tokens in DER, as the unsigned attribute holds them (RFC 3161, appendix A)."""
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
    content: bytes | None = field(default=None, repr=False)
    """The content, where it is inside."""
    holds_digest: bool = False
    """Whether the content can be the digest of a document, itself or as Base64 text."""
    document_digests: tuple[bytes, ...] = ()
    """The document has one of these digests: that of the content, or the one which the content is.
    None fits where the attributes state another digest than the content's. Without attributes and
    content it stays empty: the signature value alone binds the document."""
    signer_certificate: bytes | None = field(default=None, repr=False)
    """The certificate that the signer names; None where it is not inside."""

    @property
    def document(self) -> bytes | None:
        """The document, where it is inside; None also where only its digest is."""
        return None if self.holds_digest else self.content


def is_signed_data(data: bytes) -> bool:
    """Whether ``data`` starts like a ContentInfo: SEQUENCE { OBJECT IDENTIFIER …; never raises."""
    try:
        if strict.first_tag(data) != strict.OBJECT_IDENTIFIER:
            return False
        strict.parse_prefix(data)
    except (EncodingError, LimitExceeded):
        return False
    return True


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
        UnsupportedFormat: several signers; content of another type than data, inside or not;
            content that may be the attributes of another signature; or BER.
        LimitExceeded: more than eight time stamps, or more than 64 certificates.
    """
    envelope = cms.read_envelope(data)
    if len(envelope.certificates) > MAX_CERTIFICATES:
        message, found = "too many certificates inside", len(envelope.certificates)
        raise LimitExceeded(message, limit=MAX_CERTIFICATES, found=found, part="SignedData")
    tolerances = Tolerances()
    signer = _signer(envelope, tolerances)
    # RFC 5652, 5.1: 3 goes with every type of content but its own "data" too.
    if envelope.version != 3 or envelope.content_type == _PKCS7_DATA:
        cms.check_version(envelope.version, "SignedData", signer.key_id)
    if signer.digest_algorithm not in envelope.digests:
        what = "SignedData.digestAlgorithms"
        raise EncodingError(f"{what} does not announce the signer's", part=what)
    holds_digest, digests = _document_digests(signer, envelope.content)
    return SignedData(
        envelope.der,
        envelope.content_type,
        envelope.certificates,
        signer,
        tuple(tolerances.items),
        envelope.content,
        holds_digest,
        digests,
        cms.Identifier(signer.issuer_der, signer.serial, signer.key_id).find(envelope.certificates),
    )


def _document_digests(signer: SignerInfo, content: bytes | None) -> tuple[bool, tuple[bytes, ...]]:
    """Whether the content can be a digest, and which digests the document may have."""
    if content is None:
        return False, (signer.message_digest,) if signer.attributes else ()
    algorithm = digest_algorithm(signer.digest_algorithm)
    if algorithm is None:
        return False, ()
    stated = _stated_digest(content, algorithm.size)
    own = algorithm.digest(content)
    if signer.attributes and own != signer.message_digest:
        return stated is not None, ()
    return stated is not None, (own,) if stated is None else (own, stated)


def _stated_digest(content: bytes, size: int) -> bytes | None:
    """The digest that the content is, as octets or as Base64 text; None where it is neither."""
    if len(content) == size:
        return content
    try:
        found = base64.b64decode(content, validate=True)
    except ValueError:
        return None
    return found if len(found) == size and base64.b64encode(found) == content else None


@dataclass(frozen=True, slots=True)
class _Bound:
    """What binds the document: the signed attributes, or without them the content."""

    signed: bytes | None
    message_digest: bytes
    content_type: str
    attributes: dict[str, Tlv]


def _signer(envelope: cms.Envelope, tolerances: Tolerances) -> SignerInfo:
    parts = cms.read_signer(envelope.signer)
    named = parts.identifier
    cms.check_version(parts.version, "SignerInfo", named.key_id)
    content_type, content = envelope.content_type, envelope.content
    if parts.attributes is not None:
        bound = _with_attributes(parts.attributes, content_type, tolerances)
    else:
        bound = _without_attributes(parts.digest_algorithm, content_type, content)
    if content_type not in DATA:
        # Also where it is left out: what was signed as a time stamp or a program is no document.
        message = f"the content is not plain data but of type {content_type}"
        raise UnsupportedFormat(message, part="SignedData.contentInfo")
    known = cms.signer_algorithm(parts.algorithm, parts.digest_algorithm)
    algorithm = SM2_SM3.oid if known and known.name == SM2_SM3.name else parts.algorithm
    time = bound.attributes.get(_SIGNING_TIME)
    return SignerInfo(
        issuer_der=named.issuer_der,
        serial=named.serial,
        digest_algorithm=parts.digest_algorithm,
        algorithm=parts.algorithm,
        signature=signature_value(parts.value, algorithm, "SignerInfo.encryptedDigest", tolerances),
        signed=bound.signed,
        message_digest=bound.message_digest,
        content_type=bound.content_type,
        claimed_time=_time(time, tolerances) if time is not None else None,
        signature_octets=parts.value,
        time_stamps=_time_stamps(parts.unsigned),
        key_id=named.key_id,
        certificate_ids=cms.read_certificate_ids(bound.attributes),
        attributes=tuple((oid, item.raw) for oid, item in bound.attributes.items()),
    )


def _with_attributes(tlv: Tlv, content_type: str, tolerances: Tolerances) -> _Bound:
    attributes = cms.read_attributes(tlv, tolerances)
    if not {cms.CONTENT_TYPE, cms.MESSAGE_DIGEST} <= attributes.keys():
        raise EncodingError("SignerInfo: content type or digest is not signed", part="SignerInfo")
    attribute_type = strict.read_oid(attributes[cms.CONTENT_TYPE], "contentType")
    if attribute_type != content_type and not {attribute_type, content_type} <= DATA:
        raise EncodingError("the signed content type is another one", part="contentType")
    return _Bound(
        signed=write.element(strict.SET, tlv.content),
        message_digest=strict.read_octets(attributes[cms.MESSAGE_DIGEST], "messageDigest"),
        content_type=attribute_type,
        attributes=attributes,
    )


def _without_attributes(digest_oid: str, content_type: str, content: bytes | None) -> _Bound:
    digest = digest_algorithm(digest_oid)
    if digest is None:
        message = f"no signed attributes, and a digest {digest_oid}"
        raise UnsupportedFormat(message, part="SignerInfo")
    if content is None:
        return _Bound(None, b"", content_type, {})
    if cms.may_be_attributes(content):
        message = "content that may be the attributes of another signature"
        raise UnsupportedFormat(message, part="SignedData.contentInfo")
    stated = _stated_digest(content, digest.size)
    return _Bound(content, digest.digest(content) if stated is None else stated, content_type, {})


def _time(tlv: Tlv, tolerances: Tolerances) -> times.Instant:
    is_general = tlv.tag == strict.GENERALIZED_TIME  # both types are right (RFC 5652, 11.3)
    tag = strict.GENERALIZED_TIME if is_general else strict.UTC_TIME
    return times.read_time(tlv, "signingTime", tolerances, tag=tag)


def _time_stamps(unsigned: Tlv | None) -> tuple[bytes, ...]:
    """All values of the unsigned attribute that holds time stamp tokens."""
    found: list[bytes] = []
    for item in unsigned.children() if unsigned is not None else ():
        fields = cms.read_children(item, "Attribute", 2, 2)
        if strict.read_any_oid(fields[0], "Attribute.type") == cms.TIME_STAMP:
            values = strict.expect(fields[1], strict.SET, "Attribute.values").children()
            found.extend(value.raw for value in values)
    if len(found) > MAX_TIME_STAMPS:
        message = "too many time stamps beside one signature"
        raise LimitExceeded(message, limit=MAX_TIME_STAMPS, found=len(found), part="SignerInfo")
    return tuple(found)
