"""Who stands in for whom (代其主持工作), for how long, and for the Party seal only when told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bureaukit import BUREAU, PLANNING, person
from govseal.errors import Refused
from govseal.registry.people import acting_for
from govseal.registry.policy import read_policy
from govseal.registry.vocabulary import Role

DAY = timedelta(days=1)
HEADS = (Role.SECTION_HEAD,)
PARTY = (Role.PARTY_SECRETARY, Role.AUTHORISED_PARTY_MEMBER)


@pytest.fixture
def admin(bureau):
    """Acts as the administrator of the bureau."""
    with bureau.acting(person("administrator")) as b:
        yield b


def code(step, *arguments, **options) -> str:
    with pytest.raises(Refused) as refused:
        step(*arguments, **options)
    return refused.value.code


def authorities(bureau, who, roles, **place):
    """By what somebody may decide now."""
    with bureau.acting(person(who)) as b, b.call("test.look", writes=False) as call:
        found = acting_for(call, roles, **place)
    return [(authority.role, authority.on_behalf_of) for authority in found]


@pytest.mark.req("R-JC10-WC-2")
def test_a_stand_in_decides_for_a_time(any_bureau, clock):
    with any_bureau.acting(person("head")) as b:
        named = b.people.name_stand_in(
            person("office-head"),
            since=clock.now + DAY,
            until=clock.now + 3 * DAY,
            contact="2021",
            reason="外出",
        )
        assert named.principal == person("head")
        assert [event.kind for event in named.events] == ["stand_in.named"]
    place = {"organization": BUREAU, "department": PLANNING}
    assert authorities(any_bureau, "office-head", HEADS, **place) == []
    clock.forward(days=1)
    found = [(Role.SECTION_HEAD, person("head"))]
    assert authorities(any_bureau, "office-head", HEADS, **place) == found
    # In his own department it is his own role that counts first.
    own = authorities(any_bureau, "office-head", HEADS)
    assert own == [(Role.SECTION_HEAD, None), (Role.SECTION_HEAD, person("head"))]
    clock.forward(days=2)
    assert authorities(any_bureau, "office-head", HEADS, **place) == []


@pytest.mark.req("R-JC10-WC-2")
def test_a_stand_in_stands_in_for_nobody_else(bureau, clock):
    until = clock.now + DAY
    with bureau.acting(person("head")) as b:
        b.people.name_stand_in(person("handler"), until=until)
    with bureau.acting(person("handler")) as b:
        b.people.name_stand_in(person("office"), until=until)
    assert authorities(bureau, "handler", HEADS) == [(Role.SECTION_HEAD, person("head"))]
    assert authorities(bureau, "office", HEADS) == []


@pytest.mark.req("R-JC10-WC-2", "R-JC10-YZ-4.2.2(1)")
def test_for_the_party_seal_the_secretary_authorises_the_stand_in(bureau, clock):
    until = clock.now + 5 * DAY
    with bureau.acting(person("secretary")) as secretary:
        secretary.people.grant(person("leader"), PARTY[1], organization=BUREAU, until=until)
        with bureau.acting(person("leader")) as b:
            named = b.people.name_stand_in(person("office-head"), until=until)
            assert code(b.people.authorize_stand_in, named.id) == "E_NOT_AUTHORIZED"
        # The stand-in decides on what is the leader's, but not on the Party's seal.
        leader = (Role.SUPERVISING_LEADER,)
        assert authorities(bureau, "office-head", leader) == [(leader[0], person("leader"))]
        assert authorities(bureau, "office-head", PARTY) == []
        authorised = secretary.people.authorize_stand_in(named.id)
        assert authorised.authorized_by == person("secretary")
        assert authorities(bureau, "office-head", PARTY) == [(PARTY[1], person("leader"))]
        # Whom the secretary names himself is authorised by that.
        secretary.people.name_stand_in(person("principal"), until=until)
        assert authorities(bureau, "principal", PARTY) == [(PARTY[0], person("secretary"))]
        clock.now = until
        assert code(secretary.people.authorize_stand_in, named.id) == "E_PERIOD"


@pytest.mark.req("R-JC10-WC-2")
@pytest.mark.parametrize(
    ("words", "refused"),
    [
        ({"stand_in": person("head")}, "E_STAND_IN"),
        ({"stand_in": "per-nobody"}, "E_NOT_FOUND"),
        ({"until": timedelta()}, "E_PERIOD"),
        ({"since": -DAY}, "E_PERIOD"),
        ({"since": 3 * DAY}, "E_PERIOD"),
        ({"until": 400 * DAY}, "E_PERIOD"),
        ({"principal": person("leader")}, "E_NOT_AUTHORIZED"),
        ({"contact": ""}, "E_NAME"),
    ],
)
def test_a_stand_in_who_is_not_named(bureau, clock, words, refused):
    plain = {"stand_in": person("handler"), "until": 2 * DAY, **words}
    times = {name: clock.now + plain.pop(name) for name in ("since", "until") if name in plain}
    with bureau.acting(person("head")) as b:
        assert code(b.people.name_stand_in, **plain, **times) == refused


@pytest.mark.req("R-JC10-WC-2")
def test_the_stand_in_is_of_the_same_unit(bureau, admin, clock):
    below = admin.organizations.create("乙局", level="county", kinds=["using"], parent=BUREAU)
    stranger = admin.people.add("外人", organization=below.id)
    with bureau.acting(person("head")) as b:
        until = clock.now + DAY
        assert code(b.people.name_stand_in, stranger.id, until=until) == "E_STAND_IN"


@pytest.mark.req("R-JC10-WC-2")
def test_the_principal_leader_names_one_for_somebody_who_cannot(bureau, admin, clock):
    until = clock.now + DAY
    with bureau.acting(person("principal")) as b:
        named = b.people.name_stand_in(person("handler"), principal=person("head"), until=until)
        own = code(
            b.people.name_stand_in, person("principal"), principal=person("head"), until=until
        )
        assert own == "E_OWN_RIGHTS"
    # An administrator names nobody: it would be a way to rights of one's own.
    refused = code(
        admin.people.name_stand_in, person("handler"), principal=person("head"), until=until
    )
    assert refused == "E_NOT_AUTHORIZED"
    with bureau.acting(person("maker")) as b:
        assert code(b.people.end_stand_in, named.id) == "E_NOT_AUTHORIZED"
    clock.forward(minutes=1)
    with bureau.acting(person("head")) as b:
        ended = b.people.end_stand_in(named.id)
        assert ended.until == clock.now
        assert code(b.people.end_stand_in, named.id) == "E_PERIOD"
        assert b.people.substitutions(person("head")) == b.people.substitutions(person("handler"))
    assert authorities(bureau, "handler", HEADS) == []


def test_nobody_stands_in_for_whoever_has_left(bureau, admin, clock):
    with bureau.acting(person("head")) as b:
        b.people.name_stand_in(person("handler"), until=clock.now + 9 * DAY)
    clock.forward(days=1)
    admin.people.leave(person("head"))
    assert authorities(bureau, "handler", HEADS) == []
    (ended,) = admin.people.substitutions(person("handler"))
    assert ended.until == clock.now


def with_switch(bureau, name: str, value: str) -> None:
    """From here on the bureau decides one switch in its own way."""
    text = f'extends = "jincheng"\nname = "own"\n[switches]\n{name} = {{ value = {value}, '
    bureau.profile = read_policy((text + 'clause = "本单位规定, 第一条" }\n').encode())


def test_what_is_a_switch_can_be_off(bureau, admin, clock):
    until = clock.now + 9 * DAY
    with_switch(bureau, "administrator_raises_not_himself", "false")
    granted = admin.people.grant(person("administrator"), Role.SEAL_OFFICE, organization=BUREAU)
    assert granted.person == granted.authorized_by
    with bureau.acting(person("secretary")) as b:
        b.people.grant(person("leader"), PARTY[1], organization=BUREAU, until=until)
    with bureau.acting(person("leader")) as b:
        b.people.name_stand_in(person("handler"), until=until)
    assert authorities(bureau, "handler", PARTY) == []
    with_switch(bureau, "party_seal_stand_in_needs_secretary", "false")
    assert authorities(bureau, "handler", PARTY) == [(PARTY[1], person("leader"))]


def test_a_profile_may_know_no_stand_ins(bureau, clock):
    until = clock.now + 9 * DAY
    with bureau.acting(person("head")) as b:
        b.people.name_stand_in(person("handler"), until=until)
        with_switch(bureau, "substitution_allowed", "false")
        with pytest.raises(Refused) as refused:
            b.people.name_stand_in(person("handler"), until=until)
    assert (refused.value.code, refused.value.clause) == ("E_STAND_IN", "本单位规定, 第一条")
    assert authorities(bureau, "handler", HEADS) == []
