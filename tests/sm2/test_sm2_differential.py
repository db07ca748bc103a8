"""The compiled core against Python's integers (tests/native/entry_points.h)."""

from __future__ import annotations

import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from govseal.sm2 import _reference as reference
from govseal.sm2.curve import SM2

P, N = SM2.p, SM2.n
FIELD_EDGES = [
    0, 1, 2, P - 2, P - 1, P, P + 1, 2**256 - 1, (P - 1) // 2, (P + 1) // 2, P >> 1,
    *(2**k + i for k in (52, 64, 104, 128, 156, 192, 208, 224, 255) for i in (-1, 0, 1)),
    0xFFFFFFFF_00000000_FFFFFFFF_00000000_FFFFFFFF_00000000_FFFFFFFF_00000000,
]  # fmt: skip
SCALAR_EDGES = [
    0, 1, 2, 3, 4, 5, N - 5, N - 2, N - 1, N, N + 1, (N - 1) // 2, (N + 1) // 2, 2**256 - 1,
    *(2**k + i for k in (6, 12, 63, 64, 128, 192, 252, 255) for i in (-1, 0, 1)),
    *(2**256 - 2**k for k in (1, 64, 128, 224, 252)),
]  # fmt: skip


def integers(edges: list[int]) -> st.SearchStrategy[int]:
    """256-bit integers, often edges, often with runs of zeros and ones."""
    words = st.sampled_from([0, 1, 0xFFFFFFFF, 0x80000000]) | st.integers(0, 2**32 - 1)
    built = st.lists(words, min_size=8, max_size=8).map(
        lambda parts: sum(part << 32 * i for i, part in enumerate(parts))
    )
    return st.sampled_from(edges) | built | st.integers(0, 2**256 - 1)


FIELD, SCALAR = integers(FIELD_EDGES), integers(SCALAR_EDGES)


def pack(value: int) -> bytes:
    return value.to_bytes(32, "big")


def unpack(data: bytes) -> int:
    return int.from_bytes(data, "big")


def expected(operation: bytes, a: int, b: int, modulus: int) -> int:
    results = {b"add": a + b, b"sub": a - b, b"mul": a * b, b"sqr": a * a, b"neg": -a}
    if operation == b"inv":
        return pow(a, -1, modulus) if a % modulus else 0
    return results[operation] % modulus


# --- field and scalars ---------------------------------------------------------------------


@pytest.mark.parametrize("operation", [b"add", b"sub", b"mul", b"sqr", b"inv", b"neg"])
@given(a=FIELD, b=FIELD)
def test_field(testing_core, operation, a, b):
    result = unpack(testing_core.field(operation, pack(a), pack(b)))
    assert result == expected(operation, a, b, P)


@pytest.mark.parametrize("operation", [b"add", b"sub", b"mul", b"inv", b"neg"])
@given(a=SCALAR, b=SCALAR)
def test_scalar(testing_core, operation, a, b):
    result = unpack(testing_core.scalar(operation, pack(a), pack(b)))
    assert result == expected(operation, a, b, N)


@pytest.mark.parametrize("operation", [b"add", b"sub", b"mul", b"sqr"])
def test_field_edges_with_each_other(testing_core, operation):
    for a in FIELD_EDGES:
        for b in FIELD_EDGES:
            result = unpack(testing_core.field(operation, pack(a), pack(b)))
            assert result == expected(operation, a, b, P)


@pytest.mark.parametrize("operation", [b"add", b"sub", b"mul"])
def test_scalar_edges_with_each_other(testing_core, operation):
    for a in SCALAR_EDGES:
        for b in SCALAR_EDGES:
            result = unpack(testing_core.scalar(operation, pack(a), pack(b)))
            assert result == expected(operation, a, b, N)


def test_inverse_edges(testing_core):
    zero = pack(0)
    for a in FIELD_EDGES:
        assert unpack(testing_core.field(b"inv", pack(a), zero)) == expected(b"inv", a, 0, P)
    for a in SCALAR_EDGES:
        assert unpack(testing_core.scalar(b"inv", pack(a), zero)) == expected(b"inv", a, 0, N)


def limbs_of_magnitude(m: int) -> st.SearchStrategy[list[int]]:
    """Any limbs that field.h admits for magnitude m: as large as the contract allows."""
    top = m * P // 2**208  # what keeps the value below m·p, if the rest stays small
    low = st.sampled_from([0, 1, m * 2**52 - 1, 2**52 - 1, 2**52]) | st.integers(0, m * 2**52 - 1)
    high = st.sampled_from([0, 1, top - m - 1]) | st.integers(0, top - m - 1)
    return st.tuples(low, low, low, low, high).map(list)


def value_of(limbs: list[int]) -> int:
    return sum(limb << 52 * i for i, limb in enumerate(limbs))


@pytest.mark.parametrize("magnitude", [2, 4, 6, 8])
@given(data=st.data())
def test_field_product_of_lazy_limbs(testing_core, magnitude, data):
    a = data.draw(limbs_of_magnitude(magnitude))
    b = data.draw(limbs_of_magnitude(magnitude))
    assert value_of(a) < magnitude * P
    result = testing_core.field_limbs(
        bytes((magnitude,)), struct.pack("5Q", *a), struct.pack("5Q", *b)
    )
    assert unpack(result) == value_of(a) * value_of(b) * pow(2, -260, P) % P


