"""Profiles: the rules of one regulation as data, from TOML files in the package or elsewhere."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from govseal.asn1.times import in_beijing
from govseal.errors import FormatError
from govseal.seal.binding.rule import CLAUSE, ON, Kind, Rule, Setting
from govseal.seal.binding.table import IN_FORCE, ROWS

MAX_PROFILE_BYTES: Final = 256 * 1024
_PART: Final = "profile"
_SUFFIX: Final = ".toml"
_TEXTS: Final = ("name", "title_zh", "title_en", "source", "clause_in_force")
_DATES: Final = ("in_force_from", "in_force_to")
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class BindingProfile:
    """What a seal binds, as one regulation asks."""

    name: str
    title_zh: str
    title_en: str
    source: str
    """The regulation: issuer, number and date."""
    in_force_from: date | None
    """The first day, Beijing time; None where it has no beginning."""
    in_force_to: date | None
    """The last day; None where no end is known."""
    clause_in_force: str
    """The clause that says so."""
    rules: Mapping[str, Rule] = field(repr=False)
    """Every rule by name, in the order in which they are judged; some of them off."""

    def is_in_force(self, at: datetime) -> bool:
        """Whether the profile is in force on the day of ``at`` in Beijing."""
        day = in_beijing(at).date()
        begun = self.in_force_from is None or self.in_force_from <= day
        return begun and (self.in_force_to is None or day <= self.in_force_to)

    @property
    def wants_equal_period(self) -> bool:
        """Whether the seal's period has to be its certificate's, to the second."""
        rule = self.rules["seal_period"]
        return rule.is_on and rule.settings["relation"] == "equal"

    def __hash__(self) -> int:
        return hash((self.name, self.source))

    @classmethod
    def from_toml(cls, text: str) -> BindingProfile:
        """A profile from TOML text.

        Keys are the fields above and ``extends``, the name of a shipped profile whose fields and
        rules stand unless they are said anew; each table ``[rules.NAME]`` has ``on``, ``clause``
        and the rule's settings. A rule that no table names is off.

        Raises:
            FormatError: not TOML, an unknown key, a value of another kind, a rule without a
                clause, or a field missing.
        """
        return _build(_read(text))


def profile_names() -> tuple[str, ...]:
    """The names of the shipped profiles."""
    files = resources.files("govseal.seal.binding").joinpath("profiles").iterdir()
    names = (file.name for file in files)
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)))


def load_profile(source: str | Path) -> BindingProfile:
    """A shipped profile by its name, or an operator's own by the path of its file.

    Raises:
        FormatError: the file is no profile; see :meth:`BindingProfile.from_toml`.
        OSError: there is no profile of that name, and no such file.
    """
    if isinstance(source, str) and source in profile_names():
        return _shipped(source)
    with Path(source).open("rb") as file:
        data = file.read(MAX_PROFILE_BYTES + 1)
    if len(data) > MAX_PROFILE_BYTES:
        raise FormatError("the profile is too large", part=_PART)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = "the profile is not a text in UTF-8"
        raise FormatError(message, part=_PART, offset=error.start) from None
    return BindingProfile.from_toml(text)


@functools.cache
def _shipped(name: str) -> BindingProfile:
    return _build(_shipped_table(name))


def _shipped_table(name: str) -> dict[str, Any]:
    """A shipped profile as a table, with everything that it extends in it."""
    file = resources.files("govseal.seal.binding").joinpath("profiles", name + _SUFFIX)
    return _read(file.read_text(encoding="utf-8"))


def _read(text: str) -> dict[str, Any]:
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # of numbers too, which TOML does not bound
        raise FormatError(f"the profile is not TOML: {error}", part=_PART) from None
    base = table.pop("extends", None)
    rules = table.setdefault("rules", {})
    if not isinstance(rules, dict) or not all(isinstance(rule, dict) for rule in rules.values()):
        raise FormatError("rules: tables were expected", part=_PART)
    if base is None:
        return table
    if base not in profile_names():
        raise FormatError(f"extends: {base!r} is no shipped profile", part=_PART)
    if "name" not in table:
        raise FormatError("a profile that extends another has a name of its own", part=_PART)
    below = _shipped_table(base)
    merged = below["rules"]
    for name, rule in rules.items():
        merged[name] = merged.get(name, {}) | rule
    return below | table | {"rules": merged}


def _build(table: dict[str, Any]) -> BindingProfile:
    for key, value in table.items():
        if key not in (*_TEXTS, *_DATES, "rules"):
            raise FormatError(f"the profile has no setting {key!r}", part=_PART)
        if key in _TEXTS and (not isinstance(value, str) or not value.strip()):
            raise FormatError(f"{key}: a text was expected", part=_PART)
        if key in _DATES and (not isinstance(value, date) or isinstance(value, datetime)):
            raise FormatError(f"{key}: a date was expected", part=_PART)
    for key in _TEXTS:
        if key not in table:
            raise FormatError(f"the profile lacks {key!r}", part=_PART)
    if not _NAME.fullmatch(table["name"]):
        raise FormatError("name: small letters, digits and hyphens were expected", part=_PART)
    for name in table["rules"]:
        if name not in ROWS:
            raise FormatError(f"there is no rule {name!r}", part=_PART)
    rules = {name: _rule(name, table["rules"].get(name, {ON: False})) for name in ROWS}
    texts = {key: table[key] for key in _TEXTS}
    dates: dict[str, Any] = {key: table.get(key) for key in _DATES}
    return BindingProfile(**texts, **dates, rules=MappingProxyType(rules))


def _rule(name: str, table: dict[str, Any]) -> Rule:
    row = ROWS[name]
    is_on, clause = table.get(ON, True), table.get(CLAUSE, "")
    if type(is_on) is not bool:
        raise FormatError(f"{name}.{ON}: true or false was expected", part=_PART)
    if not isinstance(clause, str) or (is_on and not clause.strip()):
        raise FormatError(f"{name}: a rule needs its clause", part=_PART)
    settings = {key: setting.default for key, setting in row.settings.items()}
    for key, value in table.items():
        if key in (ON, CLAUSE):
            continue
        if key not in row.settings:
            raise FormatError(f"the rule {name} has no setting {key!r}", part=_PART)
        settings[key] = _setting(f"{name}.{key}", row.settings[key], value)
    return Rule(name, clause, is_on, MappingProxyType(settings))


_SINGLE: Final[Mapping[Kind, tuple[type, str]]] = {
    "flag": (bool, "true or false"),
    "number": (int, "a whole number"),
    "word": (str, "a text"),
    "pattern": (str, "a pattern"),
}
_LISTS: Final[Mapping[Kind, tuple[type, str]]] = {
    "words": (str, "a list of texts"),
    "numbers": (int, "a list of whole numbers"),
    "patterns": (str, "a list of patterns"),
}


def _setting(where: str, setting: Setting, value: Any) -> Any:  # noqa: ANN401 - as TOML gives it
    if setting.kind == "table":
        if not isinstance(value, dict):
            raise FormatError(f"{where}: a table of lists of texts was expected", part=_PART)
        rows = {key: _list(where, str, "a list of texts", row) for key, row in value.items()}
        return MappingProxyType(rows)
    if setting.kind in _LISTS:
        kind, what = _LISTS[setting.kind]
        found = _list(where, kind, what, value)
        if setting.kind == "patterns":
            for pattern in found:
                _check_pattern(where, pattern)
        return found
    kind, what = _SINGLE[setting.kind]
    if type(value) is not kind:
        raise FormatError(f"{where}: {what} was expected", part=_PART)
    if setting.choices and value not in setting.choices:
        raise FormatError(f"{where}: one of {', '.join(setting.choices)}", part=_PART)
    if setting.kind == "pattern":
        _check_pattern(where, str(value))
    return value


def _list(where: str, kind: type, what: str, value: object) -> tuple[Any, ...]:
    if not isinstance(value, list) or not all(type(item) is kind for item in value):
        raise FormatError(f"{where}: {what} was expected", part=_PART)
    return tuple(value)


def _check_pattern(where: str, pattern: str) -> None:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise FormatError(f"{where}: {pattern!r} is no pattern: {error}", part=_PART) from None


def in_force_rule(profile: BindingProfile) -> Rule:
    """The profile's own period as a rule."""
    return Rule(IN_FORCE, profile.clause_in_force, is_on=True, settings=MappingProxyType({}))
