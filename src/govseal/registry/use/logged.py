"""What the log says of a request, held against its rows: whoever can write into them is found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from govseal.registry import audit, tables
from govseal.registry.canonical import canonical
from govseal.registry.use import statements
from govseal.registry.vocabulary import UseState
from govseal.sm2 import sm3

if TYPE_CHECKING:
    from govseal.registry.call import Call

_FIXED: Final = (
    *("id", "number", "seal", "basis", "dispatch_card", "matter", "item_code", "item_class"),
    *("reason", "section", "copies", "document_type", "document_no", "certificate_no", "title"),
    *("document_sm3", "document_sha256", "facts", "applicant", "department", "organization"),
    *("corrects", "rule", "steps", "requested_at"),
)
"""What no step changes once a request is filed."""


@dataclass(frozen=True, slots=True)
class Logged:
    """What the log has of a request."""

    filed_sm3: str | None
    """Of :func:`filed_digest`; None: it was not filed here."""
    statements: frozenset[str]
    """Digests of the statements that were given through this registry."""
    expires_at: str | None
    """Until when its approvals may be used, as the last of them left it."""


def filed_digest(request: sa.Row[Any]) -> str:
    """SM3 over all of a request that is fixed when it is filed, hexadecimal."""
    return sm3(canonical({name: getattr(request, name) for name in _FIXED})).hex()


def card_digest(connection: sa.Connection, card: sa.Row[Any]) -> str:
    """SM3 over what a dispatch card states, hexadecimal."""
    return sm3(statements.state_card(connection, card)).hex()


def of_request(call: Call, request_id: str) -> Logged:
    """What the log has of a request."""
    filed, given, expires_at = None, set(), None
    for event in _done(call, request_id, "use.request", "use.approved"):
        if event.action == "use.request":
            filed = str(event.facts.get("filed_sm3"))
        else:
            given.add(str(event.facts.get("statement_sm3")))
        if event.facts.get("state", UseState.APPROVED) == UseState.APPROVED:
            expires_at = event.facts.get("expires_at")
    return Logged(filed, frozenset(given), expires_at)


def knows_card(call: Call, card: sa.Row[Any]) -> bool:
    """Whether a dispatch card was registered here, and says what it said then."""
    digest = card_digest(call.connection, card)
    return any(
        event.facts.get("card_sm3") == digest for event in _done(call, card.id, "use.register_card")
    )


def _done(call: Call, subject: str, *actions: str) -> list[audit.AuditEvent]:
    table = tables.audit_events
    query = sa.select(table).where(
        table.c.subject == subject, table.c.action.in_(actions), table.c.result == "done"
    )
    return list(audit.select(call.connection, query.order_by(table.c.sequence)))
