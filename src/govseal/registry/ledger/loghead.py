"""The audit log as the ledger knows it: each use names the log's head of its time.

The log has hashes and no key: whoever rewrites all of it rewrites its hashes. The ledger's
checkpoints are signed, and so they hold the log up to the last use.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import sqlalchemy as sa

from govseal.registry import audit, tables
from govseal.registry.ledger.findings import Findings
from govseal.registry.ledger.walk import Page
from govseal.registry.tables.base import read_moment

_KEPT: Final = timedelta(days=3 * 365)
"""No row of the log is purged sooner (晋市政办〔2022〕29号 电子证照, 第二十五条)."""


def check_log(connection: sa.Connection, page: Page, findings: Findings) -> None:
    """Hold the log against what the entries of a page name."""
    named = {sequence: head for sequence in page.said if (head := _named(page, sequence))}
    if not named:
        return
    table = tables.audit_events
    numbers = {number for number, _ in named.values()}
    query = sa.select(table.c.sequence, table.c.hash).where(table.c.sequence.in_(numbers))
    hashes = {row.sequence: row.hash for row in connection.execute(query)}
    purge = audit.last_purge(connection)
    for sequence, (number, hash_) in named.items():
        if hashes.get(number) == hash_ or _is_purged(page, sequence, number, purge):
            continue
        findings.add("log_contradicted", sequence, detail=f"row {number}")


def _named(page: Page, sequence: int) -> tuple[int, str] | None:
    """The row of the log that an entry names, and its hash; the first uses may name none."""
    fields = page.said[sequence].get("fields")
    match fields.get("audit_log") if isinstance(fields, dict) else None:
        case {"sequence": int(number), "hash": str(hash_)} if number > 0:
            return number, hash_
    return None


def _is_purged(page: Page, sequence: int, number: int, purge: audit.AuditEvent | None) -> bool:
    if purge is None or number > int(purge.facts["through"]):
        return False
    return read_moment(page.rows[sequence].at) <= purge.at - _KEPT
