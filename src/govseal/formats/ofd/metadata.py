"""What each document of an OFD package says about itself (GB/T 33190, 7.4, clauses 16, 17, 20)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from govseal.formats.base import SignatureEvidence
from govseal.formats.limits import Limits
from govseal.formats.metadata import (
    AppExtension,
    DocumentInfo,
    LicenceMention,
    Metadata,
    NamedValue,
)
from govseal.formats.ofd import xml
from govseal.formats.ofd.attachments import AttachmentReader
from govseal.formats.ofd.described import Reading, Spent, attribute
from govseal.formats.ofd.licences import (
    SIGNS_OF_IDENTIFIERS,
    may_state_identifier,
    read_licence,
    stated_mentions,
)
from govseal.formats.ofd.outline import ENTRY, Outline
from govseal.formats.ofd.package import Package
from govseal.formats.ofd.plaintexts import texts_without
from govseal.formats.ofd.tags import TagReader
from govseal.formats.ofd.xml import Element

_Item = TypeVar("_Item")
_LICENCE_BYTES = 4 << 20
_LICENCE_FIELDS = 10_000
#: Fields of :class:`DocumentInfo` and the elements they come from.
_INFO = {
    "doc_id": "DocID",
    "title": "Title",
    "author": "Author",
    "subject": "Subject",
    "abstract": "Abstract",
    "created": "CreationDate",
    "modified": "ModDate",
    "usage": "DocUsage",
    "cover": "Cover",
    "creator": "Creator",
    "creator_version": "CreatorVersion",
}


def read_metadata(
    package: Package, outline: Outline, signatures: Sequence[SignatureEvidence], limits: Limits
) -> tuple[Metadata, ...]:
    """The metadata of each document, in their order."""
    readings = _readings(package, outline, limits)
    return tuple(_metadata(reading, entry, signatures) for reading, entry in readings)


def read_stated_licences(
    package: Package, outline: Outline, limits: Limits
) -> tuple[LicenceMention, ...]:
    """Identifiers of licences in the metadata and tags of all documents.

    A verifier has other work: what is longer than any licence is passed over.
    """
    if _states_nothing(package, outline):
        return ()
    limits = replace(
        limits,
        max_xml_bytes=min(limits.max_xml_bytes, _LICENCE_BYTES),
        max_fields=min(limits.max_fields, _LICENCE_FIELDS),
    )
    found: list[LicenceMention] = []
    for reading, entry in _readings(package, outline, limits):
        with reading.keeping():
            info = _info(reading, xml.child(entry, "DocInfo"))
            tags = _taken(reading, TagReader(reading, may_state_identifier).read())
            found.extend(stated_mentions(reading, info, tags))
    return tuple(found)


def _states_nothing(package: Package, outline: Outline) -> bool:
    """Whether OFD.xml certainly names no identifier, and no document any tags: most are so."""
    if any(xml.child(body.document, "CustomTags") is not None for body in outline.bodies):
        return False
    return texts_without(package.read(ENTRY), SIGNS_OF_IDENTIFIERS) is not None


def _readings(
    package: Package, outline: Outline, limits: Limits
) -> Iterator[tuple[Reading, Element]]:
    """Each document with its entry in OFD.xml.

    Of several entries for one Document.xml the first alone leads to what that names: nothing is
    said twice, and a package may hold a hundred thousand of them.
    """
    spent = Spent()
    seen: set[str | None] = set()
    for body, entry in zip(outline.bodies, xml.children(outline.root, "DocBody"), strict=True):
        is_first = body.root not in seen
        seen.add(body.root)
        described = body if is_first else replace(body, document=None, pages=())
        yield Reading(package, described, limits, spent), entry


def _metadata(
    reading: Reading, entry: Element, signatures: Sequence[SignatureEvidence]
) -> Metadata:
    info = DocumentInfo()
    licence = None
    with reading.keeping():
        info = _info(reading, xml.child(entry, "DocInfo"))
    # Where the limits end the reading, what is attached is known before what is merely named.
    attachments = _taken(reading, AttachmentReader(reading, signatures).read())
    extensions = _taken(reading, _extensions(reading))
    tags = _taken(reading, TagReader(reading).read())
    with reading.keeping():
        licence = read_licence(reading, info, tags)
    return Metadata(
        info=info,
        tags=tags,
        attachments=attachments,
        extensions=extensions,
        licence=licence,
        problems=tuple(reading.problems),
        tolerances=tuple(reading.tolerances.items),
    )


def _taken(reading: Reading, items: Iterator[_Item]) -> tuple[_Item, ...]:
    """The items up to the first that cannot be read, which is a problem."""
    taken: list[_Item] = []
    with reading.keeping():
        for item in items:
            taken.append(item)  # noqa: PERF402 - what was taken stays when the next one fails
    return tuple(taken)


def _info(reading: Reading, element: Element | None) -> DocumentInfo:
    """CT_DocInfo; of an element that comes twice the first counts."""
    children = xml.first_children(element)

    def texts(holder: str, name: str) -> Iterator[Element]:
        parent = children.get(holder)
        for item in xml.children(parent, name) if parent is not None else ():
            reading.count(xml.text(item), attribute(item, "Name"))
            yield item

    fields = {field: xml.text(children.get(name)) for field, name in _INFO.items()}
    reading.count(*fields.values())
    custom = texts("CustomDatas", "CustomData")
    return DocumentInfo(
        keywords=tuple(xml.text(item) for item in texts("Keywords", "Keyword")),
        custom_data=tuple(NamedValue(attribute(item, "Name"), xml.text(item)) for item in custom),
        **fields,
    )


def _extensions(reading: Reading) -> Iterator[AppExtension]:
    found = reading.named_in_document("Extensions")
    if found is None:
        return
    holder, root = found
    for entry in xml.children(root, "Extension"):
        properties = tuple(
            NamedValue(attribute(item, "Name"), xml.text(item))
            for item in xml.children(entry, "Property")
        )
        own = xml.text(entry, "ExtendData")
        texts = [text for item in properties for text in (item.name, item.value)]
        reading.count(own, *entry.attrib.values(), *texts, fields=1 + len(properties))
        yield AppExtension(
            app=attribute(entry, "AppName"),
            company=attribute(entry, "Company"),
            version=attribute(entry, "AppVersion"),
            date=attribute(entry, "Date"),
            reference=attribute(entry, "RefId"),
            properties=properties,
            location=reading.locate(holder, own).path if own else "",
        )
