"""XML as OFD packages hold it: parsed without document types, entities, network or surprises.

Names are matched without their namespace, because products use several (Q14). Only this module
and its neighbours see lxml.
"""

from __future__ import annotations

import codecs
import re
import threading
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple, NoReturn, TypeAlias, cast

from lxml import etree

from govseal import usual
from govseal.errors import FormatError, LimitExceeded
from govseal.formats.limits import DEFAULT_LIMITS, Limits

NAMESPACE = "http://www.ofdspec.org/2016"

# lxml ships no annotations; and for the functions below a Node is one, too.
Element: TypeAlias = Any


class Node(NamedTuple):
    """An element that :func:`read` made: for reading alone, and by the functions of this module."""

    name: str
    """Without its prefix."""
    namespace: str
    attributes: dict[str, str]
    text: str
    """What stands before its first child."""
    children: tuple[Node, ...]
    tail: str
    """What stands behind it."""

    def __iter__(self) -> NoReturn:
        """Whoever takes it for an element of lxml shall not take its fields for children."""
        raise TypeError("a Node has .children")


#: What nearly all files start with.
USUAL_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>'
_DECLARATION = re.compile(rb"<\?xml\s[^>]{0,200}\?>")
_DECLARATION_START = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml\s")
_ENCODING = re.compile(rb"""\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
#: Encodings that are read, and the codec for each: the GB family is a row of supersets.
_CODECS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
}
_WARNING = int(etree.ErrorLevels.WARNING)
_NO_SPACE = re.compile(rb"[^ \t\r\n]")

_TEXTS = etree.XPath("//text()[normalize-space()]", smart_strings=False)
_ATTRIBUTES = etree.XPath("//@*", smart_strings=False)
_PARENTS = etree.XPath("//*[*]")
_WHOLE = etree.XPath("string()", smart_strings=False)
#: Elements and attributes cost far more memory than the text that makes them.
_MOST_NODES = 2_000_000
#: More than the compiled code reads: a limit may be too large a number for it.
_DEEPEST_USUAL = 100
#: So few children are looked at faster than asked for by name.
_FEW = 6


def parse(
    data: bytes,
    part: str,
    limits: Limits = DEFAULT_LIMITS,
    *,
    expected: str | None = None,
    comments: bool = True,
    recover: bool = False,
) -> Element:
    """The root element of the XML in ``data``; ``part`` names the file in errors.

    ``expected`` is the name that the root must have, in whatever namespace. UTF-8, UTF-16 and the
    GB encodings are read, as declared. Comments and instructions stay for the sake of files that
    are written back; without ``comments`` the texts around them are one. ``recover`` reads what is
    not well-formed as far as it goes: for what is only shown, and never for what is judged.

    Raises:
        FormatError: not well-formed, another root (``malformed``), or a document type
            (``xml_forbidden``).
        LimitExceeded: too large or nested too deeply.
    """
    if len(data) > limits.max_xml_bytes:
        message = "an XML file is too large"
        raise LimitExceeded(message, limit=limits.max_xml_bytes, found=len(data), part=part)
    content = _in_utf8(data, part)
    tags = content.count(b"<")
    nodes = tags + content.count(b"=")
    if nodes > _MOST_NODES:
        message = "an XML file has too many elements"
        raise LimitExceeded(message, limit=_MOST_NODES, found=nodes, part=part)
    _refuse_document_type(content, part)
    parser = _parser(comments=comments, recover=recover)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise FormatError("not well-formed XML", part=part) from error
    # Of a fault in the names, such as a prefix of no namespace, lxml tells nothing where the parser
    # has warned of something behind it.
    if not recover and any(fault.level > _WARNING for fault in parser.error_log):
        raise FormatError("not well-formed XML", part=part)
    if root is None:  # recovering, nothing was found
        raise FormatError("not XML", part=part)
    if b"<!" in content and root.getroottree().docinfo.internalDTD is not None:
        raise FormatError("a document type is not allowed", code="xml_forbidden", part=part)
    limit = limits.max_xml_depth
    # Every level takes a tag: most files have too few for a look.
    if tags > limit and _deeper_than(limit, root):
        raise LimitExceeded("XML is nested too deeply", limit=limit, found=limit + 1, part=part)
    if expected is not None and name(root) != expected:
        message = f"the root element is not {expected}"
        raise FormatError(message, part=part)
    return root


def read(
    data: bytes, part: str, limits: Limits = DEFAULT_LIMITS, *, expected: str | None = None
) -> Element:
    """The root element of the XML in ``data``, as :func:`parse` gives it, for reading alone.

    Most files are read in a tenth of the time; all that is refused, :func:`parse` refuses.

    Raises:
        FormatError, LimitExceeded: as :func:`parse`.
    """
    if data.startswith(USUAL_DECLARATION) and len(data) <= limits.max_xml_bytes:
        deepest = min(limits.max_xml_depth, _DEEPEST_USUAL)
        root = usual.tree(data, len(USUAL_DECLARATION), deepest, Node)
        if root is not None and expected in (None, root.name):
            return root
    return parse(data, part, limits, expected=expected)


class Allowance:
    """How many elements and attributes several files may have together: as many as one.

    So many bytes of text count as one of them: they have to be unpacked and read, too.
    """

    BYTES = 32

    def __init__(self) -> None:
        self.found = 0

    def spend(self, data: bytes, part: str) -> None:
        """Count the file ``part`` before it is read.

        Raises:
            LimitExceeded: there are too many by now.
        """
        self.found += max(data.count(b"<") + data.count(b"="), len(data) // self.BYTES)
        if self.found > _MOST_NODES:
            message = "XML files are too large together"
            raise LimitExceeded(message, limit=_MOST_NODES, found=self.found, part=part)


class _Parsers(threading.local):
    """The parsers of one thread: to make one costs as much as to read a small file."""

    def __init__(self) -> None:
        self.made: dict[tuple[bool, bool], etree.XMLParser] = {}


_PARSERS = _Parsers()


def _parser(*, comments: bool, recover: bool) -> etree.XMLParser:
    parser = _PARSERS.made.get((comments, recover))
    if parser is None:
        parser = _PARSERS.made[comments, recover] = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            # Else it looks for another one, such as four bytes for a character, and finds in it
            # what nobody here has looked at.
            encoding="UTF-8",
            huge_tree=False,
            recover=recover,
            remove_comments=not comments,
            remove_pis=not comments,
        )
    return parser


def _in_utf8(data: bytes, part: str) -> bytes:
    """The XML in UTF-8, without a mark at its start and without its declaration."""
    if data.startswith(USUAL_DECLARATION) and data.isascii():
        return _undeclared(data, part)
    try:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return _undeclared(data.decode("utf-16").encode(), part)
        if data.startswith((b"<\x00?\x00", b"\x00<\x00?")):
            wide = "utf-16-le" if data[0] else "utf-16-be"
            return _undeclared(data.decode(wide).encode(), part)
        declaration = _DECLARATION.match(data.removeprefix(codecs.BOM_UTF8)[:300])
        encoding = _ENCODING.search(declaration.group()) if declaration else None
        codec = _CODECS.get(encoding[1].decode("ascii").lower()) if encoding else "utf-8"
        if codec is None or codec.startswith("utf-16"):
            raise FormatError("the XML is in an encoding that is not read", part=part)
        if codec == "utf-8":
            if not data.isascii():
                data.decode()  # for the fault and its place: the bytes serve as they are
        else:
            data = data.decode(codec).encode()
        return _undeclared(data.removeprefix(codecs.BOM_UTF8), part)
    except (UnicodeDecodeError, UnicodeEncodeError) as error:
        message = "the XML is not in the encoding it declares"
        raise FormatError(message, part=part, offset=error.start) from error


def _undeclared(data: bytes, part: str) -> bytes:
    """XML without its declaration, whose encoding no longer holds."""
    declaration = _DECLARATION.match(data)
    if declaration:
        data = data[declaration.end() :]
    if _DECLARATION_START.match(data):
        # Too long, or a second one: another reader may take the encoding that it names.
        raise FormatError("the XML has a declaration that is not read", part=part)
    return data


def _refuse_document_type(data: bytes, part: str) -> None:
    """Look at what stands before the root element: the only place for a document type."""
    at = 0
    while True:
        start = _NO_SPACE.search(data, at)
        at = start.start() if start else len(data)
        if data.startswith(b"<?", at):
            close, length = data.find(b"?>", at), 2
        elif data.startswith(b"<!--", at):
            close, length = data.find(b"-->", at + 4), 3
        elif data.startswith(b"<!", at):
            raise FormatError("a document type is not allowed", code="xml_forbidden", part=part)
        else:
            return
        if close < 0:
            return
        at = close + length


def _deeper_than(depth: int, root: Element) -> bool:
    return bool(_deeper(depth)(root))


@lru_cache(maxsize=8)
def _deeper(depth: int) -> etree.XPath:
    return etree.XPath("boolean(" + "/*" * (depth + 1) + ")")


class _Names(dict[object, str]):
    """The name in each tag, without its namespace; short ones are kept, as they recur."""

    def __missing__(self, tag: object) -> str:
        """The name in a new tag; empty for what stands for comments and instructions."""
        found = tag.rpartition("}")[2] if isinstance(tag, str) else ""
        if len(self) < _MOST_NAMES and (not isinstance(tag, str) or len(tag) <= _LONGEST_TAG):
            self[tag] = found
        return found


_MOST_NAMES = 2048
_LONGEST_TAG = 100
NAMES = _Names()
"""The name of an element by its tag, as :func:`name` gives it, for whoever asks often."""


def name(element: Element) -> str:
    """The element's name without its namespace; empty for comments and instructions."""
    if type(element) is Node:
        return element.name
    return NAMES[element.tag]


def namespace(element: Element) -> str:
    """The element's namespace, empty for none."""
    if type(element) is Node:
        return element.namespace
    tag = element.tag
    return tag[1:].partition("}")[0] if isinstance(tag, str) and tag[:1] == "{" else ""


def children(element: Element, wanted: str) -> Iterator[Element]:
    """The child elements of that name, in any namespace."""
    if type(element) is Node:
        return iter([item for item in element.children if item.name == wanted])
    return cast("Iterator[Element]", element.iterchildren(f"{{*}}{wanted}"))


def child(element: Element | None, *path: str) -> Element | None:
    """The first child element along ``path``, in any namespace; None where it ends early."""
    for wanted in path:
        if element is None:
            return None
        if type(element) is Node:
            for item in element.children:
                if item.name == wanted:
                    element = item
                    break
            else:
                return None
            continue
        if len(element) > _FEW:
            element = next(element.iterchildren(f"{{*}}{wanted}"), None)
            continue
        for found in element:
            if NAMES[found.tag] == wanted:
                element = found
                break
        else:
            return None
    return element


def first_children(element: Element | None) -> dict[str, Element]:
    """The first child element of each name, in any namespace."""
    found: dict[str, Element] = {}
    if type(element) is Node:
        for item in element.children:
            found.setdefault(item.name, item)
        return found
    for item in element if element is not None else ():
        found.setdefault(NAMES[item.tag], item)
    return found


def text(element: Element | None, *path: str) -> str:
    """The text of the element at ``path``, stripped; empty where there is none."""
    found = child(element, *path) if path else element
    if found is None:
        return ""
    if type(found) is Node:
        return (_whole(found) if found.children else found.text).strip()
    # With children or comments inside, XPath's string() is the text without the comments.
    content = found.xpath("string()") if len(found) else found.text or ""
    return str(content).strip()


def _whole(node: Node) -> str:
    """All text inside, in its order."""
    return node.text + "".join([_whole(item) + item.tail for item in node.children])


def strings(root: Element) -> Iterator[str]:
    """Every text and attribute value under ``root``, itself included; blank texts are left out.

    A text with elements in between comes in its pieces: see :func:`whole_texts`.
    """
    yield from _TEXTS(root)
    yield from _ATTRIBUTES(root)


def whole_texts(root: Element) -> Iterator[str]:
    """The text of every element that holds others, as :func:`text` reads it."""
    for element in _PARENTS(root):
        yield str(_WHOLE(element))


def elements(root: Element) -> Iterator[Element]:
    """The elements under ``root``, itself included, without comments and instructions."""
    if type(root) is Node:
        return _nodes(root)
    return cast("Iterator[Element]", root.iter("*"))


def _nodes(root: Node) -> Iterator[Node]:
    yield root
    for item in root.children:
        yield from _nodes(item)


def attribute(element: Element, wanted: str) -> str | None:
    """The attribute of that name, in any namespace; None where it is missing."""
    if type(element) is Node:
        return element.attributes.get(wanted)
    value = element.get(wanted)
    if value is None:
        for key in element.keys():  # noqa: SIM118 - an element is no mapping
            if key.rpartition("}")[2] == wanted:
                value = element.get(key)
                break
    return None if value is None else str(value)


def new(like: Element | None, tag: str, **attributes: str) -> Element:
    """A root element in the namespace of ``like``, with the prefix that OFD files use."""
    uri = (namespace(like) if like is not None else "") or NAMESPACE
    return etree.Element(f"{{{uri}}}{tag}", nsmap={"ofd": uri}, **attributes)


def add(parent: Element, tag: str, content: str = "", **attributes: str) -> Element:
    """A new last child in the namespace of its parent."""
    uri = namespace(parent)
    element = etree.SubElement(parent, f"{{{uri}}}{tag}" if uri else tag, **attributes)
    if content:
        element.text = content
    return element


def add_pairs(
    parent: Element, tag: str, key: str, inner: str, pairs: Iterable[tuple[str, str]]
) -> None:
    """For each pair a child ``tag`` with the attribute ``key``, and in it ``inner`` with a text."""
    uri = namespace(parent)
    outer_tag, inner_tag = (f"{{{uri}}}{one}" if uri else one for one in (tag, inner))
    for value, content in pairs:
        etree.SubElement(
            etree.SubElement(parent, outer_tag, {key: value}), inner_tag
        ).text = content


def add_in_front(parent: Element, tag: str, content: str) -> Element:
    """A new first child in the namespace of its parent."""
    element = add(parent, tag, content)
    parent.insert(0, element)
    return element


def serialize(root: Element) -> bytes:
    """The document around ``root`` in UTF-8, with a declaration."""
    text = etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=False)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + bytes(text)
