"""DER read strictly and in place: every element keeps its slice of the received bytes.

Signatures are verified over what was received, never over a re-encoding, so the reader hands out
slices. Real products break DER in known ways; the few forms that are read all the same are named
(``quirk_q1`` …) and collected in :class:`Tolerances`, for a report to show and a policy to refuse.
Rules: ITU-T X.690, 8 and 10.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from govseal import usual
from govseal.errors import EncodingError, LimitExceeded
from govseal.frozen import frozen

BOOLEAN = 0x01
INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
NULL = 0x05
OBJECT_IDENTIFIER = 0x06
UTF8_STRING = 0x0C
PRINTABLE_STRING = 0x13
IA5_STRING = 0x16
UTC_TIME = 0x17
GENERALIZED_TIME = 0x18
SEQUENCE = 0x30
SET = 0x31

_CONSTRUCTED = 0x20
_CONTEXT_CONSTRUCTED = 0xA0
_UNIVERSAL_LIMIT = 0x40
_LONG_TAG = 0x1F

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 32
MAX_ELEMENTS = 20_000


@frozen
class Tolerance:
    """One departure from the standard that was read all the same."""

    code: str
    """``quirk_q1`` … ``quirk_q22``."""
    part: str
    """The field or file in which it was met."""


@dataclass(slots=True)
class Tolerances:
    """Collects the tolerances that reading one object needed, each once."""

    items: list[Tolerance] = field(default_factory=list)
    _known: set[Tolerance] = field(default_factory=set, repr=False)

    def note(self, code: str, part: str) -> None:
        """Record that ``part`` was read although it has the quirk ``code``."""
        found = Tolerance(code, part)
        if found not in self._known:
            self._known.add(found)
            self.items.append(found)


class Tlv(NamedTuple):
    """One element: its place in ``buffer``, header from ``start``, content from ``body``."""

    buffer: bytes
    tag: int
    start: int
    body: int
    end: int

    def __repr__(self) -> str:
        # The buffer may hold a private key.
        return f"Tlv(tag={self.tag}, start={self.start}, body={self.body}, end={self.end})"

    @property
    def raw(self) -> bytes:
        """The element as received, header included."""
        return self.buffer[self.start : self.end]

    @property
    def content(self) -> bytes:
        """The content octets as received."""
        return self.buffer[self.body : self.end]

    @property
    def is_constructed(self) -> bool:
        """Whether the content is a row of elements."""
        return bool(self.tag & _CONSTRUCTED)

    def children(self) -> tuple[Tlv, ...]:
        """The elements inside; raises :class:`EncodingError` for a primitive element."""
        if not self.tag & _CONSTRUCTED:
            return tuple(self.row())
        buffer, at, end = self.buffer, self.body, self.end
        told = usual.elements(buffer, at, end, Tlv)
        if told is not None:
            return told
        found = []
        while at < end:
            body, stop = _extent(buffer, at, end)
            found.append(Tlv(buffer, buffer[at], at, body, stop))
            at = stop
        return tuple(found)

    def row(self) -> Iterator[Tlv]:
        """The elements inside one by one, for rows of any length; raises like :meth:`children`."""
        if not self.is_constructed:
            message = f"a constructed element was expected at byte {self.start}"
            raise EncodingError(message, offset=self.start)
        return _row(self.buffer, self.body, self.end)


def _header(buffer: bytes, at: int, end: int) -> Tlv:
    body, stop = _extent(buffer, at, end)
    return Tlv(buffer, buffer[at], at, body, stop)


def _extent(buffer: bytes, at: int, end: int) -> tuple[int, int]:
    """Where the content of the element at ``at`` starts and ends."""
    if end - at < 2:
        raise EncodingError("the bytes end inside an element's header", offset=at)
    if buffer[at] & _LONG_TAG == _LONG_TAG:
        raise EncodingError("tag numbers above 30 are not used here", offset=at)
    length = buffer[at + 1]
    body = at + 2
    if length >= 0x80:
        octets = length & 0x7F
        if octets == 0:
            raise EncodingError("indefinite length is not DER", offset=at)
        if octets > 4 or end - body < octets:
            raise EncodingError("the length does not fit the bytes", offset=at)
        length = int.from_bytes(buffer[body : body + octets], "big")
        body += octets
        if length < 0x80 or length.bit_length() <= 8 * (octets - 1):
            raise EncodingError("the length is not in its shortest form", offset=at)
    if length > end - body:
        raise EncodingError("an element is longer than the bytes around it", offset=at)
    return body, body + length


def _row(buffer: bytes, at: int, end: int) -> Iterator[Tlv]:
    while at < end:
        element = _header(buffer, at, end)
        yield element
        at = element.end


def _check_universal(buffer: bytes, at: int, body: int, end: int) -> None:
    """The forms of universal types that DER leaves no choice in (X.690, 10 and 11)."""
    tag, length = buffer[at], end - body
    if tag >= _UNIVERSAL_LIMIT:
        return
    if tag & _CONSTRUCTED:
        if tag not in (SEQUENCE, SET):
            raise EncodingError("a constructed string is not DER", offset=at)
    elif tag in (SEQUENCE & ~_CONSTRUCTED, SET & ~_CONSTRUCTED):
        raise EncodingError("a primitive sequence is not DER", offset=at)
    elif tag == INTEGER:
        first = buffer[body : body + 2]
        if length == 0 or (length > 1 and (first[0], first[1] >> 7) in ((0x00, 0), (0xFF, 1))):
            raise EncodingError("an INTEGER is not in its shortest form", offset=at)
    elif tag == BOOLEAN and buffer[body:end] not in (b"\x00", b"\xff"):
        raise EncodingError("a BOOLEAN is neither 00 nor FF", offset=at)
    elif tag == NULL and length:
        raise EncodingError("a NULL has content", offset=at)


@frozen
class Checked:
    """An element whose very bytes were checked to their leaves before: no need to look again."""

    start: int
    end: int
    elements: int
    """How many it is, itself included."""
    depth: int
    """How many of them lie in one another at most, itself included."""


_NOTHING = Checked(0, 0, 0, 0)


def measure(element: Tlv) -> tuple[int, int]:
    """How many elements one that was checked consists of, and how deep they are nested."""
    elements, deepest, pending = 0, 0, [(element, 1)]
    while pending:
        item, depth = pending.pop()
        elements, deepest = elements + 1, max(deepest, depth)
        if item.is_constructed:
            pending.extend((child, depth + 1) for child in item.row())
    return elements, deepest


def parse(
    data: bytes, *, part: str = "", max_bytes: int = MAX_BYTES, checked: Checked | None = None
) -> Tlv:
    """Read exactly one element, checked to its leaves, with nothing behind it.

    ``checked`` is an element inside whose bytes are known; its place and size count all the same.

    Raises:
        EncodingError: not DER, or bytes follow.
        LimitExceeded: larger than ``max_bytes``, deeper than 32 or more than 20,000 elements.
    """
    element = parse_prefix(data, part=part, max_bytes=max_bytes, checked=checked)
    if element.end != len(data):
        raise EncodingError("bytes follow the structure", part=part or None, offset=element.end)
    return element


def parse_prefix(
    data: bytes, *, part: str = "", max_bytes: int = MAX_BYTES, checked: Checked | None = None
) -> Tlv:
    """Like :func:`parse`, but bytes may follow the element."""
    if len(data) > max_bytes:
        message = "the structure is too large"
        raise LimitExceeded(message, limit=max_bytes, found=len(data), part=part or None)
    data = bytes(data)
    known = checked or _NOTHING
    end = usual.der(data, known.start, known.end, known.elements, known.depth, MAX_ELEMENTS)
    if end:
        return Tlv(data, data[0], 0, _extent(data, 0, end)[0], end)
    # Nobody compiled what looks at it quickly; or it is no DER, and here it is said why.
    root = _header(data, 0, len(data))
    _check_universal(data, 0, root.body, root.end)
    if not root.is_constructed:
        return root
    # Where the rows end that are still open; elements are counted as they are met.
    seen, at, ends = 1, root.body, [root.end]
    while ends:
        if at == ends[-1]:
            ends.pop()
            continue
        body, end = _extent(data, at, ends[-1])
        is_checked = checked is not None and (at, end) == (checked.start, checked.end)
        size, depth = (checked.elements, checked.depth) if checked and is_checked else (1, 1)
        seen += size
        if len(ends) + depth > MAX_DEPTH:
            raise LimitExceeded("nested too deeply", limit=MAX_DEPTH, found=len(ends) + depth)
        if seen > MAX_ELEMENTS:
            raise LimitExceeded("too many elements", limit=MAX_ELEMENTS, found=seen)
        if is_checked:
            at = end
            continue
        _check_universal(data, at, body, end)
        if data[at] & _CONSTRUCTED:
            ends.append(end)
            at = body
        else:
            at = end
    return root


def first_tag(data: bytes) -> int | None:
    """The tag of the first element inside the one that ``data`` starts with; nothing is checked.

    None where there is none.

    Raises:
        EncodingError: no headers of elements.
    """
    outer = _header(bytes(data), 0, len(data))
    if not outer.is_constructed or outer.body == outer.end:
        return None
    return _header(outer.buffer, outer.body, outer.end).tag


def extent(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Where the content of the element at ``at`` starts and ends; its inside is not checked.

    Raises:
        EncodingError: no header of an element, or one that reaches beyond ``end``.
    """
    return _extent(data, at, end)


