"""Which seals a document takes: the profile's table of seal rules (C-4, R-HLJ-04b, R-JC9-03)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from govseal.registry.call import Call
from govseal.registry.labels import SUBTYPES, named
from govseal.registry.policy import SealRule
from govseal.registry.vocabulary import SealSubtype


def missing_seals(rule: SealRule | None, present: Collection[str]) -> tuple[SealSubtype, ...]:
    """The required subtypes that are not there, in the order of their names."""
    if rule is None:
        return ()
    return tuple(sorted(rule.required.difference(SealSubtype(name) for name in present)))


def check_seal(
    call: Call, facts: Mapping[str, str], subtype: str, present: Collection[str] = ()
) -> None:
    """Refuse a seal that a document of this kind does not take, or not yet.

    Args:
        call: the call.
        facts: of the case, as :meth:`Condition.holds` wants them.
        subtype: of the seal that is about to be used.
        present: subtypes of the seals that the document bears already.

    Raises:
        Refused: ``E_SEAL_TYPE``: it is none of the rule's, or an optional one that would stand
            alone.
    """
    rule = call.profile.seal_rule(facts)
    if rule is None or subtype in rule.required:
        return
    names = sorted(rule.required)
    wanted, wanted_zh = ", ".join(names) or "none", named(names, SUBTYPES)
    own = SUBTYPES[subtype]
    if subtype not in rule.optional:
        message = f"该文书须用{wanted_zh}，不用{own} / this document takes {wanted}, not {subtype}"
        call.refuse("E_SEAL_TYPE", message, rule.clause)
    if not rule.required.intersection(present):
        message = (
            f"{own}不得单独使用，须先加盖{wanted_zh} / "
            f"{subtype} stands beside {wanted}, never alone: that one comes first"
        )
        call.refuse("E_SEAL_TYPE", message, rule.clause)
