"""A database that fails, is full, held, or named wrongly: our words, and nothing half done."""

from __future__ import annotations

import os
import shutil
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

import bureaukit
import ledgerkit
from govseal.cli import main
from govseal.errors import GovsealError, RegistryError
from govseal.registry import Bureau, audit, database, tables
from govseal.registry.database import Database
from usekit import PLACE, Desk

PASSWORD = "geheim"


def refused(act, *arguments, **options):
    with pytest.raises(RegistryError) as error:
        act(*arguments, **options)
    return error.value.code


# 数据库的名称 · how it is named --------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql+psycopg://u:pa@{PASSWORD}@host/db",
        f"postgresql+psycopg://u:p@host:{PASSWORD}/db",
        f"postgresql+nosuch://u:{PASSWORD}@host/db",
        f"postgresql+asyncpg://u:{PASSWORD}@host/db",
        f"mysql://u:{PASSWORD}@host/db",
        f"host={PASSWORD}",
        f"postgresql+psycopg://u@host/db?port={PASSWORD}",
    ],
)
def test_a_url_that_is_none_is_not_repeated(url, monkeypatch, capsys):
    """Whoever writes an @ of a password as it is would read half of it in a log."""
    with pytest.raises(ValueError, match="postgresql") as error:
        Bureau.open(url, profile="jincheng")
    assert PASSWORD not in "".join(traceback.format_exception(error.value))
    monkeypatch.setenv("GOVSEAL_REGISTRY", url if "://" in url else f"://{url}")
    assert main(["registry", "info"]) == 2
    said = capsys.readouterr()
    assert PASSWORD not in said.out + said.err


def test_no_password_of_a_database_is_shown():
    for url in (
        f"postgresql+psycopg://u:{PASSWORD}@127.0.0.1:1/db",
        f"postgresql+psycopg://u@127.0.0.1:1/db?password={PASSWORD}",
        f"postgresql+psycopg://u:x%40{PASSWORD}@127.0.0.1:1/db",
    ):
        made = Database(url)
        assert PASSWORD not in repr(made)
        with pytest.raises(RegistryError) as error, made.begin():
            pass
        assert error.value.code == "database_unavailable"
        assert PASSWORD not in "".join(traceback.format_exception(error.value))


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql+psycopg://u:{PASSWORD}@h/db",
        f"postgresql+psycopg://u:a/{PASSWORD}@h/db",
        f"postgresql+psycopg://u:a@{PASSWORD}@h/db",
        f"postgresql+psycopg://u@h/db?password={PASSWORD}",
        f"postgresql+psycopg://h/db?x=1&sslpassword={PASSWORD}",
    ],
)
def test_no_password_stands_on_the_command_line(url, capsys):
    assert main(["registry", "info", "--db", url]) == 2
    said = capsys.readouterr().err
    assert "GOVSEAL_REGISTRY" in said
    assert PASSWORD not in said


# 文件 · the file of SQLite --------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_a_new_database_is_its_owners_alone(open_bureau, tmp_path, sqlite_url):
    """Names of people stand in it: it is as confidential as its backup."""
    before = os.umask(0o022)
    try:
        with open_bureau(sqlite_url) as bureau:
            bureaukit.populate(bureau)
            modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert {name.partition(".db")[0] for name in modes} == {"bureau"}
    assert set(modes.values()) == {0o600}


def test_the_permissions_of_a_database_stay(bureau, tmp_path):
    (path,) = tmp_path.glob("*.db")
    path.chmod(0o660)
    with bureau.acting(bureaukit.person("office")) as b:
        b.use.find()
    assert path.stat().st_mode & 0o777 == 0o660


def test_a_database_that_may_only_be_read_is_told(open_bureau, founded, tmp_path):
    path = shutil.copy(founded, tmp_path)
    with open_bureau(f"sqlite:///{path}") as bureau:

        def read_only(connection, _record):
            connection.execute("PRAGMA query_only=ON")

        sa.event.listen(bureau.database.engine, "connect", read_only)
        bureau.database.engine.dispose()
        with bureau.acting(bureaukit.person("handler")) as b:
            assert refused(b.use.find) == "database_unavailable"


