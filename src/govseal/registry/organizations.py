"""Units and their departments: founded, renamed, merged, abolished."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from govseal.registry.acting import Acting


class Organizations:
    """Units and departments, as one person may keep them."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting
