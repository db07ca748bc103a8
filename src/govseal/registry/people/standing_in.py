"""Substitutions (代其主持工作): named, authorised by the Party secretary, ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from govseal.errors import NotAuthorized
from govseal.registry import tables
from govseal.registry.call import Call
from govseal.registry.organizations.records import checked_name
from govseal.registry.people.authority import administers
from govseal.registry.tables.base import new_id
from govseal.registry.vocabulary import Role

_LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Somebody who is to stand in."""

    principal: str
    stand_in: str
    since: datetime
    until: datetime
    contact: str | None
    reason: str | None


def name_stand_in(call: Call, wanted: Wanted) -> str:
    """See :meth:`People.name_stand_in`; the substitution's id."""
    if not call.profile.is_on("substitution_allowed"):
        clause = call.profile.switch("substitution_allowed").clause
        call.refuse("E_STAND_IN", "本单位不设代理 / nobody stands in for anybody here", clause)
    principal = call.one(tables.people, wanted.principal)
    if wanted.principal != call.actor.id:
        call.require(Role.PRINCIPAL_LEADER, organization=principal.organization)
        if wanted.stand_in == call.actor.id:
            call.refuse("E_OWN_RIGHTS", "不得指定自己代理他人 / nobody names himself")
    stand_in = call.one(tables.people, wanted.stand_in)
    if stand_in.id == principal.id:
        call.refuse("E_STAND_IN", "不得由本人代理本人 / nobody stands in for himself")
    gone = stand_in.inactive_from is not None and stand_in.inactive_from <= call.at
    if gone or stand_in.organization != principal.organization:
        call.refuse("E_STAND_IN", "代理人须为本单位在岗人员 / the stand-in is not of the unit")
    if not call.at <= wanted.since < wanted.until:
        call.refuse("E_PERIOD", "起止时间有误 / it ends before it begins, or begins in the past")
    if wanted.until - wanted.since > _LONGEST:
        call.refuse("E_PERIOD", "代理不得超过一年 / nobody stands in for more than a year")
    is_secretary = call.actor.has(Role.PARTY_SECRETARY, organization=principal.organization)
    id_ = new_id("sub")
    call.insert(
        tables.substitutions,
        id=id_,
        principal=principal.id,
        stand_in=stand_in.id,
        contact=None if wanted.contact is None else checked_name(wanted.contact),
        reason=None if wanted.reason is None else checked_name(wanted.reason),
        authorized_by=call.actor.id if is_secretary else None,
        since=wanted.since,
        until=wanted.until,
    )
    call.tell("stand_in.named", stand_in.id, principal=principal.id)
    return id_


def authorize(call: Call, substitution: str) -> None:
    """See :meth:`People.authorize_stand_in`."""
    row = call.one(tables.substitutions, substitution, lock=True)
    principal = call.one(tables.people, row.principal)
    call.require(Role.PARTY_SECRETARY, organization=principal.organization)
    if row.until <= call.at:
        call.refuse("E_PERIOD", "代理已结束 / the substitution has ended")
    call.update(tables.substitutions, substitution, authorized_by=call.actor.id)
    call.tell("stand_in.authorized", row.stand_in, principal=row.principal)


def end(call: Call, substitution: str) -> None:
    """See :meth:`People.end_stand_in`."""
    row = call.one(tables.substitutions, substitution, lock=True)
    principal = call.one(tables.people, row.principal)
    is_one_of_them = call.actor.id in {row.principal, row.stand_in}
    if not (is_one_of_them or administers(call, principal.organization)):
        raise NotAuthorized(
            "须由本人、代理人或管理员办理 / only the two of them, or an administrator, end it",
            clause=call.profile.clause("E_NOT_AUTHORIZED"),
        )
    if row.until <= call.at:
        call.refuse("E_PERIOD", "代理已结束 / the substitution has ended")
    call.update(tables.substitutions, substitution, until=max(call.at, row.since))
    call.tell("stand_in.ended", row.stand_in, principal=row.principal)


def end_all(call: Call, person: str) -> None:
    """All substitutions in which a person is one of the two end now."""
    table = tables.substitutions
    query = sa.select(table).where(
        sa.or_(table.c.principal == person, table.c.stand_in == person), table.c.until > call.at
    )
    for row in call.rows(query.order_by(table.c.id).with_for_update()):
        call.update(table, row.id, until=max(call.at, row.since))
        call.tell("stand_in.ended", row.stand_in, principal=row.principal)
