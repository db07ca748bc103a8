"""逐级审核: an application goes up level by level, each decided by that level's department."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from govseal.errors import NotAuthorized
from govseal.registry import tables
from govseal.registry.seals.applications import application_of
from govseal.registry.seals.custody import may_see
from govseal.registry.seals.records import ReviewStep, SealRecord
from govseal.registry.seals.room import (
    Room,
    is_electronic,
    locked,
    managed_levels,
    managing_unit,
    sealed_record,
    words,
)
from govseal.registry.seals.transitions import BY_EVENT, check_step, move
from govseal.registry.tables.base import new_id
from govseal.registry.vocabulary import Level

if TYPE_CHECKING:
    from govseal.registry.call import Call

_LADDER = (Level.COUNTY, Level.CITY, Level.PROVINCE, Level.NATION)


class Review(Room):
    """Reviewing applications."""

    def accept(self, seal_id: str) -> SealRecord:
        """Take an application up at the first level of its route.

        Raises:
            Refused: ``E_REVIEW_ORDER``: another level's turn.
            NotAuthorized: no reviewer of a management department.
            StateError: it was not submitted, or was accepted already.
        """
        with self._acting.call("seals.accept", seal_id) as call:
            row = locked(call, seal_id)
            check_step(row, "accept")
            if not is_electronic(row):
                call.refuse(
                    "E_REVIEW_ORDER",
                    "实物印章由领导批准刻制 / a physical seal is carved by the leaders' consent",
                )
            level = review_route(call, row)[0]
            unit = _reviewing_unit(call, row, level)
            _note(call, row, level=level, unit=unit, decision="accepted")
            move(call, row, "accept", review_level=level)
            return sealed_record(call, seal_id)

    def review(self, seal_id: str, *, passes: bool, reason: str = "") -> SealRecord:
        """Pass the application to the next level, or reject it with a reason.

        Raises:
            Refused: ``E_REVIEW_ORDER``, ``E_REASON_MISSING`` (rejected without one),
                ``E_SAME_PERSON``.
            NotAuthorized: no reviewer of a management department.
            StateError: it is not under review.
        """
        with self._acting.call("seals.review", seal_id) as call:
            row, level, unit = _turn(call, seal_id, "pass")
            if not passes:
                why = words(call, reason, "E_REASON_MISSING", "理由 / the reason")
                _note(call, row, level=level, unit=unit, decision="rejected", reason=why)
                move(call, row, "reject", reason=why)
                _tell_applicant(call, row, "application.rejected", why)
                return sealed_record(call, seal_id)
            _note(call, row, level=level, unit=unit, decision="passed", reason=reason or None)
            route = review_route(call, row)
            place = route.index(level) + 1
            if place < len(route):
                move(call, row, "forward", review_level=route[place])
            else:
                move(call, row, "pass", review_level=None)
                _tell_applicant(call, row, "application.approved", None)
            return sealed_record(call, seal_id)

    def send_back(self, seal_id: str, reason: str) -> SealRecord:
        """Return the application, to be handed in again when it is put right.

        Raises:
            Refused: ``E_REASON_MISSING``, ``E_REVIEW_ORDER``, ``E_SAME_PERSON``.
            NotAuthorized: no reviewer of a management department.
            StateError: it is not under review.
        """
        with self._acting.call("seals.send_back", seal_id) as call:
            row, level, unit = _turn(call, seal_id, "return")
            why = words(call, reason, "E_REASON_MISSING", "理由 / the reason")
            _note(call, row, level=level, unit=unit, decision="returned", reason=why)
            move(call, row, "return", reason=why, review_level=None)
            _tell_applicant(call, row, "application.returned", why)
            return sealed_record(call, seal_id)

    def reviews(self, seal_id: str) -> tuple[ReviewStep, ...]:
        """What was decided on an application, in its order."""
        with self._acting.call("seals.reviews", seal_id, writes=False) as call:
            may_see(call, call.one(tables.seals, seal_id))
            steps = tables.review_steps
            query = sa.select(steps).where(steps.c.seal == seal_id).order_by(steps.c.number)
            return tuple(
                ReviewStep(
                    row.level, row.organization, row.reviewer, row.decision, row.reason, row.at
                )
                for row in call.rows(query)
            )


def review_route(call: Call, row: sa.Row[Any]) -> tuple[str, ...]:
    """The levels that review, in their order: from the unit's own upward (C-5).

    The levels below it never see its application; where the profile names none from there on, its
    own level's department decides alone.
    """
    own = call.one(tables.organizations, row.owner_org).level
    named = str(call.profile.switch("review_levels").value)
    levels = tuple(level.strip() for level in named.split(",") if level.strip() != "none")
    above = tuple(level for level in levels if _LADDER.index(Level(level)) >= _LADDER.index(own))
    return above or (own,)


def _turn(call: Call, seal_id: str, event: str) -> tuple[sa.Row[Any], str, sa.Row[Any]]:
    row = locked(call, seal_id)
    check_step(row, event)
    return row, row.review_level, _reviewing_unit(call, row, row.review_level)


def _reviewing_unit(call: Call, row: sa.Row[Any], level: str) -> sa.Row[Any]:
    """The management department for which the actor decides at this level."""
    owner = call.one(tables.organizations, row.owner_org)
    unit = managing_unit(call, owner, level)
    if unit is None:
        others = managed_levels(call)
        if others and level not in others:
            message = f"应由 {level} 级审核 / it is the turn of the level {level}"
            call.refuse("E_REVIEW_ORDER", message, BY_EVENT["forward"].clause)
        message = f"由 {level} 级印章管理部门审核 / a department of the level {level} decides"
        raise NotAuthorized(message, clause=BY_EVENT["forward"].clause)
    switch = call.profile.switch("approver_is_not_applicant")
    if switch.value is True and application_of(call, row.id).applicant == call.actor.id:
        message = "申请人不得审核 / who applied for the seal does not review the application"
        call.refuse("E_SAME_PERSON", message, switch.clause)
    return unit


def _note(
    call: Call,
    row: sa.Row[Any],
    *,
    level: str,
    unit: sa.Row[Any],
    decision: str,
    reason: str | None = None,
) -> None:
    steps = tables.review_steps
    query = sa.select(sa.func.count()).where(steps.c.seal == row.id)
    count: int = call.connection.execute(query).scalar_one()
    call.insert(
        steps,
        id=new_id("rev"),
        seal=row.id,
        number=count + 1,
        level=level,
        organization=unit.id,
        reviewer=call.actor.id,
        decision=decision,
        reason=reason,
        at=call.at,
    )


def _tell_applicant(call: Call, row: sa.Row[Any], kind: str, reason: str | None) -> None:
    applicant = application_of(call, row.id).applicant
    call.tell(kind, row.id, to=[applicant], reason=reason)
