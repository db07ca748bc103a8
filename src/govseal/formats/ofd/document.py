"""An open OFD document: what is found in it, and a place for a stamp."""

from __future__ import annotations

from functools import cached_property

from govseal.asn1.strict import Tolerances
from govseal.errors import FormatError
from govseal.formats.base import Evidence, PartInfo, PreparedStamp, SignatureEvidence, StampRequest
from govseal.formats.limits import DEFAULT_LIMITS, Limits
from govseal.formats.metadata import LicenceMention, Metadata
from govseal.formats.ofd.coverage import coverages
from govseal.formats.ofd.filelist import read_file_list
from govseal.formats.ofd.outline import Body, Box, Outline, Page, page_box, read_outline
from govseal.formats.ofd.package import Package
from govseal.formats.ofd.signatures import Found, SignatureReader
from govseal.formats.ofd.unlisted import find_unlisted
from govseal.formats.source import ByteSource
from govseal.frozen import changed


class OfdDocument:
    """An OFD document (GB/T 33190); opening one never fails, reading it may.

    It is read from its source whenever it is asked something, so that stays open.

    ``problem`` is why the container cannot be read, or not to its end; ``package`` and ``outline``
    are None where it left nothing to read.
    """

    format = "ofd"

    def __init__(self, data: bytes | ByteSource, limits: Limits = DEFAULT_LIMITS) -> None:
        self.limits = limits
        self.problem: FormatError | None = None
        self.package: Package | None = None
        self.outline: Outline | None = None
        self._tolerances = Tolerances()
        try:
            source = data if isinstance(data, ByteSource) else bytes(data)
            self.package = Package.open(source, limits, tolerant=True)
            self.problem = self.package.problem
            self.outline = read_outline(self.package, limits, self._tolerances)
            self.problem = self.problem or self.outline.problem
        except FormatError as problem:
            self.problem = self.problem or problem.kept()

    @property
    def pages(self) -> tuple[Page, ...]:
        """The pages, numbered from 1 through all documents of the package."""
        return self.outline.pages if self.outline is not None else ()

    def body_of(self, page: Page) -> Body:
        """The document that the page belongs to."""
        bodies = self.outline.bodies if self.outline is not None else ()
        return next(body for body in bodies if page in body.pages)

    def page_box(self, page: Page) -> Box | None:
        """The physical box of a page in millimetres; None where the document states none.

        Raises:
            FormatError: the page's content cannot be read.
        """
        if self.package is None:
            return None
        return page_box(self.package, self.body_of(page), page, self.limits)

    @cached_property
    def _read(self) -> tuple[tuple[Found, ...], FormatError | None]:
        """The signatures, and the first damage met while reading them."""
        if self.package is None or self.outline is None:
            return (), None
        reader = SignatureReader(self.package, self.outline, self.limits)
        found = tuple(reader.read())
        problem = reader.problem
        read_through = reader.read_through
        for name in self.package.names:
            if problem is not None:
                break
            if name not in read_through:
                problem = _damage(self.package, name)
        if problem is None:
            problem = find_unlisted(self.package, self.outline, found, self.limits)
        return found, problem

    @property
    def signatures(self) -> tuple[Found, ...]:
        """The signatures as read, without their coverage."""
        return self._read[0]

    @property
    def damage(self) -> FormatError | None:
        """Why the container is not sound, every file of it looked at; None if it is."""
        return self.problem or self._read[1]

    def evidence(self) -> Evidence:
        """Everything found in the document; see :class:`govseal.formats.base.Evidence`."""
        return self._evidence

    @cached_property
    def _evidence(self) -> Evidence:
        package, outline = self.package, self.outline
        if package is None:
            return Evidence(self.format, problem=self.problem)
        found = self.signatures
        signatures: tuple[SignatureEvidence, ...] = ()
        file_list = None
        if outline is not None:
            file_list = read_file_list(package, outline, found, self.limits)
            scopes = coverages(package, outline, found, self.limits)
            signatures = tuple(
                changed(item.evidence, coverage=scope, anomalies=anomalies)
                for item, (scope, anomalies) in zip(found, scopes, strict=True)
            )
        return Evidence(
            self.format,
            signatures=signatures,
            problem=self.damage,
            parts=tuple(
                PartInfo(f"/{name}", entry.size, entry.compressed_size)
                for name, entry in ((name, package.entry(name)) for name in package.names)
            ),
            pages=len(self.pages),
            tolerances=(*self._tolerances.items, *package.tolerances),
            file_list=file_list,
        )

    def metadata(self) -> tuple[Metadata, ...]:
        """What each document of the package says about itself; empty where there is none."""
        if self.package is None or self.outline is None:
            return ()
        from govseal.formats.ofd.metadata import read_metadata  # noqa: PLC0415 - start-up

        signatures = [found.evidence for found in self.signatures]
        return read_metadata(self.package, self.outline, signatures, self.limits)

    def stated_licences(self) -> tuple[LicenceMention, ...]:
        """Identifiers of licences in metadata and tags; empty where there are none."""
        if self.package is None or self.outline is None:
            return ()
        from govseal.formats.ofd.metadata import read_stated_licences  # noqa: PLC0415 - as above

        return read_stated_licences(self.package, self.outline, self.limits)

    def prepare(self, request: StampRequest) -> PreparedStamp:
        """The document with room for a stamp; see :func:`govseal.formats.ofd.stamp.prepare`.

        Raises:
            StampError: the document cannot take it.
        """
        from govseal.formats.ofd.stamp import prepare  # noqa: PLC0415 - verifying needs no writer

        return prepare(self, request)


def _damage(package: Package, name: str) -> FormatError | None:
    """Why a file cannot be unpacked, None for a sound one."""
    try:
        package.check(name)
    except FormatError as problem:
        return problem.kept()
    return None
