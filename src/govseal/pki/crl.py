"""Certificate revocation lists, read as received (RFC 5280, 5)."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from types import MappingProxyType
from typing import Final

from govseal.asn1 import strict
from govseal.errors import EncodingError, LimitExceeded
from govseal.pki import extensions as ext
from govseal.pki import names, pem
from govseal.pki.algorithms import SignatureAlgorithm, signature_algorithm
from govseal.pki.certificate import Certificate, read_algorithm, read_signed, read_x509_time

MAX_CRL_BYTES: Final = strict.MAX_BYTES
MAX_CRL_ENTRIES: Final = 500_000

CRL_NUMBER: Final = "2.5.29.20"
REASON_CODE: Final = "2.5.29.21"
INVALIDITY_DATE: Final = "2.5.29.24"
DELTA_CRL_INDICATOR: Final = "2.5.29.27"
ISSUING_DISTRIBUTION_POINT: Final = "2.5.29.28"
EXPIRED_CERTIFICATES: Final = "2.5.29.60"
_KNOWN: Final = frozenset(
    {
        CRL_NUMBER,
        ISSUING_DISTRIBUTION_POINT,
        ext.AUTHORITY_KEY_IDENTIFIER,
        ext.ISSUER_ALT_NAME,
        EXPIRED_CERTIFICATES,
    }
)
_KNOWN_IN_ENTRY: Final = frozenset({REASON_CODE, INVALIDITY_DATE})
_ENUMERATED: Final = 0x0A
_ENTRY: Final = "revokedCertificate"
_MAX_ENTRY_BYTES: Final = 4096
_MOST_FIELDS: Final = 7

REASONS: Final = {
    0: "unspecified",
    1: "key_compromise",
    2: "ca_compromise",
    3: "affiliation_changed",
    4: "superseded",
    5: "cessation_of_operation",
    6: "certificate_hold",
    8: "remove_from_crl",
    9: "privilege_withdrawn",
    10: "aa_compromise",
}
REVERSIBLE: Final = frozenset({"certificate_hold", "remove_from_crl"})


@dataclass(frozen=True, slots=True)
class RevokedEntry:
    """What a CRL says about one serial number."""

    date: datetime
    """The revocation date."""
    reason: str | None
    """A name of ``REASONS``; None where the list gives no reason."""
    invalidity_date: datetime | None
    """Since when the key must be mistrusted, where the list says so."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What an issuing distribution point narrows a CRL to (RFC 5280, 5.2.5)."""

    urls: tuple[str, ...] = ()
    has_name: bool = False
    only_users: bool = False
    only_cas: bool = False
    is_unsupported: bool = False
    """Only some reasons, indirect, attribute certificates, or not understood."""

    def covers(self, certificate: Certificate) -> bool:
        """Whether a CRL of this scope speaks about the certificate."""
        if self.is_unsupported or (self.only_users and certificate.is_ca):
            return False
        if self.only_cas and not certificate.is_ca:
            return False
        return not self.has_name or bool(set(self.urls) & set(certificate.crl_urls))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Crl:
    """A certificate revocation list; two are equal when their bytes are."""

    der: bytes
    """The list as received."""
    tbs: bytes
    """TBSCertList as received: what the issuer signed."""
    issuer_der: bytes
    """The issuer's Name as received."""
    this_update: datetime
    next_update: datetime | None
    signature_oid: str
    signature_algorithm: SignatureAlgorithm | None
    """None where the algorithm is not known here."""
    signature: bytes
    entries: Mapping[int, RevokedEntry]
    """The revoked serial numbers."""
    number: int | None
    """The CRL number."""
    scope: Scope
    critical_unknown: tuple[str, ...]
    """Critical extensions of the list or its entries that are not processed: it does not speak."""
    expired_since: datetime | None
    """Certificates that expired after this moment are still listed (expiredCertsOnCRL)."""

    @classmethod
    def from_der(cls, der: bytes) -> Crl:
        """The CRL in ``der``, every entry read.

        Raises:
            EncodingError: not a CRL, or inner and outer algorithm differ.
            LimitExceeded: more than 64 MiB or half a million entries.
        """
        return _read(bytes(der))

    @classmethod
    def from_pem(cls, data: bytes) -> Crl:
        """The first CRL in PEM text; raises :class:`EncodingError` where there is none."""
        for block in pem.read_pem(data):
            if block.label == "X509 CRL":
                return cls.from_der(block.der)
        raise EncodingError("PEM: no CRL")

    @property
    def issuer(self) -> str:
        """The issuer for people."""
        return names.format_name(self.issuer_der)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the list, lower-case hexadecimal."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def is_weak(self) -> bool:
        """Whether it is signed over a broken digest: somebody may have made a second list."""
        return self.signature_algorithm is not None and self.signature_algorithm.weak

    def find(self, serial: int) -> RevokedEntry | None:
        """The entry of a serial number, None where it is not listed."""
        return self.entries.get(serial)

    def covers(self, certificate: Certificate) -> bool:
        """Whether absence from this list means anything for the certificate.

        Not where a critical extension is not understood, the scope leaves the certificate out,
        or the list was issued after the certificate expired: it may have been dropped, unless
        the list says that it keeps expired ones.
        """
        if self.critical_unknown or not self.scope.covers(certificate):
            return False
        since = self.expired_since
        return self.this_update <= certificate.not_after or (
            since is not None and since <= certificate.not_after
        )

    def reaches(self, at: datetime) -> bool:
        """Whether the list was issued at ``at`` or later, or is not yet to be replaced then."""
        return self.this_update >= at or (self.next_update is not None and at <= self.next_update)

    def __eq__(self, other: object) -> bool:
        return self.der == other.der if isinstance(other, Crl) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.der)

    def __repr__(self) -> str:
        return f"<Crl of {self.issuer} {self.this_update:%Y-%m-%dT%H:%MZ} {len(self.entries)}>"


