"""The outline of an OFD package: its documents, their roots, pages and lists of signatures.

GB/T 33190, 7.4 (OFD.xml), 7.5 (Document.xml) and clause 19 (versions).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import field

from govseal.asn1.strict import Tolerances
from govseal.errors import FormatError, LimitExceeded
from govseal.formats.limits import Limits
from govseal.formats.ofd import locations, xml
from govseal.formats.ofd.package import Package
from govseal.formats.ofd.twins import refuse_twins
from govseal.formats.ofd.xml import Element
from govseal.frozen import frozen

ENTRY = "OFD.xml"
#: Version and DocType of GB/T 33190-2016 and of its profile for archives (GB/T 42133).
_FORMS = (("1.0", "OFD"), ("1.0", "OFD-A"))
_FALSE = frozenset({"false", "0"})


@frozen
class Box:
    """A rectangle in millimetres (ST_Box)."""

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float


@frozen
class Page:
    """One page of a document."""

    number: int
    """From 1, through all documents of the package."""
    id: str
    """Its ID, which a stamp names in PageRef."""
    name: str | None
    """The file of its content; None where that is missing."""


@frozen
class Body:
    """One document of the package (DocBody)."""

    number: int
    """From 1."""
    id: str
    """DocID, or the number where there is none."""
    root: str | None
    """The file of the current version's Document.xml; None where it is missing."""
    document: Element | None = field(repr=False)
    """Its root element; None where it cannot be read."""
    list_path: str
    """The path OFD.xml gives for Signatures.xml; empty where it gives none."""
    list_name: str | None
    """That file; None where there is none."""
    pages: tuple[Page, ...]
    page_box: Box | None
    """The physical box of pages that state none of their own."""
    is_signable: bool
    """Whether the document's permissions allow signatures."""


@frozen
class Outline:
    """What OFD.xml leads to."""

    root: Element = field(repr=False)
    """The root element of OFD.xml."""
    bodies: tuple[Body, ...]
    problem: FormatError | None
    """What could not be read on the way."""

    @property
    def pages(self) -> tuple[Page, ...]:
        """The pages of all documents."""
        return tuple(page for body in self.bodies for page in body.pages)


def read_box(text: str | None) -> Box | None:
    """The box in ``text``: four finite numbers, else None."""
    parts = (text or "").split()
    if len(parts) != 4:
        return None
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        return None
    return Box(*numbers) if all(map(math.isfinite, numbers)) else None


def read_outline(package: Package, limits: Limits, tolerances: Tolerances) -> Outline:
    """The outline of ``package``; what is damaged further down is kept as its ``problem``.

    Raises:
        FormatError: OFD.xml itself is missing or cannot be read.
    """
    if ENTRY not in package:
        message = "the package has no OFD.xml"
        raise FormatError(message, code="container_damaged", part=f"/{ENTRY}")
    root = xml.read(package.read(ENTRY), f"/{ENTRY}", limits, expected="OFD")
    is_usual = (xml.attribute(root, "Version"), xml.attribute(root, "DocType")) in _FORMS
    if xml.namespace(root) != xml.NAMESPACE or not is_usual:
        tolerances.note("quirk_q14", f"/{ENTRY}")
    reader = _Reader(package, limits, tolerances)
    reader.check(root, ENTRY)
    bodies = tuple(
        reader.body(number, element)
        for number, element in enumerate(xml.children(root, "DocBody"), start=1)
    )
    if not bodies:
        reader.keep(FormatError("OFD.xml names no document", part=f"/{ENTRY}"))
    return Outline(root, bodies, reader.problem)


