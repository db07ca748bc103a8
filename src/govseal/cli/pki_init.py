"""``govseal pki init``: a throw-away test hierarchy."""

from __future__ import annotations

import argparse
from pathlib import Path

from govseal.cli import problems
from govseal.cli.arguments import Parser
from govseal.cli.clock import now
from govseal.cli.language import say
from govseal.cli.problems import UsageError
from govseal.testing.hierarchy import PASSWORD, Hierarchy

_CONTENTS: dict[str, tuple[str, str]] = {
    "roots.pem": ("两个测试根证书（--trust）", "both test roots (--trust)"),
    "maker.p12": ("制章人的密钥和证书", "key and certificate of the seal maker"),
    "maker.pem": ("制章人的证书", "certificate of the seal maker"),
    "signer.p12": ("签章人的密钥和证书", "key and certificate of the signer"),
    "signer.pem": ("签章人的证书", "certificate of the signer"),
    "tsa.p12": ("时间戳服务的密钥和证书", "key and certificate of the time stamp authority"),
    "tsa.pem": ("时间戳服务的证书", "certificate of the time stamp authority"),
    "ca.crl": (
        "签章人和时间戳服务所属 CA 的吊销列表",
        "revocation list of the CA of signer and time stamp authority",
    ),
    "maker-ca.crl": ("制章人所属 CA 的吊销列表", "revocation list of the maker's CA"),
}


def add_arguments(parser: Parser) -> None:
    """The options of ``govseal pki init``."""
    parser.input(
        "directory",
        zh="新目录，或空目录",
        en="a new directory, or an empty one",
        metavar="DIR",
        type=Path,
    )
    parser.option(
        "--algorithm",
        zh="密钥算法（缺省 sm2）",
        en="kind of keys (sm2 by default)",
        choices=("sm2", "rsa"),
        default="sm2",
    )
    parser.add_common()


def run(options: argparse.Namespace) -> int:
    """Make the hierarchy and write it."""
    directory: Path = options.directory
    if directory.is_dir() and any(directory.iterdir()):
        raise UsageError(
            say(f"目录 {directory} 不是空的", f"the directory {directory} is not empty"),
            say("指定一个新目录", "name a new directory"),
        )
    paths = Hierarchy.create(options.algorithm, at=now()).write(directory)
    if options.json:
        files = [str(path) for path in paths]
        problems.print_json({"schema": "govseal.pki/1", "password": PASSWORD, "files": files})
        return 0
    for path in paths:
        zh, en = _CONTENTS.get(path.name, ("", ""))
        print(f"{path}  {say(zh, en)}".rstrip())
    print(
        say(
            f"密钥的密码是 {PASSWORD}；只供测试，不得用于真实文件。",
            f"The password of the keys is {PASSWORD}; for tests only, never for real documents.",
        )
    )
    return 0
