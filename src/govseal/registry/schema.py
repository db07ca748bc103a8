"""Which revision of the tables a database holds, and how an older one is brought up to date."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from govseal.errors import RegistryError
from govseal.registry import tables
from govseal.registry.database import FIRST_HASH, Database
from govseal.registry.tables import fences
from govseal.registry.tables.base import METADATA

if TYPE_CHECKING:
    from alembic.config import Config

REVISION: Final = "0001"
"""The newest: a test compares it with the revisions that are there."""
CHAINS: Final = ("audit", "ledger")
_VERSION_TABLE: Final = "alembic_version"
_VERSION: Final = sa.Table(
    _VERSION_TABLE,
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
_FOLDER: Final = Path(__file__).with_name("migrations")


_LOCK: Final = 0x676F767365616C  # "govseal": a number that is nobody else's


def lock(connection: sa.Connection) -> None:
    """Nobody else founds, upgrades or restores in this database until this transaction ends.

    SQLite's own lock is that of the whole file, and is taken when a transaction begins.

    Raises:
        RegistryError: ``database_busy``.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


def found(connection: sa.Connection) -> None:
    """All tables of this version in an empty database, their triggers, and the heads of chains.

    That is what all revisions together make, without going through them: it is done for every
    test, and a test compares the two.
    """
    METADATA.create_all(connection)
    for name in CHAINS:
        connection.execute(tables.heads.insert().values(name=name, sequence=0, hash=FIRST_HASH))
    fences.raise_fences(connection)
    _VERSION.create(connection)
    connection.execute(_VERSION.insert().values(version_num=REVISION))


def is_empty(connection: sa.Connection) -> bool:
    """Whether a database holds no table at all."""
    return not sa.inspect(connection).get_table_names()


def check(connection: sa.Connection) -> None:
    """Go on only if a database holds the tables of this version.

    Raises:
        RegistryError: ``schema_old``: those of an older one, which :func:`upgrade` brings up to
            date; ``schema_unknown``: those of a newer one, or other people's.
    """
    present = set(sa.inspect(connection).get_table_names())
    if not {_VERSION_TABLE, tables.settings.name} <= present:
        message = "数据库中的表不是登记系统的 / the database holds tables that are not a registry's"
        raise RegistryError(message, code="schema_unknown")
    version = _version(connection)
    if version == REVISION:
        return
    if version in _older():
        message = (
            f"数据库为旧版（{version}），须先升级至 {REVISION} / "
            f"the tables are of revision {version}: upgrade them to {REVISION} first"
        )
        raise RegistryError(message, code="schema_old")
    message = (
        f"数据库的版本（{version}）不为本程序所知 / "
        f"the tables are of revision {version}, which this version does not know"
    )
    raise RegistryError(message, code="schema_unknown")


def upgrade(url: str | sa.URL) -> str:
    """Bring the tables of an older version up to date, all in one transaction; the revision.

    Make a backup first. A database that is up to date stays as it is.

    Raises:
        RegistryError: ``schema_unknown``: no registry's tables, or those of a newer version.
    """
    database = Database(url)
    try:
        with database.begin() as connection:
            lock(connection)
            try:
                check(connection)
            except RegistryError as error:
                if error.code != "schema_old":
                    raise
                run_revisions(connection)
    finally:
        database.close()
    return REVISION


def run_revisions(connection: sa.Connection, to: str = REVISION) -> None:
    """Go through the revisions that a database lacks, in the transaction of the connection."""
    from alembic import command  # noqa: PLC0415 - needed once in a registry's life

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _version(connection: sa.Connection) -> str:
    versions = connection.execute(sa.select(_VERSION.c.version_num)).scalars().all()
    return versions[0] if len(versions) == 1 else f"{len(versions)} revisions"


def _older() -> frozenset[str]:
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - as above

    scripts = ScriptDirectory.from_config(_config())
    return frozenset(script.revision for script in scripts.walk_revisions()) - {REVISION}


def _config() -> Config:
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    # A folder's name may hold a percent sign, which a configuration reads as its own.
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
