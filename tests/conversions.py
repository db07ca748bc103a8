"""PDFs as OFDs, and what lies inside of those."""

from __future__ import annotations

import functools
import io
from datetime import UTC, datetime

from PIL import Image

import govseal
from govseal.formats.ofd import xml
from govseal.formats.ofd.document import OfdDocument
from govseal.formats.ofd.outline import Box
from govseal.formats.ofd.xml import Element

AT = datetime(2026, 11, 29, 4, 5, 6, tzinfo=UTC)
DPI = 72  # a pixel for each point


def converted(data, **options) -> bytes:
    """The OFD of a PDF, quickly and at one time; made anew where there are options."""
    if isinstance(data, bytes) and not options:
        return _converted(data)
    return govseal.convert(data, **{"at": AT, "dpi": DPI} | options)


@functools.lru_cache(maxsize=32)
def _converted(data: bytes) -> bytes:
    return govseal.convert(data, at=AT, dpi=DPI)


def opened(data: bytes) -> OfdDocument:
    """The OFD, which is sound in every part."""
    document = OfdDocument(data)
    assert document.evidence().problem is None
    return document


def box(data: bytes, page: int = 1) -> Box:
    """The physical box of a page."""
    document = opened(data)
    found = document.page_box(document.pages[page - 1])
    assert found is not None
    return found


def content(data: bytes, page: int = 1) -> Element:
    """The one layer of a page."""
    document = opened(data)
    assert document.package is not None
    name = document.pages[page - 1].name
    assert name is not None
    root = xml.parse(document.package.read(name), name)
    (layer,) = xml.children(xml.child(root, "Content"), "Layer")
    return layer


def texts(data: bytes, page: int = 1) -> list[str]:
    """The texts of a page as they lie in its objects."""
    return [xml.text(item, "TextCode") for item in xml.children(content(data, page), "TextObject")]


def picture(data: bytes, page: int = 1) -> Image.Image:
    """The picture of a page."""
    document = opened(data)
    assert document.package is not None
    (name,) = (name for name in document.package.names if f"/Image_{page - 1}." in name)
    return Image.open(io.BytesIO(document.package.read(name)))


def facts(data: bytes) -> dict[str, str]:
    """What the document says of itself by names of its maker."""
    (metadata,) = opened(data).metadata()
    return {item.name: item.value for item in metadata.info.custom_data}


def rendered(data: bytes, page: int = 1, dpi: int = DPI) -> Image.Image:
    """A page of any document as it shows."""
    options = {"marks": False, "is_copy": False, "dpi": dpi}
    return Image.open(io.BytesIO(govseal.page_picture(data, page, **options))).convert("RGB")
