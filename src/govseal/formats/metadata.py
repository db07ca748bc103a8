"""What a document says about itself beside its pages: metadata, tags, attachments, its e-licence.

Facts, and claims of whoever made the file: nothing here is protected unless a signature covers the
part that it stands in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from govseal.asn1.strict import Tolerance
from govseal.errors import FormatError

if TYPE_CHECKING:
    from govseal.formats.base import Document, Evidence
    from govseal.formats.licence import LicenceIdentifier


@dataclass(frozen=True, slots=True)
class NamedValue:
    """A name and a text, both as written."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """文档元数据 (GB/T 33190, 7.4, CT_DocInfo); a text that is not there is empty."""

    doc_id: str = ""
    title: str = ""
    author: str = ""
    subject: str = ""
    abstract: str = ""
    created: str = ""
    """CreationDate as written: products write dates, times and neither."""
    modified: str = ""
    usage: str = ""
    cover: str = ""
    creator: str = ""
    creator_version: str = ""
    keywords: tuple[str, ...] = ()
    custom_data: tuple[NamedValue, ...] = ()
    """CustomDatas, in their order; a name may come twice."""


@dataclass(frozen=True, slots=True)
class TagField:
    """One field of a tag file, and the text on the pages that it stands for."""

    name: str
    """Names of the elements below the root, joined by ``/``."""
    value: str
    """Text of the objects that it refers to, one behind the other, or its own."""
    missing: tuple[str, ...] = ()
    """References that lead to no object, as ``page/object``."""


@dataclass(frozen=True, slots=True)
class TagFile:
    """自定义标引: one file that says what objects on the pages mean (GB/T 33190, clause 16)."""

    name_space: str
    """NameSpace, or TypeID as products write."""
    location: str
    """Absolute path in the package; the text itself where it is none."""
    fields: tuple[TagField, ...] = ()
    problem: FormatError | None = None
    """Why it cannot be read, or not to its end."""


class Protection(Enum):
    """How a signature stands to one part; the values are wire strings."""

    COVERED = "covered"
    """It states the part's digest, and that is the digest found."""
    CHANGED = "changed"
    """It states a digest, and another was found, or several."""
    UNKNOWN = "unknown"
    """It states a digest that cannot be compared: no such algorithm here, or a damaged file."""
    OUTSIDE = "outside"
    """It says nothing about the part."""


@dataclass(frozen=True, slots=True)
class AttachmentCover:
    """How one signature stands to an attachment; whether that is valid it does not say."""

    signature: str
    """The signature's ID, as in the evidence."""
    file: Protection
    """The attached file itself."""
    list: Protection
    """The list that gives it its name."""

    @property
    def is_covered(self) -> bool:
        """Whether both are as the signature protects them."""
        return self.file is Protection.COVERED and self.list is Protection.COVERED


@dataclass(frozen=True, slots=True)
class Attachment:
    """附件 (GB/T 33190, clause 20); texts as written."""

    id: str
    name: str
    """A name for people: it never becomes a path."""
    format: str
    created: str
    modified: str
    usage: str
    is_visible: bool
    stated_size_kb: str
    """Size as the list states it, in kilobytes."""
    location: str
    """Absolute path in the package."""
    size: int | None = None
    """Bytes found; None where the file is missing or damaged."""
    sha256: str = ""
    """Hexadecimal; empty where there is no size."""
    covers: tuple[AttachmentCover, ...] = ()
    """One for each signature of the package, in its order."""
    problem: FormatError | None = None
    """Why it cannot be read."""
    source: Callable[[], bytes] | None = field(default=None, repr=False, compare=False)
    """What reads it from the package; None where there is nothing to be read."""

    def read(self) -> bytes:
        """The attached file.

        Raises:
            FormatError: it is missing or damaged.
        """
        if self.problem is not None:
            raise self.problem.kept()
        return self.source() if self.source is not None else b""


@dataclass(frozen=True, slots=True)
class AppExtension:
    """扩展: what an application left for itself (GB/T 33190, clause 17)."""

    app: str
    company: str
    version: str
    date: str
    reference: str
    """ID of the object that it extends."""
    properties: tuple[NamedValue, ...] = ()
    location: str = ""
    """Absolute path of its own file; empty where it has none."""


class MentionSource(Enum):
    """Where an identifier was found; the values are wire strings."""

    INFO = "info"
    CUSTOM_DATA = "custom_data"
    CUSTOM_TAG = "custom_tag"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class LicenceMention:
    """An identifier as it stands in the document, right or wrong."""

    source: MentionSource
    name: str
    """Name of the field, or number of the page."""
    text: str
    identifier: LicenceIdentifier | None
    """Read tolerantly, so that its faults are known; None where the layout is another."""


@dataclass(frozen=True, slots=True)
class Licence:
    """电子证照: identifiers, and the metadata that say nothing about the holder (GB/T 36903)."""

    mentions: tuple[LicenceMention, ...] = ()
    fields: tuple[NamedValue, ...] = ()
    """证照名称, 证照编号, 证照颁发机构 …, as named in the document."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """Everything that one document of a package says about itself."""

    info: DocumentInfo
    tags: tuple[TagFile, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    extensions: tuple[AppExtension, ...] = ()
    licence: Licence | None = None
    """None where nothing in the document speaks of a licence."""
    problems: tuple[FormatError, ...] = ()
    """What could not be read on the way."""
    tolerances: tuple[Tolerance, ...] = ()


@runtime_checkable
class Described(Protocol):
    """An open document whose format can say something about itself."""

    def metadata(self) -> tuple[Metadata, ...]:
        """One for each document of the package; what cannot be read is a problem in it."""
        ...

    def stated_licences(self) -> tuple[LicenceMention, ...]:
        """Identifiers of licences in metadata and tags; those only printed on pages are left out.

        It is what a verifier asks, and cheap where there are none.
        """
        ...


def described(document: Document) -> Evidence:
    """Everything found in a document, with what it says about itself if its format can tell."""
    evidence = document.evidence()
    if isinstance(document, Described):
        evidence = replace(evidence, documents=document.metadata())
    return evidence
