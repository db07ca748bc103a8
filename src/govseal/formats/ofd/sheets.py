"""A new OFD out of pages that were drawn: on each its picture, and under it the text it shows.

The text is there to be searched, copied and stamped on, as in the scans with text that people know
(双层文件): it is fully transparent (Alpha, GB/T 33190, 8.5) and lies under the picture, so that no
reader shows it twice, whatever it makes of the one or the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from govseal import __version__
from govseal.asn1.times import BEIJING
from govseal.errors import LimitExceeded
from govseal.formats.limits import DEFAULT_LIMITS, Limits
from govseal.formats.ofd import xml
from govseal.formats.ofd.package import new_package_pieces
from govseal.formats.ofd.textcodes import along, written, written_deltas
from govseal.formats.ofd.xml import Element
from govseal.formats.sheets import Sheet, TextRun
from govseal.formats.source import Piece

_FONT_ID = 1
_ROOT = "Doc_0"
_FORMATS = {"png": "PNG", "jpeg": "JPEG"}
_ASCENT, _DESCENT = 0.88, 0.12  # of the em, what Chinese fonts have
_FIXED_FILES = 4
_FILES_PER_PAGE = 2
_MOST_RUNS = 100_000


@dataclass(frozen=True, slots=True)
class SheetsInfo:
    """What the document says about itself."""

    title: str
    created: datetime
    """Timezone-aware."""
    facts: tuple[tuple[str, str], ...] = ()
    """Custom data: name and value."""


def document_pieces(
    info: SheetsInfo, sheets: Iterable[Sheet], *, limits: Limits = DEFAULT_LIMITS
) -> Iterator[Piece]:
    """The document, written as the sheets come; the same arguments give the same bytes.

    It is within the ``limits`` on what it becomes when it is read.

    Raises:
        LimitExceeded: more pages or bytes than ``limits`` allow, or more text on a page.
    """
    size = 0
    files = _Files(info, limits).write(sheets)
    for piece in new_package_pieces(files, modified=info.created):
        size += len(piece)
        if size > limits.max_file_bytes:
            message = "the converted document is too large"
            raise LimitExceeded(message, limit=limits.max_file_bytes, found=size)
        yield piece


class _Files:
    """The files of the package, in the order in which they can be written."""

    def __init__(self, info: SheetsInfo, limits: Limits) -> None:
        self.info = info
        self.limits = limits
        self._last_id = _FONT_ID
        self._total = 0
        self._boxes: list[str] = []
        self._page_ids: list[str] = []
        self._pictures: list[tuple[str, str, str]] = []

    def write(self, sheets: Iterable[Sheet]) -> Iterator[tuple[str, bytes]]:
        """Each file by its name; what names all pages comes when they are written."""
        yield self._counted("OFD.xml", _entry(self.info))
        for number, sheet in enumerate(sheets):
            if _FIXED_FILES + _FILES_PER_PAGE * (number + 1) > self.limits.max_entries:
                message = "the document has too many pages to be one package"
                most = (self.limits.max_entries - _FIXED_FILES) // _FILES_PER_PAGE
                raise LimitExceeded(message, limit=most, found=number + 1)
            yield from self._page(number, sheet)
        yield self._counted(f"{_ROOT}/PublicRes.xml", _fonts())
        yield self._counted(f"{_ROOT}/DocumentRes.xml", self._media())
        yield self._counted(f"{_ROOT}/Document.xml", self._document())

    def _page(self, number: int, sheet: Sheet) -> Iterator[tuple[str, bytes]]:
        part = f"page {number + 1}"
        if len(sheet.runs) > _MOST_RUNS:
            message = "the page has too many lines of text"
            raise LimitExceeded(message, limit=_MOST_RUNS, found=len(sheet.runs), part=part)
        limit = self.limits.max_held_bytes
        if len(sheet.picture) > limit:
            message = "the picture of the page is too large"
            raise LimitExceeded(message, limit=limit, found=len(sheet.picture), part=part)
        file = f"Image_{number}.{sheet.kind}"
        box = f"0 0 {written(sheet.width_mm)} {written(sheet.height_mm)}"
        self._boxes.append(box)
        self._page_ids.append(self._next_id())
        self._pictures.append((self._next_id(), _FORMATS[sheet.kind], file))
        content = self._content(sheet, box)
        yield self._counted(f"{_ROOT}/Res/{file}", sheet.picture)
        yield self._counted(f"{_ROOT}/Pages/Page_{number}/Content.xml", content)

    def _content(self, sheet: Sheet, box: str) -> bytes:
        root = xml.new(None, "Page")
        xml.add(xml.add(root, "Area"), "PhysicalBox", box)
        layer = xml.add(xml.add(root, "Content"), "Layer", ID=self._next_id(), Type="Body")
        for run in sheet.runs:
            _add_text(layer, run, self._next_id())
        size = f"{written(sheet.width_mm)} 0 0 {written(sheet.height_mm)} 0 0"
        resource, _, _ = self._pictures[-1]
        ids = {"ID": self._next_id(), "ResourceID": resource}
        xml.add(layer, "ImageObject", Boundary=box, CTM=size, **ids)
        return xml.serialize(root)

    def _media(self) -> bytes:
        root = xml.new(None, "Res", BaseLoc="Res")
        media = xml.add(root, "MultiMedias")
        for own_id, kind, file in self._pictures:
            item = xml.add(media, "MultiMedia", ID=own_id, Type="Image", Format=kind)
            xml.add(item, "MediaFile", file)
        return xml.serialize(root)

    def _document(self) -> bytes:
        root = xml.new(None, "Document")
        common = xml.add(root, "CommonData")
        xml.add(common, "MaxUnitID", str(self._last_id))
        xml.add(xml.add(common, "PageArea"), "PhysicalBox", self._boxes[0])
        xml.add(common, "PublicRes", "PublicRes.xml")
        xml.add(common, "DocumentRes", "DocumentRes.xml")
        pages = xml.add(root, "Pages")
        for number, own_id in enumerate(self._page_ids):
            xml.add(pages, "Page", ID=own_id, BaseLoc=f"Pages/Page_{number}/Content.xml")
        return xml.serialize(root)

    def _next_id(self) -> str:
        self._last_id += 1
        return str(self._last_id)

    def _counted(self, name: str, content: bytes) -> tuple[str, bytes]:
        """A file, where all of them together stay within bounds."""
        self._total += len(content)
        limit = self.limits.max_total_bytes
        if self._total > limit:
            message = "the converted document is too large"
            raise LimitExceeded(message, limit=limit, found=self._total)
        return name, content


def _entry(info: SheetsInfo) -> bytes:
    root = xml.new(None, "OFD", Version="1.0", DocType="OFD")
    body = xml.add(root, "DocBody")
    about = xml.add(body, "DocInfo")
    stated = "\n".join((info.title, info.created.isoformat(), *map(" ".join, info.facts)))
    xml.add(about, "DocID", hashlib.sha256(stated.encode()).hexdigest()[:32])
    if info.title:
        xml.add(about, "Title", info.title)
    xml.add(about, "CreationDate", info.created.astimezone(BEIJING).date().isoformat())
    xml.add(about, "Creator", "govseal")
    xml.add(about, "CreatorVersion", __version__)
    facts = xml.add(about, "CustomDatas") if info.facts else None
    for name, value in info.facts:
        xml.add(facts, "CustomData", value, Name=name)
    xml.add(body, "DocRoot", f"{_ROOT}/Document.xml")
    return xml.serialize(root)


def _fonts() -> bytes:
    """One font, named and not embedded: nothing is drawn with it."""
    root = xml.new(None, "Res", BaseLoc="Res")
    fonts = xml.add(root, "Fonts")
    xml.add(fonts, "Font", ID=str(_FONT_ID), FontName="宋体", FamilyName="宋体", Charset="prc")
    return xml.serialize(root)


def _add_text(layer: Element, run: TextRun, own_id: str) -> None:
    """One line of text in its place, transparent."""
    length, size = sum(run.steps_mm), run.size_mm
    cos, sin = along(1.0, run.turn)
    # Its corners from the start of the baseline, as it is turned on the page.
    places = [
        (across * cos - down * sin, across * sin + down * cos)
        for across in (0.0, length)
        for down in (-_ASCENT * size, _DESCENT * size)
    ]
    left, top = (min(values) for values in zip(*places, strict=True))
    right, bottom = (max(values) for values in zip(*places, strict=True))
    box = (run.x_mm + left, run.y_mm + top, right - left, bottom - top)
    matrix = {}
    if run.turn:
        turned = (cos, sin, -sin, cos, -left, -top)
        matrix["CTM"] = " ".join(map(written, turned))
    text = xml.add(
        layer,
        "TextObject",
        ID=own_id,
        Boundary=" ".join(map(written, box)),
        **matrix,
        Alpha="0",
        Font=str(_FONT_ID),
        Size=written(size),
    )
    if abs(run.stretch - 1) > 0.02:
        text.set("HScale", written(run.stretch))
    x, y = (0.0, 0.0) if run.turn else (-left, -top)
    code = xml.add(text, "TextCode", run.text, X=written(x), Y=written(y))
    if len(run.text) > 1:
        code.set("DeltaX", written_deltas(run.steps_mm[:-1]))
