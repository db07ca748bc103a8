"""A plain official letter as OFD, enough for a demonstration and for tests.

The font is only named (宋体), not embedded; where every character goes is stated, so that readers
agree without having it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime

from govseal import __version__
from govseal.formats.letter import BASELINE, PAGE_MM, Line, lay_out
from govseal.formats.ofd import xml
from govseal.formats.ofd.package import new_package
from govseal.formats.ofd.textcodes import written, written_deltas

_FONT_ID = 1


def compose_document(
    pages: Sequence[Sequence[str]],
    *,
    title: str,
    closing: Sequence[str] = (),
    created: date | None = None,
) -> bytes:
    """An OFD with one page for each row of paragraphs, see :func:`govseal.formats.letter.lay_out`.

    The same arguments give the same bytes.

    Raises:
        ValueError: no page, a text with control characters, or more than a page holds.
    """
    layouts = lay_out(pages, title=title, closing=closing)
    files = _files(layouts, title, created)
    modified = datetime(1980, 1, 1, tzinfo=UTC)
    if created is not None:
        modified = datetime(created.year, created.month, created.day, tzinfo=UTC)
    return new_package(files, modified=modified)


def _files(layouts: Sequence[Sequence[Line]], title: str, created: date | None) -> dict[str, bytes]:
    """The files of the package by name, in the order in which a reader needs them."""
    unit_id = _FONT_ID
    page_ids: list[int] = []
    contents: dict[str, bytes] = {}
    for number, lines in enumerate(layouts):
        unit_id += 1
        page_ids.append(unit_id)
        page, unit_id = _page(lines, unit_id)
        contents[f"Doc_0/Pages/Page_{number}/Content.xml"] = page
    digest = hashlib.sha256(title.encode() + b"".join(contents.values())).hexdigest()
    return {
        "OFD.xml": _entry(title, digest[:32], created),
        "Doc_0/Document.xml": _document(page_ids, unit_id),
        "Doc_0/PublicRes.xml": _resources(),
        **contents,
    }


def _entry(title: str, identifier: str, created: date | None) -> bytes:
    root = xml.new(None, "OFD", Version="1.0", DocType="OFD")
    body = xml.add(root, "DocBody")
    info = xml.add(body, "DocInfo")
    xml.add(info, "DocID", identifier)
    if title:
        xml.add(info, "Title", title)
    if created is not None:
        xml.add(info, "CreationDate", created.isoformat())
    xml.add(info, "Creator", "govseal")
    xml.add(info, "CreatorVersion", __version__)
    xml.add(body, "DocRoot", "Doc_0/Document.xml")
    return xml.serialize(root)


def _document(page_ids: list[int], max_unit_id: int) -> bytes:
    root = xml.new(None, "Document")
    common = xml.add(root, "CommonData")
    xml.add(common, "MaxUnitID", str(max_unit_id))
    box = "0 0 {} {}".format(*PAGE_MM)
    xml.add(xml.add(common, "PageArea"), "PhysicalBox", box)
    xml.add(common, "PublicRes", "PublicRes.xml")
    pages = xml.add(root, "Pages")
    for number, page_id in enumerate(page_ids):
        location = f"Pages/Page_{number}/Content.xml"
        xml.add(pages, "Page", ID=str(page_id), BaseLoc=location)
    return xml.serialize(root)


def _resources() -> bytes:
    root = xml.new(None, "Res", BaseLoc="Res")
    fonts = xml.add(root, "Fonts")
    xml.add(fonts, "Font", ID=str(_FONT_ID), FontName="宋体", FamilyName="宋体", Charset="prc")
    return xml.serialize(root)


def _page(lines: Sequence[Line], unit_id: int) -> tuple[bytes, int]:
    """The content of a page, and the last ID it uses up."""
    root = xml.new(None, "Page")
    box = "0 0 {} {}".format(*PAGE_MM)
    xml.add(xml.add(root, "Area"), "PhysicalBox", box)
    unit_id += 1
    layer = xml.add(xml.add(root, "Content"), "Layer", ID=str(unit_id), Type="Body")
    for line in lines:
        unit_id += 1
        size = line.size_mm
        box_mm = (line.x_mm, line.top_mm, line.width_mm, line.height_mm)
        boundary = " ".join(written(value) for value in box_mm)
        ids = {"ID": str(unit_id), "Font": str(_FONT_ID)}
        text = xml.add(layer, "TextObject", Boundary=boundary, Size=written(size), **ids)
        code = xml.add(text, "TextCode", line.text, X="0", Y=written(size * BASELINE))
        if len(line.text) > 1:
            code.set("DeltaX", written_deltas(line.advances[:-1]))
    return xml.serialize(root), unit_id
