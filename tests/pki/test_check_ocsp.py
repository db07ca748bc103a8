"""What OCSP answers say: who may make them, whom they are about, and for when they speak."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from govseal.asn1 import strict, write
from govseal.pki import ocsp
from govseal.pki.algorithms import SHA1, SHA256, SM3
from govseal.pki.crl import Crl
from govseal.pki.materials import Materials
from govseal.pki.ocsp import CertId, OcspResponse
from govseal.pki.revocation import check_revocation
from govseal.pki.trust import TrustStore
from govseal.testing import Authority, Revoked, x509
from govseal.testing import ocsp as build

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
YEAR = timedelta(days=365)


@pytest.fixture(scope="module")
def store(ca):
    return TrustStore([ca.certificate])


@pytest.fixture(scope="module")
def responder(ca):
    return ca.create_responder()


@pytest.fixture
def status(signer, store, at):
    """What responses in DER say about the signer, or another certificate."""

    def ask(*ocsps, crls=(), certificate=None, moment=at, trust=store, certificates=()):
        materials = Materials(
            tuple(certificates),
            tuple(map(Crl.from_der, crls)),
            tuple(map(OcspResponse.from_der, ocsps)),
        )
        certificate = certificate or signer.certificate
        return check_revocation(certificate, trust, materials=materials, at=moment)

    return ask


def assert_unknown(result, reason, said=""):
    assert (result.state, result.reason) == ("unknown", reason)
    assert said in result.detail


# --- good -----------------------------------------------------------------------------------


def test_good_by_the_ca_itself(ca, status, signer, at):
    result = status(ca.ocsp(signer.certificate))
    assert (result.state, result.reason, result.this_update) == ("good", None, at)
    assert "OCSP answer of C=CN, O=测试证书管理中心, CN=测试证书 CA" in result.source


@pytest.mark.parametrize("algorithm", [SM3, SHA1, SHA256])
def test_good_by_a_responder(ca, status, signer, responder, algorithm):
    by_key = algorithm is SHA1
    der = ca.ocsp(signer.certificate, responder=responder, algorithm=algorithm, by_key=by_key)
    assert status(der).state == "good"
    assert "测试 OCSP 服务" in status(der).source


def test_rsa_answers_work_alike(rsa_ca, rsa_signer, trust, status):
    for responder in (None, rsa_ca.create_responder()):
        der = rsa_ca.ocsp(rsa_signer.certificate, responder=responder)
        assert status(der, certificate=rsa_signer.certificate, trust=trust).state == "good"


def test_the_responder_may_come_with_the_materials(ca, status, signer, responder):
    der = ca.ocsp(signer.certificate, responder=responder, certificates=())
    assert_unknown(status(der), "no_revocation_data", "no responder")
    assert status(der, certificates=[responder.certificate]).state == "good"


def test_a_responder_that_is_not_exempt_has_to_be_good_itself(ca, status, signer, at):
    responder = ca.create_responder(has_no_check=False)
    der = ca.ocsp(signer.certificate, responder=responder)
    assert_unknown(status(der), "no_revocation_data", "not known to be unrevoked")
    other = ca.crl(this_update=at - DAY)
    assert status(der, crls=[other]).state == "good"
    of_responder = ca.crl([Revoked(responder.certificate, at - DAY)], this_update=at - 2 * DAY)
    older = ca.ocsp(signer.certificate, responder=responder, state="revoked")
    assert status(older, crls=[of_responder]).state == "good", "the list says so"
    stale = ca.crl([Revoked(responder.certificate, at)], this_update=at - DAY, next_update=at - DAY)
    assert_unknown(status(older, crls=[stale]), "revocation_stale")


def test_of_many_answers_the_fitting_one_counts(ca, status, signer, at, responder):
    other = ca.issue("x").certificate
    rows = [
        build.Answer(CertId.of(item, ca.certificate, SM3), at, at + DAY, state)
        for item, state in ((other, "revoked"), (signer.certificate, "good"))
    ]
    der = build.encode_response(responder, rows, produced_at=at)
    assert status(der).state == "good"
    assert status(der, certificate=other).state == "revoked"


# --- 时间 · times ---------------------------------------------------------------------------


def test_a_later_answer_speaks_for_earlier(ca, status, signer, at):
    der = ca.ocsp(signer.certificate, this_update=at + 30 * DAY, has_next_update=False)
    assert status(der).state == "good"


def test_both_ends_are_included(ca, status, signer, at):
    der = ca.ocsp(signer.certificate, this_update=at - DAY, next_update=at)
    assert status(der).state == "good"
    assert_unknown(status(der, moment=at + SECOND), "revocation_stale")


def test_an_answer_without_next_update_speaks_at_once(ca, status, signer, at):
    der = ca.ocsp(signer.certificate, has_next_update=False)
    assert status(der, moment=at + 300 * SECOND).state == "good"
    assert_unknown(status(der, moment=at + 301 * SECOND), "revocation_stale")


def test_an_answer_after_the_certificate_expired(ca, status, at):
    leaf = ca.issue("x", not_before=at - 20 * DAY, not_after=at - 10 * DAY).certificate
    old = Authority.create("测试证书 CA", at=at - 2 * YEAR, key=ca.key)
    asked = {"certificate": leaf, "moment": at - 15 * DAY, "trust": TrustStore([old.certificate])}
    assert_unknown(status(ca.ocsp(leaf), **asked), "no_revocation_data", "expired")
    for days, state in ((30, "good"), (5, "unknown")):
        cutoff = write.generalized_time(at - days * DAY)
        row = x509.encode_extension(ocsp.ARCHIVE_CUTOFF, cutoff)
        assert status(ca.ocsp(leaf, extensions=[row]), **asked).state == state
    assert status(ca.ocsp(leaf, state="revoked"), **asked).state == "revoked"


# --- revoked --------------------------------------------------------------------------------


def test_a_revocation_with_its_facts(ca, status, signer, responder, at):
    der = ca.ocsp(
        signer.certificate,
        state="revoked",
        revoked_at=at - DAY,
        reason="key_compromise",
        responder=responder,
    )
    result = status(der)
    assert (result.state, result.revoked_at) == ("revoked", at - DAY)
    assert result.revocation_reason == "key_compromise"
    assert result.is_revoked_at(at)
    assert not result.is_revoked_at(at - 2 * DAY)


def test_a_revocation_is_not_lost_among_newer_words(ca, status, signer, at):
    revoked = ca.ocsp(signer.certificate, state="revoked", this_update=at - 9 * DAY)
    good = ca.ocsp(signer.certificate)
    for ocsps in ((revoked, good), (good, revoked)):
        assert status(*ocsps).state == "revoked"
        assert status(*ocsps, crls=[ca.crl()]).state == "revoked"
    listed = ca.crl([Revoked(signer.certificate, at - DAY)], this_update=at - 9 * DAY)
    assert status(good, crls=[listed]).state == "revoked"


def test_lists_and_answers_release_each_others_holds(ca, status, signer, at):
    hold = {"state": "revoked", "reason": "certificate_hold", "this_update": at - 2 * DAY}
    held = ca.ocsp(signer.certificate, **hold)
    assert status(held).revocation_reason == "certificate_hold"
    assert status(held, crls=[ca.crl(this_update=at - DAY)]).state == "good"
    assert status(held, crls=[ca.crl(this_update=at - 3 * DAY)]).state == "revoked"
    listed = ca.crl([Revoked(signer.certificate, at, "certificate_hold")], this_update=at - DAY)
    assert status(ca.ocsp(signer.certificate), crls=[listed]).state == "good"
    assert status(held, ca.ocsp(signer.certificate, this_update=at - DAY)).state == "good"


# --- unknown --------------------------------------------------------------------------------


def test_a_responder_that_does_not_know(ca, status, signer, at):
    der = ca.ocsp(signer.certificate, state="unknown")
    assert_unknown(status(der), "no_revocation_data", "does not know")
    assert status(der, crls=[ca.crl()]).state == "good"


def test_a_refusal_says_nothing(status):
    assert_unknown(status(build.encode_refusal("try_later")), "no_revocation_data")


def test_an_answer_about_another_certificate(ca, other_ca, status, signer):
    other = ca.ocsp(ca.issue("x").certificate)
    assert_unknown(status(other), "no_revocation_data")
    twin = other_ca.issue("y", serial=signer.certificate.serial).certificate
    assert_unknown(status(other_ca.ocsp(twin)), "no_revocation_data")


def test_an_answer_by_another_ca_about_ours(ca, other_ca, status, signer):
    named = CertId.of(signer.certificate, ca.certificate, SM3)
    row = build.Answer(named, ca.at, ca.at + DAY)
    for forger in (other_ca.issue("x"), other_ca.create_responder()):
        der = build.encode_response(forger, [row], produced_at=ca.at)
        known = [forger.certificate, other_ca.certificate]
        assert_unknown(status(der, certificates=known), "no_revocation_data", "no responder")


def test_an_answer_with_a_false_signature(ca, other_ca, status, signer, responder):
    for by in (None, responder):
        der = ca.ocsp(signer.certificate, responder=by, key=other_ca.key)
        assert_unknown(status(der), "no_revocation_data", "no responder")
    der = ca.ocsp(signer.certificate, state="revoked", key=other_ca.key)
    assert_unknown(status(der), "no_revocation_data", "no responder")


def test_the_signer_does_not_answer_for_himself(ca, status, signer):
    der = ca.ocsp(signer.certificate, responder=signer)
    assert_unknown(status(der), "no_revocation_data", "no responder")


@pytest.mark.parametrize(
    "changes",
    [
        {"extended_key_usage": ()},
        {"extended_key_usage": ("any",)},
        {"extended_key_usage": ("time_stamping",)},
        {"key_usage": ("key_encipherment",)},
        {"not_before": "before", "not_after": "past"},
        {"extensions": [x509.encode_extension("1.2.3.4", write.null(), is_critical=True)]},
    ],
    ids=["no purpose", "any purpose", "other purpose", "no signatures", "expired", "critical"],
)
def test_who_is_no_responder(ca, status, signer, at, changes):
    times = {"before": at - 20 * DAY, "past": at - SECOND}
    changes = {
        name: times.get(value, value) if isinstance(value, str) else value
        for name, value in changes.items()
    }
    responder = ca.create_responder(**changes)
    for state in ("good", "revoked"):
        der = ca.ocsp(signer.certificate, responder=responder, state=state)
        assert_unknown(status(der), "no_revocation_data", "no responder")


def test_a_responder_of_a_ca_below_is_no_responder_of_the_ca_above(ca, status, signer):
    """RFC 6960, 4.2.2.2: certified directly by the CA that is asked about."""
    middle = ca.create_authority("二级")
    responder = middle.create_responder()
    der = ca.ocsp(signer.certificate, responder=responder)
    known = [middle.certificate]
    assert_unknown(status(der, certificates=known), "no_revocation_data", "no responder")


def test_an_expired_responder_does_not_speak_of_later_times(ca, status, signer, at):
    """Its key may be anybody's: neither is a hold released, nor anybody cleared."""
    responder = ca.create_responder(not_before=at - 9 * DAY, not_after=at - DAY)
    times = {"this_update": at + DAY, "next_update": at + YEAR, "produced_at": at - 2 * DAY}
    der = ca.ocsp(signer.certificate, responder=responder, **times)
    assert_unknown(status(der), "no_revocation_data", "no responder")
    held = ca.crl([Revoked(signer.certificate, at - DAY, "certificate_hold")], this_update=at - DAY)
    assert status(der, crls=[held]).revocation_reason == "certificate_hold"


