"""What befalls a seal: reported at once, effective when it happened, looked into, closed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from govseal.errors import StateError
from govseal.registry import tables
from govseal.registry.calendar import WorkingDays
from govseal.registry.seals import vault
from govseal.registry.seals.custody import custodian_at, may_see, sees
from govseal.registry.seals.records import Incident, SealRecord
from govseal.registry.seals.room import (
    LEADERS,
    Room,
    at_or_before,
    is_electronic,
    locked,
    people_with,
    require_unit,
    sealed_record,
    words,
)
from govseal.registry.seals.tasks import close_tasks, open_task
from govseal.registry.seals.transitions import BY_EVENT, check_step, move, require_who
from govseal.registry.tables.base import new_id
from govseal.registry.vocabulary import (
    IncidentKind,
    KeyState,
    ReasonClass,
    Role,
    SealState,
    SealTask,
)

if TYPE_CHECKING:
    from govseal.registry.call import Call

_LOST = {
    IncidentKind.LOSS: ReasonClass.LOST,
    IncidentKind.OUT_OF_CONTROL: ReasonClass.OUT_OF_CONTROL,
}
_SUSPENDED = {
    IncidentKind.DAMAGE: ReasonClass.DAMAGED,
    IncidentKind.ANOMALY: ReasonClass.ANOMALY,
}
_REPORTERS = (
    Role.SEAL_USING_UNIT_APPLICANT,
    Role.CUSTODIAN,
    Role.SEAL_OFFICE,
    Role.SECTION_HEAD,
    Role.OFFICE_HEAD,
    Role.SUPERVISING_LEADER,
    Role.PRINCIPAL_LEADER,
)
_LOOKS_INTO = (Role.SEAL_OFFICE, Role.OFFICE_HEAD, *LEADERS)
_SUPERIORS = (Role.CITY_UNIT_ADMIN, Role.CITY_UNIT_INSPECTOR)


class Incidents(Room):
    """Suspending and resuming; loss, damage, anomalies, misuse, leaks."""

    def suspend(self, seal_id: str, reason: str, *, cause: ReasonClass) -> SealRecord:
        """Suspend the seal at once: 暂停.

        Raises:
            Refused: ``E_REASON_MISSING``.
            StateError: it is not in use.
            NotAuthorized: neither of the unit nor of a department above it.
        """
        with self._acting.call("seals.suspend", seal_id) as call:
            row = locked(call, seal_id)
            check_step(row, "suspend")
            require_who(call, row, BY_EVENT["suspend"])
            why = words(call, reason, "E_REASON_MISSING", "理由 / the reason")
            move(call, row, "suspend", reason_class=ReasonClass(cause), reason=why)
            return sealed_record(call, seal_id)

    def resume(self, seal_id: str, reason: str) -> SealRecord:
        """Let the seal be used again once the cause is gone: 恢复, by the management department.

        Raises:
            Refused: ``E_REASON_MISSING``, ``E_INCIDENT_OPEN``, ``E_KEY`` (its medium is damaged,
                handed back or destroyed), ``E_EXPIRED``.
            StateError: it is not suspended; what was lost never comes back.
            NotAuthorized: no department above the unit.
        """
        with self._acting.call("seals.resume", seal_id) as call:
            row = locked(call, seal_id)
            check_step(row, "resume")
            require_who(call, row, BY_EVENT["resume"])
            why = words(call, reason, "E_REASON_MISSING", "理由 / the reason")
            if _open_incidents(call, seal_id):
                message = "异常情况尚未办结 / an incident is not closed yet"
                call.refuse("E_INCIDENT_OPEN", message)
            if is_electronic(row) and row.key_state != KeyState.ISSUED:
                call.refuse("E_KEY", f"密钥介质状态：{row.key_state} / the key is {row.key_state}")
            if row.valid_to is not None and row.valid_to < call.at:
                call.refuse("E_EXPIRED", "印章已过有效期 / the seal's period is over")
            # A seal that was never activated comes back as that: its notice is still to come.
            is_unused = row.activated_from is None
            move(
                call,
                row,
                "resume_unused" if is_unused else "resume",
                effective_at=max(call.at, row.activated_from or call.at),
                reason_class=ReasonClass.RESUMED,
                reason=why,
            )
            return sealed_record(call, seal_id)

    def report(
        self,
        seal_id: str,
        kind: IncidentKind,
        account: str,
        *,
        effective_at: datetime | None = None,
        is_emergency: bool = False,
        use: str | None = None,
    ) -> Incident:
        """Report what befell a seal; what follows from it follows at once.

        A loss or loss of control makes it lost for good, damage or an anomaly suspend it, from the
        time when it happened, which may lie before the report (R-JC29S-16).

        Args:
            seal_id: the seal.
            kind: what happened.
            account: what is known; of an emergency what was said, its written report follows.
            effective_at: since when, now or before, timezone-aware; now by default.
            is_emergency: reported orally first (R-JC10-QS-3.5).
            use: of a misuse, the request that it concerns.

        Raises:
            Refused: ``E_ACCOUNT``, ``E_EFFECTIVE_TIME`` (in the future), ``E_USE``.
            StateError: there is no such seal in use any more.
            NotAuthorized: nobody of its unit.
        """
        with self._acting.call("seals.report", seal_id) as call:
            row = locked(call, seal_id)
            _require_reporter(call, row)
            text = words(call, account, "E_ACCOUNT", "情况说明 / the account")
            since = at_or_before(call, effective_at)
            incident_id = new_id("inc")
            _lead(call, row, IncidentKind(kind), since, incident_id)
            told = _leaders_and_superiors(call, row)
            call.insert(
                tables.seal_incidents,
                id=incident_id,
                seal=seal_id,
                kind=kind,
                use=use,
                effective_at=since,
                discovered_at=call.at,
                reported_at=call.at,
                reported_by=call.actor.id,
                account=text,
                is_emergency=is_emergency,
                notified=list(told),
                involved=_involved(call, row, since, use),
            )
            if is_emergency:
                limit = call.profile.deadlines["emergency_report"]
                due = WorkingDays.of(call.connection).due(call.at, limit)
                open_task(call, seal_id, SealTask.WRITTEN_REPORT, reason=incident_id, due_at=due)
            units = sorted({row.owner_org, row.using_org})
            call.tell("seal.incident", seal_id, what=kind, to=list(told), units=units)
            return _record(call, incident_id)

    def write_up(self, incident_id: str, account: str) -> Incident:
        """The written report that follows the oral one of an emergency.

        Raises:
            Refused: ``E_ACCOUNT``.
            StateError: it is written already, or was no emergency.
        """
        with self._acting.call("seals.write_up", incident_id) as call:
            row, incident = _incident(call, incident_id)
            _require_reporter(call, row)
            if not incident.is_emergency or incident.written_at is not None:
                raise StateError(
                    "无须补报 / nothing is to be written", state="written", wanted=("oral",)
                )
            text = words(call, account, "E_ACCOUNT", "情况说明 / the account")
            call.update(tables.seal_incidents, incident_id, account=text, written_at=call.at)
            close_tasks(call, row.id, SealTask.WRITTEN_REPORT, reason=incident_id)
            return _record(call, incident_id)

    def verify_leak(self, incident_id: str) -> Incident:
        """Confirm that it was a leak: from now on there are 24 hours to tell the authority.

        Raises:
            StateError: no leak, or verified before.
            NotAuthorized: not a secrecy reviewer or leader of the unit.
        """
        with self._acting.call("seals.verify_leak", incident_id) as call:
            row, incident = _incident(call, incident_id)
            require_unit(call, row, Role.SECRECY_REVIEWER, *LEADERS)
            if incident.kind != IncidentKind.LEAK or incident.verified_at is not None:
                raise StateError(
                    "没有待核实的泄密 / no leak to be verified",
                    state=incident.kind,
                    wanted=("leak",),
                )
            call.update(tables.seal_incidents, incident_id, verified_at=call.at)
            return _record(call, incident_id)

    def tell_authority(self, incident_id: str) -> Incident:
        """Note that the secrecy authority was told (R-JC10-BM-10).

        Raises:
            StateError: it was not verified, or told before.
            NotAuthorized: not a secrecy reviewer or leader of the unit.
        """
        with self._acting.call("seals.tell_authority", incident_id) as call:
            row, incident = _incident(call, incident_id)
            require_unit(call, row, Role.SECRECY_REVIEWER, *LEADERS)
            if incident.verified_at is None or incident.told_authority_at is not None:
                raise StateError(
                    "没有待报告的泄密 / nothing to be told", state="told", wanted=("verified",)
                )
            call.update(tables.seal_incidents, incident_id, told_authority_at=call.at)
            return _record(call, incident_id)

    def overdue_leaks(self) -> tuple[Incident, ...]:
        """The verified leaks of which the authority was not told in time."""
        with self._acting.call("seals.overdue_leaks", writes=False) as call:
            limit = call.profile.deadlines["leak_report"]
            days = WorkingDays.of(call.connection)
            table = tables.seal_incidents
            query = sa.select(table).where(
                table.c.kind == IncidentKind.LEAK,
                table.c.verified_at.is_not(None),
                table.c.told_authority_at.is_(None),
            )
            rows = call.rows(query.order_by(table.c.verified_at))
            late = [row for row in rows if days.due(row.verified_at, limit) < call.at]
            return tuple(
                Incident.of(row) for row in late if sees(call, call.one(tables.seals, row.seal))
            )

    def investigate(self, incident_id: str, result: str) -> Incident:
        """What looking into it found: 查明.

        Raises:
            Refused: ``E_INVESTIGATION``: nothing is said.
            StateError: it is closed.
        """
        with self._acting.call("seals.investigate", incident_id) as call:
            row, incident = _incident(call, incident_id)
            require_unit(call, row, *_LOOKS_INTO)
            _check_open(incident)
            text = words(call, result, "E_INVESTIGATION", "查明结果 / the result")
            call.update(tables.seal_incidents, incident_id, investigation=text)
            return _record(call, incident_id)

    def close_incident(self, incident_id: str, disposition: str) -> Incident:
        """What was done about it: 处理; only then is it closed (R-GZ-2.4b).

        Raises:
            Refused: ``E_INVESTIGATION`` (nobody looked into it), ``E_DISPOSITION``.
            StateError: it is closed.
        """
        with self._acting.call("seals.close_incident", incident_id) as call:
            row, incident = _incident(call, incident_id)
            require_unit(call, row, *_LOOKS_INTO)
            _check_open(incident)
            if incident.investigation is None:
                call.refuse("E_INVESTIGATION", "尚未查明 / nobody has looked into it yet")
            if incident.is_emergency and incident.written_at is None:
                call.refuse("E_WRITTEN_REPORT", "尚未补报书面材料 / the written report is missing")
            text = words(call, disposition, "E_DISPOSITION", "处理情况 / the disposition")
            call.update(
                tables.seal_incidents,
                incident_id,
                disposition=text,
                closed_at=call.at,
                closed_by=call.actor.id,
            )
            return _record(call, incident_id)

    def incidents(self, seal_id: str) -> tuple[Incident, ...]:
        """All that befell a seal, in the order of the reports."""
        with self._acting.call("seals.incidents", seal_id, writes=False) as call:
            may_see(call, call.one(tables.seals, seal_id))
            table = tables.seal_incidents
            query = sa.select(table).where(table.c.seal == seal_id)
            return tuple(Incident.of(row) for row in call.rows(query.order_by(table.c.reported_at)))


def _require_reporter(call: Call, row: sa.Row[Any]) -> None:
    """Whoever has the seal, or a role in its units."""
    holder = custodian_at(call.connection, row.id, call.at)
    if holder is None or holder.person != call.actor.id:
        require_unit(call, row, *_REPORTERS, *_SUPERIORS)


def _lead(
    call: Call, row: sa.Row[Any], kind: IncidentKind, since: datetime, incident_id: str
) -> None:
    """The state that follows from an incident, and what becomes of the key."""
    reason = f"incident {incident_id}"
    if kind in _LOST:
        if row.state == SealState.LOST and since >= row.state_effective_at:
            raise StateError("印章已报失 / the seal is lost already", state=row.state, wanted=())
        key = {"key_state": KeyState.LOST} if is_electronic(row) else {}
        move(call, row, "lose", effective_at=since, reason_class=_LOST[kind], reason=reason, **key)
        if key:
            _note_key(call, row, KeyState.LOST)
            # Nobody stamps with it again, whoever finds it: the revocation is asked for.
            call.tell("certificate.revocation_requested", row.id, es_id=row.es_id)
        return
    if kind not in _SUSPENDED:
        return
    if row.state in {SealState.ISSUED, SealState.ACTIVE}:
        move(
            call,
            row,
            "suspend",
            effective_at=since,
            reason_class=_SUSPENDED[kind],
            reason=reason,
        )
    elif row.state != SealState.SUSPENDED:
        check_step(row, "suspend")
    if kind is IncidentKind.DAMAGE and is_electronic(row):
        call.update(tables.seals, row.id, key_state=KeyState.DAMAGED)
        _note_key(call, row, KeyState.DAMAGED)


def _note_key(call: Call, row: sa.Row[Any], state: KeyState) -> None:
    vault.note_key(call, row.id, state, version=row.version, kind=vault.key_kind(call, row))


def _leaders_and_superiors(call: Call, row: sa.Row[Any]) -> tuple[str, ...]:
    """Both leaders of the unit at once (R-JC10-QS-3.1), and the unit that owns the seal."""
    both = call.profile.is_on("incidents_notify_both_leaders")
    roles = LEADERS if both else LEADERS[:1]
    told = list(people_with(call, roles, row.using_org))
    if row.owner_org != row.using_org:
        told += people_with(call, _SUPERIORS, row.owner_org)
    return tuple(dict.fromkeys(told))


def _involved(call: Call, row: sa.Row[Any], since: datetime, use: str | None) -> Mapping[str, Any]:
    """Who had the seal when it happened; of a misuse also who asked for it and who approved."""
    holder = custodian_at(call.connection, row.id, since)
    found: dict[str, Any] = {"custodian": holder.person if holder else None}
    if use is None:
        return found
    request = call.one(tables.use_requests, use)
    if request.seal != row.id:
        call.refuse("E_USE", "该用印审批单不属于此印章 / the request is about another seal")
    approvals = tables.approvals
    query = sa.select(approvals.c.approver).where(approvals.c.request == use)
    found["applicant"] = request.applicant
    found["approvers"] = list(call.connection.execute(query.order_by(approvals.c.step)).scalars())
    stamps = tables.stamps
    operator = sa.select(stamps.c.operator).where(stamps.c.request == use)
    found["operator"] = call.connection.execute(operator).scalar_one_or_none()
    return found


def _open_incidents(call: Call, seal_id: str) -> bool:
    table = tables.seal_incidents
    query = sa.select(table.c.id).where(
        table.c.seal == seal_id,
        table.c.kind.in_(tuple(_SUSPENDED)),
        table.c.closed_at.is_(None),
    )
    return bool(call.rows(query.limit(1)))


def _incident(call: Call, incident_id: str) -> tuple[sa.Row[Any], sa.Row[Any]]:
    found = call.one(tables.seal_incidents, incident_id)
    row = locked(call, found.seal)
    call.subject = row.id
    return row, call.one(tables.seal_incidents, incident_id)


def _check_open(incident: sa.Row[Any]) -> None:
    if incident.closed_at is not None:
        raise StateError("该情况已办结 / the incident is closed", state="closed", wanted=("open",))


def _record(call: Call, incident_id: str) -> Incident:
    return call.finish(Incident.of(call.one(tables.seal_incidents, incident_id)))
