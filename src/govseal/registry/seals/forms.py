"""The form of an application, what lies beside it, and what both are held to."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Self

import sqlalchemy as sa

from govseal.errors import FormatError, SealError
from govseal.pki.certificate import Certificate
from govseal.registry import tables
from govseal.registry.policy.names import check_seal_name
from govseal.registry.seals.room import active_unit, department_of, is_electronic, words
from govseal.registry.vocabulary import (
    DocumentType,
    Medium,
    OrganizationKind,
    SealState,
    SealSubtype,
    SealType,
)
from govseal.seal import naming
from govseal.seal.make import check_may_sign

if TYPE_CHECKING:
    from govseal.registry.call import Call
    from govseal.seal.picture import SealPicture

WRITTEN_APPLICATION = "written_application"
IDENTITY_PROOF = "identity_proof"
MAX_ATTACHMENTS = 50
_REPLACEABLE = frozenset(
    {SealState.LOST, SealState.CANCELLED, SealState.DESTROYED, SealState.EXPIRED, SealState.STOPPED}
)
_PREFIXED = frozenset({SealType.INTERNAL_ORGAN, SealType.BRANCH})


@dataclass(frozen=True, slots=True)
class Attachment:
    """A paper beside a form, by its digest: the paper itself stays where it is."""

    kind: str
    """``written_application`` (书面申请), ``identity_proof`` (身份证明材料), or another word."""
    title: str
    sha256: str

    @classmethod
    def of(cls, kind: str, title: str, data: bytes) -> Self:
        """The attachment of these bytes."""
        return cls(kind, title, hashlib.sha256(data).hexdigest())


@dataclass(frozen=True, slots=True)
class SealForm:
    """电子印章申请表; its fields are those that such forms have.

    Raises:
        ValueError: a subtype, type or medium is no word of the vocabulary.
    """

    unit_name: str
    uscc: str
    """统一社会信用代码 of the unit that owns the seal."""
    legal_representative: str
    contact: str
    name: str
    """印章名称."""
    subtype: SealSubtype
    reason: str
    owner_org: str
    using_org: str
    custody_department: str
    type: SealType | None = None
    """None: what the profile says of the subtype."""
    medium: Medium = Medium.ELECTRONIC
    sequence_no: int | None = None
    """（n） in the name."""
    legal_basis: str | None = None
    document_types: tuple[DocumentType, ...] | None = None
    """Its own scope; None: the profile's."""
    matters: tuple[str, ...] | None = None
    replaces: str | None = None
    """The seal that was lost, or is no longer, which this one is applied for in place of."""
    physical_twin: str | None = None

    def __post_init__(self) -> None:
        # The words of a form come from files and pages, too.
        object.__setattr__(self, "subtype", SealSubtype(self.subtype))
        object.__setattr__(self, "medium", Medium(self.medium))
        if self.type is not None:
            object.__setattr__(self, "type", SealType(self.type))


@dataclass(frozen=True, slots=True)
class Papers:
    """What lies beside a form."""

    attachments: tuple[Attachment, ...] = ()
    certificate: Certificate | None = None
    """机构数字证书, which will stamp with the seal."""
    imprint: SealPicture | None = field(default=None, repr=False)
    """印模."""


def attachments(found: Sequence[Attachment]) -> list[dict[str, str]]:
    """Attachments as a row keeps them."""
    if len(found) > MAX_ATTACHMENTS:
        raise ValueError(f"more than {MAX_ATTACHMENTS} attachments")
    for item in found:
        if not re.fullmatch(r"[0-9a-f]{64}", item.sha256):
            raise ValueError("an attachment is named by its SHA-256, 64 hexadecimal digits")
    return [asdict(item) for item in found]


def has_attachment(found: Sequence[Mapping[str, str]], kind: str) -> bool:
    """Whether one of that kind is there."""
    return any(item["kind"] == kind for item in found)


def check_form(call: Call, form: SealForm) -> None:
    """Go on only if the form is one that the unit may hand in.

    Raises:
        Refused: ``E_FORM``, ``E_SEAL_NAME``, ``E_NOT_OWNER``, ``E_CREDIT_CODE``,
            ``E_CUSTODY_DEPT``, ``E_PHYSICAL_TWIN``, ``E_REPLACES``, ``E_ORG_INACTIVE``.
    """
    for name in ("unit_name", "uscc", "legal_representative", "contact", "reason"):
        words(call, getattr(form, name), "E_FORM", f"申请表 {name} / the form's {name}")
    words(call, form.name, "E_SEAL_NAME", "印章名称 / the seal's name")
    owner = active_unit(call, form.owner_org)
    if form.using_org != form.owner_org:
        active_unit(call, form.using_org)
    if form.subtype is SealSubtype.NO2 and OrganizationKind.CITY_UNIT not in owner.kinds:
        call.refuse(
            "E_NOT_OWNER", "“2号章”由市直单位刻制 / a No. 2 seal is made by the city's unit"
        )
    if not naming.is_same_name(form.unit_name, owner.legal_name):
        call.refuse("E_FORM", f"申请单位不符 / the unit is called {owner.legal_name}")
    try:
        naming.read_credit_code(form.uscc)
    except FormatError as error:
        call.refuse("E_CREDIT_CODE", f"统一社会信用代码有误 / the credit code: {error}")
    if owner.uscc is not None and owner.uscc != form.uscc:
        call.refuse(
            "E_CREDIT_CODE", "申请表的代码不是该单位的 / the form's credit code is not the unit's"
        )
    department = department_of(call, form.custody_department, form.using_org)
    _check_keeper(call, form, department.name)
    _check_twin(call, form)
    _check_replaces(call, form)


