"""Units are founded, renamed, merged, abolished; what they were is not forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

import bureaukit
from bureaukit import BUREAU, BUREAU_NAME, PLANNING
from govseal.errors import NotAuthorized, Refused, RegistryError
from govseal.registry import tables
from govseal.registry.organizations import check_organization, name_at
from govseal.registry.people.records import insert_role
from govseal.registry.policy import load_policy
from govseal.registry.vocabulary import Level, OrganizationKind, OrganizationState, Role
from govseal.testing.codes import invented_credit_code

DAY = timedelta(days=1)
PAPER = "市编委〔2026〕1号"


def keeper(bureau, role=Role.ADMINISTRATOR, organization=None, who="operator"):
    """Somebody who has a role in every unit."""
    with bureau.database.begin() as connection:
        insert_role(
            connection,
            person=bureaukit.person(who),
            role=role,
            organization=organization,
            since=bureaukit.SINCE,
        )


@pytest.fixture
def chief(bureau):
    """Acts as the administrator of all units."""
    keeper(bureau, who="reviewer")
    with bureau.acting(bureaukit.person("reviewer")) as b:
        yield b


@pytest.fixture
def admin(bureau):
    """Acts as the administrator of the bureau alone."""
    with bureau.acting(bureaukit.person("administrator")) as b:
        yield b


def code(step, *arguments, **options) -> str:
    with pytest.raises(Refused) as refused:
        step(*arguments, **options)
    return refused.value.code


def checked(bureau, organization, *, named_at=None, at=None):
    """What the check before stamping says: a code, or nothing."""
    with bureau.acting(bureaukit.person("custodian")) as b, b.call("test.look") as call:
        if at is not None:
            call.at = at
        try:
            check_organization(call, organization, named_at=named_at)
        except Refused as refused:
            return refused.code, refused.clause
    return None


def kinds(record):
    return [event.kind for event in record.events]


def test_a_unit_below_is_founded_and_inherits_the_profile(any_bureau):
    with any_bureau.acting(bureaukit.person("administrator")) as b:
        made = b.organizations.create(
            "某区行政审批服务管理局",
            level=Level.COUNTY,
            kinds=["using", OrganizationKind.ISSUING],
            parent=BUREAU,
            uscc=invented_credit_code("140502"),
            region_code="140502",
        )
        assert made.legal_name == "某区行政审批服务管理局"
        assert made.kinds == {OrganizationKind.USING, OrganizationKind.ISSUING}
        assert (made.state, made.parent) == (OrganizationState.ACTIVE, BUREAU)
        assert kinds(made) == ["organization.created"]
        assert b.organizations.get(made.id).uscc == made.uscc
        assert [unit.id for unit in b.organizations.find(parent=BUREAU)] == [made.id]
        (name,) = b.organizations.history(made.id)
        assert (name.name, name.until, name.basis) == (made.legal_name, None, None)


@pytest.mark.req("R-JC10-YZ-6.2")
def test_a_unit_below_inherits_the_profile_of_above(bureau, chief):
    above = chief.organizations.create("甲市某局", level="city", kinds=["city_unit"])
    chief.organizations.set_profile(above.id, "ganzhou")
    below = chief.organizations.create("乙县某局", level="county", kinds=["using"], parent=above.id)
    other = chief.organizations.create("丙县某局", level="county", kinds=["using"], parent=BUREAU)
    with bureau.database.begin() as connection:
        assert bureau.profile_of(connection, below.id).name == "ganzhou"
        assert bureau.profile_of(connection, other.id).name == "jincheng"
    assert chief.organizations.set_profile(above.id, None).profile is None
    with bureau.database.begin() as connection:
        assert bureau.profile_of(connection, below.id).name == "jincheng"


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        ({"legal_name": "  "}, "E_NAME"),
        ({"legal_name": "某局\u202e"}, "E_NAME"),
        ({"legal_name": "某" * 101}, "E_NAME"),
        ({"legal_name": BUREAU_NAME}, "E_ORG_NAME"),
        ({"uscc": "11140500MB0000000X"}, "E_CREDIT_CODE"),
        ({"region_code": "14050"}, "E_REGION_CODE"),
        ({"region_code": "14050２"}, "E_REGION_CODE"),
        ({"parent": "org-nowhere"}, "E_NOT_AUTHORIZED"),
        ({"parent": None}, "E_NOT_AUTHORIZED"),
    ],
)
def test_a_unit_that_is_not_founded(admin, words, refused):
    plain = {"legal_name": "某局", "level": "county", "kinds": ["using"], "parent": BUREAU}
    assert code(admin.organizations.create, **{**plain, **words}) == refused


@pytest.mark.parametrize("who", ["principal", "office", "handler", "maker", "operator"])
def test_only_administrators_keep_units(bureau, who):
    with bureau.acting(bureaukit.person(who)) as b:
        steps = (
            lambda: b.organizations.create("某局", level="city", kinds=["using"], parent=BUREAU),
            lambda: b.organizations.rename(BUREAU, "某局", basis=PAPER),
            lambda: b.organizations.abolish(BUREAU, basis=PAPER),
            lambda: b.organizations.add_department(BUREAU, "某科"),
            lambda: b.organizations.close_department(PLANNING),
            lambda: b.organizations.set_profile(BUREAU, "ganzhou"),
            lambda: b.organizations.set_rules(BUREAU, b""),
        )
        for step in steps:
            assert code(step) == "E_NOT_AUTHORIZED"


def test_an_administrator_keeps_his_unit_and_those_below_it_alone(bureau, chief, admin):
    other = chief.organizations.create("甲市某局", level="city", kinds=["using"])
    below = admin.organizations.create("乙县某局", level="county", kinds=["using"], parent=BUREAU)
    admin.organizations.add_department(below.id, "办公室")
    assert code(admin.organizations.add_department, other.id, "办公室") == "E_NOT_AUTHORIZED"
    assert code(admin.organizations.rename, other.id, "丙局", basis=PAPER) == "E_NOT_AUTHORIZED"
    merge = admin.organizations.merge
    assert code(merge, BUREAU, other.id, basis=PAPER) == "E_NOT_AUTHORIZED"


@pytest.mark.req("R-JC29S-15a")
def test_a_renamed_unit_does_not_stamp_with_its_old_name(any_bureau, clock):
    with any_bureau.acting(bureaukit.person("administrator")) as b:
        made_at = clock.now
        clock.forward(days=1)
        assert checked(any_bureau, BUREAU, named_at=made_at) is None
        renamed = b.organizations.rename(BUREAU, "晋城市数据和审批局", basis=PAPER)
        assert renamed.legal_name == "晋城市数据和审批局"
        assert kinds(renamed) == ["organization.renamed"]
        refused, clause = checked(any_bureau, BUREAU, named_at=made_at)
        assert refused == "E_ORG_CHANGED"
        assert clause == "晋市政办〔2022〕29号 电子印章, 第十五条"
        # A seal of the new name is none of that, and neither is who asks of no seal.
        assert checked(any_bureau, BUREAU, named_at=clock.now) is None
        assert checked(any_bureau, BUREAU) is None
        assert b.organizations.get(BUREAU, at=made_at).legal_name == BUREAU_NAME
        before, after = b.organizations.history(BUREAU)
        assert (before.name, before.until) == (BUREAU_NAME, clock.now)
        assert (after.name, after.since, after.basis) == (renamed.legal_name, clock.now, PAPER)
    with any_bureau.database.begin() as connection:
        assert name_at(connection, BUREAU, made_at) == BUREAU_NAME
        assert name_at(connection, BUREAU, bureaukit.SINCE - DAY) is None
        assert name_at(connection, "org-nowhere", made_at) is None
        assert name_at(connection, BUREAU, clock.now) == renamed.legal_name


@pytest.mark.req("R-JC29S-15a")
def test_a_name_of_the_future_takes_effect_by_itself(bureau, admin, clock):
    made_at, effect = clock.now, clock.now + 3 * DAY
    admin.organizations.rename(BUREAU, "新局", effective_at=effect, basis=PAPER)
    assert admin.organizations.get(BUREAU).legal_name == BUREAU_NAME
    assert admin.organizations.settle() == 0
    assert checked(bureau, BUREAU, named_at=made_at) is None
    clock.now = effect
    assert checked(bureau, BUREAU, named_at=made_at)[0] == "E_ORG_CHANGED"
    assert admin.organizations.get(BUREAU).legal_name == "新局"
    assert admin.organizations.settle() == 1
    assert admin.organizations.settle() == 0
    assert [unit.id for unit in admin.organizations.find(name=BUREAU_NAME)] == [BUREAU]
    assert [unit.id for unit in admin.organizations.find(name="新局")] == [BUREAU]


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        ({"legal_name": BUREAU_NAME}, "E_ORG_NAME"),
        ({"legal_name": "乙县某局"}, "E_ORG_NAME"),
        ({"legal_name": ""}, "E_NAME"),
        ({"basis": " "}, "E_BASIS_MISSING"),
        ({"effective_at": bureaukit.SINCE}, "E_EFFECTIVE_AT"),
        ({"effective_at": datetime(2020, 1, 1, tzinfo=UTC)}, "E_EFFECTIVE_AT"),
    ],
)
def test_a_unit_that_is_not_renamed(admin, words, refused):
    admin.organizations.create("乙县某局", level="county", kinds=["using"], parent=BUREAU)
    plain = {"legal_name": "丙局", "basis": PAPER}
    assert code(admin.organizations.rename, BUREAU, **{**plain, **words}) == refused
    assert admin.organizations.get(BUREAU).legal_name == BUREAU_NAME


def test_a_renaming_does_not_go_back_behind_the_last_one(admin, clock):
    effect = clock.now + DAY
    admin.organizations.rename(BUREAU, "乙局", effective_at=effect, basis=PAPER)
    for moment in (effect, clock.now):
        refused = code(admin.organizations.rename, BUREAU, "丙局", effective_at=moment, basis=PAPER)
        assert refused == "E_EFFECTIVE_AT"


@pytest.mark.req("R-HLJ-15b", "R-JC29S-15a")
def test_an_abolished_unit_stamps_no_more(any_bureau, clock):
    with any_bureau.acting(bureaukit.person("administrator")) as b:
        unit = b.organizations.create("乙县某局", level="county", kinds=["using"], parent=BUREAU)
        effect = clock.now + 2 * DAY
        ended = b.organizations.abolish(unit.id, effective_at=effect, basis=PAPER)
        assert kinds(ended) == ["organization.abolished"]
        assert ended.state is OrganizationState.ACTIVE
        assert checked(any_bureau, unit.id) is None
        clock.now = effect
        assert checked(any_bureau, unit.id)[0] == "E_ORG_INACTIVE"
        assert checked(any_bureau, unit.id, at=effect - DAY) is None
        assert b.organizations.get(unit.id).state is OrganizationState.ABOLISHED
        # Nothing is founded in it, and it does not end a second time.
        assert code(b.organizations.add_department, unit.id, "某科") == "E_ORG_INACTIVE"
        assert code(b.organizations.abolish, unit.id, basis=PAPER) == "E_ORG_INACTIVE"
        assert code(b.organizations.rename, unit.id, "丁局", basis=PAPER) == "E_ORG_INACTIVE"
        refused = code(
            b.organizations.create, "戊局", level="county", kinds=["using"], parent=unit.id
        )
        assert refused == "E_ORG_INACTIVE"
        # Its name is free again.
        b.organizations.create("乙县某局", level="county", kinds=["using"], parent=BUREAU)


@pytest.mark.req("R-JC29S-15a")
def test_a_merged_unit_names_its_successor(admin, bureau, clock):
    one, other = (
        admin.organizations.create(name, level="county", kinds=["using"], parent=BUREAU)
        for name in ("乙局", "丙局")
    )
    clock.forward(hours=1)
    assert code(admin.organizations.merge, one.id, one.id, basis=PAPER) == "E_SUCCESSOR"
    merged = admin.organizations.merge(one.id, other.id, basis=PAPER)
    assert (merged.state, merged.successor) == (OrganizationState.MERGED, other.id)
    assert checked(bureau, one.id)[0] == "E_ORG_INACTIVE"
    assert checked(bureau, other.id) is None
    assert code(admin.organizations.merge, other.id, one.id, basis=PAPER) == "E_ORG_INACTIVE"


def test_an_end_that_is_fixed_is_not_fixed_again(admin, clock):
    unit = admin.organizations.create("乙局", level="county", kinds=["using"], parent=BUREAU)
    early = code(admin.organizations.abolish, unit.id, effective_at=clock.now - DAY, basis=PAPER)
    assert early == "E_EFFECTIVE_AT"
    admin.organizations.abolish(unit.id, effective_at=clock.now + DAY, basis=PAPER)
    assert code(admin.organizations.abolish, unit.id, basis=PAPER) == "E_ORG_INACTIVE"


def insert_seal(bureau, id_, *, state="active", using=BUREAU):
    with bureau.database.begin() as connection:
        connection.execute(
            tables.seals.insert().values(
                id=id_,
                name="某章",
                type="legal_name",
                subtype="official",
                medium="electronic",
                owner_org=BUREAU,
                using_org=using,
                state=state,
                state_effective_at=bureaukit.SINCE,
                key=b"a key",
            )
        )


@pytest.mark.req("R-HLJ-15b", "R-JC29S-15a")
def test_the_seals_of_a_unit_are_told(bureau, admin, clock):
    insert_seal(bureau, "seal-1")
    insert_seal(bureau, "seal-2", state="suspended")
    insert_seal(bureau, "seal-3", state="cancelled")
    renamed = admin.organizations.rename(BUREAU, "新局", basis=PAPER)
    told = {e.subject: e.facts for e in renamed.events if e.kind == "seal.organization_changed"}
    assert set(told) == {"seal-1", "seal-2"}
    assert told["seal-1"]["change"] == "renamed"
    with bureau.database.begin() as connection:
        tasks = connection.execute(sa.select(tables.seal_tasks)).all()
    assert {(task.seal, task.kind) for task in tasks} == {
        ("seal-1", "cancel"),
        ("seal-1", "return_key"),
        ("seal-2", "cancel"),
        ("seal-2", "return_key"),
    }


def test_departments_come_and_go(admin):
    made = admin.organizations.add_department(BUREAU, "投资项目科")
    assert kinds(made) == ["department.created"]
    assert code(admin.organizations.add_department, BUREAU, "投资项目科") == "E_DEPARTMENT"
    assert code(admin.organizations.close_department, PLANNING) == "E_DEPARTMENT"  # people in it
    closed = admin.organizations.close_department(made.id)
    assert closed.inactive_from is not None
    assert code(admin.organizations.close_department, made.id) == "E_DEPARTMENT"
    names = [department.name for department in admin.organizations.departments(BUREAU)]
    assert names == sorted(["办公室", "证照发放科", "规划建设科", "投资项目科"])


OWN = """\
extends = "jincheng"
name = "own"
[switches]
approval_must_be_signed = { value = true, clause = "本单位规定, 第三条" }
"""


@pytest.mark.req("R-HLJ-14b")
def test_a_unit_makes_its_own_rules(any_bureau):
    with any_bureau.acting(bureaukit.person("administrator")) as b:
        assert not any_bureau.profile.is_on("approval_must_be_signed")
        unit = b.organizations.set_rules(BUREAU, OWN.encode())
        assert unit.profile == f"own@{BUREAU}"
        with b.call("test.look") as call:
            assert call.profile.is_on("approval_must_be_signed")
            assert call.profile.switch("approval_must_be_signed").clause == "本单位规定, 第三条"
        # Again: it is compared with what stands above the unit, not with its own rules.
        b.organizations.set_rules(BUREAU, OWN.replace("true", "false").encode())
        with b.call("test.look") as call:
            assert not call.profile.is_on("approval_must_be_signed")


@pytest.mark.req("R-HLJ-14b")
def test_a_units_own_rules_are_not_weaker(bureau, admin):
    weak = OWN.replace("approval_must_be_signed", "need_to_know").replace("true", "false")
    assert code(admin.organizations.set_rules, BUREAU, weak.encode()) == "E_POLICY_WEAKER"
    with pytest.raises(RegistryError) as refused:
        admin.organizations.set_rules(BUREAU, b"\xff")
    assert refused.value.code == "policy_invalid"
    with bureau.database.begin() as connection:
        assert bureau.profile_of(connection, BUREAU) == load_policy("jincheng")


def test_which_regulation_a_unit_follows_is_not_its_own_choice(admin, chief):
    below = admin.organizations.create("乙局", level="county", kinds=["using"], parent=BUREAU)
    assert code(admin.organizations.set_profile, BUREAU, "ganzhou") == "E_NOT_AUTHORIZED"
    assert admin.organizations.set_profile(below.id, "national-2025").profile == "national-2025"
    unknown = code(chief.organizations.set_profile, BUREAU, "../../etc/passwd")
    assert unknown == "E_PROFILE_UNKNOWN"


@pytest.mark.req("R-JC29L-24")
def test_roles_that_a_unit_lacks_are_open_points(bureau, admin):
    assert admin.organizations.open_points(BUREAU) == (Role.LICENCE_CONTACT,)
    keeper(bureau, Role.LICENCE_CONTACT, BUREAU, "handler")
    assert admin.organizations.open_points(BUREAU) == ()
    new = admin.organizations.create("乙局", level="county", kinds=["county_unit"], parent=BUREAU)
    assert set(admin.organizations.open_points(new.id)) == {Role.ADMINISTRATOR, Role.COUNTY_HEAD}


def test_what_was_refused_is_in_the_audit_log_and_nothing_else(bureau):
    with bureau.acting(bureaukit.person("handler")) as b, pytest.raises(NotAuthorized):
        b.organizations.rename(BUREAU, "某局", basis=PAPER)
    with bureau.database.begin() as connection:
        (row,) = connection.execute(sa.select(tables.audit_events)).all()
        assert not connection.execute(sa.select(tables.outbox)).all()
    assert (row.action, row.subject, row.result) == ("organizations.rename", BUREAU, "refused")
