"""Writes sm2_verify_test.json: SM2 signatures, valid ones and every class that has to be refused.

A digest can be chosen only where no message is hashed: tests at the edges of the equation give the
digest e itself (how they are crafted stands in make_sm2_edges.py). GB/T 32918.2-2016, 7.1.

Usage: python tests/vectors/make_sm2_verify.py > tests/vectors/sm2_verify_test.json
"""

from __future__ import annotations

import make_sm2_edges as edges
from wycheproof import (
    USER_ID,
    D,
    G,
    Group,
    N,
    P,
    Vectors,
    damaged_inside,
    damaged_outside,
    drawn,
    integer,
    multiple,
    pack,
    public_key,
    sequence,
)

from govseal.sm2 import _reference as ec

KEY = multiple(D)
MESSAGE = b"message digest"

NOTES = {
    "PublishedVector": ("BASIC", "The example of GB/T 32918.5-2017, annex A."),
    "ValidSignature": ("BASIC", "A valid signature over a message of some size."),
    "UserId": ("MISSING_STEP", "Z depends on the user ID, of 0 to 8191 bytes (5.5)."),
    "WrongZ": (
        "MISSING_STEP",
        (
            "Signed with another user ID, another key's Z, or no Z at all: the message proves "
            "nothing."
        ),
    ),
    "DigestConfusion": ("MISSING_STEP", "The digest is made of something else than Z and M."),
    "ModifiedMessage": ("BASIC", "Another message than the one that was signed."),
    "ModifiedSignature": ("MODIFIED_PARAMETER", "One bit of r or s differs."),
    "ModifiedInteger": (
        "SIGNATURE_MALLEABILITY",
        (
            "r or s is replaced by a number that is equal, opposite or inverse modulo n. Unlike "
            "ECDSA, SM2 takes neither (r, n-s) nor anything else beside the pair that was made."
        ),
    ),
    "RangeCheck": ("MISSING_STEP", "r and s have to be in [1, n-1] (B1, B2)."),
    "SumIsZero": ("MISSING_STEP", "t = r + s must not be 0 modulo n (B5)."),
    "InvalidEncoding": (
        "SIGNATURE_MALLEABILITY",
        "Not the DER of SEQUENCE { r INTEGER, s INTEGER }; a reader of BER would take some.",
    ),
    "RawSignature": ("DEFINED", "r and s of 32 bytes each, as devices give them."),
    "EdgeCase": ("EDGE_CASE", "Values at the edges of the equation, of e, of x1, or of the key."),
    "SecondX": (
        "EDGE_CASE",
        (
            "x1 is n or larger: a verifier that compares r - e with x1 without reducing it errs. "
            "By chance this happens once in 2^129."
        ),
    ),
    "PointDoubling": ("EDGE_CASE", "[s]G = [t]P: the addition is a doubling."),
    "Infinity": ("EDGE_CASE", "[s]G + [t]P is the point at infinity: there is no x1 (B6)."),
    "RawLength": ("MISSING_STEP", "A raw signature of another length than 64 bytes."),
}


def sign(message: bytes, d: int = D, user_id: bytes = USER_ID, label: str = "") -> tuple[int, int]:
    e = int.from_bytes(ec.message_digest(multiple(d), message, user_id), "big")
    return sign_digest(e, d, label or message.hex())


def sign_digest(e: int, d: int, label: str) -> tuple[int, int]:
    signature = ec.sign_digest(e, d, drawn(f"sign {label} {e}"))
    assert signature is not None
    return signature


def der(r: int, s: int) -> bytes:
    return sequence(integer(r), integer(s))


def group(vectors: Vectors, kind: str, point: ec.Point, user_id: bytes = USER_ID) -> Group:
    fields = public_key(point)
    if kind != "Sm2VerifyDigest":
        fields["userId"] = user_id.hex()
    return vectors.group(kind, **fields)


# --- over messages -------------------------------------------------------------------------------


def valid(tests: Group) -> None:
    published = der(
        0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3,
        0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA,
    )
    tests.add("valid", "PublishedVector", "GB/T 32918.5", msg=MESSAGE, sig=published)
    # Z is half a block of SM3, and nine bytes of padding follow the message
    for size in (0, 1, 20, 22, 23, 24, 31, 32, 33, 64, 86, 87, 88, 96, 128, 1000):
        message = bytes(i & 0xFF for i in range(size))
        text = f"a message of {size} bytes"
        tests.add("valid", "ValidSignature", text, msg=message, sig=der(*sign(message)))


