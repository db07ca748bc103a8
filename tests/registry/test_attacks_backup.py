"""Backups that were bent by somebody who can sign anew, or lie where others may write."""

from __future__ import annotations

import gzip
import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

import ledgerkit
from govseal.cli import main
from govseal.errors import LedgerBroken, RegistryError
from govseal.registry import Bureau, backup
from govseal.registry.backup import check_backup
from registry.test_backup import SECRETS, changed, edit, is_empty, opened, refused, saved, work

__all__ = ["saved"]  # the fixture

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


# 写 · written where others may write ------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="links and permissions are those of POSIX")
def test_a_backup_is_never_written_into_somebody_elses_file(bureau, tmp_path):
    """The name under which it is written is nobody's to guess, and no link is followed."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"kept")
    target = tmp_path / "one.backup"
    waiting = tmp_path / ".one.backup.partial"
    waiting.symlink_to(victim)
    bureau.backup(target)
    assert victim.read_bytes() == b"kept"
    assert waiting.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o600
    waiting.unlink()
    waiting.touch(0o666)
    waiting.chmod(0o666)
    bureau.backup(tmp_path / "two.backup")
    assert (tmp_path / "two.backup").stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.name != "posix", reason="links are those of POSIX")
def test_a_link_is_not_written_through(bureau, tmp_path):
    link = tmp_path / "one.backup"
    link.symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileExistsError) as error:
        bureau.backup(link)
    assert error.value.filename == str(link)
    assert not (tmp_path / "nowhere").exists()


def test_of_two_backups_of_one_name_one_is_made_and_whole(bureau, tmp_path):
    target = tmp_path / "one.backup"

    def make(_):
        try:
            return bureau.backup(target)
        except FileExistsError:
            return None

    with ThreadPoolExecutor(4) as pool:
        (made,) = filter(None, pool.map(make, range(4)))
    assert check_backup(target) == made
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []


def test_a_disk_that_is_full_leaves_no_half_backup(bureau, tmp_path, monkeypatch):
    def no_room(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(OSError, match="space"):
        bureau.backup(tmp_path / "one.backup")
    assert [path.name for path in tmp_path.iterdir() if "backup" in path.name] == []


def test_the_command_writes_over_nothing(bureau, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GOVSEAL_REGISTRY", bureau.database.url.render_as_string())
    target = tmp_path / "one.backup"
    target.write_bytes(b"kept")
    assert main(["registry", "backup", str(target)]) == 2
    assert "one.backup" in capsys.readouterr().err
    assert target.read_bytes() == b"kept"
    assert main(["registry", "backup", str(tmp_path / "none" / "one.backup")]) == 2
    assert main(["registry", "restore", str(tmp_path), "--db", str(tmp_path / "new.db")]) == 2
    assert not (tmp_path / "new.db").exists()


def test_the_command_says_whether_a_backup_is_signed(bureau, tmp_path, monkeypatch, capsys):
    """Without the key for secrets it is digested alone, which anybody can do."""
    monkeypatch.setenv("GOVSEAL_REGISTRY", bureau.database.url.render_as_string())
    monkeypatch.setenv("SECRETS", SECRETS.hex())
    assert main(["registry", "backup", str(tmp_path / "1"), "--lang", "en"]) == 0
    assert "not signed" in capsys.readouterr().out
    signing = ["--secrets", "env:SECRETS", "--lang", "en"]
    assert main(["registry", "backup", str(tmp_path / "2"), *signing]) == 0
    assert bureau.ledger.key.text in capsys.readouterr().out.replace("\n", "")
    assert main(["registry", "restore", str(tmp_path / "1"), "--db", str(tmp_path / "new.db")]) == 0
    assert "没有签名" in capsys.readouterr().out


# 内容 · what stands in it -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("audit_events.sequence", "1"),
        ("audit_events.hash", 7),
        ("heads.sequence", 1.5),
        ("heads.sequence", True),
        ("ledger_entries.sequence", "0"),
        ("ledger_entries.leaf", []),
        ("people.name", {"a": 1}),
        ("people.active_from", 7),
        ("stamps.stamped", 7),
        ("checkpoints.note", 7),
    ],
)
def test_a_value_of_another_kind_is_refused(saved, tmp_path, sqlite_url, place, value):
    """SQLite keeps whatever comes, and what reads it later falls over it."""
    path = changed(saved, tmp_path, edit(*place.split("."), lambda _: value))
    assert refused(path, sqlite_url).code == "backup_damaged"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("heads.sequence", 1 << 70),
        ("people.name", None),
        ("checkpoints.note", "no note"),
        ("checkpoints.root", "00"),
        ("ledger_entries.entry", "[]"),
        ("ledger_entries.entry", "[" * 100_000),
        ("settings.value", None),
        ("settings.value", []),
        ("settings.value", "x"),
    ],
    ids=range(9),
)
def test_a_value_that_cannot_be_is_not_restored(saved, tmp_path, sqlite_url, place, value):
    path = changed(saved, tmp_path, edit(*place.split("."), lambda _: value))
    with pytest.raises((RegistryError, LedgerBroken)):
        Bureau.restore(path, sqlite_url, secrets=SECRETS)
    assert is_empty(sqlite_url)


@pytest.mark.parametrize(
    "line",
    [
        b"7",
        b"null",
        b'"table"',
        b"{",
        b"[" * 100_000,
        b'{"table": []}',
        b'{"table": "people"}',
        b'{"table": "people", "columns": 7}',
        b'{"table": "alembic_version", "columns": ["version_num"]}',
        b"[NaN]",
        b"\xff",
    ],
    ids=range(11),
)
def test_a_line_that_is_none_is_refused(saved, tmp_path, sqlite_url, monkeypatch, line):
    """Whoever edits a backup can sign it anew; nothing but our errors leaves."""
    marker = {"table": "marker"}
    write = backup._line
    monkeypatch.setattr(
        backup, "_line", lambda value: line + b"\n" if value == marker else write(value)
    )
    path = changed(saved, tmp_path, lambda lines: [*lines, marker])
    assert refused(path, sqlite_url).code == "backup_damaged"


@pytest.mark.parametrize(
    "ending",
    [
        {"rows": {"people": 1e999}},
        {"rows": {"people": "many"}},
        {"rows": []},
        {"rows": {}},
        {"key": 7},
        {"key": "x"},
        {"signature": "###"},
        {"signature": None},
        {"sm3": 7},
    ],
)
def test_an_ending_that_is_none_is_refused(saved, tmp_path, sqlite_url, ending):
    *lines, last = gzip.decompress(saved[0].read_bytes()).splitlines(keepends=True)
    path = tmp_path / "bent.backup"
    path.write_bytes(gzip.compress(b"".join(lines) + backup._line(json.loads(last) | ending)))
    assert refused(path, sqlite_url).code == "backup_damaged"


def test_tables_in_another_order_or_twice_are_refused(saved, tmp_path, sqlite_url):
    def reordered(lines):
        starts = [n for n, line in enumerate(lines) if isinstance(line, dict)][1:]
        parts = [lines[a:b] for a, b in zip(starts, [*starts[1:], len(lines)], strict=True)]
        return [lines[0], *(line for part in reversed(parts) for line in part)]

    def twice(lines):
        return [*lines, *lines[1:]]

    for change in (reordered, twice):
        path = changed(saved, tmp_path, change)
        refused(path, sqlite_url)


def test_a_file_that_unpacks_without_end_is_refused(tmp_path, sqlite_url, monkeypatch):
    monkeypatch.setattr(backup, "LEAST_UNPACKED", 1 << 16)
    for text in (b"[]\n" * (1 << 17), b" " * (1 << 20)):
        path = tmp_path / "bomb.backup"
        path.write_bytes(gzip.compress(text) * 4)
        assert "unpacks to more" in str(refused(path, sqlite_url))


def test_a_newer_backup_is_refused(saved, tmp_path, sqlite_url):
    def newer(lines):
        lines[0]["revision"] = "9999"
        return lines

    assert refused(changed(saved, tmp_path, newer), sqlite_url).code == "schema_unknown"


# 旧备份 · an old one -----------------------------------------------------------------------------


def test_a_restore_of_an_older_backup_is_known_by_a_kept_checkpoint(tmp_path):
    """It is whole and signed; what was stamped since is gone, or other things stand there."""
    with opened(f"sqlite:///{tmp_path / 'bureau.db'}") as bureau:
        work(bureau)
        bureau.backup(tmp_path / "old.backup")
        with bureau.database.begin() as connection:
            ledgerkit.note(connection)
        kept, key = bureau.ledger.checkpoint(), bureau.ledger.key
    url = f"sqlite:///{tmp_path / 'restored.db'}"
    Bureau.restore(tmp_path / "old.backup", url, secrets=SECRETS, key=key)
    with opened(url) as restored:
        restored.ledger.audit(key=key).check()
        found = restored.ledger.audit(checkpoints=[kept.note], key=key)
        with pytest.raises(LedgerBroken):
            found.check()
        with restored.database.begin() as connection:
            ledgerkit.note(connection)
            ledgerkit.note(connection)
        again = restored.ledger.audit(checkpoints=[kept.note], key=key)
        with pytest.raises(LedgerBroken):
            again.check()


def test_two_restores_at_once_make_one_registry(saved, database_url):
    def restore(_):
        try:
            return Bureau.restore(saved[0], database_url, secrets=SECRETS)
        except RegistryError as error:
            return error.code

    with ThreadPoolExecutor(3) as pool:
        done = sorted(pool.map(restore, range(3)), key=str)
    assert done[1:] == ["not_empty"] * 2
    with opened(database_url) as bureau:
        bureau.ledger.audit().check()


def test_a_restored_file_is_its_owners_alone(saved, tmp_path):
    Bureau.restore(saved[0], f"sqlite:///{tmp_path / 'new.db'}")
    assert {path.stat().st_mode & 0o077 for path in tmp_path.glob("new.db*")} == {0}
