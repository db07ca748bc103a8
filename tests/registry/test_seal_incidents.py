"""What befalls a seal: suspended, lost, damaged, misused; reported, told, looked into, closed."""

from __future__ import annotations

from datetime import timedelta

import pytest

import bureaukit
import sealdesk
from bureaukit import person
from govseal.errors import NotAuthorized, StateError
from govseal.registry import tables
from govseal.registry.seals.standing import check_usable
from govseal.registry.vocabulary import IncidentKind, KeyState, ReasonClass, Role, SealState
from sealdesk import AT, DAY, refuses, seals

HOUR = timedelta(hours=1)


seal, bureau = sealdesk.seal_in_use, sealdesk.its_bureau


def report(bureau, seal, kind, *, name="custodian", **how):
    with seals(bureau, name) as room:
        return room.report(seal, kind, "情况说明", **how)


def use(bureau, seal):
    with bureau.acting(person("custodian")) as b, b.call("use.stamp", seal) as call:
        check_usable(call, call.one(tables.seals, seal, lock=True))


def resume(bureau, seal, name="reviewer"):
    with seals(bureau, name) as room:
        return room.resume(seal, "已查明")


def close(bureau, incident):
    with seals(bureau, "office-head") as room:
        room.investigate(incident.id, "查明")
        return room.close_incident(incident.id, "处理完毕")


# Suspension.


def test_a_suspended_seal_comes_back(bureau, seal, clock):
    with seals(bureau, "custodian") as room:
        room.suspend(seal, "核查", cause=ReasonClass.ANOMALY)
    with refuses("E_SEAL_SUSPENDED"):
        use(bureau, seal)
    clock.forward(hours=1)
    assert resume(bureau, seal).state is SealState.ACTIVE
    use(bureau, seal)
    assert bureau.status.at(seal, AT).state is SealState.SUSPENDED


def test_a_seal_that_was_never_activated_comes_back_unused(bureau):
    seal = sealdesk.issued(bureau, "14050000000002")
    incident = report(bureau, seal, IncidentKind.ANOMALY)
    close(bureau, incident)
    assert resume(bureau, seal).state is SealState.ISSUED
    with refuses("E_NOT_YET_ACTIVE"):
        use(bureau, seal)


def test_a_seal_is_not_resumed_before_its_date(bureau, clock):
    seal = sealdesk.issued(bureau, "14050000000002")
    sealdesk.activate(bureau, seal, AT + 2 * DAY)
    with seals(bureau, "custodian") as room:
        room.suspend(seal, "核查", cause=ReasonClass.OTHER)
    clock.forward(days=1)
    resume(bureau, seal)
    with refuses("E_NOT_YET_ACTIVE"):
        use(bureau, seal)
    clock.forward(days=1)
    use(bureau, seal)


def test_an_expired_seal_is_not_resumed(bureau, seal, clock):
    with seals(bureau, "custodian") as room:
        room.suspend(seal, "核查", cause=ReasonClass.OTHER)
    clock.forward(days=366)
    with refuses("E_EXPIRED"):
        resume(bureau, seal)


def test_who_suspends_does_not_resume(bureau, seal):
    with seals(bureau, "custodian") as room:
        with refuses("E_REASON_MISSING"):
            room.suspend(seal, "", cause=ReasonClass.OTHER)
        room.suspend(seal, "核查", cause=ReasonClass.OTHER)
        with refuses("E_STATE", kind=StateError):
            room.suspend(seal, "再核查", cause=ReasonClass.OTHER)
    for name in ("custodian", "office", "principal"):
        with refuses("E_NOT_AUTHORIZED", kind=NotAuthorized):
            resume(bureau, seal, name)


@pytest.mark.req("R-HLJ-03")
def test_the_province_suspends_a_units_seal(bureau, seal):
    with seals(bureau, "province-admin") as room:
        room.suspend(seal, "监督检查", cause=ReasonClass.OTHER)
    with refuses("E_SEAL_SUSPENDED"):
        use(bureau, seal)
    assert sealdesk.told(bureau, "seal.suspended")


