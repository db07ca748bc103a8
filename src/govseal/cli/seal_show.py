"""``govseal seal show``: what an electronic seal holds."""

from __future__ import annotations

import argparse
from pathlib import Path

from govseal import facade
from govseal.cli import problems
from govseal.cli.arguments import Parser
from govseal.cli.facts import lines, seal_facts


def add_arguments(parser: Parser) -> None:
    """The options of ``govseal seal show``."""
    parser.input("file", zh="电子印章", en="the electronic seal", metavar="seal.esl", type=Path)
    parser.add_common()


def run(options: argparse.Namespace) -> int:
    """Show the seal; nothing is judged."""
    facts = seal_facts(facade.load_seal(options.file))
    if options.json:
        problems.print_json({"schema": "govseal.seal/1", "file": options.file.name, **facts})
    else:
        print("\n".join(lines(facts)))
    return 0