def test_the_last_moment_that_can_be_written(ca, status, signer, at):
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    der = ca.ocsp(signer.certificate, this_update=last, has_next_update=False)
    assert_unknown(status(der), "no_revocation_data", "expired")


def test_an_answer_after_the_certificate_expired_releases_no_hold(ca, status, at):
    leaf = ca.issue("x", not_before=at - 20 * DAY, not_after=at - 10 * DAY).certificate
    old = Authority.create("测试证书 CA", at=at - 2 * YEAR, key=ca.key)
    asked = {"certificate": leaf, "moment": at - 13 * DAY, "trust": TrustStore([old.certificate])}
    before = ca.crl(this_update=at - 16 * DAY, next_update=at - 9 * DAY)
    hold = Revoked(leaf, at - 15 * DAY, "certificate_hold")
    held = ca.crl([hold], this_update=at - 14 * DAY)
    result = status(ca.ocsp(leaf), crls=[before, held], **asked)
    assert result.revocation_reason == "certificate_hold"


def test_an_answer_speaks_no_longer_than_its_responder_is_valid(ca, status, signer, at):
    """Whoever finds the key of a responder that expired can write any next update."""
    responder = ca.create_responder(not_before=at - 9 * DAY, not_after=at - DAY)
    times = {"this_update": at - 2 * DAY, "next_update": at + YEAR}
    der = ca.ocsp(signer.certificate, responder=responder, **times)
    assert status(der, moment=at - DAY).state == "good"
    assert_unknown(status(der), "revocation_stale")
    revoked = ca.ocsp(signer.certificate, responder=responder, state="revoked", **times)
    assert status(revoked).state == "revoked"


