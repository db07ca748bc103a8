from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govseal.sm2 import Sm3, sm3
from govseal.sm2 import _reference as reference

PATTERN = bytes(i * 7 % 251 for i in range(1000))


def oracle(data: bytes) -> bytes:
    if "sm3" in hashlib.algorithms_available:
        return hashlib.new("sm3", data).digest()
    return reference.sm3(data)


def test_vectors(sm3_vector):
    data = sm3_vector["text"].encode() * sm3_vector["times"]
    assert sm3(data).hex() == sm3_vector["digest"]
    if len(data) < 10_000:
        assert reference.sm3(data).hex() == sm3_vector["digest"]


def test_every_length_around_the_block_boundaries():
    for length in range(400):
        assert sm3(PATTERN[:length]) == oracle(PATTERN[:length]), length


def test_the_reference_at_the_block_boundaries():
    for length in (0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 121, 127, 128, 129):
        assert reference.sm3(PATTERN[:length]) == sm3(PATTERN[:length]), length


def test_every_split_of_three_blocks():
    data = PATTERN[:192]
    expected = sm3(data)
    for cut in range(193):
        hasher = Sm3(data[:cut])
        hasher.update(data[cut:])
        assert hasher.digest() == expected, cut


@given(st.lists(st.binary(max_size=300), max_size=12))
def test_pieces_make_the_whole(pieces):
    hasher = Sm3()
    for piece in pieces:
        hasher.update(piece)
    assert hasher.digest() == sm3(b"".join(pieces))


def test_large_input_releases_the_lock_and_agrees():
    data = PATTERN * 300
    hasher = Sm3(data[:123_457])
    hasher.update(data[123_457:])
    assert hasher.digest() == sm3(data) == oracle(data)


def test_digest_leaves_the_state_alone():
    hasher = Sm3(b"ab")
    assert hasher.digest() == hasher.digest() == sm3(b"ab")
    hasher.update(b"c")
    assert hasher.digest() == sm3(b"abc")


def test_copies_are_independent():
    first = Sm3(PATTERN[:70])
    second = first.copy()
    first.update(b"x")
    assert second.digest() == sm3(PATTERN[:70])
    assert first.digest() == sm3(PATTERN[:70] + b"x")


@pytest.mark.parametrize("form", [bytes, bytearray, memoryview])
def test_any_bytes_like(form):
    assert sm3(form(b"abc")) == sm3(b"abc")
    assert Sm3(form(b"abc")).digest() == sm3(b"abc")


@pytest.mark.parametrize("value", ["abc", 3, None, [1, 2]])
def test_anything_else_is_refused(value):
    with pytest.raises(TypeError):
        sm3(value)
    with pytest.raises(TypeError):
        Sm3().update(value)
