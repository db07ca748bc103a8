"""What a request must meet before anybody is asked to approve it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from govseal.errors import Defective
from govseal.registry import tables
from govseal.registry.documents.exclusions import check_excluded
from govseal.registry.documents.papers import is_left_to_stamp, stamped_before
from govseal.registry.documents.required import check_seal
from govseal.registry.labels import DOCUMENT_TYPES, OPENNESS, SUBTYPES, USE_STATES, named
from govseal.registry.use import settings
from govseal.registry.use.form import DecisionState, UseForm
from govseal.registry.use.states import OPEN, STAMPED
from govseal.registry.vocabulary import (
    Basis,
    DocumentType,
    ItemClass,
    Medium,
    Openness,
    SealSubtype,
)

if TYPE_CHECKING:
    from govseal.registry.call import Call
    from govseal.registry.use.hooks import Validator

ISSUER_SEALS: Final = {
    "party": SealSubtype.PARTY_GROUP,
    "administration": SealSubtype.OFFICIAL,
    "office": SealSubtype.OFFICE,
}
"""In whose name an official document is, and whose seal it takes (JC10-YZ-4.1.1)."""
_PERSONAL: Final = frozenset({DocumentType.CERTIFICATE})
_ON_FORM: Final = frozenset(
    {
        DocumentType.CONTRACT,
        DocumentType.CERTIFICATE,
        DocumentType.INTRODUCTION_LETTER,
        DocumentType.MATERIAL,
        DocumentType.REPORT_FORM,
    }
)
"""合同、证明、介绍信、材料、报表: always on the use form (JC10-YZ-4.2.2)."""
_OF_CASES: Final = frozenset(
    {
        DocumentType.LICENCE,
        DocumentType.APPROVAL_DOC,
        DocumentType.APPROVAL_LICENCE_AND_DOC,
        DocumentType.APPROVAL_REPLY,
        DocumentType.LICENSING_GRANT_DECISION,
        DocumentType.LICENSING_DENIAL_DECISION,
        DocumentType.ACCEPTANCE_NOTICE,
        DocumentType.NON_ACCEPTANCE_NOTICE,
        DocumentType.MINISTRY_STANDARD_DOC,
    }
)
"""Papers of a matter of approval (JC9-04, HLJ-05): they stand on the case."""
_COMPARED: Final = (
    *("id", "number", "state", "document_sm3", "document_type", "organization", "seal", "copies"),
)
"""What says whether two requests are for one document."""


@dataclass(frozen=True, slots=True)
class Case:
    """A form beside its seal, with what the profile makes of what it leaves open."""

    form: UseForm
    seal: sa.Row[Any]
    basis: Basis
    document_type: str
    card: sa.Row[Any] | None
    original: sa.Row[Any] | None
    """The request that this one corrects."""

    @property
    def is_by_hand(self) -> bool:
        """Whether the seal is a physical one."""
        return bool(self.seal.medium != Medium.ELECTRONIC)

    def facts(self) -> dict[str, str]:
        """The case as the approver matrix asks for it."""
        facts = {
            "subtype": str(self.seal.subtype),
            "type": str(self.seal.type),
            "medium": str(self.seal.medium),
            "basis": str(self.basis),
            "document_type": self.document_type,
            "item_class": str(self.form.item_class),
            "kind": "use" if self.original is None else "correction",
        }
        matter_class = self.form.text("matter_class")
        return facts if matter_class is None else {**facts, "matter_class": matter_class}

    def seal_facts(self) -> dict[str, str]:
        """The case as the seal rules ask for it."""
        has_demand = self.form.details.get("special_demand")
        return {**self.facts(), "kind": "special_demand" if has_demand else "use"}


def understand(call: Call, form: UseForm) -> Case:
    """The case of a form.

    Raises:
        Refused: ``E_NOT_FOUND``: there is no such seal, card or request; ``E_SEAL_SCOPE``: the
            type of document is not stated, and the profile has no usual one.
    """
    seal = call.one(tables.seals, form.seal)
    number = form.text("dispatch_card")
    card = None
    if number is not None:
        cards = tables.dispatch_cards
        query = sa.select(cards).where(cards.c.number == number)
        card = call.connection.execute(query).one_or_none()
        if card is None:
            call.refuse(
                "E_BASIS_MISSING",
                f"没有登记发文卡 {number} / no dispatch card {number} is registered",
            )
    corrects = form.text("corrects")
    original = None if corrects is None else call.one(tables.use_requests, corrects)
    type_ = form.text("document_type")
    if type_ is None and card is not None:
        type_ = DocumentType.OFFICIAL_DOC
    if type_ is None:
        type_ = settings.default_document_type(call, scope_of(call, seal))
    basis = _basis(call, form, seal, type_)
    return Case(form, seal, basis, type_, card, original)


def case_of(call: Call, request: sa.Row[Any], seal: sa.Row[Any], document: bytes) -> Case:
    """The case of a request that was filed, with the bytes that are kept: rules are asked again."""
    card = original = None
    if request.dispatch_card is not None:
        card = call.one(tables.dispatch_cards, request.dispatch_card)
    if request.corrects is not None:
        original = call.one(tables.use_requests, request.corrects)
    columns = ("item_code", "item_class", "document_no", "certificate_no", "title", "corrects")
    details = {
        **request.facts,
        **{name: getattr(request, name) for name in columns if getattr(request, name) is not None},
    }
    form = UseForm(
        seal=seal.id,
        document=document,
        matter=request.matter,
        reason=request.reason,
        section=request.section,
        copies=request.copies,
        details=details,  # type: ignore[arg-type]  # they were checked when they were filed
        sm3=request.document_sm3,
        sha256=request.document_sha256,
    )
    return Case(form, seal, Basis(request.basis), request.document_type, card, original)


def _basis(call: Call, form: UseForm, seal: sa.Row[Any], document_type: str) -> Basis:
    """The paper that the case stands on: the one stated, or the usual one."""
    stated = form.text("basis")
    if stated is not None:
        return Basis(stated)
    if form.text("dispatch_card") is not None:
        return Basis.DISPATCH_CARD
    if document_type in _ON_FORM:
        return Basis.USE_FORM
    is_for_decided = seal.subtype in settings.words(call, "decided_matter_seals")
    return Basis.CASE_DECISION if is_for_decided or document_type in _OF_CASES else Basis.USE_FORM


def scope_of(call: Call, seal: sa.Row[Any]) -> frozenset[str] | None:
    """The document types that a seal may stamp: its own, else its subtype's; None for any."""
    if seal.document_types is not None:
        return frozenset(seal.document_types)
    return call.profile.document_types.get(SealSubtype(seal.subtype))


