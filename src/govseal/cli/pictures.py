"""Pictures of seals from files, with the size that they state."""

from __future__ import annotations

import re
import struct
from pathlib import Path

from govseal.cli.files import speaking_of
from govseal.cli.language import say
from govseal.cli.problems import UsageError
from govseal.seal.picture import MAX_BYTES, SealPicture, load_picture

_SVG_ROOT = re.compile(rb"<(?:svg:)?svg\b[^>]{0,4000}>")
_SVG_SIZE = re.compile(rb"""\s(width|height)=["'](\d{1,3})(?:\.0+)?mm["']""")
_SIDES = ("width", "height")
_PNG_METRE = 1
_MM_PER_METRE = 1000
_NEARLY_MM = 0.05


def read_picture(path: Path, size: tuple[int, int] | None) -> SealPicture:
    """The imprint in a file, of the given size or the one that it states."""
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    with speaking_of(path):
        size = size or stated_size_mm(data)
    if size is None:
        raise UsageError(
            f"{path}{say('：印模没有注明尺寸', ': the picture states no size')}",
            say("用 --size-mm 宽,高 指定", "give it with --size-mm W,H"),
        )
    return _load(path, data, size)


def read_imprint(path: Path | None, picture: SealPicture) -> SealPicture | None:
    """The imprint on file; where its file states no size, it is taken as large as the picture."""
    if path is None:
        return None
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    with speaking_of(path):
        size = stated_size_mm(data) or (picture.width_mm, picture.height_mm)
    return _load(path, data, size)


def _load(path: Path, data: bytes, size: tuple[int, int]) -> SealPicture:
    try:
        with speaking_of(path):
            return load_picture(data, *size)
    except ValueError as error:  # larger than any seal
        raise UsageError(f"{path}{say('：', ': ')}{error}") from None


def stated_size_mm(data: bytes) -> tuple[int, int] | None:
    """The size that a PNG (pHYs), an SVG (in mm) or a page of OFD states, in whole millimetres."""
    picture = SealPicture("", data, 1, 1)
    if picture.kind == "svg":
        root = _SVG_ROOT.search(data[:8192])
        sizes = {name: int(size) for name, size in _SVG_SIZE.findall(root[0])} if root else {}
        return (sizes[b"width"], sizes[b"height"]) if len(sizes) == len(_SIDES) else None
    if picture.kind == "ofd":
        return _page_size_mm(data)
    if picture.kind != "png":
        return None
    at = data.find(b"pHYs", 0, max(0, data.find(b"IDAT")))
    if at < 0 or len(data) < at + 13:
        return None
    pixels = picture.pixel_size() or (0, 0)
    across, down, unit = struct.unpack_from(">IIB", data, at + 4)
    if unit != _PNG_METRE or not across or not down:
        return None
    width = round(pixels[0] * _MM_PER_METRE / across)
    height = round(pixels[1] * _MM_PER_METRE / down)
    return (width, height) if width and height else None


def _page_size_mm(data: bytes) -> tuple[int, int] | None:
    """The physical box of a single page; None where its sides are not whole millimetres."""
    from govseal.formats.ofd.document import OfdDocument  # noqa: PLC0415 - lxml, only for OFD

    document = OfdDocument(data)
    if document.problem is not None or len(document.pages) != 1:
        return None
    box = document.page_box(document.pages[0])
    sides = (box.width_mm, box.height_mm) if box is not None else ()
    whole = tuple(round(side) for side in sides)
    if len(whole) != len(_SIDES) or any(
        size < 1 or abs(side - size) > _NEARLY_MM for side, size in zip(sides, whole, strict=True)
    ):
        return None
    return whole[0], whole[1]