@pytest.mark.parametrize(("operation", "magnitude"), [(b"mul", 4), (b"sqr", 2)])
@given(data=st.data())
def test_field_difference_of_products_of_lazy_limbs(testing_core, operation, magnitude, data):
    """Down to the largest that can be subtracted from nothing."""
    wide, narrow = limbs_of_magnitude(8), limbs_of_magnitude(magnitude)
    a, b, c, d = (data.draw(limbs) for limbs in (wide, wide, narrow, narrow))
    packed = (struct.pack("5Q", *limbs) for limbs in (a, b, c, d))
    result = testing_core.field_difference(operation, *packed)
    a, b, c, d = (value_of(limbs) for limbs in (a, b, c, d))
    subtracted = c * d if operation == b"mul" else 8 * c * c
    assert unpack(result) == (a * b - subtracted) * pow(2, -260, P) % P


@given(data=st.data())
def test_field_normalisation_of_lazy_limbs(testing_core, data):
    a = data.draw(limbs_of_magnitude(32))
    result = testing_core.field_limbs(b"\0", struct.pack("5Q", *a), bytes(40))
    assert unpack(result) == value_of(a) % P


def test_multiples_of_p_normalise_to_zero(testing_core):
    for k in range(32):
        limbs = [k * P >> 52 * i & 2**52 - 1 for i in range(4)] + [k * P >> 208]
        assert testing_core.field_limbs(b"\0", struct.pack("5Q", *limbs), bytes(40)) == bytes(32)


# --- multiplications -----------------------------------------------------------------------

PATHS = (b"\0", b"\1")  # without and with a table of the point
LAST_ROW = 30 * 2**252 - N  # the comb's last addition doubles: see ecmult_gen_impl.h


def affine(point: reference.MaybePoint) -> bytes | None:
    return None if point is None else pack(point.x) + pack(point.y)


@given(SCALAR.filter(lambda k: k % N))
@example(LAST_ROW)
@example(N - LAST_ROW)
@example(LAST_ROW - 2)
@example(LAST_ROW + 2)
def test_base_multiplication(testing_core, k):
    assert testing_core.base_multiply(pack(k % N)) == affine(
        reference.multiply(k % N, reference.generator())
    )


def test_base_multiplication_of_edges(testing_core):
    for k in [k for k in SCALAR_EDGES if k % N] + [LAST_ROW, N - LAST_ROW]:
        assert testing_core.base_multiply(pack(k % N)) == affine(
            reference.multiply(k % N, reference.generator())
        )


@given(SCALAR, SCALAR, SCALAR)
def test_sum_of_products(testing_core, s, t, d):
    s, t, d = s % N, t % N, d % (N - 2) + 1
    public = reference.public_point(d)
    encoded = b"\4" + pack(public.x) + pack(public.y)
    wanted = affine(reference.multiply((s + t * d) % N, reference.generator()))
    for with_table in PATHS:
        assert testing_core.multiply(pack(s), encoded, pack(t), with_table) == wanted


@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from([1, -1]))
def test_small_scalars_collide_on_the_way(testing_core, s, t, sign):
    """With P = ±[s/t]G the two halves of the sum are equal or opposite, also part of the way."""
    d = sign * s * pow(t, -1, N) % N
    if d == N - 1:
        return
    public = reference.public_point(d)
    encoded = b"\4" + pack(public.x) + pack(public.y)
    for factor in (1, 2, 3, 2**100, N - 1):
        scalars = pack(s * factor % N), encoded, pack(t * factor % N)
        wanted = affine(reference.multiply((s + t * d) * factor % N, reference.generator()))
        for with_table in PATHS:
            assert testing_core.multiply(*scalars, with_table) == wanted


# --- signatures ----------------------------------------------------------------------------


@given(SCALAR, SCALAR, SCALAR)
def test_signing_with_a_given_nonce(testing_core, d, e, k):
    d, k = d % (N - 2) + 1, k % (N - 1) + 1
    signature = reference.sign_digest(e, d, k)
    wanted = None if signature is None else pack(signature[0]) + pack(signature[1])
    assert testing_core.sign_with_nonce(pack(d), pack(e), pack(k)) == wanted


def test_nonces_that_must_be_drawn_again(testing_core):
    k, d = 12345, 67890
    x = reference.multiply(k, reference.generator()).x
    for r in (0, -k):  # r = 0, and r + k = n
        e = (r - x) % N
        assert reference.sign_digest(e, d, k) is None
        assert testing_core.sign_with_nonce(pack(d), pack(e), pack(k)) is None
    r = k * pow(d, -1, N) % N  # k = r·d: s = 0
    assert testing_core.sign_with_nonce(pack(d), pack((r - x) % N), pack(k)) is None
    assert testing_core.sign_with_nonce(pack(d), pack((1 - x) % N), pack(k)) is not None


def keys(core, public: reference.Point):
    """The key without tables and with."""
    key = core.load_public(b"\4" + pack(public.x) + pack(public.y), 0)
    return key, core.prepare(key)


@given(SCALAR, SCALAR, SCALAR, SCALAR)
def test_verifying_any_numbers(testing_core, d, e, r, s):
    public = reference.public_point(d % (N - 2) + 1)
    wanted = reference.verify_digest(e, r, s, public)
    for key in keys(testing_core, public):
        assert key.verify_digest(pack(r) + pack(s), pack(e)) == wanted


@given(SCALAR, SCALAR, SCALAR)
def test_verifying_crafted_signatures(testing_core, d, r, s):
    """For any r and s there is an e that makes them valid: also for extreme ones."""
    r, s = r % N, s % N
    public = reference.public_point(d % (N - 2) + 1)
    t = (r + s) % N
    total = reference.add(
        reference.multiply(s, reference.generator()), reference.multiply(t, public)
    )
    e = (r - (total.x if total else 0)) % N
    wanted = reference.verify_digest(e, r, s, public)
    assert wanted == (r != 0 and s != 0 and t != 0 and total is not None)
    for key in keys(testing_core, public):
        assert key.verify_digest(pack(r) + pack(s), pack(e)) == wanted
        assert not key.verify_digest(pack(r) + pack(s), pack(e ^ 1))