def check_case(call: Call, case: Case, validators: Iterable[Validator] = ()) -> list[str]:
    """Go on only if the case may be approved at all; the codes of what is only warned of.

    Nothing is kept of what is excluded. ``E_DUPLICATE`` is :func:`check_duplicate`'s, which
    needs the row of numbers to be locked.

    Raises:
        Refused: ``E_EXCLUDED_…``, ``E_SEAL_TYPE``, ``E_SEAL_SCOPE``, ``E_BASIS_MISSING``,
            ``E_DIGEST_CHANGED``, ``E_NOT_DECIDED``, ``E_BENEFICIARY``, ``E_OPENNESS``,
            ``E_DATE_MISMATCH``, ``E_LEDGER_FIELD``.
        Defective: ``E_DEFECTS``: the content is not regular (JC9-08); it lists all defects.
    """
    form = case.form
    stated = {**form.stated(), "document_type": case.document_type, "medium": case.seal.medium}
    check_excluded(call, stated, form.document)
    warnings: list[str] = []
    _check_unit(call, case)
    _check_scope(call, case, warnings)
    _check_basis(call, case)
    _check_seal_type(call, case)
    _check_decided(call, case)
    _check_person(call, case)
    _check_openness(call, case)
    _check_dates(call, case, warnings)
    _check_correction(call, case)
    _check_ledger_fields(call, case)
    check_content(call, stated, form.document, validators)
    return warnings


