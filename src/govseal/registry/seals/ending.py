"""停用, 注销, 销毁, 失效: how seals end, each with its papers and those who answer for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from govseal.asn1.times import BEIJING
from govseal.errors import NotAuthorized, StateError
from govseal.registry import tables
from govseal.registry.seals import vault
from govseal.registry.seals.custody import check_office_keeper, close_custody, open_custody
from govseal.registry.seals.forms import (
    IDENTITY_PROOF,
    WRITTEN_APPLICATION,
    Attachment,
    attachments,
    has_attachment,
)
from govseal.registry.seals.petitions import (
    decided,
    file_petition,
    note_decision,
    open_petition,
    open_petitions,
    petition_record,
    record_petition,
    settle,
)
from govseal.registry.seals.records import PetitionRecord, SealRecord
from govseal.registry.seals.renewal import decide, settle_by
from govseal.registry.seals.room import (
    Room,
    active_person,
    is_electronic,
    is_over,
    locked,
    require_unit,
    seal_facts,
    sealed_record,
    words,
)
from govseal.registry.seals.tasks import close_tasks, open_task
from govseal.registry.seals.transitions import BY_EVENT, check_step, move
from govseal.registry.tables.base import new_id
from govseal.registry.vocabulary import (
    CustodyKind,
    KeyState,
    PetitionKind,
    PetitionState,
    ReasonClass,
    Role,
    SealState,
    SealSubtype,
    SealTask,
)

if TYPE_CHECKING:
    from govseal.registry.call import Call

STOP_REASONS = frozenset(
    {ReasonClass.RENAMED, ReasonClass.BUSINESS_ENDED, ReasonClass.DAMAGED, ReasonClass.OTHER}
)
_ASKS_STOP = (
    Role.CUSTODIAN,
    Role.SECTION_HEAD,
    Role.OFFICE_HEAD,
    Role.LICENCE_ISSUING_SECTION,
    Role.SEAL_USING_UNIT_APPLICANT,
)
_KEY_OUT_OF_USE = frozenset(
    {
        SealState.SUSPENDED,
        SealState.STOPPED,
        SealState.EXPIRED,
        SealState.CANCELLED,
        SealState.LAPSED,
    }
)
_NOT_YET_OVER = (SealState.ISSUED, SealState.ACTIVE, SealState.SUSPENDED)
_LAPSING = (SealState.APPROVED, SealState.MADE, *_NOT_YET_OVER)


class Ending(Room):
    """Stopping, cancelling and destroying seals."""

    def ask_stop(
        self, seal_id: str, cause: ReasonClass, *, keeper: str, is_to_be_destroyed: bool = False
    ) -> PetitionRecord:
        """Apply for the seal to be stopped or voided; the principal leader approves (停用、作废).

        Args:
            seal_id: the seal.
            cause: ``RENAMED``, ``BUSINESS_ENDED``, ``DAMAGED`` or ``OTHER``.
            keeper: who of the office keeps it from then on.
            is_to_be_destroyed: whether the office destroys it after that, or keeps it.

        Raises:
            Refused: ``E_REASON`` (another cause), ``E_CUSTODY_DEPT`` (the keeper is not of the
                office), ``E_APPROVER_LEVEL``, ``E_DUPLICATE``.
            StateError: it is not in use.
            NotAuthorized: nobody of the department that keeps it.
        """
        with self._acting.call("seals.ask_stop", seal_id) as call:
            row = locked(call, seal_id)
            check_step(row, "stop")
            call.require(*_ASKS_STOP, organization=row.using_org, department=row.custody_department)
            if cause not in STOP_REASONS:
                call.refuse("E_REASON", "停用原因不在规定之列 / no reason for stopping a seal")
            check_office_keeper(call, row, keeper)
            _check_single(call, seal_id, PetitionKind.STOP)
            content = {
                "cause": ReasonClass(cause).value,
                "keeper": keeper,
                "is_to_be_destroyed": is_to_be_destroyed,
            }
            return file_petition(
                call,
                PetitionKind.STOP,
                seal_facts(row, "stop"),
                content,
                organization=row.using_org,
                seal_id=seal_id,
            )

    def ask_cancel(
        self, seal_id: str, cause: ReasonClass, papers: Sequence[Attachment]
    ) -> PetitionRecord:
        """Apply for the seal to be cancelled: 注销; in writing, with proof of identity.

        Raises:
            Refused: ``E_ATTACHMENT`` (no written application), ``E_IDENTITY`` (no proof of
                identity), ``E_DUPLICATE``.
            StateError: it is not to be cancelled.
            NotAuthorized: no applicant of its units.
        """
        with self._acting.call("seals.ask_cancel", seal_id) as call:
            row = locked(call, seal_id)
            check_step(row, "cancel")
            require_unit(call, row, Role.SEAL_USING_UNIT_APPLICANT)
            kept = attachments(papers)
            clause = BY_EVENT["cancel"].clause
            if not has_attachment(kept, WRITTEN_APPLICATION):
                message = "缺少书面申请 / the written application is missing"
                call.refuse("E_ATTACHMENT", message, clause)
            switch = call.profile.switch("identity_proof_for_cancellation")
            if switch.value is True and not has_attachment(kept, IDENTITY_PROOF):
                message = "缺少合法的身份证明材料 / the proof of identity is missing"
                call.refuse("E_IDENTITY", message, switch.clause)
            _check_single(call, seal_id, PetitionKind.CANCEL)
            content = {"cause": ReasonClass(cause).value, "attachments": kept}
            return record_petition(
                call, PetitionKind.CANCEL, content, organization=row.owner_org, seal_id=seal_id
            )

    def decide_cancel(self, petition_id: str, *, passes: bool, reason: str = "") -> SealRecord:
        """Cancel the seal, or refuse to, as the management department or for the province.

        Raises:
            Refused: ``E_REASON_MISSING``, ``E_SAME_PERSON``.
            StateError: the seal is not to be cancelled any more, or it was decided.
            NotAuthorized: no department above the unit.
        """
        with self._acting.call("seals.decide_cancel", petition_id) as call:
            petition = open_petition(call, petition_id, PetitionKind.CANCEL)
            row = call.one(tables.seals, petition.seal)
            call.subject = row.id
            check_step(row, "cancel")
            if _is_province(call, row):
                settle_by(call, petition, Role.PROVINCE_ADMIN, passes=passes, reason=reason)
            else:
                decide(call, petition, passes=passes, reason=reason)
            if passes:
                _cancel(call, row, ReasonClass(petition.content["cause"]))
            return sealed_record(call, row.id)

    def return_key(self, seal_id: str, *, note: str = "") -> SealRecord:
        """Register at the office that the key's medium was handed back: 交回.

        Raises:
            Refused: ``E_KEY`` (there is none to hand back).
            StateError: the seal is in use.
            NotAuthorized: not the office.
        """
        with self._acting.call("seals.return_key", seal_id) as call:
            row = locked(call, seal_id)
            call.require(Role.SEAL_OFFICE, organization=row.using_org)
            if row.state not in _KEY_OUT_OF_USE:
                wanted = tuple(sorted(_KEY_OUT_OF_USE))
                message = f"印章状态为 {row.state} / the seal is {row.state}"
                raise StateError(message, state=row.state, wanted=wanted)
            if row.key_state not in {KeyState.ISSUED, KeyState.DAMAGED}:
                message = f"密钥介质状态：{row.key_state} / the key is {row.key_state}"
                call.refuse("E_KEY", message)
            call.update(tables.seals, seal_id, key_state=KeyState.RETURNED)
            kind = vault.key_kind(call, row)
            vault.note_key(
                call, seal_id, KeyState.RETURNED, version=row.version, kind=kind, note=note or None
            )
            close_tasks(call, seal_id, SealTask.RETURN_KEY)
            return sealed_record(call, seal_id)

    def ask_destruction(
        self, seal_id: str, method: str, *, is_key_alone: bool = False
    ) -> PetitionRecord:
        """Have the office begin to destroy a seal, or the key alone of one that is remade.

        Raises:
            Refused: ``E_METHOD``, ``E_NOT_APPROVED`` (it was stopped to be kept), ``E_KEY``
                (the key was not handed back), ``E_DUPLICATE``.
            StateError: the seal was neither stopped nor cancelled.
            NotAuthorized: not the office.
        """
        with self._acting.call("seals.ask_destruction", seal_id) as call:
            row = locked(call, seal_id)
            _check_destroyable(call, row, is_key_alone=is_key_alone)
            call.require(Role.SEAL_OFFICE, organization=row.using_org)
            text = words(call, method, "E_METHOD", "销毁方式 / the method")
            _check_single(call, seal_id, PetitionKind.DESTROY)
            content = {"method": text, "is_key_alone": is_key_alone}
            return record_petition(
                call, PetitionKind.DESTROY, content, organization=row.using_org, seal_id=seal_id
            )

    def witness(self, petition_id: str) -> PetitionRecord:
        """Witness a destruction: 监销, each witness for themselves.

        Raises:
            Refused: ``E_SAME_PERSON`` (who destroys, or a witness again), ``E_PERSON``.
            NotAuthorized: nobody of the unit.
            StateError: it is done.
        """
        with self._acting.call("seals.witness", petition_id) as call:
            petition = open_petition(call, petition_id, PetitionKind.DESTROY)
            call.subject = petition.seal
            active_person(call, call.actor.id)
            if call.actor.organization != petition.organization:
                raise NotAuthorized("监销人须为本单位人员 / a witness belongs to the unit")
            if call.actor.id in {petition.applicant, *_witnesses(call, petition)}:
                message = "监销人须为不同的人 / each witness is another person"
                call.refuse("E_SAME_PERSON", message)
            role = min(call.actor.roles, default=Role.SECTION_HANDLER)
            note_decision(call, petition, role=role, decision="witnessed", opinion="")
            return petition_record(call, petition_id)

    def destroy(self, petition_id: str) -> SealRecord:
        """Destroy it before the witnesses: the key is forgotten, the record of it stays.

        Raises:
            Refused: ``E_WITNESSES`` (fewer than the profile asks, two at least).
            StateError: it is done, or the seal is in another state by now.
            NotAuthorized: not the office.
        """
        with self._acting.call("seals.destroy", petition_id) as call:
            petition = open_petition(call, petition_id, PetitionKind.DESTROY)
            row = call.one(tables.seals, petition.seal)
            call.subject = row.id
            is_key_alone = petition.content["is_key_alone"]
            _check_destroyable(call, row, is_key_alone=is_key_alone)
            call.require(Role.SEAL_OFFICE, organization=row.using_org)
            found = [who for who in _witnesses(call, petition) if who != call.actor.id]
            switch = call.profile.switch("destruction_witnesses")
            wanted = int(switch.value)
            if len(found) < wanted:
                message = f"监销人不足 {wanted} 人 / {wanted} witnesses are needed: {len(found)}"
                call.refuse("E_WITNESSES", message, switch.clause)
            _destroy_key(call, row, note=petition.content["method"])
            if is_key_alone:
                open_task(call, row.id, SealTask.REMAKE, reason=petition.id)
            else:
                _destroy_seal(call, row, found, petition.content["method"])
            settle(call, petition, PetitionState.DONE)
            return sealed_record(call, row.id)

    def sweep(self) -> tuple[str, ...]:
        """Write down which seals have expired, and which lapse for want of a legal basis.

        Neither can be used before that is written: this makes it known.

        Returns:
            The seals that were led to another state.
        """
        with self._acting.call("seals.sweep") as call:
            call.require(Role.SEAL_OFFICE, Role.SEAL_MANAGEMENT_DEPT_REVIEWER, Role.ADMINISTRATOR)
            return (*_expire(call), *_lapse(call))


def stop(call: Call, petition: sa.Row[Any]) -> None:
    """What an approved petition does: the seal is stopped and lies with the office."""
    row = call.one(tables.seals, petition.seal)
    keeper = petition.content["keeper"]
    department = check_office_keeper(call, row, keeper)
    move(call, row, "stop", reason_class=ReasonClass(petition.content["cause"]))
    close_custody(call, row.id)
    open_custody(call, row, keeper, kind=CustodyKind.OFFICE_RETAINED, department=department)


decided[PetitionKind.STOP] = stop


def _cancel(call: Call, row: sa.Row[Any], cause: ReasonClass) -> None:
    move(call, row, "cancel", reason_class=cause)
    close_tasks(call, row.id, SealTask.CANCEL)
    if is_electronic(row):
        call.tell("certificate.revocation_requested", row.id, es_id=row.es_id)


def _is_province(call: Call, row: sa.Row[Any]) -> bool:
    owner = call.one(tables.organizations, row.owner_org)
    return any(
        assignment.role is Role.PROVINCE_ADMIN and is_over(call, assignment, owner)
        for assignment in call.actor.assignments
    )


def _check_single(call: Call, seal_id: str, kind: PetitionKind) -> None:
    if open_petitions(call, seal_id, kind):
        call.refuse("E_DUPLICATE", "已有同类申请在办 / an application is open already")


def _check_destroyable(call: Call, row: sa.Row[Any], *, is_key_alone: bool) -> None:
    if is_key_alone:
        check_step(row, "remake")
        if row.key_state != KeyState.RETURNED:
            message = f"密钥须先交回 / the key is {row.key_state}, and not handed back"
            call.refuse("E_KEY", message)
        return
    check_step(row, "destroy")
    if row.state != SealState.STOPPED:
        return
    petitions = tables.seal_petitions
    query = sa.select(petitions.c.content).where(
        petitions.c.seal == row.id,
        petitions.c.kind == PetitionKind.STOP,
        petitions.c.state == PetitionState.APPROVED,
    )
    allowed = [content["is_to_be_destroyed"] for content in call.connection.scalars(query)]
    if not any(allowed):
        message = "批准的是保存，不是销毁 / it was stopped to be kept, not to be destroyed"
        call.refuse("E_NOT_APPROVED", message, BY_EVENT["destroy"].clause)


def _witnesses(call: Call, petition: sa.Row[Any]) -> list[str]:
    steps = tables.petition_steps
    query = sa.select(steps.c.approver).where(
        steps.c.petition == petition.id, steps.c.decision == "witnessed"
    )
    return list(call.connection.scalars(query.order_by(steps.c.number)))


def _destroy_key(call: Call, row: sa.Row[Any], note: str) -> None:
    if not is_electronic(row) or row.key_state is None:
        return
    kind = vault.key_kind(call, row)
    vault.destroy_key(call, row.id)
    # A lost medium is nobody's to destroy: it stays lost, and only what lies here is forgotten.
    if row.key_state == KeyState.LOST:
        return
    call.update(tables.seals, row.id, key_state=KeyState.DESTROYED)
    vault.note_key(call, row.id, KeyState.DESTROYED, version=row.version, kind=kind, note=note)


def _destroy_seal(call: Call, row: sa.Row[Any], witnesses: Sequence[str], method: str) -> None:
    call.insert(
        tables.destructions,
        id=new_id("des"),
        seal=row.id,
        registrar=call.actor.id,
        witnesses=list(witnesses),
        method=method,
        at=call.at,
    )
    move(call, row, "destroy")
    close_custody(call, row.id)
    for kind in (SealTask.RETURN_KEY, SealTask.CANCEL):
        close_tasks(call, row.id, kind)


def _expire(call: Call) -> list[str]:
    seals = tables.seals
    query = (
        sa.select(seals)
        .where(seals.c.state.in_(_NOT_YET_OVER), seals.c.valid_to < call.at)
        .order_by(seals.c.id)
        .with_for_update()
    )
    found = []
    for row in call.rows(query):
        move(
            call,
            row,
            "expire",
            effective_at=row.valid_to,
            reason_class=ReasonClass.EXPIRED,
        )
        found.append(str(row.id))
    return found


def _lapse(call: Call) -> list[str]:
    """Seals for licensing that no law stands behind, from the day of the rule on (R-HLJ-18)."""
    seals = tables.seals
    query = (
        sa.select(seals)
        .where(
            seals.c.state.in_(_LAPSING),
            seals.c.subtype == SealSubtype.ADMIN_LICENSING,
            seals.c.legal_basis.is_(None),
        )
        .order_by(seals.c.id)
        .with_for_update()
    )
    found = []
    for row in call.rows(query):
        call.judge_by(row.owner_org)
        start = datetime.combine(call.profile.in_force_from, time(), BEIJING)
        if start > call.at or not call.profile.is_on("seals_without_legal_basis_lapse"):
            continue
        move(
            call,
            row,
            "lapse",
            effective_at=max(start, row.state_effective_at),
            reason_class=ReasonClass.NO_LEGAL_BASIS,
        )
        found.append(str(row.id))
    return found
