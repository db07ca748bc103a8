"""What a seal or a stamp holds, as plain data for JSON and as lines for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from govseal.asn1.times import Instant, in_beijing
from govseal.cli.language import say
from govseal.errors import FormatError, GovsealError
from govseal.pki.certificate import Certificate
from govseal.seal.extensions import (
    ApprovalDigest,
    CounterStamp,
    LedgerReference,
    Matter,
    SealScope,
    decode_own,
)
from govseal.seal.model import Extension, Seal, SealSignature
from govseal.verification.render.printable import printable
from govseal.verification.report import ledger_to_dict, scope_to_dict

Facts = dict[str, object]

# What the fields are called, for people; the keys are those of the JSON.
_EMPTY: tuple[object, ...] = (None, "", [], {}, ())
_LABELS: dict[str, tuple[str, str]] = {
    "id": ("标识", "id"),
    "name": ("名称", "name"),
    "type": ("类型", "type"),
    "standard": ("标准", "standard"),
    "version": ("版本", "version"),
    "vendor": ("厂商标识", "vendor"),
    "created": ("制章时间", "made at"),
    "not_before": ("有效期起", "valid from"),
    "not_after": ("有效期止", "valid to"),
    "picture": ("印模", "picture"),
    "kind": ("种类", "kind"),
    "declared_type": ("声明的种类", "declared kind"),
    "width_mm": ("宽（毫米）", "width in mm"),
    "height_mm": ("高（毫米）", "height in mm"),
    "size": ("字节数", "bytes"),
    "sha256": ("SHA-256", "SHA-256"),
    "maker": ("制章人", "maker"),
    "signers": ("授权的签章人", "permitted signers"),
    "signer_digests": ("授权证书的杂凑值", "digests of permitted certificates"),
    "signer_identifiers": ("授权的名称", "permitted names"),
    "signer": ("签章人", "signer"),
    "subject": ("主体", "subject"),
    "issuer": ("颁发者", "issuer"),
    "serial": ("序列号", "serial number"),
    "algorithm": ("算法", "algorithm"),
    "signature_algorithm": ("签名算法", "signature algorithm"),
    "has_time_stamp": ("有时间戳", "has a time stamp"),
    "extensions": ("扩展", "extensions"),
    "oid": ("标识", "identifier"),
    "seal_scope": ("用章范围", "scope of the seal"),
    "delegator": ("委托单位", "delegated by"),
    "delegate": ("受托单位", "delegated to"),
    "region": ("行政区划", "division"),
    "matters": ("事项", "matters"),
    "matter_list": ("事项清单的 SM3", "SM3 of the list of matters"),
    "agreement": ("协议的 SM3", "SM3 of the agreement"),
    "redelegation": ("可再行委托", "may be delegated further"),
    "matter": ("用印事项", "matter"),
    "ledger": ("台账记录", "ledger entry"),
    "log": ("台账", "ledger"),
    "sequence": ("序号", "number"),
    "leaf": ("记录的 SM3", "SM3 of the entry"),
    "approvals": ("审批意见的 SM3", "SM3 of the approvals"),
    "counter_stamp": ("并列签章证书的 SM3", "SM3 of the other stamp's certificate"),
    "critical": ("关键", "critical"),
    "value": ("值", "value"),
    "tolerances": ("非标准写法", "departures from the standard"),
    "file": ("文件", "file"),
    "format": ("格式", "format"),
    "pages": ("页数", "pages"),
    "signatures": ("签章", "stamps"),
    "location": ("位置", "location"),
    "claimed_time": ("签章时间（自称）", "time of stamping (claimed)"),
    "written_time": ("文件中的时间", "time in the document"),
    "provider": ("签章软件", "provider"),
    "data_digest": ("原文杂凑值", "data digest"),
    "property_info": ("原文属性", "property information"),
    "digest_algorithm": ("杂凑算法", "digest algorithm"),
    "protected": ("受保护的文件", "protected files"),
    "unprotected": ("未受保护的文件", "files outside"),
    "coverage": ("保护范围", "coverage"),
    "presence": ("存在", "presence"),
    "is_rendered": ("可显示", "shown"),
    "appearances": ("盖章位置", "places"),
    "page": ("页", "page"),
    "x_mm": ("左（毫米）", "left in mm"),
    "y_mm": ("上（毫米）", "top in mm"),
    "seal": ("印章", "seal"),
    "certificates": ("证书", "certificates"),
    "problem": ("问题", "problem"),
    "anomalies": ("周围的异常", "what is wrong around it"),
    "detail": ("细节", "detail"),
    "is_failure": ("不可接受", "is wrong"),
    "code": ("代码", "code"),
    "message": ("说明", "message"),
    "part": ("部分", "part"),
    "parts": ("包内文件", "files inside"),
    "protected_by": ("保护它的签章", "protected by"),
    "compressed_size": ("压缩后字节数", "bytes packed"),
    "expected": ("应为", "stated"),
    "actual": ("实为", "found"),
    "stamp": ("签章数据", "stamp data"),
    "signed_data": ("签名数据", "signed data"),
    "pictures": ("页面图像", "page pictures"),
    "clip_mm": ("裁剪（毫米）", "clip in mm"),
    "documents": ("文档", "documents"),
    "info": ("元数据", "metadata"),
    "doc_id": ("文档标识", "document ID"),
    "title": ("标题", "title"),
    "author": ("作者", "author"),
    "abstract": ("摘要", "abstract"),
    "keywords": ("关键词", "keywords"),
    "creation_date": ("创建日期", "created"),
    "modification_date": ("修改日期", "modified"),
    "usage": ("用途", "usage"),
    "cover": ("封面", "cover"),
    "creator": ("创建软件", "creator"),
    "creator_version": ("创建软件版本", "version of the creator"),
    "custom_data": ("自定义元数据", "custom data"),
    "licence": ("电子证照", "e-licence"),
    "identifiers": ("证照标识", "licence identifiers"),
    "text": ("内容", "text"),
    "source": ("出处", "found in"),
    "field": ("字段", "field"),
    "check": ("校验位", "check character"),
    "expected_check": ("校验位应为", "check character should be"),
    "faults": ("错误", "faults"),
    "type_code": ("证照类型代码", "type code"),
    "issuer_code": ("证照颁发机构代码", "issuer code"),
    "fields": ("字段", "fields"),
    "attachments": ("附件", "attachments"),
    "is_visible": ("可见", "visible"),
    "stated_size_kb": ("声明的大小（KB）", "stated size in KB"),
    "covers": ("各签章的保护", "cover by signatures"),
    "signature": ("签章", "stamp"),
    "list": ("附件列表", "list of attachments"),
    "tags": ("自定义标引", "custom tags"),
    "name_space": ("命名空间", "name space"),
    "missing": ("指向不存在的对象", "refers to what is not there"),
    "app": ("应用程序", "application"),
    "company": ("公司", "company"),
    "date": ("日期", "date"),
    "reference": ("扩展的对象", "object extended"),
    "properties": ("属性", "properties"),
    "problems": ("问题", "problems"),
}


def seal_facts(seal: Seal) -> Facts:
    """Everything in a seal but its bytes."""
    properties, picture = seal.properties, seal.picture
    signers = properties.signers
    return {
        "id": seal.es_id,
        "name": seal.name,
        "type": properties.type,
        "standard": seal.generation.standard,
        "version": seal.header.version,
        "vendor": seal.header.vendor_id,
        "created": instant(properties.create_date),
        "not_before": instant(properties.not_before),
        "not_after": instant(properties.not_after),
        "picture": {
            "kind": picture.kind,
            "declared_type": picture.type,
            "width_mm": picture.width_mm,
            "height_mm": picture.height_mm,
            "size": len(picture.data),
            "sha256": picture.sha256,
        },
        "maker": certificate_facts(seal.maker_certificate),
        "signature_algorithm": algorithm_name(seal.algorithm),
        "signers": [certificate_facts(der) for der in signers.certificates],
        "signer_digests": [
            {"algorithm": item.algorithm, "value": item.value.hex()} for item in signers.digests
        ],
        "signer_identifiers": list(signers.identifiers),
        "has_time_stamp": seal.time_stamp is not None,
        "extensions": extension_facts(seal.extensions),
        "tolerances": [item.code for item in seal.tolerances],
    }


def stamp_facts(stamp: SealSignature) -> Facts:
    """Everything in a stamp but its bytes; the seal inside included."""
    return {
        "standard": stamp.generation.standard,
        "version": stamp.version,
        "claimed_time": instant(stamp.claimed_time),
        "data_digest": stamp.data_digest.hex(),
        "property_info": stamp.property_info,
        "signer": certificate_facts(stamp.signer_certificate),
        "signature_algorithm": algorithm_name(stamp.algorithm),
        "has_time_stamp": stamp.time_stamp is not None,
        "extensions": extension_facts(stamp.extensions),
        "seal": seal_facts(stamp.seal),
    }


def certificate_facts(der: bytes) -> Facts:
    """A certificate in short; one that cannot be read gives its problem."""
    try:
        certificate = Certificate.from_der(der)
    except FormatError as error:
        return {"problem": problem_facts(error)}
    return {
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "serial": f"{certificate.serial:x}",
        "not_before": in_beijing(certificate.not_before).isoformat(),
        "not_after": in_beijing(certificate.not_after).isoformat(),
        "sha256": certificate.fingerprint,
    }


def problem_facts(error: GovsealError) -> Facts:
    """Why something could not be read."""
    return {
        "code": getattr(error, "code", "error"),
        "message": str(error),
        "part": getattr(error, "part", None),
    }


def extension_facts(extensions: Iterable[Extension]) -> list[Facts]:
    """Extensions with their values in hexadecimal; ours say beside it what they mean."""
    return [
        {
            "oid": item.oid,
            "critical": item.critical,
            "value": item.value.hex(),
            **_own_facts(item),
        }
        for item in extensions
    ]


def _own_facts(extension: Extension) -> Facts:
    """What one of our extensions means; empty for any other."""
    try:
        found = decode_own(extension)
    except FormatError as error:
        return {"problem": problem_facts(error)}
    match found:
        case SealScope():
            return {"seal_scope": scope_to_dict(found)}
        case LedgerReference():
            return {"ledger": ledger_to_dict(found)}
        case Matter():
            return {"matter": found.code}
        case ApprovalDigest():
            return {"approvals": found.value.hex()}
        case CounterStamp():
            return {"counter_stamp": found.value.hex()}
    return {}


def algorithm_name(oid: str) -> str:
    """``sm2-sm3`` …, or the identifier itself."""
    from govseal.pki.algorithms import signature_algorithm  # noqa: PLC0415 - beside its one use

    known = signature_algorithm(oid)
    return known.name if known else oid


def instant(value: Instant) -> str:
    """A time in ISO 8601, or the received text where it names none."""
    if value.moment is None:
        return value.text
    return in_beijing(value.moment).isoformat()


def lines(facts: Mapping[str, object], indent: str = "") -> Iterator[str]:
    """Facts as indented lines; what is empty is left out."""
    for key, value in facts.items():
        if value in _EMPTY:
            continue
        label = say(*_LABELS[key]) if key in _LABELS else key
        if isinstance(value, Mapping):
            yield f"{indent}{label}"
            yield from lines(value, indent + "  ")
        elif isinstance(value, list):
            yield f"{indent}{label}{say('：', ': ')}{len(value)}"
            for item in value:
                yield from _item_lines(item, indent + "  ")
        else:
            yield f"{indent}{label}{say('：', ': ')}{_value_text(value)}"


def _item_lines(item: object, indent: str) -> Iterator[str]:
    if not isinstance(item, Mapping):
        yield f"{indent}- {_value_text(item)}"
        return
    filled = {key for key, value in item.items() if value not in _EMPTY}
    if "value" in item and filled in ({"name"}, {"name", "value"}):
        value = say("：", ": ") + _value_text(item["value"]) if item["value"] else ""
        yield f"{indent}- {printable(str(item['name']))}{value}"
        return
    inner = list(lines(item, indent + "  "))
    if inner:
        yield f"{indent}- {inner[0].strip()}"
        yield from inner[1:]


def _value_text(value: object) -> str:
    if isinstance(value, bool):
        return say("是", "yes") if value else say("否", "no")
    return printable(str(value))
