"""The picture of a seal (印章图像, ``SES_ESPictureInfo``): its bytes and its size in millimetres.

What a seal calls its picture is not always what it is (one product labels GIF data "bmp"), so the
kind is read from the bytes. Headers are read here, without an imaging library and within bounds,
so that a picture bomb is refused before anything decodes it.
"""

from __future__ import annotations

import functools
import hashlib
import re
import struct
import zlib
from dataclasses import dataclass, field
from typing import Literal

from govseal.errors import FormatError, LimitExceeded, SealError, UnsupportedFormat

PictureKind = Literal["png", "jpeg", "gif", "bmp", "svg", "ofd", "unknown"]

MAX_BYTES = 8 * 1024 * 1024
_MAX_KNOWN_BYTES = 256 * 1024
MAX_PIXELS = 64_000_000
MAX_MM = 500

#: Stands in the SVG and PNG of every specimen (样章), see :mod:`govseal.seal.drawing.specimen`. A
#: picture that was written anew without its comments is not recognised by it.
SPECIMEN_MARK = b"govseal:specimen-of-a-seal"

_MAGIC: tuple[tuple[bytes, PictureKind], ...] = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
    (b"PK\x03\x04", "ofd"),
)
# What may stand before the root element: declaration, comments, document type.
_SVG = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\?>\s*)?"
    rb"(?:<!--(?:[^-]|-(?!->)){0,2000}-->\s*|<!DOCTYPE\s[^>\[]{0,500}>\s*){0,4}"
    rb"<(?:svg:)?svg[\s/>]"
)
_SVG_HEAD = 8192
# Declarations and scripts, elements that move or embed, handlers of events, and what is fetched.
_SVG_ACTIVE = re.compile(
    rb"<!DOCTYPE|<!ENTITY|<\?xml-stylesheet|@import"
    rb"|<(?:\w+:)?(?:script|foreignObject|iframe|animate\w*|set)\b"
    rb"|\son\w{3,40}\s{0,40}=|\bhref\s{0,40}=\s{0,40}[\"'](?!#|data:image/)|\burl\(\s{0,40}[\"']?(?!#)",
    re.IGNORECASE,
)

#: How the standard writes the kinds (GB/T 38540 names GIF, BMP, JPG and SVG as examples).
_STORED_TYPE: dict[PictureKind, str] = {
    "png": "PNG",
    "jpeg": "JPG",
    "gif": "GIF",
    "bmp": "BMP",
    "svg": "SVG",
    "ofd": "OFD",
}


# One seal stands in stamp after stamp, and its picture is the same object then: 8 MB at most.
@functools.lru_cache(maxsize=32)
def _known_sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class SealPicture:
    """A picture as a seal carries it; nothing here has been judged.

    ``type`` is the seal's own word for the format, in whatever case; ``width_mm`` and
    ``height_mm`` are the declared size (GB/T 38540-2020, SES_ESPictureInfo).
    """

    type: str
    data: bytes = field(repr=False)
    width_mm: int
    height_mm: int

    @property
    def kind(self) -> PictureKind:
        """What the bytes are, whatever ``type`` says."""
        for magic, kind in _MAGIC:
            if self.data.startswith(magic):
                return kind
        return "svg" if _SVG.match(self.data[:_SVG_HEAD]) else "unknown"

    @property
    def sha256(self) -> str:
        """The SHA-256 of the bytes, in hexadecimal."""
        is_small = len(self.data) <= _MAX_KNOWN_BYTES
        return _known_sha256(self.data) if is_small else hashlib.sha256(self.data).hexdigest()

    @property
    def is_specimen(self) -> bool:
        """Whether the bytes carry the mark of a specimen; without it they may still show one."""
        return SPECIMEN_MARK in self.data

    def pixel_size(self) -> tuple[int, int] | None:
        """Width and height in pixels as the header states them; None for SVG and OFD.

        Raises:
            FormatError: The header is cut short or contradicts itself.
            UnsupportedFormat: The kind is unknown.
        """
        kind = self.kind
        if kind == "unknown":
            raise UnsupportedFormat("the picture is of no known kind", part="picture")
        reader = _READERS.get(kind)
        if reader is None:
            return None
        try:
            width, height = reader(self.data)
        except (struct.error, IndexError) as error:
            raise FormatError(f"the {kind} picture is cut short", part="picture") from error
        if width < 1 or height < 1:
            raise FormatError(f"the {kind} picture is empty", part="picture")
        return width, height


