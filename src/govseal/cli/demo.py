"""``govseal demo``: the whole way on throw-away keys, into one folder that a clerk can look at."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from govseal import facade
from govseal.cli import problems
from govseal.cli.arguments import Parser
from govseal.cli.clock import now
from govseal.cli.demo_papers import FALSE, TRUE, Letter, permit, tampered_ofd, tampered_pdf
from govseal.cli.files import write_output
from govseal.cli.language import current, say
from govseal.cli.progress import Progress
from govseal.seal.drawing import Drawing, draw_seal
from govseal.seal.model import Seal
from govseal.testing.hierarchy import PASSWORD, SEAL_CODE, UNIT_NAME, Hierarchy
from govseal.verification.render import words
from govseal.verification.render.html import render_html
from govseal.verification.report import Report, Verdict

SEAL_LINE = "行政审批专用章"
_DIAMETER_MM = 42
_DPI = 150
# What is found out about the tampered files.
_FOUND_OUT = {
    "tampered.ofd": "data_digest_mismatch",
    "tampered.pdf": "changed_after_signing",
}

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
    """Make everything; 0 only if the stamped files passed and the tampered ones were found out."""
    at = now()
    demo = _Demo(options.out, at, permit(UNIT_NAME, at))
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
    passed = (name for name in reports if not name.startswith("tampered"))
    if not all(reports[name].verdict is Verdict.PASSED for name in passed):
        return False
    return all(
        reports[name].verdict is Verdict.FAILED and reports[name].reasons == (reason,)
        for name, reason in _FOUND_OUT.items()
    )


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
                "As expected: the stamped files and the detached stamp passed, and the tampered "
                "files failed because their content was changed.",
            )
        )
    else:
        print(say("结果与预期不符。", "This is not what was expected."))


@dataclass(frozen=True, slots=True)
class _Paper:
    """A file that is verified, and what its report and its picture are called."""

    file: str
    report: str
    picture: str


_PAPERS = (
    _Paper("stamped.ofd", "report-stamped", "page-1.png"),
    _Paper("stamped.pdf", "report-stamped-pdf", "page-1-pdf.png"),
    _Paper("stamped-rsa.ofd", "report-stamped-rsa", "page-1-rsa.png"),
    _Paper("stamped-rsa.pdf", "report-stamped-rsa-pdf", "page-1-rsa-pdf.png"),
    _Paper("tampered.ofd", "report-tampered", "page-1-tampered.png"),
    _Paper("tampered.pdf", "report-tampered-pdf", "page-1-tampered-pdf.png"),
)


@dataclass(slots=True)
class _Demo:
    directory: Path
    at: datetime
    letter: Letter
    written: list[tuple[str, str]] = field(default_factory=list)
    """Names of the files and what they are."""

    def write(self, name: str, data: bytes, zh: str, en: str) -> None:
        write_output(self.directory / name, data)
        self.written.append((name, say(zh, en)))

    def run(self) -> dict[str, Report]:
        """Every step; the reports by the name of the file they are on."""
        with Progress(5) as progress:
            progress.step(say("测试证书", "test certificates"))
            sm2, rsa = self.hierarchy("sm2", "pki/"), self.hierarchy("rsa", "pki-rsa/")
            progress.step(say("制章", "seal"))
            drawing = self.draw()
            progress.step(say("签章", "stamping"))
            self.stamp_sm2(sm2, drawing)
            self.stamp_rsa(rsa, drawing)
            self.tamper()
            reports = {}
            progress.step(say("页面图像和验章", "page pictures and verification"))
            for paper in _PAPERS:
                picture = self.picture(paper)
                hierarchy = rsa if "-rsa" in paper.file else sm2
                reports[paper.file] = self.verify(paper.file, paper.report, hierarchy, picture)
            progress.step(say("分离式签章", "the detached stamp"))
            reports["detached.ses"] = self.verify("input.ofd", "report-detached", sm2, None)
            return reports

    def hierarchy(self, algorithm: str, folder: str) -> Hierarchy:
        """A throw-away hierarchy, written into a folder."""
        hierarchy = Hierarchy.create(algorithm, at=self.at)
        hierarchy.write(self.directory / folder)
        zh = f"一次性的 {algorithm.upper()} 测试证书体系（密码 {PASSWORD}）"
        en = f"a throw-away test hierarchy of {algorithm.upper()} keys (password {PASSWORD})"
        self.written.append((folder, say(zh, en)))
        return hierarchy

    def draw(self) -> Drawing:
        drawing = draw_seal(UNIT_NAME, bottom=SEAL_LINE, diameter_mm=_DIAMETER_MM)
        self.write("seal.svg", drawing.to_svg(), "印模（矢量）", "the imprint, as outlines")
        self.write("seal.pdf", drawing.to_pdf(), "印模（矢量 PDF）", "the imprint, as PDF")
        self.write("seal.png", drawing.to_png(), "印模（透明底）", "the imprint, transparent")
        return drawing

    def seal(self, hierarchy: Hierarchy, drawing: Drawing, kind: Literal["png", "svg"]) -> Seal:
        return facade.make_seal(
            hierarchy.maker,
            name=UNIT_NAME + SEAL_LINE,
            picture=drawing.picture(kind),
            signers=[hierarchy.signer.certificate],
            at=self.at,
            es_id=SEAL_CODE,
        )

    def stamp_sm2(self, hierarchy: Hierarchy, drawing: Drawing) -> None:
        """Both documents, stamped with SM2, and a detached stamp."""
        seal = self.seal(hierarchy, drawing, "png")
        self.write("approval.esl", seal.der, "电子印章", "the electronic seal")
        document, page = self.letter.to_ofd(), self.letter.to_pdf()
        self.write("input.ofd", document, "待签章的 OFD", "the OFD to be stamped")
        self.write("input.pdf", page, "待签章的 PDF", "the PDF to be stamped")
        place, signer = self.letter.place(_DIAMETER_MM), hierarchy.signer
        stamped = facade.stamp(document, seal, signer, place, at=self.at)
        self.write("stamped.ofd", stamped, "已签章的 OFD", "the stamped OFD")
        # In PDF outlines stay sharp at every size; readers of OFD know pictures of pixels best.
        outlines = self.seal(hierarchy, drawing, "svg")
        stamped = facade.stamp(page, outlines, signer, place, at=self.at)
        self.write("stamped.pdf", stamped, "已签章的 PDF", "the stamped PDF")
        detached = facade.stamp_detached(document, seal, signer, at=self.at)
        self.write(
            "detached.ses", detached, "对 input.ofd 的分离式签章", "a detached stamp over input.ofd"
        )

    def stamp_rsa(self, hierarchy: Hierarchy, drawing: Drawing) -> None:
        """Both documents, stamped with RSA."""
        seal = self.seal(hierarchy, drawing, "svg")
        self.write("approval-rsa.esl", seal.der, "RSA 电子印章", "an electronic seal with RSA")
        place = self.letter.place(_DIAMETER_MM)
        for kind in ("ofd", "pdf"):
            source = self.directory / f"input.{kind}"
            stamped = facade.stamp(source, seal, hierarchy.signer, place, at=self.at)
            name = kind.upper()
            zh, en = f"用 RSA 签章的 {name}", f"the {name}, stamped with RSA"
            self.write(f"stamped-rsa.{kind}", stamped, zh, en)

    def tamper(self) -> None:
        """Copies of both stamped documents, changed."""
        forged = tampered_ofd((self.directory / "stamped.ofd").read_bytes(), self.at)
        self.write(
            "tampered.ofd",
            forged,
            f"被改动的副本：“{TRUE}”改成了“{FALSE}”",
            f"a tampered copy: {TRUE} (five years) became {FALSE} (nine)",
        )
        other = permit(UNIT_NAME, self.at, years=FALSE)
        forged = tampered_pdf((self.directory / "stamped.pdf").read_bytes(), other)
        self.write(
            "tampered.pdf",
            forged,
            f"被改动的副本：文件末尾追加了一页写着“{FALSE}”的内容",
            f"a tampered copy: an update behind the signed bytes shows {FALSE} (nine years)",
        )

    def picture(self, paper: _Paper) -> bytes:
        picture = facade.page_picture(self.directory / paper.file, dpi=_DPI)
        zh, en = f"{paper.file} 的页面图像", f"picture of the page of {paper.file}"
        self.write(paper.picture, picture, zh, en)
        return picture

    def verify(self, file: str, name: str, hierarchy: Hierarchy, picture: bytes | None) -> Report:
        """The report on a file, or without a picture on the detached stamp over it."""
        report = facade.verify(
            self.directory / file,
            hierarchy.trust,
            materials=hierarchy.materials,
            at=self.at,
            detached=None if picture else self.directory / "detached.ses",
        )
        zh, en = words.VERDICTS[report.verdict]
        data = (report.to_json(indent=2) + "\n").encode()
        self.write(f"{name}.json", data, f"验证报告（JSON）：{zh}", f"report (JSON): {en}")
        page = render_html(report, current(), [picture] if picture else []).encode()
        self.write(f"{name}.html", page, f"验证报告（可打印）：{zh}", f"report to print: {en}")
        return report
