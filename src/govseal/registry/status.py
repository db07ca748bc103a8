"""What a seal was at any time, for whoever verifies: from the rows that only ever grow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.seals import custody
from govseal.registry.seals.custody import Custodian
from govseal.registry.seals.standing import state_at, time_ended
from govseal.registry.vocabulary import ReasonClass, SealState

if TYPE_CHECKING:
    from govseal.registry.bureau import Bureau


@dataclass(frozen=True, slots=True)
class SealStatus:
    """What a seal was at one moment, as it is known now; nobody's name is in it."""

    seal: str
    es_id: str | None
    state: SealState
    effective_at: datetime
    """Since when."""
    recorded_at: datetime
    """When that was known."""
    reason_class: ReasonClass | None


class Status:
    """The states of seals through time."""

    def __init__(self, bureau: Bureau) -> None:
        self._bureau = bureau

    def at(self, seal: str, at: datetime) -> SealStatus | None:
        """What a seal was at a moment, by its id or by the identifier in its structure (esID).

        None: no such seal, or it was not applied for by then.
        """
        with self._bureau.database.begin() as connection:
            row = _find(connection, seal)
            return None if row is None else _status(connection, row, at)

    def custodian_at(self, seal: str, at: datetime) -> Custodian | None:
        """Who had custody of a seal at a moment: exactly one person from its issue on."""
        with self._bureau.database.begin() as connection:
            row = _find(connection, seal)
            return None if row is None else custody.custodian_at(connection, row.id, at)

    def history(self, seal: str) -> tuple[SealStatus, ...]:
        """Everything that was recorded of a seal, in the order in which it was."""
        with self._bureau.database.begin() as connection:
            row = _find(connection, seal)
            if row is None:
                return ()
            states = tables.seal_states
            query = sa.select(states).where(states.c.seal == row.id).order_by(states.c.sequence)
            return tuple(_of(row, found) for found in connection.execute(query))

    def signed_list(self, *, days: int = 7) -> bytes:
        """The signed status file of now: :meth:`Register.status_file`, which is the one form."""
        return self._bureau.register.status_file(days=days)


def _find(connection: sa.Connection, seal: str) -> sa.Row[Any] | None:
    seals = tables.seals
    query = sa.select(seals).where(sa.or_(seals.c.id == seal, seals.c.es_id == seal))
    return connection.execute(query.limit(1)).one_or_none()


def _of(row: sa.Row[Any], found: sa.Row[Any]) -> SealStatus:
    return SealStatus(
        seal=row.id,
        es_id=row.es_id,
        state=SealState(found.state),
        effective_at=found.effective_at,
        recorded_at=found.recorded_at,
        reason_class=None if found.reason_class is None else ReasonClass(found.reason_class),
    )


def _status(connection: sa.Connection, row: sa.Row[Any], at: datetime) -> SealStatus | None:
    found = state_at(connection, row.id, at)
    if found is None:
        return None
    status = _of(row, found)
    if time_ended(row, status.state, at):
        end = row.valid_to
        return SealStatus(row.id, row.es_id, SealState.EXPIRED, end, end, ReasonClass.EXPIRED)
    return status
