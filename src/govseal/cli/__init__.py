"""The ``govseal`` command: one module for each command, loaded only when it is called."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

from govseal.cli import language, problems
from govseal.cli.language import say
from govseal.cli.problems import UsageError

INTERRUPTED = 130
BROKEN_PIPE = 141
REGISTRY = "registry"
"""The command that is many: it has a table of its own."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command by its words, its module and its summary."""

    name: str
    module: str
    zh: str
    en: str


COMMANDS = {
    command.name: command
    for command in (
        Command(
            "demo",
            "demo",
            "用一次性密钥演示全过程：制章、签章、验章",
            "the whole way on throw-away keys: make a seal, stamp, verify",
        ),
        Command(
            "pki init",
            "pki_init",
            "生成一次性的测试证书体系",
            "make a throw-away test hierarchy of certificates",
        ),
        Command(
            "pki key",
            "pki_key",
            "生成私钥：SM2、RSA 或 P-256",
            "make a private key: SM2, RSA or P-256",
        ),
        Command(
            "pki request",
            "pki_request",
            "生成证书请求（PKCS#10），交 CA 签发证书",
            "make a certificate request (PKCS#10) for a CA",
        ),
        Command(
            "seal draw",
            "seal_draw",
            "绘制印模：圆形、椭圆形、方形",
            "draw the imprint of a round, oval or square seal",
        ),
        Command(
            "seal clean",
            "seal_clean",
            "把印模扫描件清理成印章图像",
            "make a scanned imprint fit for a seal",
        ),
        Command(
            "seal make",
            "seal_make",
            "制章：由制章人签发电子印章",
            "make an electronic seal, signed by its maker",
        ),
        Command(
            "seal renew",
            "seal_renew",
            "续期：换用新证书重新制作印章",
            "make a seal again for new certificates",
        ),
        Command(
            "seal show",
            "seal_show",
            "显示电子印章，并判断能否使用",
            "show an electronic seal, and whether it may be used",
        ),
        Command("stamp", "stamp", "签章：在文件上加盖电子印章", "stamp a document with a seal"),
        Command(
            "sign",
            "sign",
            "数字签名：不加盖印章，只对文件签名",
            "sign a document, without a seal",
        ),
        Command("verify", "verify", "验章：验证文件上的电子签章", "verify the stamps of documents"),
        Command(
            "inspect",
            "inspect",
            "列出文件中的全部内容，不作判断",
            "show everything found in a file, nothing judged",
        ),
        Command(
            "render",
            "render",
            "把 OFD、PDF 的页面画成图像（PNG、SVG）",
            "draw the pages of OFD and PDF as pictures (PNG, SVG)",
        ),
        Command(
            "extract",
            "extract",
            "提取附件，并说明签章是否保护它",
            "write an attachment to a file, and say what signatures cover it",
        ),
        Command(
            "registry",
            "registry",
            "印章登记系统：印章、用印审批、台账、文书",
            "the bureau's registry: seals, approvals, the ledger, documents",
        ),
        Command(
            "bench",
            "bench",
            "本机的 SM2/SM3 速度，以与 OpenSSL 之比表示",
            "what this machine does with SM2 and SM3, as ratios to OpenSSL",
        ),
    )
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit status comes back.

    0 done · 1 refused by a rule · 2 usage or I/O; ``verify`` has a scale of its own.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    _prepare_streams()
    language.use(language.from_environment(os.environ))
    try:
        status = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        return _leave_pipe()
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return INTERRUPTED
    except SystemExit as leaving:  # argparse, after --help
        return leaving.code if isinstance(leaving.code, int) else 0
    except Exception as error:
        if not problems.is_expected(error):
            raise
        problem = problems.explain(error)
        if "--json" in arguments:
            problems.print_json(problem.to_dict())
        problems.tell(problem)
        return problem.status
    return status


def _run(arguments: list[str]) -> int:
    lang, arguments = language.take_option(arguments)
    if lang is not None:
        if lang not in language.LANGUAGES:
            raise UsageError(say("--lang 只能取 zh 或 en", "--lang is zh or en"))
        language.use(lang)
    if not arguments:
        raise UsageError(say("需要一个命令", "a command is needed"), _see_help())
    if arguments[0] in ("-h", "--help"):
        print(_overview())
        return 0
    if arguments[0] == "--version":
        import govseal  # noqa: PLC0415 - start-up

        print(f"govseal {govseal.__version__}")
        return 0
    name, rest = _command_name(arguments)
    if name not in COMMANDS:
        return _family(name, rest)
    command = COMMANDS[name]
    if name == REGISTRY:
        from govseal.cli.registry import dispatch  # noqa: PLC0415 - start-up

        return dispatch(rest)
    from govseal.cli.arguments import Parser  # noqa: PLC0415 - start-up

    module = import_module(f"govseal.cli.{command.module}")
    parser = Parser(name, say(command.zh, command.en))
    module.add_arguments(parser)
    status: int = module.run(parser.parse_args(rest))
    return status


def _command_name(arguments: list[str]) -> tuple[str, list[str]]:
    """The one or two words of the command, and what follows them."""
    two_words = " ".join(arguments[:2])
    if two_words in COMMANDS:
        return two_words, arguments[2:]
    return arguments[0], arguments[1:]


def _family(name: str, rest: list[str]) -> int:
    """Answer a first word that is no whole command."""
    prefix = f"{name} "
    if not any(command.startswith(prefix) for command in COMMANDS):
        raise UsageError(say(f"没有命令 {name}", f"there is no command {name}"), _see_help())
    if rest and rest[0] in ("-h", "--help"):
        print(_overview(prefix))
        return 0
    choices = ", ".join(c.removeprefix(prefix) for c in COMMANDS if c.startswith(prefix))
    raise UsageError(
        say(f"{name} 之后应为：{choices}", f"{name} is followed by one of: {choices}"),
        _see_help(prefix),
    )


def _see_help(prefix: str = "") -> str:
    return say(f"参见 govseal {prefix}--help", f"see govseal {prefix}--help")


def _overview(prefix: str = "") -> str:
    rows = [
        f"  {command.name:<11} {say(command.zh, command.en)}"
        for command in COMMANDS.values()
        if command.name.startswith(prefix)
    ]
    head = say("用法：govseal [--lang zh|en] 命令 …", "usage: govseal [--lang zh|en] COMMAND …")
    tail = say("各命令的用法：govseal 命令 --help", "on each: govseal COMMAND --help")
    return "\n".join((head, "", *rows, "", tail))


def _prepare_streams() -> None:
    """Show what a stream's encoding lacks as escapes instead of failing on it.

    A stream that was closed before the start gets somewhere to go, so that nothing written to it
    lands in a file that happens to be opened in its place.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None and getattr(stream, "errors", "") == "strict":
            reconfigure(errors="backslashreplace")


def _leave_pipe() -> int:
    """The reader is gone: let nothing be written at exit either."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
    except (OSError, ValueError):
        pass
    return BROKEN_PIPE
