"""The ledger (台账): append-only, hashed, proven."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from govseal.registry.bureau import Bureau


class Ledger:
    """The ledger, as anybody who has the bureau may read and prove it."""

    def __init__(self, bureau: Bureau) -> None:
        self._bureau = bureau
