"""The use form (用印审批单) and the dispatch card (发文卡) as options."""

from __future__ import annotations

from datetime import date

from govseal.cli.arguments import moment
from govseal.cli.registry.step import FILE, argument, word
from govseal.registry.vocabulary import Basis, Classification, DocumentType, ItemClass, Openness


def day(text: str) -> date:
    """A day: ``2026-03-02``."""
    return date.fromisoformat(text)


FILING = (
    FILE,
    argument(
        "--seal",
        zh="印章：编号、印章标识或名称",
        en="the seal: its id, esID or name",
        kind="seal",
        metavar="SEAL",
        required=True,
    ),
    argument("--matter", zh="用印事项", en="the matter", metavar="TEXT", required=True),
    argument("--reason", zh="事由", en="the reason", metavar="TEXT", required=True),
    argument(
        "--section",
        zh="科室（缺省为办理人的）",
        en="the section (that of whoever acts)",
        metavar="NAME",
    ),
    argument("--copies", zh="份数（缺省 1）", en="copies (1)", metavar="N", type=int, default=1),
)
FORM = (
    argument(
        "--document-type", zh="文书类型", en="its type", metavar="TYPE", type=word(DocumentType)
    ),
    argument(
        "--basis",
        zh="用印依据",
        en="on what paper the use stands",
        metavar="BASIS",
        type=word(Basis),
    ),
    argument(
        "--card",
        zh="发文卡编号",
        en="number of the dispatch card",
        dest="dispatch_card",
        metavar="NUMBER",
    ),
    argument("--item-code", zh="事项编码", en="code of the item", metavar="CODE"),
    argument(
        "--item-class",
        zh="本级事项或委托事项",
        en="own or delegated",
        metavar="CLASS",
        type=word(ItemClass),
    ),
    argument("--document-no", zh="文号", en="the document's number", metavar="NUMBER"),
    argument("--certificate-no", zh="证书编号", en="the certificate's number", metavar="NUMBER"),
    argument("--title", zh="标题", en="its title", metavar="TEXT"),
    argument(
        "--classification",
        zh="密级；涉密的一律拒绝",
        en="anything but none is refused",
        metavar="WORD",
        type=word(Classification),
    ),
    argument(
        "--openness",
        zh="公开属性",
        en="active, on_request or not_open",
        metavar="WORD",
        type=word(Openness),
    ),
    argument("--openness-reason", zh="不予公开的理由", en="why it is not open", metavar="TEXT"),
    argument(
        "--decision-state",
        zh="decided 办结、under_review 审查中、not_accepted 未受理",
        en="how far the matter is",
        choices=("decided", "under_review", "not_accepted"),
    ),
    argument("--beneficiary", zh="证明所涉人员", en="whom a certificate is about", metavar="NAME"),
    argument(
        "--decision-date",
        zh="决定书的日期",
        en="the date printed in the decision",
        metavar="DAY",
        type=day,
    ),
    argument(
        "--reply-date", zh="批复的日期", en="the date printed in the reply", metavar="DAY", type=day
    ),
    argument("--origin", zh="文书形成的系统", en="the system it was formed on", metavar="WORD"),
    argument(
        "--unprintable",
        zh="证照不能在线打印",
        en="it cannot be printed online",
        action="store_true",
    ),
    argument(
        "--special-demand",
        zh="事项有特殊要求，用行政公章",
        en="takes the official seal",
        action="store_true",
    ),
    argument(
        "--matter-class",
        zh="licensing 许可、non_licensing 非许可",
        en="licensing or not",
        choices=("licensing", "non_licensing"),
    ),
    argument("--document-class", zh="文种（编号用）", en="class of its number", metavar="CLASS"),
    argument("--holder", zh="证照持有人", en="who holds it", metavar="NAME"),
)
DETAILS = tuple(item.destination for item in FORM if item.destination != "unprintable")
"""What the form calls them, as the room does."""
CARD = (
    argument("number", zh="发文卡编号", en="its number"),
    FILE,
    argument(
        "--kind",
        zh="party 党组、administration 行政、office 办公室",
        en="in whose name: party, administration or office",
        choices=("party", "administration", "office"),
        required=True,
    ),
    argument(
        "--unit", zh="发文单位", en="who issues it", kind="unit", metavar="UNIT", required=True
    ),
    argument("--title", zh="标题", en="its title", metavar="TEXT", required=True),
    argument(
        "--signed-off-by",
        zh="签发人",
        en="who signed it off",
        kind="person",
        metavar="PERSON",
        required=True,
    ),
    argument(
        "--signed-off-at", zh="签发时间", en="when", metavar="TIME", type=moment, required=True
    ),
    argument(
        "--openness",
        zh="公开属性",
        en="active, on_request or not_open",
        metavar="WORD",
        type=word(Openness),
        required=True,
    ),
    argument("--openness-reason", zh="不予公开的理由", en="why it is not open", metavar="TEXT"),
    argument("--meeting", zh="集体讨论或传批审定", en="where it was discussed", metavar="TEXT"),
)
