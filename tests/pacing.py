"""What a run of everything does first, where its files lie, and what it does not measure.

Measuring coverage doubles the time of whatever runs. Slow tests are many repetitions, large
documents, all the real ones: their lines are those of quick tests. So a slow test is not measured,
unless it alone runs something; then it has the mark ``measured``.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
from pathlib import Path

import pytest

LONG = ("slow", "interop")
PLACE = "PYTEST_DEBUG_TEMPROOT"
"""Where pytest makes the folders of tests."""
MEMORY = Path("/dev/shm")  # noqa: S108 - the folder for it, on every Linux
LEAST_BYTES = 2 << 30


def keep_files_in_memory() -> None:
    """Where there is much of it: a registry waits for its disk at each step, a third of the time.

    What is written is the same, and a process that is killed leaves the same.
    """
    if PLACE in os.environ or not os.access(MEMORY, os.W_OK):
        return
    found = os.statvfs(MEMORY)
    pages = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    is_executable = not found.f_flag & os.ST_NOEXEC
    if is_executable and min(found.f_bavail * found.f_frsize, pages) >= LEAST_BYTES:
        os.environ[PLACE] = str(MEMORY)


def leave_unmeasured(items: list[pytest.Item]) -> None:
    """Marks the slow tests for pytest-cov."""
    for item in items:
        if item.get_closest_marker("slow") and not item.get_closest_marker("measured"):
            item.add_marker("no_cover")


def load_everything() -> None:
    """A module that an unmeasured test would be the first to load would seem never to have run."""
    for package in map(importlib.import_module, ("govseal", "govseal_server")):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__") and ".migrations" not in module.name:
                importlib.import_module(module.name)


def long_files_first(items: list[pytest.Item]) -> None:
    """So that no process is left alone with a long file when the others have done.

    Within a file nothing changes place.
    """
    long = {item.path for item in items if any(map(item.get_closest_marker, LONG))}
    items.sort(key=lambda item: item.path not in long)
