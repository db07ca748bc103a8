"""The audit log as people may use it: reading, export, and forgetting what is old enough."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

import sqlalchemy as sa

from govseal.registry import audit, tables
from govseal.registry.audit import AuditEvent
from govseal.registry.calendar import WorkingDays
from govseal.registry.events import Event
from govseal.registry.ledger.printed import is_formula
from govseal.registry.people import require_at_top
from govseal.registry.policy import Deadline
from govseal.registry.tables.base import moment_text
from govseal.registry.vocabulary import Role

if TYPE_CHECKING:
    from govseal.registry.acting import Acting
    from govseal.registry.call import Call

MOST: Final = 10_000
"""Rows that one reading gives."""
LEAST_YEARS: Final = 3  # 晋市政办〔2022〕29号 电子证照, 第二十五条
_READERS: Final = (Role.SUPERVISION_AUDITOR, Role.PROVINCE_ADMIN, Role.SERVICE_SUPERVISOR)
_COLUMNS: Final = (
    "sequence",
    "at",
    "actor",
    "strength",
    "client",
    "action",
    "subject",
    "result",
    "code",
    "clause",
    "facts",
)


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which rows: each of these that is given has to hold."""

    actor: str | None = None
    action: str | None = None
    """The step, or with a ``.`` at its end the room, as ``seals.``."""
    subject: str | None = None
    result: str | None = None
    code: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Before that time."""
    after: int = 0
    """Only rows with a higher number: where the last reading ended."""


@dataclass(frozen=True, slots=True)
class Purged:
    """What was forgotten."""

    count: int
    through: int
    """The number of the last row that is gone."""
    events: tuple[Event, ...] = ()


class AuditLog:
    """The audit log, as one person may read it; every reading is a row of it."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting

    def read(
        self, which: AuditFilter | None = None, *, limit: int = 1000
    ) -> tuple[AuditEvent, ...]:
        """The rows that a filter lets through, in their order, at most ``limit`` of them.

        Raises:
            ValueError: ``limit`` is not from 1 to 10 000.
            Refused: ``E_NOT_AUTHORIZED``.
        """
        if not 1 <= limit <= MOST:
            raise ValueError(f"limit is from 1 to {MOST}")
        with self._acting.call("audit.read", writes=False) as call:
            require_at_top(call, *_READERS)
            chosen = which or AuditFilter()
            call.facts["filter"] = _told(chosen)
            return tuple(audit.select(call.connection, _query(chosen).limit(limit)))

    def export(
        self, which: AuditFilter | None = None, *, form: Literal["csv", "jsonl"] = "csv"
    ) -> bytes:
        """The rows that a filter lets through, for another program.

        CSV begins with a byte order mark, for spreadsheets, and holds no formulas: what would be
        one has an apostrophe before it. JSON Lines holds each row's hash too.

        Raises:
            ValueError: another form.
            Refused: ``E_NOT_AUTHORIZED``.
        """
        if form not in {"csv", "jsonl"}:
            raise ValueError("form is csv or jsonl")
        with self._acting.call("audit.export", writes=False) as call:
            require_at_top(call, *_READERS)
            chosen = which or AuditFilter()
            call.facts.update({"filter": _told(chosen), "form": form})
            if form == "jsonl":
                rows = call.connection.execute(_query(chosen))
                return b"".join(_line(row) for row in rows)
            return _csv(audit.select(call.connection, _query(chosen)))

    def purge(self, *, before: datetime) -> Purged:
        """Forget the rows before a time that is at least three years ago, or what the profile asks.

        What remains is still chained: the last hash that is gone stands in the row of the purge.

        Raises:
            Refused: ``E_RETENTION``: younger rows than may be forgotten; ``E_NOT_AUTHORIZED``.
        """
        with self._acting.call("audit.purge") as call:
            require_at_top(call, Role.ADMINISTRATOR, Role.PROVINCE_ADMIN)
            if not _may_forget(call, before):
                limit = call.profile.deadlines["log_retention"]
                message = f"logs are kept for {limit.value} {limit.unit}, three years at least"
                call.refuse("E_RETENTION", message, limit.clause)
            count, through, hash_ = audit.purge(call.connection, before)
            call.facts.update({"before": moment_text(before), "through": through, "hash": hash_})
            call.tell("audit.purged", str(through), count=count)
            return call.finish(Purged(count, through))


def _may_forget(call: Call, before: datetime) -> bool:
    """Whether what happened just before that time has been kept for long enough."""
    limits = [call.profile.deadlines["log_retention"], Deadline(LEAST_YEARS, "years", "")]
    days = WorkingDays.shipped()
    return all(days.due(before, limit) <= call.at for limit in limits)


def _query(which: AuditFilter) -> sa.Select[tuple[object, ...]]:
    table = tables.audit_events
    query = sa.select(table).where(table.c.sequence > which.after).order_by(table.c.sequence)
    for name in ("actor", "subject", "result", "code"):
        value = getattr(which, name)
        if value is not None:
            query = query.where(table.c[name] == value)
    if which.action is not None and which.action.endswith("."):
        query = query.where(table.c.action.startswith(which.action, autoescape=True))
    elif which.action is not None:
        query = query.where(table.c.action == which.action)
    if which.since is not None:
        query = query.where(table.c.at >= which.since)
    if which.until is not None:
        query = query.where(table.c.at < which.until)
    return query


def _told(which: AuditFilter) -> dict[str, object]:
    """What was asked, for the log."""
    members = {name: getattr(which, name) for name in which.__slots__}
    return {name: value for name, value in members.items() if value not in {None, 0}}


def _line(row: sa.Row[tuple[object, ...]]) -> bytes:
    members = {name: getattr(row, name) for name in _COLUMNS} | {"hash": row.hash}
    members["at"] = moment_text(row.at)
    members["facts"] = json.loads(row.facts)
    return json.dumps(members, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def _csv(events: Iterator[AuditEvent]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for event in events:
        members = {name: getattr(event, name) for name in _COLUMNS}
        members["at"] = moment_text(event.at)
        members["facts"] = json.dumps(dict(event.facts), ensure_ascii=False, sort_keys=True)
        writer.writerow([_cell(members[name]) for name in _COLUMNS])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _cell(value: object) -> str:
    shown = "" if value is None else str(value)
    return f"'{shown}" if is_formula(shown) else shown
