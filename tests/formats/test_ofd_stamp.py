"""Stamps into packages: what is written, what is left alone, what is refused and why."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace

import pytest

import ofd_builder as build
import ses_builder
from govseal import sm2
from govseal.errors import StampError
from govseal.formats.base import Extent, Placement, Protect
from govseal.formats.ofd.document import OfdDocument
from govseal.formats.ofd.package import Package
from govseal.seal.picture import SealPicture

RSA_SHA256 = "1.2.840.113549.1.1.11"


def refused(data, code, **changes):
    document = OfdDocument(data)
    with pytest.raises(StampError) as caught:
        document.prepare(build.request(**changes))
    assert caught.value.code == code


def text(data, name):
    return build.read(data, name).decode()


def test_the_files_of_a_first_stamp():
    data = build.stamped()
    new = {build.LIST, build.SIGNATURE, build.VALUE, build.SEAL}
    assert set(Package.open(data).names) == {*build.files(), *new}
    assert build.read(data, build.SEAL) == build.seal().der
    assert f"<ofd:Signatures>/{build.LIST}</ofd:Signatures></ofd:DocBody>" in text(data, "OFD.xml")
    assert text(data, build.LIST).endswith(
        "<ofd:MaxSignId>s002</ofd:MaxSignId>"
        f'<ofd:Signature ID="s001" Type="Seal" BaseLoc="/{build.SIGNATURE}"/></ofd:Signatures>'
    )


def test_signature_xml_keeps_the_order_of_the_schema():
    names = re.findall(r"<ofd:(\w+)", text(build.stamped(), build.SIGNATURE))
    assert list(dict.fromkeys(names)) == [
        *("Signature", "SignedInfo", "Provider", "SignatureMethod", "SignatureDateTime"),
        *("References", "Reference", "CheckValue", "StampAnnot", "Seal", "BaseLoc", "SignedValue"),
    ]


def test_the_digest_is_that_of_the_signature_in_the_file():
    prepared = OfdDocument(build.package()).prepare(build.request())
    data = prepared.finish(b"signature")
    assert prepared.property_info == f"/{build.SIGNATURE}"
    assert prepared.data_digest == sm2.sm3(build.read(data, build.SIGNATURE))
    assert build.read(data, build.VALUE) == b"signature"


def test_an_rsa_signer_digests_with_sha256():
    prepared = OfdDocument(build.package()).prepare(build.request(algorithm=RSA_SHA256))
    data = prepared.finish(b"")
    written = text(data, build.SIGNATURE)
    assert prepared.data_digest == hashlib.sha256(written.encode()).digest()
    assert 'CheckMethod="2.16.840.1.101.3.4.2.1"' in written
    page = hashlib.sha256(build.read(data, build.PAGE)).digest()
    assert base64.b64encode(page).decode() in written


def test_every_file_is_protected_but_the_signatures_own_and_the_open_list():
    data = build.stamped()
    found = set(re.findall(r'FileRef="/([^"]+)"', text(data, build.SIGNATURE)))
    assert found == set(Package.open(data).names) - {build.LIST, build.SIGNATURE, build.VALUE}


def test_a_whole_stamp_protects_the_list_too_and_ends_the_row():
    data = build.stamped(protect=Protect.WHOLE)
    found = set(re.findall(r'FileRef="/([^"]+)"', text(data, build.SIGNATURE)))
    assert found == set(Package.open(data).names) - {build.SIGNATURE, build.VALUE}
    (signature,) = build.evidence(data).signatures
    assert signature.coverage.extent is Extent.WHOLE_FILE
    refused(data, "whole_protected")


def test_no_other_file_is_touched():
    before = build.package(pages=3)
    after = Package.open(build.stamped(before, count=2))
    for name in Package.open(before).names:
        if name != build.ENTRY:
            assert after.raw_record(name) == Package.open(before).raw_record(name)


def test_a_later_stamp_leaves_earlier_ones_as_they_were():
    one, three = build.stamped(), build.stamped(build.stamped(), count=2)
    for name in (build.ENTRY, build.SIGNATURE, build.VALUE, build.SEAL):
        assert Package.open(three).raw_record(name) == Package.open(one).raw_record(name)
    signatures = build.evidence(three).signatures
    assert [item.id for item in signatures] == ["s001", "s003", "s005"]
    for signature in signatures:
        assert all(part.actual == part.expected for part in signature.parts)
    assert [len(item.parts) for item in signatures] == [9, 12, 15]


def test_one_stamp_may_show_in_several_places():
    places = (Placement(1, 10, 10), Placement(2, 20.5, 30.1234), Placement(2, 0, 0))
    data = build.stamped(build.package(pages=2), placements=places)
    found = re.findall(
        r'<ofd:StampAnnot ID="(\w+)" PageRef="(\d+)" Boundary="([^"]+)"',
        text(data, build.SIGNATURE),
    )
    assert found == [
        ("s002", "10", "10 10 42 42"),
        ("s003", "11", "20.5 30.123 42 42"),
        ("s004", "11", "0 0 42 42"),
    ]
    assert "<ofd:MaxSignId>s004<" in text(data, build.LIST)


def test_a_stamp_may_show_nowhere():
    prepared = OfdDocument(build.package()).prepare(replace(build.request(), placements=()))
    (signature,) = build.evidence(prepared.finish(build.signature_for(prepared))).signatures
    assert signature.appearances == ()
    assert signature.coverage.extent is Extent.WHOLE_FILE


@pytest.mark.parametrize(
    ("first", "limit", "expected"),
    [
        ("1", "2", ("3", "4")),
        ("s001", "s002", ("s003", "s004")),
        ("001", "002", ("003", "004")),
        ("9", "99", ("100", "101")),
        ("s009", "s009", ("s010", "s011")),
        ("x", "", ("s003", "s004")),
        ("9" * 70, "7", ("8", "9")),
    ],
)
def test_ids_keep_the_style_that_is_there(first, limit, expected):
    data = build.edited(build.stamped(), build.LIST, 'ID="s001"', f'ID="{first}"')
    data = build.edited(data, build.LIST, "s002", limit)
    if limit.isdigit() or limit.startswith("s00") or not limit:
        data = build.resigned(
            data, lambda old: old.replace(b'ID="s002"', f'ID="{limit or "s002"}"'.encode())
        )
    second = build.evidence(build.stamped(data)).signatures[1]
    assert second.id == expected[0]
    assert f">{expected[1]}</ofd:MaxSignId>" in text(build.stamped(data), build.LIST)


def moved(data, old, new):
    """The package with all files of one directory in another, and what names them changed."""
    return build.pack(
        replace(
            item,
            name=item.name.replace(old, new),
            data=item.data.replace(f"/{old}".encode(), f"/{new}".encode()),
        )
        for item in build.members(data)
    )


@pytest.mark.parametrize(
    ("directory", "expected"),
    [
        ("Doc_0/Signs/Sign_7", "/Doc_0/Signs/Sign_8/Signature.xml"),
        ("Signs/Signature0", "/Signs/Signature1/Signature.xml"),
        ("Doc_0/Signs/seal", "/Doc_0/Signs/Sign_0/Signature.xml"),
        ("Doc_0/签章/章_3", "/Signs/Sign_0/Signature.xml"),
    ],
)
def test_directories_keep_the_style_that_is_there(directory, expected):
    data = moved(build.stamped(), "Doc_0/Signs/Sign_0", directory)
    assert build.evidence(data).problem is None
    assert build.evidence(build.stamped(data)).signatures[1].location == expected


def test_a_directory_that_is_taken_is_passed_over():
    data = build.with_files(
        build.package(), {"Doc_0/SIGNS/sign_0/x": b"", "Doc_0/Signs/Sign_1": b""}
    )
    (signature,) = build.evidence(build.stamped(data)).signatures
    assert signature.location == "/Doc_0/Signs/Sign_2/Signature.xml"


def test_a_list_that_is_taken_is_passed_over():
    files = build.files() | {"Doc_0/Signs/signatures.XML/x": b""}
    data = build.stamped(build.pack(files))
    assert "<ofd:Signatures>/Doc_0/Signs/Signatures_1.xml<" in text(data, build.ENTRY)


def test_a_path_that_is_not_ascii_is_left_for_one_that_is():
    data = build.stamped(build.package(directory="文档"))
    (signature,) = build.evidence(data).signatures
    assert signature.location == "/Signs/Sign_0/Signature.xml"
    assert signature.coverage.extent is Extent.WHOLE_FILE


def test_the_namespace_of_the_document_is_kept():
    data = build.stamped(build.package(namespace="http://www.ofdspec.org"))
    for name in (build.LIST, build.SIGNATURE):
        assert 'xmlns:ofd="http://www.ofdspec.org"' in text(data, name)


def test_an_empty_signatures_element_is_filled():
    files = build.files()
    files[build.ENTRY] = build.entry(build.body(more="<ofd:Signatures/>"))
    assert text(build.stamped(build.pack(files)), build.ENTRY).count("<ofd:Signatures>") == 1


def test_the_same_stamp_gives_the_same_bytes():
    assert build.stamped() == build.stamped()


@pytest.mark.parametrize("page", [2, 3, 10**9])
def test_a_page_that_is_not_there(page):
    refused(build.package(), "no_such_page", placements=(Placement(page, 1, 1),))


def test_one_stamp_does_not_lie_on_two_documents():
    places = (Placement(1, 1, 1), Placement(2, 1, 1))
    refused(build.two_documents(), "no_such_page", placements=places)


@pytest.mark.parametrize(
    ("x", "y"), [(-1.1, 0), (0, -1.1), (169.1, 0), (0, 256.1), (500, 500), (-43, -43)]
)
def test_a_place_outside_the_page(x, y):
    refused(build.package(), "outside_page", placements=(Placement(1, x, y),))


@pytest.mark.parametrize(("x", "y"), [(-0.9, -0.9), (168.9, 255.9)])
def test_a_little_over_the_edge_is_allowed(x, y):
    assert build.stamped(placements=(Placement(1, x, y),))


def test_the_page_may_state_its_own_size():
    area = "<ofd:Area><ofd:PhysicalBox>0 0 100 50</ofd:PhysicalBox></ofd:Area>"
    data = build.replaced(build.package(), build.PAGE, build.page(more=area))
    refused(data, "outside_page", placements=(Placement(1, 70, 0),))
    assert build.stamped(data, placements=(Placement(1, 50, 5),))


@pytest.mark.parametrize("size", [(0, 42), (42, -1)])
def test_a_picture_without_a_size_lies_nowhere(size):
    picture = SealPicture("PNG", ses_builder.PNG, *size)
    refused(build.package(), "outside_page", seal=replace(build.seal(), picture=picture))


@pytest.mark.parametrize("word", ["false", "0", " False "])
def test_a_document_may_forbid_signatures(word):
    permissions = f"<ofd:Permissions><ofd:Signature>{word}</ofd:Signature></ofd:Permissions>"
    refused(build.package(permissions=permissions), "not_permitted")
    assert build.stamped(build.package(permissions=permissions.replace(word, "true")))


def test_a_list_that_would_have_to_change_is_protected():
    data = build.stamped(build.two_documents(), protect=Protect.WHOLE)
    refused(data, "whole_protected", placements=(Placement(2, 1, 1),))


def test_the_entry_of_a_second_document_is_protected_by_the_first_stamp():
    files = build.files() | build.files(directory="Doc_1")
    files[build.ENTRY] = build.entry(build.body(), build.body("Doc_1/Document.xml", "B"))
    data = build.stamped(build.pack(files))
    refused(data, "whole_protected", placements=(Placement(2, 1, 1),))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda data: data[:-1], "container_damaged"),
        (lambda data: build.doubled(data, build.PAGE), "container_duplicate_name"),
        (lambda data: build.with_files(data, {"a\\b": b""}), "container_unsafe_name"),
        (build.bomb, "container_too_large"),
        (lambda data: build.with_doctype(data, build.DOCUMENT), "xml_forbidden"),
        (lambda data: build.removed(data, build.PAGE), "malformed"),
        (lambda data: build.replaced(data, build.SIGNATURE, b"?"), "malformed"),
        (lambda data: build.removed(data, build.SIGNATURE), "malformed"),
        (lambda data: build.replaced(data, build.PAGE, b"?"), "malformed"),
        (lambda data: build.edited(data, build.DOCUMENT, 'ID="10"', 'ID=""'), "malformed"),
        (
            lambda data: build.edited(data, build.DOCUMENT, "</ofd:Pages>", '<ofd:Page ID="10" '
            'BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages>'),
            "malformed",
        ),
    ],
)  # fmt: skip
def test_a_damaged_document_is_not_stamped(change, code):
    refused(change(build.stamped()), code)


def test_a_broken_value_of_an_earlier_signature_is_no_reason():
    data = build.replaced(build.stamped(), build.VALUE, b"?")
    assert len(build.evidence(build.stamped(data)).signatures) == 2


def test_weak_and_unknown_algorithms():
    refused(build.package(), "algorithm_forbidden", algorithm="1.2.840.113549.1.1.5")
    with pytest.raises(ValueError, match="algorithm"):
        OfdDocument(build.package()).prepare(build.request(algorithm="1.2.3"))


def test_a_time_that_is_none_is_the_callers_mistake():
    with pytest.raises(ValueError, match="does not match"):
        OfdDocument(build.package()).prepare(build.request(signed_at="today"))
