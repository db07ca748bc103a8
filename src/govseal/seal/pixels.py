"""Pixels of pictures that somebody else made: measured by their header, decoded within bounds."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from govseal.errors import FormatError, LimitExceeded, UnsupportedFormat
from govseal.seal.picture import SealPicture

if TYPE_CHECKING:
    from PIL import Image

MAX_PIXELS = 40_000_000
#: Each line costs, however short it is; an A3 scan at 1200 dpi has 20 000.
MAX_SIDE = 65_535

#: The kinds that are decoded, and how the decoder calls them.
_DECODERS = {"png": "PNG", "jpeg": "JPEG", "gif": "GIF", "bmp": "BMP"}


def open_pixels(data: bytes) -> Image.Image:
    """The picture as Pillow opens it, of a moving one the first frame; decoded, in its own mode.

    Raises:
        UnsupportedFormat: Neither PNG, JPEG, GIF nor BMP.
        LimitExceeded: More than 40 million pixels, or a side of more than 65 535.
        FormatError: Damaged or cut short.
    """
    from PIL import Image  # noqa: PLC0415  heavy

    sniffed = SealPicture("", data, 0, 0)
    decoder = _DECODERS.get(sniffed.kind)
    size = sniffed.pixel_size() if decoder else None
    if decoder is None or size is None:
        raise UnsupportedFormat("the picture is not made of pixels", part="picture")
    _check_size(*size)
    with guarded():
        picture: Image.Image = Image.open(io.BytesIO(data), formats=(decoder,))
    # What the decoder makes of the header counts, should it differ from ours.
    _check_size(*picture.size)
    with guarded():
        picture.load()
    return picture


def on_white(picture: Image.Image) -> Image.Image:
    """The picture as RGB, on white paper where it is transparent.

    Raises:
        FormatError: It is in no form that has colours.
    """
    from PIL import Image  # noqa: PLC0415  heavy

    with guarded():
        if picture.mode.startswith("I"):  # 16 bits of grey
            picture = picture.convert("I").point(lambda value: value / 257).convert("L")
        if "A" not in picture.mode and "transparency" not in picture.info:
            return picture if picture.mode == "RGB" else picture.convert("RGB")
        picture = picture.convert("RGBA")
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture, mask=picture.getchannel("A"))
        return ground


@contextmanager
def guarded() -> Iterator[None]:
    """Turns whatever the decoder raises into FormatError."""
    try:
        yield
    except Exception as error:
        raise FormatError("the picture is damaged", part="picture") from error


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        message = f"the picture has {width} x {height} pixels"
        raise LimitExceeded(message, limit=MAX_PIXELS, found=width * height, part="picture")
    if max(width, height) > MAX_SIDE:
        message = f"the picture has {width} x {height} pixels"
        raise LimitExceeded(message, limit=MAX_SIDE, found=max(width, height), part="picture")
