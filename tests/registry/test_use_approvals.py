"""审签: in the order and at the level of the matrix, each a statement that is proven."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

import bureaukit
from govseal.errors import Refused, RegistryError, StateError
from govseal.pki.algorithms import RSA_SHA256
from govseal.registry import tables
from govseal.registry.ledger.entry import printed
from govseal.registry.tables.base import new_id
from govseal.registry.use.statements import SignedStatement
from govseal.registry.vocabulary import ApprovalMode, Role, SealSubtype, Strength, UseState
from usekit import Desk, code, refusal

LEADER_MATTERS = ["A-1"]


def stand_in(desk, principal, other, *, days=7, authorized_by=None, since=None):
    """Somebody decides in somebody's stead, from now on."""
    now = since or desk.bureau.clock()
    with desk.bureau.database.begin() as connection:
        connection.execute(
            tables.substitutions.insert().values(
                id=new_id("sub"),
                principal=bureaukit.person(principal),
                stand_in=bureaukit.person(other),
                contact="0356-0000000",
                authorized_by=authorized_by and bureaukit.person(authorized_by),
                since=now,
                until=now + timedelta(days=days),
            )
        )


@pytest.mark.req("R-JC29S-12", "R-JC9-07a")
def test_approvals_come_in_their_order(shared_desk):
    request = shared_desk.ask()
    refused = refusal(shared_desk.approve, request, "leader")
    assert (refused.code, "第七条" in refused.clause) == ("E_APPROVER_LEVEL", True)
    first = shared_desk.approve(request, "head")
    assert (first.step, first.state, first.role) == (0, UseState.REVIEWED, Role.SECTION_HEAD)
    last = shared_desk.approve(request, "leader")
    assert (last.step, last.state) == (1, UseState.APPROVED)


def test_a_statement_binds_document_seal_and_matter(shared_desk):
    request = shared_desk.ask(matter="许可", item_code="A-1")
    given = shared_desk.approve(request, "head", opinion="同意")
    stated = json.loads(given.statement)
    assert stated["schema"] == "govseal.approval/1"
    assert (stated["document_sm3"], stated["document_sha256"], stated["seal"]) == (
        request.document_sm3,
        request.document_sha256,
        request.seal,
    )
    assert (stated["matter"], stated["item_code"], stated["mode"]) == ("许可", "A-1", "signed")
    assert "同意" not in given.statement.decode()  # opinions stay within the unit
    row = shared_desk.row(tables.approvals, given.id)
    key = bureaukit.own_key("head")
    key.certificate.public_key.verify(row.signature, given.statement, key.algorithm)


@pytest.mark.req("R-JC29S-12")
def test_another_sections_head_has_no_say(shared_desk):
    assert code(shared_desk.approve, shared_desk.ask(), "issuing-head") == "E_APPROVER_LEVEL"


def test_nobody_approves_what_they_asked_for(shared_desk):
    request = shared_desk.ask("head")
    assert code(shared_desk.approve, request, "head") == "E_SAME_PERSON"


def test_nobody_approves_in_the_applicants_stead(desk):
    request = desk.ask("head")
    stand_in(desk, "head", "issuing-head")
    assert code(desk.approve, request, "issuing-head") == "E_APPROVER_LEVEL"


def test_a_profile_may_let_applicants_approve(desk_under):
    desk = desk_under(approver_is_not_applicant=False)
    request = desk.ask("head")
    assert desk.approve(request, "head").state == UseState.REVIEWED


def test_an_approval_is_used_up_by_its_step(shared_desk):
    request = shared_desk.approved("head")
    assert code(shared_desk.approve, request, "head") == "E_APPROVER_LEVEL"


@pytest.mark.req("R-JC9-09")
def test_an_approval_is_neither_changed_nor_deleted(any_desk):
    any_desk.approve(any_desk.ask(), "head")
    table = tables.approvals
    for statement in (table.update().values(opinion="同意"), table.delete()):
        with pytest.raises(Refused) as refused, any_desk.bureau.database.begin() as connection:
            connection.execute(statement)
        assert refused.value.code == "E_APPEND_ONLY"


def test_another_persons_key_proves_nothing(shared_desk):
    shared_desk.key("leader")
    request = shared_desk.ask()
    step = {"statement": bureaukit.own_key("leader")}
    assert code(shared_desk.approve, request, "head", **step) == "E_SIGNATURE"
    assert shared_desk.state(request) == "submitted"


