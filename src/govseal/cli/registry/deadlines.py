"""``govseal registry deadline``: what is due, what is overdue, who is reminded."""

from __future__ import annotations

from govseal.cli.registry.step import Step, argument, since

_KIND = argument("kind", zh="期限的名称（profile show 列出）", en="its name, see profile show")
_SUBJECT = argument("subject", zh="对象", en="what is to be done, or of whom")

STEPS = {
    "deadline": (
        Step(
            "list",
            "未办结的期限，先到期的在前",
            "everything that is to be done, the first due first",
            lambda desk, _: desk.acting.deadlines.open_items(),
        ),
        Step(
            "overdue",
            "已逾期的",
            "what should have been done",
            lambda desk, _: desk.acting.deadlines.overdue(),
        ),
        Step(
            "remind",
            "发出到时的提醒（每小时运行）",
            "send the reminders that are due (to be run once an hour)",
            lambda desk, _: desk.acting.deadlines.remind(),
        ),
        Step(
            "start",
            "开始一个期限",
            "begin a limit of the profile",
            lambda desk, options: desk.acting.deadlines.start(
                options.kind, options.subject, since=options.since
            ),
            (_KIND, _SUBJECT, since()),
        ),
        Step(
            "close",
            "办结",
            "say that something was done",
            lambda desk, options: desk.acting.deadlines.close(
                options.kind, options.subject, result=options.text
            ),
            (
                _KIND,
                _SUBJECT,
                argument("--text", zh="办理结果", en="the result", metavar="TEXT", required=True),
            ),
        ),
    ),
}
