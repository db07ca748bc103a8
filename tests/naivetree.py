"""The tree of RFC 9162, 2.1, as its text defines it: recursive, all leaves, OpenSSL's SM3.

Slow and plain on purpose: what the ledger is held against.
"""

from __future__ import annotations

import hashlib


def sm3(data: bytes) -> bytes:
    return hashlib.new("sm3", data).digest()


def _k(n: int) -> int:
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def root(entries: list[bytes]) -> bytes:
    if not entries:
        return sm3(b"")
    if len(entries) == 1:
        return sm3(b"\x00" + entries[0])
    k = _k(len(entries))
    return sm3(b"\x01" + root(entries[:k]) + root(entries[k:]))


def path(m: int, entries: list[bytes]) -> list[bytes]:
    if len(entries) == 1:
        return []
    k = _k(len(entries))
    if m < k:
        return [*path(m, entries[:k]), root(entries[k:])]
    return [*path(m - k, entries[k:]), root(entries[:k])]


def proof(m: int, entries: list[bytes], *, is_whole: bool = True) -> list[bytes]:
    if m == len(entries):
        return [] if is_whole else [root(entries)]
    k = _k(len(entries))
    if m <= k:
        return [*proof(m, entries[:k], is_whole=is_whole), root(entries[k:])]
    return [*proof(m - k, entries[k:], is_whole=False), root(entries[:k])]
