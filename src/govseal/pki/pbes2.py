"""Password-based encryption of key containers: PBES2 (RFC 8018), and 3DES as PKCS#12 had it.

Written is PBES2 with AES (PBKDF2-HMAC-SHA256) or, by the national standards, with SM4
(PBKDF2-HMAC-SM3; GM/T 0091 names the parts, the identifiers are those of RFC 8018 all the same).
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import Any, Final

from asn1crypto import algos, core

from govseal.asn1 import write
from govseal.errors import KeyLoadError
from govseal.pki import blockcipher, pkcs12kdf
from govseal.pki.algorithms import SHA1, SHA256, SM3, DigestAlgorithm
from govseal.pki.blockcipher import CIPHERS, CbcCipher
from govseal.pki.containers import (
    check_iterations,
    damaged,
    reading,
    unsupported,
    whole,
    wrong_password,
)

PBES2: Final = "1.2.840.113549.1.5.13"
PBKDF2: Final = "1.2.840.113549.1.5.12"
PBE_SHA1_3DES: Final = "1.2.840.113549.1.12.1.3"
# GM/T 0091 has identifiers of its own for the same structures, printed in two ways.
_PBES2_SPELLINGS: Final = (PBES2, "1.2.156.10197.6.1.4.1.5.2", "1.2.156.10197.6.4.1.5.2")
_PBKDF2_SPELLINGS: Final = (PBKDF2, "1.2.156.10197.6.1.4.1.5.1", "1.2.156.10197.6.4.1.5.1")
PRFS: Final = {
    "1.2.840.113549.2.7": "sha1",
    "1.2.840.113549.2.8": "sha224",
    "1.2.840.113549.2.9": "sha256",
    "1.2.840.113549.2.10": "sha384",
    "1.2.840.113549.2.11": "sha512",
    "1.2.156.10197.1.401.2": "sm3",
}
"""HMAC by identifier: the digest inside (RFC 8018, B.1.2; GB/T 33560)."""
_PRF_OIDS: Final = {name: oid for oid, name in PRFS.items()}

DEFAULT_ITERATIONS: Final = 100_000
MAX_OLD_ITERATIONS: Final = 200_000
"""Of 3DES as PKCS#12 had it: derived three times over, in Python; real files have up to 50,000."""
_SALT_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Suite:
    """What a new container is encrypted and authenticated with."""

    cipher: CbcCipher
    digest: DigestAlgorithm
    """Of PBKDF2's HMAC, and of the MAC of PKCS#12."""


_SUITES: Final = {
    "aes": Suite(blockcipher.AES_256, SHA256),
    "sm4": Suite(blockcipher.SM4, SM3),
}


def suite(scheme: str) -> Suite:
    """``aes`` (AES-256, SHA-256) or ``sm4`` (SM4, SM3); raises ValueError for another name."""
    if scheme not in _SUITES:
        raise ValueError(f"aes or sm4 was expected, not {scheme!r}")
    return _SUITES[scheme]


@dataclass(frozen=True, slots=True)
class Derivation:
    """The parameters of one PBKDF2 (RFC 8018, 5.2)."""

    prf: str
    salt: bytes
    iterations: int
    key_bytes: int | None
    """The length that the parameters name, where they do."""

    def key(self, password: bytes, size: int, what: str) -> bytes:
        """``size`` derived octets."""
        try:
            return hashlib.pbkdf2_hmac(self.prf, password, self.salt, self.iterations, size)
        except ValueError:
            message = f"{what} needs HMAC-{self.prf.upper()}, which this Python does not have"
            raise KeyLoadError(message, kind="unsupported") from None


@dataclass(frozen=True, slots=True)
class Scheme:
    """The parameters of one encryption by PBES2."""

    derivation: Derivation
    cipher: CbcCipher
    iv: bytes

    def decrypt(self, ciphertext: bytes, password: bytes, what: str) -> bytes:
        """The plaintext; raises KeyLoadError (``wrong_password``) where the padding is wrong."""
        key = self.derivation.key(password, self.cipher.key_bytes, what)
        return self.cipher.decrypt(key, self.iv, ciphertext, what)


