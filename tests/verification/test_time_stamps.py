"""Time stamps of stamps and seals: when they prove T, and what makes them prove nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

import tokens
from govseal.asn1 import strict, write
from govseal.pki.algorithms import SHA1
from govseal.pki.crl import Crl
from govseal.pki.trust import TrustStore
from govseal.seal import codec
from govseal.seal.make import make_seal
from govseal.testing import Authority
from govseal.verification.collect import Collector
from govseal.verification.policy import Policy
from govseal.verification.render.html import render_html
from govseal.verification.render.text import render_text
from govseal.verification.report import Verdict
from outcomes import at, lowered, outcome

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def stamped(world, *, hours=2, token=None, stamp=None, **changes):
    """A stamp with a time stamp, by default made right after it."""
    stamp = stamp or world.stamp(**changes)
    source = tokens.source(world.pki.tsa, at(world) + hours * HOUR)
    value = tokens.stored_value(stamp)
    return tokens.with_token(stamp, token or source.timestamp(value))


def with_value(stamp, form):
    """The stamp with its SM2 value written in another form."""
    rest = [item.raw for item in strict.parse(stamp).children()[:3]]
    return write.sequence(*rest, write.bits(form(tokens.stored_value(stamp))))


# 通过 ------------------------------------------------------------------------------------------


def test_a_time_stamp_that_passes_is_t(either):
    signature = either.judge(stamped(either, hours=2.5), change=digests(either))
    assert lowered(signature) == []
    assert signature.time_source == "timestamp"
    assert signature.signed_at == at(either) + 2.5 * HOUR
    check = signature.check("timestamp")
    assert (check.outcome.value, check.reason) == ("passed", "")
    assert "2026-06-01 10:30:00Z" in check.detail
    assert "测试时间戳服务" in check.detail


def digests(world):
    """The page digested as the signer's algorithm asks."""
    digest = world.pki.signer.algorithm.digest
    part = world.evidence().parts[0]
    value = digest.digest(b"<Page/>")
    return {
        "digest_algorithm": digest.name,
        "parts": (replace(part, expected=value, actual=value),),
    }


def test_without_a_time_stamp_the_time_is_claimed(world):
    signature = world.judge()
    assert outcome(signature, "timestamp") == ("skipped", "")
    assert (signature.time_source, signature.signed_at) == ("claimed", at(world) + 2 * HOUR)


def test_the_report_says_that_the_time_is_proved(world):
    report = world.report(world.evidence(stamped(world)))
    assert report.to_dict()["signatures"][0]["time_source"] == "timestamp"
    for render in (render_text, render_html):
        assert "由时间戳证明" in render(report, lang="zh")
        assert "proved by a time stamp" in render(report, lang="en")
        assert "自称" not in render(report, lang="zh")


def test_a_certificate_that_has_expired_since_passes(world):
    years = at(world) + 2 * 366 * DAY
    claimed = world.judge(at=years)
    assert outcome(claimed, "signing_time") == ("indeterminate", "no_proof_of_time")
    assert outcome(claimed, "signer_revocation") == ("indeterminate", "revocation_stale")
    proved = world.judge(stamped(world), at=years)
    assert outcome(proved, "signing_time") == ("passed", "expired_after_signing")
    assert outcome(proved, "signer_revocation") == ("passed", "")
    assert outcome(proved, "maker_revocation") == ("passed", "")
    assert outcome(proved, "timestamp") == ("passed", "timestamp_authority_ended")
    assert proved.verdict is Verdict.PASSED
    assert {"expired_after_signing", "timestamp_authority_ended"} <= set(proved.notices)


def test_a_seal_that_has_expired_since_passes(world):
    short = make_seal(
        world.pki.maker,
        name="测试章",
        picture=world.seal.picture,
        signers=[world.pki.signer.certificate],
        at=at(world) + HOUR,
        not_after=at(world) + DAY,
    )
    later = at(world) + 3 * DAY
    proved = world.judge(stamped(world, seal=short), at=later)
    assert outcome(proved, "signing_time") == ("passed", "expired_after_signing")
    assert proved.verdict is Verdict.PASSED
    late = world.judge(stamped(world, seal=short, hours=48), at=later)
    assert outcome(late, "seal_validity") == ("failed", "seal_expired")


