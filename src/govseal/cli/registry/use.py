"""``govseal registry use``: requests, approvals, the custodian's desk."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from govseal.cli import places, problems, timestamps
from govseal.cli.arguments import Parser, add_password, moment
from govseal.cli.files import check_output
from govseal.cli.language import say
from govseal.cli.making import load_certificate
from govseal.cli.problems import UsageError
from govseal.cli.registry.desk import Desk
from govseal.cli.registry.files import hand_out, own_files, read_file
from govseal.cli.registry.keys import add_own_key
from govseal.cli.registry.show import Answer
from govseal.cli.registry.step import REQUEST, Run, Step, argument, output, word
from govseal.cli.registry.useforms import CARD, DETAILS, FILING, FORM
from govseal.pki.algorithms import SM2_SM3
from govseal.registry.vocabulary import Medium, RefusalReason, UseState

if TYPE_CHECKING:
    from govseal.pki.signer import Signer
    from govseal.pki.timestampterms import TimestampNotice
    from govseal.registry.use.records import Stamped
    from govseal.registry.use.statements import SignedStatement

MAX_STATEMENT = 64 * 1024
_OPINION = argument(
    "--opinion", zh="意见（只在本单位内）", en="kept within the unit", metavar="TEXT", default=""
)
_DEPARTS = argument(
    "--departs",
    zh="不按一般规定办理的理由（原则上）",
    en="why the rule is departed from",
    metavar="TEXT",
)
_NEEDED = argument("--opinion", zh="理由", en="the reason", metavar="TEXT", required=True)
_ELSEWHERE = (
    argument(
        "--statement",
        zh="在别处签名的声明（use statement 所写）",
        en="the statement that was signed elsewhere",
        metavar="F",
    ),
    argument("--signature", zh="对它的签名（DER）", en="the signature over it (DER)", metavar="F"),
)
_LAST = argument(
    "--last",
    zh="只列最后 N 条（缺省 100）",
    en="the last N alone (100)",
    metavar="N",
    type=int,
    default=100,
)


def _file(desk: Desk, options: argparse.Namespace) -> object:
    acting = desk.acting
    details = {name: getattr(options, name) for name in DETAILS}
    details = {name: value for name, value in details.items() if value not in (None, False)}
    if options.unprintable:
        details["printable"] = False
    if getattr(options, "request", None) is not None:
        details["corrects"] = options.request
    return acting.use.request(
        seal=options.seal,
        document=read_file(options.file),
        matter=options.matter,
        reason=options.reason,
        section=options.section or _own_section(desk),
        copies=options.copies,
        **details,
    )


def _own_section(desk: Desk) -> str:
    """The name of the department of whoever acts."""
    department = desk.acting.people.get(desk.acting.person).department
    if department is None:
        raise UsageError(
            say("办理人不属于任何科室", "whoever acts belongs to no department"),
            say("用 --section 写明科室", "name the section with --section"),
        )
    return desk.names([department])[department]


def _register_card(desk: Desk, options: argparse.Namespace) -> object:
    return desk.acting.use.register_card(
        number=options.number,
        kind=options.kind,
        issuer=options.unit,
        title=options.title,
        document=read_file(options.file),
        signed_off_by=options.signed_off_by,
        signed_off_at=options.signed_off_at,
        openness=options.openness,
        openness_reason=options.openness_reason,
        meeting=options.meeting,
    )


def _decide(what: str) -> Run:
    def run(desk: Desk, options: argparse.Namespace) -> object:
        statement = _statement(desk, options)
        use = desk.acting.use
        if what == "approve":
            return use.approve(options.request, statement, options.opinion, departs=options.departs)
        decide = use.return_ if what == "return" else use.reject
        return decide(options.request, options.opinion, statement=statement)

    return run


def _statement(desk: Desk, options: argparse.Namespace) -> Signer | SignedStatement | None:
    """The approver's own key, or what was signed with it elsewhere; None: the log-in alone."""
    given = (options.statement, options.signature)
    if not any(given):
        return desk.signer()
    if not all(given) or options.cert is None or options.key is not None:
        raise UsageError(
            say(
                "--statement、--signature、--cert 须同时给出，且不与 --key 同用",
                "--statement, --signature and --cert go together, and without --key",
            )
        )
    from govseal.registry.use.statements import SignedStatement  # noqa: PLC0415 - start-up

    return SignedStatement(
        statement=read_file(Path(options.statement), MAX_STATEMENT),
        signature=read_file(Path(options.signature), MAX_STATEMENT),
        certificate=load_certificate(options.cert).der,
    )


def _prepare(desk: Desk, options: argparse.Namespace) -> object:
    statement = desk.acting.use.statement(
        options.request, options.decision, opinion=options.opinion, departs=options.departs
    )
    return _written(options, statement)


