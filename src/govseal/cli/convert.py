"""``govseal convert``: a PDF as an OFD that can be stamped."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from govseal.cli import problems
from govseal.cli.arguments import Parser, add_output
from govseal.cli.clock import now
from govseal.cli.files import (
    STANDARD_OUTPUT,
    check_output,
    opened_output,
    speaking_of,
)
from govseal.cli.language import say
from govseal.cli.problems import UsageError
from govseal.cli.progress import Progress
from govseal.formats.conversion import DEFAULT_DPI, HIGHEST_DPI, Conversion
from govseal.formats.sheets import LOWEST_DPI
from govseal.formats.source import open_source

_MOST_NAMED = 10


def add_arguments(parser: Parser) -> None:
    """The options of ``govseal convert``."""
    parser.input("file", zh="PDF 文件", en="a PDF document", metavar="FILE", type=Path)
    add_output(
        parser,
        zh="写入的 OFD 文件；- 为标准输出",
        en="the OFD to write; - is standard output",
    )
    parser.option(
        "--dpi",
        zh=f"页面图像的分辨率（{LOWEST_DPI} 到 {HIGHEST_DPI}，缺省 {DEFAULT_DPI}）",
        en=f"resolution of the pages ({LOWEST_DPI} to {HIGHEST_DPI}, {DEFAULT_DPI} by default)",
        type=int,
        default=DEFAULT_DPI,
    )
    parser.option(
        "--title",
        zh="OFD 的标题（缺省取 PDF 的标题）",
        en="title of the OFD (that of the PDF by default)",
    )
    parser.add_common()


def run(options: argparse.Namespace) -> int:
    """Write the OFD, whole or not at all; notes on it go to standard error."""
    if not LOWEST_DPI <= options.dpi <= HIGHEST_DPI:
        raise UsageError(
            say(
                f"--dpi 应在 {LOWEST_DPI} 到 {HIGHEST_DPI} 之间",
                f"--dpi is from {LOWEST_DPI} to {HIGHEST_DPI}",
            )
        )
    if options.title is not None and not options.title.isprintable():
        raise UsageError(say("标题中有控制字符", "the title holds control characters"))
    check_output(options.output, (options.file,), json=options.json)
    size = 0
    with open_source(options.file) as source, speaking_of(options.file):
        made = Conversion(source, at=now(), dpi=options.dpi, title=options.title)
        with Progress(made.pages) as progress, opened_output(options.output) as output:
            for piece in made.pieces(
                lambda page: progress.step(say(f"第 {page} 页", f"page {page}"))
            ):
                size += output.write(piece)
    notes = _notes(made)
    for note in notes:
        print(f"govseal: note: {note['message']}", file=sys.stderr)
    if options.json:
        problems.print_json(
            {
                "schema": "govseal.conversion/1",
                "file": options.file.name,
                "output": str(options.output),
                "size": size,
                "pages": made.pages,
                "title": made.title,
                "signatures_left": made.signatures,
                "is_copy": made.is_copy,
                "notices": notes,
            }
        )
    elif options.output != STANDARD_OUTPUT:
        print(
            say(
                f"已转换 {made.pages} 页：{options.output}",
                f"pages converted: {made.pages}, {options.output}",
            )
        )
    return 0


def _notes(made: Conversion) -> list[dict[str, object]]:
    """What the one who converts has to know of it."""
    notes: list[dict[str, object]] = []
    if made.is_copy:
        count = made.signatures
        text = say(
            f"原文件有 {count} 个签章或签名，均未带入；转换件视同复印件，各页已注明",
            f"the {count} signatures or stamps of the PDF are not carried over; "
            "what was made counts as a copy, and every page says so",
        )
        notes.append({"code": "signatures_left", "message": text})
    if made.lowered:
        pages = [f"{page} ({dpi} dpi)" for page, dpi in list(made.lowered.items())[:_MOST_NAMED]]
        more = ["…"] if len(made.lowered) > _MOST_NAMED else []
        listed = say("、", ", ").join(pages + more)
        text = say(
            f"页面太大，已降低分辨率：第 {listed} 页",
            f"pages too large for the resolution have less: {listed}",
        )
        notes.append({"code": "resolution_lowered", "message": text})
    return notes
