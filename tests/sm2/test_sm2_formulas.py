"""No formula asks more of the field than its contract gives, on any way through it.

Every function that calls the field is run on magnitudes alone (tests/cmodel/magnitudes.py), and
what it leaves is what its header says: coordinates of magnitude 2 and carried in the lanes, unless
the table here says otherwise. Inputs and outputs apart, and in the same place.
"""

from __future__ import annotations

from functools import cache

import pytest
from pycparser import c_ast

from cmodel import source
from cmodel.ctypes import INT, U64, Array, Int, Object, Pointer, PointerType, Struct
from cmodel.machine import Machine, paths
from cmodel.magnitudes import Magnitudes
from cmodel.source import Program

pytestmark = pytest.mark.unmeasured  # what is read is C

# Magnitudes of arguments and results that are not 2, by parameter and field; numbers of arrays and
# loops; and parameters that are results though their type is that of an element.
FORMULAS: dict[str, dict[str, int]] = {
    "ge_right_side": {},
    "ge_is_on_curve_var": {},
    "ge_set_gej_with_inverse": {"a.y": 4, "r.x=": 1, "r.y=": 1},
    "ge_set_gej_batch_var": {"a.y": 4, "r.x=": 1, "r.y=": 1} | {"count": 64, "r[]": 64, "a[]": 64},
    "ge_set_gej": {"a.y": 4, "r.x=": 1, "r.y=": 1},
    "ge_negate_if": {"a.x": 1, "a.y": 1},
    "ge_to_storage": {"a.x": 1, "a.y": 1},
    "ge_from_storage": {"r.x=": 1, "r.y=": 1},
    "gej_set_ge": {},
    "gej_set_infinity": {},
    "gej_is_infinity_var": {},
    "gej_double": {"a.y": 4, "r.y=": 4},
    "gej_add_finish": {"a.y": 4, "h": 5, "w": 7},
    "gej_add_start": {"a.y": 4, "h=": 5, "w=": 7},
    "gej_add_ge": {"a.y": 4},
    "gej_add_ge_var": {"a.y": 4, "r.y=": 4},
    "gex_set_ge": {},
    "ge_set_gex": {"a.y": 5, "r.x=": 1, "r.y=": 1},
    "gex_add_inline": {"a.y": 5, "r.y=": 5},
    "gex_add_ge": {"a.y": 5, "r.y=": 5},
    "gex_double_ge": {},
    "gex_add_ge_or_double": {"a.y": 5, "r.y=": 5},
    "gej8_set_ge": {},
    "gex8_set_ge": {},
    "ge8_negate_if": {"r is read": 1},
    "gej8_cmov": {"r is read": 1},
    "gej8_double": {},
    "ge8_add_common": {"h": 4, "w": 4},
    "ge8_add_differences": {"h=": 4, "w=": 4},
    "gej8_add_ge": {},
    "gex8_add_ge": {},
    "gex8_add": {},
    "gex8_exchange": {"distance": 4},
    "ge8_copy": {},
    "odd_chain8_begin": {"a.x": 1, "a.y": 1, "c.h=": 0},
    "odd_chain8_add": {"c is read": 1, "a.y": 5, "r.y=": 5, "h=": 4},
    "ge8_scale": {"r is read": 1, "r.y": 5, "r.x=": 1, "r.y=": 1},
    "ge8_odd_multiples": {"a.x": 1, "a.y": 1, "count": 16, "r[]": 16, "r.x=": 1, "r.y=": 1}
    | {"next.x=": 1, "next.y=": 1},
    "ge8_add_step": {"r.x": 1, "r.y": 1, "step.x": 1, "step.y": 1, "count": 16}
    | {"r is read": 1, "r[]": 16}
    | {"r.x=": 1, "r.y=": 1},
    "gex8_cmov": {"r is read": 1},
    "gej_double_in_lanes": {},
    "gej_double_again_in_lanes": {},
}
# What sums, products and lifts elements; all else moves and encodes them.
ARITHMETIC = {
    *(f"fe_{name}" for name in ("add", "sub", "negate", "scale", "mul", "sqr", "weaken")),
    *(f"fe8_{name}" for name in ("add", "sub", "negate", "negate_if", "shift", "mul", "sqr")),
    *(f"fe8_{name}" for name in ("mul_loose", "sqr_loose", "carry", "weaken")),
    "fe_mul_inline", "fe_sqr_inline",
}  # fmt: skip
# Multiplies canonical elements and coordinates of magnitude 2, or negates them, and sums nothing.
PLAIN = {
    "terms8_get",
    "ge_set_x_var", "signature_x_matches_var", "gex8_load", "verify8_compare_var",
    "verify8_close_var", "ecmult8_terms_var", "ecmult_gen8_many_x", "ecmult_gen8_store_x",
}  # fmt: skip


@cache
def core() -> Program:
    return source.read("core.h")


class Callees(c_ast.NodeVisitor):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_FuncCall(self, node: c_ast.FuncCall) -> None:  # noqa: N802 - the visitor's name
        if isinstance(node.name, c_ast.ID):
            self.names.add(node.name.name)
        self.generic_visit(node)


@pytest.mark.slow
def test_every_function_that_calculates_in_the_field_is_looked_at():
    callers = set()
    for name, function in core().functions.items():
        callees = Callees()
        callees.visit(function)
        if callees.names & ARITHMETIC and not name.startswith(("fe_", "fe8_")):
            callers.add(name)
    assert callers <= FORMULAS.keys() | PLAIN
    assert FORMULAS.keys() <= core().functions.keys()


