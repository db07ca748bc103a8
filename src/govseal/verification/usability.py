"""Whether a seal may be used now: the seal itself, and those whom it permits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from govseal.pki.materials import Materials
from govseal.pki.trust import TrustStore
from govseal.seal.delegation import read_statements
from govseal.seal.model import Seal
from govseal.verification.checks.finding import PASSED, Finding, failed, unreadable
from govseal.verification.checks.trust import may_sign
from govseal.verification.collect import Collector, Party
from govseal.verification.policy import DEFAULT_POLICY, Policy
from govseal.verification.report import Outcome, Report, Verdict


class Usability(Enum):
    """Whether something may be used; the values are wire strings."""

    USABLE = "usable"
    UNUSABLE = "unusable"
    UNKNOWN = "unknown"
    """Evidence is missing."""


@dataclass(frozen=True, slots=True)
class SignerUse:
    """Whether one of those whom a seal permits may sign."""

    subject: str
    """Of the certificate, for people; empty where it cannot be read."""
    not_after: datetime | None
    usability: Usability
    reason: str
    """Why not; or a notice."""
    detail: str


@dataclass(frozen=True, slots=True)
class SealUse:
    """Whether a seal may be used at a moment, and why not."""

    usability: Usability
    reasons: tuple[str, ...]
    """Codes of :mod:`govseal.verification.reasons`."""
    at: datetime
    report: Report
    """The report on the seal itself."""
    signers: tuple[SignerUse, ...]


_BY_OUTCOME = {
    Outcome.PASSED: Usability.USABLE,
    Outcome.SKIPPED: Usability.USABLE,
    Outcome.INDETERMINATE: Usability.UNKNOWN,
    Outcome.FAILED: Usability.UNUSABLE,
}
_BY_VERDICT = {
    Verdict.PASSED: Usability.USABLE,
    Verdict.INDETERMINATE: Usability.UNKNOWN,
}


def judge_use(
    seal: Seal,
    report: Report,
    trust: TrustStore,
    *,
    materials: Materials | None = None,
    policy: Policy = DEFAULT_POLICY,
) -> SealUse:
    """Whether ``seal`` may be used at the time of its report.

    It may if it passes, its delegation if any is running, and one whom it permits may sign now.
    A seal that lists digests of certificates alone says of nobody whether he may sign: unknown.
    """
    at = report.verified_at
    collector = Collector(trust, materials or Materials(), at, policy)
    signers = tuple(_signer(party, policy, at) for party in collector.owners(seal))
    reasons = list(report.reasons)
    of_seal = _BY_VERDICT.get(report.verdict, Usability.UNUSABLE)
    of_signers = _best(signers)
    scope = _scope(seal, at)
    of_scope = _BY_OUTCOME[scope.outcome]
    if scope.reason:
        reasons.append(scope.reason)
    if of_signers is not Usability.USABLE:
        reasons += [item.reason for item in signers] or ["signer_list_unusable"]
    for usability in (Usability.UNUSABLE, Usability.UNKNOWN):
        if usability in (of_seal, of_signers, of_scope):
            return SealUse(usability, tuple(dict.fromkeys(reasons)), at, report, signers)
    return SealUse(Usability.USABLE, (), at, report, signers)


def _signer(party: Party, policy: Policy, at: datetime) -> SignerUse:
    finding: Finding = may_sign(party, policy, at)
    certificate = party.certificate
    return SignerUse(
        subject=certificate.subject if certificate else "",
        not_after=certificate.not_after if certificate else None,
        usability=_BY_OUTCOME[finding.outcome],
        reason=finding.reason,
        detail=finding.detail,
    )


def _scope(seal: Seal, at: datetime) -> Finding:
    """Of a seal that was handed over: the term of its delegation is running."""
    statements = read_statements((), seal.extensions)
    if statements.problem is not None:
        return unreadable(statements.problem)
    scope = statements.scope
    if scope is not None and not scope.not_before <= at <= scope.not_after:
        return failed("outside_term")
    return PASSED


def _best(signers: tuple[SignerUse, ...]) -> Usability:
    """One who may sign is enough; where none is named, nobody knows."""
    found = {item.usability for item in signers}
    for usability in (Usability.USABLE, Usability.UNKNOWN):
        if usability in found:
            return usability
    return Usability.UNUSABLE if signers else Usability.UNKNOWN
