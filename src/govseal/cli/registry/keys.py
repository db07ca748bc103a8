"""Keys that steps take: an approver's own, a seal's, a maker's."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from govseal.cli.arguments import Parser, add_password
from govseal.cli.files import speaking_of
from govseal.cli.keys import with_password
from govseal.cli.making import load_certificate
from govseal.cli.registry.files import read_file
from govseal.pki.devices import is_device_uri
from govseal.pki.keyfiles import MAX_BYTES

if TYPE_CHECKING:
    from govseal.registry.seals.vault import SignerReference


def add_own_key(parser: Parser, *, required: bool = False) -> None:
    """``--key``, ``--cert`` and the password: the key of whoever acts."""
    parser.option(
        "--key",
        zh="办理人自己的密钥：文件，或设备中的密钥 pkcs11:…、sdf:…",
        en="the own key of whoever acts: a file, or pkcs11:… or sdf:… for one in a device",
        metavar="KEY",
        required=required,
    )
    parser.option(
        "--cert",
        zh="密钥文件或设备不含证书时的证书",
        en="the certificate, where the key's file or device holds none",
        metavar="C.pem",
        type=Path,
    )
    add_password(parser)


def add_seal_key(parser: Parser) -> None:
    """``--key``, ``--cert`` and the password: the key that will stamp with the seal."""
    parser.option(
        "--key",
        zh="印章的签章密钥：文件（加密存入登记系统），或设备中的密钥 pkcs11:…、sdf:…",
        en="the key that stamps with the seal: a file, which the registry keeps encrypted, or "
        "pkcs11:… or sdf:… for one in a device",
        metavar="KEY",
        required=True,
    )
    parser.option(
        "--cert",
        zh="设备不含证书时的证书",
        en="the certificate, where the device holds none",
        metavar="C.pem",
        type=Path,
    )
    add_password(parser)


def seal_key(options: argparse.Namespace) -> SignerReference:
    """The key of ``--key``, as the registry keeps it; it is opened once to see that it can be.

    Raises:
        KeyLoadError: a wrong password, or a key that cannot be used.
        DeviceError: the device refuses.
        OSError: a file cannot be read.
    """
    from govseal.registry.seals.vault import SignerReference  # noqa: PLC0415 - start-up

    if is_device_uri(options.key):
        certificate = None if options.cert is None else load_certificate(options.cert)

        def in_device(pin: str | None) -> SignerReference:
            reference = SignerReference.from_device(options.key, pin=pin, certificate=certificate)
            reference.load()
            return reference

        return with_password(in_device, options.key.partition("?")[0], options)
    path = Path(options.key)
    data = read_file(path, MAX_BYTES)
    with speaking_of(path):
        return with_password(
            lambda password: SignerReference.from_key_file(data, password), str(path), options
        )
