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
    sa.Column("specimen", sa.LargeBinary, nullable=True),  # 留样, encrypted at rest
    sa.Column("sealed", sa.LargeBinary, nullable=True),  # the SESeal, encrypted at rest
    sa.Column("key", sa.LargeBinary, nullable=True),  # where its key is, or the key; encrypted
    sa.Column("key_state", sa.String(16), nullable=True),  # of KeyState; null: no key yet
    sa.Column("version", sa.Integer, nullable=False, default=0),  # raised by each renewal
    moment("activated_from", optional=True),
)

seal_states = sa.Table(
    "seal_states",
    METADATA,
    sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    reference("seal", "seals"),
    sa.Column("event", sa.String(24), nullable=False),  # the step of the table of states
    sa.Column("state", sa.String(16), nullable=False),
    moment("effective_at"),  # of a loss it may lie before ``recorded_at``
    moment("recorded_at"),
    sa.Column("reason_class", sa.String(24), nullable=True),  # what may be published
    text("reason", optional=True),
    reference("by", "people", optional=True),
)
"""Append-only: what the seal was at any time, and when that was known."""

seal_versions = sa.Table(
    "seal_versions",
    METADATA,
    id_column(),
    reference("seal", "seals"),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("es_id", sa.String(128), nullable=False, index=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),  # the SESeal, encrypted at rest
    sa.Column("sha256", sa.String(64), nullable=False),  # of the SESeal's bytes
    moment("valid_from"),
    moment("valid_to"),
    reference("made_by", "people", optional=True),
    moment("made_at"),
    moment("ended_at", optional=True),  # when the next version took its place
    sa.UniqueConstraint("seal", "number"),
)
"""Every SESeal that was made; renewing adds one, and old documents are verified with the old."""

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

_IS_KEPT = sa.and_(custody.c.until.is_(None), custody.c.kind.in_(("regular", "office_retained")))
_IS_OUT = sa.and_(custody.c.until.is_(None), custody.c.kind == "taken_out")
sa.Index(
    "uq_custody_kept", custody.c.seal, unique=True, sqlite_where=_IS_KEPT, postgresql_where=_IS_KEPT
)
sa.Index(
    "uq_custody_out", custody.c.seal, unique=True, sqlite_where=_IS_OUT, postgresql_where=_IS_OUT
)
