"""Files written whole or not at all, and never over what the command reads."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from govseal.cli.arguments import is_terminal
from govseal.cli.language import say
from govseal.cli.problems import UsageError
from govseal.errors import FormatError, KeyLoadError, SealError
from govseal.seal.delegation import MAX_LIST_BYTES, read_matter_list

STANDARD_OUTPUT = Path("-")


@contextlib.contextmanager
def speaking_of(path: Path) -> Iterator[None]:
    """What is wrong with this file is told with its name: a command reads several."""
    try:
        yield
    except FormatError as error:
        raise FormatError(f"{path}: {error}", code=error.code, part=error.part) from error
    except KeyLoadError as error:
        raise KeyLoadError(f"{path}: {error}", kind=error.kind) from error
    except SealError as error:
        raise SealError(f"{path}: {error}", code=error.code) from error


def read_matter_file(path: Path) -> bytes:
    """A list of matters as it was published; refused where it is none that can be read."""
    with path.open("rb") as file:
        data = file.read(MAX_LIST_BYTES + 1)
    read_matter_list(data)
    return data


def check_output(target: Path, inputs: Iterable[Path | None], *, json: bool = False) -> None:
    """Refuse an output that is one of the inputs, or that would fill a terminal with bytes.

    With ``json`` standard output is taken by that.
    """
    if target == STANDARD_OUTPUT:
        if json:
            raise UsageError(say("--json 不能与 -o - 同用", "--json excludes -o -"))
        if sys.__stdout__ is None:
            raise UsageError(say("标准输出已关闭", "standard output is closed"))
        if is_terminal(sys.stdout):
            raise UsageError(
                say("不向终端输出二进制数据", "binary data is not written to a terminal"),
                say("用 -o 指定文件，或重定向输出", "name a file with -o, or redirect the output"),
            )
        return
    for source in inputs:
        if source is not None and _is_same(source, target):
            raise UsageError(
                say(f"输出会覆盖输入 {source}", f"the output would overwrite the input {source}"),
                say("用 -o 指定另一个文件", "name another file with -o"),
            )


def _is_same(source: Path, target: Path) -> bool:
    try:
        return source.samefile(target)
    except OSError:
        return source.absolute() == target.absolute()


def _open_secret(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def write_output(target: Path, data: bytes, *, is_secret: bool = False) -> None:
    """Write ``data`` as :func:`opened_output` does."""
    with opened_output(target, is_secret=is_secret) as file:
        file.write(data)


@contextlib.contextmanager
def opened_output(target: Path, *, is_secret: bool = False) -> Iterator[IO[bytes]]:
    """A file to write to: standard output for ``-``, else whole and at once, or not at all.

    A new file appears under its name only when it is complete, for nobody but its owner where it
    ``is_secret``; one that was there keeps its permissions. What is no regular file (a device, a
    pipe) is written as it is.
    """
    if target == STANDARD_OUTPUT:
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    target = Path(os.path.realpath(target))
    mode: int | None = None
    with contextlib.suppress(FileNotFoundError):
        found = target.stat()
        if not stat.S_ISREG(found.st_mode):
            with target.open("wb") as file:
                yield file
            return
        mode = stat.S_IMODE(found.st_mode)
    temporary = target.with_name(f".{target.name[:60]}.{os.urandom(8).hex()}")
    # The permissions of open() are those of the process; a secret is never wider than 0600.
    opener = _open_secret if is_secret else None
    try:
        with open(temporary, "xb", opener=opener) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            temporary.chmod(mode)
        temporary.replace(target)
    except BaseException as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError) and error.filename in (None, str(temporary)):
            error.filename = str(target)
        raise
