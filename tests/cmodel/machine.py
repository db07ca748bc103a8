"""Runs the core's C on exact unknowns (integers.py): for every input at once.

The meaning of each operator is C's own. An unsigned value may carry any integer that is congruent
to it; it is brought into its type's range where the difference shows, that is by a shift to the
right, a widening, a comparison. A signed operation that could overflow is an error, always. Where
the code asks what an unknown value is, all answers are tried, each in a run of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pycparser import c_ast

from cmodel.ctypes import INT, SIZE, U64, Array, CType, Int, Object, Pointer, Struct, Types
from cmodel.integers import Poly, Range, Unknowns
from cmodel.source import Program, ProofError

Cell = Any  # a Value, a Pointer or an Object


class Return(Exception):
    def __init__(self, value: Cell) -> None:
        super().__init__()
        self.value = value


@dataclass(frozen=True)
class Value:
    """An integer of a C type: congruent to poly, which lies in this range."""

    poly: Poly
    range: Range
    ctype: Int


class Machine:
    """One run of one path through the program."""

    def __init__(self, program: Program, path: list[int] | None = None) -> None:
        self.program = program
        self.types = Types(program, self)
        self.unknowns = Unknowns()
        self.facts: list[Poly] = []
        """What is zero on this path."""
        self.path = path or []
        self.options: list[int] = []
        self.globals = Object(Struct({}))
        self.frames: dict[str, Object] = {}
        """The variables of the last call of each function."""
        self.watched: dict[str, list[Value]] = {}
        """What the variables of these names were set to, one after the other."""
        self.builtins: dict[str, Callable[..., Cell]] = {
            "is_zero_word": lambda _x: self.value(self.unknowns.new("bit", 0, 1), U64),
            "wipe": lambda *_: None,
            "wipe_stack": lambda: None,
            "memcpy": self._copy,
            "memmove": self._copy,
            "memset": self._fill,
        }
        self.types.read_enumerations()

    # --- values

    def value(self, poly: Poly | int, ctype: Int, known: Range | None = None) -> Value:
        poly = Poly.of(poly)
        found = self.unknowns.range(poly)
        if known is not None:
            found = found.meet(known)
            self.unknowns.learn(poly, *found)
        if ctype.signed and not found.within(ctype.range):
            raise ProofError(f"signed overflow: {found.low:#x} … {found.high:#x} as {ctype}")
        return Value(poly, found, ctype)

    def exact(self, value: Value) -> Value:
        """The same with the integer that the C value is."""
        kind = value.ctype
        if value.range.within(kind.range):
            return value
        offset = -kind.range.low
        wraps = self.unknowns.floor(value.poly + offset, kind.bits)
        return self.value(value.poly - wraps * (1 << kind.bits), kind, kind.range)

    def convert(self, value: Value, kind: Int) -> Value:
        if kind.bits > value.ctype.bits or kind.signed:
            value = self.exact(value)
        if kind.signed and not value.range.within(kind.range):
            wraps = self.unknowns.floor(value.poly - kind.range.low, kind.bits)
            return self.value(value.poly - wraps * (1 << kind.bits), kind, kind.range)
        return Value(value.poly, value.range, kind)

    def decide(self, value: Value) -> int:
        """What the value is: known, or one of a few answers that are all tried."""
        answer = self._decided(value)
        return answer if value.ctype.signed else answer % (1 << value.ctype.bits)

    def _decided(self, value: Value) -> int:
        if value.poly.constant() is None and value.range.high - value.range.low > 3:
            value = self.exact(value)
        for known in (Poly.of(0), *self.facts):
            for difference in (value.poly - known, value.poly + known):
                constant = difference.constant()
                if constant is not None:
                    return constant
        low, high = value.range
        if high - low > 3:
            raise ProofError(f"the code asks for one of {high - low + 1} values")
        answer = low + self.choose(high - low + 1)
        self.facts.append(value.poly - answer)
        return answer

    def settled(self, poly: Poly) -> Poly:
        """The polynomial with what was decided put in."""
        for fact in self.facts:
            terms = [(m, c) for m, c in fact.terms.items() if m]
            if len(terms) == 1 and abs(terms[0][1]) == 1 and len(terms[0][0]) == 1:
                ((unknown,), c) = terms[0]
                poly = poly.with_unknown(unknown, -fact.terms.get((), 0) * c)
        return poly

    def choose(self, count: int) -> int:
        step = len(self.options)
        if step == len(self.path):
            self.path.append(0)
        self.options.append(count)
        return self.path[step]

    # --- running

    def call(self, name: str, *arguments: Cell) -> Cell:
        if name in self.builtins:
            return self.builtins[name](*arguments)
        return self.run(name, *arguments)

    def run(self, name: str, *arguments: Cell) -> Cell:
        """The function itself, also where a builtin stands in for it."""
        if name not in self.program.functions:
            raise ProofError(f"no function {name}")
        function = self.program.functions[name]
        frame = self.frames[name] = Object(Struct({}))
        parameters = function.decl.type.args.params if function.decl.type.args else []
        for parameter, argument in zip(parameters, arguments, strict=False):
            if parameter.name is None:
                continue
            kind = self.types.parameter(parameter.type)
            frame.declare(parameter.name, kind, self.assigned(argument, kind))
        try:
            self.execute(function.body, frame)
        except Return as done:
            kind = self.types.of(function.decl.type.type)
            return self.assigned(done.value, kind) if isinstance(kind, Int) else done.value
        except ProofError as error:
            error.add_note(f"in {name}")
            raise
        return None

    def assigned(self, cell: Cell, kind: CType) -> Cell:
        if isinstance(kind, Int) and isinstance(cell, Value):
            return self.convert(cell, kind)
        return cell.copy() if isinstance(cell, Object) else cell

    def execute(self, node: c_ast.Node | None, frame: Object) -> None:
        if node is None:
            return
        handler = getattr(self, "_do_" + type(node).__name__.lower(), None)
        if handler is None:
            self.evaluate(node, frame)
        else:
            handler(node, frame)

    def _do_compound(self, node: c_ast.Compound, frame: Object) -> None:
        for item in node.block_items or []:
            self.execute(item, frame)

    def _do_emptystatement(self, node: c_ast.Node, frame: Object) -> None:
        pass

    def _do_decllist(self, node: c_ast.DeclList, frame: Object) -> None:
        for declaration in node.decls:
            self._do_decl(declaration, frame)

    def _do_decl(self, node: c_ast.Decl, frame: Object) -> None:
        if node.name is None:  # an enumeration
            self.types.of(node.type)
            return
        kind = self.types.of(node.type)
        frame.declare(node.name, kind, self.initial(kind, node.init, frame))
        if node.init is not None and node.name in self.watched:
            self.watched[node.name].append(frame.cells[node.name])

    def initial(self, kind: CType, init: c_ast.Node | None, frame: Object) -> Cell:
        """A new object; what is not initialised may hold anything."""
        if isinstance(kind, Int | Pointer) or not isinstance(init, c_ast.InitList | None):
            return None if init is None else self.assigned(self.evaluate(init, frame), kind)
        new = Object(kind)
        items = iter(init.exprs if init is not None else ())
        for key in new.all_keys():
            item = next(items, None)
            inner = new.kind(key)
            if item is None and init is not None and isinstance(inner, Int):
                new.cells[key] = self.value(0, inner)
            else:
                new.cells[key] = self.initial(inner, item, frame)
        return new

    def _do_if(self, node: c_ast.If, frame: Object) -> None:
        self.execute(node.iftrue if self.truth(node.cond, frame) else node.iffalse, frame)

    def _do_for(self, node: c_ast.For, frame: Object) -> None:
        self.execute(node.init, frame)
        while self.truth(node.cond, frame):
            self.execute(node.stmt, frame)
            self.evaluate(node.next, frame)

    def _do_dowhile(self, node: c_ast.DoWhile, frame: Object) -> None:
        while True:
            self.execute(node.stmt, frame)
            if not self.truth(node.cond, frame):
                return

    def _do_return(self, node: c_ast.Return, frame: Object) -> None:
        raise Return(None if node.expr is None else self.evaluate(node.expr, frame))

    def truth(self, node: c_ast.Node, frame: Object) -> bool:
        return self.decide(self.evaluate(node, frame)) != 0

    # --- places

    def place(self, node: c_ast.Node, frame: Object) -> tuple[Object, Any]:
        """Where an expression's object lies."""
        if isinstance(node, c_ast.ID):
            return (frame if node.name in frame.kinds else self.all_globals(node.name)), node.name
        if isinstance(node, c_ast.StructRef):
            base = self.evaluate(node.name, frame)
            inner = base.target() if isinstance(base, Pointer) else base
            return inner, node.field.name
        if isinstance(node, c_ast.ArrayRef):
            base = self.evaluate(node.name, frame)
            index = self.decide(self.evaluate(node.subscript, frame))
            if isinstance(base, Pointer):
                return base.owner, base.key + index
            return base, index
        if isinstance(node, c_ast.UnaryOp) and node.op == "*":
            pointer = self.evaluate(node.expr, frame)
            return pointer.owner, pointer.key
        raise ProofError(f"no place: {node}")

    def store(self, node: c_ast.Node, cell: Cell, frame: Object) -> Cell:
        owner, key = self.place(node, frame)
        owner.cells[key] = self.assigned(cell, owner.kind(key))
        if key in self.watched:
            self.watched[key].append(owner.cells[key])
        return owner.cells[key]

    def _copy(self, target: Pointer, origin: Pointer, size: Value) -> None:
        to, source = target.elements(), origin.elements()
        if to is None or source is None:
            target.owner.cells[target.key] = origin.target().copy()
            return
        count = self.decide(size) // 8
        for i, cell in enumerate([source.cells[origin.offset + i] for i in range(count)]):
            to.cells[target.offset + i] = cell

    def _fill(self, target: Pointer, byte: Value, size: Value) -> None:
        if self.decide(byte) != 0 or (to := target.elements()) is None:
            raise ProofError("memset of something else than words to zero")
        for i in range(self.decide(size) // 8):
            to.cells[target.offset + i] = self.value(0, U64)

    # --- expressions

    def evaluate(self, node: c_ast.Node, frame: Object) -> Cell:
        return getattr(self, "_eval_" + type(node).__name__.lower())(node, frame)

    def _eval_id(self, node: c_ast.ID, frame: Object) -> Cell:
        if node.name in frame.cells:
            return self.loaded(frame, node.name)
        if node.name in self.types.enumerators:
            return self.value(self.types.enumerators[node.name], INT)
        return self.loaded(self.all_globals(node.name), node.name)

    def all_globals(self, name: str) -> Object:
        """Those that were used so far, and this one."""
        if name not in self.globals.cells:
            declared = self.program.globals[name]
            kind = self.types.of(declared.type)
            self.globals.declare(name, kind, self.initial(kind, declared.init, self.globals))
        return self.globals

    def loaded(self, owner: Object, key: Any) -> Cell:
        cell = owner.cells[key]
        if cell is None:
            raise ProofError(f"{key} is read before it is set")
        if isinstance(cell, Object) and isinstance(cell.ctype, Array):
            return Pointer(cell, 0)
        return cell

    def _eval_constant(self, node: c_ast.Constant, frame: Object) -> Cell:
        digits = node.value.rstrip("uUlL")
        suffix = node.value[len(digits) :].lower()
        kind = Int(64 if "l" in suffix else 32, signed="u" not in suffix)
        number = int(digits, 0)
        if number > kind.range.high:
            kind = Int(64, signed=number < 1 << 63)
        return self.value(number, kind)

    def _eval_structref(self, node: c_ast.StructRef, frame: Object) -> Cell:
        return self.loaded(*self.place(node, frame))

    _eval_arrayref = _eval_structref

    def _eval_cast(self, node: c_ast.Cast, frame: Object) -> Cell:
        kind = self.types.of(node.to_type.type)
        cell = self.evaluate(node.expr, frame)
        return self.convert(cell, kind) if isinstance(kind, Int) else cell

    def _eval_exprlist(self, node: c_ast.ExprList, frame: Object) -> Cell:
        return [self.evaluate(item, frame) for item in node.exprs][-1]

    def _eval_ternaryop(self, node: c_ast.TernaryOp, frame: Object) -> Cell:
        return self.evaluate(node.iftrue if self.truth(node.cond, frame) else node.iffalse, frame)

    def _eval_funccall(self, node: c_ast.FuncCall, frame: Object) -> Cell:
        arguments = [self.evaluate(item, frame) for item in node.args.exprs] if node.args else []
        return self.call(node.name.name, *arguments)

    def _eval_assignment(self, node: c_ast.Assignment, frame: Object) -> Cell:
        cell = self.evaluate(node.rvalue, frame)
        if node.op != "=":
            cell = self.binary(node.op[:-1], self.evaluate(node.lvalue, frame), cell)
        return self.store(node.lvalue, cell, frame)

    def _eval_binaryop(self, node: c_ast.BinaryOp, frame: Object) -> Cell:
        if node.op in {"&&", "||"}:
            left = self.truth(node.left, frame)
            result = left if left == (node.op == "||") else self.truth(node.right, frame)
            return self.value(int(result), INT)
        left, right = self.evaluate(node.left, frame), self.evaluate(node.right, frame)
        if isinstance(left, Pointer) and node.op in {"==", "!="}:
            is_same = isinstance(right, Pointer) and left == right  # else right is NULL
            return self.value(int(is_same == (node.op == "==")), INT)
        if isinstance(left, Pointer):
            return left.moved(self.decide(right))
        return self.binary(node.op, left, right)

    def _eval_unaryop(self, node: c_ast.UnaryOp, frame: Object) -> Cell:
        if node.op == "&":
            return Pointer(*self.place(node.expr, frame))
        if node.op == "sizeof":
            return self.value(self.types.size_of(node.expr, frame), SIZE)
        if node.op == "*":
            return self.loaded(*self.place(node, frame))
        operand = self.evaluate(node.expr, frame)
        if node.op in {"p++", "++", "p--", "--"}:
            one = self.value(1, INT)
            changed = self.binary("+" if "+" in node.op else "-", operand, one)
            self.store(node.expr, changed, frame)
            return operand
        zero = self.value(0, INT)
        if node.op == "!":
            return self.value(int(self.decide(operand) == 0), INT)
        if node.op == "~":
            operand = self.promoted(operand)
            return self.value(-operand.poly - 1, operand.ctype, negated(operand.range, 1))
        return self.binary("-" if node.op == "-" else "+", zero, operand)

    def promoted(self, value: Value) -> Value:
        return self.convert(value, INT) if value.ctype.bits < INT.bits else value

    def binary(self, operator: str, left: Value, right: Value) -> Value:
        left, right = self.promoted(left), self.promoted(right)
        if operator in {"<<", ">>"}:
            return self.shift(operator, left, self.decide(right))
        kind = max(left.ctype, right.ctype, key=lambda t: (t.bits, not t.signed))
        left, right = self.convert(left, kind), self.convert(right, kind)
        if operator == "+":
            return self.value(left.poly + right.poly, kind, left.range + right.range)
        if operator == "-":
            return self.value(left.poly - right.poly, kind, left.range + negated(right.range))
        if operator == "*":
            return self.value(left.poly * right.poly, kind, left.range * right.range)
        if operator in BITWISE:
            return self.bitwise(operator, left, right, kind)
        if operator in COMPARISONS:
            return self.compared(operator, left, right)
        a, b = self.decide(left), self.decide(right)
        if a < 0 or b <= 0 or operator not in {"/", "%"}:
            raise ProofError(f"{a} {operator} {b}")
        return self.value(a // b if operator == "/" else a % b, kind)

    def shift(self, operator: str, value: Value, bits: int) -> Value:
        factor = Range(1 << bits, 1 << bits)
        if not 0 <= bits < value.ctype.bits:
            raise ProofError(f"shift of {value.ctype} by {bits}")
        if operator == "<<":
            return self.value(value.poly * factor.low, value.ctype, value.range * factor)
        value = self.exact(value)
        known = Range(value.range.low >> bits, value.range.high >> bits)
        return self.value(self.unknowns.floor(value.poly, bits), value.ctype, known)

    def compared(self, operator: str, left: Value, right: Value) -> Value:
        left, right = self.exact(left), self.exact(right)
        difference = left.range + negated(right.range)
        low, high = (COMPARISONS[operator](end, 0) for end in difference)
        if low == high and (operator not in {"==", "!="} or difference.low == difference.high):
            return self.value(int(low), INT)
        if operator in {"==", "!="} and not difference.low <= 0 <= difference.high:
            return self.value(int(operator == "!="), INT)
        return self.value(self.unknowns.new("comparison", 0, 1), INT)

    def bitwise(self, operator: str, left: Value, right: Value, kind: Int) -> Value:
        for a, b in ((left, right), (right, left)):
            mask = b.poly.constant()
            if mask is not None and (result := self.masked(operator, a, mask % (1 << kind.bits))):
                return result
        if operator == "|":
            return self.joined(left, right, kind)
        for a, b in ((left, right), (right, left)):
            if b.range.high - b.range.low == 1:
                known = self.value(self.decide(b), kind)
                return self.bitwise(operator, a, known, kind)
        raise ProofError(f"cannot follow {operator}")

    def masked(self, operator: str, value: Value, mask: int) -> Value | None:
        kind = value.ctype
        bits, everything = mask.bit_length(), (1 << kind.bits) - 1
        if mask in {0, everything}:
            if operator == "^" and mask:
                return self.value(-value.poly - 1, kind, negated(value.range, 1))
            takes = (operator == "&") == (mask == everything)
            if operator == "^" or takes:
                return value
            return self.value(-1 if mask else 0, kind)
        if operator == "&" and mask == (1 << bits) - 1:
            rest = self.unknowns.remainder(value.poly, bits)
            return self.value(rest, kind, Range(0, mask))
        if operator == "^" and mask == 1 and value.range.within(Range(0, 1)):
            return self.value(-value.poly + 1, kind, Range(0, 1))
        constant = value.poly.constant()
        if constant is None:
            return None
        return self.value(BITWISE[operator](constant % (1 << kind.bits), mask), kind)

    def joined(self, left: Value, right: Value, kind: Int) -> Value:
        """left | right where no bit is set in both: their sum."""
        for upper, lower in ((left, right), (right, left)):
            below = lower.range.high.bit_length()
            if lower.range.low >= 0 and upper.poly.divided(1 << below) is not None:
                return self.value(left.poly + right.poly, kind, left.range + right.range)
        for a, b in ((left, right), (right, left)):
            lower = self.exact(b)
            below = lower.range.high.bit_length()
            if lower is not b and lower.range.low >= 0 and a.poly.divided(1 << below) is not None:
                return self.value(a.poly + lower.poly, kind, a.range + lower.range)
        raise ProofError("an | of overlapping values")


BITWISE: dict[str, Callable[[int, int], int]] = {
    "&": lambda a, b: a & b,
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
}
COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def negated(known: Range, offset: int = 0) -> Range:
    return Range(-known.high - offset, -known.low - offset)


def paths(program: Program) -> Iterator[Machine]:
    """A machine for every path; the next path is known when the one before has run."""
    path: list[int] = []
    while True:
        machine = Machine(program, path)
        yield machine
        path = machine.path[: len(machine.options)]
        while path and path[-1] + 1 == machine.options[len(path) - 1]:
            path.pop()
        if not path:
            return
        path[-1] += 1
