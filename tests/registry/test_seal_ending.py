"""How seals are renewed and how they end: stopped, cancelled, destroyed, lapsed."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

import bureaukit
import sealdesk
from bureaukit import person
from govseal.errors import NotAuthorized, StateError
from govseal.registry import Bureau, tables
from govseal.registry.policy import load_policy
from govseal.registry.seals.vault import load_key, load_seal, load_version
from govseal.registry.vocabulary import (
    CustodyKind,
    IncidentKind,
    KeyState,
    ReasonClass,
    SealState,
    SealTask,
)
from sealdesk import AT, DAY, ES_ID, IDENTITY, WRITTEN, refuses, seals, workshop

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


seal, bureau = sealdesk.seal_in_use, sealdesk.its_bureau


# Renewal: the seal ends 365 days after AT, at 9:30 of 2027-03-02 in Beijing.

END = AT + 365 * DAY
OPENS = END - 30 * DAY - 9.5 * HOUR  # 0:00 of 2027-01-31


@pytest.fixture
def successor():
    """The certificate that follows, with its key."""
    return workshop().institution(not_before=330, not_after=700)


def ask(bureau, seal, signer, name="handler"):
    papers = sealdesk.papers(certificate=signer.certificate)
    with seals(bureau, name) as room:
        return room.ask_renewal(seal, papers)


def decide(bureau, petition, *, passes=True, reason="", name="reviewer"):
    with seals(bureau, name) as room:
        return room.decide_renewal(petition.id, passes=passes, reason=reason)


def renew(bureau, petition, signer, name="maker", **changes):
    shop = workshop()
    with seals(bureau, name) as room:
        return room.renew(petition.id, shop.makings(**changes), shop.reference(signer))


@pytest.mark.req("R-JC29S-08b")
def test_the_window_opens_thirty_days_before(bureau, seal, clock, successor):
    clock.now = OPENS - timedelta(microseconds=1)
    with refuses("E_TOO_EARLY") as refused:
        ask(bureau, seal, successor)
    assert refused.value.clause == "晋市政办〔2022〕29号 电子印章, 第八条"
    clock.now = OPENS
    ask(bureau, seal, successor)


@pytest.mark.req("R-JC29S-08b")
def test_after_its_end_a_seal_is_applied_for_anew(bureau, seal, clock, successor):
    clock.now = END + MINUTE
    with refuses("E_EXPIRED"):
        ask(bureau, seal, successor)


@pytest.mark.req("R-JC29S-08b")
def test_the_window_that_closes(open_bureau, sqlite_url, clock, successor, tmp_path):
    seal = sealdesk.lay_down(sqlite_url)
    own = tmp_path / "own.toml"
    own.write_text(
        'extends = "jincheng"\nname = "own"\n[switches]\n'
        'renewal_window = { value = "closes", clause = "C-12" }\n'
    )
    bureau = open_bureau(sqlite_url, str(own))
    clock.now = OPENS + DAY
    with refuses("E_TOO_LATE"):
        ask(bureau, seal, successor)
    clock.now = OPENS + DAY - MINUTE
    ask(bureau, seal, successor)


@pytest.mark.req("R-JC29S-08b")
def test_an_early_renewal_is_only_told(open_bureau, sqlite_url, tmp_path):
    seal = sealdesk.lay_down(sqlite_url)
    own = tmp_path / "own.toml"
    own.write_text(
        'extends = "jincheng"\nname = "own"\n[switches]\n'
        'early_renewal = { value = "warn", clause = "C-12" }\n'
    )
    early = workshop().institution(not_before=-1, not_after=700)
    assert ask(open_bureau(sqlite_url, str(own)), seal, early).content["is_early"]


@pytest.mark.req("R-JC29S-08b")
def test_a_renewed_seal_is_another_version(bureau, seal, clock, successor):
    clock.now = AT + 350 * DAY
    petition = ask(bureau, seal, successor)
    decide(bureau, petition)
    made = renew(bureau, petition, successor)
    assert (made.version, made.state, made.es_id) == (2, SealState.ACTIVE, ES_ID)
    assert made.valid_to == successor.certificate.not_after
    with bureau.acting(person("custodian")) as b, b.call("test.look", writes=False) as call:
        rows = call.rows(sa.select(tables.seal_versions).order_by(tables.seal_versions.c.number))
        old, new = (load_version(call, row) for row in rows)
        row = call.one(tables.seals, seal)
        assert load_seal(call, row) == new
        key = load_key(call, row)
    assert (old.es_id, old.picture) == (new.es_id, new.picture)
    assert old.properties.not_after.moment == END
    assert key.certificate == successor.certificate
    assert rows[0].ended_at == clock.now
    with refuses("E_STATE", kind=StateError):
        renew(bureau, petition, successor)  # once
    clock.now = END + DAY
    assert bureau.status.at(seal, clock.now).state is SealState.ACTIVE


def test_nothing_is_renewed_that_was_not_approved(bureau, seal, clock, successor):
    clock.now = AT + 350 * DAY
    petition = ask(bureau, seal, successor)
    with refuses("E_NOT_APPROVED"):
        renew(bureau, petition, successor)
    with refuses("E_REASON_MISSING"):
        decide(bureau, petition, passes=False)
    decide(bureau, petition, passes=False, reason="材料不全")
    with refuses("E_NOT_APPROVED"):
        renew(bureau, petition, successor)
    assert sealdesk.told(bureau, "application.rejected")[0].facts["reason"] == "材料不全"


def test_the_department_of_the_units_level_decides(bureau, seal, clock, successor):
    clock.now = AT + 350 * DAY
    petition = ask(bureau, seal, successor)
    for name in ("province-reviewer", "office"):
        with refuses("E_NOT_AUTHORIZED", kind=NotAuthorized):
            decide(bureau, petition, name=name)
    with refuses("E_DUPLICATE"):
        ask(bureau, seal, successor)
    with refuses("E_NOT_AUTHORIZED", kind=NotAuthorized):
        ask(bureau, seal, successor, name="custodian")


def test_a_renewal_keeps_to_the_certificate_that_was_approved(bureau, seal, clock, successor):
    clock.now = AT + 350 * DAY
    petition = ask(bureau, seal, successor)
    decide(bureau, petition)
    with refuses("E_KEY"):
        renew(bureau, petition, workshop().institution())
    with refuses("E_CERT_REVOKED"):
        renew(bureau, petition, successor, revoked=[successor.certificate])
    clock.now = END + MINUTE
    with refuses("E_EXPIRED"):
        renew(bureau, petition, successor)


def test_a_seal_that_is_out_of_use_is_not_renewed(bureau, seal, clock, successor):
    with seals(bureau, "custodian") as room:
        room.report(seal, IncidentKind.LOSS, "丢失")
    clock.now = AT + 350 * DAY
    with refuses("E_STATE", kind=StateError):
        ask(bureau, seal, successor)


# Stopping.


@pytest.mark.req("R-JC10-YZ-3.5")
def test_the_principal_leader_stops_a_seal(bureau, seal):
    with seals(bureau, "custodian") as room:
        petition = room.ask_stop(seal, ReasonClass.DAMAGED, keeper=person("office"))
        with refuses("E_DUPLICATE"):
            room.ask_stop(seal, ReasonClass.DAMAGED, keeper=person("office"))
    for name in ("leader", "office"):
        with refuses("E_APPROVER_LEVEL"), seals(bureau, name) as room:
            room.approve(petition.id)
    assert sealdesk.row_of(bureau, seal).state == SealState.ACTIVE
    with seals(bureau, "principal") as room:
        room.approve(petition.id)
        assert room.get(seal).state is SealState.STOPPED
    holder = bureau.status.custodian_at(seal, AT)
    assert (holder.person, holder.kind) == (person("office"), CustodyKind.OFFICE_RETAINED)


@pytest.mark.req("R-JC10-YZ-3.5")
def test_a_stop_has_a_reason_of_the_clause(bureau, seal):
    with seals(bureau, "custodian") as room:
        with refuses("E_REASON"):
            room.ask_stop(seal, ReasonClass.LOST, keeper=person("office"))
        with refuses("E_CUSTODY_DEPT"):
            room.ask_stop(seal, ReasonClass.OTHER, keeper=person("head"))
    with refuses("E_NOT_AUTHORIZED", kind=NotAuthorized), seals(bureau, "head") as room:
        room.ask_stop(seal, ReasonClass.OTHER, keeper=person("office"))


# Cancelling.


def ask_cancel(bureau, seal, *papers, name="handler", cause=ReasonClass.RENAMED):
    with seals(bureau, name) as room:
        return room.ask_cancel(seal, cause, papers)


@pytest.mark.req("R-JC29S-15b")
def test_a_cancellation_takes_its_papers(bureau, seal):
    with refuses("E_ATTACHMENT"):
        ask_cancel(bureau, seal, IDENTITY)
    with refuses("E_IDENTITY") as refused:
        ask_cancel(bureau, seal, WRITTEN)
    assert refused.value.clause == "晋市政办〔2022〕29号 电子印章, 第十五条"
    with refuses("E_NOT_AUTHORIZED", kind=NotAuthorized):
        ask_cancel(bureau, seal, WRITTEN, IDENTITY, name="custodian")


@pytest.mark.req("R-JC29S-15b")
def test_a_seal_is_cancelled(bureau, seal):
    petition = ask_cancel(bureau, seal, WRITTEN, IDENTITY)
    for name in ("principal", "province-reviewer"):
        with (
            refuses("E_NOT_AUTHORIZED", kind=NotAuthorized),
            seals(bureau, name) as room,
        ):
            room.decide_cancel(petition.id, passes=True)
    with seals(bureau, "reviewer") as room:
        assert room.decide_cancel(petition.id, passes=True).state is SealState.CANCELLED
        with refuses("E_STATE", kind=StateError):
            room.decide_cancel(petition.id, passes=True)
    assert sealdesk.told(bureau, "certificate.revocation_requested")
    last = bureau.status.history(seal)[-1]
    assert (last.state, last.reason_class) == (SealState.CANCELLED, ReasonClass.RENAMED)


def test_a_cancellation_that_is_refused(bureau, seal):
    petition = ask_cancel(bureau, seal, WRITTEN, IDENTITY)
    with seals(bureau, "reviewer") as room:
        with refuses("E_REASON_MISSING"):
            room.decide_cancel(petition.id, passes=False)
        room.decide_cancel(petition.id, passes=False, reason="材料不全")
    assert sealdesk.row_of(bureau, seal).state == SealState.ACTIVE


@pytest.mark.req("R-HLJ-03")
def test_the_province_cancels(bureau, seal):
    petition = ask_cancel(bureau, seal, WRITTEN, IDENTITY)
    with seals(bureau, "province-admin") as room:
        assert room.decide_cancel(petition.id, passes=True).state is SealState.CANCELLED


def test_a_lost_seal_is_cancelled_too(bureau, seal):
    with seals(bureau, "custodian") as room:
        room.report(seal, IncidentKind.LOSS, "丢失")
    petition = ask_cancel(bureau, seal, WRITTEN, IDENTITY, cause=ReasonClass.LOST)
    with seals(bureau, "reviewer") as room:
        assert room.decide_cancel(petition.id, passes=True).state is SealState.CANCELLED
    assert bureau.status.at(seal, AT).state is SealState.CANCELLED


# Destroying.


def destroy(bureau, seal, *witnesses):
    with seals(bureau, "office") as room:
        petition = room.ask_destruction(seal, "粉碎")
    for name in witnesses:
        with seals(bureau, name) as room:
            room.witness(petition.id)
    with seals(bureau, "office") as room:
        return room.destroy(petition.id)


@pytest.mark.req("R-JC10-YZ-3.5")
def test_nothing_is_destroyed_that_was_not_stopped(bureau, seal):
    with refuses("E_STATE", kind=StateError) as refused:
        destroy(bureau, seal, "head", "leader")
    assert refused.value.wanted == ("cancelled", "stopped")


@pytest.mark.req("R-JC10-YZ-3.5")
def test_what_is_to_be_kept_is_not_destroyed(bureau, seal):
    sealdesk.stop(bureau, seal, is_to_be_destroyed=False)
    with refuses("E_NOT_APPROVED"):
        destroy(bureau, seal, "head", "leader")


@pytest.mark.req("R-JC10-BM-4/5/6")
@pytest.mark.parametrize("witnesses", [(), ("head",)])
def test_two_supervise_a_destruction(bureau, seal, witnesses):
    sealdesk.stop(bureau, seal)
    with refuses("E_WITNESSES") as refused:
        destroy(bureau, seal, *witnesses)
    assert refused.value.clause == "晋市审管发〔2022〕10号 保密工作, 六（d）"
    assert sealdesk.row_of(bureau, seal).state == SealState.STOPPED


@pytest.mark.req("R-JC10-BM-4/5/6")
@pytest.mark.parametrize("witnesses", [("head", "head"), ("head", "office")])
def test_witnesses_are_others(bureau, seal, witnesses):
    sealdesk.stop(bureau, seal)
    with refuses("E_SAME_PERSON"):
        destroy(bureau, seal, *witnesses)


@pytest.mark.req("R-JC10-YZ-3.5", "R-JC10-BM-4/5/6")
def test_a_destroyed_seal_is_gone_and_known(bureau, seal):
    sealdesk.stop(bureau, seal)
    done = destroy(bureau, seal, "head", "leader")
    assert (done.state, done.key_state) == (SealState.DESTROYED, KeyState.DESTROYED)
    row = sealdesk.row_of(bureau, seal)
    assert row.key is None
    assert bureau.status.custodian_at(seal, AT) is None
    with bureau.database.begin() as connection:
        record = connection.execute(sa.select(tables.destructions)).one()
        versions = connection.execute(sa.select(tables.seal_versions.c.number)).scalars().all()
    assert record.witnesses == [person("head"), person("leader")]
    assert versions == [1]  # what it stamped is still verified
    with refuses("E_STATE", kind=StateError), seals(bureau, "reviewer") as room:
        room.resume(seal, "恢复")


@pytest.mark.req("R-HLJ-15b")
def test_a_key_is_handed_back_to_the_office(bureau, seal):
    with refuses("E_STATE", kind=StateError), seals(bureau, "office") as room:
        room.return_key(seal)  # in use
    sealdesk.stop(bureau, seal)
    with refuses("E_NOT_AUTHORIZED", kind=NotAuthorized), seals(bureau, "custodian") as room:
        room.return_key(seal)
    with seals(bureau, "office") as room:
        assert room.return_key(seal, note="机构撤并").key_state is KeyState.RETURNED
        assert not [task for task in room.tasks(seal) if task.kind is SealTask.RETURN_KEY]


# Without a legal basis.


@pytest.mark.req("R-HLJ-18")
def test_seals_without_a_legal_basis_lapse(bureau: Bureau, seal, clock):
    with bureau.database.begin() as connection:
        connection.execute(tables.seals.update().values(subtype="admin_licensing"))
        connection.execute(
            tables.organizations.update()
            .where(tables.organizations.c.id == bureaukit.BUREAU)
            .values(profile="heilongjiang-2014")
        )
    assert load_policy("heilongjiang-2014").is_on("seals_without_legal_basis_lapse")
    clock.forward(hours=1)
    with seals(bureau, "office") as room:
        assert room.sweep() == (seal,)
    assert bureau.status.at(seal, clock.now).state is SealState.LAPSED
    assert sealdesk.row_of(bureau, seal).state == SealState.LAPSED


@pytest.mark.req("R-HLJ-18")
@pytest.mark.parametrize("columns", [{"legal_basis": "行政许可法"}, {"subtype": "admin_approval"}])
def test_seals_with_a_legal_basis_stay(bureau, seal, clock, columns):
    values = {"subtype": "admin_licensing", **columns}
    with bureau.database.begin() as connection:
        connection.execute(tables.seals.update().values(**values))
        connection.execute(
            tables.organizations.update()
            .where(tables.organizations.c.id == bureaukit.BUREAU)
            .values(profile="heilongjiang-2014")
        )
    with seals(bureau, "office") as room:
        assert room.sweep() == ()
    with refuses("E_NOT_AUTHORIZED", kind=NotAuthorized), seals(bureau, "handler") as room:
        room.sweep()
