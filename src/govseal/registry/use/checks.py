"""What the custodian checks before the seal is used (JC9-07, JC10-YZ-5.2): all of it, again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from govseal.errors import KeyLoadError, NotAuthorized
from govseal.registry.clock import day_of
from govseal.registry.people import check_password
from govseal.registry.policy.force import check_in_force
from govseal.registry.seals.custody import check_custodian
from govseal.registry.seals.standing import check_usable
from govseal.registry.tables.base import moment_text
from govseal.registry.use import logged, matrix, rules, settings, statements
from govseal.registry.use.approvals import done_steps
from govseal.registry.use.expiry import LIMIT, is_over
from govseal.registry.use.matrix import Standing
from govseal.registry.use.records import NeededStep, needed_steps
from govseal.registry.use.requests import stored_document
from govseal.registry.use.statements import SignedStatement
from govseal.registry.vocabulary import ApprovalMode, Medium, Role
from govseal.sm2 import sm3

if TYPE_CHECKING:
    from govseal.registry.call import Call
    from govseal.registry.use.hooks import Validator

CHECKS: Final = (
    "profile",
    "seal",
    "custodian",
    "password",
    "expiry",
    "document",
    "rules",
    "approvals",
    "separation",
    "dates",
)
"""The checks in their order; the ledger's fields are checked as its entry is written."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the checks read on their way."""

    document: bytes = field(repr=False)
    approvals: tuple[sa.Row[Any], ...]
    card: sa.Row[Any] | None
    digest: bytes
    """ApprovalDigest, see :func:`govseal.registry.use.statements.approvals_digest`."""
    warnings: tuple[str, ...]


def check_all(
    call: Call, request: sa.Row[Any], seal: sa.Row[Any], validators: Iterable[Validator] = ()
) -> Found:
    """Go on only if the seal may be used on this request now, by whoever acts.

    Raises:
        Refused: ``E_PROFILE_NOT_IN_FORCE``, those of ``check_usable`` and ``check_custodian``,
            ``E_PASSWORD_EXPIRED``, ``E_APPROVAL_EXPIRED``, ``E_DIGEST_CHANGED``, those of
            ``rules.check_case``, ``E_APPROVAL_INCOMPLETE``, ``E_SIGNATURE``,
            ``E_APPROVER_LEVEL``, ``E_SAME_PERSON``, ``E_DATE_MISMATCH``.
    """
    check_in_force(call.profile, call.at)
    check_usable(call, seal)
    check_custodian(call, seal, request.matter)
    check_password(call)
    check_expiry(call, request)
    document = check_document(call, request)
    case = rules.case_of(call, request, seal, document)
    warnings = rules.check_case(call, case, validators)
    approvals = check_approvals(call, request, case.card)
    _check_separation(call, approvals, case.card)
    _check_date(call, request, warnings)
    return Found(
        document=document,
        approvals=tuple(approvals),
        card=case.card,
        digest=digest_of(call, approvals, case.card),
        warnings=tuple(dict.fromkeys((*request.facts.get("warnings", ()), *warnings))),
    )


def check_medium(call: Call, seal: sa.Row[Any], *, is_by_hand: bool) -> None:
    """An electronic seal is applied by its key; a physical one by hand, and that is recorded.

    Raises:
        Refused: ``E_SEAL_TYPE``.
    """
    is_electronic = seal.medium == Medium.ELECTRONIC
    if not is_by_hand and not is_electronic:
        call.refuse(
            "E_SEAL_TYPE",
            "实物印章须手工加盖后再登记 / a physical seal is applied by hand, and that recorded",
        )
    if is_by_hand and is_electronic:
        call.refuse(
            "E_SEAL_TYPE",
            "电子印章由系统签章，不能手工加盖 / an electronic seal signs: no hand applies it",
        )


def check_expiry(call: Call, request: sa.Row[Any]) -> None:
    """Approvals are used while they hold.

    Raises:
        Refused: ``E_APPROVAL_EXPIRED``.
    """
    if is_over(call, request.expires_at):
        message = "审批已过期 / the approvals were not used in time"
        call.refuse("E_APPROVAL_EXPIRED", message, call.profile.deadlines[LIMIT].clause)


def check_document(call: Call, request: sa.Row[Any]) -> bytes:
    """The bytes that were filed, which are those that were approved.

    Raises:
        Refused: ``E_DIGEST_CHANGED``.
    """
    try:
        document = stored_document(call, request)
    except KeyLoadError as error:
        call.refuse(
            "E_DIGEST_CHANGED", f"文件与存件不符 / the document is not as it was kept: {error}"
        )
    is_same = (
        sm3(document).hex() == request.document_sm3
        and hashlib.sha256(document).hexdigest() == request.document_sha256
    )
    if not is_same:
        call.refuse(
            "E_DIGEST_CHANGED",
            "文件不是申请时的文件 / the document is not the one that was filed",
        )
    return document


