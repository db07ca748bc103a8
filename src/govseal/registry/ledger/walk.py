"""Walking the ledger page by page: every entry is hashed, chained and put into the tree again.

Memory does not grow with the ledger: one page of entries, one hash a level of the tree.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, NoReturn

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.database import FIRST_HASH
from govseal.registry.ledger.findings import Findings
from govseal.registry.ledger.merkle import (
    HASH_BYTES,
    Place,
    chain_hash,
    completed,
    node_hash,
    root_of_peaks,
)
from govseal.sm2 import sm3_many

PAGE: Final = 1024
Begin = Callable[[], AbstractContextManager[sa.Connection]]
"""Begins a transaction, as :meth:`Database.begin` does."""


class Row(NamedTuple):
    """A row of the ledger as it stands, the time as text; nothing is believed."""

    sequence: int
    kind: str
    at: str
    seal: str | None
    use: str | None
    entry: str
    leaf: str
    chain: str


class Node(NamedTuple):
    """A subtree on the way up: its hash, None where entries are missing, and if it was told."""

    hash: bytes | None
    is_told: bool


@dataclass(slots=True)
class Page:
    """Up to :data:`PAGE` entries, ``start`` to ``end`` without ``end``, as they stand."""

    start: int
    end: int
    rows: dict[int, Row]
    said: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    """What the entries say, of those that are what was written."""


def read_rows(connection: sa.Connection, *where: sa.ColumnElement[bool]) -> Sequence[Row]:
    """Rows in their order, times as the text that they are."""
    table = tables.ledger_entries
    columns = [
        sa.type_coerce(column, sa.String) if column is table.c.at else column for column in table.c
    ]
    query = sa.select(*columns).where(*where).order_by(table.c.sequence)
    return [
        Row(number, _text(kind), _text(at), seal, use, _text(entry), _text(leaf), _text(chain))
        for number, kind, at, seal, use, entry, leaf, chain in connection.execute(query)
    ]


def _text(value: object) -> str:
    """SQLite stores whatever it is given: what is no text is none that was written here."""
    return value if isinstance(value, str) else "?"


class Walk:
    """One pass over the entries below ``size``."""

    def __init__(self, begin: Begin, log: str, size: int, findings: Findings) -> None:
        self.begin = begin
        self.log = log
        self.size = size
        self.findings = findings
        self.chain: str | None = FIRST_HASH
        """The chain's last hash as it stands; None after an entry that is missing."""
        self.emptied: list[tuple[int, int]] = []
        """Ranges of entries without contents, both ends included."""
        self.purges: list[tuple[int, int]] = []
        """Ranges that purges in the ledger speak of."""
        self._stack: list[tuple[Place, Node]] = []

    def pages(self) -> Iterator[tuple[sa.Connection, Page]]:
        """Read and check one page after the other, each in a transaction of its own."""
        for start in range(0, self.size, PAGE):
            end = min(start + PAGE, self.size)
            column = tables.ledger_entries.c.sequence
            with self.begin() as connection:
                found = read_rows(connection, column >= start, column < end)
                page = Page(start, end, {row.sequence: row for row in found})
                self._check_entries(page)
                yield connection, page

    def grow(self, page: Page, until: int, stored: _Stored) -> None:
        """Put the leaves of a page below ``until`` into the tree."""
        start = self._stack_size()
        for sequence in range(start, until):
            row = page.rows.get(sequence)
            node = Node(read_hex(row.leaf) if row else None, is_told=row is None)
            self._stack.append(((0, sequence), node))
            for place, left in completed(sequence):
                self._join(place, left, stored)

    def root(self) -> bytes | None:
        """The root of the tree so far; None where an entry is missing."""
        hashes = [node.hash for _, node in self._stack]
        if None in hashes:
            return None
        return root_of_peaks([hash_ for hash_ in hashes if hash_ is not None])

    def _stack_size(self) -> int:
        if not self._stack:
            return 0
        (level, position), _ = self._stack[-1]
        return position + 1 << level

    def _join(self, place: Place, left: Place, stored: _Stored) -> None:
        _, right = self._stack.pop()
        found, other = self._stack.pop()
        assert found == left  # noqa: S101 - of the algorithm, not of the data
        if right.hash is None or other.hash is None:
            self._stack.append((place, Node(None, is_told=True)))
            return
        hash_ = node_hash(other.hash, right.hash)
        is_told = right.is_told or other.is_told
        if not is_told and stored.get(place) != hash_.hex():
            level, position = place
            first = position << level
            detail = "" if place in stored else f"level {level}, position {position}: no node"
            self.findings.add("tree_broken", first, first + (1 << level) - 1, detail)
            is_told = True
        self._stack.append((place, Node(hash_, is_told)))

    def _check_entries(self, page: Page) -> None:
        kept = [row for row in page.rows.values() if row.entry]
        leaves = sm3_many([b"\x00" + row.entry.encode() for row in kept])
        hashed = {row.sequence: leaf for row, leaf in zip(kept, leaves, strict=True)}
        for sequence in range(page.start, page.end):
            row = page.rows.get(sequence)
            if row is None:
                self.findings.add("entry_missing", sequence)
                self.chain = None
                continue
            is_right = self._check_entry(row, hashed.get(sequence), page)
            self._check_chain(row, is_told=not is_right)

    def _check_entry(self, row: Row, hashed: bytes | None, page: Page) -> bool:
        if hashed is None:
            add_to(self.emptied, row.sequence)
            return True
        if hashed.hex() != row.leaf:
            self.findings.add("entry_changed", row.sequence)
            return False
        said = read_entry(row.entry)
        if said is None:
            self.findings.add("entry_changed", row.sequence, detail="not in the one form")
            return False
        if (said.get("sequence"), said.get("log")) != (row.sequence, self.log):
            self.findings.add("entry_moved", row.sequence, detail=_from(said, row.sequence))
            return False
        for name in ("kind", "at", "seal", "use"):
            if said.get(name) != getattr(row, name):
                self.findings.add("entry_changed", row.sequence, detail=f"column {name}")
                return False
        page.said[row.sequence] = said
        if row.kind == "note":
            self.purges.extend(purge_of(said, row.sequence))
        return True

    def _check_chain(self, row: Row, *, is_told: bool) -> None:
        before, leaf = self.chain, read_hex(row.leaf)
        if before is not None and not is_told:
            expected = chain_hash(bytes.fromhex(before), leaf).hex() if leaf else None
            if expected != row.chain:
                self.findings.add("chain_broken", row.sequence)
        self.chain = row.chain if read_hex(row.chain) else None


