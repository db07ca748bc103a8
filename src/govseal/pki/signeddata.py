"""签名数据 made: SignedData in DER by GB/T 35275 (SM2), and by RFC 5652 (RSA, P-256, SM2).

One signer, his certificate inside with those above it. The signed attributes are encoded once, as
the SET OF in DER that the key signs, and stand in the structure under another tag.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from govseal.asn1 import strict, write
from govseal.errors import EncodingError, LimitExceeded, SealError
from govseal.pki import cms
from govseal.pki.algorithms import SHA256, DigestAlgorithm
from govseal.pki.certificate import Certificate

if TYPE_CHECKING:
    from govseal.pki.signer import Signer, TimestampSource  # they would load the key containers
    from govseal.pki.timestampterms import TimestampTerms

Standard = Literal["GB/T 35275", "CMS"]

CMS_SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
CMS_DATA: Final = "1.2.840.113549.1.7.1"
SIGNING_TIME: Final = "1.2.840.113549.1.9.5"
_GB_SIGNED_DATA: Final = "1.2.156.10197.6.1.4.2.2"
_GB_DATA: Final = "1.2.156.10197.6.1.4.2.1"
_SM2_1: Final = "1.2.156.10197.1.301.1"
OWN_ATTRIBUTES: Final = frozenset(
    {
        cms.CONTENT_TYPE,
        cms.MESSAGE_DIGEST,
        SIGNING_TIME,
        cms.SIGNING_CERTIFICATE,
        cms.SIGNING_CERTIFICATE_V2,
    }
)
"""What is never a further attribute."""


def make_signed_data(
    content: bytes,
    signer: Signer,
    *,
    standard: Standard | None = None,
    attached: bool = False,
    with_attributes: bool = True,
    signed_at: datetime | None = None,
    attributes: Iterable[tuple[str, bytes]] = (),
    timestamp: TimestampSource | TimestampTerms | None = None,
) -> bytes:
    """The SignedData over ``content`` in DER; the key is used once.

    Args:
        content: the document; or its digest, which then goes with ``attached``.
        signer: key and certificate.
        standard: ``GB/T 35275``, which is for SM2 keys and their default, or ``CMS``.
        attached: whether the content is inside.
        with_attributes: whether attributes are signed, with the digest of the content in them;
            else the content itself is signed.
        signed_at: the signing time that the attributes claim, timezone-aware; none by default.
        attributes: further signed attributes: OID, and the value as one DER element.
        timestamp: who stamps the signature value (RFC 3161, appendix A); an authority that gives
            no usable token costs the time stamp alone, unless the terms insist.

    Raises:
        ValueError: the standard does not go with the key; attributes where there shall be none,
            one of them twice or not DER; content without any that is a SEQUENCE or SET in ASN.1:
            it could pass for what a stamp, a certificate or attributes sign.
        StampError: no usable time stamp, and the terms insist on one.
        GovsealError: the key refuses.
    """
    names = _names(standard, signer)
    digest = digest_of(signer)
    if with_attributes:
        rows = [*_own_attributes(content, signer, names, signed_at)]
        rows += further_attributes(attributes, OWN_ATTRIBUTES)
        message = write.set_of(*rows)
    else:
        _check_bare(content, signed_at, attributes)
        message = content
    value = signer.sign(message)
    token = _time_stamp(timestamp, value, signed_at, signer.certificate)
    return encode_signed_data(
        names.signed_data,
        head=encode_head(
            (signer.certificate, *signer.chain),
            digest,
            names.data,
            content=content if attached else None,
        ),
        signer_info=encode_signer_info(
            encode_signer_head(signer.certificate, digest),
            message if with_attributes else None,
            encode_signature_algorithm(signer.certificate, names.algorithm),
            value,
            unsigned=b"" if token is None else attribute(cms.TIME_STAMP, token),
        ),
    )


def _time_stamp(
    timestamp: TimestampSource | TimestampTerms | None,
    value: bytes,
    signed_at: datetime | None,
    certificate: Certificate,
) -> bytes | None:
    if timestamp is None:
        return None
    from govseal.pki.timestampterms import TimestampTerms  # noqa: PLC0415 - start-up

    def check_time(moment: datetime) -> None:
        if not certificate.is_valid_at(moment):
            raise SealError("the signer's certificate is not valid then", code="E_EXPIRED")

    terms = TimestampTerms.of(timestamp)
    if terms is None:
        return None
    return terms.obtain(value, signed_at=signed_at, check_time=check_time)


@dataclass(frozen=True, slots=True)
class _Names:
    """The OIDs of one standard."""

    signed_data: str
    data: str
    algorithm: str


def _names(standard: Standard | None, signer: Signer) -> _Names:
    is_sm2 = signer.algorithm.key_kind == "sm2"
    if standard not in (None, "GB/T 35275", "CMS"):
        raise ValueError(f"GB/T 35275 or CMS was expected, not {standard!r}")
    if standard == "CMS" or (standard is None and not is_sm2):
        return _Names(CMS_SIGNED_DATA, CMS_DATA, signer.algorithm.oid)
    if not is_sm2:
        raise ValueError(f"GB/T 35275 is for SM2 keys, not for {signer.algorithm.name}")
    return _Names(_GB_SIGNED_DATA, _GB_DATA, _SM2_1)


def _own_attributes(
    content: bytes, signer: Signer, names: _Names, signed_at: datetime | None
) -> Iterable[bytes]:
    digest = digest_of(signer)
    yield attribute(cms.CONTENT_TYPE, write.oid(names.data))
    yield attribute(cms.MESSAGE_DIGEST, write.octets(digest.digest(content)))
    yield attribute(
        cms.SIGNING_CERTIFICATE_V2, encode_signing_certificate(signer.certificate, digest)
    )
    if signed_at is not None:
        yield attribute(SIGNING_TIME, write.x509_time(signed_at))


def _check_bare(
    content: bytes, signed_at: datetime | None, attributes: Iterable[tuple[str, bytes]]
) -> None:
    if signed_at is not None or tuple(attributes):
        raise ValueError("without signed attributes there is no place for one")
    if _is_structure(content):
        message = (
            "the content could pass for what a seal, a stamp, a certificate or signed attributes "
            "sign; sign it with attributes"
        )
        raise ValueError(message)


def _is_structure(content: bytes) -> bool:
    """Whether the content is one SEQUENCE or SET, in DER or long enough in BER.

    Such are the things that keys sign as they are. Without attributes the value over a file is as
    good over the stamp that consists of the same bytes: who brings the file gets a stamp.
    """
    if content[:1] not in (b"\x30", b"\x31"):
        return False
    if content[1:2] == b"\x80":
        return content.endswith(b"\0\0")
    size = content[1] - 0x80 if content[1:2] > b"\x80" else 0
    if size and int.from_bytes(content[2 : 2 + size], "big") == len(content) - 2 - size:
        return True
    try:
        strict.parse(content)
    except (EncodingError, LimitExceeded):
        return False
    return True


def digest_of(signer: Signer) -> DigestAlgorithm:
    """The digest of the signer's algorithm; raises ValueError where it names none."""
    digest = signer.algorithm.digest
    if digest is None:
        raise ValueError(f"{signer.algorithm.name} names no digest")
    return digest


