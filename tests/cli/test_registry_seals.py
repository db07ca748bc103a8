"""``govseal registry seal``: applying, reviewing, making, issuing; custody."""

from __future__ import annotations

import pytest

from registryclerks import ES_ID, NAME, UNIT

SECOND = "14050000000002"
WEEK = "2026-03-09T09:30:00"


def drafted(clerks, **changes):
    return clerks.ok("seal", "apply", *clerks.form(**changes), by="handler")["id"]


def submitted(clerks):
    seal = drafted(clerks)
    clerks.ok("seal", "declare", seal, by="office-head")
    clerks.ok("seal", "submit", seal, by="handler")
    return seal


def approved(clerks):
    seal = submitted(clerks)
    clerks.ok("seal", "accept", seal, by="reviewer")
    clerks.ok("seal", "review", seal, "pass", by="reviewer")
    clerks.ok("seal", "review", seal, "pass", by="province")
    return seal


def test_an_application_lacks_its_papers(clerks):
    form = clerks.form()
    clerks.refused("E_NOT_AUTHORIZED", "seal", "apply", *form, by="office")
    seal = drafted(clerks, attachment=None)
    refused = clerks.refused("E_ATTACHMENT", "seal", "submit", seal, by="handler")
    assert refused.json["clause"]
    clerks.ok("seal", "revise", seal, *form, by="handler")
    clerks.refused("E_DECLARATION", "seal", "submit", seal, by="handler")
    clerks.ok("seal", "declare", seal, by="office-head")
    assert clerks.ok("seal", "submit", seal, by="handler")["state"] == "submitted"


def test_an_attachment_names_its_kind(clerks):
    answer = clerks.ask("seal", "apply", *clerks.form(attachment="x.pdf"), by="handler")
    assert (answer.status, answer.json["code"]) == (2, "usage")
    assert "种类=文件" in answer.json["message"]
    absent = clerks.form(attachment="written_application=no.pdf")
    assert clerks.ask("seal", "apply", *absent, by="handler").json["code"] == "io"


def test_review_goes_level_by_level(clerks):
    seal = submitted(clerks)
    clerks.refused("E_REVIEW_ORDER", "seal", "accept", seal, by="province")
    assert [item["what"] for item in clerks.ok("todo", by="reviewer")] == ["accept"]
    clerks.ok("seal", "accept", seal, by="reviewer")
    clerks.refused("E_REASON_MISSING", "seal", "review", seal, "reject", by="reviewer")
    returned = clerks.ok("seal", "send-back", seal, "--reason", "印模不清", by="reviewer")
    assert returned["state"] == "returned"
    steps = clerks.call("seal", "reviews", seal, by="handler").lines
    assert steps[-1].endswith("退回  2026-03-02 09:30:00  印模不清")


def test_a_step_out_of_order_names_the_states(clerks):
    seal = drafted(clerks)
    refused = clerks.refused("E_STATE", "seal", "accept", seal, by="reviewer")
    assert (refused.json["state"], refused.json["wanted"]) == ("draft", ["submitted"])
    said = "E_STATE：当前状态不允许此步骤：现为“草稿”，须为已提交（" + refused.json["clause"] + "）"
    assert refused.json["message"] == said
    english = clerks.call("seal", "accept", seal, by="reviewer", lang="en").err
    assert english.startswith("govseal: error: E_STATE: ")
    assert "draft" in english


def test_a_seal_is_made_of_the_key_on_file(clerks):
    seal = approved(clerks)
    words = ("seal", "make", seal, "--id", SECOND)
    other = [
        clerks.path("head.p12") if "institution.p12" in str(word) else word
        for word in clerks.making
    ]
    clerks.refused("E_KEY", *words, *other, by="maker")
    clerks.refused("E_NOT_AUTHORIZED", *words, *clerks.making, by="office")
    clerks.refused("E_SEAL_NUMBER", "seal", "make", seal, "--id", ES_ID, *clerks.making, by="maker")
    refused = clerks.refused(
        "E_SEAL_NUMBER", "seal", "make", seal, "--id", ES_ID, *clerks.making, by="maker"
    )
    assert "印章标识已被使用" in refused.err


def test_a_seal_is_handed_to_a_custodian_by_role(clerks):
    clerks.refused("E_STATE", "seal", "issue", clerks.seal, "--custodian", "second", by="office")
    held = clerks.ok("seal", "custody", clerks.seal, by="office")
    assert (held["kind"], held["until"]) == ("regular", None)
    assert "保管" in clerks.call("seal", "custody", clerks.seal, by="office").out


