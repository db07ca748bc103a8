"""Chooses the compiled core and its tier, or the readable fallback where there is no core.

``GOVSEAL_SM2`` asks for less than the best of this machine: ``reference`` is the fallback, and
``portable``, ``avx2`` and ``ifma`` are the core's tiers, so that each can be tested anywhere.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False  # what typing's constant is, without the cost of importing typing
if TYPE_CHECKING:
    from typing import Literal

    from govseal.sm2 import _core as core  # the fallback has the same surface

__all__ = ["core", "name"]

name: Literal["reference", "portable", "avx2", "ifma"] = "reference"

_wanted = os.environ.get("GOVSEAL_SM2", "")
if _wanted not in {"", "reference", "portable", "avx2", "ifma"}:
    raise ValueError(f"GOVSEAL_SM2={_wanted}: the names are reference, portable, avx2 and ifma")
if _wanted != "reference":
    try:
        from govseal.sm2 import _core as core
    except ImportError:
        pass
    else:
        # Where nothing was compiled, the directory of the C sources imports as an empty package.
        if hasattr(core, "load_private"):
            if _wanted:
                try:
                    core.use_tier(_wanted)
                except ValueError as error:
                    raise ValueError(f"GOVSEAL_SM2={_wanted}: {error}") from None
            name = core.tier()
    if _wanted and name == "reference":
        raise ValueError(f"GOVSEAL_SM2={_wanted}: the compiled core is not installed")

if not TYPE_CHECKING and name == "reference":
    from govseal.sm2 import _fallback as core
