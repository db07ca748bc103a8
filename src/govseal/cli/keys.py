"""Keys for the commands that sign; a password is asked for only where the key needs one."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from govseal.cli.arguments import ask_password, given_password
from govseal.cli.files import speaking_of
from govseal.errors import DeviceError, KeyLoadError
from govseal.pki.devices import is_device_uri, load_device_key
from govseal.pki.files import read_source
from govseal.pki.keyfiles import MAX_BYTES, read_key_file
from govseal.pki.pkcs8 import PrivateKey
from govseal.pki.signer import Signer, load_signer

if TYPE_CHECKING:
    from govseal.pki.request import SigningKey

_Loaded = TypeVar("_Loaded")


def key_file(source: str | None) -> Path | None:
    """The file that a key is read from; None for a key in a device, or none at all."""
    return None if source is None or is_device_uri(source) else Path(source)


def load_key(source: str, options: argparse.Namespace, certificate: Path | None = None) -> Signer:
    """The signer in a file or device, with the password of the options, or asked for.

    Raises:
        KeyLoadError: a wrong password, or a key that cannot be used.
        DeviceError: a device refuses.
        UsageError: the password cannot be found where the options say.
        OSError: a file cannot be read.
    """

    def load(password: str | None) -> Signer:
        return load_signer(source, password=password, certificate=certificate)

    if not is_device_uri(source):
        with speaking_of(Path(source)):
            return with_password(load, source, options)
    # Of a URI the name alone is shown: what follows may say where secrets lie.
    return with_password(load, source.partition("?")[0], options)


def load_private_key(path: Path, options: argparse.Namespace) -> PrivateKey:
    """The private key in ``path``, which needs no certificate; raises like :func:`load_key`."""
    data = read_source(path, max_bytes=MAX_BYTES)
    with speaking_of(path):
        return with_password(lambda password: read_key_file(data, password).key, str(path), options)


@contextmanager
def signing_key(source: str, options: argparse.Namespace) -> Iterator[SigningKey]:
    """A key in a file or device that needs no certificate; raises like :func:`load_key`."""
    if not is_device_uri(source):
        yield load_private_key(Path(source), options)
        return
    name = source.partition("?")[0]
    with with_password(
        lambda password: load_device_key(source, password=password), name, options
    ) as key:
        yield key


def with_password(
    load: Callable[[str | None], _Loaded], name: str, options: argparse.Namespace
) -> _Loaded:
    """What ``load`` makes of the password of the options, or of one that is asked for."""
    password = given_password(options)
    try:
        return load(password)
    except (KeyLoadError, DeviceError) as error:
        if not _needs_password(error) or password is not None:
            raise
        asked = ask_password(name)
        if asked is None:
            raise
    return load(asked)


def _needs_password(error: KeyLoadError | DeviceError) -> bool:
    if isinstance(error, DeviceError):
        return error.code == "no_pin"
    return error.kind == "wrong_password"
