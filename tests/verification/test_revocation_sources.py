"""OCSP answers, lists got across a network, and the system's roots, as a judgement uses them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

import tokens
from govseal.asn1 import write
from govseal.pki import systemroots
from govseal.pki.crl import INVALIDITY_DATE, Crl
from govseal.pki.materials import Materials
from govseal.pki.ocsp import OcspResponse
from govseal.pki.trust import TrustStore
from govseal.seal.make import make_seal
from govseal.testing import Hierarchy, Simulator, x509
from govseal.verification.policy import Policy
from govseal.verification.report import Verdict
from outcomes import at, lowered, outcome

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def answered(world, **changes):
    """The materials with an OCSP answer about the signer in place of the list of its CA."""
    changes = {"this_update": at(world) + 20 * HOUR} | changes
    der = world.pki.signer_ca.ocsp(world.pki.signer.certificate, **changes)
    maker = Crl.from_der(world.pki.maker_crl)
    return Materials(crls=(maker,), ocsps=(OcspResponse.from_der(der),))


# 应答 · answers --------------------------------------------------------------------------------


def test_answers_do_as_lists_do(either):
    signature = either.judge(
        either.stamp(),
        materials=answered(either, responder=either.pki.signer_ca.create_responder()),
        change=digests(either),
    )
    assert lowered(signature) == []
    assert signature.verdict is Verdict.PASSED


def digests(world):
    """The page digested as the signer's algorithm asks."""
    digest = world.pki.signer.algorithm.digest
    part = world.evidence().parts[0]
    value = digest.digest(b"<Page/>")
    return {
        "digest_algorithm": digest.name,
        "parts": (replace(part, expected=value, actual=value),),
    }


def test_an_answer_that_is_stale_or_does_not_know(world):
    stale = answered(world, this_update=at(world), next_update=at(world) + HOUR)
    signature = world.judge(materials=stale)
    assert lowered(signature) == [("signer_revocation", "indeterminate", "revocation_stale")]
    signature = world.judge(materials=answered(world, state="unknown"))
    assert lowered(signature) == [("signer_revocation", "indeterminate", "no_revocation_data")]
    assert "does not know" in signature.check("signer_revocation").detail


def test_an_indirect_list_is_named_as_unsupported(world):
    row = x509.distribution_point_extension(flags=[4])
    crls = (Crl.from_der(world.pki.signer_ca.crl(extensions=[row])), *world.materials.crls[1:])
    signature = world.judge(materials=Materials(crls=crls))
    assert lowered(signature) == [("signer_revocation", "indeterminate", "unsupported")]
    assert "indirect" in signature.check("signer_revocation").detail


# The stamp claims hour 2; a time stamp, where there is one, proves hour 2.5; judged at hour 3.
TABLE = [
    (False, 1, {}, ("failed", "certificate_revoked_before_signing")),
    (False, 2.7, {}, ("indeterminate", "certificate_revoked_no_proof_of_time")),
    (False, 9, {}, ("passed", "certificate_revoked_after_judging")),
    (True, 1, {}, ("failed", "certificate_revoked_before_signing")),
    (True, 2.7, {}, ("passed", "certificate_revoked_after_signing")),
    (True, 2.7, {"reason": "superseded"}, ("passed", "certificate_revoked_after_signing")),
    (
        True,
        2.7,
        {"reason": "key_compromise", "invalid": 2.2},
        ("failed", "certificate_revoked_before_signing"),
    ),
    (
        True,
        2.7,
        {"reason": "key_compromise", "invalid": 2.6},
        ("passed", "certificate_revoked_after_signing"),
    ),
    (
        True,
        2.7,
        {"reason": "superseded", "invalid": 2.2},
        ("passed", "certificate_revoked_after_signing"),
    ),
]


