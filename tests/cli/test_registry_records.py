"""``govseal registry``: ledger, documents, deadlines, logs, the outbox, rules, the calendar."""

from __future__ import annotations

import csv
import sqlite3

import pytest

import registryclerks
from registryclerks import run


@pytest.fixture(scope="module")
def stamped(registry_founded, tmp_path_factory):
    """A bureau that stamped one decision."""
    clerks = registryclerks.copy(registry_founded, tmp_path_factory.mktemp("records"))
    with registryclerks.clock_of(clerks.clock):
        clerks.stamped()
        yield clerks


@pytest.fixture
def bureau(stamped, tmp_path):
    """The same, for one test alone."""
    clerks = registryclerks.copy(stamped, tmp_path)
    with registryclerks.clock_of(clerks.clock):
        yield clerks


def test_the_ledger_is_shown_and_exported(bureau):
    lines = bureau.ok("ledger", "show", by="custodian")
    assert [line["fields"]["matter"] for line in lines] == ["取水许可"]
    assert "取水许可" in bureau.call("ledger", "show", by="custodian").out
    assert bureau.ok("ledger", "show", by="province") == []
    for name in ("ledger.csv", "ledger.xlsx"):
        bureau.ok("ledger", "export", "-o", bureau.path(name), by="office")
    rows = list(csv.reader(bureau.path("ledger.csv").read_text("utf-8-sig").splitlines()))
    assert any("取水许可" in row for row in rows)
    assert bureau.path("ledger.xlsx").read_bytes().startswith(b"PK")
    other = bureau.ask("ledger", "export", "-o", bureau.path("ledger.doc"), by="office")
    assert (other.status, other.json["code"]) == (2, "usage")


def test_an_older_ledger_is_taken_over(bureau):
    old = bureau.path("old.csv")
    old.write_text("用印事项,事由,份数\n取水许可,核发,2\n", encoding="utf-8")
    taken = bureau.ok("ledger", "import", old, by="office")
    assert taken["rows"] == 1
    bureau.refused("E_DUPLICATE", "ledger", "import", old, by="office")
    old.write_text("a,b\n1,2\n")
    assert bureau.ask("ledger", "import", old, by="office").json["code"] == "malformed"


def test_an_entry_is_corrected_by_another(bureau):
    words = ("ledger", "correct", 0, "--reason", "份数写错", "--field")
    assert bureau.ok(*words, "copies=3", by="office")["corrects"] == 0
    bureau.refused("E_LEDGER_FIELD", *words, "colour=red", by="office")
    bureau.refused("E_NOT_AUTHORIZED", *words, "copies=3", by="head")
    bureau.refused(
        "E_NOT_FOUND", "ledger", "correct", 99, "--reason", "x", "--field", "copies=1", by="office"
    )
    assert "更正" in bureau.call("ledger", "show", by="office").out


def test_what_must_be_kept_is_not_purged(bureau):
    purge = ("ledger", "purge", "--basis", "档销〔2026〕1号", "--before")
    bureau.refused("E_NOT_AUTHORIZED", *purge, "2026-03-20", by="office")
    bureau.clock.forward(days=30)
    bureau.refused("E_RETENTION", *purge, "2026-03-20", by="admin")
    assert bureau.ask(*purge, "yesterday", by="admin").json["code"] == "usage"


def test_a_checkpoint_tells_of_a_ledger_that_was_changed(bureau):
    note, grown = bureau.path("checkpoint"), bureau.path("growth")
    bureau.ok("ledger", "checkpoint", "-o", note)
    key = bureau.ok("ledger", "key")["key"]
    kept = ("--checkpoint", note, "--key", key)
    whole = bureau.call("ledger", "audit", *kept)
    assert (whole.status, whole.lines[-1]) == (0, "结论：完整")
    bureau.ok("ledger", "import", _older(bureau), by="office")
    bureau.ok("ledger", "prove-growth", note, "-o", grown)
    words = ("registry", "ledger", "verify-proof", grown, "--key", key, "--old", note)
    assert run(*words).lines[0].startswith("证明成立")
    with sqlite3.connect(bureau.path("bureau.db")) as database:
        for trigger in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            database.execute(f"DROP TRIGGER {trigger[0]}")
        database.execute("UPDATE ledger_entries SET entry = replace(entry, '取水', '排污')")
    broken = bureau.ask("ledger", "audit", *kept)
    assert broken.status == 1
    found = broken.result["findings"]
    assert ("entry_changed", 0) in {(item["code"], item["first"]) for item in found}
    lines = bureau.call("ledger", "audit", *kept, lang="en").lines
    assert lines[-1] == "verdict: the ledger was tampered with"


