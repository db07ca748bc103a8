"""外出携带: a seal leaves its place by permit, for one matter, and comes back by a day."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from govseal.errors import NotAuthorized, StateError
from govseal.registry import tables
from govseal.registry.seals.custody import custodian_at, may_see, open_custody, sees
from govseal.registry.seals.petitions import decided, file_petition
from govseal.registry.seals.records import PetitionRecord, TakeOutPermit
from govseal.registry.seals.room import Room, active_person, locked, seal_facts, words
from govseal.registry.seals.standing import check_usable
from govseal.registry.tables.base import moment_text, new_id, read_moment
from govseal.registry.vocabulary import CustodyKind, PetitionKind, Role

if TYPE_CHECKING:
    from govseal.registry.call import Call


class TakeOut(Room):
    """Taking a seal out, and bringing it back."""

    def ask_take_out(
        self, seal_id: str, *, matter: str, since: datetime | None = None, due_back: datetime
    ) -> PetitionRecord:
        """Ask to take a seal out; the approvals are those of its use.

        Raises:
            Refused: ``E_PERIOD``, ``E_MATTER``, ``E_APPROVER_LEVEL``, what keeps the seal from use.
        """
        with self._acting.call("seals.ask_take_out", seal_id) as call:
            row = locked(call, seal_id)
            if call.actor.organization != row.using_org:
                raise NotAuthorized(
                    "由用章单位人员携带 / a seal is taken out by somebody of the unit that uses it"
                )
            check_usable(call, row)
            since = since or call.at
            if not call.at <= since < due_back:
                call.refuse(
                    "E_PERIOD",
                    "携带须有自现在起的期限 / a permit has a period that begins now or later",
                )
            content = {
                "matter": words(call, matter, "E_MATTER", "事项 / the matter"),
                "since": moment_text(since),
                "due_back": moment_text(due_back),
            }
            facts = seal_facts(row, "take_out")
            if call.profile.approval_rule(facts) is None:
                facts = seal_facts(row, "use")
            return file_petition(
                call,
                PetitionKind.TAKE_OUT,
                facts,
                content,
                organization=row.using_org,
                seal_id=seal_id,
            )

    def permits(self, seal_id: str) -> tuple[TakeOutPermit, ...]:
        """All permits of a seal, the latest last."""
        with self._acting.call("seals.permits", seal_id, writes=False) as call:
            may_see(call, call.one(tables.seals, seal_id))
            table = tables.take_out_permits
            query = sa.select(table).where(table.c.seal == seal_id).order_by(table.c.since)
            return tuple(TakeOutPermit.of(row) for row in call.rows(query))

    def take_out(self, permit_id: str) -> TakeOutPermit:
        """Hand the seal to the borrower: from now on it is in the borrower's custody.

        Raises:
            Refused: ``E_NOT_CUSTODIAN`` (only who holds it hands it out), ``E_PERIOD``,
                ``E_CUSTODY_OPEN``, what keeps the seal from use.
            StateError: it was taken out already.
        """
        with self._acting.call("seals.take_out", permit_id) as call:
            row, permit = _permit(call, permit_id)
            if permit.taken_at is not None:
                raise StateError(
                    "许可已使用 / the permit was used", state="taken", wanted=("open",)
                )
            check_usable(call, row)
            holder = custodian_at(call.connection, row.id, call.at)
            if holder is None or holder.person != call.actor.id:
                call.refuse(
                    "E_NOT_CUSTODIAN",
                    "印章由他人保管 / the seal is in the custody of somebody else",
                )
            if holder.kind is CustodyKind.TAKEN_OUT:
                call.refuse("E_CUSTODY_OPEN", "印章已带出 / the seal is out already")
            if not permit.since <= call.at < permit.due_back:
                call.refuse("E_PERIOD", "不在许可的时段 / the permit is for another time")
            active_person(call, permit.borrower)
            open_custody(
                call,
                row,
                permit.borrower,
                kind=CustodyKind.TAKEN_OUT,
                department=holder.department,
                matter=permit.matter,
            )
            call.update(tables.take_out_permits, permit_id, taken_at=call.at)
            return _record(call, permit_id)

    def bring_back(self, permit_id: str) -> TakeOutPermit:
        """Take the seal back from the borrower, as its custodian or for the office.

        Raises:
            NotAuthorized: neither regular custodian nor office.
            StateError: it is not out.
        """
        with self._acting.call("seals.bring_back", permit_id) as call:
            row, permit = _permit(call, permit_id)
            if permit.taken_at is None or permit.returned_at is not None:
                raise StateError(
                    "印章未带出 / the seal is not out", state="not_taken", wanted=("taken",)
                )
            if not _is_regular(call, row.id):
                call.require(Role.SEAL_OFFICE, organization=row.using_org)
            custody = tables.custody
            call.connection.execute(
                custody.update()
                .where(
                    custody.c.seal == row.id,
                    custody.c.kind == CustodyKind.TAKEN_OUT,
                    custody.c.until.is_(None),
                )
                .values(until=call.at)
            )
            call.update(
                tables.take_out_permits,
                permit_id,
                returned_at=call.at,
                received_by=call.actor.id,
            )
            call.tell("seal.brought_back", row.id, is_late=call.at > permit.due_back)
            return _record(call, permit_id)

    def overdue(self) -> tuple[TakeOutPermit, ...]:
        """What should be back by now and is not, of the seals that the actor may look at."""
        with self._acting.call("seals.overdue", writes=False) as call:
            late = overdue_permits(call.connection, call.at)
            return tuple(p for p in late if sees(call, call.one(tables.seals, p.seal)))


def overdue_permits(connection: sa.Connection, at: datetime) -> tuple[TakeOutPermit, ...]:
    """The permits whose seals had to be back at a moment, the longest overdue first."""
    table = tables.take_out_permits
    query = (
        sa.select(table)
        .where(table.c.taken_at.is_not(None), table.c.returned_at.is_(None), table.c.due_back < at)
        .order_by(table.c.due_back, table.c.id)
    )
    return tuple(TakeOutPermit.of(row) for row in connection.execute(query))


def permit(call: Call, petition: sa.Row[Any]) -> None:
    """What an approved petition gives: the permit."""
    content = petition.content
    call.insert(
        tables.take_out_permits,
        id=new_id("prm"),
        seal=petition.seal,
        petition=petition.id,
        borrower=petition.applicant,
        matter=content["matter"],
        since=read_moment(content["since"]),
        due_back=read_moment(content["due_back"]),
    )


decided[PetitionKind.TAKE_OUT] = permit


def _permit(call: Call, permit_id: str) -> tuple[sa.Row[Any], sa.Row[Any]]:
    found = call.one(tables.take_out_permits, permit_id)
    row = locked(call, found.seal)
    call.subject = row.id
    return row, call.one(tables.take_out_permits, permit_id)


def _is_regular(call: Call, seal_id: str) -> bool:
    custody = tables.custody
    query = sa.select(custody.c.id).where(
        custody.c.seal == seal_id,
        custody.c.kind == CustodyKind.REGULAR,
        custody.c.until.is_(None),
        custody.c.custodian == call.actor.id,
    )
    return bool(call.rows(query))


def _record(call: Call, permit_id: str) -> TakeOutPermit:
    return call.finish(TakeOutPermit.of(call.one(tables.take_out_permits, permit_id)))
