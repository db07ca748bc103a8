"""Signatures of a package as evidence: everything found, nothing dropped, nothing raised."""

from __future__ import annotations

import base64
import hashlib

import pytest

import cms_builder
import ofd_builder as build
import ses_builder
from govseal import sm2
from govseal.errors import LimitExceeded, UnsupportedFormat
from govseal.formats.base import Appearance, Extent, Presence, SignatureKind
from govseal.formats.limits import Limits
from govseal.formats.ofd.document import OfdDocument
from govseal.formats.ofd.outline import Box

STAMPED = build.stamped()


def only(data):
    (signature,) = build.evidence(data).signatures
    return signature


def part(signature, name):
    (found,) = [item for item in signature.parts if item.name == f"/{name}"]
    return found


def codes(signature):
    return {item.code for item in signature.tolerances}


def test_an_unsigned_document_has_no_signature_and_no_problem():
    evidence = build.evidence(build.package(pages=3))
    assert evidence.format == "ofd"
    assert (evidence.signatures, evidence.problem, evidence.pages) == ((), None, 3)
    assert {item.name for item in evidence.parts} == {f"/{name}" for name in build.files(pages=3)}


def test_a_stamp_comes_back_as_it_was_made():
    signature = only(STAMPED)
    assert (signature.id, signature.kind) == ("s001", SignatureKind.SEAL)
    assert signature.location == f"/{build.SIGNATURE}"
    assert signature.data == build.read(STAMPED, build.SIGNATURE)
    assert signature.stamp.data_digest == sm2.sm3(signature.data)
    assert signature.stamp.property_info == signature.location
    assert signature.digest_algorithm == "1.2.156.10197.1.401"
    assert signature.problem is None
    assert signature.signed_data is None
    assert signature.seal_file == signature.stamp.seal.der
    assert signature.appearances == (Appearance(1, 120, 210, 42, 42, part=f"/{build.PAGE}"),)
    assert signature.provider.startswith("govseal ")
    assert signature.written_time == build.SIGNED_AT
    assert signature.tolerances == ()


def test_the_parts_are_the_digests_as_stated_and_as_found():
    signature = only(STAMPED)
    assert {item.name for item in signature.parts} == {
        *(f"/{name}" for name in build.files()),
        f"/{build.SEAL}",
    }
    for item in signature.parts:
        content = build.read(STAMPED, item.name[1:])
        assert item.presence is Presence.PRESENT
        assert item.expected == item.actual == sm2.sm3(content)


def test_a_changed_file_has_another_digest():
    changed = part(only(build.edited(STAMPED, build.PAGE, "第1页", "第2页")), build.PAGE)
    assert changed.presence is Presence.PRESENT
    assert changed.actual != changed.expected


def test_a_missing_file_is_said_to_be_missing():
    missing = part(only(build.removed(STAMPED, build.ATTACHMENT)), build.ATTACHMENT)
    assert (missing.presence, missing.actual) == (Presence.MISSING, None)


def test_a_file_under_another_case_is_missing():
    data = build.renamed(STAMPED, build.ATTACHMENT, build.ATTACHMENT.upper())
    assert part(only(data), build.ATTACHMENT).presence is Presence.MISSING


def test_a_doubled_file_is_a_problem_of_the_container_and_of_the_signature():
    evidence = build.evidence(build.doubled(STAMPED, build.PAGE))
    assert evidence.problem.code == "container_duplicate_name"
    found = part(evidence.signatures[0], build.PAGE)
    assert (found.presence, found.actual) == (Presence.DUPLICATED, None)
    assert part(evidence.signatures[0], build.ENTRY).presence is Presence.PRESENT


def test_a_file_named_twice_with_different_digests_is_doubled():
    wrong = base64.b64encode(bytes(32)).decode()
    reference = f'<ofd:Reference FileRef="/{build.PAGE}"><ofd:CheckValue>{wrong}'
    data = build.edited(
        STAMPED,
        build.SIGNATURE,
        "</ofd:References>",
        f"{reference}</ofd:CheckValue></ofd:Reference></ofd:References>",
    )
    found = [item for item in only(data).parts if item.name == f"/{build.PAGE}"]
    assert [item.presence for item in found] == [Presence.DUPLICATED] * 2


def test_a_damaged_file_is_a_problem_of_the_container():
    files = build.members(STAMPED)
    bad = [
        build.replace(item, central_sizes=(1, len(build.deflated(item.data)), len(item.data)))
        if item.name == build.PAGE
        else item
        for item in files
    ]
    evidence = build.evidence(build.pack(bad))
    assert evidence.problem.code == "container_damaged"
    assert part(evidence.signatures[0], build.PAGE).actual is None


