"""用印: the desk, the only way to a signature (JC9-09). Nothing else here may make a stamp.

In one transaction: the custodian's checks, the ledger's intent entry, the stamp that names it, the
result entry, the stamp's row with the stamped file, the document's record. Only then does the file
leave: a crash before the commit leaves nothing of all this, a crash after it loses nothing. A seal
that is no key is applied in :mod:`govseal.registry.use.byhand`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from govseal import facade
from govseal.errors import NotAuthorized, RegistryError
from govseal.formats.base import Protect
from govseal.registry import tables
from govseal.registry.documents.record import record_stamped
from govseal.registry.ledger.append import Appended, append_entry, origin
from govseal.registry.ledger.entry import check_fields
from govseal.registry.seals.custody import check_custodian, custodian_at
from govseal.registry.seals.vault import at_rest_key, load_key, load_seal
from govseal.registry.tables.base import new_id
from govseal.registry.use import entries
from govseal.registry.use.checks import CHECKS, Found, check_all, check_medium
from govseal.registry.use.expiry import ends_what_expired
from govseal.registry.use.records import CheckedUse, RefusedUse, Stamped
from govseal.registry.use.states import check_step
from govseal.registry.vocabulary import RefusalReason, Role
from govseal.seal.extensions import LedgerReference, is_matter_code
from govseal.sm2 import sm3

if TYPE_CHECKING:
    from govseal.formats.places import Place
    from govseal.pki.signer import TimestampSource
    from govseal.pki.timestampterms import TimestampTerms
    from govseal.registry.acting import Acting
    from govseal.registry.call import Call

DETACHED_ID = "1"
"""What a detached stamp is called, which is alone in its file."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How the file is to be stamped."""

    placement: Place | Sequence[Place]
    protect: Protect
    is_detached: bool
    timestamp: TimestampSource | TimestampTerms | None


def stamp(acting: Acting, request_id: str, terms: Terms) -> Stamped:
    """See :meth:`govseal.registry.use.Use.stamp`."""
    with (
        ends_what_expired(acting, request_id),
        acting.call("use.stamp", request_id, signs=True) as call,
    ):
        request, seal = locked(call, request_id)
        state = check_step(call, request, "stamp")
        check_medium(call, seal, is_by_hand=False)
        found = check_all(call, request, seal, acting.bureau.validators)
        made, data = _stamp(call, request, seal, found, terms)
        call.update(tables.use_requests, request_id, state=state)
        note_stamped(call, request, seal, made)
        call.finish(made)
    # The transaction is committed, unless it is the caller's: then nothing leaves yet.
    return replace(made, data=data) if acting.owns_transaction else made


def note_stamped(
    call: Call, request: sa.Row[Any], seal: sa.Row[Any], made: Stamped, **by_hand: int | None
) -> None:
    """What the log and others are told of a use; ``by_hand`` the copies, where no key signed."""
    call.facts.update(
        number=request.number,
        seal=seal.id,
        intent=made.entry,
        result=made.result,
        stamped_sm3=made.sm3,
        **by_hand,
    )
    call.tell(
        "use.stamped",
        request.id,
        number=request.number,
        seal=seal.id,
        medium=seal.medium,
        stamp=made.id,
        entry=made.entry,
        document=made.document,
        warnings=list(made.warnings),
        **by_hand,
    )


def locked(call: Call, request_id: str) -> tuple[sa.Row[Any], sa.Row[Any]]:
    """The request and its seal, which nobody changes meanwhile, under the unit's own profile."""
    request = call.one(tables.use_requests, request_id, lock=True)
    seal = call.one(tables.seals, request.seal, lock=True)
    call.judge_by(request.organization)
    return request, seal


def _stamp(
    call: Call, request: sa.Row[Any], seal: sa.Row[Any], found: Found, terms: Terms
) -> tuple[Stamped, bytes]:
    fields = entries.intent_fields(call, request, seal, found)
    check_fields(call.profile, fields)
    use = {"at": call.at, "seal": seal.id, "use": request.id}
    intent = append_entry(call.connection, kind="intent", fields=fields, **use)
    data, signature_id = _sign(call, request, seal, found, intent=intent, terms=terms)
    id_ = new_id("stp")
    digests = {"sm3": sm3(data).hex(), "sha256": hashlib.sha256(data).hexdigest()}
    told = {
        "intent": intent.sequence,
        "stamp": id_,
        "signature_id": signature_id,
        "signed_at": call.at,
        "stamped_sm3": digests["sm3"],
        "stamped_sha256": digests["sha256"],
    }
    result = append_entry(call.connection, kind="result", fields=told, **use)
    made = Stamped(
        id=id_,
        request=request.id,
        document="",
        entry=intent.sequence,
        result=result.sequence,
        signature_id=signature_id,
        at=call.at,
        sm3=digests["sm3"],
        sha256=digests["sha256"],
        warnings=found.warnings,
    )
    return keep_use(call, request, made, data), data


def keep_use(call: Call, request: sa.Row[Any], made: Stamped, content: bytes | None) -> Stamped:
    """The row of a use with its file or scan, and the document's record, which ``made`` then names.

    Raises:
        Refused: those of ``record_stamped``.
    """
    call.insert(
        tables.stamps,
        id=made.id,
        request=request.id,
        seal=request.seal,
        operator=call.actor.id,
        at=made.at,
        signature_id=made.signature_id,
        copies=made.copies,
        spoiled=made.spoiled if made.is_by_hand else None,
        intent=made.entry,
        result=made.result,
        stamped_sm3=made.sm3,
        stamped_sha256=made.sha256,
        stamped=None
        if content is None
        else at_rest_key(call).encrypt(content, stamped_label(made.id)),
    )
    document = record_stamped(
        call,
        request=request,
        stamp_id=made.id,
        signed_at=made.at,
        stamped_sm3=made.sm3,
        stamped_sha256=made.sha256,
        seals=[request.seal],
        is_by_hand=made.is_by_hand,
    )
    return replace(made, document=document)


