"""What real documents carry inside: stamps, seals, PDF signatures, and the certificates in them."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from govseal.asn1 import strict

# SEQUENCE { SEQUENCE { [0] { INTEGER 2 } …, SEQUENCE { sm2 or RSA algorithm } …
_VERSION_3 = b"\xa0\x03\x02\x01\x02\x02"
_PDF_CONTENTS = re.compile(rb"/Contents\s*<((?:[0-9A-Fa-f]{2})+)>")


def stamped_data(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Stamps and seals below a folder, each with its name."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".dat", ".esl"):
            yield path.name, path.read_bytes()
        elif path.suffix == ".ofd" and zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as package:
                for name in package.namelist():
                    if name.lower().endswith((".dat", ".esl")):
                        yield f"{path.name}:{name}", package.read(name)


def pdf_signatures(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The signature values of PDF files below a folder, without the zeros behind them."""
    for path in sorted(folder.rglob("*.pdf")):
        for match in _PDF_CONTENTS.finditer(path.read_bytes()):
            for _, whole, _ in headers(bytes.fromhex(match[1].decode())):
                yield path.name, whole
                break


def headers(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """The elements in a row, as far as they can be told apart; lengths may be sloppy."""
    at = 0
    while at + 2 <= len(data):
        size, body = data[at + 1], at + 2
        if size & 0x80:
            octets = size & 0x7F
            size, body = int.from_bytes(data[body : body + octets], "big"), body + octets
        if body + size > len(data):
            return
        yield data[at], data[at : body + size], data[body : body + size]
        at = body + size


def certificates(data: bytes, depth: int = 0) -> Iterator[bytes]:
    """Everything inside that begins as a certificate of version 3 does."""
    if depth > 20:
        return
    for tag, whole, content in headers(data):
        if tag == strict.SEQUENCE and _VERSION_3 in whole[4:14] and len(whole) > 250:
            yield whole
        elif tag & 0x20 or tag == strict.OCTET_STRING:
            yield from certificates(content, depth + 1)
        elif tag == strict.BIT_STRING:
            yield from certificates(content[1:], depth + 1)
