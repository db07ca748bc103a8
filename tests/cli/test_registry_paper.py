"""``govseal registry``: a physical seal from its carving to the paper that it stamped."""

from __future__ import annotations

import csv
import io

import pytest

from registryclerks import NAME

SPECIMEN = "seal.svg"


def carved(clerks):
    """A large seal in use, in the custody of ``custodian``; its id, for its name is two seals'."""
    form = clerks.form(name=NAME, medium="大章", imprint=None, certificate=None)
    seal = clerks.ok("seal", "apply", *form, by="handler")["id"]
    clerks.ok("seal", "declare", seal, by="office-head")
    clerks.ok("seal", "submit", seal, by="handler")
    shape = ("--shape", "round", "--width", 42, "--height", 42)
    petition = clerks.ok("seal", "physical", "ask", seal, *shape, by="handler")["id"]
    for leader in ("leader", "principal"):
        clerks.ok("seal", "petition", "approve", petition, by=leader)
    clerks.ok("seal", "physical", "letter", seal, "介字〔2026〕1号", by="office")
    clerks.ok("seal", "physical", "carved", seal, "测试刻章店", by="office")
    clerks.ok("seal", "physical", "filed", seal, "备2026-1", by="office")
    specimen = ("--specimen", clerks.path(SPECIMEN))
    clerks.ok("seal", "issue", seal, "--custodian", "custodian", *specimen, by="office")
    scope = ("--department", "证照发放科", "--scope", "核发的证照和审批文书")
    clerks.ok("seal", "activate", seal, *scope, by="office")
    return seal


@pytest.mark.slow
@pytest.mark.req("R-JC10-YZ-5.1", "R-JC9-07b")
def test_a_paper_goes_its_way_by_commands_alone(clerks):
    seal = carved(clerks)
    request = clerks.approved(seal=seal)
    scan = clerks.path("scan.png")
    scan.write_bytes(b"\x89PNG the paper with its stamp")
    stamp = ("use", "stamp-by-hand", request)
    where = ("--place", "1,120,210", "-o", clerks.path("x.ofd"))
    clerks.refused("E_SEAL_TYPE", "use", "stamp", request, *where, by="custodian")
    clerks.refused("E_COPIES", *stamp, "--copies", 2, by="custodian")
    clerks.refused("E_NOT_CUSTODIAN", *stamp, "--copies", 1, by="second")
    spoiled = ("--spoiled", 1, "--remark", "一份印迹不清，已收回销毁")
    clerks.refused("E_REASON_MISSING", *stamp, "--copies", 1, *spoiled[:2], by="custodian")
    done = clerks.ok(*stamp, "--copies", 1, *spoiled, "--scan", scan, by="custodian")
    assert (done["copies"], done["spoiled"], done["signature_id"]) == (1, 1, None)
    (line,) = clerks.ok("ledger", "show", by="office")
    assert line["fields"]["by_hand"]["medium"] == "physical_large"
    shown = clerks.call("ledger", "show", by="office").out
    assert "大章，手工加盖；作废 1 份；一份印迹不清，已收回销毁" in shown
    clerks.ok("ledger", "export", "-o", clerks.path("ledger.csv"), by="office")
    text = clerks.path("ledger.csv").read_text(encoding="utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["备注"].startswith("大章，手工加盖")
    assert "手工加盖，实盖 1 份，作废 1 份" in clerks.call("use", "show", request, by="office").out
    match = clerks.ask("ledger", "match", scan)
    assert (match.status, match.result["scan_of"]) == (0, 0)
    assert "纸质文书，手工加盖" in clerks.call("ledger", "match", scan).out
    collected = clerks.ok("use", "collect", request, "-o", clerks.path("copy.png"), by="handler")
    assert collected["copies"] == 1
    assert clerks.path("copy.png").read_bytes() == scan.read_bytes()
    assert clerks.ask("ledger", "audit", "--document", scan).status == 0
    assert clerks.ok("use", "collect", request, by="handler")["copies"] == 1
    bare = clerks.approved(2, seal)
    clerks.ok("use", "stamp-by-hand", bare, "--copies", 1, by="custodian")
    answer = clerks.call("use", "collect", bare, "-o", clerks.path("none.png"), by="handler")
    assert (answer.status, "没有扫描件" in answer.err) == (0, True)
    assert not clerks.path("none.png").exists()


def test_no_hand_applies_an_electronic_seal(clerks):
    request = clerks.approved()
    clerks.refused("E_SEAL_TYPE", "use", "stamp-by-hand", request, "--copies", 1, by="custodian")
    answer = clerks.call("use", "collect", request, by="handler")
    assert (answer.status, "-o" in answer.err) == (2, True)
