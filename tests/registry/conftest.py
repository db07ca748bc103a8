"""A bureau on SQLite and one on PostgreSQL, a clock that stands still, people who are roles."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

import bureaukit
import postgres
from govseal.registry import Bureau
from govseal.registry.policy import PolicyProfile, Switch, load_policy
from usekit import Desk


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
def database(request: pytest.FixtureRequest) -> str:
    """The kinds of databases, one after the other."""
    return request.param


@pytest.fixture
def database_url(request: pytest.FixtureRequest, database: str, tmp_path) -> str:
    """An empty database of either kind."""
    if database == "sqlite":
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

    def open_(url: str, profile: str | PolicyProfile = "jincheng") -> Bureau:
        opened.append(Bureau.open(url, profile=profile, secrets=bytes(range(16)), clock=clock))
        return opened[-1]

    yield open_
    for bureau in opened:
        bureau.close()


@pytest.fixture(scope="session")
def founded(tmp_path_factory) -> Path:
    """A database with the people of :mod:`bureaukit`; to copy it is quicker than to found one."""
    path = tmp_path_factory.mktemp("founded") / "bureau.db"
    found(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def founded_in_postgres(postgres_cluster: postgres.Cluster) -> str:
    """The name of the same in PostgreSQL."""
    url = postgres_cluster.new_database()
    found(url)
    return sa.make_url(url).database


def found(url: str) -> None:
    with Bureau.open(url, profile="jincheng", secrets=bytes(range(16)), clock=Clock()) as made:
        bureaukit.populate(made)


@pytest.fixture
def bureau(open_bureau, founded: Path, tmp_path: Path) -> Bureau:
    """A bureau on SQLite with the people of :mod:`bureaukit`."""
    return open_bureau(f"sqlite:///{shutil.copy(founded, tmp_path)}")


@pytest.fixture
def any_bureau(request: pytest.FixtureRequest, open_bureau, database: str, tmp_path) -> Bureau:
    """The same on either database."""
    if database == "sqlite":
        founded = request.getfixturevalue("founded")
        return open_bureau(f"sqlite:///{shutil.copy(founded, tmp_path)}")
    name = request.getfixturevalue("founded_in_postgres")
    return open_bureau(request.getfixturevalue("postgres_cluster").new_database(name))


@pytest.fixture
def desk(bureau: Bureau) -> Desk:
    """A desk on SQLite: people who ask, approve and stamp."""
    return Desk(bureau)


@pytest.fixture
def any_desk(any_bureau: Bureau) -> Desk:
    """The same on either database."""
    return Desk(any_bureau)


@pytest.fixture
def desk_under(open_bureau, tmp_path) -> Callable[..., Desk]:
    """Opens a desk under a profile that says something else than ``base`` in these switches."""

    def open_(base: str = "jincheng", **switches: bool | int | str) -> Desk:
        profile = load_policy(base)
        changed = {name: Switch(value, "(d)") for name, value in switches.items()}
        profile = replace(profile, switches={**profile.switches, **changed}, may_stamp=True)
        made = open_bureau(f"sqlite:///{tmp_path / 'other.db'}", profile=profile)
        bureaukit.populate(made)
        return Desk(made)

    return open_


@pytest.fixture
def numbered_desk(desk_under) -> Desk:
    """A desk where decisions need their number before they are stamped."""
    return desk_under(numbered_document_types="licensing_grant_decision")


@pytest.fixture
def licensing_desk(desk_under) -> Desk:
    """A desk under the rules of Heilongjiang of 2014, as if they still held."""
    return desk_under("heilongjiang-2014", allow_expired_profile=True)


@pytest.fixture(scope="module")
def shared_desk(tmp_path_factory) -> Iterator[Desk]:
    """A desk that the tests of a file share: for those that do not mind what others have filed."""
    url = f"sqlite:///{tmp_path_factory.mktemp('shared') / 'bureau.db'}"
    with Bureau.open(url, profile="jincheng", secrets=bytes(range(16)), clock=Clock()) as made:
        bureaukit.populate(made)
        yield Desk(made)
