"""What an OFD says about itself: metadata, tags, attachments, extensions, and its e-licence."""

from __future__ import annotations

import contextlib
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import govseal
import ofd_builder as ofd
from govseal.errors import FormatError, GovsealError, LimitExceeded
from govseal.formats import licence
from govseal.formats.limits import Limits
from govseal.formats.metadata import MentionSource, NamedValue, Protection

TAGS = "Doc_0/Tags/CustomTags.xml"
TAG = "Doc_0/Tags/CustomTag.xml"
EXTENSIONS = "Doc_0/Extensions.xml"
RIGHT = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"
NEXT = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.002.S"
WRONG = RIGHT[:-1] + "V"
FAULTY = (
    "1.2.156.3005.2.11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.M"
)
INFO = (
    "<ofd:Title>测试许可证</ofd:Title><ofd:Author>测试局</ofd:Author>"
    "<ofd:Subject>许可</ofd:Subject><ofd:Abstract>摘要</ofd:Abstract>"
    "<ofd:CreationDate>2026-06-01</ofd:CreationDate><ofd:ModDate>2026-06-02</ofd:ModDate>"
    "<ofd:DocUsage>Normal</ofd:DocUsage><ofd:Cover>Doc_0/Res/image.png</ofd:Cover>"
    "<ofd:Keywords><ofd:Keyword>甲</ofd:Keyword><ofd:Keyword>乙</ofd:Keyword></ofd:Keywords>"
    "<ofd:Creator>测试软件</ofd:Creator><ofd:CreatorVersion>1.0</ofd:CreatorVersion>"
)


def custom(*rows):
    """CustomDatas of names and values."""
    data = "".join(
        f'<ofd:CustomData Name="{name}">{value}</ofd:CustomData>' for name, value in rows
    )
    return f"<ofd:CustomDatas>{data}</ofd:CustomDatas>"


def package(info="", document="", tag=None, page=None, **more):
    """A document with more in its DocInfo and Document.xml, with a tag file, with another page."""
    files = ofd.files()
    if info:
        files[ofd.ENTRY] = files[ofd.ENTRY].replace(
            b"</ofd:DocInfo>", f"{info}</ofd:DocInfo>".encode()
        )
    if tag is not None:
        document += "<ofd:CustomTags>Tags/CustomTags.xml</ofd:CustomTags>"
        location = "<ofd:FileLoc>CustomTag.xml</ofd:FileLoc>"
        entry = f'<ofd:CustomTag NameSpace="cert">{location}</ofd:CustomTag>'
        files[TAGS] = ofd.xml("CustomTags", entry)
        files[TAG] = tag if isinstance(tag, bytes) else root(tag)
    if page is not None:
        files[ofd.PAGE] = page
    old = files[ofd.DOCUMENT]
    files[ofd.DOCUMENT] = old.replace(b"</ofd:Document>", f"{document}</ofd:Document>".encode())
    return ofd.pack(files | {name.replace("__", "/"): data for name, data in more.items()})


def root(body):
    """A tag file."""
    return f'<c:root xmlns:c="urn:c" xmlns:ofd="{ofd.NAMESPACE}">{body}</c:root>'.encode()


def described(data, limits=None):
    """The one document of a package."""
    (found,) = govseal.inspect(data, **({"limits": limits} if limits else {})).documents
    return found


def fields(tag, **changes):
    """The fields of a tag file as name and value, nothing wrong on the way."""
    found = described(package(tag=tag, **changes))
    (file,) = found.tags
    assert file.problem is None
    assert not found.problems
    return [(item.name, item.value) for item in file.fields]


# ----------------------------------------------------------------------------------- metadata


def test_metadata_as_written():
    info = described(package(INFO + custom(("证号", "一"), ("证号", "二")))).info
    assert (info.title, info.author, info.subject, info.abstract) == (
        *("测试许可证", "测试局", "许可", "摘要"),
    )
    assert (info.created, info.modified, info.usage) == ("2026-06-01", "2026-06-02", "Normal")
    assert (info.cover, info.creator, info.creator_version) == (
        *("Doc_0/Res/image.png", "测试软件", "1.0"),
    )
    assert info.doc_id == "1f761cd5064544fe8a50d10a7a3a3cf0"
    assert info.keywords == ("甲", "乙")
    assert info.custom_data == (NamedValue("证号", "一"), NamedValue("证号", "二"))


