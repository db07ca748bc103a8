"""What somebody might try who wants a stamp that nobody approved."""

from __future__ import annotations

from datetime import timedelta

import pytest

import bureaukit
import govseal
from govseal.registry import tables
from govseal.registry.tables.base import new_id
from govseal.registry.use.statements import sign
from govseal.registry.vocabulary import Role, SealSubtype
from govseal.sm2 import sm3
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


# Whoever can write into the tables, but not into the log.


@pytest.mark.req("R-JC29S-17b")
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("steps", []),
        ("applicant", bureaukit.person("office")),
        ("copies", 100),
        ("reason", "另有用途"),
        ("document_type", "other"),
        ("facts", {}),
        ("title", "另一标题"),
    ],
)
def test_a_request_that_was_changed_is_refused(shared_desk, column, value):
    request = shared_desk.approved()
    shared_desk.write(tables.use_requests, request.id, **{column: value})
    assert code(shared_desk.stamp, request) in {"E_DIGEST_CHANGED", "E_APPROVAL_INCOMPLETE"}


@pytest.mark.req("R-JC29S-12", "R-JC29S-17b")
def test_a_request_without_steps_is_not_thereby_approved(shared_desk):
    request = shared_desk.ask()
    shared_desk.write(tables.use_requests, request.id, state="approved", steps=[])
    assert code(shared_desk.stamp, request) == "E_DIGEST_CHANGED"


@pytest.mark.req("R-JC29S-12", "R-JC29S-17b")
def test_a_request_that_was_slipped_in_is_refused(shared_desk):
    desk = shared_desk
    model, id_ = desk.ask(), new_id("use")
    row = desk.row(tables.use_requests, model.id)._asdict()
    with desk.acting("custodian") as b, b.call("test.slip") as call:
        data = call.secrets.decrypt(row["document"], f"use request {model.id} document")
        kept = call.secrets.encrypt(data, f"use request {id_} document")
        row |= {"id": id_, "number": "2026-999999", "state": "approved", "steps": []}
        call.insert(tables.use_requests, **{**row, "document": kept})
    with desk.acting("custodian") as b:
        assert code(b.use.stamp, id_, govseal.Placement(page=1, x_mm=9, y_mm=9)) == (
            "E_DIGEST_CHANGED"
        )


def test_approvals_are_not_good_for_longer_than_they_were(desk, clock):
    request = desk.approved()
    clock.forward(days=40)
    desk.write(tables.use_requests, request.id, expires_at=clock() + timedelta(days=1))
    assert code(desk.stamp, request) == "E_DIGEST_CHANGED"
    desk.write(tables.use_requests, request.id, expires_at=None)
    assert code(desk.stamp, request) == "E_DIGEST_CHANGED"


@pytest.mark.req("R-JC29S-12", "R-JC10-YZ-4.2.1")
def test_a_dispatch_card_that_was_slipped_in_is_refused(shared_desk):
    data = paper()
    with shared_desk.bureau.database.begin() as connection:
        connection.execute(
            tables.dispatch_cards.insert().values(
                id=new_id("crd"),
                number="发〔2026〕9号",
                kind="administration",
                issuer=bureaukit.BUREAU,
                title="通知",
                signed_off_by=bureaukit.person("principal"),
                signed_off_at=shared_desk.bureau.clock(),
                openness="active",
                document_sm3=sm3(data).hex(),
            )
        )
    case = {"subtype": SealSubtype.OFFICIAL, "document": data, "dispatch_card": "发〔2026〕9号"}
    request = shared_desk.ask(**case)
    assert request.state == "approved"
    assert code(shared_desk.stamp, request) == "E_DIGEST_CHANGED"


# Whoever has an approver's key, or an office that ended.


@pytest.mark.req("R-JC9-07a")
def test_a_key_that_was_withdrawn_signs_nothing_from_then_on(desk, clock):
    """Not even what it says that it signed before: the time in a statement is its signer's."""
    request, key = desk.ask(), desk.key("head")
    with desk.acting("head") as b:
        stated = b.use.statement(request.id)
        (known,) = b.people.certificates(bureaukit.person("head"))
        signed = sign(stated, key)
        clock.forward(minutes=5)
        b.people.withdraw_certificate(known.id)
        clock.forward(minutes=5)
        assert code(b.use.approve, request.id, signed) == "E_SIGNATURE"


@pytest.mark.req("R-JC10-YZ-3.1")
def test_who_is_custodian_no_more_by_role_stamps_no_more(desk, clock):
    request = desk.approved()
    clock.forward(hours=1)
    with desk.bureau.database.begin() as connection:
        roles = tables.role_assignments
        held = roles.update().where(roles.c.role == Role.CUSTODIAN)
        connection.execute(held.values(until=clock()))
    assert code(desk.stamp, request) == "E_CUSTODIAN_ROLE"


@pytest.mark.req("R-JC29S-16")
def test_a_lost_seal_is_not_found_again_by_a_row(desk):
    """Whoever writes into the seal's row does not undo what befell it."""
    request = desk.approved()
    with desk.acting("office") as b:
        b.seals.report(request.seal, "loss", "遗失")
    desk.write(tables.seals, request.seal, state="active", state_effective_at=bureaukit.MADE_AT)
    assert code(desk.stamp, request) == "E_SEAL_LOST"
