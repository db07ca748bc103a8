"""The audit of the ledger: what somebody did to its rows, whoever he was, and to which of them.

Three things prove each other: the entries with their hashes, the stamps with their documents, and
the checkpoints that were signed. Whoever rewrites all rows and all hashes still has no key: then
the checkpoints tell, best those that were kept elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from govseal.errors import RegistryError
from govseal.registry import tables
from govseal.registry.database import FIRST_HASH
from govseal.registry.ledger.append import HEAD, origin
from govseal.registry.ledger.findings import Findings, LedgerAudit
from govseal.registry.ledger.key import log_key
from govseal.registry.ledger.loghead import check_log
from govseal.registry.ledger.matching import check_documents
from govseal.registry.ledger.notes import LogKey
from govseal.registry.ledger.proofs import Checkpoint
from govseal.registry.ledger.walk import (
    Begin,
    Page,
    Walk,
    add_to,
    purge_of,
    read_entry,
    read_rows,
    read_stored,
)

_MOST_ADDED: Final = 100
_MOST_MISSING: Final = 1 << 16
_USES: Final = ("intent", "result")


def audit_ledger(
    begin: Begin,
    *,
    at: datetime,
    checkpoints: Sequence[Checkpoint | str | bytes] = (),
    key: LogKey | None = None,
    documents: Iterable[Path | bytes] = (),
    on_progress: Callable[[int, int], None] | None = None,
) -> LedgerAudit:
    """Hash every entry again and hold it against everything that speaks of it.

    Memory does not grow with the ledger. Nobody waits: each page is a transaction of its own, and
    what is appended meanwhile is left to the next audit.

    Args:
        begin: begins a transaction.
        at: the time of judging documents.
        checkpoints: signed notes that were kept elsewhere.
        key: the ledger's key, known from elsewhere; without it the registry's own word is taken.
        documents: stamped files, one held at a time; each has to be proven by the ledger.
        on_progress: told after each page how many entries were looked at, and of how many.

    Raises:
        RegistryError: ``malformed``: something given is no checkpoint.
    """
    audit = _Audit(begin, [_checkpoint(given) for given in checkpoints], key)
    audit.on_progress = on_progress
    audit.walk_through()
    check_documents(begin, documents, at, audit.findings, max(audit.size - 1, 0))
    return audit.report()


def _checkpoint(given: Checkpoint | str | bytes) -> Checkpoint:
    return given if isinstance(given, Checkpoint) else Checkpoint.parse(given)


class _Audit:
    def __init__(self, begin: Begin, given: Sequence[Checkpoint], key: LogKey | None) -> None:
        self.begin = begin
        self.findings = Findings()
        self.good = 0
        self.proven = 0
        """Up to here a checkpoint says that the entries are right."""
        self.is_contradicted = False
        self.on_progress: Callable[[int, int], None] | None = None
        with begin() as connection:
            self.log = origin(connection)
            self.key = key or log_key(connection)
            self.size, self.chain = _head(connection)
            end = self._end(connection)
        self.wanted: dict[int, list[Checkpoint]] = defaultdict(list)
        for checkpoint in given:
            self._want(checkpoint, self.wanted)
        self.walk = Walk(begin, self.log, end, self.findings)
        if end < self.size:
            self.findings.add("entry_missing", end, self.size - 1)

    def walk_through(self) -> None:
        """One pass over the entries, and what stands outside of them."""
        with self.begin() as connection:
            self._check_at(0, self._stored_checkpoints(connection, -1, 0))
        for connection, page in self.walk.pages():
            self._grow(connection, page)
            self._check_stamps(connection, page)
            check_log(connection, page, self.findings)
            if self.on_progress is not None:
                self.on_progress(page.end, self.size)
        is_short = self.walk.size < self.size
        if not is_short and self.walk.chain not in {None, self.chain}:
            self.findings.add("head_broken", max(self.size - 1, 0))
        with self.begin() as connection:
            self._check_purges(connection)
            self._check_outside(connection)
        self._check_larger()

    def report(self) -> LedgerAudit:
        """What was found so far, in the order of the entries."""
        found = sorted(self.findings.kept, key=lambda finding: (finding.first, finding.last))
        return LedgerAudit(
            size=self.size,
            root=None if self.walk.size < self.size else self.walk.root(),
            purged=sum(last - first + 1 for first, last in self.walk.emptied),
            checkpoints=self.good,
            findings=tuple(found),
            more=self.findings.more,
        )

    def _end(self, connection: sa.Connection) -> int:
        """How far there are entries; a head or a number that leads nowhere is not followed."""
        column = tables.ledger_entries.c.sequence
        query = sa.select(sa.func.count(), sa.func.max(column)).where(
            column >= 0, column < self.size
        )
        count, last = connection.execute(query).one()
        return 0 if last is None else min(last + 1, count + _MOST_MISSING)

    def _want(self, checkpoint: Checkpoint, wanted: dict[int, list[Checkpoint]]) -> None:
        """A checkpoint that is signed is held against the tree; another one is a finding."""
        last = max(checkpoint.size - 1, 0)
        if self.key is None:
            self.findings.add("checkpoint_invalid", last, detail="the ledger has no key")
            return
        try:
            checkpoint.verify(self.key)
        except RegistryError as error:
            self.findings.add("checkpoint_invalid", last, detail=str(error))
            return
        wanted[checkpoint.size].append(checkpoint)

    def _stored_checkpoints(
        self, connection: sa.Connection, after: int, until: int
    ) -> dict[int, list[Checkpoint]]:
        table = tables.checkpoints
        query = sa.select(table.c.size, table.c.root, table.c.note).order_by(table.c.size)
        found: dict[int, list[Checkpoint]] = defaultdict(list)
        for row in connection.execute(query.where(table.c.size > after, table.c.size <= until)):
            last = max(row.size - 1, 0)
            try:
                checkpoint = Checkpoint.parse(str(row.note))
            except RegistryError as error:
                self.findings.add("checkpoint_invalid", last, detail=str(error))
                continue
            if (checkpoint.size, checkpoint.root.hex()) != (row.size, row.root):
                self.findings.add("checkpoint_invalid", last, detail="its row says otherwise")
                continue
            self._want(checkpoint, found)
        return found

    def _grow(self, connection: sa.Connection, page: Page) -> None:
        stored = read_stored(connection, page.start, page.end)
        signed = self._stored_checkpoints(connection, page.start, page.end)
        sizes = {size for size in self.wanted if page.start < size <= page.end} | set(signed)
        for size in sorted(sizes):
            self.walk.grow(page, size, stored)
            self._check_at(size, signed)
        self.walk.grow(page, page.end, stored)

    def _check_at(self, size: int, signed: dict[int, list[Checkpoint]]) -> None:
        """Hold the tree of ``size`` entries against the checkpoints of that size."""
        root = self.walk.root()
        for checkpoint in (*self.wanted.get(size, ()), *signed.get(size, ())):
            if checkpoint.root == root:
                self.good += 1
                self.proven = size
            elif not self.is_contradicted:
                # Every later one speaks of the same entries: the first says where.
                self.is_contradicted = True
                self._contradicted(size)

    def _contradicted(self, size: int) -> None:
        last = max(size - 1, self.proven)
        self.findings.add(
            "checkpoint_contradicted", self.proven, last, f"checkpoint of {size} entries"
        )

    def _check_larger(self) -> None:
        """Checkpoints of more entries than there are."""
        with self.begin() as connection:
            size, _ = _head(connection, lock=True)
            larger = self._stored_checkpoints(connection, size, _LARGEST)
        sizes = {found for found in self.wanted if found > self.size} | set(larger)
        for found in sorted(sizes):
            # What was appended while the audit ran is in the next one.
            if found > size:
                self.findings.add(
                    "ledger_truncated", size, found - 1, f"checkpoint of {found} entries"
                )

    def _check_stamps(self, connection: sa.Connection, page: Page) -> None:
        """Every intent and result has its stamp, every stamp both entries, and they agree."""
        c = tables.stamps.c
        told = (c.stamped_sm3, c.copies, c.spoiled, c.signature_id)
        columns = (c.id, c.request, c.seal, c.intent, c.result, *told)
        for kind in _USES:
            column = c[kind]
            query = sa.select(*columns).where(column >= page.start, column < page.end)
            stamps = {getattr(row, kind): row for row in connection.execute(query)}
            for sequence, row in page.rows.items():
                if row.kind == kind and sequence not in stamps:
                    self.findings.add("entry_without_stamp", sequence)
            for sequence, stamp in stamps.items():
                self._check_stamp(page, sequence, kind, stamp)

    def _check_stamp(
        self,
        page: Page,
        sequence: int,
        kind: str,
        stamp: Any,  # noqa: ANN401 - a row
    ) -> None:
        row = page.rows.get(sequence)
        if row is None or row.kind != kind:
            self.findings.add("stamp_without_entry", sequence, detail=stamp.id)
            return
        fields = page.said.get(sequence, {}).get("fields")
        agree = (row.use, row.seal) == (stamp.request, stamp.seal)
        if kind == "result" and isinstance(fields, dict):
            said = fields.get("stamped_sm3"), fields.get("by_hand")
            agree = agree and said == (stamp.stamped_sm3, _by_hand(stamp))
            # Whether a key signed at all.
            agree = agree and fields.get("signature_id", stamp.signature_id) == stamp.signature_id
        if not agree or not _is_before(stamp.intent, stamp.result):
            self.findings.add("stamp_differs", sequence, detail=stamp.id)

    def _check_purges(self, connection: sa.Connection) -> None:
        """What is empty was purged, and a note in the ledger says so."""
        if not self.walk.emptied:
            return
        table = tables.ledger_entries
        purges = list(self.walk.purges)
        # A purge that came while the audit ran stands behind what was audited.
        for row in read_rows(connection, table.c.sequence >= self.size, table.c.kind == "note"):
            purges.extend(purge_of(read_entry(row.entry) or {}, row.sequence))
        unsaid: list[tuple[int, int]] = []
        for first, last in self.walk.emptied:
            for sequence in _outside(first, last, purges):
                add_to(unsaid, sequence)
        for first, last in unsaid:
            self.findings.add("entry_emptied", first, last)

    def _check_outside(self, connection: sa.Connection) -> None:
        """Rows, nodes and stamps that the ledger of now does not have."""
        size, _ = _head(connection, lock=True)
        entries, nodes, stamps = tables.ledger_entries, tables.ledger_nodes, tables.stamps
        outside = sa.or_(entries.c.sequence < 0, entries.c.sequence >= size)
        query = sa.select(entries.c.sequence).where(outside).order_by(entries.c.sequence)
        for sequence in connection.execute(query.limit(_MOST_ADDED)).scalars():
            self.findings.add("entry_added", sequence)
        depth = size.bit_length()
        places = [
            sa.and_(nodes.c.level == level, nodes.c.position >= size >> level)
            for level in range(1, depth)
        ]
        wrong = sa.or_(
            nodes.c.level < 1, nodes.c.level >= max(depth, 1), nodes.c.position < 0, *places
        )
        for node in connection.execute(sa.select(nodes).where(wrong).limit(_MOST_ADDED)):
            detail = f"level {node.level}, position {node.position}: a node too many"
            self.findings.add("tree_broken", max(size - 1, 0), detail=detail)
        for kind in _USES:
            column = stamps.c[kind]
            query = sa.select(column, stamps.c.id).where(sa.or_(column < 0, column >= size))
            for sequence, id_ in connection.execute(query.limit(_MOST_ADDED)):
                number = sequence if isinstance(sequence, int) else max(size - 1, 0)
                self.findings.add("stamp_without_entry", number, detail=id_)


_LARGEST: Final = (1 << 63) - 1


def _head(connection: sa.Connection, *, lock: bool = False) -> tuple[int, str]:
    """The end of the ledger; with ``lock`` nobody appends until the transaction ends.

    Where a second statement is held against the end it must be locked: each sees what was
    committed before it.
    """
    table = tables.heads
    query = sa.select(table.c.sequence, table.c.hash).where(table.c.name == HEAD)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None or not isinstance(row.sequence, int):
        return 0, FIRST_HASH
    return max(row.sequence, 0), row.hash


def _by_hand(stamp: Any) -> dict[str, int] | None:  # noqa: ANN401 - a row
    """What the result of a seal applied by hand says of the paper; None where a key signed."""
    if stamp.copies is None and stamp.spoiled is None:
        return None
    return {"copies": stamp.copies, "spoiled": stamp.spoiled}


def _is_before(one: object, other: object) -> bool:
    return isinstance(one, int) and isinstance(other, int) and one < other


def _outside(first: int, last: int, ranges: Iterable[tuple[int, int]]) -> Iterable[int]:
    """The numbers from ``first`` to ``last`` that lie in none of the ranges."""
    current = first
    for start, end in sorted(ranges):
        if start > current:
            yield from range(current, min(start, last + 1))
        current = max(current, end + 1)
        if current > last:
            return
    yield from range(current, last + 1)
