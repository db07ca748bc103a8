"""Prepared keys: the answers of plain keys, sooner."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest

from govseal import sm2
from govseal.errors import InvalidSignature

MESSAGE = b"message"


@pytest.fixture(scope="module")
def key() -> sm2.PrivateKey:
    return sm2.PrivateKey.generate()


@pytest.fixture(scope="module")
def prepared(key) -> sm2.PreparedKey:
    return key.public_key.prepare()


def test_all_three_ways_to_verify(key, prepared):
    signature = key.sign(MESSAGE)
    digest = sm2.sm3(sm2.identity_digest(key.public_key) + MESSAGE)
    prepared.verify(signature, MESSAGE)
    prepared.verify_raw(sm2.decode_signature(signature), MESSAGE)
    prepared.verify_digest(signature, digest)
    prepared.verify(key.sign(MESSAGE, user_id=b"id"), MESSAGE, user_id=b"id")


def test_what_is_refused(key, prepared):
    signature = key.sign(MESSAGE)
    raw = sm2.decode_signature(signature)
    for refused in (signature[:-1], raw, b"", sm2.PrivateKey.generate().sign(MESSAGE)):
        with pytest.raises(InvalidSignature):
            prepared.verify(refused, MESSAGE)
    for message in (b"", MESSAGE + b"\0"):
        with pytest.raises(InvalidSignature):
            prepared.verify(signature, message)
    with pytest.raises(InvalidSignature):
        prepared.verify(signature, MESSAGE, user_id=b"id")
    with pytest.raises(InvalidSignature):
        prepared.verify_raw(signature, MESSAGE)
    with pytest.raises(InvalidSignature):
        prepared.verify_digest(raw, bytes(32))


def test_the_callers_mistakes(prepared):
    with pytest.raises(ValueError, match="8191"):
        prepared.verify(b"", b"", user_id=bytes(8192))
    with pytest.raises(ValueError, match="32 bytes"):
        prepared.verify_digest(bytes(64), bytes(31))
    with pytest.raises(TypeError):
        prepared.verify(3, MESSAGE)
    with pytest.raises(TypeError, match=r"prepare\(\)"):
        sm2.PreparedKey()
    with pytest.raises(TypeError, match="PublicKey"):
        sm2._backend.core.prepare(b"")


def test_it_is_the_same_key(key, prepared):
    public = key.public_key
    assert prepared.public_key is public
    assert prepared.encode() == public.encode()
    assert prepared.fingerprint == public.fingerprint
    copy = pickle.loads(pickle.dumps(prepared))  # noqa: S301 - our own
    copy.verify(key.sign(MESSAGE), MESSAGE)
    assert copy.public_key == public
    assert public.fingerprint[:16] in repr(prepared)


def test_keys_next_to_the_generator():
    """Multiples of G share tables with it: additions meet equal and opposite points."""
    for d in (1, 2, 3, 2**32, 2**32 - 1, 2**224):
        key = sm2.PrivateKey.from_bytes(d.to_bytes(32, "big"))
        prepared = key.public_key.prepare()
        for _ in range(20):
            signature = key.sign(MESSAGE)
            prepared.verify(signature, MESSAGE)
            with pytest.raises(InvalidSignature):
                prepared.verify(signature, b"another")


def test_one_object_in_many_threads(key, prepared):
    good, bad = key.sign(MESSAGE), key.sign(b"another")

    def verify(number: int) -> bool:
        try:
            prepared.verify(bad if number % 3 == 0 else good, MESSAGE)
        except InvalidSignature:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(verify, range(300))) == [number % 3 != 0 for number in range(300)]
