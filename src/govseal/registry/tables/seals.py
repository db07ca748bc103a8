"""Tables of seals: what they are, their states through time, and who holds them."""

from __future__ import annotations

import sqlalchemy as sa

from govseal.registry.tables.base import METADATA, id_column, moment, reference, text

seals = sa.Table(
    "seals",
    METADATA,
    id_column(),
    sa.Column("es_id", sa.String(128), nullable=True, index=True),  # in the structure, once made
    text("seal_code", optional=True),
    text("name"),
    sa.Column("type", sa.String(24), nullable=False),
    sa.Column("subtype", sa.String(24), nullable=False),
    sa.Column("medium", sa.String(24), nullable=False),
    sa.Column("sequence_no", sa.Integer, nullable=True),  # （1）…（18）
    reference("owner_org", "organizations"),
    reference("using_org", "organizations"),
    reference("custody_department", "departments", optional=True),
    text("legal_basis", optional=True),
    sa.Column("document_types", sa.JSON, nullable=True),  # its own scope; null: the profile's
    sa.Column("matters", sa.JSON, nullable=True),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    moment("state_effective_at"),
    sa.Column("review_level", sa.String(16), nullable=True),  # of under_review
    moment("valid_from", optional=True),
    moment("valid_to", optional=True),
    reference("replaces", "seals", optional=True),
    reference("replaced_by", "seals", optional=True),
    reference("physical_twin", "seals", optional=True),
    text("psb_filing_no", optional=True),
    sa.Column("picture_sha256", sa.String(64), nullable=True),
    sa.Column("specimen_sha256", sa.String(64), nullable=True),
    sa.Column("sealed", sa.LargeBinary, nullable=True),  # the SESeal, encrypted at rest
    sa.Column("key", sa.LargeBinary, nullable=True),  # where its key is, or the key; encrypted
    moment("activated_from", optional=True),
)

seal_states = sa.Table(
    "seal_states",
    METADATA,
    sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    reference("seal", "seals"),
    sa.Column("state", sa.String(16), nullable=False),
    moment("effective_at"),  # of a loss it may lie before ``recorded_at``
    moment("recorded_at"),
    text("reason", optional=True),
    reference("by", "people", optional=True),
)
"""Append-only: what the seal was at any time, and when that was known."""

custody = sa.Table(
    "custody",
    METADATA,
    id_column(),
    reference("seal", "seals"),
    sa.Column("kind", sa.String(24), nullable=False),
    reference("department", "departments", optional=True),
    reference("custodian", "people"),
    sa.Column("matter", sa.Text, nullable=True),  # of one taken out: for this alone
    reference("named_by", "people", optional=True),
    moment("since"),
    moment("until", optional=True),
)
"""One regular row without an end for each seal in use; a temporary one stands in front of it."""
