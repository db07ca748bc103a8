"""What takes long to make and nobody changes: made once for all processes of a run."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def folder(
    tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]
) -> Path:
    """The folder of that name, which ``make`` fills in whichever process asks first.

    Where it fails, the next one tries again, so that each process tells of it.
    """
    place = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        place = place.parent
    done = place / f"{name}.done"
    with (place / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            (place / name).mkdir(exist_ok=True)
            make(place / name)
            done.touch()
    return place / name
