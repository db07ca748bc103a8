"""保护范围: what lies outside a signature, and whether a reader would show it."""

from __future__ import annotations

import pytest

import ofd_builder as build
from govseal.formats.base import Extent
from govseal.formats.limits import Limits
from govseal.formats.ofd.document import OfdDocument
from govseal.formats.ofd.reach import PageCoverage, Reach

STAMPED = build.stamped()
TAGS = "Doc_0/Tags/CustomTags.xml"


def coverage(data, at=0):
    return build.evidence(data).signatures[at].coverage


def outside(data, at=0):
    return {item.name[1:]: item.is_rendered for item in coverage(data, at).unprotected}


def test_a_stamp_covers_everything_but_bookkeeping():
    found = coverage(STAMPED)
    assert found.extent is Extent.WHOLE_FILE
    assert found.unprotected == ()
    assert found.protected == {f"/{name}" for name in [*build.files(), build.SEAL]}


def test_later_stamps_are_bookkeeping():
    data = build.stamped(count=3)
    assert [coverage(data, at).extent for at in range(3)] == [Extent.WHOLE_FILE] * 3


@pytest.mark.parametrize(
    "name",
    [
        build.ENTRY,
        build.DOCUMENT,
        build.RESOURCES,
        build.IMAGE,
        build.PAGE,
        build.TEMPLATE,
        build.ATTACHMENTS,
        build.ATTACHMENT,
    ],
)
def test_what_a_reader_comes_upon_is_rendered(name):
    data = build.unreferenced(STAMPED, name)
    assert outside(data) == {name: True}
    assert coverage(data).extent is Extent.PARTIAL


@pytest.mark.parametrize(
    "name", ["Doc_0/Pages/Page_9/Content.xml", "x.bin", "OFDEntries.xml", "Doc_0/Res/other.png"]
)
def test_what_nobody_names_is_not_rendered(name):
    data = build.with_files(STAMPED, {name: build.page()})
    assert outside(data) == {name: False}
    assert coverage(data).extent is Extent.PARTIAL


def test_a_file_that_an_unprotected_file_names_is_rendered():
    data = build.unreferenced(STAMPED, build.PAGE)
    data = build.replaced(data, build.PAGE, build.page(more="<ofd:PageRes>New.xml</ofd:PageRes>"))
    data = build.with_files(
        data,
        {
            "Doc_0/Pages/Page_0/New.xml": build.xml(
                "Res", "<ofd:MediaFile>IMAGE.PNG</ofd:MediaFile>", ' BaseLoc="r"'
            ),
            "Doc_0/Pages/Page_0/r/image.png": b"\x89PNG",
        },
    )
    assert set(outside(data).values()) == {True}
    assert len(outside(data)) == 3


def test_a_second_document_is_rendered():
    data = build.unreferenced(STAMPED, build.ENTRY)
    second = build.files(directory="Doc_9")
    second.pop(build.ENTRY)
    data = build.with_files(data, second)
    body = build.body("Doc_9/Document.xml", "B")
    data = build.edited(data, build.ENTRY, "</ofd:OFD>", f"{body}</ofd:OFD>")
    assert outside(data) == dict.fromkeys([build.ENTRY, *second], True)


def test_a_file_that_cannot_be_read_may_lead_anywhere():
    link = "<ofd:CustomTags>Tags/CustomTags.xml</ofd:CustomTags>"
    files = build.files()
    files[build.DOCUMENT] = files[build.DOCUMENT].replace(
        b"<ofd:Attachments>", link.encode() + b"<ofd:Attachments>"
    )
    data = build.stamped(build.pack(files | {TAGS: b"<x:illegal-prefix/>"}))
    assert coverage(data).extent is Extent.WHOLE_FILE
    assert outside(build.with_files(data, {"x.bin": b""})) == {"x.bin": True}


def test_what_an_attachment_names_is_no_part_of_the_document():
    files = build.files() | {build.ATTACHMENT: b"<data>other.bin</data>"}
    data = build.with_files(build.stamped(build.pack(files)), {"Doc_0/Attachs/other.bin": b""})
    assert outside(data) == {"Doc_0/Attachs/other.bin": False}