@pytest.mark.parametrize(
    ("hours", "row", "expected"),
    [
        (2.7, {}, ("passed", "certificate_revoked_after_signing")),
        (2.5, {}, ("failed", "certificate_revoked_before_signing")),
        (2.2, {}, ("failed", "certificate_revoked_before_signing")),
        (9, {}, ("passed", "certificate_revoked_after_judging")),
        (
            2.7,
            {"reason": "key_compromise", "invalidity": 2.2},
            ("failed", "certificate_revoked_before_signing"),
        ),
        (
            2.8,
            {"reason": "key_compromise", "invalidity": 2.7},
            ("passed", "certificate_revoked_after_signing"),
        ),
    ],
)
def test_a_signer_revoked_since(world, hours, row, expected):
    row = dict(row)
    if "invalidity" in row:
        row["invalidity_date"] = at(world) + row.pop("invalidity") * HOUR
    certificate = world.pki.signer.certificate
    materials = world.revoking(world.pki.signer_ca, certificate, at(world) + hours * HOUR, **row)
    signature = world.judge(stamped(world, hours=2.5), materials=materials)
    assert outcome(signature, "signer_revocation") == expected
    assert signature.verdict.value == expected[0]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (2.7, ("passed", "certificate_revoked_after_signing")),
        (2.2, ("indeterminate", "certificate_revoked_no_proof_of_time")),
        (1, ("failed", "certificate_revoked_before_signing")),
    ],
)
def test_a_maker_revoked_since_made_the_seal_before_the_stamp(world, hours, expected):
    certificate = world.pki.maker.certificate
    materials = world.revoking(world.pki.maker_ca, certificate, at(world) + hours * HOUR)
    signature = world.judge(stamped(world, hours=2.5), materials=materials)
    assert outcome(signature, "maker_revocation") == expected


@pytest.mark.parametrize("form", [tokens.raw, bytes])
def test_a_time_stamp_is_over_the_value_as_it_is_stored(world, form):
    stamp = with_value(world.stamp(), form)
    signature = world.judge(stamped(world, stamp=stamp))
    assert signature.verdict is Verdict.PASSED
    assert signature.notices == (("quirk_q4",) if form is tokens.raw else ())


def test_a_time_stamp_over_the_proper_form_of_a_raw_value_fails(world):
    stamp = world.stamp()
    proper = tokens.source(world.pki.tsa, at(world) + 2 * HOUR).timestamp(
        tokens.stored_value(stamp)
    )
    signature = world.judge(stamped(world, stamp=with_value(stamp, tokens.raw), token=proper))
    assert lowered(signature) == [("timestamp", "failed", "timestamp_imprint_mismatch")]


def test_lists_are_asked_once_for_signer_maker_and_authority(world):
    """Whatever the times that are proved: a document may carry a thousand time stamps."""
    collector = Collector(world.trust, world.materials, at(world) + 3 * HOUR, Policy())
    for hours in (2, 2.25, 2.5, 2.75):
        subject = collector.signature(world.evidence(stamped(world, hours=hours)))
        assert subject.proved_at == at(world) + hours * HOUR
    assert len(collector._states) == 3


# 不通过 ----------------------------------------------------------------------------------------


def judged_with(world, token, **how):
    signature = world.judge(stamped(world, token=token), **how)
    assert signature.time_source == "claimed"
    assert signature.signed_at == at(world) + 2 * HOUR
    return signature


@pytest.mark.parametrize("token", [b"token", b"", write.sequence(write.oid("1.2.3"))])
def test_bytes_that_are_no_time_stamp_fail(world, token):
    stamped_by_model = replace(codec.decode_signature(world.stamp()), time_stamp=token)
    evidence = replace(world.evidence(), stamp=stamped_by_model)
    signature = world.report(evidence).signatures[0]
    assert lowered(signature) == [("timestamp", "failed", "timestamp_invalid")]


def test_a_form_that_is_not_read_is_undecided(world):
    signature = judged_with(world, b"\x30\x80\x00\x00")
    assert lowered(signature) == [("timestamp", "indeterminate", "unsupported")]


def test_the_time_stamp_of_another_stamp_fails(world):
    other = tokens.source(world.pki.tsa, at(world) + 2 * HOUR).timestamp(b"another value")
    signature = judged_with(world, other)
    assert lowered(signature) == [("timestamp", "failed", "timestamp_imprint_mismatch")]


