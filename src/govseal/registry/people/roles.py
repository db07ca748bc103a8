"""Roles are given and taken away: by whom, where, and to whom not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from govseal.errors import NotAuthorized
from govseal.registry import tables
from govseal.registry.call import Call
from govseal.registry.organizations.standing import check_organization
from govseal.registry.people.authority import check_administers, require_at_top
from govseal.registry.people.records import insert_role
from govseal.registry.vocabulary import OrganizationKind, Role

_SECRETARY_GIVES = frozenset({Role.AUTHORISED_PARTY_MEMBER})
_KIND_OF = {
    Role.SEAL_MANAGEMENT_DEPT_REVIEWER: OrganizationKind.MANAGEMENT,
    Role.COUNTY_HEAD: OrganizationKind.COUNTY_UNIT,
    Role.CITY_UNIT_ADMIN: OrganizationKind.CITY_UNIT,
    Role.CITY_UNIT_INSPECTOR: OrganizationKind.CITY_UNIT,
    Role.SERVICE_SUPERVISOR: OrganizationKind.SUPERVISING,
}
"""Roles that only a unit of that kind has (R-JC29S-02b)."""
_EVERYWHERE = frozenset(
    {
        Role.ADMINISTRATOR,
        Role.PROVINCE_ADMIN,
        Role.SUPERVISION_AUDITOR,
        Role.PLATFORM_OPERATOR,
        Role.RELYING_SYSTEM,
    }
)
"""Roles that may hold in every unit of the registry at once."""
_MAX_MATTERS = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """A role that somebody is to have."""

    person: str
    role: Role
    organization: str | None
    department: str | None
    matters: tuple[str, ...] | None
    since: datetime
    until: datetime | None


def grant(call: Call, wanted: Wanted) -> str:
    """See :meth:`People.grant`; the assignment's id."""
    if wanted.organization is not None:
        call.judge_by(wanted.organization)
    if wanted.role in _SECRETARY_GIVES:
        _check_secretary(call, wanted)
    else:
        check_administers(call, wanted.organization)
        if wanted.role is Role.PROVINCE_ADMIN:  # above units that its giver does not keep
            require_at_top(call, Role.ADMINISTRATOR)
        own = wanted.person == call.actor.id
        if own and call.profile.is_on("administrator_raises_not_himself"):
            clause = call.profile.switch("administrator_raises_not_himself").clause
            message = "不得给自己授予角色 / nobody gives himself a role"
            call.refuse("E_OWN_RIGHTS", message, clause)
    person = call.one(tables.people, wanted.person, lock=True)
    if person.inactive_from is not None and person.inactive_from <= call.at:
        call.refuse("E_PERSON", "该人员已离岗 / the person has left")
    _check_place(call, wanted, person)
    _check_period(call, wanted)
    if wanted.matters is not None and not 0 < len(wanted.matters) <= _MAX_MATTERS:
        call.refuse("E_MATTER", "事项编码为空或过多 / matters: none, or too many")
    id_ = insert_role(
        call.connection,
        person=wanted.person,
        role=wanted.role,
        organization=wanted.organization,
        since=wanted.since,
        department=wanted.department,
        matters=wanted.matters,
        authorized_by=call.actor.id,
        until=wanted.until,
    )
    facts = {"role": wanted.role, "organization": wanted.organization}
    call.facts.update(facts)
    call.tell("role.granted", wanted.person, **facts)
    return id_


def _check_secretary(call: Call, wanted: Wanted) -> None:
    """Only the unit's Party secretary authorises a member, and for a period."""
    is_secretary = wanted.organization is not None and call.actor.has(
        Role.PARTY_SECRETARY, organization=wanted.organization
    )
    if not is_secretary:
        raise NotAuthorized(
            "须经局党组书记授权 / only the Party secretary authorises a member",
            clause=call.profile.clause("E_NOT_AUTHORIZED"),
        )
    if wanted.until is None:
        call.refuse("E_PERIOD", "授权须有期限 / an authorisation has a period")


