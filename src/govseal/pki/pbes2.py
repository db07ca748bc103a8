"""Password-based encryption of key containers: PBES2 with PBKDF2 and AES-CBC (RFC 8018).

The structures of key containers are asn1crypto's, and so is BER, which RFC 7292 allows; nothing
that was signed passes through here.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, overload

from asn1crypto import algos, core

from govseal.asn1 import strict
from govseal.errors import FormatError, KeyLoadError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.modes import CBC

PBES2: Final = "1.2.840.113549.1.5.13"
_PRFS: Final = {
    "1.2.840.113549.2.7": "sha1",
    "1.2.840.113549.2.8": "sha224",
    "1.2.840.113549.2.9": "sha256",
    "1.2.840.113549.2.10": "sha384",
    "1.2.840.113549.2.11": "sha512",
    "1.2.156.10197.1.401.2": "sm3",
}
_KEY_BYTES: Final = {"aes128_cbc": 16, "aes192_cbc": 24, "aes256_cbc": 32}
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
MAX_BER_BYTES: Final = 256 * 1024
"""What is not DER is read up to this size: asn1crypto counts no elements."""
# Nothing real has it, and asn1crypto adds up such a number in quadratic time.
_LONG_NUMBER: Final = re.compile(rb"[\x80-\xff]{4096}")
_BLOCK: Final = 16


def unsupported(what: str, thing: str) -> KeyLoadError:
    """The refusal of ``thing``, an OID or words; encryption is named, with a way out."""
    message = f"{what} uses {thing:.80}, which is not read here"
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


@contextmanager
def reading(what: str) -> Iterator[None]:
    """What asn1crypto raises over bytes that are not the structure becomes ``damaged``.

    It parses a field when the field is asked for, so every field is asked for inside.
    """
    try:
        yield
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError):
        raise damaged(what) from None


def whole(structure: Any) -> Any:  # noqa: ANN401 - asn1crypto has no types
    """``structure`` itself; raises ValueError for elements behind its fields, else unseen."""
    fields = getattr(structure, "_fields", None)
    if fields and len(structure) > len(fields):
        raise ValueError("an element that has no place")
    return structure


def load(kind: Any, der: bytes, what: str) -> Any:  # noqa: ANN401 - asn1crypto has no types
    """The structure of an asn1crypto class in ``der``, nothing behind it, its fields not yet read.

    Raises:
        KeyLoadError: ``damaged``; also where it is BER and larger than 256 KiB.
    """
    try:
        strict.parse(der)  # elements are counted here, and their depth is measured
        is_bounded = True
    except FormatError:
        is_bounded = len(der) <= MAX_BER_BYTES
    if not is_bounded or _LONG_NUMBER.search(der):
        raise damaged(what)
    with reading(what):
        return whole(kind.load(der, strict=True))


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


def read_scheme(algorithm: algos.EncryptionAlgorithm, what: str) -> Scheme:
    """The scheme that an AlgorithmIdentifier names.

    Raises:
        KeyLoadError: ``unsupported`` for another scheme, KDF, PRF or cipher; ``damaged``.
    """
    with reading(what):
        if (oid := algorithm["algorithm"].dotted) != PBES2:
            raise unsupported(what, oid)
        scheme = algorithm["parameters"]
        kdf, cipher = scheme["key_derivation_func"], scheme["encryption_scheme"]
        if kdf["algorithm"].native != "pbkdf2":
            raise unsupported(what, kdf["algorithm"].dotted)
        parameters = whole(kdf["parameters"])
        if parameters["salt"].name != "specified":
            raise unsupported(what, "a salt from elsewhere")
        if (prf := parameters["prf"]["algorithm"].dotted) not in _PRFS:
            raise unsupported(what, prf)
        if (name := cipher["algorithm"].native) not in _KEY_BYTES:
            raise unsupported(what, cipher["algorithm"].dotted)
        iterations = check_iterations(parameters["iteration_count"].native, what)
        salt, iv = parameters["salt"].native, cipher["parameters"].native or b""
        if len(iv) != _BLOCK or parameters["key_length"].native not in (None, _KEY_BYTES[name]):
            raise damaged(what)
        return Scheme(_PRFS[prf], salt, iterations, _KEY_BYTES[name], iv)


def _aes(key: bytes, iv: bytes) -> Cipher[CBC]:
    from cryptography.hazmat.primitives import ciphers  # noqa: PLC0415 - start-up

    return ciphers.Cipher(ciphers.algorithms.AES(key), ciphers.modes.CBC(iv))


def decrypt(scheme: Scheme, ciphertext: bytes, password: bytes, what: str) -> bytes:
    """The plaintext; raises KeyLoadError (``wrong_password``) where the padding is wrong."""
    from cryptography.hazmat.primitives.padding import PKCS7  # noqa: PLC0415 - start-up

    if not ciphertext or len(ciphertext) % _BLOCK:
        raise damaged(what)
    cipher = _aes(scheme.key(password, what), scheme.iv).decryptor()
    unpadder = PKCS7(8 * _BLOCK).unpadder()
    padded = cipher.update(ciphertext) + cipher.finalize()
    try:
        return unpadder.update(padded) + unpadder.finalize()
    except ValueError:
        raise wrong_password(what) from None


def encrypt(
    plaintext: bytes, password: bytes, iterations: int
) -> tuple[algos.EncryptionAlgorithm, bytes]:
    """AlgorithmIdentifier and ciphertext: PBKDF2-HMAC-SHA256 and AES-256-CBC, fresh salt and IV."""
    from cryptography.hazmat.primitives.padding import PKCS7  # noqa: PLC0415 - start-up

    scheme = Scheme("sha256", os.urandom(16), iterations, 32, os.urandom(_BLOCK))
    cipher = _aes(scheme.key(password, "the container"), scheme.iv).encryptor()
    padder = PKCS7(8 * _BLOCK).padder()
    padded = padder.update(plaintext) + padder.finalize()
    ciphertext = cipher.update(padded) + cipher.finalize()
    kdf = {
        "salt": {"specified": scheme.salt},
        "iteration_count": iterations,
        "prf": {"algorithm": "sha256", "parameters": core.Null()},
    }
    parameters = {
        "key_derivation_func": {"algorithm": "pbkdf2", "parameters": kdf},
        "encryption_scheme": {"algorithm": "aes256_cbc", "parameters": scheme.iv},
    }
    algorithm = algos.EncryptionAlgorithm({"algorithm": "pbes2", "parameters": parameters})
    return algorithm, ciphertext