def _older(bureau):
    old = bureau.path("old.csv")
    old.write_text("用印事项,事由,份数\n取水许可,核发,2\n", encoding="utf-8")
    return old


def test_documents_are_listed_and_change_their_state(bureau):
    document = bureau.ok("document", "list", by="office")[0]
    number = document["number"]
    assert bureau.ok("document", "lookup", number)[0]["status"] == "current"
    withdraw = ("document", "withdraw", number, "--reason", "内容有误")
    bureau.refused("E_NOT_AUTHORIZED", *withdraw, by="handler")
    assert bureau.ok(*withdraw, by="principal")["state"] == "withdrawn"
    bureau.refused("E_STATE", "document", "dispute", number, "--reason", "x", by="office")
    assert bureau.ok("document", "list", "--state", "有效", by="office") == []
    assert "已撤回" in bureau.call("document", "show", number, by="office").out
    assert "withdrawn" in bureau.call("document", "show", number, by="office", lang="en").out


def test_who_need_not_know_a_document_is_not_told(bureau):
    number = bureau.ok("document", "list", by="office")[0]["number"]
    assert bureau.ok("document", "list", by="second") == []
    bureau.refused("E_NEED_TO_KNOW", "document", "show", number, by="second")
    bureau.ok("document", "reader", number, "second", "--reason", "借阅", by="office")
    assert bureau.ok("document", "show", number, by="second")["number"] == number


def test_numbers_are_gapless(bureau):
    first = bureau.ok("document", "number", "测试决", 2026, by="handler")["number"]
    bureau.refused(
        "E_NOT_AUTHORIZED", "document", "void-number", first, "--reason", "x", by="handler"
    )
    bureau.ok("document", "void-number", first, "--reason", "作废", by="office")
    gaps = bureau.ok("document", "gaps", "测试决", 2026, by="office")
    assert gaps["voided"] == [[first, "作废"]]


def test_a_decision_without_a_stamp(bureau):
    keep = (
        *("document", "keep-unstamped", "--document-type", "准予行政许可决定书"),
        *("--class", "晋市审管许决", "--title", "决定书", "--reason"),
    )
    bureau.refused("E_LEDGER_FIELD", *keep, " ", by="office")
    bureau.ok(*keep, "系统故障", by="office")
    assert len(bureau.ok("document", "unstamped", by="office")) == 1


def test_correction_is_ordered(bureau):
    number = bureau.ok("document", "list", by="office")[0]["number"]
    order = ("document", "order", number, "--finding", "依据有误", "--until", "2026-03-20")
    bureau.refused("E_NOT_AUTHORIZED", *order, by="handler")
    assert bureau.ok("document", "orders", by="office") == []


def test_deadlines_start_and_close(bureau):
    start = ("deadline", "start", "disclosure_answer", "申请〔2026〕1号")
    assert bureau.ok(*start, by="office")["due_at"]
    bureau.refused("E_DEADLINE", *start, by="office")
    bureau.refused("E_DEADLINE", "deadline", "start", "no_such", "x", by="office")
    bureau.clock.forward(days=40)
    kinds = [item["kind"] for item in bureau.ok("deadline", "overdue", by="office")]
    assert "disclosure_answer" in kinds
    assert bureau.ok("deadline", "remind", by="office")["count"] > 0
    close = ("deadline", "close", "disclosure_answer", "申请〔2026〕1号", "--text", "已答复")
    assert bureau.ok(*close, by="office")["is_late"]
    bureau.refused("E_NOT_FOUND", *close, by="office")
    assert "期限" in bureau.call("deadline", "list", by="office").out


