"""The revisions of a PDF: where each ends, what lies between and behind, and what each changed.

A signature protects the file up to the end of its revision. Whatever follows must be whole later
revisions, end to end, and each may only do what signing and filling in do: pyHanko's difference
analysis says how far a revision goes beyond the one before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, PdfObject, Reference
from pyhanko.pdf_utils.reader import HistoricalResolver
from pyhanko.pdf_utils.xref import XRefSectionType
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    ModificationLevel,
    SuspiciousModification,
)
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm

from govseal.errors import FormatError, UnsupportedFormat
from govseal.formats.base import Anomaly, Coverage, Extent, UnprotectedPart
from govseal.formats.pdf.hooks import guarded
from govseal.formats.pdf.objects import value
from govseal.formats.pdf.sections import is_proper_table, stray_object

_END = re.compile(rb"startxref[\x00\t\n\x0c\r ]+(\d{1,15})[\x00\t\n\x0c\r ]+%%EOF")
_LAST_END = re.compile(_END.pattern + rb"[\x00\t\n\x0c\r ]*\Z")
_BLANK_RUN = re.compile(rb"[\x00\t\n\x0c\r ]*")
_TAIL = 1024
MAX_REVISIONS = 500
MAX_STEPS = 2_000_000
"""Elements looked at in one file while its revisions are compared: a thousand pages take 50,000.

pyHanko follows every path to every object, and paths multiply where objects share others.
"""


@dataclass(frozen=True, slots=True)
class Section:
    """One cross-reference section, as the chain from the end of the file reaches it."""

    start: int
    end: int
    declared: int
    """Where ``startxref`` or /Prev says that it is."""
    size: int
    """/Size: objects of this number or a higher one are none."""
    is_table: bool
    """Whether it is a table, and no stream."""
    listed: frozenset[tuple[int, int]]
    """Number and place of the objects that it lists; its own streams have no number, -1."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What one signature protects, and what is wrong around it."""

    coverage: Coverage
    anomalies: tuple[Anomaly, ...] = ()


@dataclass(frozen=True, slots=True)
class Permissions:
    """What a signature allows to happen after it: DocMDP and FieldMDP, as pyHanko reads them."""

    document: MDPPerm | None = None
    fields: FieldMDPSpec | None = None


class _Budget:
    """What comparing the revisions of one file may still cost."""

    def __init__(self) -> None:
        self.left = MAX_STEPS

    def spend(self, steps: int) -> None:
        """Raises :class:`UnsupportedFormat` where nothing is left."""
        self.left -= steps
        if self.left < 0:
            raise UnsupportedFormat("the objects of the file are too entangled to compare")


class _Revision(HistoricalResolver):
    """One revision of the file, that counts what is looked up in it."""

    def __init__(self, reader: Any, revision: int, budget: _Budget) -> None:  # noqa: ANN401 - as below
        super().__init__(reader, revision)
        self._budget = budget
        self._weights: dict[Reference, int] = {}

    def get_object(self, ref: Reference, as_metadata_stream: bool = False) -> PdfObject:
        """The object as it was in this revision."""
        found: PdfObject = super().get_object(ref, as_metadata_stream)
        weight = self._weights.get(ref)
        if weight is None:
            weight = self._weights[ref] = _weight(found)
        self._budget.spend(weight)
        return found


def _weight(found: PdfObject) -> int:
    """The number of elements of an object, those of others behind references left out."""
    count, pending = 0, [found]
    while pending:
        item = pending.pop()
        count += 1
        if isinstance(item, DictionaryObject):
            pending.extend(item.values())
        elif isinstance(item, ArrayObject):
            pending.extend(item)
    return count


