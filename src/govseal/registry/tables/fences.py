"""Append-only tables: triggers that refuse to change or delete what was written.

A first fence: it stops a mistake and a program. Whoever may drop triggers gets past it, and is
found by the audit (docs/ledger.md).
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

CODE: Final = "E_APPEND_ONLY"
"""What the database says when a trigger refuses."""
FENCED: Final = {
    "ledger_entries": "sequence",
    "ledger_nodes": "level, position",
    "checkpoints": "size",
    "audit_events": "sequence",
    "document_states": "sequence",
    "document_versions": "id",
    "document_links": "id",
    "seal_states": "sequence",
    "key_media_states": "sequence",
    "review_steps": "id",
    "petition_steps": "id",
    "activation_notices": "id",
    "destructions": "id",
    "quota_changes": "id",
    "approvals": "id",
    "dispatch_cards": "id",
}
"""The tables, with their primary keys."""
_FUNCTION: Final = f"""
CREATE OR REPLACE FUNCTION govseal_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING MESSAGE = '{CODE}: ' || TG_TABLE_NAME;
END
$$
"""


def raise_fences(connection: sa.Connection, *names: str) -> None:
    """Put the triggers up on these tables, or on all that are append-only."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_FUNCTION)
    for name in names or FENCED:
        for statement in _statements(connection.dialect.name, name):
            connection.exec_driver_sql(statement)


def statements(dialect: str) -> list[str]:
    """All that puts the triggers up, for a database that has none."""
    first = [_FUNCTION.strip()] if dialect == "postgresql" else []
    return [*first, *(statement for name in FENCED for statement in _statements(dialect, name))]


def lower_fences(connection: sa.Connection, *names: str) -> None:
    """Take the triggers down, until the transaction puts them up again."""
    for name in names or FENCED:
        if connection.dialect.name == "postgresql":
            for trigger in ("row", "truncate"):
                connection.exec_driver_sql(f"DROP TRIGGER {name}_append_only_{trigger} ON {name}")
        else:
            for trigger in ("update", "delete", "replace"):
                connection.exec_driver_sql(f"DROP TRIGGER {name}_append_only_{trigger}")


def _statements(dialect: str, name: str) -> list[str]:
    if dialect == "postgresql":
        create = f"CREATE TRIGGER {name}_append_only_"
        call = "EXECUTE FUNCTION govseal_append_only()"
        return [
            f"{create}row BEFORE UPDATE OR DELETE ON {name} FOR EACH ROW {call}",
            f"{create}truncate BEFORE TRUNCATE ON {name} FOR EACH STATEMENT {call}",
        ]
    refuse = f"BEGIN SELECT RAISE(ABORT, '{CODE}: {name}'); END"
    # INSERT OR REPLACE deletes without asking the triggers of DELETE.
    key = " AND ".join(f"{part} = NEW.{part}" for part in FENCED[name].split(", "))
    there = f"EXISTS (SELECT 1 FROM {name} WHERE {key})"  # noqa: S608 - names of our own
    return [
        f"CREATE TRIGGER {name}_append_only_update BEFORE UPDATE ON {name} {refuse}",
        f"CREATE TRIGGER {name}_append_only_delete BEFORE DELETE ON {name} {refuse}",
        f"CREATE TRIGGER {name}_append_only_replace BEFORE INSERT ON {name} WHEN {there} {refuse}",
    ]
