"""Tables of documents: their numbers, what was stamped, what became of it, who may read it."""

from __future__ import annotations

import sqlalchemy as sa

from govseal.registry.tables.base import METADATA, id_column, moment, reference, text

NUMBER_CHARACTERS = 120

document_numbers = sa.Table(
    "document_numbers",
    METADATA,
    sa.Column("number", sa.String(NUMBER_CHARACTERS), primary_key=True),
    sa.Column("class", sa.String(60), nullable=False, key="class_"),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("serial", sa.BigInteger, nullable=False),
    moment("issued_at"),
    reference("issued_by", "people", index=False),
    moment("voided_at", optional=True),
    text("void_reason", optional=True),
    sa.UniqueConstraint("class_", "year", "serial"),
)
"""Numbers that were given out, gapless by class and year; one that nothing got is voided."""

documents = sa.Table(
    "documents",
    METADATA,
    id_column(),
    sa.Column("number", sa.String(NUMBER_CHARACTERS), nullable=False, index=True),
    sa.Column("issued_here", sa.Boolean, nullable=False),  # the number is one of ours
    sa.Column("type", sa.String(40), nullable=False),
    text("title", optional=True),
    text("item_code", optional=True),
    reference("organization", "organizations"),
    reference("department", "departments", optional=True),
    reference("applicant", "people"),
    sa.Column("holder", sa.String(64), nullable=True, index=True),  # HMAC-SM3 of who holds it
    sa.Column("profile", sa.String(60), nullable=False),
    text("legal_basis"),
    sa.Column("openness", sa.String(16), nullable=False),
    moment("approved_at", optional=True),
    sa.Column("decided_on", sa.String(10), nullable=True),  # the date printed in it
    sa.Column("completed_on", sa.String(10), nullable=False),  # in Asia/Shanghai, by the profile
    sa.Column("required_seals", sa.JSON, nullable=False),  # of SealSubtype
    sa.Column("missing_seals", sa.JSON, nullable=False),
    text("waiver", optional=True),  # the approval to go without a seal (R-HLJ-04c)
    moment("recorded_at"),
)
"""One row a document; its state stands in ``document_states``."""

document_versions = sa.Table(
    "document_versions",
    METADATA,
    id_column(),
    reference("document", "documents"),
    sa.Column("stamp", sa.String(24), sa.ForeignKey("stamps.id"), nullable=False, unique=True),
    reference("request", "use_requests"),
    sa.Column("seals", sa.JSON, nullable=False),  # ids, all that it bears then
    moment("signed_at"),
    # Of the stamped file; of paper the scan's, null where none was made.
    sa.Column("sm3", sa.String(64), nullable=True, index=True),
    sa.Column("sha256", sa.String(64), nullable=True, index=True),
)
"""One row a stamp: a document that takes two seals has two."""

document_states = sa.Table(
    "document_states",
    METADATA,
    sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    reference("document", "documents"),
    sa.Column("state", sa.String(16), nullable=False),
    moment("effective_at"),
    moment("recorded_at"),
    text("reason", optional=True),
    reference("by", "people", index=False),
    reference("order", "rectification_orders", optional=True),
)
"""Append-only: what the document was at any time, and when that was known."""

document_links = sa.Table(
    "document_links",
    METADATA,
    id_column(),
    reference("old", "documents"),
    reference("new", "documents"),
    sa.Column("kind", sa.String(16), nullable=False),  # corrects, supersedes
    moment("at"),
    sa.UniqueConstraint("old", "new"),
)

document_readers = sa.Table(
    "document_readers",
    METADATA,
    id_column(),
    reference("document", "documents"),
    reference("reader", "people"),
    reference("named_by", "people", index=False),
    text("reason"),
    moment("since"),
    moment("until", optional=True),
)
"""Who else needs to know: beside those who handled it, and the auditors."""

rectification_orders = sa.Table(
    "rectification_orders",
    METADATA,
    id_column(),
    reference("document", "documents"),
    sa.Column("state", sa.String(16), nullable=False),  # open, done, refused, withdrawn
    text("finding"),
    moment("ordered_at"),
    reference("ordered_by", "people", index=False),
    moment("due_at"),
    moment("closed_at", optional=True),
    text("result", optional=True),
)
"""责令限期改正: what is to be corrected, and until when (R-GZ-5.3)."""
