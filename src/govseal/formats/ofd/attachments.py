"""附件 (GB/T 33190, clause 20): what is attached, and how each signature stands to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from hashlib import sha256

from govseal.errors import FormatError
from govseal.formats.base import Presence, ProtectedPart, SignatureEvidence
from govseal.formats.metadata import Attachment, AttachmentCover, Protection
from govseal.formats.ofd import xml
from govseal.formats.ofd.described import Reading, attribute
from govseal.formats.ofd.xml import Element

_FALSE = frozenset({"false", "0"})


class AttachmentReader:
    """Reads the list of attachments of one document; each file is digested once."""

    def __init__(self, reading: Reading, signatures: Sequence[SignatureEvidence]) -> None:
        self.reading = reading
        self.signatures = [(item.id, _parts(item)) for item in signatures]

    def read(self) -> Iterator[Attachment]:
        """The attachments, in the order of Attachments.xml."""
        found = self.reading.named_in_document("Attachments")
        if found is None:
            return
        holder, root = found
        for entry in xml.children(root, "Attachment"):
            self.reading.count(*entry.attrib.values(), fields=1 + len(self.signatures))
            yield self._attachment(holder, entry)

    def _attachment(self, holder: str, entry: Element) -> Attachment:
        location = self.reading.locate(holder, xml.text(entry, "FileLoc"))
        name = location.name
        size, digest, problem = None, "", None
        if name is None:
            problem = FormatError("the attached file is missing", part=location.path)
        else:
            found = self._digest(name)
            if isinstance(found, FormatError):
                problem = found
            else:
                size, digest = self.reading.package.entry(name).size, found
        return Attachment(
            id=attribute(entry, "ID"),
            name=attribute(entry, "Name"),
            format=attribute(entry, "Format"),
            created=attribute(entry, "CreationDate"),
            modified=attribute(entry, "ModDate"),
            usage=attribute(entry, "Usage"),
            is_visible=attribute(entry, "Visible").lower() not in _FALSE,
            stated_size_kb=attribute(entry, "Size"),
            location=location.path,
            size=size,
            sha256=digest,
            covers=tuple(
                AttachmentCover(
                    signature,
                    _protection(parts.get(location.path, ())),
                    _protection(parts.get(f"/{holder}", ())),
                )
                for signature, parts in self.signatures
            ),
            problem=problem,
            source=None if name is None else partial(self.reading.package.read, name),
        )

    def _digest(self, name: str) -> str | FormatError:
        known = self.reading.spent.digests
        if name not in known:
            try:
                (digest,) = self.reading.package.digest(name, (sha256,))
                known[name] = digest.hex()
            except FormatError as problem:
                known[name] = problem.kept()
        return known[name]


def _parts(evidence: SignatureEvidence) -> dict[str, list[ProtectedPart]]:
    """The protected parts of a signature by their names, which may come twice."""
    found: dict[str, list[ProtectedPart]] = {}
    for part in evidence.parts:
        found.setdefault(part.name, []).append(part)
    return found


def _protection(parts: Sequence[ProtectedPart]) -> Protection:
    if not parts:
        return Protection.OUTSIDE
    if all(part.presence is Presence.PRESENT and part.actual == part.expected for part in parts):
        return Protection.COVERED
    is_compared = any(
        part.presence is not Presence.PRESENT or part.actual not in (None, part.expected)
        for part in parts
    )
    return Protection.CHANGED if is_compared else Protection.UNKNOWN
