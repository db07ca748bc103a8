"""HMAC and key derivation with SM3."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govseal import sm2
from govseal.errors import InvalidSignature, SigningUnavailable
from govseal.sm2 import _fallback
from govseal.sm2 import _reference as reference
from govseal.sm2.params import MAX_KDF_BYTES

BACKENDS = pytest.mark.parametrize(
    "backend", [_fallback, sm2._backend.core], ids=["fallback", "core"]
)


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setattr(_fallback, "_warned", True)


def plain_hmac(key: bytes, data: bytes) -> bytes:
    """RFC 2104 as it is written, over the reference."""
    padded = (reference.sm3(key) if len(key) > 64 else key).ljust(64, b"\0")
    inner = reference.sm3(bytes(byte ^ 0x36 for byte in padded) + data)
    return reference.sm3(bytes(byte ^ 0x5C for byte in padded) + inner)


def test_hmac_vectors(tiered_core, hmac_vector):
    key, data = bytes.fromhex(hmac_vector["key"]), bytes.fromhex(hmac_vector["data"])
    tag = bytes.fromhex(hmac_vector["tag"])
    assert tiered_core.hmac_sm3(key, data) == tag
    assert sm2.hmac_sm3(key, data) == _fallback.hmac_sm3(key, data) == plain_hmac(key, data) == tag


@pytest.mark.parametrize("key_size", [0, 1, 32, 63, 64, 65, 128, 200])
def test_hmac_keys_of_every_kind(key_size):
    key = bytes(range(key_size))
    for size in (0, 1, 55, 64, 200):
        data = bytes(size)
        assert sm2.hmac_sm3(key, data) == plain_hmac(key, data)
        assert _fallback.hmac_sm3(key, data) == plain_hmac(key, data)


@pytest.mark.skipif("sm3" not in hashlib.algorithms_available, reason="this OpenSSL has no SM3")
@given(st.binary(max_size=150), st.binary(max_size=300))
def test_hmac_of_the_standard_library(key, data):
    assert sm2.hmac_sm3(key, data) == hmac.digest(key, data, "sm3")


@BACKENDS
def test_hmac_in_pieces(backend):
    whole = bytes(range(256))
    for cut in range(0, 257, 16):
        mac = backend.new_hmac_sm3(b"key")
        mac.update(whole[:cut])
        mac.update(whole[cut:])
        assert mac.digest() == mac.digest() == plain_hmac(b"key", whole)


def test_hmac_object():
    mac = sm2.HmacSm3(b"key", b"da")
    other = mac.copy()
    mac.update(b"ta")
    tag = sm2.hmac_sm3(b"key", b"data")
    assert mac.digest() == tag
    mac.verify(tag)
    mac.verify(bytearray(tag))
    assert other.digest() == sm2.hmac_sm3(b"key", b"da")
    mac.update(b"!")
    with pytest.raises(InvalidSignature):
        mac.verify(tag)
    assert (mac.digest_size, mac.block_size, mac.name) == (32, 64, "hmac-sm3")


def test_every_wrong_bit_is_refused():
    mac = sm2.HmacSm3(b"key", b"data")
    tag = mac.digest()
    for bit in range(256):
        wrong = (int.from_bytes(tag, "big") ^ 1 << bit).to_bytes(32, "big")
        with pytest.raises(InvalidSignature):
            mac.verify(wrong)


@BACKENDS
@pytest.mark.parametrize("cut", [0, 1, 16, 31])
def test_a_tag_that_was_cut_or_lengthened_is_refused(backend, cut):
    mac = backend.new_hmac_sm3(b"key")
    tag = mac.digest()
    assert mac.verify(tag) is True
    assert mac.verify(tag[:cut]) is False
    assert mac.verify(tag + tag[: cut + 1]) is False


def test_hmac_large_input_releases_the_lock_and_agrees():
    data = bytes(100_000)
    mac = sm2.HmacSm3(b"key")
    mac.update(data)
    assert mac.digest() == sm2.hmac_sm3(b"key", data) == plain_hmac(b"key", data)


@pytest.mark.parametrize("value", ["abc", None, 3, [b"a"]])
def test_hmac_of_anything_else_is_refused(value):
    with pytest.raises(TypeError):
        sm2.hmac_sm3(value, b"")
    with pytest.raises(TypeError):
        sm2.hmac_sm3(b"", value)
    with pytest.raises(TypeError):
        sm2.HmacSm3(value)
    with pytest.raises(TypeError):
        sm2.HmacSm3(b"key").update(value)
    with pytest.raises(TypeError):
        sm2.HmacSm3(b"key").verify(value)


def test_kdf_against_the_reference(tiered_core):
    for z_size in (0, 1, 31, 55, 59, 60, 63, 64, 65, 128, 200):
        z = bytes(range(z_size))
        expected = reference.kdf(z, 700)
        for length in (0, 1, 31, 32, 33, 64, 511, 512, 513, 700):
            assert tiered_core.kdf(z, length) == expected[:length], (z_size, length)


@BACKENDS
def test_kdf_beyond_a_group_of_lanes(backend):
    for length in (64 * 32 - 1, 64 * 32, 64 * 32 + 1, 3 * 64 * 32 + 5):
        assert backend.kdf(b"secret" * 10, length) == reference.kdf(b"secret" * 10, length)


@BACKENDS
@pytest.mark.parametrize("length", [-1, MAX_KDF_BYTES + 1, 1 << 62, 1 << 70, -(1 << 70)])
def test_kdf_of_a_length_beyond_the_counter(backend, length):
    with pytest.raises(ValueError):
        backend.kdf(b"z", length)


@pytest.mark.parametrize(("z", "length"), [("z", 1), (None, 1), (b"z", "1"), (b"z", 1.5), (3, 1)])
def test_kdf_of_anything_else_is_refused(z, length):
    with pytest.raises(TypeError):
        sm2.kdf(z, length)


def test_no_key_for_the_reference(monkeypatch):
    """It is not constant time; without OpenSSL's SM3 there is nothing to take a key to."""
    monkeypatch.setattr(_fallback, "_HAS_OPENSSL_SM3", False)
    for call in (
        lambda: _fallback.hmac_sm3(b"key", b""),
        lambda: _fallback.new_hmac_sm3(b"key"),
        lambda: _fallback.kdf(b"z", 1),
    ):
        with pytest.raises(SigningUnavailable, match="compiled core"):
            call()