def test_seals_are_listed_and_shown(clerks):
    found = clerks.ok("seal", "list", "--custodian", "custodian", by="office")
    assert [seal["name"] for seal in found] == [NAME]
    assert clerks.ok("seal", "list", "--state", "已丢失", by="office") == []
    assert clerks.ok("seal", "list", "--unit", UNIT, "--state", "active", by="office")
    shown = clerks.call("seal", "show", ES_ID, by="office")
    assert "  状态：使用中" in shown.lines
    assert "  state: active" in clerks.call("seal", "show", ES_ID, by="office", lang="en").lines
    clerks.ok("seal", "preview", ES_ID, "-o", clerks.path("specimen.png"), by="office")
    assert clerks.path("specimen.png").read_bytes().startswith(b"\x89PNG")
    clerks.refused("E_NOT_FOUND", "seal", "show", "seal-0", by="office")


def test_what_a_seal_was_at_a_time(clerks):
    assert clerks.ok("seal", "status", ES_ID, "--at", WEEK)["state"] == "active"
    assert clerks.ok("seal", "status", ES_ID, "--at", "2025-01-01T00:00:00") == []
    states = [item["state"] for item in clerks.ok("seal", "status", ES_ID, "--history")]
    assert states[0] == "draft"
    assert states[-1] == "active"


def test_a_hand_over_is_confirmed_by_three(clerks):
    begin = ("seal", "hand-over", "begin", ES_ID)
    clerks.refused("E_SAME_PERSON", *begin, "custodian", by="office")
    handover = clerks.ok(*begin, "second", "--remark", "岗位调整", by="custodian")["id"]
    clerks.refused("E_CUSTODY_OPEN", *begin, "second", by="custodian")
    assert [item["what"] for item in clerks.ok("todo", by="second")] == ["confirm_hand_over"]
    confirm = ("seal", "hand-over", "confirm", handover)
    clerks.refused("E_NOT_AUTHORIZED", *confirm, by="handler")
    clerks.ok(*confirm, by="second")
    assert clerks.ok(*confirm, by="office")["completed_at"]
    clerks.refused("E_STATE", "seal", "hand-over", "drop", handover, by="office")
    held = clerks.ok("seal", "custody", ES_ID, by="office")["person"]
    assert held == clerks.ok("person", "show", "second", by="admin")["person"]["id"]
    assert len(clerks.ok("seal", "hand-over", "list", ES_ID, by="office")) == 1


def test_a_hand_over_is_dropped(clerks):
    begin = ("seal", "hand-over", "begin", ES_ID, "second")
    handover = clerks.ok(*begin, by="custodian")["id"]
    assert clerks.ok("seal", "hand-over", "drop", handover, by="custodian")["dropped_at"]


def test_who_stands_in_for_a_custodian_stamps(clerks):
    words = ("seal", "stand-in", ES_ID, "second", "--until", WEEK)
    clerks.refused("E_NOT_AUTHORIZED", *words, by="custodian")
    assert clerks.ok(*words, by="issuing-head")["kind"] == "temporary"
    request = clerks.approved()
    stamp = ("use", "stamp", request, "--place", "1,120,210", "-o", clerks.path("x.ofd"))
    refused = clerks.refused("E_NOT_CUSTODIAN", *stamp, by="custodian")
    assert "seal custody" in refused.json["hint"]
    clerks.ok(*stamp, by="second")


@pytest.mark.slow
@pytest.mark.measured
def test_a_seal_is_taken_out_and_comes_back(clerks):
    ask = ("seal", "take-out", "ask", ES_ID, "--matter", "现场办公")
    clerks.refused("E_PERIOD", *ask, "--until", "2026-03-01T09:00:00", by="handler")
    petition = clerks.ok(*ask, "--until", WEEK, by="handler")["id"]
    clerks.refused("E_REVIEW_ORDER", "seal", "petition", "approve", petition, by="leader")
    assert [item["what"] for item in clerks.ok("todo", by="head")] == ["approve_petition"]
    clerks.ok("seal", "petition", "approve", petition, by="head")
    clerks.ok("seal", "petition", "approve", petition, "--opinion", "同意", by="leader")
    permit = clerks.ok("seal", "take-out", "list", ES_ID, by="office")[0]["id"]
    clerks.refused("E_NOT_CUSTODIAN", "seal", "take-out", "hand", permit, by="second")
    clerks.ok("seal", "take-out", "hand", permit, by="custodian")
    clerks.clock.forward(days=8)
    assert len(clerks.ok("seal", "take-out", "overdue", by="office")) == 1
    assert clerks.ok("seal", "return", permit, by="custodian")["returned_at"]
    clerks.refused("E_STATE", "seal", "return", permit, by="custodian")
