"""Writes sm2_decrypt_test.json: ciphertexts of SM2, valid ones and all that a receiver refuses.

GB/T 32918.4-2016, 7.1. A key stream that is all zero is found by trying numbers k for a plaintext
of one byte: one in 256 has it.

Usage: python tests/vectors/make_sm2_decrypt.py > tests/vectors/sm2_decrypt_test.json
"""

from __future__ import annotations

from wycheproof import (
    OCTETS,
    D,
    G,
    Group,
    N,
    P,
    Vectors,
    damaged_inside,
    damaged_outside,
    drawn,
    element,
    encode_point,
    integer,
    multiple,
    pack,
    public_key,
    sequence,
)

from govseal.sm2 import _reference as ec

KEY = multiple(D)
MESSAGE = b"encryption standard"
K = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21  # GB/T 32918.5, annex C

NOTES = {
    "PublishedVector": ("BASIC", "The example of GB/T 32918.5-2017, annex C."),
    "ValidCiphertext": ("BASIC", "A plaintext of some size: the key stream is cut, and goes on."),
    "SpecialPoint": ("EDGE_CASE", "C1 or the shared point has an extreme scalar or coordinate."),
    "PointOffCurve": (
        "CONFIDENTIALITY",
        (
            "C1 is no point of the curve, and all the rest fits: a receiver who does not look "
            "tells d modulo the small order of a point on another curve (B1)."
        ),
    ),
    "CoordinateRange": ("MISSING_STEP", "A coordinate of C1 is not below p."),
    "PointForm": (
        "DEFINED",
        (
            "C1 is infinity, compressed, hybrid or without its first byte: GB/T 35276 and this "
            "implementation know 04 with X and Y alone."
        ),
    ),
    "EmptyKeyStream": (
        "MISSING_STEP",
        "The key stream is all zero, so C2 is the plaintext: sender (A5) and receiver (B4) refuse.",
    ),
    "EmptyPlaintext": ("MISSING_STEP", "There is no C2: a key stream of no bytes is all zero."),
    "WrongDigest": (
        "MALLEABILITY",
        "C3 does not fit: whoever does not compare it lets every bit of the plaintext be flipped.",
    ),
    "DigestConfusion": ("MISSING_STEP", "C3 is made of something else than x2, M and y2."),
    "WrongKeyStream": ("DEFINED", "The key derivation has another counter or input; C3 fits."),
    "ModifiedCiphertext": ("MALLEABILITY", "One bit of C1, C2 or C3 differs."),
    "Truncated": ("BASIC", "Bytes are missing, or there are more."),
    "WrongKey": ("BASIC", "Encrypted to another key."),
    "OldOrder": (
        "LEGACY",
        "C1, C2, C3 as before GM/T 0003-2012: read only where it is asked for.",
    ),
    "InvalidEncoding": ("SIGNATURE_MALLEABILITY", "Not the DER of SM2Cipher (GB/T 35276, 7.2)."),
}


def parts_of(raw: bytes) -> list[bytes]:
    """The four elements of SM2Cipher."""
    x, y = (int.from_bytes(raw[at : at + 32], "big") for at in (1, 33))
    return [integer(x), integer(y), element(OCTETS, raw[65:97]), element(OCTETS, raw[97:])]


def cipher(raw: bytes) -> bytes:
    return sequence(*parts_of(raw))


def encrypt(message: bytes, k: int, public: ec.Point = KEY) -> bytes:
    raw = ec.encrypt(message, public, k)
    assert raw is not None
    return raw


def shared(c1: ec.Point, d: int = D) -> tuple[bytes, bytes]:
    """x2 and y2 by the plain formulas, which never ask whether C1 is on the curve."""
    point = multiple(d, c1)
    return pack(point.x), pack(point.y)


def sealed(c1: ec.Point, message: bytes = MESSAGE, d: int = D) -> bytes:
    """A ciphertext with this C1, everything else as it has to be for the holder of d."""
    x2, y2 = shared(c1, d)
    stream = ec.kdf(x2 + y2, len(message))
    masked = bytes(a ^ b for a, b in zip(message, stream, strict=True))
    return encode_point(c1) + ec.sm3(x2 + message + y2) + masked


