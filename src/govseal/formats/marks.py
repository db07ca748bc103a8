"""Marks on the picture of a page: where stamps lie, and what each of them covers.

Facts only, in a colour that says neither good nor bad: whether a stamp is valid, the report says.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from govseal.formats import copies
from govseal.formats.base import Appearance, Extent, SignatureEvidence, SignatureKind
from govseal.seal.drawing.paths import Colour
from govseal.seal.drawing.raster import rasterise
from govseal.seal.drawing.text import text_path, text_width

if TYPE_CHECKING:
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

_MM_PER_INCH = 25.4
_BLUE: Colour = (0, 82, 204, 255)
_WHITE: Colour = (255, 255, 255, 255)
_DARK: Colour = (40, 40, 40, 255)
_STRIP: Colour = (243, 244, 246, 255)
_LINE_MM, _TEXT_MM, _TAG_MM = 0.4, 3.2, 2.8
_LEAST_TEXT_PX = 9
_PITCH = 1.5  # from line to line, in em
_LONGEST_ID = 32
_MOST_MARKS = 200
_MOST_ROWS = 24

_FARTHEST_PX = 1e9
_INDENT = "    "

_Pair = tuple[str, str]
_Box = tuple[int, int, int, int]
_KINDS: dict[SignatureKind, _Pair] = {
    SignatureKind.SEAL: ("签章", "stamp"),
    SignatureKind.SIGNATURE: ("数字签名", "signature"),
    SignatureKind.TIMESTAMP: ("时间戳", "time stamp"),
}
_EXTENTS: dict[Extent, _Pair] = {
    Extent.WHOLE_FILE: ("保护整个文件", "covers the whole file"),
    Extent.WHOLE_REVISION: (
        "保护签章时的整个文件，其后另有追加",
        "covers the whole file as it was when stamped; more was added later",
    ),
    Extent.PARTIAL: ("只保护部分文件", "covers a part of the file"),
    Extent.NONE: ("未保护任何内容", "covers nothing"),
}
_HEADING: _Pair = ("标注只陈述事实，不是验证结论", "marks state facts and are no verdict")
_UNREADABLE: _Pair = ("无法读取", "cannot be read")
_INVISIBLE: _Pair = ("不在任何页面显示", "shows on no page")
_NO_SIGNATURE: _Pair = ("文件中没有签章", "there is no signature in the file")
_ELSEWHERE: _Pair = ("本页没有签章", "there is no stamp on this page")


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the caption, in Chinese and English."""

    zh: str
    en: str
    head: str = ""

    def text(self, *, in_english: bool) -> str:
        """The row as it is written."""
        return self.head + (self.en if in_english else f"{self.zh} / {self.en}")


def mark_page(
    png: bytes,
    page: int,
    dpi: int,
    signatures: Sequence[SignatureEvidence],
    *,
    is_copy: bool = False,
) -> bytes:
    """The picture of a page with the places of its stamps outlined, and a caption under it.

    Each stamp's box bears its number, counted from 1 through ``signatures``, and its id. The
    caption says in Chinese and English (without a Chinese font: in English) what each stamp on
    the page covers; on page 1 also the signatures that show on no page.

    Args:
        png: the page at ``dpi``.
        page: its number, from 1.
        dpi: pixels per inch of ``png``.
        signatures: all signatures of the document.
        is_copy: whether the picture says that it counts as a copy (视同复印件), in the caption and
            in its description.
    """
    from PIL import Image  # noqa: PLC0415 - heavy

    with Image.open(io.BytesIO(png)) as opened:
        picture = opened.convert("RGB")
    sheet = _Sheet(picture, dpi / _MM_PER_INCH)
    places = (
        (number, signature.id, box)
        for number, signature in enumerate(signatures, start=1)
        for appearance in signature.appearances
        if appearance.page == page and (box := sheet.box(appearance)) is not None
    )
    for number, name, box in islice(places, _MOST_MARKS):
        sheet.mark(number, name, box)
    rows = _caption(page, signatures)
    if is_copy:
        rows.insert(0, _Row(*copies.NOTE))
    return sheet.with_caption(rows, dpi, copies.description() if is_copy else None)


def _caption(page: int, signatures: Sequence[SignatureEvidence]) -> list[_Row]:
    """The lines under the page."""
    if not signatures:
        return [_Row(*_NO_SIGNATURE)]
    rows: list[_Row] = []
    for number, signature in enumerate(signatures, start=1):
        pages = {appearance.page for appearance in signature.appearances if appearance.page > 0}
        if page in pages or (page == 1 and not pages):
            rows.append(_facts(number, signature, is_visible=bool(pages)))
    if not rows:
        return [_Row(*_ELSEWHERE)]
    more = len(rows) - _MOST_ROWS
    if more > 0:
        rows[_MOST_ROWS:] = [_Row(f"另有 {more} 个", f"{more} more")]
    return [_Row(*_HEADING), *rows]


