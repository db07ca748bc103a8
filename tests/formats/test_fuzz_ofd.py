"""Containers, XML, stamps and seals bent by the thousand: evidence or a GovsealError, no other."""

from __future__ import annotations

import os
import secrets

import pytest

import fuzzing

_EXECUTIONS = int(os.environ.get("FUZZ_EXECUTIONS", "200000"))


@pytest.mark.parametrize("name", fuzzing.TARGETS)
def test_bent_files_are_read_or_refused(name):
    """The same inputs in every run; some of each kind, or the bending would be none."""
    assert 30 < fuzzing.run(name, 1, 300) < 270


@pytest.mark.prove
@pytest.mark.parametrize("name", fuzzing.TARGETS)
def test_very_many_bent_files_are_read_or_refused(name, record_property):
    """Other inputs in every run; a failure tells which, and ``fuzzing.mutant`` makes it again."""
    fuzzing.run(name, secrets.randbits(32), _EXECUTIONS)
    record_property("examples", _EXECUTIONS)


def test_an_input_is_made_again_by_its_numbers():
    for name in fuzzing.TARGETS:
        assert fuzzing.mutant(name, 5, 3) == fuzzing.mutant(name, 5, 3)
        assert fuzzing.mutant(name, 5, 3) != fuzzing.mutant(name, 6, 3)


def test_a_find_names_its_input(monkeypatch):
    def fail(data, number):
        raise KeyError(number)

    target = fuzzing.Target(fuzzing.TARGETS["ses"].make, fail)
    monkeypatch.setitem(fuzzing.TARGETS, "ses", target)
    with pytest.raises(AssertionError, match=r"ses, seed 9, input 0: KeyError\(0\)"):
        fuzzing.run("ses", 9, 1)
