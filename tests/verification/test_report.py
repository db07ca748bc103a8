"""The report: its JSON, its refusal to be a yes or no, its texts."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError

import pytest

from govseal.errors import VerificationError
from govseal.verification.reasons import REASONS, reason_hint, reason_text

REPORT_KEYS = (
    "schema file format size sha256 sm3 verdict effect reasons notices verified_at policy"
    " policy_settings checks signatures business"
)
SIGNATURE_KEYS = (
    "id kind standard verdict reasons notices signed_at time_source coverage pages algorithm "
    "signer seal matter ledger checks"
)


def test_the_json_has_the_fields_of_the_contract(world):
    found = json.loads(world.report(world.evidence()).to_json())
    signature = found["signatures"][0]
    assert (" ".join(found), " ".join(signature)) == (REPORT_KEYS, SIGNATURE_KEYS)
    assert found["schema"] == "govseal.report/1"
    assert found["verified_at"] == "2026-06-01T19:00:00+08:00"
    assert (found["size"], len(found["sha256"]), len(found["sm3"])) == (4, 64, 64)
    assert signature["standard"] == "GB/T 38540-2020"
    assert signature["signed_at"] == "2026-06-01T18:00:00+08:00"
    assert signature["algorithm"] == "sm2-sm3"
    assert set(signature["signer"]) == {"subject", "issuer", "serial", "not_before", "not_after"}
    assert set(signature["seal"]) == {
        "id",
        "name",
        "type",
        "maker",
        "not_before",
        "not_after",
        "picture_sha256",
        "scope",
    }
    assert set(signature["checks"][0]) == {"name", "outcome", "reason", "clause", "detail"}


def test_a_report_is_no_truth_value(world):
    with pytest.raises(TypeError, match="not a yes or no"):
        bool(world.report(world.evidence()))


@pytest.mark.parametrize("change", [None, {"data": b"other"}])
def test_require_valid_refuses_everything_but_passed(world, change):
    signatures = [] if change is None else [world.evidence(**change)]
    report = world.report(*signatures)
    with pytest.raises(VerificationError, match=report.verdict.value) as caught:
        report.require_valid()
    assert caught.value.report is report


def test_a_report_cannot_be_changed(world):
    report = world.report(world.evidence())
    with pytest.raises(FrozenInstanceError):
        report.verdict = None


def test_unknown_checks_are_a_mistake(world):
    with pytest.raises(KeyError):
        world.judge().check("colour")


@pytest.mark.parametrize("code", REASONS)
def test_every_reason_speaks_both_languages(code):
    assert reason_text(code, "zh") != reason_text(code, "en")
    assert reason_text(code, "en").isascii() or "‖" in reason_text(code, "en")
    assert bool(reason_hint(code, "zh")) == bool(reason_hint(code, "en"))


def test_a_code_without_text_is_shown_as_it_is():
    assert reason_text("new_code") == "new_code"
    assert reason_hint("new_code") == ""