def test_damage_outside_every_signature_is_found_too():
    bad = build.Member("Doc_0/x.bin", b"x", central_sizes=(1, 3, 1))
    evidence = build.evidence(build.pack([*build.members(STAMPED), bad]))
    assert evidence.problem.code == "container_damaged"
    assert evidence.problem.part == "Doc_0/x.bin"


@pytest.mark.parametrize(
    ("method", "digest"),
    [
        (' CheckMethod="SM3"', sm2.sm3),
        (' CheckMethod="sm3"', sm2.sm3),
        (' CheckMethod="1.2.156.10197.1.401.2"', sm2.sm3),
        (' CheckMethod="SHA1"', lambda data: hashlib.sha1(data, usedforsecurity=False).digest()),
        (' CheckMethod="MD5"', lambda data: hashlib.md5(data, usedforsecurity=False).digest()),
        ("", lambda data: hashlib.md5(data, usedforsecurity=False).digest()),
    ],
)
def test_spellings_of_the_digest_algorithm(method, digest):
    old = ' CheckMethod="1.2.156.10197.1.401"'
    signature = only(build.edited(STAMPED, build.SIGNATURE, old, method))
    assert part(signature, build.PAGE).actual == digest(build.read(STAMPED, build.PAGE))
    assert signature.digest_algorithm == method.removeprefix(' CheckMethod="').rstrip('"')


def test_an_unknown_digest_algorithm_has_no_digest_to_compare():
    data = build.edited(STAMPED, build.SIGNATURE, "1.2.156.10197.1.401", "WHIRLPOOL")
    found = part(only(data), build.PAGE)
    assert (found.presence, found.actual) == (Presence.PRESENT, None)


def test_a_digest_that_is_no_base64_equals_nothing():
    stated = base64.b64encode(part(only(STAMPED), build.PAGE).expected)
    data = build.edited(STAMPED, build.SIGNATURE, stated, b"!!!")
    found = part(only(data), build.PAGE)
    assert found.expected == b""
    assert found.actual


def test_signed_data_is_recognised_by_what_it_is():
    value = cms_builder.signed_data(
        cms_builder.signer_info(signed=cms_builder.attributes(b"<Signature/>"))
    )
    signature = only(build.replaced(STAMPED, build.VALUE, value))
    assert signature.kind is SignatureKind.SIGNATURE
    assert signature.signed_data.der == value
    assert signature.stamp is None
    assert "quirk_q16" in codes(signature)


def test_a_stamp_listed_as_a_plain_signature_is_still_a_stamp():
    signature = only(build.edited(STAMPED, build.LIST, 'Type="Seal"', 'Type="Sign"'))
    assert signature.kind is SignatureKind.SEAL
    assert "quirk_q16" in codes(signature)


def test_a_type_may_be_left_out():
    assert only(build.edited(STAMPED, build.LIST, ' Type="Seal"', "")).tolerances == ()


@pytest.mark.parametrize(
    ("value", "kind"),
    [(ses_builder.DER_VALUE, UnsupportedFormat), (b"", Exception), (b"\x30\x80", Exception)],
    ids=["bare SM2", "empty", "BER"],
)
def test_a_value_that_cannot_be_read_is_a_problem_not_an_absence(value, kind):
    signature = only(build.replaced(STAMPED, build.VALUE, value))
    assert isinstance(signature.problem, kind)
    assert (signature.stamp, signature.signed_data) == (None, None)
    assert signature.data
    assert len(signature.parts) == len(build.files()) + 1