@pytest.mark.req("R-HLJ-03")
def test_another_unit_does_not(bureau, seal):
    sealdesk.add_unit(bureau, "org-other", "晋城市另一局", "city", "140500", ["using"])
    sealdesk.add_person(bureau, "clerk", "org-other", Role.SEAL_OFFICE)
    sealdesk.add_unit(bureau, "org-far", "某省办公厅", "province", "230000", ["management"])
    sealdesk.add_person(bureau, "far", "org-far", Role.PROVINCE_ADMIN)
    for name in ("clerk", "far"):
        with (
            refuses("E_NOT_AUTHORIZED", kind=NotAuthorized),
            seals(bureau, name) as room,
        ):
            room.suspend(seal, "核查", cause=ReasonClass.OTHER)


# Loss.


@pytest.mark.req("R-GZ-2.4b", "R-HLJ-15a", "R-JC10-QS-3.1", "R-JC29S-16")
def test_a_loss_is_told_to_both_leaders(bureau, seal):
    incident = report(bureau, seal, IncidentKind.LOSS)
    assert set(incident.notified) == {person("leader"), person("principal")}
    with refuses("E_SEAL_LOST") as refused:
        use(bureau, seal)
    assert refused.value.clause == "晋市政办〔2022〕29号 电子印章, 第十六条"
    (event,) = sealdesk.told(bureau, "seal.incident")
    assert event.facts["to"] == [person("leader"), person("principal")]
    assert sealdesk.told(bureau, "certificate.revocation_requested")
    assert sealdesk.row_of(bureau, seal).key_state == KeyState.LOST


@pytest.mark.req("R-GZ-2.4b")
def test_the_unit_that_owns_the_seal_is_told(bureau, seal):
    sealdesk.add_unit(bureau, "org-owner", "晋城市某局", "city", "140500", ["city_unit"])
    sealdesk.add_person(bureau, "inspector", "org-owner", Role.CITY_UNIT_INSPECTOR)
    with bureau.database.begin() as connection:
        connection.execute(tables.seals.update().values(owner_org="org-owner"))
    assert person("inspector") in report(bureau, seal, IncidentKind.ANOMALY).notified


def test_a_loss_may_lie_back_and_further_back(bureau, seal, clock):
    clock.forward(hours=5)
    first = report(bureau, seal, IncidentKind.LOSS, effective_at=AT + 3 * HOUR)
    assert first.effective_at < first.reported_at
    assert first.involved["custodian"] == person("custodian")
    report(bureau, seal, IncidentKind.LOSS, effective_at=AT + HOUR)  # looked into: earlier
    assert bureau.status.at(seal, AT + 2 * HOUR).state is SealState.LOST
    with refuses("E_STATE", kind=StateError):
        report(bureau, seal, IncidentKind.LOSS, effective_at=AT + 4 * HOUR)
    with refuses("E_EFFECTIVE_TIME"):
        report(bureau, seal, IncidentKind.LEAK, effective_at=AT + 9 * HOUR)


@pytest.mark.parametrize("kind", [IncidentKind.LOSS, IncidentKind.OUT_OF_CONTROL])
@pytest.mark.req("R-HLJ-15a")
def test_what_is_lost_stays_lost(bureau, seal, kind):
    incident = report(bureau, seal, kind)
    close(bureau, incident)
    with refuses("E_STATE", kind=StateError) as refused:
        resume(bureau, seal)
    assert refused.value.wanted == ("suspended",)
    with refuses("E_STATE", kind=StateError), seals(bureau, "office") as room:
        room.activate(seal, active_from=AT, department=bureaukit.ISSUING, scope="行政审批")


@pytest.mark.req("R-HLJ-15a")
def test_a_lost_seal_is_applied_for_as_another(bureau, seal):
    changed = sealdesk.form(replaces=seal)
    with refuses("E_REPLACES"), seals(bureau, "handler") as room:
        room.draft(changed, sealdesk.papers("14050000000002"))  # it is not lost
    report(bureau, seal, IncidentKind.LOSS)
    again = sealdesk.approved(bureau, "14050000000002", replaces=seal)
    with refuses("E_SEAL_NUMBER"):
        signer = sealdesk.workshop().institution("14050000000002")
        sealdesk.make(bureau, again, sealdesk.ES_ID, signer=signer)  # the old one's number
    new = sealdesk.make(bureau, again, "14050000000002")
    assert (new.replaces, new.es_id) == (seal, "14050000000002")
    old = sealdesk.row_of(bureau, seal)
    assert (old.replaced_by, old.state) == (again, SealState.LOST)
    with refuses("E_REPLACES"), seals(bureau, "handler") as room:
        room.draft(changed, sealdesk.papers("14050000000003"))


