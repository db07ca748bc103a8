"""Archives of the usual form are read as the readable code reads them; all else is not told."""

from __future__ import annotations

import random
import struct
import sys
from dataclasses import replace

import pytest

import ofd_builder as ofd
import realfiles
import usual_records
from govseal import usual
from govseal.errors import FormatError, LimitExceeded, UnsupportedFormat
from govseal.formats import source
from govseal.formats.limits import DEFAULT_LIMITS, Limits
from govseal.formats.ofd import records
from govseal.formats.ofd.package import Package
from govseal.formats.source import HeldBytes, open_source
from untold import untold
from usual_records import archives, bounds, end_record, is_told

SMALL = archives()[0]
ROWS = [ofd.Member("a", b"a" * 40), ofd.Member("b", b"b", method=0)]
#: What the local header does not repeat: who made it, and attributes of the file.
FREE = {4, 5, 36, 37, 38, 39, 40, 41}


@pytest.mark.parametrize("data", archives(), ids=range(len(archives())))
def test_the_usual_form_is_told(data):
    assert is_told(data, DEFAULT_LIMITS)
    end, entries = records.read_usual(HeldBytes(data), DEFAULT_LIMITS)
    assert (end.count, end.comment, end.trailing) == (len(entries), b"", 0)


def flipped(data, places):
    """The archive with each bit of each of these places otherwise."""
    for place in places:
        for bit in range(8):
            found = bytearray(data)
            found[place] ^= 1 << bit
            yield place, bytes(found)


def test_any_bit_of_the_directory_that_is_otherwise_is_seen():
    end, entries = records.read_usual(HeldBytes(SMALL), DEFAULT_LIMITS)
    starts = [SMALL.index(row.central, end.directory_at) for row in entries]
    free = {start + place for start in starts for place in FREE}
    places = range(end.directory_at, end.at)
    told = {place for place, data in flipped(SMALL, places) if is_told(data, DEFAULT_LIMITS)}
    assert told == free


def test_any_bit_of_a_local_header_that_is_otherwise_is_seen():
    _, entries = records.read_usual(HeldBytes(SMALL), DEFAULT_LIMITS)
    places = [place for row in entries for place in range(row.start, row.body)]
    assert not any(is_told(data, DEFAULT_LIMITS) for _, data in flipped(SMALL, places))


def test_any_bit_of_the_end_record_that_is_otherwise_is_seen():
    places = range(len(SMALL) - 22, len(SMALL))
    assert not any(is_told(data, DEFAULT_LIMITS) for _, data in flipped(SMALL, places))


def test_content_is_read_later():
    _, entries = records.read_usual(HeldBytes(SMALL), DEFAULT_LIMITS)
    places = [place for row in entries for place in range(row.body, row.end)]
    assert all(is_told(data, DEFAULT_LIMITS) for _, data in flipped(SMALL, places))


def test_any_bit_that_is_otherwise_in_both_places():
    """Flags and methods that are not read, sizes that overlap, names that are none."""
    end, entries = records.read_usual(HeldBytes(SMALL), DEFAULT_LIMITS)
    told = set()
    for row in entries:
        central = SMALL.index(row.central, end.directory_at)
        for place in range(6, 30):
            for bit in range(8):
                found = bytearray(SMALL)
                found[central + place] ^= 1 << bit
                found[row.start + place - 2] ^= 1 << bit
                if is_told(bytes(found), DEFAULT_LIMITS):
                    told.add((place, bit))
    fields = {place for place, _ in told}
    assert {6, 7, 12, 13, 14, 15, 16, 17, 18, 19} <= fields  # version, time, date, checksum
    assert {(8, 1), (8, 2), (9, 3)} == {(place, bit) for place, bit in told if place in (8, 9)}
    assert not fields & {11, 20, 21, 22, 23, 28, 29}  # high methods, packed size, length of name


def test_no_beginning_of_an_archive_is_told():
    assert not any(is_told(SMALL[:size], DEFAULT_LIMITS) for size in range(len(SMALL)))


