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

from govseal.asn1 import strict, write
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
        DELTA_CRL_INDICATOR,
        ISSUING_DISTRIBUTION_POINT,
        ext.AUTHORITY_KEY_IDENTIFIER,
        ext.ISSUER_ALT_NAME,
        EXPIRED_CERTIFICATES,
    }
)
_KNOWN_IN_ENTRY: Final = frozenset({REASON_CODE, INVALIDITY_DATE})
_ENUMERATED: Final = 0x0A
_POINT: Final = 0xA0
_ONLY_USERS: Final = 0x81
_ONLY_CAS: Final = 0x82
_SOME_REASONS: Final = 0x83
_INDIRECT: Final = 0x84
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
ALL_REASONS: Final = frozenset(range(1, 9))
"""The bits of ReasonFlags, keyCompromise to aACompromise (RFC 5280, 4.2.1.13)."""
HOLD: Final = 6
"""The bit of certificateHold among them."""


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

    names: frozenset[bytes] = frozenset()
    """GeneralNames of the place where the list is published, in DER as received."""
    has_name: bool = False
    only_users: bool = False
    only_cas: bool = False
    reasons: frozenset[int] | None = None
    """The bits of ReasonFlags that the list knows, where it knows only some (onlySomeReasons)."""
    is_indirect: bool = False
    """Whether entries may be other issuers' (indirectCRL): not read here, see :meth:`covers`."""
    is_unsupported: bool = False
    """Attribute certificates, or not understood."""

    def covers(self, certificate: Certificate) -> bool:
        """Whether a CRL of this scope speaks about the certificate; an indirect one never does."""
        if self.is_indirect or self.is_unsupported or (self.only_users and certificate.is_ca):
            return False
        if self.only_cas and not certificate.is_ca:
            return False
        points = distribution_points(certificate) if self.has_name else ()
        return not self.has_name or any(self.names & point.names for point in points)


def distribution_points(certificate: Certificate) -> tuple[ext.DistributionPoint, ...]:
    """Where the certificate says that its lists are; empty where it does not say."""
    extension = certificate.extension(ext.CRL_DISTRIBUTION_POINTS)
    if extension is None:
        return ()
    return ext.read_distribution_points(extension.value, certificate.issuer_der)


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
    base_number: int | None
    """Of a delta: the number of the list since which it tells the changes; else None."""
    scope: Scope
    critical_unknown: tuple[str, ...]
    """Critical extensions of the list or its entries that are not processed: it does not speak."""
    expired_since: datetime | None
    """Certificates that expired after this moment are still listed (expiredCertsOnCRL)."""
    fingerprint: str
    """SHA-256 of the list, lower-case hexadecimal."""

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
    def is_weak(self) -> bool:
        """Whether it is signed over a broken digest: somebody may have made a second list."""
        return self.signature_algorithm is not None and self.signature_algorithm.weak

    def find(self, serial: int) -> RevokedEntry | None:
        """The entry of a serial number, None where it is not listed."""
        return self.entries.get(serial)

    @property
    def is_delta(self) -> bool:
        """Whether it tells changes only (RFC 5280, 5.2.4)."""
        return self.base_number is not None

    def is_about(self, certificate: Certificate) -> bool:
        """Whether an entry with the certificate's serial number is the certificate's.

        Not where a critical extension is not understood, or the scope leaves it out.
        """
        return not self.critical_unknown and self.scope.covers(certificate)

    def keeps(self, certificate: Certificate) -> bool:
        """Whether an entry for the certificate would still be here.

        A list issued after the certificate expired may have dropped it, unless the list says that
        it keeps expired ones.
        """
        since = self.expired_since
        return self.this_update <= certificate.not_after or (
            since is not None and since <= certificate.not_after
        )

    def completes(self, base: Crl) -> bool:
        """Whether this is a delta that brings the complete list ``base`` up to its own date.

        Issuer and scope are the same, ``base`` is not older than the list that the delta starts
        from, and older than the delta (RFC 5280, 5.2.4).
        """
        if self.base_number is None or self.number is None or base.number is None:
            return False
        if (
            base.is_delta
            or not names.is_same_name(base.issuer_der, self.issuer_der)
            or base.scope != self.scope
        ):
            return False
        return self.base_number <= base.number < self.number

    def reaches(self, at: datetime) -> bool:
        """Whether the list was issued at ``at`` or later, or is not yet to be replaced then."""
        return self.this_update >= at or (self.next_update is not None and at <= self.next_update)

    def __eq__(self, other: object) -> bool:
        return self.der == other.der if isinstance(other, Crl) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.der)

    def __repr__(self) -> str:
        return f"<Crl of {self.issuer} {self.this_update:%Y-%m-%dT%H:%MZ} {len(self.entries)}>"


def read_next_update(der: bytes) -> datetime | None:
    """The next update of a CRL, of which nothing else is read; None where it names none.

    Raises:
        EncodingError: the first fields are not those of a CRL.
    """
    what = "CertificateList"
    tbs, _, _ = read_signed(der, what)
    parts = islice(strict.expect(tbs, strict.SEQUENCE, what).row(), 5)
    times = [p for p in parts if p.tag in (strict.UTC_TIME, strict.GENERALIZED_TIME)]
    return read_x509_time(times[1], "nextUpdate") if len(times) == 2 else None


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
        base_number=_read_number(found.get(DELTA_CRL_INDICATOR)),
        scope=_read_scope(found.get(ISSUING_DISTRIBUTION_POINT), issuer.raw),
        critical_unknown=(*ext.unknown_critical(found, _KNOWN), *sorted(odd)),
        expired_since=_read_time(found.get(EXPIRED_CERTIFICATES)),
        fingerprint=hashlib.sha256(der).hexdigest(),
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


def _read_scope(extension: ext.Extension | None, issuer_der: bytes) -> Scope:
    if extension is None:
        return Scope()
    what = "issuingDistributionPoint"
    names: frozenset[bytes] = frozenset()
    reasons: frozenset[int] | None = None
    flags: set[int] = set()
    for part in strict.expect(strict.parse(extension.value), strict.SEQUENCE, what).children():
        if part.tag == _POINT:
            names = ext.read_point_names(part, issuer_der)
        elif part.tag == _SOME_REASONS:
            reasons = _read_reasons(part)
            if reasons is None:
                flags.add(-1)
        elif part.content == b"\x00":
            continue  # A flag that is encoded as FALSE says nothing; whatever else is odd is set.
        flags.add(part.tag)
    known = {_POINT, _ONLY_USERS, _ONLY_CAS, _SOME_REASONS, _INDIRECT}
    return Scope(
        names,
        has_name=_POINT in flags,
        only_users=_ONLY_USERS in flags,
        only_cas=_ONLY_CAS in flags,
        reasons=reasons,
        is_indirect=_INDIRECT in flags,
        is_unsupported=bool(flags - known),
    )


def _read_reasons(part: strict.Tlv) -> frozenset[int] | None:
    """The bits of ReasonFlags; None where they are none."""
    element = strict.parse(write.element(strict.BIT_STRING, part.content))
    try:
        return ALL_REASONS.intersection(ext.read_named_bits(element, "onlySomeReasons"))
    except EncodingError:
        return None
