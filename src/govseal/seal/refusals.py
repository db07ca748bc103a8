"""Refusals: what may not be made or used so, by stable codes with a sentence in two languages.

A refusal ``E_X`` and a reason ``x`` of a report are the same thing in two places and share their
texts: :mod:`govseal.verification.reasons` takes those marked ``is_reason`` from here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refusal: its code and its texts."""

    code: str
    """``E_…``."""
    zh: str
    en: str
    hint_zh: str = ""
    """What can be done about it."""
    hint_en: str = ""
    is_reason: bool = False
    """Whether a report may give it as a reason too."""

    @property
    def reason(self) -> str:
        """The same refusal as a report names it."""
        return self.code.removeprefix("E_").lower()


_ROWS = (
    # 证书 · certificates
    Refusal(
        "E_NO_CERT",
        "印章没有绑定可用的证书",
        "the seal is bound to no certificate that can be used",
        is_reason=True,
    ),
    Refusal("E_EXPIRED", "已过有效期", "the period of validity is over", is_reason=True),
    Refusal(
        "E_TOO_EARLY",
        "为时过早：尚未生效，或未到办理时间",
        "too early: the period of validity, or the time for this, has not begun",
        is_reason=True,
    ),
    Refusal(
        "E_KEY_USAGE",
        "证书的密钥用途不允许签名",
        "the certificate's key usage does not allow signatures",
        is_reason=True,
    ),
    Refusal(
        "E_CA_NOT_ALLOWED",
        "未能确认证书由允许的电子认证服务机构签发",
        "the certificate is not known to be of an allowed certification authority",
        "请用 --ca 指定允许的电子认证服务机构证书",
        "name the allowed authorities with --ca",
        is_reason=True,
    ),
    Refusal(
        "E_CERT_REVOKED",
        "证书已被吊销",
        "the certificate is revoked",
        is_reason=True,
    ),
    Refusal(
        "E_NO_REVOCATION_DATA",
        "没有可用的吊销信息",
        "there is no revocation data that speaks for it",
        "请用 --crl 提供吊销列表，或用 --ocsp 提供 OCSP 应答；验证时也可用 --online 联网查询",
        "give revocation lists with --crl or answers with --ocsp, or verify with --online",
        is_reason=True,
    ),
    Refusal(
        "E_CERT_NAME_MISMATCH",
        "证书中的单位名称与印章名称不一致",
        "the unit's name in the certificate is not the seal's",
        is_reason=True,
    ),
    # 印章 · the seal
    Refusal(
        "E_VALIDITY_MISMATCH",
        "印章有效期与证书有效期不符",
        "the seal's period of validity does not go with its certificate's",
        is_reason=True,
    ),
    Refusal(
        "E_SEAL_NUMBER",
        "印章编码或序号不符合要求",
        "the seal's identifier or number does not follow the rules",
        is_reason=True,
    ),
    Refusal(
        "E_CREDIT_CODE",
        "统一社会信用代码缺失或校验不通过",
        "the unified social credit code is absent or its check characters are wrong",
        is_reason=True,
    ),
    Refusal(
        "E_DIVISION_CODE",
        "行政区划代码不存在、已失效或不一致",
        "the division code does not exist, is out of force, or does not agree",
        is_reason=True,
    ),
    Refusal(
        "E_SEAL_NAME",
        "印章名称不符合要求",
        "the seal's name does not follow the rules",
        is_reason=True,
    ),
    Refusal(
        "E_SEAL_TYPE",
        "印章类型不适用",
        "a seal of this type may not be used here",
        is_reason=True,
    ),
    Refusal(
        "E_SEAL_SIZE",
        "印章尺寸不符合规定",
        "the seal's size or shape does not follow the rules",
        is_reason=True,
    ),
    Refusal(
        "E_IMPRINT_MISMATCH",
        "印章图像与备案印模不一致",
        "the seal's picture is not the imprint on file",
        is_reason=True,
    ),
    Refusal(
        "E_MAKER_UNTRUSTED",
        "制章人不在允许的名单内",
        "the seal's maker is not among those permitted",
        is_reason=True,
    ),
    Refusal(
        "E_MAKER_IS_SIGNER",
        "制章人与签章人是同一证书",
        "maker and signer are the same certificate",
        is_reason=True,
    ),
    Refusal(
        "E_GENERATION",
        "不能使用该代标准的印章",
        "a seal of this generation may not be used here",
        is_reason=True,
    ),
    Refusal(
        "E_ALGORITHM",
        "不允许使用该密码算法",
        "the cryptographic algorithm is not allowed",
        is_reason=True,
    ),
    Refusal(
        "E_PROFILE_NOT_IN_FORCE",
        "所依据的规定在该时间不在施行期内",
        "the regulation was not in force at that time",
        is_reason=True,
    ),
    # 制作与使用 · making and using
    Refusal("E_NAME_TOO_LONG", "文字太长，缩小后无法辨认", "the words are too long to be read"),
    Refusal("E_GLYPH_MISSING", "字体中缺少所需的字", "the typeface lacks a character"),
    Refusal(
        "E_FONT_MISSING",
        "系统中没有可用的中文字体",
        "there is no Chinese typeface on this system",
        "安装一种宋体，例如 apt install fonts-noto-cjk",
        "install a Song typeface, for example apt install fonts-noto-cjk",
    ),
    Refusal(
        "E_NOT_OWNER",
        "印章没有授权该证书",
        "the seal does not permit this certificate",
        "用 govseal seal show 查看印章授权的证书",
        "see which certificates the seal permits with govseal seal show",
    ),
    Refusal(
        "E_TIME_STAMP",
        "未取得有效的时间戳，印章没有制作",
        "no usable time stamp was given, so the seal was not made",
    ),
    # 绘制 · drawing
    Refusal(
        "E_SEAL_CODE",
        "印章上的编码只能由数字组成",
        "the code on a seal is made of digits",
    ),
    Refusal(
        "E_EMBLEM",
        "徽记不是单色填充轮廓的 SVG",
        "the emblem is no SVG of plain outlines in one colour",
    ),
    Refusal(
        "E_EMBLEM_MISSING",
        "该级别的印章中央须刊国徽，请提供其轮廓",
        "a seal of this level has the national emblem in its centre",
        "用 --emblem 提供由发放机关给出的徽记（SVG）",
        "give the outlines that the issuing authority supplies with --emblem",
    ),
    Refusal(
        "E_EMBLEM_FORBIDDEN",
        "该级别的印章中央刊五角星，不得刊徽记",
        "a seal of this level has a star in its centre, and no emblem",
    ),
    # 印模 · imprints
    Refusal(
        "E_SPECIMEN",
        "样章只供展示，不能用作印章图像",
        "a specimen is for showing only, not the picture of a seal",
    ),
    Refusal(
        "E_IMPRINT_DPI",
        "印模扫描件没有注明分辨率",
        "the scan states no resolution",
        "用 --dpi 或 --size-mm 指定",
        "give it with --dpi or --size-mm",
    ),
    Refusal(
        "E_IMPRINT_RESOLUTION",
        "印模扫描件的分辨率太低",
        "the resolution of the scan is too low",
    ),
    Refusal("E_IMPRINT_EMPTY", "扫描件中没有红色印模", "the scan shows no red imprint"),
    Refusal("E_IMPRINT_CUT", "印模没有扫描完整", "the imprint is cut off by the edge of the scan"),
    Refusal("E_IMPRINT_SEVERAL", "扫描件中不止一枚印模", "the scan shows more than one imprint"),
    Refusal("E_IMPRINT_SIZE", "印模的尺寸不合情理", "the imprint is not of a seal's size"),
    Refusal(
        "E_IMPRINT_DISTORTED",
        "圆形印模的宽与高不一致",
        "width and height of a round imprint differ",
    ),
    # 续期 · renewal
    Refusal(
        "E_SEAL_FORM",
        "原印章的数据不完全符合标准，不能续期",
        "the old seal departs from its standard and is not renewed",
        "请按新申请重新制作",
        "apply for a new seal",
    ),
    Refusal(
        "E_SEAL_INVALID",
        "原印章的制章人签名验证不通过",
        "the maker's signature of the old seal does not verify",
        "印章数据被改动或系伪造，请报告印章管理部门",
        "it was altered or forged: report it",
    ),
    # 委托 · delegation
    Refusal(
        "E_SEAL_SCOPE",
        "与印章的用章范围不符",
        "this is not within the scope of the seal",
        "用 --matter 写明事项，必要时用 --matter-list 提供事项清单",
        "state the matter with --matter, and give its list with --matter-list where one is named",
    ),
    Refusal(
        "E_ITEM_NOT_DELEGATED",
        "用印事项不在委托范围内",
        "the matter is not among those delegated",
    ),
    Refusal("E_AGREEMENT_EXPIRED", "委托协议已过期", "the agreement of delegation has expired"),
    Refusal("E_NO_SUBDELEGATION", "不得再行委托", "further delegation is forbidden"),
)

REFUSALS: dict[str, Refusal] = {refusal.code: refusal for refusal in _ROWS}
