"""The words of a policy profile: every switch and every limit that each profile decides.

A switch is what the regulations contradict each other in (C-1 … C-22 of the requirements), or
leave to whoever runs a bureau. A profile that leaves one out is refused, and so is one that makes
up another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Value = bool | int | str


@dataclass(frozen=True, slots=True)
class SwitchWord:
    """What a switch decides, and the values that it may have."""

    zh: str
    en: str
    values: tuple[Value, ...] = ()
    """All of them, the strictest last; empty: any text, or a number of ``least`` to ``most``."""
    may_be_empty: bool = False
    """Of a text."""
    is_ordered: bool = True
    """False: none of the values is stricter than another."""
    least: int = 0
    most: int = 0
    stricter: Literal["more", "less"] = "more"
    """Of a number."""

    def takes(self, value: object) -> bool:
        """Whether the switch may have this value."""
        if self.values:
            return any(type(value) is type(known) and value == known for known in self.values)
        if self.most:
            return type(value) is int and self.least <= value <= self.most
        return isinstance(value, str) and (self.may_be_empty or bool(value.strip()))

    def is_weaker(self, value: Value, than: Value) -> bool:
        """Whether ``value`` asks less than the other; of unordered ones, whether it is another."""
        if value == than:
            return False
        if self.values and self.is_ordered:
            return self.values.index(value) < self.values.index(than)
        if self.most and isinstance(value, int) and isinstance(than, int):
            return value < than if self.stricter == "more" else value > than
        return True


@dataclass(frozen=True, slots=True)
class DeadlineWord:
    """What a limit of time is for; whether a unit's own may be longer or shorter."""

    zh: str
    en: str
    stricter: Literal["shorter", "longer"] = "shorter"


def _on(zh: str, en: str) -> SwitchWord:
    """Strict when it is on."""
    return SwitchWord(zh, en, values=(False, True))


def _off(zh: str, en: str) -> SwitchWord:
    """Strict when it is off."""
    return SwitchWord(zh, en, values=(True, False))


def _rising(zh: str, en: str, *values: str) -> SwitchWord:
    """The strictest value last."""
    return SwitchWord(zh, en, values=values)


def _one_of(zh: str, en: str, *values: str) -> SwitchWord:
    """Values that are only different."""
    return SwitchWord(zh, en, values=values, is_ordered=False)


def _number(
    zh: str, en: str, least: int, most: int, stricter: Literal["more", "less"]
) -> SwitchWord:
    return SwitchWord(zh, en, least=least, most=most, stricter=stricter)


