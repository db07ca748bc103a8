"""An OFD package: a ZIP archive, of which nothing is ever unpacked to disk.

Its files are read one by one from memory or from a file, see :mod:`govseal.formats.source`: what
is only digested or copied passes through in pieces, and what is held as a whole is bounded.

Names are those of the archive, without a leading slash (``Doc_0/Document.xml``). GB/T 33190, 7.1.
"""

from __future__ import annotations

import stat
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import attrgetter

from govseal.asn1.strict import Tolerance
from govseal.errors import FormatError, LimitExceeded
from govseal.formats.limits import DEFAULT_LIMITS, Limits
from govseal.formats.ofd import records
from govseal.formats.ofd.names import judged, twin_key, unsafe_name
from govseal.formats.ofd.records import Entry, damaged
from govseal.formats.source import ByteSource, HeldBytes, Piece
from govseal.pki.algorithms import DigestAlgorithm, Hasher

_CHUNK = 1 << 18
_AT_ONCE = 1 << 16
_CACHED_ENTRY_BYTES = 1 << 20
_CACHED_TOTAL_BYTES = 16 << 20
_GATHERED_ENTRY_BYTES = 1 << 20
_GATHERED_TOTAL_BYTES = 4 << 20
_SAMPLED_FROM = 1 << 14
_SAMPLE = 1 << 9
_SMALL = 1 << 12
#: Of 512 bytes by chance 221 differ, give or take 5; of text fewer than 100.
_DENSE = 190
_FILE_TYPES = (0, stat.S_IFREG, stat.S_IFDIR)


