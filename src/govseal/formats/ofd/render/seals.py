"""Pictures of seals, of every kind that seals carry, multiplied into the page."""

from __future__ import annotations

from collections.abc import Callable

from govseal.errors import FormatError, LimitExceeded
from govseal.formats.limits import DEFAULT_LIMITS
from govseal.formats.ofd.render import images
from govseal.formats.ofd.render.surface import Clip, Surface
from govseal.formats.ofd.render.svgseal import draw_svg
from govseal.seal.drawing.paths import Colour, Contour, Matrix, polygon
from govseal.seal.drawing.svg import paths_from_svg
from govseal.seal.picture import SealPicture

#: Draws the first page of the document in the bytes so that it fills the unit square.
DocumentDrawer = Callable[[bytes, Surface, Matrix, Clip], None]

_PLACEHOLDER: Colour = (128, 128, 128, 255)
_GROUND: Colour = (240, 240, 240, 255)
_FRAME = 1 / 60


def draw_seal(
    surface: Surface,
    picture: SealPicture,
    unit: Matrix,
    clip: Clip,
    draw_document: DocumentDrawer,
) -> None:
    """Stamp a seal's picture, which fills the unit square under ``unit``, onto a page.

    One that cannot be drawn shows as a neutral frame.

    Raises:
        LimitExceeded: it is too large, or the page's allowance is used up.
    """
    with surface.multiplied(clip) as inner:
        try:
            _draw(inner, picture, unit, clip, draw_document)
        except LimitExceeded:
            raise
        except FormatError:
            inner.fill([_square(0.0).transformed(unit)], _PLACEHOLDER, clip)
            inner.fill([_square(_FRAME).transformed(unit)], _GROUND, clip)


def _draw(
    surface: Surface,
    picture: SealPicture,
    unit: Matrix,
    clip: Clip,
    draw_document: DocumentDrawer,
) -> None:
    budget = surface.budget
    if picture.kind == "svg":
        paths = paths_from_svg(picture.data, 1.0, 1.0)
        if paths is None:
            draw_svg(surface, picture.data, unit, clip, DEFAULT_LIMITS)
            return
        budget.spend("objects", len(paths))
        for path in paths:
            placed = path.transformed(unit)
            surface.fill(placed.contours, placed.colour, clip, placed.rule)
    elif picture.kind == "ofd":
        budget.spend("inner documents")
        draw_document(picture.data, surface, unit, clip)
    else:
        surface.place(images.decode(picture.data, budget), unit, clip)


def _square(inset: float) -> Contour:
    low, high = inset, 1 - inset
    return polygon([(low, low), (high, low), (high, high), (low, high)])
