"""The life of a seal as a table (requirements 3.3): what leads from where to where, by whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from govseal.errors import NotAuthorized, StateError
from govseal.registry import tables
from govseal.registry.seals.room import is_over
from govseal.registry.vocabulary import ReasonClass, Role, SealState

if TYPE_CHECKING:
    import sqlalchemy as sa

    from govseal.registry.call import Call

S = SealState

_APPLICANT = frozenset({Role.SEAL_USING_UNIT_APPLICANT})
_REVIEWER = frozenset({Role.SEAL_MANAGEMENT_DEPT_REVIEWER})
_OFFICE = frozenset({Role.SEAL_OFFICE})
_MAKER = frozenset({Role.SEAL_MAKER})
_WATCHERS = frozenset(
    {Role.SEAL_USING_UNIT_APPLICANT, Role.CUSTODIAN, Role.SEAL_OFFICE, Role.SECTION_HEAD}
)
_AUTHORITIES = _REVIEWER | {Role.PROVINCE_ADMIN}
_LEADER = frozenset({Role.PRINCIPAL_LEADER})

_JC29S = "晋市政办〔2022〕29号 电子印章, "
_JC10 = "晋市审管发〔2022〕10号 印章管理, "
_HLJ = "黑龙江省行政许可专用电子印章管理暂行办法, "


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: the states from which an event leads to another, who causes it, and the clause."""

    event: str
    before: frozenset[SealState]
    after: SealState
    who: frozenset[Role]
    """Whose step it is; empty: of the registry itself."""
    clause: str


def _row(
    event: str, before: set[SealState], after: SealState, who: frozenset[Role], clause: str
) -> Transition:
    return Transition(event, frozenset(before), after, who, clause)


_MADE = {S.MADE, S.ISSUED, S.ACTIVE, S.SUSPENDED}

TRANSITIONS: tuple[Transition, ...] = (
    _row("submit", {S.DRAFT, S.RETURNED}, S.SUBMITTED, _APPLICANT, _JC29S + "第五条"),
    _row("accept", {S.SUBMITTED}, S.UNDER_REVIEW, _REVIEWER, _JC29S + "第五条"),
    _row("forward", {S.UNDER_REVIEW}, S.UNDER_REVIEW, _REVIEWER, _JC29S + "第五条"),
    _row("pass", {S.UNDER_REVIEW}, S.APPROVED, _REVIEWER, _JC29S + "第五条"),
    _row("return", {S.UNDER_REVIEW}, S.RETURNED, _REVIEWER, _JC29S + "第五条"),
    _row("reject", {S.UNDER_REVIEW}, S.REJECTED, _REVIEWER, _JC29S + "第五条"),
    _row("consent", {S.SUBMITTED}, S.APPROVED, _LEADER, _JC10 + "一"),
    _row("deny", {S.SUBMITTED}, S.REJECTED, _LEADER, _JC10 + "一"),
    _row("make", {S.APPROVED}, S.MADE, _MAKER, _JC29S + "第六条至第八条"),
    _row("carve", {S.APPROVED}, S.MADE, _OFFICE, _JC10 + "一"),
    _row("issue", {S.MADE}, S.ISSUED, _OFFICE, _JC10 + "二"),
    _row("activate", {S.ISSUED}, S.ACTIVE, _OFFICE, _JC10 + "二"),
    _row("lose", {*_MADE, S.STOPPED, S.EXPIRED, S.LOST}, S.LOST, _WATCHERS, _JC29S + "第十六条"),
    _row(
        "suspend", {S.ISSUED, S.ACTIVE}, S.SUSPENDED, _WATCHERS | _AUTHORITIES, _JC29S + "第十六条"
    ),
    _row("resume", {S.SUSPENDED}, S.ACTIVE, _AUTHORITIES, "(d)"),
    _row("resume_unused", {S.SUSPENDED}, S.ISSUED, _AUTHORITIES, "(d)"),
    _row("renew", {S.ACTIVE}, S.ACTIVE, _MAKER, _JC29S + "第八条"),
    _row("remake", {S.SUSPENDED}, S.SUSPENDED, _MAKER, _HLJ + "第十五条"),
    _row("expire", {S.ISSUED, S.ACTIVE, S.SUSPENDED}, S.EXPIRED, frozenset(), _JC29S + "第八条"),
    _row("stop", {S.ACTIVE, S.SUSPENDED}, S.STOPPED, _LEADER, _JC10 + "三"),
    _row(
        "cancel",
        {S.ISSUED, S.ACTIVE, S.SUSPENDED, S.LOST, S.STOPPED, S.EXPIRED, S.LAPSED},
        S.CANCELLED,
        _AUTHORITIES,
        _JC29S + "第十五条",
    ),
    _row("destroy", {S.STOPPED, S.CANCELLED}, S.DESTROYED, _OFFICE, _JC10 + "三"),
    _row(
        "lapse",
        {S.APPROVED, S.MADE, S.ISSUED, S.ACTIVE, S.SUSPENDED},
        S.LAPSED,
        frozenset(),
        _HLJ + "第十八条",
    ),
)
"""Nothing leads from ``lost`` to ``active``: what is lost is applied for as a new seal."""

BY_EVENT = {row.event: row for row in TRANSITIONS}


def check_step(seal_row: sa.Row[Any], event: str) -> Transition:
    """The row of the table by which the event may happen to the seal.

    Raises:
        StateError: ``E_STATE``: not in its present state.
    """
    row = BY_EVENT[event]
    state = SealState(seal_row.state)
    if state not in row.before:
        wanted = tuple(sorted(row.before))
        message = f"印章状态为 {state} / {event}: the seal is {state}, not {', '.join(wanted)}"
        raise StateError(message, clause=row.clause, state=state, wanted=wanted)
    return row


def require_who(call: Call, seal_row: sa.Row[Any], row: Transition) -> None:
    """Go on only if the step is the actor's, by a role in the seal's units or above them.

    Raises:
        NotAuthorized: it is not.
    """
    units = (seal_row.owner_org, seal_row.using_org)
    if any(call.actor.has(*row.who, organization=unit) for unit in units):
        return
    owner = call.one(tables.organizations, seal_row.owner_org)
    above = row.who & _AUTHORITIES
    for assignment in call.actor.assignments:
        if assignment.role in above and is_over(call, assignment, owner):
            return
    wanted = ", ".join(sorted(row.who))
    raise NotAuthorized(
        f"无权办理 / {row.event} needs one of these roles here: {wanted}", clause=row.clause
    )


def move(
    call: Call,
    seal_row: sa.Row[Any],
    event: str,
    *,
    effective_at: datetime | None = None,
    reason_class: ReasonClass | None = None,
    reason: str | None = None,
    **values: Any,  # noqa: ANN401 - columns of the seal
) -> None:
    """Lead the seal to its next state, for good, and tell it.

    The state holds from ``effective_at``, by default from now; ``values`` are further columns of
    the seal.

    Raises:
        StateError: the table has no such step.
    """
    row = check_step(seal_row, event)
    since = effective_at or call.at
    call.insert(
        tables.seal_states,
        seal=seal_row.id,
        event=event,
        state=row.after,
        effective_at=since,
        recorded_at=call.at,
        reason_class=reason_class,
        reason=reason,
        by=call.actor.id,
    )
    call.update(tables.seals, seal_row.id, state=row.after, state_effective_at=since, **values)
    call.tell(f"seal.{row.after}", seal_row.id, event=event, effective_at=since.isoformat())
