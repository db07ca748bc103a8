"""``govseal stamp``: 签章."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from govseal import facade
from govseal.cli import pending, places, problems, timestamps
from govseal.cli.arguments import Parser, add_matter_list, add_password
from govseal.cli.clock import now
from govseal.cli.files import check_output, opened_output, read_matter_file
from govseal.cli.keys import key_file, load_key
from govseal.cli.language import say
from govseal.seal.extensions import MAX_CODE, is_matter_code

if TYPE_CHECKING:
    from govseal.pki.timestampterms import TimestampNotice


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
    add_key(parser)
    places.add_arguments(parser)
    places.add_form(parser)
    parser.option(
        "--matter",
        zh="用印事项的编码；委托印章（“2号章”）必须写明",
        en="code of the matter that the stamp is for; a delegated seal needs one",
        metavar="CODE",
        type=_matter,
    )
    add_matter_list(parser)
    timestamps.add_terms(parser)
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


def add_key(parser: Parser, *, required: bool = False) -> None:
    """``--key`` and ``--cert``."""
    parser.option(
        "--key",
        zh="签章人的密钥：PKCS#12、PKCS#8 或 PEM 文件，或设备中的密钥 pkcs11:…、sdf:…",
        en="signer's key: a file (PKCS#12, PKCS#8, PEM), or pkcs11:… or sdf:… for one in a device",
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
    notices: list[TimestampNotice] = []
    terms = timestamps.terms_of(options, signer.algorithm, notices.append)
    with opened_output(options.output) as output:
        if options.detached:
            stamp = facade.stamp_detached(
                options.file,
                seal,
                signer,
                at=at,
                matter=matter,
                matter_list=matter_list,
                timestamp=terms,
            )
            output.write(stamp)
        else:
            facade.stamp(
                options.file,
                seal,
                signer,
                places.places_of(options),
                at=at,
                protect=options.protect or "continue",
                matter=matter,
                matter_list=matter_list,
                timestamp=terms,
                output=output,
            )
    told = list(map(problems.note_no_timestamp, notices))
    if options.json:
        problems.print_json(
            {
                "schema": "govseal.stamp/1",
                "file": options.output.name,
                "size": options.output.stat().st_size,
                "seal": seal.name,
                "signed_at": at.isoformat(),
                "matter": matter,
                "level": "b" if terms is None or told else "t",
                "notices": told,
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
        pending.exclude_terms(options)
    timestamps.check_terms(options)
    if options.detached:
        pending.exclude(options, "--detached", (*places.PLACES, "protect"))
    else:
        places.places_of(options)
    output = options.output or options.prepare
    key = key_file(options.key)
    inputs = (options.file, options.seal, key, options.cert, options.password_file)
    named = (*inputs, options.matter_list, *timestamps.files_of(options))
    check_output(output, named, json=options.json)
