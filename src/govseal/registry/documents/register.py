"""The public side of the register: what everybody may ask, and what verifiers ask."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.canonical import canonical
from govseal.registry.database import next_number
from govseal.registry.documents.model import PublicRecord
from govseal.registry.documents.states import state_at
from govseal.registry.vocabulary import Openness
from govseal.verification.status import BusinessStatus, SealMoment
from govseal.verification.statusfile import SCHEMA

if TYPE_CHECKING:
    from govseal.registry.bureau import Bureau

SEQUENCE: Final = "status"
"""The counter of status files."""


class Register:
    """A source of status for :func:`govseal.verify`, and the lookup of numbers."""

    def __init__(self, bureau: Bureau) -> None:
        self._bureau = bureau

    @property
    def issued_at(self) -> datetime:
        """Now: it is asked directly."""
        return self._bureau.clock()

    @property
    def next_update(self) -> None:
        """None: it is never out of date."""

    def lookup(self, number: str) -> tuple[PublicRecord, ...]:
        """The documents of a number, the newest first; of a corrected one there are several."""
        at = self._bureau.clock()
        with self._bureau.database.begin() as connection:
            table = tables.documents
            query = sa.select(table).where(table.c.number == number)
            rows = connection.execute(query.order_by(table.c.recorded_at.desc(), table.c.id))
            return tuple(_public(connection, row, at) for row in rows.all())

    def of_document(self, sm3: str, sha256: str) -> BusinessStatus | None:
        """What became of the stamped file with these digests."""
        versions = tables.document_versions
        at = self._bureau.clock()
        query = sa.select(versions).where(versions.c.sm3 == sm3, versions.c.sha256 == sha256)
        with self._bureau.database.begin() as connection:
            version = connection.execute(query.order_by(versions.c.signed_at.desc())).first()
            return None if version is None else _business(connection, version, at)

    def of_seal(self, es_id: str) -> tuple[SealMoment, ...] | None:
        """The states of the seal in the order of their effect."""
        with self._bureau.database.begin() as connection:
            table = tables.seals
            ids = connection.execute(sa.select(table.c.id).where(table.c.es_id == es_id)).scalars()
            seals = ids.all()
            return seal_moments(connection, seals[0]) if seals else None


def seal_moments(connection: sa.Connection, seal: str) -> tuple[SealMoment, ...]:
    """The states of a seal as they are known now, in the order of their effect.

    What was recorded later prevails from its effect on, whatever had been recorded before.
    """
    states = tables.seal_states
    rows = connection.execute(
        sa.select(states.c.state, states.c.effective_at)
        .where(states.c.seal == seal)
        .order_by(states.c.sequence)
    ).all()
    found: list[SealMoment] = []
    for row in rows:
        found = [moment for moment in found if moment.effective_at < row.effective_at]
        found.append(SealMoment(row.state, row.effective_at))
    return tuple(found)


def status_text(connection: sa.Connection, *, at: datetime, origin: str, days: int) -> bytes:
    """What a status file says, canonical: every document and every seal that was made."""
    versions, seals = tables.document_versions, tables.seals
    documents = [
        _file_row(row, _business(connection, row, at))
        for row in connection.execute(sa.select(versions).order_by(versions.c.sm3)).all()
    ]
    made = sa.select(seals.c.id, seals.c.es_id).where(seals.c.es_id.is_not(None))
    listed = [
        {
            "es_id": row.es_id,
            "states": [
                {"state": moment.state, "effective_at": moment.effective_at}
                for moment in seal_moments(connection, row.id)
            ],
        }
        for row in connection.execute(made.order_by(seals.c.es_id)).all()
    ]
    return canonical(
        {
            "schema": SCHEMA,
            "origin": origin,
            "sequence": next_number(connection, SEQUENCE),
            "issued_at": at,
            "next_update": at + timedelta(days=days),
            "seals": listed,
            "documents": documents,
        }
    )


def _file_row(version: sa.Row[Any], status: BusinessStatus) -> Mapping[str, Any]:
    return {
        "sm3": version.sm3,
        "sha256": version.sha256,
        "status": status.status,
        "profile": status.profile,
        "legal_basis": status.legal_basis,
        "effective_at": status.effective_at,
        "number": status.number,
        "completed_on": status.completed_on,
        "successor": status.successor,
        "missing_seals": status.missing_seals,
    }


def _business(connection: sa.Connection, version: sa.Row[Any], at: datetime) -> BusinessStatus:
    table, seals = tables.documents, tables.seals
    row = connection.execute(sa.select(table).where(table.c.id == version.document)).one()
    # Some clocks run ahead: what was stamped a moment from now is there already.
    state = state_at(connection, row.id, max(at, version.signed_at))
    borne = connection.execute(
        sa.select(seals.c.subtype).where(seals.c.id.in_(version.seals))
    ).scalars()
    missing = sorted(set(row.required_seals).difference(borne))
    return BusinessStatus(
        status=state.state if state else "unknown",
        profile=row.profile,
        legal_basis=row.legal_basis,
        effective_at=state.effective_at if state else row.recorded_at,
        number=row.number,
        completed_on=row.completed_on,
        successor=_successor(connection, row.id),
        missing_seals=tuple(missing),
    )


def _successor(connection: sa.Connection, document: str) -> str:
    links, table = tables.document_links, tables.documents
    query = (
        sa.select(table.c.number)
        .join(links, links.c.new == table.c.id)
        .where(links.c.old == document)
        .order_by(links.c.at.desc())
    )
    return connection.execute(query).scalars().first() or ""


def _public(connection: sa.Connection, row: sa.Row[Any], at: datetime) -> PublicRecord:
    units = tables.organizations
    query = sa.select(units.c.legal_name).where(units.c.id == row.organization)
    state = state_at(connection, row.id, at)
    return PublicRecord(
        number=row.number,
        type=row.type,
        title=(row.title or "") if row.openness == Openness.ACTIVE else "",
        organization=connection.execute(query).scalar_one(),
        completed_on=row.completed_on,
        status=state.state if state else "unknown",
        effective_at=state.effective_at if state else row.recorded_at,
        legal_basis=row.legal_basis,
        successor=_successor(connection, row.id),
    )
