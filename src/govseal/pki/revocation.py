"""What revocation lists say about a certificate (RFC 5280, 6.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from govseal.errors import InvalidSignature, UnsupportedFormat
from govseal.pki.certificate import Certificate
from govseal.pki.crl import DELTA_CRL_INDICATOR, REVERSIBLE, Crl
from govseal.pki.path import check_signed_by, validate_path
from govseal.pki.trust import TrustStore

if TYPE_CHECKING:
    from govseal.pki.materials import Materials

MAX_ISSUERS: Final = 16
"""Certificates of the issuer's name and key whose own paths are looked at."""


@dataclass(frozen=True, slots=True)
class RevocationStatus:
    """What is known about a certificate's revocation."""

    state: Literal["good", "revoked", "unknown"]
    """``revoked`` where an authentic CRL lists it, at whatever time: see ``is_revoked_at``."""
    revoked_at: datetime | None = None
    """The revocation date; it may lie after the moment asked for."""
    reason: str | None = None
    """``no_revocation_data`` or ``revocation_stale`` where the state is unknown."""
    revocation_reason: str | None = None
    """A name of ``REASONS``, where the issuer gave one."""
    invalidity_date: datetime | None = None
    """Since when the key must be mistrusted, where the issuer said so."""
    source: str | None = None
    """The CRL that decided: its issuer and SHA-256."""
    this_update: datetime | None = None
    """When that CRL was issued."""
    detail: str = ""

    def is_revoked_at(self, moment: datetime) -> bool:
        """Whether the certificate was revoked, or its key already invalid, at ``moment``."""
        dates = (self.revoked_at, self.invalidity_date)
        return self.state == "revoked" and any(d is not None and d <= moment for d in dates)


def check_revocation(
    certificate: Certificate,
    trust: TrustStore,
    *,
    materials: Materials | None = None,
    certificates: Iterable[Certificate] = (),
    at: datetime,
) -> RevocationStatus:
    """What the CRLs in ``materials`` say about ``certificate`` for the moment ``at``.

    A CRL counts only when its signature was made by the key that issued the certificate, whose
    own certificate chains to ``trust`` at ``at`` and may sign CRLs. It speaks for ``at`` when it
    was issued at ``at`` or later, or ``at`` lies before its next update. Of several that speak
    the newest decides; a revocation in any authentic one, even a stale one, is never lost, unless
    it was a hold that a newer list released. A list signed over a weak digest (MD5, SHA-1) can
    revoke, and nothing else. ``certificates`` are more untrusted certificates.

    Raises:
        ValueError: ``at`` has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("at needs its time zone")
    lists = () if materials is None else materials.crls
    pool = (*certificates, *(() if materials is None else materials.certificates))
    named = [crl for crl in dict.fromkeys(lists) if crl.issuer_der == certificate.issuer_der]
    issuers = list(_find_issuers(certificate, trust, pool, at)) if named else []
    authentic = [c for c in named if any(_is_signed_by(c, issuer) for issuer in issuers)]
    authentic.sort(key=lambda crl: (crl.this_update, crl.number or 0), reverse=True)
    revoked = _find_revocation(certificate, authentic)
    if revoked is not None:
        return revoked
    spoken = [crl for crl in authentic if crl.covers(certificate)]
    covering = [crl for crl in spoken if not crl.is_weak]
    for crl in covering:
        if crl.reaches(at):
            return RevocationStatus("good", source=_source(crl), this_update=crl.this_update)
    if covering:
        return RevocationStatus(
            "unknown",
            reason="revocation_stale",
            source=_source(covering[0]),
            this_update=covering[0].this_update,
            detail="the CRL at hand does not reach the moment asked for",
        )
    detail = "no CRL of this issuer"
    if spoken:
        detail = "the CRLs of this issuer are signed over a weak digest"
    elif authentic:
        detail = "the CRLs of this issuer do not cover this certificate"
    elif named:
        detail = "the CRLs in this issuer's name are not signed by a trusted key of it"
    return RevocationStatus("unknown", reason="no_revocation_data", detail=detail)


def _find_issuers(
    certificate: Certificate, trust: TrustStore, pool: tuple[Certificate, ...], at: datetime
) -> Iterator[Certificate]:
    """The certificates whose key issued ``certificate``, may sign CRLs and are trusted."""
    tried = 0
    for candidate in dict.fromkeys((*trust.find_issuers(certificate), *pool)):
        if candidate.subject_der != certificate.issuer_der or not candidate.is_ca:
            continue
        if candidate.key_usage is not None and "crl_sign" not in candidate.key_usage:
            continue
        if tried >= MAX_ISSUERS or check_signed_by(certificate, candidate) is not None:
            continue
        tried += 1
        if validate_path(candidate, trust, certificates=pool, at=at).outcome == "passed":
            yield candidate


def _is_signed_by(crl: Crl, issuer: Certificate) -> bool:
    algorithm = crl.signature_algorithm
    if algorithm is None:
        return False
    try:
        issuer.public_key.verify(crl.signature, crl.tbs, algorithm)
    except (InvalidSignature, UnsupportedFormat):
        return False
    return True


def _find_revocation(certificate: Certificate, newest_first: list[Crl]) -> RevocationStatus | None:
    """The revocation that stands: the newest final one, else a hold that nothing released."""
    held: RevocationStatus | None = None
    is_newest = True
    for crl in newest_first:
        # A delta revokes for good, yet what it leaves out means nothing; in a list with other
        # unknown critical extensions the serial may be another issuer's.
        is_delta = crl.critical_unknown == (DELTA_CRL_INDICATOR,)
        if not crl.scope.covers(certificate) or (crl.critical_unknown and not is_delta):
            continue
        entry = crl.find(certificate.serial)
        if entry is not None:
            status = RevocationStatus(
                "revoked",
                revoked_at=entry.date,
                revocation_reason=entry.reason,
                invalidity_date=entry.invalidity_date,
                source=_source(crl),
                this_update=crl.this_update,
            )
            if entry.reason not in REVERSIBLE:
                return status
            if is_newest and entry.reason == "certificate_hold":
                held = status
        # What a weak list leaves out means nothing either.
        is_newest = is_newest and (is_delta or crl.is_weak)
    return held


def _source(crl: Crl) -> str:
    return f"CRL of {crl.issuer}, SHA-256 {crl.fingerprint}"
