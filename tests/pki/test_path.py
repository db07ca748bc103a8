"""Paths: what chains to trust passes, every attack on a chain fails, the unknown stays unknown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from govseal import sm2
from govseal.asn1 import strict, write
from govseal.errors import GovsealError
from govseal.pki import extensions as ext
from govseal.pki import path
from govseal.pki.certificate import Certificate
from govseal.pki.path import validate_path
from govseal.pki.pkcs8 import PrivateKey
from govseal.pki.trust import TrustStore
from govseal.testing import Authority, x509

YEAR = timedelta(days=365)


def without_identifiers(template):
    """Leaves out the key identifiers, so that only names and signatures connect."""
    hints = (write.oid(ext.AUTHORITY_KEY_IDENTIFIER), write.oid(ext.SUBJECT_KEY_IDENTIFIER))
    template.extensions[:] = [
        row for row in template.extensions if not any(hint in row[:12] for hint in hints)
    ]


def judged(leaf, *anchors, at, certificates=()):
    return validate_path(leaf, TrustStore(anchors), certificates=certificates, at=at)


def assert_failed(result, reason, certificate, detail=""):
    assert (result.outcome, result.reason) == ("failed", reason)
    assert result.problem_certificate == certificate
    assert detail in result.detail


# --- what passes ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["", "rsa_"])
def test_a_leaf_of_a_trusted_root_passes(kind, at, trust, request):
    authority = request.getfixturevalue(kind + "ca")
    leaf = request.getfixturevalue(kind + "signer")
    result = validate_path(leaf.certificate, trust, at=at)
    assert (result.outcome, result.reason, result.detail) == ("passed", None, "")
    assert result.chain == (leaf.certificate, authority.certificate)
    assert (result.failures, result.problem_certificate, result.weak) == ((), None, False)


def test_intermediates_come_from_the_pool_in_any_order(at, ca):
    middle = ca.create_authority("二级 CA")
    bottom = middle.create_authority("三级 CA")
    leaf = bottom.issue("x")
    expected = (leaf.certificate, bottom.certificate, middle.certificate, ca.certificate)
    for pool in (leaf.chain, leaf.chain[::-1], (*leaf.chain, ca.certificate, leaf.certificate)):
        result = judged(leaf.certificate, ca.certificate, at=at, certificates=pool)
        assert (result.outcome, result.chain) == ("passed", expected)


def test_the_chain_ends_at_the_first_anchor(at, ca):
    middle = ca.create_authority("二级 CA")
    leaf = middle.issue("x")
    result = judged(leaf.certificate, middle.certificate, ca.certificate, at=at)
    assert result.chain == (leaf.certificate, middle.certificate)


def test_a_leaf_that_is_itself_trusted_is_its_own_anchor(at, signer):
    result = judged(signer.certificate, signer.certificate, at=at)
    assert (result.outcome, result.chain) == ("passed", (signer.certificate,))


def test_both_ends_of_the_validity_are_included(at, ca):
    leaf = ca.issue("x", not_before=at, not_after=at).certificate
    assert judged(leaf, ca.certificate, at=at).outcome == "passed"


def test_another_way_to_trust_is_found_past_a_dead_end(at, ca, other_ca):
    """Cross-certification: one key, certified by a stranger and by the trusted root."""
    key = PrivateKey.generate("sm2")
    from_stranger = other_ca.create_authority("交叉 CA", key=key)
    from_root = ca.create_authority("交叉 CA", key=key)
    leaf = from_root.issue("x")
    pool = (from_stranger.certificate, other_ca.certificate, from_root.certificate)
    result = judged(leaf.certificate, ca.certificate, at=at, certificates=pool)
    assert result.chain == (leaf.certificate, from_root.certificate, ca.certificate)
    assert result.outcome == "passed"


def test_a_sound_path_is_found_past_an_expired_one(at, ca):
    key = PrivateKey.generate("sm2")
    old = ca.create_authority("换证 CA", key=key, not_after=at - YEAR, not_before=at - 2 * YEAR)
    new = ca.create_authority("换证 CA", key=key)
    leaf = new.issue("x").certificate
    pool = (old.certificate, new.certificate)
    for order in (pool, pool[::-1]):
        result = judged(leaf, ca.certificate, at=at, certificates=order)
        assert (result.outcome, result.chain[1]) == ("passed", new.certificate)


def test_the_namesake_with_the_right_key_is_taken(at):
    first = Authority.create("同名 CA", at=at, modify=without_identifiers)
    second = Authority.create("同名 CA", at=at, modify=without_identifiers)
    leaf = second.issue("x", modify=without_identifiers).certificate
    result = judged(leaf, first.certificate, second.certificate, at=at)
    assert (result.outcome, result.chain) == ("passed", (leaf, second.certificate))


def test_an_extension_that_is_understood_may_be_critical(at, ca):
    row = x509.encode_extension(ext.CERTIFICATE_POLICIES, write.sequence(), is_critical=True)
    leaf = ca.issue("x", extensions=[row]).certificate
    assert judged(leaf, ca.certificate, at=at).outcome == "passed"


@pytest.mark.parametrize("place", ["anchor", "pool"])
def test_an_issuer_is_found_by_another_spelling_of_its_name(at, ca, place):
    """RFC 5280, 7.1: case, blanks and the two common string types do not make another name."""
    root = Authority.create("Test  CA", at=at) if place == "anchor" else ca
    upper = root if place == "anchor" else ca.create_authority("Test  CA")
    spelled = (("C", "cn"), ("O", "测试证书管理中心"), ("CN", "TEST CA"))
    leaf = upper.issue("x", modify=lambda t: setattr(t, "issuer_der", x509.encode_name(spelled)))
    pool = [upper.certificate]
    result = judged(leaf.certificate, root.certificate, at=at, certificates=pool)
    assert (result.outcome, result.chain[1]) == ("passed", upper.certificate)


def test_a_self_issued_ca_is_told_by_its_name_in_another_spelling(at):
    root = Authority.create("Root", at=at, path_length=0)
    rolled = root.create_authority("ROOT")
    leaf = rolled.issue("x").certificate
    result = judged(leaf, root.certificate, at=at, certificates=[rolled.certificate])
    assert result.outcome == "passed"


def test_path_length_counts_the_cas_below(at):
    root = Authority.create("根", at=at, path_length=1)
    middle = root.create_authority("二级", path_length=0)
    leaf = middle.issue("x")
    assert judged(leaf.certificate, root.certificate, at=at, certificates=leaf.chain).outcome == (
        "passed"
    )


def test_self_issued_cas_do_not_count_for_the_path_length(at):
    """A CA that certifies its own new key (RFC 5280, 4.2.1.9)."""
    root = Authority.create("根", at=at, path_length=0)
    rolled = root.create_authority("根")
    assert rolled.certificate.is_self_issued
    leaf = rolled.issue("x").certificate
    result = judged(leaf, root.certificate, at=at, certificates=[rolled.certificate])
    assert (result.outcome, len(result.chain)) == ("passed", 3)


def test_a_path_of_ten_passes_and_one_of_eleven_is_not_searched(at, ca):
    authority = ca
    for number in range(8):
        authority = authority.create_authority(f"第 {number} 级")
    leaf = authority.issue("x")
    result = judged(leaf.certificate, ca.certificate, at=at, certificates=leaf.chain)
    assert (result.outcome, len(result.chain)) == ("passed", path.MAX_PATH_LENGTH)
    leaf = authority.create_authority("再下一级").issue("x")
    result = judged(leaf.certificate, ca.certificate, at=at, certificates=leaf.chain)
    assert (result.outcome, result.reason) == ("indeterminate", "no_trust_anchor")
    assert "limits" in result.detail


# --- the unknown ----------------------------------------------------------------------------


def test_an_empty_store_trusts_nobody(at, signer, ca):
    for leaf in (signer.certificate, ca.certificate):
        result = judged(leaf, at=at, certificates=[ca.certificate])
        assert (result.outcome, result.reason) == ("indeterminate", "no_trust_anchor")


def test_an_unknown_anchor_is_indeterminate_even_when_expired(at, signer, other_ca):
    result = judged(signer.certificate, other_ca.certificate, at=at + 30 * YEAR)
    assert (result.outcome, result.reason) == ("indeterminate", "no_trust_anchor")
    assert [failure.reason for failure in result.failures] == ["no_trust_anchor"]


def test_the_chain_is_given_as_far_as_it_goes(at, other_ca, ca):
    leaf = other_ca.create_authority("二级").issue("x")
    result = judged(leaf.certificate, ca.certificate, at=at, certificates=leaf.chain)
    assert result.chain == (leaf.certificate, *leaf.chain)
    assert result.problem_certificate == leaf.chain[-1]


def test_a_namesake_of_the_issuer_is_told_by_its_key_identifier(at):
    trusted = Authority.create("同名 CA", at=at)
    stranger = Authority.create("同名 CA", at=at)
    leaf = stranger.issue("x").certificate
    result = judged(leaf, trusted.certificate, at=at)
    assert (result.outcome, result.reason) == ("indeterminate", "no_trust_anchor")


def test_a_self_signed_stranger_is_unknown(at, ca):
    stranger = Authority.create("陌生 CA", at=at)
    result = judged(stranger.certificate, ca.certificate, at=at)
    assert (result.outcome, result.reason) == ("indeterminate", "no_trust_anchor")


def test_an_algorithm_that_cannot_be_verified_is_indeterminate(at, ca):
    def modify(template):
        template.outer_algorithm = write.sequence(write.oid("1.2.840.10045.4.3"))

    leaf = ca.issue("x", modify=modify).certificate
    result = judged(leaf, ca.certificate, at=at)
    assert (result.outcome, result.reason) == ("indeterminate", "unsupported")
    assert "1.2.840.10045.4.3" in result.detail


def test_an_issuer_key_that_cannot_be_used_is_indeterminate(at, ca):
    def modify(template):
        ed25519 = write.sequence(write.oid("1.3.101.112"))
        template.spki = write.sequence(ed25519, write.bits(bytes(32)))

    strange = ca.create_authority("Ed25519 CA", modify=modify)
    leaf = strange.issue("x", modify=without_identifiers)
    result = judged(leaf.certificate, ca.certificate, at=at, certificates=leaf.chain)
    assert (result.outcome, result.reason) == ("indeterminate", "unsupported")
    assert result.problem_certificate == strange.certificate


# --- attacks on the chain -------------------------------------------------------------------


def test_the_same_name_with_another_key_is_a_broken_chain(at):
    trusted = Authority.create("同名 CA", at=at, modify=without_identifiers)
    forger = Authority.create("同名 CA", at=at, modify=without_identifiers)
    leaf = forger.issue("x", modify=without_identifiers).certificate
    result = judged(leaf, trusted.certificate, at=at, certificates=[forger.certificate])
    assert_failed(result, "chain_broken", leaf, "the signature does not belong")


def test_a_forged_intermediate_is_a_broken_chain(at, ca):
    genuine = ca.create_authority("二级", modify=without_identifiers)
    forger = Authority.create("二级", at=at, modify=without_identifiers)
    leaf = forger.issue("x", modify=without_identifiers).certificate
    result = judged(leaf, ca.certificate, at=at, certificates=[genuine.certificate])
    assert_failed(result, "chain_broken", leaf)
    assert result.chain == (leaf, genuine.certificate, ca.certificate)


def test_a_leaf_that_issues_is_a_broken_chain(at, ca, signer):
    def modify(template):
        template.issuer_der = signer.certificate.subject_der
        without_identifiers(template)

    rogue = Authority(signer._key, signer.certificate, (), at)
    leaf = rogue.issue("x", modify=modify).certificate
    result = judged(leaf, ca.certificate, at=at, certificates=[signer.certificate])
    assert_failed(result, "chain_broken", signer.certificate, "not a CA")


def test_a_trusted_leaf_is_no_issuer(at, signer):
    rogue = Authority(signer._key, signer.certificate, (), at)
    leaf = rogue.issue("x").certificate
    result = judged(leaf, signer.certificate, at=at)
    assert_failed(result, "chain_broken", signer.certificate, "not a CA")


def test_a_path_longer_than_allowed_is_a_broken_chain(at):
    root = Authority.create("根", at=at, path_length=0)
    middle = root.create_authority("二级")
    leaf = middle.issue("x")
    result = judged(leaf.certificate, root.certificate, at=at, certificates=leaf.chain)
    assert_failed(result, "chain_broken", root.certificate, "pathLen")


def test_a_path_length_in_the_middle_counts_too(at, ca):
    first = ca.create_authority("二级", path_length=0)
    second = first.create_authority("三级")
    leaf = second.issue("x")
    result = judged(leaf.certificate, ca.certificate, at=at, certificates=leaf.chain)
    assert_failed(result, "chain_broken", first.certificate, "pathLen")


@pytest.mark.parametrize("uses", [("crl_sign",), ("digital_signature",), ()])
def test_an_issuer_that_may_not_sign_certificates_is_a_broken_chain(at, ca, uses):
    def modify(template):
        template.extensions[1] = x509.key_usage_extension(uses)

    middle = ca.create_authority("二级", modify=modify)
    leaf = middle.issue("x")
    result = judged(leaf.certificate, ca.certificate, at=at, certificates=leaf.chain)
    assert_failed(result, "chain_broken", middle.certificate, "keyUsage")


def test_an_issuer_without_a_name_is_a_broken_chain(at, ca):
    middle = ca.create_authority("", modify=lambda t: setattr(t, "subject_der", b"\x30\x00"))
    leaf = middle.issue("x")
    result = judged(leaf.certificate, ca.certificate, at=at, certificates=leaf.chain)
    assert_failed(result, "chain_broken", middle.certificate, "has no name")


def test_an_issuer_without_key_usage_may_sign(at, ca):
    def modify(template):
        del template.extensions[1]

    leaf = ca.create_authority("二级", modify=modify).issue("x")
    result = judged(leaf.certificate, ca.certificate, at=at, certificates=leaf.chain)
    assert result.outcome == "passed"


def test_an_issuer_of_version_1_is_a_broken_chain(at, ca):
    def modify(template):
        template.version = None
        template.extensions.clear()

    leaf = ca.create_authority("二级", modify=modify).issue("x")
    result = judged(leaf.certificate, ca.certificate, at=at, certificates=leaf.chain)
    assert_failed(result, "chain_broken", leaf.chain[0], "not a CA")


@pytest.mark.parametrize("place", ["leaf", "intermediate", "root"])
def test_an_unknown_critical_extension_anywhere_is_a_broken_chain(at, place):
    row = x509.encode_extension("1.2.156.10197.99.1", b"", is_critical=True)

    def modify(template):
        template.extensions.append(row)

    root = Authority.create("根", at=at, modify=modify if place == "root" else None)
    middle = root.create_authority("二级", modify=modify if place == "intermediate" else None)
    leaf = middle.issue("x", extensions=[row] if place == "leaf" else ())
    result = judged(leaf.certificate, root.certificate, at=at, certificates=leaf.chain)
    culprit = {"leaf": leaf, "intermediate": middle, "root": root}[place].certificate
    assert_failed(result, "chain_broken", culprit, "1.2.156.10197.99.1")


def test_rsa_with_md5_is_forbidden_without_being_computed(at, rsa_ca):
    def modify(template):
        template.outer_algorithm = write.sequence(write.oid("1.2.840.113549.1.1.4"), write.null())

    leaf = rsa_ca.issue("x", modify=modify).certificate
    result = judged(leaf, rsa_ca.certificate, at=at)
    assert_failed(result, "algorithm_forbidden", leaf, "rsa-md5")


def test_rsa_with_sha1_passes_and_is_reported_as_weak(at, rsa_ca, rsa_signer):
    sha1 = write.sequence(write.oid("1.2.840.113549.1.1.5"), write.null())
    fields = strict.parse(rsa_signer.certificate.tbs).children()
    tbs = write.sequence(*(sha1 if n == 2 else field.raw for n, field in enumerate(fields)))
    value = rsa_ca.key._key.sign(tbs, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - on purpose
    leaf = Certificate.from_der(write.sequence(tbs, sha1, write.bits(value)))
    result = judged(leaf, rsa_ca.certificate, at=at)
    assert (result.outcome, result.weak) == ("passed", True)


def test_an_sm2_value_as_raw_bytes_in_a_certificate_is_a_broken_chain(at, ca, signer):
    tbs, algorithm, _ = (part.raw for part in strict.parse(signer.certificate.der).children())
    raw = sm2.decode_signature(signer.certificate.signature)
    leaf = Certificate.from_der(write.sequence(tbs, algorithm, write.bits(raw)))
    assert_failed(judged(leaf, ca.certificate, at=at), "chain_broken", leaf)


def test_an_sm2_certificate_signed_with_another_user_id_is_a_broken_chain(at, ca, signer):
    """OpenSSL without distid signs with the empty ID: such a certificate fails everywhere."""
    tbs, algorithm, _ = (part.raw for part in strict.parse(signer.certificate.der).children())
    value = ca.key._key.sign(tbs, user_id=b"")
    leaf = Certificate.from_der(write.sequence(tbs, algorithm, write.bits(value)))
    assert_failed(judged(leaf, ca.certificate, at=at), "chain_broken", leaf)


def test_every_changed_byte_of_the_signed_part_never_passes(at, ca, signer):
    der = signer.certificate.der
    start = der.index(signer.certificate.tbs)
    store = TrustStore([ca.certificate])
    refused = 0
    for place in range(start, start + len(signer.certificate.tbs)):
        changed = der[:place] + bytes([der[place] ^ 0x01]) + der[place + 1 :]
        try:
            leaf = Certificate.from_der(changed)
        except GovsealError:
            refused += 1
            continue
        assert validate_path(leaf, store, at=at).outcome != "passed", place
    assert 0 < refused < len(signer.certificate.tbs)


def test_every_changed_byte_of_the_signature_never_passes(at, ca, signer):
    der = signer.certificate.der
    store = TrustStore([ca.certificate])
    for place in range(len(der) - 72, len(der)):
        changed = der[:place] + bytes([der[place] ^ 0x80]) + der[place + 1 :]
        try:
            leaf = Certificate.from_der(changed)
        except GovsealError:
            continue
        assert validate_path(leaf, store, at=at).outcome == "failed", place


def test_a_loop_of_cas_ends(at, ca):
    """A certifies B, and B certifies A: no anchor, and no end but for the rule."""
    first, second = PrivateKey.generate("sm2"), PrivateKey.generate("sm2")
    start = Authority.create("甲", at=at, key=first)
    upper = start.create_authority("乙", key=second)
    lower = upper.create_authority("甲", key=first)
    leaf = start.issue("x").certificate
    pool = [upper.certificate, lower.certificate]
    result = judged(leaf, ca.certificate, at=at, certificates=pool)
    assert (result.outcome, result.reason) == ("indeterminate", "no_trust_anchor")


def test_a_crowd_of_namesakes_is_given_up_at_the_limit(at, ca):
    """Many keys of one name, all wrong: at most a thousand signatures are tried."""
    names = x509.encode_name((("CN", "众"),))
    spki = PrivateKey.generate("sm2").public_key.spki
    crowd = []
    for number in range(40):
        template = x509.CertificateTemplate(names, names, spki, at - YEAR, at + YEAR)
        template.serial = number
        template.spki = PrivateKey.generate("sm2").public_key.spki
        crowd.append(template.sign(ca.key))
    result = judged(crowd[0], ca.certificate, at=at, certificates=crowd)
    assert (result.outcome, result.reason) == ("indeterminate", "no_trust_anchor")
    assert "limits" in result.detail


# --- time -----------------------------------------------------------------------------------


def test_an_expired_leaf(at, ca):
    leaf = ca.issue("x", not_before=at - 2 * YEAR, not_after=at - YEAR).certificate
    result = judged(leaf, ca.certificate, at=at)
    assert_failed(result, "certificate_expired", leaf, "not valid after 2025-11-21")


def test_a_leaf_of_tomorrow(at, ca):
    leaf = ca.issue("x", not_before=at + timedelta(seconds=1)).certificate
    assert_failed(judged(leaf, ca.certificate, at=at), "certificate_not_yet_valid", leaf)


def test_an_expired_intermediate(at, ca):
    middle = ca.create_authority("二级", not_before=at - 2 * YEAR, not_after=at - YEAR)
    leaf = middle.issue("x")
    result = judged(leaf.certificate, ca.certificate, at=at, certificates=leaf.chain)
    assert_failed(result, "certificate_expired", middle.certificate)


def test_an_expired_anchor(at, ca, signer):
    result = judged(signer.certificate, ca.certificate, at=at + 25 * YEAR)
    assert [f.reason for f in result.failures] == ["certificate_expired", "certificate_expired"]
    assert [f.certificate for f in result.failures] == [signer.certificate, ca.certificate]


def test_a_trusted_leaf_that_expired(at, signer):
    result = judged(signer.certificate, signer.certificate, at=at + 2 * YEAR)
    assert_failed(result, "certificate_expired", signer.certificate)


def test_the_worst_failure_comes_first(at, ca, signer):
    rogue = Authority(signer._key, signer.certificate, (), at)
    leaf = rogue.issue("x", not_before=at - 2 * YEAR, not_after=at - YEAR).certificate
    result = judged(leaf, ca.certificate, at=at, certificates=[signer.certificate])
    reasons = [failure.reason for failure in result.failures]
    assert reasons == ["chain_broken", "chain_broken", "certificate_expired"]


def test_of_two_faulty_paths_the_milder_is_told(at, ca):
    key = PrivateKey.generate("sm2")
    rules = ca.create_authority("换证 CA", key=key, path_length=0).create_authority("下级")
    below = PrivateKey.generate("sm2")
    old = ca.create_authority("下级", key=below, not_before=at - 2 * YEAR, not_after=at - YEAR)
    no_ca = ca.issue(
        "下级", key=below, subject=(("C", "CN"), ("O", "测试证书管理中心"), ("CN", "下级"))
    )
    leaf = old.issue("x").certificate
    pool = (rules.certificate, no_ca.certificate, old.certificate)
    for order in (pool, pool[::-1]):
        result = judged(leaf, ca.certificate, at=at, certificates=order)
        assert_failed(result, "certificate_expired", old.certificate)


def test_a_time_without_zone_is_refused(signer, trust):
    with pytest.raises(ValueError, match="time zone"):
        validate_path(signer.certificate, trust, at=datetime(2026, 1, 1))  # noqa: DTZ001 - the point


def test_any_time_zone_will_do(signer, trust, at):
    beijing = at.astimezone(tz=None)
    assert validate_path(signer.certificate, trust, at=beijing).outcome == "passed"
    assert at.tzinfo is UTC