def expect(element: Tlv, tag: int, what: str) -> Tlv:
    """``element`` itself; raises :class:`EncodingError` naming ``what`` for another tag."""
    if element.tag != tag:
        message = f"{what}: expected tag {tag:#04x}, found {element.tag:#04x}"
        raise EncodingError(message, part=what, offset=element.start)
    return element


def explicit(element: Tlv, number: int, what: str) -> Tlv:
    """The element inside ``[number] EXPLICIT``."""
    inner = expect(element, _CONTEXT_CONSTRUCTED | number, what).children()
    if len(inner) != 1:
        message = f"{what}: one element was expected inside the tag"
        raise EncodingError(message, part=what, offset=element.start)
    return inner[0]


def read_integer(element: Tlv, what: str) -> int:
    """The value of an INTEGER of at most 64 octets."""
    content = expect(element, INTEGER, what).content
    if len(content) > 64:
        message = f"{what}: the number is too long"
        raise EncodingError(message, part=what, offset=element.start)
    return int.from_bytes(content, "big", signed=True)


def read_boolean(element: Tlv, what: str) -> bool:
    """The value of a BOOLEAN."""
    return expect(element, BOOLEAN, what).content == b"\xff"


def read_octets(element: Tlv, what: str) -> bytes:
    """The octets of an OCTET STRING."""
    return expect(element, OCTET_STRING, what).content


