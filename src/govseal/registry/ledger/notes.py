"""Signed notes: the text form of C2SP signed-note, with SM2 as a type of our own.

C2SP assigns SM2 no type byte. As its specification asks of such types, ours is 0xff and a longer
identifier::

    key ID    = SHA-256(name ‖ 0x0A ‖ 0xff ‖ "govseal.sm2-sm3" ‖ 65-byte point)[:4]
    signature = base64(key ID ‖ r ‖ s), over the text with its last newline;
                SM2 of GB/T 32918.2 with SM3 and the user ID "1234567812345678"
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

from govseal.errors import GovsealError, RegistryError
from govseal.sm2 import PublicKey, decode_signature

TYPE: Final = b"\xffgovseal.sm2-sm3"
MAX_NOTE_BYTES: Final = 1 << 16
MAX_SIGNATURES: Final = 64
_DASH: Final = "\N{EM DASH} "
_ID_BYTES: Final = 4
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NAME: Final = re.compile(r"[^\s+]{1,200}")


def malformed(what: str) -> RegistryError:
    """The error of a text that is no note, no checkpoint, no proof."""
    return RegistryError(what, code="malformed")


def read_base64(text: str, what: str) -> bytes:
    """The bytes of standard base64, of which there is one text alone.

    Raises:
        RegistryError: ``malformed``.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise malformed(f"{what}: no base64") from error
    if base64.b64encode(data).decode() != text:
        raise malformed(f"{what}: no base64")
    return data


def write_base64(data: bytes) -> str:
    """Standard base64."""
    return base64.b64encode(data).decode()


@dataclass(frozen=True, slots=True)
class LogKey:
    """The public key that signs a log's checkpoints, under the log's name."""

    name: str
    public_key: PublicKey

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError("a key's name has neither spaces nor a plus")

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature line names the key."""
        hashed = self.name.encode() + b"\n" + TYPE + self.public_key.encode()
        return hashlib.sha256(hashed).digest()[:_ID_BYTES]

    @property
    def text(self) -> str:
        """``name+key ID+base64(type ‖ point)``: what auditors keep outside the registry."""
        return f"{self.name}+{self.id.hex()}+{write_base64(TYPE + self.public_key.encode())}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The inverse of :attr:`text`.

        Raises:
            RegistryError: ``malformed``.
        """
        parts = text.strip().split("+", 2)
        if len(text) > MAX_NOTE_BYTES or len(parts) != 3:
            raise malformed("no key of a ledger: name+ID+key is expected")
        encoded = read_base64(parts[2], "the key")
        if not encoded.startswith(TYPE):
            raise malformed("a key of another type than govseal.sm2-sm3")
        try:
            key = cls(parts[0], PublicKey.decode(encoded[len(TYPE) :]))
        except (GovsealError, ValueError) as error:
            raise malformed(f"no key of a ledger: {error}") from error
        if key.id.hex() != parts[1]:
            raise malformed("the ID of the key is another key's")
        return key


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the lines that sign it; nobody has checked them yet."""

    text: str
    signatures: tuple[tuple[str, bytes], ...]

    @classmethod
    def parse(cls, data: bytes | str) -> Self:
        """Read a note; what it says holds only after :meth:`verify`.

        Raises:
            RegistryError: ``malformed``; ``too_large``.
        """
        text = _decoded(data)
        body, blank, block = text.rpartition("\n\n")
        if not blank or not block.endswith("\n"):
            raise malformed("a note is a text, an empty line, and signatures")
        lines = block.split("\n")[:-1]
        if not 1 <= len(lines) <= MAX_SIGNATURES:
            raise malformed(f"a note has 1 to {MAX_SIGNATURES} signatures")
        return cls(body + "\n", tuple(_signature(line) for line in lines))

    def verify(self, key: LogKey) -> None:
        """Check the signature of ``key``; those of keys nobody knows here are passed over.

        Raises:
            RegistryError: ``note_invalid``: it has none, or one that is wrong.
        """
        found = False
        for name, signature in self.signatures:
            if name != key.name or signature[:_ID_BYTES] != key.id:
                continue
            try:
                key.public_key.verify_raw(signature[_ID_BYTES:], self.text.encode())
            except (GovsealError, ValueError) as error:
                message = f"the signature of {key.name} is wrong"
                raise RegistryError(message, code="note_invalid") from error
            found = True
        if not found:
            raise RegistryError(f"{key.name} did not sign this", code="note_invalid")


def sign_note(text: str, key: LogKey, sign: Callable[[bytes], bytes]) -> str:
    """The note: ``text``, which ends with a newline, and one signature.

    Args:
        text: what is signed.
        key: the public half of the key that ``sign`` uses; the signature is checked with it.
        sign: makes the DER signature over a message, as :meth:`Signer.sign` does.

    Raises:
        RegistryError: ``note_invalid``: ``sign`` uses another key.
    """
    raw = decode_signature(sign(text.encode()))
    note = f"{text}\n{_DASH}{key.name} {write_base64(key.id + raw)}\n"
    Note.parse(note).verify(key)
    return note


def _decoded(data: bytes | str) -> str:
    raw = data.encode(errors="surrogatepass") if isinstance(data, str) else data
    if len(raw) > MAX_NOTE_BYTES:
        message = f"a note of more than {MAX_NOTE_BYTES} bytes"
        raise RegistryError(message, code="too_large")
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise malformed("a note is UTF-8") from error
    if _CONTROL.search(text):
        raise malformed("a note holds no control characters")
    return text


def _signature(line: str) -> tuple[str, bytes]:
    name, blank, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not blank or not _NAME.fullmatch(name):
        raise malformed("a signature line is a dash, a name, and base64")
    signature = read_base64(encoded, "a signature")
    if len(signature) <= _ID_BYTES:
        raise malformed("a signature is longer than the ID of its key")
    return name, signature
