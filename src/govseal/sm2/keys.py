"""SM2 keys that sign and verify (GB/T 32918.2), encrypt and decrypt (GB/T 32918.4)."""

from __future__ import annotations

from govseal.errors import EncodingError, InvalidSignature, SigningFault
from govseal.sm2 import encryption
from govseal.sm2._backend import core
from govseal.sm2.params import DEFAULT_USER_ID, SCALAR_BYTES, BytesLike

TYPE_CHECKING = False  # what typing's constant is, without the cost of importing typing
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import NoReturn

_INVALID = "the SM2 signature does not belong to this key and message"


def _user_id(user_id: BytesLike) -> BytesLike | None:
    """``None`` stands for the default ID, whose Z every key keeps."""
    return None if user_id is DEFAULT_USER_ID else user_id


def _fault() -> SigningFault:
    return SigningFault("a signature did not verify after it was made, and was destroyed")


class _Verifier:
    """What keys with and without tables have in common."""

    __slots__ = ("_encoded", "_key")

    _key: core.PublicKey | core.PreparedKey
    _encoded: bytes

    def encode(self) -> bytes:
        """The point as 04 ‖ X ‖ Y: 65 bytes."""
        return self._encoded

    @property
    def fingerprint(self) -> str:
        """SM3 of the encoded point: 64 hex digits."""
        return core.sm3(self._encoded).hex()

    def verify(
        self, signature: BytesLike, message: BytesLike, *, user_id: BytesLike = DEFAULT_USER_ID
    ) -> None:
        """Check a DER SM2Signature over ``message`` (GB/T 32918.2, 7.1); return nothing.

        Raises:
            InvalidSignature: the value is wrong, out of range, or not strict DER.
            ValueError: the ID is longer than 8191 bytes.
        """
        if not self._key.verify(signature, message, _user_id(user_id)):
            raise InvalidSignature(_INVALID)

    def verify_raw(
        self, signature: BytesLike, message: BytesLike, *, user_id: BytesLike = DEFAULT_USER_ID
    ) -> None:
        """Check a raw r ‖ s of 64 bytes, as devices give it, over ``message``; return nothing.

        Raises:
            InvalidSignature: the value is wrong, out of range, or not 64 bytes.
            ValueError: the ID is longer than 8191 bytes.
        """
        if not self._key.verify_raw(signature, message, _user_id(user_id)):
            raise InvalidSignature(_INVALID)

    def verify_digest(self, signature: BytesLike, digest: BytesLike) -> None:
        """Check a signature over e = SM3(Z ‖ M), made elsewhere; return nothing.

        ``signature`` is DER, or else exactly 64 raw bytes.

        Raises:
            InvalidSignature: the value is wrong, out of range, or in neither form.
            ValueError: the digest is not 32 bytes.
        """
        if not self._key.verify_digest(signature, digest):
            raise InvalidSignature(_INVALID)


