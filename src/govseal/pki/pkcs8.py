"""Private keys of software: PKCS#8, plain and PBES2, for SM2 and RSA (RFC 5958, GB/T 35276)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn, final

from govseal import sm2
from govseal.asn1 import strict, write
from govseal.errors import FormatError, KeyLoadError
from govseal.pki import pbes2
from govseal.pki.algorithms import RSA_SHA256, SM2_SM3, SignatureAlgorithm
from govseal.pki.keys import (
    EC_PUBLIC_KEY,
    RSA_ENCRYPTION,
    SM2_CURVE,
    SM2_CURVES,
    PublicKey,
    algorithm_identifier,
    decode_public_key,
    encode_rsa_spki,
    encode_sm2_spki,
    is_sm2_key,
    rsa_hash,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import rsa

WHAT: Final = "the private key"
MAX_KEY_BYTES: Final = 1024 * 1024


@final
class PrivateKey:
    """A software key, SM2 or RSA; it can be neither copied nor pickled."""

    __slots__ = ("_key", "algorithm", "public_key")

    algorithm: SignatureAlgorithm
    """What the key signs with: ``sm2-sm3`` or ``rsa-sha256``."""
    public_key: PublicKey

    def __init__(self, key: sm2.PrivateKey | rsa.RSAPrivateKey) -> None:
        self._key = key
        if isinstance(key, sm2.PrivateKey):
            self.algorithm = SM2_SM3
            spki = encode_sm2_spki(key.public_key.encode())
        else:
            self.algorithm = RSA_SHA256
            numbers = key.public_key().public_numbers()
            spki = encode_rsa_spki(numbers.n, numbers.e)
        self.public_key = decode_public_key(spki)
        if self.public_key.kind == "unsupported":
            raise pbes2.unsupported(WHAT, f"an RSA key of {self.public_key.bits} bits")

    @classmethod
    def generate(cls, kind: str, *, bits: int = 2048) -> PrivateKey:
        """A new ``sm2`` key, or ``rsa`` key of ``bits``, from the system's random numbers.

        Raises:
            SigningUnavailable: the compiled SM2 core is not installed.
            ValueError: another kind.
        """
        if kind == "sm2":
            return cls(sm2.PrivateKey.generate())
        if kind != "rsa":
            raise ValueError(f"sm2 or rsa was expected, not {kind!r}")
        from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415 - start-up

        return cls(rsa.generate_private_key(65537, bits))

    def sign(self, message: bytes) -> bytes:
        """The signature over ``message``: DER for SM2 (default user ID), PKCS#1 v1.5 for RSA."""
        if isinstance(self._key, sm2.PrivateKey):
            return self._key.sign(message)
        from cryptography.hazmat.primitives.asymmetric import padding  # noqa: PLC0415 - start-up

        return self._key.sign(message, padding.PKCS1v15(), rsa_hash("sha256"))

    def to_pkcs8(self) -> bytes:
        """The unencrypted PrivateKeyInfo, DER: a secret."""
        if isinstance(self._key, sm2.PrivateKey):
            return _write_sm2(self._key)
        from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415 - start-up

        plain = form.NoEncryption()
        return self._key.private_bytes(form.Encoding.DER, form.PrivateFormat.PKCS8, plain)

    def __repr__(self) -> str:
        return f"<PrivateKey {self.public_key.kind}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a private key cannot be copied or pickled")


def _write_sm2(key: sm2.PrivateKey) -> bytes:
    inner = write.sequence(
        write.integer(1),
        write.octets(key.to_bytes()),
        write.explicit(0, write.oid(SM2_CURVE)),
        write.explicit(1, write.bits(key.public_key.encode())),
    )
    algorithm = write.sequence(write.oid(EC_PUBLIC_KEY), write.oid(SM2_CURVE))
    return write.sequence(write.integer(0), algorithm, write.octets(inner))


