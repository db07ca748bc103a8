"""责令限期改正: an order to correct within a time, and what came of it (R-GZ-5.3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from govseal.errors import StateError
from govseal.registry import tables
from govseal.registry.call import Call
from govseal.registry.documents.model import OrderRecord
from govseal.registry.tables.base import new_id
from govseal.registry.vocabulary import OrderState, Role

CLAUSE: Final = "赣州“2号章”规范, 5.3"
ORDERING: Final = (Role.CITY_UNIT_ADMIN, Role.CITY_UNIT_INSPECTOR, Role.SERVICE_SUPERVISOR)


def give(call: Call, document: str, *, finding: str, due_at: datetime) -> OrderRecord:
    """Order a correction until ``due_at``.

    Raises:
        Refused: ``E_LEDGER_FIELD``: nothing was found; ``E_DUE``: a time that is over.
    """
    call.one(tables.documents, document)
    if not finding.strip():
        call.refuse("E_LEDGER_FIELD", "an order says what was found", CLAUSE)
    if due_at <= call.at:
        call.refuse("E_DUE", "an order leaves time to correct", CLAUSE)
    order = new_id("ord")
    call.insert(
        tables.rectification_orders,
        id=order,
        document=document,
        state=OrderState.OPEN,
        finding=finding,
        ordered_at=call.at,
        ordered_by=call.actor.id,
        due_at=due_at,
    )
    call.tell("order.given", order, document=document, due_at=due_at.isoformat())
    return read_order(call.one(tables.rectification_orders, order), call.at)


def close(call: Call, order: str, state: OrderState, result: str) -> OrderRecord:
    """Say what came of an order.

    Raises:
        StateError: it is closed already.
        Refused: ``E_LEDGER_FIELD``: no result.
    """
    row = open_order(call, order)
    if not result.strip():
        call.refuse("E_LEDGER_FIELD", "what came of it is missing", CLAUSE)
    call.update(tables.rectification_orders, order, state=state, closed_at=call.at, result=result)
    call.tell(f"order.{state}", order, document=row.document)
    return read_order(call.one(tables.rectification_orders, order), call.at)


def open_order(call: Call, order: str) -> sa.Row[Any]:
    """The row of an order that is open, or refused: one that a withdrawal may follow.

    Raises:
        StateError: it is done with.
    """
    row = call.one(tables.rectification_orders, order, lock=True)
    wanted = (OrderState.OPEN, OrderState.REFUSED)
    if row.state not in wanted:
        raise StateError(f"{order} is {row.state}", clause=CLAUSE, state=row.state, wanted=wanted)
    return row


def read_order(row: sa.Row[Any], at: datetime) -> OrderRecord:
    """The record of a row; overdue is what is open after its time."""
    return OrderRecord(
        id=row.id,
        document=row.document,
        state=row.state,
        finding=row.finding,
        due_at=row.due_at,
        is_overdue=row.state == OrderState.OPEN and row.due_at < at,
        result=row.result or "",
    )
