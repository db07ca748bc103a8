"""Writes sm2_key_test.json: encodings of SM2 public and private keys.

GB/T 32918.1-2016, 4.2 and 6; GB/T 35276-2017, 7.1; SubjectPublicKeyInfo of RFC 5480.

Usage: python tests/vectors/make_sm2_key.py > tests/vectors/sm2_key_test.json
"""

from __future__ import annotations

from wycheproof import (
    D,
    G,
    Group,
    N,
    P,
    Vectors,
    damaged_inside,
    damaged_outside,
    element,
    encode_point,
    multiple,
    pack,
    sequence,
)

from govseal.sm2 import _reference as ec

KEY = multiple(D)

NOTES = {
    "PublishedVector": ("BASIC", "The key of GB/T 32918.5-2017, annex A."),
    "ValidKey": ("BASIC", "An ordinary key."),
    "EdgeCaseKey": ("EDGE_CASE", "An extreme private key, or extreme coordinates."),
    "CompressedPoint": (
        "DEFINED",
        "02 or 03 and X: a form of GB/T 32918.1, which GB/T 35276 does not use.",
    ),
    "HybridPoint": ("DEFINED", "06 or 07, X and Y: a form of GB/T 32918.1, which nobody uses."),
    "Infinity": ("MISSING_STEP", "The point at infinity is no public key."),
    "PointOffCurve": ("CONFIDENTIALITY", "The point is not on the curve."),
    "CoordinateRange": ("MISSING_STEP", "A coordinate is not below p."),
    "MinusG": (
        "AUTH_BYPASS",
        (
            "-G belongs to d = n-1, for which 1 + d has no inverse: d is below n-1. Under this key "
            "the equation of verifying holds for every s."
        ),
    ),
    "InvalidForm": ("BASIC", "Another length or first byte."),
    "PrivateKeyRange": ("MISSING_STEP", "d is not in [1, n-2] (GB/T 32918.1, 6.1)."),
    "PrivateKeyLength": ("DEFINED", "d is not of 32 bytes."),
    "InvalidEncoding": ("SIGNATURE_MALLEABILITY", "Not the DER of SubjectPublicKeyInfo."),
    "WrongAlgorithm": (
        "MODIFIED_PARAMETER",
        (
            "Another algorithm or curve, or the curve spelt out: the point is not to be trusted to "
            "be one of SM2's."
        ),
    ),
    "AlgorithmSpelling": (
        "LEGACY",
        "The field knows SM2 keys whose algorithm is the OID of SM2 itself.",
    ),
}


def special_points() -> dict[str, ec.Point]:
    """Points of the curve with extreme coordinates."""
    low = [point for x in range(12) if (point := ec.lift_x(x, is_odd=True))]
    high = next(p for x in range(P - 1, 0, -1) if (p := ec.lift_x(x, is_odd=False)))
    above = next(p for x in range(N, N + 99) if (p := ec.lift_x(x, is_odd=True)))
    below = next(p for x in range(N - 1, 0, -1) if (p := ec.lift_x(x, is_odd=True)))
    return {"x = 0": low[0], "the smallest x above 0": low[1], "the largest x": high,
            "the smallest x from n on": above, "the largest x below n": below}  # fmt: skip


