"""What lists and answers say about a certificate's revocation (RFC 5280, 6.3; RFC 6960, 3.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal, Protocol

from govseal.errors import FormatError, InvalidSignature, UnsupportedFormat
from govseal.frozen import frozen
from govseal.pki import extensions as ext
from govseal.pki.algorithms import SignatureAlgorithm
from govseal.pki.certificate import Certificate
from govseal.pki.crl import (
    ALL_REASONS,
    HOLD,
    REVERSIBLE,
    Crl,
    RevokedEntry,
    distribution_points,
)
from govseal.pki.issuers import MAX_ISSUERS, find_issuers, issuer_path
from govseal.pki.names import is_same_name
from govseal.pki.ocsp import MAX_CERTIFICATES, BasicResponse, OcspAnswer, OcspResponse
from govseal.pki.path import MAX_REMEMBERED, Memory, PathResult, find_mixed
from govseal.pki.trust import TrustStore

if TYPE_CHECKING:
    from govseal.pki.materials import Materials

MAX_DEPTH: Final = 3
"""Keys of lists, each of which another key's list says to be unrevoked."""
MAX_RESPONSES: Final = 64
"""Responses about one certificate whose signatures are looked at."""
_SIGNING_USAGE: Final = frozenset({"digital_signature", "non_repudiation"})


