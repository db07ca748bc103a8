"""People, their roles, who stands in for whom, and who keeps all that."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

import bureaukit
from bureaukit import BUREAU, ISSUING, OFFICE, PLANNING, person
from govseal.errors import NotAuthorized, Refused, RegistryError
from govseal.registry import tables
from govseal.registry.people import acting_for, check_password
from govseal.registry.people.records import insert_role
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


def kinds(record):
    return [event.kind for event in record.events]


def authorities(bureau, who, roles, **place):
    """By what somebody may decide now."""
    with bureau.acting(person(who)) as b, b.call("test.look", writes=False) as call:
        found = acting_for(call, roles, **place)
    return [(authority.role, authority.on_behalf_of) for authority in found]


# The first administrator.


def test_the_first_unit_and_its_administrator(open_bureau, database_url):
    opened = open_bureau(database_url)
    made = opened.set_up(
        "某市行政审批服务管理局",
        administrator="管理员",
        level="city",
        kinds=["management", "using"],
        department="办公室",
        account="admin@portal",
    )
    assert made.organization.legal_name == "某市行政审批服务管理局"
    assert made.administrator.account == "admin@portal"
    with opened.acting(made.administrator) as b:
        clerk = b.people.add("经办人", organization=made.organization.id)
        b.people.grant(clerk.id, Role.SECTION_HANDLER, organization=made.organization.id)
        assert [each.id for each in b.people.find(role=Role.ADMINISTRATOR)] == [
            made.administrator.id
        ]
        # Other units of the registry are the first administrator's to found, too.
        b.organizations.create("某县行政审批局", level="county", kinds=["using"])
    again = {"administrator": "他人", "level": "city", "kinds": ["using"]}
    assert code(opened.set_up, "另一局", **again) == "E_SET_UP"
    with opened.database.begin() as connection:
        first = connection.execute(
            sa.select(tables.audit_events).order_by(tables.audit_events.c.sequence)
        ).first()
    assert (first.action, first.actor, first.strength) == ("registry.set_up", None, "system")


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        ({"administrator": ""}, "E_NAME"),
        ({"uscc": "1"}, "E_CREDIT_CODE"),
        ({"region_code": "x"}, "E_REGION_CODE"),
        ({"department": "\n"}, "E_NAME"),
    ],
)
def test_a_set_up_that_is_wrong_leaves_nothing(open_bureau, sqlite_url, words, refused):
    opened = open_bureau(sqlite_url)
    plain = {"administrator": "管理员", "level": "city", "kinds": ["using"]}
    assert code(opened.set_up, "某局", **{**plain, **words}) == refused
    opened.set_up("某局", **plain)


def test_nobody_sets_up_where_there_are_people(bureau):
    words = {"administrator": "他人", "level": "city", "kinds": ["using"]}
    assert code(bureau.set_up, "另一局", **words) == "E_SET_UP"


def test_two_who_set_up_at_once(open_bureau, database_url):
    opened = open_bureau(database_url)

    def set_up(number: int) -> str:
        words = {"administrator": "管理员", "level": "city", "kinds": ["using"]}
        try:
            opened.set_up(f"第{number}局", **words)
        except Refused as refused:
            return refused.code
        return "done"

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(set_up, range(4)))
    assert sorted(results) == ["E_SET_UP", "E_SET_UP", "E_SET_UP", "done"]


# People.


def test_a_name_may_have_characters_newer_than_this_python(bureau):
    """GB 18030-2022 has Han characters that are in people's names and in no older list."""
    with bureau.acting(person("administrator")) as b:
        made = b.people.add("张\U0002ebf0", organization=BUREAU)
        assert b.people.get(made.id).name == "张\U0002ebf0"
        assert code(b.people.add, "张\U0002ffff", organization=BUREAU) == "E_NAME"