def wrong_digests(tests: Group) -> None:
    def add(flag: str, comment: str, digest: bytes) -> None:
        pair = sign_digest(int.from_bytes(digest, "big"), D, comment)
        tests.add("invalid", flag, comment, msg=MESSAGE, sig=der(*pair))

    for user_id in (
        b"",
        b"\0",
        USER_ID[:15],
        USER_ID + b"\0",
        USER_ID[::-1],
        b"ALICE123@YAHOO.COM",
    ):
        digest = ec.message_digest(KEY, MESSAGE, user_id)
        add("WrongZ", f"signed with the user ID {user_id.hex() or 'of no bytes'}", digest)
    z = ec.identity_digest(KEY, USER_ID)
    add("WrongZ", "signed without Z", ec.sm3(MESSAGE))
    add("WrongZ", "Z of another key", ec.message_digest(multiple(7), MESSAGE, USER_ID))
    add("WrongZ", "Z of the opposite key", ec.message_digest(multiple(N - D), MESSAGE, USER_ID))
    add("WrongZ", "Z of the user ID alone", ec.sm3(ec.sm3(USER_ID) + MESSAGE))
    add("DigestConfusion", "Z alone", z)
    add("DigestConfusion", "Z behind the message", ec.sm3(MESSAGE + z))
    add("DigestConfusion", "Z twice", ec.sm3(z + z + MESSAGE))
    add("DigestConfusion", "the digest of the message instead of it", ec.sm3(z + ec.sm3(MESSAGE)))
    add("DigestConfusion", "the digest hashed again", ec.sm3(ec.sm3(z + MESSAGE)))
    add("DigestConfusion", "all zero", bytes(32))
    add("DigestConfusion", "the digest backwards", ec.sm3(z + MESSAGE)[::-1])


def modified(tests: Group) -> None:
    r, s = sign(MESSAGE)
    for bit in (0, 1, 7, 8, 63, 64, 127, 128, 191, 192, 254, 255):
        for name, pair in (("r", (r ^ 1 << bit, s)), ("s", (r, s ^ 1 << bit))):
            text = f"bit {bit} of {name}"
            tests.add("invalid", "ModifiedSignature", text, msg=MESSAGE, sig=der(*pair))
    for message in (b"", MESSAGE[:-1], MESSAGE + b"\0", b"\0" + MESSAGE, MESSAGE.upper()):
        tests.add("invalid", "ModifiedMessage", "another message", msg=message, sig=der(r, s))
    inverse_r, inverse_s = pow(r, -1, N), pow(s, -1, N)
    for text, pair in {
        "r + n": (r + N, s), "s + n": (r, s + N), "both + n": (r + N, s + N),
        "r - n": (r - N, s), "s - n": (r, s - N), "n - r": (N - r, s), "n - s": (r, N - s),
        "both from n": (N - r, N - s), "-r": (-r, s), "-s": (r, -s), "2r": (2 * r, s),
        "r and s swapped": (s, r), "r + s in the place of s": (r, (r + s) % N),
        "the inverse of r": (inverse_r, s), "the inverse of s": (r, inverse_s),
        "r + 2^256": (r + 2**256, s), "s + 2^256": (r, s + 2**256),
        "r + 2^320": (r + 2**320, s), "s + 2^320": (r, s + 2**320),
        "r + p": (r + P, s), "s + p": (r, s + P),
    }.items():  # fmt: skip
        tests.add("invalid", "ModifiedInteger", text, msg=MESSAGE, sig=der(*pair))


def ranges(tests: Group) -> None:
    special = {"0": 0, "1": 1, "-1": -1, "n-1": N - 1, "n": N, "n+1": N + 1, "p-1": P - 1, "p": P,
               "2^255": 2**255, "2^256-1": 2**256 - 1, "2^256": 2**256}  # fmt: skip
    for name_r, r in special.items():
        for name_s, s in special.items():
            flag = "RangeCheck"
            if 1 <= r < N and 1 <= s < N:
                flag = "SumIsZero" if (r + s) % N == 0 else "EdgeCase"
            text = f"r = {name_r}, s = {name_s}"
            tests.add("invalid", flag, text, msg=MESSAGE, sig=der(r, s))
    r, s = sign(MESSAGE)
    tests.add("invalid", "SumIsZero", "r and n - r", msg=MESSAGE, sig=der(r, N - r))
    tests.add("invalid", "SumIsZero", "n - s and s", msg=MESSAGE, sig=der(N - s, s))


