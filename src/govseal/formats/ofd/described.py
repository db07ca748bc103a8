"""What the readers of metadata, tags and attachments share: files found, and an end to the work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from govseal.asn1.strict import Tolerances
from govseal.errors import FormatError, LimitExceeded
from govseal.formats.limits import Limits
from govseal.formats.ofd import locations, xml
from govseal.formats.ofd.locations import Location
from govseal.formats.ofd.outline import Body
from govseal.formats.ofd.package import Package
from govseal.formats.ofd.xml import Element


@dataclass(slots=True)
class Spent:
    """What describing a package took so far, over all its documents: they may share their files.

    A hostile package may refer a hundred thousand times to one long text, so that what comes out
    is counted, not only what goes in.
    """

    fields: int = 0
    characters: int = 0
    parsed_bytes: int = 0
    pages: set[str] = field(default_factory=set)
    """Pages whose bytes were searched."""
    digests: dict[str, str | FormatError] = field(default_factory=dict)
    """SHA-256 of attached files, or why they cannot be read."""
    objects: dict[str, dict[str, str]] = field(default_factory=dict)
    """For each page that was parsed, the texts of its objects by their IDs."""


class Reading:
    """One document while it is being described: its files, and how much may still be read."""

    def __init__(self, package: Package, body: Body, limits: Limits, spent: Spent) -> None:
        self.package = package
        self.body = body
        self.limits = limits
        self.spent = spent
        self.tolerances = Tolerances()
        self.problems: list[FormatError] = []

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """What cannot be read inside is kept as a problem."""
        try:
            yield
        except FormatError as problem:
            self.problems.append(problem.kept())

    def count(self, *texts: str, fields: int = 1) -> None:
        """Count what is given out.

        Raises:
            LimitExceeded: more fields or characters than the limits allow.
        """
        self.spent.fields += fields
        self.spent.characters += sum(map(len, texts))
        self._allow("fields", self.limits.max_fields, self.spent.fields)
        self._allow("characters", self.limits.max_xml_bytes, self.spent.characters)

    def _allow(self, what: str, limit: int, found: int) -> None:
        if found > limit:
            message = f"the document's metadata has too many {what}"
            part = f"/{self.body.root}" if self.body.root else None
            raise LimitExceeded(message, limit=limit, found=found, part=part)

    def locate(self, holder: str, text: str) -> Location:
        """Where a location in the file ``holder`` points to."""
        location = locations.resolve(self.package, holder, text)
        if location.is_loose:
            self.tolerances.note("quirk_q15", f"/{holder}")
        return location

    def named_in_document(self, element: str) -> tuple[str, Element] | None:
        """The file that Document.xml names in ``element``, and its root of the same name.

        None where it names none, or none that can be read: that is a problem.

        Raises:
            LimitExceeded: the limits were met before.
        """
        text = xml.text(self.body.document, element)
        if not text or self.body.root is None:
            return None
        self.count(text)
        location = self.locate(self.body.root, text)
        if location.name is None:
            problem = FormatError("a file that is named is missing", part=location.path)
            self.problems.append(problem)
            return None
        try:
            return location.name, self.open(location.name, element)
        except FormatError as problem:
            self.problems.append(problem.kept())
            return None

    def open(self, name: str, expected: str | None = None, *, recover: bool = False) -> Element:
        """The root element of a file.

        Raises:
            FormatError: it cannot be read.
            LimitExceeded: so much was parsed already that it cannot be for what is only shown.
        """
        self.spent.parsed_bytes += self.package.entry(name).size
        self._allow("bytes", self.limits.max_xml_bytes, self.spent.parsed_bytes)
        return xml.parse(
            self.package.read(name),
            f"/{name}",
            self.limits,
            expected=expected,
            comments=False,
            recover=recover,
        )


def attribute(element: Element, *names: str) -> str:
    """The first of these attributes that is there, stripped; empty where none is."""
    for name in names:
        value = xml.attribute(element, name)
        if value is not None:
            return value.strip()
    return ""


def local_name(element: Element) -> str:
    """The element's name without namespace, and without a prefix that was never declared."""
    return xml.name(element).rpartition(":")[2]
