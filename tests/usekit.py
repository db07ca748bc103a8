"""A desk at which tests ask, approve and stamp, with real seals and keys."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa

import bureaukit
import govseal
import ofd_builder
from govseal.errors import Refused
from govseal.registry import Bureau, tables
from govseal.registry.tables import fences
from govseal.registry.tables.base import new_id
from govseal.registry.use.records import Stamped, UseRequest
from govseal.registry.vocabulary import Role, SealSubtype, Strength

PLACE = govseal.Placement(page=1, x_mm=120, y_mm=210)
APPROVERS = ("head", "leader")
_numbers = itertools.count(1)


def paper(text: str | None = None) -> bytes:
    """A document that nobody has filed yet."""
    words = text or f"第{next(_numbers)}号"
    package = ofd_builder.files()
    return ofd_builder.pack(package | {"Doc_0/Pages/Page_0/Content.xml": ofd_builder.page(words)})


@dataclass
class Desk:
    """People of one bureau at their work; each has a key once one is needed."""

    bureau: Bureau
    seals: dict[SealSubtype, str] = field(default_factory=dict)
    registered: set[str] = field(default_factory=set)

    def seal(self, subtype: SealSubtype = SealSubtype.ADMIN_APPROVAL) -> str:
        """The bureau's seal of a subtype."""
        if subtype not in self.seals:
            self.seals[subtype] = bureaukit.usable_seal(self.bureau, subtype)
        return self.seals[subtype]

    def key(self, name: str) -> Any:
        """The key that a person signs with, registered."""
        if name not in self.registered:
            bureaukit.register_key(self.bureau, name)
            self.registered.add(name)
        return bureaukit.own_key(name)

    def acting(self, name: str, strength: Strength = Strength.LOGIN) -> Any:
        return self.bureau.acting(bureaukit.person(name), strength=strength)

    def ask(
        self,
        name: str = "handler",
        subtype: SealSubtype = SealSubtype.ADMIN_APPROVAL,
        **stated: Any,
    ) -> UseRequest:
        """A request; what a test does not state is as usual."""
        usual = {"matter": "企业设立", "reason": "办结发证", "section": "规划建设科"}
        usual |= {"document": paper()}
        if "seal" not in stated:
            usual["seal"] = self.seal(subtype)
        with self.acting(name) as b:
            return b.use.request(**{**usual, **stated})

    def approve(self, request: UseRequest, name: str, **more: Any) -> Any:
        with self.acting(name) as b:
            return b.use.approve(request.id, **{"statement": self.key(name), **more})

    def approved(self, *names: str, **stated: Any) -> UseRequest:
        """A request that has the approvals of these people, by default all that it needs."""
        request = self.ask(**stated)
        for name in names or APPROVERS:
            self.approve(request, name)
        return request

    def stamp(self, request: UseRequest, name: str = "custodian", **more: Any) -> Stamped:
        with self.acting(name) as b:
            return b.use.stamp(request.id, **{"placement": PLACE, **more})

    def stamped(self, **stated: Any) -> tuple[UseRequest, Stamped]:
        request = self.approved(**stated)
        return request, self.stamp(request)

    def state(self, request: UseRequest) -> str:
        return self.row(tables.use_requests, request.id).state

    def row(self, table: sa.Table, id_: str) -> Any:
        with self.bureau.database.begin() as connection:
            return connection.execute(sa.select(table).where(table.c.id == id_)).one()

    def rows(self, table: sa.Table) -> Any:
        with self.bureau.database.begin() as connection:
            return connection.execute(sa.select(table)).all()

    def write(self, table: sa.Table, id_: str, **values: Any) -> None:
        """Change a row behind the registry's back, past its fences."""
        fenced = [table.name] if table.name in fences.FENCED else []
        with self.bureau.database.begin() as connection:
            for name in fenced:
                fences.lower_fences(connection, name)
            connection.execute(table.update().where(table.c.id == id_).values(**values))
            for name in fenced:
                fences.raise_fences(connection, name)

    def appoint(self, name: str, role: Role, **values: Any) -> None:
        """One more role for a person."""
        with self.bureau.database.begin() as connection:
            connection.execute(
                tables.role_assignments.insert().values(
                    **{
                        "id": new_id("role"),
                        "person": bureaukit.person(name),
                        "role": role,
                        "organization": bureaukit.BUREAU,
                        "since": bureaukit.SINCE,
                        **values,
                    }
                )
            )


def refusal(step: Callable[..., Any], *arguments: Any, **named: Any) -> Refused:
    """How a step is refused."""
    with pytest.raises(Refused) as refused:
        step(*arguments, **named)
    return refused.value


def code(step: Callable[..., Any], *arguments: Any, **named: Any) -> str:
    """The code of a refusal."""
    return refusal(step, *arguments, **named).code
