"""Structures described as data: one table serves for reading and for writing.

A :class:`Structure` is a SEQUENCE with named fields. :func:`decode` turns received bytes into a
:class:`Record` that keeps the raw bytes beside each value; :func:`encode` writes strict DER from
plain values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from govseal.asn1 import strict, times, write
from govseal.asn1.strict import Tlv, Tolerances
from govseal.errors import EncodingError
from govseal.frozen import frozen

ANY_TAG = -1
"""On reading, the field may stand bare or in any EXPLICIT context tag; it is written bare."""


class Kind(Enum):
    """What a field holds, by the name of its type."""

    INTEGER = strict.INTEGER
    BOOLEAN = strict.BOOLEAN
    OID = strict.OBJECT_IDENTIFIER
    OCTETS = strict.OCTET_STRING
    BITS = strict.BIT_STRING
    UTF8 = strict.UTF8_STRING
    IA5 = strict.IA5_STRING
    PRINTABLE = strict.PRINTABLE_STRING
    UTC_TIME = strict.UTC_TIME
    GENERALIZED_TIME = strict.GENERALIZED_TIME
    STRUCTURE = strict.SEQUENCE
    ROW = -strict.SEQUENCE
    """SEQUENCE OF one structure."""
    ANY = 0
    """Any element; read as its :class:`Tlv`, written from encoded bytes."""

    # Members are asked for in tables all the time, and Enum's own hash is a function in Python.
    __hash__ = object.__hash__


#: The tag of each kind.
_TAGS = {kind: abs(kind.value) for kind in Kind}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a structure."""

    name: str
    kind: Kind
    inner: Structure | None = None
    """For ``STRUCTURE`` and ``ROW``: what is inside."""
    tag: int | None = None
    """Number of an EXPLICIT context tag around the field, or :data:`ANY_TAG`."""
    optional: bool = False
    default: object = None
    """The value of an optional field that is absent; written all the same when it is not None."""
    is_loose: bool = False
    """On reading, an OCTET STRING in place of a BIT STRING, and a string around a SEQUENCE, are
    passed over and noted (Q19)."""


@dataclass(frozen=True, slots=True)
class Structure:
    """A SEQUENCE: the standard's name for it and its fields in order."""

    name: str
    fields: tuple[Field, ...]


@frozen
class Record:
    """What :func:`decode` read: values by field name, and the bytes they came from."""

    tlv: Tlv
    values: Mapping[str, object]
    tlvs: Mapping[str, Tlv]

    @property
    def raw(self) -> bytes:
        """The structure as received."""
        return self.tlv.raw

    def raw_of(self, name: str) -> bytes:
        """One field as received, its EXPLICIT tag left out."""
        return self.tlvs[name].raw

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def integer(self, name: str) -> int:
        """The value of an INTEGER field."""
        value = self.values[name]
        assert isinstance(value, int)  # noqa: S101 - the table said so when it was read
        return value

    def boolean(self, name: str) -> bool:
        """The value of a BOOLEAN field."""
        return bool(self.values[name])

    def text(self, name: str) -> str:
        """The value of a string or OID field."""
        value = self.values[name]
        assert isinstance(value, str)  # noqa: S101 - the table said so when it was read
        return value

    def octets(self, name: str) -> bytes:
        """The value of an OCTET STRING or BIT STRING field."""
        value = self.values[name]
        assert isinstance(value, bytes)  # noqa: S101 - the table said so when it was read
        return value

    def instant(self, name: str) -> times.Instant:
        """The value of a time field."""
        value = self.values[name]
        assert isinstance(value, times.Instant)  # noqa: S101 - the table said so when it was read
        return value

    def record(self, name: str) -> Record:
        """The value of a STRUCTURE field."""
        value = self.values[name]
        assert isinstance(value, Record)  # noqa: S101 - the table said so when it was read
        return value

    def rows(self, name: str) -> tuple[Record, ...]:
        """The value of a ROW field."""
        value = self.values[name]
        assert isinstance(value, tuple)  # noqa: S101 - the table said so when it was read
        return value

    def element(self, name: str) -> Tlv:
        """The value of an ANY field."""
        return self.tlvs[name]


def _text(tlv: Tlv, kind: Kind, what: str, tolerances: Tolerances) -> str:
    content = strict.expect(tlv, _TAGS[kind], what).content
    if kind is Kind.UTF8:
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError:
            tolerances.note("quirk_q11", what)
            return content.decode("utf-8", "replace")
    if not content.isascii():
        tolerances.note("quirk_q10", what)
    return content.decode("latin-1")


def _time(tlv: Tlv, kind: Kind, what: str, tolerances: Tolerances) -> times.Instant:
    return times.read_time(tlv, what, tolerances, tag=_TAGS[kind])


_READERS: dict[Kind, Callable[[Tlv, Kind, str, Tolerances], object]] = {
    Kind.INTEGER: lambda tlv, _kind, what, _tolerances: strict.read_integer(tlv, what),
    Kind.BOOLEAN: lambda tlv, _kind, what, _tolerances: strict.read_boolean(tlv, what),
    Kind.OID: lambda tlv, _kind, what, _tolerances: strict.read_any_oid(tlv, what),
    Kind.OCTETS: lambda tlv, _kind, what, _tolerances: strict.read_octets(tlv, what),
    Kind.BITS: lambda tlv, _kind, what, tolerances: strict.read_bits(tlv, what, tolerances),
    Kind.UTF8: _text,
    Kind.IA5: _text,
    Kind.PRINTABLE: _text,
    Kind.UTC_TIME: _time,
    Kind.GENERALIZED_TIME: _time,
    Kind.ANY: lambda tlv, _kind, _what, _tolerances: tlv,
}


