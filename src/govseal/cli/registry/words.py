"""The words of the registry's vocabulary in Chinese; English is the word itself."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from govseal.cli.language import say
from govseal.registry import labels

_COMMON: Final = {
    "accepted": "受理",
    "passed": "通过",
    "approved": "同意",
    "rejected": "不同意",
    "returned": "退回",
    "witnessed": "监销",
    "requested": "申请",
    "held": "保管",
    "stamped": "用印",
    "by_hand": "手工加盖",
    "done": "已办",
    "refused": "被拒绝",
    "failed": "失败",
    "unknown": "未知",
    "approve": "审批",
    "stamp": "用印或拒印",
    "collect": "领取",
    "accept": "受理印章申请",
    "review": "审核印章申请",
    "make": "制章",
    "issue": "配发",
    "activate": "启用",
    "approve_petition": "审批印章事项",
    "decide_petition": "审核印章事项",
    "confirm_hand_over": "确认交接",
    "intent": "用印",
    "result": "结果",
    "import": "导入",
    "correction": "更正",
    "note": "备注",
    "organization": "单位",
    "department": "科室",
    "authority": "管理权限内",
    "soon": "将到期",
    "overdue": "已逾期",
}
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "Role": labels.ROLES,
    "SealSubtype": labels.SUBTYPES,
    "SealType": labels.TYPES,
    "Medium": labels.MEDIUMS,
    "Basis": labels.BASES,
    "DocumentType": labels.DOCUMENT_TYPES,
    "UseState": labels.USE_STATES,
    "Openness": labels.OPENNESS,
    "ItemClass": labels.ITEM_CLASSES,
    "Level": {
        "county": "县",
        "city": "市",
        "province": "省",
        "nation": "国家",
    },
    "OrganizationKind": {
        "management": "印章管理部门",
        "using": "使用单位",
        "issuing": "制发单位",
        "applying": "应用单位",
        "city_unit": "市直单位",
        "county_unit": "县级审批单位",
        "supervising": "政务服务管理部门",
        "public_utility": "公用事业单位",
    },
    "OrganizationState": {
        "active": "正常",
        "merged": "已并入",
        "abolished": "已撤销",
    },
    "SealState": {
        "draft": "草稿",
        "submitted": "已提交",
        "under_review": "审核中",
        "returned": "已退回",
        "rejected": "不予批准",
        "approved": "已批准",
        "made": "已制作",
        "issued": "已配发",
        "active": "使用中",
        "suspended": "已暂停",
        "lost": "已丢失",
        "stopped": "已停用",
        "expired": "已过期",
        "cancelled": "已注销",
        "destroyed": "已销毁",
        "lapsed": "已失效",
    },
    "KeyState": {
        "issued": "在用",
        "damaged": "损坏",
        "lost": "丢失",
        "returned": "已交回",
        "destroyed": "已销毁",
    },
    "IncidentKind": {
        "loss": "丢失",
        "out_of_control": "失控",
        "damage": "损坏",
        "anomaly": "异常",
        "misuse": "违规使用",
        "leak": "泄密",
    },
    "PetitionKind": {
        "carve": "刻制",
        "take_out": "外出携带",
        "stop": "停用",
        "quota": "增加数量",
        "renew": "续期",
        "cancel": "注销",
        "destroy": "销毁",
    },
    "PetitionState": {
        "open": "待审批",
        "approved": "已批准",
        "rejected": "未批准",
        "done": "已办结",
    },
    "ReasonClass": {
        "issued": "配发",
        "activated": "启用",
        "renewed": "续期",
        "resumed": "恢复",
        "lost": "丢失",
        "out_of_control": "失控",
        "damaged": "损坏",
        "anomaly": "异常",
        "agreement_ended": "协议终止",
        "renamed": "单位更名",
        "business_ended": "业务终止",
        "unit_ended": "单位撤并",
        "expired": "到期",
        "no_legal_basis": "法律依据废止",
        "other": "其他",
    },
    "SealTask": {
        "cancel": "办理注销",
        "return_key": "交回密钥",
        "written_report": "补报书面材料",
        "remake": "重新制作",
    },
    "CustodyKind": {
        "regular": "保管",
        "temporary": "代管",
        "taken_out": "外出携带",
        "office_retained": "办公室保存",
    },
    "ApprovalMode": {
        "signed": "密钥签名",
        "login": "登录确认",
    },
    "RefusalReason": {
        "incomplete": "手续不全",
        "out_of_scope": "超出范围",
        "no_authority": "越权",
    },
    "Classification": {
        "none": "非涉密",
        "confidential": "秘密",
        "secret": "机密",
        "top_secret": "绝密",
    },
    "DocumentState": {
        "current": "有效",
        "superseded": "已被替换",
        "withdrawn": "已撤回",
        "disputed": "有异议",
        "revoked": "已撤销",
        "expired": "已过期",
    },
    "OrderState": {
        "open": "待改正",
        "done": "已改正",
        "refused": "拒不改正",
        "withdrawn": "文书已撤回",
    },
    "Strength": {
        "login": "登录",
        "strong_login": "强身份认证",
        "system": "系统",
    },
    "DecisionState": {
        "decided": "办结",
        "under_review": "审查中",
        "not_accepted": "未受理",
    },
}
"""The Chinese words of each kind by their values."""


def chinese(kind: type[StrEnum]) -> Mapping[str, str]:
    """The Chinese words of a kind, by their values."""
    return _WORDS.get(kind.__name__, {})


def word_text(word: str) -> str:
    """A word of the vocabulary as people read it."""
    return say(_WORDS.get(type(word).__name__, {}).get(word, word), word.replace("_", " "))


def loose_text(text: str) -> str:
    """A text that may be a word of the vocabulary, of whatever kind, as people read it."""
    known = next((kind[text] for kind in (_COMMON, *_WORDS.values()) if text in kind), None)
    return text if known is None else say(known, text.replace("_", " "))
