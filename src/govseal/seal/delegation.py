"""Seals handed over to another unit (“2号章”): what may be made, and what they may be used for.

A seal with a scope is stamped for one stated matter at a time. The codes in the scope decide; where
it has none but names a dated list by its digest, the codes of that list; where it names no list
either, the agreement covers whatever was delegated, and the matter must be stated all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from govseal import sm2
from govseal.errors import EncodingError, FormatError, LimitExceeded, SealError
from govseal.frozen import frozen
from govseal.seal.extensions import (
    OIDS,
    ApprovalDigest,
    CounterStamp,
    LedgerReference,
    Matter,
    SealScope,
    decode_own,
    is_matter_code,
)
from govseal.seal.model import Extension, Seal

MAX_LIST_BYTES: Final = 4 * 1024 * 1024
_BYTE_ORDER_MARK: Final = "\ufeff"


@frozen
class Statements:
    """What our extensions of a stamp and its seal say, as far as they can be read."""

    scope: SealScope | None = None
    """Of the seal."""
    matter: Matter | None = None
    ledger: LedgerReference | None = None
    codes: frozenset[str] | None = None
    """Codes of the scope's list of matters, where that list is at hand."""
    problem: FormatError | None = None
    """Why one of them cannot be read; the first that was met."""


def read_statements(
    stamp: Sequence[Extension],
    seal: Sequence[Extension],
    matter_lists: Mapping[bytes, frozenset[str]] = MappingProxyType({}),
) -> Statements:
    """What the extensions of a stamp and of its seal say; never raises, and judges nothing.

    ``matter_lists`` are the codes of lists of matters, by the SM3 of the list.
    """
    scope = matter = ledger = None
    try:
        scope = SealScope.find(seal)
        matter, ledger = Matter.find(stamp), LedgerReference.find(stamp)
        ApprovalDigest.find(stamp)
        CounterStamp.find(stamp)
    except FormatError as problem:
        return Statements(scope, matter, ledger, problem=problem.kept())
    named = scope.matter_list if scope is not None else None
    return Statements(scope, matter, ledger, matter_lists.get(named) if named else None)


def read_matter_list(data: bytes) -> frozenset[str]:
    """The codes in a list of matters: UTF-8, one code to a line; blanks around it do not count.

    Raises:
        EncodingError: not UTF-8.
        LimitExceeded: larger than 4 MiB.
    """
    what = "the list of matters"
    if len(data) > MAX_LIST_BYTES:
        raise LimitExceeded(f"{what} is too large", limit=MAX_LIST_BYTES, found=len(data))
    try:
        text = data.decode("utf-8").removeprefix(_BYTE_ORDER_MARK)
    except UnicodeDecodeError:
        raise EncodingError(f"{what} is not a text in UTF-8", part="matterList") from None
    return frozenset(code for line in text.split("\n") if (code := line.strip()))


def covers(scope: SealScope, matter: str, codes: frozenset[str] | None = None) -> bool | None:
    """Whether the scope permits a matter; None where only its list could tell, and is not there.

    ``codes`` are those of the list whose digest the scope names.
    """
    if scope.matters:
        return matter in scope.matters
    if scope.matter_list is None:
        return True
    return None if codes is None else matter in codes


def check_scope(scope: SealScope, *, not_before: datetime, not_after: datetime) -> None:
    """Refuse a scope that a seal, valid from ``not_before`` to ``not_after``, may not carry.

    No matters and no list of them is allowed: any matter that was delegated.

    Raises:
        SealError: ``E_VALIDITY_MISMATCH`` (the term is empty, or does not end within the seal's
            validity), ``E_NOT_OWNER`` (a unit delegates to itself), ``E_NO_SUBDELEGATION``
            (further delegation), ``E_SEAL_SCOPE`` (a code that is none, or is there twice).
    """
    if scope.delegator == scope.delegate:
        raise SealError("a unit does not delegate to itself", code="E_NOT_OWNER")
    if scope.redelegation:
        message = "a delegated seal is not delegated further"
        raise SealError(message, code="E_NO_SUBDELEGATION")
    if scope.not_before >= scope.not_after:
        raise SealError("the term ends before it starts", code="E_VALIDITY_MISMATCH")
    # It may have begun before the seal: that is made on the first day, or renewed within the term.
    if scope.not_after > _second(not_after) or scope.not_after <= not_before:
        message = (
            "the term does not end within the seal's validity, which is "
            f"{_text(not_before)} to {_text(not_after)}"
        )
        raise SealError(message, code="E_VALIDITY_MISMATCH")
    if not all(map(is_matter_code, scope.matters)):
        raise SealError("the scope holds a code that no matter has", code="E_SEAL_SCOPE")
    if len(set(scope.matters)) != len(scope.matters):
        raise SealError("the scope names a matter twice", code="E_SEAL_SCOPE")


