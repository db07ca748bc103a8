"""Options as the commands share them, parsed into the words of the API."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, NoReturn

from govseal.asn1.times import BEIJING
from govseal.cli.language import LANGUAGES, say
from govseal.cli.problems import UsageError

WIDTH = 96
# argparse speaks English; its few messages in Chinese.
_MESSAGES: tuple[tuple[str, str], ...] = (
    (r"the following arguments are required: (.*)", r"缺少参数：\1"),
    (r"unrecognized arguments: (.*)", r"无法识别的参数：\1"),
    (r"one of the arguments (.*) is required", r"需要以下参数之一：\1"),
    (r"argument (\S+): not allowed with argument (\S+)", r"参数 \1 不能与 \2 同用"),
    (r"argument (\S+): expected one argument", r"参数 \1 需要一个值"),
    (r"argument (\S+): expected at least one argument", r"参数 \1 至少需要一个值"),
    (r"argument (\S+): invalid int value: (.*)", r"参数 \1 需要整数，而不是 \2"),
    (r"argument (\S+): invalid choice: (.*) \(choose from (.*)\)", r"参数 \1 只能取 \3，而不是 \2"),
    (r"argument (\S+): ignored explicit argument (.*)", r"参数 \1 不带值"),
    (r"argument (\S+): (.*)", r"参数 \1：\2"),
)


class _Formatter(argparse.HelpFormatter):
    """Help in the language of the run, without asking the terminal for its width."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26, width=WIDTH)

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, prefix or say("用法：", "usage: "))


class Parser(argparse.ArgumentParser):
    """A parser of one command: errors are raised, texts come in two languages."""

    def __init__(self, command: str, summary: str) -> None:
        super().__init__(
            prog=f"govseal {command}",
            description=summary,
            add_help=False,
            allow_abbrev=False,
            formatter_class=_Formatter,
        )
        self._inputs = self.add_argument_group(say("参数", "arguments"))
        self._options = self.add_argument_group(say("选项", "options"))

    def input(self, name: str, *, zh: str, en: str, **settings: Any) -> None:  # noqa: ANN401 - argparse's own
        """Something that the command works on; its help in both languages."""
        self._inputs.add_argument(name, help=say(zh, en), **settings)

    def option(self, *names: str, zh: str, en: str, **settings: Any) -> None:  # noqa: ANN401 - argparse's own
        """An option; its help in both languages."""
        self._options.add_argument(*names, help=say(zh, en), **settings)

    def add_common(self) -> None:
        """The options that every command ends with."""
        self.option("--json", zh="以 JSON 输出", en="print JSON", action="store_true")
        self.option(
            "--lang",
            zh="语言：zh 中文，en 英文",
            en="language: zh Chinese, en English",
            choices=LANGUAGES,
        )
        self.option("-h", "--help", zh="显示本帮助", en="show this help", action="help")

    def error(self, message: str) -> NoReturn:
        """Raise what argparse would print."""
        raise UsageError(
            say(_in_chinese(message), message),
            say(f"参见 {self.prog} --help", f"see {self.prog} --help"),
        )


def _in_chinese(message: str) -> str:
    for pattern, chinese in _MESSAGES:
        match = re.fullmatch(pattern, message, re.DOTALL)
        if match:
            return match.expand(chinese)
    return message


def moment(text: str) -> datetime:
    """A time in ISO 8601; without a zone it is Beijing time."""
    try:
        value = datetime.fromisoformat(text)
        value = value.replace(tzinfo=BEIJING) if value.tzinfo is None else value
        for zone in (BEIJING, UTC):  # the first and last day of the calendar have no such time
            value.astimezone(zone)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(
            say(
                f"{text} 不是 ISO 8601 时间，例如 2026-11-21T20:29:00",
                f"{text} is no ISO 8601 time such as 2026-11-21T20:29:00",
            )
        ) from None
    return value


