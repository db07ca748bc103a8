"""The signed status file: what a registry says of its seals and documents, on its own.

A signed note (C2SP signed-note) whose text is one line of JSON in the one canonical form, signed
with the registry's SM2 key::

    {"documents":[…],"issued_at":"2026-03-02T01:30:00.000000Z","next_update":…,"origin":…,…}

    — origin base64(key ID ‖ r ‖ s)

The key's identifier is SHA-256(origin ‖ 0x0A ‖ 0xff ‖ "govseal.sm2-sm3" ‖ point)[:4], as in the
checkpoints of the ledger; whoever verifies pins the key. The signature is checked over the bytes
as received, before any of them is read.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

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


def load_status(data: Source, key: Source) -> StatusFile:
    """A registry's signed status file, for :func:`verify`.

    Args:
        data: the file.
        key: the registry's key, which the verifier pins: ``origin+ID+key`` as the registry shows
            it, or its certificate.

    Raises:
        FormatError: no status file, or no key of a registry; or that key did not sign the file.
        OSError: the system cannot open a file.
    """
    return read_status(
        read_source(data, DEFAULT_LIMITS), read_key(read_source(key, DEFAULT_LIMITS))
    )


def key_id(origin: str, key: PublicKey) -> bytes:
    """The four bytes by which a signature line names a key."""
    return hashlib.sha256(origin.encode() + b"\n" + _TYPE + key.encode()).digest()[:4]


def read_key(data: bytes) -> PublicKey:
    """The registry's key that a verifier pins.

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
        return material
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
    return key


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


def read_status(data: bytes, key: PublicKey) -> StatusFile:
    """The status file, signed by the key that the verifier pins.

    Raises:
        FormatError: the key did not sign these bytes, or they are no status file; larger than
            64 MiB (``LimitExceeded``).
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
    origin = _verified(line + b"\n", lines, key)
    found = _Reader(_object(line)).file()
    if found.origin != origin:
        raise _malformed("it is signed under another name than its own")
    return found


def _verified(body: bytes, lines: list[bytes], key: PublicKey) -> str:
    """The name under which the key signed."""
    for line in lines:
        name, _, encoded = line.removeprefix(_DASH).partition(b" ")
        try:
            origin = name.decode()
            raw = base64.b64decode(encoded, validate=True)
        except (UnicodeDecodeError, binascii.Error, ValueError):
            raise _malformed("a signature line is a dash, a name, and base64") from None
        if not line.startswith(_DASH) or len(raw) != 4 + 64:
            raise _malformed("a signature line is a dash, a name, and base64")
        if raw[:4] == key_id(origin, key):
            try:
                key.verify_raw(raw[4:], body)
            except InvalidSignature:
                raise _malformed("its signature is wrong: it was changed") from None
            return origin
    raise _malformed("it is not signed by the key that is pinned")


def _malformed(what: str) -> FormatError:
    return FormatError(f"{_WHAT}: {what}", part="status")


def _object(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        raise _malformed("no JSON") from None
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise _malformed(f"its schema is not {SCHEMA}")
    return value


class _Reader:
    """Takes the signed object apart; whatever it lacks is named."""

    def __init__(self, value: dict[str, Any]) -> None:
        self.value = value

    def file(self) -> StatusFile:
        try:
            documents = [self._document(item) for item in self.value["documents"]]
            return StatusFile(
                origin=_text(self.value["origin"]),
                sequence=int(self.value["sequence"]),
                issued_at=_time(self.value["issued_at"]),
                next_update=_time(self.value["next_update"]),
                seals={
                    _text(item["es_id"]): tuple(
                        SealMoment(_text(state["state"]), _time(state["effective_at"]))
                        for state in item["states"]
                    )
                    for item in self.value["seals"]
                },
                documents={sm3: status for sm3, _, status in documents},
                sha256={sm3: sha256 for sm3, sha256, _ in documents},
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _malformed(f"{type(error).__name__}: {error}") from None

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
            missing_seals=tuple(_text(name) for name in item["missing_seals"]),
        )
        return _text(item["sm3"]), _text(item["sha256"]), status


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text was expected")
    return value


def _time(value: object) -> datetime:
    return datetime.strptime(_text(value), _TIME).replace(tzinfo=UTC)
