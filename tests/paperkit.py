"""A desk of physical seals: asked for and approved as others, applied by hand."""

from __future__ import annotations

import json

import bureaukit
from govseal.registry import tables
from govseal.registry.vocabulary import Medium, SealSubtype

SCAN = b"\x89PNG\r\n\x1a\n the paper with its stamp"
MATTER = "企业设立"


def paper_seal(desk, subtype=SealSubtype.ADMIN_APPROVAL, medium=Medium.PHYSICAL_LARGE, **columns):
    """A physical seal in use: no structure, no key."""
    seal = bureaukit.usable_seal(desk.bureau, subtype, **columns)
    none = dict.fromkeys(("es_id", "sealed", "key", "key_state", "valid_from", "valid_to"))
    desk.write(tables.seals, seal, medium=medium, **none)
    return seal


def approved(desk, *names, **stated):
    """An approved request for a physical seal; five copies."""
    stated = {"copies": 5, **stated}
    if "seal" not in stated:
        stated["seal"] = paper_seal(desk, stated.pop("subtype", SealSubtype.ADMIN_APPROVAL))
    return desk.approved(*names, **stated)


def by_hand(desk, request, name="custodian", **more):
    with desk.acting(name) as b:
        return b.use.stamp_by_hand(request.id, **{"copies": 5, **more})


def said(desk, sequence):
    rows = {row.sequence: row for row in desk.rows(tables.ledger_entries)}
    return json.loads(rows[sequence].entry)


def record(desk, id_):
    with desk.acting("office") as b:
        return b.documents.get(id_)


def nothing_is_there(desk):
    names = ("ledger_entries", "stamps", "documents", "document_versions")
    return not any(desk.rows(getattr(tables, name)) for name in names)
