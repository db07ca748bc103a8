"""A bureau on SQLite and one on PostgreSQL, a clock that stands still, people who are roles."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import bureaukit
import postgres
from govseal.registry import Bureau


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)  # a Monday, 09:30 in Shanghai

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[postgres.Cluster]:
    cluster = postgres.start()
    if cluster is None:
        pytest.skip("PostgreSQL is not installed")
    yield cluster
    cluster.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path) -> str:
    """An empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'bureau.db'}"
    return request.getfixturevalue("postgres_cluster").new_database()


@pytest.fixture
def sqlite_url(tmp_path) -> str:
    """An empty database, where the kind does not matter."""
    return f"sqlite:///{tmp_path / 'bureau.db'}"


@pytest.fixture
def open_bureau(clock: Clock) -> Iterator:
    """Opens a bureau that is closed at the end."""
    opened: list[Bureau] = []

    def open_(url: str, profile: str = "jincheng") -> Bureau:
        opened.append(Bureau.open(url, profile=profile, secrets=bytes(range(16)), clock=clock))
        return opened[-1]

    yield open_
    for bureau in opened:
        bureau.close()


@pytest.fixture(scope="session")
def founded(tmp_path_factory) -> Path:
    """A database with the people of :mod:`bureaukit`; to copy it is quicker than to found one."""
    path = tmp_path_factory.mktemp("founded") / "bureau.db"
    url = f"sqlite:///{path}"
    with Bureau.open(url, profile="jincheng", secrets=bytes(range(16)), clock=Clock()) as made:
        bureaukit.populate(made)
    return path


@pytest.fixture
def bureau(open_bureau, founded: Path, tmp_path: Path) -> Bureau:
    """A bureau on SQLite with the people of :mod:`bureaukit`."""
    return open_bureau(f"sqlite:///{shutil.copy(founded, tmp_path)}")


@pytest.fixture
def any_bureau(open_bureau, database_url: str) -> Bureau:
    """The same on either database."""
    made = open_bureau(database_url)
    bureaukit.populate(made)
    return made
