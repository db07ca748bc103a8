"""``govseal registry seal suspend``, ``report``, ``incident …``: what befalls a seal."""

from __future__ import annotations

import argparse

from govseal.cli.registry.desk import Desk
from govseal.cli.registry.step import EFFECTIVE, REASON, SEAL, Run, Step, argument, word
from govseal.registry.vocabulary import IncidentKind, ReasonClass

_INCIDENT = argument("incident", zh="异常情况的编号", en="id of the incident")
_ACCOUNT = argument(
    "--account", zh="情况说明", en="what is known", dest="account_of", metavar="TEXT", required=True
)
_TEXT = argument("--text", zh="内容", en="in words", metavar="TEXT", required=True)
_REPORT = (
    _ACCOUNT,
    EFFECTIVE,
    argument(
        "--emergency",
        zh="紧急情况先口头报告，随后补报书面材料",
        en="reported orally first, the written report follows",
        action="store_true",
    ),
    argument(
        "--use",
        zh="违规使用所涉的用印审批单",
        en="of a misuse, the request that it concerns",
        kind="request",
        metavar="REQUEST",
    ),
)


def _report(kind: IncidentKind | None = None) -> Run:
    def run(desk: Desk, options: argparse.Namespace) -> object:
        return desk.acting.seals.report(
            options.seal,
            kind or options.kind,
            options.account_of,
            effective_at=options.effective_at,
            is_emergency=options.emergency,
            use=options.use,
        )

    return run


STEPS = {
    "seal": (
        Step(
            "suspend",
            "暂停使用",
            "suspend a seal at once",
            lambda desk, options: desk.acting.seals.suspend(
                options.seal, options.reason, cause=options.cause
            ),
            (
                SEAL,
                REASON,
                argument(
                    "--cause",
                    zh="原因类别，如 异常",
                    en="why, as anomaly",
                    metavar="CAUSE",
                    type=word(ReasonClass),
                    default=ReasonClass.OTHER,
                ),
            ),
        ),
        Step(
            "resume",
            "恢复使用（印章管理部门）",
            "let the seal be used again (the management department)",
            lambda desk, options: desk.acting.seals.resume(options.seal, options.reason),
            (SEAL, REASON),
        ),
        Step(
            "report-loss",
            "报告丢失：印章立即失效",
            "report a loss: the seal is lost at once, for good",
            _report(IncidentKind.LOSS),
            (SEAL, *_REPORT),
        ),
        Step(
            "report",
            "报告丢失、失控、损坏、异常、违规使用、泄密",
            "report what befell a seal",
            _report(),
            (
                SEAL,
                argument(
                    "kind",
                    zh="种类，如 损坏",
                    en="what happened, as damage",
                    type=word(IncidentKind),
                ),
                *_REPORT,
            ),
        ),
        Step(
            "incident list",
            "印章的历次异常情况",
            "all that befell a seal",
            lambda desk, options: desk.acting.seals.incidents(options.seal),
            (SEAL,),
        ),
        Step(
            "incident write-up",
            "补报书面材料",
            "the written report that follows an oral one",
            lambda desk, options: desk.acting.seals.write_up(options.incident, options.account_of),
            (_INCIDENT, _ACCOUNT),
        ),
        Step(
            "incident verify-leak",
            "查实泄密",
            "confirm that it was a leak",
            lambda desk, options: desk.acting.seals.verify_leak(options.incident),
            (_INCIDENT,),
        ),
        Step(
            "incident tell-authority",
            "记载已报告保密行政管理部门",
            "note that the secrecy authority was told",
            lambda desk, options: desk.acting.seals.tell_authority(options.incident),
            (_INCIDENT,),
        ),
        Step(
            "incident overdue-leaks",
            "逾期未报告的泄密",
            "leaks of which the authority was not told in time",
            lambda desk, _: desk.acting.seals.overdue_leaks(),
        ),
        Step(
            "incident investigate",
            "记载查明的情况",
            "what looking into it found",
            lambda desk, options: desk.acting.seals.investigate(options.incident, options.text),
            (_INCIDENT, _TEXT),
        ),
        Step(
            "incident close",
            "处理并办结",
            "what was done about it: closed",
            lambda desk, options: desk.acting.seals.close_incident(options.incident, options.text),
            (_INCIDENT, _TEXT),
        ),
    ),
}
