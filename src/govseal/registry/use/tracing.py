"""全程留痕: who asked, approved, held the seal and stamped (JC9-07, JC29S-17)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from govseal.registry import audit, tables
from govseal.registry.seals.custody import custodian_at
from govseal.registry.use.entries import names_of
from govseal.registry.use.records import Act, Trace
from govseal.registry.use.requests import check_may_read
from govseal.registry.vocabulary import UseState

if TYPE_CHECKING:
    from govseal.registry.acting import Acting
    from govseal.registry.call import Call


def trace(acting: Acting, id_: str) -> Trace:
    """See :meth:`govseal.registry.use.Use.trace`."""
    with acting.call("use.trace", id_, writes=False) as call:
        request = _request(call, id_)
        check_may_read(call, request)
        stamp = call.connection.execute(
            sa.select(tables.stamps).where(tables.stamps.c.request == request.id)
        ).one_or_none()
        approvals = _approvals(call, request.id)
        log = list(audit.read(call.connection, subject=request.id))
        at = call.at if stamp is None else stamp.at
        holder = custodian_at(call.connection, request.seal, at)
        people = {request.applicant, *(row.approver for row in approvals)}
        people |= {row.on_behalf_of for row in approvals if row.on_behalf_of}
        people |= {event.actor for event in log if event.actor}
        people |= {stamp.operator} if stamp is not None else set()
        people |= {holder.person} if holder is not None else set()
        names = names_of(call, people)
        return call.finish(
            Trace(
                request=request.id,
                number=request.number,
                state=UseState(request.state),
                seal=request.seal,
                asked=_act("requested", request.applicant, names, request.requested_at),
                approved=tuple(_approved(row, names) for row in approvals),
                held=None
                if holder is None
                else _act("held", holder.person, names, holder.since, holder.kind),
                stamped=None
                if stamp is None
                else _act("stamped", stamp.operator, names, stamp.at, _how(stamp)),
                entry=None if stamp is None else stamp.intent,
                log=tuple(
                    _act(event.action, event.actor or "", names, event.at, event.code or "")
                    for event in log
                ),
            )
        )


def _request(call: Call, id_: str) -> sa.Row[Any]:
    """The request of that id, or of the stamp of that id.

    Raises:
        Refused: ``E_NOT_FOUND``.
    """
    stamps = tables.stamps
    query = sa.select(stamps.c.request).where(stamps.c.id == id_)
    found = call.connection.execute(query).scalar_one_or_none()
    return call.one(tables.use_requests, found or id_)


def _approvals(call: Call, request_id: str) -> list[sa.Row[Any]]:
    approvals = tables.approvals
    query = sa.select(approvals).where(approvals.c.request == request_id)
    return list(call.rows(query.order_by(approvals.c.at, approvals.c.step)))


def _approved(row: sa.Row[Any], names: dict[str, str]) -> Act:
    behalf = f" for {names[row.on_behalf_of]}" if row.on_behalf_of else ""
    detail = f"step {row.step}, {row.role}{behalf}, {row.mode}"
    return _act(row.decision, row.approver, names, row.at, detail)


def _how(stamp: sa.Row[Any]) -> str:
    """The signature, or how many copies a hand stamped."""
    if stamp.signature_id is not None:
        return str(stamp.signature_id)
    spoiled = f", spoiled {stamp.spoiled}" if stamp.spoiled else ""
    return f"by_hand, copies {stamp.copies}{spoiled}"


def _act(what: str, person: str, names: dict[str, str], at: Any, detail: str = "") -> Act:  # noqa: ANN401
    return Act(what, person, names.get(person, person), at, detail)
