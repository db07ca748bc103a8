"""The AVX-512 instructions that the core uses, seen from one lane.

A lane is an unsigned 64-bit word that wraps, as in unsigned C; instructions that read it as signed
take its two's complement. A mask is the bit of this lane.
"""

from __future__ import annotations

from cmodel.ctypes import U64, Int
from cmodel.integers import Poly, Range
from cmodel.machine import Machine, Value, negated

I64 = Int(64, signed=True)
LOW52 = (1 << 52) - 1


class Lanes:
    """The instructions for a machine; ``install`` makes them its own."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def install(self) -> None:
        names = [name for name in dir(self) if name.startswith("mm512_")]
        self.machine.builtins |= {f"_{name}": getattr(self, name) for name in names}

    def word(self, poly: Poly | int, known: Range | None = None) -> Value:
        return self.machine.value(poly, U64, known)

    def mm512_set1_epi64(self, x: Value) -> Value:
        return self.machine.convert(x, U64)

    def mm512_setzero_si512(self) -> Value:
        return self.word(0)

    def mm512_add_epi64(self, x: Value, y: Value) -> Value:
        return self.machine.binary("+", x, y)

    def mm512_sub_epi64(self, x: Value, y: Value) -> Value:
        return self.machine.binary("-", x, y)

    def mm512_and_si512(self, x: Value, y: Value) -> Value:
        return self.machine.binary("&", x, y)

    def mm512_or_si512(self, x: Value, y: Value) -> Value:
        return self.machine.binary("|", x, y)

    def mm512_slli_epi64(self, x: Value, count: Value) -> Value:
        return self.machine.shift("<<", x, self.machine.decide(count))

    def mm512_srli_epi64(self, x: Value, count: Value) -> Value:
        return self.machine.shift(">>", x, self.machine.decide(count))

    def mm512_srai_epi64(self, x: Value, count: Value) -> Value:
        signed = self.machine.convert(x, I64)
        shifted = self.machine.shift(">>", signed, self.machine.decide(count))
        return Value(shifted.poly, shifted.range, U64)

    def _product(self, x: Value, y: Value) -> Value:
        """The product of the low 52 bits of both."""
        factors = []
        for factor in (x, y):
            rest = self.machine.unknowns.remainder(factor.poly, 52)
            factors.append(self.machine.value(rest, Int(128, signed=False), Range(0, LOW52)))
        return self.machine.binary("*", *factors)

    def mm512_madd52lo_epu64(self, total: Value, x: Value, y: Value) -> Value:
        low = self.machine.unknowns.remainder(self._product(x, y).poly, 52)
        return self.word(total.poly + low, total.range + Range(0, LOW52))

    def mm512_madd52hi_epu64(self, total: Value, x: Value, y: Value) -> Value:
        high = self.machine.shift(">>", self._product(x, y), 52)
        return self.word(total.poly + high.poly, total.range + high.range)

    def mm512_movepi64_mask(self, x: Value) -> Value:
        """The sign bit."""
        sign = self.machine.unknowns.floor(self.machine.convert(x, I64).poly, 63)
        return self.word(-sign, negated(Range(-1, 0)))

    def mm512_mask_mov_epi64(self, otherwise: Value, lanes: Value, x: Value) -> Value:
        return x if self.machine.decide(lanes) & 1 else otherwise

    def mm512_mask_sub_epi64(self, otherwise: Value, lanes: Value, x: Value, y: Value) -> Value:
        return self.mm512_sub_epi64(x, y) if self.machine.decide(lanes) & 1 else otherwise