class History:
    """The revisions of one file; answers are worked out once for all its signatures."""

    def __init__(self, data: bytes, reader: Any) -> None:  # noqa: ANN401 - pyHanko's reader
        self.data = data
        self.reader = reader
        self._levels: dict[tuple[int, str], ModificationLevel | Anomaly] = {}
        self._extents: dict[tuple[int, int], int | Anomaly] = {}
        self._revisions: dict[int, _Revision] = {}
        self._budget = _Budget()

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """All cross-reference sections, the oldest first.

        Raises:
            FormatError: they cannot be listed, or are too many.
        """
        return guarded(self._sections, "the cross-reference")

    def _sections(self) -> tuple[Section, ...]:
        xrefs = self.reader.xrefs
        if xrefs.total_revisions > MAX_REVISIONS:
            raise UnsupportedFormat("the file has too many revisions")
        return tuple(_section(xrefs, at) for at in range(xrefs.total_revisions))

    def scope(self, end: int, changed_in: int, permissions: Permissions) -> Scope:
        """What a signature protects whose ranges end at ``end``.

        Args:
            end: the end of its last protected byte.
            changed_in: the revision that its own dictionary comes from, from 0.
            permissions: what it allows to happen after it.
        """
        total = len(self.sections)
        if self._after_blanks(end) == len(self.data):
            return Scope(Coverage(Extent.WHOLE_FILE, _names(total)))
        last = self._last_covered(end)
        if last is None:
            detail = "the protected bytes do not end with a revision of the file"
            return _broken(Anomaly("partial_coverage", detail, is_failure=True))
        own = _names(last + 1)
        if changed_in > last:
            detail = "the signature's dictionary was replaced after signing"
            return _broken(Anomaly("changed_after_signing", detail, is_failure=True), own)
        surplus = self._surplus(end, last)
        if surplus is not None:
            return _broken(surplus, own)
        return self._later(last, permissions)

    def _last_covered(self, end: int) -> int | None:
        """The newest revision that ends where the protected bytes end; None where none does."""
        covered = [at for at, section in enumerate(self.sections) if section.end <= end]
        last = len(covered) - 1
        if not covered or covered != list(range(last + 1)):
            return None
        if any(section.start < end for section in self.sections[last + 1 :]):
            return None
        match = _LAST_END.search(self.data, max(0, end - _TAIL), end)
        if match is None:
            return None
        declared = int(match.group(1))
        return last if declared == self.sections[last].declared else None

    def _after_blanks(self, at: int) -> int:
        match = _BLANK_RUN.match(self.data, at)
        return match.end() if match else at

    def _surplus(self, end: int, last: int) -> Anomaly | None:
        """Bytes behind ``end`` that belong to no later revision of the chain."""
        at = self._after_blanks(end)
        for number in range(last + 1, len(self.sections)):
            found = self._extent(number, at)
            if isinstance(found, Anomaly):
                return found
            at = found
        rest = len(self.data) - at
        return _trailing(f"{rest} bytes behind the end of the file") if rest else None

    def _extent(self, number: int, at: int) -> int | Anomaly:
        """The end of a revision that starts at ``at``, or why it is none."""
        key = (number, at)
        if key not in self._extents:
            self._extents[key] = self._find_extent(number, at)
        return self._extents[key]

    def _find_extent(self, number: int, at: int) -> int | Anomaly:
        section = self.sections[number]
        match = _END.search(self.data, section.end)
        if section.start < at or match is None or int(match.group(1)) != section.declared:
            return _trailing(f"the bytes from {at} are no proper revision of the file")
        if _END.search(self.data, at, section.start) is not None:
            return _trailing(f"a revision behind byte {at} is hidden from the chain")
        return self._loose(number, at, match.end()) or self._after_blanks(match.end())

    def _loose(self, number: int, start: int, end: int) -> Anomaly | None:
        """What another reader may take for something else in a revision behind a signature."""
        section = self.sections[number]
        # pyHanko looks for a table around its place, and says where the first row stands.
        is_proper = (
            is_proper_table(self.data, section.declared)
            if section.is_table
            else section.start == section.declared
        )
        if not is_proper:
            return _trailing(f"the cross-reference of {_name(number)} is not written properly")
        if section.size < self.sections[number - 1].size:
            return _changed(f"{_name(number)} cuts off objects of the one before it")
        stray = stray_object(self.data, start, end, section.listed)
        if stray is None:
            return None
        return _trailing(f"byte {stray} and the cross-reference of {_name(number)} disagree")

    def _later(self, last: int, permissions: Permissions) -> Scope:
        """The scope where whole revisions follow: what did they change?"""
        own = _names(last + 1)
        unprotected = []
        for at in range(last, len(self.sections) - 1):
            level = self._level(at, permissions)
            if isinstance(level, Anomaly):
                return _broken(level, own, Extent.WHOLE_REVISION)
            if level > ModificationLevel.LTA_UPDATES or self._redraws(at):
                unprotected.append(UnprotectedPart(_name(at + 1), is_rendered=True))
        return Scope(Coverage(Extent.WHOLE_REVISION, own, tuple(unprotected)))

    def _redraws(self, at: int) -> bool:
        """Whether revision ``at + 1`` first asks viewers to draw the fields anew from their values.

        What a field shows need not be its value: the signer saw the one, and then the other shows.
        """
        return guarded(
            lambda: _draws_fields(self._revision(at + 1)) and not _draws_fields(self._revision(at)),
            _name(at + 1),
        )

    def _level(self, at: int, permissions: Permissions) -> ModificationLevel | Anomaly:
        """How far revision ``at + 1`` goes beyond revision ``at``."""
        key = (at, repr(permissions))
        if key not in self._levels:
            try:
                self._levels[key] = guarded(lambda: self._compare(at, permissions), _name(at + 1))
            except FormatError as error:
                is_failure = error.code != "unsupported"
                code = "changed_after_signing" if is_failure else "unsupported"
                self._levels[key] = Anomaly(code, str(error), is_failure=is_failure)
        return self._levels[key]

    def _compare(self, at: int, permissions: Permissions) -> ModificationLevel | Anomaly:
        """Step by step, which is stricter: what one revision made, the next may not undo."""
        allowed = permissions.document
        try:
            level: ModificationLevel = DEFAULT_DIFF_POLICY.apply(
                self._revision(at), self._revision(at + 1), permissions.fields, allowed
            ).modification_level
        except SuspiciousModification as error:
            return _changed(f"{_name(at + 1)}: {str(error)[:200]}")
        if level >= ModificationLevel.OTHER:
            return _changed(_name(at + 1))
        if allowed is not None and level.value > allowed.value:
            return _changed(f"{_name(at + 1)}: the signature does not permit it")
        return level

    def _revision(self, at: int) -> _Revision:
        """One revision; the one before it is kept, older ones are not asked for again."""
        if at not in self._revisions:
            kept = {number: held for number, held in self._revisions.items() if number == at - 1}
            self._revisions = {**kept, at: _Revision(self.reader, at, self._budget)}
        return self._revisions[at]