def _facts(number: int, signature: SignatureEvidence, *, is_visible: bool) -> _Row:
    facts = [_KINDS[signature.kind], _EXTENTS[signature.coverage.extent]]
    if signature.problem is not None:
        facts = [_KINDS[signature.kind], _UNREADABLE]
    if not is_visible:
        facts.append(_INVISIBLE)
    zh, en = zip(*facts, strict=True)
    return _Row("，".join(zh), ", ".join(en), f"#{number} [{_shown(signature.id)}] ")


def _shown(name: str) -> str:
    """An id from a document: short, and nothing in it moves or turns the text around."""
    name = name if len(name) <= _LONGEST_ID else name[: _LONGEST_ID - 1] + "…"
    return "".join(item if item.isprintable() else "?" for item in name)


class _Sheet:
    """The picture of a page that is drawn on."""

    def __init__(self, picture: Image.Image, per_mm: float) -> None:
        self.picture = picture
        self.per_mm = per_mm
        self.font = copies.page_font()

    def mark(self, number: int, name: str, box: _Box) -> None:
        """Outline a box, and put its number and name above it, or inside at the page's edge."""
        from PIL import ImageDraw  # noqa: PLC0415 - heavy

        left, top, right, bottom = box
        line = max(1, round(_LINE_MM * self.per_mm))
        draw = ImageDraw.Draw(self.picture)
        draw.rectangle((left, top, right - 1, bottom - 1), outline=_BLUE[:3], width=line)
        size = max(_LEAST_TEXT_PX, round(_TAG_MM * self.per_mm))
        tag = self._text(f" #{number} [{_shown(name)}] ", size, _WHITE, _BLUE)
        y = top - tag.height if top >= tag.height else top
        self.picture.paste(tag, (max(0, min(left, self.picture.width - tag.width)), y))

    def box(self, appearance: Appearance) -> _Box | None:
        """The pixels (left, top, right, bottom) in which a stamp shows; None where it does not."""
        x, y = appearance.x_mm, appearance.y_mm
        width, height = appearance.width_mm, appearance.height_mm
        if appearance.clip_mm is not None:
            across, down, width, height = appearance.clip_mm
            x, y = x + across, y + down
        corners = [value * self.per_mm for value in (x, y, x + width, y + height)]
        # Written so that NaN is refused too.
        if not all(abs(value) < _FARTHEST_PX for value in corners):
            return None
        left, top = max(0, math.floor(corners[0])), max(0, math.floor(corners[1]))
        right = min(self.picture.width, math.ceil(corners[2]))
        bottom = min(self.picture.height, math.ceil(corners[3]))
        return (left, top, right, bottom) if left < right and top < bottom else None

    def with_caption(self, rows: Sequence[_Row], dpi: int, info: PngInfo | None) -> bytes:
        """The picture and the rows under it, as PNG."""
        from PIL import Image  # noqa: PLC0415 - heavy

        size = max(_LEAST_TEXT_PX, round(_TEXT_MM * self.per_mm))
        margin = size
        lines = [line for row in rows for line in self._wrapped(row, size, margin)]
        pitch = round(size * _PITCH)
        width, height = self.picture.size
        sheet = Image.new("RGB", (width, height + 2 * margin + pitch * len(lines)), _STRIP[:3])
        sheet.paste(self.picture, (0, 0))
        sheet.paste(_BLUE[:3], (0, height, width, height + max(1, round(_LINE_MM * self.per_mm))))
        for number, line in enumerate(lines):
            picture = self._text(line, size, _DARK, _STRIP)
            sheet.paste(picture, (margin, height + margin + number * pitch))
        buffer = io.BytesIO()
        sheet.save(buffer, "PNG", dpi=(dpi, dpi), pnginfo=info)
        return buffer.getvalue()

    def _wrapped(self, row: _Row, size: int, margin: int) -> Iterator[str]:
        """A row in lines as wide as the page; without a font in English."""
        room = self.picture.width - 2 * margin
        line, reached = "", 0.0
        for character in row.text(in_english=self.font is None):
            step = self._width(character, size)
            if line and reached + step > room:
                yield line
                line, reached = _INDENT, self._width(_INDENT, size)
            line, reached = line + character, reached + step
        yield line

    def _width(self, text: str, size: int) -> float:
        return text_width(self.font, text, size) if self.font else len(text) * size * 0.62

    def _text(self, text: str, size: int, colour: Colour, ground: Colour) -> Image.Image:
        """One line of text as a picture."""
        from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415 - heavy

        width = min(self.picture.width, math.ceil(self._width(text, size)) + 1)
        height = round(size * _PITCH)
        if self.font is not None:
            path = text_path(self.font, text, (0.0, size * 1.1), size, colour=colour)
            return rasterise([path], width, height, background=ground).convert("RGB")
        plain = Image.new("RGB", (width, height), ground[:3])
        ascii_text = text.encode("ascii", "replace").decode("ascii")
        font = ImageFont.load_default(size)
        ImageDraw.Draw(plain).text((0, 0), ascii_text, fill=colour[:3], font=font)
        return plain
