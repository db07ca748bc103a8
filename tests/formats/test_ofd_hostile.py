"""Bytes that nobody meant: whatever comes, the answer is evidence or a GovsealError."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ofd_builder as build
from govseal.asn1.strict import Tolerances
from govseal.errors import GovsealError, LimitExceeded, StampError
from govseal.formats.base import Evidence
from govseal.formats.detect import open_detached, open_document
from govseal.formats.limits import Limits
from govseal.formats.ofd import xml
from govseal.formats.ofd.document import OfdDocument
from govseal.formats.ofd.outline import read_outline
from govseal.formats.ofd.package import Package

STAMPED = build.stamped(count=2)
SMALL = Limits(max_total_bytes=1 << 22, max_entry_bytes=1 << 20)
XML_FILES = [name for name in build.members(STAMPED) if name.name.endswith(".xml")]
NAMES = sorted({item.name for item in XML_FILES})
PIECES = [b"PK\5\6", b"PK\1\2", b"PK\3\4", b"<!DOCTYPE", b"\0", b"../", b"\xff\xff\xff\xff", b"<"]


def examined(data):
    """Opens a document by all its sides."""
    document = OfdDocument(data, SMALL)
    evidence = document.evidence()
    assert isinstance(evidence, Evidence)
    for page in document.pages:
        try:
            document.page_box(page)
        except GovsealError:
            continue
    try:
        prepared = document.prepare(build.request())
    except StampError:
        return evidence
    assert not OfdDocument(prepared.finish(b"")).problem
    return evidence


@given(st.integers(0, len(STAMPED)))
def test_truncations(length):
    assert examined(STAMPED[:length]).problem is not None or length == len(STAMPED)


@given(st.integers(0, len(STAMPED) - 1), st.integers(1, 255))
def test_flips(at, mask):
    changed = bytearray(STAMPED)
    changed[at] ^= mask
    examined(bytes(changed))


@given(st.integers(0, len(STAMPED)), st.sampled_from(PIECES) | st.binary(max_size=40))
def test_insertions(at, piece):
    examined(STAMPED[:at] + piece + STAMPED[at:])


@given(
    st.sampled_from(NAMES),
    st.floats(0, 1),
    st.integers(0, 30),
    st.sampled_from(PIECES) | st.binary(max_size=20) | st.just(b'ID="') | st.just(b"<ofd:x/>"),
)
def test_changes_inside_xml(name, place, length, piece):
    content = build.read(STAMPED, name)
    at = int(place * len(content))
    examined(build.replaced(STAMPED, name, content[:at] + piece + content[at + length :]))


@given(st.sampled_from(NAMES), st.sampled_from(NAMES))
def test_files_in_each_others_place(one, other):
    examined(build.replaced(STAMPED, one, build.read(STAMPED, other)))


@given(st.sampled_from(NAMES), st.text(max_size=30))
def test_locations_that_are_none(name, text):
    quoted = text.translate({ord("<"): "", ord("&"): "", ord('"'): ""})
    content = build.read(STAMPED, name)
    for old in (b"Signature.xml", b"Document.xml", b"Content.xml"):
        content = content.replace(old, quoted.encode("utf-8", "replace"))
    examined(build.replaced(STAMPED, name, content))


@given(st.binary(max_size=200))
def test_any_bytes(data):
    for call in (open_document, lambda found: open_detached(found, b"x")):
        try:
            assert isinstance(call(data).evidence(), Evidence)
        except GovsealError:
            continue
    with suppress(GovsealError):
        xml.parse(data, "/x.xml")


@pytest.mark.parametrize("depth", [50, 5000])
def test_deep_paths(depth):
    path = "/".join(["a"] * depth) + "/x.xml"
    examined(build.edited(STAMPED, build.ENTRY, "Doc_0/Document.xml", path))


def test_a_thousand_signatures_take_no_quadratic_time():
    entries = "".join(
        f'<ofd:Signature ID="{n}" BaseLoc="/Doc_0/Signs/Sign_{n % 2}/Signature.xml"/>'
        for n in range(1000)
    )
    many = {f"x/{n}.bin": b"" for n in range(500)}
    data = build.with_files(
        build.replaced(STAMPED, build.LIST, build.xml("Signatures", entries)), many
    )
    evidence = OfdDocument(data).evidence()
    assert len(evidence.signatures) == 1000
    first = evidence.signatures[0].coverage.unprotected
    assert evidence.signatures[999].coverage.unprotected[-1] is first[-1]


# A package of three kilobytes may name one file of many elements a thousand times.
MANY = "<a/>" * 700_000


def of_many_bodies(more, count=3, **files):
    """A package of several documents that all name the same files."""
    bodies = "".join(build.body(more=more) for _ in range(count))
    return unpacked(build.files() | {build.ENTRY: build.entry(bodies)} | files)


def unpacked(files):
    return build.pack([build.Member(name, data, method=0) for name, data in files.items()])


def refused(data):
    problem = OfdDocument(data).evidence().problem
    assert isinstance(problem, LimitExceeded)
    assert "together" in str(problem)
    return problem.part


def test_documents_that_name_one_file_share_what_was_read():
    document = OfdDocument(of_many_bodies("", count=1000))
    assert document.evidence().problem is None
    assert len({id(body.document) for body in document.outline.bodies}) == 1


def test_a_version_that_many_documents_name_is_read_once():
    class Counted(Package):
        asked = 0

        def read(self, name):
            self.asked += name == "V.xml"
            return super().read(name)

    current = '<ofd:Versions><ofd:Version Current="true" BaseLoc="V.xml"/></ofd:Versions>'
    version = build.xml("DocVersion", "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>")
    package = Counted.open(of_many_bodies(current, count=1000, **{"V.xml": version}))
    outline = read_outline(package, SMALL, Tolerances())
    assert [body.root for body in outline.bodies] == [build.DOCUMENT] * 1000
    assert package.asked == 2  # the second time for a look at what stands twice


def test_documents_have_no_more_elements_together_than_one():
    names = [f"Doc_{n}/Document.xml" for n in range(3)]
    files = build.files() | dict.fromkeys(names, build.xml("Document", MANY))
    assert refused(unpacked(files | {build.ENTRY: build.entry(*map(build.body, names))})) == (
        "/Doc_2/Document.xml"
    )


def test_lists_have_no_more_elements_together_than_one():
    more = "<ofd:Signatures>L.xml</ofd:Signatures>"
    listed = build.xml("Signatures", MANY)
    assert refused(of_many_bodies(more, **{"L.xml": listed})) == "/L.xml"


def test_lists_are_no_larger_together_than_one():
    more = "<ofd:Signatures>L.xml</ofd:Signatures>"
    listed = build.xml("Signatures", f"<a>{'x' * 9_000_000}</a>" * 3)
    assert refused(of_many_bodies(more, **{"L.xml": listed})) == "/L.xml"


def test_signatures_have_no_more_elements_together_than_one():
    rows = "".join(f'<ofd:Signature BaseLoc="S{n}.xml"/>' for n in range(3))
    files = {f"S{n}.xml": build.xml("Signature", MANY) for n in range(3)}
    more = "<ofd:Signatures>L.xml</ofd:Signatures>"
    assert refused(
        of_many_bodies(more, count=1, **{"L.xml": build.xml("Signatures", rows)}, **files)
    ) == ("/S2.xml")
