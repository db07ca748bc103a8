"""Strict DER of SM2Signature, in Python and in the core, and which bytes verify."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govseal.errors import EncodingError, FormatError, InvalidSignature
from govseal.sm2 import PrivateKey, decode_signature, encode_signature

R = bytes.fromhex("f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3")
S = bytes.fromhex("31b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa")
INTEGER_R, INTEGER_S = b"\x02\x21\x00" + R, b"\x02\x20" + S
GOOD = b"\x30\x45" + INTEGER_R + INTEGER_S
INDEFINITE = b"\x30\x80" + INTEGER_R + INTEGER_S + b"\0\0"


def sequence(*parts: bytes) -> bytes:
    body = b"".join(parts)
    return bytes((0x30, len(body))) + body


MALFORMED = {
    "empty": b"",
    "a lone tag": b"\x30",
    "an empty sequence": b"\x30\x00",
    "long form of length": b"\x30\x81\x45" + GOOD[2:],
    "two-byte length": b"\x30\x82\x00\x45" + GOOD[2:],
    "indefinite length": INDEFINITE,
    "a needless zero before r": sequence(b"\x02\x22\x00\x00" + R, INTEGER_S),
    "a needless zero before s": sequence(INTEGER_R, b"\x02\x21\x00" + S),
    "a negative r": sequence(b"\x02\x20" + R, INTEGER_S),
    "minus one": sequence(b"\x02\x01\xff", INTEGER_S),
    "an empty r": sequence(b"\x02\x00", INTEGER_S),
    "r + 2^256": sequence(b"\x02\x21\x01" + R, INTEGER_S),
    "a huge integer": sequence(b"\x02\x30" + b"\x01" * 48, INTEGER_S),
    "a byte behind": GOOD + b"\0",
    "a byte inside": sequence(INTEGER_R, INTEGER_S, b"\0"),
    "three integers": sequence(INTEGER_R, INTEGER_S, b"\x02\x01\x01"),
    "one integer": sequence(INTEGER_R),
    "a set": b"\x31" + GOOD[1:],
    "a primitive sequence": b"\x10" + GOOD[1:],
    "an octet string for r": sequence(b"\x04" + INTEGER_R[1:], INTEGER_S),
    "an octet string for s": sequence(INTEGER_R, b"\x04" + INTEGER_S[1:]),
    "wrapped in a bit string": b"\x03\x48\x00" + GOOD,
    "long form of an integer's length": sequence(b"\x02\x81\x21\x00" + R, INTEGER_S),
    "an integer that runs out of the sequence": b"\x30\x45" + INTEGER_R + b"\x02\x21" + S,
    "truncated": GOOD[:-1],
    "raw": R + S,
    "134 bytes whose length octet reads as short": b"\x30\x84" + bytes(132),
}


@pytest.mark.parametrize("der", MALFORMED.values(), ids=MALFORMED)
def test_only_der_is_der(der):
    with pytest.raises(EncodingError) as caught:
        decode_signature(der)
    assert caught.value.part == "SM2Signature"
    assert caught.value.offset is not None
    assert isinstance(caught.value, FormatError)


@pytest.mark.parametrize("der", MALFORMED.values(), ids=MALFORMED)
def test_malformed_signatures_do_not_verify(der):
    key = PrivateKey.from_bytes(bytes(31) + b"\7").public_key
    with pytest.raises(InvalidSignature):
        key.verify(der, b"message")


def test_the_message_of_an_error_names_the_defect():
    with pytest.raises(EncodingError, match="negative"):
        decode_signature(MALFORMED["a negative r"])
    with pytest.raises(EncodingError, match="after the second"):
        decode_signature(MALFORMED["three integers"])
    with pytest.raises(EncodingError, match="needless leading zero"):
        decode_signature(MALFORMED["a needless zero before s"])


def test_the_good_one():
    assert decode_signature(GOOD) == R + S
    assert encode_signature(R + S) == GOOD


@pytest.mark.parametrize(
    ("number", "encoded"),
    [
        (0, "020100"),
        (1, "020101"),
        (0x7F, "02017f"),
        (0x80, "02020080"),
        (0xFF00, "020300ff00"),
        (2**255, "022100" + "80" + "00" * 31),
        (2**256 - 1, "022100" + "ff" * 32),
    ],
)
def test_shortest_integers(number, encoded):
    raw = number.to_bytes(32, "big") + S
    der = encode_signature(raw)
    assert der[2 : 2 + len(encoded) // 2].hex() == encoded
    assert decode_signature(der) == raw


@given(st.binary(min_size=64, max_size=64))
def test_round_trip(raw):
    der = encode_signature(raw)
    assert 8 <= len(der) <= 72
    assert decode_signature(der) == raw


@given(st.binary(max_size=80) | st.binary(max_size=70).map(sequence))
def test_any_bytes_give_an_answer(data):
    try:
        raw = decode_signature(data)
    except EncodingError:
        return
    assert encode_signature(raw) == data


@given(st.integers(0, 70), st.integers(0, 255))
def test_core_and_python_read_alike(testing_core, position, value):
    """Both decoders take the same mutations of a genuine signature, or refuse them."""
    key = testing_core.load_private(bytes(31) + b"\7")
    digest = bytes(32)
    der = bytearray(key.sign_digest(digest))
    position %= len(der)
    genuine = der[position] == value
    der[position] = value
    valid = key.public_key().verify_digest(bytes(der), digest)
    assert valid == genuine
    try:
        raw = decode_signature(der)
    except EncodingError:
        assert not valid
    else:
        assert key.public_key().verify_digest(raw, digest) == valid


@pytest.mark.parametrize("length", [0, 1, 63, 65, 72])
def test_raw_has_one_length(length):
    with pytest.raises(ValueError, match="32 bytes each"):
        encode_signature(bytes(length))
    key = PrivateKey.from_bytes(bytes(31) + b"\7").public_key
    with pytest.raises(InvalidSignature):
        key.verify_raw(bytes(length), b"message")
    with pytest.raises(InvalidSignature):
        key.verify_digest(bytes(length), bytes(32))


@pytest.mark.parametrize("value", [64, "00" * 32, None])
def test_only_bytes_like(value):
    with pytest.raises(TypeError):
        encode_signature(value)
    with pytest.raises(TypeError):
        decode_signature(value)
