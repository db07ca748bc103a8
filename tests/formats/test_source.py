"""Where the bytes come from: a file read by offset is as good as its bytes, or it is refused."""

from __future__ import annotations

import copy
import io
import os
import random
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest

import govseal
import ofd_builder as build
from govseal import sm2
from govseal.cli.problems import explain
from govseal.errors import FileChanged, FormatError, LimitExceeded
from govseal.formats import source
from govseal.formats.detect import open_document
from govseal.formats.limits import Limits
from govseal.formats.ofd.document import OfdDocument
from govseal.formats.ofd.package import Package
from govseal.formats.source import FileBytes, FileDigests, HeldBytes, open_source, read_source
from govseal.testing import Hierarchy
from ofd_builder import Member, pack

MODIFIED = datetime(2026, 6, 1, 8, 30, 2, tzinfo=UTC)
NOISE = random.Random(1).randbytes(200_000)  # noqa: S311 - no secret
ZLIB_TAIL = build.deflated(NOISE[:900]) + zlib.adler32(NOISE[:900]).to_bytes(4, "big")
PACKAGES = {
    "plain": build.package(pages=3),
    "two stamps": build.stamped(count=2),
    "stored": pack([Member(name, data, 0) for name, data in build.files().items()]),
    "comment": pack(build.files(), comment=b"PK\5\6 in a comment"),
    "two ends": build.package() + build.package()[-22:],
    "tail": pack(build.files(), tail=bytes(70_000)),
    "zlib checksum": build.with_files(
        build.stamped(), [Member("left.bin", NOISE[:900], packed=ZLIB_TAIL)]
    ),
    "not to its end": build.with_files(
        build.stamped(), [Member("cut.bin", NOISE[:900], packed=ZLIB_TAIL[:-9])]
    ),
    "more behind": build.with_files(
        build.stamped(), [Member("more.bin", NOISE[:900], packed=ZLIB_TAIL + b"x")]
    ),
    "longer than said": build.with_files(
        build.stamped(), [Member("long.bin", NOISE[:900], central_sizes=(0, len(ZLIB_TAIL), 800))]
    ),
    "damaged": build.stamped()[:500] + b"?" + build.stamped()[501:],
    "cut": build.package()[:400],
}


class Fickle:
    """A file into which somebody writes as soon as it was read to its end."""

    def __init__(self, data, change):
        self.file = io.BytesIO(data)
        self.change = change

    def read(self, count):
        found = self.file.read(count)
        if not found and self.change is not None:
            change, self.change = self.change, None
            change(self.file)
        return found

    def seek(self, *place):
        return self.file.seek(*place)

    def seekable(self):
        return True


class OwnBuffer:
    """A file that gives what is read in a buffer of its own, and uses that again."""

    def __init__(self, data):
        self.file = io.BytesIO(data)
        self.buffer = bytearray()

    def read(self, count):
        found = self.file.read(count)
        if found:
            self.buffer[:] = found
        return self.buffer if found else b""

    def seek(self, *place):
        return self.file.seek(*place)

    def seekable(self):
        return True


@pytest.fixture
def by_offset(monkeypatch):
    """Even small packages are read by offset, a few bytes at a time."""

    def use(block):
        monkeypatch.setattr(source, "_HELD_BYTES", 1)
        monkeypatch.setattr(source, "_BLOCK", block)

    use(64)
    return use


def written(folder, data, name="file.ofd"):
    path = folder / name
    path.write_bytes(data)
    return path


def told(evidence):
    """Evidence that can be compared: errors are not equal to one another."""

    def plain(problem):
        return problem and (type(problem), problem.code, problem.part, problem.offset, str(problem))

    signatures = [replace(item, problem=None) for item in evidence.signatures]
    problems = [plain(item.problem) for item in (evidence, *evidence.signatures)]
    return replace(evidence, problem=None, signatures=()), signatures, problems


@pytest.mark.parametrize("block", [7, 64, 4096])
@pytest.mark.parametrize("name", PACKAGES)
def test_a_file_read_by_offset_gives_the_evidence_of_its_bytes(tmp_path, by_offset, name, block):
    by_offset(block)
    with open_source(written(tmp_path, PACKAGES[name])) as opened:
        assert isinstance(opened, FileBytes)
        found = OfdDocument(opened).evidence()
    assert told(found) == told(OfdDocument(PACKAGES[name]).evidence())


