"""SM3 (GB/T 32905) of one message and of many, and what is made of it.

HMAC (GB/T 15852.2, RFC 2104), the key derivation function of SM2 (GB/T 32918.4, 5.4.3), and the
digest Z of a signer's identity (GB/T 32918.2, 5.5).
"""

from __future__ import annotations

from govseal.errors import InvalidSignature
from govseal.sm2._backend import core
from govseal.sm2.params import DEFAULT_USER_ID, BytesLike

TYPE_CHECKING = False  # what typing's constant is, without the cost of importing typing
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import ClassVar

    from govseal.sm2.keys import PublicKey


def sm3(data: BytesLike) -> bytes:
    """The SM3 digest of ``data``: 32 bytes."""
    return core.sm3(data)


def sm3_many(messages: Sequence[BytesLike]) -> list[bytes]:
    """The SM3 digests of a list or tuple of messages, of any sizes, in their order: 32 bytes each.

    On a processor with AVX2 eight messages are hashed side by side, with AVX-512 sixteen, each by
    one core; many short messages gain the most.
    """
    return core.sm3_many(messages)


def sm3_records(records: BytesLike, size: int) -> bytes:
    """The SM3 digests of records of ``size`` bytes that stand one after the other in ``records``.

    The digests, 32 bytes each, stand one after the other as well.

    Raises:
        ValueError: ``size`` is not positive, or ``records`` is not a whole number of records.
    """
    return core.sm3_records(records, size)


class Sm3:
    """SM3 over data that arrives in pieces.

    >>> hasher = Sm3()
    >>> hasher.update(b"abc")
    >>> hasher.digest().hex()[:8]
    '66c7f0f4'
    """

    __slots__ = ("_state",)

    digest_size: ClassVar[int] = 32
    block_size: ClassVar[int] = 64
    name: ClassVar[str] = "sm3"

    def __init__(self, data: BytesLike = b"") -> None:
        self._state = core.new_sm3()
        if data:
            self._state.update(data)

    def update(self, data: BytesLike) -> None:
        """Append ``data``."""
        self._state.update(data)

    def digest(self) -> bytes:
        """The 32-byte digest of everything appended so far; more may follow."""
        return self._state.digest()

    def copy(self) -> Sm3:
        """An independent object that has seen the same data."""
        other = Sm3.__new__(Sm3)
        other._state = self._state.copy()  # noqa: SLF001 - our own class
        return other


def hmac_sm3(key: BytesLike, data: BytesLike) -> bytes:
    """The 32-byte HMAC tag of ``data`` under a key of any size (GB/T 15852.2; RFC 2104).

    To check a tag, use :meth:`HmacSm3.verify`, which takes the same time whatever is wrong.
    """
    return core.hmac_sm3(key, data)


class HmacSm3:
    """HMAC with SM3 over data that arrives in pieces.

    >>> mac = HmacSm3(b"key")
    >>> mac.update(b"data")
    >>> mac.verify(hmac_sm3(b"key", b"data"))
    """

    __slots__ = ("_state",)

    digest_size: ClassVar[int] = 32
    block_size: ClassVar[int] = 64
    name: ClassVar[str] = "hmac-sm3"

    def __init__(self, key: BytesLike, data: BytesLike = b"") -> None:
        self._state = core.new_hmac_sm3(key)
        if data:
            self._state.update(data)

    def update(self, data: BytesLike) -> None:
        """Append ``data``."""
        self._state.update(data)

    def digest(self) -> bytes:
        """The 32-byte tag of everything appended so far; more may follow."""
        return self._state.digest()

    def verify(self, tag: BytesLike) -> None:
        """Check that ``tag`` is the whole tag of everything appended so far, in constant time.

        Raises:
            InvalidSignature: it is not.
        """
        if not self._state.verify(tag):
            raise InvalidSignature("the tag does not belong to this key and data")

    def copy(self) -> HmacSm3:
        """An independent object with the same key that has seen the same data."""
        other = HmacSm3.__new__(HmacSm3)
        other._state = self._state.copy()  # noqa: SLF001 - our own class
        return other


def kdf(z: BytesLike, length: int) -> bytes:
    """``length`` bytes of key from the shared secret ``z`` (GB/T 32918.4, 5.4.3).

    Raises:
        ValueError: ``length`` is negative, or not below (2^32 - 1) digests of 32 bytes.
    """
    return core.kdf(z, length)


def identity_digest(public_key: PublicKey, user_id: BytesLike = DEFAULT_USER_ID) -> bytes:
    """Z = SM3(ENTL ‖ ID ‖ a ‖ b ‖ G ‖ P) of this key and user ID: 32 bytes.

    Raises:
        ValueError: the ID is longer than 8191 bytes.
    """
    return public_key.identity_digest(user_id)
