"""Private keys of software: PKCS#8, plain and encrypted, for SM2, RSA and P-256 (RFC 5958)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, NoReturn, final

from asn1crypto import core, keys

from govseal import sm2
from govseal.asn1 import write
from govseal.asn1.oids import SM2_CURVE_NAME
from govseal.errors import FormatError, InvalidSignature, KeyLoadError, SigningFault
from govseal.pki import containers, pbes2
from govseal.pki.algorithms import ECDSA_SHA256, RSA_SHA256, SM2_SM3, SignatureAlgorithm
from govseal.pki.ecdsa import P256, EcPoint
from govseal.pki.keys import (
    EC_PUBLIC_KEY,
    RSA_ENCRYPTION,
    SM2_CURVE,
    SM2_CURVES,
    PublicKey,
    decode_public_key,
    encode_ec_spki,
    encode_rsa_spki,
    encode_sm2_spki,
    hash_of,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

WHAT: Final = "the private key"
MAX_KEY_BYTES: Final = 1024 * 1024
MAX_RSA_BYTES: Final = 16 * 1024
"""Of an RSAPrivateKey: 16384 bits need 9.3 KiB, and OpenSSL tests larger primes for minutes."""


@final
class PrivateKey:
    """A software key, SM2, RSA or P-256; it can be neither copied nor pickled."""

    __slots__ = ("_digests", "_key", "algorithm", "public_key")

    algorithm: SignatureAlgorithm
    """What the key signs with: ``sm2-sm3``, ``rsa-sha256`` or ``ecdsa-sha256``."""
    public_key: PublicKey

    def __init__(
        self, key: sm2.PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    ) -> None:
        self._key = key
        if isinstance(key, sm2.PrivateKey):
            self.algorithm = SM2_SM3
            self._digests = sm2.LikeMessages(key.public_key)
            spki = encode_sm2_spki(key.public_key.encode())
        else:
            self.algorithm, spki = _describe(key)
        self.public_key = decode_public_key(spki)
        if self.public_key.kind == "unsupported":
            raise containers.unsupported(WHAT, f"an RSA key of {self.public_key.bits} bits")

    @classmethod
    def generate(cls, kind: str, *, bits: int = 2048) -> PrivateKey:
        """A new ``sm2``, ``rsa`` (of ``bits``) or ``ec`` key (P-256), of the system's randomness.

        Raises:
            SigningUnavailable: the compiled SM2 core is not installed.
            ValueError: another kind.
        """
        if kind == "sm2":
            return cls(sm2.PrivateKey.generate())
        from cryptography.hazmat.primitives.asymmetric import ec, rsa  # noqa: PLC0415 - start-up

        if kind == "rsa":
            return cls(rsa.generate_private_key(65537, bits))
        if kind == "ec":
            return cls(ec.generate_private_key(ec.SECP256R1()))
        raise ValueError(f"sm2, rsa or ec was expected, not {kind!r}")

    def sign(self, message: bytes) -> bytes:
        """The signature over ``message``: PKCS#1 v1.5 for RSA, else DER (SM2: default user ID).

        Each is verified before it is given away (RSA by OpenSSL): to a stamp that costs nothing
        one would notice, and a signature that a fault has spoiled can betray the key.

        Raises:
            SigningFault: a signature did not verify; nothing of it is given away.
        """
        if isinstance(self._key, sm2.PrivateKey):
            return self._key.sign_digest(self._digests.digest(message), verify_after_sign=True)
        from cryptography.hazmat.primitives.asymmetric import ec, padding  # noqa: PLC0415 - start-up

        if not isinstance(self._key, ec.EllipticCurvePrivateKey):
            return self._key.sign(message, padding.PKCS1v15(), hash_of("sha256"))
        value = self._key.sign(message, ec.ECDSA(hash_of("sha256")))
        try:
            self.public_key.verify(value, message, self.algorithm)
        except InvalidSignature:
            raise SigningFault("the signature that was just made does not verify") from None
        return value

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

    def to_pkcs8(
        self,
        password: str | bytes | None = None,
        *,
        scheme: str = "aes",
        iterations: int = pbes2.DEFAULT_ITERATIONS,
    ) -> bytes:
        """PrivateKeyInfo in DER, a secret; with a password EncryptedPrivateKeyInfo.

        ``scheme`` is ``aes`` (PBKDF2-HMAC-SHA256, AES-256-CBC), which every program reads, or
        ``sm4`` (PBKDF2-HMAC-SM3, SM4-CBC).

        Raises:
            KeyLoadError: ``unsupported``: this machine lacks the cipher.
            ValueError: another scheme.
        """
        if password is not None:
            return encode_private_key(self, password, scheme=scheme, iterations=iterations)
        if isinstance(self._key, sm2.PrivateKey):
            return _write_sm2(self._key)
        from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415 - start-up

        plain = form.NoEncryption()
        return self._key.private_bytes(form.Encoding.DER, form.PrivateFormat.PKCS8, plain)

    def __repr__(self) -> str:
        return f"<PrivateKey {self.public_key.kind}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a private key cannot be copied or pickled")


def _describe(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
) -> tuple[SignatureAlgorithm, bytes]:
    """What the key signs with, and its SubjectPublicKeyInfo."""
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - start-up

    if not isinstance(key, ec.EllipticCurvePrivateKey):
        numbers = key.public_key().public_numbers()
        return RSA_SHA256, encode_rsa_spki(numbers.n, numbers.e)
    if not isinstance(key.curve, ec.SECP256R1):
        raise containers.unsupported(WHAT, f"the curve {key.curve.name}")
    point = key.public_key().public_numbers()
    return ECDSA_SHA256, encode_ec_spki(EcPoint(P256, point.x, point.y))


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


def _curve_of(parameters: core.Asn1Value) -> str | None:
    """The OID of the curve that ECParameters name; None where there are none.

    Raises:
        KeyLoadError: ``unsupported``: a curve spelt out in numbers.
    """
    if isinstance(parameters, (core.Void, core.Null)):
        return None
    if not isinstance(parameters, keys.ECDomainParameters) or parameters.name != "named":
        raise containers.unsupported(WHAT, "another curve than SM2 and P-256")
    oid = parameters.chosen.dotted
    return SM2_CURVE if oid in SM2_CURVES else str(oid)


def _read_ec_private_key(content: bytes, outer: str | None) -> PrivateKey:
    """ECPrivateKey (RFC 5915) on the curve that it names, or that ``outer`` names around it."""
    parts = containers.load(keys.ECPrivateKey, content, WHAT)
    with containers.reading(WHAT):
        inner = _curve_of(parts["parameters"])
        curve = inner or outer
        if int(parts["version"]) != 1 or curve is None or (inner and outer and inner != outer):
            raise containers.damaged(WHAT)
        d, point = parts["private_key"].contents, parts["public_key"].native
        if curve == SM2_CURVE:
            key = sm2.PrivateKey.from_bytes(d.rjust(32, b"\0") if 0 < len(d) < 32 else d)
            own, found = key.public_key.encode(), PrivateKey(key)
        elif curve == P256.oid:
            found = PrivateKey(_p256_key(d))
            own = found.public_key.spki[-65:]
        else:
            raise containers.unsupported(WHAT, "another curve than SM2 and P-256")
    if point is not None and point != own:
        raise KeyLoadError("the private key does not belong to its public part", kind="damaged")
    return found


def _p256_key(d: bytes) -> ec.EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - start-up

    if not 0 < len(d) <= P256.size:
        raise containers.damaged(WHAT)
    # Outside 1 to n - 1 it raises ValueError, as asn1crypto does for what is no structure.
    return ec.derive_private_key(int.from_bytes(d, "big"), ec.SECP256R1())


def _load_rsa(der: bytes) -> PrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - start-up
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415 - start-up
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - start-up
        load_der_private_key,
    )

    if len(der) > MAX_RSA_BYTES:
        raise containers.unsupported(WHAT, f"an RSA key of {len(der)} bytes")
    try:
        key = load_der_private_key(der, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise containers.damaged(WHAT) from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise containers.unsupported(WHAT, "another algorithm than RSA")
    return PrivateKey(key)


def _read_private_key_info(info: _PrivateKeyInfo) -> PrivateKey:
    with containers.reading(WHAT):
        if info["version"].native not in (0, 1):
            raise containers.damaged(WHAT)
        algorithm, content = info["private_key_algorithm"], bytes(info["private_key"])
        oid = algorithm["algorithm"].dotted
        if oid == RSA_ENCRYPTION:
            return _load_rsa(content)
        if oid == SM2_CURVE:
            return _read_ec_private_key(content, SM2_CURVE)
        if oid != EC_PUBLIC_KEY:
            raise containers.unsupported(WHAT, oid)
        return _read_ec_private_key(content, _curve_of(algorithm["parameters"]))


def _decrypt(der: bytes, password: bytes | None) -> _PrivateKeyInfo:
    parts = containers.load(keys.EncryptedPrivateKeyInfo, der, WHAT)
    with containers.reading(WHAT):
        scheme = pbes2.read_scheme(parts["encryption_algorithm"], WHAT)
        ciphertext = parts["encrypted_data"].native
    if password is None:
        raise KeyLoadError("the private key needs a password", kind="wrong_password")
    plain = scheme.decrypt(ciphertext, password, WHAT)
    try:
        info: _PrivateKeyInfo = containers.load(_PrivateKeyInfo, plain, WHAT)
    except KeyLoadError:
        # One wrong password in 256 leaves a padding that looks right.
        raise containers.wrong_password(WHAT) from None
    return info


def _read_any(der: bytes, password: bytes | None) -> PrivateKey:
    try:
        parts = containers.load(core.Sequence, der, WHAT)
        with containers.reading(WHAT):
            kinds = [type(parts[number]) for number in (0, 1)]
            if kinds in ([core.Integer, core.Sequence], [core.Integer, core.Integer]):
                kinds += [type(parts[number]) for number in range(2, min(len(parts), 3))]
    except KeyLoadError:
        raise containers.refusal(der, WHAT, containers.PRIVATE_KEYS) from None
    if kinds == [core.Sequence, core.OctetString]:
        return _read_private_key_info(_decrypt(der, password))
    if kinds == [core.Integer, core.Sequence, core.OctetString]:
        return _read_private_key_info(containers.load(_PrivateKeyInfo, der, WHAT))
    if kinds == [core.Integer, core.OctetString]:
        return _read_ec_private_key(der, None)
    if kinds == [core.Integer] * 3:
        return _load_rsa(der)
    if containers.recognise(der) is containers.Form.ENVELOPED:
        # SoftSigner.open_envelope reads it.
        thing = "an envelope, which is opened with the key it was made for"
        raise containers.unsupported(WHAT, thing)
    raise containers.refusal(der, WHAT, containers.PRIVATE_KEYS)


def decode_private_key(der: bytes, password: str | bytes | None = None) -> PrivateKey:
    """The key of a PrivateKeyInfo or EncryptedPrivateKeyInfo; also ECPrivateKey, RSAPrivateKey.

    Encryption is PBES2 (PBKDF2 with HMAC of SHA-1, SHA-2 or SM3, and AES, SM4 or 3DES in CBC mode)
    or pbeWithSHAAnd3-KeyTripleDES-CBC. A password given for a key that is not encrypted is not
    used.

    Raises:
        KeyLoadError: ``wrong_password``, ``wrong_container`` (a certificate, a public key, or
            nothing of the kind), ``unsupported`` or ``damaged``.
        SigningUnavailable: an SM2 key, and the compiled core is not installed.
    """
    octets = containers.password_octets(password)
    if len(der) > MAX_KEY_BYTES:
        raise containers.damaged(WHAT)
    try:
        return _read_any(bytes(der), octets)
    except FormatError as error:
        message = f"the private key is damaged: {error}"
        raise KeyLoadError(message, kind="damaged") from None


def encode_private_key(
    key: PrivateKey,
    password: str | bytes,
    *,
    scheme: str = "aes",
    iterations: int = pbes2.DEFAULT_ITERATIONS,
) -> bytes:
    """EncryptedPrivateKeyInfo in DER under ``scheme``: see :meth:`PrivateKey.to_pkcs8`."""
    octets = containers.password_octets(password)
    algorithm, ciphertext = pbes2.encrypt(key.to_pkcs8(), octets, iterations, scheme)
    return write.sequence(algorithm, write.octets(ciphertext))
