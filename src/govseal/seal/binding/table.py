"""The rules in the order in which they are judged, with what each lets a profile choose."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from govseal.seal.binding import certificates, contents
from govseal.seal.binding.facts import Case
from govseal.seal.binding.rule import Rule, Setting, Violation

_NO_WORDS: Final[tuple[str, ...]] = ()


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule: its name in a profile, its function, its settings."""

    name: str
    judge: Callable[[Case, Rule], Iterator[Violation]]
    settings: Mapping[str, Setting] = field(default_factory=dict)


RULES: Final = (
    RuleRow("certificate_present", certificates.certificate_present),
    RuleRow("certificate_period", certificates.certificate_period),
    RuleRow(
        "certificate_usage",
        certificates.certificate_usage,
        {"stated": Setting("flag", default=False)},
    ),
    RuleRow(
        "certificate_ca",
        certificates.certificate_ca,
        {
            "named": Setting("flag", default=False),
            "fingerprints": Setting("words", _NO_WORDS),
        },
    ),
    RuleRow("certificate_revocation", certificates.certificate_revocation),
    RuleRow(
        "certificate_name",
        contents.certificate_name,
        {
            "name_in": Setting("word", "organization", ("organization", "common_name")),
            "except_types": Setting("numbers", ()),
        },
    ),
    RuleRow(
        "seal_period",
        contents.seal_period,
        {"relation": Setting("word", "within", ("within", "equal"))},
    ),
    RuleRow(
        "seal_number",
        contents.seal_number,
        {
            "pattern": Setting("pattern", "[0-9]{14}"),
            "is_common_name": Setting("flag", default=True),
        },
    ),
    RuleRow("credit_code", contents.credit_code),
    RuleRow(
        "division",
        contents.division,
        {
            "area": Setting("word", ""),
            "agreement": Setting("word", "province", ("province", "prefecture", "none")),
            "test_codes": Setting("flag", default=False),
        },
    ),
    RuleRow("seal_prefix", contents.seal_prefix),
    RuleRow("seal_name", contents.seal_name, {"patterns": Setting("patterns", (".+",))}),
    RuleRow("seal_sequence", contents.seal_sequence, {"regions": Setting("table", {})}),
    RuleRow(
        "seal_type",
        contents.seal_type,
        {"types": Setting("numbers", ()), "purposes": Setting("table", {})},
    ),
    RuleRow(
        "picture_size",
        contents.picture_size,
        {
            "smallest_mm": Setting("number", 1),
            "largest_mm": Setting("number", 60),
            "shape": Setting("word", "any", ("any", "round")),
            "except_types": Setting("numbers", ()),
        },
    ),
    RuleRow("imprint", contents.imprint),
    RuleRow("picture_words", contents.picture_words),
    RuleRow("maker_allowed", certificates.maker_allowed, {"named": Setting("flag", default=False)}),
    RuleRow("maker_apart", certificates.maker_apart),
    RuleRow(
        "seal_generation",
        contents.seal_generation,
        {"allowed": Setting("numbers", (2014, 2020, 2025))},
    ),
    RuleRow("algorithm", contents.algorithm, {"allowed": Setting("words", ("sm2",))}),
)

ROWS: Final = {row.name: row for row in RULES}
IN_FORCE: Final = "in_force"
"""The name under which a violation speaks of the profile's own period."""
