"""The records of a ZIP archive, read by the central directory and held against the local headers.

Readers disagree about archives that say one thing in the central directory and another in the
local headers, that overlap, or that hold bytes nobody claims: what such a package shows depends on
the reader. So every disagreement is a fault here. Layout: PKWARE APPNOTE 6.3.10, 4.3 and 4.4.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import NamedTuple

from govseal import usual
from govseal.errors import FormatError, LimitExceeded, UnsupportedFormat
from govseal.formats.limits import Limits
from govseal.formats.source import ZIP_END, ByteSource, HeldBytes, Piece
from govseal.frozen import frozen

STORED = 0
DEFLATED = 8
UTF8_FLAG = 0x0800

END = struct.Struct("<4s4H2IH")
CENTRAL = struct.Struct("<4s6H3I5H2I")
LOCAL = struct.Struct("<4s5H3I2H")
END_SIGNATURE = ZIP_END
CENTRAL_SIGNATURE = b"PK\x01\x02"
LOCAL_SIGNATURE = b"PK\x03\x04"

#: What a record of the directory has in common with the local header, before the lengths of extras.
_COMMON = slice(6, 30)
_NO_EXTRA = b"\0\0"
_DESCRIPTOR_SIGNATURE = b"PK\x07\x08"
_ZIP64_LOCATOR = b"PK\x06\x07"
_ZIP64_LOCATOR_SIZE = 20
_LONGEST_COMMENT = 0xFFFF

_ENCRYPTED = 0x0001
_DESCRIPTOR = 0x0008
# Compression hints (1, 2), data descriptor (3) and UTF-8 (11) change nothing that matters.
_HARMLESS_FLAGS = 0x0006 | _DESCRIPTOR | UTF8_FLAG
_ENCRYPTION_FLAGS = _ENCRYPTED | 0x0040 | 0x2000

_ZIP64_EXTRA = 0x0001
_UNICODE_PATH_EXTRA = 0x7075
_SATURATED = 0xFFFFFFFF
_ADLER_SIZE = 4
_AT_ONCE = 1 << 16


@frozen
class End:
    """The end of central directory record."""

    at: int
    count: int
    directory_size: int
    directory_at: int
    comment: bytes
    trailing: int
    """How many bytes follow the record and its comment."""


class _Stated(NamedTuple):
    """What the central directory says of one entry; the names are those of :class:`Entry`."""

    name: str
    raw_name: bytes
    method: int
    crc: int
    compressed_size: int
    size: int
    mode: int
    start: int
    central: bytes
    common: tuple[int, ...]
    """Version, flags, method, time and date, which stand in the local header too."""


class Entry(NamedTuple):
    """One file or directory of the archive: where it lies and what the directory says of it."""

    name: str
    raw_name: bytes
    method: int
    crc: int
    compressed_size: int
    size: int
    mode: int
    """Unix file mode, 0 where the writer gave none."""
    start: int
    """Offset of the local header."""
    central: bytes
    """The record in the central directory, as received."""
    body: int
    """Offset of the compressed data."""
    end: int
    """Offset behind the data and the data descriptor."""

    @property
    def is_directory(self) -> bool:
        """Whether it only names a directory."""
        return self.name.endswith("/")


def damaged(message: str, *, part: str | None = None, offset: int | None = None) -> FormatError:
    """The error for a package whose records cannot be trusted."""
    return FormatError(message, code="container_damaged", part=part, offset=offset)


def find_end(source: ByteSource) -> End:
    """The one end record of the archive.

    Raises:
        FormatError: none, cut short, or a second one that a reader might take instead.
        UnsupportedFormat: ZIP64, or an archive in several volumes.
    """
    at = source.rfind(END_SIGNATURE)
    if at < 0 or source.size - at < END.size:
        raise damaged("the package has no end record")
    tail = at + END.size
    _, disk, first_disk, here, count, size, start, comment = END.unpack(source.read(at, END.size))
    if comment > source.size - tail:
        raise damaged("the package ends inside its comment", offset=at)
    _refuse_second_end(source, at)
    locator_at = max(0, at - _ZIP64_LOCATOR_SIZE)
    zip64 = source.read(locator_at, at - locator_at).startswith(_ZIP64_LOCATOR)
    if zip64 or 0xFFFF in (here, count) or _SATURATED in (size, start):
        raise UnsupportedFormat("packages in ZIP64 form are not read by this version")
    if disk or first_disk or here != count:
        raise UnsupportedFormat("packages in several volumes are not read")
    if start + size != at:
        raise damaged("the central directory does not lie where the end record says", offset=at)
    trailing = source.size - tail - comment
    return End(at, count, size, start, source.read(tail, comment), trailing)


def _refuse_second_end(source: ByteSource, at: int) -> None:
    """Refuse an earlier end record whose comment would swallow the one that was found."""
    earliest = max(0, source.size - END.size - _LONGEST_COMMENT)
    if isinstance(source, HeldBytes):
        data, base = source.data, 0
    else:
        data, base = source.read(earliest, max(0, at + END.size - earliest)), earliest
    last = at - base + 3
    while last > 0 and (other := data.rfind(END_SIGNATURE, earliest - base, last)) >= 0:
        comment = END.unpack_from(data, other)[-1]
        if base + other + END.size + comment == source.size:
            raise damaged("the package has two end records", offset=base + other)
        last = other + 3


#: An entry of the row of its values, without a look at how many they are.
_ENTRY = partial(tuple.__new__, Entry)
_LARGEST = (1 << 63) - 1


def read_usual(source: ByteSource, limits: Limits) -> tuple[End, tuple[Entry, ...]] | None:
    """The end record and the entries of an archive of the usual form; None for all others.

    Usual is an archive of which every byte belongs to one file, in the order of the directory,
    whose local headers repeat it, and which keeps within ``limits``.
    """
    if not isinstance(source, HeldBytes):
        return None
    most = (
        limits.max_entries,
        limits.max_directory_bytes,
        limits.max_entry_bytes,
        limits.max_total_bytes,
        limits.max_ratio,
        limits.ratio_threshold_bytes,
    )
    found = usual.records(source.data, *most) if max(most) <= _LARGEST else None
    if found is None:
        return None
    at, size, start, rows = found
    return End(at, len(rows), size, start, b"", 0), tuple(map(_ENTRY, rows))


def read_entries(source: ByteSource, end: End, limits: Limits) -> Iterator[Entry]:
    """The entries in the order of the central directory, each held against its local header.

    Raises:
        FormatError: cut short, or the headers disagree (``container_damaged``).
        UnsupportedFormat: encrypted, or compressed otherwise than by deflate.
        LimitExceeded: too many entries, too large, or too much larger than packed.
    """
    if end.count > limits.max_entries:
        message = "the package has too many entries"
        raise LimitExceeded(message, limit=limits.max_entries, found=end.count)
    if end.directory_size > limits.max_directory_bytes:
        message, limit = "the directory of the package is too large", limits.max_directory_bytes
        raise LimitExceeded(message, limit=limit, found=end.directory_size)
    directory = source.read(end.directory_at, end.directory_size)
    at = total = 0
    for _ in range(end.count):
        stated, at = _central_entry(directory, at, end.directory_at)
        _check_size(stated, limits)
        total += stated.size
        if total > limits.max_total_bytes:
            message = "the package unpacks to too many bytes"
            raise LimitExceeded(message, limit=limits.max_total_bytes, found=total)
        yield _placed(source, stated, end.directory_at)
    if at != len(directory):
        offset = end.directory_at + at
        raise damaged("the central directory holds more than its entries", offset=offset)


def _central_entry(directory: bytes, at: int, base: int) -> tuple[_Stated, int]:
    """The entry at ``at`` of the directory, which lies at ``base``, and where the next one is."""
    if len(directory) - at < CENTRAL.size or directory[at : at + 4] != CENTRAL_SIGNATURE:
        raise damaged("the central directory is cut short", offset=base + at)
    fields = CENTRAL.unpack_from(directory, at)
    flags, method = fields[3], fields[4]
    crc, packed, size, name_size, extra_size, comment_size, disk = fields[7:14]
    attributes, start = fields[15], fields[16]
    name_at = at + CENTRAL.size
    extra_at = name_at + name_size
    after = extra_at + extra_size + comment_size
    if after > len(directory):
        raise damaged("the central directory is cut short", offset=base + at)
    raw_name = directory[name_at:extra_at]
    name = decode_name(raw_name, is_utf8=bool(flags & UTF8_FLAG), offset=base + at)
    if flags & _ENCRYPTION_FLAGS:
        raise UnsupportedFormat("encrypted packages are not read", part=name)
    if method not in (STORED, DEFLATED):
        raise UnsupportedFormat(f"compression method {method} is not read", part=name)
    if flags & ~_HARMLESS_FLAGS or disk:
        message = "an entry has flags of a form that is not read"
        raise damaged(message, part=name, offset=base + at)
    if _SATURATED in (packed, size, start):
        raise UnsupportedFormat("entries in ZIP64 form are not read by this version", part=name)
    if extra_size:
        _check_unicode_path(_extra(directory[extra_at : extra_at + extra_size], name), name)
    mode, central = attributes >> 16, directory[at:after]
    sizes = (crc, packed, size)
    return _Stated(name, raw_name, method, *sizes, mode, start, central, fields[2:7]), after


def _check_size(entry: _Stated, limits: Limits) -> None:
    if entry.size > limits.max_entry_bytes:
        message = "a file of the package is too large"
        limit = limits.max_entry_bytes
        raise LimitExceeded(message, limit=limit, found=entry.size, part=entry.name)
    if entry.size > limits.ratio_threshold_bytes:
        ratio = entry.size // max(entry.compressed_size, 1)
        if ratio > limits.max_ratio:
            message = "a file of the package unpacks to far more than its size"
            raise LimitExceeded(message, limit=limits.max_ratio, found=ratio, part=entry.name)
    if entry.method == STORED and entry.size != entry.compressed_size:
        raise damaged("a stored file has two sizes", part=entry.name)
    if entry.size and entry.name.endswith("/"):
        raise damaged("a directory has content", part=entry.name)


def _placed(source: ByteSource, entry: _Stated, limit: int) -> Entry:
    """``entry`` with the places that its local header gives, after comparing the two headers."""
    start, name, raw_name = entry.start, entry.name, entry.raw_name
    header = source.read(start, LOCAL.size + len(raw_name))
    body = start + len(header)
    end = body + entry.compressed_size
    # Most say in both places the same, byte for byte, and have nothing more.
    usual = LOCAL_SIGNATURE + entry.central[_COMMON] + _NO_EXTRA + raw_name
    if header == usual and end <= limit and not entry.common[1] & _DESCRIPTOR:
        return Entry(*entry[:9], body, end)
    if limit - start < LOCAL.size or header[:4] != LOCAL_SIGNATURE:
        raise damaged("an entry has no local header", part=name, offset=start)
    fields = LOCAL.unpack_from(header)
    flags, name_size, extra_size = fields[2], fields[9], fields[10]
    body = start + LOCAL.size + name_size + extra_size
    end = body + entry.compressed_size
    if end > limit:
        raise damaged("an entry is cut short", part=name, offset=start)
    # Version, flags, method, time and date stand in both: where they differ somebody wrote one.
    is_same_name = name_size == len(raw_name) and header[LOCAL.size :] == raw_name
    if not is_same_name or fields[1:6] != entry.common:
        raise damaged("the local header names another file", part=name, offset=start)
    expected = entry[3:6]
    extra = _extra(source.read(body - extra_size, extra_size), name)
    _check_unicode_path(extra, name)
    sizes = _local_sizes(fields[6:9], extra, name)
    # With a data descriptor the local header may leave out any of the three.
    open_ended = (0, 0, 0) if flags & _DESCRIPTOR else expected
    if any(found not in pair for found, *pair in zip(sizes, expected, open_ended, strict=True)):
        raise damaged("the local header gives other sizes", part=name, offset=start)
    if flags & _DESCRIPTOR:
        end += _descriptor_size(source.read(end, min(24, limit - end)), expected, name)
    return Entry(*entry[:9], body, end)


def _local_sizes(
    sizes: tuple[int, int, int], extra: dict[int, bytes], name: str
) -> tuple[int, int, int]:
    """CRC, packed and unpacked size of a local header, the simple ZIP64 form resolved."""
    crc, packed, size = sizes
    if _SATURATED not in (packed, size):
        return sizes
    field_bytes = extra.get(_ZIP64_EXTRA, b"")
    if (packed, size) != (_SATURATED, _SATURATED) or len(field_bytes) != 16:
        raise damaged("the local header gives no sizes", part=name)
    size, packed = struct.unpack("<QQ", field_bytes)
    return crc, packed, size


def _descriptor_size(data: bytes, expected: tuple[int, int, int], name: str) -> int:
    """Length of the data descriptor at the start of ``data``, with or without its signature."""
    for form in ("<III", "<IQQ"):
        record = struct.pack(form, *expected)
        for descriptor in (_DESCRIPTOR_SIGNATURE + record, record):
            if data.startswith(descriptor):
                return len(descriptor)
    raise damaged("the data descriptor gives other sizes", part=name)


def _extra(data: bytes, name: str) -> dict[int, bytes]:
    """The extra fields by identifier; padding that is no field ends them.

    Those that are read here may occur once: of two, readers take the one or the other.
    """
    fields: dict[int, bytes] = {}
    at = 0
    while len(data) - at >= 4:
        identifier, size = struct.unpack_from("<HH", data, at)
        if size > len(data) - at - 4:
            raise damaged("an extra field is cut short", part=name)
        if identifier in fields and identifier in (_ZIP64_EXTRA, _UNICODE_PATH_EXTRA):
            raise damaged("an entry has an extra field twice", part=name)
        fields[identifier] = data[at + 4 : at + 4 + size]
        at += 4 + size
    return fields


def _check_unicode_path(extra: dict[int, bytes], name: str) -> None:
    """Refuse a second name in the Info-ZIP field that says other than the first."""
    other = extra.get(_UNICODE_PATH_EXTRA)
    if other is not None and other[5:] != name.encode("utf-8", "surrogatepass"):
        raise damaged("an entry has two names", part=name)


def decode_name(raw: bytes, *, is_utf8: bool, offset: int) -> str:
    """The name of an entry: UTF-8 where flagged or valid, else GBK (Q17)."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if is_utf8:
            raise damaged("a name is not UTF-8", offset=offset) from error
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError as error:
        raise damaged("a name is in no known character set", offset=offset) from error