def _check_unit(call: Call, case: Case) -> None:
    """Seals are used by the unit that they were given to (JC29S-12, 越权)."""
    if call.actor.organization != case.seal.using_org:
        call.refuse("E_SEAL_SCOPE", "该印章由其他单位使用 / the seal is another unit's to use")


def _check_seal_type(call: Call, case: Case) -> None:
    """Which seal the document takes: the profile's seal rules; that of its issuer (YZ-4.1.1)."""
    borne = borne_seals(call, case.form.sm3, is_by_hand=case.is_by_hand)
    check_seal(call, case.seal_facts(), case.seal.subtype, borne)
    if case.card is not None:
        wanted = ISSUER_SEALS[case.card.kind]
        if case.seal.subtype != wanted or case.seal.owner_org != case.card.issuer:
            call.refuse(
                "E_SEAL_TYPE",
                f"该发文机关的公文须用其{SUBTYPES[wanted]} / "
                f"a document of this issuer takes its own seal: {wanted}",
            )


def borne_seals(call: Call, sm3: str, *, is_by_hand: bool) -> list[str]:
    """The subtypes of seals on a file that was stamped here: it takes a further one (HLJ-04).

    Of paper it is the file that was filed for it, too.
    """
    before = stamped_before(call, sm3, is_by_hand=is_by_hand)
    if before is None:
        return []
    seals = tables.seals
    found = call.rows(sa.select(seals.c.subtype).where(seals.c.id.in_(before.seals)))
    return sorted(row.subtype for row in found)


def _check_scope(call: Call, case: Case, warnings: list[str]) -> None:
    form, seal = case.form, case.seal
    scope = scope_of(call, seal)
    if scope is not None and case.document_type not in scope:
        allowed = named(sorted(scope), DOCUMENT_TYPES)
        message = (
            f"{named([case.document_type], DOCUMENT_TYPES)}不在该印章的使用范围内：{allowed} / "
            "the seal does not stamp such a document"
        )
        call.refuse("E_SEAL_SCOPE", message)
    if case.document_type == DocumentType.OTHER and not form.reason:
        switch = "other_document_needs_reason"
        if call.profile.is_on(switch):
            message = "其他文书须说明事由 / another type of document needs a reason"
            settings.refuse(call, switch, "E_SEAL_SCOPE", message)
    if seal.matters is not None and not {form.text("item_code"), form.matter} & set(seal.matters):
        call.refuse(
            "E_SEAL_SCOPE",
            "事项不在该印章的使用范围内 / the matter is none of those that the seal is for",
        )
    is_delegated = form.item_class is ItemClass.DELEGATED
    if seal.subtype == SealSubtype.NO2 and not is_delegated:
        switch = "delegated_items_only"
        if call.profile.is_on(switch):
            message = "“2号章”只用于下放事项 / a No. 2 seal is for delegated items alone"
            settings.refuse(call, switch, "E_SEAL_SCOPE", message)
    elif is_delegated and seal.subtype != SealSubtype.NO2:
        message = (
            "下放事项须用市直单位的“2号章” / a delegated item takes the city unit's No. 2 seal"
        )
        settings.refuse_or_warn(call, "county_seal_on_delegated_item", "E_SEAL_SCOPE", message)
        warnings.append("E_SEAL_SCOPE")


