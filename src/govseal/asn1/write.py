"""DER written: small functions, one for each type, from content to bytes (X.690, 8 and 10)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from govseal.asn1 import strict


def element(tag: int, content: bytes) -> bytes:
    """Header and content."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def sequence(*parts: bytes) -> bytes:
    """SEQUENCE of elements already encoded."""
    return element(strict.SEQUENCE, b"".join(parts))


def set_of(*parts: bytes) -> bytes:
    """SET OF, its elements in DER order."""
    return element(strict.SET, b"".join(sorted(parts)))


def explicit(number: int, inner: bytes) -> bytes:
    """``[number] EXPLICIT`` around one element."""
    return element(0xA0 | number, inner)


def integer(value: int) -> bytes:
    """INTEGER in its shortest form."""
    bits = value if value >= 0 else ~value
    return element(strict.INTEGER, value.to_bytes(bits.bit_length() // 8 + 1, "big", signed=True))


def boolean(value: bool) -> bytes:
    """BOOLEAN."""
    return element(strict.BOOLEAN, b"\xff" if value else b"\x00")


def null() -> bytes:
    """NULL."""
    return element(strict.NULL, b"")


def octets(value: bytes) -> bytes:
    """OCTET STRING."""
    return element(strict.OCTET_STRING, value)


def bits(value: bytes) -> bytes:
    """BIT STRING of whole octets."""
    return element(strict.BIT_STRING, b"\x00" + value)


def named_bits(numbers: Iterable[int]) -> bytes:
    """BIT STRING with these bits set, without zero bits at its end (X.690, 11.2.2)."""
    wanted = set(numbers)
    size = max(wanted, default=-1) + 1
    content = bytearray(-(-size // 8))
    for bit in wanted:
        content[bit // 8] |= 0x80 >> bit % 8
    return element(strict.BIT_STRING, bytes([-size % 8]) + bytes(content))


def oid(dotted: str) -> bytes:
    """OBJECT IDENTIFIER from its dotted form; raises ``ValueError`` for anything else."""
    arcs = [int(arc) for arc in dotted.split(".")]
    if len(arcs) < 2 or arcs[0] > 2 or (arcs[0] < 2 and arcs[1] > 39) or min(arcs) < 0:
        message = f"not an object identifier: {dotted!r}"
        raise ValueError(message)
    out = bytearray()
    for arc in (40 * arcs[0] + arcs[1], *arcs[2:]):
        row = [arc & 0x7F]
        while arc := arc >> 7:
            row.append(arc & 0x7F | 0x80)
        out += bytes(reversed(row))
    return element(strict.OBJECT_IDENTIFIER, bytes(out))


def utf8(text: str) -> bytes:
    """UTF8String."""
    return element(strict.UTF8_STRING, text.encode())


def ia5(text: str) -> bytes:
    """IA5String; raises ``ValueError`` (UnicodeEncodeError) outside ASCII."""
    return element(strict.IA5_STRING, text.encode("ascii"))


def printable(text: str) -> bytes:
    """PrintableString; raises ``ValueError`` (UnicodeEncodeError) outside ASCII."""
    return element(strict.PRINTABLE_STRING, text.encode("ascii"))


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time needs its time zone")
    return moment.astimezone(UTC)


def generalized_time(moment: datetime) -> bytes:
    """GeneralizedTime ``YYYYMMDDHHMMSSZ`` of a timezone-aware moment."""
    text = _utc(moment).strftime("%Y%m%d%H%M%SZ").zfill(15)
    return element(strict.GENERALIZED_TIME, text.encode())


def utc_time(moment: datetime) -> bytes:
    """UTCTime ``YYMMDDHHMMSSZ``; raises ``ValueError`` outside 1950 to 2049."""
    moment = _utc(moment)
    if not 1950 <= moment.year < 2050:
        raise ValueError("UTCTime covers the years 1950 to 2049")
    return element(strict.UTC_TIME, moment.strftime("%y%m%d%H%M%SZ").encode())


def x509_time(moment: datetime) -> bytes:
    """UTCTime until 2049, GeneralizedTime after (RFC 5280, 4.1.2.5)."""
    return (utc_time if 1950 <= _utc(moment).year < 2050 else generalized_time)(moment)