class Both:
    """Adds each case in both forms: raw, and as SM2Cipher where that can say it."""

    def __init__(self, vectors: Vectors, d: int) -> None:
        fields = {"privateKey": pack(d).hex(), **public_key(multiple(d))}
        self.raw = vectors.group("Sm2DecryptRaw", **fields)
        self.asn1 = vectors.group("Sm2DecryptAsn1", **fields)

    def add(self, result: str, flags: str, comment: str, raw: bytes, msg: bytes = MESSAGE) -> None:
        plain = msg if result == "valid" else b""
        self.raw.add(result, flags, comment, ct=raw, msg=plain)
        if raw[:1] == b"\4" and len(raw) >= 97:
            self.asn1.add(result, flags, comment, ct=cipher(raw), msg=plain)


def valid(both: Both) -> None:
    both.add("valid", "PublishedVector", "GB/T 32918.5", encrypt(MESSAGE, K))
    for size in (1, 2, 15, 16, 17, 31, 32, 33, 48, 63, 64, 65, 96, 127, 128, 255, 256, 1000):
        message = bytes(255 - i & 0xFF for i in range(size))
        raw = encrypt(message, drawn(f"size {size}"))
        both.add("valid", "ValidCiphertext", f"{size} bytes", raw, message)
    for fill in (0x00, 0xFF):
        message = bytes((fill,)) * 40
        raw = encrypt(message, drawn(f"fill {fill}"))
        both.add("valid", "ValidCiphertext", f"40 bytes {fill:02x}", raw, message)


def special_points(both: Both) -> None:
    for name, k in {"1": 1, "2": 2, "3": 3, "6": 6, "n-6": N - 6, "n-2": N - 2, "n-1": N - 1,
                    "(n+1)/2": (N + 1) // 2, "(n-1)/2": (N - 1) // 2, "2^128": 2**128, "d": D,
                    "n-d": N - D}.items():  # fmt: skip
        both.add("valid", "SpecialPoint", f"k = {name}", encrypt(MESSAGE, k))
    inverse = pow(D, -1, N)
    both.add("valid", "SpecialPoint", "the shared point is G", encrypt(MESSAGE, inverse))
    both.add("valid", "SpecialPoint", "the shared point is -G", encrypt(MESSAGE, N - inverse))
    low = next(p for x in range(9) if (p := ec.lift_x(x, is_odd=True)))
    high = next(p for x in range(P - 1, 0, -1) if (p := ec.lift_x(x, is_odd=False)))
    above = next(p for x in range(N, N + 99) if (p := ec.lift_x(x, is_odd=True)))
    for name, point in {"C1 has x = 0": low, "C1 has the largest x": high,
                        "C1 has x above n": above}.items():  # fmt: skip
        both.add("valid", "SpecialPoint", name, sealed(point))
        opposite = ec.negate(point)
        assert opposite is not None
        both.add("valid", "SpecialPoint", f"{name}, opposite y", sealed(opposite))
        # [d]C1 = point: C1 = [1/d]point
        text = name.replace("C1", "the shared point")
        both.add("valid", "SpecialPoint", text, sealed(multiple(inverse, point)))


# Points of small order of y² = x³ - 3x + b for another b; the formulas never use b.
SMALL_ORDER = {
    "order 7, b = 5": ec.Point(
        0x74FBDDBA6E978E4192AE83B42E0141FFADCB41B7723C8EFACE41F4E6ABF935A6,
        0xCF6F923A1C859E80E06E5F86399E14106B92153D7DE16D1F2C82A85D3EABA7C8,
    ),
    "order 13, b = 8": ec.Point(
        0x20E764776A5D610AFAE3EE432D55B250CF96EFAAEFC658830EBE3416C3A3760D,
        0xDA77607467B1FF5BE03F670A7440A3A4DED82BBD8B3F66FB79C69CD81CD77001,
    ),
}


