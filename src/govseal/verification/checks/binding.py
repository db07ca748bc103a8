"""The check of what a seal binds, by the profile that the policy names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from govseal.verification.checks.finding import SKIPPED, Finding, indeterminate
from govseal.verification.collect import Party, Subject
from govseal.verification.report import Outcome

if TYPE_CHECKING:
    from govseal.seal.binding import BindingProfile, CertificateStanding, Violation
    from govseal.seal.model import Seal


def seal_binding(subject: Subject) -> Finding:
    """The seal binds unit, name, code and certificate as the profile asks, at the time of signing.

    The signer's certificate is judged, of a bare seal those that it lists. What is not known, an
    anchor or a revocation, is undecided; every violation is named, the first gives the reason.
    """
    profile, seal = subject.policy.binding, subject.seal
    if profile is None or seal is None:
        return SKIPPED
    if subject.signing_time is None:
        return indeterminate("no_signing_time")
    from govseal.seal.binding import SealFacts, judge  # noqa: PLC0415 - start-up

    parties = subject.owners if subject.signer is None else (subject.signer,)
    standings = [found for party in parties if (found := _standing(party)) is not None]
    maker = _standing(subject.maker) if subject.maker is not None else None
    violations = judge(
        profile,
        SealFacts.from_seal(seal),
        standings,
        at=subject.signing_time,
        maker=maker,
        cas=subject.policy.cas,
        makers=subject.policy.makers,
    )
    if subject.signer is None and standings:
        violations = (*violations, *_unseen(profile, seal, len(standings)))
    if violations:
        return _finding(violations)
    return Finding(Outcome.PASSED, clause=profile.clause_in_force)


def _unseen(profile: BindingProfile, seal: Seal, seen: int) -> Iterator[Violation]:
    """Of a bare seal some of whose owners were judged: the question who the others are."""
    rule, listed = profile.rules["certificate_present"], seal.properties.signers
    entries = len(listed.certificates) + len(listed.digests) + len(listed.identifiers)
    if rule.is_on and entries > seen:
        detail = f"of {entries} whom the seal permits, {seen} have a certificate to be judged"
        yield rule.doubt("E_NO_CERT", detail)


def _standing(party: Party) -> CertificateStanding | None:
    from govseal.seal.binding import CertificateStanding  # noqa: PLC0415 - start-up

    if party.certificate is None or party.path is None:
        return None
    return CertificateStanding(party.certificate, party.path, party.revocations)


def _finding(violations: tuple[Violation, ...]) -> Finding:
    first = violations[0]
    outcome = Outcome.INDETERMINATE if first.is_unknown else Outcome.FAILED
    detail = "; ".join(f"{item.reason}: {item.detail} ({item.clause})" for item in violations)
    return Finding(outcome, first.reason, detail, first.clause)
