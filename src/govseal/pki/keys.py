"""Public keys behind one ``verify``: SM2, RSA (PKCS#1 v1.5), P-256, P-384; others are carried."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from govseal import sm2
from govseal.asn1 import strict, write
from govseal.errors import EncodingError, InvalidSignature, UnsupportedFormat
from govseal.pki.algorithms import SignatureAlgorithm
from govseal.pki.ecdsa import CURVES, EcPoint
from govseal.pki.recurring import verifier_for
from govseal.sm2.params import RAW_SIGNATURE_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import rsa

EC_PUBLIC_KEY: Final = "1.2.840.10045.2.1"
RSA_ENCRYPTION: Final = "1.2.840.113549.1.1.1"
SM2_CURVE: Final = "1.2.156.10197.1.301"
# A CA of 2018 names the signature algorithm where the curve belongs, and one product names the
# curve where the algorithm belongs.
SM2_CURVES: Final = (SM2_CURVE, "1.2.156.10197.1.301.1")

MIN_RSA_BITS: Final = 1024
MAX_RSA_BITS: Final = 16384
_MAX_EXPONENT_BITS: Final = 64


@dataclass(frozen=True, slots=True)
class RsaNumbers:
    """Modulus and exponent (RFC 8017, A.1.1)."""

    modulus: int
    exponent: int


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key as a certificate carries it."""

    kind: str
    """``sm2``, ``rsa``, ``ec`` (P-256, P-384) or ``unsupported``."""
    spki: bytes = field(repr=False)
    """SubjectPublicKeyInfo as received, DER."""
    bits: int
    """Size of the key; 0 where it is not known."""
    algorithm_oid: str
    """The algorithm that SubjectPublicKeyInfo names."""
    material: sm2.PublicKey | RsaNumbers | EcPoint | None = field(repr=False, compare=False)
    """What the arithmetic works on; None for an unsupported key."""

    def is_same_key(self, other: PublicKey) -> bool:
        """Whether both are the same usable key, however SubjectPublicKeyInfo spells it."""
        return self.material is not None and self.material == other.material

    def verify(
        self,
        signature: bytes,
        message: bytes,
        algorithm: SignatureAlgorithm,
        *,
        raw: bool = False,
        ahead: Sequence[sm2.SignedDigest] = (),
    ) -> None:
        """Check ``signature`` over ``message``; return nothing.

        SM2 takes Z with the default user ID, and the value as strict DER, or with ``raw`` as
        r ‖ s of 64 bytes; RSA is PKCS#1 v1.5 (RFC 8017, 8.2.2); ECDSA takes strict DER. What stands
        in ``ahead`` for this key and message is not digested again.

        Raises:
            InvalidSignature: the value is wrong, or the algorithm does not fit the key.
            UnsupportedFormat: the key is of a kind that cannot be used here, or an RSA key
                of less than 1024 or more than 16384 bits.
        """
        if self.material is None:
            message_text = f"a key that cannot be used here: {self.algorithm_oid}"
            raise UnsupportedFormat(message_text, part="subjectPublicKeyInfo")
        if algorithm.key_kind != self.kind or (raw and self.kind != "sm2"):
            raise InvalidSignature(f"{algorithm.name} does not fit a key of kind {self.kind}")
        if isinstance(self.material, sm2.PublicKey):
            _verify_sm2(self.material, signature, message, raw=raw, ahead=ahead)
        elif isinstance(self.material, EcPoint):
            _verify_ecdsa(self.material, signature, message, algorithm)
        else:
            _verify_rsa(self.material, signature, message, algorithm)


def _verify_sm2(
    key: sm2.PublicKey,
    signature: bytes,
    message: bytes,
    *,
    raw: bool,
    ahead: Sequence[sm2.SignedDigest],
) -> None:
    verifier = verifier_for(key)
    if raw:
        verifier.verify_raw(signature, message)
        return
    # Over a digest, 64 bytes would pass for r ‖ s, which is not what was asked for.
    if len(signature) != RAW_SIGNATURE_BYTES:
        for known in ahead:
            if known.is_of(key, message):
                verifier.verify_digest(signature, known.digest)
                return
    verifier.verify(signature, message)


def _verify_rsa(
    numbers: RsaNumbers, signature: bytes, message: bytes, algorithm: SignatureAlgorithm
) -> None:
    from cryptography.exceptions import InvalidSignature as Mismatch  # noqa: PLC0415 - start-up
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - start-up
    from cryptography.hazmat.primitives.asymmetric import padding  # noqa: PLC0415 - start-up

    if algorithm.digest is None:
        raise InvalidSignature("the digest of the RSA signature is not named")
    if len(signature) != (numbers.modulus.bit_length() + 7) // 8:
        raise InvalidSignature("the RSA signature is not as long as the modulus")
    try:
        key = _rsa_key(numbers)
        key.verify(signature, message, padding.PKCS1v15(), hash_of(algorithm.digest.name))
    except Mismatch:
        raise InvalidSignature("the RSA signature does not belong to this key") from None
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UnsupportedFormat(f"an RSA key or digest that cannot be used: {error}") from None


def _verify_ecdsa(
    point: EcPoint, signature: bytes, message: bytes, algorithm: SignatureAlgorithm
) -> None:
    if algorithm.digest is None:
        raise InvalidSignature("the digest of the ECDSA signature is not named")
    try:
        hashing = hash_of(algorithm.digest.name)
    except ValueError as error:
        raise UnsupportedFormat(str(error)) from None
    point.verify(signature, message, hashing)


