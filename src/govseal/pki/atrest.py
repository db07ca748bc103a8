"""Secrets encrypted at rest: SM4-GCM (GB/T 32907, GB/T 36624), a key of its own for each."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from govseal.errors import KeyLoadError
from govseal.sm2 import hmac_sm3

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.modes import GCM

KEY_BYTES: Final = 16
_MAGIC: Final = b"GS1"
_SALT_BYTES: Final = 16
_TAG_BYTES: Final = 16
_HEAD_BYTES: Final = len(_MAGIC) + _SALT_BYTES
_NONCE: Final = bytes(12)  # each key encrypts once


class AtRestKey:
    """A key of 16 bytes that encrypts what is stored; it shows itself to nobody.

    Each secret has a label, which says what it is and whose: one cannot stand in another's place.
    """

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key at rest has {KEY_BYTES} bytes")
        self._key = bytearray(key)

    def __repr__(self) -> str:
        return "<AtRestKey>"

    def encrypt(self, secret: bytes, label: str) -> bytes:
        """``GS1`` ‖ salt ‖ ciphertext ‖ tag."""
        from cryptography.hazmat.primitives.ciphers import modes  # noqa: PLC0415 - start-up

        salt = os.urandom(_SALT_BYTES)
        encryptor = self._cipher(salt, label, modes.GCM(_NONCE)).encryptor()
        encryptor.authenticate_additional_data(label.encode())
        text = encryptor.update(secret) + encryptor.finalize()
        return _MAGIC + salt + text + encryptor.tag

    def decrypt(self, stored: bytes, label: str) -> bytes:
        """What :meth:`encrypt` was given.

        Raises:
            KeyLoadError: ``wrong_container`` for other bytes; ``damaged`` for another key or
                label, or bytes that were changed.
        """
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - start-up
        from cryptography.hazmat.primitives.ciphers import modes  # noqa: PLC0415 - start-up

        if len(stored) < _HEAD_BYTES + _TAG_BYTES or not stored.startswith(_MAGIC):
            raise KeyLoadError(f"{label}: not encrypted at rest", kind="wrong_container")
        salt, tag = stored[len(_MAGIC) : _HEAD_BYTES], stored[-_TAG_BYTES:]
        decryptor = self._cipher(salt, label, modes.GCM(_NONCE, tag)).decryptor()
        decryptor.authenticate_additional_data(label.encode())
        try:
            return decryptor.update(stored[_HEAD_BYTES:-_TAG_BYTES]) + decryptor.finalize()
        except InvalidTag:
            message = f"{label}: another key encrypted it, or it was changed"
            raise KeyLoadError(message, kind="damaged") from None

    def _cipher(self, salt: bytes, label: str, mode: GCM) -> Cipher[GCM]:
        from cryptography.hazmat.primitives import ciphers  # noqa: PLC0415 - start-up

        key = hmac_sm3(bytes(self._key), b"at rest" + salt + label.encode())[:KEY_BYTES]
        return ciphers.Cipher(ciphers.algorithms.SM4(key), mode)

    def wipe(self) -> None:
        """Overwrite the key; nothing can be read any more."""
        self._key[:] = bytes(KEY_BYTES)
