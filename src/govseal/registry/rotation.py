"""A new key for secrets: everything that is encrypted at rest is encrypted anew, or nothing is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from govseal.errors import KeyLoadError, RegistryError
from govseal.pki.atrest import AtRestKey
from govseal.registry import tables
from govseal.registry.documents.holders import HOLDER_KEY
from govseal.registry.events import Event
from govseal.registry.ledger.append import origin
from govseal.registry.ledger.key import SETTING as LEDGER_KEY
from govseal.registry.use.desk import stamped_label
from govseal.registry.use.requests import document_label
from govseal.registry.vocabulary import Role

if TYPE_CHECKING:
    from govseal.registry.acting import Acting


@dataclass(frozen=True, slots=True)
class Encrypted:
    """A column whose values are encrypted at rest, and the label of each."""

    table: sa.Table
    column: str
    label: Callable[[sa.Row[Any]], str]


ENCRYPTED: Final = (
    Encrypted(tables.seals, "sealed", lambda row: f"seal {row.id}"),
    Encrypted(tables.seals, "key", lambda row: f"key {row.id}"),
    Encrypted(tables.seals, "specimen", lambda row: f"specimen {row.id}"),
    Encrypted(tables.seal_versions, "sealed", lambda row: f"seal {row.seal} version {row.number}"),
    Encrypted(tables.seal_applications, "imprint", lambda row: f"imprint {row.seal}"),
    Encrypted(tables.use_requests, "document", lambda row: document_label(row.id)),
    Encrypted(tables.stamps, "stamped", lambda row: stamped_label(row.id)),
)
"""Every column that holds secrets: a test compares it with all that the tables hold."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """What was encrypted anew."""

    count: int
    events: tuple[Event, ...] = ()


def rotate_key(acting: Acting, new: AtRestKey) -> Rotated:
    """Encrypt every secret under a new key, in one transaction; the bureau then uses that key.

    Raises:
        RegistryError: ``secrets_missing``: the registry was opened without the key that is left.
        KeyLoadError: ``damaged``: something was encrypted under another key, or changed; nothing
            is encrypted anew then.
        Refused: ``E_NOT_AUTHORIZED``.
    """
    with acting.call("secrets.rotate") as call:
        call.require(Role.PLATFORM_OPERATOR, Role.ADMINISTRATOR)
        old = call.secrets
        if old is None:
            raise RegistryError("the key that is left is not at hand", code="secrets_missing")
        count = sum(_column(call.connection, item, old, new) for item in ENCRYPTED)
        count += _settings(call.connection, old, new)
        call.facts["count"] = count
        done = call.finish(Rotated(count))
    acting.bureau.secrets = new
    return done


def check_secrets(connection: sa.Connection, key: AtRestKey) -> list[str]:
    """What the key does not open, each by table and label: nothing where all is well."""
    found = []
    for item in ENCRYPTED:
        for row in _rows(connection, item):
            label = item.label(row)
            try:
                key.decrypt(getattr(row, item.column), label)
            except KeyLoadError:
                found.append(f"{item.table.name}.{item.column}: {label}")
    for name, stored, label in _stored(connection):
        try:
            key.decrypt(stored, label)
        except KeyLoadError:
            found.append(f"settings: {name}")
    return found


def _rows(connection: sa.Connection, item: Encrypted) -> Iterator[sa.Row[Any]]:
    """The rows that have a value, one at a time: each may hold a whole document."""
    column = item.table.c[item.column]
    names = sa.select(item.table.c.id).where(column.is_not(None)).order_by(item.table.c.id)
    for id_ in connection.execute(names).scalars().all():
        yield connection.execute(sa.select(item.table).where(item.table.c.id == id_)).one()


def _column(connection: sa.Connection, item: Encrypted, old: AtRestKey, new: AtRestKey) -> int:
    count = 0
    for count, row in enumerate(_rows(connection, item), 1):  # noqa: B007 - how many there were
        label = item.label(row)
        secret = old.decrypt(getattr(row, item.column), label)
        connection.execute(
            item.table.update()
            .where(item.table.c.id == row.id)
            .values({item.column: new.encrypt(secret, label)})
        )
    return count


def _stored(connection: sa.Connection) -> list[tuple[str, bytes, str]]:
    """Secrets among the settings: name, what is stored, label."""
    table, found = tables.settings, []
    for row in connection.execute(sa.select(table).order_by(table.c.name)):
        if row.name == HOLDER_KEY:
            found.append((row.name, bytes.fromhex(row.value), HOLDER_KEY))
        elif row.name == LEDGER_KEY and row.value["private"]:
            label = f"ledger key {origin(connection)}"
            found.append((row.name, bytes.fromhex(row.value["private"]), label))
    return found


def _settings(connection: sa.Connection, old: AtRestKey, new: AtRestKey) -> int:
    table, stored = tables.settings, _stored(connection)
    for name, value, label in stored:
        fresh = new.encrypt(old.decrypt(value, label), label).hex()
        query = sa.select(table.c.value).where(table.c.name == name)
        whole = connection.execute(query).scalar_one()
        changed = {**whole, "private": fresh} if isinstance(whole, dict) else fresh
        connection.execute(table.update().where(table.c.name == name).values(value=changed))
    return len(stored)
