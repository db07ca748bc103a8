"""What is due, read from the tables of all rooms: nothing has to be remembered twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.calendar import WorkingDays
from govseal.registry.policy import PolicyProfile
from govseal.registry.vocabulary import OrderState, SealState

SOON: Final = timedelta(hours=24)
"""How long before its time everything is called to mind (d)."""


@dataclass(frozen=True, slots=True)
class DueItem:
    """Something that is to be done until a time."""

    kind: str
    subject: str
    organization: str
    opened_at: datetime
    due_at: datetime
    clause: str
    reminders: tuple[tuple[str, datetime], ...] = ()
    """Further reminders, each with the time from which it goes out."""
    is_closed_by_hand: bool = False
    """Whether somebody says that it was done; else the step itself is what ends it."""

    def is_overdue(self, at: datetime) -> bool:
        """Whether the time is over: what is done at its last moment is in time."""
        return at > self.due_at

    def levels(self, at: datetime) -> tuple[str, ...]:
        """The reminders that have to be out at a time, the first first."""
        found = [level for level, since in self.reminders if since <= at]
        if self.due_at - SOON <= at:
            found.append("soon")
        if self.is_overdue(at):
            found.append("overdue")
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Sources:
    """Where limits come from: the tables, the profile of each unit, the calendar."""

    connection: sa.Connection
    profile_of: Callable[[sa.Connection, str], PolicyProfile]
    calendar: WorkingDays

    def open_items(self) -> list[DueItem]:
        """Everything that is not done, the first due first."""
        done = self._done()
        found = [
            item
            for source in (
                self._opened,
                self._tasks,
                self._permits,
                self._leaks,
                self._orders,
                self._renewals,
                self._activations,
            )
            for item in source()
            if (item.kind, item.subject) not in done
        ]
        return sorted(found, key=lambda item: (item.due_at, item.kind, item.subject))

    def due(self, kind: str, organization: str, start: datetime) -> tuple[datetime, str]:
        """When a limit of the unit's profile ends that ``start`` begins, and its clause.

        Raises:
            KeyError: the profile has no such limit.
            RegistryError: ``calendar_missing``.
        """
        limit = self.profile_of(self.connection, organization).deadlines[kind]
        return self.calendar.due(start, limit), limit.clause

    def _rows(self, query: sa.Select[Any]) -> Iterator[sa.Row[Any]]:
        yield from self.connection.execute(query).all()

    def _done(self) -> set[tuple[str, str]]:
        table = tables.deadlines
        query = sa.select(table.c.kind, table.c.subject).where(table.c.done_at.is_not(None))
        return {(row.kind, row.subject) for row in self._rows(query)}

    def _opened(self) -> Iterator[DueItem]:
        table = tables.deadlines
        for row in self._rows(sa.select(table).where(table.c.done_at.is_(None))):
            yield DueItem(
                row.kind,
                row.subject,
                row.organization,
                row.opened_at,
                row.due_at,
                row.clause,
                is_closed_by_hand=True,
            )

    def _tasks(self) -> Iterator[DueItem]:
        """What incidents and changes of units have opened: reports, keys, cancellations."""
        tasks, seals = tables.seal_tasks, tables.seals
        query = (
            sa.select(tasks, seals.c.using_org)
            .join(seals, seals.c.id == tasks.c.seal)
            .where(tasks.c.done_at.is_(None), tasks.c.due_at.is_not(None))
        )
        for row in self._rows(query):
            yield DueItem(row.kind, row.id, row.using_org, row.opened_at, row.due_at, "")

    def _permits(self) -> Iterator[DueItem]:
        """Seals that are out (R-JC10-YZ-3.2)."""
        permits, seals = tables.take_out_permits, tables.seals
        query = (
            sa.select(permits, seals.c.using_org)
            .join(seals, seals.c.id == permits.c.seal)
            .where(permits.c.taken_at.is_not(None), permits.c.returned_at.is_(None))
        )
        for row in self._rows(query):
            clause = "晋市审管发〔2022〕10号 印章管理, 三（二）"
            yield DueItem("take_out", row.id, row.using_org, row.taken_at, row.due_back, clause)

    def _leaks(self) -> Iterator[DueItem]:
        """Verified leaks that the secrecy authority does not know of (R-JC10-BM-10)."""
        incidents, seals = tables.seal_incidents, tables.seals
        query = (
            sa.select(incidents, seals.c.using_org)
            .join(seals, seals.c.id == incidents.c.seal)
            .where(
                incidents.c.kind == "leak",
                incidents.c.verified_at.is_not(None),
                incidents.c.told_authority_at.is_(None),
            )
        )
        for row in self._rows(query):
            due, clause = self.due("leak_report", row.using_org, row.verified_at)
            yield DueItem("leak_report", row.id, row.using_org, row.verified_at, due, clause)

    def _orders(self) -> Iterator[DueItem]:
        """Orders to correct (R-GZ-5.3)."""
        orders, documents = tables.rectification_orders, tables.documents
        query = (
            sa.select(orders, documents.c.organization)
            .join(documents, documents.c.id == orders.c.document)
            .where(orders.c.state == OrderState.OPEN)
        )
        for row in self._rows(query):
            clause = "赣州“2号章”规范, 5.3"
            yield DueItem(
                "rectification", row.id, row.organization, row.ordered_at, row.due_at, clause
            )

    def _renewals(self) -> Iterator[DueItem]:
        """Seals in use whose period ends, told of early enough for both readings (C-12)."""
        seals = tables.seals
        query = sa.select(seals).where(
            seals.c.state.in_((SealState.ACTIVE, SealState.SUSPENDED)),
            seals.c.valid_to.is_not(None),
            seals.c.replaced_by.is_(None),
        )
        for row in self._rows(query):
            limits = self.profile_of(self.connection, row.using_org).deadlines
            window, early = limits["renewal_window"], limits["renewal_reminder"]
            yield DueItem(
                "renewal",
                row.id,
                row.using_org,
                row.valid_from or row.state_effective_at,
                row.valid_to,
                window.clause,
                (
                    ("early", self.calendar.opens(row.valid_to, early)),
                    ("opens", self.calendar.opens(row.valid_to, window)),
                ),
            )

    def _activations(self) -> Iterator[DueItem]:
        """Activation notices that are to be published (R-JC10-GK-4.1)."""
        notices, seals = tables.activation_notices, tables.seals
        query = sa.select(notices, seals.c.using_org).join(seals, seals.c.id == notices.c.seal)
        for row in self._rows(query):
            due, clause = self.due("publication", row.using_org, row.at)
            yield DueItem(
                "publication",
                row.id,
                row.using_org,
                row.at,
                due,
                clause,
                is_closed_by_hand=True,
            )