@pytest.mark.parametrize("data", [b"no database", b"SQLite format 3\0" + bytes(range(256)) * 8])
def test_a_file_that_is_no_database_is_told(tmp_path, data):
    (tmp_path / "other.db").write_bytes(data)
    url = f"sqlite:///{tmp_path / 'other.db'}"
    assert refused(Bureau.open, url, profile="jincheng").startswith("database_")
    assert refused(Bureau.upgrade, url).startswith("database_")
    assert (tmp_path / "other.db").read_bytes() == data


# 占用 · held by others ------------------------------------------------------------------------


def test_who_holds_a_lock_too_long_is_told(any_bureau, monkeypatch):
    """In whatever language the database speaks of it."""
    engine = any_bureau.database.engine
    if engine.dialect.name == "sqlite":

        def hasty(connection, _record):
            connection.execute("PRAGMA busy_timeout=1")

        sa.event.listen(engine, "connect", hasty)
        engine.dispose()
    else:
        monkeypatch.setattr(database, "_BUSY", ())  # the words of another language
        monkeypatch.setattr(database, "LOCK_WAIT_MS", 1)
        any_bureau.close()
        any_bureau.database = Database(engine.url)
    with any_bureau.database.begin() as connection:
        database.lock_head(connection, "audit")
        with any_bureau.acting(bureaukit.person("handler")) as b:
            assert refused(b.use.find) == "database_busy"


def test_more_clerks_than_connections_are_told(any_bureau):
    """The pool's own error would leave the library otherwise."""
    engine = any_bureau.database.engine
    engine.pool._timeout = 0.01  # the shortest wait that there is, instead of half a minute
    with ExitStack() as held:
        for _ in range(engine.pool.size() + engine.pool._max_overflow):
            held.enter_context(any_bureau.database.snapshot())
        with any_bureau.acting(bureaukit.person("office")) as b:
            assert refused(b.use.find) == "database_busy"
    with any_bureau.acting(bureaukit.person("office")) as b:
        b.use.find()


# 中断与磁盘已满 · cut off, and full -------------------------------------------------------------


def nothing_of(desk, request):
    """Neither leaves nor a stamp, and the request waits as before."""
    assert desk.rows(tables.stamps) == []
    assert desk.rows(tables.ledger_entries) == []
    assert desk.state(request) == "approved"


def everything_of(desk, request, made):
    """What was stamped after all is whole, and given out again."""
    assert [row.id for row in desk.rows(tables.stamps)] == [made.id]
    assert [row.kind for row in desk.rows(tables.ledger_entries)] == ["intent", "result"]
    with desk.acting("handler") as b:
        assert b.use.collect(request.id).data == made.data
    desk.bureau.ledger.audit().check()
    with desk.bureau.database.begin() as connection:
        assert list(audit.problems(connection)) == []


def cut_off(bureau):
    """Every other connection to the database ends at once."""
    killer = sa.create_engine(bureau.database.url)
    with killer.begin() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    killer.dispose()


@pytest.mark.req("R-JC9-09")
def test_a_connection_that_is_cut_leaves_nothing_half_done(postgres_cluster, open_bureau):
    """At a statement, at each of several, and before the commit itself."""
    bureau = open_bureau(postgres_cluster.new_database())
    bureaukit.populate(bureau)
    desk = Desk(bureau)
    request = desk.approved()
    left = [0]

    def cut(*_):
        left[0] -= 1
        if left[0] == 0:
            cut_off(bureau)

    engine = bureau.database.engine
    for event in ("before_cursor_execute", "commit"):
        sa.event.listen(engine, event, cut)
        for at in (1, 2, 3, 5, 20, 40) if event == "before_cursor_execute" else (1,):
            left[0] = at
            with desk.acting("custodian") as b:
                assert refused(b.use.stamp, request.id, PLACE) == "database_unavailable"
            assert left[0] <= 0
            nothing_of(desk, request)
    everything_of(desk, request, desk.stamp(request))


