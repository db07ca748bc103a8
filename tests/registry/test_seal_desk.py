"""The seals of this room at the desk: what is made, handed over, taken out, renewed and lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

import govseal
import sealdesk
import usekit
from bureaukit import person
from govseal.registry.vocabulary import IncidentKind, SealSubtype
from sealdesk import AT, DAY, ES_ID, seals, workshop


@pytest.fixture
def seal(sqlite_url) -> str:
    """A seal in use, in the custody of ``custodian``."""
    return sealdesk.lay_down(sqlite_url)


@pytest.fixture
def desk(open_bureau, sqlite_url, seal) -> usekit.Desk:
    """The desk at which it stamps."""
    return usekit.Desk(open_bureau(sqlite_url), {SealSubtype.ADMIN_APPROVAL: seal})


def verdict(data, at):
    makings = workshop().makings()
    report = govseal.verify(data, makings.trust, materials=makings.materials, at=at)
    return report.verdict, report.signatures[0].seal.id


def test_a_seal_that_was_made_here_stamps(desk, clock):
    _, stamped = desk.stamped()
    clock.forward(minutes=1)
    found, es_id = verdict(stamped.data, clock.now)
    assert (found, es_id) == (govseal.Verdict.PASSED, ES_ID)


@pytest.mark.req("R-JC10-YZ-3.4")
def test_a_hand_over_is_felt_at_the_desk(desk, seal, clock):
    first, second = desk.approved(), desk.approved()
    desk.stamp(first)
    clock.forward(minutes=1)
    with seals(desk.bureau, "custodian") as room:
        handover = room.hand_over(seal, person("second-custodian"))
    for name in ("second-custodian", "office"):
        with seals(desk.bureau, name) as room:
            room.confirm_hand_over(handover.id)
    assert usekit.code(desk.stamp, second) == "E_NOT_CUSTODIAN"
    desk.stamp(second, "second-custodian")


@pytest.mark.req("R-JC10-YZ-3.2")
def test_a_borrower_stamps_the_one_matter(desk, seal):
    mine, other = desk.approved(matter="勘验"), desk.approved(matter="另一事项")
    with seals(desk.bureau, "second-custodian") as room:
        petition = room.ask_take_out(seal, matter="勘验", since=AT, due_back=AT + DAY)
    for name in ("issuing-head", "leader"):
        with seals(desk.bureau, name) as room:
            room.approve(petition.id)
    with seals(desk.bureau, "custodian") as room:
        room.take_out(room.permits(seal)[0].id)
    assert usekit.code(desk.stamp, other, "second-custodian") == "E_PERMIT_SCOPE"
    assert usekit.code(desk.stamp, mine, "custodian") == "E_NOT_CUSTODIAN"
    desk.stamp(mine, "second-custodian")


@pytest.mark.req("R-GZ-2.4b")
def test_a_lost_seal_does_not_stamp(desk, seal, clock):
    request = desk.approved()
    clock.forward(minutes=1)
    with seals(desk.bureau, "custodian") as room:
        room.report(seal, IncidentKind.LOSS, "丢失", effective_at=AT - timedelta(hours=1))
    assert usekit.code(desk.stamp, request) == "E_SEAL_LOST"


def test_a_misuse_names_who_stamped(desk, seal):
    request, _ = desk.stamped()
    with seals(desk.bureau, "office") as room:
        incident = room.report(seal, IncidentKind.MISUSE, "超范围用印", use=request.id)
    assert incident.involved == {
        "custodian": person("custodian"),
        "applicant": person("handler"),
        "approvers": [person("head"), person("leader")],
        "operator": person("custodian"),
    }