@pytest.mark.parametrize(
    "change",
    [
        lambda data: build.removed(data, build.SIGNATURE),
        lambda data: build.removed(data, build.VALUE),
        lambda data: build.replaced(data, build.SIGNATURE, b"<x"),
        lambda data: build.replaced(data, build.SIGNATURE, b"<x/>"),
        lambda data: build.replaced(data, build.SIGNATURE, b"<Signature/>"),
        lambda data: build.edited(data, build.LIST, f"/{build.SIGNATURE}", ""),
        lambda data: build.edited(data, build.LIST, f"/{build.SIGNATURE}", "../../../x.xml"),
        lambda data: build.edited(data, build.SIGNATURE, f"/{build.VALUE}", ""),
    ],
)
def test_an_entry_of_the_list_is_never_dropped(change):
    signature = only(change(STAMPED))
    assert signature.problem.code == "malformed"
    assert (signature.id, signature.kind) == ("s001", SignatureKind.SEAL)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda data: build.removed(data, build.ENTRY), "container_damaged"),
        (lambda data: build.removed(data, build.LIST), "malformed"),
        (lambda data: build.removed(data, build.DOCUMENT), "malformed"),
        (lambda data: build.removed(data, build.PAGE), "malformed"),
        (lambda data: build.replaced(data, build.ENTRY, b"<OFD"), "malformed"),
        (lambda data: build.replaced(data, build.ENTRY, b"<Document/>"), "malformed"),
        (lambda data: build.replaced(data, build.ENTRY, build.xml("OFD")), "malformed"),
        (lambda data: build.replaced(data, build.LIST, b"<x/>"), "malformed"),
        (lambda data: build.replaced(data, build.DOCUMENT, b"<x/>"), "malformed"),
        (lambda data: build.with_doctype(data, build.ENTRY), "xml_forbidden"),
        (lambda data: build.with_doctype(data, build.LIST), "xml_forbidden"),
        (lambda data: build.with_doctype(data, build.DOCUMENT), "xml_forbidden"),
        (lambda data: build.with_files(data, {"../evil": b""}), "container_unsafe_name"),
        (lambda data: build.with_files(data, {"ofd.xml": b""}), "container_duplicate_name"),
        (build.bomb, "container_too_large"),
        (lambda data: data + b"\0", "container_damaged"),
        (lambda data: data[:-1], "container_damaged"),
        (lambda _: b"PK", "container_damaged"),
    ],
)
def test_damage_of_the_container_is_its_problem(change, code):
    evidence = build.evidence(change(STAMPED))
    assert evidence.problem.code == code


def test_a_document_type_in_a_signature_is_its_problem():
    evidence = build.evidence(build.with_doctype(STAMPED, build.SIGNATURE))
    assert evidence.problem is None
    assert evidence.signatures[0].problem.code == "xml_forbidden"


def test_what_can_be_read_of_a_damaged_container_is_there():
    for data in (build.with_files(STAMPED, {"../evil": b""}), STAMPED + b"\0"):
        evidence = build.evidence(data)
        assert evidence.problem is not None
        assert len(evidence.signatures) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda data: build.edited(
            data, build.ENTRY, f"<ofd:Signatures>/{build.LIST}</ofd:Signatures>", ""
        ),
        lambda data: build.replaced(data, build.LIST, build.xml("Signatures")),
    ],
    ids=["no list", "empty list"],
)
def test_stamps_that_were_taken_out_of_the_list_leave_a_trace(change):
    evidence = build.evidence(change(STAMPED))
    assert evidence.signatures == ()
    assert evidence.problem.code == "malformed"


def test_an_empty_list_without_signatures_is_no_problem():
    more = f"<ofd:Signatures>{build.LIST}</ofd:Signatures>"
    files = build.files() | {build.LIST: build.xml("Signatures")}
    data = build.pack(files | {build.ENTRY: build.entry(build.body(more=more))})
    assert build.evidence(data).problem is None


def test_the_copy_of_the_seal_comes_as_it_is():
    assert only(build.replaced(STAMPED, build.SEAL, b"other")).seal_file == b"other"
    missing = only(build.removed(STAMPED, build.SEAL))
    assert missing.seal_file is None
    assert "quirk_q16" in codes(missing)


def test_a_provider_may_be_given_as_elements():
    data = build.resigned(
        STAMPED,
        lambda old: old.replace(
            b"<ofd:Provider ",
            b"<ofd:Provider><ofd:ProviderName>x</ofd:ProviderName></ofd:Provider><ofd:Other ",
        ),
    )
    signature = only(data)
    assert signature.provider == "x"
    assert "quirk_q12" in codes(signature)


@pytest.mark.parametrize(
    ("text", "is_noted"),
    [
        ("/Doc_0/Signs/Sign_0/Signature.xml", False),
        ("Sign_0/Signature.xml", False),
        ("./Sign_0/../Sign_0/Signature.xml", False),
        ("Doc_0/Signs/Sign_0/Signature.xml", True),
        ("Signs/Sign_0/Signature.xml", True),
        ("../Signs/./Sign_0/Signature.xml", False),
        ("../../Doc_0/Signs/Sign_0/Signature.xml", False),
    ],
)
def test_locations_are_read_as_products_write_them(text, is_noted):
    signature = only(build.edited(STAMPED, build.LIST, f"/{build.SIGNATURE}", text))
    assert signature.location == f"/{build.SIGNATURE}"
    assert ("quirk_q15" in codes(signature)) is is_noted


