"""What an administrator of one unit might try who wants a say in others."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bureaukit import BUREAU, SINCE, person
from govseal.registry import audit, tables
from govseal.registry.auditlog import AuditFilter
from govseal.registry.vocabulary import OrganizationKind, Role
from govseal.sm2 import sm3
from usekit import code

SMALL = "org-small"


@pytest.fixture
def small(bureau):
    """A unit below the bureau with an administrator of its own, who may do what he can."""
    with bureau.database.begin() as connection:
        connection.execute(
            tables.organizations.insert().values(
                id=SMALL,
                legal_name="某区某局",
                region_code="140502",
                level="county",
                kinds=["using"],
                parent=BUREAU,
                state="active",
                active_from=SINCE,
            )
        )
        connection.execute(
            tables.people.insert().values(
                id=person("small"), name="small", organization=SMALL, active_from=SINCE
            )
        )
        connection.execute(
            tables.role_assignments.insert().values(
                id="role-small",
                person=person("small"),
                role=Role.ADMINISTRATOR,
                organization=SMALL,
                since=SINCE,
            )
        )
    with bureau.acting(person("small")) as b:
        yield b


@pytest.mark.req("R-JC29S-02b")
@pytest.mark.parametrize(
    "stated",
    [
        {"level": "province"},
        {"kinds": ["management"]},
        {"kinds": ["using", OrganizationKind.SUPERVISING]},
        {"region_code": "140000"},
        {"region_code": "110101"},
    ],
)
def test_nobody_founds_a_unit_above_the_own_one(small, stated):
    usual = {"level": "county", "kinds": ["using"], "parent": SMALL, "region_code": "140502"}
    assert code(small.organizations.create, "新局", **{**usual, **stated}) == "E_ORG_KIND"
    assert small.organizations.create("新局", **usual).parent == SMALL
    assert (
        small.organizations.create("又一局", **{**usual, "region_code": None}).region_code is None
    )


@pytest.mark.req("R-JC29S-02b")
def test_a_power_over_a_region_needs_its_region(bureau):
    """Without a code a management department would be over everybody."""
    with bureau.acting(person("administrator")) as b:
        usual = {"level": "county", "kinds": ["management"], "parent": BUREAU}
        assert code(b.organizations.create, "某区局", **usual) == "E_ORG_KIND"
        assert b.organizations.create("某区局", **usual, region_code="140502").region_code


def test_a_unit_below_names_no_administrator_of_the_province(small):
    puppet = small.people.add("傀儡", organization=SMALL)
    refused = code(small.people.grant, puppet.id, Role.PROVINCE_ADMIN, organization=SMALL)
    assert refused == "E_NOT_AUTHORIZED"


def test_the_log_of_all_is_not_for_an_auditor_of_a_unit_below(small):
    puppet = small.people.add("傀儡", organization=SMALL)
    small.people.grant(puppet.id, Role.SUPERVISION_AUDITOR, organization=SMALL)
    with small.bureau.acting(puppet.id) as b:
        assert code(b.audit.read, AuditFilter()) == "E_NOT_AUTHORIZED"
        assert code(b.audit.export) == "E_NOT_AUTHORIZED"


def test_an_administrator_of_a_unit_below_forgets_nothing(small):
    assert code(small.audit.purge, before=datetime(2020, 1, 1, tzinfo=UTC)) == "E_NOT_AUTHORIZED"
    day = datetime(2000, 1, 1, tzinfo=UTC).date()
    assert code(small.ledger.purge, day, basis="令") == "E_NOT_AUTHORIZED"


@pytest.mark.req("R-JC10-BM-2/3")
@pytest.mark.parametrize("role", [Role.SECTION_HEAD, Role.SERVICE_SUPERVISOR])
def test_another_units_document_is_not_known_by_a_role_elsewhere(desk, small, role):
    _, stamped = desk.stamped()
    puppet = small.people.add("傀儡", organization=SMALL)
    desk.appoint("x", role, person=puppet.id, organization=SMALL)
    with small.bureau.acting(puppet.id) as b:
        assert code(b.documents.get, stamped.document) == "E_NEED_TO_KNOW"


def test_the_log_says_which_rules_a_unit_gave_itself(small):
    rules = b'extends = "jincheng"\nname = "own"\n'
    small.organizations.set_rules(SMALL, rules)
    with small.bureau.database.begin() as connection:
        *_, row = audit.read(connection, subject=SMALL)
    assert (row.action, row.facts["rules_sm3"]) == ("organizations.set_rules", sm3(rules).hex())
