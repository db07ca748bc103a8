"""Fuzzing with an eye for structure: valid files are bent by their records, trees and elements.

A target takes bytes and gives back nothing: a :class:`govseal.errors.GovsealError` is an answer,
every other exception a find. Execution ``n`` of seed ``s`` is always the same one, so a find is
told by two numbers: ``mutant(target, s, n)`` makes it again.
"""

from __future__ import annotations

import copy
import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from lxml import etree

import cms_builder
import ofd_builder as ofd
import ses_builder
from govseal.asn1 import write
from govseal.errors import GovsealError
from govseal.formats import cms
from govseal.formats.base import Evidence
from govseal.formats.limits import Limits
from govseal.formats.ofd import xml
from govseal.formats.ofd.document import OfdDocument
from govseal.formats.ofd.package import Package
from govseal.formats.ofd.twins import refuse_twins
from govseal.seal import codec

LIMITS = Limits(max_total_bytes=1 << 22, max_entry_bytes=1 << 20)
NUMBERS = (0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF)
PIECES = (
    *(b"PK\1\2", b"PK\3\4", b"PK\5\6", b"PK\6\6", b"PK\6\7", b"PK\7\x08"),
    *(b"", b"\0", b"\xff", b"\0" * 8, b"\xff" * 8, b"../", b"/", b"\\", b"C:", b"\x80", b"\x1b"),
    *(b"<", b">", b"&", b"<!DOCTYPE x>", b"<!--", b"]]>", b"<?x", b"xmlns:x='u'", b"&#0;", b"&lt;"),
    *("Ａ".encode(), "é".encode(), b"e\xcc\x81", b"\xef\xbb\xbf", b"\xff\xfe", b"\xed\xa0\x80"),
    *(b"0", b"-1", b"1e999", b"nan", b"99999999999999999999", b"true", b"0 0 1 1", b"=", b"AA=="),
    *(b"30\x80", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"\x1f\x81", b"\x02\x01\x00"),
)
NAMES = (
    *("DocBody", "DocRoot", "Versions", "Version", "Signatures", "Signature", "SignedInfo"),
    *("References", "Reference", "CheckValue", "SignedValue", "Seal", "BaseLoc", "StampAnnot"),
    *("Pages", "Page", "Document", "OFD", "CommonData", "PageArea", "PhysicalBox", "File", "x"),
)
LOCATIONS = (
    *("", "/", ".", "..", "../..", "/Doc_0/..", "OFD.xml", "/OFD.xml", "Doc_0", "Doc_0/"),
    *(ofd.DOCUMENT, ofd.LIST, ofd.SIGNATURE, ofd.VALUE, ofd.PAGE, "Signature.xml", "a" * 2000),
    *("/" * 500, "../" * 500 + "x", "\u0000".replace("\0", "\u2028"), "Ｄoc_0/Document.xml"),
)


def bent(rng: random.Random, data: bytes) -> bytes:
    """Bytes with one to four pieces changed, cut, doubled, moved or put in."""
    found = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(found) + 1)
        end = min(len(found), at + rng.choice((1, 1, 2, 4, 16, 64)))
        match rng.randrange(6):
            case 0 if at < len(found):
                found[at] ^= 1 << rng.randrange(8)
            case 1 if at < len(found):
                found[at] = rng.choice(NUMBERS) & 0xFF
            case 2:
                del found[at:end]
            case 3:
                found[at:at] = rng.choice(PIECES)
            case 4:
                place = rng.randrange(len(found) + 1)
                found[place:place] = found[at:end]
            case _:
                width = rng.choice((2, 4))
                found[at : at + width] = (rng.choice(NUMBERS) & (1 << 8 * width) - 1).to_bytes(
                    width, "little"
                )
        if rng.random() < 0.02:
            del found[at:]
    return bytes(found)


# Containers


def bent_package(rng: random.Random, rows: tuple[ofd.Member, ...]) -> bytes:
    """A package some of whose records say what is not so, or whose bytes are bent."""
    members = [*rows]
    for _ in range(rng.randint(0, 3)):
        at = rng.randrange(len(members))
        match rng.randrange(5):
            case 0:
                members[at] = replace(members[at], **_lie(rng, members[at]))
            case 1:
                members.insert(rng.randrange(len(members) + 1), members[at])
            case 2 if len(members) > 1:
                del members[at]
            case 3:
                members[at] = replace(members[at], name=_name(rng, members[at].name))
            case _:
                members[at] = replace(members[at], data=bent(rng, members[at].data), packed=None)
    around = {"comment": b"", "prefix": b"", "gap": b"", "tail": b""}
    if rng.random() < 0.2:
        around[rng.choice([*around])] = rng.choice(PIECES)
    data = ofd.pack(members, **around)
    return data if rng.random() < 0.5 else bent(rng, data)