@pytest.mark.parametrize("at", [(0, 10), (65_530, 12), (65_536, 65_536), (199_990, 100), (10, 0)])
def test_any_range_comes_back_whole(tmp_path, at):
    start, count = at
    with FileBytes(written(tmp_path, NOISE).open("rb"), own=True) as opened:
        assert opened.size == len(NOISE)
        assert opened.read(start, count) == NOISE[start : start + count]
        assert opened.whole() == NOISE
        assert opened.digests().both() == (sha256(NOISE).digest(), sm2.sm3(NOISE))


@pytest.mark.parametrize("size", [0, 5, 1 << 20, (1 << 20) + 1])
def test_the_digests_of_what_is_held(size):
    data = NOISE * 6 + b"x" * (1 << 20)
    digests = HeldBytes(data[:size]).digests()
    expected = (sha256(data[:size]).digest(), sm2.sm3(data[:size]))
    # Asked for or not, they are the same wherever the report goes.
    assert copy.deepcopy(digests).both() == expected
    assert (digests, hash(digests)) == (digests_of(*expected), hash(digests_of(*expected)))
    assert digests != digests_of(*reversed(expected))
    assert expected[1].hex() in repr(digests)


def digests_of(*known: bytes) -> FileDigests:
    first, second = known
    return FileDigests(None, (first, second))


def test_digests_asked_for_are_all_that_is_kept():
    data = b"".join([b"a confidential permit"])
    digests = HeldBytes(data).digests()
    held = sys.getrefcount(data)
    digests.both()
    assert sys.getrefcount(data) == held - 1


def test_kept_digests_do_not_keep_all_files():
    contents = [b"".join([b"a permit, number ", bytes([number])]) for number in range(70)]

    def counted() -> list[int]:
        return [sys.getrefcount(contents[at]) for at in range(len(contents))]

    before = counted()
    kept = [HeldBytes(content).digests() for content in contents]
    held = [now > then for now, then in zip(counted(), before, strict=True)]
    # Those that wait are the last ones, and the others were digested in time.
    assert held == [False] * 6 + [True] * 64
    expected = [(sha256(content).digest(), sm2.sm3(content)) for content in contents]
    assert [digests.both() for digests in kept] == expected


def test_threads_that_ask_at_once_are_told_the_same():
    data = NOISE * 5
    expected = (sha256(data).digest(), sm2.sm3(data))
    for _ in range(20):
        digests = HeldBytes(data).digests()
        with ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(digests.both) for _ in range(8)]
        assert {one.result() for one in asked} == {expected}


def test_the_report_is_on_what_was_read_whoever_writes_into_the_buffer_later():
    data, trust = PACKAGES["two stamps"], govseal.TrustStore(())
    file = OwnBuffer(data)
    report = govseal.verify(file, trust, at=MODIFIED)
    file.buffer[:] = b"something else"
    assert report.to_dict() == govseal.verify(data, trust, at=MODIFIED).to_dict()
    assert report.sm3 == sm2.sm3(data).hex()


@pytest.mark.parametrize("at", [0, 65_534, 131_070, 199_996])
def test_a_pattern_is_found_across_blocks(tmp_path, at):
    data = bytearray(len(NOISE))
    data[at : at + 4] = b"PK\5\6"
    with FileBytes(written(tmp_path, data).open("rb"), own=True) as opened:
        assert opened.rfind(b"PK\5\6") == at
        assert opened.rfind(b"PK\5\7") == -1


def overwrite(file):
    file.seek(150_000)
    file.write(b"other bytes")


@pytest.mark.parametrize("change", [overwrite, lambda file: file.truncate(150_000)])
def test_a_file_that_changed_is_not_read_on(change):
    file = Fickle(NOISE, change)
    opened = FileBytes(file)
    assert opened.read(0, 100) == NOISE[:100]
    with pytest.raises(FileChanged, match="changed while"):
        opened.read(149_990, 100)
    with pytest.raises(FileChanged):
        opened.whole()


def test_what_is_appended_later_is_not_seen():
    opened = FileBytes(Fickle(NOISE, lambda file: file.write(b"more")))
    assert opened.whole() == NOISE
    assert opened.size == len(NOISE)


def test_a_file_replaced_under_its_name_is_read_as_it_was_opened(tmp_path, by_offset):
    path = written(tmp_path, PACKAGES["plain"])
    with open_source(path) as opened:
        written(tmp_path, b"another", "other.ofd").replace(path)
        assert opened.whole() == PACKAGES["plain"]
    assert path.read_bytes() == b"another"


