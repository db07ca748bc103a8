"""The signatures of an OFD package as evidence: read completely, judged nowhere.

GB/T 33190, clause 18: Signatures.xml lists them; each has a Signature.xml, which states the digest
of every protected file, and a SignedValue.dat, which signs that file. What the bytes of
SignedValue.dat are decides over the kind of signature; the Type attribute does not (Q16).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from govseal.asn1.strict import Tolerance, Tolerances
from govseal.errors import FormatError, LimitExceeded
from govseal.formats import cms
from govseal.formats.base import (
    Appearance,
    Presence,
    ProtectedPart,
    SignatureEvidence,
    SignatureKind,
)
from govseal.formats.cms import SignedData
from govseal.formats.limits import Limits
from govseal.formats.ofd import locations, xml
from govseal.formats.ofd.ahead import Ahead
from govseal.formats.ofd.locations import Location
from govseal.formats.ofd.outline import Body, Box, Outline, Page, read_box
from govseal.formats.ofd.package import Package
from govseal.formats.ofd.twins import refuse_twins
from govseal.formats.ofd.xml import Element
from govseal.frozen import changed, frozen
from govseal.pki.algorithms import SM3, DigestAlgorithm, digest_algorithm
from govseal.pki.certificate import Certificate
from govseal.seal import codec
from govseal.seal.model import SealSignature
from govseal.sm2 import PublicKey, Sm3, identity_digest

#: What CheckMethod means where it is missing (GB/T 33190, Signature.xsd).
_DEFAULT_CHECK_METHOD = "MD5"
#: What the schema itself offers; else the method is an object identifier (GB/T 33190, 18.2.2).
_SCHEMA_METHODS = ("MD5", "SHA1")
#: How many signers' own digests are tried: each costs a pass through every file.
_MOST_IDENTITIES = 4
#: What most products write, and all ours: another form is Q9.
_WRITTEN_TIME = re.compile(r"\d{14}(?:\.\d{1,9})?Z", re.ASCII)


@frozen
class Found:
    """One signature with what the package itself needs to know of it."""

    evidence: SignatureEvidence
    """Without its coverage, which depends on the signatures after it."""
    body: Body
    protected: frozenset[str]
    """Names of the protected files that exist."""
    files: frozenset[str]
    """Names of the files it calls its own: Signature.xml, SignedValue.dat, the copy of the seal."""
    own: frozenset[str]
    """Those of them whose content is just that, so that nothing else hides behind the name."""
    ids: tuple[str, ...]
    """The IDs it uses up: its own and those of its StampAnnots."""


@frozen
class _Value:
    """What a SignedValue.dat holds: exactly one of the three."""

    stamp: SealSignature | None = None
    signed_data: SignedData | None = None
    problem: FormatError | None = None

    @property
    def tolerances(self) -> tuple[Tolerance, ...]:
        """What reading the stamp or the signed data had to tolerate."""
        read = self.stamp or self.signed_data
        return read.tolerances if read is not None else ()


class SignatureReader:
    """Reads all signatures of a package; ``problem`` is the first damage met outside them."""

    def __init__(self, package: Package, outline: Outline, limits: Limits) -> None:
        self.package = package
        self.outline = outline
        self.limits = limits
        self.problem: FormatError | None = None
        self._digests: dict[tuple[str, str], bytes | None] = {}
        self._values: dict[str, _Value] = {}
        self._contents: dict[tuple[int, str], Found] = {}
        self._signatures = 0
        self._references = 0
        self._unreadable = 0
        self._identities: set[bytes] = set()
        # Many documents may name one list, and many entries a Signature.xml for each of them.
        self._allowance = xml.Allowance()

    def read(self) -> Iterator[Found]:
        """The signatures of every document, in list order; stops where a limit is exceeded."""
        try:
            for body in self.outline.bodies:
                if body.list_name is not None:
                    yield from self._list(body, body.list_name)
        except LimitExceeded as problem:
            self._keep(problem)

    def _keep(self, problem: FormatError) -> None:
        if self.problem is None:
            self.problem = problem.kept()

    def _check(self, root: Element, name: str) -> None:
        try:
            refuse_twins(root, f"/{name}", self.package.read(name))
        except FormatError as problem:
            self._keep(problem)

    def _list(self, body: Body, name: str) -> Iterator[Found]:
        try:
            data = self.package.read(name)
        except FormatError as problem:
            self._keep(problem)
            return
        self._allowance.spend(data, f"/{name}")
        try:
            root = xml.read(data, f"/{name}", self.limits, expected="Signatures")
        except FormatError as problem:
            self._keep(problem)
            return
        self._check(root, name)
        for number, entry in enumerate(xml.children(root, "Signature"), start=1):
            self._signatures += 1
            limit = self.limits.max_signatures
            if self._signatures > limit:
                message = "the package lists too many signatures"
                raise LimitExceeded(message, limit=limit, found=limit + 1, part=f"/{name}")
            yield self._signature(body, name, number, entry)

    def _signature(self, body: Body, holder: str, number: int, entry: Element) -> Found:
        """One entry of a list: the contents of the Signature.xml that it names, under its ID."""
        own_id = (xml.attribute(entry, "ID") or "").strip()
        prefix = f"{body.id}/" if len(self.outline.bodies) > 1 else ""
        shown = prefix + (own_id or str(number))
        relative = (xml.attribute(entry, "Relative") or "").strip()
        relative = prefix + relative if relative else ""
        is_plain = (xml.attribute(entry, "Type") or "").strip().lower() == "sign"
        kind = SignatureKind.SIGNATURE if is_plain else SignatureKind.SEAL
        location = locations.resolve(self.package, holder, xml.attribute(entry, "BaseLoc") or "")
        name = location.name
        if name is None:
            problem = FormatError("Signature.xml is missing", part=location.path)
            evidence = SignatureEvidence(
                shown, kind, location.path, problem=problem, relative=relative
            )
            return Found(evidence, body, frozenset(), frozenset(), frozenset(), (own_id,))
        key = (body.number, name)
        if key not in self._contents:
            self._contents[key] = self._read_signature(body, name)
        found = self._contents[key]
        evidence = found.evidence
        tolerances = Tolerances()
        if location.is_loose:
            tolerances.note("quirk_q15", f"/{holder}")
        if evidence.problem is None and evidence.kind is not kind:
            tolerances.note("quirk_q16", f"/{name}")
        evidence = changed(
            evidence,
            id=shown,
            kind=kind if evidence.problem is not None else evidence.kind,
            relative=relative,
            tolerances=(*tolerances.items, *evidence.tolerances),
        )
        ids = (own_id, *found.ids)
        return Found(evidence, body, found.protected, found.files, found.own, ids)

    def _read_signature(self, body: Body, name: str) -> Found:
        """What one Signature.xml says, apart from the entry that lists it."""
        part = f"/{name}"
        try:
            data = self.package.read(name)
        except FormatError as problem:
            return _unread(body, name, None, problem.kept())
        self._allowance.spend(data, part)
        try:
            root = xml.read(data, part, self.limits, expected="Signature")
        except FormatError as problem:
            return _unread(body, name, data, problem.kept())
        self._check(root, name)
        if xml.child(root, "SignedInfo") is None:
            empty = FormatError("Signature.xml has no SignedInfo", part=part)
            return _unread(body, name, data, empty)
        return self._contents_of(body, name, data, root)

    def _contents_of(self, body: Body, name: str, data: bytes, root: Element) -> Found:
        """What the elements of a Signature.xml say, which has a SignedInfo."""
        part = f"/{name}"
        outer = xml.first_children(root)
        info = outer["SignedInfo"]
        tolerances = Tolerances()
        if xml.namespace(root) != xml.NAMESPACE:
            tolerances.note("quirk_q14", part)
        inner = xml.first_children(info)
        provider = _provider(inner.get("Provider"), name, tolerances)
        written_time = xml.text(inner.get("SignatureDateTime"))
        if not _WRITTEN_TIME.fullmatch(written_time):
            tolerances.note("quirk_q9", part)
        value_name, value = self._value(outer.get("SignedValue"), name, tolerances)
        is_judged = self.package.source.is_judged
        ahead = Ahead(value.stamp) if is_judged and value.stamp else None
        method, parts = self._parts(inner.get("References"), name, value, tolerances, ahead)
        seal_name, seal_file = self._seal_file(inner.get("Seal"), name, tolerances)
        if value.stamp is not None and "Seal" not in inner:
            tolerances.note("quirk_q16", part)
        _note_names(body, name, value_name, tolerances)
        annotations = tuple(xml.children(info, "StampAnnot"))
        evidence = SignatureEvidence(
            "",
            SignatureKind.SIGNATURE if value.signed_data is not None else SignatureKind.SEAL,
            part,
            data=data,
            digest_algorithm=method,
            parts=parts,
            stamp=value.stamp,
            signed_data=value.signed_data,
            problem=value.problem,
            seal_file=seal_file,
            appearances=_appearances(annotations, body.pages),
            tolerances=(*tolerances.items, *value.tolerances),
            provider=provider,
            written_time=written_time,
            ahead=ahead.taken if ahead is not None else (),
        )
        is_copy = value.stamp is not None and seal_file == value.stamp.seal.der
        own = (name, value_name if value.problem is None else None, seal_name if is_copy else None)
        protected = [item.name.removeprefix("/") for item in parts]
        return Found(
            evidence=evidence,
            body=body,
            protected=frozenset([item for item in protected if item in self.package]),
            files=frozenset(item for item in (name, value_name, seal_name) if item is not None),
            own=frozenset(item for item in own if item is not None),
            ids=tuple(xml.attribute(item, "ID") or "" for item in annotations),
        )

    def _parts(
        self,
        references: Element | None,
        holder: str,
        value: _Value,
        tolerances: Tolerances,
        ahead: Ahead | None,
    ) -> tuple[str, tuple[ProtectedPart, ...]]:
        """CheckMethod as written, and the protected files with their digests."""
        if references is None:
            return "", ()
        method = (xml.attribute(references, "CheckMethod") or "").strip()
        algorithm = digest_algorithm(method or _DEFAULT_CHECK_METHOD)
        if algorithm is not None and method not in (algorithm.oids[0], *_SCHEMA_METHODS):
            tolerances.note("quirk_q7", f"/{holder}")
        listed = list(xml.children(references, "Reference"))
        limit = self.limits.max_references
        allowed = listed[: limit - self._references]
        self._references += len(allowed)
        located = [self._locate(reference, holder, tolerances) for reference in allowed]
        if algorithm is not None:
            self._digest_files((item.name for item in located), algorithm, ahead)
        if len(listed) > len(allowed):
            message = "the signatures protect too many files"
            raise LimitExceeded(message, limit=limit, found=limit + 1, part=f"/{holder}")
        parts = [
            self._part(reference, location, algorithm)
            for reference, location in zip(allowed, located, strict=True)
        ]
        keyed = self._keyed(parts, value) if algorithm == SM3 else None
        if keyed is not None:
            tolerances.note("quirk_q6", f"/{holder}")
            parts = keyed
        return method, tuple(_mark_contradictions(parts))

    def _keyed(self, parts: list[ProtectedPart], value: _Value) -> list[ProtectedPart] | None:
        """The parts with digests over Z and data (Q6); None where those are not what is stated.

        A signature is of one form or of the other: where any digest is plain, all have to be. Else
        a file could give way to one that starts with Z, or the other way round.
        """
        if any(part.actual == part.expected for part in parts):
            return None
        z = _signers_identity(value)
        if z is None or (z not in self._identities and len(self._identities) >= _MOST_IDENTITIES):
            return None
        self._identities.add(z)
        algorithm = replace(SM3, name=f"sm3 {z.hex()}", factory=partial(Sm3, z), many=None)
        names = [part.name.removeprefix("/") for part in parts if part.actual is not None]
        self._digest_files(names, algorithm)
        digests = {f"/{name}": self._digests[name, algorithm.name] for name in names}
        keyed = [replace(part, actual=digests.get(part.name, part.actual)) for part in parts]
        return keyed if any(part.actual == part.expected for part in keyed) else None

    def _locate(self, reference: Element, holder: str, tolerances: Tolerances) -> Location:
        text = xml.attribute(reference, "FileRef") or ""
        location = locations.resolve(self.package, holder, text)
        if location.is_loose:
            tolerances.note("quirk_q15", f"/{holder}")
        return location

    def _part(
        self, reference: Element, location: Location, algorithm: DigestAlgorithm | None
    ) -> ProtectedPart:
        """One protected file, whose digest has been computed."""
        expected = _base64(xml.text(reference, "CheckValue"))
        name = location.name
        if name is None:
            return ProtectedPart(location.path, Presence.MISSING, expected, None)
        presence = Presence.DUPLICATED if name in self.package.doubled else Presence.PRESENT
        actual = self._digests[name, algorithm.name] if algorithm is not None else None
        return ProtectedPart(location.path, presence, expected, actual)

    def _digest_files(
        self,
        names: Iterable[str | None],
        algorithm: DigestAlgorithm,
        ahead: Ahead | None = None,
    ) -> None:
        """Computes what is not there yet; None for a damaged file, which is a problem."""
        known = self._digests
        wanted = dict.fromkeys(
            name for name in names if name is not None and (name, algorithm.name) not in known
        )
        many = ahead.many if ahead is not None and algorithm == SM3 else algorithm.many
        for name, digest in self.package.digests(wanted, algorithm, many):
            if isinstance(digest, FormatError):
                self._keep(digest)
                known[name, algorithm.name] = None
            else:
                known[name, algorithm.name] = digest

    @property
    def read_through(self) -> frozenset[str]:
        """Names of the files whose checksum has been compared on the way."""
        return frozenset(name for name, _ in self._digests)

    def _value(
        self, element: Element | None, holder: str, tolerances: Tolerances
    ) -> tuple[str | None, _Value]:
        text = xml.text(element)
        location = locations.resolve(self.package, holder, text)
        if location.is_loose:
            tolerances.note("quirk_q15", f"/{holder}")
        name = location.name
        if name is None:
            problem = FormatError("the signed value is missing", part=location.path or f"/{holder}")
            return None, _Value(problem=problem)
        if name not in self._values:
            self._values[name] = value = _decode_value(self.package, name)
            self._unreadable += value.problem is not None
            limit = self.limits.max_unreadable
            if self._unreadable > limit:
                message = "too many signatures cannot be read"
                raise LimitExceeded(message, limit=limit, found=limit + 1, part=f"/{name}")
        return name, self._values[name]

    def _seal_file(
        self, element: Element | None, holder: str, tolerances: Tolerances
    ) -> tuple[str | None, bytes | None]:
        """The copy of the seal beside the stamp, where there is one to be read."""
        text = xml.text(element, "BaseLoc")
        if not text:
            return None, None
        location = locations.resolve(self.package, holder, text)
        if location.is_loose:
            tolerances.note("quirk_q15", f"/{holder}")
        if location.name is None:
            tolerances.note("quirk_q16", location.path)
            return None, None
        try:
            return location.name, self.package.read(location.name)
        except FormatError as problem:
            self._keep(problem)
            return location.name, b""


def _unread(body: Body, name: str, data: bytes | None, problem: FormatError) -> Found:
    """A signature of which nothing can be said."""
    evidence = SignatureEvidence("", SignatureKind.SEAL, f"/{name}", data=data, problem=problem)
    return Found(evidence, body, frozenset(), frozenset({name}), frozenset(), ())


def _decode_value(package: Package, name: str) -> _Value:
    try:
        data = package.read(name)
        if cms.is_signed_data(data):
            return _Value(signed_data=cms.decode_signed_data(data))
        return _Value(stamp=codec.decode_signature(data))
    except FormatError as problem:
        return _Value(problem=problem.kept())


def _signers_identity(value: _Value) -> bytes | None:
    """Z of the signer (GB/T 32918.2, 5.5); None where the key is no SM2 key, or not known."""
    read = value.stamp or value.signed_data
    der = read.signer_certificate if read is not None else None
    try:
        key = Certificate.from_der(der).public_key.material if der is not None else None
    except FormatError:
        return None
    return identity_digest(key) if isinstance(key, PublicKey) else None


def _note_names(body: Body, name: str, value_name: str | None, tolerances: Tolerances) -> None:
    """Notes files of a signature under other names than the standard's own examples have (Q13)."""
    usual = {"Signature.xml": name, "SignedValue.dat": value_name, "Signatures.xml": body.list_name}
    for last_part, found in usual.items():
        if found is not None and found.rpartition("/")[2] != last_part:
            tolerances.note("quirk_q13", f"/{found}")


