"""What the containers of keys have in common: how they are read, told apart and refused.

Their structures are asn1crypto's, and so is BER, which RFC 7292 allows; nothing that was signed
passes through here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, Final, overload

from govseal.asn1 import strict
from govseal.errors import FormatError, KeyLoadError

MAX_ITERATIONS: Final = 2_000_000
"""Above this a container is refused rather than worked on for minutes."""
MAX_BER_BYTES: Final = 256 * 1024
"""What is not DER is read up to this size: asn1crypto counts no elements."""
# Nothing real has it, and asn1crypto adds up such a number in quadratic time.
_LONG_NUMBER: Final = re.compile(rb"[\x80-\xff]{4096}")

# Named so that a refusal says what the file uses and what to do.
_ENCRYPTIONS: Final = {
    "1.2.840.113549.1.12.1.1": "PBE-SHA1-RC4-128",
    "1.2.840.113549.1.12.1.2": "PBE-SHA1-RC4-40",
    "1.2.840.113549.1.12.1.4": "PBE-SHA1-2DES",
    "1.2.840.113549.1.12.1.5": "PBE-SHA1-RC2-128",
    "1.2.840.113549.1.12.1.6": "PBE-SHA1-RC2-40",
    "1.2.840.113549.1.5.1": "PBE-MD2-DES",
    "1.2.840.113549.1.5.3": "PBE-MD5-DES",
    "1.2.840.113549.1.5.10": "PBE-SHA1-DES",
    "1.2.840.113549.3.2": "RC2-CBC",
    "1.3.6.1.4.1.11591.4.11": "scrypt",
    "1.2.156.10197.1.104": "SM4 without a mode",
    "1.2.156.10197.1.104.1": "SM4-ECB",
}


class Form(StrEnum):
    """What a structure is by its outline, in the words of a refusal."""

    PKCS12 = "a PKCS#12 file"
    PKCS8 = "a PKCS#8 private key"
    ENCRYPTED_PKCS8 = "an encrypted PKCS#8 private key"
    EC = "an EC private key"
    RSA = "an RSA private key"
    CFCA = "a CFCA .sm2 file"
    ENVELOPED = "an SM2EnvelopedKey"
    CERTIFICATE = "a certificate"
    SIGNED = "a certificate, a request or a revocation list"
    PUBLIC_KEY = "a public key"
    MESSAGE = "a signed or enveloped message"


PRIVATE_KEYS: Final = frozenset({Form.PKCS8, Form.ENCRYPTED_PKCS8, Form.EC, Form.RSA})

_PKCS7: Final = bytes.fromhex("2A864886F70D0107")
_GM_DATA: Final = bytes.fromhex("2A811CCF550601040201")
_SEQ, _INT, _BITS, _OCTETS, _OID = (
    strict.SEQUENCE,
    strict.INTEGER,
    strict.BIT_STRING,
    strict.OCTET_STRING,
    strict.OBJECT_IDENTIFIER,
)
_VERSION: Final = 0xA0
_RSA_VERSIONS: Final = (b"\x00", b"\x01")


def unsupported(what: str, thing: str) -> KeyLoadError:
    """The refusal of ``thing``, an OID or words; encryption is named, with a way out."""
    message = f"{what} uses {thing:.80}, which is not read here"
    if thing in _ENCRYPTIONS:
        message = (
            f"{what} uses {_ENCRYPTIONS[thing]} ({thing}), which is not read here; "
            "save it again with PBES2 and AES"
        )
    return KeyLoadError(message, kind="unsupported")


def damaged(what: str) -> KeyLoadError:
    """The refusal of a structure that is not what it claims to be."""
    return KeyLoadError(f"{what} is damaged", kind="damaged")


def wrong_password(what: str) -> KeyLoadError:
    """The refusal of a password."""
    return KeyLoadError(f"the password of {what} is wrong", kind="wrong_password")


def wrong_container(what: str, found: str) -> KeyLoadError:
    """The refusal of a file that is none of the kind, whatever its state."""
    return KeyLoadError(f"{what} was expected, not {found}", kind="wrong_container")


def _header(data: bytes, at: int) -> tuple[int, int, int] | None:
    """Tag, start and end of the content at ``at``; the end may lie behind the bytes."""
    if len(data) < at + 2:
        return None
    length, body = data[at + 1], at + 2
    if length > 0x84 or len(data) < body + max(length - 0x80, 0):
        return None
    if length == 0x80:
        return data[at], body, len(data) + 1
    if length > 0x80:
        octets = length & 0x7F
        length = int.from_bytes(data[body : body + octets], "big")
        body += octets
    return data[at], body, body + length


def _outline(data: bytes, at: int = 0) -> list[tuple[int, bytes]]:
    """The elements inside the one at ``at``, tag and content, as far as the bytes go."""
    found: list[tuple[int, bytes]] = []
    outer = _header(data, at)
    if outer is None or outer[0] != _SEQ:
        return found
    at, end = outer[1], min(outer[2], len(data))
    while at < end and len(found) < 10 and (item := _header(data, at)) is not None:
        found.append((item[0], data[item[1] : item[2]]))
        at = item[2]
    return found


def recognise(data: bytes) -> Form | None:
    """What the bytes are by their outline, cut short or not; None where it is nothing known."""
    row = _outline(data)
    tags = tuple(tag for tag, _ in row)
    if tags[:2] == (_INT, _SEQ):
        return _versioned(row)
    if tags[:2] == (_INT, _INT):
        return Form.RSA if row[0][1] in _RSA_VERSIONS else Form.PUBLIC_KEY
    if tags == (_SEQ, _BITS):
        return Form.PUBLIC_KEY
    if tags == (_SEQ, _SEQ, _BITS, _BITS):
        return Form.ENVELOPED
    if tags[:1] == (_SEQ,) and row[0][1][:1] == bytes([_VERSION]):
        return Form.CERTIFICATE
    if tags == (_SEQ, _SEQ, _BITS):
        return Form.SIGNED
    starts: dict[tuple[int, ...], Form] = {
        (_INT, _OCTETS): Form.EC,
        (_SEQ, _OCTETS): Form.ENCRYPTED_PKCS8,
        (_OID, _VERSION): Form.MESSAGE,
    }
    return starts.get(tags[:2])


def _versioned(row: list[tuple[int, bytes]]) -> Form:
    """PKCS#12, PKCS#8 and CFCA's form all begin with a version and a SEQUENCE with an OID."""
    version, inside = row[0][1], row[1][1]
    oid = inside[2:]
    if oid.startswith(_PKCS7):
        return Form.PKCS12
    if oid.startswith(_GM_DATA):
        return Form.PKCS12 if version == b"\x03" else Form.CFCA
    return Form.PKCS8


