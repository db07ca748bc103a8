"""The tables of the first version, their triggers, and the heads of the chains.

Its statements are data, one file a database, written by ``tools/schema.py`` from the tables as
they were at that version.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import op

from govseal.errors import RegistryError

revision: Final = "0001"
down_revision: Final = None
SEPARATOR: Final = "\n--\n"


def upgrade() -> None:
    """Everything, in an empty database."""
    connection = op.get_bind()
    path = Path(__file__).with_name(f"r0001_{connection.dialect.name}.sql")
    for statement in path.read_text(encoding="utf-8").split(SEPARATOR):
        if statement.strip():
            connection.exec_driver_sql(statement)


def downgrade() -> None:
    """There is nothing before it."""
    raise RegistryError("there is no older schema: restore a backup", code="schema_unknown")
