"""Documents after the desk: what becomes of them, and who may know it."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
import sqlalchemy as sa

import bureaukit
import documentkit
from govseal.errors import NotAuthorized, Refused, RegistryError, StateError
from govseal.registry import tables
from govseal.registry.ledger.notes import LogKey
from govseal.registry.tables.base import new_id
from govseal.sm2 import sm3
from govseal.verification.statusfile import read_key, read_status

STAMPED = b"stamped"
HOLDER = "portal:4711"


@pytest.fixture
def kept(bureau):
    documentkit.add_seals(bureau)
    add_role(bureau, "handler", "relying_system", name="portal")
    add_role(bureau, "handler", "city_unit_inspector", name="inspector")
    return bureau


def add_role(bureau, like, role, *, name):
    """One more person, who has this role alone."""
    with bureau.database.begin() as connection:
        table = tables.people
        row = connection.execute(sa.select(table).where(table.c.id == bureaukit.person(like))).one()
        connection.execute(
            table.insert().values(
                **{**row._mapping, "id": bureaukit.person(name), "name": name, "department": None}
            )
        )
        connection.execute(
            tables.role_assignments.insert().values(
                id=new_id("role"),
                person=bureaukit.person(name),
                role=role,
                organization=bureaukit.BUREAU,
                since=bureaukit.SINCE,
            )
        )


def room(bureau, name):
    with bureau.acting(bureaukit.person(name)) as b:
        return b.documents


def digests(data=STAMPED):
    return sm3(data).hex(), hashlib.sha256(data).hexdigest()


def status(bureau, data=STAMPED):
    return bureau.register.of_document(*digests(data))


# 状态 · states -----------------------------------------------------------------------------


@pytest.mark.req("R-GZ-5.3")
def test_a_withdrawal_follows_an_order_and_reaches_verification(kept, clock):
    document = documentkit.stamp(kept, STAMPED)
    order = room(kept, "inspector").order_correction(
        document, finding="超越权限", due_at=clock.now + timedelta(days=5)
    )
    clock.forward(days=6)
    (seen,) = room(kept, "inspector").orders()
    assert (seen.state, seen.is_overdue) == ("open", True)
    record = room(kept, "principal").change_state(
        document, "withdraw", reason="违法许可", order=order.id
    )
    assert record.state == "withdrawn"
    assert record.history[-1].order == order.id
    assert [event.kind for event in record.events] == ["order.withdrawn", "document.withdrawn"]
    assert room(kept, "inspector").orders()[0].state == "withdrawn"
    found = status(kept)
    assert (found.status, found.effective_at) == ("withdrawn", clock.now)


@pytest.mark.req("R-GZ-5.3")
def test_a_refused_order_is_on_record(kept, clock):
    document = documentkit.stamp(kept)
    inspector = room(kept, "inspector")
    order = inspector.order_correction(
        document, finding="超越权限", due_at=clock.now + timedelta(days=5)
    )
    closed = inspector.close_order(order.id, is_done=False, result="拒不改正")
    assert (closed.state, closed.result) == ("refused", "拒不改正")
    inspector.close_order(order.id, is_done=True, result="改正")
    with pytest.raises(StateError) as refused:
        inspector.close_order(order.id, is_done=True, result="改正")
    assert refused.value.state == "done"


@pytest.mark.req("R-GZ-5.3")
@pytest.mark.parametrize(
    ("name", "finding", "days", "code"),
    [
        ("inspector", " ", 5, "E_LEDGER_FIELD"),
        ("inspector", "超越权限", 0, "E_DUE"),
        ("handler", "超越权限", 5, "E_NOT_AUTHORIZED"),
    ],
)
def test_no_order_without_finding_time_and_role(kept, name, finding, days, code):
    document, clock = documentkit.stamp(kept), kept.clock
    with pytest.raises(Refused) as refused:
        room(kept, name).order_correction(
            document, finding=finding, due_at=clock.now + timedelta(days=days)
        )
    assert refused.value.code == code


def test_an_order_about_another_document_is_not_followed(kept, clock):
    one = documentkit.stamp(kept, b"one", b"draft one")
    other = documentkit.stamp(kept, b"other", b"draft other")
    order = room(kept, "inspector").order_correction(
        one, finding="超越权限", due_at=clock.now + timedelta(days=5)
    )
    with pytest.raises(Refused) as refused:
        room(kept, "principal").change_state(other, "withdraw", reason="违法", order=order.id)
    assert refused.value.code == "E_NOT_FOUND"
    assert room(kept, "principal").get(other).state == "current"


def test_a_dispute_is_resolved_and_nothing_is_forgotten(kept, clock):
    document = documentkit.stamp(kept)
    start = clock.now
    room(kept, "office").change_state(document, "dispute", reason="申请人异议")
    clock.forward(hours=1)
    record = room(kept, "office").change_state(document, "resolve", reason="核实无误")
    assert [(item.state, item.effective_at) for item in record.history] == [
        ("current", start),
        ("disputed", start),
        ("current", clock.now),
    ]


@pytest.mark.parametrize("event", ["resolve", "dispute", "withdraw", "revoke", "expire"])
def test_what_was_withdrawn_stays_so(kept, event):
    document = documentkit.stamp(kept)
    leader = room(kept, "principal")
    leader.change_state(document, "withdraw", reason="违法许可")
    name = "principal" if event in {"withdraw", "revoke"} else "office"
    with pytest.raises(StateError) as refused:
        room(kept, name).change_state(document, event, reason="再次")
    assert refused.value.state == "withdrawn"
    assert "current" in refused.value.wanted or "disputed" in refused.value.wanted


@pytest.mark.parametrize(
    ("name", "how", "code"),
    [
        ("handler", {"reason": "违法"}, "E_NOT_AUTHORIZED"),
        ("principal", {"reason": ""}, "E_LEDGER_FIELD"),
        ("principal", {"reason": "违法", "days": 1}, "E_EFFECTIVE_AT"),
        ("principal", {"reason": "违法", "days": -9}, "E_EFFECTIVE_AT"),
        ("auditor", {"reason": "违法"}, "E_AUDITOR_WRITES"),
    ],
)
def test_no_withdrawal_without_role_reason_and_time(kept, clock, name, how, code):
    document = documentkit.stamp(kept)
    days = how.pop("days", None)
    effective = None if days is None else clock.now + timedelta(days=days)
    with pytest.raises(Refused) as refused:
        room(kept, name).change_state(document, "withdraw", effective_at=effective, **how)
    assert refused.value.code == code


def test_a_newer_document_takes_the_place_of_an_older_one(kept):
    old = documentkit.stamp(kept, b"old", b"draft old")
    new = documentkit.stamp(kept, b"new", b"draft new")
    record = room(kept, "office").supersede(old, new, reason="换发")
    assert record.replaces == (old,)
    assert status(kept, b"old").successor == record.number
    with pytest.raises(StateError):
        room(kept, "office").supersede(old, new, reason="换发")
    with pytest.raises(Refused) as refused:
        room(kept, "office").supersede(new, new, reason="换发")
    assert refused.value.code == "E_DUPLICATE"


@pytest.mark.parametrize("table", ["document_states", "document_versions", "document_links"])
def test_the_history_is_not_written_over(kept, table):
    old = documentkit.stamp(kept, b"old", b"draft old")
    new = documentkit.stamp(kept, b"new", b"draft new")
    room(kept, "office").supersede(old, new, reason="换发")
    with (
        pytest.raises(RegistryError, match="只能追加"),
        kept.database.begin() as connection,
    ):
        connection.execute(sa.delete(getattr(tables, table)))


@pytest.mark.parametrize("event", ["supersede", "burn"])
def test_other_events_are_a_mistake(kept, event):
    with pytest.raises(ValueError, match="super"):
        room(kept, "principal").change_state("doc-1", event, reason="x")


def test_an_order_is_closed_with_what_came_of_it(kept, clock):
    document = documentkit.stamp(kept)
    inspector = room(kept, "inspector")
    order = inspector.order_correction(
        document, finding="超越权限", due_at=clock.now + timedelta(days=5)
    )
    with pytest.raises(Refused) as refused:
        inspector.close_order(order.id, is_done=True, result=" ")
    assert refused.value.code == "E_LEDGER_FIELD"


def test_a_file_that_was_stamped_elsewhere_is_not_known(kept):
    assert status(kept, b"stamped elsewhere") is None


# 公众 · the public -------------------------------------------------------------------------


@pytest.mark.req("R-HLJ-09a")
def test_everybody_may_look_a_number_up(kept):
    document = documentkit.stamp(kept, title="建设工程规划许可证", facts={"openness": "active"})
    number = room(kept, "handler").get(document).number
    (found,) = kept.register.lookup(number)
    assert (found.title, found.organization) == ("建设工程规划许可证", bureaukit.BUREAU_NAME)
    assert (found.status, found.completed_on) == ("current", "2026-03-02")
    assert not kept.register.lookup("晋审管许〔2026〕99号")


@pytest.mark.req("R-HLJ-09a")
def test_the_public_sees_no_person_and_no_title_that_is_not_open(kept):
    document = documentkit.stamp(kept, title="不予公开的事项", facts={"holder": HOLDER})
    (found,) = kept.register.lookup(room(kept, "handler").get(document).number)
    shown = repr(found)
    assert "不予公开" not in shown
    assert "handler" not in shown
    assert "4711" not in shown


# 持有人 · holders --------------------------------------------------------------------------


@pytest.mark.req("R-HLJ-09b")
@pytest.mark.req("R-JC29L-20")
def test_a_holder_sees_own_documents_alone(kept):
    mine = documentkit.stamp(kept, b"mine", b"draft mine", facts={"holder": HOLDER})
    other = documentkit.stamp(kept, b"other", b"draft", facts={"holder": "portal:4712"})
    portal = room(kept, "portal")
    assert [record.id for record in portal.of_holder(HOLDER)] == [mine]
    number = room(kept, "office").get(other).number
    with pytest.raises(NotAuthorized) as refused:
        portal.of_holder(HOLDER, number)
    assert refused.value.code == "E_NOT_OWNER"
    assert portal.of_holder("portal:4712", number)[0].id == other


@pytest.mark.req("R-JC29L-20")
def test_holders_are_asked_for_by_portals_alone(kept):
    with pytest.raises(NotAuthorized):
        room(kept, "office").of_holder(HOLDER)


@pytest.mark.req("R-JC29L-27")
def test_a_holder_is_in_no_row(kept):
    holder = "140500199001011234"
    documentkit.stamp(kept, facts={"holder": holder})
    with kept.database.begin() as connection:
        row = connection.execute(sa.select(tables.documents)).one()
    assert holder not in str(row)
    assert row.holder not in {
        sm3(holder.encode()).hex(),
        hashlib.sha256(holder.encode()).hexdigest(),
    }


@pytest.mark.parametrize("holder", ["", "x" * 201])
def test_what_is_no_holder_is_refused(kept, holder):
    with pytest.raises(Refused) as refused:
        room(kept, "portal").of_holder(holder)
    assert refused.value.code == "E_HOLDER"


def test_holders_need_the_key_for_secrets(kept):
    kept.secrets = None
    with pytest.raises(RegistryError) as refused:
        documentkit.stamp(kept, facts={"holder": HOLDER})
    assert refused.value.code == "secrets_missing"


# 知悉范围 · need to know -------------------------------------------------------------------


def log(bureau, action):
    with bureau.database.begin() as connection:
        table = tables.audit_events
        rows = connection.execute(
            sa.select(table).where(table.c.action == action).order_by(table.c.sequence)
        )
        return [(row.actor, row.subject, row.result, row.code) for row in rows]


@pytest.mark.req("R-JC10-BM-2/3")
@pytest.mark.req("R-JC10-DA-5b.1–2")
def test_who_need_not_know_is_refused_and_logged(kept):
    document = documentkit.stamp(kept)
    with pytest.raises(NotAuthorized) as refused:
        room(kept, "reviewer").get(document)
    assert refused.value.code == "E_NEED_TO_KNOW"
    assert log(kept, "documents.get") == [("per-reviewer", document, "refused", "E_NEED_TO_KNOW")]


@pytest.mark.req("R-JC10-BM-2/3")
@pytest.mark.parametrize("name", ["handler", "head", "custodian", "office", "auditor"])
def test_who_handled_it_knows_it(kept, name):
    document = documentkit.stamp(kept)
    assert room(kept, name).get(document).id == document
    assert log(kept, "documents.get") == [(bureaukit.person(name), document, "done", None)]


@pytest.mark.req("R-JC10-BM-2/3")
def test_a_named_reader_reads_until_the_time_is_over(kept, clock):
    document = documentkit.stamp(kept)
    reader = bureaukit.person("reviewer")
    until = clock.now + timedelta(days=3)
    room(kept, "office").name_reader(document, reader, reason="核对", until=until)
    assert room(kept, "reviewer").get(document).id == document
    clock.forward(days=3)
    with pytest.raises(NotAuthorized):
        room(kept, "reviewer").get(document)


@pytest.mark.parametrize(
    ("name", "reason", "code"),
    [("handler", "核对", "E_NOT_AUTHORIZED"), ("office", "", "E_LEDGER_FIELD")],
)
def test_readers_are_named_by_the_office_with_a_reason(kept, name, reason, code):
    document = documentkit.stamp(kept)
    with pytest.raises(Refused) as refused:
        room(kept, name).name_reader(document, bureaukit.person("reviewer"), reason=reason)
    assert refused.value.code == code


# 未盖章 · without a seal -------------------------------------------------------------------


@pytest.mark.req("R-HLJ-04c")
def test_a_decision_without_seal_and_waiver_is_flagged(kept):
    statement = {
        "type_": "licensing_grant_decision",
        "class_": "晋审管许",
        "title": "准予决定",
        "reason": "系统故障",
    }
    office = room(kept, "office")
    flagged = office.keep_unstamped(**statement)
    office.keep_unstamped(**statement, waiver="省政办批〔2026〕8号")
    assert [record.id for record in office.unstamped()] == [flagged.id]
    with pytest.raises(Refused) as refused:
        office.keep_unstamped(**{**statement, "reason": ""})
    assert refused.value.code == "E_LEDGER_FIELD"
    with pytest.raises(NotAuthorized):
        room(kept, "handler").keep_unstamped(**statement)


# 文号 · numbers ----------------------------------------------------------------------------


@pytest.mark.req("R-HLJ-09a")
def test_numbers_are_given_voided_and_reported(kept):
    given = room(kept, "handler").reserve_number("晋审管许", 2026)
    assert given.events[0].subject == given.number == "晋审管许〔2026〕1号"
    room(kept, "office").void_number(given.number, "未用")
    used = room(kept, "handler").reserve_number("晋审管许", 2026).number
    documentkit.stamp(kept, document_no=used)
    report = room(kept, "auditor").gaps("晋审管许", 2026)
    assert (report.last, report.open, report.is_gapless) == (2, (), True)
    with pytest.raises(Refused) as refused:
        documentkit.stamp(kept, b"2", b"draft 2", document_no=given.number)
    assert refused.value.code == "E_DUPLICATE"
    with pytest.raises(NotAuthorized):
        room(kept, "handler").void_number(used, "未用")


# 状态文件 · the status file ----------------------------------------------------------------


def test_the_signed_file_says_what_the_register_says(kept, clock):
    document = documentkit.stamp(kept, STAMPED)
    room(kept, "principal").change_state(document, "withdraw", reason="违法许可")
    key = kept.ledger.key
    _, pinned = read_key(key.text.encode())
    found = read_status(kept.register.status_file(days=3), pinned)
    assert LogKey.parse(key.text).name == found.origin
    assert found.of_document(*digests()) == status(kept)
    assert found.of_document(sm3(STAMPED).hex(), "00") is None
    assert found.of_seal("ES-official") == kept.register.of_seal("ES-official")
    assert found.next_update == clock.now + timedelta(days=3)
    assert read_status(kept.register.status_file(), pinned).sequence == found.sequence + 1


def test_a_loss_that_is_told_later_holds_from_its_time_on(kept, clock):
    states = tables.seal_states
    seal = documentkit.seal_id("official")
    with kept.database.begin() as connection:
        for state, days in (("suspended", 10), ("active", 20), ("lost", 5)):
            connection.execute(
                states.insert().values(
                    seal=seal,
                    event=state,
                    state=state,
                    effective_at=bureaukit.SINCE + timedelta(days=days),
                    recorded_at=clock.now,
                )
            )
    moments = kept.register.of_seal("ES-official")
    assert [moment.state for moment in moments] == ["active", "lost"]
    assert kept.register.of_seal("ES-unknown") is None


def test_a_renewed_version_has_expired(kept, clock):
    with kept.database.begin() as connection:
        connection.execute(
            tables.seal_versions.insert().values(
                id="ver-1",
                seal=documentkit.seal_id("official"),
                number=1,
                es_id="ES-old",
                sealed=b"",
                sha256="",
                valid_from=bureaukit.SINCE,
                valid_to=clock.now,
                made_at=bureaukit.SINCE,
                ended_at=clock.now - timedelta(days=1),
            )
        )
    moments = kept.register.of_seal("ES-old")
    assert [moment.state for moment in moments] == ["active", "expired"]


@pytest.mark.parametrize("days", [0, 367])
def test_a_status_file_is_good_for_a_time(kept, days):
    with pytest.raises(ValueError, match="1 to 366"):
        kept.register.status_file(days=days)
