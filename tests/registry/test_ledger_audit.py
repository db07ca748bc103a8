"""What an audit finds: whatever was done to the ledger, by whom ever, and to which entry."""

from __future__ import annotations

import pytest

import ledgerkit
from govseal import sm2
from govseal.errors import LedgerBroken, Refused, RegistryError
from govseal.registry import tables
from govseal.registry.ledger.notes import LogKey, sign_note
from govseal.registry.ledger.proofs import checkpoint_text
from ledgerkit import Thief


@pytest.fixture
def filled(bureau):
    """Five uses, ten entries."""
    ledgerkit.fill(bureau)
    return bureau


def codes(bureau, **options) -> list[tuple[str, int, int]]:
    audit = bureau.ledger.audit(**options)
    return [(found.code, found.first, found.last) for found in audit.findings]


def test_a_whole_ledger_is_whole(any_bureau):
    assert any_bureau.ledger.audit().is_whole
    ledgerkit.fill(any_bureau)
    checkpoint = any_bureau.ledger.checkpoint()
    audit = any_bureau.ledger.audit(checkpoints=[checkpoint.note], key=any_bureau.ledger.key)
    audit.check()
    assert (audit.size, audit.root, audit.checkpoints) == (10, checkpoint.root, 2)


def test_pages_make_no_difference(bureau):
    """More entries than a page holds, and checkpoints in the middle of pages."""
    kept = []
    ledgerkit.notes(bureau, 1100)
    kept.append(bureau.ledger.checkpoint())
    ledgerkit.notes(bureau, 1000)
    kept.append(bureau.ledger.checkpoint())
    audit = bureau.ledger.audit(checkpoints=kept)
    assert (audit.findings, audit.checkpoints, audit.root) == ((), 4, kept[-1].root)
    Thief(bureau)("delete from ledger_entries where sequence between 1000 and 1050")
    assert ("entry_missing", 1000, 1050) in codes(bureau)


# The first fence: triggers.


@pytest.mark.parametrize(
    "statement",
    [
        "update ledger_entries set entry = '{}' where sequence = 3",
        "delete from ledger_entries where sequence = 3",
        "delete from ledger_entries",
        "update ledger_nodes set hash = ''",
        "delete from checkpoints",
        "update audit_events set subject = ''",
    ],
)
@pytest.mark.req("R-GZ-2.3c")
def test_the_database_refuses_to_change_what_was_written(any_bureau, statement):
    ledgerkit.fill(any_bureau)
    any_bureau.ledger.checkpoint()
    with any_bureau.acting("per-handler") as b, b.call("test.step"):
        pass

    def change():
        with any_bureau.database.begin() as connection:
            connection.exec_driver_sql(statement)

    with pytest.raises(Refused) as refused:
        change()
    assert refused.value.code == "E_APPEND_ONLY"
    any_bureau.ledger.audit().check()


def test_nothing_is_replaced_or_emptied_at_once(filled, open_bureau, postgres_cluster):
    def run(bureau, statement):
        with bureau.database.begin() as connection:
            connection.exec_driver_sql(statement)

    replace = "insert or replace into ledger_entries select * from ledger_entries limit 1"
    with pytest.raises(Refused) as refused:
        run(filled, replace)
    assert refused.value.code == "E_APPEND_ONLY"
    on_postgres = open_bureau(postgres_cluster.new_database())
    with pytest.raises(Refused) as refused:
        run(on_postgres, "truncate ledger_entries")
    assert refused.value.code == "E_APPEND_ONLY"


# Behind it: the audit. A thief who may drop triggers, hashes nothing again …


