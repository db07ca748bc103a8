"""The table of requirements: clause id, the tests marked with it that ran, and the result."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PROPERTY = "requirement"
LIST = Path(__file__).resolve().parents[1] / "docs" / "requirements.csv"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One clause of a regulation."""

    id: str
    level: str
    """M must, S should, C may; as the clause words it."""
    parts: str
    clause: str


def load() -> dict[str, Requirement]:
    """The project's own list, by id."""
    with LIST.open(encoding="utf-8", newline="") as file:
        return {row["id"]: Requirement(**row) for row in csv.DictReader(file)}


@dataclass(slots=True, eq=False)  # pytest keeps plugins in sets
class Table:
    """A pytest plugin that gathers results and writes the table."""

    target: Path
    outcomes: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    """Requirement id → test → passed, failed or skipped."""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Counts a test as passed only when its call passed and nothing about it failed."""
        names = [value for key, value in report.user_properties if key == PROPERTY]
        test = report.nodeid.split("[")[0]
        for name in names:
            before = self.outcomes[str(name)].get(test)
            if report.failed or before == "failed":
                self.outcomes[str(name)][test] = "failed"
            elif report.skipped or before == "skipped":
                self.outcomes[str(name)][test] = "skipped"
            elif report.when == "call":
                self.outcomes[str(name)][test] = "passed"

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Writes the table and nothing else, of a session that came to its end."""
        if exitstatus > pytest.ExitCode.TESTS_FAILED:
            return  # interrupted: what ran says nothing about the rest
        self.target.parent.mkdir(parents=True, exist_ok=True)
        self.target.write_text(render(load(), self.outcomes), encoding="utf-8")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Says where the table is."""
        terminalreporter.write_line(
            f"requirements: {len(self.outcomes)} proven or tried, see {self.target}"
        )


def render(known: dict[str, Requirement], outcomes: dict[str, dict[str, str]]) -> str:
    """The table in Markdown: one row per requirement that a test names."""
    rows = [
        "# Requirements and the tests that prove them",
        "",
        "Written by `make requirements`; the ids are those of `docs/requirements.csv`.",
        f"{len(outcomes)} of {len(known)} clauses have a test; the others belong to parts that do",
        "not exist yet.",
        "",
        "| Clause | Says | Tests | Result |",
        "|---|---|---|---|",
    ]
    for name in sorted(outcomes):
        tests = outcomes[name]
        results = set(tests.values())
        result = next(r for r in ("failed", "skipped", "passed") if r in results)
        listed = "<br>".join(f"`{test}`" for test in sorted(tests))
        rows.append(f"| {name} | {known[name].clause.replace('|', '/')} | {listed} | {result} |")
    return "\n".join(rows) + "\n"
