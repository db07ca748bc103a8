"""Papers that were stamped by hand: the file that was filed says which one it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.vocabulary import Medium

if TYPE_CHECKING:
    from govseal.registry.call import Call


def stamped_before(call: Call, sm3: str, *, is_by_hand: bool) -> sa.Row[Any] | None:
    """The version that a further stamp is added to: of what was stamped before, the last recorded.

    Args:
        call: the call.
        sm3: digest of the file that is to be stamped, or that the paper is printed from.
        is_by_hand: whether it is the paper: then other papers from the same file count as well.
    """
    versions, stamps, requests = tables.document_versions, tables.stamps, tables.use_requests
    # By the ledger's numbers: the time of a stamp by hand is what its custodian states.
    query = (
        sa.select(versions, stamps.c.intent)
        .join(stamps, stamps.c.id == versions.c.stamp)
        .order_by(stamps.c.intent.desc())
    )
    queries = [query.where(versions.c.sm3 == sm3)]
    if is_by_hand:
        papers = query.join(requests, requests.c.id == versions.c.request)
        papers = papers.where(requests.c.document_sm3 == sm3, stamps.c.signature_id.is_(None))
        queries.append(papers)
    found = [call.connection.execute(one.limit(1)).first() for one in queries]
    return max(filter(None, found), key=lambda row: int(row.intent), default=None)


def is_left_to_stamp(call: Call, earlier: sa.Row[Any], seal: sa.Row[Any], copies: int) -> bool:
    """Whether a paper may be asked for once more: for another seal, or for copies that were left.

    Args:
        call: the call.
        earlier: the request for a file of the same bytes.
        seal: the physical seal that is asked for now.
        copies: how many are asked for now.
    """
    if earlier.seal != seal.id:
        return bool(call.one(tables.seals, earlier.seal).medium != Medium.ELECTRONIC)
    stamps = tables.stamps
    query = sa.select(stamps.c.copies).where(stamps.c.request == earlier.id)
    used = call.connection.execute(query).scalar_one_or_none()
    return used is not None and used + copies <= earlier.copies
