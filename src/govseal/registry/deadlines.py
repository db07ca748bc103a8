"""Limits of time: what is due, what is overdue, who is reminded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.calendar import WorkingDays
from govseal.registry.dueitems import DueItem, Sources
from govseal.registry.events import Event
from govseal.registry.tables.base import new_id
from govseal.registry.vocabulary import Role

if TYPE_CHECKING:
    from govseal.registry.acting import Acting
    from govseal.registry.call import Call


@dataclass(frozen=True, slots=True)
class Reminded:
    """The reminders that went out just now; each is an event too."""

    count: int
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Closed:
    """Something that was due and is done."""

    kind: str
    subject: str
    is_late: bool
    events: tuple[Event, ...] = ()


_CLOSING: Final = (Role.SEAL_OFFICE, Role.OFFICE_HEAD, Role.SECTION_HEAD)


class Deadlines:
    """What is due, as one person may see it."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting

    def open_items(self) -> tuple[DueItem, ...]:
        """Everything that is to be done, the first due first.

        Raises:
            RegistryError: ``calendar_missing``.
        """
        with self._acting.call("deadlines.open_items", writes=False) as call:
            return tuple(self._sources(call).open_items())

    def overdue(self) -> tuple[DueItem, ...]:
        """What should have been done, each thing once."""
        with self._acting.call("deadlines.overdue", writes=False) as call:
            items = self._sources(call).open_items()
            return tuple(item for item in items if item.is_overdue(call.at))

    def start(self, kind: str, subject: str, *, since: datetime | None = None) -> DueItem:
        """Begin a limit of the profile for something that no room knows of.

        Args:
            kind: its name in the profile, as ``disclosure_answer``.
            subject: what is to be done, or of whom.
            since: when it began, now by default.

        Raises:
            Refused: ``E_DEADLINE``: the profile has no such limit, or it runs already.
            RegistryError: ``calendar_missing``.
        """
        with self._acting.call("deadlines.start", subject) as call:
            return start(call, self._sources(call), kind, subject, since=since)

    def close(self, kind: str, subject: str, *, result: str) -> Closed:
        """Say that something was done; it is late if its time was over.

        Raises:
            Refused: ``E_NOT_FOUND``: no such thing is open; ``E_LEDGER_FIELD``: no result;
                ``E_DEADLINE``: the step that is due ends it, and nothing else;
                ``E_NOT_AUTHORIZED``.
        """
        with self._acting.call("deadlines.close", subject) as call:
            items = self._sources(call).open_items()
            found = next((i for i in items if (i.kind, i.subject) == (kind, subject)), None)
            if found is None:
                call.refuse("E_NOT_FOUND", f"no {kind} of {subject} is open")
            call.require(*_CLOSING, organization=found.organization)
            if not found.is_closed_by_hand:
                call.refuse("E_DEADLINE", f"{kind} ends with the step itself")
            if not result.strip():
                call.refuse("E_LEDGER_FIELD", "what was done is missing")
            _close(call, found, result)
            late = found.is_overdue(call.at)
            call.tell("deadline.done", subject, limit=kind, late=late)
            return call.finish(Closed(kind, subject, late))

    def remind(self) -> Reminded:
        """Send the reminders that are due and did not go out: a timer calls it once an hour.

        Each is an event, ``deadline.reminder`` or ``deadline.overdue``, with the unit, the limit,
        its time and its clause.
        """
        with self._acting.call("deadlines.remind") as call:
            for item in self._sources(call).open_items():
                for level in item.levels(call.at):
                    _remind(call, item, level)
            return call.finish(Reminded(len(call.events)))

    def _sources(self, call: Call) -> Sources:
        calendar = WorkingDays.of(call.connection)
        return Sources(call.connection, self._acting.bureau.profile_of, calendar)


def start(
    call: Call, sources: Sources, kind: str, subject: str, *, since: datetime | None = None
) -> DueItem:
    """Begin a limit of the actor's profile: for the other rooms."""
    if kind not in call.profile.deadlines:
        call.refuse("E_DEADLINE", f"the profile has no limit {kind}")
    if any((item.kind, item.subject) == (kind, subject) for item in sources.open_items()):
        call.refuse("E_DEADLINE", f"{kind} of {subject} runs already")
    opened, organization = since or call.at, call.actor.organization
    due, clause = sources.due(kind, organization, opened)
    call.insert(
        tables.deadlines,
        id=new_id("due"),
        kind=kind,
        subject=subject,
        organization=organization,
        opened_at=opened,
        due_at=due,
        clause=clause,
    )
    call.tell("deadline.started", subject, limit=kind, due_at=due.isoformat())
    return DueItem(kind, subject, organization, opened, due, clause)


def _close(call: Call, item: DueItem, result: str) -> None:
    table = tables.deadlines
    done = {"done_at": call.at, "done_by": call.actor.id, "result": result}
    updated = call.connection.execute(
        table.update()
        .where(
            table.c.kind == item.kind,
            table.c.subject == item.subject,
            table.c.done_at.is_(None),
        )
        .values(**done)
    )
    if not updated.rowcount:
        call.insert(
            table,
            id=new_id("due"),
            kind=item.kind,
            subject=item.subject,
            organization=item.organization,
            opened_at=item.opened_at,
            due_at=item.due_at,
            clause=item.clause,
            **done,
        )


def _remind(call: Call, item: DueItem, level: str) -> None:
    table = tables.reminders
    sent = sa.select(table.c.id).where(
        table.c.kind == item.kind,
        table.c.subject == item.subject,
        table.c.due_at == item.due_at,
        table.c.level == level,
    )
    if call.connection.execute(sent).first() is not None:
        return
    call.insert(
        table,
        id=new_id("rem"),
        kind=item.kind,
        subject=item.subject,
        due_at=item.due_at,
        level=level,
        sent_at=call.at,
    )
    call.tell(
        "deadline.overdue" if level == "overdue" else "deadline.reminder",
        item.subject,
        limit=item.kind,
        level=level,
        due_at=item.due_at.isoformat(),
        organization=item.organization,
        clause=item.clause,
    )
