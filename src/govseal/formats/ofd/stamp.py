"""A stamp into an OFD package, without touching the bytes of any file that was there before.

Two files grow: Signatures.xml with every stamp, OFD.xml with the first. Digests depend on each
other, so the order is fixed: the list and OFD.xml, then References over the final files, then
Signature.xml, serialised once; its digest is what the seal's signature binds. GB/T 33190, 18.
A digital signature without a seal is the same with another signed value (GM/T 0099-2020, 7.2.2).
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from govseal import __version__
from govseal.errors import FormatError, StampError
from govseal.formats.base import Protect, SignatureEvidence, SignatureKind, StampRequest
from govseal.formats.digests import stamping_digest
from govseal.formats.ofd import locations, xml
from govseal.formats.ofd.names import twin_key
from govseal.formats.ofd.outline import ENTRY, Body, Box
from govseal.formats.ofd.package import Package, package_pieces
from govseal.formats.ofd.signatures import Found
from govseal.formats.ofd.spots import Spot, find_spots
from govseal.formats.ofd.xml import Element
from govseal.formats.source import Piece
from govseal.frozen import frozen
from govseal.pki.algorithms import DigestAlgorithm

if TYPE_CHECKING:
    from govseal.formats.ofd.document import OfdDocument

_LONGEST_ID = 64
_LONGEST_KEPT = 1 << 18
_MOMENT = re.compile(r"[0-9]{14}Z")
_NUMBERED = re.compile(r"(.*?)([0-9]{1,9})", re.ASCII | re.DOTALL)


@dataclass(slots=True)
class OfdStamp:
    """A package that waits for the signature over ``data_digest``."""

    data_digest: bytes
    """Digest of the new Signature.xml."""
    property_info: str
    """Its absolute path."""
    content: bytes = field(repr=False)
    """The new Signature.xml."""
    package: Package = field(repr=False)
    replaced: Mapping[str, bytes] = field(repr=False)
    added: Mapping[str, bytes] = field(repr=False)
    value_name: str
    """Where the signature goes."""
    modified: datetime
    found: Found = field(repr=False)
    """What later stamps need to know of this one."""

    def finish(self, signature: bytes) -> bytes:
        """The stamped package, with SES_Signature or SignedData in DER as SignedValue.dat."""
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
            what :func:`govseal.formats.ofd.spots.find_spots` refuses, or the code of what is wrong
            with the package.
        ValueError: ``request`` names an unknown algorithm or no time, or places without a seal.
    """
    return Draft(document).prepare(request)