def over(world, signer, *, hours=2, **changes):
    """A stamp and a token of any signer over its value."""
    stamp = world.stamp()
    value = tokens.stored_value(stamp)
    token = tokens.token(signer, value, at=at(world) + hours * HOUR, **changes)
    return tokens.with_token(stamp, token)


@pytest.mark.parametrize(
    "bend",
    [
        {"purposes": ()},
        {"purposes": ("time_stamping", "client_auth")},
        {"is_critical": False},
        {"key_usage": ("key_encipherment",)},
    ],
)
def test_a_certificate_that_is_no_authoritys_fails(world, bend):
    tsa = tokens.authority(world.pki.signer_ca, **bend)
    signature = world.judge(over(world, tsa))
    assert lowered(signature) == [("timestamp", "failed", "timestamp_invalid")]


def test_a_signer_cannot_prove_its_own_time(world):
    signature = world.judge(over(world, world.pki.signer))
    assert lowered(signature) == [("timestamp", "failed", "timestamp_invalid")]


def test_a_spoiled_signature_of_the_authority_fails(world):
    stamp = over(world, world.pki.tsa, form=lambda value: value[:-1] + bytes([value[-1] ^ 1]))
    assert lowered(world.judge(stamp)) == [("timestamp", "failed", "timestamp_invalid")]


def test_for_a_forged_token_nothing_is_looked_up(world):
    """A file may carry thousands, each of another time."""
    collector = Collector(world.trust, world.materials, at(world) + 3 * HOUR, Policy())
    for hours in (2, 2.25, 2.5):
        for signer, form in ((world.pki.tsa, lambda _: bytes(8)), (world.pki.signer, bytes)):
            forged = over(world, signer, hours=hours, form=form)
            collector.signature(world.evidence(forged))
    assert len(collector._paths) == 2, "of the signer and the maker alone"


def test_a_time_stamp_improves_nothing_unless_it_passes(world):
    """What an expired certificate lacks is a proof: a token of a stranger is none."""
    stranger = tokens.authority(Authority.create("测试他方 CA", at=at(world)))
    years = at(world) + 2 * 366 * DAY
    for stamp in (over(world, stranger), over(world, world.pki.tsa, imprint=bytes(32))):
        signature = world.judge(stamp, at=years)
        assert outcome(signature, "signing_time") == ("indeterminate", "no_proof_of_time")
        assert outcome(signature, "signer_revocation") == ("indeterminate", "revocation_stale")
        assert signature.time_source == "claimed"


def test_a_stamp_with_an_untrusted_time_stamp_does_not_pass(world):
    stranger = tokens.authority(Authority.create("测试他方 CA", at=at(world)))
    signature = world.judge(over(world, stranger))
    assert lowered(signature) == [("timestamp", "indeterminate", "timestamp_untrusted")]
    assert signature.verdict is Verdict.INDETERMINATE


def test_a_policy_that_names_authorities_refuses_others(world):
    stamp = stamped(world)
    makers = TrustStore((world.pki.maker_ca.certificate,))
    signature = world.judge(stamp, policy=Policy(tsas=makers))
    assert lowered(signature) == [("timestamp", "failed", "timestamp_untrusted")]
    assert signature.time_source == "claimed"
    for anchor in (world.pki.signer_ca.certificate, world.pki.tsa.certificate):
        named = world.judge(stamp, policy=Policy(tsas=TrustStore((anchor,))))
        assert (named.verdict, named.time_source) == (Verdict.PASSED, "timestamp")


def test_authorities_of_the_policy_vouch_for_nobody_else(world):
    foreign = Authority.create("测试时间戳 CA", at=at(world))
    tsa = tokens.authority(foreign)
    lists = replace(world.materials, crls=(*world.materials.crls, Crl.from_der(foreign.crl())))
    policy = Policy(tsas=TrustStore((foreign.certificate,)))
    passed = world.judge(over(world, tsa), materials=lists, policy=policy)
    assert passed.verdict is Verdict.PASSED
    alone = world.judge(over(world, tsa), materials=lists, policy=policy, trust=TrustStore())
    assert outcome(alone, "timestamp") == ("passed", "")
    assert outcome(alone, "signer_chain") == ("indeterminate", "no_trust_anchor")


def test_an_authority_without_lists_is_undecided(world):
    foreign = Authority.create("测试时间戳 CA", at=at(world))
    policy = Policy(tsas=TrustStore((foreign.certificate,)))
    signature = world.judge(over(world, tokens.authority(foreign)), policy=policy)
    assert lowered(signature) == [("timestamp", "indeterminate", "no_revocation_data")]
    assert signature.time_source == "claimed"


