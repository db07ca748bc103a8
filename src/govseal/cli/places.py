"""Where ``govseal stamp`` puts the seal: page and millimetres, a keyword, a seam, or nowhere."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING

from govseal.cli.arguments import Parser
from govseal.cli.language import say
from govseal.cli.problems import UsageError
from govseal.formats.base import Placement
from govseal.formats.places import (
    EDGES,
    LONGEST_KEYWORD,
    Keyword,
    OnPages,
    Seam,
    is_pages,
)

if TYPE_CHECKING:
    from govseal.formats.places import Place

_NUMBER = r"-?\d{1,5}(?:\.\d{1,4})?"
_PLACE = re.compile(rf"([^,]{{1,20}}),({_NUMBER}),({_NUMBER})", re.ASCII)
_SHIFT = re.compile(rf"({_NUMBER}),({_NUMBER})", re.ASCII)
_LENGTH = re.compile(_NUMBER, re.ASCII)
_COUNT = re.compile(r"[1-9]\d{0,5}", re.ASCII)
#: What goes with which option alone.
_KEYWORD_ONLY = ("occurrence", "shift")
_SEAM_ONLY = ("seam_offset", "seam_margin", "seam_group")
PLACES = ("place", "keyword", "seam", "invisible", "pages", *_KEYWORD_ONLY, *_SEAM_ONLY)
"""The options of this module, as ``options`` names them."""


def add_arguments(parser: Parser) -> None:
    """``--place``, ``--keyword``, ``--seam``, ``--invisible`` and what goes with them."""
    parser.option(
        "--place",
        zh="盖章位置：页码（从 1 起，也可为 1-3、2-、last、all）和印章左上角（毫米，自页面左上角）"
        "，可重复",
        en="page (from 1; also 1-3, 2-, last, all) and the seal's top-left corner in millimetres, "
        "repeatable",
        metavar="PAGE,X,Y",
        type=_place,
        action="append",
    )
    _add_keyword(parser)
    _add_seam(parser)
    parser.option(
        "--pages",
        zh="骑缝或查找关键字的页：all（缺省）、2-、1-3,7",
        en="the pages of the seam, or searched for the keyword: all (the default), 2-, 1-3,7",
        metavar="PAGES",
        type=_pages,
    )
    parser.option(
        "--invisible",
        zh="不可见签章：不在任何页面显示",
        en="a stamp that shows on no page",
        action="store_true",
    )


def add_form(parser: Parser) -> None:
    """``--detached`` and ``--protect``."""
    parser.option(
        "--detached",
        zh="分离式签章：只写出签章，不改文件",
        en="a detached stamp; the file is not changed",
        action="store_true",
    )
    parser.option(
        "--protect",
        zh="保护方式：continue 可继续签章（缺省），whole 不可再签章",
        en="continue lets later stamps follow (the default), whole closes the document",
        choices=("continue", "whole"),
    )


def _add_keyword(parser: Parser) -> None:
    parser.option(
        "--keyword",
        zh="关键字定位：印章中心对准该文字的中心",
        en="centre the seal on this text",
        metavar="TEXT",
        type=_keyword,
    )
    parser.option(
        "--occurrence",
        zh="关键字多处出现时用哪一处：第 N 处、last 最后一处、all 每一处",
        en="which one, where the keyword occurs several times: N, last, or all",
        metavar="N",
        type=_occurrence,
    )
    parser.option(
        "--shift",
        zh="印章中心自关键字中心右移、下移的毫米数",
        en="millimetres from the keyword's middle to the seal's, to the right and down",
        metavar="DX,DY",
        type=_shift,
    )


def _add_seam(parser: Parser) -> None:
    parser.option(
        "--seam",
        zh="骑缝章：right 右侧、left 左侧、top 上边、bottom 下边，facing 对开（相邻两页各半枚）",
        en="a seam stamp on this edge: right, left, top, bottom; facing: half on each of two pages",
        choices=EDGES,
    )
    parser.option(
        "--seam-offset",
        zh="骑缝章自页面上边（上、下边骑缝时自左边）的毫米数；缺省居中",
        en="millimetres from the page's top (left, on top and bottom edges); centred by default",
        metavar="MM",
        type=_length,
    )
    parser.option(
        "--seam-margin",
        zh="骑缝章与页边的距离（毫米，缺省 0）",
        en="millimetres between strip and edge (0 by default)",
        metavar="MM",
        type=_length,
    )
    parser.option(
        "--seam-group",
        zh="每枚骑缝章分给多少页；缺省按每页不窄于 2 毫米均分",
        en="how many pages share a seal; by default equal groups whose strips are 2 mm or wider",
        metavar="N",
        type=_count,
    )


def places_of(options: argparse.Namespace) -> tuple[Place, ...]:
    """The places that the options name; none for an invisible stamp.

    Raises:
        UsageError: the options do not go together, or there is none of them.
    """
    found: list[Place] = list(options.place or ())
    pages = options.pages or "all"
    if options.keyword is not None:
        dx, dy = options.shift or (0.0, 0.0)
        found.append(Keyword(options.keyword, options.occurrence, dx, dy, pages))
    else:
        _exclude(options, _KEYWORD_ONLY, "--keyword")
    if options.seam is not None:
        found.append(_seam(options, pages))
    else:
        _exclude(options, _SEAM_ONLY, "--seam")
    if options.pages and options.keyword is None and options.seam is None:
        _exclude(options, ("pages",), say("--seam 或 --keyword", "--seam or --keyword"))
    if options.invisible and found:
        raise UsageError(
            say(
                "--invisible 不能与 --place、--keyword、--seam 同用",
                "--invisible excludes --place, --keyword and --seam",
            )
        )
    if not found and not options.invisible:
        raise UsageError(
            say(
                "需要 --place 页,左,上、--keyword、--seam、--invisible 或 --detached",
                "--place PAGE,X,Y, --keyword, --seam, --invisible or --detached is needed",
            )
        )
    return tuple(found)


def _seam(options: argparse.Namespace, pages: str) -> Seam:
    try:
        return Seam(
            options.seam,
            pages,
            options.seam_offset,
            options.seam_margin or 0.0,
            options.seam_group,
        )
    except ValueError as error:
        raise UsageError(
            say(
                "骑缝章的边距不能为负，每组至少两页；对开骑缝不分组",
                str(error),
            )
        ) from None


def _exclude(options: argparse.Namespace, names: tuple[str, ...], needed: str) -> None:
    for name in names:
        if getattr(options, name) is not None:
            one = f"--{name.replace('_', '-')}"
            raise UsageError(say(f"{one} 须与 {needed} 同用", f"{one} goes with {needed}"))


def _place(text: str) -> Placement | OnPages:
    match = _PLACE.fullmatch(text)
    if match is None or not is_pages(match[1]):
        raise argparse.ArgumentTypeError(
            say(
                f"{text} 不是“页,左,上”（毫米），例如 1,120,210 或 1-3,120,210",
                f"{text} is no PAGE,X,Y in millimetres such as 1,120,210 or 1-3,120,210",
            )
        )
    x_mm, y_mm = float(match[2]), float(match[3])
    if match[1].isdigit():
        return Placement(int(match[1]), x_mm, y_mm)
    return OnPages(match[1], x_mm, y_mm)


def _pages(text: str) -> str:
    if not is_pages(text):
        raise argparse.ArgumentTypeError(
            say(
                f"{text} 不是页码，例如 all、last、3、1-3、2- 或 1-3,7",
                f"{text} means no pages such as all, last, 3, 1-3, 2- or 1-3,7",
            )
        )
    return text


def _keyword(text: str) -> str:
    if not text.strip() or len(text) > LONGEST_KEYWORD:
        raise argparse.ArgumentTypeError(
            say(
                f"关键字为 1 到 {LONGEST_KEYWORD} 个字符，不能全是空白",
                f"a keyword has 1 to {LONGEST_KEYWORD} characters that are no blanks",
            )
        )
    return text


def _occurrence(text: str) -> int | str:
    if text in ("last", "all"):
        return text
    return _count(text)


def _count(text: str) -> int:
    if _COUNT.fullmatch(text) is None:
        raise argparse.ArgumentTypeError(
            say(f"{text} 不是从 1 起的整数", f"{text} is no whole number from 1")
        )
    return int(text)


def _shift(text: str) -> tuple[float, float]:
    match = _SHIFT.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError(
            say(
                f"{text} 不是“右移,下移”（毫米），例如 10,-5",
                f"{text} is no DX,DY in millimetres such as 10,-5",
            )
        )
    return float(match[1]), float(match[2])


def _length(text: str) -> float:
    if _LENGTH.fullmatch(text) is None:
        raise argparse.ArgumentTypeError(
            say(f"{text} 不是毫米数", f"{text} is no length in millimetres")
        )
    return float(text)
