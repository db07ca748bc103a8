"""How many seals of a name there may be in one medium, and how that is raised (R-JC9-05)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from govseal.registry import tables
from govseal.registry.seals.petitions import decided, file_petition
from govseal.registry.seals.records import PetitionRecord
from govseal.registry.seals.room import IN_USE, Room, active_unit, words
from govseal.registry.tables.base import new_id
from govseal.registry.vocabulary import Medium, PetitionKind, Role, SealSubtype

if TYPE_CHECKING:
    from govseal.registry.call import Call

MAX_SEALS = 1000


class Quotas(Room):
    """More seals than the profile allows, by the procedure."""

    def ask_for_more(
        self,
        organization: str,
        *,
        name: str,
        subtype: SealSubtype,
        medium: Medium,
        max_count: int,
        basis: str,
    ) -> PetitionRecord:
        """Ask for a higher quota; it holds once all the approvals of a new seal are there.

        Raises:
            Refused: ``E_FORM`` (no basis, no number), ``E_APPROVER_LEVEL`` (nobody may approve it).
            NotAuthorized: neither office nor applicant of the unit.
        """
        with self._acting.call("seals.ask_for_more") as call:
            call.require(
                Role.SEAL_OFFICE, Role.SEAL_USING_UNIT_APPLICANT, organization=organization
            )
            active_unit(call, organization)
            call.judge_by(organization)
            if not 1 <= max_count <= MAX_SEALS:
                call.refuse("E_FORM", f"数量不合规定 / a quota is a number from 1 to {MAX_SEALS}")
            content = {
                "name": words(call, name, "E_FORM", "名称 / the name"),
                "medium": Medium(medium).value,
                "max_count": max_count,
                "basis": words(call, basis, "E_FORM", "依据 / the basis"),
            }
            type_ = call.profile.seal_types.get(subtype, "")
            facts = {"kind": "quota", "subtype": subtype, "type": type_, "medium": medium}
            return file_petition(
                call, PetitionKind.QUOTA, facts, content, organization=organization
            )


def raise_quota(call: Call, petition: sa.Row[Any]) -> None:
    """What an approved petition changes."""
    content = petition.content
    call.insert(
        tables.quota_changes,
        id=new_id("quo"),
        organization=petition.organization,
        name=content["name"],
        medium=content["medium"],
        max_count=content["max_count"],
        basis=content["basis"],
        petition=petition.id,
        since=call.at,
    )


decided[PetitionKind.QUOTA] = raise_quota


def check_quota(call: Call, row: sa.Row[Any]) -> None:
    """Go on only if one more seal of the name may be made.

    Raises:
        Refused: ``E_SEAL_QUOTA``.
    """
    quota = next(
        (
            quota
            for quota in call.profile.quotas
            if quota.medium == row.medium and re.fullmatch(quota.name, row.name)
        ),
        None,
    )
    if quota is None:
        return
    # Whoever makes seals of the unit at the same time waits here, so that each counts the other's.
    call.one(tables.organizations, row.owner_org, lock=True)
    changes, seals = tables.quota_changes, tables.seals
    query = (
        sa.select(changes.c.max_count)
        .where(
            changes.c.organization == row.owner_org,
            changes.c.name == row.name,
            changes.c.medium == row.medium,
        )
        .order_by(changes.c.since.desc(), changes.c.max_count.desc())
        .limit(1)
    )
    allowed = call.connection.execute(query).scalar_one_or_none() or quota.max_count
    count = sa.select(sa.func.count()).where(
        seals.c.owner_org == row.owner_org,
        seals.c.name == row.name,
        seals.c.medium == row.medium,
        seals.c.state.in_(tuple(IN_USE)),
        seals.c.id != row.id,
    )
    found: int = call.connection.execute(count).scalar_one()
    if found >= allowed:
        message = (
            f"已有 {found} 枚，限 {allowed} 枚 / there are {found} seals, {allowed} are allowed"
        )
        call.refuse("E_SEAL_QUOTA", message, quota.clause)
