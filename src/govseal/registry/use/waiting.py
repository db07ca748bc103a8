"""待办 of the use of seals: the requests that wait for somebody's step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.seals.custody import custodian_at
from govseal.registry.use import matrix
from govseal.registry.use.approvals import done_steps
from govseal.registry.use.states import OPEN
from govseal.registry.vocabulary import UseState
from govseal.registry.waiting import Waiting

if TYPE_CHECKING:
    from govseal.registry.acting import Acting
    from govseal.registry.call import Call

_TO_STAMP = frozenset({UseState.APPROVED, UseState.CHECKED})


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
