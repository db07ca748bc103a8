"""A stamp into an OFD package, without touching the bytes of any file that was there before.

Two files grow: Signatures.xml with every stamp, OFD.xml with the first. Digests depend on each
other, so the order is fixed: the list and OFD.xml, then References over the final files, then
Signature.xml, serialised once; its digest is what the seal's signature binds. GB/T 33190, 18.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from govseal import __version__
from govseal.errors import FormatError, StampError
from govseal.formats.base import Placement, Protect, StampRequest
from govseal.formats.digests import stamping_digest
from govseal.formats.limits import Limits
from govseal.formats.ofd import locations, xml
from govseal.formats.ofd.outline import ENTRY, Body, Page, page_box
from govseal.formats.ofd.package import Package, package_pieces, twin_key
from govseal.formats.ofd.signatures import Found
from govseal.formats.ofd.xml import Element
from govseal.formats.source import Piece
from govseal.pki.algorithms import DigestAlgorithm

if TYPE_CHECKING:
    from govseal.formats.ofd.document import OfdDocument

_OVERHANG_MM = 1.0
_LONGEST_ID = 64
_NUMBERED = re.compile(r"(.*?)([0-9]{1,9})", re.ASCII | re.DOTALL)


@dataclass(slots=True)
class OfdStamp:
    """A package that waits for the signature over ``data_digest``."""

    data_digest: bytes
    """Digest of the new Signature.xml."""
    property_info: str
    """Its absolute path."""
    package: Package = field(repr=False)
    replaced: Mapping[str, bytes] = field(repr=False)
    added: Mapping[str, bytes] = field(repr=False)
    value_name: str
    """Where the signature goes."""
    modified: datetime

    def finish(self, signature: bytes) -> bytes:
        """The stamped package, with the SES_Signature in DER as SignedValue.dat."""
        return b"".join(self.pieces(signature))

    def pieces(self, signature: bytes) -> Iterator[Piece]:
        """The same, piece by piece."""
        added = {**self.added, self.value_name: bytes(signature)}
        return package_pieces(self.package, self.replaced, added, modified=self.modified)


def prepare(document: OfdDocument, request: StampRequest) -> OfdStamp:
    """The document with everything of the stamp but its signature.

    Raises:
        StampError: ``no_such_page``, ``outside_page``, ``whole_protected`` (an earlier signature
            protects a file that would have to change), ``not_permitted``, ``algorithm_forbidden``,
            or the code of what is wrong with the package.
        ValueError: ``request`` names an unknown algorithm or no time.
    """
    modified = datetime.strptime(request.signed_at, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
    algorithm = stamping_digest(request.algorithm)
    package = _sound_package(document)
    body, pages = _target(document, request.placements)
    if not body.is_signable:
        raise StampError("the document's permissions forbid signatures", code="not_permitted")
    _check_places(package, body, request, pages, document.limits)
    earlier = [item for item in document.signatures if item.body is body]
    directory = _free_directory(package, body, earlier)
    replaced, added, list_name, ids = _listed(package, body, earlier, directory, len(pages))
    _check_unprotected(document.signatures, replaced)
    seal_name, xml_name, value_name = (
        f"{directory}/{name}" for name in ("Seal.esl", "Signature.xml", "SignedValue.dat")
    )
    added[seal_name] = request.seal.der
    root = xml.parse(package.read(ENTRY), f"/{ENTRY}", document.limits)
    signature = xml.new(root, "Signature")
    info = xml.add(signature, "SignedInfo")
    xml.add(info, "Provider", ProviderName="govseal", Version=__version__)
    xml.add(info, "SignatureMethod", request.algorithm)
    xml.add(info, "SignatureDateTime", request.signed_at)
    left_open = set() if request.protect is Protect.WHOLE else _lists(document) | {list_name}
    final = {**dict.fromkeys(package.names), **replaced, **added}
    protected = {name: data for name, data in final.items() if name not in left_open}
    _add_references(info, package, protected, algorithm)
    for page, placement, stamp_id in zip(pages, request.placements, ids[1:], strict=True):
        boundary = _boundary(request, placement)
        xml.add(info, "StampAnnot", ID=stamp_id, PageRef=page.id, Boundary=boundary)
    xml.add(xml.add(info, "Seal"), "BaseLoc", f"/{seal_name}")
    xml.add(signature, "SignedValue", f"/{value_name}")
    added[xml_name] = xml.serialize(signature)
    return OfdStamp(
        data_digest=algorithm.digest(added[xml_name]),
        property_info=f"/{xml_name}",
        package=package,
        replaced=replaced,
        added=added,
        value_name=value_name,
        modified=modified,
    )


def _sound_package(document: OfdDocument) -> Package:
    """The package, if it is whole and what its signatures protect is known."""
    problem = document.damage
    for found in document.signatures:
        if problem is None and not found.own:
            problem = found.evidence.problem
    if problem is not None or document.package is None:
        code = problem.code if problem is not None else "container_damaged"
        message = f"the document cannot be stamped: {problem}"
        raise StampError(message, code=code)
    return document.package


def _target(
    document: OfdDocument, placements: Iterable[Placement]
) -> tuple[Body, tuple[Page, ...]]:
    """The document of the package that takes the stamp, and the page of each placement."""
    pages: list[Page] = []
    for placement in placements:
        if placement.page > len(document.pages):
            message = f"there is no page {placement.page}: the document has {len(document.pages)}"
            raise StampError(message, code="no_such_page")
        pages.append(document.pages[placement.page - 1])
    outline = document.outline
    first = outline.bodies[0] if outline is not None else None
    body = document.body_of(pages[0]) if pages else first
    if body is None or any(page.number not in _span(body) for page in pages):
        message = "one stamp cannot lie on pages of several documents"
        raise StampError(message, code="no_such_page")
    return body, tuple(pages)


def _span(body: Body) -> range:
    """The page numbers of one document of the package."""
    return range(body.pages[0].number, body.pages[-1].number + 1)


def _check_places(
    package: Package, body: Body, request: StampRequest, pages: Iterable[Page], limits: Limits
) -> None:
    """Refuse a box that leaves its page by more than a millimetre."""
    width, height = request.seal.picture.width_mm, request.seal.picture.height_mm
    ids = Counter(page.id for page in body.pages)
    for page, placement in zip(pages, request.placements, strict=True):
        if not page.id or ids[page.id] > 1:
            message = f"page {page.number} has no ID of its own"
            raise StampError(message, code="malformed")
        try:
            box = page_box(package, body, page, limits)
        except FormatError as problem:
            message = f"page {page.number} cannot be read: {problem}"
            raise StampError(message, code=problem.code) from problem
        left, top = placement.x_mm, placement.y_mm
        is_inside = box is None or (
            min(left, top) >= -_OVERHANG_MM
            and left + width <= box.width_mm + _OVERHANG_MM
            and top + height <= box.height_mm + _OVERHANG_MM
        )
        if not is_inside or width <= 0 or height <= 0:
            message = f"the stamp does not lie on page {page.number}"
            raise StampError(message, code="outside_page")


def _lists(document: OfdDocument) -> set[str]:
    """Every Signatures.xml of the package."""
    bodies = document.outline.bodies if document.outline is not None else ()
    return {body.list_name for body in bodies if body.list_name is not None}


def _free_directory(package: Package, body: Body, earlier: list[Found]) -> str:
    """A directory that is not there yet, beside those of earlier signatures and named like them.

    Its path is ASCII, as 原文属性 (an IA5String) must state it.
    """
    parent, stem, number = f"{locations.directory_of(body.root or '')}/Signs", "Sign_", 0
    if body.list_name is not None:
        parent = locations.directory_of(body.list_name)
    for found in earlier:
        directory = locations.directory_of(found.evidence.location)
        numbered = _NUMBERED.fullmatch(directory.rpartition("/")[2])
        if numbered is not None:
            parent = locations.directory_of(directory)
            stem, number = numbered[1], max(number, int(numbered[2]) + 1)
    parent = parent.strip("/")
    if not parent.isascii() or not stem.isascii():
        parent, stem, number = "Signs", "Sign_", 0
    taken = _directories(package)
    while True:
        directory = f"{parent}/{stem}{number}".removeprefix("/")
        if twin_key(directory) not in taken:
            return directory
        number += 1


def _directories(package: Package) -> set[str]:
    """Every path of the package that a new directory must not be taken for."""
    found: set[str] = set()
    for entry in package.entries:
        path = twin_key(entry.name)
        while path and path not in found:
            found.add(path)
            path = locations.directory_of(path)
    return found


def _next_ids(found: Iterable[str], count: int) -> list[str]:
    """``count`` new IDs in the style of those found; ``s001`` and on where there are none."""
    prefix, width, highest = "s", 3, 0
    for text in found:
        numbered = _NUMBERED.fullmatch(text.strip()) if len(text) <= _LONGEST_ID else None
        if numbered is not None and int(numbered[2]) > highest:
            prefix, digits = numbered[1], numbered[2]
            width, highest = len(digits) if prefix or digits[0] == "0" else 1, int(digits)
    return [f"{prefix}{highest + step:0{width}d}" for step in range(1, count + 1)]


def _listed(
    package: Package, body: Body, earlier: list[Found], directory: str, places: int
) -> tuple[dict[str, bytes], dict[str, bytes], str, list[str]]:
    """The stamp entered into Signatures.xml, and the list into OFD.xml if it is the first.

    The files replaced, the files added, the name of the list, and the new IDs: the signature's
    own, then one for each place.
    """
    replaced: dict[str, bytes] = {}
    added: dict[str, bytes] = {}
    if body.list_name is None:
        entry_root = xml.parse(package.read(ENTRY), f"/{ENTRY}")
        root = xml.new(entry_root, "Signatures")
        list_name = _free_list(package, directory)
        _name_list(entry_root, body, list_name)
        replaced[ENTRY] = xml.serialize(entry_root)
    else:
        list_name = body.list_name
        root = xml.parse(package.read(list_name), f"/{list_name}")
    limits = list(xml.children(root, "MaxSignId"))
    used = [
        *(xml.text(limit) for limit in limits),
        *(text for item in earlier for text in item.ids),
    ]
    ids = _next_ids(used, places + 1)
    if limits:
        limits[-1].text = ids[-1]
    else:
        xml.add_in_front(root, "MaxSignId", ids[-1])
    xml.add(root, "Signature", ID=ids[0], Type="Seal", BaseLoc=f"/{directory}/Signature.xml")
    (replaced if body.list_name else added)[list_name] = xml.serialize(root)
    return replaced, added, list_name, ids


def _free_list(package: Package, directory: str) -> str:
    """A name for the first list of signatures, beside their directories."""
    parent = locations.directory_of(directory)
    taken = _directories(package)
    number = 0
    while True:
        suffix = f"_{number}" if number else ""
        name = f"{parent}/Signatures{suffix}.xml".removeprefix("/")
        if twin_key(name) not in taken:
            return name
        number += 1


def _name_list(entry_root: Element, body: Body, list_name: str) -> None:
    """Enter the list of signatures into the document's DocBody, as its last element."""
    bodies = list(xml.children(entry_root, "DocBody"))
    element = bodies[body.number - 1]
    known = xml.child(element, "Signatures")
    if known is None:
        xml.add(element, "Signatures", f"/{list_name}")
    else:
        known.text = f"/{list_name}"


