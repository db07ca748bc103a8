"""Tables that leave, and tables that come in: no formula, no cell that breaks, nothing endless."""

from __future__ import annotations

import csv
import io
import zipfile

import openpyxl
import pytest

import bureaukit
import ledgerkit
from govseal.errors import RegistryError
from govseal.registry import tables
from govseal.registry.ledger import sheets
from govseal.registry.ledger.printed import MAX_CELL, clean, is_formula
from govseal.registry.ledger.sheets import read_sheet
from registry.test_ledger_import import NS, xlsx

FORMULAS = [
    "=1+1",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " \u3000=1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "\u202e=1+1",
    "\u00ad@SUM(1)",
    "'=1+1",
    "＝1+1",
    "－1",
    "﹣1",
    "﹢1",
    "﹦1",
    "﹫SUM(1)",
    "−1",
    "@SUM(1)",
    "|cmd",
    '=DDE("cmd";"/C calc";"x")',
    "+cmd|' /C calc'!A0",
    "a;=1+1",
]
HARMLESS = ("'=1+1", "−1", "|cmd", "a;=1+1")


def exported(bureau, form):
    with bureau.acting(bureaukit.person("office")) as b:
        return b.ledger.export(form)


@pytest.mark.parametrize("text", [text for text in FORMULAS if text not in HARMLESS])
def test_what_a_spreadsheet_may_take_for_a_formula_is_known(text):
    """Whether or not something that nobody sees stands before it."""
    assert is_formula(text)


def test_a_text_that_only_looks_strange_stays(bureau):
    assert not any(map(is_formula, ("取水许可", "a=1", "", "'=1+1", "−1")))


def test_no_export_holds_a_formula(bureau):
    with bureau.database.begin() as connection:
        ledgerkit.seal_row(connection)
        for number, text in enumerate(FORMULAS):
            ledgerkit.use(connection, number, matter=text, reason=f'a"b,{text}\r\n{text}')
    rows = list(csv.reader(io.StringIO(exported(bureau, "csv").decode("utf-8-sig"))))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len(rows) == len(FORMULAS) + 1
    assert not any(is_formula(cell) for row in rows for cell in row)
    data = exported(bureau, "xlsx")
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert all(cell.data_type != "f" for row in book.active.iter_rows() for cell in row)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = b"".join(package.read(name) for name in package.namelist())
    for mark in (b"<f>", b"<f ", b"ddeLink", b"externalLink", b"<hyperlink"):
        assert mark not in parts


def test_no_export_of_the_log_holds_a_formula(bureau):
    """What strangers ask for stands in it."""
    for text in FORMULAS:
        with bureau.acting(text, client=text[:50]) as b, pytest.raises(RegistryError):
            b.use.check(text)
    with bureau.acting(bureaukit.person("auditor")) as b:
        data = b.audit.export(form="csv").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(data, newline="")))
    assert len(rows) > len(FORMULAS)
    assert {len(row) for row in rows} == {len(rows[0])}
    assert not any(is_formula(cell) for row in rows for cell in row)


@pytest.mark.parametrize("char", ["a", "台", "\U00020000"])
def test_a_cell_is_not_longer_than_a_spreadsheet_takes(char):
    """It counts in halves of characters: UTF-16."""
    found = clean(char * 40_000)
    assert len(found.encode("utf-16-le")) // 2 <= 32_767
    assert len(found) >= MAX_CELL // 2
    found.encode()


def test_no_cell_breaks_the_file(bureau):
    strange = "".join(map(chr, [*range(32), *range(0x7F, 0xA0), 0xFFFE, 0xFFFF, 0x2028]))
    with bureau.database.begin() as connection:
        ledgerkit.seal_row(connection)
        ledgerkit.use(connection, 0, matter=strange + "x" * 40_000, reason="_x0041_]]><a>&amp;")
    sheet = openpyxl.load_workbook(io.BytesIO(exported(bureau, "xlsx"))).active
    values = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    assert max(map(len, values)) <= 32_767
    assert any("]]><a>&amp;" in value for value in values)


