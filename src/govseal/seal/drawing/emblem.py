"""The emblem in the centre of a seal: a caller's outlines, never one of ours.

Who may use the national emblem, and from whose drawing, is a matter of the National Emblem Law
(国徽法); so none is shipped here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from govseal.errors import SealError
from govseal.seal.drawing.paths import RED, Box, Path, Point, bounds
from govseal.seal.drawing.raster import merged_coverage
from govseal.seal.drawing.svg import plain_svg

#: A picture of a seal carries its emblem: more than this belongs into no seal.
MAX_EMBLEM_BYTES = 1024 * 1024
MAX_EMBLEM_PATHS = 500
MAX_EMBLEM_SEGMENTS = 20_000

# The side of the picture in which an emblem has to show: a pixel is a third of a millimetre.
_GLANCE_PX = 48
_FAINTEST = 16


def place_emblem(data: bytes, centre: Point, diameter_mm: float) -> tuple[tuple[Path, ...], float]:
    """The emblem in red, within a circle around ``centre``, and its longer side in millimetres.

    ``data`` is an SVG of filled outlines of one colour (see
    :func:`govseal.seal.drawing.svg.paths_from_svg`). Its ink is fitted and not its page.

    Raises:
        SealError: ``E_EMBLEM``, it is anything else, larger than 1 MiB, or of more than 500
            paths or 20 000 lines and curves.
        TypeError: It is not bytes.
    """
    if not isinstance(data, bytes):
        raise TypeError(f"an emblem is the bytes of an SVG, not {type(data).__name__}")
    found = plain_svg(data) if len(data) <= MAX_EMBLEM_BYTES else None
    if found is None or len(found[0]) > MAX_EMBLEM_PATHS:
        raise _refusal("is not a plain SVG of filled outlines")
    paths, view = found
    contours = [contour for path in paths for contour in path.contours]
    if sum(len(contour.segments) for contour in contours) > MAX_EMBLEM_SEGMENTS:
        raise _refusal("has too many lines and curves")
    ink = bounds(contours, max(view.width, view.height) / 100_000)
    if ink is None or min(ink.width, ink.height) <= 0:
        raise _refusal("shows nothing")
    # Where colours tell shapes apart, one red would run them together.
    if len({path.colour for path in paths}) > 1:
        raise _refusal("has more than one colour")
    if not _is_inside(ink, view):
        raise _refusal("reaches out of its own page")
    x, y = ink.centre
    points = (point for contour in contours for point in contour.corners(ink.width / 1000))
    scale = diameter_mm / 2 / max(math.dist(point, ink.centre) for point in points)
    matrix = (scale, 0.0, 0.0, scale, centre[0] - scale * x, centre[1] - scale * y)
    moved = (path.transformed(matrix) for path in paths)
    placed = tuple(Path(path.contours, RED, path.rule) for path in moved)
    if not _shows(placed, centre, diameter_mm):
        raise _refusal("shows nothing")
    return placed, scale * max(ink.width, ink.height)


def _shows(paths: Sequence[Path], centre: Point, diameter_mm: float) -> bool:
    """Whether there is ink: outlines may enclose nothing, or cancel one another."""
    scale, half = _GLANCE_PX / diameter_mm, diameter_mm / 2
    x, y = (half - place for place in centre)
    matrix = (scale, 0.0, 0.0, scale, scale * x, scale * y)
    inked = merged_coverage([path.transformed(matrix) for path in paths], _GLANCE_PX, _GLANCE_PX)
    return max(inked) >= _FAINTEST


def _is_inside(ink: Box, view: Box) -> bool:
    slack = max(view.width, view.height) / 1000
    return (
        ink.x_min >= view.x_min - slack
        and ink.y_min >= view.y_min - slack
        and ink.x_max <= view.x_max + slack
        and ink.y_max <= view.y_max + slack
    )


def _refusal(what: str) -> SealError:
    return SealError(f"the emblem {what}", code="E_EMBLEM")
