"""A seal from application to use: each step, and what it is refused for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

import bureaukit
import sealdesk
from bureaukit import person
from govseal.errors import NotAuthorized, StateError
from govseal.registry.seals.forms import Papers
from govseal.registry.vocabulary import Role, SealState, SealSubtype, SealType
from sealdesk import AT, DAY, ES_ID, refuses, seals, workshop


@pytest.mark.req("R-JC29S-05a", "R-JC29S-05b", "R-JC29S-05c", "R-JC29S-14", "R-HLJ-13")
def test_a_seal_comes_to_be_used(any_bureau):
    seal_id = sealdesk.active(any_bureau)
    with seals(any_bureau, "custodian") as room:
        seal = room.get(seal_id)
        decisions = [(step.level, step.decision) for step in room.reviews(seal_id)]
    assert (seal.state, seal.es_id, seal.version) == (SealState.ACTIVE, ES_ID, 1)
    assert decisions == [("city", "accepted"), ("city", "passed"), ("province", "passed")]
    certificate = workshop().institution().certificate
    assert (seal.valid_from, seal.valid_to) == (certificate.not_before, certificate.not_after)
    assert any_bureau.status.custodian_at(seal_id, AT).person == person("custodian")


def test_each_step_is_told_and_logged(bureau):
    seal_id = sealdesk.active(bureau)
    assert len(sealdesk.told(bureau, "seal.active")) == 1
    from govseal.registry import audit  # noqa: PLC0415

    with bureau.database.begin() as connection:
        actions = [event.action for event in audit.read(connection, subject=seal_id)]
    assert actions == [
        "seals.draft",
        "seals.declare",
        "seals.submit",
        "seals.accept",
        "seals.review",
        "seals.review",
        "seals.make",
        "seals.issue",
        "seals.activate",
    ]


# What an application has to have.


def try_to_submit(bureau, papers, *, declared=True, **changes):
    with seals(bureau, "handler") as room:
        seal_id = room.draft(sealdesk.form(**changes), papers).id
    if declared:
        with seals(bureau, "office-head") as room:
            room.declare(seal_id)
    with seals(bureau, "handler") as room:
        room.submit(seal_id)


@pytest.mark.req("R-JC29S-05b")
def test_an_application_without_a_written_one(bureau):
    with refuses("E_ATTACHMENT") as refused:
        try_to_submit(bureau, sealdesk.papers(attachments=(sealdesk.IDENTITY,)))
    assert refused.value.clause == "晋市政办〔2022〕29号 电子印章, 第五条"


@pytest.mark.req("R-JC29S-05a")
def test_an_application_without_a_certificate(bureau):
    with refuses("E_NO_CERT"):
        try_to_submit(bureau, sealdesk.papers(certificate=None))


@pytest.mark.req("R-JC29S-05a")
def test_an_application_with_an_expired_certificate(bureau):
    expired = workshop().institution(not_before=-40, not_after=-10).certificate
    with refuses("E_NO_CERT"):
        try_to_submit(bureau, sealdesk.papers(certificate=expired))


@pytest.mark.req("R-JC29S-07")
def test_an_application_with_another_units_certificate(bureau):
    other = workshop().institution(unit="晋城市另一局").certificate
    with refuses("E_CERT_NAME_MISMATCH"):
        try_to_submit(bureau, sealdesk.papers(certificate=other))


@pytest.mark.req("R-JC29S-06a")
def test_an_application_whose_truth_nobody_declared(bureau):
    with refuses("E_DECLARATION"):
        try_to_submit(bureau, sealdesk.papers(), declared=False)


@pytest.mark.req("R-JC29S-06a")
def test_a_declaration_is_of_what_was_declared(bureau):
    seal_id = sealdesk.drafted(bureau)
    with seals(bureau, "handler") as room:
        room.revise(seal_id, sealdesk.form(reason="另一事由"), sealdesk.papers())
        with refuses("E_DECLARATION"):
            room.submit(seal_id)


@pytest.mark.req("R-JC29S-06a")
def test_an_application_without_an_imprint(bureau):
    with refuses("E_ATTACHMENT"):
        try_to_submit(bureau, sealdesk.papers(imprint=None))


@pytest.mark.req("R-JC9-01")
def test_the_bureaus_seal_has_one_name(bureau):
    name = bureaukit.BUREAU_NAME + "审批专用章"
    with refuses("E_SEAL_NAME"):
        try_to_submit(bureau, sealdesk.papers(), name=name)


@pytest.mark.req("R-JC29S-02a")
@pytest.mark.parametrize("name", ["办公室", "晋城市另一局办公室", bureaukit.BUREAU_NAME])
def test_an_organs_seal_begins_with_the_legal_name(bureau, name):
    with refuses("E_SEAL_NAME"):
        try_to_submit(
            bureau,
            sealdesk.papers(),
            name=name,
            subtype=SealSubtype.OFFICE,
            custody_department=bureaukit.OFFICE,
        )


@pytest.mark.req("R-JC29S-02a")
def test_the_five_kinds_of_seals(bureau):
    name = bureaukit.BUREAU_NAME + "办公室"
    seal_id = sealdesk.submitted(
        bureau, name=name, subtype=SealSubtype.OFFICE, custody_department=bureaukit.OFFICE
    )
    assert sealdesk.row_of(bureau, seal_id).type == SealType.INTERNAL_ORGAN
    assert len(SealType) == 5


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"uscc": "11140500MB00000001"}, "E_CREDIT_CODE"),
        ({"unit_name": "晋城市另一局"}, "E_FORM"),
        ({"contact": " "}, "E_FORM"),
        ({"name": " "}, "E_SEAL_NAME"),
        ({"custody_department": bureaukit.PLANNING}, "E_CUSTODY_DEPT"),
    ],
)
def test_a_form_that_is_wrong(bureau, changes, code):
    with refuses(code), seals(bureau, "handler") as room:
        room.draft(sealdesk.form(**changes), sealdesk.papers())


def test_nobody_but_an_applicant_applies(bureau):
    with refuses("E_NOT_AUTHORIZED", kind=NotAuthorized), seals(bureau, "custodian") as room:
        room.draft(sealdesk.form(), sealdesk.papers())


def test_a_seal_is_applied_for_by_its_own_unit(bureau):
    sealdesk.add_unit(bureau, "org-other", "晋城市另一局", "city", "140500", ["using"])
    changed = sealdesk.form(owner_org="org-other", unit_name="晋城市另一局")
    with refuses("E_NOT_OWNER"), seals(bureau, "handler") as room:
        room.draft(changed, sealdesk.papers())


# Level by level.


@pytest.mark.req("R-JC29S-05c")
def test_a_higher_level_waits(bureau):
    seal_id = sealdesk.submitted(bureau)
    sealdesk.add_province(bureau)
    with refuses("E_REVIEW_ORDER"), seals(bureau, "province-reviewer") as room:
        room.accept(seal_id)
    with seals(bureau, "reviewer") as room:
        room.accept(seal_id)
    with refuses("E_REVIEW_ORDER"), seals(bureau, "province-reviewer") as room:
        room.review(seal_id, passes=True)


@pytest.mark.req("R-JC29S-05c")
def test_a_level_decides_once(bureau):
    seal_id = sealdesk.submitted(bureau)
    with seals(bureau, "reviewer") as room:
        room.accept(seal_id)
        room.review(seal_id, passes=True)
        with refuses("E_REVIEW_ORDER"):
            room.review(seal_id, passes=True)


@pytest.mark.req("R-JC29S-02b")
@pytest.mark.parametrize("kinds", [["using"], ["issuing", "supervising"]])
def test_a_reviewer_is_of_a_management_department(bureau, kinds):
    sealdesk.add_unit(bureau, "org-using", "晋城市某局", "city", "140500", kinds)
    sealdesk.add_person(bureau, "clerk", "org-using", Role.SEAL_MANAGEMENT_DEPT_REVIEWER)
    seal_id = sealdesk.submitted(bureau)
    with refuses("E_NOT_AUTHORIZED", kind=NotAuthorized), seals(bureau, "clerk") as room:
        room.accept(seal_id)


@pytest.mark.req("R-JC29S-02b")
def test_a_reviewer_of_another_city_decides_nothing(bureau):
    sealdesk.add_unit(bureau, "org-elsewhere", "长治市某局", "city", "140400", ["management"])
    sealdesk.add_person(bureau, "stranger", "org-elsewhere", Role.SEAL_MANAGEMENT_DEPT_REVIEWER)
    seal_id = sealdesk.submitted(bureau)
    with refuses("E_NOT_AUTHORIZED", kind=NotAuthorized), seals(bureau, "stranger") as room:
        room.accept(seal_id)


@pytest.mark.req("R-JC29S-05d")
def test_a_rejection_has_a_reason_and_is_told(bureau):
    seal_id = sealdesk.submitted(bureau)
    with seals(bureau, "reviewer") as room:
        room.accept(seal_id)
        with refuses("E_REASON_MISSING"):
            room.review(seal_id, passes=False, reason="  ")
        room.review(seal_id, passes=False, reason="印模不清")
        with refuses("E_STATE", kind=StateError):
            room.review(seal_id, passes=True)
    (event,) = sealdesk.told(bureau, "application.rejected")
    assert event.facts == {"to": [person("handler")], "reason": "印模不清"}
    with seals(bureau, "handler") as room:
        assert room.reviews(seal_id)[-1].reason == "印模不清"


def test_a_returned_application_comes_again(bureau):
    seal_id = sealdesk.submitted(bureau)
    with seals(bureau, "reviewer") as room:
        room.accept(seal_id)
        room.send_back(seal_id, "补充印模")
    with seals(bureau, "handler") as room:
        room.revise(seal_id, sealdesk.form(), sealdesk.papers())
        room.declare(seal_id)
        assert room.submit(seal_id).state is SealState.SUBMITTED


def test_who_applied_does_not_review(bureau):
    sealdesk.add_person(
        bureau,
        "both",
        bureaukit.BUREAU,
        Role.SEAL_USING_UNIT_APPLICANT,
        Role.SEAL_MANAGEMENT_DEPT_REVIEWER,
    )
    seal_id = sealdesk.drafted(bureau)
    with seals(bureau, "both") as room:
        room.submit(seal_id)
        with refuses("E_SAME_PERSON"):
            room.accept(seal_id)


# Making.


@pytest.mark.req("R-JC10-YZ-1.2")
def test_nothing_is_made_that_was_not_approved(bureau):
    seal_id = sealdesk.submitted(bureau)
    with refuses("E_STATE", kind=StateError) as refused:
        sealdesk.make(bureau, seal_id)
    assert (refused.value.state, refused.value.wanted) == ("submitted", ("approved",))
    assert refused.value.clause == "晋市政办〔2022〕29号 电子印章, 第六条至第八条"


def test_who_reviews_does_not_make(bureau):
    seal_id = sealdesk.approved(bureau)
    with bureau.database.begin() as connection:
        connection.exec_driver_sql(
            "insert into role_assignments (id, person, role, organization, since) values"
            " ('role-x', 'per-reviewer', 'seal_maker', 'org-bureau', '2022-10-01T00:00:00.000000Z')"
        )
    with refuses("E_SAME_PERSON"):
        sealdesk.make(bureau, seal_id, name="reviewer")


@pytest.mark.req("R-HLJ-12a")
def test_who_is_no_maker_makes_nothing(bureau):
    seal_id = sealdesk.approved(bureau)
    with refuses("E_NOT_AUTHORIZED", kind=NotAuthorized):
        sealdesk.make(bureau, seal_id, name="office")


@pytest.mark.req("R-HLJ-12a")
def test_another_maker_than_those_permitted(bureau):
    seal_id = sealdesk.approved(bureau)
    stranger = workshop().other_ca.issue("另一制章系统", organization="另一制章中心")
    with refuses("E_MAKER_UNTRUSTED"):
        sealdesk.make(bureau, seal_id, maker=stranger)


@pytest.mark.req("R-JC29S-06c")
def test_a_certificate_of_another_authority(bureau):
    signer = workshop().institution(ca="other_ca")
    with seals(bureau, "handler") as room:
        seal_id = room.draft(sealdesk.form(), sealdesk.papers(certificate=signer.certificate)).id
    with bureau.database.begin() as connection:
        connection.exec_driver_sql("update seals set state = 'approved'")
    with refuses("E_CA_NOT_ALLOWED"):
        sealdesk.make(bureau, seal_id, signer=signer)


@pytest.mark.req("R-JC29S-07")
def test_a_revoked_certificate(bureau):
    seal_id = sealdesk.approved(bureau)
    with refuses("E_CERT_REVOKED"):
        sealdesk.make(bureau, seal_id, revoked=[workshop().institution().certificate])


@pytest.mark.req("R-JC29S-06b")
def test_a_picture_that_is_not_the_imprint(bureau):
    seal_id = sealdesk.approved(bureau)
    with refuses("E_IMPRINT_MISMATCH"):
        sealdesk.make(bureau, seal_id, picture=sealdesk.OTHER_PICTURE)


def test_an_identifier_that_is_not_the_certificates(bureau):
    seal_id = sealdesk.approved(bureau)
    signer = workshop().institution()
    with refuses("E_SEAL_NUMBER"):
        sealdesk.make(bureau, seal_id, "14050000000099", signer=signer)


def test_another_key_than_the_certificates(bureau):
    seal_id = sealdesk.approved(bureau)
    key = workshop().reference(workshop().institution("14050000000077"))
    with refuses("E_KEY"):
        sealdesk.make(bureau, seal_id, key=key)


@pytest.mark.req("R-JC9-05")
def test_there_are_two_electronic_seals_of_the_name(bureau):
    for number in (1, 2):
        sealdesk.made(bureau, f"1405000000000{number}")
    third = sealdesk.approved(bureau, "14050000000003")
    with refuses("E_SEAL_QUOTA") as refused:
        sealdesk.make(bureau, third, "14050000000003")
    assert refused.value.clause == "晋市审管发〔2022〕9号 行政审批专用章, 第五条"
    with seals(bureau, "office") as room:
        petition = room.ask_for_more(
            bureaukit.BUREAU,
            name=sealdesk.NAME,
            subtype=SealSubtype.ADMIN_APPROVAL,
            medium="electronic",
            max_count=3,
            basis="增设窗口",
        )
    with seals(bureau, "leader") as room:
        room.approve(petition.id)
    with refuses("E_SEAL_QUOTA"):
        sealdesk.make(bureau, third, "14050000000003")  # half approved
    with seals(bureau, "principal") as room:
        room.approve(petition.id)
    assert sealdesk.make(bureau, third, "14050000000003").state is SealState.MADE


def test_a_number_that_another_seal_has(bureau):
    sealdesk.made(bureau)
    second = sealdesk.approved(bureau)
    with refuses("E_SEAL_NUMBER"):
        sealdesk.make(bureau, second)


# Issue and activation.


@pytest.mark.req("R-JC29S-14", "R-HLJ-13")
def test_no_seal_without_a_custodian(bureau):
    seal_id = sealdesk.made(bureau)
    with refuses("E_NO_CUSTODIAN"), seals(bureau, "office") as room:
        room.issue(seal_id, custodian=None)
    with refuses("E_STATE", kind=StateError):
        sealdesk.activate(bureau, seal_id)


@pytest.mark.req("R-JC29S-14", "R-HLJ-13")
def test_activation_asks_for_the_custodian_again(bureau):
    seal_id = sealdesk.issued(bureau)
    with bureau.database.begin() as connection:
        connection.exec_driver_sql("delete from custody")
    with refuses("E_NO_CUSTODIAN"):
        sealdesk.activate(bureau, seal_id)


@pytest.mark.req("R-JC9-06")
@pytest.mark.parametrize("name", ["head", "principal", "issuing-head"])
def test_the_custodian_is_of_the_issuing_section(bureau, name):
    seal_id = sealdesk.made(bureau)
    code = "E_CUSTODIAN_ROLE" if name == "issuing-head" else "E_CUSTODY_DEPT"
    with refuses(code), seals(bureau, "office") as room:
        room.issue(seal_id, custodian=person(name))


@pytest.mark.req("R-JC10-YZ-2.1")
def test_no_activation_without_a_specimen(bureau):
    seal_id = sealdesk.issued(bureau)
    with bureau.database.begin() as connection:
        connection.exec_driver_sql("update seals set specimen_sha256 = null")
    with refuses("E_SPECIMEN"):
        sealdesk.activate(bureau, seal_id)


@pytest.mark.req("R-JC10-YZ-2.2")
def test_a_notice_says_what_it_has_to(bureau):
    seal_id = sealdesk.issued(bureau)
    with refuses("E_NOTICE"):
        sealdesk.activate(bureau, seal_id, scope=" ")
    with refuses("E_NOTICE"):
        sealdesk.activate(bureau, seal_id, AT - timedelta(seconds=1))
    with refuses("E_EXPIRED"):
        sealdesk.activate(bureau, seal_id, AT + 400 * DAY)
    with refuses("E_NOT_AUTHORIZED", kind=NotAuthorized):
        sealdesk.activate(bureau, seal_id, name="custodian")
    notice = sealdesk.activate(bureau, seal_id, AT + DAY)
    assert (notice.department, notice.scope) == (bureaukit.ISSUING, "行政审批事项")


@pytest.mark.req("R-HLJ-12b")
def test_what_is_shown_is_a_specimen(bureau):
    from govseal.errors import SealError  # noqa: PLC0415
    from govseal.seal.picture import load_picture  # noqa: PLC0415

    seal_id = sealdesk.issued(bureau)
    with seals(bureau, "handler") as room:
        shown = room.preview(seal_id)
    with pytest.raises(SealError) as refused:
        load_picture(shown, 42, 42)
    assert refused.value.code == "E_SPECIMEN"
    assert shown != sealdesk.IMPRINT.data


def test_an_attachment_has_a_digest(bureau):
    wrong = replace(sealdesk.WRITTEN, sha256="no digest")
    with pytest.raises(ValueError, match="SHA-256"), seals(bureau, "handler") as room:
        room.draft(sealdesk.form(), Papers((wrong,)))
