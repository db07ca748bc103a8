"""Whether a profile is in force, and what an expired or repealed one may still do."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from govseal.errors import Refused
from govseal.registry.clock import day_of
from govseal.registry.policy.profile import PolicyProfile


class Standing(StrEnum):
    """What a regulation is on a day."""

    NOT_YET = "not_yet"
    IN_FORCE = "in_force"
    EXPIRED = "expired"
    REPEALED = "repealed"  # 废止: it judges old documents only


def standing(profile: PolicyProfile, day: date) -> Standing:
    """What the profile is on a day: a document of that day is judged by it if it is in force."""
    if day < profile.in_force_from:
        return Standing.NOT_YET
    if profile.is_in_force(day):
        return Standing.IN_FORCE
    return Standing.EXPIRED if profile.may_stamp else Standing.REPEALED


def expired_parts(profile: PolicyProfile, day: date) -> tuple[str, ...]:
    """The papers of the profile that no longer hold on a day, with the clause that says so."""
    return tuple(
        f"{paper.title}（{paper.clause}）"
        for paper in profile.regulations
        if paper.in_force_to is not None and paper.in_force_to < day
    )


def check_in_force(profile: PolicyProfile, at: datetime) -> None:
    """Go on only if seals may be used under the profile at that time.

    An operator who must use one that has expired says so in an own profile: ``extends`` it, and
    turns ``allow_expired_profile`` on; for a repealed one ``may_stamp`` too.

    Raises:
        Refused: ``E_PROFILE_NOT_IN_FORCE``.
    """
    day = day_of(at)
    now = standing(profile, day)
    if now is Standing.NOT_YET:
        reason = f"{profile.in_force_from} 起施行 / it comes into force on {profile.in_force_from}"
    elif not profile.may_stamp:
        reason = "只用于认定以往文件，不得新用印 / it judges old documents, and stamps no new ones"
    elif now is Standing.EXPIRED and not profile.is_on("allow_expired_profile"):
        reason = f"已于 {profile.in_force_to} 失效 / it expired on {profile.in_force_to}"
    else:
        return
    raise Refused(
        f"{profile.title_zh}：{reason}",
        code="E_PROFILE_NOT_IN_FORCE",
        clause=profile.clause("E_PROFILE_NOT_IN_FORCE") or profile.source,
    )
