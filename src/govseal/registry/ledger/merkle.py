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
