"""``govseal registry seal``: what befalls seals, and how they end."""

from __future__ import annotations

import pytest

import quickkeys
from govseal.testing import Hierarchy
from registryclerks import CODE, ES_ID, NAME, PASSWORD, UNIT

STOP = ("--cause", "business_ended", "--keeper", "office", "--destroy")


def stamp(clerks, request):
    return ("use", "stamp", request, "--place", "1,120,210", "-o", clerks.path("x.ofd"))


def test_a_seal_is_suspended_and_resumed(clerks):
    request = clerks.approved()
    suspended = clerks.ok(
        "seal", "suspend", ES_ID, "--reason", "系统异常", "--cause", "异常", by="office"
    )
    assert suspended["state"] == "suspended"
    clerks.refused("E_SEAL_SUSPENDED", *stamp(clerks, request), by="custodian")
    clerks.refused("E_NOT_AUTHORIZED", "seal", "resume", ES_ID, "--reason", "x", by="office")
    clerks.ok("seal", "resume", ES_ID, "--reason", "已排除", by="reviewer")
    clerks.ok(*stamp(clerks, request), by="custodian")


def test_what_is_lost_is_lost_for_good(clerks):
    request = clerks.approved()
    report = ("seal", "report-loss", ES_ID, "--account", "密码钥匙丢失")
    clerks.refused("E_EFFECTIVE_TIME", *report, "--effective", "2026-04-01", by="custodian")
    incident = clerks.ok(*report, by="custodian")
    assert incident["kind"] == "loss"
    clerks.refused("E_SEAL_LOST", *stamp(clerks, request), by="custodian")
    refused = clerks.refused("E_STATE", "seal", "resume", ES_ID, "--reason", "找到", by="reviewer")
    assert "已丢失" in refused.err


def test_an_incident_is_looked_into_and_closed(clerks):
    words = ("--account", "印模变形", "--emergency")
    incident = clerks.ok("seal", "report", ES_ID, "损坏", *words, by="custodian")["id"]
    close = ("seal", "incident", "close", incident, "--text", "已更换")
    clerks.refused("E_INVESTIGATION", *close, by="office")
    clerks.ok("seal", "incident", "investigate", incident, "--text", "介质老化", by="office")
    clerks.refused("E_WRITTEN_REPORT", *close, by="office")
    assert [task["kind"] for task in clerks.ok("seal", "tasks", by="office")] == ["written_report"]
    clerks.ok("seal", "incident", "write-up", incident, "--account", "书面报告", by="custodian")
    assert clerks.ok(*close, by="office")["closed_at"]
    assert "损坏" in clerks.call("seal", "incident", "list", ES_ID, by="office").out


def test_a_leak_is_told_to_the_authority(clerks):
    incident = clerks.ok("seal", "report", ES_ID, "leak", "--account", "疑似泄密", by="custodian")[
        "id"
    ]
    told = ("seal", "incident", "tell-authority", incident)
    clerks.refused("E_STATE", *told, by="secrecy")
    clerks.ok("seal", "incident", "verify-leak", incident, by="secrecy")
    clerks.clock.forward(days=3)
    overdue = clerks.ok("seal", "incident", "overdue-leaks", by="secrecy")
    assert [item["id"] for item in overdue] == [incident]
    assert clerks.ok(*told, by="secrecy")["told_authority_at"]


def stopped(clerks):
    petition = clerks.ok("seal", "stop", ES_ID, *STOP, by="issuing-head")["id"]
    clerks.refused("E_APPROVER_LEVEL", "seal", "petition", "approve", petition, by="leader")
    clerks.ok("seal", "petition", "approve", petition, by="principal")


@pytest.mark.slow
def test_a_seal_is_stopped_and_destroyed_before_two_witnesses(clerks):
    stopped(clerks)
    clerks.refused("E_STATE", "seal", "suspend", ES_ID, "--reason", "x", by="office")
    clerks.ok("seal", "key-return", ES_ID, "--note", "已交回", by="office")
    petition = clerks.ok("seal", "destroy", "ask", ES_ID, "--method", "物理销毁", by="office")["id"]
    clerks.ok("seal", "destroy", "witness", petition, by="head")
    clerks.refused("E_WITNESSES", "seal", "destroy", "do", petition, by="office")
    clerks.refused("E_SAME_PERSON", "seal", "destroy", "witness", petition, by="head")
    clerks.ok("seal", "destroy", "witness", petition, by="leader")
    assert clerks.ok("seal", "destroy", "do", petition, by="office")["state"] == "destroyed"
    assert "已销毁" in clerks.call("seal", "list", by="office").out


def test_a_petition_is_rejected(clerks):
    petition = clerks.ok("seal", "stop", ES_ID, *STOP, by="issuing-head")["id"]
    reject = ("seal", "petition", "reject", petition, "--reason")
    refused = clerks.refused("E_REASON_MISSING", *reject, " ", by="principal")
    assert refused.json["message"] == "E_REASON_MISSING：理由：未填写"
    assert clerks.ok(*reject, "仍需使用", by="principal")["state"] == "rejected"
    assert clerks.ok("seal", "petition", "list", by="office") == []
    every = clerks.call("seal", "petition", "list", "--all", "--seal", ES_ID, by="office").out
    assert "未批准" in every
    assert clerks.ok("seal", "petition", "show", petition, by="office")["kind"] == "stop"


