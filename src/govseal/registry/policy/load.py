"""Reading a policy profile: TOML, every word of which is checked before any of it holds."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from govseal.errors import RegistryError
from govseal.registry.policy.profile import (
    ApprovalRule,
    ApprovalStep,
    Condition,
    Deadline,
    LedgerRule,
    NameRule,
    PolicyProfile,
    Quota,
    SealRule,
    Switch,
)
from govseal.registry.vocabulary import Medium, Role, SealSubtype, SealType

MAX_BYTES = 1 << 20
MIN_RETENTION_YEARS = 3  # 晋市政办〔2022〕29号 电子证照, 第二十五条
_SHIPPED = resources.files("govseal.registry.policy") / "profiles"
_UNITS = frozenset({"working_days", "days", "hours", "months", "years"})
_T = TypeVar("_T")


def policy_names() -> tuple[str, ...]:
    """The profiles that come with the library."""
    return tuple(
        sorted(
            item.name.removesuffix(".toml")
            for item in _SHIPPED.iterdir()
            if item.name.endswith(".toml")
        )
    )


def load_policy(source: str | Path) -> PolicyProfile:
    """A profile that comes with the library, by its name, or an operator's own, by its path.

    Raises:
        RegistryError: ``policy_unknown``: there is none; ``policy_invalid``: a word is missing,
            unknown, or of another kind, which the message names.
    """
    if isinstance(source, str) and source in policy_names():
        return _shipped(source)
    path = Path(source)
    try:
        data = path.read_bytes()
    except OSError as error:
        known = ", ".join(policy_names())
        message = f"no policy profile {source}: neither a file nor one of {known}"
        raise RegistryError(message, code="policy_unknown") from error
    if len(data) > MAX_BYTES:
        raise RegistryError(f"{path}: more than {MAX_BYTES} bytes", code="policy_invalid")
    return _read(data, str(path))


@cache
def _shipped(name: str) -> PolicyProfile:
    return _read((_SHIPPED / f"{name}.toml").read_bytes(), name)


def _read(data: bytes, where: str) -> PolicyProfile:
    try:
        table = tomllib.loads(data.decode())
        base = table.pop("extends", None)
        if base is not None:
            table = _merged(tomllib.loads((_SHIPPED / f"{base}.toml").read_text()), table)
        return _Reader(table).profile()
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise RegistryError(f"policy {where}: {error}", code="policy_invalid") from error


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """The tables of ``above`` laid over those of ``below``; lists and values are replaced."""
    merged = dict(below)
    for name, value in above.items():
        both = isinstance(value, dict) and isinstance(merged.get(name), dict)
        merged[name] = _merged(merged[name], value) if both else value
    return merged


class _Reader:
    """Takes a table apart; what is left at the end is a word that nobody knows."""

    def __init__(self, table: dict[str, Any]) -> None:
        self.table = table

    def profile(self) -> PolicyProfile:
        profile = PolicyProfile(
            name=self.take("name", str),
            title_zh=self.take("title_zh", str),
            title_en=self.take("title_en", str),
            source=self.take("source", str),
            legal_basis=self.take("legal_basis", str),
            in_force_from=self.take("in_force_from", date),
            in_force_to=self.take("in_force_to", date, None),
            superseded_by=self.take("superseded_by", str, ""),
            may_stamp=self.take("may_stamp", bool),
            binding=self.take("binding", str),
            switches=self.tables("switches", _switch),
            names=self.list("names", _name_rule),
            quotas=self.list("quotas", _quota),
            seal_types=MappingProxyType(
                {
                    SealSubtype(name): SealType(value)
                    for name, value in self.take("seal_types", dict, {}).items()
                }
            ),
            document_types=MappingProxyType(
                {
                    SealSubtype(name): frozenset(value)
                    for name, value in self.take("document_types", dict, {}).items()
                }
            ),
            seal_rules=self.list("seal_rules", _seal_rule),
            matrix=self.list("matrix", _approval_rule),
            ledger=_ledger(self.take("ledger", dict)),
            deadlines=self.tables("deadlines", _deadline),
            clauses=MappingProxyType(self.take("clauses", dict, {})),
        )
        self.end("the profile")
        return profile

    def take(self, name: str, kind: type[_T], *default: Any) -> Any:  # noqa: ANN401 - as TOML gives
        if name not in self.table:
            if default:
                return default[0]
            raise ValueError(f"{name} is missing")
        value = self.table.pop(name)
        if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
            raise ValueError(f"{name} is no {kind.__name__}")
        return value

    def list(self, name: str, build: Callable[[_Reader], _T]) -> tuple[_T, ...]:
        return tuple(
            _built(f"{name}, number {number}", item, build)
            for number, item in enumerate(self.take(name, list, []), 1)
        )

    def tables(self, name: str, build: Callable[[_Reader], _T]) -> Mapping[str, _T]:
        found = self.take(name, dict, {})
        return MappingProxyType(
            {key: _built(f"{name}.{key}", item, build) for key, item in found.items()}
        )

    def texts(self, name: str) -> frozenset[str]:
        values = self.take(name, list, [])
        if not all(isinstance(value, str) for value in values):
            raise ValueError(f"{name}: something is no text")
        return frozenset(values)

    def end(self, where: str) -> None:
        if self.table:
            raise ValueError(f"{where}: unknown: {', '.join(sorted(self.table))}")


def _built(where: str, item: object, build: Callable[[_Reader], _T]) -> _T:
    if not isinstance(item, dict):
        raise TypeError(f"{where} is no table")
    reader = _Reader(dict(item))
    try:
        made = build(reader)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{where}: {error}") from error
    reader.end(where)
    return made


def _switch(reader: _Reader) -> Switch:
    value = reader.table.pop("value")
    if not isinstance(value, bool | int | str):
        raise TypeError("value is neither true or false, a number nor a text")
    return Switch(value=value, clause=reader.take("clause", str))


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text} is no regular expression: {error}") from error
    return text


def _name_rule(reader: _Reader) -> NameRule:
    return NameRule(
        subtype=SealSubtype(reader.take("subtype", str)),
        patterns=tuple(_pattern(text) for text in reader.take("patterns", list)),
        clause=reader.take("clause", str),
    )


def _quota(reader: _Reader) -> Quota:
    return Quota(
        name=_pattern(reader.take("name", str)),
        medium=Medium(reader.take("medium", str)),
        max_count=reader.take("max_count", int),
        clause=reader.take("clause", str),
    )


def _condition(table: dict[str, Any]) -> Condition:
    reader = _Reader(dict(table))
    condition = Condition(
        subtypes=frozenset(SealSubtype(name) for name in reader.texts("subtypes")),
        types=frozenset(SealType(name) for name in reader.texts("types")),
        mediums=frozenset(Medium(name) for name in reader.texts("mediums")),
        bases=reader.texts("bases"),
        document_types=reader.texts("document_types"),
        item_classes=reader.texts("item_classes"),
        kinds=reader.texts("kinds"),
    )
    reader.end("when")
    return condition


def _approval_step(reader: _Reader) -> ApprovalStep:
    of = reader.take("of", str, "organization")
    if of not in {"department", "organization", "authority"}:
        raise ValueError(f"of: {of}")
    roles = frozenset(Role(name) for name in reader.texts("roles"))
    if not roles:
        raise ValueError("a step needs roles")
    return ApprovalStep(roles=roles, of=of)


def _approval_rule(reader: _Reader) -> ApprovalRule:
    return ApprovalRule(
        name=reader.take("name", str),
        clause=reader.take("clause", str),
        when=_condition(reader.take("when", dict, {})),
        steps=reader.list("steps", _approval_step),
        may_depart=bool(reader.table.pop("may_depart", False)),
    )


def _seal_rule(reader: _Reader) -> SealRule:
    return SealRule(
        when=_condition(reader.take("when", dict, {})),
        required=frozenset(SealSubtype(name) for name in reader.texts("required")),
        optional=frozenset(SealSubtype(name) for name in reader.texts("optional")),
        clause=reader.take("clause", str),
    )


def _ledger(table: dict[str, Any]) -> LedgerRule:
    reader = _Reader(dict(table))
    rule = LedgerRule(
        fields=MappingProxyType(reader.take("fields", dict)),
        retention_years=reader.take("retention_years", int),
        clause=reader.take("clause", str),
    )
    reader.end("ledger")
    if rule.retention_years < MIN_RETENTION_YEARS:
        raise ValueError(f"ledger: kept for fewer than {MIN_RETENTION_YEARS} years")
    return rule


def _deadline(reader: _Reader) -> Deadline:
    unit = reader.take("unit", str)
    if unit not in _UNITS:
        raise ValueError(f"unit: {unit}")
    return Deadline(
        value=reader.take("value", int),
        unit=unit,
        clause=reader.take("clause", str),
    )
