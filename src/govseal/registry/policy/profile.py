"""What a policy profile holds: a regulation's rules on who may use a seal, each with its clause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

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
    """How many seals of a name may exist in one medium (R-JC9-05)."""

    name: str  # a regular expression, matched as a whole
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
    kinds: frozenset[str] = frozenset()  # "use", "correction", "take_out", "carve", "stop"

    def holds(self, facts: Mapping[str, str]) -> bool:
        """Whether the rule speaks of a case, ``facts`` by the singular of the names above.

        A condition on a fact that the case does not have does not hold.
        """
        pairs = (
            (self.subtypes, "subtype"),
            (self.types, "type"),
            (self.mediums, "medium"),
            (self.bases, "basis"),
            (self.document_types, "document_type"),
            (self.item_classes, "item_class"),
            (self.kinds, "kind"),
        )
        return all(not wanted or facts.get(name, "") in wanted for wanted, name in pairs)


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
class Deadline:
    """A limit of time: ``unit`` says how it is counted (5.1)."""

    value: int
    unit: Literal["working_days", "days", "hours", "months", "years"]
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
    document_types: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The document types that a subtype of seal may stamp; one that is missing stamps anything."""
    seal_rules: tuple[SealRule, ...] = ()
    matrix: tuple[ApprovalRule, ...] = ()
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

    def is_in_force(self, day: date) -> bool:
        """Whether the regulation is in force on a day."""
        return self.in_force_from <= day and (self.in_force_to is None or day <= self.in_force_to)
