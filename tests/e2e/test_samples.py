"""Real documents made by other people's products: every check agrees with an independent reading.

The samples' ``index.json`` holds what an independent checker found: ``math``, ``refs_bad``,
``cert_in_seal``, ``time_in_signer_cert`` and ``time_in_seal``. Nobody's CA is known here, so a
document whose mathematics is right is *indeterminate*, never failed and never passed.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

import govseal
from govseal.seal import codec
from govseal.verification.report import Verdict

pytestmark = pytest.mark.samples

AT = datetime(2026, 11, 21, tzinfo=UTC)
UNKNOWN_CA = {"no_trust_anchor", "no_revocation_data", "no_proof_of_time"}
"""What stays undecided about a stranger's document whose mathematics is right …"""
UNCOVERED = {"rendered_unprotected", "partial_coverage"}
"""… and what many products leave out of their protection (OFD.xml first of all)."""
UNREADABLE_LISTS = {"ofd/ofdrw/75f4364a_hello-integrity.ofd"}
"""A list of files (防夹带) in a form that is not read."""


def index(samples, folder):
    rows = json.loads((samples / folder / "index.json").read_text("utf-8"))
    return {row["path"]: row for row in rows}


@pytest.fixture(scope="module")
def documents(samples):
    """Each signed OFD with its row and its report."""
    rows = {path: row for path, row in index(samples, ".").items() if row.get("sigs")}
    assert rows, "the samples hold no signed document"
    return {
        path: (row, govseal.verify(samples / path, govseal.TrustStore(), at=AT))
        for path, row in rows.items()
    }


@pytest.fixture(scope="module")
def stamps(samples):
    """Each stamp whose document is kept back, with its row and its report over Signature.xml."""
    return {
        path: (
            row["signature"],
            govseal.verify(
                samples / path / "Signature.xml",
                govseal.TrustStore(),
                detached=samples / path / "SignedValue.dat",
                at=AT,
            ).signatures[0],
        )
        for path, row in index(samples, "detached").items()
    }


def outcome(signature, name):
    return signature.check(name).outcome.value


def agrees(row, signature):
    """The checks that do not need the document, against the index."""
    is_right = row["math"] != "INVALID/unverifiable"
    assert (outcome(signature, "signature_value") == "passed") is is_right
    if row["seal"] is None:
        return
    assert (outcome(signature, "seal_signature") == "passed") is bool(row["seal_sig_ok"])
    assert (outcome(signature, "signer_listed") == "passed") is row["cert_in_seal"]
    time = signature.check("signing_time")
    in_period = time.reason not in {"certificate_expired", "certificate_not_yet_valid"}
    assert in_period is row["time_in_signer_cert"]
    assert (outcome(signature, "seal_validity") == "passed") is row["time_in_seal"]
    claimed = datetime.fromisoformat(row["sign_time_utc"]).replace(tzinfo=UTC)
    assert signature.signed_at == claimed


def test_every_signature_is_found(documents):
    for path, (row, report) in documents.items():
        assert [s.id for s in report.signatures] == [s["id"] for s in row["sigs"]], path


def test_every_check_agrees_with_the_index(documents):
    for row, report in documents.values():
        for expected, signature in zip(row["sigs"], report.signatures, strict=True):
            agrees(expected, signature)
            if expected["math"] != "INVALID/unverifiable":
                is_whole = expected["refs_bad"] == 0
                assert (outcome(signature, "data_digest") == "passed") is is_whole


def test_right_mathematics_under_an_unknown_ca_is_undecided(documents):
    seen = 0
    for row, report in documents.values():
        for expected, signature in zip(row["sigs"], report.signatures, strict=True):
            if expected["expected"] == "pass":
                assert signature.verdict is Verdict.INDETERMINATE, row["path"]
                assert set(signature.reasons) <= UNKNOWN_CA | UNCOVERED, row["path"]
                seen += 1
    assert seen


def test_changed_files_fail(documents):
    seen = 0
    for row, report in documents.values():
        for expected, signature in zip(row["sigs"], report.signatures, strict=True):
            if expected["math"].endswith("changed"):
                assert signature.verdict is Verdict.FAILED
                assert "data_digest_mismatch" in signature.reasons
                assert report.verdict is Verdict.FAILED
                seen += 1
    assert seen


