"""Digest and signature algorithms as tables: identifiers, spellings in the field, strength.

Sources: GB/T 33560 (identifiers), RFC 8017 and RFC 5754 (RSA), RFC 5758 (ECDSA), and the spellings
of CheckMethod that real products write (Q7).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol, Self

from govseal import sm2


class Hasher(Protocol):
    """A running digest: ``update`` takes more data, ``digest`` gives the value so far."""

    def update(self, data: bytes | memoryview, /) -> None:
        """Append ``data``."""

    def digest(self) -> bytes:
        """The digest of everything appended so far."""

    def copy(self) -> Self:
        """Another one that has been given the same."""


@dataclass(frozen=True, slots=True)
class DigestAlgorithm:
    """A digest algorithm; ``weak`` ones are recognised, but prove nothing by themselves."""

    name: str
    """``sm3``, ``sha256`` …"""
    oids: tuple[str, ...]
    """Object identifiers, the one to write first."""
    size: int
    """Bytes of the digest."""
    weak: bool = False
    """Whether collisions are known (MD5, SHA-1)."""
    factory: Callable[[], Hasher] = field(repr=False, compare=False, kw_only=True)
    many: Callable[[Sequence[bytes]], list[bytes]] | None = field(
        default=None, repr=False, compare=False, kw_only=True
    )
    """The digests of many messages at once, where that is faster than one by one."""

    def new(self) -> Hasher:
        """A fresh running digest."""
        return self.factory()

    def digest(self, data: bytes) -> bytes:
        """The digest of ``data``."""
        hasher = self.factory()
        hasher.update(data)
        return hasher.digest()


@dataclass(frozen=True, slots=True)
class SignatureAlgorithm:
    """A signature algorithm of the kind of key that it needs."""

    name: str
    """``sm2-sm3``, ``ecdsa-sha256`` …; ``rsa`` where the digest is told elsewhere."""
    oid: str
    """The object identifier as received."""
    key_kind: str
    """``sm2``, ``rsa`` or ``ec``."""
    digest: DigestAlgorithm | None
    """None for bare ``rsaEncryption``, which names no digest."""

    @property
    def weak(self) -> bool:
        """Whether the digest is broken (MD5, SHA-1)."""
        return self.digest is not None and self.digest.weak

    def with_digest(self, digest: DigestAlgorithm) -> SignatureAlgorithm:
        """The algorithm with the digest that CMS names beside it; raises ValueError on conflict."""
        if self.digest is None:
            return replace(self, name=f"{self.name}-{digest.name}", digest=digest)
        if self.digest.name != digest.name:
            message = f"{self.name} does not go with {digest.name}"
            raise ValueError(message)
        return self


def _hashlib(name: str) -> Callable[[], Hasher]:
    # Weak digests are computed to be compared and reported, not to protect anything.
    return lambda: hashlib.new(name, usedforsecurity=False)


SM3: Final = DigestAlgorithm(
    # 401.1 is SM3 without a key; products write 401.2 (with a key) for SM3 over Z and data (Q6).
    "sm3",
    ("1.2.156.10197.1.401", "1.2.156.10197.1.401.1", "1.2.156.10197.1.401.2"),
    32,
    factory=sm2.Sm3,
    many=sm2.sm3_many,
)
MD5: Final = DigestAlgorithm("md5", ("1.2.840.113549.2.5",), 16, weak=True, factory=_hashlib("md5"))
SHA1: Final = DigestAlgorithm("sha1", ("1.3.14.3.2.26",), 20, weak=True, factory=_hashlib("sha1"))
SHA224: Final = DigestAlgorithm(
    "sha224", ("2.16.840.1.101.3.4.2.4",), 28, factory=_hashlib("sha224")
)
SHA256: Final = DigestAlgorithm(
    "sha256", ("2.16.840.1.101.3.4.2.1",), 32, factory=_hashlib("sha256")
)
SHA384: Final = DigestAlgorithm(
    "sha384", ("2.16.840.1.101.3.4.2.2",), 48, factory=_hashlib("sha384")
)
SHA512: Final = DigestAlgorithm(
    "sha512", ("2.16.840.1.101.3.4.2.3",), 64, factory=_hashlib("sha512")
)

DIGEST_ALGORITHMS: Final = (SM3, SHA256, SHA384, SHA512, SHA224, SHA1, MD5)

SM2_SM3: Final = SignatureAlgorithm("sm2-sm3", "1.2.156.10197.1.501", "sm2", SM3)
RSA_SHA256: Final = SignatureAlgorithm("rsa-sha256", "1.2.840.113549.1.1.11", "rsa", SHA256)
ECDSA_SHA256: Final = SignatureAlgorithm("ecdsa-sha256", "1.2.840.10045.4.3.2", "ec", SHA256)

SIGNATURE_ALGORITHMS: Final = (
    SM2_SM3,
    # GB/T 35275 writes SM2-1 into SignerInfo; some products write the bare SM2 arc.
    SignatureAlgorithm("sm2-sm3", "1.2.156.10197.1.301.1", "sm2", SM3),
    SignatureAlgorithm("sm2-sm3", "1.2.156.10197.1.301", "sm2", SM3),
    SignatureAlgorithm("rsa", "1.2.840.113549.1.1.1", "rsa", None),
    SignatureAlgorithm("rsa-md5", "1.2.840.113549.1.1.4", "rsa", MD5),
    SignatureAlgorithm("rsa-sha1", "1.2.840.113549.1.1.5", "rsa", SHA1),
    SignatureAlgorithm("rsa-sha1", "1.3.14.3.2.29", "rsa", SHA1),
    RSA_SHA256,
    SignatureAlgorithm("rsa-sha384", "1.2.840.113549.1.1.12", "rsa", SHA384),
    SignatureAlgorithm("rsa-sha512", "1.2.840.113549.1.1.13", "rsa", SHA512),
    SignatureAlgorithm("rsa-sha224", "1.2.840.113549.1.1.14", "rsa", SHA224),
    SignatureAlgorithm("ecdsa-sha1", "1.2.840.10045.4.1", "ec", SHA1),
    SignatureAlgorithm("ecdsa-sha224", "1.2.840.10045.4.3.1", "ec", SHA224),
    ECDSA_SHA256,
    SignatureAlgorithm("ecdsa-sha384", "1.2.840.10045.4.3.3", "ec", SHA384),
    SignatureAlgorithm("ecdsa-sha512", "1.2.840.10045.4.3.4", "ec", SHA512),
)

_DIGESTS: Final = {
    spelling: algorithm
    for algorithm in DIGEST_ALGORITHMS
    for spelling in (algorithm.name, algorithm.name.replace("sha", "sha-"), *algorithm.oids)
}
_SIGNATURES: Final = {algorithm.oid: algorithm for algorithm in SIGNATURE_ALGORITHMS}


def digest_algorithm(text_or_oid: str) -> DigestAlgorithm | None:
    """The digest algorithm of a name (any case, ``SHA-256`` or ``sha256``) or OID, else None."""
    return _DIGESTS.get(text_or_oid.strip().lower())


def signature_algorithm(oid: str) -> SignatureAlgorithm | None:
    """The signature algorithm of a dotted OID, None for one that is not known here."""
    return _SIGNATURES.get(oid)
