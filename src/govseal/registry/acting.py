"""Somebody acts: every call is one transaction, with its events and its row in the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from govseal.errors import GovsealError, NotAuthorized, Refused, SealError
from govseal.registry import audit, events, tables
from govseal.registry.audit import AuditEvent
from govseal.registry.auditlog import AuditLog
from govseal.registry.call import Actor, Call
from govseal.registry.database import check_open, told
from govseal.registry.deadlines import Deadlines
from govseal.registry.documents import Documents
from govseal.registry.ledger.access import LedgerAccess
from govseal.registry.organizations import Organizations
from govseal.registry.people import People
from govseal.registry.people.authority import roles_at
from govseal.registry.seals import Seals
from govseal.registry.tables.base import check_id
from govseal.registry.use import Use
from govseal.registry.vocabulary import Role, Strength

if TYPE_CHECKING:
    from govseal.registry.bureau import Bureau

MAX_CLIENT = 200
_ONLY_LOOKS = frozenset({Role.SUPERVISION_AUDITOR})
_NEVER_SIGNS = frozenset({Role.PLATFORM_OPERATOR})


class Acting:
    """The rooms of the bureau, as one person may use them."""

    def __init__(
        self,
        bureau: Bureau,
        person: str,
        *,
        strength: Strength = Strength.LOGIN,
        client: str = "",
        connection: sa.Connection | None = None,
    ) -> None:
        if len(client) > MAX_CLIENT:
            raise ValueError(f"client: more than {MAX_CLIENT} characters")
        self.bureau = bureau
        self.person = person
        self.strength = Strength(strength)
        self.client = client
        self._connection = connection

    def __repr__(self) -> str:
        return f"<Acting {self.person}>"

    @property
    def owns_transaction(self) -> bool:
        """Whether each call commits by itself; False on a connection of the caller's."""
        return self._connection is None

    def with_own_transaction(self) -> Acting:
        """The same person, whose calls commit by themselves."""
        if self.owns_transaction:
            return self
        return Acting(self.bureau, self.person, strength=self.strength, client=self.client)

    @cached_property
    def organizations(self) -> Organizations:
        """Units and departments."""
        return Organizations(self)

    @cached_property
    def people(self) -> People:
        """People, roles, substitutions."""
        return People(self)

    @cached_property
    def seals(self) -> Seals:
        """Seals from application to destruction."""
        return Seals(self)

    @cached_property
    def use(self) -> Use:
        """Requests, approvals, the desk."""
        return Use(self)

    @cached_property
    def documents(self) -> Documents:
        """Records of what was stamped."""
        return Documents(self)

    @cached_property
    def deadlines(self) -> Deadlines:
        """What is due."""
        return Deadlines(self)

    @cached_property
    def audit(self) -> AuditLog:
        """The audit log."""
        return AuditLog(self)

    @cached_property
    def ledger(self) -> LedgerAccess:
        """The ledger, read, exported, taken over, corrected, purged."""
        return LedgerAccess(self)

    @contextmanager
    def call(
        self, action: str, subject: str = "", *, writes: bool = True, signs: bool = False
    ) -> Iterator[Call]:
        """A call: all of it is done, told and logged, or nothing is but that it was refused.

        Args:
            action: the step's name, as ``seals.suspend``.
            subject: of whom or what, where that is known before.
            writes: False for a step that only looks.
            signs: whether a seal is made or used.

        Raises:
            TypeError: the subject is no text, as where a record is given instead of its id.
        """
        check_id(subject)
        call: Call | None = None
        at = self.bureau.clock()
        try:
            with self._transaction() as connection:
                call = self._begin(connection, at, action, subject)
                self._check_separation(call, writes=writes, signs=signs)
                yield call
                events.write(connection, call.events)
                audit.append(connection, self._row(call, action, subject, at, "done"))
        except SealError as error:
            refusal = Refused(str(error), code=error.code, clause=error.clause)
            self._log(call, action, subject, at, refusal)
            raise refusal from error
        except GovsealError as error:
            self._log(call, action, subject, at, error)
            raise

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        if self._connection is None:
            with self.bureau.database.begin() as connection:
                yield connection
        else:
            # Commit and rollback are the caller's; a refused step alone is undone.
            check_open(self._connection)
            with told(), self._connection.begin_nested():
                yield self._connection

    def _begin(self, connection: sa.Connection, at: datetime, action: str, subject: str) -> Call:
        actor = find_actor(connection, self.person, at, strength=self.strength, client=self.client)
        return Call(
            connection=connection,
            at=at,
            actor=actor,
            profile=self.bureau.profile_of(connection, actor.organization),
            secrets=self.bureau.secrets,
            action=action,
            subject=subject,
            profile_of=partial(self.bureau.profile_of, connection),
        )

    @staticmethod
    def _check_separation(call: Call, *, writes: bool, signs: bool) -> None:
        """Auditors only look, operators never sign: switches of the profile (3.1)."""
        roles = call.actor.roles
        switch = call.profile.switches
        if writes and roles & _ONLY_LOOKS and call.profile.is_on("auditor_writes_nothing"):
            raise NotAuthorized(
                "an auditor looks and changes nothing",
                code="E_AUDITOR_WRITES",
                clause=switch["auditor_writes_nothing"].clause,
            )
        if signs and roles & _NEVER_SIGNS and call.profile.is_on("operator_signs_nothing"):
            raise NotAuthorized(
                "an operator of the platform signs nothing",
                code="E_OPERATOR_SIGNS",
                clause=switch["operator_signs_nothing"].clause,
            )

    def _log(
        self, call: Call | None, action: str, subject: str, at: datetime, error: GovsealError
    ) -> None:
        """A refusal has its own transaction: that of the step is gone."""
        result = "refused" if isinstance(error, Refused) else "failed"
        row = self._row(call, action, subject, at, result, error=error)
        with self._transaction() as connection:
            audit.append(connection, row)

    def _row(
        self,
        call: Call | None,
        action: str,
        subject: str,
        at: datetime,
        result: str,
        *,
        error: GovsealError | None = None,
    ) -> AuditEvent:
        facts: dict[str, Any] = dict(call.facts) if call else {}
        if error is not None:
            facts["message"] = str(error)
        return AuditEvent(
            at=at,
            actor=self.person,
            strength=self.strength,
            client=self.client,
            action=action,
            subject=call.subject if call else subject,
            result=result,
            code=getattr(error, "code", type(error).__name__) if error else None,
            clause=getattr(error, "clause", None) or None,
            facts=facts,
        )


def find_actor(
    connection: sa.Connection, person: str, at: datetime, *, strength: Strength, client: str
) -> Actor:
    """The person with the roles of that time.

    Raises:
        NotAuthorized: nobody of that name is active then.
    """
    people = tables.people
    row = connection.execute(sa.select(people).where(people.c.id == person)).one_or_none()
    if row is None or row.active_from > at or (row.inactive_from and row.inactive_from <= at):
        raise NotAuthorized(f"nobody called {person} is active", code="E_PERSON")
    return Actor(
        id=row.id,
        name=row.name,
        organization=row.organization,
        department=row.department,
        assignments=roles_at(connection, person, at),
        strength=strength,
        client=client,
    )
