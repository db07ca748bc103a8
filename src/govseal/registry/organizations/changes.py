"""A unit is renamed, merged or abolished: its history, and its seals are told."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from govseal.errors import NotAuthorized
from govseal.registry import tables
from govseal.registry.call import Call
from govseal.registry.organizations.records import check_free_name, checked_name, insert_name
from govseal.registry.organizations.standing import check_organization, name_at
from govseal.registry.people.authority import administers
from govseal.registry.vocabulary import OrganizationState


def rename_unit(
    call: Call, organization: str, legal_name: str, effective_at: datetime, basis: str
) -> None:
    """Another name from ``effective_at`` on.

    Raises:
        Refused: see :meth:`Organizations.rename`.
    """
    call.judge_by(organization)
    row = call.one(tables.organizations, organization, lock=True)
    name = checked_name(legal_name)
    paper = checked_name(basis, "E_BASIS_MISSING")
    check_free_name(call.connection, name, of=organization)
    names = tables.organization_names
    query = sa.select(names).where(names.c.organization == organization, names.c.until.is_(None))
    last = call.connection.execute(query).one_or_none()
    since = row.active_from if last is None else last.since
    before = row.legal_name if last is None else last.legal_name
    if effective_at <= since:
        call.refuse("E_EFFECTIVE_AT", f"早于现名称的起始时间 / the present name is of {since}")
    if name == before:
        call.refuse("E_ORG_NAME", f"名称未变 / it is called {name} already")
    if last is None:
        insert_name(call.connection, organization, before, since=since, until=effective_at)
    else:
        call.update(names, last.id, until=effective_at)
    insert_name(call.connection, organization, name, since=effective_at, basis=paper)
    if effective_at <= call.at:
        call.update(tables.organizations, organization, legal_name=name)
    facts = {"before": before, "now": name, "effective_at": effective_at.isoformat()}
    call.tell("organization.renamed", organization, basis=paper, **facts)
    _tell_seals(call, organization, "renamed", effective_at)


def end_unit(
    call: Call,
    organization: str,
    state: OrganizationState,
    *,
    effective_at: datetime,
    basis: str,
    successor: str | None = None,
) -> None:
    """No such unit from ``effective_at`` on.

    Raises:
        NotAuthorized: who ends a unit administers the one above it, or all.
        Refused: see :meth:`Organizations.merge`.
    """
    call.judge_by(organization)
    row = call.one(tables.organizations, organization, lock=True)
    if not administers(call, row.parent):
        raise NotAuthorized(
            "须由上级单位管理员办理 / only an administrator of the unit above ends it",
            clause=call.profile.clause("E_NOT_AUTHORIZED"),
        )
    check_organization(call, organization)
    paper = checked_name(basis, "E_BASIS_MISSING")
    if row.inactive_from is not None:
        call.refuse("E_ORG_INACTIVE", f"已定于 {row.inactive_from} 撤并 / its end is fixed already")
    if effective_at <= row.active_from:
        call.refuse("E_EFFECTIVE_AT", f"早于设立时间 / it was founded on {row.active_from}")
    if successor is not None:
        if successor == organization:
            call.refuse("E_SUCCESSOR", "不能并入自身 / no unit is merged into itself")
        check_organization(call, successor)
    call.update(
        tables.organizations,
        organization,
        state=state,
        inactive_from=effective_at,
        successor=successor,
    )
    facts = {"effective_at": effective_at.isoformat(), "successor": successor}
    call.tell(f"organization.{state}", organization, basis=paper, **facts)
    _tell_seals(call, organization, state, effective_at)


def settle_names(call: Call) -> int:
    """Names that have come into effect since go into the rows of their units."""
    units, names = tables.organizations, tables.organization_names
    query = (
        sa.select(units.c.id, units.c.legal_name)
        .join(names, names.c.organization == units.c.id)
        .where(names.c.since <= call.at, names.c.until.is_(None))
        .where(names.c.legal_name != units.c.legal_name)
    )
    due = call.rows(query)
    for row in due:
        name = name_at(call.connection, row.id, call.at)
        call.update(units, row.id, legal_name=name)
    return len(due)


def _tell_seals(call: Call, organization: str, change: str, effective_at: datetime) -> None:
    """Each seal that the unit owns or uses: it is to be cancelled, its key to be handed back."""
    from govseal.registry.seals.tasks import organization_changed  # noqa: PLC0415 - it knows this

    for seal in organization_changed(call, organization, change):
        call.tell(
            "seal.organization_changed",
            seal,
            organization=organization,
            change=change,
            effective_at=effective_at.isoformat(),
        )
