"""Hostile bytes: whatever is cut, flipped or invented gives a result or a refusal of ours."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import path_builder
import tokens
from govseal.errors import GovsealError, KeyLoadError
from govseal.pki.certificate import Certificate, load_certificates
from govseal.pki.crl import Crl
from govseal.pki.materials import Materials
from govseal.pki.names import format_name, read_name
from govseal.pki.ocsp import OcspRequest, OcspResponse
from govseal.pki.path import validate_path
from govseal.pki.pkcs8 import decode_private_key, encode_private_key
from govseal.pki.pkcs12 import read_pkcs12, write_pkcs12
from govseal.pki.policies import PolicyInputs
from govseal.pki.revocation import check_revocation
from govseal.pki.signer import load_signer
from govseal.pki.timestamp import TimestampToken, verify_token
from govseal.pki.timestamping import TimestampRequest, TimestampResponse
from govseal.pki.trust import TrustStore
from govseal.testing import Authority, Revoked
from govseal.testing.x509 import distribution_point_extension
from mutations import mutated

AT = datetime(2026, 11, 21, tzinfo=UTC)
CA = Authority.create("根", at=AT)
SIGNER = CA.issue("99000000000001")
TRUST = TrustStore([CA.certificate])
CRL = CA.crl([Revoked(SIGNER.certificate, AT, "key_compromise", AT)])
OCSP = CA.ocsp(SIGNER.certificate, state="revoked", responder=CA.create_responder(), nonce=b"n" * 8)
GOOD_OCSP = CA.ocsp(SIGNER.certificate)
QUESTION = OcspRequest.about(SIGNER.certificate, CA.certificate, nonce=b"n" * 8)
DELTA = CA.delta_crl(Crl.from_der(CRL), extensions=[distribution_point_extension("http://x/1")])
PKCS8 = encode_private_key(SIGNER._key, "p", iterations=1)
PKCS12 = write_pkcs12(SIGNER._key, [SIGNER.certificate], "p", iterations=1)
TSA = tokens.authority(CA)
TOKEN = tokens.source(TSA, AT).timestamp(b"message")
REQUEST = TimestampRequest.over(b"message", policy="1.2.3", nonce=1 << 63)
RESPONSE = tokens.source(TSA, AT, policy_oid="1.2.3").respond(REQUEST)
LISTS = Materials(crls=(Crl.from_der(CA.crl()),))
RULES = path_builder.rows(
    path_builder.policies("1.2.3", "2.5.29.32.0"),
    path_builder.mappings(("1.2.3", "1.2.4")),
    path_builder.policy_constraints(0, 1),
    path_builder.inhibit_any_policy(1),
    path_builder.constraints([path_builder.dns("a.test")], [path_builder.ip("00" * 8)]),
)
NAMES = path_builder.rows(
    path_builder.policies("1.2.4"),
    path_builder.san(path_builder.dns("b.a.test"), path_builder.directory(("CN", "x"))),
)

KINDS = ("wrong_password", "wrong_container", "unsupported", "damaged")

quick = settings(
    max_examples=min(150, settings.default.max_examples),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
)


def read_everything(certificate):
    """Nothing that was accepted may raise later."""
    assert isinstance(certificate.subject + certificate.issuer, str)
    assert certificate.subject_value("CN") is None or certificate.subject_value("CN") is not None
    assert repr(certificate)
    return validate_path(certificate, TRUST, certificates=[certificate], at=AT)


@quick
@given(mutated(SIGNER.certificate.der))
def test_a_mutated_certificate_never_passes(data):
    try:
        certificate = Certificate.from_der(data)
    except GovsealError:
        return
    if data != SIGNER.certificate.der:
        assert read_everything(certificate).outcome != "passed"


@quick
@given(mutated(b"".join(RULES)), mutated(b"".join(NAMES)))
def test_mutated_rules_in_signed_certificates_give_a_verdict(rules, names):
    """The signatures hold: what a CA itself may have written does no harm either."""

    def extended(der):
        return (lambda template: template.extensions.append(der),)

    try:
        made = path_builder.chain((), extended(rules), extended(names))
    except GovsealError:
        return
    result = made.judge(policies=PolicyInputs(is_required=True))
    assert result.outcome in ("passed", "failed")


@quick
@given(mutated(CRL))
def test_a_mutated_crl_counts_for_nothing(data):
    try:
        crl = Crl.from_der(data)
    except GovsealError:
        return
    assert repr(crl)
    status = check_revocation(SIGNER.certificate, TRUST, materials=Materials(crls=(crl,)), at=AT)
    assert status.state == ("revoked" if data == CRL else "unknown")


@quick
@given(mutated(DELTA))
def test_a_mutated_delta_clears_nobody(data):
    try:
        crl = Crl.from_der(data)
    except GovsealError:
        return
    materials = Materials(crls=(crl, *LISTS.crls))
    stranger = CA.issue("x", key=SIGNER._key, serial=5).certificate
    assert check_revocation(stranger, TRUST, materials=materials, at=AT).state == "good"
    materials = Materials(crls=(crl,))
    assert check_revocation(stranger, TRUST, materials=materials, at=AT).state == "unknown"


@quick
@given(mutated(OCSP), mutated(GOOD_OCSP))
def test_a_mutated_ocsp_response_counts_for_nothing(revoked, good):
    for data, original, state in ((revoked, OCSP, "revoked"), (good, GOOD_OCSP, "good")):
        try:
            response = OcspResponse.from_der(data)
        except GovsealError:
            continue
        assert repr(response)
        status = check_revocation(
            SIGNER.certificate, TRUST, materials=Materials(ocsps=(response,)), at=AT
        )
        # Nobody signed the certificates that travel beside.
        is_whole = (
            response.basic and response.basic.tbs == OcspResponse.from_der(original).basic.tbs
        )
        assert status.state in ({state, "unknown"} if is_whole else {"unknown"})


@quick
@given(mutated(QUESTION.encode()))
def test_a_mutated_ocsp_request_is_refused_or_read(data):
    try:
        request = OcspRequest.from_der(data)
    except GovsealError:
        return
    assert OcspRequest.from_der(request.encode()) == request


@quick
@given(mutated(PKCS8))
def test_a_mutated_private_key_is_refused_or_the_same(data):
    try:
        key = decode_private_key(data, "p")
    except KeyLoadError as error:
        assert error.kind in KINDS  # noqa: PT017 - both ways
        return
    assert key.public_key == SIGNER._key.public_key


@quick
@given(mutated(SIGNER._key.to_pkcs8()))
def test_a_mutated_plain_key_is_refused_or_a_key(data):
    try:
        key = decode_private_key(data)
    except KeyLoadError:
        return
    assert key.public_key.kind == "sm2"


@quick
@given(mutated(PKCS12))
def test_a_mutated_pkcs12_is_refused_or_the_same(data):
    try:
        store = read_pkcs12(data, "p")
    except KeyLoadError as error:
        assert error.kind in KINDS  # noqa: PT017 - both ways
        return
    assert store.key.public_key == SIGNER._key.public_key
    assert store.certificates == (SIGNER.certificate,)


@quick
@given(mutated(SIGNER.certificate.to_pem() + b"-----BEGIN PRIVATE KEY-----\nMAA=\n"))
def test_mutated_pem_is_refused_or_read(data):
    for read in (load_certificates, TrustStore.from_pem, load_signer):
        try:
            read(data)
        except GovsealError:
            continue


@quick
@given(st.binary(max_size=300))
def test_any_bytes_are_refused(data):
    readers = (
        OcspResponse.from_der,
        OcspRequest.from_der,
        TimestampToken.from_der,
        TimestampRequest.from_der,
        TimestampResponse.from_der,
    )
    for read in (Certificate.from_der, Crl.from_der, load_signer, Crl.from_pem, *readers):
        with pytest.raises(GovsealError):
            read(data)
    assert isinstance(format_name(data), str)


@quick
@given(mutated(SIGNER.certificate.subject_der))
def test_a_mutated_name_prints(data):
    assert isinstance(format_name(data), str)
    try:
        read_name(data)
    except GovsealError:
        return
    assert "#" not in format_name(data)[:1] or data


@quick
@given(mutated(TOKEN))
def test_a_mutated_token_proves_nothing_else(data):
    result = verify_token(data, b"message", TRUST, materials=LISTS)
    # A few octets are nobody's: the type of the content around, the certificates beside.
    if result.outcome == "passed":
        assert result.token.content == TimestampToken.from_der(TOKEN).content
        assert result.proved_at == AT
    else:
        assert result.reason
    try:
        TimestampToken.from_der(data)
    except GovsealError:
        return  # with an octet left out, any octet more may make it whole again
    with pytest.raises(GovsealError):
        TimestampToken.from_der(data + b"\0")


@quick
@given(mutated(REQUEST.encode()))
def test_a_mutated_request_is_refused_or_answered(data):
    try:
        request = TimestampRequest.from_der(data)
    except GovsealError:
        return
    assert tokens.source(TSA, AT).respond(request).status in ("granted", "rejection")


@quick
@given(mutated(RESPONSE.encode()))
def test_a_mutated_response_is_refused_or_read(data):
    try:
        token = TimestampResponse.from_der(data).token_for(REQUEST)
    except GovsealError:
        return
    assert token.info.nonce == REQUEST.nonce
