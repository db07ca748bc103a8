"""Several stamps in one pass: each is over those before it, and the file is written once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from govseal.errors import StampError
from govseal.formats.base import Document, Evidence, PreparedStamp, Protect, StampRequest
from govseal.formats.detect import open_document
from govseal.formats.limits import DEFAULT_LIMITS, Limits
from govseal.seal.extensions import LedgerReference
from govseal.seal.model import Extension, Seal
from govseal.stamping.sign import sign_document
from govseal.stamping.stamp import StampUse, stamp_document

if TYPE_CHECKING:
    from govseal.formats.ofd.stamp import Draft, OfdStamp
    from govseal.formats.places import Place
    from govseal.pki.signer import Signer, TimestampSource
    from govseal.pki.timestampterms import TimestampTerms


@dataclass(frozen=True, slots=True)
class Stamp:
    """One stamp of several; the fields are the arguments of :func:`govseal.stamp`."""

    seal: Seal | None
    """None for a digital signature without a seal, see :func:`govseal.sign`."""
    signer: Signer
    placement: Place | Sequence[Place] = ()
    protect: Protect | str = Protect.CONTINUE
    """``whole`` closes the document, and so is for the last."""
    matter: str | None = None
    ledger: LedgerReference | None = None
    approvals: bytes | None = None
    matter_list: str | bytes | None = None
    extensions: Sequence[Extension] = ()
    timestamp: TimestampSource | TimestampTerms | None = None

    def __post_init__(self) -> None:
        stated = (self.places, self.matter, self.ledger, self.approvals, self.matter_list)
        if self.seal is None and (any(stated) or self.extensions):
            raise ValueError("a signature without a seal has no place and states no use")

    @property
    def places(self) -> tuple[Place, ...]:
        """Where it shows."""
        place = self.placement
        return tuple(place) if isinstance(place, Sequence) else (place,)

    def apply(self, document: Document, at: datetime) -> bytes:
        """The document with this stamp."""
        protect = Protect(self.protect)
        if self.seal is None:
            return sign_document(
                document, self.signer, at=at, protect=protect, timestamp=self.timestamp
            )
        return stamp_document(
            document,
            self.seal,
            self.signer,
            self.places,
            at=at,
            protect=protect,
            use=StampUse(
                self.matter, self.ledger, self.approvals, self.matter_list, self.extensions
            ),
            timestamp=self.timestamp,
        )


def stamp_many(
    data: bytes, stamps: Sequence[Stamp], *, at: datetime, limits: Limits = DEFAULT_LIMITS
) -> bytes:
    """The document with all stamps; see :func:`govseal.stamp_many`.

    Raises:
        SealError: a seal may not be used so.
        StampError: the document cannot take a stamp.
        FormatError: the document is damaged, or of no format that is known.
        ValueError: no stamps.
    """
    if not stamps:
        raise ValueError("there is nothing to stamp")
    protects = [Protect(item.protect) for item in stamps]
    if Protect.WHOLE in protects[:-1]:  # told before a key is used
        message = "a stamp that closes the document is followed by another"
        raise StampError(message, code="whole_protected")
    document = open_document(data, limits)
    if document.format != "ofd":
        for number, item in enumerate(stamps):
            data = item.apply(open_document(data, limits) if number else document, at)
        return data
    from govseal.formats.ofd.document import OfdDocument  # noqa: PLC0415 - lxml, only for OFD
    from govseal.formats.ofd.stamp import Draft  # noqa: PLC0415 - as above

    assert isinstance(document, OfdDocument)  # noqa: S101 - what its format says
    pages = _Pass(Draft(document))
    for item in stamps:
        item.apply(pages, at)
    return pages.draft.write()


@dataclass(slots=True)
class _Pass:
    """An open OFD document whose stamps go into a draft, and not into a file."""

    draft: Draft = field(repr=False)
    format: str = "ofd"

    def evidence(self) -> Evidence:
        """What was found before the pass."""
        return self.draft.document.evidence()

    def prepare(self, request: StampRequest) -> PreparedStamp:
        """The document so far, with room for one more stamp."""
        stamp = self.draft.prepare(request)
        return _Kept(stamp.data_digest, stamp.property_info, stamp.content, self.draft, stamp)


@dataclass(slots=True)
class _Kept:
    """A stamp that its signature puts into the draft."""

    data_digest: bytes
    property_info: str
    content: bytes = field(repr=False)
    draft: Draft = field(repr=False)
    stamp: OfdStamp = field(repr=False)

    def finish(self, signature: bytes) -> bytes:
        """Keeps the stamp; the file is written when all are there, and nothing comes back now."""
        self.draft.take(self.stamp, signature)
        return b""
