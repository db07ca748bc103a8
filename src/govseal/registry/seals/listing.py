"""Seals and what is asked for around them in lists; what waits for somebody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.seals.petitions import has_turn
from govseal.registry.seals.records import HandOver
from govseal.registry.seals.review import review_route
from govseal.registry.seals.room import Room, is_electronic, managing_unit
from govseal.registry.vocabulary import Medium, PetitionKind, PetitionState, Role, SealState
from govseal.registry.waiting import Waiting

if TYPE_CHECKING:
    from govseal.registry.call import Call

_DECIDED_BY_DEPARTMENT: Final = frozenset({PetitionKind.RENEW, PetitionKind.CANCEL})
_OFFICE: Final = {SealState.MADE: "issue", SealState.ISSUED: "activate"}


class Listing(Room):
    """Lists around seals, and what waits."""

    def hand_overs(self, seal_id: str) -> tuple[HandOver, ...]:
        """The hand-overs of a seal, in the order in which they were begun."""
        with self._acting.call("seals.hand_overs", seal_id, writes=False) as call:
            table = tables.custody_handovers
            begun = sa.func.coalesce(table.c.giver_at, table.c.receiver_at, table.c.registrar_at)
            query = sa.select(table).where(table.c.seal == seal_id).order_by(begun, table.c.id)
            return tuple(HandOver.of(row) for row in call.rows(query))

    def waiting(self) -> tuple[Waiting, ...]:
        """What waits for the actor: reviews, making, issue, petitions, hand-overs."""
        with self._acting.call("seals.waiting", writes=False) as call:
            found = (*_seals(call), *_petitions(call), *_hand_overs(call))
            return tuple(sorted(found, key=lambda item: (item.since, item.subject)))


def _seals(call: Call) -> Iterator[Waiting]:
    """Applications to review, seals to make, to issue, to activate."""
    table = tables.seals
    states = (SealState.SUBMITTED, SealState.UNDER_REVIEW, SealState.APPROVED, *_OFFICE)
    for row in call.rows(sa.select(table).where(table.c.state.in_(states))):
        call.judge_by(row.owner_org)
        if step := _step_of(call, row):
            yield Waiting(step, row.id, row.name, "", row.state_effective_at)


def _step_of(call: Call, row: sa.Row[Any]) -> str:
    """The step that a seal waits for, if it is the actor's; else nothing."""
    if row.state in _OFFICE:
        is_office = call.actor.has(Role.SEAL_OFFICE, organization=row.using_org)
        return _OFFICE[SealState(row.state)] if is_office else ""
    if row.state == SealState.APPROVED:
        is_maker = row.medium == Medium.ELECTRONIC and call.actor.has(Role.SEAL_MAKER)
        return "make" if is_maker else ""
    if not is_electronic(row):
        return ""  # carved by the leaders' consent: a petition
    level = row.review_level or review_route(call, row)[0]
    owner = call.one(tables.organizations, row.owner_org)
    if managing_unit(call, owner, level) is None:
        return ""
    return "accept" if row.state == SealState.SUBMITTED else "review"


def _petitions(call: Call) -> Iterator[Waiting]:
    table = tables.seal_petitions
    query = sa.select(table).where(table.c.state == PetitionState.OPEN).order_by(table.c.at)
    for row in call.rows(query):
        call.judge_by(row.organization)
        name = call.one(tables.seals, row.seal).name if row.seal else row.content.get("name", "")
        if row.kind in _DECIDED_BY_DEPARTMENT:
            unit = call.one(tables.organizations, row.organization)
            if managing_unit(call, unit, unit.level) is not None:
                yield Waiting("decide_petition", row.id, name, row.kind, row.at)
        elif row.steps and has_turn(call, row):
            yield Waiting("approve_petition", row.id, name, row.kind, row.at)


def _hand_overs(call: Call) -> Iterator[Waiting]:
    """Those in which the actor has not confirmed the own part."""
    table = tables.custody_handovers
    query = sa.select(table).where(table.c.completed_at.is_(None), table.c.dropped_at.is_(None))
    for row in call.rows(query):
        seal = call.one(tables.seals, row.seal)
        since = row.giver_at or row.receiver_at or row.registrar_at
        is_office = call.actor.has(Role.SEAL_OFFICE, organization=seal.using_org)
        parts = (
            (row.giver_at, call.actor.id == row.giver),
            (row.receiver_at, call.actor.id == row.receiver),
            (row.registrar_at, is_office and call.actor.id not in {row.giver, row.receiver}),
        )
        if any(is_mine and confirmed is None for confirmed, is_mine in parts):
            yield Waiting("confirm_hand_over", row.id, seal.name, "", since)