def bad_points(both: Both) -> None:
    for name, point in SMALL_ORDER.items():
        assert not ec.is_on_curve(point)
        text = f"a point of {name}"
        both.add("invalid", "PointOffCurve", text, sealed(point))
    c1 = multiple(K)
    off_curve = {
        "y + 1": ec.Point(c1.x, c1.y + 1),
        "x + 1": ec.Point(c1.x + 1, c1.y),
        "x and y swapped": ec.Point(c1.y, c1.x),
        "of another curve": ec.Point(7, 11),
        "(0, 1)": ec.Point(0, 1),
        "(1, 1)": ec.Point(1, 1),
        "(p-1, p-1)": ec.Point(P - 1, P - 1),
    }
    for name, point in off_curve.items():
        assert not ec.is_on_curve(point)
        both.add("invalid", "PointOffCurve", name, sealed(point))
    rest = encrypt(MESSAGE, K)[65:]
    zeros = b"\4" + bytes(64) + rest
    both.add("invalid", "PointOffCurve", "(0, 0), taken for infinity by some", zeros)
    # a point with x = 0 may be written with x = p by those who reduce
    low = next(p for x in range(9) if (p := ec.lift_x(x, is_odd=True)))
    assert low.x == 0
    point_of_low = sealed(low)
    for name, encoded in {
        "x = p instead of 0": pack(P) + pack(low.y),
        "x = 2^256 - 1": b"\xff" * 32 + pack(c1.y),
        "y = p": pack(c1.x) + pack(P),
        "y = 2^256 - 1": pack(c1.x) + b"\xff" * 32,
        "x and y = p": pack(P) * 2,
    }.items():
        raw = b"\4" + encoded + point_of_low[65:]
        both.add("invalid", "CoordinateRange", name, raw)


def forms(tests: Group) -> None:
    """First bytes, raw."""
    raw = encrypt(MESSAGE, K)
    odd = raw[64] & 1
    for name, ct in {
        "infinity": b"\0" + raw[65:],
        "infinity in 65 bytes": bytes(65) + raw[65:],
        "infinity in 65 bytes after 04": b"\4" + b"\0" + raw[65:],
        "compressed": bytes((2 + odd,)) + raw[1:33] + raw[65:],
        "compressed, wrong parity": bytes((3 - odd,)) + raw[1:33] + raw[65:],
        "hybrid": bytes((6 + odd,)) + raw[1:],
        "hybrid, wrong parity": bytes((7 - odd,)) + raw[1:],
        "without 04": raw[1:],
        "05": b"\5" + raw[1:],
        "84": b"\x84" + raw[1:],
        "two times 04": b"\4" + raw,
    }.items():
        tests.add("invalid", "PointForm", name, ct=ct, msg=b"")
    tests.add("invalid", "InvalidEncoding", "an SM2Cipher", ct=cipher(raw), msg=b"")


def key_streams(both: Both) -> None:
    empty = [k for k in range(1, 2000) if ec.encrypt(b"M", KEY, k) is None][:4]
    for k in empty:
        point = multiple(k)
        x2, y2 = shared(point)
        raw = encode_point(point) + ec.sm3(x2 + b"M" + y2) + b"M"
        both.add("invalid", "EmptyKeyStream", f"k = {k}", raw)
    point = multiple(K)
    x2, y2 = shared(point)
    both.add("invalid", "EmptyPlaintext", "C3 fits", encode_point(point) + ec.sm3(x2 + y2))
    both.add("invalid", "EmptyPlaintext", "C3 all zero", encode_point(point) + bytes(32))

    def stream(z: bytes, first: int) -> bytes:
        return ec.sm3(z + first.to_bytes(4, "big"))

    for name, key in {
        "counter from 0": stream(x2 + y2, 0),
        "counter from 2": stream(x2 + y2, 2),
        "no counter": ec.sm3(x2 + y2),
        "little-endian counter": ec.sm3(x2 + y2 + b"\1\0\0\0"),
        "counter before the secret": ec.sm3(b"\0\0\0\1" + x2 + y2),
        "x2 alone": stream(x2, 1),
        "y2 before x2": stream(y2 + x2, 1),
        "04 before the point": stream(b"\4" + x2 + y2, 1),
        "of C1": stream(encode_point(point)[1:], 1),
    }.items():
        masked = bytes(a ^ b for a, b in zip(MESSAGE, key, strict=False))
        raw = encode_point(point) + ec.sm3(x2 + MESSAGE + y2) + masked
        both.add("invalid", "WrongKeyStream", name, raw)