def inflate(
    source: ByteSource, entry: Entry, leftovers: dict[str, None], *, chunk: int
) -> Iterator[Piece]:
    """The content of an entry in pieces, checked at the end against its size and CRC.

    A piece has up to ``chunk`` bytes. An entry with the checksum of a zlib stream behind it is
    entered into ``leftovers``.

    Raises:
        FormatError: not what the headers promised; the pieces given out so far are worthless.
    """
    if max(entry.size, entry.compressed_size) <= min(chunk, _AT_ONCE):
        if content := inflate_at_once(source, entry, leftovers):
            yield content
        return
    packed = source.pieces(entry.body, entry.body + entry.compressed_size)
    pieces = _inflated(packed, entry, leftovers, chunk) if entry.method == DEFLATED else packed
    crc = size = 0
    for piece in pieces:
        size += len(piece)
        if size > entry.size:
            raise damaged("a file unpacks to more than its size", part=entry.name)
        crc = zlib.crc32(piece, crc)
        yield piece
    if size != entry.size or crc != entry.crc:
        raise damaged("a file does not have its checksum", part=entry.name)


def inflate_at_once(source: ByteSource, entry: Entry, leftovers: dict[str, None]) -> bytes:
    """The content of an entry as a whole, for small ones; else as :func:`inflate`."""
    content = source.read(entry.body, entry.compressed_size)
    if entry.method == DEFLATED:
        content = _inflated_at_once(content, entry, leftovers)
    if len(content) > entry.size:
        raise damaged("a file unpacks to more than its size", part=entry.name)
    if len(content) != entry.size or zlib.crc32(content) != entry.crc:
        raise damaged("a file does not have its checksum", part=entry.name)
    return content


