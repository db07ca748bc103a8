"""Tables of organisations, departments, people, and what they may do."""

from __future__ import annotations

import sqlalchemy as sa

from govseal.registry.tables.base import METADATA, id_column, moment, reference, text

organizations = sa.Table(
    "organizations",
    METADATA,
    id_column(),
    text("legal_name"),
    text("uscc", optional=True),  # 统一社会信用代码, 18 characters
    sa.Column("region_code", sa.String(6), nullable=True),  # GB/T 2260
    sa.Column("level", sa.String(16), nullable=False),  # county, city, province, nation
    sa.Column("kinds", sa.JSON, nullable=False),  # of OrganizationKind
    reference("parent", "organizations", optional=True),
    text("profile", optional=True),  # its own policy profile; else its parent's, else the bureau's
    sa.Column("state", sa.String(16), nullable=False),  # active, merged, abolished
    moment("active_from"),
    moment("inactive_from", optional=True),
    reference("successor", "organizations", optional=True),
)
"""One row a unit; what it was called before stands in ``organization_names``."""

organization_names = sa.Table(
    "organization_names",
    METADATA,
    id_column(),
    reference("organization", "organizations"),
    text("legal_name"),
    moment("since"),
    moment("until", optional=True),
    text("basis", optional=True),  # the paper that renamed it
)

departments = sa.Table(
    "departments",
    METADATA,
    id_column(),
    reference("organization", "organizations"),
    text("name"),
    moment("active_from"),
    moment("inactive_from", optional=True),
    sa.UniqueConstraint("organization", "name"),
)

people = sa.Table(
    "people",
    METADATA,
    id_column(),
    text("name"),  # as colleagues know the person; no identity number is kept
    reference("organization", "organizations"),
    reference("department", "departments", optional=True),
    text("account", optional=True, unique=True),  # what an importing platform calls the person
    text("contact", optional=True),
    moment("active_from"),
    moment("inactive_from", optional=True),
    moment("password_changed_at", optional=True),
)

person_certificates = sa.Table(
    "person_certificates",
    METADATA,
    id_column(),
    reference("person", "people"),
    sa.Column("sha256", sa.String(64), nullable=False, index=True),
    sa.Column("der", sa.LargeBinary, nullable=False),
    moment("since"),
    moment("until", optional=True),
)
"""The certificates whose keys sign for a person."""

role_assignments = sa.Table(
    "role_assignments",
    METADATA,
    id_column(),
    reference("person", "people"),
    sa.Column("role", sa.String(40), nullable=False),
    reference("organization", "organizations", optional=True),
    reference("department", "departments", optional=True),
    sa.Column("matters", sa.JSON, nullable=True),  # 事由管理权限: codes; null: all
    reference("authorized_by", "people", optional=True),
    moment("since"),
    moment("until", optional=True),
)

substitutions = sa.Table(
    "substitutions",
    METADATA,
    id_column(),
    reference("principal", "people"),
    reference("stand_in", "people"),
    text("contact", optional=True),
    text("reason", optional=True),
    reference("authorized_by", "people", optional=True),
    moment("since"),
    moment("until"),
)
"""代其主持工作: who decides for whom, and when."""
