"""The key derivation of PKCS#12 (RFC 7292, appendix B): for its MAC, and encryption of old."""

from __future__ import annotations

from typing import Final

from govseal.pki.algorithms import DigestAlgorithm

KEY: Final = 1
IV: Final = 2
MAC: Final = 3
"""What is derived (RFC 7292, B.3)."""


def bmp_password(password: str) -> bytes:
    """A password as BMPString with two NULs behind it (RFC 7292, B.1)."""
    return password.encode("utf-16-be", "surrogatepass") + b"\0\0"


def derive(
    digest: DigestAlgorithm,
    password: bytes,
    salt: bytes,
    iterations: int,
    *,
    size: int,
    purpose: int,
) -> bytes:
    """``size`` octets from a password as :func:`bmp_password` makes it (RFC 7292, B.2)."""
    block = 128 if digest.size > 32 else 64

    def stretch(octets: bytes) -> bytes:
        length = -(-len(octets) // block) * block
        return (octets * (length // len(octets) + 1))[:length] if octets else b""

    # A copy costs a sixth of what a new one does, and there are a hundred thousand.
    fresh = digest.new()
    row = bytearray(stretch(salt) + stretch(password))
    out = b""
    while True:
        value = digest.digest(bytes([purpose]) * block + bytes(row))
        for _ in range(iterations - 1):
            hasher = fresh.copy()
            hasher.update(value)
            value = hasher.digest()
        out += value
        if len(out) >= size:
            return out[:size]
        step = int.from_bytes((value * block)[:block], "big") + 1
        for at in range(0, len(row), block):
            number = int.from_bytes(row[at : at + block], "big") + step
            row[at : at + block] = (number % (1 << 8 * block)).to_bytes(block, "big")
