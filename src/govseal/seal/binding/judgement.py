"""A seal judged by a profile: every rule that it does not meet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from govseal.errors import SealError
from govseal.pki.trust import TrustStore
from govseal.seal.binding.facts import Case, CertificateStanding, SealFacts
from govseal.seal.binding.profile import BindingProfile, in_force_rule
from govseal.seal.binding.rule import Violation
from govseal.seal.binding.table import RULES


def judge(
    profile: BindingProfile,
    facts: SealFacts,
    standings: Sequence[CertificateStanding],
    *,
    at: datetime,
    maker: CertificateStanding | None = None,
    cas: TrustStore | None = None,
    makers: TrustStore | None = None,
) -> tuple[Violation, ...]:
    """Every rule of ``profile`` that a seal does not meet, those that could not be judged last.

    A profile that is not in force at ``at`` asks nothing of the seal: that alone comes back, as a
    question that is open.

    Args:
        profile: the rules.
        facts: the seal.
        standings: the certificates that may use it, or the one that did, each at ``at``.
        at: the moment that counts, timezone-aware: of making, or of signing.
        maker: the maker's certificate, at the moment of making.
        cas: the only CAs allowed, where they are named.
        makers: the only makers allowed, themselves or through their CA, where they are named.

    Raises:
        ValueError: ``at`` has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("at needs its time zone")
    if not profile.is_in_force(at):
        first, last = profile.in_force_from, profile.in_force_to
        detail = (
            f"{profile.name} is in force from {first or '…'} to {last or '…'}, not on {at:%Y-%m-%d}"
        )
        return (in_force_rule(profile).doubt("E_PROFILE_NOT_IN_FORCE", detail),)
    case = Case(facts, tuple(standings), at, maker, cas, makers)
    found = [
        violation
        for row in RULES
        if profile.rules[row.name].is_on
        for violation in row.judge(case, profile.rules[row.name])
    ]
    # What is wrong comes before what is not known.
    return tuple(sorted(found, key=lambda violation: violation.is_unknown))


def check_binding(
    profile: BindingProfile,
    facts: SealFacts,
    standings: Sequence[CertificateStanding],
    *,
    at: datetime,
    maker: CertificateStanding | None = None,
    cas: TrustStore | None = None,
    makers: TrustStore | None = None,
) -> None:
    """Refuse a seal that does not meet the profile, or of which that is not known.

    Arguments as for :func:`judge`.

    Raises:
        SealError: with code and clause of the first violation, and all of them.
        ValueError: ``at`` has no time zone.
    """
    found = judge(profile, facts, standings, at=at, maker=maker, cas=cas, makers=makers)
    if found:
        first = found[0]
        message = "; ".join(f"{item.detail} ({item.clause})" for item in found)
        raise SealError(message, code=first.code, clause=first.clause, violations=found)
