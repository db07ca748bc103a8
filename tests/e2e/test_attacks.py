"""Attacks on what is shown: the package is rearranged, the signatures are left as they were.

Each attack is a pure function from the stamped package to another. The document under attack
passes; the open list of signatures is all that its stamp leaves unprotected.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import attacker
import ofd_builder as ofd
from govseal.errors import StampError

AT = datetime(2026, 6, 1, 8, tzinfo=UTC)
T = AT + timedelta(hours=3)
EVIL = {"Doc_1/Document.xml": ofd.xml("Document"), "Doc_1/Page.xml": ofd.page("伪造")}


@pytest.fixture(scope="module")
def stamped(office):
    data = office.stamp(ofd.package(pages=2))
    assert judged(office, data) == ("passed", set())
    return data


@pytest.fixture(scope="module")
def rival(office):
    return attacker.rival_of(office, AT + timedelta(hours=1))


def judged(office, data, **changes):
    report = office.verify(data, **changes)
    report.to_json().encode()
    return report.verdict.value, set(report.reasons)


def entry(old, new, **files):
    """OFD.xml changed, and further files."""
    return lambda data: ofd.with_files(
        ofd.edited(data, ofd.ENTRY, old, new), files.get("files", {})
    )


def edit(name, old, new):
    return lambda data: ofd.edited(data, name, old, new)


def more(name, content=b"<x/>"):
    return lambda data: ofd.with_files(data, {name: content})


def gone(name):
    return lambda data: ofd.removed(data, name)


def swapped(one, other):
    """Two files under each other's names."""

    def change(data):
        first, second = ofd.read(data, one), ofd.read(data, other)
        return ofd.replaced(ofd.replaced(data, one, second), other, first)

    return change


def moved(name, new, content):
    """A file under another name, and another file in its place."""
    return lambda data: ofd.with_files(ofd.renamed(data, name, new), {name: content})


PAGE_2 = "Doc_0/Pages/Page_1/Content.xml"
VERSION = (
    '<ofd:Versions><ofd:Version ID="9" Index="1" Current="true" BaseLoc="Doc_1/V.xml"/>'
    "</ofd:Versions></ofd:DocBody>"
)
CHANGED = {"data_digest_mismatch"}
LOST = {"reference_missing"}
OUTSIDE = {"partial_coverage"}

