"""PEM's own encryption of keys: the ciphers of OpenSSL, refused in distinct ways."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from govseal.errors import KeyLoadError
from govseal.pki import pemkey
from govseal.pki.pem import read_pem
from govseal.pki.pemkey import decode_pem_key
from govseal.pki.pkcs8 import PrivateKey

PASSWORD = "口令 pass".encode()
IV = bytes(range(16))


def text(plain, cipher="AES-256-CBC", *, iv=IV, headers=None, password=PASSWORD, spoil=bytes):
    """A block as OpenSSL writes it."""
    known = pemkey._CIPHERS[cipher]
    iv = iv[: known.block_bytes]
    key = pemkey._derive(password, iv[:8], known.key_bytes)
    body = base64.encodebytes(spoil(known.encrypt(key, iv, plain, "the test")))
    if headers is None:
        headers = f"Proc-Type: 4,ENCRYPTED\nDEK-Info: {cipher},{iv.hex().upper()}\n"
    label = b"EC PRIVATE KEY-----\n"
    return b"-----BEGIN " + label + headers.encode() + b"\n" + body + b"-----END " + label


def block(*arguments, **options):
    return read_pem(text(*arguments, **options))[0]


def assert_refused(kind, found, password=PASSWORD, match=None):
    with pytest.raises(KeyLoadError, match=match) as caught:
        decode_pem_key(found, password)
    assert caught.value.kind == kind


@pytest.fixture(scope="module")
def key():
    return PrivateKey.generate("sm2")


@pytest.mark.parametrize("cipher", sorted(pemkey._CIPHERS))
def test_every_cipher_is_read(cipher, key):
    found = block(key.to_pkcs8(), cipher)
    assert decode_pem_key(found, PASSWORD).public_key == key.public_key


def test_what_cryptography_writes_is_read():
    for kind in ("rsa", "ec"):
        key = PrivateKey.generate(kind)
        written = key._key.private_bytes(
            Encoding.PEM, PrivateFormat.TraditionalOpenSSL, BestAvailableEncryption(PASSWORD)
        )
        assert decode_pem_key(read_pem(written)[0], PASSWORD).public_key == key.public_key


def test_a_header_without_encryption_is_passed_over(key):
    headers = "Comment: 测试\n"
    plain = text(key.to_pkcs8(), headers=headers, spoil=lambda _: key.to_pkcs8())
    assert decode_pem_key(read_pem(plain)[0], None).public_key == key.public_key


def test_a_wrong_password_every_time(key):
    found = block(key.to_pkcs8())
    # One in 256 guesses leaves a padding that looks right: it must be told all the same.
    for number in range(600):
        assert_refused("wrong_password", found, f"guess {number}".encode())
    assert_refused("wrong_password", found, b"")
    assert_refused("wrong_password", found, None, "needs a password")


def test_an_unknown_cipher_is_named(key):
    for name in ("DES-CBC", "RC2-40-CBC", "IDEA-CBC", "AES-256-GCM"):
        headers = f"Proc-Type: 4,ENCRYPTED\nDEK-Info: {name},0011223344556677\n"
        assert_refused("unsupported", block(key.to_pkcs8(), headers=headers), match=name)


def test_a_key_inside_that_is_of_no_use_is_named():
    ed25519 = bytes.fromhex("302e020100300506032b657004220420") + bytes(32)
    assert_refused("unsupported", block(ed25519), match=r"1\.3\.101\.112")


@pytest.mark.parametrize(
    "headers",
    [
        "Proc-Type: 4,ENCRYPTED\n",
        "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC\n",
        "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,xyz\n",
        "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,0011\n",
        f"Proc-Type: 4,ENCRYPTED\nDEK-Info: DES-EDE3-CBC,{IV.hex()}\n",
        "Proc-Type: 4,ENCRYPTED\nDEK-Info: ,00\n",
    ],
)
def test_headers_that_say_nothing_are_damaged(headers, key):
    assert_refused("damaged", block(key.to_pkcs8(), headers=headers))


def test_a_body_cut_short_is_damaged(key):
    assert_refused("damaged", block(key.to_pkcs8(), spoil=lambda body: body[:-3]))
    assert_refused("damaged", block(key.to_pkcs8(), spoil=lambda _: b""))


def test_errors_show_no_secret(key):
    with pytest.raises(KeyLoadError) as caught:
        decode_pem_key(block(key.to_pkcs8()), b"guess-4711")
    shown = repr(caught.value) + repr(caught.value.__cause__) + repr(caught.value.__context__)
    assert "guess-4711" not in shown
    assert key.to_sm2_bytes().hex() not in shown
