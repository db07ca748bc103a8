"""Chains, key usage and revocation: what makes a proper stamp fail or stay undecided."""

from __future__ import annotations

from datetime import timedelta

import pytest

import attacker
import tokens
from govseal.pki.crl import Crl
from govseal.pki.materials import Materials
from govseal.pki.trust import TrustStore
from govseal.seal import codec
from govseal.testing import Authority, Hierarchy
from govseal.verification.policy import Policy
from govseal.verification.report import Outcome, Verdict
from outcomes import at, lowered, outcome

HOUR = timedelta(hours=1)


# 证书 ------------------------------------------------------------------------------------------


def test_an_empty_store_trusts_nobody(world):
    signature = world.judge(trust=TrustStore())
    assert lowered(signature) == [
        ("maker_chain", "indeterminate", "no_trust_anchor"),
        ("signer_chain", "indeterminate", "no_trust_anchor"),
        ("signer_revocation", "indeterminate", "no_revocation_data"),
        ("maker_revocation", "indeterminate", "no_revocation_data"),
    ]
    assert signature.verdict is Verdict.INDETERMINATE


def test_a_foreign_root_of_the_same_name_is_no_anchor(world):
    foreign = Hierarchy.create("sm2", at=at(world))
    signature = world.judge(trust=foreign.trust)
    assert signature.check("signer_chain").outcome is not Outcome.PASSED
    assert signature.check("maker_chain").outcome is not Outcome.PASSED
    assert signature.verdict is not Verdict.PASSED


def test_a_policy_that_names_makers_refuses_others(world):
    makers = TrustStore((world.pki.signer_ca.certificate,))
    signature = world.judge(policy=Policy(makers=makers))
    assert outcome(signature, "maker_chain") == ("failed", "maker_untrusted")
    named = Policy(makers=TrustStore((world.pki.maker_ca.certificate,)))
    assert world.judge(policy=named).verdict is Verdict.PASSED


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (("key_encipherment",), ("failed", "key_usage_refused")),
        (("digital_signature",), ("passed", "")),
        (("non_repudiation",), ("passed", "")),
        (None, ("passed", "key_usage_absent")),
    ],
)
def test_key_usage(world, usage, expected):
    signer = world.pki.signer_ca.issue("99000000000003", key_usage=usage)
    signature = world.judge(world.improper(signer))
    assert outcome(signature, "signer_key_usage") == expected


def test_a_time_stamp_authority_signs_nothing_else(world):
    """Its key would prove the time of its own signature."""
    tsa = world.pki.tsa
    seal = attacker.seal_of(tsa, signers=[tsa.certificate], properties=period(world))
    stamp = world.improper(tsa, seal=codec.decode_seal(seal))
    token = tokens.source(tsa, at(world) + 2 * HOUR).timestamp(tokens.stored_value(stamp))
    signature = world.judge(tokens.with_token(stamp, token))
    refused = ("failed", "key_usage_refused")
    assert outcome(signature, "signer_key_usage") == refused
    assert outcome(signature, "maker_chain") == refused


def period(world):
    """The dates of a seal in the world's time."""
    start = at(world)
    return {"create_date": start, "not_before": start, "not_after": start + 24 * HOUR}


def test_an_encryption_certificate_makes_no_seals(world):
    maker = world.pki.maker_ca.issue("测试制章", key_usage=("key_encipherment",))
    forged = codec.decode_seal(
        codec.encode_seal(
            world.seal.generation,
            world.seal.signed,
            certificate=maker.certificate.der,
            algorithm=maker.algorithm.oid,
            signature=maker.sign(world.seal.signed),
        )
    )
    signature = world.judge(world.improper(seal=forged))
    assert outcome(signature, "maker_chain") == ("failed", "key_usage_refused")


# 吊销 ------------------------------------------------------------------------------------------


def test_without_lists_revocation_is_undecided(world):
    signature = world.judge(materials=Materials())
    assert lowered(signature) == [
        ("signer_revocation", "indeterminate", "no_revocation_data"),
        ("maker_revocation", "indeterminate", "no_revocation_data"),
    ]


def test_a_stale_list_is_undecided(world):
    old = world.pki.signer_ca.crl(next_update=at(world) + HOUR)
    crls = (Crl.from_der(old), Crl.from_der(world.pki.maker_crl))
    signature = world.judge(materials=Materials(crls=crls))
    assert lowered(signature) == [("signer_revocation", "indeterminate", "revocation_stale")]


def test_a_list_of_another_ca_says_nothing(world):
    stranger = Authority.create("测试证书 CA", at=at(world))
    crls = (Crl.from_der(stranger.crl()), Crl.from_der(world.pki.maker_crl))
    signature = world.judge(materials=Materials(crls=crls))
    assert outcome(signature, "signer_revocation") == ("indeterminate", "no_revocation_data")


@pytest.mark.parametrize(
    ("hours", "row", "expected"),
    [
        (1, {}, ("failed", "certificate_revoked_before_signing")),
        (2, {}, ("failed", "certificate_revoked_before_signing")),
        (2.5, {}, ("indeterminate", "certificate_revoked_no_proof_of_time")),
        (9, {}, ("passed", "certificate_revoked_after_judging")),
        (
            2.5,
            {"reason": "key_compromise", "invalidity": 1},
            ("failed", "certificate_revoked_before_signing"),
        ),
    ],
    ids=["before", "at the moment", "after", "after judging", "compromised before"],
)
def test_a_revoked_signer(world, hours, row, expected):
    row = dict(row)
    if "invalidity" in row:
        row["invalidity_date"] = at(world) + row.pop("invalidity") * HOUR
    certificate = world.pki.signer.certificate
    materials = world.revoking(world.pki.signer_ca, certificate, at(world) + hours * HOUR, **row)
    assert outcome(world.judge(materials=materials), "signer_revocation") == expected


def test_a_maker_revoked_before_making_fails(world):
    certificate = world.pki.maker.certificate
    materials = world.revoking(world.pki.maker_ca, certificate, at(world))
    signature = world.judge(materials=materials)
    assert lowered(signature) == [
        ("maker_revocation", "failed", "certificate_revoked_before_signing")
    ]
