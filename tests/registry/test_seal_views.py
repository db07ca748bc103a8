"""Who may look at which seals, and what they find; stand-ins; several at once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

import bureaukit
import sealdesk
from bureaukit import person
from govseal.errors import NotAuthorized, Refused, StateError
from govseal.registry import tables
from govseal.registry.vocabulary import (
    IncidentKind,
    PetitionKind,
    PetitionState,
    ReasonClass,
    Role,
    SealState,
    SealSubtype,
)
from sealdesk import AT, DAY, refuses, seals

HOUR = timedelta(hours=1)


seal, bureau = sealdesk.seal_in_use, sealdesk.its_bureau


@pytest.fixture
def stranger(bureau) -> str:
    """Somebody of another unit of the city."""
    sealdesk.add_unit(bureau, "org-other", "晋城市另一局", "city", "140500", ["using"])
    sealdesk.add_person(bureau, "stranger", "org-other", Role.SEAL_OFFICE, Role.CUSTODIAN)
    return "stranger"


LOOKS = {
    "get": lambda room, seal: room.get(seal),
    "reviews": lambda room, seal: room.reviews(seal),
    "incidents": lambda room, seal: room.incidents(seal),
    "permits": lambda room, seal: room.permits(seal),
    "hand_overs": lambda room, seal: room.hand_overs(seal),
    "custodian": lambda room, seal: room.custodian(seal),
    "preview": lambda room, seal: room.preview(seal),
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.req("R-GZ-2.4a")
def test_another_units_seals_are_not_shown(bureau, seal, stranger, look):
    with refuses("E_NOT_AUTHORIZED", kind=NotAuthorized), seals(bureau, stranger) as room:
        LOOKS[look](room, seal)
    with seals(bureau, "office") as room:
        LOOKS[look](room, seal)


@pytest.mark.parametrize("name", ["custodian", "auditor", "reviewer", "province-reviewer", "maker"])
def test_those_concerned_see_the_seal(bureau, seal, name):
    with seals(bureau, name) as room:
        assert [found.id for found in room.find()] == [seal]
        assert room.find(state=SealState.LOST) == ()
        assert room.find(organization=bureaukit.BUREAU)
        assert room.find(organization="org-none") == ()


def test_who_is_of_another_unit_finds_nothing(bureau, seal, stranger):
    with seals(bureau, "custodian") as room:
        petition = room.ask_stop(seal, ReasonClass.OTHER, keeper=person("office"))
        incident = room.report(seal, IncidentKind.LEAK, "情况")
    with seals(bureau, "leader") as room:
        room.verify_leak(incident.id)
    with bureau.acting(person("administrator")) as b, b.call("organizations.rename") as call:
        from govseal.registry.seals.tasks import organization_changed  # noqa: PLC0415

        organization_changed(call, bureaukit.BUREAU, "更名")
    bureau.clock.now = AT + 3 * DAY
    with seals(bureau, stranger) as room:
        assert room.find() == ()
        assert room.petitions() == ()
        assert room.tasks() == ()
        assert room.overdue() == ()
        assert room.overdue_leaks() == ()
        with refuses("E_NOT_AUTHORIZED", kind=NotAuthorized):
            room.petition(petition.id)
    with seals(bureau, "office") as room:
        assert len(room.tasks()) == 2
        assert len(room.overdue_leaks()) == 1


def test_the_borrower_sees_the_seal(bureau, seal):
    sealdesk.add_person(
        bureau, "clerk", bureaukit.BUREAU, Role.SECTION_HANDLER, department=bureaukit.PLANNING
    )
    with refuses("E_NOT_AUTHORIZED", kind=NotAuthorized), seals(bureau, "clerk") as room:
        room.get(seal)
    with seals(bureau, "clerk") as room:
        petition = room.ask_take_out(seal, matter="勘验", since=AT, due_back=AT + DAY)
    for name in ("head", "leader"):
        with seals(bureau, name) as room:
            room.approve(petition.id)
    with seals(bureau, "custodian") as room:
        room.take_out(room.permits(seal)[0].id)
    with seals(bureau, "clerk") as room:
        assert room.get(seal).id == seal


def test_petitions_are_found(bureau, seal):
    with seals(bureau, "custodian") as room:
        petition = room.ask_stop(seal, ReasonClass.OTHER, keeper=person("office"))
    with seals(bureau, "office") as room:
        quota = room.ask_for_more(
            bureaukit.BUREAU,
            name=sealdesk.NAME,
            subtype=SealSubtype.ADMIN_APPROVAL,
            medium="electronic",
            max_count=3,
            basis="增设窗口",
        )
        for count, basis in ((0, "依据"), (3, " ")):
            with refuses("E_FORM"):
                room.ask_for_more(
                    bureaukit.BUREAU,
                    name=sealdesk.NAME,
                    subtype=SealSubtype.ADMIN_APPROVAL,
                    medium="electronic",
                    max_count=count,
                    basis=basis,
                )
    with seals(bureau, "principal") as room:
        assert {found.kind for found in room.petitions()} == {
            PetitionKind.STOP,
            PetitionKind.QUOTA,
        }
        assert [found.id for found in room.petitions(seal)] == [petition.id]
        room.disapprove(petition.id, "继续使用")
        with refuses("E_REVIEW_ORDER"):
            room.approve(quota.id)
        assert room.petition(petition.id).state is PetitionState.REJECTED
        assert room.petitions(seal) == ()
        assert [found.id for found in room.petitions(seal, state=None)] == [petition.id]


def test_hand_overs_are_found(bureau, seal, clock):
    with seals(bureau, "custodian") as room:
        dropped = room.hand_over(seal, person("second-custodian"))
        room.drop_hand_over(dropped.id)
        with refuses("E_STATE", kind=StateError):
            room.drop_hand_over(dropped.id)
        clock.forward(hours=1)
        opened = room.hand_over(seal, person("second-custodian"))
        assert [found.id for found in room.hand_overs(seal)] == [opened.id, dropped.id]


# Standing in for those who approve.


def substitute(bureau, principal, stand_in):
    with bureau.database.begin() as connection:
        connection.execute(
            tables.substitutions.insert().values(
                id="sub-1",
                principal=person(principal),
                stand_in=person(stand_in),
                since=AT,
                until=AT + DAY,
            )
        )


def test_a_stand_in_approves_for_the_leader(bureau, seal, clock):
    with seals(bureau, "custodian") as room:
        petition = room.ask_stop(seal, ReasonClass.OTHER, keeper=person("office"))
    substitute(bureau, "principal", "leader")
    clock.forward(hours=25)
    with refuses("E_APPROVER_LEVEL"), seals(bureau, "leader") as room:
        room.approve(petition.id)
    clock.now = AT + HOUR
    with seals(bureau, "leader") as room:
        room.approve(petition.id)
    with bureau.database.begin() as connection:
        step = connection.execute(tables.petition_steps.select()).one()
    assert (step.approver, step.on_behalf_of) == (person("leader"), person("principal"))


def test_who_asks_does_not_approve_by_a_stand_in(bureau, seal):
    with seals(bureau, "custodian") as room:
        petition = room.ask_stop(seal, ReasonClass.OTHER, keeper=person("office"))
    substitute(bureau, "principal", "custodian")
    with refuses("E_SAME_PERSON"), seals(bureau, "custodian") as room:
        room.approve(petition.id)


# Several at once.


def at_once(work, arguments):
    """What came of the same work with each argument, all at the same time."""
    found = {}
    start = threading.Barrier(len(arguments))

    def run(argument):
        start.wait()
        try:
            work(argument)
            found[argument] = "done"
        except Refused as refused:
            found[argument] = refused.code

    threads = [threading.Thread(target=run, args=(argument,)) for argument in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(found.values())


@pytest.mark.slow
@pytest.mark.req("R-JC9-05")
def test_makers_at_once_keep_the_quota(any_bureau):
    numbers = [f"1405000000000{number}" for number in range(1, 5)]
    approved = {number: sealdesk.approved(any_bureau, number) for number in numbers}
    outcomes = at_once(lambda n: sealdesk.make(any_bureau, approved[n], n), numbers)
    assert outcomes == ["E_SEAL_QUOTA", "E_SEAL_QUOTA", "done", "done"]


@pytest.mark.slow
@pytest.mark.req("R-JC10-YZ-3.1")
def test_hand_overs_at_once_are_one(any_bureau):
    seal = sealdesk.active(any_bureau)

    def begin(name):
        with seals(any_bureau, name) as room:
            room.hand_over(seal, person("second-custodian"))

    assert at_once(begin, ["custodian", "second-custodian", "office"]) == [
        "E_CUSTODY_OPEN",
        "E_CUSTODY_OPEN",
        "done",
    ]
