"""The life of a use request as a table (requirements 3.4); a step that is not in it is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from govseal.errors import StateError
from govseal.registry.labels import USE_STATES, named
from govseal.registry.vocabulary import UseState

if TYPE_CHECKING:
    import sqlalchemy as sa

    from govseal.registry.call import Call

_YZ_4 = "晋市审管发〔2022〕10号 印章管理制度, 四"
_YZ_5 = "晋市审管发〔2022〕10号 印章管理制度, 五"
_S_12 = "晋市政办〔2022〕29号 电子印章, 第十二条"
_JC9_7 = "晋市审管发〔2022〕9号 行政审批专用章, 第七条"

_WAITS: Final = (UseState.SUBMITTED, UseState.REVIEWED)
_MAY_STAMP: Final = (UseState.APPROVED, UseState.CHECKED)


@dataclass(frozen=True, slots=True)
class Step:
    """One row: from which states an event leads where, who causes it, by which clause."""

    event: str
    wanted: tuple[UseState, ...]
    to: UseState
    who: str
    clause: str


STEPS: Final = (
    Step("review", _WAITS, UseState.REVIEWED, "approver", _YZ_4),
    Step("approve", _WAITS, UseState.APPROVED, "approver of the last step", _YZ_4),
    Step("return", _WAITS, UseState.RETURNED, "approver", "(d)"),
    Step("reject", _WAITS, UseState.REJECTED, "approver", _YZ_4),
    Step("check", _MAY_STAMP, UseState.CHECKED, "custodian", _JC9_7),
    Step("stamp", _MAY_STAMP, UseState.STAMPED, "custodian", _S_12),
    Step("refuse", (*_WAITS, *_MAY_STAMP), UseState.REFUSED, "custodian", _YZ_5),
    Step("deliver", (UseState.STAMPED, UseState.DELIVERED), UseState.DELIVERED, "handler", "(d)"),
    Step(
        "archive",
        (UseState.STAMPED, UseState.DELIVERED),
        UseState.ARCHIVED,
        "handler",
        "晋市政办〔2022〕29号 电子印章, 第十三条",
    ),
    Step("withdraw", (*_WAITS, *_MAY_STAMP), UseState.WITHDRAWN, "applicant", "(d)"),
    Step("expire", _MAY_STAMP, UseState.EXPIRED, "the registry", "(d)"),
)
"""Every step there is. DRAFT is a paper that has not been handed in: the registry has none."""

_BY_EVENT: Final = {step.event: step for step in STEPS}
_CODES: Final = {
    UseState.SUBMITTED: "E_NOT_APPROVED",
    UseState.REVIEWED: "E_APPROVAL_INCOMPLETE",
    UseState.EXPIRED: "E_APPROVAL_EXPIRED",
}
OPEN: Final = (*_WAITS, *_MAY_STAMP)
"""States of requests that wait for something."""
STAMPED: Final = (UseState.STAMPED, UseState.DELIVERED, UseState.ARCHIVED)
"""States of requests whose stamp was made."""


def check_step(call: Call, request: sa.Row[Any], event: str) -> UseState:
    """The state that an event leads to.

    Raises:
        StateError: not from the present state. Its code is ``E_STATE``; where the desk is asked
            too early ``E_NOT_APPROVED``, ``E_APPROVAL_INCOMPLETE`` or, of a correction,
            ``E_APPROVAL_LEVEL``; too late, ``E_APPROVAL_EXPIRED``.
    """
    step = _BY_EVENT[event]
    state = UseState(request.state)
    if state in step.wanted:
        return step.to
    code = _CODES.get(state, "E_STATE") if event in {"check", "stamp"} else "E_STATE"
    if code == "E_APPROVAL_INCOMPLETE" and request.corrects is not None:
        code = "E_APPROVAL_LEVEL"  # 按原签批层级审批: levels are missing, or lower ones there
    raise StateError(
        f"申请{USE_STATES[state]}，此步骤只适用于：{named(step.wanted, USE_STATES)} / "
        f"the request is {state}: {event} needs it to be {' or '.join(step.wanted)}",
        code=code,
        clause=call.profile.clause(code) or step.clause,
        state=state,
        wanted=tuple(step.wanted),
    )
