"""CFCA's .sm2 files: read in their three wrappings, refused in distinct ways.

The files here are made by the tests; the layout was checked by hand against the published test
file of the gmsm library, which belongs to somebody else.
"""

from __future__ import annotations

import base64
import itertools

import pytest

from govseal import sm2
from govseal.asn1 import write
from govseal.errors import KeyLoadError
from govseal.pki import blockcipher, cfca
from govseal.pki.cfca import read_cfca
from govseal.pki.pem import write_pem
from govseal.pki.signer import load_signer

PASSWORD = "口令 123456"
DATA = "1.2.156.10197.6.1.4.2.1"
SM4 = "1.2.156.10197.1.104"


def encrypt(d, password=PASSWORD):
    """SM4-CBC with IV and key out of SM3(password ‖ 1)."""
    value = sm2.sm3(password.encode() + b"\0\0\0\1")
    return blockcipher.SM4.encrypt(value[16:], value[:16], d, "the test")


def build(key, certificate, *, version=1, cipher=SM4, types=(DATA, DATA), rows=(), more=b""):
    parts = rows or (
        write.integer(version),
        write.sequence(write.oid(types[0]), write.oid(cipher), write.octets(key), more),
        write.sequence(write.oid(types[1]), write.octets(certificate)),
    )
    return write.sequence(*parts)


@pytest.fixture(scope="module")
def der(signer):
    return build(encrypt(signer._key.to_sm2_bytes()), signer.certificate.der)


def assert_refused(kind, data, password=PASSWORD, match=None, *, read=read_cfca):
    with pytest.raises(KeyLoadError, match=match) as caught:
        read(data, password)
    assert caught.value.kind == kind


def load(data, password):
    return load_signer(data, password=password)


def test_every_wrapping_is_read(der, signer):
    base64_text = base64.b64encode(der)
    lines = base64.encodebytes(der).replace(b"\n", b"\r\n")
    for data in (der, base64_text, lines, write_pem("CFCA KEY", der)):
        found = load_signer(data, password=PASSWORD)
        assert found.certificate == signer.certificate
        found.certificate.public_key.verify(found.sign(b"x"), b"x", found.algorithm)


def test_the_mode_may_be_named(signer):
    ciphertext = encrypt(signer._key.to_sm2_bytes())
    der = build(ciphertext, signer.certificate.der, cipher="1.2.156.10197.1.104.2")
    key, certificate = read_cfca(der, PASSWORD.encode())
    assert (key.public_key, certificate) == (signer._key.public_key, signer.certificate)


def test_a_number_without_its_leading_zeros_is_read(ca):
    key = type(ca.key)(sm2.PrivateKey.from_bytes(bytes(31) + b"\x05"))
    someone = ca.issue("99000000000001", key=key)
    der = build(encrypt(b"\x05"), someone.certificate.der)
    assert read_cfca(der, PASSWORD)[0].public_key == key.public_key


def test_a_wrong_password_every_time(der):
    for number in range(600):
        assert_refused("wrong_password", der, f"guess {number}")
    for password in ("", b"\xff"):
        assert_refused("wrong_password", der, password)
    assert_refused("wrong_password", der, None, "needs a password")


def test_a_key_that_is_not_the_certificates(signer, ca):
    der = build(encrypt(signer._key.to_sm2_bytes()), ca.certificate.der)
    assert_refused("wrong_password", der, match="its key is not the certificate's")


def test_another_cipher_is_named(signer):
    der = build(bytes(48), signer.certificate.der, cipher="2.16.840.1.101.3.4.1.2")
    assert_refused("unsupported", der, match=r"2\.16\.840\.1\.101\.3\.4\.1\.2")


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2},
        {"types": (DATA, "1.2.3")},
        {"more": write.null()},
        {"key": b""},
        {"key": bytes(47)},
        {"certificate": b""},
        {"certificate": write.sequence(write.null())},
        {"rows": [write.integer(1), write.sequence(write.oid(DATA))]},
    ],
    ids=itertools.count(),
)
def test_what_is_not_whole_is_damaged(changes, signer):
    values = {"key": bytes(48), "certificate": signer.certificate.der} | changes
    assert_refused("damaged", build(values.pop("key"), values.pop("certificate"), **values))


def test_a_file_cut_short_is_damaged(der):
    for size in range(30, len(der), 31):
        assert_refused("damaged", der[:size])
        assert_refused("damaged", der[:size], read=load)


def test_other_containers_are_the_wrong_one(signer):
    for data, match in (
        (signer.certificate.der, "a certificate"),
        (signer._key.to_pkcs8(), "a PKCS#8 private key"),
        (signer.certificate.public_key.spki, "a public key"),
        (b"text", "something else"),
    ):
        assert_refused("wrong_container", data, match=match)


def test_base64_of_something_else_is_not_taken_for_one():
    assert cfca.from_base64(b"MII*") == b"MII*"
    assert cfca.from_base64(b"MIIBAAA=A") == b"MIIBAAA=A"
    assert cfca.from_base64(b"not begun so") == b"not begun so"


def test_errors_show_no_secret(der, signer):
    with pytest.raises(KeyLoadError) as caught:
        read_cfca(der, "guess-4711")
    shown = repr(caught.value) + repr(caught.value.__cause__)
    assert "guess-4711" not in shown
    assert signer._key.to_sm2_bytes().hex() not in shown