def test_who_has_nothing_to_do_with_a_seal_reports_nothing(bureau, seal):
    with refuses("E_NOT_AUTHORIZED", kind=NotAuthorized):
        report(bureau, seal, IncidentKind.LOSS, name="operator")
    with refuses("E_ACCOUNT"), seals(bureau, "custodian") as room:
        room.report(seal, IncidentKind.LOSS, "  ")


# Damage and anomaly.


@pytest.mark.req("R-HLJ-15a")
def test_a_damaged_key_is_returned_destroyed_and_remade(bureau, seal):
    incident = report(bureau, seal, IncidentKind.DAMAGE)
    assert sealdesk.row_of(bureau, seal).key_state == KeyState.DAMAGED
    close(bureau, incident)
    with refuses("E_KEY"):
        resume(bureau, seal)
    signer = sealdesk.workshop().institution(not_before=-1, not_after=500)
    new = sealdesk.papers(certificate=signer.certificate)
    with refuses("E_KEY"), seals(bureau, "handler") as room:
        room.ask_remake(seal, new)
    with refuses("E_KEY"), seals(bureau, "office") as room:
        room.ask_destruction(seal, "粉碎", is_key_alone=True)  # not handed back
    with seals(bureau, "office") as room:
        room.return_key(seal)
        with refuses("E_KEY"):
            room.return_key(seal)
        petition = room.ask_destruction(seal, "粉碎", is_key_alone=True)
        with refuses("E_WITNESSES"):
            room.destroy(petition.id)
    for name in ("head", "leader"):
        with seals(bureau, name) as room:
            room.witness(petition.id)
    with seals(bureau, "office") as room:
        room.destroy(petition.id)
    with seals(bureau, "handler") as room:
        petition = room.ask_remake(seal, new)
    with seals(bureau, "reviewer") as room:
        room.decide_renewal(petition.id, passes=True)
    shop = sealdesk.workshop()
    with seals(bureau, "maker") as room:
        made = room.renew(petition.id, shop.makings(), shop.reference(signer))
    assert (made.state, made.version, made.key_state) == (
        SealState.SUSPENDED,
        2,
        KeyState.ISSUED,
    )
    assert resume(bureau, seal).state is SealState.ACTIVE
    use(bureau, seal)


@pytest.mark.req("R-GZ-2.4b")
def test_an_anomaly_is_looked_into_before_it_is_closed(bureau, seal):
    incident = report(bureau, seal, IncidentKind.ANOMALY)
    with refuses("E_SEAL_SUSPENDED"):
        use(bureau, seal)
    with refuses("E_INCIDENT_OPEN"):
        resume(bureau, seal)
    with seals(bureau, "office-head") as room:
        with refuses("E_INVESTIGATION"):
            room.close_incident(incident.id, "处理")
        with refuses("E_INVESTIGATION"):
            room.investigate(incident.id, "")
        room.investigate(incident.id, "误报")
        with refuses("E_DISPOSITION"):
            room.close_incident(incident.id, " ")
        closed = room.close_incident(incident.id, "恢复使用")
        assert closed.closed_by == person("office-head")
        with refuses("E_STATE", kind=StateError):
            room.close_incident(incident.id, "再处理")
        with refuses("E_STATE", kind=StateError):
            room.investigate(incident.id, "再查")
    assert resume(bureau, seal).state is SealState.ACTIVE


def test_the_custodian_does_not_close_what_they_reported(bureau, seal):
    incident = report(bureau, seal, IncidentKind.ANOMALY)
    with refuses("E_NOT_AUTHORIZED", kind=NotAuthorized), seals(bureau, "custodian") as room:
        room.investigate(incident.id, "误报")


# Emergencies, leaks, misuse.