class PublicKey(_Verifier):
    """A point of the curve that was fully checked when it was decoded."""

    __slots__ = ()

    _key: core.PublicKey

    def __init__(self) -> None:
        raise TypeError("use PublicKey.decode()")

    @classmethod
    def decode(cls, encoded: BytesLike, *, allow_compressed: bool = False) -> PublicKey:
        """The key of a point 04 ‖ X ‖ Y (GB/T 35276, 7.1), 65 bytes.

        With ``allow_compressed`` also 02 ‖ X or 03 ‖ X, 33 bytes. Hybrid forms, infinity,
        points off the curve, coordinates above the field and -G (the private key n-1 does not
        exist, and under -G every s is valid) are refused.

        Raises:
            EncodingError: the bytes are not such a point.
        """
        try:
            return cls._wrap(core.load_public(encoded, allow_compressed))
        except ValueError as error:
            raise EncodingError(f"SM2 public key: {error}", part="SM2PublicKey") from None

    @classmethod
    def _wrap(cls, key: core.PublicKey) -> PublicKey:
        self = object.__new__(cls)
        self._key = key
        self._encoded = key.encode()
        return self

    def identity_digest(self, user_id: BytesLike = DEFAULT_USER_ID) -> bytes:
        """Z of this key and user ID, 32 bytes (GB/T 32918.2, 5.5).

        Raises:
            ValueError: the ID is longer than 8191 bytes.
        """
        return self._key.identity_digest(_user_id(user_id))

    def prepare(self) -> PreparedKey:
        """This key with tables, for about the time of one verification; the answers are the same.

        The tables take 4 KB, and 32 KB more from the first verification on where the tier is
        ``ifma``. A verification with them takes two fifths of the time, with ``ifma`` a seventh.
        """
        return PreparedKey._wrap(self)  # noqa: SLF001 - the same module

    def encrypt(self, plaintext: BytesLike) -> bytes:
        """The SM2Cipher, DER, of ``plaintext``, 1 byte to 64 MiB (GB/T 32918.4, 6.1).

        Nobody may change the plaintext meanwhile.

        Raises:
            ValueError: the plaintext is empty, which the standard has no ciphertext for, or
                longer than 64 MiB.
            SigningUnavailable: the compiled core is not installed.
        """
        return encryption.encode_ciphertext(self._key.encrypt(plaintext))

    def encrypt_raw(self, plaintext: BytesLike) -> bytes:
        """The same as 04 ‖ X ‖ Y ‖ C3 ‖ C2: 97 bytes more than the plaintext.

        Raises:
            ValueError: the plaintext is empty or longer than 64 MiB.
            SigningUnavailable: the compiled core is not installed.
        """
        return self._key.encrypt(plaintext)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PublicKey):
            return NotImplemented
        return self._encoded == other._encoded

    def __hash__(self) -> int:
        return hash(self._encoded)

    def __repr__(self) -> str:
        return f"<PublicKey SM2 {self.fingerprint[:16]}>"

    def __reduce__(self) -> tuple[object, tuple[bytes]]:
        return PublicKey.decode, (self._encoded,)


class PreparedKey(_Verifier):
    """A public key that verifies faster, by tables of its multiples; made by ``prepare()``."""

    __slots__ = ("_public_key",)

    _key: core.PreparedKey
    _public_key: PublicKey

    def __init__(self) -> None:
        raise TypeError("use PublicKey.prepare()")

    @classmethod
    def _wrap(cls, public_key: PublicKey) -> PreparedKey:
        self = object.__new__(cls)
        self._key = core.prepare(public_key._key)  # noqa: SLF001 - the same module
        self._encoded = public_key.encode()
        self._public_key = public_key
        return self

    @property
    def public_key(self) -> PublicKey:
        """The key without tables."""
        return self._public_key

    def verify_many(
        self,
        signatures: Iterable[tuple[BytesLike, BytesLike]],
        *,
        user_id: BytesLike = DEFAULT_USER_ID,
        threads: int = 1,
    ) -> list[bool]:
        """Which pairs (DER signature, message) are valid: see :func:`govseal.sm2.verify_many`.

        Raises:
            TypeError: a pair is not of bytes-like objects.
            ValueError: a pair is no pair, the ID is longer than 8191 bytes, or threads is not 1
                to 256.
        """
        values, messages = [], []
        for value, message in signatures:
            values.append(value)
            messages.append(message)
        return core.verify_many(self._key, values, messages, _user_id(user_id), threads)

    def __repr__(self) -> str:
        return f"<PreparedKey of {self._public_key!r}>"

    def __reduce__(self) -> tuple[object, tuple[PublicKey]]:
        return PublicKey.prepare, (self._public_key,)


