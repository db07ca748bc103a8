"""Seals: applied for, reviewed, made, activated, kept, suspended, lost, renewed, ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from govseal.registry.acting import Acting


class Seals:
    """Seals, as one person may deal with them."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting
