"""What an entry of the ledger says: the union of the regulations' fields (requirements 3.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from govseal.errors import Refused
from govseal.registry.labels import DOCUMENT_TYPES, ITEM_CLASSES, label
from govseal.registry.policy import PolicyProfile
from govseal.registry.vocabulary import ApprovalMode

FIELDS: Mapping[str, tuple[str, str]] = {
    "seal_name": ("印章名称", "Seal"),
    "stamped_on": ("用印日期", "Date"),
    "stamped_at": ("用印时间", "Time"),
    "matter": ("用印事项", "Matter"),
    "item_code": ("事项编码", "Item code"),
    "item_class": ("事项类别", "Item class"),
    "reason": ("事由", "Reason"),
    "section": ("科室", "Section"),
    "copies": ("份数", "Copies"),
    "handler": ("科室经办人", "Section handler"),
    "approvers": ("事项审签人", "Approvers"),
    "certificate_no": ("证书编号", "Certificate no."),
    "document_no": ("审批文书编号", "Document no."),
    "document_type": ("文书类型", "Document type"),
    "title": ("文件标题", "Title"),
    "category": ("分类", "Category"),
    "custodian": ("印章保管人", "Custodian"),
}
"""The fields of the printed form, in its order, with their headings."""

_WORDS: Mapping[str, str] = {**ITEM_CLASSES, **DOCUMENT_TYPES}
_MODES: Mapping[str, tuple[str, str]] = {
    ApprovalMode.LOGIN: ("登录确认", "by log-in"),
    "dispatch_card": ("发文卡", "dispatch card"),
}


def heading(field: str, language: str) -> str:
    """The heading of a field, ``zh`` or ``en``."""
    return FIELDS[field][language == "en"]


def printed(value: object, language: str) -> str | int:
    """A value as the printed ledger shows it: one text, or a number."""
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, list | tuple):
        return ("; " if language == "en" else "、").join(
            str(printed(item, language)) for item in value
        )
    if isinstance(value, Mapping):  # an approver
        notes = []
        if value.get("on_behalf_of"):  # who stands in shows both names (R-JC10-WC-2)
            behalf = "for " if language == "en" else "代"
            notes.append(f"{behalf}{value['on_behalf_of']}")
        if mode := _MODES.get(str(value.get("mode"))):
            notes.append(mode[language == "en"])
        name = str(value.get("name") or "")
        return f"{name}（{'，'.join(notes)}）" if notes else name
    return "/".join(
        label(part, _WORDS, "en" if language == "en" else "zh") if part in _WORDS else part
        for part in str(value).split("/")
    )


def check_fields(profile: PolicyProfile, fields: Mapping[str, Any]) -> None:
    """Whether an entry says all that the profile's clauses ask of it.

    Raises:
        Refused: ``E_LEDGER_FIELD``: fields are missing or empty, or the copies are no number
            of copies; the message names them, the clause is the first one's.
    """
    bad = [name for name in profile.ledger.fields if _is_empty(fields.get(name))]
    copies = fields.get("copies")
    if copies is not None and not (type(copies) is int and copies >= 1) and "copies" not in bad:
        bad.append("copies")
    if bad:
        names = "、".join(FIELDS[name][0] if name in FIELDS else name for name in bad)
        raise Refused(
            f"台账缺少或有误：{names} / missing or wrong in the ledger: {', '.join(bad)}",
            code="E_LEDGER_FIELD",
            clause=profile.ledger.fields.get(bad[0]) or profile.ledger.clause,
        )


def _is_empty(value: object) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, list | tuple | dict) and not value)
