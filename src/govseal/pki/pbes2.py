"""Password-based encryption of key containers: PBES2 with PBKDF2 and AES-CBC (RFC 8018)."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import Final, overload

from govseal.asn1 import strict, write
from govseal.errors import KeyLoadError
from govseal.pki.keys import algorithm_identifier

PBES2: Final = "1.2.840.113549.1.5.13"
_PBKDF2: Final = "1.2.840.113549.1.5.12"
_HMAC_SHA1: Final = "1.2.840.113549.2.7"
_HMAC_SHA256: Final = "1.2.840.113549.2.9"
_AES_256_CBC: Final = "2.16.840.1.101.3.4.1.42"

_PRFS: Final = {
    _HMAC_SHA1: "sha1",
    "1.2.840.113549.2.8": "sha224",
    _HMAC_SHA256: "sha256",
    "1.2.840.113549.2.10": "sha384",
    "1.2.840.113549.2.11": "sha512",
    "1.2.156.10197.1.401.2": "sm3",
}
_KEY_BYTES: Final = {
    "2.16.840.1.101.3.4.1.2": 16,
    "2.16.840.1.101.3.4.1.22": 24,
    _AES_256_CBC: 32,
}
# Named so that a refusal says what the file uses and what to do.
_OTHERS: Final = {
    "1.2.840.113549.1.12.1.1": "PBE-SHA1-RC4-128",
    "1.2.840.113549.1.12.1.2": "PBE-SHA1-RC4-40",
    "1.2.840.113549.1.12.1.3": "PBE-SHA1-3DES",
    "1.2.840.113549.1.12.1.4": "PBE-SHA1-2DES",
    "1.2.840.113549.1.12.1.5": "PBE-SHA1-RC2-128",
    "1.2.840.113549.1.12.1.6": "PBE-SHA1-RC2-40",
    "1.2.840.113549.1.5.3": "PBE-MD5-DES",
    "1.2.840.113549.1.5.10": "PBE-SHA1-DES",
    "1.2.840.113549.1.5.14": "PBMAC1",
    "1.2.840.113549.3.7": "3DES-CBC",
    "1.3.6.1.4.1.11591.4.11": "scrypt",
    "1.2.156.10197.1.104": "SM4",
    "1.2.156.10197.1.104.2": "SM4-CBC",
}

MAX_ITERATIONS: Final = 2_000_000
"""Above this a container is refused rather than worked on for minutes."""
DEFAULT_ITERATIONS: Final = 100_000
_BLOCK: Final = 16


def unsupported(what: str, thing: str) -> KeyLoadError:
    """The refusal of ``thing``, an OID or words; encryption is named, with a way out."""
    message = f"{what} uses {thing}, which is not read here"
    if thing in _OTHERS:
        message = (
            f"{what} uses {_OTHERS[thing]} ({thing}), which is not read here; "
            "save it again with PBES2 and AES"
        )
    return KeyLoadError(message, kind="unsupported")


def damaged(what: str) -> KeyLoadError:
    """The refusal of a structure that is not what it claims to be."""
    return KeyLoadError(f"{what} is damaged", kind="damaged")


def wrong_password(what: str) -> KeyLoadError:
    """The refusal of a password."""
    return KeyLoadError(f"the password of {what} is wrong", kind="wrong_password")


@overload
def password_octets(password: str | bytes) -> bytes: ...
@overload
def password_octets(password: str | bytes | None) -> bytes | None: ...
def password_octets(password: str | bytes | None) -> bytes | None:
    """A password as UTF-8; text that came from octets of another encoding becomes them again."""
    return password.encode("utf-8", "surrogateescape") if isinstance(password, str) else password


def check_iterations(count: int, what: str) -> int:
    """``count`` itself; raises KeyLoadError (``unsupported``) outside 1 to two million."""
    if not 1 <= count <= MAX_ITERATIONS:
        message = f"{what} asks for {count} iterations, at most {MAX_ITERATIONS} are worked"
        raise KeyLoadError(message, kind="unsupported")
    return count


@dataclass(frozen=True, slots=True)
class Scheme:
    """The parameters of one PBES2 encryption."""

    prf: str
    salt: bytes
    iterations: int
    key_bytes: int
    iv: bytes

    def key(self, password: bytes, what: str) -> bytes:
        """The derived key (RFC 8018, 5.2)."""
        try:
            return hashlib.pbkdf2_hmac(
                self.prf, password, self.salt, self.iterations, self.key_bytes
            )
        except ValueError:
            message = f"{what} needs HMAC-{self.prf.upper()}, which this Python does not have"
            raise KeyLoadError(message, kind="unsupported") from None


def _read_kdf(element: strict.Tlv, what: str) -> tuple[str, bytes, int, int | None]:
    oid, parameters = algorithm_identifier(element, what)
    if oid != _PBKDF2:
        raise unsupported(what, oid)
    if parameters is None:
        raise damaged(what)
    parts = list(strict.expect(parameters, strict.SEQUENCE, what).children())
    if len(parts) < 2:
        raise damaged(what)
    if parts[0].tag != strict.OCTET_STRING:
        raise unsupported(what, "a salt from elsewhere")
    salt = strict.read_octets(parts.pop(0), what)
    iterations = check_iterations(strict.read_integer(parts.pop(0), what), what)
    length = None
    if parts and parts[0].tag == strict.INTEGER:
        length = strict.read_integer(parts.pop(0), what)
    prf = _HMAC_SHA1
    if parts:
        prf, _ = algorithm_identifier(parts.pop(0), what)
    if parts:
        raise damaged(what)
    if prf not in _PRFS:
        raise unsupported(what, prf)
    return _PRFS[prf], salt, iterations, length


def read_scheme(element: strict.Tlv, what: str) -> Scheme:
    """The scheme in an AlgorithmIdentifier.

    Raises:
        KeyLoadError: ``unsupported`` for another scheme, KDF, PRF or cipher.
        EncodingError: not that structure.
    """
    oid, parameters = algorithm_identifier(element, what)
    if oid != PBES2:
        raise unsupported(what, oid)
    parts = () if parameters is None else parameters.children()
    if len(parts) != 2:
        raise damaged(what)
    prf, salt, iterations, length = _read_kdf(parts[0], what)
    cipher, iv_element = algorithm_identifier(parts[1], what)
    if cipher not in _KEY_BYTES:
        raise unsupported(what, cipher)
    iv = b"" if iv_element is None else strict.read_octets(iv_element, what)
    key_bytes = _KEY_BYTES[cipher]
    if len(iv) != _BLOCK or length not in (None, key_bytes):
        raise damaged(what)
    return Scheme(prf, salt, iterations, key_bytes, iv)


def decrypt(scheme: Scheme, ciphertext: bytes, password: bytes, what: str) -> bytes:
    """The plaintext; raises KeyLoadError (``wrong_password``) where the padding is wrong."""
    from cryptography.hazmat.primitives.ciphers import (  # noqa: PLC0415 - start-up
        Cipher,
        algorithms,
        modes,
    )

    if not ciphertext or len(ciphertext) % _BLOCK:
        raise damaged(what)
    key = scheme.key(password, what)
    cipher = Cipher(algorithms.AES(key), modes.CBC(scheme.iv)).decryptor()
    padded = cipher.update(ciphertext) + cipher.finalize()
    count = padded[-1]
    if not 1 <= count <= _BLOCK or padded[-count:] != bytes([count]) * count:
        raise wrong_password(what)
    return padded[:-count]


def encrypt(plaintext: bytes, password: bytes, iterations: int) -> tuple[bytes, bytes]:
    """AlgorithmIdentifier and ciphertext: PBKDF2-HMAC-SHA256 and AES-256-CBC, fresh salt and IV."""
    from cryptography.hazmat.primitives.ciphers import (  # noqa: PLC0415 - start-up
        Cipher,
        algorithms,
        modes,
    )

    scheme = Scheme("sha256", os.urandom(16), iterations, 32, os.urandom(_BLOCK))
    count = _BLOCK - len(plaintext) % _BLOCK
    key = scheme.key(password, "the container")
    cipher = Cipher(algorithms.AES(key), modes.CBC(scheme.iv)).encryptor()
    ciphertext = cipher.update(plaintext + bytes([count]) * count) + cipher.finalize()
    kdf = write.sequence(
        write.oid(_PBKDF2),
        write.sequence(
            write.octets(scheme.salt),
            write.integer(iterations),
            write.sequence(write.oid(_HMAC_SHA256), write.null()),
        ),
    )
    aes = write.sequence(write.oid(_AES_256_CBC), write.octets(scheme.iv))
    algorithm = write.sequence(write.oid(PBES2), write.sequence(kdf, aes))
    return algorithm, ciphertext
