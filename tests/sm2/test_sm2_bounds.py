"""The arithmetic proved from its C source: for every input, not for samples (tests/cmodel).

An identity is one between polynomials in the input's limbs; a bound is one of interval arithmetic
on the same values; a signed overflow, or an unsigned wrap that is not meant, breaks one of the two.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from cmodel import source
from cmodel.ctypes import INT, U64, Pointer
from cmodel.elements import (
    LIMB,
    N,
    P,
    cells,
    check_magnitude,
    element,
    exact_integer,
    integer,
    scalar,
    words,
    wrapped,
)
from cmodel.integers import Poly, Range
from cmodel.machine import Machine, Value, paths
from cmodel.source import Program

pytestmark = pytest.mark.slow

LARGEST = 32  # FE_MAX_MAGNITUDE
PRODUCT = 64  # the largest m(a)·m(b) of a multiplication
# (m(a), m(b)) above which no other pair is allowed; smaller ones are among their inputs.
PAIRS = [(m, min(LARGEST, PRODUCT // m)) for m in (1, 2, 3, 4, 5, 6, 8, 12, 16, 24, LARGEST)]
R = 1 << 260
SCALE = 12  # columns are products times 2^12


@cache
def core() -> Program:
    return source.read("field_impl.h", "scalar_impl.h")


# --- the field ------------------------------------------------------------------------------


def check_reduction(
    machine: Machine, name: str, r: Pointer, products: Poly, known: Range, *, bias: int
) -> None:
    """r·2^260 = products + q·p + bias·p·2^260, where 0 <= q < 2^260; r's limbs are carried.

    The digits of q stand in the code times 2^12. ``known`` is the range of the products.
    """
    frame = machine.frames[name + "_inline"]
    q = Poly.of(0)
    for i in range(5):
        digit = machine.exact(frame.cells[f"q{i}"]).poly.divided(1 << SCALE)
        assert digit is not None, "a digit that is not alone in its word"
        q += digit * (1 << LIMB * i)
    assert integer(r, LIMB) * R == products + q * P + bias * P * R, "not the same modulo p"
    low = -(-known.low // R) + bias * P  # the result is an integer
    high = (known.high + (R - 1) * P) // R + bias * P
    assert low >= 0
    assert all(limb.range.within(Range(0, (1 << LIMB) - 1)) for limb in cells(r)[:4])
    check_magnitude(r, -(-known.high // (16 * P * P)) + 1 + bias, Range(low, high))


def prove_product(program: Program, name: str, a_m: int, b_m: int, *, alias: bool) -> None:
    for machine in paths(program):
        a = element(machine, a_m, "a")
        b = a if "sqr" in name else element(machine, b_m, "b")
        r = a if alias else element(machine, 1, "r")
        product = integer(a, LIMB) * integer(b, LIMB)
        machine.call(name, r, a) if b is a else machine.call(name, r, a, b)
        check_reduction(machine, name, r, product, Range(0, a_m * b_m * P * P), bias=0)


def prove_difference_of_products(
    program: Program, pair: tuple[int, int], less: tuple[int, int], *, alias: bool
) -> None:
    """a·b - c·d, with the bias of 1 that the contract has."""
    for machine in paths(program):
        a, b = element(machine, pair[0], "a"), element(machine, pair[1], "b")
        c, d = element(machine, less[0], "c"), element(machine, less[1], "d")
        r = c if alias else element(machine, 1, "r")
        products = integer(a, LIMB) * integer(b, LIMB) - integer(c, LIMB) * integer(d, LIMB)
        known = Range(-less[0] * less[1] * P * P, pair[0] * pair[1] * P * P)
        machine.call("fe_mul_sub_mul", r, a, b, c, d)
        check_reduction(machine, "fe_mul_sub_mul", r, products, known, bias=1)


def prove_product_less_8_squares(program: Program, a_m: int, b_m: int, *, alias: bool) -> None:
    """a·b - 8c², with the bias of 2 that the contract has."""
    for machine in paths(program):
        a, b, c = element(machine, a_m, "a"), element(machine, b_m, "b"), element(machine, 2, "c")
        r = a if alias else element(machine, 1, "r")
        products = integer(a, LIMB) * integer(b, LIMB) - integer(c, LIMB) * integer(c, LIMB) * 8
        known = Range(-8 * 4 * P * P, a_m * b_m * P * P)
        machine.call("fe_mul_sub_8sqr_inline", r, a, b, c)
        check_reduction(machine, "fe_mul_sub_8sqr", r, products, known, bias=2)


@pytest.mark.parametrize("pair", PAIRS, ids=str)
@pytest.mark.parametrize("alias", [False, True], ids=["", "in place"])
def test_multiplication(pair, alias):
    prove_product(core(), "fe_mul", *pair, alias=alias)


@pytest.mark.parametrize("alias", [False, True], ids=["", "in place"])
def test_squaring(alias):
    prove_product(core(), "fe_sqr", 8, 8, alias=alias)


@pytest.mark.parametrize("less", [(1, 16), (2, 8), (4, 4), (16, 1)], ids=str)
@pytest.mark.parametrize("alias", [False, True], ids=["", "in place"])
def test_difference_of_products(less, alias):
    prove_difference_of_products(core(), (8, 8), less, alias=alias)


@pytest.mark.parametrize("alias", [False, True], ids=["", "in place"])
def test_product_less_8_squares(alias):
    prove_product_less_8_squares(core(), 8, 8, alias=alias)


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_differences_for_all_magnitudes(pair):
    prove_difference_of_products(core(), pair, (4, 4), alias=False)
    prove_product_less_8_squares(core(), *pair, alias=False)


@pytest.mark.parametrize("a_m", [1, 2, 5, 16, 31])
def test_addition(a_m):
    for b_m in range(1, LARGEST - a_m + 1):
        machine = Machine(core())
        a, b = element(machine, a_m, "a"), element(machine, b_m, "b")
        total = integer(a, LIMB) + integer(b, LIMB)
        machine.call("fe_add", a, a, b)
        assert integer(a, LIMB) == total
        check_magnitude(a, a_m + b_m, Range(0, (a_m + b_m) * P))


def prove_difference(program: Program, a_m: int, bound: int) -> None:
    machine = Machine(program)
    a, b = element(machine, a_m, "a"), element(machine, bound, "b")
    difference = integer(a, LIMB) - integer(b, LIMB)
    machine.call("fe_sub", a, a, b, machine.value(bound, INT))
    assert integer(a, LIMB) == difference + (bound + 1) * P
    check_magnitude(a, a_m + bound + 1, Range(0, (a_m + bound + 1) * P))


@pytest.mark.parametrize("a_m", [1, 2, 3, 8])
def test_subtraction(a_m):
    for bound in range(1, LARGEST - a_m):
        prove_difference(core(), a_m, bound)


def test_negation_and_scaling():
    for bound in range(1, LARGEST):
        machine = Machine(core())
        a = element(machine, bound, "a")
        negative = -integer(a, LIMB) + (bound + 1) * P
        machine.call("fe_negate", a, a, machine.value(bound, INT))
        assert integer(a, LIMB) == negative
        check_magnitude(a, bound + 1, Range(0, (bound + 1) * P))
        for factor in range(1, LARGEST // bound + 1):
            machine = Machine(core())
            a = element(machine, bound, "a")
            scaled = integer(a, LIMB) * factor
            machine.call("fe_scale", a, a, machine.value(factor, INT))
            assert integer(a, LIMB) == scaled
            check_magnitude(a, factor * bound, Range(0, factor * bound * P))


def prove_weakening(program: Program) -> None:
    machine = Machine(program)
    a = element(machine, LARGEST, "a")
    before = integer(a, LIMB)
    machine.call("fe_weaken", a)
    assert (integer(a, LIMB) - before).divided(P) is not None, "another value modulo p"
    high = sum(limb.range.high << LIMB * i for i, limb in enumerate(cells(a)))
    assert high < 2 * P
    check_magnitude(a, 2, Range(0, high))


def test_weakening():
    prove_weakening(core())


def prove_normal_form(program: Program) -> None:
    """The last borrow says whether the weakened value V was below p: then V is kept, else V - p."""
    kept = []
    for machine in paths(program):
        a = element(machine, LARGEST, "a")
        before = integer(a, LIMB)
        machine.call("fe_normalize", a)
        after = integer(a, LIMB)
        reduced = machine.frames["fe_normalize"].cells["reduced"]
        digits = [reduced.cells[i] for i in range(5)]
        assert all(digit.range.within(Range(0, (1 << LIMB) - 1)) for digit in digits)
        weakened = machine.frames["fe_normalize"].cells["borrow"].poly
        difference = sum((d.poly * (1 << LIMB * i) for i, d in enumerate(digits)), Poly.of(0))
        (fact,) = machine.facts  # the borrow, as it was decided on this path
        was_below = (weakened - fact).constant() == -1
        kept.append(was_below)
        # V - p = difference + 2^260·borrow, and below 0 exactly if the borrow is -1
        value = difference + weakened * R + P
        assert (value - before).divided(P) is not None, "another value modulo p"
        assert after == (value if was_below else difference)
        *low, top = cells(a)
        assert all(limb.range.within(Range(0, (1 << LIMB) - 1)) for limb in low)
        assert machine.unknowns.range(value).low >= 0 or was_below or top.range.low >= 0
    assert sorted(kept) == [False, True]


def test_normal_form():
    prove_normal_form(core())


def test_multiples_of_p_are_never_missed():
    """fe_is_zero_var answers early by the low limb: k·p ends in -k, for k up to 32."""
    for k in range(LARGEST + 1):
        assert (k * P + LARGEST) % (1 << LIMB) <= LARGEST


def test_choice():
    for flag in (0, 1):
        machine = Machine(core())
        a, r = element(machine, 5, "a"), element(machine, 3, "r")
        wanted = [cell.poly for cell in cells(a if flag else r)]
        machine.call("fe_cmov", r, a, machine.value(flag, INT))
        assert [cell.poly for cell in cells(r)] == wanted


def test_storage():
    machine = Machine(core())
    packed = wrapped(machine, "fe_storage", words(machine, "w", [(1 << 64) - 1] * 4))
    r, back = element(machine, 1, "r"), wrapped(machine, "fe_storage", words(machine, "b", [0] * 4))
    value = integer(packed, 64)
    machine.call("fe_from_storage", r, packed)
    assert integer(r, LIMB) == value
    assert all(limb.range.within(Range(0, (1 << LIMB) - 1)) for limb in cells(r)[:4])
    assert cells(r)[4].range.within(Range(0, (1 << 48) - 1))
    machine.call("fe_to_storage", back, r)
    assert [machine.exact(cell).poly for cell in cells(back)] == [c.poly for c in cells(packed)]


# --- scalars --------------------------------------------------------------------------------

WORD, WORDS = 64, 1 << 256
Claim = Callable[[Poly, list[Poly], Poly], int]


class Reduction:
    """Stands before scalar_reduce: what is handed to it, and what it decides on."""

    def __init__(self, machine: Machine, numbers: list[Poly], claim: Claim) -> None:
        self.machine, self.numbers, self.claim = machine, numbers, claim
        machine.watched["q"] = []
        machine.builtins |= {"words_sub": self.words_sub, "scalar_reduce": self.reduce}

    def words_sub(self, r: Pointer, a: Pointer, b: Pointer) -> Value:
        self.borrow = self.machine.run("words_sub", r, a, b)
        return self.borrow

    def reduce(self, r: Pointer, given: Pointer, overflow: Value) -> Value:
        digits = self.machine.watched["q"]
        q = sum(
            (self.machine.exact(q).poly * (1 << WORD * i) for i, q in enumerate(digits)), Poly.of(0)
        )
        self.value = exact_integer(self.machine, given, WORD) + overflow.poly * WORDS
        high = self.claim(self.value, self.numbers, q)
        assert high < 2 * N < 2 * WORDS
        # the words are not negative, so the overflow of a value below 2^257 is 0 or 1
        self.overflow = self.machine.value(overflow.poly, U64, Range(0, 1))
        return self.machine.run("scalar_reduce", r, given, self.overflow)


def prove_reduced(program: Program, name: str, count: int, claim: Claim) -> None:
    """The function hands a value V in [0, 2n) to scalar_reduce, and leaves V mod n.

    ``claim`` checks V against the arguments and the quotient's digits; it returns V's bound.
    """
    outcomes = set()
    for machine in paths(program):
        arguments = [scalar(machine, f"a{i}") for i in range(count)]
        r = scalar(machine, "r")
        seen = Reduction(machine, [integer(argument, WORD) for argument in arguments], claim)
        machine.call(name, r, *arguments)
        was_below = machine.decide(seen.overflow) == 0 and machine.decide(seen.borrow) == 1
        outcomes.add(was_below)
        # Congruent modulo 2^256, and both in [0, 2^256): the same integer.
        wanted = seen.value if was_below else seen.value - N
        difference = machine.settled(exact_integer(machine, r, WORD) - wanted)
        assert difference.divided(WORDS) is not None
    assert outcomes == {False, True}


def prove_scalar_product(program: Program) -> None:
    def claim(value: Poly, numbers: list[Poly], q: Poly) -> int:
        assert value * WORDS == numbers[0] * numbers[1] + q * N, "not a·b/2^256 modulo n"
        return ((N - 1) ** 2 + (WORDS - 1) * N) // WORDS

    prove_reduced(program, "scalar_mul_montgomery", 2, claim)


def test_scalar_product():
    prove_scalar_product(core())


def test_scalar_sum():
    def claim(value: Poly, numbers: list[Poly], _q: Poly) -> int:
        assert value == numbers[0] + numbers[1]
        return 2 * (N - 1)

    prove_reduced(core(), "scalar_add", 2, claim)


def test_scalar_difference():
    """a - b where words_sub borrows nothing, else a - b + n: in both cases what is congruent."""
    borrows = set()
    for machine in paths(core()):
        a, b, r = (scalar(machine, name) for name in "abr")
        difference = integer(a, WORD) - integer(b, WORD)
        machine.call("scalar_sub", r, a, b)
        borrow = machine.decide(machine.frames["words_sub"].cells["borrow"])
        borrows.add(borrow)
        rest = machine.settled(exact_integer(machine, r, WORD) - difference - borrow * N)
        assert rest.divided(WORDS) is not None
    assert borrows == {0, 1}


def test_borrow():
    """words_sub: r = a - b + borrow·2^256, so the borrow says whether a < b."""
    machine = Machine(core())
    a, b, r = (words(machine, name, [(1 << WORD) - 1] * 4) for name in "abr")
    borrow = machine.call("words_sub", r, a, b)
    assert borrow.range == Range(0, 1)
    result = exact_integer(machine, r, WORD)
    assert result == integer(a, WORD) - integer(b, WORD) + borrow.poly * WORDS


# --- planted mistakes -----------------------------------------------------------------------

FIELD, SCALARS = "field_impl.h", "scalar_impl.h"


def products(program: Program) -> None:
    prove_product(program, "fe_mul", 8, 8, alias=False)
    prove_product(program, "fe_sqr", 8, 8, alias=False)
    prove_difference_of_products(program, (8, 8), (4, 4), alias=False)
    prove_product_less_8_squares(program, 8, 8, alias=False)


def differences(program: Program) -> None:
    prove_difference(program, 1, 8)


MISTAKES = [
    (products, FIELD, "COLUMN(4) + FE_DIGITS(q0, q3)", "COLUMN(4) - FE_DIGITS(q0, q3)"),
    (products, FIELD, "FE_PRODUCT(x##3, y##0))", "FE_PRODUCT(x##3, y##1))"),
    (
        products,
        FIELD,
        "(UINT64_C(1) << 44) - (UINT64_C(1) << 12)",
        "(UINT64_C(1) << 44) + (UINT64_C(1) << 12)",
    ),
    (products, FIELD, "carry << 12)", "carry << 11)"),
    (products, FIELD, "(uint64_t)((int64_t)carry >> 52) << 64", "(uint64_t)(carry >> 52) << 64"),
    (products, FIELD, "z##3 = 2 * x##3", "z##3 = x##3"),
    (products, FIELD, "y##2 = 8 * x##2", "y##2 = 4 * x##2"),
    (products, FIELD, "x##2 = (a)->n[2] << 6", "x##2 = (a)->n[2] << 7"),
    (products, FIELD, "(i128)(int64_t)(((x) >> 8)", "(i128)(((x) >> 8)"),
    (products, FIELD, "FE_REDUCE(r, COLUMN, UINT64_C(1))", "FE_REDUCE(r, COLUMN, UINT64_C(0))"),
    (products, FIELD, "(bias) * FE_P2, 4096", "(bias) * FE_P1, 4096"),
    (prove_weakening, FIELD, "+ c0 + top * FE_LOW", "+ c0 + top"),
    (prove_weakening, FIELD, "r->n[4] & FE_M48", "r->n[4] & FE_M52"),
    (prove_weakening, FIELD, "(r->n[0] & FE_M52) + top", "r->n[0] + top"),
    (prove_normal_form, FIELD, "borrow = difference >> 52", "borrow = difference >> 51"),
    (prove_normal_form, FIELD, "    fe_weaken(r);\n    UNROLL", "    UNROLL"),
    (differences, FIELD, "(uint64_t)bound + 1", "(uint64_t)bound"),
    (differences, FIELD, "FE_P1 UINT64_C(0xff00000000fff)", "FE_P1 UINT64_C(0xff00000000ff)"),
    (prove_scalar_product, SCALARS, "0x327f9e8872350975", "0x327f9e8872350977"),
    (prove_scalar_product, SCALARS, "(uint64_t)(c >> 64) + top", "(uint64_t)(c >> 64)"),
    (prove_scalar_product, SCALARS, "below ^ 1", "below"),
]


def test_without_a_mistake():
    for proof in {mistake[0] for mistake in MISTAKES}:
        proof(core())


@pytest.mark.parametrize(("proof", "file", "right", "wrong"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_planted_mistake_breaks_its_proof(proof, file, right, wrong):
    program = source.read(file, edits={file: (right, wrong)})
    with pytest.raises(AssertionError):  # a ProofError is one
        proof(program)
