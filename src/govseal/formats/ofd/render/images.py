"""Pixel pictures from hostile bytes: measured by their header before anything decodes them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PIL import Image

from govseal.errors import FormatError, LimitExceeded, UnsupportedFormat
from govseal.formats.ofd.render.budget import MAX_PIXELS, Budget, check_size
from govseal.seal.picture import SealPicture

#: Decodes what Pillow does not, into PNG: the bytes of a JBIG2.
BilevelDecoder = Callable[[bytes], bytes]

#: The kinds that are decoded, and how the decoder calls them.
_DECODERS = {"png": "PNG", "jpeg": "JPEG", "gif": "GIF", "bmp": "BMP"}
_TIFF = (b"II*\0", b"MM\0*")
_JBIG2 = b"\x97JB2\r\n\x1a\n"
# Decoding a pixel takes about as long as painting that many.
_DECODING = 8


def decode(data: bytes, budget: Budget, bilevel: BilevelDecoder | None = None) -> Image.Image:
    """The picture as RGBA; of a moving one the first frame, of several the first.

    Raises:
        UnsupportedFormat: neither PNG, JPEG, GIF, BMP nor TIFF; or JBIG2 without ``bilevel``.
        LimitExceeded: more than 40 million pixels, or the page's allowance is used up.
        FormatError: damaged or cut short.
    """
    if data.startswith(_JBIG2):
        if bilevel is None:
            raise UnsupportedFormat("there is no decoder for JBIG2 here", part="picture")
        budget.spend("inner documents")
        data = bilevel(data)
    sniffed = SealPicture("", data, 0, 0)
    decoder = "TIFF" if data.startswith(_TIFF) else _DECODERS.get(sniffed.kind)
    if decoder is None:
        raise UnsupportedFormat("the picture is of no kind that is drawn", part="picture")
    size = sniffed.pixel_size() if decoder != "TIFF" else None
    if size is not None:
        check_size(*size)
    with _guarded():
        picture = Image.open(io.BytesIO(data), formats=(decoder,))
    # What the decoder makes of the header counts, should it differ from ours.
    check_size(*picture.size)
    budget.spend("painted pixels", _DECODING * picture.width * picture.height)
    with _guarded():
        picture.load()
        return _as_rgba(picture)


@contextmanager
def _guarded() -> Iterator[None]:
    """Turns whatever the decoder raises into errors of this library."""
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        message = "a picture is too large to be decoded"
        raise LimitExceeded(message, limit=MAX_PIXELS, found=MAX_PIXELS + 1) from error
    except Exception as error:
        raise FormatError("the picture is damaged", part="picture") from error


def _as_rgba(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):  # 16 bits of grey
        picture = picture.convert("I").point(lambda value: value / 257).convert("L")
    elif picture.mode in ("CMYK", "YCbCr", "LAB", "F"):
        picture = picture.convert("RGB")
    return picture.convert("RGBA")