def test_an_untrusted_ca(ca, status, signer):
    assert_unknown(status(ca.ocsp(signer.certificate), trust=TrustStore()), "no_revocation_data")


def test_what_travels_inside_and_cannot_be_read_does_no_harm(ca, status, signer, responder):
    inside = (write.sequence(write.null()), responder.certificate.der)
    der = ca.ocsp(signer.certificate, responder=responder, certificates=inside)
    assert status(der).state == "good"


def test_an_answer_by_an_unknown_algorithm(ca, status, signer):
    other = write.sequence(write.oid("1.2.156.10197.1.999"))
    content = strict.explicit(
        strict.parse(ca.ocsp(signer.certificate)).children()[1], 0, ""
    ).children()[1]
    parts = [item.raw for item in strict.parse(content.content).children()]
    der = build.encode_basic(write.sequence(parts[0], other, *parts[2:]))
    assert_unknown(status(der), "no_revocation_data", "no responder")


def test_critical_extensions_silence_an_answer(ca, status, signer, responder, at):
    row = x509.encode_extension("1.2.3.4", write.null(), is_critical=True)
    inside = ca.ocsp(signer.certificate, extensions=[row])
    answer = build.Answer(CertId.of(signer.certificate, ca.certificate, SM3), at, at + DAY)
    around = build.encode_response(responder, [answer], produced_at=at, extensions=[row])
    for der in (inside, around):
        assert_unknown(status(der), "no_revocation_data", "critical")


