"""What this project's own extensions say of a seal and of a stamp.

In an SES structure each is an ExtData, in the signed data of a PDF a signed attribute of the same
identifier and value. None is critical: a reader that does not know them judges the rest. Each has
one form alone, strict DER; whatever is read and would be written otherwise is refused.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import ClassVar, Final, Self

from govseal.asn1 import schema, strict, write
from govseal.asn1.schema import Field, Kind, Structure
from govseal.asn1.strict import Tlv, Tolerances
from govseal.errors import EncodingError, UnsupportedFormat
from govseal.seal.model import Extension

ARC: Final = "2.25.16117021064366053199187950425252085134"
OIDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "SealScope": f"{ARC}.1",
        "LedgerReference": f"{ARC}.2",
        "Matter": f"{ARC}.3",
        "ApprovalDigest": f"{ARC}.4",
        "CounterStamp": f"{ARC}.5",
        "Seal": f"{ARC}.6",
    }
)
"""The identifiers by name; the first belongs into a seal, the others into a stamp."""
SEAL_ATTRIBUTE: Final = OIDS["Seal"]
"""The signed attribute whose value is the SESeal, of a stamp that is not an SES_Signature."""

MAX_CODE: Final = 100
"""Characters of a matter's code; those of the national catalogue have 31."""
_MAX_LOG: Final = 255
_DIGEST_BYTES: Final = 32
_MAX_SEQUENCE: Final = (1 << 63) - 1
_VERSION: Final = 1
_CREDIT_CODE: Final = re.compile(r"[0-9A-Z]{18}", re.ASCII)
_REGION: Final = re.compile(r"[0-9]{6}", re.ASCII)

_SCOPE: Final = Structure(
    "SealScope",
    (
        Field("version", Kind.INTEGER),
        Field("delegator", Kind.UTF8),
        Field("delegate", Kind.UTF8),
        Field("region", Kind.PRINTABLE),
        Field("matters", Kind.ANY),
        Field("matter_list", Kind.OCTETS, tag=0, optional=True),
        Field("agreement", Kind.OCTETS),
        Field("not_before", Kind.GENERALIZED_TIME),
        Field("not_after", Kind.GENERALIZED_TIME),
        Field("redelegation", Kind.BOOLEAN, optional=True),  # DEFAULT FALSE, which DER leaves out
    ),
)
_REFERENCE: Final = Structure(
    "LedgerReference",
    (
        Field("version", Kind.INTEGER),
        Field("log", Kind.UTF8),
        Field("sequence", Kind.INTEGER),
        Field("leaf", Kind.OCTETS),
    ),
)


class OwnExtension(ABC):
    """One of our extensions as an object; it can only be made in a form that can be written."""

    __slots__ = ()

    OID: ClassVar[str]
    MAX_BYTES: ClassVar[int] = 2048
    """The most bytes that a value is read from."""

    @abstractmethod
    def _der(self) -> bytes:
        """The value in DER."""

    @classmethod
    @abstractmethod
    def _read(cls, tlv: Tlv) -> Self:
        """The object; raises ``EncodingError``, or ``ValueError`` where its form is wrong."""

    def encode(self) -> Extension:
        """The extension, not critical."""
        return Extension(self.OID, self._der())

    @classmethod
    def decode(cls, extension: Extension) -> Self:
        """What ``extension`` says.

        Raises:
            EncodingError: another structure, not DER, or critical, which none of ours is.
            UnsupportedFormat: of a later version.
            LimitExceeded: larger than any is.
            ValueError: an extension of another kind.
        """
        name = cls.__name__
        if extension.oid != cls.OID:
            raise ValueError(f"{extension.oid} is no {name}")
        if extension.critical:
            raise EncodingError(f"{name} is never critical", part=name)
        try:
            found = cls._read(strict.parse(extension.value, part=name, max_bytes=cls.MAX_BYTES))
        except ValueError as error:
            raise EncodingError(f"{name}: {error}", part=name) from error
        if found.encode().value != extension.value:  # an explicit default, another form of a time …
            raise EncodingError(f"{name} is not written in its one form", part=name)
        return found

    @classmethod
    def find(cls, extensions: Iterable[Extension]) -> Self | None:
        """The one among ``extensions``; None where there is none.

        Raises:
            FormatError: see :meth:`decode`; ``EncodingError`` where it is there twice.
        """
        rows = [item for item in extensions if item.oid == cls.OID]
        if len(rows) > 1:
            raise EncodingError(f"{cls.__name__} is there twice", part=cls.__name__)
        return cls.decode(rows[0]) if rows else None


