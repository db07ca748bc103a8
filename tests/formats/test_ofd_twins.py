"""What may occur once in an element: a second one is a problem, whatever its namespace."""

from __future__ import annotations

import pytest

import ofd_builder as build

STAMPED = build.stamped()
FOREIGN = " xmlns:x='urn:x'"


def problem(data):
    return build.evidence(data).problem


@pytest.mark.parametrize("prefix", ["ofd", "x"])
@pytest.mark.parametrize(
    ("file", "parent", "twin"),
    [
        (build.ENTRY, "DocBody", "DocInfo"),
        (build.ENTRY, "DocBody", "DocRoot"),
        (build.ENTRY, "DocBody", "Signatures"),
        (build.ENTRY, "DocInfo", "DocID"),
        (build.DOCUMENT, "Document", "CommonData"),
        (build.DOCUMENT, "Document", "Pages"),
        (build.DOCUMENT, "Document", "Attachments"),
        (build.DOCUMENT, "PageArea", "PhysicalBox"),
        (build.SIGNATURE, "Signature", "SignedInfo"),
        (build.SIGNATURE, "Signature", "SignedValue"),
        (build.SIGNATURE, "SignedInfo", "References"),
        (build.SIGNATURE, "SignedInfo", "Seal"),
        (build.SIGNATURE, "Reference", "CheckValue"),
        (build.SIGNATURE, "Seal", "BaseLoc"),
    ],
)
def test_an_element_too_many_is_a_problem(file, parent, twin, prefix):
    one = f"<{prefix}:{twin}{FOREIGN}/></ofd:{parent}>"
    found = problem(build.edited(STAMPED, file, f"</ofd:{parent}>", one))
    assert (found.code, found.part) == ("malformed", f"/{file}")
    assert twin in str(found)


@pytest.mark.parametrize(
    ("file", "element", "attribute"),
    [
        (build.DOCUMENT, "Page", "BaseLoc"),
        (build.DOCUMENT, "Page", "ID"),
        (build.DOCUMENT, "TemplatePage", "BaseLoc"),
        (build.LIST, "Signature", "BaseLoc"),
        (build.SIGNATURE, "Reference", "FileRef"),
        (build.SIGNATURE, "References", "CheckMethod"),
        (build.SIGNATURE, "StampAnnot", "PageRef"),
    ],
)
def test_an_attribute_too_many_is_a_problem(file, element, attribute):
    new = f"<ofd:{element}{FOREIGN} x:{attribute}='9' "
    found = problem(build.edited(STAMPED, file, f"<ofd:{element} ", new))
    assert (found.code, found.part) == ("malformed", f"/{file}")


def test_a_foreign_attribute_of_its_own_is_no_problem():
    new = f"<ofd:Page{FOREIGN} x:Other='9' "
    assert problem(build.edited(STAMPED, build.DOCUMENT, "<ofd:Page ", new)) is None


def test_what_may_repeat_is_no_problem():
    row = "<ofd:PublicRes>PublicRes.xml</ofd:PublicRes>"
    data = build.edited(build.package(pages=3), build.DOCUMENT, row, row * 2)
    row = '<ofd:TemplatePage ID="2" BaseLoc="Tpls/Tpl_0/Content.xml"/>'
    data = build.edited(data, build.DOCUMENT, row, row + row.replace("2", "3"))
    places = [build.Placement(page, 1, 1) for page in (1, 2, 3)]
    evidence = build.evidence(build.stamped(data, 2, placements=places))
    assert evidence.problem is None
    assert [len(item.appearances) for item in evidence.signatures] == [3, 3]


def test_two_current_versions_are_a_problem():
    rows = "".join(
        f'<ofd:Version ID="{n}" Index="{n}" Current="true" BaseLoc="V.xml"/>' for n in (1, 2)
    )
    versions = f"<ofd:Versions>{rows}</ofd:Versions></ofd:DocBody>"
    files = {"V.xml": build.xml("DocVersion", f"<ofd:DocRoot>/{build.DOCUMENT}</ofd:DocRoot>")}
    data = build.with_files(build.edited(STAMPED, build.ENTRY, "</ofd:DocBody>", versions), files)
    assert problem(data).code == "malformed"
    one = build.edited(data, build.ENTRY, 'Index="2" Current="true"', 'Index="2"')
    assert problem(one) is None


def test_two_versions_of_a_root_are_a_problem():
    root = f"<ofd:DocRoot>/{build.DOCUMENT}</ofd:DocRoot>"
    version = '<ofd:Version ID="1" Index="1" Current="true" BaseLoc="V.xml"/>'
    versions = f"<ofd:Versions>{version}</ofd:Versions></ofd:DocBody>"
    data = build.edited(STAMPED, build.ENTRY, "</ofd:DocBody>", versions)
    data = build.with_files(data, {"V.xml": build.xml("DocVersion", root * 2)})
    assert (problem(data).code, problem(data).part) == ("malformed", "/V.xml")
