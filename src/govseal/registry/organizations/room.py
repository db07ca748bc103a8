"""Units and departments, as administrators keep them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from govseal.errors import NotAuthorized
from govseal.registry import tables
from govseal.registry.calendar import SETTING, YearCalendar, read_calendar
from govseal.registry.call import Call
from govseal.registry.organizations import records
from govseal.registry.organizations.changes import end_unit, rename_unit, settle_names
from govseal.registry.organizations.records import Department, LegalName, Organization
from govseal.registry.organizations.standing import check_below, check_organization
from govseal.registry.people.authority import administers, check_administers
from govseal.registry.policy import load_policy, policy_names, read_policy
from govseal.registry.policy.strict import check_stricter
from govseal.registry.vocabulary import (
    Level,
    OrganizationKind,
    OrganizationState,
    Role,
)
from govseal.sm2 import sm3

if TYPE_CHECKING:
    from govseal.registry.acting import Acting
    from govseal.registry.policy import PolicyProfile

_WANTED = {
    OrganizationKind.USING: (Role.CUSTODIAN, Role.SEAL_USING_UNIT_APPLICANT),
    OrganizationKind.MANAGEMENT: (Role.SEAL_MANAGEMENT_DEPT_REVIEWER,),
    OrganizationKind.COUNTY_UNIT: (Role.COUNTY_HEAD,),
    OrganizationKind.ISSUING: (Role.LICENCE_CONTACT,),
}
"""The roles without which a unit of that kind cannot do its part."""


class Organizations:
    """Units and departments, as one person may keep them."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting

    def create(
        self,
        legal_name: str,
        *,
        level: Level | str,
        kinds: Collection[OrganizationKind | str],
        parent: str | None = None,
        uscc: str | None = None,
        region_code: str | None = None,
        active_from: datetime | None = None,
    ) -> Organization:
        """A new unit.

        Args:
            legal_name: as its seals will say it.
            level: of government.
            kinds: what it is in the business of seals.
            parent: the unit above, whose administrator founds it and whose profile it inherits.
            uscc: 统一社会信用代码.
            region_code: GB/T 2260; a supervisor's region is found by it.
            active_from: when it is founded; now, if it is not given.

        Raises:
            NotAuthorized: not an administrator of the unit above; without one above, of all.
            Refused: ``E_NAME``, ``E_ORG_NAME``, ``E_CREDIT_CODE``, ``E_REGION_CODE``;
                ``E_ORG_KIND``: whoever keeps the unit above alone would found one that is above
                others: of a higher level, of another region, with powers that it has not itself.
        """
        with self._acting.call("organizations.create") as call:
            check_administers(call, parent)
            if parent is not None:
                check_organization(call, parent)
                check_below(call, parent, Level(level), kinds, region_code)
            id_ = records.insert_organization(
                call.connection,
                legal_name=legal_name,
                level=level,
                kinds=kinds,
                active_from=active_from or call.at,
                uscc=uscc,
                region_code=region_code,
                parent=parent,
            )
            call.subject = id_
            call.tell("organization.created", id_, legal_name=legal_name)
            return call.finish(self._record(call, id_))

    def rename(
        self,
        organization: str,
        legal_name: str,
        *,
        effective_at: datetime | None = None,
        basis: str,
    ) -> Organization:
        """Another name from a time on, past or future; its seals are told (R-JC29S-15a).

        Args:
            organization: the unit.
            legal_name: the new one.
            effective_at: from when; now, if it is not given.
            basis: the paper that renames it.

        Raises:
            NotAuthorized: not an administrator of the unit.
            Refused: ``E_NAME``, ``E_ORG_NAME``, ``E_ORG_INACTIVE``; ``E_EFFECTIVE_AT``: before
                the present name.
        """
        with self._acting.call("organizations.rename", organization) as call:
            check_administers(call, organization)
            check_organization(call, organization)
            rename_unit(call, organization, legal_name, effective_at or call.at, basis)
            return call.finish(self._record(call, organization))

    def merge(
        self, organization: str, into: str, *, effective_at: datetime | None = None, basis: str
    ) -> Organization:
        """The unit goes into another one; its seals are told (R-JC29S-15a).

        Raises:
            NotAuthorized: not an administrator of the unit above, or of all.
            Refused: ``E_ORG_INACTIVE``; ``E_EFFECTIVE_AT``: before it was founded;
                ``E_SUCCESSOR``: into itself.
        """
        with self._acting.call("organizations.merge", organization) as call:
            end_unit(
                call,
                organization,
                OrganizationState.MERGED,
                effective_at=effective_at or call.at,
                basis=basis,
                successor=into,
            )
            return call.finish(self._record(call, organization))

    def abolish(
        self, organization: str, *, effective_at: datetime | None = None, basis: str
    ) -> Organization:
        """The unit ends at a time; its seals are told, and their keys come back (R-HLJ-15b).

        Raises:
            NotAuthorized: not an administrator of the unit above, or of all.
            Refused: ``E_ORG_INACTIVE``; ``E_EFFECTIVE_AT``.
        """
        with self._acting.call("organizations.abolish", organization) as call:
            end_unit(
                call,
                organization,
                OrganizationState.ABOLISHED,
                effective_at=effective_at or call.at,
                basis=basis,
            )
            return call.finish(self._record(call, organization))

    def settle(self) -> int:
        """Write names into their rows that have come into effect since; how many."""
        with self._acting.call("organizations.settle") as call:
            return settle_names(call)

    def get(self, organization: str, *, at: datetime | None = None) -> Organization:
        """A unit as it is now, or was called and stood at a time.

        Raises:
            Refused: ``E_NOT_FOUND``.
        """
        with self._acting.call("organizations.get", organization, writes=False) as call:
            row = call.one(tables.organizations, organization)
            return records.as_organization(call.connection, row, at or call.at)

    def find(
        self, *, parent: str | None = None, name: str | None = None
    ) -> tuple[Organization, ...]:
        """All units, or those below one, or those that are or were called so, in order of names."""
        with self._acting.call("organizations.find", parent or "", writes=False) as call:
            table, names = tables.organizations, tables.organization_names
            query = sa.select(table).order_by(table.c.legal_name, table.c.id)
            if parent is not None:
                query = query.where(table.c.parent == parent)
            if name is not None:
                called = sa.select(names.c.organization).where(names.c.legal_name == name)
                query = query.where(sa.or_(table.c.legal_name == name, table.c.id.in_(called)))
            found = call.rows(query)
            return tuple(records.as_organization(call.connection, row, call.at) for row in found)

    def history(self, organization: str) -> tuple[LegalName, ...]:
        """What a unit was called, in the order of time."""
        with self._acting.call("organizations.history", organization, writes=False) as call:
            row = call.one(tables.organizations, organization)
            table = tables.organization_names
            query = sa.select(table).where(table.c.organization == organization)
            names = tuple(
                LegalName(name.legal_name, name.since, name.until, name.basis)
                for name in call.rows(query.order_by(table.c.since))
            )
            return names or (LegalName(row.legal_name, row.active_from, None, None),)

    def open_points(self, organization: str) -> tuple[Role, ...]:
        """The roles that nobody has, and that a unit of its kinds needs (R-JC29L-24)."""
        with self._acting.call("organizations.open_points", organization, writes=False) as call:
            unit = call.one(tables.organizations, organization)
            table = tables.role_assignments
            query = sa.select(table.c.role).where(
                table.c.organization == organization,
                table.c.since <= call.at,
                sa.or_(table.c.until.is_(None), table.c.until > call.at),
            )
            held = {row.role for row in call.rows(query)}
            wanted = [role for kind in unit.kinds for role in _WANTED.get(kind, ())]
            return tuple(sorted({Role.ADMINISTRATOR, *wanted} - held))

    def add_department(self, organization: str, name: str) -> Department:
        """A new department.

        Raises:
            NotAuthorized: not an administrator of the unit.
            Refused: ``E_NAME``; ``E_DEPARTMENT``: there is one of that name; ``E_ORG_INACTIVE``.
        """
        with self._acting.call("organizations.add_department", organization) as call:
            check_administers(call, organization)
            check_organization(call, organization)
            id_ = records.insert_department(call.connection, organization, name, call.at)
            call.tell("department.created", id_, name=name)
            row = call.one(tables.departments, id_)
            return call.finish(records.as_department(row))

    def close_department(self, department: str) -> Department:
        """A department ends.

        Raises:
            NotAuthorized: not an administrator of the unit.
            Refused: ``E_DEPARTMENT``: people are still in it, or it has ended.
        """
        with self._acting.call("organizations.close_department", department) as call:
            row = call.one(tables.departments, department, lock=True)
            check_administers(call, row.organization)
            people = tables.people
            query = sa.select(people.c.id).where(
                people.c.department == department,
                sa.or_(people.c.inactive_from.is_(None), people.c.inactive_from > call.at),
            )
            if row.inactive_from is not None or call.rows(query.limit(1)):
                call.refuse("E_DEPARTMENT", "科室仍有人员或已撤销 / it has people, or has ended")
            call.update(tables.departments, department, inactive_from=call.at)
            call.tell("department.closed", department, name=row.name)
            return call.finish(records.as_department(call.one(tables.departments, department)))

    def departments(self, organization: str) -> tuple[Department, ...]:
        """The departments of a unit, those that have ended too, in order of names."""
        with self._acting.call("organizations.departments", organization, writes=False) as call:
            table = tables.departments
            query = sa.select(table).where(table.c.organization == organization)
            return tuple(map(records.as_department, call.rows(query.order_by(table.c.name))))

    def set_profile(self, organization: str, profile: str | None) -> Organization:
        """The regulation that a unit follows: one that comes with the library, or that of above.

        Raises:
            NotAuthorized: not an administrator of the unit above, or of all.
            Refused: ``E_PROFILE_UNKNOWN``.
        """
        with self._acting.call("organizations.set_profile", organization) as call:
            _check_administers_above(call, organization)
            if profile is not None and profile not in policy_names():
                known = ", ".join(policy_names())
                call.refuse("E_PROFILE_UNKNOWN", f"没有规则 / there is no {profile}: {known}")
            call.update(tables.organizations, organization, profile=profile)
            call.tell("organization.profile", organization, profile=profile)
            return call.finish(self._record(call, organization))

    def set_rules(self, organization: str, rules: bytes) -> Organization:
        """A unit's own rules, a whole profile: in nothing do they ask less than those above.

        Args:
            organization: the unit.
            rules: a profile in TOML, as an operator's own; ``extends`` makes it short.

        Raises:
            NotAuthorized: not an administrator of the unit.
            Refused: ``E_POLICY_WEAKER``; the message names the first word that asks less
                (R-HLJ-14b).
            RegistryError: ``policy_invalid``.
        """
        with self._acting.call("organizations.set_rules", organization) as call:
            check_administers(call, organization)
            own = read_policy(rules)
            check_stricter(self._profile_above(call, organization), own)
            name = f"{own.name}@{organization}"
            table = tables.settings
            call.connection.execute(table.delete().where(table.c.name == f"policy/{name}"))
            call.insert(table, name=f"policy/{name}", value=rules.decode())
            call.update(tables.organizations, organization, profile=name)
            # The rules are a row that can be written: the log says which ones were given.
            call.facts.update(profile=name, rules_sm3=sm3(rules).hex())
            call.tell("organization.profile", organization, profile=name)
            return call.finish(self._record(call, organization))

    def add_calendar(self, data: bytes) -> YearCalendar:
        """The holidays of a year (TOML, as those that come with the library).

        Raises:
            NotAuthorized: not an administrator of all units.
            RegistryError: ``calendar_invalid``.
        """
        with self._acting.call("organizations.add_calendar") as call:
            check_administers(call, None)
            year = read_calendar(data)
            name = f"{SETTING}{year.year}"
            table = tables.settings
            call.connection.execute(table.delete().where(table.c.name == name))
            call.insert(table, name=name, value=data.decode())
            call.subject = name
            call.tell("calendar.loaded", name, title=year.title, source=year.source)
            return year

    def _profile_above(self, call: Call, organization: str) -> PolicyProfile:
        row = call.one(tables.organizations, organization)
        if row.profile in policy_names():
            return load_policy(row.profile)
        bureau = self._acting.bureau
        return bureau.profile_of(call.connection, row.parent) if row.parent else bureau.profile

    @staticmethod
    def _record(call: Call, organization: str) -> Organization:
        row = call.one(tables.organizations, organization)
        return records.as_organization(call.connection, row, call.at)


def _check_administers_above(call: Call, organization: str) -> None:
    parent = call.one(tables.organizations, organization).parent
    if not administers(call, parent):
        raise NotAuthorized(
            "须由上级单位管理员办理 / only an administrator of the unit above does this",
            clause=call.profile.clause("E_NOT_AUTHORIZED"),
        )