def test_only_large_packages_are_left_in_their_file(tmp_path):
    large = pack([Member("film", NOISE * 50, 0)])
    hidden = b"MZ" + large
    for data, kind in ((large, FileBytes), (hidden, FileBytes), (NOISE * 50, HeldBytes)):
        path = written(tmp_path, data)
        with path.open("rb") as file:
            for given in (path, file):
                with open_source(given) as opened:
                    assert type(opened) is kind
                    assert opened.name == "file.ofd"
                    assert opened.whole() == data
    with open_source(written(tmp_path, PACKAGES["plain"])) as opened:
        assert type(opened) is HeldBytes


@pytest.mark.parametrize("size", [0, 100, 101])
def test_the_limit_is_for_every_kind_of_source(tmp_path, by_offset, size):
    data, limits = bytes(size), Limits(max_file_bytes=100)
    path = written(tmp_path, data)
    with path.open("rb") as file:
        for given in (data, path, str(path), io.BytesIO(data), file):
            if size <= 100:
                assert read_source(given, limits) == data
                continue
            with pytest.raises(LimitExceeded) as caught:
                read_source(given, limits)
            assert (caught.value.limit, caught.value.found) == (100, 101)
    with pytest.raises(LimitExceeded):
        FileBytes(io.BytesIO(PACKAGES["plain"]), limits=limits)