@pytest.mark.parametrize("name", ["max_entries", "max_directory_bytes", "max_entry_bytes"])
@pytest.mark.parametrize("number", [0, 3, 4])
def test_a_limit_is_reached_and_not_passed(name, number):
    data = archives()[number]
    at = bounds(data)[name]
    assert is_told(data, replace(DEFAULT_LIMITS, **{name: at}))
    below = replace(DEFAULT_LIMITS, **{name: at - 1})
    assert not is_told(data, below)
    with pytest.raises(LimitExceeded):
        Package.open(data, below)


@pytest.mark.parametrize("number", [0, 3, 4])
def test_the_limit_of_all_files_is_reached_and_not_passed(number):
    data = archives()[number]
    at = bounds(data)["max_total_bytes"]
    assert is_told(data, Limits(max_total_bytes=at))
    assert not is_told(data, Limits(max_total_bytes=at - 1))
    with pytest.raises(LimitExceeded, match="unpacks to too many bytes"):
        Package.open(data, Limits(max_total_bytes=at - 1))


@pytest.mark.parametrize(
    ("packed", "size", "ratio", "threshold", "expected"),
    [
        (10, 1000, 100, 0, True),
        (10, 1009, 100, 0, True),
        (10, 1010, 100, 0, False),
        (10, 1010, 100, 1009, False),
        (10, 1010, 100, 1010, True),
        (0, 100, 100, 0, True),
        (0, 101, 100, 0, False),
        (1, 0xFFFFFFFE, 0xFFFFFFFE, 0, True),
        (1, 0xFFFFFFFE, 0xFFFFFFFD, 0, False),
    ],
)
def test_the_ratio_is_reached_and_not_passed(packed, size, ratio, threshold, expected):
    """What is said counts: nothing is unpacked yet."""
    row = ofd.Member("a", packed=bytes(packed), central_sizes=(0, packed, size))
    data = ofd.pack([replace(row, local_sizes=row.central_sizes)])
    limits = Limits(
        max_ratio=ratio,
        ratio_threshold_bytes=threshold,
        max_entry_bytes=1 << 40,
        max_total_bytes=1 << 40,
    )
    assert is_told(data, limits) is expected
    if not expected:
        with pytest.raises(LimitExceeded, match="far more than its size"):
            Package.open(data, limits)


@pytest.mark.parametrize("name", [*usual_records.LIMITS, "max_ratio", "ratio_threshold_bytes"])
@pytest.mark.parametrize("most", [sys.maxsize, sys.maxsize + 1, 10**30, -1])
def test_a_limit_may_be_any_number(name, most):
    is_told(SMALL, replace(DEFAULT_LIMITS, **{name: most}))


def around(**changes):
    return ofd.pack(ROWS, **changes)


def one(**changes):
    return ofd.pack([replace(ROWS[0], **changes), ROWS[1]])


def end_of(data):
    return data[-22:]


DESCRIBED = replace(
    ROWS[1], flags=8, local_sizes=(0, 0, 0), descriptor=usual_records.descriptor(b"b")
)

#: Read, and not told.
STRANGE = {
    "a data descriptor": ofd.pack([ROWS[0], DESCRIBED]),
    "the flag of a descriptor, and none told apart": ofd.pack(
        [ROWS[0], replace(DESCRIBED, local_sizes=None)]
    ),
    "an extra field": one(central_extra=b"\1\2\0\0"),
    "an extra field in the local header": one(local_extra=b"\1\2\0\0"),
    "an extra field in both": one(central_extra=b"\1\2\0\0", local_extra=b"\1\2\0\0"),
    "the same name in Unicode": one(central_extra=b"\x75\x70\6\0\1\0\0\0\0a"),
    "a name in GBK": one(raw_name="章".encode("gbk")),
    "entries in another order": None,
    "a comment": around(comment=b"comment"),
    "a comment of an entry": None,
    "a name of nothing": one(name=""),
}


def reordered():
    """The directory tells the second file first."""
    data = bytearray(ofd.pack(ROWS))
    end, entries = records.read_usual(HeldBytes(bytes(data)), DEFAULT_LIMITS)
    data[end.directory_at : end.at] = entries[1].central + entries[0].central
    return bytes(data)


def commented():
    """The directory has a comment for its last entry."""
    data = ofd.pack(ROWS)
    end, entries = records.read_usual(HeldBytes(data), DEFAULT_LIMITS)
    last = bytearray(entries[1].central)
    last[32:34] = b"\3\0"
    front = data[: end.at - len(last)] + bytes(last) + b"why"
    return front + end_record(2, end.directory_size + 3, end.directory_at)


