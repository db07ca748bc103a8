"""The words of a report in Chinese and English: one wording for each thing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from govseal.asn1.times import in_beijing
from govseal.seal.extensions import LedgerReference, SealScope
from govseal.verification.report import Effect, Outcome, PagesCovered, Verdict
from govseal.verification.status import BusinessStatus

Pair = tuple[str, str]
"""A Chinese and an English text."""

VERDICTS: dict[Verdict, Pair] = {
    Verdict.PASSED: ("通过", "passed"),
    Verdict.FAILED: ("不通过", "failed"),
    Verdict.INDETERMINATE: ("无法确定", "indeterminate"),
    Verdict.UNSIGNED: ("未签章", "unsigned"),
}
STATEMENTS: dict[Verdict, Pair] = {
    Verdict.PASSED: (
        "签章真实有效，文件在签章后未被修改。",
        "Every stamp is genuine and valid; the file is unchanged since it was stamped.",
    ),
    Verdict.FAILED: (
        "文件或签章有问题，请勿使用本文件。",
        "The file or a stamp is wrong; do not rely on this file.",
    ),
    Verdict.INDETERMINATE: (
        "现有材料不足以得出结论。",
        "What is at hand is not enough for a conclusion.",
    ),
    Verdict.UNSIGNED: ("文件没有电子签章。", "The file carries no stamp."),
}
EFFECTS: dict[Effect, Pair] = {
    Effect.ORIGINAL_EQUIVALENT: ("与盖章原件具有同等效力", "equivalent to the sealed original"),
    Effect.COPY: ("视同复印件", "counts as a copy"),
    Effect.NONE: ("未能确认", "not established"),
}
OUTCOMES: dict[Outcome, Pair] = {
    Outcome.PASSED: ("通过", "passed"),
    Outcome.FAILED: ("不通过", "failed"),
    Outcome.INDETERMINATE: ("无法确定", "indeterminate"),
    Outcome.SKIPPED: ("不适用", "not applicable"),
}
CHECKS: dict[str, Pair] = {
    "container": ("文件包", "container"),
    "coverage": ("保护范围", "coverage"),
    "data_digest": ("原文杂凑", "data digest"),
    "property_info": ("原文属性", "property information"),
    "signature_value": ("签名值", "signature value"),
    "seal_signature": ("制章人签名", "maker's signature on the seal"),
    "seal_embedded_copy": ("印章副本", "copy of the seal"),
    "signer_listed": ("签章人授权", "signer permitted by the seal"),
    "seal_validity": ("印章有效期", "validity of the seal"),
    "maker_chain": ("制章人证书链", "maker's certificate chain"),
    "signer_chain": ("签章人证书链", "signer's certificate chain"),
    "signer_key_usage": ("签章人密钥用途", "signer's key usage"),
    "signer_revocation": ("签章人证书吊销", "revocation of the signer"),
    "maker_revocation": ("制章人证书吊销", "revocation of the maker"),
    "signing_time": ("签章时间", "time of stamping"),
    "timestamp": ("时间戳", "time stamp"),
    "seal_status": ("印章状态", "status of the seal"),
    "seal_scope": ("用章范围", "scope of the seal"),
    "algorithms": ("密码算法", "algorithms"),
    "seal_binding": ("印章绑定", "what the seal binds"),
    "base_signature": ("所依据的签名", "signature on which it builds"),
    "file_list": ("防夹带清单", "list of files"),
    "tolerances": ("标准符合性", "conformity"),
}
KINDS: dict[str, Pair] = {
    "seal": ("签章", "stamp"),
    "signature": ("数字签名", "signature"),
    "timestamp": ("时间戳", "time stamp"),
}
BARE_SEAL: Pair = ("印章", "seal")
COVERAGES: dict[str, Pair] = {
    "whole_file": ("整个文件", "the whole file"),
    "whole_revision": ("签章时的整个文件", "the whole file as it was when stamped"),
    "partial": ("部分文件", "a part of the file"),
    "none": ("无", "nothing"),
}
TIME_SOURCES: dict[str, Pair] = {
    "claimed": ("签章人自称，未经时间戳证明", "claimed by the signer, proved by no time stamp"),
    "timestamp": ("由时间戳证明", "proved by a time stamp"),
}
FORMATS: dict[str, Pair] = {
    "ofd": ("OFD 版式文件", "OFD document"),
    "pdf": ("PDF 文件", "PDF document"),
    "seal": ("电子印章", "electronic seal"),
    "ses": ("分离式电子签章", "detached stamp"),
    "cms": ("GB/T 35275 签名数据", "GB/T 35275 signed data"),
}
FIELDS: dict[str, Pair] = {
    "file": ("文件", "file"),
    "format": ("格式", "format"),
    "size": ("大小", "size"),
    "verified_at": ("验证时间", "verified at"),
    "policy": ("验证策略", "policy"),
    "policy_settings": ("策略内容", "policy says"),
    "effect": ("效力", "effect"),
    "seal": ("印章", "seal"),
    "seal_id": ("印章编码", "seal code"),
    "seal_type": ("印章类型", "seal type"),
    "seal_period": ("印章有效期", "seal valid"),
    "scope": ("用章范围", "scope of the seal"),
    "scope_period": ("委托期限", "delegated"),
    "matter": ("用印事项", "matter"),
    "ledger": ("台账记录", "ledger entry"),
    "maker": ("制章人", "maker"),
    "signer": ("签章人", "signer"),
    "issuer": ("证书颁发者", "issued by"),
    "serial": ("证书序列号", "serial number"),
    "certificate_period": ("证书有效期", "certificate valid"),
    "signed_at": ("签章时间", "stamped at"),
    "coverage": ("保护范围", "protects"),
    "standard": ("签章标准", "standard"),
    "algorithm": ("签名算法", "algorithm"),
    "hint": ("提示", "hint"),
    "notice": ("注意", "notice"),
    "unknown": ("未知", "unknown"),
    "business": ("业务状态", "status"),
    "number": ("文号", "number"),
    "completed_on": ("办结日期", "concluded on"),
    "successor": ("现行文件", "superseded by"),
    "legal_basis": ("依据", "legal basis"),
}
BUSINESS: dict[str, Pair] = {
    "current": ("现行有效", "current"),
    "superseded": ("已被替代", "superseded"),
    "withdrawn": ("已撤回", "withdrawn"),
    "disputed": ("有异议", "disputed"),
    "revoked": ("已撤销", "revoked"),
    "expired": ("已到期", "expired"),
}


def pick(pair: Pair, lang: str) -> str:
    """The text of a pair in ``zh`` or ``en``."""
    return pair[0] if lang == "zh" else pair[1]


def word(table: dict[str, Pair], key: str, lang: str) -> str:
    """The text for ``key``; the key itself where the table has none."""
    pair = table.get(key)
    return key if pair is None else pick(pair, lang)


def business_rows(business: BusinessStatus, lang: str) -> Iterator[tuple[str, str]]:
    """What a registry says of the document: keys of :data:`FIELDS`, and texts."""
    since = time_text(business.effective_at, lang)
    yield "business", f"{word(BUSINESS, business.status, lang)} ({since})"
    for name in ("number", "completed_on", "successor"):
        if value := getattr(business, name):
            yield name, value
    yield "legal_basis", f"{business.legal_basis} [{business.profile}]"


def scope_text(scope: SealScope, lang: str) -> str:
    """Who handed the seal over to whom, and for which matters."""
    matters = ("、" if lang == "zh" else ", ").join(scope.matters)
    if not matters:
        has_list = scope.matter_list is not None
        listed: Pair = ("事项清单所列事项", "the matters of its list")
        matters = pick(listed if has_list else ("协议所委托的事项", "what was delegated"), lang)
    if lang == "zh":
        return f"{scope.delegator} 委托 {scope.delegate}（{scope.region}）：{matters}"
    return f"{scope.delegator} to {scope.delegate} ({scope.region}): {matters}"


def coverage_text(coverage: str, pages: PagesCovered | None, lang: str) -> str:
    """What a signature protects, and which pages where it is not all of them."""
    text = word(COVERAGES, coverage, lang)
    if pages is None:
        return text
    is_zh = lang == "zh"
    if not pages.is_whole:
        rows = ["–".join(map(str, sorted(set(row)))) for row in pages.covered[:_MOST_ROWS]]
        more = "…" if len(pages.covered) > _MOST_ROWS else ""
        if is_zh:
            named = f"第 {'、'.join(rows)}{more} 页" if rows else "没有一页"
            text += f"；完整受保护的页：{named}（共 {pages.total} 页）"
        else:
            named = f"{', '.join(rows)}{more}" if rows else "none"
            text += f"; pages protected whole: {named} of {pages.total}"
    if not pages.is_root_protected:
        text += "；入口文件未受保护，所指文档可被调换" if is_zh else _ROOT_OPEN
    return text


_MOST_ROWS = 20
_ROOT_OPEN = "; the entry file is not protected: another document may be put in place"


def ledger_text(ledger: LedgerReference, lang: str) -> str:
    """An entry of a ledger by its number, and the digest that it must have."""
    if lang == "zh":
        return f"{ledger.log} 第 {ledger.sequence} 条，{ledger.leaf.hex()}"
    return f"{ledger.log} entry {ledger.sequence}, {ledger.leaf.hex()}"


def time_text(moment: datetime | None, lang: str) -> str:
    """A moment in Beijing time, to the second, which is how the parties read it."""
    if moment is None:
        return pick(FIELDS["unknown"], lang)
    text = f"{in_beijing(moment):%Y-%m-%d %H:%M:%S}"
    return f"{text}（北京时间）" if lang == "zh" else f"{text} (UTC+8)"


def period_text(start: datetime | None, end: datetime | None, lang: str) -> str:
    """A period of validity by its days in Beijing time."""
    days = [
        f"{in_beijing(moment):%Y-%m-%d}" if moment else pick(FIELDS["unknown"], lang)
        for moment in (start, end)
    ]
    return (" 至 " if lang == "zh" else " to ").join(days)
