"""What a policy profile holds: a regulation's rules on who may use a seal, each with its clause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal

from govseal.registry.policy.words import DEADLINES
from govseal.registry.vocabulary import Medium, Role, SealSubtype, SealType


@dataclass(frozen=True, slots=True)
class Switch:
    """One decision of the profile, and its clause; ``(d)`` where no clause commands it."""

    value: bool | int | str
    clause: str


@dataclass(frozen=True, slots=True)
class NameRule:
    """The names that seals of a subtype may have: regular expressions, matched as a whole."""

    subtype: SealSubtype
    patterns: tuple[str, ...]
    clause: str


@dataclass(frozen=True, slots=True)
class Quota:
    """How many seals of one name may exist in one medium (R-JC9-05)."""

    name: str
    """A regular expression, matched as a whole; each name that it fits is counted by itself."""
    medium: Medium
    max_count: int
    clause: str


@dataclass(frozen=True, slots=True)
class Condition:
    """When a rule speaks: each of these is any-of; an empty one asks nothing."""

    subtypes: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    mediums: frozenset[str] = frozenset()
    bases: frozenset[str] = frozenset()
    document_types: frozenset[str] = frozenset()
    item_classes: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    """use, special_demand, correction, sign_off, take_out, carve, quota, stop, custody."""
    matter_classes: frozenset[str] = frozenset()
    """licensing, non_licensing."""

    def holds(self, facts: Mapping[str, str]) -> bool:
        """Whether the rule speaks of a case, ``facts`` by the singular of the names above.

        A condition on a fact that the case does not have does not hold.
        """
        return all(
            not getattr(self, asked) or facts.get(fact, "") in getattr(self, asked)
            for asked, fact in FACTS.items()
        )


FACTS: Mapping[str, str] = MappingProxyType(
    {
        "subtypes": "subtype",
        "types": "type",
        "mediums": "medium",
        "bases": "basis",
        "document_types": "document_type",
        "item_classes": "item_class",
        "kinds": "kind",
        "matter_classes": "matter_class",
    }
)
"""The fact of a case that each part of a condition asks about."""


@dataclass(frozen=True, slots=True)
class ApprovalStep:
    """One approval of an order: any one of these roles, each within its authority over matters."""

    roles: frozenset[Role]
    of: Literal["department", "organization", "authority"] = "organization"
    """Whose: of the applicant's department, of the unit, or with the matter in its authority."""


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """A row of the approver matrix, 3.4: the steps that a case needs, in their order."""

    name: str
    clause: str
    when: Condition
    steps: tuple[ApprovalStep, ...]
    may_depart: bool = False
    """原则上: departed from with a recorded reason, which the ledger shows."""


@dataclass(frozen=True, slots=True)
class SealRule:
    """Which seals a document takes (C-4): all of ``required``, ``optional`` ones never alone."""

    when: Condition
    required: frozenset[SealSubtype]
    optional: frozenset[SealSubtype]
    clause: str


@dataclass(frozen=True, slots=True)
class CustodyRule:
    """Who keeps a seal (C-8): the department of this name, or the one that uses it."""

    when: Condition
    department: str
    """Empty: any department of the unit that uses the seal."""
    clause: str


@dataclass(frozen=True, slots=True)
class SealNumber:
    """The number in a seal's name, and the county that alone may use it (R-GZ-A)."""

    subtype: SealSubtype
    number: int
    county: str
    aliases: tuple[str, ...]
    regions: frozenset[str]
    """Codes of GB/T 2260, the former ones too."""
    clause: str


@dataclass(frozen=True, slots=True)
class Regulation:
    """A paper that a profile is made of, with its own days: ``cited`` begins its clauses."""

    cited: str
    title: str
    in_force_from: date
    in_force_to: date | None
    clause: str
    """Of its coming into force, or of its end."""


Unit = Literal["working_days", "days", "hours", "months", "months_of_next_year", "years"]


@dataclass(frozen=True, slots=True)
class Deadline:
    """A limit of time: ``unit`` says how it is counted (5.1).

    ``months_of_next_year``: to the end of that month of the year after.
    """

    value: int
    unit: Unit
    clause: str


