"""Refusals of the bureau: stable codes with a sentence in two languages, and what helps.

What the registry refuses as the making of seals does (``E_NO_CERT``, ``E_SEAL_NAME`` …) is in
:mod:`govseal.seal.refusals`; both are looked up with :func:`refusal_of`.
"""

from __future__ import annotations

from typing import Final

from govseal.seal import refusals as of_seals
from govseal.seal.refusals import Refusal

_ROWS: Final = (
    # 登记系统 · the registry
    ("E_SET_UP", "登记系统已经初始化", "the registry is set up already"),
    ("E_STATE", "当前状态不允许此步骤", "the present state does not permit this step"),
    ("E_NOT_FOUND", "没有该记录", "there is no such record"),
    ("E_NOT_AUTHORIZED", "没有办理该事项的权限", "whoever acts has no role that permits this"),
    ("E_APPEND_ONLY", "记录只能追加，不得更改或删除", "records are only added to"),
    ("E_AUDITOR_WRITES", "审计人员只查阅，不办理", "an auditor looks and changes nothing"),
    ("E_OPERATOR_SIGNS", "运维人员不得签章", "an operator of the platform signs nothing"),
    ("E_PASSWORD_EXPIRED", "口令已过期", "the password is too old"),
    ("E_RETENTION", "保管期限未满", "it has to be kept for longer"),
    (
        "E_POLICY_WEAKER",
        "本单位规则不得宽于上级规则",
        "a unit's own rules ask less than those above",
    ),
    ("E_PROFILE_UNKNOWN", "没有该制度", "there is no such policy profile"),
    ("E_DEADLINE", "期限有误或不能这样办结", "no such limit, or it is not closed so"),
    ("E_DUE", "限期有误", "the time that is set is not usable"),
    ("E_EFFECTIVE_AT", "生效时间有误", "the time of effect is not usable"),
    ("E_EFFECTIVE_TIME", "所报时间晚于现在", "what is reported lies in the future"),
    ("E_TOO_MANY", "条数太多，请缩小范围", "too many at once: ask for less"),
    ("E_PERIOD", "起止时间有误", "the period is not usable"),
    ("E_REASON", "原因不在规定之列", "not one of the reasons for this"),
    ("E_REASON_MISSING", "须说明理由", "a reason is needed"),
    # 单位和人员 · units and people
    ("E_NAME", "名称为空、过长或含有不可显示字符", "a name is empty, too long or not printable"),
    ("E_ORG_NAME", "单位名称已被使用", "another unit has that name"),
    ("E_ORG_KIND", "该角色不属于这类单位", "the role belongs to units of another kind"),
    ("E_ORG_INACTIVE", "单位已撤并或尚未设立", "the unit is merged, abolished or not there yet"),
    ("E_ORG_CHANGED", "单位名称已变更，印章仍是原名称", "the unit has another name than its seal"),
    ("E_SUCCESSOR", "不得并入本单位", "a unit does not go into itself"),
    ("E_REGION_CODE", "行政区划代码有误", "the division code is wrong"),
    ("E_DEPARTMENT", "科室有误", "the department is not usable here"),
    ("E_PERSON", "没有该人员，或其已离岗", "nobody of that name is active"),
    (
        "E_ACCOUNT",
        "账号已被使用，或情况说明有误",
        "the account is taken, or the account of it missing",
    ),
    ("E_OWN_RIGHTS", "不得给自己授权", "nobody gives rights to themselves"),
    ("E_LAST_ADMINISTRATOR", "须至少有一名管理员", "the last administrator stays"),
    ("E_STAND_IN", "代理人不符合要求", "the stand-in does not follow the rules"),
    ("E_CERTIFICATE", "证书不能用于签署审批意见", "the certificate does not sign approvals"),
    ("E_CERT_TAKEN", "证书已登记", "the certificate is registered already"),
    ("E_PROOF", "未能证明持有私钥", "the key did not prove itself"),
    ("E_SAME_PERSON", "不得由同一人办理", "one person does not do both"),
    # 申请和制章 · applying and making
    ("E_FORM", "申请表内容有误", "the form is not complete or not right"),
    ("E_ATTACHMENT", "缺少附件", "a paper is missing"),
    ("E_IDENTITY", "缺少身份证明材料", "the proof of identity is missing"),
    ("E_DECLARATION", "尚未作出真实性承诺", "nobody answers for the truth of the form yet"),
    ("E_REPLACES", "所替换的印章有误", "the seal to be replaced is not one that is over"),
    ("E_PHYSICAL_TWIN", "对应的实物印章不符合要求", "the physical twin does not follow the rules"),
    ("E_REVIEW_ORDER", "未按审核、审批顺序办理", "it is somebody else's turn"),
    ("E_SEAL_QUOTA", "印章数量超过规定", "more seals than the rules allow"),
    ("E_KEY", "密钥或其介质不符合要求", "the key, or what holds it, does not fit"),
    ("E_MEDIUM", "不适用于该印章介质", "not for a seal of this medium"),
    ("E_LETTER", "介绍信缺失或已开具", "the letter of introduction is missing, or there is one"),
    ("E_CARVER", "须写明刻制单位", "the carver is to be named"),
    ("E_PSB_FILING", "公安备案缺失或已备案", "the filing with public security is missing, or done"),
    ("E_NOTICE", "启用通知有误", "the activation notice is not complete or not right"),
    ("E_TOO_LATE", "已过办理时间", "too late for this"),
    # 保管 · custody
    ("E_NO_CUSTODIAN", "印章没有保管人", "nobody has custody of the seal"),
    ("E_NOT_CUSTODIAN", "办理人不是该印章的保管人", "the seal is in somebody else's custody"),
    ("E_CUSTODIAN_ROLE", "该人员没有保管人角色", "the person is no custodian by role"),
    ("E_CUSTODY_DEPT", "保管科室或人员不符合规定", "another department keeps such a seal"),
    ("E_CUSTODY_OPEN", "已有未办结的保管、交接或代管", "custody or a hand-over is open already"),
    ("E_PERMIT_SCOPE", "超出外出携带的事项", "the seal was taken out for another matter"),
    ("E_PERMIT_OVERDUE", "外出携带逾期未还", "the seal had to be back by now"),
    ("E_MATTER", "事项有误", "the matter is missing or not right"),
    # 状态 · standing
    ("E_NOT_YET_ACTIVE", "印章尚未启用", "the seal is not active yet"),
    ("E_SEAL_SUSPENDED", "印章已暂停使用", "the seal is suspended"),
    ("E_SEAL_LOST", "印章已丢失或失控", "the seal is lost"),
    ("E_SEAL_STOPPED", "印章已停用", "the seal is stopped"),
    ("E_INCIDENT_OPEN", "异常情况尚未办结", "an incident is not closed yet"),
    ("E_INVESTIGATION", "尚未查明", "nobody has looked into it yet"),
    ("E_DISPOSITION", "须写明处理结果", "what was done about it is missing"),
    ("E_WRITTEN_REPORT", "尚未补报书面材料", "the written report is missing"),
    ("E_USE", "该用印审批单不属于此印章", "the request is about another seal"),
    ("E_METHOD", "须写明销毁方式", "the method is missing"),
    ("E_WITNESSES", "监销人不足", "too few witnesses"),
    # 用印 · use
    ("E_BASIS_MISSING", "缺少用印依据", "the paper on which the use stands is missing"),
    ("E_NOT_DECIDED", "审批事项尚未办结", "the matter is not concluded yet"),
    ("E_NOT_APPROVED", "尚未批准", "it is not approved"),
    ("E_APPROVAL_INCOMPLETE", "审批手续不全", "approvals are missing"),
    ("E_APPROVAL_EXPIRED", "批准已过使用期限", "the approvals were not used in time"),
    ("E_APPROVAL_LEVEL", "更正须按原签批层级审批", "a correction goes through the original levels"),
    ("E_APPROVER_LEVEL", "审批人不符合规定的审批权限", "not the approver that the rules ask for"),
    ("E_SIGNATURE", "审批签名缺失或无效", "the approval's signature is missing or not valid"),
    ("E_DIGEST_CHANGED", "文件与批准时不同", "the document is not the one that was approved"),
    ("E_DATE_MISMATCH", "文书日期不一致", "the dates do not agree"),
    ("E_DUPLICATE", "重复办理", "it is there already"),
    ("E_DEFECTS", "文件内容不规范", "the content of the document is not regular"),
    ("E_BENEFICIARY", "涉及本人的证明不得由本人办理", "a certificate about whoever handles it"),
    ("E_OPENNESS", "公开属性缺失或没有理由", "its openness, or the reason for it, is missing"),
    ("E_HOLDER", "持有人有误", "the holder is not usable"),
    ("E_COPIES", "份数有误或超过批准的份数", "no copies, or more than were approved"),
    ("E_LEDGER_FIELD", "台账必填项缺失", "a field that the ledger asks for is missing"),
    ("E_EXCLUDED_CLASSIFIED", "涉密文件不得进入本系统", "classified documents do not enter here"),
    ("E_EXCLUDED_ORIGIN", "该来源的文件不使用电子印章", "documents of that origin are excluded"),
    ("E_EXCLUDED_UNPRINTABLE", "不能在线打印的证照不使用电子印章", "it cannot be printed online"),
    ("E_EXCLUDED_BY_LAW", "法律法规规定不得使用电子印章", "the law excludes such documents"),
    # 文书 · documents
    ("E_DOCUMENT_NUMBER", "文书编号有误", "the document's number is not usable"),
    ("E_NEED_TO_KNOW", "没有知悉该文书的需要", "no need to know this document"),
)

