"""The printed ledger as CSV and XLSX; no cell of it is a formula, whatever somebody wrote."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange

from govseal.registry.ledger.printed import Cell, Heading, Language, Table, clean, is_formula, word

_BOM = "\ufeff"
_LINE = Side(style="thin")
_GRID = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_WRAPPED = Alignment(wrap_text=True, vertical="center")
_CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)
_NUMBER_WIDTH, _PAGE_WIDTH = 8.0, 130.0  # in characters
_NUMBERS = 2  # the first columns: 序号, 台账号
_HEAD_ROWS = 3
_A4 = 9  # as spreadsheets number paper


def to_csv(table: Table, heading: Heading, language: Language) -> bytes:
    """One row of headings, then the lines; UTF-8 with the mark by which spreadsheets know it.

    The category, where the ledger has any, is the last column. A cell that a spreadsheet would
    take for a formula begins with an apostrophe.
    """
    del heading  # a program reads it: what it is of, the one who asked knows
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    is_grouped = any(name for name, _ in table.groups)
    category = (word("category", language),) if is_grouped else ()
    writer.writerow((*table.headings, *category))
    for name, lines in table.groups:
        for line in lines:
            cells = (*line, name) if is_grouped else line
            writer.writerow([_neutral(cell) for cell in cells])
    return (_BOM + out.getvalue()).encode()


def to_xlsx(table: Table, heading: Heading, language: Language) -> bytes:
    """A sheet that is ready to print: A4 across, headings on every page, pages numbered.

    Every text is stored as a text and marked as quoted, so that no program evaluates it.
    """
    book = Workbook(write_only=True)
    book.properties.creator = "govseal"
    book.properties.created = heading.made.astimezone(UTC).replace(tzinfo=None)
    sheet = _Sheet(book.create_sheet(word("title", language)), len(table.headings))
    _set_page(sheet.sheet, table, language)
    sheet.wide(word("title", language), size=16, bold=True, centred=True)
    sheet.wide("　　".join(heading.lines(language)))
    sheet.line(table.headings, bold=True, centred=True)
    for name, lines in table.groups:
        if name:
            count = f"{len(lines)} {word('count', language)}"
            sheet.wide(f"{word('category', language)}：{name}（{count}）", bold=True, framed=True)
        for line in lines:
            sheet.line(line)
    sheet.wide(heading.foot(table.count, language), size=8)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class _Sheet:
    """Writes rows one after the other; none is held."""

    def __init__(self, sheet: Any, width: int) -> None:  # noqa: ANN401 - openpyxl has no types
        self.sheet = sheet
        self.width = width
        self.row = 0

    def wide(self, text: str, *, framed: bool = False, **form: Any) -> None:  # noqa: ANN401 - as above
        """A text across all columns; names of units and seals are somebody's own words."""
        self._append([self._cell(clean(text), framed=framed, **form)])
        place = {"min_row": self.row, "max_row": self.row, "min_col": 1, "max_col": self.width}
        self.sheet.merged_cells.add(CellRange(**place))

    def line(self, cells: Iterable[Cell], **form: Any) -> None:  # noqa: ANN401 - as above
        """A cell a column."""
        self._append([self._cell(value, framed=True, **form) for value in cells])

    def _append(self, cells: list[Any]) -> None:
        self.sheet.append(cells)
        self.row += 1

    def _cell(
        self,
        value: Cell,
        *,
        framed: bool,
        bold: bool = False,
        centred: bool = False,
        size: int = 10,
    ) -> Any:  # noqa: ANN401 - as above
        made = WriteOnlyCell(self.sheet, value=value)
        if isinstance(value, str):
            made.data_type = "s"
            made.quotePrefix = is_formula(value)
        made.font = Font(bold=bold, size=size)
        made.alignment = _CENTRED if centred else _WRAPPED
        if framed:
            made.border = _GRID
        return made


def _set_page(sheet: Any, table: Table, language: Language) -> None:  # noqa: ANN401 - as above
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"1:{_HEAD_ROWS}"
    sheet.print_options.horizontalCentered = True
    sheet.oddFooter.center.text = word("page", language)
    sheet.freeze_panes = f"A{_HEAD_ROWS + 1}"
    others = len(table.headings) - _NUMBERS
    each = (_PAGE_WIDTH - _NUMBERS * _NUMBER_WIDTH) / others
    for number in range(1, len(table.headings) + 1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = _NUMBER_WIDTH if number <= _NUMBERS else each


def _neutral(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and is_formula(cell) else cell
