"""One call is one transaction: what it does, tells and logs stands or falls together."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

import bureaukit
from govseal.errors import NotAuthorized, Refused, RegistryError
from govseal.registry import Bureau, audit, tables
from govseal.registry.database import next_number
from govseal.registry.tables.fences import lower_fences


def refused_in(bureau, name, action, **options):
    """The refusal of a call that would do nothing."""
    with (
        bureau.acting(bureaukit.person(name)) as b,
        pytest.raises(NotAuthorized) as refused,
        b.call(action, **options),
    ):
        pass
    return refused.value.code


def rows(bureau, table):
    with bureau.database.begin() as connection:
        return connection.execute(sa.select(table)).all()


def test_a_call_is_told_and_logged(any_bureau):
    with (
        any_bureau.acting(bureaukit.person("handler"), client="10.0.0.1") as b,
        b.call("test.step", "thing-1") as call,
    ):
        call.tell("thing.done", "thing-1", count=2)
        call.facts["count"] = 2
    (told,) = rows(any_bureau, tables.outbox)
    assert (told.kind, told.subject, told.facts, told.sequence) == (
        "thing.done",
        "thing-1",
        {"count": 2},
        1,
    )
    (logged,) = rows(any_bureau, tables.audit_events)
    assert (logged.action, logged.actor, logged.client, logged.result) == (
        "test.step",
        "per-handler",
        "10.0.0.1",
        "done",
    )


def test_a_record_is_no_id(bureau):
    """Who gives a record instead of its id hears so, and nothing is logged of it."""
    with bureau.acting(bureaukit.person("administrator")) as b:
        unit = b.organizations.get(bureaukit.BUREAU)
        before = rows(bureau, tables.audit_events)
        for act in (
            lambda: b.organizations.departments(unit),
            lambda: b.organizations.get(None),
            lambda: b.seals.get(unit),
        ):
            with pytest.raises(TypeError, match="an id is a text"):
                act()
        with b.call("test.step") as call, pytest.raises(TypeError, match="an id is a text"):
            call.one(tables.seals, unit)
    with pytest.raises(TypeError, match="an id is a text"), bureau.acting(7):
        pass
    assert rows(bureau, tables.audit_events)[:-1] == before


def step_that_is_refused(b):
    with b.call("test.step") as call:
        call.tell("thing.done", "thing-1")
        next_number(call.connection, "things")
        call.refuse("E_NOT_DECIDED", "the matter is under review", "第一条")


def test_a_refused_call_leaves_its_refusal_alone(any_bureau):
    with any_bureau.acting(bureaukit.person("handler")) as b, pytest.raises(Refused) as refused:
        step_that_is_refused(b)
    assert (refused.value.code, refused.value.clause) == ("E_NOT_DECIDED", "第一条")
    assert not rows(any_bureau, tables.outbox)
    assert not rows(any_bureau, tables.counters)
    (logged,) = rows(any_bureau, tables.audit_events)
    assert (logged.result, logged.code, logged.clause) == ("refused", "E_NOT_DECIDED", "第一条")


def test_an_auditor_writes_nothing(bureau):
    with (
        bureau.acting(bureaukit.person("auditor")) as b,
        b.call("test.look", writes=False) as call,
    ):
        assert call.actor.name == "auditor"
    assert refused_in(bureau, "auditor", "test.step") == "E_AUDITOR_WRITES"


def test_an_operator_signs_nothing(bureau):
    assert refused_in(bureau, "operator", "test.stamp", signs=True) == "E_OPERATOR_SIGNS"


def test_nobody_acts_who_is_not_there(bureau):
    assert refused_in(bureau, "nobody", "test.step") == "E_PERSON"
    assert rows(bureau, tables.audit_events)[0].result == "refused"


def test_a_platform_owns_its_transaction(any_bureau):
    with any_bureau.database.engine.connect() as connection, connection.begin() as outer:
        with (
            any_bureau.acting(bureaukit.person("handler"), connection=connection) as b,
            b.call("test.step") as call,
        ):
            call.tell("thing.done", "thing-1")
        outer.rollback()
    assert not rows(any_bureau, tables.outbox)
    assert not rows(any_bureau, tables.audit_events)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("update audit_events set subject = 'other' where sequence = 2", "row 2 is not what"),
        ("update audit_events set facts = '{\"n\":9}' where sequence = 2", "row 2 is not what"),
        ("delete from audit_events where sequence = 2", "row 2 is missing"),
        ("delete from audit_events where sequence = 3", "ends at row 2, and 3 rows"),
    ],
)
@pytest.mark.req("R-JC29L-25a")
def test_the_log_shows_what_was_done_to_it(any_bureau, statement, said):
    with any_bureau.acting(bureaukit.person("handler")) as b:
        for number in range(3):
            with b.call("test.step", f"thing-{number}") as call:
                call.facts["n"] = number
    with any_bureau.database.begin() as connection:
        assert not list(audit.problems(connection))
        lower_fences(connection)
        connection.exec_driver_sql(statement)
        assert said in "\n".join(audit.problems(connection))


def test_other_peoples_tables_are_left_alone(tmp_path, open_bureau):
    url = f"sqlite:///{tmp_path / 'other.db'}"
    with sa.create_engine(url).begin() as connection:
        connection.exec_driver_sql("create table customers (id integer)")
    with pytest.raises(RegistryError) as refused:
        open_bureau(url)
    assert refused.value.code == "schema_unknown"


def test_a_password_is_not_shown(postgres_cluster):
    with Bureau.open(postgres_cluster.new_database(), profile="jincheng") as opened:
        shown = repr(opened.database)
    assert "postgresql" in shown
    url = "postgresql+psycopg://clerk:hidden@/none?host=/nowhere"
    with pytest.raises(RegistryError) as refused:
        Bureau.open(url, profile="jincheng")
    assert refused.value.code == "database_unavailable"
    assert "hidden" not in str(refused.value)