def _written(options: argparse.Namespace, data: bytes) -> object:
    return hand_out(options, data)


def _stamp(desk: Desk, options: argparse.Namespace) -> object:
    timestamps.check_terms(options)
    if options.detached:
        for name in places.PLACES:
            if getattr(options, name):
                one = f"--{name.replace('_', '-')}"
                raise UsageError(say(f"--detached 不能与 {one} 同用", f"--detached excludes {one}"))
    # An invisible stamp shows nowhere, and so does one beside the file.
    where = None if options.detached else places.places_of(options)
    check_output(
        options.output, own_files(options, *timestamps.files_of(options)), json=options.json
    )
    notices: list[TimestampNotice] = []
    # The registry holds the key: which kind of digest the authority is told is SM2's by default.
    terms = timestamps.terms_of(options, SM2_SM3, notices.append)
    stamped = desk.acting.use.stamp(
        options.request,
        where,
        protect=options.protect or "continue",
        detached=options.detached,
        timestamp=terms,
    )
    for notice in notices:
        problems.note_no_timestamp(notice)
    return _handed_out(options, stamped)


def _stamp_by_hand(desk: Desk, options: argparse.Namespace) -> object:
    return desk.acting.use.stamp_by_hand(
        options.request,
        copies=options.copies,
        spoiled=options.spoiled,
        remark=options.remark,
        at=options.at,
        scan=None if options.scan is None else read_file(options.scan),
    )


def _collect(desk: Desk, options: argparse.Namespace) -> object:
    if options.output is not None:
        check_output(options.output, own_files(options), json=options.json)
    elif not _is_on_paper(desk, options.request):
        raise UsageError(
            say("没有指明写入哪个文件", "nothing says where the file goes"),
            say("用 -o 指明", "name it with -o"),
        )
    return _handed_out(options, desk.acting.use.collect(options.request))


def _is_on_paper(desk: Desk, request: str) -> bool:
    """Whether a request is for a physical seal: paper is handed over, with or without a scan."""
    case = desk.acting.use.get(request).facts.get("case", {})
    return bool(case.get("medium", Medium.ELECTRONIC) != Medium.ELECTRONIC)


def _handed_out(options: argparse.Namespace, stamped: Stamped) -> object:
    if stamped.data is not None and options.output is not None:
        hand_out(options, stamped.data)
    elif not stamped.is_by_hand:
        raise AssertionError  # each step has a transaction of its own here
    elif options.output is not None:
        problems.note(say("没有扫描件，未写文件", "there is no scan: no file was written"))
    return replace(stamped, data=None)


def _find(desk: Desk, options: argparse.Namespace) -> object:
    found = desk.acting.use.find(state=options.state, seal=options.seal, limit=options.last)
    own = desk.acting.person
    # The newest come first; a table is read downwards.
    return tuple(item for item in reversed(found) if not options.mine or item.applicant == own)


def _show(desk: Desk, options: argparse.Namespace) -> object:
    use = desk.acting.use
    request, trace = use.get(options.request), use.trace(options.request)
    return {
        "request": request,
        "approved": trace.approved,
        "held": trace.held,
        "stamped": trace.stamped,
        "entry": trace.entry,
    }


def _trace(desk: Desk, options: argparse.Namespace) -> object:
    trace = desk.acting.use.trace(options.request)
    from govseal.cli.registry.show import text_of  # noqa: PLC0415 - beside its one use

    return Answer(trace, lines=tuple(text_of(trace.log, desk)))


def _stamping(parser: Parser) -> None:
    places.add_arguments(parser)
    places.add_form(parser)
    timestamps.add_terms(parser)
    add_password(parser)


