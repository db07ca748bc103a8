"""Chooses the compiled core, or the readable fallback where it is absent or unwanted."""

from __future__ import annotations

import os

TYPE_CHECKING = False  # what typing's constant is, without the cost of importing typing
if TYPE_CHECKING:
    from typing import Literal

    from govseal.sm2 import _core as core  # the fallback has the same surface

__all__ = ["core", "name"]

name: Literal["native", "reference"] = "reference"

if os.environ.get("GOVSEAL_SM2") != "reference":
    try:
        from govseal.sm2 import _core as core
    except ImportError:
        pass
    else:
        # Where nothing was compiled, the directory of the C sources imports as an empty package.
        name = "native" if hasattr(core, "load_private") else "reference"

if not TYPE_CHECKING and name == "reference":
    from govseal.sm2 import _fallback as core
