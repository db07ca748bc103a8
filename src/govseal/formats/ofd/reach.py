"""Which files of a package a reader may come upon, and which pages lead to which of them.

Every text and attribute that could be a location is taken for one: which element means what depends
on versions and products, and too much is safer than too little.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from itertools import islice

from govseal import usual
from govseal.errors import FormatError
from govseal.formats.base import UnprotectedPart
from govseal.formats.limits import Limits
from govseal.formats.ofd import locations, xml
from govseal.formats.ofd.outline import ENTRY, Outline
from govseal.formats.ofd.package import Package
from govseal.formats.ofd.plaintexts import texts_without
from govseal.formats.ofd.xml import Element

_LONGEST_LOCATION = 1024
#: How much is looked at before the answer is "perhaps": some seconds.
_MOST_STEPS = 2_000_000
#: What an XML file starts with, in the encodings that are read, and in four bytes and in EBCDIC,
#: which are not read here (XML 1.0, F.1).
_XML_STARTS = (
    *(b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00<"),
    *(b"\0\0\0<", b"\0\0\xfe\xff", b"\x4c\x6f\xa7\x94"),
)
_LONGEST_START = 4
_HEAD = 64
_SMALL = 1 << 20
_NOT_PLAIN = re.compile(r"[^!#-%(-;=?-~]")
_MOST_PLAIN = 50
#: The list of signatures as OFD.xml names it.
_LISTS = "Signatures"
_LIST = re.compile(rb"""<(?:[^\s<>/:"']{1,40}:)?Signatures>[^<>]*</""")


class Reach:
    """Which files a reader may come upon, starting from OFD.xml and leaving signatures aside."""

    def __init__(self, package: Package, limits: Limits) -> None:
        self.package = package
        self.limits = limits
        self._reached: frozenset[str] | None = None
        self._unread: list[str] = []
        self._is_ended = True
        self._steps = 0
        self._parts: dict[str, UnprotectedPart] = {}
        self._leads: dict[str, list[str]] = {}
        """What each file leads to, of those that were read."""

    def unprotected(self, name: str) -> UnprotectedPart:
        """The file as an unprotected part; the same object whenever it is asked for."""
        part = self._parts.get(name)
        if part is None:
            part = self._parts[name] = UnprotectedPart(f"/{name}", self.is_rendered(name))
        return part

    def is_rendered(self, name: str) -> bool:
        """Whether the file is reached, or may be: a file that cannot be read may lead anywhere."""
        return self._is_reached(name) or bool(self._unread) or not self._is_ended

    def is_content(self, name: str) -> bool:
        """Whether a file of signatures is reached, or may be.

        Their names are told from what leads anywhere: a file that cannot be read counts only
        where the name stands in it.
        """
        if self._is_reached(name) or not self._is_ended:
            return True
        last = name.rpartition("/")[2].casefold().encode()
        return any(self._holds(holder, last) for holder in self._unread)

    def content_of(self, names: AbstractSet[str], entry: Element) -> set[str]:
        """Those of ``names``, files of signatures, that are content too, or may be.

        Mostly no other file has the last part of any of them in it, and nothing need be followed:
        who comes upon the first of them comes from a file that names it. ``entry`` is the root
        element of OFD.xml, which names the lists of signatures where they belong.
        """
        there = {name for name in names if name in self.package}
        plain = _plain({name.rpartition("/")[2].casefold() for name in there})
        others = [name for name in self.package.names if name not in names]
        is_told = plain is not None and not self.package.doubled and ENTRY in others
        is_told = is_told and sum(self.package.entry(name).size for name in others) < _MOST_STEPS
        if is_told and all(self._is_free(name, plain or (), entry) for name in others):
            return set()
        return {name for name in there if self.is_content(name)}

    def _is_free(self, holder: str, plain: Sequence[bytes], entry: Element) -> bool:
        """Whether a file certainly leads to none of the files with these last parts."""
        try:
            if self.package.entry(holder).size > min(_SMALL, self.limits.max_held_bytes):
                return not _may_be_xml(self.package.head(holder, _HEAD))
            data = self.package.read(holder)
        except FormatError:
            return False
        if not data.lstrip().startswith(_XML_STARTS):
            return True
        if holder == ENTRY and _are_lists(entry):
            data = _LIST.sub(b"</", data)
        texts = texts_without(data, plain)
        return texts is not None and not _may_be_long_location(data, texts)

    def leads(self, holder: str) -> Iterable[str]:
        """The files that ``holder`` names, as far as they were looked at."""
        return self.all_leads().get(holder, ())

    def all_leads(self) -> dict[str, list[str]]:
        """What each file that is reached leads to."""
        self._is_reached(ENTRY)
        return self._leads

    @property
    def unread(self) -> Iterable[str]:
        """Files on the way that cannot be read, and may lead anywhere."""
        return self._unread

    @property
    def is_ended(self) -> bool:
        """Whether all was looked at."""
        return self._is_ended

    @cached_property
    def _names(self) -> dict[str, str]:
        """The names of all files by their small letters."""
        return {name.casefold(): name for name in self.package.names}

    @cached_property
    def _last_parts(self) -> set[str]:
        return {name.rpartition("/")[2] for name in self._names}

    @cached_property
    def _plain(self) -> list[bytes] | None:
        return _plain(self._last_parts)

    def _is_reached(self, name: str) -> bool:
        if self._reached is None:
            self._reached = frozenset(self._walk())
        return name in self._reached

    def _holds(self, holder: str, text: bytes) -> bool:
        """Whether a file in small letters, UTF-16 made ASCII, holds ``text``; not if damaged."""
        behind = b""
        try:
            for piece in self.package.pieces(holder):
                behind += bytes(piece).replace(b"\0", b"").lower()
                if text in behind:
                    return True
                behind = behind[max(0, len(behind) - len(text) + 1) :]
        except FormatError:
            return False
        return False

    def _walk(self) -> set[str]:
        reached, followed = {ENTRY}, {ENTRY}
        pending = [ENTRY]
        while pending and self._steps <= _MOST_STEPS:
            holder = pending.pop()
            leads = self._leads.setdefault(holder, [])
            for name, is_document in self._named_in(holder):
                leads.append(name)
                reached.add(name)
                # What is attached may be part of the document by another way.
                if is_document and name not in followed:
                    followed.add(name)
                    pending.append(name)
        self._is_ended = self._is_ended and not pending
        return reached

    def _named_in(self, holder: str) -> Iterator[tuple[str, bool]]:
        """The files that ``holder`` names, and whether they may name others in turn."""
        root = self._open(holder)
        if root is None or self._names_nothing(holder):
            return
        base = xml.attribute(root, "BaseLoc") or ""
        bases = islice(locations.readings(holder, base), 2)
        holders = [holder, *(f"{directory}/" for directory in bases)]
        # An attachment is shown as a file: what is inside it is no part of the document.
        is_document = not _is_attachments(root)
        if holder == ENTRY:
            _forget_lists(root)
        # Most texts occur often: coordinates, names of fonts.
        for text in dict.fromkeys(xml.strings(root)):
            self._steps += 1
            if self._steps > _MOST_STEPS:
                self._is_ended = False
                return
            for name in self._meant(holders, text):
                yield name, is_document
        for text in xml.whole_texts(root):
            self._steps += len(text) // _LONGEST_LOCATION
            if self._steps > _MOST_STEPS:
                self._is_ended = False
                return
            for name in self._meant(holders, text):
                yield name, is_document

    def _names_nothing(self, holder: str) -> bool:
        """Whether the last part of no location stands in a file: its texts need no look.

        Most pages are so. Names that are not ASCII, or that XML may write in several ways, ask for
        the look all the same.
        """
        if self._plain is None or self.package.entry(holder).size > _SMALL:
            return False
        try:
            data = self.package.read(holder)
        except FormatError:
            return False
        return texts_without(data, self._plain) is not None

    def _open(self, holder: str) -> Element | None:
        """The root element of an XML file; None for what is none, or cannot be read."""
        try:
            # Pictures may be large, and their first bytes say that they are none.
            is_large = self.package.entry(holder).size > min(_SMALL, self.limits.max_held_bytes)
            if is_large and not _may_be_xml(self.package.head(holder, _HEAD)):
                return None
            data = self.package.read(holder)
            if data.lstrip().startswith(_XML_STARTS):
                return xml.parse(data, f"/{holder}", self.limits, comments=False)
        except FormatError:
            self._unread.append(holder)
        return None

    def _meant(self, holders: Iterable[str], text: str) -> Iterator[str]:
        """The files that ``text`` may mean, in any of its readings and any case."""
        text = text.strip().replace("\\", "/")
        if not self._is_location(text):
            return
        if len(text) > _LONGEST_LOCATION:
            self._is_ended = False  # not read here, and perhaps by others
            return
        for holder in holders:
            for reading in locations.readings(holder, text):
                self._steps += 1
                name = self._names.get(reading.casefold())
                if name is not None:
                    yield name

    def _is_location(self, text: str) -> bool:
        """Whether a text ends like the name of a file in the package, or climbs back to one."""
        last = text.rpartition("/")[2].lstrip()
        return last.casefold() in self._last_parts or (last in ("", ".", "..") and "/" in text)


def _plain(last_parts: AbstractSet[str]) -> list[bytes] | None:
    """Last parts of names in small letters, as bytes to look for; None where no look tells."""
    if len(last_parts) > _MOST_PLAIN or any(map(_NOT_PLAIN.search, last_parts)):
        return None
    return [part.encode() for part in last_parts]


def _may_be_long_location(data: bytes, texts: bytes) -> bool:
    """Whether a text or an attribute that is too long to be read as a location may be one."""
    if len(data) <= _LONGEST_LOCATION:
        return False
    told = usual.long_location(data, texts, _LONGEST_LOCATION)
    if told is not None:
        return told
    pieces = data.split(b">")
    if max(map(len, pieces)) > _LONGEST_LOCATION and any(
        len(piece) > _LONGEST_LOCATION and _has_slash(piece) for piece in pieces
    ):
        return True
    return len(texts) > _LONGEST_LOCATION and _has_slash(texts)


def _has_slash(data: bytes) -> bool:
    return b"/" in data or b"\\" in data


def _may_be_xml(head: bytes) -> bool:
    """Whether the first bytes of a file allow XML in any encoding."""
    start = head.lstrip()
    return len(start) < _LONGEST_START or start.startswith(_XML_STARTS)


def _are_lists(entry: Element) -> bool:
    """Whether all elements of OFD.xml that are called so name lists of signatures."""
    rows = [xml.children(body, _LISTS) for body in xml.children(entry, "DocBody")]
    named = sum(xml.name(element) == _LISTS for element in xml.elements(entry))
    return named == sum(len(list(row)) for row in rows)


def _is_attachments(root: Element) -> bool:
    """Whether a file lists attachments and holds nothing else, whatever its root is called."""
    return xml.name(root) == "Attachments" and all(xml.name(row) == "Attachment" for row in root)


def _forget_lists(root: Element) -> None:
    """Take out of OFD.xml where it names the lists of signatures: they show nothing."""
    for body in xml.children(root, "DocBody"):
        for element in xml.children(body, "Signatures"):
            element.text = None
            element.attrib.clear()


class PageCoverage:
    """Which pages lead to nothing that lies outside a signature's protection.

    A page is what its content leads to, and what all pages of its document share: Document.xml,
    resources, templates, annotations. OFD.xml is told apart: without it, all may be exchanged.
    """

    def __init__(self, reach: Reach, outline: Outline) -> None:
        self.reach = reach
        self.outline = outline
        self._steps = 0
        self._known: dict[tuple[str, ...], tuple[int, ...]] = {}
        self._back: dict[str, list[str]] | None = None

    def is_root_safe(self, outside: Iterable[str]) -> bool:
        """Whether the way from OFD.xml to each document lies inside: else it can be moved."""
        loose = set(outside)
        if not loose:
            return True
        return ENTRY not in loose and loose.isdisjoint(self._way) and self._is_told

    @cached_property
    def _way(self) -> set[str]:
        """OFD.xml, and what it leads to on this side of each Document.xml."""
        return self._ahead(ENTRY, {body.root for body in self.outline.bodies})

    @property
    def _is_told(self) -> bool:
        """Whether nothing was left unfollowed so far."""
        return self.reach.is_ended and self._steps <= _MOST_STEPS

    def covered(self, outside: Iterable[str]) -> tuple[int, ...]:
        """The numbers of the pages that lead to none of the files ``outside``, OFD.xml aside."""
        loose = tuple(name for name in outside if name != ENTRY)
        if not loose:
            return tuple(page.number for page in self.outline.pages if page.name is not None)
        if loose not in self._known:
            self._known[loose] = tuple(self._covered(set(loose)))
        return self._known[loose]

    def _covered(self, loose: set[str]) -> Iterator[int]:
        leading = self._leading_to(loose)
        for body in self.outline.bodies:
            names = {page.name for page in body.pages if page.name is not None}
            shared = self._ahead(body.root, names) if body.root is not None else set()
            is_shared_safe = shared.isdisjoint(loose) and shared.isdisjoint(self.reach.unread)
            if not is_shared_safe or not self._is_told:
                continue
            for page in body.pages:
                if page.name is not None and page.name not in leading:
                    yield page.number

    def _ahead(self, start: str, stops: set[str] | set[str | None]) -> set[str]:
        """What ``start`` leads to, itself included, not going through ``stops``."""
        found, pending = {start}, [start]
        while pending and self._steps <= _MOST_STEPS:
            for name in self.reach.leads(pending.pop()):
                self._steps += 1
                if name not in found and name not in stops:
                    found.add(name)
                    pending.append(name)
        return found

    def _leading_to(self, loose: set[str]) -> set[str]:
        """The files that lead to any of ``loose``, these included, or perhaps do."""
        if self._back is None:
            self._back = defaultdict(list)
            for holder, names in self.reach.all_leads().items():
                for name in names:
                    self._back[name].append(holder)
        found = {*loose, *self.reach.unread}
        pending = list(found)
        while pending and self._steps <= _MOST_STEPS:
            for holder in self._back.get(pending.pop(), ()):
                self._steps += 1
                if holder not in found:
                    found.add(holder)
                    pending.append(holder)
        return found
