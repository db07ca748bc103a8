"""Sixteen clerks at once on PostgreSQL: no number twice, no approval used twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import bureaukit
import sealdesk
from govseal.errors import Refused
from govseal.registry import Bureau, audit, tables
from paperkit import SCAN, approved, by_hand
from usekit import APPROVERS, PLACE, Desk, paper

CLERKS = 16
EACH = 3
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def crowded(postgres_cluster):
    """One registry that every clerk opens, with a connection of the own."""
    url = postgres_cluster.new_database()
    with Bureau.open(url, profile="jincheng", secrets=bureaukit.SECRETS, clock=at) as made:
        bureaukit.populate(made)
        yield Desk(made)


def at():
    return bureaukit.MADE_AT.replace(day=2, hour=2)


def together(crowded: Desk, work: Callable[[Any, int], Any]) -> list[Any]:
    """What came of it where sixteen begin at the same moment; a refusal is its code."""
    start = threading.Barrier(CLERKS)

    def clerk(number: int) -> Any:
        url = crowded.bureau.database.url.render_as_string(hide_password=False)
        options = {"profile": "jincheng", "secrets": bureaukit.SECRETS, "clock": at}
        with Bureau.open(url, **options) as own:
            desk = Desk(own, crowded.seals, crowded.registered)
            start.wait()
            try:
                return work(desk, number)
            except Refused as refused:
                return refused.code

    with ThreadPoolExecutor(CLERKS) as pool:
        return list(pool.map(clerk, range(CLERKS)))


def whole(crowded: Desk) -> None:
    """The ledger and the log are as they were written."""
    crowded.bureau.ledger.audit().check()
    with crowded.bureau.database.begin() as connection:
        assert not list(audit.problems(connection))


def test_no_number_is_given_twice(crowded):
    crowded.seal()
    before = len(crowded.rows(tables.use_requests))
    filed = together(crowded, lambda desk, number: [desk.ask().number for _ in range(EACH)])
    numbers = sorted(number for each in filed for number in each)
    first = before + 1
    assert numbers == [f"2026-{n:06d}" for n in range(first, first + CLERKS * EACH)]


@pytest.mark.req("R-JC10-QS-3.4")
def test_one_document_is_filed_once(crowded):
    crowded.seal()
    document = paper()
    filed = together(crowded, lambda desk, number: desk.ask(document=document).state)
    assert sorted(filed) == ["E_DUPLICATE"] * (CLERKS - 1) + ["submitted"]


def test_one_scan_is_of_one_use(crowded):
    requests = [approved(crowded, copies=1) for _ in range(CLERKS)]

    def record(desk: Desk, number: int) -> str:
        return by_hand(desk, requests[number], copies=1, scan=SCAN).sm3 and "recorded"

    assert sorted(together(crowded, record)) == ["E_DUPLICATE"] * (CLERKS - 1) + ["recorded"]
    whole(crowded)


@pytest.mark.req("R-JC9-09")
def test_no_approval_is_used_twice(crowded):
    request = crowded.approved()
    stamped = together(crowded, lambda desk, number: desk.stamp(request).entry)
    assert sorted(map(str, stamped))[1:] == ["E_STATE"] * (CLERKS - 1)
    rows = [row for row in crowded.rows(tables.stamps) if row.request == request.id]
    assert len(rows) == 1
    whole(crowded)


def test_no_step_is_approved_twice(crowded):
    for name in APPROVERS:
        crowded.key(name)
    request = crowded.ask()
    given = together(crowded, lambda desk, number: desk.approve(request, "head").step)
    assert sorted(map(str, given)) == ["0"] + ["E_APPROVER_LEVEL"] * (CLERKS - 1)


def test_all_clerks_stamp_at_once(crowded):
    requests = [crowded.approved() for _ in range(CLERKS)]
    made = together(
        crowded, lambda desk, number: desk.stamp(requests[number], placement=PLACE).entry
    )
    assert len(set(made)) == CLERKS
    entries = {row.sequence: row for row in crowded.rows(tables.ledger_entries)}
    assert set(entries) == set(range(len(entries)))
    # Both leaves of a stamp stand together: nobody else writes between them.
    assert all(entries[n].use == entries[n + 1].use for n in made)
    whole(crowded)


def test_who_withdraws_while_it_is_stamped_is_too_late_or_in_time(crowded):
    request = crowded.approved()

    def work(desk: Desk, number: int) -> str:
        if number:
            return str(desk.stamp(request).entry)
        with desk.acting("handler") as b:
            return b.use.withdraw(request.id).state

    said = together(crowded, work)
    state = crowded.state(request)
    stamps = [row for row in crowded.rows(tables.stamps) if row.request == request.id]
    assert said.count("E_STATE") == CLERKS - 1
    assert (state, len(stamps)) in {("withdrawn", 0), ("stamped", 1)}


@pytest.mark.req("R-JC9-05")
def test_no_quota_is_exceeded(crowded, postgres_cluster):
    """Two electronic seals of the name: sixteen makers at once make two."""
    url = postgres_cluster.new_database()
    with Bureau.open(
        url, profile="jincheng", secrets=bureaukit.SECRETS, clock=lambda: sealdesk.AT
    ) as made:
        bureaukit.populate(made)
        ids = [f"1405000000{n:04d}" for n in range(CLERKS)]
        seals = [sealdesk.approved(made, es_id) for es_id in ids]
        start = threading.Barrier(CLERKS)

        def maker(number: int) -> str:
            start.wait()
            try:
                sealdesk.make(made, seals[number], ids[number])
            except Refused as refused:
                return refused.code
            return "made"

        with ThreadPoolExecutor(CLERKS) as pool:
            said = sorted(pool.map(maker, range(CLERKS)))
    assert said == ["E_SEAL_QUOTA"] * (CLERKS - 2) + ["made"] * 2