class Draft:
    """A document that takes stamps one after the other, each over those before.

    It is written once: what does not change is read, digested and copied once.

    Raises:
        StampError: the package is damaged.
    """

    def __init__(self, document: OfdDocument) -> None:
        self.document = document
        self.package = _sound_package(document)
        self._earlier = list(document.signatures)
        self._replaced: Mapping[str, bytes] = {}
        self._added: Mapping[str, bytes] = {}
        self._modified: datetime | None = None
        self._new_lists: dict[int, str] = {}
        self._digests: dict[tuple[str, str], bytes] = {}

    def prepare(self, request: StampRequest) -> OfdStamp:
        """The document with everything of one more stamp but its signature; see :func:`prepare`."""
        modified = _moment(request.signed_at)
        algorithm = stamping_digest(request.algorithm)
        body, spots = self._target(request)
        earlier = [item for item in self._earlier if item.body.number == body.number]
        directory = _free_directory(self._names(), body, earlier)
        listed = self._enter(request, body, earlier, directory, len(spots))
        _check_unprotected(self._earlier, listed.changed)
        seal_name, xml_name, value_name = (
            f"{directory}/{name}" for name in ("Seal.esl", "Signature.xml", "SignedValue.dat")
        )
        added = dict(listed.added)
        seal = request.seal.der if request.seal is not None else None
        if seal is not None:
            added[seal_name] = seal
        protected = {**dict.fromkeys(self.package.names), **listed.replaced, **added}
        if request.protect is not Protect.WHOLE:
            for name in (*self._lists(), listed.name):
                protected.pop(name, None)
        outline = self.document.outline
        signature = xml.new(outline.root if outline is not None else None, "Signature")
        info = _add_info(signature, request)
        self._add_references(info, protected, algorithm, seal)
        for spot, stamp_id in zip(spots, listed.ids[1:], strict=True):
            _add_annotation(info, spot, stamp_id)
        if seal is not None:
            xml.add(xml.add(info, "Seal"), "BaseLoc", f"/{seal_name}")
        xml.add(signature, "SignedValue", f"/{value_name}")
        added[xml_name] = content = xml.serialize(signature)
        return OfdStamp(
            data_digest=algorithm.digest(content),
            property_info=f"/{xml_name}",
            content=content,
            package=self.package,
            replaced=listed.replaced,
            added=added,
            value_name=value_name,
            modified=modified,
            found=Found(
                evidence=SignatureEvidence(listed.ids[0], SignatureKind.SEAL, f"/{xml_name}"),
                body=replace(body, list_name=listed.name),
                protected=frozenset(protected),
                files=frozenset({seal_name, xml_name, value_name} & {*added, value_name}),
                own=frozenset({seal_name, xml_name, value_name} & {*added, value_name}),
                ids=tuple(listed.ids),
            ),
        )

    def take(self, stamp: OfdStamp, signature: bytes) -> None:
        """Keep the stamp that was prepared last, with its signature."""
        self._replaced = stamp.replaced
        self._added = {**stamp.added, stamp.value_name: bytes(signature)}
        self._modified = stamp.modified
        self._earlier.append(stamp.found)
        if stamp.found.body.list_name is not None:
            self._new_lists[stamp.found.body.number] = stamp.found.body.list_name

    def write(self) -> bytes:
        """The package with all stamps that were taken; as it was where there is none."""
        if self._modified is None:
            return self.package.source.whole()
        pieces = package_pieces(self.package, self._replaced, self._added, modified=self._modified)
        return b"".join(pieces)

    def _target(self, request: StampRequest) -> tuple[Body, list[Spot]]:
        """The document of the package that takes the stamp, as it is by now; and the boxes."""
        if request.seal is None and request.placements:
            raise ValueError("a signature without a seal shows nowhere")
        picture = request.seal.picture if request.seal is not None else None
        size = (picture.width_mm, picture.height_mm) if picture is not None else (0, 0)
        body, spots = find_spots(self.document, request.placements, *size)
        if not body.is_signable:
            raise StampError("the document's permissions forbid signatures", code="not_permitted")
        new_list = self._new_lists.get(body.number)
        return (replace(body, list_name=new_list) if new_list is not None else body), spots

    def _names(self) -> list[str]:
        """Names of files and directories, those to be written included."""
        return [*(entry.name for entry in self.package.entries), *self._added]

    def _parse(self, name: str) -> Element:
        """The root of a file as it is by now."""
        content = self._added.get(name) or self._replaced.get(name) or self.package.read(name)
        return xml.parse(content, f"/{name}", self.document.limits)

    def _lists(self) -> set[str]:
        """Every Signatures.xml of the package."""
        outline = self.document.outline
        names = {body.list_name for body in outline.bodies} if outline is not None else set()
        return {name for name in (*names, *self._new_lists.values()) if name is not None}

    def _enter(
        self,
        request: StampRequest,
        body: Body,
        earlier: list[Found],
        directory: str,
        places: int,
    ) -> _Listed:
        """The stamp entered into Signatures.xml, and the list into OFD.xml if it is the first."""
        replaced, added = dict(self._replaced), dict(self._added)
        if body.list_name is None:
            changed = {ENTRY}
            entry_root = self._parse(ENTRY)
            root = xml.new(entry_root, "Signatures")
            name = _free_list(self._names(), directory)
            _name_list(entry_root, body, name)
            replaced[ENTRY] = xml.serialize(entry_root)
        else:
            name = body.list_name
            changed = {name}
            root = self._parse(name)
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
        kind = "Sign" if request.seal is None else "Seal"
        xml.add(root, "Signature", ID=ids[0], Type=kind, BaseLoc=f"/{directory}/Signature.xml")
        (replaced if name in self.package else added)[name] = xml.serialize(root)
        return _Listed(replaced, added, changed, name, ids)

    def _add_references(
        self,
        info: Element,
        protected: Mapping[str, bytes | None],
        algorithm: DigestAlgorithm,
        seal: bytes | None,
    ) -> None:
        """The References over ``protected``: new content, or None for a file as it is."""

        def digest(content: bytes) -> bytes:
            is_kept = content is seal and len(content) <= _LONGEST_KEPT
            return _known_digest(content, algorithm) if is_kept else algorithm.digest(content)

        references = xml.add(info, "References", CheckMethod=algorithm.oids[0])
        known = self._digests
        wanted = (
            name
            for name, content in protected.items()
            if content is None and (algorithm.name, name) not in known
        )
        for name, value in self.package.digests(wanted, algorithm):
            if isinstance(value, FormatError):
                raise value
            known[algorithm.name, name] = value
        digests = (
            (name, known[algorithm.name, name] if content is None else digest(content))
            for name, content in protected.items()
        )
        pairs = ((f"/{name}", b64encode(digest).decode("ascii")) for name, digest in digests)
        xml.add_pairs(references, "Reference", "FileRef", "CheckValue", pairs)


