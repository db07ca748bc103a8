"""Tables of the papers around seals: applications, reviews, notices, permits, incidents."""

from __future__ import annotations

import sqlalchemy as sa

from govseal.registry.tables.base import METADATA, id_column, moment, reference, text

seal_applications = sa.Table(
    "seal_applications",
    METADATA,
    id_column(),
    sa.Column("seal", sa.String(24), sa.ForeignKey("seals.id"), nullable=False, unique=True),
    reference("organization", "organizations"),
    reference("applicant", "people"),
    sa.Column("form", sa.JSON, nullable=False),  # 电子印章申请表
    sa.Column("attachments", sa.JSON, nullable=False),  # kind, title, sha256 of each
    reference("declared_by", "people", optional=True),  # 真实性承诺
    moment("declared_at", optional=True),
    sa.Column("certificate", sa.LargeBinary, nullable=True),  # 机构数字证书, DER
    sa.Column("imprint", sa.LargeBinary, nullable=True),  # 印模, encrypted at rest
    sa.Column("imprint_sha256", sa.String(64), nullable=True),
    moment("submitted_at", optional=True),
)
"""One row a seal; changed only while the seal is a draft or was returned."""

review_steps = sa.Table(
    "review_steps",
    METADATA,
    id_column(),
    reference("seal", "seals"),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("level", sa.String(16), nullable=False),
    reference("organization", "organizations"),
    reference("reviewer", "people"),
    sa.Column("decision", sa.String(16), nullable=False),  # accepted, passed, returned, rejected
    text("reason", optional=True),
    moment("at"),
    sa.UniqueConstraint("seal", "number"),
)
"""Append-only: 逐级审核."""

seal_petitions = sa.Table(
    "seal_petitions",
    METADATA,
    id_column(),
    reference("seal", "seals", optional=True),
    sa.Column("kind", sa.String(16), nullable=False),  # carve, take_out, stop, cancel, quota …
    reference("organization", "organizations"),
    reference("department", "departments", optional=True),
    reference("applicant", "people"),
    sa.Column("content", sa.JSON, nullable=False),
    sa.Column("rule", sa.String(80), nullable=False),  # the row of the matrix, and its steps
    sa.Column("steps", sa.JSON, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),  # of PetitionState
    moment("at"),
    moment("decided_at", optional=True),
)
"""What is asked for around a seal: each goes through the approvals of the profile's matrix."""

petition_steps = sa.Table(
    "petition_steps",
    METADATA,
    id_column(),
    reference("petition", "seal_petitions"),
    sa.Column("number", sa.Integer, nullable=False),
    reference("approver", "people"),
    reference("on_behalf_of", "people", optional=True),
    sa.Column("role", sa.String(40), nullable=False),
    sa.Column("decision", sa.String(16), nullable=False),  # approved, rejected
    text("opinion", optional=True),
    moment("at"),
    sa.UniqueConstraint("petition", "number"),
)
"""Append-only: one row an approval."""

activation_notices = sa.Table(
    "activation_notices",
    METADATA,
    id_column(),
    reference("seal", "seals"),
    moment("active_from"),  # 启用日期
    reference("department", "departments"),  # 发放部门
    text("scope"),  # 使用范围
    reference("by", "people"),
    moment("at"),
)
"""启用通知."""

custody_handovers = sa.Table(
    "custody_handovers",
    METADATA,
    id_column(),
    reference("seal", "seals"),
    reference("giver", "people"),
    reference("receiver", "people"),
    reference("department", "departments", optional=True),
    reference("registrar", "people", optional=True),
    moment("begun_at"),
    moment("giver_at", optional=True),
    moment("receiver_at", optional=True),
    moment("registrar_at", optional=True),
    moment("completed_at", optional=True),
    moment("dropped_at", optional=True),
    text("remark", optional=True),
)
"""交接: complete once giver, receiver and office have confirmed."""

take_out_permits = sa.Table(
    "take_out_permits",
    METADATA,
    id_column(),
    reference("seal", "seals"),
    sa.Column(
        "petition", sa.String(24), sa.ForeignKey("seal_petitions.id"), nullable=False, unique=True
    ),
    reference("borrower", "people"),
    text("matter"),
    moment("since"),
    moment("due_back"),
    moment("taken_at", optional=True),
    moment("returned_at", optional=True),
    reference("received_by", "people", optional=True),
)
"""外出携带: approved as its use is, for one matter."""

seal_incidents = sa.Table(
    "seal_incidents",
    METADATA,
    id_column(),
    reference("seal", "seals"),
    sa.Column("kind", sa.String(16), nullable=False),  # of IncidentKind
    reference("use", "use_requests", optional=True),
    moment("effective_at"),
    moment("discovered_at"),
    moment("reported_at"),
    reference("reported_by", "people"),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("is_emergency", sa.Boolean, nullable=False),
    moment("written_at", optional=True),  # the written report that follows an oral one
    sa.Column("notified", sa.JSON, nullable=False),  # people and units
    sa.Column("involved", sa.JSON, nullable=False),  # custodian, approvers
    moment("verified_at", optional=True),
    moment("told_authority_at", optional=True),  # of a leak: 24 hours from ``verified_at``
    text("investigation", optional=True),
    text("disposition", optional=True),
    moment("closed_at", optional=True),
    reference("closed_by", "people", optional=True),
)

key_media_states = sa.Table(
    "key_media_states",
    METADATA,
    sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    reference("seal", "seals"),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),  # server, device
    sa.Column("state", sa.String(16), nullable=False),  # of KeyState
    reference("by", "people", optional=True),
    moment("at"),
    text("note", optional=True),
)
"""Append-only: what became of the medium that holds the key of a version."""

carving_records = sa.Table(
    "carving_records",
    METADATA,
    id_column(),
    sa.Column("seal", sa.String(24), sa.ForeignKey("seals.id"), nullable=False, unique=True),
    text("letter_no", optional=True),  # 介绍信
    moment("letter_at", optional=True),
    text("carver", optional=True),  # the institution that public security designated
    sa.Column("shape", sa.String(16), nullable=False),
    sa.Column("width_mm", sa.Integer, nullable=False),
    sa.Column("height_mm", sa.Integer, nullable=False),
    moment("carved_at", optional=True),
    moment("psb_filed_at", optional=True),
)

destructions = sa.Table(
    "destructions",
    METADATA,
    id_column(),
    sa.Column("seal", sa.String(24), sa.ForeignKey("seals.id"), nullable=False, unique=True),
    reference("registrar", "people"),
    sa.Column("witnesses", sa.JSON, nullable=False),
    text("method"),
    moment("at"),
)

quota_changes = sa.Table(
    "quota_changes",
    METADATA,
    id_column(),
    reference("organization", "organizations"),
    text("name"),  # of the seals, as it stands
    sa.Column("medium", sa.String(24), nullable=False),
    sa.Column("max_count", sa.Integer, nullable=False),
    text("basis"),
    sa.Column(
        "petition", sa.String(24), sa.ForeignKey("seal_petitions.id"), nullable=False, unique=True
    ),
    moment("since"),
)
"""Append-only: what a quota is after an increase was approved."""

seal_tasks = sa.Table(
    "seal_tasks",
    METADATA,
    id_column(),
    reference("seal", "seals"),
    sa.Column("kind", sa.String(24), nullable=False),  # of SealTask
    moment("opened_at"),
    moment("due_at", optional=True),
    text("reason"),
    moment("done_at", optional=True),
)
"""What has to be done with a seal: cancel it, hand its key back, write the report."""
