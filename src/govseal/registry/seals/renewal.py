"""续期 and 重制: the seal made again for a new certificate; the old one still proves the old."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from govseal.errors import NotAuthorized, StateError
from govseal.facade import renew_seal
from govseal.pki.certificate import Certificate
from govseal.registry import tables
from govseal.registry.calendar import WorkingDays
from govseal.registry.seals import vault
from govseal.registry.seals.applications import application_of, imprint_of
from govseal.registry.seals.forms import Papers, attachments, check_certificate
from govseal.registry.seals.making import Makings, check_maker, terms_of
from govseal.registry.seals.petitions import (
    note_decision,
    open_petition,
    open_petitions,
    petition_record,
    record_petition,
    settle,
)
from govseal.registry.seals.records import PetitionRecord, SealRecord
from govseal.registry.seals.room import Room, locked, managing_unit, sealed_record, words
from govseal.registry.seals.tasks import close_tasks, open_task
from govseal.registry.seals.transitions import BY_EVENT, check_step, move
from govseal.registry.vocabulary import (
    KeyState,
    PetitionKind,
    PetitionState,
    ReasonClass,
    Role,
    SealTask,
)

if TYPE_CHECKING:
    from govseal.registry.call import Call
    from govseal.registry.seals.vault import SignerReference

_DAY = timedelta(days=1)


class Renewal(Room):
    """Renewing seals, and remaking those whose key was damaged."""

    def ask_renewal(self, seal_id: str, papers: Papers) -> PetitionRecord:
        """Apply to the department of the unit's own level for a renewal, with a new certificate.

        The window is the profile's (C-12): it opens so many days before the end, or closes then.

        Raises:
            Refused: ``E_TOO_EARLY``, ``E_TOO_LATE``, ``E_EXPIRED``, ``E_NO_CERT``,
                ``E_CERT_NAME_MISMATCH``, ``E_DUPLICATE``.
            StateError: the seal is not active.
            NotAuthorized: no applicant of the unit.
        """
        with self._acting.call("seals.ask_renewal", seal_id) as call:
            row = locked(call, seal_id)
            check_step(row, "renew")
            is_early = _check_window(call, row)
            return _file(call, row, papers, {"event": "renew", "is_early": is_early})

    def ask_remake(self, seal_id: str, papers: Papers) -> PetitionRecord:
        """Apply for the seal to be made again after its damaged key was destroyed (R-HLJ-15a).

        Raises:
            Refused: ``E_KEY`` (it is not destroyed), ``E_NO_CERT``, ``E_CERT_NAME_MISMATCH``,
                ``E_EXPIRED``, ``E_DUPLICATE``.
            StateError: the seal is not suspended.
            NotAuthorized: no applicant of the unit.
        """
        with self._acting.call("seals.ask_remake", seal_id) as call:
            row = locked(call, seal_id)
            check_step(row, "remake")
            _check_destroyed(call, row)
            _check_end(call, row)
            return _file(call, row, papers, {"event": "remake", "is_early": False})

    def decide_renewal(self, petition_id: str, *, passes: bool, reason: str = "") -> PetitionRecord:
        """Decide, as the management department of the unit's level.

        Raises:
            Refused: ``E_REASON_MISSING`` (refused without one), ``E_SAME_PERSON``.
            StateError: it was decided.
            NotAuthorized: not that department.
        """
        with self._acting.call("seals.decide_renewal", petition_id) as call:
            petition = open_petition(call, petition_id, PetitionKind.RENEW)
            decide(call, petition, passes=passes, reason=reason)
            return petition_record(call, petition_id)

    def renew(self, petition_id: str, makings: Makings, key: SignerReference) -> SealRecord:
        """Make the new version that was approved; the old one stays verifiable.

        Args:
            petition_id: the approved application.
            makings: who makes it, and with what it is judged.
            key: the key of the new certificate.

        Raises:
            Refused: what :func:`govseal.renew_seal` and the binding rules refuse, ``E_EXPIRED``,
                ``E_KEY``, ``E_SAME_PERSON``, ``E_NOT_APPROVED``.
            StateError: the seal is not active any more, or the application was used.
            NotAuthorized: no maker.
        """
        with self._acting.call("seals.renew", petition_id, signs=True) as call:
            row, petition = _approved(call, petition_id)
            event = petition.content["event"]
            check_step(row, event)
            check_maker(call, row)
            _check_end(call, row)
            _check_decider(call, petition)
            if event == "remake":
                _check_destroyed(call, row)
            signer = Certificate.from_der(base64.b64decode(petition.content["certificate"]))
            if not key.load().certificate.public_key.is_same_key(signer.public_key):
                message = "密钥与申请的证书不符 / the key is not that of the certificate"
                call.refuse("E_KEY", message)
            imprint = imprint_of(call, application_of(call, row.id))
            seal = renew_seal(
                vault.load_seal(call, row),
                makings.maker,
                signers=[signer],
                at=call.at,
                not_before=signer.not_before,
                not_after=signer.not_after,
                window_days=None,
                generation=makings.generation,
                timestamp=makings.timestamp,
                binding=terms_of(call, row, makings, imprint),
            )
            _replace(call, row, petition)
            vault.keep(call, row.id, seal, key)
            move(call, row, event, reason_class=ReasonClass.RENEWED)
            return sealed_record(call, row.id)


def decide(call: Call, petition: sa.Row[Any], *, passes: bool, reason: str) -> None:
    """The decision of the management department of the unit's own level.

    Raises:
        NotAuthorized: not that department.
        Refused: ``E_REASON_MISSING``, ``E_SAME_PERSON``.
    """
    clause = BY_EVENT["renew"].clause
    unit = call.one(tables.organizations, petition.organization)
    if managing_unit(call, unit, unit.level) is None:
        message = f"由同级印章管理部门审核 / the department of the level {unit.level} decides"
        raise NotAuthorized(message, clause=clause)
    settle_by(call, petition, Role.SEAL_MANAGEMENT_DEPT_REVIEWER, passes=passes, reason=reason)


def settle_by(call: Call, petition: sa.Row[Any], role: Role, *, passes: bool, reason: str) -> None:
    """One decision that settles a petition; a refusal has its reason and is told.

    Raises:
        Refused: ``E_REASON_MISSING``, ``E_SAME_PERSON``.
    """
    switch = call.profile.switch("approver_is_not_applicant")
    if switch.value is True and petition.applicant == call.actor.id:
        message = "申请人不得审核 / who applied does not decide"
        call.refuse("E_SAME_PERSON", message, switch.clause)
    why = reason.strip() if passes else words(call, reason, "E_REASON_MISSING", "理由 / the reason")
    decision = "approved" if passes else "rejected"
    note_decision(call, petition, role=role, decision=decision, opinion=why)
    settle(call, petition, PetitionState.APPROVED if passes else PetitionState.REJECTED)
    call.tell(f"application.{decision}", petition.seal, to=[petition.applicant], reason=why)


def _file(call: Call, row: sa.Row[Any], papers: Papers, content: dict[str, Any]) -> PetitionRecord:
    call.require(Role.SEAL_USING_UNIT_APPLICANT, organization=row.owner_org)
    if open_petitions(call, row.id, PetitionKind.RENEW):
        call.refuse("E_DUPLICATE", "已有续期申请在办 / an application is open already")
    unit = call.one(tables.organizations, row.owner_org).legal_name
    der = papers.certificate.der if papers.certificate else None
    check_certificate(call, der, unit)
    assert der is not None  # noqa: S101 - a seal is renewed with a certificate, see above
    content |= {
        "certificate": base64.b64encode(der).decode(),
        "attachments": attachments(papers.attachments),
    }
    return record_petition(
        call, PetitionKind.RENEW, content, organization=row.owner_org, seal_id=row.id
    )


def _check_window(call: Call, row: sa.Row[Any]) -> bool:
    """Whether the application comes early, where the profile only warns of that."""
    _check_end(call, row)
    limit = call.profile.deadlines["renewal_window"]
    first = WorkingDays.of(call.connection).opens(row.valid_to, limit)
    switch = call.profile.switch("renewal_window")
    if switch.value == "closes":
        if call.at >= first + _DAY:
            message = f"须至少提前 {limit.value} 日 / at least {limit.value} days before the end"
            call.refuse("E_TOO_LATE", message, limit.clause)
        return False
    if call.at >= first:
        return False
    if call.profile.switch("early_renewal").value == "refuse":
        message = f"自 {first:%Y-%m-%d} 起办理续期 / renewal opens on {first:%Y-%m-%d}"
        call.refuse("E_TOO_EARLY", message, limit.clause)
    return True


def _check_end(call: Call, row: sa.Row[Any]) -> None:
    if row.valid_to is None or row.valid_to < call.at:
        message = "已过有效期，须重新申请 / the period is over: apply for a new seal"
        call.refuse("E_EXPIRED", message)


def _check_destroyed(call: Call, row: sa.Row[Any]) -> None:
    if row.key_state != KeyState.DESTROYED:
        message = f"损坏的密钥须先交回并销毁 / the key is {row.key_state}, not destroyed"
        call.refuse("E_KEY", message, BY_EVENT["remake"].clause)


def _check_decider(call: Call, petition: sa.Row[Any]) -> None:
    steps = tables.petition_steps
    query = sa.select(steps.c.id).where(
        steps.c.petition == petition.id, steps.c.approver == call.actor.id
    )
    switch = call.profile.switch("maker_is_not_reviewer")
    if switch.value is True and call.rows(query):
        message = "审核人不得制章 / who decided the application does not make the seal"
        call.refuse("E_SAME_PERSON", message, switch.clause)


def _approved(call: Call, petition_id: str) -> tuple[sa.Row[Any], sa.Row[Any]]:
    found = call.one(tables.seal_petitions, petition_id)
    if found.kind != PetitionKind.RENEW:
        call.refuse("E_NOT_FOUND", f"{petition_id} 不是续期申请 / asks for something else")
    row = locked(call, found.seal)
    call.subject = row.id
    petition = call.one(tables.seal_petitions, petition_id, lock=True)
    if petition.state in {PetitionState.OPEN, PetitionState.REJECTED}:
        call.refuse("E_NOT_APPROVED", "续期未经批准 / the renewal was not approved")
    if petition.state != PetitionState.APPROVED:
        raise StateError(
            "已制作 / it was made", state=petition.state, wanted=(PetitionState.APPROVED,)
        )
    return row, petition


def _replace(call: Call, row: sa.Row[Any], petition: sa.Row[Any]) -> None:
    """The old key ends with its version: a kept one is overwritten, one in a device comes back."""
    settle(call, petition, PetitionState.DONE)
    if row.key_state != KeyState.ISSUED:
        close_tasks(call, row.id, SealTask.REMAKE)
        return
    kind = vault.key_kind(call, row)
    if kind == "server":
        vault.note_key(call, row.id, KeyState.DESTROYED, version=row.version, kind=kind)
    else:
        open_task(call, row.id, SealTask.RETURN_KEY, reason=f"version {row.version}")
