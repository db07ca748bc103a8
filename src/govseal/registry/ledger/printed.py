"""The printed ledger (印章使用台账): columns by the profile, lines by category where it asks so."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Final, Literal

from govseal.asn1.times import BEIJING
from govseal.registry.clock import day_of
from govseal.registry.labels import MEDIUMS, label
from govseal.registry.ledger.entry import FIELDS, heading, printed
from govseal.registry.ledger.reading import Line
from govseal.registry.policy import PolicyProfile

Language = Literal["zh", "en"]
Cell = str | int
MAX_CELL: Final = 32_000
"""Characters of a cell, as UTF-16 counts them; spreadsheets take 32,767."""
_GROUPED_BY: Final = frozenset({"category", "item_class"})
_DATES: Final = frozenset({"stamped_on", "stamped_at"})
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_FORMULA: Final = "=+-@"
"""What a spreadsheet may take for a formula at the start of a cell, in whatever width."""
_BREAKS: Final = ("\t", "\r", "\n")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "title": ("印章使用台账", "Ledger of seal use"),
    "unit": ("单位", "Unit"),
    "period": ("期间", "Period"),
    "seal": ("印章", "Seal"),
    "number": ("序号", "No."),
    "entry": ("台账号", "Ledger no."),
    "remark": ("备注", "Remark"),
    "category": ("分类", "Category"),
    "all": ("全部", "all"),
    "count": ("条", "entries"),
    "ledger": ("台账标识", "Ledger"),
    "made": ("导出时间", "Exported"),
    "checkpoint": ("检查点", "Checkpoint"),
    "page": ("第 &P 页，共 &N 页", "Page &P of &N"),
    "corrects": ("更正台账号 {}", "corrects ledger no. {}"),
    "corrected": ("更正见台账号 {}", "corrected by ledger no. {}"),
    "imported": ("旧台账补录：{}，第 {} 行", "from an older ledger: {}, row {}"),
    "purged": ("保管期满，内容已清理", "no longer kept"),
    "departs": ("例外：{}", "exception: {}"),
    "by_hand": ("{}，手工加盖", "{}, by hand"),
    "approved": ("批准 {} 份", "{} copies approved"),
    "spoiled": ("作废 {} 份", "{} spoiled"),
    "recorded": ("{} 登记", "recorded on {}"),
}


def word(name: str, language: Language) -> str:
    """A word of the printed form."""
    return WORDS[name][language == "en"]


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above and below the lines."""

    unit: str
    seal: str | None
    since: datetime | None
    until: datetime | None
    log: str
    made: datetime
    checkpoint: str | None
    """The size and the root of the last checkpoint, so that a paper speaks of it too."""

    def lines(self, language: Language) -> list[str]:
        """The lines under the title."""
        period = f"{_day(self.since)} – {_day(self.until)}".strip()
        return [
            f"{word('unit', language)}：{self.unit}",
            f"{word('seal', language)}：{self.seal or word('all', language)}",
            f"{word('period', language)}：{period if period != '–' else word('all', language)}",
        ]

    def foot(self, lines: int, language: Language) -> str:
        """The line below."""
        made = self.made.astimezone(BEIJING).isoformat(timespec="seconds")
        parts = [
            f"{lines} {word('count', language)}",
            f"{word('ledger', language)}：{self.log}",
            f"{word('made', language)}：{made}",
        ]
        if self.checkpoint:
            parts.append(f"{word('checkpoint', language)}：{self.checkpoint}")
        return "；".join(parts) if language == "zh" else "; ".join(parts)


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and lines, in groups; a ledger that is not grouped has one group without a name."""

    headings: tuple[str, ...]
    groups: tuple[tuple[str, tuple[tuple[Cell, ...], ...]], ...]

    @property
    def count(self) -> int:
        """All lines."""
        return sum(len(lines) for _, lines in self.groups)


def make_table(lines: Iterable[Line], profile: PolicyProfile, language: Language) -> Table:
    """The lines in the columns that the profile's clauses ask for, and no others.

    序号 counts the lines as they are printed, from 1; 台账号 is the entry's number in the ledger,
    which counts the results of stamping too, from 0.

    Personal data stands in it as far as the mandatory fields say: who handled and who approved.
    """
    asked = set(profile.ledger.fields)
    names = ["seal_name", *(name for name in FIELDS if name in asked and name != "seal_name")]
    if not asked & _DATES:
        names.insert(1, "stamped_on")
    is_grouped = bool(asked & _GROUPED_BY)
    headings = (
        word("number", language),
        word("entry", language),
        *(heading(name, language) for name in names),
        word("remark", language),
    )
    groups: dict[str, list[tuple[Cell, ...]]] = {} if is_grouped else {"": []}
    for line in lines:
        group = category_of(line, language) if is_grouped else ""
        groups.setdefault(group, []).append(_cells(line, names, language))
    number = count(1)
    return Table(
        headings,
        tuple(
            (name, tuple((next(number), *cells) for cells in groups[name]))
            for name in sorted(groups)
        ),
    )


def category_of(line: Line, language: Language) -> str:
    """The category that the line is registered under (分类登记, R-GZ-2.3b)."""
    parts = (line.fields.get("item_class"), line.fields.get("document_type"))
    category = line.fields.get("category") or "/".join(str(part) for part in parts if part)
    return clean(str(printed(category, language)))


def is_formula(text: str) -> bool:
    """Whether a spreadsheet might take the text for a formula, whatever nobody sees before it."""
    if text.startswith(_BREAKS):
        return True
    seen = (char for char in text if unicodedata.category(char) not in _UNSEEN)
    first = unicodedata.normalize("NFKC", next(seen, ""))[:1]
    return bool(first) and first in _FORMULA


def clean(text: str) -> str:
    """A text without control characters, and not longer than a cell."""
    plain = _CONTROL.sub(" ", text)
    units = plain.encode("utf-16-le")
    if len(units) <= 2 * MAX_CELL:
        return plain
    # Half a character at the end is left out.
    return units[: 2 * MAX_CELL].decode("utf-16-le", errors="ignore") + "…"


def _cells(line: Line, names: Sequence[str], language: Language) -> tuple[Cell, ...]:
    values = [printed(line.fields.get(name), language) for name in names]
    cells = [value if isinstance(value, int) else clean(value) for value in values]
    return (line.sequence, *cells, clean(remark(line, language)))


def remark(line: Line, language: Language) -> str:
    """What the printed ledger says beside the fields: of corrections, imports, seals by hand."""
    said = []
    if line.is_purged:
        said.append(word("purged", language))
    imported = line.fields.get("imported")
    if line.kind == "import" and isinstance(imported, Mapping):
        source = imported.get("source"), imported.get("row")
        said.append(word("imported", language).format(*source))
    if line.kind == "correction":
        said.append(word("corrects", language).format(line.fields.get("corrects")))
        said.append(str(line.fields.get("correction_reason") or ""))
    said += _by_hand(line, language)
    said += [word("corrected", language).format(number) for number in line.corrected_by]
    approvers = line.fields.get("approvers")
    said += [
        word("departs", language).format(approver["departs"])
        for approver in (approvers if isinstance(approvers, list) else ())
        if isinstance(approver, Mapping) and approver.get("departs")
    ]
    return "；".join(part for part in said if part)


def _by_hand(line: Line, language: Language) -> list[str]:
    """Of a physical seal: its medium, and what is not as it was approved."""
    by_hand = line.fields.get("by_hand")
    if not isinstance(by_hand, Mapping):
        return []
    medium = label(str(by_hand.get("medium")), MEDIUMS, "en" if language == "en" else "zh")
    said = [word("by_hand", language).format(medium)]
    if by_hand.get("approved") != line.fields.get("copies"):
        said.append(word("approved", language).format(by_hand.get("approved")))
    if by_hand.get("spoiled"):
        said.append(word("spoiled", language).format(by_hand["spoiled"]))
    if by_hand.get("remark"):
        said.append(str(by_hand["remark"]))
    written = day_of(line.at).isoformat()
    if line.kind == "intent" and written != line.fields.get("stamped_on"):
        said.append(word("recorded", language).format(written))
    return said


def _day(moment: datetime | None) -> str:
    return "" if moment is None else day_of(moment).isoformat()
