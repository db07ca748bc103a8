"""A policy profile from the tables of a TOML file: each word is known, and of its kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar, cast

from govseal.registry.policy.profile import (
    FACTS,
    ApprovalRule,
    ApprovalStep,
    Condition,
    CustodyRule,
    Deadline,
    LedgerRule,
    NameRule,
    PolicyProfile,
    Quota,
    Regulation,
    SealNumber,
    SealRule,
    Switch,
    Unit,
)
from govseal.registry.policy.words import DEADLINES, LEDGER_FIELDS, SWITCHES
from govseal.registry.vocabulary import (
    Basis,
    ItemClass,
    Medium,
    Role,
    SealSubtype,
    SealType,
)

MIN_RETENTION_YEARS = 3  # 晋市政办〔2022〕29号 电子证照, 第二十五条
OWNER = "{owner}"
"""In the pattern of a name: the legal name of the unit that owns the seal."""
_MAX_TEXT = 500
_MAX_NUMBER = 10_000
_MAX_ITEMS = 500
_MAX_REPEATS = 3
_MAX_CHOICES = 8
_MAX_PATTERN = 300
_UNITS = frozenset({"working_days", "days", "hours", "months", "months_of_next_year", "years"})
_WORD = re.compile(r"[a-z][a-z0-9_-]{0,59}")
_CODE = re.compile(r"E_[A-Z_]{1,40}")
_REPEATED_GROUP = re.compile(r"\)[*+{?]")
_REPEAT = re.compile(r"[*+{]|(?<![(*+}])\?")
_ENUMS: dict[str, type[StrEnum]] = {
    "subtypes": SealSubtype,
    "types": SealType,
    "mediums": Medium,
    "bases": Basis,
    "item_classes": ItemClass,
}
_WORDS = {
    "kinds": frozenset(
        {
            "use",
            "special_demand",
            "correction",
            "sign_off",
            "take_out",
            "carve",
            "quota",
            "stop",
            "custody",
        }
    ),
    "matter_classes": frozenset({"licensing", "non_licensing"}),
}
_T = TypeVar("_T")


def read_profile(table: dict[str, Any]) -> PolicyProfile:
    """The profile of a table.

    Raises:
        ValueError: a word is missing, unknown, or of another kind; the message names it.
    """
    reader = _Reader(table)
    profile = PolicyProfile(
        name=_word("name", reader.text("name")),
        title_zh=reader.text("title_zh"),
        title_en=reader.text("title_en"),
        source=reader.text("source"),
        legal_basis=reader.text("legal_basis"),
        in_force_from=reader.day("in_force_from"),
        in_force_to=reader.day_or_none("in_force_to"),
        superseded_by=reader.text("superseded_by", ""),
        may_stamp=reader.flag("may_stamp"),
        binding=reader.text("binding"),
        switches=reader.tables("switches", _switch),
        names=reader.list("names", _name_rule),
        quotas=reader.list("quotas", _quota),
        seal_types=MappingProxyType(
            {
                SealSubtype(name): SealType(value)
                for name, value in reader.take("seal_types", dict, {}).items()
            }
        ),
        document_types=_document_types(reader.take("document_types", dict, {})),
        seal_rules=reader.list("seal_rules", _seal_rule),
        matrix=reader.list("matrix", _approval_rule),
        custody=reader.list("custody", _custody_rule),
        numbers=reader.list("numbers", _seal_number),
        regulations=reader.list("regulations", _regulation),
        ledger=_built("ledger", reader.take("ledger", dict), _ledger),
        deadlines=reader.tables("deadlines", _deadline),
        clauses=_clauses(reader.take("clauses", dict, {})),
    )
    reader.end("the profile")
    _check_whole(profile)
    return profile


def _check_whole(profile: PolicyProfile) -> None:
    _same("switches", set(profile.switches), set(SWITCHES))
    _same("deadlines", set(profile.deadlines), set(DEADLINES))
    for name, switch in profile.switches.items():
        word = SWITCHES[name]
        if not word.takes(switch.value):
            known = ", ".join(str(value).lower() for value in word.values)
            wanted = known or (f"{word.least} to {word.most}" if word.most else "a text")
            raise ValueError(f"switches.{name}: {switch.value}: not one of: {wanted}")
    if set(profile.seal_types) != set(SealSubtype):
        missing = ", ".join(sorted(set(SealSubtype) - set(profile.seal_types)))
        raise ValueError(f"seal_types: missing: {missing}")
    names = [rule.name for rule in profile.matrix]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"matrix: two rows are called {twice}")
    if profile.in_force_to is not None and profile.in_force_to < profile.in_force_from:
        raise ValueError("in_force_to: before in_force_from")


def _same(where: str, found: set[str], wanted: set[str]) -> None:
    if missing := wanted - found:
        raise ValueError(f"{where}: missing: {', '.join(sorted(missing))}")
    if unknown := found - wanted:
        raise ValueError(f"{where}: unknown: {', '.join(sorted(unknown))}")


class _Reader:
    """Takes a table apart; what is left at the end is a word that nobody knows."""

    def __init__(self, table: dict[str, Any]) -> None:
        self.table = table

    def take(self, name: str, kind: type[_T], *default: _T) -> _T:
        if name not in self.table:
            if default:
                return default[0]
            raise ValueError(f"{name} is missing")
        value = self.table.pop(name)
        # A time is a day, and true is 1, to isinstance alone.
        if type(value) is not kind:
            raise ValueError(f"{name} is no {kind.__name__}")
        return value

    def text(self, name: str, *default: str) -> str:
        return _checked(name, self.take(name, str, *default), may_be_empty=bool(default))

    def flag(self, name: str) -> bool:
        return self.take(name, bool)

    def number(self, name: str, least: int = 0, most: int = _MAX_NUMBER) -> int:
        value = self.take(name, int)
        if not least <= value <= most:
            raise ValueError(f"{name}: not from {least} to {most}")
        return value

    def day(self, name: str) -> date:
        return self.take(name, date)

    def day_or_none(self, name: str) -> date | None:
        return self.day(name) if name in self.table else None

    def list(self, name: str, build: Callable[[_Reader], _T]) -> tuple[_T, ...]:
        items = self.take(name, list, [])
        if len(items) > _MAX_ITEMS:
            raise ValueError(f"{name}: more than {_MAX_ITEMS}")
        return tuple(
            _built(f"{name}, number {number}", item, build) for number, item in enumerate(items, 1)
        )

    def tables(self, name: str, build: Callable[[_Reader], _T]) -> Mapping[str, _T]:
        found = self.take(name, dict, {})
        return MappingProxyType(
            {key: _built(f"{name}.{key}", item, build) for key, item in found.items()}
        )

    def texts(self, name: str) -> tuple[str, ...]:
        return _texts(name, self.take(name, list, []))

    def when(self) -> Condition:
        return _built("when", self.take("when", dict, {}), _condition)

    def subtypes(self, name: str) -> frozenset[SealSubtype]:
        return frozenset(SealSubtype(value) for value in self.texts(name))

    def end(self, where: str) -> None:
        if self.table:
            raise ValueError(f"{where}: unknown: {', '.join(sorted(self.table))}")


def _checked(name: str, value: str, *, may_be_empty: bool = False) -> str:
    if not (value.strip() or may_be_empty) or len(value) > _MAX_TEXT or not value.isprintable():
        raise ValueError(f"{name}: empty, longer than {_MAX_TEXT}, or not printable")
    return value


def _texts(name: str, values: list[object]) -> tuple[str, ...]:
    if len(values) > _MAX_ITEMS:
        raise ValueError(f"{name}: more than {_MAX_ITEMS}")
    checked = []
    for value in values:
        if not isinstance(value, str):
            raise TypeError(f"{name}: something is no text")
        checked.append(_checked(name, value))
    return tuple(checked)


def _word(name: str, value: str) -> str:
    if not _WORD.fullmatch(value):
        raise ValueError(f"{name}: {value}: small letters, digits, - and _ only")
    return value


def _built(where: str, item: object, build: Callable[[_Reader], _T]) -> _T:
    if not isinstance(item, dict):
        raise TypeError(f"{where} is no table")
    reader = _Reader(dict(item))
    try:
        made = build(reader)
        reader.end("here")
    except (ValueError, TypeError) as error:
        raise ValueError(f"{where}: {error}") from error
    return made


def _switch(reader: _Reader) -> Switch:
    if "value" not in reader.table:
        raise ValueError("value is missing")
    value = reader.table.pop("value")
    if not isinstance(value, bool | int | str):
        raise TypeError("value is neither true or false, a number nor a text")
    if isinstance(value, str):
        _checked("value", value, may_be_empty=True)
    return Switch(value=value, clause=reader.text("clause"))


def pattern(text: str) -> str:
    """A regular expression that ends soon on any name: Python's goes back as often as it is let.

    Raises:
        ValueError: it is none, or is too long, repeats a group, repeats or chooses too often.
    """
    bare = text.replace(OWNER, "x")
    try:
        re.compile(bare)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"{text} is no regular expression: {error}") from error
    if len(bare) > _MAX_PATTERN or _REPEATED_GROUP.search(bare):
        raise ValueError(f"{text}: longer than {_MAX_PATTERN}, or it repeats a group")
    if len(_REPEAT.findall(bare)) > _MAX_REPEATS or bare.count("|") > _MAX_CHOICES:
        message = f"more than {_MAX_REPEATS} repetitions or {_MAX_CHOICES} alternatives"
        raise ValueError(f"{text}: {message}")
    return text


def _name_rule(reader: _Reader) -> NameRule:
    return NameRule(
        subtype=SealSubtype(reader.text("subtype")),
        patterns=tuple(pattern(text) for text in reader.texts("patterns")),
        clause=reader.text("clause"),
    )


def _quota(reader: _Reader) -> Quota:
    return Quota(
        name=pattern(reader.text("name")),
        medium=Medium(reader.text("medium")),
        max_count=reader.number("max_count"),
        clause=reader.text("clause"),
    )


def _condition(reader: _Reader) -> Condition:
    asked = {name: frozenset(reader.texts(name)) for name in FACTS}
    for name, values in asked.items():
        if name in _ENUMS:
            for value in values:
                _ENUMS[name](value)
        elif name in _WORDS and (unknown := values - _WORDS[name]):
            raise ValueError(f"{name}: unknown: {', '.join(sorted(unknown))}")
    return Condition(**asked)


def _approval_step(reader: _Reader) -> ApprovalStep:
    of = reader.text("of", "organization")
    if of not in {"department", "organization", "authority"}:
        raise ValueError(f"of: {of}")
    roles = frozenset(Role(name) for name in reader.texts("roles"))
    if not roles:
        raise ValueError("a step needs roles")
    return ApprovalStep(roles=roles, of=cast("Any", of))


def _approval_rule(reader: _Reader) -> ApprovalRule:
    rule = ApprovalRule(
        name=reader.text("name"),
        clause=reader.text("clause"),
        when=reader.when(),
        steps=reader.list("steps", _approval_step),
        may_depart=reader.flag("may_depart") if "may_depart" in reader.table else False,
    )
    if not rule.steps:
        raise ValueError(f"{rule.name}: it needs steps")
    return rule


def _seal_rule(reader: _Reader) -> SealRule:
    rule = SealRule(
        when=reader.when(),
        required=reader.subtypes("required"),
        optional=reader.subtypes("optional"),
        clause=reader.text("clause"),
    )
    if not rule.required:
        raise ValueError("required is empty: optional seals never stand alone")
    return rule


def _custody_rule(reader: _Reader) -> CustodyRule:
    return CustodyRule(
        when=reader.when(),
        department=reader.text("department", ""),
        clause=reader.text("clause"),
    )


def _code(name: str, value: str) -> str:
    if not _CODE.fullmatch(value):
        raise ValueError(f"{name}: {value} is no code of a refusal")
    return value


def _seal_number(reader: _Reader) -> SealNumber:
    return SealNumber(
        subtype=SealSubtype(reader.text("subtype")),
        number=reader.number("number", 1),
        county=reader.text("county"),
        aliases=reader.texts("aliases"),
        regions=frozenset(reader.texts("regions")),
        clause=reader.text("clause"),
    )


def _regulation(reader: _Reader) -> Regulation:
    return Regulation(
        cited=reader.text("cited"),
        title=reader.text("title"),
        in_force_from=reader.day("in_force_from"),
        in_force_to=reader.day_or_none("in_force_to"),
        clause=reader.text("clause"),
    )


def _ledger(reader: _Reader) -> LedgerRule:
    fields = {name: _checked(name, _text(name, value)) for name, value in _items(reader, "fields")}
    _known("fields", set(fields), LEDGER_FIELDS)
    return LedgerRule(
        fields=MappingProxyType(fields),
        retention_years=reader.number("retention_years", MIN_RETENTION_YEARS, 1000),
        clause=reader.text("clause"),
    )


def _items(reader: _Reader, name: str) -> list[tuple[str, object]]:
    return list(reader.take(name, dict).items())


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} is no text")
    return value


def _known(where: str, found: set[str], known: frozenset[str]) -> None:
    if unknown := found - known:
        raise ValueError(f"{where}: unknown: {', '.join(sorted(unknown))}")


def _deadline(reader: _Reader) -> Deadline:
    unit = reader.text("unit")
    if unit not in _UNITS:
        raise ValueError(f"unit: {unit}")
    most = 12 if unit == "months_of_next_year" else _MAX_NUMBER
    return Deadline(
        value=reader.number("value", 1 if unit == "months_of_next_year" else 0, most),
        unit=cast("Unit", unit),
        clause=reader.text("clause"),
    )


def _document_types(table: dict[str, Any]) -> Mapping[SealSubtype, frozenset[str]]:
    found = {}
    for name, values in table.items():
        if not isinstance(values, list):
            raise TypeError(f"document_types.{name} is no list")
        types = _texts(f"document_types.{name}", values)
        found[SealSubtype(name)] = frozenset(_word(f"document_types.{name}", it) for it in types)
    return MappingProxyType(found)


def _clauses(table: dict[str, Any]) -> Mapping[str, str]:
    return MappingProxyType(
        {
            _code("clauses", code): _checked(f"clauses.{code}", _text(f"clauses.{code}", clause))
            for code, clause in table.items()
        }
    )
