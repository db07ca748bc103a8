"""Pictures of seals, of every kind that seals carry, as pixels."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from govseal.errors import FormatError, LimitExceeded, UnsupportedFormat
from govseal.formats.ofd.render import images
from govseal.formats.ofd.render.budget import Budget
from govseal.formats.ofd.render.canvas import Canvas
from govseal.formats.ofd.render.outlines import flatten
from govseal.formats.ofd.render.values import IDENTITY
from govseal.seal.drawing.svg import paths_from_svg
from govseal.seal.picture import SealPicture

#: Draws the first page of the document in the bytes, as RGBA of that width and height.
DocumentDrawer = Callable[[bytes, int, int], Image.Image]

_PLACEHOLDER = (128, 128, 128, 255)
_GROUND = (240, 240, 240, 255)
# Sharp enough for any page; a stamp that claims to be larger than that is stretched.
_LARGEST_PX = 1600


class SealPictures:
    """Makes pictures of seals, each once for a size."""

    def __init__(self, budget: Budget, draw_document: DocumentDrawer) -> None:
        self._budget = budget
        self._draw_document = draw_document
        self._made: dict[tuple[str, int, int], Image.Image] = {}

    def picture(self, picture: SealPicture, width_px: float, height_px: float) -> Image.Image:
        """The picture as RGBA, about as large as it will show; a neutral frame if not drawable.

        Raises:
            LimitExceeded: it is too large, or the page's allowance is used up.
        """
        width = max(1, round(min(width_px, _LARGEST_PX)))
        height = max(1, round(min(height_px, _LARGEST_PX)))
        key = (picture.sha256, width, height)
        if key not in self._made:
            try:
                self._made[key] = self._make(picture, width, height)
            except LimitExceeded:
                raise
            except FormatError:
                self._made[key] = placeholder(width, height)
        return self._made[key]

    def _make(self, picture: SealPicture, width: int, height: int) -> Image.Image:
        kind = picture.kind
        if kind == "svg":
            return self._draw_svg(picture.data, width, height)
        if kind == "ofd":
            self._budget.spend("inner documents")
            return self._draw_document(picture.data, width, height)
        return images.decode(picture.data, self._budget)

    def _draw_svg(self, data: bytes, width: int, height: int) -> Image.Image:
        paths = paths_from_svg(data, width, height)
        if paths is None:
            raise UnsupportedFormat("the svg picture holds more than outlines", part="picture")
        self._budget.spend("objects", len(paths))
        canvas = Canvas(width, height, self._budget)
        for path in paths:
            self._budget.spend("points", sum(len(item.segments) for item in path.contours))
            lines = [flatten(item, IDENTITY, self._budget) for item in path.contours]
            canvas.fill(lines, path.colour, canvas.clip, path.rule)
        return canvas.image.convert("RGBA")


def placeholder(width: int, height: int) -> Image.Image:
    """A neutral frame: here is a stamp whose picture cannot be drawn."""
    frame = Image.new("RGBA", (width, height), _PLACEHOLDER)
    line = max(1, min(width, height) // 60)
    if width > 2 * line and height > 2 * line:
        frame.paste(_GROUND, (line, line, width - line, height - line))
    return frame