_OUT = output("盖章后的文件", "the stamped file")
_APPLYING = (
    Step(
        "request",
        "申请用印：提交文件和审批单",
        "file a request with the document",
        _file,
        (*FILING, *FORM),
    ),
    Step(
        "correct",
        "更正已盖章的文书：按原签批层级重新审批",
        "correct a stamped document: it goes through the original levels",
        _file,
        (REQUEST, *FILING, *FORM),
    ),
    Step(
        "withdraw",
        "申请人撤回",
        "the applicant takes a request back",
        lambda desk, options: desk.acting.use.withdraw(options.request, options.reason),
        (REQUEST, argument("--reason", zh="理由", en="the reason", metavar="TEXT", default="")),
    ),
    Step(
        "card",
        "办公室登记公文的发文卡",
        "register the dispatch card of an official document",
        _register_card,
        CARD,
    ),
)
_APPROVING = (
    Step(
        "approve",
        "审批同意",
        "approve the step that is due",
        _decide("approve"),
        (REQUEST, _OPINION, _DEPARTS, *_ELSEWHERE, add_own_key),
    ),
    Step(
        "return",
        "退回申请人",
        "give a request back",
        _decide("return"),
        (REQUEST, _NEEDED, *_ELSEWHERE, add_own_key),
    ),
    Step(
        "reject",
        "不同意",
        "reject a request",
        _decide("reject"),
        (REQUEST, _NEEDED, *_ELSEWHERE, add_own_key),
    ),
    Step(
        "statement",
        "写出审批声明，在别处（令牌）签名后用 --statement 提交，15 分钟内有效",
        "write the statement, to be signed elsewhere within fifteen minutes",
        _prepare,
        (
            REQUEST,
            argument(
                "--decision",
                zh="approved（缺省）、returned、rejected",
                en="approved (the default), returned, rejected",
                choices=("approved", "returned", "rejected"),
                default="approved",
            ),
            _OPINION,
            _DEPARTS,
            output("声明", "the statement"),
        ),
    ),
    Step(
        "document",
        "取出待盖章的文件，供审阅",
        "the document that is to be stamped, to be read",
        lambda desk, options: _written(options, desk.acting.use.document(options.request)),
        (REQUEST, output("文件", "the document")),
    ),
)
_DESK = (
    Step(
        "check",
        "保管人查验",
        "the custodian checks everything",
        lambda desk, options: desk.acting.use.check(options.request),
        (REQUEST,),
    ),
    Step(
        "stamp",
        "用印（电子印章）：查验、盖章、记台账，一步完成",
        "an electronic seal: check everything, make the stamp, write the ledger, in one step",
        _stamp,
        (REQUEST, _OUT, _stamping),
    ),
    Step(
        "stamp-by-hand",
        "实物印章：手工加盖后登记用印，查验、记台账一步完成",
        "a physical seal was applied by hand: check everything, write the ledger, in one step",
        _stamp_by_hand,
        (
            REQUEST,
            argument(
                "--copies",
                zh="实际加盖并交出的份数，不超过批准的份数",
                en="the copies that were stamped, no more than approved",
                metavar="N",
                type=int,
                required=True,
            ),
            argument(
                "--spoiled",
                zh="此外作废的份数（缺省 0）",
                en="sheets beside these that were spoiled (0)",
                metavar="N",
                type=int,
                default=0,
            ),
            argument(
                "--remark",
                zh="备注；有作废的，写明原因和处置",
                en="a remark; of spoiled sheets why, and what became of them",
                metavar="TEXT",
                default="",
            ),
            argument(
                "--at",
                zh="用印时间（缺省为现在）",
                en="when it was stamped (now by default)",
                metavar="TIME",
                type=moment,
            ),
            argument(
                "--scan",
                zh="盖章后的扫描件，加密保存，摘要记入台账",
                en="a scan of the stamped paper: kept encrypted, its digest in the ledger",
                metavar="FILE",
                type=Path,
            ),
        ),
    ),
    Step(
        "refuse",
        "拒印",
        "the custodian does not stamp, and says why",
        lambda desk, options: desk.acting.use.refuse(options.request, options.cause, options.text),
        (
            REQUEST,
            argument(
                "cause",
                zh="原因：手续不全、超出范围、越权",
                en="incomplete, out_of_scope or no_authority",
                type=word(RefusalReason),
            ),
            argument("--text", zh="说明", en="in words", metavar="TEXT", required=True),
        ),
    ),
    Step(
        "collect",
        "领取盖章后的文件（可多次）；纸质文书登记交付，有扫描件的可取出",
        "the stamped file once more; of paper its handing over, and the scan where there is one",
        _collect,
        (REQUEST, output("盖章后的文件", "the stamped file", required=False)),
    ),
    Step(
        "expire",
        "批准逾期未用的，终止（每日运行）",
        "end requests whose approvals were not used in time (to be run daily)",
        lambda desk, _: {"count": desk.acting.use.expire()},
    ),
)
_READING = (
    Step(
        "list",
        "列出用印审批单",
        "the requests that one may read",
        _find,
        (
            argument(
                "--state",
                zh="只列该状态的",
                en="those in a state",
                metavar="STATE",
                type=word(UseState),
            ),
            argument(
                "--seal", zh="只列该印章的", en="those for a seal", kind="seal", metavar="SEAL"
            ),
            argument("--mine", zh="只列本人申请的", en="one's own", action="store_true"),
            _LAST,
        ),
    ),
    Step(
        "waiting",
        "待我办理的用印",
        "what waits for whoever acts",
        lambda desk, _: desk.acting.use.waiting(),
    ),
    Step("show", "一份审批单及其审批情况", "a request, and how far it has come", _show, (REQUEST,)),
    Step(
        "trace", "全程留痕：每一步和每一次拒绝", "every step, and every refusal", _trace, (REQUEST,)
    ),
)
STEPS = {"use": (*_APPLYING, *_APPROVING, *_DESK, *_READING)}
