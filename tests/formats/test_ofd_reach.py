"""A file that names another one is found to do so, however the name is written."""

from __future__ import annotations

import pytest

import ofd_builder as build
from govseal.formats.limits import DEFAULT_LIMITS
from govseal.formats.ofd.package import Package
from govseal.formats.ofd.reach import Reach

HIDDEN = "Doc_0/Res/hidden.skin"
TEXT = "Res/hidden.skin"


def reached(content, hidden=HIDDEN):
    """Whether the file is reached where Document.xml has this content, as text or as bytes."""
    data = content if isinstance(content, bytes) else build.xml("Document", content)
    files = {**build.files(), build.DOCUMENT: data, hidden: b"\0"}
    reach = Reach(Package.open(build.pack(files)), DEFAULT_LIMITS)
    return reach.is_rendered(hidden)


@pytest.mark.parametrize(
    "content",
    [
        f"<a>{TEXT}</a>",
        f'<a b="{TEXT}"/>',
        f"<a>{TEXT.upper()}</a>",
        "<a>Res/&#104;idden.skin</a>",
        "<a>Res/hidden.s&#x6B;in</a>",
        f"<a><![CDATA[{TEXT}]]></a>",
        "<a>Res/hid<!-- x -->den.skin</a>",
        "<a>Res/hid<?x y?>den.skin</a>",
        "<a>Res/hid<b/>den.skin</a>",
        "<a><b>Res/hid</b>den.skin</a>",
        "<a><b>Res/hid</b><c/>den.skin</a>",
        "<a><b>Res/hid</b><c d='e'></c>den.skin</a>",
        # An element's text as it is read is that of all that is in it.
        "<a><b>Res/hid</b><c>den.skin</c></a>",
        "<a>\n<b>Res/</b><c/><d><e>hid</e></d><c f='>'>den</c><c>.skin</c></a>",
        "<a>Res/hid<b c='>'/><d e=\">\">den</d><d>.skin</d></a>",
        # What is read as the name all the same: white space around it, nothing behind it.
        f"<a>{' ' * 2000}{TEXT}{' ' * 2000}</a>",
        f"<a>{TEXT}/.</a>",
        f"<a>{TEXT}/</a>",
        f"<a>{TEXT}/x/..</a>",
        "<a>Res\\hidden.skin</a>",
        # Longer than any location that is read here; others may read it.
        f"<a>{'./' * 1000}{TEXT}</a>",
        "<a>Res/hidden.s\u212ain</a>",  # the Kelvin sign
        "<a>Res/hidden.\u017fkin</a>",  # the long s
        build.xml("Document", f"<a>{TEXT}</a>").decode().encode("utf-16"),
        build.xml("Document", f"<a>{TEXT}</a>").replace(b"UTF-8", b"GBK"),
        b"\xef\xbb\xbf" + build.xml("Document", f"<a>{TEXT}</a>"),
        f"<a>{TEXT}</a>".encode(),
    ],
)
def test_a_name_is_found_however_it_is_written(content):
    assert reached(content)


@pytest.mark.parametrize(
    "content",
    [
        "<a>Res/hidden</a>",
        "<a>Res/hid den.skin</a>",
        f"<!-- {TEXT} --><a/>",
        f"<?x {TEXT}?><a/>",
        "<a>Res/hid</a>x<a>den.skin</a>",
        "<a><b>Res/hid</b>\n<c>den.skin</c></a>",
        "<a>Res/hid<b>c</b>den.skin</a>",
        "<a>Res/other.skin</a>",
        b"\x89PNG Res/hidden.skin",
        b"",
    ],
)
def test_what_is_no_name_leads_nowhere(content):
    assert not reached(content)


@pytest.mark.parametrize("name", ["隐藏.skin", "hid&den.skin", "hid den.skin", "hid>den.skin"])
def test_names_of_any_letters_are_found(name):
    text = name.replace("&", "&amp;").replace(">", "&gt;")
    assert reached(f"<a>Res/{text}</a>", f"Doc_0/Res/{name}")
    assert reached(f"<a>Res/{text[:3]}<b/>{text[3:]}</a>", f"Doc_0/Res/{name}")


def test_a_file_that_is_not_well_formed_may_lead_anywhere():
    assert reached("<a>nothing</b>")


def test_many_names_are_found_too():
    many = {f"Doc_0/Res/{number}.bin": b"" for number in range(60)}
    data = build.xml("Document", "<a>Res/hid<b/>den.skin</a>")
    files = {**build.files(), **many, build.DOCUMENT: data, HIDDEN: b"\0"}
    reach = Reach(Package.open(build.pack(files)), DEFAULT_LIMITS)
    assert reach.is_rendered(HIDDEN)
    assert not reach.is_rendered("Doc_0/Res/59.bin")


@pytest.mark.parametrize("encoding", ["utf-32-be", "utf-32-le", "utf-32", "cp037", "big5"])
def test_a_file_in_an_encoding_that_is_not_read_may_lead_anywhere(encoding):
    """XML in four bytes or EBCDIC is recognised by other readers, by how it starts."""
    text = build.xml("Document", f"<a>{TEXT}</a>").decode().replace("UTF-8", encoding)
    assert reached(text.encode(encoding))


def rendered(files, hidden):
    reach = Reach(Package.open(build.pack({**build.files(), **files})), DEFAULT_LIMITS)
    return reach.is_rendered(hidden)


def resources(name):
    return build.xml("Res", f"<ofd:MediaFile>{name}</ofd:MediaFile>")


def test_a_resource_that_is_an_attachment_too_is_followed():
    """Whichever of the two is met first."""
    attached = "<ofd:Attachment><ofd:FileLoc>/Doc_0/R.xml</ofd:FileLoc></ofd:Attachment>"
    named = "<ofd:PageRes>/Doc_0/R.xml</ofd:PageRes>"
    files = {
        "Doc_0/R.xml": resources("hidden.png"),
        "Doc_0/hidden.png": b"\x89PNG",
        build.ATTACHMENTS: build.xml("Attachments", attached),
    }
    assert not rendered(files, "Doc_0/hidden.png")
    for holder in (build.PAGE, build.RESOURCES, build.TEMPLATE):
        assert rendered(files | {holder: build.page(more=named)}, "Doc_0/hidden.png")


def test_a_page_does_not_become_an_attachment_by_the_name_of_its_root():
    directory = "Doc_0/Pages/Page_0"
    page = build.page(more="<ofd:PageRes>R.xml</ofd:PageRes>")
    files = {
        build.PAGE: page.replace(b"ofd:Page ", b"ofd:Attachments ").replace(
            b"/ofd:Page>", b"/ofd:Attachments>"
        ),
        f"{directory}/R.xml": resources("hidden.png"),
        f"{directory}/hidden.png": b"\x89PNG",
    }
    assert rendered(files, f"{directory}/hidden.png")


def test_only_the_lists_of_signatures_are_left_aside():
    """The text of DocRoot is read with what is in it."""
    root = "<ofd:Signatures>Doc_0/Document.xml</ofd:Signatures>"
    assert rendered({build.ENTRY: build.entry(build.body(root))}, build.DOCUMENT)
    listed = build.body("Doc_0/None.xml", more=root)
    assert not rendered({build.ENTRY: build.entry(listed)}, build.DOCUMENT)
