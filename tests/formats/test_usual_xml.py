"""XML of the usual form is read as the parser reads it; of all else nothing is told."""

from __future__ import annotations

import random
import sys

import pytest

import ofd_builder as build
import realfiles
import usual_xml
from govseal import usual
from govseal.errors import FormatError, LimitExceeded
from govseal.formats.limits import Limits
from govseal.formats.ofd import xml
from govseal.formats.ofd.package import Package
from untold import untold
from usual_xml import START, are_twins_told, is_tree_told

OFD = b'xmlns:ofd="http://www.ofdspec.org/2016"'
DEFAULT = b'xmlns="http://www.ofdspec.org/2016"'
LONG = b"n" * 256


def told(text):
    """The tree that is told of a text behind the declaration."""
    data = START + text
    assert is_tree_told(data) is (usual.tree(data, len(START), 100, xml.Node) is not None)
    return usual.tree(data, len(START), 100, xml.Node)


USUAL = {
    "an empty element": b"<a/>",
    "an element without content": b"<a></a>",
    "blanks around": b" \t\n<a/>\n\t ",
    "a prefix": b"<ofd:a " + OFD + b"><ofd:b/></ofd:a>",
    "a default namespace": b"<a " + DEFAULT + b"><b/></a>",
    "both": b"<a " + DEFAULT + b" " + OFD + b"><ofd:b/><c/></a>",
    "another prefix": b"<x:a xmlns:x='http://www.ofdspec.org/2016'/>",
    "a namespace behind attributes": b"<ofd:a k='1' " + OFD + b"/>",
    "no namespace beside a prefix": b"<a " + OFD + b"><ofd:b/></a>",
    "names with marks": b"<_a.b-1 _-.='1'/>",
    "blanks in tags": b"<a\n\tk = '1'\n\tl\t=\n\"2\" ></a\n>",
    "an empty value": b"<a k=''/>",
    "the other quote in a value": b"<a k='\"' l=\"'\"/>",
    "an end of a tag in a value": b"<a k='>/>'/>",
    "brackets in a value": b"<a k=']]>'/>",
    "blanks in a value": b"<a k='  x  '/>",
    "an end of a tag in a text": b"<a>b > c ]] ></a>",
    "brackets that a tag parts": b"<a>]]<b/>></a>",
    "texts in between": b"<a> b<c/>d\t<e>f</e>\n</a>",
    "letters": "<a k='章'>测试𠮷</a>".encode(),
    "a delete and what is not printed": b"<a k='\x7f\xc2\x80'>\x7f\xc2\x9f</a>",
    "other ends of lines": b"<a>\xc2\x85\xe2\x80\xa8</a>",
    "a mark of byte order inside": b"<a>\xef\xbb\xbf</a>",
    "no characters that XML allows": b"<a k='\xef\xb7\x90'>\xf0\x9f\xbf\xbe</a>",
    "the character before the two": b"<a k='\xef\xbf\xbd'>\xef\xbf\xbd</a>",
    "what looks like references": b"<a k='amp;'>#65; %e;</a>",
    "as many attributes as are usual": b"<a" + b"".join(b" a%d=''" % n for n in range(32)) + b"/>",
    "names like xml": b"<xm:a xmlns:xm='http://www.ofdspec.org/2016' xmlnsx='1'/>",
    "a name as long as is usual": b"<" + LONG[1:] + b" " + LONG[1:] + b"=''/>",
    "as deep as is usual": b"<a>" * 48 + b"</a>" * 48,
}


@pytest.mark.parametrize("text", USUAL.values(), ids=USUAL.keys())
def test_the_usual_form_is_told(text):
    assert told(text) is not None