def test_what_is_left_out_is_named(documents, samples):
    for path, (row, _) in documents.items():
        evidence = govseal.inspect(samples / path)
        for expected, found in zip(row["sigs"], evidence.signatures, strict=True):
            assert len(found.parts) == expected["refs"], path
            outside = {part.name.lstrip("/") for part in found.coverage.unprotected}
            assert outside <= set(expected["uncovered"]), path


def test_every_unsigned_document_is_unsigned(samples):
    seen = 0
    for path, row in index(samples, ".").items():
        if path.endswith(".ofd") and not row.get("sigs"):
            report = govseal.verify(samples / path, govseal.TrustStore(), at=AT)
            expected = {Verdict.UNSIGNED, Verdict.FAILED}
            if path in UNREADABLE_LISTS:
                expected = {Verdict.INDETERMINATE}
            assert report.verdict in expected, path
            assert not report.signatures or report.verdict is Verdict.FAILED
            seen += 1
    assert seen


def test_every_kept_back_stamp_agrees_with_the_index(stamps):
    for row, signature in stamps.values():
        agrees(row, signature)
        assert outcome(signature, "data_digest") == "passed"
        assert signature.verdict is Verdict.INDETERMINATE
        assert set(signature.reasons) <= UNKNOWN_CA


def test_seals_beside_kept_back_stamps_are_those_inside(samples):
    seen = 0
    for path in index(samples, "detached"):
        copy = samples / path / "Seal.esl"
        if copy.exists():
            stamp = codec.decode_signature((samples / path / "SignedValue.dat").read_bytes())
            assert stamp.seal.der == copy.read_bytes()
            seen += 1
    assert seen


@pytest.mark.parametrize("year", [1, 4, 5])
def test_bare_seals_are_read_and_their_signature_verified(samples, year):
    report = govseal.verify(samples / f"ofd/ofdrw/UserV{year}.esl", govseal.TrustStore(), at=AT)
    signature = report.signatures[0]
    assert report.format == "seal"
    assert outcome(signature, "seal_signature") == "passed"
    assert outcome(signature, "maker_chain") == "indeterminate"
    assert signature.verdict is not Verdict.PASSED


PAGES = {
    "ofd/ofd-go/02bca13d_bank_receipt_1.ofd": [(((1, 1),), False)],
    "ofd/ofdrw/draw_param_ref.ofd": [((), True)],
    "ofd/ofdrw/999.ofd": [(((1, 5),), False)],
    "ofd/ofdrw/V4RideRight.ofd": [(((1, 5),), True)],
    "ofd/ofdrw/h.ofd": [(((1, 5),), True)] * 2,
}
"""What stamps of several products cover, and whether they protect OFD.xml."""


@pytest.mark.parametrize("path", PAGES)
def test_the_pages_that_a_stamp_covers_are_said(documents, path):
    signatures = documents[path][1].signatures
    found = [(s.pages.covered, s.pages.is_root_protected) for s in signatures]
    assert found == PAGES[path]


QUIRKS = {
    "ofd/ofd-go/02bca13d_bank_receipt_1.ofd": {"q1", "q4", "q8", "q9", "q14", "q16"},
    "ofd/ofd-go/1622eb9a_bkrs_issuer_20220309_C1030311000455.ofd": {"q11", "q14", "q16", "q18"},
    "ofd/ofd-go/df1bf844_0200216819200056225_001_21253000001_20220101_acc.ofd": {
        *("q1", "q7", "q8", "q9", "q14", "q16"),
    },
    "ofd/ofdrw/999.ofd": {"q16"},
    "ofd/ofdrw/V4RideRight.ofd": {"q7", "q9"},
    "ofd/ofdrw/draw_param_ref.ofd": {"q14"},
}


@pytest.mark.parametrize("path", QUIRKS)
def test_the_quirks_of_a_product_are_named(documents, path):
    report = documents[path][1]
    codes = {*report.notices, *(code for s in report.signatures for code in s.notices)}
    assert {code.removeprefix("quirk_") for code in codes if "quirk" in code} == QUIRKS[path]
