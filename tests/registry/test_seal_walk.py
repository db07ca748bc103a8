"""Random steps by random people: whatever is tried, the seal's life stays within its table."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import timedelta

import hypothesis
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

import bureaukit
import sealdesk
from bureaukit import person
from govseal.errors import Refused
from govseal.registry import Bureau, audit, tables
from govseal.registry.seals.custody import check_custodian
from govseal.registry.seals.standing import check_usable
from govseal.registry.seals.transitions import TRANSITIONS
from govseal.registry.vocabulary import IncidentKind, ReasonClass, SealState
from sealdesk import AT, IDENTITY, WRITTEN, workshop

NAMES = (
    "handler",
    "head",
    "issuing-head",
    "custodian",
    "second-custodian",
    "office",
    "office-head",
    "leader",
    "principal",
    "reviewer",
    "province-admin",
    "maker",
)
MATTER = "现场勘验"
FINAL = {SealState.LOST, SealState.CANCELLED, SealState.DESTROYED}
LEADS = {(before, row.event, row.after) for row in TRANSITIONS for before in row.before}


def latest(bureau, table, seal, order):
    """The last row of a table about the seal, by its id."""
    with bureau.database.begin() as connection:
        query = sa.select(table.c.id).where(table.c.seal == seal).order_by(order.desc(), table.c.id)
        return connection.execute(query.limit(1)).scalar_one_or_none() or "none"


def petition(bureau, seal):
    return latest(bureau, tables.seal_petitions, seal, tables.seal_petitions.c.at)


def incident(bureau, seal):
    return latest(bureau, tables.seal_incidents, seal, tables.seal_incidents.c.reported_at)


def handover(bureau, seal):
    table = tables.custody_handovers
    with bureau.database.begin() as connection:
        query = sa.select(table.c.id).where(
            table.c.seal == seal, table.c.completed_at.is_(None), table.c.dropped_at.is_(None)
        )
        return connection.execute(query).scalar_one_or_none() or "none"


def permit(bureau, seal):
    return latest(bureau, tables.take_out_permits, seal, tables.take_out_permits.c.since)


def successor():
    return workshop().institution(not_before=-1, not_after=3000)


def stamp(room, _bureau, seal):
    """What the desk asks; whoever passes holds the seal, and it is active."""
    with room._acting.call("use.stamp", seal) as call:
        row = call.one(tables.seals, seal, lock=True)
        check_usable(call, row)
        check_custodian(call, row, MATTER)
        assert row.state == SealState.ACTIVE
        return call.actor.id


STEPS = {
    "suspend": lambda r, b, s: r.suspend(s, "核查", cause=ReasonClass.OTHER),
    "resume": lambda r, b, s: r.resume(s, "已查明"),
    "lose": lambda r, b, s: r.report(s, IncidentKind.LOSS, "丢失", effective_at=AT),
    "damage": lambda r, b, s: r.report(s, IncidentKind.DAMAGE, "损坏"),
    "anomaly": lambda r, b, s: r.report(s, IncidentKind.ANOMALY, "异常"),
    "investigate": lambda r, b, s: r.investigate(incident(b, s), "查明"),
    "close": lambda r, b, s: r.close_incident(incident(b, s), "处理"),
    "ask_stop": lambda r, b, s: r.ask_stop(
        s, ReasonClass.OTHER, keeper=person("office"), is_to_be_destroyed=True
    ),
    "approve": lambda r, b, s: r.approve(petition(b, s)),
    "disapprove": lambda r, b, s: r.disapprove(petition(b, s), "不同意"),
    "ask_cancel": lambda r, b, s: r.ask_cancel(s, ReasonClass.OTHER, (WRITTEN, IDENTITY)),
    "decide_cancel": lambda r, b, s: r.decide_cancel(petition(b, s), passes=True),
    "ask_destruction": lambda r, b, s: r.ask_destruction(s, "粉碎"),
    "ask_key": lambda r, b, s: r.ask_destruction(s, "粉碎", is_key_alone=True),
    "witness": lambda r, b, s: r.witness(petition(b, s)),
    "destroy": lambda r, b, s: r.destroy(petition(b, s)),
    "return_key": lambda r, b, s: r.return_key(s),
    "hand_over": lambda r, b, s: r.hand_over(s, person("second-custodian")),
    "hand_back": lambda r, b, s: r.hand_over(s, person("custodian")),
    "confirm": lambda r, b, s: r.confirm_hand_over(handover(b, s)),
    "drop": lambda r, b, s: r.drop_hand_over(handover(b, s)),
    "stand_in": lambda r, b, s: r.stand_in(
        s,
        person("second-custodian"),
        since=b.clock(),
        until=b.clock() + timedelta(hours=9),
    ),
    "ask_out": lambda r, b, s: r.ask_take_out(
        s, matter=MATTER, since=b.clock(), due_back=b.clock() + timedelta(days=2)
    ),
    "take_out": lambda r, b, s: r.take_out(permit(b, s)),
    "bring_back": lambda r, b, s: r.bring_back(permit(b, s)),
    "ask_renewal": lambda r, b, s: r.ask_renewal(
        s, sealdesk.papers(certificate=successor().certificate)
    ),
    "ask_remake": lambda r, b, s: r.ask_remake(
        s, sealdesk.papers(certificate=successor().certificate)
    ),
    "decide_renewal": lambda r, b, s: r.decide_renewal(petition(b, s), passes=True),
    "renew": lambda r, b, s: r.renew(
        petition(b, s), workshop().makings(), workshop().reference(successor())
    ),
    "sweep": lambda r, b, s: r.sweep(),
    "submit": lambda r, b, s: r.submit(s),
    "accept": lambda r, b, s: r.accept(s),
    "review": lambda r, b, s: r.review(s, passes=True),
    "make": lambda r, b, s: r.make(
        s, workshop().makings(), workshop().reference(successor()), es_id=sealdesk.ES_ID
    ),
    "issue": lambda r, b, s: r.issue(s, custodian=person("custodian")),
    "activate": lambda r, b, s: r.activate(
        s, active_from=b.clock(), department=bureaukit.ISSUING, scope="行政审批"
    ),
    "stamp": stamp,
}
RIGHTLY = {
    "suspend": "custodian",
    "resume": "reviewer",
    "lose": "custodian",
    "damage": "custodian",
    "anomaly": "office",
    "investigate": "office-head",
    "close": "office-head",
    "ask_stop": "custodian",
    "approve": "principal",
    "ask_cancel": "handler",
    "decide_cancel": "reviewer",
    "ask_destruction": "office",
    "ask_key": "office",
    "witness": "head",
    "destroy": "office",
    "return_key": "office",
    "hand_over": "custodian",
    "hand_back": "second-custodian",
    "stand_in": "issuing-head",
    "ask_out": "handler",
    "take_out": "custodian",
    "bring_back": "office",
    "ask_renewal": "handler",
    "ask_remake": "handler",
    "decide_renewal": "reviewer",
    "renew": "maker",
    "sweep": "office",
    "activate": "office",
    "stamp": "custodian",
}
RUNS = {
    "stop": (("ask_stop", "custodian"), ("approve", "principal")),
    "cancel": (("ask_cancel", "handler"), ("decide_cancel", "reviewer")),
    "destroy": (
        ("ask_destruction", "office"),
        ("witness", "head"),
        ("witness", "leader"),
        ("destroy", "office"),
    ),
    "hand_over": (
        ("hand_over", "custodian"),
        ("confirm", "second-custodian"),
        ("confirm", "office"),
    ),
    "hand_back": (
        ("hand_back", "second-custodian"),
        ("confirm", "custodian"),
        ("confirm", "office"),
    ),
    "out": (
        ("ask_out", "handler"),
        ("approve", "head"),
        ("approve", "leader"),
        ("take_out", "custodian"),
        ("stamp", "handler"),
    ),
    "back": (("bring_back", "office"), ("stamp", "custodian")),
    "look_into": (("investigate", "office-head"), ("close", "office-head"), ("resume", "reviewer")),
    "break_key": (
        ("damage", "custodian"),
        ("investigate", "office-head"),
        ("close", "office-head"),
        ("return_key", "office"),
        ("ask_key", "office"),
        ("witness", "head"),
        ("witness", "principal"),
        ("destroy", "office"),
    ),
    "remake": (
        ("ask_remake", "handler"),
        ("decide_renewal", "reviewer"),
        ("renew", "maker"),
        ("resume", "reviewer"),
    ),
    "renew": (("ask_renewal", "handler"), ("decide_renewal", "reviewer"), ("renew", "maker")),
    "use": (("stamp", "custodian"), ("stamp", "second-custodian")),
}
"""Steps in a row by those whose steps they are, so that walks come far."""

tries = st.tuples(
    st.sampled_from(sorted(STEPS)),
    st.one_of(st.none(), st.sampled_from(NAMES)),  # None: whose step it is
).map(lambda one: (one,))
hours = st.sampled_from((0, 1, 30, 24 * 40, 24 * 345))
walks = st.lists(
    st.tuples(st.one_of(st.sampled_from(sorted(RUNS)).map(RUNS.__getitem__), tries), hours),
    min_size=3,
    max_size=20,
)


class Walk:
    """A bureau, its seal, and a clock that goes on."""

    def __init__(self, folder) -> None:
        self.url = f"sqlite:///{folder / 'bureau.db'}"
        self.seal = sealdesk.lay_down(self.url)
        self.now = AT + timedelta(hours=1)
        self.bureau = Bureau.open(
            self.url, profile="jincheng", secrets=sealdesk.SECRETS, clock=lambda: self.now
        )
        self.seen: list = []
        self.codes: Counter = Counter()

    def take(self, step, name) -> None:
        self.now += timedelta(minutes=1)
        name = name or RIGHTLY.get(step, "office")
        try:
            with self.bureau.acting(person(name)) as b:
                holder = STEPS[step](b.seals, self.bureau, self.seal)
            if step == "stamp":
                found = self.bureau.status.custodian_at(self.seal, self.now)
                assert found.person == holder
            self.codes["done"] += 1
        except Refused as refused:
            self.codes[refused.code] += 1

    def check(self) -> None:
        with self.bureau.database.begin() as connection:
            states = connection.execute(
                sa.select(tables.seal_states).order_by(tables.seal_states.c.sequence)
            ).all()
            custody = connection.execute(sa.select(tables.custody)).all()
            row = connection.execute(sa.select(tables.seals)).one()
        assert states[: len(self.seen)] == self.seen  # only ever added
        for before, after in itertools.pairwise(states):
            assert (before.state, after.event, after.state) in LEADS
        self.seen = states
        assert row.state == states[-1].state
        names = [found.state for found in states]
        if SealState.LOST in names:
            assert set(names[names.index(SealState.LOST) :]) <= FINAL
        kept = [found for found in custody if found.kind in {"regular", "office_retained"}]
        begins = sorted(found.since for found in kept)
        ends = sorted(found.until for found in kept if found.until is not None)
        # Each regular custody begins at the very moment when the one before it ends.
        assert ends == begins[1:] + ([row.state_effective_at] if row.state == "destroyed" else [])
        is_kept = row.state != SealState.DESTROYED
        holder = self.bureau.status.custodian_at(self.seal, self.now)
        assert (holder is not None) == is_kept


def test_the_table_of_states_is_a_table():
    """What is lost or destroyed leads nowhere back, and each event has one clause."""
    ways = {(before, row.after) for row in TRANSITIONS for before in row.before}
    reached = {SealState.LOST}
    while True:
        more = {after for before, after in ways if before in reached} | reached
        if more == reached:
            break
        reached = more
    assert reached == FINAL
    assert not any(before is SealState.DESTROYED for before, _ in ways)
    assert all(row.clause for row in TRANSITIONS)
    assert len({row.event for row in TRANSITIONS}) == len(TRANSITIONS)


@pytest.mark.slow
@pytest.mark.req("R-HLJ-16", "R-JC10-YZ-3.1", "R-HLJ-15a")
@hypothesis.settings(max_examples=max(10, hypothesis.settings().max_examples // 5))
@given(walk=walks)
def test_a_seal_walks_within_its_table(tmp_path_factory, walk):
    wanderer = Walk(tmp_path_factory.mktemp("walk"))
    try:
        for steps, pause in walk:
            wanderer.now += timedelta(hours=pause)
            for step, name in steps:
                wanderer.take(step, name)
                wanderer.check()
        with wanderer.bureau.database.begin() as connection:
            assert not list(audit.problems(connection))
    finally:
        wanderer.bureau.close()