def _sign(
    call: Call,
    request: sa.Row[Any],
    seal: sa.Row[Any],
    found: Found,
    *,
    intent: Appended,
    terms: Terms,
) -> tuple[bytes, str]:
    """The stamped file and the id of its new signature: here, and nowhere else, the key is used."""
    code = request.item_code or request.matter
    use: dict[str, Any] = {
        "at": call.at,
        "matter": code if is_matter_code(code) else None,
        "ledger": LedgerReference(origin(call.connection), intent.sequence, intent.leaf),
        "approvals": found.digest,
        "timestamp": terms.timestamp,
    }
    structure, key = load_seal(call, seal), load_key(call, seal)
    if terms.is_detached:
        return facade.stamp_detached(found.document, structure, key, **use), DETACHED_ID
    data = facade.stamp(
        found.document, structure, key, terms.placement, protect=terms.protect, **use
    )
    return data, _signature_id(data, intent)


def _signature_id(data: bytes, intent: Appended) -> str:
    """The signature that names the entry, in the file as it will leave."""
    for signature in facade.inspect(data).signatures:
        reference = LedgerReference.find(signature.extensions)
        if reference is not None and reference.leaf == intent.leaf:
            return signature.id
    raise RegistryError("the stamp does not name its ledger entry", code="stamp_unproven")


def stamped_label(stamp_id: str) -> str:
    """What a stamped file is called where it is encrypted at rest."""
    return f"stamp {stamp_id} file"


def check(acting: Acting, request_id: str) -> CheckedUse:
    """See :meth:`govseal.registry.use.Use.check`."""
    with acting.call("use.check", request_id) as call:
        request, seal = locked(call, request_id)
        state = check_step(call, request, "check")
        found = check_all(call, request, seal, acting.bureau.validators)
        check_fields(call.profile, entries.intent_fields(call, request, seal, found))
        call.update(tables.use_requests, request_id, state=state)
        call.facts["checks"] = list(CHECKS)
        call.tell("use.checked", request_id, number=request.number)
        return call.finish(CheckedUse(request_id, CHECKS, state))


def refuse(acting: Acting, request_id: str, reason: RefusalReason, text: str) -> RefusedUse:
    """See :meth:`govseal.registry.use.Use.refuse`."""
    with acting.call("use.refuse", request_id) as call:
        request, seal = locked(call, request_id)
        check_custodian(call, seal, request.matter)
        state = check_step(call, request, "refuse")
        if not text:
            call.refuse("E_REASON_MISSING", "拒印须说明理由 / who refuses to stamp says why")
        call.update(tables.use_requests, request_id, state=state)
        call.facts.update(reason=reason, text=text)
        call.tell(
            "use.refused",
            request_id,
            number=request.number,
            applicant=request.applicant,
            reason=reason,
            text=text,
        )
        return call.finish(RefusedUse(request_id, reason, text, state))


def collect(acting: Acting, request_id: str) -> Stamped:
    """See :meth:`govseal.registry.use.Use.collect`."""
    # Never within somebody else's transaction: what is not committed yet does not leave.
    own = acting.with_own_transaction()
    with own.call("use.collect", request_id) as call:
        request = call.one(tables.use_requests, request_id, lock=True)
        state = check_step(call, request, "deliver")
        row = call.connection.execute(
            sa.select(tables.stamps).where(tables.stamps.c.request == request_id)
        ).one()
        _check_may_collect(call, request, row)
        data = _stamped_file(call, row)
        if row.delivered_at is None:
            call.update(tables.stamps, row.id, delivered_at=call.at)
            call.update(tables.use_requests, request_id, state=state)
            call.tell("use.delivered", request_id, number=request.number, to=call.actor.id)
        versions = tables.document_versions
        query = sa.select(versions.c.document).where(versions.c.stamp == row.id)
        return call.finish(
            Stamped(
                id=row.id,
                request=request_id,
                document=call.connection.execute(query).scalar_one(),
                entry=row.intent,
                result=row.result,
                signature_id=row.signature_id,
                at=row.at,
                sm3=row.stamped_sm3,
                sha256=row.stamped_sha256,
                copies=row.copies,
                spoiled=row.spoiled or 0,
                data=data,
            )
        )


def _check_may_collect(call: Call, request: sa.Row[Any], row: sa.Row[Any]) -> None:
    """The file goes to who asked for it, who stamped it, who holds the seal, or the office."""
    actor = call.actor
    if actor.id in {request.applicant, row.operator}:
        return
    holder = custodian_at(call.connection, request.seal, call.at)
    is_holder = holder is not None and holder.person == actor.id
    if not is_holder and not actor.has(Role.SEAL_OFFICE, organization=request.organization):
        message = (
            "用印文件只交申请人、保管人或办公室 / "
            "the stamped file goes to the applicant, the custodian or the office"
        )
        raise NotAuthorized(message, clause=call.profile.clause("E_NOT_AUTHORIZED"))


def _stamped_file(call: Call, row: sa.Row[Any]) -> bytes | None:
    """The stamped file; of paper the scan, or None where none was made."""
    if row.stamped_sm3 is None:
        return None
    if row.stamped is None:
        call.refuse(
            "E_NOT_FOUND",
            "用印文件已归档，此处不再保存 / the stamped file is in the archive, and not kept here",
        )
    data = at_rest_key(call).decrypt(row.stamped, stamped_label(row.id))
    if sm3(data).hex() != row.stamped_sm3:
        raise RegistryError("the stamped file is not as its row says", code="registry_damaged")
    return data
