"""The audit log (审计日志): every step and every refusal, each row hashed with the one before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.canonical import canonical, read_canonical
from govseal.registry.database import FIRST_HASH, lock_head, set_head
from govseal.sm2 import sm3

CHAIN = "audit"
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One row: who did what to what, how it was known, and what came of it."""

    at: datetime
    actor: str | None
    strength: str
    client: str
    action: str
    subject: str
    result: str  # done, refused, failed
    code: str | None = None
    clause: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    sequence: int = 0

    def hashed(self, sequence: int, before: str) -> str:
        """The hash of this row: SM3 over the one before and all that it says."""
        members = {name: getattr(self, name) for name in self.__slots__ if name != "sequence"}
        return sm3(canonical({**members, "sequence": sequence, "before": before})).hex()


def append(connection: sa.Connection, event: AuditEvent) -> int:
    """The number of the new row; nobody else appends until the transaction ends."""
    last, before = lock_head(connection, CHAIN)
    sequence = last + 1
    hash_ = event.hashed(sequence, before)
    connection.execute(
        tables.audit_events.insert().values(
            sequence=sequence,
            at=event.at,
            actor=event.actor,
            strength=event.strength,
            client=event.client,
            action=event.action,
            subject=event.subject,
            result=event.result,
            code=event.code,
            clause=event.clause,
            facts=canonical(event.facts).decode(),
            hash=hash_,
        )
    )
    set_head(connection, CHAIN, sequence, hash_)
    return sequence


def read(connection: sa.Connection, *, subject: str | None = None) -> Iterator[AuditEvent]:
    """The rows in their order, those of one subject only where it is given."""
    query = sa.select(tables.audit_events).order_by(tables.audit_events.c.sequence)
    if subject is not None:
        query = query.where(tables.audit_events.c.subject == subject)
    for row in connection.execute(query.execution_options(yield_per=_BATCH)):
        yield _event(row)


def problems(connection: sa.Connection) -> Iterator[str]:
    """What is wrong with the log, by the number of its row: edited, missing, cut off."""
    before, expected = FIRST_HASH, 1
    query = sa.select(tables.audit_events).order_by(tables.audit_events.c.sequence)
    for row in connection.execute(query.execution_options(yield_per=_BATCH)):
        if row.sequence != expected:
            yield f"audit log: row {expected} is missing"
        elif _event(row).hashed(row.sequence, before) != row.hash:
            yield f"audit log: row {row.sequence} is not what was written"
        before, expected = row.hash, row.sequence + 1
    last, hash_ = lock_head(connection, CHAIN)
    if (last, hash_) != (expected - 1, before):
        yield f"audit log: it ends at row {expected - 1}, and {last} rows were written"


def _event(row: sa.Row[Any]) -> AuditEvent:
    return AuditEvent(
        sequence=row.sequence,
        at=row.at,
        actor=row.actor,
        strength=row.strength,
        client=row.client,
        action=row.action,
        subject=row.subject,
        result=row.result,
        code=row.code,
        clause=row.clause,
        facts=read_canonical(row.facts, f"audit log, row {row.sequence}"),
    )
