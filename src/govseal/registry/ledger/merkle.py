"""The Merkle tree of the ledger: the hashing of RFC 9162, section 2.1, with SM3.

Nothing here knows a database. A node is named by its level (0: the leaves) and its position
there; it stands in the tables once its 2^level leaves are all there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from govseal.sm2 import sm3

HASH_BYTES = 32
EMPTY_ROOT = sm3(b"")
"""The root of a tree without leaves."""
Place = tuple[int, int]
"""A complete subtree: its level, and its position at that level."""


def leaf_hash(entry: bytes) -> bytes:
    """SM3(0x00 ‖ entry)."""
    return sm3(b"\x00" + entry)


def node_hash(left: bytes, right: bytes) -> bytes:
    """SM3(0x01 ‖ left ‖ right)."""
    return sm3(b"\x01" + left + right)


def chain_hash(before: bytes, leaf: bytes) -> bytes:
    """SM3(chain before ‖ leaf): the simpler of the two proofs that nothing was taken out."""
    return sm3(before + leaf)


def peaks(size: int) -> Iterator[Place]:
    """The complete subtrees that a tree of ``size`` leaves consists of, the largest first."""
    start = 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            yield level, start >> level
            start += 1 << level


def root_of_peaks(hashes: Sequence[bytes]) -> bytes:
    """The root of the tree whose :func:`peaks` have these hashes."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def completed(sequence: int) -> Iterator[tuple[Place, Place]]:
    """The subtrees that the leaf ``sequence`` completes: each with its left child, upwards."""
    level, position = 0, sequence
    while position & 1:
        left = (level, position - 1)
        level, position = level + 1, position >> 1
        yield (level, position), left


Range = tuple[int, int]
"""Leaves ``start`` to ``end``, without ``end``, as the tree divides itself."""


def _split(leaves: int) -> int:
    """The largest power of two below the number of leaves."""
    return 1 << (leaves - 1).bit_length() - 1


def inclusion_ranges(sequence: int, size: int) -> list[Range]:
    """Whose hashes prove a leaf in a tree of ``size`` leaves, its sibling first (2.1.3.1).

    Raises:
        ValueError: the tree has no such leaf.
    """
    if not 0 <= sequence < size:
        raise ValueError("the tree has no such leaf")
    ranges, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if sequence < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def consistency_ranges(old: int, size: int) -> list[Range]:
    """Whose hashes prove that a tree of ``old`` leaves grew to one of ``size`` (2.1.4.1).

    Empty where the sizes are the same, and for a tree that had no leaf.

    Raises:
        ValueError: the tree had more leaves before.
    """
    if not 0 <= old <= size:
        raise ValueError("a tree only grows")
    if old == 0:
        return []
    ranges, start, end, is_whole = [], 0, size, True
    while old < end:
        middle = start + _split(end - start)
        if old <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start, is_whole = middle, False
    if not is_whole:
        ranges.append((start, end))
    return ranges[::-1]


def range_places(start: int, end: int) -> list[Place]:
    """The complete subtrees that a range of the tree consists of, the largest first."""
    return [(level, (start >> level) + position) for level, position in peaks(end - start)]


def root_from_inclusion(leaf: bytes, sequence: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that a proof leads to (2.1.3.2).

    Raises:
        ValueError: the proof is too long or too short for this leaf in a tree of this size.
    """
    if not 0 <= sequence < size:
        raise ValueError("the tree has no such leaf")
    position, last, root = sequence, size - 1, leaf
    for hash_ in path:
        if last == 0:
            raise ValueError("the proof is too long")
        if position & 1 or position == last:
            root = node_hash(hash_, root)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            root = node_hash(root, hash_)
        position, last = position >> 1, last >> 1
    if last:
        raise ValueError("the proof is too short")
    return root


def roots_from_consistency(
    old: int, size: int, old_root: bytes, path: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """The roots of the old and of the new tree that a proof leads to (2.1.4.2).

    Neither size is 0, and they differ.

    Raises:
        ValueError: the proof is too long or too short for trees of these sizes.
    """
    if not 0 < old < size:
        raise ValueError("a tree only grows")
    hashes = list(path)
    if old & (old - 1) == 0:
        hashes.insert(0, old_root)
    if not hashes:
        raise ValueError("the proof is too short")
    position, last = old - 1, size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    before = after = hashes[0]
    for hash_ in hashes[1:]:
        if last == 0:
            raise ValueError("the proof is too long")
        if position & 1 or position == last:
            before, after = node_hash(hash_, before), node_hash(hash_, after)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            after = node_hash(after, hash_)
        position, last = position >> 1, last >> 1
    if last:
        raise ValueError("the proof is too short")
    return before, after