class _Reader:
    """Reads bodies, and keeps the first problem met on the way."""

    def __init__(self, package: Package, limits: Limits, tolerances: Tolerances) -> None:
        self.package = package
        self.limits = limits
        self.tolerances = tolerances
        self.problem: FormatError | None = None
        self.page_count = 0
        # A small package may name a large file for each of thousands of documents.
        self._allowance = xml.Allowance()
        self._documents: dict[str, Element | None] = {}
        self._versions: dict[str, str] = {}

    def keep(self, problem: FormatError) -> None:
        if self.problem is None:
            self.problem = problem.kept()

    def find(self, holder: str, text: str) -> str | None:
        """The file that ``text`` in ``holder`` names; a missing one is a problem."""
        location = locations.resolve(self.package, holder, text)
        if location.is_loose:
            self.tolerances.note("quirk_q15", f"/{holder}")
        if location.name is None:
            self.keep(FormatError("a file that is named is missing", part=location.path))
        return location.name

    def open(self, name: str, expected: str) -> Element | None:
        """The root element of a file; what cannot be read is a problem."""
        try:
            data = self.package.read(name)
            self._allowance.spend(data, f"/{name}")
            root = xml.read(data, f"/{name}", self.limits, expected=expected)
        except FormatError as problem:
            self.keep(problem)
            return None
        self.check(root, name)
        return root

    def document(self, name: str) -> Element | None:
        """The root element of a Document.xml, one for all that name it; None as of :meth:`open`."""
        if name not in self._documents:
            self._documents[name] = self.open(name, "Document")
        return self._documents[name]

    def version_root(self, name: str) -> str:
        """The DocRoot of a version's own file; empty where there is none."""
        if name not in self._versions:
            self._versions[name] = xml.text(self.open(name, "DocVersion"), "DocRoot")
        return self._versions[name]

    def check(self, root: Element, name: str) -> None:
        """What can be read in two ways is a problem; its first reading is given all the same."""
        try:
            refuse_twins(root, f"/{name}", self.package.read(name))
        except FormatError as problem:
            self.keep(problem)

    def body(self, number: int, element: Element) -> Body:
        root = self.current_root(element)
        document = self.document(root) if root is not None else None
        list_text = xml.text(element, "Signatures")
        list_name = self.find(ENTRY, list_text) if list_text else None
        allowed = xml.text(document, "Permissions", "Signature").lower()
        return Body(
            number=number,
            id=xml.text(element, "DocInfo", "DocID") or str(number),
            root=root,
            document=document,
            list_path=list_text,
            list_name=list_name,
            pages=tuple(self.pages(root, document)) if root is not None else (),
            page_box=read_box(xml.text(document, "CommonData", "PageArea", "PhysicalBox")),
            is_signable=allowed not in _FALSE,
        )

    def current_root(self, element: Element) -> str | None:
        """The Document.xml of the current version, else the one that DocRoot names."""
        holder, text = ENTRY, xml.text(element, "DocRoot")
        versions = xml.child(element, "Versions")
        rows = xml.children(versions, "Version") if versions is not None else ()
        current = [row for row in rows if _is_current(row)]
        if len(current) > 1:
            self.keep(FormatError("two versions are the current one", part=f"/{ENTRY}"))
        for version in current[-1:]:
            name = self.find(ENTRY, xml.attribute(version, "BaseLoc") or "")
            own_text = self.version_root(name) if name is not None else ""
            if name is not None and own_text:
                holder, text = name, own_text
        return self.find(holder, text)

    def pages(self, root: str, document: Element | None) -> Iterator[Page]:
        pages = xml.child(document, "Pages")
        for page in xml.children(pages, "Page") if pages is not None else ():
            if self.page_count >= self.limits.max_pages:
                message = "the document has too many pages"
                limit = self.limits.max_pages
                self.keep(LimitExceeded(message, limit=limit, found=limit + 1, part=f"/{root}"))
                return
            self.page_count += 1
            name = self.find(root, xml.attribute(page, "BaseLoc") or "")
            yield Page(self.page_count, (xml.attribute(page, "ID") or "").strip(), name)


def _is_current(version: Element) -> bool:
    return (xml.attribute(version, "Current") or "").strip().lower() in ("true", "1")


def page_box(package: Package, body: Body, page: Page, limits: Limits) -> Box | None:
    """The physical box of a page: its own, else the document's; None where neither is stated.

    Raises:
        FormatError: the page's content cannot be read.
    """
    if page.name is not None:
        content = xml.read(package.read(page.name), f"/{page.name}", limits)
        own = read_box(xml.text(content, "Area", "PhysicalBox"))
        if own is not None:
            return own
    return body.page_box