def test_each_document_has_its_own():
    data = ofd.edited(ofd.two_documents(), ofd.ENTRY, ">B<", ">B</ofd:DocID><ofd:DocID>C<")
    assert [item.info.doc_id for item in govseal.inspect(data).documents] == ["A", "B"]


def test_a_document_without_any_says_nothing():
    found = described(ofd.package())
    assert (found.info.title, found.info.custom_data) == ("", ())
    assert (found.tags, found.extensions, found.licence, found.problems) == ((), (), None, ())


@pytest.mark.parametrize("data", [b"PK\3\4", ofd.removed(ofd.package(), ofd.ENTRY)])
def test_what_cannot_be_opened_has_no_documents(data):
    found = govseal.inspect(data)
    assert found.documents == ()
    assert found.problem.code == "container_damaged"


def test_verifying_reads_none_of_it():
    assert ofd.evidence(package(INFO)).documents == ()


# --------------------------------------------------------------------------------------- tags


def test_a_tag_gives_the_text_of_its_object():
    tag = '<c:证照名称><ofd:ObjectRef PageRef="10">91</ofd:ObjectRef></c:证照名称>'
    assert fields(tag) == [("证照名称", "第1页")]


def test_a_tag_gives_its_own_text():
    """As products write: ObjectData, or the text alone."""
    tag = "<c:a><ofd:ObjectData> 甲 </ofd:ObjectData></c:a><c:b>乙</c:b><c:n/>"
    assert fields(tag) == [("a", "甲"), ("b", "乙"), ("n", "")]


def test_nested_tags_have_the_names_around_them():
    tag = "<c:a><c:b><c:x>1</c:x></c:b><c:b><c:x>2</c:x></c:b></c:a><c:y>3</c:y>"
    assert fields(tag) == [("a/b/x", "1"), ("a/b/x", "2"), ("y", "3")]


def test_several_objects_are_one_text():
    reference = '<ofd:ObjectRef PageRef="10">91</ofd:ObjectRef>'
    assert fields(f"<c:a>{reference}{reference}</c:a>") == [("a", "第1页第1页")]


@pytest.mark.parametrize(
    ("page", "identity"), [("10", "92"), ("11", "91"), ("", "91"), ("10", ""), ("10", "九")]
)
def test_a_reference_to_nothing_is_named(page, identity):
    tag = f'<c:a><ofd:ObjectRef PageRef="{page}">{identity}</ofd:ObjectRef></c:a>'
    (file,) = described(package(tag=tag)).tags
    assert (file.fields[0].value, file.fields[0].missing) == ("", (f"{page}/{identity}",))


def test_object_zero_means_none():
    tag = '<c:a><ofd:ObjectRef PageRef="10">0</ofd:ObjectRef></c:a>'
    (file,) = described(package(tag=tag)).tags
    assert file.fields[0].missing == ()


def test_undeclared_prefixes_are_read_and_named():
    """Q17: a bank's receipts begin so."""
    reference = '<ofd:ObjectRef PageRef="10">91</ofd:ObjectRef>'
    tag = f'<:Root xmlns:=""><证照编号 ContextRef="x">{reference}</证照编号></:Root>'
    found = described(package(tag=tag.encode()))
    (file,) = found.tags
    assert [(item.name, item.value) for item in file.fields] == [("证照编号", "第1页")]
    assert [(item.code, item.part) for item in found.tolerances] == [("quirk_q17", f"/{TAG}")]


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        (b"", "malformed"),
        (b"\0\1\2", "malformed"),
        (b"no xml", "malformed"),
        (b'<!DOCTYPE a [<!ENTITY e "e">]><a>&e;</a>', "xml_forbidden"),
        (b'<?xml version="1.0" encoding="UTF-7"?><a/>', "malformed"),
        (b"<a>\xff\xfe</a>", "malformed"),
        (b"<a>" * 200 + b"</a>" * 200, "container_too_large"),
    ],
    ids=["empty", "bytes", "text", "document type", "encoding", "not UTF-8", "deep"],
)
def test_a_tag_file_that_cannot_be_read_is_a_problem(tag, code):
    (file,) = described(package(tag=tag)).tags
    assert (file.fields, file.problem.code, file.problem.part) == ((), code, f"/{TAG}")


