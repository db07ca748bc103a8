"""Time stamps of seals (GM/T 0031-2025) and of signed data: what they prove, or do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

import cms_builder
import ses_builder
import tokens
from govseal.asn1 import schema, write
from govseal.formats import cms
from govseal.formats.base import Coverage, Extent, SignatureKind
from govseal.formats.sesfile import SealDocument
from govseal.pki.trust import TrustStore
from govseal.seal import codec
from govseal.seal.profiles import GENERATIONS
from govseal.verification.policy import Policy
from govseal.verification.report import Verdict
from govseal.verification.verifier import verify_document
from outcomes import at, lowered, outcome

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


# 印章 ------------------------------------------------------------------------------------------


def new_seal(world, token=None, *, hours=1.5, form=bytes, created=1):
    """A seal of 2025 in DER with a time stamp over its maker's signature value."""
    signers = write.sequence(write.octets(world.pki.signer.certificate.der))
    info = ses_builder.info(2025, signers=signers, create_date=at(world) + created * HOUR)
    value = form(world.pki.maker.sign(info))
    source = tokens.source(world.pki.tsa, at(world) + hours * HOUR)
    values = {
        "info": info,
        "certificate": world.pki.maker.certificate.der,
        "algorithm": world.pki.maker.algorithm.oid,
        "signature": value,
        "time_stamp": source.timestamp(value) if token is None else token,
    }
    return schema.encode(GENERATIONS[2025].seal, values)


def judge_seal(world, der, **how):
    """The judgement of the bare seal."""
    values = {"at": at(world) + 3 * HOUR, "materials": world.materials} | how
    trust = values.pop("trust", world.trust)
    return verify_document(SealDocument(der), der, trust, **values).signatures[0]


@pytest.mark.parametrize("form", [bytes, tokens.raw])
def test_a_seal_with_a_time_stamp_passes(world, form):
    signature = judge_seal(world, new_seal(world, form=form))
    assert lowered(signature) == []
    assert outcome(signature, "timestamp") == ("passed", "")
    assert signature.standard == "GM/T 0031-2025"
    assert signature.signed_at is None


def test_a_stamp_of_such_a_seal_passes_and_its_time_is_still_claimed(world):
    seal = codec.decode_seal(new_seal(world))
    signature = world.judge(world.stamp(seal=seal))
    assert lowered(signature) == []
    assert outcome(signature, "timestamp") == ("passed", "")
    assert signature.time_source == "claimed"


def test_stamp_and_seal_have_each_their_time_stamp(world):
    stamp = world.stamp(seal=codec.decode_seal(new_seal(world)))
    token = tokens.source(world.pki.tsa, at(world) + 2 * HOUR)
    both = tokens.with_token(stamp, token.timestamp(tokens.stored_value(stamp)))
    signature = world.judge(both)
    assert (signature.verdict, signature.time_source) == (Verdict.PASSED, "timestamp")
    wrong = tokens.with_token(stamp, token.timestamp(tokens.stored_value(new_seal(world))))
    assert lowered(world.judge(wrong)) == [("timestamp", "failed", "timestamp_imprint_mismatch")]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [(2, ("passed", "")), (2.05, ("passed", "")), (2.2, ("failed", "seal_not_yet_valid"))],
)
@pytest.mark.parametrize("is_proved", [False, True])
def test_a_stamp_is_not_older_than_the_time_stamp_of_its_seal(world, hours, expected, is_proved):
    """The stamp holds the seal with its time stamp: an earlier time of signing is a false one."""
    stamp = world.improper(seal=codec.decode_seal(new_seal(world, hours=hours)))
    if is_proved:
        token = tokens.source(world.pki.tsa, at(world) + 2 * HOUR)
        stamp = tokens.with_token(stamp, token.timestamp(tokens.stored_value(stamp)))
    signature = world.judge(stamp)
    assert outcome(signature, "timestamp") == ("passed", "")
    assert outcome(signature, "seal_validity") == expected


def test_a_bad_time_stamp_of_the_seal_fails_the_stamp(world):
    seal = codec.decode_seal(new_seal(world, b"token"))
    signature = world.judge(world.stamp(seal=seal))
    assert lowered(signature) == [("timestamp", "failed", "timestamp_invalid")]


@pytest.mark.parametrize(
    ("hours", "created", "expected"),
    [
        (1, 1, ("passed", "")),
        (1, 9, ("passed", "")),
        (1, 10, ("failed", "timestamp_too_early")),
        (9, 1, ("indeterminate", "signing_time_in_future")),
    ],
    ids=["at once", "local time", "before it was made", "after the judging"],
)
def test_a_seal_is_not_made_after_its_time_stamp(world, hours, created, expected):
    der = new_seal(world, hours=hours, created=created)
    assert outcome(judge_seal(world, der), "timestamp") == expected


def test_the_time_stamp_of_another_seal_fails(world):
    other = tokens.source(world.pki.tsa, at(world) + HOUR).timestamp(b"another value")
    signature = judge_seal(world, new_seal(world, other))
    assert lowered(signature) == [("timestamp", "failed", "timestamp_imprint_mismatch")]


