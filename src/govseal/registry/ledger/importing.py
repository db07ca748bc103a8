"""An older ledger, on paper or in a spreadsheet, taken over as what it is: never as uses made here.

Each row becomes an entry of kind ``import`` that names the file by its digest and the row by its
number. The file itself stays with the office.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from govseal.errors import RegistryError
from govseal.registry import tables
from govseal.registry.events import Event
from govseal.registry.ledger.append import NewEntry, append_entries
from govseal.registry.ledger.entry import FIELDS
from govseal.registry.ledger.sheets import read_sheet
from govseal.sm2 import sm3

if TYPE_CHECKING:
    from govseal.registry.call import Call

MAX_NAME: Final = 200
_HEAD_ROWS: Final = 10
_LEAST_HEADINGS: Final = 2
_BATCH: Final = 1000
_BLANK: Final = re.compile(r"[\s:：*＊]+")
_ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    "seal_name": ("印章", "用印名称", "印章种类"),
    "stamped_on": ("日期", "时间", "用印时间", "使用时间", "用印章的时间", "盖章日期"),
    "matter": ("事项", "使用的事项", "使用事项", "事项名称", "用印内容"),
    "reason": ("用印事由", "用途", "理由"),
    "section": ("部门", "用印科室", "用印部门", "申请科室", "申请部门"),
    "copies": ("用印份数", "数量", "盖章份数"),
    "handler": ("经办人", "用印人", "申请人", "使用人"),
    "approvers": ("审签人", "批准人", "审批人", "批准领导", "审批领导", "签批领导"),
    "certificate_no": ("证照编号", "证号"),
    "document_no": ("文书编号", "文号", "批文编号", "文件编号"),
    "title": ("标题", "文件名称", "材料名称"),
    "category": ("类别",),
    "custodian": ("保管人", "监印人", "盖章人"),
}
"""What old ledgers call the fields, beside their own headings."""


@dataclass(frozen=True, slots=True)
class LedgerImport:
    """What was taken over of an older ledger."""

    source_sm3: str
    """Digest of the file."""
    first: int
    """Number of the first entry; the others follow."""
    rows: int
    columns: Mapping[str, str]
    """Heading → field."""
    ignored: tuple[str, ...]
    """Headings of columns that were not taken over: no field of the ledger is called so."""
    events: tuple[Event, ...] = ()


def import_ledger(
    call: Call,
    data: bytes,
    *,
    name: str,
    organization: str,
    seal: str | None,
    columns: Mapping[str, str] | None,
) -> LedgerImport:
    """See :meth:`govseal.registry.ledger.access.LedgerAccess.import_`."""
    source = sm3(data).hex()
    _check_new(call, source)
    rows = read_sheet(data)
    headings, mapping = _find_headings(rows, columns or {})
    entries: list[NewEntry] = []
    first, count = -1, 0
    for number, row in rows:
        fields = _fields(row, mapping)
        if not fields:
            continue
        fields |= {
            "imported": {"source": name, "source_sm3": source, "row": number},
            "organization": organization,
        }
        entries.append(NewEntry("import", call.at, fields, seal))
        count += 1
        if len(entries) == _BATCH:
            first = _write(call.connection, entries, first)
    first = _write(call.connection, entries, first)
    if first < 0:
        raise RegistryError("表中没有台账行 / the table holds no rows", code="malformed")
    call.facts.update(source_sm3=source, rows=count, first=first)
    taken = {headings[index]: field for index, field in mapping.items()}
    ignored = tuple(text for i, text in enumerate(headings) if text and i not in mapping)
    return LedgerImport(source, first, count, taken, ignored)


def _write(connection: sa.Connection, entries: list[NewEntry], first: int) -> int:
    written = append_entries(connection, entries)
    entries.clear()
    return written[0].sequence if first < 0 and written else first


def _check_new(call: Call, source: str) -> None:
    table = tables.ledger_entries
    query = sa.select(table.c.sequence).where(
        table.c.kind == "import", table.c.entry.contains(f'"source_sm3":"{source}"')
    )
    if call.connection.execute(query.limit(1)).first() is not None:
        call.refuse("E_DUPLICATE", "该文件已补录 / this file was taken over before")


def _normal(text: str) -> str:
    return _BLANK.sub("", unicodedata.normalize("NFKC", text)).casefold()


def _known(columns: Mapping[str, str]) -> dict[str, str]:
    unknown = set(columns.values()) - set(FIELDS)
    if unknown:
        raise ValueError(f"columns: no fields of the ledger: {', '.join(sorted(unknown))}")
    known = {_normal(text): field for field, texts in FIELDS.items() for text in texts}
    known |= {_normal(text): field for field, texts in _ALIASES.items() for text in texts}
    return known | {_normal(text): field for text, field in columns.items()}


def _find_headings(
    rows: Iterator[tuple[int, list[str]]], columns: Mapping[str, str]
) -> tuple[Sequence[str], dict[int, str]]:
    """The row of headings, among the first ones, and the field of each column."""
    known = _known(columns)
    for number, row in rows:
        found: dict[int, str] = {}
        for index, text in enumerate(row):
            field = known.get(_normal(text))
            if field is None:
                continue
            if field in found.values():
                message = f"两列都是{FIELDS[field][0]} / two columns are {field}"
                raise RegistryError(message, code="malformed")
            found[index] = field
        if len(found) >= _LEAST_HEADINGS:
            return row, found
        if number >= _HEAD_ROWS:
            break
    raise RegistryError("表中没有认得的表头 / no row of headings is known here", code="malformed")


def _fields(row: Sequence[str], mapping: Mapping[int, str]) -> dict[str, Any]:
    return {
        field: row[index] for index, field in mapping.items() if index < len(row) and row[index]
    }
