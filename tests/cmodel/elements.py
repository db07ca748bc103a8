"""Field elements and scalars of the core as unknowns, and what their contracts say."""

from __future__ import annotations

from cmodel.ctypes import U64, Array, Object, Pointer, Struct
from cmodel.integers import Poly, Range
from cmodel.machine import Machine, Value
from govseal.sm2.curve import SM2

P, N = SM2.p, SM2.n
LIMB, TOP = 52, 48  # bits of the lower limbs and of the top one


def words(machine: Machine, name: str, highest: list[int]) -> Pointer:
    """An array of unknown words from 0 to these."""
    array = Object(Array(U64, len(highest)))
    for i, high in enumerate(highest):
        array.cells[i] = machine.value(machine.unknowns.new(f"{name}{i}", 0, high), U64)
    return Pointer(array, 0)


def wrapped(machine: Machine, typename: str, array: Pointer) -> Pointer:
    """A structure whose only field is this array."""
    kind = machine.types.of(machine.program.typedefs[typename])
    assert isinstance(kind, Struct)
    outer = Object(kind)
    outer.cells[next(iter(kind.fields))] = array.owner
    holder = Object(Struct({}))
    holder.declare("it", kind, outer)
    return Pointer(holder, "it")


def element(machine: Machine, magnitude: int, name: str) -> Pointer:
    """Any field element of this magnitude (field.h)."""
    highest = [(magnitude << LIMB) - 1] * 4 + [(magnitude << TOP) - 1]
    made = wrapped(machine, "fe", words(machine, name, highest))
    machine.unknowns.learn(integer(made, LIMB), 0, magnitude * P)
    return made


def scalar(machine: Machine, name: str) -> Pointer:
    """Any scalar: four words, below n."""
    made = wrapped(machine, "scalar", words(machine, name, [(1 << 64) - 1] * 4))
    machine.unknowns.learn(integer(made, 64), 0, N - 1)
    return made


def cells(pointer: Pointer) -> list[Value]:
    """The words of an array, or of a structure that holds one."""
    target = pointer.owner if isinstance(pointer.key, int) else pointer.target()
    while isinstance(target.ctype, Struct):
        target = next(iter(target.cells.values()))
    return [target.cells[i] for i in sorted(target.cells)]


def integer(pointer: Pointer, bits: int) -> Poly:
    """What the words are worth, each having so many bits."""
    total = Poly.of(0)
    for i, value in enumerate(cells(pointer)):
        total += value.poly * (1 << bits * i)
    return total


def exact_integer(machine: Machine, pointer: Pointer, bits: int) -> Poly:
    """What the first four words are worth, even where they have wrapped."""
    total = Poly.of(0)
    for i, value in enumerate(cells(pointer)[:4]):
        total += machine.exact(value).poly * (1 << bits * i)
    return total


def check_magnitude(pointer: Pointer, magnitude: int, value: Range) -> None:
    """The limbs and the value, which is known to lie in this range, satisfy field.h.

    The top limb is bounded by the value too: the other limbs are not negative.
    """
    *low, top = cells(pointer)
    assert value.low >= 0, "the value is negative"
    assert value.high <= magnitude * P, "the value is too large"
    for i, limb in enumerate(low):
        assert limb.range.within(Range(0, (magnitude << LIMB) - 1)), f"limb {i} is too large"
    # from value >= 0 and, in the lower limbs, carries of less than one unit of the top limb
    below = sum(limb.range.high << LIMB * i for i, limb in enumerate(low))
    lowest = max(top.range.low, -(below >> 4 * LIMB))
    highest = min(top.range.high, value.high >> 4 * LIMB)
    assert lowest >= 0, "the top limb may be negative"
    assert highest < magnitude << TOP, "the top limb is too large"
