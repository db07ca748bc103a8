"""SM2EnvelopedKey: opened by the key it was made for, refused in three distinct ways."""

from __future__ import annotations

import os

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, settings
from hypothesis import strategies as st

from govseal import sm2
from govseal.asn1 import strict, write
from govseal.errors import GovsealError, KeyLoadError
from govseal.pki.enveloped import SM4_ECB, decode_enveloped_key, encode_enveloped_key
from govseal.pki.pkcs8 import PrivateKey, decode_private_key

N = 0xFFFFFFFE_FFFFFFFF_FFFFFFFF_FFFFFFFF_7203DF6B_21C6052B_53BBF409_39D54123
RECIPIENT = PrivateKey.generate("sm2")
INNER = PrivateKey.generate("sm2")
SM4_KEY = bytes(range(16))


def ecb(data: bytes, key: bytes = SM4_KEY) -> bytes:
    encryptor = Cipher(algorithms.SM4(key), modes.ECB()).encryptor()  # noqa: S305 - the standard's
    return encryptor.update(data) + encryptor.finalize()


def envelope(**changes: bytes) -> bytes:
    """One part by one, so that each can be another."""
    recipient = RECIPIENT.public_key.material
    parts = {
        "algorithm": write.sequence(write.oid(SM4_ECB)),
        "cipher": recipient.encrypt(changes.pop("symmetric", SM4_KEY)),
        "public": write.bits(INNER.public_key.material.encode()),
        "masked": write.bits(ecb(changes.pop("d", INNER.to_sm2_bytes()))),
        "ending": b"",
    }
    return write.sequence(*(parts | changes).values())


def assert_refused(kind: str, der: bytes, match: str, recipient: PrivateKey = RECIPIENT) -> None:
    with pytest.raises(KeyLoadError, match=match) as caught:
        decode_enveloped_key(der, recipient)
    assert caught.value.kind == kind


def test_what_we_write_we_read():
    der = encode_enveloped_key(INNER, RECIPIENT.public_key)
    key = decode_enveloped_key(der, RECIPIENT)
    assert key.to_sm2_bytes() == INNER.to_sm2_bytes()
    assert key.public_key.is_same_key(INNER.public_key)
    assert der != encode_enveloped_key(INNER, RECIPIENT.public_key)


def test_what_we_write_is_the_standard():
    algorithm, cipher, public, masked = strict.parse(
        encode_enveloped_key(INNER, RECIPIENT.public_key)
    ).children()
    assert algorithm.raw == write.sequence(write.oid("1.2.156.10197.1.104.1"))
    key = RECIPIENT.decrypt(cipher.raw)
    assert len(key) == 16
    assert strict.read_bits(public, "") == INNER.public_key.material.encode()
    assert strict.read_bits(masked, "") == ecb(INNER.to_sm2_bytes(), key)


def test_a_signer_opens_what_the_ca_sends(ca):
    signer = ca.issue("99000000000077")
    der = encode_enveloped_key(INNER, signer.certificate.public_key)
    assert signer.open_envelope(der).public_key.is_same_key(INNER.public_key)
    assert_refused("wrong_key", der, "not for this key")


@pytest.mark.parametrize(
    "algorithm",
    [
        write.sequence(write.oid("1.2.156.10197.1.104.1"), write.null()),
        write.sequence(write.oid("1.2.156.10197.1.104")),
        write.sequence(write.oid("1.2.156.10197.1.104"), write.null()),
    ],
    ids=lambda der: der.hex(),
)
def test_spellings_of_the_cipher(algorithm):
    key = decode_enveloped_key(envelope(algorithm=algorithm), RECIPIENT)
    assert key.to_sm2_bytes() == INNER.to_sm2_bytes()


def test_a_key_padded_to_64_bytes():
    """As in the blobs of devices (GM/T 0016)."""
    der = envelope(d=bytes(32) + INNER.to_sm2_bytes())
    assert decode_enveloped_key(der, RECIPIENT).to_sm2_bytes() == INNER.to_sm2_bytes()


# --- for another key -----------------------------------------------------------------------------


def test_another_recipient():
    assert_refused("wrong_key", envelope(), "not for this key", PrivateKey.generate("sm2"))


def test_a_changed_cipher_looks_the_same():
    raw = bytearray(sm2.decode_ciphertext(RECIPIENT.public_key.material.encrypt(SM4_KEY)))
    raw[-1] ^= 1
    der = envelope(cipher=sm2.encode_ciphertext(raw))
    assert_refused("wrong_key", der, "not for this key, or it was changed")


def test_c1_off_the_curve_looks_the_same():
    raw = b"\4" + bytes(64) + bytes(48)
    assert_refused("wrong_key", envelope(cipher=sm2.encode_ciphertext(raw)), "not for this key")


# --- damaged -------------------------------------------------------------------------------------

