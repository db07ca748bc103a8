"""The strict reader: what DER leaves no choice in is refused, and refused with a place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govseal.asn1 import strict, write
from govseal.errors import EncodingError, GovsealError, LimitExceeded

REFUSED = {
    "empty": "",
    "tag only": "30",
    "longer than the bytes": "3003",
    "indefinite length": "3080020101" + "0000",
    "long form for a short length": "308103020101",
    "leading zero in the length": "30820003020101",
    "five octets of length": "30850000000001" + "02",
    "bytes behind": "020101" + "00",
    "high tag number": "1f1f01" + "00",
    "constructed octet string": "2403040100",
    "primitive sequence": "1003020101",
    "empty integer": "0200",
    "padded integer": "02020001",
    "padded negative integer": "0202ff80",
    "boolean neither 00 nor ff": "010101",
    "boolean of two octets": "01020000",
    "null with content": "050100",
    "child longer than its parent": "3003020201",
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_der_is_refused(data):
    with pytest.raises(EncodingError):
        strict.parse(bytes.fromhex(data))


def test_an_error_names_the_byte():
    with pytest.raises(EncodingError) as caught:
        strict.parse(bytes.fromhex("300602010102020001"[:16]) + b"\x01")
    assert caught.value.offset == 5


def test_the_received_bytes_are_kept():
    data = write.sequence(write.integer(5), write.explicit(0, write.utf8("章")))
    root = strict.parse(data)
    assert root.raw == data
    number, tagged = root.children()
    assert number.raw == write.integer(5)
    assert strict.explicit(tagged, 0, "name").content == "章".encode()


def test_bytes_may_follow_a_prefix():
    root = strict.parse_prefix(bytes.fromhex("020101ffff"))
    assert (root.start, root.end) == (0, 3)


@pytest.mark.parametrize(
    ("data", "tag"),
    [("3003020101", 0x02), ("300302ff", None), ("3000", None), ("020101", None), ("30", None)],
)
def test_the_first_tag_inside(data, tag):
    """A look and no check: the element's content may be anything."""
    data = bytes.fromhex(data)
    if data in (b"\x30", b"\x30\x03\x02\xff"):
        with pytest.raises(EncodingError):
            strict.first_tag(data)
    else:
        assert strict.first_tag(data) == tag


def test_depth_and_number_are_limited():
    deep = b""
    for _ in range(strict.MAX_DEPTH + 1):
        deep = write.sequence(deep)
    with pytest.raises(LimitExceeded) as caught:
        strict.parse(deep)
    assert caught.value.limit == strict.MAX_DEPTH
    with pytest.raises(LimitExceeded, match="too many"):
        strict.parse(write.sequence(b"\x05\x00" * (strict.MAX_ELEMENTS + 1)))
    with pytest.raises(LimitExceeded, match="too large"):
        strict.parse(write.octets(bytes(100)), max_bytes=50)


def test_a_primitive_element_has_no_children():
    with pytest.raises(EncodingError, match="constructed"):
        strict.parse(write.integer(1)).children()


def test_expect_names_what_was_wanted():
    with pytest.raises(EncodingError, match=r"version: expected tag 0x02, found 0x04") as caught:
        strict.read_integer(strict.parse(write.octets(b"")), "version")
    assert caught.value.part == "version"


def test_explicit_holds_exactly_one_element():
    double = write.element(0xA0, write.integer(1) + write.integer(2))
    with pytest.raises(EncodingError, match="one element"):
        strict.explicit(strict.parse(double), 0, "tagged")


def test_integers_have_a_limit():
    with pytest.raises(EncodingError, match="too long"):
        strict.read_integer(strict.parse(write.integer(1 << 600)), "serial")


@pytest.mark.parametrize(("unused", "octets"), [(1, "fe"), (3, "a8"), (7, "80")])
def test_q1_unused_bits_are_read_when_tolerated(unused, octets):
    tlv = strict.parse(write.element(strict.BIT_STRING, bytes([unused]) + bytes.fromhex(octets)))
    with pytest.raises(EncodingError, match="whole octets"):
        strict.read_bits(tlv, "signature")
    tolerances = strict.Tolerances()
    assert strict.read_bits(tlv, "signature", tolerances) == bytes.fromhex(octets)
    assert tolerances.items == [strict.Tolerance("quirk_q1", "signature")]


@pytest.mark.parametrize("content", ["", "08ff", "01", "01ff"])
def test_bit_strings_that_are_none(content):
    tlv = strict.parse(write.element(strict.BIT_STRING, bytes.fromhex(content)))
    with pytest.raises(EncodingError):
        strict.read_bits(tlv, "signature", strict.Tolerances())


def test_a_tolerance_is_noted_once():
    tolerances = strict.Tolerances()
    tolerances.note("quirk_q8", "time")
    tolerances.note("quirk_q8", "time")
    assert len(tolerances.items) == 1


@pytest.mark.parametrize("content", ["", "80", "2a80", "2a8001", "ff" * 65])
def test_octets_that_are_no_identifier(content):
    tlv = strict.parse(write.element(strict.OBJECT_IDENTIFIER, bytes.fromhex(content)))
    with pytest.raises(EncodingError, match="not an object identifier"):
        strict.read_oid(tlv, "algorithm")
    assert strict.read_any_oid(tlv, "extension") == "0x" + content


@pytest.mark.parametrize(
    "text",
    ["1.2.156.10197.1.501", "2.25.16117021064366053199187950425252085134", "0.39", "2.999.1"],
)
def test_identifiers_round_trip(text):
    assert strict.read_oid(strict.parse(write.oid(text)), "oid") == text


@given(st.integers(-(1 << 500), 1 << 500))
def test_integers_round_trip(value):
    assert strict.read_integer(strict.parse(write.integer(value)), "n") == value


@given(st.binary(max_size=80))
def test_any_bytes_give_an_element_or_an_error(data):
    try:
        root = strict.parse(data)
    except GovsealError:
        return
    assert root.raw == data