def test_a_seal_is_cancelled(clerks):
    ask = ("seal", "cancel", "ask", ES_ID, "--cause", "业务终止")
    clerks.refused("E_ATTACHMENT", *ask, by="handler")
    paper = f"written_application={clerks.path('application.pdf')}"
    clerks.refused("E_IDENTITY", *ask, "--attachment", paper, by="handler")
    papers = (
        "--attachment",
        paper,
        "--attachment",
        paper.replace("written_application", "identity_proof"),
    )
    petition = clerks.ok(*ask, *papers, by="handler")["id"]
    assert [item["what"] for item in clerks.ok("todo", by="reviewer")] == ["decide_petition"]
    decide = ("seal", "cancel", "decide", petition)
    clerks.refused("E_REASON_MISSING", *decide, "reject", by="reviewer")
    assert clerks.ok(*decide, "pass", by="reviewer")["state"] == "cancelled"


@pytest.mark.slow
@pytest.mark.measured
def test_a_seal_is_renewed_with_a_new_certificate(clerks):
    ask = ("seal", "renew", "ask", ES_ID, "--certificate", clerks.path("institution.pem"))
    clerks.refused("E_TOO_EARLY", *ask, by="handler")
    clerks.clock.forward(days=350)
    pki = Hierarchy.create("sm2", at=clerks.clock.now)
    key = pki.signer_ca.issue(ES_ID, organization=CODE + UNIT)
    clerks.path("institution.pem").write_bytes(key.certificate.to_pem())
    clerks.path("institution.p12").write_bytes(quickkeys.pkcs12(key, PASSWORD))
    clerks.path("maker.p12").write_bytes(quickkeys.pkcs12(pki.maker, PASSWORD))
    clerks.path("ca.pem").write_bytes(pki.signer_ca.certificate.to_pem())
    clerks.path("roots.pem").write_bytes(b"".join(c.to_pem() for c in pki.trust.certificates))
    clerks.path("ca.crl").write_bytes(pki.signer_ca.crl())
    clerks.path("maker-ca.crl").write_bytes(pki.maker_ca.crl())
    petition = clerks.ok(*ask, by="handler")["id"]
    make = ("seal", "renew", "make", petition, *clerks.making)
    clerks.refused("E_NOT_APPROVED", *make, by="maker")
    clerks.ok("seal", "renew", "decide", petition, "pass", by="reviewer")
    assert clerks.ok(*make, by="maker")["version"] == 2
    clerks.refused("E_STATE", *make, by="maker")


def test_what_was_not_damaged_is_not_remade(clerks):
    words = ("seal", "renew", "remake", ES_ID, "--certificate", clerks.path("institution.pem"))
    clerks.refused("E_STATE", *words, by="handler")


def test_a_seal_that_has_expired_is_swept(clerks):
    assert clerks.ok("seal", "sweep", by="office") == []
    clerks.clock.forward(days=400)
    assert clerks.ok("seal", "sweep", by="office") == [clerks.seal]


@pytest.mark.slow
@pytest.mark.measured
def test_a_physical_seal_is_carved(clerks):
    form = clerks.form(
        name=UNIT,
        subtype="行政公章",
        medium="大章",
        department="办公室",
        imprint=None,
        certificate=None,
    )
    seal = clerks.ok("seal", "apply", *form, by="handler")["id"]
    clerks.ok("seal", "declare", seal, by="office-head")
    clerks.ok("seal", "submit", seal, by="handler")
    shape = ("--shape", "round", "--width", 42, "--height")
    clerks.refused("E_FORM", "seal", "physical", "ask", seal, *shape, 40, by="handler")
    petition = clerks.ok("seal", "physical", "ask", seal, *shape, 42, by="handler")["id"]
    for leader in ("leader", "principal"):
        clerks.ok("seal", "petition", "approve", petition, by=leader)
    clerks.refused("E_LETTER", "seal", "physical", "carved", seal, "测试刻章店", by="office")
    clerks.ok("seal", "physical", "letter", seal, "介字〔2026〕1号", by="office")
    clerks.ok("seal", "physical", "carved", seal, "测试刻章店", by="office")
    filed = clerks.ok("seal", "physical", "filed", seal, "备2026-1", by="office")
    assert filed["psb_filing_no"] == "备2026-1"


def test_a_quota_is_raised_by_those_who_approve_seals(clerks):
    words = ("seal", "quota", UNIT, "--name", NAME, "--subtype", "admin_approval", "--basis", "x")
    clerks.refused("E_FORM", *words, "--count", 0, by="office")
    answer = clerks.ask(*words, "--count", 3, by="office")
    assert answer.status == 1 or answer.result["kind"] == "quota"
