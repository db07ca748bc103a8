"""Finding a policy profile, and laying an operator's own over the one that it extends."""

from __future__ import annotations

import tomllib
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from govseal.errors import RegistryError
from govseal.registry.policy.profile import PolicyProfile
from govseal.registry.policy.read import read_profile

MAX_BYTES = 1 << 20
_MAX_KNOWN = 64
_SHIPPED = resources.files("govseal.registry.policy") / "profiles"


@cache
def policy_names() -> tuple[str, ...]:
    """The profiles that come with the library."""
    return tuple(
        sorted(
            item.name.removesuffix(".toml")
            for item in _SHIPPED.iterdir()
            if item.name.endswith(".toml")
        )
    )


def load_policy(source: str | Path) -> PolicyProfile:
    """A profile that comes with the library, by its name, or an operator's own, by its path.

    Raises:
        RegistryError: ``policy_unknown``: there is none; ``policy_invalid``: a word is missing,
            unknown, or of another kind, which the message names.
    """
    if isinstance(source, str) and source in policy_names():
        return _shipped(source)
    path = Path(source)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a path with a zero byte
        known = ", ".join(policy_names())
        message = f"no policy profile {source}: neither a file nor one of {known}"
        raise RegistryError(message, code="policy_unknown") from error
    return read_policy(data, str(path))


def read_policy(data: bytes, where: str = "profile") -> PolicyProfile:
    """An operator's own profile from its bytes.

    ``extends`` names a profile that comes with the library: then it says only what is otherwise,
    tables laid over tables, lists and values in the place of those there.

    Args:
        data: TOML, at most :data:`MAX_BYTES`.
        where: what errors call it.

    Raises:
        RegistryError: ``policy_invalid``.
    """
    if len(data) > MAX_BYTES:
        raise RegistryError(f"{where}: more than {MAX_BYTES} bytes", code="policy_invalid")
    try:
        profile = read_profile(_table(tomllib.loads(data.decode())))
        _check_name(profile.name)
    except (ValueError, TypeError, RecursionError) as error:
        raise RegistryError(f"policy {where}: {error}", code="policy_invalid") from error
    return profile


@lru_cache(maxsize=_MAX_KNOWN)
def read_own_policy(text: str) -> PolicyProfile:
    """As :func:`read_policy`; the texts that a registry holds are read once."""
    return read_policy(text.encode())


@cache
def _shipped(name: str) -> PolicyProfile:
    return read_profile(_shipped_table(name))


def _shipped_table(name: str) -> dict[str, Any]:
    return _table(tomllib.loads((_SHIPPED / f"{name}.toml").read_text(encoding="utf-8")))


def _table(table: dict[str, Any]) -> dict[str, Any]:
    base = table.pop("extends", None)
    if base is None:
        return table
    if base not in policy_names():
        raise ValueError(f"extends: {base}: not one of {', '.join(policy_names())}")
    return _merged(_shipped_table(base), table)


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """The tables of ``above`` laid over those of ``below``; lists and values are replaced."""
    merged = dict(below)
    for name, value in above.items():
        both = isinstance(value, dict) and isinstance(merged.get(name), dict)
        merged[name] = _merged(merged[name], value) if both else value
    return merged


def _check_name(name: str) -> None:
    if name in policy_names():
        raise ValueError(f"name: {name} comes with the library; an own profile has another")
