"""Whether a seal may be used now, by its state, its period, its unit and its custody."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.organizations import check_organization
from govseal.registry.seals.custody import custodian_at
from govseal.registry.vocabulary import Medium, SealState

if TYPE_CHECKING:
    from govseal.registry.call import Call

_BEFORE_USE = frozenset(
    {
        SealState.DRAFT,
        SealState.SUBMITTED,
        SealState.UNDER_REVIEW,
        SealState.RETURNED,
        SealState.REJECTED,
        SealState.APPROVED,
        SealState.MADE,
        SealState.ISSUED,
    }
)
_ENDS_BY_TIME = frozenset({SealState.ISSUED, SealState.ACTIVE, SealState.SUSPENDED})


def check_usable(call: Call, seal_row: sa.Row[Any]) -> None:
    """Go on only if the seal may be used now.

    Raises:
        Refused: ``E_NOT_YET_ACTIVE``, ``E_EXPIRED``, ``E_SEAL_LOST``, ``E_SEAL_SUSPENDED``,
            ``E_SEAL_STOPPED`` (stopped, cancelled, destroyed, lapsed), ``E_ORG_INACTIVE``,
            ``E_ORG_CHANGED``, ``E_NO_CUSTODIAN``, ``E_KEY``.
    """
    _check_state(call, seal_row)
    named_at = _made_at(call, seal_row)
    check_organization(call, seal_row.owner_org, named_at=named_at)
    if seal_row.using_org != seal_row.owner_org:
        check_organization(call, seal_row.using_org, named_at=named_at)
    if custodian_at(call.connection, seal_row.id, call.at) is None:
        call.refuse("E_NO_CUSTODIAN", "印章无人保管 / nobody has custody of the seal")
    if seal_row.medium == Medium.ELECTRONIC and seal_row.key is None:
        call.refuse("E_KEY", "密钥已交回或销毁 / the seal's key was handed back or destroyed")


def _check_state(call: Call, seal_row: sa.Row[Any]) -> None:
    state = SealState(seal_row.state)
    if state is SealState.ACTIVE:  # by its row; what was written once and for all prevails
        state = _recorded(call, seal_row.id)
    if state in _BEFORE_USE:
        call.refuse("E_NOT_YET_ACTIVE", f"印章未启用 / the seal is {state}: it was not activated")
    if state is SealState.LOST:
        call.refuse(
            "E_SEAL_LOST", "印章已报丢失或失控 / the seal was reported lost or out of control"
        )
    if state is SealState.SUSPENDED:
        call.refuse("E_SEAL_SUSPENDED", "印章已暂停使用 / the seal is suspended")
    if state is SealState.EXPIRED or (seal_row.valid_to and seal_row.valid_to < call.at):
        call.refuse("E_EXPIRED", "印章已过有效期 / the seal's period of validity is over")
    if state is not SealState.ACTIVE:
        call.refuse("E_SEAL_STOPPED", f"印章已停用 / the seal is {state}")
    if seal_row.state_effective_at > call.at:
        since = seal_row.state_effective_at.isoformat()
        call.refuse("E_NOT_YET_ACTIVE", f"印章尚未启用 / the seal is active from {since}")
    if seal_row.valid_from and seal_row.valid_from > call.at:
        call.refuse(
            "E_NOT_YET_ACTIVE", "印章有效期未开始 / the seal's period of validity has not begun"
        )


def _recorded(call: Call, seal_id: str) -> SealState:
    """The state to which the last of its steps led the seal."""
    states = tables.seal_states
    query = sa.select(states.c.state).where(states.c.seal == seal_id)
    last = call.connection.execute(query.order_by(states.c.sequence.desc()).limit(1)).scalar()
    return SealState.DRAFT if last is None else SealState(last)


def _made_at(call: Call, seal_row: sa.Row[Any]) -> datetime:
    """When the seal was made, for the first time: renewing takes its name over."""
    states = tables.seal_states
    query = sa.select(sa.func.min(states.c.effective_at)).where(
        states.c.seal == seal_row.id, states.c.state == SealState.MADE
    )
    made: datetime | None = call.connection.execute(query).scalar_one()
    return made or call.at


def state_at(connection: sa.Connection, seal_id: str, at: datetime) -> sa.Row[Any] | None:
    """The row of ``seal_states`` that tells what the seal was at a moment, as it is known now.

    What was recorded later prevails from its effect on, even where that lies before what had been
    recorded earlier: a seal lost at ten is lost at noon, whatever was written at eleven.
    """
    states = tables.seal_states
    query = (
        sa.select(states)
        .where(states.c.seal == seal_id, states.c.effective_at <= at)
        .order_by(states.c.sequence.desc())
        .limit(1)
    )
    return connection.execute(query).one_or_none()


def time_ended(seal_row: sa.Row[Any], state: SealState, at: datetime) -> bool:
    """Whether the seal's period had ended a seal by then that was in such a state."""
    ends = seal_row.valid_to
    return state in _ENDS_BY_TIME and ends is not None and ends < at