SWITCHES: dict[str, SwitchWord] = {
    # Who does what: requirements 3.1.
    "approver_is_not_applicant": _on("审批人不得为申请人", "approver is not the applicant"),
    "custodian_is_not_sole_approver": _on(
        "保管人不得为唯一审批人", "custodian is not the sole approver"
    ),
    "maker_is_not_reviewer": _on("制章人不得为审核人", "maker is not the reviewer"),
    "auditor_writes_nothing": _on("督查人员只读", "auditor writes nothing"),
    "operator_signs_nothing": _on("运维人员不得用印", "operator signs nothing"),
    "administrator_raises_not_himself": _on(
        "管理员不得给自己授予角色", "administrator grants himself no role"
    ),
    "approval_must_be_signed": _on(
        "审批须以本人密钥签名", "an approval is signed with the approver's own key"
    ),
    "substitution_allowed": _off("可由他人代其主持工作", "somebody may stand in for an approver"),
    "party_seal_stand_in_needs_secretary": _on(
        "党组印章的代批须经书记授权", "a stand-in for the Party seal needs the secretary"
    ),
    "stand_in_is_of_using_unit": _on(
        "代管人须为用章单位人员", "stand-in belongs to the using unit"
    ),
    # In force: C-18.
    "allow_expired_profile": _off("失效后仍适用", "applies after it has expired"),
    # Seals: what they are and how they come to be.
    "medium_policy": _one_of(
        "电子印章与实物印章 (C-1)",
        "electronic and physical seal (C-1)",
        "mirrors_physical",
        "electronic_only",
    ),
    "making_route": _one_of(
        "电子印章制作途径 (C-5)",
        "who makes electronic seals (C-5)",
        "ladder",
        "province",
        "owner_unit",
        "psb_shop",
    ),
    "physical_making_route": _one_of(
        "实物印章制作途径 (C-5)",
        "who makes physical seals (C-5)",
        "psb_shop",
        "owner_unit",
        "none",
    ),
    "review_levels": _one_of(
        "逐级审核的层级",
        "levels that review an application, the first one first",
        "none",
        "county",
        "city",
        "province",
        "county,city",
        "city,province",
        "county,city,province",
    ),
    "institution_certificate_required": _on("须先有机构数字证书", "needs the unit's certificate"),
    "written_application_required": _on("须附书面申请", "needs a written application"),
    "declaration_required": _on("须声明印模真实", "needs a declaration that the imprint is true"),
    "specimen_required": _on("启用前须留样", "needs a specimen before use"),
    "activation_notice_required": _on("须有启用通知", "needs an activation notice"),
    "psb_filing_required": _on("实物印章须公安备案", "a physical seal is filed with the police"),
    "identity_proof_for_cancellation": _on(
        "注销须身份证明", "cancellation needs a proof of identity"
    ),
    "destruction_witnesses": _number("监销人数", "witnesses of a destruction", 2, 9, "more"),
    "renewal_window": _one_of(
        "续期窗口 (C-12)",
        "the days before expiry (C-12)",
        "opens",
        "closes",
    ),
    "early_renewal": _rising("过早续期", "a renewal that comes too early", "warn", "refuse"),
    "seals_without_legal_basis_lapse": _on("无法律依据的印章失效", "seals without a basis lapse"),
    "server_key_is_medium": _on(
        "服务器密钥按介质登记 (C-19)", "a key on a server is a medium of its own (C-19)"
    ),
    "previews_are_specimens": _on(
        "预览为样章", "pictures that are shown say that they are specimens"
    ),
    "only_authorised_makers": _on("仅限授权制章人", "only authorised makers"),
    # Use.
    "matter_must_be_decided": _on("事项须已办结", "the matter is concluded"),
    "decided_matter_seals": SwitchWord(
        "办结后加盖的印章", "seals that are applied when a matter is concluded"
    ),
    "default_document_types": SwitchWord(
        "未注明时的文书种类", "types of document where a request names none", may_be_empty=True
    ),
    "numbered_document_types": SwitchWord(
        "须有文号的文书种类", "types of document that need a number", may_be_empty=True
    ),
    "excluded_by_law": SwitchWord(
        "依法不适用电子印章的文书种类和事项编码",
        "types of document and codes of matters that law keeps electronic seals from",
        may_be_empty=True,
    ),
    "correction_keeps_levels": _on("更正按原签批层级", "a correction goes through the same levels"),
    "departure_only_for_approver": _on(
        "“原则上”只及审批人，不及范围 (C-15)",
        "a departure concerns the approver alone, never the scope (C-15)",
    ),
    "emergency_permits_stamping": _off(
        "紧急情况可先用印 (C-21)", "an emergency permits stamping first (C-21)"
    ),
    "official_document_needs_card": _on("正式公文凭发文卡", "an official document needs its card"),
    "party_document_needs_meeting": _on(
        "党组公文须集体讨论或传批", "a Party document needs a meeting or circulation"
    ),
    "openness_reason_required": _on("不主动公开须说明理由", "not open needs a reason"),
    "other_document_needs_reason": _on("其他事项须说明", "another document type needs a reason"),
    "beneficiary_required": _on("个人证明须注明本人", "a personal certificate names the person"),
    "decision_and_reply_dates": _rising(
        "决定书与批复日期不一致", "decision and reply of other dates", "warn", "refuse"
    ),
    "seal_date_and_decision_date": _rising(
        "印章日期与落款日期不一致", "seal and document of other dates", "warn", "refuse"
    ),
    "duplicate_request": _rising("一事多报", "a second request for one document", "warn", "refuse"),
    "county_seal_on_delegated_item": _rising(
        "下放事项用县级印章", "a county's seal on a delegated item", "warn", "refuse"
    ),
    "delegated_items_only": _on("2号章仅用于下放事项", "a No. 2 seal is for delegated items alone"),
    "no_subdelegation": _on("严禁再行委托", "no further delegation"),
    "classification_marks_refused": _on("密级标志拒收", "a mark of classification is refused"),
    # Documents and what they are worth.
    "print_effect": _rising("打印件效力 (C-2)", "a print (C-2)", "archival_accepted", "copy"),
    "legal_effect": _one_of(
        "印章效力", "effect of the seal", "equal_to_official", "equal_to_physical"
    ),
    "unstamped_is_invalid": _on("未用印视为无效", "unstamped is invalid"),
    "conclusion_rule": _one_of("办结的含义 (C-9)", "conclusion (C-9)", "seal_date", "sign_off"),
    "completion_rule": _one_of(
        "办结时间 (C-10)", "completion time (C-10)", "seal_date", "decision_date"
    ),
    "licence_system_names": SwitchWord(
        "电子证照系统的名称 (C-11)", "names of the licence system (C-11)"
    ),
    "objection_counts_from": _rising(
        "异议期限起算 (C-13)", "an objection's limit counts from (C-13)", "marking", "receipt"
    ),
    "collection_evidence": _one_of(
        "领证凭据 (C-14)",
        "what is shown when a licence is collected (C-14)",
        "notice_or_legal_person",
        "notice_only",
    ),
    "collector_id_required": _on(
        "领取人须出示原件 (C-14)", "the collector shows an original (C-14)"
    ),
    "status_publication": _rising(
        "印章状态公示 (C-16)", "publication of a seal's status (C-16)", "ordinary", "immediate"
    ),
    "keeps_accounting_files": _one_of(
        "会计档案 (C-17)", "accounting files (C-17)", "elsewhere", "here"
    ),
    "archive_original": _one_of(
        "归档原件 (C-20)", "the archived original (C-20)", "electronic", "paper"
    ),
    "opinions_leave_the_unit": _off(
        "内卷意见对外提供 (C-22)", "opinions leave with an outward package (C-22)"
    ),
    "public_lookup_by_number": _one_of(
        "按文号公开查询", "whether a number may be looked up by anybody", "yes", "no"
    ),
    "need_to_know": _on("按需知悉", "documents are read by those who need to"),
    "document_number_form": SwitchWord("文号格式", "form of document numbers"),
    "incidents_notify_both_leaders": _on(
        "重大事项同时报分管和主要领导", "an incident is told to both leaders"
    ),
}

