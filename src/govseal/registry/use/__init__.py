"""The use of seals: requests, approvals, the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from govseal.registry.acting import Acting


class Use:
    """The use of seals, as one person may ask for it, approve it, or do it."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting
