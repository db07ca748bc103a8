"""How a registry stands at a glance: for whoever runs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from govseal.registry import schema, tables
from govseal.registry.ledger.append import origin

if TYPE_CHECKING:
    from govseal.registry.bureau import Bureau

_COUNTED: Final = {
    "organizations": tables.organizations,
    "people": tables.people,
    "seals": tables.seals,
    "requests": tables.use_requests,
    "stamps": tables.stamps,
    "documents": tables.documents,
    "ledger_entries": tables.ledger_entries,
    "audit_events": tables.audit_events,
}


@dataclass(frozen=True, slots=True)
class Overview:
    """What a registry is and holds."""

    origin: str
    database: str
    """Its URL, the password hidden."""
    revision: str
    profile: str
    has_secrets: bool
    """Whether it was opened with the key for its secrets."""
    ledger_key: str | None
    organizations: int
    people: int
    seals: int
    requests: int
    stamps: int
    documents: int
    ledger_entries: int
    audit_events: int
    undelivered: int
    """Events in the outbox that did not go out."""
    checkpoint_at: datetime | None


def overview(bureau: Bureau) -> Overview:
    """How a registry stands now."""
    key = bureau.ledger.key
    with bureau.database.begin() as connection:
        counts = {
            name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for name, table in _COUNTED.items()
        }
        outbox = sa.select(sa.func.count()).where(tables.outbox.c.delivered_at.is_(None))
        latest = sa.select(tables.checkpoints.c.at).order_by(tables.checkpoints.c.size.desc())
        return Overview(
            origin=origin(connection),
            database=bureau.database.url.render_as_string(hide_password=True),
            revision=schema.REVISION,
            profile=bureau.profile.name,
            has_secrets=bureau.secrets is not None,
            ledger_key=None if key is None else key.text,
            undelivered=connection.execute(outbox).scalar_one(),
            checkpoint_at=connection.execute(latest.limit(1)).scalar_one_or_none(),
            **counts,
        )
