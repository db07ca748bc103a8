"""Checkpoints of the ledger, and proofs towards them, from the subtrees that are stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import sqlalchemy as sa

from govseal.errors import LedgerBroken
from govseal.registry import tables
from govseal.registry.database import lock_head
from govseal.registry.ledger.append import HEAD, read_nodes
from govseal.registry.ledger.merkle import (
    Range,
    consistency_ranges,
    inclusion_ranges,
    range_places,
    root_of_peaks,
)
from govseal.registry.ledger.notes import LogKey, sign_note
from govseal.registry.ledger.proofs import (
    Checkpoint,
    ConsistencyProof,
    InclusionProof,
    checkpoint_text,
)


def range_hashes(connection: sa.Connection, ranges: Sequence[Range]) -> tuple[bytes, ...]:
    """The hash of each range of leaves; O(log n) rows are read."""
    places = [range_places(start, end) for start, end in ranges]
    nodes = read_nodes(connection, [place for found in places for place in found])
    return tuple(root_of_peaks([nodes[place] for place in found]) for found in places)


def tree_root(connection: sa.Connection, size: int) -> bytes:
    """The root of the tree over the first ``size`` leaves."""
    return range_hashes(connection, [(0, size)])[0]


def make_checkpoint(
    connection: sa.Connection, at: datetime, key: LogKey, sign: Callable[[bytes], bytes]
) -> Checkpoint:
    """Sign what the ledger is now; where nothing was added since the last one, that one.

    Raises:
        LedgerBroken: the ledger does not continue the last checkpoint. A log never signs two
            that contradict each other.
    """
    size, _ = lock_head(connection, HEAD)
    last = last_checkpoint(connection)
    if last is not None:
        last.verify(key)
        if last.size > size or tree_root(connection, last.size) != last.root:
            message = f"the ledger does not continue its checkpoint of {last.size} entries"
            raise LedgerBroken(message, entry=min(last.size, size))
        if last.size == size:
            return last
    root = tree_root(connection, size)
    note = sign_note(checkpoint_text(key.name, size, root), key, sign)
    connection.execute(
        tables.checkpoints.insert().values(size=size, at=at, root=root.hex(), note=note)
    )
    return Checkpoint.parse(note)


def last_checkpoint(connection: sa.Connection, *, least: int = 0) -> Checkpoint | None:
    """The latest stored checkpoint of at least ``least`` entries; nobody has verified it."""
    table = tables.checkpoints
    query = sa.select(table.c.note).where(table.c.size >= least).order_by(table.c.size.desc())
    note = connection.execute(query.limit(1)).scalar_one_or_none()
    return None if note is None else Checkpoint.parse(note)


def prove_inclusion(
    connection: sa.Connection, sequence: int, checkpoint: Checkpoint, entry: bytes | None
) -> InclusionProof:
    """That entry ``sequence`` stands in the tree of the checkpoint."""
    path = range_hashes(connection, inclusion_ranges(sequence, checkpoint.size))
    return InclusionProof(sequence, path, checkpoint, entry)


def prove_consistency(
    connection: sa.Connection, old: int, checkpoint: Checkpoint
) -> ConsistencyProof:
    """That the tree of the checkpoint continues that of the first ``old`` leaves."""
    path = range_hashes(connection, consistency_ranges(old, checkpoint.size))
    return ConsistencyProof(old, path, checkpoint)
