"""Checks of certificates: chains, key usage, revocation, for the signer and for the maker."""

from __future__ import annotations

from datetime import UTC, datetime

from govseal.pki.certificate import Certificate
from govseal.pki.extensions import SIGNING_USAGE
from govseal.pki.path import find_mixed
from govseal.pki.revocation import RevocationStatus
from govseal.pki.timestamp import purpose_problem
from govseal.verification.checks.finding import (
    PASSED,
    SKIPPED,
    Finding,
    failed,
    gravest,
    indeterminate,
    noticed,
    unreadable,
)
from govseal.verification.checks.mathematics import keys
from govseal.verification.collect import Party, Subject
from govseal.verification.policy import Policy

_COMPROMISE = frozenset({"key_compromise", "ca_compromise", "aa_compromise"})


def signer_chain(subject: Subject) -> Finding:
    """The signer's certificate leads to a trusted anchor at the time of signing as the policy asks.

    By a chain of one system of keys, and with the certificate policies that the policy asks for.
    """
    if subject.evidence is None or subject.signer is None:
        return SKIPPED
    return _chain(subject.signer, subject.policy)


def maker_chain(subject: Subject) -> Finding:
    """The maker's certificate leads to a trusted anchor at the time of making as the policy asks.

    By a chain of one system of keys, and with the certificate policies that the policy asks for.
    """
    if subject.maker is None:
        return SKIPPED
    finding = _chain(subject.maker, subject.policy)
    if finding.reason == "no_trust_anchor" and subject.policy.makers is not None:
        return failed("maker_untrusted", finding.detail)
    findings = [finding]
    if subject.maker.certificate is not None:
        findings.append(_key_usage(subject.maker.certificate))
    if _is_same(subject.maker, subject.signer):
        findings.append(noticed("maker_is_signer"))
    if finding.reason == "chain_mixed" and subject.policy.strict:
        # A check has one notice; what a strict policy refuses may not give way to another.
        findings.append(findings.pop(0))
    return gravest(findings)


def signer_key_usage(subject: Subject) -> Finding:
    """The signer's certificate is for signatures; where it does not say, that is a notice."""
    if subject.evidence is None or subject.signer is None or subject.signer.certificate is None:
        return SKIPPED
    return _key_usage(subject.signer.certificate)


def signer_revocation(subject: Subject) -> Finding:
    """No certificate of the signer's chain was revoked at the time of signing."""
    if subject.evidence is None or subject.signer is None:
        return SKIPPED
    return _revocation(subject.signer, subject.judged_at)


def maker_revocation(subject: Subject) -> Finding:
    """No certificate of the maker's chain was revoked when the seal was made."""
    if subject.maker is None or subject.seal is None:
        return SKIPPED
    return _revocation(subject.maker, subject.judged_at)


def may_sign(party: Party, policy: Policy, judged_at: datetime) -> Finding:
    """Whether a party may sign at the time of judging: chain, period, keys, usage, revocation."""
    if party.certificate is None:
        return unreadable(party.problem) if party.problem else indeterminate("unsupported")
    if party.certificate.public_key.material is None:
        return indeterminate("unsupported", "a key of a kind that cannot be used here")
    return gravest(
        (
            _chain(party, policy),
            keys(party, policy),
            _expiry(party.certificate, judged_at),
            _key_usage(party.certificate),
            _revocation(party, judged_at),
        )
    )


def _expiry(certificate: Certificate, judged_at: datetime) -> Finding:
    """An ended certificate signs nothing any more, whoever issued it."""
    return failed("certificate_expired") if judged_at > certificate.not_after else PASSED


def _chain(party: Party, policy: Policy) -> Finding:
    path = party.path
    if path is None:
        detail = str(party.problem) if party.problem else ""
        return indeterminate("no_trust_anchor", detail)
    if path.outcome == "passed":
        for certificate in path.chain[:-1]:
            algorithm = certificate.signature_algorithm
            if algorithm and algorithm.digest and algorithm.digest.name in policy.forbidden_digests:
                detail = f"a certificate is signed with {algorithm.name}"
                return failed("algorithm_forbidden", detail)
        mixed = find_mixed(path.chain)
        return noticed("chain_mixed", mixed[0][1]) if mixed else PASSED
    make = failed if path.outcome == "failed" else indeterminate
    return make(path.reason or "no_trust_anchor", path.detail)


def _is_same(maker: Party, signer: Party | None) -> bool:
    return signer is not None and maker.certificate == signer.certificate


def _key_usage(certificate: Certificate) -> Finding:
    if not purpose_problem(certificate):
        # RFC 3161, 2.3: its key signs nothing else; else a signer could prove its own time.
        return failed("key_usage_refused", "the certificate is for time stamps alone")
    usage = certificate.key_usage
    if usage is None:
        return noticed("key_usage_absent")
    if not usage & SIGNING_USAGE:
        return failed("key_usage_refused", ", ".join(sorted(usage)))
    return PASSED


def _revocation(party: Party, judged_at: datetime) -> Finding:
    if party.path is None or party.path.reason == "no_trust_anchor":
        return indeterminate("no_revocation_data", "no issuer that could speak for it is trusted")
    return gravest(_status(status, party, judged_at) for status in party.revocations)


def _status(status: RevocationStatus, party: Party, judged_at: datetime) -> Finding:
    """The decision table for claimed and proved times (RFC 5280, 5.3; EN 319 102-1, 5.2.6)."""
    missed = "; ".join(status.problems)
    if status.state == "good":
        return noticed("revocation_unreachable", missed) if missed else PASSED
    if status.state == "unknown":
        detail = "; ".join(filter(None, (status.source or status.detail, missed)))
        return indeterminate(status.reason or "no_revocation_data", detail)
    since = status.revoked_at
    if status.invalidity_date is not None and status.revocation_reason in _COMPROMISE:
        since = min(since, status.invalidity_date) if since else status.invalidity_date
    detail = f"revoked at {since.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}" if since else "revoked"
    if since is not None and since > judged_at:
        return noticed("certificate_revoked_after_judging", detail)
    if since is None or party.acted_at is None or since <= party.acted_at:
        return failed("certificate_revoked_before_signing", detail)
    if party.proved_at is not None and since > party.proved_at:
        return noticed("certificate_revoked_after_signing", detail)
    return indeterminate("certificate_revoked_no_proof_of_time", detail)
