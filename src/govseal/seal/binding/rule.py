"""A rule of a profile with its settings, and what does not meet it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

ON: Final = "on"
CLAUSE: Final = "clause"
_MOST_DETAIL: Final = 500
"""Characters: names in seals may be as long as their makers like."""

Kind = Literal["flag", "number", "word", "words", "numbers", "pattern", "patterns", "table"]
"""What a setting is in TOML: ``table`` holds lists of strings by name."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a rule lets a profile choose."""

    kind: Kind
    default: Any
    choices: tuple[str, ...] = ()
    """Of a word: the only values."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule that a seal does not meet, or that could not be judged."""

    code: str
    """``E_…``, a code of :mod:`govseal.seal.refusals`."""
    clause: str
    """The clause that asks for it, as the profile names it."""
    detail: str
    """The particulars, in English."""
    rule: str
    """The rule's name in the profile."""
    is_unknown: bool = False
    """Whether evidence is missing: the rule may be met, but nobody can tell."""

    @property
    def reason(self) -> str:
        """The same refusal as a report names it."""
        return self.code.removeprefix("E_").lower()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as a profile sets it."""

    name: str
    clause: str
    """Where it comes from; never empty."""
    is_on: bool
    settings: Mapping[str, Any] = field(repr=False)
    """Every setting of the rule, the defaults filled in."""

    def breach(self, code: str, detail: str) -> Violation:
        """The rule is not met."""
        return Violation(code, self.clause, detail[:_MOST_DETAIL], self.name)

    def doubt(self, code: str, detail: str) -> Violation:
        """The rule cannot be judged."""
        return Violation(code, self.clause, detail[:_MOST_DETAIL], self.name, is_unknown=True)
