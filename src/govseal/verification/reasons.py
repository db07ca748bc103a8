"""Why a check came out as it did: stable codes with a Chinese and an English sentence each.

A code once published keeps its meaning. A refusal ``E_X`` and a reason ``x`` are the same thing in
two places and share their texts, which stand in :mod:`govseal.seal.refusals`.
"""

from __future__ import annotations

from dataclasses import dataclass

from govseal.seal.refusals import REFUSALS
from govseal.verification.quirks import QUIRKS


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: its wire code and its texts."""

    code: str
    zh: str
    en: str
    hint_zh: str = ""
    """What the reader can do about it."""
    hint_en: str = ""


_ROWS = (
    # 文件与容器 · the file and its container
    Reason(
        "container_damaged",
        "文件包已损坏，无法完整读取",
        "the package is damaged and cannot be read whole",
        "请向出具单位重新索取文件",
        "ask the issuing unit for the file again",
    ),
    Reason(
        "container_unsafe_name",
        "文件包内有越界或非法的文件名",
        "the package holds an unsafe file name",
    ),
    Reason(
        "container_duplicate_name",
        "文件包内有重名文件，内容不唯一",
        "the package holds two files of one name",
    ),
    Reason(
        "container_too_large",
        "文件超出允许的大小、数量或压缩比",
        "the file exceeds the permitted size, number or ratio",
    ),
    Reason(
        "xml_forbidden",
        "XML 含有禁止的文档类型声明或实体",
        "the XML holds a forbidden document type or entity",
    ),
    Reason("malformed", "结构不符合标准，无法解析", "the structure does not follow the standard"),
    Reason(
        "unsupported",
        "可识别但本版本不能验证的形式",
        "a form that is recognised but cannot be verified here",
    ),
    Reason(
        "signature_unlisted",
        "文件包内有未列入签名列表的签章，可能是被移除的",
        "the package holds a signature that no list names; it may have been taken out",
        "请向出具单位重新索取文件",
        "ask the issuing unit for the file again",
    ),
    Reason(
        "signature_reordered",
        "签名列表的顺序与签章的先后不符，列表可能被改动",
        "the list of signatures is not in the order in which they were made; it may be altered",
    ),
    Reason(
        "base_signature_missing",
        "签章所依据的签名不在文件中",
        "the signature on which this one builds is not in the file",
        "请向出具单位重新索取文件",
        "ask the issuing unit for the file again",
    ),
    Reason(
        "base_signature_unverified",
        "签章所依据的签名未通过验证",
        "the signature on which this one builds did not pass",
    ),
    # 原文 · the document
    Reason(
        "data_digest_mismatch",
        "受保护的内容在签章后被修改",
        "protected content was changed after stamping",
        "不要使用该文件，请向出具单位核实",
        "do not use the file; ask the issuing unit",
    ),
    Reason("reference_missing", "受保护的文件缺失", "a protected file is missing"),
    Reason(
        "reference_duplicated",
        "受保护的文件重复出现",
        "a protected file is named twice",
    ),
    Reason(
        "document_absent",
        "未提供签章所保护的原文",
        "the document that the stamp protects was not given",
        "请同时提供原文文件",
        "give the document together with the stamp",
    ),
    Reason(
        "rendered_unprotected",
        "有可显示的内容不在任何有效签章的保护范围内",
        "something that is shown lies outside every valid signature",
    ),
    Reason(
        "partial_coverage",
        "签章只保护了文件的一部分",
        "the signature protects only a part of the file",
    ),
    Reason(
        "byte_range_invalid",
        "签名声明的字节范围不正确",
        "the byte range that the signature states is wrong",
        "文件可能被人为改造，不要使用",
        "the file may have been rebuilt; do not use it",
    ),
    Reason(
        "trailing_bytes",
        "在文件末尾或签名数据之后有多余的字节",
        "bytes follow the end of the file or of the signature's data",
        "签章后可能被附加内容，请向出具单位核实",
        "something may have been added after signing; ask the issuing unit",
    ),
    Reason(
        "changed_after_signing",
        "签章之后又增加了内容",
        "content was added after signing",
    ),
    Reason(
        "property_info_differs",
        "原文属性未指向本签章",
        "the property information does not name this signature",
    ),
    Reason(
        "smuggled_file",
        "文件包内有防夹带清单未列的文件（夹带）",
        "the package holds a file that its own list of files does not name",
        "该文件可能是事后放入的，请向出具单位核实",
        "it may have been put in later; ask the issuing unit",
    ),
    Reason(
        "listed_file_missing",
        "防夹带清单所列的文件缺失",
        "a file that the package's own list of files names is missing",
    ),
    Reason(
        "file_list_invalid",
        "防夹带清单的签名不正确",
        "the signature over the package's own list of files is wrong",
    ),
    Reason(
        "file_list_untrusted",
        "防夹带清单的签名人不能确认，清单只作参考",
        "who signed the package's own list of files is not established; it only informs",
    ),
    # 签名 · the mathematics
    Reason(
        "signature_invalid",
        "签名值不正确",
        "the signature value is wrong",
        "签章数据被改动或系伪造",
        "the stamp was altered or forged",
    ),
    Reason(
        "seal_signature_invalid",
        "印章的制章人签名不正确",
        "the maker's signature on the seal is wrong",
        "印章数据被改动或系伪造",
        "the seal was altered or forged",
    ),
    Reason(
        "seal_copy_differs",
        "文件中的印章副本与签章内的印章不一致",
        "the copy of the seal differs from the seal in the stamp",
    ),
    Reason(
        "signer_not_listed",
        "签章人证书不在印章的授权证书列表中",
        "the seal does not permit the signer's certificate",
    ),
    Reason(
        "signature_repeated",
        "同一签名值在文件中作为多个签章列出",
        "one signature value is listed as several signatures",
    ),
    Reason(
        "signer_list_unusable",
        "印章的授权证书列表无法比对",
        "the seal's list of certificates gives nothing to compare with",
    ),
    Reason(
        "algorithm_forbidden",
        "使用了不允许的密码算法",
        "a cryptographic algorithm that is not permitted",
    ),
    Reason(
        "algorithm_mismatch",
        "声明的算法与密钥不符",
        "the stated algorithm does not fit the key",
    ),
    # 时间 · time
    Reason("seal_expired", "签章时印章已过有效期", "the seal had expired at the time of signing"),
    Reason(
        "seal_not_yet_valid",
        "签章时印章尚未生效",
        "the seal was not valid yet at the time of signing",
    ),
    Reason(
        "certificate_expired",
        "签章时证书已过有效期",
        "the certificate had expired at the time of signing",
    ),
    Reason(
        "certificate_not_yet_valid",
        "签章时证书尚未生效",
        "the certificate was not valid yet at the time of signing",
    ),
    Reason(
        "no_proof_of_time",
        "签章时间仅为自称，而证书、印章或委托现已过期，无法证明当时有效",
        "the time of signing is only claimed; certificate, seal or delegation has since expired",
        "需要时间戳才能证明",
        "a time stamp would prove it",
    ),
    Reason(
        "signing_time_in_future",
        "签章时间晚于验证时间",
        "the time of signing lies after the time of judging",
    ),
    Reason(
        "expired_after_signing",
        "证书、印章或委托现已过期，时间戳证明签章时有效",
        "certificate, seal or delegation has since expired; a time stamp proves that it was valid",
    ),
    Reason(
        "timestamp_imprint_mismatch",
        "时间戳不是对该签名值作出的",
        "the time stamp is over another signature value",
    ),
    Reason(
        "timestamp_invalid",
        "时间戳无效或已损坏",
        "the time stamp is not valid, or damaged",
    ),
    Reason(
        "timestamp_too_early",
        "时间戳早于所称的签章（制章）时间",
        "the time stamp is earlier than the claimed time of signing, or of making the seal",
    ),
    Reason(
        "timestamp_untrusted",
        "时间戳服务不受信任",
        "the time stamp authority is not trusted",
        "请用 --tsa 指定受信任的时间戳服务根证书",
        "name the trusted roots of time stamp authorities with --tsa",
    ),
    Reason(
        "timestamp_authority_ended",
        "时间戳服务的证书现已过期或被吊销，时间戳在此之前作出",
        "the authority's certificate has since expired or been revoked; the time stamp is older",
    ),
    Reason("no_signing_time", "签名没有给出时间", "the signature states no time"),
    # 委托 · delegation
    Reason(
        "outside_scope",
        "用印事项不在印章的用章范围内",
        "the stamp's matter is outside what its seal was delegated for",
        "请向印章所属单位核实",
        "ask the unit whose seal it is",
    ),
    Reason(
        "outside_term",
        "签章时间不在委托协议的期限内",
        "the time of signing lies outside the term of the delegation",
    ),
    Reason(
        "matter_list_missing",
        "印章只载明事项清单的杂凑值，而未提供该清单",
        "the seal names its matters by the digest of a list, which was not given",
        "请用 --matter-list 提供事项清单",
        "give the list of matters with --matter-list",
    ),
    Reason(
        "redelegation_permitted",
        "印章的用章范围允许再行委托",
        "the seal's scope permits further delegation",
    ),
    # 证书 · certificates
    Reason(
        "no_trust_anchor",
        "证书不能追溯到受信任的根",
        "the certificate leads to no trusted root",
        "请用 --trust 指定受信任的根证书",
        "name the trusted roots with --trust",
    ),
    Reason("chain_broken", "证书链不符合规则", "the certificate chain breaks a rule"),
    Reason(
        "chain_mixed",
        "证书链混用了 SM2 与其他算法的密钥",
        "the certificate chain mixes SM2 with keys of another kind",
        "验证策略可用 allow_mixed = true 接受这种证书链",
        "a policy accepts such chains with allow_mixed = true",
    ),
    Reason(
        "certificate_policy_refused",
        "证书链没有验证策略所要求的证书策略",
        "the certificate chain has no certificate policy that is asked for",
        "请核对验证策略中的 signer_policies、maker_policies",
        "see signer_policies and maker_policies of the policy",
    ),
    Reason(
        "key_usage_refused",
        "证书的密钥用途不允许签名",
        "the certificate's key usage does not allow signatures",
    ),
    Reason(
        "key_usage_absent",
        "证书没有密钥用途",
        "the certificate states no key usage",
    ),
    # 吊销 · revocation
    Reason(
        "certificate_revoked_before_signing",
        "证书在签章之前已被吊销",
        "the certificate was revoked before signing",
    ),
    Reason(
        "certificate_revoked_no_proof_of_time",
        "证书已被吊销，而签章时间仅为自称",
        "the certificate is revoked, and the time of signing is only claimed",
        "需要时间戳才能证明签章在吊销之前",
        "a time stamp would prove that the signature came before",
    ),
    Reason(
        "certificate_revoked_after_signing",
        "证书在时间戳证明的时间之后被吊销",
        "the certificate was revoked after the time that a time stamp proves",
    ),
    Reason(
        "certificate_revoked_after_judging",
        "证书在所问时间之后被吊销",
        "the certificate was revoked after the time of judging",
    ),
    Reason(
        "revocation_stale",
        "吊销信息已过期",
        "the revocation data is out of date",
        "请提供新的吊销列表",
        "give a newer revocation list",
    ),
    Reason(
        "revocation_unreachable",
        "部分吊销信息来源无法访问，其余来源已说明证书有效",
        "a source of revocation data could not be reached; another says that nothing is revoked",
    ),
    # 要求 · what the policy asks
    Reason(
        "required_seal_missing",
        "文件应当盖章而没有盖章",
        "the file must carry a seal and carries none",
    ),
    # 状态 · what the registry says
    Reason(
        "seal_lost_at_signing",
        "签章时印章已丢失或失控",
        "the seal was lost, or out of control, at the time of signing",
    ),
    Reason(
        "seal_not_active_at_signing",
        "签章时印章未处于可用状态",
        "the seal was not active at the time of signing",
    ),
    Reason(
        "seal_status_unknown",
        "印章状态未知：没有状态信息，或状态信息不含此印章、已过期",
        "the seal's status is not known: no source, or one that is silent or out of date",
        "请以 --status 提供登记机构最新的状态文件",
        "give the registry's latest status file with --status",
    ),
    Reason(
        "seal_ended_after_signing",
        "印章在时间戳证明的时间之后不再使用",
        "the seal went out of use after the time that a time stamp proves",
    ),
    Reason(
        "business_not_current",
        "文件已被撤回、替代、撤销，或有争议、已到期",
        "the document is withdrawn, superseded, revoked, disputed or expired",
        "请向出具单位核实现行文件",
        "ask the issuing unit what holds now",
    ),
    Reason(
        "business_status_outdated",
        "状态文件已过期：文件后来可能已被撤回或替代",
        "the status file is out of date: the document may have been withdrawn or replaced since",
        "请以 --status 提供登记机构最新的状态文件",
        "give the registry's latest status file with --status",
    ),
    Reason(
        "pdf_repaired",
        "PDF 结构不规范，按宽松规则读取",
        "the PDF departs from its standard and was read leniently",
    ),
    Reason(
        "tolerance_refused",
        "存在策略不接受的非标准写法",
        "the policy accepts no departure from the standard",
    ),
    # 兼容 · departures that were read all the same
    *(Reason(code, zh, en) for code, zh, en in QUIRKS),
    # 电子证照 · e-licences
    Reason(
        "licence_identifier_malformed",
        "证照标识的结构不正确",
        "the licence identifier has another layout",
    ),
    Reason(
        "licence_check_wrong",
        "证照标识的校验位不正确",
        "the licence identifier's check character is wrong",
        "标识可能抄错或被改动，请向颁发机构核实",
        "it may be mistyped or altered; ask the issuing unit",
    ),
    Reason(
        "licence_check_faulty_variant",
        "证照标识的校验位不正确，与一种已知的错误程序算出的相同",
        "the licence identifier's check character is wrong, and that of a known faulty program",
        "请颁发机构改正其程序",
        "the issuing unit should correct its program",
    ),
    Reason(
        "licence_type_code_invalid",
        "证照类型代码不是统一社会信用代码加三位数字",
        "the licence's type code is no credit code with three digits",
    ),
    Reason(
        "licence_issuer_code_invalid",
        "证照颁发机构代码不是统一社会信用代码",
        "the code of the licence's issuer is no credit code",
    ),
    Reason(
        "licence_version_invalid",
        "证照标识的版本号不从 001 起",
        "the licence identifier's version is not counted from 001",
    ),
)

_SHARED = tuple(
    Reason(row.reason, row.zh, row.en, row.hint_zh, row.hint_en)
    for row in REFUSALS.values()
    if row.is_reason
)

REASONS: dict[str, Reason] = {reason.code: reason for reason in (*_ROWS, *_SHARED)}


def reason_text(code: str, lang: str = "zh") -> str:
    """The sentence for a code in ``zh`` or ``en``; the code itself where there is none."""
    reason = REASONS.get(code)
    if reason is None:
        return code
    return reason.zh if lang == "zh" else reason.en


def reason_hint(code: str, lang: str = "zh") -> str:
    """What can be done about it, in ``zh`` or ``en``; empty where nothing helps."""
    reason = REASONS.get(code)
    if reason is None:
        return ""
    return reason.hint_zh if lang == "zh" else reason.hint_en
