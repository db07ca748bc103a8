"""What else is refused around a seal: by its state, its papers, its people, its time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

import bureaukit
import sealdesk
from bureaukit import person
from govseal.errors import NotAuthorized, StateError
from govseal.registry import tables
from govseal.registry.seals.custody import check_custodian
from govseal.registry.seals.forms import Papers
from govseal.registry.seals.vault import SignerReference, keep, load_seal
from govseal.registry.vocabulary import (
    IncidentKind,
    Medium,
    ReasonClass,
    Role,
    SealState,
    SealSubtype,
    SealTask,
    SealType,
)
from govseal.seal.picture import SealPicture
from sealdesk import AT, DAY, WRITTEN, refuses, seals, workshop

HOUR = timedelta(hours=1)


seal, bureau = sealdesk.seal_in_use, sealdesk.its_bureau


def own_profile(tmp_path, **switches) -> str:
    """A profile of an operator who decides some switches otherwise."""
    path = tmp_path / "own.toml"
    lines = [f'{name} = {{ value = {value}, clause = "own" }}' for name, value in switches.items()]
    path.write_text('extends = "jincheng"\nname = "own"\n[switches]\n' + "\n".join(lines))
    return str(path)


def change(bureau, table, **values):
    with bureau.database.begin() as connection:
        connection.execute(table.update().values(**values))


# Forms and papers.


def test_the_words_of_a_form_are_of_the_vocabulary():
    """As they come from files and pages: plain texts."""
    made = sealdesk.form(subtype="no2", medium="steel", type="business")
    assert made.subtype is SealSubtype.NO2
    assert (made.medium, made.type) == (Medium.STEEL, SealType.BUSINESS)
    for words in ({"subtype": "stamp"}, {"medium": "wax"}, {"type": "round"}):
        with pytest.raises(ValueError, match=next(iter(words.values()))):
            sealdesk.form(**words)


def test_a_form_has_bounds(bureau):
    with seals(bureau, "handler") as room:
        with refuses("E_FORM"):
            room.draft(sealdesk.form(reason="长" * 4001), sealdesk.papers())
        with pytest.raises(ValueError, match="attachments"):
            room.draft(sealdesk.form(), Papers((WRITTEN,) * 51))
        with refuses("E_CREDIT_CODE"):
            change(bureau, tables.organizations, uscc="11140500MB1234567X")
            room.draft(sealdesk.form(), sealdesk.papers())


def test_a_department_of_another_unit(bureau):
    sealdesk.add_unit(bureau, "org-other", "晋城市另一局", "city", "140500", ["using"])
    with bureau.database.begin() as connection:
        connection.execute(
            tables.departments.insert().values(
                id="dep-other", organization="org-other", name="科室", active_from=AT
            )
        )
    with refuses("E_CUSTODY_DEPT"), seals(bureau, "handler") as room:
        room.draft(sealdesk.form(custody_department="dep-other"), sealdesk.papers())


def test_a_unit_that_is_no_more_applies_for_nothing(bureau):
    change(bureau, tables.organizations, inactive_from=AT, state="abolished")
    with refuses("E_ORG_INACTIVE"), seals(bureau, "handler") as room:
        room.draft(sealdesk.form(), sealdesk.papers())


def test_a_physical_seal_of_another_unit_is_no_twin(bureau):
    twin = sealdesk.submitted_physical(bureau)
    sealdesk.add_unit(bureau, "org-other", "晋城市另一局", "city", "140500", ["using"])
    with bureau.database.begin() as connection:
        table = tables.seals
        connection.execute(table.update().where(table.c.id == twin).values(owner_org="org-other"))
    with refuses("E_PHYSICAL_TWIN"):
        sealdesk.drafted(bureau, physical_twin=twin)


def test_a_bureau_without_certificates_asks_for_none(open_bureau, sqlite_url, seal, tmp_path):
    del seal
    own = own_profile(tmp_path, institution_certificate_required="false")
    bureau = open_bureau(sqlite_url, own)
    with seals(bureau, "handler") as room:
        drafted = room.draft(sealdesk.form(), sealdesk.papers(certificate=None)).id
        room.declare(drafted)
        assert room.submit(drafted).state is SealState.SUBMITTED
    change(bureau, tables.seals, state="approved")
    with refuses("E_NO_CERT"):  # without one it is not made
        sealdesk.make(bureau, drafted, "14050000000002")


def test_a_seal_needs_a_picture(open_bureau, sqlite_url, seal, tmp_path):
    del seal
    own = own_profile(tmp_path, medium_policy='"electronic_only"')
    bureau = open_bureau(sqlite_url, own)
    with seals(bureau, "handler") as room:
        papers = sealdesk.papers("14050000000002", imprint=None)
        drafted = room.draft(sealdesk.form(), papers).id
    change(bureau, tables.seals, state="approved")
    with refuses("E_ATTACHMENT"):
        sealdesk.make(bureau, drafted, "14050000000002")


# Issue and activation.


def test_a_specimen_that_cannot_be_made(bureau):
    made = sealdesk.made(bureau, "14050000000002")
    broken = SealPicture("PNG", b"\x89PNG\r\n\x1a\n", 42, 42)
    with refuses("E_SPECIMEN"), seals(bureau, "office") as room:
        room.issue(made, custodian=person("custodian"), specimen=broken)
    with refuses("E_SPECIMEN"), seals(bureau, "office") as room:
        room.preview(made)
    with refuses("E_PERSON"), seals(bureau, "office") as room:
        room.issue(made, custodian="per-nobody")


def test_a_physical_seal_without_a_specimen(open_bureau, sqlite_url, seal, tmp_path):
    del seal
    own = own_profile(tmp_path, specimen_required="false", psb_filing_required="false")
    bureau = open_bureau(sqlite_url, own)
    carved = sealdesk.carved(bureau)
    with seals(bureau, "office") as room:
        room.issue(carved, custodian=person("custodian"))
    sealdesk.activate(bureau, carved)
    with seals(bureau, "office") as room:
        assert room.get(carved).specimen_sha256 is None


# Custody.


def test_a_seal_that_nobody_has_yet_is_not_handed_over(bureau):
    made = sealdesk.approved(bureau, "14050000000002")
    with refuses("E_STATE", kind=StateError), seals(bureau, "office") as room:
        room.hand_over(made, person("second-custodian"))
    with refuses("E_NO_CUSTODIAN"), seals(bureau, "issuing-head") as room:
        room.stand_in(made, person("second-custodian"), since=AT, until=AT + HOUR)


def test_a_seal_without_a_custodian_is_not_used(bureau, seal):
    with bureau.database.begin() as connection:
        connection.execute(tables.custody.delete())
    with refuses("E_NO_CUSTODIAN"), seals(bureau, "office") as room:
        room.hand_over(seal, person("second-custodian"))
    with (
        refuses("E_NO_CUSTODIAN"),
        bureau.acting(person("custodian")) as b,
        b.call("use.stamp", seal) as call,
    ):
        check_custodian(call, call.one(tables.seals, seal), None)


def test_what_the_office_keeps_is_not_used_and_stays_there(bureau, seal):
    sealdesk.stop(bureau, seal)
    sealdesk.add_person(
        bureau, "second-office", bureaukit.BUREAU, Role.SEAL_OFFICE, department=bureaukit.OFFICE
    )
    with (
        refuses("E_NOT_CUSTODIAN"),
        bureau.acting(person("office")) as b,
        b.call("use.stamp", seal) as call,
    ):
        check_custodian(call, call.one(tables.seals, seal), None)
    with refuses("E_CUSTODY_DEPT"), seals(bureau, "office") as room:
        room.hand_over(seal, person("custodian"))
    sealdesk.add_person(bureau, "third-office", bureaukit.BUREAU, Role.SEAL_OFFICE)
    with seals(bureau, "office") as room:
        handover = room.hand_over(seal, person("second-office"))
    with seals(bureau, "second-office") as room:
        room.confirm_hand_over(handover.id)
    with seals(bureau, "third-office") as room:
        room.confirm_hand_over(handover.id)
        assert room.custodian(seal).person == person("second-office")


def test_nobody_stands_in_during_a_hand_over(bureau, seal):
    with seals(bureau, "custodian") as room:
        room.hand_over(seal, person("second-custodian"))
    with refuses("E_CUSTODY_OPEN"), seals(bureau, "issuing-head") as room:
        room.stand_in(seal, person("second-custodian"), since=AT, until=AT + HOUR)


def test_a_receiver_who_is_no_custodian_any_more(bureau, seal):
    with seals(bureau, "custodian") as room:
        handover = room.hand_over(seal, person("second-custodian"))
    with seals(bureau, "office") as room:
        room.confirm_hand_over(handover.id)
    with bureau.database.begin() as connection:
        roles = tables.role_assignments
        connection.execute(
            roles.update().where(roles.c.person == person("second-custodian")).values(until=AT)
        )
    with refuses("E_CUSTODIAN_ROLE"), seals(bureau, "second-custodian") as room:
        room.confirm_hand_over(handover.id)


# Taking out.


def test_a_permit_is_for_its_time_and_unit(bureau, seal, clock):
    sealdesk.add_unit(bureau, "org-other", "晋城市另一局", "city", "140500", ["using"])
    sealdesk.add_person(bureau, "stranger", "org-other", Role.SECTION_HANDLER)
    with refuses("E_NOT_AUTHORIZED", kind=NotAuthorized), seals(bureau, "stranger") as room:
        room.ask_take_out(seal, matter="勘验", since=AT, due_back=AT + DAY)
    with seals(bureau, "handler") as room:
        with refuses("E_PERIOD"):
            room.ask_take_out(seal, matter="勘验", since=AT, due_back=AT)
        with refuses("E_MATTER"):
            room.ask_take_out(seal, matter=" ", since=AT, due_back=AT + DAY)
        petition = room.ask_take_out(seal, matter="勘验", since=AT + DAY, due_back=AT + 2 * DAY)
    for name in ("head", "leader"):
        with seals(bureau, name) as room:
            room.approve(petition.id)
    with seals(bureau, "custodian") as room:
        (permit,) = room.permits(seal)
        with refuses("E_PERIOD"):
            room.take_out(permit.id)
    clock.forward(days=1)
    with refuses("E_NOT_CUSTODIAN"), seals(bureau, "office") as room:
        room.take_out(permit.id)
    with seals(bureau, "custodian") as room:
        room.take_out(permit.id)
    with refuses("E_NOT_AUTHORIZED", kind=NotAuthorized), seals(bureau, "handler") as room:
        room.bring_back(permit.id)


def test_one_borrower_at_a_time(bureau, seal):
    permits = []
    for _ in range(2):
        with seals(bureau, "handler") as room:
            petition = room.ask_take_out(seal, matter="勘验", since=AT, due_back=AT + DAY)
        for name in ("head", "leader"):
            with seals(bureau, name) as room:
                room.approve(petition.id)
    with seals(bureau, "custodian") as room:
        permits = room.permits(seal)
        room.take_out(permits[0].id)
    with refuses("E_CUSTODY_OPEN"), seals(bureau, "handler") as room:
        room.take_out(permits[1].id)


# Petitions.


def test_what_the_matrix_does_not_speak_of(bureau, seal):
    change(bureau, tables.seals, subtype="admin_licensing", legal_basis="行政许可法")
    with refuses("E_APPROVER_LEVEL"), seals(bureau, "handler") as room:
        room.ask_take_out(seal, matter="勘验", since=AT, due_back=AT + DAY)


def test_each_petition_is_decided_in_its_own_way(bureau, seal, clock):
    clock.now = AT + 350 * DAY
    successor = workshop().institution(not_before=330, not_after=700)
    papers = sealdesk.papers(certificate=successor.certificate)
    with seals(bureau, "handler") as room:
        petition = room.ask_renewal(seal, papers)
    with refuses("E_APPROVER_LEVEL"), seals(bureau, "principal") as room:
        room.approve(petition.id)
    with refuses("E_NOT_FOUND"), seals(bureau, "reviewer") as room:
        room.decide_cancel(petition.id, passes=True)
    with refuses("E_NOT_FOUND"), seals(bureau, "custodian") as room:
        stop = room.ask_stop(seal, ReasonClass.OTHER, keeper=person("office"))
        room._acting.seals.renew(stop.id, workshop().makings(), workshop().reference(successor))


@pytest.mark.parametrize("step", ["decide", "make"])
def test_one_person_does_not_do_it_all(bureau, seal, clock, step):
    sealdesk.add_person(
        bureau,
        "all",
        bureaukit.BUREAU,
        Role.SEAL_USING_UNIT_APPLICANT,
        Role.SEAL_MANAGEMENT_DEPT_REVIEWER,
        Role.SEAL_MAKER,
    )
    clock.now = AT + 350 * DAY
    successor = workshop().institution(not_before=330, not_after=700)
    papers = sealdesk.papers(certificate=successor.certificate)
    asks = "all" if step == "decide" else "handler"
    with seals(bureau, asks) as room:
        petition = room.ask_renewal(seal, papers)
    with seals(bureau, "all") as room:
        if step == "decide":
            with refuses("E_SAME_PERSON"):
                room.decide_renewal(petition.id, passes=True)
            return
        room.decide_renewal(petition.id, passes=True)
        with refuses("E_SAME_PERSON"):
            room.renew(petition.id, workshop().makings(), workshop().reference(successor))


def test_a_key_in_a_device_comes_back_after_a_renewal(bureau, seal, clock):
    reference = SignerReference.from_device("pkcs11:token=old;object=key")
    with bureau.acting(person("maker")) as b, b.call("seals.make", seal) as call:
        keep(call, seal, load_seal(call, call.one(tables.seals, seal)), reference)
    clock.now = AT + 350 * DAY
    successor = workshop().institution(not_before=330, not_after=700)
    papers = sealdesk.papers(certificate=successor.certificate)
    with seals(bureau, "handler") as room:
        petition = room.ask_renewal(seal, papers)
    with seals(bureau, "reviewer") as room:
        room.decide_renewal(petition.id, passes=True)
    with seals(bureau, "maker") as room:
        room.renew(petition.id, workshop().makings(), workshop().reference(successor))
    with seals(bureau, "office") as room:
        assert [task.kind for task in room.tasks(seal)] == [SealTask.RETURN_KEY]


# Endings.


def test_a_witness_is_of_the_unit(bureau, seal):
    sealdesk.add_unit(bureau, "org-other", "晋城市另一局", "city", "140500", ["using"])
    sealdesk.add_person(bureau, "stranger", "org-other", Role.SECTION_HEAD)
    sealdesk.stop(bureau, seal)
    with seals(bureau, "office") as room:
        with refuses("E_METHOD"):
            room.ask_destruction(seal, " ")
        petition = room.ask_destruction(seal, "粉碎")
        with refuses("E_DUPLICATE"):
            room.ask_destruction(seal, "熔毁")
    with refuses("E_NOT_AUTHORIZED", kind=NotAuthorized), seals(bureau, "stranger") as room:
        room.witness(petition.id)


def test_a_physical_seal_is_destroyed(bureau):
    carved = sealdesk.carved(bureau)
    with seals(bureau, "office") as room:
        room.file_with_police(carved, "公备1号")
        room.issue(carved, custodian=person("custodian"), specimen=sealdesk.IMPRINT)
    sealdesk.activate(bureau, carved)
    sealdesk.stop(bureau, carved)
    with seals(bureau, "office") as room:
        with refuses("E_KEY"):
            room.return_key(carved)  # it has none
        petition = room.ask_destruction(carved, "熔毁")
    for name in ("head", "leader"):
        with seals(bureau, name) as room:
            room.witness(petition.id)
    with seals(bureau, "office") as room:
        assert room.destroy(petition.id).state is SealState.DESTROYED


def test_a_lost_key_is_not_said_to_be_destroyed(bureau, seal):
    with seals(bureau, "custodian") as room:
        room.report(seal, IncidentKind.LOSS, "丢失")
    with seals(bureau, "handler") as room:
        petition = room.ask_cancel(seal, ReasonClass.LOST, (sealdesk.WRITTEN, sealdesk.IDENTITY))
    with seals(bureau, "reviewer") as room:
        room.decide_cancel(petition.id, passes=True)
    with seals(bureau, "office") as room:
        petition = room.ask_destruction(seal, "清除")
    for name in ("head", "leader"):
        with seals(bureau, name) as room:
            room.witness(petition.id)
    with seals(bureau, "office") as room:
        done = room.destroy(petition.id)
    assert (done.state, done.key_state) == (SealState.DESTROYED, "lost")
    assert sealdesk.row_of(bureau, seal).key is None


def test_a_time_has_its_zone(bureau, seal):
    naive = datetime(2026, 3, 1)  # noqa: DTZ001 - that is the point
    with pytest.raises(ValueError, match="zone"), seals(bureau, "custodian") as room:
        room.report(seal, IncidentKind.LOSS, "丢失", effective_at=naive)


def test_damage_to_a_seal_that_has_ended(bureau, seal):
    sealdesk.stop(bureau, seal)
    with refuses("E_STATE", kind=StateError), seals(bureau, "office") as room:
        room.report(seal, IncidentKind.DAMAGE, "损坏")


@pytest.mark.parametrize("subtype", [SealSubtype.SPECIAL, SealSubtype.CONTRACT])
def test_a_name_without_a_quota(bureau, subtype):
    for number in (2, 3, 4):
        es_id = f"1405000000000{number}"
        made = sealdesk.approved(
            bureau,
            es_id,
            subtype=subtype,
            name=bureaukit.BUREAU_NAME + "合同专用章",
            custody_department=bureaukit.OFFICE,
        )
        if number == 4:
            sealdesk.make(bureau, made, es_id)
    assert sealdesk.row_of(bureau, made).state == SealState.MADE
