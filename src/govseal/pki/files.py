"""Files named by callers: read with a size limit, refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from govseal.errors import LimitExceeded

MAX_FILE_BYTES: Final = 256 * 1024 * 1024


def read_source(source: bytes | str | Path, *, max_bytes: int = MAX_FILE_BYTES) -> bytes:
    """The bytes themselves, or the content of the file at a path.

    Raises:
        OSError: the file cannot be read.
        LimitExceeded: more than ``max_bytes``.
        TypeError: neither bytes nor a path.
    """
    if isinstance(source, (bytes, bytearray, memoryview)):
        data = bytes(source)
    elif isinstance(source, (str, Path)):
        with Path(source).open("rb") as file:
            data = file.read(max_bytes + 1)
    else:
        raise TypeError(f"bytes or a path were expected, not {type(source).__name__}")
    if len(data) > max_bytes:
        raise LimitExceeded("the file is too large", limit=max_bytes, found=len(data))
    return data
