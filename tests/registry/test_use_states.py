"""The life of a request is a table: what is not in it is refused, with state and clause."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from govseal.errors import StateError
from govseal.registry.policy import load_policy
from govseal.registry.use.states import OPEN, STAMPED, STEPS, check_step
from govseal.registry.vocabulary import UseState

CALL = SimpleNamespace(profile=load_policy("jincheng"))
# An end: nothing leads out of it.
OVER = {"archived", "returned", "rejected", "refused", "withdrawn", "expired"}
PAIRS = [(step, state) for step in STEPS for state in UseState]
NAMES = [f"{step.event}-{state}" for step, state in PAIRS]


@pytest.mark.parametrize(("step", "state"), PAIRS, ids=NAMES)
def test_every_step_from_every_state(step, state):
    request = SimpleNamespace(state=state, corrects=None)
    if state in step.wanted:
        assert check_step(CALL, request, step.event) is step.to
        return
    with pytest.raises(StateError) as refused:
        check_step(CALL, request, step.event)
    assert (refused.value.state, refused.value.wanted) == (state, step.wanted)
    assert refused.value.clause
    assert refused.value.code.startswith("E_")


def test_every_state_but_a_draft_is_reached():
    assert {step.to for step in STEPS} | {UseState.SUBMITTED, UseState.DRAFT} == set(UseState)


def test_an_end_is_an_end():
    left = {state for step in STEPS for state in step.wanted}
    assert set(UseState) - left - {UseState.DRAFT} == OVER
    assert not set(OPEN) & set(STAMPED)


@pytest.mark.parametrize(
    ("state", "corrects", "code"),
    [
        ("submitted", None, "E_NOT_APPROVED"),
        ("reviewed", None, "E_APPROVAL_INCOMPLETE"),
        ("reviewed", "use-1", "E_APPROVAL_LEVEL"),
        ("expired", None, "E_APPROVAL_EXPIRED"),
        ("stamped", None, "E_STATE"),
    ],
)
def test_the_desk_says_what_is_missing(state, corrects, code):
    with pytest.raises(StateError) as refused:
        check_step(CALL, SimpleNamespace(state=state, corrects=corrects), "stamp")
    assert refused.value.code == code
