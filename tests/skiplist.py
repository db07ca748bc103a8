"""The skips that skips.toml permits: anything else that is skipped under CI=true has failed."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class Permitted:
    """One permitted skip."""

    tests: str
    """A glob over node ids."""
    when: str
    """Text that the skip's own reason must hold."""
    reason: str
    """Why that is no loss."""


KEY = pytest.StashKey[tuple[Permitted, ...]]()


def load(path: Path) -> tuple[Permitted, ...]:
    """The permitted skips; every one gives its reason.

    Raises:
        pytest.UsageError: an entry lacks a field or gives no reason.
    """
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("skip", [])
    try:
        permitted = tuple(Permitted(**entry) for entry in entries)
    except TypeError as error:
        raise pytest.UsageError(f"{path.name}: {error}") from error
    for entry in permitted:
        if not (entry.tests and entry.when.strip() and entry.reason.strip()):
            raise pytest.UsageError(
                f"{path.name}: {entry.tests}: tests, when and reason are needed"
            )
    return permitted


def is_permitted(node: str, why: str, permitted: tuple[Permitted, ...]) -> bool:
    """Whether some entry names this test and this reason."""
    return any(fnmatchcase(node, entry.tests) and entry.when in why for entry in permitted)


def judge(
    report: pytest.TestReport | pytest.CollectReport, permitted: tuple[Permitted, ...]
) -> None:
    """Turns a skip that nobody permitted into a failure, where CI=true."""
    if os.environ.get("CI") != "true":
        return
    why = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if not is_permitted(report.nodeid, why, permitted):
        report.outcome = "failed"
        report.longrepr = f"skipped under CI=true and not named in tests/skips.toml: {why}"
