"""Files of signatures that no list leads to: told by their content, whatever they are called."""

from __future__ import annotations

import pytest

import cms_builder
import ofd_builder as build
import ses_builder

STAMPED = build.stamped()
XML = build.read(STAMPED, build.SIGNATURE)
LIST = build.read(STAMPED, build.LIST)


def problem(data):
    return build.evidence(data).problem


@pytest.mark.parametrize(
    "content",
    [
        XML,
        XML.replace(b"ofd:", b"").replace(b"xmlns:ofd", b"xmlns"),
        XML.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        LIST,
        ses_builder.signature(),
    ],
    ids=["Signature.xml", "without prefix", "UTF-16", "Signatures.xml", "SignedValue.dat"],
)
def test_a_signature_that_no_list_names_is_a_problem(content):
    found = problem(build.with_files(STAMPED, {"Doc_0/x.bin": content}))
    assert (found.code, found.part) == ("signature_unlisted", "/Doc_0/x.bin")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<x/>",
        b"<Signature",
        b"<Signature><SignedInfo/><SignatureValue/></Signature>",
        build.xml("Signatures"),
        build.xml("Signature"),
        ses_builder.signature()[:-1],
        ses_builder.seal(),
        cms_builder.signed_data(cms_builder.signer_info(signed=cms_builder.attributes(b""))),
    ],
)
def test_what_only_looks_like_one_is_none(content):
    assert problem(build.with_files(STAMPED, {"Doc_0/Signs/Sign_9/Signature.xml": content})) is None


def test_without_any_signature_the_name_is_enough():
    for name, code in (("Doc_0/Signature.xml", "malformed"), ("Doc_0/S.xml", None)):
        found = problem(build.with_files(build.package(), {name: b"<x/>"}))
        assert (found and found.code) == code
    found = problem(build.with_files(build.package(), {"Doc_0/S.xml": XML}))
    assert found.code == "malformed"
    stamp = {"Doc_0/Attachs/data.ses": ses_builder.signature()}
    assert problem(build.with_files(build.package(), stamp)) is None


@pytest.mark.parametrize("number", [1, 2, 3])
def test_each_stamp_of_three_is_missed(number):
    data = build.stamped(count=3)
    name = f"Doc_0/Signs/Sign_{number - 1}/Signature.xml"
    start, end = f'<ofd:Signature ID="s{2 * number - 1:03}"', f'BaseLoc="/{name}"/>'
    text = build.read(data, build.LIST).decode()
    row = text[text.index(start) : text.index(end) + len(end)]
    found = problem(build.edited(data, build.LIST, row, ""))
    assert (found.code, found.part) == ("signature_unlisted", f"/{name}")


def test_the_list_that_another_list_replaced_is_missed():
    more = {"Doc_0/L.xml": LIST.replace(b"s001", b"s009")}
    data = build.edited(STAMPED, build.ENTRY, f"/{build.LIST}", "/Doc_0/L.xml")
    assert problem(build.with_files(data, more)).part == f"/{build.LIST}"


def test_a_package_is_asked_for_the_head_of_a_file():
    package = build.Package.open(build.with_files(STAMPED, {"zeros": bytes(1 << 17)}))
    assert package.head("zeros", 100) == bytes(100)
    assert package.head(build.PAGE, 5) == b"<?xml"
    assert package.read(build.PAGE)[:6] == package.head(build.PAGE, 6)


def test_more_files_than_anybody_looks_at_are_a_problem():
    # OFD.xml is one that is looked at.
    files = {f"x/{number}": b"<Signature/>" for number in range(100)}
    assert problem(build.with_files(STAMPED, files)).code == "signature_unlisted"
    files.pop("x/0")
    assert problem(build.with_files(STAMPED, files)) is None
