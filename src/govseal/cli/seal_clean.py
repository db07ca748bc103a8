"""``govseal seal clean``: a scanned imprint made fit for a seal."""

from __future__ import annotations

import argparse
from pathlib import Path

from govseal.cli import problems
from govseal.cli.arguments import Parser, add_output, size_mm
from govseal.cli.files import check_output, speaking_of, write_output
from govseal.cli.language import say
from govseal.cli.problems import UsageError


def add_arguments(parser: Parser) -> None:
    """The options of ``govseal seal clean``."""
    parser.input(
        "file",
        zh="印在白纸上的印模的扫描件（PNG 或 JPEG）",
        en="the scan of an imprint on white paper (PNG or JPEG)",
        metavar="SCAN",
        type=Path,
    )
    parser.option(
        "--shape",
        zh="形状：round 圆形（缺省，须宽高相等），oval 椭圆形，square 方形",
        en="the shape: round (the default, as wide as high), oval or square",
        choices=("round", "oval", "square"),
        default="round",
    )
    parser.option(
        "--dpi",
        zh="扫描件没有注明时的分辨率",
        en="the resolution, where the scan does not state it",
        type=int,
    )
    parser.option(
        "--size-mm",
        zh="印模的宽和高（量得的整毫米），代替分辨率",
        en="width and height as measured, in whole millimetres, instead of a resolution",
        metavar="W,H",
        type=size_mm,
    )
    add_output(parser, zh="imprint.png", en="imprint.png")
    parser.add_common()


def run(options: argparse.Namespace) -> int:
    """Cut the imprint out, make its ground transparent, and say its size."""
    from govseal.seal.imprint import MAX_BYTES, clean_imprint  # noqa: PLC0415 - start-up

    if options.output.suffix.lower() != ".png":
        raise UsageError(say("印模输出为 .png 文件", "a cleaned imprint is written as .png"))
    check_output(options.output, (options.file,))
    with options.file.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    try:
        is_round = options.shape == "round"
        with speaking_of(options.file):
            imprint = clean_imprint(
                data, dpi=options.dpi, size_mm=options.size_mm, is_round=is_round
            )
    except ValueError as error:
        raise UsageError(str(error)) from None
    write_output(options.output, imprint.png)
    if options.json:
        problems.print_json(
            {
                "schema": "govseal.imprint/1",
                "file": str(options.output),
                "width_mm": imprint.width_mm,
                "height_mm": imprint.height_mm,
            }
        )
    else:
        size = f"{imprint.width_mm} × {imprint.height_mm}"
        print(say(f"印模 {size} 毫米", f"the imprint is {size} mm"))
    return 0
