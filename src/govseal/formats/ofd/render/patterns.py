"""Patterns (GB/T 33190, 8.3.3): where the cells lie that fill a region."""

from __future__ import annotations

import math
from collections.abc import Iterator

from govseal.formats.ofd import xml
from govseal.formats.ofd.render.surface import Window
from govseal.formats.ofd.render.values import apply, compose, inverse, is_usable, moved, number
from govseal.formats.ofd.xml import Element
from govseal.seal.drawing.paths import Matrix

#: More cells than that show nothing that an eye could follow; the pattern is left out.
MOST_TILES = 4000


def tiles(pattern: Element, base: Matrix, window: Window) -> Iterator[Matrix]:
    """From each cell's own space to the surface, row by row; no cell where they are too many.

    Args:
        pattern: the Pattern.
        base: from the pattern's space to the surface.
        window: what has to be filled.
    """
    width, height = (abs(number(xml.attribute(pattern, n), 0.0)) for n in ("Width", "Height"))
    if width <= 0 or height <= 0:
        return
    across = abs(number(xml.attribute(pattern, "XStep"), width)) or width
    down = abs(number(xml.attribute(pattern, "YStep"), height)) or height
    left, top, right, bottom = (float(side) for side in window)
    back = inverse(base)
    corners = [apply(back, p) for p in ((left, top), (right, top), (left, bottom), (right, bottom))]
    if not all(math.isfinite(value) for point in corners for value in point):
        return
    first_x, last_x = _range([x for x, _ in corners], width, across)
    first_y, last_y = _range([y for _, y in corners], height, down)
    if (last_x - first_x + 1) * (last_y - first_y + 1) > MOST_TILES:
        return
    method = (xml.attribute(pattern, "ReflectMethod") or "").strip().lower()
    for row in range(first_y, last_y + 1):
        for column in range(first_x, last_x + 1):
            tile = moved(base, column * across, row * down)
            # Every second column is mirrored in "Row", every second row in "Column".
            if column % 2 and method in ("row", "rowandcolumn"):
                tile = compose(tile, (-1.0, 0.0, 0.0, 1.0, width, 0.0))
            if row % 2 and method in ("column", "rowandcolumn"):
                tile = compose(tile, (1.0, 0.0, 0.0, -1.0, 0.0, height))
            if is_usable(tile):
                yield tile


def _range(values: list[float], length: float, step: float) -> tuple[int, int]:
    """The first and last cell that can touch values between the least and the greatest."""
    low, high = (min(values) - length) / step, max(values) / step
    # Kept finite for the count to refuse.
    return math.floor(max(low, -1e7)), math.ceil(min(high, 1e7))