@pytest.mark.req("R-GZ-3.1.1a")
def test_an_edited_entry_is_named(any_bureau):
    ledgerkit.fill(any_bureau)
    Thief(any_bureau).say(4, copies=9)
    assert codes(any_bureau) == [("entry_changed", 4, 4)]
    with pytest.raises(LedgerBroken, match="第 4 条") as broken:
        any_bureau.ledger.audit().check()
    assert (broken.value.entry, broken.value.code) == (4, "entry_changed")


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("delete from ledger_entries where sequence = 0", ("entry_missing", 0, 0)),
        ("delete from ledger_entries where sequence = 4", ("entry_missing", 4, 4)),
        ("delete from ledger_entries where sequence >= 8", ("entry_missing", 8, 9)),
        ("update ledger_entries set seal = 'seal-other' where sequence = 4", ("entry_changed",)),
        ("update ledger_entries set at = '2020' where sequence = 4", ("entry_changed", 4, 4)),
        ("update ledger_entries set entry = '' where sequence = 4", ("entry_emptied", 4, 4)),
        ("update ledger_entries set entry = '{}' where sequence = 4", ("entry_changed", 4, 4)),
        ("update ledger_entries set entry = x'00' where sequence = 4", ("entry_changed", 4, 4)),
        ("update ledger_entries set chain = '' where sequence = 4", ("chain_broken", 4, 4)),
        ("update heads set hash = '' where name = 'ledger'", ("head_broken", 9, 9)),
        ("update heads set sequence = 8 where name = 'ledger'", ("entry_added", 8, 9)),
        ("update heads set sequence = 1 << 60 where name = 'ledger'", ("entry_missing", 10)),
        ("delete from ledger_nodes where level = 2", ("tree_broken", 0, 3)),
        (
            "update ledger_nodes set hash = 'x' where level + position = 2",
            ("tree_broken", 2, 3),
        ),
        ("insert into ledger_nodes values (1, 5, 'x')", ("tree_broken", 9, 9)),
        ("insert into ledger_nodes values (90, 0, 'x')", ("tree_broken", 9, 9)),
        ("delete from stamps where id = 'stamp-2'", ("entry_without_stamp", 4, 5)),
        ("update stamps set seal = 'seal-other' where id = 'stamp-2'", ("stamp_differs", 4, 5)),
        ("update stamps set stamped_sm3 = 'x' where id = 'stamp-2'", ("stamp_differs", 5, 5)),
        ("update stamps set result = 77 where id = 'stamp-2'", ("stamp_without_entry", 77, 77)),
        ("update stamps set intent = 3 where id = 'stamp-2'", ("stamp_without_entry", 3, 3)),
    ],
)
def test_what_was_done_is_named(filled, statement, found):
    Thief(filled)(statement)
    assert any(code[: len(found)] == found for code in codes(filled)), codes(filled)


def test_a_row_between_is_found(filled):
    """Everything behind it has another number than it was written under."""
    Thief(filled)(
        "update ledger_entries set sequence = sequence + 100 where sequence >= 4",
        "update ledger_entries set sequence = sequence - 99 where sequence >= 100",
        "insert into ledger_entries select 4, kind, at, seal, use, entry, leaf, chain "
        "from ledger_entries where sequence = 0",
        "update heads set sequence = 11 where name = 'ledger'",
    )
    found = codes(filled)
    assert ("entry_moved", 4, 4) in found
    assert ("entry_moved", 5, 10) in found


def test_rows_that_changed_places_are_found(filled):
    Thief(filled)(
        "update ledger_entries set sequence = 100 where sequence = 2",
        "update ledger_entries set sequence = 2 where sequence = 4",
        "update ledger_entries set sequence = 4 where sequence = 100",
    )
    moved = [found for found in codes(filled) if found[0] == "entry_moved"]
    assert moved == [("entry_moved", 2, 2), ("entry_moved", 4, 4)]


def test_a_row_behind_the_head_is_found(filled):
    Thief(filled)(
        "insert into ledger_entries select 10, kind, at, seal, use, entry, leaf, chain "
        "from ledger_entries where sequence = 0",
        "insert into ledger_entries select -1, kind, at, seal, use, entry, leaf, chain "
        "from ledger_entries where sequence = 0",
    )
    assert codes(filled) == [("entry_added", -1, -1), ("entry_added", 10, 10)]


def test_an_endless_gap_ends_the_audit(filled):
    Thief(filled)(
        "update ledger_entries set sequence = 1 << 50 where sequence = 9",
        "update heads set sequence = (1 << 50) + 1 where name = 'ledger'",
    )
    found = codes(filled)
    assert any(code == "entry_missing" and first <= 9 < last for code, first, last in found)


# … one who hashes leaf and chain again …


def test_a_leaf_that_was_hashed_again_does_not_fit_the_tree(filled):
    Thief(filled).rewrite(4, nodes=False, copies=9)
    assert codes(filled) == [("tree_broken", 4, 5)]


