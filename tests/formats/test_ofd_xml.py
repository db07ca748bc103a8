"""XML in packages: encodings that are read, and what is refused."""

from __future__ import annotations

import codecs

import pytest

from govseal.errors import FormatError, LimitExceeded
from govseal.formats.limits import Limits
from govseal.formats.ofd import xml

TEXT = '<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016"><ofd:Title>印章</ofd:Title></ofd:OFD>'


def declared(encoding, text=TEXT):
    return f'<?xml version="1.0" encoding="{encoding}"?>\n{text}'


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF8 + declared("UTF-8").encode(),
        declared("utf-8").encode(),
        declared("UTF-16").encode("utf-16"),
        declared("UTF-16").encode("utf-16-le"),
        declared("UTF-16").encode("utf-16-be"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        declared("GBK").encode("gbk"),
        declared("gb2312").encode("gbk"),
        declared("GB18030").encode("gb18030"),
        f"<!-- a > b --><?x y?>\n{TEXT}".encode(),
    ],
)
def test_declared_encodings_are_read(data):
    root = xml.parse(data, "/OFD.xml", expected="OFD")
    assert xml.text(root, "Title") == "印章"


@pytest.mark.parametrize("encoding", ["UTF-7", "GBK", "UTF-8"])
@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE])
def test_a_declaration_too_long_to_be_read_is_refused(encoding, mark):
    """The parser would read it, and take an encoding by which nothing else was looked at."""
    text = f'<?xml version="1.0"{" " * 300}encoding="{encoding}"?><a>+ADw-b/+AD4-</a>'
    data = mark + text.encode("utf-16-le" if mark == codecs.BOM_UTF16_LE else "utf-8")
    with pytest.raises(FormatError, match="declaration"):
        xml.parse(data, "/OFD.xml")


USUAL = xml.USUAL_DECLARATION
TYPED = '<!DOCTYPE a [<!ENTITY e "x">]><a k="&e;">&e;</a>'


@pytest.mark.parametrize("text", [TYPED, "<DocBody><DocRoot/><DocRoot/></DocBody>", "<a/>"])
@pytest.mark.parametrize("start", [b"", USUAL, declared("GBK", "").encode()])
@pytest.mark.parametrize("encoding", ["utf-32-le", "utf-32-be"])
def test_four_bytes_for_a_character_are_not_read(text, start, encoding):
    """The parser knows them by how they start, and nothing else here does."""
    with pytest.raises(FormatError, match="not well-formed"):
        xml.parse(start + text.encode(encoding), "/OFD.xml")


