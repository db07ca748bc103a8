"""Hostile words and numbers: refused in this library's words, logged, and no longer than is due."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

import bureaukit
from bureaukit import person
from govseal.errors import GovsealError, RegistryError
from govseal.registry import audit, tables
from govseal.registry.auditlog import AuditFilter
from govseal.registry.documents import marks
from usekit import PLACE, code

HOSTILE = ("use-\0", "use-\ud800", "x" * 1_000_000, "use-\u202e\u200b", "a\r\nb", "' OR 1=1 --")


def last_row(bureau):
    table = tables.audit_events
    with bureau.database.begin() as connection:
        query = sa.select(table).order_by(table.c.sequence.desc()).limit(1)
        return connection.execute(query).one()


@pytest.mark.parametrize("word", HOSTILE, ids=range(len(HOSTILE)))
def test_what_names_nothing_is_refused_and_logged(any_bureau, word):
    with any_bureau.acting(person("custodian")) as b:
        with pytest.raises(GovsealError):
            b.use.stamp(word, PLACE)
        with pytest.raises(GovsealError):
            b.seals.get(word)
    row = last_row(any_bureau)
    assert (row.action, row.actor) == ("seals.get", person("custodian"))
    assert len(row.subject) <= 120
    with any_bureau.acting(word) as b, pytest.raises(GovsealError):
        b.use.find()
    assert last_row(any_bureau).action == "use.find"
    with any_bureau.database.begin() as connection:
        assert not list(audit.problems(connection))


@pytest.mark.parametrize("number", [1 << 70, -(1 << 70), 1 << 63])
def test_numbers_that_are_out_of_range_lead_nowhere(any_bureau, number):
    with pytest.raises(GovsealError):
        any_bureau.ledger.prove(number)
    with any_bureau.acting(person("office")) as b, pytest.raises(GovsealError):
        b.ledger.correct(number, reason="误", matter="许可")


def test_a_log_does_not_grow_by_what_is_asked_of_it(bureau):
    with bureau.acting(person("auditor"), client="host\0\ud800") as b:
        b.audit.read(AuditFilter(code="x" * 1_000_000))
    row = last_row(bureau)
    assert row.client == "host\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}"
    assert len(row.facts) < 5000


@pytest.mark.req("R-JC10-QS-3.4")
@pytest.mark.parametrize("hidden", ["\u200b", "\u202e", "\u2066", "\ufeff", "\x7f", "\x9b"])
def test_no_number_looks_like_another_one(shared_desk, hidden):
    with pytest.raises(ValueError, match="nobody sees"):
        shared_desk.ask(document_no=f"晋审〔2026〕{hidden}1号")


def test_no_reason_hides_anything(desk):
    seal = desk.seal()
    with desk.acting("office") as b:
        assert code(b.seals.suspend, seal, "丢失\u202e", cause="anomaly") == "E_REASON_MISSING"


def test_what_a_database_refuses_shows_no_values(any_desk):
    """The statement and its values stand neither in the error nor in what Python prints of it."""
    request = any_desk.ask()
    row = any_desk.row(tables.use_requests, request.id)._asdict()
    with pytest.raises(RegistryError) as refused, any_desk.bureau.database.begin() as connection:
        connection.execute(tables.use_requests.insert().values(**row))
    assert refused.value.code == "database_refused"
    assert refused.value.__suppress_context__
    assert bureaukit.person("handler") not in str(refused.value)


def test_what_is_asked_while_nobody_else_files_is_found_by_an_index(desk):
    """However many requests there are, in whatever states."""
    desk.seal()
    asked = []
    engine = desk.bureau.database.engine

    def note(_connection, _cursor, statement, parameters, *_rest):
        if statement.startswith("SELECT") and "FROM use_requests" in statement:
            asked.append((statement, parameters))

    sa.event.listen(engine, "before_cursor_execute", note)
    desk.ask(document_no="晋审〔2026〕1号")
    sa.event.remove(engine, "before_cursor_execute", note)
    with desk.bureau.database.begin() as connection:
        plans = [
            str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all())
            for statement, parameters in asked
        ]
    assert any("ix_use_requests_document_no" in plan for plan in plans)
    assert any("ix_use_requests_document_sm3" in plan for plan in plans)
    assert not any("SCAN" in plan or "ix_use_requests_state" in plan for plan in plans)


def test_a_number_is_no_novel(shared_desk):
    with pytest.raises(ValueError, match="200"):
        shared_desk.ask(document_no="号" * 201)


def test_a_document_is_looked_through_before_anybody_waits_for_it(shared_desk, monkeypatch):
    """A hostile file takes minutes; on SQLite nobody else would do anything meanwhile."""
    held = []

    def texts(data):
        held.append(shared_desk.bureau.database.engine.pool.checkedout())
        yield data

    shared_desk.seal()
    monkeypatch.setattr(marks, "read_texts", texts)
    request = shared_desk.ask()
    shared_desk.approve(request, "head")
    shared_desk.approve(request, "leader")
    assert shared_desk.stamp(request).signature_id
    assert held == [0]
