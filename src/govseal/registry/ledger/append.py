"""Appending to the ledger: one entry, its leaf, its chain, and the subtrees that it completes."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from govseal.errors import RegistryError
from govseal.registry import tables
from govseal.registry.canonical import canonical
from govseal.registry.database import lock_head, set_head
from govseal.registry.ledger.merkle import Place, chain_hash, completed, leaf_hash, node_hash

HEAD = "ledger"
KINDS = frozenset({"intent", "result", "import", "correction", "note"})
SALT_BYTES = 16
MAX_ENTRY_BYTES = 1 << 20
_MOST_PARAMETERS = 500


@dataclass(frozen=True, slots=True)
class Appended:
    """Where an entry stands: its number, from 0, and its leaf of 32 bytes."""

    sequence: int
    leaf: bytes


def origin(connection: sa.Connection) -> str:
    """The name of this ledger: the first line of its checkpoints, ``log`` in its stamps.

    Raises:
        RegistryError: ``schema_unknown``: the registry was not founded.
    """
    table = tables.settings
    query = sa.select(table.c.value).where(table.c.name == "origin")
    value = connection.execute(query).scalar_one_or_none()
    if not isinstance(value, str):
        raise RegistryError("the registry has no origin", code="schema_unknown")
    return value


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry to be written."""

    kind: str
    """``intent``, ``result``, ``import``, ``correction`` or ``note``."""
    at: datetime
    """When, as the call knows it."""
    fields: Mapping[str, Any]
    """What it says; it goes into canonical JSON, so no floats."""
    seal: str | None = None
    """The id of the seal."""
    use: str | None = None
    """The id of the use request."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind: {self.kind}")


def append_entry(
    connection: sa.Connection,
    *,
    kind: str,
    at: datetime,
    seal: str | None,
    use: str | None,
    fields: Mapping[str, Any],
) -> Appended:
    """Write one entry; nobody else appends until the transaction ends.

    The arguments are those of :class:`NewEntry`; ``connection`` is within a transaction.

    Raises:
        ValueError: another kind.
        RegistryError: ``too_large``: an entry of more than 1 MiB.
    """
    return append_entries(connection, [NewEntry(kind, at, fields, seal, use)])[0]


def append_entries(connection: sa.Connection, entries: Sequence[NewEntry]) -> list[Appended]:
    """Write several entries at once, in their order.

    Raises:
        RegistryError: ``too_large``: an entry of more than 1 MiB.
    """
    if not entries:
        return []
    start, head = lock_head(connection, HEAD)
    log = origin(connection)
    chain = bytes.fromhex(head)
    rows, leaves = [], []
    for sequence, new in enumerate(entries, start):
        entry = _entry(new, sequence, log)
        leaf = leaf_hash(entry)
        chain = chain_hash(chain, leaf)
        leaves.append(leaf)
        rows.append(
            {
                "sequence": sequence,
                "kind": new.kind,
                "at": new.at,
                "seal": new.seal,
                "use": new.use,
                "entry": entry.decode(),
                "leaf": leaf.hex(),
                "chain": chain.hex(),
            }
        )
    connection.execute(tables.ledger_entries.insert(), rows)
    _complete(connection, start, leaves)
    set_head(connection, HEAD, start + len(rows), chain.hex())
    return [Appended(sequence, leaf) for sequence, leaf in enumerate(leaves, start)]


def _entry(new: NewEntry, sequence: int, log: str) -> bytes:
    entry = canonical(
        {
            "at": new.at,
            "fields": new.fields,
            "kind": new.kind,
            "log": log,
            "salt": secrets.token_hex(SALT_BYTES),  # or a digest would betray what few may read
            "seal": new.seal,
            "sequence": sequence,
            "use": new.use,
        }
    )
    if len(entry) > MAX_ENTRY_BYTES:
        raise RegistryError(f"an entry of more than {MAX_ENTRY_BYTES} bytes", code="too_large")
    return entry


def read_nodes(connection: sa.Connection, places: Sequence[Place]) -> dict[Place, bytes]:
    """The hashes of complete subtrees; the leaves are read from the entries themselves.

    Raises:
        RegistryError: ``ledger_broken``: one is not there, or is no hash.
    """
    leaves, nodes = tables.ledger_entries, tables.ledger_nodes
    wanted: dict[int, list[int]] = {}
    for level, position in places:
        wanted.setdefault(level, []).append(position)
    found: dict[Place, str] = {}
    for sequences in _some(wanted.pop(0, [])):
        query = sa.select(leaves.c.sequence, leaves.c.leaf).where(leaves.c.sequence.in_(sequences))
        found |= {(0, row.sequence): row.leaf for row in connection.execute(query)}
    # Pairs in a list would be looked for through the whole table: SQLite uses no index for them.
    each = [
        sa.and_(nodes.c.level == level, nodes.c.position.in_(positions))
        for level, all_ in wanted.items()
        for positions in _some(all_)
    ]
    if each:
        rows = connection.execute(sa.select(nodes).where(sa.or_(*each)))
        found |= {(row.level, row.position): row.hash for row in rows}
    try:
        return {place: bytes.fromhex(found[place]) for place in places}
    except (KeyError, ValueError) as error:
        message = "the ledger's tree is not whole: audit it"
        raise RegistryError(message, code="ledger_broken") from error


def _some(positions: Sequence[int]) -> Iterator[Sequence[int]]:
    """As many as a statement may have of parameters."""
    for start in range(0, len(positions), _MOST_PARAMETERS):
        yield positions[start : start + _MOST_PARAMETERS]


def _complete(connection: sa.Connection, start: int, leaves: Sequence[bytes]) -> None:
    """Write the subtrees that are complete now: one a leaf on average."""
    steps = [(leaf, list(completed(at))) for at, leaf in enumerate(leaves, start)]
    lefts = {left for _, done in steps for _, left in done}
    known = read_nodes(connection, [place for place in lefts if _end(place) <= start])
    rows = []
    for sequence, (leaf, done) in enumerate(steps, start):
        known[0, sequence] = hash_ = leaf
        for place, left in done:
            known[place] = hash_ = node_hash(known[left], hash_)
            rows.append({"level": place[0], "position": place[1], "hash": hash_.hex()})
    if rows:
        connection.execute(tables.ledger_nodes.insert(), rows)


def _end(place: Place) -> int:
    """The first leaf behind a subtree."""
    level, position = place
    return position + 1 << level
