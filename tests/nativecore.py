"""The compiled core with its test entry points (tests/native/entry_points.h)."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

NATIVE = Path(__file__).resolve().parent / "native"


def load() -> ModuleType:
    """module.c built with -DGOVSEAL_TESTING -DGOVSEAL_VERIFY.

    Where there is no compiler, ``GOVSEAL_TESTING_CORE`` names one that was built before.
    """
    if built := os.environ.get("GOVSEAL_TESTING_CORE"):
        path = Path(built)
    else:
        make = ["make", "-s", "-C", NATIVE, f"PYTHON={sys.executable}"]
        subprocess.run([*make, "testing"], check=True)
        path = NATIVE / "bin" / "testing" / "_core.abi3.so"
    spec = importlib.util.spec_from_file_location("_core", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