def check_approvals(
    call: Call, request: sa.Row[Any], card: sa.Row[Any] | None = None
) -> list[sa.Row[Any]]:
    """The approvals of all steps, each proven again as when it was given.

    Request and card are those that the log knows: rows can be written by others, too.

    Raises:
        Refused: ``E_APPROVAL_INCOMPLETE`` (one is missing, or is not what was stated),
            ``E_DIGEST_CHANGED`` (it is of another document; the request or its card is not as
            it was filed), ``E_SIGNATURE``, ``E_APPROVER_LEVEL``.
    """
    known = logged.of_request(call, request.id)
    _check_filed(call, request, card, known)
    steps, found = needed_steps(request), done_steps(call, request.id)
    if [row.step for row in found] != list(range(len(steps))):
        call.refuse(
            "E_APPROVAL_INCOMPLETE",
            "审签环节不全 / not every step of the request is approved once",
        )
    for row, step in zip(found, steps, strict=True):
        _check_approval(call, request, row, step, known.statements)
    return found


def _check_filed(
    call: Call, request: sa.Row[Any], card: sa.Row[Any] | None, known: logged.Logged
) -> None:
    """A row that was changed, or slipped in, is none that anybody approved."""
    ends = None if request.expires_at is None else moment_text(request.expires_at)
    if known.filed_sm3 != logged.filed_digest(request) or known.expires_at != ends:
        call.refuse(
            "E_DIGEST_CHANGED",
            "用印申请与申请时登记的不符 / the request is not as it was filed",
        )
    if card is not None and not logged.knows_card(call, card):
        call.refuse(
            "E_DIGEST_CHANGED",
            "发文卡与登记时不符 / the dispatch card is not as it was registered",
        )


def _check_approval(
    call: Call, request: sa.Row[Any], row: sa.Row[Any], step: NeededStep, given: frozenset[str]
) -> None:
    statement = row.statement.encode()
    stated = statements.members_of(statement)
    departs = stated.get("departs")
    standing = Standing(Role(row.role), row.on_behalf_of, departs=departs is not None)
    expected = statements.state(
        call.connection,
        request,
        step=row.step,
        standing=standing,
        approver=row.approver,
        decision="approved",
        mode=ApprovalMode(row.mode),
        at=row.at,
        opinion=row.opinion,
        departs=departs,
    )
    if statement != expected:
        is_other = stated.get("document_sm3") != request.document_sm3
        code = "E_DIGEST_CHANGED" if is_other else "E_APPROVAL_INCOMPLETE"
        call.refuse(
            code,
            f"第 {row.step} 环节的审签与本申请不符 / "
            f"the approval of step {row.step} is of something else",
        )
    if row.mode == ApprovalMode.SIGNED:
        signed = SignedStatement(statement, row.signature or b"", row.certificate or b"")
        statements.check_signature(call, signed, row.approver, row.at)
    elif call.profile.is_on("approval_must_be_signed"):
        message = f"第 {row.step} 环节的审签未签名 / the approval of step {row.step} is not signed"
        settings.refuse(call, "approval_must_be_signed", "E_SIGNATURE", message)
    if sm3(statement).hex() not in given:
        message = (
            f"第 {row.step} 环节的审签未经本系统 / "
            f"the approval of step {row.step} was not given through this registry"
        )
        call.refuse("E_APPROVAL_INCOMPLETE", message)
    if not _had_standing(call, request, row, step, standing):
        message = (
            f"第 {row.step} 环节的审签人当时无权 / "
            f"the approver of step {row.step} had no authority then"
        )
        call.refuse("E_APPROVER_LEVEL", message, step.clause)


def _had_standing(
    call: Call, request: sa.Row[Any], row: sa.Row[Any], step: NeededStep, standing: Standing
) -> bool:
    try:
        then = matrix.as_of(call, row.approver, row.at)
    except NotAuthorized:
        return False
    if standing.departs:
        return step.may_depart and matrix.departing(then, request) is not None
    return any(
        found.role is standing.role and found.on_behalf_of == standing.on_behalf_of
        for found in matrix.standings(then, step, request)
    )


def _check_separation(
    call: Call, approvals: Iterable[sa.Row[Any]], card: sa.Row[Any] | None
) -> None:
    """Whoever holds the seal is not the only one who approved its use."""
    approvers = {row.approver for row in approvals}
    if card is not None:
        approvers.add(card.signed_off_by)
    switch = "custodian_is_not_sole_approver"
    if approvers == {call.actor.id} and call.profile.is_on(switch):
        settings.refuse(
            call,
            switch,
            "E_SAME_PERSON",
            "保管人不得是唯一审签人 / the custodian is the only approver",
        )


def _check_date(call: Call, request: sa.Row[Any], warnings: list[str]) -> None:
    """The document is completed on the date of its seal (HLJ-08); its own date may differ."""
    today = day_of(call.at).isoformat()
    printed = {request.facts.get("decision_date"), request.facts.get("reply_date")} - {None}
    if printed - {today}:
        dates = "、".join(sorted(map(str, printed)))
        message = (
            f"文件日期 {dates} 与用印日期 {today} 不一致 / "
            f"the document is dated {dates}, the seal {today}"
        )
        settings.refuse_or_warn(call, "seal_date_and_decision_date", "E_DATE_MISMATCH", message)
        warnings.append("E_DATE_MISMATCH")


def digest_of(call: Call, approvals: Iterable[sa.Row[Any]], card: sa.Row[Any] | None) -> bytes:
    """ApprovalDigest of a request: the card where there is one, then the steps in their order."""
    signed: list[tuple[bytes, bytes | None]] = []
    if card is not None:
        signed.append((statements.state_card(call.connection, card), None))
    signed += [(row.statement.encode(), row.signature) for row in approvals]
    return statements.approvals_digest(signed)
