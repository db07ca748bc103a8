"""Tables that strangers wrote, CSV and XLSX: rows of text, or a refusal; no formula runs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any, Final

from govseal.errors import FormatError, RegistryError
from govseal.formats.limits import Limits
from govseal.formats.ofd import xml
from govseal.formats.ofd.package import Package

MAX_BYTES: Final = 32 << 20
MAX_ROWS: Final = 100_000
MAX_COLUMNS: Final = 100
MAX_CELL: Final = 10_000
MAX_TEXT: Final = 64 << 20
"""Characters of all cells: a workbook may name one text in each."""
_LIMITS: Final = Limits(
    max_file_bytes=MAX_BYTES, max_entries=1_000, max_total_bytes=256 << 20, max_entry_bytes=64 << 20
)
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_DATE_FORMATS: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Numbers of the built-in formats of dates and times (ECMA-376, 18.8.30; with those of Chinese)."""
_LITERAL: Final = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_NUMBER: Final = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?([Ee][-+]?[0-9]{1,3})?")
_MOST_DAYS: Final = 2_950_000  # of the year 9976

Row = tuple[int, list[str]]
"""A row's number, from 1, and its cells."""


def read_sheet(data: bytes) -> Iterator[Row]:
    """The rows of a CSV file (UTF-8, GB 18030), or of the first sheet of an XLSX file.

    Texts are stripped; dates are ISO 8601, numbers as they would be written. What a formula gave
    when the file was saved is a value like any other.

    Raises:
        RegistryError: ``too_large``: bytes, rows, columns, a cell, or all cells; ``malformed``.
    """
    left = MAX_TEXT
    if len(data) > MAX_BYTES:
        raise _too_large(f"a file of more than {MAX_BYTES} bytes")
    for count, (number, row) in enumerate(_xlsx(data) if data[:2] == b"PK" else _csv(data)):
        if count >= MAX_ROWS:
            raise _too_large(f"more than {MAX_ROWS} rows")
        if len(row) > MAX_COLUMNS:
            raise _too_large(f"row {number}: more than {MAX_COLUMNS} columns")
        if any(len(cell) > MAX_CELL for cell in row):
            raise _too_large(f"row {number}: a cell of more than {MAX_CELL} characters")
        left -= sum(map(len, row))
        if left < 0:
            raise _too_large(f"more than {MAX_TEXT} characters")
        yield number, row


def _too_large(message: str) -> RegistryError:
    return RegistryError(message, code="too_large")


def _malformed(message: str) -> RegistryError:
    return RegistryError(message, code="malformed")


def _csv(data: bytes) -> Iterator[Row]:
    text = _decoded(data)
    if "\0" in text:
        raise _malformed("no table: it holds zero bytes")
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), 1):
            yield number, [cell.strip() for cell in row]
    except csv.Error as error:
        raise _malformed(f"no CSV: {error}") from error


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _malformed("neither UTF-8 nor GB 18030")


def _xlsx(data: bytes) -> Iterator[Row]:
    try:
        package = Package.open(data, _LIMITS)
        book = _Book(package)
        rows = xml.child(_part(package, book.sheet), "sheetData")
        if rows is None:
            raise _malformed("no XLSX: a sheet without rows")
        last = 0
        for row in xml.children(rows, "row"):
            last = _number(row.get("r"), last + 1)
            yield last, book.cells(row)
    except (FormatError, KeyError) as error:
        code = "too_large" if type(error).__name__ == "LimitExceeded" else "malformed"
        raise RegistryError(f"no XLSX that can be read: {error}", code=code) from error


def _part(package: Package, name: str) -> Any:  # noqa: ANN401 - lxml ships no annotations
    return xml.parse(package.read(name), name, _LIMITS, comments=False)


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and re.fullmatch(r"[1-9][0-9]{0,6}", text) else otherwise