@functools.lru_cache(maxsize=64)
def _rsa_key(numbers: RsaNumbers) -> rsa.RSAPublicKey:
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415 - start-up

    return rsa.RSAPublicNumbers(numbers.exponent, numbers.modulus).public_key()


def hash_of(name: str) -> hashes.HashAlgorithm:
    """The digest ``name`` as ``cryptography`` wants it; raises ValueError for another one."""
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - start-up

    table: dict[str, type[hashes.HashAlgorithm]] = {
        "md5": hashes.MD5,
        "sha1": hashes.SHA1,
        "sha224": hashes.SHA224,
        "sha256": hashes.SHA256,
        "sha384": hashes.SHA384,
        "sha512": hashes.SHA512,
    }
    if name not in table:
        raise ValueError(f"a signature with {name}")
    return table[name]()


def algorithm_identifier(element: strict.Tlv, what: str) -> tuple[str, strict.Tlv | None]:
    """The OID and the parameters (None where absent) of an AlgorithmIdentifier."""
    children = strict.expect(element, strict.SEQUENCE, what).children()
    if not 1 <= len(children) <= 2:
        raise EncodingError(f"{what}: not an AlgorithmIdentifier", part=what)
    return strict.read_oid(children[0], what), children[1] if len(children) == 2 else None


def _rsa_numbers(content: bytes) -> RsaNumbers:
    what = "RSAPublicKey"
    children = strict.expect(strict.parse(content, part=what), strict.SEQUENCE, what).children()
    if len(children) != 2:
        raise EncodingError(f"{what}: modulus and exponent were expected", part=what)
    values = []
    for child in children:
        octets = strict.expect(child, strict.INTEGER, what).content
        if octets[0] & 0x80 or len(octets) > 8 * 1024:
            raise EncodingError(f"{what}: not a positive number of a sane size", part=what)
        values.append(int.from_bytes(octets, "big"))
    modulus, exponent = values
    if modulus % 2 == 0 or exponent % 2 == 0 or exponent < 3:
        raise EncodingError(f"{what}: not an RSA key", part=what)
    return RsaNumbers(modulus, exponent)


def named_curve(oid: str, parameters: strict.Tlv | None) -> str | None:
    """The OID of the curve that the AlgorithmIdentifier of an EC key names, else None."""
    if oid != EC_PUBLIC_KEY or parameters is None or parameters.tag != strict.OBJECT_IDENTIFIER:
        return None
    return strict.read_any_oid(parameters, "namedCurve")


def is_sm2_key(oid: str, parameters: strict.Tlv | None) -> bool:
    """Whether an AlgorithmIdentifier names a key on the SM2 curve."""
    return oid == SM2_CURVE or named_curve(oid, parameters) in SM2_CURVES


def read_public_key(element: strict.Tlv) -> PublicKey:
    """The key of a parsed SubjectPublicKeyInfo (RFC 5280, 4.1.2.7; GB/T 35276, 7.1).

    Raises:
        EncodingError: not that structure, or a key that is none (a point off the curve that is
            named, an even modulus).
    """
    what = "subjectPublicKeyInfo"
    children = strict.expect(element, strict.SEQUENCE, what).children()
    if len(children) != 2:
        raise EncodingError(f"{what}: algorithm and key were expected", part=what)
    oid, parameters = algorithm_identifier(children[0], what)
    content = strict.read_bits(children[1], what)
    spki = element.raw
    if is_sm2_key(oid, parameters):
        return PublicKey("sm2", spki, 256, oid, sm2.PublicKey.decode(content))
    curve = CURVES.get(named_curve(oid, parameters) or "")
    if curve is not None:
        return PublicKey("ec", spki, curve.bits, oid, EcPoint.decode(curve, content))
    if oid == RSA_ENCRYPTION:
        numbers = _rsa_numbers(content)
        bits = numbers.modulus.bit_length()
        usable = MIN_RSA_BITS <= bits <= MAX_RSA_BITS
        usable = usable and numbers.exponent.bit_length() <= _MAX_EXPONENT_BITS
        return PublicKey(
            "rsa" if usable else "unsupported", spki, bits, oid, numbers if usable else None
        )
    return PublicKey("unsupported", spki, 0, oid, None)


def decode_public_key(spki_der: bytes) -> PublicKey:
    """The key of a SubjectPublicKeyInfo in DER; raises EncodingError (see read_public_key)."""
    return read_public_key(strict.parse(spki_der, part="subjectPublicKeyInfo"))


def encode_sm2_spki(point: bytes) -> bytes:
    """SubjectPublicKeyInfo of an SM2 point 04 ‖ X ‖ Y (GB/T 35276, 7.1; RFC 5480)."""
    algorithm = write.sequence(write.oid(EC_PUBLIC_KEY), write.oid(SM2_CURVE))
    return write.sequence(algorithm, write.bits(point))


def encode_ec_spki(point: EcPoint) -> bytes:
    """SubjectPublicKeyInfo of a point of P-256 or P-384 (RFC 5480, 2.1.1)."""
    algorithm = write.sequence(write.oid(EC_PUBLIC_KEY), write.oid(point.curve.oid))
    return write.sequence(algorithm, write.bits(point.encode()))


def encode_rsa_spki(modulus: int, exponent: int) -> bytes:
    """SubjectPublicKeyInfo of an RSA key (RFC 3279, 2.3.1)."""
    algorithm = write.sequence(write.oid(RSA_ENCRYPTION), write.null())
    key = write.sequence(write.integer(modulus), write.integer(exponent))
    return write.sequence(algorithm, write.bits(key))
