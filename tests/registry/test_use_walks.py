"""Clerks who try everything: whatever they do, there is no stamp without its approvals."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import pytest

import bureaukit
from govseal.errors import Refused
from govseal.registry import audit, tables
from govseal.registry.vocabulary import Strength
from usekit import PLACE, Desk, paper

STEPS = 200
pytestmark = pytest.mark.slow


class Walk:
    """People of one bureau who do, in any order, whatever can be done to a few requests."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk = desk
        self.chance = random.Random(seed)  # noqa: S311 - what is tried
        self.requests: list[str] = []
        self.papers = [paper() for _ in range(12)]
        for name in ("head", "leader", "principal", "issuing-head", "handler"):
            desk.key(name)
        desk.seal()
        often = (self.ask, self.approve, self.approve, self.stamp)
        seldom = (self.decline, self.withdraw, self.check, self.refuse, self.collect, self.expire)
        self.steps: tuple[Callable[[], object], ...] = (*often * 3, *seldom)

    def anybody(self) -> str:
        return self.chance.choice(sorted(bureaukit.PEOPLE))

    def one(self) -> str:
        """A request, most often one of the newest."""
        return self.chance.choice(self.requests[-3:] * 3 + self.requests or ["use-0"])

    def ask(self) -> None:
        stated = {"corrects": self.one()} if self.chance.random() < 0.2 else {}
        name = self.chance.choice(["handler", "head", "maker"])
        request = self.desk.ask(name, document=self.chance.choice(self.papers), **stated)
        self.requests.append(request.id)

    def approve(self) -> None:
        name = self.chance.choice(
            ["head", "head", "leader", "principal", "issuing-head", "handler"]
        )
        if self.chance.random() < 0.3:
            with self.desk.acting(name, Strength.STRONG_LOGIN) as b:
                b.use.approve(self.one())
        else:
            signer = bureaukit.own_key(self.chance.choice([name, name, name, "head"]))
            with self.desk.acting(name) as b:
                b.use.approve(self.one(), signer)

    def decline(self) -> None:
        with self.desk.acting(self.anybody()) as b:
            self.chance.choice([b.use.return_, b.use.reject])(self.one(), "不同意")

    def withdraw(self) -> None:
        with self.desk.acting(self.anybody()) as b:
            b.use.withdraw(self.one())

    def check(self) -> None:
        with self.desk.acting("custodian") as b:
            b.use.check(self.one())

    def stamp(self) -> None:
        name = self.chance.choice(["custodian", "custodian", "custodian", self.anybody()])
        with self.desk.acting(name) as b:
            b.use.stamp(self.one(), PLACE)

    def refuse(self) -> None:
        with self.desk.acting(self.anybody()) as b:
            b.use.refuse(self.one(), "incomplete", "手续不全")

    def collect(self) -> None:
        with self.desk.acting(self.anybody()) as b:
            b.use.collect(self.one())

    def expire(self) -> None:
        with self.desk.acting("office") as b:
            b.use.expire()

    def look(self) -> None:
        """Every stamp has all that it needs, and each document at most one that counts."""
        desk = self.desk
        requests = {row.id: row for row in desk.rows(tables.use_requests)}
        stamps = {row.request: row for row in desk.rows(tables.stamps)}
        assert {id_ for id_, row in requests.items() if row.state in {"stamped", "delivered"}} == {
            *stamps
        }
        approved: dict[str, list[int]] = {}
        for row in desk.rows(tables.approvals):
            if row.decision == "approved":
                approved.setdefault(row.request, []).append(row.step)
                assert row.approver != bureaukit.person("handler")
                assert row.approver != requests[row.request].applicant
        for id_ in stamps:
            assert sorted(approved[id_]) == list(range(len(requests[id_].steps)))
        entries = [json.loads(row.entry) for row in desk.rows(tables.ledger_entries)]
        assert [entry["use"] for entry in entries if entry["kind"] == "intent"] == [
            row.request for row in sorted(stamps.values(), key=lambda row: row.intent)
        ]
        numbers = sorted(row.number for row in requests.values())
        assert numbers == [f"2026-{n:06d}" for n in range(1, len(numbers) + 1)]
        # One document is asked for once, whatever became of earlier requests for it.
        kept = [
            row.document_sm3
            for row in requests.values()
            if row.state not in {"returned", "rejected", "refused", "withdrawn", "expired"}
            and row.corrects is None
        ]
        assert len(kept) == len(set(kept))


@pytest.mark.req("R-JC29S-12", "R-JC9-09")
@pytest.mark.parametrize("seed", range(3))
def test_whatever_they_do_the_rules_hold(desk, clock, seed):
    walk = Walk(desk, seed)
    refused, codes = 0, set()
    for _ in range(STEPS):
        clock.forward(minutes=walk.chance.choice([1, 5, 60]))
        try:
            walk.chance.choice(walk.steps)()
        except Refused as refusal:
            refused += 1
            codes.add(refusal.code)
    desk.stamped()  # whatever was tried, who goes the right way arrives
    walk.look()
    desk.bureau.ledger.audit().check()
    with desk.bureau.database.begin() as connection:
        assert not list(audit.problems(connection))
    assert refused > STEPS // 4
    assert {"E_STATE", "E_APPROVER_LEVEL", "E_NOT_APPROVED"} <= codes
    assert all(code.startswith("E_") for code in codes)