def test_a_connection_of_the_callers_that_is_cut_is_told(postgres_cluster, open_bureau):
    bureau = open_bureau(postgres_cluster.new_database())
    bureaukit.populate(bureau)
    office = bureaukit.person("office")
    connection = bureau.database.engine.connect()
    with bureau.acting(office, connection=connection) as b:
        b.use.find()
        cut_off(bureau)
        for _ in range(2):
            assert refused(b.use.find) == "database_unavailable"
    connection.close()


def full(engine, spare):
    """A disk that has room for so many pages more."""

    def limit(connection, _record):
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count={pages + spare}")

    sa.event.listen(engine, "connect", limit)
    engine.dispose()
    return lambda: (sa.event.remove(engine, "connect", limit), engine.dispose())


@pytest.mark.req("R-JC9-09")
def test_a_full_disk_leaves_nothing_half_done(desk):
    request = desk.approved()
    engine = desk.bureau.database.engine
    codes = set()
    for spare in (0, 1, 2, 3, 4):
        freed = full(engine, spare)
        with desk.acting("custodian") as b, pytest.raises(GovsealError) as error:
            b.use.stamp(request.id, PLACE)
        codes.add(error.value.code)
        freed()
        nothing_of(desk, request)
    assert codes == {"database_unavailable"}
    everything_of(desk, request, desk.stamp(request))


# 改动 · rows that somebody else wrote ----------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "update stamps set intent = 'x'",
        "update stamps set result = 'x'",
        "update stamps set intent = 1.5",
        "update heads set sequence = 'x'",
        "update heads set sequence = 1.5",
        "update heads set sequence = -1",
        "update heads set hash = 7",
        "update ledger_entries set at = 'x'",
        "update ledger_entries set entry = '['",
        "update ledger_nodes set hash = 7",
        "update audit_events set at = 'x'",
        "update audit_events set facts = '['",
        "update settings set value = '[' where name = 'origin'",
        "update settings set value = '7' where name = 'origin'",
        "update settings set value = '\"a b\"' where name = 'origin'",
        "delete from settings",
        "delete from heads",
        "update checkpoints set note = 'x'",
    ],
)
def test_what_a_thief_wrote_is_told_in_our_words(stamped_file, tmp_path, open_bureau, statement):
    """SQLite keeps a text where a number belongs: whoever audits is told so all the same."""
    url = f"sqlite:///{shutil.copy(stamped_file, tmp_path)}"
    with open_bureau(url) as bureau:
        ledgerkit.Thief(bureau)(statement)
        findings = 0
        for look in (
            lambda: bureau.ledger.audit().check(),
            lambda: log_of(bureau),
            bureau.ledger.checkpoint,
        ):
            try:
                look()
            except GovsealError:
                findings += 1
        assert findings


def log_of(bureau):
    with bureau.database.begin() as connection:
        for problem in audit.problems(connection):
            raise GovsealError(problem)


@pytest.fixture(scope="module")
def stamped_file(tmp_path_factory, founded):
    path = shutil.copy(founded, tmp_path_factory.mktemp("stamped"))
    at = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
    options = {"profile": "jincheng", "secrets": bytes(range(16)), "clock": lambda: at}
    with Bureau.open(f"sqlite:///{path}", **options) as bureau:
        Desk(bureau).stamped()
        bureau.ledger.checkpoint()
    return path


# 同时建立 · founded twice at once ---------------------------------------------------------------


def test_a_registry_is_founded_once_however_many_begin(database_url, clock):
    def found(_):
        with Bureau.open(
            database_url, profile="jincheng", secrets=bytes(range(16)), clock=clock
        ) as bureau:
            return bureau.ledger.key.text

    with ThreadPoolExecutor(4) as pool:
        keys = list(pool.map(found, range(4)))
    assert len(set(keys)) == 1


def test_a_connection_of_the_callers_that_is_closed_is_told(bureau):
    with bureau.database.begin() as connection:
        pass
    with bureau.acting(bureaukit.person("office"), connection=connection) as b:
        assert refused(b.use.find) == "database_unavailable"