def _inflated(
    packed: Iterator[Piece], entry: Entry, leftovers: dict[str, None], chunk: int
) -> Iterator[Piece]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    # One byte more than promised, so that an entry that goes on is noticed.
    left = entry.size + 1
    pending: Piece = b""
    adler = 1
    try:
        while left > 0 and not inflater.eof:
            pending = pending or next(packed, b"")
            wanted = min(chunk, left)
            piece = inflater.decompress(pending, wanted)
            is_last = not pending
            pending = inflater.unconsumed_tail
            left -= len(piece)
            if piece:
                adler = zlib.adler32(piece, adler)
                yield piece
            elif is_last:
                break
    except zlib.error as error:
        raise damaged("a file is not deflated properly", part=entry.name) from error
    unused = inflater.unused_data
    if inflater.eof and len(unused) <= _ADLER_SIZE:
        unused += b"".join(islice(packed, 1))
    _check_end(entry, leftovers, unused, adler, is_ended=inflater.eof or left <= 0)


def _inflated_at_once(packed: bytes, entry: Entry, leftovers: dict[str, None]) -> bytes:
    """A small file: as :func:`_inflated`, which most are too small for."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflater.decompress(packed, entry.size + 1)
    except zlib.error as error:
        raise damaged("a file is not deflated properly", part=entry.name) from error
    unused, is_ended = inflater.unused_data, inflater.eof or len(content) > entry.size
    if unused or not is_ended:
        _check_end(entry, leftovers, unused, zlib.adler32(content), is_ended=is_ended)
    return content


def _check_end(
    entry: Entry, leftovers: dict[str, None], unused: bytes, adler: int, *, is_ended: bool
) -> None:
    """What may stand behind the end of a deflated file: nothing, or its checksum."""
    if unused == adler.to_bytes(_ADLER_SIZE, "big"):
        # One product takes the head off a zlib stream and forgets its checksum at the end.
        leftovers[entry.name] = None
    elif not is_ended or unused:
        raise damaged("a file is not deflated properly", part=entry.name)
