"""What is asked for around a seal, and the approvals of the matrix that it needs, in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from govseal.errors import NotAuthorized, Refused, StateError
from govseal.registry import tables
from govseal.registry.people.authority import Authority, acting_for, looks
from govseal.registry.seals.custody import sees
from govseal.registry.seals.records import PetitionRecord
from govseal.registry.seals.room import Room, locked, words
from govseal.registry.tables.base import new_id
from govseal.registry.vocabulary import PetitionKind, PetitionState, Role

if TYPE_CHECKING:
    from govseal.registry.call import Call

decided: dict[PetitionKind, Callable[[Call, sa.Row[Any]], None]] = {}
"""What happens once a petition of a kind has all its approvals; each family says its own."""
denied: dict[PetitionKind, Callable[[Call, sa.Row[Any], str], None]] = {}
"""What happens once it is rejected, where anything does."""


class Petitions(Room):
    """Approving what was asked for."""

    def approve(self, petition_id: str, *, opinion: str = "") -> PetitionRecord:
        """The next approval of a petition; with the last one it takes effect.

        Raises:
            Refused: ``E_REVIEW_ORDER`` (a later approver's turn has not come),
                ``E_APPROVER_LEVEL``, ``E_SAME_PERSON``.
            StateError: it was decided already.
        """
        with self._acting.call("seals.approve", petition_id) as call:
            petition = open_petition(call, petition_id)
            number, by = _turn(call, petition)
            _note(call, petition, by, decision="approved", opinion=opinion)
            if number + 1 == len(petition.steps):
                settle(call, petition, PetitionState.APPROVED)
                decided[PetitionKind(petition.kind)](call, petition)
            return petition_record(call, petition_id)

    def disapprove(self, petition_id: str, reason: str) -> PetitionRecord:
        """Reject a petition, with a reason, at any of its steps in their order.

        Raises:
            Refused: ``E_REASON_MISSING``, ``E_REVIEW_ORDER``, ``E_APPROVER_LEVEL``.
            StateError: it was decided already.
        """
        with self._acting.call("seals.disapprove", petition_id) as call:
            petition = open_petition(call, petition_id)
            _, by = _turn(call, petition)
            why = words(call, reason, "E_REASON_MISSING", "理由 / the reason")
            _note(call, petition, by, decision="rejected", opinion=why)
            settle(call, petition, PetitionState.REJECTED)
            if PetitionKind(petition.kind) in denied:
                denied[PetitionKind(petition.kind)](call, petition, why)
            call.tell("petition.rejected", petition_id, to=[petition.applicant], reason=why)
            return petition_record(call, petition_id)

    def petition(self, petition_id: str) -> PetitionRecord:
        """A petition as it is now."""
        with self._acting.call("seals.petition", petition_id, writes=False) as call:
            if not _sees(call, call.one(tables.seal_petitions, petition_id)):
                message = "无权查阅 / no right to look at it"
                raise NotAuthorized(message, clause=call.profile.clause("E_NOT_AUTHORIZED"))
            return petition_record(call, petition_id)

    def petitions(
        self,
        seal_id: str | None = None,
        *,
        state: PetitionState | None = PetitionState.OPEN,
    ) -> tuple[PetitionRecord, ...]:
        """What was asked for and the actor may look at, the oldest first.

        Args:
            seal_id: only what is about this seal.
            state: only what has come so far; None: all.
        """
        with self._acting.call("seals.petitions", seal_id or "", writes=False) as call:
            table = tables.seal_petitions
            query = sa.select(table).order_by(table.c.at, table.c.id)
            if seal_id is not None:
                query = query.where(table.c.seal == seal_id)
            if state is not None:
                query = query.where(table.c.state == state)
            rows = [row for row in call.rows(query) if _sees(call, row)]
            return tuple(petition_record(call, row.id) for row in rows)


def file_petition(
    call: Call,
    kind: PetitionKind,
    facts: Mapping[str, str],
    content: Mapping[str, Any],
    *,
    organization: str,
    seal_id: str | None = None,
    department: str | None = None,
) -> PetitionRecord:
    """A new petition with the steps that the profile's matrix asks of the case.

    Raises:
        Refused: ``E_APPROVER_LEVEL``: the matrix has no row, so nobody may approve it.
    """
    rule = call.profile.approval_rule(facts)
    if rule is None:
        call.refuse(
            "E_APPROVER_LEVEL", f"规定中无人可以批准 / the profile lets nobody approve this: {kind}"
        )
    steps = [
        {"roles": sorted(step.roles), "of": step.of, "clause": rule.clause} for step in rule.steps
    ]
    return record_petition(
        call,
        kind,
        content,
        organization=organization,
        seal_id=seal_id,
        department=department,
        rule=rule.name,
        steps=steps,
    )


def record_petition(
    call: Call,
    kind: PetitionKind,
    content: Mapping[str, Any],
    *,
    organization: str,
    seal_id: str | None = None,
    department: str | None = None,
    rule: str = "",
    steps: Sequence[Mapping[str, Any]] = (),
) -> PetitionRecord:
    """A new petition; without steps its family says who decides it."""
    petition_id = new_id("pet")
    call.insert(
        tables.seal_petitions,
        id=petition_id,
        seal=seal_id,
        kind=kind,
        organization=organization,
        department=department or call.actor.department,
        applicant=call.actor.id,
        content=dict(content),
        rule=rule,
        steps=[dict(step) for step in steps],
        state=PetitionState.OPEN,
        at=call.at,
    )
    if not call.subject:
        call.subject = petition_id
    call.tell("petition.filed", petition_id, what=kind, seal=seal_id)
    return petition_record(call, petition_id)


def petition_record(call: Call, petition_id: str) -> PetitionRecord:
    """The petition as it is now, with the events of the call."""
    row = call.one(tables.seal_petitions, petition_id)
    return call.finish(
        PetitionRecord(
            id=row.id,
            seal=row.seal,
            kind=PetitionKind(row.kind),
            state=PetitionState(row.state),
            applicant=row.applicant,
            rule=row.rule,
            approved_steps=_count(call, petition_id),
            steps=len(row.steps),
            content=row.content,
        )
    )


def open_petition(call: Call, petition_id: str, *kinds: PetitionKind) -> sa.Row[Any]:
    """A petition that is not decided yet, and the seal that it is about locked before it.

    Raises:
        StateError: it was decided.
        Refused: ``E_NOT_FOUND``: there is none, or none of these kinds.
    """
    found = call.one(tables.seal_petitions, petition_id)
    if found.seal is not None:
        locked(call, found.seal)
    else:
        call.judge_by(found.organization)
    row = call.one(tables.seal_petitions, petition_id, lock=True)
    if kinds and row.kind not in kinds:
        call.refuse("E_NOT_FOUND", f"申请类别不符 / {petition_id} asks for something else")
    if row.state != PetitionState.OPEN:
        message = f"申请已办结 / the petition is {row.state}"
        raise StateError(message, state=row.state, wanted=(PetitionState.OPEN,))
    return row


def settle(call: Call, petition: sa.Row[Any], state: PetitionState) -> None:
    """Close a petition."""
    call.update(tables.seal_petitions, petition.id, state=state, decided_at=call.at)
    call.tell(f"petition.{state}", petition.id, what=petition.kind, seal=petition.seal)


def open_petitions(call: Call, seal_id: str, kind: PetitionKind) -> tuple[str, ...]:
    """The petitions of a kind about a seal that are not decided yet."""
    table = tables.seal_petitions
    query = sa.select(table.c.id).where(
        table.c.seal == seal_id, table.c.kind == kind, table.c.state == PetitionState.OPEN
    )
    return tuple(call.connection.execute(query).scalars())


def _sees(call: Call, petition: sa.Row[Any]) -> bool:
    """Whether the actor may look at a petition: as at the seal, or at the unit."""
    if petition.seal is not None:
        return sees(call, call.one(tables.seals, petition.seal))
    return looks(call, owner=petition.organization)


def _turn(call: Call, petition: sa.Row[Any]) -> tuple[int, Authority]:
    """The number of the step whose turn it is, and the role in which the actor may take it."""
    if not petition.steps:
        call.refuse("E_APPROVER_LEVEL", "此事不经此审批 / this is not decided by approvals")
    number = _count(call, petition.id)
    step = petition.steps[number]
    switch = call.profile.switch("approver_is_not_applicant")
    if switch.value is True and petition.applicant == call.actor.id:
        message = "申请人不得审批 / who asks for it does not approve it"
        call.refuse("E_SAME_PERSON", message, switch.clause)
    found = _authority(call, petition, step)
    if found is not None:
        return number, found
    if any(_authority(call, petition, later) for later in petition.steps[number + 1 :]):
        message = f"须先由下列角色审批 / first it is the turn of: {', '.join(step['roles'])}"
        call.refuse("E_REVIEW_ORDER", message, step["clause"])
    message = f"此步由以下角色审批 / this approval is that of: {', '.join(step['roles'])}"
    raise Refused(message, code="E_APPROVER_LEVEL", clause=step["clause"])


def has_turn(call: Call, petition: sa.Row[Any]) -> bool:
    """Whether the actor could take the step whose turn it is."""
    switch = call.profile.switch("approver_is_not_applicant")
    if switch.value is True and petition.applicant == call.actor.id:
        return False
    step = petition.steps[_count(call, petition.id)]
    return _authority(call, petition, step) is not None


def _authority(call: Call, petition: sa.Row[Any], step: Mapping[str, Any]) -> Authority | None:
    """By what the actor may take a step: the own role, or that of whom the actor stands in for."""
    found = acting_for(
        call,
        tuple(Role(name) for name in step["roles"]),
        organization=petition.organization,
        department=petition.department if step["of"] == "department" else None,
        matter=petition.content.get("matter") if step["of"] == "authority" else None,
    )
    others = (authority for authority in found if authority.on_behalf_of != petition.applicant)
    return next(others, None)


def _count(call: Call, petition_id: str) -> int:
    steps = tables.petition_steps
    query = sa.select(sa.func.count()).where(
        steps.c.petition == petition_id, steps.c.decision == "approved"
    )
    count: int = call.connection.execute(query).scalar_one()
    return count


def note_decision(
    call: Call,
    petition: sa.Row[Any],
    *,
    role: Role,
    decision: str,
    opinion: str,
    on_behalf_of: str | None = None,
) -> None:
    """One more row under a petition: approved, rejected, witnessed."""
    steps = tables.petition_steps
    query = sa.select(sa.func.count()).where(steps.c.petition == petition.id)
    number: int = call.connection.execute(query).scalar_one()
    call.insert(
        steps,
        id=new_id("psp"),
        petition=petition.id,
        number=number,
        approver=call.actor.id,
        on_behalf_of=on_behalf_of,
        role=role,
        decision=decision,
        opinion=opinion or None,
        at=call.at,
    )


def _note(call: Call, petition: sa.Row[Any], by: Authority, *, decision: str, opinion: str) -> None:
    note_decision(
        call,
        petition,
        role=by.role,
        decision=decision,
        opinion=opinion,
        on_behalf_of=by.on_behalf_of,
    )
