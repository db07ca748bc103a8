"""Custody: one named person at every moment, and how a seal passes from one to another."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

import bureaukit
import sealdesk
from bureaukit import person
from govseal.errors import NotAuthorized, RegistryError, StateError
from govseal.registry import tables
from govseal.registry.seals.custody import check_custodian, open_custody
from govseal.registry.seals.standing import check_usable
from govseal.registry.vocabulary import CustodyKind, Role
from sealdesk import AT, DAY, refuses, seals

HOUR = timedelta(hours=1)
MATTER = "现场勘验"


seal, bureau = sealdesk.seal_in_use, sealdesk.its_bureau


def may_stamp(bureau, seal, name, matter=None):
    """What the desk asks of whoever is about to stamp."""
    with bureau.acting(person(name)) as b, b.call("use.stamp", seal) as call:
        row = call.one(tables.seals, seal, lock=True)
        check_usable(call, row)
        check_custodian(call, row, matter)


def hand_over(bureau, seal, *, names=("custodian", "second-custodian", "office")):
    """A hand-over to the second custodian that the named ones confirm, in their order."""
    first, *others = names
    with seals(bureau, first) as room:
        handover = room.hand_over(seal, person("second-custodian"))
    for name in others:
        with seals(bureau, name) as room:
            handover = room.confirm_hand_over(handover.id)
    return handover


def take_out(bureau, seal, *, matter=MATTER, days=2):
    """The seal goes out with the handler of the planning section."""
    now = bureau.clock()
    with seals(bureau, "handler") as room:
        petition = room.ask_take_out(seal, matter=matter, since=now, due_back=now + days * DAY)
    for name in ("head", "leader"):
        with seals(bureau, name) as room:
            room.approve(petition.id)
    with seals(bureau, "custodian") as room:
        (permit,) = room.permits(seal)
        return room.take_out(permit.id)


@pytest.mark.req("R-GZ-2.3a", "R-JC10-YZ-3.1")
def test_only_the_custodian_stamps(bureau, seal):
    may_stamp(bureau, seal, "custodian")
    for name in ("second-custodian", "handler", "office", "principal"):
        with refuses("E_NOT_CUSTODIAN"):
            may_stamp(bureau, seal, name)


@pytest.mark.req("R-JC10-YZ-3.1")
def test_no_second_custodian_without_a_hand_over(any_bureau):
    seal = sealdesk.active(any_bureau)
    with (
        refuses("E_CUSTODY_OPEN"),
        any_bureau.acting(person("office")) as b,
        b.call("seals.assign", seal) as call,
    ):
        row = call.one(tables.seals, seal, lock=True)
        open_custody(
            call,
            row,
            person("second-custodian"),
            kind=CustodyKind.REGULAR,
            department=bureaukit.ISSUING,
        )


@pytest.mark.req("R-JC10-YZ-3.1")
def test_the_database_holds_one_regular_custody(any_bureau):
    seal = sealdesk.active(any_bureau)
    with pytest.raises(RegistryError) as refused, any_bureau.database.begin() as connection:
        connection.execute(
            tables.custody.insert().values(
                id="cus-second",
                seal=seal,
                kind="regular",
                custodian=person("second-custodian"),
                since=AT,
            )
        )
    assert refused.value.code == "database_refused"


# Hand-over.


@pytest.mark.req("R-JC10-YZ-3.4")
def test_a_hand_over_ends_the_givers_rights_at_once(any_bureau, clock):
    seal = sealdesk.active(any_bureau)
    at = clock.forward(hours=1)
    handover = hand_over(any_bureau, seal)
    assert handover.completed_at == at
    may_stamp(any_bureau, seal, "second-custodian")
    with refuses("E_NOT_CUSTODIAN"):
        may_stamp(any_bureau, seal, "custodian")
    status = any_bureau.status
    before = at - timedelta(microseconds=1)
    assert status.custodian_at(seal, before).person == person("custodian")
    assert status.custodian_at(seal, at).person == person("second-custodian")


@pytest.mark.req("R-JC10-YZ-3.4")
@pytest.mark.parametrize(
    "names", [("custodian",), ("custodian", "second-custodian"), ("office", "custodian")]
)
def test_an_unconfirmed_hand_over_changes_nothing(bureau, seal, names):
    assert hand_over(bureau, seal, names=names).completed_at is None
    may_stamp(bureau, seal, "custodian")
    with refuses("E_NOT_CUSTODIAN"):
        may_stamp(bureau, seal, "second-custodian")


def test_one_hand_over_at_a_time(bureau, seal):
    hand_over(bureau, seal, names=("custodian",))
    with refuses("E_CUSTODY_OPEN"), seals(bureau, "office") as room:
        room.hand_over(seal, person("second-custodian"))


def test_a_hand_over_that_is_given_up(bureau, seal):
    handover = hand_over(bureau, seal, names=("custodian", "office"))
    with seals(bureau, "custodian") as room:
        room.drop_hand_over(handover.id)
    with refuses("E_STATE", kind=StateError), seals(bureau, "second-custodian") as room:
        room.confirm_hand_over(handover.id)
    may_stamp(bureau, seal, "custodian")


def test_who_has_no_part_confirms_nothing(bureau, seal):
    handover = hand_over(bureau, seal, names=("custodian",))
    with refuses("E_NOT_AUTHORIZED", kind=NotAuthorized), seals(bureau, "head") as room:
        room.confirm_hand_over(handover.id)


@pytest.mark.req("R-JC9-06")
def test_a_receiver_of_another_department(bureau, seal):
    with refuses("E_CUSTODY_DEPT"), seals(bureau, "custodian") as room:
        room.hand_over(seal, person("head"))
    with refuses("E_SAME_PERSON"), seals(bureau, "office") as room:
        room.hand_over(seal, person("custodian"))


# Standing in.


def stand_in(bureau, seal, who="issuing-head", *, by="issuing-head", since=None, hours=8):
    since = since or bureau.clock()
    with seals(bureau, by) as room:
        return room.stand_in(seal, person(who), since=since, until=since + hours * HOUR)


@pytest.mark.req("R-JC10-YZ-3.3")
def test_a_stand_in_has_a_period(bureau, seal, clock):
    stand_in(bureau, seal, "second-custodian", since=AT + HOUR)
    with refuses("E_NOT_CUSTODIAN"):
        may_stamp(bureau, seal, "second-custodian")
    clock.forward(hours=1)
    may_stamp(bureau, seal, "second-custodian")
    with refuses("E_NOT_CUSTODIAN"):
        may_stamp(bureau, seal, "custodian")
    clock.forward(hours=8)
    with refuses("E_NOT_CUSTODIAN"):
        may_stamp(bureau, seal, "second-custodian")
    may_stamp(bureau, seal, "custodian")


@pytest.mark.req("R-JC10-YZ-3.3")
@pytest.mark.parametrize("by", ["head", "custodian", "office"])
def test_a_stand_in_is_named_by_the_departments_head(bureau, seal, by):
    with refuses("E_NOT_AUTHORIZED", kind=NotAuthorized):
        stand_in(bureau, seal, "second-custodian", by=by)


def test_a_stand_in_from_outside_the_unit(bureau, seal):
    sealdesk.add_unit(bureau, "org-other", "晋城市另一局", "city", "140500", ["using"])
    sealdesk.add_person(bureau, "outsider", "org-other", Role.CUSTODIAN)
    with refuses("E_CUSTODY_DEPT"):
        stand_in(bureau, seal, "outsider")


def test_one_stand_in_at_a_time(bureau, seal):
    stand_in(bureau, seal, "second-custodian")
    with refuses("E_CUSTODY_OPEN"):
        stand_in(bureau, seal, "issuing-head", since=AT + HOUR)
    with refuses("E_SAME_PERSON"):
        stand_in(bureau, seal, "custodian", since=AT + 9 * HOUR)
    with refuses("E_PERIOD"):
        stand_in(bureau, seal, "second-custodian", since=AT - HOUR)


# Taking out.


@pytest.mark.req("R-JC10-YZ-3.2")
def test_a_seal_is_out_for_one_matter(bureau, seal, clock):
    take_out(bureau, seal)
    may_stamp(bureau, seal, "handler", MATTER)
    with refuses("E_PERMIT_SCOPE"):
        may_stamp(bureau, seal, "handler", "另一事项")
    with refuses("E_PERMIT_SCOPE"):
        may_stamp(bureau, seal, "handler")
    with refuses("E_NOT_CUSTODIAN"):
        may_stamp(bureau, seal, "custodian", MATTER)
    with seals(bureau, "custodian") as room:
        (permit,) = room.permits(seal)
        clock.forward(hours=1)
        assert room.bring_back(permit.id).received_by == person("custodian")
    may_stamp(bureau, seal, "custodian")
    with refuses("E_NOT_CUSTODIAN"):
        may_stamp(bureau, seal, "handler", MATTER)


@pytest.mark.req("R-JC10-YZ-3.2")
def test_a_seal_that_does_not_come_back(bureau, seal, clock):
    permit = take_out(bureau, seal)
    clock.now = permit.due_back + HOUR
    with refuses("E_PERMIT_OVERDUE"):
        may_stamp(bureau, seal, "handler", MATTER)
    with seals(bureau, "office") as room:
        assert [late.id for late in room.overdue()] == [permit.id]
        room.bring_back(permit.id)
        assert room.overdue() == ()
    assert sealdesk.told(bureau, "seal.brought_back")[0].facts == {"is_late": True}


@pytest.mark.req("R-JC10-YZ-3.2")
def test_nobody_takes_a_seal_out_without_the_approvals(bureau, seal):
    with seals(bureau, "handler") as room:
        petition = room.ask_take_out(seal, matter=MATTER, since=AT, due_back=AT + DAY)
    with refuses("E_REVIEW_ORDER"), seals(bureau, "leader") as room:
        room.approve(petition.id)
    with refuses("E_APPROVER_LEVEL"), seals(bureau, "issuing-head") as room:
        room.approve(petition.id)
    with seals(bureau, "custodian") as room:
        assert room.permits(seal) == ()
    with seals(bureau, "head") as room:
        room.disapprove(petition.id, "不必外出")
        with refuses("E_STATE", kind=StateError):
            room.approve(petition.id)


def test_a_permit_is_used_once(bureau, seal):
    permit = take_out(bureau, seal)
    with refuses("E_STATE", kind=StateError), seals(bureau, "handler") as room:
        room.take_out(permit.id)
    with seals(bureau, "office") as room:
        room.bring_back(permit.id)
        with refuses("E_STATE", kind=StateError):
            room.bring_back(permit.id)
    with refuses("E_STATE", kind=StateError), seals(bureau, "custodian") as room:
        room.take_out(permit.id)


def test_a_seal_that_is_out_is_not_handed_over(bureau, seal):
    take_out(bureau, seal)
    with refuses("E_CUSTODY_OPEN"), seals(bureau, "office") as room:
        room.hand_over(seal, person("second-custodian"))
    with refuses("E_CUSTODY_OPEN"):
        stand_in(bureau, seal, "second-custodian")


def test_a_suspended_seal_stays_in(bureau, seal):
    with seals(bureau, "custodian") as room:
        room.suspend(seal, "核查", cause="other")
    with refuses("E_SEAL_SUSPENDED"), seals(bureau, "handler") as room:
        room.ask_take_out(seal, matter=MATTER, since=AT, due_back=AT + DAY)


@pytest.mark.req("R-HLJ-16", "R-JC29S-17a")
def test_who_had_the_seal_is_known_for_every_moment(bureau, seal, clock):
    stand_in(bureau, seal, "second-custodian", since=AT + HOUR, hours=1)
    clock.forward(hours=3)
    take_out(bureau, seal)
    clock.forward(hours=1)
    with seals(bureau, "office") as room:
        room.bring_back(room.permits(seal)[0].id)
    clock.forward(hours=1)
    hand_over(bureau, seal)
    known = [
        bureau.status.custodian_at(seal, AT + number * HOUR / 2).person.removeprefix("per-")
        for number in range(11)
    ]
    assert known == [
        *("custodian", "custodian"),
        *("second-custodian", "second-custodian"),
        *("custodian", "custodian"),
        *("handler", "handler"),
        *("custodian", "custodian"),
        "second-custodian",
    ]
    assert bureau.status.custodian_at(seal, AT - HOUR) is None


def test_the_rows_of_custody_are_kept(bureau, seal, clock):
    clock.forward(hours=1)
    hand_over(bureau, seal)
    with bureau.database.begin() as connection:
        found = connection.execute(sa.select(tables.custody).order_by(tables.custody.c.since)).all()
    assert [(row.custodian, row.until is None) for row in found] == [
        (person("custodian"), False),
        (person("second-custodian"), True),
    ]
