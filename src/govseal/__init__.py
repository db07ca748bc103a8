"""Electronic seals for Chinese government: make, stamp and verify.

The public names load on first use, so that ``import govseal`` costs about what starting the
interpreter costs.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from govseal.errors import GovsealError as GovsealError

__version__ = "0.1.0"

_HOME = {
    "GovsealError": "govseal.errors",
}

__all__ = ["GovsealError", "__version__"]


def __getattr__(name: str) -> object:
    home = _HOME.get(name)
    if home is None:
        message = f"module 'govseal' has no attribute {name!r}"
        raise AttributeError(message)
    value: object = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
