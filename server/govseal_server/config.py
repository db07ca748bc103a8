"""What an operator sets: from a mapping or from the environment, checked at the start."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

PREFIX: Final = "GOVSEAL_"
LANGUAGES: Final = ("zh", "en")


class ConfigError(ValueError):
    """The server cannot start with these settings; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one server; docs/server.md has the table."""

    trust: tuple[Path, ...] = ()
    """Trusted roots: PEM or DER files, or directories of them."""
    makers: tuple[Path, ...] = ()
    """Roots of seal makers; those of ``trust`` where there are none."""
    tsa: tuple[Path, ...] = ()
    """Roots of time stamp authorities; those of ``trust`` where there are none."""
    crl: tuple[Path, ...] = ()
    """Revocation lists, or directories with ``.crl`` files."""
    policy: Path | None = None
    """A policy in TOML."""
    max_upload_bytes: int = 32 * 1024 * 1024
    """The whole body of a request."""
    language: str = "zh"
    """For a browser that asks for neither Chinese nor English."""
    demo: bool = False
    """Whether every page says that the trusted roots are throw-away ones."""

    @classmethod
    def load(
        cls, values: Mapping[str, object] | None = None, environ: Mapping[str, str] = os.environ
    ) -> Settings:
        """``values`` by the names above, in any case; then ``environ`` with GOVSEAL_ before them.

        Raises:
            ConfigError: a name that no setting has, or a value that cannot be meant.
        """
        given = {name.lower(): value for name, value in (values or {}).items()}
        for name in given:
            if name not in _READERS:
                raise ConfigError(f"the server has no setting {name!r}")
        found: dict[str, object] = {}
        for name in _READERS:
            variable = PREFIX + name.upper()
            if name in given:
                found[name] = given[name]
            elif environ.get(variable):
                found[name] = environ[variable]
        return replace(cls(), **{name: _READERS[name](name, found[name]) for name in found})


def setting(name: str) -> str:
    """A setting as the environment calls it, for messages."""
    return PREFIX + name.upper()


def _paths(name: str, value: object) -> tuple[Path, ...]:
    parts = value.split(os.pathsep) if isinstance(value, str) else value
    if isinstance(parts, Path):
        parts = (parts,)
    if not isinstance(parts, list | tuple):
        raise ConfigError(f"{setting(name)}: paths separated by {os.pathsep!r} were expected")
    return tuple(_path(name, part) for part in parts if part)


def _path(name: str, value: object) -> Path:
    if not isinstance(value, str | Path):
        raise ConfigError(f"{setting(name)}: a path was expected, not {value!r}")
    path = Path(value)
    if not path.exists():
        raise ConfigError(f"{setting(name)}: there is no {path}")
    return path


def _bytes(name: str, value: object) -> int:
    text = str(value)
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ConfigError(f"{setting(name)}: a number of bytes was expected, not {text!r}")
    return int(text)


def _language(name: str, value: object) -> str:
    if value not in LANGUAGES:
        raise ConfigError(f"{setting(name)}: zh or en was expected, not {value!r}")
    return str(value)


def _flag(name: str, value: object) -> bool:
    words = {"1": True, "true": True, "0": False, "false": False}
    text = str(value).lower()
    if text not in words:
        raise ConfigError(f"{setting(name)}: 1 or 0 was expected, not {value!r}")
    return words[text]


_READERS: Final[dict[str, Callable[[str, object], Any]]] = {
    "trust": _paths,
    "makers": _paths,
    "tsa": _paths,
    "crl": _paths,
    "policy": _path,
    "max_upload_bytes": _bytes,
    "language": _language,
    "demo": _flag,
}
