"""Hedged nonces (src/govseal/sm2/_core/nonce.h) against the formula in Python."""

from __future__ import annotations

import itertools
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govseal.sm2 import _reference as reference
from govseal.sm2 import decode_signature
from govseal.sm2.curve import SM2

N = SM2.n
D = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
WORKS, FAILS = -1, -2
THIRTY_TWO = st.binary(min_size=32, max_size=32)


def pack(value: int) -> bytes:
    return value.to_bytes(32, "big")


@pytest.fixture
def randomness(testing_core):
    """Sets what the system's generator gives, until the test ends."""
    yield testing_core.randomness
    testing_core.randomness(WORKS)


def nonce_behind(signature: bytes, d: int) -> int:
    """k = s + d·(r + s): who knows d reads the nonce out of a signature."""
    return nonce_behind_raw(decode_signature(signature), d)


def nonce_behind_raw(raw: bytes, d: int) -> int:
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    return (s + d * (r + s)) % N


# --- the formula ---------------------------------------------------------------------------


@given(THIRTY_TWO, st.integers(0, N - 2), THIRTY_TWO, st.integers(0, 2**32 - 2))
def test_formula(testing_core, random, d, e, counter):
    k, after = reference.hedged_nonce(random, d, e, counter)
    assert testing_core.nonce(random, pack(d), e, counter.to_bytes(4, "big")) == (
        pack(k),
        after - counter,
    )


@given(st.data(), st.integers(0, 40), st.integers(1, N - 2))
def test_many_are_the_same_as_one_by_one(testing_core, data, count, d):
    randoms = data.draw(st.lists(THIRTY_TWO, min_size=count, max_size=count))
    digests = data.draw(st.lists(THIRTY_TWO, min_size=count, max_size=count))
    one_by_one = [
        reference.hedged_nonce(random, d, e)[0] for random, e in zip(randoms, digests, strict=True)
    ]
    together = testing_core.nonce_many(b"".join(randoms), pack(d), b"".join(digests))
    assert together == b"".join(map(pack, one_by_one))


def test_every_part_counts(testing_core):
    parts = [bytes(32), pack(D), pack(1), bytes(4)]
    seen = {testing_core.nonce(*parts)[0]}
    for i, part in enumerate(parts):
        for place in range(len(part)):
            changed = part[:place] + bytes((part[place] ^ 1,)) + part[place + 1 :]
            seen.add(testing_core.nonce(*parts[:i], changed, *parts[i + 1 :])[0])
    assert len(seen) == 1 + 32 + 32 + 32 + 4


# --- numbers outside [1, n-1] --------------------------------------------------------------


@pytest.mark.parametrize("outside", [0, N, N + 1, 2**256 - 1])
def test_outside_the_range(testing_core, outside):
    assert testing_core.nonce_from_digest(pack(outside)) is None


@pytest.mark.parametrize("inside", [1, 2, N - 1, 2**255, 2**224 - 1])
def test_inside_the_range(testing_core, inside):
    assert testing_core.nonce_from_digest(pack(inside)) == pack(inside)


@pytest.fixture(scope="module")
def too_large():
    """Input whose first candidate is n or more: one in 2^32, found by searching."""
    random, e = bytes(range(32)), bytes(24) + (2 << 32 | 2387849407).to_bytes(8, "big")
    first = reference.sm3(random + pack(D) + e + bytes(4))
    assert int.from_bytes(first, "big") >= N
    return random, e, reference.sm3(random + pack(D) + e + b"\0\0\0\1")


def test_a_candidate_too_large_makes_way_for_the_next(testing_core, too_large):
    random, e, second = too_large
    before = testing_core.path_counts()["nonce_candidate"]
    assert testing_core.nonce(random, pack(D), e, bytes(4)) == (second, 2)
    assert testing_core.path_counts()["nonce_candidate"] == before + 2
    assert reference.hedged_nonce(random, D, e) == (int.from_bytes(second, "big"), 2)


@pytest.mark.parametrize("place", [0, 15, 16, 19])
def test_a_candidate_too_large_among_many(testing_core, too_large, place):
    random, e, second = too_large
    randoms, digests = [pack(i) for i in range(20)], [pack(i + 1) for i in range(20)]
    wanted = [pack(reference.hedged_nonce(pack(i), D, pack(i + 1))[0]) for i in range(20)]
    randoms[place], digests[place], wanted[place] = random, e, second
    together = testing_core.nonce_many(b"".join(randoms), pack(D), b"".join(digests))
    assert together == b"".join(wanted)


