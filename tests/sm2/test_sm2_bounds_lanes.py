"""The arithmetic in AVX-512 lanes proved from its C source, lane by lane (tests/cmodel).

The shapes are those of field8.h. A tight element is bounded by its limbs; a loose one by the bound
that a build with GOVSEAL_VERIFY carries along, its looseness.
"""

from __future__ import annotations

from functools import cache

import pytest

from cmodel import source
from cmodel.ctypes import INT, Pointer
from cmodel.elements import LIMB, P, cells, integer, words, wrapped
from cmodel.integers import Poly, Range
from cmodel.lanes import I64, Lanes
from cmodel.machine import Machine, paths
from cmodel.magnitudes import LOOSEST, TIGHTEST
from cmodel.source import Program

pytestmark = pytest.mark.slow

FILES = ("field_impl.h", "field8_impl.h")
R = 1 << 260
PRODUCT_LOOSENESS = 16


@cache
def core() -> Program:
    return source.read(*FILES)


def machine_with_lanes(program: Program, path: list[int] | None = None) -> Machine:
    machine = Machine(program, path)
    Lanes(machine).install()
    return machine


def tight(machine: Machine, magnitude: int, name: str) -> Pointer:
    """Limbs in [0, 2^52), and the value in [0, m·p]: so the top limb is at most m·p/2^208."""
    highest = [(1 << LIMB) - 1] * 4 + [min((1 << LIMB) - 1, magnitude * P >> 208)]
    made = wrapped(machine, "fe8", words(machine, name, highest))
    machine.unknowns.learn(integer(made, LIMB), 0, magnitude * P)
    return made


def loose(machine: Machine, magnitude: int, looseness: int, name: str) -> Pointer:
    """Signed limbs below looseness·2^52 in absolute value, and the value in [0, m·p]."""
    bound = (looseness << LIMB) - 1
    made = wrapped(machine, "fe8", words(machine, name, [0] * 5))
    array = made.target().cells["n"]
    for i in range(5):
        array.cells[i] = machine.value(machine.unknowns.new(f"{name}{i}", -bound, bound), I64)
        array.cells[i] = machine.builtins["_mm512_set1_epi64"](array.cells[i])
    machine.unknowns.learn(integer(made, LIMB), 0, magnitude * P)
    return made


def check_loose(pointer: Pointer, looseness: int) -> None:
    bound = (looseness << LIMB) - 1
    for i, limb in enumerate(cells(pointer)):
        assert limb.range.within(Range(-bound, bound)), f"limb {i} is too large"


# --- multiplication -------------------------------------------------------------------------


