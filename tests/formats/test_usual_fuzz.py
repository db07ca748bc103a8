"""Compiled and readable code beside each other by the thousand, and by the million."""

from __future__ import annotations

import os
import secrets

import pytest

import usual_fuzzing
from govseal import usual
from untold import nothing

_EXECUTIONS = int(os.environ.get("USUAL_EXECUTIONS", "1000000"))


@pytest.mark.parametrize("name", usual_fuzzing.TARGETS)
def test_what_is_told_is_what_the_readable_code_finds(name):
    """The same cases in every run; some are told and some are not, or nothing would be compared."""
    assert 40 < usual_fuzzing.run(name, 1, 400) < 360


@pytest.mark.prove
@pytest.mark.parametrize("name", usual_fuzzing.TARGETS)
def test_very_much_is_told_as_the_readable_code_finds_it(name, record_property):
    """Other cases in every run; a failure names one, and ``usual_fuzzing.case`` makes it again."""
    assert 0 < usual_fuzzing.run(name, secrets.randbits(32), _EXECUTIONS) < _EXECUTIONS
    record_property("examples", _EXECUTIONS)


@pytest.mark.parametrize("name", usual_fuzzing.TARGETS)
def test_a_case_is_made_again_by_its_numbers(name):
    assert usual_fuzzing.case(name, 5, 3) == usual_fuzzing.case(name, 5, 3)
    assert usual_fuzzing.case(name, 5, 3) != usual_fuzzing.case(name, 6, 3)


@pytest.mark.parametrize("name", ["made xml", "bent xml", "made twins", "records"])
def test_nothing_is_told_where_nothing_is_compiled(name, monkeypatch):
    for function in usual.__all__:
        monkeypatch.setattr(usual, function, nothing)
    assert usual_fuzzing.run(name, 1, 50) == 0


@pytest.mark.parametrize(
    ("name", "function", "answer"),
    [
        ("made xml", "tree", "not a tree"),
        ("made twins", "doubled", [(b"a", b"nobody")]),
        ("records", "records", (0, 0, 0, [])),
        ("texts", "texts", b"no such text"),
        ("locations", "long_location", "no answer"),
        ("der", "der", 1),
        ("rows of der", "elements", ()),
    ],
)
def test_a_difference_names_its_case(name, function, answer, monkeypatch):
    monkeypatch.setattr(usual, function, lambda *_: answer)
    with pytest.raises(AssertionError, match=rf"{name}, seed 9, case \d+: "):
        usual_fuzzing.run(name, 9, 50)
