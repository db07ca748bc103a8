"""Tables of use: requests, approvals, and the stamps that were made."""

from __future__ import annotations

import sqlalchemy as sa

from govseal.registry.tables.base import METADATA, id_column, moment, reference, text

use_requests = sa.Table(
    "use_requests",
    METADATA,
    id_column(),
    sa.Column("number", sa.String(40), nullable=False, unique=True),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    reference("seal", "seals"),
    sa.Column("basis", sa.String(24), nullable=False),
    reference("dispatch_card", "dispatch_cards", optional=True),
    text("matter"),
    text("item_code", optional=True),
    sa.Column("item_class", sa.String(16), nullable=False),
    text("reason"),
    text("section"),
    sa.Column("copies", sa.Integer, nullable=False),
    sa.Column("document_type", sa.String(40), nullable=False),
    text("document_no", optional=True),
    text("certificate_no", optional=True),
    text("title", optional=True),
    sa.Column("document_sm3", sa.String(64), nullable=False, index=True),
    sa.Column("document_sha256", sa.String(64), nullable=False),
    sa.Column("document", sa.LargeBinary, nullable=True),  # encrypted at rest; the bytes to stamp
    sa.Column("facts", sa.JSON, nullable=False),  # all further statements of the form
    reference("applicant", "people"),
    reference("department", "departments", optional=True),
    reference("organization", "organizations"),
    reference("corrects", "use_requests", optional=True),
    sa.Column("rule", sa.String(80), nullable=False),  # the row of the matrix, and its steps
    sa.Column("steps", sa.JSON, nullable=False),
    moment("requested_at"),
    moment("approved_at", optional=True),
    moment("expires_at", optional=True),
)

# Whether a number was asked for before is asked while nobody else files.
sa.Index("ix_use_requests_document_no", use_requests.c.document_no)

dispatch_cards = sa.Table(
    "dispatch_cards",
    METADATA,
    id_column(),
    text("number", unique=True),
    sa.Column("kind", sa.String(24), nullable=False),  # party, administration, office
    reference("issuer", "organizations"),
    text("title"),
    reference("signed_off_by", "people"),
    moment("signed_off_at"),
    sa.Column("openness", sa.String(16), nullable=False),
    text("openness_reason", optional=True),
    text("meeting", optional=True),  # 集体讨论或传批审定
    sa.Column("document_sm3", sa.String(64), nullable=False),
)

approvals = sa.Table(
    "approvals",
    METADATA,
    id_column(),
    reference("request", "use_requests"),
    sa.Column("step", sa.Integer, nullable=False),
    sa.Column("decision", sa.String(16), nullable=False),  # approved, returned, rejected
    reference("approver", "people"),
    reference("on_behalf_of", "people", optional=True),
    sa.Column("role", sa.String(40), nullable=False),
    sa.Column("mode", sa.String(16), nullable=False),
    sa.Column("statement", sa.Text, nullable=False),  # canonical JSON, as it was signed
    sa.Column("signature", sa.LargeBinary, nullable=True),
    sa.Column("certificate", sa.LargeBinary, nullable=True),
    text("opinion", optional=True),
    moment("at"),
)

stamps = sa.Table(
    "stamps",
    METADATA,
    id_column(),
    sa.Column(
        "request", sa.String(24), sa.ForeignKey("use_requests.id"), nullable=False, unique=True
    ),
    reference("seal", "seals"),
    reference("operator", "people"),
    moment("at"),
    text("signature_id", optional=True),  # null: a physical seal was applied, by hand
    sa.Column("copies", sa.Integer, nullable=True),  # of paper that went out, by hand
    sa.Column("spoiled", sa.Integer, nullable=True),  # 作废: sheets that did not
    sa.Column("intent", sa.BigInteger, nullable=False, unique=True),  # numbers in the ledger
    sa.Column("result", sa.BigInteger, nullable=False, unique=True),
    # Of the stamped file; of paper the scan's, null where none was made.
    sa.Column("stamped_sm3", sa.String(64), nullable=True, index=True),
    sa.Column("stamped_sha256", sa.String(64), nullable=True, index=True),
    sa.Column("stamped", sa.LargeBinary, nullable=True),  # encrypted at rest, until it is archived
    moment("delivered_at", optional=True),
)
"""One row a stamp; unique on the request: no approval is used twice, whoever tries."""
