"""The digests that verifying a stamp will ask for, taken along with those of the files it protects.

A seal is in a stamp three times: as a file, inside the signed bytes, and as what its maker signed.
That makes three long messages, which SM3 takes side by side in the time of the longest. Nothing is
decided here: what was not taken ahead is taken when it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from govseal.errors import FormatError
from govseal.pki.certificate import Certificate
from govseal.seal.model import SealSignature
from govseal.sm2 import PublicKey, SignedDigest, digest_ahead

#: A longer message is no seal with a picture, and copying it would cost more than it saves.
_LONGEST_MESSAGE = 1 << 18


class Ahead:
    """Takes the digests of files; at the first time those of a stamp too.

    ``taken`` are those of the stamp from then on.
    """

    def __init__(self, stamp: SealSignature) -> None:
        self._stamp: SealSignature | None = stamp
        self.taken: tuple[SignedDigest, ...] = ()

    def many(self, messages: Sequence[bytes]) -> list[bytes]:
        """The SM3 digests of ``messages``."""
        stamp, self._stamp = self._stamp, None
        if stamp is None:
            return digest_ahead((), messages)[1]
        taken, digests = digest_ahead(list(_signed(stamp)), messages)
        self.taken = tuple(taken)
        return digests


def _signed(stamp: SealSignature) -> Iterator[tuple[PublicKey, bytes]]:
    """Who signed what, where it is SM2: the signer the stamp, the maker the seal."""
    seal = stamp.seal
    for der, message in (
        (stamp.signer_certificate, stamp.signed),
        (seal.maker_certificate, seal.signed),
    ):
        try:
            key = Certificate.from_der(der).public_key.material
        except FormatError:
            continue
        if isinstance(key, PublicKey) and len(message) <= _LONGEST_MESSAGE:
            yield key, message