def points(tests: Group) -> None:
    tests.add("valid", "PublishedVector", "GB/T 32918.5", encoded=encode_point(KEY))
    for name, d in {"1": 1, "2": 2, "3": 3, "n-2": N - 2, "n-3": N - 3, "(n-1)/2": (N - 1) // 2,
                    "(n+1)/2": (N + 1) // 2, "2^128": 2**128, "2^255": 2**255}.items():  # fmt: skip
        tests.add("valid", "EdgeCaseKey", f"d = {name}", encoded=encode_point(multiple(d)))
    for name, point in special_points().items():
        tests.add("valid", "EdgeCaseKey", name, encoded=encode_point(point))
        opposite = ec.Point(point.x, P - point.y)
        tests.add("valid", "EdgeCaseKey", f"{name}, opposite y", encoded=encode_point(opposite))
    minus_g = ec.Point(G.x, P - G.y)
    tests.add("invalid", "MinusG", "-G", encoded=encode_point(minus_g))
    tests.add("invalid", "MinusG CompressedPoint", "-G, compressed", encoded=b"\3" + pack(G.x))


def compressed(tests: Group) -> None:
    for name, point in {"an ordinary key": KEY, "G": G, **special_points()}.items():
        sign = point.y & 1
        form = bytes((2 + sign,)) + pack(point.x)
        tests.add("acceptable", "CompressedPoint", name, encoded=form)
        if point != G:
            opposite = bytes((3 - sign,)) + pack(point.x)
            tests.add("acceptable", "CompressedPoint", f"{name}, opposite y", encoded=opposite)
        for wrong in (0, 1):
            form = bytes((6 + (sign ^ wrong),)) + encode_point(point)[1:]
            text = f"{name}, {'wrong' if wrong else 'right'} parity"
            tests.add("invalid", "HybridPoint", text, encoded=form)
    absent = [x for x in range(20) if ec.lift_x(x, is_odd=True) is None][:3]
    for x in absent:
        for form in (2, 3):
            flags = "CompressedPoint PointOffCurve"
            text = f"{form:02x}, no point has x = {x}"
            tests.add("invalid", flags, text, encoded=bytes((form,)) + pack(x))
    for name, x in {"p": P, "p + 3": P + 3, "2^256-1": 2**256 - 1}.items():
        flags = "CompressedPoint CoordinateRange"
        tests.add("invalid", flags, f"x = {name}", encoded=b"\2" + pack(x))


def bad_points(tests: Group) -> None:
    x, y = KEY
    low = special_points()["x = 0"]
    for name, point in {
        "y + 1": (x, y + 1), "x + 1": (x + 1, y), "swapped": (y, x), "(0, 0)": (0, 0),
        "(0, 1)": (0, 1), "(1, 0)": (1, 0), "(p-1, p-1)": (P - 1, P - 1), "(x, x)": (x, x),
    }.items():  # fmt: skip
        assert not ec.is_on_curve(ec.Point(*point))
        flag = "PointOffCurve Infinity" if point == (0, 0) else "PointOffCurve"
        tests.add("invalid", flag, name, encoded=b"\4" + pack(point[0]) + pack(point[1]))
    order_7 = bytes.fromhex(
        "74fbddba6e978e4192ae83b42e0141ffadcb41b7723c8eface41f4e6abf935a6"
        "cf6f923a1c859e80e06e5f86399e14106b92153d7de16d1f2c82a85d3eaba7c8"
    )
    text = "a point of order 7 of the curve with b = 5"
    tests.add("invalid", "PointOffCurve", text, encoded=b"\4" + order_7)
    p256 = bytes.fromhex(
        "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
    )
    tests.add("invalid", "PointOffCurve", "the base point of P-256", encoded=b"\4" + p256)
    for name, encoded in {
        "x = p instead of 0": pack(P) + pack(low.y), "y + p": pack(x) + pack(P),
        "both p": pack(P) * 2, "all ones": b"\xff" * 64, "x = 2^256-1": b"\xff" * 32 + pack(y),
    }.items():  # fmt: skip
        tests.add("invalid", "CoordinateRange", name, encoded=b"\4" + encoded)
    for name, encoded in {"one byte": b"\0", "33 bytes": bytes(33), "65 bytes": bytes(65)}.items():
        tests.add("invalid", "Infinity", name, encoded=encoded)


def bad_forms(tests: Group) -> None:
    encoded = encode_point(KEY)
    for name, other in {
        "no bytes": b"", "04 alone": b"\4", "without 04": encoded[1:], "64 bytes": encoded[:-1],
        "66 bytes": encoded + b"\0", "04 twice": b"\4" + encoded, "04 and x": encoded[:33],
        "02 with x and y": b"\2" + encoded[1:], "little-endian": b"\4" + encoded[:0:-1],
        "32 bytes": encoded[1:33], "a BIT STRING": element(3, b"\0" + encoded),
        "an OCTET STRING": element(4, encoded), "hexadecimal text": encoded.hex().encode(),
    }.items():  # fmt: skip
        flag = "PointOffCurve" if name == "little-endian" else "InvalidForm"
        tests.add("invalid", flag, name, encoded=other)
    for form in (0x01, 0x05, 0x08, 0x14, 0x40, 0x84, 0xFF):
        text = f"first byte {form:02x}"
        tests.add("invalid", "InvalidForm", text, encoded=bytes((form,)) + encoded[1:])


EC_PUBLIC_KEY = bytes.fromhex("06072a8648ce3d0201")
SM2_CURVE = bytes.fromhex("06082a811ccf5501822d")
P256_CURVE = bytes.fromhex("06082a8648ce3d030107")


def spki(tests: Group) -> None:
    encoded = encode_point(KEY)
    bits = element(3, b"\0" + encoded)
    algorithm = sequence(EC_PUBLIC_KEY, SM2_CURVE)
    tests.add("valid", "ValidKey", "ecPublicKey and sm2p256v1", encoded=sequence(algorithm, bits))
    for name, spelling in {
        "sm2 without parameters": sequence(SM2_CURVE),
        "sm2 with NULL": sequence(SM2_CURVE, b"\5\0"),
        "sm2 twice": sequence(SM2_CURVE, SM2_CURVE),
    }.items():
        tests.add("acceptable", "AlgorithmSpelling", name, encoded=sequence(spelling, bits))
    explicit = sequence(b"\2\1\1", b"\x30\0", b"\x30\0", b"\4\0", b"\2\1\1")
    for name, other in {
        "P-256": sequence(EC_PUBLIC_KEY, P256_CURVE),
        "no curve": sequence(EC_PUBLIC_KEY),
        "NULL for the curve": sequence(EC_PUBLIC_KEY, b"\5\0"),
        "an explicit curve": sequence(EC_PUBLIC_KEY, explicit),
        "rsaEncryption": sequence(bytes.fromhex("06092a864886f70d010101"), b"\5\0"),
        "Ed25519": sequence(bytes.fromhex("06032b6570")),
        "SM9": sequence(bytes.fromhex("06082a811ccf5501822e")),
    }.items():
        tests.add("invalid", "WrongAlgorithm", name, encoded=sequence(other, bits))
    for text, other in damaged_outside([algorithm, bits]):
        tests.add("invalid", "InvalidEncoding", text, encoded=other)
    for text, other in damaged_inside([algorithm, bits], ["algorithm", "subjectPublicKey"]):
        tests.add("invalid", "InvalidEncoding", text, encoded=other)
    for name, content in {"7 unused bits": b"\7" + encoded, "8 unused bits": b"\x08" + encoded,
                          "without its first octet": encoded, "none": b""}.items():  # fmt: skip
        damaged = sequence(algorithm, element(3, content))
        tests.add("invalid", "InvalidEncoding", name, encoded=damaged)
    for flag, name, content in (
        ("Infinity", "infinity", b"\0"), ("MinusG", "-G", b"\4" + pack(G.x) + pack(P - G.y)),
        ("PointOffCurve", "y + 1", b"\4" + pack(KEY.x) + pack(KEY.y + 1)),
        ("HybridPoint", "hybrid", bytes((6 + (KEY.y & 1),)) + encoded[1:]),
    ):  # fmt: skip
        key = sequence(algorithm, element(3, b"\0" + content))
        tests.add("invalid", flag, name, encoded=key)


def private(tests: Group) -> None:
    def valid(flag: str, name: str, d: int) -> None:
        public = encode_point(multiple(d))
        tests.add("valid", flag, name, encoded=pack(d), public=public)

    valid("PublishedVector", "GB/T 32918.5", D)
    for name, d in {"1": 1, "2": 2, "6": 6, "n-2": N - 2, "n-3": N - 3, "(n-1)/2": (N - 1) // 2,
                    "(n+1)/2": (N + 1) // 2, "2^64": 2**64, "2^128": 2**128, "2^255": 2**255,
                    "2^248-1": 2**248 - 1}.items():  # fmt: skip
        valid("EdgeCaseKey", f"d = {name}", d)
    for name, d in {"0": 0, "n-1": N - 1, "n": N, "n+1": N + 1, "p": P,
                    "2^256-1": 2**256 - 1}.items():  # fmt: skip
        tests.add("invalid", "PrivateKeyRange", f"d = {name}", encoded=pack(d), public=b"")
    for name, encoded in {
        "no bytes": b"", "one byte": b"\1", "31 bytes": pack(D)[1:], "33 bytes": b"\0" + pack(D),
        "32 bytes and a zero": pack(D) + b"\0", "64 bytes": bytes(32) + pack(D),
        "48 bytes": bytes(16) + pack(D), "hexadecimal text": pack(D).hex().encode(),
        "an INTEGER": b"\2\x20" + pack(D), "an OCTET STRING": b"\4\x20" + pack(D),
    }.items():  # fmt: skip
        tests.add("invalid", "PrivateKeyLength", name, encoded=encoded, public=b"")


def main() -> None:
    header = [
        "Keys of SM2 on the recommended curve of GB/T 32918.5-2017.",
        "Sm2PublicKey: a point (GB/T 32918.1, 4.2.9). Sm2PublicKeyInfo: SubjectPublicKeyInfo, DER.",
        "Sm2PrivateKey: d in 32 bytes, big-endian; public is its point, empty where d is invalid.",
    ]
    vectors = Vectors("sm2_key_schema.json", header, NOTES)
    tests = vectors.group("Sm2PublicKey")
    for fill in (points, compressed, bad_points, bad_forms):
        fill(tests)
    spki(vectors.group("Sm2PublicKeyInfo"))
    private(vectors.group("Sm2PrivateKey"))
    vectors.write()


if __name__ == "__main__":
    main()
