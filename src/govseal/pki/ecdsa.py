"""ECDSA over P-256 and P-384 (FIPS 186-5, RFC 5480): points read here, arithmetic by OpenSSL."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from govseal.asn1 import strict
from govseal.errors import EncodingError, FormatError, InvalidSignature, UnsupportedFormat

if TYPE_CHECKING:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec


@dataclass(frozen=True, slots=True)
class EcCurve:
    """A curve y² = x³ - 3x + b over the integers modulo ``prime`` (SP 800-186, 3.2.1)."""

    name: str
    oid: str
    bits: int
    prime: int
    b: int

    @property
    def size(self) -> int:
        """Bytes of a coordinate."""
        return self.bits // 8


P256: Final = EcCurve(
    "P-256",
    "1.2.840.10045.3.1.7",
    256,
    (1 << 256) - (1 << 224) + (1 << 192) + (1 << 96) - 1,
    0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
)
P384: Final = EcCurve(
    "P-384",
    "1.3.132.0.34",
    384,
    (1 << 384) - (1 << 128) - (1 << 96) + (1 << 32) - 1,
    0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
)
CURVES: Final = {curve.oid: curve for curve in (P256, P384)}


@dataclass(frozen=True, slots=True)
class EcPoint:
    """A public key: a point that lies on its curve."""

    curve: EcCurve
    x: int
    y: int

    @classmethod
    def decode(cls, curve: EcCurve, encoded: bytes) -> EcPoint:
        """The point 04 ‖ X ‖ Y (RFC 5480, 2.2); raises :class:`EncodingError` for all else.

        RFC 5480 lets compressed points be refused, and no CA is known to write them.
        """
        size = curve.size
        if len(encoded) != 1 + 2 * size or encoded[0] != 0x04:
            message = f"{curve.name}: not an uncompressed point of this curve"
            raise EncodingError(message, part="ECPoint")
        x, y = (int.from_bytes(half, "big") for half in (encoded[1 : 1 + size], encoded[-size:]))
        prime = curve.prime
        if max(x, y) >= prime or (y * y - x * x * x + 3 * x - curve.b) % prime:
            raise EncodingError(f"{curve.name}: the point is not on the curve", part="ECPoint")
        return cls(curve, x, y)

    def encode(self) -> bytes:
        """04 ‖ X ‖ Y."""
        size = self.curve.size
        return b"\x04" + self.x.to_bytes(size, "big") + self.y.to_bytes(size, "big")

    def verify(self, signature: bytes, message: bytes, digest: hashes.HashAlgorithm) -> None:
        """Check ``signature``, a strict DER ECDSA-Sig-Value (RFC 3279, 2.2.3); return nothing.

        Raises:
            InvalidSignature: the value is wrong, or not DER.
            UnsupportedFormat: the OpenSSL at hand lacks the curve or the digest.
        """
        from cryptography.exceptions import InvalidSignature as Mismatch  # noqa: PLC0415 - start-up
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - start-up
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - start-up

        _check_value(signature)
        try:
            _public_key(self).verify(signature, message, ec.ECDSA(digest))
        except Mismatch:
            raise InvalidSignature("the ECDSA signature does not belong to this key") from None
        except (ValueError, UnsupportedAlgorithm) as error:
            raise UnsupportedFormat(f"ECDSA that cannot be computed: {error}") from None


def _check_value(signature: bytes) -> None:
    what = "ECDSA-Sig-Value"
    try:
        row = strict.expect(strict.parse(signature, part=what), strict.SEQUENCE, what).children()
        numbers = [strict.read_integer(number, what) for number in row]
    except FormatError as error:
        raise InvalidSignature(f"the ECDSA signature is not DER: {error}") from None
    if len(numbers) != 2 or min(numbers) < 1:
        raise InvalidSignature("the ECDSA signature is not two positive numbers")


@functools.lru_cache(maxsize=64)
def _public_key(point: EcPoint) -> ec.EllipticCurvePublicKey:
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - start-up

    curve = ec.SECP256R1() if point.curve == P256 else ec.SECP384R1()
    return ec.EllipticCurvePublicNumbers(point.x, point.y, curve).public_key()
