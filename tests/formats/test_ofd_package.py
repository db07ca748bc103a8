"""OFD packages: what is read, what is refused under which code, and what is copied."""

from __future__ import annotations

import hashlib
import stat
import struct
import zlib
from datetime import UTC, datetime

import pytest

import ofd_builder as build
from govseal.errors import FormatError, LimitExceeded, UnsupportedFormat
from govseal.formats.limits import Limits
from govseal.formats.ofd.package import (
    Package,
    new_package,
    new_package_pieces,
    unsafe_name,
    write_package,
)
from govseal.pki.algorithms import SHA256, SM3
from ofd_builder import Member, pack

MODIFIED = datetime(2026, 6, 1, 8, 30, 2, tzinfo=UTC)
DATA = b"<a/>" * 100


def read_all(data, limits):
    package = Package.open(data, limits)
    for name in package.names:
        package.read(name)


def refused(data, code, limits=None):
    """Opens a package that is to be refused, and gives the error."""
    with pytest.raises(FormatError) as caught:
        read_all(data, limits or Limits())
    assert caught.value.code == code
    return caught.value


def sizes(data=DATA, packed=None):
    return zlib.crc32(data), len(build.deflated(data) if packed is None else packed), len(data)


def descriptor(data=DATA, signature=b"PK\7\10", form="<III"):
    return signature + struct.pack(form, *sizes(data))


def test_files_come_back_in_order():
    package = Package.open(pack({"b.xml": b"b", "a/c.xml": DATA, "空.xml": b""}))
    assert package.names == ("b.xml", "a/c.xml", "空.xml")
    assert package.read("a/c.xml") == DATA
    assert package.read("空.xml") == b""
    assert "a/c.xml" in package
    assert "A/c.xml" not in package
    assert not package.tolerances


def test_digests_are_taken_without_reading_the_file_into_memory():
    package = Package.open(pack([Member("x", DATA), Member("y", DATA, method=0)]))
    for name in package.names:
        both = package.digest(name, (hashlib.sha256, hashlib.sha512))
        assert both == (hashlib.sha256(DATA).digest(), hashlib.sha512(DATA).digest())
        assert package.digest(name, ()) == ()
    package.read("x")
    assert package.digest("x", (hashlib.sha256,)) == (hashlib.sha256(DATA).digest(),)


def test_many_digests_are_those_of_one_by_one():
    """Small files, files above the size that is gathered, and more than is gathered at a time."""
    lengths = [0, 1, 63, 64, 5000, *[900_000] * 6, (1 << 20) + 1, 1 << 20, 7]
    files = {f"{number}.bin": bytes([number]) * size for number, size in enumerate(lengths)}
    package = Package.open(pack(files), Limits(max_ratio=10_000))
    package.read("4.bin")  # is in the cache
    for algorithm in (SM3, SHA256):
        digests = dict(package.digests(files, algorithm))
        assert digests == {name: algorithm.digest(data) for name, data in files.items()}
    assert dict(package.digests((), SM3)) == {}


@pytest.mark.parametrize("algorithm", [SM3, SHA256], ids=["sm3", "sha256"])
def test_damage_among_many_stays_with_its_file(algorithm):
    promised = (1, *sizes()[1:])
    members = [Member("a", b"a"), Member("bad", DATA, central_sizes=promised), Member("b", b"b"),
               Member("worse", DATA, central_sizes=promised), Member("c", b"c")]  # fmt: skip
    package = Package.open(pack(members))
    found = dict(package.digests(["a", "bad", "b", "worse", "c"], algorithm))
    for name in ("a", "b", "c"):
        assert found[name] == algorithm.digest(name.encode())
    errors = [value for value in found.values() if isinstance(value, FormatError)]
    assert [error.part for error in errors] == ["bad", "worse"]
    assert {error.code for error in errors} == {"container_damaged"}
    assert all(error.__traceback__ is None for error in errors)


def test_a_file_that_is_not_there_is_the_callers_mistake():
    with pytest.raises(KeyError):
        Package.open(pack({"x": b""})).read("y")


def test_large_files_are_not_kept():
    data = bytes(range(256)) * 8192
    package = Package.open(pack([Member("x", data, method=0)]))
    assert package.read("x") == data == package.read("x")
    assert not package._cache