STRANGE["entries in another order"] = reordered()
STRANGE["a comment of an entry"] = commented()


@pytest.mark.parametrize("data", STRANGE.values(), ids=STRANGE.keys())
def test_what_is_read_otherwise_is_not_told(data):
    assert not is_told(data, DEFAULT_LIMITS)
    assert Package.open(data, tolerant=True).names


#: Refused; the last number is where a tolerant reading refuses it as well.
REFUSED = {
    "nothing": (b"", "no end record"),
    "an end record cut short": (end_of(SMALL)[:-1], "no end record"),
    "bytes in front": (around(prefix=b"MZ"), "belong to no file"),
    "bytes before the directory": (around(gap=b"x"), "belong to no file"),
    "bytes behind": (around(tail=b"\0"), "bytes follow the end"),
    "an end record behind": (around(tail=end_record(0, 0, 0)), "directory does not lie"),
    "an end record in the comment": (
        around(comment=end_record(0, 0, 0)),
        "two end records",
    ),
    "a comment cut short": (around()[:-2] + b"\1\0", "inside its comment"),
    "a second end record": (
        around()[:-22] + end_of(around())[:20] + struct.pack("<H", 22) + end_of(around()),
        "two end records",
    ),
    "a second end record in a file": (None, "two end records"),
    "a file in another": (
        ofd.pack([*ROWS, ofd.Member("c", b"a" * 40, start=0)]),
        "local header names another",
    ),
    "one file twice": (ofd.pack([*ROWS, replace(ROWS[0], start=0)]), "overlap"),
    "a file that reaches into the next": (
        one(packed=b"x" * 9, central_sizes=(0, 12, 40), local_sizes=(0, 12, 40)),
        "overlap",
    ),
    "a file that reaches into the directory": (
        ofd.pack([replace(ROWS[1], central_sizes=(0, 9, 9), local_sizes=(0, 9, 9))]),
        "cut short",
    ),
    "other sizes in the local header": (one(local_sizes=(1, 2, 3)), "other sizes"),
    "another name in the local header": (one(local_name=b"c"), "names another file"),
    "other flags in the local header": (one(local_flags=0x800), "names another file"),
    "a stored file of two sizes": (
        ofd.pack([replace(ROWS[1], central_sizes=(0, 1, 2), local_sizes=(0, 1, 2))]),
        "two sizes",
    ),
    "a directory with content": (one(name="a/"), "has content"),
    "a name that is not UTF-8": (one(raw_name=b"\xff", flags=0x800), "is not UTF-8"),
    "a surrogate for a name": (one(raw_name=b"\xed\xa0\x80"), "character set"),
    "a flag that is not read": (one(flags=0x10), "flags of a form"),
    "two names": (one(central_extra=b"\x75\x70\6\0\1\0\0\0\0z"), "two names"),
    "a false data descriptor": (
        ofd.pack([ROWS[0], replace(DESCRIBED, descriptor=bytes(16))]),
        "descriptor gives other sizes",
    ),
}


def end_in_a_file():
    """A stored file with an end record whose comment would reach to the end of all."""
    inside = end_record(0, 0, 0)
    for comment in range(200):
        data = ofd.pack([ofd.Member("a", inside[:20] + struct.pack("<H", comment), method=0)])
        if data.index(inside[:20]) + 22 + comment == len(data):
            return data
    raise AssertionError


REFUSED["a second end record in a file"] = (end_in_a_file(), "two end records")


@pytest.mark.parametrize(("data", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_refused_is_not_told(data, words):
    assert not is_told(data, DEFAULT_LIMITS)
    with pytest.raises(FormatError, match=words):
        Package.open(data)


def patched(place, value):
    """The small archive with something else in its end record."""
    data = bytearray(SMALL)
    at = len(data) - 22 + place
    data[at : at + len(value)] = value
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        patched(4, b"\1\0"),
        patched(6, b"\1\0"),
        patched(8, b"\1\0"),
        patched(8, b"\xff" * 4),
        patched(12, b"\xff" * 4),
        patched(16, b"\xff" * 4),
        SMALL[:-22] + b"PK\6\7" + bytes(16) + end_of(SMALL),
        one(flags=1),
        one(flags=0x40),
        one(flags=0x2000),
        one(method=9, packed=b"x"),
        one(central_sizes=(0, 1, 0xFFFFFFFF)),
        one(central_sizes=(0, 0xFFFFFFFF, 1)),
        one(start=0xFFFFFFFF),
    ],
)
def test_what_is_not_supported_is_not_told(data):
    assert not is_told(data, DEFAULT_LIMITS)
    with pytest.raises((UnsupportedFormat, LimitExceeded)):
        Package.open(data)