def test_any_namespace_is_read_and_noted():
    evidence = build.evidence(build.stamped(build.package(namespace="http://www.ofdspec.org")))
    assert evidence.problem is None
    assert {item.code for item in evidence.tolerances} == {"quirk_q14"}
    assert codes(evidence.signatures[0]) == {"quirk_q14"}


def test_a_stamp_on_a_page_that_is_not_there_has_page_zero():
    data = build.edited(STAMPED, build.SIGNATURE, 'PageRef="10"', 'PageRef="99"')
    assert (only(data).appearances[0].page, only(data).appearances[0].part) == (0, "")


def test_a_stamp_on_a_page_whose_file_is_missing_has_no_part():
    place = only(build.removed(STAMPED, build.PAGE)).appearances[0]
    assert (place.page, place.part) == (1, "")


def test_a_strip_of_a_stamp_has_its_clip():
    change = 'Boundary="202 40 42 42" Clip="0 0 8.4 42"'
    data = build.edited(STAMPED, build.SIGNATURE, 'Boundary="120 210 42 42"', change)
    (place,) = only(data).appearances
    assert place == Appearance(1, 202, 40, 42, 42, (0, 0, 8.4, 42), f"/{build.PAGE}")


@pytest.mark.parametrize("box", ["", "1 2 3", "a b c d", "nan 0 1 1", "inf 0 1 1"])
def test_a_boundary_that_is_none_is_empty(box):
    change = f'Boundary="{box}"'
    data = build.edited(STAMPED, build.SIGNATURE, 'Boundary="120 210 42 42"', change)
    assert only(data).appearances == (Appearance(1, 0, 0, 0, 0, part=f"/{build.PAGE}"),)


def test_several_documents_in_one_package():
    data = build.stamped(build.two_documents())
    data = build.stamped(data, placements=(build.Placement(2, 1, 1),))
    evidence = build.evidence(data)
    assert evidence.problem is None
    assert evidence.pages == 2
    assert [item.id for item in evidence.signatures] == ["A/s001", "B/s001"]
    assert [item.appearances[0].page for item in evidence.signatures] == [1, 2]
    assert evidence.signatures[1].location == "/Doc_1/Signs/Sign_0/Signature.xml"


def test_the_current_version_is_the_document():
    version = '<ofd:Version ID="v1" Index="1" Current="true" BaseLoc="Doc_0/V/V1.xml"/>'
    files = build.files() | {
        build.ENTRY: build.entry(build.body(more=f"<ofd:Versions>{version}</ofd:Versions>")),
        "Doc_0/V/V1.xml": build.xml("DocVersion", "<ofd:DocRoot>../New.xml</ofd:DocRoot>"),
        "Doc_0/New.xml": build.files(pages=2)[build.DOCUMENT],
        "Doc_0/Pages/Page_1/Content.xml": build.page(),
    }
    document = OfdDocument(build.pack(files))
    assert document.outline.bodies[0].root == "Doc_0/New.xml"
    assert document.evidence().pages == 2


def test_a_page_has_its_own_box_or_that_of_the_document():
    area = "<ofd:Area><ofd:PhysicalBox>0 0 30 20</ofd:PhysicalBox></ofd:Area>"
    files = build.files(pages=2) | {build.PAGE: build.page(more=area)}
    document = OfdDocument(build.pack(files))
    boxes = [document.page_box(page) for page in document.pages]
    assert boxes == [Box(0, 0, 30, 20), Box(0, 0, 210, 297)]


@pytest.mark.parametrize(
    ("limits", "signatures"),
    [
        (Limits(max_signatures=1), 1),
        (Limits(max_references=10), 1),
        (Limits(max_pages=1), 2),
        (Limits(max_file_bytes=100), 0),
    ],
)
def test_limits_are_problems_and_what_was_read_stays(limits, signatures):
    data = build.stamped(build.package(pages=2), count=2)
    evidence = OfdDocument(data, limits).evidence()
    assert isinstance(evidence.problem, LimitExceeded)
    assert len(evidence.signatures) == signatures


def test_a_list_that_names_one_signature_many_times_reads_it_once():
    entry = f'<ofd:Signature ID="x" BaseLoc="/{build.SIGNATURE}"/>'
    data = build.replaced(STAMPED, build.LIST, build.xml("Signatures", entry * 300))
    signatures = build.evidence(data).signatures
    assert len(signatures) == 300
    assert len({id(item.stamp) for item in signatures}) == 1
    assert {item.coverage.extent for item in signatures} == {Extent.WHOLE_FILE}
