"""What the seals' room gives back: frozen records, each with the events of its call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from govseal.registry.events import Event
from govseal.registry.vocabulary import (
    IncidentKind,
    KeyState,
    Medium,
    PetitionKind,
    PetitionState,
    SealState,
    SealSubtype,
    SealTask,
    SealType,
)

if TYPE_CHECKING:
    import sqlalchemy as sa


@dataclass(frozen=True, slots=True)
class SealRecord:
    """A seal as the registry knows it; no picture and no key is in it."""

    id: str
    es_id: str | None
    name: str
    type: SealType
    subtype: SealSubtype
    medium: Medium
    sequence_no: int | None
    owner_org: str
    using_org: str
    custody_department: str | None
    state: SealState
    state_effective_at: datetime
    review_level: str | None
    valid_from: datetime | None
    valid_to: datetime | None
    version: int
    key_state: KeyState | None
    replaces: str | None
    replaced_by: str | None
    physical_twin: str | None
    psb_filing_no: str | None
    specimen_sha256: str | None
    events: tuple[Event, ...] = ()

    @classmethod
    def of(cls, row: sa.Row[Any]) -> Self:
        """The record of a row."""
        return cls(
            id=row.id,
            es_id=row.es_id,
            name=row.name,
            type=SealType(row.type),
            subtype=SealSubtype(row.subtype),
            medium=Medium(row.medium),
            sequence_no=row.sequence_no,
            owner_org=row.owner_org,
            using_org=row.using_org,
            custody_department=row.custody_department,
            state=SealState(row.state),
            state_effective_at=row.state_effective_at,
            review_level=row.review_level,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            version=row.version,
            key_state=None if row.key_state is None else KeyState(row.key_state),
            replaces=row.replaces,
            replaced_by=row.replaced_by,
            physical_twin=row.physical_twin,
            psb_filing_no=row.psb_filing_no,
            specimen_sha256=row.specimen_sha256,
        )


@dataclass(frozen=True, slots=True)
class PetitionRecord:
    """What somebody asks for around a seal, and how far it has come."""

    id: str
    seal: str | None
    kind: PetitionKind
    state: PetitionState
    applicant: str
    rule: str
    approved_steps: int
    steps: int
    content: Mapping[str, Any]
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class HandOver:
    """交接: who has confirmed."""

    id: str
    seal: str
    giver: str
    receiver: str
    department: str | None
    registrar: str | None
    begun_at: datetime
    giver_at: datetime | None
    receiver_at: datetime | None
    registrar_at: datetime | None
    completed_at: datetime | None
    dropped_at: datetime | None
    remark: str | None
    events: tuple[Event, ...] = ()

    @classmethod
    def of(cls, row: sa.Row[Any]) -> Self:
        """The record of a row."""
        return cls(**row._asdict())


@dataclass(frozen=True, slots=True)
class TakeOutPermit:
    """外出携带: for one borrower, one matter, one span of time."""

    id: str
    seal: str
    petition: str
    borrower: str
    matter: str
    since: datetime
    due_back: datetime
    taken_at: datetime | None
    returned_at: datetime | None
    received_by: str | None
    events: tuple[Event, ...] = ()

    @classmethod
    def of(cls, row: sa.Row[Any]) -> Self:
        """The record of a row."""
        return cls(**row._asdict())


@dataclass(frozen=True, slots=True)
class Incident:
    """What befell a seal, and what came of it."""

    id: str
    seal: str
    kind: IncidentKind
    use: str | None
    effective_at: datetime
    discovered_at: datetime
    reported_at: datetime
    reported_by: str
    account: str
    is_emergency: bool
    written_at: datetime | None
    notified: tuple[str, ...]
    involved: Mapping[str, Any]
    verified_at: datetime | None
    told_authority_at: datetime | None
    investigation: str | None
    disposition: str | None
    closed_at: datetime | None
    closed_by: str | None
    events: tuple[Event, ...] = ()

    @classmethod
    def of(cls, row: sa.Row[Any]) -> Self:
        """The record of a row."""
        members = row._asdict()
        members["kind"] = IncidentKind(row.kind)
        members["notified"] = tuple(row.notified)
        return cls(**members)


@dataclass(frozen=True, slots=True)
class Task:
    """What has to be done with a seal."""

    id: str
    seal: str
    kind: SealTask
    opened_at: datetime
    due_at: datetime | None
    reason: str
    done_at: datetime | None
    events: tuple[Event, ...] = ()

    @classmethod
    def of(cls, row: sa.Row[Any]) -> Self:
        """The record of a row."""
        return cls(**{**row._asdict(), "kind": SealTask(row.kind)})


@dataclass(frozen=True, slots=True)
class ReviewStep:
    """One decision on an application."""

    level: str
    organization: str
    reviewer: str
    decision: str
    reason: str | None
    at: datetime