ATTACKS = {
    # protected files
    "a changed page": (edit(ofd.PAGE, "第1页", "第9页"), "failed", CHANGED),
    "a blank behind the root": (
        lambda d: ofd.replaced(d, ofd.PAGE, lambda old: old + b" "),
        "failed",
        CHANGED,
    ),
    "a changed template": (edit(ofd.TEMPLATE, "样式", "伪造"), "failed", CHANGED),
    "a changed picture": (lambda d: ofd.replaced(d, ofd.IMAGE, b"x"), "failed", CHANGED),
    "a changed attachment": (edit(ofd.ATTACHMENT, "1", "2"), "failed", CHANGED),
    "pages exchanged": (swapped(ofd.PAGE, PAGE_2), "failed", CHANGED),
    "a page taken out": (gone(PAGE_2), "failed", LOST),
    "a resource taken out": (gone(ofd.IMAGE), "failed", LOST),
    "a page in other letters": (
        lambda d: ofd.renamed(d, PAGE_2, PAGE_2.replace("Content", "content")),
        "failed",
        LOST,
    ),
    "a page moved to the root": (moved(ofd.PAGE, "Content.xml", b"<x/>"), "failed", CHANGED),
    "the seal exchanged": (lambda d: ofd.replaced(d, ofd.SEAL, b"x"), "failed", CHANGED),
    "the seal taken out": (gone(ofd.SEAL), "failed", LOST),
    # the way from OFD.xml to what is shown
    "another DocRoot": (
        entry("Doc_0/Document.xml", "Doc_1/Document.xml", files=EVIL),
        "failed",
        CHANGED,
    ),
    "DocRoot by a detour": (entry("Doc_0/Doc", "Doc_0/./Doc"), "failed", CHANGED),
    "a second document": (
        entry("</ofd:OFD>", ofd.body("Doc_1/Document.xml", "2") + "</ofd:OFD>", files=EVIL),
        "failed",
        CHANGED,
    ),
    "a second document in front": (
        entry("<ofd:DocBody>", ofd.body("Doc_1/Document.xml", "2") + "<ofd:DocBody>", files=EVIL),
        "failed",
        CHANGED,
    ),
    "another version": (entry("</ofd:DocBody>", VERSION, files=EVIL), "failed", CHANGED),
    "no list of signatures": (
        entry(f"<ofd:Signatures>/{ofd.LIST}</ofd:Signatures>", ""),
        "failed",
        {"malformed"},
    ),
    # files that nobody protects
    "a loose file": (more("Doc_0/Res/evil.xml"), "indeterminate", OUTSIDE),
    "a file in the root": (more("evil.xml"), "indeterminate", OUTSIDE),
    "a page where readers look second": (
        more("Pages/Page_0/Content.xml", ofd.page("伪造")),
        "indeterminate",
        {"rendered_unprotected"},
    ),
    "a file beside the signature": (
        more("Doc_0/Signs/Sign_0/Content.xml"),
        "indeterminate",
        OUTSIDE,
    ),
    "a signature that no list names": (
        more("Doc_0/Signs/Sign_7/SignedValue.dat"),
        "indeterminate",
        OUTSIDE,
    ),
    "percent signs for a slash": (more("Doc_0%2FDocument.xml"), "indeterminate", OUTSIDE),
    "full-width letters": (more("Doc_0/Ｄocument.xml"), "indeterminate", OUTSIDE),
    # Signature.xml and its value
    "the stamp moved": (edit(ofd.SIGNATURE, 'Boundary="120', 'Boundary="20'), "failed", CHANGED),
    "a reference taken out": (
        edit(ofd.SIGNATURE, f'FileRef="/{ofd.PAGE}"', 'FileRef="/OFD.xml"'),
        "failed",
        CHANGED,
    ),
    "other references in front": (
        edit(ofd.SIGNATURE, "<ofd:References", "<ofd:References/><ofd:References"),
        "failed",
        CHANGED,
    ),
    "another SignedInfo in front": (
        edit(ofd.SIGNATURE, "<ofd:SignedInfo>", "<ofd:SignedInfo/><ofd:SignedInfo>"),
        "failed",
        CHANGED,
    ),
    "a check method nobody knows": (
        edit(ofd.SIGNATURE, 'CheckMethod="1.2.156.10197.1.401"', 'CheckMethod="none"'),
        "failed",
        CHANGED,
    ),
    "no value": (gone(ofd.VALUE), "failed", {"malformed"}),
    "an empty value": (lambda d: ofd.replaced(d, ofd.VALUE, b""), "failed", {"malformed"}),
    "bytes behind the value": (
        lambda d: ofd.replaced(d, ofd.VALUE, lambda old: old + b"\0"),
        "failed",
        {"malformed"},
    ),
    "no Signature.xml": (gone(ofd.SIGNATURE), "failed", {"malformed"}),
    # the open list
    "an empty list": (
        lambda d: ofd.replaced(d, ofd.LIST, ofd.xml("Signatures")),
        "failed",
        {"malformed"},
    ),
    "a list that is no XML": (lambda d: ofd.replaced(d, ofd.LIST, b"<"), "failed", {"malformed"}),
    "a list of another name": (
        lambda d: ofd.replaced(d, ofd.LIST, ofd.xml("Document")),
        "failed",
        {"malformed"},
    ),
    "a list with a document type": (
        lambda d: ofd.with_doctype(d, ofd.LIST),
        "failed",
        {"xml_forbidden"},
    ),
    "the entry wrapped away": (
        lambda d: ofd.edited(
            ofd.edited(d, ofd.LIST, "<ofd:Signature ", "<ofd:Group><ofd:Signature "),
            ofd.LIST,
            "</ofd:Signatures>",
            "</ofd:Group></ofd:Signatures>",
        ),
        "failed",
        {"malformed"},
    ),
    "an entry that leads nowhere": (
        lambda d: attacker.listed(d, "/nowhere.xml"),
        "failed",
        {"malformed"},
    ),
    "an entry that leads out": (
        lambda d: attacker.listed(d, "../../../../etc/passwd"),
        "failed",
        {"malformed"},
    ),
    "an entry that is a page": (
        lambda d: attacker.listed(d, f"/{ofd.PAGE}"),
        "failed",
        {"malformed"},
    ),
    "an entry that is a value": (
        lambda d: attacker.listed(d, f"/{ofd.VALUE}"),
        "failed",
        {"malformed"},
    ),
    "the signature in another file": (
        lambda d: ofd.edited(
            ofd.renamed(d, ofd.SIGNATURE, "Doc_0/Signs/S.xml"),
            ofd.LIST,
            "Sign_0/Signature.xml",
            "S.xml",
        ),
        "passed",
        set(),
    ),
    "another ID and type": (
        lambda d: ofd.edited(d, ofd.LIST, 'ID="s001" Type="Seal"', 'ID="&lt;" Type="Sign"'),
        "passed",
        set(),
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_on_a_stamped_package(office, stamped, name):
    change, verdict, reasons = ATTACKS[name]
    found = judged(office, change(stamped))
    assert found[0] == verdict
    assert found[1] >= reasons


def test_two_documents_may_not_lend_each_other_their_values(office, stamped):
    other = office.stamp(ofd.package(pages=3))
    for name in (ofd.VALUE, ofd.SIGNATURE):
        found = judged(office, ofd.replaced(stamped, name, ofd.read(other, name)))
        assert found[0] == "failed"
        assert "data_digest_mismatch" in found[1]


# Documents that the attacker wrote himself and had stamped


def test_a_file_that_was_missing_when_it_was_stamped(office):
    """The document names annotations that are not there; they are added after stamping."""
    named = "<ofd:Annotations>Annotations.xml</ofd:Annotations></ofd:Document>"
    data = office.stamp(ofd.edited(ofd.package(), ofd.DOCUMENT, "</ofd:Document>", named))
    evil = {"Doc_0/Annotations.xml": ofd.xml("Annotations")}
    found = judged(office, ofd.with_files(data, evil))
    assert found == ("indeterminate", {"rendered_unprotected"})


def test_what_a_rival_protects_is_told_of_the_bureaus_stamp(office, rival):
    """By the contract any valid signature protects; the bureau's own coverage says what is its."""
    named = "<ofd:Annotations>Annotations.xml</ofd:Annotations></ofd:Document>"
    data = office.stamp(ofd.edited(ofd.package(), ofd.DOCUMENT, "</ofd:Document>", named))
    data = ofd.with_files(data, {"Doc_0/Annotations.xml": ofd.xml("Annotations")})
    names = [item.name for item in ofd.members(data) if item.name != ofd.LIST]
    xml = attacker.signature_xml(attacker.references(data, names))
    evil = attacker.add_signature(
        data, xml, lambda x: attacker.stamp_value(rival.signer, rival.seal, x, at=T)
    )
    first, second = office.verify(evil).signatures
    assert (first.verdict.value, second.verdict.value) == ("passed", "passed")
    assert "partial_coverage" in first.notices
    assert (first.coverage, second.coverage) == ("whole_revision", "whole_file")
    assert first.signer.subject != second.signer.subject


def test_a_page_that_only_a_rival_protects_shows_no_sound_stamp(office, rival):
    """The bureau's stamp shows on a page it leaves out; the page is exchanged, a rival stamps."""
    place = '<ofd:StampAnnot ID="s9" PageRef="10" Boundary="120 210 42 42"/>'
    data = attacker.with_list(ofd.package(pages=2))
    data = attacker.stamped_elsewhere(office, data, at=T, without=ofd.PAGE, more=place)
    assert judged(office, data) == ("indeterminate", {"rendered_unprotected"})
    data = ofd.edited(data, ofd.PAGE, "第1页", "第9页")
    names = [item.name for item in ofd.members(data) if item.name != ofd.LIST]
    evil = attacker.add_signature(
        data,
        attacker.signature_xml(attacker.references(data, names)),
        lambda x: attacker.stamp_value(rival.signer, rival.seal, x, at=T),
        directory="Doc_0/Signs/Sign_10",
    )
    first, second = office.verify(evil).signatures
    assert (first.verdict.value, first.reasons) == ("indeterminate", ("rendered_unprotected",))
    assert second.verdict.value == "passed"


def unprotected_root(office):
    """What half of the products in the field do: OFD.xml is left out."""
    data = attacker.with_list(ofd.package())
    return attacker.stamped_elsewhere(office, data, at=T, without=ofd.ENTRY)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data,
        entry("Doc_0/Document.xml", "Doc_1/Document.xml", files=EVIL),
        entry("</ofd:OFD>", ofd.body("Doc_1/Document.xml", "2") + "</ofd:OFD>", files=EVIL),
        entry("</ofd:OFD>", ofd.body("Doc_0/Document.xml", "2") + "</ofd:OFD>"),
        entry(
            "<ofd:DocRoot>", "<x:DocRoot xmlns:x='u'>Doc_0/Document.xml</x:DocRoot><ofd:DocRoot>"
        ),
    ],
    ids=["as it is", "another root", "a second document", "the same twice", "a foreign DocRoot"],
)
def test_a_root_that_nobody_protects_is_never_passed(office, change):
    found = judged(office, change(unprotected_root(office)))
    assert found[0] != "passed"
    assert "rendered_unprotected" in found[1]


