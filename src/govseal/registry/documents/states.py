"""What becomes of a document: a table of states, and a history that only grows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from govseal.errors import StateError
from govseal.registry import tables
from govseal.registry.call import Call
from govseal.registry.tables.base import new_id
from govseal.registry.vocabulary import DocumentState, Role

_S = DocumentState


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the table: from which states an event leads where, and who may cause it."""

    event: str
    states: frozenset[DocumentState]
    to: DocumentState
    roles: frozenset[Role]
    clause: str


_KEEPERS = frozenset({Role.SEAL_OFFICE, Role.LICENCE_ISSUING_SECTION, Role.SECTION_HEAD})
_LEADERS = frozenset({Role.SUPERVISING_LEADER, Role.PRINCIPAL_LEADER})

STEPS: Final = (
    Step("supersede", frozenset({_S.CURRENT, _S.DISPUTED, _S.EXPIRED}), _S.SUPERSEDED,
         _KEEPERS, "晋市审管发〔2022〕9号 行政审批专用章, 第八条"),
    Step("withdraw", frozenset({_S.CURRENT, _S.DISPUTED, _S.EXPIRED}), _S.WITHDRAWN,
         _LEADERS, "赣州“2号章”规范, 5.3"),
    Step("revoke", frozenset({_S.CURRENT, _S.DISPUTED, _S.EXPIRED}), _S.REVOKED,
         _LEADERS, "赣州“2号章”规范, 5.3"),
    Step("dispute", frozenset({_S.CURRENT}), _S.DISPUTED,
         _KEEPERS, "晋市政办〔2022〕29号 电子证照, 第二十三条"),
    Step("resolve", frozenset({_S.DISPUTED}), _S.CURRENT,
         _KEEPERS, "晋市政办〔2022〕29号 电子证照, 第二十三条"),
    Step("expire", frozenset({_S.CURRENT, _S.DISPUTED}), _S.EXPIRED, _KEEPERS, "(d)"),
)  # fmt: skip
_BY_EVENT: Final = {step.event: step for step in STEPS}


def step_of(event: str) -> Step:
    """The row of an event.

    Raises:
        ValueError: there is no such event.
    """
    if event not in _BY_EVENT:
        raise ValueError(f"no event {event!r}: {', '.join(_BY_EVENT)}")
    return _BY_EVENT[event]


def newest(connection: sa.Connection, document: str) -> sa.Row[Any]:
    """The last row of a document's history, whatever it says of."""
    states = tables.document_states
    query = sa.select(states).where(states.c.document == document)
    return connection.execute(query.order_by(states.c.sequence.desc()).limit(1)).one()


def change(
    call: Call,
    document: str,
    event: str,
    *,
    reason: str,
    effective_at: datetime | None = None,
    order: str | None = None,
) -> None:
    """Take a document to its next state: a row more, nothing is written over.

    Raises:
        StateError: the present state does not permit it.
        Refused: ``E_LEDGER_FIELD``: no reason; ``E_EFFECTIVE_AT``: before what was last recorded,
            or in the future.
    """
    step = step_of(event)
    call.one(tables.documents, document, lock=True)
    last = newest(call.connection, document)
    if last.state not in step.states:
        raise StateError(
            f"{document} is {last.state}: it cannot {event}",
            clause=step.clause,
            state=last.state,
            wanted=tuple(sorted(step.states)),
        )
    if not reason.strip():
        call.refuse("E_LEDGER_FIELD", f"{event} needs a reason", step.clause)
    effective = effective_at or call.at
    if not last.effective_at <= effective <= call.at:
        message = "a state holds from after the last one and not from the future"
        call.refuse("E_EFFECTIVE_AT", message, step.clause)
    call.insert(
        tables.document_states,
        document=document,
        state=step.to,
        effective_at=effective,
        recorded_at=call.at,
        reason=reason,
        by=call.actor.id,
        order=order,
    )
    call.tell(f"document.{step.to}", document, effective_at=effective.isoformat(), reason=reason)


def supersede(call: Call, old: str, new: str, *, kind: str, reason: str) -> None:
    """Let a newer document stand in the place of an older one, and link the two."""
    change(call, old, "supersede", reason=reason)
    call.insert(tables.document_links, id=new_id("lnk"), old=old, new=new, kind=kind, at=call.at)
