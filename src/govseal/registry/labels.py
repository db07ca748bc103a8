"""The registry's words in Chinese; in English each says itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from govseal.registry.vocabulary import (
    Basis,
    DocumentType,
    Medium,
    Openness,
    Role,
    SealSubtype,
    SealType,
    UseState,
)

Language = Literal["zh", "en"]

ROLES: Mapping[str, str] = {
    Role.SEAL_MANAGEMENT_DEPT_REVIEWER: "印章管理部门审核人",
    Role.SEAL_MAKER: "制章人",
    Role.SEAL_USING_UNIT_APPLICANT: "使用单位申请人",
    Role.CUSTODIAN: "印章保管人",
    Role.SEAL_OFFICE: "局办公室",
    Role.LICENCE_ISSUING_SECTION: "证照发放科",
    Role.SECTION_HANDLER: "科室经办人",
    Role.SECTION_HEAD: "科室负责人",
    Role.OFFICE_HEAD: "办公室负责人",
    Role.SUPERVISING_LEADER: "分管领导",
    Role.PRINCIPAL_LEADER: "主要领导",
    Role.PARTY_SECRETARY: "党组书记",
    Role.AUTHORISED_PARTY_MEMBER: "经授权的党组成员",
    Role.COUNTY_HEAD: "县级审批单位主要负责人",
    Role.CITY_UNIT_ADMIN: "市直单位管理员",
    Role.CITY_UNIT_INSPECTOR: "市直单位检查人",
    Role.PROVINCE_ADMIN: "省政府办公厅管理员",
    Role.SERVICE_SUPERVISOR: "政务服务管理部门监督人",
    Role.LEGAL_REVIEWER: "法规科审查人",
    Role.SECRECY_REVIEWER: "保密审查人",
    Role.SUPERVISION_AUDITOR: "督查科",
    Role.PLATFORM_OPERATOR: "平台运维",
    Role.ADMINISTRATOR: "机构人员管理员",
    Role.LICENCE_CONTACT: "电子证照专人",
    Role.RELYING_SYSTEM: "业务系统",
}
SUBTYPES: Mapping[str, str] = {
    SealSubtype.OFFICIAL: "行政公章",
    SealSubtype.PARTY_GROUP: "党组印章",
    SealSubtype.OFFICE: "办公室印章",
    SealSubtype.ADMIN_APPROVAL: "行政审批专用章",
    SealSubtype.ADMIN_LICENSING: "行政许可专用章",
    SealSubtype.NO2: "“2号章”",
    SealSubtype.CONTRACT: "合同专用章",
    SealSubtype.INDUSTRY: "行业专用印章",
    SealSubtype.BRANCH: "分支机构章",
    SealSubtype.SPECIAL: "其他专用章",
    SealSubtype.NAME: "名章",
}
TYPES: Mapping[str, str] = {
    SealType.LEGAL_NAME: "法定名称章",
    SealType.INTERNAL_ORGAN: "内设机构章",
    SealType.BRANCH: "分支机构章",
    SealType.BUSINESS: "业务专用章",
    SealType.PERSONAL_NAME: "电子名章",
}
MEDIUMS: Mapping[str, str] = {
    Medium.ELECTRONIC: "电子印章",
    Medium.PHYSICAL_LARGE: "大章",
    Medium.PHYSICAL_SMALL: "小章",
    Medium.STEEL: "钢印章",
}
BASES: Mapping[str, str] = {
    Basis.DISPATCH_CARD: "发文卡",
    Basis.USE_FORM: "用印审批单",
    Basis.CASE_DECISION: "办结的审批事项",
}
DOCUMENT_TYPES: Mapping[str, str] = {
    DocumentType.ACCEPTANCE_NOTICE: "受理通知书",
    DocumentType.NON_ACCEPTANCE_NOTICE: "不予受理通知书",
    DocumentType.LICENSING_GRANT_DECISION: "准予行政许可决定书",
    DocumentType.LICENSING_DENIAL_DECISION: "不准予行政许可决定书",
    DocumentType.APPROVAL_REPLY: "批复文件",
    DocumentType.MINISTRY_STANDARD_DOC: "国家部委确定的规范性文书",
    DocumentType.LICENCE: "证照",
    DocumentType.APPROVAL_DOC: "批文",
    DocumentType.APPRAISAL_REPORT: "鉴定报告",
    DocumentType.PROOF: "证明材料",
    DocumentType.APPROVAL_LICENCE_AND_DOC: "核发的证照和审批文书",
    DocumentType.OFFICIAL_DOC: "正式公文",
    DocumentType.AGREEMENT: "协议",
    DocumentType.VOUCHER: "凭据",
    DocumentType.CIRCULATION_SLIP: "流转单",
    DocumentType.CONTRACT: "合同",
    DocumentType.CERTIFICATE: "证明",
    DocumentType.INTRODUCTION_LETTER: "介绍信",
    DocumentType.MATERIAL: "材料",
    DocumentType.REPORT_FORM: "报表",
    DocumentType.DELEGATION_AGREEMENT: "用章协议",
    DocumentType.MONTHLY_REPORT: "月度书面报告",
    DocumentType.MEETING_MINUTES: "会议纪要",
    DocumentType.OTHER: "其他",
}
USE_STATES: Mapping[str, str] = {
    UseState.DRAFT: "草稿",
    UseState.SUBMITTED: "已提交",
    UseState.REVIEWED: "审签中",
    UseState.APPROVED: "已批准",
    UseState.CHECKED: "已查验",
    UseState.STAMPED: "已用印",
    UseState.DELIVERED: "已交付",
    UseState.ARCHIVED: "已归档",
    UseState.RETURNED: "已退回",
    UseState.REJECTED: "未批准",
    UseState.REFUSED: "已拒印",
    UseState.WITHDRAWN: "已撤回",
    UseState.EXPIRED: "已过期",
}
OPENNESS: Mapping[str, str] = {
    Openness.ACTIVE: "主动公开",
    Openness.ON_REQUEST: "依申请公开",
    Openness.NOT_OPEN: "不予公开",
}
ITEM_CLASSES: Mapping[str, str] = {"own": "本级事项", "delegated": "下放事项"}
KINDS: Mapping[str, str] = {
    "use": "用印",
    "special_demand": "有特殊要求的事项",
    "correction": "更正",
    "sign_off": "签发",
    "take_out": "外出携带",
    "carve": "刻制",
    "quota": "增加枚数",
    "stop": "停用作废",
    "custody": "保管",
}
MATTER_CLASSES: Mapping[str, str] = {"licensing": "行政许可", "non_licensing": "非行政许可"}
UNITS: Mapping[str, str] = {
    "working_days": "个工作日",
    "days": "日",
    "hours": "小时",
    "months": "个月",
    "years": "年",
}
LEDGER_FIELDS: Mapping[str, str] = {
    "stamped_on": "用印日期",
    "matter": "用印事项",
    "item_code": "事项编码",
    "item_class": "事项类别",
    "reason": "事由",
    "section": "科室",
    "copies": "份数",
    "handler": "科室经办人",
    "approvers": "事项审签人",
    "certificate_no": "证书编号",
    "document_no": "审批文书编号",
    "document_type": "文书种类",
    "title": "文书标题",
}
REACHES: Mapping[str, tuple[str, str]] = {
    "department": ("申请科室的", "of the applicant's department"),
    "organization": ("本单位的", "of the unit"),
    "authority": ("按事由管理权限的", "with authority over the matter"),
}
VALUES: Mapping[str, str] = {
    "mirrors_physical": "与实物印章一致",
    "electronic_only": "只有电子印章",
    "ladder": "逐级审核，由省系统制作",
    "province": "省级",
    "city": "市级",
    "county": "县级",
    "owner_unit": "由所属单位制作",
    "psb_shop": "由公安机关指定的机构刻制",
    "none": "无",
    "opens": "自该日起可以续期",
    "closes": "须在该日前续期",
    "warn": "提示",
    "refuse": "拒绝",
    "archival_accepted": "可归档",
    "copy": "视同复印件",
    "equal_to_official": "与行政公章同等效力",
    "equal_to_physical": "与实物印章同等效力",
    "seal_date": "以印章日期为准",
    "sign_off": "以签批为准",
    "decision_date": "以决定日期为准",
    "marking": "自标注起",
    "receipt": "自收到起",
    "notice_or_legal_person": "受理通知书，或法人身份证复印件",
    "notice_only": "只凭受理通知书",
    "ordinary": "按主动公开期限",
    "immediate": "立即",
    "elsewhere": "不在本系统",
    "here": "在本系统",
    "electronic": "电子原件",
    "paper": "纸质件",
    "yes": "是",
    "no": "否",
}
BY_FACT: Mapping[str, Mapping[str, str]] = {
    "subtypes": SUBTYPES,
    "types": TYPES,
    "mediums": MEDIUMS,
    "bases": BASES,
    "document_types": DOCUMENT_TYPES,
    "item_classes": ITEM_CLASSES,
    "kinds": KINDS,
    "matter_classes": MATTER_CLASSES,
}


def label(value: str, words: Mapping[str, str], language: Language) -> str:
    """A word for people; one that is not in the table, as it is."""
    if language == "zh":
        return words.get(value, value)
    return value.replace("_", " ")


def labels(values: Iterable[str], words: Mapping[str, str], language: Language) -> str:
    """Several, in the order of the table, those that it lacks last."""
    order = list(words)
    ranked = sorted(values, key=lambda it: (order.index(it) if it in words else len(order), it))
    return ("、" if language == "zh" else ", ").join(label(it, words, language) for it in ranked)


def named(words: Iterable[str], names: Mapping[str, str]) -> str:
    """Words of the vocabulary as a Chinese sentence lists them; one without a name as it is."""
    return "、".join(names.get(word, word) for word in words)
