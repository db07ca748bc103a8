"""``govseal sign``: 数字签名 without a seal."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from govseal import facade_signing
from govseal.cli import problems, timestamps
from govseal.cli.arguments import Parser, add_output, add_password
from govseal.cli.clock import now
from govseal.cli.files import check_output, write_output
from govseal.cli.keys import key_file, load_key
from govseal.cli.stamp import add_key

if TYPE_CHECKING:
    from govseal.pki.timestampterms import TimestampNotice


def add_arguments(parser: Parser) -> None:
    """The options of ``govseal sign``."""
    parser.input(
        "file", zh="OFD 或 PDF 文件", en="an OFD or PDF document", metavar="FILE", type=Path
    )
    add_key(parser, required=True)
    parser.option(
        "--protect",
        zh="保护方式：continue 可继续签名、签章（缺省），whole 不可再签",
        en="continue lets later signatures and stamps follow (the default), whole closes the "
        "document",
        choices=("continue", "whole"),
        default="continue",
    )
    timestamps.add_terms(parser)
    add_password(parser)
    add_output(parser, zh="输出文件；- 为标准输出", en="the output; - is standard output")
    parser.add_common()


def run(options: argparse.Namespace) -> int:
    """Sign the file and write what comes of it."""
    timestamps.check_terms(options)
    inputs = (options.file, key_file(options.key), options.cert, options.password_file)
    own = timestamps.files_of(options)
    check_output(options.output, (*inputs, *own), json=options.json)
    at = now()
    signer = load_key(options.key, options, options.cert)
    notices: list[TimestampNotice] = []
    terms = timestamps.terms_of(options, signer.algorithm, notices.append)
    data = facade_signing.sign(
        options.file, signer, at=at, protect=options.protect, timestamp=terms
    )
    write_output(options.output, data)
    told = [problems.note_no_timestamp(item, ("签名", "signed")) for item in notices]
    if options.json:
        problems.print_json(
            {
                "schema": "govseal.sign/1",
                "file": options.output.name,
                "size": len(data),
                "signer": signer.certificate.subject,
                "signed_at": at.isoformat(),
                "level": "b" if terms is None or told else "t",
                "notices": told,
            }
        )
    return 0