def test_a_later_signature_may_protect_the_rest():
    data = build.unreferenced(STAMPED, build.ENTRY)
    assert coverage(build.stamped(data)).extent is Extent.WHOLE_REVISION
    assert coverage(build.stamped(data), 1).extent is Extent.WHOLE_FILE
    assert outside(build.stamped(data)) == {build.ENTRY: True}


def test_an_earlier_signature_is_to_be_covered():
    second = "Doc_0/Signs/Sign_1/Signature.xml"
    data = build.unreferenced(
        build.stamped(count=2), build.SIGNATURE, build.VALUE, signature=second
    )
    assert outside(data, 1) == {build.SIGNATURE: False, build.VALUE: False}
    assert coverage(data, 1).extent is Extent.PARTIAL
    assert coverage(data, 0).extent is Extent.WHOLE_FILE


def test_a_dropped_stamp_leaves_files_outside():
    data = build.stamped(count=2)
    text = build.read(data, build.LIST).decode()
    entry = text[text.index('<ofd:Signature ID="s003"') :].removesuffix("</ofd:Signatures>")
    found = outside(build.edited(data, build.LIST, entry, ""))
    assert found == {
        f"Doc_0/Signs/Sign_1/{name}": False
        for name in ("Signature.xml", "SignedValue.dat", "Seal.esl")
    }


@pytest.mark.parametrize("name", [build.IMAGE, build.TEMPLATE, build.RESOURCES])
def test_a_false_later_signature_hides_nothing(name):
    """Its SignedValue or its seal is said to be a file that the first one left out."""
    first = build.unreferenced(STAMPED, name)
    entry = '<ofd:Signature ID="s9" BaseLoc="/Doc_0/Signs/Sign_9/Signature.xml"/>'
    false = build.xml(
        "Signature",
        f"<ofd:SignedInfo><ofd:References/><ofd:Seal><ofd:BaseLoc>/{name}</ofd:BaseLoc></ofd:Seal>"
        f"</ofd:SignedInfo><ofd:SignedValue>/{name}</ofd:SignedValue>",
    )
    data = build.with_files(first, {"Doc_0/Signs/Sign_9/Signature.xml": false})
    data = build.edited(data, build.LIST, "</ofd:Signatures>", f"{entry}</ofd:Signatures>")
    evidence = build.evidence(data)
    assert outside(data) == {name: True}
    assert evidence.signatures[1].problem is not None
    assert evidence.signatures[1].coverage.extent is Extent.NONE


def test_a_false_later_signature_may_not_list_itself_over_a_page():
    first = build.unreferenced(STAMPED, build.PAGE)
    entry = f'<ofd:Signature ID="s9" BaseLoc="/{build.PAGE}"/>'
    data = build.edited(first, build.LIST, "</ofd:Signatures>", f"{entry}</ofd:Signatures>")
    assert outside(data) == {build.PAGE: True}


def test_its_own_broken_value_is_still_its_own():
    assert coverage(build.replaced(STAMPED, build.VALUE, b"")).extent is Extent.WHOLE_FILE


def test_a_signature_that_protects_nothing_that_is_there():
    data = build.unreferenced(STAMPED, *build.files(), build.SEAL)
    found = coverage(data)
    assert found.extent is Extent.NONE
    assert found.protected == frozenset()
    assert len(found.unprotected) == len(build.files())


def test_signatures_of_two_documents_are_ordered_by_what_they_protect():
    # The second document is stamped first, so its stamp comes later in the lists.
    data = build.stamped(build.two_documents(), placements=(build.Placement(2, 1, 1),))
    data = build.stamped(data)
    evidence = build.evidence(data)
    assert [item.id for item in evidence.signatures] == ["A/s001", "B/s001"]
    assert [item.coverage.extent for item in evidence.signatures] == [Extent.WHOLE_FILE] * 2


