"""``govseal render``: pages as pictures."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from govseal.cli import problems
from govseal.cli.arguments import Parser, add_output
from govseal.cli.files import STANDARD_OUTPUT, check_output, speaking_of, write_output
from govseal.cli.language import say
from govseal.cli.problems import UsageError
from govseal.cli.progress import Progress
from govseal.formats.pages import FORMS, Form, PagePictures
from govseal.formats.source import read_source

_DEFAULT_DPI = 150
_PAGES = re.compile(r"(\d{1,6})(?:-(\d{1,6}))?", re.ASCII)
_ALL = "all"


def add_arguments(parser: Parser) -> None:
    """The options of ``govseal render``."""
    parser.input(
        "file", zh="OFD 或 PDF 文件", en="an OFD or PDF document", metavar="FILE", type=Path
    )
    add_output(
        parser,
        zh="图像文件 .png 或 .svg；多页时在文件名后加页码（page-1.png …）",
        en="the picture, .png or .svg; of several pages each gets its number (page-1.png …)",
    )
    parser.option(
        "--page",
        zh="页码 N、范围 N-M 或 all（缺省为第 1 页）",
        en="page N, pages N-M or all (page 1 by default)",
        metavar="N|N-M|all",
        type=_pages,
        default=(1, 1),
    )
    parser.option(
        "--dpi",
        zh=f"PNG 的分辨率（缺省 {_DEFAULT_DPI}）",
        en=f"resolution of a PNG ({_DEFAULT_DPI} by default)",
        type=int,
    )
    parser.option(
        "--marks",
        zh="在 PNG 上标出盖章位置和保护范围",
        en="mark on PNG where stamps lie, and what they cover",
        action="store_true",
    )
    parser.option(
        "--no-stamps",
        zh="不画签章（仅限 OFD）",
        en="leave the stamps out (OFD only)",
        action="store_true",
    )
    parser.option(
        "--no-copy-note",
        zh="不标注“视同复印件”，仅供内部使用，例如选定盖章位置",
        en="do not say that it counts as a copy: for internal use, such as placing a stamp",
        action="store_true",
    )
    parser.add_common()


def run(options: argparse.Namespace) -> int:
    """Draw the pages, each whole or not at all; no file is overwritten."""
    form = _form(options)
    check_output(options.output, [options.file], json=options.json)
    with speaking_of(options.file):
        pages = PagePictures(read_source(options.file))
        if form not in pages.forms:
            raise UsageError(
                say("PDF 的页面只能画成 PNG", "pages of PDF are drawn as PNG alone"),
                say("用 -o 指定 .png 文件", "name a .png file with -o"),
            )
        numbers = _numbers(options, pages)
        targets = _targets(options.output, numbers)
        written = []
        with Progress(len(numbers)) as progress:
            for number, target in zip(numbers, targets, strict=True):
                progress.step(target.name)
                picture = pages.draw(
                    number,
                    form=form,
                    dpi=_DEFAULT_DPI if options.dpi is None else options.dpi,
                    marks=options.marks,
                    stamps=not options.no_stamps,
                    is_copy=not options.no_copy_note,
                )
                write_output(target, picture)
                written.append({"page": number, "file": str(target), "size": len(picture)})
    if options.json:
        problems.print_json(
            {"schema": "govseal.render/1", "file": options.file.name, "pages": written}
        )
    elif options.output != STANDARD_OUTPUT:
        for row in written:
            print(say(f"第 {row['page']} 页：", f"page {row['page']}: ") + str(row["file"]))
    return 0


def _form(options: argparse.Namespace) -> Form:
    """What the name of the output asks for; standard output gets PNG."""
    if options.output == STANDARD_OUTPUT:
        return "png"
    suffix = options.output.suffix.lower().removeprefix(".")
    for form in FORMS:
        if suffix == form:
            break
    else:
        raise UsageError(
            say("输出文件应为 .png 或 .svg", "the output is a .png or .svg file"),
            say("用 -o 指定，例如 page.png", "name it with -o, such as page.png"),
        )
    if form == "svg" and (options.marks or options.dpi is not None):
        raise UsageError(
            say("--marks 和 --dpi 只用于 PNG", "--marks and --dpi are for PNG"),
            say("用 -o 指定 .png 文件", "name a .png file with -o"),
        )
    return form


def _numbers(options: argparse.Namespace, pages: PagePictures) -> list[int]:
    """The pages asked for, all of which are there."""
    count = pages.count
    first, last = options.page or (1, count)
    if last > count:
        raise UsageError(
            say(
                f"没有第 {last} 页，文件共 {count} 页",
                f"there is no page {last}; the document has {count}",
            )
        )
    if options.dpi is not None and not 10 <= options.dpi <= 1200:
        raise UsageError(say("--dpi 应在 10 到 1200 之间", "--dpi is from 10 to 1200"))
    if options.no_stamps and not pages.can_hide_stamps:
        raise UsageError(
            say("PDF 的签章总会画出", "the stamps of a PDF are always drawn"),
            say("去掉 --no-stamps", "leave --no-stamps out"),
        )
    return list(range(first, last + 1))


def _targets(output: Path, numbers: list[int]) -> list[Path]:
    """The files, none of which is there yet."""
    if output == STANDARD_OUTPUT:
        if len(numbers) > 1:
            raise UsageError(
                say("标准输出只能写一页", "standard output takes one page"),
                say("用 --page 指定一页", "name one page with --page"),
            )
        return [output]
    targets = [output]
    if len(numbers) > 1:
        targets = [output.with_name(f"{output.stem}-{n}{output.suffix}") for n in numbers]
    for target in targets:
        if target.is_symlink() or target.is_file():
            raise UsageError(
                say(f"{target} 已经存在", f"{target} exists already"),
                say("用 -o 指定另一个文件", "name another file with -o"),
            )
    return targets


def _pages(text: str) -> tuple[int, int] | None:
    """First and last page; None for all."""
    if text == _ALL:
        return None
    match = _PAGES.fullmatch(text)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 1 <= first <= last:
        raise argparse.ArgumentTypeError(
            say(
                f"{text} 不是页码，例如 3、2-5 或 all",
                f"{text} names no pages, such as 3, 2-5 or all",
            )
        )
    return first, last