def test_references_may_not_be_elsewhere(office, rival):
    """References outside SignedInfo, and in a second SignedInfo, protect nothing."""
    data = attacker.with_list(ofd.package())
    rows = attacker.references(data, attacker.content_names(data))
    for xml in (
        attacker.signature_xml("", more=rows),
        attacker.signature_xml(f"<ofd:Group>{rows}</ofd:Group>"),
        attacker.signature_xml("", more=f"<ofd:SignedInfo>{rows}</ofd:SignedInfo>"),
    ):
        evil = attacker.add_signature(
            data, xml, lambda x: attacker.stamp_value(rival.signer, rival.seal, x, at=T)
        )
        found = judged(office, evil)
        assert found[0] == "failed"
        assert "reference_missing" in found[1]


@pytest.mark.parametrize(
    ("spelling", "verdict"),
    [
        ("/Doc_0/./../Doc_0/Document.xml", "passed"),
        ("../../Document.xml", "passed"),
        (" /Doc_0/Document.xml\t", "passed"),
        ("Doc_0/Document.xml", "passed"),
        ("/Doc_0/document.xml", "failed"),
        ("/Doc_0/Document%2Exml", "failed"),
        ("/Doc_0\\Document.xml", "failed"),
        ("/Doc_0/Document.xml/", "passed"),
        ("/Doc_0/", "failed"),
        ("/Doc_0", "failed"),
        ("/../Doc_0/Document.xml", "failed"),
        ("", "failed"),
        ("/", "failed"),
        ("file:///Doc_0/Document.xml", "failed"),
        ("/Doc_0/Signs/Sign_9/Signature.xml", "failed"),
    ],
)
def test_spellings_of_a_reference(office, rival, spelling, verdict):
    """Whatever a spelling means, it may not let an unprotected root pass."""
    data = attacker.with_list(ofd.package())
    rows = attacker.references(data, attacker.content_names(data))
    assert f'"/{ofd.DOCUMENT}"' in rows
    rows = rows.replace(f'"/{ofd.DOCUMENT}"', f'"{spelling}"')
    evil = attacker.add_signature(
        data,
        attacker.signature_xml(rows),
        lambda x: attacker.stamp_value(rival.signer, rival.seal, x, at=T),
    )
    assert judged(office, evil)[0] == verdict


