"""手工加盖: physical seals are asked for, approved and checked like others; a hand applies them."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import openpyxl
import pytest

import sealdesk
from bureaukit import person
from govseal.errors import RegistryError, StateError
from govseal.registry import tables
from govseal.registry.vocabulary import CustodyKind, IncidentKind
from paperkit import MATTER, SCAN, approved, by_hand, nothing_is_there, paper_seal, record, said
from sealdesk import IMPRINT, seals
from usekit import Desk, code, refusal

# 用印 · the use ----------------------------------------------------------------------------


@pytest.mark.req("R-JC9-07a", "R-JC9-07b", "R-JC9-09", "R-JC10-YZ-5.1")
def test_a_stamp_by_hand_is_in_the_ledger_and_no_key_signed(any_desk):
    request = approved(any_desk)
    stamped = by_hand(any_desk, request)
    assert (stamped.is_by_hand, stamped.signature_id, stamped.data) == (True, None, None)
    intent, result = said(any_desk, stamped.entry), said(any_desk, stamped.result)
    fields = intent["fields"]
    assert (intent["kind"], intent["use"], intent["seal"]) == ("intent", request.id, request.seal)
    named = ("matter", "reason", "section", "stamped_on", "copies", "handler", "custodian")
    assert [fields[name] for name in named] == [
        MATTER,
        "办结发证",
        "规划建设科",
        "2026-03-02",
        5,
        "handler",
        "custodian",
    ]
    assert [one["name"] for one in fields["approvers"]] == ["head", "leader"]
    assert fields["by_hand"] == {
        "medium": "physical_large",
        "approved": 5,
        "spoiled": 0,
        "remark": None,
    }
    assert fields["document_sm3"] == request.document_sm3
    told = result["fields"]
    assert (told["intent"], told["signature_id"], told["stamped_sm3"]) == (0, None, None)
    assert told["by_hand"] == {"copies": 5, "spoiled": 0}
    assert any_desk.state(request) == "stamped"
    audit = any_desk.bureau.ledger.audit()
    assert (audit.findings, audit.size) == ((), 2)
    assert any_desk.bureau.ledger.prove(stamped.entry)
    assert [event.facts["medium"] for event in stamped.events if event.kind == "use.stamped"] == [
        "physical_large"
    ]


@pytest.mark.req("R-JC10-YZ-1.1a", "R-JC9-05", "R-JC10-YZ-5.1")
def test_a_seal_that_was_carved_is_used(bureau):
    """The whole road: carved, filed, issued, activated, asked for, approved, applied."""
    seal = sealdesk.carved(bureau)
    with seals(bureau, "office") as room:
        room.file_with_police(seal, "公备〔2026〕17号")
        room.issue(seal, custodian=person("custodian"), specimen=IMPRINT)
    sealdesk.activate(bureau, seal)
    desk = Desk(bureau)
    request = desk.approved(seal=seal, copies=2)
    with desk.acting("custodian") as b:
        assert [item.what for item in b.use.waiting()] == ["stamp"]
        assert b.use.check(request.id).state == "checked"
    stamped = by_hand(desk, request, copies=2)
    assert said(desk, stamped.entry)["fields"]["by_hand"]["medium"] == "physical_large"
    with desk.acting("handler") as b:
        assert [item.what for item in b.use.waiting()] == ["collect"]
        trace = b.use.trace(request.id)
    assert (trace.held.name, trace.stamped.name) == ("custodian", "custodian")
    assert (trace.stamped.detail, trace.entry) == ("by_hand, copies 2", stamped.entry)
    assert [act.what for act in trace.log][-2:] == ["use.check", "use.stamp_by_hand"]


@pytest.mark.req("R-JC9-07b", "R-JC10-YZ-5.1")
def test_fewer_copies_and_spoiled_ones_stand_in_the_printed_ledger(desk):
    request = approved(desk)
    remark = "一份印迹不清，已剪角收回"
    by_hand(desk, request, copies=3, spoiled=1, remark=remark)
    desk.stamped()
    with desk.acting("office") as b:
        zh, en = (b.ledger.export("csv", language=name) for name in ("zh", "en"))
        sheet = openpyxl.load_workbook(io.BytesIO(b.ledger.export("xlsx"))).active
        of_one = openpyxl.load_workbook(io.BytesIO(b.ledger.export("xlsx", seal=request.seal)))
    (first, second) = csv.DictReader(io.StringIO(zh.decode("utf-8-sig")))
    assert (first["份数"], second["份数"]) == ("3", "1")
    expected = f"大章，手工加盖；批准 5 份；作废 1 份；{remark}"
    assert (first["备注"], second["备注"]) == (expected, "")
    (line, _) = csv.DictReader(io.StringIO(en.decode("utf-8-sig")))
    assert line["Remark"].startswith("physical large, by hand；5 copies approved；1 spoiled")
    cells = {cell.value for row in sheet.iter_rows() for cell in row}
    assert {expected, 3} <= cells
    assert any("专用章（大章）" in str(cell.value) for row in of_one.active for cell in row)


@pytest.mark.req("R-JC10-YZ-5.1")
@pytest.mark.parametrize("reason", ["incomplete", "out_of_scope", "no_authority"])
def test_a_custodian_refuses_a_physical_seal_as_well(desk, reason):
    request = approved(desk)
    with desk.acting("custodian") as b:
        assert b.use.refuse(request.id, reason, "手续不全").state == "refused"
    assert code(by_hand, desk, request) == "E_STATE"
    assert nothing_is_there(desk)


# 拒绝 · refused ----------------------------------------------------------------------------


@pytest.mark.req("R-JC9-03")
def test_no_hand_applies_an_electronic_seal_and_no_key_a_physical_one(desk):
    electronic, physical = desk.approved(), approved(desk)
    first = refusal(by_hand, desk, electronic, copies=1)
    second = refusal(desk.stamp, physical)
    assert (first.code, second.code) == ("E_SEAL_TYPE", "E_SEAL_TYPE")
    assert "电子印章" in str(first)
    assert nothing_is_there(desk)
    assert [desk.state(request) for request in (electronic, physical)] == ["approved", "approved"]


@pytest.mark.req("R-JC9-07b")
@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({"copies": 6}, "E_COPIES"),
        ({"copies": 0}, "E_COPIES"),
        ({"copies": 0, "spoiled": 5, "remark": "全部作废"}, "E_COPIES"),
        ({"copies": 4, "spoiled": 1}, "E_REASON_MISSING"),
        ({"copies": 4, "spoiled": 1, "remark": " "}, "E_REASON_MISSING"),
    ],
)
def test_copies_are_accounted_for(shared_desk, stated, expected):
    request = approved(shared_desk)
    refused = refusal(by_hand, shared_desk, request, **stated)
    assert refused.code == expected
    assert expected != "E_COPIES" or "第七条" in refused.clause
    assert shared_desk.state(request) == "approved"


@pytest.mark.parametrize(
    "stated",
    [
        {"copies": -1},
        {"copies": True},
        {"copies": 2.0},
        {"spoiled": 100_001},
        {"remark": "x" * 3000},
        {"scan": b""},
    ],
)
def test_a_statement_that_is_none_is_an_error_of_the_caller(shared_desk, stated):
    request = approved(shared_desk)
    with pytest.raises(ValueError, match=next(iter(stated))):
        by_hand(shared_desk, request, **stated)


@pytest.mark.req("R-JC29S-12", "R-JC9-07a")
def test_no_hand_stamps_before_it_is_approved(shared_desk):
    request = shared_desk.ask(seal=paper_seal(shared_desk), copies=5)
    assert code(by_hand, shared_desk, request) == "E_NOT_APPROVED"
    shared_desk.approve(request, "head")
    assert code(by_hand, shared_desk, request) == "E_APPROVAL_INCOMPLETE"


@pytest.mark.req("R-JC9-09")
def test_a_second_use_is_refused(shared_desk):
    request = approved(shared_desk)
    by_hand(shared_desk, request, copies=3)
    refused = refusal(by_hand, shared_desk, request, copies=2)
    assert (type(refused), refused.code, refused.state) == (StateError, "E_STATE", "stamped")


@pytest.mark.req("R-JC9-07a", "R-JC10-YZ-5.2")
def test_a_changed_document_is_refused(desk):
    request = approved(desk)
    kept = desk.row(tables.use_requests, request.id).document
    desk.write(tables.use_requests, request.id, document=kept[:-1] + bytes([kept[-1] ^ 1]))
    assert code(by_hand, desk, request) == "E_DIGEST_CHANGED"


@pytest.mark.req("R-JC9-07b")
def test_the_copies_that_were_approved_are_those_of_the_log(desk):
    request = approved(desk)
    desk.write(tables.use_requests, request.id, copies=50)
    assert code(by_hand, desk, request, copies=50) == "E_DIGEST_CHANGED"


@pytest.mark.req("R-JC9-06", "R-JC10-YZ-3.1")
def test_only_the_custodian_applies_the_seal(desk):
    request = approved(desk)
    assert code(by_hand, desk, request, "second-custodian") == "E_NOT_CUSTODIAN"
    assert code(by_hand, desk, request, "handler") == "E_NOT_CUSTODIAN"
    assert code(by_hand, desk, request, "operator") == "E_OPERATOR_SIGNS"
    assert code(by_hand, desk, request, "auditor") == "E_AUDITOR_WRITES"
    with desk.acting("custodian") as b:
        assert code(b.use.stamp_by_hand, "use-0000000000000000", copies=1) == "E_NOT_FOUND"


@pytest.mark.req("R-GZ-2.4b", "R-JC10-YZ-3.5")
@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("suspended", "E_SEAL_SUSPENDED"),
        ("lost", "E_SEAL_LOST"),
        ("stopped", "E_SEAL_STOPPED"),
        ("issued", "E_NOT_YET_ACTIVE"),
    ],
)
def test_a_seal_that_may_not_be_used_is_not(desk, state, expected):
    request = approved(desk)
    desk.write(tables.seals, request.seal, state=state)
    assert code(by_hand, desk, request) == expected


@pytest.mark.req("R-GZ-2.4b")
def test_a_lost_seal_is_not_used_even_before_it_was_missed(desk, clock):
    """Whoever finds it could claim any time: what nobody recorded is looked into."""
    request = approved(desk)
    before = clock()
    clock.forward(hours=1)
    with desk.acting("custodian") as b:
        b.seals.report(request.seal, IncidentKind.LOSS, "印章丢失")
    assert code(by_hand, desk, request, at=before) == "E_SEAL_LOST"


def test_approvals_that_were_not_used_in_time_are_over(desk, clock):
    request = approved(desk)
    in_time = clock()
    clock.forward(days=40)
    assert code(by_hand, desk, request, at=in_time) == "E_APPROVAL_EXPIRED"
    assert desk.state(request) == "expired"


@pytest.mark.req("R-JC9-07b")
def test_the_ledger_has_its_fields_or_there_is_no_use(desk):
    desk.write(tables.people, person("handler"), name=" ")
    request = approved(desk)
    assert code(by_hand, desk, request) == "E_LEDGER_FIELD"
    assert nothing_is_there(desk)


# 补登、外带 · recorded later, outside ------------------------------------------------------


def test_a_time_is_after_the_approval_and_not_in_the_future(shared_desk):
    now = shared_desk.bureau.clock()
    request = approved(shared_desk)
    late, early = now + timedelta(seconds=1), now - timedelta(seconds=1)
    assert code(by_hand, shared_desk, request, at=late) == "E_EFFECTIVE_TIME"
    refused = refusal(by_hand, shared_desk, request, at=early)
    assert (refused.code, "第十二条" in refused.clause) == ("E_NOT_APPROVED", True)
    with pytest.raises(ValueError, match="zone"):
        by_hand(shared_desk, request, at=now.replace(tzinfo=None))


@pytest.mark.req("R-JC9-07b", "R-JC10-YZ-3.3")
def test_who_held_the_seal_then_records_it(desk, clock):
    """The stand-in stamped on Monday and writes it down on Tuesday: the ledger says both."""
    request = approved(desk)
    start = clock()
    with desk.acting("issuing-head") as b:
        end = start + timedelta(hours=2)
        b.seals.stand_in(request.seal, person("second-custodian"), since=start, until=end)
    then = clock.forward(hours=1)
    clock.forward(days=1)
    assert code(by_hand, desk, request, "custodian", at=then) == "E_NOT_CUSTODIAN"
    assert code(by_hand, desk, request, "second-custodian") == "E_NOT_CUSTODIAN"
    stamped = by_hand(desk, request, "second-custodian", at=then)
    entry = said(desk, stamped.entry)
    assert entry["fields"]["stamped_at"] == "2026-03-02T10:30:00+08:00"
    assert entry["at"] == "2026-03-03T02:30:00.000000Z"
    assert record(desk, stamped.document).completed_on == "2026-03-02"
    with desk.acting("handler") as b:
        assert b.use.trace(request.id).held.name == "second-custodian"
    with desk.acting("office") as b:
        assert "大章，手工加盖；2026-03-03 登记".encode() in b.ledger.export("csv")


def taken_out(desk, request, clock, *, matter=MATTER):
    """The seal is out with the handler for two days; the permit."""
    now = clock()
    with desk.acting("handler") as b:
        due_back = now + timedelta(days=2)
        petition = b.seals.ask_take_out(request.seal, matter=matter, since=now, due_back=due_back)
    for name in ("head", "leader"):
        with desk.acting(name) as b:
            b.seals.approve(petition.id)
    with desk.acting("custodian") as b:
        (permit,) = b.seals.permits(request.seal)
        return b.seals.take_out(permit.id)


@pytest.mark.req("R-JC10-YZ-3.2")
def test_who_took_the_seal_out_records_the_use(desk, clock):
    request = approved(desk)
    other = approved(desk, seal=request.seal, matter="另一事项")
    taken_out(desk, request, clock)
    clock.forward(hours=3)
    assert code(by_hand, desk, request, "custodian") == "E_NOT_CUSTODIAN"
    refused = refusal(by_hand, desk, other, "handler")
    assert (refused.code, "三（二）" in refused.clause) == ("E_PERMIT_SCOPE", True)
    stamped = by_hand(desk, request, "handler")
    assert said(desk, stamped.entry)["fields"]["custodian"] == "handler"
    with desk.acting("auditor") as b:
        held = b.use.trace(request.id).held
    assert (held.name, held.detail) == ("handler", CustodyKind.TAKEN_OUT)


@pytest.mark.req("R-JC10-YZ-3.2")
def test_a_use_outside_is_recorded_after_the_seal_came_back(desk, clock):
    in_time = approved(desk)
    late = approved(desk, seal=in_time.seal)
    permit = taken_out(desk, in_time, clock)
    then = clock.forward(hours=3)
    overdue = clock.forward(days=3)
    assert code(by_hand, desk, late, "handler") == "E_PERMIT_OVERDUE"
    clock.forward(hours=1)
    with desk.acting("custodian") as b:
        b.seals.bring_back(permit.id)
    assert code(by_hand, desk, late, "handler", at=overdue) == "E_PERMIT_OVERDUE"
    assert code(by_hand, desk, in_time, "handler") == "E_NOT_CUSTODIAN"
    assert by_hand(desk, in_time, "handler", at=then).entry == 0


# 一步完成 · all or nothing -----------------------------------------------------------------


@pytest.mark.req("R-JC9-09")
@pytest.mark.parametrize("table", ["stamps", "document_versions", "outbox", "audit_events"])
def test_a_failure_midway_leaves_neither_use_nor_entry(desk, table):
    request = approved(desk)
    told = len(desk.rows(tables.outbox))
    with desk.bureau.database.begin() as connection:
        connection.exec_driver_sql(
            f"CREATE TRIGGER full BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    with pytest.raises(RegistryError):
        by_hand(desk, request, scan=SCAN)
    with desk.bureau.database.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER full")
    assert nothing_is_there(desk)
    assert (desk.state(request), len(desk.rows(tables.outbox))) == ("approved", told)
    assert by_hand(desk, request, scan=SCAN).entry == 0
    assert desk.bureau.ledger.audit().findings == ()


@pytest.mark.req("R-JC9-09")
def test_a_platform_that_rolls_back_leaves_neither(desk):
    request = approved(desk)
    with desk.bureau.database.begin() as connection:
        outer = connection.begin_nested()
        with desk.bureau.acting(person("custodian"), connection=connection) as b:
            assert b.use.stamp_by_hand(request.id, copies=5).entry == 0
        outer.rollback()
    assert nothing_is_there(desk)
    assert desk.state(request) == "approved"


@pytest.mark.req("R-GZ-3.1.1a")
@pytest.mark.parametrize(
    "change",
    [{"copies": 9}, {"spoiled": 0}, {"signature_id": "1"}, {"copies": None, "spoiled": None}],
)
def test_the_audit_names_a_use_whose_copies_were_changed(desk, change):
    stamped = by_hand(desk, approved(desk), copies=3, spoiled=1, remark="收回销毁")
    assert desk.bureau.ledger.audit().findings == ()
    desk.write(tables.stamps, stamped.id, **change)
    (finding,) = desk.bureau.ledger.audit().findings
    assert (finding.code, finding.first) == ("stamp_differs", stamped.result)
