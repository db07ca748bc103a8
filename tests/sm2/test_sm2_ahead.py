"""Digests taken ahead, and of messages that begin alike, are the digests that verifying takes."""

from __future__ import annotations

import pytest

from govseal import sm2
from govseal.errors import InvalidSignature
from govseal.pki.algorithms import SM2_SM3
from govseal.pki.keys import decode_public_key, encode_sm2_spki

KEY = sm2.PrivateKey.generate()
OTHER = sm2.PrivateKey.generate()
MESSAGE = b"a message of some length" * 40


def e_of(key: sm2.PublicKey, message: bytes) -> bytes:
    return sm2.sm3(key.identity_digest() + message)


def taken(key: sm2.PrivateKey, message: bytes) -> sm2.SignedDigest:
    (one,), _ = sm2.digest_ahead([(key.public_key, message)])
    return one


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 8, 9, 17])
def test_all_are_digested_together(count):
    signed = [(KEY.public_key, MESSAGE * place) for place in range(count)]
    others = [b"o" * 50_000, b"", b"x"]
    made, digests = sm2.digest_ahead(signed, others)
    assert [item.digest for item in made] == [e_of(*pair) for pair in signed]
    assert digests == [sm2.sm3(item) for item in others]


def test_a_digest_belongs_to_its_key_and_its_message():
    one = taken(KEY, MESSAGE)
    assert one.is_of(KEY.public_key, MESSAGE)
    assert not one.is_of(OTHER.public_key, MESSAGE)
    assert not one.is_of(KEY.public_key, bytes(bytearray(MESSAGE)))  # equal, and another object


def test_what_somebody_could_change_meanwhile_is_not_taken_ahead():
    with pytest.raises(TypeError, match="bytes"):
        sm2.digest_ahead([(KEY.public_key, bytearray(MESSAGE))])


def test_nobody_else_makes_one():
    with pytest.raises(TypeError, match="digest_ahead"):
        sm2.SignedDigest()


def key_of(private: sm2.PrivateKey):
    return decode_public_key(encode_sm2_spki(private.public_key.encode()))


def test_a_signature_is_verified_over_what_was_taken_ahead():
    signature = KEY.sign(MESSAGE)
    key_of(KEY).verify(
        signature, MESSAGE, SM2_SM3, ahead=[taken(OTHER, MESSAGE), taken(KEY, MESSAGE)]
    )


@pytest.mark.parametrize("ahead", [[], [taken(KEY, MESSAGE)], [taken(OTHER, MESSAGE)]])
def test_a_wrong_signature_is_none_ahead_or_not(ahead):
    with pytest.raises(InvalidSignature):
        key_of(KEY).verify(OTHER.sign(MESSAGE), MESSAGE, SM2_SM3, ahead=ahead)
    with pytest.raises(InvalidSignature):
        key_of(KEY).verify(KEY.sign(MESSAGE + b"!"), MESSAGE, SM2_SM3, ahead=ahead)


def test_what_was_taken_of_another_message_vouches_for_none():
    changed = MESSAGE + b"!"
    with pytest.raises(InvalidSignature):
        key_of(KEY).verify(KEY.sign(MESSAGE), changed, SM2_SM3, ahead=[taken(KEY, MESSAGE)])


def test_64_bytes_do_not_become_r_and_s():
    raw = sm2.decode_signature(KEY.sign(MESSAGE))
    with pytest.raises(InvalidSignature):
        key_of(KEY).verify(raw, MESSAGE, SM2_SM3, ahead=[taken(KEY, MESSAGE)])
    key_of(KEY).verify(raw, MESSAGE, SM2_SM3, raw=True, ahead=[taken(KEY, MESSAGE)])


def test_what_is_not_der_is_no_signature():
    with pytest.raises(InvalidSignature):
        key_of(KEY).verify(KEY.sign(MESSAGE) + b"\0", MESSAGE, SM2_SM3, ahead=[taken(KEY, MESSAGE)])


@pytest.mark.parametrize(
    "size", [0, 1, 8191, 8192, 8193, 10_240, 10_241, 65_536, (1 << 18) - 1, 1 << 18, (1 << 18) + 1]
)
def test_messages_that_begin_alike(size):
    digests = sm2.LikeMessages(KEY.public_key)
    for tail in (b"", b"1", b"2" * 100, b"3" * 5000):
        for first in (b"a", b"b"):
            message = (first * size + tail)[: max(size, 1)] + tail
            assert digests.digest(message) == e_of(KEY.public_key, message)
            assert digests.digest(message) == e_of(KEY.public_key, message)


def test_a_beginning_that_differs_in_its_last_byte():
    digests = sm2.LikeMessages(KEY.public_key)
    message = bytearray(b"m" * 20_000)
    digests.digest(bytes(message))
    message[20_000 - 2048 - 1] ^= 1
    assert digests.digest(bytes(message)) == e_of(KEY.public_key, bytes(message))
    message[-1] ^= 1
    assert digests.digest(bytes(message)) == e_of(KEY.public_key, bytes(message))


def test_a_message_that_is_the_beginning_alone():
    digests = sm2.LikeMessages(KEY.public_key)
    digests.digest(b"m" * 12_000)
    beginning = b"m" * (12_000 - 2048)
    assert digests.digest(beginning) == e_of(KEY.public_key, beginning)


@pytest.mark.parametrize("kind", [bytearray, memoryview])
def test_messages_of_any_kind(kind):
    digests = sm2.LikeMessages(KEY.public_key)
    for tail in (b"1", b"2"):
        message = b"m" * 12_000 + tail
        assert digests.digest(kind(message)) == e_of(KEY.public_key, message)
