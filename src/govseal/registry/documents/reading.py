"""Documents as they stand in the tables, and who needs to know them (R-JC10-BM-2/3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from govseal.errors import NotAuthorized
from govseal.registry import tables
from govseal.registry.call import Call
from govseal.registry.documents.model import DocumentRecord, StateRecord, VersionRecord
from govseal.registry.documents.states import newest
from govseal.registry.people import looks
from govseal.registry.vocabulary import Role

_OF_THE_UNIT = frozenset(
    {
        Role.SEAL_OFFICE,
        Role.LICENCE_ISSUING_SECTION,
        Role.PRINCIPAL_LEADER,
        Role.SUPERVISION_AUDITOR,
    }
)
_SUPERVISORS = frozenset({Role.PROVINCE_ADMIN, Role.SERVICE_SUPERVISOR, Role.CITY_UNIT_INSPECTOR})


def check_reader(call: Call, row: sa.Row[Any]) -> None:
    """Go on only if the actor needs to know the document.

    That are who applied, approved and stamped it, the head of its section, the office and the
    auditors of its unit, those who supervise, and whoever was named.

    Raises:
        NotAuthorized: ``E_NEED_TO_KNOW``; the refusal stands in the audit log.
    """
    actor = call.actor
    section = {"organization": row.organization, "department": row.department}
    known = (
        row.applicant == actor.id
        or actor.has(*_OF_THE_UNIT, organization=row.organization)
        or (bool(actor.roles & _SUPERVISORS) and looks(call, owner=row.organization))
        or (row.department is not None and actor.has(Role.SECTION_HEAD, **section))
        or not call.profile.is_on("need_to_know")
        or _took_part(call, row.id)
        or _is_named(call, row.id, call.at)
    )
    if not known:
        message = f"{row.id}: known to those who need to know it"
        clause = call.profile.switch("need_to_know").clause
        raise NotAuthorized(message, code="E_NEED_TO_KNOW", clause=clause)


def _took_part(call: Call, document: str) -> bool:
    versions, approvals, stamps = tables.document_versions, tables.approvals, tables.stamps
    requests = sa.select(versions.c.request).where(versions.c.document == document)
    approved = sa.select(approvals.c.id).where(
        approvals.c.request.in_(requests), approvals.c.approver == call.actor.id
    )
    stamped = sa.select(stamps.c.id).where(
        stamps.c.request.in_(requests), stamps.c.operator == call.actor.id
    )
    return any(call.connection.execute(query).first() is not None for query in (approved, stamped))


def _is_named(call: Call, document: str, at: datetime) -> bool:
    readers = tables.document_readers
    query = sa.select(readers.c.id).where(
        readers.c.document == document,
        readers.c.reader == call.actor.id,
        readers.c.since <= at,
        sa.or_(readers.c.until.is_(None), readers.c.until > at),
    )
    return call.connection.execute(query).first() is not None


def read_document(connection: sa.Connection, row: sa.Row[Any]) -> DocumentRecord:
    """The record of a row of ``documents``."""
    states, versions = tables.document_states, tables.document_versions
    links, stamps = tables.document_links, tables.stamps
    history = connection.execute(
        sa.select(states).where(states.c.document == row.id).order_by(states.c.sequence)
    )
    stamped = connection.execute(
        sa.select(versions, stamps.c.copies)
        .join(stamps, stamps.c.id == versions.c.stamp)
        .where(versions.c.document == row.id)
        .order_by(stamps.c.intent)
    )
    return DocumentRecord(
        id=row.id,
        number=row.number,
        type=row.type,
        title=row.title or "",
        organization=row.organization,
        profile=row.profile,
        legal_basis=row.legal_basis,
        openness=row.openness,
        decided_on=row.decided_on or "",
        completed_on=row.completed_on,
        missing_seals=tuple(row.missing_seals),
        waiver=row.waiver or "",
        state=newest(connection, row.id).state,
        history=tuple(_state(item) for item in history),
        versions=tuple(_version(item) for item in stamped),
        replaces=_linked(connection, links.c.old, links.c.new == row.id),
        replaced_by=_linked(connection, links.c.new, links.c.old == row.id),
    )


def _linked(
    connection: sa.Connection, column: sa.ColumnElement[str], which: sa.ColumnElement[bool]
) -> tuple[str, ...]:
    return tuple(connection.execute(sa.select(column).where(which).order_by(column)).scalars())


def _state(row: sa.Row[Any]) -> StateRecord:
    return StateRecord(
        row.state, row.effective_at, row.recorded_at, row.reason or "", row.by, row.order
    )


def _version(row: sa.Row[Any]) -> VersionRecord:
    return VersionRecord(
        row.stamp, row.request, tuple(row.seals), row.signed_at, row.sm3, row.sha256, row.copies
    )