def further_attributes(
    attributes: Iterable[tuple[str, bytes]], taken: Iterable[str]
) -> list[bytes]:
    """Attributes from OID and value, each once and none of ``taken``; raises ValueError."""
    seen = set(taken)
    found = []
    for oid, value in attributes:
        if oid in seen:
            raise ValueError(f"the attribute {oid} would be there twice")
        seen.add(oid)
        try:
            strict.parse(value, part=oid)
        except EncodingError as error:
            raise ValueError(f"the value of {oid} is not one DER element") from error
        found.append(attribute(oid, value))
    return found


def attribute(oid: str, value: bytes) -> bytes:
    """Attribute with one value."""
    return write.sequence(write.oid(oid), write.set_of(value))


def encode_signing_certificate(certificate: Certificate, digest: DigestAlgorithm) -> bytes:
    """SigningCertificateV2 (RFC 5035, 3): one ESSCertIDv2, whose default algorithm is SHA-256."""
    algorithm = b"" if digest is SHA256 else write.sequence(write.oid(digest.oids[0]))
    entry = write.sequence(algorithm, write.octets(digest.digest(certificate.der)))
    return write.sequence(write.sequence(entry))


def encode_signature_algorithm(certificate: Certificate, oid: str) -> bytes:
    """AlgorithmIdentifier: RSA has NULL parameters (RFC 4055, 5), SM2 and ECDSA none."""
    parameters = write.null() if certificate.public_key.kind == "rsa" else b""
    return write.sequence(write.oid(oid), parameters)


def encode_head(
    certificates: Iterable[Certificate],
    digest: DigestAlgorithm,
    content_type: str,
    *,
    content: bytes | None = None,
    version: int = 1,
) -> bytes:
    """The elements of SignedData before signerInfos; no certificates leave their field out."""
    inside = b"" if content is None else write.explicit(0, write.octets(content))
    rows = sorted({item.der for item in certificates})
    return (
        write.integer(version)
        + write.set_of(write.sequence(write.oid(digest.oids[0])))
        + write.sequence(write.oid(content_type), inside)
        + (write.element(0xA0, b"".join(rows)) if rows else b"")
    )


def encode_signer_head(certificate: Certificate, digest: DigestAlgorithm) -> bytes:
    """The elements of SignerInfo before the signed attributes."""
    return (
        write.integer(1)
        + write.sequence(certificate.issuer_der, write.integer(certificate.serial))
        + write.sequence(write.oid(digest.oids[0]))
    )


def encode_signer_info(
    head: bytes, attributes: bytes | None, algorithm: bytes, value: bytes, *, unsigned: bytes = b""
) -> bytes:
    """SignerInfo around a signature value.

    ``attributes`` is the SET OF that was signed, None for none; ``unsigned`` is one attribute.
    """
    return write.sequence(
        head,
        b"" if attributes is None else b"\xa0" + attributes[1:],  # [0] IMPLICIT: another tag
        algorithm,
        write.octets(value),
        write.element(0xA1, unsigned) if unsigned else b"",
    )


def encode_signed_data(oid: str, *, head: bytes, signer_info: bytes) -> bytes:
    """ContentInfo of the type ``oid`` around SignedData with one signer."""
    body = write.sequence(head, write.set_of(signer_info))
    return write.sequence(write.oid(oid), write.explicit(0, body))
