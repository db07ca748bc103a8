"""What the use of seals takes from the profile beside its rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from govseal.registry.vocabulary import DocumentType

if TYPE_CHECKING:
    from govseal.registry.call import Call


def words(call: Call, name: str) -> tuple[str, ...]:
    """A switch that lists words."""
    return tuple(str(call.profile.switch(name).value).split())


def default_document_type(call: Call, scope: frozenset[str] | None) -> str:
    """What is stamped where the request does not say: the only type, or a usual one, in scope.

    A seal without a scope of its own stamps papers of all kinds: ``other``.

    Raises:
        Refused: ``E_SEAL_SCOPE``: the seal has several types in its scope, and none is usual.
    """
    if scope is None:
        return DocumentType.OTHER
    if len(scope) == 1:
        return next(iter(scope))
    usual = words(call, "default_document_types")
    found = next((name for name in usual if name in scope), None)
    if found is None:
        call.refuse(
            "E_SEAL_SCOPE",
            "申请未注明文书种类 / the request does not say which type of document it is",
        )
    return found


def refuse(call: Call, switch: str, code: str, message: str) -> NoReturn:
    """Refuse by a switch of the profile: its clause is the refusal's.

    Raises:
        Refused: always.
    """
    call.refuse(code, message, call.profile.switch(switch).clause)


def refuse_or_warn(call: Call, switch: str, code: str, message: str) -> None:
    """Go on where the profile only warns; the caller records the warning.

    Raises:
        Refused: the profile refuses.
    """
    if call.profile.switch(switch).value != "warn":
        refuse(call, switch, code, message)
