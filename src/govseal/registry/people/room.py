"""People, as administrators keep them, and what each does for himself."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.organizations.records import checked_name
from govseal.registry.organizations.standing import check_organization
from govseal.registry.people import certificates, roles, standing_in
from govseal.registry.people.authority import check_administers, check_knows, knows
from govseal.registry.people.records import (
    Person,
    PersonCertificate,
    RoleAssignment,
    Substitution,
    as_assignment,
    as_certificate,
    as_person,
    as_substitution,
    insert_person,
)
from govseal.registry.vocabulary import Role

if TYPE_CHECKING:
    from govseal.registry.acting import Acting
    from govseal.registry.call import Call


class People:
    """People, as one person may keep them."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting

    def add(
        self,
        name: str,
        *,
        organization: str,
        department: str | None = None,
        account: str | None = None,
        contact: str | None = None,
    ) -> Person:
        """A new person, without any role.

        Args:
            name: as colleagues know the person.
            organization: the unit.
            department: one of the unit's.
            account: what the platform that logs people in calls the person; unique.
            contact: a telephone number of the office, or the like.

        Raises:
            NotAuthorized: not an administrator of the unit.
            Refused: ``E_NAME``, ``E_ORG_INACTIVE``; ``E_DEPARTMENT``: not one of the unit's;
                ``E_ACCOUNT``: somebody else's.
        """
        with self._acting.call("people.add") as call:
            check_administers(call, organization)
            check_organization(call, organization)
            self._check_department(call, department, organization)
            if account is not None:
                table = tables.people
                query = sa.select(table.c.id).where(table.c.account == checked_name(account))
                if call.rows(query):
                    call.refuse("E_ACCOUNT", f"账号已被使用 / {account} is somebody else's account")
            call.subject = insert_person(
                call.connection,
                name=checked_name(name),
                organization=organization,
                active_from=call.at,
                department=department,
                account=None if account is None else checked_name(account),
                contact=None if contact is None else checked_name(contact),
            )
            call.tell("person.added", call.subject, organization=organization)
            return call.finish(self._person(call, call.subject))

    def move(self, person: str, *, department: str | None) -> Person:
        """Another department of the same unit; roles in the one that is left end (R-JC10-YZ-3.4).

        Raises:
            NotAuthorized: not an administrator of the unit.
            Refused: ``E_DEPARTMENT``.
        """
        with self._acting.call("people.move", person) as call:
            row = call.one(tables.people, person, lock=True)
            check_administers(call, row.organization)
            self._check_department(call, department, row.organization)
            call.update(tables.people, person, department=department)
            ended = roles.end_all(call, person, department=row.department)
            call.tell("person.moved", person, department=department, roles_ended=ended)
            return call.finish(self._person(call, person))

    def leave(self, person: str) -> Person:
        """The person acts no more: all roles, substitutions and certificates end.

        Raises:
            NotAuthorized: not an administrator of the unit.
            Refused: ``E_LAST_ADMINISTRATOR``; ``E_PERSON``: gone already.
        """
        with self._acting.call("people.leave", person) as call:
            row = call.one(tables.people, person, lock=True)
            check_administers(call, row.organization)
            if row.inactive_from is not None:
                call.refuse("E_PERSON", "该人员已离岗 / the person has left")
            roles.check_not_last(call, person)
            call.update(tables.people, person, inactive_from=call.at)
            ended = roles.end_all(call, person)
            standing_in.end_all(call, person)
            certificates.end_all(call, person)
            call.tell("person.left", person, roles_ended=ended)
            return call.finish(self._person(call, person))

    def get(self, person: str) -> Person:
        """A person of a unit whose people the actor may know.

        Raises:
            NotAuthorized: another unit's.
            Refused: ``E_NOT_FOUND``.
        """
        with self._acting.call("people.get", person, writes=False) as call:
            return self._known(call, person)

    def find(
        self,
        *,
        organization: str | None = None,
        account: str | None = None,
        role: Role | None = None,
    ) -> tuple[Person, ...]:
        """Those who are there now, of units whose people the actor may know, by their names."""
        with self._acting.call("people.find", organization or "", writes=False) as call:
            table, assignments = tables.people, tables.role_assignments
            query = sa.select(table).where(
                table.c.active_from <= call.at,
                sa.or_(table.c.inactive_from.is_(None), table.c.inactive_from > call.at),
            )
            if organization is not None:
                query = query.where(table.c.organization == organization)
            if account is not None:
                query = query.where(table.c.account == account)
            if role is not None:
                held = sa.select(assignments.c.person).where(
                    assignments.c.role == role,
                    assignments.c.since <= call.at,
                    sa.or_(assignments.c.until.is_(None), assignments.c.until > call.at),
                )
                query = query.where(table.c.id.in_(held))
            rows = call.rows(query.order_by(table.c.name, table.c.id))
            units = {row.organization for row in rows}
            known = {unit for unit in units if knows(call, unit)}
            return tuple(as_person(row) for row in rows if row.organization in known)

    def grant(
        self,
        person: str,
        role: Role | str,
        *,
        organization: str | None,
        department: str | None = None,
        matters: tuple[str, ...] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> RoleAssignment:
        """Give somebody a role.

        Args:
            person: who gets it; not whoever gives it.
            role: which.
            organization: the unit where it holds; None: in every one, which only an administrator
                of all may give.
            department: of the unit, where it holds in one alone.
            matters: codes of the matters in its authority, 事由管理权限; None: all.
            since: from when; now, if it is not given.
            until: to when; without it, until it is revoked.

        Raises:
            NotAuthorized: not an administrator of the unit; the Party's roles are the
                secretary's to give (R-JC10-YZ-4.2.2(1)).
            Refused: ``E_OWN_RIGHTS``, ``E_PERIOD``, ``E_DEPARTMENT``, ``E_PERSON``;
                ``E_ORG_KIND``: the role belongs to units of another kind (R-JC29S-02b).
        """
        with self._acting.call("people.grant", person) as call:
            wanted = roles.Wanted(
                person, Role(role), organization, department, matters, since or call.at, until
            )
            id_ = roles.grant(call, wanted)
            row = call.one(tables.role_assignments, id_)
            return call.finish(as_assignment(row))

    def revoke(self, assignment: str) -> RoleAssignment:
        """Take a role away from now on.

        Raises:
            NotAuthorized: not an administrator of the unit, nor the secretary who gave it.
            Refused: ``E_LAST_ADMINISTRATOR``: nobody would be left to keep the registry;
                ``E_PERIOD``: it has ended.
        """
        with self._acting.call("people.revoke", assignment) as call:
            roles.revoke(call, assignment)
            row = call.one(tables.role_assignments, assignment)
            return call.finish(as_assignment(row))

    def roles(self, person: str, *, at: datetime | None = None) -> tuple[RoleAssignment, ...]:
        """The roles that somebody has, or had at a time."""
        with self._acting.call("people.roles", person, writes=False) as call:
            self._known(call, person)
            moment = at or call.at
            table = tables.role_assignments
            query = sa.select(table).where(
                table.c.person == person,
                table.c.since <= moment,
                sa.or_(table.c.until.is_(None), table.c.until > moment),
            )
            rows = call.rows(query.order_by(table.c.since, table.c.id))
            return tuple(map(as_assignment, rows))

    def name_stand_in(
        self,
        stand_in: str,
        *,
        until: datetime,
        since: datetime | None = None,
        principal: str | None = None,
        contact: str | None = None,
        reason: str | None = None,
    ) -> Substitution:
        """Somebody who decides for a person who is away (代其主持工作, R-JC10-WC-2).

        Args:
            stand_in: of the same unit.
            until: when it ends.
            since: when it begins; now, if it is not given.
            principal: whoever is away: the actor, if it is not given. For another person only
                the unit's principal leader names one.
            contact: how the stand-in is reached.
            reason: why.

        Raises:
            NotAuthorized: for another person, and not the unit's principal leader.
            Refused: ``E_STAND_IN``: himself, of another unit, or gone; ``E_PERIOD``: it ends
                before it begins, has ended, or lasts for more than a year.
        """
        with self._acting.call("people.name_stand_in", stand_in) as call:
            wanted = standing_in.Wanted(
                principal or call.actor.id, stand_in, since or call.at, until, contact, reason
            )
            id_ = standing_in.name_stand_in(call, wanted)
            return call.finish(as_substitution(call.one(tables.substitutions, id_)))

    def authorize_stand_in(self, substitution: str) -> Substitution:
        """The secretary lets a stand-in decide on the Party seal, too.

        Raises:
            NotAuthorized: not the unit's Party secretary.
            Refused: ``E_PERIOD``: it has ended.
        """
        with self._acting.call("people.authorize_stand_in", substitution) as call:
            standing_in.authorize(call, substitution)
            return call.finish(as_substitution(call.one(tables.substitutions, substitution)))

    def end_stand_in(self, substitution: str) -> Substitution:
        """A substitution ends now.

        Raises:
            NotAuthorized: neither of the two, nor an administrator of the unit.
            Refused: ``E_PERIOD``: it has ended.
        """
        with self._acting.call("people.end_stand_in", substitution) as call:
            standing_in.end(call, substitution)
            return call.finish(as_substitution(call.one(tables.substitutions, substitution)))

    def substitutions(self, person: str) -> tuple[Substitution, ...]:
        """In which a person is or was one of the two, in the order of time."""
        with self._acting.call("people.substitutions", person, writes=False) as call:
            self._known(call, person)
            table = tables.substitutions
            query = sa.select(table).where(
                sa.or_(table.c.principal == person, table.c.stand_in == person)
            )
            rows = call.rows(query.order_by(table.c.since, table.c.id))
            return tuple(map(as_substitution, rows))

    def register_certificate(self, certificate: bytes, proof: bytes) -> PersonCertificate:
        """The actor's own certificate: its key signs his approvals from now on.

        Args:
            certificate: DER.
            proof: the key's signature over :func:`certificate_statement`, as a
                :class:`govseal.Signer` makes it: that the actor has the key.

        Raises:
            Refused: ``E_CERTIFICATE``: cannot be read, is no certificate for signing, is not
                valid now, or has no SM2 or RSA key; ``E_CERT_TAKEN``: registered already;
                ``E_PROOF``: the signature is not the key's.
        """
        with self._acting.call("people.register_certificate") as call:
            id_ = certificates.register(call, certificate, proof)
            row = call.one(tables.person_certificates, id_)
            return call.finish(as_certificate(row))

    def withdraw_certificate(self, certificate: str) -> PersonCertificate:
        """A certificate signs no more for its person: the key is lost, or replaced.

        Raises:
            NotAuthorized: neither the person nor an administrator of the unit.
            Refused: ``E_PERIOD``: it was withdrawn.
        """
        with self._acting.call("people.withdraw_certificate", certificate) as call:
            certificates.withdraw(call, certificate)
            row = call.one(tables.person_certificates, certificate)
            return call.finish(as_certificate(row))

    def certificates(self, person: str) -> tuple[PersonCertificate, ...]:
        """A person's certificates, those withdrawn too, in the order of time."""
        with self._acting.call("people.certificates", person, writes=False) as call:
            self._known(call, person)
            table = tables.person_certificates
            query = sa.select(table).where(table.c.person == person)
            rows = call.rows(query.order_by(table.c.since, table.c.id))
            return tuple(map(as_certificate, rows))

    def password_changed(self) -> Person:
        """The actor has changed the password, as the platform that logs people in vouches.

        No password is seen or kept here, only the day of its change (R-HLJ-14a).
        """
        with self._acting.call("people.password_changed", self._acting.person) as call:
            call.update(tables.people, call.actor.id, password_changed_at=call.at)
            return call.finish(self._person(call, call.actor.id))

    @staticmethod
    def _known(call: Call, person: str) -> Person:
        """The person, if the actor may know who works there; everybody knows himself."""
        row = call.one(tables.people, person)
        if person != call.actor.id:
            check_knows(call, row.organization)
        return as_person(row)

    @staticmethod
    def _person(call: Call, person: str) -> Person:
        return as_person(call.one(tables.people, person))

    @staticmethod
    def _check_department(call: Call, department: str | None, organization: str) -> None:
        roles.check_department(call, department, organization)