def size_mm(text: str) -> tuple[int, int]:
    """Width and height in whole millimetres: ``W,H``."""
    match = re.fullmatch(r"(\d{1,3})[,x×](\d{1,3})", text, re.ASCII)
    if match is None or "0" in (match[1], match[2]):
        raise argparse.ArgumentTypeError(
            say(
                f"{text} 不是“宽,高”（整毫米），例如 42,42",
                f"{text} is no W,H in whole millimetres such as 42,42",
            )
        )
    return int(match[1]), int(match[2])


def network(text: str) -> str:
    """A network of addresses: ``10.0.0.0/8``."""
    import ipaddress  # noqa: PLC0415 - start-up

    try:
        ipaddress.ip_network(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            say(f"{text} 不是网络，例如 10.0.0.0/8", f"{text} is no network such as 10.0.0.0/8")
        ) from None
    return text


def add_moment(parser: Parser) -> None:
    """``--as-of``."""
    parser.option(
        "--as-of",
        zh="按该时间判断（ISO 8601，无时区为北京时间；缺省为现在）",
        en="judge as of that time (ISO 8601, Beijing time without a zone; now by default)",
        metavar="TIME",
        type=moment,
    )


def add_output(parser: Parser, *, zh: str, en: str) -> None:
    """``-o OUT``."""
    parser.option("-o", "--output", zh=zh, en=en, metavar="OUT", type=Path, required=True)


def add_matter_list(parser: Parser, **settings: Any) -> None:  # noqa: ANN401 - argparse's own
    """``--matter-list F``."""
    parser.option(
        "--matter-list",
        zh="印章以杂凑值载明的事项清单（UTF-8，每行一个编码）",
        en="the list of matters that the seal names by its digest (UTF-8, one code to a line)",
        metavar="F",
        type=Path,
        **settings,
    )


def add_password(parser: Parser) -> None:
    """The two ways to give a password, neither of them in the clear."""
    parser.option(
        "--password-env",
        zh="从环境变量 NAME 取密码",
        en="take the password from the variable NAME",
        metavar="NAME",
    )
    parser.option(
        "--password-file",
        zh="从文件 F 的第一行取密码",
        en="take the password from the first line of F",
        metavar="F",
        type=Path,
    )


def given_password(options: argparse.Namespace) -> str | None:
    """The password from the variable or the file; None where neither is named."""
    name, file = options.password_env, options.password_file
    if name is not None and file is not None:
        raise UsageError(
            say(
                "--password-env 与 --password-file 只能用一个",
                "--password-env and --password-file exclude each other",
            )
        )
    if name is not None:
        value = os.environ.get(name)
        if value is None:
            raise UsageError(
                say(f"没有环境变量 {name}", f"there is no environment variable {name}")
            )
        return value
    if file is None:
        return None
    with Path(file).open("rb") as source:
        line = source.readline(4096)
    try:
        return line.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        raise UsageError(say(f"{file} 不是 UTF-8 文本", f"{file} is not a text in UTF-8")) from None


def ask_password(key: str) -> str | None:
    """The password from the terminal; None where nobody can be asked."""
    if not sys.stdin or not sys.stdin.isatty():
        return None
    from getpass import getpass  # noqa: PLC0415 - start-up

    return getpass(say(f"{key} 的密码：", f"password of {key}: "))


def ask_new_password(path: Path) -> str | None:
    """A new password from the terminal, asked for twice; None where nobody can be asked.

    Raises:
        UsageError: the two differ.
    """
    first = ask_password(str(path))
    if first is None:
        return None
    from getpass import getpass  # noqa: PLC0415 - start-up

    if getpass(say("再输入一次：", "once more: ")) != first:
        raise UsageError(say("两次输入的密码不同", "the two passwords differ"))
    return first


def is_terminal(stream: IO[str] | None) -> bool:
    """Whether a stream shows to a person; a closed one does not."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False
