"""Who may decide for whom, who may look at what, whose password is too old."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from govseal.errors import NotAuthorized, Refused
from govseal.registry import tables
from govseal.registry.calendar import WorkingDays
from govseal.registry.call import Assignment, Call
from govseal.registry.clock import day_of
from govseal.registry.vocabulary import Role

PARTY_ROLES = frozenset({Role.PARTY_SECRETARY, Role.AUTHORISED_PARTY_MEMBER})
SUPERVISES_REGION = frozenset({Role.SERVICE_SUPERVISOR, Role.PROVINCE_ADMIN})
_INSPECTS = frozenset({Role.CITY_UNIT_INSPECTOR, Role.CITY_UNIT_ADMIN})
_NEVER_LOOKS = frozenset(
    {Role.SECTION_HANDLER, Role.PLATFORM_OPERATOR, Role.RELYING_SYSTEM, *SUPERVISES_REGION}
)
_REGION = 6


@dataclass(frozen=True, slots=True)
class Authority:
    """By what somebody decides: the role, where it reaches, and in whose place."""

    role: Role
    assignment: Assignment
    on_behalf_of: str | None = None
    """The person whose role it is, where the actor only stands in."""
    substitution: str | None = None


def roles_at(connection: sa.Connection, person: str, at: datetime) -> tuple[Assignment, ...]:
    """The roles that a person has at a time, and where."""
    table = tables.role_assignments
    query = sa.select(table).where(
        table.c.person == person,
        table.c.since <= at,
        sa.or_(table.c.until.is_(None), table.c.until > at),
    )
    return tuple(
        Assignment(
            Role(row.role),
            row.organization,
            row.department,
            None if row.matters is None else tuple(row.matters),
        )
        for row in connection.execute(query)
    )


def acting_for(
    call: Call,
    roles: frozenset[Role] | tuple[Role, ...],
    *,
    organization: str | None = None,
    department: str | None = None,
    matter: str | None = None,
) -> tuple[Authority, ...]:
    """By what the actor may decide now: own roles, then those of whom the actor stands in for.

    Nobody stands in for a stand-in, and for the Party seal only with the secretary's own
    authorisation (R-JC10-WC-2). Empty: the actor may not decide.

    Args:
        call: the step.
        roles: any of them will do.
        organization: where the role has to reach.
        department: the same.
        matter: the code of the matter that has to be in its authority.
    """
    place: dict[str, Any] = {
        "organization": organization,
        "department": department,
        "matter": matter,
    }
    own = tuple(
        Authority(assignment.role, assignment)
        for assignment in call.actor.assignments
        if assignment.role in roles and assignment.reaches(**place)
    )
    if not call.profile.is_on("substitution_allowed"):
        return own
    found = []
    for row in _substitutions(call):
        for assignment in roles_at(call.connection, row.principal, call.at):
            fits = assignment.role in roles and assignment.reaches(**place)
            if fits and _may_stand_in(call, assignment.role, row):
                found.append(Authority(assignment.role, assignment, row.principal, row.id))
    return own + tuple(found)


def _substitutions(call: Call) -> list[sa.Row[Any]]:
    """Those in which the actor stands in now, for a person who is still there."""
    table, people = tables.substitutions, tables.people
    query = (
        sa.select(table)
        .join(people, people.c.id == table.c.principal)
        .where(
            table.c.stand_in == call.actor.id,
            table.c.since <= call.at,
            table.c.until > call.at,
            sa.or_(people.c.inactive_from.is_(None), people.c.inactive_from > call.at),
        )
        .order_by(table.c.since, table.c.id)
    )
    return list(call.rows(query))


def _may_stand_in(call: Call, role: Role, row: sa.Row[Any]) -> bool:
    if role not in PARTY_ROLES or not call.profile.is_on("party_seal_stand_in_needs_secretary"):
        return True
    if row.authorized_by is None:
        return False
    authorizer = roles_at(call.connection, row.authorized_by, row.since)
    return any(assignment.role is Role.PARTY_SECRETARY for assignment in authorizer)


def administers(call: Call, organization: str | None) -> bool:
    """Whether the actor keeps a unit: as its administrator, or as that of a unit above it.

    None asks for all units: an administrator without a place.
    """
    places = {
        assignment.organization
        for assignment in call.actor.assignments
        if assignment.role is Role.ADMINISTRATOR
    }
    if None in places:
        return True
    return any(unit in places for unit in line_of(call.connection, organization))


def check_administers(call: Call, organization: str | None) -> None:
    """Go on only if :func:`administers`.

    Raises:
        NotAuthorized: not an administrator there.
    """
    if not administers(call, organization):
        raise NotAuthorized(
            "须由本单位或上级单位的管理员办理 / only an administrator of the unit keeps this",
            clause=call.profile.clause("E_NOT_AUTHORIZED"),
        )


def require_at_top(call: Call, *roles: Role) -> None:
    """Go on only if a role is held for all units, or in one that has none above it.

    What belongs to the whole registry, as its log, is not for those of a unit below: that one's
    administrator names them.

    Raises:
        NotAuthorized: no such role there.
    """
    table = tables.organizations
    held = [item.organization for item in call.actor.assignments if item.role in roles]
    query = sa.select(table.c.id).where(table.c.id.in_(held), table.c.parent.is_(None))
    if None not in held and not call.rows(query.limit(1)):
        wanted = ", ".join(roles)
        message = f"须由上级办理 / {call.action} needs one of these roles above: {wanted}"
        raise NotAuthorized(message, clause=call.profile.clause("E_NOT_AUTHORIZED"))


def line_of(connection: sa.Connection, organization: str | None) -> tuple[str, ...]:
    """A unit, the one above it, and so on to the top."""
    table = tables.organizations
    line: list[str] = []
    current = organization
    while current is not None and current not in line:
        line.append(current)
        query = sa.select(table.c.parent).where(table.c.id == current)
        current = connection.execute(query).scalar_one_or_none()
    return tuple(line)


def looks(
    call: Call, *, owner: str, using: str | None = None, roles: frozenset[Role] = frozenset(Role)
) -> bool:
    """Whether the actor may look at a unit's seals, uses, ledger and documents.

    Args:
        call: the step.
        owner: the unit that owns the seal.
        using: the unit that uses it, where it is another one (a No. 2 seal).
        roles: by one of these alone.
    """
    units = {owner, using or owner}
    for assignment in call.actor.assignments:
        if assignment.role not in roles:
            continue
        place = assignment.organization
        if assignment.role in SUPERVISES_REGION:
            if place is None or any(_is_below(call, place, unit) for unit in units):
                return True
        elif assignment.role in _INSPECTS:
            # A city's unit inspects its own seals alone, wherever they are used (R-GZ-2.4a).
            if place == owner:
                return True
        elif assignment.role not in _NEVER_LOOKS and (place is None or place in units):
            return True
    return False


def knows(call: Call, organization: str) -> bool:
    """Whether the actor may know who works in a unit: colleagues, administrators, who may look.

    A machine knows nobody.
    """
    if call.actor.organization == organization and Role.RELYING_SYSTEM not in call.actor.roles:
        return True
    return administers(call, organization) or looks(call, owner=organization)


def check_knows(call: Call, organization: str) -> None:
    """Go on only if :func:`knows`.

    Raises:
        NotAuthorized: another unit's people.
    """
    if not knows(call, organization):
        raise NotAuthorized(
            "无权查阅该单位的人员 / no right to know the people of this unit",
            clause=call.profile.clause("E_NOT_AUTHORIZED"),
        )


def may_look(call: Call, *, owner: str, using: str | None = None) -> None:
    """Go on only if :func:`looks`.

    Raises:
        NotAuthorized: the actor has no right to look there.
    """
    if not looks(call, owner=owner, using=using):
        raise NotAuthorized(
            "无权查阅该单位的印章和台账 / no right to look at the seals of this unit",
            clause=call.profile.clause("E_NOT_AUTHORIZED"),
        )


def _is_below(call: Call, above: str, unit: str) -> bool:
    """Whether a unit is in the region that the other one's code names (GB/T 2260)."""
    if above == unit:
        return True
    table = tables.organizations
    query = sa.select(table.c.id, table.c.region_code).where(table.c.id.in_((above, unit)))
    codes = {row.id: row.region_code for row in call.rows(query)}
    code, other = codes.get(above), codes.get(unit)
    if not code or not other:
        return False
    region = code
    while region.endswith("00"):
        region = region[:-2]
    return bool(region) and len(other) == _REGION and other.startswith(region)


def supervises(call: Call, organization: str) -> bool:
    """Whether the actor is the province's administrator over a unit (R-HLJ-03)."""
    return any(
        assignment.role is Role.PROVINCE_ADMIN
        and (
            assignment.organization is None
            or _is_below(call, assignment.organization, organization)
        )
        for assignment in call.actor.assignments
    )


def check_password(call: Call) -> None:
    """Go on only if the actor's password is not too old; who has none here is known elsewhere.

    Raises:
        Refused: ``E_PASSWORD_EXPIRED`` (R-HLJ-14a).
    """
    row = call.one(tables.people, call.actor.id)
    limit = call.profile.deadline("password_age", day_of(call.at))
    if row.password_changed_at is None or limit is None:
        return
    due = WorkingDays.of(call.connection).due(row.password_changed_at, limit)
    if due < call.at:
        raise Refused(
            f"口令已于 {day_of(due)} 过期，请先更换 / the password has to be changed first",
            code="E_PASSWORD_EXPIRED",
            clause=limit.clause,
        )
