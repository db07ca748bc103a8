"""The first unit and its administrator: before there is anybody who could name them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from govseal.errors import Refused
from govseal.registry import audit, events, tables
from govseal.registry.audit import AuditEvent
from govseal.registry.database import lock_head
from govseal.registry.events import Event
from govseal.registry.organizations.records import (
    Organization,
    as_organization,
    checked_name,
    insert_department,
    insert_organization,
)
from govseal.registry.people.records import Person, as_person, insert_person, insert_role
from govseal.registry.vocabulary import Level, OrganizationKind, Role, Strength


@dataclass(frozen=True, slots=True)
class Founded:
    """What a set-up made."""

    organization: Organization
    administrator: Person


def set_up(
    connection: sa.Connection,
    at: datetime,
    *,
    legal_name: str,
    level: Level | str,
    kinds: Collection[OrganizationKind | str],
    administrator: str,
    department: str | None,
    account: str | None,
    uscc: str | None,
    region_code: str | None,
) -> Founded:
    """See :meth:`Bureau.set_up`."""
    # Two who set up at once: the second one waits here, and finds the first one's people.
    lock_head(connection, audit.CHAIN)
    if connection.execute(sa.select(tables.people.c.id).limit(1)).one_or_none() is not None:
        message = (
            "登记系统已有人员，不能再次初始化 / there are people already: they keep the registry"
        )
        raise Refused(message, code="E_SET_UP")
    unit = insert_organization(
        connection,
        legal_name=legal_name,
        level=level,
        kinds=kinds,
        active_from=at,
        uscc=uscc,
        region_code=region_code,
    )
    person = insert_person(
        connection,
        name=checked_name(administrator),
        organization=unit,
        active_from=at,
        department=insert_department(connection, unit, department, at) if department else None,
        account=None if account is None else checked_name(account),
    )
    insert_role(connection, person=person, role=Role.ADMINISTRATOR, organization=None, since=at)
    event = Event("registry.set_up", unit, at, {"administrator": person})
    events.write(connection, [event])
    audit.append(
        connection,
        AuditEvent(
            at=at,
            actor=None,
            strength=Strength.SYSTEM,
            client="",
            action="registry.set_up",
            subject=unit,
            result="done",
            facts={"administrator": person},
        ),
    )
    units, people = tables.organizations, tables.people
    unit_row = connection.execute(sa.select(units).where(units.c.id == unit)).one()
    person_row = connection.execute(sa.select(people).where(people.c.id == person)).one()
    return Founded(as_organization(connection, unit_row, at), as_person(person_row))
