"""Hostile bytes: a report or one GovsealError, never another exception and never *passed*.

The documents are judged with everything under which the untouched ones pass. A change of the
archive's own bookkeeping that leaves every file in it as it was (a time, a permission) changes
nothing that anybody signed or sees; that is the one change after which a document may pass.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import govseal
from govseal.errors import GovsealError
from govseal.formats.limits import DEFAULT_LIMITS
from govseal.formats.ofd.package import Package

SIGN = "Doc_0/Signs/Sign_0/"


def files(data):
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def pack(contents, *, extra=()):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in [*contents.items(), *extra]:
            package.writestr(name, content)
    return buffer.getvalue()


def same_files(one, other):
    """Whether two packages hold the same names and bytes, as the verifier reads them."""
    first, second = (Package.open(data, DEFAULT_LIMITS) for data in (one, other))
    return sorted(first.names) == sorted(second.names) and all(
        first.read(name) == second.read(name) for name in first.names
    )


def verdict(office, data, **changes):
    """The verdict, or None for a file that is refused."""
    try:
        return office.verify(data, **changes).verdict.value
    except GovsealError:
        return None


@pytest.fixture(scope="module")
def stamped(office):
    """A closed document that passes."""
    whole = office.stamp(protect="whole")
    assert verdict(office, whole) == "passed"
    return whole


@pytest.fixture(scope="module")
def detached(office):
    at = office.pki.signer_ca.at.replace(hour=10)
    stamp = govseal.stamp_detached(b"document", office.seal, office.pki.signer, at=at)
    assert verdict(office, b"document", detached=stamp) == "passed"
    return stamp


def bend(data, document):
    """Some bytes of ``document`` changed, a piece cut out or put in, the end cut off."""
    bent = bytearray(document)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(bent) - 1))
        match data.draw(st.sampled_from(["flip", "set", "cut", "insert"])):
            case "flip":
                bent[at] ^= 1 << data.draw(st.integers(0, 7))
            case "set":
                bent[at] = data.draw(st.integers(0, 255))
            case "cut":
                del bent[at : at + data.draw(st.integers(1, 40))]
            case _:
                bent[at:at] = data.draw(st.binary(min_size=1, max_size=20))
        if not bent:
            break
    return bytes(bent)


@given(st.data())
def test_bent_packages_never_pass(office, stamped, data):
    bent = bend(data, stamped)
    if verdict(office, bent) == "passed":
        assert same_files(bent, stamped)


@given(st.integers(0, 1 << 20))
@example(0)
@example(1)
def test_packages_cut_short_never_pass(office, stamped, size):
    assert verdict(office, stamped[: size % len(stamped)]) != "passed"


@given(st.data())
def test_a_change_inside_any_file_never_passes(office, stamped, data):
    contents = files(stamped)
    name = data.draw(st.sampled_from(sorted(contents)))
    contents[name] = bend(data, contents[name])
    if contents[name] != files(stamped)[name]:
        assert verdict(office, pack(contents)) != "passed"


@given(st.data())
def test_bent_seals_and_detached_stamps_never_pass(office, detached, data):
    bent = bend(data, detached)
    if bent != detached:
        assert verdict(office, b"document", detached=bent) != "passed"
    seal = bend(data, office.seal.der)
    if seal != office.seal.der:
        assert verdict(office, seal) != "passed"


@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", b"\x30\x82", b"%PDF-"]))
def test_any_bytes_give_a_report_or_one_error(office, data, start):
    assert verdict(office, start + data) != "passed"


def reasons(office, data):
    report = office.verify(data)
    assert report.verdict is govseal.Verdict.FAILED
    assert report.checks[0].name == "container"
    return report.checks[0].reason


@pytest.mark.parametrize(
    "name",
    ["../evil.xml", "/etc/passwd", "C:/evil.xml", "a\\..\\b", "a/../../b", "a//b", "a\x01b", "./a"],
)
def test_unsafe_names_are_refused(office, stamped, name):
    bent = bytearray(pack(files(stamped), extra=[("#" * len(name), b"evil")]))
    assert reasons(office, bytes(bent).replace(b"#" * len(name), name.encode())) == (
        "container_unsafe_name"
    )


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("twin", ["OFD.xml", "ofd.XML"])
def test_doubled_names_are_refused(office, stamped, twin):
    data = pack(files(stamped), extra=[(twin, b"<other/>")])
    assert reasons(office, data) == "container_duplicate_name"


def test_a_bomb_is_refused(office, stamped):
    data = pack(files(stamped), extra=[("bomb.bin", bytes(50_000_000))])
    assert len(data) < 200_000
    assert reasons(office, data) == "container_too_large"


def test_a_bomb_that_lies_about_its_size_is_refused(office, stamped):
    data = pack(files(stamped), extra=[("bomb.bin", bytes(50_000_000))])
    size = struct.pack("<I", 50_000_000)
    assert verdict(office, data.replace(size, struct.pack("<I", 100))) in {"failed", None}


@pytest.mark.parametrize(
    "start",
    [
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>',
        b"<!DOCTYPE a>",
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b "c">]>'.encode("utf-16"),
    ],
    ids=["entity", "doctype", "utf-16"],
)
def test_a_document_type_is_refused(office, stamped, start):
    contents = files(stamped)
    body = contents["OFD.xml"].split(b"?>", 1)[1]
    if start.startswith(b"\xff\xfe"):
        body = body.decode().encode("utf-16-le")
    contents["OFD.xml"] = start + body
    assert reasons(office, pack(contents)) == "xml_forbidden"


@pytest.mark.parametrize(
    "at",
    [4, 6, 8, 10, 12, 14, 18, 22, 30],
    ids=["version", "flags", "method", "time", "date", "crc", "packed", "size", "name"],
)
def test_a_local_header_says_what_the_directory_says(office, stamped, at):
    at += stamped.index(b"PK\x03\x04")
    bent = stamped[:at] + bytes([stamped[at] ^ 1]) + stamped[at + 1 :]
    assert reasons(office, bent) == "container_damaged"


def test_bytes_of_a_file_that_do_not_match_their_checksum_are_damage(office, stamped):
    contents = files(stamped)
    data = pack(contents)
    crc = struct.pack("<I", zlib.crc32(contents["OFD.xml"]))
    assert data.count(crc) == 2
    assert verdict(office, data.replace(crc, b"\x00\x00\x00\x00")) == "failed"


@pytest.mark.samples
@pytest.mark.slow
def test_bent_samples_give_a_report_or_one_error(office, samples):
    """A few bytes of every real file changed or cut off, at places spread over the file."""
    suffixes = {".ofd", ".esl", ".dat", ".der"}
    paths = [p for p in sorted(samples.rglob("*")) if p.suffix.lower() in suffixes]
    assert paths
    for path in paths:
        whole = path.read_bytes()
        for step in range(1, 8):
            at = len(whole) * step // 8
            flipped = whole[:at] + bytes([whole[at] ^ 0x21]) + whole[at + 1 :]
            for bent in (flipped, whole[:at]):
                assert verdict(office, bent) != "passed", path
