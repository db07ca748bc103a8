"""Real PDFs, and what pyHanko said of each: every difference to our report has its reason here.

The index holds pyHanko 0.38's answers (strict reader): whether the digest and the value are right,
how much the signature covers, and how far later revisions went.
"""

from __future__ import annotations

import functools
import json
from datetime import UTC, datetime

import pytest

import govseal
import realfiles
from govseal.errors import GovsealError

pytestmark = pytest.mark.samples

FOLDER = realfiles.folder()
INDEX = FOLDER / "pdf" / "index.json" if FOLDER else None
ROWS = json.loads(INDEX.read_text("utf-8")) if INDEX else []
SIGNED = [row for row in ROWS if row["byte_ranges"]]
AT = datetime(2026, 11, 21, tzinfo=UTC)

EDWARDS = "signatures with Ed448 and Ed25519 are not verified here"
#: (file, field): the check, its reason, and why pyHanko, which took the value for right, differs.
EXPLAINED = {
    ("ed448-disallowed-hash.pdf", "Sig1"): ("signature_value", "unsupported", EDWARDS),
    ("ed448-shake256-nolen.pdf", "Sig1"): ("signature_value", "unsupported", EDWARDS),
    **{
        (f"extensions-{name}.pdf", "Sig2"): ("signature_value", "unsupported", EDWARDS)
        for name in (
            "direct",
            "indirect",
            "indirect-not-all-paths",
            "update-direct",
            "update-indirect",
        )
    },
}
#: Files of which pyHanko said nothing but an exception: what we say instead.
UNSAID = {
    "coverage-anomalies/base.pdf": ("failed", "malformed"),
    "signed-encrypted-pubkey-with-catalog-ref.pdf": ("indeterminate", "unsupported"),
}
#: What pyHanko refused with an exception, signature by signature: time stamps of a validator that
#: was not given, and content inside the signed data. We list them, undecided.
REFUSED = "unsupported"
COVERED = {
    "ENTIRE_FILE": "whole_file",
    "ENTIRE_REVISION": "whole_revision",
    "CONTIGUOUS_BLOCK_FROM_START": "partial",
    "UNCLEAR": "partial",
}


@functools.cache
def judged(path):
    report = govseal.verify(FOLDER / path, govseal.TrustStore(()), at=AT)
    report.to_json().encode()
    return report


def names(rows):
    return [row["path"].removeprefix("pdf/") for row in rows]


def test_the_samples_are_there():
    assert len(ROWS) == 111


@pytest.mark.parametrize("row", ROWS, ids=names(ROWS))
def test_nothing_but_our_own_errors(row):
    try:
        report = judged(row["path"])
    except GovsealError:
        return
    assert report.verdict.value != "passed"  # nobody is trusted


@pytest.mark.parametrize("row", SIGNED, ids=names(SIGNED))
def test_every_byte_range_is_a_signature_of_the_report(row):
    report = judged(row["path"])
    assert report.verdict.value != "unsigned"
    assert len(report.signatures) == row["byte_ranges"]


@pytest.mark.parametrize("row", SIGNED, ids=names(SIGNED))
def test_each_difference_to_pyhanko_is_explained(row):
    name = row["path"].removeprefix("pdf/")
    ours = {item.id: item for item in judged(row["path"]).signatures}
    if not row["pyhanko"]:
        assert row["error"]
        assert {(item.verdict.value, item.reasons[0]) for item in ours.values()} == {UNSAID[name]}
        return
    assert sorted(ours) == sorted(entry["field"] for entry in row["pyhanko"])
    for entry in row["pyhanko"]:
        found = ours[entry["field"]]
        if "error" in entry:
            assert (found.verdict.value, found.reasons) == ("indeterminate", (REFUSED,))
        else:
            compare_value(name, entry, found)
            compare_coverage(entry, found)


def compare_value(name, entry, found):
    """Digest and value: right for both, unless the table says why not."""
    assert entry["intact"]
    assert entry["valid"]
    explained = EXPLAINED.get((name, entry["field"]))
    if found.check("data_digest").reason == "byte_range_invalid":
        # Two ranges are what ISO 32000-2, 12.8.1 knows; a single one leaves nothing out.
        assert entry["coverage"] == "UNCLEAR"
    elif explained is not None:
        check, reason, why = explained
        assert why
        assert (found.check(check).outcome.value, found.check(check).reason) == (
            "indeterminate",
            reason,
        )
    else:
        assert found.check("data_digest").outcome.value == "passed"
        assert found.check("signature_value").outcome.value == "passed"


def compare_coverage(entry, found):
    """What lies outside, and what later revisions did."""
    coverage = found.check("coverage")
    if found.coverage != "none":
        assert found.coverage == COVERED[entry["coverage"]]
    if entry["modification"] == "OTHER":
        assert coverage.outcome.value == "failed"
        assert coverage.reason in {
            "changed_after_signing",
            "byte_range_invalid",
            "partial_coverage",
        }
    elif entry["modification"] == "FORM_FILLING":
        # pyHanko permits it; here it must be protected by a signature that is trusted, and in
        # this test nobody is.
        assert (coverage.outcome.value, coverage.reason) == (
            "indeterminate",
            "rendered_unprotected",
        )
    elif (coverage.outcome.value, coverage.reason) != ("indeterminate", "unsupported"):
        assert coverage.outcome.value == "passed"
