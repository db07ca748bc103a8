"""What was stamped, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from govseal.registry.acting import Acting


class Documents:
    """Records of documents, as one person may keep them."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting
