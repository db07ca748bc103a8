"""``govseal registry``: a whole life, from the founding to a stamped document that verifies."""

from __future__ import annotations

import pytest

import registryclerks
from registryclerks import NAME, UNIT, run


def judged(clerks, *words):
    """How ``govseal verify`` judges the stamped file."""
    anchors = ("--trust", clerks.path("roots.pem"), "--crl", clerks.path("ca.crl"))
    more = ("--crl", clerks.path("maker-ca.crl"), "--as-of", "2026-03-02T12:00:00")
    return run("verify", clerks.path("stamped.ofd"), *anchors, *more, *words)


@pytest.fixture(scope="module")
def life(registry_founded, tmp_path_factory):
    """A bureau with a request that was approved and stamped."""
    clerks = registryclerks.copy(registry_founded, tmp_path_factory.mktemp("life"))
    with registryclerks.clock_of(clerks.clock):
        clerks.request = clerks.stamped()
        yield clerks


def test_the_stamped_document_verifies(life):
    answer = judged(life, "--json")
    assert answer.status == 0
    signature = answer.json["signatures"][0]
    assert (signature["verdict"], signature["seal"]["name"]) == ("passed", NAME)


def test_ledger_and_document_prove_each_other(life):
    match = life.ok("ledger", "match", life.path("stamped.ofd"))
    assert match["is_proven"]
    assert [stamp["entry"] for stamp in match["stamps"]] == [0]
    document = ("--document", life.path("stamped.ofd"))
    assert life.ok("ledger", "audit", *document)["is_whole"]


def test_a_document_that_nobody_stamped_is_not_proven(life):
    answer = life.ask("ledger", "match", life.path("decision.ofd"))
    assert (answer.status, answer.json["result"]["is_proven"]) == (1, False)


def test_an_entry_is_proven_without_the_registry(life):
    proof, key = life.path("entry.tlog-proof"), life.path("ledger.key")
    key.write_text(life.ok("ledger", "key")["key"])
    life.ok("ledger", "prove", 0, "-o", proof)
    words = ("registry", "ledger", "verify-proof", proof, "--key", key, "--json")
    answer = run(*words, "--document", life.path("stamped.ofd"))
    assert (answer.status, answer.result["is_proven"]) == (0, True)
    assert "--document" in run(*words).json["hint"]
    answer = run(*words, "--leaf", "00" * 32)
    assert (answer.status, answer.result["code"]) == (1, "proof_invalid")


def test_the_status_file_reaches_verification(life):
    status, key = life.path("status.json"), life.path("ledger.key")
    life.ok("document", "status-file", "-o", status)
    key.write_text(life.ok("ledger", "key")["key"])
    business = judged(life, "--json", "--status", status, "--status-key", key).json["business"]
    assert business["status"] == "current"


def test_a_clerk_finds_the_request_and_its_approvals(life):
    answer = life.call("use", "show", life.request, by="custodian")
    assert answer.status == 0
    assert "  状态：已用印" in answer.lines
    assert "  - 同意，测试head，2026-03-02 09:30:00，第 1 步，科室负责人，密钥签名" in answer.lines
    assert "台账号：0" in answer.lines
    english = life.call("use", "show", life.request, by="custodian", lang="en").lines
    assert "  state: stamped" in english
    assert "  - approved, 测试head, 2026-03-02 09:30:00, step 0, section head, signed" in english


def test_tables_line_up_in_chinese(life):
    head, rule, row = life.call("use", "list", by="office").lines
    assert rule.split() == ["-" * wide for wide in (11, 38, 8, 11, 6, 19)]
    cells = ("2026-000001", NAME, "取水许可", "测试handler", "已用印", "2026-03-02 09:30:00")
    assert row == "  ".join(cells)
    heads = ("编号       ", "印章" + " " * 34, "用印事项", "申请人     ", "状态  ", "申请时间")
    assert head == "  ".join(heads)


def test_every_step_and_refusal_is_traced(life):
    life.refused(
        "E_STATE",
        "use",
        "stamp",
        life.request,
        "--place",
        "1,120,210",
        *("-o", life.path("again.ofd")),
        by="custodian",
    )
    assert not life.path("again.ofd").exists()
    trace = life.ok("use", "trace", life.request, by="auditor")
    steps = [(act["what"], act["detail"]) for act in trace["log"]]
    assert ("use.stamp", "") in steps
    assert ("use.stamp", "E_STATE") in steps


def test_the_file_is_collected_again(life):
    life.ok("use", "collect", life.request, "-o", life.path("collected.ofd"), by="handler")
    collected = life.path("collected.ofd").read_bytes()
    assert collected == life.path("stamped.ofd").read_bytes()


def test_what_the_registry_holds(life):
    info = life.ok("info")
    assert (info["profile"], info["stamps"], info["ledger_entries"]) == ("jincheng", 1, 2)
    assert info["has_secrets"]
    assert UNIT in life.call("unit", "list", by="admin").out


def test_a_backup_is_restored_and_proven(life):
    backup = life.path("bureau.backup")
    life.ok("backup", backup)
    restored = ("--db", life.path("restored.db"), "--secrets", life.path("secrets.hex"))
    answer = run("registry", "restore", backup, *restored, "--json")
    assert answer.status == 0
    assert (answer.result["ledger_entries"], answer.result["stamps"]) == (2, 1)
    answer = run("registry", "restore", backup, *restored, "--json")
    assert (answer.status, answer.json["code"]) == (2, "not_empty")


def test_an_audit_shows_how_far_it_has_come(life, monkeypatch):
    monkeypatch.setattr("govseal.cli.progress.is_terminal", lambda _: True)
    answer = life.call("ledger", "audit")
    assert answer.status == 0
    assert "[########################] 2/2 台账" in answer.err
    assert answer.err.endswith("\r\x1b[K")