def read_bits(element: Tlv, what: str, tolerances: Tolerances | None = None) -> bytes:
    """The octets of a BIT STRING that holds whole octets.

    Q1: an encoder in the field sets the unused-bits octet to the number of trailing zero bits
    of the last octet. Q3: another writes the length of what follows in its place. Where
    ``tolerances`` is given both are read, and noted; else refused.
    """
    content = expect(element, BIT_STRING, what).content
    if tolerances is not None and content and 7 < content[0] == len(content) - 1:
        tolerances.note("quirk_q3", what)
        return content[1:]
    if not content or content[0] > 7 or (content[0] and len(content) == 1):
        message = f"{what}: not a BIT STRING"
        raise EncodingError(message, part=what, offset=element.start)
    unused, octets = content[0], content[1:]
    if unused:
        if tolerances is None or octets[-1] & ((1 << unused) - 1):
            message = f"{what}: whole octets were expected"
            raise EncodingError(message, part=what, offset=element.start)
        tolerances.note("quirk_q1", what)
    return octets


def oid_text(content: bytes) -> str | None:
    """The dotted form of the content octets of an OBJECT IDENTIFIER, None if they are none."""
    if not content or len(content) > 64 or content[-1] & 0x80:
        return None
    arcs: list[int] = []
    value, fresh = 0, True
    for octet in content:
        if fresh and octet == 0x80:
            return None
        value = value << 7 | octet & 0x7F
        fresh = not octet & 0x80
        if fresh:
            arcs.append(value)
            value = 0
    root = min(arcs[0] // 40, 2)
    return ".".join(map(str, (root, arcs[0] - 40 * root, *arcs[1:])))


def read_oid(element: Tlv, what: str) -> str:
    """An OBJECT IDENTIFIER in dotted form."""
    text = oid_text(expect(element, OBJECT_IDENTIFIER, what).content)
    if text is None:
        message = f"{what}: not an object identifier"
        raise EncodingError(message, part=what, offset=element.start)
    return text


def read_any_oid(element: Tlv, what: str) -> str:
    """Like :func:`read_oid`, but octets that are no identifier come back as ``0x…``.

    Some makers write raw ASCII where an extension's identifier belongs.
    """
    content = expect(element, OBJECT_IDENTIFIER, what).content
    return oid_text(content) or "0x" + content.hex()
