"""The database: SQLite for one machine, PostgreSQL beyond it; the same tables on both."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from govseal.errors import Refused, RegistryError
from govseal.registry import tables
from govseal.registry.tables import fences

LOCK_WAIT_MS = 30_000
"""How long a step waits for another one that holds the same row."""
FIRST_HASH = "0" * 64
_READS = "govseal_reads"
_DRIVERS: Final = frozenset({"sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg"})
_BUSY: Final = ("locked", "lock timeout", "deadlock")
_BUSY_STATES: Final = frozenset({"55P03", "40P01", "40001"})
"""What PostgreSQL says of locks in every language."""


class Database:
    """An engine that knows how this registry uses a database."""

    def __init__(self, url: str | sa.URL) -> None:
        self.url = _checked(url)
        self.engine = sa.create_engine(
            self.url, future=True, json_deserializer=_read_json, **self._options()
        )
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        if self.is_sqlite:
            event.listen(self.engine, "do_connect", _make_private)
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)

    def _options(self) -> dict[str, Any]:
        if self.url.get_backend_name() == "sqlite":
            return {"connect_args": {"timeout": LOCK_WAIT_MS / 1000}}
        return {
            "pool_pre_ping": True,
            "connect_args": {"options": f"-c lock_timeout={LOCK_WAIT_MS}"},
        }

    def __repr__(self) -> str:
        shown = self.url.set(query={})  # a password may stand there too
        return f"<Database {shown.render_as_string(hide_password=True)}>"

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        """A transaction: committed at the end, rolled back on any exception.

        Raises:
            RegistryError: somebody else held what was needed for too long (``database_busy``),
                or the database cannot be reached (``database_unavailable``).
        """
        with told(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[sa.Connection]:
        """A transaction that only reads, and sees everything as it was when it began.

        Nobody waits for it, however long it takes.

        Raises:
            RegistryError: as for :meth:`begin`.
        """
        options: dict[str, Any] = {_READS: True}
        if not self.is_sqlite:
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with told(), self.engine.connect() as plain:
            connection = plain.execution_options(**options)
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _checked(url: str | sa.URL) -> sa.URL:
    """The URL of a database of ours; no message repeats what may be a password."""
    known = (
        "数据库地址写作 sqlite:///文件 或 postgresql+psycopg://用户@主机/库名 / "
        "a registry's database is sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME"
    )
    try:
        found = sa.make_url(url)
    except (SQLAlchemyError, ValueError):
        raise ValueError(known) from None
    if found.drivername not in _DRIVERS:
        raise ValueError(known)
    if "@" in (found.host or ""):
        raise ValueError(f"{known} (@ → %40)")
    port = found.query.get("port", "1")
    if not isinstance(port, str) or not port.isdecimal():
        raise ValueError(known)
    return found


@contextmanager
def told() -> Iterator[None]:
    """What a database says, in this library's words: no statement and no value of a row in it."""
    try:
        yield
    except sa.exc.TimeoutError:
        message = "the database is busy: every connection is in use"
        raise RegistryError(message, code="database_busy") from None
    except OperationalError as error:
        if _is_busy(error):
            message = "the database is busy: another step holds what this one needs"
            raise RegistryError(message, code="database_busy") from None
        message = f"the database cannot be used: {str(error.orig).splitlines()[0]}"
        raise RegistryError(message, code="database_unavailable") from None
    except DBAPIError as error:
        if fences.CODE in str(error.orig):
            message = "只能追加，不得更改或删除 / what was written is neither changed nor deleted"
            raise Refused(message, code=fences.CODE) from None
        name = type(error.orig).__name__
        raise RegistryError(f"the database refused: {name}", code="database_refused") from None
    except SQLAlchemyError as error:
        name = type(error).__name__
        raise RegistryError(
            f"the database cannot be used: {name}", code="database_unavailable"
        ) from None
    except (UnicodeEncodeError, OverflowError):
        message = "a text or a number that no database keeps"
        raise RegistryError(message, code="malformed") from None


def _read_json(text: str | bytes) -> Any:  # noqa: ANN401 - JSON
    """What a column of JSON holds, where somebody else may have written."""
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError):
        message = "a column of the database holds no JSON"
        raise RegistryError(message, code="registry_damaged") from None


def check_open(connection: sa.Connection) -> None:
    """Go on only with a connection that still leads somewhere.

    Raises:
        RegistryError: ``database_unavailable``.
    """
    if connection.closed or connection.invalidated:
        message = "the database cannot be used: the connection is closed"
        raise RegistryError(message, code="database_unavailable")


def _is_busy(error: OperationalError) -> bool:
    if getattr(error.orig, "sqlstate", None) in _BUSY_STATES:
        return True
    text = str(error.orig).lower()
    return any(word in text for word in _BUSY)


def _make_private(_dialect: Any, _record: object, arguments: Any, _: object) -> None:  # noqa: ANN401 - the driver's
    """A file that is not there yet is its owner's alone, and so are those that SQLite puts beside.

    Whoever shares it says so with its permissions, which stay.
    """
    name = str(arguments[0])
    if name and not name.startswith((":memory:", "file:")):
        with suppress(OSError):  # it is there, or cannot be, which SQLite tells
            os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _prepare_sqlite(connection: Any, record: object) -> None:  # noqa: ANN401 - the driver's
    del record
    # The driver's own idea of transactions starts them too late: BEGIN is ours, see below.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    # A reader that later writes would have to give up; who may write locks at once.
    reads = connection.get_execution_options().get(_READS)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def lock_head(connection: sa.Connection, name: str) -> tuple[int, str]:
    """The last number and hash of a chain; nobody else appends until this transaction ends."""
    table = tables.heads
    query = sa.select(table.c.sequence, table.c.hash).where(table.c.name == name).with_for_update()
    row = connection.execute(query).one_or_none()
    if row is None:
        raise RegistryError(f"the chain {name} has no head", code="schema_unknown")
    if not isinstance(row.sequence, int) or row.sequence < 0 or not isinstance(row.hash, str):
        raise RegistryError(f"the head of the chain {name} is damaged", code="registry_damaged")
    return row.sequence, row.hash


def set_head(connection: sa.Connection, name: str, sequence: int, hash_: str) -> None:
    """The new end of a chain that :func:`lock_head` holds."""
    table = tables.heads
    connection.execute(
        table.update().where(table.c.name == name).values(sequence=sequence, hash=hash_)
    )


def next_number(connection: sa.Connection, name: str) -> int:
    """The next of a gapless row of numbers, from 1: used up only if the transaction ends well."""
    table = tables.counters
    raised = (
        table.update()
        .where(table.c.name == name)
        .values(value=table.c.value + 1)
        .returning(table.c.value)
    )
    found = connection.execute(raised).scalar_one_or_none()
    if found is not None:
        return int(found)
    # Two may find no row: the second one's insert waits for the first, then does nothing.
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(insert(table).values(name=name, value=0).on_conflict_do_nothing())
    return int(connection.execute(raised).scalar_one())
