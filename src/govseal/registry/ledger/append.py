"""Appending to the ledger: one entry, its leaf, its chain, and the subtrees that it completes."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
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

    Args:
        connection: within a transaction.
        kind: ``intent``, ``result``, ``import``, ``correction`` or ``note``.
        at: when, as the call knows it.
        seal: the id of the seal.
        use: the id of the use request.
        fields: what the entry says; they go into canonical JSON, so no floats.

    Raises:
        ValueError: another kind.
        RegistryError: ``too_large``: an entry of more than 1 MiB.
    """
    if kind not in KINDS:
        raise ValueError(f"kind: {kind}")
    sequence, before = lock_head(connection, HEAD)
    entry = canonical(
        {
            "at": at,
            "fields": fields,
            "kind": kind,
            "log": origin(connection),
            "salt": secrets.token_hex(SALT_BYTES),  # or a digest would betray what few may read
            "seal": seal,
            "sequence": sequence,
            "use": use,
        }
    )
    if len(entry) > MAX_ENTRY_BYTES:
        raise RegistryError(f"an entry of more than {MAX_ENTRY_BYTES} bytes", code="too_large")
    leaf = leaf_hash(entry)
    chain = chain_hash(bytes.fromhex(before), leaf).hex()
    connection.execute(
        tables.ledger_entries.insert().values(
            sequence=sequence,
            kind=kind,
            at=at,
            seal=seal,
            use=use,
            entry=entry.decode(),
            leaf=leaf.hex(),
            chain=chain,
        )
    )
    _complete(connection, sequence, leaf)
    set_head(connection, HEAD, sequence + 1, chain)
    return Appended(sequence, leaf)


def read_nodes(connection: sa.Connection, places: Sequence[Place]) -> dict[Place, bytes]:
    """The hashes of complete subtrees; the leaves are read from the entries themselves.

    Raises:
        RegistryError: ``ledger_broken``: one is not there, or is no hash.
    """
    leaves, nodes = tables.ledger_entries, tables.ledger_nodes
    positions = [position for level, position in places if level == 0]
    above = [place for place in places if place[0]]
    found: dict[Place, str] = {}
    if positions:
        query = sa.select(leaves.c.sequence, leaves.c.leaf).where(leaves.c.sequence.in_(positions))
        found |= {(0, row.sequence): row.leaf for row in connection.execute(query)}
    if above:
        key = sa.tuple_(nodes.c.level, nodes.c.position)
        rows = connection.execute(sa.select(nodes).where(key.in_(above)))
        found |= {(row.level, row.position): row.hash for row in rows}
    try:
        return {place: bytes.fromhex(found[place]) for place in places}
    except (KeyError, ValueError) as error:
        message = "the ledger's tree is not whole: audit it"
        raise RegistryError(message, code="ledger_broken") from error


def _complete(connection: sa.Connection, sequence: int, leaf: bytes) -> None:
    """Write the subtrees that are complete now: one a leaf on average."""
    done = list(completed(sequence))
    if not done:
        return
    lefts = read_nodes(connection, [left for _, left in done])
    rows = []
    hash_ = leaf
    for (level, position), left in done:
        hash_ = node_hash(lefts[left], hash_)
        rows.append({"level": level, "position": position, "hash": hash_.hex()})
    connection.execute(tables.ledger_nodes.insert(), rows)