@dataclass(frozen=True, slots=True)
class LedgerRule:
    """The mandatory fields of the ledger, each with its clause, and how long it is kept."""

    fields: Mapping[str, str]
    retention_years: int
    clause: str


@dataclass(frozen=True, slots=True)
class PolicyProfile:
    """A regulation as data. An operator's own file has the same form."""

    name: str
    title_zh: str
    title_en: str
    source: str
    legal_basis: str
    in_force_from: date
    in_force_to: date | None
    superseded_by: str
    may_stamp: bool
    """False: repealed; it judges old documents only."""
    binding: str
    """The profile of :mod:`govseal.seal.binding` by which seals are made."""
    switches: Mapping[str, Switch] = field(default_factory=dict)
    names: tuple[NameRule, ...] = ()
    quotas: tuple[Quota, ...] = ()
    seal_types: Mapping[SealSubtype, SealType] = field(default_factory=dict)
    document_types: Mapping[SealSubtype, frozenset[str]] = field(default_factory=dict)
    """The document types that a subtype of seal may stamp; one that is missing stamps anything."""
    seal_rules: tuple[SealRule, ...] = ()
    matrix: tuple[ApprovalRule, ...] = ()
    custody: tuple[CustodyRule, ...] = ()
    numbers: tuple[SealNumber, ...] = ()
    regulations: tuple[Regulation, ...] = ()
    ledger: LedgerRule = field(
        default_factory=lambda: LedgerRule(fields={}, retention_years=3, clause="")
    )
    deadlines: Mapping[str, Deadline] = field(default_factory=dict)
    clauses: Mapping[str, str] = field(default_factory=dict)
    """The clause of each refusal's code, where it is not that of one of the rules above."""

    def switch(self, name: str) -> Switch:
        """A decision of the profile; every profile makes every one of them.

        Raises:
            KeyError: there is no such switch.
        """
        return self.switches[name]

    def is_on(self, name: str) -> bool:
        """Whether a switch that is on or off is on."""
        return self.switches[name].value is True

    def clause(self, code: str) -> str:
        """The clause that a refusal follows; empty where none commands it."""
        return self.clauses.get(code, "")

    def approval_rule(self, facts: Mapping[str, str]) -> ApprovalRule | None:
        """The first row of the matrix that speaks of a case; None: nobody may approve it."""
        return next((rule for rule in self.matrix if rule.when.holds(facts)), None)

    def seal_rule(self, facts: Mapping[str, str]) -> SealRule | None:
        """The first rule on which seals a document takes; None: any that may stamp its type."""
        return next((rule for rule in self.seal_rules if rule.when.holds(facts)), None)

    def custody_rule(self, facts: Mapping[str, str]) -> CustodyRule | None:
        """The first rule on who keeps a seal; special ones stand before general ones (C-8)."""
        return next((rule for rule in self.custody if rule.when.holds(facts)), None)

    def deadline(self, name: str, day: date) -> Deadline | None:
        """A limit of time; None where the regulation that sets it is not in force that day.

        How long something is kept outlives the regulation: what it protected stays protected.

        Raises:
            KeyError: there is no such limit.
        """
        found = self.deadlines[name]
        is_kept = DEADLINES[name].stricter == "longer"
        return found if is_kept or self.applies(found.clause, day) else None

    def regulation(self, clause: str) -> Regulation | None:
        """The paper that a clause is of; None: the profile has one set of days for all."""
        return next((paper for paper in self.regulations if clause.startswith(paper.cited)), None)

    def applies(self, clause: str, day: date) -> bool:
        """Whether a clause is law on a day, or is to be applied as if it were (R-JC29L-32)."""
        paper = self.regulation(clause)
        if paper is None or paper.in_force_from > day:
            return paper is None
        ended = paper.in_force_to is not None and paper.in_force_to < day
        return not ended or self.is_on("allow_expired_profile")

    def is_in_force(self, day: date) -> bool:
        """Whether the regulation is in force on a day."""
        return self.in_force_from <= day and (self.in_force_to is None or day <= self.in_force_to)
