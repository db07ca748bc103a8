"""An older ledger is taken over as what it is; what is no table is refused."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bureaukit
import ledgerkit
from govseal.errors import NotAuthorized, Refused, RegistryError
from govseal.registry.ledger import sheets
from govseal.registry.ledger.sheets import read_sheet
from govseal.sm2 import sm3
from mutations import mutated

OLD = (
    "2021年用印登记,,,,,\n"
    "日期,用印事项,批准人,份数,身份证号,备注\n"
    "2021-03-01,介绍信,局长,2,无,\n"
    ",,,,,\n"
    "2021-03-02,合同,局长,3,无,急\n"
).encode()


def xlsx(rows, *, sheet_xml=None, **parts) -> bytes:
    """A workbook as openpyxl writes it; a part may be replaced."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    if sheet_xml is None and not parts:
        return out.getvalue()
    changed = {"xl/worksheets/sheet1.xml": sheet_xml, **parts}
    with zipfile.ZipFile(out) as package:
        files = {name: package.read(name) for name in package.namelist()}
    files |= {name: data for name, data in changed.items() if data is not None}
    again = io.BytesIO()
    with zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in files.items():
            package.writestr(name, data)
    return again.getvalue()


def take_over(bureau, data, name="office", **options):
    with bureau.acting(bureaukit.person(name)) as b:
        return b.ledger.import_(data, name="2021年台账.csv", **options)


def test_an_old_ledger_is_taken_over_row_by_row(any_bureau):
    done = take_over(any_bureau, OLD)
    assert (done.source_sm3, done.first, done.rows) == (sm3(OLD).hex(), 0, 2)
    assert done.columns == {
        "日期": "stamped_on",
        "用印事项": "matter",
        "批准人": "approvers",
        "份数": "copies",
    }
    # No field of the ledger is an identity number; nothing of that column is taken over.
    assert done.ignored == ("身份证号", "备注")
    with any_bureau.acting(bureaukit.person("office")) as b:
        lines = b.ledger.entries()
        printed = b.ledger.export("csv").decode()
    assert [line.kind for line in lines] == ["import", "import"]
    assert lines[1].fields == {
        "stamped_on": "2021-03-02",
        "matter": "合同",
        "approvers": "局长",
        "copies": "3",
        "organization": bureaukit.BUREAU,
        "imported": {"source": "2021年台账.csv", "source_sm3": sm3(OLD).hex(), "row": 5},
    }
    # Written when it was taken over, and printed as what it is.
    assert lines[1].at > datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    assert "旧台账补录：2021年台账.csv，第 5 行" in printed
    any_bureau.ledger.audit().check()


def test_a_spreadsheet_is_taken_over(bureau):
    with bureau.database.begin() as connection:
        ledgerkit.seal_row(connection)
    moment = datetime(2021, 3, 1, 9, 30)  # noqa: DTZ001 - a sheet has no zone
    rows = [
        ["用印台账"],
        ["Date", "Matter", "COPIES：", "科室"],
        [moment, "=1+1", 2.0, "规划科"],
        [datetime(2021, 3, 2), None, 1.5, "规划科"],  # noqa: DTZ001 - as above
    ]
    done = take_over(bureau, xlsx(rows), seal=ledgerkit.SEAL)
    assert (done.rows, done.ignored) == (2, ())
    with bureau.acting(bureaukit.person("office")) as b:
        first, second = b.ledger.entries(seal=ledgerkit.SEAL)
    assert first.fields["stamped_on"] == "2021-03-01 09:30:00"
    # A formula is not evaluated, and one that no program has evaluated has no value.
    assert "matter" not in first.fields
    assert (first.fields["copies"], second.fields["copies"]) == ("2", "1.5")
    assert second.fields["stamped_on"] == "2021-03-02"


def test_what_was_printed_is_taken_over(bureau, open_bureau, tmp_path):
    """The printed form of one bureau is an older ledger to another one."""
    ledgerkit.fill(bureau, 2)
    with bureau.acting(bureaukit.person("office")) as b:
        data = b.ledger.export("xlsx")
    other = open_bureau(f"sqlite:///{tmp_path / 'other.db'}")
    bureaukit.populate(other)
    done = take_over(other, data)
    assert set(done.columns.values()) >= {"matter", "reason", "section", "copies", "approvers"}
    assert done.rows == 2


def test_headings_of_its_own(bureau):
    data = "何时,何事,几份\n三月一日,合同,2\n".encode("gb18030")
    with pytest.raises(RegistryError) as error:
        take_over(bureau, data)
    assert error.value.code == "malformed"
    done = take_over(bureau, data, columns={"何时": "stamped_on", "何事": "matter"})
    assert (done.rows, done.ignored) == (1, ("几份",))
    with pytest.raises(ValueError, match="no fields"):
        take_over(bureau, data + b"\n", columns={"何时": "sequence"})


