"""Decisions that cannot be stamped: with the province's approval, or flagged (R-HLJ-04c)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.call import Call
from govseal.registry.clock import day_of
from govseal.registry.documents.numbers import next_document_number
from govseal.registry.tables.base import new_id
from govseal.registry.vocabulary import DocumentState, Openness


def keep_unstamped(
    call: Call, *, type_: str, class_: str, title: str, reason: str, waiver: str | None = None
) -> str:
    """The id of the record of a decision that went out without a seal.

    Args:
        call: the call.
        type_: of :class:`DocumentType`.
        class_: of its number.
        title: what it says.
        reason: why it could not be stamped.
        waiver: number of the approval of the province to do without.

    Raises:
        Refused: ``E_LEDGER_FIELD``: no reason; ``E_DOCUMENT_NUMBER``.
    """
    if not reason.strip():
        call.refuse("E_LEDGER_FIELD", "why it is not stamped is missing")
    rule = call.profile.seal_rule({"document_type": type_})
    required = sorted(rule.required) if rule else []
    document = new_id("doc")
    call.insert(
        tables.documents,
        id=document,
        number=next_document_number(call, class_, day_of(call.at).year),
        issued_here=True,
        type=type_,
        title=title,
        organization=call.actor.organization,
        department=call.actor.department,
        applicant=call.actor.id,
        profile=call.profile.name,
        legal_basis=call.profile.legal_basis,
        openness=Openness.NOT_OPEN,
        completed_on=day_of(call.at).isoformat(),
        required_seals=required,
        missing_seals=required,
        waiver=waiver,
        recorded_at=call.at,
    )
    call.insert(
        tables.document_states,
        document=document,
        state=DocumentState.CURRENT,
        effective_at=call.at,
        recorded_at=call.at,
        reason=reason,
        by=call.actor.id,
    )
    call.subject = document
    call.tell("document.unstamped", document, waiver=waiver)
    return document


def unstamped(call: Call) -> Sequence[sa.Row[Any]]:
    """The rows of documents that have neither a stamp nor a waiver."""
    table, versions = tables.documents, tables.document_versions
    stamped = sa.exists().where(versions.c.document == table.c.id)
    query = sa.select(table).where(~stamped, table.c.waiver.is_(None))
    return call.rows(query.order_by(table.c.recorded_at, table.c.id))
