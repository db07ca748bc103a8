"""Every check: how it passes, and what makes it fail or stay undecided, with its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from govseal import sm2
from govseal.errors import FormatError, UnsupportedFormat
from govseal.formats.base import (
    Appearance,
    Coverage,
    Extent,
    Presence,
    ProtectedPart,
    UnprotectedPart,
)
from govseal.seal import codec
from govseal.seal.make import make_seal
from govseal.verification.policy import Policy
from govseal.verification.report import Outcome, Verdict
from outcomes import at, lowered, outcome

CONTRACT = [
    "container",
    "coverage",
    "data_digest",
    "property_info",
    "signature_value",
    "seal_signature",
    "seal_embedded_copy",
    "signer_listed",
    "seal_validity",
    "maker_chain",
    "signer_chain",
    "signer_key_usage",
    "signer_revocation",
    "maker_revocation",
    "signing_time",
    "timestamp",
    "seal_status",
    "seal_scope",
    "algorithms",
    "seal_binding",
]
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def test_a_proper_stamp_passes_every_check_of_the_contract(either):
    signature = either.judge(change=proper_digests(either))
    assert [check.name for check in signature.checks] == CONTRACT
    assert lowered(signature) == []
    assert signature.verdict is Verdict.PASSED
    skipped = [check.name for check in signature.checks if check.outcome is Outcome.SKIPPED]
    wanted = ["seal_embedded_copy", "timestamp", "seal_status", "seal_scope", "seal_binding"]
    assert skipped == wanted


def proper_digests(world):
    """The page digested as the signer's algorithm asks."""
    digest = world.pki.signer.algorithm.digest
    value = digest.digest(b"<Page/>")
    part = ProtectedPart("/Page.xml", Presence.PRESENT, value, value)
    return {"digest_algorithm": digest.name, "parts": (part,)}


def test_the_report_is_as_its_signature(world):
    report = world.report(world.evidence())
    assert report.verdict is Verdict.PASSED
    assert report.effect.value == "original_equivalent"
    assert report.reasons == ()
    report.require_valid()


# 原文 ------------------------------------------------------------------------------------------


def part(presence=Presence.PRESENT, actual=b"", expected=None):
    digest = sm2.sm3(b"<Page/>")
    return ProtectedPart("/Page.xml", presence, expected or digest, actual)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((part(actual=bytes(32)),), ("failed", "data_digest_mismatch")),
        ((part(Presence.MISSING, None),), ("failed", "reference_missing")),
        ((part(Presence.DUPLICATED, None),), ("failed", "reference_duplicated")),
        ((part(actual=None),), ("indeterminate", "unsupported")),
        ((), ("failed", "reference_missing")),
    ],
    ids=["changed", "missing", "doubled", "unknown algorithm", "protects nothing"],
)
def test_a_protected_part_that_is_not_as_it_was(world, parts, expected):
    signature = world.judge(change={"parts": parts})
    assert outcome(signature, "data_digest") == expected
    assert signature.verdict is not Verdict.PASSED


def test_a_changed_list_of_parts_fails(world):
    signature = world.judge(change={"data": b"<Signature />"})
    assert lowered(signature) == [("data_digest", "failed", "data_digest_mismatch")]


def test_a_stamp_without_its_document_is_undecided(world):
    signature = world.judge(change={"data": None, "parts": (), "location": "detached"})
    assert outcome(signature, "data_digest") == ("indeterminate", "document_absent")


def test_property_info_of_another_place_is_a_notice(world):
    signature = world.judge(world.improper(info="/Doc_0/Signs/Sign_7/Signature.xml"))
    assert signature.verdict is Verdict.PASSED
    assert "property_info_differs" in signature.notices


def test_a_damaged_container_fails_each_signature(world):
    problem = FormatError("a name twice", code="container_duplicate_name")
    report = world.report(world.evidence(), problem=problem)
    assert report.verdict is Verdict.FAILED
    assert outcome(report.signatures[0], "container") == ("failed", "container_duplicate_name")


def test_a_damaged_container_without_signatures_is_not_unsigned(world):
    report = world.report(problem=FormatError("no directory", code="container_damaged"))
    assert report.verdict is Verdict.FAILED
    assert report.reasons == ("container_damaged",)


# 保护范围 --------------------------------------------------------------------------------------


def uncovered(name, *, is_rendered):
    part = UnprotectedPart(name, is_rendered)
    return {"coverage": Coverage(Extent.PARTIAL, frozenset({"/Page.xml"}), (part,))}


def test_rendered_content_outside_is_undecided(world):
    signature = world.judge(change=uncovered("/OFD.xml", is_rendered=True))
    assert lowered(signature) == [("coverage", "indeterminate", "rendered_unprotected")]
    assert signature.coverage == "partial"


def test_other_content_outside_is_undecided(world):
    signature = world.judge(change=uncovered("/extra.bin", is_rendered=False))
    assert lowered(signature) == [("coverage", "indeterminate", "partial_coverage")]


