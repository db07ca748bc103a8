"""``govseal seal renew``: 续期."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from govseal import facade
from govseal.cli import making, problems, timestamps
from govseal.cli.anchors import materials_of, policy_of, trust_of
from govseal.cli.arguments import Parser, add_output, add_password
from govseal.cli.facts import seal_facts
from govseal.cli.files import speaking_of, write_output
from govseal.cli.keys import load_key
from govseal.cli.pictures import read_imprint
from govseal.errors import SealError
from govseal.seal.model import Seal
from govseal.verification.policy import DEFAULT_POLICY
from govseal.verification.report import Outcome

WINDOW_DAYS = 30


def add_arguments(parser: Parser) -> None:
    """The options of ``govseal seal renew``."""
    parser.input("file", zh="原印章", en="the old seal", metavar="OLD.esl", type=Path)
    making.add_parties(parser, is_alone=False)
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


def _check_old(old: Seal, options: argparse.Namespace) -> None:
    """Refuse a seal that nobody trusted made: renewed, it would look as good as any.

    That it has ended, or that nothing tells whether its maker's certificate was revoked, is left
    to the window of renewal and to whoever renews.
    """
    policy = replace(policy_of(options, DEFAULT_POLICY), binding=None, cas=None)
    trust, materials = trust_of(options), materials_of(options)
    report = facade.verify(old.der, trust, materials=materials, policy=policy)
    for signature in report.signatures:
        for check in signature.checks:
            # Its period is over because time has passed: that is for the window.
            is_refused = check.outcome is Outcome.FAILED and check.name != "seal_validity"
            if is_refused or (
                check.name == "maker_chain" and check.outcome is Outcome.INDETERMINATE
            ):
                message = f"the old seal fails {check.name}: {check.reason}"
                raise SealError(message, code="E_SEAL_INVALID")


def run(options: argparse.Namespace) -> int:
    """Make the seal again for new certificates, and write it."""
    making.check_files(options, options.file)
    with speaking_of(options.file):
        old = facade.load_seal(options.file)
    if options.trust:
        _check_old(old, options)
    maker = load_key(options.maker, options)
    seal = facade.renew_seal(
        old,
        maker,
        signers=[making.load_certificate(path) for path in options.signers],
        not_before=options.start,
        not_after=options.end,
        window_days=None if options.any_time else WINDOW_DAYS,
        generation=int(options.generation) if options.generation else None,
        signer_list=options.signer_list,
        timestamp=timestamps.source_of(options, maker.algorithm),
        binding=making.terms_of(
            options,
            read_imprint(options.imprint, old.picture),
            alone=("trust", "makers", "crl") if options.trust else (),
        ),
    )
    write_output(options.output, seal.der)
    if options.json:
        problems.print_json(
            {"schema": "govseal.seal/1", "file": options.output.name, **seal_facts(seal)}
        )
    return 0