def test_the_audit_log_is_read_and_checked(bureau):
    bureau.refused("E_NOT_AUTHORIZED", "log", "show", by="handler")
    rows = bureau.ok("log", "show", "--action", "use.stamp", by="auditor")
    assert [(row["result"], row["actor"]) for row in rows] == [("done", rows[0]["actor"])]
    refused = bureau.ok("log", "show", "--result", "refused", by="auditor")
    assert refused[-1]["code"] == "E_NOT_AUTHORIZED"
    bureau.ok("log", "export", "-o", bureau.path("log.csv"), by="auditor")
    assert "use.stamp" in bureau.path("log.csv").read_text("utf-8-sig")
    assert bureau.call("log", "check").lines == ["审计日志完整"]
    bureau.refused("E_RETENTION", "log", "purge", "--before", "2026-03-02", by="admin")
    with sqlite3.connect(bureau.path("bureau.db")) as database:
        for trigger in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            database.execute(f"DROP TRIGGER {trigger[0]}")
        database.execute("UPDATE audit_events SET result = 'failed' WHERE sequence = 3")
    broken = bureau.ask("log", "check")
    assert (broken.status, broken.result["is_whole"]) == (1, False)
    assert "row 3" in broken.result["problems"][0]


def test_events_are_delivered_into_a_folder(bureau):
    folder = bureau.path("events")
    missing = bureau.ask("outbox", "deliver", folder)
    assert (missing.status, missing.json["code"]) == (2, "usage")
    folder.mkdir()
    kinds = [item["kind"] for item in bureau.ok("outbox", "show")]
    assert "use.stamped" in kinds
    assert bureau.ok("outbox", "deliver", folder)["sent"] == len(kinds)
    assert len(list(folder.iterdir())) == len(kinds)
    assert bureau.ok("outbox", "deliver", folder)["sent"] == 0


def test_profiles_come_along_and_own_ones_are_checked(tmp_path):
    names = [item["profile"] for item in run("registry", "profile", "list", "--json").result]
    assert {"jincheng", "ganzhou", "national-2025"} <= set(names)
    shown = run("registry", "profile", "show", "jincheng")
    assert "- 行政审批专用章: [办结的审批事项] 申请科室的科室负责人 → " in shown.out
    assert (
        "supervising leader" in run("registry", "profile", "show", "jincheng", "--lang", "en").out
    )
    own = tmp_path / "own.toml"
    own.write_text('extends = "jincheng"\nname = "own"\n')
    assert run("registry", "profile", "check", own).status == 0
    own.write_text('extends = "jincheng"\nname = "own"\nfly = true\n')
    wrong = run("registry", "profile", "check", own, "--json")
    assert (wrong.status, wrong.json["code"]) == (2, "policy_invalid")
    assert "fly" in wrong.json["message"]
    none = run("registry", "profile", "show", "nowhere", "--json")
    assert (none.status, none.json["code"]) == (2, "policy_unknown")


def test_the_calendar_is_shown_checked_and_loaded(bureau):
    assert "2026" in bureau.ok("calendar", "list")
    assert "春节" in bureau.call("calendar", "show", 2026).out
    missing = bureau.ask("calendar", "show", 2031)
    assert (missing.status, missing.json["code"]) == (2, "calendar_missing")
    year = bureau.path("2031.toml")
    year.write_text('year = 2031\ntitle = "测试"\nsource = "测试"\nworking = []\nholidays = []\n')
    assert run("registry", "calendar", "check", year).status == 0
    bureau.refused("E_NOT_AUTHORIZED", "calendar", "load", year, by="handler")
    bureau.ok("calendar", "load", year, by="admin")
    assert bureau.ok("calendar", "show", 2031)["year"] == 2031
    year.write_text("year = 1\n")
    assert run("registry", "calendar", "check", year, "--json").json["code"] == "calendar_invalid"


def test_no_output_overwrites_the_registry(bureau):
    database = bureau.path("bureau.db").read_bytes()
    for name in ("bureau.db", "secrets.hex"):
        answer = bureau.ask(
            "ledger", "export", "--form", "csv", "-o", bureau.path(name), by="office"
        )
        assert (answer.status, answer.json["code"]) == (2, "usage")
    assert bureau.path("bureau.db").read_bytes()[:16] == database[:16]
    both = bureau.ask("ledger", "export", "--form", "csv", "-o", "-", by="office")
    assert "--json" in both.json["message"]
