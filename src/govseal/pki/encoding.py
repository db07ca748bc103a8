"""Names, extensions and algorithms written as certificates and requests hold them (RFC 5280)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from govseal.asn1 import write
from govseal.pki import extensions as ext
from govseal.pki import names
from govseal.pki.algorithms import SignatureAlgorithm

_PRINTABLE_ONLY: Final = frozenset({"C", "serialNumber", "dnQualifier"})
_PRINTABLE: Final = re.compile(r"[A-Za-z0-9 '()+,./:=?-]*")
_LABELS: Final = {label.lower(): label for label in names.OIDS}
_DOTTED: Final = re.compile(r"[0-2](\.(0|[1-9]\d{0,9})){1,20}")
_PART: Final = re.compile(r"\s*([A-Za-z0-9.]+)\s*=((?:[^\\,]|\\.)*)(?:,|$)", re.DOTALL)
_ESCAPE: Final = re.compile(rb"\\([0-9A-Fa-f]{2}|.)", re.DOTALL)


def encode_name(fields: Iterable[tuple[str, str]]) -> bytes:
    """A Name of (label or OID, text) in this order; UTF8String but for C and serialNumber.

    Raises:
        ValueError: an unknown label, or a character that PrintableString does not have.
    """
    sets = []
    for label, text in fields:
        oid = names.OIDS.get(label, label)
        if not _DOTTED.fullmatch(oid):
            raise ValueError(f"no such part of a name: {label!r}")
        if label in _PRINTABLE_ONLY:
            if not _PRINTABLE.fullmatch(text):
                raise ValueError(f"{label} takes letters and digits of ASCII, not {text!r}")
            value = write.printable(text)
        else:
            value = write.utf8(text)
        sets.append(write.set_of(write.sequence(write.oid(oid), value)))
    return write.sequence(*sets)


def parse_name(text: str) -> tuple[tuple[str, str], ...]:
    r"""Label and text of each part of ``C=CN, O=…, CN=…``: what a name's printed form says.

    Commas and backslashes inside are escaped with a backslash, octets of UTF-8 as ``\E5`` (RFC
    4514, 2.4).

    Raises:
        ValueError: not that form, an unknown label, an empty value, or no part at all.
    """
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text) or not found:
        match = _PART.match(text, at)
        if match is None:
            raise ValueError(f"not a name such as C=CN, O=…, CN=…: {text[at:][:40]!r}")
        label = _LABELS.get(match[1].lower(), match[1])
        if label not in names.OIDS and not _DOTTED.fullmatch(label):
            raise ValueError(f"no such part of a name: {label!r}")
        value = _unescape(match[2].strip())
        if not value:
            raise ValueError(f"{label} is empty")
        found.append((label, value))
        at = match.end()
    return tuple(found)


def _unescape(text: str) -> str:
    def octets(match: re.Match[bytes]) -> bytes:
        return bytes.fromhex(match[1].decode()) if len(match[1]) == 2 else match[1]

    # UnicodeDecodeError is a ValueError.
    return _ESCAPE.sub(octets, text.encode()).decode()


def encode_extension(oid: str, value: bytes, *, is_critical: bool = False) -> bytes:
    """One Extension around the DER ``value``."""
    critical = write.boolean(value=True) if is_critical else b""
    return write.sequence(write.oid(oid), critical, write.octets(value))


def key_usage_extension(uses: Iterable[str]) -> bytes:
    """KeyUsage, critical, from names of ``extensions.KEY_USAGE_NAMES``."""
    wanted = frozenset(uses)
    if unknown := wanted.difference(ext.KEY_USAGE_NAMES):
        raise ValueError(f"not a key usage: {', '.join(sorted(unknown))}")
    bits = write.named_bits(n for n, name in enumerate(ext.KEY_USAGE_NAMES) if name in wanted)
    return encode_extension(ext.KEY_USAGE, bits, is_critical=True)


def extended_key_usage_extension(purposes: Iterable[str], *, is_critical: bool = False) -> bytes:
    """ExtKeyUsage from names of ``extensions.EXTENDED_KEY_USAGE_NAMES`` or OIDs."""
    known = {name: oid for oid, name in ext.EXTENDED_KEY_USAGE_NAMES.items()}
    oids = [known.get(purpose, purpose) for purpose in purposes]
    for oid in oids:
        if not _DOTTED.fullmatch(oid):
            raise ValueError(f"not a purpose: {oid!r}")
    rows = (write.oid(oid) for oid in oids)
    return encode_extension(ext.EXTENDED_KEY_USAGE, write.sequence(*rows), is_critical=is_critical)


def algorithm_identifier(algorithm: SignatureAlgorithm) -> bytes:
    """AlgorithmIdentifier: NULL parameters for RSA, absent for SM2 and ECDSA."""
    parameters = write.null() if algorithm.key_kind == "rsa" else b""
    return write.sequence(write.oid(algorithm.oid), parameters)
