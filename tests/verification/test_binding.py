"""seal_binding: what a seal binds, judged by the policy's profile at the time of signing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from binding_desk import DAY, OLD, picture
from govseal.formats.base import Evidence, SignatureKind
from govseal.pki.materials import Materials
from govseal.pki.trust import TrustStore
from govseal.seal import codec
from govseal.seal.binding import BindingProfile, load_profile
from govseal.seal.make import make_seal
from govseal.seal.model import CertificateDigest, SignerList
from govseal.testing import Authority, Hierarchy
from govseal.testing.hierarchy import UNIT_NAME
from govseal.verification.policy import Policy
from govseal.verification.report import Outcome, Verdict
from govseal.verification.verifier import verify_document
from outcomes import at, lowered, outcome

HOUR = timedelta(hours=1)
NAME = UNIT_NAME + "行政审批专用章"
TEST = Policy(binding=load_profile("test"))


def policy(name, **changes):
    return Policy(binding=load_profile(name), **changes)


@pytest.fixture
def office(world):
    """The world with a seal whose picture is one."""
    seal = make_seal(
        world.pki.maker,
        name=NAME,
        picture=picture(),
        signers=[world.pki.signer.certificate],
        at=at(world) + HOUR,
    )
    return replace(world, seal=seal)


def judge_seal(office, seal, **how):
    """The only signature of a report on a bare seal."""

    class Paper:
        format = "seal"

        def evidence(self):
            return Evidence("seal", (), seal=seal)

    report = verify_document(
        Paper(),
        b"seal",
        how.get("trust", office.trust),
        at=at(office) + 3 * HOUR,
        materials=how.get("materials", office.materials),
        policy=how.get("policy", TEST),
    )
    return report.signatures[0]


def test_without_a_profile_it_is_skipped(office):
    assert office.judge().check("seal_binding").outcome is Outcome.SKIPPED


def test_a_proper_stamp_passes(office):
    signature = office.judge(policy=TEST)
    check = signature.check("seal_binding")
    assert (check.outcome, check.reason, check.clause) == (Outcome.PASSED, "", "govseal.testing")
    assert signature.verdict is Verdict.PASSED


def test_the_violated_rule_gives_reason_and_clause_and_all_are_told(office):
    signature = office.judge(policy=policy("jincheng"))
    check = signature.check("seal_binding")
    assert (check.outcome, check.reason) == (Outcome.FAILED, "validity_mismatch")
    assert check.clause == "晋市政办〔2022〕29号 电子印章, 第八条"
    assert "division_code: 990000 is a test code (GB/T 2260)" in check.detail
    assert "ca_not_allowed: no allowed CA is named" in check.detail
    assert signature.verdict is Verdict.FAILED


def test_a_signature_without_a_seal_binds_nothing(office):
    evidence = office.evidence()
    plain = replace(evidence, stamp=None, kind=SignatureKind.SIGNATURE)
    signature = office.report(plain, policy=TEST).signatures[0]
    assert signature.check("seal_binding").outcome is Outcome.SKIPPED


# 信任 ------------------------------------------------------------------------------------------


def test_an_unknown_anchor_is_undecided(office):
    signature = office.judge(policy=TEST, trust=TrustStore())
    assert outcome(signature, "seal_binding") == ("indeterminate", "ca_not_allowed")
    assert signature.verdict is Verdict.INDETERMINATE


@pytest.mark.req("R-JC29S-06c")
def test_where_cas_are_named_another_one_fails(office):
    other = Authority.create("另一 CA", at=at(office))
    named = replace(TEST, cas=TrustStore((other.certificate,)))
    for trust in (office.trust, TrustStore()):
        signature = office.judge(policy=named, trust=trust)
        assert outcome(signature, "seal_binding") == ("failed", "ca_not_allowed")
        assert signature.verdict is Verdict.FAILED
    own = replace(TEST, cas=TrustStore((office.pki.signer_ca.certificate,)))
    assert office.judge(policy=own).verdict is Verdict.PASSED


def test_a_named_ca_is_no_anchor(office):
    named = replace(TEST, cas=TrustStore((office.pki.signer_ca.certificate,)))
    signature = office.judge(policy=named, trust=TrustStore())
    assert signature.verdict is not Verdict.PASSED
    assert signature.check("seal_binding").outcome is not Outcome.PASSED


@pytest.mark.req("R-JC29S-06c")
def test_a_profile_that_wants_a_list_is_undecided_without_one(office):
    text = 'extends = "test"\nname = "own"\n[rules.certificate_ca]\nnamed = true\n'
    own = Policy(binding=BindingProfile.from_toml(text))
    assert outcome(office.judge(policy=own), "seal_binding") == ("indeterminate", "ca_not_allowed")
    named = replace(own, cas=office.trust)
    assert office.judge(policy=named).verdict is Verdict.PASSED


def test_unknown_revocation_is_undecided(office):
    signature = office.judge(policy=TEST, materials=Materials())
    assert outcome(signature, "seal_binding") == ("indeterminate", "no_revocation_data")


def test_a_certificate_revoked_before_signing_fails(office):
    revoked = office.revoking(office.pki.signer_ca, office.pki.signer.certificate, at(office))
    signature = office.judge(policy=TEST, materials=revoked)
    assert outcome(signature, "seal_binding") == ("failed", "cert_revoked")


def test_a_maker_who_is_not_listed_fails(office):
    named = replace(TEST, makers=TrustStore((office.pki.signer_ca.certificate,)))
    signature = office.judge(policy=named)
    assert outcome(signature, "maker_chain") == ("failed", "maker_untrusted")
    assert outcome(signature, "seal_binding") == ("failed", "maker_untrusted")


def test_a_maker_who_signs_fails(office):
    seal = make_seal(
        office.pki.signer,
        name=NAME,
        picture=picture(),
        signers=[office.pki.signer.certificate],
        at=at(office) + HOUR,
    )
    signature = office.judge(office.stamp(seal=seal), policy=TEST)
    assert outcome(signature, "seal_binding") == ("failed", "maker_is_signer")


# 签章人 ----------------------------------------------------------------------------------------


def test_the_signer_who_signed_is_judged(office):
    """The seal lists two; the one whose certificate binds nothing is refused when he signs."""
    other = office.pki.signer_ca.issue("99000000000002", organization="另一单位")
    seal = make_seal(
        office.pki.maker,
        name=NAME,
        picture=picture(),
        signers=[office.pki.signer.certificate, other.certificate],
        at=at(office) + HOUR,
    )
    assert office.judge(office.stamp(seal=seal), policy=TEST).verdict is Verdict.PASSED
    signature = office.judge(office.stamp(seal=seal, signer=other), policy=TEST)
    assert outcome(signature, "seal_binding") == ("failed", "cert_name_mismatch")
    bare = judge_seal(office, seal)
    assert outcome(bare, "seal_binding") == ("failed", "cert_name_mismatch")


def with_signers(seal, **listed):
    return replace(seal, properties=replace(seal.properties, signers=SignerList(**listed)))


def test_a_bare_seal_is_judged_by_those_whom_it_lists(office):
    assert judge_seal(office, office.seal).check("seal_binding").outcome is Outcome.PASSED
    names = [check.name for check in judge_seal(office, office.seal, policy=Policy()).checks]
    assert "seal_binding" not in names


def test_a_bare_seal_with_digests_cannot_be_judged(office):
    seal = with_signers(office.seal, digests=(CertificateDigest("SM3", bytes(32)),))
    assert outcome(judge_seal(office, seal), "seal_binding") == ("indeterminate", "no_cert")
    empty = with_signers(office.seal, certificates=(b"\x30\x00",))
    assert outcome(judge_seal(office, empty), "seal_binding") == ("failed", "no_cert")


@pytest.mark.parametrize(
    "listed",
    [
        {"digests": (CertificateDigest("SM3", bytes(32)),)},
        {"identifiers": ("测试".encode().decode("latin-1"),)},
        {"certificates": (b"\x30\x00",)},
    ],
    ids=["digest", "identifier", "unreadable"],
)
def test_a_bare_seal_with_entries_that_cannot_be_judged_is_undecided(office, listed):
    """Somebody whose certificate nobody can see may use the seal too."""
    own = office.pki.signer.certificate.der
    known = {"certificates": (own, *listed.pop("certificates", ()))}
    seal = with_signers(office.seal, **known, **listed)
    assert outcome(judge_seal(office, seal), "seal_binding") == ("indeterminate", "no_cert")


def test_a_bare_seal_that_lists_more_than_are_judged_is_undecided(office):
    other = office.pki.signer_ca.issue("99000000000002", organization="另一单位")
    own = office.pki.signer.certificate.der
    full = with_signers(office.seal, certificates=(own,) * 20)
    assert judge_seal(office, full).check("seal_binding").outcome is Outcome.PASSED
    more = with_signers(office.seal, certificates=(own,) * 20 + (other.certificate.der,))
    assert outcome(judge_seal(office, more), "seal_binding") == ("indeterminate", "no_cert")


def test_a_stamp_whose_seal_lists_digests_shows_its_signer(office):
    stamp = codec.decode_signature(office.stamp())
    digest = CertificateDigest("SHA256", bytes.fromhex(office.pki.signer.certificate.fingerprint))
    seal = with_signers(stamp.seal, digests=(digest,))
    evidence = replace(office.evidence(), stamp=replace(stamp, seal=seal))
    signature = office.report(evidence, policy=TEST).signatures[0]
    assert signature.check("seal_binding").outcome is Outcome.PASSED


def test_a_signer_whose_certificate_cannot_be_read_binds_nothing(office):
    bad = replace(codec.decode_signature(office.stamp()), signer_certificate=b"\x30\x00")
    evidence = replace(office.evidence(), stamp=bad)
    signature = office.report(evidence, policy=TEST).signatures[0]
    assert outcome(signature, "seal_binding") == ("failed", "no_cert")


# 时间 · T counts -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def licence():
    """A stamp of 2016 by the repealed measures of Heilongjiang: seal, signer, anchors."""
    pki = Hierarchy.create("sm2", at=OLD)
    signer = pki.signer_ca.issue(
        "测试", organization="测试省某厅", not_after=datetime(2030, 1, 1, tzinfo=UTC)
    )
    seal = make_seal(
        pki.maker,
        name="测试省某厅行政许可专用章",
        picture=picture(),
        signers=[signer.certificate],
        at=OLD,
    )
    return pki, signer, seal


@pytest.mark.req("R-HLJ-02c")
@pytest.mark.req("R-HLJ-12a")
@pytest.mark.parametrize(
    ("signed", "makers", "expected"),
    [
        (OLD + DAY, "maker_ca", ("passed", "")),
        (OLD + DAY, "signer_ca", ("failed", "maker_untrusted")),
        (datetime(2022, 1, 2, tzinfo=UTC), "maker_ca", ("indeterminate", "profile_not_in_force")),
    ],
    ids=["in its time", "another maker", "after its repeal"],
)
def test_an_old_document_is_judged_by_the_rules_of_its_time(
    world, licence, signed, makers, expected
):
    pki, signer, seal = licence
    office = replace(world, pki=pki, seal=seal, trust=pki.trust, materials=pki.materials)
    anchors = TrustStore((getattr(pki, makers).certificate,))
    signature = office.judge(
        office.improper(signer, at=signed),
        policy=policy("heilongjiang-2014", makers=anchors),
        at=max(signed, OLD) + DAY,
    )
    if expected[0] == "passed":
        assert lowered(signature) == []
    assert outcome(signature, "seal_binding") == expected


def test_without_a_time_of_signing_it_is_undecided(office):
    stamp = codec.decode_signature(office.stamp())
    timeless = replace(stamp, claimed_time=replace(stamp.claimed_time, moment=None))
    signature = office.report(replace(office.evidence(), stamp=timeless), policy=TEST).signatures[0]
    assert outcome(signature, "seal_binding") == ("indeterminate", "no_signing_time")