def test_a_pipe_is_read_as_a_whole(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = "import sys; open(sys.argv[1], 'wb').write(open(sys.argv[2], 'rb').read())"
    original = written(tmp_path, NOISE * 50)
    with subprocess.Popen([sys.executable, "-c", writer, pipe, original]):
        assert read_source(pipe) == NOISE * 50


def test_a_file_changed_during_verification_gives_no_report(by_offset):
    data = PACKAGES["two stamps"]
    for at in range(0, len(data), 97):

        def change(file, at=at):
            file.seek(at)
            file.write(bytes([data[at] ^ 1]))

        with pytest.raises(FileChanged):
            open_document(FileBytes(Fickle(data, change))).evidence()


def test_a_stamp_written_piece_by_piece_is_the_same_stamp(tmp_path, by_offset):
    data = build.stamped()
    signature = b"signature"
    expected = OfdDocument(data).prepare(build.request()).finish(signature)
    with open_source(written(tmp_path, data)) as opened:
        prepared = OfdDocument(opened).prepare(build.request())
        assert b"".join(prepared.pieces(signature)) == expected
        assert prepared.finish(signature) == expected


def test_a_file_changed_during_stamping_ends_it(by_offset):
    opened = FileBytes(Fickle(build.stamped(), lambda file: file.truncate(3000)))
    with pytest.raises(FileChanged):
        OfdDocument(opened).prepare(build.request()).finish(b"")


def test_what_is_too_large_to_hold_is_digested_and_not_read():
    limits = Limits(max_held_bytes=1000)
    package = Package.open(pack({"x": NOISE[:1001], "y": NOISE[:1000]}), limits)
    with pytest.raises(LimitExceeded) as caught:
        package.read("x")
    assert (caught.value.code, caught.value.part) == ("container_too_large", "x")
    assert package.read("y") == NOISE[:1000]
    assert package.digest("x", (sha256,)) == (sha256(NOISE[:1001]).digest(),)
    assert b"".join(package.pieces("x")) == NOISE[:1001]
    assert package.head("x", 300) == NOISE[:300]


def test_a_directory_that_is_too_large_is_refused():
    with pytest.raises(LimitExceeded):
        Package.open(build.package(), Limits(max_directory_bytes=100))


def test_a_picture_need_not_be_held_to_know_that_it_names_nothing():
    data = build.stamped(build.replaced(build.package(), build.IMAGE, b"\x89PNG" + NOISE))
    evidence = OfdDocument(data, Limits(max_held_bytes=50_000)).evidence()
    assert evidence.problem is None
    (signature,) = evidence.signatures
    assert signature.coverage.extent.value == "whole_file"


def test_xml_that_is_too_large_to_hold_may_name_anything():
    """A list of signatures that it names is content, wherever in it the name stands."""
    hidden = build.xml("Res", f"<a>{'x' * 90_000}</a><b>{build.LIST}</b>{'y' * 90_000}")
    data = build.stamped(build.replaced(build.package(), "Doc_0/PublicRes.xml", hidden))
    limits = Limits(max_held_bytes=50_000)
    (signature,) = OfdDocument(data, limits).evidence().signatures
    assert f"/{build.LIST}" in {part.name for part in signature.coverage.unprotected}
    harmless = build.replaced(data, "Doc_0/PublicRes.xml", hidden.replace(b"Signs", b"Sings"))
    (signature,) = OfdDocument(harmless, limits).evidence().signatures
    assert f"/{build.LIST}" in {part.name for part in signature.coverage.unprotected}


def test_a_damaged_picture_is_damage_of_the_container():
    noise = Member(build.IMAGE, NOISE, 0, central_sizes=(1, len(NOISE), len(NOISE)))
    members = [noise if m.name == build.IMAGE else m for m in build.members(build.package())]
    problem = OfdDocument(pack(members), Limits(max_held_bytes=50_000)).evidence().problem
    assert isinstance(problem, FormatError)
    assert problem.code == "container_damaged"


def test_the_report_on_a_path_is_the_report_on_its_bytes(tmp_path, by_offset):
    data, trust = PACKAGES["two stamps"], govseal.TrustStore(())
    expected = govseal.verify(data, trust, at=MODIFIED).to_dict() | {"file": "file.ofd"}
    path = written(tmp_path, data)
    with path.open("rb") as file:
        for given in (path, file):
            assert govseal.verify(given, trust, at=MODIFIED).to_dict() == expected
    assert told(govseal.inspect(path)) == told(govseal.inspect(data))
    assert govseal.page_picture(path, dpi=10) == govseal.page_picture(data, dpi=10)


def test_there_is_no_report_on_a_file_that_changed(by_offset):
    file = Fickle(PACKAGES["two stamps"], lambda file: file.truncate(3000))
    with pytest.raises(FileChanged):
        govseal.verify(file, govseal.TrustStore(()))
    problem = explain(FileChanged("the file was changed while it was being read"))
    assert (problem.code, problem.status) == ("file_changed", 2)


def test_a_stamp_goes_into_a_file_as_it_would_come_back(tmp_path, by_offset):
    people = Hierarchy.create("sm2", at=datetime.now(UTC))
    drawing = govseal.draw_seal("测试市行政审批服务管理局")
    signers = [people.signer.certificate]
    seal = govseal.make_seal(people.maker, name="测试章", picture=drawing, signers=signers)
    plain = written(tmp_path, PACKAGES["plain"])
    stamped = tmp_path / "stamped.ofd"
    with stamped.open("wb") as file:
        found = govseal.stamp(plain, seal, people.signer, build.PLACE, output=file)
    assert found == b""
    report = govseal.verify(stamped, people.trust, materials=people.materials)
    report.require_valid()
    assert report.sha256 == sha256(stamped.read_bytes()).hexdigest()


LAUNCHER = """
import os, sys
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(process, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss)
"""
VERIFY = """
import sys, govseal
report = govseal.verify(sys.argv[1], govseal.TrustStore(()))
assert report.size > 100_000_000
assert [check.outcome.value for check in report.checks] == ["passed"], report.checks
(signature,) = report.signatures
found = {check.name: check.outcome.value for check in signature.checks}
assert (found["data_digest"], found["coverage"]) == ("passed", "passed"), found
"""


def peak_megabytes(program, *words):
    """The peak memory of a Python program, started by a process that has none itself."""
    command = [sys.executable, "-I", "-S", "-c", LAUNCHER, sys.executable, "-c", program, *words]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    code, kilobytes = done.stdout.split()
    assert code == "0"
    return int(kilobytes) / 1024


@pytest.mark.slow
def test_a_large_package_is_verified_in_less_memory_than_it_has_bytes(tmp_path):
    """One picture of 70 MB, 10 of a megabyte and a 30 MB file of zeros: none is ever held."""
    zeros = Member("Doc_0/Res/zeros", bytes(30 << 20), packed=_stored_deflate(30 << 20))
    large = Member(build.IMAGE, b"\x89PNG" + NOISE * 350, 0)
    small = [Member(f"Doc_0/Res/{n}.png", NOISE * 5, 0) for n in range(10)]
    members = [large if m.name == build.IMAGE else m for m in build.members(build.package())]
    plain = written(tmp_path, pack([*members, *small, zeros]), "plain.ofd")
    stamped = tmp_path / "stamped.ofd"
    with open_source(plain) as opened, stamped.open("wb") as file:
        prepared = OfdDocument(opened).prepare(build.request())
        for piece in prepared.pieces(build.signature_for(prepared)):
            file.write(piece)
    assert peak_megabytes(VERIFY, str(stamped)) < 80


def _stored_deflate(size):
    """``size`` zero bytes as deflate that does not shrink, so that no ratio is exceeded."""
    whole, rest = divmod(size, 0xFFFF)
    blocks = [b"\0\xff\xff\0\0" + bytes(0xFFFF)] * whole
    last = b"\1" + rest.to_bytes(2, "little") + (rest ^ 0xFFFF).to_bytes(2, "little") + bytes(rest)
    return b"".join([*blocks, last])
