"""``govseal verify``: 验章."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from govseal import facade
from govseal.cli import problems
from govseal.cli.anchors import (
    add_anchors,
    add_online,
    add_tsa,
    anchor_files,
    fetcher_of,
    materials_of,
    policy_of,
    trust_of,
)
from govseal.cli.arguments import Parser, add_matter_list, add_moment, is_terminal
from govseal.cli.files import check_output, read_matter_file, speaking_of, write_output
from govseal.cli.language import current, say
from govseal.cli.problems import UNUSABLE, UsageError
from govseal.cli.progress import Progress
from govseal.errors import GovsealError
from govseal.pki.materials import Materials
from govseal.verification.policy import DEFAULT_POLICY, Policy
from govseal.verification.report import Report, Verdict

if TYPE_CHECKING:
    from datetime import datetime

    from govseal.verification.statusfile import StatusFile

_STATUS = {
    Verdict.PASSED: 0,
    Verdict.FAILED: 1,
    Verdict.INDETERMINATE: 3,
    Verdict.UNSIGNED: 4,
}
_WORST_FIRST = (UNUSABLE, 1, 4, 3, 0)


def add_arguments(parser: Parser) -> None:
    """The options of ``govseal verify``."""
    parser.input(
        "files",
        zh="OFD、PDF、印章（.esl）或签章（.ses）",
        en="OFD, PDF, seal (.esl) or stamp (.ses)",
        metavar="FILE",
        nargs="+",
        type=Path,
    )
    parser.option(
        "--detached",
        zh="FILE 的分离式签章，或分离的签名数据（.p7s）",
        en="the detached stamp over FILE, or signed data beside it (.p7s)",
        metavar="FILE.ses",
        type=Path,
    )
    add_anchors(parser)
    add_tsa(parser)
    add_online(parser)
    add_matter_list(parser, action="append", default=[])
    add_moment(parser)
    parser.option(
        "--status",
        zh="登记机构签名的状态文件",
        en="the signed status file of a registry",
        metavar="F",
        type=Path,
    )
    parser.option(
        "--status-key",
        zh="登记机构的公钥或证书，与 --status 同用",
        en="the key or certificate of that registry, with --status",
        metavar="F",
        type=Path,
    )
    parser.option("--policy", zh="验证策略（TOML）", en="the policy (TOML)", metavar="F", type=Path)
    parser.option(
        "--report",
        zh="同时写出 HTML 报告",
        en="write an HTML report too",
        metavar="OUT.html",
        type=Path,
    )
    parser.option("--verbose", zh="列出每项检查", en="list every check", action="store_true")
    parser.add_common()


def run(options: argparse.Namespace) -> int:
    """The worst status of all files: 2, 1, 4, 3, 0."""
    _check(options)
    judge = _Judge(options)
    statuses = set()
    with Progress(len(options.files)) as progress:
        for file in options.files:
            progress.step(str(file))
            try:
                report = judge.verify(file)
                progress.clear()
                judge.show(report)
                statuses.add(_STATUS[report.verdict])
            except BrokenPipeError:
                raise
            except (GovsealError, OSError) as error:
                progress.clear()
                statuses.add(_tell(error, file, options))
    return next(status for status in _WORST_FIRST if status in statuses)


def _tell(error: Exception, file: Path, options: argparse.Namespace) -> int:
    """Tell the error of one file; the others are still verified."""
    problem = problems.explain(error)
    if not isinstance(error, OSError):
        message = f"{file}{say('：', ': ')}{problem.message}"
        problem = replace(problem, message=message)
    if options.json:
        problems.print_json(problem.to_dict(file.name))
    problems.tell(problem)
    return UNUSABLE


def _check(options: argparse.Namespace) -> None:
    for name, value in (("--detached", options.detached), ("--report", options.report)):
        if value is not None and len(options.files) > 1:
            raise UsageError(say(f"{name} 只用于一个文件", f"{name} goes with one file"))
    if options.report is not None:
        if options.report.suffix.lower() not in (".html", ".htm"):
            raise UsageError(
                say("报告文件应为 .html", "the report is an .html file"),
            )
        sources = (*options.files, *options.matter_list, options.detached, options.policy)
        sources += (options.status, options.status_key)
        check_output(options.report, (*sources, *anchor_files(options)))


class _Judge:
    """What all files of one run are judged by."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.trust = trust_of(options)
        lists = tuple(map(read_matter_file, options.matter_list))
        self.materials = materials_of(options) | Materials(matter_lists=lists)
        self.policy = _policy(options)
        self.at: datetime | None = options.as_of
        self.fetcher = fetcher_of(options)
        self.status = _status(options)
        self.options = options

    def verify(self, file: Path) -> Report:
        return facade.verify(
            file,
            self.trust,
            materials=self.materials,
            policy=self.policy,
            at=self.at,
            detached=self.options.detached,
            fetcher=self.fetcher,
            status=self.status,
        )

    def show(self, report: Report) -> None:
        if self.options.report is not None:
            from govseal.verification.render.html import render_html  # noqa: PLC0415 - start-up

            page = render_html(report, current())
            write_output(self.options.report, page.encode())
        if self.options.json:
            problems.print_json(report.to_dict())
            return
        from govseal.verification.render.text import render_text  # noqa: PLC0415 - start-up

        text = render_text(
            report, lang=current(), verbose=self.options.verbose, colour=_has_colour()
        )
        sys.stdout.write(text)


def _has_colour() -> bool:
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not plain and is_terminal(sys.stdout)


def _status(options: argparse.Namespace) -> StatusFile | None:
    if (options.status is None) != (options.status_key is None):
        raise UsageError(
            say(
                "--status 与 --status-key 须同时给出：状态文件由谁签名，由您确认",
                "--status and --status-key go together: you say who signs the status file",
            )
        )
    if options.status is None:
        return None
    with speaking_of(options.status):
        from govseal.verification.statusfile import load_status  # noqa: PLC0415 - start-up

        return load_status(options.status, options.status_key)


def _policy(options: argparse.Namespace) -> Policy:
    policy = DEFAULT_POLICY
    if options.policy is not None:
        with speaking_of(options.policy):
            policy = Policy.from_file(options.policy)
    return policy_of(options, policy)