@pytest.mark.parametrize(
    ("hours", "reason", "expected"),
    [
        (1, "superseded", ("failed", "timestamp_invalid")),
        (2.5, "superseded", ("passed", "timestamp_authority_ended")),
        (2.5, "key_compromise", ("failed", "timestamp_invalid")),
        (2.5, None, ("failed", "timestamp_invalid")),
    ],
)
def test_a_revoked_authority(world, hours, reason, expected):
    certificate, when = world.pki.tsa.certificate, at(world) + hours * HOUR
    materials = world.revoking(world.pki.signer_ca, certificate, when, reason=reason)
    signature = world.judge(stamped(world), materials=materials)
    assert outcome(signature, "timestamp") == expected
    assert (signature.time_source == "timestamp") is (expected[0] == "passed")


@pytest.mark.parametrize(
    ("claimed", "expected", "source"),
    [
        (2, ("passed", ""), "timestamp"),
        (9, ("passed", ""), "timestamp"),
        (11, ("failed", "timestamp_too_early"), "claimed"),
    ],
    ids=["same", "local time", "before it was made"],
)
def test_a_time_stamp_before_the_claimed_time(world, claimed, expected, source):
    stamp = world.improper(at=at(world) + claimed * HOUR)
    signature = world.judge(stamped(world, stamp=stamp), at=at(world) + 12 * HOUR)
    assert outcome(signature, "timestamp") == expected
    assert signature.time_source == source
    assert ("quirk_q8" in signature.notices) is (claimed == 9)


def test_a_certificate_that_ended_since_hides_no_local_time_from_a_strict_policy(world):
    stamp = stamped(world, stamp=world.improper(at=at(world) + 9 * HOUR))
    ended = world.pki.signer.certificate.not_after + HOUR
    for judged_at in (at(world) + 12 * HOUR, ended):
        signature = world.judge(stamp, at=judged_at, policy=Policy(strict=True))
        assert outcome(signature, "tolerances") == ("failed", "tolerance_refused")
        assert signature.check("tolerances").detail == "quirk_q8"
    assert outcome(world.judge(stamp, at=ended), "signing_time")[0] == "passed"


def test_t_lies_in_the_periods_and_not_the_claimed_time(world):
    """A signature whose proof came after the certificate's end is outside its period."""
    ca = world.pki.signer_ca
    long_lived = tokens.authority(ca, not_after=at(world) + 3000 * DAY)
    lists = replace(
        world.materials,
        crls=(Crl.from_der(ca.crl(next_update=at(world) + 3000 * DAY)), *world.materials.crls[1:]),
    )
    stamp = over(world, long_lived, hours=24 * 370)
    signature = world.judge(stamp, at=at(world) + 400 * DAY, materials=lists)
    assert outcome(signature, "timestamp") == ("passed", "")
    assert outcome(signature, "signing_time") == ("failed", "certificate_expired")
    assert outcome(signature, "signer_chain") == ("failed", "certificate_expired")
    assert outcome(signature, "seal_validity") == ("failed", "seal_expired")


def test_a_time_stamp_after_the_judging_is_undecided(world):
    signature = world.judge(stamped(world, hours=6))
    assert lowered(signature) == [
        ("signing_time", "indeterminate", "signing_time_in_future"),
        ("timestamp", "indeterminate", "signing_time_in_future"),
    ]


def test_an_imprint_by_a_weak_digest_is_forbidden(world):
    stamp = world.stamp()
    digest = SHA1.digest(tokens.stored_value(stamp))
    changes = {"oid": SHA1.oids[0], "imprint": digest, "at": at(world) + 2 * HOUR}
    token = tokens.token(world.pki.tsa, b"", **changes)
    signature = world.judge(tokens.with_token(stamp, token))
    assert lowered(signature) == [("timestamp", "failed", "algorithm_forbidden")]


def test_strict_policies_refuse_a_tolerance_of_the_time_stamp(world):
    stamp = over(world, world.pki.tsa, form=tokens.raw)
    assert world.judge(stamp).notices == ("quirk_q4",)
    signature = world.judge(stamp, policy=Policy(strict=True))
    assert lowered(signature) == [("tolerances", "failed", "tolerance_refused")]