class Package:
    """The files of an archive, read by its central directory alone."""

    def __init__(
        self,
        source: ByteSource,
        end: records.End,
        entries: tuple[Entry, ...],
        problem: FormatError | None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self.source = source
        self.limits = limits
        self.end = end
        self.entries = entries
        """Files and directories, in the order of the central directory."""
        self.problem = problem
        """What a tolerant reading passed over; None after a strict one."""
        self.files: dict[str, Entry] = {}
        """By their names; of several entries of one name the last."""
        doubled: set[str] = set()
        for entry in entries:
            if not entry.is_directory:
                if entry.name in self.files:
                    doubled.add(entry.name)
                self.files[entry.name] = entry
        self.doubled = frozenset(doubled)
        """Names that several entries have: which of them is meant, nobody can tell."""
        self.names = tuple(self.files)
        """Names of the files, each once."""
        self._leftovers: dict[str, None] = {}
        self._cache: dict[str, bytes] = {}
        self._cached_bytes = 0

    @classmethod
    def open(
        cls, data: bytes | ByteSource, limits: Limits = DEFAULT_LIMITS, *, tolerant: bool = False
    ) -> Package:
        """The package in ``data``; a source has to stay open for as long as the package is read.

        With ``tolerant`` the faults that still leave every file in its one place (doubled or
        unsafe names, bytes that belong to no file) are kept in ``problem`` instead of raised, so
        that a report can show what else is there. Such a package is for looking at only.

        Raises:
            FormatError: ``container_damaged``, ``container_unsafe_name`` or
                ``container_duplicate_name``; ``unsupported`` for encryption, ZIP64, other methods.
            LimitExceeded: more than ``limits`` allows (``container_too_large``).
        """
        source = data if isinstance(data, ByteSource) else HeldBytes(data)
        if source.size > limits.max_file_bytes:
            message = "the file is too large"
            raise LimitExceeded(message, limit=limits.max_file_bytes, found=source.size)
        known = records.read_usual(source, limits)
        if known is not None:
            end, entries = known
            problem = _name_problem(entries)
        else:
            end = records.find_end(source)
            entries = tuple(records.read_entries(source, end, limits))
            problem = _layout_problem(entries, end) or _name_problem(entries)
        if problem is not None and not tolerant:
            raise problem
        return cls(source, end, entries, problem, limits)

    @property
    def tolerances(self) -> tuple[Tolerance, ...]:
        """Files that were read although they are not as the standard asks (Q17)."""
        strange = [
            entry.name
            for entry in self.entries
            if not entry.raw_name.isascii() and not _is_utf8(entry.raw_name)
        ]
        names = dict.fromkeys([*strange, *self._leftovers])
        return tuple(Tolerance("quirk_q17", f"/{name}") for name in names)

    def __contains__(self, name: object) -> bool:
        return name in self.files

    def entry(self, name: str) -> Entry:
        """The entry of a file; raises KeyError where there is none."""
        return self.files[name]

    def read(self, name: str) -> bytes:
        """The content of a file, its checksum compared.

        Raises:
            KeyError: no such file.
            FormatError: several files of that name, or damaged.
            LimitExceeded: more than is held in memory (``limits.max_held_bytes``).
        """
        cached = self._cache.get(name)
        if cached is not None:
            return cached
        size, limit = self.files[name].size, self.limits.max_held_bytes
        if size > limit:
            message = "a file of the package is too large to be read as a whole"
            raise LimitExceeded(message, limit=limit, found=size, part=name)
        content = self._whole(name)
        if len(content) <= min(_CACHED_ENTRY_BYTES, _CACHED_TOTAL_BYTES - self._cached_bytes):
            self._cache[name] = content
            self._cached_bytes += len(content)
        return content

    def head(self, name: str, size: int) -> bytes:
        """The first ``size`` bytes of a file, or fewer; its checksum is not compared.

        Raises:
            KeyError: no such file.
            FormatError: several files of that name, or damaged.
        """
        cached = self._cache.get(name)
        if cached is not None:
            return cached[:size]
        found = b""
        for piece in self._pieces(name, size):
            found += piece
            if len(found) >= size:
                break
        return found[:size]

    def pieces(self, name: str) -> Iterator[Piece]:
        """The content of a file in pieces, its checksum compared at the end.

        Raises:
            KeyError: no such file.
            FormatError: several files of that name, or damaged; what came so far is worthless.
        """
        cached = self._cache.get(name)
        return self._pieces(name) if cached is None else iter((cached,))

    def digest(self, name: str, factories: Iterable[Callable[[], Hasher]]) -> tuple[bytes, ...]:
        """Digests of a file, one for each of ``factories``, without holding it in memory.

        Raises:
            KeyError: no such file.
            FormatError: several files of that name, or damaged.
        """
        hashers = [factory() for factory in factories]
        for piece in self.pieces(name):
            for hasher in hashers:
                hasher.update(piece)
        return tuple(hasher.digest() for hasher in hashers)

    def check(self, name: str) -> None:
        """Read a file through and compare its checksum; what is small is kept for later.

        Raises:
            KeyError: no such file.
            FormatError: several files of that name, or damaged.
        """
        if self.files[name].size <= min(_CHUNK, self.limits.max_held_bytes):
            self.read(name)
        else:
            self.digest(name, ())

    def digests(
        self,
        names: Iterable[str],
        algorithm: DigestAlgorithm,
        many: Callable[[Sequence[bytes]], list[bytes]] | None = None,
    ) -> Iterator[tuple[str, bytes | FormatError]]:
        """The digest of each file, or why it cannot be unpacked: such files in the order of names.

        Where the algorithm, or ``many`` in its stead, takes many messages at once, files of up to
        a megabyte are gathered, four megabytes at a time; all others are digested as
        :meth:`digest` does.

        Raises:
            KeyError: no such file.
        """
        many = many or algorithm.many
        gathered: dict[str, bytes] = {}
        size, most = 0, min(_GATHERED_ENTRY_BYTES, self.limits.max_held_bytes)
        for name in names:
            try:
                if many is None or self.files[name].size > most:
                    (digest,) = self.digest(name, (algorithm.factory,))
                    yield name, digest
                    continue
                # What is small is most likely read again: a page, a resource, a list.
                is_small = self.files[name].size <= _CHUNK
                gathered[name] = self.read(name) if is_small else b"".join(self.pieces(name))
            except FormatError as problem:
                yield name, problem.kept()
                continue
            size += len(gathered[name])
            if size >= _GATHERED_TOTAL_BYTES:
                yield from zip(gathered, many(list(gathered.values())), strict=True)
                gathered.clear()
                size = 0
        if many is not None:
            yield from zip(gathered, many(list(gathered.values())), strict=True)

    def raw_record(self, name: str) -> bytes:
        """Local header, compressed data and data descriptor of a file, as received."""
        entry = self.files[name]
        return self.source.read(entry.start, entry.end - entry.start)

    def _whole(self, name: str) -> bytes:
        entry = self._single(name)
        if max(entry.size, entry.compressed_size) <= _AT_ONCE:
            return records.inflate_at_once(self.source, entry, self._leftovers)
        return b"".join(self._pieces(name))

    def _pieces(self, name: str, chunk: int = _CHUNK) -> Iterator[Piece]:
        return records.inflate(self.source, self._single(name), self._leftovers, chunk=chunk)

    def _single(self, name: str) -> Entry:
        if name in self.doubled:
            message = "several files have this name"
            raise FormatError(message, code="container_duplicate_name", part=name)
        return self.files[name]


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _layout_problem(entries: Iterable[Entry], end: records.End) -> FormatError | None:
    """Bytes that no entry claims; raises for bytes that two entries claim."""
    problem = None
    at = 0
    for entry in sorted(entries, key=attrgetter("start")):
        if entry.start < at:
            raise damaged("two entries overlap", part=entry.name, offset=entry.start)
        if entry.start > at and problem is None:
            problem = damaged("bytes belong to no file of the package", offset=at)
        at = entry.end
    if at != end.directory_at and problem is None:
        problem = damaged("bytes belong to no file of the package", offset=at)
    if end.trailing and problem is None:
        at = end.at + records.END.size + len(end.comment)
        problem = damaged("bytes follow the end of the package", offset=at)
    return problem


def _name_problem(entries: Iterable[Entry]) -> FormatError | None:
    seen: dict[str, Entry] = {}
    for entry in entries:
        reason, key = judged(entry.name)
        if reason is None and stat.S_IFMT(entry.mode) not in _FILE_TYPES:
            reason = "is no ordinary file"
        if reason is not None:
            message = f"the name of an entry {reason}"
            return FormatError(
                message, code="container_unsafe_name", part=entry.name, offset=entry.start
            )
        other = seen.setdefault(key, entry)
        if other is not entry and not (entry.is_directory and other.is_directory):
            message = "two entries have the same name"
            return FormatError(
                message, code="container_duplicate_name", part=entry.name, offset=entry.start
            )
    return None


def write_package(
    package: Package,
    replaced: Mapping[str, bytes],
    added: Mapping[str, bytes],
    *,
    modified: datetime,
) -> bytes:
    """The package of :func:`package_pieces` as a whole.

    Raises:
        ValueError: a replaced file is not there, an added one is, or a name is unsafe.
    """
    return b"".join(package_pieces(package, replaced, added, modified=modified))


def package_pieces(
    package: Package,
    replaced: Mapping[str, bytes],
    added: Mapping[str, bytes],
    *,
    modified: datetime,
) -> Iterator[Piece]:
    """The package with some files replaced and some added, all others copied byte for byte.

    The same arguments give the same bytes: ``modified`` is the time that the new entries carry.
    They come in pieces, so that a package need not be in memory twice, or once.

    Raises:
        ValueError: a replaced file is not there, an added one is, or a name is unsafe.
    """
    _check_changes(package, replaced, added)
    return _written(package, replaced, added.items(), modified)


def _written(
    package: Package,
    replaced: Mapping[str, bytes],
    added: Iterable[tuple[str, bytes]],
    modified: datetime,
) -> Iterator[Piece]:
    directory: list[bytes] = []
    at = 0
    for entry in package.entries:
        content = None if entry.is_directory else replaced.get(entry.name)
        if content is None:
            yield from package.source.pieces(entry.start, entry.end)
            directory.append(entry.central[:42] + at.to_bytes(4, "little") + entry.central[46:])
            at += entry.end - entry.start
        else:
            record, central = _entry(entry.name, content, modified, at)
            yield record
            directory.append(central)
            at += len(record)
    for name, content in added:
        record, central = _entry(name, content, modified, at)
        yield record
        directory.append(central)
        at += len(record)
    size, count, comment = sum(map(len, directory)), len(directory), package.end.comment
    yield from directory
    yield records.END.pack(records.END_SIGNATURE, 0, 0, count, count, size, at, len(comment))
    yield comment


def new_package(files: Mapping[str, bytes], *, modified: datetime) -> bytes:
    """A package of ``files``, in their order."""
    return b"".join(new_package_pieces(files.items(), modified=modified))


def new_package_pieces(
    files: Iterable[tuple[str, bytes]], *, modified: datetime
) -> Iterator[Piece]:
    """The package of :func:`new_package`, from files that are made one after the other.

    Raises:
        ValueError: a name is unsafe, or comes twice.
    """
    end = records.End(at=0, count=0, directory_size=0, directory_at=0, comment=b"", trailing=0)
    return _written(Package(HeldBytes(b""), end, (), None), {}, _checked(files), modified)


def _checked(files: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    taken: set[str] = set()
    for name, content in files:
        _check_added(name, taken)
        taken.add(twin_key(name))
        yield name, content


def _check_changes(
    package: Package, replaced: Mapping[str, bytes], added: Mapping[str, bytes]
) -> None:
    taken = {twin_key(entry.name) for entry in package.entries}
    for name in replaced:
        if name not in package:
            message = f"{name} cannot be replaced: it is not there"
            raise ValueError(message)
    for name in added:
        _check_added(name, taken)


def _check_added(name: str, taken: set[str]) -> None:
    reason = unsafe_name(name)
    if reason is None and (twin_key(name) in taken or name.endswith("/")):
        reason = "is taken"
    if reason is not None:
        message = f"{name!r} cannot be added: the name {reason}"
        raise ValueError(message)


def _packed(content: bytes) -> tuple[bytes, int]:
    """The bytes deflated, or as they are where that saves nothing; and the method of it.

    What is mostly a picture (a seal, and the stamp around it) shows in its middle that it will not
    shrink: nearly all values of a byte are there. Trying all of it would take longer than signing.
    """
    if len(content) > _SAMPLED_FROM:
        middle = content[len(content) // 2 :][:_SAMPLE]
        if len(set(middle)) > _DENSE:
            return content, records.STORED
    packed = _deflated(content)
    if len(packed) >= len(content):
        return content, records.STORED
    return packed, records.DEFLATED


def _deflated(content: bytes) -> bytes:
    """The bytes deflated; small ones in a small window, whose tables are made in no time."""
    bits, memory = (12, 5) if len(content) <= _SMALL else (zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL)
    deflater = zlib.compressobj(6, zlib.DEFLATED, -bits, memory)
    return deflater.compress(content) + deflater.flush()


def _entry(name: str, content: bytes, modified: datetime, at: int) -> tuple[bytes, bytes]:
    """One file as it lies at ``at``, local header and data, and its record for the directory."""
    packed, method = _packed(content)
    raw = name.encode("utf-8")
    flags = 0 if name.isascii() else records.UTF8_FLAG
    time = modified.hour << 11 | modified.minute << 5 | modified.second // 2
    date = (min(max(modified.year, 1980), 2107) - 1980) << 9 | modified.month << 5 | modified.day
    sizes = (zlib.crc32(content), len(packed), len(content))
    common = (20, flags, method, time, date, *sizes, len(raw), 0)
    record = records.LOCAL.pack(records.LOCAL_SIGNATURE, *common) + raw + packed
    places = (0, 0, 0, 0, at)
    return record, records.CENTRAL.pack(records.CENTRAL_SIGNATURE, 20, *common, *places) + raw
