"""The outbox (发件箱): events are fetched, or delivered and delivered again until they arrive.

An event may arrive twice, never not at all: whoever takes it knows it again by its id.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.tables.base import moment_text

if TYPE_CHECKING:
    from govseal.registry.bureau import Bureau

SCHEMA: Final = "govseal.event/1"
MOST: Final = 1000
_FIRST_WAIT: Final = timedelta(minutes=1)
_LONGEST_WAIT: Final = timedelta(hours=1)
_MAX_ERROR: Final = 80


@dataclass(frozen=True, slots=True)
class Message:
    """An event on its way: ``id`` is the same however often it is sent."""

    id: str
    sequence: int
    at: datetime
    kind: str
    subject: str
    facts: Mapping[str, Any]

    def to_json(self) -> bytes:
        """The message as one JSON object in UTF-8."""
        members = {
            "schema": SCHEMA,
            "id": self.id,
            "sequence": self.sequence,
            "at": moment_text(self.at),
            "kind": self.kind,
            "subject": self.subject,
            "facts": dict(self.facts),
        }
        return json.dumps(members, ensure_ascii=False, sort_keys=True).encode()


class EventTarget(Protocol):
    """Where events go: a folder, a queue, a web hook of the platform's own."""

    def send(self, message: Message) -> None:
        """Take one event; whatever it raises means that it did not arrive."""


@dataclass(frozen=True, slots=True)
class FolderTarget:
    """A folder that gets one file an event, whole or not at all; a second arrival is the same file.

    Another program takes the files away, in the order of their names.
    """

    folder: Path

    def send(self, message: Message) -> None:
        """Write ``000000000042-out-….json``."""
        name = f"{message.sequence:012d}-{message.id}.json"
        partial = self.folder / f".{name}.partial"
        with partial.open("wb") as file:
            file.write(message.to_json() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self.folder / name)
        _keep(self.folder)


def _keep(folder: Path) -> None:
    """See that a new name in a folder outlives a power cut, where the system can."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a run of :meth:`Outbox.deliver` did."""

    sent: int
    waiting: int
    """Events that are still there."""
    error: str = ""
    """The kind of error at which it stopped; empty for none."""


class Outbox:
    """The events that others shall know of."""

    def __init__(self, bureau: Bureau) -> None:
        self._bureau = bureau

    def fetch(self, *, after: int = 0, limit: int = MOST) -> tuple[Message, ...]:
        """The events with a higher number, delivered or not, in their order.

        For a program that keeps its own place: it asks for what comes after the last that it has.

        Raises:
            ValueError: ``limit`` is not from 1 to 1000.
        """
        if not 1 <= limit <= MOST:
            raise ValueError(f"limit is from 1 to {MOST}")
        table = tables.outbox
        query = sa.select(table).where(table.c.sequence > after).order_by(table.c.sequence)
        with self._bureau.database.begin() as connection:
            return tuple(map(_message, connection.execute(query.limit(limit)).all()))

    def deliver(self, target: EventTarget, *, limit: int = MOST) -> Delivery:
        """Send what was not delivered, in its order, and stop at the first that does not arrive.

        That one is sent again by a later run: after a minute, then after twice as long each time,
        up to an hour. No transaction is open while something is sent.
        """
        sent = 0
        for message, retry_at, attempts in self._waiting(limit):
            if retry_at is not None and retry_at > self._bureau.clock():
                break
            try:
                target.send(message)
            except Exception as error:  # noqa: BLE001 - whatever the target's own code raises
                name = type(error).__name__[:_MAX_ERROR]
                self._failed(message, attempts + 1, name)
                return Delivery(sent, self._count(), name)
            self._arrived(message)
            sent += 1
        return Delivery(sent, self._count())

    def _waiting(self, limit: int) -> Iterable[tuple[Message, datetime | None, int]]:
        table = tables.outbox
        query = (
            sa.select(table)
            .where(table.c.delivered_at.is_(None))
            .order_by(table.c.sequence)
            .limit(limit)
        )
        with self._bureau.database.begin() as connection:
            rows = connection.execute(query).all()
        return [(_message(row), row.retry_at, row.attempts) for row in rows]

    def _arrived(self, message: Message) -> None:
        self._update(message, delivered_at=self._bureau.clock())

    def _failed(self, message: Message, attempts: int, error: str) -> None:
        wait = min(_FIRST_WAIT * 2 ** min(attempts - 1, 10), _LONGEST_WAIT)
        retry_at = self._bureau.clock() + wait
        self._update(message, attempts=attempts, retry_at=retry_at, error=error)

    def _update(self, message: Message, **values: Any) -> None:  # noqa: ANN401 - columns
        table = tables.outbox
        changed = table.update().where(table.c.id == message.id, table.c.delivered_at.is_(None))
        with self._bureau.database.begin() as connection:
            connection.execute(changed.values(**values))

    def _count(self) -> int:
        table = tables.outbox
        query = sa.select(sa.func.count()).where(table.c.delivered_at.is_(None))
        with self._bureau.database.begin() as connection:
            return int(connection.execute(query).scalar_one())


def _message(row: sa.Row[Any]) -> Message:
    return Message(row.id, row.sequence, row.at, row.kind, row.subject, row.facts)
