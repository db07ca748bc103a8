"""Each crafted case reaches its rare path exactly, and ordinary work reaches none."""

from __future__ import annotations

import hashlib

import pytest

from govseal.sm2 import _reference as reference
from govseal.sm2.curve import SM2

N = SM2.n
D = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
LAST_ROW = 30 * 2**252 - N  # the comb's last addition doubles: see ecmult_gen_impl.h


def pack(value: int) -> bytes:
    return value.to_bytes(32, "big")


def moved(core, work) -> tuple[object, dict[str, int]]:
    """The answer; and the counters that moved, and by how much."""
    before = core.path_counts()
    answer = work()
    after = core.path_counts()
    return answer, {
        name: after[name] - before[name] for name in after if after[name] != before[name]
    }


def numbers(label: str, count: int) -> list[int]:
    texts = (f"{label} {i}".encode() for i in range(count))
    return [int.from_bytes(hashlib.sha256(text).digest(), "big") % (N - 2) + 1 for text in texts]


def encoded(point: reference.Point) -> bytes:
    return b"\4" + pack(point.x) + pack(point.y)


def test_ordinary_work_takes_no_rare_path(tiered_core):
    def work():
        for d, e, k in zip(numbers("d", 60), numbers("e", 60), numbers("k", 60), strict=True):
            raw = tiered_core.sign_with_nonce(pack(d), pack(e), pack(k))
            key = tiered_core.load_public(b"\4" + tiered_core.base_multiply(pack(d)), 0)
            prepared = tiered_core.prepare(key)
            for other in (e, e ^ 1):
                for either in (key, prepared):
                    assert either.verify_digest(raw, pack(other)) == (other == e)
        tiered_core.base_multiply_many(b"".join(map(pack, numbers("many", 40))))

    assert moved(tiered_core, work) == (None, {})


def verify(core, public: reference.Point, s: int, t: int, *, is_prepared: bool) -> bool:
    """Whether [s]G + [t]P gives what it should: the e is made from it."""
    total = reference.add(
        reference.multiply(s, reference.generator()), reference.multiply(t, public)
    )
    r = (t - s) % N
    e = (r - (total.x if total else 0)) % N
    key = core.load_public(encoded(public), 0)
    key = core.prepare(key) if is_prepared else key
    return key.verify_digest(pack(r) + pack(s), pack(e))


SUMS = {
    "doubling": (1, "add_var_double", True),
    "infinity": (-1, "add_var_infinity", False),
}


@pytest.mark.parametrize("is_prepared", [False, True], ids=["", "prepared"])
@pytest.mark.parametrize("kind", SUMS)
def test_halves_that_are_equal_or_opposite(tiered_core, kind, is_prepared):
    """With P = ±[s/t]G the two halves of the sum meet in the last addition."""
    sign, path, is_valid = SUMS[kind]
    s, t = 1, 3
    point = reference.multiply(sign * s * pow(t, -1, N) % N, reference.generator())
    assert point is not None
    answer, counts = moved(
        tiered_core, lambda: verify(tiered_core, point, s, t, is_prepared=is_prepared)
    )
    assert answer == is_valid
    if tiered_core.tier() != "ifma":
        assert counts == {path: 1}
    elif kind == "infinity":
        assert counts == {path: 1, "verify8_undecided": 1}
    else:
        assert counts == {}  # the lanes add in another order: no two operands are equal


@pytest.mark.parametrize("is_prepared", [False, True], ids=["", "prepared"])
def test_the_second_x(tiered_core, all_edges, is_prepared):
    """x1 >= n, which one point in 2^128 has: r - e + n is the x of the sum."""
    edge = next(edge for edge in all_edges if edge["name"] == "smallest x1>=n")
    key = tiered_core.load_public(bytes.fromhex(edge["public"]), 0)
    key = tiered_core.prepare(key) if is_prepared else key
    raw, digest = bytes.fromhex(edge["r"] + edge["s"]), bytes.fromhex(edge["e"])
    answer, counts = moved(tiered_core, lambda: key.verify_digest(raw, digest))
    assert answer
    in_lanes = {"verify8_undecided": 1} if tiered_core.tier() == "ifma" else {}
    assert counts == {"verify_second_x": 1} | in_lanes


@pytest.mark.parametrize("k", [LAST_ROW, N - LAST_ROW], ids=["odd", "even"])
def test_the_last_row_of_the_comb(tiered_core, k):
    """Signing with the one nonce whose last addition doubles: over lanes there is none."""
    wanted = reference.sign_digest(5, D, k)
    assert wanted is not None
    raw = pack(wanted[0]) + pack(wanted[1])
    tiered_core.sign_with_nonce(pack(D), pack(5), pack(7))  # the key's own multiple apart
    answer, counts = moved(
        tiered_core, lambda: tiered_core.sign_with_nonce(pack(D), pack(5), pack(k))
    )
    assert answer == raw
    assert counts == ({} if tiered_core.tier() == "ifma" else {"add_last_double": 1})


def highest_bit_of_naf(value: int) -> int:
    """The place of the highest digit of the non-adjacent form."""
    return (3 * value ^ value).bit_length() - 2


@pytest.mark.parametrize("with_table", [b"\0", b"\1"], ids=["", "prepared"])
def test_digits_at_bit_256(testing_core, with_table):
    """Scalars whose non-adjacent form is one digit longer than they are."""
    scalars = [N - 1, N - 2, N - 3, 2**256 - 2**225 - 1, 2**255 + 2**254 + 1]
    assert all(highest_bit_of_naf(value) == 256 for value in scalars)
    public = reference.public_point(D)
    for s in scalars:
        for t in (*scalars, 1, 12345):
            total = reference.multiply((s + t * D) % N, reference.generator())
            wanted = None if total is None else pack(total.x) + pack(total.y)
            assert testing_core.multiply(pack(s), encoded(public), pack(t), with_table) == wanted


def test_nonces_that_are_refused(tiered_core):
    """r = 0, r + k = n and s = 0: each asks for another nonce, and for no other reason."""
    k = 12345
    point = reference.multiply(k, reference.generator())
    assert point is not None
    for r in (0, -k, k * pow(D, -1, N)):
        digest = pack((r - point.x) % N)
        assert tiered_core.sign_with_nonce(pack(D), digest, pack(k)) is None
        assert tiered_core.sign_with_nonce(pack(D), digest, pack(k + 1)) is not None
