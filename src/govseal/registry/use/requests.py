"""Filing a request (用印审批单), and taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from govseal.errors import NotAuthorized
from govseal.registry import tables
from govseal.registry.clock import day_of
from govseal.registry.database import next_number
from govseal.registry.documents.exclusions import look_through
from govseal.registry.documents.holders import holder_digest
from govseal.registry.people import looks, may_look
from govseal.registry.policy.force import check_in_force
from govseal.registry.seals.vault import at_rest_key
from govseal.registry.tables.base import new_id
from govseal.registry.use import matrix, rules
from govseal.registry.use.expiry import approvals_end
from govseal.registry.use.form import UseForm
from govseal.registry.use.logged import filed_digest
from govseal.registry.use.records import UseRequest, request_record
from govseal.registry.use.states import check_step
from govseal.registry.vocabulary import Role, UseState

if TYPE_CHECKING:
    from govseal.registry.acting import Acting
    from govseal.registry.call import Call

MAX_FOUND: Final = 1000
APPLICANTS: Final = (
    Role.SECTION_HANDLER,
    Role.SEAL_USING_UNIT_APPLICANT,
    Role.SECTION_HEAD,
    Role.OFFICE_HEAD,
    Role.SEAL_OFFICE,
    Role.LICENCE_ISSUING_SECTION,
    Role.RELYING_SYSTEM,
)
"""Who files requests: whoever handles a matter, or a system that does."""


def file(acting: Acting, form: UseForm) -> UseRequest:
    """See :meth:`govseal.registry.use.Use.request`."""
    look_through(acting.bureau.profile, form.document)
    with acting.call("use.request") as call:
        call.require(*APPLICANTS, organization=call.actor.organization)
        check_in_force(call.profile, call.at)
        case = rules.understand(call, form)
        warnings = rules.check_case(call, case, acting.bureau.validators)
        row = matrix.row_of(call, case)
        id_ = call.subject = new_id("use")
        stored = at_rest_key(call).encrypt(form.document, document_label(id_))
        number = _number(call)  # from here on nobody else files until this call ends
        warnings += rules.check_duplicate(call, case)
        facts = _facts(call, case, warnings)
        is_approved = not row.steps
        call.insert(
            tables.use_requests,
            id=id_,
            number=number,
            state=UseState.APPROVED if is_approved else UseState.SUBMITTED,
            seal=case.seal.id,
            basis=case.basis,
            dispatch_card=None if case.card is None else case.card.id,
            matter=form.matter,
            item_code=form.text("item_code"),
            item_class=form.item_class,
            reason=form.reason,
            section=form.section,
            copies=form.copies,
            document_type=case.document_type,
            document_no=form.text("document_no"),
            certificate_no=form.text("certificate_no"),
            title=form.text("title"),
            document_sm3=form.sm3,
            document_sha256=form.sha256,
            document=stored,
            facts=facts,
            applicant=call.actor.id,
            department=call.actor.department,
            organization=call.actor.organization,
            corrects=form.text("corrects"),
            rule=row.name,
            steps=list(row.steps),
            requested_at=call.at,
            approved_at=call.at if is_approved else None,
            expires_at=approvals_end(call) if is_approved else None,
        )
        filed = call.one(tables.use_requests, id_)
        call.facts.update(number=number, seal=case.seal.id, document_sm3=form.sm3)
        call.facts.update(filed_sm3=filed_digest(filed), expires_at=filed.expires_at)
        call.tell("use.requested", id_, number=number, seal=case.seal.id, warnings=warnings)
        if is_approved:
            call.tell("use.approved", id_, number=number)
        return call.finish(request_record(filed))


def _facts(call: Call, case: rules.Case, warnings: list[str]) -> dict[str, Any]:
    """What a request says that has no column of its own."""
    facts = {**case.form.facts(), "handler": call.actor.name, "case": case.seal_facts()}
    if warnings:
        facts["warnings"] = warnings
    holder = facts.pop("holder", None)
    if holder is not None:  # who holds the paper is in no row
        facts["holder_digest"] = holder_digest(call, holder)
    if case.card is not None:
        facts["openness"] = case.card.openness
    return facts


def _number(call: Call) -> str:
    """``2026-000001``: gapless in each year of Asia/Shanghai."""
    year = day_of(call.at).year
    return f"{year}-{next_number(call.connection, f'use/{year}'):06d}"


def document_label(request: str) -> str:
    """What the document of a request is called where it is encrypted at rest."""
    return f"use request {request} document"


def stored_document(call: Call, request: sa.Row[Any]) -> bytes:
    """The bytes to be stamped, as they were filed.

    Raises:
        RegistryError: ``secrets_missing``.
        Refused: ``E_NOT_FOUND``: they are in the archive by now.
    """
    if request.document is None:
        call.refuse("E_NOT_FOUND", "文件已不在此处保存 / the document is not kept here any more")
    return at_rest_key(call).decrypt(request.document, document_label(request.id))


def withdraw(acting: Acting, request_id: str, reason: str) -> UseRequest:
    """See :meth:`govseal.registry.use.Use.withdraw`."""
    with acting.call("use.withdraw", request_id) as call:
        request = call.one(tables.use_requests, request_id, lock=True)
        if request.applicant != call.actor.id:
            message = "只有申请人可以撤回 / only the applicant takes a request back"
            raise NotAuthorized(message, clause=call.profile.clause("E_NOT_AUTHORIZED"))
        state = check_step(call, request, "withdraw")
        call.update(tables.use_requests, request_id, state=state)
        call.facts["reason"] = reason
        call.tell("use.withdrawn", request_id, reason=reason)
        return call.finish(request_record(call.one(tables.use_requests, request_id)))


def get(acting: Acting, request_id: str) -> UseRequest:
    """See :meth:`govseal.registry.use.Use.get`."""
    with acting.call("use.get", request_id, writes=False) as call:
        request = call.one(tables.use_requests, request_id)
        check_may_read(call, request)
        return call.finish(request_record(request))


def find(
    acting: Acting, state: UseState | None, seal: str | None, before: str | None, limit: int
) -> tuple[UseRequest, ...]:
    """See :meth:`govseal.registry.use.Use.find`."""
    if not 0 < limit <= MAX_FOUND:
        raise ValueError(f"limit: 1 to {MAX_FOUND}")
    with acting.call("use.find", writes=False) as call:
        requests, seals = tables.use_requests, tables.seals
        # Not the documents, which may be large; and what others see is sorted out where it is.
        columns = [column for column in requests.c if column is not requests.c.document]
        query = sa.select(*columns).join(seals, seals.c.id == requests.c.seal)
        query = query.where(_concerns(call))
        for column, value in ((requests.c.state, state), (requests.c.seal, seal)):
            if value is not None:
                query = query.where(column == value)
        if before is not None:
            query = query.where(requests.c.number < before)
        rows = call.rows(query.order_by(requests.c.number.desc()).limit(limit))
        return tuple(map(request_record, rows))


def _concerns(call: Call) -> sa.ColumnElement[bool]:
    """The actor's own requests, and those for seals that the actor may look at."""
    requests, seals = tables.use_requests, tables.seals
    pairs = call.rows(sa.select(seals.c.owner_org, seals.c.using_org).distinct())
    shown = [
        sa.and_(seals.c.owner_org == owner, seals.c.using_org == using)
        for owner, using in map(tuple, pairs)
        if looks(call, owner=owner, using=using)
    ]
    return sa.or_(requests.c.applicant == call.actor.id, *shown)


def document(acting: Acting, request_id: str) -> bytes:
    """See :meth:`govseal.registry.use.Use.document`."""
    with acting.call("use.document", request_id, writes=False) as call:
        request = call.one(tables.use_requests, request_id)
        check_may_read(call, request)
        return stored_document(call, request)


def check_may_read(call: Call, request: sa.Row[Any]) -> None:
    """Go on only for those whom a use concerns: the applicant, and who looks after the seal's use.

    Raises:
        NotAuthorized: others.
    """
    if call.actor.id != request.applicant:
        seal = call.one(tables.seals, request.seal)
        may_look(call, owner=seal.owner_org, using=seal.using_org)
