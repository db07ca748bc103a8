"""Every tamper case of the table is refused or found, for exactly its own reasons."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

import ofd_tampering
from govseal.verification.reasons import REASONS
from ofd_tamper_cases import CASES

AT = datetime(2026, 6, 1, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def world(office):
    return ofd_tampering.World(office, AT + timedelta(hours=5))


@pytest.mark.parametrize("source", ["one", "two", "three", "whole", "other", "plain"])
def test_what_is_tampered_with_is_genuine(office, world, source):
    report = office.verify(getattr(world, source))
    assert (report.verdict.value, report.reasons) == ("passed", ())


@pytest.mark.parametrize("name", CASES)
def test_a_tampered_document(office, world, name):
    case = CASES[name]
    report = office.verify(case.make(world), **case.policy(world))
    assert (report.verdict.value, set(report.reasons)) == (case.verdict, case.reasons)


def test_the_table_has_every_class_and_enough_cases():
    groups = Counter(case.group for case in CASES.values())
    assert len(groups) >= 14
    assert len(CASES) >= 45
    assert all(code in REASONS for case in CASES.values() for code in case.reasons)
    assert all(case.verdict != "passed" for case in CASES.values())
