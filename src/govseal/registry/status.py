"""What a seal was at any time, for whoever verifies."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from govseal.registry.bureau import Bureau


class Status:
    """The states of seals through time."""

    def __init__(self, bureau: Bureau) -> None:
        self._bureau = bureau
