"""Decisions on a request: in the order and at the level of its steps, each a statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from govseal.errors import RegistryError
from govseal.registry import tables
from govseal.registry.labels import ROLES, named
from govseal.registry.tables.base import new_id
from govseal.registry.use import matrix, settings, statements
from govseal.registry.use.expiry import approvals_end
from govseal.registry.use.form import clean_text
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

_EVENTS: Final = {"approved": "review", "returned": "return", "rejected": "reject"}

_WHOSE: Final = {"department": "本科室的", "organization": "本单位的", "authority": "有权的"}


@dataclass(frozen=True, slots=True)
class Decision:
    """What an approver decides, and what proves it."""

    word: str
    """``approved``, ``returned`` or ``rejected``."""
    opinion: str = ""
    departs: str | None = None
    statement: Signer | SignedStatement | None = None

    def __post_init__(self) -> None:
        if self.word not in _EVENTS:
            raise ValueError(f"a decision is one of {', '.join(_EVENTS)}")
        clean_text("opinion", self.opinion)
        clean_text("departs", self.departs or "")

    @property
    def event(self) -> str:
        """The step that it is in the table of states; the last approval is another one."""
        return _EVENTS[self.word]


def decide(acting: Acting, request_id: str, decision: Decision) -> Approval:
    """See :meth:`govseal.registry.use.Use.approve`, ``return_`` and ``reject``."""
    with acting.call(f"use.{decision.word}", request_id) as call:
        request = call.one(tables.use_requests, request_id, lock=True)
        call.judge_by(request.organization)
        number, step = _due(call, request, decision.event)
        standing = _standing(call, request, step, decision.departs)
        if decision.word != "approved" and not decision.opinion.strip():
            call.refuse("E_REASON_MISSING", "不同意的须说明理由 / who does not approve says why")
        signed, mode, at = _signed(call, request, number, standing, decision)
        state = _next(call, request, number, decision)
        id_ = new_id("apr")
        call.insert(
            tables.approvals,
            id=id_,
            request=request_id,
            step=number,
            decision=decision.word,
            approver=call.actor.id,
            on_behalf_of=standing.on_behalf_of,
            role=standing.role,
            mode=mode,
            statement=signed.statement.decode(),
            signature=signed.signature or None,
            certificate=signed.certificate or None,
            opinion=decision.opinion or None,
            at=at,
        )
        call.facts.update(
            step=number,
            role=standing.role,
            mode=mode,
            on_behalf_of=standing.on_behalf_of,
            statement_sm3=sm3(signed.statement).hex(),
            state=state,
        )
        _tell(call, request, number, state, decision.departs)
        return call.finish(
            Approval(
                id=id_,
                request=request_id,
                step=number,
                decision=decision.word,
                role=standing.role,
                approver=call.actor.id,
                on_behalf_of=standing.on_behalf_of,
                mode=mode,
                at=at,
                statement=signed.statement,
                state=state,
            )
        )


def prepare(acting: Acting, request_id: str, decision: Decision) -> bytes:
    """See :meth:`govseal.registry.use.Use.statement`."""
    with acting.call("use.statement", request_id, writes=False) as call:
        request = call.one(tables.use_requests, request_id)
        call.judge_by(request.organization)
        number, step = _due(call, request, decision.event)
        standing = _standing(call, request, step, decision.departs)
        return statements.state(
            call.connection,
            request,
            step=number,
            standing=standing,
            approver=call.actor.id,
            decision=decision.word,
            mode=ApprovalMode.SIGNED,
            at=call.at,
            opinion=decision.opinion,
            departs=decision.departs,
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
    separate = "approver_is_not_applicant"
    is_separate = call.profile.is_on(separate)
    if is_separate and call.actor.id == request.applicant:
        settings.refuse(
            call,
            separate,
            "E_SAME_PERSON",
            "申请人不得审批自己的申请 / nobody approves what they asked for",
        )
    found = matrix.standings(call, step, request)
    if is_separate:  # nor does anybody in the applicant's stead
        found = [item for item in found if item.on_behalf_of != request.applicant]
    if found and departs is None:
        return found[0]
    wanted, wanted_zh = " / ".join(step.roles), _WHOSE[step.of] + named(step.roles, ROLES)
    if departs is None:
        message = f"本环节须由{wanted_zh}审签 / this step is decided by {wanted} of the {step.of}"
        call.refuse("E_APPROVER_LEVEL", message, step.clause)
    if not departs.strip():
        call.refuse(
            "E_REASON_MISSING", "例外须说明理由 / a departure from the rule says why", step.clause
        )
    office = matrix.departing(call, request) if step.may_depart and not found else None
    if office is None:
        message = (
            f"本环节不得例外，须由{wanted_zh}审签 / "
            f"no departure here: this step is decided by {wanted} of the {step.of}"
        )
        call.refuse("E_APPROVER_LEVEL", message, step.clause)
    return office


def _signed(
    call: Call, request: sa.Row[Any], number: int, standing: Standing, decision: Decision
) -> tuple[SignedStatement, ApprovalMode, datetime]:
    """The statement with what proves it: a signature, or else the log-in."""
    given = decision.statement
    mode = ApprovalMode.LOGIN if given is None else ApprovalMode.SIGNED
    at = call.at
    if isinstance(given, SignedStatement):
        at = statements.time_of(given.statement)
        if not call.at - statements.PREPARED_FOR <= at <= call.at:
            call.refuse(
                "E_SIGNATURE",
                "审签声明已过时，或晚于现在 / "
                "the statement was prepared too long ago, or is of later",
            )
    expected = statements.state(
        call.connection,
        request,
        step=number,
        standing=standing,
        approver=call.actor.id,
        decision=decision.word,
        mode=mode,
        at=at,
        opinion=decision.opinion,
        departs=decision.departs,
    )
    if given is None:
        if decision.word == "approved":
            _check_login(call)
        return SignedStatement(expected, b"", b""), mode, at
    signed = given if isinstance(given, SignedStatement) else statements.sign(expected, given)
    if signed.statement != expected:
        call.refuse(
            "E_SIGNATURE",
            "所签声明与本申请不符 / the statement that was signed is about something else",
        )
    # Of then and of now: a certificate that was withdrawn meanwhile signs nothing any more.
    for moment in {at, call.at}:
        statements.check_signature(call, signed, call.actor.id, moment)
    return signed, mode, at


def _check_login(call: Call) -> None:
    """A log-in alone proves an approval only if it was strong, and the profile takes it."""
    switch = "approval_must_be_signed"
    if call.profile.is_on(switch):
        message = "审签须用审签人本人的密钥签名 / an approval is signed with the approver's own key"
        settings.refuse(call, switch, "E_SIGNATURE", message)
    if call.actor.strength is not Strength.STRONG_LOGIN:
        call.refuse(
            "E_SIGNATURE",
            "未签名的审签须强身份登录 / without a signature an approval needs a strong log-in",
        )


def _next(call: Call, request: sa.Row[Any], number: int, decision: Decision) -> UseState:
    """The state after a decision, which the request now has."""
    values: dict[str, Any] = {}
    event = decision.event
    if decision.word == "approved" and matrix.next_step(request, number + 1) is None:
        event = "approve"
        values = {"approved_at": call.at, "expires_at": approvals_end(call)}
    state = check_step(call, request, event)
    call.update(tables.use_requests, request.id, state=state, **values)
    if values:
        call.facts["expires_at"] = values["expires_at"]
    return state


def _tell(
    call: Call, request: sa.Row[Any], number: int, state: UseState, departs: str | None
) -> None:
    if departs is not None:
        call.facts["departs"] = departs
        call.tell("use.exception", request.id, number=request.number, step=number, reason=departs)
    call.tell(
        f"use.{state}", request.id, number=request.number, step=number, applicant=request.applicant
    )
