"""Portable C and the readable reference on many cases: field, scalars, signing, verifying.

The reference's own multiplication takes milliseconds; a table of its sums stands in for it here,
built with its addition alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache

import pytest

from govseal.sm2 import _reference as reference
from govseal.sm2.curve import SM2

P, N = SM2.p, SM2.n
KEYS = 8
PARTS = 20
CASES = 10_000  # in each part: 200,000 in all


def pack(value: int) -> bytes:
    return value.to_bytes(32, "big")


class Multiples:
    """All multiples j·256^i of a point, to add up."""

    def __init__(self, base: reference.Point) -> None:
        self.rows: list[list[reference.MaybePoint]] = []
        point: reference.MaybePoint = base
        for _ in range(32):
            row: list[reference.MaybePoint] = [None]
            for _ in range(255):
                row.append(reference.add(row[-1], point))
            self.rows.append(row)
            point = reference.add(row[-1], point)

    def times(self, scalar: int) -> reference.MaybePoint:
        total: reference.MaybePoint = None
        for row, digit in zip(self.rows, scalar.to_bytes(32, "little"), strict=True):
            total = reference.add(total, row[digit])
        return total


@cache
def generator() -> Multiples:
    return Multiples(reference.generator())


@cache
def key(number: int) -> tuple[int, reference.Point, Multiples]:
    d = numbers("key", number, 1)[0] % (N - 2) + 1
    public = generator().times(d)
    assert public is not None
    return d, public, Multiples(public)


def numbers(label: str, part: int, count: int) -> list[int]:
    """Without a pattern, and every eighth with long runs of zeros and ones."""
    found = []
    for i in range(count):
        value = int.from_bytes(hashlib.sha256(f"{label} {part} {i}".encode()).digest(), "big")
        if value % 8 == 0:
            low, high = sorted((value >> 8 & 0xFF, value >> 16 & 0xFF))
            value = ((1 << high) - (1 << low) + (value >> 24 & 3) - 1) % 2**256
        found.append(value)
    return found


def cases(part: int, count: int) -> Iterator[tuple[int, int, int]]:
    a, b, c = (numbers(label, part, count) for label in "abc")
    return zip(a, b, c, strict=True)


def check_arithmetic(core, a: int, b: int) -> None:
    for modulus, ours in ((P, core.field), (N, core.scalar)):
        wanted = {b"add": a + b, b"sub": a - b, b"mul": a * b, b"neg": -a}
        wanted[b"inv"] = pow(a, -1, modulus) if a % modulus else 0
        for operation, value in wanted.items():
            assert ours(operation, pack(a), pack(b)) == pack(value % modulus), (operation, a, b)


def check_signature(core, number: int, e: int, k: int) -> None:
    d, public, multiples = key(number % KEYS)
    k = k % (N - 1) + 1
    point = generator().times(k)
    assert point is not None
    assert core.base_multiply(pack(k)) == pack(point.x) + pack(point.y)
    r = (e + point.x) % N
    s = pow(1 + d, -1, N) * (k - r * d) % N
    if r == 0 or r + k == N or s == 0:
        assert core.sign_with_nonce(pack(d), pack(e), pack(k)) is None
        return
    assert core.sign_with_nonce(pack(d), pack(e), pack(k)) == pack(r) + pack(s)
    t = (r + s) % N
    total = reference.add(generator().times(s), multiples.times(t))
    loaded = core.load_public(b"\4" + pack(public.x) + pack(public.y), 0)
    prepared = core.prepare(loaded)
    for other in (e, e ^ 1 << k % 256):
        is_valid = t != 0 and total is not None and (other + total.x - r) % N == 0
        for either in (loaded, prepared):
            assert either.verify_digest(pack(r) + pack(s), pack(other)) == is_valid


def check_part(core, part: int, count: int) -> None:
    tier = core.tier()
    core.use_tier("portable")
    try:
        for number, (a, b, c) in enumerate(cases(part, count)):
            check_arithmetic(core, a, b)
            check_signature(core, number, b, c)
    finally:
        core.use_tier(tier)


@pytest.mark.slow
@pytest.mark.measured
def test_some_cases(testing_core):
    testing_core.generate_private()  # builds the tables
    check_part(testing_core, PARTS, 100)


@pytest.mark.prove
@pytest.mark.parametrize("part", range(PARTS))
def test_two_hundred_thousand_cases(testing_core, part):
    testing_core.generate_private()
    check_part(testing_core, part, CASES)