def second(world, **changes):
    digest = sm2.sm3(b"<OFD/>")
    parts = (ProtectedPart("/OFD.xml", Presence.PRESENT, digest, digest),)
    return world.evidence(**{"id": "s002", "parts": parts} | changes)


def test_what_another_sound_signature_protects_is_a_notice(world):
    first = world.evidence(**uncovered("/OFD.xml", is_rendered=True))
    report = world.report(first, second(world))
    assert report.verdict is Verdict.PASSED
    assert "partial_coverage" in report.signatures[0].notices


def test_the_page_on_which_a_stamp_shows_it_protects_itself(world):
    shown = uncovered("/OFD.xml", is_rendered=True)
    for part, expected in (("/OFD.xml", "indeterminate"), ("/Page.xml", "passed"), ("", "passed")):
        places = (Appearance(1, 9, 9, 42, 42), Appearance(2, 9, 9, 42, 42, part=part))
        report = world.report(world.evidence(appearances=places, **shown), second(world))
        assert outcome(report.signatures[0], "coverage")[0] == expected
        assert report.signatures[1].verdict is Verdict.PASSED
        if expected != "passed":
            check = report.signatures[0].check("coverage")
            assert (check.reason, check.detail) == ("rendered_unprotected", part)


def test_a_signature_that_does_not_pass_protects_nothing_for_others(world):
    first = world.evidence(**uncovered("/OFD.xml", is_rendered=True))
    for bad in (
        second(world, data=b"other"),
        second(world, stamp=world.improper(stranger(world))),
    ):
        report = world.report(first, bad)
        assert outcome(report.signatures[0], "coverage") == (
            "indeterminate",
            "rendered_unprotected",
        )


# 签名 ------------------------------------------------------------------------------------------


def stranger(world):
    """A signer of the same CA whom the seal does not permit."""
    return world.pki.signer_ca.issue("99000000000002")


def flipped(data, inside):
    """``data`` with the last bit of ``inside`` turned over."""
    at = data.index(inside) + len(inside) - 1
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def test_a_changed_signature_value_fails(either):
    stamp = either.stamp()
    value = codec.decode_signature(stamp).signature
    signature = either.judge(flipped(stamp, value))
    assert outcome(signature, "signature_value") == ("failed", "signature_invalid")


def test_a_changed_picture_fails_both_signatures(world):
    stamp = world.stamp()
    signature = world.judge(flipped(stamp, world.seal.picture.data))
    assert outcome(signature, "signature_value") == ("failed", "signature_invalid")
    assert outcome(signature, "seal_signature") == ("failed", "seal_signature_invalid")


def test_a_seal_of_nobody_fails(world):
    forged = flipped(world.seal.der, world.seal.picture.data)
    signature = world.judge(world.improper(seal=codec.decode_seal(forged)))
    assert lowered(signature) == [("seal_signature", "failed", "seal_signature_invalid")]


def test_a_signer_whom_the_seal_does_not_permit_fails(world):
    signature = world.judge(world.improper(stranger(world)))
    assert lowered(signature) == [("signer_listed", "failed", "signer_not_listed")]


def test_a_copy_of_the_seal_must_be_the_seal(world):
    same = world.judge(change={"seal_file": world.seal.der})
    assert outcome(same, "seal_embedded_copy") == ("passed", "")
    other = world.judge(change={"seal_file": world.seal.der + b"\x00"})
    assert lowered(other) == [("seal_embedded_copy", "failed", "seal_copy_differs")]


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        (UnsupportedFormat("a bare value"), ("indeterminate", "unsupported")),
        (FormatError("cut off"), ("failed", "malformed")),
    ],
)
def test_a_signature_that_cannot_be_read_is_never_unsigned(world, problem, expected):
    report = world.report(world.evidence(stamp=world.stamp()), world.evidence())
    assert len(report.signatures) == 2
    unreadable = replace(world.evidence(), stamp=None, problem=problem)
    signature = world.report(unreadable).signatures[0]
    assert outcome(signature, "signature_value") == expected
    assert signature.verdict.value == expected[0]


def test_a_certificate_that_cannot_be_read_fails(world):
    bad = replace(codec.decode_signature(world.stamp()), signer_certificate=b"\x30\x00")
    signature = world.report(replace(world.evidence(), stamp=bad)).signatures[0]
    assert outcome(signature, "signature_value") == ("failed", "malformed")
    assert signature.signer is None


def test_an_algorithm_that_does_not_fit_the_key_fails(world):
    bad = replace(codec.decode_signature(world.stamp()), algorithm="1.2.840.113549.1.1.11")
    signature = world.report(replace(world.evidence(), stamp=bad)).signatures[0]
    assert outcome(signature, "signature_value") == ("failed", "algorithm_mismatch")


def test_an_unknown_algorithm_is_undecided(world):
    bad = replace(codec.decode_signature(world.stamp()), algorithm="1.2.3.4")
    signature = world.report(replace(world.evidence(), stamp=bad)).signatures[0]
    assert outcome(signature, "signature_value") == ("indeterminate", "unsupported")


