"""Requests in lists: those that somebody may read, and those that wait for somebody."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.people.authority import looks
from govseal.registry.seals.custody import custodian_at
from govseal.registry.use import matrix
from govseal.registry.use.approvals import done_steps
from govseal.registry.use.records import UseRequest, request_record
from govseal.registry.use.states import OPEN
from govseal.registry.vocabulary import UseState
from govseal.registry.waiting import Waiting

if TYPE_CHECKING:
    from govseal.registry.acting import Acting
    from govseal.registry.call import Call

_TO_STAMP = frozenset({UseState.APPROVED, UseState.CHECKED})


def find(
    acting: Acting,
    *,
    states: Collection[UseState],
    seal: str | None,
    is_own: bool,
    last: int | None,
) -> tuple[UseRequest, ...]:
    """See :meth:`govseal.registry.use.Use.find`."""
    with acting.call("use.find", seal or "", writes=False) as call:
        table, seals = tables.use_requests, tables.seals
        query = (
            sa.select(table, seals.c.owner_org, seals.c.using_org)
            .join(seals, seals.c.id == table.c.seal)
            .order_by(table.c.requested_at.desc(), table.c.number.desc())
        )
        if states:
            query = query.where(table.c.state.in_(tuple(states)))
        if seal is not None:
            query = query.where(table.c.seal == seal)
        if is_own:
            query = query.where(table.c.applicant == call.actor.id)
        seen: dict[tuple[str, str], bool] = {}
        found: list[UseRequest] = []
        for row in call.connection.execute(query):
            if last is not None and len(found) >= last:
                break
            units = (row.owner_org, row.using_org)
            if units not in seen:
                seen[units] = looks(call, owner=units[0], using=units[1])
            if seen[units] or row.applicant == call.actor.id:
                found.append(request_record(row))
        return tuple(reversed(found))


def waiting(acting: Acting) -> tuple[Waiting, ...]:
    """See :meth:`govseal.registry.use.Use.waiting`."""
    with acting.call("use.waiting", writes=False) as call:
        table = tables.use_requests
        query = sa.select(table).where(table.c.state.in_((*OPEN, UseState.STAMPED)))
        found = []
        for row in call.rows(query.order_by(table.c.requested_at, table.c.number)):
            call.profile = acting.bureau.profile_of(call.connection, row.organization)
            if step := _step_of(call, row):
                title = row.title or row.matter
                found.append(Waiting(step, row.id, row.number, title, row.requested_at))
        return tuple(found)


def _step_of(call: Call, row: sa.Row[Any]) -> str:
    """The step that a request waits for, if it is the actor's; else nothing."""
    if row.state in _TO_STAMP:
        holder = custodian_at(call.connection, row.seal, call.at)
        return "stamp" if holder is not None and holder.person == call.actor.id else ""
    if row.state == UseState.STAMPED:
        return "collect" if row.applicant == call.actor.id else ""
    step = matrix.next_step(row, len(done_steps(call, row.id)))
    if step is None:
        return ""
    found = matrix.standings(call, step, row)
    if call.profile.is_on("approver_is_not_applicant"):
        if row.applicant == call.actor.id:
            return ""
        found = [item for item in found if item.on_behalf_of != row.applicant]
    return "approve" if found else ""
