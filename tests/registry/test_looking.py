"""Who may look at the seals of which unit."""

from __future__ import annotations

import pytest

import bureaukit
from bureaukit import BUREAU, person
from govseal.errors import NotAuthorized
from govseal.registry import tables
from govseal.registry.people import looks, may_look, supervises
from govseal.registry.people.records import insert_person, insert_role
from govseal.registry.vocabulary import Role

# unit: (kinds, region)
UNITS = {
    "org-city-a": (["city_unit"], "360700"),
    "org-city-b": (["city_unit"], "360700"),
    "org-xinfeng": (["county_unit"], "360722"),
    "org-dayu": (["county_unit"], "360723"),
    "org-xinfeng-service": (["supervising"], "360722"),
    "org-province": (["management"], "360000"),
    "org-elsewhere": (["county_unit"], "140502"),
    "org-nowhere": (["county_unit"], None),
}


@pytest.fixture
def ganzhou(bureau):
    """Two units of a city, two counties, and who supervises them."""
    with bureau.database.begin() as connection:
        for id_, (kinds, region) in UNITS.items():
            connection.execute(
                tables.organizations.insert().values(
                    id=id_,
                    legal_name=id_,
                    region_code=region,
                    level="county",
                    kinds=kinds,
                    state="active",
                    active_from=bureaukit.SINCE,
                )
            )
    return bureau


def somebody(bureau, role, organization, *, place="same"):
    """A person of a unit with a role, which reaches the unit or every one."""
    with bureau.database.begin() as connection:
        id_ = insert_person(
            connection, name=role, organization=organization, active_from=bureaukit.SINCE
        )
        insert_role(
            connection,
            person=id_,
            role=role,
            organization=organization if place == "same" else None,
            since=bureaukit.SINCE,
        )
    return id_


def seen(bureau, who):
    """Where somebody may look, of the units as owners."""
    with bureau.acting(who) as b, b.call("test.look", writes=False) as call:
        return {unit for unit in (*UNITS, BUREAU) if looks(call, owner=unit)}


def may(bureau, who, owner, using):
    with bureau.acting(who) as b, b.call("test.look", writes=False) as call:
        return looks(call, owner=owner, using=using)


@pytest.mark.req("R-GZ-2.4a")
def test_inspectors_of_a_city_unit_see_its_seals_wherever_they_are_used(ganzhou):
    for role in (Role.CITY_UNIT_INSPECTOR, Role.CITY_UNIT_ADMIN):
        who = somebody(ganzhou, role, "org-city-a")
        assert seen(ganzhou, who) == {"org-city-a"}
        assert may(ganzhou, who, "org-city-a", "org-xinfeng")
        assert not may(ganzhou, who, "org-city-b", "org-xinfeng")
        # What the county does with its own seals is not the city's.
        assert not may(ganzhou, who, "org-xinfeng", "org-xinfeng")


@pytest.mark.req("R-GZ-2.4a")
def test_what_may_not_be_looked_at_is_refused(ganzhou):
    who = somebody(ganzhou, Role.CITY_UNIT_INSPECTOR, "org-city-a")
    with ganzhou.acting(who) as b, b.call("test.look", writes=False) as call:
        may_look(call, owner="org-city-a", using="org-dayu")
        with pytest.raises(NotAuthorized) as refused:
            may_look(call, owner="org-city-b", using="org-dayu")
    assert refused.value.code == "E_NOT_AUTHORIZED"


@pytest.mark.req("R-GZ-5.1")
def test_a_supervisor_sees_his_region(ganzhou):
    county = somebody(ganzhou, Role.SERVICE_SUPERVISOR, "org-xinfeng-service")
    assert seen(ganzhou, county) == {"org-xinfeng", "org-xinfeng-service"}
    assert may(ganzhou, county, "org-city-a", "org-xinfeng")
    assert not may(ganzhou, county, "org-city-a", "org-dayu")
    nowhere = somebody(ganzhou, Role.SERVICE_SUPERVISOR, "org-nowhere")
    assert seen(ganzhou, nowhere) == {"org-nowhere"}


@pytest.mark.req("R-HLJ-03")
def test_the_province_sees_the_province(ganzhou):
    admin = somebody(ganzhou, Role.PROVINCE_ADMIN, "org-province")
    assert seen(ganzhou, admin) == set(UNITS) - {"org-elsewhere", "org-nowhere"}
    everywhere = somebody(ganzhou, Role.PROVINCE_ADMIN, "org-province", place="every")
    assert seen(ganzhou, everywhere) == {*UNITS, BUREAU}
    with ganzhou.acting(admin) as b, b.call("test.look", writes=False) as call:
        assert supervises(call, "org-dayu")
        assert not supervises(call, "org-elsewhere")
    with ganzhou.acting(person("principal")) as b, b.call("test.look") as call:
        assert not supervises(call, BUREAU)


def test_people_of_a_unit_see_their_own(ganzhou):
    assert seen(ganzhou, person("auditor")) == {BUREAU}
    assert seen(ganzhou, person("custodian")) == {BUREAU}
    head = somebody(ganzhou, Role.COUNTY_HEAD, "org-xinfeng")
    assert seen(ganzhou, head) == {"org-xinfeng"}
    assert may(ganzhou, head, "org-city-a", "org-xinfeng")
    assert not may(ganzhou, head, "org-city-a", "org-dayu")
    auditor = somebody(ganzhou, Role.SUPERVISION_AUDITOR, "org-province", place="every")
    assert seen(ganzhou, auditor) == {*UNITS, BUREAU}


@pytest.mark.req("R-JC29L-27")
def test_the_people_of_a_unit_are_known_to_those_who_deal_with_it(ganzhou):
    head = somebody(ganzhou, Role.COUNTY_HEAD, "org-xinfeng")
    supervisor = somebody(ganzhou, Role.SERVICE_SUPERVISOR, "org-xinfeng-service")
    machine = somebody(ganzhou, Role.RELYING_SYSTEM, "org-xinfeng", place="every")
    with ganzhou.acting(supervisor) as b:
        assert b.people.get(head).id == head
        assert {each.id for each in b.people.find()} == {head, supervisor, machine}
        with pytest.raises(NotAuthorized):
            b.people.roles(person("head"))
    with ganzhou.acting(machine) as b:
        assert b.people.get(machine).id == machine
        assert b.people.find() == ()
        for ask in (b.people.get, b.people.roles, b.people.substitutions, b.people.certificates):
            with pytest.raises(NotAuthorized):
                ask(head)
    with ganzhou.acting(person("handler")) as b:
        assert {each.organization for each in b.people.find()} == {BUREAU}


@pytest.mark.parametrize(
    "role", [Role.PLATFORM_OPERATOR, Role.SECTION_HANDLER, Role.RELYING_SYSTEM]
)
def test_roles_that_do_not_look(ganzhou, role):
    assert seen(ganzhou, somebody(ganzhou, role, "org-xinfeng")) == set()
    assert seen(ganzhou, somebody(ganzhou, role, "org-xinfeng", place="every")) == set()