def test_a_person_comes_moves_and_leaves(any_bureau, clock):
    with any_bureau.acting(person("administrator")) as b:
        made = b.people.add(
            "新人", organization=BUREAU, department=PLANNING, account="n1", contact="2021"
        )
        assert (made.department, made.password_changed_at) == (PLANNING, None)
        assert kinds(made) == ["person.added"]
        b.people.grant(made.id, Role.SECTION_HEAD, organization=BUREAU, department=PLANNING)
        b.people.grant(made.id, Role.SEAL_MAKER, organization=BUREAU)
        clock.forward(days=1)
        # Who moves to another department is head of the old one no more.
        moved = b.people.move(made.id, department=OFFICE)
        assert moved.department == OFFICE
        assert [held.role for held in b.people.roles(made.id)] == [Role.SEAL_MAKER]
        before = b.people.roles(made.id, at=clock.now - DAY / 2)
        assert {held.role for held in before} == {Role.SECTION_HEAD, Role.SEAL_MAKER}
        assert [each.id for each in b.people.find(account="n1")] == [made.id]
        clock.forward(days=1)
        gone = b.people.leave(made.id)
        assert gone.inactive_from == clock.now
        assert b.people.roles(made.id) == ()
        assert b.people.find(account="n1") == ()
        assert b.people.get(made.id).name == "新人"
        assert code(b.people.leave, made.id) == "E_PERSON"
        refused = code(b.people.grant, made.id, Role.SEAL_MAKER, organization=BUREAU)
        assert refused == "E_PERSON"
    with any_bureau.acting(made.id) as b, pytest.raises(NotAuthorized) as nobody:
        b.people.get(made.id)
    assert nobody.value.code == "E_PERSON"


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        ({"name": " "}, "E_NAME"),
        ({"name": "a\x00b"}, "E_NAME"),
        ({"account": "taken"}, "E_ACCOUNT"),
        ({"account": ""}, "E_NAME"),
        ({"department": "dep-nowhere"}, "E_NOT_FOUND"),
        ({"organization": "org-nowhere"}, "E_NOT_AUTHORIZED"),
    ],
)
def test_a_person_who_is_not_added(admin, words, refused):
    admin.people.add("某人", organization=BUREAU, account="taken")
    plain = {"name": "新人", "organization": BUREAU}
    assert code(admin.people.add, **{**plain, **words}) == refused


def test_a_department_of_another_unit(admin):
    below = admin.organizations.create("乙局", level="county", kinds=["using"], parent=BUREAU)
    department = admin.organizations.add_department(below.id, "办公室")
    refused = code(admin.people.add, "新人", organization=BUREAU, department=department.id)
    assert refused == "E_DEPARTMENT"
    assert code(admin.people.move, person("head"), department=department.id) == "E_DEPARTMENT"


@pytest.mark.parametrize("who", ["principal", "secretary", "office", "maker", "operator"])
def test_only_administrators_keep_people(bureau, who):
    with bureau.acting(person(who)) as b:
        steps = (
            lambda: b.people.add("新人", organization=BUREAU),
            lambda: b.people.move(person("head"), department=OFFICE),
            lambda: b.people.leave(person("head")),
            lambda: b.people.grant(person("head"), Role.SEAL_MAKER, organization=BUREAU),
        )
        for step in steps:
            assert code(step) == "E_NOT_AUTHORIZED"


# Roles.


def test_a_role_has_a_place_and_a_time(bureau, admin, clock):
    granted = admin.people.grant(
        person("head"),
        "supervising_leader",
        organization=BUREAU,
        matters=("A01", "A02"),
        since=clock.now + DAY,
        until=clock.now + 3 * DAY,
    )
    assert granted.authorized_by == person("administrator")
    assert kinds(granted) == ["role.granted"]
    leader = (Role.SUPERVISING_LEADER,)
    assert authorities(bureau, "head", leader, matter="A01") == []
    clock.forward(days=1)
    assert authorities(bureau, "head", leader, matter="A01") == [(leader[0], None)]
    assert authorities(bureau, "head", leader, matter="B07") == []
    assert authorities(bureau, "head", leader, organization="org-other") == []
    clock.forward(days=2)
    assert authorities(bureau, "head", leader, matter="A01") == []
    assert code(admin.people.revoke, granted.id) == "E_PERIOD"


