"""What the ledger says of a use: the intent before the key signs, the result after (3.5)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from govseal.asn1.times import BEIJING
from govseal.registry import audit, tables
from govseal.registry.clock import day_of
from govseal.registry.use.checks import Found
from govseal.registry.use.statements import members_of

if TYPE_CHECKING:
    from govseal.registry.call import Call


def intent_fields(
    call: Call, request: sa.Row[Any], seal: sa.Row[Any], found: Found
) -> dict[str, Any]:
    """The entry of a use; everything that is known before the key signs."""
    at = call.at.astimezone(BEIJING)
    return {
        "number": request.number,
        "seal_name": seal.name,
        "seal_code": seal.seal_code,
        "stamped_on": day_of(call.at).isoformat(),
        "stamped_at": at.isoformat(timespec="seconds"),
        "matter": request.matter,
        "item_code": request.item_code,
        "item_class": request.item_class,
        "category": f"{request.item_class}/{request.document_type}",
        "reason": request.reason,
        "section": request.section,
        "copies": request.copies,
        "handler": request.facts.get("handler"),
        "approvers": _approvers(call, found),
        "custodian": call.actor.name,
        "document_type": request.document_type,
        "document_no": request.document_no,
        "certificate_no": request.certificate_no,
        "title": request.title,
        "basis": request.basis,
        "dispatch_card": None if found.card is None else found.card.number,
        "document_sm3": request.document_sm3,
        "document_sha256": request.document_sha256,
        "approvals_sm3": found.digest,
        "organization": request.organization,
        "applicant": request.applicant,
        "operator": call.actor.id,
        "corrects": request.corrects,
        "warnings": list(found.warnings),
        "profile": call.profile.name,
        "audit_log": audit.head(call.connection),
    }


def _approvers(call: Call, found: Found) -> list[dict[str, Any]]:
    """事项审签人: who approved, as what, when, how that is proven, and in whose stead."""
    people: set[str] = {row.approver for row in found.approvals}
    people |= {row.on_behalf_of for row in found.approvals if row.on_behalf_of}
    if found.card is not None:
        people.add(found.card.signed_off_by)
    names = names_of(call, people)
    listed: list[dict[str, Any]] = []
    if found.card is not None:
        card = found.card
        listed.append(
            {
                "name": names[card.signed_off_by],
                "role": None,
                "at": card.signed_off_at,
                "mode": "dispatch_card",
                "on_behalf_of": None,
                "departs": None,
            }
        )
    listed += [
        {
            "name": names[row.approver],
            "role": row.role,
            "at": row.at,
            "mode": row.mode,
            "on_behalf_of": names[row.on_behalf_of] if row.on_behalf_of else None,
            "departs": members_of(row.statement.encode())["departs"],
        }
        for row in found.approvals
    ]
    return listed


def names_of(call: Call, people: Iterable[str]) -> dict[str, str]:
    """Names by id."""
    table = tables.people
    rows = call.rows(sa.select(table.c.id, table.c.name).where(table.c.id.in_(set(people))))
    return {row.id: row.name for row in rows}