@pytest.mark.parametrize("signature", [b"PK\7\10", b""])
@pytest.mark.parametrize("form", ["<III", "<IQQ"])
@pytest.mark.parametrize(
    "local", [(0, 0, 0), sizes(), (0, 0, len(DATA))], ids=["none", "all", "size"]
)
def test_data_descriptors_are_read(signature, form, local):
    data = descriptor(signature=signature, form=form)
    member = Member("x", DATA, flags=8, local_sizes=local, descriptor=data)
    assert Package.open(pack([member, Member("y", b"y")])).read("x") == DATA


def test_the_simple_zip64_form_of_a_local_header_is_read():
    crc, packed, size = sizes()
    extra = struct.pack("<HHQQ", 1, 16, size, packed)
    member = Member("x", DATA, local_sizes=(crc, 2**32 - 1, 2**32 - 1), local_extra=extra)
    assert Package.open(pack([member])).read("x") == DATA


def test_names_without_a_flag_are_utf8_if_they_can_be():
    package = Package.open(pack([Member("?", DATA, raw_name="目录/文件.xml".encode())]))
    assert package.names == ("目录/文件.xml",)
    assert not package.tolerances


def test_names_in_gbk_are_read_and_noted():
    package = Package.open(pack([Member("?", DATA, raw_name="目录/文件.xml".encode("gbk"))]))
    assert package.names == ("目录/文件.xml",)
    assert [item.code for item in package.tolerances] == ["quirk_q17"]


def test_a_checksum_left_over_from_zlib_is_read_and_noted():
    packed = zlib.compress(DATA)[2:]
    package = Package.open(pack([Member("x", DATA, packed=packed)]))
    assert package.read("x") == DATA
    assert [item.code for item in package.tolerances] == ["quirk_q17"]


def test_directories_are_no_files():
    package = Package.open(pack([Member("a/", method=0), Member("a/x", DATA)]))
    assert package.names == ("a/x",)
    assert [entry.is_directory for entry in package.entries] == [True, False]


def test_a_comment_is_allowed_and_kept():
    data = pack({"x": DATA}, comment=b"KRC")
    assert write_package(Package.open(data), {}, {}, modified=MODIFIED) == data


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "a/../x",
        "/x",
        "C:/x",
        "c:x",
        "a\\x",
        "a\0x",
        "a\nx",
        "a//x",
        "./x",
        "\x85x",
        "\ufffe",
    ],
)
def test_unsafe_names_are_refused(name):
    error = refused(pack([Member(name, DATA)]), "container_unsafe_name")
    assert error.part == name
    assert unsafe_name(name)


@pytest.mark.parametrize("name", ["x" * 1025, "a/" * 64 + "x"], ids=["long", "deep"])
def test_names_have_a_limit(name):
    refused(pack([Member(name, DATA)]), "container_unsafe_name")
    assert Package.open(pack([Member(name[2:], DATA)])).names == (name[2:],)


def test_an_empty_name_is_unsafe():
    refused(pack([Member("", DATA)]), "container_unsafe_name")


def test_a_backslash_hidden_in_gbk_is_seen_after_decoding():
    # 0x5C is the second octet of a two-octet character here: no backslash.
    name = "乗.xml".encode("gbk")
    assert b"\\" in name
    assert Package.open(pack([Member("?", DATA, raw_name=name)])).names == ("乗.xml",)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(kind):
    refused(pack([Member("x", b"/etc/passwd", mode=kind | 0o777)]), "container_unsafe_name")


@pytest.mark.parametrize(
    "names",
    [
        ("x.xml", "x.xml"),
        ("x.xml", "X.XML"),
        ("\u00e9.xml", "e\u0301.xml"),
        ("straße", "STRASSE"),
        ("x.xml", "x.xml."),
        ("a", "a/"),
    ],
)
def test_names_that_some_system_takes_for_the_same_are_refused(names):
    members = [Member(name, b"" if name.endswith("/") else DATA, method=0) for name in names]
    refused(pack(members), "container_duplicate_name")


def test_a_directory_may_be_named_twice():
    data = pack([Member("a/", method=0), Member("a/", method=0), Member("a/x", DATA)])
    assert Package.open(data).names == ("a/x",)


def test_a_tolerant_reading_keeps_the_problem_and_guesses_nothing():
    data = pack([Member("x", b"1"), Member("x", b"2"), Member("y", b"3")])
    package = Package.open(data, tolerant=True)
    assert package.problem.code == "container_duplicate_name"
    assert package.read("y") == b"3"
    with pytest.raises(FormatError, match="several files"):
        package.read("x")


