"""``govseal seal draw``: the imprint of a round official seal."""

from __future__ import annotations

import argparse

from govseal.cli import problems
from govseal.cli.arguments import Parser, add_output, only
from govseal.cli.files import check_output, write_output
from govseal.cli.language import say
from govseal.cli.problems import UsageError

_DEFAULT_MM = 42
_DEFAULT_DPI = 600


def add_arguments(parser: Parser) -> None:
    """The options of ``govseal seal draw``."""
    parser.option(
        "--name", zh="环绕的单位名称", en="name of the unit, around the star", required=True
    )
    parser.option("--bottom", zh="下方的章名，例如 行政审批专用章", en="the line below the star")
    parser.option(
        "--shape",
        zh="形状：round 圆形",
        en="the shape: round",
        metavar="round",
        type=only(
            "round",
            "本版本只绘制圆形印章，取值 round",
            "this version draws round seals only, which is round",
        ),
        default="round",
    )
    parser.option(
        "--diameter",
        zh=f"直径，毫米（缺省 {_DEFAULT_MM}）",
        en=f"in millimetres ({_DEFAULT_MM} by default)",
        metavar="MM",
        type=int,
        default=_DEFAULT_MM,
    )
    parser.option(
        "--dpi",
        zh=f"PNG 的分辨率（缺省 {_DEFAULT_DPI}）",
        en=f"resolution of a PNG ({_DEFAULT_DPI} by default)",
        type=int,
        default=_DEFAULT_DPI,
    )
    add_output(
        parser,
        zh="seal.svg、seal.pdf 或 seal.png",
        en="seal.svg, seal.pdf or seal.png",
    )
    parser.add_common()


def run(options: argparse.Namespace) -> int:
    """Draw the seal and write it in the format that the name of the output says."""
    from govseal.seal.drawing import draw_seal  # noqa: PLC0415 - start-up

    suffix = options.output.suffix.lower()
    if suffix not in (".svg", ".pdf", ".png"):
        raise UsageError(
            say(
                "印模输出为 .svg、.pdf 或 .png 文件",
                "an imprint is written as .svg, .pdf or .png",
            ),
        )
    check_output(options.output, ())
    drawing = draw_seal(options.name, bottom=options.bottom, diameter_mm=options.diameter)
    if suffix == ".svg":
        data = drawing.to_svg()
    elif suffix == ".pdf":
        data = drawing.to_pdf()
    else:
        try:
            data = drawing.to_png(options.dpi)
        except ValueError as error:
            raise UsageError(f"--dpi{say('：', ': ')}{error}") from None
    write_output(options.output, data)
    if options.json:
        problems.print_json(
            {
                "schema": "govseal.drawing/1",
                "file": str(options.output),
                "width_mm": drawing.width_mm,
                "height_mm": drawing.height_mm,
            }
        )
    return 0