# Two readings of one package


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Pages/Page_0/Content.xml", "Signs/Signatures.xml"),
        ("Attachs/Attachments.xml", "Signs/Signatures.xml"),
        ("Tpls/Tpl_0/Content.xml", "Signs/Signatures.xml"),
        ("PublicRes.xml", "Signs/Signatures.xml"),
    ],
)
def test_an_open_list_that_is_content_too(office, old, new):
    """The list of signatures stays open for later stamps, and is a page of the document."""
    listed = attacker.with_list(ofd.package(), content="<ofd:Content/>")
    data = office.stamp(ofd.edited(listed, ofd.DOCUMENT, old, new))
    evil = ofd.edited(
        data, ofd.LIST, "<ofd:Content/>", '<ofd:Content><ofd:Layer ID="9"/></ofd:Content>'
    )
    assert judged(office, evil) != ("passed", set())


def test_a_later_signature_that_is_content_too(office, rival):
    """A rival's Signature.xml lies where the stamped document names annotations."""
    named = "<ofd:Annotations>Annotations.xml</ofd:Annotations></ofd:Document>"
    data = office.stamp(ofd.edited(ofd.package(), ofd.DOCUMENT, "</ofd:Document>", named))
    names = [item.name for item in ofd.members(data) if item.name != ofd.LIST]
    shown = '<ofd:Page PageID="10"><ofd:FileLoc>Annot.xml</ofd:FileLoc></ofd:Page>'
    xml = attacker.signature_xml(attacker.references(data, names), more=shown)
    evil = attacker.add_signature(
        data,
        xml,
        lambda x: attacker.stamp_value(rival.signer, rival.seal, x, at=T),
        directory="Doc_0",
        name="Annotations.xml",
    )
    first = office.verify(evil).signatures[0]
    assert (first.verdict.value, first.notices) != ("passed", ())


