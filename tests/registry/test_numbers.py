"""Numbers of documents: consecutive, unique, and each one accounted for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

import bureaukit
from govseal.errors import Refused
from govseal.registry import tables
from govseal.registry.documents.numbers import gap_report, next_document_number, void

CLASS = "晋审管许"


def give(bureau, class_=CLASS, year=2026):
    with bureau.acting(bureaukit.person("handler")) as b, b.call("test.number") as call:
        return next_document_number(call, class_, year)


def report(bureau, year=2026):
    with bureau.database.begin() as connection:
        return gap_report(connection, CLASS, year)


@pytest.mark.req("R-HLJ-09a")
def test_parallel_requests_get_consecutive_numbers(any_bureau):
    with ThreadPoolExecutor(4) as pool:
        given = list(pool.map(lambda _: give(any_bureau), range(12)))
    assert sorted(given) == sorted(f"{CLASS}〔2026〕{serial}号" for serial in range(1, 13))
    assert report(any_bureau).is_gapless


@pytest.mark.req("R-HLJ-09a")
def test_each_class_and_year_counts_for_itself(bureau):
    assert give(bureau) == f"{CLASS}〔2026〕1号"
    assert give(bureau, year=2027) == f"{CLASS}〔2027〕1号"
    assert give(bureau, "晋审管批") == "晋审管批〔2026〕1号"


def refused_number(bureau):
    with bureau.acting(bureaukit.person("handler")) as b, b.call("test.number") as call:
        next_document_number(call, CLASS, 2026)
        call.refuse("E_NOT_DECIDED", "the matter is under review")


@pytest.mark.req("R-HLJ-09a")
def test_a_refused_step_uses_no_number_up(bureau):
    with pytest.raises(Refused, match="under review"):
        refused_number(bureau)
    assert give(bureau) == f"{CLASS}〔2026〕1号"


@pytest.mark.parametrize(
    ("class_", "year"), [("", 2026), ("a〔b", 2026), ("x" * 61, 2026), ("许", 26)]
)
def test_no_number_of_a_class_that_cannot_be(bureau, class_, year):
    with pytest.raises(Refused) as refused:
        give(bureau, class_, year)
    assert refused.value.code == "E_DOCUMENT_NUMBER"


@pytest.mark.req("R-HLJ-09a")
def test_the_report_names_what_is_gone_and_what_was_put_there(bureau):
    given = [give(bureau) for _ in range(3)]
    numbers = tables.document_numbers
    with bureau.database.begin() as connection:
        connection.execute(sa.delete(numbers).where(numbers.c.number == given[1]))
        connection.execute(sa.update(numbers).where(numbers.c.number == given[2]).values(serial=9))
    found = report(bureau)
    assert (found.missing, found.beyond, found.is_gapless) == ((2, 3), (9,), False)


def void_number(bureau, number, reason="印错"):
    with bureau.acting(bureaukit.person("office")) as b, b.call("test.void") as call:
        void(call, number, reason)


def test_a_void_number_stays_in_the_row(bureau):
    number = give(bureau)
    void_number(bureau, number)
    found = report(bureau)
    assert found.voided == ((number, "印错"),)
    assert found.is_gapless
    assert give(bureau) == f"{CLASS}〔2026〕2号"


@pytest.mark.parametrize(
    ("number", "reason", "code"),
    [
        (f"{CLASS}〔2026〕1号", " ", "E_LEDGER_FIELD"),
        (f"{CLASS}〔2026〕7号", "印错", "E_NOT_FOUND"),
    ],
)
def test_no_void_without_number_and_reason(bureau, number, reason, code):
    give(bureau)
    with pytest.raises(Refused) as refused:
        void_number(bureau, number, reason)
    assert refused.value.code == code


def test_a_number_is_voided_once(bureau):
    number = give(bureau)
    void_number(bureau, number)
    with pytest.raises(Refused) as refused:
        void_number(bureau, number)
    assert refused.value.code == "E_APPEND_ONLY"