@dataclass(frozen=True, slots=True)
class SealScope(OwnExtension):
    """用章范围 of a seal that was handed over: who may use it, for which matters, how long."""

    OID: ClassVar[str] = OIDS["SealScope"]
    MAX_BYTES: ClassVar[int] = 1024 * 1024

    delegator: str
    """Unified social credit code of the unit whose seal it is."""
    delegate: str
    """Unified social credit code of the unit that uses it."""
    region: str
    """Division code (GB/T 2260) of that unit."""
    matters: tuple[str, ...]
    """Codes of the matters. None: those of ``matter_list``; without that, any delegated matter."""
    agreement: bytes = field(repr=False)
    """SM3 of the written agreement."""
    not_before: datetime
    """Start of the agreement's term, UTC."""
    not_after: datetime
    """The last second of the term, UTC."""
    matter_list: bytes | None = field(default=None, repr=False)
    """SM3 of the dated list of matters, where it travels apart."""
    redelegation: bool = False
    """Whether the delegate may delegate further."""

    def __post_init__(self) -> None:
        for code in (self.delegator, self.delegate):
            if not _CREDIT_CODE.fullmatch(code):
                raise ValueError("a unified social credit code has 18 digits and capital letters")
        if not _REGION.fullmatch(self.region):
            raise ValueError("a division code has six digits")
        object.__setattr__(self, "matters", tuple(self.matters))
        _check_digest(self.agreement, "the agreement")
        if self.matter_list is not None:
            _check_digest(self.matter_list, "the list of matters")
        object.__setattr__(self, "not_before", _whole_second(self.not_before))
        object.__setattr__(self, "not_after", _whole_second(self.not_after))

    def _der(self) -> bytes:
        values = {
            "version": _VERSION,
            "delegator": self.delegator,
            "delegate": self.delegate,
            "region": self.region,
            "matters": write.sequence(*map(write.utf8, self.matters)),
            "matter_list": self.matter_list,
            "agreement": self.agreement,
            "not_before": self.not_before,
            "not_after": self.not_after,
            "redelegation": self.redelegation or None,
        }
        return schema.encode(_SCOPE, values)

    @classmethod
    def _read(cls, tlv: Tlv) -> Self:
        record = _record(_SCOPE, tlv)
        what = "SealScope.matters"
        row = strict.expect(record.element("matters"), strict.SEQUENCE, what).children()
        start, end = record.instant("not_before").moment, record.instant("not_after").moment
        assert start is not None  # noqa: S101 - a text that names no moment was refused
        assert end is not None  # noqa: S101 - likewise
        return cls(
            delegator=record.text("delegator"),
            delegate=record.text("delegate"),
            region=record.text("region"),
            matters=tuple(_utf8(item, what) for item in row),
            agreement=record.octets("agreement"),
            not_before=start,
            not_after=end,
            matter_list=record.octets("matter_list") if "matter_list" in record else None,
            redelegation="redelegation" in record and record.boolean("redelegation"),
        )


@dataclass(frozen=True, slots=True)
class LedgerReference(OwnExtension):
    """台账 entry of a stamp: where its intent was written before the key signed."""

    OID: ClassVar[str] = OIDS["LedgerReference"]

    log: str
    """Origin of the ledger."""
    sequence: int
    """Number of the entry, from 0."""
    leaf: bytes = field(repr=False)
    """SM3 over the entry."""

    def __post_init__(self) -> None:
        if not _is_text(self.log, _MAX_LOG):
            raise ValueError(f"a ledger's origin is 1 to {_MAX_LOG} printable characters")
        if not 0 <= self.sequence <= _MAX_SEQUENCE:
            raise ValueError("an entry of a ledger has a number from 0")
        _check_digest(self.leaf, "the leaf")

    def _der(self) -> bytes:
        values = {
            "version": _VERSION,
            "log": self.log,
            "sequence": self.sequence,
            "leaf": self.leaf,
        }
        return schema.encode(_REFERENCE, values)

    @classmethod
    def _read(cls, tlv: Tlv) -> Self:
        record = _record(_REFERENCE, tlv)
        return cls(record.text("log"), record.integer("sequence"), record.octets("leaf"))


