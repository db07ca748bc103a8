"""Whether a seal may be used, by its date, state, period and unit; and what it was when."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

import bureaukit
import sealdesk
from bureaukit import person
from govseal.errors import FormatError, StateError
from govseal.registry import tables
from govseal.registry.seals.standing import check_usable
from govseal.registry.seals.tasks import organization_changed
from govseal.registry.vocabulary import IncidentKind, ReasonClass, SealState, SealTask
from govseal.verification.statusfile import read_status
from sealdesk import AT, DAY, ES_ID, refuses, seals

HOUR = timedelta(hours=1)


def use(bureau, seal):
    with bureau.acting(person("custodian")) as b, b.call("use.stamp", seal) as call:
        check_usable(call, call.one(tables.seals, seal, lock=True))


def change_unit(bureau, **columns):
    with bureau.database.begin() as connection:
        table = tables.organizations
        connection.execute(table.update().where(table.c.id == bureaukit.BUREAU).values(**columns))


@pytest.mark.req("R-JC10-YZ-2.2")
def test_a_seal_is_active_from_its_date(bureau, clock):
    seal = sealdesk.issued(bureau)
    with refuses("E_NOT_YET_ACTIVE"):
        use(bureau, seal)
    sealdesk.activate(bureau, seal, AT + DAY)
    with refuses("E_NOT_YET_ACTIVE") as refused:
        use(bureau, seal)
    assert refused.value.clause == "晋市审管发〔2022〕10号 印章管理, 二（二）"
    clock.forward(days=1)
    use(bureau, seal)
    states = [bureau.status.at(seal, at).state for at in (AT, AT + DAY)]
    assert states == [SealState.ISSUED, SealState.ACTIVE]


@pytest.mark.parametrize(
    ("reach", "code"),
    [
        (sealdesk.approved, "E_NOT_YET_ACTIVE"),
        (sealdesk.lost, "E_SEAL_LOST"),
        (sealdesk.stopped, "E_SEAL_STOPPED"),
    ],
)
def test_a_seal_in_another_state(bureau, reach, code):
    seal = reach(bureau)
    with refuses(code):
        use(bureau, seal)


@pytest.mark.req("R-JC10-YZ-3.5")
def test_a_stopped_seal_is_refused_with_the_clause(bureau):
    seal = sealdesk.stopped(bureau)
    with refuses("E_SEAL_STOPPED") as refused:
        use(bureau, seal)
    assert refused.value.clause == "晋市审管发〔2022〕10号 印章管理, 三（五）"


@pytest.mark.req("R-JC29S-08b")
def test_a_seal_expires_though_nobody_writes_it_down(bureau, clock):
    seal = sealdesk.active(bureau)
    end = sealdesk.row_of(bureau, seal).valid_to
    clock.now = end
    use(bureau, seal)
    clock.now = end + HOUR
    with refuses("E_EXPIRED"):
        use(bureau, seal)
    assert bureau.status.at(seal, clock.now).state is SealState.EXPIRED
    with seals(bureau, "office") as room:
        assert room.sweep() == (seal,)
        assert room.sweep() == ()
        assert room.get(seal).state is SealState.EXPIRED
    assert bureau.status.at(seal, end).state is SealState.EXPIRED
    assert bureau.status.at(seal, end - HOUR).state is SealState.ACTIVE


@pytest.mark.req("R-JC29S-15a")
def test_a_renamed_unit_does_not_use_its_seal(bureau, clock):
    seal = sealdesk.active(bureau)
    with bureau.database.begin() as connection:
        names = tables.organization_names
        connection.execute(
            names.insert(),
            [
                {
                    "id": "nam-old",
                    "organization": bureaukit.BUREAU,
                    "legal_name": bureaukit.BUREAU_NAME,
                    "since": bureaukit.SINCE,
                    "until": AT + DAY,
                },
                {
                    "id": "nam-new",
                    "organization": bureaukit.BUREAU,
                    "legal_name": "晋城市数据局",
                    "since": AT + DAY,
                    "until": None,
                },
            ],
        )
    use(bureau, seal)
    clock.forward(days=1)
    with refuses("E_ORG_CHANGED"):
        use(bureau, seal)


@pytest.mark.req("R-HLJ-15b")
def test_an_abolished_unit_does_not_use_its_seal(bureau, clock):
    seal = sealdesk.active(bureau)
    change_unit(bureau, state="abolished", inactive_from=AT + DAY)
    clock.now = AT + DAY - timedelta(microseconds=1)
    use(bureau, seal)
    clock.now = AT + DAY
    with refuses("E_ORG_INACTIVE"):
        use(bureau, seal)


@pytest.mark.req("R-JC29S-15a", "R-HLJ-15b")
def test_a_changed_unit_has_its_seals_to_cancel(bureau):
    seal = sealdesk.active(bureau)
    other = sealdesk.drafted(bureau, "14050000000002")
    with bureau.acting(person("administrator")) as b, b.call("organizations.rename") as call:
        assert organization_changed(call, bureaukit.BUREAU, "更名") == (seal,)
        assert organization_changed(call, bureaukit.BUREAU, "更名") == (seal,)  # once
    with seals(bureau, "office") as room:
        found = room.tasks(seal)
        assert {task.kind for task in found} == {SealTask.CANCEL, SealTask.RETURN_KEY}
        assert all(task.due_at > AT for task in found)
        assert room.tasks(other) == ()


def test_a_seal_whose_key_is_gone(bureau):
    seal = sealdesk.active(bureau)
    with bureau.database.begin() as connection:
        connection.execute(tables.seals.update().values(key=None))
    with refuses("E_KEY"):
        use(bureau, seal)


# What a seal was, and when that was known.


@pytest.mark.req("R-HLJ-15a")
def test_a_loss_reaches_back(any_bureau, clock):
    seal = sealdesk.active(any_bureau)
    clock.forward(hours=3)
    with seals(any_bureau, "custodian") as room:
        room.suspend(seal, "清查", cause=ReasonClass.OTHER)
    clock.forward(hours=1)
    with seals(any_bureau, "custodian") as room:
        room.report(seal, IncidentKind.LOSS, "丢失", effective_at=AT + 2 * HOUR)
    at = any_bureau.status.at
    assert at(seal, AT + HOUR).state is SealState.ACTIVE
    # What was written at three says suspended; what is known by four says lost since two.
    assert [at(ES_ID, AT + number * HOUR).state for number in (2, 3, 9)] == [SealState.LOST] * 3
    found = at(seal, AT + 3 * HOUR)
    assert (found.effective_at, found.recorded_at) == (AT + 2 * HOUR, AT + 4 * HOUR)
    assert found.reason_class is ReasonClass.LOST
    assert [row.state for row in any_bureau.status.history(seal)][-3:] == [
        "active",
        "suspended",
        "lost",
    ]


def test_a_seal_that_nobody_knows(bureau):
    assert bureau.status.at("14059999999999", AT) is None
    assert bureau.status.custodian_at("14059999999999", AT) is None
    seal = sealdesk.drafted(bureau)
    assert bureau.status.at(seal, AT - HOUR) is None
    assert bureau.status.at(seal, AT).state is SealState.DRAFT


# The list for everybody.


def test_the_list_is_signed_and_says_no_more(any_bureau, clock):
    seal = sealdesk.active(any_bureau)
    sealdesk.approved(any_bureau, "14050000000002")  # nobody's business yet
    first = any_bureau.status.signed_list()
    clock.forward(hours=1)
    with seals(any_bureau, "custodian") as room:
        room.report(seal, IncidentKind.OUT_OF_CONTROL, "保管人失联", effective_at=AT)
    second = any_bureau.status.signed_list(days=2)
    pinned = any_bureau.ledger.key.public_key
    lists = [read_status(data, pinned) for data in (first, second)]
    assert lists[1].sequence == lists[0].sequence + 1
    assert lists[1].next_update == clock.now + 2 * DAY
    last = [moments[-1].state for moments in (found.of_seal(ES_ID) for found in lists)]
    assert last == ["active", "lost"]
    assert lists[1].of_seal("14050000000002") is None
    assert b"per-" not in second
    assert "保管人".encode() not in second


def test_a_list_that_was_changed(bureau):
    sealdesk.active(bureau)
    made = bureau.status.signed_list()
    with pytest.raises(FormatError, match="it was changed"):
        read_status(made.replace(b'"active"', b'"lost"'), bureau.ledger.key.public_key)


@pytest.mark.parametrize(
    "table", ["seal_states", "review_steps", "activation_notices", "key_media_states"]
)
def test_what_was_written_is_not_rewritten(any_bureau, table):
    sealdesk.active(any_bureau)
    for statement in (f"delete from {table}", f"update {table} set seal = seal"):  # noqa: S608
        with refuses("E_APPEND_ONLY"), any_bureau.database.begin() as connection:
            connection.exec_driver_sql(statement)


def test_states_are_only_ever_added(bureau, clock):
    seal = sealdesk.active(bureau)
    query = sa.select(tables.seal_states).order_by(tables.seal_states.c.sequence)
    with bureau.database.begin() as connection:
        before = connection.execute(query).all()
    clock.forward(hours=1)
    with seals(bureau, "custodian") as room:
        room.report(seal, IncidentKind.LOSS, "丢失", effective_at=AT)
        with refuses("E_STATE", kind=StateError):
            room.report(seal, IncidentKind.LOSS, "再报", effective_at=AT)
    with bureau.database.begin() as connection:
        assert connection.execute(query).all()[: len(before)] == before
