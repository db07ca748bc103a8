"""保管: exactly one named custodian of a seal at every moment (R-HLJ-16, R-JC10-YZ-3.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.vocabulary import CustodyKind

if TYPE_CHECKING:
    from govseal.registry.call import Call

# Who stands in front of whom: whoever carries the seal, then a stand-in, then its custodian.
_RANK = {
    CustodyKind.TAKEN_OUT: 0,
    CustodyKind.TEMPORARY: 1,
    CustodyKind.REGULAR: 2,
    CustodyKind.OFFICE_RETAINED: 2,
}


@dataclass(frozen=True, slots=True)
class Custodian:
    """Who answers for a seal at one moment."""

    person: str
    kind: CustodyKind
    department: str | None
    matter: str | None
    """Of a seal that was taken out: for this matter alone."""
    since: datetime
    until: datetime | None


def custodian_at(connection: sa.Connection, seal_id: str, at: datetime) -> Custodian | None:
    """Who holds a seal at a moment; None before anybody does, and after it was destroyed."""
    custody = tables.custody
    query = sa.select(custody).where(
        custody.c.seal == seal_id,
        custody.c.since <= at,
        sa.or_(custody.c.until.is_(None), custody.c.until > at),
    )
    rows = connection.execute(query).all()
    if not rows:
        return None
    row = min(rows, key=lambda row: _RANK[CustodyKind(row.kind)])
    return Custodian(
        person=row.custodian,
        kind=CustodyKind(row.kind),
        department=row.department,
        matter=row.matter,
        since=row.since,
        until=row.until,
    )


def check_custodian(call: Call, seal_row: sa.Row[Any], matter: str | None) -> None:
    """Go on only if the actor holds the seal now, and for this matter where it was taken out.

    Raises:
        Refused: ``E_NO_CUSTODIAN``, ``E_NOT_CUSTODIAN``, ``E_PERMIT_SCOPE`` (another matter than
            that of the permit), ``E_PERMIT_OVERDUE``.
    """
    holder = custodian_at(call.connection, seal_row.id, call.at)
    if holder is None:
        call.refuse("E_NO_CUSTODIAN", "nobody has custody of the seal")
    if holder.person != call.actor.id:
        call.refuse("E_NOT_CUSTODIAN", "the seal is in the custody of somebody else")
    if holder.kind is CustodyKind.OFFICE_RETAINED:
        call.refuse("E_NOT_CUSTODIAN", "the office keeps the seal out of use")
    if holder.kind is CustodyKind.TAKEN_OUT:
        if matter != holder.matter:
            message = f"the seal was taken out for another matter: {holder.matter}"
            call.refuse("E_PERMIT_SCOPE", message)
        if _is_overdue(call, seal_row.id):
            call.refuse("E_PERMIT_OVERDUE", "the seal had to be back by now")


def _is_overdue(call: Call, seal_id: str) -> bool:
    permits = tables.take_out_permits
    query = sa.select(permits.c.due_back).where(
        permits.c.seal == seal_id,
        permits.c.taken_at.is_not(None),
        permits.c.returned_at.is_(None),
    )
    due = call.connection.execute(query).scalar_one_or_none()
    return due is not None and due < call.at
