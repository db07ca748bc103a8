"""What a unit is called at a time, and whether it is there."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from govseal.errors import Refused
from govseal.registry import tables
from govseal.registry.call import Call
from govseal.registry.vocabulary import Level, OrganizationKind


def name_at(connection: sa.Connection, organization: str, at: datetime) -> str | None:
    """The legal name of a unit at a time; None: there was no such unit then."""
    names, units = tables.organization_names, tables.organizations
    query = sa.select(names.c.legal_name, names.c.since, names.c.until).where(
        names.c.organization == organization
    )
    rows = connection.execute(query.order_by(names.c.since)).all()
    for row in rows:
        if row.since <= at and (row.until is None or at < row.until):
            return str(row.legal_name)
    unit = connection.execute(sa.select(units).where(units.c.id == organization)).one_or_none()
    if unit is None or rows or at < unit.active_from:
        return None
    return str(unit.legal_name)


def check_organization(call: Call, organization: str, *, named_at: datetime | None = None) -> None:
    """Go on only if the unit is there now, and is called what its seal says.

    Args:
        call: the step.
        organization: the unit.
        named_at: when the seal got its name; None leaves the name out.

    Raises:
        Refused: ``E_ORG_INACTIVE``: merged or abolished, or not there yet; ``E_ORG_CHANGED``:
            renamed since.
    """
    row = call.one(tables.organizations, organization)
    if row.active_from > call.at or (row.inactive_from and row.inactive_from <= call.at):
        raise Refused(
            f"{row.legal_name}已撤并或尚未设立 / the unit is merged, abolished or not there yet",
            code="E_ORG_INACTIVE",
            clause=call.profile.clause("E_ORG_INACTIVE"),
        )
    if named_at is None:
        return
    now = name_at(call.connection, organization, call.at)
    then = name_at(call.connection, organization, named_at)
    if now != then:
        raise Refused(
            f"单位名称已变更为{now} / the unit is called {now} now, no longer {then}",
            code="E_ORG_CHANGED",
            clause=call.profile.clause("E_ORG_CHANGED"),
        )


_LEVELS = tuple(Level)
_POWERS = frozenset({OrganizationKind.MANAGEMENT, OrganizationKind.SUPERVISING})
"""Kinds of units whose people decide on others' seals, or look at them, in a region."""


def check_below(
    call: Call,
    parent: str,
    level: Level,
    kinds: Collection[OrganizationKind | str],
    region_code: str | None,
) -> None:
    """Go on only if a new unit is below its parent in all, or all units' administrator founds it.

    Raises:
        Refused: ``E_ORG_KIND``.
    """
    from govseal.registry.people.authority import administers  # noqa: PLC0415 - it knows units

    if administers(call, None):
        return
    above = call.one(tables.organizations, parent)
    powers = _POWERS.intersection(map(OrganizationKind, kinds))
    region = re.sub(r"(?:00)+\Z", "", above.region_code or "")
    is_outside = not (region_code or "").startswith(region)
    is_above = (
        _LEVELS.index(level) > _LEVELS.index(Level(above.level))
        or powers - set(above.kinds)
        or (is_outside and (powers or region_code is not None))
    )
    if is_above:
        message = "不得设立高于上级单位的机构 / it would be above the unit that founds it"
        call.refuse("E_ORG_KIND", message)