_HINTS: Final = {
    "E_LEDGER_FIELD": (
        "在申请单中补齐台账要求的各项（govseal registry profile show 列出）",
        "fill in what the ledger asks for (govseal registry profile show lists it)",
    ),
    "E_SIGNATURE": (
        "用 --key 提供审批人自己的密钥；证书须先用 registry certificate add 登记",
        "give the approver's own key with --key, registered with registry certificate add",
    ),
    "E_PERSON": (
        "用 --as 或环境变量 GOVSEAL_PERSON 指明在岗人员的编号或账号",
        "name somebody who is active with --as or GOVSEAL_PERSON: an id, or an account",
    ),
    "E_NO_CUSTODIAN": (
        "用 registry seal issue 配发给保管人",
        "hand it to a custodian with registry seal issue",
    ),
    "E_NOT_CUSTODIAN": (
        "用 registry seal custody 查询现保管人",
        "registry seal custody says who keeps it",
    ),
    "E_DECLARATION": (
        "用 registry seal declare 作出承诺",
        "declare it with registry seal declare",
    ),
}


def _rows() -> dict[str, Refusal]:
    none = ("", "")
    return {code: Refusal(code, zh, en, *_HINTS.get(code, none)) for code, zh, en in _ROWS}


REFUSALS: Final[dict[str, Refusal]] = _rows()
"""The bureau's own, by code."""


def refusal_of(code: str) -> Refusal | None:
    """What a code of the bureau, or of the making of seals, says; None for others."""
    return REFUSALS.get(code) or of_seals.REFUSALS.get(code)
