"""``govseal pki init``: a throw-away test hierarchy."""

from __future__ import annotations

import argparse
import re
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
    "signer.ocsp": (
        "签章人证书的 OCSP 应答（--ocsp）",
        "OCSP response about the signer's certificate (--ocsp)",
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
    parser.option(
        "--base-url",
        zh="写入证书的网址：吊销列表为 URL/ca.crl，OCSP 服务为 URL/ca-ocsp",
        en="address for the certificates to name: lists at URL/ca.crl, responders at URL/ca-ocsp",
        metavar="URL",
        type=base_url,
    )
    parser.add_common()


def base_url(text: str) -> str:
    """An address of the web in plain characters."""
    if not re.fullmatch(r"https?://[!-~]{1,200}", text):
        raise argparse.ArgumentTypeError(
            say(f"{text} 不是 http 网址", f"{text} is no http address")
        )
    return text


def run(options: argparse.Namespace) -> int:
    """Make the hierarchy and write it."""
    directory: Path = options.directory
    if directory.is_dir() and any(directory.iterdir()):
        raise UsageError(
            say(f"目录 {directory} 不是空的", f"the directory {directory} is not empty"),
            say("指定一个新目录", "name a new directory"),
        )
    hierarchy = Hierarchy.create(options.algorithm, at=now(), base_url=options.base_url)
    paths = hierarchy.write(directory)
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
