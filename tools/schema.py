"""Writes the statements of the first revision from the tables as they are.

Only until the first release: from then on that revision stays, and a change of the tables is a new
one in ``src/govseal/registry/migrations/versions``, written by hand.

    .venv/bin/python tools/schema.py
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, CreateTable

from govseal.registry import tables
from govseal.registry.database import FIRST_HASH
from govseal.registry.migrations.versions import r0001_initial
from govseal.registry.schema import CHAINS
from govseal.registry.tables import fences
from govseal.registry.tables.base import METADATA


def statements(dialect: sa.Dialect) -> Iterator[str]:
    """Everything that makes an empty database a registry's."""
    for table in METADATA.sorted_tables:
        yield str(CreateTable(table).compile(dialect=dialect)).strip()
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            yield str(CreateIndex(index).compile(dialect=dialect)).strip()
    for name in CHAINS:
        yield f"INSERT INTO {tables.heads.name} VALUES ('{name}', 0, '{FIRST_HASH}')"  # noqa: S608
    yield from fences.statements(dialect.name)


def main() -> None:
    """Write one file a database."""
    folder = Path(r0001_initial.__file__).parent
    for name in ("sqlite", "postgresql"):
        dialect = sa.create_mock_engine(f"{name}://", executor=None).dialect
        text = r0001_initial.SEPARATOR.join(statements(dialect))
        (folder / f"r0001_{name}.sql").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
