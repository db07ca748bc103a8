"""The signatures of a PDF as evidence: every one that the form names, and every one that it hides.

pyHanko finds the objects and compares the revisions; what a signature protects, and whether its
ranges are proper, is read from the raw bytes by :mod:`govseal.formats.pdf.guard`. A ``/ByteRange``
that no field of the form reaches was signed by somebody once: it is listed as a signature that
cannot be read, so that a file out of which a signature was taken is never *unsigned*.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from pyhanko.pdf_utils.generic import DictionaryObject, IndirectObject, StreamObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm

from govseal.asn1 import times
from govseal.asn1.strict import Tolerances
from govseal.errors import FormatError, LimitExceeded, UnsupportedFormat
from govseal.formats.base import (
    Anomaly,
    Evidence,
    Pieces,
    SignatureEvidence,
    SignatureKind,
)
from govseal.formats.limits import Limits
from govseal.formats.pdf import guard
from govseal.formats.pdf.contents import TIME_STAMP, Contents, read_contents, read_date
from govseal.formats.pdf.fields import Field, filled_fields
from govseal.formats.pdf.guard import RawSignature
from govseal.formats.pdf.hooks import guarded
from govseal.formats.pdf.objects import items, value
from govseal.formats.pdf.revisions import History, Permissions
from govseal.formats.pdf.widgets import Pages

_ENCRYPTED: Final = "an encrypted PDF is not read by this version"
_FORMAT: Final = "pdf"
_DIGESTED_TIMES: Final = 4


def read_evidence(data: bytes, limits: Limits) -> Evidence:
    """Everything found in the PDF; what cannot be read is a ``problem``; never raises."""
    tolerances = Tolerances()
    try:
        occurrences = guard.find_byte_ranges(data, limits.max_signatures)
    except LimitExceeded as problem:
        return Evidence(_FORMAT, problem=problem)
    try:
        reader = _open(data, tolerances)
        signatures, reached = _Signatures(data, reader, limits).read()
    except FormatError as problem:
        return Evidence(_FORMAT, _unreached(occurrences, problem), problem=problem)
    hidden = [at for at in occurrences if at not in reached]
    inside = _inside_streams(reader, data, hidden)
    pages = Pages(reader, limits)
    return Evidence(
        _FORMAT,
        signatures=(*signatures, *_unreached(hidden, None, inside)),
        pages=pages.count,
        tolerances=tuple(tolerances.items),
    )


def _open(data: bytes, tolerances: Tolerances) -> PdfFileReader:
    """The file in pyHanko's lenient reader; what only a lenient one reads is noted.

    Raises:
        FormatError: the file cannot be read, or is encrypted.
    """
    reader = guarded(lambda: PdfFileReader(io.BytesIO(data), strict=False), "the file")
    try:
        guarded(lambda: PdfFileReader(io.BytesIO(data), strict=True), "the file")
    except FormatError:
        tolerances.note("pdf_repaired", "/")
    if guarded(lambda: "/Encrypt" in reader.trailer, "the trailer"):
        raise UnsupportedFormat(_ENCRYPTED)
    return reader


def _inside_streams(reader: PdfFileReader, data: bytes, places: Sequence[int]) -> frozenset[int]:
    """Those of ``places`` that lie in the data of a stream, as of a file that is attached."""
    if not places:
        return frozenset()
    try:
        streams = guarded(lambda: list(_streams(reader, data)), "the streams")
    except FormatError:
        return frozenset()
    return frozenset(at for at in places if any(start <= at < end for start, end in streams))


def _streams(reader: Any, data: bytes) -> Iterator[tuple[int, int]]:  # noqa: ANN401 - untyped
    """From where to where the data of the newest revision's streams lie in the file."""
    xrefs = reader.xrefs
    references: set[Any] = set()
    for revision in range(xrefs.total_revisions):
        references |= xrefs.explicit_refs_in_revision(revision)
    for reference in references:
        place = xrefs[reference]
        found = reader.get_object(reference) if isinstance(place, int) else None
        if isinstance(found, StreamObject):
            start = data.find(b"stream", place)
            yield start, start + len(found.encoded_data)


def _unreached(
    occurrences: Sequence[int],
    reason: FormatError | None,
    inside: Collection[int] = (),
) -> tuple[SignatureEvidence, ...]:
    """Signatures that no field reaches, or that nothing can be said of for ``reason``."""
    found = []
    for at in occurrences:
        problem = reason
        if problem is None and at in inside:
            problem = UnsupportedFormat("a signature inside a stream of the file")
        if problem is None:
            problem = FormatError("a signature is in the file, and no field of the form reaches it")
        name = f"byte {at}"
        evidence = SignatureEvidence(name, SignatureKind.SIGNATURE, name, problem=problem)
        found.append(_with_problem(evidence, problem))
    return tuple(found)


def _with_problem(evidence: SignatureEvidence, problem: FormatError) -> SignatureEvidence:
    """Nothing is known of what an unreadable signature covers: that is no sound coverage."""
    fact = Anomaly(problem.code, str(problem), is_failure=problem.code != "unsupported")
    return replace(evidence, problem=problem, anomalies=(*evidence.anomalies, fact))


