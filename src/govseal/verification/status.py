"""What a registry tells a verifier: the states of seals through time, and of documents.

:func:`govseal.verify` takes anything that answers so: a registry, or a signed status file
(:mod:`govseal.verification.statusfile`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from govseal.asn1.times import in_beijing

ACTIVE = "active"
LOST = "lost"


@dataclass(frozen=True, slots=True)
class SealMoment:
    """What a seal became, and from when on."""

    state: str
    effective_at: datetime


@dataclass(frozen=True, slots=True)
class BusinessStatus:
    """What became of a document, as a registry has it (``business`` of the report)."""

    status: str
    """``current``, ``superseded``, ``withdrawn``, ``disputed``, ``revoked``, ``expired``."""
    profile: str
    """The regulation's profile by which it was stamped."""
    legal_basis: str
    effective_at: datetime
    number: str = ""
    completed_on: str = ""
    """The day on which the matter was concluded, ``2026-03-02``."""
    successor: str = ""
    """The number of the document that stands in its place."""
    missing_seals: tuple[str, ...] = ()
    """Kinds of seal that it has to bear and does not."""

    def to_dict(self) -> dict[str, object]:
        """The status as the JSON report shows it."""
        return {
            "status": self.status,
            "profile": self.profile,
            "legal_basis": self.legal_basis,
            "effective_at": in_beijing(self.effective_at).isoformat(timespec="seconds"),
            "number": self.number,
            "completed_on": self.completed_on,
            "successor": self.successor,
            "missing_seals": list(self.missing_seals),
        }


class StatusSource(Protocol):
    """Who knows what became of seals and documents."""

    @property
    def issued_at(self) -> datetime:
        """Up to when it knows."""

    @property
    def next_update(self) -> datetime | None:
        """Until when it is good; None for one that is asked directly."""

    def of_seal(self, es_id: str) -> Sequence[SealMoment] | None:
        """The states of a seal in the order of their effect; None for one it does not know."""

    def of_document(self, sm3: str, sha256: str) -> BusinessStatus | None:
        """What became of the file with these digests (hexadecimal); None for one not known."""


@dataclass(frozen=True, slots=True)
class SealStanding:
    """What a source says of one seal."""

    moments: tuple[SealMoment, ...] | None
    issued_at: datetime
    next_update: datetime | None

    def at(self, time: datetime) -> str | None:
        """The state at a time; None before the seal was there."""
        states = [moment.state for moment in self.moments or () if moment.effective_at <= time]
        return states[-1] if states else None

    def speaks_for(self, time: datetime) -> bool:
        """Whether the source is fresh enough to say what was so at a time."""
        return self.next_update is None or time <= self.next_update


def ask_seal(source: StatusSource, es_id: str) -> SealStanding:
    """The answer of a source on a seal."""
    moments = source.of_seal(es_id)
    return SealStanding(
        None if moments is None else tuple(sorted(moments, key=lambda item: item.effective_at)),
        source.issued_at,
        source.next_update,
    )