def test_a_key_that_is_not_registered_proves_nothing(shared_desk):
    signer = bureaukit.world().hierarchy.signer_ca.issue("head")
    request = shared_desk.ask()
    assert code(shared_desk.approve, request, "head", statement=signer) == "E_SIGNATURE"


def test_a_key_whose_registration_ended_proves_nothing(desk):
    desk.key("head")
    with desk.bureau.database.begin() as connection:
        ended = desk.bureau.clock()
        connection.execute(tables.person_certificates.update().values(until=ended))
    assert code(desk.approve, desk.ask(), "head") == "E_SIGNATURE"


@pytest.mark.parametrize(
    "options",
    [
        {"key_usage": ("key_encipherment",)},
        {"not_after": bureaukit.MADE_AT},
    ],
)
def test_a_certificate_that_signs_nothing_proves_nothing(desk, options):
    signer = bureaukit.world().hierarchy.signer_ca.issue("head", **options)
    bureaukit.register_key(desk.bureau, "head", signer)
    assert code(desk.approve, desk.ask(), "head", statement=signer) == "E_SIGNATURE"


def test_an_rsa_key_signs_as_well(desk):
    signer = bureaukit.own_key("head", "rsa")
    bureaukit.register_key(desk.bureau, "head", signer)
    given = desk.approve(desk.ask(), "head", statement=signer)
    row = desk.row(tables.approvals, given.id)
    signer.certificate.public_key.verify(row.signature, given.statement, RSA_SHA256)


def test_a_p256_key_does_not(desk):
    signer = bureaukit.world().hierarchy.signer_ca.issue("head", algorithm="ec")
    bureaukit.register_key(desk.bureau, "head", signer)
    assert code(desk.approve, desk.ask(), "head", statement=signer) == "E_SIGNATURE"


def signed_elsewhere(desk, request, name="head", change=lambda data: data):
    """What a token at the approver's own desk makes of the statement."""
    key = desk.key(name)
    with desk.acting(name) as b:
        statement = change(b.use.statement(request.id))
    return SignedStatement(statement, key.sign(statement), key.certificate.der)


def test_a_statement_may_be_signed_elsewhere(desk, clock):
    request = desk.ask()
    signed = signed_elsewhere(desk, request)
    prepared = clock()
    clock.forward(minutes=10)
    assert desk.approve(request, "head", statement=signed).at == prepared


def test_a_statement_is_not_signed_for_later(desk, clock):
    request = desk.ask()
    signed = signed_elsewhere(desk, request)
    clock.forward(minutes=16)
    assert code(desk.approve, request, "head", statement=signed) == "E_SIGNATURE"


def test_a_statement_about_another_request_is_none(shared_desk):
    signed = signed_elsewhere(shared_desk, shared_desk.ask())
    assert code(shared_desk.approve, shared_desk.ask(), "head", statement=signed) == "E_SIGNATURE"


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b'"step":0', b'"step":1'),
        lambda data: data.replace(b'"decision":"approved"', b'"decision":"rejected"'),
    ],
)
def test_a_statement_that_says_something_else_is_none(shared_desk, change):
    request = shared_desk.ask()
    signed = signed_elsewhere(shared_desk, request, change=change)
    assert code(shared_desk.approve, request, "head", statement=signed) == "E_SIGNATURE"


@pytest.mark.parametrize(
    "statement",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"at":1.5}',
        b'{"at":"2026-03-02"}',
        b'{"at":"\\ud800"}',
        b'{"at":"2026-03-02T01:30:00.000000Z" }',
        b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
        b'{"a":"' + b"x" * (1 << 16) + b'"}',
    ],
)
def test_a_statement_that_is_none_is_refused(shared_desk, statement):
    request = shared_desk.ask()
    key = shared_desk.key("head")
    signed = SignedStatement(statement, key.sign(statement), key.certificate.der)
    with pytest.raises(RegistryError) as refused:
        shared_desk.approve(request, "head", statement=signed)
    assert refused.value.code == "malformed"


@pytest.mark.parametrize("value", [b"", b"\x30", bytes(100), bytes(9000)])
def test_a_signature_that_is_none_is_refused(shared_desk, value):
    request = shared_desk.ask()
    forged = replace(signed_elsewhere(shared_desk, request), signature=value)
    assert code(shared_desk.approve, request, "head", statement=forged) == "E_SIGNATURE"


