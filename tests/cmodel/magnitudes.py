"""The contracts of the field functions alone: magnitudes, and for lanes how loose the limbs are.

With them in the place of the functions, a formula is run on magnitudes only. What they say is
proved from the functions' own code in test_sm2_bounds.py and test_sm2_bounds_lanes.py.
"""

from __future__ import annotations

from dataclasses import dataclass

from cmodel.ctypes import U64, Array, CType, Object, Pointer, Struct
from cmodel.machine import Machine, Value
from cmodel.source import ProofError

ELEMENTS = ("fe", "fe8")
LARGEST, LARGEST_PRODUCT = 32, 64  # field.h
TIGHTEST = 16  # field8.h
# field8.h. Where lanes do different work one bound stands for them all, and goes up to 370; carries
# and weakenings are proved for this much.
LOOSEST = 512


@dataclass(frozen=True)
class Shape:
    """The magnitude; and the bound of a lane's limbs in units of 2^52, 0 where it is carried."""

    magnitude: int
    looseness: int = 0


def fail(text: str) -> None:
    raise ProofError(text)


class Magnitudes:
    """The field functions as their contracts; ``install`` gives them to a machine."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def install(self) -> None:
        self.machine.builtins["_mm512_setr_epi64"] = self.bit
        for prefix in ELEMENTS:
            for name in dir(self):
                if name.startswith(prefix + "_"):
                    self.machine.builtins[name] = getattr(self, name)

    # --- what is known of an element

    def get(self, pointer: Pointer) -> Shape:
        cells = pointer.target().cells
        if "shape" in cells:
            return cells["shape"]
        words = cells.get("n")
        if words is None or any(word is None for word in words.cells.values()):
            fail("an element is read before it is set")
        return Shape(1)  # FE_CONST

    def set(self, pointer: Pointer, magnitude: int, looseness: int = 0) -> None:
        is_lanes = self.is_lanes(pointer)
        if is_lanes and looseness > LOOSEST:
            fail(f"limbs of {looseness}·2^52")
        if not is_lanes and magnitude > LARGEST:
            fail(f"magnitude {magnitude}")
        pointer.target().cells["shape"] = Shape(magnitude, looseness)

    def is_lanes(self, pointer: Pointer) -> bool:
        kind = pointer.owner.kind(pointer.key)
        return kind is self.machine.types.of(self.machine.program.typedefs["fe8"])

    def at_most(self, pointer: Pointer, bound: int) -> Shape:
        shape = self.get(pointer)
        if shape.magnitude > bound:
            fail(f"magnitude {shape.magnitude}, where at most {bound} is taken")
        return shape

    def tight(self, pointer: Pointer, bound: int = TIGHTEST) -> Shape:
        shape = self.at_most(pointer, bound)
        if shape.looseness:
            fail("limbs are not carried")
        return shape

    def number(self, value: Value) -> int:
        return self.machine.decide(value)

    def bit(self, *_: object) -> Value:
        return self.machine.value(self.machine.unknowns.new("bit", 0, 1), U64)

    # --- field.h

    def fe_add(self, r: Pointer, a: Pointer, b: Pointer) -> None:
        self.set(r, self.get(a).magnitude + self.get(b).magnitude)

    def fe_scale(self, r: Pointer, a: Pointer, factor: Value) -> None:
        self.set(r, self.get(a).magnitude * self.number(factor))

    def fe_negate(self, r: Pointer, a: Pointer, bound: Value) -> None:
        self.at_most(a, self.number(bound))
        self.set(r, self.number(bound) + 1)

    def fe_sub(self, r: Pointer, a: Pointer, b: Pointer, bound: Value) -> None:
        self.at_most(b, self.number(bound))
        self.set(r, self.get(a).magnitude + self.number(bound) + 1)

    def fe_weaken(self, r: Pointer) -> None:
        self.at_most(r, LARGEST)
        self.set(r, 2)

    def product(self, a: Pointer, b: Pointer, largest: int) -> int:
        product = self.get(a).magnitude * self.get(b).magnitude
        if product > largest:
            fail(f"a product of magnitudes {product}")
        return product

    def fe_mul(self, r: Pointer, a: Pointer, b: Pointer) -> None:
        self.set(r, -(-self.product(a, b, LARGEST_PRODUCT) // 16) + 1)

    def fe_sqr(self, r: Pointer, a: Pointer) -> None:
        self.fe_mul(r, a, a)

    def fe_mul_sub_mul(self, r: Pointer, a: Pointer, b: Pointer, c: Pointer, d: Pointer) -> None:
        self.product(c, d, 16)
        self.set(r, -(-self.product(a, b, LARGEST_PRODUCT) // 16) + 2)

    def fe_mul_sub_8sqr_inline(self, r: Pointer, a: Pointer, b: Pointer, c: Pointer) -> None:
        self.at_most(c, 2)
        self.set(r, -(-self.product(a, b, LARGEST_PRODUCT) // 16) + 3)

    fe_mul_inline, fe_sqr_inline, fe_mul_sub_mul_inline = fe_mul, fe_sqr, fe_mul_sub_mul

    def fe_normalize(self, r: Pointer) -> None:
        self.at_most(r, LARGEST)
        self.set(r, 1)

    def fe_is_zero(self, a: Pointer) -> Value:
        self.at_most(a, LARGEST)
        return self.bit()

    fe_is_zero_var = fe_is_zero

    def fe_equal_var(self, a: Pointer, b: Pointer) -> Value:
        self.at_most(b, 2)
        self.at_most(a, LARGEST - 3)
        return self.bit()

    def fe_cmov(self, r: Pointer, a: Pointer, _flag: Value) -> None:
        self.set(r, max(self.get(r).magnitude, self.get(a).magnitude))

    def fe_inv(self, r: Pointer, a: Pointer) -> None:
        self.at_most(a, LARGEST)
        self.set(r, 2)

    def fe_sqrt_var(self, r: Pointer, a: Pointer) -> Value:
        self.at_most(a, 16)
        self.set(r, 2)
        return self.bit()

    def fe_get_words(self, _words: Pointer, a: Pointer) -> None:
        self.at_most(a, 16)

    def fe_to_storage(self, _r: Pointer, a: Pointer) -> None:
        self.at_most(a, 1)

    def fe_from_storage(self, r: Pointer, _a: Pointer) -> None:
        self.set(r, 1)

    # --- field8.h

    def fe8_load(self, r: Pointer, _a: Pointer) -> None:
        self.set(r, 2)

    def fe8_set_all(self, r: Pointer, a: Pointer) -> None:
        self.set(r, self.at_most(a, 2).magnitude)

    def fe8_copy(self, r: Pointer, a: Pointer) -> None:
        shape = self.get(a)
        self.set(r, shape.magnitude, shape.looseness)

    def fe8_add(self, r: Pointer, a: Pointer, b: Pointer) -> None:
        left, right = self.get(a), self.get(b)
        loose = max(left.looseness, 1) + max(right.looseness, 1)
        self.set(r, left.magnitude + right.magnitude, loose)

    def fe8_sub(self, r: Pointer, a: Pointer, b: Pointer, bound: Value) -> None:
        lift = self.number(bound)
        left, right = self.get(a), self.at_most(b, lift)
        loose = max(left.looseness, 1) + max(right.looseness, 1) + lift
        self.set(r, left.magnitude + lift, loose)

    def fe8_negate(self, r: Pointer, a: Pointer, bound: Value) -> None:
        lift = self.number(bound)
        self.set(r, lift, max(self.at_most(a, lift).looseness, 1) + lift)

    def fe8_negate_if(self, r: Pointer, _lanes: Value, bound: Value) -> None:
        self.fe8_negate(r, r, bound)

    def fe8_shift(self, r: Pointer, a: Pointer, shift: Value) -> None:
        shape, bits = self.get(a), self.number(shift)
        self.set(r, shape.magnitude << bits, max(shape.looseness, 1) << bits)

    def fe8_carry(self, r: Pointer) -> None:
        self.set(r, self.at_most(r, TIGHTEST).magnitude)

    def fe8_weaken(self, r: Pointer) -> None:
        self.at_most(r, 64)
        self.set(r, 2)

    def fe8_mul_loose(self, r: Pointer, a: Pointer, b: Pointer) -> None:
        magnitude = -(-self.tight(a).magnitude * self.tight(b).magnitude // 16) + 1
        if magnitude > TIGHTEST:
            fail(f"a product of magnitude {magnitude}")
        self.set(r, magnitude, 16)

    def fe8_sqr_loose(self, r: Pointer, a: Pointer) -> None:
        self.fe8_mul_loose(r, a, a)

    def fe8_mul(self, r: Pointer, a: Pointer, b: Pointer) -> None:
        self.fe8_mul_loose(r, a, b)
        self.fe8_carry(r)

    def fe8_sqr(self, r: Pointer, a: Pointer) -> None:
        self.fe8_mul(r, a, a)

    def fe8_normalize(self, r: Pointer) -> None:
        self.tight(r)
        self.set(r, 1)

    def fe8_is_zero(self, a: Pointer) -> Value:
        self.tight(a)
        return self.bit()

    def fe8_cmov(self, r: Pointer, a: Pointer, _lanes: Value) -> None:
        old, new = self.get(r), self.get(a)
        self.set(r, max(old.magnitude, new.magnitude), max(old.looseness, new.looseness))

    def fe8_exchange(self, r: Pointer, a: Pointer, _distance: Value) -> None:
        self.fe8_copy(r, a)

    def fe8_inv(self, r: Pointer, a: Pointer) -> None:
        self.tight(a, 2)
        self.set(r, 2)

    def fe8_to_storage(self, _r: Pointer, a: Pointer) -> None:
        self.tight(a, 1)

    def fe8_from_storage(self, r: Pointer, _a: Pointer) -> None:
        self.set(r, 1)

    # --- ecmult8.h: lanes that do different work; what is kept bounds all of them

    def fe8_pick(self, r: Pointer, a: Pointer, b: Pointer, _from: Value) -> None:
        left, right = self.get(a), self.get(b)
        self.set(r, max(left.magnitude, right.magnitude), max(left.looseness, right.looseness))

    def fe8_add_in(self, r: Pointer, a: Pointer, _lanes: Value) -> None:
        self.fe8_add(r, r, a)

    # --- points

    def new(self, kind: CType) -> Object:
        """An object of this type that holds nothing yet."""
        made = Object(kind)  # type: ignore[arg-type]
        for key in made.all_keys():
            inner = made.kind(key)
            made.cells[key] = self.new(inner) if isinstance(inner, Struct | Array) else None
        return made

    def elements(self, pointer: Pointer, path: str = "") -> list[tuple[str, Pointer]]:
        """The field elements of an object, and where in it they are."""
        kind = pointer.owner.kind(pointer.key)
        types = self.machine.types
        if any(kind is types.of(self.machine.program.typedefs[name]) for name in ELEMENTS):
            return [(path, pointer)]
        if not isinstance(kind, Struct | Array):
            return []
        inner = pointer.target()
        found = []
        for key in inner.all_keys():
            name = path if isinstance(kind, Array) else f"{path}.{key}"
            found += self.elements(Pointer(inner, key), name)
        return found
