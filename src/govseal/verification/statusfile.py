"""The signed status file: what a registry says of its seals and documents, on its own.

A signed note (C2SP signed-note) whose text is one line of JSON in the one canonical form, signed
with the registry's SM2 key::

    {"documents":[…],"issued_at":"2026-03-02T01:30:00.000000Z","next_update":…,"origin":…,…}

    — origin base64(key ID ‖ r ‖ s)

The key's identifier is SHA-256(origin ‖ 0x0A ‖ 0xff ‖ "govseal.sm2-sm3" ‖ point)[:4], as in the
checkpoints of the ledger; whoever verifies pins the key, and with it the origin where that is named
beside it. The signature is checked over the bytes as received, before any of them is read. What can
be read in two ways (another form of the same JSON, a seal or file that is named twice) is refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from govseal.errors import FormatError, GovsealError, InvalidSignature, LimitExceeded
from govseal.formats.limits import DEFAULT_LIMITS
from govseal.formats.source import Source, read_source
from govseal.pki.certificate import Certificate
from govseal.sm2 import PublicKey, decode_signature
from govseal.verification.status import BusinessStatus, SealMoment

SCHEMA: Final = "govseal.status/1"
MAX_BYTES: Final = 64 * 1024 * 1024
_TYPE: Final = b"\xffgovseal.sm2-sm3"
_DASH: Final = "\N{EM DASH} ".encode()
_MAX_SIGNATURES: Final = 8
_TIME: Final = "%Y-%m-%dT%H:%M:%S.%fZ"
_WHAT: Final = "the status file"
_T = TypeVar("_T")


def load_status(data: Source, key: Source) -> StatusFile:
    """A registry's signed status file, for :func:`verify`.

    Args:
        data: the file.
        key: the registry's key, which the verifier pins: ``origin+ID+key`` as the registry shows
            it, or its certificate. The former holds for that registry alone, whoever else has
            the same key.

    Raises:
        FormatError: no status file, or no key of a registry; or that key did not sign the file,
            or for another registry.
        OSError: the system cannot open a file.
    """
    origin, pinned = read_key(read_source(key, DEFAULT_LIMITS))
    return read_status(read_source(data, DEFAULT_LIMITS), pinned, origin)


def key_id(origin: str, key: PublicKey) -> bytes:
    """The four bytes by which a signature line names a key."""
    return hashlib.sha256(origin.encode() + b"\n" + _TYPE + key.encode()).digest()[:4]


def read_key(data: bytes) -> tuple[str | None, PublicKey]:
    """The registry that a verifier pins, None where that is not said, and its key.

    Args:
        data: ``origin+key ID+base64``, as the registry shows it; or a certificate, PEM or DER.

    Raises:
        FormatError: neither, or a key of another kind than SM2.
    """
    if b"BEGIN CERTIFICATE" in data or data[:1] == b"\x30":
        is_pem = data[:1] != b"\x30"
        certificate = Certificate.from_pem(data) if is_pem else Certificate.from_der(data)
        material = certificate.public_key.material
        if not isinstance(material, PublicKey):
            raise FormatError("the registry's key is no SM2 key", part="status key")
        return None, material
    try:
        origin, identifier, encoded = data.decode().strip().split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
        if not raw.startswith(_TYPE):
            raise FormatError("the registry's key is of another type", part="status key")
        key = PublicKey.decode(raw[len(_TYPE) :])
    except (ValueError, binascii.Error, GovsealError) as error:
        message = "the registry's key: neither origin+ID+key nor a certificate"
        raise FormatError(message, part="status key") from error
    if key_id(origin, key).hex() != identifier:
        raise FormatError("the ID of the registry's key is another key's", part="status key")
    return origin, key


def write_status(text: bytes, origin: str, key: PublicKey, sign: Callable[[bytes], bytes]) -> bytes:
    """The signed file.

    Args:
        text: the JSON object in its canonical form, without a newline.
        origin: the name of the registry.
        key: the public half of the key that ``sign`` uses.
        sign: makes the DER signature over a message.
    """
    body = text + b"\n"
    value = base64.b64encode(key_id(origin, key) + decode_signature(sign(body)))
    return body + b"\n" + _DASH + origin.encode() + b" " + value + b"\n"


@dataclass(frozen=True, slots=True)
class StatusFile:
    """A status file whose signature was checked; a :class:`StatusSource`."""

    origin: str
    sequence: int
    """Raised with every file of a registry: a smaller one is older."""
    issued_at: datetime
    next_update: datetime | None
    seals: Mapping[str, tuple[SealMoment, ...]]
    documents: Mapping[str, BusinessStatus]
    """By the SM3 of the file, hexadecimal."""
    sha256: Mapping[str, str]
    """By the SM3 of a file, its SHA-256."""

    def of_seal(self, es_id: str) -> tuple[SealMoment, ...] | None:
        """The states of a seal; None for one that the file does not name."""
        return self.seals.get(es_id)

    def of_document(self, sm3: str, sha256: str) -> BusinessStatus | None:
        """What became of a file: both of its digests are asked."""
        return self.documents.get(sm3) if self.sha256.get(sm3) == sha256 else None


def read_status(data: bytes, key: PublicKey, origin: str | None = None) -> StatusFile:
    """The status file, signed by the key that the verifier pins.

    Args:
        data: the file.
        key: the registry's key.
        origin: the registry, where the verifier knows its name.

    Raises:
        FormatError: the key did not sign these bytes, or not under that name, or they are no
            status file; larger than 64 MiB (``LimitExceeded``).
    """
    if len(data) > MAX_BYTES:
        message = f"{_WHAT} is too large"
        raise LimitExceeded(message, limit=MAX_BYTES, found=len(data), part="status")
    line, blank, block = data.partition(b"\n\n")
    if not blank or b"\n" in line or not block.endswith(b"\n"):
        raise _malformed("it is one line of JSON, an empty line, and signatures")
    lines = block.split(b"\n")[:-1]
    if len(lines) > _MAX_SIGNATURES:
        raise _malformed("too many signatures")
    signed = _verified(line + b"\n", lines, key)
    if origin not in (None, signed):
        raise _malformed("it is that of another registry with the same key")
    found = _Reader(_object(line)).file()
    if found.origin != signed:
        raise _malformed("it is signed under another name than its own")
    return found


def _verified(body: bytes, lines: list[bytes], key: PublicKey) -> str:
    """The name under which the key signed."""
    for origin, raw in [_signature(line) for line in lines]:
        if raw[:4] == key_id(origin, key):
            try:
                key.verify_raw(raw[4:], body)
            except InvalidSignature:
                raise _malformed("its signature is wrong: it was changed") from None
            return origin
    raise _malformed("it is not signed by the key that is pinned")


def _signature(line: bytes) -> tuple[str, bytes]:
    """The name in a signature line, and what follows it."""
    name, _, encoded = line.removeprefix(_DASH).partition(b" ")
    try:
        origin = name.decode()
        raw = base64.b64decode(encoded, validate=True)
    except (UnicodeDecodeError, binascii.Error, ValueError):
        raise _malformed("a signature line is a dash, a name, and base64") from None
    is_plain = base64.b64encode(raw) == encoded
    if not line.startswith(_DASH) or len(raw) != 4 + 64 or not is_plain:
        raise _malformed("a signature line is a dash, a name, and base64")
    return origin, raw


def _malformed(what: str) -> FormatError:
    return FormatError(f"{_WHAT}: {what}", part="status")


def _object(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line)
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        is_canonical = text.encode() == line
    except (ValueError, RecursionError):
        raise _malformed("no JSON") from None
    if not is_canonical:
        raise _malformed("it is not in the one form that such a text has")
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise _malformed(f"its schema is not {SCHEMA}")
    return value


class _Reader:
    """Takes the signed object apart; whatever it lacks is named."""

    def __init__(self, value: dict[str, Any]) -> None:
        self.value = value

    def file(self) -> StatusFile:
        try:
            documents = [self._document(item) for item in _list(self.value["documents"])]
            issued, until = _time(self.value["issued_at"]), _time(self.value["next_update"])
            if until < issued:
                raise _malformed("it was out of date before it was issued")
            return StatusFile(
                origin=_text(self.value["origin"]),
                sequence=_number(self.value["sequence"]),
                issued_at=issued,
                next_update=until,
                seals=_once(self._seal(item) for item in _list(self.value["seals"])),
                documents=_once((sm3, status) for sm3, _, status in documents),
                sha256={sm3: sha256 for sm3, sha256, _ in documents},
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _malformed(f"{type(error).__name__}: {error}") from None

    @staticmethod
    def _seal(item: dict[str, Any]) -> tuple[str, tuple[SealMoment, ...]]:
        return _text(item["es_id"]), tuple(
            SealMoment(_text(state["state"]), _time(state["effective_at"]))
            for state in _list(item["states"])
        )

    @staticmethod
    def _document(item: dict[str, Any]) -> tuple[str, str, BusinessStatus]:
        status = BusinessStatus(
            status=_text(item["status"]),
            profile=_text(item["profile"]),
            legal_basis=_text(item["legal_basis"]),
            effective_at=_time(item["effective_at"]),
            number=_text(item["number"]),
            completed_on=_text(item["completed_on"]),
            successor=_text(item["successor"]),
            missing_seals=tuple(_text(name) for name in _list(item["missing_seals"])),
        )
        return _text(item["sm3"]), _text(item["sha256"]), status


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text was expected")
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("a list was expected")
    return value


def _number(value: object) -> int:
    if type(value) is not int or value < 0:
        raise TypeError("a number was expected")
    return value


def _once(items: Iterable[tuple[str, _T]]) -> dict[str, _T]:
    """What is said of each; of two sayings nobody knows which is meant."""
    found: dict[str, _T] = {}
    for name, said in items:
        if name in found:
            raise ValueError(f"{name} is named twice")
        found[name] = said
    return found


def _time(value: object) -> datetime:
    text = _text(value)
    found = datetime.strptime(text, _TIME).replace(tzinfo=UTC)
    if found.strftime(_TIME) != text:
        raise ValueError("a time in another form")
    return found
