"""What runs where the compiled core is absent: verifying and SM3, slowly; never a secret.

The surface is that of ``_core.pyi``; the arithmetic is that of :mod:`govseal.sm2._reference`,
which is not constant time and therefore sees public values only. HMAC and key derivation go to
OpenSSL's SM3, by way of :mod:`hashlib`.
"""

from __future__ import annotations

import hashlib
import hmac
import operator
import warnings
from collections.abc import Iterable, Sequence
from typing import NoReturn, TypeAlias, final

from govseal.errors import EncodingError, SigningUnavailable
from govseal.sm2 import _reference as reference
from govseal.sm2.curve import SM2
from govseal.sm2.encoding import decode_signature
from govseal.sm2.params import (
    DEFAULT_USER_ID,
    DIGEST_BYTES,
    MAX_KDF_BYTES,
    MAX_THREADS,
    MAX_USER_ID_BYTES,
    PUBLIC_KEY_BYTES,
    RAW_SIGNATURE_BYTES,
    SCALAR_BYTES,
    BytesLike,
)

_BLOCK_BYTES = 64
_HAS_OPENSSL_SM3 = "sm3" in hashlib.algorithms_available
_warned = False


def _warn_once() -> None:
    global _warned  # noqa: PLW0603 - once per process is what the flag is for
    if not _warned:
        _warned = True
        warnings.warn(
            "govseal: the compiled SM2 core is not installed; verifying with SM2 is about a "
            "hundred times slower, and signing and encrypting are not available",
            RuntimeWarning,
            stacklevel=2,
        )


def _need_openssl_sm3() -> None:
    """Keys are for OpenSSL's SM3 alone: the reference sees public values only."""
    if not _HAS_OPENSSL_SM3:
        _refuse("HMAC and key derivation with SM3 need")


def _bytes(data: BytesLike) -> bytes:
    return bytes(memoryview(data))  # unlike bytes(data), this refuses an int


def sm3(data: BytesLike, /) -> bytes:
    """The SM3 digest, by OpenSSL where it has SM3, else by the reference."""
    _warn_once()
    if _HAS_OPENSSL_SM3:
        return hashlib.new("sm3", data).digest()
    return reference.sm3(_bytes(data))


@final
class Sm3:
    """A streaming SM3 that keeps its state in OpenSSL, or keeps the data."""

    def __init__(self) -> None:
        _warn_once()
        self._hash = hashlib.new("sm3") if _HAS_OPENSSL_SM3 else None
        self._data = bytearray()

    def update(self, data: BytesLike, /) -> None:
        """Append data."""
        if self._hash is not None:
            self._hash.update(data)
        else:
            self._data += _bytes(data)

    def digest(self) -> bytes:
        """The digest of everything appended so far."""
        return reference.sm3(bytes(self._data)) if self._hash is None else self._hash.digest()

    def copy(self) -> Sm3:
        """An independent object in the same state."""
        other = Sm3()
        other._hash = None if self._hash is None else self._hash.copy()
        other._data = bytearray(self._data)
        return other


def new_sm3() -> Sm3:
    """An empty streaming digest."""
    return Sm3()


def sm3_many(messages: Sequence[BytesLike], /) -> list[bytes]:
    """The digests of a list or tuple, one after the other."""
    if not isinstance(messages, list | tuple):
        raise TypeError("sm3_many() takes a list of bytes-like objects")
    return [sm3(message) for message in messages]


def sm3_records(records: BytesLike, size: int, /) -> bytes:
    """The digests of records of one size that stand one after the other."""
    data = _bytes(records)
    if size <= 0 or len(data) % size:
        raise ValueError("the data is not a whole number of records")
    return b"".join(sm3(data[at : at + size]) for at in range(0, len(data), size))


@final
class HmacSm3:
    """A streaming HMAC (RFC 2104)."""

    def __init__(self, key: BytesLike) -> None:
        _need_openssl_sm3()
        data = _bytes(key)
        padded = (sm3(data) if len(data) > _BLOCK_BYTES else data).ljust(_BLOCK_BYTES, b"\0")
        self._inner, self._outer = Sm3(), Sm3()
        self._inner.update(bytes(byte ^ 0x36 for byte in padded))
        self._outer.update(bytes(byte ^ 0x5C for byte in padded))

    def update(self, data: BytesLike, /) -> None:
        """Append data."""
        self._inner.update(data)

    def digest(self) -> bytes:
        """The tag of everything appended so far."""
        outer = self._outer.copy()
        outer.update(self._inner.digest())
        return outer.digest()

    def verify(self, tag: BytesLike, /) -> bool:
        """Whether a tag is that, in constant time."""
        return hmac.compare_digest(self.digest(), _bytes(tag))

    def copy(self) -> HmacSm3:
        """An independent object in the same state."""
        other = HmacSm3(b"")
        other._inner, other._outer = self._inner.copy(), self._outer.copy()
        return other