@lru_cache(maxsize=8)
def _known_digest(seal: bytes, algorithm: DigestAlgorithm) -> bytes:
    """The digest of a seal's file, which is written again and again: it alone is kept."""
    return algorithm.digest(seal)


@frozen
class _Listed:
    """The package with one more entry in its list of signatures."""

    replaced: dict[str, bytes]
    added: dict[str, bytes]
    changed: set[str]
    """Names of the files that were there and grew."""
    name: str
    """The list."""
    ids: list[str]
    """New ones: the signature's own, then one for each place."""


def _moment(text: str) -> datetime:
    if not _MOMENT.fullmatch(text):
        message = f"{text!r} does not match YYYYMMDDHHMMSSZ"
        raise ValueError(message)
    month, day, hour, minute, second = (int(text[at : at + 2]) for at in range(4, 14, 2))
    return datetime(int(text[:4]), month, day, hour, minute, second, tzinfo=UTC)


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


def _free_directory(names: Iterable[str], body: Body, earlier: list[Found]) -> str:
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
    taken = _directories(names)
    while True:
        directory = f"{parent}/{stem}{number}".removeprefix("/")
        if twin_key(directory) not in taken:
            return directory
        number += 1


def _directories(names: Iterable[str]) -> set[str]:
    """Every path of the package that a new directory must not be taken for."""
    found: set[str] = set()
    for name in names:
        path = twin_key(name)
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


def _free_list(names: Iterable[str], directory: str) -> str:
    """A name for the first list of signatures, beside their directories."""
    parent = locations.directory_of(directory)
    taken = _directories(names)
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


def _add_info(signature: Element, request: StampRequest) -> Element:
    """SignedInfo with all that stands before the References."""
    info = xml.add(signature, "SignedInfo")
    xml.add(info, "Provider", ProviderName="govseal", Version=__version__)
    xml.add(info, "SignatureMethod", request.algorithm)
    xml.add(info, "SignatureDateTime", request.signed_at)
    return info


def _add_annotation(info: Element, spot: Spot, stamp_id: str) -> None:
    more = {} if spot.clip is None else {"Clip": _box(spot.clip)}
    boundary = _box(spot.box)
    xml.add(info, "StampAnnot", ID=stamp_id, PageRef=spot.page.id, Boundary=boundary, **more)


def _box(box: Box) -> str:
    """ST_Box in millimetres, to the micrometre."""
    numbers = (box.x_mm, box.y_mm, box.width_mm, box.height_mm)
    texts = (f"{number:.3f}".rstrip("0").rstrip(".") for number in numbers)
    return " ".join("0" if text == "-0" else text for text in texts)
