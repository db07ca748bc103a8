"""The cache of prepared keys: bounded, public, and never an answer by itself."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from govseal import sm2
from govseal.errors import InvalidSignature
from govseal.pki import algorithms, keys, recurring

MESSAGE = b"to be signed"
ALGORITHM = algorithms.SM2_SM3


@pytest.fixture(autouse=True)
def _empty_cache():
    recurring._recurring.cache_clear()
    yield
    recurring._recurring.cache_clear()


@pytest.fixture(scope="module")
def signer() -> sm2.PrivateKey:
    return sm2.PrivateKey.generate()


def public_key(private: sm2.PrivateKey) -> keys.PublicKey:
    """As read from a certificate: a new object each time."""
    return keys.decode_public_key(keys.encode_sm2_spki(private.public_key.encode()))


def is_valid(private: sm2.PrivateKey, signature: bytes, message: bytes) -> bool:
    try:
        public_key(private).verify(signature, message, ALGORITHM)
    except InvalidSignature:
        return False
    return True


def fill(count: int) -> None:
    for _ in range(count):
        recurring.verifier_for(sm2.PrivateKey.generate().public_key)


def test_the_second_use_prepares(signer):
    kinds = [
        type(recurring.verifier_for(sm2.PublicKey.decode(signer.public_key.encode())))
        for _ in range(3)
    ]
    assert kinds == [sm2.PublicKey, sm2.PreparedKey, sm2.PreparedKey]
    first = recurring.verifier_for(signer.public_key)
    assert recurring.verifier_for(signer.public_key) is first


def test_it_is_bounded_and_forgets_the_least_recent(signer):
    size = recurring.MAX_RECURRING_KEYS
    for _ in range(2):
        recurring.verifier_for(signer.public_key)
    fill(size - 1)
    assert isinstance(recurring.verifier_for(signer.public_key), sm2.PreparedKey)
    fill(size - 1)
    assert isinstance(recurring.verifier_for(signer.public_key), sm2.PreparedKey)
    fill(size)
    assert recurring._recurring.cache_info().currsize == size
    assert isinstance(recurring.verifier_for(signer.public_key), sm2.PublicKey)


def test_no_result_is_kept(signer):
    good, bad = signer.sign(MESSAGE), signer.sign(b"another")
    for _ in range(3):  # the plain key, then the prepared one
        assert is_valid(signer, good, MESSAGE)
        assert not is_valid(signer, bad, MESSAGE)
        assert not is_valid(signer, good, MESSAGE + b"\0")
        assert not is_valid(signer, good[:-1] + bytes((good[-1] ^ 1,)), MESSAGE)
    for _ in range(3):
        assert not is_valid(signer, good, b"another")
        assert is_valid(signer, bad, b"another")


def test_keys_do_not_answer_for_each_other(signer):
    other = sm2.PrivateKey.generate()
    signature = signer.sign(MESSAGE)
    for _ in range(3):
        assert is_valid(signer, signature, MESSAGE)
        assert not is_valid(other, signature, MESSAGE)


def test_raw_signatures_too(signer):
    raw = sm2.decode_signature(signer.sign(MESSAGE))
    for _ in range(3):
        public_key(signer).verify(raw, MESSAGE, ALGORITHM, raw=True)
        with pytest.raises(InvalidSignature):
            public_key(signer).verify(raw, MESSAGE, ALGORITHM)
        with pytest.raises(InvalidSignature):
            public_key(signer).verify(raw, b"", ALGORITHM, raw=True)


def test_private_keys_are_not_held():
    private = sm2.PrivateKey.generate()
    counts = sys.getrefcount(private), sys.getrefcount(private._key)
    for _ in range(2):
        recurring.verifier_for(private.public_key)
    assert (sys.getrefcount(private), sys.getrefcount(private._key)) == counts


def test_many_threads_and_more_keys_than_fit():
    signers = [sm2.PrivateKey.generate() for _ in range(recurring.MAX_RECURRING_KEYS + 20)]
    signatures = [signer.sign(MESSAGE) for signer in signers]

    def verify(number: int) -> bool:
        index = number * 7 % len(signers)
        wrong = number % 5 == 0
        signature = signatures[index - 1 if wrong else index]
        return is_valid(signers[index], signature, MESSAGE) != wrong

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(verify, range(6 * len(signers))))
    assert recurring._recurring.cache_info().currsize <= recurring.MAX_RECURRING_KEYS


def test_one_key_in_many_threads(signer):
    good, bad = signer.sign(MESSAGE), signer.sign(b"another")
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda i: is_valid(signer, bad if i % 2 else good, MESSAGE), range(200))
        assert list(answers) == [i % 2 == 0 for i in range(200)]
    assert isinstance(recurring.verifier_for(signer.public_key), sm2.PreparedKey)
