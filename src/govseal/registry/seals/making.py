"""制章: the approved seal is made, held to the binding rules of the profile and to the form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from govseal.errors import SealError
from govseal.facade import make_seal
from govseal.pki.certificate import Certificate
from govseal.registry import tables
from govseal.registry.policy.force import check_in_force
from govseal.registry.seals import vault
from govseal.registry.seals.applications import application_of, imprint_of
from govseal.registry.seals.forms import check_name
from govseal.registry.seals.quotas import check_quota
from govseal.registry.seals.records import SealRecord
from govseal.registry.seals.room import (
    Room,
    active_unit,
    is_electronic,
    locked,
    sealed_record,
)
from govseal.registry.seals.transitions import check_step, move
from govseal.registry.seals.vault import SignerReference
from govseal.registry.vocabulary import ReasonClass, Role
from govseal.seal.binding import BindingTerms, load_profile

if TYPE_CHECKING:
    from govseal.pki.materials import Materials
    from govseal.pki.signer import Signer, TimestampSource
    from govseal.pki.trust import TrustStore
    from govseal.registry.call import Call
    from govseal.seal.make import Drawn
    from govseal.seal.picture import SealPicture


@dataclass(frozen=True, slots=True)
class Makings:
    """With what a seal is made: who makes it, and what certificates are judged by."""

    maker: Signer
    """制章人; its key may be in a device (:func:`govseal.load_signer`)."""
    trust: TrustStore
    materials: Materials | None = field(default=None, repr=False)
    cas: TrustStore | None = None
    """The only CAs allowed, where they are named."""
    makers: TrustStore | None = None
    """The only makers allowed, where they are named."""
    timestamp: TimestampSource | None = None
    generation: int = 2020


class Making(Room):
    """Making electronic seals."""

    def make(
        self,
        seal_id: str,
        makings: Makings,
        key: SignerReference,
        *,
        es_id: str,
        picture: SealPicture | Drawn | None = None,
    ) -> SealRecord:
        """Make the seal that was approved.

        Args:
            seal_id: the seal.
            makings: who makes it, and with what it is judged.
            key: the key that will stamp with it; it must be that of the certificate on file.
            es_id: 印章标识.
            picture: the picture; by default the imprint on file.

        Raises:
            Refused: what :class:`govseal.BindingTerms` refuse (``E_CA_NOT_ALLOWED``,
                ``E_CERT_REVOKED``, ``E_CERT_NAME_MISMATCH``, ``E_VALIDITY_MISMATCH``,
                ``E_IMPRINT_MISMATCH``, ``E_SEAL_NAME``, ``E_SEAL_NUMBER`` …), ``E_SEAL_QUOTA``,
                ``E_SAME_PERSON``, ``E_NO_CERT``, ``E_KEY`` (another key than the
                certificate's), ``E_PROFILE_NOT_IN_FORCE``, ``E_ORG_INACTIVE``.
            StateError: it was not approved, or was made.
            NotAuthorized: no maker.
        """
        with self._acting.call("seals.make", seal_id, signs=True) as call:
            row = locked(call, seal_id)
            check_step(row, "make")
            check_maker(call, row)
            check_quota(call, row)
            application = application_of(call, seal_id)
            signer = certificate_of(call, application, key)
            imprint = imprint_of(call, application)
            shown = picture or imprint
            if shown is None:
                message = "既无图像也无印模 / there is neither a picture nor an imprint on file"
                call.refuse("E_ATTACHMENT", message)
            _check_new_number(call, row, es_id)
            seal = make_seal(
                makings.maker,
                name=row.name,
                picture=shown,
                signers=[signer],
                at=call.at,
                es_id=es_id,
                not_before=signer.not_before,
                not_after=signer.not_after,
                generation=makings.generation,
                timestamp=makings.timestamp,
                binding=terms_of(call, row, makings, imprint),
            )
            vault.keep(call, seal_id, seal, key)
            move(call, row, "make", reason_class=ReasonClass.ISSUED)
            if row.replaces:
                call.update(tables.seals, row.replaces, replaced_by=seal_id)
            return sealed_record(call, seal_id)


def terms_of(
    call: Call, row: sa.Row[Any], makings: Makings, imprint: SealPicture | None
) -> BindingTerms:
    """The binding rules of the profile with what the registry knows of the seal."""
    owner = active_unit(call, row.owner_org)
    user = call.one(tables.organizations, row.using_org)
    mirrors = call.profile.switch("medium_policy").value == "mirrors_physical"
    return BindingTerms(
        profile=load_profile(call.profile.binding),
        trust=makings.trust,
        materials=makings.materials,
        cas=makings.cas,
        makers=makings.makers,
        imprint=imprint if mirrors else None,
        unit_name=owner.legal_name,
        ownership=row.type,
        region=user.region_code if row.using_org != row.owner_org else None,
    )


def check_maker(call: Call, row: sa.Row[Any]) -> None:
    """Go on only if the actor may make seals, and this one.

    Raises:
        NotAuthorized: no maker.
        Refused: ``E_SAME_PERSON``, ``E_PROFILE_NOT_IN_FORCE``, ``E_MEDIUM``.
    """
    call.require(Role.SEAL_MAKER)
    if not is_electronic(row):
        call.refuse("E_MEDIUM", "实物印章须刻制 / a physical seal is carved, not made here")
    profile = call.profile
    check_in_force(profile, call.at)
    steps = tables.review_steps
    query = sa.select(steps.c.id).where(steps.c.seal == row.id, steps.c.reviewer == call.actor.id)
    switch = profile.switch("maker_is_not_reviewer")
    if switch.value is True and call.rows(query.limit(1)):
        message = "审核人不得制章 / who reviewed the application does not make the seal"
        call.refuse("E_SAME_PERSON", message, switch.clause)
    check_name(call, row)


def certificate_of(call: Call, application: sa.Row[Any], key: SignerReference) -> Certificate:
    """The institution's certificate on file, to which the key belongs.

    Raises:
        Refused: ``E_NO_CERT``, ``E_KEY``.
    """
    if application.certificate is None:
        call.refuse("E_NO_CERT", "没有机构数字证书 / the unit's certificate is not on file")
    certificate = Certificate.from_der(application.certificate)
    if not key.load().certificate.public_key.is_same_key(certificate.public_key):
        call.refuse("E_KEY", "密钥与证书不符 / the key is not that of the certificate on file")
    return certificate


def _check_new_number(call: Call, row: sa.Row[Any], es_id: str) -> None:
    """A seal in place of a lost one has a number of its own: the old one stays lost."""
    seals = tables.seals
    query = sa.select(seals.c.id).where(seals.c.es_id == es_id, seals.c.id != row.id)
    if call.rows(query.limit(1)):
        raise SealError(
            "印章标识已被使用 / another seal has this number, or had it", code="E_SEAL_NUMBER"
        )