#: Read by the parser, and not told: what it says has to be read in another way than as it stands.
STRANGE = {
    "a reference": b"<a>&amp;</a>",
    "a reference in a value": b"<a k='&lt;'/>",
    "a character by its number": b"<a>&#65;</a>",
    "a character by its number in a value": b"<a k='&#x41;'/>",
    "a comment": b"<a><!--c--></a>",
    "a comment in front": b"<!--c--><a/>",
    "a comment behind": b"<a/><!--c-->",
    "a section": b"<a><![CDATA[b]]></a>",
    "an empty section": b"<a><![CDATA[]]></a>",
    "an instruction": b"<a><?b c?></a>",
    "an instruction in front": b"<?b?><a/>",
    "an instruction behind": b"<a/><?b?>",
    "another namespace": b"<a xmlns='urn:x'/>",
    "another namespace's prefix": b"<x:a xmlns:x='urn:x'/>",
    "an unused prefix": b"<a xmlns:x='urn:x'/>",
    "no namespace, said": b"<a xmlns=''/>",
    "a namespace further in": b"<a><b " + DEFAULT + b"/></a>",
    "a prefix further in": b"<a><ofd:b " + OFD + b"/></a>",
    "a prefix declared again": b"<ofd:a " + OFD + b"><ofd:b xmlns:ofd='urn:x'/></ofd:a>",
    "a default declared away": b"<a " + DEFAULT + b"><b xmlns=''/></a>",
    "two prefixes": b"<a " + OFD + b" xmlns:q='http://www.ofdspec.org/2016'/>",
    "a namespace like the one of OFD": b"<a xmlns='http://www.ofdspec.org/2016/'/>",
    "a namespace by a reference": b"<a xmlns='http://www.ofdspec.org/201&#54;'/>",
    "the namespace of xml": b"<a xmlns:xml='http://www.w3.org/XML/1998/namespace'/>",
    "an attribute with a prefix": b"<a xmlns:x='urn:x' x:k='1'/>",
    "an attribute with the prefix of OFD": b"<ofd:a " + OFD + b" ofd:k='1'/>",
    "blanks to be kept": b"<a xml:space='preserve'> </a>",
    "a language": b"<a xml:lang='zh'/>",
    "a tab in a value": b"<a k='x\ty'/>",
    "an end of a line in a value": b"<a k='x\ny'/>",
    "another end of a line": b"<a>\r\n</a>",
    "another end of a line in front": b"\r\n<a/>",
    "another end of a line behind": b"<a/>\r\n",
    "another end of a line in a tag": b"<a\r\nk='1'/>",
    "another end of a line in a value": b"<a k='x\ry'/>",
    "a name that is not ASCII": "<测/>".encode(),
    "an attribute that is not ASCII": "<a 测='1'/>".encode(),
    "a mark of byte order": b"\xef\xbb\xbf<a/>",
    "a dot in the middle": b"<a\xc2\xb7/>",
    "more attributes than are usual": b"<a" + b"".join(b" a%d=''" % n for n in range(33)) + b"/>",
    "deeper than is usual": b"<a>" * 49 + b"</a>" * 49,
    "a name longer than is usual": b"<" + LONG + b"/>",
    "an attribute longer than is usual": b"<a " + LONG + b"=''/>",
}


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE.keys())
def test_what_has_to_be_read_otherwise_is_left_to_the_parser(text):
    assert told(text) is None
    assert xml.parse(START + text, "/x.xml") is not None


