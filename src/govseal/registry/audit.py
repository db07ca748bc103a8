"""The audit log (审计日志): every step and every refusal, each row hashed with the one before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.canonical import canonical, read_canonical
from govseal.registry.database import FIRST_HASH, lock_head, set_head
from govseal.registry.masking import masked, masked_facts
from govseal.registry.tables import fences
from govseal.sm2 import sm3

CHAIN = "audit"
PURGE = "audit.purge"
"""The step that forgets old rows."""
MAX_ACTOR = 24
MAX_SUBJECT = 120
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
    """The number of the new row; nobody else appends until the transaction ends.

    Numbers of identity cards are masked; a refusal is logged whatever was asked for, so that what
    is too long is cut.
    """
    event = replace(
        event,
        actor=None if event.actor is None else masked(event.actor)[:MAX_ACTOR],
        subject=masked(event.subject)[:MAX_SUBJECT],
        client=masked(event.client),
        facts=masked_facts(event.facts),
    )
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
    yield from select(connection, query)


def select(connection: sa.Connection, query: sa.Select[Any]) -> Iterator[AuditEvent]:
    """The rows of a query over the log."""
    for row in connection.execute(query.execution_options(yield_per=_BATCH)):
        yield _event(row)


def purge(connection: sa.Connection, before: datetime) -> tuple[int, int, str]:
    """Forget the rows before a time: how many, the number of the last one, and its hash.

    The rows that stay are a chain that begins there. Whoever calls writes number and hash into
    the row of the step, as :data:`PURGE`, from which :func:`problems` knows that it was one.
    """
    lock_head(connection, CHAIN)
    table = tables.audit_events
    kept = sa.select(sa.func.min(table.c.sequence)).where(table.c.at >= before)
    first = connection.execute(kept).scalar_one()
    last = sa.select(table).order_by(table.c.sequence.desc()).limit(1)
    if first is not None:
        last = last.where(table.c.sequence < first)
    row = connection.execute(last).one_or_none()
    if row is None:
        start = _start(connection)
        return 0, start[0] - 1, start[1]
    fences.lower_fences(connection, table.name)
    gone = connection.execute(table.delete().where(table.c.sequence <= row.sequence)).rowcount
    fences.raise_fences(connection, table.name)
    return gone, row.sequence, row.hash


def head(connection: sa.Connection) -> dict[str, Any]:
    """The last row that was committed, number and hash: what an entry of the ledger names.

    So a signed checkpoint of the ledger speaks of the log too.
    """
    table = tables.heads
    row = connection.execute(sa.select(table).where(table.c.name == CHAIN)).one()
    return {"sequence": row.sequence, "hash": row.hash}


def last_purge(connection: sa.Connection) -> AuditEvent | None:
    """The row of the last purge."""
    table = tables.audit_events
    query = sa.select(table).where(table.c.action == PURGE, table.c.result == "done")
    row = connection.execute(query.order_by(table.c.sequence.desc()).limit(1)).one_or_none()
    return None if row is None else _event(row)


def _start(connection: sa.Connection) -> tuple[int, str]:
    """The number of the first row that has to be there, and the hash before it."""
    purge_row = last_purge(connection)
    if purge_row is None:
        return 1, FIRST_HASH
    return int(purge_row.facts["through"]) + 1, str(purge_row.facts["hash"])


def problems(connection: sa.Connection) -> Iterator[str]:
    """What is wrong with the log, by the number of its row: edited, missing, cut off."""
    expected, before = _start(connection)
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
