"""``govseal inspect``: everything found in a file, nothing judged."""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from govseal.cli import problems
from govseal.cli.arguments import Parser
from govseal.cli.facts import (
    Facts,
    certificate_facts,
    extension_facts,
    lines,
    problem_facts,
    seal_facts,
    stamp_facts,
)
from govseal.cli.files import write_output
from govseal.cli.inspect_metadata import document_facts
from govseal.cli.language import say
from govseal.cli.problems import UsageError
from govseal.cli.progress import Progress
from govseal.cli.tree import protectors, tree_facts, tree_lines
from govseal.errors import GovsealError
from govseal.formats.base import Document, Evidence, SignatureEvidence
from govseal.formats.cms import SignedData
from govseal.formats.detect import open_document
from govseal.formats.metadata import described
from govseal.formats.pages import PagePictures
from govseal.formats.source import ByteSource, open_source

if TYPE_CHECKING:
    from govseal.formats.ofd.tree import Node


def add_arguments(parser: Parser) -> None:
    """The options of ``govseal inspect``."""
    parser.input(
        "file",
        zh="OFD、PDF、印章（.esl）或签章（.ses）",
        en="OFD, PDF, seal (.esl) or stamp (.ses)",
        metavar="FILE",
        type=Path,
    )
    parser.option(
        "--pictures",
        zh="把各页画成图像（page-1.png …），标出盖章位置，存入目录 DIR",
        en="draw the pages (page-1.png …), places of stamps marked, into the folder DIR",
        metavar="DIR",
        type=Path,
    )
    parser.add_common()


def run(options: argparse.Namespace) -> int:
    """Show the evidence; with ``--pictures``, 0 only if every page could be drawn."""
    drawn = _Pictures()
    with open_source(options.file) as source:
        document = open_document(source)
        evidence = described(document)
        facts = evidence_facts(evidence, options.file.name)
        if options.pictures is not None:
            drawn = _draw(source, options.pictures)
            facts["pictures"] = drawn.files
        nodes = _tree(document)
    protected = protectors(evidence)
    if options.json:
        tree = tree_facts(nodes, protected)
        problems.print_json({"schema": "govseal.inspection/1", **facts, "tree": tree})
    else:
        rows = tree_lines(nodes, evidence, protected)
        print("\n".join([*lines(facts), *rows]))
    for problem in drawn.problems:
        problems.tell(problem)
    return problems.UNUSABLE if drawn.problems else 0


def _tree(document: Document) -> tuple[Node, ...]:
    if document.format != "ofd":
        return ()
    from govseal.formats.ofd.document import OfdDocument  # noqa: PLC0415 - lxml, only for OFD
    from govseal.formats.ofd.tree import read_tree  # noqa: PLC0415 - as above

    return read_tree(document) if isinstance(document, OfdDocument) else ()


@dataclass(slots=True)
class _Pictures:
    """What became of the pages."""

    files: list[Facts] = field(default_factory=list)
    problems: list[problems.Problem] = field(default_factory=list)


def _draw(source: ByteSource, folder: Path) -> _Pictures:
    """A picture of every page into ``folder``, which is made; no file there is overwritten."""
    pages = PagePictures(source)
    count = pages.count
    folder.mkdir(parents=True, exist_ok=True)
    targets = [folder / f"page-{number}.png" for number in range(1, count + 1)]
    for target in targets:
        if target.exists() or target.is_symlink():
            raise UsageError(
                say(f"{target} 已经存在", f"{target} exists already"),
                say("用 --pictures 指定另一个目录", "name another folder with --pictures"),
            )
    drawn = _Pictures()
    with Progress(count) as progress:
        for number, target in enumerate(targets, start=1):
            progress.step(target.name)
            try:
                write_output(target, pages.draw(number))
            except GovsealError as error:
                drawn.files.append({"page": number, "problem": problem_facts(error)})
                told = problems.explain(error)
                where = say(f"第 {number} 页：", f"page {number}: ")
                drawn.problems.append(replace(told, message=where + told.message))
            else:
                drawn.files.append({"page": number, "file": str(target)})
    return drawn


def evidence_facts(evidence: Evidence, file: str) -> Facts:
    """Everything found, as plain data."""
    protected = protectors(evidence)
    return {
        "file": file,
        "format": evidence.format,
        "pages": evidence.pages,
        "problem": problem_facts(evidence.problem) if evidence.problem else None,
        "documents": document_facts(evidence.documents),
        "seal": seal_facts(evidence.seal) if evidence.seal else None,
        "signatures": [_signature(item) for item in evidence.signatures],
        "tolerances": [asdict(item) for item in evidence.tolerances],
        "parts": [
            {**asdict(part), "protected_by": protected[part.name]} for part in evidence.parts
        ],
    }


def _signature(evidence: SignatureEvidence) -> Facts:
    facts: Facts = {
        "id": evidence.id,
        "kind": evidence.kind.value,
        "location": evidence.location,
        "problem": problem_facts(evidence.problem) if evidence.problem else None,
        "provider": evidence.provider,
        "written_time": evidence.written_time,
        "digest_algorithm": evidence.digest_algorithm,
        "coverage": evidence.coverage.extent.value,
        "protected": [
            {
                "name": part.name,
                "presence": part.presence.value,
                "expected": part.expected.hex(),
                "actual": part.actual.hex() if part.actual is not None else None,
            }
            for part in evidence.parts
        ],
        "unprotected": [asdict(part) for part in evidence.coverage.unprotected],
        "anomalies": [asdict(item) for item in evidence.anomalies],
        "appearances": [asdict(item) for item in evidence.appearances],
        "tolerances": [asdict(item) for item in evidence.tolerances],
    }
    if evidence.stamp is not None:
        facts["stamp"] = stamp_facts(evidence.stamp)
    if evidence.seal is not None:
        facts["seal"] = seal_facts(evidence.seal)
    if evidence.signed_data is not None:
        facts["signed_data"] = _signed_data(evidence.signed_data)
    return facts


def _signed_data(data: SignedData) -> Facts:
    signer, certificate = data.signer, data.signer_certificate
    return {
        "digest_algorithm": signer.digest_algorithm,
        "algorithm": signer.algorithm,
        "data_digest": signer.message_digest.hex(),
        "signer": certificate_facts(certificate) if certificate is not None else None,
        "has_time_stamp": bool(signer.time_stamps),
        "extensions": extension_facts(signer.extensions),
        "certificates": [certificate_facts(der) for der in data.certificates],
    }