#: What is no XML, or none that may be read here; nobody tells it.
REFUSED = {
    "nothing": b"",
    "a text": b"x",
    "a declaration again": START + b"<a/>",
    "a document type": b"<!DOCTYPE a><a/>",
    "values by default": b"<!DOCTYPE a [<!ATTLIST a k CDATA 'x'>]><a/>",
    "an entity": b"<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>",
    "an entity that is not there": b"<a>&e;</a>",
    "half a reference": b"<a>&amp</a>",
    "an attribute twice": b"<a k='1' k='2'/>",
    "an attribute twice, apart": b"<a k='1' l='' k='1'/>",
    "a namespace twice": b"<a " + DEFAULT + b" " + DEFAULT + b"/>",
    "a prefix twice": b"<ofd:a " + OFD + b" " + OFD + b"/>",
    "a prefix that is not declared": b"<x:a/>",
    "a prefix declared too late": b"<a><ofd:b/><c " + OFD + b"/></a>",
    "a prefix in other letters": b"<a " + OFD + b"><OFD:b/></a>",
    "half a prefix": b"<a " + OFD + b"><of:b/></a>",
    "an attribute's prefix that is not declared": b"<a x:k='1'/>",
    "two colons": b"<ofd:a:b " + OFD + b"/>",
    "two colons in an attribute": b"<a a:b:c='1'/>",
    "no prefix in front of a colon": b"<:a/>",
    "no name behind a colon": b"<ofd: " + OFD + b"/>",
    "a prefix of no name": b'<a xmlns:="urn:x"/>',
    "a prefix of nothing": b"<a xmlns:x=''/>",
    "the prefix of prefixes": b"<a xmlns:xmlns='http://www.ofdspec.org/2016'/>",
    "the prefix of xml": b"<a xmlns:xml='http://www.ofdspec.org/2016'/>",
    "the end of a section": b"<a>]]></a>",
    "the end of a section behind a text": b"<a>b]]></a>",
    "a tag in a value": b"<a k='<'/>",
    "no value": b"<a k/>",
    "no quotes": b"<a k=1/>",
    "no end of a value": b"<a k='1/>",
    "no blank between attributes": b"<a k='1'l='2'/>",
    "no name of an attribute": b"<a ='1'/>",
    "a number for a name": b"<1/>",
    "a number for an attribute": b"<a 1='1'/>",
    "a stroke for a name": b"<-a/>",
    "a stroke behind a colon": b"<ofd:-a " + OFD + b"/>",
    "a blank before a name": b"< a/>",
    "a blank in the end of a tag": b"<a/ >",
    "a stroke in a tag": b"<a/k='1'>",
    "a blank before the name of an end": b"<a></ a>",
    "an attribute in an end": b"<a></a k='1'>",
    "no end": b"<a>",
    "no end of a tag": b"<a",
    "no end of an end": b"<a></a",
    "no end further in": b"<a><b></a>",
    "ends crossed": b"<a><b></a></b>",
    "an end in other letters": b"<a></A>",
    "an end without its prefix": b"<ofd:a " + OFD + b"></a>",
    "half the name in the end": b"<ab></a>",
    "more than the name in the end": b"<a></ab>",
    "an end too many": b"<a/></a>",
    "an end in front": b"</a>",
    "two roots": b"<a/><a/>",
    "a text behind": b"<a/>x",
    "a zero behind": b"<a/>\0",
    "a reference behind": b"<a/>&amp;",
    "a section behind": b"<a/><![CDATA[]]>",
    "a mark of byte order behind": b"<a/>\xef\xbb\xbf",
    "a zero": b"<a>\0</a>",
    "a zero in a value": b"<a k='\0'/>",
    "a form feed": b"<a>\x0c</a>",
    "a form feed in a tag": b"<a\x0ck='1'/>",
    "a form feed behind": b"<a/>\x0c",
    "an escape in a value": b"<a k='\x1b'/>",
    "U+FFFE": b"<a>\xef\xbf\xbe</a>",
    "U+FFFE in a value": b"<a k='\xef\xbf\xbe'/>",
    "U+FFFF": b"<a>x\xef\xbf\xbf</a>",
    "U+FFFF in a value": b"<a k='x\xef\xbf\xbf'/>",
    "half a pair": b"<a>\xed\xa0\x80</a>",
    "half a pair in a value": b"<a k='\xed\xb0\x80'/>",
    "a pair of halves": b"<a>\xed\xa1\x82\xed\xbe\xb7</a>",
    "a stroke in two octets": b"<a>\xc0\xaf</a>",
    "a tag in two octets": b"<a>\xc0\xbca/></a>",
    "a zero in two octets": b"<a k='\xc0\x80'/>",
    "a stroke in four octets": b"<a>\xf0\x80\x80\xaf</a>",
    "beyond Unicode": b"<a>\xf4\x90\x80\x80</a>",
    "half a character": b"<a>\xe6\xb5</a>",
    "half a character in a value": b"<a k='\xe6\xb5'/>",
    "half a character behind": b"<a/>\xe6\xb5",
    "an octet of none": b"<a>\xff</a>",
    "octets of none in several places": b"<a k='\xff' l='\xff'>\xfe<b k='\xff'>\xff</b>\xfe</a>",
    "Latin-1": "<a>é</a>".encode("latin-1"),
    "GBK": "<a>测试</a>".encode("gbk"),
    "UTF-16": "<a/>".encode("utf-16-le"),
    "a name longer than the parser takes": b"<" + LONG * 200 + b"/>",
    "an attribute longer than the parser takes": b"<a " + LONG * 200 + b"=''/>",
    "a prefix longer than the parser takes": b"<%b:a xmlns:%b='http://www.ofdspec.org/2016'/>"
    % (LONG * 200, LONG * 200),
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_what_nobody_reads_is_not_told(text):
    assert told(text) is None
    with pytest.raises(FormatError):
        xml.read(START + text, "/x.xml", expected="a")


@pytest.mark.parametrize("depth", [1, 2, 47, 48])
def test_depth_counts_as_it_does_for_the_parser(depth):
    fits = START + b"<a>" * depth + b"</a>" * depth
    deeper = START + b"<a>" * depth + b"<b/>" + b"</a>" * depth
    assert is_tree_told(fits, depth)
    assert not is_tree_told(deeper, depth)
    with pytest.raises(LimitExceeded) as caught:
        xml.read(deeper, "/x.xml", Limits(max_xml_depth=depth), expected="a")
    assert (caught.value.limit, caught.value.found) == (depth, depth + 1)


@pytest.mark.parametrize("depth", [0, -1, -sys.maxsize - 1])
def test_no_depth_at_all_is_left_to_the_parser(depth):
    assert usual.tree(START + b"<a/>", len(START), depth, xml.Node) is None


@pytest.mark.parametrize("depth", [sys.maxsize, sys.maxsize + 1, 10**30])
def test_a_limit_may_be_any_number(depth):
    limits = Limits(max_xml_depth=depth)
    assert xml.read(START + b"<a/>", "/x.xml", limits, expected="a").name == "a"


def test_the_size_counts_as_it_does_for_the_parser():
    data = START + b"<a>x</a>"
    assert xml.read(data, "/x.xml", Limits(max_xml_bytes=len(data)), expected="a").text == "x"
    with pytest.raises(LimitExceeded, match="too large"):
        xml.read(data, "/x.xml", Limits(max_xml_bytes=len(data) - 1), expected="a")


@pytest.mark.parametrize(
    ("inside", "is_told"),
    [
        (b"<b/>" * 19_999, True),
        (b"<b/>" * 20_000, False),
        (b"x" * ((1 << 20) - len(START) - 7), True),
        (b"x" * ((1 << 20) - len(START) - 6), False),
        (b"<b k=''/>" * 19_999, True),
        (b"=" * 30_000 + b"<b k=''/>", True),
    ],
)
def test_what_is_large_is_left_to_the_parser(inside, is_told):
    assert is_tree_told(START + b"<a>" + inside + b"</a>") is is_told


def test_a_root_by_another_name_is_refused_by_the_parser():
    with pytest.raises(FormatError, match="the root element is not OFD"):
        xml.read(START + b"<Document/>", "/x.xml", expected="OFD")
    assert xml.read(START + b"<Document/>", "/x.xml").name == "Document"


def test_another_declaration_is_left_to_the_parser():
    data = START.replace(b"UTF-8", b"utf-8") + b"<a/>"
    assert type(xml.read(data, "/x.xml", expected="a")) is not xml.Node


def test_a_node_is_not_taken_for_an_element_of_the_parser():
    root = xml.read(START + b"<a><b/></a>", "/x.xml", expected="a")
    with pytest.raises(TypeError, match="children"):
        list(root)


def test_a_node_has_no_hash():
    with pytest.raises(TypeError, match="unhashable"):
        hash(told(b"<a/>"))


def test_nodes_keep_their_values_when_the_file_is_gone():
    data = bytearray(START + b"<a k='v'>" + b"".join(b"<n%d/>x" % n for n in range(100)) + b"</a>")
    root = usual.tree(bytes(data), len(START), 100, xml.Node)
    data[:] = bytes(len(data))
    assert [one.name for one in root.children] == [f"n{number}" for number in range(100)]
    assert {one.tail for one in root.children} == {"x"}
    assert root.attributes == {"k": "v"}


@pytest.mark.parametrize("kind", [dict, list, object, str])
def test_nodes_of_another_kind_are_not_made(kind):
    with pytest.raises(TypeError, match="tuples"):
        usual.tree(START + b"<a/>", len(START), 100, kind)


def files_of(data):
    package = Package.open(data, tolerant=True)
    for name in package.names:
        if name not in package.doubled and name.endswith(".xml"):
            yield package.read(name)


def test_the_files_of_a_stamped_package_are_told():
    files = [data for data in files_of(build.stamped(count=2)) if data.startswith(START)]
    assert len(files) >= 8
    assert all(is_tree_told(data) for data in files)
    assert all(are_twins_told(data) for data in files)


@pytest.mark.samples
@pytest.mark.parametrize("path", realfiles.packages(), ids=lambda path: path.stem)
def test_real_files_are_read_as_the_parser_reads_them(path):
    data = [*files_of(path.read_bytes())]
    assert data
    for one in data:
        is_tree_told(one)
        are_twins_told(one)


@pytest.mark.samples
@pytest.mark.parametrize("path", realfiles.packages(), ids=lambda path: path.stem)
def test_real_files_with_something_otherwise(path):
    """One of ten things in each file, others in each; larger files are twisted less."""
    for place, data in enumerate(files_of(path.read_bytes())):
        for number in range(max(1, min(10, (1 << 16) // (len(data) or 1)))):
            rng = random.Random(f"{path.stem} {place} {number}")  # noqa: S311 - to be repeatable
            bent = usual_xml.twisted(rng, data)
            is_tree_told(bent)
            are_twins_told(bent)


@pytest.mark.samples
def test_many_real_files_are_told(samples):
    files = [one for path in samples.glob("ofd/*/*.ofd") for one in files_of(path.read_bytes())]
    usual_ones = [one for one in files if one.startswith(START)]
    count = sum(usual.tree(one, len(START), 100, xml.Node) is not None for one in usual_ones)
    assert count > len(usual_ones) * 0.7


TWINS = {
    "none": (b"<a><b/><c/></a>", []),
    "two": (b"<a><b/><b/></a>", [(b"a", b"b")]),
    "three are one pair": (b"<a><b/><b/><b/></a>", [(b"a", b"b")]),
    "apart": (b"<a><b/><c/>x<b/></a>", [(b"a", b"b")]),
    "cousins are none": (b"<a><c><b/></c><c2><b/></c2></a>", []),
    "under two of one name": (b"<a><c><b/><b/></c><c><b/></c></a>", [(b"a", b"c"), (b"c", b"b")]),
    "under one of two": (b"<a><c><b/></c><c><b/></c></a>", [(b"a", b"c")]),
    "prefixes apart": (b"<a " + OFD + b"><ofd:b/><b/></a>", [(b"a", b"b")]),
    "foreign": (b"<a xmlns:x='urn:x'><x:b/><b/></a>", [(b"a", b"b")]),
    "holders alike": (b"<a><a><a/><a/></a></a>", [(b"a", b"a")]),
    "a value with tags' ends": (
        b"<a k='>' l=\"<\"><b k='/>'/><b/></a>".replace(b'<"', b'x"'),
        [(b"a", b"b")],
    ),
    "references": (b"<a>&lt;b/&gt;&lt;b/&gt;<b k='&quot;'/></a>", []),
    "letters": ("<测><试/><试/></测>".encode(), [("测".encode(), "试".encode())]),
    "names that begin alike": (b"<a><b/><bb/><b2/></a>", []),
    "blanks": (b"<a\n><b\t/><b ></b\n></a >", [(b"a", b"b")]),
}


@pytest.mark.parametrize(("text", "pairs"), TWINS.values(), ids=TWINS.keys())
def test_twins_are_told(text, pairs):
    assert are_twins_told(START + text)
    assert sorted(usual.doubled(START + text, len(START))) == pairs


@pytest.mark.parametrize(
    "text",
    [
        b"<a><!--<b/>--><b/></a>",
        b"<a><![CDATA[<b/>]]><b/></a>",
        b"<a><?p <b/>?><b/></a>",
        b"<a xmlns:x='urn:x' x:k='1' k='2'/>",
        b"<a xml:lang='zh'/>",
        b"<a>" * 49 + b"</a>" * 49,
        b"<a>" + b"".join(b"<b%d/>" % number for number in range(257)) + b"</a>",
        b"<a>" + b"".join(b"<b%d/><b%d/>" % (number, number) for number in range(33)) + b"</a>",
    ],
)
def test_twins_that_the_bytes_do_not_tell(text):
    assert not are_twins_told(START + text)
    assert xml.parse(START + text, "/x.xml") is not None


@pytest.mark.parametrize("start", [-1, 10**6])
def test_no_place_in_the_file_tells_nothing(start):
    assert usual.doubled(b"<a/>", start) is None
    assert usual.tree(b"<a/>", start, 100, xml.Node) is None


@pytest.mark.parametrize("size", range(len(b"<a k='1' xmlns:x='u'><b>t</b><c/></a>")))
def test_twins_in_what_is_cut_short_are_looked_for_within_the_bytes(size):
    """What is not well-formed may be told or not; the look ends where the bytes do."""
    data = (START + b"<a k='1' xmlns:x='u'><b>t</b><c/></a>")[: len(START) + size]
    assert usual.doubled(data, len(START)) in (None, [])
    assert usual.tree(data, len(START), 100, xml.Node) is None


def test_without_compiled_code_the_parser_reads_everything():
    with untold("tree"):
        assert type(xml.read(START + b"<a/>", "/x.xml", expected="a")) is not xml.Node
    assert type(xml.read(START + b"<a/>", "/x.xml", expected="a")) is xml.Node


def test_a_difference_would_be_seen(monkeypatch):
    """The comparison itself: a tree with one text otherwise is not the parser's."""
    data = START + b"<a><b>x</b></a>"
    node = xml.Node("a", "", {}, "", (xml.Node("b", "", {}, "y", (), ""),), "")
    monkeypatch.setattr(usual, "tree", lambda *_: node)
    with pytest.raises(AssertionError):
        is_tree_told(data)
    monkeypatch.setattr(usual, "doubled", lambda *_: [(b"a", b"b")])
    with pytest.raises(AssertionError):
        usual_xml.are_twins_told(data)