_Stored = Mapping[Place, str]


def _from(said: Mapping[str, Any], sequence: int) -> str:
    """How far an entry was moved: a run that was moved together is told as one."""
    number = said.get("sequence")
    return f"{number - sequence:+d}" if isinstance(number, int) else ""


def read_stored(connection: sa.Connection, start: int, end: int) -> _Stored:
    """The stored subtrees that the leaves ``start`` to ``end`` complete."""
    table = tables.ledger_nodes
    ranges = [
        sa.and_(
            table.c.level == level,
            table.c.position >= start >> level,
            table.c.position < end >> level,
        )
        for level in range(1, end.bit_length())
        if start >> level < end >> level
    ]
    if not ranges:
        return {}
    rows = connection.execute(sa.select(table).where(sa.or_(*ranges)))
    return {(row.level, row.position): row.hash for row in rows}


def read_hex(text: str) -> bytes | None:
    """The bytes of a hash; None for what is none."""
    try:
        hash_ = bytes.fromhex(text)
    except ValueError:
        return None
    return hash_ if len(hash_) == HASH_BYTES and hash_.hex() == text else None


def _no_float(text: str) -> NoReturn:
    raise ValueError(text)


_DECODER: Final = json.JSONDecoder(parse_float=_no_float, parse_constant=_no_float)
_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def read_entry(text: str) -> Mapping[str, Any] | None:
    """The object of an entry in the one form; None for anything else."""
    try:
        value = _DECODER.decode(text)
        again = _ENCODER.encode(value)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and again == text else None


def purge_of(said: Mapping[str, Any], before: int) -> Iterable[tuple[int, int]]:
    """The entries that a note says are no longer kept, all of them before it."""
    fields = said.get("fields")
    purged = fields.get("purged") if isinstance(fields, dict) else None
    if not isinstance(purged, list):
        return
    for pair in purged:
        match pair:
            case [int(first), int(last)] if 0 <= first <= last < before:
                yield first, last


def add_to(ranges: list[tuple[int, int]], number: int) -> None:
    """One more number, larger than all before, into ranges with both ends included."""
    if ranges and ranges[-1][1] == number - 1:
        ranges[-1] = (ranges[-1][0], number)
    else:
        ranges.append((number, number))
