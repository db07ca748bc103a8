"""What an entry of the ledger says: the union of the regulations' fields (requirements 3.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from govseal.errors import Refused
from govseal.registry.policy import PolicyProfile

FIELDS: Mapping[str, tuple[str, str]] = {
    "seal_name": ("印章名称", "Seal"),
    "stamped_on": ("用印日期", "Date"),
    "stamped_at": ("用印时间", "Time"),
    "matter": ("用印事项", "Matter"),
    "item_code": ("事项编码", "Item code"),
    "reason": ("事由", "Reason"),
    "section": ("科室", "Section"),
    "copies": ("份数", "Copies"),
    "handler": ("科室经办人", "Handler"),
    "approvers": ("事项审签人", "Approvers"),
    "certificate_no": ("证书编号", "Certificate no."),
    "document_no": ("审批文书编号", "Document no."),
    "category": ("分类", "Category"),
    "document_type": ("文书类型", "Document type"),
    "custodian": ("印章保管人", "Custodian"),
}
"""The fields of the printed form, in its order, with their headings."""


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
