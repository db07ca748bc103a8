"""Pictures in JBIG2 (ITU-T T.88), decoded by PDFium in the process that draws pages.

PDFium reads JBIG2 inside PDF alone, and so a picture becomes the only thing on a page of its own.
OFD holds such pictures too (scans, codes to be read by machines).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from govseal.errors import FormatError, UnsupportedFormat
from govseal.formats.pdf import pictures

MAGIC = b"\x97JB2\r\n\x1a\n"

_SEQUENTIAL, _UNKNOWN_PAGES = 1, 2
_PAGE_INFORMATION, _END_OF_PAGE, _END_OF_FILE = 48, 49, 51
_UNKNOWN_LENGTH = 0xFFFFFFFF
_LONG_FORM = 7
_MOST_SEGMENTS = 10_000
_MOST_REFERENCES = 10_000
_LARGEST_SIDE = 14_400  # what a page of PDF measures at most
_POINTS_PER_INCH = 72


@dataclass(frozen=True, slots=True)
class _Segment:
    kind: int
    page: int
    header: bytes
    data: bytes


def decode_jbig2(data: bytes) -> bytes:
    """The first page of a JBIG2 file as PNG.

    Raises:
        UnsupportedFormat: a segment whose length is not stated.
        FormatError: damaged, or cut short.
        LimitExceeded: too many pixels, or it takes too long.
    """
    segments = list(_segments(data))
    width, height = _size(segments)
    kept = b"".join(
        item.header + item.data
        for item in segments
        if item.page in (0, 1) and item.kind not in (_END_OF_PAGE, _END_OF_FILE)
    )
    return pictures.render_page(_as_pdf(kept, width, height), 1, dpi=_POINTS_PER_INCH)


def jbig2_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels as the first page states them.

    Raises:
        FormatError: damaged, or cut short.
    """
    return _size(list(_segments(data)))


def _size(segments: list[_Segment]) -> tuple[int, int]:
    for item in segments:
        if item.kind == _PAGE_INFORMATION and item.page == 1 and len(item.data) >= 8:
            width, height = struct.unpack_from(">II", item.data)
            if 1 <= width <= _LARGEST_SIDE and 1 <= height <= _LARGEST_SIDE:
                return width, height
    raise FormatError("the jbig2 picture states no size that can be drawn", part="picture")


def _segments(data: bytes) -> Iterator[_Segment]:
    """The segments, whether their data follows each header or all headers (T.88, annex D)."""
    if not data.startswith(MAGIC) or len(data) < 13:
        raise FormatError("the jbig2 picture is cut short", part="picture")
    flags = data[8]
    at = 9 if flags & _UNKNOWN_PAGES else 13
    if flags & _SEQUENTIAL:
        for _ in range(_MOST_SEGMENTS):
            if at >= len(data):
                return
            kind, page, header, length = _header(data, at)
            at += len(header)
            yield _Segment(kind, page, header, _piece(data, at, length))
            at += length
            if kind == _END_OF_FILE:
                return
    else:
        found: list[tuple[int, int, bytes, int]] = []
        while at < len(data) and len(found) < _MOST_SEGMENTS:
            found.append(_header(data, at))
            at += len(found[-1][2])
            if found[-1][0] == _END_OF_FILE:
                break
        for kind, page, header, length in found:
            yield _Segment(kind, page, header, _piece(data, at, length))
            at += length


def _header(data: bytes, start: int) -> tuple[int, int, bytes, int]:
    """Kind, page, the header itself and the length of the data (T.88, 7.2)."""
    number, flags = struct.unpack(">IB", _piece(data, start, 5))
    at = start + 5
    count = _piece(data, at, 1)[0] >> 5
    if count == _LONG_FORM:
        count = struct.unpack(">I", _piece(data, at, 4))[0] & 0x1FFFFFFF
        at += 4 + (count + 8) // 8
    else:
        at += 1
    if count > _MOST_REFERENCES:
        raise FormatError("a jbig2 segment refers to too many others", part="picture")
    at += count * (1 if number <= 256 else 2 if number <= 65536 else 4)
    wide = 4 if flags & 0x40 else 1
    page = int.from_bytes(_piece(data, at, wide), "big")
    at += wide
    (length,) = struct.unpack(">I", _piece(data, at, 4))
    if length == _UNKNOWN_LENGTH:
        raise UnsupportedFormat("a jbig2 segment does not state its length", part="picture")
    return flags & 63, page, data[start : at + 4], length


def _piece(data: bytes, at: int, length: int) -> bytes:
    piece = data[at : at + length]
    if len(piece) != length:
        raise FormatError("the jbig2 picture is cut short", part="picture", offset=at)
    return piece


def _as_pdf(segments: bytes, width: int, height: int) -> bytes:
    """A page of one point per pixel with the picture on all of it."""
    shown = f"{width} 0 0 {height} 0 0 cm /I Do".encode("ascii")
    image = (
        f"/Type /XObject /Subtype /Image /Width {width} /Height {height} "
        "/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /JBIG2Decode"
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents 4 0 R "
        "/Resources << /XObject << /I 5 0 R >> >> >>".encode("ascii"),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(shown), shown),
        b"<< %s /Length %d >>\nstream\n%s\nendstream"
        % (image.encode("ascii"), len(segments), segments),
    ]
    output, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(output))
        output += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(output)
    output += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    output += b"".join(b"%010d 00000 n \n" % place for place in places)
    output += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    return bytes(output + b"startxref\n%d\n%%%%EOF\n" % table)
