"""Private keys of software: PKCS#8, plain and PBES2, for SM2 and RSA (RFC 5958, GB/T 35276)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, NoReturn, final

from asn1crypto import core, keys

from govseal import sm2
from govseal.asn1.oids import SM2_CURVE_NAME
from govseal.errors import FormatError, KeyLoadError
from govseal.pki import pbes2
from govseal.pki.algorithms import RSA_SHA256, SM2_SM3, SignatureAlgorithm
from govseal.pki.keys import (
    EC_PUBLIC_KEY,
    RSA_ENCRYPTION,
    SM2_CURVE,
    SM2_CURVES,
    PublicKey,
    decode_public_key,
    encode_rsa_spki,
    encode_sm2_spki,
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
        """The signature over ``message``: DER for SM2 (default user ID), PKCS#1 v1.5 for RSA.

        Either is verified before it is given away (RSA by OpenSSL): to a stamp that costs nothing
        one would notice, and a signature that a fault has spoiled can betray the key.

        Raises:
            SigningFault: an SM2 signature did not verify; nothing of it is given away.
        """
        if isinstance(self._key, sm2.PrivateKey):
            return self._key.sign(message, verify_after_sign=True)
        from cryptography.hazmat.primitives.asymmetric import padding  # noqa: PLC0415 - start-up

        return self._key.sign(message, padding.PKCS1v15(), rsa_hash("sha256"))

    def decrypt(self, ciphertext: bytes) -> bytes:
        """The plaintext of an SM2Cipher in DER (GB/T 35276, 7.2).

        Raises:
            EncodingError: not the DER of an SM2Cipher.
            InvalidCiphertext: it does not belong to this key, or was changed.
            ValueError: the key is not an SM2 key.
        """
        return self._sm2_key().decrypt(ciphertext)

    def to_sm2_bytes(self) -> bytes:
        """The secret d of an SM2 key, 32 bytes; raises ValueError for another key."""
        return self._sm2_key().to_bytes()

    def _sm2_key(self) -> sm2.PrivateKey:
        if not isinstance(self._key, sm2.PrivateKey):
            raise ValueError("an SM2 key was expected")  # noqa: TRY004 - the wrong kind of key
        return self._key

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


class _PrivateKeyInfo(keys.PrivateKeyInfo):  # type: ignore[misc]  # asn1crypto has no types
    """OneAsymmetricKey (RFC 5958); the key inside stays octets, whatever its algorithm."""

    _fields: ClassVar = [
        *keys.PrivateKeyInfo._fields,
        ("public_key", core.OctetBitString, {"implicit": 1, "optional": True}),
    ]
    _spec_callbacks: ClassVar[dict[str, object]] = {}


def _write_sm2(key: sm2.PrivateKey) -> bytes:
    curve = keys.ECDomainParameters("named", SM2_CURVE_NAME)
    inner = {
        "version": 1,
        "private_key": int.from_bytes(key.to_bytes()),
        "parameters": curve,
        "public_key": key.public_key.encode(),
    }
    info = {
        "version": 0,
        "private_key_algorithm": {"algorithm": "ec", "parameters": curve},
        "private_key": keys.ECPrivateKey(inner),
    }
    return bytes(keys.PrivateKeyInfo(info).dump())


def _is_sm2(curve: core.Asn1Value) -> bool:
    return (
        isinstance(curve, keys.ECDomainParameters)
        and curve.name == "named"
        and curve.chosen.dotted in SM2_CURVES
    )


def _read_ec_private_key(content: bytes, *, needs_curve: bool) -> PrivateKey:
    """ECPrivateKey (RFC 5915): the curve, where named, is SM2's; the point, where given, fits."""
    parts = pbes2.load(keys.ECPrivateKey, content, WHAT)
    with pbes2.reading(WHAT):
        has_curve = not isinstance(parts["parameters"], core.Void)
        if int(parts["version"]) != 1 or (needs_curve and not has_curve):
            raise pbes2.damaged(WHAT)
        if has_curve and not _is_sm2(parts["parameters"]):
            raise pbes2.unsupported(WHAT, "another curve than SM2")
        d, point = parts["private_key"].contents, parts["public_key"].native
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


def _read_private_key_info(info: _PrivateKeyInfo) -> PrivateKey:
    with pbes2.reading(WHAT):
        if info["version"].native not in (0, 1):
            raise pbes2.damaged(WHAT)
        algorithm, content = info["private_key_algorithm"], bytes(info["private_key"])
        oid = algorithm["algorithm"].dotted
        is_sm2 = oid == SM2_CURVE or _is_sm2(algorithm["parameters"])
    if is_sm2:
        return _read_ec_private_key(content, needs_curve=False)
    if oid == RSA_ENCRYPTION:
        return _load_rsa(content)
    if oid == EC_PUBLIC_KEY:
        raise pbes2.unsupported(WHAT, "another curve than SM2")
    raise pbes2.unsupported(WHAT, oid)


def _decrypt(der: bytes, password: bytes | None) -> _PrivateKeyInfo:
    parts = pbes2.load(keys.EncryptedPrivateKeyInfo, der, WHAT)
    with pbes2.reading(WHAT):
        scheme = pbes2.read_scheme(parts["encryption_algorithm"], WHAT)
        ciphertext = parts["encrypted_data"].native
    if password is None:
        raise KeyLoadError("the private key needs a password", kind="wrong_password")
    plain = pbes2.decrypt(scheme, ciphertext, password, WHAT)
    try:
        info: _PrivateKeyInfo = pbes2.load(_PrivateKeyInfo, plain, WHAT)
    except KeyLoadError:
        # One wrong password in 256 leaves a padding that looks right.
        raise pbes2.wrong_password(WHAT) from None
    return info


def _read_any(der: bytes, password: bytes | None) -> PrivateKey:
    parts = pbes2.load(core.Sequence, der, WHAT)
    with pbes2.reading(WHAT):
        kinds = [type(parts[number]) for number in (0, 1)]
    if kinds == [core.Sequence, core.OctetString]:
        return _read_private_key_info(_decrypt(der, password))
    if kinds == [core.Integer, core.Sequence]:
        return _read_private_key_info(pbes2.load(_PrivateKeyInfo, der, WHAT))
    if kinds == [core.Integer, core.OctetString]:
        return _read_ec_private_key(der, needs_curve=True)
    if kinds == [core.Integer, core.Integer]:
        return _load_rsa(der)
    if kinds == [core.Sequence, core.Sequence] and len(parts) == 4:
        # An SM2EnvelopedKey (govseal.pki.enveloped), or something even further off.
        raise pbes2.unsupported(WHAT, "an envelope, which is opened with the key it was made for")
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
    info = {"encryption_algorithm": algorithm, "encrypted_data": ciphertext}
    return bytes(keys.EncryptedPrivateKeyInfo(info).dump())