def test_a_tag_file_that_is_missing_is_a_problem():
    (file,) = described(ofd.removed(package(tag=""), TAG)).tags
    assert (file.location, file.problem.part) == (f"/{TAG}", f"/{TAG}")


@pytest.mark.parametrize("change", ["remove", "break", "rename"])
def test_a_list_of_tags_that_cannot_be_read_is_a_problem(change):
    data = package(tag="")
    data = {
        "remove": lambda: ofd.removed(data, TAGS),
        "break": lambda: ofd.replaced(data, TAGS, b"<broken"),
        "rename": lambda: ofd.replaced(data, TAGS, ofd.xml("Tags")),
    }[change]()
    found = described(data)
    assert found.tags == ()
    assert [item.part for item in found.problems] == [f"/{TAGS}"]


def test_a_page_that_cannot_be_read_is_a_problem_once():
    reference = '<c:a><ofd:ObjectRef PageRef="10">91</ofd:ObjectRef></c:a>'
    found = described(package(tag=reference * 3, page=b"<broken"))
    assert [item.part for item in found.problems] == [f"/{ofd.PAGE}"]
    assert [item.missing for item in found.tags[0].fields] == [("10/91",)] * 3


# -------------------------------------------------------------------------------- attachments


@pytest.fixture(scope="module")
def signed():
    """A stamped document with an attachment."""
    return ofd.stamped()


def attached(data):
    """Its one attachment."""
    (found,) = described(data).attachments
    return found


def test_an_attachment_with_its_file():
    row = (
        '<ofd:Attachment ID="a1" Name="../data" Format="xml" CreationDate="2026-06-01" '
        'ModDate="2026-06-02" Size="0.02" Visible="false" Usage="data">'
        "<ofd:FileLoc>data.xml</ofd:FileLoc></ofd:Attachment>"
    )
    found = attached(ofd.replaced(ofd.package(), ofd.ATTACHMENTS, ofd.xml("Attachments", row)))
    assert (found.id, found.name, found.format) == ("a1", "../data", "xml")
    assert (found.created, found.modified) == ("2026-06-01", "2026-06-02")
    assert (found.usage, found.is_visible, found.stated_size_kb) == ("data", False, "0.02")
    assert (found.location, found.size) == (f"/{ofd.ATTACHMENT}", 14)
    assert found.read() == b"<data>1</data>"
    assert found.sha256 == sha256(b"<data>1</data>").hexdigest()
    assert (found.covers, found.problem) == ((), None)


def test_a_signature_covers_it(signed):
    (cover,) = attached(signed).covers
    assert (cover.signature, cover.file, cover.list, cover.is_covered) == (
        *("s001", Protection.COVERED, Protection.COVERED, True),
    )


@pytest.mark.parametrize(
    ("part", "old", "expected"),
    [
        (ofd.ATTACHMENT, ">1<", (Protection.CHANGED, Protection.COVERED)),
        (ofd.ATTACHMENTS, '="data"', (Protection.COVERED, Protection.CHANGED)),
    ],
)
def test_what_was_changed_is_not_covered(signed, part, old, expected):
    (cover,) = attached(ofd.edited(signed, part, old, old.upper().replace("1", "2"))).covers
    assert (cover.file, cover.list) == expected
    assert not cover.is_covered


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (ofd.ATTACHMENT, (Protection.OUTSIDE, Protection.COVERED)),
        (ofd.ATTACHMENTS, (Protection.COVERED, Protection.OUTSIDE)),
    ],
)
def test_what_the_signer_left_out_is_not_covered(signed, part, expected):
    (cover,) = attached(ofd.unreferenced(signed, part)).covers
    assert (cover.file, cover.list) == expected
    assert not cover.is_covered


def test_each_signature_stands_for_itself(signed):
    data = ofd.stamped(ofd.unreferenced(signed, ofd.ATTACHMENT))
    covers = attached(data).covers
    assert [(item.signature, item.is_covered) for item in covers] == [
        ("s001", False),
        ("s003", True),
    ]


def test_an_attachment_that_is_missing():
    found = attached(ofd.removed(ofd.package(), ofd.ATTACHMENT))
    assert (found.size, found.sha256, found.problem.part) == (None, "", f"/{ofd.ATTACHMENT}")
    with pytest.raises(FormatError, match="missing"):
        found.read()


