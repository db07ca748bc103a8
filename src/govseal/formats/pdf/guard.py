"""The bytes of a signed PDF looked at directly: what no parser of objects can be talked out of.

A signature in a PDF protects two ranges of bytes around one gap, which must be the hexadecimal
string of its own /Contents and nothing else (ISO 32000-2, 12.8.1). Whoever wants to show other
content under an old signature bends the ranges, the gap, or the way to the signature; so every
``/ByteRange`` of the file is counted, wherever it stands, and every dictionary of a signature is
read here from the raw bytes, apart from the reader that found it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from govseal.errors import FormatError, LimitExceeded
from govseal.formats.base import Anomaly

BLANKS = b"\x00\t\n\x0c\r "
_BLANK = rb"[\x00\t\n\x0c\r ]"
_REGULAR = rb"[^\x00\t\n\x0c\r ()<>\[\]{}/%]"
_SPACE = re.compile(rb"(?:" + _BLANK + rb"|%[^\r\n]*)*")
_NAME = re.compile(rb"/" + _REGULAR + rb"*")
_WORD = re.compile(_REGULAR + rb"+")
_REFERENCE = re.compile(rb"\d+" + _BLANK + rb"+\d+" + _BLANK + rb"+R(?!" + _REGULAR + rb")")
_HEX = re.compile(rb"<[^<>]*>")
_IN_STRING = re.compile(rb"\\.|[()]", re.DOTALL)
_OBJECT = re.compile(rb"\d+" + _BLANK + rb"+\d+" + _BLANK + rb"+obj(?!" + _REGULAR + rb")")
_PROPER_HEX = re.compile(rb"<(?:[0-9A-Fa-f]{2})*>")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_INTEGER = re.compile(rb"\d+")
_ARRAY = re.compile(rb"\[" + _BLANK + rb"*(\d[\d\x00\t\n\x0c\r ]*)\]")

MAX_DEPTH = 64
_MAX_ENTRIES = 1_000
_MAX_TOKENS = 100_000
_MAX_STRING = 1 << 20
_RANGES = 4
_MAX_DIGITS = 15


def _spelt(name: bytes) -> bytes:
    """A pattern for a name in any of its spellings: each character may be written #xx."""
    parts = []
    for octet in name:
        plain = re.escape(bytes([octet]))
        code = b"".join(
            b"[" + bytes([digit]) + bytes([digit]).lower() + b"]" for digit in b"%02X" % octet
        )
        parts.append(b"(?:" + plain + b"|#" + code + b")")
    return b"".join(parts)


_BYTE_RANGE = re.compile(rb"/" + _spelt(b"ByteRange") + rb"(?!" + _REGULAR + rb")")


def find_byte_ranges(data: bytes, limit: int) -> tuple[int, ...]:
    """The places of every ``/ByteRange`` in the raw bytes, in any spelling of the name.

    Raises:
        LimitExceeded: there are more than ``limit``.
    """
    found: list[int] = []
    for match in _BYTE_RANGE.finditer(data):
        found.append(match.start())
        if len(found) > limit:
            raise LimitExceeded("too many signatures", limit=limit, found=len(found))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a dictionary: its key, and the bytes of its value."""

    key: bytes
    """Without the slash, #xx resolved."""
    at: int
    """Where the key starts."""
    start: int
    end: int


def read_dictionary(data: bytes, at: int) -> tuple[Entry, ...]:
    """The entries of the dictionary at ``at``, doubled keys included; their values are not read.

    Raises:
        FormatError: no dictionary, or not to its end.
    """
    if data[at : at + 2] != b"<<":
        raise FormatError("no dictionary is here", offset=at)
    entries: list[Entry] = []
    at = _skip(data, at + 2)
    while data[at : at + 2] != b">>":
        match = _NAME.match(data, at)
        if match is None or len(entries) >= _MAX_ENTRIES:
            raise FormatError("the dictionary cannot be read", offset=at)
        start = _skip(data, match.end())
        end = _value_end(data, start)
        entries.append(Entry(plain_name(match.group()), at, start, end))
        at = _skip(data, end)
    return tuple(entries)


def plain_name(token: bytes) -> bytes:
    """A name token without its slash, #xx resolved (ISO 32000-2, 7.3.5)."""
    return _ESCAPE.sub(lambda match: bytes([int(match.group(1), 16)]), token[1:])


def object_body(data: bytes, at: int) -> int:
    """Where the value of the indirect object at ``at`` starts.

    Raises:
        FormatError: no object is there.
    """
    match = _OBJECT.match(data, _skip(data, at))
    if match is None:
        raise FormatError("no object is where the cross-reference says", offset=at)
    return _skip(data, match.end())


def _skip(data: bytes, at: int) -> int:
    """The next place that is neither blank nor comment."""
    match = _SPACE.match(data, at)
    return match.end() if match else at


def _value_end(data: bytes, at: int) -> int:
    """The end of the value at ``at``: one token, or everything up to its closing bracket."""
    depth = 0
    for _ in range(_MAX_TOKENS):
        at, step = _token(data, at)
        depth += step
        if depth > MAX_DEPTH or depth < 0:
            raise FormatError("the dictionary is nested wrongly", offset=at)
        if depth == 0:
            return at
        at = _skip(data, at)
    raise FormatError("the dictionary is too large", offset=at)