@pytest.mark.parametrize("source", ["list", "answer"])
@pytest.mark.parametrize("case", TABLE)
def test_one_table_for_lists_and_answers(world, source, case):
    """Standards 4, after expiry: revoked before T, after T, compromised, no proof of time."""
    is_proved, hours, row, expected = case
    start, pki = at(world), world.pki
    row, date = dict(row), start + hours * HOUR
    invalid = start + row.pop("invalid") * HOUR if "invalid" in row else None
    if source == "list":
        materials = world.revoking(
            pki.signer_ca, pki.signer.certificate, date, invalidity_date=invalid, **row
        )
    else:
        extensions = ()
        if invalid is not None:
            value = write.generalized_time(invalid)
            extensions = (x509.encode_extension(INVALIDITY_DATE, value),)
        materials = answered(world, state="revoked", revoked_at=date, extensions=extensions, **row)
        of_tsa = OcspResponse.from_der(pki.signer_ca.ocsp(pki.tsa.certificate))
        materials |= Materials(ocsps=(of_tsa,))
    stamp = world.stamp()
    if is_proved:
        token = tokens.source(pki.tsa, start + 2.5 * HOUR).timestamp(tokens.stored_value(stamp))
        stamp = tokens.with_token(stamp, token)
    assert outcome(world.judge(stamp, materials=materials), "signer_revocation") == expected


def test_after_expiry_an_answer_of_the_proved_time_is_enough(world):
    """Valid at T and not revoked then; the responder has forgotten the certificate since."""
    pki, later = world.pki, at(world) + 400 * DAY
    stamp = world.stamp()
    proved = at(world) + 2.5 * HOUR
    token = tokens.source(pki.tsa, proved).timestamp(tokens.stored_value(stamp))
    of_then = [
        OcspResponse.from_der(ca.ocsp(who.certificate, this_update=at(world) + 3 * HOUR))
        for ca, who in (
            (pki.signer_ca, pki.signer),
            (pki.signer_ca, pki.tsa),
            (pki.maker_ca, pki.maker),
        )
    ]
    kept = Materials(ocsps=tuple(of_then))
    stamped = tokens.with_token(stamp, token)
    signature = world.judge(stamped, at=later, materials=kept)
    assert outcome(signature, "signer_revocation") == ("passed", "")
    assert outcome(signature, "signing_time") == ("passed", "expired_after_signing")
    assert outcome(world.judge(stamp, at=later, materials=kept), "signer_revocation") == (
        "indeterminate",
        "revocation_stale",
    )
    assert outcome(world.judge(stamp, at=later, materials=kept), "signing_time") == (
        "indeterminate",
        "no_proof_of_time",
    )


# 联网 · across a network -----------------------------------------------------------------------

BASE = "http://pki.example"


@pytest.fixture(scope="module")
def placed(world):
    """The same world, where certificates name their lists and responders."""
    pki = Hierarchy.create("sm2", at=at(world), base_url=BASE)
    seal = make_seal(
        pki.maker,
        name="测试市行政审批服务管理局行政审批专用章",
        picture=world.seal.picture,
        signers=[pki.signer.certificate],
        at=at(world) + HOUR,
    )
    return type(world)(pki, seal, pki.trust, Materials())


@pytest.fixture
def net(placed):
    found = Simulator()
    pki, now = placed.pki, at(placed) + 3 * HOUR
    for name, ca, crl in (
        ("ca", pki.signer_ca, pki.signer_crl),
        ("maker-ca", pki.maker_ca, pki.maker_crl),
    ):
        found.serve(f"{BASE}/{name}.crl", crl)
        found.serve_ocsp(f"{BASE}/{name}-ocsp", ca, at=now)
    return found


def test_offline_is_the_default(placed, net):
    assert lowered(placed.judge()) == [
        ("signer_revocation", "indeterminate", "no_revocation_data"),
        ("maker_revocation", "indeterminate", "no_revocation_data"),
    ]
    assert net.asked == []


def test_with_a_fetcher_responders_are_asked(placed, net):
    signature = placed.judge(fetcher=net)
    assert (signature.verdict, lowered(signature)) == (Verdict.PASSED, [])
    assert net.asked == [f"{BASE}/ca-ocsp", f"{BASE}/maker-ca-ocsp"]


