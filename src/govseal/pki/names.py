"""Distinguished names: compared narrowly, printed whatever strange things they hold.

Real names carry 2.5.4.45 as UTF8String, Chinese in an IA5String, NUL padding, empty values. None
of that may stop a verification, and nothing in a name may pass for its punctuation on a screen.

Two names are the same when their bytes are, or differ only in what RFC 5280, 7.1 overlooks in
PrintableString and UTF8String: which of the two it is, the case of ASCII letters, and blanks.
"""

from __future__ import annotations

import functools
import itertools
import string
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from govseal.asn1 import strict, write
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
_LOWER: Final = {ord(letter): letter.lower() for letter in string.ascii_uppercase}
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


def _relatives(der: bytes) -> Iterator[list[tuple[strict.Tlv, strict.Tlv]]]:
    """The relative names of a Name, each as its pairs of type and value."""
    name = strict.parse(der, part="Name", max_bytes=MAX_NAME_BYTES)
    for relative in strict.expect(name, strict.SEQUENCE, "Name").children():
        pairs = []
        for pair in strict.expect(relative, strict.SET, "Name").children():
            parts = strict.expect(pair, strict.SEQUENCE, "Name").children()
            if len(parts) != 2:
                raise EncodingError("Name: type and value were expected", part="Name")
            pairs.append((parts[0], parts[1]))
        yield pairs


@functools.lru_cache(maxsize=256)
def read_name(der: bytes) -> tuple[Attribute, ...]:
    """The attributes of a Name in the order received.

    Raises:
        EncodingError: not a Name, or one of more than 200 attributes.
        LimitExceeded: more than 16 KiB.
    """
    attributes = []
    for kind, value in itertools.chain.from_iterable(_relatives(der)):
        attributes.append(Attribute(strict.read_any_oid(kind, "Name"), text_of(value)))
        if len(attributes) > MAX_ATTRIBUTES:
            raise EncodingError("Name: too many attributes", part="Name")
    return tuple(attributes)


def _fold(element: strict.Tlv) -> bytes:
    """A value as it is compared: text of the two common types as one, all else as received."""
    if element.tag not in (strict.PRINTABLE_STRING, strict.UTF8_STRING):
        return element.raw
    try:
        text = element.content.decode("utf-8")
    except UnicodeDecodeError:
        return element.raw
    return write.utf8(" ".join(filter(None, text.translate(_LOWER).split(" "))))


def _fold_widely(element: strict.Tlv) -> bytes:
    """A value with all that could be overlooked in it: type, case, width, blanks, padding."""
    text = unicodedata.normalize("NFKC", text_of(element)).casefold()
    return write.utf8(" ".join(text.replace("\0", " ").split()))


@functools.lru_cache(maxsize=256)
def relative_names(der: bytes, *, is_wide: bool = False) -> tuple[bytes, ...]:
    """The relative names of a Name, the highest first, each as bytes that are compared.

    The narrow form overlooks what the module says; the wide one also other string types, the case
    and width of any letter, and NUL padding: for names that are forbidden, where overlooking
    more is safe.

    Raises:
        EncodingError: not a Name.
        LimitExceeded: more than 16 KiB.
    """
    fold = _fold_widely if is_wide else _fold
    return tuple(
        write.set_of(*(write.sequence(kind.raw, fold(value)) for kind, value in pairs))
        for pairs in _relatives(der)
    )


@functools.lru_cache(maxsize=256)
def comparable(der: bytes) -> bytes:
    """The form of a Name that is equal for the same names; raises as :func:`relative_names`."""
    return b"".join(relative_names(der))


def is_same_name(one: bytes, other: bytes) -> bool:
    """Whether two Names are the same; raises as :func:`relative_names`."""
    return one == other or comparable(one) == comparable(other)


def escape(text: str) -> str:
    """The text without what could pass for the punctuation of a name, or hide on a screen."""
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
    # What is too large for a name would be kept as the key of the cache.
    return _format_name(der) if len(der) <= MAX_NAME_BYTES else "#" + der[:64].hex()


@functools.lru_cache(maxsize=256)
def _format_name(der: bytes) -> str:
    try:
        attributes = read_name(der)
    except GovsealError:
        return "#" + der[:64].hex()
    return ", ".join(f"{item.label}={escape(item.text)}" for item in attributes)


def name_value(der: bytes, label: str) -> str | None:
    """The last value of the attribute ``label`` (``CN``, ``O`` … or a dotted OID), else None."""
    wanted = OIDS.get(label, label)
    values = [item.text for item in read_name(der) if item.oid == wanted]
    return values[-1] if values else None
