"""What somebody might try who wants a stamp that nobody approved."""

from __future__ import annotations

import pytest

import bureaukit
from govseal.registry.vocabulary import SealSubtype
from usekit import code, paper


def of_the_office(desk, **more):
    """What stamps a certificate with the seal of the bureau itself."""
    return {
        "subtype": SealSubtype.OFFICIAL,
        "document_type": "contract",
        **more,
    }


def official_document(desk):
    """A stamped official document: its dispatch card was its approval."""
    data = paper()
    with desk.acting("office") as b:
        card = b.use.register_card(
            number="发〔2026〕1号",
            kind="administration",
            issuer=bureaukit.BUREAU,
            title="通知",
            document=data,
            signed_off_by=bureaukit.person("principal"),
            signed_off_at=desk.bureau.clock(),
            openness="active",
        )
    request = desk.ask(subtype=SealSubtype.OFFICIAL, document=data, dispatch_card=card.number)
    assert request.state == "approved"
    desk.stamp(request)
    return request


@pytest.mark.req("R-JC9-08b")
def test_a_correction_of_an_official_document_is_no_way_around_approvals(desk):
    original = official_document(desk)
    assert code(desk.ask, corrects=original.id, **of_the_office(desk)) == "E_APPROVAL_LEVEL"


@pytest.mark.req("R-JC9-08b")
def test_a_correction_is_of_the_same_kind_under_the_same_seal(desk):
    original, _ = desk.stamped()
    assert code(desk.ask, corrects=original.id, document_type="other") == "E_APPROVAL_LEVEL"
    assert code(desk.ask, corrects=original.id, **of_the_office(desk)) == "E_APPROVAL_LEVEL"
