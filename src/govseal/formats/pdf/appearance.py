"""A seal's picture as what a PDF shows: outlines where the seal has them, else pixels.

Both are painted with the blend mode Multiply, like ink: the text beneath stays readable, and a
white ground vanishes (ISO 32000-1, 11.3.5.2).
"""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pyhanko.pdf_utils.generic import IndirectObject
from pyhanko.pdf_utils.writer import BasePdfFileWriter

from govseal.errors import FormatError, LimitExceeded, StampError
from govseal.formats.pdf.objects import dictionary, name, number, numbers, stream
from govseal.seal.drawing.pdf import POINTS_PER_MM, page_matrix, pdf_operators
from govseal.seal.drawing.svg import paths_from_svg
from govseal.seal.picture import SealPicture

if TYPE_CHECKING:
    from PIL import Image

MAX_PIXELS: Final = 40_000_000
_DECODERS: Final = {"png": "PNG", "jpeg": "JPEG", "gif": "GIF", "bmp": "BMP"}
_UPRIGHT: Final = {
    0: (1, 0, 0, 1, 0, 0),
    90: (0, 1, -1, 0, 0, 0),
    180: (-1, 0, 0, -1, 0, 0),
    270: (0, -1, 1, 0, 0, 0),
}
"""The /Matrix that stands a form upright on a page which is shown turned clockwise by so much."""


@dataclass(frozen=True, slots=True)
class Pixels:
    """A picture of pixels, its rows packed with zlib."""

    width: int
    height: int
    colours: bytes = field(repr=False)
    """RGB, 8 bits each."""
    opacity: bytes | None = field(repr=False)
    """One byte for each pixel; None where all are opaque."""


@dataclass(frozen=True, slots=True)
class Ink:
    """A seal's picture in a box of its size, ready to be put into any PDF."""

    width: float
    """In points of 1/72 inch."""
    height: float
    operators: bytes = field(repr=False)
    """Packed with zlib; they name the graphics state /G and, for pixels, the picture /I."""
    pixels: Pixels | None


@lru_cache(maxsize=8)  # a batch stamps many documents with few seals
def ink(picture: SealPicture) -> Ink:
    """The picture as it will be painted.

    Raises:
        StampError: ``unsupported`` (a kind of picture that PDF does not show, an SVG of more than
            outlines), ``malformed``, ``container_too_large``, ``outside_page`` (without a size).
    """
    width, height = picture.width_mm, picture.height_mm
    if width <= 0 or height <= 0:
        raise StampError("the seal's picture has no size", code="outside_page")
    size = (width * POINTS_PER_MM, height * POINTS_PER_MM)
    kind = picture.kind
    if kind in _DECODERS:
        try:
            pixels = _pixels(picture, _DECODERS[kind])
        except FormatError as error:
            message = f"the seal's picture cannot be decoded: {error}"
            raise StampError(message, code=error.code) from error
        operators = f"q /G gs {size[0]:.4f} 0 0 {size[1]:.4f} 0 0 cm /I Do Q\n".encode("ascii")
        return Ink(*size, zlib.compress(operators, 9), pixels)
    paths = paths_from_svg(picture.data, width, height) if kind == "svg" else None
    if paths is None:
        message = f"a seal picture of this form ({kind}) cannot be shown in PDF"
        raise StampError(message, code="unsupported")
    operators = b"q /G gs\n" + pdf_operators(paths, page_matrix(height)) + b"Q\n"
    return Ink(*size, zlib.compress(operators, 9), None)


def add_form(writer: BasePdfFileWriter, what: Ink, rotation: int) -> IndirectObject:
    """The form XObject that shows the picture upright on a page turned by ``rotation``."""
    multiply = dictionary({"Type": name("ExtGState"), "BM": name("Multiply")})
    resources = {"ExtGState": dictionary({"G": multiply})}
    if what.pixels is not None:
        resources["XObject"] = dictionary({"I": _add_image(writer, what.pixels)})
    head = {
        "Type": name("XObject"),
        "Subtype": name("Form"),
        "BBox": numbers((0, 0, what.width, what.height)),
        "Matrix": numbers(_UPRIGHT[rotation]),
        "Resources": dictionary(resources),
    }
    return writer.add_object(stream(head, what.operators))


def _add_image(writer: BasePdfFileWriter, pixels: Pixels) -> IndirectObject:
    head = {
        "Type": name("XObject"),
        "Subtype": name("Image"),
        "Width": number(pixels.width),
        "Height": number(pixels.height),
        "BitsPerComponent": number(8),
    }
    further = {"ColorSpace": name("DeviceRGB")}
    if pixels.opacity is not None:
        mask = stream(head | {"ColorSpace": name("DeviceGray")}, pixels.opacity)
        further["SMask"] = writer.add_object(mask)
    return writer.add_object(stream(head | further, pixels.colours))


def _pixels(picture: SealPicture, decoder: str) -> Pixels:
    """The picture decoded; of a moving one the first frame.

    Raises:
        FormatError: it is damaged, or too large.
    """
    size = picture.pixel_size() or (0, 0)
    _check_size(*size)
    image = _decode(picture.data, decoder)
    opacity = image.getchannel("A")
    is_opaque = opacity.getextrema() == (255, 255)
    return Pixels(
        image.width,
        image.height,
        zlib.compress(image.convert("RGB").tobytes(), 6),
        None if is_opaque else zlib.compress(opacity.tobytes(), 6),
    )


def _decode(data: bytes, decoder: str) -> Image.Image:
    from PIL import Image  # noqa: PLC0415 - only for seals whose picture is pixels

    try:
        image: Image.Image = Image.open(io.BytesIO(data), formats=(decoder,))
        _check_size(*image.size)
        image.load()
        if image.mode.startswith("I"):  # 16 bits of grey
            image = image.convert("I").point(lambda value: value / 257).convert("L")
        elif image.mode in ("CMYK", "YCbCr", "LAB", "F"):
            image = image.convert("RGB")
        return image.convert("RGBA")
    except LimitExceeded:
        raise
    except Exception as error:  # a decoder raises what it likes
        raise FormatError("the picture is damaged", part="picture") from error


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        message = f"the seal picture has {width} x {height} pixels"
        raise LimitExceeded(message, limit=MAX_PIXELS, found=width * height, part="picture")
