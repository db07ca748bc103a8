"""发文卡: the leader's sign-off that an official document stands on (JC10-YZ-4.2.1, GK-3.2.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from govseal.errors import NotAuthorized
from govseal.registry import tables
from govseal.registry.documents.exclusions import check_excluded, look_through
from govseal.registry.labels import OPENNESS, ROLES, named
from govseal.registry.tables.base import new_id
from govseal.registry.use import matrix, settings
from govseal.registry.use.logged import card_digest
from govseal.registry.use.records import DispatchCard
from govseal.registry.use.rules import ISSUER_SEALS
from govseal.registry.vocabulary import Basis, DocumentType, Openness, Role
from govseal.sm2 import sm3

if TYPE_CHECKING:
    from govseal.registry.acting import Acting
    from govseal.registry.call import Call

_REGISTRARS: Final = (Role.SEAL_OFFICE, Role.OFFICE_HEAD)


@dataclass(frozen=True, slots=True)
class Card:
    """What a dispatch card says."""

    number: str
    kind: str
    issuer: str
    title: str
    document: bytes
    signed_off_by: str
    signed_off_at: datetime
    openness: Openness
    openness_reason: str | None
    meeting: str | None


def register(acting: Acting, card: Card) -> DispatchCard:
    """See :meth:`govseal.registry.use.Use.register_card`."""
    if card.kind not in ISSUER_SEALS:
        raise ValueError(f"kind: one of {', '.join(ISSUER_SEALS)}")
    look_through(acting.bureau.profile, card.document)
    with acting.call("use.register_card") as call:
        call.require(*_REGISTRARS, organization=card.issuer)
        check_excluded(call, {"title": card.title}, card.document)
        _check_card(call, card)
        id_ = call.subject = new_id("crd")
        digest = sm3(card.document).hex()
        call.insert(
            tables.dispatch_cards,
            id=id_,
            number=card.number,
            kind=card.kind,
            issuer=card.issuer,
            title=card.title,
            signed_off_by=card.signed_off_by,
            signed_off_at=card.signed_off_at,
            openness=card.openness,
            openness_reason=card.openness_reason,
            meeting=card.meeting,
            document_sm3=digest,
        )
        row = call.one(tables.dispatch_cards, id_)
        call.facts.update(number=card.number, document_sm3=digest)
        call.facts["card_sm3"] = card_digest(call.connection, row)
        call.tell("use.card_registered", id_, number=card.number)
        return call.finish(DispatchCard(id_, card.number, card.kind, digest, card.signed_off_by))


def _check_card(call: Call, card: Card) -> None:
    cards = tables.dispatch_cards
    taken = sa.select(cards.c.id).where(cards.c.number == card.number)
    if call.connection.execute(taken).first() is not None:
        call.refuse(
            "E_DUPLICATE",
            f"发文卡 {card.number} 已登记 / the dispatch card {card.number} is registered already",
        )
    if card.signed_off_at > call.at:
        call.refuse(
            "E_BASIS_MISSING", "发文卡签发时间晚于现在 / the card was signed off in the future"
        )
    switch = "party_document_needs_meeting"
    if card.kind == "party" and not card.meeting and call.profile.is_on(switch):
        message = (
            "党组公文须先集体讨论或传批审定 / "
            "a document of the Party group was discussed or circulated first: where?"
        )
        settings.refuse(call, switch, "E_BASIS_MISSING", message)
    switch = "openness_reason_required"
    is_closed = card.openness is not Openness.ACTIVE
    if is_closed and not card.openness_reason and call.profile.is_on(switch):
        settings.refuse(
            call,
            switch,
            "E_OPENNESS",
            f"{OPENNESS[card.openness]}须说明理由 / {card.openness} needs a reason",
        )
    _check_signatory(call, card)


def _check_signatory(call: Call, card: Card) -> None:
    """Somebody signed it off who may; within what authority is asked with the matter."""
    facts = {
        "kind": "sign_off",
        "subtype": ISSUER_SEALS[card.kind],
        "basis": Basis.DISPATCH_CARD,
        "document_type": DocumentType.OFFICIAL_DOC,
    }
    rule = call.profile.approval_rule(facts)
    if rule is None:
        call.refuse(
            "E_APPROVER_LEVEL",
            "规则未规定此类公文的签发人 / the profile names nobody who signs such documents off",
        )
    roles = rule.steps[-1].roles
    try:
        then = matrix.as_of(call, card.signed_off_by, card.signed_off_at)
    except NotAuthorized:
        call.refuse(
            "E_APPROVER_LEVEL",
            "签发人当时不在册 / whoever signed off was nobody here then",
            rule.clause,
        )
    if not then.actor.has(*roles, organization=card.issuer):
        wanted = " / ".join(sorted(roles))
        call.refuse(
            "E_APPROVER_LEVEL",
            f"此类公文须由{named(sorted(roles), ROLES)}签发 / "
            f"such a document is signed off by {wanted}",
            rule.clause,
        )
