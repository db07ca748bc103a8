"""The texts that name keys in devices (RFC 7512, and its manner for SDF), and where PINs lie."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import Final

from govseal.errors import DeviceError
from govseal.pki.containers import password_octets

MAX_URI: Final = 4096
MAX_PIN_BYTES: Final = 256
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)
_ESCAPE: Final = re.compile(rb"%([0-9A-Fa-f]{2})")


def invalid(message: str) -> DeviceError:
    """The error of a URI that is none."""
    return DeviceError(message, code="invalid_uri")


def split_uri(uri: str) -> tuple[str, str]:
    """Path and query of a URI, without the scheme; nothing is decoded yet.

    Raises:
        DeviceError: ``invalid_uri``: longer than 4096 characters, or with a fragment.
    """
    if len(uri) > MAX_URI:
        raise invalid(f"the URI has more than {MAX_URI} characters")
    if "#" in uri:
        raise invalid("the URI has a fragment; write # as %23")
    path, _, query = uri.partition(":")[2].partition("?")
    return path, query


def read_attributes(text: str, separator: str, known: Collection[str]) -> dict[str, bytes]:
    """The attributes ``name=value`` between separators, decoded.

    Values never appear in errors: one of them may be a secret in the wrong place.

    Raises:
        DeviceError: ``invalid_uri``: an attribute that is not known, is there twice, or is none.
    """
    found: dict[str, bytes] = {}
    for item in text.split(separator) if text else ():
        name, equals, value = item.partition("=")
        if not equals or _NAME.fullmatch(name) is None:
            raise invalid("the URI has a part that is no attribute name=value")
        if name == "pin-value":
            raise invalid("a PIN does not belong into a URI; name a file with pin-source instead")
        if name not in known:
            raise invalid(f"the URI has an attribute that is not known here: {name}")
        if name in found:
            raise invalid(f"the URI has the attribute {name} twice")
        found[name] = decode(value, name)
    return found


def decode(value: str, what: str) -> bytes:
    """The bytes of a percent-encoded text (RFC 3986, 2.1); characters stand for their UTF-8."""
    try:
        raw = value.encode("utf-8")
    except UnicodeEncodeError:
        raise invalid(f"{what} in the URI has a character that is none") from None
    plain = _ESCAPE.sub(b"", raw)
    if b"%" in plain:
        raise invalid(f"{what} in the URI has a % that escapes nothing; write it as %25")
    return _ESCAPE.sub(lambda match: bytes.fromhex(match[1].decode()), raw)


def text_of(attributes: dict[str, bytes], name: str) -> str | None:
    """An attribute as text; None where it is absent.

    Raises:
        DeviceError: ``invalid_uri``: it is empty, not UTF-8, or holds a NUL.
    """
    value = attributes.get(name)
    if value is None:
        return None
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if not text or "\0" in text:
        raise invalid(f"{name} in the URI is empty or no text")
    return text


def number_of(attributes: dict[str, bytes], name: str, *, highest: int) -> int | None:
    """An attribute as a number, decimal or ``0x…``; None where it is absent.

    Raises:
        DeviceError: ``invalid_uri``: it is no number, or above ``highest``.
    """
    text = text_of(attributes, name)
    if text is None:
        return None
    if re.fullmatch(r"0[xX][0-9A-Fa-f]{1,16}|[0-9]{1,20}", text, re.ASCII) is None:
        raise invalid(f"{name} in the URI is no number")
    value = int(text, 16 if text[:2].lower() == "0x" else 10)
    if value > highest:
        raise invalid(f"{name} in the URI is above {highest}")
    return value


def find_pin(attributes: dict[str, bytes], password: str | bytes | None) -> bytes | None:
    """The PIN in UTF-8: from the file of ``pin-source``, else ``password``; None for neither.

    Raises:
        DeviceError: ``invalid_uri``: ``pin-source`` names a program, ``unsupported``: the PIN is
            longer than 256 bytes.
        OSError: the file cannot be read.
    """
    source = text_of(attributes, "pin-source")
    if source is None:
        pin = password_octets(password)
    else:
        if source.startswith("|"):
            raise invalid("pin-source names a program; only a file is read")
        with Path(source.removeprefix("file:")).open("rb") as file:
            pin = file.readline(MAX_PIN_BYTES + 3).removeprefix(b"\xef\xbb\xbf").rstrip(b"\r\n")
    if pin is not None and len(pin) > MAX_PIN_BYTES:
        message = f"the PIN has more than {MAX_PIN_BYTES} bytes"
        raise DeviceError(message, code="unsupported")
    return pin
