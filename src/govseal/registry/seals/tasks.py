"""What has to be done with seals: opened by changes of units and incidents, closed by the step."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.calendar import WorkingDays
from govseal.registry.seals.custody import sees
from govseal.registry.seals.records import Task
from govseal.registry.seals.room import Room
from govseal.registry.tables.base import new_id
from govseal.registry.vocabulary import Medium, SealState, SealTask

if TYPE_CHECKING:
    from govseal.registry.call import Call

_OVER = (
    SealState.REJECTED,
    SealState.CANCELLED,
    SealState.DESTROYED,
    SealState.DRAFT,
    SealState.RETURNED,
)
_LIMITS = {
    SealTask.CANCEL: "cancellation_application",
    SealTask.RETURN_KEY: "key_return",
}


class Tasks(Room):
    """Looking at what is to be done."""

    def tasks(self, seal_id: str | None = None) -> tuple[Task, ...]:
        """The open tasks of one seal or of all that the actor may look at, by when they are due."""
        with self._acting.call("seals.tasks", seal_id or "", writes=False) as call:
            table = tables.seal_tasks
            query = sa.select(table).where(table.c.done_at.is_(None))
            if seal_id is not None:
                query = query.where(table.c.seal == seal_id)
            query = query.order_by(table.c.due_at, table.c.opened_at, table.c.id)
            rows = call.rows(query)
            shown = {
                seal
                for seal in {row.seal for row in rows}
                if sees(call, call.one(tables.seals, seal))
            }
            return tuple(Task.of(row) for row in rows if row.seal in shown)


def organization_changed(call: Call, organization: str, reason: str) -> tuple[str, ...]:
    """Open what a renamed, merged or abolished unit has to do: cancel its seals, return the keys.

    The seals cannot be used from the change's effect on, whether or not anybody does it
    (:func:`govseal.registry.seals.standing.check_usable`); R-JC29S-15a, R-HLJ-15b.

    Returns:
        The seals.
    """
    seals = tables.seals
    query = (
        sa.select(seals)
        .where(
            sa.or_(seals.c.owner_org == organization, seals.c.using_org == organization),
            seals.c.state.not_in(_OVER),
        )
        .order_by(seals.c.id)
        .with_for_update()
    )
    found = []
    for row in call.rows(query):
        kinds = [SealTask.CANCEL]
        if row.medium == Medium.ELECTRONIC and row.key is not None:
            kinds.append(SealTask.RETURN_KEY)
        for kind in kinds:
            limit = call.profile.deadlines[_LIMITS[kind]]
            due = WorkingDays.of(call.connection).due(call.at, limit)
            open_task(call, row.id, kind, reason=reason, due_at=due)
        found.append(row.id)
    return tuple(found)


def open_task(
    call: Call, seal_id: str, kind: SealTask, *, reason: str, due_at: datetime | None = None
) -> None:
    """A new task, unless one for the same reason is open."""
    table = tables.seal_tasks
    query = sa.select(table.c.id).where(
        table.c.seal == seal_id,
        table.c.kind == kind,
        table.c.reason == reason,
        table.c.done_at.is_(None),
    )
    if call.rows(query.limit(1)):
        return
    call.insert(
        table,
        id=new_id("tsk"),
        seal=seal_id,
        kind=kind,
        opened_at=call.at,
        due_at=due_at,
        reason=reason,
    )
    call.tell("task.opened", seal_id, what=kind)


def close_tasks(call: Call, seal_id: str, kind: SealTask, *, reason: str | None = None) -> None:
    """The tasks of a kind are done."""
    table = tables.seal_tasks
    query = table.update().where(
        table.c.seal == seal_id, table.c.kind == kind, table.c.done_at.is_(None)
    )
    if reason is not None:
        query = query.where(table.c.reason == reason)
    call.connection.execute(query.values(done_at=call.at))