def _token(data: bytes, at: int) -> tuple[int, int]:
    """The end of the token at ``at``, and by how much it opens (1) or closes (-1) brackets."""
    if data[at : at + 2] in (b"<<", b">>"):
        return at + 2, 1 if data[at : at + 1] == b"<" else -1
    mark = data[at : at + 1]
    if mark in (b"[", b"]"):
        return at + 1, 1 if mark == b"[" else -1
    if mark == b"(":
        return _string_end(data, at), 0
    for pattern in (_HEX, _NAME, _REFERENCE, _WORD):
        match = pattern.match(data, at)
        if match is not None:
            return match.end(), 0
    raise FormatError("the dictionary cannot be read", offset=at)


def _string_end(data: bytes, at: int) -> int:
    depth = 0
    for match in _IN_STRING.finditer(data, at, at + _MAX_STRING):
        depth += {b"(": 1, b")": -1}.get(match.group(), 0)
        if depth == 0:
            return match.end()
    raise FormatError("a string has no end", offset=at)


@dataclass(frozen=True, slots=True)
class RawSignature:
    """The dictionary of one signature as it stands in the file."""

    at: int
    """Where the dictionary starts."""
    byte_range_at: int | None
    """Where its ``/ByteRange`` stands; None where it has none."""
    ranges: tuple[tuple[int, int], ...]
    """The protected pieces as (start, end); empty where they are unusable."""
    contents: bytes = field(repr=False)
    """What /Contents holds, padding included."""
    problem: FormatError | None
    """Why the ranges are unusable."""
    anomalies: tuple[Anomaly, ...]

    @property
    def end(self) -> int:
        """The end of the last protected byte."""
        return self.ranges[-1][1] if self.ranges else 0


def read_signature(data: bytes, at: int) -> RawSignature:
    """The signature dictionary at ``at``, its ranges checked against the file and the gap.

    Raises:
        FormatError: no dictionary is there, or not to its end.
    """
    entries = read_dictionary(data, at)
    anomalies = list(_doubled(entries))
    by_key = {entry.key: entry for entry in entries}
    contents = by_key.get(b"Contents")
    byte_range = by_key.get(b"ByteRange")
    ranges: tuple[tuple[int, int], ...] = ()
    problem = None
    try:
        ranges = _ranges(data, byte_range)
        anomalies += _gap(data, ranges, contents)
    except FormatError as error:
        problem = error
    return RawSignature(
        at=at,
        byte_range_at=byte_range.at if byte_range is not None else None,
        ranges=ranges,
        contents=_hex_value(data, contents),
        problem=problem,
        anomalies=tuple(anomalies),
    )


def _doubled(entries: tuple[Entry, ...]) -> Iterator[Anomaly]:
    seen: set[bytes] = set()
    for entry in entries:
        if entry.key in seen:
            name = entry.key.decode("latin-1")
            yield wrong_range(f"the signature's dictionary has /{name} twice")
        seen.add(entry.key)


def wrong_range(detail: str) -> Anomaly:
    """The anomaly ``byte_range_invalid``."""
    return Anomaly("byte_range_invalid", detail, is_failure=True)


def _wrong(message: str) -> FormatError:
    return FormatError(message, code="byte_range_invalid", part="/ByteRange")


def _ranges(data: bytes, entry: Entry | None) -> tuple[tuple[int, int], ...]:
    """The two pieces that /ByteRange names: from the start of the file, in order, inside it."""
    if entry is None:
        raise _wrong("the signature has no /ByteRange")
    match = _ARRAY.fullmatch(data, entry.start, entry.end)
    texts = _INTEGER.findall(match.group(1)) if match else []
    if len(texts) != _RANGES or any(len(text) > _MAX_DIGITS for text in texts):
        raise _wrong("/ByteRange is not four non-negative integers")
    first, size, second, rest = map(int, texts)
    if first != 0:
        raise _wrong("/ByteRange does not start with the file")
    if size == 0 or second <= size:
        raise _wrong("the pieces of /ByteRange overlap or leave no gap")
    if second + rest > len(data):
        raise _wrong("/ByteRange reaches behind the end of the file")
    return (0, size), (second, second + rest)


def _gap(
    data: bytes, ranges: tuple[tuple[int, int], ...], contents: Entry | None
) -> Iterator[Anomaly]:
    """What is wrong with the unprotected gap: it must be the value of /Contents, no byte more."""
    start, end = ranges[0][1], ranges[1][0]
    if contents is None:
        yield wrong_range("the signature has no /Contents")
    elif (start, end) != (contents.start, contents.end):
        yield wrong_range("the gap of /ByteRange is not the value of /Contents")
    elif _PROPER_HEX.fullmatch(data, start, end) is None:
        yield wrong_range("the gap of /ByteRange holds more than one hexadecimal string")


def _hex_value(data: bytes, entry: Entry | None) -> bytes:
    """The octets of a hexadecimal string; none for anything else."""
    if entry is None or _HEX.fullmatch(data, entry.start, entry.end) is None:
        return b""
    digits = data[entry.start + 1 : entry.end - 1].translate(None, BLANKS)
    try:
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    except ValueError:
        return b""
