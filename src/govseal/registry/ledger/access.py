"""The ledger as one person may use it: read, exported, taken over, corrected, purged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.events import Event
from govseal.registry.labels import MEDIUMS
from govseal.registry.ledger.append import append_entry, origin
from govseal.registry.ledger.checkpoints import last_checkpoint
from govseal.registry.ledger.entry import FIELDS, check_fields
from govseal.registry.ledger.importing import MAX_NAME, LedgerImport, import_ledger
from govseal.registry.ledger.notes import write_base64
from govseal.registry.ledger.printed import Heading, Language, make_table
from govseal.registry.ledger.reading import Line, Wanted, read_lines
from govseal.registry.ledger.retention import Purge, purge
from govseal.registry.people import require_at_top
from govseal.registry.vocabulary import Medium, Role

if TYPE_CHECKING:
    from govseal.registry.acting import Acting
    from govseal.registry.call import Call

_KEEPERS = (Role.CUSTODIAN, Role.SEAL_OFFICE, Role.LICENCE_ISSUING_SECTION)


@dataclass(frozen=True, slots=True)
class Correction:
    """An entry that corrects another one, which stays as it is."""

    sequence: int
    leaf: bytes
    corrects: int
    events: tuple[Event, ...] = ()


class LedgerAccess:
    """The ledger, as one person may use it."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting

    def entries(
        self,
        *,
        seal: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[Line]:
        """The uses, corrections and imported rows that the person may see, in their order.

        Whoever keeps or uses a seal sees the ledger of the unit's seals; an inspector of the unit
        that owns a seal sees that seal's, whoever uses it, and no other's (R-GZ-2.4a).

        Args:
            seal: of this seal alone.
            since: written at this time or later.
            until: written before this time.

        Raises:
            NotAuthorized: the person reads no ledger.
            Refused: ``E_NOT_AUTHORIZED``: not that of the seal; ``E_TOO_MANY``.
        """
        wanted = Wanted(seal=seal, since=since, until=until)
        with self._acting.call("ledger.read", seal or "", writes=False) as call:
            return read_lines(call, wanted)

    def export(
        self,
        form: Literal["xlsx", "csv"],
        *,
        seal: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        language: Language = "zh",
    ) -> bytes:
        """The printed ledger (印章使用台账) of what the person may see.

        Columns are those that the profile's clauses ask for, grouped by category where they ask
        for that. No cell is a formula.

        Raises:
            ValueError: another form or language.
            NotAuthorized, Refused: as :meth:`entries`.
        """
        if form not in {"xlsx", "csv"} or language not in {"zh", "en"}:
            raise ValueError("an export is xlsx or csv, in zh or en")
        from govseal.registry.ledger.export import to_csv, to_xlsx  # noqa: PLC0415 - start-up

        wanted = Wanted(seal=seal, since=since, until=until)
        with self._acting.call("ledger.export", seal or "", writes=False) as call:
            lines = read_lines(call, wanted)
            table = make_table(lines, call.profile, language)
            call.facts.update(form=form, lines=table.count)
            heading = _heading(call, wanted)
        return (to_xlsx if form == "xlsx" else to_csv)(table, heading, language)

    def import_(
        self,
        data: bytes,
        *,
        name: str,
        seal: str | None = None,
        columns: Mapping[str, str] | None = None,
    ) -> LedgerImport:
        """Take over an older ledger of the person's unit, CSV or XLSX, as what it is.

        Each row becomes an entry of kind ``import`` with the file's digest and the row's number;
        columns are found by their headings, and one whose heading is not known is left out.

        Args:
            data: the file.
            name: what the file is called, 1 to 200 characters.
            seal: the seal it is of, if it is of one.
            columns: headings of its own, and the fields of the ledger that they mean.

        Raises:
            RegistryError: ``malformed``: no table, no known headings, no rows; ``too_large``.
            Refused: ``E_DUPLICATE``: the same file was taken over before.
            NotAuthorized: the person keeps no ledger.
            ValueError: no such field, or no such name.
        """
        if not 0 < len(name) <= MAX_NAME:
            raise ValueError(f"name: 1 to {MAX_NAME} characters")
        with self._acting.call("ledger.import", name[:100]) as call:
            unit = call.actor.organization
            if seal is not None:
                unit = call.one(tables.seals, seal).using_org
            call.require(*_KEEPERS, organization=unit)
            return call.finish(
                import_ledger(call, data, name=name, organization=unit, seal=seal, columns=columns)
            )

    def correct(self, sequence: int, *, reason: str, **fields: Any) -> Correction:  # noqa: ANN401 - JSON
        """Correct what an entry says by a further one; the old one stays.

        Args:
            sequence: the number of the entry.
            reason: why.
            fields: the fields of the ledger that were wrong, as they are right.

        Raises:
            Refused: ``E_NOT_FOUND``; ``E_BASIS_MISSING``: no reason; ``E_LEDGER_FIELD``: an
                unknown field, or one of the mandatory ones is missing then; ``E_APPEND_ONLY``:
                the entry is none that is corrected, or is no longer kept.
            NotAuthorized: the person does not keep the ledger of that seal.
        """
        with self._acting.call("ledger.correct", str(sequence)) as call:
            seal, old = _correctable(call, sequence)
            if not reason.strip():
                call.refuse("E_BASIS_MISSING", "更正须说明理由 / a correction needs a reason")
            unknown = sorted(set(fields) - set(FIELDS))
            if unknown or not fields:
                call.refuse("E_LEDGER_FIELD", f"no fields of the ledger: {', '.join(unknown)}")
            said = {**old.fields, **fields, "corrects": sequence, "correction_reason": reason}
            said["corrected_by"] = call.actor.id
            check_fields(call.profile, said)
            new = append_entry(
                call.connection,
                kind="correction",
                at=call.at,
                seal=seal,
                use=old.use,
                fields=said,
            )
            call.tell("ledger.corrected", str(sequence), entry=new.sequence)
            return call.finish(Correction(new.sequence, new.leaf, sequence))

    def purge(self, before: date, *, basis: str) -> Purge:
        """Empty the entries of days before ``before``; leaves, notes and proofs stay.

        Args:
            before: a day in Asia/Shanghai; all entries of days before it must be kept no longer.
            basis: the paper that approves it.

        Raises:
            Refused: ``E_RETENTION``: some must still be kept (at least three years);
                ``E_BASIS_MISSING``.
            NotAuthorized: the person is no administrator of all units, or of one at the top.
        """
        with self._acting.call("ledger.purge", before.isoformat()) as call:
            require_at_top(call, Role.ADMINISTRATOR)
            return call.finish(purge(call, self._acting.bureau, before=before, basis=basis))


def _correctable(call: Call, sequence: int) -> tuple[str | None, Line]:
    table = tables.ledger_entries
    query = sa.select(table.c.seal).where(table.c.sequence == sequence)
    row = call.connection.execute(query).one_or_none()
    if row is None:
        call.refuse("E_NOT_FOUND", f"台账没有第 {sequence} 条 / the ledger has no entry {sequence}")
    seal = None if row.seal is None else call.one(tables.seals, row.seal)
    unit = call.actor.organization if seal is None else seal.using_org
    call.require(*_KEEPERS, organization=unit)
    found = read_lines(call, Wanted(sequence=sequence))
    if not found or found[0].is_purged:
        call.refuse("E_APPEND_ONLY", "该条不能更正 / this entry is none that is corrected")
    return row.seal, found[0]


def _heading(call: Call, wanted: Wanted) -> Heading:
    unit = call.one(tables.organizations, call.actor.organization).legal_name
    seal = None if wanted.seal is None else _called(call.one(tables.seals, wanted.seal))
    last = last_checkpoint(call.connection)
    checkpoint = None if last is None else f"{last.size} {write_base64(last.root)}"
    return Heading(
        unit=unit,
        seal=seal,
        since=wanted.since,
        until=wanted.until,
        log=origin(call.connection),
        made=call.at,
        checkpoint=checkpoint,
    )


def _called(seal: sa.Row[Any]) -> str:
    """The seal's name; several seals of a unit share it, and differ in their medium."""
    if seal.medium == Medium.ELECTRONIC:
        return str(seal.name)
    return f"{seal.name}（{MEDIUMS[seal.medium]}）"
