"""What CRLs say: a revocation is never lost, silence speaks only where the list reaches."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from govseal.asn1 import strict, write
from govseal.pki import crl as lists
from govseal.pki import extensions as ext
from govseal.pki.crl import Crl
from govseal.pki.materials import Materials
from govseal.pki.pkcs8 import PrivateKey
from govseal.pki.revocation import check_revocation
from govseal.pki.trust import TrustStore
from govseal.testing import Authority, Revoked, x509

DAY = timedelta(days=1)
YEAR = timedelta(days=365)


@pytest.fixture(scope="module")
def store(ca):
    return TrustStore([ca.certificate])


@pytest.fixture
def status(signer, store, at):
    """What CRLs in DER say about the signer, or another certificate."""

    def ask(*crls, certificate=None, moment=at, trust=store, certificates=()):
        materials = Materials(tuple(certificates), tuple(map(Crl.from_der, crls)))
        certificate = certificate or signer.certificate
        return check_revocation(certificate, trust, materials=materials, at=moment)

    return ask


def assert_unknown(result, reason):
    assert (result.state, result.reason) == ("unknown", reason)
    assert result.revoked_at is None
    assert result.detail


# --- good -----------------------------------------------------------------------------------


def test_not_listed_is_good(ca, status, at):
    result = status(ca.crl(this_update=at - DAY, next_update=at + DAY))
    assert (result.state, result.reason, result.this_update) == ("good", None, at - DAY)
    assert "测试证书 CA" in result.source
    assert not result.is_revoked_at(at)


def test_a_list_issued_later_speaks_for_earlier(ca, status, at):
    crl = ca.crl(this_update=at + 30 * DAY, has_next_update=False)
    assert status(crl).state == "good"


def test_both_ends_of_the_list_are_included(ca, status, at):
    assert status(ca.crl(this_update=at, has_next_update=False)).state == "good"
    assert status(ca.crl(this_update=at - DAY, next_update=at)).state == "good"


def test_another_serial_of_the_ca_is_not_ours(ca, status, signer, at):
    rows = [Revoked(signer.certificate.serial + 1, at - DAY)]
    assert status(ca.crl(rows)).state == "good"


def test_the_newest_list_that_speaks_is_the_source(ca, status, at):
    older = ca.crl(this_update=at - 2 * DAY)
    newer = ca.crl(this_update=at - DAY)
    for order in ((older, newer), (newer, older)):
        assert status(*order).this_update == at - DAY


def test_other_certificates_among_the_materials_do_no_harm(ca, other_ca, signer, status):
    strangers = [other_ca.certificate, signer.certificate]
    assert status(ca.crl(), certificates=strangers).state == "good"


def test_rsa_lists_work_alike(rsa_ca, rsa_signer, trust, status):
    result = status(rsa_ca.crl(), certificate=rsa_signer.certificate, trust=trust)
    assert result.state == "good"


def test_the_issuer_may_come_with_the_materials(ca, status):
    middle = ca.create_authority("二级")
    leaf = middle.issue("x").certificate
    assert status(middle.crl(), certificate=leaf, certificates=[middle.certificate]).state == "good"
    assert_unknown(status(middle.crl(), certificate=leaf), "no_revocation_data")


def test_the_issuer_may_come_with_the_document(ca, store, at):
    middle = ca.create_authority("二级")
    leaf = middle.issue("x").certificate
    crls = Materials(crls=(Crl.from_der(middle.crl()),))
    result = check_revocation(leaf, store, materials=crls, certificates=[middle.certificate], at=at)
    assert result.state == "good"


# --- revoked --------------------------------------------------------------------------------


def test_a_revocation_with_its_facts(ca, status, signer, at):
    row = Revoked(signer.certificate, at - DAY, "key_compromise", at - 3 * DAY)
    result = status(ca.crl([row]))
    assert (result.state, result.reason) == ("revoked", None)
    assert (result.revoked_at, result.revocation_reason) == (at - DAY, "key_compromise")
    assert result.invalidity_date == at - 3 * DAY
    assert result.is_revoked_at(at - DAY)
    assert result.is_revoked_at(at - 3 * DAY)
    assert not result.is_revoked_at(at - 4 * DAY)


def test_a_revocation_after_the_moment_is_told_and_dated(ca, status, signer, at):
    result = status(ca.crl([Revoked(signer.certificate, at + DAY)], this_update=at + 2 * DAY))
    assert (result.state, result.revoked_at) == ("revoked", at + DAY)
    assert not result.is_revoked_at(at)


def test_a_revocation_in_a_stale_list_still_counts(ca, status, signer, at):
    row = Revoked(signer.certificate, at - 300 * DAY)
    stale = ca.crl([row], this_update=at - 200 * DAY, next_update=at - 190 * DAY)
    assert status(stale).state == "revoked"


@pytest.mark.parametrize("reason", [None, "key_compromise", "superseded", "unspecified"])
def test_a_revocation_is_not_lost_in_a_newer_list(ca, status, signer, at, reason):
    """An issuer may drop an entry, an attacker may choose the lists: once revoked stays so."""
    revoked = ca.crl([Revoked(signer.certificate, at - DAY, reason)], this_update=at - DAY)
    newer = ca.crl(this_update=at)
    for order in ((revoked, newer), (newer, revoked)):
        assert status(*order).state == "revoked"


def test_a_hold_counts_until_a_newer_list_releases_it(ca, status, signer, at):
    hold = Revoked(signer.certificate, at - 2 * DAY, "certificate_hold")
    held = ca.crl([hold], this_update=at - 2 * DAY)
    released = ca.crl(this_update=at - DAY)
    removed = ca.crl(
        [Revoked(signer.certificate, at - DAY, "remove_from_crl")], this_update=at - DAY
    )
    again = ca.crl([hold], this_update=at)
    assert status(held).revocation_reason == "certificate_hold"
    assert status(released, held).state == "good"
    assert status(held, removed).state == "good"
    assert status(released, held, again).state == "revoked"


def test_a_hold_that_became_final_is_final(ca, status, signer, at):
    held = ca.crl([Revoked(signer.certificate, at - DAY, "certificate_hold")], this_update=at - DAY)
    final = ca.crl([Revoked(signer.certificate, at - DAY, "key_compromise")], this_update=at)
    assert status(held, final).revocation_reason == "key_compromise"


# --- unknown --------------------------------------------------------------------------------


def test_nothing_at_hand(signer, store, at, status):
    assert_unknown(check_revocation(signer.certificate, store, at=at), "no_revocation_data")
    assert_unknown(status(), "no_revocation_data")


def test_a_stale_list(ca, status, at):
    crl = ca.crl(this_update=at - 3 * DAY, next_update=at - DAY)
    assert_unknown(status(crl), "revocation_stale")


def test_a_list_without_next_update_is_stale_at_once(ca, status, at):
    crl = ca.crl(this_update=at - timedelta(seconds=1), has_next_update=False)
    assert_unknown(status(crl), "revocation_stale")


def test_a_list_of_another_ca(other_ca, status):
    assert_unknown(status(other_ca.crl()), "no_revocation_data")


def test_a_list_signed_by_another_key(ca, other_ca, status, signer, at):
    good = ca.crl(key=other_ca.key)
    revoked = ca.crl([Revoked(signer.certificate, at - DAY)], key=other_ca.key)
    assert_unknown(status(good, revoked), "no_revocation_data")


def test_a_list_signed_by_the_certificate_itself(ca, status, signer):
    assert_unknown(status(ca.crl(key=signer._key)), "no_revocation_data")


def test_a_namesake_ca_with_its_own_list(at, status):
    trusted = Authority.create("同名 CA", at=at)
    forger = Authority.create("同名 CA", at=at)
    leaf = trusted.issue("x").certificate
    store = TrustStore([trusted.certificate, forger.certificate])
    assert_unknown(status(forger.crl(), certificate=leaf, trust=store), "no_revocation_data")
    revoked = forger.crl([Revoked(leaf, at - DAY)])
    assert_unknown(status(revoked, certificate=leaf, trust=store), "no_revocation_data")
    assert status(trusted.crl(), revoked, certificate=leaf, trust=store).state == "good"


def test_a_changed_list_counts_for_nothing(ca, status, signer, at):
    der = ca.crl([Revoked(signer.certificate.serial + 1, at - DAY)])
    place = der.index(write.x509_time(at - DAY))
    changed = der[: place + 3] + b"5" + der[place + 4 :]
    assert_unknown(status(changed), "no_revocation_data")


def test_an_untrusted_issuer(ca, status):
    assert_unknown(status(ca.crl(), trust=TrustStore()), "no_revocation_data")


def test_an_untrusted_issuer_among_the_materials(ca, status, other_ca):
    store = TrustStore([other_ca.certificate])
    result = status(ca.crl(), trust=store, certificates=[ca.certificate])
    assert_unknown(result, "no_revocation_data")


def test_an_issuer_that_may_not_sign_lists(at, status):
    def modify(template):
        template.extensions[1] = x509.key_usage_extension(["key_cert_sign"])

    root = Authority.create("根", at=at, modify=modify)
    leaf = root.issue("x").certificate
    result = status(root.crl(), certificate=leaf, trust=TrustStore([root.certificate]))
    assert_unknown(result, "no_revocation_data")


def test_an_issuer_that_expired(ca, store, status, at):
    middle = ca.create_authority("二级", not_before=at - 2 * YEAR, not_after=at - YEAR)
    leaf = middle.issue("x").certificate
    result = status(middle.crl(), certificate=leaf, certificates=[middle.certificate])
    assert_unknown(result, "no_revocation_data")


@pytest.mark.parametrize("flag", [2, 3, 5])
def test_a_list_whose_scope_leaves_the_certificate_out(ca, status, flag):
    crl = ca.crl(extensions=[x509.distribution_point_extension(flags=[flag])])
    assert_unknown(status(crl), "no_revocation_data")


def test_a_list_of_another_distribution_point(ca, status):
    crl = ca.crl(extensions=[x509.distribution_point_extension("http://x/2.crl")])
    assert_unknown(status(crl), "no_revocation_data")


def test_a_revocation_in_an_indirect_list_may_be_another_issuers(ca, status, signer, at):
    row = x509.distribution_point_extension(flags=[4])
    crl = ca.crl([Revoked(signer.certificate, at - DAY)], extensions=[row])
    assert_unknown(status(crl), "unsupported")
    assert "indirect" in status(crl).detail
    assert status(crl, ca.crl()).state == "good"


def test_a_certificate_whose_lists_others_issue(ca, status):
    point = write.sequence(
        write.element(0xA0, write.element(0xA0, write.element(0x86, b"http://x/1.crl"))),
        write.element(0xA2, write.explicit(4, ca.certificate.subject_der)),
    )
    row = x509.encode_extension(ext.CRL_DISTRIBUTION_POINTS, write.sequence(point))
    leaf = ca.issue("x", extensions=[row]).certificate
    assert_unknown(status(certificate=leaf), "unsupported")
    assert status(ca.crl(), certificate=leaf).state == "good"


def test_a_list_with_an_unknown_critical_extension(ca, status):
    row = x509.encode_extension("1.2.156.10197.99.1", b"", is_critical=True)
    assert_unknown(status(ca.crl(extensions=[row])), "no_revocation_data")


def test_a_list_issued_after_the_certificate_expired_says_nothing_by_silence(ca, status, at):
    leaf = ca.issue("x", not_before=at - YEAR, not_after=at - 10 * DAY).certificate
    moment = at - 20 * DAY
    ca_then = ca.certificate
    old_root = Authority.create("测试证书 CA", at=at - 2 * YEAR, key=ca.key)
    store = TrustStore([ca_then, old_root.certificate])
    silent = ca.crl(this_update=at)
    assert status(silent, certificate=leaf, moment=moment, trust=store).state == "unknown"
    keeps = x509.encode_extension(lists.EXPIRED_CERTIFICATES, write.generalized_time(at - 3 * YEAR))
    spoken = ca.crl(this_update=at, extensions=[keeps])
    assert status(spoken, certificate=leaf, moment=moment, trust=store).state == "good"
    late = x509.encode_extension(lists.EXPIRED_CERTIFICATES, write.generalized_time(at))
    short = ca.crl(this_update=at, extensions=[late])
    assert status(short, certificate=leaf, moment=moment, trust=store).state == "unknown"
    revoked = ca.crl([Revoked(leaf, at - 30 * DAY)], this_update=at)
    assert status(revoked, certificate=leaf, moment=moment, trust=store).state == "revoked"


WEAK = {"md5": ("1.2.840.113549.1.1.4", hashes.MD5), "sha1": ("1.2.840.113549.1.1.5", hashes.SHA1)}


def weakly(ca, crl, digest):
    """The list signed again over a weak digest."""
    oid, kind = WEAK[digest]
    algorithm = write.sequence(write.oid(oid), write.null())
    strong = x509.algorithm_identifier(ca.key.algorithm)
    tbs = strict.parse(crl).children()[0].raw.replace(strong, algorithm)
    value = ca.key._key.sign(tbs, padding.PKCS1v15(), kind())
    return write.sequence(tbs, algorithm, write.bits(value))


@pytest.fixture
def ask(rsa_signer, trust, status):
    """What CRLs say about the signer with an RSA key."""
    return lambda *crls: status(*crls, certificate=rsa_signer.certificate, trust=trust)


@pytest.mark.parametrize("digest", WEAK)
def test_a_list_over_a_weak_digest_can_revoke_and_nothing_else(rsa_ca, rsa_signer, ask, at, digest):
    silent = weakly(rsa_ca, rsa_ca.crl(), digest)
    assert_unknown(ask(silent), "no_revocation_data")
    assert "weak digest" in ask(silent).detail
    assert ask(silent, rsa_ca.crl()).state == "good"
    row = Revoked(rsa_signer.certificate, at - DAY)
    revoking = weakly(rsa_ca, rsa_ca.crl([row]), digest)
    for crls in ((revoking,), (revoking, rsa_ca.crl()), (rsa_ca.crl(), revoking)):
        assert ask(*crls).state == "revoked"


def test_a_list_over_a_weak_digest_releases_no_hold(rsa_ca, rsa_signer, ask, at):
    hold = Revoked(rsa_signer.certificate, at - 3 * DAY, "certificate_hold")
    held = rsa_ca.crl([hold], this_update=at - 2 * DAY)
    silent = rsa_ca.crl(this_update=at - DAY)
    for newer, state in ((silent, "good"), (weakly(rsa_ca, silent, "sha1"), "revoked")):
        assert ask(held, newer).state == state


def test_a_list_called_md5_with_another_value_counts_for_nothing(rsa_ca, rsa_signer, trust, status):
    algorithm = write.sequence(write.oid("1.2.840.113549.1.1.4"), write.null())
    good = rsa_ca.crl()
    strong = x509.algorithm_identifier(rsa_ca.key.algorithm)
    changed = good.replace(strong, algorithm)
    result = status(changed, certificate=rsa_signer.certificate, trust=trust)
    assert_unknown(result, "no_revocation_data")


def test_a_crowd_of_issuers_is_looked_at_in_bounds(ca, status, at):
    """Many certificates of the issuer's own name and key, none of them trusted."""
    key = PrivateKey.generate("sm2")
    crowd = [Authority.create("众", at=at, key=key).certificate for _ in range(50)]
    leaf = Authority(key, crowd[0], (), at).issue("x").certificate
    forged = Authority(key, crowd[0], (), at).crl()
    assert_unknown(status(forged, certificate=leaf, certificates=crowd), "no_revocation_data")


def test_a_time_without_zone_is_refused(signer, store):
    with pytest.raises(ValueError, match="time zone"):
        check_revocation(signer.certificate, store, at=datetime(2026, 1, 1))  # noqa: DTZ001 - the point