def _read(der: bytes) -> Crl:
    what = "CertificateList"
    if len(der) > MAX_CRL_BYTES:
        raise LimitExceeded("the CRL is too large", limit=MAX_CRL_BYTES, found=len(der))
    tbs, algorithm, signature = read_signed(der, what)
    parts = list(islice(strict.expect(tbs, strict.SEQUENCE, what).row(), _MOST_FIELDS + 1))
    version = 0
    if parts and parts[0].tag == strict.INTEGER:
        version = strict.read_integer(strict.parse(parts.pop(0).raw, part=what), what)
    if len(parts) < 3 or version not in (0, 1):
        raise EncodingError(f"{what}: not a CRL of version 1 or 2", part=what)
    inner, issuer, this_update = parts[:3]
    rest = parts[3:]
    # Every element but the long row of entries is checked to its leaves; the entries one by one.
    for element in (algorithm, inner, issuer, this_update):
        strict.parse(element.raw, part=what)
    names.read_name(issuer.raw)
    next_update = None
    if rest and rest[0].tag in (strict.UTC_TIME, strict.GENERALIZED_TIME):
        next_update = read_x509_time(rest.pop(0), "nextUpdate")
    entries: dict[int, RevokedEntry] = {}
    odd: set[str] = set()
    if rest and rest[0].tag == strict.SEQUENCE:
        entries, odd = _read_entries(rest.pop(0))
    found: dict[str, ext.Extension] = {}
    if rest and rest[0].tag == 0xA0 and version == 1:
        wrapped = strict.parse(rest.pop(0).raw, part=what)
        found = ext.read_extensions(strict.explicit(wrapped, 0, "crlExtensions"), "crlExtensions")
    if rest:
        raise EncodingError(f"{what}: an element that has no place", part=what)
    oid = read_algorithm(algorithm, inner, what)
    return Crl(
        der=der,
        tbs=tbs.raw,
        issuer_der=issuer.raw,
        this_update=read_x509_time(this_update, "thisUpdate"),
        next_update=next_update,
        signature_oid=oid,
        signature_algorithm=signature_algorithm(oid),
        signature=signature,
        entries=MappingProxyType(entries),
        number=_read_number(found.get(CRL_NUMBER)),
        scope=_read_scope(found.get(ISSUING_DISTRIBUTION_POINT)),
        critical_unknown=(*ext.unknown_critical(found, _KNOWN), *sorted(odd)),
        expired_since=_read_time(found.get(EXPIRED_CERTIFICATES)),
    )


