"""``govseal registry use``: asking, approving, the desk, and who may read what."""

from __future__ import annotations

import pytest

from govseal.pki.signer import load_signer
from registryclerks import ES_ID, PASSWORD, UNIT, run


def requested(clerks, *more):
    return clerks.ok("use", "request", *clerks.filing(), *more, by="handler")["number"]


def stamping(clerks, request, *place):
    place = place or ("--place", "1,120,210")
    return ("use", "stamp", request, *place, "-o", clerks.path("x.ofd"))


def test_a_request_that_the_rules_refuse(clerks):
    filing = clerks.filing()
    secret = clerks.refused(
        "E_EXCLUDED_CLASSIFIED",
        "use",
        "request",
        *filing,
        *("--classification", "秘密"),
        by="handler",
    )
    assert secret.json["clause"]
    clerks.refused("E_NOT_AUTHORIZED", "use", "request", *filing, by="reviewer")
    contract = [
        word.replace("准予行政许可决定书", "合同") if word == "准予行政许可决定书" else word
        for word in map(str, filing)
    ]
    clerks.refused("E_SEAL_SCOPE", "use", "request", *contract, by="handler")
    review = [word.replace("decided", "under_review") for word in map(str, filing)]
    clerks.refused("E_NOT_DECIDED", "use", "request", *review, by="handler")


def test_a_file_that_is_not_there(clerks):
    clerks.path("decision.ofd").unlink()
    answer = clerks.ask("use", "request", *clerks.filing(), by="handler")
    assert (answer.status, answer.json["code"]) == (2, "io")


def test_approvals_come_in_their_order_with_a_key(clerks):
    request = requested(clerks)
    approve = ("use", "approve", request)
    clerks.refused("E_APPROVER_LEVEL", *approve, *clerks.key("leader"), by="leader")
    clerks.refused("E_SIGNATURE", *approve, *clerks.key("leader"), by="head")
    clerks.refused("E_SIGNATURE", *approve, by="head")
    done = clerks.ok(*approve, *clerks.key("head"), "--opinion", "同意", by="head")
    assert (done["mode"], done["state"]) == ("signed", "reviewed")
    clerks.refused("E_APPROVAL_INCOMPLETE", *stamping(clerks, request), by="custodian")
    assert not clerks.path("x.ofd").exists()


def test_nobody_approves_what_they_asked_for(clerks):
    clerks.ok("role", "grant", "handler", "科室负责人", "--department", "规划建设科", by="admin")
    request = requested(clerks)
    clerks.refused("E_SAME_PERSON", "use", "approve", request, by="handler")


def test_an_approval_is_signed_elsewhere(clerks):
    request, statement = requested(clerks), clerks.path("statement.json")
    clerks.ok("use", "statement", request, "-o", statement, by="head")
    signer = load_signer(clerks.path("head.p12"), password=PASSWORD)
    clerks.path("statement.sig").write_bytes(signer.sign(statement.read_bytes()))
    clerks.path("head.pem").write_bytes(signer.certificate.to_pem())
    signed = ("--statement", statement, "--signature", clerks.path("statement.sig"))
    half = clerks.ask("use", "approve", request, *signed, by="head")
    assert (half.status, half.json["code"]) == (2, "usage")
    done = clerks.ok(
        "use", "approve", request, *signed, "--cert", clerks.path("head.pem"), by="head"
    )
    assert done["mode"] == "signed"


def test_a_request_is_returned_rejected_withdrawn(clerks):
    first, second, third = (
        clerks.ok("use", "request", *clerks.filing(number), by="handler")["number"]
        for number in (1, 2, 3)
    )
    key = clerks.key("head")
    missing = clerks.ask("use", "return", first, *key, by="head")
    assert (missing.status, missing.json["code"]) == (2, "usage")
    clerks.refused("E_REASON_MISSING", "use", "return", first, "--opinion", " ", *key, by="head")
    clerks.ok("use", "return", first, "--opinion", "缺附件", *key, by="head")
    clerks.ok("use", "reject", second, "--opinion", "不符合条件", *key, by="head")
    clerks.refused("E_NOT_AUTHORIZED", "use", "withdraw", third, by="head")
    clerks.ok("use", "withdraw", third, "--reason", "写错", by="handler")
    states = [item["state"] for item in clerks.ok("use", "list", "--mine", by="handler")]
    assert states == ["returned", "rejected", "withdrawn"]
    only = clerks.ok("use", "list", "--state", "未批准", "--seal", ES_ID, by="office")
    assert [item["number"] for item in only] == [second]
    assert len(clerks.ok("use", "list", "--last", 2, by="office")) == 2
    assert clerks.ok("use", "list", "--mine", by="office") == []


