"""The picture of a page as a file: PNG where it is drawn, JPEG where it is photographed."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from PIL.Image import Image

_COLOURS = 256
_QUALITY = 90
# Lines and letters stay sharp in a PNG: a JPEG has to be much smaller.
_MUCH_SMALLER = 0.6


def encode(picture: Image, dpi: int) -> tuple[Literal["png", "jpeg"], bytes]:
    """The picture in the form that suits it: what it loses, if anything, nobody sees.

    Pages of text and lines lose nothing as PNG, in grey where they are grey; scans and photographs
    are far smaller as JPEG.
    """
    png = _png(picture, dpi)
    buffer = io.BytesIO()
    # Colours as fine as the grey: else the red of seals runs.
    picture.save(buffer, "JPEG", quality=_QUALITY, subsampling=0, dpi=(dpi, dpi))
    if buffer.tell() < _MUCH_SMALLER * len(png):
        return "jpeg", buffer.getvalue()
    return "png", png


def _png(picture: Image, dpi: int) -> bytes:
    colours = picture.getcolors(_COLOURS)
    # A page in grey has no more colours than there are greys.
    if colours is not None and all(map(_is_grey, colours)):
        picture = picture.convert("L")
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", dpi=(dpi, dpi))
    return buffer.getvalue()


def _is_grey(row: tuple[int, tuple[int, ...] | float]) -> bool:
    _, colour = row
    return isinstance(colour, tuple) and len(set(colour)) == 1
