"""How long approvals may be used, and requests whose time is over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from govseal.errors import Refused
from govseal.registry import tables
from govseal.registry.calendar import WorkingDays
from govseal.registry.clock import day_of
from govseal.registry.use.states import check_step
from govseal.registry.vocabulary import UseState

if TYPE_CHECKING:
    from govseal.registry.acting import Acting
    from govseal.registry.call import Call

LIMIT: Final = "approval_validity"
_USABLE: Final = (UseState.APPROVED, UseState.CHECKED)


def approvals_end(call: Call) -> datetime | None:
    """Until when approvals that are complete now may be used; None where no limit is set."""
    limit = call.profile.deadline(LIMIT, day_of(call.at))
    return None if limit is None else WorkingDays.of(call.connection).due(call.at, limit)


def is_over(call: Call, expires_at: datetime | None) -> bool:
    """Whether approvals with this end may not be used any more."""
    return expires_at is not None and call.at > expires_at


@contextmanager
def ends_what_expired(acting: Acting, request_id: str) -> Iterator[None]:
    """A step of the desk: where it finds that the approvals are over, the request ends."""
    try:
        yield
    except Refused as refusal:
        if refusal.code == "E_APPROVAL_EXPIRED":
            _expire_one(acting, request_id)
        raise


def _expire_one(acting: Acting, request_id: str) -> None:
    with acting.call("use.expire", request_id) as call:
        request = call.one(tables.use_requests, request_id, lock=True)
        if request.state in _USABLE and is_over(call, request.expires_at):
            _expire(call, request)


def _expire(call: Call, request: sa.Row[Any]) -> None:
    state = check_step(call, request, "expire")
    call.update(tables.use_requests, request.id, state=state)
    call.tell("use.expired", request.id, number=request.number, applicant=request.applicant)


def expire(acting: Acting) -> int:
    """See :meth:`govseal.registry.use.Use.expire`."""
    with acting.call("use.expire") as call:
        requests = tables.use_requests
        query = (
            sa.select(requests)
            .where(
                requests.c.state.in_(_USABLE),
                requests.c.expires_at < call.at,
            )
            .order_by(requests.c.id)  # all who lock several rows lock them in one order
            .with_for_update()
        )
        over = call.rows(query)
        for request in over:
            _expire(call, request)
        call.facts["expired"] = [request.number for request in over]
        return len(over)
