"""The audit log: who reads it, what leaves it, what is forgotten, what never stands in it."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

import bureaukit
from govseal.errors import NotAuthorized, Refused
from govseal.registry import audit, tables
from govseal.registry.auditlog import AuditFilter
from govseal.registry.masking import masked, masked_facts
from govseal.registry.tables import fences

CARD = "140502199003072316"  # no division or check character of a person's
START = datetime(2024, 2, 29, 2, tzinfo=UTC)


def step(bureau, action="test.step", subject="thing", *, name="handler", **facts):
    with bureau.acting(bureaukit.person(name)) as b, b.call(action, subject) as call:
        call.facts.update(facts)


def log(bureau, name="auditor"):
    with bureau.acting(bureaukit.person(name)) as b:
        return b.audit


def refuse(bureau):
    with bureau.acting(bureaukit.person("handler")) as b, b.call("test.refuse", "thing") as call:
        call.refuse("E_NOT_DECIDED", "not yet", "第一条")


@pytest.mark.req("R-JC29L-25a")
@pytest.mark.parametrize(
    ("which", "found"),
    [
        (AuditFilter(), ["seals.made", "test.step", "test.refuse"]),
        (AuditFilter(action="test."), ["test.step", "test.refuse"]),
        (AuditFilter(action="test.step"), ["test.step"]),
        (AuditFilter(actor="per-custodian"), ["seals.made"]),
        (AuditFilter(result="refused"), ["test.refuse"]),
        (AuditFilter(code="E_NOT_DECIDED"), ["test.refuse"]),
        (AuditFilter(subject="seal-1"), ["seals.made"]),
        (AuditFilter(after=2), ["test.refuse"]),
        (AuditFilter(since=START + timedelta(hours=1)), ["test.step", "test.refuse"]),
        (AuditFilter(until=START + timedelta(hours=1)), ["seals.made"]),
    ],
)
def test_the_log_is_read_by_what_is_asked(bureau, clock, which, found):
    clock.now = START
    step(bureau, "seals.made", "seal-1", name="custodian")
    clock.forward(hours=1)
    step(bureau)
    with pytest.raises(Refused):
        refuse(bureau)
    assert [event.action for event in log(bureau).read(which)] == found


@pytest.mark.req("R-JC29L-25a")
@pytest.mark.parametrize("name", ["handler", "operator", "principal"])
def test_the_log_is_read_by_auditors(bureau, name):
    for method in ("read", "export"):
        with pytest.raises(NotAuthorized):
            getattr(log(bureau, name), method)()


@pytest.mark.req("R-JC29L-25a")
def test_reading_the_log_is_a_row_of_it(bureau):
    log(bureau).read(AuditFilter(actor="per-handler"))
    (row,) = log(bureau).read()
    assert (row.action, row.actor, row.facts) == (
        "audit.read",
        "per-auditor",
        {"filter": {"actor": "per-handler"}},
    )


def test_a_reading_has_an_end(bureau):
    for _ in range(3):
        step(bureau)
    assert [event.sequence for event in log(bureau).read(limit=2)] == [1, 2]
    with pytest.raises(ValueError, match="limit"):
        log(bureau).read(limit=0)


def test_the_export_holds_no_formula(bureau):
    step(bureau, subject="=1+1", note="x")
    data = log(bureau).export()
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows[0][0] == "sequence"
    assert rows[1][rows[0].index("subject")] == "'=1+1"


def test_the_export_in_lines_can_be_chained_again(bureau):
    step(bureau, note="x")
    step(bureau, note="y")
    rows = [json.loads(line) for line in log(bureau).export(form="jsonl").splitlines()]
    assert [row["facts"] for row in rows] == [{"note": "x"}, {"note": "y"}]
    with bureau.database.begin() as connection:
        hashes = connection.execute(sa.select(tables.audit_events.c.hash)).scalars().all()
    assert [row["hash"] for row in rows] == hashes[:2]
    with pytest.raises(ValueError, match="csv or jsonl"):
        log(bureau).export(form="xlsx")


# 保存三年 · three years --------------------------------------------------------------------


@pytest.mark.req("R-JC29L-25b")
def test_what_is_older_than_three_years_may_go(any_bureau, clock):
    clock.now = START
    step(any_bureau, subject="old")
    step(any_bureau, subject="old too")
    clock.now = datetime(2027, 1, 4, 2, tzinfo=UTC)
    step(any_bureau, subject="young")
    clock.now = datetime(2027, 3, 1, 2, tzinfo=UTC)  # three years and a day
    purged = log(any_bureau, "administrator").purge(before=START + timedelta(hours=1))
    assert (purged.count, purged.through) == (2, 2)
    with any_bureau.database.begin() as connection:
        assert not list(audit.problems(connection))
    assert [event.subject for event in log(any_bureau).read()] == ["young", ""]
    step(any_bureau)
    again = log(any_bureau, "administrator").purge(before=START + timedelta(hours=1))
    assert (again.count, again.through) == (0, 2)
    with any_bureau.database.begin() as connection:
        assert not list(audit.problems(connection))


@pytest.mark.req("R-JC29L-25b")
def test_what_is_younger_stays(bureau, clock):
    clock.now = START
    step(bureau)
    clock.now = datetime(2027, 2, 27, 2, tzinfo=UTC)  # two years and 364 days
    with pytest.raises(Refused) as refused:
        log(bureau, "administrator").purge(before=START + timedelta(hours=1))
    assert refused.value.code == "E_RETENTION"
    assert refused.value.clause == "晋市政办〔2022〕29号 电子证照, 第二十五条"
    assert log(bureau).read()[0].action == "test.step"


@pytest.mark.req("R-JC29L-25b")
@pytest.mark.parametrize("name", ["handler", "auditor", "operator"])
def test_not_everybody_may_let_it_go(bureau, name):
    with pytest.raises(NotAuthorized):
        log(bureau, name).purge(before=START)


def test_rows_do_not_go_by_themselves(bureau, clock):
    clock.now = START
    step(bureau)
    step(bureau)
    clock.now = datetime(2027, 3, 1, 2, tzinfo=UTC)
    log(bureau, "administrator").purge(before=START + timedelta(hours=1))
    step(bureau)
    step(bureau)
    with bureau.database.begin() as connection:
        fences.lower_fences(connection, "audit_events")
        connection.exec_driver_sql("delete from audit_events where sequence = 4")
    with bureau.database.begin() as connection:
        assert "row 4 is missing" in "\n".join(audit.problems(connection))


# 隐私 · privacy ----------------------------------------------------------------------------


@pytest.mark.req("R-JC29L-27")
def test_no_number_of_an_identity_card_stands_in_the_log(bureau):
    step(bureau, subject=f"申请人{CARD}", holder=CARD, list=[CARD, {CARD: int(CARD)}])
    with pytest.raises(Refused) as refused:
        refuse_with(bureau)
    assert CARD in str(refused.value)
    with bureau.database.begin() as connection:
        rows = str(connection.execute(sa.select(tables.audit_events)).all())
        assert not list(audit.problems(connection))
    assert CARD not in rows
    assert rows.count("140*************16") == 6


def refuse_with(bureau):
    with bureau.acting(bureaukit.person("handler")) as b, b.call("test.refuse") as call:
        call.refuse("E_NOT_FOUND", f"no holder {CARD}")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (CARD, "140*************16"),
        ("14050219900307231X", "140*************1X"),
        ("证号：140502900307231。", "证号：140**********31。"),
        ("１４０５０２１９９００３０７２３１６", "１４０*************１６"),
        (f"{CARD}、{CARD}", "140*************16、140*************16"),
    ],
)
def test_numbers_of_identity_cards_are_masked(text, shown):
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "晋审管许〔2026〕1号",
        "911405007901234567",  # the middle is no day
        "140502199013072316",  # month 13
        f"a{CARD}",
        f"{CARD}0",
        "3f" * 32,
    ],
)
def test_other_numbers_stay(text):
    assert masked(text) == text


def test_other_facts_stay():
    facts = {"n": 7, "ok": True, "none": None, "at": START, "list": ("a",)}
    assert masked_facts(facts) == {**facts, "list": ["a"]}
