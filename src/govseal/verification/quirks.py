"""Departures from the standards that are read all the same (兼容): Q1 and the others, in words."""

from __future__ import annotations

from typing import Final

#: Code, Chinese, English.
QUIRKS: Final = (
    ("quirk_q1", "位串的未用位数不为零", "a BIT STRING's unused-bits octet is not zero"),
    ("quirk_q2", "位串末尾的零字节被截去", "a BIT STRING lost the zero octets at its end"),
    ("quirk_q3", "位串首字节写成长度", "a BIT STRING starts with its length"),
    ("quirk_q4", "签名值为原始 r‖s 而非 DER", "the signature value is raw r‖s, not DER"),
    (
        "quirk_q5",
        "签名值的整数为定长编码",
        "the signature's INTEGERs have a fixed length",
    ),
    (
        "quirk_q6",
        "摘要按 SM3(Z‖数据) 计算",
        "digests are SM3 over the signer's Z and the data",
    ),
    ("quirk_q7", "摘要算法名称写法不标准", "the digest algorithm is spelled otherwise"),
    ("quirk_q8", "时间写法不标准", "a time is written otherwise than the standard asks"),
    (
        "quirk_q9",
        "签名时间文字写法不标准（仅供参考）",
        "the written time, which only informs, has another form",
    ),
    (
        "quirk_q10",
        "文字中有非 ASCII 字节，或原文属性写法不标准",
        "a text holds bytes outside ASCII, or the property information another form",
    ),
    (
        "quirk_q11",
        "名称带有填充字符或编码错误",
        "a name is padded or wrongly encoded",
    ),
    ("quirk_q12", "提供者写作子元素", "the provider is given as child elements"),
    ("quirk_q13", "签名文件名称不标准", "the files of the signature have other names"),
    (
        "quirk_q14",
        "XML 命名空间、OFD 版本号或文档类型不标准",
        "the XML namespace, or OFD's Version or DocType, is another one",
    ),
    ("quirk_q15", "路径写法不标准", "a path is written otherwise"),
    ("quirk_q16", "缺少 Seal 或 Type", "Seal or Type is missing"),
    (
        "quirk_q17",
        "压缩包或其中的 XML 写法不标准",
        "the package, or XML inside, is written otherwise",
    ),
    (
        "quirk_q18",
        "证书没有密钥用途，或编码不规范",
        "a certificate states no key usage, or is encoded otherwise than DER asks",
    ),
    (
        "quirk_q19",
        "2014 版结构外多套一层，或类型写错",
        "a structure of 2014 is wrapped once more, or of another type",
    ),
    ("quirk_q21", "制章人即签章人", "the maker of the seal is its signer"),
    (
        "quirk_q23",
        "签名属性未按标准排序",
        "the signed attributes are not in the order of the standard",
    ),
)
