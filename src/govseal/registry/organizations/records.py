"""Units, departments and names, as calls return them; and new rows of the first two."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from govseal.errors import FormatError, Refused
from govseal.registry import tables
from govseal.registry.events import Event
from govseal.registry.organizations.standing import name_at
from govseal.registry.tables.base import new_id
from govseal.registry.vocabulary import Level, OrganizationKind, OrganizationState
from govseal.seal.naming import is_ideograph, read_credit_code

MAX_NAME = 100
_REGION = re.compile(r"[1-9][0-9]{5}")


@dataclass(frozen=True, slots=True)
class Organization:
    """A unit as it was at the time of the call."""

    id: str
    legal_name: str
    uscc: str | None
    region_code: str | None
    level: Level
    kinds: frozenset[OrganizationKind]
    parent: str | None
    profile: str | None
    """The policy profile that it has of its own."""
    state: OrganizationState
    active_from: datetime
    inactive_from: datetime | None
    """A time in the future, too: merged or abolished from then on."""
    successor: str | None
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class LegalName:
    """What a unit was called, and on what paper it was renamed."""

    name: str
    since: datetime
    until: datetime | None
    basis: str | None


@dataclass(frozen=True, slots=True)
class Department:
    """A department of a unit."""

    id: str
    organization: str
    name: str
    active_from: datetime
    inactive_from: datetime | None
    events: tuple[Event, ...] = ()


def as_organization(connection: sa.Connection, row: sa.Row[Any], at: datetime) -> Organization:
    """The record of a row, with the name and the state of that time."""
    gone = row.inactive_from is not None and row.inactive_from <= at
    return Organization(
        id=row.id,
        legal_name=name_at(connection, row.id, at) or row.legal_name,
        uscc=row.uscc,
        region_code=row.region_code,
        level=Level(row.level),
        kinds=frozenset(OrganizationKind(kind) for kind in row.kinds),
        parent=row.parent,
        profile=row.profile,
        state=OrganizationState(row.state) if gone else OrganizationState.ACTIVE,
        active_from=row.active_from,
        inactive_from=row.inactive_from,
        successor=row.successor,
    )


def as_department(row: sa.Row[Any]) -> Department:
    """The record of a row."""
    return Department(row.id, row.organization, row.name, row.active_from, row.inactive_from)


def checked_name(name: str, code: str = "E_NAME") -> str:
    """A name of people's language: stripped, in one form of Unicode, of 1 to 100 characters.

    Raises:
        Refused: ``code``.
    """
    text = unicodedata.normalize("NFC", name).strip()
    is_shown = all(one.isprintable() or is_ideograph(one) for one in text)
    if not text or len(text) > MAX_NAME or not is_shown:
        message = f"名称为空、过长或含不可见字符 / a name has 1 to {MAX_NAME} printable characters"
        raise Refused(message, code=code)
    return text


def insert_organization(
    connection: sa.Connection,
    *,
    legal_name: str,
    level: Level | str,
    kinds: Collection[OrganizationKind | str],
    active_from: datetime,
    uscc: str | None = None,
    region_code: str | None = None,
    parent: str | None = None,
) -> str:
    """A new unit with the first of its names; its id.

    Raises:
        Refused: ``E_NAME``, ``E_CREDIT_CODE``, ``E_REGION_CODE``; ``E_ORG_NAME``: another unit
            is called so.
        ValueError: no such level or kind.
    """
    name = checked_name(legal_name)
    if uscc is not None:
        try:
            read_credit_code(uscc)
        except FormatError as error:
            raise Refused(f"{uscc}: {error}", code="E_CREDIT_CODE") from error
    if region_code is not None and not _REGION.fullmatch(region_code):
        message = f"行政区划代码应为六位数字 / {region_code} is no code of six digits"
        raise Refused(message, code="E_REGION_CODE")
    check_free_name(connection, name)
    id_ = new_id("org")
    connection.execute(
        tables.organizations.insert().values(
            id=id_,
            legal_name=name,
            uscc=uscc,
            region_code=region_code,
            level=Level(level),
            kinds=sorted(OrganizationKind(kind) for kind in kinds),
            parent=parent,
            state=OrganizationState.ACTIVE,
            active_from=active_from,
        )
    )
    insert_name(connection, id_, name, since=active_from)
    return id_


def insert_name(
    connection: sa.Connection,
    organization: str,
    name: str,
    *,
    since: datetime,
    until: datetime | None = None,
    basis: str | None = None,
) -> None:
    """What a unit is called from a time on."""
    connection.execute(
        tables.organization_names.insert().values(
            id=new_id("name"),
            organization=organization,
            legal_name=name,
            since=since,
            until=until,
            basis=basis,
        )
    )


def insert_department(
    connection: sa.Connection, organization: str, name: str, active_from: datetime
) -> str:
    """A new department; its id.

    Raises:
        Refused: ``E_NAME``; ``E_DEPARTMENT``: the unit has one of that name.
    """
    text = checked_name(name)
    table = tables.departments
    query = sa.select(table.c.id).where(table.c.organization == organization, table.c.name == text)
    if connection.execute(query).one_or_none() is not None:
        raise Refused(f"已有科室“{text}” / there is a department {text}", code="E_DEPARTMENT")
    id_ = new_id("dep")
    connection.execute(
        table.insert().values(id=id_, organization=organization, name=text, active_from=active_from)
    )
    return id_


def check_free_name(connection: sa.Connection, name: str, *, of: str | None = None) -> None:
    """Go on only if no other unit that is still there is called so.

    Raises:
        Refused: ``E_ORG_NAME``.
    """
    names, units = tables.organization_names, tables.organizations
    named = sa.select(names.c.organization).where(
        names.c.legal_name == name, names.c.until.is_(None)
    )
    query = sa.select(units.c.id).where(
        sa.or_(units.c.legal_name == name, units.c.id.in_(named)), units.c.inactive_from.is_(None)
    )
    if set(connection.execute(query).scalars()) - {of}:
        message = f"已有单位使用名称“{name}” / another unit is called {name}"
        raise Refused(message, code="E_ORG_NAME")
