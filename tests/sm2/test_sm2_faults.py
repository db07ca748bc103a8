"""Faults while signing: with ``verify_after_sign`` nothing spoiled is given away."""

from __future__ import annotations

import pytest

from govseal.errors import GovsealError, SigningFault
from govseal.pki.pkcs8 import PrivateKey as SoftKey
from govseal.sm2 import PrivateKey, decode_signature
from govseal.sm2.curve import SM2

D = (0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8).to_bytes(32, "big")
DIGEST = bytes(range(32))
FAULTS = ["spoil_point", "spoil_s"]


@pytest.fixture
def key(testing_core, monkeypatch) -> PrivateKey:
    """A key of the public class, on the core into which faults can be injected."""
    monkeypatch.setattr("govseal.sm2.keys.core", testing_core)
    yield PrivateKey.from_bytes(D)
    for event in (*FAULTS, "refuse_nonce"):
        testing_core.happen(event, 0)


SIGN = {
    "message": lambda key, **options: key.sign(b"message", **options),
    "message, other ID": lambda key, **options: key.sign(b"message", user_id=b"x", **options),
    "digest": lambda key, **options: key.sign_digest(DIGEST, **options),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("sign", SIGN.values(), ids=SIGN)
def test_a_spoiled_signature_is_not_given_away(testing_core, key, sign, fault):
    testing_core.happen(fault, 1)
    with pytest.raises(SigningFault, match="did not verify") as caught:
        sign(key, verify_after_sign=True)
    assert isinstance(caught.value, GovsealError)
    assert sign(key, verify_after_sign=True)  # the fault has passed


@pytest.mark.parametrize("fault", FAULTS)
def test_without_the_option_the_fault_would_leave(testing_core, key, fault):
    """The injected faults are real: what they spoil does leave where nobody looks."""
    testing_core.happen(fault, 1)
    spoiled = key.sign_digest(DIGEST)
    with pytest.raises(GovsealError):
        key.public_key.verify_digest(spoiled, DIGEST)


def test_why_it_matters(testing_core, key):
    """Two signatures with one nonce, one of them spoiled, give d away.

    With a stuck generator, and e and d alike, both have the same k; the fault changes r alone.
    """
    testing_core.randomness(0)
    try:
        good = decode_signature(key.sign_digest(DIGEST))
        testing_core.happen("spoil_point", 1)
        bad = decode_signature(key.sign_digest(DIGEST))
    finally:
        testing_core.randomness(-1)
    (r, s), (r_bad, s_bad) = (
        (int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")) for raw in (good, bad)
    )
    # s = u(k + r) - r, so s + r = u(k + r) and the difference gives u = (1 + d)^-1.
    u = (s + r - s_bad - r_bad) * pow(r - r_bad, -1, SM2.n) % SM2.n
    assert (pow(u, -1, SM2.n) - 1) % SM2.n == int.from_bytes(D, "big")


def test_good_signatures_pass(key):
    signature = key.sign_digest(DIGEST, verify_after_sign=True)
    key.public_key.verify_digest(signature, DIGEST)
    key.public_key.verify(key.sign(b"m", verify_after_sign=True), b"m")


def test_a_nonce_drawn_again_is_no_fault(testing_core, key):
    testing_core.happen("refuse_nonce", 3)
    assert key.sign_digest(DIGEST, verify_after_sign=True)


def test_no_randomness_is_no_fault(testing_core, key):
    testing_core.randomness(-2)
    try:
        with pytest.raises(OSError, match="Input/output"):
            key.sign_digest(DIGEST, verify_after_sign=True)
    finally:
        testing_core.randomness(-1)


@pytest.mark.parametrize("fault", FAULTS)
def test_keys_that_stamp_always_verify(testing_core, key, fault):
    soft = SoftKey(key)
    testing_core.happen(fault, 1)
    with pytest.raises(SigningFault):
        soft.sign(b"message")
    key.public_key.verify(soft.sign(b"message"), b"message")
