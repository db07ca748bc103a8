"""``govseal registry seal``: renewal, stopping, cancelling, destroying, carving; petitions."""

from __future__ import annotations

import argparse

from govseal.cli.arguments import Parser, moment
from govseal.cli.registry.desk import Desk
from govseal.cli.registry.files import attachments_of, papers_of
from govseal.cli.registry.keys import add_seal_key, seal_key
from govseal.cli.registry.making import add_makings, makings_of
from govseal.cli.registry.seals import ATTACHMENTS, CERTIFICATE
from govseal.cli.registry.step import (
    PETITION,
    REASON,
    SEAL,
    UNIT,
    WHY,
    Run,
    Step,
    argument,
    word,
)
from govseal.registry.vocabulary import Medium, PetitionState, ReasonClass, SealSubtype

_DECISION = argument(
    "decision", zh="pass 或 reject", en="pass or reject", choices=("pass", "reject")
)
_CAUSE = argument(
    "--cause",
    zh="原因类别，如 单位更名、业务终止",
    en="why, as renamed or business_ended",
    metavar="CAUSE",
    type=word(ReasonClass),
    required=True,
)


def _ask_renewal(desk: Desk, options: argparse.Namespace) -> object:
    papers = papers_of(options.attachments, options.certificate)
    return desk.acting.seals.ask_renewal(options.seal, papers)


def _ask_remake(desk: Desk, options: argparse.Namespace) -> object:
    papers = papers_of(options.attachments, options.certificate)
    return desk.acting.seals.ask_remake(options.seal, papers)


def _decide(what: str) -> Run:
    def run(desk: Desk, options: argparse.Namespace) -> object:
        seals, passes = desk.acting.seals, options.decision == "pass"
        decide = seals.decide_renewal if what == "renew" else seals.decide_cancel
        return decide(options.petition, passes=passes, reason=options.reason)

    return run


def _renew(desk: Desk, options: argparse.Namespace) -> object:
    key = seal_key(options)
    return desk.acting.seals.renew(options.petition, makings_of(options), key)


def _making(parser: Parser) -> None:
    add_makings(parser)
    add_seal_key(parser)


def _ask_stop(desk: Desk, options: argparse.Namespace) -> object:
    return desk.acting.seals.ask_stop(
        options.seal, options.cause, keeper=options.keeper, is_to_be_destroyed=options.destroy
    )


def _ask_cancel(desk: Desk, options: argparse.Namespace) -> object:
    papers = attachments_of(options.attachments)
    return desk.acting.seals.ask_cancel(options.seal, options.cause, papers)


def _ask_carving(desk: Desk, options: argparse.Namespace) -> object:
    return desk.acting.seals.ask_carving(
        options.seal, shape=options.shape, width_mm=options.width, height_mm=options.height
    )


def _ask_quota(desk: Desk, options: argparse.Namespace) -> object:
    return desk.acting.seals.ask_for_more(
        options.unit,
        name=options.name,
        subtype=options.subtype,
        medium=options.medium,
        max_count=options.count,
        basis=options.basis,
    )


