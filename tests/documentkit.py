"""Stamped documents for tests of what comes after the desk, written straight into the tables."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import sqlalchemy as sa

import bureaukit
from govseal.registry import Bureau, tables
from govseal.registry.call import Call
from govseal.registry.documents.holders import holder_digest
from govseal.registry.documents.record import record_stamped
from govseal.registry.tables.base import new_id
from govseal.sm2 import sm3

SEALS = {"admin_approval": "business", "official": "legal_name", "industry": "business"}


def seal_id(subtype: str) -> str:
    return f"seal-{subtype}"


def add_seals(bureau: Bureau) -> None:
    """One seal of each subtype of :data:`SEALS`, in use."""
    with bureau.database.begin() as connection:
        for subtype, type_ in SEALS.items():
            connection.execute(
                tables.seals.insert().values(
                    id=seal_id(subtype),
                    es_id=f"ES-{subtype}",
                    name=f"{bureaukit.BUREAU_NAME}{subtype}",
                    type=type_,
                    subtype=subtype,
                    medium="electronic",
                    owner_org=bureaukit.BUREAU,
                    using_org=bureaukit.BUREAU,
                    state="active",
                    state_effective_at=bureaukit.SINCE,
                )
            )
            connection.execute(
                tables.seal_states.insert().values(
                    seal=seal_id(subtype),
                    event="activate",
                    state="active",
                    effective_at=bureaukit.SINCE,
                    recorded_at=bureaukit.SINCE,
                )
            )


def add_request(
    connection: sa.Connection, at: datetime, document: bytes = b"draft", **values: Any
) -> sa.Row[Any]:
    """An approved request for the approval seal, as a handler files it."""
    id_ = new_id("use")
    connection.execute(
        tables.use_requests.insert().values(
            **{
                "id": id_,
                "number": id_,
                "state": "approved",
                "seal": seal_id("admin_approval"),
                "basis": "case_decision",
                "matter": "建设工程规划许可",
                "item_class": "own",
                "reason": "颁发",
                "section": "规划建设科",
                "copies": 1,
                "document_type": "licensing_grant_decision",
                "document_sm3": sm3(document).hex(),
                "document_sha256": hashlib.sha256(document).hexdigest(),
                "facts": {},
                "applicant": bureaukit.person("handler"),
                "department": bureaukit.PLANNING,
                "organization": bureaukit.BUREAU,
                "rule": "行政审批专用章",
                "steps": [],
                "requested_at": at,
                "approved_at": at,
                **values,
            }
        )
    )
    table = tables.use_requests
    return connection.execute(sa.select(table).where(table.c.id == id_)).one()


def record(call: Call, request: sa.Row[Any], stamped: bytes, *, signed_at=None, seals=None) -> str:
    """What the desk does once the stamp is made; the id of the document's record."""
    count = call.connection.execute(sa.select(sa.func.count()).select_from(tables.stamps)).scalar()
    stamp, digest = new_id("stp"), sm3(stamped).hex()
    sha256 = hashlib.sha256(stamped).hexdigest()
    call.insert(
        tables.stamps,
        id=stamp,
        request=request.id,
        seal=request.seal,
        operator=call.actor.id,
        at=call.at,
        signature_id="1",
        intent=2 * count,
        result=2 * count + 1,
        stamped_sm3=digest,
        stamped_sha256=sha256,
    )
    return record_stamped(
        call,
        request=request,
        stamp_id=stamp,
        signed_at=signed_at or call.at,
        stamped_sm3=digest,
        stamped_sha256=sha256,
        seals=seals or [request.seal],
    )


def stamp(bureau: Bureau, stamped: bytes = b"stamped", document: bytes = b"draft", **values) -> str:
    """A document that the custodian stamped; its id."""
    options = {name: values.pop(name) for name in ("signed_at", "seals") if name in values}
    with (
        bureau.acting(bureaukit.person("custodian")) as b,
        b.call("test.stamp", signs=True) as call,
    ):
        facts = dict(values.pop("facts", {}))
        if "holder" in facts:
            facts["holder_digest"] = holder_digest(call, facts.pop("holder"))
        request = add_request(call.connection, call.at, document, facts=facts, **values)
        return record(call, request, stamped, **options)
