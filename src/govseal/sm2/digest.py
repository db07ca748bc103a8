"""SM3 (GB/T 32905) and the digest Z of a signer's identity (GB/T 32918.2, 5.5)."""

from __future__ import annotations

from govseal.sm2._backend import core
from govseal.sm2.params import DEFAULT_USER_ID, BytesLike

TYPE_CHECKING = False  # what typing's constant is, without the cost of importing typing
if TYPE_CHECKING:
    from typing import ClassVar

    from govseal.sm2.keys import PublicKey


def sm3(data: BytesLike) -> bytes:
    """The SM3 digest of ``data``: 32 bytes."""
    return core.sm3(data)


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


def identity_digest(public_key: PublicKey, user_id: BytesLike = DEFAULT_USER_ID) -> bytes:
    """Z = SM3(ENTL ‖ ID ‖ a ‖ b ‖ G ‖ P) of this key and user ID: 32 bytes.

    Raises:
        ValueError: the ID is longer than 8191 bytes.
    """
    return public_key.identity_digest(user_id)
