"""A signature value in its proper form is told at a glance, and no other passes for one."""

from __future__ import annotations

import random

import pytest

from govseal.asn1 import write
from govseal.asn1.strict import Tolerances
from govseal.seal.codec import signature_value

SM2 = "1.2.156.10197.1.501"
TOP = 2**255 + 12345
SMALL = 77


def judged(value: bytes) -> tuple[bytes, list[str]]:
    tolerances = Tolerances()
    proper = signature_value(value, SM2, "here", tolerances)
    return proper, [item.code for item in tolerances.items]


def pair(r: int, s: int) -> bytes:
    return write.sequence(write.integer(r), write.integer(s))


def loose(r: bytes, s: bytes) -> bytes:
    return write.element(0x30, write.element(2, r) + write.element(2, s))


@pytest.mark.parametrize("r", [TOP, 2**255 - 1, 2**256 - 1, 2**200, 2**40 + 1])
@pytest.mark.parametrize("s", [TOP, 2**255 - 1, 2**256 - 1, 2**200, 2**40 + 1])
def test_what_is_proper_comes_back_as_it_is(r, s):
    value = pair(r, s)
    proper, noted = judged(value)
    assert proper is value
    assert noted == []


@pytest.mark.parametrize(
    ("r", "s"),
    [
        (TOP.to_bytes(32, "big"), TOP.to_bytes(32, "big")),  # as if negative: Q5 itself
        (b"\0" + SMALL.to_bytes(32, "big"), SMALL.to_bytes(32, "big")),
        (b"\0\0" + b"\x7f" * 31, b"\0" + b"\xff" * 32),
        (b"\x7f" * 32, b"\0" + b"\x7f" * 31),
        (b"\0" + b"\x7f" * 31, b"\x7f" * 32),
    ],
)
def test_numbers_in_another_form_are_put_right_and_noted(r, s):
    proper, noted = judged(loose(r, s))
    assert proper == pair(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
    assert noted == ["quirk_q5"]


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\x30\x06\x02\x01\x01\x02\x01",
        pair(TOP, TOP) + b"\0",
        pair(TOP, TOP)[:-1],
        write.sequence(write.integer(TOP)),
        write.sequence(write.integer(TOP), write.integer(TOP), write.integer(1)),
        write.sequence(write.integer(TOP), write.octets(b"x" * 20)),
        write.sequence(write.octets(b"x" * 20), write.integer(TOP)),
        loose(b"\x01" * 34, b"\x01" * 20),
        loose(b"", b"\x01" * 20),
        loose(b"\x01" * 20, b""),
        b"\x30\x81\x46" + pair(TOP, TOP)[2:],
        b"\x30\x44\x02\x7f" + b"\x01" * 66,
    ],
)
def test_what_is_no_pair_of_numbers_is_left_alone(value):
    assert judged(value) == (value, [])


def test_no_change_of_a_byte_makes_it_crash_or_hides():
    """Whatever is told at a glance, the long way tells as well: a proper value is its own form."""
    chance = random.Random(38540)  # noqa: S311 - the same on every run
    for _ in range(3000):
        value = bytearray(pair(chance.getrandbits(256) | 1, chance.getrandbits(256) | 1))
        for _ in range(chance.randrange(3)):
            value[chance.randrange(len(value))] = chance.randrange(256)
        del value[len(value) - chance.choice([0, 0, 0, 1, 5]) :]
        proper, noted = judged(bytes(value))
        again, more = judged(proper)
        assert (again, more) == (proper, [])
        assert proper == bytes(value) or noted