def _check_unprotected(signatures: Iterable[Found], replaced: Iterable[str]) -> None:
    changed = set(replaced)
    for found in signatures:
        broken = changed & found.protected
        if broken:
            message = f"signature {found.evidence.id} protects {min(broken)}: nothing may be added"
            raise StampError(message, code="whole_protected")


def _add_references(
    info: Element,
    package: Package,
    protected: Mapping[str, bytes | None],
    algorithm: DigestAlgorithm,
) -> None:
    """The References over ``protected``: new content, or None for a file as it is."""
    references = xml.add(info, "References", CheckMethod=algorithm.oids[0])
    kept = (name for name, content in protected.items() if content is None)
    digests = dict(package.digests(kept, algorithm))
    for name, content in protected.items():
        value = digests[name] if content is None else algorithm.digest(content)
        if isinstance(value, FormatError):
            raise value
        reference = xml.add(references, "Reference", FileRef=f"/{name}")
        xml.add(reference, "CheckValue", b64encode(value).decode("ascii"))


def _boundary(request: StampRequest, placement: Placement) -> str:
    picture = request.seal.picture
    numbers = (placement.x_mm, placement.y_mm, picture.width_mm, picture.height_mm)
    return " ".join(f"{number:.3f}".rstrip("0").rstrip(".") for number in numbers)
