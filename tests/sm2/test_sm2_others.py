"""Both ways against two independent implementations."""

from __future__ import annotations

import gmalg
import pytest
from gmssl.sm2 import CryptSM2

from govseal.errors import InvalidSignature
from govseal.sm2 import (
    DEFAULT_USER_ID,
    PrivateKey,
    PublicKey,
    decode_signature,
    encode_signature,
)

MESSAGES = [b"", b"message digest", bytes(range(256))]


@pytest.fixture(scope="module")
def key() -> PrivateKey:
    return PrivateKey.generate()


def gmssl_of(key: PrivateKey, secret: str = "") -> CryptSM2:
    """gmssl takes an x that begins with 04 for the mark of the uncompressed form: set it after."""
    other = CryptSM2(private_key=secret, public_key="")
    other.public_key = key.public_key.encode()[1:].hex()
    return other


@pytest.mark.parametrize("message", MESSAGES, ids=len)
def test_gmalg_verifies_ours(key, message):
    user = gmalg.SM2(uid=DEFAULT_USER_ID, pk=key.public_key.encode())
    raw = decode_signature(key.sign(message))
    assert user.verify(message, raw[:32], raw[32:])
    assert not user.verify(message + b"x", raw[:32], raw[32:])


@pytest.mark.parametrize("message", MESSAGES, ids=len)
def test_we_verify_gmalg(message):
    sk, pk = gmalg.SM2().generate_keypair()
    user = gmalg.SM2(sk, uid=b"ALICE123@YAHOO.COM", pk=pk)
    r, s = (part.rjust(32, b"\0") for part in user.sign(message))  # leading zeros are missing,
    sk = sk.rjust(32, b"\0")  # of the key as well
    ours = PublicKey.decode(pk)
    ours.verify_raw(r + s, message, user_id=b"ALICE123@YAHOO.COM")
    ours.verify(encode_signature(r + s), message, user_id=b"ALICE123@YAHOO.COM")
    with pytest.raises(InvalidSignature):
        ours.verify_raw(r + s, message)
    assert PrivateKey.from_bytes(sk).public_key == ours


def test_gmssl_verifies_ours(key):
    other = gmssl_of(key)
    raw = decode_signature(key.sign(b"message"))
    assert other.verify_with_sm3(raw.hex(), b"message")
    assert not other.verify_with_sm3(raw.hex(), b"massage")


def test_we_verify_gmssl(key):
    other = gmssl_of(key, key.to_bytes().hex())
    raw = bytes.fromhex(other.sign_with_sm3(b"message"))
    key.public_key.verify_raw(raw, b"message")
    with pytest.raises(InvalidSignature):
        key.public_key.verify_raw(raw, b"massage")


def test_gmssl_signs_the_same_with_the_same_nonce(testing_core, key):
    other = gmssl_of(key, key.to_bytes().hex())
    digest, nonce = bytes(range(32)), bytes(range(32, 64))
    raw = testing_core.sign_with_nonce(key.to_bytes(), digest, nonce)
    assert other.sign(digest, nonce.hex()) == raw.hex()
