"""How much work a path may cause: what certificates ask for is bounded, whatever they hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from govseal.errors import LimitExceeded

MAX_STEPS: Final = 100_000
"""Names compared and policies followed for one leaf, over all paths that are tried."""


@dataclass(slots=True)
class Effort:
    """The steps that are left to one search."""

    left: int = MAX_STEPS

    def spend(self, steps: int) -> None:
        """Take ``steps``; raises :class:`LimitExceeded` where they are more than is left."""
        self.left -= steps
        if self.left < 0:
            message = "too many names or policies"
            raise LimitExceeded(message, limit=MAX_STEPS, found=MAX_STEPS - self.left)
