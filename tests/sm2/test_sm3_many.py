"""Many messages at once: in every tier what one after the other gives."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govseal import sm2
from govseal.sm2 import _fallback
from govseal.sm2 import _reference as reference

POOL = random.Random(3).randbytes(1 << 16)  # noqa: S311 - test data


def oracle(data: bytes) -> bytes:
    if "sm3" in hashlib.algorithms_available:
        return hashlib.new("sm3", data).digest()
    return reference.sm3(data)


def pieces(sizes: list[int]) -> list[bytes]:
    """Messages of these sizes, each with bytes of its own."""
    return [POOL[index : index + size] for index, size in enumerate(sizes)]


def test_vectors(tiered_core, sm3_vector):
    data = sm3_vector["text"].encode() * sm3_vector["times"]
    for count in (1, 2, 3, 20):
        digests = tiered_core.sm3_many([data] * count)
        assert {digest.hex() for digest in digests} == {sm3_vector["digest"]}
        assert len(digests) == count


def test_every_length(tiered_core):
    messages = pieces(list(range(400)))
    expected = [oracle(message) for message in messages]
    assert tiered_core.sm3_many(messages) == expected
    assert [tiered_core.sm3(message) for message in messages] == expected
    assert tiered_core.sm3_many(messages[::-1]) == expected[::-1]


@pytest.mark.parametrize("size", [64, 55, 56, 1000])
def test_every_count_around_the_lanes(tiered_core, size):
    for count in range(70):
        messages = pieces([size] * count)
        assert tiered_core.sm3_many(messages) == [oracle(message) for message in messages], count


@pytest.mark.parametrize("blocks", [1, 2, 15, 16, 17, 64])
def test_lengths_around_whole_blocks(tiered_core, blocks):
    messages = pieces([64 * blocks + offset for offset in range(-10, 11)])
    assert tiered_core.sm3_many(messages) == [oracle(message) for message in messages]


def test_random_mixtures(tiered_core):
    chance = random.Random(5)  # noqa: S311 - test data
    for _ in range(60):
        top = chance.choice([2, 100, 300, 5000])
        messages = pieces([chance.randrange(top) for _ in range(chance.randrange(90))])
        assert tiered_core.sm3_many(messages) == [oracle(message) for message in messages]


@pytest.mark.parametrize("place", [0, 7, 150, -1])
def test_one_long_among_many_short(tiered_core, place):
    messages = pieces([chance % 130 for chance in range(300)])
    messages[place] = POOL
    assert tiered_core.sm3_many(messages) == [oracle(message) for message in messages]


@given(st.lists(st.binary(max_size=200), max_size=40))
def test_the_same_as_one_by_one(messages):
    assert sm2.sm3_many(messages) == [sm2.sm3(message) for message in messages]
    assert sm2.sm3_many(tuple(messages)) == sm2.sm3_many(messages)


def test_nothing_to_do(tiered_core):
    assert tiered_core.sm3_many([]) == []
    assert tiered_core.sm3_many([b""]) == [oracle(b"")]
    assert tiered_core.sm3_records(b"", 5) == b""


def test_any_bytes_like():
    view = memoryview(POOL)[::1]
    assert sm2.sm3_many([b"abc", bytearray(b"abc"), memoryview(b"abc")]) == [sm2.sm3(b"abc")] * 3
    assert sm2.sm3_many([view]) == [sm2.sm3(POOL)]


@pytest.mark.parametrize("backend", [_fallback, sm2._backend.core], ids=["fallback", "core"])
@pytest.mark.parametrize(
    "value",
    ["abc", b"abc", None, 3, iter([b"a"]), {b"a": 1}, {b"a"},
     ["abc"], [b"a", None], [b"a", 7], [[b"a"]], [b"a"] * 20 + [object()]],
    ids=lambda value: type(value).__name__,  # an address would be another in every process
)  # fmt: skip
def test_anything_else_is_refused(monkeypatch, backend, value):
    monkeypatch.setattr(_fallback, "_warned", True)
    with pytest.raises(TypeError):
        backend.sm3_many(value)


def test_views_with_gaps_are_refused():
    gaps = memoryview(b"abcdef")[::2]
    with pytest.raises(TypeError, match="contiguous"):
        sm2.sm3_many([b"a", gaps])
    with pytest.raises(TypeError, match="contiguous"):
        sm2.sm3(gaps)
    with pytest.raises(TypeError, match="contiguous"):
        sm2.PrivateKey.generate().sign(gaps)


def test_nothing_stays_held_after_a_refusal():
    held = bytearray(b"abc")
    with pytest.raises(TypeError):
        sm2.sm3_many([held, "no"])
    held.append(1)
    assert sm2.sm3_many([held]) == [sm2.sm3(held)]
    held.append(2)


def test_a_list_that_changes_while_others_hash():
    messages: list[bytes] = [POOL[i : i + 5000] for i in range(200)]
    expected = [sm2.sm3(message) for message in messages]
    answers = []
    worker = threading.Thread(target=lambda: answers.append(sm2.sm3_many(messages)))
    worker.start()
    copy = sm2.sm3_many(list(messages))
    worker.join()
    messages.clear()
    assert answers == [copy] == [expected]


@pytest.mark.parametrize("size", [1, 32, 63, 64, 96, 300])
def test_records(tiered_core, size):
    for count in (1, 2, 16, 17, 255, 256, 257, 600):
        data = (POOL * 3)[: size * count]
        expected = b"".join(oracle(data[at : at + size]) for at in range(0, len(data), size))
        assert tiered_core.sm3_records(data, size) == expected, count


@pytest.mark.parametrize("backend", [_fallback, sm2._backend.core], ids=["fallback", "core"])
@pytest.mark.parametrize(
    ("records", "size", "error"),
    [(b"abc", 2, ValueError), (b"abc", 0, ValueError), (b"abc", -1, ValueError),
     (b"abc", 4, ValueError), (b"", 0, ValueError), (b"abc", 1 << 70, ValueError),
     ("abc", 1, TypeError), (None, 1, TypeError), (b"abc", 1.0, TypeError),
     (b"abc", None, TypeError)],
)  # fmt: skip
def test_records_refused(monkeypatch, backend, records, size, error):
    monkeypatch.setattr(_fallback, "_warned", True)
    with pytest.raises(error):
        backend.sm3_records(records, size)


def test_the_fallback_agrees(monkeypatch):
    monkeypatch.setattr(_fallback, "_warned", True)
    messages = pieces([0, 1, 63, 64, 200])
    assert _fallback.sm3_many(messages) == sm2.sm3_many(messages)
    assert _fallback.sm3_records(POOL[:320], 64) == sm2.sm3_records(POOL[:320], 64)


PROGRAM = """
from govseal import sm2
messages = [bytes(i % 251 for i in range(size)) for size in range(400)]
many, single = sm2.sm3_many(messages), [sm2.sm3(message) for message in messages]
assert many == single
print(sm2.backend(), sm2.sm3(b"".join(many)).hex(), sm2.hmac_sm3(b"key", b"data").hex(),
      sm2.sm3(sm2.kdf(b"z", 1000)).hex())
"""


@pytest.mark.parametrize("name", ["reference", "portable", "avx2", "ifma"])
def test_each_backend_that_can_be_asked_for(testing_core, name):
    if name != "reference":
        best = testing_core.tier()
        try:
            testing_core.use_tier(name)
        except ValueError as error:
            pytest.skip(str(error))
        finally:
            testing_core.use_tier(best)
    outputs = [
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", PROGRAM],
            env=os.environ | {"GOVSEAL_SM2": wanted},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for wanted in (name, "")
    ]
    assert outputs[0][0] == name
    assert outputs[0][1:] == outputs[1][1:]