def _read_entries(row: strict.Tlv) -> tuple[dict[int, RevokedEntry], set[str]]:
    entries: dict[int, RevokedEntry] = {}
    odd: set[str] = set()
    # One by one: a row of millions is not laid out before it is refused.
    for number, element in enumerate(row.row(), start=1):
        if number > MAX_CRL_ENTRIES:
            raise LimitExceeded("too many entries", limit=MAX_CRL_ENTRIES, found=number)
        serial, entry, unknown = _read_entry(element)
        odd.update(unknown)
        known = entries.get(serial)
        # Listed twice: the earlier and harder statement stands.
        if known is None or _order(entry) < _order(known):
            entries[serial] = entry
    return entries, odd


def _order(entry: RevokedEntry) -> tuple[bool, datetime]:
    return entry.reason in REVERSIBLE, entry.date


def _read_entry(element: strict.Tlv) -> tuple[int, RevokedEntry, tuple[str, ...]]:
    """One entry; lists have hundreds of thousands, with the same few dates and reasons."""
    if element.end - element.start > _MAX_ENTRY_BYTES:
        raise EncodingError(f"{_ENTRY}: too large", part=_ENTRY, offset=element.start)
    parts = strict.expect(element, strict.SEQUENCE, _ENTRY).children()
    if not 2 <= len(parts) <= 3:
        raise EncodingError(f"{_ENTRY}: not an entry", part=_ENTRY, offset=element.start)
    serial = strict.read_integer(parts[0], _ENTRY)
    if len(parts[0].content) != serial.bit_length() // 8 + 1 and serial >= 0:
        raise EncodingError(f"{_ENTRY}: not a serial number", part=_ENTRY, offset=element.start)
    date = _read_entry_date(parts[1].raw)
    if len(parts) == 2:
        return serial, RevokedEntry(date, None, None), ()
    reason, invalidity, unknown = _read_entry_extensions(parts[2].raw)
    return serial, RevokedEntry(date, reason, invalidity), unknown


@functools.lru_cache(maxsize=4096)
def _read_entry_date(der: bytes) -> datetime:
    return read_x509_time(strict.parse(der, part=_ENTRY), _ENTRY)


@functools.lru_cache(maxsize=4096)
def _read_entry_extensions(der: bytes) -> tuple[str | None, datetime | None, tuple[str, ...]]:
    """Reason, invalidity date, and critical extensions that are not understood."""
    found = ext.read_extensions(strict.parse(der, part=_ENTRY), _ENTRY)
    reason = None
    if REASON_CODE in found:
        code = strict.expect(strict.parse(found[REASON_CODE].value), _ENUMERATED, "reasonCode")
        number = int.from_bytes(code.content[:4], "big")
        reason = REASONS.get(number, f"reason_{number}")
    invalidity = _read_time(found.get(INVALIDITY_DATE))
    return reason, invalidity, ext.unknown_critical(found, _KNOWN_IN_ENTRY)


def _read_number(extension: ext.Extension | None) -> int | None:
    if extension is None:
        return None
    return strict.read_integer(strict.parse(extension.value), "cRLNumber")


def _read_time(extension: ext.Extension | None) -> datetime | None:
    if extension is None:
        return None
    element = strict.parse(extension.value)
    strict.expect(element, strict.GENERALIZED_TIME, "extension time")
    return read_x509_time(element, "extension time")


def _read_scope(extension: ext.Extension | None) -> Scope:
    if extension is None:
        return Scope()
    what = "issuingDistributionPoint"
    urls: tuple[str, ...] = ()
    flags: set[int] = set()
    for part in strict.expect(strict.parse(extension.value), strict.SEQUENCE, what).children():
        if part.tag == 0xA0:
            urls = ext.read_distribution_point_name(part)
            flags.add(0)
        elif part.content != b"\x00":
            # A flag that is encoded as FALSE says nothing; whatever else is odd counts as set.
            flags.add(part.tag)
    return Scope(
        urls,
        has_name=0 in flags,
        only_users=0x81 in flags,
        only_cas=0x82 in flags,
        is_unsupported=bool(flags - {0, 0x81, 0x82}),
    )
