"""Run by Alembic alone, on the connection that :mod:`govseal.registry.schema` hands it."""

from __future__ import annotations

from alembic import context

from govseal.registry.tables.base import METADATA

_connection = context.config.attributes["connection"]
context.configure(
    connection=_connection,
    target_metadata=METADATA,
    render_as_batch=_connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
