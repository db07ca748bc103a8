"""SM2 and SM3 in readable integers: the oracle of the tests, and the fallback for verifying.

Nothing here is constant time. The library never signs or encrypts with it: :func:`sign_digest` and
:func:`encrypt` take k from their caller and serve tests alone. Every function works on any short
Weierstrass curve over a prime field, so that the vectors on the example curve can be run.
"""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

from govseal.sm2.curve import SM2, Curve

_MASK: Final = 0xFFFFFFFF
_SM3_IV: Final = (
    0x7380166F,
    0x4914B2B9,
    0x172442D7,
    0xDA8A0600,
    0xA96F30BC,
    0x163138AA,
    0xE38DEE4D,
    0xB0FB0E4E,
)


class Point(NamedTuple):
    """An affine point; the point at infinity is ``None``."""

    x: int
    y: int


MaybePoint: TypeAlias = Point | None


# --- SM3 (GB/T 32905) -----------------------------------------------------------------------


def _rotate(word: int, count: int) -> int:
    count %= 32
    return (word << count | word >> (32 - count)) & _MASK


def _p0(x: int) -> int:
    return x ^ _rotate(x, 9) ^ _rotate(x, 17)


def _p1(x: int) -> int:
    return x ^ _rotate(x, 15) ^ _rotate(x, 23)


def _expand(block: bytes) -> list[int]:
    """W0 … W67 of one 64-byte block (GB/T 32905, 5.3.2)."""
    w = [int.from_bytes(block[i : i + 4], "big") for i in range(0, 64, 4)]
    for j in range(16, 68):
        mixed = _p1(w[j - 16] ^ w[j - 9] ^ _rotate(w[j - 3], 15))
        w.append(mixed ^ _rotate(w[j - 13], 7) ^ w[j - 6])
    return w


def sm3_compress(state: tuple[int, ...], block: bytes) -> tuple[int, ...]:
    """The chaining value after one 64-byte block (GB/T 32905, 5.3.3)."""
    w = _expand(block)
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        constant = 0x79CC4519 if j < 16 else 0x7A879D8A
        ss1 = _rotate(_rotate(a, 12) + e + _rotate(constant, j) & _MASK, 7)
        ss2 = ss1 ^ _rotate(a, 12)
        ff = a ^ b ^ c if j < 16 else (a & b) | (a & c) | (b & c)
        gg = e ^ f ^ g if j < 16 else (e & f) | (~e & g)
        tt1 = ff + d + ss2 + (w[j] ^ w[j + 4]) & _MASK
        tt2 = gg + h + ss1 + w[j] & _MASK
        a, b, c, d = tt1, a, _rotate(b, 9), c
        e, f, g, h = _p0(tt2), e, _rotate(f, 19), g
    return tuple(x ^ y for x, y in zip(state, (a, b, c, d, e, f, g, h), strict=True))


def sm3(data: bytes) -> bytes:
    """The 32-byte SM3 digest of ``data``."""
    padding = b"\x80" + bytes(-(len(data) + 9) % 64)
    padded = data + padding + (8 * len(data)).to_bytes(8, "big")
    state: tuple[int, ...] = _SM3_IV
    for i in range(0, len(padded), 64):
        state = sm3_compress(state, padded[i : i + 64])
    return b"".join(word.to_bytes(4, "big") for word in state)


# --- The group (GB/T 32918.1) ---------------------------------------------------------------


def generator(curve: Curve = SM2) -> Point:
    """The base point G."""
    return Point(curve.gx, curve.gy)


def is_on_curve(point: Point, curve: Curve = SM2) -> bool:
    """Whether both coordinates are in [0, p-1] and satisfy the equation."""
    x, y = point
    if not (0 <= x < curve.p and 0 <= y < curve.p):
        return False
    return (y * y - (x * x * x + curve.a * x + curve.b)) % curve.p == 0