# --- signing with a generator that is stuck, or silent -------------------------------------


@pytest.mark.parametrize("byte", [0, 0x55, 0xFF])
def test_a_stuck_generator_still_gives_another_nonce_to_every_message(
    testing_core, randomness, byte
):
    key = testing_core.load_private(pack(D))
    randomness(byte)
    digests = [pack(i) for i in range(50)]
    nonces = [nonce_behind(key.sign_digest(e), D) for e in digests]
    assert len(set(nonces)) == 50
    assert nonces == [reference.hedged_nonce(bytes((byte,)) * 32, D, e)[0] for e in digests]


def test_a_stuck_generator_still_gives_every_key_another_nonce(testing_core, randomness):
    randomness(0)
    keys = [(d, testing_core.load_private(pack(d))) for d in range(1, 50)]
    assert len({nonce_behind(key.sign_digest(pack(7)), d) for d, key in keys}) == 49


def test_a_stuck_generator_repeats_the_signature_of_a_message_and_no_more(testing_core, randomness):
    key = testing_core.load_private(pack(D))
    randomness(0)
    assert key.sign_digest(pack(1)) == key.sign_digest(pack(1))
    randomness(1)
    stuck_elsewhere = key.sign_digest(pack(1))
    randomness(WORKS)
    assert len({key.sign_digest(pack(1)) for _ in range(20)} - {stuck_elsewhere}) == 20


@pytest.mark.slow
def test_a_digest_that_changes_meanwhile_never_gets_the_nonce_of_another(testing_core, randomness):
    """Two digests signed with one nonce would give the key away; each is read once."""
    randomness(7)
    key = testing_core.load_private(pack(D))
    values = [bytes(32 * 2048), b"\xff" * 32 * 2048]
    digests = bytearray(values[0])
    done = threading.Event()

    def flip() -> None:
        for value in itertools.cycle(values):
            if done.is_set():
                return
            digests[:] = value

    thread = threading.Thread(target=flip)
    thread.start()
    try:
        signed = b"".join(key.sign_digests(digests, None, 1) for _ in range(20))
    finally:
        done.set()
        thread.join()
    raws = {signed[i : i + 64] for i in range(0, len(signed), 64)}
    assert len({nonce_behind_raw(raw, D) for raw in raws}) == len(raws)


@pytest.mark.parametrize("refused", [1, 2, 5])
def test_another_nonce_where_the_standard_wants_one(testing_core, randomness, refused):
    """The counter goes on, so that a stuck generator does not offer the same nonce for ever."""
    key = testing_core.load_private(pack(D))
    randomness(0)
    testing_core.happen("refuse_nonce", refused)
    wanted, _ = reference.hedged_nonce(bytes(32), D, pack(1), refused)
    assert nonce_behind(key.sign_digest(pack(1)), D) == wanted
    assert (
        nonce_behind(key.sign_digest(pack(1)), D)
        == reference.hedged_nonce(bytes(32), D, pack(1))[0]
    )


def test_nothing_is_signed_without_randomness(testing_core, randomness):
    key = testing_core.load_private(pack(D))
    randomness(FAILS)
    with pytest.raises(OSError, match="Input/output"):
        key.sign_digest(pack(1))
    with pytest.raises(OSError, match="Input/output"):
        key.sign(b"message", None)
    with pytest.raises(OSError, match="Input/output"):
        testing_core.generate_private()


@pytest.mark.parametrize("byte", [0, 0xFF])
def test_no_key_comes_from_a_generator_stuck_outside_the_range(testing_core, randomness, byte):
    randomness(byte)
    with pytest.raises(OSError, match="Input/output"):
        testing_core.generate_private()


# --- encrypting ----------------------------------------------------------------------------


@given(st.binary(max_size=200))
def test_encrypting_hedges_with_receiver_and_message(testing_core, message):
    encoded = b"\4" + bytes(range(64))
    assert testing_core.nonce_message_digest(encoded, message) == reference.sm3(encoded + message)


def test_no_private_key_stands_where_encrypting_has_none(testing_core):
    e = pack(5)
    assert testing_core.nonce(bytes(32), bytes(32), e, bytes(4))[0] == pack(
        reference.hedged_nonce(bytes(32), 0, e)[0]
    )
    with pytest.raises(ValueError, match="d is not in"):
        testing_core.load_private(bytes(32))