def digests(both: Both) -> None:
    raw = encrypt(MESSAGE, K)
    x2, y2 = shared(multiple(K))
    for name, digest in {
        "M alone": ec.sm3(MESSAGE),
        "y2, M, x2": ec.sm3(y2 + MESSAGE + x2),
        "x2, y2, M": ec.sm3(x2 + y2 + MESSAGE),
        "x2, M": ec.sm3(x2 + MESSAGE),
        "M, y2": ec.sm3(MESSAGE + y2),
        "x2, C2, y2": ec.sm3(x2 + raw[97:] + y2),
        "hashed again": ec.sm3(raw[65:97]),
    }.items():
        both.add("invalid", "DigestConfusion", name, raw[:65] + digest + raw[97:])
    for name, digest in {"all zero": bytes(32), "all ones": b"\xff" * 32,
                         "backwards": raw[96:64:-1]}.items():  # fmt: skip
        both.add("invalid", "WrongDigest", name, raw[:65] + digest + raw[97:])
    for at in (65, 66, 80, 95, 96):
        for bit in (0, 7):
            changed = raw[:at] + bytes((raw[at] ^ 1 << bit,)) + raw[at + 1 :]
            both.add("invalid", "WrongDigest", f"bit {bit} of byte {at - 65} of C3", changed)


def modified(both: Both) -> None:
    raw = encrypt(MESSAGE, K)
    for at in (1, 16, 32, 33, 64, 97, 98, len(raw) - 1):
        for bit in (0, 7):
            changed = raw[:at] + bytes((raw[at] ^ 1 << bit,)) + raw[at + 1 :]
            name = f"bit {bit} of byte {at}"
            both.add("invalid", "ModifiedCiphertext", name, changed)
    opposite = raw[:33] + pack(P - int.from_bytes(raw[33:65], "big")) + raw[65:]
    both.add("invalid", "ModifiedCiphertext", "-C1", opposite)
    for name, changed in {
        "a byte less": raw[:-1], "a byte more": raw + b"\0", "C2 twice": raw + raw[97:],
        "98 bytes": raw[:98], "97 bytes": raw[:97], "96 bytes": raw[:96], "65 bytes": raw[:65],
        "one byte": raw[:1], "no bytes": b"", "C3 missing": raw[:65] + raw[97:],
        "C1 missing": raw[65:],
    }.items():  # fmt: skip
        both.add("invalid", "Truncated", name, changed)
    for name, d in (("another key", 7), ("the opposite key", N - D), ("d + 1", D + 1)):
        both.add("invalid", "WrongKey", name, encrypt(MESSAGE, K, multiple(d)))


def old_order(vectors: Vectors) -> None:
    """The same bytes in the old order are no ciphertext in the new one, and the other way round."""
    fields = {"privateKey": pack(D).hex(), **public_key(KEY)}
    tests = vectors.group("Sm2DecryptRawC1C2C3", **fields)
    for size in (1, 19, 32, 33, 100):
        message = MESSAGE if size == 19 else bytes(range(size))
        raw = encrypt(message, drawn(f"old {size}"))
        old = raw[:65] + raw[97:] + raw[65:97]
        tests.add("acceptable", "OldOrder", f"{size} bytes", ct=old, msg=message)
        changed = old[:-1] + bytes((old[-1] ^ 1,))
        tests.add("invalid", "WrongDigest", f"{size} bytes, C3 changed", ct=changed, msg=b"")
        if size != 32:
            tests.add("invalid", "OldOrder", f"{size} bytes, new order", ct=raw, msg=b"")
    both = vectors.group("Sm2DecryptRaw", **fields)
    raw = encrypt(MESSAGE, K)
    old = raw[:65] + raw[97:] + raw[65:97]
    both.add("invalid", "OldOrder", "C1, C2, C3", ct=old, msg=b"")


