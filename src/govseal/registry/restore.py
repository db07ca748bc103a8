"""Restore (恢复): a backup into an empty database, good only once everything in it is proven again.

All of it is one transaction: whatever stops it leaves the database as empty as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from govseal.errors import KeyLoadError, RegistryError
from govseal.pki.atrest import AtRestKey
from govseal.registry import audit, schema, tables
from govseal.registry.backup import (
    BackupFile,
    check_backup,
    damaged,
    read_line,
    read_lines,
    unpacker,
)
from govseal.registry.database import Database
from govseal.registry.ledger.audit import audit_ledger
from govseal.registry.ledger.notes import LogKey
from govseal.registry.rotation import check_secrets
from govseal.registry.tables.base import METADATA
from govseal.registry.use.desk import stamped_label
from govseal.sm2 import Sm3, sm3

_BATCH: Final = 200
_MOST_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, and what was proven of it."""

    backup: BackupFile
    ledger_entries: int
    checkpoints: int
    audit_events: int
    stamps: int
    """Stamps whose file was opened and compared; 0 without the key for secrets."""


def restore(
    path: Path, url: str | sa.URL, *, secrets: AtRestKey | None = None, key: LogKey | None = None
) -> Restored:
    """The registry of a backup, in an empty database of either kind.

    Args:
        path: the backup.
        url: of the database.
        secrets: the key for secrets; with it every secret is opened and every stamped file
            compared with its row.
        key: the ledger's key, known from elsewhere: it has to have signed backup and checkpoints.

    Raises:
        RegistryError: ``backup_damaged``, ``backup_unsigned``; ``not_empty``: the database holds
            something; ``schema_unknown``: the backup is of another revision; ``not_proven``:
            something in it does not hold, which the message names.
        LedgerBroken: the ledger is not what was written.
        OSError: the backup cannot be read.
    """
    found = check_backup(path, key)
    if found.revision != schema.REVISION:
        message = f"the backup is of revision {found.revision}, this version's is {schema.REVISION}"
        raise RegistryError(message, code="schema_unknown")
    database = Database(url)
    try:
        with database.begin() as connection:
            schema.lock(connection)
            if not schema.is_empty(connection):
                message = "恢复只写入空数据库 / a backup is restored into an empty database"
                raise RegistryError(message, code="not_empty")
            _fill(connection, path, found)
            return prove(connection, found, secrets=secrets, key=key)
    finally:
        database.close()


def _fill(connection: sa.Connection, path: Path, found: BackupFile) -> None:
    schema.found(connection)
    connection.execute(tables.heads.delete())
    counts = dict.fromkeys(found.rows, 0)
    later: list[tuple[sa.Table, dict[str, Any]]] = []
    digest = Sm3()
    for table, rows in _batches(path, digest):
        counts[table.name] = counts.get(table.name, 0) + len(rows)
        for row in rows:
            later.extend(_postponed(table, row))
        connection.execute(table.insert(), rows)
    for table, row in later:
        values = {name: value for name, value in row.items() if name != "id"}
        connection.execute(table.update().where(table.c.id == row["id"]).values(values))
    # The file is read a second time: it has to be the one that was checked.
    if digest.digest().hex() != found.sm3 or counts != found.rows:
        raise damaged("it has other rows than it says, or was changed meanwhile")
    _continue_sequences(connection)


def _postponed(table: sa.Table, row: dict[str, Any]) -> Iterator[tuple[sa.Table, dict[str, Any]]]:
    """References to rows of the same table, which may come later: taken out, and put in at last."""
    own = [
        column for column in table.c if any(k.column.table is table for k in column.foreign_keys)
    ]
    values = {column.key: row[column.key] for column in own if row[column.key] is not None}
    if values:
        row.update(dict.fromkeys(values))
        yield table, {"id": row["id"], **values}