@pytest.mark.parametrize("text", [TYPED, "<a/>"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_two_bytes_for_a_character_are_not_read_behind_a_declaration(text, encoding):
    with pytest.raises(FormatError):
        xml.parse(USUAL + f'<?xml version="1.0"?>{text}'.encode(encoding), "/OFD.xml")


@pytest.mark.parametrize("again", ["UTF-7", "UTF-8", "GBK", "UTF-16", "ISO-8859-1"])
@pytest.mark.parametrize("first", ["UTF-8", "utf-8", "GB18030"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_second_declaration_is_refused(first, again, mark):
    """The parser would read that one, and take its encoding: here for the tags of <b/>."""
    text = declared(first, "").strip() + mark + declared(again, "<a>+ADw-b/+AD4-</a>")
    data = text.encode(first)
    with pytest.raises(FormatError, match="declaration"):
        xml.parse(data, "/OFD.xml")
    with pytest.raises(FormatError):
        xml.parse(codecs.BOM_UTF8 + data, "/OFD.xml")


def test_what_another_encoding_would_hide_is_not_read():
    hidden = b"+ADwAIQ-DOCTYPE a +AFsAPAAh-ENTITY e 'x'+AD4AXQA+-<a k='+ACY-e;'/>"
    with pytest.raises(FormatError):
        xml.parse(USUAL + b'<?xml version="1.0" encoding="UTF-7"?>' + hidden, "/OFD.xml")
    with pytest.raises(FormatError):
        xml.parse(USUAL + codecs.BOM_UTF8 + declared("UTF-7", "").encode() + hidden, "/OFD.xml")


@pytest.mark.parametrize(
    "data",
    [
        f"<!DOCTYPE x>{TEXT}".encode(),
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e "a">]>{TEXT}'.encode(),
        f"<!-- c -->\n<?p?> <!DOCTYPE x>{TEXT}".encode(),
        declared("UTF-16", f"<!DOCTYPE x>{TEXT}").encode("utf-16"),
        declared("UTF-16", f"<!DOCTYPE x>{TEXT}").encode("utf-16-be"),
        codecs.BOM_UTF16_LE + f"<!DOCTYPE x>{TEXT}".encode("utf-16-le"),
        declared("GBK", f"<!DOCTYPE x>{TEXT}").encode("gbk"),
        codecs.BOM_UTF8 + f'<!DOCTYPE x SYSTEM "http://192.0.2.1/x.dtd">{TEXT}'.encode(),
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    ],
)
def test_document_types_are_refused_in_every_encoding(data):
    with pytest.raises(FormatError) as caught:
        xml.parse(data, "/OFD.xml")
    assert caught.value.code == "xml_forbidden"
    assert caught.value.part == "/OFD.xml"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   ",
        b"text",
        b"<a>",
        b"<a/><b/>",
        b"<a>&undefined;</a>",
        b"<x:a/>",
        b"<!-- never closed",
        b"<?never closed",
        b"<a/>\0",
        b"<a>\xff</a>",
        declared("UTF-8").encode("gbk"),
        declared("UTF-16").encode(),
        declared("UTF-7", "+ADw-a/+AD4-").encode(),
        declared("IBM037").encode(),
        TEXT.encode("utf-16-le") + b"\x00",
        codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"),
        codecs.BOM_UTF16_LE + b"\x00\xd8<\x00",
    ],
)
def test_what_is_no_xml_is_malformed(data):
    with pytest.raises(FormatError) as caught:
        xml.parse(data, "/OFD.xml")
    assert caught.value.code == "malformed"


@pytest.mark.parametrize(
    "body",
    [
        b"<OFD><a>\xff</a>\xff</OFD>",
        b"<OFD a='\xff'>\xff</OFD>",
        b"<OFD a='\xff'><b/>\xff\xff<c>\xed\xa0\x80</c>\xc0\x80</OFD>",
    ],
)
def test_what_is_no_utf8_in_two_places_of_an_element_is_malformed(body):
    """The second of them is met while the first is an error already."""
    with pytest.raises(FormatError) as refusal:
        xml.read(xml.USUAL_DECLARATION + body, "/OFD.xml", expected="OFD")
    assert refusal.value.code == "malformed"


@pytest.mark.parametrize("form", ["<OFD><%s/></OFD>", "<OFD %s=''/>", "<OFD><%s></%s></OFD>"])
@pytest.mark.parametrize("length", [50_001, 900_000])
def test_names_longer_than_the_parser_takes_are_malformed(form, length):
    body = form.replace("%s", "a" * length).encode()
    with pytest.raises(FormatError, match="well-formed"):
        xml.read(xml.USUAL_DECLARATION + body, "/OFD.xml", expected="OFD")


def test_names_as_long_as_the_parser_takes_are_read():
    name = "a" * 50_000
    body = f"<OFD><{name}>x</{name}></OFD>".encode()
    root = xml.read(xml.USUAL_DECLARATION + body, "/OFD.xml", expected="OFD")
    assert xml.text(root, name) == "x"


WARNED = "<w xmlns='relative'/>"


@pytest.mark.parametrize("behind", ["", WARNED])
@pytest.mark.parametrize(
    "inside",
    [
        "<x:b/>",
        "<:b/>",
        "<x:b:c xmlns:x='urn:x'/>",
        "<b x:k='1'/>",
        "<b xmlns:p='urn:x' xmlns:q='urn:x' p:k='1' q:k='2'/>",
        "<b xmlns:p=''/>",
        "<b xmlns:xml='urn:x'/>",
        "<b xmlns:xmlns='urn:x'/>",
    ],
)
def test_names_that_are_none_are_malformed_whatever_follows(inside, behind):
    """The parser forgets such a fault when it has something to warn of later on."""
    with pytest.raises(FormatError, match="not well-formed"):
        xml.parse(f"<a>{inside}{behind}</a>".encode(), "/OFD.xml")


def test_a_warning_alone_is_no_fault():
    root = xml.parse(f"<a>{WARNED}<b/></a>".encode(), "/OFD.xml")
    assert [xml.name(element) for element in root] == ["w", "b"]
    assert xml.namespace(root[0]) == "relative"


def test_what_is_only_shown_is_read_with_its_faults():
    assert xml.name(xml.parse(b"<a><x:b/></a>", "/OFD.xml", recover=True)) == "a"


def test_a_fault_is_forgotten_with_its_file():
    with pytest.raises(FormatError):
        xml.parse(f"<a><x:b/>{WARNED}</a>".encode(), "/OFD.xml")
    assert xml.name(xml.parse(f"<a>{WARNED}</a>".encode(), "/OFD.xml")) == "a"


def test_another_root_is_malformed():
    with pytest.raises(FormatError, match="Signatures"):
        xml.parse(TEXT.encode(), "/x.xml", expected="Signatures")


@pytest.mark.parametrize(
    ("data", "limits"),
    [
        (b"<a>" * 101 + b"</a>" * 101, Limits()),
        (b"<a><b><c/></b></a>", Limits(max_xml_depth=2)),
        (TEXT.encode(), Limits(max_xml_bytes=40)),
        (b"<a>" + b"<b/>" * 2_000_000 + b"</a>", Limits()),
        (b"<a " + b" ".join(b"a%d=''" % n for n in range(2_000_000)) + b"/>", Limits()),
    ],
)
def test_xml_has_limits(data, limits):
    with pytest.raises(LimitExceeded):
        xml.parse(data, "/x.xml", limits)


def test_depth_up_to_the_limit_is_read():
    assert xml.parse(b"<a>" * 100 + b"</a>" * 100, "/x.xml") is not None


@pytest.mark.parametrize("limit", [3, 48, 100, 1 << 70])
@pytest.mark.parametrize("depth", [3, 4, 48, 49, 100, 101])
def test_depth_has_its_limit_however_a_file_is_read(depth, limit):
    limits = Limits(max_xml_depth=limit)
    data = xml.USUAL_DECLARATION + b"<a>" * depth + b"</a>" * depth
    if depth <= limit:
        root = xml.read(data, "/x.xml", limits, expected="a")
        assert sum(1 for _ in xml.elements(root)) == depth
    else:
        with pytest.raises(LimitExceeded):
            xml.read(data, "/x.xml", limits, expected="a")


def test_elements_are_found_by_their_local_name():
    root = xml.parse(b'<a xmlns="u" xmlns:q="v"><q:b/><b q:k="1">x<!--y-->z</b></a>', "/x.xml")
    assert [xml.namespace(item) for item in xml.children(root, "b")] == ["v", "u"]
    last = list(xml.children(root, "b"))[-1]
    assert xml.attribute(last, "k") == "1"
    assert xml.attribute(last, "m") is None
    assert xml.text(last) == "xz"
    assert xml.text(root, "c", "d") == ""


def test_what_was_there_stays_when_a_file_is_written_back():
    source = '<!--前--><a xmlns="u" k="1">\n  <b>文</b><?p q?>\n</a>'
    root = xml.parse(source.encode(), "/x.xml")
    xml.add(root, "c", "新")
    written = xml.serialize(root).decode()
    assert written.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<!--前-->')
    assert "<b>文</b><?p q?>\n<c>新</c></a>" in written
