"""Tables of what happened and what is to be told: the audit log, the outbox, counters, settings."""

from __future__ import annotations

import sqlalchemy as sa

from govseal.registry.tables.base import METADATA, id_column, moment, text

settings = sa.Table(
    "settings",
    METADATA,
    sa.Column("name", sa.String(60), primary_key=True),
    sa.Column("value", sa.JSON, nullable=False),
)
"""What holds for the whole registry: its origin, the profile it was founded with."""

heads = sa.Table(
    "heads",
    METADATA,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)
"""The last number and hash of each chain. Whoever appends locks the row first."""

counters = sa.Table(
    "counters",
    METADATA,
    sa.Column("name", sa.String(120), primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
)
"""Gapless numbers: one row for each class and year, raised inside the transaction that uses it."""

audit_events = sa.Table(
    "audit_events",
    METADATA,
    sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
    moment("at", index=True),
    sa.Column("actor", sa.String(24), nullable=True, index=True),  # null: the registry itself
    sa.Column("strength", sa.String(16), nullable=False),  # how the actor was known
    text("client"),
    sa.Column("action", sa.String(60), nullable=False),
    sa.Column("subject", sa.String(120), nullable=False, index=True),
    sa.Column("result", sa.String(16), nullable=False),  # done, refused, failed
    text("code", optional=True),
    text("clause", optional=True),
    sa.Column("facts", sa.Text, nullable=False),  # canonical JSON, as it was hashed
    sa.Column("hash", sa.String(64), nullable=False),
)
"""审计日志: one row a step or refusal, each hashed with the one before."""

outbox = sa.Table(
    "outbox",
    METADATA,
    id_column(),
    sa.Column("sequence", sa.BigInteger, nullable=False, unique=True),
    moment("at"),
    sa.Column("kind", sa.String(60), nullable=False),
    sa.Column("subject", sa.String(120), nullable=False),
    sa.Column("facts", sa.JSON, nullable=False),
    moment("delivered_at", optional=True, index=True),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    moment("retry_at", optional=True),
    text("error", optional=True),  # the kind of the last one
)
"""Events for others, written in the transaction that caused them, delivered later."""
