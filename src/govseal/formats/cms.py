"""GB/T 35275 signed data as found in documents (GM/T 0010, PKCS#7 shape), read and not judged.

Form A is read: content absent, attributes signed. Both families of object identifiers occur, also
mixed in one file.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from govseal.asn1 import strict, times, write
from govseal.asn1.strict import Tlv, Tolerance, Tolerances
from govseal.errors import EncodingError, UnsupportedFormat
from govseal.seal.codec import signature_value

SIGNED_DATA = frozenset({"1.2.156.10197.6.1.4.2.2", "1.2.840.113549.1.7.2"})
DATA = frozenset({"1.2.156.10197.6.1.4.2.1", "1.2.840.113549.1.7.1"})

_CONTENT_TYPE = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_TIME = "1.2.840.113549.1.9.5"
_TIME_STAMP = "1.2.840.113549.1.9.16.2.14"


@dataclass(frozen=True, slots=True)
class SignerInfo:
    """One signer of a signed-data structure."""

    issuer_der: bytes = field(repr=False)
    serial: int
    digest_algorithm: str
    """OID."""
    algorithm: str
    """OID of the signature algorithm (digestEncryptionAlgorithm)."""
    signature: bytes = field(repr=False)
    """The value as the algorithm's own form wants it: DER for SM2, also where it came raw (Q4)."""
    signed: bytes = field(repr=False)
    """The attributes re-tagged as SET OF: the bytes that the signer signed."""
    message_digest: bytes
    content_type: str
    claimed_time: times.Instant | None
    time_stamp: bytes | None = field(default=None, repr=False)
    """What an unsigned attribute holds as a time stamp token, DER (RFC 3161, appendix A)."""


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
        """The certificate that issuer and serial number name; None where it is not inside."""
        for certificate in self.certificates:
            try:
                if _names(certificate) == (self.signer.issuer_der, self.signer.serial):
                    return certificate
            except EncodingError:
                continue
        return None


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
    except EncodingError:
        return False
    return bool(children) and children[0].tag == strict.OBJECT_IDENTIFIER


def decode_signed_data(data: bytes) -> SignedData:
    """The signed data in ``data``, which holds nothing else.

    Raises:
        EncodingError: not signed data, or not DER; no signer (an empty signature is none).
        UnsupportedFormat: several signers, content inside, or no signed attributes.
    """
    root = strict.parse(data, part="ContentInfo")
    fields = _children(root, "ContentInfo", 2)
    if strict.read_oid(fields[0], "ContentInfo.contentType") not in SIGNED_DATA:
        raise UnsupportedFormat("the content is not signed data", part="ContentInfo")
    body = strict.explicit(fields[1], 0, "ContentInfo.content")
    rest = list(_children(body, "SignedData", 4))
    strict.read_integer(rest.pop(0), "SignedData.version")
    strict.expect(rest.pop(0), strict.SET, "SignedData.digestAlgorithms")
    content_type = _content_type(rest.pop(0))
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
    signer = _signer(signers[0], content_type, tolerances)
    return SignedData(root.raw, content_type, certificates, signer, tuple(tolerances.items))


def _children(tlv: Tlv, what: str, least: int) -> tuple[Tlv, ...]:
    children = strict.expect(tlv, strict.SEQUENCE, what).children()
    if len(children) < least:
        message = f"{what}: elements are missing"
        raise EncodingError(message, part=what, offset=tlv.start)
    return children


def _content_type(tlv: Tlv) -> str:
    fields = _children(tlv, "SignedData.contentInfo", 1)
    if len(fields) > 1:
        raise UnsupportedFormat("content inside the signed data", part="SignedData.contentInfo")
    return strict.read_oid(fields[0], "SignedData.contentInfo.contentType")


def _algorithm(tlv: Tlv, what: str) -> str:
    fields = _children(tlv, what, 1)
    if len(fields) > 2 or (len(fields) == 2 and fields[1].tag != strict.NULL):
        message = f"{what}: parameters that nobody defined"
        raise EncodingError(message, part=what, offset=tlv.start)
    return strict.read_oid(fields[0], what)


def _signer(tlv: Tlv, content_type: str, tolerances: Tolerances) -> SignerInfo:
    rest = list(_children(tlv, "SignerInfo", 5))
    strict.read_integer(rest.pop(0), "SignerInfo.version")
    name = _children(rest.pop(0), "SignerInfo.issuerAndSerialNumber", 2)
    digest_algorithm = _algorithm(rest.pop(0), "SignerInfo.digestAlgorithm")
    if rest[0].tag != 0xA0:
        raise UnsupportedFormat("no signed attributes", part="SignerInfo")
    attributes_tlv = rest.pop(0)
    if len(rest) < 2:
        raise EncodingError("SignerInfo: elements are missing", part="SignerInfo")
    algorithm = _algorithm(rest.pop(0), "SignerInfo.digestEncryptionAlgorithm")
    what = "SignerInfo.encryptedDigest"
    # GB/T 35275 asks for DER (GM/T 0009); some products write the raw r‖s (Q4).
    signature = signature_value(strict.read_octets(rest.pop(0), what), algorithm, what, tolerances)
    if any(item.tag != 0xA1 for item in rest) or len(rest) > 1:
        raise EncodingError("SignerInfo: an element too many", part="SignerInfo")
    attributes = _attributes(attributes_tlv)
    if not {_CONTENT_TYPE, _MESSAGE_DIGEST} <= attributes.keys():
        raise EncodingError("SignerInfo: content type or digest is not signed", part="SignerInfo")
    attribute_type = strict.read_oid(attributes[_CONTENT_TYPE], "contentType")
    if attribute_type != content_type and not {attribute_type, content_type} <= DATA:
        raise EncodingError("the signed content type is another one", part="contentType")
    time = attributes.get(_SIGNING_TIME)
    return SignerInfo(
        issuer_der=name[0].raw,
        serial=strict.read_integer(name[1], "serialNumber"),
        digest_algorithm=digest_algorithm,
        algorithm=algorithm,
        signature=signature,
        signed=write.element(strict.SET, attributes_tlv.content),
        message_digest=strict.read_octets(attributes[_MESSAGE_DIGEST], "messageDigest"),
        content_type=attribute_type,
        claimed_time=_time(time, tolerances) if time is not None else None,
        time_stamp=_time_stamp(rest),
    )


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
