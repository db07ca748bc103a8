"""Throw-away keys, CAs, lists, answers and a network, for tests and demonstrations; never real."""

from __future__ import annotations

from govseal.testing.authority import Authority, Revoked
from govseal.testing.codes import invented_credit_code
from govseal.testing.hierarchy import Hierarchy
from govseal.testing.simulator import Simulator

__all__ = ["Authority", "Hierarchy", "Revoked", "Simulator", "invented_credit_code"]
