"""用印审批单: what is filed, what is refused before anybody is asked."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

import bureaukit
from govseal.errors import Defective
from govseal.registry import audit, tables
from govseal.registry.vocabulary import Basis, Role, SealSubtype, UseState
from usekit import Desk, code, paper, refusal


@pytest.mark.req("R-JC9-01", "R-JC9-04")
def test_the_short_form_is_enough(desk):
    request = desk.ask()
    assert (request.state, request.basis) == (UseState.SUBMITTED, Basis.CASE_DECISION)
    assert (request.number, request.document_type) == ("2026-000001", "approval_licence_and_doc")
    assert [step.of for step in request.steps] == ["department", "authority"]
    assert [event.kind for event in request.events] == ["use.requested"]


def test_numbers_have_no_gap(desk):
    desk.ask()
    assert code(desk.ask, document_type="contract") == "E_SEAL_SCOPE"
    assert desk.ask().number == "2026-000002"


def test_numbers_begin_anew_with_the_year_of_beijing(desk, clock):
    desk.ask()
    clock.now = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
    bureaukit.world()
    assert desk.ask().number == "2027-000001"


def test_the_document_is_kept_encrypted(shared_desk):
    data = paper("秘而不宣")
    request = shared_desk.ask(document=data)
    kept = shared_desk.row(tables.use_requests, request.id).document
    assert kept.startswith(b"GS1")
    assert data[:64] not in kept
    with shared_desk.acting("handler") as b:
        assert b.use.document(request.id) == data


def test_who_is_not_concerned_reads_nothing(desk):
    request = desk.ask()
    desk.appoint("operator", Role.RELYING_SYSTEM)
    with desk.acting("operator") as b:
        assert code(b.use.get, request.id) == "E_NOT_AUTHORIZED"
        assert code(b.use.document, request.id) == "E_NOT_AUTHORIZED"
    with desk.acting("auditor") as b:
        assert b.use.get(request.id).number == request.number


def test_everybody_finds_what_concerns_them(desk):
    desk.appoint("operator", Role.RELYING_SYSTEM)
    filed = [desk.ask("operator").number for _ in range(3)]
    other = desk.ask("head", subtype=SealSubtype.CONTRACT, document_type="contract")
    with desk.acting("operator") as b:
        assert [one.number for one in b.use.find()] == filed[::-1]
        assert [one.number for one in b.use.find(before=filed[1])] == filed[:1]
        assert b.use.find(state="stamped") == ()
    with desk.acting("auditor") as b:
        assert [one.id for one in b.use.find(limit=1)] == [other.id]
        assert [one.id for one in b.use.find(seal=other.seal)] == [other.id]
        with pytest.raises(ValueError, match="limit"):
            b.use.find(limit=0)


def test_who_handles_nothing_files_nothing(shared_desk):
    assert code(shared_desk.ask, "maker") == "E_NOT_AUTHORIZED"


@pytest.mark.parametrize(
    "stated",
    [
        {"document": b""},
        {"copies": "3"},
        {"copies": True},
        {"basis": "hearsay"},
        {"matter": "x" * 2001},
        {"title": "a\x00b"},
        {"decision_date": "2026-03-02"},
        {"printable": "yes"},
        {"colour": "red"},
    ],
)
def test_a_form_that_is_wrong_in_itself_is_the_callers_mistake(shared_desk, stated):
    with pytest.raises(ValueError, match=next(iter(stated)).split("_")[0]):
        shared_desk.ask(**stated)


@pytest.mark.req("R-JC9-01")
def test_what_is_under_review_is_not_stamped(shared_desk):
    refused = refusal(shared_desk.ask, decision_state="under_review")
    assert (refused.code, "第一条" in refused.clause) == ("E_NOT_DECIDED", True)


@pytest.mark.req("R-JC9-03")
def test_an_approval_takes_the_special_seal(shared_desk):
    case = {"document_type": "licensing_grant_decision", "document_no": "1"}
    assert code(shared_desk.ask, subtype=SealSubtype.OFFICIAL, **case) == "E_SEAL_TYPE"
    assert shared_desk.ask(**case).state == "submitted"


@pytest.mark.req("R-JC9-03")
def test_special_demand_takes_the_official_seal(shared_desk):
    case = {"document_type": "approval_reply", "document_no": "1", "special_demand": True}
    assert code(shared_desk.ask, **case) == "E_SEAL_TYPE"
    assert shared_desk.ask(subtype=SealSubtype.OFFICIAL, **case).rule == "行政审批专用章"


@pytest.mark.req("R-JC9-04", "R-JC10-YZ-4.1.3")
def test_a_contract_is_outside_the_special_seals_scope(shared_desk):
    refused = refusal(shared_desk.ask, document_type="contract")
    assert (refused.code, "第四条" in refused.clause) == ("E_SEAL_SCOPE", True)


@pytest.mark.req("R-JC9-04")
def test_another_type_needs_a_reason(shared_desk):
    assert code(shared_desk.ask, document_type="other", reason=" ") == "E_SEAL_SCOPE"
    assert shared_desk.ask(document_type="other").document_type == "other"


@pytest.mark.req("R-JC10-YZ-4.1.3")
def test_a_seals_own_matters_are_its_scope(shared_desk):
    seal = bureaukit.usable_seal(shared_desk.bureau, matters=["A-1"])
    assert code(shared_desk.ask, seal=seal, item_code="A-2") == "E_SEAL_SCOPE"
    assert shared_desk.ask(seal=seal, item_code="A-1").item_code == "A-1"


def test_another_units_seal_is_not_used(desk):
    with desk.bureau.database.begin() as connection:
        connection.execute(
            tables.organizations.insert().values(
                id=bureaukit.COUNTY,
                legal_name="某县",
                level="county",
                kinds=["using"],
                state="active",
                active_from=bureaukit.SINCE,
            )
        )
    seal = bureaukit.usable_seal(desk.bureau, using_org=bureaukit.COUNTY)
    assert code(desk.ask, seal=seal) == "E_SEAL_SCOPE"


@pytest.mark.req("R-JC10-YZ-4.2.2")
@pytest.mark.parametrize("basis", ["case_decision", "dispatch_card"])
def test_a_contract_stands_on_the_use_form(shared_desk, basis):
    case = {"subtype": SealSubtype.CONTRACT, "document_type": "contract"}
    assert code(shared_desk.ask, **case, basis=basis) == "E_BASIS_MISSING"
    assert shared_desk.ask(**case).basis == Basis.USE_FORM


def test_a_licence_does_not_stand_on_the_form_alone(shared_desk):
    assert code(shared_desk.ask, document_type="licence", basis="use_form") == "E_BASIS_MISSING"


@pytest.mark.req("R-JC10-YZ-4.1.4")
def test_a_personal_certificate_names_the_person(shared_desk):
    case = {"subtype": SealSubtype.OFFICE, "document_type": "certificate"}
    assert code(shared_desk.ask, **case) == "E_BENEFICIARY"
    assert shared_desk.ask(**case, beneficiary="张三").facts["beneficiary"] == "张三"


@pytest.mark.req("R-JC10-GK-3.2.1")
@pytest.mark.parametrize("openness", ["on_request", "not_open"])
def test_what_is_not_open_says_why(shared_desk, openness):
    assert code(shared_desk.ask, openness=openness) == "E_OPENNESS"
    request = shared_desk.ask(openness=openness, openness_reason="涉及商业秘密")
    assert request.facts["openness"] == openness


@pytest.mark.req("R-HLJ-08")
def test_decision_and_reply_bear_one_date(shared_desk):
    third, fourth = date(2026, 3, 3), date(2026, 3, 4)
    assert code(shared_desk.ask, decision_date=third, reply_date=fourth) == "E_DATE_MISMATCH"
    assert shared_desk.ask(decision_date=third, reply_date=third).warnings == ()


@pytest.mark.req("R-JC10-QS-3.4")
def test_one_document_is_asked_for_once(shared_desk):
    data = paper()
    first = shared_desk.ask(document=data)
    refused = refusal(shared_desk.ask, document=data)
    assert (refused.code, "请示报告" in refused.clause) == ("E_DUPLICATE", True)
    with shared_desk.acting("handler") as b:
        b.use.withdraw(first.id, "写错了")
    assert shared_desk.ask(document=data).state == "submitted"


@pytest.mark.req("R-JC10-QS-3.4")
def test_one_number_of_a_document_is_asked_for_once(shared_desk):
    case = {"document_type": "approval_reply", "document_no": "晋审〔2026〕1号"}
    shared_desk.ask(**case)
    assert code(shared_desk.ask, **case) == "E_DUPLICATE"


def test_what_is_stamped_is_not_asked_for_again(shared_desk):
    data = paper()
    shared_desk.stamped(document=data)
    assert code(shared_desk.ask, document=data) == "E_DUPLICATE"


@pytest.mark.req("R-JC29S-18", "R-HLJ-06", "R-JC10-BM-1")
@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({"classification": "secret"}, "E_EXCLUDED_CLASSIFIED"),
        ({"title": "机密★10年"}, "E_EXCLUDED_CLASSIFIED"),
        ({"origin": "ministry_unconnected"}, "E_EXCLUDED_ORIGIN"),
        ({"printable": False}, "E_EXCLUDED_UNPRINTABLE"),
    ],
)
def test_what_is_excluded_leaves_nothing(desk, stated, expected):
    assert code(desk.ask, **stated) == expected
    assert not desk.rows(tables.use_requests)
    assert not desk.rows(tables.outbox)


@pytest.mark.req("R-JC9-07b")
@pytest.mark.parametrize("field", ["matter", "section", "reason"])
def test_what_the_ledger_will_ask_is_asked_at_once(shared_desk, field):
    refused = refusal(shared_desk.ask, **{field: "  "})
    assert (refused.code, "第七条" in refused.clause) == ("E_LEDGER_FIELD", True)


@pytest.mark.req("R-JC9-07b")
def test_no_copies_are_no_use(shared_desk):
    assert code(shared_desk.ask, copies=0) == "E_LEDGER_FIELD"


@pytest.mark.req("R-JC9-08a")
def test_all_defects_of_the_content_are_told(desk):
    desk.bureau.validators += [
        lambda stated, data: [] if stated.get("title") else ["title"],
        lambda stated, data: ["signature line"] if b"XX" not in data else [],
    ]
    with pytest.raises(Defective) as refused:
        desk.ask()
    assert (refused.value.code, refused.value.defects) == ("E_DEFECTS", ("title", "signature line"))


@pytest.mark.req("R-JC9-08a")
def test_a_decision_without_its_number_is_not_regular(numbered_desk):
    with pytest.raises(Defective) as refused:
        numbered_desk.ask(document_type="licensing_grant_decision")
    assert refused.value.defects == ("document_no",)


def test_rules_that_are_repealed_file_nothing(open_bureau, sqlite_url):
    made = open_bureau(sqlite_url, profile="heilongjiang-2014")
    bureaukit.populate(made)
    old = Desk(made)
    subtype, type_ = SealSubtype.ADMIN_LICENSING, "approval_reply"
    assert code(old.ask, subtype=subtype, document_type=type_) == "E_PROFILE_NOT_IN_FORCE"


@pytest.mark.req("R-HLJ-05a")
def test_under_the_old_rules_only_its_types_are_sealed(licensing_desk):
    seal = SealSubtype.ADMIN_LICENSING
    for type_ in ("licensing_grant_decision", "acceptance_notice", "approval_reply"):
        assert licensing_desk.ask(subtype=seal, document_type=type_).document_type == type_
    assert code(licensing_desk.ask, subtype=seal, document_type="contract") == "E_SEAL_SCOPE"


@pytest.mark.req("R-HLJ-04b")
@pytest.mark.parametrize("subtype", [SealSubtype.OFFICIAL, SealSubtype.INDUSTRY])
def test_an_official_seal_never_stands_alone_online(licensing_desk, subtype):
    case = {"document_type": "licensing_grant_decision", "subtype": subtype}
    assert code(licensing_desk.ask, **case) == "E_SEAL_TYPE"
    special = {"document_type": "licensing_grant_decision", "subtype": SealSubtype.ADMIN_LICENSING}
    _, first = licensing_desk.stamped(**special)
    second = licensing_desk.approved(document=first.data, **case)
    both = licensing_desk.stamp(second)
    assert both.document == first.document


@pytest.mark.req("R-GZ-4.1 / 4.2", "R-JC9-09")
def test_the_log_knows_who_was_refused(desk):
    code(desk.ask, document_type="contract")
    with desk.bureau.database.begin() as connection:
        (event,) = [event for event in audit.read(connection) if event.action == "use.request"]
    assert (event.result, event.code, event.actor) == ("refused", "E_SEAL_SCOPE", "per-handler")


@pytest.mark.req("R-HLJ-19")
def test_approvals_that_are_no_licences_take_the_approval_seal(licensing_desk):
    case = {"subtype": SealSubtype.ADMIN_APPROVAL, "document_type": "approval_reply"}
    assert code(licensing_desk.ask, **case, matter_class="licensing") == "E_SEAL_TYPE"
    assert licensing_desk.ask(**case, matter_class="non_licensing").state == "submitted"


@pytest.mark.req("R-GZ-1.3a")
def test_a_countys_seal_on_a_delegated_item_is_told(shared_desk):
    assert shared_desk.ask(item_class="delegated").warnings == ("E_SEAL_SCOPE",)


def test_a_profile_may_only_warn(desk_under):
    desk = desk_under(duplicate_request="warn", decision_and_reply_dates="warn")
    dates = {"decision_date": date(2026, 3, 3), "reply_date": date(2026, 3, 4)}
    data = paper()
    assert desk.ask(document=data, **dates).warnings == ("E_DATE_MISMATCH",)
    assert desk.ask(document=data).warnings == ("E_DUPLICATE",)


def test_a_seals_own_types_are_its_scope(shared_desk):
    several = bureaukit.usable_seal(shared_desk.bureau, document_types=["contract", "material"])
    assert code(shared_desk.ask, seal=several) == "E_SEAL_SCOPE"
    one = bureaukit.usable_seal(shared_desk.bureau, document_types=["licence"])
    assert shared_desk.ask(seal=one).document_type == "licence"
    special = shared_desk.ask(subtype=SealSubtype.CONTRACT)
    assert (special.document_type, special.basis) == ("other", Basis.USE_FORM)


def test_a_profile_without_approvers_lets_nothing_through(open_bureau, sqlite_url, tmp_path):
    path = tmp_path / "own.toml"
    path.write_text('extends = "jincheng"\nname = "own"\nmatrix = []\n')
    made = open_bureau(sqlite_url, profile=path)
    bureaukit.populate(made)
    assert code(Desk(made).ask) == "E_APPROVER_LEVEL"


def test_a_document_that_went_to_the_archive_is_not_here(desk):
    request = desk.ask()
    desk.write(tables.use_requests, request.id, document=None)
    with desk.acting("handler") as b:
        assert code(b.use.document, request.id) == "E_NOT_FOUND"
