"""Throw-away keys, CAs, certificates and CRLs for tests and demonstrations; never for real use."""

from __future__ import annotations

from govseal.testing.authority import Authority, Revoked
from govseal.testing.codes import invented_credit_code
from govseal.testing.hierarchy import Hierarchy

__all__ = ["Authority", "Hierarchy", "Revoked", "invented_credit_code"]