def test_the_same_file_is_taken_over_once(bureau):
    take_over(bureau, OLD)
    with pytest.raises(Refused) as error:
        take_over(bureau, OLD)
    assert error.value.code == "E_DUPLICATE"
    assert bureau.ledger.audit().size == 2


def test_who_keeps_no_ledger_takes_none_over(bureau):
    for name in ("handler", "leader", "operator"):
        with pytest.raises(NotAuthorized):
            take_over(bureau, OLD, name)
    with pytest.raises(ValueError, match="name"), bureau.acting(bureaukit.person("office")) as b:
        b.ledger.import_(OLD, name="")
    assert bureau.ledger.audit().size == 0


def test_a_refused_import_leaves_no_row(bureau):
    """Rows before the one that is refused are not there either."""
    rows = "\n".join(f"2021-01-01,事项{number}" for number in range(1500))
    data = f"日期,事项\n{rows}\n2021-01-01,{'长' * 20_000}\n".encode()
    with pytest.raises(RegistryError) as error:
        take_over(bureau, data)
    assert error.value.code == "too_large"
    assert bureau.ledger.audit().size == 0


NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


SHARED = f'<sst xmlns="{NS}"><si><t>a</t></si><si><r><t>b</t></r><r><t>c</t></r></si></sst>'


def sheet(body: str, head: str = "") -> bytes:
    text = f'{head}<worksheet xmlns="{NS}"><sheetData>{body}</sheetData></worksheet>'
    shared = {"xl/sharedStrings.xml": SHARED.encode()}
    return xlsx([["a"]], sheet_xml=text.encode(), **shared)


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "malformed"),
        (b"PK\x03\x04", "malformed"),
        (b"\xff\xfe\x00\x00", "malformed"),
        (b"a,b\n\0", "malformed"),
        (b'"a', "malformed"),
        (OLD.split(b"\n")[1], "malformed"),
        ("日期,时间\n1,2\n".encode(), "malformed"),
        (b"x\n" * 20 + OLD, "malformed"),
        (b"," * 200 + b"\n", "too_large"),
        (b"1" * 20_000, "too_large"),
        (sheet("", BOMB), "malformed"),
        (sheet('<row r="1"><c r="XFD1"><v>1</v></c></row>'), "too_large"),
        (sheet('<row r="1"><c r="C1"/><c r="A1"/></row>'), "too_large"),
        (xlsx([["a"]], **{"xl/_rels/workbook.xml.rels": b"<x/>"}), "malformed"),
        (xlsx([["a"]], **{"xl/workbook.xml": b"<x"}), "malformed"),
        (xlsx([["a"]], **{"xl/media/image.bin": bytes(70 << 20)}), "too_large"),
    ],
)
def test_what_is_no_ledger(bureau, data, code):
    with pytest.raises(RegistryError) as error:
        take_over(bureau, data)
    assert error.value.code == code


def test_limits(monkeypatch, bureau):
    monkeypatch.setattr(sheets, "MAX_ROWS", 3)
    with pytest.raises(RegistryError) as error:
        take_over(bureau, OLD)
    assert error.value.code == "too_large"
    monkeypatch.setattr(sheets, "MAX_BYTES", 10)
    with pytest.raises(RegistryError) as error:
        take_over(bureau, OLD)
    assert error.value.code == "too_large"


def test_cells_as_sheets_write_them():
    """Without references, with runs, errors, booleans, strange indices, and dates out of range."""
    body = (
        '<row><c><v>1</v></c><c t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>'
        '<c t="s"><v>99</v></c><c t="s"><v>1</v></c><c t="b"><v>1</v></c><c s="77"><v>2</v></c>'
        '<c><v>1e400</v></c><c><v>x</v></c><c t="inlineStr"/></row><row r="9"><c r="B9"/></row>'
    )
    rows = list(read_sheet(sheet(body)))
    assert rows == [(1, ["1", "ab", "", "bc", "1", "2", "1e400", "x", ""]), (9, ["", ""])]


SAMPLE = xlsx([["日期", "事项"], [datetime(2021, 3, 1), "合同"]])  # noqa: DTZ001 - as above


@given(st.sampled_from([OLD, SAMPLE]).flatmap(mutated) | st.binary(max_size=200))
def test_bent_tables_only_give_our_errors(data):
    try:
        for number, row in read_sheet(data):
            assert number > 0
            assert all(isinstance(cell, str) for cell in row)
    except RegistryError:
        pass