def test_an_end_record_in_a_file_that_reaches_nowhere_is_content():
    data = ofd.pack([ofd.Member("a", end_record(0, 0, 0), method=0)])
    assert is_told(data, DEFAULT_LIMITS)


def test_a_zip64_locator_at_the_end_of_a_long_name():
    """What stands before the end record is a name, and to a reader a locator all the same."""
    name = b"PK\6\7" + b"x" * 16
    assert not is_told(ofd.pack([ofd.Member("a"), replace(ROWS[0], raw_name=name)]), DEFAULT_LIMITS)
    assert is_told(
        ofd.pack([ofd.Member("a"), replace(ROWS[0], raw_name=name + b"y")]), DEFAULT_LIMITS
    )


def test_numbers_of_the_end_record_that_spell_another():
    """19,280 entries whose directory is so large that its size goes on where they end."""
    count, size = int.from_bytes(b"PK", "little"), 0xE0605
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 0, 0, 0x21, 0, 0, 0, 1, 0)
    longer = size - count * 47
    data, directory = bytearray(), bytearray()
    for number in range(count):
        name = b"x" * (1 + (longer if number == 0 else 0))
        header = local[:26] + struct.pack("<HH", len(name), 0)
        directory += b"PK\1\2\x14\0" + header[4:30] + bytes(10) + struct.pack("<I", len(data))
        directory += name
        data += header + name
    whole = bytes(data + directory) + end_record(count, len(directory), len(data))
    assert whole.rfind(b"PK\5\6") == len(whole) - 12
    limits = Limits(max_entries=count)
    assert records.read_usual(HeldBytes(whole), limits) is None
    with pytest.raises(FormatError, match="no end record"):
        records.find_end(HeldBytes(whole))


def test_what_is_not_held_in_memory_is_not_told(tmp_path, monkeypatch):
    path = tmp_path / "a.zip"
    path.write_bytes(SMALL)
    assert records.read_usual(HeldBytes(SMALL), DEFAULT_LIMITS) is not None
    monkeypatch.setattr(source, "_HELD_BYTES", 0)
    with open_source(path, DEFAULT_LIMITS) as opened:
        assert not isinstance(opened, HeldBytes)
        assert records.read_usual(opened, DEFAULT_LIMITS) is None
        assert Package.open(opened).names == Package.open(SMALL).names


def test_no_file_is_read_twice(monkeypatch):
    """The package takes what is told, and reads itself only what is not."""
    calls = []
    find_end = records.find_end
    monkeypatch.setattr(records, "find_end", lambda source: calls.append(1) or find_end(source))
    Package.open(SMALL)
    assert not calls
    with untold("records"):
        Package.open(SMALL)
    assert calls == [1]


@pytest.mark.samples
@pytest.mark.parametrize("path", realfiles.packages(), ids=lambda path: path.stem)
def test_real_packages_are_read_alike(path):
    is_told(path.read_bytes(), DEFAULT_LIMITS)


@pytest.mark.samples
@pytest.mark.parametrize("path", realfiles.packages(), ids=lambda path: path.stem)
def test_real_packages_with_something_otherwise(path):
    data = path.read_bytes()
    for number in range(40):
        rng = random.Random(f"{path.stem} {number}")  # noqa: S311 - to be repeatable
        bend = usual_records.altered if number % 2 else usual_records.patched
        is_told(bend(rng, data), DEFAULT_LIMITS)


def test_a_difference_would_be_seen(monkeypatch):
    told = usual.records

    def otherwise(data, *most):
        found = told(data, *most)
        return found and (*found[:3], [(*row[:3], row[3] ^ 1, *row[4:]) for row in found[3]])

    monkeypatch.setattr(usual, "records", otherwise)
    with pytest.raises(AssertionError):
        is_told(SMALL, DEFAULT_LIMITS)
