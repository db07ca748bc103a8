"""Files that steps read: whole, and no more of them than there may be."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from govseal.cli.files import check_output, write_output
from govseal.cli.language import say
from govseal.cli.making import load_certificate
from govseal.cli.pictures import read_picture
from govseal.cli.problems import UsageError
from govseal.cli.registry.desk import DATABASE, SECRETS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govseal.registry.seals.forms import Attachment, Papers

MAX_DOCUMENT: Final = 64 * 1024 * 1024


def read_file(path: Path, limit: int = MAX_DOCUMENT) -> bytes:
    """A file's bytes.

    Raises:
        UsageError: more than ``limit`` of them.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        size = f"{limit // 1024} KiB"
        raise UsageError(say(f"{path}：超过 {size}", f"{path}: more than {size}"))
    return data


def hand_out(options: argparse.Namespace, data: bytes, *inputs: Path | None) -> dict[str, object]:
    """Write what a step gives into the file of ``-o``, never over what it read; the facts of it.

    Raises:
        UsageError: it would overwrite an input, or fill a terminal with bytes.
        OSError: it cannot be written.
    """
    check_output(options.output, own_files(options, *inputs), json=options.json)
    write_output(options.output, data)
    return {"file": options.output.name, "bytes": len(data)}


def own_files(options: argparse.Namespace, *others: Path | None) -> tuple[Path | None, ...]:
    """The files that no output may be: the registry's own, and ``others``."""
    database = options.db or os.environ.get(DATABASE) or ""
    secrets = options.secrets or os.environ.get(SECRETS) or ""
    named = (database.removeprefix("sqlite:///"), secrets)
    return (*(Path(name) for name in named if name and ":" not in name), *others)


def attachments_of(given: Iterable[str]) -> tuple[Attachment, ...]:
    """Papers as ``KIND=FILE``: their digests and names.

    Raises:
        UsageError: another form.
        OSError: a file cannot be read.
    """
    from govseal.registry.seals.forms import Attachment  # noqa: PLC0415 - start-up

    found = []
    for text in given:
        kind, parts, name = text.partition("=")
        if not parts or not kind:
            raise UsageError(
                say(f"{text} 不是“种类=文件”", f"{text} is no KIND=FILE"),
                say("例如 written_application=申请.pdf", "such as written_application=form.pdf"),
            )
        path = Path(name)
        found.append(Attachment.of(kind, path.name, read_file(path)))
    return tuple(found)


def papers_of(
    attachments: Iterable[str],
    certificate: Path | None,
    imprint: Path | None = None,
    size_mm: tuple[int, int] | None = None,
) -> Papers:
    """What lies beside a form."""
    from govseal.registry.seals.forms import Papers  # noqa: PLC0415 - start-up

    return Papers(
        attachments=attachments_of(attachments),
        certificate=None if certificate is None else load_certificate(certificate),
        imprint=None if imprint is None else read_picture(imprint, size_mm),
    )
