"""``govseal seal make``: 制章."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from govseal import facade
from govseal.cli import making, problems, timestamps
from govseal.cli.arguments import Parser, add_output, add_password, size_mm
from govseal.cli.facts import seal_facts
from govseal.cli.files import check_output, write_output
from govseal.cli.keys import load_key
from govseal.cli.language import say
from govseal.cli.pictures import read_imprint, read_picture
from govseal.cli.problems import UsageError

if TYPE_CHECKING:
    from govseal.seal.model import Extension


def add_arguments(parser: Parser) -> None:
    """The options of ``govseal seal make``."""
    making.add_parties(parser)
    parser.option("--name", zh="印章名称", en="name of the seal", required=True)
    parser.option(
        "--picture",
        zh="印模：PNG、SVG、JPEG、GIF、BMP 或 OFD",
        en="imprint: PNG, SVG, JPEG, GIF, BMP or OFD",
        metavar="P",
        type=Path,
        required=True,
    )
    parser.option(
        "--size-mm",
        zh="印模的宽和高，整毫米；缺省取图像所注明的尺寸",
        en="width and height of the imprint in whole millimetres; what it states by default",
        metavar="W,H",
        type=size_mm,
    )
    parser.option(
        "--id", zh="印章编码（ASCII）", en="seal code (ASCII)", dest="es_id", metavar="ES_ID"
    )
    parser.option(
        "--type", zh="印章类型", en="seal type", dest="seal_type", metavar="CODE", type=int
    )
    making.add_form(
        parser,
        zh="标准：2014 即 GM/T 0031-2014，2020 即 GB/T 38540-2020（缺省），2025 即 GM/T 0031-2025",
        en="the standard: 2014 and 2025 are GM/T 0031, 2020 (the default) is GB/T 38540",
    )
    parser.option(
        "--scope",
        zh="委托用章（2号章）的用章范围（TOML）",
        en="the scope of a seal that is handed over to another unit (TOML)",
        metavar="F",
        type=Path,
    )
    making.add_terms(parser)
    add_password(parser)
    add_output(parser, zh="seal.esl", en="seal.esl")
    parser.add_common()


def run(options: argparse.Namespace) -> int:
    """Make the seal and write it."""
    making.check_files(options, options.picture, options.scope)
    _check_values(options)
    picture = read_picture(options.picture, options.size_mm)
    extensions: tuple[Extension, ...] = ()
    if options.scope is not None:
        from govseal.cli.scope import read_scope  # noqa: PLC0415 - start-up

        scope, papers = read_scope(options.scope)
        check_output(options.output, papers)
        extensions = (scope.encode(),)
    maker = load_key(options.maker, options)
    seal = facade.make_seal(
        maker,
        name=options.name,
        picture=picture,
        signers=[making.load_certificate(path) for path in options.signers],
        es_id=options.es_id,
        seal_type=options.seal_type,
        not_before=options.start,
        not_after=options.end,
        extensions=extensions,
        generation=int(options.generation or 2020),
        signer_list=options.signer_list or "certificates",
        timestamp=timestamps.source_of(options, maker.algorithm),
        binding=making.terms_of(options, read_imprint(options.imprint, picture)),
    )
    write_output(options.output, seal.der)
    if options.json:
        problems.print_json(
            {"schema": "govseal.seal/1", "file": options.output.name, **seal_facts(seal)}
        )
    return 0


def _check_values(options: argparse.Namespace) -> None:
    if options.profile is None and (options.trust or options.crl):
        raise UsageError(
            say("--trust、--crl 须与 --profile 同用", "--trust and --crl go with --profile")
        )
    if options.es_id is not None and not re.fullmatch(r"[!-~]{1,64}", options.es_id):
        raise UsageError(
            say(
                "--id 为 1 到 64 个 ASCII 字符，不含空格",
                "--id is 1 to 64 ASCII characters without a blank",
            )
        )
    if options.seal_type is not None and not 0 <= options.seal_type < 1 << 31:
        raise UsageError(say("--type 为非负整数", "--type is a number from 0"))
