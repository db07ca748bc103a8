"""Where the bytes of a document come from: memory, or a file that is read piece by piece.

Somebody may write into a file while it is verified, and show other bytes to each reading. So a
file is read from end to end once, when it is opened: its digests are taken, its size is fixed, and
the SHA-256 of every block is kept. Whatever is read later is held against that. What is parsed,
digested and copied are therefore the very bytes whose digests the report states, or reading ends
in :class:`govseal.errors.FileChanged`. A file that is replaced under its name changes nothing: the
one that was opened is read. Nothing is written anywhere.
"""

from __future__ import annotations

import io
import os
from abc import ABC, abstractmethod
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import IO, Self
from weakref import ref

from govseal import sm2
from govseal.errors import FileChanged, LimitExceeded
from govseal.formats.limits import DEFAULT_LIMITS, Limits

Source = bytes | bytearray | memoryview | str | Path | IO[bytes]
"""Bytes, a path, or a seekable binary file."""
Piece = bytes | memoryview

#: How a package starts, and how its end record does, which lies in its tail.
ZIP_START = b"PK"
ZIP_END = b"PK\x05\x06"
ZIP_TAIL = 22 + 0xFFFF

_BLOCK = 1 << 16
_RECENT_BLOCKS = 16
#: Files up to this size are read as a whole: it is simpler, and costs less.
_HELD_BYTES = 8 << 20
_FIRST_STEP = 1 << 18
_LAST_STEP = 1 << 16
#: What a report may hold on to until somebody asks for its digests, and how many reports may.
_WAITING_BYTES = 1 << 20
_MOST_WAITING = 64


class FileDigests:
    """SHA-256 and SM3 of a file, 32 bytes each: of a small one taken when they are asked for.

    The very bytes that were read are kept for that, and forgotten then. Whoever keeps thousands of
    reports does not keep their files: those that have waited longest are digested then.
    """

    __slots__ = ("__weakref__", "_data", "_known")

    def __init__(self, data: bytes | None, known: tuple[bytes, bytes] | None = None) -> None:
        self._data = data
        self._known = known

    def wait(self) -> None:
        """Let the digests wait until they are asked for, or too many files are waiting."""
        if len(self._data or b"") > _WAITING_BYTES:
            self.both()
            return
        _WAITING.append(ref(self))
        while len(_WAITING) > _MOST_WAITING:
            with suppress(IndexError):  # another thread took the last one
                oldest = _WAITING.popleft()()
                if oldest is not None:
                    oldest.both()

    def both(self) -> tuple[bytes, bytes]:
        """SHA-256, and SM3."""
        data = self._data  # first: another thread forgets it once the digests are known
        known = self._known
        if known is None:
            assert data is not None  # noqa: S101 - as above
            known = self._known = (sha256(data).digest(), sm2.sm3(data))
            self._data = None
        return known

    def __eq__(self, other: object) -> bool:
        return self.both() == other.both() if isinstance(other, FileDigests) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.both())

    def __repr__(self) -> str:
        first, second = self.both()
        return f"<FileDigests SHA-256 {first.hex()} SM3 {second.hex()}>"

    def __reduce__(self) -> tuple[type[FileDigests], tuple[None, tuple[bytes, bytes]]]:
        return FileDigests, (None, self.both())


#: Whose digests wait, the oldest first; most of them are gone by then.
_WAITING: deque[ref[FileDigests]] = deque()


