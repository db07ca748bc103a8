"""发文卡: what an official document stands on."""

from __future__ import annotations

from datetime import timedelta

import pytest

import bureaukit
from govseal.registry import tables
from govseal.registry.vocabulary import Role, SealSubtype, UseState
from usekit import PLACE, code, paper, refusal

CARD = {
    "kind": "administration",
    "issuer": bureaukit.BUREAU,
    "title": "关于启用印章的通知",
    "signed_off_by": bureaukit.person("principal"),
    "openness": "active",
}


def register(desk, name="office", **stated):
    """A card, signed off an hour ago."""
    usual = {"number": f"FW-{len(desk.rows(tables.dispatch_cards))}", "document": paper()}
    usual["signed_off_at"] = desk.bureau.clock() - timedelta(hours=1)
    with desk.acting(name) as b:
        return b.use.register_card(**{**CARD, **usual, **stated})


def ask(desk, card, document, subtype=SealSubtype.OFFICIAL, **stated):
    case = {"subtype": subtype, "dispatch_card": card.number, "document": document}
    return desk.ask(**case, **stated)


@pytest.mark.req("R-JC10-YZ-4.2.1", "R-JC10-YZ-5.2")
def test_the_card_is_the_approval(shared_desk):
    document = paper()
    card = register(shared_desk, document=document)
    request = ask(shared_desk, card, document)
    assert (request.state, request.document_type) == (UseState.APPROVED, "official_doc")
    assert request.steps == ()
    assert shared_desk.stamp(request).signature_id


@pytest.mark.req("R-JC10-YZ-4.2.1")
def test_an_official_document_without_its_card_is_none(shared_desk):
    case = {"subtype": SealSubtype.OFFICIAL, "document_type": "official_doc"}
    refused = refusal(shared_desk.ask, **case)
    assert (refused.code, "印章管理" in refused.clause) == ("E_BASIS_MISSING", True)
    assert code(shared_desk.ask, **case, dispatch_card="none") == "E_BASIS_MISSING"


@pytest.mark.req("R-JC10-YZ-5.2")
def test_the_document_is_the_one_on_the_card(shared_desk):
    card = register(shared_desk)
    assert code(ask, shared_desk, card, paper()) == "E_DIGEST_CHANGED"


@pytest.mark.req("R-JC10-YZ-5.2")
def test_the_desk_compares_with_the_card_again(desk):
    document = paper()
    card = register(desk, document=document)
    request = ask(desk, card, document)
    desk.write(tables.dispatch_cards, card.id, document_sm3="0" * 64)
    assert code(desk.stamp, request) == "E_DIGEST_CHANGED"


@pytest.mark.req("R-JC10-YZ-4.1.1")
def test_a_party_document_takes_the_partys_seal(shared_desk):
    document = paper()
    party = {"kind": "party", "signed_off_by": bureaukit.person("secretary")}
    card = register(shared_desk, document=document, meeting="党组会〔2026〕3号", **party)
    assert code(ask, shared_desk, card, document, SealSubtype.OFFICE) == "E_SEAL_TYPE"
    assert ask(shared_desk, card, document, SealSubtype.PARTY_GROUP).rule == "正式公文（党组）"


def test_a_card_is_for_official_documents_alone(shared_desk):
    document = paper()
    card = register(shared_desk, document=document)
    asked = {"document_type": "contract"}
    assert code(ask, shared_desk, card, document, **asked) == "E_BASIS_MISSING"


@pytest.mark.req("R-JC10-DZ-9, -16")
def test_a_party_document_was_discussed_first(shared_desk):
    party = {"kind": "party", "signed_off_by": bureaukit.person("secretary")}
    refused = refusal(register, shared_desk, **party)
    assert (refused.code, "党组工作规则" in refused.clause) == ("E_BASIS_MISSING", True)


@pytest.mark.req("R-JC10-DZ-9, -16")
@pytest.mark.parametrize(
    ("kind", "signatory"),
    [("party", "principal"), ("administration", "head"), ("administration", "nobody")],
)
def test_who_signs_off_has_the_office(shared_desk, kind, signatory):
    signed = {"kind": kind, "signed_off_by": bureaukit.person(signatory)}
    assert code(register, shared_desk, **signed, meeting="会议") == "E_APPROVER_LEVEL"


@pytest.mark.req("R-JC10-GK-3.2.1")
def test_openness_is_fixed_with_the_sign_off(shared_desk):
    assert code(register, shared_desk, openness="not_open") == "E_OPENNESS"
    document = paper()
    card = register(
        shared_desk, document=document, openness="not_open", openness_reason="内部管理信息"
    )
    assert code(ask, shared_desk, card, document, openness="active") == "E_OPENNESS"
    assert ask(shared_desk, card, document).facts["openness"] == "not_open"


def test_a_card_is_registered_once_and_by_the_office(shared_desk):
    card = register(shared_desk)
    assert code(register, shared_desk, number=card.number) == "E_DUPLICATE"
    assert code(register, shared_desk, "handler") == "E_NOT_AUTHORIZED"


def test_a_card_is_not_of_tomorrow(shared_desk):
    tomorrow = shared_desk.bureau.clock() + timedelta(days=1)
    assert code(register, shared_desk, signed_off_at=tomorrow) == "E_BASIS_MISSING"


def test_a_classified_document_has_no_card_here(shared_desk):
    assert code(register, shared_desk, title="机密★20年") == "E_EXCLUDED_CLASSIFIED"


def test_a_card_is_of_some_issuer(shared_desk):
    with pytest.raises(ValueError, match="kind"):
        register(shared_desk, kind="somebody")


def test_whoever_signed_off_does_not_stamp_alone(desk):
    """The custodian who is the only approver too: here by being the leader as well."""
    document = paper()
    desk.appoint("custodian", Role.PRINCIPAL_LEADER)
    card = register(desk, document=document, signed_off_by=bureaukit.person("custodian"))
    request = ask(desk, card, document)
    with desk.acting("custodian") as b:
        assert code(b.use.stamp, request.id, PLACE) == "E_SAME_PERSON"


@pytest.mark.req("R-JC10-YZ-4.2.1")
def test_a_leader_signs_off_own_matters_alone(desk):
    with desk.bureau.database.begin() as connection:
        roles = tables.role_assignments
        leader = roles.c.person == bureaukit.person("leader")
        connection.execute(roles.update().where(leader).values(matters=["A-1"]))
    document = paper()
    card = register(desk, document=document, signed_off_by=bureaukit.person("leader"))
    assert code(ask, desk, card, document, item_code="B-1") == "E_APPROVER_LEVEL"
    assert ask(desk, card, document, item_code="A-1").state == UseState.APPROVED
    desk.write(tables.dispatch_cards, card.id, signed_off_at=bureaukit.SINCE - timedelta(days=1))
    other = {"item_code": "A-1", "section": "办公室"}
    with desk.acting("handler") as b:
        b.use.withdraw(b.use.find()[0].id)
    assert code(ask, desk, card, document, **other) == "E_APPROVER_LEVEL"