# … and one who hashes everything again: only what was signed tells.


def test_a_rewritten_ledger_contradicts_its_checkpoint(any_bureau):
    ledgerkit.fill(any_bureau, 2)
    first = any_bureau.ledger.checkpoint()
    with any_bureau.database.begin() as connection:
        ledgerkit.use(connection, 7)
        ledgerkit.use(connection, 8)
    kept = any_bureau.ledger.checkpoint()
    key = any_bureau.ledger.key
    thief = Thief(any_bureau)
    thief.rewrite(5, stamped_sm3=f"{7:064x}", copies=9)
    assert codes(any_bureau) == [("checkpoint_contradicted", 4, 7)]
    thief("delete from checkpoints")
    assert codes(any_bureau) == []
    assert codes(any_bureau, checkpoints=[kept.note]) == [("checkpoint_contradicted", 0, 7)]
    assert codes(any_bureau, checkpoints=[first, kept], key=key) == [
        ("checkpoint_contradicted", 4, 7)
    ]
    put_back(any_bureau, kept)
    with pytest.raises(LedgerBroken):
        any_bureau.ledger.checkpoint()


def put_back(bureau, checkpoint):
    """A checkpoint that somebody had deleted."""
    with bureau.database.begin() as connection:
        connection.execute(
            tables.checkpoints.insert().values(
                size=checkpoint.size,
                at=ledgerkit.AT,
                root=checkpoint.root.hex(),
                note=checkpoint.note,
            )
        )


def test_a_ledger_that_was_cut_off_is_shorter_than_its_checkpoint(filled):
    kept = filled.ledger.checkpoint()
    thief = Thief(filled)
    thief(
        "delete from stamps where id = 'stamp-4'",
        "delete from ledger_entries where sequence >= 8",
        "delete from checkpoints",
    )
    thief.rewrite()
    assert codes(filled) == []
    assert codes(filled, checkpoints=[kept]) == [("ledger_truncated", 8, 9)]
    put_back(filled, kept)
    assert codes(filled) == [("ledger_truncated", 8, 9)]
    with pytest.raises(LedgerBroken):
        filled.ledger.checkpoint()


def test_a_use_that_was_added_and_hashed_has_no_stamp(filled):
    with filled.database.begin() as connection:
        ledgerkit.note(connection, kind="result", use="use-77")
    assert codes(filled) == [("entry_without_stamp", 10, 10)]


def test_another_key_signs_in_vain(filled):
    """A thief who puts his own key in the place of the ledger's deceives only the registry."""
    honest = filled.ledger.key
    kept = filled.ledger.checkpoint()
    mine = sm2.PrivateKey.generate()
    forged = LogKey(honest.name, mine.public_key)
    thief = Thief(filled)
    thief.rewrite(4, copies=9)
    audit = filled.ledger.audit
    root = audit().root
    note = sign_note(checkpoint_text(forged.name, 10, root), forged, mine.sign)
    thief("delete from checkpoints")
    assert audit(checkpoints=[note], key=forged).is_whole
    assert codes(filled, checkpoints=[note], key=honest) == [("checkpoint_invalid", 9, 9)]
    assert codes(filled, checkpoints=[kept], key=honest) == [("checkpoint_contradicted", 0, 9)]
    assert codes(filled, checkpoints=[kept], key=forged) == [("checkpoint_invalid", 9, 9)]


def test_stored_checkpoints_are_not_believed(filled):
    filled.ledger.checkpoint()
    Thief(filled)("update checkpoints set root = ''")
    assert codes(filled) == [("checkpoint_invalid", 9, 9)]
    Thief(filled)("update checkpoints set note = 'none'")
    assert codes(filled) == [("checkpoint_invalid", 9, 9)]


def test_what_is_no_checkpoint_is_refused(filled):
    with pytest.raises(RegistryError) as refused:
        filled.ledger.audit(checkpoints=["none"])
    assert refused.value.code == "malformed"


def test_findings_are_counted_beyond_what_is_kept(bureau):
    ledgerkit.notes(bureau, 2400)
    Thief(bureau)("delete from ledger_entries where sequence % 2 = 1")
    audit = bureau.ledger.audit()
    assert (len(audit.findings), audit.more, audit.root) == (1000, 200, None)