class ByteSource(ABC):
    """The bytes of a document, of a fixed size; the same bytes however often they are read."""

    name: str
    """The name of the file, without its directory; empty where there is none."""
    size: int
    is_judged: bool = False
    """Whether what is signed in it will be verified: whoever reads it may digest that ahead then.
    """

    @abstractmethod
    def read(self, start: int, count: int) -> bytes:
        """``count`` bytes from ``start``, or fewer at the end.

        Raises:
            FileChanged: they are no longer those that were there on opening.
            OSError: the system cannot read them.
        """

    @abstractmethod
    def pieces(self, start: int, end: int) -> Iterator[Piece]:
        """The bytes from ``start`` to ``end`` in pieces of at most 64 KiB; see :meth:`read`."""

    @abstractmethod
    def rfind(self, pattern: bytes) -> int:
        """Where ``pattern`` occurs for the last time, -1 where it does not; see :meth:`read`."""

    @abstractmethod
    def whole(self) -> bytes:
        """All bytes at once; see :meth:`read`."""

    @abstractmethod
    def digests(self) -> FileDigests:
        """The digests of all bytes; see :meth:`read`."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the file, where it was opened here."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class HeldBytes(ByteSource):
    """Bytes in memory."""

    def __init__(self, data: bytes, name: str = "") -> None:
        # A buffer may change before the digests are asked for; bytes are not copied.
        self.data = bytes(data)
        self.name = name
        self.size = len(self.data)

    def read(self, start: int, count: int) -> bytes:
        """As of a :class:`ByteSource`; never fails."""
        return self.data[start : start + count]

    def pieces(self, start: int, end: int) -> Iterator[Piece]:
        """Views of the bytes, which are not copied."""
        view, end = memoryview(self.data), min(end, self.size)
        for at in range(start, end, _BLOCK):
            yield view[at : min(at + _BLOCK, end)]

    def rfind(self, pattern: bytes) -> int:
        """As of a :class:`ByteSource`."""
        return self.data.rfind(pattern)

    def whole(self) -> bytes:
        """The bytes themselves."""
        return self.data

    def digests(self) -> FileDigests:
        """As of a :class:`ByteSource`."""
        found = FileDigests(self.data)
        found.wait()
        return found

    def close(self) -> None:
        """Nothing to do."""


class FileBytes(ByteSource):
    """A file read by offset, of which a megabyte is in memory; see the module's text.

    Raises:
        LimitExceeded: more bytes than ``limits`` allows.
        OSError: the system cannot read it.
    """

    def __init__(
        self, file: IO[bytes], name: str = "", limits: Limits = DEFAULT_LIMITS, *, own: bool = False
    ) -> None:
        self.name = name
        self.size = 0
        self._file = file
        self._own = own
        self._lock = Lock()
        self._recent: OrderedDict[int, bytes] = OrderedDict()
        self._marks: list[bytes] = []
        first, second = sha256(), sm2.Sm3()
        file.seek(0)
        while block := _filled(file, _BLOCK):
            self.size += len(block)
            if self.size > limits.max_file_bytes:
                raise _too_large(limits, self.size)
            self._marks.append(sha256(block).digest())
            first.update(block)
            second.update(block)
            if len(block) < _BLOCK:
                break
        self._digests = FileDigests(None, (first.digest(), second.digest()))

    def read(self, start: int, count: int) -> bytes:
        """As of a :class:`ByteSource`."""
        return b"".join(self.pieces(start, start + count))

    def pieces(self, start: int, end: int) -> Iterator[Piece]:
        """As of a :class:`ByteSource`."""
        end = min(end, self.size)
        while start < end:
            number, offset = divmod(start, _BLOCK)
            piece = self._block(number)[offset : offset + end - start]
            yield piece
            start += len(piece)

    def rfind(self, pattern: bytes) -> int:
        """As of a :class:`ByteSource`."""
        behind = b""
        for number in range(len(self._marks) - 1, -1, -1):
            block = self._block(number)
            found = (block + behind).rfind(pattern)
            if found >= 0:
                return number * _BLOCK + found
            behind = block[: len(pattern) - 1]
        return -1

    def whole(self) -> bytes:
        """As of a :class:`ByteSource`."""
        return self.read(0, self.size)

    def digests(self) -> FileDigests:
        """As they were taken on opening."""
        return self._digests

    def close(self) -> None:
        """Close the file, where it was opened here."""
        if self._own:
            self._file.close()

    def _block(self, number: int) -> bytes:
        with self._lock:
            block = self._recent.get(number)
            if block is not None:
                self._recent.move_to_end(number)
                return block
            at = number * _BLOCK
            self._file.seek(at)
            block = _filled(self._file, min(_BLOCK, self.size - at))
            if sha256(block).digest() != self._marks[number]:
                raise FileChanged("the file was changed while it was being read")
            self._recent[number] = block
            if len(self._recent) > _RECENT_BLOCKS:
                self._recent.popitem(last=False)
            return block


def open_source(source: Source, limits: Limits = DEFAULT_LIMITS) -> ByteSource:
    """The bytes behind ``source``, at most ``limits.max_file_bytes`` of them; to be closed.

    Packages of some size are left where they are and read by offset; everything else is held.

    Raises:
        LimitExceeded: there are more.
        OSError: the system cannot open the file.
    """
    if isinstance(source, bytes | bytearray | memoryview):
        return _held(bytes(source), "", limits)
    if isinstance(source, io.BytesIO):
        return _held(source.getvalue(), _name(source), limits)
    if not isinstance(source, str | Path):
        source.seek(0)
        return _opened(source, _name(source), limits, own=False)
    path = os.fspath(source)
    file = io.FileIO(path)
    try:
        opened = _opened(file, os.path.basename(path), limits, own=True)  # noqa: PTH119 - faster
    except BaseException:
        file.close()
        raise
    if isinstance(opened, HeldBytes):
        file.close()
    return opened


def read_source(source: Source, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The bytes behind ``source`` in memory, at most ``limits.max_file_bytes`` of them.

    Raises:
        LimitExceeded: there are more.
        OSError: the system cannot open the file.
    """
    with open_source(source, limits) as opened:
        return opened.whole()


def _opened(file: IO[bytes], name: str, limits: Limits, *, own: bool) -> ByteSource:
    """The file from where it stands: at its beginning, or a pipe."""
    is_seekable = file.seekable()
    size = file.seek(0, io.SEEK_END) if is_seekable else 0
    if size > _HELD_BYTES and _is_package(file, size):
        return FileBytes(file, name, limits, own=own)
    if is_seekable:
        file.seek(0)
    return _held(_filled(file, limits.max_file_bytes + 1, first=size + 1), name, limits)


def _is_package(file: IO[bytes], size: int) -> bool:
    """Whether it starts or ends as a package does."""
    file.seek(0)
    if _filled(file, len(ZIP_START)) == ZIP_START:
        return True
    file.seek(max(0, size - ZIP_TAIL))
    return ZIP_END in _filled(file, ZIP_TAIL)


def _held(data: bytes, name: str, limits: Limits) -> HeldBytes:
    if len(data) > limits.max_file_bytes:
        raise _too_large(limits, len(data))
    return HeldBytes(data, name)


def _too_large(limits: Limits, found: int) -> LimitExceeded:
    return LimitExceeded("the file is too large", limit=limits.max_file_bytes, found=found)


def _name(file: IO[bytes]) -> str:
    name = getattr(file, "name", "")
    return Path(name).name if isinstance(name, str) else ""


def _filled(file: IO[bytes], count: int, first: int = _FIRST_STEP) -> bytes:
    """``count`` bytes, or fewer at the end of the file alone: a raw file may give less at once.

    ``first`` is how many are asked for to begin with, as memory is taken before they are read.
    """
    parts: list[bytes] = []
    while count > 0 and (data := file.read(min(count, first))):
        parts.append(data)
        count -= len(data)
        # Less than was asked for is most likely the end.
        first = _LAST_STEP if len(data) < first else max(2 * first, _FIRST_STEP)
    return parts[0] if len(parts) == 1 else b"".join(parts)
