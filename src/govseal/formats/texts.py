"""The words in a document, wherever they stand in it: for what searches, not for what shows.

Pages, metadata, attachments, in whatever form they can be had; text that is drawn as pictures, or
in glyphs that no character is given for, cannot. Nothing is written to a disk.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import suppress

from govseal.errors import FormatError
from govseal.formats.detect import detect
from govseal.formats.limits import DEFAULT_LIMITS, Limits

_DEPTH = 3  # packages in packages
_PAGES_AT_ONCE = 100
_MOST_INFLATED = 1 << 28
_STREAM = re.compile(rb"stream\r?\n")


def read_texts(
    data: bytes, limits: Limits = DEFAULT_LIMITS, *, depth: int = _DEPTH
) -> Iterator[str | bytes]:
    """Every piece of text; bytes are text in some encoding, or none at all.

    A text may come several times. What cannot be read is passed over: the bytes themselves are
    always among the pieces.
    """
    yield data
    kind = detect(data)
    if kind == "ofd":
        yield from _of_package(data, limits, depth)
    elif kind == "pdf":
        yield from _of_pages(data, limits)
        for piece in _of_streams(data):
            yield piece
            if depth and detect(piece) in {"ofd", "pdf"}:
                yield from read_texts(piece, limits, depth=depth - 1)


def _of_package(data: bytes, limits: Limits, depth: int) -> Iterator[str | bytes]:
    from govseal.formats.ofd import xml  # noqa: PLC0415 - start-up
    from govseal.formats.ofd.package import Package  # noqa: PLC0415 - start-up

    with suppress(FormatError):
        package = Package.open(data, limits, tolerant=True)
        for entry in package.entries:
            with suppress(FormatError, KeyError):
                content = package.read(entry.name)
                if depth:
                    yield from read_texts(content, limits, depth=depth - 1)
                if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
                    root = xml.parse(content, entry.name, limits, comments=False, recover=True)
                    pieces = list(xml.strings(root))
                    # One character may stand in each element: a word is what they make together.
                    yield "".join(pieces)
                    yield "\n".join(pieces)


def _of_pages(data: bytes, limits: Limits) -> Iterator[str]:
    from govseal.formats.pdf.pictures import count_pages, read_characters  # noqa: PLC0415 - PDFium

    with suppress(FormatError):
        count = min(count_pages(data, limits=limits), limits.max_pages)
        for first in range(1, count + 1, _PAGES_AT_ONCE):
            pages = range(first, min(first + _PAGES_AT_ONCE, count + 1))
            for rows in read_characters(data, pages, limits=limits):
                yield "".join(row[0] for row in rows)


def _of_streams(data: bytes) -> Iterator[bytes]:
    """What the streams of a PDF inflate to: attachments, metadata, objects."""
    left = _MOST_INFLATED
    for start in _STREAM.finditer(data):
        if left <= 0:
            return
        with suppress(zlib.error):
            piece = zlib.decompressobj().decompress(memoryview(data)[start.end() :], left)
            left -= len(piece)
            yield piece
