"""Decisions on a request: in the order and at the level of its steps, each a statement."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from govseal.errors import RegistryError
from govseal.registry import tables
from govseal.registry.tables.base import new_id
from govseal.registry.use import matrix, settings, statements
from govseal.registry.use.expiry import approvals_end
from govseal.registry.use.matrix import Standing
from govseal.registry.use.records import Approval, NeededStep
from govseal.registry.use.statements import SignedStatement
from govseal.registry.use.states import check_step
from govseal.registry.vocabulary import ApprovalMode, Strength, UseState
from govseal.sm2 import sm3

if TYPE_CHECKING:
    from govseal.pki.signer import Signer
    from govseal.registry.acting import Acting
    from govseal.registry.call import Call

EVENTS = {"returned": "return", "rejected": "reject"}


def decide(
    acting: Acting,
    request_id: str,
    decision: str,
    *,
    statement: Signer | SignedStatement | None,
    opinion: str,
    departs: str | None,
) -> Approval:
    """See :meth:`govseal.registry.use.Use.approve`, ``return_`` and ``reject``."""
    with acting.call(f"use.{decision}", request_id) as call:
        request = call.one(tables.use_requests, request_id, lock=True)
        call.profile = acting.bureau.profile_of(call.connection, request.organization)
        number, step = _due(call, request, EVENTS.get(decision, "review"))
        standing = _standing(call, request, step, departs)
        if decision != "approved" and not opinion:
            call.refuse("E_REASON_MISSING", "who does not approve says why")
        signed, mode, at = _signed(
            call, request, number, standing, decision, statement, opinion, departs
        )
        state = _next(call, request, number, decision)
        id_ = new_id("apr")
        call.insert(
            tables.approvals,
            id=id_,
            request=request_id,
            step=number,
            decision=decision,
            approver=call.actor.id,
            on_behalf_of=standing.on_behalf_of,
            role=standing.role,
            mode=mode,
            statement=signed.statement.decode(),
            signature=signed.signature or None,
            certificate=signed.certificate or None,
            opinion=opinion or None,
            at=at,
        )
        _note(call, request, number, standing, mode, signed, state, departs)
        return call.finish(
            Approval(
                id=id_,
                request=request_id,
                step=number,
                decision=decision,
                role=standing.role,
                approver=call.actor.id,
                on_behalf_of=standing.on_behalf_of,
                mode=mode,
                at=at,
                statement=signed.statement,
                state=state,
            )
        )


def prepare(
    acting: Acting, request_id: str, decision: str, *, opinion: str, departs: str | None
) -> bytes:
    """See :meth:`govseal.registry.use.Use.statement`."""
    with acting.call("use.statement", request_id, writes=False) as call:
        request = call.one(tables.use_requests, request_id)
        call.profile = acting.bureau.profile_of(call.connection, request.organization)
        number, step = _due(call, request, EVENTS.get(decision, "review"))
        standing = _standing(call, request, step, departs)
        return statements.state(
            call.connection,
            request,
            step=number,
            standing=standing,
            approver=call.actor.id,
            decision=decision,
            mode=ApprovalMode.SIGNED,
            at=call.at,
            opinion=opinion,
            departs=departs,
        )


def done_steps(call: Call, request_id: str) -> list[sa.Row[Any]]:
    """The approvals that are there, in the order of their steps."""
    approvals = tables.approvals
    query = sa.select(approvals).where(
        approvals.c.request == request_id, approvals.c.decision == "approved"
    )
    return list(call.rows(query.order_by(approvals.c.step, approvals.c.at)))


def _due(call: Call, request: sa.Row[Any], event: str) -> tuple[int, NeededStep]:
    """The step that waits for a decision, by its number and what it needs."""
    check_step(call, request, event)
    number = len(done_steps(call, request.id))
    step = matrix.next_step(request, number)
    if step is None:  # the state says that one is missing
        raise RegistryError(
            f"request {request.number}: its steps are not as its state says",
            code="registry_damaged",
        )
    return number, step


def _standing(call: Call, request: sa.Row[Any], step: NeededStep, departs: str | None) -> Standing:
    """By which role the actor decides.

    Raises:
        Refused: ``E_SAME_PERSON``, ``E_APPROVER_LEVEL``, ``E_REASON_MISSING``.
    """
    if call.actor.id == request.applicant and settings.is_on(
        call.profile, "approver_is_not_applicant"
    ):
        clause = settings.clause(call.profile, "approver_is_not_applicant")
        call.refuse("E_SAME_PERSON", "nobody approves what they asked for", clause)
    people = matrix.people_of(call, call.actor.id, call.at)
    if settings.is_on(call.profile, "approver_is_not_applicant"):
        # Nor does somebody in the applicant's stead.
        people = [pair for pair in people if pair[1] != request.applicant]
    found = matrix.standing(people, step, request)
    if found is not None and departs is None:
        return found
    wanted = " / ".join(step.roles)
    if departs is None:
        message = f"this step is decided by {wanted} of the {step.of}"
        call.refuse("E_APPROVER_LEVEL", message, step.clause)
    if not departs.strip():
        call.refuse("E_REASON_MISSING", "a departure from the rule says why", step.clause)
    office = matrix.departing(call.actor, request) if step.may_depart and found is None else None
    if office is None:
        message = f"no departure here: this step is decided by {wanted} of the {step.of}"
        call.refuse("E_APPROVER_LEVEL", message, step.clause)
    return office


def _signed(
    call: Call,
    request: sa.Row[Any],
    number: int,
    standing: Standing,
    decision: str,
    given: Signer | SignedStatement | None,
    opinion: str,
    departs: str | None,
) -> tuple[SignedStatement, ApprovalMode, datetime]:
    """The statement with what proves it: a signature, or else the log-in."""
    mode = ApprovalMode.LOGIN if given is None else ApprovalMode.SIGNED
    at = call.at
    if isinstance(given, SignedStatement):
        at = statements.time_of(given.statement)
        if not call.at - statements.PREPARED_FOR <= at <= call.at:
            call.refuse("E_SIGNATURE", "the statement was prepared too long ago, or is of later")
    expected = statements.state(
        call.connection,
        request,
        step=number,
        standing=standing,
        approver=call.actor.id,
        decision=decision,
        mode=mode,
        at=at,
        opinion=opinion,
        departs=departs,
    )
    if given is None:
        _check_login(call, decision)
        return SignedStatement(expected, b"", b""), mode, at
    signed = given if isinstance(given, SignedStatement) else statements.sign(expected, given)
    if signed.statement != expected:
        call.refuse("E_SIGNATURE", "the statement that was signed is about something else")
    statements.check_signature(call, signed, call.actor.id, at)
    return signed, mode, at


def _check_login(call: Call, decision: str) -> None:
    """A log-in alone proves an approval only if it was strong, and the profile takes it."""
    if decision != "approved":
        return
    if settings.is_on(call.profile, "approval_must_be_signed"):
        clause = settings.clause(call.profile, "approval_must_be_signed")
        call.refuse("E_SIGNATURE", "an approval is signed with the approver's own key", clause)
    if call.actor.strength is not Strength.STRONG_LOGIN:
        call.refuse("E_SIGNATURE", "without a signature an approval needs a strong log-in")


def _next(call: Call, request: sa.Row[Any], number: int, decision: str) -> UseState:
    """The state after a decision, which the request now has."""
    values: dict[str, Any] = {}
    if decision != "approved":
        event = EVENTS[decision]
    elif matrix.next_step(request, number + 1) is not None:
        event = "review"
    else:
        event = "approve"
        values = {"approved_at": call.at, "expires_at": approvals_end(call)}
    state = check_step(call, request, event)
    call.update(tables.use_requests, request.id, state=state, **values)
    return state


def _note(
    call: Call,
    request: sa.Row[Any],
    number: int,
    standing: Standing,
    mode: ApprovalMode,
    signed: SignedStatement,
    state: UseState,
    departs: str | None,
) -> None:
    """Into the audit log and to others; the log holds the statement's digest."""
    call.facts.update(
        step=number,
        role=standing.role,
        mode=mode,
        on_behalf_of=standing.on_behalf_of,
        statement_sm3=sm3(signed.statement).hex(),
        state=state,
    )
    if departs is not None:
        call.facts["departs"] = departs
        call.tell("use.exception", request.id, number=request.number, step=number, reason=departs)
    call.tell(
        f"use.{state}",
        request.id,
        number=request.number,
        step=number,
        role=standing.role,
        on_behalf_of=standing.on_behalf_of,
        mode=mode,
    )
