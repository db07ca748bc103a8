"""XML on both sides of the usual form, and what every accessor gives for a tree.

A document of the usual form is made first. Then it is twisted: something is put in, put elsewhere
or written otherwise that compiled code must leave to the parser, or that nobody may read.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable

import fuzzing
from govseal import usual
from govseal.formats.limits import DEFAULT_LIMITS, Limits
from govseal.formats.ofd import xml
from govseal.formats.ofd.twins import refuse_twins
from untold import outcome

START = xml.USUAL_DECLARATION
NAMES = ("DocBody", "DocInfo", "DocID", "DocRoot", "Pages", "a", "b-1", "_c.d")
KEYS = ("ID", "BaseLoc", "Boundary", "k", "x-y", "_z")
TEXTS = (
    *(b"", b"", b"\n", b" \t\n ", b"1", b"Doc_0/Document.xml", "测试".encode(), "𠮷é".encode()),
    *(b"a > b", b"]]", b"]", b"'\"", b"\x7f", b"\xc2\x85", b"\xe2\x80\xa8", b"\xef\xbf\xbd", b"="),
    *(
        b"amp;",
        b"\xf0\x9f\xbf\xbe",
        b"/",
        b"--",
        b"?>",
        b"%e;",
        b"\xef\xbb\xbf",
        b"\xc2\xa0x\xc2\xa0",
    ),
)
#: What may stand in no text, or may and has to be replaced, normalized or left out.
IN_TEXT = (
    *(b"&amp;", b"&lt;", b"&#65;", b"&#x41;", b"&#0;", b"&u;", b"&", b"&lt", b"&amp;lt;", b"&;"),
    *(b"<!--c-->", b"<!---->", b"<!-- -- -->", b"<!--", b"<![CDATA[x]]>", b"<![CDATA[]]>", b"<!a"),
    *(b"<?p i?>", b"<?p", b"<?xml version='1.0'?>", b"]]>", b"]>", b">", b"<", b"< a/>", b"<1/>"),
    *(
        b"\r",
        b"\r\n",
        b"\t",
        b"\n",
        b"\0",
        b"\x0b",
        b"\x0c",
        b"\x1f",
        b"\x08",
        b"\x7f",
        b"\xc2\x80",
    ),
    *(b"\xef\xbf\xbe", b"\xef\xbf\xbf", b"\xef\xbb\xbf", b"\xef\xb7\x90", b"\xf4\x8f\xbf\xbf"),
    *(b"\xed\xa0\x80", b"\xed\xb0\x80", b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf"),
    *(b"\xf4\x90\x80\x80", b"\x80", b"\xff", b"\xe6\xb5", b"\xef\xbf", b"\xef", b"\xfe"),
    *(
        b"<!DOCTYPE x>",
        b"<x:y/>",
        b"<x:y xmlns:x='u'/>",
        b"<y/>",
        b"<y>",
        b"</y>",
        b"<y xmlns=''/>",
    ),
    *(b"<a:b:c/>", b"<:a/>", b"<a:/>", "<测/>".encode(), b"<xml/>", b"<a.b/>", b"<-a/>", b"<y/ >"),
    *(b"<y k='1'k='2'/>", b"<y k='1' k='2'/>", b"<y k/>", b"<y k=1/>", b"<y/><y/>", b"<y / >"),
    *(b"<xmlns/>", b"<ofd:y/>", b"<ofd:y xmlns:ofd='http://www.ofdspec.org/2016'/>", b"<OFD:y/>"),
)
IN_TAG = (
    *(b" k='1' k='1'", b" x:k='1'", b" x:k='1' xmlns:x='u'", b" xmlns:x='u'", b" xmlns=''"),
    *(b" xmlns='u'", b" xmlns='http://www.ofdspec.org/2016'", b" xmlns:ofd='u'", b" xmlns:ofd=''"),
    *(b" xmlns:ofd='http://www.ofdspec.org/2016'", b" xmlns:q='http://www.ofdspec.org/2016'"),
    *(b" xmlns:xml='http://www.w3.org/XML/1998/namespace'", b" xmlns:xml='u'", b" xmlns:xmlns='u'"),
    *(b" xmlns:x='http://www.w3.org/XML/1998/namespace'", b" xmlns='http://www.ofdspec.org/2016/'"),
    *(b" xmlns='http://www.w3.org/2000/xmlns/'", b" xmlns='http://www.ofdspec.org/201&#54;'"),
    *(b" xmlns:Xmlish='http://www.ofdspec.org/2016'", b" xmlns:x='rel/ative'", b" xmlns:='u'"),
    *(b" xml:space='preserve'", b" xml:lang='zh'", b" xml:id='1'", b" xmlnsx='1'", b" xmlnS='1'"),
    *(
        b" k='&amp;'",
        b" k='<'",
        b" k='a\tb'",
        b" k='a\nb'",
        b" k='a\r\nb'",
        b" k=' a  b '",
        b" k=''",
    ),
    *(b" k='>'", b' k="\'"', b" k='\"'", b" k='a'b='c'", b" k", b" k=", b" k=1", b" k='", b" ='1'"),
    *(
        b"\tk='1'",
        b"\nk\n=\n'1'\n",
        b"\rk='1'",
        b" k = '1' ",
        b"\x0bk='1'",
        b"/",
        b" /",
        b"//",
        b" ",
    ),
    *(b" k='\xef\xbf\xbf'", b" k='\xef\xbf\xbe'", b" k='\xed\xa0\x80'", b" k='\xff'", b" k='\0'"),
    *(" 测='1'".encode(), " k='测'".encode(), b" a:b:c='1'", b" :a='1'", b" 1='1'", b" -='1'"),
    *(
        b" k='\x7f\xc2\x85'",
        b" k='\x1f'",
        b" k='x",
        b" k=\"x'",
        b" k='&#10;'",
        b" k='&u;'",
        b" k==''",
    ),
    b"".join(b" n%d='1'" % number for number in range(32)),
    b"".join(b" n%d='1'" % number for number in range(31)),
)
IN_FRONT = (
    *(b"\xef\xbb\xbf", b" ", b"\n", b"\t", b"\r\n", b"<!--c-->", b"<?p?>", b"<!DOCTYPE x>", b"x"),
    *(START, b"<?xml version='1.0'?>", b"\0", b"<!DOCTYPE x [<!ENTITY u 'v'>]>", b"&amp;", b"</a>"),
    b"<!DOCTYPE a [<!ATTLIST a k CDATA 'given'>]>",
)
BEHIND = (
    *(b" ", b"\n\t ", b"\r", b"\r\n", b"<!--c-->", b"<?p?>", b"x", b"<a/>", b"\0", b"\xef\xbb\xbf"),
    *(b"]]>", b"&amp;", b"</a>", b"<", b">", b"\xff", b"\x0b", b"<![CDATA[]]>", b"<!DOCTYPE x>"),
)
OTHER_NAMES = (
    *(b"x:a", b"a:b:c", b":a", b"a:", b"1a", b"-a", b".a", b"xml", b"xmlns", b"xmlns:a", b"xml:a"),
    *(
        "测".encode(),
        b"a\xc3\xa9",
        b"a\xb7",
        b"a\xc2\xb7",
        b"ofd:1",
        b"ofd:a:b",
        b"",
        b"A",
        b"a" * 300,
    ),
    *(
        b"a\xff",
        b"a ",
        b"a\n",
        b"a\0",
        b"a,",
        b"{u}a",
        b"*",
        b"OFD:a",
        b"of:a",
        b"ofdx:a",
        b"ofd:-",
    ),
)
ENDS = (
    b"</%s >",
    b"</%s\n>",
    b"</ %s>",
    b"</%s x>",
    b"</%s/>",
    b"",
    b"</%s",
    b"</x%s>",
    b"</%s\r>",
)
_FIRST = 24
"""So many elements of a tree are asked for everything; all are compared as nodes."""
_TAGS = re.compile(rb"(<[^<>]*>)")
_END = re.compile(rb"</([^<>/\s]+)>")
_NAME = re.compile(rb"<([^<>/\s!?]+)")


def usual_xml(rng: random.Random) -> bytes:
    """A document of the usual form, in one of the ways to declare the namespace."""
    way = rng.randrange(4)
    prefixes = (b"ofd:", b"", rng.choice((b"ofd:", b"")), b"")[way]
    declared = (b' xmlns:ofd="%s"', b' xmlns="%s"', b" xmlns:ofd=\"%s\" xmlns='%s'", b"")[way]
    declared = declared.replace(b"%s", xml.NAMESPACE.encode())
    most = rng.choice((1, 2, 4, 8))
    body = _element(rng, prefixes, declared, rng.randrange(5), most)
    if rng.random() < 0.05:
        deep = rng.choice((1, 40, 47, 48, 49, 60))
        body = b"<a%s>" % (b"" if way != 3 else b" ") + body + b"</a>"
        body = b"<a>" * (deep - 1) + body + b"</a>" * (deep - 1) if way == 3 else body
    around = (b"", b"\n", b" \t\n")
    return START + rng.choice(around) + body + rng.choice(around)


def _element(rng: random.Random, prefix: bytes, declared: bytes, depth: int, most: int) -> bytes:
    name = prefix + rng.choice(NAMES).encode()
    rows = [
        rng.choice((b" ", b" ", b"\n\t"))
        + key.encode()
        + rng.choice((b"=", b"=", b" = "))
        + _quoted(rng)
        for key in rng.sample(KEYS, rng.choice((0, 0, 1, 2, 4)))
    ]
    rows.insert(rng.randrange(len(rows) + 1), declared)
    start = b"<" + name + b"".join(rows) + rng.choice((b"", b"", b" "))
    if not depth and rng.random() < 0.5:
        return start + b"/>"
    inside = [rng.choice(TEXTS)]
    for _ in range(rng.randrange(most + 1) if depth else 0):
        inside += [_element(rng, prefix, b"", depth - 1, most // 2), rng.choice(TEXTS)]
    return start + b">" + b"".join(inside) + b"</" + name + rng.choice((b">", b">", b" >"))


def _quoted(rng: random.Random) -> bytes:
    quote = rng.choice((b'"', b"'"))
    kept = [text for text in TEXTS if quote not in text and not set(text) & set(b"\n\t")]
    return quote + rng.choice(kept) + quote


def twisted(rng: random.Random, data: bytes) -> bytes:
    """The document with one or two things in it otherwise; sometimes its bytes are bent besides."""
    for _ in range(rng.choice((1, 1, 2))):
        pieces = [START, *_TAGS.split(data.removeprefix(START))]
        at = rng.randrange(1, len(pieces))
        match rng.randrange(8):
            case 0:
                pieces.insert(1, rng.choice(IN_FRONT))
            case 1:
                pieces.append(rng.choice(BEHIND))
            case 2:
                return _renamed(rng, data)
            case 3:
                del pieces[at]
            case 4:
                pieces.insert(at, rng.choice(pieces))
            case _:
                pieces[at] = _twisted_piece(rng, pieces[at])
        data = b"".join(pieces)
    return START + fuzzing.bent(rng, data.removeprefix(START)) if rng.random() < 0.1 else data


def _twisted_piece(rng: random.Random, piece: bytes) -> bytes:
    if not piece.startswith(b"<"):
        at = rng.randrange(len(piece) + 1)
        return piece[:at] + rng.choice(IN_TEXT) + piece[at:]
    if end := _END.fullmatch(piece):
        return rng.choice(ENDS).replace(b"%s", end[1])
    name = _NAME.match(piece)
    if name is None:
        return piece * 2
    # Before the other attributes or behind them.
    at = name.end() if rng.random() < 0.5 else len(piece.rstrip(b"/> "))
    return piece[:at] + rng.choice(IN_TAG) + piece[at:]


def _renamed(rng: random.Random, data: bytes) -> bytes:
    """One name changed wherever it stands, or in its first place only."""
    names = _NAME.findall(data.removeprefix(START))
    if not names:
        return data
    old, new = rng.choice(names), rng.choice(OTHER_NAMES)
    how = re.compile(rb"(?<=<)(/?)" + re.escape(old) + rb"(?=[\s/>])")
    return how.sub(lambda found: found[1] + new, data, count=rng.choice((0, 0, 1)))


# Trees


def as_node(element: xml.Element) -> xml.Node:
    """An element of lxml, with all that is in it, as the node that it should be."""
    return xml.Node(
        xml.name(element),
        xml.namespace(element),
        dict(element.attrib),
        element.text or "",
        tuple(map(as_node, element)),
        element.tail or "",
    )


def seen(root: xml.Element, names: Iterable[str], keys: Iterable[str]) -> list[object]:
    """What every accessor gives for the first elements, each by its place in the document."""
    rows = list(xml.elements(root))
    place = {id(row): number for number, row in enumerate(rows)}
    names, keys = [*names], [*keys, "absent"]

    def at(element: xml.Element | None) -> int | None:
        return None if element is None else place[id(element)]

    found: list[object] = [xml.name(row) for row in rows]
    for row in rows[:_FIRST]:
        found += [xml.name(row), xml.namespace(row), xml.text(row)]
        found += [xml.attribute(row, key) for key in keys]
        found += [(name, at(one)) for name, one in xml.first_children(row).items()]
        for name in names:
            found += [at(xml.child(row, name)), xml.text(row, name)]
            found.append([at(one) for one in xml.children(row, name)])
            found += [at(xml.child(row, name, other)) for other in names]
            found += [xml.text(row, name, other) for other in names]
    return found


def is_tree_told(data: bytes, depth: int = 100) -> bool:
    """Whether a tree is told; it is then that of the parser, for every accessor.

    Reading the file gives the same or refuses the same as the parser, in every case.
    """
    limits = Limits(max_xml_depth=depth)
    told = usual.tree(data, len(START), depth, xml.Node) if data.startswith(START) else None
    parsed = outcome(xml.parse, data, "/x.xml", limits)
    if told is not None:
        assert parsed[0] == "gives", parsed
        root = parsed[1]
        assert told == as_node(root)
        names = sorted({one.name for one in xml.elements(told)})[:3]
        keys = sorted({key for one in xml.elements(told) for key in one.attributes})[:3]
        assert seen(told, (*names, "absent"), keys) == seen(root, (*names, "absent"), keys)
    for expected in ("DocBody", "a"):
        read = outcome(xml.read, data, "/x.xml", limits, expected=expected)
        parsed = outcome(xml.parse, data, "/x.xml", limits, expected=expected)
        assert plain(read) == plain(parsed)
    return told is not None


def plain(given: tuple[object, ...]) -> tuple[object, ...]:
    """An outcome, its tree as nodes."""
    what, value, *more = given
    is_tree = what == "gives" and type(value) is not xml.Node
    return (what, as_node(value) if is_tree else value, *more)


# Twins


def doubled_in(root: xml.Element) -> list[tuple[bytes, bytes]]:
    """The names of an element and of two or more of its children, by the parser's tree."""
    return sorted(
        {
            (xml.name(element).encode(), name.encode())
            for element in xml.elements(root)
            for name, count in Counter(map(xml.name, element)).items()
            if name and count > 1
        }
    )


def are_twins_told(data: bytes) -> bool:
    """Whether it is told which elements stand twice; they do, and whoever refuses them agrees."""
    parsed = outcome(xml.parse, data, "/x.xml", DEFAULT_LIMITS)
    pairs = usual.doubled(data, len(START)) if data.startswith(START) else None
    if parsed[0] == "refuses":
        return False
    root = parsed[1]
    if pairs is not None:
        assert sorted(pairs) == doubled_in(root)
    readable = outcome(refuse_twins, root, "/x.xml")
    assert outcome(refuse_twins, root, "/x.xml", data) == readable
    told = usual.tree(data, len(START), 100, xml.Node) if data.startswith(START) else None
    if told is not None:
        assert outcome(refuse_twins, told, "/x.xml", data) == readable
    return pairs is not None
