"""用印: the desk is the only way to a signature, and it checks everything again."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest

import bureaukit
import govseal
import pdf_stamping
import time_stamping
import tokens
from govseal.errors import GovsealError, RegistryError, StampError, StateError
from govseal.registry import tables
from govseal.registry.ledger.append import origin
from govseal.registry.vocabulary import Role
from govseal.seal.extensions import ApprovalDigest, LedgerReference, Matter
from govseal.sm2 import sm3
from usekit import PLACE, code, refusal


def verify(data, **more):
    world = bureaukit.world()
    options = {"materials": world.hierarchy.materials, "at": bureaukit.MADE_AT + timedelta(days=2)}
    return govseal.verify(data, world.trust, **{**options, **more})


def entry(desk, sequence):
    rows = {row.sequence: row for row in desk.rows(tables.ledger_entries)}
    return json.loads(rows[sequence].entry), rows[sequence]


@pytest.mark.req("R-JC9-07a", "R-JC9-07b", "R-JC29S-12", "R-JC9-09")
def test_a_stamp_and_its_ledger_prove_each_other(any_desk):
    request, stamped = any_desk.stamped(matter="许可", item_code="A-1", copies=3)
    report = verify(stamped.data)
    assert report.verdict is govseal.Verdict.PASSED
    (found,) = govseal.inspect(stamped.data).signatures
    intent, row = entry(any_desk, stamped.entry)
    result, _ = entry(any_desk, stamped.result)
    reference = LedgerReference.find(found.extensions)
    with any_desk.bureau.database.begin() as connection:
        assert reference.log == origin(connection)
    assert (reference.sequence, reference.leaf.hex()) == (stamped.entry, row.leaf)
    assert Matter.find(found.extensions).code == "A-1"
    stated = intent["fields"]
    assert ApprovalDigest.find(found.extensions).value.hex() == stated["approvals_sm3"]
    named = ("matter", "reason", "section", "stamped_on", "copies", "handler")
    assert [stated[name] for name in named] == [
        "许可",
        "办结发证",
        "规划建设科",
        "2026-03-02",
        3,
        "handler",
    ]
    assert [(one["name"], one["mode"]) for one in stated["approvers"]] == [
        ("head", "signed"),
        ("leader", "signed"),
    ]
    assert stated["document_sm3"] == request.document_sm3
    any_desk.bureau.ledger.checkpoint()
    assert any_desk.bureau.ledger.prove(stamped.entry)
    assert any_desk.bureau.ledger.match(stamped.data).is_proven
    assert result["fields"]["intent"] == stamped.entry
    assert result["fields"]["stamped_sm3"] == sm3(stamped.data).hex() == stamped.sm3
    assert result["fields"]["signature_id"] == found.id == stamped.signature_id
    assert hashlib.sha256(stamped.data).hexdigest() == stamped.sha256


def test_the_approvals_digest_is_what_it_says(shared_desk):
    request = shared_desk.approved()
    rows = sorted(
        (row for row in shared_desk.rows(tables.approvals) if row.request == request.id),
        key=lambda row: row.step,
    )
    digests = b"".join(sm3(row.statement.encode()) + sm3(row.signature) for row in rows)
    stamped = shared_desk.stamp(request)
    (found,) = govseal.inspect(stamped.data).signatures
    assert ApprovalDigest.find(found.extensions).value == sm3(digests)


@pytest.mark.req("R-JC29S-12", "R-JC9-07a")
def test_nothing_is_stamped_before_it_is_approved(shared_desk):
    request = shared_desk.ask()
    first = refusal(shared_desk.stamp, request)
    assert (first.code, "第十二条" in first.clause) == ("E_NOT_APPROVED", True)
    shared_desk.approve(request, "head")
    second = refusal(shared_desk.stamp, request)
    assert (second.code, "第七条" in second.clause) == ("E_APPROVAL_INCOMPLETE", True)
    assert isinstance(second, StateError)


def test_a_second_use_is_refused(shared_desk):
    request, _ = shared_desk.stamped()
    refused = refusal(shared_desk.stamp, request)
    assert (refused.code, refused.state) == ("E_STATE", "stamped")


@pytest.mark.req("R-JC9-09")
def test_there_is_no_stamp_without_a_request(desk):
    desk.seal()
    with desk.acting("custodian") as b:
        assert code(b.use.stamp, "use-0000000000000000", PLACE) == "E_NOT_FOUND"
    logged = desk.rows(tables.audit_events)[-1]
    assert (logged.action, logged.result, logged.subject) == (
        "use.stamp",
        "refused",
        "use-0000000000000000",
    )


@pytest.mark.req("R-JC9-09")
def test_the_key_does_not_sign_where_the_ledger_fails(desk, monkeypatch):
    request = desk.approved()
    with desk.bureau.database.begin() as connection:
        connection.execute(tables.heads.delete().where(tables.heads.c.name == "ledger"))
    with pytest.raises(RegistryError) as refused:
        desk.stamp(request)
    assert refused.value.code == "schema_unknown"
    assert desk.state(request) == "approved"
    assert not desk.rows(tables.stamps)


def test_what_cannot_be_stamped_leaves_nothing(desk):
    request = desk.approved(document=b"plain text")
    with pytest.raises(GovsealError):
        desk.stamp(request)
    request = desk.approved()
    with pytest.raises(StampError) as refused:
        desk.stamp(request, placement=govseal.Placement(page=9, x_mm=1, y_mm=1))
    assert refused.value.code == "no_such_page"
    assert not desk.rows(tables.ledger_entries)
    assert not desk.rows(tables.stamps)
    assert desk.rows(tables.audit_events)[-1].result == "failed"


@pytest.mark.req("R-JC29S-09")
def test_a_pdf_is_stamped_as_well(shared_desk):
    request = shared_desk.approved(document=pdf_stamping.pdf())
    stamped = shared_desk.stamp(request)
    assert verify(stamped.data).verdict is govseal.Verdict.PASSED
    (found,) = govseal.inspect(stamped.data).signatures
    assert LedgerReference.find(found.extensions).sequence == stamped.entry
    assert found.id == stamped.signature_id


@pytest.mark.req("R-JC29S-09")
def test_any_file_takes_a_stamp_beside_it(shared_desk):
    request = shared_desk.approved(document=b"plain text")
    stamped = shared_desk.stamp(request, placement=None, detached=True)
    report = verify(b"plain text", detached=stamped.data)
    assert report.verdict is govseal.Verdict.PASSED
    assert stamped.signature_id == "1"
    assert stamped.data[:1] == b"\x30"


def test_a_stamp_says_where_it_shows(shared_desk):
    request = shared_desk.approved()
    for wrong in ({"placement": None}, {"placement": PLACE, "detached": True}):
        with pytest.raises(ValueError, match="placement"):
            shared_desk.stamp(request, **wrong)
    (found,) = govseal.inspect(shared_desk.stamp(request, placement=()).data).signatures
    assert not found.appearances


def test_a_time_stamp_goes_in_where_it_is_asked_for(desk):
    source = tokens.source(bureaukit.world().hierarchy.tsa, desk.bureau.clock())
    stamped = desk.stamp(desk.approved(), timestamp=source)
    (found,) = govseal.inspect(stamped.data).signatures
    assert found.stamp.time_stamp


def test_a_time_stamp_that_is_demanded_and_not_had_stops_the_stamp(desk):
    terms = govseal.TimestampTerms(time_stamping.Source(OSError("no network")), is_required=True)
    request = desk.approved()
    with pytest.raises(GovsealError):
        desk.stamp(request, timestamp=terms)
    assert desk.state(request) == "approved"
    assert not desk.rows(tables.ledger_entries)


@pytest.mark.req("R-JC10-YZ-5.1")
@pytest.mark.parametrize("reason", ["incomplete", "out_of_scope", "no_authority"])
def test_a_custodian_may_refuse(shared_desk, reason):
    request = shared_desk.approved()
    with shared_desk.acting("custodian") as b:
        assert code(b.use.refuse, request.id, reason, " ") == "E_REASON_MISSING"
        refused = b.use.refuse(request.id, reason, "手续不全")
    assert (refused.state, refused.events[0].kind) == ("refused", "use.refused")
    assert refused.events[0].facts["applicant"] == "per-handler"
    assert code(shared_desk.stamp, request) == "E_STATE"
    logged = shared_desk.rows(tables.audit_events)[-2]
    assert (logged.action, json.loads(logged.facts)["reason"]) == ("use.refuse", reason)


@pytest.mark.req("R-JC10-YZ-5.1")
def test_nobody_else_refuses_to_stamp(shared_desk):
    request = shared_desk.approved()
    with shared_desk.acting("second-custodian") as b:
        assert code(b.use.refuse, request.id, "incomplete", "不全") == "E_NOT_CUSTODIAN"
    with shared_desk.acting("custodian") as b, pytest.raises(ValueError, match="mood"):
        b.use.refuse(request.id, "mood", "不想盖")


@pytest.mark.req("R-JC9-07a")
def test_what_was_checked_is_checked_again_when_it_is_stamped(desk):
    request = desk.approved()
    with desk.acting("custodian") as b:
        assert b.use.check(request.id).state == "checked"
        assert "approvals" in b.use.check(request.id).checks
    desk.write(tables.seals, request.seal, state="suspended")
    assert code(desk.stamp, request) == "E_SEAL_SUSPENDED"


def test_a_file_is_handed_out_as_often_as_it_is_asked_for(desk):
    request, stamped = desk.stamped()
    with desk.acting("handler") as b:
        first = b.use.collect(request.id)
        second = b.use.collect(request.id)
    assert first.data == second.data == stamped.data
    assert ([event.kind for event in first.events], second.events) == (["use.delivered"], ())
    assert desk.state(request) == "delivered"
    assert (first.entry, first.document) == (stamped.entry, stamped.document)


def test_a_file_is_not_handed_out_to_others_or_too_early(shared_desk):
    request, _ = shared_desk.stamped()
    with shared_desk.acting("head") as b:
        assert code(b.use.collect, request.id) == "E_NOT_AUTHORIZED"
        assert code(b.use.collect, shared_desk.approved().id) == "E_STATE"
    with shared_desk.acting("office") as b:
        assert b.use.collect(request.id).data


def test_a_file_that_is_not_as_it_was_kept_is_not_handed_out(desk):
    request, stamped = desk.stamped()
    desk.write(tables.stamps, stamped.id, stamped_sm3="0" * 64)
    with desk.acting("handler") as b, pytest.raises(RegistryError) as refused:
        b.use.collect(request.id)
    assert refused.value.code == "registry_damaged"


def test_within_a_platforms_transaction_nothing_leaves(any_desk):
    request = any_desk.approved()
    engine = any_desk.bureau.database.engine
    person = bureaukit.person("custodian")
    with engine.connect() as connection, connection.begin() as outer:
        with any_desk.bureau.acting(person, connection=connection) as b:
            stamped = b.use.stamp(request.id, PLACE)
        assert stamped.data is None
        outer.rollback()
    assert any_desk.state(request) == "approved"
    assert not any_desk.rows(tables.ledger_entries)
    with (
        engine.connect() as connection,
        connection.begin(),
        any_desk.bureau.acting(person, connection=connection) as b,
    ):
        stamped = b.use.stamp(request.id, PLACE)
    with any_desk.acting("custodian") as b:
        assert sm3(b.use.collect(request.id).data).hex() == stamped.sm3


@pytest.mark.req("R-JC9-08b", "R-JC9L-06c")
def test_a_correction_goes_through_the_original_levels(desk):
    original, old = desk.stamped()
    correction = desk.ask(corrects=original.id, reason="更正法定代表人")
    assert [step.roles for step in correction.steps] == [
        (Role.SECTION_HEAD,),
        (Role.SUPERVISING_LEADER,),
    ]
    desk.approve(correction, "head")
    refused = refusal(desk.stamp, correction)
    assert (refused.code, "第八条" in refused.clause) == ("E_APPROVAL_LEVEL", True)
    assert code(desk.approve, correction, "principal") == "E_APPROVER_LEVEL"
    desk.approve(correction, "leader")
    new = desk.stamp(correction)
    (link,) = desk.rows(tables.document_links)
    assert (link.old, link.new, link.kind) == (old.document, new.document, "corrects")
    states = [row.state for row in desk.rows(tables.document_states) if row.document == link.old]
    assert states == ["current", "superseded"]


@pytest.mark.req("R-JC9-08b")
def test_what_was_not_stamped_is_not_corrected(shared_desk):
    assert code(shared_desk.ask, corrects=shared_desk.ask().id) == "E_STATE"
    assert code(shared_desk.ask, corrects="use-0") == "E_NOT_FOUND"


@pytest.mark.req("R-HLJ-09b")
def test_who_holds_the_paper_is_in_no_row(desk):
    holder = "portal:4711"
    request, stamped = desk.stamped(holder=holder)
    assert holder not in str(desk.row(tables.use_requests, request.id))
    assert holder not in str(desk.rows(tables.audit_events))
    desk.appoint("operator", Role.RELYING_SYSTEM)
    with desk.acting("operator") as b:
        assert [record.id for record in b.documents.of_holder(holder)] == [stamped.document]


@pytest.mark.req("R-JC29S-17a", "R-JC9-07b", "R-HLJ-16", "R-JC10-YZ-6.1")
def test_a_trace_names_who_asked_approved_held_and_stamped(desk, clock):
    request = desk.ask()
    clock.forward(hours=1)
    desk.approve(request, "head")
    desk.approve(request, "leader")
    assert code(desk.stamp, request, "second-custodian") == "E_NOT_CUSTODIAN"
    clock.forward(hours=1)
    stamped = desk.stamp(request)
    with desk.acting("auditor") as b:
        trace = b.use.trace(stamped.id)
        assert b.use.trace(request.id).stamped == trace.stamped
    assert trace.asked.name == "handler"
    assert [one.name for one in trace.approved] == ["head", "leader"]
    assert (trace.held.name, trace.stamped.name) == ("custodian", "custodian")
    assert trace.asked.at < trace.approved[0].at < trace.stamped.at == stamped.at
    assert [(act.what, act.detail) for act in trace.log] == [
        ("use.request", ""),
        ("use.approved", ""),
        ("use.approved", ""),
        ("use.stamp", "E_NOT_CUSTODIAN"),
        ("use.stamp", ""),
    ]


def test_a_trace_is_not_for_everybody(shared_desk):
    request = shared_desk.ask()
    with shared_desk.acting("operator") as b:
        assert code(b.use.trace, request.id) == "E_NOT_AUTHORIZED"
        assert code(b.use.trace, "use-0") == "E_NOT_FOUND"
    with shared_desk.acting("handler") as b:
        assert b.use.trace(request.id).stamped is None
