"""Keys for the commands that sign; a password is asked for only where the key needs one."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from govseal.cli.arguments import ask_password, given_password
from govseal.cli.files import speaking_of
from govseal.errors import KeyLoadError
from govseal.pki.files import read_source
from govseal.pki.keyfiles import MAX_BYTES, read_key_file
from govseal.pki.pkcs8 import PrivateKey
from govseal.pki.signer import SoftSigner, load_signer

_Loaded = TypeVar("_Loaded")


def load_key(
    path: Path, options: argparse.Namespace, certificate: Path | None = None
) -> SoftSigner:
    """The signer in ``path``, with the password of the options, or asked for.

    Raises:
        KeyLoadError: a wrong password, or a key that cannot be used.
        UsageError: the password cannot be found where the options say.
        OSError: a file cannot be read.
    """

    def load(password: str | None) -> SoftSigner:
        return load_signer(path, password=password, certificate=certificate)

    return _with_password(load, path, options)


def load_private_key(path: Path, options: argparse.Namespace) -> PrivateKey:
    """The private key in ``path``, which needs no certificate; raises like :func:`load_key`."""
    data = read_source(path, max_bytes=MAX_BYTES)
    return _with_password(lambda password: read_key_file(data, password).key, path, options)


def _with_password(
    load: Callable[[str | None], _Loaded], path: Path, options: argparse.Namespace
) -> _Loaded:
    password = given_password(options)
    with speaking_of(path):
        try:
            return load(password)
        except KeyLoadError as error:
            if error.kind != "wrong_password" or password is not None:
                raise
            asked = ask_password(path)
            if asked is None:
                raise
        return load(asked)
