"""DER and what is nearly DER, with an element in it that was checked before, or was not."""

from __future__ import annotations

import random

import pytest

import fuzzing
from govseal import usual
from govseal.asn1 import strict, write
from untold import outcome, untold

LEAVES = (
    *(
        b"\2\1\0",
        b"\2\1\x80",
        b"\2\2\0\x80",
        b"\2\2\xff\x7f",
        b"\1\1\0",
        b"\1\1\xff",
        b"\5\0",
        b"\4\0",
    ),
    *(
        b"\6\3\x2a\3\4",
        b"\3\2\0\xff",
        b"\x0c\3\xe7\xab\xa0",
        b"\x80\1x",
        b"\x9e\0",
        b"\x41\0",
        b"\0\0",
    ),
    *(
        b"\4\x81\x80" + bytes(128),
        b"\4\x82\1\0" + bytes(256),
        b"\x30\0",
        b"\x31\0",
        b"\xa0\0",
        b"\x60\0",
    ),
)
NOT_DER = (
    *(
        b"\2\0",
        b"\2\2\0\x7f",
        b"\2\2\xff\x80",
        b"\2\2\0\0",
        b"\1\1\1",
        b"\1\0",
        b"\1\2\0\0",
        b"\5\1\0",
    ),
    *(
        b"\x10\0",
        b"\x11\0",
        b"\x24\0",
        b"\x22\0",
        b"\x20\0",
        b"\x23\3\3\1\0",
        b"\x1f\1\0",
        b"\xbf\1\0",
    ),
    *(
        b"\x30\x80\0\0",
        b"\4\x80",
        b"\4\x81\1x",
        b"\4\x81\x7f" + bytes(127),
        b"\4\x82\0\xff" + bytes(255),
    ),
    *(
        b"\4\x83\0\1\0" + bytes(256),
        b"\4\x84\0\0\0\1x",
        b"\4\x85\0\0\0\0\1x",
        b"\4\xff",
        b"\4\2x",
    ),
    *(b"\4\x84\xff\xff\xff\xff", b"\4\x82\1", b"\4\x81", b"\x30\1\4", b"\x30\2\4\1", b"\x3f\0"),
)
Case = tuple[bytes, strict.Checked | None, int]


def case(rng: random.Random) -> Case:
    """Bytes, an element in them that is said to be checked, and how many elements may be there."""
    match rng.randrange(5):
        case 0:
            data = _tree(rng, rng.randrange(5), b"")
        case 1:
            data = _tree(rng, rng.randrange(5), rng.choice(NOT_DER))
        case 2:
            data = fuzzing.bent_der(rng, rng.choice(fuzzing.structures()))
        case 3:
            data = fuzzing.bent(rng, rng.choice(fuzzing.structures()))
        case _:
            data = nested(rng.choice((1, 30, 31, 32, 33, 40)), rng.choice((*LEAVES, b"", b"\2\0")))
    if rng.random() < 0.1:
        data += rng.choice((b"\0", b"x" * 4, data))
    most = rng.choice((1, 2, 3, 5, 20, 20_000, 20_000, 20_000))
    return data, _checked(rng, data) if rng.random() < 0.5 else None, most


def _tree(rng: random.Random, depth: int, strange: bytes) -> bytes:
    """Rows in rows, one leaf of which may be ``strange``."""
    rows = [
        _tree(rng, depth - 1, b"") if depth and rng.random() < 0.4 else rng.choice(LEAVES)
        for _ in range(rng.choice((0, 1, 2, 4)))
    ]
    if strange:
        rows.insert(rng.randrange(len(rows) + 1), strange)
    return write.element(rng.choice((0x30, 0x30, 0x31, 0xA0, 0x7E, 0xE1)), b"".join(rows))


def nested(depth: int, leaf: bytes) -> bytes:
    """A leaf in so many sequences."""
    for _ in range(depth):
        leaf = write.sequence(leaf)
    return leaf


def _checked(rng: random.Random, data: bytes) -> strict.Checked:
    """An element of the bytes, mostly with its true place and measures."""
    places = [(0, len(data)), *inner(data)]
    start, end = rng.choice(places)
    if rng.random() < 0.1:
        end += rng.choice((-1, 1))
    elements = rng.choice((1, 1, 2, 19, 19_998, 19_999, 20_000, 20_001))
    return strict.Checked(start, end, elements, rng.choice((1, 2, 29, 30, 31, 32, 33)))


def inner(data: bytes) -> list[tuple[int, int]]:
    """Where the elements in the first one start and end, as far as their headers can be read."""
    found, pending = [], [(0, len(data))]
    while pending and len(found) < 200:
        at, end = pending.pop()
        while at < end:
            read = outcome(strict.extent, data, at, end)
            if read[0] == "refuses":
                break
            body, stop = read[1]
            found.append((at, stop))
            if data[at] & 0x20:
                pending.append((body, stop))
            at = stop
    return found


def row(rng: random.Random) -> tuple[bytes, int, int]:
    """Bytes, and where in them a row of elements may begin and end."""
    data = case(rng)[0]
    places = [(0, len(data)), *inner(data)]
    at, end = rng.choice(places)
    if rng.random() < 0.7 and end - at >= 2:
        read = outcome(strict.extent, data, at, end)
        at = read[1][0] if read[0] == "gives" else at
    if rng.random() < 0.2:
        at, end = at + rng.choice((0, 0, 1)), end + rng.choice((-1, 1, 0))
    return data, at, end


def is_row_told(data: bytes, at: int, end: int) -> bool:
    """Whether a row of elements is told; the readable code finds the same, or refuses the same."""
    element = strict.Tlv(data, strict.SEQUENCE, 0, at, min(end, len(data)))
    found = outcome(element.children)
    with untold("elements"):
        readable = outcome(element.children)
    assert found == readable
    assert repr(found) == repr(readable)
    if found[0] == "gives":
        assert tuple(element.row()) == found[1]
        assert all(type(one) is strict.Tlv and one.buffer is data for one in found[1])
        assert [hash(one) for one in found[1]] == [hash(one) for one in readable[1]]
    told = usual.elements(data, at, end, strict.Tlv)
    assert told is None or told == found[1]
    return told is not None


def is_told(data: bytes, checked: strict.Checked | None, most: int) -> bool:
    """Whether it is told to be DER; the readable code finds the same, or refuses the same."""
    known = checked or strict.Checked(0, 0, 0, 0)
    end = usual.der(data, known.start, known.end, known.elements, known.depth, most)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strict, "MAX_ELEMENTS", most)
        for read in (strict.parse_prefix, strict.parse):
            found = outcome(read, data, part="part", checked=checked)
            with untold("der"):
                readable = outcome(read, data, part="part", checked=checked)
            assert tuple(found) == tuple(readable)
            assert repr(found) == repr(readable)
            if read is strict.parse_prefix:
                # All DER is usual: the slow way has nothing left but to say what is wrong.
                assert end == (readable[1].end if readable[0] == "gives" else 0)
    return bool(end)
