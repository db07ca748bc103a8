"""A plain official letter: where every character of it goes, whatever the format.

Title, paragraphs, signature and date lines on A4, with the proportions of GB/T 9704-2012: a text
area of 156 by 225 mm, 22 lines of 28 characters, two characters of indent.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

PAGE_MM = (210, 297)
BASELINE = 0.86
"""How far the baseline lies below the top of a line, in characters."""
_LEFT_MM, _TOP_MM, _WIDTH_MM = 28.0, 37.0, 156.0
_LINES = 22
_PITCH_MM = 225 / _LINES
_BODY_MM = _WIDTH_MM / 28
_TITLE_MM = 22 * 25.4 / 72
_INDENT = "\u3000\u3000"
# A line does not start with these: they may stand one character into the margin.
_CLOSING = frozenset("，。；：、！？）》」』”’")
_TOKEN = re.compile(r"[0-9A-Za-z.,:/()_-]+|.", re.DOTALL)
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text; millimetres from the top-left corner of the page."""

    text: str
    size_mm: float
    """The side of a full character."""
    x_mm: float
    top_mm: float

    @property
    def advances(self) -> tuple[float, ...]:
        """How far each character moves on, in millimetres."""
        return tuple(_advance(character, self.size_mm) for character in self.text)

    @property
    def width_mm(self) -> float:
        """From the first character to the end of the last."""
        return sum(self.advances)

    @property
    def height_mm(self) -> float:
        """From the top to below the characters."""
        return self.size_mm * 1.2


def lay_out(
    pages: Sequence[Sequence[str]], *, title: str, closing: Sequence[str] = ()
) -> tuple[tuple[Line, ...], ...]:
    """The lines of each page, one page for each row of paragraphs in ``pages``.

    ``title`` stands centred on the first page; a paragraph that ends with a colon (主送机关) is not
    indented; the lines of ``closing`` (who, when) end the last page on the right.

    Raises:
        ValueError: no page, a text with control characters, or more than a page holds.
    """
    if not pages:
        raise ValueError("a document has at least one page")
    for text in (title, *closing, *(text for page in pages for text in page)):
        if _FORBIDDEN.search(text):
            raise ValueError("a text may not hold control characters")
    found = []
    for number, paragraphs in enumerate(pages, start=1):
        head = title if number == 1 else ""
        lines = tuple(_layout(paragraphs, head, closing if number == len(pages) else ()))
        if lines and lines[-1].top_mm > _TOP_MM + (_LINES - 1) * _PITCH_MM + 1e-6:
            message = f"page {number} has more text than it holds"
            raise ValueError(message)
        found.append(lines)
    return tuple(found)


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


def _layout(paragraphs: Sequence[str], title: str, closing: Sequence[str]) -> Iterator[Line]:
    row = 0.0
    for line in _wrapped(title, _TITLE_MM):
        x = _LEFT_MM + (_WIDTH_MM - _width(line, _TITLE_MM)) / 2
        yield _line(line, _TITLE_MM, x, row)
        row += 1.4
    row += 1 if title else 0
    for paragraph in paragraphs:
        text = paragraph if paragraph.endswith(("：", ":")) else _INDENT + paragraph
        for line in _wrapped(text, _BODY_MM):
            stripped = line.lstrip("\u3000")
            x = _LEFT_MM + _BODY_MM * (len(line) - len(stripped))
            if stripped:
                yield _line(stripped, _BODY_MM, x, row)
            row += 1
    row += 2 if closing else 0
    for line, x in zip(closing, _closing_places(closing), strict=True):
        yield _line(line, _BODY_MM, x, row)
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


def _line(text: str, size_mm: float, x_mm: float, row: float) -> Line:
    """A line so many lines below the top of the text area."""
    return Line(text, size_mm, x_mm, _TOP_MM + row * _PITCH_MM)
