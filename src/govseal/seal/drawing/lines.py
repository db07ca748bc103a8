"""Straight lines of text in a seal, as large as their place allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from govseal.seal.drawing import wording
from govseal.seal.drawing.layout import Cell, Face
from govseal.seal.drawing.paths import Box, Point


@dataclass(frozen=True, slots=True)
class LineStyle:
    """The usual measures of a line, and how wide it may be at most; in millimetres.

    ``width`` and ``height`` are the ink of a full character; ``spacing`` is the distance from one
    to the next as a part of ``width``. With ``is_even`` all characters stand at one pitch.
    """

    width: float
    height: float
    widest: float
    spacing: float = 0.08
    is_even: bool = False


def fit_line(face: Face, text: str, centre: Point, style: LineStyle, what: str) -> list[Cell]:
    """Upright cells in a line around ``centre``, narrowed and made smaller where they must be.

    Raises:
        SealError: ``E_NAME_TOO_LONG``, ``what`` would not be legible.
    """
    is_plain = wording.is_plain(text)
    shares = face.shares(text)
    pitches = [1.0] * len(text) if style.is_even else shares
    advance = min(style.width * (1 + style.spacing), style.widest / sum(pitches))
    width = min(advance / (1 + style.spacing), advance - wording.BETWEEN_MM)
    height = min(style.height, width / wording.narrowest(is_plain=is_plain))
    least_width, least_height = wording.legible(is_plain=is_plain)
    if width < least_width or height < least_height:
        raise wording.too_long(what)
    x = centre[0] - sum(pitches) * advance / 2
    cells = []
    for character, share, pitch in zip(text, shares, pitches, strict=True):
        middle = (x + pitch * advance / 2, centre[1])
        cells.append(Cell(character, middle, 0.0, width * share, height))
        x += pitch * advance
    return cells


def line_box(cells: Sequence[Cell]) -> Box:
    """The extent of upright cells."""
    return Box(
        min(cell.centre[0] - cell.width / 2 for cell in cells),
        min(cell.centre[1] - cell.height / 2 for cell in cells),
        max(cell.centre[0] + cell.width / 2 for cell in cells),
        max(cell.centre[1] + cell.height / 2 for cell in cells),
    )
