"""With what a seal is made, or made again: the maker's key and what certificates are judged by."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from govseal.cli.anchors import materials_of
from govseal.cli.arguments import Parser
from govseal.cli.keys import load_key
from govseal.cli.making import GENERATIONS
from govseal.cli.timestamps import add_timestamp, source_of
from govseal.pki.trust import TrustStore

if TYPE_CHECKING:
    from govseal.registry.seals.making import Makings


def add_makings(parser: Parser) -> None:
    """``--maker`` and its password, the anchors, ``--generation``."""
    parser.option(
        "--maker",
        zh="制章人的密钥和证书：文件，或设备中的密钥 pkcs11:…、sdf:…",
        en="key and certificate of the maker: a file, or pkcs11:… or sdf:… for one in a device",
        metavar="KEY",
        required=True,
    )
    parser.option(
        "--maker-password-env",
        zh="从环境变量 NAME 取制章人密钥的密码；缺省同 --password-env",
        en="the maker's password from the variable NAME; as --password-env by default",
        metavar="NAME",
    )
    parser.option(
        "--maker-password-file",
        zh="从文件 F 的第一行取制章人密钥的密码",
        en="the maker's password from the first line of F",
        metavar="F",
        type=Path,
    )
    for name, zh, en in (
        ("--trust", "受信任的根证书，可重复", "trusted roots, repeatable"),
        ("--makers", "只许这些根证书之下的制章人，可重复", "makers under these roots alone"),
        ("--ca", "只许这些电子认证服务机构，可重复", "these authorities alone, repeatable"),
    ):
        parser.option(name, zh=zh, en=en, metavar="PEM|DIR", action="append")
    for name, zh, en in (
        ("--crl", "吊销列表，可重复", "revocation list, repeatable"),
        ("--ocsp", "OCSP 应答，可重复", "OCSP response, repeatable"),
    ):
        parser.option(name, zh=zh, en=en, metavar="F|DIR", action="append", default=[])
    parser.option(
        "--generation",
        zh="标准：2014、2020（缺省）、2025",
        en="the standard: 2014, 2020 (the default), 2025",
        choices=GENERATIONS,
        default="2020",
    )
    add_timestamp(
        parser,
        zh="给印章加时间戳（仅 2025）：服务的网址，或密钥，同 --maker",
        en="who time-stamps the seal (2025 only): a URL, or a key as of --maker",
    )


def makings_of(options: argparse.Namespace) -> Makings:
    """What the options name."""
    from govseal.registry.seals.making import Makings  # noqa: PLC0415 - start-up

    own = (options.maker_password_env, options.maker_password_file)
    passwords = argparse.Namespace(
        password_env=own[0] if any(own) else options.password_env,
        password_file=own[1] if any(own) else options.password_file,
        timestamp=options.timestamp,
    )
    maker = load_key(options.maker, passwords)
    return Makings(
        maker=maker,
        trust=TrustStore.from_paths(options.trust or []),
        materials=materials_of(options),
        cas=_store(options.ca),
        makers=_store(options.makers),
        timestamp=source_of(passwords, maker.algorithm),
        generation=int(options.generation),
    )


def _store(paths: list[str] | None) -> TrustStore | None:
    return None if paths is None else TrustStore.from_paths(paths)
