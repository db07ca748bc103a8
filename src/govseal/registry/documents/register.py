"""The public side of the register: what everybody may ask, and what verifiers ask."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.canonical import canonical
from govseal.registry.database import next_number
from govseal.registry.documents.knowledge import Knowledge, made_seals
from govseal.registry.documents.model import PublicRecord
from govseal.registry.ledger.key import signing_key
from govseal.registry.vocabulary import Openness
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
        table = tables.documents
        query = sa.select(table.c.id).where(table.c.number == number)
        query = query.order_by(table.c.recorded_at.desc(), table.c.id)
        with self._bureau.database.snapshot() as connection:
            ids = connection.execute(query).scalars().all()
            known = Knowledge.load(connection, self._bureau.clock(), ids)
            return tuple(_public(connection, known, id_) for id_ in ids)

    def of_document(self, sm3: str, sha256: str) -> BusinessStatus | None:
        """What became of the stamped file with these digests.

        None for the scan of a paper: it is a copy. Papers are asked for by number.
        """
        versions = tables.document_versions
        query = _files().where(versions.c.sm3 == sm3, versions.c.sha256 == sha256)
        with self._bureau.database.snapshot() as connection:
            version = connection.execute(query.order_by(versions.c.signed_at.desc())).first()
            if version is None:
                return None
            at = self._bureau.clock()
            return Knowledge.load(connection, at, [version.document]).business(version)

    def of_seal(self, es_id: str) -> tuple[SealMoment, ...] | None:
        """The states of the seal in the order of their effect; None for one never made here."""
        with self._bureau.database.snapshot() as connection:
            return made_seals(connection, es_id).get(es_id)

    def status_file(self, *, days: int = 7) -> bytes:
        """The signed status file of now, good for some days: what ``verify --status`` reads.

        Its key is the ledger's: who pins ``bureau.ledger.key.text`` reads both. Nobody waits while
        it is written.

        Raises:
            ValueError: ``days`` is not from 1 to 366.
            RegistryError: ``secrets_missing``: the key is not at hand.
        """
        if not 1 <= days <= _MOST_DAYS:
            raise ValueError(f"a status file is good for 1 to {_MOST_DAYS} days")
        bureau = self._bureau
        with bureau.database.begin() as connection:
            key, sign = signing_key(connection, bureau.secrets, bureau.ledger_signer)
            sequence = next_number(connection, SEQUENCE)
        at = bureau.clock()
        heading = {
            "schema": SCHEMA,
            "origin": key.name,
            "sequence": sequence,
            "issued_at": at,
            "next_update": at + timedelta(days=days),
        }
        with bureau.database.snapshot() as connection:
            text = canonical({**heading, **_contents(connection, at)})
        return write_status(text, key.name, key.public_key, sign)


def _contents(connection: sa.Connection, at: datetime) -> Mapping[str, Any]:
    """Every stamped file, and every seal that was made."""
    versions, known = tables.document_versions, Knowledge.load(connection, at)
    rows = connection.execute(_files().order_by(versions.c.sm3))
    return {
        "documents": [_file_row(row, known.business(row)) for row in rows],
        "seals": [
            {
                "es_id": es_id,
                "states": [
                    {"state": moment.state, "effective_at": moment.effective_at}
                    for moment in moments
                ],
            }
            for es_id, moments in made_seals(connection).items()
        ],
    }


def _files() -> sa.Select[Any]:
    """Stamped files: a key stamped them, and not a hand the paper."""
    versions, stamps = tables.document_versions, tables.stamps
    query = sa.select(versions).join(stamps, stamps.c.id == versions.c.stamp)
    return query.where(stamps.c.signature_id.is_not(None))


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


def _public(connection: sa.Connection, known: Knowledge, document: str) -> PublicRecord:
    units, row, state = tables.organizations, known.documents[document], known.state(document)
    query = sa.select(units.c.legal_name).where(units.c.id == row.organization)
    return PublicRecord(
        number=row.number,
        type=row.type,
        title=(row.title or "") if row.openness == Openness.ACTIVE else "",
        organization=connection.execute(query).scalar_one(),
        completed_on=row.completed_on,
        status=state.state,
        effective_at=state.effective_at,
        legal_basis=row.legal_basis,
        successor=known.successors.get(row.id, ""),
    )