def test_a_seal_with_a_time_stamp_of_a_stranger_is_undecided(world):
    policy = Policy(tsas=TrustStore((world.pki.maker_ca.certificate,)))
    der = new_seal(world)
    assert outcome(judge_seal(world, der, policy=policy), "timestamp") == (
        "failed",
        "timestamp_untrusted",
    )
    makers = Policy(makers=TrustStore((world.pki.maker_ca.certificate,)))
    unknown = judge_seal(world, der, policy=makers, trust=TrustStore())
    assert lowered(unknown) == [("timestamp", "indeterminate", "timestamp_untrusted")]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (0.5, ("failed", "certificate_revoked_before_signing")),
        (1.2, ("failed", "certificate_revoked_before_signing")),
        (2, ("passed", "certificate_revoked_after_signing")),
    ],
)
def test_a_maker_revoked_since_made_the_seal_before(world, hours, expected):
    certificate = world.pki.maker.certificate
    lists = world.revoking(world.pki.maker_ca, certificate, at(world) + hours * HOUR)
    signature = judge_seal(world, new_seal(world), materials=lists)
    assert outcome(signature, "maker_revocation") == expected


def test_without_a_time_stamp_nothing_proves_when_the_seal_was_made(world):
    certificate = world.pki.maker.certificate
    lists = world.revoking(world.pki.maker_ca, certificate, at(world) + 2 * HOUR)
    signature = judge_seal(world, world.seal.der, materials=lists)
    assert outcome(signature, "maker_revocation") == (
        "indeterminate",
        "certificate_revoked_no_proof_of_time",
    )


# 签名数据 --------------------------------------------------------------------------------------

MESSAGE = b"<Signature/>"


def judge_data(world, *hours, form=bytes, extra=(), **how):
    """The judgement of signed data with time stamps of these hours over its value."""
    held = []

    def hold(value):
        held.append(form(value))
        return held[0]

    cms_builder.sign(MESSAGE, world.pki.signer, form=hold, signed=rows(world))
    times = [tokens.source(world.pki.tsa, at(world) + hour * HOUR) for hour in hours]
    found = [source.timestamp(held[0]) for source in times]
    data = cms_builder.sign(
        MESSAGE,
        world.pki.signer,
        form=lambda _: held[0],
        signed=rows(world),
        unsigned=tokens.beside(*found, *extra) if (*found, *extra) else b"",
    )
    evidence = replace(
        world.evidence(),
        kind=SignatureKind.SIGNATURE,
        data=MESSAGE,
        parts=(),
        stamp=None,
        signed_data=cms.decode_signed_data(data),
        coverage=Coverage(Extent.WHOLE_FILE, frozenset({"/"})),
        location="detached",
    )
    return world.report(evidence, **how).signatures[0]


def rows(world):
    return cms_builder.attributes(MESSAGE, time=at(world) + 2 * HOUR)


@pytest.mark.parametrize("form", [bytes, tokens.raw])
def test_signed_data_with_a_time_stamp(world, form):
    signature = judge_data(world, 2.5, form=form)
    assert outcome(signature, "signature_value") == ("passed", "")
    assert outcome(signature, "timestamp") == ("passed", "")
    assert (signature.time_source, signature.signed_at) == ("timestamp", at(world) + 2.5 * HOUR)


def test_signed_data_without_one(world):
    signature = judge_data(world)
    assert outcome(signature, "timestamp") == ("skipped", "")
    assert signature.time_source == "claimed"


def test_of_several_time_stamps_the_earliest_is_t(world):
    signature = judge_data(world, 2.7, 2.3, 2.5)
    assert outcome(signature, "timestamp") == ("passed", "")
    assert signature.signed_at == at(world) + 2.3 * HOUR


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        (write.sequence(), ("failed", "timestamp_invalid")),
        (write.octets(b"token"), ("failed", "timestamp_invalid")),
    ],
)
def test_one_bad_time_stamp_among_several_fails(world, extra, expected):
    signature = judge_data(world, 2.5, extra=(extra,))
    assert outcome(signature, "timestamp") == expected
    assert signature.time_source == "claimed"


def test_a_time_stamp_over_another_value_fails(world):
    other = tokens.source(world.pki.tsa, at(world) + 2 * HOUR).timestamp(MESSAGE)
    signature = judge_data(world, extra=(other,))
    assert outcome(signature, "timestamp") == ("failed", "timestamp_imprint_mismatch")


def test_signed_data_whose_certificate_has_expired_since(world):
    later = at(world) + 2 * 366 * DAY
    claimed = judge_data(world, at=later)
    assert outcome(claimed, "signing_time") == ("indeterminate", "no_proof_of_time")
    proved = judge_data(world, 2.5, at=later)
    assert outcome(proved, "signing_time") == ("passed", "expired_after_signing")
    assert outcome(proved, "signer_revocation") == ("passed", "")
