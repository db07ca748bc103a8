"""``govseal demo``: the whole way on throw-away keys, into one folder that a clerk can look at."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from govseal import facade
from govseal.asn1.times import BEIJING
from govseal.cli import problems
from govseal.cli.arguments import Parser
from govseal.cli.clock import now
from govseal.cli.files import write_output
from govseal.cli.language import current, say
from govseal.cli.progress import Progress
from govseal.errors import FormatError
from govseal.formats.base import Placement
from govseal.formats.ofd.appearance import render_page
from govseal.formats.ofd.compose import compose_document
from govseal.formats.ofd.document import OfdDocument
from govseal.formats.ofd.package import Package, write_package
from govseal.seal.drawing import Drawing, draw_seal
from govseal.testing.hierarchy import PASSWORD, SEAL_CODE, UNIT_NAME, Hierarchy
from govseal.verification.render import words
from govseal.verification.render.html import render_html
from govseal.verification.report import Report, Verdict

SEAL_LINE = "行政审批专用章"
_DIAMETER_MM = 42
_PAGE = "Doc_0/Pages/Page_0/Content.xml"
_TRUE, _FALSE = "五年", "九年"
_DECISION = (
    "经审查，申请材料齐全，符合法定条件和标准。根据《中华人民共和国行政许可法》"
    "第三十八条第一款的规定，本机关决定准予行政许可。"
)
# 骑年盖月 (GB/T 9704-2012, 7.3.5.1): the issuing office and the date lie a little below the
# middle of the seal.
_ABOVE_MIDDLE_MM = 2.5
_DPI = 150

_DONE = 0
_NOT_AS_EXPECTED = 1


def add_arguments(parser: Parser) -> None:
    """The options of ``govseal demo``."""
    parser.option(
        "--out",
        zh="输出目录（缺省 demo-out）",
        en="folder to write into (demo-out by default)",
        metavar="DIR",
        type=Path,
        default=Path("demo-out"),
    )
    parser.add_common()


def run(options: argparse.Namespace) -> int:
    """Make everything; 0 only if the stamped file passed and the tampered one was found out."""
    demo = _Demo(options.out, now())
    options.out.mkdir(parents=True, exist_ok=True)
    reports = demo.run()
    is_as_expected = _is_as_expected(reports)
    if options.json:
        problems.print_json(
            {
                "schema": "govseal.demo/1",
                "directory": str(options.out),
                "files": [name for name, _ in demo.written],
                "verdicts": {name: report.verdict.value for name, report in reports.items()},
                "reasons": {name: list(report.reasons) for name, report in reports.items()},
                "as_expected": is_as_expected,
            }
        )
    else:
        _tell(demo, reports, is_as_expected=is_as_expected)
    return _DONE if is_as_expected else _NOT_AS_EXPECTED


def _is_as_expected(reports: dict[str, Report]) -> bool:
    passed = (reports[name].verdict is Verdict.PASSED for name in ("stamped.ofd", "detached.ses"))
    tampered = reports["tampered.ofd"]
    is_found_out = tampered.verdict is Verdict.FAILED
    return all(passed) and is_found_out and tampered.reasons == ("data_digest_mismatch",)


def _tell(demo: _Demo, reports: dict[str, Report], *, is_as_expected: bool) -> None:
    width = max(len(name) for name, _ in demo.written)
    print(say(f"目录 {demo.directory} 中的文件：", f"Files in {demo.directory}:"))
    for name, meaning in demo.written:
        print(f"  {name:<{width}}  {meaning}")
    print()
    for name, report in reports.items():
        verdict = words.pick(words.VERDICTS[report.verdict], current())
        reasons = ", ".join(report.reasons)
        print(f"  {name:<{width}}  {verdict}" + (f"  {reasons}" if reasons else ""))
    print()
    if is_as_expected:
        print(
            say(
                "如预期：盖章的文件和分离式签章通过，被改动的文件因内容改动而不通过。",
                "As expected: the stamped file and the detached stamp passed, and the tampered "
                "file failed because its content was changed.",
            )
        )
    else:
        print(say("结果与预期不符。", "This is not what was expected."))


def permit_text(at: datetime) -> tuple[str, list[str], tuple[str, str]]:
    """The demonstration's document: title, paragraphs, and the two closing lines."""
    local = at.astimezone(BEIJING)
    day = f"{local.year}年{local.month}月{local.day}日"
    paragraphs = [
        "测试申请单位：",
        f"你单位提出的行政许可申请，本机关于{day}受理。{_DECISION}",
        "许可事项：电子印章演示许可。",
        f"文书编号：测审批许决字〔{local.year}〕第0001号。",
        f"有效期限：自本决定书签发之日起{_TRUE}。",
        "请你单位在许可的范围和期限内从事相关活动，并依法接受监督检查。",
        "（本文件由演示程序生成，所涉单位、事项均为虚构，不具有法律效力。）",
    ]
    return "准予行政许可决定书", paragraphs, (UNIT_NAME, day)


def place_over(page: bytes, lines: Sequence[str], diameter_mm: int) -> Placement:
    """Where a round seal goes on page 1 so that it rides on the two closing lines.

    It is centred on the date; both lines lie a little below its middle.

    Raises:
        FormatError: the lines are not on the page.
    """
    boxes = [_line_box(page, line) for line in lines]
    left, _, width, _ = boxes[-1]
    top = min(y for _, y, _, _ in boxes)
    bottom = max(y + height for _, y, _, height in boxes)
    x = left + width / 2 - diameter_mm / 2
    y = (top + bottom) / 2 - _ABOVE_MIDDLE_MM - diameter_mm / 2
    return Placement(1, round(x, 1), round(y, 1))