@frozen
class RevocationStatus:
    """What is known about a certificate's revocation."""

    state: Literal["good", "revoked", "unknown"]
    """``revoked`` where an authentic list or answer says so, at whatever time: see
    ``is_revoked_at``."""
    revoked_at: datetime | None = None
    """The revocation date; it may lie after the moment asked for."""
    reason: str | None = None
    """``no_revocation_data``, ``revocation_stale`` or ``unsupported`` where it is unknown."""
    revocation_reason: str | None = None
    """A name of ``crl.REASONS``, where the issuer gave one."""
    invalidity_date: datetime | None = None
    """Since when the key must be mistrusted, where the issuer said so."""
    source: str | None = None
    """The list or answer that decided: who made it, and its SHA-256."""
    this_update: datetime | None = None
    """When that list or answer was issued."""
    detail: str = ""
    problems: tuple[str, ...] = ()
    """What was to be fetched and could not be; empty where nothing was fetched."""

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
    allow_mixed: bool = False,
    memory: Memory | None = None,
) -> RevocationStatus:
    """What the CRLs and OCSP answers in ``materials`` say about ``certificate`` at ``at``.

    A CRL counts only when its signature was made by the key that issued the certificate, whose
    own certificate chains to ``trust`` at ``at`` and may sign CRLs; or by another key of the same
    CA, which the first one or the same parent certified. An answer counts when that CA made it,
    or a responder that it certified for that. Both speak for ``at`` when they were issued at
    ``at`` or later, or ``at`` lies before their next update. A delta speaks together with the
    complete list that it completes. Of several that speak the newest decides; a revocation in
    any authentic one, even a stale one, is never lost, unless it was a hold that a newer one
    released. What is signed over a weak digest (MD5, SHA-1), or by a key that is not known to be
    unrevoked itself, can revoke, and nothing else; so can a responder whose key mixes SM2 with its
    CA's, unless ``allow_mixed``, which allows the same in paths. ``certificates`` are more
    untrusted ones. ``memory`` is that of the report, where there is one.

    Raises:
        ValueError: ``at`` has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("at needs its time zone")
    crls = () if materials is None else materials.crls
    ocsps = () if materials is None else materials.ocsps
    known = () if materials is None else materials.certificates
    pool = (*certificates, *known)
    memory = memory or Memory()
    return _Inquiry(trust, crls, ocsps, pool, at, allow_mixed, memory).judge(certificate)


@frozen
class _Statement:
    """What one authentic list or answer says about the certificate."""

    issued: datetime
    number: int
    entry: RevokedEntry | None
    releases: bool
    """Whether it would still name a hold."""
    clears: bool
    """Whether it would name any revocation, so that silence means there is none."""
    reaches: bool
    """Whether it speaks for the moment asked for."""
    reasons: frozenset[int] | None
    """The reasons that it knows, where it knows only some."""
    source: str

    def revoked(self, entry: RevokedEntry) -> RevocationStatus:
        return RevocationStatus(
            "revoked",
            revoked_at=entry.date,
            revocation_reason=entry.reason,
            invalidity_date=entry.invalidity_date,
            source=self.source,
            this_update=self.issued,
        )


class _Signed(Protocol):
    """A list, or the body of a response."""

    @property
    def tbs(self) -> bytes: ...
    @property
    def signature(self) -> bytes: ...
    @property
    def signature_algorithm(self) -> SignatureAlgorithm | None: ...


def _is_signed_by(signed: _Signed, signer: Certificate) -> bool:
    algorithm = signed.signature_algorithm
    if algorithm is None:
        return False
    try:
        signer.public_key.verify(signed.signature, signed.tbs, algorithm)
    except (InvalidSignature, UnsupportedFormat):
        return False
    return True


@dataclass(slots=True)
class _Inquiry:
    """One question, with everything that may answer it."""

    trust: TrustStore
    crls: tuple[Crl, ...]
    ocsps: tuple[OcspResponse, ...]
    pool: tuple[Certificate, ...]
    at: datetime
    allow_mixed: bool
    memory: Memory
    depth: int = 0
    """Of how many keys that sign lists the state was asked before: at the last, lists count that
    the CA's own key signed, and no others. So no key speaks for itself."""
    details: list[str] = field(default_factory=list)
    """Why what is at hand does not speak."""
    is_unsupported: bool = False

    def judge(self, certificate: Certificate) -> RevocationStatus:
        named = [
            c
            for c in {crl.der: crl for crl in self.crls}.values()
            if is_same_name(c.issuer_der, certificate.issuer_der)
        ]
        serial = certificate.serial
        asked = [
            o for o in dict.fromkeys(self.ocsps) if any(a.id.serial == serial for a in o.answers)
        ]
        issuers = []
        if named or asked:
            more = (self.trust, self.pool, self.at)
            issuers = list(
                find_issuers(certificate, *more, allow_mixed=self.allow_mixed, memory=self.memory)
            )
        found = [
            *self.lists(certificate, named, issuers),
            *self.answers(certificate, asked, [issuer for issuer, _ in issuers]),
        ]
        found.sort(key=lambda item: (item.issued, item.number), reverse=True)
        revoked = _find_revocation(found)
        if revoked is not None:
            return revoked
        return _find_clearance(found) or self.unknown(certificate, found, is_named=bool(named))

    def unknown(
        self, certificate: Certificate, found: list[_Statement], *, is_named: bool
    ) -> RevocationStatus:
        """Why nothing at hand tells the state of ``certificate``."""
        covering = [item for item in found if item.clears]
        if covering and not any(item.reaches for item in covering):
            newest = covering[0]
            detail = "the revocation data at hand does not reach the moment asked for"
            return RevocationStatus(
                "unknown",
                reason="revocation_stale",
                source=newest.source,
                this_update=newest.issued,
                detail=detail,
            )
        points = distribution_points(certificate)
        if points and all(point.has_other_issuer for point in points) and not is_named:
            self.is_unsupported = True
            self.details.append("its CRLs are indirect ones, which are not read here")
        reason = "unsupported" if self.is_unsupported else "no_revocation_data"
        if covering:
            self.details.append("the CRLs at hand know some of the reasons only")
        detail = "; ".join(dict.fromkeys(self.details)) or "no CRL or OCSP answer of this issuer"
        return RevocationStatus("unknown", reason=reason, detail=detail)

    def is_signed_by(self, crl: Crl, signer: Certificate) -> bool:
        """Whether the list was signed with the signer's key; computed once for a memory."""
        question = (crl.der, signer.der)
        known = self.memory.lists.get(question)
        if known is None:
            known = _is_signed_by(crl, signer)
            if len(self.memory.lists) < MAX_REMEMBERED:
                self.memory.lists[question] = known
        return known

    # --- lists ------------------------------------------------------------------------------

    def lists(
        self,
        certificate: Certificate,
        named: list[Crl],
        issuers: list[tuple[Certificate, PathResult]],
    ) -> Iterator[_Statement]:
        """What authentic lists say; those in the issuer's name are ``named``."""
        keys = [issuer for issuer, _ in issuers if _may_sign_lists(issuer)]
        signed = {crl: True for crl in named if any(self.is_signed_by(crl, key) for key in keys)}
        if len(signed) < len(named) and self.depth < MAX_DEPTH:
            for other, may_clear in self.other_keys(certificate, issuers):
                for crl in named:
                    if not signed.get(crl) and self.is_signed_by(crl, other):
                        signed[crl] = may_clear
        if len(signed) < len(named):
            self.details.append("the CRLs in this issuer's name are not signed by a trusted key")
        strong = [
            crl
            for crl, may_clear in signed.items()
            if may_clear and not crl.is_weak and crl.is_about(certificate)
        ]
        for crl in signed:
            if crl.scope.is_indirect:
                self.is_unsupported = True
                self.details.append("the CRL is an indirect one, which is not read here")
            elif not crl.is_about(certificate):
                self.details.append("the CRLs of this issuer do not cover this certificate")
            else:
                yield self.statement(certificate, crl, strong)

    def statement(self, certificate: Certificate, crl: Crl, strong: list[Crl]) -> _Statement:
        entry, is_strong = crl.find(certificate.serial), crl in strong
        if crl.is_weak:
            self.details.append("the CRLs of this issuer are signed over a weak digest")
        elif not is_strong:
            self.details.append("the key of the CRLs is not known to be unrevoked")
        elif not crl.keeps(certificate):
            self.details.append("the CRLs of this issuer were issued after the certificate expired")
        has_base = any(crl.completes(base) for base in strong)
        if crl.is_delta and not has_base:
            self.details.append("a delta CRL without the complete CRL that it changes")
        is_removed = entry is not None and entry.reason == "remove_from_crl"
        # A list that names a hold clears nobody, though a newer one may have released it.
        may_clear = is_strong and (entry is None or is_removed)
        return _Statement(
            crl.this_update,
            crl.number or 0,
            entry,
            releases=is_strong
            and crl.keeps(certificate)  # what expired is dropped without a word (RFC 5280, 5.3.1)
            and (crl.scope.reasons is None or HOLD in crl.scope.reasons)
            and (not crl.is_delta or is_removed),
            clears=may_clear and crl.keeps(certificate) and (not crl.is_delta or has_base),
            reaches=crl.reaches(self.at),
            reasons=crl.scope.reasons,
            source=f"CRL of {crl.issuer}, SHA-256 {crl.fingerprint}",
        )

    def other_keys(
        self, certificate: Certificate, issuers: list[tuple[Certificate, PathResult]]
    ) -> Iterator[tuple[Certificate, bool]]:
        """Certificates of other keys of the same CA, and whether their lists may clear.

        A CA that changes its key, or has one for lists alone, goes on under its name. A namesake
        is not that CA: its key must be certified by the CA's own key, or by the same parent.
        """
        tried = 0
        for candidate in dict.fromkeys((*self.trust.find_issuers(certificate), *self.pool)):
            if not is_same_name(
                candidate.subject_der, certificate.issuer_der
            ) or not _may_sign_lists(candidate):
                continue
            if any(candidate.public_key.is_same_key(known.public_key) for known, _ in issuers):
                continue
            if tried >= MAX_ISSUERS:
                return
            tried += 1
            path = issuer_path(
                candidate,
                self.trust,
                self.pool,
                self.at,
                allow_mixed=self.allow_mixed,
                memory=self.memory,
            )
            if path.outcome != "passed":
                continue
            if any(self.is_linked(path, known) for _, known in issuers):
                state = self.signer_state(candidate)
                if state != "revoked":
                    yield candidate, state == "good"

    def is_linked(self, path: PathResult, known: PathResult) -> bool:
        """Whether the key of one path is another key of the CA of the other path."""
        other, issuer = path.chain[0], known.chain[0]
        if len(path.chain) > 1 and len(known.chain) > 1:
            one, two = path.chain[1], known.chain[1]
            if is_same_name(one.subject_der, two.subject_der) and one.public_key.is_same_key(
                two.public_key
            ):
                return True
        links = [
            link
            for link in (other, issuer, *self.pool)
            if link.is_self_issued and is_same_name(link.subject_der, issuer.subject_der)
        ]
        pairs = ((other, issuer), (issuer, other))  # new with old, old with new (RFC 4210, 4.4)
        return any(
            link.public_key.is_same_key(certified.public_key)
            and self.memory.signature(link, certifier) is None
            for certified, certifier in pairs
            for link in links[:MAX_ISSUERS]
        )

    def signer_state(self, signer: Certificate) -> str:
        """Whether a key that signs lists or answers is itself revoked, as lists tell."""
        if signer in self.trust:
            return "good"
        inquiry = replace(self, ocsps=(), depth=self.depth + 1, details=[], is_unsupported=False)
        return inquiry.judge(signer).state

    # --- answers ----------------------------------------------------------------------------

    def answers(
        self, certificate: Certificate, asked: list[OcspResponse], issuers: list[Certificate]
    ) -> Iterator[_Statement]:
        """What authentic answers say."""
        tried = 0
        for response in asked:
            for answer in response.answers:
                fitting = [i for i in issuers if answer.id.fits(certificate, i)]
                if response.basic is None or not fitting or tried >= MAX_RESPONSES:
                    continue
                tried += 1
                signer = self.responder(response.basic, fitting)
                if signer is None:
                    self.details.append("no responder of this issuer made the OCSP answer")
                elif answer.critical_unknown or response.basic.critical_unknown:
                    self.details.append("critical extensions of the OCSP answer")
                elif answer.state == "unknown":
                    self.details.append("the OCSP responder does not know the certificate")
                else:
                    responder, may_clear = signer
                    yield self.answered(certificate, response, answer, responder, may_clear)

    def answered(
        self,
        certificate: Certificate,
        response: OcspResponse,
        answer: OcspAnswer,
        responder: Certificate,
        may_clear: bool,
    ) -> _Statement:
        is_weak = response.basic is not None and response.basic.is_weak
        is_strong = may_clear and not is_weak
        if is_weak:
            self.details.append("the OCSP answer is signed over a weak digest")
        elif may_clear and not answer.keeps(certificate):
            self.details.append("the OCSP answer is of a time after the certificate expired")
        return _Statement(
            answer.this_update,
            0,
            answer.entry,
            releases=is_strong and answer.keeps(certificate),
            clears=is_strong and answer.entry is None and answer.keeps(certificate),
            reaches=answer.reaches(self.at, responder),
            reasons=None,
            source=f"OCSP answer of {responder.subject}, SHA-256 {response.fingerprint}",
        )

    def responder(
        self, basic: BasicResponse, issuers: list[Certificate]
    ) -> tuple[Certificate, bool] | None:
        """Who made a response, and whether it may clear; None where nobody who may."""
        for issuer in issuers:
            if basic.names(issuer) and _is_signed_by(basic, issuer):
                return issuer, True
        inside = _readable(basic.certificates)
        named = [c for c in dict.fromkeys((*inside, *self.pool)) if basic.names(c)]
        # What it says of a time after its end it did not say: then its key may be anybody's.
        latest = max(basic.produced_at, *(answer.this_update for answer in basic.answers))
        for candidate in named[:MAX_ISSUERS]:
            if not self.is_responder(candidate, issuers, basic.produced_at) or (
                latest > candidate.not_after
            ):
                continue
            if not _is_signed_by(basic, candidate):
                continue
            is_exempt = candidate.extension(ext.OCSP_NO_CHECK) is not None
            state = "good" if is_exempt else self.signer_state(candidate)
            if state == "unknown":
                self.details.append("the OCSP responder is not known to be unrevoked")
            mixed = () if self.allow_mixed else find_mixed((candidate, issuers[0]))
            self.details += [f"the OCSP responder has {detail}" for _, detail in mixed]
            return None if state == "revoked" else (candidate, state == "good" and not mixed)
        return None

    def is_responder(
        self, candidate: Certificate, issuers: list[Certificate], at: datetime
    ) -> bool:
        """Whether one of ``issuers`` certified it, directly, for answers (RFC 6960, 4.2.2.2)."""
        usage, purposes = candidate.key_usage, candidate.extended_key_usage
        if purposes is None or "ocsp_signing" not in purposes or candidate.critical_unknown:
            return False
        if (usage is not None and not usage & _SIGNING_USAGE) or not candidate.is_valid_at(at):
            return False
        return any(
            is_same_name(candidate.issuer_der, issuer.subject_der)
            and self.memory.signature(candidate, issuer) is None
            for issuer in issuers
        )


