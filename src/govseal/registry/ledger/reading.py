"""Reading the ledger: who may see which entries, and each with what was corrected later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.canonical import read_canonical
from govseal.registry.people import looks
from govseal.registry.vocabulary import Role

if TYPE_CHECKING:
    from govseal.registry.call import Call

MAX_LINES: Final = 100_000
"""Entries that one call reads; a longer period is read in parts."""
_PAGE: Final = 1000

READERS: Final = frozenset(
    {
        Role.CUSTODIAN,
        Role.SEAL_OFFICE,
        Role.LICENCE_ISSUING_SECTION,
        Role.OFFICE_HEAD,
        Role.SUPERVISING_LEADER,
        Role.PRINCIPAL_LEADER,
        Role.PARTY_SECRETARY,
        Role.COUNTY_HEAD,
        Role.SEAL_MANAGEMENT_DEPT_REVIEWER,
        Role.SUPERVISION_AUDITOR,
        Role.CITY_UNIT_ADMIN,
        Role.CITY_UNIT_INSPECTOR,
        Role.PROVINCE_ADMIN,
    }
)
"""Who reads ledgers: those of the seals that they may look at by such a role."""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the ledger, as it is read."""

    sequence: int
    kind: str
    at: datetime
    seal: str | None
    use: str | None
    leaf: bytes
    fields: Mapping[str, Any]
    """What it says; nothing where it is no longer kept."""
    is_purged: bool = False
    corrected_by: tuple[int, ...] = field(default=())
    """Numbers of the corrections that speak of it."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a person may read: the entries of these seals; without a seal, of these units."""

    seals: frozenset[str]
    organizations: frozenset[str]

    def holds(self, line: Line) -> bool:
        """Whether the entry may be shown."""
        if line.seal is not None:
            return line.seal in self.seals
        return line.fields.get("organization") in self.organizations


def scope_of(call: Call) -> Scope:
    """The seals whose ledger the actor may read: what :func:`looks` says, by a reader's role.

    Raises:
        NotAuthorized: none at all.
    """
    call.require(*READERS)
    seals, units = tables.seals, tables.organizations

    @cache
    def may_read(owner: str, using: str) -> bool:
        return looks(call, owner=owner, using=using, roles=READERS)

    query = sa.select(seals.c.id, seals.c.owner_org, seals.c.using_org)
    found = call.rows(query)
    all_units = call.connection.execute(sa.select(units.c.id)).scalars().all()
    return Scope(
        frozenset(row.id for row in found if may_read(row.owner_org, row.using_org)),
        frozenset(id_ for id_ in all_units if may_read(id_, id_)),
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: of one seal, of a period (``since`` included, ``until`` not), of kinds."""

    seal: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    kinds: frozenset[str] = frozenset({"intent", "import", "correction"})
    sequence: int | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """For a query over the entries."""
        c = tables.ledger_entries.c
        found: list[sa.ColumnElement[bool]] = [c.kind.in_(self.kinds)]
        if self.sequence is not None:
            found.append(c.sequence == self.sequence)
        if self.seal is not None:
            found.append(c.seal == self.seal)
        if self.since is not None:
            found.append(c.at >= self.since)
        if self.until is not None:
            found.append(c.at < self.until)
        return found


def read_lines(call: Call, wanted: Wanted) -> list[Line]:
    """The entries that the actor may see, in their order.

    Raises:
        NotAuthorized: the ledger of that seal, or any, is not the actor's to read.
        Refused: ``E_TOO_MANY``: more than :data:`MAX_LINES`.
        RegistryError: ``malformed``: an entry cannot be read; the audit tells more.
    """
    scope = scope_of(call)
    if wanted.seal is not None:
        call.one(tables.seals, wanted.seal)
        if wanted.seal not in scope.seals:
            call.refuse(
                "E_NOT_AUTHORIZED", "无权查阅该印章的台账 / the ledger of that seal is not yours"
            )
    corrections = _corrections(call.connection)
    lines = []
    for row in _rows(call.connection, wanted):
        line = _line(row, tuple(corrections.get(row.sequence, ())))
        if scope.holds(line):
            lines.append(line)
        if len(lines) > MAX_LINES:
            call.refuse("E_TOO_MANY", f"超过 {MAX_LINES} 条，请缩短期间 / ask for a shorter period")
    return lines


def _rows(connection: sa.Connection, wanted: Wanted) -> Iterator[sa.Row[Any]]:
    table = tables.ledger_entries
    last = -1
    while True:
        query = sa.select(table).where(*wanted.conditions(), table.c.sequence > last)
        found = connection.execute(query.order_by(table.c.sequence).limit(_PAGE)).all()
        yield from found
        if len(found) < _PAGE:
            return
        last = found[-1].sequence


def _line(row: sa.Row[Any], corrected_by: tuple[int, ...]) -> Line:
    fields: Mapping[str, Any] = {}
    if row.entry:
        said = read_canonical(row.entry, f"ledger, entry {row.sequence}")
        fields = said["fields"] if isinstance(said.get("fields"), dict) else {}
    return Line(
        sequence=row.sequence,
        kind=row.kind,
        at=row.at,
        seal=row.seal,
        use=row.use,
        leaf=bytes.fromhex(row.leaf),
        fields=fields,
        is_purged=not row.entry,
        corrected_by=corrected_by,
    )


def _corrections(connection: sa.Connection) -> dict[int, list[int]]:
    """The numbers of corrections, by what they correct."""
    table = tables.ledger_entries
    query = sa.select(table.c.sequence, table.c.entry).where(
        table.c.kind == "correction", table.c.entry != ""
    )
    found: dict[int, list[int]] = {}
    for row in connection.execute(query.order_by(table.c.sequence)):
        said = read_canonical(row.entry, f"ledger, entry {row.sequence}")
        fields = said.get("fields")
        number = fields.get("corrects") if isinstance(fields, dict) else None
        if isinstance(number, int):
            found.setdefault(number, []).append(row.sequence)
    return found
