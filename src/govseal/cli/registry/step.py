"""A step of ``govseal registry`` as data: its words, its arguments, and what it does."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from govseal.cli.arguments import Parser, moment
from govseal.cli.language import say
from govseal.cli.registry.words import chinese

if TYPE_CHECKING:
    from govseal.cli.registry.desk import Desk
    from govseal.registry.lookup import Kind

Needs = Literal["person", "registry", "nothing"]


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a step; where it names something, what: it is looked up by its name too."""

    names: tuple[str, ...]
    zh: str
    en: str
    kind: Kind | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    def add_to(self, parser: Parser) -> None:
        """Add it to the parser of its step."""
        add = parser.option if self.names[0].startswith("-") else parser.input
        add(*self.names, zh=self.zh, en=self.en, **self.settings)

    @property
    def destination(self) -> str:
        """What ``options`` call it."""
        given = self.settings.get("dest", self.names[-1])
        return str(given).lstrip("-").replace("-", "_")


Run = Callable[["Desk", argparse.Namespace], object]
"""What a step does; its answer is shown, see :mod:`govseal.cli.registry.show`."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: ``govseal registry FAMILY NAME …``."""

    name: str
    zh: str
    en: str
    run: Run
    arguments: tuple[Argument | Callable[[Parser], None], ...] = ()
    needs: Needs = "person"


def argument(
    *names: str,
    zh: str,
    en: str,
    kind: Kind | None = None,
    **settings: Any,  # noqa: ANN401 - argparse's own
) -> Argument:
    """An argument; ``settings`` are argparse's."""
    return Argument(names, zh, en, kind, settings)


def word(kind: type[StrEnum]) -> Callable[[str], StrEnum]:
    """A reader of one word of a kind: the word itself, or what it is called in Chinese."""

    def read(text: str) -> StrEnum:
        known = chinese(kind)
        for member in kind:
            if text in (member.value, known.get(member.value)):
                return member
        choices = "、".join(f"{known.get(m.value, '')}（{m.value}）" for m in kind)
        raise argparse.ArgumentTypeError(
            say(f"{text} 不是其中之一：{choices}", f"{text} is none of {', '.join(kind)}")
        )

    return read


# What many steps take.
SEAL = argument(
    "seal", zh="印章：编号、印章标识或名称", en="the seal: its id, esID or name", kind="seal"
)
PERSON = argument(
    "person", zh="人员：编号或账号", en="a person: the id, or an account", kind="person"
)
UNIT = argument("unit", zh="单位：编号或名称", en="a unit: its id, or its name", kind="unit")
REQUEST = argument(
    "request",
    zh="用印审批单：编号，如 2026-000001",
    en="the request: its number, as 2026-000001, or id",
    kind="request",
)
DOCUMENT = argument(
    "document", zh="文书：编号或文号", en="the document: its id, or its number", kind="document"
)
PETITION = argument("petition", zh="申请的编号", en="id of the petition")
FILE = argument("file", zh="文件", en="the file", metavar="FILE", type=Path)
REASON = argument("--reason", zh="理由", en="the reason", metavar="TEXT", required=True)
WHY = argument("--reason", zh="理由", en="the reason", metavar="TEXT", default="")
LAST = argument(
    "--last",
    zh="只列最后 N 条（缺省 100）",
    en="the last N alone (100)",
    metavar="N",
    type=int,
    default=100,
)
EFFECTIVE = argument(
    "--effective",
    zh="生效时间（缺省为现在）",
    en="from when (now by default)",
    metavar="TIME",
    type=moment,
    dest="effective_at",
)


def since(*, required: bool = False) -> Argument:
    """``--since``."""
    return argument(
        "--since", zh="起", en="from when", metavar="TIME", type=moment, required=required
    )


def until(*, required: bool = False) -> Argument:
    """``--until``."""
    return argument(
        "--until", zh="止", en="until when", metavar="TIME", type=moment, required=required
    )


def output(zh: str, en: str, *, required: bool = True) -> Argument:
    """``-o``."""
    return argument("-o", "--output", zh=zh, en=en, metavar="OUT", type=Path, required=required)