def _lie(rng: random.Random, member: ofd.Member) -> dict[str, object]:
    """Something else in one of a record's fields."""
    packed = member.packed or ofd.deflated(member.data)
    sizes = [zlib.crc32(member.data), len(packed), len(member.data)]
    sizes[rng.randrange(3)] = rng.choice(NUMBERS)
    lies: tuple[dict[str, object], ...] = (
        {"method": rng.choice((0, 1, 8, 9, 12, 99)), "packed": None},
        {"flags": rng.choice((1, 2, 8, 0x40, 0x800, 0x2000, 0xFFFF))},
        {"local_flags": rng.choice((0, 1, 8, 0x800))},
        {"raw_name": _name(rng, member.name).encode("gb18030")},
        {"local_name": rng.choice((b"", b"x", member.name.upper().encode()))},
        {"local_sizes": tuple(sizes)},
        {"central_sizes": tuple(sizes)},
        {"packed": bent(rng, packed)},
        {"packed": packed + zlib.adler32(member.data).to_bytes(4, "big")},
        {"flags": 8, "local_sizes": (0, 0, 0), "descriptor": rng.choice(PIECES)},
        {"mode": rng.choice((0o120777, 0o040755, 0o100644, 0xFFFF))},
        {"local_extra": bent(rng, b"\1\0\x10\0" + bytes(16))},
        {"central_extra": bent(rng, b"\x75\x70\x09\0\1\0\0\0\0evil")},
        {"start": rng.randrange(2000)},
    )
    return rng.choice(lies)


def _name(rng: random.Random, name: str) -> str:
    piece = rng.choice(PIECES).decode("utf-8", "replace")
    at = rng.randrange(len(name) + 1)
    return rng.choice(
        (name[:at] + piece + name[at:], name.swapcase(), name + "/", f"/{name}", piece, f"{name}.")
    )


# XML


def bent_tree(rng: random.Random, data: bytes) -> bytes:
    """XML whose elements, attributes and texts are elsewhere, twice, gone or otherwise."""
    root = etree.fromstring(data)
    for _ in range(rng.randint(1, 3)):
        elements = list(root.iter())
        element, other = rng.choice(elements), rng.choice(elements)
        _bend_element(rng, element, other)
    made = bytes(etree.tostring(root, encoding=rng.choice(("UTF-8", "UTF-8", "GB18030", "UTF-16"))))
    return made if rng.random() < 0.7 else bent(rng, made)


def _bend_element(rng: random.Random, element: etree._Element, other: etree._Element) -> None:
    text = rng.choice(LOCATIONS if rng.random() < 0.6 else [item.hex() for item in PIECES])
    parent = element.getparent()
    uri = f"{{{ofd.NAMESPACE}}}"
    match rng.randrange(8):
        case 0 if parent is not None:
            parent.remove(element)
        case 1 if parent is not None:
            parent.insert(rng.randrange(len(parent) + 1), etree.fromstring(etree.tostring(element)))
        case 2 if parent is not None and element not in (other, *other.iterancestors()):
            other.append(element)
        case 3:
            element.tag = rng.choice((uri, "", "{u}")) + rng.choice(NAMES)
        case 4 if element.attrib:
            element.set(rng.choice(element.keys()), text)
        case 5 if element.attrib:
            del element.attrib[rng.choice(element.keys())]
        case 6:
            element.set(rng.choice(("ID", "BaseLoc", "{u}BaseLoc", "Current", "PageRef")), text)
        case _:
            element.text = text


# DER


@dataclass(slots=True)
class Node:
    """One element: its tag, and its content as octets or as elements."""

    tag: int
    content: bytes | list[Node]

    def encode(self) -> bytes:
        content = self.content
        if not isinstance(content, bytes):
            content = b"".join(node.encode() for node in content)
        return write.element(self.tag, content)


def read_nodes(data: bytes) -> list[Node]:
    """The elements in ``data``, which is sound DER."""
    nodes, at = [], 0
    while at < len(data):
        tag, length, body = data[at], data[at + 1], at + 2
        if length & 0x80:
            body += length & 0x7F
            length = int.from_bytes(data[at + 2 : body], "big")
        content = data[body : body + length]
        nodes.append(Node(tag, read_nodes(content) if tag & 0x20 else content))
        at = body + length
    return nodes


