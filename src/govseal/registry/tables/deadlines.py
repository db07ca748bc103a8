"""Tables of limits of time: what was opened or done by itself, and who was reminded of what."""

from __future__ import annotations

import sqlalchemy as sa

from govseal.registry.tables.base import METADATA, id_column, moment, reference, text

deadlines = sa.Table(
    "deadlines",
    METADATA,
    id_column(),
    sa.Column("kind", sa.String(40), nullable=False),  # a limit of the profile
    sa.Column("subject", sa.String(120), nullable=False, index=True),
    reference("organization", "organizations"),
    moment("opened_at"),
    moment("due_at", index=True),
    text("clause"),
    moment("done_at", optional=True),
    reference("done_by", "people", optional=True, index=False),
    text("result", optional=True),
)
"""What nothing else in the tables tells to be open; and that something was done which others tell.

Most limits follow from rows of other rooms: a permit that is out, an incident, an order.
"""

reminders = sa.Table(
    "reminders",
    METADATA,
    id_column(),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("subject", sa.String(120), nullable=False),
    moment("due_at"),
    sa.Column("level", sa.String(16), nullable=False),  # early, opens, soon, overdue
    moment("sent_at"),
    sa.UniqueConstraint("kind", "subject", "due_at", "level"),
)
"""Each reminder goes out once."""
