"""BER made DER: key containers are written by products that stream (RFC 7292 allows BER).

Only containers of keys pass through here, never anything that was signed.
"""

from __future__ import annotations

from typing import Final

from govseal.asn1 import strict, write
from govseal.errors import EncodingError, LimitExceeded

_MAX_DEPTH: Final = 24
_MAX_ELEMENTS: Final = 20_000
_CONSTRUCTED_OCTETS: Final = 0x24


class _Reader:
    """Reads one BER value recursively; depth and number of elements are bounded."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.seen = 0

    def element(self, at: int, end: int, depth: int) -> tuple[bytes, int]:
        """The element at ``at`` in DER, and the offset behind it."""
        self.seen += 1
        if depth > _MAX_DEPTH:
            raise LimitExceeded("nested too deeply", limit=_MAX_DEPTH, found=depth)
        if self.seen > _MAX_ELEMENTS:
            raise LimitExceeded("too many elements", limit=_MAX_ELEMENTS, found=self.seen)
        tag, length, body = self._header(at, end)
        if length is not None and not tag & 0x20:
            return write.element(tag, self.data[body : body + length]), body + length
        if not tag & 0x20:
            raise EncodingError("a primitive element of indefinite length", offset=at)
        stop = end if length is None else body + length
        children = []
        at = body
        while length is None or at < stop:
            if length is None and self.data[at : at + 2] == b"\x00\x00" and at + 2 <= end:
                at += 2
                break
            child, at = self.element(at, stop, depth + 1)
            children.append(child)
        if tag == _CONSTRUCTED_OCTETS:
            pieces = (strict.read_octets(strict.parse(child), "segment") for child in children)
            return write.octets(b"".join(pieces)), at
        return write.element(tag, b"".join(children)), at

    def _header(self, at: int, end: int) -> tuple[int, int | None, int]:
        if end - at < 2:
            raise EncodingError("the bytes end inside an element's header", offset=at)
        tag, first = self.data[at], self.data[at + 1]
        body = at + 2
        if tag & 0x1F == 0x1F:
            raise EncodingError("tag numbers above 30 are not used here", offset=at)
        if first == 0x80:
            return tag, None, body
        length = first
        if first > 0x80:
            octets = first & 0x7F
            if octets > 8 or end - body < octets:
                raise EncodingError("the length does not fit the bytes", offset=at)
            length = int.from_bytes(self.data[body : body + octets], "big")
            body += octets
        if length > end - body:
            raise EncodingError("an element is longer than the bytes around it", offset=at)
        return tag, length, body


def to_der(data: bytes) -> bytes:
    """The one BER value in ``data`` with definite, shortest lengths and unsegmented strings.

    Raises:
        EncodingError: not BER, or bytes follow.
        LimitExceeded: nested too deeply, or too many elements.
    """
    der, end = _Reader(data).element(0, len(data), 1)
    if end != len(data):
        raise EncodingError("bytes follow the structure", offset=end)
    return der