def prove_product(program: Program, name: str, a_m: int, b_m: int) -> None:
    """r·2^260 = a·b + q·p with 0 <= q < 2^260, in limbs below 16·2^52 in absolute value."""
    machine = machine_with_lanes(program)
    a, r = tight(machine, a_m, "a"), tight(machine, 1, "r")
    b = a if "sqr" in name else tight(machine, b_m, "b")
    machine.watched["digit"] = []
    product = integer(a, LIMB) * integer(b, LIMB)
    machine.call(name, r, a) if b is a else machine.call(name, r, a, b)
    digits = machine.watched["digit"]
    q = sum((digit.poly * (1 << LIMB * i) for i, digit in enumerate(digits)), Poly.of(0))
    assert len(digits) == 5
    assert all(digit.range.within(Range(0, (1 << LIMB) - 1)) for digit in digits)
    assert integer(r, LIMB) * R == product + q * P, "not a·b/2^260 modulo p"
    high = (a_m * P * b_m * P + (R - 1) * P) // R
    assert high <= (-(-a_m * b_m // 16) + 1) * P
    check_loose(r, PRODUCT_LOOSENESS)


PRODUCTS = [(m, min(TIGHTEST, 240 // m)) for m in (1, 2, 4, 5, 6, 10, 12, 15, TIGHTEST)]


@pytest.mark.parametrize("pair", PRODUCTS, ids=str)
def test_product(pair):
    prove_product(core(), "fe8_mul_loose", *pair)


def test_square():
    prove_product(core(), "fe8_sqr_loose", 15, 15)


# --- sums -----------------------------------------------------------------------------------

SHAPES = [(2, 1), (4, 16), (16, 64), (32, LOOSEST // 4)]  # magnitude, looseness


@pytest.mark.parametrize("a_shape", SHAPES, ids=str)
@pytest.mark.parametrize("b_shape", SHAPES, ids=str)
def test_sums(a_shape, b_shape):
    for name, bound in (("fe8_add", None), ("fe8_sub", b_shape[0]), ("fe8_sub", 48)):
        machine = machine_with_lanes(core())
        a, b = loose(machine, *a_shape, "a"), loose(machine, *b_shape, "b")
        left, right = integer(a, LIMB), integer(b, LIMB)
        if bound is None:
            machine.call(name, a, a, b)
            assert integer(a, LIMB) == left + right
        else:
            machine.call(name, a, a, b, machine.value(bound, INT))
            assert integer(a, LIMB) == left - right + bound * P  # at least 0: b <= bound·p
        check_loose(a, a_shape[1] + b_shape[1] + (bound or 0))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_signs_and_shifts(shape):
    magnitude, looseness = shape
    bound = [magnitude]
    for name, mask in (("fe8_negate", ()), ("fe8_negate_if", (0,)), ("fe8_negate_if", (1,))):
        machine = machine_with_lanes(core())
        a = loose(machine, *shape, "a")
        before = integer(a, LIMB)
        operands = [machine.value(number, INT) for number in (*mask, *bound)]
        machine.call(name, *([a, a] if not mask else [a]), *operands)
        assert integer(a, LIMB) == (before if mask == (0,) else -before + magnitude * P)
        check_loose(a, looseness + magnitude)
    for shift in range(3):
        machine = machine_with_lanes(core())
        a = loose(machine, *shape, "a")
        before = integer(a, LIMB)
        machine.call("fe8_shift", a, a, machine.value(shift, INT))
        assert integer(a, LIMB) == before * (1 << shift)
        check_loose(a, looseness << shift)


# --- carries --------------------------------------------------------------------------------


def check_carried(pointer: Pointer) -> None:
    """The lower limbs are tight; so is the top one, for a value in [0, 2^260)."""
    for i, limb in enumerate(cells(pointer)[:4]):
        assert limb.range.within(Range(0, (1 << LIMB) - 1)), f"limb {i} is not carried"
    assert cells(pointer)[4].range.within(I64.range), "the top limb wraps"


def prove_carry(program: Program) -> None:
    machine = machine_with_lanes(program)
    a = loose(machine, TIGHTEST, LOOSEST, "a")
    before = integer(a, LIMB)
    machine.call("fe8_carry", a)
    assert integer(a, LIMB) == before
    assert TIGHTEST * P < R
    check_carried(a)


def test_carry():
    prove_carry(core())


def weakened_range(magnitude: int, looseness: int) -> Range:
    """Of V - top·p, where V lies in [0, m·p] and top = floor(n[4]/2^48).

    V = low + rest·2^208 + top·2^256, where low is what the other limbs are worth, 0 <= rest < 2^48.
    """
    low = sum((looseness << LIMB) - 1 << LIMB * i for i in range(4))
    ends = []
    for top in range(-2, magnitude + 2):
        least = max(0, -low + (top << 256))
        most = min(magnitude * P, low + (1 << 256) - (1 << 208) + (top << 256))
        if least <= most:
            ends += [least - top * P, most - top * P]
    return Range(min(ends), max(ends))


def prove_weakening(program: Program) -> None:
    machine = machine_with_lanes(program)
    a = loose(machine, 64, LOOSEST, "a")
    before, top_limb = integer(a, LIMB), cells(a)[4]
    machine.call("fe8_weaken", a)
    top = machine.unknowns.floor(top_limb.poly, 48)
    assert integer(a, LIMB) == before - top * P
    after = weakened_range(64, LOOSEST)
    assert after.within(Range(0, 2 * P - 1))
    check_carried(a)


def test_weakening():
    prove_weakening(core())


def prove_normal_form(program: Program) -> None:
    kept = []
    for machine in paths(program):
        Lanes(machine).install()
        a = tight(machine, 2, "a")
        value = integer(a, LIMB)  # below 2p, as the weakening leaves it
        machine.builtins["fe8_weaken"] = lambda _a: None
        machine.call("fe8_normalize", a)
        frame = machine.frames["fe8_normalize"]
        digits = [frame.cells["reduced"].cells[i] for i in range(5)]
        assert all(digit.range.within(Range(0, (1 << LIMB) - 1)) for digit in digits)
        difference = sum((d.poly * (1 << LIMB * i) for i, d in enumerate(digits)), Poly.of(0))
        borrow = frame.cells["borrow"]
        assert borrow.range == Range(-1, 0)
        assert value - P == difference + borrow.poly * R
        was_below = machine.settled(borrow.poly).constant() == -1
        kept.append(was_below)
        # the borrow says whether V < p: if not, V - p = difference
        assert integer(a, LIMB) == (value if was_below else difference)
    assert sorted(kept) == [False, True]


def test_normal_form():
    prove_normal_form(core())


def test_storage():
    machine = machine_with_lanes(core())
    packed = wrapped(machine, "fe8_storage", words(machine, "w", [(1 << 64) - 1] * 4))
    back = wrapped(machine, "fe8_storage", words(machine, "b", [0] * 4))
    r = tight(machine, 1, "r")
    machine.call("fe8_from_storage", r, packed)
    assert integer(r, LIMB) == integer(packed, 64)
    check_carried(r)
    machine.call("fe8_to_storage", back, r)
    assert [machine.exact(cell).poly for cell in cells(back)] == [c.poly for c in cells(packed)]


# --- planted mistakes -----------------------------------------------------------------------


def products(program: Program) -> None:
    prove_product(program, "fe8_mul_loose", 10, 16)
    prove_product(program, "fe8_sqr_loose", 12, 12)


MISTAKES = [
    (products, "FE8_ALL(16 * FE_LOW)", "FE8_ALL(8 * FE_LOW)"),
    (products, "(UINT64_C(1) << 52) - FE_LOW)", "(UINT64_C(1) << 52) + FE_LOW)"),
    (products, "_mm512_srai_epi64(column, 52)", "_mm512_srli_epi64(column, 52)"),
    (products, "_mm512_sub_epi64(c->high[k + 2], digit)", "c->high[k + 2]"),
    (
        products,
        "_mm512_sub_epi64(c->high[k + 2], digit)",
        "_mm512_sub_epi64(c->high[k + 2], column)",
    ),
    (products, "2 * i < k; i++", "2 * i <= k; i++"),
    (
        products,
        "_mm512_madd52hi_epu64(c->high[k + 1], x, y)",
        "_mm512_madd52hi_epu64(c->high[k], x, y)",
    ),
    (prove_carry, "i < 4; i++) {\n        r->n[i + 1] =", "i < 3; i++) {\n        r->n[i + 1] ="),
    (prove_carry, "_mm512_srai_epi64(r->n[i], 52)", "_mm512_srli_epi64(r->n[i], 52)"),
    (prove_weakening, "_mm512_slli_epi64(top, 12)", "_mm512_slli_epi64(top, 13)"),
    (prove_weakening, "top = _mm512_srai_epi64", "top = _mm512_srli_epi64"),
    (prove_weakening, "_mm512_slli_epi64(top, 16)", "_mm512_setzero_si512()"),
    (prove_normal_form, "_mm512_mask_mov_epi64(reduced[i], is_below, r->n[i])", "reduced[i]"),
    (
        prove_normal_form,
        "borrow = _mm512_srai_epi64(difference, 52)",
        "borrow = _mm512_srli_epi64(difference, 52)",
    ),
]


def test_without_a_mistake():
    for proof in {mistake[0] for mistake in MISTAKES}:
        proof(core())


@pytest.mark.parametrize(("proof", "right", "wrong"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_planted_mistake_breaks_its_proof(proof, right, wrong):
    program = source.read(*FILES, edits={"field8_impl.h": (right, wrong)})
    with pytest.raises(AssertionError):  # a ProofError is one
        proof(program)