def refusal(data: bytes, what: str, own: frozenset[Form]) -> KeyLoadError:
    """Why ``data`` is not ``what``: ``wrong_container``, or ``damaged`` for one of ``own``."""
    if not data:
        return damaged(what)
    form = recognise(data)
    if form in own:
        return damaged(what)
    if form is not None:
        return wrong_container(what, form)
    if data[0] == _SEQ:
        try:
            strict.parse(data)
        except FormatError:
            return damaged(what)
    return wrong_container(what, "something else")


@contextmanager
def reading(what: str) -> Iterator[None]:
    """What asn1crypto raises over bytes that are not the structure becomes ``damaged``.

    It parses a field when the field is asked for, so every field is asked for inside.
    """
    try:
        yield
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError):
        raise damaged(what) from None


def whole(structure: Any) -> Any:  # noqa: ANN401 - asn1crypto has no types
    """``structure`` itself; raises ValueError for elements behind its fields, else unseen."""
    fields = getattr(structure, "_fields", None)
    if fields and len(structure) > len(fields):
        raise ValueError("an element that has no place")
    return structure


def load(kind: Any, der: bytes, what: str) -> Any:  # noqa: ANN401 - asn1crypto has no types
    """The structure of an asn1crypto class in ``der``, nothing behind it, its fields not yet read.

    Raises:
        KeyLoadError: ``damaged``; also where it is BER and larger than 256 KiB.
    """
    try:
        strict.parse(der)  # elements are counted here, and their depth is measured
        is_bounded = True
    except FormatError:
        is_bounded = len(der) <= MAX_BER_BYTES
    if not is_bounded or _LONG_NUMBER.search(der):
        raise damaged(what)
    with reading(what):
        return whole(kind.load(der, strict=True))


@overload
def password_octets(password: str | bytes) -> bytes: ...
@overload
def password_octets(password: str | bytes | None) -> bytes | None: ...
def password_octets(password: str | bytes | None) -> bytes | None:
    """A password as UTF-8; text that came from octets of another encoding becomes them again."""
    return password.encode("utf-8", "surrogateescape") if isinstance(password, str) else password


def check_iterations(count: int, what: str, most: int = MAX_ITERATIONS) -> int:
    """``count`` itself; raises KeyLoadError (``unsupported``) outside 1 to ``most``."""
    if not 1 <= count <= most:
        # The number may have thousands of digits, which Python does not print.
        message = f"{what} asks for a number of iterations that is not 1 to {most}"
        raise KeyLoadError(message, kind="unsupported")
    return count