def _read_ec_private_key(content: bytes, *, needs_curve: bool) -> PrivateKey:
    """ECPrivateKey (RFC 5915): the curve, where named, is SM2's; the point, where given, fits."""
    parts = strict.expect(strict.parse(content, part=WHAT), strict.SEQUENCE, WHAT).children()
    if not 2 <= len(parts) <= 4 or strict.read_integer(parts[0], WHAT) != 1:
        raise pbes2.damaged(WHAT)
    point, has_curve = None, False
    for part in parts[2:]:
        if part.tag == 0xA0:
            curve = strict.explicit(part, 0, WHAT)
            if curve.tag != strict.OBJECT_IDENTIFIER or (
                strict.read_oid(curve, WHAT) not in SM2_CURVES
            ):
                raise pbes2.unsupported(WHAT, "another curve than SM2")
            has_curve = True
        elif part.tag == 0xA1:
            point = strict.read_bits(strict.explicit(part, 1, WHAT), WHAT)
        else:
            raise pbes2.damaged(WHAT)
    if needs_curve and not has_curve:
        raise pbes2.damaged(WHAT)
    d = strict.read_octets(parts[1], WHAT)
    key = sm2.PrivateKey.from_bytes(d.rjust(32, b"\0") if 0 < len(d) < 32 else d)
    if point is not None and point != key.public_key.encode():
        raise KeyLoadError("the private key does not belong to its public part", kind="damaged")
    return PrivateKey(key)


def _load_rsa(der: bytes) -> PrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - start-up
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415 - start-up
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - start-up
        load_der_private_key,
    )

    try:
        key = load_der_private_key(der, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise pbes2.damaged(WHAT) from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise pbes2.unsupported(WHAT, "another algorithm than RSA")
    return PrivateKey(key)


def _read_private_key_info(der: bytes) -> PrivateKey:
    parts = strict.expect(strict.parse(der, part=WHAT), strict.SEQUENCE, WHAT).children()
    if len(parts) < 3 or strict.read_integer(parts[0], WHAT) not in (0, 1):
        raise pbes2.damaged(WHAT)
    oid, parameters = algorithm_identifier(parts[1], WHAT)
    content = strict.read_octets(parts[2], WHAT)
    if is_sm2_key(oid, parameters):
        return _read_ec_private_key(content, needs_curve=False)
    if oid == RSA_ENCRYPTION:
        return _load_rsa(der)
    if oid == EC_PUBLIC_KEY:
        raise pbes2.unsupported(WHAT, "another curve than SM2")
    raise pbes2.unsupported(WHAT, oid)


def _read_any(der: bytes, password: bytes | None) -> PrivateKey:
    parts = strict.expect(strict.parse(der, part=WHAT), strict.SEQUENCE, WHAT).children()
    tags = [part.tag for part in parts[:2]]
    if tags == [strict.SEQUENCE, strict.OCTET_STRING] and len(parts) == 2:
        scheme = pbes2.read_scheme(parts[0], WHAT)
        if password is None:
            raise KeyLoadError("the private key needs a password", kind="wrong_password")
        plain = pbes2.decrypt(scheme, strict.read_octets(parts[1], WHAT), password, WHAT)
        try:
            strict.parse(plain, part=WHAT)
        except FormatError:
            # One wrong password in 256 leaves a padding that looks right.
            raise pbes2.wrong_password(WHAT) from None
        return _read_private_key_info(plain)
    if tags == [strict.INTEGER, strict.SEQUENCE]:
        return _read_private_key_info(der)
    if tags == [strict.INTEGER, strict.OCTET_STRING]:
        return _read_ec_private_key(der, needs_curve=True)
    if tags == [strict.INTEGER, strict.INTEGER]:
        return _load_rsa(der)
    raise pbes2.damaged(WHAT)


def decode_private_key(der: bytes, password: str | bytes | None = None) -> PrivateKey:
    """The key of a PrivateKeyInfo or EncryptedPrivateKeyInfo; also ECPrivateKey, RSAPrivateKey.

    Encryption is PBES2: PBKDF2 with HMAC of SHA-1, SHA-2 or SM3, and AES-CBC. A password given
    for a key that is not encrypted is not used.

    Raises:
        KeyLoadError: ``wrong_password``, ``unsupported`` or ``damaged``.
        SigningUnavailable: an SM2 key, and the compiled core is not installed.
    """
    octets = pbes2.password_octets(password)
    if len(der) > MAX_KEY_BYTES:
        raise pbes2.damaged(WHAT)
    try:
        return _read_any(bytes(der), octets)
    except FormatError as error:
        message = f"the private key is damaged: {error}"
        raise KeyLoadError(message, kind="damaged") from None


def encode_private_key(
    key: PrivateKey, password: str | bytes, *, iterations: int = pbes2.DEFAULT_ITERATIONS
) -> bytes:
    """EncryptedPrivateKeyInfo in DER: PBKDF2-HMAC-SHA256 and AES-256-CBC."""
    octets = pbes2.password_octets(password)
    algorithm, ciphertext = pbes2.encrypt(key.to_pkcs8(), octets, iterations)
    return write.sequence(algorithm, write.octets(ciphertext))
