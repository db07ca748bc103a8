"""PEM: the textual wrapping of DER (RFC 7468), read with tolerance for text around the blocks."""

from __future__ import annotations

import base64
import binascii
import re
import textwrap
from dataclasses import dataclass, field

from govseal.errors import EncodingError

_BEGIN = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,64})-----[ \t]*\r?\n")
_MAX_HEADERS = 20


@dataclass(frozen=True, slots=True)
class PemBlock:
    """One block: its label, the bytes inside, and the headers of RFC 1421 that came with it."""

    label: str
    der: bytes = field(repr=False)
    headers: tuple[tuple[str, str], ...] = ()


def is_pem(data: bytes) -> bool:
    """Whether the bytes look like PEM rather than DER."""
    return b"-----BEGIN " in data and not data.startswith(b"\x30")


def read_pem(data: bytes) -> tuple[PemBlock, ...]:
    """The blocks in order; text between them is ignored.

    Raises:
        EncodingError: a block whose content is not Base64, or that is begun and not ended.
    """
    blocks = []
    at = 0
    while (match := _BEGIN.search(data, at)) is not None:
        label = match[1].decode("ascii")
        end = data.find(b"-----END " + match[1] + b"-----", match.end())
        if end < 0:
            raise EncodingError(f"PEM: the block {label} is not closed", part=label)
        blocks.append(_block(label, data[match.end() : end]))
        at = end + 1
    return tuple(blocks)


def _block(label: str, body: bytes) -> PemBlock:
    head, blank, rest = body.replace(b"\r\n", b"\n").partition(b"\n\n")
    has_headers = bool(blank) and b":" in head
    text = b"".join((rest if has_headers else body).split())
    headers = _headers(head) if has_headers else ()
    try:
        return PemBlock(label, base64.b64decode(text, validate=True), headers)
    except binascii.Error:
        raise EncodingError(f"PEM: the block {label} is not Base64", part=label) from None


def _headers(head: bytes) -> tuple[tuple[str, str], ...]:
    lines = head.decode("latin-1").splitlines()[:_MAX_HEADERS]
    pairs = (line.partition(":") for line in lines)
    return tuple((name.strip(), value.strip()) for name, _, value in pairs)


def write_pem(label: str, der: bytes) -> bytes:
    """One block with lines of 64 characters."""
    lines = textwrap.wrap(base64.b64encode(der).decode("ascii"), 64)
    return "\n".join((f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", "")).encode()
