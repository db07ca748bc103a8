"""Fixtures for every test, and two rules of the house: of skips, and of requirements."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import nullcontext
from pathlib import Path

import hypothesis
import pytest

import evidence
import pacing
import realfiles
import requirements
import skiplist

# Times vary with the machine, so no profile has a deadline. The profile "ci" is the same on every
# run; "prove" looks for what "ci" has not met yet and keeps what it finds in .hypothesis/.
hypothesis.settings.register_profile("dev", max_examples=30, deadline=None)
hypothesis.settings.register_profile(
    "ci", max_examples=200, deadline=None, derandomize=True, print_blob=True
)
hypothesis.settings.register_profile(
    "prove",
    max_examples=int(os.environ.get("PROVE_EXAMPLES", "5000")),
    deadline=None,
    print_blob=True,
    suppress_health_check=[*hypothesis.HealthCheck],
)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))

SAMPLES = realfiles.folder()
if SAMPLES is not None:
    os.environ[realfiles.VARIABLE] = str(SAMPLES)  # modules that ask for it while they load


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--requirements",
        metavar="FILE",
        help="write the table of requirements and the tests that prove them to FILE (Markdown)",
    )
    parser.addoption(
        "--evidence", metavar="FILE", help="add a row per test to the evidence in FILE (CSV)"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[skiplist.KEY] = skiplist.load(Path(__file__).with_name("skips.toml"))
    if hasattr(config, "workerinput"):
        return  # the workers report, the controller writes
    if not config.getoption("--evidence"):
        pacing.keep_files_in_memory()
    if target := config.getoption("--requirements"):
        config.pluginmanager.register(requirements.Table(Path(target)))
    if target := config.getoption("--evidence"):
        config.pluginmanager.register(evidence.Evidence(Path(target)))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skips what needs real documents; refuses a ``req`` mark that names no requirement."""
    if hasattr(config, "workerinput"):
        pacing.long_files_first(items)
    if config.pluginmanager.hasplugin("_cov"):
        pacing.load_everything()
    known = requirements.load()
    for item in items:
        if SAMPLES is None and item.get_closest_marker("samples"):
            item.add_marker(pytest.mark.skip(reason=realfiles.ABSENT), append=False)
        for mark in item.iter_markers("req"):
            for name in mark.args:
                if name not in known:
                    raise pytest.UsageError(f"{item.nodeid}: no requirement is called {name}")
                item.user_properties.append((requirements.PROPERTY, name))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """The coverage of a slow test is not measured: see :mod:`pacing`."""
    with nullcontext() if pacing.is_measured(item) else pacing.unmeasured():
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under CI=true a skipped test is a failed one, unless skips.toml names it."""
    report = yield
    evidence.count_examples(item, report)
    if report.skipped and not hasattr(report, "wasxfail"):
        skiplist.judge(report, item.config.stash[skiplist.KEY])
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a module that skips as a whole."""
    report = yield
    if report.skipped:
        skiplist.judge(report, collector.config.stash[skiplist.KEY])
    return report


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real documents made by other people's products; not part of the project."""
    if SAMPLES is None:
        pytest.skip(realfiles.ABSENT)
    return SAMPLES
