"""Keys for the commands that sign; a password is asked for only where the key needs one."""

from __future__ import annotations

import argparse
from pathlib import Path

from govseal.cli.arguments import ask_password, given_password
from govseal.errors import DeviceError, KeyLoadError
from govseal.pki.devices import is_device_uri
from govseal.pki.signer import Signer, load_signer


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
    password = given_password(options)
    try:
        return load_signer(source, password=password, certificate=certificate)
    except (KeyLoadError, DeviceError) as error:
        if not _needs_password(error) or password is not None:
            raise
        # Of a URI the name alone is shown: what follows may say where secrets lie.
        asked = ask_password(source.partition("?")[0] if is_device_uri(source) else source)
        if asked is None:
            raise
    return load_signer(source, password=asked, certificate=certificate)


def _needs_password(error: KeyLoadError | DeviceError) -> bool:
    if isinstance(error, DeviceError):
        return error.code == "no_pin"
    return error.kind == "wrong_password"
