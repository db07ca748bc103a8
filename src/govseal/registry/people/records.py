"""People, roles, substitutions and certificates, as calls return them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.events import Event
from govseal.registry.tables.base import new_id
from govseal.registry.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a unit; no identity number is kept of anybody."""

    id: str
    name: str
    organization: str
    department: str | None
    account: str | None
    """What the platform that logs people in calls the person."""
    contact: str | None
    active_from: datetime
    inactive_from: datetime | None
    password_changed_at: datetime | None
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class RoleAssignment:
    """A role that a person has for a time, and where it reaches."""

    id: str
    person: str
    role: Role
    organization: str | None
    """None: every unit."""
    department: str | None
    matters: tuple[str, ...] | None
    """Codes of matters, 事由管理权限; None: all."""
    authorized_by: str | None
    since: datetime
    until: datetime | None
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Substitution:
    """代其主持工作: who decides for whom, and when."""

    id: str
    principal: str
    stand_in: str
    contact: str | None
    reason: str | None
    authorized_by: str | None
    """The Party secretary, where the stand-in decides on the Party seal, too."""
    since: datetime
    until: datetime
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonCertificate:
    """A certificate whose key signs for a person."""

    id: str
    person: str
    sha256: str
    der: bytes = field(repr=False)
    since: datetime
    until: datetime | None
    events: tuple[Event, ...] = ()


def as_person(row: sa.Row[Any]) -> Person:
    """The record of a row."""
    return Person(
        id=row.id,
        name=row.name,
        organization=row.organization,
        department=row.department,
        account=row.account,
        contact=row.contact,
        active_from=row.active_from,
        inactive_from=row.inactive_from,
        password_changed_at=row.password_changed_at,
    )


def as_assignment(row: sa.Row[Any]) -> RoleAssignment:
    """The record of a row."""
    return RoleAssignment(
        id=row.id,
        person=row.person,
        role=Role(row.role),
        organization=row.organization,
        department=row.department,
        matters=None if row.matters is None else tuple(row.matters),
        authorized_by=row.authorized_by,
        since=row.since,
        until=row.until,
    )


def as_substitution(row: sa.Row[Any]) -> Substitution:
    """The record of a row."""
    return Substitution(
        id=row.id,
        principal=row.principal,
        stand_in=row.stand_in,
        contact=row.contact,
        reason=row.reason,
        authorized_by=row.authorized_by,
        since=row.since,
        until=row.until,
    )


def as_certificate(row: sa.Row[Any]) -> PersonCertificate:
    """The record of a row."""
    return PersonCertificate(row.id, row.person, row.sha256, row.der, row.since, row.until)


def insert_person(
    connection: sa.Connection,
    *,
    name: str,
    organization: str,
    active_from: datetime,
    department: str | None = None,
    account: str | None = None,
    contact: str | None = None,
) -> str:
    """A new person; its id."""
    id_ = new_id("per")
    connection.execute(
        tables.people.insert().values(
            id=id_,
            name=name,
            organization=organization,
            department=department,
            account=account,
            contact=contact,
            active_from=active_from,
        )
    )
    return id_


def insert_role(
    connection: sa.Connection,
    *,
    person: str,
    role: Role,
    organization: str | None,
    since: datetime,
    department: str | None = None,
    matters: tuple[str, ...] | None = None,
    authorized_by: str | None = None,
    until: datetime | None = None,
) -> str:
    """A role for a person; the assignment's id."""
    id_ = new_id("role")
    connection.execute(
        tables.role_assignments.insert().values(
            id=id_,
            person=person,
            role=role,
            organization=organization,
            department=department,
            # None would be JSON's null, which is not the absence of a list.
            matters=sa.null() if matters is None else list(matters),
            authorized_by=authorized_by,
            since=since,
            until=until,
        )
    )
    return id_