def _may_sign_lists(certificate: Certificate) -> bool:
    usage = certificate.key_usage
    return certificate.is_ca if usage is None else "crl_sign" in usage


def _readable(certificates: tuple[bytes, ...]) -> list[Certificate]:
    found = []
    for der in certificates[:MAX_CERTIFICATES]:
        try:
            found.append(Certificate.from_der(der))
        except FormatError:  # one that cannot be read made nothing
            continue
    return found


def _find_revocation(newest_first: list[_Statement]) -> RevocationStatus | None:
    """The revocation that stands: the newest final one, else a hold that nothing released."""
    held: RevocationStatus | None = None
    is_released = False
    for item in newest_first:
        entry = item.entry
        if entry is not None and entry.reason not in REVERSIBLE:
            return item.revoked(entry)
        if entry is not None and entry.reason == "certificate_hold" and not is_released:
            held = held or item.revoked(entry)
        is_released = is_released or item.releases
    return held


def _find_clearance(newest_first: list[_Statement]) -> RevocationStatus | None:
    """The newest that speaks, or some that know all reasons together; None where none does."""
    known: frozenset[int] = frozenset()
    for item in newest_first:
        if not (item.clears and item.reaches):
            continue
        known |= ALL_REASONS if item.reasons is None else item.reasons
        if known == ALL_REASONS:
            return RevocationStatus("good", source=item.source, this_update=item.issued)
    return None