_STRINGS = (strict.OCTET_STRING, strict.BIT_STRING)


def unwrapped(tlv: Tlv, what: str, tolerances: Tolerances) -> Tlv:
    """The element inside a string, or ``tlv`` itself where it is none: Q19 wraps SEQUENCEs.

    Raises:
        EncodingError: what is inside is not exactly one element in DER.
    """
    if tlv.tag not in _STRINGS:
        return tlv
    is_bits = tlv.tag == strict.BIT_STRING
    octets = strict.read_bits(tlv, what, tolerances) if is_bits else tlv.content
    tolerances.note("quirk_q19", what)
    return strict.parse(octets, part=what)


def _value(field: Field, tlv: Tlv, what: str, tolerances: Tolerances) -> object:
    if field.is_loose and field.kind is Kind.BITS and tlv.tag == strict.OCTET_STRING:
        tolerances.note("quirk_q19", what)
        return tlv.content
    if field.kind is Kind.STRUCTURE:
        return decode(_inner(field), tlv, tolerances, what)
    if field.kind is Kind.ROW:
        row = strict.expect(tlv, strict.SEQUENCE, what).children()
        return tuple(decode(_inner(field), item, tolerances, what) for item in row)
    return _READERS[field.kind](tlv, field.kind, what, tolerances)


def _inner(field: Field) -> Structure:
    assert field.inner is not None  # noqa: S101 - a mistake in a table, not in the bytes
    return field.inner


def _matches(field: Field, tlv: Tlv) -> bool:
    """Whether ``tlv`` can be this field: decides about optional ones."""
    if field.is_loose and tlv.tag in _STRINGS:
        return True
    if field.tag == ANY_TAG:
        return tlv.tag == _TAGS[field.kind] or 0xA0 <= tlv.tag <= 0xBE
    if field.tag is not None:
        return tlv.tag == 0xA0 | field.tag
    return field.kind is Kind.ANY or tlv.tag == _TAGS[field.kind]


def decode(
    structure: Structure, tlv: Tlv, tolerances: Tolerances, path: str | None = None
) -> Record:
    """Read ``tlv`` by the table.

    Raises:
        EncodingError: naming the field that is missing, doubled or of another type.
    """
    path = path or structure.name
    pending = list(strict.expect(tlv, strict.SEQUENCE, path).children())
    values: dict[str, object] = {}
    tlvs: dict[str, Tlv] = {}
    for field in structure.fields:
        what = f"{path}.{field.name}"
        if field.optional and not (pending and _matches(field, pending[0])):
            if field.default is not None:
                values[field.name] = field.default
            continue
        if not pending:
            message = f"{what} is missing"
            raise EncodingError(message, part=what, offset=tlv.end)
        element = pending.pop(0)
        if field.tag == ANY_TAG and element.tag >= 0xA0:
            element = strict.explicit(element, element.tag & 0x1F, what)
        elif field.tag is not None and field.tag != ANY_TAG:
            element = strict.explicit(element, field.tag, what)
        if field.is_loose and field.kind is not Kind.BITS:
            element = unwrapped(element, what, tolerances)
        values[field.name] = _value(field, element, what, tolerances)
        tlvs[field.name] = element
    if pending:
        message = f"{path}: an element too many"
        raise EncodingError(message, part=path, offset=pending[0].start)
    return Record(tlv, values, tlvs)


def encode(structure: Structure, values: Mapping[str, object]) -> bytes:
    """Strict DER of the structure; optional fields that ``values`` lacks are left out."""
    parts: list[bytes] = []
    for field in structure.fields:
        value = values.get(field.name, field.default)
        if value is None:
            if field.optional:
                continue
            message = f"{structure.name}.{field.name} has no value"
            raise ValueError(message)
        inner = _encode_value(field, value)
        if field.tag is not None and field.tag != ANY_TAG:
            inner = write.explicit(field.tag, inner)
        parts.append(inner)
    return write.sequence(*parts)


_WRITERS: dict[Kind, tuple[type, Callable[..., bytes]]] = {
    Kind.INTEGER: (int, write.integer),
    Kind.BOOLEAN: (bool, write.boolean),
    Kind.OID: (str, write.oid),
    Kind.OCTETS: (bytes, write.octets),
    Kind.BITS: (bytes, write.bits),
    Kind.UTF8: (str, write.utf8),
    Kind.IA5: (str, write.ia5),
    Kind.PRINTABLE: (str, write.printable),
    Kind.UTC_TIME: (datetime, write.utc_time),
    Kind.GENERALIZED_TIME: (datetime, write.generalized_time),
}


def _encode_value(field: Field, value: object) -> bytes:
    """``value`` in DER; bytes where a structure is due are already encoded."""
    if field.kind in _WRITERS:
        wanted, writer = _WRITERS[field.kind]
        if isinstance(value, wanted):
            return writer(value)
    elif isinstance(value, bytes):
        return value
    elif field.kind is Kind.STRUCTURE and isinstance(value, Mapping):
        return encode(_inner(field), value)
    elif field.kind is Kind.ROW and isinstance(value, Sequence):
        return write.sequence(*(encode(_inner(field), item) for item in value))
    message = f"{field.name}: {type(value).__name__} is not what the field holds"
    raise TypeError(message)
