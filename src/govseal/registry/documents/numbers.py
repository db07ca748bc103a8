"""Numbers of documents (文号): gapless by class and year (R-HLJ-09a)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.call import Call
from govseal.registry.database import next_number

MAX_CLASS = 60
_CLASS = re.compile(r"[^\W_][\w-]*")
_YEARS = range(1900, 10_000)


def next_document_number(call: Call, class_: str, year: int) -> str:
    """The next number of a class in a year, as ``晋审管许〔2026〕7号`` (GB/T 9704-2012, 7.2.5).

    It is given out with the call, and is not used up if the call is refused. Who asks at the same
    time waits, and gets the one after.

    Args:
        call: the call that gives it out.
        class_: 发文机关代字 or the class of a licence: letters, digits, ``-`` and ``_``.
        year: of four digits.

    Raises:
        Refused: ``E_DOCUMENT_NUMBER``: no such class or year can be.
    """
    if len(class_) > MAX_CLASS or not _CLASS.fullmatch(class_) or year not in _YEARS:
        call.refuse("E_DOCUMENT_NUMBER", "a class is up to 60 letters or digits, a year has four")
    serial = next_number(call.connection, f"document/{class_}/{year}")
    form = str(call.profile.switch("document_number_form").value)
    number = form.replace("{class}", class_).replace("{year}", str(year))
    number = number.replace("{serial}", str(serial))
    call.insert(
        tables.document_numbers,
        number=number,
        class_=class_,
        year=year,
        serial=serial,
        issued_at=call.at,
        issued_by=call.actor.id,
    )
    return number


@dataclass(frozen=True, slots=True)
class GapReport:
    """What became of the numbers of a class in a year."""

    class_: str
    year: int
    last: int
    """The last serial that was given out; 0 where none was."""
    missing: tuple[int, ...]
    """Serials at or below ``last`` of which there is no row: somebody took it away."""
    beyond: tuple[int, ...]
    """Serials above ``last``: somebody put them there."""
    open: tuple[str, ...]
    """Numbers that no document has yet."""
    voided: tuple[tuple[str, str], ...]
    """Numbers that none will have, each with the reason."""

    @property
    def is_gapless(self) -> bool:
        """Whether every serial from 1 to ``last`` is accounted for, and no other one is there."""
        return not self.missing and not self.beyond


def gap_report(connection: sa.Connection, class_: str, year: int) -> GapReport:
    """What became of each number of a class in a year."""
    numbers, counters = tables.document_numbers, tables.counters
    name = f"document/{class_}/{year}"
    counted = sa.select(counters.c.value).where(counters.c.name == name)
    last = int(connection.execute(counted).scalar_one_or_none() or 0)
    used = sa.exists().where(tables.documents.c.number == numbers.c.number)
    query = (
        sa.select(numbers, used.label("is_used"))
        .where(numbers.c.class_ == class_, numbers.c.year == year)
        .order_by(numbers.c.serial)
    )
    rows = connection.execute(query).all()
    present = {row.serial for row in rows}
    return GapReport(
        class_=class_,
        year=year,
        last=last,
        missing=tuple(serial for serial in range(1, last + 1) if serial not in present),
        beyond=tuple(sorted(serial for serial in present if serial > last)),
        open=tuple(row.number for row in rows if not row.is_used and row.voided_at is None),
        voided=tuple((row.number, row.void_reason) for row in rows if row.voided_at is not None),
    )


def void(call: Call, number: str, reason: str) -> datetime:
    """Say that no document will have a number: it stays where it was, and is not given again.

    Raises:
        Refused: ``E_NOT_FOUND``; ``E_APPEND_ONLY``: a document has it, or it is void already.
    """
    table = tables.document_numbers
    query = sa.select(table).where(table.c.number == number).with_for_update()
    row = call.connection.execute(query).one_or_none()
    if row is None:
        call.refuse("E_NOT_FOUND", f"{number} was not given out here")
    used = sa.select(tables.documents.c.id).where(tables.documents.c.number == number)
    if row.voided_at is not None or call.connection.execute(used).first() is not None:
        call.refuse("E_APPEND_ONLY", f"{number} is used, or void already")
    if not reason.strip():
        call.refuse("E_LEDGER_FIELD", "a number is voided with a reason")
    call.connection.execute(
        table.update().where(table.c.number == number).values(voided_at=call.at, void_reason=reason)
    )
    return call.at
