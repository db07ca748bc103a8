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
from govseal.registry.ledger.key import signing_key
from govseal.registry.vocabulary import Openness, SealState
from govseal.verification.status import BusinessStatus, SealMoment
from govseal.verification.statusfile import SCHEMA, write_status

if TYPE_CHECKING:
    from govseal.registry.bureau import Bureau

SEQUENCE: Final = "status"
"""The counter of status files."""
_MOST_DAYS: Final = 366


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
            known = _made(connection, es_id)
            return seal_moments(connection, *known[es_id]) if es_id in known else None

    def status_file(self, *, days: int = 7) -> bytes:
        """The signed status file of now, good for some days: what ``verify --status`` reads.

        Its key is the ledger's: who pins ``bureau.ledger.key.text`` reads both.

        Raises:
            ValueError: ``days`` is not from 1 to 366.
            RegistryError: ``secrets_missing``: the key is not at hand.
        """
        if not 1 <= days <= _MOST_DAYS:
            raise ValueError(f"a status file is good for 1 to {_MOST_DAYS} days")
        bureau = self._bureau
        with bureau.database.begin() as connection:
            key, sign = signing_key(connection, bureau.secrets, bureau.ledger_signer)
            text = status_text(connection, at=bureau.clock(), origin=key.name, days=days)
            return write_status(text, key.name, key.public_key, sign)


def _made(
    connection: sa.Connection, es_id: str | None = None
) -> dict[str, tuple[str, datetime | None]]:
    """By es_id, the seal that was made under it, and when a renewed one took its place."""
    seals, versions = tables.seals, tables.seal_versions
    old = sa.select(versions.c.es_id, versions.c.seal, versions.c.ended_at)
    now = sa.select(seals.c.es_id, seals.c.id).where(seals.c.es_id.is_not(None))
    if es_id is not None:
        old, now = old.where(versions.c.es_id == es_id), now.where(seals.c.es_id == es_id)
    rows = connection.execute(old.order_by(versions.c.number)).all()
    found: dict[str, tuple[str, datetime | None]] = {
        row.es_id: (row.seal, row.ended_at) for row in rows
    }
    found.update({row.es_id: (row.id, None) for row in connection.execute(now)})
    return found


def seal_moments(
    connection: sa.Connection, seal: str, ended_at: datetime | None = None
) -> tuple[SealMoment, ...]:
    """The states of a seal as they are known now, in the order of their effect.

    What was recorded later prevails from its effect on, whatever had been recorded before. A
    version that was renewed has expired then, whatever becomes of its successor.
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
    if ended_at is not None:
        found = [moment for moment in found if moment.effective_at < ended_at]
        found.append(SealMoment(SealState.EXPIRED, ended_at))
    return tuple(found)


def status_text(connection: sa.Connection, *, at: datetime, origin: str, days: int) -> bytes:
    """What a status file says, canonical: every document and every seal that was made."""
    versions = tables.document_versions
    documents = [
        _file_row(row, _business(connection, row, at))
        for row in connection.execute(sa.select(versions).order_by(versions.c.sm3)).all()
    ]
    listed = [
        {
            "es_id": es_id,
            "states": [
                {"state": moment.state, "effective_at": moment.effective_at}
                for moment in seal_moments(connection, *seal)
            ],
        }
        for es_id, seal in sorted(_made(connection).items())
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
