"""The ledger in people's hands: who reads it, how it is printed, corrected, and how long kept."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
import sqlalchemy as sa

import bureaukit
import ledgerkit
import sealdesk
from govseal.errors import NotAuthorized, Refused
from govseal.registry import tables
from govseal.registry.ledger.entry import FIELDS, check_fields
from govseal.registry.ledger.retention import keeps_until
from govseal.registry.policy import load_policy
from govseal.registry.policy.read import LEDGER_FIELDS
from govseal.registry.tables.base import new_id
from govseal.registry.vocabulary import Role

EVIL = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "=cmd|' /C calc'!A0"]


@pytest.fixture
def filled(bureau):
    """Five uses, ten entries."""
    ledgerkit.fill(bureau)
    return bureau


def ledger_of(bureau, name="office"):
    with bureau.acting(bureaukit.person(name)) as b:
        return b.ledger


def refused(act, *arguments, **options) -> Refused:
    with pytest.raises(Refused) as error:
        act(*arguments, **options)
    return error.value


# The fields.


@pytest.mark.req("R-JC9-07b")
@pytest.mark.parametrize(
    "field", ["matter", "reason", "section", "stamped_on", "copies", "handler", "approvers"]
)
@pytest.mark.parametrize("value", [None, "", " 　", []])
def test_the_seven_fields_of_jincheng_are_mandatory(field, value):
    profile = load_policy("jincheng")
    check_fields(profile, ledgerkit.FIELDS)
    error = refused(check_fields, profile, {**ledgerkit.FIELDS, field: value})
    assert (error.code, error.clause) == ("E_LEDGER_FIELD", profile.ledger.fields[field])
    assert FIELDS[field][0] in str(error)


@pytest.mark.parametrize("field", ["matter", "approvers", "certificate_no", "document_no"])
@pytest.mark.req("R-GZ-2.3b")
def test_the_fields_of_ganzhou_are_mandatory(field):
    profile = load_policy("ganzhou")
    check_fields(profile, {**ledgerkit.FIELDS, "item_class": "delegated"})
    error = refused(
        check_fields, profile, {**ledgerkit.FIELDS, "item_class": "delegated", field: ""}
    )
    assert (error.code, error.clause) == ("E_LEDGER_FIELD", profile.ledger.fields[field])


@pytest.mark.parametrize("copies", [0, -1, "2", True, 1.5])
def test_copies_are_a_number_of_copies(copies):
    profile = load_policy("ganzhou")  # does not ask for them, and takes no nonsense
    fields = {**ledgerkit.FIELDS, "item_class": "delegated", "copies": copies}
    assert refused(check_fields, profile, fields).code == "E_LEDGER_FIELD"


def test_every_field_that_a_profile_may_ask_for_is_printed():
    assert set(FIELDS) >= LEDGER_FIELDS


# Who reads.


def test_the_unit_reads_its_ledger(filled):
    lines = ledger_of(filled).entries()
    assert [line.sequence for line in lines] == [0, 2, 4, 6, 8]
    assert lines[0].fields["matter"] == ledgerkit.FIELDS["matter"]
    since = ledgerkit.AT + timedelta(minutes=1)
    until = ledgerkit.AT + timedelta(minutes=3)
    some = ledger_of(filled, "auditor").entries(seal=ledgerkit.SEAL, since=since, until=until)
    assert [line.sequence for line in some] == [2, 4]


def add_city(bureau):
    """A county that uses a seal of its city, and another city."""
    roles = {"city": Role.CITY_UNIT_INSPECTOR, "other": Role.CITY_UNIT_INSPECTOR}
    with bureau.database.begin() as connection:
        for unit, role in roles.items():
            connection.execute(
                tables.organizations.insert().values(
                    id=f"org-{unit}",
                    legal_name=unit,
                    level="city",
                    kinds=["city_unit"],
                    state="active",
                    active_from=bureaukit.SINCE,
                )
            )
            connection.execute(
                tables.people.insert().values(
                    id=f"per-{unit}",
                    name=unit,
                    organization=f"org-{unit}",
                    active_from=bureaukit.SINCE,
                )
            )
            connection.execute(
                tables.role_assignments.insert().values(
                    id=new_id("role"),
                    person=f"per-{unit}",
                    role=role,
                    organization=f"org-{unit}",
                    since=bureaukit.SINCE,
                )
            )
        ledgerkit.seal_row(connection, "seal-no2", owner_org="org-city")
        ledgerkit.use(connection, 20, seal="seal-no2")


@pytest.mark.req("R-GZ-2.4a")
def test_the_city_reads_the_ledger_of_its_own_seal_alone(filled):
    add_city(filled)
    assert [line.seal for line in ledger_of(filled, "city").entries()] == ["seal-no2"]
    assert ledger_of(filled, "other").entries() == []
    for name in ("city", "other"):
        access = ledger_of(filled, name)
        assert refused(access.entries, seal=ledgerkit.SEAL).code == "E_NOT_AUTHORIZED"
        with pytest.raises(NotAuthorized):
            access.correct(10, reason="x", copies=1)
    assert refused(ledger_of(filled, "other").export, "csv", seal="seal-no2").code == (
        "E_NOT_AUTHORIZED"
    )


@pytest.mark.req("R-HLJ-03")
def test_a_province_reads_the_ledgers_of_its_region_alone(filled):
    for name, region in (("own", "140000"), ("foreign", "230000")):
        unit = f"org-{name}"
        sealdesk.add_unit(filled, unit, f"{name}省某局", "province", region, ["management"])
        sealdesk.add_person(filled, f"{name}-admin", unit, Role.PROVINCE_ADMIN)
    lines = ledger_of(filled, "own-admin").entries()
    assert [line.sequence for line in lines] == [0, 2, 4, 6, 8]
    foreign = ledger_of(filled, "foreign-admin")
    assert foreign.entries() == []
    assert refused(foreign.entries, seal=ledgerkit.SEAL).code == "E_NOT_AUTHORIZED"


@pytest.mark.parametrize("name", ["maker", "operator", "handler"])
def test_others_read_no_ledger(filled, name):
    access = ledger_of(filled, name)
    for act in (access.entries, lambda: access.export("xlsx")):
        with pytest.raises(NotAuthorized):
            act()
    assert refused(ledger_of(filled).entries, seal="seal-none").code == "E_NOT_FOUND"


# How it is printed.


def cells(data: bytes) -> list[list[object]]:
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_the_printed_ledger_of_jincheng(filled):
    filled.ledger.checkpoint()
    rows = cells(ledger_of(filled).export("xlsx", seal=ledgerkit.SEAL))
    assert rows[0][0] == "印章使用台账"
    assert bureaukit.BUREAU_NAME in rows[1][0]
    assert ledgerkit.FIELDS["seal_name"] in rows[1][0]
    assert rows[2] == [
        *("序号", "台账号", "印章名称", "用印日期", "用印事项", "事由", "科室", "份数"),
        *("科室经办人", "事项审签人", "备注"),
    ]
    assert rows[3][:8] == [
        *(1, 0, ledgerkit.FIELDS["seal_name"], "2026-03-02", ledgerkit.FIELDS["matter"], "办结"),
        *("规划建设科", 2),
    ]
    assert len(rows) == 3 + 5 + 1
    assert [row[:2] for row in rows[3:-1]] == [[1, 0], [2, 2], [3, 4], [4, 6], [5, 8]]
    assert "检查点：10 " in rows[-1][0]


def test_the_sheet_is_ready_for_the_printer(filled):
    data = ledger_of(filled).export("xlsx", language="en")
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet.title == "Ledger of seal use"
    assert [sheet[place].value for place in ("A3", "B3", "D3")] == ["No.", "Ledger no.", "Date"]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$1:$3"
    assert "&P" in sheet.oddFooter.center.text
    assert "A1:K1" in sheet.merged_cells
    assert sheet["A4"].border.left.style == "thin"


def test_no_cell_is_a_formula(bureau):
    with bureau.database.begin() as connection:
        ledgerkit.seal_row(connection)
        for number, text in enumerate(EVIL):
            ledgerkit.use(connection, number, matter=text, reason=f"x\x00\x0b{text}\ufffe")
    access = ledger_of(bureau)
    sheet = openpyxl.load_workbook(io.BytesIO(access.export("xlsx"))).active
    for row, text in enumerate(EVIL, 4):
        cell = sheet.cell(row, 5)
        assert cell.data_type == "s"
        assert cell.value.strip() == text.strip()
        assert cell.quotePrefix
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    rows = list(csv.reader(io.StringIO(access.export("csv").decode("utf-8-sig"))))
    for row, text in zip(rows[1:], EVIL, strict=True):
        assert row[4].lstrip("' ") == text.strip()
        assert row[4].startswith("'")
        assert not any(cell.strip()[:1] in {"=", "+", "-", "@", "＝"} for cell in row)


@pytest.mark.req("R-GZ-2.3b")
def test_ganzhou_is_printed_by_category(open_bureau, sqlite_url):
    bureau = open_bureau(sqlite_url, "ganzhou")
    bureaukit.populate(bureau)
    kinds = ["delegated", "own", "delegated"]
    with bureau.database.begin() as connection:
        ledgerkit.seal_row(connection)
        for number, kind in enumerate(kinds):
            fields = {"item_class": kind, "category": f"{kind}/licence"}
            ledgerkit.use(connection, number, **fields)
    access = ledger_of(bureau)
    rows = cells(access.export("xlsx"))
    titles = [row[0] for row in rows if str(row[0]).startswith("分类")]
    assert titles == ["分类：下放事项/证照（2 条）", "分类：本级事项/证照（1 条）"]
    headings = rows[2]
    wanted = ("用印日期", "用印事项", "事项审签人", "证书编号", "审批文书编号")
    assert set(wanted) <= set(headings)
    # Who handled it is no field of Ganzhou's, and does not stand in its printed ledger.
    assert "科室经办人" not in headings
    lines = list(csv.reader(io.StringIO(access.export("csv", language="en").decode("utf-8-sig"))))
    assert lines[0][-1] == "Category"
    assert [(*line[:2], line[-1]) for line in lines[1:]] == [
        ("1", "0", "delegated/licence"),
        ("2", "4", "delegated/licence"),
        ("3", "2", "own/licence"),
    ]


def test_the_ledger_says_how_an_approval_is_proven(bureau):
    approvers = [
        {"name": "leader", "mode": "login", "departs": None},
        {"name": "principal", "mode": "signed", "departs": "紧急"},
    ]
    with bureau.database.begin() as connection:
        ledgerkit.seal_row(connection)
        ledgerkit.use(connection, 1, approvers=approvers)
    rows = cells(ledger_of(bureau).export("xlsx"))
    assert rows[3][9] == "leader（登录确认）、principal"
    assert rows[3][10] == "例外：紧急"


def test_an_export_has_a_form_and_a_language(filled):
    access = ledger_of(filled)
    for form, language in (("pdf", "zh"), ("csv", "fr")):
        with pytest.raises(ValueError, match="xlsx or csv"):
            access.export(form, language=language)


# Corrections.


def test_a_correction_is_a_further_entry(filled):
    access = ledger_of(filled)
    made = access.correct(2, reason="份数误填", copies=3)
    assert (made.sequence, made.corrects, made.events[0].kind) == (10, 2, "ledger.corrected")
    lines = {line.sequence: line for line in access.entries()}
    assert (lines[2].fields["copies"], lines[2].corrected_by) == (2, (10,))
    assert (lines[10].fields["copies"], lines[10].seal) == (3, ledgerkit.SEAL)
    rows = {row[1]: row for row in cells(access.export("xlsx"))}
    assert rows[2][-1] == "更正见台账号 10"
    assert rows[10][-1] == "更正台账号 2；份数误填"
    english = access.export("csv", language="en").decode("utf-8-sig")
    assert "corrected by ledger no. 10" in english
    assert "corrects ledger no. 2；份数误填" in english
    filled.ledger.audit().check()


@pytest.mark.parametrize(
    ("sequence", "reason", "fields", "code"),
    [
        (99, "x", {"copies": 3}, "E_NOT_FOUND"),
        (2, " ", {"copies": 3}, "E_BASIS_MISSING"),
        (2, "x", {}, "E_LEDGER_FIELD"),
        (2, "x", {"copies": 0}, "E_LEDGER_FIELD"),
        (2, "x", {"section": ""}, "E_LEDGER_FIELD"),
        (2, "x", {"document_sm3": "0"}, "E_LEDGER_FIELD"),
        (3, "x", {"copies": 3}, "E_APPEND_ONLY"),
    ],
)
def test_what_is_no_correction(filled, sequence, reason, fields, code):
    access = ledger_of(filled)
    assert refused(access.correct, sequence, reason=reason, **fields).code == code
    assert filled.ledger.audit().size == 10


def test_who_does_not_keep_the_ledger_corrects_nothing(filled):
    for name in ("handler", "leader"):
        with pytest.raises(NotAuthorized):
            ledger_of(filled, name).correct(2, reason="x", copies=3)
    assert refused(ledger_of(filled, "auditor").correct, 2, reason="x", copies=3).code == (
        "E_AUDITOR_WRITES"
    )


# How long it is kept.


def test_three_years_and_the_29th_of_february():
    assert keeps_until(date(2026, 3, 2), 3) == date(2029, 3, 2)
    assert keeps_until(date(2024, 2, 29), 3) == date(2027, 3, 1)
    assert keeps_until(date(2024, 2, 29), 4) == date(2028, 2, 29)


@pytest.mark.req("R-JC29L-25b")
def test_the_ledger_is_kept_for_three_years(any_bureau, clock):
    """An entry of 2 March 2026 may go on 3 March 2029 in Shanghai, and not a moment before."""
    ledgerkit.fill(any_bureau)
    access = ledger_of(any_bureau, "administrator")
    day = {"before": date(2026, 3, 3), "basis": "销毁清册〔2029〕1号"}
    for moment in (
        datetime(2026, 3, 2, 8, tzinfo=UTC),
        datetime(2029, 3, 1, 8, tzinfo=UTC),  # two years and 364 days
        datetime(2029, 3, 2, 15, 59, 59, tzinfo=UTC),
    ):
        clock.now = moment
        error = refused(access.purge, **day)
        assert (error.code, bool(error.clause)) == ("E_RETENTION", True)
    assert any_bureau.ledger.audit().purged == 0
    clock.now = datetime(2029, 3, 2, 16, tzinfo=UTC)
    assert refused(access.purge, date(2026, 3, 4), basis="x").code == "E_RETENTION"
    assert refused(access.purge, date(2026, 3, 3), basis=" ").code == "E_BASIS_MISSING"
    kept = any_bureau.ledger.checkpoint()
    purged = access.purge(**day)
    assert (purged.count, purged.ranges, purged.entry) == (10, ((0, 9),), 10)
    assert purged.events[0].kind == "ledger.purged"
    audit = any_bureau.ledger.audit(checkpoints=[kept])
    audit.check()
    assert (audit.purged, audit.size, audit.checkpoints) == (10, 11, 2)
    with any_bureau.database.begin() as connection:
        logged = connection.execute(
            sa.select(tables.audit_events.c.result).where(
                tables.audit_events.c.action == "ledger.purge"
            )
        ).scalars()
        assert sorted(logged) == ["done", *["refused"] * 5]


@pytest.mark.req("R-JC29L-25b")
def test_after_a_purge_every_proof_holds(filled, clock):
    leaves = [line.leaf for line in ledger_of(filled).entries()]
    clock.now = datetime(2029, 6, 1, tzinfo=UTC)
    access = ledger_of(filled, "administrator")
    assert access.purge(date(2026, 3, 1), basis="x").entry is None
    access.purge(date(2026, 3, 3), basis="x")
    assert access.purge(date(2026, 3, 3), basis="x").count == 0
    proof = filled.ledger.prove(2)
    proof.verify(filled.ledger.key, leaf=leaves[1])
    with pytest.raises(Exception, match="no longer kept"):
        filled.ledger.prove(2, shows_entry=True)
    with filled.database.begin() as connection:
        left = connection.execute(sa.select(tables.ledger_entries.c.entry)).scalars().all()
    assert left[:10] == [""] * 10
    assert refused(ledger_of(filled).correct, 2, reason="x", copies=3).code == "E_APPEND_ONLY"
    rows = {row[0]: row for row in cells(ledger_of(filled).export("xlsx"))}
    assert rows[2][-1] == "保管期满，内容已清理"
    # The triggers stand again.
    with pytest.raises(Refused), filled.database.begin() as connection:
        connection.exec_driver_sql("update ledger_entries set entry = 'x'")


def test_an_emptied_row_is_no_purge(filled, clock):
    """A thief who empties a row says so nowhere; one who lets a purge speak of it needs a note."""
    clock.now = datetime(2029, 6, 1, tzinfo=UTC)
    ledger_of(filled, "administrator").purge(date(2026, 3, 3), basis="x")
    with filled.database.begin() as connection:
        ledgerkit.use(connection, 9)
    ledgerkit.Thief(filled)("update ledger_entries set entry = '' where sequence > 10")
    found = filled.ledger.audit().findings
    assert [(item.code, item.first, item.last) for item in found] == [("entry_emptied", 11, 12)]


def test_the_longest_term_of_any_unit_counts(open_bureau, sqlite_url, clock, tmp_path):
    """The unit itself keeps for three years, the bureau's other rules ask for ten."""
    longer = tmp_path / "longer.toml"
    longer.write_text(
        'extends = "jincheng"\nname = "longer"\n[ledger]\nretention_years = 10\n', encoding="utf-8"
    )
    bureau = open_bureau(sqlite_url, load_policy(longer))
    bureaukit.populate(bureau)
    ledgerkit.fill(bureau, 1)
    with bureau.database.begin() as connection:
        connection.execute(tables.organizations.update().values(profile="jincheng"))
    access = ledger_of(bureau, "administrator")
    for year, is_kept in ((2030, True), (2035, True), (2037, False)):
        clock.now = datetime(year, 6, 1, tzinfo=UTC)
        if is_kept:
            assert refused(access.purge, date(2026, 3, 3), basis="x").code == "E_RETENTION"
        else:
            assert access.purge(date(2026, 3, 3), basis="x").count == 2


def test_others_purge_nothing(filled, clock):
    clock.now = datetime(2030, 6, 1, tzinfo=UTC)
    for name in ("office", "custodian", "principal"):
        with pytest.raises(NotAuthorized):
            ledger_of(filled, name).purge(date(2026, 3, 3), basis="x")