RECORDED = frozenset(
    {
        "making_route",
        "physical_making_route",
        "activation_notice_required",
        "server_key_is_medium",
        "previews_are_specimens",
        "only_authorised_makers",
        "correction_keeps_levels",
        "departure_only_for_approver",
        "emergency_permits_stamping",
        "no_subdelegation",
        "print_effect",
        "legal_effect",
        "unstamped_is_invalid",
        "conclusion_rule",
        "licence_system_names",
        "objection_counts_from",
        "collection_evidence",
        "collector_id_required",
        "status_publication",
        "keeps_accounting_files",
        "archive_original",
        "opinions_leave_the_unit",
        "public_lookup_by_number",
    }
)
"""Switches by which a profile says what is, and no step here asks: what the registry does is the
same whatever they say. :func:`describe` says so of each."""

DEADLINES: dict[str, DeadlineWord] = {
    "licence_push": DeadlineWord("推送电子证照系统", "pushed to the licence system"),
    "licence_making": DeadlineWord("证照制作", "a licence is made"),
    "licence_making_batch": DeadlineWord("批量制作", "licences are made in a batch"),
    "licence_directory_push": DeadlineWord(
        "线下证照目录推送", "an offline licence's entry is pushed"
    ),
    "outage_backlog": DeadlineWord("故障后补办", "the backlog of an outage"),
    "objection_mark": DeadlineWord("异议标注", "an objection is marked"),
    "objection_result": DeadlineWord("异议结果告知", "an objection's result is told"),
    "log_retention": DeadlineWord("日志保存", "logs are kept", "longer"),
    "renewal_window": DeadlineWord("续期", "renewal before expiry"),
    "renewal_reminder": DeadlineWord("续期提醒", "reminder before expiry", "longer"),
    "licence_reminder": DeadlineWord("证照到期提醒", "reminder of a licence's expiry", "longer"),
    "monthly_report": DeadlineWord("每月报送", "monthly report"),
    "leak_report": DeadlineWord("泄密报告", "a verified leak is reported"),
    "publication": DeadlineWord("主动公开", "active publication"),
    "disclosure_pass_on": DeadlineWord("公开申请转办", "a request for disclosure is passed on"),
    "disclosure_answer": DeadlineWord("公开申请答复", "a request for disclosure is answered"),
    "disclosure_extension": DeadlineWord("公开答复延期", "extension of that answer"),
    "archive_transfer": DeadlineWord("档案移交", "last year's files go to the archive"),
    "accounting_files": DeadlineWord("会计档案移交", "accounting files go to the archive"),
    "minutes": DeadlineWord("会议纪要", "minutes are signed off"),
    "status_publication": DeadlineWord("印章状态公示", "a seal's status is published"),
    "loss_report": DeadlineWord("丢失、异常报告", "a loss is reported"),
    "rejection_notice": DeadlineWord("告知未通过原因", "the reason of a rejection is told"),
    "cancellation_application": DeadlineWord("机构变更后申请注销", "cancellation after a change"),
    "key_return": DeadlineWord("机构变更后交回密钥", "the key is handed back after a change"),
    "emergency_report": DeadlineWord("紧急事项补报", "the written report of an emergency"),
    "approval_validity": DeadlineWord("审批后用印期限", "an approval may be used"),
    "password_age": DeadlineWord("口令更换", "a password is changed"),
}

LEDGER_FIELDS = frozenset(
    {
        "stamped_on",
        "matter",
        "item_code",
        "item_class",
        "reason",
        "section",
        "copies",
        "handler",
        "approvers",
        "certificate_no",
        "document_no",
        "document_type",
        "title",
    }
)
"""What a profile may make mandatory in the ledger; requirements 3.5."""
