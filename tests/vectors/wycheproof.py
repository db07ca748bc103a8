"""Files of test vectors in the manner of Wycheproof: groups of tests, each with its result.

What the make_….py here share: the file itself, reproducible numbers, and damage to DER that fits
any SEQUENCE. The arithmetic is that of ``govseal.sm2._reference``, never of the compiled core.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from govseal.sm2 import _reference as ec
from govseal.sm2.curve import SM2

N, P, G = SM2.n, SM2.p, ec.generator()
D = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8  # GB/T 32918.5, annex A
USER_ID = b"1234567812345678"

Note = tuple[str, str]


class Group:
    """Tests that share a key."""

    def __init__(self, vectors: Vectors, fields: dict[str, Any]) -> None:
        self._vectors = vectors
        self.fields = fields
        self.tests: list[dict[str, Any]] = []

    def add(self, result: str, flags: str, comment: str, **fields: bytes | str) -> None:
        """One test; ``flags`` are the names of notes, bytes are written in hexadecimal.

        Where two kinds of damage come to the same bytes, the first test stands for both.
        """
        values = {k: v.hex() if isinstance(v, bytes) else v for k, v in fields.items()}
        names = flags.split()
        if self._vectors.is_new((*self.fields.items(), *values.items()), result, names):
            head = {"tcId": 0, "comment": comment, "flags": names}
            self.tests.append(head | values | {"result": result})


class Vectors:
    """One file: ``notes`` tell for each flag the kind of bug that it hunts, and what it means."""

    def __init__(self, schema: str, header: list[str], notes: dict[str, Note]) -> None:
        self._schema, self._header, self._notes = schema, header, notes
        self._groups: list[Group] = []
        self._results: dict[str, str] = {}
        self._seen = 0
        self._used: set[str] = set()

    def group(self, kind: str, **fields: Any) -> Group:
        """A further group of tests."""
        group = Group(self, {"type": kind, **fields})
        self._groups.append(group)
        return group

    def is_new(self, inputs: tuple[Any, ...], result: str, flags: list[str]) -> bool:
        """Whether no test had these inputs yet; the same inputs have one result."""
        assert flags
        assert set(flags) <= set(self._notes), flags
        known = self._results.setdefault(str(inputs), result)
        assert known == result, inputs
        is_new = len(self._results) > self._seen
        self._seen = len(self._results)
        self._used.update(flags if is_new else ())
        return is_new

    def write(self) -> None:
        """The file, to standard output."""
        assert self._used == set(self._notes), set(self._notes) - self._used
        notes = {
            flag: {"bugType": kind, "description": text}
            for flag, (kind, text) in sorted(self._notes.items())
        }
        groups = [group for group in self._groups if group.tests]
        tests = [test for group in groups for test in group.tests]
        for number, test in enumerate(tests, 1):
            test["tcId"] = number
        content = {
            "algorithm": "SM2",
            "schema": self._schema,
            "numberOfTests": len(tests),
            "header": self._header,
            "notes": notes,
            "testGroups": [group.fields | {"tests": group.tests} for group in groups],
        }
        json.dump(content, sys.stdout, indent=1, ensure_ascii=False)
        sys.stdout.write("\n")


# --- numbers and keys ----------------------------------------------------------------------------


def pack(value: int) -> bytes:
    return value.to_bytes(32, "big")


def drawn(label: str) -> int:
    """A number in [1, n-1] that looks random and is always the same for this label."""
    return int.from_bytes(ec.sm3(b"govseal vectors " + label.encode()), "big") % (N - 1) + 1


def encode_point(point: ec.Point) -> bytes:
    return b"\4" + pack(point.x) + pack(point.y)


def multiple(scalar: int, point: ec.Point = G) -> ec.Point:
    product = ec.multiply(scalar, point)
    assert product is not None
    return product


def public_key(point: ec.Point) -> dict[str, Any]:
    """The fields by which Wycheproof gives a key on a curve."""
    encoded = encode_point(point)
    prefix = "3059301306072a8648ce3d020106082a811ccf5501822d034200"
    return {
        "publicKey": {
            "type": "EcPublicKey",
            "curve": "sm2p256v1",
            "keySize": 256,
            "uncompressed": encoded.hex(),
            "wx": pack(point.x).hex(),
            "wy": pack(point.y).hex(),
        },
        "publicKeyDer": prefix + encoded.hex(),
    }


# --- DER -----------------------------------------------------------------------------------------

SEQUENCE, INTEGER, OCTETS = 0x30, 0x02, 0x04


def length(size: int, octets: int = 0) -> bytes:
    """A length in its shortest form, or in the long form of so many octets."""
    if octets == 0 and size < 0x80:
        return bytes((size,))
    octets = octets or (size.bit_length() + 7) // 8
    return bytes((0x80 | octets,)) + size.to_bytes(octets, "big")


def element(tag: int, content: bytes, octets: int = 0) -> bytes:
    return bytes((tag,)) + length(len(content), octets) + content


def integer(value: int) -> bytes:
    """INTEGER of any sign, as DER has it."""
    size = (value if value >= 0 else ~value).bit_length() // 8 + 1
    return element(INTEGER, value.to_bytes(size, "big", signed=True))


def sequence(*parts: bytes) -> bytes:
    return element(SEQUENCE, b"".join(parts))


OTHER_TYPES = {
    "absent": b"",
    "NULL": b"\x05\x00",
    "BOOLEAN true": b"\x01\x01\xff",
    "an empty OCTET STRING": b"\x04\x00",
    "an empty BIT STRING": b"\x03\x01\x00",
    "an empty UTF8String": b"\x0c\x00",
    "REAL zero": b"\x09\x00",
    "an OBJECT IDENTIFIER": b"\x06\x01\x2a",
    "an empty SEQUENCE": b"\x30\x00",
    "an empty SET": b"\x31\x00",
}


def damaged_outside(parts: list[bytes]) -> Iterator[tuple[str, bytes]]:
    """A SEQUENCE of these elements, itself not in DER."""
    body = b"".join(parts)
    good = sequence(body)
    for octets in (1, 2, 3, 4, 5, 8):
        needed = 0 if len(body) < 0x80 else (len(body).bit_length() + 7) // 8
        if octets > needed:
            yield f"length of the SEQUENCE in {octets} octets", element(SEQUENCE, body, octets)
    yield "indefinite length", b"\x30\x80" + body + b"\0\0"
    yield "indefinite length, not ended", b"\x30\x80" + body
    for change in (-1, 1):
        yield f"length of the SEQUENCE off by {change}", b"\x30" + length(len(body) + change) + body
    yield "length of 4 GiB", b"\x30\x84\xff\xff\xff\xff" + body
    yield "length octet ff", b"\x30\xff" + body
    for name, ending in (("00", b"\0"), ("NULL", b"\5\0"), ("itself", good)):
        yield f"{name} after the SEQUENCE", good + ending
        yield f"{name} at the end of the SEQUENCE", sequence(body, ending)
    yield "00 before the SEQUENCE", b"\0" + good
    yield "NULL at the front of the SEQUENCE", sequence(b"\5\0", body)
    for size in (0, 1, 2, len(good) // 2, len(good) - 1):
        yield f"only the first {size} bytes", good[:size]
    yield "an empty SEQUENCE", b"\x30\x00"
    yield "an empty SEQUENCE of indefinite length", b"\x30\x80\0\0"
    for name, tag in (("SET", 0x31), ("primitive SEQUENCE", 0x10), ("private tag", 0xF0),
                      ("OCTET STRING", 0x04)):  # fmt: skip
        yield f"{name} instead of the SEQUENCE", bytes((tag,)) + good[1:]
    yield "a SEQUENCE around it", sequence(good)
    yield "an OCTET STRING around it", element(OCTETS, good)
    yield "a BIT STRING around it", element(0x03, b"\0" + good)
    yield "without its SEQUENCE", body


def damaged_inside(parts: list[bytes], names: list[str]) -> Iterator[tuple[str, bytes]]:
    """A SEQUENCE in DER around these elements, one of which is not, or is of another type."""
    for at, name in enumerate(names):
        tag, content = parts[at][0], parts[at][2 if parts[at][1] < 0x80 else 3 :]

        def around(changed: bytes, at: int = at) -> bytes:
            return sequence(*parts[:at], changed, *parts[at + 1 :])

        for octets in (1, 2, 4):
            if len(content) < 0x80 or octets > 1:
                damaged = element(tag, content, octets)
                yield f"length of {name} in {octets} octets", around(damaged)
        yield (
            f"length of {name} one less",
            around(bytes((tag,)) + length(len(content) - 1) + content),
        )
        yield (
            f"length of {name} one more",
            around(bytes((tag,)) + length(len(content) + 1) + content),
        )
        yield (
            f"{name} of indefinite length",
            around(bytes((tag | 0x20, 0x80)) + parts[at] + b"\0\0"),
        )
        yield f"{name} constructed", around(element(tag | 0x20, parts[at]))
        yield f"{name} doubled", around(parts[at] * 2)
        yield f"{name} in a SEQUENCE", around(sequence(parts[at]))
        for other, changed in OTHER_TYPES.items():
            yield f"{name}: {other} instead", around(changed)
        for other in sorted({INTEGER, OCTETS, 0x03, 0x0A, 0x82} - {tag}):
            yield f"{name} with tag {other:02x}", around(element(other, content))
        if tag == INTEGER:
            yield f"{name} with a needless zero", around(element(tag, b"\0" + content))
            yield f"{name} with four needless zeros", around(element(tag, bytes(4) + content))
            yield f"{name} with a byte behind", around(element(tag, content + b"\0"))
            yield f"{name} plus 2^256", around(integer(int.from_bytes(content, "big") + 2**256))
            yield f"{name} plus 2^2048", around(integer(int.from_bytes(content, "big") + 2**2048))
            yield f"{name} minus 2^256", around(integer(int.from_bytes(content, "big") - 2**256))
            yield f"minus {name}", around(integer(-int.from_bytes(content, "big")))