def encodings(tests: Group) -> None:
    raws = (encrypt(MESSAGE, drawn(f"der {i}")) for i in range(1000))
    high = next(raw for raw in raws if raw[1] & 0x80 and raw[33] & 0x80)
    long = encrypt(bytes(200), drawn("long"))
    for raw in (high, long):
        parts = parts_of(raw)
        for text, ct in damaged_outside(parts):
            tests.add("invalid", "InvalidEncoding", text, ct=ct, msg=b"")
    names = ["XCoordinate", "YCoordinate", "HASH", "CipherText"]
    for text, ct in damaged_inside(parts_of(high), names):
        tests.add("invalid", "InvalidEncoding", text, ct=ct, msg=b"")
    x, y, digest, masked = parts_of(high)
    for text, ct in {
        "HASH and CipherText swapped": sequence(x, y, masked, digest),
        "coordinates behind": sequence(digest, masked, x, y),
        "HASH of 31 bytes": sequence(x, y, element(OCTETS, digest[2:-1]), masked),
        "HASH of 33 bytes": sequence(x, y, element(OCTETS, digest[2:] + b"\0"), masked),
        "an empty CipherText": sequence(x, y, digest, b"\4\0"),
        "C1 as an OCTET STRING": sequence(element(OCTETS, high[:65]), digest, masked),
        "C1 as a BIT STRING": sequence(element(3, b"\0" + high[:65]), digest, masked),
        "raw": high,
    }.items():
        tests.add("invalid", "InvalidEncoding", text, ct=ct, msg=b"")


def short_coordinates(both: Both) -> None:
    """Coordinates whose INTEGER is shorter than 32 bytes, or needs a zero in front."""
    wanted = {
        "x of 31 bytes": lambda p: p.x < 2**248,
        "y of 31 bytes": lambda p: p.y < 2**248,
        "x and y with the highest bit": lambda p: min(p) >= 2**255,
        "x and y without it": lambda p: max(p) < 2**255,
    }
    point, k = multiple(K), K
    found: dict[str, int] = {}
    while len(found) < len(wanted):
        for name, fits in wanted.items():
            if name not in found and fits(point):
                found[name] = k
        following = ec.add(point, G)
        assert following is not None
        point, k = following, k + 1
    for name in wanted:
        both.add("valid", "SpecialPoint", name, encrypt(MESSAGE, found[name]))


def main() -> None:
    header = [
        "SM2 decryption (GB/T 32918.4-2016), the curve of GB/T 32918.5-2017, SM3.",
        (
            "Sm2DecryptRaw: ct is 04, X, Y, C3, C2. Sm2DecryptAsn1: ct is SM2Cipher in DER "
            "(GB/T 35276-2017, 7.2)."
        ),
        "Sm2DecryptRawC1C2C3: the order of before 2012, which a library may refuse as a whole.",
        "msg is the plaintext where the result is valid or acceptable, else empty.",
    ]
    vectors = Vectors("sm2_decrypt_schema.json", header, NOTES)
    both = Both(vectors, D)
    for fill in (valid, special_points, short_coordinates, bad_points, key_streams, digests,
                 modified):  # fmt: skip
        fill(both)
    forms(both.raw)
    encodings(both.asn1)
    for d in (1, 2, N - 2, 6, N - 6):
        other = Both(vectors, d)
        raw = encrypt(MESSAGE, K, multiple(d))
        name = str(d) if d < 9 else f"n-{N - d}"
        other.add("valid", "SpecialPoint", f"d = {name}", raw)
        other.add("invalid", "WrongKey", "for another key", encrypt(MESSAGE, K))
    old_order(vectors)
    vectors.write()


if __name__ == "__main__":
    main()