class Formula:
    """One run of a function on magnitudes."""

    def __init__(self, machine: Machine, name: str, special: dict[str, int], alias: str) -> None:
        self.machine, self.special = machine, special
        self.rules = Magnitudes(machine)
        self.rules.install()
        self.results: dict[str, Pointer] = {}
        arguments: dict[str, object] = {}
        for parameter in machine.program.functions[name].decl.type.args.params:
            if parameter.name == alias:
                arguments[alias] = arguments["r"]
                self.fill(alias, arguments["r"])
            else:
                arguments[parameter.name] = self.argument(parameter)
        machine.call(name, *arguments.values())

    def argument(self, parameter: c_ast.Decl) -> object:
        name, kind = parameter.name, self.machine.types.of(parameter.type)
        if isinstance(kind, Int):
            constant = self.special.get(name)
            unknown = self.rules.bit() if kind == U64 or kind.bits < INT.bits else None
            return unknown or self.machine.value(1 if constant is None else constant, INT)
        assert isinstance(kind, PointerType)
        target = kind.target
        if isinstance(target, Struct):
            count = self.special.get(name + "[]")
            made = self.rules.new(target if count is None else Array(target, count))
            pointer = Pointer(made, 0)
            if count is None:
                holder = Object(Struct({}))
                holder.declare(name, target, made)
                pointer = Pointer(holder, name)
        is_input = "const" in parameter.type.type.quals
        if is_input or self.special.get(name + " is read"):
            self.fill(name, pointer)
        if not is_input:
            self.results[name] = pointer
        return pointer

    def elements(self, name: str, pointer: Pointer) -> list[tuple[str, Pointer]]:
        if isinstance(pointer.owner.ctype, Array):
            places = [Pointer(pointer.owner, i) for i in pointer.owner.all_keys()]
        else:
            places = [pointer]
        return [found for place in places for found in self.rules.elements(place, name)]

    def fill(self, name: str, pointer: Pointer) -> None:
        for path, place in self.elements(name, pointer):
            self.rules.set(place, self.special.get(path, 2))

    def check(self) -> None:
        for name, pointer in self.results.items():
            for path, place in self.elements(name, pointer):
                if self.special.get(path + "=") == 0:  # partly filled, as said
                    continue
                shape = self.rules.get(place)
                assert shape.magnitude <= self.special.get(path + "=", 2), path
                assert shape.looseness == 0, f"{path} is not carried"


def prove_formula(program: Program, name: str, alias: str = "") -> None:
    for machine in paths(program):
        Formula(machine, name, FORMULAS[name], alias).check()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow) if name == "ge_right_side" else name
        for name in FORMULAS
    ],
)
def test_formula(name):
    prove_formula(core(), name)


def aliases(name: str) -> list[str]:
    """Inputs that may lie where the result does: those of the same type."""
    if any(key.endswith("[]") for key in FORMULAS[name]):
        return []
    machine = Machine(core())
    kinds = {
        parameter.name: machine.types.of(parameter.type)
        for parameter in core().functions[name].decl.type.args.params
    }
    return [other for other in kinds if other != "r" and kinds[other] == kinds.get("r")]


@pytest.mark.parametrize("name", FORMULAS)
def test_formula_in_place(name):
    for alias in aliases(name):
        prove_formula(core(), name, alias)


FILES = ("field_impl.h", "field8_impl.h", "group_impl.h", "group8_impl.h", "ecmult_impl.h")
FILES += ("ecmult8_impl.h", "ecmult8_one_impl.h")
MISTAKES = [
    ("gej_double", "group_impl.h", "fe_weaken(&alpha);  ", "/* */"),
    (
        "gej_double",
        "group_impl.h",
        "fe_sub(&r->x, &r->x, &t, 4); ",
        "fe_sub(&r->x, &r->x, &t, 3); ",
    ),
    ("gej_double", "group_impl.h", "fe_weaken(&r->x);  ", "/* */"),
    ("gej_add_finish", "group_impl.h", "fe_weaken(&r->y);  ", "/* */"),
    ("gex_add_ge", "group_impl.h", "&w, &w, &a->y, 5);  ", "&w, &w, &a->y, 6);  "),
    (
        "gej_add_finish",
        "group_impl.h",
        "fe_sub(&r->x, &r->x, &t, 6); ",
        "fe_sub(&r->x, &r->x, &t, 5); ",
    ),
    ("gej8_double", "group8_impl.h", "fe8_carry(&t);                          /* 4t */", ""),
    ("gej8_double", "group8_impl.h", "fe8_weaken(&r->z);", "fe8_carry(&r->z);"),
    (
        "ge8_add_common",
        "group8_impl.h",
        "fe8_sub(x, &w_square, &t, 6);",
        "fe8_sub(x, &w_square, &t, 4);",
    ),
    ("odd_chain8_add", "ecmult8_impl.h", "&a->y, 5); ", "&a->y, 4); "),
    ("ge8_odd_multiples", "ecmult8_impl.h", "fe8_weaken(&sum.y);", ""),
    ("gej_double_again_in_lanes", "ecmult8_one_impl.h", "fe8_carry(&first);", ""),
    (
        "gej_double_again_in_lanes",
        "ecmult8_one_impl.h",
        "fe8_negate(&t, &t, 18);",
        "fe8_negate(&t, &t, 16);",
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "file", "right", "wrong"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_planted_mistake_breaks_its_proof(name, file, right, wrong):
    program = source.read(*FILES, edits={file: (right, wrong)})
    with pytest.raises(AssertionError):  # a ProofError is one
        prove_formula(program, name)
