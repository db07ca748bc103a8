"""The tables of a registry: founded, brought up to date, and refused where they are not ours."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from govseal.errors import RegistryError
from govseal.registry import Bureau, schema
from govseal.registry.database import Database
from govseal.registry.tables.base import METADATA


@pytest.fixture
def migrated(database_url):
    """A database that went through all revisions."""
    database = Database(database_url)
    with database.begin() as connection:
        schema.run_revisions(connection)
    yield database
    database.close()


def differences(connection):
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return compare_metadata(context, METADATA)


def written(items):
    """What an inspector says, without the places of objects in memory."""
    return sorted(re.sub(r" at 0x\w+", "", str(sorted(item.items(), key=str))) for item in items)


def described(connection):
    """Names and kinds of everything in a database, its triggers too."""
    inspector = sa.inspect(connection)
    found = {}
    for table in inspector.get_table_names():
        found[table] = (
            [(c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(table)],
            written(inspector.get_indexes(table)),
            written(inspector.get_foreign_keys(table)),
            written(inspector.get_unique_constraints(table)),
            inspector.get_pk_constraint(table),
        )
    triggers = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
        "postgresql": "SELECT trigger_name, event_manipulation, action_statement "
        "FROM information_schema.triggers ORDER BY 1, 2",
    }[connection.dialect.name]
    return found, connection.exec_driver_sql(triggers).all()


def test_the_revisions_make_exactly_the_tables(migrated):
    with migrated.begin() as connection:
        assert differences(connection) == []


def test_founding_makes_what_the_revisions_make(migrated, request, tmp_path):
    if migrated.is_sqlite:
        url = f"sqlite:///{tmp_path / 'founded.db'}"
    else:
        url = request.getfixturevalue("postgres_cluster").new_database()
    with Bureau.open(url, profile="jincheng") as bureau, bureau.database.begin() as connection:
        founded = described(connection)
        assert differences(connection) == []
    with migrated.begin() as connection:
        assert described(connection) == founded


def test_the_newest_revision_is_the_one_that_is_founded():
    scripts = ScriptDirectory.from_config(schema._config())
    assert scripts.get_current_head() == schema.REVISION


def test_a_registry_of_the_revisions_is_a_registry(migrated, open_bureau):
    with migrated.begin() as connection:
        connection.exec_driver_sql("INSERT INTO settings VALUES ('origin', '\"govseal-1\"')")
    url = migrated.url.render_as_string(hide_password=False)
    open_bureau(url).ledger.checkpoint()
    assert Bureau.upgrade(url) == schema.REVISION


def set_revision(url, *revisions):
    database = Database(url)
    with database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM alembic_version")
        for revision in revisions:
            connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{revision}')")  # noqa: S608
    database.close()


@pytest.mark.parametrize("revisions", [("9999",), (), ("0001", "0000")])
def test_a_newer_or_odd_registry_is_refused(open_bureau, sqlite_url, revisions):
    open_bureau(sqlite_url).close()
    set_revision(sqlite_url, *revisions)
    for refusing in (open_bureau, Bureau.upgrade):
        with pytest.raises(RegistryError) as refused:
            refusing(sqlite_url)
        assert refused.value.code == "schema_unknown"


def test_an_older_registry_is_refused_and_brought_up_to_date(open_bureau, sqlite_url, monkeypatch):
    open_bureau(sqlite_url).close()
    monkeypatch.setattr(schema, "_older", lambda: frozenset({"0000"}))
    set_revision(sqlite_url, "0000")
    with pytest.raises(RegistryError) as refused:
        open_bureau(sqlite_url)
    assert refused.value.code == "schema_old"
    gone = []
    monkeypatch.setattr(schema, "run_revisions", gone.append)
    assert Bureau.upgrade(sqlite_url) == schema.REVISION
    assert len(gone) == 1


def test_nothing_is_older_than_the_first():
    assert schema._older() == frozenset()


def test_an_upgrade_leaves_other_peoples_tables_alone(tmp_path):
    url = f"sqlite:///{tmp_path / 'other.db'}"
    with sa.create_engine(url).begin() as connection:
        connection.exec_driver_sql("create table alembic_version (version_num text)")
    with pytest.raises(RegistryError) as refused:
        Bureau.upgrade(url)
    assert refused.value.code == "schema_unknown"
