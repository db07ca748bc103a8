"""The papers of ``govseal demo``: a permit in both formats, and what a forger makes of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from govseal.asn1.times import BEIJING
from govseal.errors import FormatError
from govseal.formats.base import Placement
from govseal.formats.letter import Line, lay_out
from govseal.formats.ofd import compose as ofd
from govseal.formats.ofd.package import Package, write_package
from govseal.formats.pdf import compose as pdf
from govseal.seal.drawing.fonts import find_font
from govseal.seal.drawing.pdf import pdf_stream

TRUE, FALSE = "五年", "九年"
_PAGE = "Doc_0/Pages/Page_0/Content.xml"
_CONTENT = 4  # the object of the first page's content, as write_pdf numbers them
_DECISION = (
    "经审查，申请材料齐全，符合法定条件和标准。根据《中华人民共和国行政许可法》"
    "第三十八条第一款的规定，本机关决定准予行政许可。"
)
# 骑年盖月 (GB/T 9704-2012, 7.3.5.1): the issuing office and the date lie a little below the
# middle of the seal.
_ABOVE_MIDDLE_MM = 2.5


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of one page: title, paragraphs, and the two closing lines (who, when)."""

    title: str
    paragraphs: tuple[str, ...]
    closing: tuple[str, str]
    day: datetime

    @property
    def lines(self) -> tuple[Line, ...]:
        """Where everything stands."""
        return lay_out([self.paragraphs], title=self.title, closing=self.closing)[0]

    def to_ofd(self) -> bytes:
        """The letter as OFD."""
        created = self.day.astimezone(BEIJING).date()
        return ofd.compose_document(
            [self.paragraphs], title=self.title, closing=self.closing, created=created
        )

    def to_pdf(self) -> bytes:
        """The letter as PDF."""
        return pdf.compose_document([self.paragraphs], title=self.title, closing=self.closing)

    def place(self, diameter_mm: int) -> Placement:
        """Where a round seal goes so that it rides on the two closing lines.

        It is centred on the date; both lines lie a little below its middle.
        """
        return place_over(self.lines[-len(self.closing) :], diameter_mm)


def permit(unit: str, at: datetime, *, years: str = TRUE) -> Letter:
    """The demonstration's document: a permit (准予行政许可决定书) issued at ``at``."""
    local = at.astimezone(BEIJING)
    day = f"{local.year}年{local.month}月{local.day}日"
    paragraphs = (
        "测试申请单位：",
        f"你单位提出的行政许可申请，本机关于{day}受理。{_DECISION}",
        "许可事项：电子印章演示许可。",
        f"文书编号：测审批许决字〔{local.year}〕第0001号。",
        f"有效期限：自本决定书签发之日起{years}。",
        "请你单位在许可的范围和期限内从事相关活动，并依法接受监督检查。",
        "（本文件由演示程序生成，所涉单位、事项均为虚构，不具有法律效力。）",
    )
    return Letter("准予行政许可决定书", paragraphs, (unit, day), at)


def place_over(lines: Sequence[Line], diameter_mm: int) -> Placement:
    """Where a round seal goes on page 1 to ride on these lines, centred on the last.

    Raises:
        ValueError: there are no lines.
    """
    if not lines:
        raise ValueError("a seal rides on lines")
    last = lines[-1]
    top = min(line.top_mm for line in lines)
    bottom = max(line.top_mm + line.height_mm for line in lines)
    x = last.x_mm + last.width_mm / 2 - diameter_mm / 2
    y = (top + bottom) / 2 - _ABOVE_MIDDLE_MM - diameter_mm / 2
    return Placement(1, round(x, 1), round(y, 1))


def tampered_ofd(stamped: bytes, at: datetime) -> bytes:
    """A copy with one character of the page changed, and nothing wrong with the package.

    Raises:
        FormatError: the text to change is not on the page.
    """
    package = Package.open(stamped)
    page = package.read(_PAGE)
    changed = page.replace(TRUE.encode(), FALSE.encode(), 1)
    if changed == page:
        raise FormatError("the text to change is not on the page", part=_PAGE)
    return write_package(package, {_PAGE: changed}, {}, modified=at)


def tampered_pdf(stamped: bytes, letter: Letter) -> bytes:
    """The stamped PDF with an update behind it that shows another page (ISO 32000-1, 7.5.6).

    No byte that was signed is touched: the digest stays right, and the reader sees ``letter``.

    Raises:
        FormatError: the file does not end as the stamped one does.
    """
    starts = re.findall(rb"startxref\s+(\d{1,10})\s+%%EOF", stamped)
    trailer = stamped[stamped.rfind(b"trailer") :]
    size, root = re.search(rb"/Size (\d+)", trailer), re.search(rb"/Root (\d+ \d+ R)", trailer)
    if not starts or size is None or root is None:
        raise FormatError("the PDF has no trailer to follow", part="trailer")
    content = pdf_stream(pdf.page_operators(letter.lines, find_font()))
    place = len(stamped)
    update = b"%d 0 obj\n%b\nendobj\n" % (_CONTENT, content)
    table = b"xref\n%d 1\n%010d 00000 n \n" % (_CONTENT, place)
    entries = (size[1], root[1], starts[-1])
    ending = b"trailer\n<< /Size %b /Root %b /Prev %b >>\n" % entries
    return stamped + update + table + ending + b"startxref\n%d\n%%%%EOF\n" % (place + len(update))