@pytest.mark.parametrize("words", ["x" * 2001, "a\x00", "\ud800"])
def test_an_opinion_is_a_text(shared_desk, words):
    request = shared_desk.ask()
    with pytest.raises(ValueError, match="opinion"):
        shared_desk.approve(request, "head", opinion=words)


def test_a_signature_over_something_else_is_none(shared_desk):
    request = shared_desk.ask()
    signed = signed_elsewhere(shared_desk, request)
    forged = replace(signed, signature=shared_desk.key("head").sign(b"something else"))
    assert code(shared_desk.approve, request, "head", statement=forged) == "E_SIGNATURE"


def test_a_strong_log_in_is_the_lesser_mode(shared_desk):
    request = shared_desk.ask()
    with shared_desk.acting("head") as b:
        assert code(b.use.approve, request.id) == "E_SIGNATURE"
    with shared_desk.acting("head", Strength.STRONG_LOGIN) as b:
        assert b.use.approve(request.id).mode is ApprovalMode.LOGIN


def test_a_profile_may_want_every_approval_signed(desk_under):
    desk = desk_under(approval_must_be_signed=True)
    request = desk.ask()
    with desk.acting("head", Strength.STRONG_LOGIN) as b:
        assert code(b.use.approve, request.id) == "E_SIGNATURE"


@pytest.mark.req("R-JC10-YZ-4.2.2(2)", "R-JC10-YZ-5.3")
def test_a_leader_decides_on_the_own_matters_alone(desk):
    with desk.bureau.database.begin() as connection:
        connection.execute(
            tables.role_assignments.update()
            .where(tables.role_assignments.c.person == bureaukit.person("leader"))
            .values(matters=LEADER_MATTERS)
        )
    case = {"subtype": SealSubtype.OFFICIAL, "document_type": "report_form"}
    other = desk.approved("head", **case, item_code="B-1")
    assert code(desk.approve, other, "leader") == "E_APPROVER_LEVEL"
    assert desk.approve(other, "principal").state == UseState.APPROVED
    own = desk.approved("head", **case, item_code="A-1")
    assert desk.approve(own, "leader").state == UseState.APPROVED


@pytest.mark.req("R-JC10-YZ-4.1.2", "R-JC10-YZ-4.2.2(2)")
def test_the_official_seal_needs_the_section_head_first(shared_desk):
    request = shared_desk.ask(subtype=SealSubtype.OFFICIAL, document_type="material")
    assert code(shared_desk.approve, request, "principal") == "E_APPROVER_LEVEL"
    assert code(shared_desk.stamp, request) == "E_NOT_APPROVED"


@pytest.mark.req("R-JC10-YZ-4.2.2(1)")
def test_the_party_seal_is_the_secretarys(shared_desk):
    case = {"subtype": SealSubtype.PARTY_GROUP, "document_type": "material"}
    request = shared_desk.approved("head", **case)
    assert code(shared_desk.approve, request, "principal") == "E_APPROVER_LEVEL"
    assert shared_desk.approve(request, "secretary").role is Role.PARTY_SECRETARY
    shared_desk.appoint("leader", Role.AUTHORISED_PARTY_MEMBER)
    request = shared_desk.approved("head", **case)
    assert shared_desk.approve(request, "leader").role is Role.AUTHORISED_PARTY_MEMBER


@pytest.mark.req("R-JC10-YZ-4.2.2(3)", "R-JC10-YZ-4.1.2")
def test_the_office_seal_is_its_heads(shared_desk):
    case = {"subtype": SealSubtype.OFFICE, "document_type": "introduction_letter"}
    request = shared_desk.ask(**case)
    assert code(shared_desk.approve, request, "head") == "E_APPROVER_LEVEL"
    assert code(shared_desk.approve, request, "leader") == "E_APPROVER_LEVEL"
    assert shared_desk.approve(request, "office-head").state == UseState.APPROVED


@pytest.mark.req("R-JC10-YZ-4.2.3")
def test_a_special_seal_is_its_sections(shared_desk):
    case = {"subtype": SealSubtype.CONTRACT, "document_type": "contract"}
    request = shared_desk.ask(**case)
    assert code(shared_desk.approve, request, "issuing-head") == "E_APPROVER_LEVEL"
    assert shared_desk.approve(request, "head").state == UseState.APPROVED