class _Book:
    """What is needed of a workbook to read the cells of its first sheet (ECMA-376, part 1, 18)."""

    def __init__(self, package: Package) -> None:
        book = _part(package, "xl/workbook.xml")
        self.sheet = self._first_sheet(package, book)
        properties = xml.child(book, "workbookPr")
        is_1904 = properties is not None and properties.get("date1904") in {"1", "true"}
        self._epoch = datetime(1904, 1, 1) if is_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet has no zone
        self._shared = self._shared_texts(package)
        self._dates = self._date_styles(package)

    @staticmethod
    def _first_sheet(package: Package, book: Any) -> str:  # noqa: ANN401 - as above
        sheet = xml.child(book, "sheets", "sheet")
        wanted = None if sheet is None else xml.attribute(sheet, "id")
        links = _part(package, "xl/_rels/workbook.xml.rels")
        for link in xml.children(links, "Relationship"):
            if link.get("Id") == wanted and link.get("Target"):
                target = str(link.get("Target"))
                return target[1:] if target.startswith("/") else f"xl/{target}"
        raise _malformed("no XLSX: a workbook without a sheet")

    @staticmethod
    def _shared_texts(package: Package) -> list[str]:
        name = "xl/sharedStrings.xml"
        if name not in package:
            return []
        return [_rich(item) for item in xml.children(_part(package, name), "si")]

    @staticmethod
    def _date_styles(package: Package) -> list[bool]:
        """Whether each cell format is one of a date."""
        name = "xl/styles.xml"
        if name not in package:
            return []
        styles = _part(package, name)
        dates = {str(number) for number in _DATE_FORMATS}
        formats = xml.child(styles, "numFmts")
        for form in () if formats is None else xml.children(formats, "numFmt"):
            code = _LITERAL.sub("", form.get("formatCode") or "").lower()
            if re.search(r"[ymdhs]", code):
                dates.add(form.get("numFmtId") or "")
        cells = xml.child(styles, "cellXfs")
        found = () if cells is None else xml.children(cells, "xf")
        return [form.get("numFmtId") in dates for form in found]

    def cells(self, row: Any) -> list[str]:  # noqa: ANN401 - as above
        """The texts of a row, each in its column."""
        texts: list[str] = []
        for cell in xml.children(row, "c"):
            place = _REFERENCE.fullmatch(cell.get("r") or "")
            column = _column(place[1]) if place else len(texts)
            if column >= MAX_COLUMNS or column < len(texts):
                raise _too_large(f"more than {MAX_COLUMNS} columns, or cells out of order")
            texts += [""] * (column - len(texts))
            texts.append(self._text(cell).strip())
        return texts

    def _text(self, cell: Any) -> str:  # noqa: ANN401 - as above
        kind, value = cell.get("t") or "n", xml.text(cell, "v")
        if kind == "inlineStr":
            inline = xml.child(cell, "is")
            return "" if inline is None else _rich(inline)
        if kind == "s":
            return self._shared[int(value)] if self._is_index(value, self._shared) else ""
        if kind != "n":
            return value
        style = cell.get("s") or ""
        is_date = self._is_index(style, self._dates) and self._dates[int(style)]
        return self._plain(value, is_date=is_date)

    @staticmethod
    def _is_index(text: str, of: list[Any]) -> bool:
        return bool(re.fullmatch(r"[0-9]{1,9}", text)) and int(text) < len(of)

    def _plain(self, value: str, *, is_date: bool) -> str:
        if not _NUMBER.fullmatch(value):
            return value
        number = float(value)
        if is_date and 0 <= number < _MOST_DAYS:
            moment = self._epoch + timedelta(seconds=round(number * 86_400))
            if moment.time() == time():
                return moment.date().isoformat()
            return moment.isoformat(sep=" ") if number >= 1 else moment.time().isoformat()
        return str(int(number)) if number.is_integer() and abs(number) < 10**15 else value


def _rich(item: Any) -> str:  # noqa: ANN401 - as above
    """A text in its runs, without the reading aids beside it."""
    runs = [xml.text(run, "t") for run in xml.children(item, "r")]
    return xml.text(item, "t") + "".join(runs)


def _column(letters: str) -> int:
    """``A`` is 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
