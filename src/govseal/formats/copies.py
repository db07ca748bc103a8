"""What pictures of stamped pages say of themselves: they are copies (视同复印件).

晋城市电子印章管理办法, clause 10: an electronic document with a seal that is printed or converted
is not equal to the original.
"""

from __future__ import annotations

import io
import math
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING

from govseal.errors import FormatError, SealError
from govseal.seal.drawing.fonts import Font, FontStyle, find_font
from govseal.seal.drawing.paths import Colour, Path, polygon
from govseal.seal.drawing.raster import rasterise
from govseal.seal.drawing.text import text_path, text_width

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.PngImagePlugin import PngInfo

#: What the picture says, in Chinese and English.
NOTE = ("视同复印件，不是原件", "counts as a copy; not the original")
#: The keyword of the note in a PNG.
KEYWORD = "Description"

_MM_PER_INCH = 25.4
_TEXT_MM, _MARGIN_MM, _PAD_MM = 2.6, 4.0, 0.6
_LEAST_TEXT_PX = 9.0
_INK: Colour = (110, 110, 110, 255)
_GROUND: Colour = (255, 255, 255, 200)


@lru_cache(maxsize=1)
def page_font() -> Font | None:
    """A font with Chinese, sooner a plain one; None where this system has none."""
    styles: tuple[FontStyle, ...] = ("hei", "song")
    for style in styles:
        with suppress(SealError, FormatError):
            return find_font(style=style)
    return None


def note() -> str:
    """The note in both languages, on one line."""
    return " / ".join(NOTE)


def note_paths(width: float, height: float, per_mm: float, least: float = 0.0) -> list[Path]:
    """The note as outlines at the lower edge of a page, and the light ground under it.

    Args:
        width: of the page, in whatever unit.
        height: likewise.
        per_mm: units per millimetre.
        least: the least size of the text, in units.

    Returns: nothing where this system has no font, and in a page too small to hold it; the picture
    then says it in its description alone.
    """
    font = page_font()
    if font is None:
        return []
    size, margin, pad = max(_TEXT_MM * per_mm, least), _MARGIN_MM * per_mm, _PAD_MM * per_mm
    text = note()
    long = text_width(font, text, size)
    if long + 2 * margin > width:
        text = NOTE[0]
        long = text_width(font, text, size)
    room = width - 2 * pad
    if long > room:
        size, long = size * room / long, room
    margin = min(margin, max(pad, (width - long) / 2))
    left, base = margin, height - min(margin, height / 4)
    box = [(left - pad, base - size), (left + long + pad, base - size)]
    box += [(left + long + pad, base + size / 3), (left - pad, base + size / 3)]
    ground = Path((polygon(box),), _GROUND)
    return [ground, text_path(font, text, (left, base), size, colour=_INK)]


def noted_png(png: bytes, dpi: int, *, is_shown: bool = True) -> bytes:
    """The picture with the note in its description and, where ``is_shown``, on the page."""
    from PIL import Image  # noqa: PLC0415 - heavy

    with Image.open(io.BytesIO(png)) as opened:
        picture = opened.convert("RGB")
    if is_shown:
        note_on(picture, dpi)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", dpi=(dpi, dpi), pnginfo=description())
    return buffer.getvalue()


def note_on(picture: Image, dpi: int) -> None:
    """Write the note onto a page in RGB; nothing where :func:`note_paths` gives nothing."""
    width, height = picture.size
    paths = note_paths(width, height, dpi / _MM_PER_INCH, _LEAST_TEXT_PX)
    strip = _strip(paths, width, height)
    if strip is not None:
        top, bottom = strip
        part = picture.crop((0, top, width, bottom)).convert("RGBA")
        moved = [path.transformed((1.0, 0.0, 0.0, 1.0, 0.0, float(-top))) for path in paths]
        shown = rasterise(moved, width, bottom - top, onto=part)
        picture.paste(shown.convert("RGB"), (0, top))


def description() -> PngInfo:
    """The note as text inside a PNG."""
    from PIL.PngImagePlugin import PngInfo  # noqa: PLC0415 - heavy

    info = PngInfo()
    info.add_itxt(KEYWORD, note())
    return info


def _strip(paths: list[Path], width: int, height: int) -> tuple[int, int] | None:
    """The rows of the picture that the note touches."""
    if not paths or width < 1:
        return None
    ys = [y for _, y in (point for segment in paths[0].contours[0].segments for point in segment)]
    top, bottom = max(0, math.floor(min(ys))), min(height, math.ceil(max(ys)))
    return (top, bottom) if top < bottom else None
