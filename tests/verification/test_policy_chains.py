"""What a policy asks of chains: no mixture of systems, and certificate policies by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

import attacker
import govseal
import tokens
from govseal.asn1 import write
from govseal.pki import extensions as ext
from govseal.pki.crl import Crl
from govseal.pki.materials import Materials
from govseal.pki.ocsp import OcspResponse
from govseal.pki.trust import TrustStore
from govseal.seal.make import make_seal
from govseal.testing import Authority, x509
from govseal.verification.policy import Policy
from govseal.verification.render.html import render_html
from govseal.verification.usability import Usability
from outcomes import at, lowered, outcome

HOUR = timedelta(hours=1)
MIXED = Policy(allow_mixed=True)
ANY, P1, P2 = "2.5.29.32.0", "1.2.156.99999.1", "1.2.156.99999.2"
REFUSED = ("failed", "certificate_policy_refused")


def policies(*oids):
    """CertificatePolicies as an extension."""
    value = write.sequence(*(write.sequence(write.oid(oid)) for oid in oids))
    return x509.encode_extension(ext.CERTIFICATE_POLICIES, value)


def sealed(world, *, signer=None, maker=None):
    """A seal for this signer, by this maker."""
    pki = world.pki
    return make_seal(
        maker or pki.maker,
        name=world.seal.name,
        picture=world.seal.picture,
        signers=[(signer or pki.signer).certificate],
        at=at(world) + HOUR,
    )


def judged(world, *, signer=None, maker=None, token=None, **how):
    """The report on a stamp by this signer, with a seal by this maker."""
    stamp = world.stamp(seal=sealed(world, signer=signer, maker=maker), signer=signer)
    if token is not None:
        stamp = tokens.with_token(stamp, token(tokens.stored_value(stamp)))
    change = {}
    if signer is not None and signer.algorithm.digest.name != "sm3":
        digest = signer.algorithm.digest
        value = digest.digest(b"<Page/>")
        part = replace(world.evidence().parts[0], expected=value, actual=value)
        change = {"digest_algorithm": digest.name, "parts": (part,)}
    return world.judge(stamp, change=change, **how)


# 混合证书链 · mixed chains -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def foreign_signer(world):
    """A signer with an RSA key, certified by the SM2 root."""
    return world.pki.signer_ca.issue("混合签章人", algorithm="rsa")


def test_a_signer_below_another_system_is_refused_by_default(world, foreign_signer):
    signature = judged(world, signer=foreign_signer)
    assert lowered(signature) == [("signer_chain", "failed", "chain_mixed")]
    assert "a key of kind rsa below one of kind sm2" in signature.check("signer_chain").detail


def test_a_policy_that_allows_it_is_told_of_it(world, foreign_signer):
    signature = judged(world, signer=foreign_signer, policy=MIXED)
    assert lowered(signature) == []
    assert outcome(signature, "signer_chain") == ("passed", "chain_mixed")
    assert "chain_mixed" in signature.notices


def test_a_chain_of_one_system_is_no_matter_of_that_policy(world):
    assert judged(world, policy=MIXED).notices == ()


def test_makers_are_held_to_the_same(world):
    maker = world.pki.maker_ca.issue("混合制章人", algorithm="rsa")
    signature = judged(world, maker=maker)
    assert lowered(signature) == [("maker_chain", "failed", "chain_mixed")]
    signature = judged(world, maker=maker, policy=MIXED)
    assert outcome(signature, "maker_chain") == ("passed", "chain_mixed")
    assert lowered(signature) == []


def test_the_notice_of_a_mixture_hides_no_wrong_key_usage(world):
    maker = world.pki.maker_ca.issue("混合制章人", algorithm="rsa", key_usage=("key_encipherment",))
    seal = world_seal_by(world, maker)
    signature = world.judge(world.improper(seal=seal), policy=MIXED)
    assert outcome(signature, "maker_chain") == ("failed", "key_usage_refused")


def test_the_notice_of_a_mixture_hides_no_departure_from_a_strict_policy(world):
    maker = world.pki.maker_ca.issue("混合制章人", algorithm="rsa", key_usage=None)
    stamp = world.improper(seal=world_seal_by(world, maker))
    signature = world.judge(stamp, policy=Policy(allow_mixed=True, strict=True))
    assert outcome(signature, "tolerances") == ("failed", "tolerance_refused")
    assert "quirk_q18" in signature.check("tolerances").detail
    assert outcome(world.judge(stamp, policy=MIXED), "maker_chain") == ("passed", "chain_mixed")


def world_seal_by(world, maker):
    """A seal by a maker whom making would refuse."""
    start = at(world)
    dates = {"create_date": start, "not_before": start, "not_after": start + 1000 * HOUR}
    signers = [world.pki.signer.certificate]
    return govseal.load_seal(attacker.seal_of(maker, signers=signers, properties=dates))


@pytest.mark.parametrize(
    ("policy", "found"),
    [(Policy(), ("failed", "chain_mixed")), (MIXED, ("passed", "chain_mixed"))],
)
def test_time_stamp_authorities_are_held_to_the_same(world, policy, found):
    purpose = x509.extended_key_usage_extension(("time_stamping",), is_critical=True)
    tsa = world.pki.signer_ca.issue("混合时间戳服务", algorithm="rsa", extensions=(purpose,))
    source = tokens.source(tsa, at(world) + 2 * HOUR)
    signature = judged(world, token=source.timestamp, policy=policy)
    assert outcome(signature, "timestamp") == found
    assert (signature.time_source == "timestamp") is policy.allow_mixed


def answered(world, **changes):
    """The materials with an OCSP answer about the signer, by an RSA responder of the SM2 CA."""
    responder = world.pki.signer_ca.create_responder(algorithm="rsa")
    moment = at(world) + 20 * HOUR
    der = world.pki.signer_ca.ocsp(
        world.pki.signer.certificate, responder=responder, this_update=moment, **changes
    )
    maker = Crl.from_der(world.pki.maker_crl)
    return Materials(crls=(maker,), ocsps=(OcspResponse.from_der(der),))


def test_a_responder_of_another_system_clears_nobody_by_default(world):
    materials = answered(world)
    signature = judged(world, materials=materials)
    assert lowered(signature) == [("signer_revocation", "indeterminate", "no_revocation_data")]
    detail = signature.check("signer_revocation").detail
    assert "the OCSP responder has a key of kind rsa below one of kind sm2" in detail
    assert "unrevoked" not in detail
    assert lowered(judged(world, materials=materials, policy=MIXED)) == []


@pytest.mark.parametrize("policy", [Policy(), MIXED])
def test_a_responder_of_another_system_can_revoke(world, policy):
    materials = answered(world, state="revoked", revoked_at=at(world) + HOUR)
    signature = judged(world, materials=materials, policy=policy)
    found = ("failed", "certificate_revoked_before_signing")
    assert outcome(signature, "signer_revocation") == found


def test_who_signs_lists_is_held_to_the_same(world):
    root = Authority.create("混合根", algorithm="rsa", at=at(world))
    middle = root.create_authority("混合 CA", algorithm="sm2")
    signer = middle.issue("签章人")
    lists = tuple(Crl.from_der(ca.crl()) for ca in (root, middle))
    how = {
        "trust": world.trust | TrustStore([root.certificate]),
        "materials": replace(
            world.materials,
            certificates=(middle.certificate,),
            crls=(*world.materials.crls, *lists),
        ),
    }
    assert lowered(judged(world, signer=signer, **how)) == [
        ("signer_chain", "failed", "chain_mixed"),
        ("signer_revocation", "indeterminate", "no_revocation_data"),
    ]
    signature = judged(world, signer=signer, policy=MIXED, **how)
    assert lowered(signature) == []


def test_a_seal_of_a_mixed_signer_is_not_usable_by_default(world, foreign_signer):
    seal = sealed(world, signer=foreign_signer)
    how = {"materials": world.materials, "at": at(world) + 3 * HOUR}
    use = govseal.judge_use(seal, world.trust, **how)
    assert (use.usability, use.reasons) == (Usability.UNUSABLE, ("chain_mixed",))
    use = govseal.judge_use(seal, world.trust, policy=MIXED, **how)
    assert use.usability is Usability.USABLE


# 证书策略 · certificate policies ------------------------------------------------------------------


@pytest.fixture(scope="module")
def signers(world):
    """Signers by the policies of their certificates."""
    issue = world.pki.signer_ca.issue
    rows = {"none": (), "p1": (P1,), "p2": (P2,), "any": (ANY,), "both": (P1, P2)}
    return {
        name: issue("签章人", extensions=[policies(*oids)] if oids else [])
        for name, oids in rows.items()
    }


@pytest.mark.parametrize(
    ("name", "asked", "is_met"),
    [
        ("p1", [P1], True),
        ("p1", [P1, P2], True),
        ("both", [P2], True),
        ("any", [P1], True),
        ("p1", [ANY], True),
        ("p2", [P1], False),
        ("none", [P1], False),
        ("none", [ANY], False),
    ],
)
def test_signers_have_one_of_the_policies_asked_for(world, signers, name, asked, is_met):
    policy = Policy(signer_policies=frozenset(asked))
    signature = judged(world, signer=signers[name], policy=policy)
    assert lowered(signature) == ([] if is_met else [("signer_chain", *REFUSED)])


def test_any_policy_may_stand_for_none(world, signers):
    policy = Policy(signer_policies=frozenset({P1}), inhibit_any_policy=True)
    assert outcome(judged(world, signer=signers["any"], policy=policy), "signer_chain") == REFUSED
    assert lowered(judged(world, signer=signers["p1"], policy=policy)) == []


def test_no_ca_may_rename_a_policy(world):
    rows = write.sequence(write.sequence(write.oid(P1), write.oid(P2)))
    mapping = x509.encode_extension(ext.POLICY_MAPPINGS, rows, is_critical=True)

    def modify(template):
        template.extensions += [policies(P1), mapping]

    middle = world.pki.signer_ca.create_authority("映射 CA", modify=modify)
    signer = middle.issue("签章人", extensions=[policies(P2)])
    materials = replace(
        world.materials,
        certificates=(middle.certificate,),
        crls=(*world.materials.crls, Crl.from_der(middle.crl())),
    )
    policy = Policy(signer_policies=frozenset({P1}))
    how = {"signer": signer, "materials": materials}
    assert lowered(judged(world, policy=policy, **how)) == []
    strict = replace(policy, inhibit_policy_mapping=True)
    assert outcome(judged(world, policy=strict, **how), "signer_chain") == REFUSED


def test_what_a_ca_asks_is_no_matter_of_the_policy(world):
    value = write.sequence(write.element(0x80, b"\0"))
    row = x509.encode_extension(ext.POLICY_CONSTRAINTS, value, is_critical=True)
    middle = world.pki.signer_ca.create_authority(
        "要求策略的 CA", modify=lambda template: template.extensions.append(row)
    )
    signer = middle.issue("签章人")
    materials = replace(world.materials, certificates=(middle.certificate,))
    signature = judged(world, signer=signer, materials=materials)
    assert outcome(signature, "signer_chain") == ("failed", "chain_broken")


def test_makers_have_a_list_of_their_own(world, signers):
    maker = world.pki.maker_ca.issue("制章人", extensions=[policies(P2)])
    how = {"signer": signers["p1"], "maker": maker}
    policy = Policy(signer_policies=frozenset({P1}), maker_policies=frozenset({P2}))
    assert lowered(judged(world, policy=policy, **how)) == []
    swapped = Policy(signer_policies=frozenset({P2}), maker_policies=frozenset({P1}))
    assert lowered(judged(world, policy=swapped, **how)) == [
        ("maker_chain", *REFUSED),
        ("signer_chain", *REFUSED),
    ]
    makers_alone = Policy(maker_policies=frozenset({P1}))
    assert lowered(judged(world, policy=makers_alone, **how)) == [("maker_chain", *REFUSED)]


def test_one_who_is_both_is_judged_as_each(world, signers):
    policy = Policy(signer_policies=frozenset({P1}), maker_policies=frozenset({P2}))
    signature = judged(world, signer=signers["p1"], maker=signers["p1"], policy=policy)
    assert lowered(signature) == [("maker_chain", *REFUSED)]


def test_time_stamps_and_answers_are_not_asked(world, signers):
    signer = signers["p1"]
    source = tokens.source(world.pki.tsa, at(world) + 2 * HOUR)
    der = world.pki.signer_ca.ocsp(
        signer.certificate,
        responder=world.pki.signer_ca.create_responder(),
        this_update=at(world) + 20 * HOUR,
    )
    answers = replace(world.materials, ocsps=(OcspResponse.from_der(der),))
    policy = Policy(signer_policies=frozenset({P1}))
    how = {"signer": signer, "policy": policy, "materials": answers}
    signature = judged(world, token=source.timestamp, **how)
    assert (lowered(signature), signature.time_source) == ([], "timestamp")


def test_a_signer_who_is_an_anchor_has_no_chain(world):
    policy = Policy(signer_policies=frozenset({P1}))
    trust = world.trust | TrustStore([world.pki.signer.certificate])
    assert outcome(judged(world, trust=trust, policy=policy), "signer_chain") == ("passed", "")


def test_a_seal_is_of_use_to_none_without_the_policy(world, signers):
    policy = Policy(signer_policies=frozenset({P1}))
    how = {"materials": world.materials, "policy": policy, "at": at(world) + 3 * HOUR}
    use = govseal.judge_use(sealed(world, signer=signers["p2"]), world.trust, **how)
    assert (use.usability, use.reasons) == (Usability.UNUSABLE, ("certificate_policy_refused",))
    use = govseal.judge_use(sealed(world, signer=signers["p1"]), world.trust, **how)
    assert use.usability is Usability.USABLE


# 报告 · the report --------------------------------------------------------------------------------


def test_the_report_says_what_the_policy_asks(world):
    policy = Policy(name="default", allow_mixed=True, signer_policies=frozenset({P2, P1}))
    report = world.report(world.evidence(), policy=policy)
    said = report.to_dict()
    assert said["policy"] == "default"
    assert said["policy_settings"] == {"allow_mixed": True, "signer_policies": [P1, P2]}
    for lang, label in (("zh", "策略内容"), ("en", "policy says")):
        page = render_html(report, lang)
        assert label in page
        assert "allow_mixed = true" in page


def test_the_default_says_nothing_more(world):
    report = world.report(world.evidence(), policy=Policy(makers=world.trust))
    assert report.to_dict()["policy_settings"] == {}
    assert "策略内容" not in render_html(report, "zh")
