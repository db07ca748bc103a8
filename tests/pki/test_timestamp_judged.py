"""Time stamp tokens judged: what counts, and what does not and why."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import tokens
from cms_builder import algorithm, attribute
from govseal.asn1 import strict, write
from govseal.pki.algorithms import SHA1, SHA256, SM3
from govseal.pki.crl import Crl
from govseal.pki.materials import Materials
from govseal.pki.timestamp import (
    TimestampRules,
    TimestampToken,
    purpose_problem,
    verify_token,
)
from govseal.pki.trust import TrustStore
from govseal.testing import Authority, Revoked, x509

MESSAGE = b"signature value"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


PASSED = ("passed", "")
INVALID = ("failed", "timestamp_invalid")
UNSUPPORTED = ("indeterminate", "unsupported")


# 判断 ------------------------------------------------------------------------------------------


def test_a_proper_token_proves_its_time(tsa, rsa_tsa, trust, lists, at):
    for signer in (tsa, rsa_tsa):
        token = tokens.source(signer, at).timestamp(MESSAGE)
        result = verify_token(token, MESSAGE, trust, materials=lists)
        assert (result.outcome, result.reason, result.proved_at) == ("passed", "", at)
        assert result.path.chain[0] == signer.certificate
        assert [status.state for status in result.revocations] == ["good"]
        again = verify_token(TimestampToken.from_der(token), MESSAGE, trust, materials=lists)
        assert again == result


def test_a_token_is_over_one_message(judge, tsa, at):
    token = tokens.source(tsa, at).timestamp(MESSAGE)
    for other in (b"", MESSAGE + b"\0", SM3.digest(MESSAGE)):
        assert judge(token, other) == ("failed", "timestamp_imprint_mismatch")
    cut = tokens.token(tsa, MESSAGE, at=at, imprint=SM3.digest(MESSAGE)[:31])
    assert judge(cut) == ("failed", "timestamp_imprint_mismatch")


def test_a_weak_imprint_proves_nothing(judge, tsa, at):
    digest = SHA1.digest(MESSAGE)
    token = tokens.token(tsa, MESSAGE, at=at, oid=SHA1.oids[0], imprint=digest)
    assert judge(token) == ("failed", "algorithm_forbidden")
    strong = tokens.token(tsa, MESSAGE, at=at, oid=SHA256.oids[0], imprint=SHA256.digest(MESSAGE))
    assert judge(strong) == PASSED
    rules = TimestampRules(forbidden_digests=frozenset({"sha256"}))
    assert judge(strong, rules=rules) == ("failed", "algorithm_forbidden")


def test_an_unknown_imprint_is_undecided(judge, tsa, at):
    assert judge(tokens.token(tsa, MESSAGE, at=at, oid="1.2.3")) == UNSUPPORTED


def test_a_changed_value_or_content_fails(judge, tsa, rsa_tsa, at):
    for signer in (tsa, rsa_tsa):
        digest = signer.algorithm.digest
        spoiled = tokens.token(
            signer, MESSAGE, at=at, form=lambda value: value[:-1] + bytes([value[-1] ^ 1])
        )
        assert judge(spoiled) == INVALID
        content = tokens.info(MESSAGE, digest, at=at)
        later = tokens.info(MESSAGE, digest, at=at + HOUR)
        token = tokens.token(signer, MESSAGE, content=content)
        assert judge(token) == PASSED
        assert judge(token.replace(content, later)) == INVALID


def test_the_digest_that_is_signed_is_that_of_the_content(judge, tsa, at):
    row = {"digest": attribute(tokens.MESSAGE_DIGEST, write.octets(bytes(32)))}
    token = tokens.token(
        tsa, MESSAGE, at=at, attributes=lambda content: tokens.rows(content, tsa, **row)
    )
    assert judge(token) == INVALID


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"signature": "1.2.840.10045.4.3"}, UNSUPPORTED),
        ({"signature": "1.2.840.10045.4.3.2", "digest": SHA256.oids[0]}, INVALID),
        ({"digest": "1.2.3"}, UNSUPPORTED),
        ({"digest": SHA256.oids[0]}, INVALID),
        ({"signature": "1.2.840.113549.1.1.11", "digest": SHA256.oids[0]}, INVALID),
    ],
    ids=[
        "unknown signature",
        "ECDSA by an SM2 key",
        "unknown digest",
        "SM2 with SHA-256",
        "RSA by an SM2 key",
    ],
)
def test_algorithms_that_are_unknown_or_do_not_fit(judge, tsa, at, changes, expected):
    assert judge(tokens.token(tsa, MESSAGE, at=at, **changes)) == expected


def test_a_token_of_a_p256_authority(ec_ca, at):
    source = tokens.source(tokens.authority(ec_ca), at)
    lists = Materials(crls=(Crl.from_der(ec_ca.crl()),))
    trust = TrustStore([ec_ca.certificate])
    token = source.timestamp(MESSAGE)
    assert verify_token(token, MESSAGE, trust, materials=lists).outcome == "passed"
    spoiled = token[:-1] + bytes([token[-1] ^ 1])
    assert verify_token(spoiled, MESSAGE, trust, materials=lists).reason == "timestamp_invalid"
    assert verify_token(token, b"other", trust, materials=lists).outcome == "failed"


def test_a_key_of_another_curve_is_undecided(judge, ca, tsa, at):
    p256 = write.sequence(
        write.sequence(write.oid("1.2.840.10045.2.1"), write.oid("1.3.132.0.10")),
        write.bits(b"\x04" + bytes(64)),
    )

    template = x509.CertificateTemplate(
        tsa.certificate.subject_der,
        ca.certificate.subject_der,
        p256,
        at - DAY,
        at + DAY,
        extensions=[x509.extended_key_usage_extension(("time_stamping",), is_critical=True)],
    )
    certificate = template.sign(ca.key)
    token = tokens.token(
        tsa,
        MESSAGE,
        at=at,
        named=certificate,
        certificates=(certificate.der,),
        attributes=lambda content: tokens.rows(content, tsa, ess=tokens.ess(certificate, SM3)),
    )
    assert judge(token) == UNSUPPORTED


def test_the_certificate_is_the_one_that_is_signed(judge, tsa, signer, at):
    for row, expected in (
        (tokens.ess(signer.certificate, SM3), INVALID),
        (tokens.ess(tsa.certificate, SM3, value=bytes(32)), INVALID),
        (tokens.ess(tsa.certificate, SM3, oid="1.2.3"), UNSUPPORTED),
        (tokens.old_ess(hashlib.sha1(tsa.certificate.der).digest()), PASSED),  # noqa: S324 - as read
        (tokens.old_ess(bytes(20)), INVALID),
    ):
        token = tokens.token(
            tsa,
            MESSAGE,
            at=at,
            attributes=lambda content, row=row: tokens.rows(content, tsa, ess=row),
        )
        assert judge(token) == expected


def test_md5_names_no_certificate(judge, tsa, at):
    value = hashlib.md5(tsa.certificate.der).digest()  # noqa: S324 - as read
    row = tokens.ess(tsa.certificate, SM3, value=value, oid="1.2.840.113549.2.5")
    token = tokens.token(
        tsa, MESSAGE, at=at, attributes=lambda content: tokens.rows(content, tsa, ess=row)
    )
    assert judge(token) == INVALID


def test_a_certificate_that_is_not_inside_is_sought(judge, tsa, lists, at):
    token = tokens.token(tsa, MESSAGE, at=at, certificates=())
    assert judge(token) == UNSUPPORTED
    brought = replace(lists, certificates=(tsa.certificate,))
    assert judge(token, materials=brought) == PASSED


def test_a_certificate_inside_that_cannot_be_read(judge, tsa, at):
    broken = tsa.certificate.der.replace(b"\x55\x1d\x0f", b"\x55\x1d\x25", 1)
    assert judge(tokens.token(tsa, MESSAGE, at=at, certificates=(broken,))) == INVALID


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"purposes": ()}, "not for time stamps alone"),
        ({"purposes": ("email_protection",)}, "not for time stamps alone"),
        ({"purposes": ("time_stamping", "client_auth")}, "not for time stamps alone"),
        ({"purposes": ("any",)}, "not for time stamps alone"),
        ({"is_critical": False}, "not critical"),
        ({"key_usage": ("key_encipherment",)}, "not for signatures alone"),
        ({"key_usage": ("digital_signature", "key_cert_sign")}, "not for signatures alone"),
        ({"key_usage": ()}, "not for signatures alone"),
        ({"key_usage": None}, ""),
        ({"key_usage": ("non_repudiation",)}, ""),
    ],
)
def test_the_purpose_of_the_certificate(judge, ca, at, changes, problem):
    tsa = tokens.authority(ca, **changes)
    found = purpose_problem(tsa.certificate)
    assert problem in found
    assert bool(problem) is bool(found)
    assert judge(tokens.token(tsa, MESSAGE, at=at)) == (INVALID if problem else PASSED)


def test_critical_extensions_are_not_passed_over(judge, tsa, at):
    for is_critical, expected in ((True, UNSUPPORTED), (False, PASSED)):
        row = x509.encode_extension("1.2.3", b"\x05\x00", is_critical=is_critical)
        token = tokens.token(tsa, MESSAGE, at=at, tail=write.element(0xA1, row))
        assert judge(token) == expected


def test_a_token_earlier_than_what_is_claimed_fails(judge, tsa, at):
    token = tokens.token(tsa, MESSAGE, at=at)
    assert judge(token, rules=TimestampRules(not_before=at)) == PASSED
    early = TimestampRules(not_before=at + tokens.SECOND)
    assert judge(token, rules=early) == ("failed", "timestamp_too_early")


# 证书与吊销 ------------------------------------------------------------------------------------


def test_an_unknown_authority_is_undecided(judge, other_ca, tsa, at):
    stranger = tokens.authority(other_ca)
    assert judge(tokens.token(stranger, MESSAGE, at=at)) == ("indeterminate", "timestamp_untrusted")
    token = tokens.token(tsa, MESSAGE, at=at)
    assert judge(token, trust=TrustStore()) == ("indeterminate", "timestamp_untrusted")


def test_an_authority_that_is_trusted_itself_needs_no_list(judge, tsa, at):
    token = tokens.token(tsa, MESSAGE, at=at)
    assert judge(token, trust=TrustStore([tsa.certificate]), materials=None) == PASSED


def test_an_intermediate_comes_from_the_token_or_the_caller(judge, ca, lists, at):
    middle = ca.create_authority("测试时间戳 CA")
    tsa = tokens.authority(middle)
    known = replace(lists, crls=(*lists.crls, Crl.from_der(middle.crl())))
    bare = tokens.token(tsa, MESSAGE, at=at)
    assert judge(bare, materials=known) == ("indeterminate", "timestamp_untrusted")
    both = (tsa.certificate.der, middle.certificate.der)
    assert judge(tokens.token(tsa, MESSAGE, at=at, certificates=both), materials=known) == PASSED
    brought = replace(known, certificates=(middle.certificate,))
    assert judge(bare, materials=brought) == PASSED
    assert judge(tokens.source(tsa, at).timestamp(MESSAGE), materials=known) == PASSED


@pytest.mark.parametrize("days", [-2, 366])
def test_a_token_outside_its_authoritys_period_fails(judge, tsa, at, days):
    assert judge(tokens.token(tsa, MESSAGE, at=at + days * DAY)) == INVALID


def test_an_authority_below_no_ca_fails(judge, ca, lists, at):
    false_ca = ca.issue("99000000000009")
    below = Authority(false_ca._key, false_ca.certificate, (), at)
    tsa = tokens.authority(below)
    certificates = (tsa.certificate.der, false_ca.certificate.der)
    assert judge(tokens.token(tsa, MESSAGE, at=at, certificates=certificates)) == INVALID


def test_short_rsa_keys_are_forbidden(judge, rsa_tsa, at):
    token = tokens.token(rsa_tsa, MESSAGE, at=at)
    assert judge(token) == PASSED
    rules = TimestampRules(min_rsa_bits=4096)
    assert judge(token, rules=rules) == ("failed", "algorithm_forbidden")


def test_without_lists_the_authority_is_undecided(judge, tsa, at):
    token = tokens.token(tsa, MESSAGE, at=at)
    assert judge(token, materials=Materials()) == ("indeterminate", "no_revocation_data")


def test_a_list_speaks_for_the_time_of_the_token(judge, ca, tsa, at):
    known = Materials(crls=(Crl.from_der(ca.crl(next_update=at + 2 * DAY)),))
    assert judge(tokens.token(tsa, MESSAGE, at=at + DAY), materials=known) == PASSED
    late = tokens.token(tsa, MESSAGE, at=at + 3 * DAY)
    assert judge(late, materials=known) == ("indeterminate", "revocation_stale")


@pytest.mark.parametrize(
    "case",
    [
        (-1, {"reason": "superseded"}, INVALID),
        (0, {"reason": "superseded"}, INVALID),
        (1, {"reason": "superseded"}, PASSED),
        (1, {"reason": "cessation_of_operation"}, PASSED),
        (1, {"reason": "unspecified"}, PASSED),
        (1, {}, INVALID),
        (1, {"reason": "key_compromise"}, INVALID),
        (1, {"reason": "certificate_hold"}, INVALID),
        (1, {"reason": "superseded", "invalidity": -1}, INVALID),
    ],
)
def test_a_revoked_authority(judge, ca, tsa, at, case):
    hours, row, expected = case
    row = dict(row)
    if "invalidity" in row:
        row["invalidity_date"] = at + row.pop("invalidity") * HOUR
    revoked = ca.crl([Revoked(tsa.certificate, at + hours * HOUR, **row)])
    known = Materials(crls=(Crl.from_der(revoked),))
    assert judge(tokens.token(tsa, MESSAGE, at=at), materials=known) == expected


def test_times_at_the_end_of_the_calendar(judge, tsa):
    for moment in (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, tzinfo=UTC)):
        assert judge(tokens.token(tsa, MESSAGE, at=moment)) == INVALID


def test_an_imprint_with_parameters(judge, tsa, at):
    digest = SM3.digest(MESSAGE)
    null = write.sequence(algorithm(SM3.oids[0], write.null()), write.octets(digest))
    bare = write.sequence(algorithm(SM3.oids[0]), write.octets(digest))
    content = tokens.info(MESSAGE, SM3, at=at)
    with_null = write.sequence(
        *(null if item.raw == bare else item.raw for item in strict.parse(content).children())
    )
    assert judge(tokens.token(tsa, MESSAGE, content=with_null)) == PASSED
