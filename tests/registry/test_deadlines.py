"""What is due: read from all rooms, called to mind once, overdue after its last moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

import bureaukit
import documentkit
from govseal.errors import Refused, RegistryError
from govseal.registry import tables

SEAL = documentkit.seal_id("admin_approval")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def kept(bureau):
    documentkit.add_seals(bureau)
    return bureau


def write(bureau, table, **values):
    with bureau.database.begin() as connection:
        connection.execute(table.insert().values(**values))


def room(bureau, name="office"):
    with bureau.acting(bureaukit.person(name)) as b:
        return b.deadlines


def kinds(items):
    return [item.kind for item in items]


def told(bureau):
    return [
        (event.kind, event.facts["limit"], event.facts["level"])
        for event in room(bureau).remind().events
    ]


def add_incident(bureau, verified_at):
    write(
        bureau,
        tables.seal_incidents,
        id="inc-1",
        seal=SEAL,
        kind="leak",
        effective_at=verified_at,
        discovered_at=verified_at,
        reported_at=verified_at,
        reported_by=bureaukit.person("custodian"),
        account="泄露",
        is_emergency=False,
        notified=[],
        involved=[],
        verified_at=verified_at,
    )


@pytest.mark.req("R-JC10-BM-10")
def test_a_verified_leak_is_reported_within_24_hours(kept, clock):
    clock.now = verified = datetime(2026, 3, 6, 14, 0, tzinfo=UTC)  # Friday, 22:00
    add_incident(kept, verified)
    clock.now = verified + timedelta(hours=23, minutes=59)
    assert not room(kept).overdue()
    clock.now = verified + timedelta(hours=24, minutes=1)
    (late,) = room(kept).overdue()
    assert (late.kind, late.subject) == ("leak_report", "inc-1")
    with kept.database.begin() as connection:
        connection.execute(tables.seal_incidents.update().values(told_authority_at=clock.now))
    assert not room(kept).open_items()


@pytest.mark.req("R-JC10-BM-10")
def test_nobody_closes_a_leak_by_saying_so(kept, clock):
    add_incident(kept, clock.now)
    with pytest.raises(Refused) as refused:
        room(kept).close("leak_report", "inc-1", result="已报")
    assert refused.value.code == "E_DEADLINE"


def add_notice(bureau, at):
    write(
        bureau,
        tables.activation_notices,
        id="act-1",
        seal=SEAL,
        active_from=at,
        department=bureaukit.ISSUING,
        scope="行政审批",
        by=bureaukit.person("office"),
        at=at,
    )


@pytest.mark.req("R-JC10-GK-4.1")
def test_an_activation_is_published_in_20_working_days(kept, clock):
    add_notice(kept, clock.now)  # Monday, 2 March 2026
    (item,) = room(kept).open_items()
    # Day 20 is Monday the 30th: it ends at 24:00 in Beijing.
    assert item.due_at == datetime(2026, 3, 30, 16, tzinfo=UTC)
    clock.now = item.due_at
    assert not room(kept).overdue()
    clock.now = item.due_at + MINUTE
    assert kinds(room(kept).overdue()) == ["publication"]
    done = room(kept).close("publication", "act-1", result="政府网站")
    assert done.is_late
    assert not room(kept).open_items()


@pytest.mark.req("R-JC29S-08b")
def test_a_renewal_is_called_to_mind_at_60_and_30_days(kept, clock):
    ends = datetime(2026, 6, 30, 16, tzinfo=UTC)  # 24:00 of the 30th in Beijing, 1 July 0:00
    with kept.database.begin() as connection:
        seals = tables.seals
        connection.execute(seals.update().where(seals.c.id == SEAL).values(valid_to=ends))
    clock.now = datetime(2026, 5, 1, 15, 59, tzinfo=UTC)
    assert told(kept) == []
    clock.now += MINUTE
    assert told(kept) == [("deadline.reminder", "renewal", "early")]
    assert told(kept) == []
    clock.now = datetime(2026, 5, 31, 16, tzinfo=UTC)
    assert told(kept) == [("deadline.reminder", "renewal", "opens")]
    clock.now = ends - timedelta(hours=3)
    assert told(kept) == [("deadline.reminder", "renewal", "soon")]
    clock.now = ends + MINUTE
    assert told(kept) == [("deadline.overdue", "renewal", "overdue")]
    assert told(kept) == []


@pytest.fixture
def permit(kept, clock):
    write(
        kept,
        tables.seal_petitions,
        id="pet-1",
        seal=SEAL,
        kind="take_out",
        organization=bureaukit.BUREAU,
        applicant=bureaukit.person("handler"),
        content={},
        rule="外出携带",
        steps=[],
        state="approved",
        at=clock.now,
    )
    write(
        kept,
        tables.take_out_permits,
        id="out-1",
        seal=SEAL,
        petition="pet-1",
        borrower=bureaukit.person("handler"),
        matter="现场签约",
        since=clock.now,
        due_back=clock.now + timedelta(days=2),
        taken_at=clock.now,
    )
    return kept


@pytest.mark.req("R-JC10-YZ-3.2")
def test_a_seal_that_is_out_too_long_is_told_once(permit, clock):
    clock.forward(days=2, minutes=1)
    assert told(permit) == [
        ("deadline.reminder", "take_out", "soon"),
        ("deadline.overdue", "take_out", "overdue"),
    ]
    assert told(permit) == []
    assert kinds(room(permit).overdue()) == ["take_out"]
    with permit.database.begin() as connection:
        connection.execute(tables.take_out_permits.update().values(returned_at=clock.now))
    assert not room(permit).open_items()


@pytest.mark.req("R-JC10-QS-3.5")
def test_the_written_report_of_an_emergency_is_open_until_it_is_there(kept, clock):
    write(
        kept,
        tables.seal_tasks,
        id="tsk-1",
        seal=SEAL,
        kind="written_report",
        opened_at=clock.now,
        due_at=clock.now + timedelta(days=1),
        reason="inc-1",
    )
    clock.forward(days=2)
    assert kinds(room(kept).overdue()) == ["written_report"]
    with kept.database.begin() as connection:
        connection.execute(tables.seal_tasks.update().values(done_at=clock.now))
    assert not room(kept).open_items()


@pytest.mark.req("R-GZ-5.3")
def test_an_order_to_correct_is_due(kept, clock):
    document = documentkit.stamp(kept)
    write(
        kept,
        tables.rectification_orders,
        id="ord-1",
        document=document,
        state="open",
        finding="超越权限",
        ordered_at=clock.now,
        ordered_by=bureaukit.person("office"),
        due_at=clock.now + timedelta(days=5),
    )
    assert kinds(room(kept).open_items()) == ["rectification"]


def test_a_limit_of_the_profile_is_begun_and_done(kept, clock):
    item = room(kept).start("disclosure_answer", "申请〔2026〕3号")
    assert item.due_at == datetime(2026, 3, 23, 16, tzinfo=UTC)  # 15 working days
    assert item.clause.startswith("晋市审管发〔2022〕10号")
    with pytest.raises(Refused) as refused:
        room(kept).start("disclosure_answer", "申请〔2026〕3号")
    assert refused.value.code == "E_DEADLINE"
    closed = room(kept).close("disclosure_answer", "申请〔2026〕3号", result="已答复")
    assert not closed.is_late
    assert closed.events[0].kind == "deadline.done"
    with kept.database.begin() as connection:
        (row,) = connection.execute(sa.select(tables.deadlines)).all()
    assert (row.result, row.done_by) == ("已答复", "per-office")


@pytest.mark.req("R-JC10-JW-7/8, JB-9/12, ZT-5")
def test_minutes_are_due_in_five_working_days(kept, clock):
    item = room(kept).start("minutes", "局务会〔2026〕5号")
    assert item.due_at == datetime(2026, 3, 9, 16, tzinfo=UTC)
    clock.now = item.due_at + MINUTE
    assert kinds(room(kept).overdue()) == ["minutes"]


@pytest.mark.parametrize(
    ("name", "subject", "result", "code"),
    [
        ("office", "申请〔2026〕4号", "已答复", "E_NOT_FOUND"),
        ("office", "申请〔2026〕3号", " ", "E_LEDGER_FIELD"),
        ("handler", "申请〔2026〕3号", "已答复", "E_NOT_AUTHORIZED"),
        ("auditor", "申请〔2026〕3号", "已答复", "E_AUDITOR_WRITES"),
    ],
)
def test_nothing_is_done_that_is_not_open_or_without_a_word(kept, name, subject, result, code):
    room(kept).start("disclosure_answer", "申请〔2026〕3号")
    with pytest.raises(Refused) as refused:
        room(kept, name).close("disclosure_answer", subject, result=result)
    assert refused.value.code == code


def test_an_unknown_limit_is_refused(kept):
    with pytest.raises(Refused) as refused:
        room(kept).start("tea_time", "茶")
    assert refused.value.code == "E_DEADLINE"


def test_a_year_without_a_calendar_is_an_error(kept, clock):
    clock.now = datetime(2031, 3, 2, tzinfo=UTC)
    with pytest.raises(RegistryError) as refused:
        room(kept).start("disclosure_answer", "申请〔2031〕1号")
    assert refused.value.code == "calendar_missing"
