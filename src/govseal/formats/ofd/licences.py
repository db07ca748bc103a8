"""电子证照 in an OFD: where an identifier stands, and the metadata beside it.

GB/T 36905 says that an e-licence is an OFD file with the metadata of GB/T 36903; neither text is
public. Producers put the metadata into CustomDatas and custom tags, under the names of the
standard or their initials in pinyin, and print the identifier on a page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from govseal.errors import FormatError, LimitExceeded
from govseal.formats.licence import ROOT, LicenceIdentifier, find_identifiers
from govseal.formats.metadata import (
    DocumentInfo,
    Licence,
    LicenceMention,
    MentionSource,
    NamedValue,
    TagFile,
)
from govseal.formats.ofd import xml
from govseal.formats.ofd.described import Reading

#: Names of the identifier's own field: whatever stands there is meant as one.
_IDENTIFIER = frozenset({"证照标识", "电子证照标识", "zzbs"})
#: Metadata that only licences have. Nothing that says who the holder is.
_LICENCE = frozenset(
    {
        *("证照名称", "证照类型名称", "证照类型代码", "证照编号", "证照号码", "证照版本"),
        *("证照颁发机构", "证照颁发机构代码", "证照颁发日期"),
        *("证照有效期起始日期", "证照有效期截止日期", "关联证照标识"),
        *("zzmc", "zzlxmc", "zzlxdm", "zzbh", "zzbfjg", "zzbfjgdm", "zzbfrq"),
        *("zzyxqqsrq", "zzyxqjzrq"),
    }
)
#: Those that other documents have too.
_COMMON = frozenset(
    {
        *("颁发机构", "颁发机构代码", "颁发日期", "发证机关", "发证日期", "版本号"),
        *("有效期起始日期", "有效期截止日期", "有效期起始", "有效期截止"),
    }
)
_BYTES = ROOT.encode() + b"."
#: What tells a tag file that may state an identifier, beside the identifier itself: plain, and in
#: UTF-16 without its NULs; and the name in Chinese by encodings with and without them.
_PINYIN = b"zzbs"
_NARROW = tuple("证照标识".encode(codec) for codec in ("utf-8", "gb18030"))
_WIDE = tuple("证照标识".encode(codec) for codec in ("utf-16-le", "utf-16-be"))
#: One of them stands wherever an identifier does, or a field that is meant to hold one.
SIGNS_OF_IDENTIFIERS = (_BYTES, _PINYIN, "证照标识".encode())

_Value = tuple[MentionSource, str, str]


def read_licence(reading: Reading, info: DocumentInfo, tags: Sequence[TagFile]) -> Licence | None:
    """What the document says of a licence; None where it says nothing.

    Raises:
        LimitExceeded: there is more of it than the limits allow.
    """
    mentions = dict.fromkeys(stated_mentions(reading, info, tags))
    for number, text in _on_pages(reading):
        reading.count(text)
        mentions[_mention(MentionSource.PAGE, str(number), text)] = None
    fields: list[NamedValue] = []
    is_licence = bool(mentions)
    for _, name, value in _values(info, tags):
        last = _last(name)
        if last in _LICENCE or last in _COMMON:
            reading.count(name, value)
            fields.append(NamedValue(name, value))
            is_licence = is_licence or last in _LICENCE
    return Licence(tuple(mentions), tuple(fields)) if is_licence else None


def stated_mentions(
    reading: Reading, info: DocumentInfo, tags: Sequence[TagFile]
) -> Iterator[LicenceMention]:
    """The identifiers in metadata and tags, right or wrong.

    Raises:
        LimitExceeded: more than the limits allow.
    """
    for source, name, value in _values(info, tags):
        is_field = _last(name) in _IDENTIFIER
        texts = [value.strip()] if is_field else find_identifiers(value)
        for text in texts:
            if text:
                reading.count(text)
                yield _mention(source, name, text)


def may_state_identifier(data: bytes) -> bool:
    """Whether the bytes of a tag file may name or hold an identifier, in any encoding."""
    is_wide = b"\0" in data
    plain = data.replace(b"\0", b"") if is_wide else data
    names = _WIDE if is_wide else _NARROW
    return _BYTES in plain or _PINYIN in plain.lower() or any(name in data for name in names)


def _last(name: str) -> str:
    """The name of a field without those around it, in small letters."""
    return name.rpartition("/")[2].casefold()


def _values(info: DocumentInfo, tags: Sequence[TagFile]) -> Iterator[_Value]:
    for name, value in (
        ("DocID", info.doc_id),
        ("Title", info.title),
        ("Subject", info.subject),
        ("Abstract", info.abstract),
        *(("Keyword", keyword) for keyword in info.keywords),
    ):
        yield MentionSource.INFO, name, value
    for item in info.custom_data:
        yield MentionSource.CUSTOM_DATA, item.name, item.value
    for file in tags:
        for field in file.fields:
            yield MentionSource.CUSTOM_TAG, field.name, field.value


def _mention(source: MentionSource, name: str, text: str) -> LicenceMention:
    try:
        identifier = LicenceIdentifier.parse(text, tolerant=True)
    except FormatError:
        return LicenceMention(source, name, text, None)
    return LicenceMention(source, name, text, identifier)


def _on_pages(reading: Reading) -> Iterator[tuple[int, str]]:
    """Page numbers and identifiers in the texts of pages, each file looked at once."""
    seen = reading.spent.pages
    for page in reading.body.pages:
        if page.name is None or page.name in seen:
            continue
        seen.add(page.name)
        try:
            data = reading.package.read(page.name)
            # Most pages have none, and need no parsing. UTF-16 is ASCII with NULs between.
            if _BYTES not in (data.replace(b"\0", b"") if b"\0" in data else data):
                continue
            root = reading.open(page.name)
        except LimitExceeded:
            raise
        except FormatError as problem:
            reading.problems.append(problem.kept())
            continue
        for element in root.iter():
            if xml.name(element) == "TextObject":
                codes = xml.children(element, "TextCode")
                text = "".join(code.text or "" for code in codes)
                for found in find_identifiers(text):
                    yield page.number, found
