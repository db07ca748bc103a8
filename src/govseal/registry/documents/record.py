"""The record of what was stamped, written by the desk in the transaction of the stamp."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.call import Call
from govseal.registry.clock import day_of
from govseal.registry.documents.numbers import next_document_number
from govseal.registry.documents.papers import stamped_before
from govseal.registry.documents.required import check_seal, missing_seals
from govseal.registry.documents.states import supersede
from govseal.registry.tables.base import new_id
from govseal.registry.vocabulary import DocumentState, Openness


def record_stamped(
    call: Call,
    *,
    request: sa.Row[Any],
    stamp_id: str,
    signed_at: datetime,
    stamped_sm3: str | None,
    stamped_sha256: str | None,
    seals: Sequence[str],
    is_by_hand: bool = False,
) -> str:
    """The id of the document's record; a further stamp on it becomes a version of the same.

    The row of the stamp is there already. A document without a number of its own gets the next
    one of its class (the request's fact ``document_class``, else its type) and year.

    Args:
        call: the desk's call.
        request: the row of the use request.
        stamp_id: the row in ``stamps``.
        signed_at: when the stamp says that it was made.
        stamped_sm3: digest of the stamped file, hexadecimal; of paper that of its scan, or None.
        stamped_sha256: the same in SHA-256.
        seals: ids of the seals that this stamp put there.
        is_by_hand: whether paper was stamped: a further seal on it, or further copies of it, are
            of the same document.

    Raises:
        Refused: ``E_SEAL_TYPE``: not a seal that this document takes; ``E_DUPLICATE``: its number
            is another document's.
    """
    before = stamped_before(call, request.document_sm3, is_by_hand=is_by_hand)
    borne = list(before.seals) if before is not None else []
    missing = _check_seals(call, request, borne, seals)
    is_further_copy = is_by_hand and set(seals) <= set(borne)
    borne.extend(() if is_further_copy else seals)
    if before is None:
        document = _create(call, request, signed_at, missing)
    else:
        document = str(before.document)
    if before is not None and not is_further_copy:
        call.update(
            tables.documents,
            document,
            missing_seals=list(missing),
            completed_on=_completed_on(call, request, _latest(call, document, signed_at)),
        )
    call.insert(
        tables.document_versions,
        id=new_id("ver"),
        document=document,
        stamp=stamp_id,
        request=request.id,
        seals=borne,
        signed_at=signed_at,
        sm3=stamped_sm3,
        sha256=stamped_sha256,
    )
    call.tell("document.stamped", document, missing_seals=list(missing))
    return document


def _check_seals(
    call: Call, request: sa.Row[Any], borne: Sequence[str], seals: Sequence[str]
) -> Sequence[str]:
    """The subtypes that are still missing once these seals are there too.

    Raises:
        Refused: ``E_SEAL_TYPE``.
    """
    facts, subtypes = _case(request), _subtypes(call, borne)
    for id_ in seals:
        subtype = call.one(tables.seals, id_).subtype
        check_seal(call, {**facts, "subtype": subtype}, subtype, subtypes)
        subtypes.append(subtype)
    return missing_seals(call.profile.seal_rule(facts), subtypes)


def _case(request: sa.Row[Any]) -> dict[str, str]:
    """What seal rules ask of a case: the request keeps it as it was filed."""
    return {
        **(request.facts or {}).get("case", {}),
        "basis": str(request.basis),
        "document_type": str(request.document_type),
        "item_class": str(request.item_class),
    }


def _subtypes(call: Call, ids: Sequence[str]) -> list[str]:
    return [call.one(tables.seals, id_).subtype for id_ in ids]


def _create(call: Call, request: sa.Row[Any], signed_at: datetime, missing: Sequence[str]) -> str:
    facts: Mapping[str, Any] = request.facts or {}
    number, is_ours = _number(call, request, signed_at)
    document = new_id("doc")
    rule = call.profile.seal_rule(_case(request))
    call.insert(
        tables.documents,
        id=document,
        number=number,
        issued_here=is_ours,
        type=request.document_type,
        title=request.title,
        item_code=request.item_code,
        organization=request.organization,
        department=request.department,
        applicant=request.applicant,
        holder=facts.get("holder_digest"),
        profile=call.profile.name,
        legal_basis=call.profile.legal_basis,
        openness=facts.get("openness", Openness.NOT_OPEN),
        approved_at=request.approved_at,
        decided_on=facts.get("decision_date"),
        completed_on=_completed_on(call, request, signed_at),
        required_seals=sorted(rule.required) if rule else [],
        missing_seals=list(missing),
        recorded_at=call.at,
    )
    call.insert(
        tables.document_states,
        document=document,
        state=DocumentState.CURRENT,
        effective_at=signed_at,
        recorded_at=call.at,
        by=call.actor.id,
    )
    _link_correction(call, request, document)
    return document


def _completed_on(call: Call, request: sa.Row[Any], signed_at: datetime) -> str:
    """The day on which the matter is concluded: by the seal's date, or the decision's (C-10)."""
    if call.profile.switch("completion_rule").value == "decision_date":
        decided = (request.facts or {}).get("decision_date")
        if decided:
            return str(decided)
    return day_of(signed_at).isoformat()


def _latest(call: Call, document: str, signed_at: datetime) -> datetime:
    """The time of its last seal: hands may record theirs in another order."""
    versions = tables.document_versions
    query = sa.select(sa.func.max(versions.c.signed_at)).where(versions.c.document == document)
    last: datetime = call.connection.execute(query).scalar_one()
    return max(last, signed_at)


def _number(call: Call, request: sa.Row[Any], signed_at: datetime) -> tuple[str, bool]:
    facts: Mapping[str, Any] = request.facts or {}
    if not request.document_no:
        class_ = str(facts.get("document_class") or request.document_type)
        year = day_of(signed_at).year
        return next_document_number(call, class_, year), True
    numbers = tables.document_numbers
    query = sa.select(numbers).where(numbers.c.number == request.document_no).with_for_update()
    row = call.connection.execute(query).one_or_none()
    if row is None:
        return request.document_no, False
    if row.voided_at is not None:
        call.refuse("E_DUPLICATE", f"{row.number} is void")
    table = tables.documents
    taken = call.rows(sa.select(table.c.id).where(table.c.number == row.number))
    corrected = _corrected(call, request)
    if any(other.id != corrected for other in taken):
        call.refuse("E_DUPLICATE", f"{row.number} is another document's number")
    return row.number, True


def _corrected(call: Call, request: sa.Row[Any]) -> str | None:
    """The document that this one corrects."""
    if request.corrects is None:
        return None
    versions = tables.document_versions
    query = sa.select(versions.c.document).where(versions.c.request == request.corrects)
    found = call.connection.execute(query).first()
    return None if found is None else str(found.document)


def _link_correction(call: Call, request: sa.Row[Any], new: str) -> None:
    """A correction stands in the place of what it corrects, from the moment of its stamp."""
    old = _corrected(call, request)
    if old is not None:
        supersede(call, old, new, kind="corrects", reason=request.reason)
