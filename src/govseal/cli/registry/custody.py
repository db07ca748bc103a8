"""``govseal registry seal custody``, ``hand-over``, ``stand-in``, ``take-out``, ``return``."""

from __future__ import annotations

import argparse

from govseal.cli.arguments import moment
from govseal.cli.registry.desk import Desk
from govseal.cli.registry.step import PERSON, SEAL, Step, argument, since, until

_HAND_OVER = argument("handover", zh="交接的编号", en="id of the hand-over")
_PERMIT = argument("permit", zh="外出携带许可的编号", en="id of the permit")


def _custodian(desk: Desk, options: argparse.Namespace) -> object:
    return desk.acting.seals.custodian(options.seal, options.at) or ()


def _stand_in(desk: Desk, options: argparse.Namespace) -> object:
    return desk.acting.seals.stand_in(
        options.seal, options.person, since=options.since, until=options.until
    )


def _ask_take_out(desk: Desk, options: argparse.Namespace) -> object:
    return desk.acting.seals.ask_take_out(
        options.seal, matter=options.matter, since=options.since, due_back=options.until
    )


def _permits(desk: Desk, options: argparse.Namespace) -> object:
    return desk.acting.seals.permits(options.seal)


STEPS = {
    "seal": (
        Step(
            "custody",
            "现在（或某时）由谁保管",
            "who has custody now, or had it at a time",
            _custodian,
            (SEAL, argument("--at", zh="时间", en="when", metavar="TIME", type=moment)),
        ),
        Step(
            "hand-over begin",
            "发起交接：移交人、接收人、办公室三方确认后生效",
            "begin a hand-over: giver, receiver and office have to confirm it",
            lambda desk, options: desk.acting.seals.hand_over(
                options.seal, options.person, remark=options.remark
            ),
            (
                SEAL,
                PERSON,
                argument("--remark", zh="备注", en="a remark", metavar="TEXT", default=""),
            ),
        ),
        Step(
            "hand-over confirm",
            "确认自己的部分",
            "confirm one's own part",
            lambda desk, options: desk.acting.seals.confirm_hand_over(options.handover),
            (_HAND_OVER,),
        ),
        Step(
            "hand-over drop",
            "撤销尚未完成的交接",
            "give a hand-over up",
            lambda desk, options: desk.acting.seals.drop_hand_over(options.handover),
            (_HAND_OVER,),
        ),
        Step(
            "hand-over list",
            "印章的历次交接",
            "the hand-overs of a seal",
            lambda desk, options: desk.acting.seals.hand_overs(options.seal),
            (SEAL,),
        ),
        Step(
            "stand-in",
            "保管人不在时由谁代管（科室负责人指定）",
            "who keeps the seal meanwhile, named by the head of the department",
            _stand_in,
            (SEAL, PERSON, since(), until(required=True)),
        ),
        Step(
            "take-out ask",
            "申请外出携带",
            "ask to take a seal out",
            _ask_take_out,
            (
                SEAL,
                argument(
                    "--matter", zh="事项", en="for what matter", metavar="TEXT", required=True
                ),
                since(),
                until(required=True),
            ),
        ),
        Step("take-out list", "印章的外出携带许可", "the permits of a seal", _permits, (SEAL,)),
        Step(
            "take-out hand",
            "保管人把印章交给携带人",
            "the custodian hands the seal to the borrower",
            lambda desk, options: desk.acting.seals.take_out(options.permit),
            (_PERMIT,),
        ),
        Step(
            "take-out overdue",
            "逾期未还的印章",
            "what should be back by now",
            lambda desk, _: desk.acting.seals.overdue(),
        ),
        Step(
            "return",
            "收回外出携带的印章",
            "take the seal back from the borrower",
            lambda desk, options: desk.acting.seals.bring_back(options.permit),
            (_PERMIT,),
        ),
    ),
}
