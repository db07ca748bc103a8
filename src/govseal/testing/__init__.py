"""Throw-away keys, CAs, certificates and CRLs for tests and demonstrations; never for real use."""

from __future__ import annotations

from govseal.testing.authority import Authority, Revoked
from govseal.testing.hierarchy import Hierarchy

__all__ = ["Authority", "Hierarchy", "Revoked"]
