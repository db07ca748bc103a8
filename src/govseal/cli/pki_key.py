"""``govseal pki key``: a private key under a password."""

from __future__ import annotations

import argparse
import os

from govseal.cli import problems
from govseal.cli.arguments import (
    Parser,
    add_output,
    add_password,
    ask_new_password,
    given_password,
)
from govseal.cli.files import STANDARD_OUTPUT, write_output
from govseal.cli.language import say
from govseal.cli.problems import UsageError
from govseal.pki.pem import write_pem
from govseal.pki.pkcs8 import PrivateKey

_RSA_BITS = (2048, 3072, 4096)


def add_arguments(parser: Parser) -> None:
    """The options of ``govseal pki key``."""
    parser.option(
        "--algorithm",
        zh="密钥算法：sm2（缺省）、rsa、ec（P-256）",
        en="kind of key: sm2 (by default), rsa, ec (P-256)",
        choices=("sm2", "rsa", "ec"),
        default="sm2",
    )
    parser.option(
        "--bits",
        zh="RSA 密钥的位数（缺省 3072）",
        en="bits of an RSA key (3072 by default)",
        type=int,
        choices=_RSA_BITS,
    )
    parser.option(
        "--scheme",
        zh="加密私钥的算法：aes（缺省，各种软件都能读）或 sm4（配 SM3）",
        en="encryption: aes (by default, read by every program) or sm4 (with SM3)",
        choices=("aes", "sm4"),
        default="aes",
    )
    add_output(parser, zh="私钥文件（PEM，PKCS#8）", en="the private key (PEM, PKCS#8)")
    add_password(parser)
    parser.add_common()


def run(options: argparse.Namespace) -> int:
    """Make the key and write it, encrypted."""
    if options.bits is not None and options.algorithm != "rsa":
        raise UsageError(say("--bits 只用于 RSA", "--bits goes with RSA alone"))
    if options.output == STANDARD_OUTPUT or os.path.lexists(options.output):
        # A key that was there may be the only copy; a key on a screen is none any more.
        raise UsageError(
            say(
                f"私钥要写入新文件，而不是 {options.output}",
                f"a private key goes into a new file, not to {options.output}",
            ),
            say("用 -o 指定一个新文件", "name a new file with -o"),
        )
    password = given_password(options)
    if password is None:
        password = ask_new_password(options.output)
    if not password:
        raise UsageError(
            say("私钥不能没有密码", "a private key needs a password"),
            say(
                "用 --password-env 或 --password-file 提供密码",
                "give it with --password-env or --password-file",
            ),
        )
    key = PrivateKey.generate(options.algorithm, bits=options.bits or _RSA_BITS[1])
    der = key.to_pkcs8(password, scheme=options.scheme)
    write_output(options.output, write_pem("ENCRYPTED PRIVATE KEY", der), is_secret=True)
    if options.json:
        facts = {"algorithm": options.algorithm, "bits": key.public_key.bits}
        problems.print_json({"schema": "govseal.key/1", "file": str(options.output), **facts})
    else:
        print(
            say(
                f"已写入 {options.output}（{options.algorithm}，{key.public_key.bits} 位）",
                f"wrote {options.output} ({options.algorithm}, {key.public_key.bits} bits)",
            )
        )
    return 0
