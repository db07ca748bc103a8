"""Who approves a use, in which order, and who may take a step now (requirements 3.4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from govseal.errors import NotAuthorized
from govseal.registry import tables
from govseal.registry.labels import ROLES, named
from govseal.registry.people import acting_for
from govseal.registry.use.records import NeededStep, needed_steps
from govseal.registry.use.rules import Case
from govseal.registry.vocabulary import Basis, Role

if TYPE_CHECKING:
    from govseal.registry.call import Assignment, Call
    from govseal.registry.policy import ApprovalRule

LEADERS: Final = (
    Role.COUNTY_HEAD,
    Role.PRINCIPAL_LEADER,
    Role.SUPERVISING_LEADER,
    Role.OFFICE_HEAD,
    Role.SECTION_HEAD,
)
"""Who may decide where a rule is departed from (原则上); never somebody without an office."""


@dataclass(frozen=True, slots=True)
class Row:
    """The row of the matrix that a case falls under, with its steps as the request keeps them."""

    name: str
    steps: tuple[dict[str, Any], ...]


def row_of(call: Call, case: Case) -> Row:
    """The approvals that a case needs; those of the original for a correction (JC9-08).

    Raises:
        Refused: ``E_APPROVER_LEVEL``: the profile names nobody who could approve it;
            ``E_APPROVAL_LEVEL``: a correction of something else than what it would stamp.
    """
    if case.original is not None:
        _check_same_kind(call, case, case.original)
        if case.basis is not Basis.DISPATCH_CARD:  # else its own card is the approval
            return _original_row(call, case.original)
    rule = call.profile.approval_rule(case.facts())
    if rule is None:
        call.refuse(
            "E_APPROVER_LEVEL",
            "规则未规定此项用印的审批人 / the profile names nobody who could approve this use",
        )
    if case.basis is Basis.DISPATCH_CARD:
        _check_signatory(call, case, rule)
        return Row(rule.name, ())  # the sign-off on the card is the approval
    steps = tuple(
        {
            "roles": sorted(step.roles),
            "of": step.of,
            "clause": rule.clause,
            "may_depart": rule.may_depart,
        }
        for step in rule.steps
    )
    return Row(rule.name, steps)


def _check_same_kind(call: Call, case: Case, original: sa.Row[Any]) -> None:
    """A correction takes over the original's chain: for the same kind of paper and seal alone.

    Raises:
        Refused: ``E_APPROVAL_LEVEL``.
    """
    seal = call.one(tables.seals, original.seal)
    before = (
        *(original.basis, original.document_type, original.item_class),
        *(seal.subtype, seal.owner_org, original.facts.get("matter_class")),
    )
    now = (
        *(case.basis, case.document_type, case.form.item_class),
        *(case.seal.subtype, case.seal.owner_org, case.form.text("matter_class")),
    )
    if before != now:
        message = (
            "更正须与原件为同类文书、同类印章、同一依据 / "
            "a correction is of the same kind as its original: paper, seal, and basis"
        )
        call.refuse("E_APPROVAL_LEVEL", message)


def _original_row(call: Call, original: sa.Row[Any]) -> Row:
    """The original's chain, each step at the level that approved it then."""
    approvals = tables.approvals
    query = sa.select(approvals.c.step, approvals.c.role).where(
        approvals.c.request == original.id, approvals.c.decision == "approved"
    )
    used = {row.step: row.role for row in call.rows(query)}
    steps = tuple(
        {
            "roles": [used.get(number, step["roles"][0])],
            "of": step["of"],
            "clause": call.profile.clause("E_APPROVAL_LEVEL") or step["clause"],
            "may_depart": False,
        }
        for number, step in enumerate(original.steps)
    )
    return Row(original.rule, steps)


def next_step(request: sa.Row[Any], done: int) -> NeededStep | None:
    """The step that is due after ``done`` approvals; None where all are there."""
    steps = needed_steps(request)
    return steps[done] if done < len(steps) else None


@dataclass(frozen=True, slots=True)
class Standing:
    """By which role somebody takes a step, and in whose stead."""

    role: Role
    on_behalf_of: str | None = None
    departs: bool = False


def standings(call: Call, step: NeededStep, request: sa.Row[Any]) -> list[Standing]:
    """By which roles the actor may take a step of a request, own ones first; empty: by none."""
    department = request.department if step.of == "department" else None
    found = acting_for(call, step.roles, organization=request.organization, department=department)
    return [
        Standing(item.role, item.on_behalf_of)
        for item in found
        if step.of != "authority" or _has_authority(item.assignment, request)
    ]


def _has_authority(item: Assignment, request: sa.Row[Any]) -> bool:
    """事由管理权限: who has no list of matters has those of the own section, or of all sections."""
    if item.matters is not None:
        return bool({request.item_code, request.matter} & set(item.matters))
    return item.department is None or item.department == request.department


def departing(call: Call, request: sa.Row[Any]) -> Standing | None:
    """By which office the actor decides where the rule is departed from."""
    for role in LEADERS:
        if call.actor.has(role, organization=request.organization):
            return Standing(role, departs=True)
    return None


def as_of(call: Call, person: str, at: datetime) -> Call:
    """The call as if that person had made it then: for whoever asks what somebody could do.

    Raises:
        NotAuthorized: nobody of that name was active then.
    """
    from govseal.registry.acting import find_actor  # noqa: PLC0415 - it knows this room

    actor = call.actor
    then = find_actor(call.connection, person, at, strength=actor.strength, client=actor.client)
    return replace(call, actor=then, at=at)


def _check_signatory(call: Call, case: Case, rule: ApprovalRule) -> None:
    """A document's card was signed by whom the last step of its row asks for, within authority."""
    card = case.card
    if card is None:
        return
    step = rule.steps[-1]
    needed = NeededStep(tuple(step.roles), "organization", rule.clause)
    try:
        then = as_of(call, card.signed_off_by, card.signed_off_at)
    except NotAuthorized:
        call.refuse(
            "E_APPROVER_LEVEL",
            "签发人当时不在册 / whoever signed off was nobody here then",
            rule.clause,
        )
    codes = {case.form.text("item_code"), case.form.matter}
    for item in then.actor.assignments:
        is_office = item.role in needed.roles and item.reaches(organization=card.issuer)
        if is_office and (
            step.of != "authority" or item.matters is None or codes & set(item.matters)
        ):
            return
    wanted = " / ".join(sorted(needed.roles))
    message = (
        f"此类公文须由有权的{named(sorted(needed.roles), ROLES)}签发 / "
        f"such a document is signed off by {wanted}, within their authority"
    )
    call.refuse("E_APPROVER_LEVEL", message, rule.clause)
