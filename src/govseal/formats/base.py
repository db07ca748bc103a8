"""What every document format answers: facts for the verifier, and a place for a stamp.

Formats parse and never decide: :class:`Evidence` holds what was found, with the received bytes;
what could not be read is there as a :class:`govseal.errors.FormatError`, not left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from govseal.asn1.strict import Tolerance
from govseal.asn1.times import Instant
from govseal.errors import FormatError
from govseal.formats.cms import SignedData
from govseal.formats.source import Piece
from govseal.frozen import frozen
from govseal.pki.algorithms import DigestAlgorithm
from govseal.seal.model import Extension, Seal, SealSignature
from govseal.sm2 import SignedDigest

if TYPE_CHECKING:
    from govseal.formats.metadata import Metadata
    from govseal.formats.places import Place
    from govseal.pki.certificate import Certificate


class SignatureKind(Enum):
    """What a signature in a document is; the values are wire strings."""

    SEAL = "seal"
    SIGNATURE = "signature"
    TIMESTAMP = "timestamp"


class Extent(Enum):
    """How much of the file a signature protects; the values are wire strings."""

    WHOLE_FILE = "whole_file"
    """Everything but signature bookkeeping."""
    WHOLE_REVISION = "whole_revision"
    """Everything that was there when it was made; later signatures added the rest."""
    PARTIAL = "partial"
    NONE = "none"


class Presence(Enum):
    """Whether a protected part was found."""

    PRESENT = "present"
    MISSING = "missing"
    DUPLICATED = "duplicated"


class Protect(Enum):
    """保护方式 of a new stamp."""

    CONTINUE = "continue"
    """Later stamps are possible: the list of signatures stays open."""
    WHOLE = "whole"
    """Nothing may be added: the list of signatures is protected too."""


@frozen
class ProtectedPart:
    """One part of a document that a signature names, and its digest as stated and as found."""

    name: str
    """Absolute path in the package, or ``/`` for a whole file."""
    presence: Presence
    expected: bytes
    actual: bytes | None
    """Digest of the received bytes; None where there are none, or the algorithm is unknown."""


@frozen
class UnprotectedPart:
    """One part outside a signature's protection that is no bookkeeping of signatures."""

    name: str
    is_rendered: bool
    """Whether what a reader shows depends on it (root, page, resource, annotation …)."""


@frozen
class Coverage:
    """保护范围 of one signature."""

    extent: Extent
    protected: frozenset[str] = frozenset()
    """Names of the parts it protects."""
    unprotected: tuple[UnprotectedPart, ...] = ()
    pages: tuple[int, ...] | None = None
    """The pages that it protects with all that they lead to; None for a format that does not tell
    pages apart."""
    is_root_protected: bool = True
    """Whether it protects what says which document is shown (in OFD the DocRoot)."""


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A fact about what surrounds a signature that a format's own guard found."""

    code: str
    """``byte_range_invalid``, ``trailing_bytes``, ``changed_after_signing``, ``partial_coverage``,
    ``rendered_unprotected``, ``signature_reordered`` or ``unsupported``."""
    detail: str
    is_failure: bool
    """Whether it is wrong; else it leaves the coverage undecided."""


@frozen
class Appearance:
    """Where a stamp shows: a box in millimetres from the top-left corner of a page."""

    page: int
    """From 1; 0 where the document has no such page."""
    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float
    clip_mm: tuple[float, float, float, float] | None = None
    """The strip that shows, x y w h relative to the box; None for all of it."""
    part: str = ""
    """Absolute path of the page's file; empty where the document has no such page."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of a file in their order, not copied: a file may carry hundreds of signatures."""

    buffer: bytes = field(repr=False)
    ranges: tuple[tuple[int, int], ...]
    """Start and end of each."""

    def digest(self, algorithm: DigestAlgorithm) -> bytes:
        """The digest of all pieces, one behind the other."""
        hasher, view = algorithm.new(), memoryview(self.buffer)
        for start, end in self.ranges:
            hasher.update(view[start:end])
        return hasher.digest()

    def join(self) -> bytes:
        """All pieces, one behind the other, copied."""
        view = memoryview(self.buffer)
        return b"".join(view[start:end] for start, end in self.ranges)


@frozen
class SignatureEvidence:
    """One signature as found: everything a check needs, and nothing decided."""

    id: str
    kind: SignatureKind
    location: str
    """Where it was found; in OFD the absolute path of its Signature.xml."""
    data: bytes | Pieces | None = field(default=None, repr=False)
    """The bytes whose digest the signature binds; None where they are not at hand."""
    digest_algorithm: str = ""
    """How the parts were digested, as the document writes it; empty where it does not say."""
    parts: tuple[ProtectedPart, ...] = ()
    stamp: SealSignature | None = None
    signed_data: SignedData | None = None
    problem: FormatError | None = None
    """Why the signature cannot be read; then neither ``stamp`` nor ``signed_data`` is there."""
    seal: Seal | None = None
    """The seal that travels beside a signature that is not itself an SES_Signature."""
    seal_file: bytes | None = field(default=None, repr=False)
    """A copy of the seal beside the stamp (Seal.esl)."""
    coverage: Coverage = Coverage(Extent.NONE)
    anomalies: tuple[Anomaly, ...] = ()
    appearances: tuple[Appearance, ...] = ()
    tolerances: tuple[Tolerance, ...] = ()
    standard: str = ""
    """The standard of a signature that is no SES_Signature, as reports name it."""
    claimed_time: Instant | None = None
    """A time in the protected bytes, for a signed structure that holds none (/M of PDF)."""
    relative: str = ""
    """The ID of the signature on which this one builds (Relative); empty where it names none."""
    provider: str = ""
    written_time: str = ""
    """Informative only: the time text outside the signed structure."""
    ahead: tuple[SignedDigest, ...] = field(default=(), repr=False, compare=False)
    """Digests of signed bytes that were taken along with those of the parts."""

    @property
    def extensions(self) -> tuple[Extension, ...]:
        """Further signed data: extDatas of a stamp, or the signed attributes that stand for it."""
        if self.stamp is not None:
            return self.stamp.extensions
        return self.signed_data.signer.extensions if self.signed_data is not None else ()


