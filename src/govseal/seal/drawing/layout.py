"""Setting the text of a seal: characters by their measured ink, and their places on a circle."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from govseal.errors import SealError
from govseal.seal.drawing.fonts import Font
from govseal.seal.drawing.paths import RED, Box, Contour, Matrix, Path, Point
from govseal.seal.naming import is_ideograph

# Full characters whose ink together spans the face of a Chinese font.
_GAUGE = "永章管局审国"
_DIGITS = "0123456789"
# A bracket or digit takes its own width and this part of a full one beside it.
_SIDE_BEARING = 0.12


@dataclass(frozen=True, slots=True)
class Cell:
    """The place of one character: a rectangle around ``centre``, turned clockwise by ``angle``.

    Millimetres and radians; y points down, so an angle of 0 stands upright.
    """

    character: str
    centre: Point
    angle: float
    width: float
    height: float


def ink_box(font: Font, character: str) -> Box:
    """The extent of a character's ink, in font units.

    Raises:
        SealError: ``E_GLYPH_MISSING``, the font lacks the character or draws nothing for it: a
            seal would say something that nobody sees.
        FormatError: The font file is damaged.
    """
    box = font.outline(character).box
    if box is None or not box.width or not box.height:
        message = f"the font {font.name} draws nothing for {character!r} (U+{ord(character):04X})"
        raise SealError(message, code="E_GLYPH_MISSING")
    return box


@dataclass(frozen=True, slots=True)
class Face:
    """A font measured for one text: ``box`` is what its full characters fill, in font units."""

    font: Font
    box: Box

    @classmethod
    def measured(cls, font: Font, text: str, *, is_plain: bool = False) -> Face:
        """The face as the ink of ``text`` and of some full characters shows it.

        ``is_plain`` is for lines of digits and capitals: a digit is then the full character.

        Raises:
            SealError: ``E_GLYPH_MISSING``, the font lacks a character of ``text``.
            FormatError: The font file is damaged.
        """
        gauge = _DIGITS if is_plain else _GAUGE
        boxes = [ink_box(font, character) for character in text]
        boxes += [ink_box(font, character) for character in gauge if font.has(character)]
        box = boxes[0]
        for other in boxes[1:]:
            box = box.union(other)
        # Brackets lie in half of their em: the width is that of one full character. In a plain
        # line a broad capital is squeezed instead of making all digits narrow.
        full = [ink_box(font, digit) for digit in _DIGITS if is_plain and font.has(digit)]
        widest = max(other.width for other in full or boxes)
        middle = font.units_per_em / 2
        return cls(font, Box(middle - widest / 2, box.y_min, middle + widest / 2, box.y_max))

    def share(self, character: str) -> float:
        """How much of a full cell the character takes: 1, or less for brackets and digits."""
        if unicodedata.category(character) == "Lo" or is_ideograph(character):
            return 1.0
        return min(1.0, ink_box(self.font, character).width / self.box.width + _SIDE_BEARING)

    def shares(self, text: str) -> list[float]:
        """The share of each character of a text."""
        return [self.share(character) for character in text]

    def place(self, cell: Cell) -> tuple[Contour, ...]:
        """The outlines of the cell's character, in its place.

        The scale is that of the whole face and not of the character's own ink, so 一 stays a
        stroke; sideways the ink is centred, upright it stands where the font puts it.
        """
        box = ink_box(self.font, cell.character)
        x_scale = self._scale(cell, box)
        y_scale = cell.height / self.box.height
        x_middle, _ = box.centre
        _, y_middle = self.box.centre
        matrix = _placing(cell, x_scale, y_scale, (x_middle, y_middle))
        contours = self.font.outline(cell.character).contours
        return tuple(contour.transformed(matrix) for contour in contours)

    def ink(self, cell: Cell) -> float:
        """The width of the character's ink in its cell, in millimetres."""
        box = ink_box(self.font, cell.character)
        return box.width * self._scale(cell, box)

    def _scale(self, cell: Cell, box: Box) -> float:
        """Millimetres per font unit sideways; no ink is wider than its cell."""
        usual = cell.width / self.box.width / self.share(cell.character)
        return min(usual, cell.width / box.width)


def _placing(cell: Cell, x_scale: float, y_scale: float, middle: Point) -> Matrix:
    """From font units (y up, ``middle`` at the cell's centre) to the page (y down)."""
    cos, sin = math.cos(cell.angle), math.sin(cell.angle)
    a, b = x_scale * cos, x_scale * sin
    c, d = y_scale * sin, -y_scale * cos
    x, y = middle
    return (a, b, c, d, cell.centre[0] - a * x - c * y, cell.centre[1] - b * x - d * y)


def place_cells(face: Face, cells: Sequence[Cell]) -> list[Path]:
    """The characters of the cells in red, a path for each."""
    return [Path(face.place(cell), RED) for cell in cells]


@dataclass(frozen=True, slots=True)
class Arc:
    """How a text is set on an arc: the size of a full character in mm, and its angle.

    ``radius`` goes to the middles of the characters; ``pitch`` is in radians.
    """

    radius: float
    pitch: float
    width: float
    height: float


def arc_cells(face: Face, text: str, centre: Point, arc: Arc) -> list[Cell]:
    """Cells along an arc, heads outward, so that the ink is centred at the top."""
    pitch, radius = arc.pitch, arc.radius
    shares = face.shares(text)
    angles = []
    reached = 0.0
    for share in shares:
        angles.append(reached + share * pitch / 2)
        reached += share * pitch
    turned = [angle - reached / 2 for angle in angles]
    cells = [
        _on_arc(character, centre, radius, angle, (arc.width * share, arc.height))
        for character, angle, share in zip(text, turned, shares, strict=True)
    ]
    # The eye centres the ink and not the cells: 一 at one end reaches less far than 国.
    first = cells[0].angle - math.atan2(face.ink(cells[0]) / 2, radius)
    last = cells[-1].angle + math.atan2(face.ink(cells[-1]) / 2, radius)
    shift = -(first + last) / 2
    return [
        _on_arc(cell.character, centre, radius, cell.angle + shift, (cell.width, cell.height))
        for cell in cells
    ]


def _on_arc(
    character: str, centre: Point, radius: float, angle: float, size: tuple[float, float]
) -> Cell:
    x = centre[0] + radius * math.sin(angle)
    y = centre[1] - radius * math.cos(angle)
    return Cell(character, (x, y), angle, *size)


def code_cells(face: Face, code: str, centre: Point, arc: Arc) -> list[Cell]:
    """Cells at one pitch along the lower half of a circle, heads inward: read from the left."""
    x, y = centre
    cells = []
    for index, character in enumerate(code):
        angle = (index - (len(code) - 1) / 2) * arc.pitch
        place = (x + arc.radius * math.sin(angle), y + arc.radius * math.cos(angle))
        width = arc.width * face.share(character)
        cells.append(Cell(character, place, -angle, width, arc.height))
    return cells