def _check_basis(call: Call, case: Case) -> None:
    """Formal official documents stand on the dispatch card, others on the form (YZ-4.2)."""
    is_official = case.document_type == DocumentType.OFFICIAL_DOC
    switch = "official_document_needs_card"
    needs_card = is_official and call.profile.is_on(switch)
    if case.basis is not Basis.USE_FORM and case.document_type in _ON_FORM:
        call.refuse(
            "E_BASIS_MISSING",
            f"{DOCUMENT_TYPES[case.document_type]}须以用印审批单为依据 / "
            f"a {case.document_type} stands on the use form",
        )
    if case.basis is Basis.USE_FORM and case.document_type in _OF_CASES:
        call.refuse(
            "E_BASIS_MISSING",
            f"{DOCUMENT_TYPES[case.document_type]}须以办结的审批事项为依据 / "
            f"a {case.document_type} stands on the decided case",
        )
    if case.card is None:
        if needs_card or case.basis is Basis.DISPATCH_CARD:
            message = "缺少领导签发的发文卡 / the dispatch card that a leader signed is missing"
            settings.refuse(call, switch, "E_BASIS_MISSING", message)
        return
    if not is_official or case.basis is not Basis.DISPATCH_CARD:
        message = (
            "发文卡只用于正式公文，其他用印须填审批单 / "
            "a dispatch card is for official documents; others have the form"
        )
        call.refuse("E_BASIS_MISSING", message)
    if case.card.document_sm3 != case.form.sm3:
        call.refuse(
            "E_DIGEST_CHANGED",
            "文件不是领导签发的文件 / the document is not the one that the leader signed off",
        )


def _check_decided(call: Call, case: Case) -> None:
    """Approval seals are applied to what is concluded (JC9-01).

    Whoever names the concluded case as the basis and says no more states that it is concluded.
    """
    stated = case.form.text("decision_state") or DecisionState.DECIDED
    is_open = case.basis is Basis.CASE_DECISION and stated != DecisionState.DECIDED
    if case.document_type == DocumentType.ACCEPTANCE_NOTICE:
        return  # with it a matter begins
    if is_open and call.profile.is_on("matter_must_be_decided"):
        message = f"事项尚未办结 / the matter is {stated}: it must be concluded first"
        settings.refuse(call, "matter_must_be_decided", "E_NOT_DECIDED", message)


def _check_person(call: Call, case: Case) -> None:
    """A personal certificate names the person (YZ-4.1.4)."""
    is_missing = case.document_type in _PERSONAL and case.form.text("beneficiary") is None
    if is_missing and call.profile.is_on("beneficiary_required"):
        message = "个人证明须注明本人 / a personal certificate names the person"
        settings.refuse(call, "beneficiary_required", "E_BENEFICIARY", message)


def _check_openness(call: Call, case: Case) -> None:
    """公开属性 is fixed at drafting; not open needs a reason (GK-3.2.1)."""
    openness, reason = case.form.text("openness"), case.form.text("openness_reason")
    if case.card is not None:
        if openness not in {None, case.card.openness}:
            call.refuse(
                "E_OPENNESS",
                "公开属性与发文卡不一致 / the dispatch card says otherwise of openness",
            )
        return
    is_closed = openness in {Openness.ON_REQUEST, Openness.NOT_OPEN}
    if is_closed and not reason and call.profile.is_on("openness_reason_required"):
        message = f"{named([str(openness)], OPENNESS)}须说明理由 / {openness} needs a reason"
        settings.refuse(call, "openness_reason_required", "E_OPENNESS", message)


def _check_dates(call: Call, case: Case, warnings: list[str]) -> None:
    """Decision and reply carry the same date (HLJ-08)."""
    decision, reply = case.form.text("decision_date"), case.form.text("reply_date")
    if decision is not None and reply is not None and decision != reply:
        message = (
            f"决定书日期 {decision} 与批复日期 {reply} 不一致 / "
            f"the decision is dated {decision}, the reply {reply}"
        )
        settings.refuse_or_warn(call, "decision_and_reply_dates", "E_DATE_MISMATCH", message)
        warnings.append("E_DATE_MISMATCH")


