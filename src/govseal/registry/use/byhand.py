"""手工加盖: the desk of physical seals, where no key signs (JC9-09, JC10-YZ-5.1).

The custodian checks as for any seal, stamps the paper, and records that. The checks, the ledger's
two entries, the row of the use, the scan and the document's record are one transaction, as where a
key signs: there is no use without its entry, nor the reverse.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.documents.exclusions import check_excluded, look_through
from govseal.registry.ledger.append import append_entry
from govseal.registry.ledger.entry import check_fields
from govseal.registry.people import check_password
from govseal.registry.seals.room import at_or_before
from govseal.registry.tables.base import new_id
from govseal.registry.use import entries
from govseal.registry.use.checks import Found, check_all, check_expiry, check_medium
from govseal.registry.use.desk import keep_use, locked, note_stamped
from govseal.registry.use.expiry import ends_what_expired
from govseal.registry.use.form import MAX_COPIES, MAX_DOCUMENT_BYTES, clean_text
from govseal.registry.use.records import Stamped
from govseal.registry.use.states import check_step
from govseal.sm2 import sm3

if TYPE_CHECKING:
    from govseal.registry.acting import Acting
    from govseal.registry.call import Call


@dataclass(frozen=True, slots=True)
class HandStamp:
    """What the custodian did to the paper."""

    copies: int
    """Sheets that go out."""
    spoiled: int
    remark: str | None
    at: datetime | None
    """When; None: just now."""
    scan: bytes | None = field(repr=False)

    @classmethod
    def of(
        cls, *, copies: int, spoiled: int, remark: str, at: datetime | None, scan: bytes | None
    ) -> Self:
        """The statement, complete in itself.

        Raises:
            ValueError: no numbers of copies, a time without a zone, an empty scan or one that is
                too large, a remark that is no text.
        """
        for name, value in (("copies", copies), ("spoiled", spoiled)):
            if type(value) is not int or not 0 <= value <= MAX_COPIES:
                raise ValueError(f"{name}: a whole number from 0 to {MAX_COPIES}")
        if at is not None and at.tzinfo is None:
            raise ValueError("at: a time without a zone")
        if scan is not None and not 0 < len(scan) <= MAX_DOCUMENT_BYTES:
            raise ValueError(f"the scan has 1 to {MAX_DOCUMENT_BYTES} bytes")
        kept = None if scan is None else bytes(scan)
        return cls(copies, spoiled, clean_text("remark", remark) or None, at, kept)

    @property
    def digests(self) -> dict[str, str | None]:
        """Of the scan, hexadecimal, as rows and entries call them; None without one."""
        scan = self.scan
        return {
            "stamped_sm3": None if scan is None else sm3(scan).hex(),
            "stamped_sha256": None if scan is None else hashlib.sha256(scan).hexdigest(),
        }


def stamp_by_hand(acting: Acting, request_id: str, done: HandStamp) -> Stamped:
    """See :meth:`govseal.registry.use.Use.stamp_by_hand`."""
    if done.scan is not None:
        look_through(acting.bureau.profile, done.scan)
    with (
        ends_what_expired(acting, request_id),
        acting.call("use.stamp_by_hand", request_id, signs=True) as call,
    ):
        request, seal = locked(call, request_id)
        state = check_step(call, request, "stamp")
        check_medium(call, seal, is_by_hand=True)
        then = _then(call, request, done)
        found = check_all(then, request, seal, acting.bureau.validators)
        _check_copies(call, request, done)
        check_excluded(call, {"medium": seal.medium, "remark": done.remark}, done.scan)
        made = _record(call, request, seal, then=then, found=found, done=done)
        call.update(tables.use_requests, request_id, state=state)
        note_stamped(call, request, seal, made, copies=made.copies, spoiled=made.spoiled)
        return call.finish(made)


def _then(call: Call, request: sa.Row[Any], done: HandStamp) -> Call:
    """The call at the time of the stamp: what held then is asked, by whoever held the seal then.

    It is recorded while the approvals hold: later nobody can say any more that it was in time.

    Raises:
        Refused: ``E_EFFECTIVE_TIME``, ``E_NOT_APPROVED``, ``E_APPROVAL_EXPIRED``,
            ``E_PASSWORD_EXPIRED``.
    """
    at = at_or_before(call, done.at)
    if request.approved_at is None or at < request.approved_at:
        call.refuse(
            "E_NOT_APPROVED",
            "用印时间早于批准时间 / the paper was stamped before that was approved",
        )
    check_expiry(call, request)
    check_password(call)
    return replace(call, at=at)


def _check_copies(call: Call, request: sa.Row[Any], done: HandStamp) -> None:
    """At least one copy, never more than were approved; what was spoiled is accounted for.

    Raises:
        Refused: ``E_COPIES``, ``E_REASON_MISSING``.
    """
    if done.copies < 1:
        call.refuse("E_COPIES", "加盖份数至少为 1 / a use has one copy at least")
    if done.copies > request.copies:
        message = (
            f"批准 {request.copies} 份，不得加盖 {done.copies} 份 / "
            f"{request.copies} copies were approved, not {done.copies}"
        )
        call.refuse("E_COPIES", message)
    if done.spoiled and not done.remark:
        call.refuse(
            "E_REASON_MISSING",
            "有作废的，须说明原因和处置情况 / of spoiled sheets it is said what became of them",
        )


def _check_scan(call: Call, request: sa.Row[Any], done: HandStamp) -> None:
    """A scan is of this paper: not the file that was filed, nor that of another use.

    Raises:
        Refused: ``E_DUPLICATE``.
    """
    digest = done.digests["stamped_sm3"]
    if digest is None:
        return
    stamps = tables.stamps
    known = sa.select(stamps.c.id).where(stamps.c.stamped_sm3 == digest).limit(1)
    if digest == request.document_sm3:
        message = "扫描件与申请时提交的文件相同 / the scan is the file that was filed"
        call.refuse("E_DUPLICATE", message)
    if call.connection.execute(known).first() is not None:
        message = "该扫描件已用于另一次用印的登记 / the scan is that of another use"
        call.refuse("E_DUPLICATE", message)


def _record(
    call: Call,
    request: sa.Row[Any],
    seal: sa.Row[Any],
    *,
    then: Call,
    found: Found,
    done: HandStamp,
) -> Stamped:
    """Two entries, the row of the use with its scan, the document's record; ``then`` it was.

    Raises:
        Refused: ``E_DUPLICATE``; those of ``record_stamped``; ``E_LEDGER_FIELD``.
    """
    id_ = new_id("stp")
    fields = entries.intent_fields(then, request, seal, found)
    intent, result = _write_entries(
        call, request, seal, fields=fields, stamp=id_, at=then.at, done=done
    )
    _check_scan(call, request, done)  # now that nobody else can record it: the ledger is locked
    made = Stamped(
        id=id_,
        request=request.id,
        document="",
        entry=intent,
        result=result,
        signature_id=None,
        at=then.at,
        sm3=done.digests["stamped_sm3"],
        sha256=done.digests["stamped_sha256"],
        copies=done.copies,
        spoiled=done.spoiled,
        warnings=found.warnings,
    )
    return keep_use(call, request, made, done.scan)


def _write_entries(
    call: Call,
    request: sa.Row[Any],
    seal: sa.Row[Any],
    *,
    fields: dict[str, Any],
    stamp: str,
    at: datetime,
    done: HandStamp,
) -> tuple[int, int]:
    """The numbers of intent and result, as where a key signs; both say that a hand did it."""
    by_hand = {
        "medium": seal.medium,
        "approved": request.copies,
        "spoiled": done.spoiled,
        "remark": done.remark,
    }
    said = {**fields, "copies": done.copies, "by_hand": by_hand}
    check_fields(call.profile, said)
    use = {"at": call.at, "seal": seal.id, "use": request.id}
    intent = append_entry(call.connection, kind="intent", fields=said, **use).sequence
    told = {
        "intent": intent,
        "stamp": stamp,
        "signature_id": None,
        "signed_at": at,
        "by_hand": {"copies": done.copies, "spoiled": done.spoiled},
        **done.digests,
    }
    return intent, append_entry(call.connection, kind="result", fields=told, **use).sequence