def _draws_fields(revision: Any) -> bool:  # noqa: ANN401 - untyped
    form = value(revision.root, "/AcroForm", {})
    return bool(value(form, "/NeedAppearances"))


def _section(xrefs: Any, at: int) -> Section:  # noqa: ANN401 - pyHanko's cross-reference
    info, data = xrefs.get_xref_container_info(at), xrefs.get_xref_data(at)
    parts = [data] if data.hybrid is None else [data, data.hybrid.xref_data]
    listed = {
        (number, place) for part in parts for number, (_, place) in part.standard_xrefs.items()
    }
    listed.add((-1, info.start_location))
    if data.hybrid is not None:
        listed.add((-1, data.hybrid.meta_info.start_location))
    return Section(
        start=info.start_location,
        end=info.end_location,
        declared=info.declared_startxref,
        size=info.size,
        is_table=info.xref_section_type is not XRefSectionType.STREAM,
        listed=frozenset(listed),
    )


def _name(at: int) -> str:
    return f"revision {at + 1}"


def _names(count: int) -> frozenset[str]:
    return frozenset(_name(at) for at in range(count))


def _changed(detail: str) -> Anomaly:
    return Anomaly("changed_after_signing", detail, is_failure=True)


def _trailing(detail: str) -> Anomaly:
    return Anomaly("trailing_bytes", detail, is_failure=True)


def _broken(
    anomaly: Anomaly, names: frozenset[str] = frozenset(), extent: Extent = Extent.PARTIAL
) -> Scope:
    return Scope(Coverage(extent, names), (anomaly,))
