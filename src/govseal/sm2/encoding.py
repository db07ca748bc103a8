"""Signature values: SM2Signature in DER (GB/T 35276, 7.3) and the raw r ‖ s of devices."""

from __future__ import annotations

from govseal.errors import EncodingError
from govseal.sm2.params import RAW_SIGNATURE_BYTES, SCALAR_BYTES, BytesLike

_SEQUENCE = 0x30
_INTEGER = 0x02


def _refuse(message: str, offset: int) -> EncodingError:
    return EncodingError(f"SM2Signature: {message}", part="SM2Signature", offset=offset)


def _encode_integer(magnitude: bytes) -> bytes:
    digits = magnitude.lstrip(b"\0") or b"\0"
    if digits[0] & 0x80:
        digits = b"\0" + digits
    return bytes((_INTEGER, len(digits))) + digits


def encode_signature(raw: BytesLike) -> bytes:
    """The DER SEQUENCE { INTEGER r, INTEGER s } of a raw r ‖ s: 8 to 72 bytes.

    The values are not checked against n.

    Raises:
        ValueError: ``raw`` is not 64 bytes long.
    """
    raw = bytes(memoryview(raw))
    if len(raw) != RAW_SIGNATURE_BYTES:
        raise ValueError("a raw SM2 signature is r and s, 32 bytes each")
    body = _encode_integer(raw[:SCALAR_BYTES]) + _encode_integer(raw[SCALAR_BYTES:])
    return bytes((_SEQUENCE, len(body))) + body


def _decode_integer(der: bytes, offset: int) -> tuple[bytes, int]:
    """The 32-byte magnitude of the INTEGER at ``offset``, and the offset behind it."""
    if len(der) < offset + 2:
        raise _refuse("ends inside an INTEGER", offset)
    tag, length = der[offset : offset + 2]
    start, end = offset + 2, offset + 2 + length
    if tag != _INTEGER:
        raise _refuse("an INTEGER is missing", offset)
    if not 1 <= length <= SCALAR_BYTES + 1:
        raise _refuse("an INTEGER of 1 to 33 bytes is expected", offset + 1)
    if end > len(der):
        raise _refuse("ends inside an INTEGER", offset)
    digits = der[start:end]
    if digits[0] & 0x80:
        raise _refuse("a negative INTEGER", start)
    if digits[0] == 0 and length > 1 and not digits[1] & 0x80:
        raise _refuse("an INTEGER with a needless leading zero", start)
    digits = digits.removeprefix(b"\0")
    if len(digits) > SCALAR_BYTES:
        raise _refuse("an INTEGER above 256 bits", start)
    return digits.rjust(SCALAR_BYTES, b"\0"), end


def decode_signature(der: BytesLike) -> bytes:
    """The raw r ‖ s, 64 bytes, of a strict DER SM2Signature.

    The values are not checked against n: that is part of verifying.

    Raises:
        EncodingError: the bytes are not the one DER encoding of two non-negative integers
            below 2^256.
    """
    der = bytes(memoryview(der))
    if len(der) < 2 or der[0] != _SEQUENCE:
        raise _refuse("a SEQUENCE is missing", 0)
    # Two 33-byte integers make 70 bytes: DER has only the short form of length here.
    if der[1] != len(der) - 2:
        raise _refuse("the length does not match the bytes", 1)
    r, offset = _decode_integer(der, 2)
    s, offset = _decode_integer(der, offset)
    if offset != len(der):
        raise _refuse("bytes after the second INTEGER", offset)
    return r + s
