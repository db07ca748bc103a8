"""Seals that were read before: found again by all of their bytes, and never too many of them."""

from __future__ import annotations

import pytest

import ses_builder as build
from govseal.asn1 import strict, write
from govseal.errors import EncodingError, LimitExceeded
from govseal.seal import codec

YEARS = (2014, 2020, 2025)


@pytest.mark.parametrize("year", YEARS)
def test_a_stamp_reads_the_same_whether_its_seal_is_known_or_not(year):
    data = build.signature(year, seal=build.seal(year, es_id=f"known-{year}"))
    first, again = codec.decode_signature(data), codec.decode_signature(data)
    assert again.seal is first.seal
    assert again == first


@pytest.mark.parametrize("at", [0, 1, 2, 20, -60, -49, -48, -20, -1])
def test_a_seal_is_known_by_every_byte_of_it(at):
    """Wherever one differs, the bytes are read anew, or refused as they would have been."""
    seal = build.seal(es_id="byte by byte")
    known = codec.decode_signature(build.signature(seal=seal)).seal
    changed = bytearray(seal)
    changed[at] ^= 0x01
    try:
        found = codec.decode_signature(build.signature(seal=bytes(changed))).seal
    except EncodingError:
        return
    assert found is not known
    assert found.der == bytes(changed)


def test_a_seal_with_a_known_end_is_not_taken_for_it():
    first, second = build.seal(es_id="14050000000001"), build.seal(es_id="14050000000007")
    assert first[-48:] == second[-48:]
    for seal, name in ((first, "14050000000001"), (second, "14050000000007")) * 2:
        assert codec.decode_signature(build.signature(seal=seal)).seal.es_id == name


def test_what_stands_around_a_known_seal_is_checked_all_the_same():
    seal = build.seal(es_id="around")
    good = build.signature(seal=seal)
    codec.decode_signature(good)
    long_form = good.replace(write.integer(4), b"\x02\x02\x00\x04", 1)  # not the shortest form
    inner = strict.parse(good).children()
    parts = [write.sequence(b"\x02\x02\x00\x04", *(x.raw for x in inner[0].children()[1:]))]
    with pytest.raises(EncodingError, match="shortest form"):
        codec.decode_signature(write.sequence(*parts, *(x.raw for x in inner[1:])))
    with pytest.raises(EncodingError):
        codec.decode_signature(long_form)
    with pytest.raises(EncodingError, match="bytes follow"):
        codec.decode_signature(good + b"\0")


def test_known_seals_are_few_and_not_large():
    for number in range(100):
        seal = build.seal(signature=write.sequence(write.integer(number + 1), write.integer(9)))
        codec.decode_signature(build.signature(seal=seal))
    assert len(codec._KNOWN) == 32
    picture = {"type": "PNG", "data": bytes(300 * 1024), "width": 42, "height": 42}
    large = build.signature(seal=build.seal(picture=picture))
    assert codec.decode_signature(large).seal is not codec.decode_signature(large).seal


def nested(depth, inner=b"\x05\x00"):
    for _ in range(depth):
        inner = write.sequence(inner)
    return inner


@pytest.mark.parametrize("depth", [1, 5, 28, 29, 30, 31])
def test_what_was_checked_before_counts_in_depth(depth):
    known = nested(depth)
    data = nested(2, known)
    elements, deepest = strict.measure(strict.parse(known))
    assert (elements, deepest) == (depth + 1, depth + 1)
    start = data.index(known)
    checked = strict.Checked(start, start + len(known), elements, deepest)
    outcomes: list[object] = []
    for given in (None, checked):
        try:
            outcomes.append(strict.parse(data, checked=given))
        except LimitExceeded as error:
            outcomes.append(error.limit)
    assert outcomes[0] == outcomes[1]


def test_what_was_checked_before_counts_in_number():
    known = write.sequence(*[b"\x05\x00"] * 15_000)
    checked = strict.Checked(4, 4 + len(known), *strict.measure(strict.parse(known)))
    data = write.sequence(known, *[b"\x05\x00"] * 4_998)
    assert data[4:].startswith(known)
    assert strict.parse(data, checked=checked).end == len(data)
    more = write.sequence(known, *[b"\x05\x00"] * 4_999)
    with pytest.raises(LimitExceeded, match="too many"):
        strict.parse(more, checked=checked)