def _check_correction(call: Call, case: Case) -> None:
    original = case.original
    if original is None:
        return
    if original.state not in STAMPED:
        call.refuse(
            "E_STATE",
            f"被更正的申请{USE_STATES[original.state]}，未曾用印 / "
            f"the request to be corrected is {original.state}, not stamped",
        )
    if original.organization != call.actor.organization:
        call.refuse(
            "E_SEAL_SCOPE",
            "其他单位的文书由其自行更正 / another unit corrects what it issued itself",
        )


def _check_ledger_fields(call: Call, case: Case) -> None:
    """What the ledger will ask of the form is asked when it is filed, not only at the desk."""
    form = case.form
    known = {
        "matter": form.matter,
        "reason": form.reason,
        "section": form.section,
        "copies": form.copies if form.copies >= 1 else None,
        "document_no": form.text("document_no"),
        "certificate_no": form.text("certificate_no"),
        "item_code": form.text("item_code"),
    }
    for name, clause in call.profile.ledger.fields.items():
        if name in known and not known[name]:
            call.refuse("E_LEDGER_FIELD", f"台账缺少 {name} / the ledger needs {name}", clause)
    if known["copies"] is None:
        call.refuse("E_LEDGER_FIELD", "份数至少为 1 / copies: at least 1")


def check_content(
    call: Call, facts: Mapping[str, Any], document: bytes, validators: Iterable[Validator]
) -> None:
    """Content to be stamped is regular and accurate (JC9-08): all defects, or none.

    Raises:
        Defective: ``E_DEFECTS``.
    """
    defects: list[str] = []
    numbered = settings.words(call, "numbered_document_types")
    if facts["document_type"] in numbered and not facts.get("document_no"):
        defects.append("document_no")
    for validate in validators:
        defects.extend(validate(facts, document))
    if defects:
        call.facts["defects"] = defects
        listed = "、".join(defects)
        message = f"内容不规范：{listed} / the content is not regular: {listed}"
        clause = call.profile.clause("E_DEFECTS")
        raise Defective(message, clause=clause, defects=tuple(defects))


def check_duplicate(call: Call, case: Case) -> list[str]:
    """One document is asked for once (QS-3.4); the row of numbers is locked by now.

    The same bytes under any seal, or the same number of document under the same seal, in a
    request that waits or was stamped. Paper may take a second seal that is applied by hand, and
    as many copies as were approved and not stamped may be asked for anew.

    Raises:
        Refused: ``E_DUPLICATE``.
    """
    requests = tables.use_requests
    digest, number = case.form.sm3, case.form.text("document_no")
    query = sa.select(*(requests.c[name] for name in _COMPARED))
    # Each question finds its few rows by an index; what else has to hold is asked of those.
    rows = list(call.rows(query.where(requests.c.document_sm3 == digest)))
    if number is not None:
        rows += call.rows(query.where(requests.c.document_no == number))
    numbered = (case.document_type, call.actor.organization, case.seal.id)
    corrected = None if case.original is None else case.original.id
    counts = {*OPEN, *STAMPED}
    found = next(
        (
            row
            for row in rows
            if row.state in counts
            and row.id != corrected
            and (
                row.document_sm3 == digest
                or (row.document_type, row.organization, row.seal) == numbered
            )
            and not _is_left(call, case, row)
        ),
        None,
    )
    if found is None:
        return []
    message = (
        f"申请 {found.number} 已涉及同一文件 / request {found.number} is for the same document"
    )
    settings.refuse_or_warn(call, "duplicate_request", "E_DUPLICATE", message)
    return ["E_DUPLICATE"]


def _is_left(call: Call, case: Case, row: sa.Row[Any]) -> bool:
    is_same_paper = case.is_by_hand and row.document_sm3 == case.form.sm3
    return is_same_paper and is_left_to_stamp(call, row, case.seal, case.form.copies)