@frozen
class PartInfo:
    """One part of a container, for inspection."""

    name: str
    size: int
    compressed_size: int


@dataclass(frozen=True, slots=True)
class FileList:
    """The signed list of the files that belong to a package (GM/T 0099-2020, annex D)."""

    location: str
    data: bytes = field(default=b"", repr=False)
    """The list as received: what is signed."""
    signed_data: SignedData | None = None
    problem: FormatError | None = None
    """Why it cannot be read; then the rest is empty."""
    unlisted: tuple[str, ...] = ()
    """Files that it does not name, those of signatures left out."""
    missing: tuple[str, ...] = ()
    """Files that it names and that are not there."""
    tolerances: tuple[Tolerance, ...] = ()


@frozen
class Evidence:
    """Everything found in one document."""

    format: str
    """``ofd``, ``pdf``, ``seal``, ``ses`` or ``cms``."""
    signatures: tuple[SignatureEvidence, ...] = ()
    seal: Seal | None = None
    """The seal itself, where the document is a bare seal."""
    problem: FormatError | None = None
    """Why the container cannot be read, or not to its end."""
    parts: tuple[PartInfo, ...] = ()
    pages: int = 0
    tolerances: tuple[Tolerance, ...] = ()
    documents: tuple[Metadata, ...] = ()
    """What each document of a package says about itself; :func:`govseal.inspect` alone asks."""
    file_list: FileList | None = None
    """The package's own list of its files, where it has one."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a stamp goes: the top-left corner of the seal's box on a page.

    Millimetres from the top-left corner of the page as displayed; pages count from 1.
    """

    page: int
    x_mm: float
    y_mm: float

    def __post_init__(self) -> None:
        if self.page < 1:
            raise ValueError("pages count from 1")
        if not all(abs(value) < 1e5 for value in (self.x_mm, self.y_mm)):
            raise ValueError("a place is given in millimetres on the page")


@frozen
class StampRequest:
    """What a document needs to know of a stamp before it is signed."""

    seal: Seal | None
    """None for a digital signature without a seal, which shows nowhere."""
    placements: tuple[Place, ...]
    algorithm: str
    """OID of the signer's signature algorithm."""
    signed_at: str
    """``YYYYMMDDHHMMSSZ``, informative in OFD."""
    protect: Protect = Protect.CONTINUE
    certificates: tuple[Certificate, ...] = ()
    """The signer's own, then those above: for a format that carries them beside the signature."""
    extensions: tuple[Extension, ...] = ()
    """Further signed data, for a format whose signed structure is not an SES_Signature."""
    timestamp_bytes: int = 0
    """Bytes of room for a time stamp over the signature value, for a format that has to keep it."""


class PreparedStamp(Protocol):
    """A document that waits for the signature over its digest."""

    data_digest: bytes
    """原文杂凑值 over the bytes that will be in the file."""
    property_info: str
    """原文属性."""

    def finish(self, signature: bytes) -> bytes:
        """The stamped document, with the SES_Signature in DER put in its place."""
        ...


@runtime_checkable
class PreparedContent(PreparedStamp, Protocol):
    """The same, where signed data over the content may take the place of an SES_Signature."""

    content: bytes
    """What ``data_digest`` is the digest of: in OFD the new Signature.xml."""


@runtime_checkable
class PreparedMessage(Protocol):
    """A document that waits for a signature value: its signed structure is made already."""

    message: bytes
    """What the key signs, once: in PDF the DER of the signed attributes."""

    def finish(self, signature_value: bytes, time_stamp: bytes | None = None) -> bytes:
        """The stamped document, with the signature value put in its place.

        ``time_stamp`` is a token over that value, no longer than was asked for.
        """
        ...


def finished_pieces(prepared: PreparedStamp, signature: bytes) -> Iterator[Piece]:
    """The stamped document of ``prepared.finish(signature)``, in pieces where it has any."""
    pieces: Callable[[bytes], Iterator[Piece]] | None = getattr(prepared, "pieces", None)
    return pieces(signature) if pieces is not None else iter((prepared.finish(signature),))


class Document(Protocol):
    """An open document of any format."""

    format: str

    def evidence(self) -> Evidence:
        """Everything found in it; what cannot be read is a ``problem``, not an exception."""
        ...

    def prepare(self, request: StampRequest) -> PreparedStamp | PreparedMessage:
        """Make room for a stamp.

        Raises:
            StampError: the document cannot take it.
        """
        ...