def new_hmac_sm3(key: BytesLike, /) -> HmacSm3:
    """A streaming HMAC under a key."""
    return HmacSm3(key)


def hmac_sm3(key: BytesLike, data: BytesLike, /) -> bytes:
    """The HMAC tag of data."""
    mac = HmacSm3(key)
    mac.update(data)
    return mac.digest()


def kdf(z: BytesLike, length: int, /) -> bytes:
    """A key of this length from Z."""
    _need_openssl_sm3()
    start = Sm3()
    start.update(z)
    if not 0 <= length <= MAX_KDF_BYTES:
        raise ValueError("a key has less than (2^32 - 1) * 32 bytes")
    digests = bytearray()
    for counter in range(1, -(-length // DIGEST_BYTES) + 1):
        one = start.copy()
        one.update(counter.to_bytes(4, "big"))
        digests += one.digest()
    return bytes(digests[:length])


def _decode_point(data: bytes, *, allow_compressed: bool) -> reference.Point:
    """The point of an encoded public key; the texts are those of the core."""
    form = data[0] if data else None
    if form == 4 and len(data) == PUBLIC_KEY_BYTES:
        point = reference.Point(int.from_bytes(data[1:33], "big"), int.from_bytes(data[33:], "big"))
        if not reference.is_on_curve(point):
            raise ValueError("the point is not on the curve")
    elif form in (2, 3) and len(data) == 1 + SCALAR_BYTES:
        if not allow_compressed:
            raise ValueError("a compressed point is not accepted here")
        lifted = reference.lift_x(int.from_bytes(data[1:], "big"), is_odd=form == 3)
        if lifted is None:
            raise ValueError("the point is not on the curve")
        point = lifted
    else:
        raise ValueError("neither 04 || X || Y nor a compressed point")
    if point == reference.negate(reference.generator()):
        raise ValueError("the point is -G, which no private key in [1, n-2] has")
    return point


@final
class PublicKey:
    """A point that was checked on loading."""

    def __init__(self, point: reference.Point) -> None:
        self._point = point
        self._default_z: bytes | None = None

    def encode(self) -> bytes:
        """04 ‖ X ‖ Y."""
        return b"\4" + self._point.x.to_bytes(32, "big") + self._point.y.to_bytes(32, "big")

    def identity_digest(self, user_id: BytesLike | None, /) -> bytes:
        """Z, 32 bytes; kept for the default ID."""
        if user_id is None or user_id == DEFAULT_USER_ID:
            if self._default_z is None:
                self._default_z = self._hash_identity(DEFAULT_USER_ID)
            return self._default_z
        return self._hash_identity(_bytes(user_id))

    def _hash_identity(self, user_id: bytes) -> bytes:
        if len(user_id) > MAX_USER_ID_BYTES:
            raise ValueError("a user ID has at most 8191 bytes")
        fields = (SM2.a, SM2.b, SM2.gx, SM2.gy, self._point.x, self._point.y)
        entl = (8 * len(user_id)).to_bytes(2, "big")
        return sm3(entl + user_id + b"".join(field.to_bytes(32, "big") for field in fields))

    def _message_digest(self, message: BytesLike, user_id: BytesLike | None) -> bytes:
        return sm3(self.identity_digest(user_id) + _bytes(message))

    def _check(self, raw: bytes, digest: bytes) -> bool:
        _warn_once()
        r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
        return reference.verify_digest(int.from_bytes(digest, "big"), r, s, self._point)

    def verify(
        self, signature: BytesLike, message: BytesLike, user_id: BytesLike | None, /
    ) -> bool:
        """Whether a DER signature is valid; a malformed one is not."""
        digest = self._message_digest(message, user_id)
        try:
            raw = decode_signature(signature)
        except EncodingError:
            return False
        return self._check(raw, digest)

    def verify_raw(
        self, signature: BytesLike, message: BytesLike, user_id: BytesLike | None, /
    ) -> bool:
        """Whether a raw r ‖ s is valid; one of another length is not."""
        digest = self._message_digest(message, user_id)
        raw = _bytes(signature)
        return len(raw) == RAW_SIGNATURE_BYTES and self._check(raw, digest)

    def verify_digest(self, signature: BytesLike, digest: BytesLike, /) -> bool:
        """Whether a signature, DER or else 64 raw bytes, signs this digest."""
        raw, digest = _bytes(signature), _bytes(digest)
        if len(digest) != DIGEST_BYTES:
            raise ValueError("a digest is 32 bytes")
        try:
            raw = decode_signature(raw)
        except EncodingError:
            if len(raw) != RAW_SIGNATURE_BYTES:
                return False
        return self._check(raw, digest)

    def encrypt(self, plaintext: BytesLike, /) -> NoReturn:  # noqa: ARG002 - the core's surface
        """Not available: the number k is as secret as the plaintext, and timing would tell it."""
        _refuse("encrypting with SM2 needs")


def load_public(encoded: BytesLike, allow_compressed: bool, /) -> PublicKey:
    """A checked public key; ValueError names the defect."""
    _warn_once()
    return PublicKey(_decode_point(_bytes(encoded), allow_compressed=allow_compressed))


@final
class PreparedKey:
    """A key without tables: here nothing gets faster."""

    def __init__(self, key: PublicKey) -> None:
        self._plain = key
        self.verify = key.verify
        self.verify_raw = key.verify_raw
        self.verify_digest = key.verify_digest


AnyKey: TypeAlias = PublicKey | PreparedKey


def prepare(key: PublicKey, /) -> PreparedKey:
    """The key as a prepared one."""
    return PreparedKey(key)


def _plain(key: AnyKey) -> PublicKey:
    if isinstance(key, PreparedKey):
        return key._plain  # noqa: SLF001 - the same module
    if isinstance(key, PublicKey):
        return key
    raise TypeError("a key is a public key, plain or prepared")


def _keys_of(keys: AnyKey | Iterable[AnyKey], count: int) -> list[PublicKey]:
    """One key for each of count records."""
    if isinstance(keys, PublicKey | PreparedKey):
        return [_plain(keys)] * count
    result = [_plain(key) for key in keys]
    if len(result) != count:
        raise ValueError("one key is wanted, or one for each signature")
    return result


def _check_threads(threads: int) -> None:
    """Refuses what the core refuses; the work itself is done by one thread."""
    if not 1 <= operator.index(threads) <= MAX_THREADS:
        raise ValueError(f"threads is 1 to {MAX_THREADS}")


def verify_many(
    keys: AnyKey | Iterable[AnyKey],
    signatures: Iterable[BytesLike],
    messages: Iterable[BytesLike],
    user_id: BytesLike | None,
    threads: int,
    /,
) -> list[bool]:
    """Which DER signatures are valid."""
    _check_threads(threads)
    signatures, messages = tuple(signatures), tuple(messages)
    if len(messages) != len(signatures):
        raise ValueError("one message is wanted for each signature")
    records = zip(_keys_of(keys, len(signatures)), signatures, messages, strict=True)
    return [key.verify(signature, message, user_id) for key, signature, message in records]


def verify_digests(
    keys: AnyKey | Iterable[AnyKey],
    records: BytesLike,
    out: bytearray | memoryview | None,
    threads: int,
    /,
) -> BytesLike:
    """Which records e ‖ r ‖ s are valid, a byte each."""
    _check_threads(threads)
    view = memoryview(records).cast("B")
    size = DIGEST_BYTES + RAW_SIGNATURE_BYTES
    count, rest = divmod(len(view), size)
    if rest:
        raise ValueError(f"records are {size} bytes each")
    answers = bytearray(count)
    target = memoryview(answers if out is None else out).cast("B")
    if target.readonly:
        raise TypeError("out is not a writable, contiguous buffer")
    if len(target) != count:
        raise ValueError(f"out is to be {count} bytes that do not overlap the input")
    for i, key in enumerate(_keys_of(keys, count)):
        record = bytes(view[size * i : size * (i + 1)])
        answers[i] = key._check(record[DIGEST_BYTES:], record[:DIGEST_BYTES])  # noqa: SLF001 - the same module
    if out is None:
        return bytes(answers)
    target[:] = answers
    return out


def _refuse(what: str) -> NoReturn:
    raise SigningUnavailable(
        f"{what} the compiled core govseal.sm2._core; install a built wheel, or a "
        "C compiler and reinstall govseal"
    )


def generate_private() -> NoReturn:
    """Not available."""
    _refuse("private SM2 keys need")


def load_private(d: BytesLike, /) -> NoReturn:  # noqa: ARG001 - the surface of the core
    """Not available."""
    _refuse("private SM2 keys need")