def all_nodes(nodes: list[Node]) -> list[Node]:
    found = []
    for node in nodes:
        found.append(node)
        if isinstance(node.content, list):
            found.extend(all_nodes(node.content))
    return found


def bent_der(rng: random.Random, data: bytes) -> bytes:
    """DER whose elements are elsewhere, twice, gone, wrapped, or of another type or content."""
    nodes = read_nodes(data)
    for _ in range(rng.choice((1, 1, 1, 2))):
        found = all_nodes(nodes)
        bend = _bend_row if isinstance((node := rng.choice(found)).content, list) else _bend_leaf
        bend(rng, node, rng.choice(found))
    made = b"".join(node.encode() for node in nodes)
    return made if rng.random() < 0.85 else bent(rng, made)


_TAGS = (1, 2, 3, 4, 5, 6, 12, 19, 22, 23, 24, 48, 49, 0xA0, 0x1F)


def _bend_row(rng: random.Random, node: Node, other: Node) -> None:
    """Bends an element with elements inside."""
    assert isinstance(node.content, list)
    match rng.randrange(5):
        case 0 if node.content:
            del node.content[rng.randrange(len(node.content))]
        case 1:
            node.content.insert(rng.randrange(len(node.content) + 1), copy.deepcopy(other))
        case 2:
            rng.shuffle(node.content)
        case 3:
            _wrap(rng, node)
        case _:
            node.tag = rng.choice(_TAGS)


def _bend_leaf(rng: random.Random, node: Node, other: Node) -> None:
    """Bends an element of octets."""
    assert isinstance(node.content, bytes)
    match rng.randrange(5):
        case 0:
            node.content = rng.choice(PIECES)
        case 1:
            node.content = other.encode()
        case 2:
            _wrap(rng, node)
        case 3:
            node.tag = rng.choice(_TAGS)
        case _:
            node.content = bent(rng, node.content)


def _wrap(rng: random.Random, node: Node) -> None:
    inner = Node(node.tag, node.content)
    node.tag = rng.choice((3, 4, 48, 0xA0))
    node.content = [inner] if node.tag & 0x20 else b"\0" * (node.tag == 3) + inner.encode()


# Targets

_WHOLE = 24
"""One input in so many goes through all of the reader, the others through their own parser."""


@cache
def packages() -> tuple[tuple[ofd.Member, ...], ...]:
    """The members of sound packages of several kinds."""
    listed = ofd.files() | {"OFDEntries.xml": ENTRIES, "signedvalue.dat": structures()[-2]}
    one, two = ofd.stamped(ofd.pack(listed), count=2), ofd.stamped(ofd.two_documents())
    plain = ofd.members(ofd.package(pages=2))
    described = [
        replace(row, flags=8, local_sizes=(0, 0, 0), descriptor=descriptor(row.data))
        for row in ofd.members(ofd.stamped())
    ]
    stored = [replace(row, method=0, packed=None) for row in ofd.members(ofd.stamped())]
    files = ofd.files() | {ofd.ENTRY: ofd.entry(ofd.body(more=VERSIONS)), "V.xml": VERSION}
    rows = (ofd.members(one), ofd.members(two), plain, described, stored, ofd.members(files))
    return tuple(tuple(map(_packed, row)) for row in rows)


def _packed(row: ofd.Member) -> ofd.Member:
    """The member with its deflated data made once for all."""
    return replace(row, packed=ofd.deflated(row.data)) if row.method == 8 else row


ENTRIES = ofd.xml(
    "DocEntries",
    "<ofd:SignedValueLoc>/signedvalue.dat</ofd:SignedValueLoc><ofd:FileList>"
    + "".join(f'<ofd:File ID="{n}" FileLoc="/{name}"/>' for n, name in enumerate(ofd.files()))
    + "</ofd:FileList>",
)
VERSIONS = (
    '<ofd:Versions><ofd:Version ID="v" Index="1" Current="true" BaseLoc="V.xml"/></ofd:Versions>'
)
VERSION = ofd.xml(
    "DocVersion",
    '<ofd:FileList><ofd:File ID="f1">/OFD.xml</ofd:File></ofd:FileList>'
    "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>",
)


def descriptor(data: bytes) -> bytes:
    """The data descriptor of a deflated file."""
    numbers = (zlib.crc32(data), len(ofd.deflated(data)), len(data))
    return b"PK\7\x08" + b"".join(number.to_bytes(4, "little") for number in numbers)


def container(rng: random.Random) -> bytes:
    return bent_package(rng, rng.choice(packages()))


