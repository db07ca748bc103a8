"""DER is told to its leaves by compiled code; the readable code accepts and refuses the same."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import pytest

import cms_builder
import ses_builder
from govseal import usual
from govseal.asn1 import strict, write
from govseal.errors import EncodingError, LimitExceeded
from govseal.testing import Authority
from untold import untold
from usual_der import LEAVES, NOT_DER, inner, is_row_told, is_told, nested

MOST = strict.MAX_ELEMENTS


def told(data, checked=None, most=MOST):
    return is_told(data, checked, most)


@pytest.mark.parametrize("leaf", LEAVES, ids=bytes.hex)
def test_an_element_is_told_alone_and_inside(leaf):
    assert told(leaf)
    assert told(write.sequence(write.integer(1), leaf, write.octets(b"x")))
    assert told(nested(31, leaf))
    assert not told(nested(32, leaf))


@pytest.mark.parametrize("data", NOT_DER, ids=lambda data: data[:8].hex())
def test_what_is_not_der_is_told_nowhere(data):
    assert not told(data)
    assert not told(write.sequence(write.integer(1), data))
    assert not told(write.sequence(data, write.integer(1)))
    with pytest.raises(EncodingError):
        strict.parse(write.sequence(data))


@pytest.mark.parametrize("data", [b"", b"\x30", b"\x04", b"\x30\x84", b"\x30\x84\0\0\0"])
def test_what_is_hardly_there_is_not_told(data):
    assert not told(data)


@pytest.mark.parametrize("tag", range(256))
def test_every_tag(tag):
    """Strings are primitive, sequences and sets are not, and no number is above 30."""
    is_number = tag & 0x1F != 0x1F
    is_plain = tag < 0x20 and tag not in (0x10, 0x11)
    expected = is_number and (tag >= 0x40 or is_plain or tag in (0x30, 0x31))
    content = {1: b"\xff", 2: b"\1", 5: b""}.get(tag, b"\4\0")
    assert told(write.element(tag, content)) is expected
    assert told(write.sequence(write.element(tag, content))) is expected


@pytest.mark.parametrize("size", [0, 1, 127, 128, 129, 255, 256, 65535, 65536, 1 << 24])
def test_lengths_are_in_their_shortest_form(size):
    needed = (size.bit_length() + 7) // 8
    assert told(write.octets(bytes(size)))
    for octets in range(max(1, needed), 6):
        length = bytes([0x80 | octets]) + size.to_bytes(octets, "big")
        data = b"\4" + length + bytes(size)
        assert told(data) is (size >= 128 and octets == needed)
        assert not told(data[:-1])


@pytest.mark.parametrize("first", range(256))
@pytest.mark.parametrize("second", [0, 0x7F, 0x80, 0xFF])
def test_integers_are_in_their_shortest_form(first, second):
    value = int.from_bytes(bytes([first, second]), "big", signed=True)
    assert told(bytes([2, 2, first, second])) is not (-0x80 <= value <= 0x7F)


@pytest.mark.parametrize("depth", [1, 31, 32, 33, 34, 100])
@pytest.mark.parametrize("leaf", [b"", b"\5\0", b"\x30\0"])
def test_depth_is_limited(depth, leaf):
    data = nested(depth, leaf)
    levels = depth + bool(leaf)
    assert told(data) is (levels <= strict.MAX_DEPTH)
    if levels > strict.MAX_DEPTH:
        with pytest.raises(LimitExceeded, match="nested too deeply"):
            strict.parse(data)


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_the_number_of_elements_is_limited(more):
    data = write.sequence(b"\5\0" * (MOST - 1 + more))
    assert told(data) is (more <= 0)
    if more > 0:
        with pytest.raises(LimitExceeded, match="too many elements"):
            strict.parse(data)


@pytest.mark.parametrize("most", range(8))
def test_elements_are_counted_wherever_they_are(most):
    """Six, itself included; the outermost alone is always read."""
    data = write.sequence(write.sequence(b"\5\0", write.sequence()), b"\4\0", b"\5\0")
    assert told(data, None, most) is (most >= 6)
    assert told(b"\5\0", None, most)


# An element inside that was checked before

INSIDE = write.sequence(write.integer(5), write.octets(b"x"))
AROUND = write.sequence(write.integer(1), INSIDE, write.null())
START = AROUND.index(INSIDE)
KNOWN = strict.Checked(START, START + len(INSIDE), 3, 2)


def test_what_was_checked_is_not_looked_at_again():
    """The bytes could be anything: they were DER when they were checked."""
    broken = AROUND.replace(INSIDE, INSIDE[:2] + bytes(len(INSIDE) - 2))
    assert told(AROUND, KNOWN)
    assert told(broken, KNOWN)
    strange = AROUND.replace(INSIDE, b"\x24" + INSIDE[1:2] + b"\xff" * (len(INSIDE) - 2))
    assert told(strange, KNOWN)
    assert not told(strange)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        *((0, 0), (0, len(AROUND)), (START, START), (10**6, 10**7), (KNOWN.end, START)),
        *((START + 1, KNOWN.end), (START + 2, KNOWN.end), (START, KNOWN.end - 1)),
        (START, KNOWN.end + 1),
    ],
)
def test_another_place_is_looked_at(start, end):
    strange = AROUND.replace(INSIDE, b"\x24" + INSIDE[1:2] + b"\xff" * (len(INSIDE) - 2))
    assert not told(strange, strict.Checked(start, end, 3, 2))
    assert told(AROUND, strict.Checked(start, end, 3, 2))


def test_the_outermost_element_is_always_looked_at():
    broken = AROUND[:2] + b"\x24" + AROUND[3:]
    assert not told(broken, strict.Checked(0, len(broken), 1, 1))


@pytest.mark.parametrize(("elements", "is_few"), [(0, True), (8, True), (9, False), (10**9, False)])
def test_the_elements_in_it_count(elements, is_few):
    """Ten may be there, and two stand around it."""
    around = write.sequence(AROUND[2:START] + INSIDE)
    assert told(around, strict.Checked(START, START + len(INSIDE), elements, 1), 10) is is_few


@pytest.mark.parametrize(("depth", "is_flat"), [(0, True), (31, True), (32, False), (10**9, False)])
def test_the_depth_in_it_counts(depth, is_flat):
    assert told(AROUND, strict.Checked(START, KNOWN.end, 3, depth)) is is_flat


@pytest.mark.parametrize("value", [sys.maxsize])
def test_the_largest_numbers_are_not_added_up(value):
    assert not told(AROUND, strict.Checked(START, KNOWN.end, value, 1))
    assert not told(AROUND, strict.Checked(START, KNOWN.end, 1, value))
    assert not told(AROUND, strict.Checked(START, KNOWN.end, value, value))


@pytest.mark.parametrize("place", range(5))
def test_numbers_below_zero_tell_nothing(place):
    numbers = [0, 0, 0, 0, MOST]
    numbers[place] = -1
    assert usual.der(AROUND, *numbers) == 0


# The elements of a row

ROW = write.integer(1) + INSIDE + write.null()


def test_a_row_is_told():
    assert is_row_told(ROW, 0, len(ROW))
    one, two, three = usual.elements(ROW, 0, len(ROW), strict.Tlv)
    assert (one.raw, two.raw, three.raw) == (write.integer(1), INSIDE, write.null())
    assert two.children()[1].content == b"x"
    assert usual.elements(ROW, 3, 3, strict.Tlv) == ()


def test_what_is_told_is_found_by_its_equals():
    """From Python 3.14 on tuples keep their hash, also a wrong one."""
    told = usual.elements(ROW, 0, len(ROW), strict.Tlv)
    assert set(told) == set(strict.Tlv(ROW, strict.SEQUENCE, 0, 0, len(ROW)).row())


@pytest.mark.parametrize("leaf", LEAVES, ids=bytes.hex)
def test_a_row_of_anything_is_told(leaf):
    assert is_row_told(leaf * 3, 0, len(leaf) * 3)


@pytest.mark.parametrize("end", range(len(ROW)))
def test_a_row_that_ends_inside_an_element_is_not_told(end):
    assert is_row_told(ROW, 0, end) is (end in (0, 3, 3 + len(INSIDE)))


def test_nothing_inside_a_row_is_looked_at():
    """It was checked when the whole was read."""
    strange = b"\x24\2\xff\xff"
    assert is_row_told(strange, 0, len(strange))
    assert not told(strange)


@pytest.mark.parametrize(
    "data", [b"\5", b"\x1f\1\0", b"\x30\x80\0\0", b"\4\x81\1x", b"\4\x85\0\0\0\0\1x", b"\4\2x"]
)
def test_a_row_of_no_elements_is_refused_by_name(data):
    assert not is_row_told(write.null() + data, 0, 2 + len(data))
    with pytest.raises(EncodingError) as caught:
        strict.Tlv(data, strict.SEQUENCE, 0, 0, len(data)).children()
    assert caught.value.offset == 0


@pytest.mark.parametrize(
    ("at", "end"), [(-1, 2), (0, 3), (2, 1), (3, 3), (0, sys.maxsize), (-sys.maxsize - 1, 2)]
)
def test_no_place_in_the_bytes_tells_no_row(at, end):
    assert usual.elements(b"\5\0", at, end, strict.Tlv) is None


def test_a_row_of_another_kind_is_not_made():
    with pytest.raises(TypeError, match="tuples"):
        usual.elements(ROW, 0, len(ROW), list)
    with pytest.raises(TypeError):
        usual.elements(bytearray(ROW), 0, len(ROW), strict.Tlv)


def test_a_primitive_element_has_no_row():
    with pytest.raises(EncodingError, match="constructed"):
        strict.parse(write.integer(1)).children()


# Real structures


@pytest.fixture(scope="module")
def certificate():
    authority = Authority.create("测试根证书", at=datetime(2026, 6, 1, tzinfo=UTC))
    return authority.issue("测试市行政审批服务管理局").certificate.der


STRUCTURES = [
    cms_builder.signed_data(cms_builder.signer_info(signed=cms_builder.attributes(b"x"))),
    *(make(year) for year in (2014, 2025) for make in (ses_builder.seal, ses_builder.signature)),
]


@pytest.mark.parametrize("data", STRUCTURES, ids=range(len(STRUCTURES)))
def test_each_octet_of_a_structure_otherwise(data):
    assert told(data)
    count = sum(each_octet(data))
    assert 0 < count < 6 * len(data), "some have to be told, and some not"


def test_each_octet_of_a_certificate_otherwise(certificate):
    assert told(certificate)
    assert 0 < sum(each_octet(certificate)) < 6 * len(certificate)


def each_octet(data):
    for place in range(len(data)):
        for mask in (0x01, 0x02, 0x20, 0x40, 0x80, 0xFF):
            bent = bytearray(data)
            bent[place] ^= mask
            yield told(bytes(bent))


def test_each_element_of_a_certificate_as_checked(certificate):
    """The true place of each, with its true measures: nothing changes."""
    root = strict.parse(certificate)
    places = inner(certificate)[1:]
    assert len(places) > 40
    for start, end in places:
        element = strict.parse(certificate[start:end])
        checked = strict.Checked(start, end, *strict.measure(element))
        assert told(certificate, checked)
        assert strict.parse(certificate, checked=checked) == root
        assert not element.is_constructed or is_row_told(certificate, start + element.body, end)
        assert told(certificate, checked, strict.measure(root)[0])
        assert not told(certificate, checked, strict.measure(root)[0] - 1)


@pytest.mark.samples
def test_real_structures(samples):
    files = [
        path.read_bytes() for form in ("esl", "dat", "DER") for path in samples.rglob(f"*.{form}")
    ]
    assert len(files) >= 20
    assert sum(map(told, files)) > len(files) / 2


def test_without_compiled_code_everything_is_read():
    with untold("der"):
        assert strict.parse(AROUND).end == len(AROUND)
        with pytest.raises(EncodingError, match="shortest form"):
            strict.parse(write.sequence(b"\2\2\0\1"))


def test_bytes_behind_the_element_are_left_to_whoever_asks():
    assert usual.der(AROUND + b"\xff", 0, 0, 0, 0, MOST) == len(AROUND)
    with pytest.raises(EncodingError, match="bytes follow"):
        strict.parse(AROUND + b"\xff")


def test_a_difference_would_be_seen(monkeypatch):
    monkeypatch.setattr(usual, "der", lambda data, *_: len(data))
    with pytest.raises(AssertionError):
        told(write.sequence(b"\2\0"))
