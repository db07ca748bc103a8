"""Name seals (名章): a square or rectangular frame filled with two to nine characters.

Columns are read from the right, each from its top; where they are of different length, the first
ones are the shorter, as engravers set the family name alone beside two others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from govseal.errors import SealError
from govseal.seal.drawing import wording
from govseal.seal.drawing.drawing import Drawing
from govseal.seal.drawing.fonts import Font
from govseal.seal.drawing.layout import Face, ink_box
from govseal.seal.drawing.measures import Measures
from govseal.seal.drawing.paths import RED, Box, Contour, Path, bounds, polygon

SIZE_MM = (20, 20)
MIN_SIDE_MM, MAX_SIDE_MM = 12, 50
MAX_RATIO = 4
MIN_CHARACTERS, MAX_CHARACTERS = 2, 9

# Parts of the shorter side; large seals have no thicker frames.
_FRAME, _FRAME_MOST_MM = 0.055, 1.3
_MARGIN = 0.06
_BETWEEN = 0.05
# An engraver stretches a character towards its cell, and no further than this.
_STRETCH = 1.3
# Height of a cell to its width that looks best.
_PROPORTION = 1.1


def draw_square(name: str, font: Font, *, size_mm: tuple[int, int] | None) -> Drawing:
    """The name seal; see :func:`govseal.seal.drawing.draw_seal` for what is raised."""
    width, height = _sides(SIZE_MM if size_mm is None else size_mm)
    if not MIN_CHARACTERS <= len(name) <= MAX_CHARACTERS:
        message = f"a name seal has {MIN_CHARACTERS} to {MAX_CHARACTERS} characters"
        raise SealError(f"{message}, not {len(name)}", code="E_SEAL_NAME")
    face = Face.measured(font, name)
    side = min(width, height)
    border = min(_FRAME * side, _FRAME_MOST_MM)
    inset = border + _MARGIN * side
    room = Box(inset, inset, width - inset, height - inset)
    cells = _cells(len(name), room, _BETWEEN * side)
    words = [
        Path(_fill(face, character, cell), RED) for character, cell in zip(name, cells, strict=True)
    ]
    frame = (_rectangle(width, height, 0.0), _rectangle(width, height, border, clockwise=False))
    inks = [box for box in (bounds(path.contours, 0.005) for path in words) if box]
    measures = Measures(
        outer_width_mm=width,
        outer_height_mm=height,
        border_mm=border,
        name_height_mm=max(box.height for box in inks),
        name_width_mm=max(box.width for box in inks),
    )
    return Drawing((Path(frame, RED), *words), width, height, name, measures)


def _sides(size_mm: tuple[int, int]) -> tuple[int, int]:
    width, height = wording.whole_sides(size_mm)
    small, large = sorted((width, height))
    if small < MIN_SIDE_MM or large > MAX_SIDE_MM or large > MAX_RATIO * small:
        message = (
            f"the sides of a name seal are {MIN_SIDE_MM} to {MAX_SIDE_MM} mm, "
            f"one at most {MAX_RATIO} times the other"
        )
        raise SealError(f"{message}, not {width} by {height}", code="E_SEAL_SIZE")
    return width, height


def _cells(count: int, room: Box, between: float) -> list[Box]:
    """The cells in the order of reading, in as many columns as suit their proportion best."""
    layouts = [_columns(count, columns, room, between) for columns in range(1, count + 1)]
    return min(layouts, key=_awkwardness)


def _columns(count: int, columns: int, room: Box, between: float) -> list[Box]:
    width = (room.width - (columns - 1) * between) / columns
    cells = []
    for column in range(columns):
        # Longer columns come last: 3 is 1 + 2, 5 is 2 + 3, 8 is 2 + 3 + 3.
        rows = (count + column) // columns
        height = (room.height - (rows - 1) * between) / rows
        x = room.x_max - column * (width + between) - width
        for row in range(rows):
            y = room.y_min + row * (height + between)
            cells.append(Box(x, y, x + width, y + height))
    return cells


def _awkwardness(cells: Sequence[Box]) -> float:
    return sum(abs(math.log(cell.height / cell.width / _PROPORTION)) for cell in cells) / len(cells)


def _fill(face: Face, character: str, cell: Box) -> tuple[Contour, ...]:
    """The character in the middle of its cell, its ink stretched towards the edges.

    Never so far that 一 loses its shape, nor at all beyond the cell.
    """
    ink = ink_box(face.font, character)
    x_scale = min(cell.width / ink.width, _STRETCH * cell.width / face.box.width)
    y_scale = min(cell.height / ink.height, _STRETCH * cell.height / face.box.height)
    (x, y), (to_x, to_y) = ink.centre, cell.centre
    matrix = (x_scale, 0.0, 0.0, -y_scale, to_x - x_scale * x, to_y + y_scale * y)
    return tuple(contour.transformed(matrix) for contour in face.font.outline(character).contours)


def _rectangle(width: float, height: float, inset: float, *, clockwise: bool = True) -> Contour:
    right, lower = width - inset, height - inset
    corners = [(inset, inset), (right, inset), (right, lower), (inset, lower)]
    return polygon(corners if clockwise else corners[::-1])
