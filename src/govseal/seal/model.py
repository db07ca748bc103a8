"""Seals and stamps as frozen objects that keep the received bytes; nothing here judges them."""

from __future__ import annotations

from dataclasses import dataclass, field

from govseal.asn1.strict import Tolerance
from govseal.asn1.times import Instant
from govseal.frozen import frozen
from govseal.seal.picture import SealPicture
from govseal.seal.profiles import Generation


@dataclass(frozen=True, slots=True)
class Extension:
    """One ExtData of a seal or a stamp."""

    oid: str
    """Dotted, or ``0x…`` where the maker wrote octets that are no identifier."""
    value: bytes
    critical: bool = False


@dataclass(frozen=True, slots=True)
class SealHeader:
    """头信息 (SES_Header)."""

    id: str
    """``ES`` by the standards."""
    version: int
    vendor_id: str
    """厂商标识."""


@dataclass(frozen=True, slots=True)
class CertificateDigest:
    """One entry of a list of certificate digests (CertDigestObj)."""

    algorithm: str
    value: bytes


@dataclass(frozen=True, slots=True)
class SignerList:
    """签章人证书列表: the certificates that may use the seal, in whichever form they are given."""

    certificates: tuple[bytes, ...] = ()
    """Certificates in DER."""
    digests: tuple[CertificateDigest, ...] = ()
    """Digests over the DER of certificates."""
    identifiers: tuple[str, ...] = ()
    """Names that some 2014 seals carry instead: nothing to compare with."""


@dataclass(frozen=True, slots=True)
class SealProperties:
    """印章属性 (SES_ESPropertyInfo)."""

    type: int
    name: str
    """印章名称, as received; NUL padding included."""
    signers: SignerList
    create_date: Instant
    not_before: Instant
    not_after: Instant

    @property
    def display_name(self) -> str:
        """The name without the NUL padding that some products add (Q11)."""
        return self.name.rstrip("\x00")


@dataclass(frozen=True, slots=True)
class Seal:
    """电子印章 (SESeal)."""

    der: bytes = field(repr=False)
    """The whole seal as received."""
    generation: Generation = field(repr=False)
    header: SealHeader
    es_id: str
    """印章标识."""
    properties: SealProperties
    picture: SealPicture = field(repr=False)
    extensions: tuple[Extension, ...]
    maker_certificate: bytes = field(repr=False)
    """制章人证书 in DER."""
    algorithm: str
    """OID of the maker's signature algorithm."""
    signature: bytes = field(repr=False)
    """The maker's signature value."""
    signed: bytes = field(repr=False)
    """The bytes that the maker signed."""
    time_stamp: bytes | None = field(default=None, repr=False)
    """DER TimeStampToken over the signature value (2025 generation)."""
    tolerances: tuple[Tolerance, ...] = ()

    @property
    def name(self) -> str:
        """印章名称, for people."""
        return self.properties.display_name


@frozen
class SealSignature:
    """电子签章 (SES_Signature)."""

    der: bytes = field(repr=False)
    generation: Generation = field(repr=False)
    version: int
    seal: Seal
    """The seal that travels inside the stamp."""
    claimed_time: Instant
    """签章时间, as the signer wrote it."""
    data_digest: bytes
    """原文杂凑值."""
    property_info: str
    """原文属性: in OFD the path of the Signature.xml that is protected."""
    extensions: tuple[Extension, ...]
    signer_certificate: bytes = field(repr=False)
    """签章人证书 in DER."""
    algorithm: str
    """OID of the signature algorithm."""
    signature: bytes = field(repr=False)
    signed: bytes = field(repr=False)
    """The TBS_Sign as received: the bytes that the signer signed."""
    time_stamp: bytes | None = field(default=None, repr=False)
    """DER TimeStampToken over the signature value."""
    tolerances: tuple[Tolerance, ...] = ()
