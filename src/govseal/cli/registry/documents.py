"""``govseal registry document``: what was stamped, its number, and what became of it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from govseal.cli.registry.desk import Desk
from govseal.cli.registry.files import hand_out
from govseal.cli.registry.step import (
    DOCUMENT,
    EFFECTIVE,
    LAST,
    PERSON,
    REASON,
    Run,
    Step,
    argument,
    output,
    until,
    word,
)
from govseal.registry.vocabulary import DocumentState, DocumentType

if TYPE_CHECKING:
    from govseal.registry.documents.model import DocumentRecord

_CLASS = argument("class_", zh="文种", en="the class", metavar="class")
_YEAR = argument("year", zh="年", en="the year", type=int)
_ORDER = argument("order", zh="限期改正的编号", en="id of the order")


def _change(event: str) -> Run:
    def run(desk: Desk, options: argparse.Namespace) -> object:
        return desk.acting.documents.change_state(
            options.document,
            event,
            reason=options.reason,
            effective_at=options.effective_at,
            order=getattr(options, "order", None),
        )

    return run


def _find(desk: Desk, options: argparse.Namespace) -> tuple[DocumentRecord, ...]:
    return desk.acting.documents.find(number=options.number, state=options.state, last=options.last)


def _status_file(desk: Desk, options: argparse.Namespace) -> object:
    data = desk.bureau.register.status_file(days=options.days)
    return hand_out(options, data)


def _keep_unstamped(desk: Desk, options: argparse.Namespace) -> object:
    return desk.acting.documents.keep_unstamped(
        type_=options.document_type,
        class_=options.class_,
        title=options.title,
        reason=options.reason,
        waiver=options.waiver,
    )


def _order(desk: Desk, options: argparse.Namespace) -> object:
    return desk.acting.documents.order_correction(
        options.document, finding=options.finding, due_at=options.until
    )


def _close_order(desk: Desk, options: argparse.Namespace) -> object:
    is_done = options.outcome == "done"
    return desk.acting.documents.close_order(options.order, is_done=is_done, result=options.text)


_FOLLOWS = argument(
    "--order", zh="所执行的限期改正", en="the order that is followed", metavar="ORDER"
)
_STATES = (
    Step(
        "withdraw",
        "撤回文书",
        "withdraw a document",
        _change("withdraw"),
        (DOCUMENT, REASON, EFFECTIVE, _FOLLOWS),
    ),
    Step(
        "revoke",
        "撤销文书",
        "revoke a document",
        _change("revoke"),
        (DOCUMENT, REASON, EFFECTIVE, _FOLLOWS),
    ),
    Step(
        "dispute",
        "标注异议",
        "mark a document as disputed",
        _change("dispute"),
        (DOCUMENT, REASON, EFFECTIVE),
    ),
    Step(
        "resolve",
        "异议已解决",
        "the dispute is resolved",
        _change("resolve"),
        (DOCUMENT, REASON, EFFECTIVE),
    ),
    Step(
        "expire", "文书到期", "a document expires", _change("expire"), (DOCUMENT, REASON, EFFECTIVE)
    ),
    Step(
        "supersede",
        "以新文书替换旧文书",
        "put a newer document in the place of an older one",
        lambda desk, options: desk.acting.documents.supersede(
            options.document, options.new, reason=options.reason
        ),
        (DOCUMENT, argument("new", zh="新文书", en="the newer one", kind="document"), REASON),
    ),
)
_NUMBERS = (
    Step(
        "number",
        "预取一个文号",
        "the next number of a class and year",
        lambda desk, options: desk.acting.documents.reserve_number(options.class_, options.year),
        (_CLASS, _YEAR),
    ),
    Step(
        "void-number",
        "作废未使用的文号",
        "say that no document will have a number",
        lambda desk, options: desk.acting.documents.void_number(options.number, options.reason),
        (argument("number", zh="文号", en="the number"), REASON),
    ),
    Step(
        "gaps",
        "某文种某年的文号是否连续",
        "what became of every number of a class and year",
        lambda desk, options: desk.acting.documents.gaps(options.class_, options.year),
        (_CLASS, _YEAR),
    ),
)
_READING = (
    Step(
        "list",
        "列出文书",
        "the documents that one needs to know",
        _find,
        (
            argument("--number", zh="只列该文号的", en="of a number", metavar="NUMBER"),
            argument(
                "--state",
                zh="只列该状态的",
                en="those in a state",
                metavar="STATE",
                type=word(DocumentState),
            ),
            LAST,
        ),
    ),
    Step(
        "show",
        "一份文书的全部情况",
        "all of a document's record",
        lambda desk, options: desk.acting.documents.get(options.document),
        (DOCUMENT,),
    ),
    Step(
        "lookup",
        "按文号查询可公开的状态",
        "what may be told of a number to anybody",
        lambda desk, options: desk.bureau.register.lookup(options.number),
        (argument("number", zh="文号", en="the number"),),
        needs="registry",
    ),
    Step(
        "reader",
        "借阅：让某人在一段时间内知悉",
        "let somebody else know a document",
        lambda desk, options: desk.acting.documents.name_reader(
            options.document, options.person, reason=options.reason, until=options.until
        ),
        (DOCUMENT, PERSON, REASON, until()),
    ),
    Step(
        "status-file",
        "签名的状态文件，供 govseal verify --status 使用",
        "the signed status file that govseal verify --status reads",
        _status_file,
        (
            argument(
                "--days",
                zh="有效天数（缺省 7）",
                en="good for so many days (7)",
                metavar="N",
                type=int,
                default=7,
            ),
            output("状态文件", "the status file"),
        ),
        needs="registry",
    ),
)
_SUPERVISION = (
    Step(
        "keep-unstamped",
        "登记不能盖章的决定",
        "a decision that cannot be stamped",
        _keep_unstamped,
        (
            argument(
                "--document-type",
                zh="文书类型",
                en="its type",
                metavar="TYPE",
                type=word(DocumentType),
                required=True,
            ),
            argument(
                "--class",
                zh="文种",
                en="class of its number",
                dest="class_",
                metavar="CLASS",
                required=True,
            ),
            argument("--title", zh="标题", en="what it says", metavar="TEXT", required=True),
            REASON,
            argument(
                "--waiver", zh="免盖章的批准文号", en="the approval to do without", metavar="NUMBER"
            ),
        ),
    ),
    Step(
        "unstamped",
        "既未盖章也未获准免盖的决定",
        "decisions with neither stamp nor waiver",
        lambda desk, _: desk.acting.documents.unstamped(),
    ),
    Step(
        "order",
        "责令限期改正",
        "order that a document be corrected",
        _order,
        (
            DOCUMENT,
            argument("--finding", zh="问题", en="what is wrong", metavar="TEXT", required=True),
            until(required=True),
        ),
    ),
    Step(
        "close-order",
        "限期改正的结果：done 已改正，refused 拒不改正",
        "say that an order was followed, or refused",
        _close_order,
        (
            _ORDER,
            argument(
                "outcome", zh="done 或 refused", en="done or refused", choices=("done", "refused")
            ),
            argument("--text", zh="结果", en="the result", metavar="TEXT", required=True),
        ),
    ),
    Step("orders", "列出限期改正", "all orders", lambda desk, _: desk.acting.documents.orders()),
)
STEPS = {"document": (*_READING, *_NUMBERS, *_STATES, *_SUPERVISION)}