_RENEWALS = (
    Step(
        "renew ask",
        "申请续期（到期前的期限由制度规定）",
        "apply for a renewal, with a new certificate",
        _ask_renewal,
        (SEAL, ATTACHMENTS, CERTIFICATE),
    ),
    Step(
        "renew remake",
        "损坏的密钥销毁后申请重新制作",
        "apply for the seal to be made again after its damaged key was destroyed",
        _ask_remake,
        (SEAL, ATTACHMENTS, CERTIFICATE),
    ),
    Step(
        "renew decide",
        "管理部门审核续期申请",
        "decide on a renewal, as the management department",
        _decide("renew"),
        (PETITION, _DECISION, WHY),
    ),
    Step(
        "renew make",
        "按批准的申请制作新版印章",
        "make the new version that was approved",
        _renew,
        (PETITION, _making),
    ),
)
_ENDINGS = (
    Step(
        "stop",
        "申请停用、作废（主要领导批准）",
        "apply for the seal to be stopped; the principal leader approves",
        _ask_stop,
        (
            SEAL,
            _CAUSE,
            argument(
                "--keeper",
                zh="停用后由办公室的谁保存",
                en="who of the office keeps it from then on",
                kind="person",
                metavar="PERSON",
                required=True,
            ),
            argument("--destroy", zh="随后销毁", en="to be destroyed", action="store_true"),
        ),
    ),
    Step(
        "cancel ask",
        "申请注销",
        "apply for the seal to be cancelled",
        _ask_cancel,
        (SEAL, _CAUSE, ATTACHMENTS),
    ),
    Step(
        "cancel decide",
        "管理部门审核注销申请",
        "decide on a cancellation",
        _decide("cancel"),
        (PETITION, _DECISION, WHY),
    ),
    Step(
        "key-return",
        "办公室登记密钥介质已交回",
        "register at the office that the key was handed back",
        lambda desk, options: desk.acting.seals.return_key(options.seal, note=options.note),
        (SEAL, argument("--note", zh="备注", en="a note", metavar="TEXT", default="")),
    ),
    Step(
        "destroy ask",
        "办公室提出销毁",
        "have the office begin to destroy a seal",
        lambda desk, options: desk.acting.seals.ask_destruction(
            options.seal, options.method, is_key_alone=options.key_alone
        ),
        (
            SEAL,
            argument("--method", zh="销毁方式", en="how", metavar="TEXT", required=True),
            argument("--key-alone", zh="只销毁密钥", en="the key alone", action="store_true"),
        ),
    ),
    Step(
        "destroy witness",
        "监销人到场监销",
        "witness a destruction",
        lambda desk, options: desk.acting.seals.witness(options.petition),
        (PETITION,),
    ),
    Step(
        "destroy do",
        "当场销毁",
        "destroy it before the witnesses",
        lambda desk, options: desk.acting.seals.destroy(options.petition),
        (PETITION,),
    ),
    Step(
        "sweep",
        "把到期和依据废止的印章记为过期、失效（每日运行）",
        "write down which seals have expired or lapsed (to be run daily)",
        lambda desk, _: desk.acting.seals.sweep(),
    ),
    Step(
        "tasks",
        "印章的待办事项：注销、交回密钥、补报",
        "what has to be done with seals",
        lambda desk, options: desk.acting.seals.tasks(options.seal),
        (argument("seal", zh="只列该印章的", en="of one seal", kind="seal", nargs="?"),),
    ),
)
_PHYSICAL = (
    Step(
        "physical ask",
        "申请刻制实物印章",
        "ask the leaders for a seal to be carved",
        _ask_carving,
        (
            SEAL,
            argument(
                "--shape",
                zh="形状",
                en="its shape",
                choices=("round", "oval", "square"),
                required=True,
            ),
            argument(
                "--width", zh="宽（毫米）", en="across, mm", metavar="MM", type=int, required=True
            ),
            argument(
                "--height", zh="高（毫米）", en="down, mm", metavar="MM", type=int, required=True
            ),
        ),
    ),
    Step(
        "physical letter",
        "记载介绍信编号",
        "note the letter of introduction",
        lambda desk, options: desk.acting.seals.write_letter(options.seal, options.number),
        (SEAL, argument("number", zh="介绍信编号", en="its number")),
    ),
    Step(
        "physical carved",
        "记载由谁刻制",
        "note that the seal was carved",
        lambda desk, options: desk.acting.seals.note_carving(
            options.seal, options.carver, carved_at=options.at
        ),
        (
            SEAL,
            argument("carver", zh="刻制单位", en="the carver"),
            argument("--at", zh="刻制时间", en="when", metavar="TIME", type=moment),
        ),
    ),
    Step(
        "physical filed",
        "记载公安备案号",
        "note the filing with public security",
        lambda desk, options: desk.acting.seals.file_with_police(options.seal, options.number),
        (SEAL, argument("number", zh="备案号", en="its number")),
    ),
)
_PETITIONS = (
    Step(
        "petition list",
        "印章事项的申请：刻制、携带、停用、增加、续期、注销、销毁",
        "what was asked for around seals",
        lambda desk, options: desk.acting.seals.petitions(
            options.seal, state=None if options.all else PetitionState.OPEN
        ),
        (
            argument("--seal", zh="只列该印章的", en="of one seal", kind="seal", metavar="SEAL"),
            argument("--all", zh="也列已决定的", en="decided ones too", action="store_true"),
        ),
    ),
    Step(
        "petition show",
        "一份申请",
        "a petition as it is now",
        lambda desk, options: desk.acting.seals.petition(options.petition),
        (PETITION,),
    ),
    Step(
        "petition approve",
        "同意（按规定的顺序）",
        "the next approval, in the order of the rules",
        lambda desk, options: desk.acting.seals.approve(options.petition, opinion=options.opinion),
        (PETITION, argument("--opinion", zh="意见", en="an opinion", metavar="TEXT", default="")),
    ),
    Step(
        "petition reject",
        "不同意",
        "reject a petition",
        lambda desk, options: desk.acting.seals.disapprove(options.petition, options.reason),
        (PETITION, REASON),
    ),
    Step(
        "quota",
        "申请增加印章数量",
        "ask for a higher quota",
        _ask_quota,
        (
            UNIT,
            argument("--name", zh="印章名称", en="the seal's name", metavar="NAME", required=True),
            argument(
                "--subtype",
                zh="用途",
                en="what for",
                metavar="SUBTYPE",
                type=word(SealSubtype),
                required=True,
            ),
            argument(
                "--medium",
                zh="介质（缺省为电子）",
                en="its medium (electronic)",
                metavar="MEDIUM",
                type=word(Medium),
                default=Medium.ELECTRONIC,
            ),
            argument("--count", zh="数量", en="how many", metavar="N", type=int, required=True),
            argument("--basis", zh="依据", en="the basis", metavar="TEXT", required=True),
        ),
    ),
)
STEPS = {"seal": (*_RENEWALS, *_ENDINGS, *_PHYSICAL, *_PETITIONS)}
