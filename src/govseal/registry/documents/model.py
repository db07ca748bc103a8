"""What the room of documents hands out: frozen records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from govseal.registry.events import Event


@dataclass(frozen=True, slots=True)
class StateRecord:
    """One row of a document's history."""

    state: str
    effective_at: datetime
    recorded_at: datetime
    reason: str
    by: str
    order: str | None


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """One stamped file of a document, or its paper."""

    stamp: str
    request: str
    seals: tuple[str, ...]
    signed_at: datetime
    sm3: str | None
    """Of paper the scan's; None without one."""
    sha256: str | None
    copies: int | None = None
    """Of paper that was stamped by hand: how many; None: a file."""


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """All that the registry has of a document, for who needs to know."""

    id: str
    number: str
    type: str
    title: str
    organization: str
    profile: str
    legal_basis: str
    openness: str
    decided_on: str
    completed_on: str
    missing_seals: tuple[str, ...]
    waiver: str
    state: str
    history: tuple[StateRecord, ...]
    versions: tuple[VersionRecord, ...]
    replaces: tuple[str, ...]
    """Ids of the documents in whose place it stands."""
    replaced_by: tuple[str, ...]
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class IssuedNumber:
    """A number that was given out, or voided."""

    number: str
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """责令限期改正."""

    id: str
    document: str
    state: str
    finding: str
    due_at: datetime
    is_overdue: bool
    result: str
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class PublicRecord:
    """What everybody may know of a document (R-HLJ-09a): no person is in it."""

    number: str
    type: str
    title: str
    """Empty unless the document is open to all (主动公开)."""
    organization: str
    completed_on: str
    status: str
    effective_at: datetime
    legal_basis: str
    successor: str
    """The number of the document that stands in its place."""
