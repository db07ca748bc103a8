"""Texts that are told in one pass are those that the readable code finds, and so are locations."""

from __future__ import annotations

import pytest

import ofd_builder as build
import realfiles
from govseal import usual
from govseal.formats.ofd import plaintexts, reach
from govseal.formats.ofd.package import Package
from govseal.formats.ofd.plaintexts import texts_without
from untold import untold
from usual_texts import are_texts_told, is_location_told
from usual_xml import START

PARTS = (b"content.xml", b"image.png")


def told(text, parts=PARTS):
    """What compiled code says of the text behind the declaration; the readable code agrees."""
    are_texts_told(START + text, parts)
    return usual.texts(START + text, len(START), parts)


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        (b"", b""),
        (b"<a/>", b""),
        (b"<a>B c</a>", b"b c"),
        (b"<a>1<b>2</b>3<c/>4</a>5", b"1234"),
        (b"<a>\n\t</a>", b"\n\t"),
        (b"<a k='Content'>X</a>", b"x"),
        (b"<a>Image.jpg</a><b>Content.xm</b>", b"image.jpgcontent.xm"),
        (b"<a>&amp;</a>", b"&amp;"),
        ("<a>章É</a>".encode(), "章É".encode()),
        (b"<a>\xff\x80</a>", b"\xff\x80"),
        (b"<a>[`@Z{</a>", b"[`@z{"),
        (b"<a><b>x<c></b>y</a></a>", b"xy"),
    ],
)
def test_texts_are_told(text, texts):
    assert told(text) == texts == texts_without(START + text, PARTS)


@pytest.mark.parametrize(
    "text",
    [
        b"<a>Content.xml</a>",
        b"<a>x/CONTENT.XML/..</a>",
        b"<a k='image.png'/>",
        b"<image.png/>",
        b"image.png",
        b"<a>Conte<b/>nt.xml</a>",
        b"<a>image<b k='x'></b>.png</a>",
        b"<a>i<b>mage.pn</b><c/>g</a>",
    ],
)
def test_a_part_is_found(text):
    assert told(text) is False
    assert texts_without(START + text, PARTS) is None


@pytest.mark.parametrize(
    "text",
    [
        b"<a>\0</a>",
        b"<a>&#65;</a>",
        b"<a k='&#x41;'/>",
        b"<!-- -->",
        b"<![CDATA[x]]>",
        b"<!DOCTYPE a>",
        b"<?x?>",
        b"<?",
        b"<!",
        b"&#",
        *(f"<a>{letter}</a>".encode() for letter in "ßİŉſǰẖẞ\u212aﬁﬆ"),
    ],
)
def test_what_may_hide_a_word_is_not_told(text):
    assert told(text) is False
    assert texts_without(START + text, PARTS) is None


@pytest.mark.parametrize("letter", "ÞàıňŊƀǯḿ℩Å豈ﷰ")
def test_letters_beside_those_hide_nothing(letter):
    text = f"<a>{letter}</a>".encode()
    assert told(text) == letter.encode()


def test_what_stands_in_the_declaration_may_hide_a_word_as_well():
    declared = b'<?xml version="1.0" encoding="UTF-8" &#?>'
    assert texts_without(declared + b"<a/>", PARTS) is None
    assert usual.texts(declared + b"<a/>", len(declared), PARTS) is False


def test_a_tag_without_end_is_not_told():
    assert told(b"<a") is None
    assert texts_without(START + b"<a", PARTS) is None


@pytest.mark.parametrize(
    "text", [b"<a k='>'>x</a>", b"<a>x > y</a>", b"<a k='>'>Con<b k='>'/>tent</a>", b">"]
)
def test_as_many_ends_of_tags_as_beginnings_or_it_is_not_told(text):
    assert told(text) is None
    assert isinstance(texts_without(START + text, PARTS), bytes)


def test_a_part_across_such_tags_is_found_by_the_readable_code():
    text = b"<a k='>'>Con<b k='>'/>tent.xml</a>"
    assert told(text) is None
    assert texts_without(START + text, PARTS) is None


@pytest.mark.parametrize(
    ("parts", "texts"),
    [
        ((), b"abcabcab"),
        ((b"",), False),
        ((b"c",), False),
        ((b"q",), b"abcabcab"),
        ((b"abd", b"abca"), False),
        ((b"abcabcabc",), b"abcabcab"),
        ((b"bcabcab",), False),
        ((b"abcabcab",), False),
        (tuple(b"xxx%d" % number for number in range(8)), b"abcabcab"),
        (tuple(b"xxx%d" % number for number in range(9)), b"abcabcab"),
        ((*(b"xxx%d" % number for number in range(8)), b"cabc"), False),
        ((*(b"xxx%d" % number for number in range(7)), b"cabc"), False),
        ((b"abcabcax", b"abcabxab", b"abxabcab", b"xabcabca"), b"abcabcab"),
        ((b"ABCA",), b"abcabcab"),
    ],
)
def test_parts_of_every_length_and_number(parts, texts):
    assert told(b"<a>abcab<b/>CAB</a>", parts) == texts