def _check_place(call: Call, wanted: Wanted, person: sa.Row[Any]) -> None:
    if wanted.organization is None:
        if wanted.role not in _EVERYWHERE:
            call.refuse("E_ORG_KIND", f"该角色须限于单位 / {wanted.role} holds in one unit")
        if wanted.department is not None:
            call.refuse("E_DEPARTMENT", "科室须属于单位 / a department without its unit")
        return
    check_organization(call, wanted.organization)
    unit = call.one(tables.organizations, wanted.organization)
    kind = _KIND_OF.get(wanted.role)
    if kind is not None and kind not in unit.kinds:
        message = f"该角色属于另一类单位 / {wanted.role} is of units of the kind {kind}"
        call.refuse("E_ORG_KIND", message)
    if person.organization != wanted.organization and wanted.role not in _EVERYWHERE:
        message = "该人员不属于本单位 / the person is of another unit"
        call.refuse("E_PERSON", message)
    check_department(call, wanted.department, wanted.organization)


def _check_period(call: Call, wanted: Wanted) -> None:
    if wanted.since < call.at:
        call.refuse("E_PERIOD", "角色不得追溯授予 / no role is given for the past")
    if wanted.until is not None and wanted.until <= wanted.since:
        call.refuse("E_PERIOD", "止期早于起期 / it ends before it begins")


def check_department(call: Call, department: str | None, organization: str) -> None:
    """Go on only if a department is one of the unit's, and is still there.

    Raises:
        Refused: ``E_DEPARTMENT``.
    """
    if department is None:
        return
    row = call.one(tables.departments, department)
    gone = row.inactive_from is not None and row.inactive_from <= call.at
    if row.organization != organization or gone:
        call.refuse("E_DEPARTMENT", "科室不属于该单位或已撤销 / not a department of the unit")


def revoke(call: Call, assignment: str) -> None:
    """See :meth:`People.revoke`."""
    row = call.one(tables.role_assignments, assignment, lock=True)
    given_by_secretary = row.role in _SECRETARY_GIVES and call.actor.has(
        Role.PARTY_SECRETARY, organization=row.organization
    )
    if not given_by_secretary:
        check_administers(call, row.organization)
    if row.until is not None and row.until <= call.at:
        call.refuse("E_PERIOD", "该角色已终止 / the role has ended")
    if row.role == Role.ADMINISTRATOR:
        check_not_last(call, row.person)
    _end(call, row)


def _end(call: Call, row: sa.Row[Any]) -> None:
    # One that has not begun ends where it begins: it never was.
    call.update(tables.role_assignments, row.id, until=max(call.at, row.since))
    call.tell("role.revoked", row.person, role=row.role, organization=row.organization)


def end_all(call: Call, person: str, *, department: str | None = None) -> int:
    """All roles of a person end now, or those in one department; how many."""
    table = tables.role_assignments
    query = sa.select(table).where(
        table.c.person == person, sa.or_(table.c.until.is_(None), table.c.until > call.at)
    )
    if department is not None:
        query = query.where(table.c.department == department)
    found = call.rows(query.order_by(table.c.id).with_for_update())
    for row in found:
        _end(call, row)
    return len(found)


def check_not_last(call: Call, person: str) -> None:
    """Go on only if another administrator remains where this person is one.

    Raises:
        Refused: ``E_LAST_ADMINISTRATOR``.
    """
    table, people = tables.role_assignments, tables.people
    query = (
        sa.select(table.c.person, table.c.organization)
        .join(people, people.c.id == table.c.person)
        .where(
            table.c.role == Role.ADMINISTRATOR,
            table.c.since <= call.at,
            table.c.until.is_(None),
            people.c.inactive_from.is_(None),
        )
        .with_for_update()
    )
    held = call.rows(query)
    own = {row.organization for row in held if row.person == person}
    others = {row.organization for row in held if row.person != person}
    if own and None not in others and (None in own or own - others):
        message = "不得撤去最后一名管理员 / the last administrator stays: name another one first"
        call.refuse("E_LAST_ADMINISTRATOR", message)