def infinities(tests: Group) -> None:
    """[s]G + [t]P = infinity for the digest of a real message: s = -t·d, so that r = t(1+d)."""
    e = int.from_bytes(ec.message_digest(KEY, MESSAGE, USER_ID), "big")
    for x in (0, 1, G.x):
        r = (e + x) % N
        s = -r * D * pow(1 + D, -1, N) % N
        assert ec.add(ec.multiply(s, G), ec.multiply((r + s) % N, KEY)) is None
        text = f"infinity taken for a point with x1 = {x:x}"
        tests.add("invalid", "Infinity", text, msg=MESSAGE, sig=der(r, s))


def encodings(tests: Group) -> None:
    pairs = (sign(MESSAGE, label=str(i)) for i in range(1000))
    high = next(pair for pair in pairs if min(pair) >= 2**255)
    low = next(pair for pair in pairs if max(pair) < 2**255)
    for r, s in (high, low):
        parts = [integer(r), integer(s)]
        for text, sig in damaged_outside(parts):
            tests.add("invalid", "InvalidEncoding", text, msg=MESSAGE, sig=sig)
        for text, sig in damaged_inside(parts, ["r", "s"]):
            tests.add("invalid", "InvalidEncoding", text, msg=MESSAGE, sig=sig)
    tests.add(
        "valid", "ValidSignature", "r and s with a zero in front", msg=MESSAGE, sig=der(*high)
    )
    tests.add("valid", "ValidSignature", "r and s without", msg=MESSAGE, sig=der(*low))
    raw = pack(high[0]) + pack(high[1])
    for text, sig in (("raw", raw), ("raw after 04", b"\4" + raw), ("three INTEGERs", sequence(
            integer(high[0]), integer(high[1]), integer(1)))):  # fmt: skip
        tests.add("invalid", "InvalidEncoding", text, msg=MESSAGE, sig=sig)


def user_ids(vectors: Vectors) -> None:
    for user_id in (b"", b"\0", b"A", b"ALICE123@YAHOO.COM", "张三".encode(), b"\xff" * 31,
                    bytes(8190), b"Z" * 8191):  # fmt: skip
        tests = group(vectors, "Sm2Verify", KEY, user_id)
        text = f"a user ID of {len(user_id)} bytes"
        right = der(*sign(MESSAGE, user_id=user_id, label=f"id {len(user_id)}"))
        tests.add("valid", "UserId", text, msg=MESSAGE, sig=right)
        wrong = der(*sign(MESSAGE))
        tests.add("invalid", "WrongZ", "signed with the default ID", msg=MESSAGE, sig=wrong)
    for d in (1, 2, N - 3, N - 2):
        tests = group(vectors, "Sm2Verify", multiple(d))
        name = str(d) if d < 9 else f"n-{N - d}"
        tests.add("valid", "EdgeCase", f"d = {name}", msg=MESSAGE, sig=der(*sign(MESSAGE, d)))
        tests.add("invalid", "WrongZ", "of another key", msg=MESSAGE, sig=der(*sign(MESSAGE)))


def raw_signatures(vectors: Vectors) -> None:
    tests = group(vectors, "Sm2VerifyRaw", KEY)
    r, s = sign(MESSAGE, label="raw")
    raw = pack(r) + pack(s)
    tests.add("valid", "RawSignature", "r and s", msg=MESSAGE, sig=raw)
    for text, sig in {
        "empty": b"", "r alone": raw[:32], "63 bytes": raw[:-1], "65 bytes": raw + b"\0",
        "a zero in front": b"\0" + raw, "04 in front": b"\4" + raw, "128 bytes": raw * 2,
        "DER": der(r, s), "33 bytes each": b"\0" + raw[:32] + b"\0" + raw[32:],
    }.items():  # fmt: skip
        tests.add("invalid", "RawLength", text, msg=MESSAGE, sig=sig)
    values = {"0": 0, "n": N, "n+1": N + 1, "2^256-1": 2**256 - 1}
    for text, value in values.items():
        for name, sig in (("r", pack(value) + pack(s)), ("s", pack(r) + pack(value))):
            tests.add("invalid", "RangeCheck", f"{name} = {text}", msg=MESSAGE, sig=sig)
    tests.add("invalid", "RangeCheck", "all zero", msg=MESSAGE, sig=bytes(64))
    swapped = raw[32:] + raw[:32]
    tests.add("invalid", "ModifiedInteger", "r and s swapped", msg=MESSAGE, sig=swapped)
    little = raw[31::-1] + raw[:31:-1]
    tests.add("invalid", "ModifiedInteger", "little-endian", msg=MESSAGE, sig=little)


# --- over digests --------------------------------------------------------------------------------