def test_an_attachment_that_is_there_twice_is_none_of_the_two():
    found = attached(ofd.doubled(ofd.package(), ofd.ATTACHMENT, b"<data>2</data>"))
    assert found.problem.code == "container_duplicate_name"
    with pytest.raises(FormatError):
        found.read()


def test_an_attachment_outside_the_package_is_not_there():
    data = ofd.edited(ofd.package(), ofd.ATTACHMENTS, ">data.xml<", ">../../../etc/passwd<")
    assert attached(data).problem is not None


# --------------------------------------------------------------------------------- extensions


def test_what_applications_left():
    row = (
        '<ofd:Extension AppName="app" Company="co" AppVersion="2" Date="2026-06-01" RefId="91">'
        '<ofd:Property Name="a">甲</ofd:Property><ofd:Property Name="b"/>'
        "<ofd:ExtendData>Res/image.png</ofd:ExtendData></ofd:Extension>"
    )
    data = package(
        document="<ofd:Extensions>Extensions.xml</ofd:Extensions>",
        **{EXTENSIONS: ofd.xml("Extensions", row)},
    )
    (found,) = described(data).extensions
    assert (found.app, found.company, found.version, found.date) == ("app", "co", "2", "2026-06-01")
    assert (found.reference, found.location) == ("91", f"/{ofd.IMAGE}")
    assert found.properties == (NamedValue("a", "甲"), NamedValue("b", ""))


def test_extensions_that_cannot_be_read_are_a_problem():
    found = described(package(document="<ofd:Extensions>Extensions.xml</ofd:Extensions>"))
    assert (found.extensions, found.problems[0].part) == ((), f"/{EXTENSIONS}")


# -------------------------------------------------------------------------------------- limits


REFERENCE = '<c:a><ofd:ObjectRef PageRef="10">91</ofd:ObjectRef></c:a>'


@pytest.mark.parametrize(
    ("limits", "data"),
    [
        (Limits(max_fields=20), package(tag="<c:a/>" * 30)),
        (Limits(max_fields=20), package(custom(*[("a", "b")] * 30))),
        (Limits(max_xml_bytes=9000), package(tag=REFERENCE * 30, page=ofd.page("字" * 2000))),
        (
            Limits(max_xml_bytes=9000),
            package(tag=f"<c:{'a' * 900}>{'<c:b/>' * 30}</c:{'a' * 900}>"),
        ),
    ],
    ids=["fields", "custom data", "one text many times", "long names"],
)
def test_more_than_the_limits_allow_is_a_problem_and_ends_the_reading(limits, data):
    found = described(data, limits)
    assert found.info.custom_data == ()
    problems = (*found.problems, *(file.problem for file in found.tags if file.problem))
    assert any(isinstance(item, LimitExceeded) for item in problems)
    assert sum(len(file.fields) for file in found.tags) < 30


def test_the_documents_of_a_package_share_the_limits():
    """A package may hold thousands, all of which lead to the same long files."""
    data = package(tag=REFERENCE)
    document = ofd.read(data, ofd.DOCUMENT)
    data = ofd.with_files(data, {f"Doc_0/{number}.xml": document for number in range(40)})
    entry = ofd.entry(*(ofd.body(f"Doc_0/{number}.xml") for number in range(40)))
    data = ofd.replaced(data, ofd.ENTRY, entry)
    found = govseal.inspect(data, limits=Limits(max_xml_bytes=20_000)).documents
    assert len(found) == 40
    read = [bool(item.tags and item.tags[0].fields) for item in found]
    assert read == sorted(read, reverse=True)
    assert 0 < sum(read) < 40
    assert isinstance(found[-1].problems[0], LimitExceeded)


def test_a_document_that_is_listed_twice_is_read_once():
    bodies = (ofd.body(doc_id="A"), ofd.body(doc_id="B"))
    data = ofd.replaced(package(tag=REFERENCE), ofd.ENTRY, ofd.entry(*bodies))
    first, second = govseal.inspect(data).documents
    assert (first.info.doc_id, second.info.doc_id) == ("A", "B")
    assert (len(first.tags), len(first.attachments)) == (1, 1)
    assert (second.tags, second.attachments, second.problems) == ((), (), ())