def test_an_approver_reads_the_document(clerks):
    request = requested(clerks)
    clerks.ok("use", "document", request, "-o", clerks.path("read.ofd"), by="head")
    assert clerks.path("read.ofd").read_bytes() == clerks.path("decision.ofd").read_bytes()
    clerks.refused(
        "E_NOT_AUTHORIZED",
        "use",
        "document",
        request,
        *("-o", clerks.path("no.ofd")),
        by="province",
    )
    assert not clerks.path("no.ofd").exists()


def test_the_custodian_checks_and_refuses(clerks):
    request = clerks.approved()
    assert clerks.ok("use", "check", request, by="custodian")["state"] == "checked"
    refuse = ("use", "refuse", request, "手续不全", "--text")
    clerks.refused("E_NOT_CUSTODIAN", *refuse, "缺材料", by="second")
    clerks.refused("E_REASON_MISSING", *refuse, " ", by="custodian")
    assert clerks.ok(*refuse, "缺少现场踏勘记录", by="custodian")["reason"] == "incomplete"
    clerks.refused("E_STATE", *stamping(clerks, request), by="custodian")
    assert "已拒印" in clerks.call("use", "list", by="office").out


def test_a_stamp_goes_where_the_options_say(clerks):
    request = clerks.approved()
    nowhere = clerks.ask("use", "stamp", request, "-o", clerks.path("x.ofd"), by="custodian")
    assert (nowhere.status, nowhere.json["code"]) == (2, "usage")
    far = clerks.ask(*stamping(clerks, request, "--place", "9,1,1"), by="custodian")
    assert (far.status, far.json["code"]) == (1, "no_such_page")
    assert not clerks.path("x.ofd").exists()
    done = clerks.ok(*stamping(clerks, request, "--keyword", "测试申请单位"), by="custodian")
    assert (done["entry"], done["result"]) == (0, 1)
    assert clerks.path("x.ofd").read_bytes().startswith(b"PK")


def test_an_approval_is_used_once_and_in_time(clerks):
    request = clerks.stamped()
    clerks.refused("E_STATE", *stamping(clerks, request), by="custodian")
    late = clerks.approved(2)
    clerks.clock.forward(days=32)
    clerks.refused("E_APPROVAL_EXPIRED", *stamping(clerks, late), by="custodian")
    assert clerks.ok("use", "expire", by="admin") == {"count": 0}
    assert "已过期" in clerks.call("use", "show", late, by="handler").out


def test_a_detached_stamp_beside_any_file(clerks):
    clerks.path("decision.ofd").write_bytes("附件清单".encode())
    request = clerks.approved()
    both = clerks.ask(*stamping(clerks, request), "--detached", by="custodian")
    assert (both.status, both.json["code"]) == (2, "usage")
    clerks.ok("use", "stamp", request, "--detached", "-o", clerks.path("x.ses"), by="custodian")
    words = ("--detached", clerks.path("x.ses"), "--trust", clerks.path("roots.pem"))
    more = ("--crl", clerks.path("ca.crl"), "--crl", clerks.path("maker-ca.crl"))
    at = ("--as-of", "2026-03-02T12:00:00")
    assert run("verify", clerks.path("decision.ofd"), *words, *more, *at).status == 0


@pytest.mark.slow
@pytest.mark.measured
def test_a_correction_goes_through_the_original_levels(clerks):
    original = clerks.stamped()
    filing = clerks.filing()
    corrected = clerks.ok("use", "correct", original, *filing, by="handler")
    assert corrected["corrects"]
    request = corrected["number"]
    clerks.ok("use", "approve", request, *clerks.key("head"), by="head")
    clerks.refused("E_APPROVAL_LEVEL", *stamping(clerks, request), by="custodian")
    clerks.ok("use", "approve", request, *clerks.key("leader"), by="leader")
    clerks.ok(*stamping(clerks, request), by="custodian")


def test_the_office_registers_a_dispatch_card(clerks):
    card = (
        *("use", "card", "晋市审管发文卡2026-1", clerks.path("decision.ofd"), "--unit", UNIT),
        *("--kind", "administration", "--title", "通知", "--signed-off-by", "leader"),
        *("--signed-off-at", "2026-03-02T09:45:00"),
    )
    clerks.clock.forward(hours=1)
    clerks.refused("E_OPENNESS", *card, "--openness", "不予公开", by="office")
    clerks.refused("E_NOT_AUTHORIZED", *card, "--openness", "主动公开", by="handler")
    assert clerks.ok(*card, "--openness", "主动公开", by="office")["kind"] == "administration"
    clerks.refused("E_DUPLICATE", *card, "--openness", "主动公开", by="office")
