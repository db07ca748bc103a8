"""Keys in PEM with an encryption of PEM's own (RFC 1421 as OpenSSL reads it): read, never written.

``Proc-Type: 4,ENCRYPTED`` and ``DEK-Info: cipher,IV``; the key is EVP_BytesToKey with MD5, one
round, and the first eight octets of the IV for salt. Weak, and still what ``openssl ecparam`` and
old tools leave behind.
"""

from __future__ import annotations

import hashlib
from typing import Final

from govseal.errors import KeyLoadError
from govseal.pki import blockcipher
from govseal.pki.blockcipher import CbcCipher
from govseal.pki.containers import damaged, unsupported, wrong_password
from govseal.pki.pem import PemBlock
from govseal.pki.pkcs8 import PrivateKey, decode_private_key

WHAT: Final = "the PEM key"
_CIPHERS: Final = {
    "AES-128-CBC": blockcipher.AES_128,
    "AES-192-CBC": blockcipher.AES_192,
    "AES-256-CBC": blockcipher.AES_256,
    "SM4-CBC": blockcipher.SM4,
    "DES-EDE3-CBC": blockcipher.TRIPLE_DES,
}
_SALT_BYTES: Final = 8


def _derive(password: bytes, salt: bytes, size: int) -> bytes:
    """EVP_BytesToKey with MD5 and one round, as every program writes it."""
    out = value = b""
    while len(out) < size:
        value = hashlib.md5(value + password + salt, usedforsecurity=False).digest()
        out += value
    return out[:size]


def _encryption(headers: dict[str, str]) -> tuple[CbcCipher, bytes]:
    """The cipher and the IV that DEK-Info names."""
    name, _, digits = headers.get("DEK-Info", "").partition(",")
    cipher = _CIPHERS.get(name.strip().upper())
    if name and cipher is None:
        raise unsupported(WHAT, f"{name.strip()} for an encryption of PEM's own")
    try:
        iv = bytes.fromhex(digits.strip())
    except ValueError:
        raise damaged(WHAT) from None
    if cipher is None or len(iv) != cipher.block_bytes:
        raise damaged(WHAT)
    return cipher, iv


def decode_pem_key(block: PemBlock, password: bytes | None) -> PrivateKey:
    """The private key of one PEM block, encrypted in the old way or not.

    Raises:
        KeyLoadError: ``wrong_password`` (or the key was changed: nothing tells them apart),
            ``wrong_container``, ``unsupported`` or ``damaged``.
        SigningUnavailable: an SM2 key, and the compiled core is not installed.
    """
    headers = dict(block.headers)
    if "ENCRYPTED" not in headers.get("Proc-Type", ""):
        return decode_private_key(block.der, password)
    cipher, iv = _encryption(headers)
    if password is None:
        raise KeyLoadError("the private key needs a password", kind="wrong_password")
    key = _derive(password, iv[:_SALT_BYTES], cipher.key_bytes)
    plain = cipher.decrypt(key, iv, block.der, WHAT)
    try:
        return decode_private_key(plain)
    except KeyLoadError as error:
        if error.kind == "unsupported":
            raise
        # One wrong password in 256 leaves a padding that looks right.
        raise wrong_password(WHAT) from None