def county_desk(desk_under) -> Desk:
    """The bureau as a county's unit that uses a No. 2 seal."""
    desk = desk_under("ganzhou")
    with desk.bureau.database.begin() as connection:
        connection.execute(
            tables.organizations.insert().values(
                id=bureaukit.CITY,
                legal_name="某市某局",
                level="city",
                kinds=["city_unit"],
                state="active",
                active_from=bureaukit.SINCE,
            )
        )
    desk.appoint("principal", Role.COUNTY_HEAD)
    seal = bureaukit.usable_seal(desk.bureau, SealSubtype.NO2, owner_org=bureaukit.CITY)
    desk.seals[SealSubtype.NO2] = seal
    return desk


NO2 = {
    "subtype": SealSubtype.NO2,
    "document_type": "licensing_grant_decision",
    "item_class": "delegated",
    "item_code": "D-1",
    "certificate_no": "C-1",
    "document_no": "赣〔2026〕1号",
}


@pytest.mark.req("R-GZ-2.2", "R-GZ-2.3b")
def test_a_no2_seal_needs_the_countys_head(desk_under):
    desk = county_desk(desk_under)
    request = desk.ask(**NO2)
    assert code(desk.approve, request, "leader") == "E_APPROVER_LEVEL"
    assert code(desk.approve, request, "leader", departs="  ") == "E_REASON_MISSING"
    assert desk.approve(request, "principal").role is Role.COUNTY_HEAD


@pytest.mark.req("R-GZ-2.2")
def test_in_principle_lets_a_rule_be_departed_from(desk_under):
    desk = county_desk(desk_under)
    request = desk.ask(**NO2)
    given = desk.approve(request, "leader", departs="主要负责人在外，事项紧急")
    assert [event.kind for event in given.events] == ["use.exception", "use.approved"]
    stamped = desk.stamp(request)
    (entry,) = [
        row.entry for row in desk.rows(tables.ledger_entries) if row.sequence == stamped.entry
    ]
    assert json.loads(entry)["fields"]["approvers"][0]["departs"] == "主要负责人在外，事项紧急"


@pytest.mark.req("R-GZ-2.3b")
@pytest.mark.parametrize("field", ["document_no", "certificate_no"])
def test_the_countys_ledger_names_its_papers(desk_under, field):
    desk = county_desk(desk_under)
    refused = refusal(desk.ask, **{**NO2, field: None})
    assert (refused.code, "二（三）" in refused.clause) == ("E_LEDGER_FIELD", True)


def test_an_own_item_takes_no_no2_seal(desk_under):
    desk = county_desk(desk_under)
    assert code(desk.ask, **{**NO2, "item_class": "own"}) == "E_SEAL_SCOPE"


@pytest.mark.req("R-GZ-2.4a", "R-GZ-4.1 / 4.2")
def test_the_citys_unit_looks_at_the_uses_of_its_own_seals(desk_under):
    desk = county_desk(desk_under)
    desk.appoint("reviewer", Role.CITY_UNIT_INSPECTOR, organization=bureaukit.CITY)
    with desk.bureau.database.begin() as connection:
        roles = tables.role_assignments
        city = roles.c.organization == bureaukit.CITY
        reviewer = roles.c.person == bureaukit.person("reviewer")
        connection.execute(roles.delete().where(reviewer, sa.not_(city)))
    own = desk.ask(**NO2)
    other = desk.ask(
        subtype=SealSubtype.CONTRACT, document_type="contract", document_no="1", certificate_no="1"
    )
    with desk.acting("reviewer") as b:
        assert b.use.trace(own.id).asked.name == "handler"
        assert code(b.use.trace, other.id) == "E_NOT_AUTHORIZED"
        assert [one.id for one in b.use.find()] == [own.id]


def test_a_rule_without_in_principle_is_not_departed_from(shared_desk):
    request = shared_desk.ask()
    assert code(shared_desk.approve, request, "leader", departs="急") == "E_APPROVER_LEVEL"


