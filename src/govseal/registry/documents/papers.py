"""Papers that were stamped by hand: the file that was filed says which one it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.vocabulary import Medium

if TYPE_CHECKING:
    from govseal.registry.call import Call


def stamped_paper(call: Call, sm3: str) -> sa.Row[Any] | None:
    """The latest version of a document whose paper was stamped by hand.

    Args:
        call: the call.
        sm3: digest of the file that was filed for it.
    """
    versions, stamps, requests = tables.document_versions, tables.stamps, tables.use_requests
    query = (
        sa.select(versions)
        .join(stamps, stamps.c.id == versions.c.stamp)
        .join(requests, requests.c.id == versions.c.request)
        .where(requests.c.document_sm3 == sm3, stamps.c.signature_id.is_(None))
        .order_by(versions.c.signed_at.desc(), versions.c.id)
    )
    return call.connection.execute(query).first()


def is_left_to_stamp(call: Call, earlier: sa.Row[Any], seal: sa.Row[Any]) -> bool:
    """Whether a paper may be asked for once more: for another seal, or for copies that were left.

    Args:
        call: the call.
        earlier: the request for a file of the same bytes.
        seal: the physical seal that is asked for now.
    """
    if earlier.seal != seal.id:
        return bool(call.one(tables.seals, earlier.seal).medium != Medium.ELECTRONIC)
    stamps = tables.stamps
    query = sa.select(stamps.c.copies).where(stamps.c.request == earlier.id)
    used = call.connection.execute(query).scalar_one_or_none()
    return used is not None and used < earlier.copies
