"""The reference server: ``POST /v1/verify`` and a page that takes a file, both over the library."""

from __future__ import annotations

from govseal_server.app import create_app
from govseal_server.config import ConfigError

__all__ = ["ConfigError", "create_app"]
