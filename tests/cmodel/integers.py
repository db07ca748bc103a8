"""Exact integers with unknowns: polynomials over Z, what is known of their range, and floors.

Every value that the C code computes is kept as a polynomial in its inputs and in the *floors* that
shifts and masks introduce: X >> k is a new unknown h with 2^k·h <= X < 2^k·(h+1), and X mod 2^k is
X - 2^k·h. So nothing is ever approximated but the range of an unknown, and an identity between
polynomials is an identity between the integers that the code computes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Range(NamedTuple):
    """All integers from low to high."""

    low: int
    high: int

    def __add__(self, other: Range) -> Range:  # type: ignore[override]
        return Range(self.low + other.low, self.high + other.high)

    def __mul__(self, other: Range) -> Range:  # type: ignore[override]
        ends = [a * b for a in self for b in other]
        return Range(min(ends), max(ends))

    def meet(self, other: Range) -> Range:
        return Range(max(self.low, other.low), min(self.high, other.high))

    def within(self, other: Range) -> bool:
        return other.low <= self.low and self.high <= other.high


class Poly:
    """A polynomial: what its monomials, sorted tuples of unknowns, are multiplied with."""

    __slots__ = ("_key", "terms")

    def __init__(self, terms: Mapping[tuple[int, ...], int]) -> None:
        self.terms = {monomial: c for monomial, c in terms.items() if c}
        self._key: frozenset[tuple[tuple[int, ...], int]] | None = None

    @classmethod
    def of(cls, value: int | Poly) -> Poly:
        return value if isinstance(value, Poly) else cls({(): value})

    @property
    def key(self) -> frozenset[tuple[tuple[int, ...], int]]:
        if self._key is None:
            self._key = frozenset(self.terms.items())
        return self._key

    def __add__(self, other: Poly | int) -> Poly:
        terms = dict(self.terms)
        for monomial, c in Poly.of(other).terms.items():
            terms[monomial] = terms.get(monomial, 0) + c
        return Poly(terms)

    def __mul__(self, other: Poly | int) -> Poly:
        terms: dict[tuple[int, ...], int] = {}
        for left, a in self.terms.items():
            for right, b in Poly.of(other).terms.items():
                monomial = tuple(sorted(left + right))
                terms[monomial] = terms.get(monomial, 0) + a * b
        return Poly(terms)

    def __neg__(self) -> Poly:
        return self * -1

    def __sub__(self, other: Poly | int) -> Poly:
        return self + -Poly.of(other)

    __radd__, __rmul__ = __add__, __mul__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Poly) and self.terms == other.terms

    def __hash__(self) -> int:
        return hash(self.key)

    def constant(self) -> int | None:
        """The number that this is, if it has no unknowns."""
        if not self.terms:
            return 0
        return self.terms.get(()) if len(self.terms) == 1 else None

    def with_unknown(self, unknown: int, value: int) -> Poly:
        """The same with a number in the place of an unknown."""
        total = Poly({})
        for monomial, c in self.terms.items():
            left = tuple(other for other in monomial if other != unknown)
            total += Poly({left: c * value ** (len(monomial) - len(left))})
        return total

    def divided(self, divisor: int) -> Poly | None:
        """The quotient, if every coefficient is a multiple."""
        if any(c % divisor for c in self.terms.values()):
            return None
        return Poly({monomial: c // divisor for monomial, c in self.terms.items()})

    def stripped(self) -> tuple[Poly, int, int]:
        """(A, f, c) with A·f + c, where c is a number and f the largest power of two."""
        base = Poly({monomial: c for monomial, c in self.terms.items() if monomial})
        factor = 1 << min((twos(c) for c in base.terms.values()), default=0)
        shift = self.terms.get((), 0)
        return Poly({monomial: c // factor for monomial, c in base.terms.items()}), factor, shift

    def split(self, divisor: int) -> tuple[Poly, Poly]:
        """(A, B) with A·divisor + B, where B has the coefficients that are no multiples."""
        whole = {m: c // divisor for m, c in self.terms.items() if c % divisor == 0}
        rest = {m: c for m, c in self.terms.items() if c % divisor}
        return Poly(whole), Poly(rest)


def nearest(c: int, divisor: int) -> int:
    """c / divisor, rounded so that the rest lies in [-divisor/2, divisor/2)."""
    return (c + divisor // 2) // divisor


def twos(value: int) -> int:
    """How often 2 divides a value that is not zero."""
    return (value & -value).bit_length() - 1


def sign_bits(known: Range, bits: int) -> int:
    """From so many bits on the floor is the sign, 0 or -1, and the same for all of them."""
    return min(bits, max(-known.low - 1, known.high).bit_length())


class Unknowns:
    """The unknowns of one run, what is known of them, and the floors that were taken."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._ranges: list[Range] = []
        self._floors: dict[tuple[Poly, int], Poly] = {}
        self._is_floor: dict[Poly, tuple[Poly, int]] = {}
        self._learned: dict[Poly, Range] = {}

    def new(self, name: str, low: int, high: int) -> Poly:
        self.names.append(name)
        self._ranges.append(Range(low, high))
        return Poly({(len(self.names) - 1,): 1})

    def learn(self, poly: Poly, low: int, high: int) -> None:
        """Adds a fact; it is kept for what is left without a constant and a power of two."""
        known = self.range(poly).meet(Range(low, high))
        base, factor, shift = poly.stripped()
        self._learned[base] = Range(
            -((shift - known.low) // factor), (known.high - shift) // factor
        )

    def range(self, poly: Poly) -> Range:
        """What is known of the value: from its unknowns, and from facts."""
        total = Range(0, 0)
        for monomial, c in poly.terms.items():
            product = Range(c, c)
            for unknown in monomial:
                product *= self._ranges[unknown]
            total += product
        base, factor, shift = poly.stripped()
        if base not in self._learned:
            return total
        low, high = self._learned[base]
        return total.meet(Range(low * factor + shift, high * factor + shift))

    def floor(self, poly: Poly, bits: int) -> Poly:
        """poly / 2^bits, rounded down."""
        if bits == 0:
            return poly
        known = self.range(poly)
        if known.within(Range(-1, 0)):
            return poly
        if known.low >> bits == known.high >> bits:
            return Poly.of(known.low >> bits)
        bits = sign_bits(known, bits)
        if poly in self._is_floor:
            origin, taken = self._is_floor[poly]
            return self.floor(origin, taken + bits)
        # what is pulled out is determined by the polynomial modulo 2^bits, so that values that are
        # congruent have the same floor up to a known difference
        whole = Poly({m: nearest(c, 1 << bits) for m, c in poly.terms.items()})
        rest = poly - whole * (1 << bits)
        result = whole + (self._floor_of_rest(rest, bits) if rest.terms else 0)
        self.learn(result, known.low >> bits, known.high >> bits)
        self._is_floor.setdefault(result, (poly, bits))
        return result

    def _floor_of_rest(self, rest: Poly, bits: int) -> Poly:
        constant = rest.constant()
        if constant is not None:
            return Poly.of(constant >> bits)
        known = self.range(rest)
        if known.within(Range(-1, 0)):
            return rest
        if known.low >> bits == known.high >> bits:
            return Poly.of(known.low >> bits)
        if rest in self._is_floor:
            return self.floor(rest, bits)
        if sign_bits(known, bits) < bits:
            return self.floor(rest, bits)
        for low_bits in sorted({twos(c) for c in rest.terms.values()} - {0}, reverse=True):
            upper, low = rest.split(1 << low_bits)
            if self.range(low).within(Range(0, (1 << low_bits) - 1)):
                return self.floor(upper, bits - low_bits)
        if (rest, bits) not in self._floors:
            name = f"floor{len(self._floors)}"
            self._floors[rest, bits] = self.new(name, known.low >> bits, known.high >> bits)
        return self._floors[rest, bits]

    def remainder(self, poly: Poly, bits: int) -> Poly:
        """poly mod 2^bits."""
        result = poly - (self.floor(poly, bits) * (1 << bits))
        self.learn(result, 0, (1 << bits) - 1)
        return result