@dataclass(frozen=True, slots=True)
class Matter(OwnExtension):
    """用印事项: the matter that a stamp was made for."""

    OID: ClassVar[str] = OIDS["Matter"]

    code: str

    def __post_init__(self) -> None:
        if not is_matter_code(self.code):
            raise ValueError(f"a matter's code is 1 to {MAX_CODE} printable characters")

    def _der(self) -> bytes:
        return write.utf8(self.code)

    @classmethod
    def _read(cls, tlv: Tlv) -> Self:
        return cls(_utf8(tlv, "Matter"))


@dataclass(frozen=True, slots=True)
class _Digest(OwnExtension):
    """An extension that is one SM3 digest."""

    value: bytes

    def __post_init__(self) -> None:
        _check_digest(self.value, type(self).__name__)

    def _der(self) -> bytes:
        return write.octets(self.value)

    @classmethod
    def _read(cls, tlv: Tlv) -> Self:
        return cls(strict.read_octets(tlv, cls.__name__))


@dataclass(frozen=True, slots=True)
class ApprovalDigest(_Digest):
    """SM3 over the approvers' signed statements, in their order."""

    OID: ClassVar[str] = OIDS["ApprovalDigest"]


@dataclass(frozen=True, slots=True)
class CounterStamp(_Digest):
    """SM3 of the certificate of the other stamp, where SM2 and RSA stand side by side."""

    OID: ClassVar[str] = OIDS["CounterStamp"]


_KINDS: Final[Mapping[str, type[OwnExtension]]] = {
    kind.OID: kind for kind in (SealScope, LedgerReference, Matter, ApprovalDigest, CounterStamp)
}


def decode_own(extension: Extension) -> OwnExtension | None:
    """What an extension says; None for one that is not ours, or of a number unknown here.

    Raises:
        FormatError: see :meth:`OwnExtension.decode`.
    """
    kind = _KINDS.get(extension.oid)
    return None if kind is None else kind.decode(extension)


def is_matter_code(text: str) -> bool:
    """Whether ``text`` can be a matter's code: printable, not too long, no blank around it."""
    return _is_text(text, MAX_CODE)


def _is_text(text: str, longest: int) -> bool:
    return 0 < len(text) <= longest and text.isprintable() and text == text.strip()


def _check_digest(value: bytes, what: str) -> None:
    if len(value) != _DIGEST_BYTES:
        raise ValueError(f"{what}: an SM3 digest has {_DIGEST_BYTES} bytes")


def _whole_second(moment: datetime) -> datetime:
    """In UTC, as GeneralizedTime can hold it."""
    if moment.tzinfo is None:
        raise ValueError("a time needs its time zone")
    try:
        return moment.astimezone(UTC).replace(microsecond=0)
    except OverflowError as error:  # within a day of the ends of the calendar
        raise ValueError(f"{moment} is no time in UTC") from error


def _record(structure: Structure, tlv: Tlv) -> schema.Record:
    """The structure in its first version, read without any tolerance."""
    name = structure.name
    fields = strict.expect(tlv, strict.SEQUENCE, name).children()
    if not fields:
        raise EncodingError(f"{name} is empty", part=name)
    version = strict.read_integer(fields[0], f"{name}.version")
    if version != _VERSION:  # what follows may be anything
        raise UnsupportedFormat(f"{name} of version {version}", part=name)
    tolerances = Tolerances()
    record = schema.decode(structure, tlv, tolerances)
    if tolerances.items:
        part = tolerances.items[0].part
        raise EncodingError(f"{part} is not written as DER asks", part=part)
    return record


def _utf8(tlv: Tlv, what: str) -> str:
    return strict.expect(tlv, strict.UTF8_STRING, what).content.decode("utf-8")
