"""``govseal stamp``: 签章."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from govseal import facade
from govseal.cli import pending, problems
from govseal.cli.arguments import Parser, add_matter_list, add_password
from govseal.cli.clock import now
from govseal.cli.files import check_output, opened_output, read_matter_file
from govseal.cli.keys import key_file, load_key
from govseal.cli.language import say
from govseal.cli.problems import UsageError
from govseal.formats.base import Placement
from govseal.seal.extensions import MAX_CODE, is_matter_code

_NUMBER = r"-?\d{1,5}(?:\.\d{1,4})?"
_PLACE = re.compile(rf"(\d{{1,6}}),({_NUMBER}),({_NUMBER})", re.ASCII)


def add_arguments(parser: Parser) -> None:
    """The options of ``govseal stamp``."""
    parser.input(
        "file",
        zh="OFD 或 PDF 文件；--detached 时为任意文件",
        en="an OFD or PDF document; any file with --detached",
        metavar="FILE",
        type=Path,
        nargs="?",
    )
    parser.option("--seal", zh="电子印章", en="the electronic seal", metavar="S.esl", type=Path)
    _add_key(parser)
    parser.option(
        "--place",
        zh="盖章位置：页码（从 1 起）和印章左上角（毫米，自页面左上角），可重复",
        en="page (from 1) and the seal's top-left corner in millimetres, repeatable",
        metavar="PAGE,X,Y",
        type=_place,
        action="append",
    )
    parser.option(
        "--detached",
        zh="分离式签章：只写出签章，不改文件",
        en="a detached stamp; the file is not changed",
        action="store_true",
    )
    parser.option(
        "--protect",
        zh="保护方式：continue 可继续签章（缺省），whole 不可再签章",
        en="continue lets later stamps follow (the default), whole closes the document",
        choices=("continue", "whole"),
    )
    parser.option(
        "--matter",
        zh="用印事项的编码；委托印章（“2号章”）必须写明",
        en="code of the matter that the stamp is for; a delegated seal needs one",
        metavar="CODE",
        type=_matter,
    )
    add_matter_list(parser)
    add_password(parser)
    parser.option(
        "-o",
        "--output",
        zh="输出文件；- 为标准输出",
        en="the output; - is standard output",
        metavar="OUT",
        type=Path,
    )
    pending.add_arguments(parser)
    parser.add_common()


def _add_key(parser: Parser) -> None:
    """``--key`` and ``--cert``."""
    parser.option(
        "--key",
        zh="签章人的密钥：PKCS#12、PKCS#8 或 PEM 文件，或设备中的密钥 pkcs11:…、sdf:…",
        en="signer's key: a file (PKCS#12, PKCS#8, PEM), or pkcs11:… or sdf:… for one in a device",
        metavar="KEY",
    )
    parser.option(
        "--cert",
        zh="密钥文件或设备不含证书时的证书",
        en="the certificate, where the key's file or device holds none",
        metavar="C.pem",
        type=Path,
    )


def _place(text: str) -> Placement:
    match = _PLACE.fullmatch(text)
    if match is None or int(match[1]) < 1:
        raise argparse.ArgumentTypeError(
            say(
                f"{text} 不是“页,左,上”（毫米），例如 1,120,210",
                f"{text} is no PAGE,X,Y in millimetres such as 1,120,210",
            )
        )
    return Placement(int(match[1]), float(match[2]), float(match[3]))


def _matter(text: str) -> str:
    if not is_matter_code(text):
        raise argparse.ArgumentTypeError(
            say(
                f"事项编码为 1 到 {MAX_CODE} 个可显示字符，首尾无空格",
                f"a code is 1 to {MAX_CODE} printable characters without blanks around it",
            )
        )
    return text


def run(options: argparse.Namespace) -> int:
    """Stamp the file and write what comes of it."""
    if options.finish is not None:
        return pending.finish(options)
    _check(options)
    if options.prepare is not None:
        return pending.prepare(options)
    at = now()
    seal = facade.load_seal(options.seal)
    signer = load_key(options.key, options, options.cert)
    matter = options.matter
    matter_list = read_matter_file(options.matter_list) if options.matter_list else None
    with opened_output(options.output) as output:
        if options.detached:
            stamp = facade.stamp_detached(
                options.file, seal, signer, at=at, matter=matter, matter_list=matter_list
            )
            output.write(stamp)
        else:
            facade.stamp(
                options.file,
                seal,
                signer,
                options.place,
                at=at,
                protect=options.protect or "continue",
                matter=matter,
                matter_list=matter_list,
                output=output,
            )
    if options.json:
        problems.print_json(
            {
                "schema": "govseal.stamp/1",
                "file": options.output.name,
                "size": options.output.stat().st_size,
                "seal": seal.name,
                "signed_at": at.isoformat(),
                "matter": matter,
            }
        )
    return 0


def _check(options: argparse.Namespace) -> None:
    if options.prepare is None:
        pending.require(options, ("file", "seal", "key", "output"))
        pending.exclude(options, "", ("signature",))
    else:
        pending.require(options, ("file", "seal", "cert"))
        names = ("key", "output", "signature", "password_env", "password_file")
        pending.exclude(options, "--prepare", names)
    if options.detached and (options.place or options.protect):
        raise UsageError(
            say(
                "--detached 不能与 --place、--protect 同用",
                "--detached excludes --place and --protect",
            )
        )
    if not options.detached and not options.place:
        raise UsageError(
            say("需要 --place 页,左,上 或 --detached", "--place PAGE,X,Y or --detached is needed")
        )
    output = options.output or options.prepare
    key = key_file(options.key)
    inputs = (options.file, options.seal, key, options.cert, options.password_file)
    check_output(output, (*inputs, options.matter_list), json=options.json)
