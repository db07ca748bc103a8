"""Block ciphers in CBC mode, as containers of keys use them (RFC 8018, B.2; GB/T 32907)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from govseal.errors import KeyLoadError
from govseal.pki.containers import damaged, wrong_password

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.modes import CBC


@dataclass(frozen=True, slots=True)
class CbcCipher:
    """A block cipher in CBC mode with the padding of PKCS#7."""

    name: str
    oid: str
    key_bytes: int
    block_bytes: int

    def decrypt(self, key: bytes, iv: bytes, ciphertext: bytes, what: str) -> bytes:
        """The plaintext.

        Raises:
            KeyLoadError: ``damaged`` for a length that no ciphertext has, ``wrong_password``
                where the padding is wrong, ``unsupported`` where OpenSSL lacks the cipher.
        """
        from cryptography.hazmat.primitives.padding import PKCS7  # noqa: PLC0415 - start-up

        if not ciphertext or len(ciphertext) % self.block_bytes:
            raise damaged(what)
        padded = self._run(key, iv, ciphertext, what, is_decrypting=True)
        unpadder = PKCS7(8 * self.block_bytes).unpadder()
        try:
            return unpadder.update(padded) + unpadder.finalize()
        except ValueError:
            raise wrong_password(what) from None

    def encrypt(self, key: bytes, iv: bytes, plaintext: bytes, what: str) -> bytes:
        """The ciphertext; raises :class:`KeyLoadError` where OpenSSL lacks the cipher."""
        from cryptography.hazmat.primitives.padding import PKCS7  # noqa: PLC0415 - start-up

        padder = PKCS7(8 * self.block_bytes).padder()
        padded = padder.update(plaintext) + padder.finalize()
        return self._run(key, iv, padded, what, is_decrypting=False)

    def _run(self, key: bytes, iv: bytes, data: bytes, what: str, *, is_decrypting: bool) -> bytes:
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - start-up

        cipher = self._cipher(key, iv)
        try:
            context = cipher.decryptor() if is_decrypting else cipher.encryptor()
        except UnsupportedAlgorithm:
            message = f"{what} uses {self.name}, which the OpenSSL at hand does not have"
            raise KeyLoadError(message, kind="unsupported") from None
        return context.update(data) + context.finalize()

    def _cipher(self, key: bytes, iv: bytes) -> Cipher[CBC]:
        from cryptography.hazmat.decrepit.ciphers import algorithms as old  # noqa: PLC0415 - start-up
        from cryptography.hazmat.primitives import ciphers  # noqa: PLC0415 - start-up

        mode = ciphers.modes.CBC(iv)
        if self.name == "SM4-CBC":
            return ciphers.Cipher(ciphers.algorithms.SM4(key), mode)
        if self.name == "3DES-CBC":
            return ciphers.Cipher(old.TripleDES(key), mode)
        return ciphers.Cipher(ciphers.algorithms.AES(key), mode)


AES_128: Final = CbcCipher("AES-128-CBC", "2.16.840.1.101.3.4.1.2", 16, 16)
AES_192: Final = CbcCipher("AES-192-CBC", "2.16.840.1.101.3.4.1.22", 24, 16)
AES_256: Final = CbcCipher("AES-256-CBC", "2.16.840.1.101.3.4.1.42", 32, 16)
SM4: Final = CbcCipher("SM4-CBC", "1.2.156.10197.1.104.2", 16, 16)
TRIPLE_DES: Final = CbcCipher("3DES-CBC", "1.2.840.113549.3.7", 24, 8)

CIPHERS: Final = {cipher.oid: cipher for cipher in (AES_128, AES_192, AES_256, SM4, TRIPLE_DES)}
