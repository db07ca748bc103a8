"""Limits of time: what is due, what is overdue, who is reminded."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from govseal.registry.acting import Acting


class Deadlines:
    """What is due, as one person may see it."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting
