"""Many SM2 signatures in one call (GB/T 32918.2): the same answers as one by one, faster.

The interpreter lock is released, vector instructions work on several signatures at a time where the
machine has them, and the caller says how many threads share the work. Threads live as long as the
call. Between blocks of some thousand signatures the user's signals are heard.
"""

from __future__ import annotations

from govseal.sm2._backend import core
from govseal.sm2.keys import PreparedKey, PrivateKey, PublicKey, _user_id
from govseal.sm2.params import DEFAULT_USER_ID, BytesLike

TYPE_CHECKING = False  # what typing's constant is, without the cost of importing typing
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypeAlias

    AnyKey: TypeAlias = PublicKey | PreparedKey

__all__ = ["sign_digests", "verify_digests", "verify_many"]


def _core_key(key: AnyKey) -> core.PublicKey | core.PreparedKey:
    if not isinstance(key, PublicKey | PreparedKey):
        raise TypeError(f"a PublicKey or PreparedKey is wanted, not {type(key).__name__}")
    return key._key  # noqa: SLF001 - our own class


def verify_many(
    records: Iterable[tuple[AnyKey, BytesLike, BytesLike]],
    *,
    user_id: BytesLike = DEFAULT_USER_ID,
    threads: int = 1,
) -> list[bool]:
    """Which records (public key, DER signature, message) are valid (GB/T 32918.2, 7.1).

    Keys may differ from record to record, and be plain or prepared. A record that is wrong in any
    way, a malformed signature included, is ``False`` and changes no other's answer. The messages
    must not change during the call.

    Raises:
        TypeError: a record is not of these three things.
        ValueError: a record has not three parts, the ID is longer than 8191 bytes, or threads is
            not 1 to 256.
    """
    keys, signatures, messages = [], [], []
    for key, signature, message in records:
        keys.append(_core_key(key))
        signatures.append(signature)
        messages.append(message)
    return core.verify_many(keys, signatures, messages, _user_id(user_id), threads)


def verify_digests(
    keys: AnyKey | Sequence[AnyKey],
    records: BytesLike,
    *,
    out: bytearray | memoryview | None = None,
    threads: int = 1,
) -> BytesLike:
    """Which signatures over digests made elsewhere are valid, without a copy of any.

    ``records`` are 96 bytes each, one after the other: e = SM3(Z ‖ M), r and s, 32 bytes big-endian
    each. ``keys`` is the key of all records, or a sequence of one key for each.

    Returns:
        One byte for each record, 1 or 0: in ``out`` where that is given (writable, of exactly that
        size, apart from ``records``), else in new bytes. An exception about the arguments leaves
        ``out`` as it was, any other one leaves zeros there.

    Nobody may change ``records`` meanwhile.

    Raises:
        TypeError: a key is none, or a buffer is none.
        ValueError: a size or the number of keys does not fit, or threads is not 1 to 256.
    """
    if isinstance(keys, PublicKey | PreparedKey):
        return core.verify_digests(keys._key, records, out, threads)  # noqa: SLF001 - our class
    return core.verify_digests([_core_key(key) for key in keys], records, out, threads)


def sign_digests(
    key: PrivateKey,
    digests: BytesLike,
    *,
    out: bytearray | memoryview | None = None,
    threads: int = 1,
) -> BytesLike:
    """Raw signatures over digests made elsewhere, without a copy of any (GB/T 32918.2, 6.1).

    ``digests`` are 32 bytes each, one after the other: e = SM3(Z ‖ M).

    Returns:
        64 bytes for each digest, r and s, big-endian: in ``out`` where that is given (writable, of
        exactly that size, apart from ``digests``), else in new bytes. An exception about the
        arguments leaves ``out`` as it was, any other one leaves zeros there.

    Raises:
        TypeError: ``key`` is not a private key, or a buffer is none.
        ValueError: a size does not fit, or threads is not 1 to 256.
    """
    if not isinstance(key, PrivateKey):
        raise TypeError(f"a PrivateKey is wanted, not {type(key).__name__}")
    return key._key.sign_digests(digests, out, threads)  # noqa: SLF001 - our own class