def test_what_cannot_be_followed_to_its_end_may_be_rendered(monkeypatch):
    data = build.with_files(STAMPED, {"x.bin": b""})
    assert outside(data) == {"x.bin": False}
    monkeypatch.setattr("govseal.formats.ofd.reach._MOST_STEPS", 20)
    assert outside(data) == dict.fromkeys([build.LIST, build.VALUE, "x.bin"], True)
    assert (coverage(data).pages, coverage(data).is_root_protected) == ((), False)


def test_pages_of_many_signatures_are_told_until_it_takes_too_long(monkeypatch):
    """Then none is covered, for all that is known."""
    data = build.stamped(build.with_files(build.package(pages=3), {"a": b""}))
    data = build.with_files(build.unreferenced(data, build.PAGE, build.ENTRY), {"x.bin": b""})
    assert (coverage(data).pages, coverage(data).is_root_protected) == ((2, 3), False)
    package = build.Package.open(data)
    document = OfdDocument(data)
    pages = PageCoverage(Reach(package, Limits()), document.outline)
    pages.reach.all_leads()
    monkeypatch.setattr("govseal.formats.ofd.reach._MOST_STEPS", 3)
    assert pages.covered([build.PAGE]) == ()
    assert not pages.is_root_safe(["x.bin"])
    assert pages.is_root_safe([])


LINK = "<ofd:Annotations>{}</ofd:Annotations></ofd:Document>"


def naming(location, data=None):
    """A document that names ``location`` as its annotations, stamped."""
    data = build.package() if data is None else data
    return build.stamped(
        build.edited(data, build.DOCUMENT, "</ofd:Document>", LINK.format(location))
    )


@pytest.mark.parametrize(
    "location",
    [
        "Signs/Signatures.xml",
        "/Doc_0/Signs/signatures.XML",
        "Signs/Signa<!-- -->tures.xml",
        "Signs/<?x y?><![CDATA[Signatures.xml]]>",
        "&#83;igns/Signatures.xml\n",
        "Signs/Signatures<ofd:X/>.xml",
    ],
)
def test_a_list_that_the_document_names_is_content(location):
    """It leads on to the signatures, of which the stamp's own file is protected by itself."""
    found = outside(naming(location))
    assert found == {build.LIST: True, build.VALUE: True}


def test_files_of_signatures_that_the_document_names_are_content():
    assert outside(naming("Signs/Sign_0/SignedValue.dat")) == {build.VALUE: True}
    assert outside(naming("Signs/Sign_0/Signature.xml")) == {build.VALUE: True}
    assert outside(naming("Signs/Sign_0/Seal.esl")) == {}


def test_files_of_a_later_signature_that_the_document_names_are_content():
    directory = "Doc_0/Signs/Sign_1"
    data = build.stamped(naming("Signs/Sign_1/Signature.xml"))
    later = {f"{directory}/{name}": True for name in ("Signature.xml", "SignedValue.dat")}
    seal = {f"{directory}/Seal.esl": True}
    mine = {build.LIST: True, build.VALUE: True}
    assert outside(data).keys() <= (later | seal | mine).keys()
    assert outside(data).items() >= (later | seal).items()


def test_a_list_that_stands_in_what_cannot_be_read_is_content():
    tags = {TAGS: b"<x:illegal-prefix>/Doc_0/Signs/Signatures.xml</x:illegal-prefix>"}
    data = build.with_files(build.package(), tags)
    assert outside(naming("Tags/CustomTags.xml", data)) == {build.LIST: True}
    assert outside(naming("Tags/CustomTags.xml", build.edited(data, TAGS, "/Sig", "/Tig"))) == {}


def test_blanks_in_front_hide_no_names():
    """A declaration may be missing, and then blanks may come first."""
    tags = {TAGS: b" " * 100 + b"<Tags><F>/Doc_0/Signs/Signatures.xml</F></Tags>"}
    data = naming("Tags/CustomTags.xml", build.with_files(build.package(), tags))
    assert build.LIST in outside(data)