@pytest.mark.parametrize(
    "change",
    [
        {"local_name": b"y"},
        {"local_flags": 2},
        {"local_sizes": (0, 0, 0)},
        {"local_sizes": (1, *sizes()[1:])},
        {"flags": 8, "local_sizes": (0, 0, 0)},
        {"flags": 8, "local_sizes": (0, 1, 0), "descriptor": descriptor()},
        {"flags": 8, "local_sizes": (0, 0, 0), "descriptor": descriptor(b"other")},
        {"local_sizes": (sizes()[0], 2**32 - 1, 2**32 - 1)},
        {"local_extra": b"\x01\x00\x10\x00short"},
        {"local_extra": struct.pack("<HHBI", 0x7075, 6, 1, 0) + b"y"},
        {"central_extra": struct.pack("<HHBI", 0x7075, 6, 1, 0) + b"y"},
        {"flags": 0x0010},
        {"raw_name": b"\xff\xff", "flags": 0x0800},
        {"raw_name": b"\xff\xff"},
    ],
)
def test_headers_that_disagree_are_damage(change):
    refused(pack([Member("x", DATA, **change)]), "container_damaged")


@pytest.mark.parametrize(
    "change",
    [
        {"central_sizes": (0, sizes()[1], len(DATA))},
        {"central_sizes": (sizes()[0], sizes()[1], len(DATA) - 1)},
        {"central_sizes": (sizes()[0], sizes()[1], len(DATA) + 1)},
        {"packed": build.deflated(DATA)[:-3] + b"\xff\xff\xff"},
        {"packed": build.deflated(DATA) + b"more"},
        {"packed": build.deflated(DATA)[:-1]},
        {"packed": b""},
        {"method": 0, "central_sizes": (zlib.crc32(DATA), len(DATA), 3)},
        {"name": "x/"},
    ],
)
def test_content_that_is_not_as_promised_is_damage(change):
    member = Member(**{"name": "x", "data": DATA} | change)
    error = refused(pack([member, Member("y", b"y")]), "container_damaged")
    assert error.part == member.name


@pytest.mark.parametrize(
    "data",
    [
        pack({"x": DATA}, tail=b"\0"),
        pack({"x": DATA}, prefix=b"MZ"),
        pack({"x": DATA}, gap=b"hidden"),
        pack({"x": DATA})[1:],
        pack({"x": DATA})[:-1],
        pack({"x": DATA}, comment=pack({"y": DATA})[-22:]),
        pack({"x": DATA}, comment=b"PK\5\6"),
        pack({"x": DATA}) + pack({"y": DATA}),
        pack([Member("x", DATA), Member("y", DATA, start=0)]),
        pack([Member("x", DATA, start=5)]),
        pack([Member("x", DATA, start=2**31)]),
        b"PK\3\4",
        b"",
    ],
    ids=[
        "tail",
        "prefix",
        "gap",
        "shifted",
        "cut",
        "two ends",
        "end in comment",
        "two packages",
        "overlap",
        "no header",
        "far header",
        "start only",
        "empty",
    ],
)
def test_packages_that_readers_read_differently_are_damage(data):
    refused(data, "container_damaged")


def test_an_end_record_inside_a_stored_file_is_just_data():
    inner = pack({"y": DATA})
    package = Package.open(pack([Member("seal.ofd", inner, method=0)]))
    assert package.read("seal.ofd") == inner


@pytest.mark.parametrize("flags", [0x1, 0x41, 0x2001])
def test_encryption_is_not_read(flags):
    with pytest.raises(UnsupportedFormat, match="encrypted"):
        Package.open(pack([Member("x", DATA, flags=flags)]))


@pytest.mark.parametrize("method", [1, 9, 12, 14, 95])
def test_other_methods_are_not_read(method):
    with pytest.raises(UnsupportedFormat, match="method"):
        Package.open(pack([Member("x", DATA, method=method)]))


def test_zip64_is_not_read():
    data = pack({"x": DATA})
    at = len(data) - 22
    with pytest.raises(UnsupportedFormat, match="ZIP64"):
        Package.open(data[:at] + b"PK\6\7" + bytes(16) + data[at:])
    with pytest.raises(UnsupportedFormat, match="ZIP64"):
        Package.open(data[: at + 8] + b"\xff\xff\xff\xff" + data[at + 12 :])
    with pytest.raises(UnsupportedFormat, match="ZIP64"):
        Package.open(pack([Member("x", DATA, central_sizes=(0, 2**32 - 1, 5))]))


def test_volumes_are_not_read():
    data = bytearray(pack({"x": DATA}))
    data[-18] = 1
    with pytest.raises(UnsupportedFormat, match="volumes"):
        Package.open(bytes(data))


