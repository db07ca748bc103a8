"""Backup (备份): every row of a registry at one moment, in a form that either database takes back.

A text of JSON lines, compressed: a heading, the rows table by table, and at the end the digest of
all that came before, signed with the registry's key where that is at hand. Secrets stay encrypted
as they stand in the tables; the rest of the file is as confidential as the database.
"""

from __future__ import annotations

import base64
import errno
import gzip
import json
import os
import tempfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, NoReturn

import sqlalchemy as sa

from govseal.errors import GovsealError, KeyLoadError, RegistryError
from govseal.registry import schema
from govseal.registry.ledger.append import origin
from govseal.registry.ledger.key import log_key, signing_key
from govseal.registry.ledger.notes import LogKey
from govseal.registry.tables.base import METADATA, Moment, moment_text, read_moment
from govseal.sm2 import Sm3

if TYPE_CHECKING:
    from govseal.registry.bureau import Bureau

SCHEMA: Final = "govseal.backup/1"
MAX_LINE: Final = 1 << 30
"""Of one row: a document that waits for its stamp is one value."""
LEAST_UNPACKED: Final = 64 << 20
MOST_RATIO: Final = 200
"""A file that unpacks to more than both is no backup: texts and digests do not pack so well."""
_MOST_NAME: Final = 60
_BATCH: Final = 200


@dataclass(frozen=True, slots=True)
class BackupFile:
    """What a backup says of itself."""

    origin: str
    revision: str
    at: datetime
    rows: dict[str, int]
    """Of each table."""
    sm3: str
    """Digest of everything but the last line, hexadecimal."""
    key: str
    """Whose signature the last line bears, as ``bureau.ledger.key.text``; empty for none."""


def write_backup(bureau: Bureau, path: Path) -> BackupFile:
    """A backup of now: nobody has to wait, and what is written meanwhile is not in it.

    Args:
        bureau: the registry.
        path: a file that is not there yet; its owner alone may read it.

    Raises:
        FileExistsError: there is something of that name.
        OSError: it cannot be written.
    """
    if path.exists() or path.is_symlink():
        raise _is_there(path)
    # A name that nobody knows before, and no link: whoever else may write into the folder
    # would otherwise have the backup written into a file of theirs.
    descriptor, name = tempfile.mkstemp(
        dir=path.parent, prefix=f".{path.name[:_MOST_NAME]}.", suffix=".partial"
    )
    partial = Path(name)
    try:
        with (
            os.fdopen(descriptor, "wb") as file,
            bureau.database.snapshot() as connection,
        ):
            made = _write(bureau, connection, file)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(partial, path)
        except FileExistsError:  # somebody else's file stands there by now
            raise _is_there(path) from None
    finally:
        partial.unlink(missing_ok=True)
    return made


def _is_there(path: Path) -> FileExistsError:
    return FileExistsError(errno.EEXIST, "a backup is not written over", str(path))


def _write(bureau: Bureau, connection: sa.Connection, file: IO[bytes]) -> BackupFile:
    digest, rows = Sm3(), dict.fromkeys((table.name for table in METADATA.sorted_tables), 0)
    heading = {
        "schema": SCHEMA,
        "origin": origin(connection),
        "revision": schema.REVISION,
        "at": moment_text(bureau.clock()),
    }
    key, sign = _signer(bureau, connection)
    with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:

        def put(value: object) -> None:
            line = _line(value)
            digest.update(line)
            packed.write(line)

        put(heading)
        for table in METADATA.sorted_tables:
            put({"table": table.name, "columns": [column.name for column in table.c]})
            for values in _values(connection, table):
                put(values)
                rows[table.name] += 1
        sm3 = digest.digest()
        signature = base64.b64encode(sign(sm3)).decode() if sign else ""
        ending = {"rows": rows, "sm3": sm3.hex(), "key": key, "signature": signature}
        packed.write(_line(ending))
    return BackupFile(
        heading["origin"], schema.REVISION, read_moment(heading["at"]), rows, sm3.hex(), key
    )


def _signer(
    bureau: Bureau, connection: sa.Connection
) -> tuple[str, Callable[[bytes], bytes] | None]:
    """The registry's key, where it is at hand: a backup without it is only digested."""
    if log_key(connection) is None:
        return "", None
    try:
        key, sign = signing_key(connection, bureau.secrets, bureau.ledger_signer)
    except (RegistryError, KeyLoadError):
        return "", None
    return key.text, sign


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _values(connection: sa.Connection, table: sa.Table) -> Iterator[list[object]]:
    """The rows in the order of their primary keys, each value as JSON can hold it."""
    query = sa.select(table).order_by(*table.primary_key.columns)
    result = connection.execute(query.execution_options(yield_per=_BATCH))
    packers = [_packer(column) for column in table.c]
    for row in result:
        yield [pack(value) for pack, value in zip(packers, row, strict=True)]


