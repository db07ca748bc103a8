"""What one page may cost: hostile pages are small, and ask for years of drawing."""

from __future__ import annotations

from types import MappingProxyType

from govseal.errors import LimitExceeded

#: Pixels of one page picture.
MAX_PIXELS = 40_000_000
#: Sides of a page that is drawn as outlines.
MAX_SIDE_MM = 10_000
#: Nesting of blocks and composite objects.
MAX_DEPTH = 40

_ALLOWANCE = MappingProxyType(
    {
        "objects": 200_000,
        "glyphs": 500_000,
        # Operators and corners of outlines, about a microsecond each.
        "points": 2_000_000,
        # Pixels that outlines cross, about a microsecond each.
        "outline pixels": 12_000_000,
        # Pixels painted or decoded, a few nanoseconds each.
        "painted pixels": 1_000_000_000,
        "inner documents": 16,
        "fonts": 500,
        "font bytes": 100_000_000,
        "svg bytes": 64_000_000,
    }
)


class Budget:
    """The allowance of one page, shared by everything that is drawn on it."""

    def __init__(self, part: str) -> None:
        self._part = part
        self._left = dict(_ALLOWANCE)

    def spend(self, kind: str, amount: int = 1) -> None:
        """Take ``amount`` off the allowance for ``kind``.

        Raises:
            LimitExceeded: there is not so much left.
        """
        self._left[kind] -= amount
        if self._left[kind] < 0:
            limit = _ALLOWANCE[kind]
            message = f"the page asks for too many {kind}"
            raise LimitExceeded(
                message, limit=limit, found=limit - self._left[kind], part=self._part
            )


def check_size(width_px: int, height_px: int) -> None:
    """Refuse a picture that is too large.

    Raises:
        LimitExceeded: more than 40 million pixels.
    """
    if width_px * height_px > MAX_PIXELS:
        message = f"a picture of {width_px} x {height_px} pixels is too large"
        raise LimitExceeded(message, limit=MAX_PIXELS, found=width_px * height_px)