def load_picture(data: bytes, width_mm: int, height_mm: int) -> SealPicture:
    """A picture for a new seal, of ``width_mm`` by ``height_mm`` whole millimetres.

    ``type`` becomes the standard's word for what the bytes are.

    Raises:
        TypeError: A size is not a whole number.
        ValueError: A size is not within 1…500 mm.
        UnsupportedFormat: The bytes are not PNG, JPEG, GIF, BMP, SVG or OFD.
        FormatError: The header is damaged, or an SVG is active or not UTF-8.
        LimitExceeded: More than 8 MiB, or more than 64 million pixels.
        SealError: ``E_SPECIMEN``, the file is marked as a specimen.
    """
    for size in (width_mm, height_mm):
        if type(size) is not int:  # bool is an int that measures nothing
            raise TypeError(f"a seal is measured in whole millimetres, not {size!r}")
        if not 1 <= size <= MAX_MM:
            raise ValueError(f"a seal picture is 1 to {MAX_MM} mm wide and high, not {size}")
    if len(data) > MAX_BYTES:
        message = "the seal picture is too large"
        raise LimitExceeded(message, limit=MAX_BYTES, found=len(data), part="picture")
    sniffed = SealPicture("", bytes(data), width_mm, height_mm)
    pixels = sniffed.pixel_size()
    if pixels and pixels[0] * pixels[1] > MAX_PIXELS:
        message = f"the seal picture has {pixels[0]} x {pixels[1]} pixels"
        found = pixels[0] * pixels[1]
        raise LimitExceeded(message, limit=MAX_PIXELS, found=found, part="picture")
    if sniffed.kind == "svg":
        check_svg(sniffed.data)
    if sniffed.is_specimen:
        raise SealError("a specimen is no picture of a seal", code="E_SPECIMEN")
    return SealPicture(_STORED_TYPE[sniffed.kind], sniffed.data, width_mm, height_mm)


def check_svg(data: bytes) -> None:
    """Refuse what would let a picture change, run or fetch something.

    Raises:
        FormatError: ``xml_forbidden``, it is active; or it is not UTF-8.
    """
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        message = "the svg picture is not UTF-8"
        raise FormatError(message, part="picture", offset=error.start) from error
    active = _SVG_ACTIVE.search(data)
    if active:
        word = active.group().decode("ascii", "replace").strip()
        message = f"the svg picture contains {word}"
        raise FormatError(message, code="xml_forbidden", part="picture", offset=active.start())


def _png_size(data: bytes) -> tuple[int, int]:
    length, name, width, height = struct.unpack_from(">I4sII", data, 8)
    (checksum,) = struct.unpack_from(">I", data, 29)
    if (length, name) != (13, b"IHDR") or zlib.crc32(data[12:29]) != checksum:
        raise FormatError("the png picture has a damaged header", part="picture", offset=8)
    return width, height


def _gif_size(data: bytes) -> tuple[int, int]:
    """The larger of the screen and the first frame: decoders grow to hold both."""
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    position = 13 + _gif_table(flags)
    while data[position] == 0x21:  # an extension: label, then sub-blocks up to an empty one
        position += 2
        while data[position]:
            position += 1 + data[position]
        position += 1
    if data[position] != 0x2C:
        raise FormatError("the gif picture has no frame", part="picture", offset=position)
    left, top, frame_width, frame_height = struct.unpack_from("<HHHH", data, position + 1)
    return max(width, left + frame_width), max(height, top + frame_height)


def _gif_table(flags: int) -> int:
    """The length of the colour table that the flags announce."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _bmp_size(data: bytes) -> tuple[int, int]:
    (header,) = struct.unpack_from("<I", data, 14)
    if header == 12:  # BITMAPCOREHEADER
        width, height = struct.unpack_from("<HH", data, 18)
    elif 16 <= header <= 124:
        width, height = struct.unpack_from("<ii", data, 18)
    else:
        raise FormatError("the bmp picture has an unknown header", part="picture", offset=14)
    return width, abs(height)  # a negative height: rows from the top down


# SOF0…SOF15 carry the size, but for these three numbers, which mean other things.
_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# TEM, RST0…RST7 and SOI stand alone, without a length.
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})


def _jpeg_size(data: bytes) -> tuple[int, int]:
    position = 2
    while True:
        if data[position] != 0xFF:
            raise FormatError("the jpeg picture is damaged", part="picture", offset=position)
        marker = data[position + 1]
        if marker in _SOF:
            height, width = struct.unpack_from(">HH", data, position + 5)
            return width, height
        if marker in (0xD9, 0xDA):
            message = "the jpeg picture starts without a size"
            raise FormatError(message, part="picture", offset=position)
        if marker == 0xFF:  # a fill byte
            position += 1
        elif marker in _BARE:
            position += 2
        else:
            (length,) = struct.unpack_from(">H", data, position + 2)
            if length < 2:
                message = "the jpeg picture has an impossible segment"
                raise FormatError(message, part="picture", offset=position)
            position += 2 + length


_READERS = {"png": _png_size, "gif": _gif_size, "bmp": _bmp_size, "jpeg": _jpeg_size}
