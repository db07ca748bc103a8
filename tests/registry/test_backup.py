"""Backup and restore: from either database into either, whole and proven, or not at all."""

from __future__ import annotations

import base64
import gzip
import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

import bureaukit
from govseal import sm2
from govseal.errors import LedgerBroken, RegistryError
from govseal.pki.atrest import AtRestKey
from govseal.registry import Bureau, backup, schema, tables
from govseal.registry import restore as restore_module
from govseal.registry.backup import check_backup
from govseal.registry.database import Database
from govseal.registry.ledger.notes import LogKey
from govseal.registry.tables.base import METADATA
from govseal.registry.use.desk import stamped_label
from usekit import Desk

SECRETS = bytes(range(16))
AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


def opened(url, clock=lambda: AT):
    return Bureau.open(url, profile="jincheng", secrets=SECRETS, clock=clock)


def work(bureau):
    """A bureau in which something was stamped, corrected and refused."""
    bureaukit.populate(bureau)
    with bureau.database.begin() as connection:
        units = tables.organizations
        row = connection.execute(sa.select(units)).mappings().one()
        # Its row comes before that of the unit above it.
        below = {"id": "org-a", "legal_name": "县局", "parent": bureaukit.BUREAU}
        connection.execute(units.insert().values(**{**row, **below}))
    desk = Desk(bureau)
    desk.stamped()
    desk.ask()
    bureau.ledger.checkpoint()
    bureau.register.status_file()
    return bureau


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A backup of such a bureau, its key, and the rows that it has to hold."""
    folder = tmp_path_factory.mktemp("backup")
    with opened(f"sqlite:///{folder / 'bureau.db'}") as bureau:
        work(bureau)
        bureau.backup(folder / "bureau.backup")
        return folder / "bureau.backup", bureau.ledger.key, rows(bureau.database)


def rows(database):
    with database.begin() as connection:
        return {
            table.name: [
                tuple(row)
                for row in connection.execute(sa.select(table).order_by(*table.primary_key.columns))
            ]
            for table in METADATA.sorted_tables
        }


def is_empty(url):
    database = Database(url)
    with database.begin() as connection:
        empty = schema.is_empty(connection)
    database.close()
    return empty


def changed(saved, tmp_path, change):
    """The backup with its rows changed, its digest and signature made anew by a thief."""
    lines = gzip.decompress(saved[0].read_bytes()).splitlines(keepends=True)
    heading, body, ending = lines[0], lines[1:-1], json.loads(lines[-1])
    parsed = change([json.loads(line) for line in (heading, *body)]) or []
    written = [backup._line(value) for value in parsed]
    key = sm2.PrivateKey.generate()
    digest = sm2.sm3(b"".join(written))
    log = LogKey(LogKey.parse(ending["key"]).name, key.public_key)
    ending |= {
        "sm3": digest.hex(),
        "key": log.text,
        "signature": base64.b64encode(key.sign(digest)).decode(),
    }
    path = tmp_path / "changed.backup"
    path.write_bytes(gzip.compress(b"".join(written) + backup._line(ending)))
    return path


def refused(path, url, **options):
    with pytest.raises(RegistryError) as found:
        Bureau.restore(path, url, secrets=SECRETS, **options)
    assert is_empty(url)
    return found.value


# 完好 · whole ------------------------------------------------------------------------------


@pytest.mark.req("R-JC29L-26")
def test_a_backup_is_restored_into_either_database(saved, database_url):
    path, key, before = saved
    done = Bureau.restore(path, database_url, secrets=SECRETS, key=key)
    assert (done.ledger_entries, done.stamps) == (2, 1)
    assert done.checkpoints >= 1
    with opened(database_url) as bureau:
        assert rows(bureau.database) == before
        assert bureau.ledger.key == key
        with (
            pytest.raises(RegistryError) as refused_,
            bureau.database.begin() as connection,
        ):
            connection.execute(sa.delete(tables.ledger_entries))
        assert refused_.value.code == "E_APPEND_ONLY"
        # It goes on: numbers, rows that the database numbers itself, chains, stamps.
        Desk(bureau, registered={"head", "leader"}).stamped()
        bureau.ledger.audit().check()


@pytest.mark.req("R-JC29L-26")
def test_the_other_database_is_saved_as_well(postgres_cluster, tmp_path, sqlite_url):
    url = postgres_cluster.new_database()
    with opened(url) as bureau:
        work(bureau)
        made = bureau.backup(tmp_path / "bureau.backup")
        before = rows(bureau.database)
    assert check_backup(tmp_path / "bureau.backup") == made
    assert Bureau.restore(tmp_path / "bureau.backup", sqlite_url, secrets=SECRETS).stamps == 1
    with opened(sqlite_url) as bureau:
        assert rows(bureau.database) == before


def test_a_backup_is_its_owners_alone_and_not_written_over(bureau, tmp_path):
    path = tmp_path / "one.backup"
    bureau.backup(path)
    assert path.stat().st_mode & 0o777 == 0o600
    data = path.read_bytes()
    with pytest.raises(FileExistsError):
        bureau.backup(path)
    assert path.read_bytes() == data
    assert [item.name for item in tmp_path.iterdir() if "partial" in item.name] == []


def test_a_backup_is_of_one_moment(bureau, tmp_path):
    """What is written while it is made is not in it, and does not wait for it."""
    with bureau.database.snapshot() as connection:
        seen = connection.execute(sa.select(tables.settings)).all()
        with bureau.acting(bureaukit.person("handler")) as b, b.call("test.step"):
            pass
        assert connection.execute(sa.select(tables.audit_events)).all() == []
        assert connection.execute(sa.select(tables.settings)).all() == seen


def test_without_the_key_for_secrets_a_backup_is_digested_alone(bureau, tmp_path, sqlite_url):
    bureau.secrets = None
    made = bureau.backup(tmp_path / "one.backup")
    assert made.key == ""
    found = check_backup(tmp_path / "one.backup")
    assert found == made
    with pytest.raises(RegistryError) as refusal:
        check_backup(tmp_path / "one.backup", bureau.ledger.key)
    assert refusal.value.code == "backup_unsigned"


@pytest.mark.req("R-HLJ-02b")
def test_secrets_stay_encrypted(saved):
    text = gzip.decompress(saved[0].read_bytes())
    for table, columns in (("seals", ("sealed", "key")), ("stamps", ("stamped",))):
        for row in saved[2][table]:
            named = dict(zip(getattr(tables, table).c.keys(), row, strict=True))
            assert all(named[column].startswith(b"GS1") for column in columns)
    assert SECRETS.hex().encode() not in text


# 损坏 · damaged ----------------------------------------------------------------------------


def test_a_database_that_holds_something_stays_as_it_is(saved, open_bureau, sqlite_url):
    open_bureau(sqlite_url)
    with pytest.raises(RegistryError) as found:
        Bureau.restore(saved[0], sqlite_url)
    assert found.value.code == "not_empty"


@pytest.mark.parametrize("part", [0.1, 0.5, 0.999])
def test_a_backup_that_is_cut_off_is_refused(saved, tmp_path, sqlite_url, part):
    data = saved[0].read_bytes()
    path = tmp_path / "cut.backup"
    path.write_bytes(data[: int(len(data) * part)])
    assert refused(path, sqlite_url).code == "backup_damaged"


@pytest.mark.parametrize("data", [b"", b"plain", gzip.compress(b""), gzip.compress(b"[]\n{}\n")])
def test_what_is_no_backup_is_refused(tmp_path, sqlite_url, data):
    path = tmp_path / "none.backup"
    path.write_bytes(data)
    assert refused(path, sqlite_url).code == "backup_damaged"


def test_every_flipped_byte_is_seen(saved, tmp_path, sqlite_url):
    data = saved[0].read_bytes()
    path = tmp_path / "flipped.backup"
    for place in range(11, len(data), len(data) // 12):
        path.write_bytes(data[:place] + bytes([data[place] ^ 16]) + data[place + 1 :])
        assert refused(path, sqlite_url).code == "backup_damaged"


def values_of(lines, table):
    """The rows of a table among the lines of a backup, each as a list that may be changed."""
    start = next(
        n for n, line in enumerate(lines) if isinstance(line, dict) and line.get("table") == table
    )
    for line in lines[start + 1 :]:
        if isinstance(line, dict):
            return
        yield dict(zip(lines[start]["columns"], line, strict=True)), line


def edit(table, column, value):
    def change(lines):
        for named, line in values_of(lines, table):
            line[list(named).index(column)] = value(named[column])
        return lines

    return change


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (edit("audit_events", "subject", lambda _: "other"), "not_proven"),
        (edit("stamps", "stamped_sm3", lambda old: old[::-1]), None),
        (edit("document_versions", "sha256", lambda old: old[::-1]), "not_proven"),
        (edit("seals", "sealed", lambda _: "R1MxAAAA"), "not_proven"),
        (edit("heads", "sequence", lambda old: old + 1), None),
        (edit("ledger_entries", "leaf", lambda old: old[::-1]), None),
        (edit("organizations", "state", lambda _: None), "database_refused"),
    ],
)
def test_a_backup_that_was_edited_and_signed_anew_is_refused(
    saved, tmp_path, sqlite_url, change, code
):
    path = changed(saved, tmp_path, change)
    with pytest.raises((RegistryError, LedgerBroken)) as found:
        Bureau.restore(path, sqlite_url, secrets=SECRETS)
    assert code is None or found.value.code == code
    assert is_empty(sqlite_url)


def test_another_file_under_the_right_key_is_seen(saved, tmp_path, sqlite_url):
    def swap(lines):
        for named, line in values_of(lines, "stamps"):
            other = AtRestKey(SECRETS).encrypt(b"other", stamped_label(named["id"]))
            line[list(named).index("stamped")] = base64.b64encode(other).decode()
        return lines

    found = refused(changed(saved, tmp_path, swap), sqlite_url)
    assert found.code == "not_proven"
    assert "its file is another" in str(found)


def test_a_file_that_is_changed_between_two_readings_is_refused(
    saved, tmp_path, sqlite_url, monkeypatch
):
    path = tmp_path / "two.backup"
    path.write_bytes(saved[0].read_bytes())

    def swapped(*arguments):
        found = check_backup(*arguments)
        edited = changed(saved, tmp_path, edit("people", "name", lambda _: "thief"))
        path.write_bytes(edited.read_bytes())
        return found

    monkeypatch.setattr(restore_module, "check_backup", swapped)
    assert refused(path, sqlite_url).code == "backup_damaged"


def test_another_key_than_the_known_one_is_refused(saved, tmp_path, sqlite_url):
    path = changed(saved, tmp_path, lambda lines: lines)
    assert refused(path, sqlite_url, key=saved[1]).code == "backup_unsigned"


def test_another_revision_is_refused(saved, tmp_path, sqlite_url):
    def older(lines):
        lines[0]["revision"] = "0000"
        return lines

    assert refused(changed(saved, tmp_path, older), sqlite_url).code == "schema_unknown"


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [*lines, {"table": "customers", "columns": []}],
        lambda lines: [lines[0], [1, 2], *lines[1:]],
        lambda lines: [
            *lines,
            *(line for line in lines if line == ["none"]),
            {"table": "heads", "columns": ["name"]},
        ],
        edit("people", "active_from", lambda _: "yesterday"),
        edit("stamps", "stamped", lambda _: "###"),
        lambda lines: [line for line in lines if line == lines[0] or isinstance(line, dict)],
    ],
)
def test_a_backup_of_other_tables_or_values_is_refused(saved, tmp_path, sqlite_url, change):
    assert refused(changed(saved, tmp_path, change), sqlite_url).code == "backup_damaged"


def test_another_key_for_secrets_is_told(saved, sqlite_url):
    with pytest.raises(RegistryError) as found:
        Bureau.restore(saved[0], sqlite_url, secrets=bytes(16))
    assert found.value.code == "not_proven"
    assert is_empty(sqlite_url)


def test_without_the_key_the_rest_is_proven(saved, sqlite_url):
    assert Bureau.restore(saved[0], sqlite_url).stamps == 0


# 中断 · interrupted ------------------------------------------------------------------------

KILLED = """
import os, sys
from govseal.registry import Bureau, restore
whole = restore.prove
restore.prove = lambda *_, **__: os.kill(os.getpid(), 9)
Bureau.restore(sys.argv[1], sys.argv[2])
"""


@pytest.mark.req("R-JC29L-26")
def test_a_restore_that_is_killed_leaves_nothing(saved, database_url):
    url = database_url
    command = [sys.executable, "-c", KILLED, str(saved[0]), url]
    assert subprocess.run(command, check=False, capture_output=True).returncode == -9
    assert is_empty(url)
    assert Bureau.restore(saved[0], url, secrets=SECRETS).stamps == 1