class PrivateKey:
    """A private key d in [1, n-2]; it lives in the compiled core and is wiped there.

    It can be neither copied nor pickled; only :meth:`to_bytes` gives d away.
    """

    __slots__ = ("_key", "_public_key")

    _key: core.PrivateKey
    _public_key: PublicKey

    def __init__(self) -> None:
        raise TypeError("use PrivateKey.generate() or PrivateKey.from_bytes()")

    @classmethod
    def generate(cls) -> PrivateKey:
        """A new key from the operating system's random numbers (GB/T 32918.1, 6.1).

        Raises:
            SigningUnavailable: the compiled core is not installed.
        """
        return cls._wrap(core.generate_private())

    @classmethod
    def from_bytes(cls, d: BytesLike) -> PrivateKey:
        """The key of d as 32 bytes, big-endian.

        No copy is kept but the key's own; give a ``bytearray`` and clear it to leave only that.

        Raises:
            EncodingError: not 32 bytes, or d is not in [1, n-2].
            SigningUnavailable: the compiled core is not installed.
        """
        if memoryview(d).nbytes != SCALAR_BYTES:
            raise EncodingError("SM2 private key: not 32 bytes", part="SM2PrivateKey")
        try:
            return cls._wrap(core.load_private(d))
        except ValueError as error:
            raise EncodingError(f"SM2 private key: {error}", part="SM2PrivateKey") from None

    @classmethod
    def _wrap(cls, key: core.PrivateKey) -> PrivateKey:
        self = object.__new__(cls)
        self._key = key
        self._public_key = PublicKey._wrap(key.public_key())  # noqa: SLF001 - the same module
        return self

    @property
    def public_key(self) -> PublicKey:
        """The point [d]G."""
        return self._public_key

    def to_bytes(self) -> bytes:
        """The secret d itself, 32 bytes, big-endian: for writing a key file, nothing else.

        Nobody can wipe a ``bytes`` object; it stays in memory until something else needs the place.
        """
        return self._key.export()

    def sign(
        self,
        message: BytesLike,
        *,
        user_id: BytesLike = DEFAULT_USER_ID,
        verify_after_sign: bool = False,
    ) -> bytes:
        """The DER SM2Signature over ``message``, 8 to 72 bytes (GB/T 32918.2, 6.1).

        With ``verify_after_sign`` the signature is verified before it is given away, against
        faults: one that a flipped bit has spoiled can betray d. That costs one verification,
        two to five times what signing costs.

        Raises:
            SigningFault: the signature did not verify; nothing of it is given away.
            ValueError: the ID is longer than 8191 bytes.
        """
        try:
            return self._key.sign(message, _user_id(user_id), verify_after_sign)
        except ArithmeticError as error:
            raise _fault() from error

    def sign_many(
        self,
        messages: Iterable[BytesLike],
        *,
        user_id: BytesLike = DEFAULT_USER_ID,
        threads: int = 1,
    ) -> list[bytes]:
        """The DER SM2Signature of each message, in order: as :meth:`sign`, faster.

        The messages must not change during the call.

        Raises:
            TypeError: a message is not bytes-like; then no signature is given away.
            ValueError: the ID is longer than 8191 bytes, or threads is not 1 to 256.
        """
        return self._key.sign_many(messages, _user_id(user_id), threads)

    def sign_digest(self, digest: BytesLike, *, verify_after_sign: bool = False) -> bytes:
        """The DER SM2Signature over e = SM3(Z ‖ M), 32 bytes, computed elsewhere.

        ``verify_after_sign`` is that of :meth:`sign`.

        Raises:
            SigningFault: the signature did not verify; nothing of it is given away.
            ValueError: the digest is not 32 bytes.
        """
        try:
            return self._key.sign_digest(digest, verify_after_sign)
        except ArithmeticError as error:
            raise _fault() from error

    def decrypt(self, ciphertext: BytesLike) -> bytes:
        """The plaintext of an SM2Cipher in strict DER (GB/T 32918.4, 7.1; GB/T 35276, 7.2).

        Raises:
            EncodingError: not the DER of an SM2Cipher, or one with an empty CipherText.
            LimitExceeded: longer than 64 MiB.
            InvalidCiphertext: it does not belong to this key, or was changed: C1 is no point
                of the curve, the key stream is all zero, or C3 differs. Which, is not told.
        """
        return self._decrypt(encryption.decode_ciphertext(ciphertext))

    def decrypt_raw(self, ciphertext: BytesLike, *, old_order: bool = False) -> bytes:
        """The plaintext of 04 ‖ X ‖ Y ‖ C3 ‖ C2.

        With ``old_order`` of C1 ‖ C2 ‖ C3, as software from before GM/T 0003-2012 writes it.

        Raises:
            EncodingError: C1 is not of the form 04 ‖ X ‖ Y, or there is no C2.
            LimitExceeded: longer than 64 MiB.
            InvalidCiphertext: as for :meth:`decrypt`.
        """
        return self._decrypt(encryption.check_raw(ciphertext, old_order=old_order))

    def _decrypt(self, raw: BytesLike) -> bytes:
        plaintext = self._key.decrypt(raw)
        if plaintext is None:
            raise encryption.refused()
        return plaintext

    def __repr__(self) -> str:
        return f"<PrivateKey of {self._public_key!r}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("an SM2 private key cannot be copied or pickled")
