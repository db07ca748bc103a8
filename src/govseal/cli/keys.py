"""Keys for the commands that sign; a password is asked for only where the key needs one."""

from __future__ import annotations

import argparse
from pathlib import Path

from govseal.cli.arguments import ask_password, given_password
from govseal.cli.files import speaking_of
from govseal.errors import KeyLoadError
from govseal.pki.signer import SoftSigner, load_signer


def load_key(
    path: Path, options: argparse.Namespace, certificate: Path | None = None
) -> SoftSigner:
    """The signer in ``path``, with the password of the options, or asked for.

    Raises:
        KeyLoadError: a wrong password, or a key that cannot be used.
        UsageError: the password cannot be found where the options say.
        OSError: a file cannot be read.
    """
    password = given_password(options)
    with speaking_of(path):
        try:
            return load_signer(path, password=password, certificate=certificate)
        except KeyLoadError as error:
            if error.kind != "wrong_password" or password is not None:
                raise
            asked = ask_password(path)
            if asked is None:
                raise
        return load_signer(path, password=asked, certificate=certificate)
