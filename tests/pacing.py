"""What a run of everything does first, where its files lie, and what it does not measure.

Measuring coverage doubles the time of whatever runs. Slow tests are many repetitions, large
documents, all the real ones: their lines are those of quick tests. So a slow test is not measured,
unless it alone runs something; then it has the mark ``measured``.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
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


def is_measured(item: pytest.Item) -> bool:
    if item.get_closest_marker("slow"):
        return item.get_closest_marker("measured") is not None
    return item.get_closest_marker("unmeasured") is None


@contextmanager
def unmeasured() -> Iterator[None]:
    """Nothing is traced in this thread.

    The mark of pytest-cov for this leaves another measurement on in the processes of xdist.
    """
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)


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