def check_term(scope: SealScope, at: datetime) -> None:
    """Refuse a moment outside the term of the agreement.

    Raises:
        SealError: ``E_AGREEMENT_EXPIRED`` or ``E_TOO_EARLY``.
    """
    if at > scope.not_after:
        message = f"the agreement ended on {_text(scope.not_after)}"
        raise SealError(message, code="E_AGREEMENT_EXPIRED")
    if at < scope.not_before:
        message = f"the agreement starts on {_text(scope.not_before)}"
        raise SealError(message, code="E_TOO_EARLY")


def check_made(
    extensions: Sequence[Extension], *, not_before: datetime, not_after: datetime
) -> None:
    """Refuse to make a seal of this validity with these extensions.

    Raises:
        SealError: see :func:`check_scope`.
        ValueError: a scope that cannot be read.
    """
    try:
        scope = SealScope.find(extensions)
    except FormatError as error:
        raise ValueError(str(error)) from error
    if scope is not None:
        check_scope(scope, not_before=not_before, not_after=not_after)


def state_use(
    seal: Seal,
    *,
    at: datetime,
    matter: str | None = None,
    ledger: LedgerReference | None = None,
    approvals: bytes | None = None,
    matter_list: str | bytes | None = None,
    extensions: Sequence[Extension] = (),
) -> tuple[Extension, ...]:
    """The extensions of a stamp that states what it is for, where the seal's scope permits it.

    Args:
        seal: the seal to be used.
        at: 签章时间, timezone-aware.
        matter: code of the matter; a seal with a scope is not used without one.
        ledger: the entry of the ledger.
        approvals: SM3 over the approvers' signed statements.
        matter_list: the list of matters whose digest the scope names: text, or UTF-8.
        extensions: further ones; those of ours among them count like the arguments.

    Raises:
        SealError: ``E_SEAL_SCOPE`` (no matter stated, or not the list that the scope names),
            ``E_ITEM_NOT_DELEGATED``, ``E_TOO_EARLY``, ``E_AGREEMENT_EXPIRED``.
        FormatError: the scope of the seal, or the list of matters, cannot be read.
        ValueError: extensions of ours that cannot be read, are there twice, or belong elsewhere.
    """
    stated = (
        *((Matter(matter).encode(),) if matter is not None else ()),
        *((ledger.encode(),) if ledger is not None else ()),
        *((ApprovalDigest(approvals).encode(),) if approvals is not None else ()),
        *extensions,
    )
    found = _own_matter(stated)
    data = matter_list.encode() if isinstance(matter_list, str) else matter_list
    scope = SealScope.find(seal.extensions)
    if data is not None and (scope is None or scope.matter_list != sm2.sm3(data)):
        raise SealError("the list of matters is not one that the seal names", code="E_SEAL_SCOPE")
    if scope is not None:
        codes = None if data is None else read_matter_list(data)
        if not _check_use(scope, found, codes, _second(at)):
            message = "the seal names its matters by the digest of a list, which was not given"
            raise SealError(message, code="E_SEAL_SCOPE")
    return stated


def check_stated(seal: Seal, extensions: Sequence[Extension], at: datetime) -> None:
    """Refuse what :func:`state_use` would not have stated; a list that is not at hand stays open.

    Raises:
        SealError: ``E_SEAL_SCOPE``, ``E_ITEM_NOT_DELEGATED``, ``E_TOO_EARLY``,
            ``E_AGREEMENT_EXPIRED``.
        FormatError: the scope of the seal cannot be read.
        ValueError: extensions of ours that cannot be read, are there twice, or belong elsewhere.
    """
    matter = _own_matter(extensions)
    scope = SealScope.find(seal.extensions)
    if scope is not None:
        _check_use(scope, matter, None, _second(at))


def _own_matter(extensions: Sequence[Extension]) -> Matter | None:
    """The matter among the extensions of a stamp that is to be made."""
    own = [item for item in extensions if item.oid in OIDS.values()]
    try:
        for item in own:
            decode_own(item)
        if any(item.oid in (OIDS["SealScope"], OIDS["Seal"]) for item in own):
            raise ValueError("a scope or a seal is no extension of a stamp")
        if len({item.oid for item in own}) != len(own):
            raise ValueError("an extension would be there twice")
        return Matter.find(own)
    except FormatError as error:
        raise ValueError(str(error)) from error


def _check_use(
    scope: SealScope, matter: Matter | None, codes: frozenset[str] | None, at: datetime
) -> bool:
    """True where the matter is permitted; False where only a list that is not there could tell."""
    check_term(scope, at)
    if matter is None:
        message = "a delegated seal is used for a stated matter only"
        raise SealError(message, code="E_SEAL_SCOPE")
    permitted = covers(scope, matter.code, codes)
    if permitted is False:
        message = f"the matter {matter.code} was not delegated"
        raise SealError(message, code="E_ITEM_NOT_DELEGATED")
    return permitted is not None


def _second(moment: datetime) -> datetime:
    """As seals and stamps hold a moment."""
    return moment.replace(microsecond=0)


def _text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"