OTHER = PrivateKey.generate("sm2")
GOOD = envelope()
DAMAGED = {
    "the public key of somebody else": (
        envelope(public=write.bits(OTHER.public_key.material.encode())),
        "does not belong",
    ),
    "the private key of somebody else": (envelope(d=OTHER.to_sm2_bytes()), "does not belong"),
    "minus d": (envelope(d=(N - int.from_bytes(INNER.to_sm2_bytes())).to_bytes(32)), "not belong"),
    "d = 0": (envelope(d=bytes(32)), "1, n-2"),
    "d = n-1": (envelope(d=(N - 1).to_bytes(32)), "1, n-2"),
    "d + n": (envelope(d=b"\xff" * 32), "1, n-2"),
    "64 bytes that are no padded key": (envelope(d=b"\1" + bytes(31) + bytes(32)), "longer than"),
    "48 bytes": (envelope(d=bytes(16) + INNER.to_sm2_bytes()), "of 48 bytes"),
    "16 bytes": (envelope(d=bytes(16)), "of 16 bytes"),
    "no private key": (envelope(masked=write.bits(b"")), "of 0 bytes"),
    "padding": (envelope(masked=write.bits(ecb(bytes(48)))), "of 48 bytes"),
    "31 bytes": (envelope(masked=write.bits(bytes(31))), "of 31 bytes"),
    "unused bits": (envelope(masked=b"\3\x21\1" + bytes(32)), "whole octets"),
    "a public key off the curve": (envelope(public=write.bits(b"\4" + bytes(64))), "not on"),
    "a compressed public key": (
        envelope(public=write.bits(b"\2" + INNER.public_key.material.encode()[1:33])),
        "compressed",
    ),
    "a short SM4 key": (envelope(symmetric=bytes(15)), "SM4 key of 15"),
    "a long SM4 key": (envelope(symmetric=bytes(32)), "SM4 key of 32"),
    "another SM4 key": (envelope(symmetric=bytes(16)), "does not belong|n-2"),
    "parameters": (
        envelope(algorithm=write.sequence(write.oid(SM4_ECB), write.octets(bytes(16)))),
        "no parameters",
    ),
    "no algorithm": (envelope(algorithm=write.sequence()), "AlgorithmIdentifier"),
    "no cipher": (envelope(cipher=write.sequence()), "SM2Cipher"),
    "a raw cipher": (
        envelope(cipher=write.sequence(write.octets(bytes(113)))),
        "XCoordinate",
    ),
    "a byte behind": (GOOD + b"\0", "follow"),
    "cut": (GOOD[:-1], "longer than"),
    "empty": (b"", "header"),
    "too long": (write.sequence(write.octets(bytes(5000))), "too large"),
    "a needless length": (b"\x30\x83\x00" + GOOD[2:], "shortest|follow"),
}


@pytest.mark.parametrize(("der", "match"), DAMAGED.values(), ids=DAMAGED)
def test_damaged(der, match):
    assert_refused("damaged", der, match)


# --- another container ---------------------------------------------------------------------------

UNSUPPORTED = {
    "SM4-CBC": (envelope(algorithm=write.sequence(write.oid("1.2.156.10197.1.104.2"))), "104.2"),
    "AES": (envelope(algorithm=write.sequence(write.oid("2.16.840.1.101.3.4.1.1"))), "3.4.1.1"),
    "PKCS#8": (INNER.to_pkcs8(), "another structure"),
    "an SM2Cipher": (RECIPIENT.public_key.material.encrypt(SM4_KEY), "another structure"),
    "a fifth element": (envelope(ending=write.null()), "another structure"),
    "a number": (write.integer(7), "another structure"),
    "a set": (b"\x31" + GOOD[1:], "another structure"),
}


@pytest.mark.parametrize(("der", "match"), UNSUPPORTED.values(), ids=UNSUPPORTED)
def test_another_container(der, match):
    assert_refused("unsupported", der, match)


def test_an_rsa_key_opens_no_envelope(rsa_signer):
    with pytest.raises(KeyLoadError, match="SM2 key") as caught:
        rsa_signer.open_envelope(GOOD)
    assert caught.value.kind == "unsupported"
    rsa_key = PrivateKey.generate("rsa")
    for call in (rsa_key.to_sm2_bytes, lambda: rsa_key.decrypt(GOOD)):
        with pytest.raises(ValueError, match="SM2 key"):
            call()
    for key, recipient in ((rsa_key, RECIPIENT), (INNER, rsa_key)):
        with pytest.raises(ValueError, match="SM2 key"):
            encode_enveloped_key(key, recipient.public_key)


def test_key_loading_names_an_envelope():
    with pytest.raises(KeyLoadError, match="envelope") as caught:
        decode_private_key(GOOD)
    assert caught.value.kind == "unsupported"


# --- random bytes --------------------------------------------------------------------------------


@settings(max_examples=300)
@given(at=st.integers(0, len(GOOD) - 1), value=st.integers(0, 255), cut=st.integers(0, 20))
def test_a_changed_octet_is_refused_or_spells_the_same(at, value, cut):
    der = bytearray(GOOD)
    der[at] = value
    if cut == 0:
        del der[at]
    try:
        key = decode_enveloped_key(bytes(der), RECIPIENT)
    except KeyLoadError:
        return
    assert key.to_sm2_bytes() == INNER.to_sm2_bytes()
    assert bytes(der) == GOOD


@given(st.binary(max_size=400) | st.binary(max_size=120).map(write.sequence))
def test_any_bytes_are_refused_by_our_errors(data):
    with pytest.raises(GovsealError):
        decode_enveloped_key(data, RECIPIENT)


def test_nothing_secret_is_in_a_message():
    secret = os.urandom(32)
    with pytest.raises(KeyLoadError) as caught:
        decode_enveloped_key(envelope(d=secret), RECIPIENT)
    assert secret.hex() not in str(caught.value)
