"""C's types as far as the core uses them, and the objects that have them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pycparser import c_ast

from cmodel.integers import Range
from cmodel.source import Program, ProofError

if TYPE_CHECKING:
    from cmodel.machine import Machine


class CType:
    """Any type."""


@dataclass(frozen=True)
class Int(CType):
    bits: int
    signed: bool

    @property
    def range(self) -> Range:
        if self.signed:
            return Range(-(1 << self.bits - 1), (1 << self.bits - 1) - 1)
        return Range(0, (1 << self.bits) - 1)

    def __str__(self) -> str:
        return f"{'int' if self.signed else 'uint'}{self.bits}"


@dataclass(frozen=True)
class Array(CType):
    element: CType
    count: int


@dataclass(frozen=True, eq=False)
class Struct(CType):
    fields: dict[str, CType]


@dataclass(frozen=True)
class PointerType(CType):
    target: CType


class Void(CType):
    pass


INT, U64, SIZE = Int(32, signed=True), Int(64, signed=False), Int(64, signed=False)
# Names that decide by themselves; the lanes of a vector are looked at one by one.
NAMED = {"u128": Int(128, signed=False), "i128": Int(128, signed=True)}
NAMED |= dict.fromkeys(("__m128i", "__m256i", "__m512i"), U64)
BASIC = {
    "char": Int(8, signed=True),
    "unsigned char": Int(8, signed=False),
    "signed char": Int(8, signed=True),
    "short": Int(16, signed=True),
    "unsigned short": Int(16, signed=False),
    "int": INT,
    "unsigned int": Int(32, signed=False),
    "unsigned": Int(32, signed=False),
    "long": Int(64, signed=True),
    "unsigned long": U64,
    "long long": Int(64, signed=True),
    "unsigned long long": U64,
}


class Object:
    """A structure, an array, or the variables of a function."""

    __slots__ = ("cells", "ctype", "kinds")

    def __init__(self, ctype: Struct | Array) -> None:
        self.ctype = ctype
        self.kinds: dict[str, CType] = dict(ctype.fields) if isinstance(ctype, Struct) else {}
        self.cells: dict[Any, Any] = {}

    def all_keys(self) -> Iterable[Any]:
        return self.kinds if isinstance(self.ctype, Struct) else range(self.ctype.count)

    def kind(self, key: Any) -> CType:
        if isinstance(self.ctype, Array):
            if not 0 <= key < self.ctype.count:
                raise ProofError(f"element {key} of {self.ctype.count}")
            return self.ctype.element
        return self.kinds[key]

    def declare(self, name: str, kind: CType, cell: Any) -> None:
        self.kinds[name] = kind
        self.cells[name] = cell

    def copy(self) -> Object:
        new = Object(self.ctype)
        new.cells = {
            key: cell.copy() if isinstance(cell, Object) else cell
            for key, cell in self.cells.items()
        }
        return new


@dataclass(frozen=True)
class Pointer:
    """Points to a field or variable, or to an element of an array."""

    owner: Object
    key: Any

    def target(self) -> Any:
        return self.owner.cells[self.key]

    def moved(self, count: int) -> Pointer:
        return Pointer(self.owner, self.key + count)

    def elements(self) -> Object | None:
        """The array of integers that it points into, or to the whole of."""
        if isinstance(self.owner.ctype, Array) and isinstance(self.owner.ctype.element, Int):
            return self.owner
        target = self.target()
        is_array = isinstance(target, Object) and isinstance(target.ctype, Array)
        return target if is_array else None

    @property
    def offset(self) -> int:
        return self.key if isinstance(self.owner.ctype, Array) else 0


class Types:
    """The types that a program names."""

    def __init__(self, program: Program, machine: Machine) -> None:
        self.program = program
        self.machine = machine
        self.enumerators: dict[str, int] = {}
        self._structs: dict[int, Struct] = {}

    def read_enumerations(self) -> None:
        for node in self.program.typedefs.values():
            if isinstance(node, c_ast.TypeDecl) and isinstance(node.type, c_ast.Enum):
                self.of(node)

    def of(self, node: c_ast.Node) -> CType:
        if isinstance(node, c_ast.TypeDecl):
            return self.of(node.type)
        if isinstance(node, c_ast.PtrDecl):
            return PointerType(self.of(node.type))
        if isinstance(node, c_ast.ArrayDecl):
            return Array(self.of(node.type), self.number(node.dim))
        if isinstance(node, c_ast.Struct):
            return self._struct(node)
        if isinstance(node, c_ast.Enum):
            return self._enum(node)
        if isinstance(node, c_ast.IdentifierType):
            return self._named(node.names)
        raise ProofError(f"no type: {node}")

    def parameter(self, node: c_ast.Node) -> CType:
        kind = self.of(node) if not isinstance(node, c_ast.ArrayDecl) else None
        return PointerType(self.of(node.type)) if kind is None else kind

    def _named(self, names: list[str]) -> CType:
        name = " ".join(names)
        if name in NAMED:
            return NAMED[name]
        if name in self.program.typedefs:
            return self.of(self.program.typedefs[name])
        if name == "void":
            return Void()
        words = sorted(names, key=["signed", "unsigned", "long", "short", "char", "int"].index)
        shorter = [w for w in words if w != "int" or len(words) == 1]
        return BASIC[" ".join(shorter)]

    def _struct(self, node: c_ast.Struct) -> Struct:
        if id(node) not in self._structs:
            fields = {field.name: self.of(field.type) for field in node.decls}
            self._structs[id(node)] = Struct(fields)
        return self._structs[id(node)]

    def _enum(self, node: c_ast.Enum) -> CType:
        following = 0
        for item in node.values.enumerators if node.values else ():
            following = self.number(item.value) if item.value is not None else following
            self.enumerators[item.name] = following
            following += 1
        return INT

    def number(self, node: c_ast.Node) -> int:
        frame = Object(Struct({}))
        return self.machine.decide(self.machine.evaluate(node, frame))

    def size_of(self, node: c_ast.Node, frame: Object) -> int:
        if isinstance(node, c_ast.Typename):
            return self.size(self.of(node.type))
        owner, key = self.machine.place(node, frame)
        return self.size(owner.kind(key))

    def size(self, kind: CType) -> int:
        if isinstance(kind, Int):
            return kind.bits // 8
        if isinstance(kind, Array):
            return kind.count * self.size(kind.element)
        if isinstance(kind, Struct):
            return sum(self.size(inner) for inner in kind.fields.values())
        raise ProofError(f"no size: {kind}")
