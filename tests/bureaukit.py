"""The bureau that most tests work in, written straight into the tables: people who are roles."""

from __future__ import annotations

from datetime import UTC, datetime

from govseal.registry import Bureau, tables
from govseal.registry.tables.base import new_id
from govseal.registry.vocabulary import Role

SINCE = datetime(2022, 10, 1, tzinfo=UTC)
BUREAU = "org-bureau"
CITY, COUNTY = "org-city", "org-county"
BUREAU_NAME = "晋城市行政审批服务管理局"
OFFICE, ISSUING, PLANNING = "dep-office", "dep-issuing", "dep-planning"

# person: (department, roles)
PEOPLE: dict[str, tuple[str | None, tuple[Role, ...]]] = {
    "administrator": (OFFICE, (Role.ADMINISTRATOR,)),
    "handler": (PLANNING, (Role.SECTION_HANDLER, Role.SEAL_USING_UNIT_APPLICANT)),
    "head": (PLANNING, (Role.SECTION_HEAD,)),
    "issuing-head": (ISSUING, (Role.SECTION_HEAD, Role.LICENCE_ISSUING_SECTION)),
    "custodian": (ISSUING, (Role.CUSTODIAN, Role.LICENCE_ISSUING_SECTION)),
    "second-custodian": (ISSUING, (Role.CUSTODIAN,)),
    "office": (OFFICE, (Role.SEAL_OFFICE,)),
    "office-head": (OFFICE, (Role.OFFICE_HEAD, Role.SECTION_HEAD)),
    "leader": (None, (Role.SUPERVISING_LEADER,)),
    "principal": (None, (Role.PRINCIPAL_LEADER,)),
    "secretary": (None, (Role.PARTY_SECRETARY,)),
    "reviewer": (OFFICE, (Role.SEAL_MANAGEMENT_DEPT_REVIEWER,)),
    "maker": (OFFICE, (Role.SEAL_MAKER,)),
    "auditor": (OFFICE, (Role.SUPERVISION_AUDITOR,)),
    "operator": (OFFICE, (Role.PLATFORM_OPERATOR,)),
}


def person(name: str) -> str:
    """The id of a person of :data:`PEOPLE`."""
    return f"per-{name}"


def populate(bureau: Bureau) -> None:
    """The bureau of Jincheng with its departments and one person a role."""
    with bureau.database.begin() as connection:
        connection.execute(
            tables.organizations.insert().values(
                id=BUREAU,
                legal_name=BUREAU_NAME,
                uscc=None,
                region_code="140500",
                level="city",
                kinds=["management", "using", "issuing", "city_unit"],
                parent=None,
                profile=None,
                state="active",
                active_from=SINCE,
            )
        )
        connection.execute(
            tables.departments.insert(),
            [
                {"id": id_, "organization": BUREAU, "name": name, "active_from": SINCE}
                for id_, name in (
                    (OFFICE, "办公室"),
                    (ISSUING, "证照发放科"),
                    (PLANNING, "规划建设科"),
                )
            ],
        )
        for name, (department, roles) in PEOPLE.items():
            connection.execute(
                tables.people.insert().values(
                    id=person(name),
                    name=name,
                    organization=BUREAU,
                    department=department,
                    active_from=SINCE,
                    password_changed_at=datetime(2026, 2, 20, tzinfo=UTC),
                )
            )
            for role in roles:
                connection.execute(
                    tables.role_assignments.insert().values(
                        id=new_id("role"),
                        person=person(name),
                        role=role,
                        organization=BUREAU,
                        department=department,
                        since=SINCE,
                    )
                )