@dataclass(frozen=True, slots=True)
class OldScheme:
    """The parameters of pbeWithSHAAnd3-KeyTripleDES-CBC (RFC 7292, appendix C)."""

    salt: bytes
    iterations: int

    def decrypt(self, ciphertext: bytes, password: bytes, what: str) -> bytes:
        """The plaintext; raises KeyLoadError (``wrong_password``) where the padding is wrong."""
        try:
            bmp = pkcs12kdf.bmp_password(password.decode())
        except UnicodeDecodeError:
            raise wrong_password(what) from None
        cipher = blockcipher.TRIPLE_DES
        key, iv = (
            pkcs12kdf.derive(SHA1, bmp, self.salt, self.iterations, size=size, purpose=purpose)
            for size, purpose in (
                (cipher.key_bytes, pkcs12kdf.KEY),
                (cipher.block_bytes, pkcs12kdf.IV),
            )
        )
        return cipher.decrypt(key, iv, ciphertext, what)


def read_parameters(algorithm: Any, kind: Any) -> Any:  # noqa: ANN401 - asn1crypto has no types
    """The parameters as ``kind``, also under an identifier that asn1crypto does not know.

    Raises TypeError or ValueError where they are not that: what :func:`containers.reading` awaits.
    """
    parameters = algorithm["parameters"]
    if isinstance(parameters, core.Any):
        parameters = parameters.parse(kind)
    if not isinstance(parameters, kind):
        raise TypeError("parameters are missing")
    return whole(parameters)


def read_derivation(kdf: algos.KdfAlgorithm, what: str) -> Derivation:
    """The PBKDF2 that an AlgorithmIdentifier names.

    Raises:
        KeyLoadError: ``unsupported`` for another KDF or PRF; ``damaged``.
    """
    with reading(what):
        if (oid := kdf["algorithm"].dotted) not in _PBKDF2_SPELLINGS:
            raise unsupported(what, oid)
        parameters = read_parameters(kdf, algos.Pbkdf2Params)
        if parameters["salt"].name != "specified":
            raise unsupported(what, "a salt from elsewhere")
        if (prf := parameters["prf"]["algorithm"].dotted) not in PRFS:
            raise unsupported(what, prf)
        iterations = check_iterations(parameters["iteration_count"].native, what)
        size = parameters["key_length"].native
        return Derivation(PRFS[prf], parameters["salt"].native, iterations, size)


def read_scheme(algorithm: algos.EncryptionAlgorithm, what: str) -> Scheme | OldScheme:
    """The scheme that an AlgorithmIdentifier names.

    Raises:
        KeyLoadError: ``unsupported`` for another scheme, KDF, PRF or cipher; ``damaged``.
    """
    with reading(what):
        oid = algorithm["algorithm"].dotted
        if oid == PBE_SHA1_3DES:
            old = read_parameters(algorithm, algos.Pbes1Params)
            iterations = check_iterations(old["iterations"].native, what, MAX_OLD_ITERATIONS)
            return OldScheme(old["salt"].native, iterations)
        if oid not in _PBES2_SPELLINGS:
            raise unsupported(what, oid)
        scheme = read_parameters(algorithm, algos.Pbes2Params)
        derivation = read_derivation(scheme["key_derivation_func"], what)
        name = scheme["encryption_scheme"]["algorithm"].dotted
        if (cipher := CIPHERS.get(name)) is None:
            raise unsupported(what, name)
        iv = scheme["encryption_scheme"]["parameters"].native
        if not isinstance(iv, bytes) or len(iv) != cipher.block_bytes:
            raise damaged(what)
        if derivation.key_bytes not in (None, cipher.key_bytes):
            raise damaged(what)
        return Scheme(derivation, cipher, iv)


def encrypt(
    plaintext: bytes, password: bytes, iterations: int, scheme: str = "aes"
) -> tuple[bytes, bytes]:
    """AlgorithmIdentifier in DER and ciphertext under ``scheme`` of PBES2, fresh salt and IV.

    Raises:
        KeyLoadError: ``unsupported``: this machine lacks the cipher or the HMAC.
        ValueError: another scheme than ``aes`` and ``sm4``.
    """
    what, parts = "the container", suite(scheme)
    cipher, prf = parts.cipher, parts.digest.name
    salt, iv = os.urandom(_SALT_BYTES), os.urandom(cipher.block_bytes)
    key = Derivation(prf, salt, iterations, None).key(password, cipher.key_bytes, what)
    prf_der = write.sequence(write.oid(_PRF_OIDS[prf]), write.null())
    kdf = write.sequence(write.octets(salt), write.integer(iterations), prf_der)
    parameters = write.sequence(
        write.sequence(write.oid(PBKDF2), kdf),
        write.sequence(write.oid(cipher.oid), write.octets(iv)),
    )
    algorithm = write.sequence(write.oid(PBES2), parameters)
    return algorithm, cipher.encrypt(key, iv, plaintext, what)