def test_tags_lead_to_so_many_pages_and_no_more():
    tag = REFERENCE + REFERENCE.replace("10", "11")
    files = ofd.files(pages=2)
    files[TAGS] = ofd.read(package(tag=tag), TAGS)
    files[TAG] = root(tag)
    for name in (ofd.PAGE, ofd.PAGE.replace("Page_0", "Page_1")):
        files[name] = ofd.page("字" * 1000)
    listed = b"<ofd:CustomTags>Tags/CustomTags.xml</ofd:CustomTags></ofd:Document>"
    files[ofd.DOCUMENT] = files[ofd.DOCUMENT].replace(b"</ofd:Document>", listed)
    (file,) = described(ofd.pack(files), Limits(max_xml_bytes=5000)).tags
    assert [item.value for item in file.fields] == ["字" * 1000]
    assert isinstance(file.problem, LimitExceeded)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_hostile_bytes_are_problems(data):
    name = data.draw(
        st.sampled_from((ofd.ENTRY, ofd.DOCUMENT, ofd.ATTACHMENTS, TAGS, TAG, ofd.PAGE))
    )
    base = package(INFO + custom(("证照标识", RIGHT)), tag=REFERENCE)
    content = bytearray(ofd.read(base, name))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    with contextlib.suppress(GovsealError):
        govseal.inspect(ofd.replaced(base, name, bytes(content)))


# ---------------------------------------------------------------------------------- e-licences


def mentions(data):
    """Where identifiers stand, what they are, and what is wrong with each."""
    return [
        (item.source, item.name, item.text, item.identifier.faults if item.identifier else None)
        for item in described(data).licence.mentions
    ]


def test_an_identifier_in_custom_data():
    data = package(custom(("证照标识", RIGHT)))
    assert mentions(data) == [(MentionSource.CUSTOM_DATA, "证照标识", RIGHT, ())]


def test_an_identifier_in_a_tag():
    tag = '<c:照面><c:zzbs><ofd:ObjectRef PageRef="10">91</ofd:ObjectRef></c:zzbs></c:照面>'
    found = mentions(package(tag=tag, page=ofd.page(RIGHT)))
    assert found == [
        (MentionSource.CUSTOM_TAG, "照面/zzbs", RIGHT, ()),
        (MentionSource.PAGE, "1", RIGHT, ()),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_an_identifier_printed_on_a_page(encoding):
    text = ofd.page(f"证照标识：{RIGHT}。").decode().replace("UTF-8", encoding.upper())
    assert mentions(package(page=text.encode(encoding))) == [(MentionSource.PAGE, "1", RIGHT, ())]


def test_an_identifier_in_the_title():
    data = package(f"<ofd:Title>测试许可证 {RIGHT}</ofd:Title>")
    assert mentions(data) == [(MentionSource.INFO, "Title", RIGHT, ())]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (WRONG, (licence.CHECK_WRONG,)),
        (FAULTY, (licence.FAULTY_VARIANT,)),
        (RIGHT.replace("11430000006122244L", "430000"), (licence.CHECK_WRONG, licence.ISSUER_CODE)),
        (RIGHT.lower(), None),
        ("无", None),
        (f"{RIGHT} {NEXT}", None),
    ],
)
def test_a_wrong_identifier_is_shown_with_its_faults(text, faults):
    data = package(custom(("证照标识", text)))
    assert mentions(data) == [(MentionSource.CUSTOM_DATA, "证照标识", text, faults)]


def test_a_related_licence_is_another_mention():
    data = package(custom(("证照标识", NEXT), ("关联证照标识", RIGHT)))
    assert [item[1:3] for item in mentions(data)] == [("证照标识", NEXT), ("关联证照标识", RIGHT)]


def test_fields_say_nothing_of_the_holder():
    rows = (
        ("证照名称", "测试许可证"),
        ("持证主体名称", "甲"),
        ("zzbfjg", "测试局"),
        ("有效期截止", "x"),
    )
    found = described(package(custom(*rows))).licence
    assert found.fields == (
        *(NamedValue("证照名称", "测试许可证"), NamedValue("zzbfjg", "测试局")),
        NamedValue("有效期截止", "x"),
    )
    assert found.mentions == ()


@pytest.mark.parametrize(
    "data",
    [
        package(custom(("发证日期", "2026-06-01"), ("发票代码", "1"))),
        package(custom(("证照标识", ""))),
        package(page=ofd.page("1.2.156.3005.2")),
        package(page=ofd.page("1.2.156.3005.6.1")),
    ],
)
def test_another_document_is_no_licence(data):
    assert described(data).licence is None
