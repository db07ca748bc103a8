"""What people call things, and the ids behind: an account, a unit's name, a request's number."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Final, Literal

import sqlalchemy as sa

from govseal.errors import RegistryError
from govseal.registry import tables

if TYPE_CHECKING:
    from govseal.registry.bureau import Bureau

Kind = Literal["person", "unit", "department", "seal", "request", "document"]
_MOST: Final = 2
_AT_ONCE: Final = 500
_CALLED: Final[dict[Kind, tuple[sa.Table, tuple[str, ...]]]] = {
    "person": (tables.people, ("account",)),
    "unit": (tables.organizations, ("legal_name",)),
    "department": (tables.departments, ("name",)),
    "seal": (tables.seals, ("es_id", "name")),
    "request": (tables.use_requests, ("number",)),
    "document": (tables.documents, ("number",)),
}


def find_id(bureau: Bureau, kind: Kind, text: str, *, within: str | None = None) -> str:
    """The id of what somebody calls ``text``.

    That is the id itself, a person's account, a unit's legal name, a department's name, a seal's
    esID or name, the number of a request or document. What nothing is called so comes back as it
    is: the step that it is for says that there is none.

    Args:
        bureau: the registry.
        kind: of what.
        text: what it is called.
        within: of departments: those of this unit come first, for many have an office.

    Raises:
        RegistryError: ``ambiguous``: several are called so.
    """
    table, columns = _CALLED[kind]
    with bureau.database.begin() as connection:
        by_id = sa.select(table.c.id).where(table.c.id == text)
        if connection.execute(by_id).first() is not None:
            return text
        called = sa.select(table.c.id).where(sa.or_(*(table.c[name] == text for name in columns)))
        if "inactive_from" in table.c:
            called = called.where(table.c.inactive_from.is_(None))
        found: list[str] = []
        if kind == "department" and within is not None:
            own = called.where(table.c.organization == within)
            found = list(connection.execute(own.limit(_MOST)).scalars())
        found = found or list(connection.execute(called.limit(_MOST)).scalars())
    if len(found) > 1:
        message = f"不止一个叫作 {text}，请用编号 / several are called {text}: use the id"
        raise RegistryError(message, code="ambiguous")
    return str(found[0]) if found else text


def unit_of(bureau: Bureau, person: str) -> str | None:
    """The unit that somebody belongs to."""
    people = tables.people
    with bureau.database.begin() as connection:
        query = sa.select(people.c.organization).where(people.c.id == person)
        return connection.execute(query).scalar_one_or_none()


def names_by_id(bureau: Bureau, ids: Collection[str]) -> dict[str, str]:
    """What the units, departments, people and seals of these ids are called."""
    wanted, found = sorted(ids), {}
    with bureau.database.begin() as connection:
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            for table, column in (
                (tables.organizations, "legal_name"),
                (tables.departments, "name"),
                (tables.people, "name"),
                (tables.seals, "name"),
                (tables.use_requests, "number"),
            ):
                query = sa.select(table.c.id, table.c[column]).where(table.c.id.in_(some))
                found.update({row[0]: row[1] for row in connection.execute(query)})
    return found
