"""The words of the registry: what a wire, a row and a policy profile call each thing.

The members are the glossary's; the values are stable once published.
"""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """The level of government that a unit belongs to."""

    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"
    NATION = "nation"


class OrganizationKind(StrEnum):
    """What a unit is in the business of seals; one unit may be several."""

    MANAGEMENT = "management"  # 电子印章管理部门
    USING = "using"  # 使用单位
    ISSUING = "issuing"  # 制发单位
    APPLYING = "applying"  # 应用单位
    CITY_UNIT = "city_unit"  # 市直单位
    COUNTY_UNIT = "county_unit"  # 县级审批单位
    SUPERVISING = "supervising"  # 政务服务管理部门
    PUBLIC_UTILITY = "public_utility"  # 公用事业单位


class OrganizationState(StrEnum):
    """Whether a unit is still there; a renamed one is, its names have their own history."""

    ACTIVE = "active"
    MERGED = "merged"
    ABOLISHED = "abolished"


class Role(StrEnum):
    """What a person may do; requirements 3.1."""

    SEAL_MANAGEMENT_DEPT_REVIEWER = "seal_management_dept_reviewer"  # 管理部门审核人
    SEAL_MAKER = "seal_maker"  # 制章人
    SEAL_USING_UNIT_APPLICANT = "seal_using_unit_applicant"  # 使用单位申请人
    CUSTODIAN = "custodian"  # 印章保管人
    SEAL_OFFICE = "seal_office"  # 局办公室
    LICENCE_ISSUING_SECTION = "licence_issuing_section"  # 证照发放科
    SECTION_HANDLER = "section_handler"  # 科室经办人
    SECTION_HEAD = "section_head"  # 科室负责人
    OFFICE_HEAD = "office_head"  # 办公室负责人
    SUPERVISING_LEADER = "supervising_leader"  # 分管领导
    PRINCIPAL_LEADER = "principal_leader"  # 主要领导
    PARTY_SECRETARY = "party_secretary"  # 党组书记
    AUTHORISED_PARTY_MEMBER = "authorised_party_member"  # 经授权的党组成员
    COUNTY_HEAD = "county_head"  # 县级审批单位主要负责人
    CITY_UNIT_ADMIN = "city_unit_admin"  # 市直单位管理员
    CITY_UNIT_INSPECTOR = "city_unit_inspector"  # 市直单位检查人
    PROVINCE_ADMIN = "province_admin"  # 省政府办公厅
    SERVICE_SUPERVISOR = "service_supervisor"  # 政务服务管理部门监督人
    LEGAL_REVIEWER = "legal_reviewer"  # 法规科
    SECRECY_REVIEWER = "secrecy_reviewer"  # 保密审查人
    SUPERVISION_AUDITOR = "supervision_auditor"  # 督查科
    PLATFORM_OPERATOR = "platform_operator"  # 平台运维
    ADMINISTRATOR = "administrator"  # 机构人员管理员: who keeps units, people and roles
    LICENCE_CONTACT = "licence_contact"  # 电子证照专人
    RELYING_SYSTEM = "relying_system"  # 业务系统


class Strength(StrEnum):
    """How it is known that a person acts."""

    LOGIN = "login"
    STRONG_LOGIN = "strong_login"  # two factors, or a certificate, as the platform vouches
    SYSTEM = "system"  # the registry itself


class SealType(StrEnum):
    """The five kinds of 晋市政办〔2022〕29号 电子印章, 第二条."""

    LEGAL_NAME = "legal_name"  # 法定名称章
    INTERNAL_ORGAN = "internal_organ"  # 内设机构章
    BRANCH = "branch"  # 分支机构章
    BUSINESS = "business"  # 业务专用章
    PERSONAL_NAME = "personal_name"  # 电子名章


class SealSubtype(StrEnum):
    """What a seal is called at the desk; each belongs to one :class:`SealType`."""

    OFFICIAL = "official"  # 行政公章
    PARTY_GROUP = "party_group"  # 党组印章
    OFFICE = "office"  # 办公室印章
    ADMIN_APPROVAL = "admin_approval"  # 行政审批专用章
    ADMIN_LICENSING = "admin_licensing"  # 行政许可专用章
    NO2 = "no2"  # “2号章”
    CONTRACT = "contract"  # 合同专用章
    INDUSTRY = "industry"  # 行业专用印章
    BRANCH = "branch"  # 分支机构章
    SPECIAL = "special"  # 其他专用章
    NAME = "name"  # 名章


class Medium(StrEnum):
    """What a seal is made of."""

    ELECTRONIC = "electronic"
    PHYSICAL_LARGE = "physical_large"  # 大章
    PHYSICAL_SMALL = "physical_small"  # 小章
    STEEL = "steel"  # 钢印章


class SealState(StrEnum):
    """The life of a seal; requirements 3.3. A physical seal goes through the same states."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    UNDER_REVIEW = "under_review"
    RETURNED = "returned"
    REJECTED = "rejected"
    APPROVED = "approved"
    MADE = "made"
    ISSUED = "issued"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    LOST = "lost"
    STOPPED = "stopped"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    DESTROYED = "destroyed"
    LAPSED = "lapsed"


class KeyState(StrEnum):
    """What became of the medium that holds a seal's key; R-HLJ-15a."""

    ISSUED = "issued"
    DAMAGED = "damaged"
    LOST = "lost"
    RETURNED = "returned"
    DESTROYED = "destroyed"


class IncidentKind(StrEnum):
    """What may befall a seal."""

    LOSS = "loss"  # 丢失
    OUT_OF_CONTROL = "out_of_control"  # 失控
    DAMAGE = "damage"  # 损坏
    ANOMALY = "anomaly"  # 异常
    MISUSE = "misuse"  # 违规使用
    LEAK = "leak"  # 泄密


