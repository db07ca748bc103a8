"""实物印章: carved by the leaders' consent, with a letter, filed with public security."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.seals.petitions import decided, denied, file_petition, open_petitions
from govseal.registry.seals.quotas import check_quota
from govseal.registry.seals.records import PetitionRecord, SealRecord
from govseal.registry.seals.room import (
    Room,
    at_or_before,
    is_electronic,
    locked,
    seal_facts,
    sealed_record,
    words,
)
from govseal.registry.seals.transitions import check_step, move
from govseal.registry.tables.base import new_id
from govseal.registry.vocabulary import PetitionKind, ReasonClass, Role

if TYPE_CHECKING:
    from govseal.registry.call import Call

Shape = Literal["round", "oval", "square"]
MAX_MM = 200


class Physical(Room):
    """Having physical seals carved."""

    def ask_carving(
        self, seal_id: str, *, shape: Shape, width_mm: int, height_mm: int
    ) -> PetitionRecord:
        """Ask the leaders for a seal to be carved: 刻制, first the supervising, then the principal.

        Args:
            seal_id: a physical seal that was applied for.
            shape: ``round``, ``oval`` or ``square``.
            width_mm: across, in whole millimetres.
            height_mm: down.

        Raises:
            Refused: ``E_MEDIUM`` (an electronic seal), ``E_FORM`` (no such size),
                ``E_APPROVER_LEVEL``, ``E_DUPLICATE``.
            StateError: it was not submitted.
            NotAuthorized: no applicant of the unit.
        """
        with self._acting.call("seals.ask_carving", seal_id) as call:
            row = locked(call, seal_id)
            check_step(row, "consent")
            _check_physical(call, row)
            call.require(Role.SEAL_USING_UNIT_APPLICANT, organization=row.owner_org)
            if not all(1 <= side <= MAX_MM for side in (width_mm, height_mm)):
                call.refuse("E_FORM", f"印章尺寸为 1 至 {MAX_MM} 毫米 / 1 to {MAX_MM} mm")
            if shape == "round" and width_mm != height_mm:
                call.refuse("E_FORM", "圆形印章宽高须一致 / a round seal is as wide as it is high")
            if open_petitions(call, seal_id, PetitionKind.CARVE):
                call.refuse("E_DUPLICATE", "已有同类申请在办 / an application is open already")
            call.insert(
                tables.carving_records,
                id=new_id("car"),
                seal=seal_id,
                shape=shape,
                width_mm=width_mm,
                height_mm=height_mm,
            )
            return file_petition(
                call,
                PetitionKind.CARVE,
                seal_facts(row, "carve"),
                {"reason": row.name},
                organization=row.owner_org,
                seal_id=seal_id,
            )

    def write_letter(self, seal_id: str, letter_no: str) -> SealRecord:
        """Note the office's letter of introduction to the carver: 介绍信.

        Raises:
            Refused: ``E_LETTER`` (no number, or there is one already).
            StateError: the carving was not approved.
            NotAuthorized: not the office.
        """
        with self._acting.call("seals.write_letter", seal_id) as call:
            row, record = _carving(call, seal_id, "carve")
            number = words(call, letter_no, "E_LETTER", "介绍信编号 / the letter's number")
            if record.letter_no is not None:
                call.refuse("E_LETTER", "介绍信已开具 / there is a letter already")
            call.update(tables.carving_records, record.id, letter_no=number, letter_at=call.at)
            return sealed_record(call, row.id)

    def note_carving(
        self, seal_id: str, carver: str, *, carved_at: datetime | None = None
    ) -> SealRecord:
        """Note that the seal was carved, by whom public security designated.

        Raises:
            Refused: ``E_LETTER`` (there was no letter), ``E_CARVER``, ``E_SEAL_QUOTA``,
                ``E_EFFECTIVE_TIME``.
            StateError: the carving was not approved.
            NotAuthorized: not the office.
        """
        with self._acting.call("seals.note_carving", seal_id) as call:
            row, record = _carving(call, seal_id, "carve")
            if record.letter_no is None:
                call.refuse("E_LETTER", "尚未开具介绍信 / there is no letter of introduction")
            name = words(call, carver, "E_CARVER", "刻制单位 / the carver")
            done = at_or_before(call, carved_at)
            check_quota(call, row)
            call.update(tables.carving_records, record.id, carver=name, carved_at=done)
            move(call, row, "carve", reason_class=ReasonClass.ISSUED)
            if row.replaces:
                call.update(tables.seals, row.replaces, replaced_by=seal_id)
            return sealed_record(call, seal_id)

    def file_with_police(self, seal_id: str, number: str) -> SealRecord:
        """Note the number under which the seal is filed with public security: 公安备案.

        Raises:
            Refused: ``E_PSB_FILING``: no number, or it is filed already.
            StateError: it was not carved, or is in use.
            NotAuthorized: not the office.
        """
        with self._acting.call("seals.file_with_police", seal_id) as call:
            row, record = _carving(call, seal_id, "issue")
            text = words(call, number, "E_PSB_FILING", "备案号 / the number of the filing")
            if row.psb_filing_no is not None:
                call.refuse("E_PSB_FILING", "已备案 / it is filed already")
            call.update(tables.carving_records, record.id, psb_filed_at=call.at)
            call.update(tables.seals, seal_id, psb_filing_no=text)
            return sealed_record(call, seal_id)


def consent(call: Call, petition: sa.Row[Any]) -> None:
    """What an approved petition does: the seal may be carved."""
    move(call, call.one(tables.seals, petition.seal), "consent")


def deny(call: Call, petition: sa.Row[Any], reason: str) -> None:
    """What a rejected petition does."""
    move(call, call.one(tables.seals, petition.seal), "deny", reason=reason)


decided[PetitionKind.CARVE] = consent
denied[PetitionKind.CARVE] = deny


def _carving(call: Call, seal_id: str, event: str) -> tuple[sa.Row[Any], sa.Row[Any]]:
    row = locked(call, seal_id)
    _check_physical(call, row)
    check_step(row, event)
    call.require(Role.SEAL_OFFICE, organization=row.using_org)
    records = tables.carving_records
    query = sa.select(records).where(records.c.seal == seal_id)
    return row, call.connection.execute(query).one()


def _check_physical(call: Call, row: sa.Row[Any]) -> None:
    if is_electronic(row):
        call.refuse("E_MEDIUM", "电子印章不刻制 / an electronic seal is made, not carved")
