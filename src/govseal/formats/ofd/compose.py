"""A plain official letter as OFD: title, paragraphs, signature and date lines, on A4.

Enough for a demonstration and for tests, with the proportions of GB/T 9704-2012: a text area of
156 by 225 mm, 22 lines of 28 characters, two characters of indent. The font is only named (宋体),
not embedded; where every character goes is stated, so that readers agree without having it.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby

from govseal import __version__
from govseal.formats.ofd import xml
from govseal.formats.ofd.package import new_package

PAGE_MM = (210, 297)
_LEFT_MM, _TOP_MM, _WIDTH_MM = 28.0, 37.0, 156.0
_LINES = 22
_PITCH_MM = 225 / _LINES
_BODY_MM = _WIDTH_MM / 28
_TITLE_MM = 22 * 25.4 / 72
_BASELINE = 0.86
_INDENT = "\u3000\u3000"
_FONT_ID = 1
# A line does not start with these: they may stand one character into the margin.
_CLOSING = frozenset("，。；：、！？）》」』”’")
_TOKEN = re.compile(r"[0-9A-Za-z.,:/()_-]+|.", re.DOTALL)
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    size_mm: float
    row: float
    """Lines from the top of the text area."""
    x_mm: float


def compose_document(
    pages: Sequence[Sequence[str]],
    *,
    title: str,
    closing: Sequence[str] = (),
    created: date | None = None,
) -> bytes:
    """An OFD with one page for each row of paragraphs in ``pages``.

    ``title`` stands centred on the first page; a paragraph that ends with a colon (主送机关) is not
    indented; the lines of ``closing`` (who, when) end the last page on the right. The same
    arguments give the same bytes.

    Raises:
        ValueError: no page, a text with control characters, or more than a page holds.
    """
    if not pages:
        raise ValueError("a document has at least one page")
    for text in (title, *closing, *(text for page in pages for text in page)):
        if _FORBIDDEN.search(text):
            raise ValueError("a text may not hold control characters")
    layouts = [
        list(_layout(paragraphs, title if number == 0 else "", closing if is_last else ()))
        for number, (paragraphs, is_last) in enumerate(
            zip(pages, [*[False] * (len(pages) - 1), True], strict=True)
        )
    ]
    for number, lines in enumerate(layouts, start=1):
        if lines and lines[-1].row > _LINES - 1:
            message = f"page {number} has more text than it holds"
            raise ValueError(message)
    files = _files(layouts, title, created)
    modified = datetime(1980, 1, 1, tzinfo=UTC)
    if created is not None:
        modified = datetime(created.year, created.month, created.day, tzinfo=UTC)
    return new_package(files, modified=modified)


def _advance(character: str, size_mm: float) -> float:
    """How far a character of 宋体 moves on: full width, or half for Latin ones."""
    is_wide = unicodedata.east_asian_width(character) in ("W", "F", "A")
    return size_mm if is_wide else size_mm / 2


def _width(text: str, size_mm: float) -> float:
    return sum(_advance(character, size_mm) for character in text)


def _wrapped(text: str, size_mm: float) -> Iterator[str]:
    """The lines of a paragraph: Latin words and numbers stay whole where they fit on a line."""
    line = ""
    for token in _TOKEN.findall(text):
        is_whole = _width(token, size_mm) <= _WIDTH_MM
        for piece in (token,) if is_whole else tuple(token):
            too_wide = _width(line + piece, size_mm) > _WIDTH_MM + 1e-6
            if line and too_wide and piece not in _CLOSING:
                yield line
                line = piece
            else:
                line += piece
    if line:
        yield line


def _layout(paragraphs: Sequence[str], title: str, closing: Sequence[str]) -> Iterator[_Line]:
    row = 0.0
    for line in _wrapped(title, _TITLE_MM):
        x = _LEFT_MM + (_WIDTH_MM - _width(line, _TITLE_MM)) / 2
        yield _Line(line, _TITLE_MM, row, x)
        row += 1.4
    row += 1 if title else 0
    for paragraph in paragraphs:
        text = paragraph if paragraph.endswith(("：", ":")) else _INDENT + paragraph
        for line in _wrapped(text, _BODY_MM):
            stripped = line.lstrip("\u3000")
            x = _LEFT_MM + _BODY_MM * (len(line) - len(stripped))
            if stripped:
                yield _Line(stripped, _BODY_MM, row, x)
            row += 1
    row += 2 if closing else 0
    for line, x in zip(closing, _closing_places(closing), strict=True):
        yield _Line(line, _BODY_MM, row, x)
        row += 1


def _closing_places(closing: Sequence[str]) -> list[float]:
    """Where the closing lines start (GB/T 9704-2012, 7.3.5.1).

    The date ends four characters from the right margin; what stands above it is centred on it.
    """
    widths = [_width(line, _BODY_MM) for line in closing]
    last = widths[-1] if widths else 0.0
    centre = _LEFT_MM + _WIDTH_MM - 4 * _BODY_MM - last / 2
    rightmost = _LEFT_MM + _WIDTH_MM
    return [max(min(centre - width / 2, rightmost - width), _LEFT_MM) for width in widths]


def _files(layouts: list[list[_Line]], title: str, created: date | None) -> dict[str, bytes]:
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


def _page(lines: list[_Line], unit_id: int) -> tuple[bytes, int]:
    """The content of a page, and the last ID it uses up."""
    root = xml.new(None, "Page")
    box = "0 0 {} {}".format(*PAGE_MM)
    xml.add(xml.add(root, "Area"), "PhysicalBox", box)
    unit_id += 1
    layer = xml.add(xml.add(root, "Content"), "Layer", ID=str(unit_id), Type="Body")
    for line in lines:
        unit_id += 1
        size = line.size_mm
        top = _TOP_MM + line.row * _PITCH_MM
        box_mm = (line.x_mm, top, _width(line.text, size), size * 1.2)
        boundary = " ".join(_number(value) for value in box_mm)
        ids = {"ID": str(unit_id), "Font": str(_FONT_ID)}
        text = xml.add(layer, "TextObject", Boundary=boundary, Size=_number(size), **ids)
        code = xml.add(text, "TextCode", line.text, X="0", Y=_number(size * _BASELINE))
        if len(line.text) > 1:
            code.set("DeltaX", _delta([_advance(item, size) for item in line.text[:-1]]))
    return xml.serialize(root), unit_id


def _delta(advances: list[float]) -> str:
    """The distances between characters, repetitions written as ``g count value``."""
    parts: list[str] = []
    for value, row in groupby(_number(advance) for advance in advances):
        count = len(list(row))
        parts.append(f"g {count} {value}" if count > 1 else value)
    return " ".join(parts)


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