def test_an_earlier_stamp_may_not_be_dropped_from_the_list(office, stamped):
    two = office.stamp(stamped, hours=3)
    row = f'<ofd:Signature ID="s001" Type="Seal" BaseLoc="/{ofd.SIGNATURE}"/>'
    dropped = ofd.edited(two, ofd.LIST, row, "")
    assert judged(office, dropped) == ("indeterminate", {"signature_unlisted"})
    with pytest.raises(StampError) as refused:
        office.stamp(dropped, hours=4)
    assert refused.value.code == "signature_unlisted"


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (
            ofd.ENTRY,
            "</ofd:DocRoot>",
            "</ofd:DocRoot><ofd:DocRoot>Doc_1/Document.xml</ofd:DocRoot>",
        ),
        (
            ofd.ENTRY,
            "<ofd:DocRoot>",
            "<x:DocRoot xmlns:x='u'>Doc_0/Document.xml</x:DocRoot><ofd:DocRoot>",
        ),
        (
            ofd.DOCUMENT,
            "</ofd:Pages>",
            '</ofd:Pages><ofd:Pages><ofd:Page ID="7" BaseLoc="../Doc_1/Page.xml"/></ofd:Pages>',
        ),
        (
            ofd.DOCUMENT,
            '<ofd:Page ID="10"',
            '<ofd:Page xmlns:x="u" x:BaseLoc="../Doc_1/Page.xml" ID="10"',
        ),
    ],
    ids=["DocRoot", "foreign DocRoot", "Pages", "foreign BaseLoc"],
)
def test_a_document_of_two_readings_is_not_passed(office, name, old, new):
    """Everything is protected, yet what is shown depends on the reader."""
    data = ofd.with_files(ofd.edited(attacker.with_list(ofd.package()), name, old, new), EVIL)
    with pytest.raises(StampError) as refused:
        office.stamp(data)
    assert refused.value.code == "malformed"
    evil = attacker.stamped_elsewhere(office, data, at=T)
    assert judged(office, evil) == ("failed", {"malformed"})


def test_a_second_list_is_not_passed_over(office, stamped):
    """The first Signatures is empty, the stamp is in the second: not an unsigned document."""
    data = ofd.renamed(stamped, ofd.LIST, "Doc_0/Signs/List.xml")
    data = ofd.renamed(data, ofd.SIGNATURE, "Doc_0/Signs/Sign_0/S.xml")
    data = ofd.edited(data, "Doc_0/Signs/List.xml", "Sign_0/Signature.xml", "Sign_0/S.xml")
    lists = "<ofd:Signatures/><ofd:Signatures>/Doc_0/Signs/List.xml"
    data = ofd.edited(data, ofd.ENTRY, f"<ofd:Signatures>/{ofd.LIST}", lists)
    assert judged(office, data) == ("failed", {"malformed"})


def unicode_name(name):
    content = b"\x01" + struct.pack("<I", zlib.crc32(ofd.PAGE.encode())) + name
    return struct.pack("<HH", 0x7075, len(content)) + content


def test_an_entry_may_not_have_two_unicode_names(office, stamped):
    for names in ([b"evil.xml", ofd.PAGE.encode()], [ofd.PAGE.encode(), b"evil.xml"]):
        extra = b"".join(map(unicode_name, names))
        members = (
            replace(item, local_extra=extra, central_extra=extra) if item.name == ofd.PAGE else item
            for item in ofd.members(stamped)
        )
        assert judged(office, ofd.pack(members)) == ("failed", {"container_damaged"})
