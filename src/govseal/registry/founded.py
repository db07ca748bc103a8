"""Whether a registry is there, and the policy profile that it was founded with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from govseal.errors import RegistryError
from govseal.registry import tables
from govseal.registry.policy import PolicyProfile, load_policy, policy_names

if TYPE_CHECKING:
    from govseal.registry.database import Database

SETTING: Final = "profile"


def check_founded(database: Database) -> None:
    """Go on only if the database holds a registry; nothing is created by asking.

    Raises:
        RegistryError: ``no_registry``.
    """
    file = database.url.database if database.url.get_backend_name() == "sqlite" else None
    is_there = file is None or Path(file).is_file()
    if is_there:
        with database.begin() as connection:
            is_there = sa.inspect(connection).has_table(tables.settings.name)
    if not is_there:
        message = "此处没有登记系统 / there is no registry here"
        raise RegistryError(message, code="no_registry")


def policy_of(database: Database, profile: str | Path | PolicyProfile | None) -> PolicyProfile:
    """The profile that is named; None: that of the founding.

    Raises:
        RegistryError: ``policy_unknown``, ``policy_invalid``.
    """
    if isinstance(profile, PolicyProfile):
        return profile
    if profile is not None:
        return load_policy(profile)
    query = sa.select(tables.settings.c.value).where(tables.settings.c.name == SETTING)
    with database.begin() as connection:
        founded = connection.execute(query).scalar_one_or_none()
    if founded is None:
        message = "登记系统没有记载所用的制度 / the registry does not say which profile it follows"
        raise RegistryError(message, code="policy_unknown")
    return load_policy(founded)


def note_profile(connection: sa.Connection, profile: str | Path | PolicyProfile | None) -> None:
    """Write down by which profile a registry is founded, where it has a name or a file."""
    if profile is None or isinstance(profile, PolicyProfile):
        return
    is_shipped = isinstance(profile, str) and profile in policy_names()
    value = profile if is_shipped else str(Path(profile).absolute())
    connection.execute(tables.settings.insert().values(name=SETTING, value=value))