def lift_x(x: int, *, is_odd: bool, curve: Curve = SM2) -> MaybePoint:
    """The point with this x and this parity of y, or ``None``; needs p ≡ 3 mod 4."""
    if not 0 <= x < curve.p:
        return None
    square = (x * x * x + curve.a * x + curve.b) % curve.p
    y = pow(square, (curve.p + 1) // 4, curve.p)
    if y * y % curve.p != square:
        return None
    if y & 1 != is_odd:
        y = curve.p - y
    point = Point(x, y)
    return point if is_on_curve(point, curve) else None  # y = 0 has no odd twin


def negate(point: MaybePoint, curve: Curve = SM2) -> MaybePoint:
    """The point -P."""
    return None if point is None else Point(point.x, -point.y % curve.p)


def add(left: MaybePoint, right: MaybePoint, curve: Curve = SM2) -> MaybePoint:
    """The sum of two points, whatever they are (GB/T 32918.1, 3.2.3.1)."""
    if left is None:
        return right
    if right is None:
        return left
    p = curve.p
    if left.x == right.x:
        if (left.y + right.y) % p == 0:
            return None
        slope = (3 * left.x * left.x + curve.a) * pow(2 * left.y, -1, p) % p
    else:
        slope = (right.y - left.y) * pow(right.x - left.x, -1, p) % p
    x = (slope * slope - left.x - right.x) % p
    return Point(x, (slope * (left.x - x) - left.y) % p)


def multiply(scalar: int, point: MaybePoint, curve: Curve = SM2) -> MaybePoint:
    """[scalar]P, for any integer (a negative one multiplies -P)."""
    if scalar < 0:
        return multiply(-scalar, negate(point, curve), curve)
    total: MaybePoint = None
    for bit in f"{scalar:b}":
        total = add(total, total, curve)
        if bit == "1":
            total = add(total, point, curve)
    return total


def public_point(d: int, curve: Curve = SM2) -> Point:
    """[d]G for a private key d in [1, n-2]."""
    if not 1 <= d <= curve.n - 2:
        raise ValueError("an SM2 private key lies in [1, n-2]")
    point = multiply(d, generator(curve), curve)
    assert point is not None  # noqa: S101 - d is not a multiple of the order
    return point


# --- Signatures (GB/T 32918.2) --------------------------------------------------------------


def identity_digest(public: Point, user_id: bytes, curve: Curve = SM2) -> bytes:
    """Z of a signer: 32 bytes (GB/T 32918.2, 5.5)."""
    bits = 8 * len(user_id)
    if bits > 0xFFFF:
        raise ValueError("a user ID has at most 8191 bytes")
    fields = (curve.a, curve.b, curve.gx, curve.gy, public.x, public.y)
    return sm3(bits.to_bytes(2, "big") + user_id + b"".join(f.to_bytes(32, "big") for f in fields))


def message_digest(public: Point, message: bytes, user_id: bytes, curve: Curve = SM2) -> bytes:
    """The digest e = SM3(Z ‖ M), 32 bytes (GB/T 32918.2, 6.1 A1-A2)."""
    return sm3(identity_digest(public, user_id, curve) + message)


def sign_digest(e: int, d: int, k: int, curve: Curve = SM2) -> tuple[int, int] | None:
    """(r, s) for the digest e and the nonce k, or ``None`` where k must be drawn again.

    For tests only (GB/T 32918.2, 6.1 A4-A6).
    """
    n = curve.n
    point = multiply(k, generator(curve), curve)
    if point is None:
        return None
    r = (e + point.x) % n
    if r == 0 or r + k == n:
        return None
    s = pow(1 + d, -1, n) * (k - r * d) % n
    return None if s == 0 else (r, s)


def hedged_nonce(random: bytes, d: int, e: bytes, counter: int = 0) -> tuple[int, int]:
    """The nonce k = SM3(random ‖ d ‖ e ‖ counter) in [1, n-1], and the counter after it.

    For tests only; the layout is in _core/nonce.h.
    """
    while True:
        fields = random + d.to_bytes(32, "big") + e + counter.to_bytes(4, "big")
        k = int.from_bytes(sm3(fields), "big")
        counter += 1
        if 1 <= k < SM2.n:
            return k, counter


def verify_digest(e: int, r: int, s: int, public: Point, curve: Curve = SM2) -> bool:
    """Whether (r, s) signs the digest e under this public point (GB/T 32918.2, 7.1)."""
    n = curve.n
    if not (1 <= r < n and 1 <= s < n):
        return False
    t = (r + s) % n
    if t == 0:
        return False
    point = add(multiply(s, generator(curve), curve), multiply(t, public, curve), curve)
    return point is not None and (e + point.x) % n == r


# --- Encryption (GB/T 32918.4), for tests only: all but the public key is secret ------------


def kdf(z: bytes, size: int) -> bytes:
    """The key derivation function: ``size`` bytes from the secret z (GB/T 32918.4, 5.4.3)."""
    count = (size + 31) // 32
    digests = (sm3(z + counter.to_bytes(4, "big")) for counter in range(1, count + 1))
    return b"".join(digests)[:size]


def _shared(point: MaybePoint) -> tuple[bytes, bytes]:
    """x2 and y2 of a multiple that is not infinity: the order of the group is prime."""
    if point is None:
        raise ValueError("the point at infinity shares nothing")
    return point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big")


def encrypt(message: bytes, public: Point, k: int, curve: Curve = SM2) -> bytes | None:
    """04 ‖ X ‖ Y ‖ C3 ‖ C2 for the number k, or ``None`` where k must be drawn again.

    For tests only (GB/T 32918.4, 6.1 A2-A8).
    """
    x1, y1 = _shared(multiply(k, generator(curve), curve))
    x2, y2 = _shared(multiply(k, public, curve))
    stream = kdf(x2 + y2, len(message))
    if not any(stream):
        return None
    masked = bytes(m ^ t for m, t in zip(message, stream, strict=True))
    return b"\4" + x1 + y1 + sm3(x2 + message + y2) + masked


def decrypt(ciphertext: bytes, d: int, curve: Curve = SM2) -> bytes | None:
    """The plaintext of 04 ‖ X ‖ Y ‖ C3 ‖ C2, or ``None`` for any defect.

    For tests only (GB/T 32918.4, 7.1).
    """
    if len(ciphertext) <= 97 or ciphertext[0] != 4:
        return None
    c1 = Point(int.from_bytes(ciphertext[1:33], "big"), int.from_bytes(ciphertext[33:65], "big"))
    digest, masked = ciphertext[65:97], ciphertext[97:]
    if not is_on_curve(c1, curve):
        return None
    x2, y2 = _shared(multiply(d, c1, curve))
    stream = kdf(x2 + y2, len(masked))
    message = bytes(c ^ t for c, t in zip(masked, stream, strict=True))
    return message if any(stream) and sm3(x2 + message + y2) == digest else None
