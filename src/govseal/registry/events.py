"""Events: what a step tells others, returned by it and written to the outbox (发件箱) with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.database import next_number
from govseal.registry.tables.base import new_id


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: ``kind`` as ``seal.activated``, of whom or what, and the facts."""

    kind: str
    subject: str
    at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)


def write(connection: sa.Connection, events: Sequence[Event]) -> None:
    """The events into the outbox, numbered in their order."""
    for event in events:
        connection.execute(
            tables.outbox.insert().values(
                id=new_id("out"),
                sequence=next_number(connection, "outbox"),
                at=event.at,
                kind=event.kind,
                subject=event.subject,
                facts=dict(event.facts),
            )
        )
