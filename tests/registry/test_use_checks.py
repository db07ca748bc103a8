"""查验: what the custodian checks before the seal is used, whoever changed what meanwhile."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

import pytest

import bureaukit
from govseal.errors import RegistryError
from govseal.registry import Bureau, tables
from govseal.registry.tables.base import new_id
from govseal.registry.use.matrix import Standing
from govseal.registry.use.statements import state
from govseal.registry.vocabulary import ApprovalMode, CustodyKind, Role, SealSubtype
from govseal.sm2 import sm3
from usekit import Desk, code, paper, refusal


@pytest.mark.req("R-JC9-07a")
def test_a_changed_document_is_refused(desk):
    request = desk.approved()
    kept = desk.row(tables.use_requests, request.id).document
    desk.write(tables.use_requests, request.id, document=kept[:-1] + bytes([kept[-1] ^ 1]))
    assert code(desk.stamp, request) == "E_DIGEST_CHANGED"


@pytest.mark.req("R-JC9-07a")
def test_another_document_in_its_place_is_refused(desk):
    request = desk.approved()
    with desk.acting("custodian") as b, b.call("test.swap") as call:
        label = f"use request {request.id} document"
        call.update(tables.use_requests, request.id, document=call.secrets.encrypt(paper(), label))
    assert code(desk.stamp, request) == "E_DIGEST_CHANGED"


@pytest.mark.req("R-JC9-07a")
def test_approvals_of_another_document_are_refused(desk):
    data = paper()
    request = desk.approved()
    with desk.acting("custodian") as b, b.call("test.swap") as call:
        label = f"use request {request.id} document"
        call.update(
            tables.use_requests,
            request.id,
            document=call.secrets.encrypt(data, label),
            document_sm3=sm3(data).hex(),
            document_sha256=hashlib.sha256(data).hexdigest(),
        )
    assert code(desk.stamp, request) == "E_DIGEST_CHANGED"


@pytest.mark.req("R-JC9-07a", "R-JC29S-17b")
@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("signature", b"\x30\x00", "E_SIGNATURE"),
        ("certificate", b"", "E_SIGNATURE"),
        ("approver", "per-office-head", "E_APPROVAL_INCOMPLETE"),
        ("role", "principal_leader", "E_APPROVAL_INCOMPLETE"),
        ("opinion", "不同意", "E_APPROVAL_INCOMPLETE"),
        ("decision", "returned", "E_APPROVAL_INCOMPLETE"),
        ("step", 1, "E_APPROVAL_INCOMPLETE"),
    ],
)
def test_an_approval_that_was_changed_is_refused(desk, column, value, expected):
    request = desk.approved()
    row = min(desk.rows(tables.approvals), key=lambda row: row.step)
    desk.write(tables.approvals, row.id, **{column: value})
    assert code(desk.stamp, request) == expected


def test_an_approval_that_was_slipped_in_is_refused(desk):
    """Whoever can write into the tables forges a log-in, but not the log."""
    request = desk.approved("head")
    row = desk.row(tables.use_requests, request.id)
    stated = {
        "step": 1,
        "approver": bureaukit.person("leader"),
        "decision": "approved",
        "mode": ApprovalMode.LOGIN,
        "at": desk.bureau.clock(),
    }
    by = Standing(Role.SUPERVISING_LEADER)
    with desk.bureau.database.begin() as connection:
        statement = state(connection, row, standing=by, opinion=None, departs=None, **stated)
        connection.execute(
            tables.approvals.insert().values(
                id=new_id("apr"),
                request=request.id,
                role=by.role,
                statement=statement.decode(),
                **stated,
            )
        )
    desk.write(tables.use_requests, request.id, state="approved")
    assert code(desk.stamp, request) == "E_APPROVAL_INCOMPLETE"


def test_an_approver_without_the_office_then_is_refused(desk):
    request = desk.approved()
    with desk.bureau.database.begin() as connection:
        roles = tables.role_assignments
        leader = roles.c.person == bureaukit.person("leader")
        connection.execute(roles.delete().where(leader))
    assert code(desk.stamp, request) == "E_APPROVER_LEVEL"


def test_an_office_that_ended_after_the_approval_still_counts(desk, clock):
    request = desk.approved()
    clock.forward(hours=1)
    with desk.bureau.database.begin() as connection:
        roles = tables.role_assignments
        leader = roles.c.person == bureaukit.person("leader")
        connection.execute(roles.update().where(leader).values(until=clock()))
    assert desk.stamp(request).entry == 0


@pytest.mark.req("R-JC9-06")
def test_only_the_custodian_stamps(desk):
    request = desk.approved()
    assert code(desk.stamp, request, "second-custodian") == "E_NOT_CUSTODIAN"
    assert code(desk.stamp, request, "handler") == "E_NOT_CUSTODIAN"
    assert code(desk.stamp, request, "operator") == "E_OPERATOR_SIGNS"
    assert code(desk.stamp, request, "auditor") == "E_AUDITOR_WRITES"


@pytest.mark.req("R-JC10-YZ-3.2")
def test_a_seal_that_was_taken_out_serves_its_matter_alone(desk, clock):
    other, own = desk.approved(matter="B"), desk.approved(matter="A")
    with desk.bureau.database.begin() as connection:
        connection.execute(
            tables.custody.insert().values(
                id=new_id("cus"),
                seal=desk.seal(),
                kind=CustodyKind.TAKEN_OUT,
                custodian=bureaukit.person("office-head"),
                matter="A",
                since=clock(),
            )
        )
    assert code(desk.stamp, other, "office-head") == "E_PERMIT_SCOPE"
    assert desk.stamp(own, "office-head").entry == 0


def test_the_custodian_is_not_the_only_approver(desk_under):
    desk = desk_under()
    case = {"subtype": SealSubtype.CONTRACT, "document_type": "contract"}
    desk.appoint("custodian", Role.SUPERVISING_LEADER)
    request = desk.approved("custodian", **case)
    refused = refusal(desk.stamp, request)
    assert (refused.code, refused.clause) == ("E_SAME_PERSON", "(d)")


@pytest.mark.req("R-HLJ-14a")
def test_an_old_password_stamps_nothing(desk, clock):
    request = desk.approved()
    old = clock() - timedelta(days=92)
    desk.write(tables.people, bureaukit.person("custodian"), password_changed_at=old)
    assert code(desk.stamp, request) == "E_PASSWORD_EXPIRED"
    desk.write(tables.people, bureaukit.person("custodian"), password_changed_at=None)
    assert desk.stamp(request).entry == 0


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
    request = desk.approved()
    desk.write(tables.seals, request.seal, state=state)
    assert code(desk.stamp, request) == expected


def test_a_physical_seal_is_applied_by_hand(desk):
    request = desk.approved()
    desk.write(tables.seals, request.seal, medium="physical_large")
    assert code(desk.stamp, request) == "E_SEAL_TYPE"


def test_approvals_that_were_not_used_in_time_are_over(desk, clock):
    request = desk.approved()
    clock.forward(days=40)
    assert code(desk.stamp, request) == "E_APPROVAL_EXPIRED"
    assert desk.state(request) == "expired"
    assert code(desk.stamp, request) == "E_APPROVAL_EXPIRED"


@pytest.mark.req("R-HLJ-08")
def test_a_document_of_another_day_is_warned_of_or_refused(desk_under):
    desk = desk_under(seal_date_and_decision_date="warn")
    request = desk.approved(decision_date=date(2026, 3, 1))
    assert desk.stamp(request).warnings == ("E_DATE_MISMATCH",)
    today = desk.approved(decision_date=date(2026, 3, 2))
    assert desk.stamp(today).warnings == ()


@pytest.mark.req("R-HLJ-08")
def test_a_profile_may_refuse_a_document_of_another_day(desk_under):
    desk = desk_under(seal_date_and_decision_date="refuse")
    request = desk.approved(decision_date=date(2026, 3, 1))
    assert code(desk.stamp, request) == "E_DATE_MISMATCH"


@pytest.mark.req("R-JC9-07b")
def test_the_ledger_has_its_fields_or_there_is_no_stamp(desk):
    desk.write(tables.people, bureaukit.person("handler"), name=" ")
    request = desk.approved()
    refused = refusal(desk.stamp, request)
    assert (refused.code, "第七条" in refused.clause) == ("E_LEDGER_FIELD", True)
    assert not desk.rows(tables.stamps)


def test_without_the_key_for_secrets_nothing_is_stamped(desk):
    request = desk.approved()
    url = desk.bureau.database.url
    with (
        Bureau.open(url, profile="jincheng", clock=desk.bureau.clock) as other,
        pytest.raises(RegistryError) as refused,
    ):
        Desk(other).stamp(request)
    assert refused.value.code == "secrets_missing"


def test_an_approver_who_was_not_there_then_is_refused(desk):
    request = desk.approved()
    later = desk.bureau.clock() + timedelta(days=1)
    desk.write(tables.people, bureaukit.person("leader"), active_from=later)
    assert code(desk.stamp, request) == "E_APPROVER_LEVEL"


def test_what_was_archived_is_not_handed_out_here(desk):
    request, stamped = desk.stamped()
    desk.write(tables.stamps, stamped.id, stamped=None)
    with desk.acting("handler") as b:
        assert code(b.use.collect, request.id) == "E_NOT_FOUND"
