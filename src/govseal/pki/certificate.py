"""X.509 certificates as received (RFC 5280, GB/T 20518): raw slices kept, all read at load."""

from __future__ import annotations

import functools
import hashlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar

from govseal.asn1 import strict, times
from govseal.errors import EncodingError
from govseal.pki import extensions as ext
from govseal.pki import names, pem
from govseal.pki.algorithms import SignatureAlgorithm, signature_algorithm
from govseal.pki.keys import PublicKey, algorithm_identifier, read_public_key

MAX_CERTIFICATE_BYTES: Final = 1024 * 1024
_MAX_KNOWN_BYTES: Final = 16 * 1024
_VERSION: Final = 0xA0
_UNIQUE_IDS: Final = (0x81, 0x82)
_EXTENSIONS: Final = 0xA3
PEM_LABELS: Final = ("CERTIFICATE", "X509 CERTIFICATE")

_T = TypeVar("_T")
_D = TypeVar("_D")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Certificate:
    """A certificate; two are equal when their bytes are."""

    der: bytes
    """The certificate as received."""
    tbs: bytes
    """TBSCertificate as received: what the issuer signed."""
    serial: int
    issuer_der: bytes
    """The issuer's Name as received; compared by ``names.is_same_name``."""
    subject_der: bytes
    """The subject's Name as received."""
    not_before: datetime
    """Start of validity, UTC."""
    not_after: datetime
    """End of validity, inclusive, UTC."""
    public_key: PublicKey
    signature_oid: str
    """The signature algorithm, the same inside and outside."""
    signature_algorithm: SignatureAlgorithm | None
    """None where the algorithm is not known here."""
    signature: bytes
    key_usage: frozenset[str] | None
    """Names of ``extensions.KEY_USAGE_NAMES``; None where the extension is absent."""
    extended_key_usage: frozenset[str] | None
    """Names or OIDs; None where the extension is absent."""
    is_ca: bool
    path_length: int | None
    authority_key_id: bytes | None
    subject_key_id: bytes | None
    alt_names: tuple[ext.GeneralName, ...]
    """The names of subjectAltName; empty where it is absent."""
    name_constraints: ext.NameConstraints | None
    policies: tuple[str, ...] | None
    """OIDs of certificatePolicies; None where the extension is absent."""
    policy_mappings: tuple[tuple[str, str], ...]
    """Policies of the issuer, each with one of the subject's that counts as it."""
    policy_constraints: ext.PolicyConstraints | None
    inhibit_any_policy: int | None
    crl_urls: tuple[str, ...]
    critical_unknown: tuple[str, ...]
    """OIDs of critical extensions that path validation does not process."""
    extensions: tuple[ext.Extension, ...]
    """All extensions in the order received."""
    fingerprint: str
    """SHA-256 of the certificate, lower-case hexadecimal."""

    @classmethod
    def from_der(cls, der: bytes) -> Certificate:
        """The certificate in ``der``, read to its leaves.

        Read although not DER or not RFC 5280: GeneralizedTime before 2050, an encoded DEFAULT
        FALSE, names of any content, any serial number, signature parameters absent or NULL.

        Raises:
            EncodingError: not a certificate, inner and outer algorithm differ, an extension
                occurs twice or is malformed (a hint that is malformed is no hint), a key that is
                none of its kind.
            LimitExceeded: larger than 1 MiB or nested too deeply.
        """
        return _known(bytes(der)) if len(der) <= _MAX_KNOWN_BYTES else _read(bytes(der))

    @classmethod
    def from_pem(cls, data: bytes | str) -> Certificate:
        """The first certificate in PEM text; raises :class:`EncodingError` where there is none."""
        found = load_certificates(data.encode() if isinstance(data, str) else data)
        if not found:
            raise EncodingError("PEM: no certificate")
        return found[0]

    @property
    def subject(self) -> str:
        """The subject for people: ``C=CN, O=…, CN=…``."""
        return names.format_name(self.subject_der)

    @property
    def issuer(self) -> str:
        """The issuer for people."""
        return names.format_name(self.issuer_der)

    def subject_value(self, label: str) -> str | None:
        """The last value of ``CN``, ``O`` … or a dotted OID in the subject, else None."""
        return names.name_value(self.subject_der, label)

    def issuer_value(self, label: str) -> str | None:
        """The last value of ``CN``, ``O`` … or a dotted OID in the issuer, else None."""
        return names.name_value(self.issuer_der, label)

    @property
    def is_self_issued(self) -> bool:
        """Whether subject and issuer are the same name."""
        return names.is_same_name(self.subject_der, self.issuer_der)

    @property
    def is_for_signing(self) -> bool:
        """Whether keyUsage lets the key sign data, or is absent.

        Of the two certificates of one holder (GB/T 20518, 双证书) only one is.
        """
        return self.key_usage is None or bool(self.key_usage & ext.SIGNING_USAGE)

    @property
    def is_for_encryption(self) -> bool:
        """Whether keyUsage lets others encrypt to the key, or is absent."""
        return self.key_usage is None or bool(self.key_usage & ext.ENCRYPTION_USAGE)

    def extension(self, oid: str) -> ext.Extension | None:
        """The extension ``oid``, None where it is absent."""
        return next((item for item in self.extensions if item.oid == oid), None)

    def is_valid_at(self, moment: datetime) -> bool:
        """Whether ``moment`` lies in the period of validity, both ends included."""
        return self.not_before <= moment <= self.not_after

    def to_pem(self) -> bytes:
        """The certificate as one PEM block."""
        return pem.write_pem("CERTIFICATE", self.der)

    def __eq__(self, other: object) -> bool:
        return self.der == other.der if isinstance(other, Certificate) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.der)

    def __repr__(self) -> str:
        return f"<Certificate {self.subject} {self.fingerprint[:16]}>"


