"""Hostile key files and requests: the same key, or a refusal of ours, and nothing else."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from govseal.asn1 import write
from govseal.errors import GovsealError, KeyLoadError
from govseal.pki import blockcipher, cfca, containers, encoding, pemkey
from govseal.pki.ecdsa import P256, EcPoint
from govseal.pki.keyfiles import read_key_file
from govseal.pki.keys import decode_public_key
from govseal.pki.pkcs8 import PrivateKey
from govseal.pki.pkcs12 import write_pkcs12
from govseal.pki.request import CertificateRequest, load_request, make_request
from govseal.testing import Authority
from mutations import mutated

SIGNER = Authority.create("根", at=datetime(2026, 11, 21, tzinfo=UTC)).issue("99000000000001")
KEY = SIGNER._key
EC = PrivateKey.generate("ec")
REQUEST = make_request(KEY, [("C", "CN"), ("CN", "99000000000001")])
KINDS = {"wrong_password", "wrong_container", "unsupported", "damaged"}

quick = settings(
    max_examples=min(150, settings.default.max_examples),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
)


def cfca_file():
    iv, key = cfca._derive(b"p")
    d = blockcipher.SM4.encrypt(key, iv, KEY.to_sm2_bytes(), "the test")
    data = write.oid("1.2.156.10197.6.1.4.2.1")
    inner = write.sequence(data, write.oid("1.2.156.10197.1.104"), write.octets(d))
    certificate = write.sequence(data, write.octets(SIGNER.certificate.der))
    return write.sequence(write.integer(1), inner, certificate)


def pem_file():
    iv = bytes(16)
    secret = pemkey._derive(b"p", iv[:8], 16)
    body = blockcipher.AES_128.encrypt(secret, iv, KEY.to_pkcs8(), "the test")
    head = f"Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,{iv.hex()}\n\n".encode()
    label = b"EC PRIVATE KEY-----\n"
    return b"-----BEGIN " + label + head + base64.encodebytes(body) + b"-----END " + label


FILES = {
    "cfca": cfca_file(),
    "cfca text": base64.b64encode(cfca_file()),
    "pem": pem_file(),
    "pkcs12 sm4": write_pkcs12(KEY, [SIGNER.certificate], "p", scheme="sm4", iterations=1),
    "pkcs8 sm4": KEY.to_pkcs8("p", scheme="sm4", iterations=1),
}


@pytest.mark.parametrize("name", FILES)
@quick
@given(data=st.data())
def test_a_mutated_key_file_is_refused_or_the_same(name, data):
    changed = data.draw(mutated(FILES[name]))
    try:
        found = read_key_file(changed, "p")
    except KeyLoadError as error:
        assert error.kind in KINDS  # noqa: PT017 - both ways
        return
    # PEM's own encryption has no check: a flipped IV changes the first block of what is inside.
    assert found.key.public_key.is_same_key(KEY.public_key)


@pytest.mark.parametrize("key", [KEY, EC], ids=["sm2", "ec"])
@quick
@given(data=st.data())
def test_a_mutated_plain_key_is_refused_or_a_key(key, data):
    try:
        found = read_key_file(data.draw(mutated(key.to_pkcs8())))
    except KeyLoadError as error:
        assert error.kind in KINDS  # noqa: PT017 - both ways
        return
    assert found.key.public_key.kind in {"sm2", "ec"}


@quick
@given(mutated(EC.public_key.spki))
def test_a_mutated_p256_key_is_refused_or_on_its_curve(data):
    try:
        key = decode_public_key(data)
    except GovsealError:
        return
    if key.kind == "ec":
        assert EcPoint.decode(key.material.curve, key.material.encode()) == key.material
        assert key.material.curve.bits == P256.bits


@quick
@given(mutated(REQUEST.der))
def test_a_mutated_request_is_never_verified(data):
    try:
        request = CertificateRequest.from_der(data)
    except GovsealError:
        return
    assert repr(request)
    assert isinstance(request.subject, str)
    if data != REQUEST.der:
        with pytest.raises(GovsealError):
            load_request(data)


@quick
@given(st.binary(max_size=200))
def test_any_bytes_are_refused(data):
    with pytest.raises(KeyLoadError):
        read_key_file(data, "p")
    with pytest.raises(GovsealError):
        load_request(data)
    assert containers.recognise(data) is None or isinstance(containers.recognise(data), str)


@quick
@given(st.text(max_size=60))
def test_any_text_is_a_name_or_none(text):
    try:
        fields = encoding.parse_name(text)
    except ValueError:
        return
    assert all(label and value for label, value in fields)
