"""``govseal extract``: an attachment of a document into a file, and what signatures say of it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from govseal import facade
from govseal.cli import problems
from govseal.cli.arguments import Parser, add_output
from govseal.cli.files import STANDARD_OUTPUT, check_output, write_output
from govseal.cli.inspect_metadata import attachment_facts
from govseal.cli.language import say
from govseal.cli.problems import UsageError
from govseal.errors import UnsupportedFormat
from govseal.formats.base import Evidence
from govseal.formats.metadata import Attachment, Protection
from govseal.verification.render.printable import printable

_MOST_NAMED = 10


def add_arguments(parser: Parser) -> None:
    """The options of ``govseal extract``."""
    parser.input("file", zh="OFD 文件", en="an OFD document", metavar="FILE", type=Path)
    parser.input(
        "attachment",
        zh="附件的名称或标识（govseal inspect 列出）",
        en="name or ID of the attachment, as govseal inspect lists it",
        metavar="NAME",
    )
    # The name inside the document is a stranger's: it never becomes a path.
    add_output(parser, zh="写入的文件；- 为标准输出", en="the file to write; - is standard output")
    parser.add_common()


def run(options: argparse.Namespace) -> int:
    """Write the attachment; whether a valid signature covers it, ``govseal verify`` says."""
    check_output(options.output, (options.file,), json=options.json)
    attachment = _chosen(facade.inspect(options.file), options.attachment)
    write_output(options.output, attachment.read())
    if options.json:
        facts = attachment_facts(attachment)
        answer = {"schema": "govseal.extraction/1", "file": options.file.name, **facts}
        problems.print_json({**answer, "output": str(options.output)})
        return 0
    stream = sys.stderr if options.output == STANDARD_OUTPUT else sys.stdout
    for line in _lines(attachment):
        print(line, file=stream)
    return 0


def _chosen(evidence: Evidence, wanted: str) -> Attachment:
    """The one attachment of that name, else of that ID.

    Raises:
        UnsupportedFormat: a format whose attachments are not read.
        FormatError: the document cannot be read.
        UsageError: there is none, or several.
    """
    if evidence.format != "ofd":
        raise UnsupportedFormat(f"attachments of this format are not read: {evidence.format}")
    if not evidence.documents and evidence.problem is not None:
        raise evidence.problem
    every = [item for document in evidence.documents for item in document.attachments]
    found = [item for item in every if item.name == wanted]
    found = found or [item for item in every if item.id == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(
            say("有多个同名附件", "several attachments have this name"),
            say("用标识指定其一：", "name one by its ID: ") + _listed(item.id for item in found),
        )
    raise UsageError(
        say("没有这个附件", "there is no such attachment"),
        say("文件中的附件：", "the attachments of the file: ")
        + (_listed(item.name or item.id for item in every) or say("无", "none")),
    )


def _listed(names: Iterator[str]) -> str:
    """The first names, made printable."""
    shown = [printable(name, limit=80) for name in names]
    more = ["…"] if len(shown) > _MOST_NAMED else []
    return say("、", ", ").join(shown[:_MOST_NAMED] + more)


def _lines(attachment: Attachment) -> Iterator[str]:
    name, size, digest = printable(attachment.name), attachment.size, attachment.sha256
    yield say(
        f"已提取 {name}（{size} 字节，SHA-256 {digest}）",
        f"extracted {name} ({size} bytes, SHA-256 {digest})",
    )
    covers = False
    for item in attachment.covers:
        covers = covers or item.is_covered
        yield (
            "  "
            + say("签章 ", "signature ")
            + printable(item.signature)
            + _said(item.file, item.list)
        )
    if covers:
        yield "  " + say(
            "签章是否有效未在此验证，请用 govseal verify",
            "whether the signature is valid is not verified here: use govseal verify",
        )
    elif any(
        item.file is Protection.COVERED and item.list is Protection.OUTSIDE
        for item in attachment.covers
    ):
        yield "  " + say(
            "没有签章同时保护其内容和名称", "no signature protects both its content and its name"
        )
    else:
        yield "  " + say("没有签章保护该附件", "no signature protects the attachment")


def _said(file: Protection, listed: Protection) -> str:
    if Protection.CHANGED in (file, listed):
        return say("：签章后被修改", ": changed after signing")
    if file is Protection.OUTSIDE:
        return say("：不在保护范围内", ": does not cover it")
    if Protection.UNKNOWN in (file, listed):
        return say("：杂凑值无法比对", ": states a digest that cannot be compared")
    if listed is Protection.OUTSIDE:
        return say("：保护其内容，不保护其名称", ": covers its content, not its name")
    return say("：在保护范围内，内容未变", ": covers it, unchanged")