@dataclass(slots=True)
class _Tbs:
    """The elements of TBSCertificate by name."""

    serial: strict.Tlv
    algorithm: strict.Tlv
    issuer: strict.Tlv
    validity: strict.Tlv
    subject: strict.Tlv
    key: strict.Tlv
    extensions: dict[str, ext.Extension] = field(default_factory=dict)


def _split_tbs(element: strict.Tlv) -> _Tbs:
    what = "tbsCertificate"
    rows: Iterator[strict.Tlv] = iter(strict.expect(element, strict.SEQUENCE, what).children())
    version = 0
    first = next(rows, None)
    if first is not None and first.tag == _VERSION:
        version = strict.read_integer(strict.explicit(first, 0, "version"), "version")
        first = next(rows, None)
    fixed = [] if first is None else [first, *itertools.islice(rows, 5)]
    if len(fixed) != 6 or version not in (0, 1, 2):
        raise EncodingError("tbsCertificate: not a certificate of version 1 to 3", part=what)
    serial, algorithm, issuer, validity, subject, key = fixed
    tbs = _Tbs(serial, algorithm, issuer, validity, subject, key)
    allowed = [*_UNIQUE_IDS, _EXTENSIONS]
    for optional in rows:
        if optional.tag not in allowed:
            raise EncodingError("tbsCertificate: an element that has no place", part=what)
        allowed = allowed[allowed.index(optional.tag) + 1 :]
        if optional.tag == _EXTENSIONS:
            if version != 2:
                raise EncodingError("extensions need version 3", part=what)
            inner = strict.explicit(optional, 3, "extensions")
            tbs.extensions = ext.read_extensions(inner, "extensions")
    return tbs


def read_x509_time(element: strict.Tlv, what: str) -> datetime:
    """The moment of a Time in UTC; either type, but always with seconds and ``Z``."""
    moment = times.read_time(element, what, strict.Tolerances(), tag=element.tag).moment
    digits = 12 if element.tag == strict.UTC_TIME else 14
    if moment is None or len(element.content) != digits + 1 or element.content[-1:] != b"Z":
        raise EncodingError(f"{what}: not a time in UTC", part=what, offset=element.start)
    return moment


def read_signed(der: bytes, what: str) -> tuple[strict.Tlv, strict.Tlv, bytes]:
    """The three parts of SIGNED (tbs, algorithm, signature octets), headers checked only."""
    whole = tuple(itertools.islice(strict.Tlv(der, strict.SEQUENCE, 0, 0, len(der)).row(), 2))
    if len(whole) != 1:
        raise EncodingError(f"{what}: bytes follow the structure, or it is empty", part=what)
    parts = tuple(itertools.islice(strict.expect(whole[0], strict.SEQUENCE, what).row(), 4))
    if len(parts) != 3:
        raise EncodingError(f"{what}: three parts were expected", part=what)
    return parts[0], parts[1], strict.read_bits(parts[2], f"{what}.signature")