def flag_of(name: str) -> str:
    for part, flag in (("r+s=n", "SumIsZero"), ("infinity", "Infinity"), ("=-[t]P", "Infinity"),
                       ("=[t]P", "PointDoubling"), ("x1", "SecondX"), ("n-s", "ModifiedInteger"),
                       ("swapped", "ModifiedInteger")):  # fmt: skip
        if part in name:
            return "EdgeCase" if name == "x1=0" else flag
    in_range = name.startswith(("e=", "P=", "x(P)", "r=0000", "r=ffff"))
    return "EdgeCase" if in_range else "RangeCheck"


def crafted(vectors: Vectors) -> None:
    """The cases of make_sm2_edges.py, key by key."""
    groups: dict[str, Group] = {}
    for case in edges.cases():
        point = ec.Point(int(case["public"][2:66], 16), int(case["public"][66:], 16))
        if case["public"] not in groups:
            groups[case["public"]] = group(vectors, "Sm2VerifyDigest", point)
        result = "valid" if case["valid"] else "invalid"
        sig = der(int(case["r"], 16), int(case["s"], 16))
        groups[case["public"]].add(
            result, flag_of(case["name"]), case["name"], digest=case["e"], sig=sig
        )


def special_digests(vectors: Vectors) -> None:
    """Digests that are large, small, and equal modulo n; numbers k that make R a special point."""
    tests = group(vectors, "Sm2VerifyDigest", KEY)
    digests = {"1": 1, "2": 2, "n-2": N - 2, "n+1": N + 1, "p": P, "2^255": 2**255,
               "2^256-2": 2**256 - 2, "2^128": 2**128, "ff00…": int("ff00" * 16, 16)}  # fmt: skip
    for name, e in digests.items():
        r, s = sign_digest(e, D, name)
        tests.add("valid", "EdgeCase", f"e = {name}", digest=pack(e), sig=der(r, s))
        other = e - N if e >= N else e + N
        if other < 2**256:
            text = f"e = {name}, given as the other number that is equal modulo n"
            tests.add("valid", "EdgeCase", text, digest=pack(other), sig=der(r, s))
        wrong = pack((e + 1) % 2**256)
        tests.add("invalid", "ModifiedMessage", f"e = {name} + 1", digest=wrong, sig=der(r, s))
    e = int.from_bytes(ec.sm3(MESSAGE), "big")
    for name, k in {"1": 1, "2": 2, "n-1": N - 1, "n-2": N - 2, "d": D, "n-d": N - D,
                    "(n+1)/2": (N + 1) // 2, "2^128": 2**128}.items():  # fmt: skip
        pair = ec.sign_digest(e, D, k)
        assert pair is not None
        tests.add("valid", "EdgeCase", f"k = {name}", digest=pack(e), sig=der(*pair))


def special_keys(vectors: Vectors) -> None:
    """Public points with extreme coordinates; the private keys are not known, nor needed."""
    smallest = [point for x in range(1, 12) if (point := ec.lift_x(x, is_odd=True))]
    largest = next(p for x in range(P - 1, 0, -1) if (p := ec.lift_x(x, is_odd=False)))
    above = next(p for x in range(N, N + 99) if (p := ec.lift_x(x, is_odd=True)))
    doubled = [multiple(drawn("a key with a short y"))]
    while doubled[-1].y >= 2**240:
        following = ec.add(doubled[-1], G)
        assert following is not None
        doubled.append(following)
    for name, point in (("x is small", smallest[0]), ("x is small", smallest[-1]),
                        ("x is large", largest), ("x is above n", above),
                        ("y is short", doubled[-1])):  # fmt: skip
        tests = group(vectors, "Sm2VerifyDigest", point)
        for r, s in ((3, 4), (drawn(f"{name} r"), drawn(f"{name} s"))):
            e = pack(edges.digest_for(point, r, s))
            tests.add("valid", "EdgeCase", name, digest=e, sig=der(r, s))
            tests.add("invalid", "ModifiedInteger", name, digest=e, sig=der(s, r))


def main() -> None:
    header = [
        "SM2 signatures (GB/T 32918.2-2016), the curve of GB/T 32918.5-2017, SM3.",
        "Sm2Verify: sig is SM2Signature in DER (GB/T 35276-2017, 7.3) over msg, Z with userId.",
        ("Sm2VerifyRaw: sig is r and s, 32 bytes each. Sm2VerifyDigest: e is given, sig is DER."),
    ]
    vectors = Vectors("sm2_verify_schema.json", header, NOTES)
    tests = group(vectors, "Sm2Verify", KEY)
    for fill in (valid, wrong_digests, modified, ranges, infinities, encodings):
        fill(tests)
    user_ids(vectors)
    raw_signatures(vectors)
    crafted(vectors)
    special_digests(vectors)
    special_keys(vectors)
    vectors.write()


if __name__ == "__main__":
    main()