def test_many_signatures_of_one_signer_are_asked_about_once(placed, net):
    report = placed.report(*(placed.evidence(placed.stamp()) for _ in range(5)), fetcher=net)
    assert len(report.signatures) == 5
    assert len(net.asked) == 2


def test_an_outage_of_responders_is_a_notice(placed, net):
    net.outages |= {f"{BASE}/ca-ocsp", f"{BASE}/maker-ca-ocsp"}
    signature = placed.judge(fetcher=net)
    assert signature.verdict is Verdict.PASSED
    assert outcome(signature, "signer_revocation") == ("passed", "revocation_unreachable")
    assert "nobody answers" in signature.check("signer_revocation").detail
    assert "revocation_unreachable" in signature.notices


def test_an_outage_of_everything_is_undecided(placed, net):
    net.services.clear()
    signature = placed.judge(fetcher=net)
    assert lowered(signature) == [
        ("signer_revocation", "indeterminate", "no_revocation_data"),
        ("maker_revocation", "indeterminate", "no_revocation_data"),
    ]
    assert "nobody answers" in signature.check("signer_revocation").detail


def test_an_outage_takes_nothing_from_what_is_known(placed, net):
    net.services.clear()
    materials = placed.revoking(
        placed.pki.signer_ca, placed.pki.signer.certificate, at(placed) + HOUR
    )
    signature = placed.judge(fetcher=net, materials=materials)
    assert ("signer_revocation", "failed", "certificate_revoked_before_signing") in lowered(
        signature
    )


def test_a_revocation_that_a_responder_tells_fails(placed, net):
    url, pki = f"{BASE}/ca-ocsp", placed.pki
    revoked = [pki.signer.certificate]
    net.serve_ocsp(url, pki.signer_ca, at=at(placed) + HOUR, revoked=revoked)
    assert lowered(placed.judge(fetcher=net)) == [
        ("signer_revocation", "failed", "certificate_revoked_before_signing")
    ]


def test_strangers_make_nobody_ask(placed, net):
    signature = placed.judge(fetcher=net, trust=TrustStore())
    assert signature.verdict is Verdict.INDETERMINATE
    assert net.asked == []


# 操作系统 · the operating system ---------------------------------------------------------------


@pytest.fixture
def system(world, monkeypatch, tmp_path):
    """What the system trusts: both roots of the world."""
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(world.pki.roots_pem)
    monkeypatch.setattr(systemroots, "_from_oscrypto", lambda: iter(()))
    monkeypatch.setattr(systemroots.load_system_roots, "__defaults__", ((bundle,),))
    return TrustStore.from_system()


def test_the_systems_roots_serve_signers_and_no_makers(world, system):
    assert lowered(world.judge(trust=system)) == [
        ("maker_chain", "indeterminate", "no_trust_anchor"),
        ("maker_revocation", "indeterminate", "no_revocation_data"),
    ]


def test_makers_under_a_root_that_is_named(world, system):
    named = TrustStore([world.pki.maker_ca.certificate])
    assert world.judge(trust=system | named).verdict is Verdict.PASSED
    assert world.judge(trust=system, policy=Policy(makers=named)).verdict is Verdict.PASSED
    assert world.judge(trust=system, policy=Policy(makers=system)).verdict is Verdict.PASSED
    other = TrustStore([world.pki.signer_ca.certificate])
    signature = world.judge(trust=system, policy=Policy(makers=other))
    assert outcome(signature, "maker_chain") == ("failed", "maker_untrusted")


def test_the_systems_roots_serve_time_stamps(world, system):
    stamp = world.stamp()
    token = tokens.source(world.pki.tsa, at(world) + 2.5 * HOUR)
    stamped = tokens.with_token(stamp, token.timestamp(tokens.stored_value(stamp)))
    assert outcome(world.judge(stamped, trust=system), "timestamp") == ("passed", "")