def read_algorithm(outer: strict.Tlv, inner: strict.Tlv, what: str) -> str:
    """The OID of a signature algorithm, whose two places must agree (RFC 5280, 4.1.1.2)."""
    oid, parameters = algorithm_identifier(outer, what)
    if outer.raw != inner.raw:
        raise EncodingError(f"{what}: the inner and the outer algorithm differ", part=what)
    if signature_algorithm(oid) and parameters is not None and parameters.tag != strict.NULL:
        raise EncodingError(f"{what}: parameters that have no place", part=what)
    return oid


# The certificates of signers, makers and CAs recur from file to file. What is kept is what was
# read, no judgement: 4 MB of DER at most.
@functools.lru_cache(maxsize=256)
def _known(der: bytes) -> Certificate:
    return _read(der)


def _read(der: bytes) -> Certificate:
    what = "Certificate"
    strict.parse(der, part=what, max_bytes=MAX_CERTIFICATE_BYTES)
    tbs_element, algorithm, signature = read_signed(der, what)
    tbs = _split_tbs(tbs_element)
    oid = read_algorithm(algorithm, tbs.algorithm, what)
    validity = strict.expect(tbs.validity, strict.SEQUENCE, "validity").children()
    if len(validity) != 2:
        raise EncodingError("validity: two times were expected", part="validity")
    for name in (tbs.issuer, tbs.subject):
        names.read_name(name.raw)
    found = tbs.extensions

    def read(identifier: str, reader: Callable[[bytes], _T], absent: _D) -> _T | _D:
        extension = found.get(identifier)
        return absent if extension is None else reader(extension.value)

    is_ca, path_length = read(ext.BASIC_CONSTRAINTS, ext.read_basic_constraints, (False, None))
    return Certificate(
        der=der,
        tbs=tbs_element.raw,
        serial=strict.read_integer(tbs.serial, "serialNumber"),
        issuer_der=tbs.issuer.raw,
        subject_der=tbs.subject.raw,
        not_before=read_x509_time(validity[0], "notBefore"),
        not_after=read_x509_time(validity[1], "notAfter"),
        public_key=read_public_key(tbs.key),
        signature_oid=oid,
        signature_algorithm=signature_algorithm(oid),
        signature=signature,
        key_usage=read(ext.KEY_USAGE, ext.read_key_usage, None),
        extended_key_usage=read(ext.EXTENDED_KEY_USAGE, ext.read_extended_key_usage, None),
        is_ca=is_ca,
        path_length=path_length,
        authority_key_id=read(ext.AUTHORITY_KEY_IDENTIFIER, ext.read_authority_key_id, None),
        subject_key_id=read(ext.SUBJECT_KEY_IDENTIFIER, ext.read_subject_key_id, None),
        alt_names=read(ext.SUBJECT_ALT_NAME, ext.read_alt_names, ()),
        name_constraints=read(ext.NAME_CONSTRAINTS, ext.read_name_constraints, None),
        policies=read(ext.CERTIFICATE_POLICIES, ext.read_policies, None),
        policy_mappings=read(ext.POLICY_MAPPINGS, ext.read_policy_mappings, ()),
        policy_constraints=read(ext.POLICY_CONSTRAINTS, ext.read_policy_constraints, None),
        inhibit_any_policy=read(ext.INHIBIT_ANY_POLICY, ext.read_inhibit_any_policy, None),
        crl_urls=read(ext.CRL_DISTRIBUTION_POINTS, ext.read_crl_urls, ()),
        critical_unknown=ext.unknown_critical(found, ext.UNDERSTOOD),
        extensions=tuple(found.values()),
        fingerprint=hashlib.sha256(der).hexdigest(),
    )


def load_certificates(data: bytes) -> tuple[Certificate, ...]:
    """All certificates in PEM text (other blocks are passed over), or the one in DER.

    Raises:
        EncodingError: a certificate that cannot be read, or bytes that are neither form.
    """
    if not pem.is_pem(data):
        return (Certificate.from_der(data),)
    blocks = pem.read_pem(data)
    return tuple(Certificate.from_der(block.der) for block in blocks if block.label in PEM_LABELS)