@pytest.mark.parametrize(
    ("members", "limits"),
    [
        ([Member("x", bytes(8 << 20))], Limits()),
        ([Member("x", bytes(100))], Limits(max_entry_bytes=99)),
        ([Member("x", bytes(60)), Member("y", bytes(60))], Limits(max_total_bytes=119)),
        ([Member(str(n)) for n in range(5)], Limits(max_entries=4)),
        ([Member("x", DATA)], Limits(max_file_bytes=50)),
    ],
    ids=["ratio", "entry", "total", "entries", "file"],
)
def test_bombs_are_refused_before_they_are_unpacked(members, limits):
    with pytest.raises(LimitExceeded) as caught:
        Package.open(pack(members), limits)
    assert caught.value.code == "container_too_large"
    assert caught.value.found > caught.value.limit


def test_a_bomb_that_lies_about_its_size_stops_at_the_lie():
    member = Member("x", bytes(8 << 20), central_sizes=(0, 8161, 1000))
    refused(pack([member]), "container_damaged")


def test_everything_else_is_copied_byte_for_byte():
    members = [
        Member("a/", method=0),
        Member("a/x", DATA, flags=8, local_sizes=(0, 0, 0), descriptor=descriptor()),
        Member("?", DATA, raw_name="文件".encode("gbk")),
        Member("y", DATA, mode=stat.S_IFREG | 0o644),
        Member("z", DATA, method=0),
    ]
    package = Package.open(pack(members, comment=b"!"))
    written = Package.open(
        write_package(package, {"y": b"new"}, {"新.xml": b"more"}, modified=MODIFIED)
    )
    assert written.names == (*package.names, "新.xml")
    for name in ("a/x", "文件", "z"):
        assert written.raw_record(name) == package.raw_record(name)
    assert written.read("y") == b"new"
    assert written.read("新.xml") == b"more"
    assert written.end.comment == b"!"


def test_new_entries_are_deflated_where_that_saves_something():
    noise = hashlib.shake_256(b"noise").digest(40_000)
    files = {"text": DATA * 200, "noise": noise, "mixed": noise[:1000] + bytes(40_000), "x": b"x"}
    package = Package.open(new_package(files, modified=MODIFIED))
    assert {name: package.read(name) for name in package.names} == files
    methods = {name: package.entry(name).method for name in package.names}
    assert methods == {"text": 8, "noise": 0, "mixed": 8, "x": 0}


def test_new_entries_carry_the_time_they_are_given():
    data = new_package({"x": DATA, "y": b"1"}, modified=MODIFIED)
    assert data == new_package({"x": DATA, "y": b"1"}, modified=MODIFIED)
    time, date = struct.unpack_from("<2H", data, 10)
    assert (date >> 9, date >> 5 & 15, date & 31) == (2026 - 1980, 6, 1)
    assert (time >> 11, time >> 5 & 63, time & 31) == (8, 30, 1)


@pytest.mark.parametrize(
    ("replaced", "added", "reason"),
    [
        ({"y": b""}, {}, "not there"),
        ({}, {"x": b""}, "taken"),
        ({}, {"X": b""}, "taken"),
        ({}, {"a": b""}, "taken"),
        ({}, {"../y": b""}, "climbs"),
        ({}, {"y/": b""}, "taken"),
    ],
)
def test_changes_that_are_none_are_the_callers_mistake(replaced, added, reason):
    package = Package.open(pack([Member("x", DATA), Member("a/", method=0)]))
    with pytest.raises(ValueError, match=reason):
        write_package(package, replaced, added, modified=MODIFIED)


def test_a_package_is_written_as_its_files_come():
    asked: list[str] = []

    def files():
        for name in ("a.xml", "b.xml"):
            asked.append(name)
            yield name, name.encode() * 9

    pieces = new_package_pieces(files(), modified=MODIFIED)
    first = next(pieces)
    assert asked == ["a.xml"]
    whole = bytes(first) + b"".join(pieces)
    assert whole == new_package({name: name.encode() * 9 for name in asked}, modified=MODIFIED)


@pytest.mark.parametrize("names", [("a.xml", "A.xml"), ("../a",), ("a/",), ("a", "b", "a")])
def test_no_unsafe_name_is_written(names):
    pieces = new_package_pieces(((name, b"") for name in names), modified=MODIFIED)
    with pytest.raises(ValueError, match="cannot be added"):
        b"".join(pieces)