def _packer(column: sa.Column[Any]) -> Callable[[Any], object]:
    if isinstance(column.type, Moment):
        return lambda value: None if value is None else moment_text(value)
    if isinstance(column.type, sa.LargeBinary):
        return lambda value: None if value is None else base64.b64encode(value).decode()
    return lambda value: value


def unpacker(column: sa.Column[Any]) -> Callable[[Any], object]:
    """The inverse of what :func:`write_backup` does to the values of a column."""
    if isinstance(column.type, Moment):
        return lambda value: None if value is None else read_moment(value)
    if isinstance(column.type, sa.LargeBinary):
        return lambda value: None if value is None else base64.b64decode(value, validate=True)
    if isinstance(column.type, sa.JSON):
        return lambda value: sa.null() if value is None else value
    return partial(_plain, column.type.python_type)


def _plain(kind: type, value: object) -> object:
    """A text or a number as such a column holds it: SQLite would keep whatever comes."""
    if value is not None and type(value) is not kind:
        raise TypeError(f"a {kind.__name__} was expected")
    return value


def read_lines(path: Path) -> Iterator[bytes]:
    """The lines of a backup, as they were written.

    Raises:
        RegistryError: ``backup_damaged``: it is cut off, or no such file, or made to fill memory.
        OSError: it cannot be read.
    """
    left = max(LEAST_UNPACKED, MOST_RATIO * path.stat().st_size)
    try:
        with gzip.open(path, "rb") as packed:
            while line := packed.readline(min(MAX_LINE, left) + 1):
                left -= len(line)
                if left < 0:
                    raise damaged("it unpacks to more than a backup does")
                yield _whole(line)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise damaged("it is cut off, or no backup") from error


def _whole(line: bytes) -> bytes:
    if len(line) > MAX_LINE or not line.endswith(b"\n"):
        raise damaged("a line has no end")
    return line


def damaged(what: str) -> RegistryError:
    """The error of a file that is no whole backup."""
    return RegistryError(f"备份损坏 / the backup is damaged: {what}", code="backup_damaged")


def check_backup(path: Path, key: LogKey | None = None) -> BackupFile:
    """Read a backup to its end before anything is done with it: digest, counts, signature.

    Args:
        path: the file.
        key: the registry's key, known from elsewhere; without it the signature is only compared
            with the key that the backup itself names.

    Raises:
        RegistryError: ``backup_damaged``; ``backup_unsigned``: a key was given, and it did not
            sign.
        OSError: it cannot be read.
    """
    digest, before, heading = Sm3(), b"", b""
    for line in read_lines(path):
        heading = heading or line
        digest.update(before)
        before = line
    head, end = _json(heading), _json(before)
    if head.get("schema") != SCHEMA:
        raise damaged(f"its schema is not {SCHEMA}")
    sm3 = digest.digest()
    if end.get("sm3") != sm3.hex():
        raise damaged("its digest is another")
    try:
        found = BackupFile(
            str(head["origin"]),
            str(head["revision"]),
            read_moment(head["at"]),
            {str(name): int(count) for name, count in end["rows"].items()},
            sm3.hex(),
            str(end["key"]),
        )
        _check_signature(sm3, str(end["key"]), str(end["signature"]), key)
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        raise damaged("its last line lacks something") from error
    return found


def _check_signature(sm3: bytes, named: str, signature: str, key: LogKey | None) -> None:
    if key is not None and named != key.text:
        message = "the key that was given did not sign this backup"
        raise RegistryError(message, code="backup_unsigned")
    if not named:
        return
    try:
        LogKey.parse(named).public_key.verify(base64.b64decode(signature, validate=True), sm3)
    except GovsealError as error:
        raise damaged("its signature is wrong") from error


def read_line(line: bytes) -> dict[str, Any] | list[Any]:
    """A line of a backup: a row, or what is said of rows.

    Raises:
        RegistryError: ``backup_damaged``.
    """
    try:
        value = json.loads(line, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise damaged("a line is no JSON") from error
    if not isinstance(value, dict | list):
        raise damaged("a line is another than it should be")
    return value


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")


def _json(line: bytes) -> dict[str, Any]:
    value = read_line(line)
    if isinstance(value, list):
        raise damaged("a line is another than it should be")
    return value
