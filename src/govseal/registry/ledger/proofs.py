"""Checkpoints and proofs, as auditors check them: no database, no registry, only text and a key.

>>> key = LogKey.parse(text_that_the_auditor_kept)
>>> proof = InclusionProof.parse(file.read_bytes())
>>> checkpoint = proof.verify(key, leaf=reference.leaf)

Forms: C2SP tlog-checkpoint, tlog-proof, and the body of tlog-witness for consistency; hashing as
RFC 9162, 2.1, with SM3 in place of SHA-256.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from govseal.errors import RegistryError
from govseal.registry.ledger.merkle import (
    EMPTY_ROOT,
    HASH_BYTES,
    leaf_hash,
    root_from_inclusion,
    roots_from_consistency,
)
from govseal.registry.ledger.notes import LogKey, Note, malformed, read_base64, write_base64

__all__ = [
    "Checkpoint",
    "ConsistencyProof",
    "InclusionProof",
    "LogKey",
    "Note",
    "leaf_hash",
    "verify_consistency",
    "verify_inclusion",
]

MAX_SIZE: Final = (1 << 63) - 1
MAX_PROOF_BYTES: Final = 2 << 20
_HEADER: Final = "c2sp.org/tlog-proof@v1"
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_MOST_HASHES: Final = 64


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a ledger was at a size: nothing before it can change without changing the root."""

    log: str
    """Origin of the ledger."""
    size: int
    """Number of leaves."""
    root: bytes
    """Root of the tree over them, 32 bytes."""
    note: str
    """The signed note."""

    @classmethod
    def parse(cls, data: bytes | str) -> Self:
        """Read a checkpoint; :meth:`verify` says whether it holds.

        Raises:
            RegistryError: ``malformed``; ``too_large``.
        """
        note = Note.parse(data)
        lines = note.text.split("\n")[:-1]
        if len(lines) < 3 or not all(lines):
            raise malformed("a checkpoint has an origin, a size and a root")
        text = data if isinstance(data, str) else data.decode()
        return cls(lines[0], read_number(lines[1]), read_hash(lines[2]), text)

    def verify(self, key: LogKey) -> None:
        """Check origin and signature, and that size and root are those of the signed text.

        Raises:
            RegistryError: ``note_invalid``; ``malformed``.
        """
        if Checkpoint.parse(self.note) != self:
            message = "a checkpoint that says something else than its note"
            raise RegistryError(message, code="note_invalid")
        if self.log != key.name:
            message = f"a checkpoint of {self.log}, not of {key.name}"
            raise RegistryError(message, code="note_invalid")
        Note.parse(self.note).verify(key)


def checkpoint_text(log: str, size: int, root: bytes) -> str:
    """What is signed: origin, size, root, a line each."""
    return f"{log}\n{size}\n{write_base64(root)}\n"


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """That an entry stands in the ledger: C2SP tlog-proof."""

    sequence: int
    """Number of the entry, from 0."""
    path: tuple[bytes, ...]
    """Hashes from the leaf's sibling up to the root's child."""
    checkpoint: Checkpoint
    entry: bytes | None = None
    """The entry itself, as it was hashed, where whoever gave the proof may show it."""

    @property
    def text(self) -> str:
        """The file; its name should end with ``.tlog-proof``."""
        extra = () if self.entry is None else (f"extra {write_base64(self.entry)}",)
        head = (_HEADER, *extra, f"index {self.sequence}")
        return "\n".join((*head, *map(write_base64, self.path), "", self.checkpoint.note))

    @classmethod
    def parse(cls, data: bytes | str) -> Self:
        """Read such a file; :meth:`verify` says whether it holds.

        Raises:
            RegistryError: ``malformed``; ``too_large``.
        """
        head, checkpoint = _parts(data)
        if head[:1] != [_HEADER]:
            raise malformed(f"a proof begins with {_HEADER}")
        rest, entry = head[1:], None
        if rest and rest[0].startswith("extra "):
            entry = read_base64(rest[0].removeprefix("extra "), "extra")
            rest = rest[1:]
        if not rest or not rest[0].startswith("index "):
            raise malformed("a proof names the number of its entry")
        sequence = read_number(rest[0].removeprefix("index "))
        return cls(sequence, _hashes(rest[1:]), checkpoint, entry)

    def verify(self, key: LogKey, *, leaf: bytes | None = None) -> Checkpoint:
        """Check that the entry stands in the tree of a checkpoint that ``key`` signed.

        Args:
            key: the ledger's key, known from elsewhere.
            leaf: the leaf, as a stamp names it; without it the proof's own entry is hashed.

        Returns:
            The checkpoint, which holds.

        Raises:
            RegistryError: ``note_invalid``; ``proof_invalid``.
        """
        if leaf is None:
            if self.entry is None:
                raise invalid("the proof holds no entry, and no leaf was given")
            leaf = leaf_hash(self.entry)
        elif self.entry is not None and leaf_hash(self.entry) != leaf:
            raise invalid("the proof's entry is not that of the leaf")
        self.checkpoint.verify(key)
        checkpoint = self.checkpoint
        verify_inclusion(leaf, self.sequence, checkpoint.size, checkpoint.root, self.path)
        return checkpoint


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """That the ledger only grew since an older checkpoint: as a body of C2SP tlog-witness."""

    old: int
    """Number of leaves of the older checkpoint."""
    path: tuple[bytes, ...]
    checkpoint: Checkpoint

    @property
    def text(self) -> str:
        """The file."""
        lines = (f"old {self.old}", *map(write_base64, self.path))
        return "\n".join((*lines, "", self.checkpoint.note))

    @classmethod
    def parse(cls, data: bytes | str) -> Self:
        """Read such a file; :meth:`verify` says whether it holds.

        Raises:
            RegistryError: ``malformed``; ``too_large``.
        """
        head, checkpoint = _parts(data)
        if not head or not head[0].startswith("old "):
            raise malformed("a proof of consistency names the old size")
        old = read_number(head[0].removeprefix("old "))
        return cls(old, _hashes(head[1:]), checkpoint)

    def verify(self, key: LogKey, *, old: Checkpoint) -> Checkpoint:
        """Check that the newer checkpoint continues ``old``; both must be signed by ``key``.

        Raises:
            RegistryError: ``note_invalid``; ``proof_invalid``.
        """
        old.verify(key)
        self.checkpoint.verify(key)
        if old.size != self.old:
            raise invalid(f"a proof from {self.old} leaves on, not from {old.size}")
        new = self.checkpoint
        verify_consistency(old.size, old.root, new.size, new.root, self.path)
        return new


