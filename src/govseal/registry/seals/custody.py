"""保管: exactly one named custodian of a seal at every moment (R-HLJ-16, R-JC10-YZ-3.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from govseal.errors import NotAuthorized, StateError
from govseal.registry import tables
from govseal.registry.people.authority import looks
from govseal.registry.seals.records import HandOver
from govseal.registry.seals.room import (
    Room,
    active_person,
    department_of,
    is_over,
    locked,
    people_with,
    seal_facts,
)
from govseal.registry.tables.base import new_id
from govseal.registry.vocabulary import CustodyKind, Role, SealState

if TYPE_CHECKING:
    from govseal.registry.call import Call

# Who stands in front of whom: whoever carries the seal, then a stand-in, then its custodian.
_RANK = {
    CustodyKind.TAKEN_OUT: 0,
    CustodyKind.TEMPORARY: 1,
    CustodyKind.REGULAR: 2,
    CustodyKind.OFFICE_RETAINED: 2,
}
_KEPT = (CustodyKind.REGULAR, CustodyKind.OFFICE_RETAINED)
_HANDED_OVER = frozenset(
    {
        SealState.ISSUED,
        SealState.ACTIVE,
        SealState.SUSPENDED,
        SealState.STOPPED,
        SealState.EXPIRED,
        SealState.CANCELLED,
        SealState.LAPSED,
    }
)
HEADS = (Role.SECTION_HEAD, Role.OFFICE_HEAD)


@dataclass(frozen=True, slots=True)
class Custodian:
    """Who answers for a seal at one moment."""

    person: str
    kind: CustodyKind
    department: str | None
    matter: str | None
    """Of a seal that was taken out: for this matter alone."""
    since: datetime
    until: datetime | None


class Custody(Room):
    """Keeping seals, handing them over, standing in."""

    def hand_over(self, seal_id: str, receiver: str, *, remark: str = "") -> HandOver:
        """Begin a hand-over (交接); whoever begins it has confirmed their own part.

        Nothing changes hands until giver, receiver and office have confirmed.

        Raises:
            Refused: ``E_CUSTODY_OPEN`` (another hand-over is open, or a stand-in or borrower has
                the seal), ``E_CUSTODY_DEPT``, ``E_NO_CUSTODIAN``, ``E_SAME_PERSON``.
            NotAuthorized: neither giver, receiver nor office.
            StateError: the seal is in nobody's use.
        """
        with self._acting.call("seals.hand_over", seal_id) as call:
            row = locked(call, seal_id)
            if row.state not in _HANDED_OVER:
                wanted = tuple(sorted(_HANDED_OVER))
                raise StateError(
                    f"印章状态不符 / the seal is {row.state}", state=row.state, wanted=wanted
                )
            holder = custodian_at(call.connection, seal_id, call.at)
            if holder is None:
                call.refuse("E_NO_CUSTODIAN", "印章无人保管 / nobody has custody of the seal")
            if holder.kind not in _KEPT:
                call.refuse(
                    "E_CUSTODY_OPEN",
                    "印章正由他人代管或带出 / a stand-in or a borrower has the seal now",
                )
            if _open_handover(call, seal_id) is not None:
                call.refuse("E_CUSTODY_OPEN", "已有交接在办 / a hand-over is open already")
            if receiver == holder.person:
                call.refuse(
                    "E_SAME_PERSON", "移交人与接收人相同 / giver and receiver are one person"
                )
            department = _check_receiver(call, row, holder.kind, receiver)
            handover_id = new_id("hnd")
            call.insert(
                tables.custody_handovers,
                id=handover_id,
                seal=seal_id,
                giver=holder.person,
                receiver=receiver,
                department=department,
                begun_at=call.at,
                remark=remark or None,
            )
            _confirm(call, row, handover_id)
            return _handover(call, handover_id)

    def confirm_hand_over(self, handover_id: str) -> HandOver:
        """Confirm one's part as giver, receiver or office; the last one lets it change hands.

        Raises:
            NotAuthorized: neither giver, receiver nor office.
            Refused: ``E_SAME_PERSON``: one person would confirm two parts.
            StateError: it is complete, or was dropped.
        """
        with self._acting.call("seals.confirm_hand_over", handover_id) as call:
            found = call.one(tables.custody_handovers, handover_id)
            row = locked(call, found.seal)
            call.subject = row.id
            _confirm(call, row, handover_id)
            return _handover(call, handover_id)

    def drop_hand_over(self, handover_id: str) -> HandOver:
        """Give a hand-over up before it is complete: the seal stays where it is.

        Raises:
            NotAuthorized: neither giver, receiver nor office.
            StateError: it is complete, or was dropped.
        """
        with self._acting.call("seals.drop_hand_over", handover_id) as call:
            found = call.one(tables.custody_handovers, handover_id)
            row = locked(call, found.seal)
            call.subject = row.id
            _check_open(call.one(tables.custody_handovers, handover_id))
            _part_of(call, row, found)
            call.update(tables.custody_handovers, handover_id, dropped_at=call.at)
            return _handover(call, handover_id)

    def stand_in(
        self, seal_id: str, person: str, *, since: datetime | None = None, until: datetime
    ) -> Custodian:
        """Name who keeps the seal while its custodian is away: 代管, by the head of the department.

        It begins at ``since``, now by default.

        Raises:
            Refused: ``E_CUSTODY_DEPT`` (a stand-in from outside the unit, R-GZ-3.2.5),
                ``E_CUSTODY_OPEN`` (another stand-in at that time, or a hand-over is open),
                ``E_PERIOD``, ``E_NO_CUSTODIAN``, ``E_SAME_PERSON``.
            NotAuthorized: not the head of the department that keeps the seal.
        """
        with self._acting.call("seals.stand_in", seal_id) as call:
            row = locked(call, seal_id)
            kept = _kept(call, seal_id)
            call.require(*HEADS, organization=row.using_org, department=kept.department)
            since = since or call.at
            if not call.at <= since < until:
                call.refuse(
                    "E_PERIOD",
                    "代管须有自现在起的期限 / a stand-in has a period that begins now or later",
                )
            _check_stand_in(call, row, kept, person)
            if _open_handover(call, seal_id) is not None:
                call.refuse("E_CUSTODY_OPEN", "有交接在办 / a hand-over is open")
            if _overlaps(call, seal_id, since, until):
                call.refuse(
                    "E_CUSTODY_OPEN", "该时段已有人代管 / somebody stands in at that time already"
                )
            open_custody(
                call,
                row,
                person,
                kind=CustodyKind.TEMPORARY,
                department=kept.department,
                since=since,
                until=until,
            )
            return Custodian(person, CustodyKind.TEMPORARY, kept.department, None, since, until)

    def hand_overs(self, seal_id: str) -> tuple[HandOver, ...]:
        """The hand-overs of a seal: those that are open first, then the latest."""
        with self._acting.call("seals.hand_overs", seal_id, writes=False) as call:
            may_see(call, call.one(tables.seals, seal_id))
            table = tables.custody_handovers
            is_over_ = sa.or_(table.c.completed_at.is_not(None), table.c.dropped_at.is_not(None))
            query = sa.select(table).where(table.c.seal == seal_id)
            query = query.order_by(is_over_, table.c.begun_at.desc(), table.c.id)
            return tuple(HandOver.of(row) for row in call.rows(query))

    def custodian(self, seal_id: str, at: datetime | None = None) -> Custodian | None:
        """Who has, or had, custody; at any moment exactly one person."""
        with self._acting.call("seals.custodian", seal_id, writes=False) as call:
            may_see(call, call.one(tables.seals, seal_id))
            return custodian_at(call.connection, seal_id, at or call.at)


def custodian_at(connection: sa.Connection, seal_id: str, at: datetime) -> Custodian | None:
    """Who holds a seal at a moment; None before anybody does, and after it was destroyed."""
    custody = tables.custody
    query = sa.select(custody).where(
        custody.c.seal == seal_id,
        custody.c.since <= at,
        sa.or_(custody.c.until.is_(None), custody.c.until > at),
    )
    rows = connection.execute(query).all()
    if not rows:
        return None
    row = min(rows, key=lambda row: _RANK[CustodyKind(row.kind)])
    return Custodian(
        person=row.custodian,
        kind=CustodyKind(row.kind),
        department=row.department,
        matter=row.matter,
        since=row.since,
        until=row.until,
    )


def may_see(call: Call, seal_row: sa.Row[Any]) -> None:
    """Go on only if the actor may look at the seal: of its units, above them, or who makes it.

    Raises:
        NotAuthorized: none of these.
    """
    if not sees(call, seal_row):
        message = "无权查阅该单位的印章 / no right to look at the seals of this unit"
        raise NotAuthorized(message, clause=call.profile.clause("E_NOT_AUTHORIZED"))


def sees(call: Call, seal_row: sa.Row[Any]) -> bool:
    """Whether the actor may look at the seal."""
    if looks(call, owner=seal_row.owner_org, using=seal_row.using_org):
        return True
    if call.actor.has(Role.SEAL_MAKER):
        return True
    owner = call.one(tables.organizations, seal_row.owner_org)
    if any(
        assignment.role is Role.SEAL_MANAGEMENT_DEPT_REVIEWER and is_over(call, assignment, owner)
        for assignment in call.actor.assignments
    ):
        return True
    holder = custodian_at(call.connection, seal_row.id, call.at)
    return holder is not None and holder.person == call.actor.id


def check_custodian(call: Call, seal_row: sa.Row[Any], matter: str | None) -> None:
    """Go on only if the actor holds the seal now, and for this matter where it was taken out.

    Raises:
        Refused: ``E_NO_CUSTODIAN``, ``E_NOT_CUSTODIAN``, ``E_CUSTODIAN_ROLE`` (its regular
            custodian, who is none by role any more), ``E_PERMIT_SCOPE`` (another matter than
            that of the permit), ``E_PERMIT_OVERDUE``.
    """
    holder = custodian_at(call.connection, seal_row.id, call.at)
    if holder is None:
        call.refuse("E_NO_CUSTODIAN", "印章无人保管 / nobody has custody of the seal")
    if holder.person != call.actor.id:
        call.refuse(
            "E_NOT_CUSTODIAN", "印章由他人保管 / the seal is in the custody of somebody else"
        )
    if holder.kind is CustodyKind.OFFICE_RETAINED:
        call.refuse(
            "E_NOT_CUSTODIAN", "印章已停用，由办公室保存 / the office keeps the seal out of use"
        )
    if holder.kind is CustodyKind.REGULAR and not call.actor.has(
        Role.CUSTODIAN, organization=seal_row.using_org
    ):
        call.refuse("E_CUSTODIAN_ROLE", "已不再任保管人 / the person is no custodian by role")
    if holder.kind is CustodyKind.TAKEN_OUT:
        if matter != holder.matter:
            message = "携带事项不符 / the seal was taken out for another matter"
            call.refuse("E_PERMIT_SCOPE", message)
        if _is_overdue(call, seal_row.id):
            call.refuse("E_PERMIT_OVERDUE", "印章已逾期未还 / the seal had to be back by now")


def check_keeper(call: Call, row: sa.Row[Any], person: str) -> str:
    """The department in which a person may keep the seal.

    Raises:
        Refused: ``E_CUSTODY_DEPT``, ``E_PERSON``, ``E_CUSTODIAN_ROLE``.
    """
    found = active_person(call, person)
    rule = call.profile.custody_rule(seal_facts(row, "custody"))
    clause = rule.clause if rule else ""
    department = row.custody_department
    if found.organization != row.using_org or (department and found.department != department):
        message = "保管人不属保管科室 / the custodian is of another department"
        call.refuse("E_CUSTODY_DEPT", message, clause)
    if found.department is None:
        call.refuse(
            "E_CUSTODY_DEPT", "保管人不属任何科室 / the custodian belongs to no department", clause
        )
    name = department_of(call, found.department, row.using_org).name
    if rule is not None and rule.department and rule.department != name:
        call.refuse(
            "E_CUSTODY_DEPT",
            f"此类印章由该科室保管 / such a seal is kept by {rule.department}",
            clause,
        )
    roles = tables.role_assignments
    query = sa.select(roles.c.id).where(
        roles.c.person == person,
        roles.c.role == Role.CUSTODIAN,
        roles.c.since <= call.at,
        sa.or_(roles.c.until.is_(None), roles.c.until > call.at),
    )
    if not call.rows(query.limit(1)):
        call.refuse("E_CUSTODIAN_ROLE", "须专人保管 / the person is no custodian by role")
    return str(found.department)


def open_custody(
    call: Call,
    row: sa.Row[Any],
    person: str,
    *,
    kind: CustodyKind,
    department: str | None,
    matter: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> None:
    """A new row of custody, from now unless told otherwise.

    Raises:
        Refused: ``E_CUSTODY_OPEN``: somebody keeps the seal already.
    """
    if kind in _KEPT and _find_kept(call, row.id) is not None:
        call.refuse(
            "E_CUSTODY_OPEN",
            "印章已有保管人，须办理交接 / somebody keeps the seal; it has to be handed over",
        )
    call.insert(
        tables.custody,
        id=new_id("cus"),
        seal=row.id,
        kind=kind,
        department=department,
        custodian=person,
        matter=matter,
        named_by=call.actor.id,
        since=since or call.at,
        until=until,
    )
    call.tell("custody.begun", row.id, custodian=person, what=kind)


def close_custody(call: Call, seal_id: str, *, is_wholly: bool = True) -> None:
    """End the regular custody of a seal now; wholly: also stand-ins, borrowers, hand-overs."""
    custody = tables.custody
    query = custody.update().where(
        custody.c.seal == seal_id,
        sa.or_(custody.c.until.is_(None), custody.c.until > call.at),
    )
    if not is_wholly:
        query = query.where(custody.c.kind.in_(_KEPT))
    call.connection.execute(query.values(until=call.at))
    if is_wholly:
        handovers = tables.custody_handovers
        call.connection.execute(
            handovers.update()
            .where(
                handovers.c.seal == seal_id,
                handovers.c.completed_at.is_(None),
                handovers.c.dropped_at.is_(None),
            )
            .values(dropped_at=call.at)
        )


def _is_overdue(call: Call, seal_id: str) -> bool:
    """Whether the seal was out at the time of the call, and had to be back."""
    permits = tables.take_out_permits
    query = sa.select(permits.c.due_back).where(
        permits.c.seal == seal_id,
        permits.c.taken_at <= call.at,
        sa.or_(permits.c.returned_at.is_(None), permits.c.returned_at > call.at),
    )
    due = call.connection.execute(query).scalar_one_or_none()
    return due is not None and due < call.at


def _find_kept(call: Call, seal_id: str) -> sa.Row[Any] | None:
    custody = tables.custody
    query = sa.select(custody).where(
        custody.c.seal == seal_id, custody.c.kind.in_(_KEPT), custody.c.until.is_(None)
    )
    return call.connection.execute(query).one_or_none()


def _kept(call: Call, seal_id: str) -> sa.Row[Any]:
    row = _find_kept(call, seal_id)
    if row is None or row.kind != CustodyKind.REGULAR:
        call.refuse("E_NO_CUSTODIAN", "印章没有正式保管人 / nobody has regular custody of the seal")
    return row


def _check_stand_in(call: Call, row: sa.Row[Any], kept: sa.Row[Any], person: str) -> None:
    found = active_person(call, person)
    switch = call.profile.switch("stand_in_is_of_using_unit")
    if found.organization != row.using_org and switch.value is True:
        message = "代管人须为用章单位人员 / a stand-in belongs to the unit that uses the seal"
        call.refuse("E_CUSTODY_DEPT", message, switch.clause)
    if person == kept.custodian:
        call.refuse("E_SAME_PERSON", "不得代管自己保管的印章 / nobody stands in for themselves")


def _overlaps(call: Call, seal_id: str, since: datetime, until: datetime) -> bool:
    custody = tables.custody
    query = sa.select(custody.c.id).where(
        custody.c.seal == seal_id,
        custody.c.kind.in_((CustodyKind.TEMPORARY, CustodyKind.TAKEN_OUT)),
        custody.c.since < until,
        sa.or_(custody.c.until.is_(None), custody.c.until > since),
    )
    return bool(call.rows(query.limit(1)))


def _open_handover(call: Call, seal_id: str) -> sa.Row[Any] | None:
    table = tables.custody_handovers
    query = sa.select(table).where(
        table.c.seal == seal_id, table.c.completed_at.is_(None), table.c.dropped_at.is_(None)
    )
    return call.connection.execute(query).one_or_none()


def _handover(call: Call, handover_id: str) -> HandOver:
    return call.finish(HandOver.of(call.one(tables.custody_handovers, handover_id)))


def _check_receiver(call: Call, row: sa.Row[Any], kind: CustodyKind, receiver: str) -> str | None:
    """The department of whoever is to keep the seal: what the office retains stays with it."""
    if kind is not CustodyKind.OFFICE_RETAINED:
        return check_keeper(call, row, receiver)
    return check_office_keeper(call, row, receiver)


def check_office_keeper(call: Call, row: sa.Row[Any], person: str) -> str | None:
    """The department of a person of the office that keeps a seal out of use.

    Raises:
        Refused: ``E_CUSTODY_DEPT``: the person is not of the office; ``E_PERSON``.
    """
    found = active_person(call, person)
    if person not in people_with(call, (Role.SEAL_OFFICE,), row.using_org):
        call.refuse("E_CUSTODY_DEPT", "停用的印章由办公室保存 / the office keeps a stopped seal")
    return None if found.department is None else str(found.department)


def _check_open(handover: sa.Row[Any]) -> None:
    if handover.completed_at is not None:
        raise StateError(
            "交接已完成 / the hand-over is complete", state="completed", wanted=("open",)
        )
    if handover.dropped_at is not None:
        raise StateError(
            "交接已撤销 / the hand-over was dropped", state="dropped", wanted=("open",)
        )


def _part_of(call: Call, row: sa.Row[Any], handover: sa.Row[Any]) -> str:
    """The part that the actor has in a hand-over."""
    if call.actor.id == handover.giver:
        return "giver"
    if call.actor.id == handover.receiver:
        return "receiver"
    call.require(Role.SEAL_OFFICE, organization=row.using_org)
    return "registrar"


def _confirm(call: Call, row: sa.Row[Any], handover_id: str) -> None:
    handover = call.one(tables.custody_handovers, handover_id)
    _check_open(handover)
    part = _part_of(call, row, handover)
    values: dict[str, Any] = {f"{part}_at": call.at}
    if part == "registrar":
        values["registrar"] = call.actor.id
    call.update(tables.custody_handovers, handover_id, **values)
    done = call.one(tables.custody_handovers, handover_id)
    if not (done.giver_at and done.receiver_at and done.registrar_at):
        return
    kept = _find_kept(call, row.id)
    if kept is None or kept.custodian != done.giver:
        call.refuse("E_NO_CUSTODIAN", "移交人已不再保管 / the giver no longer keeps the seal")
    kind = CustodyKind(kept.kind)
    _check_receiver(call, row, kind, done.receiver)
    # One moment ends the giver's custody and begins the receiver's: ``until`` is not in it.
    close_custody(call, row.id, is_wholly=False)
    open_custody(call, row, done.receiver, kind=kind, department=done.department)
    call.update(tables.custody_handovers, handover_id, completed_at=call.at)
    call.tell("custody.handed_over", row.id, giver=done.giver, receiver=done.receiver)
