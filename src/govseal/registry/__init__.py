"""The bureau: who may use a seal, who keeps it, and the ledger that proves it.

Needs the extra ``govseal[registry]``; what checks proofs (:mod:`govseal.registry.ledger.proofs`)
needs no database and is imported without one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from govseal.registry.bureau import Bureau as Bureau


def __getattr__(name: str) -> object:
    if name != "Bureau":
        message = f"module 'govseal.registry' has no attribute {name!r}"
        raise AttributeError(message)
    from govseal.registry.bureau import Bureau  # noqa: PLC0415 - proofs need no database

    return Bureau
