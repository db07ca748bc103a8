"""``govseal registry log``, ``outbox``: the audit log, and events for other programs."""

from __future__ import annotations

import argparse
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from govseal.asn1.times import BEIJING
from govseal.cli.language import say
from govseal.cli.problems import UsageError
from govseal.cli.registry.desk import Desk
from govseal.cli.registry.files import hand_out
from govseal.cli.registry.show import Answer
from govseal.cli.registry.step import Step, argument, output, since, until
from govseal.cli.registry.useforms import day

if TYPE_CHECKING:
    from govseal.registry.auditlog import AuditFilter

_FILTER = (
    argument("--actor", zh="只要该办理人的", en="of a person", kind="person", metavar="PERSON"),
    argument(
        "--action",
        zh="只要该步骤的，如 use.stamp 或 seals.",
        en="a step, or a room: seals.",
        metavar="STEP",
    ),
    argument("--subject", zh="只要该对象的（编号）", en="of a subject's id", metavar="ID"),
    argument(
        "--result",
        zh="done、refused、failed",
        en="done, refused or failed",
        choices=("done", "refused", "failed"),
    ),
    argument("--code", zh="只要该拒绝代码的", en="of a refusal's code", metavar="CODE"),
    since(),
    until(),
)
_AFTER = argument(
    "--after", zh="只要序号更大的", en="with a higher number", metavar="N", type=int, default=0
)
_LIMIT = argument(
    "--limit",
    zh="最多 N 条（缺省 1000）",
    en="N at most (1000)",
    metavar="N",
    type=int,
    default=1000,
)


def _filter(options: argparse.Namespace) -> AuditFilter:
    from govseal.registry.auditlog import AuditFilter  # noqa: PLC0415 - start-up

    names = ("actor", "action", "subject", "result", "code", "since", "until")
    given = {name: getattr(options, name) for name in names}
    return AuditFilter(**given, after=getattr(options, "after", 0))


def _export(desk: Desk, options: argparse.Namespace) -> object:
    form = options.form or options.output.suffix.lstrip(".").lower()
    data = desk.acting.audit.export(_filter(options), form=form)
    return hand_out(options, data)


def _midnight(options: argparse.Namespace) -> datetime:
    return datetime.combine(options.before, time(), BEIJING)


def _check(desk: Desk, _: argparse.Namespace) -> object:
    from govseal.registry.audit import problems  # noqa: PLC0415 - start-up

    with desk.bureau.database.begin() as connection:
        found = tuple(problems(connection))
    if not found:
        text = say("审计日志完整", "the audit log is whole")
        return Answer({"is_whole": True, "problems": []}, lines=(text,))
    head = say("审计日志被改动：", "the audit log was tampered with:")
    lines = (head, *(f"  · {item}" for item in found))
    return Answer({"is_whole": False, "problems": list(found)}, status=1, lines=lines)


def _deliver(desk: Desk, options: argparse.Namespace) -> object:
    from govseal.registry.outbox import FolderTarget  # noqa: PLC0415 - start-up

    if not options.folder.is_dir():
        raise UsageError(say(f"没有目录 {options.folder}", f"no folder {options.folder}"))
    delivery = desk.bureau.outbox.deliver(FolderTarget(options.folder), limit=options.limit)
    return Answer(delivery, status=2 if delivery.error else 0)


STEPS = {
    "log": (
        Step(
            "show",
            "审计日志",
            "the audit log",
            lambda desk, options: desk.acting.audit.read(_filter(options), limit=options.limit),
            (*_FILTER, _AFTER, _LIMIT),
        ),
        Step(
            "export",
            "导出审计日志（CSV、JSON Lines）",
            "the audit log as CSV or JSON Lines",
            _export,
            (
                *_FILTER,
                argument(
                    "--form",
                    zh="csv 或 jsonl（缺省看文件名）",
                    en="csv or jsonl (by the name)",
                    choices=("csv", "jsonl"),
                ),
                output("文件", "the file"),
            ),
        ),
        Step(
            "check",
            "逐条重算，检查日志是否被改动",
            "hash every row again",
            _check,
            needs="registry",
        ),
        Step(
            "purge",
            "删除保管期满的日志（不少于三年）",
            "forget what is old enough",
            lambda desk, options: desk.acting.audit.purge(before=_midnight(options)),
            (
                argument(
                    "--before",
                    zh="该日之前",
                    en="of days before it",
                    metavar="DAY",
                    type=day,
                    required=True,
                ),
            ),
        ),
    ),
    "outbox": (
        Step(
            "show",
            "发件箱中的事件",
            "the events for others",
            lambda desk, options: desk.bureau.outbox.fetch(
                after=options.after, limit=options.limit
            ),
            (_AFTER, _LIMIT),
            needs="registry",
        ),
        Step(
            "deliver",
            "把未送出的事件逐个写成文件，放入目录（定期运行）",
            "write each event that was not delivered into a folder (to be run often)",
            _deliver,
            (argument("folder", zh="目录", en="the folder", type=Path), _LIMIT),
            needs="registry",
        ),
    ),
}