@pytest.mark.parametrize("name", ["MD5", "SHA1"])
def test_weak_digests_of_parts_are_forbidden(world, name):
    signature = world.judge(change={"digest_algorithm": name})
    assert outcome(signature, "algorithms") == ("failed", "algorithm_forbidden")


def test_an_unknown_digest_of_parts_is_undecided(world):
    signature = world.judge(change={"digest_algorithm": "CRC32"})
    assert outcome(signature, "algorithms") == ("indeterminate", "unsupported")


def test_short_rsa_keys_are_forbidden(either):
    signature = either.judge(change=proper_digests(either), policy=Policy(min_rsa_bits=4096))
    wanted = "failed" if either.pki.signer.algorithm.key_kind == "rsa" else "passed"
    assert signature.check("algorithms").outcome.value == wanted


# 时间 ------------------------------------------------------------------------------------------


def test_signing_outside_the_certificates_period_fails(world):
    late = world.judge(world.improper(at=at(world) + 366 * DAY))
    assert outcome(late, "signing_time") == ("failed", "certificate_expired")
    early = world.judge(world.improper(at=at(world) - 2 * DAY))
    assert outcome(early, "signing_time") == ("failed", "certificate_not_yet_valid")


def test_signing_outside_the_seals_period_fails(world):
    short = make_seal(
        world.pki.maker,
        name="测试章",
        picture=world.seal.picture,
        signers=[world.pki.signer.certificate],
        at=at(world) + HOUR,
        not_after=at(world) + DAY,
    )
    late = world.judge(world.improper(seal=short, at=at(world) + 2 * DAY), at=at(world) + 3 * DAY)
    assert outcome(late, "seal_validity") == ("failed", "seal_expired")
    early = world.judge(world.improper(seal=short, at=at(world)))
    assert outcome(early, "seal_validity") == ("failed", "seal_not_yet_valid")
    since = world.judge(world.improper(seal=short), at=at(world) + 3 * DAY)
    assert lowered(since) == [("signing_time", "indeterminate", "no_proof_of_time")]


def test_a_claimed_time_proves_nothing_after_expiry(world):
    signature = world.judge(at=at(world) + 366 * DAY)
    assert outcome(signature, "signing_time") == ("indeterminate", "no_proof_of_time")


def test_a_time_after_the_judging_is_undecided(world):
    signature = world.judge(world.improper(at=at(world) + 20 * DAY))
    assert outcome(signature, "signing_time") == ("indeterminate", "signing_time_in_future")


@pytest.mark.parametrize("day", [(1, 1, 1), (9999, 12, 31, 23)])
def test_the_ends_of_the_calendar_can_be_asked_about(world, day):
    signature = world.judge(at=datetime(*day, tzinfo=UTC))
    assert signature.verdict is Verdict.INDETERMINATE


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_a_seal_made_at_the_end_of_the_calendar_is_judged(world, year):
    written = f"{world.seal.properties.create_date.moment:%Y%m%d}".encode()
    bent = world.seal.der.replace(written, year.encode() + b"0101", 1)
    signature = world.judge(world.improper(seal=codec.decode_seal(bent)))
    assert outcome(signature, "seal_signature") == ("failed", "seal_signature_invalid")


def test_a_time_that_may_be_local_is_a_notice(world):
    signature = world.judge(world.improper(at=at(world) + 10 * HOUR))
    assert signature.verdict is Verdict.PASSED
    assert "quirk_q8" in signature.notices


# 要求 ------------------------------------------------------------------------------------------


def test_no_signature_is_unsigned_and_never_passed(world):
    report = world.report()
    assert report.verdict is Verdict.UNSIGNED
    assert report.effect.value == "copy"


@pytest.mark.req("R-HLJ-05b")
def test_a_required_seal_that_is_missing_fails(world):
    report = world.report(policy=Policy(require_seal=True))
    assert report.verdict is Verdict.FAILED
    assert report.reasons == ("required_seal_missing",)


def test_a_strict_policy_refuses_tolerances(world):
    bent = replace(
        codec.decode_signature(world.stamp()),
        tolerances=(codec.decode_seal(padded(world)).tolerances),
    )
    evidence = replace(world.evidence(), stamp=bent)
    assert "quirk_q11" in world.report(evidence).signatures[0].notices
    signature = world.report(evidence, policy=Policy(strict=True)).signatures[0]
    assert lowered(signature) == [("tolerances", "failed", "tolerance_refused")]


def padded(world):
    seal = make_seal(
        world.pki.maker,
        name="测试章甲",
        picture=world.seal.picture,
        signers=[world.pki.signer.certificate],
        at=at(world) + HOUR,
    )
    return seal.der.replace("甲".encode(), b"\x00\x00\x00")


def test_a_document_is_as_its_worst_signature(world):
    bad = world.evidence(id="s002", data=b"other")
    report = world.report(world.evidence(), bad)
    assert [s.verdict.value for s in report.signatures] == ["passed", "failed"]
    assert report.verdict is Verdict.FAILED
    undecided = world.evidence(id="s002", **uncovered("/x", is_rendered=False))
    assert world.report(world.evidence(), undecided).verdict is Verdict.INDETERMINATE
