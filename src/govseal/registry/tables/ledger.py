"""Tables of the ledger (台账): entries, the Merkle tree over them, checkpoints."""

from __future__ import annotations

import sqlalchemy as sa

from govseal.registry.tables.base import METADATA, moment

ledger_entries = sa.Table(
    "ledger_entries",
    METADATA,
    sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),  # from 0
    sa.Column("kind", sa.String(16), nullable=False),  # intent, result, import, correction, note
    moment("at", index=True),
    sa.Column("seal", sa.String(24), nullable=True, index=True),
    sa.Column("use", sa.String(24), nullable=True, index=True),
    sa.Column("entry", sa.Text, nullable=False),  # canonical JSON with its salt, as it was hashed
    sa.Column("leaf", sa.String(64), nullable=False),  # SM3(0x00 ‖ entry)
    sa.Column("chain", sa.String(64), nullable=False),  # SM3(chain before ‖ leaf)
)

ledger_nodes = sa.Table(
    "ledger_nodes",
    METADATA,
    sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("hash", sa.String(64), nullable=False),
)
"""The complete subtrees of 2^level leaves: what proofs are made of."""

checkpoints = sa.Table(
    "checkpoints",
    METADATA,
    sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
    moment("at"),
    sa.Column("root", sa.String(64), nullable=False),
    sa.Column("note", sa.Text, nullable=False),  # C2SP tlog-checkpoint, signed
)
