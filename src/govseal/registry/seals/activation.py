"""配发, 留样, 启用: the seal gets its custodian, a specimen is kept, a notice says from when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from govseal.errors import GovsealError
from govseal.registry import tables
from govseal.registry.events import Event
from govseal.registry.seals import vault
from govseal.registry.seals.custody import check_keeper, custodian_at, may_see, open_custody
from govseal.registry.seals.records import SealRecord
from govseal.registry.seals.room import (
    Room,
    department_of,
    is_electronic,
    locked,
    sealed_record,
    words,
)
from govseal.registry.seals.transitions import check_step, move
from govseal.registry.tables.base import new_id
from govseal.registry.vocabulary import CustodyKind, ReasonClass, Role
from govseal.seal.drawing.specimen import specimen_png

if TYPE_CHECKING:
    from govseal.registry.call import Call
    from govseal.seal.picture import SealPicture


@dataclass(frozen=True, slots=True)
class ActivationNotice:
    """启用通知."""

    id: str
    seal: str
    active_from: datetime
    department: str
    scope: str
    by: str
    at: datetime
    events: tuple[Event, ...] = ()


class Activation(Room):
    """From a seal that was made to one that is used."""

    def issue(
        self, seal_id: str, *, custodian: str | None, specimen: SealPicture | None = None
    ) -> SealRecord:
        """Hand the seal to its custodian; its specimen stays at the office.

        Args:
            seal_id: the seal.
            custodian: the one person who has custody from now on.
            specimen: the imprint of a physical seal; that of an electronic one is drawn from its
                picture, reduced and marked, unless one is given.

        Raises:
            Refused: ``E_NO_CUSTODIAN``, ``E_CUSTODY_DEPT``, ``E_SPECIMEN``, ``E_PSB_FILING``.
            StateError: it was not made, or was issued.
            NotAuthorized: not the office.
        """
        with self._acting.call("seals.issue", seal_id) as call:
            row = locked(call, seal_id)
            check_step(row, "issue")
            call.require(Role.SEAL_OFFICE, organization=row.using_org)
            if custodian is None:
                call.refuse("E_NO_CUSTODIAN", "未指定保管人 / nobody is named to keep the seal")
            department = check_keeper(call, row, custodian)
            values = _specimen_columns(call, row, specimen)
            _check_filing(call, row)
            open_custody(call, row, custodian, kind=CustodyKind.REGULAR, department=department)
            move(call, row, "issue", reason_class=ReasonClass.ISSUED, **values)
            return sealed_record(call, seal_id)

    def activate(
        self, seal_id: str, *, active_from: datetime | None, department: str, scope: str
    ) -> ActivationNotice:
        """Publish the activation notice: the seal is active from that moment.

        Args:
            seal_id: the seal.
            active_from: 启用日期, now or later, timezone-aware; None: now.
            department: 发放部门.
            scope: 使用范围.

        Raises:
            Refused: ``E_NOTICE`` (no scope, or a moment that is past), ``E_CUSTODY_DEPT``,
                ``E_NO_CUSTODIAN``, ``E_SPECIMEN``, ``E_PSB_FILING``, ``E_EXPIRED``.
            StateError: it was not issued, or is active.
            NotAuthorized: not the office.
        """
        with self._acting.call("seals.activate", seal_id) as call:
            row = locked(call, seal_id)
            check_step(row, "activate")
            call.require(Role.SEAL_OFFICE, organization=row.using_org)
            text = words(call, scope, "E_NOTICE", "使用范围 / the scope")
            active_from = active_from or call.at
            if active_from < call.at:
                call.refuse(
                    "E_NOTICE",
                    "启用日期不得早于现在 / the notice would activate the seal in the past",
                )
            if row.valid_to is not None and row.valid_to < active_from:
                call.refuse("E_EXPIRED", "届时印章已过有效期 / the seal's period is over by then")
            department_of(call, department, row.using_org)
            if custodian_at(call.connection, seal_id, call.at) is None:
                call.refuse("E_NO_CUSTODIAN", "印章无人保管 / nobody has custody of the seal")
            if row.specimen_sha256 is None and call.profile.is_on("specimen_required"):
                clause = call.profile.switch("specimen_required").clause
                call.refuse("E_SPECIMEN", "未留样 / no specimen was kept", clause)
            _check_filing(call, row)
            return _activate(call, row, active_from, department, text)

    def preview(self, seal_id: str) -> bytes:
        """What may be shown of a seal: a PNG of at most 150 pixels, cut by lines, marked 样章.

        There is no way to the picture itself (R-HLJ-12b).

        Raises:
            Refused: ``E_SPECIMEN``: nothing was kept, or it cannot be reduced.
        """
        with self._acting.call("seals.preview", seal_id, writes=False) as call:
            row = call.one(tables.seals, seal_id)
            may_see(call, row)
            if row.specimen is None:
                call.refuse("E_SPECIMEN", "未留样 / no specimen was kept")
            return vault.load_picture(call, row.specimen, f"specimen {seal_id}")


def _activate(
    call: Call, row: sa.Row[Any], active_from: datetime, department: str, scope: str
) -> ActivationNotice:
    notice = ActivationNotice(
        new_id("ntc"), row.id, active_from, department, scope, call.actor.id, call.at
    )
    call.insert(
        tables.activation_notices,
        id=notice.id,
        seal=row.id,
        active_from=active_from,
        department=department,
        scope=scope,
        by=call.actor.id,
        at=call.at,
    )
    move(
        call,
        row,
        "activate",
        effective_at=active_from,
        reason_class=ReasonClass.ACTIVATED,
        activated_from=active_from,
    )
    return call.finish(notice)


def _specimen_columns(call: Call, row: sa.Row[Any], specimen: SealPicture | None) -> dict[str, Any]:
    """留样: kept as it is shown, reduced and marked."""
    if specimen is None and not is_electronic(row):
        if call.profile.is_on("specimen_required"):
            clause = call.profile.switch("specimen_required").clause
            call.refuse(
                "E_SPECIMEN",
                "实物印章须留戳记 / the specimen of a physical seal is its imprint",
                clause,
            )
        return {}
    picture = specimen or vault.load_seal(call, row).picture
    try:
        shown = specimen_png(picture)
    except GovsealError as error:
        call.refuse(
            "E_SPECIMEN", f"图像不能制成留样 / no specimen can be made of the picture: {error}"
        )
    return {
        "specimen_sha256": picture.sha256,
        "specimen": vault.keep_picture(call, shown, f"specimen {row.id}"),
    }


def _check_filing(call: Call, row: sa.Row[Any]) -> None:
    """公安备案 of a physical seal."""
    switch = call.profile.switch("psb_filing_required")
    if is_electronic(row) or switch.value is not True:
        return
    if row.psb_filing_no is None:
        call.refuse(
            "E_PSB_FILING",
            "印章未经公安备案 / the seal was not filed with public security",
            switch.clause,
        )
