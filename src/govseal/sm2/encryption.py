"""SM2 encryption (GB/T 32918.4) and the two forms of a ciphertext: SM2Cipher, and raw C1 ‖ C3 ‖ C2.

``SM2Cipher ::= SEQUENCE { XCoordinate INTEGER, YCoordinate INTEGER, HASH OCTET STRING (SIZE(32)),
CipherText OCTET STRING }`` (GB/T 35276, 7.2; GM/T 0009) is what certificates' owners exchange; the
raw form 04 ‖ X ‖ Y ‖ C3 ‖ C2 is what devices and protocols carry. Software from before 2012 puts C2
before C3: that order is read where it is asked for, and never written.

An empty plaintext has no ciphertext: its key stream, of no bytes, is all zero, for which the
standard draws again without end (6.1, A5). It is refused both ways.
"""

from __future__ import annotations

from govseal.errors import EncodingError, InvalidCiphertext, LimitExceeded
from govseal.sm2.params import (
    CIPHERTEXT_OVERHEAD_BYTES,
    DIGEST_BYTES,
    MAX_PLAINTEXT_BYTES,
    PUBLIC_KEY_BYTES,
    SCALAR_BYTES,
    BytesLike,
)

TYPE_CHECKING = False  # what typing's constant is, without the cost of importing typing
if TYPE_CHECKING:
    from govseal.sm2.keys import PrivateKey, PublicKey

_WHAT = "SM2Cipher"
_SEQUENCE = 0x30
_INTEGER = 0x02
_OCTET_STRING = 0x04
# Behind the plaintext: four headers of at most 6 bytes, two INTEGERs of at most 33, the digest.
_MAX_DER_BYTES = MAX_PLAINTEXT_BYTES + 4 * 6 + 2 * (SCALAR_BYTES + 1) + DIGEST_BYTES


def encrypt(public_key: PublicKey, plaintext: BytesLike) -> bytes:
    """The SM2Cipher of ``plaintext``, DER; see :meth:`PublicKey.encrypt`."""
    return public_key.encrypt(plaintext)


def decrypt(private_key: PrivateKey, ciphertext: BytesLike) -> bytes:
    """The plaintext of an SM2Cipher in DER; see :meth:`PrivateKey.decrypt`."""
    return private_key.decrypt(ciphertext)


def refused() -> InvalidCiphertext:
    """The one answer to a well-formed ciphertext that does not decrypt, whatever the defect."""
    return InvalidCiphertext("the SM2 ciphertext does not belong to this key, or was changed")


def check_raw(ciphertext: BytesLike, *, old_order: bool = False) -> BytesLike:
    """A raw ciphertext as C1 ‖ C3 ‖ C2, checked for its form alone.

    Raises:
        EncodingError: C1 is not of the form 04 ‖ X ‖ Y, or there is no C2.
        LimitExceeded: C2 is longer than 64 MiB.
    """
    view = memoryview(ciphertext)
    size = view.nbytes
    if size > CIPHERTEXT_OVERHEAD_BYTES + MAX_PLAINTEXT_BYTES:
        raise LimitExceeded(
            "the SM2 ciphertext is too large",
            limit=CIPHERTEXT_OVERHEAD_BYTES + MAX_PLAINTEXT_BYTES,
            found=size,
            part=_WHAT,
        )
    if size <= CIPHERTEXT_OVERHEAD_BYTES:
        raise EncodingError(
            f"SM2 ciphertext: {size} bytes are no C1, C3 and C2", part=_WHAT, offset=0
        )
    if view.cast("B")[0] != 4:
        raise EncodingError("SM2 ciphertext: C1 is not 04 || X || Y", part=_WHAT, offset=0)
    if not old_order:
        return ciphertext
    data = bytes(view)
    return data[:PUBLIC_KEY_BYTES] + data[-DIGEST_BYTES:] + data[PUBLIC_KEY_BYTES:-DIGEST_BYTES]


# --- SM2Cipher --------------------------------------------------------------------------------


def _refuse(message: str, offset: int) -> EncodingError:
    return EncodingError(f"{_WHAT}: {message}", part=_WHAT, offset=offset)


def _header(tag: int, size: int) -> bytes:
    if size < 0x80:
        return bytes((tag, size))
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets


def _encode_integer(magnitude: bytes) -> bytes:
    digits = magnitude.lstrip(b"\0") or b"\0"
    if digits[0] & 0x80:
        digits = b"\0" + digits
    return bytes((_INTEGER, len(digits))) + digits


