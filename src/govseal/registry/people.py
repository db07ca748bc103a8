"""People, their roles and certificates, and who stands in for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from govseal.registry.acting import Acting


class People:
    """People, as one person may keep them."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting
