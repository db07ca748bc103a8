"""Shadings as pixels."""

from __future__ import annotations

import math

from PIL import Image, ImageDraw

from govseal.formats.ofd.render.budget import Budget
from govseal.formats.ofd.render.shadings import Shading, axial_places
from govseal.formats.ofd.render.surface import Window
from govseal.formats.ofd.render.values import apply, inverse
from govseal.seal.drawing.paths import Matrix, Point

# Steps of colour along an axial shading, and discs of a radial one.
_SAMPLES = 1024
_DISCS = 96
_SIDES = 64
_MOST_PERIODS = 8


def painted(shading: Shading, window: Window, budget: Budget) -> Image.Image:
    """The part of a shading in ``window``, as RGBA.

    Raises:
        LimitExceeded: the page's allowance is used up.
    """
    size = (window[2] - window[0], window[3] - window[1])
    budget.spend("painted pixels", 4 * size[0] * size[1])
    back = inverse(shading.matrix)
    if shading.radii is None:
        return _axial(shading, window, size, back)
    return _radial(shading, window, size, budget)


def _axial(shading: Shading, window: Window, size: tuple[int, int], back: Matrix) -> Image.Image:
    left, top, right, bottom = window
    corners = [(left, top), (right, top), (left, bottom)]
    first, across, down = axial_places(shading, [(float(x), float(y)) for x, y in corners], back)
    a, b = (across - first) / size[0], (down - first) / size[1]
    ends = [first, across, down, across + down - first]
    low, high = min(ends), max(ends)
    span = max(high - low, 1e-9)
    strip = Image.new("RGBA", (1, _SAMPLES))
    for row in range(_SAMPLES):
        strip.putpixel((0, row), shading.at(low + span * (row + 0.5) / _SAMPLES))
    scale = _SAMPLES / span
    rows = (a * scale, b * scale, (first - low) * scale)
    return strip.transform(
        size, Image.Transform.AFFINE, (0, 0, 0.5, *rows), Image.Resampling.NEAREST
    )


def _radial(shading: Shading, window: Window, size: tuple[int, int], budget: Budget) -> Image.Image:
    """Discs painted one over the other, the outermost first."""
    start, end = shading.radii or (0.0, 0.0)
    periods = _MOST_PERIODS if shading.spread != "pad" else 1
    budget.spend("painted pixels", _DISCS * size[0] * size[1])
    if end >= start:
        places = [periods * (1 - step / _DISCS) for step in range(_DISCS)]
        outside, inside = 1.0 + 1e-9, -1e-9
    else:
        places = [1 - periods * (1 - step / _DISCS) for step in range(_DISCS)]
        outside, inside = -1e-9, 1.0 + 1e-9
    ground = shading.at(outside) if shading.spread == "pad" else (0, 0, 0, 0)
    picture = Image.new("RGBA", size, ground)
    draw = ImageDraw.Draw(picture)
    # Inside of the smaller circle, where that is more than a point.
    places += [inside] if min(start, end) > 0 else []
    for place in places:
        disc = _disc(shading, place, start + (end - start) * place)
        local = [(x - window[0], y - window[1]) for x, y in disc]
        if all(-1e6 < x < 1e6 and -1e6 < y < 1e6 for x, y in local):
            draw.polygon(local, fill=shading.at(place))
    return picture


def _disc(shading: Shading, place: float, radius: float) -> list[Point]:
    (x0, y0), (x1, y1) = shading.start, shading.end
    cx, cy = x0 + (x1 - x0) * place, y0 + (y1 - y0) * place
    step = math.tau / _SIDES
    radius = max(0.0, radius)
    return [
        apply(
            shading.matrix,
            (cx + radius * math.cos(i * step), cy + radius * math.sin(i * step)),
        )
        for i in range(_SIDES)
    ]
