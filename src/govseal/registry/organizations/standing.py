"""What a unit is called at a time, and whether it is there."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from govseal.errors import Refused
from govseal.registry import tables
from govseal.registry.call import Call


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