def _unpack(data: bytes, number: int) -> None:
    """Reads the records and every file; one in so many as a document, with its signatures."""
    if number % _WHOLE == 0:
        _examine(data)
    package = Package.open(data, LIMITS, tolerant=bool(number & 1))
    for name in package.names:
        try:
            package.digest(name, ())
        except GovsealError:
            continue


def _examine(data: bytes) -> None:
    document = OfdDocument(data, LIMITS)
    evidence = document.evidence()
    assert isinstance(evidence, Evidence)
    assert evidence.problem is None or isinstance(evidence.problem, GovsealError)
    for page in document.pages[:3]:
        try:
            document.page_box(page)
        except GovsealError:
            continue


def tree(rng: random.Random) -> bytes:
    return bent_tree(rng, rng.choice(_xml_files()).data)


@cache
def _xml_files() -> tuple[ofd.Member, ...]:
    return tuple(row for row in packages()[0] if row.data.startswith(b"<?xml"))


def _follow(data: bytes, number: int) -> None:
    """Reads one file of XML; one in so many in some file's place in a document."""
    if number % _WHOLE == 0:
        place = _xml_files()[number // _WHOLE % len(_xml_files())].name
        rows = [replace(row, method=0, packed=None) for row in packages()[0]]
        _examine(ofd.pack(replace(r, data=data) if r.name == place else r for r in rows))
    root = xml.parse(data, "/x.xml", LIMITS, comments=bool(number & 1))
    list(xml.strings(root))
    refuse_twins(root, "/x.xml")
    xml.text(root, "DocBody", "DocRoot")


@cache
def structures() -> tuple[bytes, ...]:
    """Stamps, seals and signed data of every form."""
    extensions = [{"oid": "1.2.3", "critical": True, "value": b"x"}]
    digests = write.sequence(write.sequence(write.printable("SM3"), write.octets(bytes(32))))
    stamps = [ses_builder.signature(year) for year in (2014, 2020, 2025)]
    seals = [ses_builder.seal(year, extensions=extensions) for year in (2014, 2020, 2025)]
    more = [
        ses_builder.signature(time_stamp=b"0\0", value=ses_builder.RAW_VALUE),
        ses_builder.signature(2014, seal=write.octets(ses_builder.seal(2014))),
        ses_builder.seal(signers=digests, signer_list_type=2),
        ses_builder.seal(2025, time_stamp=b"token"),
    ]
    signer = cms_builder.signer_info(signed=cms_builder.attributes(b"x"))
    signed = [
        cms_builder.signed_data(signer),
        cms_builder.signed_data(cms_builder.signer_info(), content=write.octets(bytes(32))),
    ]
    return (*stamps, *seals, *more, *signed)


def structure(rng: random.Random) -> bytes:
    return bent_der(rng, rng.choice(structures()))


_READERS = (codec.decode_signature, codec.decode_seal, cms.decode_signed_data)


def _decode(data: bytes, number: int) -> None:
    """Reads what the first bytes look like; one in so many as each of the three."""
    likely = _READERS[1 if b"\x16\2ES" in data[:20] else 2 if b"\x06\x0a" in data[:8] else 0]
    refusals: list[GovsealError] = []
    readers = _READERS if number % _WHOLE == 0 else (likely,)
    for decode in readers:
        try:
            assert decode(data).der == data
        except GovsealError as error:
            refusals.append(error)
    if len(refusals) == len(readers):
        raise refusals[0]


@dataclass(frozen=True, slots=True)
class Target:
    """What makes an input, and what takes it and its number."""

    make: Callable[[random.Random], bytes]
    take: Callable[[bytes, int], None]


TARGETS = {
    "container": Target(container, _unpack),
    "xml": Target(tree, _follow),
    "ses": Target(structure, _decode),
}


def mutant(name: str, seed: int, number: int) -> bytes:
    """Input ``number`` of a target under a seed."""
    return TARGETS[name].make(random.Random(f"{seed} {number}"))  # noqa: S311 - to be repeatable


def run(name: str, seed: int, executions: int) -> int:
    """Takes so many inputs, and says how many were refused outright.

    Raises:
        AssertionError: an input gave another exception than ours.
    """
    refused = 0
    take = TARGETS[name].take
    for number in range(executions):
        data = mutant(name, seed, number)
        try:
            take(data, number)
        except GovsealError:
            refused += 1
        except Exception as error:
            message = f"{name}, seed {seed}, input {number}: {error!r}"
            raise AssertionError(message) from error
    return refused
