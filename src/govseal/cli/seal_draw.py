"""``govseal seal draw``: the imprint of a round, oval or square seal."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from govseal.cli import problems
from govseal.cli.arguments import Parser, add_output, size_mm
from govseal.cli.files import check_output, write_output
from govseal.cli.language import say
from govseal.cli.problems import UsageError

if TYPE_CHECKING:
    from govseal.seal.drawing import Drawing

_DEFAULT_DPI = 600
_SUFFIXES = (".svg", ".pdf", ".png", ".ofd")
# What depends on the shape: the library's names and those of the command.
_OPTIONS = {name: name for name in ("bottom", "level", "emblem", "code", "size_mm", "middle")}
_OPTIONS["diameter_mm"] = "diameter"
_MAX_EMBLEM_BYTES = 8 * 1024 * 1024


def add_arguments(parser: Parser) -> None:
    """The options of ``govseal seal draw``."""
    parser.option(
        "--name",
        zh="印章上的名称：圆形、椭圆形沿边排列，方形分列排列",
        en="the name: along the edge of a round or oval seal, in columns in a square one",
        required=True,
    )
    parser.option(
        "--bottom", zh="下方的章名，例如 行政审批专用章（1）", en="the line below the centre"
    )
    parser.option(
        "--shape",
        zh="形状：round 圆形（缺省），oval 椭圆形，square 方形",
        en="the shape: round (the default), oval or square",
        choices=("round", "oval", "square"),
        default="round",
    )
    parser.option(
        "--diameter",
        zh="圆形印章的直径，毫米（缺省 42，或按 --level）",
        en="of a round seal, in millimetres (42 by default, or by --level)",
        metavar="MM",
        type=int,
    )
    parser.option(
        "--size-mm",
        zh="椭圆形、方形印章的宽和高，整毫米",
        en="width and height of an oval or square seal in whole millimetres",
        metavar="W,H",
        type=size_mm,
    )
    _add_parts(parser)
    parser.option(
        "--dpi",
        zh=f"PNG 的分辨率（缺省 {_DEFAULT_DPI}）",
        en=f"resolution of a PNG ({_DEFAULT_DPI} by default)",
        type=int,
    )
    parser.option(
        "--specimen",
        zh="画成缩小并标有“样章”的样本，仅供展示",
        en="a reduced specimen, marked as one, for showing only",
        action="store_true",
    )
    add_output(
        parser,
        zh="seal.svg、.pdf、.png 或 .ofd",
        en="seal.svg, .pdf, .png or .ofd",
    )
    parser.add_common()


def _add_parts(parser: Parser) -> None:
    parser.option(
        "--level",
        zh="单位级别，按国发〔1999〕25号定直径和图案，例如 city；写错时列出全部取值",
        en="rank of the unit, which fixes size and centre, such as city; a wrong one lists them",
        metavar="KEY",
    )
    parser.option(
        "--emblem",
        zh="中央图案（仅含填充轮廓的 SVG），代替五角星",
        en="what stands in the centre instead of the star: an SVG of filled outlines",
        metavar="F.svg",
        type=Path,
    )
    parser.option(
        "--code", zh="下缘的印章编码（数字）", en="the code along the lower edge (digits)"
    )
    parser.option(
        "--middle",
        zh="椭圆形印章中间一行，例如纳税人识别号",
        en="the line in the middle of an oval seal, such as a tax number",
    )
    parser.option(
        "--font",
        zh="字体文件（缺省取系统中的宋体）",
        en="a font file (by default a Song typeface of the system)",
        metavar="F",
        type=Path,
    )


def run(options: argparse.Namespace) -> int:
    """Draw the seal and write it in the format that the name of the output says."""
    _check(options)
    inputs = (options.emblem, options.font)
    check_output(options.output, inputs)
    drawing = _draw(options)
    if options.specimen:
        drawing = drawing.specimen()
    write_output(options.output, _encode(drawing, options))
    if options.json:
        problems.print_json(
            {
                "schema": "govseal.drawing/1",
                "file": str(options.output),
                "width_mm": drawing.width_mm,
                "height_mm": drawing.height_mm,
                "text": drawing.text,
                "measures": {k: round(v, 3) for k, v in asdict(drawing.measures).items() if v},
            }
        )
    return 0


def _check(options: argparse.Namespace) -> None:
    if options.output.suffix.lower() not in _SUFFIXES:
        raise UsageError(
            say(
                "印模输出为 .svg、.pdf、.png 或 .ofd 文件",
                "an imprint is written as .svg, .pdf, .png or .ofd",
            ),
        )


def _draw(options: argparse.Namespace) -> Drawing:
    from govseal.seal.drawing import LEVELS, SHAPES, draw_seal  # noqa: PLC0415 - start-up

    for name, option in _OPTIONS.items():
        if getattr(options, option) is not None and name not in SHAPES[options.shape]:
            pair = (f"--{option.replace('_', '-')}", f"--shape {options.shape}")
            raise UsageError(
                say(f"{pair[0]} 不能与 {pair[1]} 同用", f"{pair[0]} does not go with {pair[1]}")
            )
    if options.level is not None and options.level not in LEVELS:
        known = [f"{key} {say(level.zh, level.en)}" for key, level in LEVELS.items()]
        raise UsageError(
            say(f"--level 没有 {options.level}", f"--level: there is no {options.level}"),
            say("取值：", "one of: ") + say("；", "; ").join(known),
        )
    emblem = None
    if options.emblem is not None:
        with options.emblem.open("rb") as file:
            emblem = file.read(_MAX_EMBLEM_BYTES + 1)
    try:
        return draw_seal(
            options.name,
            bottom=options.bottom,
            shape=options.shape,
            diameter_mm=options.diameter,
            size_mm=options.size_mm,
            level=options.level,
            emblem=emblem,
            code=options.code,
            middle=options.middle,
            font=options.font,
        )
    except (TypeError, ValueError) as error:
        raise UsageError(str(error)) from None


def _encode(drawing: Drawing, options: argparse.Namespace) -> bytes:
    suffix = options.output.suffix.lower()
    if suffix == ".png":
        try:
            return drawing.to_png(options.dpi) if options.dpi is not None else drawing.to_png()
        except ValueError:
            low, high = drawing.dpi_range
            text = say(f"--dpi 应为 {low} 至 {high}", f"--dpi is {low} to {high}")
            raise UsageError(text) from None
    encoders = {".svg": drawing.to_svg, ".pdf": drawing.to_pdf, ".ofd": drawing.to_ofd}
    return encoders[suffix]()
