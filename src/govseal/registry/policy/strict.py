"""A unit's own rules: they may ask more than those above it, in nothing less (R-HLJ-14b)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from govseal.errors import Refused
from govseal.registry.policy.profile import ApprovalRule, Deadline, PolicyProfile
from govseal.registry.policy.words import DEADLINES, SWITCHES


def check_stricter(above: PolicyProfile, own: PolicyProfile) -> None:
    """Go on only if ``own`` asks nowhere less than ``above``.

    Raises:
        Refused: ``E_POLICY_WEAKER``; the message names the first word that does.
    """
    word = next(weaker(above, own), None)
    if word is not None:
        message = f"本单位规定宽于上级规定：{word} / a unit's own rule is weaker than that above it"
        clause = above.clause("E_POLICY_WEAKER")
        raise Refused(message, code="E_POLICY_WEAKER", clause=clause)


def weaker(above: PolicyProfile, own: PolicyProfile) -> Iterator[str]:
    """The words of ``own`` that ask less, or that cannot be compared and are not the same."""
    yield from _weaker_head(above, own)
    for name, switch in above.switches.items():
        if SWITCHES[name].is_weaker(own.switches[name].value, switch.value):
            yield f"switches.{name}"
    for name, limit in above.deadlines.items():
        if _is_longer(name, own.deadlines[name], limit):
            yield f"deadlines.{name}"
    yield from _weaker_names(above, own)
    yield from _weaker_matrix(above, own)
    if set(above.ledger.fields) - set(own.ledger.fields):
        yield "ledger.fields"
    if own.ledger.retention_years < above.ledger.retention_years:
        yield "ledger.retention_years"


def _weaker_head(above: PolicyProfile, own: PolicyProfile) -> Iterator[str]:
    for name in ("binding", "seal_types", "seal_rules", "custody", "regulations"):
        if getattr(own, name) != getattr(above, name):
            yield name
    if own.may_stamp and not above.may_stamp:
        yield "may_stamp"
    if own.in_force_from < above.in_force_from:
        yield "in_force_from"
    if (own.in_force_to or date.max) > (above.in_force_to or date.max):
        yield "in_force_to"


def _is_longer(name: str, own: Deadline, above: Deadline) -> bool:
    if own.unit != above.unit:
        return True
    if DEADLINES[name].stricter == "shorter":
        return own.value > above.value
    return own.value < above.value


def _weaker_names(above: PolicyProfile, own: PolicyProfile) -> Iterator[str]:
    if set(above.names) - set(own.names):
        yield "names"
    if set(above.numbers) - set(own.numbers):
        yield "numbers"
    most = {(quota.name, quota.medium): quota.max_count for quota in own.quotas}
    for quota in above.quotas:
        if most.get((quota.name, quota.medium), quota.max_count + 1) > quota.max_count:
            yield f"quotas: {quota.medium}"
    for subtype, types in above.document_types.items():
        if subtype not in own.document_types or own.document_types[subtype] - types:
            yield f"document_types.{subtype}"


def _weaker_matrix(above: PolicyProfile, own: PolicyProfile) -> Iterator[str]:
    # The first row that speaks of a case decides it: another order would be another matrix.
    if [(rule.name, rule.when) for rule in own.matrix] != [
        (rule.name, rule.when) for rule in above.matrix
    ]:
        yield "matrix"
        return
    for rule, wanted in zip(own.matrix, above.matrix, strict=True):
        if (rule.may_depart and not wanted.may_depart) or not _has_all_steps(rule, wanted):
            yield f"matrix: {rule.name}"


def _has_all_steps(own: ApprovalRule, above: ApprovalRule) -> bool:
    """Whether each step is still there, in the order, by some of the same people."""
    steps = iter(own.steps)
    return all(
        any(step.of == wanted.of and step.roles <= wanted.roles for step in steps)
        for wanted in above.steps
    )
