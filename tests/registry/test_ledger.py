"""The ledger's rows: each is numbered, hashed, chained, and in the tree."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

import ledgerkit
import naivetree
from govseal.errors import RegistryError
from govseal.registry import Bureau, tables
from govseal.registry.canonical import read_canonical
from govseal.registry.ledger.append import (
    NewEntry,
    append_entries,
    append_entry,
    origin,
    read_nodes,
)
from govseal.registry.ledger.checkpoints import tree_root
from govseal.registry.ledger.merkle import chain_hash, leaf_hash, node_hash, peaks

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


def append(connection, number: int = 0, **values):
    given = {"kind": "note", "at": AT, "seal": None, "use": None, "fields": {"n": number}}
    return append_entry(connection, **{**given, **values})


def test_entries_are_numbered_from_nought_and_chained(any_bureau):
    with any_bureau.database.begin() as connection:
        appended = [append(connection, number) for number in range(9)]
        rows = connection.execute(sa.select(tables.ledger_entries).order_by("sequence")).all()
        assert [entry.sequence for entry in appended] == list(range(9))
        chain = bytes(32)
        for row, entry in zip(rows, appended, strict=True):
            said = read_canonical(row.entry, "entry")
            assert (said["sequence"], said["log"]) == (row.sequence, origin(connection))
            assert leaf_hash(row.entry.encode()) == entry.leaf
            chain = chain_hash(chain, entry.leaf)
            assert row.chain == chain.hex()
        assert len({read_canonical(row.entry, "entry")["salt"] for row in rows}) == 9
        places = list(peaks(9))
        top, last = (read_nodes(connection, places)[place] for place in places)
    leaves = [entry.leaf for entry in appended]
    level = [node_hash(a, b) for a, b in zip(leaves[:8:2], leaves[1:8:2], strict=True)]
    level = [node_hash(a, b) for a, b in zip(level[::2], level[1::2], strict=True)]
    assert (top, last) == (node_hash(*level), leaves[8])


def reopened(founded, folder):
    """A copy of a registry without entries."""
    return Bureau.open(f"sqlite:///{shutil.copy(founded, folder)}", profile="jincheng")


@given(st.lists(st.integers(1, 9), max_size=6))
def test_entries_written_together_make_the_same_tree(founded, batches):
    """Whatever the batches are, the stored subtrees and the root are those of the plain tree."""
    with tempfile.TemporaryDirectory() as folder, reopened(founded, folder) as bureau:
        with bureau.database.begin() as connection:
            for count in batches:
                append_entries(connection, [NewEntry("note", AT, {"n": n}) for n in range(count)])
            rows = connection.execute(sa.select(tables.ledger_entries).order_by("sequence"))
            entries = [row.entry.encode() for row in rows]
            assert tree_root(connection, len(entries)) == naivetree.root(entries)
        bureau.ledger.audit().check()


def test_a_transaction_that_fails_leaves_no_entry(any_bureau):
    def fail():
        with any_bureau.database.begin() as connection:
            append(connection)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with any_bureau.database.begin() as connection:
        assert append(connection).sequence == 0


def test_other_kinds_and_endless_entries_are_refused(bureau):
    with bureau.database.begin() as connection:
        with pytest.raises(ValueError, match="kind"):
            append(connection, kind="other")
        with pytest.raises(RegistryError) as refused:
            append(connection, fields={"reason": "字" * 400_000})
        assert refused.value.code == "too_large"
        with pytest.raises(TypeError):
            append(connection, fields={"copies": 1.5})
        assert append(connection).sequence == 0


def test_no_statement_looks_through_a_whole_table(bureau):
    """Appending and proving read by key alone: SQLite itself says how it goes about them."""
    ledgerkit.notes(bureau, 100)
    statements = []

    def keep(_, __, statement, parameters, *___):
        if statement.startswith("SELECT") and "ledger_" in statement:
            statements.append((statement, parameters))

    sa.event.listen(bureau.database.engine, "before_cursor_execute", keep)
    with bureau.database.begin() as connection:
        for number in range(28):
            append(connection, number)
    bureau.ledger.prove(77)
    sa.event.remove(bureau.database.engine, "before_cursor_execute", keep)
    assert len(statements) > 20
    with bureau.database.begin() as connection:
        for statement, parameters in statements:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            assert not [row for row in plan if row[3].startswith("SCAN")], statement
