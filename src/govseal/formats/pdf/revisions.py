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

from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    ModificationLevel,
    SuspiciousModification,
)

from govseal.errors import FormatError, UnsupportedFormat
from govseal.formats.base import Anomaly, Coverage, Extent, UnprotectedPart
from govseal.formats.pdf.guard import BLANKS
from govseal.formats.pdf.hooks import guarded

_END = re.compile(rb"startxref[\x00\t\n\x0c\r ]+(\d{1,15})[\x00\t\n\x0c\r ]+%%EOF")
_BLANK_RUN = re.compile(rb"[\x00\t\n\x0c\r ]*")
_TAIL = 1024
MAX_REVISIONS = 500


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

    document: Any = None
    fields: Any = None

    def __bool__(self) -> bool:
        return self.document is not None or self.fields is not None


class History:
    """The revisions of one file; answers are worked out once for all its signatures."""

    def __init__(self, data: bytes, reader: Any) -> None:  # noqa: ANN401 - pyHanko's reader
        self.data = data
        self.reader = reader
        self._levels: dict[int, ModificationLevel | Anomaly] = {}

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
        if not self.data[end:].strip(BLANKS):
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
        tail = self.data[max(0, end - _TAIL) : end].rstrip(BLANKS)
        matches = list(_END.finditer(tail))
        if not matches or matches[-1].end() != len(tail):
            return None
        declared = int(matches[-1].group(1))
        return last if declared == self.sections[last].declared else None

    def _surplus(self, end: int, last: int) -> Anomaly | None:
        """Bytes behind ``end`` that belong to no later revision of the chain."""
        at = end
        for section in self.sections[last + 1 :]:
            match = _END.search(self.data, section.end)
            if section.start < at or match is None or int(match.group(1)) != section.declared:
                return _trailing(f"the bytes from {at} are no proper revision of the file")
            if _END.search(self.data, at, section.start) is not None:
                return _trailing(f"a revision behind byte {at} is hidden from the chain")
            blank = _BLANK_RUN.match(self.data, match.end())
            at = blank.end() if blank else match.end()
        rest = len(self.data) - at
        return _trailing(f"{rest} bytes behind the end of the file") if rest else None

    def _later(self, last: int, permissions: Permissions) -> Scope:
        """The scope where whole revisions follow: what did they change?"""
        own = _names(last + 1)
        unprotected = []
        for at in range(last, len(self.sections) - 1):
            level = self._level(at)
            if isinstance(level, Anomaly):
                return _broken(level, own, Extent.WHOLE_REVISION)
            if level > ModificationLevel.LTA_UPDATES:
                unprotected.append(UnprotectedPart(_name(at + 1), is_rendered=True))
        refused = self._refused(last, permissions) if permissions else None
        if refused is not None:
            return _broken(refused, own, Extent.WHOLE_REVISION)
        return Scope(Coverage(Extent.WHOLE_REVISION, own, tuple(unprotected)))

    def _level(self, at: int) -> ModificationLevel | Anomaly:
        """How far revision ``at + 1`` goes beyond revision ``at``."""
        if at not in self._levels:
            try:
                self._levels[at] = guarded(lambda: self._compare(at), f"revision {at + 2}")
            except FormatError as error:
                is_failure = error.code != "unsupported"
                code = "changed_after_signing" if is_failure else "unsupported"
                self._levels[at] = Anomaly(code, str(error), is_failure=is_failure)
        return self._levels[at]

    def _compare(self, at: int) -> ModificationLevel | Anomaly:
        old, new = (self.reader.get_historical_resolver(at + step) for step in (0, 1))
        try:
            level = DEFAULT_DIFF_POLICY.apply(old, new).modification_level
        except SuspiciousModification as error:
            return _changed(f"{_name(at + 1)}: {str(error)[:200]}")
        if level >= ModificationLevel.OTHER:
            return _changed(_name(at + 1))
        return level

    def _refused(self, last: int, permissions: Permissions) -> Anomaly | None:
        """What later revisions did that the signature itself forbids (DocMDP, FieldMDP)."""

        def review() -> Anomaly | None:
            result = DEFAULT_DIFF_POLICY.review_file(
                self.reader, last, permissions.fields, permissions.document
            )
            if isinstance(result, SuspiciousModification):
                return _changed(str(result)[:200])
            allowed = permissions.document
            if allowed is not None and result.modification_level.value > allowed.value:
                return _changed("the signature does not permit what was done after it")
            return None

        try:
            return guarded(review, "what the signature permits")
        except FormatError as error:
            return _changed(str(error))


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
