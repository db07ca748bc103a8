"""Archives on both sides of the usual form, and the readings of each."""

from __future__ import annotations

import random
import struct
import zlib
from dataclasses import replace
from functools import cache
from typing import Any

import fuzzing
import ofd_builder as ofd
from govseal.formats.limits import Limits
from govseal.formats.ofd import package, records
from govseal.formats.source import HeldBytes
from untold import outcome, untold

LIMITS = ("max_entries", "max_directory_bytes", "max_entry_bytes", "max_total_bytes")
PATCHES = (b"PK\5\6", b"PK\6\7", b"PK\1\2", b"PK\3\4", b"\xff\xff", b"\xff" * 4, b"\0" * 4, b"\1")
#: Where each field of a record lies in the directory and in the local header, and its width.
FIELDS = ((6, 4, 2), (8, 6, 2), (10, 8, 2), (12, 10, 4), (16, 14, 4), (20, 18, 4), (24, 22, 4))


@cache
def archives() -> tuple[bytes, ...]:
    """Small archives of the usual form; one has no files."""
    several = [
        ofd.Member("a", b"a" * 40),
        ofd.Member("d/", method=0, mode=0o040755),
        ofd.Member("d/章.xml", b"<x/>" * 9, mode=0o100644),
        ofd.Member("d/stored", b"stored", method=0),
        ofd.Member("empty", method=0),
    ]
    return (
        ofd.pack(several),
        ofd.pack([ofd.Member("a", b"a")]),
        ofd.pack([]),
        ofd.pack([ofd.Member("a.zip", ofd.pack(several[:2]), method=0), several[0]]),
        ofd.package(),
    )


def bounds(data: bytes) -> dict[str, int]:
    """The least limits that an archive keeps within."""
    end = records.find_end(HeldBytes(data))
    entries = tuple(records.read_entries(HeldBytes(data), end, Limits()))
    return {
        "max_entries": end.count,
        "max_directory_bytes": end.directory_size,
        "max_entry_bytes": max((row.size for row in entries), default=0),
        "max_total_bytes": sum(row.size for row in entries),
    }


def archive(rng: random.Random) -> tuple[bytes, Limits]:
    """An archive, mostly with something in its records otherwise, and limits around its own."""
    data = rng.choice(archives())
    limits = Limits()
    if rng.random() < 0.3:
        at = {name: most + rng.choice((-1, 0, 0, 1)) for name, most in bounds(data).items()}
        ratio = {"max_ratio": rng.choice((1, 4, 5)), "ratio_threshold_bytes": rng.choice((0, 36))}
        limits = replace(limits, **(at if rng.random() < 0.7 else ratio))
    match rng.randrange(6):
        case 0:
            return data, limits
        case 1:
            return fuzzing.container(rng), limits
        case 2:
            return fuzzing.bent(rng, data), limits
        case 3:
            return patched(rng, data), limits
        case _:
            return altered(rng, data), limits


def patched(rng: random.Random, data: bytes) -> bytes:
    """Some bytes near the end, where the directory and the end record are, overwritten."""
    found = bytearray(data)
    for _ in range(rng.choice((1, 1, 2))):
        at = max(0, len(found) - rng.choice((22, 42, 64, 200)) + rng.randrange(24))
        patch = rng.choice(PATCHES)
        found[at : at + len(patch)] = patch
    if rng.random() < 0.3:
        comment = rng.choice((0, 1, 2, 20, 22, 44, 0xFFFF))
        found[-2:] = struct.pack("<H", comment)
        found += bytes(comment if rng.random() < 0.7 else 0)
    return bytes(found)


def altered(rng: random.Random, data: bytes) -> bytes:
    """A field of one record changed in the directory and, mostly, in the local header."""
    end = records.find_end(HeldBytes(data))
    rows = tuple(records.read_entries(HeldBytes(data), end, Limits()))
    if not rows:
        return data
    central, local, width = rng.choice(FIELDS)
    row = rng.choice(rows)
    value = rng.choice((*fuzzing.NUMBERS, row.size, row.size + 1, 0x800, 6, 0x806)).to_bytes(
        8, "little"
    )
    found = bytearray(data)
    at = data.index(row.central, end.directory_at)
    found[at + central : at + central + width] = value[:width]
    if rng.random() < 0.9:
        found[row.start + local : row.start + local + width] = value[:width]
    if rng.random() < 0.1:
        found[at + 42] ^= 1
    return bytes(found)


def is_told(data: bytes, limits: Limits) -> bool:
    """Whether the records are told; the readable code then accepts them, and gives the same."""
    told = records.read_usual(HeldBytes(data), limits)
    if told is not None:
        end = records.find_end(HeldBytes(data))
        entries = tuple(records.read_entries(HeldBytes(data), end, limits))
        assert told == (end, entries)
        assert repr(told) == repr((end, entries))
        assert all(type(row) is records.Entry for row in told[1])
        assert package._layout_problem(entries, end) is None
    for tolerant in (False, True):
        found = opened(data, limits, tolerant=tolerant)
        with untold("records"):
            assert found == opened(data, limits, tolerant=tolerant)
    return told is not None


def opened(data: bytes, limits: Limits, *, tolerant: bool) -> tuple[Any, ...]:
    """What a package is opened as, or how it is refused."""
    what, value, *more = outcome(package.Package.open, data, limits, tolerant=tolerant)
    if what == "refuses":
        return (what, value, *more)
    problem = value.problem and (type(value.problem), str(value.problem), vars(value.problem))
    return (value.end, value.entries, value.names, value.doubled, value.tolerances, problem)


def end_record(count: int, size: int, start: int, comment: int = 0) -> bytes:
    """An end record that says so."""
    return struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, size, start, comment)


def descriptor(data: bytes) -> bytes:
    """The data descriptor of a stored file."""
    return struct.pack("<4s3I", b"PK\7\x08", zlib.crc32(data), len(data), len(data))