def _batches(path: Path, digest: Sm3) -> Iterator[tuple[sa.Table, list[dict[str, Any]]]]:
    """The rows of a backup that was checked, some at a time; ``digest`` takes all but the end."""
    table, columns, rows = None, [], []
    lines = read_lines(path)
    before = next(lines)
    for line in lines:
        digest.update(before)
        before = line
        value = read_line(line)
        if isinstance(value, list):
            if table is None or len(value) != len(columns):
                raise damaged("a row is of no table")
            rows.append(_row(columns, value))
            if len(rows) == _BATCH:
                yield table, rows
                rows = []
            continue
        if table is not None and rows:
            yield table, rows
        rows = []
        if "table" in value:
            table = METADATA.tables.get(str(value["table"]))
            if table is None or value.get("columns") != [column.name for column in table.c]:
                raise damaged(f"the table {value['table']} is another")
            columns = [(column.key, unpacker(column)) for column in table.c]


def _row(columns: list[tuple[str, Callable[[Any], object]]], values: list[Any]) -> dict[str, Any]:
    try:
        return {key: unpack(value) for (key, unpack), value in zip(columns, values, strict=True)}
    except (TypeError, ValueError) as error:
        raise damaged("a value is no such value") from error


def _continue_sequences(connection: sa.Connection) -> None:
    """PostgreSQL numbers rows by itself: it goes on after the last that was restored."""
    if connection.dialect.name != "postgresql":
        return
    for table in METADATA.sorted_tables:
        column = table.autoincrement_column
        if column is not None:
            last = connection.execute(sa.select(sa.func.max(column))).scalar_one()
            name = sa.func.pg_get_serial_sequence(table.name, column.name)
            if last is not None:
                connection.execute(sa.select(sa.func.setval(name, last)))


def prove(
    connection: sa.Connection,
    found: BackupFile,
    *,
    secrets: AtRestKey | None,
    key: LogKey | None = None,
) -> Restored:
    """Everything that a registry proves of itself: ledger, audit log, stamps, secrets.

    Raises:
        RegistryError: ``not_proven``.
        LedgerBroken: the ledger is not what was written.
    """
    ledger = audit_ledger(lambda: nullcontext(connection), at=found.at, key=key)
    ledger.check()
    problems = list(audit.problems(connection))
    problems += _stamp_problems(connection)
    opened = 0
    if secrets is not None:
        problems += [
            f"{name}: 不能解密 / it does not open" for name in check_secrets(connection, secrets)
        ]
        opened, wrong = _compare_files(connection, secrets)
        problems += wrong
    if problems:
        shown = "; ".join(problems[:_MOST_SHOWN])
        more = len(problems) - _MOST_SHOWN
        message = f"{shown}{f' (+{more})' if more > 0 else ''}"
        raise RegistryError(message, code="not_proven")
    events = sa.select(sa.func.count()).select_from(tables.audit_events)
    return Restored(
        backup=found,
        ledger_entries=ledger.size,
        checkpoints=ledger.checkpoints,
        audit_events=int(connection.execute(events).scalar_one()),
        stamps=opened,
    )


def _stamp_problems(connection: sa.Connection) -> Iterator[str]:
    """Stamps whose document has other digests, or none at all."""
    stamps, versions = tables.stamps, tables.document_versions
    query = (
        sa.select(stamps.c.id, stamps.c.stamped_sm3, stamps.c.stamped_sha256, versions)
        .outerjoin(versions, versions.c.stamp == stamps.c.id)
        .order_by(stamps.c.id)
    )
    for row in connection.execute(query.execution_options(yield_per=_BATCH)):
        is_there = row.document is not None  # paper without a scan has no digests
        if not is_there or (row.stamped_sm3, row.stamped_sha256) != (row.sm3, row.sha256):
            yield f"stamp {row[0]}: 与文件记录不符 / its document says otherwise"


def _compare_files(connection: sa.Connection, secrets: AtRestKey) -> tuple[int, list[str]]:
    """How many stamped files are here and as their rows say, and those that are not."""
    stamps, wrong, count = tables.stamps, [], 0
    kept = sa.select(stamps.c.id).where(stamps.c.stamped.is_not(None)).order_by(stamps.c.id)
    for id_ in connection.execute(kept).scalars().all():
        row = connection.execute(sa.select(stamps).where(stamps.c.id == id_)).one()
        try:
            data = secrets.decrypt(row.stamped, stamped_label(id_))
        except KeyLoadError:
            continue  # told already
        if sm3(data).hex() == row.stamped_sm3:
            count += 1
        else:
            wrong.append(f"stamp {id_}: 文件已改变 / its file is another")
    return count, wrong
