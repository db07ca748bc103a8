"""The evidence of the long proofs: one row per test and run, added to those of earlier runs."""

from __future__ import annotations

import csv
import platform
import re
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

PROPERTY = "examples"
COLUMNS = ("when", "commit", "python", "machine", "test", "examples", "outcome")


def count_examples(item: pytest.Item, report: pytest.TestReport) -> None:
    """Adds to the last report of a hypothesis test how many examples it went through."""
    statistics = getattr(item, "hypothesis_statistics", None)
    if report.when == "teardown" and statistics:
        numbers = re.findall(r"(\d+) (?:passing|failing)\b", statistics)
        report.user_properties.append((PROPERTY, sum(map(int, numbers))))


@dataclass(slots=True, eq=False)  # pytest keeps plugins in sets
class Evidence:
    """A pytest plugin that gathers outcomes and appends them to a table."""

    target: Path
    tests: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Test → examples and outcome."""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test is as its worst phase."""
        examples, outcome = self.tests.get(report.nodeid, (0, "passed"))
        counted = [int(str(n)) for name, n in report.user_properties if name == PROPERTY]
        if not report.passed:
            outcome = report.outcome
        self.tests[report.nodeid] = (max([examples, *counted]), outcome)

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Appends the rows, of a session that came to its end."""
        if exitstatus > pytest.ExitCode.TESTS_FAILED:
            return  # interrupted: what ran says nothing about the rest
        self.target.parent.mkdir(parents=True, exist_ok=True)
        is_new = not self.target.exists()
        when = datetime.now(UTC).strftime("%Y-%m-%dT%H:%MZ")
        run = (when, _commit(), platform.python_version(), platform.machine())
        with self.target.open("a", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            if is_new:
                writer.writerow(COLUMNS)
            for test, (examples, outcome) in sorted(self.tests.items()):
                writer.writerow((*run, test, examples, outcome))


def _commit() -> str:
    """The commit that was tried, with a plus where the tree differed from it."""
    command = ["git", "describe", "--always", "--dirty=+"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    return done.stdout.strip() or "unknown"
