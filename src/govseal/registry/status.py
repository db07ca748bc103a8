"""What a seal was at any time, for whoever verifies: from the rows that only ever grow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from govseal import sm2
from govseal.errors import RegistryError
from govseal.registry import tables
from govseal.registry.canonical import canonical, read_canonical
from govseal.registry.database import next_number
from govseal.registry.ledger.append import origin
from govseal.registry.ledger.key import signing_key
from govseal.registry.seals import custody
from govseal.registry.seals.custody import Custodian
from govseal.registry.seals.standing import state_at, time_ended
from govseal.registry.tables.base import moment_text
from govseal.registry.vocabulary import ReasonClass, SealState

if TYPE_CHECKING:
    from govseal.pki.signer import Signer
    from govseal.registry.bureau import Bureau

LIST_HOURS = 24
"""For how long a signed list stands, unless it says otherwise."""
_TITLE = "govseal-seal-status-list"
_PUBLIC = (
    SealState.ISSUED,
    SealState.ACTIVE,
    SealState.SUSPENDED,
    SealState.LOST,
    SealState.STOPPED,
    SealState.EXPIRED,
    SealState.CANCELLED,
    SealState.DESTROYED,
    SealState.LAPSED,
)


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


@dataclass(frozen=True, slots=True)
class SealStatusList:
    """印章状态列表: the states of all seals that were issued, signed with SM2."""

    version: int
    content: bytes = field(repr=False)
    """Canonical JSON, as it was signed."""
    signature: bytes = field(repr=False)
    """DER, SM2 with SM3 and the default user ID, over the content."""

    @property
    def members(self) -> Mapping[str, Any]:
        """What the content says."""
        return read_canonical(self.content, "the status list")

    def verify(self, key: sm2.PublicKey) -> None:
        """Check the signature; the key is the registry's, known from elsewhere.

        Raises:
            InvalidSignature: another key, or other bytes.
        """
        key.verify(self.signature, self.content)


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

    def signed_list(
        self, signer: Signer | None = None, *, hours: int = LIST_HOURS
    ) -> SealStatusList:
        """A new version of the list of all seals that were ever issued, as they are now.

        Args:
            signer: who signs, where the registry's key is in a device; by default the registry's
                own key.
            hours: until when the next one is made.

        Raises:
            RegistryError: ``secrets_missing``: there is no key to sign with.
        """
        bureau = self._bureau
        now = bureau.clock()
        with bureau.database.begin() as connection:
            _, sign = signing_key(connection, bureau.secrets, signer)
            version = next_number(connection, "status_list")
            next_update = now + timedelta(hours=hours)
            entries = [_entry(row, next_update) for row in _published(connection, now)]
            content = canonical(
                {
                    "type": _TITLE,
                    "registry": origin(connection),
                    "version": version,
                    "issued_at": now,
                    "next_update": next_update,
                    "entries": entries,
                }
            )
            signature = sign(content)
            connection.execute(
                tables.status_lists.insert().values(
                    version=version, at=now, content=content, signature=signature
                )
            )
        return SealStatusList(version, content, signature)

    def read_list(self, version: int) -> SealStatusList:
        """A list that was made before.

        Raises:
            RegistryError: ``not_found``.
        """
        table = tables.status_lists
        with self._bureau.database.begin() as connection:
            query = sa.select(table).where(table.c.version == version)
            row = connection.execute(query).one_or_none()
        if row is None:
            raise RegistryError(f"there is no status list {version}", code="not_found")
        return SealStatusList(row.version, row.content, row.signature)


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


def _published(connection: sa.Connection, now: datetime) -> list[SealStatus]:
    seals = tables.seals
    query = sa.select(seals).where(seals.c.es_id.is_not(None)).order_by(seals.c.es_id, seals.c.id)
    found = (_status(connection, row, now) for row in connection.execute(query).all())
    return [status for status in found if status is not None and status.state in _PUBLIC]


def _entry(status: SealStatus, next_update: datetime) -> Mapping[str, Any]:
    return {
        "es_id": status.es_id,
        "state": status.state,
        "reason_class": status.reason_class,
        "effective_at": moment_text(status.effective_at),
        "next_update": moment_text(next_update),
    }
