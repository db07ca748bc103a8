"""``govseal bench``: what this machine does, as ratios."""

from __future__ import annotations

import argparse
import platform
from dataclasses import asdict

from govseal import sm2
from govseal.cli import problems
from govseal.cli.arguments import Parser
from govseal.cli.language import say
from govseal.cli.problems import UsageError
from govseal.cli.progress import Progress
from govseal.testing import speed

_CHINESE: dict[str, str] = {
    "sign": "签名",
    "generate": "生成密钥",
    "verify": "验签，首次见到的公钥",
    "verify_prepared": "验签，预备好的公钥",
    "sign_many": f"一次调用签名 {speed.BATCH} 个",
    "verify_many": f"一次调用验签 {speed.BATCH} 个，公钥各异",
    "verify_many_prepared": f"一次调用验签 {speed.BATCH} 个，同一预备公钥",
    "encrypt": "加密 32 字节，与新密钥加 ECDH 相比",
    "decrypt": "解密 32 字节，与 ECDH 相比",
    "sm3_64": "SM3，64 字节",
    "sm3_1k": "SM3，1 KB",
    "sm3_16k": "SM3，16 KB",
    "sm3_1m": "SM3，1 MB",
    "sm3_many_64": "SM3，64 条 64 字节的消息",
    "sm3_many_16k": "SM3，64 条 16 KB 的消息",
}
_COLUMN = 46


def add_arguments(parser: Parser) -> None:
    """The options of ``govseal bench``."""
    parser.option(
        "--rounds",
        zh=f"每行交替测量的轮数（缺省 {speed.ROUNDS}）",
        en=f"pairs of bursts for each row ({speed.ROUNDS} by default)",
        metavar="N",
        type=int,
        default=speed.ROUNDS,
    )
    parser.add_common()


def run(options: argparse.Namespace) -> int:
    """Measure every row and print it."""
    if options.rounds < 1:
        raise UsageError(
            say(f"--rounds 至少为 1，而不是 {options.rounds}", "--rounds is 1 at least"),
            say("参见 govseal bench --help", "see govseal bench --help"),
        )
    with Progress(len(_CHINESE)) as progress:
        figures = []
        for comparison in speed.comparisons():
            progress.step(say(_CHINESE[comparison.key], comparison.name))
            figures.append(speed.measure(comparison, options.rounds))
    if options.json:
        problems.print_json(as_json(figures))
    else:
        _show(figures)
    return 0


def as_json(figures: list[speed.Figure]) -> dict[str, object]:
    """The rows with what they were measured on."""
    return {
        "schema": "govseal.bench/1",
        "backend": sm2.backend(),
        "baseline": speed.baseline_version(),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "rows": [asdict(figure) | {"short": figure.is_short} for figure in figures],
    }


def _pad(text: str) -> str:
    """Chinese characters take two columns."""
    return text + " " * (_COLUMN - sum(1 + (ord(character) > 0x2E7F) for character in text))


def _show(figures: list[speed.Figure]) -> None:
    baseline = speed.baseline_version()
    print(
        say(
            f"SM2/SM3，{sm2.backend()} 档，与同一进程内 {baseline} 的 P-256 和 SM3 相比",
            f"SM2 and SM3, tier {sm2.backend()}, beside P-256 and SM3 of {baseline}, one process",
        )
    )
    for figure in figures:
        goal = ""
        if figure.goal is not None:
            goal = say(f"目标 {figure.goal:g}", f"goal {figure.goal:g}")
        short = say("未达到 short", "short") if figure.is_short else ""
        name = _pad(say(_CHINESE[figure.key], figure.name))
        line = (
            f"  {name}{figure.ours:>10,.0f} {figure.unit:<5}{figure.ratio:>7.2f}×  {goal}  {short}"
        )
        print(line.rstrip())
