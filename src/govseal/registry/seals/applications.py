"""申请: form, attachments, certificate, imprint, and somebody who answers for the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.seals import vault
from govseal.registry.seals.custody import custodian_at, may_see, sees
from govseal.registry.seals.forms import (
    WRITTEN_APPLICATION,
    Papers,
    SealForm,
    attachments,
    check_certificate,
    check_form,
    check_name,
    has_attachment,
)
from govseal.registry.seals.records import SealRecord
from govseal.registry.seals.room import Room, is_electronic, locked, sealed_record
from govseal.registry.seals.transitions import check_step, move
from govseal.registry.tables.base import new_id
from govseal.registry.vocabulary import Role, SealState
from govseal.seal.picture import SealPicture, load_picture

if TYPE_CHECKING:
    from govseal.registry.call import Call

_ANSWERS = (
    Role.SEAL_USING_UNIT_APPLICANT,
    Role.SECTION_HEAD,
    Role.OFFICE_HEAD,
    Role.SUPERVISING_LEADER,
    Role.PRINCIPAL_LEADER,
    Role.COUNTY_HEAD,
)


class Applications(Room):
    """Applying for a seal."""

    def draft(self, form: SealForm, papers: Papers | None = None) -> SealRecord:
        """A new application, which may be changed until it is submitted.

        Raises:
            Refused: ``E_NOT_OWNER`` (another unit's seal), ``E_CUSTODY_DEPT``, ``E_PHYSICAL_TWIN``,
                ``E_REPLACES``, ``E_ORG_INACTIVE``, ``E_FORM``, ``E_SEAL_NAME``.
            NotAuthorized: no applicant.
        """
        with self._acting.call("seals.draft") as call:
            return _draft(call, form, papers or Papers())

    def revise(self, seal_id: str, form: SealForm, papers: Papers) -> SealRecord:
        """The application as it should have been; the declaration is to be made again.

        Raises:
            StateError: it is neither a draft nor was it returned.
        """
        with self._acting.call("seals.revise", seal_id) as call:
            row = locked(call, seal_id)
            check_step(row, "submit")
            call.require(Role.SEAL_USING_UNIT_APPLICANT, organization=row.owner_org)
            check_form(call, form)
            call.update(tables.seals, seal_id, **_columns(call, form))
            call.connection.execute(
                tables.seal_applications.update()
                .where(tables.seal_applications.c.seal == seal_id)
                .values(**_paper_columns(call, seal_id, form, papers))
            )
            return sealed_record(call, seal_id)

    def declare(self, seal_id: str) -> SealRecord:
        """Declare that form and imprint are true: 真实性承诺, by a named person of the unit.

        Raises:
            StateError: the application was submitted already.
            NotAuthorized: not somebody who answers for the unit.
        """
        with self._acting.call("seals.declare", seal_id) as call:
            row = locked(call, seal_id)
            check_step(row, "submit")
            call.require(*_ANSWERS, organization=row.owner_org)
            applications = tables.seal_applications
            call.connection.execute(
                applications.update()
                .where(applications.c.seal == seal_id)
                .values(declared_by=call.actor.id, declared_at=call.at)
            )
            return sealed_record(call, seal_id)

    def submit(self, seal_id: str) -> SealRecord:
        """Hand the application in.

        Raises:
            Refused: ``E_ATTACHMENT`` (no written application, no imprint), ``E_NO_CERT``,
                ``E_EXPIRED`` … of the certificate, ``E_CERT_NAME_MISMATCH``, ``E_DECLARATION``,
                ``E_SEAL_NAME``, ``E_SEAL_NUMBER``.
            StateError: it is neither a draft nor was it returned.
        """
        with self._acting.call("seals.submit", seal_id) as call:
            row = locked(call, seal_id)
            check_step(row, "submit")
            call.require(Role.SEAL_USING_UNIT_APPLICANT, organization=row.owner_org)
            _check_papers(call, row, application_of(call, seal_id))
            check_name(call, row)
            move(call, row, "submit")
            applications = tables.seal_applications
            call.connection.execute(
                applications.update()
                .where(applications.c.seal == seal_id)
                .values(submitted_at=call.at, applicant=call.actor.id)
            )
            return sealed_record(call, seal_id)

    def get(self, seal_id: str) -> SealRecord:
        """A seal as it is now.

        Raises:
            Refused: ``E_NOT_FOUND``.
            NotAuthorized: no right to look at it.
        """
        with self._acting.call("seals.get", seal_id, writes=False) as call:
            may_see(call, call.one(tables.seals, seal_id))
            return sealed_record(call, seal_id)

    def find(
        self,
        *,
        state: SealState | None = None,
        organization: str | None = None,
        custodian: str | None = None,
    ) -> tuple[SealRecord, ...]:
        """The seals that the actor may look at, by their names.

        Args:
            state: only those in this state.
            organization: only those that this unit owns or uses.
            custodian: only those that this person has now.
        """
        with self._acting.call("seals.find", organization or "", writes=False) as call:
            seals = tables.seals
            query = sa.select(seals).order_by(seals.c.name, seals.c.id)
            if state is not None:
                query = query.where(seals.c.state == state)
            if organization is not None:
                query = query.where(
                    sa.or_(seals.c.owner_org == organization, seals.c.using_org == organization)
                )
            rows = [row for row in call.rows(query) if sees(call, row)]
            if custodian is not None:
                rows = [row for row in rows if _holds(call, row.id, custodian)]
            return tuple(SealRecord.of(row) for row in rows)


def _holds(call: Call, seal_id: str, person: str) -> bool:
    holder = custodian_at(call.connection, seal_id, call.at)
    return holder is not None and holder.person == person


def application_of(call: Call, seal_id: str) -> sa.Row[Any]:
    """The application of a seal."""
    table = tables.seal_applications
    row = call.connection.execute(sa.select(table).where(table.c.seal == seal_id)).one_or_none()
    if row is None:
        call.refuse("E_NOT_FOUND", "没有该印章的申请 / the seal was not applied for here")
    return row


def imprint_of(call: Call, application: sa.Row[Any]) -> SealPicture | None:
    """印模 on file."""
    if application.imprint is None:
        return None
    data = vault.load_picture(call, application.imprint, f"imprint {application.seal}")
    width, height = application.form["imprint_mm"]
    return load_picture(data, width, height)


def _draft(call: Call, form: SealForm, papers: Papers) -> SealRecord:
    call.require(Role.SEAL_USING_UNIT_APPLICANT)
    call.judge_by(form.owner_org)
    if not call.actor.has(Role.SEAL_USING_UNIT_APPLICANT, organization=form.owner_org):
        message = "印章由其所属单位申请 / a seal is applied for by the unit that owns it"
        call.refuse("E_NOT_OWNER", message)
    check_form(call, form)
    seal_id = new_id("seal")
    call.subject = seal_id
    call.insert(
        tables.seals,
        id=seal_id,
        state=SealState.DRAFT,
        state_effective_at=call.at,
        **_columns(call, form),
    )
    call.insert(
        tables.seal_states,
        seal=seal_id,
        event="draft",
        state=SealState.DRAFT,
        effective_at=call.at,
        recorded_at=call.at,
        by=call.actor.id,
    )
    call.insert(
        tables.seal_applications,
        id=new_id("app"),
        seal=seal_id,
        organization=form.owner_org,
        applicant=call.actor.id,
        **_paper_columns(call, seal_id, form, papers),
    )
    return sealed_record(call, seal_id)


def _columns(call: Call, form: SealForm) -> dict[str, Any]:
    type_ = form.type or call.profile.seal_types.get(form.subtype)
    if type_ is None:
        call.refuse(
            "E_FORM",
            f"规定未写明该印章的类型 / the profile does not say what type {form.subtype} is",
        )
    types = form.document_types
    return {
        "name": form.name,
        "type": type_,
        "subtype": form.subtype,
        "medium": form.medium,
        "sequence_no": form.sequence_no,
        "owner_org": form.owner_org,
        "using_org": form.using_org,
        "custody_department": form.custody_department,
        "legal_basis": form.legal_basis,
        "document_types": None if types is None else list(types),
        "matters": None if form.matters is None else list(form.matters),
        "replaces": form.replaces,
        "physical_twin": form.physical_twin,
    }


def _paper_columns(call: Call, seal_id: str, form: SealForm, papers: Papers) -> dict[str, Any]:
    imprint = papers.imprint
    fields: dict[str, Any] = {
        "unit_name": form.unit_name,
        "uscc": form.uscc,
        "legal_representative": form.legal_representative,
        "contact": form.contact,
        "name": form.name,
        "reason": form.reason,
    }
    stored = None
    if imprint is not None:
        fields["imprint_mm"] = [imprint.width_mm, imprint.height_mm]
        stored = vault.keep_picture(call, imprint.data, f"imprint {seal_id}")
    return {
        "form": fields,
        "attachments": attachments(papers.attachments),
        "certificate": papers.certificate.der if papers.certificate else None,
        "imprint": stored,
        "imprint_sha256": imprint.sha256 if imprint else None,
        "declared_by": None,
        "declared_at": None,
    }


def _check_papers(call: Call, row: sa.Row[Any], application: sa.Row[Any]) -> None:
    profile = call.profile
    if profile.is_on("written_application_required") and not has_attachment(
        application.attachments, WRITTEN_APPLICATION
    ):
        clause = profile.switch("written_application_required").clause
        call.refuse("E_ATTACHMENT", "缺少书面申请 / the written application is missing", clause)
    if is_electronic(row):
        is_needed = profile.is_on("institution_certificate_required")
        if is_needed or application.certificate is not None:
            check_certificate(call, application.certificate, application.form["unit_name"])
        mirrors = profile.switch("medium_policy")
        if mirrors.value == "mirrors_physical" and application.imprint is None:
            call.refuse("E_ATTACHMENT", "缺少印模 / the imprint is missing", mirrors.clause)
    if profile.is_on("declaration_required") and application.declared_by is None:
        clause = profile.switch("declaration_required").clause
        call.refuse(
            "E_DECLARATION",
            "无人作真实性承诺 / nobody declared that form and imprint are true",
            clause,
        )
