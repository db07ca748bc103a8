"""What the calls of the room return: frozen, with the events that they told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from govseal.registry.events import Event
from govseal.registry.vocabulary import ApprovalMode, Basis, RefusalReason, Role, UseState

if TYPE_CHECKING:
    import sqlalchemy as sa


@dataclass(frozen=True, slots=True)
class NeededStep:
    """One approval that a request needs, as it was fixed when the request was filed."""

    roles: tuple[Role, ...]
    of: str
    """``department``, ``organization`` or ``authority``; see ``policy.ApprovalStep``."""
    clause: str
    may_depart: bool = False


@dataclass(frozen=True, slots=True)
class UseRequest:
    """用印审批单, without the document itself."""

    id: str
    number: str
    state: UseState
    seal: str
    basis: Basis
    matter: str
    item_code: str | None
    reason: str
    section: str
    copies: int
    document_type: str
    document_no: str | None
    document_sm3: str
    document_sha256: str
    applicant: str
    organization: str
    department: str | None
    corrects: str | None
    rule: str
    """The row of the approver matrix."""
    steps: tuple[NeededStep, ...]
    facts: Mapping[str, Any]
    """Further statements of the form; ``warnings`` are rules that were not met and only warn."""
    requested_at: datetime
    approved_at: datetime | None
    expires_at: datetime | None
    """Until when the approvals may be used; None without a limit, or before they are there."""
    events: tuple[Event, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """Codes of rules that were not met, and that the profile only warns of."""
        return tuple(self.facts.get("warnings", ()))


@dataclass(frozen=True, slots=True)
class Approval:
    """One decision of an approver."""

    id: str
    request: str
    step: int
    """From 0."""
    decision: str
    """``approved``, ``returned`` or ``rejected``."""
    role: Role
    approver: str
    on_behalf_of: str | None
    mode: ApprovalMode
    at: datetime
    statement: bytes = field(repr=False)
    """The canonical JSON that was signed."""
    state: UseState = UseState.REVIEWED
    """Of the request, after it."""
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class DispatchCard:
    """发文卡: the leader's sign-off of an official document."""

    id: str
    number: str
    kind: str
    document_sm3: str
    signed_off_by: str
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedUse:
    """What the custodian found in order."""

    request: str
    checks: tuple[str, ...]
    state: UseState
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Stamped:
    """A stamp that was made, and the file that bears it; or the paper, where it was by hand."""

    id: str
    """The stamp's row."""
    request: str
    document: str
    """The document's record."""
    entry: int
    """Number of the ledger's intent entry, which the stamp names."""
    result: int
    """Number of the result entry."""
    signature_id: str | None
    """None: a physical seal was applied by hand."""
    at: datetime
    sm3: str | None
    """Of the stamped file; by hand of the scan, or None without one."""
    sha256: str | None
    copies: int | None = None
    """By hand: sheets that went out."""
    spoiled: int = 0
    """By hand: sheets that were spoiled (作废)."""
    data: bytes | None = field(default=None, repr=False)
    """The stamped file; for a detached stamp the SES_Signature; by hand the scan, where there is
    one. None within a transaction of the caller's own: ``collect`` gives it out once that is
    committed; and from ``stamp_by_hand``."""
    warnings: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()

    @property
    def is_by_hand(self) -> bool:
        """Whether a physical seal was applied, and no key signed."""
        return self.signature_id is None


@dataclass(frozen=True, slots=True)
class RefusedUse:
    """拒印: the custodian would not stamp."""

    request: str
    reason: RefusalReason
    text: str
    state: UseState = UseState.REFUSED
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Act:
    """Who did something, and when."""

    what: str
    person: str
    name: str
    at: datetime
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """全程留痕: who asked, approved, held the seal and stamped, with times."""

    request: str
    number: str
    state: UseState
    seal: str
    asked: Act
    approved: tuple[Act, ...]
    held: Act | None
    """Who had custody of the seal when it was used, or now if it was not."""
    stamped: Act | None
    entry: int | None
    log: tuple[Act, ...]
    """Every step and every refusal, as the audit log has them."""
    events: tuple[Event, ...] = ()


def request_record(row: sa.Row[Any]) -> UseRequest:
    """The record of a row of ``use_requests``."""
    return UseRequest(
        id=row.id,
        number=row.number,
        state=UseState(row.state),
        seal=row.seal,
        basis=Basis(row.basis),
        matter=row.matter,
        item_code=row.item_code,
        reason=row.reason,
        section=row.section,
        copies=row.copies,
        document_type=row.document_type,
        document_no=row.document_no,
        document_sm3=row.document_sm3,
        document_sha256=row.document_sha256,
        applicant=row.applicant,
        organization=row.organization,
        department=row.department,
        corrects=row.corrects,
        rule=row.rule,
        steps=needed_steps(row),
        facts=row.facts,
        requested_at=row.requested_at,
        approved_at=row.approved_at,
        expires_at=row.expires_at,
    )


def needed_steps(row: sa.Row[Any]) -> tuple[NeededStep, ...]:
    """The approvals that a request needs, in their order."""
    return tuple(
        NeededStep(
            roles=tuple(Role(name) for name in step["roles"]),
            of=step["of"],
            clause=step["clause"],
            may_depart=step.get("may_depart", False),
        )
        for step in row.steps
    )