def _check_keeper(call: Call, form: SealForm, department: str) -> None:
    """Which department keeps such a seal is the profile's (C-8)."""
    facts = {"subtype": form.subtype.value, "medium": form.medium.value}
    if type_ := form.type or call.profile.seal_types.get(form.subtype):
        facts["type"] = type_.value
    rule = call.profile.custody_rule(facts)
    if rule is not None and rule.department and rule.department != department:
        message = f"此类印章由{rule.department}保管 / such a seal is kept by {rule.department}"
        call.refuse("E_CUSTODY_DEPT", message, rule.clause)


def _check_twin(call: Call, form: SealForm) -> None:
    """Electronic and physical seal side by side, or one of them alone (C-1)."""
    switch = call.profile.switch("medium_policy")
    if switch.value == "electronic_only" and (form.physical_twin or _has_other_medium(call, form)):
        message = "电子印章没有实物印章 / an electronic seal has no physical twin here"
        call.refuse("E_PHYSICAL_TWIN", message, switch.clause)
    if form.physical_twin is None:
        return
    twin = call.one(tables.seals, form.physical_twin)
    if form.medium is not Medium.ELECTRONIC or is_electronic(twin):
        message = "对应的应是实物印章 / a twin is the physical seal of an electronic one"
        call.refuse("E_PHYSICAL_TWIN", message)
    if twin.owner_org != form.owner_org:
        message = "实物印章属于其他单位 / the physical seal belongs to another unit"
        call.refuse("E_PHYSICAL_TWIN", message)


def _has_other_medium(call: Call, form: SealForm) -> bool:
    """Whether the unit has a seal of the name on the other side: electronic, or physical."""
    seals = tables.seals
    same_side = seals.c.medium == Medium.ELECTRONIC
    query = sa.select(seals.c.id).where(
        seals.c.owner_org == form.owner_org,
        seals.c.name == form.name,
        sa.not_(same_side) if form.medium is Medium.ELECTRONIC else same_side,
        seals.c.state.not_in((SealState.REJECTED, SealState.CANCELLED, SealState.DESTROYED)),
    )
    return bool(call.rows(query.limit(1)))


def _check_replaces(call: Call, form: SealForm) -> None:
    if form.replaces is None:
        return
    old = call.one(tables.seals, form.replaces)
    if old.owner_org != form.owner_org or old.state not in _REPLACEABLE or old.replaced_by:
        message = "只替代已丢失或终止的印章 / it replaces a seal that is lost or has ended"
        call.refuse("E_REPLACES", message)


def check_certificate(call: Call, der: bytes | None, unit: str) -> None:
    """The institution's certificate (机构数字证书) is there, may sign now, and is the unit's.

    Raises:
        Refused: ``E_NO_CERT``, ``E_CERT_NAME_MISMATCH``.
    """
    if der is None:
        clause = call.profile.switch("institution_certificate_required").clause
        message = "须先申领机构数字证书 / the unit has to have its certificate first"
        call.refuse("E_NO_CERT", message, clause)
    certificate = Certificate.from_der(der)
    try:
        check_may_sign(certificate, call.at)
    except SealError as error:
        call.refuse("E_NO_CERT", f"证书不能使用 / the certificate cannot be used: {error}")
    name = naming.unit_name(certificate.subject_value("O") or "")
    if not naming.is_same_name(name, unit):
        message = f"证书中的单位是{name} / the certificate is that of {name}"
        call.refuse("E_CERT_NAME_MISMATCH", message)


def check_name(call: Call, row: sa.Row[Any]) -> None:
    """The name and the number in it follow the profile, and the number is the seal's alone.

    Raises:
        Refused: ``E_SEAL_NAME``, ``E_SEAL_NUMBER``.
    """
    unit = call.one(tables.organizations, row.owner_org)
    user = call.one(tables.organizations, row.using_org)
    if row.type in _PREFIXED:
        is_more = not naming.is_same_name(row.name, unit.legal_name)
        if not naming.is_prefixed(row.name, unit.legal_name) or not is_more:
            call.refuse(
                "E_SEAL_NAME",
                f"{row.name} 应冠以单位法定名称并有所增加 / it begins with the unit's legal name",
            )
    number = check_seal_name(
        call.profile,
        SealSubtype(row.subtype),
        row.name,
        owner=unit.legal_name,
        region=user.region_code or "",
    )
    if number is None:
        return
    if row.sequence_no is not None and row.sequence_no != number:
        call.refuse("E_SEAL_NUMBER", f"名称的编号是 {number} / the number in the name is {number}")
    call.update(tables.seals, row.id, sequence_no=number)
    _check_unique(call, row, number)


def _check_unique(call: Call, row: sa.Row[Any], number: int) -> None:
    seals = tables.seals
    ended = (
        SealState.REJECTED,
        SealState.LOST,
        SealState.CANCELLED,
        SealState.DESTROYED,
        SealState.LAPSED,
    )
    query = sa.select(seals.c.id).where(
        seals.c.owner_org == row.owner_org,
        seals.c.subtype == row.subtype,
        seals.c.medium == row.medium,
        seals.c.sequence_no == number,
        seals.c.id != row.id,
        seals.c.state.not_in(ended),
        seals.c.state.not_in((SealState.DRAFT, SealState.RETURNED)),
    )
    if call.connection.execute(query.limit(1)).one_or_none() is not None:
        call.refuse("E_SEAL_NUMBER", f"编号 {number} 已有印章 / the number {number} is taken")