@pytest.mark.parametrize("length", range(1, 13))
def test_a_part_is_found_wherever_it_stands(length):
    part = b"zyjkhqwapb27"[:length]
    for front in range(20):
        for parts in ((part,), (part, b"qwertz"), (b"0123" * 4, part)):
            text = b"<a>" + b"x" * front + part + b"</a>"
            assert told(text, parts) is False
            cut = b"<a>" + b"x" * front + part[:-1] + b"</a>"
            assert told(cut, parts) == b"x" * front + part[:-1]


@pytest.mark.parametrize("parts", [["text"], [b"text", None], 5, [b"text", 1.5]])
def test_parts_that_are_none_are_an_error(parts):
    with pytest.raises(TypeError):
        usual.texts(START + b"<a>x</a>", len(START), parts)


def test_another_beginning_is_read_by_the_readable_code(monkeypatch):
    monkeypatch.setattr(usual, "texts", lambda *_: b"by compiled code")
    assert texts_without(START + b"<a>x</a>", ()) == b"by compiled code"
    assert texts_without(b"<a>x</a>", ()) != b"x"
    with untold("texts"):
        assert texts_without(START + b"<a>x</a>", ()) == b"x"


@pytest.mark.parametrize(
    ("data", "texts", "is_long"),
    [
        (b"", b"", False),
        (b"x" * 15 + b"/", b"", False),
        (b"x" * 16 + b"/", b"", True),
        (b"x" * 16 + b"\\", b"", True),
        (b"x" * 17, b"", False),
        (b"/" + b"x" * 15 + b">x", b"", False),
        (b"/" + b"x" * 16 + b">", b"", True),
        (b">/" + b"x" * 16, b"", True),
        (b"x" * 9 + b"/" * 7 + b">" + b"x" * 20, b"", False),
        (b">" * 17, b"/" * 16, False),
        (b">" * 17, b"/" * 17, True),
        (b">" * 17, b"x" * 16 + b"\\", True),
        (b">" * 17, b"x" * 40, False),
        (b">" * 16, b"/" * 17, False),
    ],
)
def test_a_long_location(data, texts, is_long):
    assert is_location_told(data, texts, 16) is is_long
    assert usual.long_location(data, texts, 16) is is_long


def test_the_limit_is_that_of_locations():
    path = b"x" * reach._LONGEST_LOCATION
    assert reach._may_be_long_location(b"<a>" + path + b"/", b"")
    assert not reach._may_be_long_location(b"<a>" + path[1:] + b"/", b"")


def files_of(data):
    package = Package.open(data, tolerant=True)
    names = [name for name in package.names if name not in package.doubled]
    return {name: package.read(name) for name in names}


def parts_of(names):
    return [name.rpartition("/")[2].casefold().encode() for name in names]


@pytest.mark.parametrize("data", [build.package(), build.stamped(), build.two_documents()])
def test_files_of_packages(data):
    files = files_of(data)
    told = [one for one in files.values() if are_texts_told(one, parts_of(files))]
    assert len(told) >= 6
    for name in files:
        for one in files.values():
            are_texts_told(one, parts_of([name]))


@pytest.mark.samples
@pytest.mark.parametrize("path", realfiles.packages(), ids=lambda path: path.stem)
def test_real_files(path):
    files = files_of(path.read_bytes())
    for data in files.values():
        are_texts_told(data, parts_of(files)[:50])
        are_texts_told(data, parts_of(["Signatures.xml", "Signature.xml", "Seal.esl"]))
        texts = texts_without(data, (b"signedvalue.dat",)) or b""
        is_location_told(data, texts, 100)
        is_location_told(data, texts, reach._LONGEST_LOCATION)


def test_a_difference_would_be_seen(monkeypatch):
    assert plaintexts.texts_without(START + b"<a>x</a>", PARTS) == b"x"
    monkeypatch.setattr(usual, "texts", lambda *_: b"y")
    with pytest.raises(AssertionError):
        are_texts_told(START + b"<a>x</a>", PARTS)
    monkeypatch.setattr(usual, "long_location", lambda *_: True)
    with pytest.raises(AssertionError):
        is_location_told(b"x" * 20, b"", 16)