class PetitionKind(StrEnum):
    """What is asked for around a seal; the ``kind`` of a row of the approver matrix."""

    CARVE = "carve"  # 刻制
    TAKE_OUT = "take_out"  # 外出携带
    STOP = "stop"  # 停用、作废
    QUOTA = "quota"  # 增加印章数量
    RENEW = "renew"  # 续期、重制
    CANCEL = "cancel"  # 注销
    DESTROY = "destroy"  # 销毁


class PetitionState(StrEnum):
    """How far a petition has come."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    DONE = "done"  # what it asked for was made


class ReasonClass(StrEnum):
    """Why a seal is in its state, as far as that is published: never words about people."""

    ISSUED = "issued"
    ACTIVATED = "activated"
    RENEWED = "renewed"
    RESUMED = "resumed"
    LOST = "lost"
    OUT_OF_CONTROL = "out_of_control"
    DAMAGED = "damaged"
    ANOMALY = "anomaly"
    AGREEMENT_ENDED = "agreement_ended"
    RENAMED = "renamed"
    BUSINESS_ENDED = "business_ended"
    UNIT_ENDED = "unit_ended"  # merged or abolished
    EXPIRED = "expired"
    NO_LEGAL_BASIS = "no_legal_basis"
    OTHER = "other"


class SealTask(StrEnum):
    """What has to be done with a seal."""

    CANCEL = "cancel"  # 注销
    RETURN_KEY = "return_key"  # 交回密钥
    WRITTEN_REPORT = "written_report"  # 补报书面材料
    REMAKE = "remake"  # 重新制作


class CustodyKind(StrEnum):
    """Why a seal is with somebody."""

    REGULAR = "regular"
    TEMPORARY = "temporary"  # 代管
    TAKEN_OUT = "taken_out"  # 外出携带
    OFFICE_RETAINED = "office_retained"  # 办公室保存


class UseState(StrEnum):
    """The life of a use request, 用印审批单; requirements 3.4."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    REVIEWED = "reviewed"  # some, not all, of the approvals are there
    APPROVED = "approved"
    CHECKED = "checked"  # the custodian has checked it
    STAMPED = "stamped"  # with its ledger entry: one step
    DELIVERED = "delivered"
    ARCHIVED = "archived"
    RETURNED = "returned"
    REJECTED = "rejected"
    REFUSED = "refused"  # 拒印
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Basis(StrEnum):
    """On what paper a use stands."""

    DISPATCH_CARD = "dispatch_card"  # 发文卡
    USE_FORM = "use_form"  # 用印审批单
    CASE_DECISION = "case_decision"  # 办结的审批事项


class ApprovalMode(StrEnum):
    """How an approval is proven; the ledger says which it was."""

    SIGNED = "signed"  # a statement, signed with the approver's own key
    LOGIN = "login"  # a strong log-in, the lesser mode


class RefusalReason(StrEnum):
    """Why a custodian refuses to stamp, 拒印; JC10-YZ-5.1."""

    INCOMPLETE = "incomplete"  # 手续不全
    OUT_OF_SCOPE = "out_of_scope"  # 超出范围
    NO_AUTHORITY = "no_authority"  # 越权


class Classification(StrEnum):
    """密级; nothing but ``none`` may enter this system."""

    NONE = "none"
    CONFIDENTIAL = "confidential"  # 秘密
    SECRET = "secret"  # noqa: S105 - 机密, a level of classification
    TOP_SECRET = "top_secret"  # noqa: S105 - 绝密


class Openness(StrEnum):
    """公开属性, fixed at drafting."""

    ACTIVE = "active"  # 主动公开
    ON_REQUEST = "on_request"  # 依申请公开
    NOT_OPEN = "not_open"  # 不予公开


class ItemClass(StrEnum):
    """Whose matter it is; R-GZ-1.3a."""

    OWN = "own"
    DELEGATED = "delegated"


class DocumentState(StrEnum):
    """What became of a stamped document: ``business.status`` of a report."""

    CURRENT = "current"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    DISPUTED = "disputed"
    REVOKED = "revoked"
    EXPIRED = "expired"


class DocumentType(StrEnum):
    """What is sealed; requirements 4.1. A profile may name further ones."""

    ACCEPTANCE_NOTICE = "acceptance_notice"
    NON_ACCEPTANCE_NOTICE = "non_acceptance_notice"
    LICENSING_GRANT_DECISION = "licensing_grant_decision"
    LICENSING_DENIAL_DECISION = "licensing_denial_decision"
    APPROVAL_REPLY = "approval_reply"
    MINISTRY_STANDARD_DOC = "ministry_standard_doc"
    LICENCE = "licence"
    APPROVAL_DOC = "approval_doc"
    APPRAISAL_REPORT = "appraisal_report"
    PROOF = "proof"
    APPROVAL_LICENCE_AND_DOC = "approval_licence_and_doc"
    OFFICIAL_DOC = "official_doc"
    AGREEMENT = "agreement"
    VOUCHER = "voucher"
    CIRCULATION_SLIP = "circulation_slip"
    CONTRACT = "contract"
    CERTIFICATE = "certificate"
    INTRODUCTION_LETTER = "introduction_letter"
    MATERIAL = "material"
    REPORT_FORM = "report_form"
    DELEGATION_AGREEMENT = "delegation_agreement"
    MONTHLY_REPORT = "monthly_report"
    MEETING_MINUTES = "meeting_minutes"
    OTHER = "other"


class OrderState(StrEnum):
    """What came of an order to correct, 责令限期改正."""

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # the document was: nothing is left to correct