def verify_inclusion(
    leaf: bytes, sequence: int, size: int, root: bytes, path: Sequence[bytes]
) -> None:
    """Check that ``leaf`` is number ``sequence`` of the tree with this root (RFC 9162, 2.1.3.2).

    Raises:
        RegistryError: ``proof_invalid``.
    """
    try:
        found = root_from_inclusion(leaf, sequence, size, path)
    except ValueError as error:
        raise invalid(str(error)) from error
    if found != root:
        raise invalid(f"entry {sequence} is not the one in the ledger")


def verify_consistency(
    old: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]
) -> None:
    """Check that the tree only grew from the old root to the new (RFC 9162, 2.1.4.2).

    Raises:
        RegistryError: ``proof_invalid``.
    """
    if old > size:
        raise invalid(f"the ledger shrank from {old} to {size} leaves")
    if old in {0, size}:
        known = {old_root} | ({EMPTY_ROOT} if old == 0 else set())
        known |= {root} if old == size else set()
        if path or len(known) > 1:
            raise invalid("one size with two roots, or a proof where none is needed")
        return
    try:
        roots = roots_from_consistency(old, size, old_root, path)
    except ValueError as error:
        raise invalid(str(error)) from error
    if roots != (old_root, root):
        raise invalid(f"the ledger of {size} leaves does not continue that of {old}")


def invalid(what: str) -> RegistryError:
    """The error of a proof that does not prove."""
    return RegistryError(what, code="proof_invalid")


def read_number(text: str) -> int:
    """A number of leaves.

    Raises:
        RegistryError: ``malformed``.
    """
    if not _NUMBER.fullmatch(text) or int(text) > MAX_SIZE:
        raise malformed("a size is a decimal number without leading noughts")
    return int(text)


def read_hash(text: str) -> bytes:
    """A hash of 32 bytes.

    Raises:
        RegistryError: ``malformed``.
    """
    hash_ = read_base64(text, "a hash")
    if len(hash_) != HASH_BYTES:
        raise malformed(f"a hash has {HASH_BYTES} bytes")
    return hash_


def _hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    if len(lines) > _MOST_HASHES:
        raise malformed(f"a proof has at most {_MOST_HASHES} hashes")
    return tuple(read_hash(line) for line in lines)


def _parts(data: bytes | str) -> tuple[list[str], Checkpoint]:
    """The lines in front of the checkpoint, and the checkpoint."""
    if len(data) > MAX_PROOF_BYTES:
        message = f"a proof of more than {MAX_PROOF_BYTES} bytes"
        raise RegistryError(message, code="too_large")
    try:
        text = data if isinstance(data, str) else data.decode()
    except UnicodeDecodeError as error:
        raise malformed("a proof is UTF-8") from error
    head, blank, note = text.partition("\n\n")
    if not blank:
        raise malformed("a proof ends with a checkpoint")
    return head.split("\n"), Checkpoint.parse(note)