def test_no_name_in_the_heading_breaks_the_file(desk):
    """However it came into its row."""
    for name in ("局\x07\x0b", "局" * 40_000, "=1+1"):
        desk.write(tables.organizations, bureaukit.BUREAU, legal_name=name)
        sheet = openpyxl.load_workbook(io.BytesIO(exported(desk.bureau, "xlsx"))).active
        assert name[0] in sheet["A2"].value
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


# 旧台账 · what comes in -------------------------------------------------------------------------


def stored(data):
    """The same workbook, nothing packed: no ratio tells of it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return out.getvalue()


def book(body, **parts):
    text = f'<worksheet xmlns="{NS}"><sheetData>{body}</sheetData></worksheet>'
    return xlsx([["a"]], sheet_xml=text.encode(), **parts)


def code(data):
    with pytest.raises(RegistryError) as error:
        list(read_sheet(data))
    return error.value.code


def test_one_text_that_stands_everywhere_is_too_much(monkeypatch):
    """A shared text is written once and read a million times: 30 MB would make 10 GB of ledger."""
    monkeypatch.setattr(sheets, "MAX_TEXT", 1_000_000)
    shared = f'<sst xmlns="{NS}"><si><t>{"长" * 9_000}</t></si></sst>'.encode()
    row = "<row>" + '<c t="s"><v>0</v></c>' * 30 + "</row>"
    data = stored(book(row * 100, **{"xl/sharedStrings.xml": shared}))
    assert code(data) == "too_large"
    assert len(list(read_sheet(stored(book(row * 3, **{"xl/sharedStrings.xml": shared}))))) == 3


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
    ],
)
def test_nothing_outside_is_read(head):
    text = f'{head}<worksheet xmlns="{NS}"><sheetData/></worksheet>'
    for part in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"):
        assert code(xlsx([["a"]], **{part: text.encode()})) == "malformed"


@pytest.mark.parametrize("target", ["../../../etc/passwd", "/etc/passwd", "file:///etc/passwd", ""])
def test_a_sheet_that_lies_elsewhere_is_none(target):
    links = f'<Relationships><Relationship Id="rId1" Target="{target}"/></Relationships>'
    assert code(xlsx([["a"]], **{"xl/_rels/workbook.xml.rels": links.encode()})) == "malformed"


@pytest.mark.parametrize(
    ("is_1904", "number", "day"),
    [(False, "44256", "2021-03-01"), (True, "42794", "2021-03-01"), (False, "61", "1900-03-01")],
)
def test_days_are_counted_from_the_day_that_the_book_names(is_1904, number, day):
    styles = f'<styleSheet xmlns="{NS}"><cellXfs><xf/><xf numFmtId="14"/></cellXfs></styleSheet>'
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    workbook = (
        f'<workbook xmlns="{NS}" xmlns:r="{relations}"><workbookPr date1904="{int(is_1904)}"/>'
        '<sheets><sheet r:id="rId1" name="a" sheetId="1"/></sheets></workbook>'
    )
    parts = {"xl/styles.xml": styles.encode(), "xl/workbook.xml": workbook.encode()}
    data = book(f'<row><c s="1"><v>{number}</v></c></row>', **parts)
    assert list(read_sheet(data)) == [(1, [day])]


@pytest.mark.parametrize("value", ["1_0", "１２", "nan", "inf", "1e999", "-1", "2958466", "0x1"])
def test_a_number_that_is_none_stays_as_it_is(value):
    styles = f'<styleSheet xmlns="{NS}"><cellXfs><xf/><xf numFmtId="14"/></cellXfs></styleSheet>'
    cells = f'<row><c><v>{value}</v></c><c s="1"><v>{value}</v></c></row>'
    data = book(cells, **{"xl/styles.xml": styles.encode()})
    assert list(read_sheet(data)) == [(1, [value, value])]
