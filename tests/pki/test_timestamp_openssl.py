"""Time stamps between OpenSSL and this library, both ways; OpenSSL makes none with SM2."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import tokens
from govseal.errors import TimestampRefused
from govseal.pki import pem
from govseal.pki.algorithms import SHA256
from govseal.pki.crl import Crl
from govseal.pki.materials import Materials
from govseal.pki.timestamp import verify_token
from govseal.pki.timestamping import TimestampRequest, TimestampResponse
from govseal.pki.trust import TrustStore
from govseal.testing import Authority

MESSAGE = b"signature value"
CONFIGURATION = """\
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = {digest}
default_policy = 1.2.3
digests = sha256, sha512
accuracy = secs:1, millisecs:500, microsecs:100
clock_precision_digits = 3
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = {named}
"""


@pytest.fixture(scope="module")
def at():
    """OpenSSL's authority has no clock but the machine's."""
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def rsa_ca(at):
    return Authority.create("测试 RSA CA", algorithm="rsa", at=at)


@pytest.fixture(scope="module")
def rsa_tsa(rsa_ca):
    return tokens.authority(rsa_ca)


@pytest.fixture
def folder(tmp_path, rsa_ca, rsa_tsa):
    (tmp_path / "message").write_bytes(MESSAGE)
    (tmp_path / "roots.pem").write_bytes(rsa_ca.certificate.to_pem())
    (tmp_path / "tsa.pem").write_bytes(rsa_tsa.certificate.to_pem())
    key = pem.write_pem("PRIVATE KEY", rsa_tsa._key.to_pkcs8())
    (tmp_path / "tsa.key").write_bytes(key)
    (tmp_path / "serial").write_text("0A\n")
    return tmp_path


def reply(openssl, folder, query, *, digest="sha256", named="sha1"):
    """What OpenSSL's authority answers to a request in DER."""
    (folder / "query.tsq").write_bytes(query)
    text = CONFIGURATION.format(folder=folder, digest=digest, named=named)
    (folder / "tsa.cnf").write_text(text)
    paths = ("-config", folder / "tsa.cnf", "-queryfile", folder / "query.tsq")
    openssl("ts", "-reply", *paths, "-out", folder / "reply.tsr")
    return TimestampResponse.from_der((folder / "reply.tsr").read_bytes())


@pytest.mark.parametrize("digest", ["sha256", "sha512"])
@pytest.mark.parametrize("named", ["sha1", "sha256", "sha512"])
def test_openssls_tokens_are_read_and_verified(openssl, folder, rsa_ca, digest, named):
    request = TimestampRequest.over(MESSAGE, SHA256, nonce=99)
    response = reply(openssl, folder, request.encode(), digest=digest, named=named)
    token = response.token_for(request)
    assert (token.info.serial, token.info.nonce, token.info.policy) == (0x0B, 99, "1.2.3")
    assert token.info.accuracy.total_seconds() == 1.5001
    trust, lists = TrustStore([rsa_ca.certificate]), Materials(crls=(Crl.from_der(rsa_ca.crl()),))
    result = verify_token(token, MESSAGE, trust, materials=lists)
    assert (result.outcome, result.detail) == ("passed", "")
    assert abs(result.proved_at - rsa_ca.at) < timedelta(hours=1)
    other = verify_token(token, b"other", trust, materials=lists)
    assert other.reason == "timestamp_imprint_mismatch"


def test_a_request_of_openssl_is_answered(openssl, folder, rsa_tsa, at):
    query = ("-data", folder / "message", "-sha256", "-cert", "-out", folder / "query.tsq")
    openssl("ts", "-query", *query)
    request = TimestampRequest.from_der((folder / "query.tsq").read_bytes())
    assert request.imprint.digest == SHA256.digest(MESSAGE)
    assert request.wants_certificate
    response = tokens.source(rsa_tsa, at).respond(request)
    (folder / "reply.tsr").write_bytes(response.encode())
    files = ("-queryfile", folder / "query.tsq", "-in", folder / "reply.tsr")
    said = openssl("ts", "-verify", *files, "-CAfile", folder / "roots.pem")
    assert b"Verification: OK" in said
    text = openssl("ts", "-reply", "-in", folder / "reply.tsr", "-text").decode()
    assert "Status: Granted" in text


def test_openssl_verifies_our_token(openssl, folder, rsa_tsa, at):
    (folder / "token").write_bytes(tokens.source(rsa_tsa, at).timestamp(MESSAGE))
    files = ("-data", folder / "message", "-in", folder / "token", "-token_in")
    said = openssl("ts", "-verify", *files, "-CAfile", folder / "roots.pem")
    assert b"Verification: OK" in said


def test_openssls_refusal_is_read(openssl, folder):
    request = TimestampRequest.over(MESSAGE, SHA256, policy="1.2.77")
    with pytest.raises(TimestampRefused) as caught:
        reply(openssl, folder, request.encode()).token_for(request)
    assert caught.value.code == "unaccepted_policy"


def test_openssl_reads_our_refusal(openssl, folder, rsa_tsa, at):
    request = TimestampRequest.over(MESSAGE, SHA256, policy="1.2.77")
    (folder / "reply.tsr").write_bytes(tokens.source(rsa_tsa, at).respond(request).encode())
    text = openssl("ts", "-reply", "-in", folder / "reply.tsr", "-text").decode()
    assert "Status: Rejected" in text
    assert "policy is not supported" in text