def test_a_role_that_is_revoked_ends_at_once(bureau, admin, clock):
    granted = admin.people.grant(person("head"), Role.SEAL_MAKER, organization=BUREAU)
    clock.forward(minutes=1)
    revoked = admin.people.revoke(granted.id)
    assert revoked.until == clock.now
    assert kinds(revoked) == ["role.revoked"]
    assert authorities(bureau, "head", (Role.SEAL_MAKER,)) == []
    coming = admin.people.grant(
        person("head"), Role.SEAL_MAKER, organization=BUREAU, since=clock.now + DAY
    )
    assert admin.people.revoke(coming.id).until == coming.since
    clock.forward(days=1)
    assert authorities(bureau, "head", (Role.SEAL_MAKER,)) == []


@pytest.mark.req("R-JC29S-02b")
@pytest.mark.parametrize(
    ("words", "refused"),
    [
        ({"role": Role.COUNTY_HEAD}, "E_ORG_KIND"),
        ({"role": Role.SERVICE_SUPERVISOR}, "E_ORG_KIND"),
        ({"person": person("administrator")}, "E_OWN_RIGHTS"),
        ({"person": person("administrator"), "role": Role.PRINCIPAL_LEADER}, "E_OWN_RIGHTS"),
        ({"role": Role.AUTHORISED_PARTY_MEMBER}, "E_NOT_AUTHORIZED"),
        ({"organization": None}, "E_NOT_AUTHORIZED"),
        ({"role": Role.ADMINISTRATOR, "organization": None}, "E_NOT_AUTHORIZED"),
        ({"department": "dep-nowhere"}, "E_NOT_FOUND"),
        ({"matters": ()}, "E_MATTER"),
        ({"person": "per-nobody"}, "E_NOT_FOUND"),
        ({"since": bureaukit.SINCE}, "E_PERIOD"),
        ({"until": bureaukit.SINCE}, "E_PERIOD"),
    ],
)
def test_a_role_that_is_not_given(admin, words, refused):
    plain = {"person": person("handler"), "role": Role.SEAL_MAKER, "organization": BUREAU}
    assert code(admin.people.grant, **{**plain, **words}) == refused


@pytest.mark.req("R-JC29S-02b")
def test_reviewers_are_of_management_departments(admin):
    below = admin.organizations.create("乙局", level="county", kinds=["using"], parent=BUREAU)
    clerk = admin.people.add("新人", organization=below.id)
    reviewer = Role.SEAL_MANAGEMENT_DEPT_REVIEWER
    assert code(admin.people.grant, clerk.id, reviewer, organization=below.id) == "E_ORG_KIND"
    granted = admin.people.grant(person("head"), reviewer, organization=BUREAU)
    assert granted.role is reviewer
    # Nobody has a role in a unit that he is not of.
    stranger = code(admin.people.grant, clerk.id, Role.CUSTODIAN, organization=BUREAU)
    assert stranger == "E_PERSON"


def test_an_administrator_does_not_reach_beyond_his_unit(bureau, admin):
    with bureau.database.begin() as connection:
        insert_role(
            connection,
            person=person("maker"),
            role=Role.ADMINISTRATOR,
            organization=None,
            since=bureaukit.SINCE,
        )
    with bureau.acting(person("maker")) as chief:
        other = chief.organizations.create("甲局", level="city", kinds=["using"])
        stranger = chief.people.add("外人", organization=other.id)
        granted = chief.people.grant(stranger.id, Role.CUSTODIAN, organization=other.id)
        everywhere = chief.people.grant(stranger.id, Role.SUPERVISION_AUDITOR, organization=None)
        assert everywhere.organization is None
        refused = code(chief.people.grant, stranger.id, Role.CUSTODIAN, organization=None)
        assert refused == "E_ORG_KIND"
        words = {"organization": None, "department": PLANNING}
        refused = code(chief.people.grant, stranger.id, Role.SUPERVISION_AUDITOR, **words)
        assert refused == "E_DEPARTMENT"
    for step in (
        lambda: admin.people.grant(stranger.id, Role.SEAL_MAKER, organization=other.id),
        lambda: admin.people.revoke(granted.id),
        lambda: admin.people.revoke(everywhere.id),
        lambda: admin.people.leave(stranger.id),
    ):
        assert code(step) == "E_NOT_AUTHORIZED"


