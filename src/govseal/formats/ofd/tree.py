"""What a package is made of: documents, versions, pages, and the files that they name.

GB/T 33190, clause 7; for people who look into a file: nothing here is judged, and what cannot be
read is said, not refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from govseal.errors import FormatError
from govseal.formats.ofd import locations, xml
from govseal.formats.ofd.document import OfdDocument
from govseal.formats.ofd.outline import ENTRY, Body, Page
from govseal.formats.ofd.package import Package
from govseal.formats.ofd.xml import Element

# Far more than real documents name; each costs a look-up.
_MOST_FILES = 2000


@dataclass(frozen=True, slots=True)
class Node:
    """One file that a document names, and what it names in turn."""

    kind: str
    """``document``, ``version``, ``page``, ``template``, ``resources``, ``font``, ``media``,
    ``annotations``, ``attachments``, ``attachment``, ``tags``, ``extensions``, ``signatures``."""
    path: str
    """As a full path, or as it is written where there is no such file."""
    id: str = ""
    name: str = ""
    is_missing: bool = False
    is_current: bool | None = None
    """Of a version: whether it is the one that shows."""
    children: tuple[Node, ...] = ()


def read_tree(document: OfdDocument) -> tuple[Node, ...]:
    """The documents of a package, each with all that it names; at most 2000 files."""
    if document.package is None or document.outline is None:
        return ()
    reader = _Reader(document, document.package)
    rows = xml.children(document.outline.root, "DocBody")
    pairs = zip(document.outline.bodies, rows, strict=False)
    return tuple(reader.body(body, element) for body, element in pairs)


class _Reader:
    def __init__(self, document: OfdDocument, package: Package) -> None:
        self.document = document
        self.package = package
        self.left = _MOST_FILES
        # Thousands of entries may name one large file.
        self.bytes_left = document.limits.max_xml_bytes

    def body(self, body: Body, element: Element) -> Node:
        children = [*self.versions(element)]
        if body.root is not None and body.document is not None:
            children.extend(self.common(body.root, body.document))
            children.extend(self.page(page) for page in islice(body.pages, _MOST_FILES))
            children.extend(self.annotations(body.root, body.document))
            children.extend(self.attachments(body.root, body.document))
            for tag, kind in (("CustomTags", "tags"), ("Extensions", "extensions")):
                children.extend(self.files(body.root, body.document, kind, tag))
        if body.list_path:
            children.extend(self.found(ENTRY, body.list_path, "signatures"))
        return Node(
            "document",
            f"/{body.root}" if body.root is not None else xml.text(element, "DocRoot"),
            body.id,
            xml.text(element, "DocInfo", "Title"),
            body.root is None,
            children=tuple(children),
        )

    def versions(self, element: Element) -> Iterator[Node]:
        versions = xml.child(element, "Versions")
        for row in xml.children(versions, "Version") if versions is not None else ():
            current = (xml.attribute(row, "Current") or "").strip().lower() in ("true", "1")
            for node in self.found(ENTRY, xml.attribute(row, "BaseLoc") or "", "version"):
                yield Node(
                    node.kind,
                    node.path,
                    (xml.attribute(row, "ID") or "").strip(),
                    (xml.attribute(row, "Version") or "").strip(),
                    node.is_missing,
                    is_current=current,
                )

    def page(self, page: Page) -> Node:
        if page.name is None:
            return Node("page", "", page.id, str(page.number), is_missing=True)
        content = self.open(page.name)
        children = tuple(self.resources(page.name, content, "PageRes"))
        return Node("page", f"/{page.name}", page.id, str(page.number), children=children)

    def common(self, root: str, document: Element) -> Iterator[Node]:
        """Resources and templates of a document."""
        common = xml.child(document, "CommonData")
        yield from self.resources(root, common, "PublicRes", "DocumentRes")
        for row in xml.children(common, "TemplatePage") if common is not None else ():
            name = (xml.attribute(row, "Name") or "").strip()
            location = xml.attribute(row, "BaseLoc") or ""
            yield from self.found(root, location, "template", row, name)

    def resources(self, holder: str, parent: Element | None, *tags: str) -> Iterator[Node]:
        """Resource files, and the fonts and media that they name."""
        for tag in tags:
            for row in xml.children(parent, tag) if parent is not None else ():
                for node in self.found(holder, xml.text(row), "resources"):
                    inner = () if node.is_missing else tuple(self.media(node.path[1:]))
                    yield Node(node.kind, node.path, is_missing=node.is_missing, children=inner)

    def media(self, name: str) -> Iterator[Node]:
        root = self.open(name)
        base = (xml.attribute(root, "BaseLoc") or "").strip() if root is not None else ""
        for group in root if root is not None else ():
            for row in group:
                tag = {"Font": "FontFile", "MultiMedia": "MediaFile"}.get(xml.name(row))
                text = xml.text(row, tag) if tag is not None else ""
                if not text:
                    continue
                kind = "font" if tag == "FontFile" else "media"
                label = xml.attribute(row, "FontName") or xml.attribute(row, "Type") or ""
                beside = text if text.startswith("/") or not base else f"{base}/{text}"
                if locations.resolve(self.package, name, beside).name is None:
                    beside = text
                yield from self.found(name, beside, kind, row, label)

    def annotations(self, root: str, document: Element) -> Iterator[Node]:
        for node in self.files(root, document, "annotations", "Annotations"):
            listing = self.open(node.path[1:]) if not node.is_missing else None
            inner: list[Node] = []
            for row in xml.children(listing, "Page") if listing is not None else ():
                number = (xml.attribute(row, "PageID") or "").strip()
                location = xml.text(row, "FileLoc")
                inner.extend(self.found(node.path[1:], location, "annotations", None, number))
            yield Node(node.kind, node.path, is_missing=node.is_missing, children=tuple(inner))

    def attachments(self, root: str, document: Element) -> Iterator[Node]:
        for node in self.files(root, document, "attachments", "Attachments"):
            listing = self.open(node.path[1:]) if not node.is_missing else None
            inner: list[Node] = []
            for row in xml.children(listing, "Attachment") if listing is not None else ():
                name = (xml.attribute(row, "Name") or "").strip()
                location = xml.text(row, "FileLoc")
                inner.extend(self.found(node.path[1:], location, "attachment", row, name))
            yield Node(node.kind, node.path, is_missing=node.is_missing, children=tuple(inner))

    def files(self, holder: str, parent: Element, kind: str, tag: str) -> Iterator[Node]:
        for row in xml.children(parent, tag):
            yield from self.found(holder, xml.text(row), kind)

    def found(
        self, holder: str, text: str, kind: str, row: Element | None = None, name: str = ""
    ) -> Iterator[Node]:
        """The file that ``text`` in the file ``holder`` names."""
        if self.left <= 0:
            return
        self.left -= 1
        own_id = (xml.attribute(row, "ID") or "").strip() if row is not None else ""
        file = locations.resolve(self.package, holder, text).name
        path = f"/{file}" if file is not None else text
        yield Node(kind, path, own_id, name, is_missing=file is None)

    def open(self, name: str) -> Element | None:
        """The root of a file; None where it cannot be read, or so much was read already."""
        try:
            self.bytes_left -= self.package.entry(name).size
            if self.bytes_left < 0:
                return None
            return xml.parse(self.package.read(name), f"/{name}", self.document.limits)
        except FormatError:
            return None
