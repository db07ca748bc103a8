"""What the families of steps share: the room, and questions about units and people."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.seals.records import SealRecord
from govseal.registry.texts import has_hidden
from govseal.registry.vocabulary import Medium, OrganizationKind, Role, SealState

if TYPE_CHECKING:
    from govseal.registry.acting import Acting
    from govseal.registry.call import Assignment, Call

MAX_WORDS = 4000
"""Characters of an account, an opinion, a reason."""
LEADERS = (Role.SUPERVISING_LEADER, Role.PRINCIPAL_LEADER)
IN_USE = frozenset({SealState.MADE, SealState.ISSUED, SealState.ACTIVE, SealState.SUSPENDED})
"""The states in which a seal exists and may come to be used: what quotas count."""


class Room:
    """The seals, as one person may deal with them."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting


def locked(call: Call, seal_id: str) -> sa.Row[Any]:
    """The seal, which nobody else leads anywhere until the call ends; its unit's profile judges."""
    row = call.one(tables.seals, seal_id, lock=True)
    call.judge_by(row.owner_org)
    return row


def sealed_record(call: Call, seal_id: str) -> SealRecord:
    """The seal as it is now, with the events of the call."""
    return call.finish(SealRecord.of(call.one(tables.seals, seal_id)))


def words(call: Call, text: str, code: str, what: str) -> str:
    """Words that somebody has to give; ``what`` is what they are called, ``理由 / the reason``.

    Raises:
        Refused: ``code``: none, more than 4,000 characters, or some that nobody sees.
    """
    plain = text.strip()
    zh, _, english = what.partition(" / ")
    en = english or zh
    if not plain:
        call.refuse(code, f"{zh}：未填写 / {en} is missing")
    if len(plain) > MAX_WORDS:
        call.refuse(code, f"{zh}：过长 / {en} has more than {MAX_WORDS} characters")
    if has_hidden(plain):
        call.refuse(code, f"{zh}：含不可见字符 / {en} has characters that nobody sees")
    return plain


def active_person(call: Call, person: str) -> sa.Row[Any]:
    """A person who is there now.

    Raises:
        Refused: ``E_PERSON``.
    """
    people = tables.people
    row = call.connection.execute(sa.select(people).where(people.c.id == person)).one_or_none()
    if row is None or row.active_from > call.at or _is_over(row.inactive_from, call.at):
        call.refuse("E_PERSON", f"没有这个在岗人员 / nobody called {person} is active")
    return row


def active_unit(call: Call, organization: str) -> sa.Row[Any]:
    """A unit that is there now.

    Raises:
        Refused: ``E_ORG_INACTIVE``.
    """
    row = call.one(tables.organizations, organization)
    if row.active_from > call.at or _is_over(row.inactive_from, call.at):
        call.refuse(
            "E_ORG_INACTIVE", f"单位已撤并或尚未设立 / the unit {row.legal_name} is {row.state}"
        )
    return row


def department_of(call: Call, department: str, organization: str) -> sa.Row[Any]:
    """A department of a unit.

    Raises:
        Refused: ``E_CUSTODY_DEPT``: it is no department of the unit, or no longer.
    """
    row = call.one(tables.departments, department)
    if row.organization != organization or _is_over(row.inactive_from, call.at):
        call.refuse(
            "E_CUSTODY_DEPT",
            "科室不属用章单位 / the department does not belong to the unit of the seal",
        )
    return row


def _is_over(end: datetime | None, at: datetime) -> bool:
    return end is not None and end <= at


def people_with(call: Call, roles: tuple[Role, ...], organization: str) -> tuple[str, ...]:
    """Who has one of the roles in a unit now, in a fixed order."""
    assigned, people = tables.role_assignments, tables.people
    query = (
        sa.select(people.c.id)
        .join(assigned, assigned.c.person == people.c.id)
        .where(
            assigned.c.role.in_(roles),
            sa.or_(
                assigned.c.organization == organization,
                sa.and_(assigned.c.organization.is_(None), people.c.organization == organization),
            ),
            assigned.c.since <= call.at,
            sa.or_(assigned.c.until.is_(None), assigned.c.until > call.at),
            sa.or_(people.c.inactive_from.is_(None), people.c.inactive_from > call.at),
        )
        .distinct()
        .order_by(people.c.id)
    )
    return tuple(call.connection.execute(query).scalars())


def require_unit(call: Call, seal_row: sa.Row[Any], *roles: Role) -> None:
    """Go on only if the actor has one of the roles in the unit that owns or uses the seal.

    Raises:
        NotAuthorized: no such role there.
    """
    if call.actor.has(*roles, organization=seal_row.owner_org):
        return
    call.require(*roles, organization=seal_row.using_org)


def managing_unit(call: Call, unit: sa.Row[Any], level: str) -> sa.Row[Any] | None:
    """The management department of a level, over the unit, in which the actor reviews."""
    for assignment in call.actor.assignments:
        if assignment.role is Role.SEAL_MANAGEMENT_DEPT_REVIEWER:
            place = call.one(
                tables.organizations, assignment.organization or call.actor.organization
            )
            if place.level == level and is_over(call, assignment, unit):
                return place
    return None


def managed_levels(call: Call) -> tuple[str, ...]:
    """The levels at which the actor reviews for a management department."""
    found = []
    for assignment in call.actor.assignments:
        if assignment.role is Role.SEAL_MANAGEMENT_DEPT_REVIEWER:
            row = call.one(tables.organizations, assignment.organization or call.actor.organization)
            if OrganizationKind.MANAGEMENT in row.kinds:
                found.append(row.level)
    return tuple(found)


def is_over(call: Call, assignment: Assignment, unit: sa.Row[Any]) -> bool:
    """Whether a role above units reaches one: by its region (GB/T 2260).

    A reviewer's place is a management department; a unit without a code is in every region.
    """
    place = call.one(tables.organizations, assignment.organization or call.actor.organization)
    is_reviewer = assignment.role is Role.SEAL_MANAGEMENT_DEPT_REVIEWER
    if is_reviewer and OrganizationKind.MANAGEMENT not in place.kinds:
        return False
    if place.region_code is None or unit.region_code is None:
        return True
    region = re.sub(r"(?:00)+\Z", "", str(place.region_code))
    return str(unit.region_code).startswith(region)


def at_or_before(call: Call, moment: datetime | None) -> datetime:
    """A moment that somebody states, which is not in the future.

    Raises:
        Refused: ``E_EFFECTIVE_TIME``.
    """
    if moment is not None and moment.tzinfo is None:
        raise ValueError("a time without a zone")
    if moment is not None and moment > call.at:
        call.refuse("E_EFFECTIVE_TIME", "所报时间在将来 / what is reported lies in the future")
    return moment or call.at


def is_electronic(seal_row: sa.Row[Any]) -> bool:
    """Whether the seal is an electronic one."""
    return bool(seal_row.medium == Medium.ELECTRONIC)


def seal_facts(seal_row: sa.Row[Any], kind: str) -> dict[str, str]:
    """A seal as the conditions of a profile see it."""
    return {
        "kind": kind,
        "subtype": seal_row.subtype,
        "type": seal_row.type,
        "medium": seal_row.medium,
    }