def _line_box(page: bytes, line: str) -> tuple[float, float, float, float]:
    """The box of a line of text, from the page's own description."""
    pattern = rf'<(?:ofd:)?TextObject[^>]* Boundary="([^"]*)"[^>]*>\s*<[^>]*>{re.escape(line)}<'
    match = re.search(pattern, page.decode("utf-8"))
    numbers = [float(number) for number in match[1].split()] if match else []
    if len(numbers) != 4:
        raise FormatError(f"the line {line} is not on the page", part=_PAGE)
    x, y, width, height = numbers
    return x, y, width, height


def tampered(stamped: bytes, at: datetime) -> bytes:
    """A copy with one character of the page changed, and nothing wrong with the package."""
    package = Package.open(stamped)
    page = package.read(_PAGE)
    changed = page.replace(_TRUE.encode(), _FALSE.encode(), 1)
    if changed == page:
        raise FormatError("the text to change is not on the page", part=_PAGE)
    return write_package(package, {_PAGE: changed}, {}, modified=at)


@dataclass(slots=True)
class _Demo:
    directory: Path
    at: datetime
    written: list[tuple[str, str]] = field(default_factory=list)
    """Names of the files and what they are."""

    def write(self, name: str, data: bytes, zh: str, en: str) -> None:
        write_output(self.directory / name, data)
        self.written.append((name, say(zh, en)))

    def run(self) -> dict[str, Report]:
        """Every step; the reports by the name of the file they are on."""
        with Progress(4) as progress:
            progress.step(say("测试证书", "test certificates"))
            hierarchy = Hierarchy.create("sm2", at=self.at)
            hierarchy.write(self.directory / "pki")
            self.written.append(
                (
                    "pki/",
                    say(
                        f"一次性的测试证书体系（密码 {PASSWORD}）",
                        f"a throw-away test hierarchy (password {PASSWORD})",
                    ),
                )
            )
            progress.step(say("制章", "seal"))
            drawing = self.draw()
            stamped, detached = self.stamp(hierarchy, drawing)
            forged = tampered(stamped, self.at)
            self.write(
                "tampered.ofd",
                forged,
                f"被改动的副本：“{_TRUE}”改成了“{_FALSE}”",
                f"a tampered copy: {_TRUE} (five years) became {_FALSE} (nine)",
            )
            progress.step(say("页面图像", "page pictures"))
            pictures = self.pictures(stamped, forged)
            progress.step(say("验章", "verification"))
            return {
                "stamped.ofd": self.verify("stamped", hierarchy, pictures[0]),
                "tampered.ofd": self.verify("tampered", hierarchy, pictures[1]),
                "detached.ses": self.verify("detached", hierarchy, None, detached),
            }

    def draw(self) -> Drawing:
        drawing = draw_seal(UNIT_NAME, bottom=SEAL_LINE, diameter_mm=_DIAMETER_MM)
        self.write("seal.svg", drawing.to_svg(), "印模（矢量）", "the imprint, as outlines")
        self.write("seal.png", drawing.to_png(), "印模（透明底）", "the imprint, transparent")
        return drawing

    def stamp(self, hierarchy: Hierarchy, drawing: Drawing) -> tuple[bytes, bytes]:
        """The stamped document and a detached stamp."""
        seal = facade.make_seal(
            hierarchy.maker,
            name=UNIT_NAME + SEAL_LINE,
            picture=drawing,
            signers=[hierarchy.signer.certificate],
            at=self.at,
            es_id=SEAL_CODE,
        )
        self.write("approval.esl", seal.der, "电子印章", "the electronic seal")
        title, paragraphs, closing = permit_text(self.at)
        document = compose_document(
            [paragraphs], title=title, closing=closing, created=self.at.astimezone(BEIJING).date()
        )
        self.write("input.ofd", document, "待签章的文件", "the document to be stamped")
        place = place_over(Package.open(document).read(_PAGE), closing, _DIAMETER_MM)
        stamped = facade.stamp(document, seal, hierarchy.signer, place, at=self.at)
        self.write("stamped.ofd", stamped, "已签章的文件", "the stamped document")
        detached = facade.stamp_detached(document, seal, hierarchy.signer, at=self.at)
        self.write(
            "detached.ses",
            detached,
            "对 input.ofd 的分离式签章",
            "a detached stamp over input.ofd",
        )
        return stamped, detached

    def pictures(self, stamped: bytes, forged: bytes) -> tuple[bytes, bytes]:
        first = render_page(OfdDocument(stamped), 1, dpi=_DPI)
        self.write(
            "page-1.png", first, "已签章文件的页面图像", "picture of the stamped document's page"
        )
        second = render_page(OfdDocument(forged), 1, dpi=_DPI)
        self.write(
            "page-1-tampered.png",
            second,
            "被改动文件的页面图像：肉眼难以分辨",
            "picture of the tampered page: the eye hardly tells",
        )
        return first, second

    def verify(
        self,
        name: str,
        hierarchy: Hierarchy,
        picture: bytes | None,
        detached: bytes | None = None,
    ) -> Report:
        file = "input.ofd" if detached is not None else f"{name}.ofd"
        report = facade.verify(
            self.directory / file,
            hierarchy.trust,
            materials=hierarchy.materials,
            at=self.at,
            detached=detached,
        )
        zh, en = words.VERDICTS[report.verdict]
        self.write(
            f"report-{name}.json",
            (report.to_json(indent=2) + "\n").encode(),
            f"验证报告（JSON）：{zh}",
            f"report (JSON): {en}",
        )
        page = render_html(report, current(), [picture] if picture else [])
        self.write(
            f"report-{name}.html",
            page.encode(),
            f"验证报告（可打印）：{zh}",
            f"report to print: {en}",
        )
        return report
