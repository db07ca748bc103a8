"""Bytes that nobody meant: whatever comes, the answer is evidence or a GovsealError."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ofd_builder as build
from govseal.errors import GovsealError, StampError
from govseal.formats.base import Evidence
from govseal.formats.detect import open_detached, open_document
from govseal.formats.limits import Limits
from govseal.formats.ofd import xml
from govseal.formats.ofd.document import OfdDocument

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
