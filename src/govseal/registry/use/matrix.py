"""Who approves a use, in which order, and who may take a step now (requirements 3.4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from govseal.errors import NotAuthorized
from govseal.registry import tables
from govseal.registry.use import settings
from govseal.registry.use.records import NeededStep, needed_steps
from govseal.registry.use.rules import Case
from govseal.registry.vocabulary import Role

if TYPE_CHECKING:
    from govseal.registry.call import Actor, Assignment, Call

LEADERS: Final = (
    Role.COUNTY_HEAD,
    Role.PRINCIPAL_LEADER,
    Role.SUPERVISING_LEADER,
    Role.OFFICE_HEAD,
    Role.SECTION_HEAD,
)
"""Who may decide where a rule is departed from (原则上); never somebody without an office."""

_PARTY: Final = frozenset({Role.PARTY_SECRETARY, Role.AUTHORISED_PARTY_MEMBER})


@dataclass(frozen=True, slots=True)
class Row:
    """The row of the matrix that a case falls under, with its steps as the request keeps them."""

    name: str
    steps: tuple[dict[str, Any], ...]


def row_of(call: Call, case: Case) -> Row:
    """The approvals that a case needs; those of the original for a correction (JC9-08).

    Raises:
        Refused: ``E_APPROVER_LEVEL``: the profile names nobody who could approve it.
    """
    if case.original is not None:
        return _original_row(call, case.original)
    rule = call.profile.approval_rule(case.facts())
    if rule is None:
        call.refuse("E_APPROVER_LEVEL", "the profile names nobody who could approve this use")
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


def standing(
    people: Iterable[tuple[Actor, str | None]], step: NeededStep, request: sa.Row[Any]
) -> Standing | None:
    """By which role one of ``people`` takes a step of a request; None where none does.

    ``people`` are the approver, with None, and everybody whom the approver stands in for, each
    with the id.
    """
    for actor, on_behalf_of in people:
        for role in step.roles:
            if any(_reaches(item, role, step, request) for item in actor.assignments):
                return Standing(role, on_behalf_of)
    return None


def departing(actor: Actor, request: sa.Row[Any]) -> Standing | None:
    """By which office somebody of the unit decides where the rule is departed from."""
    for role in LEADERS:
        if actor.has(role, organization=request.organization):
            return Standing(role, departs=True)
    return None


def _reaches(item: Assignment, role: Role, step: NeededStep, request: sa.Row[Any]) -> bool:
    """Whether a role that somebody has covers a step of a request."""
    if item.role is not role or not item.reaches(organization=request.organization):
        return False
    is_of_department = item.department is not None and item.department == request.department
    if step.of == "department":
        return item.department is None or is_of_department
    if step.of == "organization":
        return True
    codes = {request.item_code, request.matter}
    if item.matters is not None:
        return bool(codes & set(item.matters))
    # 事由管理权限: who has no list of matters has those of the own section, or of all sections.
    return item.department is None or is_of_department


def people_of(call: Call, person: str, at: datetime) -> list[tuple[Actor, str | None]]:
    """Somebody as of a time, and everybody whom the person stood in for then, with the id (WC-2).

    Nobody decides on the Party's seal in the secretary's stead whom the secretary did not name.
    """
    found: list[tuple[Actor, str | None]] = [(_actor(call, person, at), None)]
    if not settings.is_on(call.profile, "substitution_allowed"):
        return found
    table = tables.substitutions
    query = sa.select(table).where(
        table.c.stand_in == person, table.c.since <= at, table.c.until > at
    )
    for row in call.rows(query.order_by(table.c.since, table.c.id)):
        try:
            principal = _actor(call, row.principal, at)
        except NotAuthorized:
            continue  # whoever left decides nothing, nor does anybody in that stead
        found.append((_without_party(call, principal, row), row.principal))
    return found


def _without_party(call: Call, principal: Actor, substitution: sa.Row[Any]) -> Actor:
    if not settings.is_on(call.profile, "party_seal_stand_in_needs_secretary"):
        return principal
    if substitution.authorized_by is not None:
        author = _actor(call, substitution.authorized_by, substitution.since)
        if author.has(Role.PARTY_SECRETARY, organization=principal.organization):
            return principal
    kept = tuple(item for item in principal.assignments if item.role not in _PARTY)
    return replace(principal, assignments=kept)


def _actor(call: Call, person: str, at: datetime) -> Actor:
    from govseal.registry.acting import find_actor  # noqa: PLC0415 - it knows this room

    actor = call.actor
    return find_actor(call.connection, person, at, strength=actor.strength, client=actor.client)
