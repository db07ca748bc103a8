"""What the use of seals takes from the profile, and what holds where one is silent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from govseal.registry.vocabulary import SealSubtype

if TYPE_CHECKING:
    from govseal.registry.call import Call
    from govseal.registry.policy import PolicyProfile

_DECIDED: Final = "admin_approval admin_licensing no2"
_DEFAULT_TYPES: Final = "approval_licence_and_doc other"


def is_on(profile: PolicyProfile, name: str) -> bool:
    """Whether a rule holds; one that the profile does not speak of does, which is stricter."""
    switch = profile.switches.get(name)
    return switch is None or switch.value is True


def words(profile: PolicyProfile, name: str, default: str = "") -> tuple[str, ...]:
    """A switch that lists words."""
    switch = profile.switches.get(name)
    return tuple(str(default if switch is None else switch.value).split())


def clause(profile: PolicyProfile, name: str) -> str:
    """The clause of a switch; empty where the profile does not speak of it."""
    switch = profile.switches.get(name)
    return "" if switch is None else switch.clause


def is_for_decided_matters(profile: PolicyProfile, subtype: str) -> bool:
    """Whether a seal is applied when a matter is concluded (办结), as approval seals are."""
    return subtype in words(profile, "decided_matter_seals", _DECIDED)


def default_document_type(call: Call, subtype: str, scope: frozenset[str] | None) -> str:
    """What is stamped where the request does not say: the only type, or a usual one, in scope.

    Raises:
        Refused: ``E_SEAL_SCOPE``: the seal has several types in its scope, and none is usual.
    """
    if scope is not None and len(scope) == 1:
        return next(iter(scope))
    usual = words(call.profile, "default_document_types", _DEFAULT_TYPES)
    if SealSubtype(subtype) not in {SealSubtype.ADMIN_APPROVAL, SealSubtype.ADMIN_LICENSING}:
        usual = tuple(name for name in usual if name == "other")
    found = next((name for name in usual if scope is None or name in scope), None)
    if found is None:
        call.refuse("E_SEAL_SCOPE", "the request does not say which type of document it is")
    return found


def refuse_or_warn(call: Call, switch: str, code: str, message: str) -> bool:
    """True for a warning, which the caller records; a profile that is silent refuses.

    Raises:
        Refused: the profile says ``refuse``, or nothing.
    """
    found = call.profile.switches.get(switch)
    if found is None or found.value != "warn":
        call.refuse(code, message, "" if found is None else found.clause)
    return True