class _Signatures:
    """Reads the filled signature fields of one file."""

    def __init__(self, data: bytes, reader: PdfFileReader, limits: Limits) -> None:
        self.data = data
        self.reader = reader
        self.limits = limits
        self.history = History(data, reader)
        self.pages = Pages(reader, limits)
        self.reached: set[int] = set()
        self._digested = 0

    def read(self) -> tuple[tuple[SignatureEvidence, ...], frozenset[int]]:
        """The signatures in the order of what they protect, and the /ByteRanges they account for.

        Raises:
            FormatError: the form cannot be walked through.
        """
        fields = guarded(self._fields, "the form")
        found = [self._signature(field) for field in fields]
        found.sort(key=lambda item: item[0])
        return tuple(evidence for _, evidence in found), frozenset(self.reached)

    def _fields(self) -> list[Field]:
        limit = self.limits.max_signatures
        rows = list(islice(filled_fields(self.reader), limit + 1))
        if len(rows) > limit:
            raise LimitExceeded("too many signatures", limit=limit, found=len(rows))
        return rows

    def _signature(self, field: Field) -> tuple[int, SignatureEvidence]:
        """The end of what a signature protects, and the signature."""
        number = field.reference.reference.idnum
        evidence = SignatureEvidence(
            field.name or f"object {number}", SignatureKind.SIGNATURE, f"object {number}"
        )
        try:
            return self._read(field, evidence)
        except FormatError as problem:
            return len(self.data), _with_problem(evidence, problem)

    def _read(self, field: Field, evidence: SignatureEvidence) -> tuple[int, SignatureEvidence]:
        widget = guarded(field.reference.get_object, "the field")
        written = guarded(lambda: widget.raw_get("/V"), "the field's value")
        signature = guarded(lambda: widget["/V"], "the field's value")
        if not isinstance(signature, DictionaryObject):
            raise FormatError("the value of the field is no signature", part=field.name)
        is_direct = not isinstance(written, IndirectObject)
        holder = field.reference.reference if is_direct else written.reference
        raw = self._raw(holder, is_direct=is_direct)
        if raw.byte_range_at is not None:
            self.reached.add(raw.byte_range_at)
        if raw.problem is not None:
            raise raw.problem
        self._spend(raw.end)
        name = guarded(lambda: value(signature, "/SubFilter"), "/SubFilter")
        sub_filter = name[1:].encode("latin-1", "replace") if isinstance(name, str) else b""
        contents = read_contents(raw.contents, sub_filter)
        changed_in = guarded(lambda: self.reader.xrefs.get_last_change(holder), "the revision")
        permissions = guarded(lambda: _permissions(signature, widget), "what is permitted")
        scope = self.history.scope(raw.end, changed_in, permissions)
        evidence = replace(
            evidence,
            kind=_kind(contents, sub_filter),
            location=f"object {holder.idnum}",
            data=Pieces(self.data, raw.ranges),
            stamp=contents.stamp,
            signed_data=contents.signed_data,
            seal=contents.seal,
            standard=contents.standard,
            coverage=scope.coverage,
            anomalies=(*raw.anomalies, *contents.anomalies, *scope.anomalies),
            appearances=self.pages.appearances(widget),
            tolerances=contents.tolerances,
            claimed_time=_time(signature),
            written_time=_text(signature, "/M"),
            provider=_text(signature, "/Filter").lstrip("/"),
        )
        if contents.problem is not None:
            evidence = _with_problem(evidence, contents.problem)
        return raw.end, evidence

    def _spend(self, size: int) -> None:
        """Every signature is digested by itself: all of them together within bounds."""
        limit = _DIGESTED_TIMES * self.limits.max_total_bytes
        self._digested += size
        if self._digested > limit:
            message = "the signatures protect too much"
            raise LimitExceeded(message, limit=limit, found=self._digested)

    def _raw(self, holder: Any, *, is_direct: bool) -> RawSignature:  # noqa: ANN401 - untyped
        """The signature's dictionary in the raw bytes.

        Raises:
            FormatError: it is not there, but in a stream of objects, or cannot be read.
        """
        place = guarded(lambda: self.reader.xrefs[holder], "the cross-reference")
        if not isinstance(place, int):
            message = "the signature's dictionary is not in the file itself"
            raise FormatError(message, code="byte_range_invalid", part=f"object {holder.idnum}")
        at = guard.object_body(self.data, place)
        if is_direct:
            entries = guard.read_dictionary(self.data, at)
            at = next((entry.start for entry in entries if entry.key == b"V"), at)
        return guard.read_signature(self.data, at)


def _kind(contents: Contents, sub_filter: bytes) -> SignatureKind:
    if sub_filter == TIME_STAMP:
        return SignatureKind.TIMESTAMP
    if contents.stamp is not None or contents.seal is not None:
        return SignatureKind.SEAL
    return SignatureKind.SIGNATURE


def _permissions(signature: Any, field: Any) -> Permissions:  # noqa: ANN401 - untyped
    """DocMDP and FieldMDP of a signature, or DocMDP of its field's lock."""
    document = fields = None
    for row in items(value(signature, "/Reference", ())):
        method = value(row, "/TransformMethod")
        parameters = value(row, "/TransformParams", {})
        if method == "/DocMDP":
            document = MDPPerm(value(parameters, "/P", MDPPerm.FILL_FORMS.value))
        elif method == "/FieldMDP":
            fields = FieldMDPSpec.from_pdf_object(parameters)
    lock = value(value(field, "/Lock", {}), "/P")
    if document is None and lock is not None:
        document = MDPPerm(lock)
    return Permissions(document, fields)


def _text(dictionary: Any, key: str) -> str:  # noqa: ANN401 - untyped
    """A text of the dictionary; empty for anything else."""
    try:
        found = guarded(lambda: value(dictionary, key), key)
    except FormatError:
        return ""
    return str(found)[:200] if isinstance(found, str) else ""


def _time(signature: Any) -> times.Instant | None:  # noqa: ANN401 - untyped
    text = _text(signature, "/M")
    return read_date(text) if text else None
