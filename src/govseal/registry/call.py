"""One call is one transaction: what it changes, what it tells, and its row in the audit log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, TypeVar, cast

import sqlalchemy as sa

from govseal.errors import NotAuthorized, Refused
from govseal.registry.events import Event
from govseal.registry.tables.base import check_id
from govseal.registry.vocabulary import Role, Strength

if TYPE_CHECKING:
    from govseal.pki.atrest import AtRestKey
    from govseal.registry.policy import PolicyProfile


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role that a person has at the time of the call, and where."""

    role: Role
    organization: str | None = None
    department: str | None = None
    matters: tuple[str, ...] | None = None

    def reaches(
        self,
        *,
        organization: str | None = None,
        department: str | None = None,
        matter: str | None = None,
    ) -> bool:
        """Whether the role covers what is asked; one without a place covers every place."""
        return (
            (organization is None or self.organization in {None, organization})
            and (department is None or self.department in {None, department})
            and (matter is None or self.matters is None or matter in self.matters)
        )


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as the registry knew the person when the call began."""

    id: str
    name: str
    organization: str
    department: str | None
    assignments: tuple[Assignment, ...]
    strength: Strength
    client: str

    @property
    def roles(self) -> frozenset[Role]:
        """All roles, wherever they hold."""
        return frozenset(assignment.role for assignment in self.assignments)

    def has(
        self,
        *roles: Role,
        organization: str | None = None,
        department: str | None = None,
        matter: str | None = None,
    ) -> bool:
        """Whether one of the roles is held there."""
        return any(
            assignment.role in roles
            and assignment.reaches(organization=organization, department=department, matter=matter)
            for assignment in self.assignments
        )


class _Record(Protocol):
    events: tuple[Event, ...]


_R = TypeVar("_R")


@dataclass(slots=True)
class Call:
    """What a room's method works with, from ``with acting.call(…) as call`` to its end."""

    connection: sa.Connection
    at: datetime
    actor: Actor
    profile: PolicyProfile
    secrets: AtRestKey | None
    action: str
    subject: str = ""
    profile_of: Callable[[str], PolicyProfile] | None = field(default=None, repr=False)
    """The profile of another unit than the actor's, by its id."""
    events: list[Event] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    """What the audit log shall hold beside who, what and when: never a secret, never contents."""

    def tell(self, kind: str, subject: str, **facts: Any) -> None:  # noqa: ANN401 - JSON
        """Tell others: an event, which stands in the outbox if the call ends well."""
        self.events.append(Event(kind, subject, self.at, facts))

    def judge_by(self, organization: str) -> None:
        """From here on the profile is that of the unit whose matter this is, not the actor's."""
        if self.profile_of is not None:
            self.profile = self.profile_of(organization)

    def finish(self, record: _R) -> _R:
        """The record with the events of this call, as the caller gets it.

        ``record`` is a frozen dataclass with a field ``events``.
        """
        object.__setattr__(cast("_Record", record), "events", tuple(self.events))
        return record

    def refuse(self, code: str, message: str, clause: str = "") -> NoReturn:
        """Refuse the step; its clause is the profile's for the code, where none is given."""
        raise Refused(message, code=code, clause=clause or self.profile.clause(code))

    def require(
        self,
        *roles: Role,
        organization: str | None = None,
        department: str | None = None,
        matter: str | None = None,
    ) -> None:
        """Go on only if the actor has one of the roles there.

        Raises:
            NotAuthorized: no such role.
        """
        place: dict[str, Any] = {
            "organization": organization,
            "department": department,
            "matter": matter,
        }
        if not self.actor.has(*roles, **place):
            wanted = ", ".join(roles)
            message = f"{self.action} needs one of these roles here: {wanted}"
            raise NotAuthorized(message, clause=self.profile.clause("E_NOT_AUTHORIZED"))

    def one(self, table: sa.Table, id_: str, *, lock: bool = False) -> sa.Row[Any]:
        """The row of that name; with ``lock`` nobody else changes it until the call ends.

        Raises:
            Refused: ``E_NOT_FOUND``.
            TypeError: the id is no text.
        """
        check_id(id_)
        query = sa.select(table).where(table.c.id == id_)
        row = self.connection.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            self.refuse("E_NOT_FOUND", f"{table.name}: there is no {id_}")
        return row

    def rows(self, query: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        """All rows of a query."""
        return self.connection.execute(query).all()

    def insert(self, table: sa.Table, **values: Any) -> None:  # noqa: ANN401 - columns
        """A new row."""
        self.connection.execute(table.insert().values(**values))

    def update(self, table: sa.Table, id_: str, **values: Any) -> None:  # noqa: ANN401 - columns
        """New values in the row of that name."""
        self.connection.execute(table.update().where(table.c.id == id_).values(**values))
