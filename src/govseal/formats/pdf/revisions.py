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
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    ModificationLevel,
    SuspiciousModification,
)
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm

from govseal.errors import FormatError, UnsupportedFormat
from govseal.formats.base import Anomaly, Coverage, Extent, UnprotectedPart
from govseal.formats.pdf.hooks import guarded

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
        infos = [xrefs.get_xref_container_info(at) for at in range(xrefs.total_revisions)]
        return tuple(
            Section(info.start_location, info.end_location, info.declared_startxref)
            for info in infos
        )

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
            self._extents[key] = self._find_extent(self.sections[number], at)
        return self._extents[key]

    def _find_extent(self, section: Section, at: int) -> int | Anomaly:
        match = _END.search(self.data, section.end)
        if section.start < at or match is None or int(match.group(1)) != section.declared:
            return _trailing(f"the bytes from {at} are no proper revision of the file")
        if _END.search(self.data, at, section.start) is not None:
            return _trailing(f"a revision behind byte {at} is hidden from the chain")
        return self._after_blanks(match.end())

    def _later(self, last: int, permissions: Permissions) -> Scope:
        """The scope where whole revisions follow: what did they change?"""
        own = _names(last + 1)
        unprotected = []
        for at in range(last, len(self.sections) - 1):
            level = self._level(at, permissions)
            if isinstance(level, Anomaly):
                return _broken(level, own, Extent.WHOLE_REVISION)
            if level > ModificationLevel.LTA_UPDATES:
                unprotected.append(UnprotectedPart(_name(at + 1), is_rendered=True))
        return Scope(Coverage(Extent.WHOLE_REVISION, own, tuple(unprotected)))

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
