"""Where the key for secrets comes from: a file, the environment, a device; and a new one."""

from __future__ import annotations

import os
import re
import secrets as randomness
import stat
from pathlib import Path
from typing import Final

from govseal.errors import KeyLoadError
from govseal.pki.atrest import KEY_BYTES, AtRestKey

ENVIRONMENT: Final = "env:"
DEVICE: Final = "pkcs11:"
_DIGITS: Final = re.compile(rf"\s*[0-9A-Fa-f]{{{2 * KEY_BYTES}}}\s*")
_MAX_FILE: Final = 200


def load_registry_key(source: str | Path, *, pin: str | None = None) -> AtRestKey:
    """The key that a registry's secrets are encrypted with at rest.

    Args:
        source: the path of a file that nobody but its owner may read, with 32 hexadecimal digits;
            ``env:NAME`` for the same digits in a variable of the environment; or a ``pkcs11:`` URI
            with ``type=data``, for the 16 bytes of a data object in a device.
        pin: of the device.

    Raises:
        KeyLoadError: ``wrong_container``: no such digits or bytes; ``unsafe_file``: others may
            read or write the file; ``absent``: no such file or variable. No message says what was
            there.
        DeviceError: the device refuses.
    """
    text = str(source)
    if _DIGITS.fullmatch(text.removeprefix(ENVIRONMENT)):
        message = "the key itself stands where its place belongs: name a file, or env:NAME"
        raise KeyLoadError(message, kind="wrong_container")
    if text.startswith(ENVIRONMENT):
        value = os.environ.get(text.removeprefix(ENVIRONMENT))
        if value is None:
            raise KeyLoadError(f"{text}: there is no such variable", kind="absent")
        return _key(value.encode(), text)
    if text.startswith(DEVICE):
        from govseal.pki.devices.pkcs11_data import (  # noqa: PLC0415 - where one is used
            read_pkcs11_secret,
        )

        value_of = read_pkcs11_secret(text, password=pin)
        if len(value_of) == KEY_BYTES:
            return AtRestKey(value_of)
        return _key(value_of, "the device")
    return _key(_file(Path(source)), str(source))


def write_registry_key(path: Path) -> AtRestKey:
    """A new key, in a file that its owner alone may read; no file is written over.

    Raises:
        FileExistsError: there is something of that name.
        OSError: it cannot be written.
    """
    key = randomness.token_bytes(KEY_BYTES)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key.hex().encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return AtRestKey(key)


def _file(path: Path) -> bytes:
    """What stands in the file; it is looked at once it is open, so that it stays the same one."""
    try:
        # A pipe would wait for whoever writes into it.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            if os.name == "posix":
                _check(path, os.fstat(descriptor))
            return file.read(_MAX_FILE)
    except OSError as error:
        message = f"{path}: {error.strerror or 'it cannot be read'}"
        raise KeyLoadError(message, kind="absent") from error


def _check(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise KeyLoadError(f"{path}: no file", kind="unsafe_file")
    if found.st_mode & 0o077:
        message = f"{path}: others may read or write it (chmod 600)"
        raise KeyLoadError(message, kind="unsafe_file")
    if found.st_uid not in {os.geteuid(), 0}:
        raise KeyLoadError(f"{path}: it is somebody else's", kind="unsafe_file")


def _key(data: bytes, where: str) -> AtRestKey:
    try:
        key = bytes.fromhex(data.decode("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        message = f"{where}: a key is {2 * KEY_BYTES} hexadecimal digits"
        # The cause would show what was there.
        raise KeyLoadError(message, kind="wrong_container") from None
    return AtRestKey(key)
