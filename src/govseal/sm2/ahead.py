"""Digests taken together, ahead of the questions that need them.

One message keeps a processor's wide registers nearly empty: SM3 over eight of some size takes
little longer than over one. So whoever knows that he will verify signatures, and has other digests
to take anyway, takes all of them at once.
"""

from __future__ import annotations

from govseal.sm2.digest import Sm3, sm3, sm3_many
from govseal.sm2.keys import PublicKey

TYPE_CHECKING = False  # what typing's constant is, without the cost of importing typing
if TYPE_CHECKING:
    from collections.abc import Sequence

    from govseal.sm2.params import BytesLike


class SignedDigest:
    """e = SM3(Z ‖ M) of one key, with the default user ID, and one message M (GB/T 32918.2, 7.1).

    Only :func:`digest_ahead` makes one, so that the three always belong together.
    """

    __slots__ = ("digest", "message", "public_key")

    public_key: PublicKey
    message: bytes
    digest: bytes
    """e, 32 bytes."""

    def __init__(self) -> None:
        raise TypeError("use digest_ahead()")

    def is_of(self, public_key: PublicKey, message: bytes) -> bool:
        """Whether it is of that key and of that very object, which need not be compared then."""
        return self.message is message and self.public_key == public_key


def digest_ahead(
    signed: Sequence[tuple[PublicKey, bytes]], others: Sequence[BytesLike] = ()
) -> tuple[list[SignedDigest], list[bytes]]:
    """What verifying ``signed`` (key, message) will ask for, and the SM3 digests of ``others``.

    Raises:
        TypeError: a signed message is not bytes, and could change before it is verified.
    """
    if any(type(message) is not bytes for _, message in signed):
        raise TypeError("only bytes are digested ahead: other messages could change meanwhile")
    messages = [key.identity_digest() + message for key, message in signed]
    digests = sm3_many([*messages, *others])
    made = []
    for (key, message), digest in zip(signed, digests, strict=False):  # the others come behind
        one = object.__new__(SignedDigest)
        one.public_key, one.message, one.digest = key, message, digest
        made.append(one)
    return made, digests[len(signed) :]


#: Shorter messages are digested before anything could be remembered of them.
_WORTH_REMEMBERING = 1 << 13
_LONGEST_REMEMBERED = 1 << 18
#: What may differ at the end: the rest of a stamp behind its seal, the signer's certificate in it.
_TAIL = 1 << 11


class LikeMessages:
    """e = SM3(Z ‖ M) of one key's messages, of which many begin alike: the stamps of one seal do.

    The beginning of the last long message is kept, with where SM3 stood behind it.
    """

    __slots__ = ("_last", "_z")

    def __init__(self, public_key: PublicKey) -> None:
        self._z = public_key.identity_digest()
        self._last: tuple[bytes, Sm3] | None = None

    def digest(self, message: BytesLike) -> bytes:
        """The digest e of a message, with the default user ID: 32 bytes."""
        message = bytes(message)
        if not _WORTH_REMEMBERING <= len(message) <= _LONGEST_REMEMBERED:
            return sm3(self._z + message)
        last = self._last  # once: another thread may put another one there
        if last is None or not message.startswith(last[0]):
            beginning = message[:-_TAIL]
            hasher = Sm3(self._z)
            hasher.update(beginning)
            self._last = last = beginning, hasher
        beginning, hasher = last
        rest = hasher.copy()
        rest.update(memoryview(message)[len(beginning) :])
        return rest.digest()