def encode_ciphertext(raw: BytesLike) -> bytes:
    """The SM2Cipher, DER, of a raw ciphertext 04 ‖ X ‖ Y ‖ C3 ‖ C2.

    Whether C1 lies on the curve is not checked.

    Raises:
        ValueError: ``raw`` is not of that form, or has no C2 or more than 64 MiB of it.
    """
    try:
        raw = bytes(memoryview(check_raw(raw)))
    except (EncodingError, LimitExceeded) as error:
        raise ValueError(str(error)) from None
    x, y = raw[1 : 1 + SCALAR_BYTES], raw[1 + SCALAR_BYTES : PUBLIC_KEY_BYTES]
    digest, masked = (
        raw[PUBLIC_KEY_BYTES:CIPHERTEXT_OVERHEAD_BYTES],
        raw[CIPHERTEXT_OVERHEAD_BYTES:],
    )
    head = _encode_integer(x) + _encode_integer(y) + _header(_OCTET_STRING, DIGEST_BYTES) + digest
    head += _header(_OCTET_STRING, len(masked))
    return b"".join((_header(_SEQUENCE, len(head) + len(masked)), head, masked))


def _decode_header(der: bytes, offset: int, tag: int, what: str) -> tuple[int, int]:
    """Where the content of an element begins and ends; it must fit the bytes."""
    if len(der) < offset + 2:
        raise _refuse(f"ends before {what}", offset)
    if der[offset] != tag:
        raise _refuse(f"{what} is missing", offset)
    length, start = der[offset + 1], offset + 2
    if length >= 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4 or len(der) < start + count:
            raise _refuse(f"the length of {what} is none", offset + 1)
        length = int.from_bytes(der[start : start + count], "big")
        start += count
        if length < 0x80 or length.bit_length() <= 8 * (count - 1):
            raise _refuse(f"the length of {what} is not in its shortest form", offset + 1)
    if length > len(der) - start:
        raise _refuse(f"ends inside {what}", offset)
    return start, start + length


def _decode_coordinate(der: bytes, offset: int, what: str) -> tuple[bytes, int]:
    """The 32-byte magnitude of the INTEGER at ``offset``, and the offset behind it."""
    start, end = _decode_header(der, offset, _INTEGER, what)
    digits = der[start:end]
    if not 1 <= len(digits) <= SCALAR_BYTES + 1:
        raise _refuse(f"{what} is not an INTEGER of 1 to 33 bytes", start)
    if digits[0] & 0x80:
        raise _refuse(f"{what} is negative", start)
    if digits[0] == 0 and len(digits) > 1 and not digits[1] & 0x80:
        raise _refuse(f"{what} has a needless leading zero", start)
    digits = digits.removeprefix(b"\0")
    if len(digits) > SCALAR_BYTES:
        raise _refuse(f"{what} is above 256 bits", start)
    return digits.rjust(SCALAR_BYTES, b"\0"), end


def decode_ciphertext(der: BytesLike) -> bytes:
    """The raw 04 ‖ X ‖ Y ‖ C3 ‖ C2 of a strict DER SM2Cipher (GB/T 35276, 7.2).

    Whether C1 lies on the curve is not checked: that is part of decrypting.

    Raises:
        EncodingError: the bytes are not the one DER encoding of such a structure, or its
            CipherText is empty.
        LimitExceeded: the CipherText is longer than 64 MiB.
    """
    view = memoryview(der)
    if view.nbytes > _MAX_DER_BYTES:
        message = "the SM2 ciphertext is too large"
        raise LimitExceeded(message, limit=_MAX_DER_BYTES, found=view.nbytes, part=_WHAT)
    der = bytes(view)
    start, end = _decode_header(der, 0, _SEQUENCE, "the SEQUENCE")
    if end != len(der):
        raise _refuse("bytes after the SEQUENCE", end)
    x, at = _decode_coordinate(der, start, "XCoordinate")
    y, at = _decode_coordinate(der, at, "YCoordinate")
    start, end = _decode_header(der, at, _OCTET_STRING, "HASH")
    if end - start != DIGEST_BYTES:
        raise _refuse("HASH is not 32 bytes", at)
    digest = der[start:end]
    start, end = _decode_header(der, end, _OCTET_STRING, "CipherText")
    if end != len(der):
        raise _refuse("bytes after CipherText", end)
    if start == end:
        raise _refuse("CipherText is empty", start)
    if end - start > MAX_PLAINTEXT_BYTES:
        message = "the SM2 ciphertext is too large"
        raise LimitExceeded(message, limit=MAX_PLAINTEXT_BYTES, found=end - start, part=_WHAT)
    return b"".join((b"\4", x, y, digest, der[start:]))