def test_the_last_administrator_stays(admin, clock):
    own = next(
        held
        for held in admin.people.roles(person("administrator"))
        if held.role is Role.ADMINISTRATOR
    )
    assert code(admin.people.revoke, own.id) == "E_LAST_ADMINISTRATOR"
    assert code(admin.people.leave, person("administrator")) == "E_LAST_ADMINISTRATOR"
    admin.people.grant(person("office"), Role.ADMINISTRATOR, organization=BUREAU)
    clock.forward(minutes=1)
    admin.people.leave(person("administrator"))
    assert code(admin.people.add, "新人", organization=BUREAU) == "E_PERSON"


def test_two_administrators_who_revoke_each_other(any_bureau, clock):
    with any_bureau.acting(person("administrator")) as b:
        other = b.people.grant(person("office"), Role.ADMINISTRATOR, organization=BUREAU)
        (own,) = b.people.roles(person("administrator"))
    clock.forward(minutes=1)

    def revoke(who: str, assignment: str) -> str:
        try:
            with any_bureau.acting(person(who)) as b:
                b.people.revoke(assignment)
        except RegistryError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(2) as pool:
        steps = [
            pool.submit(revoke, "administrator", other.id),
            pool.submit(revoke, "office", own.id),
        ]
        results = sorted(step.result() for step in steps)
    assert results[1] == "done"
    # Whoever came second is an administrator no more, or finds that nobody would be left.
    assert results[0] in {"E_NOT_AUTHORIZED", "E_LAST_ADMINISTRATOR", "database_busy"}
    with any_bureau.acting(person("handler")) as b:
        assert len(b.people.find(role=Role.ADMINISTRATOR)) == 1


@pytest.mark.req("R-JC10-YZ-4.2.2(1)")
def test_a_party_member_is_authorised_by_the_secretary_for_a_time(bureau, clock):
    with bureau.acting(person("secretary")) as b:
        refused = code(b.people.grant, person("leader"), PARTY[1], organization=BUREAU)
        assert refused == "E_PERIOD"
        granted = b.people.grant(
            person("leader"), PARTY[1], organization=BUREAU, until=clock.now + 30 * DAY
        )
        assert granted.authorized_by == person("secretary")
        assert authorities(bureau, "leader", PARTY) == [(PARTY[1], None)]
        clock.forward(days=1)
        # The secretary gives this role alone, and takes it back.
        other = code(b.people.grant, person("leader"), Role.CUSTODIAN, organization=BUREAU)
        assert other == "E_NOT_AUTHORIZED"
        b.people.revoke(granted.id)
    assert authorities(bureau, "leader", PARTY) == []


# Passwords.


@pytest.mark.req("R-HLJ-14a")
def test_a_password_that_is_too_old_keeps_its_person_from_stamping(bureau, clock):
    with bureau.acting(person("custodian")) as b:
        changed = b.people.password_changed().password_changed_at
        assert changed == clock.now
        clock.forward(days=90)
        with b.call("test.step") as call:
            check_password(call)
        clock.forward(days=1)
        with pytest.raises(Refused) as refused, b.call("test.step") as call:
            check_password(call)
        assert refused.value.code == "E_PASSWORD_EXPIRED"
        b.people.password_changed()
        with b.call("test.step") as call:
            check_password(call)


def test_who_has_no_password_here_is_known_elsewhere(bureau, admin, clock):
    made = admin.people.add("新人", organization=BUREAU, department=ISSUING)
    clock.forward(days=400)
    with bureau.acting(made.id) as b, b.call("test.step") as call:
        check_password(call)