def _mark_contradictions(parts: list[ProtectedPart]) -> Iterator[ProtectedPart]:
    """The parts, those marked as doubled whose file is named twice with different digests."""
    stated: dict[str, set[bytes]] = {}
    for part in parts:
        stated.setdefault(part.name, set()).add(part.expected)
    if len(stated) == len(parts):
        yield from parts
        return
    for part in parts:
        contradicts = len(stated[part.name]) > 1 and part.presence is Presence.PRESENT
        yield replace(part, presence=Presence.DUPLICATED) if contradicts else part


def _base64(text: str) -> bytes:
    """The bytes in ``text``; empty where it is not Base64, which no digest equals."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _appearances(annotations: Sequence[Element], pages: Sequence[Page]) -> tuple[Appearance, ...]:
    first = {page.id: page for page in reversed(pages)}
    return tuple(_appearance(item, first) for item in annotations)


def _appearance(annotation: Element, pages: Mapping[str, Page]) -> Appearance:
    """Where a StampAnnot shows; ``pages`` gives the page of each ID."""
    page = pages.get((xml.attribute(annotation, "PageRef") or "").strip())
    box = read_box(xml.attribute(annotation, "Boundary")) or Box(0, 0, 0, 0)
    clip = read_box(xml.attribute(annotation, "Clip"))
    return Appearance(
        page=page.number if page is not None else 0,
        x_mm=box.x_mm,
        y_mm=box.y_mm,
        width_mm=box.width_mm,
        height_mm=box.height_mm,
        clip_mm=(clip.x_mm, clip.y_mm, clip.width_mm, clip.height_mm) if clip else None,
        part=f"/{page.name}" if page is not None and page.name is not None else "",
    )


def _provider(provider: Element | None, holder: str, tolerances: Tolerances) -> str:
    """Name and version of the program that signed; Q12: given as elements by one product."""
    if provider is None:
        return ""
    texts = [xml.attribute(provider, key) for key in ("ProviderName", "Version")]
    if texts[0] is None and xml.child(provider, "ProviderName") is not None:
        tolerances.note("quirk_q12", f"/{holder}")
        texts = [xml.text(provider, key) for key in ("ProviderName", "Version")]
    return " ".join(text.strip() for text in texts if text)