@pytest.mark.parametrize(("decision", "state"), [("return_", "returned"), ("reject", "rejected")])
def test_who_does_not_approve_says_why(shared_desk, decision, state):
    request = shared_desk.ask()
    with shared_desk.acting("head") as b:
        assert code(getattr(b.use, decision), request.id, " ") == "E_REASON_MISSING"
        assert getattr(b.use, decision)(request.id, "材料不全").state == state
    refused = refusal(shared_desk.approve, request, "head")
    assert isinstance(refused, StateError)
    assert (refused.state, refused.wanted) == (state, ("submitted", "reviewed"))
    assert refused.clause


def test_only_who_could_approve_may_reject(shared_desk):
    with shared_desk.acting("issuing-head") as b:
        assert code(b.use.reject, shared_desk.ask().id, "不同意") == "E_APPROVER_LEVEL"


def test_only_the_applicant_takes_a_request_back(shared_desk):
    request = shared_desk.approved()
    with shared_desk.acting("head") as b:
        assert code(b.use.withdraw, request.id) == "E_NOT_AUTHORIZED"
    with shared_desk.acting("handler") as b:
        assert b.use.withdraw(request.id).state == UseState.WITHDRAWN
        assert code(b.use.withdraw, request.id) == "E_STATE"
    assert code(shared_desk.stamp, request) == "E_STATE"


@pytest.mark.req("R-JC10-WC-2")
def test_who_stands_in_decides_for_the_principal(desk, clock):
    request = desk.ask()
    stand_in(desk, "head", "issuing-head", days=3)
    given = desk.approve(request, "issuing-head")
    assert (given.approver, given.on_behalf_of) == ("per-issuing-head", "per-head")
    desk.approve(request, "leader")
    stamped = desk.stamp(request)
    entry = desk.rows(tables.ledger_entries)[stamped.entry].entry
    approver = json.loads(entry)["fields"]["approvers"][0]
    assert (approver["name"], approver["on_behalf_of"]) == ("issuing-head", "head")
    assert printed(approver, "zh") == "issuing-head（代head）"
    clock.forward(days=3)
    assert code(desk.approve, desk.ask(), "issuing-head") == "E_APPROVER_LEVEL"


@pytest.mark.req("R-JC10-WC-2")
def test_nobody_stands_in_for_the_secretary_unnamed(desk):
    case = {"subtype": SealSubtype.PARTY_GROUP, "document_type": "material"}
    request = desk.approved("head", **case)
    stand_in(desk, "secretary", "leader", authorized_by="principal")
    assert code(desk.approve, request, "leader") == "E_APPROVER_LEVEL"
    stand_in(desk, "secretary", "leader", authorized_by="secretary")
    assert desk.approve(request, "leader").on_behalf_of == "per-secretary"


@pytest.mark.req("R-JC10-YT-3/4")
def test_an_own_profile_adds_a_legal_review(open_bureau, tmp_path, sqlite_url):
    path = tmp_path / "own.toml"
    path.write_text(
        'extends = "jincheng"\nname = "own"\n[[matrix]]\nname = "法制审核"\nclause = "本局规定"\n'
        'steps = [{ roles = ["section_head"] }, { roles = ["legal_reviewer"] }]\n'
    )
    made = open_bureau(sqlite_url, profile=path)
    bureaukit.populate(made)
    desk = Desk(made)
    desk.appoint("reviewer", Role.LEGAL_REVIEWER)
    request = desk.approved("head")
    refused = refusal(desk.stamp, request)
    assert (refused.code, refused.state) == ("E_APPROVAL_INCOMPLETE", "reviewed")
    desk.approve(request, "reviewer")
    assert desk.stamp(request).entry == 0


def test_approvals_end_by_themselves(desk, clock):
    request, waiting = desk.approved(), desk.ask()
    with desk.acting("office") as b:
        assert b.use.expire() == 0
        clock.forward(days=40)
        assert b.use.expire() == 1
    assert (desk.state(request), desk.state(waiting)) == ("expired", "submitted")
    assert code(desk.stamp, request) == "E_APPROVAL_EXPIRED"


def test_a_decision_is_one_of_three(shared_desk):
    request = shared_desk.ask()
    with shared_desk.acting("head") as b, pytest.raises(ValueError, match="decision"):
        b.use.statement(request.id, "perhaps")


def test_a_request_whose_state_is_not_that_of_its_steps_is_damaged(desk):
    request = desk.approved()
    desk.write(tables.use_requests, request.id, state="reviewed")
    with pytest.raises(RegistryError) as refused:
        desk.approve(request, "leader")
    assert refused.value.code == "registry_damaged"