@pytest.mark.req("R-JC10-QS-3.5")
def test_an_emergency_is_written_up_later(bureau, seal):
    incident = report(bureau, seal, IncidentKind.ANOMALY, is_emergency=True)
    with seals(bureau, "office-head") as room:
        (task,) = room.tasks(seal)
        assert task.due_at > AT
        room.investigate(incident.id, "查明")
        with refuses("E_WRITTEN_REPORT"):
            room.close_incident(incident.id, "处理")
        room.write_up(incident.id, "书面报告")
        assert room.tasks(seal) == ()
        with refuses("E_STATE", kind=StateError):
            room.write_up(incident.id, "书面报告")
        assert room.close_incident(incident.id, "处理").closed_at == AT
    with refuses("E_SEAL_SUSPENDED"):
        use(bureau, seal)  # an emergency permits no stamping


@pytest.mark.req("R-JC10-BM-10")
def test_a_verified_leak_has_24_hours(bureau, seal, clock):
    incident = report(bureau, seal, IncidentKind.LEAK)
    clock.forward(hours=30)
    with seals(bureau, "leader") as room:
        assert room.overdue_leaks() == ()  # not verified: no clock runs
        with refuses("E_STATE", kind=StateError):
            room.tell_authority(incident.id)
        verified = room.verify_leak(incident.id)
        clock.now = verified.verified_at + 24 * HOUR - timedelta(minutes=1)
        assert room.overdue_leaks() == ()
        clock.forward(minutes=2)
        assert [late.id for late in room.overdue_leaks()] == [incident.id]
        room.tell_authority(incident.id)
        assert room.overdue_leaks() == ()
    use(bureau, seal)  # a leak is not the seal's


def test_what_is_no_leak_is_not_verified(bureau, seal):
    incident = report(bureau, seal, IncidentKind.MISUSE)
    with refuses("E_STATE", kind=StateError), seals(bureau, "leader") as room:
        room.verify_leak(incident.id)
    leak = report(bureau, seal, IncidentKind.LEAK)
    with refuses("E_NOT_AUTHORIZED", kind=NotAuthorized), seals(bureau, "custodian") as room:
        room.verify_leak(leak.id)


def use_request(bureau, seal):
    """A use that was approved, written straight into the tables."""
    with bureau.database.begin() as connection:
        connection.execute(
            tables.use_requests.insert().values(
                id="use-1",
                number="2026-1",
                state="approved",
                seal=seal,
                basis="use_form",
                matter="证明",
                item_class="own",
                reason="证明",
                section="规划建设科",
                copies=1,
                document_type="proof",
                document_sm3="0" * 64,
                document_sha256="0" * 64,
                facts={},
                applicant=person("handler"),
                department=bureaukit.PLANNING,
                organization=bureaukit.BUREAU,
                rule="行政印章",
                steps=[],
                requested_at=AT,
            )
        )
        for step, name in enumerate(("head", "leader")):
            connection.execute(
                tables.approvals.insert().values(
                    id=f"apr-{step}",
                    request="use-1",
                    step=step,
                    decision="approved",
                    approver=person(name),
                    role="section_head",
                    mode="login",
                    statement="{}",
                    at=AT,
                )
            )
    return "use-1"


@pytest.mark.req("R-JC10-YZ-6.1", "R-HLJ-16")
def test_a_misuse_names_those_who_answer_for_it(bureau, seal):
    request = use_request(bureau, seal)
    incident = report(bureau, seal, IncidentKind.MISUSE, name="office", use=request)
    assert incident.use == request
    assert incident.involved == {
        "custodian": person("custodian"),
        "applicant": person("handler"),
        "approvers": [person("head"), person("leader")],
        "operator": None,
    }
    with seals(bureau, "office") as room:
        assert [found.id for found in room.incidents(seal)] == [incident.id]


def test_a_misuse_of_another_seal(bureau, seal):
    other = sealdesk.drafted(bureau, "14050000000002")
    request = use_request(bureau, other)
    with refuses("E_USE"):
        report(bureau, seal, IncidentKind.MISUSE, use=request)
    assert bureau.status.at(seal, AT + DAY).state is SealState.ACTIVE
