"""Keys that recur: signers, makers and CAs stand behind file after file.

A key that verifies for the second time is prepared, and a bounded number of prepared keys is kept
for the whole process. Keys are public, and no result is kept: every signature is checked.
"""

from __future__ import annotations

import functools
from typing import Final

from govseal import sm2

# A prepared key takes 4 KB, and up to 36 KB where the processor's lanes have tables of their own:
# 4.5 MB in the worst case, and 128 keys are several times what one bureau's files name.
MAX_RECURRING_KEYS: Final = 128


class _Recurring:
    """One key in the cache; threads that meet here may prepare it twice, with equal results."""

    __slots__ = ("_is_known", "_verifier")

    def __init__(self, key: sm2.PublicKey) -> None:
        self._verifier: sm2.PublicKey | sm2.PreparedKey = key
        self._is_known = False

    def use(self) -> sm2.PublicKey | sm2.PreparedKey:
        """The plain key at the first use, the prepared one from then on."""
        verifier = self._verifier
        if isinstance(verifier, sm2.PublicKey) and self._is_known:
            verifier = self._verifier = verifier.prepare()
        self._is_known = True
        return verifier


@functools.lru_cache(maxsize=MAX_RECURRING_KEYS)  # thread-safe; equal keys have equal points
def _recurring(key: sm2.PublicKey) -> _Recurring:
    return _Recurring(key)


def verifier_for(key: sm2.PublicKey) -> sm2.PublicKey | sm2.PreparedKey:
    """What verifies for ``key``: itself, or from its second use on the same key with tables.

    Preparing costs about one verification and saves two thirds of each later one, so a key
    that is used once costs nothing, and one that is used four times is cheaper already.
    """
    return _recurring(key).use()
