"""What verifiers are told of documents and seals, read in a few queries, however many there are."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.vocabulary import SealState
from govseal.verification.status import BusinessStatus, SealMoment

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class State:
    """What a document is at a time, and since when."""

    state: str
    effective_at: datetime


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Documents as they stand at one time: all of them, or those that are asked for."""

    documents: dict[str, sa.Row[Any]]
    states: dict[str, State]
    successors: dict[str, str]
    """The number of the document that stands in the place of another."""
    subtypes: dict[str, str]
    """Of each seal."""

    @classmethod
    def load(
        cls, connection: sa.Connection, at: datetime, only: Collection[str] | None = None
    ) -> Self:
        """What is known at ``at`` of documents, by their ids; of all by default."""
        table, states, links = tables.documents, tables.document_states, tables.document_links
        documents = sa.select(table)
        # Some clocks run ahead: what was stamped a moment from now is there already.
        history = sa.select(states).where(
            sa.or_(states.c.effective_at <= at, states.c.recorded_at <= at)
        )
        replaced = sa.select(links.c.old, table.c.number).join(table, table.c.id == links.c.new)
        if only is not None:
            documents = documents.where(table.c.id.in_(only))
            history = history.where(states.c.document.in_(only))
            replaced = replaced.where(links.c.old.in_(only))
        ordered = history.order_by(states.c.effective_at, states.c.sequence)
        seals = sa.select(tables.seals.c.id, tables.seals.c.subtype)
        return cls(
            {row.id: row for row in connection.execute(documents)},
            {
                row.document: State(row.state, row.effective_at)
                for row in connection.execute(ordered)
            },
            {row.old: row.number for row in connection.execute(replaced.order_by(links.c.at))},
            {row.id: row.subtype for row in connection.execute(seals)},
        )

    def state(self, document: str) -> State:
        """The state of a document."""
        known = self.states.get(document)
        return known or State(UNKNOWN, self.documents[document].recorded_at)

    def business(self, version: sa.Row[Any]) -> BusinessStatus:
        """What is said of one stamped file: of an early one, that it lacks what came later."""
        row, state = self.documents[version.document], self.state(version.document)
        borne = {self.subtypes[seal] for seal in version.seals}
        return BusinessStatus(
            status=state.state,
            profile=row.profile,
            legal_basis=row.legal_basis,
            effective_at=state.effective_at,
            number=row.number,
            completed_on=row.completed_on,
            successor=self.successors.get(row.id, ""),
            missing_seals=tuple(sorted(set(row.required_seals) - borne)),
        )


def made_seals(
    connection: sa.Connection, es_id: str | None = None
) -> dict[str, tuple[SealMoment, ...]]:
    """By es_id, the states of every seal that was made, in the order of their effect.

    What was recorded later prevails from its effect on, whatever had been recorded before. A
    version that was renewed has expired then, whatever becomes of its successor.
    """
    ended = _made(connection, es_id)
    states = tables.seal_states
    query = sa.select(states.c.seal, states.c.state, states.c.effective_at)
    if es_id is not None:
        query = query.where(states.c.seal.in_([seal for seal, _ in ended.values()]))
    history: dict[str, list[SealMoment]] = {}
    for row in connection.execute(query.order_by(states.c.sequence)):
        before = history.get(row.seal, [])
        kept = [moment for moment in before if moment.effective_at < row.effective_at]
        history[row.seal] = [*kept, SealMoment(row.state, row.effective_at)]
    return {
        es_id: tuple(_until(history.get(seal, []), ended_at))
        for es_id, (seal, ended_at) in sorted(ended.items())
    }


def _until(moments: list[SealMoment], ended_at: datetime | None) -> Iterator[SealMoment]:
    if ended_at is None:
        yield from moments
        return
    yield from (moment for moment in moments if moment.effective_at < ended_at)
    yield SealMoment(SealState.EXPIRED, ended_at)


def _made(connection: sa.Connection, es_id: str | None) -> dict[str, tuple[str, datetime | None]]:
    """By es_id, the seal that was made under it, and when a renewed one took its place."""
    seals, versions = tables.seals, tables.seal_versions
    old = sa.select(versions.c.es_id, versions.c.seal, versions.c.ended_at)
    now = sa.select(seals.c.es_id, seals.c.id).where(seals.c.es_id.is_not(None))
    if es_id is not None:
        old, now = old.where(versions.c.es_id == es_id), now.where(seals.c.es_id == es_id)
    rows = connection.execute(old.order_by(versions.c.number)).all()
    found: dict[str, tuple[str, datetime | None]] = {
        row.es_id: (row.seal, row.ended_at) for row in rows
    }
    found.update({row.es_id: (row.id, None) for row in connection.execute(now)})
    return found
