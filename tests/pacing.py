"""What a run of everything does first, and what it does without measuring coverage.

Measuring coverage doubles the time of whatever runs. Slow tests are many repetitions, large
documents, all the real ones: their lines are those of quick tests. So a slow test is not measured,
unless it alone runs something; then it has the mark ``measured``.
"""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import govseal
import govseal_server

LONG = ("slow", "interop")


def leave_unmeasured(items: list[pytest.Item]) -> None:
    """Marks the slow tests for pytest-cov."""
    for item in items:
        if item.get_closest_marker("slow") and not item.get_closest_marker("measured"):
            item.add_marker("no_cover")


def load_everything() -> None:
    """A module that an unmeasured test would be the first to load would seem never to have run."""
    for package in (govseal, govseal_server):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__") and ".migrations" not in module.name:
                importlib.import_module(module.name)


def long_files_first(items: list[pytest.Item]) -> None:
    """So that no process is left alone with a long file when the others have done.

    Within a file nothing changes place.
    """
    long = {item.path for item in items if any(map(item.get_closest_marker, LONG))}
    items.sort(key=lambda item: item.path not in long)
