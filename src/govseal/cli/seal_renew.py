"""``govseal seal renew``: 续期."""

from __future__ import annotations

import argparse
from pathlib import Path

from govseal import facade
from govseal.cli import making, problems
from govseal.cli.arguments import Parser, add_output, add_password
from govseal.cli.facts import seal_facts
from govseal.cli.files import check_output, write_output
from govseal.cli.keys import load_key
from govseal.cli.pictures import read_imprint

WINDOW_DAYS = 30


def add_arguments(parser: Parser) -> None:
    """The options of ``govseal seal renew``."""
    parser.input("file", zh="原印章", en="the old seal", metavar="OLD.esl", type=Path)
    making.add_parties(parser)
    making.add_form(
        parser,
        zh="改用较新的标准（缺省同原印章）",
        en="a later standard (by default that of the old seal)",
    )
    parser.option(
        "--any-time",
        zh=f"不限到期前 {WINDOW_DAYS} 日：因密钥失控、介质损坏等重新制作",
        en=f"not only within {WINDOW_DAYS} days of the end: made again after compromise or damage",
        action="store_true",
    )
    making.add_terms(parser)
    add_password(parser)
    add_output(parser, zh="new.esl", en="new.esl")
    parser.add_common()


def run(options: argparse.Namespace) -> int:
    """Make the seal again for new certificates, and write it."""
    inputs = (options.file, *making.key_files(options), *options.signers, options.imprint)
    check_output(options.output, (*inputs, options.password_file))
    old = facade.load_seal(options.file)
    seal = facade.renew_seal(
        old,
        load_key(options.maker, options),
        signers=[making.load_certificate(path) for path in options.signers],
        not_before=options.start,
        not_after=options.end,
        window_days=None if options.any_time else WINDOW_DAYS,
        generation=int(options.generation) if options.generation else None,
        signer_list=options.signer_list,
        timestamp=making.timestamp_of(options),
        binding=making.terms_of(options, read_imprint(options.imprint, old.picture)),
    )
    write_output(options.output, seal.der)
    if options.json:
        problems.print_json(
            {"schema": "govseal.seal/1", "file": options.output.name, **seal_facts(seal)}
        )
    return 0
