"""Distinguished names: compared as received bytes, printed whatever strange things they hold.

Real names carry 2.5.4.45 as UTF8String, Chinese in an IA5String, NUL padding, empty values. None
of that may stop a verification, and nothing in a name may pass for its punctuation on a screen.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from govseal.asn1 import strict
from govseal.errors import EncodingError, GovsealError

_LABELS: Final = {
    "2.5.4.3": "CN",
    "2.5.4.4": "SN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "street",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.12": "title",
    "2.5.4.13": "description",
    "2.5.4.15": "businessCategory",
    "2.5.4.16": "postalAddress",
    "2.5.4.17": "postalCode",
    "2.5.4.20": "telephoneNumber",
    "2.5.4.41": "name",
    "2.5.4.42": "GN",
    "2.5.4.45": "x500UniqueIdentifier",
    "2.5.4.46": "dnQualifier",
    "2.5.4.65": "pseudonym",
    "2.5.4.97": "organizationIdentifier",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "emailAddress",
}
OIDS: Final = {label: oid for oid, label in _LABELS.items()}

_BMP_STRING: Final = 0x1E
_UNIVERSAL_STRING: Final = 0x1C
# UTF8, Numeric, Printable, Teletex, Videotex, IA5, Graphic, Visible, General
_TEXT_TAGS: Final = frozenset({0x0C, 0x12, 0x13, 0x14, 0x15, 0x16, 0x19, 0x1A, 0x1B})
_SPECIAL: Final = frozenset(',+"\\<>;=')
MAX_ATTRIBUTES: Final = 200
MAX_NAME_BYTES: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a name: its OID and its value as text."""

    oid: str
    text: str

    @property
    def label(self) -> str:
        """``CN``, ``O`` …, the OID where there is no common label."""
        return _LABELS.get(self.oid, self.oid)


def text_of(element: strict.Tlv) -> str:
    """The text of a string element; bytes that are no text of its type are read as Latin-1.

    A value that is no string at all is given as ``#`` and hexadecimal DER (RFC 4514, 2.4).
    """
    content = element.content
    if element.tag in _TEXT_TAGS:
        codecs: tuple[str, ...] = ("utf-8",)
    elif element.tag == _BMP_STRING:
        codecs = ("utf-16-be",)
    elif element.tag == _UNIVERSAL_STRING:
        codecs = ("utf-32-be",)
    else:
        return "#" + element.raw.hex()
    for codec in codecs:
        try:
            return content.decode(codec)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _attributes(name: strict.Tlv) -> Iterator[Attribute]:
    for relative in strict.expect(name, strict.SEQUENCE, "Name").children():
        for pair in strict.expect(relative, strict.SET, "Name").children():
            parts = strict.expect(pair, strict.SEQUENCE, "Name").children()
            if len(parts) != 2:
                raise EncodingError("Name: type and value were expected", part="Name")
            yield Attribute(strict.read_any_oid(parts[0], "Name"), text_of(parts[1]))


@functools.lru_cache(maxsize=256)
def read_name(der: bytes) -> tuple[Attribute, ...]:
    """The attributes of a Name in the order received.

    Raises:
        EncodingError: not a Name, or one of more than 200 attributes.
        LimitExceeded: more than 16 KiB.
    """
    attributes = []
    for attribute in _attributes(strict.parse(der, part="Name", max_bytes=MAX_NAME_BYTES)):
        attributes.append(attribute)
        if len(attributes) > MAX_ATTRIBUTES:
            raise EncodingError("Name: too many attributes", part="Name")
    return tuple(attributes)


def _escape(text: str) -> str:
    out = []
    for character in text.rstrip("\0"):
        if character in _SPECIAL:
            out.append("\\" + character)
        elif unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            # Control characters and bidirectional marks would rearrange what a reader sees.
            octets = character.encode("utf-8", "surrogatepass")
            out.append("".join(f"\\{octet:02X}" for octet in octets))
        else:
            out.append(character)
    return "".join(out)


def format_name(der: bytes) -> str:
    """``C=CN, O=…, CN=…`` in the order received, escaped as in RFC 4514; never raises."""
    try:
        attributes = read_name(der)
    except GovsealError:
        return "#" + der[:64].hex()
    return ", ".join(f"{item.label}={_escape(item.text)}" for item in attributes)


def name_value(der: bytes, label: str) -> str | None:
    """The last value of the attribute ``label`` (``CN``, ``O`` … or a dotted OID), else None."""
    wanted = OIDS.get(label, label)
    values = [item.text for item in read_name(der) if item.oid == wanted]
    return values[-1] if values else None
