"""The audit log is held by the ledger: each use names the log's head of its time."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from govseal.registry import audit, tables
from govseal.registry.canonical import canonical
from govseal.registry.database import FIRST_HASH
from govseal.registry.tables import fences


def rewrite(connection, change):
    """What a thief does who may write everywhere: change rows, and hash all of them anew."""
    events = [change(event) for event in audit.read(connection)]
    table = tables.audit_events
    fences.lower_fences(connection, table.name)
    before = FIRST_HASH
    for event in events:
        before = event.hashed(event.sequence, before)
        connection.execute(
            table.update()
            .where(table.c.sequence == event.sequence)
            .values(actor=event.actor, facts=canonical(event.facts).decode(), hash=before)
        )
    fences.raise_fences(connection, table.name)
    heads = tables.heads
    connection.execute(heads.update().where(heads.c.name == audit.CHAIN).values(hash=before))


def another_approver(event):
    return replace(event, actor="per-thief") if event.action == "use.approved" else event


def said(bureau):
    return [finding.code for finding in bureau.ledger.audit().findings]


@pytest.mark.req("R-JC29L-25a")
def test_a_log_that_was_rewritten_contradicts_the_ledger(desk):
    desk.stamped()
    desk.stamped()
    bureau = desk.bureau
    assert said(bureau) == []
    with bureau.database.begin() as connection:
        rewrite(connection, another_approver)
        assert list(audit.problems(connection)) == []  # by itself it looks whole
    assert said(bureau) == ["log_contradicted", "log_contradicted"]


def test_a_log_that_was_hashed_again_as_it_was_is_the_same(desk):
    desk.stamped()
    with desk.bureau.database.begin() as connection:
        rewrite(connection, lambda event: event)
    assert said(desk.bureau) == []


def test_a_purge_that_came_too_soon_hides_nothing(desk):
    desk.stamped()
    with desk.bureau.database.begin() as connection:
        last = connection.execute(sa.select(sa.func.max(tables.audit_events.c.sequence))).scalar()
        facts = {"through": last, "hash": FIRST_HASH, "count": last}
        forged = audit.AuditEvent(
            at=desk.bureau.clock(),
            actor=None,
            strength="system",
            client="",
            action=audit.PURGE,
            subject="",
            result="done",
            facts=facts,
        )
        audit.append(connection, forged)
        fences.lower_fences(connection, "audit_events")
        table = tables.audit_events
        connection.execute(table.delete().where(table.c.sequence <= last))
        fences.raise_fences(connection, "audit_events")
    assert said(desk.bureau) == ["log_contradicted"]