def test_an_answer_over_a_weak_digest_can_revoke_and_nothing_else(
    rsa_ca, rsa_signer, trust, status
):
    asked = {"certificate": rsa_signer.certificate, "trust": trust}
    algorithm = write.sequence(write.oid("1.2.840.113549.1.1.5"), write.null())

    def weakly(der):
        whole = strict.explicit(strict.parse(der).children()[1], 0, "").children()[1].content
        tbs = strict.parse(whole).children()[0].raw
        value = rsa_ca.key._key.sign(tbs, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - the point
        return build.encode_basic(write.sequence(tbs, algorithm, write.bits(value)))

    good = weakly(rsa_ca.ocsp(rsa_signer.certificate))
    assert_unknown(status(good, **asked), "no_revocation_data", "weak digest")
    assert status(good, rsa_ca.ocsp(rsa_signer.certificate), **asked).state == "good"
    revoked = weakly(rsa_ca.ocsp(rsa_signer.certificate, state="revoked"))
    assert status(revoked, rsa_ca.ocsp(rsa_signer.certificate), **asked).state == "revoked"


def test_a_crowd_of_answers_is_looked_at_in_bounds(ca, other_ca, status, signer, at):
    named = CertId.of(signer.certificate, ca.certificate, SM3)
    rows = [build.Answer(named, at, at + DAY)] * 500
    der = build.encode_response(other_ca.issue("x"), rows, produced_at=at)
    assert_unknown(status(der), "no_revocation_data", "no responder")
