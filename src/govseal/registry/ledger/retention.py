"""How long the ledger is kept, and the purge after that: contents go, what proves them stays.

A purge empties entries. Their leaves stay, so that the tree, every proof and every checkpoint
hold as before; a note in the ledger itself says which entries, by whom and on what basis.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from govseal.asn1.times import BEIJING
from govseal.registry import tables
from govseal.registry.clock import day_of
from govseal.registry.database import lock_head
from govseal.registry.events import Event
from govseal.registry.ledger.append import HEAD, append_entry
from govseal.registry.ledger.walk import add_to
from govseal.registry.tables.fences import lower_fences, raise_fences

if TYPE_CHECKING:
    from govseal.registry.bureau import Bureau
    from govseal.registry.call import Call

_TABLE: Final = "ledger_entries"


@dataclass(frozen=True, slots=True)
class Purge:
    """What was emptied."""

    before: date
    """Entries of days before this one."""
    ranges: tuple[tuple[int, int], ...]
    """Their numbers, both ends included."""
    count: int
    entry: int | None
    """The note that says so; None where there was nothing to purge."""
    events: tuple[Event, ...] = ()


def keeps_until(day: date, years: int) -> date:
    """The last day on which an entry of ``day`` must be kept; of 29 February, 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def purge(call: Call, bureau: Bureau, *, before: date, basis: str) -> Purge:
    """See :meth:`govseal.registry.ledger.access.LedgerAccess.purge`."""
    years, clause = _retention(call, bureau)
    today = day_of(call.at)
    if keeps_until(before - timedelta(days=1), years) >= today:
        call.refuse(
            "E_RETENTION",
            f"台账至少保存 {years} 年 / the ledger is kept for at least {years} years",
            clause,
        )
    if not basis.strip():
        call.refuse("E_BASIS_MISSING", "清理须有依据 / a purge needs a basis", clause)
    lock_head(call.connection, HEAD)
    end = datetime.combine(before, time(), BEIJING)
    table = tables.ledger_entries
    # Notes stay: they say what was purged.
    old = sa.and_(table.c.at < end, table.c.kind != "note", table.c.entry != "")
    ranges: list[tuple[int, int]] = []
    query = sa.select(table.c.sequence).where(old).order_by(table.c.sequence)
    for sequence in call.connection.execute(query.execution_options(yield_per=1000)).scalars():
        add_to(ranges, sequence)
    if not ranges:
        return Purge(before, (), 0, None)
    lower_fences(call.connection, _TABLE)
    count = call.connection.execute(table.update().where(old).values(entry="")).rowcount
    raise_fences(call.connection, _TABLE)
    note = append_entry(
        call.connection,
        kind="note",
        at=call.at,
        seal=None,
        use=None,
        fields={
            "purged": ranges,
            "before": before.isoformat(),
            "basis": basis,
            "by": call.actor.id,
        },
    )
    call.facts.update(before=before.isoformat(), count=count, entry=note.sequence, basis=basis)
    call.tell("ledger.purged", str(note.sequence), before=before.isoformat(), count=count)
    return Purge(before, tuple(ranges), count, note.sequence)


def _retention(call: Call, bureau: Bureau) -> tuple[int, str]:
    """The longest term of any unit here, and its clause: the ledger is one."""
    ids = call.connection.execute(sa.select(tables.organizations.c.id)).scalars().all()
    profiles = [bureau.profile, *(bureau.profile_of(call.connection, id_) for id_ in ids)]
    rule = max((profile.ledger for profile in profiles), key=lambda rule: rule.retention_years)
    return rule.retention_years, rule.clause
